//! What a workbook's cell holds: exact numbers, and dates where its number format says so.

use std::str::FromStr;

use calamine::{Data, DataRef, ExcelDateTime};
use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use kehub_model::Cell;
use rust_decimal::Decimal;

/// What the number format of a cell makes of its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// As the value is: a whole day is a date, less than one a time.
    Unknown,
    Date,
    DateTime,
    Time,
    /// `00000`: a code with leading zeros, this wide.
    Zeros(usize),
}

impl Format {
    pub(crate) fn of(code: &str) -> Format {
        let first = code.split(';').next().unwrap_or_default();
        if first.len() > 1 && first.len() <= 30 && first.bytes().all(|byte| byte == b'0') {
            return Format::Zeros(first.len());
        }
        let letters = letters(first);
        let clock = letters.contains(['h', 's']);
        // An m beside hours or seconds is a minute, else a month.
        let calendar = letters.contains(['y', 'd', 'e', 'b']) || (letters.contains('m') && !clock);
        match (calendar, clock) {
            (true, true) => Format::DateTime,
            (true, false) => Format::Date,
            (false, true) => Format::Time,
            (false, false) => Format::Unknown,
        }
    }
}

/// The letters of a number format that stand for something: without quoted and escaped text and without brackets.
fn letters(code: &str) -> String {
    let mut letters = String::new();
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => drop(chars.by_ref().find(|c| *c == '"')),
            '[' => drop(chars.by_ref().find(|c| *c == ']')),
            '\\' | '_' | '*' => drop(chars.next()),
            _ => letters.push(c.to_ascii_lowercase()),
        }
    }
    letters.replace("am/pm", "h").replace("a/p", "h").replace("general", "")
}

pub(crate) fn of_ref(data: &DataRef<'_>, format: Format, is_1904: bool) -> Cell {
    match data {
        DataRef::Empty => Cell::Empty,
        DataRef::Int(number) => whole(*number, format),
        DataRef::Float(number) => number_cell(*number, format),
        DataRef::String(text) => text_cell(text),
        DataRef::SharedString(text) => text_cell(text),
        DataRef::Bool(yes) => Cell::Bool(*yes),
        DataRef::DateTime(at) => moment(at, format, is_1904),
        DataRef::DateTimeIso(text) => iso(text),
        DataRef::DurationIso(text) => iso_duration(text),
        DataRef::Error(error) => Cell::Error(error.to_string()),
    }
}

pub(crate) fn of_data(data: &Data, is_1904: bool) -> Cell {
    match data {
        Data::Empty => Cell::Empty,
        Data::Int(number) => whole(*number, Format::Unknown),
        Data::Float(number) => number_cell(*number, Format::Unknown),
        Data::String(text) => text_cell(text),
        Data::Bool(yes) => Cell::Bool(*yes),
        Data::DateTime(at) => moment(at, Format::Unknown, is_1904),
        Data::DateTimeIso(text) => iso(text),
        Data::DurationIso(text) => iso_duration(text),
        Data::Error(error) => Cell::Error(error.to_string()),
    }
}

fn text_cell(text: &str) -> Cell {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
}

fn whole(number: i64, format: Format) -> Cell {
    match format {
        Format::Zeros(width) if number >= 0 => Cell::Text(format!("{number:0width$}")),
        _ => Cell::Number(Decimal::from(number)),
    }
}

fn number_cell(number: f64, format: Format) -> Cell {
    /// Beyond this not every whole number has a float of its own.
    const WHOLE: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < WHOLE {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
        return whole(number as i64, format);
    }
    decimal(number).map_or_else(|| Cell::Text(format!("{number:E}")), Cell::Number)
}

/// The decimal with the fewest digits that is read as this float: 0.1 is 0.1.
pub(crate) fn decimal(number: f64) -> Option<Decimal> {
    Decimal::from_str_exact(&number.to_string()).ok()
}

/// A serial number of days, by its format as date, time or both.
fn moment(at: &ExcelDateTime, format: Format, is_1904: bool) -> Cell {
    let serial = at.as_f64();
    if at.is_duration() {
        return duration(serial);
    }
    if !(0.0..2_958_466.0).contains(&serial) {
        return number_cell(serial, Format::Unknown);
    }
    let is_time = serial < 1.0 && !is_1904 && !matches!(format, Format::Date);
    if is_time || (serial < 1.0 && format == Format::Time) {
        return time_of(serial).map_or_else(|| number_cell(serial, Format::Unknown), Cell::Time);
    }
    let Some(stamp) = stamp(serial, is_1904) else { return number_cell(serial, Format::Unknown) };
    match format {
        Format::DateTime | Format::Time => Cell::DateTime(stamp),
        // A date that hides a time keeps it: nothing of the file is lost.
        Format::Date | Format::Unknown | Format::Zeros(_) if stamp.time() == NaiveTime::MIN => Cell::Date(stamp.date()),
        Format::Date | Format::Unknown | Format::Zeros(_) => Cell::DateTime(stamp),
    }
}

/// Day and time of a serial number. Excel's 29 February 1900 never was: days before it count from the day after.
fn stamp(serial: f64, is_1904: bool) -> Option<NaiveDateTime> {
    let (year, month, day) = match (is_1904, serial < 60.0) {
        (true, _) => (1904, 1, 1),
        (false, true) => (1899, 12, 31),
        (false, false) => (1899, 12, 30),
    };
    let epoch = NaiveDate::from_ymd_opt(year, month, day)?.and_time(NaiveTime::MIN);
    epoch.checked_add_signed(milliseconds(serial))
}

#[expect(clippy::cast_possible_truncation, reason = "a serial number is checked to be below three million")]
fn milliseconds(serial: f64) -> Duration {
    Duration::milliseconds((serial * 86_400_000.0).round() as i64)
}

fn time_of(serial: f64) -> Option<NaiveTime> {
    let since = milliseconds(serial);
    (since < Duration::days(1)).then(|| NaiveTime::MIN + since)
}

/// `[h]:mm`: a time of day if it is one, else hours and minutes as the workbook shows them.
fn duration(serial: f64) -> Cell {
    if !(-1e6..1e6).contains(&serial) {
        return number_cell(serial, Format::Unknown);
    }
    if let Some(time) = (serial >= 0.0).then(|| time_of(serial)).flatten() {
        return Cell::Time(time);
    }
    let seconds = (milliseconds(serial.abs()).num_milliseconds() + 500) / 1_000;
    let sign = if serial < 0.0 { "-" } else { "" };
    Cell::Text(format!("{sign}{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60))
}

/// A date as text within a workbook (ODS, ISO cells of XLSX).
fn iso(text: &str) -> Cell {
    let trimmed = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(trimmed) {
        return Cell::Instant(at.with_timezone(&Utc));
    }
    if let Ok(date) = NaiveDate::from_str(trimmed) {
        return Cell::Date(date);
    }
    if let Ok(at) = NaiveDateTime::parse_from_str(trimmed, "%Y-%m-%dT%H:%M:%S%.f") {
        return Cell::DateTime(at);
    }
    if let Ok(at) = NaiveDateTime::parse_from_str(trimmed, "%Y-%m-%dT%H:%M") {
        return Cell::DateTime(at);
    }
    if let Ok(time) = NaiveTime::from_str(trimmed.trim_start_matches('T')) {
        return Cell::Time(time);
    }
    text_cell(text)
}

/// `PT12H30M05S`.
fn iso_duration(text: &str) -> Cell {
    let Some(mut rest) = text.trim().strip_prefix("PT") else { return text_cell(text) };
    let mut seconds = 0.0;
    for (unit, worth) in [('H', 3_600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((number, behind)) = rest.split_once(unit) {
            let Ok(number) = number.parse::<f64>() else { return text_cell(text) };
            seconds += number * worth;
            rest = behind;
        }
    }
    if rest.is_empty() { duration(seconds / 86_400.0) } else { text_cell(text) }
}
