//! Generated files are committed and current.

use super::Complaint;
use crate::codegen;
use crate::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let made = codegen::make(tree);
    made.into_iter()
        .filter(|(path, text)| tree.file(path).is_none_or(|file| file.text != *text))
        .map(|(path, _)| Complaint::new(path, "is not current; run `cargo xtask codegen`"))
        .collect()
}
