//! The table of error codes, its words in both languages and the pages in `docs/errors/` say the same.

use super::Complaint;
use crate::tree::Tree;

pub(crate) const TABLE: &str = "crates/model/src/problem.rs";
const PAGES: &str = "docs/errors/";
/// The pages' index: written by `cargo xtask codegen`.
pub(crate) const INDEX: &str = "docs/errors/README.md";

/// What every page says, in this order.
const PARTS: &[&str] =
    &["## 意思", "## 常见原因", "## 怎么办", "## What it means", "## Typical cause", "## What to do"];

/// A line of the table.
pub(crate) struct Code {
    pub(crate) line: usize,
    pub(crate) text: String,
    pub(crate) status: u16,
    pub(crate) zh: String,
    pub(crate) en: String,
}

/// The table's lines: `Variant "code" status "zh" "en";`.
pub(crate) fn codes(source: &str) -> Vec<Code> {
    let rows = source.lines().enumerate().skip_while(|(_, line)| line.trim() != "codes! {").skip(1);
    rows.take_while(|(_, line)| line.trim() != "}")
        .filter_map(|(n, line)| {
            let mut parts = line.split('"');
            let (_, text, status) = (parts.next()?, parts.next()?, parts.next()?);
            let (zh, _, en) = (parts.next()?, parts.next()?, parts.next()?);
            let status = status.trim().parse().ok()?;
            Some(Code { line: n + 1, text: text.to_owned(), status, zh: zh.to_owned(), en: en.to_owned() })
        })
        .collect()
}

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let Some(table) = tree.file(TABLE) else { return vec![Complaint::new(TABLE, "the table of error codes is gone")] };
    let codes = codes(&table.text);
    let mut complaints: Vec<Complaint> = codes.iter().flat_map(|code| check_code(tree, code)).collect();
    for page in tree.under(PAGES).filter(|page| page.path != INDEX) {
        let code = page.name().trim_end_matches(".md");
        if !codes.iter().any(|known| known.text == code) {
            complaints
                .push(Complaint::new(&page.path, format!("there is no code “{code}” in {TABLE}; take the page out")));
        }
    }
    complaints
}

fn check_code(tree: &Tree, code: &Code) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if holes(&code.zh) != holes(&code.en) {
        let message = format!("the words of “{}” do not have the same {{places}} in Chinese and English", code.text);
        complaints.push(Complaint::new(format!("{TABLE}:{}", code.line), message));
    }
    let path = format!("{PAGES}{}.md", code.text);
    let Some(page) = tree.file(&path) else {
        complaints.push(Complaint::new(
            &path,
            "this code has no page; write what it means, its typical cause and what to do",
        ));
        return complaints;
    };
    let title = format!("# `{}` ({})", code.text, code.status);
    if page.text.lines().next() != Some(&title) {
        complaints.push(Complaint::new(format!("{path}:1"), format!("the title is `{title}`")));
    }
    let found: Vec<&str> = page.text.lines().filter(|line| line.starts_with("## ")).collect();
    if found != PARTS {
        complaints.push(Complaint::new(&path, format!("the page's parts are {}", PARTS.join(" · "))));
    }
    complaints
}

/// The `{places}` of a text, sorted.
fn holes(text: &str) -> Vec<&str> {
    let mut holes: Vec<&str> =
        text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect();
    holes.sort_unstable();
    holes
}
