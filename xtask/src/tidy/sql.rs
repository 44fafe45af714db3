//! Only `crates/db` contains SQL.

use super::Complaint;
use super::pieces::{Kind, pieces, without_tests};
use crate::tree::Tree;

/// How a statement starts, and what must follow for it to be one and not a sentence.
const STATEMENTS: &[(&str, &str)] = &[
    ("select ", " from "),
    ("select ", "("),
    ("insert into ", ""),
    ("update ", " set "),
    ("delete from ", ""),
    ("create table ", ""),
    ("create index ", ""),
    ("create unique index ", ""),
    ("alter table ", ""),
    ("drop table ", ""),
    ("with recursive ", ""),
    ("begin immediate", ""),
    ("pragma ", ""),
];

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let sources = tree.files.iter().filter(|file| {
        let place = file.path.starts_with("crates/") || file.path.starts_with("engines/");
        place && !file.path.starts_with("crates/db/") && file.kind() == "rs" && !file.is_test()
    });
    for file in sources {
        for (line, text) in statements(&file.text) {
            let start: String = text.chars().take(40).collect();
            complaints.push(Complaint::new(
                format!("{}:{line}", file.path),
                format!("“{start}” is SQL; it belongs in crates/db, the only crate that knows which database it is"),
            ));
        }
    }
    complaints
}

/// Line and text of every string that is a statement.
pub(super) fn statements(source: &str) -> Vec<(usize, String)> {
    let texts = pieces(without_tests(source), true).into_iter().filter(|piece| piece.kind == Kind::Text);
    texts
        .filter_map(|piece| {
            let words: Vec<&str> = piece.text.split_whitespace().filter(|word| *word != "\\").collect();
            let said = words.join(" ");
            let lower = said.to_ascii_lowercase();
            let is_sql = STATEMENTS
                .iter()
                .any(|(start, then)| lower.starts_with(start) && lower[start.len() - 1..].contains(then));
            is_sql.then_some((piece.line, said))
        })
        .collect()
}
