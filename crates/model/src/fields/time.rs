//! A time of day, without a date and without a zone.

use chrono::{NaiveDate, NaiveTime, Timelike};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::datetime::Precision;
use super::{Column, FieldType, Reading, Written, is_blank, is_default, wrong, wrong_type};
use crate::cell::Cell;
use crate::label::Language;
use crate::problem::{Code, Problems};
use crate::query::Op;
use crate::value::Value;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    #[serde(skip_serializing_if = "is_default")]
    pub precision: Precision,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "time"
    }

    fn column(&self) -> Column {
        Column::Time
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        if is_blank(input) {
            return Ok(Written::Value(Value::Null));
        }
        let text = input.as_str().ok_or_else(|| wrong_type("time"))?;
        let time = parse_time(text.trim()).ok_or_else(|| vec![wrong(Code::NotATime).with("value", text)])?;
        Ok(Written::Value(Value::Time(time)))
    }

    fn read_cell(&self, cell: &Cell, _: &Reading) -> Result<Written, Problems> {
        let time = match cell {
            Cell::Time(time) => Some(*time),
            // Workbooks put a time without a date on the first day they know.
            Cell::DateTime(at) if is_no_day(at.date()) => Some(at.time()),
            Cell::Text(text) => human_time(&crate::text::fold(text)),
            _ => None,
        };
        let time = time.ok_or_else(|| vec![wrong(Code::NotATime).with("value", cell.text().trim())])?;
        Ok(Written::Value(Value::Time(to_the_second(time))))
    }

    fn display(&self, value: &Value, _: Language) -> String {
        match (value, self.precision) {
            (Value::Time(time), Precision::Minute) => time.format("%H:%M").to_string(),
            _ => super::display_plain(value),
        }
    }

    fn operators(&self) -> &'static [Op] {
        Op::DATE
    }
}

fn is_no_day(date: NaiveDate) -> bool {
    [(1899, 12, 30), (1899, 12, 31), (1904, 1, 1)]
        .into_iter()
        .any(|(year, month, day)| NaiveDate::from_ymd_opt(year, month, day) == Some(date))
}

fn to_the_second(time: NaiveTime) -> NaiveTime {
    time.with_nanosecond(0).unwrap_or(time)
}

/// `HH:MM` or `HH:MM:SS`, with a fraction that is left away; the hour may be of one digit.
pub(super) fn parse_time(text: &str) -> Option<NaiveTime> {
    let mut parts = text.split(':');
    let number = |text: &str, least: usize| -> Option<u32> {
        let fits = (least..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| text.parse().ok()).flatten()
    };
    let hour = number(parts.next()?, 1)?;
    let minute = number(parts.next()?, 2)?;
    let second = match parts.next() {
        Some(seconds) => {
            let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
            if fraction.is_empty() || fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            number(whole, 2)?
        }
        None => 0,
    };
    if parts.next().is_some() {
        return None;
    }
    NaiveTime::from_hms_opt(hour, minute, second)
}

/// A time as people write it, folded: `9:05`, `下午3:05`, `3:05 pm`, `9时5分`.
pub(super) fn human_time(folded: &str) -> Option<NaiveTime> {
    let text = folded.trim();
    let mut afternoon = None;
    let mut clock = text;
    for (word, is_afternoon) in [("上午", false), ("下午", true), ("晚上", true), ("am", false), ("pm", true)] {
        if let Some(rest) = clock.strip_prefix(word).or_else(|| clock.strip_suffix(word)) {
            clock = rest.trim();
            afternoon = Some(is_afternoon);
            break;
        }
    }
    let clock = clock.replace(['时', '点', '分'], ":").replace('秒', "");
    let clock = clock.trim_end_matches(':');
    let padded = clock.split(':').map(|part| if part.len() == 1 { format!("0{part}") } else { part.to_owned() });
    let time = parse_time(&if text.contains(['时', '点']) {
        padded.collect::<Vec<_>>().join(":")
    } else {
        clock.to_owned()
    })?;
    match afternoon {
        None => Some(time),
        Some(_) if time.hour() == 0 && time.minute() == 0 && time.second() == 0 => None,
        // 下午15:00 says the same twice.
        Some(true) if time.hour() < 12 => time.with_hour(time.hour() + 12),
        Some(false) if time.hour() == 12 => time.with_hour(0),
        Some(false) if time.hour() > 12 => None,
        Some(_) => Some(time),
    }
}
