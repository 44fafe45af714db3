//! Dates and times. Days are those of the zone; a function of an empty date is empty.

use chrono::{Datelike, Months, NaiveDate, NaiveDateTime, Timelike};
use rust_decimal::Decimal;

use super::clock::{self, Point};
use super::error;
use super::machine::{Answer, Arguments, Machine, Stop};
use crate::value::{CellError, Value};

pub(super) fn today(arguments: &Arguments) -> Answer {
    let around = arguments.machine.around;
    Ok(Value::Date(clock::valid_day(clock::local(around.now, around.zone).date())?))
}

pub(super) fn now(arguments: &Arguments) -> Answer {
    Ok(Point::Instant(arguments.machine.around.now).valid()?.value())
}

/// Months and days beyond their range carry over: month 13 is January of the next year.
pub(super) fn date(arguments: &Arguments) -> Answer {
    let (year, month, day) = (arguments.whole(0)?, arguments.whole(1)?, arguments.whole(2)?);
    let months = year.checked_mul(12).and_then(|months| months.checked_add(month)).and_then(|m| m.checked_sub(1));
    let months = months.ok_or(CellError::Num)?;
    let first = clock::day_of(months.div_euclid(12), months.rem_euclid(12) as u32 + 1, 1)?;
    let later = day.checked_sub(1).ok_or(CellError::Num)?;
    Ok(Value::Date(clock::add_days(first, Decimal::from(later))?))
}

pub(super) fn time(arguments: &Arguments) -> Answer {
    let mut seconds: i64 = 0;
    for n in 0..3 {
        let part = arguments.whole(n)?;
        seconds = seconds.checked_mul(60).and_then(|s| s.checked_add(part)).ok_or(CellError::Num)?;
    }
    if seconds < 0 {
        return error(CellError::Num);
    }
    Ok(clock::time_at(seconds)?)
}

pub(super) fn date_value(arguments: &Arguments) -> Answer {
    Ok(Value::Date(arguments.day(0)?))
}

pub(super) fn time_value(arguments: &Arguments) -> Answer {
    let time = arguments.time_of_day(0)?;
    Ok(clock::time_at(i64::from(time.num_seconds_from_midnight()))?)
}

pub(super) fn instant_value(arguments: &Arguments) -> Answer {
    Ok(match arguments.point(0)? {
        Point::Day(day) => Value::DateTime(clock::midnight(day, arguments.machine.around.zone)?),
        Point::Instant(at) => Value::DateTime(at),
        Point::Time(_) => return error(CellError::Value),
    })
}

fn count(n: impl Into<i64>) -> Answer {
    Ok(n.into().into())
}

pub(super) fn year(arguments: &Arguments) -> Answer {
    count(arguments.day(0)?.year())
}

pub(super) fn quarter(arguments: &Arguments) -> Answer {
    count(arguments.day(0)?.month0() / 3 + 1)
}

pub(super) fn month(arguments: &Arguments) -> Answer {
    count(arguments.day(0)?.month())
}

pub(super) fn day(arguments: &Arguments) -> Answer {
    count(arguments.day(0)?.day())
}

pub(super) fn hour(arguments: &Arguments) -> Answer {
    count(arguments.time_of_day(0)?.hour())
}

pub(super) fn minute(arguments: &Arguments) -> Answer {
    count(arguments.time_of_day(0)?.minute())
}

pub(super) fn second(arguments: &Arguments) -> Answer {
    count(arguments.time_of_day(0)?.second())
}

/// The day a week starts with by Excel's number for it, Monday being 0.
fn week_start(kind: i64) -> Result<u32, CellError> {
    match kind {
        1 => Ok(6),
        2 => Ok(0),
        11..=17 => Ok((kind - 11) as u32),
        _ => Err(CellError::Num),
    }
}

/// Days since the start of the week.
fn days_into_week(day: NaiveDate, start: u32) -> u32 {
    (day.weekday().num_days_from_monday() + 7 - start) % 7
}

pub(super) fn weekday(arguments: &Arguments) -> Answer {
    let day = arguments.day(0)?;
    match arguments.whole_or(1, 1)? {
        3 => count(days_into_week(day, 0)),
        kind => count(days_into_week(day, week_start(kind)?) + 1),
    }
}

pub(super) fn week_number(arguments: &Arguments) -> Answer {
    let day = arguments.day(0)?;
    let kind = arguments.whole_or(1, 1)?;
    if kind == 21 {
        return iso_week(arguments);
    }
    let new_year = clock::day_of(i64::from(day.year()), 1, 1)?;
    count((day.ordinal0() + days_into_week(new_year, week_start(kind)?)) / 7 + 1)
}

pub(super) fn iso_week(arguments: &Arguments) -> Answer {
    count(arguments.day(0)?.iso_week().week())
}

pub(super) fn days(arguments: &Arguments) -> Answer {
    count(arguments.day(0)?.signed_duration_since(arguments.day(1)?).num_days())
}

/// A length of time as people name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Months(i64),
    Days(i64),
    Seconds(i64),
}

/// `m` is a month, as in DATEDIF; minutes are `min`.
fn unit(name: &str) -> Result<Unit, CellError> {
    Ok(match name {
        "y" | "yy" | "yyyy" | "year" | "years" | "年" => Unit::Months(12),
        "q" | "quarter" | "quarters" | "季" | "季度" => Unit::Months(3),
        "m" | "mo" | "month" | "months" | "月" | "个月" => Unit::Months(1),
        "w" | "ww" | "week" | "weeks" | "周" => Unit::Days(7),
        "d" | "day" | "days" | "日" | "天" => Unit::Days(1),
        "h" | "hour" | "hours" | "时" | "小时" => Unit::Seconds(3600),
        "min" | "n" | "minute" | "minutes" | "分" | "分钟" => Unit::Seconds(60),
        "s" | "second" | "seconds" | "秒" => Unit::Seconds(1),
        _ => return Err(CellError::Value),
    })
}

fn whole_months(from: NaiveDate, to: NaiveDate) -> i64 {
    let months = i64::from(to.year() - from.year()) * 12 + i64::from(to.month()) - i64::from(from.month());
    months - i64::from(to.day() < from.day())
}

/// Whole units from an earlier to a later point.
fn units_between(from: Point, to: Point, name: &str, machine: &Machine) -> Result<i64, CellError> {
    let (start, end) = (from.day(machine)?, to.day(machine)?);
    let months = whole_months(start, end);
    let since = |months: i64| add_months(start, months).map(|day| end.signed_duration_since(day).num_days());
    match name {
        "md" => return since(months),
        "ym" => return Ok(months % 12),
        "yd" => return since(months / 12 * 12),
        _ => {}
    }
    Ok(match unit(name)? {
        Unit::Months(size) => months / size,
        Unit::Days(size) => end.signed_duration_since(start).num_days() / size,
        Unit::Seconds(size) => {
            let (from, to) = (from.value(), to.value());
            let distance = clock::instant_of(&to, machine)?.signed_duration_since(clock::instant_of(&from, machine)?);
            distance.num_seconds() / size
        }
    })
}

/// Start, end, and the unit in small letters.
fn span(arguments: &Arguments) -> Result<(Point, Point, String), Stop> {
    let name = if arguments.len() > 2 { crate::text::fold(&arguments.text(2)?) } else { "d".to_owned() };
    Ok((arguments.point(0)?, arguments.point(1)?, name))
}

fn is_before(a: Point, b: Point, machine: &Machine) -> Result<bool, CellError> {
    Ok(clock::instant_of(&a.value(), machine)? < clock::instant_of(&b.value(), machine)?)
}

pub(super) fn difference(arguments: &Arguments) -> Answer {
    let (start, end, name) = span(arguments)?;
    if is_before(end, start, arguments.machine)? {
        return error(CellError::Num);
    }
    count(units_between(start, end, &name, arguments.machine)?)
}

pub(super) fn signed_difference(arguments: &Arguments) -> Answer {
    let (start, end, name) = span(arguments)?;
    if is_before(end, start, arguments.machine)? {
        return count(-units_between(end, start, &name, arguments.machine)?);
    }
    count(units_between(start, end, &name, arguments.machine)?)
}

/// The same day some months later; the last of the month where there is no such day.
fn add_months(day: NaiveDate, months: i64) -> Result<NaiveDate, CellError> {
    let size = u32::try_from(months.unsigned_abs()).map(Months::new).map_err(|_| CellError::Num)?;
    let moved = if months < 0 { day.checked_sub_months(size) } else { day.checked_add_months(size) };
    moved.ok_or(CellError::Num).and_then(clock::valid_day)
}

/// A point with its day moved; a date with time keeps its time of day.
fn move_day(
    point: Point,
    machine: &Machine,
    moved: impl FnOnce(NaiveDate) -> Result<NaiveDate, CellError>,
) -> Result<Point, CellError> {
    let zone = machine.around.zone;
    match point {
        Point::Day(day) => moved(day).map(Point::Day),
        Point::Instant(at) => {
            let shown = clock::local(at, zone);
            let shown = NaiveDateTime::new(moved(clock::valid_day(shown.date())?)?, shown.time());
            clock::instant(shown, zone).map(Point::Instant)
        }
        Point::Time(_) => Err(CellError::Value),
    }
}

fn moved(point: Point, amount: i64, unit: Unit, machine: &Machine) -> Result<Point, CellError> {
    let times = |size: i64| amount.checked_mul(size).ok_or(CellError::Num);
    match (unit, point) {
        (Unit::Months(size), _) => {
            let months = times(size)?;
            move_day(point, machine, |day| add_months(day, months))
        }
        (Unit::Days(size), _) => {
            let days = times(size)?;
            move_day(point, machine, |day| clock::add_days(day, Decimal::from(days)))
        }
        // A date stays a date: only whole days of the hours count.
        (Unit::Seconds(size), Point::Day(day)) => {
            Ok(Point::Day(clock::add_days(day, Decimal::from(times(size)?.div_euclid(86_400)))?))
        }
        (Unit::Seconds(size), Point::Instant(at)) => {
            let later = clock::add_micros(at, times(size)?.checked_mul(1_000_000).ok_or(CellError::Num)?)?;
            Point::of(&later).ok_or(CellError::Value)
        }
        (Unit::Seconds(_), Point::Time(_)) => Err(CellError::Value),
    }
}

pub(super) fn add(arguments: &Arguments) -> Answer {
    let point = arguments.point(0)?;
    if arguments.len() > 2 {
        let unit = unit(&crate::text::fold(&arguments.text(2)?))?;
        return Ok(moved(point, arguments.whole(1)?, unit, arguments.machine)?.value());
    }
    let steps = crate::text::fold(&arguments.text(1)?);
    Ok(all_steps(point, &steps, arguments.machine)?.value())
}

/// `+1y-2m` and the like, step by step.
fn all_steps(mut point: Point, steps: &str, machine: &Machine) -> Result<Point, CellError> {
    let mut rest = steps.trim();
    let mut sign = 1;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix('+') {
            (sign, rest) = (1, behind);
        } else if let Some(behind) = rest.strip_prefix('-') {
            (sign, rest) = (-1, behind);
        }
        rest = rest.trim_start();
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let amount: i64 = rest[..digits].parse().map_err(|_| CellError::Value)?;
        rest = rest[digits..].trim_start();
        let ends = |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ');
        let name = rest.find(ends).unwrap_or(rest.len());
        point = moved(point, sign * amount, unit(&rest[..name])?, machine)?;
        rest = rest[name..].trim_start();
    }
    Ok(point)
}

pub(super) fn add_months_to(arguments: &Arguments) -> Answer {
    let months = arguments.whole(1)?;
    Ok(move_day(arguments.point(0)?, arguments.machine, |day| add_months(day, months))?.value())
}

pub(super) fn month_end(arguments: &Arguments) -> Answer {
    let first = clock::day_of(i64::from(arguments.day(0)?.year()), arguments.day(0)?.month(), 1)?;
    let first = add_months(first, arguments.whole(1)?)?;
    let last = first.num_days_in_month();
    Ok(Value::Date(clock::day_of(i64::from(first.year()), first.month(), u32::from(last))?))
}

pub(super) fn timestamp(arguments: &Arguments) -> Answer {
    count(clock::instant_of(&arguments.point(0)?.value(), arguments.machine)?.timestamp_millis())
}
