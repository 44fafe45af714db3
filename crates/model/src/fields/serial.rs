//! A running number made of fixed text, the date, values of the record and a count: `HT-202611-0042`.

use chrono::{Datelike, NaiveDate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Column, FieldType, Order, Reading, Written, is_default, wrong};
use crate::problem::{Code, Problem, Problems};
use crate::query::Op;

/// The most parts of a serial number.
const MAX_PARTS: usize = 10;

/// When a count begins anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reset {
    #[default]
    Never,
    Year,
    Month,
    /// On Monday.
    Week,
    Day,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Count {
    /// At least so many digits, 1 to 12; a count that outgrows them has more.
    pub digits: u8,
    /// The first number of a period.
    #[serde(skip_serializing_if = "is_one")]
    pub start: i64,
    #[serde(skip_serializing_if = "is_default")]
    pub reset: Reset,
}

impl Default for Count {
    fn default() -> Self {
        Count { digits: 4, start: 1, reset: Reset::Never }
    }
}

fn is_one(start: &i64) -> bool {
    *start == 1
}

/// One piece of a serial number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Text(String),
    /// The day of creation: `yyyy`, `yy`, `mm`, `dd` and what stands between: `yyyymmdd`, `yy-mm`.
    Date(String),
    Count(Count),
    /// The key of a field of the record, as it reads when the record is created.
    Field(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// In order; exactly one of them is a count.
    pub parts: Vec<Part>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { parts: vec![Part::Count(Count::default())] }
    }
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "serial"
    }

    /// Folded beside it, since its fixed text may be in capitals.
    fn column(&self) -> Column {
        Column::Text { folded: true }
    }

    fn check_settings(&self, problems: &mut Problems) {
        if self.parts.iter().filter(|part| matches!(part, Part::Count(_))).count() != 1 {
            problems.push(Problem::new(Code::BadFormat, "parts").with("hint", "{\"count\": …} × 1"));
        }
        if self.parts.len() > MAX_PARTS {
            problems.push(Problem::new(Code::TooMany, "parts").with("max", MAX_PARTS));
        }
        for (n, part) in self.parts.iter().enumerate() {
            problems.extend(part.check().map(|problem| problem.within(&format!("parts[{n}]"))));
        }
    }

    fn is_writable(&self) -> bool {
        false
    }

    fn read(&self, _: &Json, _: &Reading) -> Result<Written, Problems> {
        Err(vec![wrong(Code::ReadOnly)])
    }

    fn operators(&self) -> &'static [Op] {
        Op::TEXT
    }

    fn order(&self) -> Order {
        Order::Text
    }
}

impl Part {
    fn check(&self) -> Option<Problem> {
        match self {
            Part::Text(text) if text.chars().count() > 30 => Some(Problem::new(Code::TooLong, "text").with("max", 30)),
            Part::Text(text) if text.chars().any(char::is_control) => {
                Some(Problem::new(Code::BadFormat, "text").with("hint", "HT-"))
            }
            Part::Date(format) if !is_date_format(format) => {
                Some(Problem::new(Code::BadFormat, "date").with("hint", "yyyy yymm yyyymmdd yyyy-mm-dd"))
            }
            Part::Count(count) if !(1..=12).contains(&count.digits) => {
                Some(Problem::new(Code::OutOfRange, "count.digits").with("min", 1).with("max", 12))
            }
            Part::Count(count) if !(0..=999_999_999_999).contains(&count.start) => {
                Some(Problem::new(Code::OutOfRange, "count.start").with("min", 0).with("max", 999_999_999_999_i64))
            }
            Part::Field(key) if !crate::key::is_key(key) => {
                Some(Problem::new(Code::BadKey, "field").with("value", key))
            }
            Part::Text(_) | Part::Date(_) | Part::Count(_) | Part::Field(_) => None,
        }
    }
}

impl Settings {
    /// The count part.
    pub fn count(&self) -> Count {
        let count =
            self.parts.iter().find_map(|part| if let Part::Count(count) = part { Some(count.clone()) } else { None });
        count.unwrap_or_default()
    }

    /// The name of the period in which counts run that are taken at `at`; another period begins at `start` again.
    pub fn period(&self, at: NaiveDate) -> String {
        match self.count().reset {
            Reset::Never => String::new(),
            Reset::Year => at.format("%Y").to_string(),
            Reset::Month => at.format("%Y-%m").to_string(),
            // The year a week belongs to, which is not always that of its day.
            Reset::Week => format!("{:04}-W{:02}", at.iso_week().year(), at.iso_week().week()),
            Reset::Day => at.format("%Y-%m-%d").to_string(),
        }
    }

    /// The serial number with the count `n`; `fields` tells how a field of the record reads.
    pub fn write(&self, at: NaiveDate, n: i64, fields: &dyn Fn(&str) -> String) -> String {
        let written = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.clone(),
            Part::Date(format) => write_date(at, format),
            Part::Count(count) => format!("{n:0width$}", width = usize::from(count.digits)),
            Part::Field(key) => fields(key),
        });
        crate::text::clean(&written.collect::<String>())
    }
}

fn is_date_format(format: &str) -> bool {
    let left =
        ["yyyy", "yy", "mm", "dd"].iter().fold(format.to_ascii_lowercase(), |left, word| left.replacen(word, "", 1));
    !format.is_empty()
        && format.len() <= 30
        && left.len() < format.len()
        && !left.contains(|c: char| c.is_ascii_alphanumeric() || c.is_control())
}

fn write_date(at: NaiveDate, format: &str) -> String {
    let year = format!("{:04}", at.year());
    let format = format.to_ascii_lowercase().replace("yyyy", &year).replace("yy", &year[year.len() - 2..]);
    format.replace("mm", &format!("{:02}", at.month())).replace("dd", &format!("{:02}", at.day()))
}
