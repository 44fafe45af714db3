//! Grams of text: pairs of neighbouring characters, and single ones that say something alone, as numbers.

use std::collections::HashSet;

use crate::bind::Bind;

/// Grams of a text as it stands, and of how it sounds, never meet.
pub(crate) const PLAIN: u8 = 0;
pub(crate) const SOUND: u8 = 1;

fn hash(tag: u8, chars: &[char]) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    let mut eat = |byte: u8| hash = (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    eat(tag);
    for c in chars {
        u32::from(*c).to_le_bytes().into_iter().for_each(&mut eat);
    }
    hash
}

/// Characters of which one alone says something.
fn is_word(c: char) -> bool {
    c >= '\u{2e80}'
}

/// The grams of a text that is looked through.
pub(crate) fn collect(tag: u8, text: &str, into: &mut HashSet<u32>) {
    let chars: Vec<char> = text.chars().collect();
    into.extend(chars.windows(2).map(|pair| hash(tag, pair)));
    into.extend(chars.iter().filter(|c| is_word(**c)).map(|c| hash(tag, &[*c])));
}

/// The grams a text that is looked for must have; none when it is too short to be found by them.
pub(crate) fn wanted(tag: u8, text: &str) -> Vec<u32> {
    let chars: Vec<char> = text.chars().take(24).collect();
    let mut grams: Vec<u32> = match chars[..] {
        [one] if is_word(one) => vec![hash(tag, &[one])],
        _ => chars.windows(2).map(|pair| hash(tag, pair)).collect(),
    };
    grams.sort_unstable();
    grams.dedup();
    grams
}

/// What is asked of the grams: any of these sets.
#[derive(Clone, Debug)]
pub struct Proposal(pub(crate) Vec<Vec<u32>>);

impl Proposal {
    /// Records with this folded text, or whose title sounds like it; nothing when the text is too short.
    pub fn of(text: &str) -> Option<Proposal> {
        let mut sets = vec![wanted(PLAIN, text)];
        if sets[0].is_empty() {
            return None;
        }
        if text.chars().all(|c| c.is_ascii_alphanumeric()) {
            sets.push(wanted(SOUND, text));
        }
        Some(Proposal(sets))
    }

    /// As SQLite's full-text query.
    pub(crate) fn words(&self) -> String {
        let sets: Vec<String> = self
            .0
            .iter()
            .map(|set| format!("({})", set.iter().map(|gram| word(*gram)).collect::<Vec<_>>().join(" AND ")))
            .collect();
        sets.join(" OR ")
    }

    /// As PostgreSQL's arrays.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = Bind> {
        self.0.iter().map(|set| Bind::List(set.iter().map(|gram| number(*gram)).collect()))
    }
}

pub(crate) fn word(gram: u32) -> String {
    format!("g{gram:x}")
}

pub(crate) fn number(gram: u32) -> Bind {
    Bind::Int(i64::from(gram as i32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_contains_its_grams_contain() {
        let mut grams = HashSet::new();
        collect(PLAIN, "晨光包装abc公司", &mut grams);
        for part in ["晨光", "光包装a", "包", "bc", "晨光包装abc公司"] {
            assert!(
                !wanted(PLAIN, part).is_empty() && wanted(PLAIN, part).iter().all(|gram| grams.contains(gram)),
                "{part}"
            );
        }
        assert!(wanted(PLAIN, "a").is_empty(), "one Latin letter says nothing");
        assert!(!wanted(SOUND, "ab").iter().all(|gram| grams.contains(gram)));
    }
}
