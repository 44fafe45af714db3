//! A file is a sitting long: a warning from 500 lines, an error from 900.

use super::Complaint;
use crate::tree::Tree;

const LONG: usize = 500;
const TOO_LONG: usize = 900;

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let sources =
        tree.files.iter().filter(|file| matches!(file.kind(), "rs" | "ts" | "tsx" | "mjs") && !file.is_generated());
    sources
        .filter_map(|file| {
            let lines = file.text.lines().count();
            let message = format!("{lines} lines; split it where it has two reasons to change");
            match lines {
                TOO_LONG.. => Some(Complaint::new(&file.path, message)),
                LONG.. => Some(Complaint::warning(&file.path, message)),
                _ => None,
            }
        })
        .collect()
}
