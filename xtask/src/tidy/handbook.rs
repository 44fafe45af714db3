//! The handbook has the same pages in both languages, and its settings page names every setting there is.

use std::collections::BTreeSet;

use super::Complaint;
use super::pieces::{Kind, pieces, without_tests};
use crate::tree::Tree;

const LANGUAGES: &[&str] = &["zh", "en"];

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let pages = |language: &str| -> BTreeSet<String> {
        let folder = format!("docs/handbook/{language}/");
        tree.under(&folder).map(|file| file.path[folder.len()..].to_owned()).collect()
    };
    let mut complaints = Vec::new();
    let all: BTreeSet<String> = LANGUAGES.iter().flat_map(|language| pages(language)).collect();
    for language in LANGUAGES {
        for page in all.difference(&pages(language)) {
            complaints.push(Complaint::new(
                format!("docs/handbook/{language}/{page}"),
                "the page is there in the other language only",
            ));
        }
        let path = format!("docs/handbook/{language}/settings.md");
        let said = tree.file(&path).map_or("", |file| &file.text);
        for (setting, place) in settings(tree).iter().filter(|(setting, _)| !said.contains(&format!("`{setting}`"))) {
            complaints.push(Complaint::new(&path, format!("does not say what `{setting}` is (read in {place})")));
        }
    }
    complaints
}

/// Every environment variable the product reads, with a place where it does.
fn settings(tree: &Tree) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let sources =
        tree.files.iter().filter(|file| file.path.starts_with("crates/") || file.path.starts_with("engines/"));
    for file in sources.filter(|file| file.kind() == "rs" && !file.is_test()) {
        let texts = pieces(without_tests(&file.text), true).into_iter().filter(|piece| piece.kind == Kind::Text);
        for text in texts.map(|piece| piece.text).filter(|text| is_setting(text)) {
            if !found.iter().any(|(known, _)| known == text) {
                found.push((text.to_owned(), file.path.clone()));
            }
        }
    }
    found
}

/// `KEHUB_…`, except what only tests read.
fn is_setting(text: &str) -> bool {
    let name = text.strip_prefix("KEHUB_").unwrap_or("");
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    is_name && !name.starts_with("TEST_") && !name.starts_with("E2E_") && name != "SHARED_DATA"
}
