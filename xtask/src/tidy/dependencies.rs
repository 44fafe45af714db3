//! Every line of `[workspace.dependencies]` is used by somebody.

use super::{Complaint, floors};
use crate::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let (Some(manifest), Ok(packages)) = (tree.file("Cargo.toml"), floors::packages(tree)) else { return Vec::new() };
    let is_used = |name: &str| packages.iter().any(|package| package.uses.iter().any(|one| one.name == name));
    let unused: Vec<&str> = names(&manifest.text).into_iter().filter(|name| !is_used(name)).collect();
    if unused.is_empty() {
        return Vec::new();
    }
    // A warning, because a line may be laid down a day before the crate that needs it.
    vec![Complaint::warning("Cargo.toml", format!("nobody uses {}; take the lines out", unused.join(", ")))]
}

/// The names in `[workspace.dependencies]`.
pub(super) fn names(manifest: &str) -> Vec<&str> {
    let lines = manifest.lines().skip_while(|line| line.trim() != "[workspace.dependencies]").skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split_once('=').map(|(name, _)| name.trim()))
        .collect()
}
