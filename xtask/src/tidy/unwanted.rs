//! What never stays: ignored tests, things left to do, and paths of somebody's machine.

use super::Complaint;
use crate::tree::Tree;

/// What must not be there and what to do instead. Written in two halves, so that this file does not hold them.
const UNWANTED: &[(&str, &str, &str)] = &[
    ("#[ign", "ore", "never ignore a test: make it fast, or assert what is wrong today and say why"),
    ("tod", "o!(", "finish it or leave it out"),
    ("unimple", "mented!(", "finish it or leave it out"),
    ("TO", "DO", "do it, or write an issue; nothing stays half said"),
    ("FIX", "ME", "mend it, or assert what is wrong today in a test that says why"),
    ("it.on", "ly(", "all tests run"),
    ("describe.on", "ly(", "all tests run"),
    ("it.sk", "ip(", "never skip a test"),
    ("test.sk", "ip(", "never skip a test"),
    ("describe.sk", "ip(", "never skip a test"),
];

/// Where somebody's machine keeps things.
const MACHINE: &[(&str, &str)] =
    &[("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/"), ("/Use", "rs/"), ("C:\\Use", "rs\\")];

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in &tree.files {
        for (n, line) in file.text.lines().enumerate() {
            for message in wrong(line, file.kind()) {
                complaints.push(Complaint::new(format!("{}:{}", file.path, n + 1), message));
            }
        }
    }
    complaints
}

/// What is wrong with a line of a file of this kind.
pub(super) fn wrong(line: &str, kind: &str) -> Vec<String> {
    let is_code = matches!(kind, "rs" | "ts" | "tsx" | "mjs" | "sh" | "sql");
    let unwanted = UNWANTED.iter().filter(|_| is_code).filter_map(|(a, b, why)| {
        let word = format!("{a}{b}");
        stands_alone(line, &word).then(|| format!("`{word}`: {why}"))
    });
    let machine = MACHINE.iter().filter_map(|(a, b)| {
        let path = format!("{a}{b}");
        starts_a_path(line, &path).then(|| format!("`{path}` is a path of somebody's machine"))
    });
    unwanted.chain(machine).collect()
}

/// Whether `word` is there and not part of a longer one (a constant's name, `audit.only(`).
fn stands_alone(line: &str, word: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    line.match_indices(word).any(|(at, _)| {
        let after = line[at + word.len()..].chars().next();
        let ends_open = word.ends_with(|last: char| last.is_alphanumeric()) && after.is_some_and(is_name_char);
        !line[..at].ends_with(is_name) && !ends_open
    })
}

fn is_name_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether `path` is there as the start of an absolute path, not inside `framework/…` or a web address.
fn starts_a_path(line: &str, path: &str) -> bool {
    line.match_indices(path)
        .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-}~)/:*".contains(c)))
}
