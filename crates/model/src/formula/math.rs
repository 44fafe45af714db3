//! Exact arithmetic: sums, rounding, whole numbers.

use rust_decimal::Decimal;

use super::decimal::{self, Rounding};
use super::error;
use super::machine::{Answer, Arguments};
use crate::value::{CellError, Value};

pub(super) fn number(result: Result<Decimal, CellError>) -> Answer {
    Ok(Value::Number(result?))
}

pub(super) fn total(numbers: &[Decimal]) -> Result<Decimal, CellError> {
    numbers.iter().try_fold(Decimal::ZERO, |sum, number| decimal::add(sum, *number))
}

pub(super) fn mean(numbers: &[Decimal]) -> Result<Decimal, CellError> {
    decimal::divide(total(numbers)?, Decimal::from(numbers.len()))
}

pub(super) fn sum(arguments: &Arguments) -> Answer {
    number(total(&arguments.numbers()?))
}

pub(super) fn average(arguments: &Arguments) -> Answer {
    number(mean(&arguments.numbers()?))
}

pub(super) fn product(arguments: &Arguments) -> Answer {
    let numbers = arguments.numbers()?;
    if numbers.is_empty() {
        return number(Ok(Decimal::ZERO));
    }
    number(numbers.into_iter().try_fold(Decimal::ONE, decimal::multiply))
}

pub(super) fn sum_of_squares(arguments: &Arguments) -> Answer {
    let numbers = arguments.numbers()?;
    number(numbers.into_iter().try_fold(Decimal::ZERO, |sum, n| decimal::add(sum, decimal::multiply(n, n)?)))
}

pub(super) fn abs(arguments: &Arguments) -> Answer {
    number(arguments.number(0).map(|n| n.abs()))
}

pub(super) fn sign(arguments: &Arguments) -> Answer {
    let n = arguments.number(0)?;
    let sign = if n.is_zero() { 0 } else { i64::from(n.is_sign_positive()) * 2 - 1 };
    Ok(sign.into())
}

pub(super) fn int(arguments: &Arguments) -> Answer {
    number(decimal::floor(arguments.number(0)?))
}

fn rounded(arguments: &Arguments, rounding: Rounding) -> Answer {
    // Beyond these places nothing changes any more.
    let places = arguments.whole_or(1, 0)?.clamp(-40, 40) as i32;
    number(decimal::round(arguments.number(0)?, places, rounding))
}

pub(super) fn round(arguments: &Arguments) -> Answer {
    rounded(arguments, Rounding::HalfAway)
}

pub(super) fn round_up(arguments: &Arguments) -> Answer {
    rounded(arguments, Rounding::AwayFromZero)
}

pub(super) fn round_down(arguments: &Arguments) -> Answer {
    rounded(arguments, Rounding::TowardZero)
}

/// Number and step of `CEILING` and its like; a step against the sign of a positive number is an error, as in Excel.
fn stepped(arguments: &Arguments) -> Result<(Decimal, Decimal), CellError> {
    let n = arguments.number(0)?;
    let step = if arguments.len() > 1 { arguments.number(1)? } else { Decimal::ONE };
    if n > Decimal::ZERO && step < Decimal::ZERO { Err(CellError::Num) } else { Ok((n, step)) }
}

pub(super) fn floor(arguments: &Arguments) -> Answer {
    let (n, step) = stepped(arguments)?;
    if n.is_zero() {
        return number(Ok(n));
    }
    number(decimal::modulo(n, step).and_then(|rest| decimal::subtract(n, rest)))
}

pub(super) fn ceiling(arguments: &Arguments) -> Answer {
    let (n, step) = stepped(arguments)?;
    if step.is_zero() {
        return number(Ok(step));
    }
    let rest = decimal::modulo(n, step)?;
    if rest.is_zero() {
        return number(Ok(n));
    }
    number(decimal::subtract(n, rest).and_then(|below| decimal::add(below, step)))
}

pub(super) fn multiple(arguments: &Arguments) -> Answer {
    let (n, step) = (arguments.number(0)?, arguments.number(1)?);
    if step.is_zero() || n.is_zero() {
        return number(Ok(Decimal::ZERO));
    }
    if n.is_sign_negative() != step.is_sign_negative() {
        return error(CellError::Num);
    }
    let rest = decimal::modulo(n.abs(), step.abs())?;
    let below = decimal::subtract(n.abs(), rest)?;
    let up = decimal::add(rest, rest)? >= step.abs();
    let nearest = if up { decimal::add(below, step.abs())? } else { below };
    number(Ok(if n.is_sign_negative() { decimal::negate(nearest) } else { nearest }))
}

/// The next whole number away from zero that leaves `rest` when divided by two.
fn away(n: Decimal, rest: Decimal) -> Result<Decimal, CellError> {
    let whole = decimal::round(n.abs(), 0, Rounding::AwayFromZero)?;
    let whole = if decimal::modulo(whole, Decimal::TWO)? == rest { whole } else { decimal::add(whole, Decimal::ONE)? };
    Ok(if n.is_sign_negative() { decimal::negate(whole) } else { whole })
}

pub(super) fn even(arguments: &Arguments) -> Answer {
    number(away(arguments.number(0)?, Decimal::ZERO))
}

pub(super) fn odd(arguments: &Arguments) -> Answer {
    number(away(arguments.number(0)?, Decimal::ONE))
}

fn rest_of_two(arguments: &Arguments) -> Result<Decimal, CellError> {
    decimal::modulo(decimal::round(arguments.number(0)?.abs(), 0, Rounding::TowardZero)?, Decimal::TWO)
}

pub(super) fn is_even(arguments: &Arguments) -> Answer {
    Ok(rest_of_two(arguments)?.is_zero().into())
}

pub(super) fn is_odd(arguments: &Arguments) -> Answer {
    Ok((!rest_of_two(arguments)?.is_zero()).into())
}

pub(super) fn modulo(arguments: &Arguments) -> Answer {
    number(decimal::modulo(arguments.number(0)?, arguments.number(1)?))
}

pub(super) fn quotient(arguments: &Arguments) -> Answer {
    let (a, b) = (arguments.number(0)?, arguments.number(1)?);
    let rest = decimal::modulo(a.abs(), b.abs())?;
    let quotient = decimal::subtract(a.abs(), rest).and_then(|whole| decimal::divide(whole, b.abs()))?;
    number(Ok(if a.is_sign_negative() == b.is_sign_negative() { quotient } else { decimal::negate(quotient) }))
}

/// Whole numbers that are not negative, decimals cut off.
fn naturals(arguments: &Arguments) -> Result<Vec<i64>, CellError> {
    let numbers = arguments.numbers()?;
    let wholes: Result<Vec<i64>, CellError> = numbers.into_iter().map(decimal::whole).collect();
    wholes.and_then(|wholes| if wholes.iter().any(|n| *n < 0) { Err(CellError::Num) } else { Ok(wholes) })
}

fn common_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

pub(super) fn gcd(arguments: &Arguments) -> Answer {
    Ok(naturals(arguments)?.into_iter().fold(0, common_divisor).into())
}

pub(super) fn lcm(arguments: &Arguments) -> Answer {
    let mut multiple: i64 = 1;
    for n in naturals(arguments)? {
        if n == 0 {
            return Ok(0.into());
        }
        multiple = (multiple / common_divisor(multiple, n)).checked_mul(n).ok_or(CellError::Num)?;
    }
    Ok(multiple.into())
}

pub(super) fn factorial(arguments: &Arguments) -> Answer {
    let n = arguments.whole(0)?;
    // 28! has 30 digits.
    if !(0..28).contains(&n) {
        return error(CellError::Num);
    }
    number((1..=n).try_fold(Decimal::ONE, |product, k| decimal::multiply(product, Decimal::from(k))))
}

pub(super) fn combinations(arguments: &Arguments) -> Answer {
    let (n, k) = (arguments.whole(0)?, arguments.whole(1)?);
    if n < 0 || k < 0 || k > n {
        return error(CellError::Num);
    }
    let k = k.min(n - k);
    // From the middle of this row on, no combination fits in 28 digits.
    if k > 100 {
        return error(CellError::Num);
    }
    let mut count: u128 = 1;
    for step in 1..=k {
        let factor = u128::try_from(n - k + step).map_err(|_| CellError::Num)?;
        count = count.checked_mul(factor).ok_or(CellError::Num)? / step as u128;
    }
    let count = i128::try_from(count).map_err(|_| CellError::Num)?;
    number(Decimal::try_from_i128_with_scale(count, 0).map_err(|_| CellError::Num).and_then(decimal::fit))
}
