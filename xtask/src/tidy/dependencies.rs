//! Every line of `[workspace.dependencies]` is used by somebody.

use super::{Complaint, floors};
use crate::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let (Some(manifest), Ok(packages)) = (tree.file("Cargo.toml"), floors::packages(tree)) else { return Vec::new() };
    let is_used = |name: &str| packages.iter().any(|package| package.uses.iter().any(|one| one.name == name));
    // A warning, because a line may be laid down a day before the crate that needs it.
    names(&manifest.text)
        .into_iter()
        .filter(|(_, name)| !is_used(name))
        .map(|(line, name)| {
            Complaint::warning(format!("Cargo.toml:{line}"), format!("nobody uses {name}; take the line out"))
        })
        .collect()
}

/// Line and name of each dependency in `[workspace.dependencies]`.
pub(super) fn names(manifest: &str) -> Vec<(usize, &str)> {
    let lines = manifest.lines().enumerate().skip_while(|(_, line)| line.trim() != "[workspace.dependencies]").skip(1);
    lines
        .take_while(|(_, line)| !line.starts_with('['))
        .filter(|(_, line)| !line.trim_start().starts_with('#'))
        .filter_map(|(n, line)| line.split_once('=').map(|(name, _)| (n + 1, name.trim())))
        .collect()
}
