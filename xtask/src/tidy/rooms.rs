//! Know one room, know six: the files of `engines/*/src` are from the room's list.

use super::Complaint;
use crate::tree::Tree;

/// The room's files, in the order they are read. One that outgrew a sitting may become a folder of the same name.
const PARTS: &[&str] = &["lib", "definition", "validate", "run", "store", "http", "tests"];

/// The extension rooms, and what a kind in them is.
const KINDS: &[(&str, &[&str])] = &[
    ("forms", &["blocks"]),
    ("flows", &["nodes"]),
    ("rules", &["triggers"]),
    ("reports", &["charts", "passes"]),
    ("audience", &["matchers"]),
    ("connect", &["connectors", "files", "mail", "outside"]),
];

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints: Vec<Complaint> = tree.under("engines/").filter_map(|file| wrong_place(&file.path)).collect();
    complaints.dedup_by(|a, b| a.at == b.at);
    complaints
}

fn wrong_place(path: &str) -> Option<Complaint> {
    let mut parts = path.split('/').skip(1);
    let (room, source, first) = (parts.next()?, parts.next()?, parts.next()?);
    if source != "src" {
        return None;
    }
    let Some((_, folders)) = KINDS.iter().find(|(name, _)| *name == room) else {
        return Some(Complaint::new(
            format!("engines/{room}"),
            "there are six rooms; a seventh is a decision (docs/decisions)",
        ));
    };
    let is_folder = parts.next().is_some();
    let stem = first.strip_suffix(".rs").unwrap_or(first);
    if PARTS.contains(&stem) || (is_folder && folders.contains(&stem)) {
        return None;
    }
    let message = format!(
        "is not a file of a room; a room has {} and the folders {} (see “The room” in ARCHITECTURE.md)",
        PARTS.join(", "),
        folders.join(", ")
    );
    Some(Complaint::new(format!("engines/{room}/src/{first}"), message))
}
