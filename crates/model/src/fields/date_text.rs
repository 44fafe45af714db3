//! Dates as people write them. What could be two dates is none: no day is ever guessed.

use chrono::NaiveDate;

/// Why a text gives no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateTrouble {
    /// `1/2/2026`: of January or of February. A format settles it.
    Ambiguous,
    NotADate,
}

use DateTrouble::{Ambiguous, NotADate};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Year { short: bool },
    Month,
    Day,
}

/// Reads `2026-1-5`, `2026/1/5`, `2026.1.5`, `2026年1月5日`, `20260105`, `5 Jan 2026`, `Jan 5, 2026`, and `25/12/2026` where
/// only one order of day and month is possible. `format` (`dd-mm-yy`, `mm/dd/yyyy`, `yyyymmdd`) says the order; then
/// nothing else is read, except year-first dates, which cannot be mistaken. A time after the date is left away.
pub fn date_from_text(text: &str, format: Option<&str>) -> Result<NaiveDate, DateTrouble> {
    let folded = crate::text::fold(text);
    let day = without_time(&folded);
    let words = words(day).ok_or(NotADate)?;
    if let Some(format) = format
        && let Some(date) = by_format(&words, format)
    {
        return date;
    }
    match words.as_slice() {
        [Word::Digits(all)] if all.len() == 8 => by_digits(all),
        [Word::Digits(year), Word::Digits(month), Word::Digits(day)] if year.len() == 4 => made(year, month, day),
        // A format was given and this is not written by it.
        [Word::Digits(_), Word::Digits(_), Word::Digits(_)] if format.is_some() => Err(NotADate),
        [Word::Digits(a), Word::Digits(b), Word::Digits(year)] if year.len() == 4 => one_of_two(a, b, year),
        [Word::Digits(a), Word::Digits(b), Word::Digits(c)] if [a, b, c].iter().all(|part| part.len() <= 2) => {
            Err(Ambiguous)
        }
        [Word::Digits(year), Word::Month(month), Word::Digits(day)] if year.len() == 4 => with_month(day, *month, year),
        [Word::Digits(day), Word::Month(month), Word::Digits(year)] => with_month(day, *month, year),
        [Word::Month(month), Word::Digits(day), Word::Digits(year)] => with_month(day, *month, year),
        _ => Err(NotADate),
    }
}

/// Whether day, month and year each stand once in a format, in `d`, `m` and `y`.
pub(super) fn is_format(format: &str) -> bool {
    parts(format).is_some()
}

enum Word<'a> {
    Digits(&'a str),
    Month(u32),
}

/// Digits and names of months, with nothing between them but separators.
fn words(text: &str) -> Option<Vec<Word<'_>>> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = |test: fn(char) -> bool| rest.find(|c: char| !test(c)).unwrap_or(rest.len());
        let cut = if first.is_ascii_digit() {
            let cut = length(|c| c.is_ascii_digit());
            words.push(Word::Digits(&rest[..cut]));
            cut
        } else if first.is_ascii_alphabetic() {
            let cut = length(|c| c.is_ascii_alphabetic());
            match (&rest[..cut], words.last()) {
                ("st" | "nd" | "rd" | "th", Some(Word::Digits(_))) => {}
                (name, _) => words.push(Word::Month(month_by_name(name)?)),
            }
            cut
        } else if matches!(first, '-' | '/' | '.' | ',' | ' ' | '年' | '月' | '日' | '号' | '\u{3000}') {
            first.len_utf8()
        } else {
            return None;
        };
        if words.len() > 3 {
            return None;
        }
        rest = &rest[cut..];
    }
    // A sign before the first number is a minus.
    (!text.starts_with(['-', '/', '.', ','])).then_some(words)
}

fn month_by_name(name: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let found = MONTHS
        .iter()
        .position(|month| name == *month || name == &month[..3] || (name == "sept" && *month == "september"));
    found.and_then(|n| u32::try_from(n + 1).ok())
}

/// The date before ` 10:00`, `T10:00` and `(Mon)`; what has no such tail is returned whole.
fn without_time(text: &str) -> &str {
    let Some(colon) = text.find(':') else { return text };
    let before = text[..colon].trim_end_matches(|c: char| c.is_ascii_digit());
    let is_tail = before.len() < colon && before.ends_with([' ', 't']);
    let rest = text[colon..].trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ':' | '.'));
    if is_tail && rest.is_empty() { before.trim_end_matches([' ', 't']) } else { text }
}

fn by_digits(all: &str) -> Result<NaiveDate, DateTrouble> {
    made(&all[..4], &all[4..6], &all[6..])
}

/// `a/b/year`: the first is the day when it cannot be a month, and the other way round.
fn one_of_two(a: &str, b: &str, year: &str) -> Result<NaiveDate, DateTrouble> {
    match (made(year, b, a), made(year, a, b)) {
        (Ok(day_first), Ok(month_first)) if day_first == month_first => Ok(day_first),
        (Ok(_), Ok(_)) => Err(Ambiguous),
        (Ok(date), Err(_)) | (Err(_), Ok(date)) => Ok(date),
        (Err(_), Err(_)) => Err(NotADate),
    }
}

fn with_month(day: &str, month: u32, year: &str) -> Result<NaiveDate, DateTrouble> {
    match year.len() {
        4 => made(year, &month.to_string(), day),
        // 05-Jan-26: the century, and which of the two is the year, would be guesses.
        2 => Err(Ambiguous),
        _ => Err(NotADate),
    }
}

fn made(year: &str, month: &str, day: &str) -> Result<NaiveDate, DateTrouble> {
    if month.len() > 2 || day.len() > 2 {
        return Err(NotADate);
    }
    let number = |text: &str| text.parse::<u32>().map_err(|_| NotADate);
    let year = i32::try_from(number(year)?).map_err(|_| NotADate)?;
    let date = NaiveDate::from_ymd_opt(year, number(month)?, number(day)?).ok_or(NotADate)?;
    if super::date::in_range(date) { Ok(date) } else { Err(NotADate) }
}

/// The order of a format's parts.
fn parts(format: &str) -> Option<Vec<Part>> {
    let format = format.trim().to_ascii_lowercase();
    let mut parts: Vec<Part> = Vec::new();
    let mut rest = format.as_str();
    while let Some(letter) = rest.chars().next() {
        if !letter.is_ascii_alphabetic() {
            rest = &rest[letter.len_utf8()..];
            continue;
        }
        let length = rest.find(|c| c != letter).unwrap_or(rest.len());
        parts.push(match (letter, length) {
            ('y', 4) => Part::Year { short: false },
            ('y', 2) => Part::Year { short: true },
            ('m', 1..=4) => Part::Month,
            ('d', 1 | 2) => Part::Day,
            _ => return None,
        });
        rest = &rest[length..];
    }
    let one = |test: fn(&Part) -> bool| parts.iter().filter(|part| test(part)).count() == 1;
    let whole = parts.len() == 3
        && one(|part| matches!(part, Part::Year { .. }))
        && one(|part| *part == Part::Month)
        && one(|part| *part == Part::Day);
    whole.then_some(parts)
}

/// Reads by a format; `None` when the text has another shape than the format, so that other readings may be tried.
fn by_format(words: &[Word<'_>], format: &str) -> Option<Result<NaiveDate, DateTrouble>> {
    let parts = parts(format)?;
    let pieces: Vec<String> = match words {
        [Word::Digits(all)] => cut(all, &parts)?,
        [_, _, _] => words.iter().zip(&parts).map(|(word, part)| piece(word, *part)).collect::<Option<_>>()?,
        _ => return None,
    };
    let (mut year, mut month, mut day) = (String::new(), String::new(), String::new());
    for (part, piece) in parts.iter().zip(pieces) {
        match (part, piece.len()) {
            (Part::Year { short: true }, 2) => year = full_year(&piece),
            (Part::Year { .. }, 4) => year = piece,
            (Part::Year { .. }, _) => return None,
            (Part::Month, _) => month = piece,
            (Part::Day, _) => day = piece,
        }
    }
    Some(made(&year, &month, &day))
}

/// Digits without separators, cut by the widths of the parts.
fn cut(all: &str, parts: &[Part]) -> Option<Vec<String>> {
    let width = |part: &Part| if *part == (Part::Year { short: false }) { 4 } else { 2 };
    if all.len() != parts.iter().map(width).sum::<usize>() {
        return None;
    }
    let mut rest = all;
    let mut pieces = Vec::new();
    for part in parts {
        let (piece, after) = rest.split_at(width(part));
        pieces.push(piece.to_owned());
        rest = after;
    }
    Some(pieces)
}

fn piece(word: &Word<'_>, part: Part) -> Option<String> {
    match (word, part) {
        (Word::Digits(digits), _) => Some((*digits).to_owned()),
        (Word::Month(month), Part::Month) => Some(month.to_string()),
        (Word::Month(_), _) => None,
    }
}

/// The POSIX rule: 69 to 99 are of the last century.
fn full_year(short: &str) -> String {
    let century = if short >= "69" { "19" } else { "20" };
    format!("{century}{short}")
}
