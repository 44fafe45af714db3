//! The dialect of separated text — delimiter, quote, line ends — told from its first part.
//!
//! Each delimiter is tried. The best one cuts the rows into equally many cells that look like values: this is the measure of
//! van den Burg, Nazábal and Sutton, *Wrangling messy CSV files by detecting row and type patterns* (2019).

use std::collections::HashMap;

use super::cutting::{Delimiter, Dialect};
use super::records::Records;

/// Rows looked at.
const ROWS: usize = 200;
const CANDIDATES: [char; 6] = [',', ';', '\t', '|', '；', '，'];

pub(crate) fn find(sample: &[u8], chosen: Option<char>) -> Dialect {
    let (feeds, returns) = line_ends(sample);
    let mut dialect = Dialect {
        delimiter: Delimiter::None,
        quote: Some(b'"'),
        backslash: false,
        blanks: false,
        returns: returns > 0 && returns * 2 >= feeds,
        stated: false,
    };
    if let Some(stated) = stated(sample) {
        dialect.stated = true;
        dialect.delimiter = of_char(chosen.unwrap_or(stated));
        return with_quote(dialect, sample);
    }
    if let Some(chosen) = chosen {
        dialect.delimiter = of_char(chosen);
        return with_quote(dialect, sample);
    }
    let mut best = (0.0, None);
    for candidate in CANDIDATES {
        let tried = with_quote(Dialect { delimiter: of_char(candidate), ..dialect.clone() }, sample);
        let rows = cut(sample, &tried);
        if !divides(&rows) {
            continue;
        }
        let score = score(&rows);
        if score > best.0 {
            best = (score, Some(tried));
        }
    }
    if let (_, Some(found)) = best {
        return found;
    }
    let blanks = Dialect { delimiter: Delimiter::Blanks, quote: None, ..dialect.clone() };
    if aligned(&cut(sample, &blanks)) {
        return blanks;
    }
    dialect
}

fn of_char(delimiter: char) -> Delimiter {
    if delimiter == ' ' { Delimiter::Blanks } else { Delimiter::Char(delimiter.to_string().into_bytes()) }
}

/// Line ends of both kinds, `\r\n` counted as `\n`.
fn line_ends(sample: &[u8]) -> (usize, usize) {
    let feeds = memchr::memchr_iter(b'\n', sample).count();
    let lone = memchr::memchr_iter(b'\r', sample)
        .filter(|at| !matches!(sample.get(at + 1), Some(b'\n' | b'\r') | None))
        .count();
    let last = usize::from(feeds == 0 && sample.last() == Some(&b'\r'));
    (feeds, lone + last)
}

/// `sep=;` on the first line, as Excel understands it.
fn stated(sample: &[u8]) -> Option<char> {
    let line = sample.split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    let line = std::str::from_utf8(line).ok()?.trim_matches('"');
    let rest = line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="))?;
    let mut chars = rest.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// The quote and its manners, as they stand around this delimiter.
fn with_quote(mut dialect: Dialect, sample: &[u8]) -> Dialect {
    let Delimiter::Char(delimiter) = &dialect.delimiter else { return dialect };
    let (double, _) = enclosed(sample, delimiter, b'"');
    let (single, opened) = enclosed(sample, delimiter, b'\'');
    // An apostrophe is text unless nearly all that begin a cell also end one.
    if double == 0 && single >= 2 && single * 10 >= opened * 9 {
        dialect.quote = Some(b'\'');
    }
    let quote = dialect.quote.unwrap_or(b'"');
    // `\"` inside a cell means a backslash escapes; at a cell's end or before another quote it may mean nothing.
    let (mut inside, mut closing) = (0, 0);
    for at in memchr::memmem::find_iter(sample, &[b'\\', quote]) {
        match sample.get(at + 2) {
            Some(next) if *next == quote => {}
            Some(next) if !is_end(*next, delimiter) => inside += 1,
            Some(_) | None => closing += 1,
        }
    }
    dialect.backslash = inside > closing;
    let mut spaced = delimiter.clone();
    spaced.extend_from_slice(&[b' ', quote]);
    dialect.blanks = memchr::memmem::find(sample, &spaced).is_some();
    dialect
}

/// How many cells a quote encloses, and how many it only begins.
fn enclosed(sample: &[u8], delimiter: &[u8], quote: u8) -> (usize, usize) {
    let (mut whole, mut opened) = (0, 0);
    let mut inside = false;
    for at in memchr::memchr_iter(quote, sample) {
        let begins = at == 0 || matches!(sample[at - 1], b'\n' | b'\r') || sample[..at].ends_with(delimiter);
        let ends = sample.get(at + 1).is_none_or(|next| is_end(*next, delimiter));
        if !inside && begins {
            inside = true;
            opened += 1;
        } else if inside && ends {
            inside = false;
            whole += 1;
        }
    }
    (whole, opened)
}

fn is_end(byte: u8, delimiter: &[u8]) -> bool {
    matches!(byte, b'\n' | b'\r') || delimiter.first() == Some(&byte)
}

/// The first rows as a dialect cuts them, blank ones left out.
fn cut(sample: &[u8], dialect: &Dialect) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut records = Records::new(None, sample.to_vec(), dialect.clone());
    // Reading from memory cannot fail.
    while let Ok(Some((record, text))) = records.next() {
        let cells: Vec<String> =
            record.cells(text).take(2_000).map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        if record.flaw.is_some() {
            // A delimiter that tears quoted cells apart has rows of no use.
            rows.push(vec![String::new()]);
        } else if cells.iter().any(|cell| !cell.is_empty()) {
            rows.push(cells);
        }
        if rows.len() == ROWS {
            break;
        }
    }
    rows
}

/// Whether the delimiter is one: from where the table begins, most rows have equally many cells, and more than one.
fn divides(rows: &[Vec<String>]) -> bool {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for row in rows.iter().filter(|row| row.len() > 1) {
        *counts.entry(row.len()).or_default() += 1;
    }
    let Some((usual, times)) = counts.into_iter().max_by_key(|(cells, times)| (*times, *cells)) else { return false };
    let begins = rows.iter().position(|row| row.len() == usual).unwrap_or(0);
    let divided = rows[begins..].iter().filter(|row| row.len() > 1).count();
    let table = rows.len() - begins;
    let often = times > 1 || rows.iter().all(|row| row.len() > 1);
    if !often || table * 4 < rows.len() {
        return false;
    }
    times * 2 >= table || (divided * 10 >= table * 8 && times * 4 >= table)
}

fn score(rows: &[Vec<String>]) -> f64 {
    let mut patterns: HashMap<usize, usize> = HashMap::new();
    let (mut cells, mut known) = (0usize, 0usize);
    for row in rows {
        *patterns.entry(row.len()).or_default() += 1;
        cells += row.len();
        known += row.iter().filter(|cell| is_value(cell)).count();
    }
    let pattern: f64 =
        patterns.iter().map(|(length, times)| *times as f64 * (*length as f64 - 1.0) / *length as f64).sum();
    // One more pattern is no worse than one more: a preamble of three kinds of rows is still a preamble.
    let pattern = pattern / (patterns.len() as f64).sqrt();
    pattern * (known as f64 / cells.max(1) as f64 + 1e-3)
}

/// Whether a cell looks like something a person puts into one: nothing, a number, a date, a word, a sentence, an address.
fn is_value(cell: &str) -> bool {
    if cell.is_empty() || cell.contains("://") {
        return true;
    }
    let has_digit = cell.bytes().any(|byte| byte.is_ascii_digit());
    let has_letter = cell.chars().any(char::is_alphabetic);
    if has_digit && !has_letter {
        return cell.chars().all(|c| c.is_ascii_digit() || "+-.,:/ %()¥$€£TZ年月日时分秒".contains(c));
    }
    // A cell with another delimiter in it is two cells badly cut, more often than not.
    has_letter && !cell.contains([';', '\t', '|', '"'])
}

/// Text in columns by blanks: equally many words in each row, and numbers among them or wide gaps between them.
fn aligned(rows: &[Vec<String>]) -> bool {
    let Some(last) = rows.last().map(Vec::len) else { return false };
    let has_number =
        |row: &&Vec<String>| row.iter().any(|cell| is_value(cell) && cell.bytes().any(|b| b.is_ascii_digit()));
    let regular = rows.iter().filter(|row| row.len() == last).count();
    // The header need not hold numbers.
    let numbers = rows.iter().skip(1).filter(has_number).count();
    last > 1 && rows.len() > 2 && regular * 20 >= rows.len() * 19 && numbers * 10 >= (rows.len() - 1) * 9
}
