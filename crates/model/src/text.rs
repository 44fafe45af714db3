//! Text as people compare, sort and search it. One folding for both databases and for memory: no collation, ICU version or
//! `lower()` of a database can disagree with it.

use pinyin::{ToPinyin, ToPinyinMulti};
use unicode_normalization::UnicodeNormalization;

/// Stored form of written text: NFC, outer blanks trimmed, without NUL (PostgreSQL refuses it).
pub fn clean(text: &str) -> String {
    let trimmed = text.trim_matches(is_blank);
    if trimmed.is_ascii() {
        return trimmed.chars().filter(|c| *c != '\0').collect();
    }
    trimmed.nfc().filter(|c| *c != '\0').collect()
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}'
}

/// Folded text: NFKC (which also folds full width), lower case, outer blanks trimmed. What `contains`, `starts_with`,
/// `ends_with` and `unique` compare.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_ascii_lowercase();
    }
    let folded: String = text.nfkc().flat_map(char::to_lowercase).collect();
    // Lower-casing may undo the composition (İ), so it is composed once more.
    let folded: String = if folded.is_ascii() { folded } else { folded.nfkc().collect() };
    folded.trim_matches(is_blank).to_owned()
}

/// The longest text that takes part in a sort key, in characters.
const SORTED: usize = 100;

/// Sort key of folded text: a Chinese character stands as its pinyin followed by itself, everything else as it is.
pub fn sort_key(folded: &str) -> String {
    if folded.is_ascii() {
        return folded.chars().take(SORTED).collect();
    }
    let mut key = String::with_capacity(folded.len() * 2);
    for c in folded.chars().take(SORTED) {
        if let Some(sound) = c.to_pinyin() {
            key.push_str(sound.plain());
        }
        key.push(c);
    }
    key
}

/// The words of a label in Latin letters and digits: `客户名称 A` reads `ke hu ming cheng a`.
pub fn latin_words(label: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in fold(label).chars() {
        if c.is_ascii_alphanumeric() {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if let Some(sound) = c.to_pinyin() {
            words.push(sound.plain().replace('ü', "v"));
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The readings of Chinese text by which people also look for it: whole pinyin and initials, at most four combinations of
/// each. Nothing for text without Chinese characters.
pub fn readings(folded: &str) -> Vec<String> {
    let mut whole = vec![String::new()];
    let mut initials = vec![String::new()];
    let mut chinese = false;
    for c in folded.chars().take(32) {
        let mut sounds: Vec<String> = Vec::new();
        if let Some(multi) = c.to_pinyin_multi() {
            for sound in multi {
                let plain = sound.plain().replace('ü', "v");
                if !sounds.contains(&plain) {
                    sounds.push(plain);
                }
            }
            chinese = true;
        } else if c.is_ascii_alphanumeric() {
            sounds.push(c.to_string());
        } else {
            continue;
        }
        whole = combine(&whole, sounds.iter().map(String::as_str));
        let mut firsts: Vec<&str> = sounds.iter().map(|sound| &sound[..1]).collect();
        firsts.dedup();
        initials = combine(&initials, firsts.into_iter());
    }
    if !chinese {
        return Vec::new();
    }
    whole.append(&mut initials);
    whole
}

fn combine<'a>(stems: &[String], sounds: impl Iterator<Item = &'a str> + Clone) -> Vec<String> {
    let mut combined = Vec::new();
    for sound in sounds {
        for stem in stems {
            if combined.len() == 4 {
                return combined;
            }
            let next = format!("{stem}{sound}");
            if !combined.contains(&next) {
                combined.push(next);
            }
        }
    }
    combined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_letters_case_and_outer_blanks_fold_away() {
        assert_eq!(fold("　ＡＢＣ公司 "), "abc公司");
        assert_eq!(fold(&fold("İstanbul")), fold("İstanbul"));
    }

    #[test]
    fn chinese_sorts_by_its_sound() {
        let mut names = ["张三", "李四", "阿里", "abc"].map(|name| sort_key(&fold(name)));
        names.sort();
        assert_eq!(names[0], "abc");
        assert!(names[1].starts_with('a') && names[2].starts_with("li") && names[3].starts_with("zhang"));
    }

    #[test]
    fn all_readings_of_a_character_are_found() {
        let found = readings("重庆");
        assert!(found.contains(&"chongqing".to_owned()) && found.contains(&"zq".to_owned()));
    }

    #[test]
    fn a_key_is_made_by_pinyin() {
        assert_eq!(crate::key::from_label("客户名称", "field", |_| false), "ke_hu_ming_cheng");
        assert_eq!(crate::key::from_label("客户", "field", |key| key == "ke_hu"), "ke_hu_2");
        assert_eq!(crate::key::from_label("2024 目标", "field", |_| false), "field_2024_mu_biao");
    }
}
