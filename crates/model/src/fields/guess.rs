//! Guesses the type of a field from the cells of a column, for a new object made from a file. A guess must not lose
//! anything: codes with leading zeros and numbers of many digits stay text.

use std::collections::HashSet;

use chrono::NaiveTime;
use chrono_tz::Tz;
use phonenumber::country::Id;
use rust_decimal::Decimal;

use super::choice::{self, ChoiceOption};
use super::date_text::{DateTrouble, date_from_text};
use super::id_number::{self, Document, is_cn_id, is_uscc};
use super::{FieldType, Kind, Reading, datetime, email, long_text, money, number, phone, switch, text, time, url};
use crate::cell::Cell;
use crate::label::{Label, Language};
use crate::text::fold;

/// The colours of options, in turn.
const COLORS: [&str; 10] = ["blue", "green", "orange", "red", "purple", "cyan", "gold", "magenta", "lime", "volcano"];

/// Few values that repeat are options: at most so many, at most so long.
const MAX_OPTIONS: usize = 20;
const MAX_OPTION: usize = 30;

/// The type a column's cells have, when at least 98 of 100 that are not blank have it; else text.
pub fn guess_kind(cells: &[Cell], zone: Tz) -> Kind {
    let cells: Vec<&Cell> = cells.iter().filter(|cell| !is_placeholder(cell)).collect();
    if cells.is_empty() {
        return Kind::Text(text::Settings::default());
    }
    let texts: Vec<String> = cells.iter().map(|cell| cell.text()).collect();
    let guessed = switches(&cells)
        .or_else(|| dates(&cells, zone))
        .or_else(|| phones(&cells))
        .or_else(|| numbers(&cells, &texts))
        .or_else(|| contacts(&texts))
        .or_else(|| identities(&cells, &texts));
    if let Some(kind) = guessed {
        return kind;
    }
    if texts.iter().any(|text| text.chars().count() > 100 || text.trim().contains(['\n', '\r'])) {
        return Kind::LongText(long_text::Settings::default());
    }
    options(&texts).unwrap_or_else(|| Kind::Text(text::Settings::default()))
}

/// Whether a cell says that there is no value: blank, or a word programs write instead.
pub fn is_placeholder(cell: &Cell) -> bool {
    match cell {
        Cell::Text(text) if text.len() <= 20 => {
            let folded = fold(text);
            matches!(
                folded.as_str(),
                "" | "select"
                    | "-"
                    | "--"
                    | "—"
                    | "n/a"
                    | "#n/a"
                    | "na"
                    | "null"
                    | "none"
                    | "nan"
                    | "nil"
                    | "/"
                    | "\\n"
            )
        }
        Cell::Error(_) => true,
        other => other.is_blank(),
    }
}

/// The order of day and month in a column, for the mapping's `format`, when its cells can be read in one order only. `None`
/// when they need no format, or when both orders would do.
pub fn guess_date_format(cells: &[Cell]) -> Option<&'static str> {
    let texts: Vec<String> = cells.iter().filter(|cell| !is_placeholder(cell)).map(Cell::text).collect();
    if texts.iter().all(|text| date_from_text(text, None).is_ok()) {
        return None;
    }
    let fits = |format: &str| texts.iter().all(|text| date_from_text(text, Some(format)).is_ok());
    // A short year is read with four digits too.
    let orders = [("dd/mm/yyyy", "dd/mm/yy"), ("mm/dd/yyyy", "mm/dd/yy"), ("yyyy/mm/dd", "yy/mm/dd")];
    let mut fitting = orders.into_iter().filter(|(_, short)| fits(short));
    match (fitting.next(), fitting.next()) {
        (Some((long, short)), None) => Some(if fits(long) { long } else { short }),
        _ => None,
    }
}

/// Whether so many cells pass the test; a column that fails is left early.
fn fit<T>(cells: &[T], test: impl Fn(&T) -> bool) -> bool {
    let allowed = cells.len() / 50;
    let mut misfits = 0;
    for cell in cells {
        if !test(cell) {
            misfits += 1;
            if misfits > allowed {
                return false;
            }
        }
    }
    true
}

/// Words and marks only: a column of 0 and 1 can be counted with, and stays a number.
fn switches(cells: &[&Cell]) -> Option<Kind> {
    let says = |cell: &&Cell| match cell {
        Cell::Bool(_) => true,
        Cell::Text(text) => !matches!(text.trim(), "0" | "1") && switch::yes_or_no(text).is_some(),
        _ => false,
    };
    fit(cells, says).then(|| Kind::Switch(switch::Settings::default()))
}

fn dates(cells: &[&Cell], zone: Tz) -> Option<Kind> {
    let reading = Reading { zone, language: Language::Zh };
    let is_date = |cell: &&Cell| match cell {
        Cell::Date(_) => true,
        Cell::DateTime(at) => at.time() == NaiveTime::MIN,
        // A date with a time is a date for whoever imports it, but no date to guess.
        Cell::Text(text) => !text.contains(':') && is_dated(text, cells.len()),
        Cell::Number(_) => is_dated(&cell.text(), cells.len()),
        _ => false,
    };
    if fit(cells, is_date) {
        return Some(Kind::Date(super::date::Settings::default()));
    }
    let instants = datetime::Settings::default();
    let is_instant = |cell: &&Cell| match cell {
        Cell::Text(text) => {
            (text.contains(':') || is_dated(text, cells.len()))
                && match instants.read_cell(cell, &reading) {
                    Ok(_) => true,
                    Err(problems) => problems.iter().any(|problem| problem.code == crate::problem::Code::AmbiguousDate),
                }
        }
        other => matches!(other, Cell::Date(_) | Cell::DateTime(_) | Cell::Instant(_)),
    };
    if fit(cells, is_instant) {
        return Some(Kind::DateTime(datetime::Settings::default()));
    }
    let times = time::Settings::default();
    let is_time =
        |cell: &&Cell| matches!(cell, Cell::Time(_) | Cell::Text(_)) && times.read_cell(cell, &reading).is_ok();
    fit(cells, is_time).then(|| Kind::Time(time::Settings::default()))
}

/// Eight digits are a date only of our times, and only several of them: any one could be a number.
fn is_dated(text: &str, among: usize) -> bool {
    let digits = text.trim();
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let year = digits.get(..4).and_then(|year| year.parse::<u32>().ok()).unwrap_or(0);
        return among >= 3
            && digits.len() == 8
            && (1900..=2100).contains(&year)
            && date_from_text(digits, None).is_ok();
    }
    match date_from_text(text, None) {
        Ok(_) => true,
        // 1.2.3 is rather a version, 1-2-3 rather a code.
        Err(DateTrouble::Ambiguous) => {
            text.contains('/') || text.contains(|c: char| c.is_alphabetic()) || text.trim().len() >= 8
        }
        Err(DateTrouble::NotADate) => false,
    }
}

fn phones(cells: &[&Cell]) -> Option<Kind> {
    let is_phone = |cell: &&Cell| {
        if !matches!(cell, Cell::Text(_) | Cell::Number(_)) {
            return false;
        }
        let text = fold(&cell.text());
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let is_mobile =
            digits.len() == 11 && digits.starts_with('1') && !digits.starts_with("10") && !text.contains('.');
        let is_long =
            text.starts_with('+') || text.starts_with("00") || (digits.starts_with('0') && text.contains('-'));
        (is_mobile || is_long) && phone::e164(&text, Some(Id::CN)).is_some()
    };
    fit(cells, is_phone).then(|| Kind::Phone(phone::Settings::default()))
}

fn numbers(cells: &[&Cell], texts: &[String]) -> Option<Kind> {
    // One such cell is enough: read as a number it would not be what it was.
    if cells.iter().zip(texts).any(|(cell, text)| is_code(cell, text)) {
        return None;
    }
    let read = |cell: &&Cell| number::number_of_cell(cell).is_ok() && matches!(cell, Cell::Number(_) | Cell::Text(_));
    if !fit(cells, read) {
        return None;
    }
    let share = |test: fn(&str) -> bool| texts.iter().filter(|text| test(&fold(text))).count() * 2 > texts.len();
    if share(|text| text.ends_with('%')) {
        return Some(Kind::Number(number::Settings { percent: true, ..Default::default() }));
    }
    for (currency, signs) in [("CNY", ["¥", "元"]), ("USD", ["$", "usd"]), ("EUR", ["€", "eur"]), ("GBP", ["£", "gbp"])]
    {
        let with_sign = texts.iter().filter(|text| signs.iter().any(|sign| fold(text).contains(sign))).count();
        if with_sign * 2 > texts.len() {
            let places = cells
                .iter()
                .filter_map(|cell| number::number_of_cell(cell).ok())
                .map(|number| number.normalize().scale())
                .max();
            let scale = u8::try_from(places.unwrap_or(2).clamp(2, 10)).unwrap_or(2);
            return Some(Kind::Money(money::Settings { scale, currency: currency.to_owned(), ..Default::default() }));
        }
    }
    Some(Kind::Number(number::Settings::default()))
}

/// Leading zeros, or more digits than a number keeps.
fn is_code(cell: &Cell, text: &str) -> bool {
    let folded = fold(text);
    let digits = folded.trim_start_matches(['-', '+']);
    let leading = matches!(cell, Cell::Text(_))
        && digits.len() > 1
        && digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    leading
        || digits.split('.').next().unwrap_or_default().bytes().filter(u8::is_ascii_digit).count() >= 16
        || matches!(cell, Cell::Number(number) if number.abs() >= Decimal::from(1_000_000_000_000_000_i64))
}

fn contacts(texts: &[String]) -> Option<Kind> {
    if fit(texts, |text| email::parse_email(text).is_some()) {
        return Some(Kind::Email(email::Settings::default()));
    }
    let is_url = |text: &String| {
        let folded = fold(text);
        ["http://", "https://", "www."].iter().any(|start| folded.starts_with(start)) && url::parse_url(text).is_some()
    };
    fit(texts, is_url).then(|| Kind::Url(url::Settings::default()))
}

fn identities(cells: &[&Cell], texts: &[String]) -> Option<Kind> {
    // Number cells of 18 digits have lost their last ones.
    if cells.iter().any(|cell| !matches!(cell, Cell::Text(_))) {
        return None;
    }
    let upper = |text: &String| fold(text).to_uppercase();
    let kind = if fit(texts, |text| is_cn_id(&upper(text))) {
        Document::CnId
    } else if fit(texts, |text| is_uscc(&upper(text))) {
        Document::Uscc
    } else {
        return None;
    };
    Some(Kind::IdNumber(id_number::Settings { kind }))
}

/// Options in the order in which they first appear.
fn options(texts: &[String]) -> Option<Kind> {
    if texts.len() < 20 {
        return None;
    }
    let mut seen = HashSet::new();
    let mut options: Vec<ChoiceOption> = Vec::new();
    for text in texts {
        if text.chars().count() > MAX_OPTION {
            return None;
        }
        if !seen.insert(fold(text)) {
            continue;
        }
        if seen.len() > MAX_OPTIONS || seen.len() * 10 > texts.len() * 3 {
            return None;
        }
        let key = crate::key::from_label(text, "option", |key| options.iter().any(|option| option.key == key));
        let color = COLORS[options.len() % COLORS.len()].to_owned();
        options.push(ChoiceOption {
            key,
            label: Label::One(text.trim().to_owned()),
            color: Some(color),
            retired: false,
        });
    }
    Some(Kind::Choice(choice::Settings { options }))
}
