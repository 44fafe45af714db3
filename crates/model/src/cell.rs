//! One cell of a foreign file, before anybody knows which field it is for.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What a file's reader could be sure of. Text is as it stood in the file, only decoded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "t", content = "v", rename_all = "snake_case")]
pub enum Cell {
    Empty,
    Text(String),
    /// A number cell of a workbook; `text` is how it was written when that differs in meaning (leading zeros, 18 digits).
    Number(Decimal),
    Bool(bool),
    Date(NaiveDate),
    /// Without a zone: read in the zone of whoever imports.
    DateTime(NaiveDateTime),
    /// With a zone of its own.
    Instant(DateTime<Utc>),
    Time(NaiveTime),
    /// `#REF!` and its like, as the workbook shows it.
    Error(String),
}

impl Cell {
    /// The cell as a person would read it aloud: what goes into a text field.
    pub fn text(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) | Cell::Error(text) => text.clone(),
            Cell::Number(number) => number.normalize().to_string(),
            Cell::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
            Cell::Date(date) => date.format("%Y-%m-%d").to_string(),
            Cell::DateTime(at) => at.format("%Y-%m-%d %H:%M:%S").to_string(),
            Cell::Instant(at) => at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
            Cell::Time(time) => time.format("%H:%M:%S").to_string(),
        }
    }

    pub fn is_blank(&self) -> bool {
        matches!(self, Cell::Empty) || matches!(self, Cell::Text(text) if text.trim().is_empty())
    }
}
