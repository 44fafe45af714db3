//! The SQL functions SQLite lacks: exact sums and medians, calendar buckets.

use chrono::{NaiveDate, TimeZone as _, Utc};
use kehub_model::query::{Unit, when};
use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{Value as Cell, ValueRef};
use rust_decimal::Decimal;

use crate::exact;

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    let pure = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_aggregate_function("kehub_sum", 1, pure, ExactSum)?;
    connection.create_aggregate_function("kehub_median", 2, pure, Median)?;
    connection.create_scalar_function("kehub_exact", 2, pure, |context| {
        let scale = context.get::<i64>(1)? as u32;
        Ok(match context.get_raw(0) {
            ValueRef::Integer(number) => Some(exact::encode(Decimal::new(number, scale))),
            _ => None,
        })
    })?;
    connection.create_scalar_function("kehub_bucket", 3, pure, |context| Ok(bucket(context)))
}

/// A time as it reads when grouped; empty for what is no time.
fn bucket(context: &Context<'_>) -> Option<String> {
    let unit = Unit::parse(context.get_raw(1).as_str().ok()?)?;
    let local = match context.get_raw(0) {
        ValueRef::Integer(micros) => {
            let zone: chrono_tz::Tz = context.get_raw(2).as_str().ok()?.parse().ok()?;
            Utc.timestamp_micros(micros).single()?.with_timezone(&zone).naive_local()
        }
        ValueRef::Text(text) => std::str::from_utf8(text).ok()?.parse::<NaiveDate>().ok()?.and_hms_opt(0, 0, 0)?,
        _ => return None,
    };
    Some(when::bucket(local, unit))
}

struct ExactSum;

impl Aggregate<Option<Decimal>, Option<String>> for ExactSum {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Option<Decimal>> {
        Ok(None)
    }

    fn step(&self, context: &mut Context<'_>, sum: &mut Option<Decimal>) -> rusqlite::Result<()> {
        if let ValueRef::Blob(bytes) = context.get_raw(0)
            && let Some(number) = exact::decode(bytes)
        {
            // A sum of numbers of 18 digits stays below 28 for ten billion rows.
            *sum = Some(sum.unwrap_or_default().checked_add(number).unwrap_or(Decimal::MAX));
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sum: Option<Option<Decimal>>) -> rusqlite::Result<Option<String>> {
        Ok(sum.flatten().map(|sum| sum.normalize().to_string()))
    }
}

/// The lower (second argument 0) or upper middle of the values.
struct Median;

impl Aggregate<(Vec<Cell>, bool), Cell> for Median {
    fn init(&self, context: &mut Context<'_>) -> rusqlite::Result<(Vec<Cell>, bool)> {
        Ok((Vec::new(), context.get::<i64>(1)? == 1))
    }

    fn step(&self, context: &mut Context<'_>, (values, _): &mut (Vec<Cell>, bool)) -> rusqlite::Result<()> {
        match context.get_raw(0) {
            ValueRef::Null => {}
            value => values.push(Cell::try_from(value)?),
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, state: Option<(Vec<Cell>, bool)>) -> rusqlite::Result<Cell> {
        let Some((mut values, upper)) = state.filter(|(values, _)| !values.is_empty()) else { return Ok(Cell::Null) };
        let middle = if upper { values.len() / 2 } else { (values.len() - 1) / 2 };
        let (_, value, _) = values.select_nth_unstable_by(middle, |a, b| match (a, b) {
            (Cell::Integer(a), Cell::Integer(b)) => a.cmp(b),
            (Cell::Blob(a), Cell::Blob(b)) => a.cmp(b),
            _ => std::cmp::Ordering::Equal,
        });
        Ok(value.clone())
    }
}
