//! Links between the project's texts lead somewhere.

use super::Complaint;
use crate::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in tree.files.iter().filter(|file| file.kind() == "md") {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (line, target) in targets(&file.text) {
            let path = target.split('#').next().unwrap_or_default();
            let outside = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
            if !outside && !tree.root.join(folder).join(path).exists() {
                complaints.push(Complaint::new(
                    format!("{}:{line}", file.path),
                    format!("the link to {target} leads nowhere"),
                ));
            }
        }
    }
    complaints
}

/// Line and target of every `[text](target)`; what stands between backticks is no link.
pub(super) fn targets(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut is_code = false;
    for (n, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        let plain = line.split('`').step_by(2).filter(|_| !is_code);
        for part in plain {
            let rests = part.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
            found.extend(rests.map(|(target, _)| (n + 1, target.trim())));
        }
        // A link whose text is in backticks: [`code`](target).
        let coded = line.split("`](").skip(1).filter_map(|rest| rest.split_once(')')).filter(|_| !is_code);
        found.extend(coded.map(|(target, _)| (n + 1, target.trim())));
    }
    found.sort_unstable();
    found.dedup();
    found
}
