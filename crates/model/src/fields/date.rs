//! A day of the calendar, without a time and without a zone: it is the same day everywhere.

use chrono::{Datelike, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use super::date_text::{DateTrouble, date_from_text};
use super::{Column, FieldType, Reading, Written, is_blank, is_default, wrong, wrong_type};
use crate::cell::Cell;
use crate::problem::{Code, Problem, Problems};
use crate::query::Op;
use crate::value::Value;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// How dates stand in files that are imported: `dd/mm/yyyy`, `mm-dd-yy`, `yyyymmdd`. Without it only dates that can be
    /// read in one way are read.
    #[serde(skip_serializing_if = "is_default")]
    pub format: Option<String>,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "date"
    }

    fn column(&self) -> Column {
        Column::Date
    }

    fn check_settings(&self, problems: &mut Problems) {
        check_format(self.format.as_deref(), problems);
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        if is_blank(input) {
            return Ok(Written::Value(Value::Null));
        }
        Ok(Written::Value(Value::Date(read_date(input)?)))
    }

    fn read_cell(&self, cell: &Cell, reading: &Reading) -> Result<Written, Problems> {
        let text = cell.text();
        let date = match cell {
            Cell::Date(date) => Ok(*date),
            Cell::DateTime(at) => Ok(at.date()),
            Cell::Instant(at) => Ok(at.with_timezone(&reading.zone).date_naive()),
            // A number may be a date only when it is written like one: a day count would be a guess.
            Cell::Text(_) | Cell::Number(_) => date_from_text(&text, self.format.as_deref()),
            Cell::Empty | Cell::Bool(_) | Cell::Time(_) | Cell::Error(_) => Err(DateTrouble::NotADate),
        };
        match date {
            Ok(date) if in_range(date) => Ok(Written::Value(Value::Date(date))),
            Err(DateTrouble::Ambiguous) => Err(vec![ambiguous(&text)]),
            Ok(_) | Err(DateTrouble::NotADate) => Err(vec![wrong(Code::NotADate).with("value", text.trim())]),
        }
    }

    fn operators(&self) -> &'static [Op] {
        Op::DATE
    }
}

/// `YYYY-MM-DD` and nothing else.
pub fn read_date(input: &Json) -> Result<NaiveDate, Problems> {
    let text = input.as_str().ok_or_else(|| wrong_type("date"))?.trim();
    parse_date(text).ok_or_else(|| vec![wrong(Code::NotADate).with("value", text)])
}

/// `YYYY-MM-DD`: four, two and two digits.
pub(super) fn parse_date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(n, byte)| if n == 4 || n == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
    let date = shaped
        .then(|| NaiveDate::from_ymd_opt(text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?));
    date.flatten().filter(|date| in_range(*date))
}

/// The years both databases and every program can write.
pub(super) fn in_range(date: NaiveDate) -> bool {
    (1..=9999).contains(&date.year())
}

pub(super) fn ambiguous(text: &str) -> Problem {
    wrong(Code::AmbiguousDate).with("value", text.trim())
}

pub(super) fn check_format(format: Option<&str>, problems: &mut Problems) {
    if format.is_some_and(|format| !super::date_text::is_format(format)) {
        problems.push(Problem::new(Code::BadFormat, "format").with("hint", "dd/mm/yyyy, mm-dd-yy, yyyymmdd …"));
    }
}
