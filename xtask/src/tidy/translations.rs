//! The page's words stand in pairs, Chinese then English: both are there and have the same places to fill.

use super::Complaint;
use super::pieces::{Kind, pieces};
use crate::tree::Tree;

/// Where the page's words are: `words.ts` or a folder of such files.
const WORDS: &str = "web/src/i18n/words";

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let files = tree.under(WORDS).filter(|file| !file.is_test() && file.kind() == "ts");
    let complaints = files.flat_map(|file| {
        wrong_pairs(&file.text)
            .into_iter()
            .map(|(line, message)| Complaint::new(format!("{}:{line}", file.path), message))
    });
    complaints.collect()
}

/// Line and mistake of every pair that is not one.
pub(super) fn wrong_pairs(source: &str) -> Vec<(usize, String)> {
    let pieces = pieces(source, false);
    let mut wrong = Vec::new();
    for (n, piece) in pieces.iter().enumerate().filter(|(_, piece)| piece.kind == Kind::Text) {
        let opens = n > 0 && pieces[n - 1].kind == Kind::Code && pieces[n - 1].text.trim_end().ends_with('[');
        let [Some(between), Some(second)] = [pieces.get(n + 1), pieces.get(n + 2)] else { continue };
        if !opens || between.text.trim() != "," || second.kind != Kind::Text {
            continue;
        }
        if piece.text.is_empty() != second.text.is_empty() {
            wrong.push((piece.line, format!("“{}{}” is said in one language only", piece.text, second.text)));
        } else if holes(piece.text) != holes(second.text) {
            wrong.push((
                piece.line,
                format!("“{}” and “{}” do not have the same {{{{places}}}}", piece.text, second.text),
            ));
        }
    }
    wrong
}

fn holes(text: &str) -> Vec<&str> {
    let rests = text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
    let mut holes: Vec<&str> = rests.map(|(name, _)| name.split(',').next().unwrap_or(name).trim()).collect();
    holes.sort_unstable();
    holes.dedup();
    holes
}
