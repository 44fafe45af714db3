//! Working days: the week without its weekend, and without holidays given in a list. Whole weeks are counted, not walked, so
//! that no distance takes long.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::clock;
use super::convert;
use super::error;
use super::machine::{Answer, Arguments, Stop};
use crate::value::{CellError, Value};

/// Which days of the week are free, Monday first.
type Weekend = [bool; 7];

const SATURDAY_AND_SUNDAY: Weekend = [false, false, false, false, false, true, true];

/// Excel's ways to name a weekend: `1` to `7` for two days, `11` to `17` for one, or seven digits such as `"0000011"`.
fn weekend(value: &Value) -> Result<Weekend, CellError> {
    let mut free = [false; 7];
    match value {
        Value::Null => return Ok(SATURDAY_AND_SUNDAY),
        Value::Text(text) if text.len() == 7 && text.bytes().all(|c| matches!(c, b'0' | b'1')) => {
            for (free, c) in free.iter_mut().zip(text.bytes()) {
                *free = c == b'1';
            }
        }
        other => match super::decimal::whole(convert::number(other)?)? {
            // 1 is Saturday and Sunday, 2 is Sunday and Monday.
            kind @ 1..=7 => {
                free[(kind as usize + 4) % 7] = true;
                free[(kind as usize + 5) % 7] = true;
            }
            // 11 is Sunday.
            kind @ 11..=17 => free[(kind as usize - 11 + 6) % 7] = true,
            _ => return Err(CellError::Num),
        },
    }
    Ok(free)
}

fn is_free(day: NaiveDate, weekend: &Weekend) -> bool {
    weekend[day.weekday().num_days_from_monday() as usize]
}

/// The holidays that would be working days.
fn holidays(arguments: &Arguments, n: usize, weekend: &Weekend) -> Result<BTreeSet<NaiveDate>, CellError> {
    let mut days = BTreeSet::new();
    for member in arguments.members(n) {
        if let Some(point) = convert::point(member, arguments.machine)? {
            let day = point.day(arguments.machine)?;
            if !is_free(day, weekend) {
                days.insert(day);
            }
        }
    }
    Ok(days)
}

fn later(day: NaiveDate, days: i64) -> Result<NaiveDate, CellError> {
    clock::add_days(day, Decimal::from(days))
}

/// The day `count` (at least 1) working days away in direction `step`, holidays aside.
fn walk(start: NaiveDate, count: i64, step: i64, weekend: &Weekend) -> Result<NaiveDate, CellError> {
    let a_week = weekend.iter().filter(|free| !**free).count() as i64;
    let weeks = (count - 1) / a_week;
    let mut day = later(start, step * weeks * 7)?;
    let mut left = count - weeks * a_week;
    while left > 0 {
        day = later(day, step)?;
        left -= i64::from(!is_free(day, weekend));
    }
    Ok(day)
}

fn some_days_after(arguments: &Arguments, weekend: Weekend, listed: usize) -> Answer {
    let (start, days) = (arguments.day(0)?, arguments.whole(1)?);
    if weekend == [true; 7] {
        return error(CellError::Value);
    }
    if days == 0 {
        return Ok(Value::Date(start));
    }
    // More days than the calendar has.
    if days.abs() > 4_000_000 {
        return error(CellError::Num);
    }
    let holidays = holidays(arguments, listed, &weekend)?;
    let step = days.signum();
    let mut day = walk(start, days.abs(), step, &weekend)?;
    // Each holiday on the way puts the goal off by a day, which may bring further ones on the way.
    loop {
        let (from, to) = if step > 0 { (start, day) } else { (day, start) };
        let met = holidays.range(from..=to).filter(|holiday| **holiday != start).count() as i64;
        let next = walk(start, days.abs() + met, step, &weekend)?;
        if next == day {
            return Ok(Value::Date(day));
        }
        day = next;
    }
}

pub(super) fn after(arguments: &Arguments) -> Answer {
    some_days_after(arguments, SATURDAY_AND_SUNDAY, 2)
}

pub(super) fn after_custom(arguments: &Arguments) -> Answer {
    some_days_after(arguments, weekend(arguments.value(2))?, 3)
}

fn days_between(arguments: &Arguments, weekend: Weekend, listed: usize) -> Answer {
    let (start, end) = (arguments.day(0)?, arguments.day(1)?);
    let (from, to) = if start <= end { (start, end) } else { (end, start) };
    let days = to.signed_duration_since(from).num_days() + 1;
    let mut count = days / 7 * weekend.iter().filter(|free| !**free).count() as i64;
    for n in 0..days % 7 {
        count += i64::from(!is_free(later(from, n)?, &weekend));
    }
    count -= holidays(arguments, listed, &weekend)?.range(from..=to).count() as i64;
    Ok(if start <= end { count } else { -count }.into())
}

pub(super) fn between(arguments: &Arguments) -> Answer {
    days_between(arguments, SATURDAY_AND_SUNDAY, 2)
}

pub(super) fn between_custom(arguments: &Arguments) -> Answer {
    let weekend = weekend(arguments.value(2)).map_err(Stop::Error)?;
    days_between(arguments, weekend, 3)
}
