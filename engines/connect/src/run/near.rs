//! Near matches: what somebody may have meant. They are offered, never taken.

use kehub_model::text::fold;

/// Folded, without blanks and punctuation: `GTX-Pro` and `ＧＴＸ pro` are the same.
pub fn squeezed(text: &str) -> String {
    fold(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// How far two texts are apart; `None` beyond two letters, or when so short a text could mean anything.
pub fn distance(a: &str, b: &str) -> Option<usize> {
    let (a, b) = (squeezed(a), squeezed(b));
    if a == b {
        return (!a.is_empty()).then_some(0);
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let longest = a.len().max(b.len());
    // A third of a text may differ, and never more than two letters.
    let allowed = (longest / 3).min(2);
    if a.len().abs_diff(b.len()) > allowed || allowed == 0 {
        return None;
    }
    let steps = edits(&a, &b);
    (steps <= allowed).then_some(steps)
}

/// Insertions, deletions, replacements, and swaps of neighbours.
fn edits(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let mut steps = (last[j] + usize::from(x != y)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                steps = steps.min(before[j - 1] + 1);
            }
            row.push(steps);
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

/// The nearest of `among`, nearest first, at most three.
pub fn nearest<'a, T>(text: &str, among: impl Iterator<Item = (&'a str, T)>) -> Vec<(&'a str, T)> {
    let mut found: Vec<(usize, &str, T)> =
        among.filter_map(|(other, what)| Some((distance(text, other)?, other, what))).collect();
    found.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    found.dedup_by(|a, b| a.1 == b.1);
    found.into_iter().take(3).map(|(_, other, what)| (other, what)).collect()
}
