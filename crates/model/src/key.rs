//! Keys: the unchanging names of things. A label may change any day; a key never does.

use crate::text;

/// The longest key.
pub const MAX: usize = 40;

/// What [`is_key`] asks, as a schema says it.
pub const PATTERN: &str = "^[a-z][a-z0-9_]{0,39}$";

/// Whether `key` matches `[a-z][a-z0-9_]{0,39}`.
pub fn is_key(key: &str) -> bool {
    key.len() <= MAX
        && key.starts_with(|first: char| first.is_ascii_lowercase())
        && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// A key made from a label by pinyin, different from all for which `taken` says yes.
/// `fallback` is used when the label holds nothing that can be read ("☆").
pub fn from_label(label: &str, fallback: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut key = String::new();
    for word in text::latin_words(label) {
        if key.len() + word.len() + 1 > MAX - 4 {
            break;
        }
        if !key.is_empty() {
            key.push('_');
        }
        key.push_str(&word);
    }
    if !key.starts_with(|first: char| first.is_ascii_lowercase()) {
        key = if key.is_empty() { fallback.to_owned() } else { format!("{fallback}_{key}") };
        key.truncate(MAX - 4);
    }
    if !taken(&key) {
        return key;
    }
    (2..).map(|n| format!("{key}_{n}")).find(|candidate| !taken(candidate)).unwrap_or(key)
}
