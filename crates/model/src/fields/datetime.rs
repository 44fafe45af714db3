//! A point in time: kept in UTC, shown in the zone of whoever reads.

use chrono::{DateTime, NaiveDateTime, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::date::{DateTrouble, ambiguous, check_format, date_from_text, in_range, parse_date};
use super::time::parse_time;
use super::{Column, FieldType, Reading, Written, is_blank, is_default, wrong, wrong_type};
use crate::cell::Cell;
use crate::label::Language;
use crate::problem::{Code, Problems};
use crate::query::Op;
use crate::value::Value;

/// How exactly a time is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Precision {
    #[default]
    Minute,
    Second,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    #[serde(skip_serializing_if = "is_default")]
    pub precision: Precision,
    /// How dates stand in files that are imported: `dd/mm/yyyy`.
    #[serde(skip_serializing_if = "is_default")]
    pub format: Option<String>,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "datetime"
    }

    fn column(&self) -> Column {
        Column::DateTime
    }

    fn check_settings(&self, problems: &mut Problems) {
        check_format(self.format.as_deref(), problems);
    }

    fn read(&self, input: &Json, reading: &Reading) -> Result<Written, Problems> {
        if is_blank(input) {
            return Ok(Written::Value(Value::Null));
        }
        Ok(Written::Value(Value::DateTime(read_instant(input, reading.zone)?)))
    }

    fn read_cell(&self, cell: &Cell, reading: &Reading) -> Result<Written, Problems> {
        let text = cell.text();
        let not_one = || vec![wrong(Code::NotADate).with("value", text.trim())];
        let local = match cell {
            Cell::Instant(at) => return Ok(Written::Value(Value::DateTime(kept(*at).ok_or_else(not_one)?))),
            Cell::DateTime(at) => *at,
            Cell::Date(date) => date.and_time(NaiveTime::MIN),
            Cell::Text(text) => {
                if let Some(at) = parse_instant(text.trim(), reading.zone) {
                    return Ok(Written::Value(Value::DateTime(at)));
                }
                local_of_text(text, self.format.as_deref()).map_err(|trouble| match trouble {
                    DateTrouble::Ambiguous => vec![ambiguous(text)],
                    DateTrouble::NotADate => not_one(),
                })?
            }
            Cell::Empty | Cell::Number(_) | Cell::Bool(_) | Cell::Time(_) | Cell::Error(_) => return Err(not_one()),
        };
        let at = from_local(local, reading.zone).and_then(kept).ok_or_else(not_one)?;
        Ok(Written::Value(Value::DateTime(at)))
    }

    /// In UTC, for readers without a zone.
    fn display(&self, value: &Value, _: Language) -> String {
        self.in_zone(value, Tz::UTC)
    }

    fn display_for(&self, value: &Value, reader: &Reading) -> String {
        self.in_zone(value, reader.zone)
    }

    fn operators(&self) -> &'static [Op] {
        Op::DATE
    }
}

impl Settings {
    fn in_zone(&self, value: &Value, zone: Tz) -> String {
        let Value::DateTime(at) = value else { return super::display_plain(value) };
        let format = match self.precision {
            Precision::Minute => "%Y-%m-%d %H:%M",
            Precision::Second => "%Y-%m-%d %H:%M:%S",
        };
        at.with_timezone(&zone).format(format).to_string()
    }
}

/// RFC 3339, or `YYYY-MM-DD[ HH:MM[:SS]]` in the zone of whoever writes.
pub fn read_instant(input: &Json, zone: Tz) -> Result<DateTime<Utc>, Problems> {
    let text = input.as_str().ok_or_else(|| wrong_type("datetime"))?.trim();
    parse_instant(text, zone).ok_or_else(|| vec![wrong(Code::NotADate).with("value", text)])
}

fn parse_instant(text: &str, zone: Tz) -> Option<DateTime<Utc>> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return kept(at.with_timezone(&Utc));
    }
    let date = parse_date(text.get(..10)?)?;
    let rest = &text[10..];
    let time = match rest.strip_prefix(['T', 't', ' ']) {
        Some(time) => parse_time(time.trim_start())?,
        None if rest.is_empty() => NaiveTime::MIN,
        None => return None,
    };
    from_local(date.and_time(time), zone).and_then(kept)
}

/// A date as people write it, and after a blank or `T` a time.
fn local_of_text(text: &str, format: Option<&str>) -> Result<NaiveDateTime, DateTrouble> {
    let folded = crate::text::fold(text);
    let cut = folded.find(':').map(|colon| {
        let before = folded[..colon].trim_end_matches(|c: char| c.is_ascii_digit());
        before.trim_end_matches(|c: char| !c.is_ascii_digit()).len()
    });
    let (day, time) = folded.split_at(cut.unwrap_or(folded.len()));
    let time = time.trim_start_matches([' ', 't', '日', '号', ',']);
    let date = date_from_text(day, format)?;
    let time =
        if time.is_empty() { NaiveTime::MIN } else { super::time::human_time(time).ok_or(DateTrouble::NotADate)? };
    Ok(date.and_time(time))
}

/// The instant at which clocks of `zone` show `local`. Of an hour that comes twice the first is meant; of one that clocks
/// skip, the same time after the skip.
pub fn from_local(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    if let Some(at) = zone.from_local_datetime(&local).earliest() {
        return Some(at.with_timezone(&Utc));
    }
    let before = zone.from_local_datetime(&local.checked_sub_signed(chrono::TimeDelta::hours(3))?).earliest()?;
    before.checked_add_signed(chrono::TimeDelta::hours(3)).map(|at| at.with_timezone(&Utc))
}

/// To the microsecond, in the years 1 to 9999; a leap second is no time that could be stored.
fn kept(at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if at.nanosecond() >= 1_000_000_000 || !in_range(at.date_naive()) {
        return None;
    }
    DateTime::from_timestamp_micros(at.timestamp_micros())
}
