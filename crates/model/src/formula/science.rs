//! Roots, powers, logarithms, angles, deviations: computed in binary and rounded to 15 significant digits, so that every
//! machine shows the same. Never in SQL.

use rust_decimal::Decimal;

use super::decimal;
use super::error;
use super::machine::{Answer, Arguments};
use super::math::{mean, number};
use crate::value::CellError;

fn of(arguments: &Arguments, function: fn(f64) -> f64) -> Answer {
    number(decimal::approximate(function(decimal::to_float(arguments.number(0)?))))
}

pub(super) fn power(arguments: &Arguments) -> Answer {
    number(decimal::raise(arguments.number(0)?, arguments.number(1)?))
}

pub(super) fn sqrt(arguments: &Arguments) -> Answer {
    of(arguments, f64::sqrt)
}

pub(super) fn exp(arguments: &Arguments) -> Answer {
    of(arguments, f64::exp)
}

/// The number whose logarithm is wanted.
fn positive(arguments: &Arguments) -> Result<f64, CellError> {
    let n = arguments.number(0)?;
    if n > Decimal::ZERO { Ok(decimal::to_float(n)) } else { Err(CellError::Num) }
}

pub(super) fn ln(arguments: &Arguments) -> Answer {
    number(decimal::approximate(positive(arguments)?.ln()))
}

pub(super) fn log10(arguments: &Arguments) -> Answer {
    number(decimal::approximate(positive(arguments)?.log10()))
}

pub(super) fn log(arguments: &Arguments) -> Answer {
    if arguments.len() < 2 {
        return log10(arguments);
    }
    let base = arguments.number(1)?;
    if base <= Decimal::ZERO {
        return error(CellError::Num);
    }
    if base == Decimal::ONE {
        return error(CellError::Div0);
    }
    // Bases 2 and 10 have functions of their own, which find whole results exactly.
    let n = positive(arguments)?;
    number(decimal::approximate(if base == Decimal::TEN {
        n.log10()
    } else if base == Decimal::TWO {
        n.log2()
    } else {
        n.ln() / decimal::to_float(base).ln()
    }))
}

pub(super) fn pi(_: &Arguments) -> Answer {
    number(decimal::approximate(std::f64::consts::PI))
}

pub(super) fn sin(arguments: &Arguments) -> Answer {
    of(arguments, f64::sin)
}

pub(super) fn cos(arguments: &Arguments) -> Answer {
    of(arguments, f64::cos)
}

pub(super) fn tan(arguments: &Arguments) -> Answer {
    of(arguments, f64::tan)
}

pub(super) fn asin(arguments: &Arguments) -> Answer {
    of(arguments, f64::asin)
}

pub(super) fn acos(arguments: &Arguments) -> Answer {
    of(arguments, f64::acos)
}

pub(super) fn atan(arguments: &Arguments) -> Answer {
    of(arguments, f64::atan)
}

pub(super) fn atan2(arguments: &Arguments) -> Answer {
    let (x, y) = (arguments.number(0)?, arguments.number(1)?);
    if x.is_zero() && y.is_zero() {
        return error(CellError::Div0);
    }
    number(decimal::approximate(decimal::to_float(y).atan2(decimal::to_float(x))))
}

pub(super) fn degrees(arguments: &Arguments) -> Answer {
    of(arguments, |n| n * 180.0 / std::f64::consts::PI)
}

pub(super) fn radians(arguments: &Arguments) -> Answer {
    of(arguments, |n| n * std::f64::consts::PI / 180.0)
}

/// The mean of the squares of what numbers differ from their mean; `fewer` is 1 for a sample.
fn spread(arguments: &Arguments, fewer: usize) -> Result<f64, CellError> {
    let numbers = arguments.numbers()?;
    if numbers.len() <= fewer {
        return Err(CellError::Div0);
    }
    let mean = mean(&numbers)?;
    let mut squares = 0.0;
    for n in &numbers {
        let difference = decimal::to_float(decimal::subtract(*n, mean)?);
        squares += difference * difference;
    }
    Ok(squares / (numbers.len() - fewer) as f64)
}

pub(super) fn stdev(arguments: &Arguments) -> Answer {
    number(decimal::approximate(spread(arguments, 1)?.sqrt()))
}

pub(super) fn stdev_all(arguments: &Arguments) -> Answer {
    number(decimal::approximate(spread(arguments, 0)?.sqrt()))
}

pub(super) fn variance(arguments: &Arguments) -> Answer {
    number(decimal::approximate(spread(arguments, 1)?))
}

pub(super) fn variance_all(arguments: &Arguments) -> Answer {
    number(decimal::approximate(spread(arguments, 0)?))
}
