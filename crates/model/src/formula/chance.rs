//! Chance and the current person: for default values only. The seed is handed in, so a run can be repeated.

use rust_decimal::Decimal;

use super::decimal::{self, Rounding};
use super::error;
use super::machine::{Answer, Arguments, Machine};
use super::math::number;
use crate::value::{CellError, Value};

/// The next 64 random bits (splitmix64).
fn roll(machine: &Machine) -> u64 {
    let state = machine.dice.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
    machine.dice.set(state);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A random whole number below `bound`.
fn below(machine: &Machine, bound: u64) -> u64 {
    ((u128::from(roll(machine)) * u128::from(bound)) >> 64) as u64
}

pub(super) fn random(arguments: &Arguments) -> Answer {
    let digits = below(arguments.machine, 1_000_000_000_000_000);
    number(Decimal::try_from_i128_with_scale(i128::from(digits), 15).map_err(|_| CellError::Num))
}

pub(super) fn random_between(arguments: &Arguments) -> Answer {
    let low = decimal::whole(decimal::round(arguments.number(0)?, 0, Rounding::HalfAway)?)?;
    let high = decimal::whole(decimal::floor(arguments.number(1)?)?)?;
    let span = high.checked_sub(low).and_then(|span| span.checked_add(1)).filter(|span| *span > 0);
    let Some(span) = span.and_then(|span| u64::try_from(span).ok()) else { return error(CellError::Num) };
    // The sum is at most `high`.
    Ok(low.wrapping_add(below(arguments.machine, span) as i64).into())
}

pub(super) fn uuid(arguments: &Arguments) -> Answer {
    let bits = u128::from(roll(arguments.machine)) << 64 | u128::from(roll(arguments.machine));
    Ok(Value::text(uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().to_string()))
}

pub(super) fn me(arguments: &Arguments) -> Answer {
    Ok(arguments.machine.around.me.as_ref().map_or(Value::Null, |me| Value::Id(me.id)))
}

pub(super) fn user_name(arguments: &Arguments) -> Answer {
    Ok(arguments.machine.around.me.as_ref().map_or(Value::Null, |me| Value::text(&me.name)))
}

pub(super) fn department_name(arguments: &Arguments) -> Answer {
    let department = arguments.machine.around.me.as_ref().and_then(|me| me.department.as_deref());
    Ok(Value::text(department.unwrap_or_default()))
}
