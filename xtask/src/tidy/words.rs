//! No business noun in code: a company's words live in `solutions/`, never in `crates/`, `engines/` or `web/src`.

use super::Complaint;
use super::pieces::{Kind, pieces, without_tests};
use crate::tree::{File, Tree};

/// Nouns of somebody's business, singular.
const ENGLISH: &[&str] =
    &["lead", "opportunity", "deal", "contract", "invoice", "ticket", "quote", "quotation", "payment", "refund"];
const CHINESE: &[&str] = &["线索", "商机", "合同", "发票", "工单", "报价", "回款"];

/// Where such a word is allowed and why: `path | word | reason` a line; a path that ends in `/` is a folder.
pub(super) const ALLOWED: &str = "xtask/allowed_words.txt";

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let allowed = std::fs::read_to_string(tree.root.join(ALLOWED)).unwrap_or_default();
    let (allowed, mut complaints) = read_allowed(&allowed);
    let mut needed = vec![false; allowed.len()];
    let sources = tree.files.iter().filter(|file| is_ours(file));
    for file in sources {
        for (line, word) in business_words(&file.text, file.kind() == "rs") {
            match allowed.iter().position(|(path, allowed_word)| is_within(&file.path, path) && *allowed_word == word) {
                Some(n) => needed[n] = true,
                None => complaints.push(Complaint::new(
                    format!("{}:{line}", file.path),
                    format!("“{word}” is a word of somebody's business; it belongs in solutions/ (or, with a reason, in {ALLOWED})"),
                )),
            }
        }
    }
    for ((path, word), _) in allowed.iter().zip(needed).filter(|(_, needed)| !needed) {
        complaints.push(Complaint::warning(ALLOWED, format!("{path} no longer says “{word}”; take the line out")));
    }
    complaints
}

fn is_within(path: &str, place: &str) -> bool {
    path == place || (place.ends_with('/') && path.starts_with(place))
}

fn is_ours(file: &File) -> bool {
    let place = ["crates/", "engines/", "web/src/"].iter().any(|folder| file.path.starts_with(folder));
    place && matches!(file.kind(), "rs" | "ts" | "tsx") && !file.is_test() && !file.is_generated()
}

/// The lines of the allow list, and what is wrong with it.
fn read_allowed(text: &str) -> (Vec<(&str, &str)>, Vec<Complaint>) {
    let mut allowed = Vec::new();
    let mut complaints = Vec::new();
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#')) {
        match line.split('|').map(str::trim).collect::<Vec<_>>()[..] {
            [path, word, reason] if !reason.is_empty() => allowed.push((path, word)),
            _ => complaints.push(Complaint::new(format!("{ALLOWED}:{}", n + 1), "a line is `path | word | reason`")),
        }
    }
    (allowed, complaints)
}

/// Line and word of every business noun outside comments and tests.
pub(super) fn business_words(source: &str, is_rust: bool) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    let source = if is_rust { without_tests(source) } else { source };
    for piece in pieces(source, is_rust).into_iter().filter(|piece| piece.kind != Kind::Comment) {
        for (n, line) in piece.text.lines().enumerate() {
            found.extend(english_words(line).filter_map(|word| is_business(&word)).map(|word| (piece.line + n, word)));
            found.extend(CHINESE.iter().filter(|word| line.contains(**word)).map(|word| (piece.line + n, *word)));
        }
    }
    found
}

fn is_business(word: &str) -> Option<&'static str> {
    let singular = match word.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => word.strip_suffix('s').unwrap_or(word).to_owned(),
    };
    ENGLISH.iter().find(|noun| **noun == singular).copied()
}

/// The words of a line in lower case; `newLeadForm` and `new_lead_form` are three.
fn english_words(line: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for letter in line.chars() {
        if !letter.is_ascii_alphabetic() || (letter.is_ascii_uppercase() && was_lower) {
            words.push(String::new());
        }
        if letter.is_ascii_alphabetic() {
            words.last_mut().expect("never empty").push(letter.to_ascii_lowercase());
        }
        was_lower = letter.is_ascii_lowercase();
    }
    words.into_iter().filter(|word| !word.is_empty())
}
