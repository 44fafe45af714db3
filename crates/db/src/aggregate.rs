//! Reading the rows of an aggregate: sums put together, means divided, medians halved, all exact.

use kehub_model::Value;
use kehub_model::fields::Column;
use rust_decimal::{Decimal, RoundingStrategy};

use crate::codec::{self, Raw};
use crate::compile::{AggregateSql, Measured};
use crate::fault::Fault;

/// One row: groups, then measures.
pub(crate) fn row(compiled: &AggregateSql, next: &mut dyn FnMut() -> Result<Raw, Fault>) -> Result<Vec<Value>, Fault> {
    let mut values = Vec::with_capacity(compiled.groups.len() + compiled.measures.len());
    for column in &compiled.groups {
        values.push(codec::value(column, next()?));
    }
    for measure in &compiled.measures {
        values.push(match measure {
            Measured::Count => Value::from(next()?.int()),
            Measured::Sum { scale } => {
                let sum = sum(*scale, next)?;
                let count = next()?.int();
                // The sum of no values is 0, as in Excel.
                if count == 0 { Value::Number(Decimal::ZERO) } else { sum.map_or(Value::Null, Value::Number) }
            }
            Measured::Avg { scale } => {
                let sum = sum(*scale, next)?;
                let count = next()?.int();
                let mean = sum.filter(|_| count > 0).and_then(|sum| sum.checked_div(Decimal::from(count)));
                mean.map_or(Value::Null, |mean| Value::Number(rounded(mean)))
            }
            Measured::Value(column) => codec::value(column, next()?),
            Measured::Median(column) => {
                let low = codec::value(column, next()?).as_number();
                let high = codec::value(column, next()?).as_number();
                match (low, high) {
                    (Some(low), Some(high)) => (low + high)
                        .checked_div(Decimal::TWO)
                        .map_or(Value::Null, |median| Value::Number(rounded(median))),
                    _ => Value::Null,
                }
            }
        });
    }
    Ok(values)
}

/// Division is to ten places, half away from zero.
fn rounded(number: Decimal) -> Decimal {
    number.round_dp_with_strategy(10, RoundingStrategy::MidpointAwayFromZero).normalize()
}

fn sum(scale: Option<u8>, next: &mut dyn FnMut() -> Result<Raw, Fault>) -> Result<Option<Decimal>, Fault> {
    let Some(scale) = scale else {
        return Ok(match next()? {
            Raw::Text(text) => text.parse().ok(),
            raw => codec::value(&Column::Exact, raw).as_number(),
        });
    };
    let (high, low) = (next()?, next()?);
    if high.is_null() {
        return Ok(None);
    }
    let whole = (i128::from(high.int()) << 32) + i128::from(low.int());
    Ok(Decimal::try_from_i128_with_scale(whole, u32::from(scale)).ok().map(|sum| sum.normalize()))
}
