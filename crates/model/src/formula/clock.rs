//! Days and instants: between zones, as written, and how they are added. Years 1 to 9999, as everywhere in the platform.

use chrono::{
    DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Timelike, Utc,
};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::ast::Op;
use super::convert;
use super::decimal::{self, Rounding};
use super::machine::Machine;
use crate::value::{CellError, Value};

const DAY_SECONDS: i64 = 86_400;
const DAY_MICROS: i64 = DAY_SECONDS * 1_000_000;

/// A value on the calendar or the clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Point {
    Day(NaiveDate),
    Instant(DateTime<Utc>),
    Time(NaiveTime),
}

impl Point {
    pub(super) fn of(value: &Value) -> Option<Point> {
        match value {
            Value::Date(day) => Some(Point::Day(*day)),
            Value::DateTime(at) => Some(Point::Instant(*at)),
            Value::Time(time) => Some(Point::Time(*time)),
            _ => None,
        }
    }

    pub(super) fn value(self) -> Value {
        match self {
            Point::Day(day) => Value::Date(day),
            Point::Instant(at) => Value::DateTime(at),
            Point::Time(time) => Value::Time(time),
        }
    }

    /// `#NUM!` unless its year is one of ours.
    pub(super) fn valid(self) -> Result<Point, CellError> {
        let year = match self {
            Point::Day(day) => day.year(),
            Point::Instant(at) => at.year(),
            Point::Time(_) => return Ok(self),
        };
        if (1..=9999).contains(&year) { Ok(self) } else { Err(CellError::Num) }
    }

    pub(super) fn day(self, machine: &Machine) -> Result<NaiveDate, CellError> {
        match self {
            Point::Day(day) => Ok(day),
            Point::Instant(at) => valid_day(local(at, machine.around.zone).date()),
            Point::Time(_) => Err(CellError::Value),
        }
    }

    pub(super) fn time_of_day(self, machine: &Machine) -> NaiveTime {
        match self {
            Point::Day(_) => NaiveTime::MIN,
            Point::Instant(at) => local(at, machine.around.zone).time(),
            Point::Time(time) => time,
        }
    }
}

pub(super) fn valid_day(day: NaiveDate) -> Result<NaiveDate, CellError> {
    if (1..=9999).contains(&day.year()) { Ok(day) } else { Err(CellError::Num) }
}

/// The day of a year, month and day number; `#NUM!` beyond the calendar.
pub(super) fn day_of(year: i64, month: u32, day: u32) -> Result<NaiveDate, CellError> {
    let year = i32::try_from(year).map_err(|_| CellError::Num)?;
    NaiveDate::from_ymd_opt(year, month, day).ok_or(CellError::Num).and_then(valid_day)
}

/// What clocks in the zone show at that instant.
pub(super) fn local(at: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    let at = at.naive_utc();
    at.checked_add_offset(zone.offset_from_utc_datetime(&at).fix()).unwrap_or(at)
}

/// The instant at which clocks in the zone show `local`: the first of two, and in a gap as if the change came later.
pub(super) fn instant(local: NaiveDateTime, zone: Tz) -> Result<DateTime<Utc>, CellError> {
    let offset = |at: NaiveDateTime| zone.offset_from_utc_datetime(&at).fix();
    let day = Days::new(1);
    let before = local.checked_sub_days(day).map(offset).ok_or(CellError::Num)?;
    let after = local.checked_add_days(day).map(offset).ok_or(CellError::Num)?;
    let mut candidates = Vec::new();
    for shown in [before, after] {
        let at = local.checked_sub_offset(shown).ok_or(CellError::Num)?;
        if offset(at) == shown {
            candidates.push(at);
        }
    }
    let at = candidates.into_iter().min().or_else(|| local.checked_sub_offset(before)).ok_or(CellError::Num)?;
    match Point::Instant(at.and_utc()).valid()? {
        Point::Instant(at) => Ok(at),
        Point::Day(_) | Point::Time(_) => Err(CellError::Value),
    }
}

pub(super) fn midnight(day: NaiveDate, zone: Tz) -> Result<DateTime<Utc>, CellError> {
    instant(day.and_time(NaiveTime::MIN), zone)
}

/// A date or a date with time as an instant.
pub(super) fn instant_of(value: &Value, machine: &Machine) -> Result<DateTime<Utc>, CellError> {
    match value {
        Value::DateTime(at) => Ok(*at),
        Value::Date(day) => midnight(*day, machine.around.zone),
        _ => Err(CellError::Value),
    }
}

/// A number of days in microseconds.
fn micros(days: Decimal) -> Result<i64, CellError> {
    decimal::whole(decimal::round(decimal::multiply(days, Decimal::from(DAY_MICROS))?, 0, Rounding::HalfAway)?)
}

fn days(micros: i64) -> Result<Value, CellError> {
    Ok(Value::Number(decimal::divide(Decimal::from(micros), Decimal::from(DAY_MICROS))?))
}

/// A day some whole days later; a part of a day is cut off.
pub(super) fn add_days(day: NaiveDate, days: Decimal) -> Result<NaiveDate, CellError> {
    let days = decimal::whole(decimal::floor(days)?)?;
    let days = TimeDelta::try_days(days).ok_or(CellError::Num)?;
    day.checked_add_signed(days).ok_or(CellError::Num).and_then(valid_day)
}

/// An instant some microseconds later.
pub(super) fn add_micros(at: DateTime<Utc>, micros: i64) -> Result<Value, CellError> {
    let later = at.checked_add_signed(TimeDelta::microseconds(micros)).ok_or(CellError::Num)?;
    Ok(Point::Instant(later).valid()?.value())
}

fn seconds(time: NaiveTime) -> i64 {
    i64::from(time.num_seconds_from_midnight())
}

/// The time of day so many seconds after midnight, days cut off.
pub(super) fn time_at(seconds: i64) -> Result<Value, CellError> {
    let seconds = u32::try_from(seconds.rem_euclid(DAY_SECONDS)).map_err(|_| CellError::Num)?;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).map(Value::Time).ok_or(CellError::Num)
}

/// Sums and differences in which a date or a time takes part; a number counts in days.
pub(super) fn arithmetic(op: Op, left: &Value, right: &Value, machine: &Machine) -> Result<Value, CellError> {
    let sign = match op {
        Op::Add => 1,
        Op::Subtract => -1,
        _ => return Err(CellError::Value),
    };
    let signed = |days: &Value| convert::number(days).map(|days| if sign > 0 { days } else { decimal::negate(days) });
    match (Point::of(left), Point::of(right)) {
        (Some(Point::Day(a)), Some(Point::Day(b))) if sign < 0 => {
            Ok(Value::Number(Decimal::from(a.signed_duration_since(b).num_days())))
        }
        (Some(Point::Time(a)), Some(Point::Time(b))) if sign < 0 => days((seconds(a) - seconds(b)) * 1_000_000),
        (Some(Point::Time(a)), Some(Point::Time(b))) => time_at(seconds(a) + seconds(b)),
        (Some(Point::Day(_) | Point::Instant(_)), Some(Point::Time(time))) => {
            add_micros(instant_of(left, machine)?, sign * seconds(time) * 1_000_000)
        }
        (Some(Point::Time(time)), Some(Point::Day(_) | Point::Instant(_))) if sign > 0 => {
            add_micros(instant_of(right, machine)?, seconds(time) * 1_000_000)
        }
        (Some(Point::Day(_) | Point::Instant(_)), Some(Point::Day(_) | Point::Instant(_))) if sign < 0 => {
            let distance = instant_of(left, machine)?.signed_duration_since(instant_of(right, machine)?);
            days(distance.num_microseconds().ok_or(CellError::Num)?)
        }
        (Some(Point::Day(day)), None) => Ok(Value::Date(add_days(day, signed(right)?)?)),
        (Some(Point::Instant(at)), None) => add_micros(at, micros(signed(right)?)?),
        (Some(Point::Time(time)), None) => time_later(time, signed(right)?),
        (None, Some(point)) if sign > 0 => match point {
            Point::Day(day) => Ok(Value::Date(add_days(day, convert::number(left)?)?)),
            Point::Instant(at) => add_micros(at, micros(convert::number(left)?)?),
            Point::Time(time) => time_later(time, convert::number(left)?),
        },
        _ => Err(CellError::Value),
    }
}

fn time_later(time: NaiveTime, days: Decimal) -> Result<Value, CellError> {
    let later = decimal::round(decimal::multiply(days, Decimal::from(DAY_SECONDS))?, 0, Rounding::HalfAway)?;
    time_at(decimal::whole(later)?.checked_add(seconds(time)).ok_or(CellError::Num)?)
}

/// The day at the start of a text, and what stands behind it: `2026-3-1`, `2026/03/01`, `2026年3月1日`, `20260301`, `2026-03`.
pub(super) fn read_day(text: &str) -> Option<(NaiveDate, String)> {
    let folded = crate::text::fold(text);
    let mut rest = folded.as_str();
    let mut numbers = [1i64; 3];
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    if digits == 8 {
        numbers = [rest[..4].parse().ok()?, rest[4..6].parse().ok()?, rest[6..8].parse().ok()?];
        rest = &rest[8..];
    } else {
        let mut sign = None;
        for (n, longest) in [4, 2, 2].into_iter().enumerate() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            if digits == 0 || digits > longest || n == 0 && digits < 4 {
                return None;
            }
            numbers[n] = rest[..digits].parse().ok()?;
            rest = &rest[digits..];
            let next = rest.chars().next();
            match (n, next) {
                (0, Some('-' | '/' | '.' | '年')) => sign = next,
                (1, Some('月')) if sign == Some('年') => {}
                (1, _) if next == sign && sign != Some('年') => {}
                (1, None) if sign != Some('年') => break,
                (2, Some('日' | '号')) if sign == Some('年') => {}
                (2, _) => break,
                _ => return None,
            }
            rest = rest.strip_prefix(|_: char| true).unwrap_or(rest);
            if n == 1 && sign == Some('年') && rest.is_empty() {
                break;
            }
        }
    }
    let day = day_of(numbers[0], u32::try_from(numbers[1]).ok()?, u32::try_from(numbers[2]).ok()?).ok()?;
    let rest = if rest.is_empty() { rest } else { rest.strip_prefix(['t', ' '])?.trim_start() };
    if !rest.is_empty() {
        read_clock(rest)?;
    }
    Some((day, rest.to_owned()))
}

/// `9:30`, `09:30:15`, `09:30:15.5`, then perhaps `z` or `+08:00`: the time and the zone's seconds.
fn read_clock(text: &str) -> Option<(NaiveTime, Option<i64>)> {
    let split = text.find(['z', '+', '-']).unwrap_or(text.len());
    let (clock, zone) = text.split_at(split);
    let mut parts = clock.trim_end().split(':');
    let mut number = |least: usize| -> Option<u32> {
        let part = parts.next()?;
        let fits = part.len() >= least && part.len() <= 2 && part.bytes().all(|c| c.is_ascii_digit());
        if fits { part.parse().ok() } else { None }
    };
    let (hour, minute) = (number(1)?, number(2)?);
    let second = match clock.trim_end().split(':').nth(2) {
        None => 0,
        Some(part) => {
            let (whole, fraction) = part.split_once('.').unwrap_or((part, ""));
            if whole.len() != 2 || !(whole.bytes().chain(fraction.bytes())).all(|c| c.is_ascii_digit()) {
                return None;
            }
            whole.parse().ok()?
        }
    };
    if clock.split(':').count() > 3 {
        return None;
    }
    let offset = match zone {
        "" => None,
        "z" => Some(0),
        _ => {
            let sign = if zone.starts_with('-') { -1 } else { 1 };
            let (hours, minutes) = zone[1..].split_once(':')?;
            if hours.len() != 2
                || minutes.len() != 2
                || !(hours.bytes().chain(minutes.bytes())).all(|c| c.is_ascii_digit())
            {
                return None;
            }
            Some(sign * (hours.parse::<i64>().ok()? * 3600 + minutes.parse::<i64>().ok()? * 60))
        }
    };
    Some((NaiveTime::from_hms_opt(hour, minute, second)?, offset))
}

/// A day, a day with a time, or a time.
pub(super) fn read_point(text: &str, machine: &Machine) -> Option<Point> {
    let Some((day, rest)) = read_day(text) else { return read_time(text).map(Point::Time) };
    if rest.is_empty() {
        return Some(Point::Day(day));
    }
    let (time, offset) = read_clock(&rest)?;
    let at = match offset {
        Some(seconds) => day.and_time(time).and_utc().checked_sub_signed(TimeDelta::try_seconds(seconds)?)?,
        None => instant(day.and_time(time), machine.around.zone).ok()?,
    };
    Some(Point::Instant(at))
}

/// A time of day as written.
pub(super) fn read_time(text: &str) -> Option<NaiveTime> {
    match read_clock(&crate::text::fold(text))? {
        (time, None) => Some(time),
        (_, Some(_)) => None,
    }
}
