//! Counting and adding up what fits a condition, and places in an order.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::clock;
use super::convert;
use super::error;
use super::machine::{Answer, Arguments, Machine};
use super::math::{mean, number, total};
use crate::text::fold;
use crate::value::{CellError, Value};

/// A condition as `COUNTIF` takes it: a value to be equal to, or text such as `>5`, `<>已取消`, `张*`.
struct Criterion {
    accepts: fn(Option<Ordering>) -> bool,
    /// Whether a value that cannot be compared is accepted: only by `<>`.
    other: bool,
    operand: Value,
    /// Folded text with `*` and `?`.
    pattern: Option<Vec<char>>,
}

fn equal(order: Option<Ordering>) -> bool {
    order == Some(Ordering::Equal)
}

fn criterion(value: &Value, machine: &Machine) -> Criterion {
    let Value::Text(text) = value else {
        return Criterion { accepts: equal, other: false, operand: value.clone(), pattern: None };
    };
    let text = fold(text);
    let (sign, rest) = ["<>", "<=", ">=", "=", "<", ">", "≠", "≤", "≥"]
        .into_iter()
        .find_map(|sign| text.strip_prefix(sign).map(|rest| (sign, rest.trim())))
        .unwrap_or(("=", text.as_str()));
    let accepts: fn(Option<Ordering>) -> bool = match sign {
        "<>" | "≠" => |order| order != Some(Ordering::Equal),
        "<=" | "≤" => |order| matches!(order, Some(Ordering::Less | Ordering::Equal)),
        ">=" | "≥" => |order| matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        "<" => |order| order == Some(Ordering::Less),
        ">" => |order| order == Some(Ordering::Greater),
        _ => equal,
    };
    let other = matches!(sign, "<>" | "≠");
    let operand = match convert::read_number(rest) {
        _ if rest.is_empty() => Value::Null,
        Some(number) => Value::Number(number),
        None => clock::read_point(rest, machine).map_or_else(|| Value::text(rest), |point| point.value()),
    };
    let wild = (other || sign == "=")
        && operand.as_text().is_some_and(|text| text.contains(['*', '?']) && text.len() <= 1_000);
    let pattern = wild.then(|| rest.chars().collect());
    Criterion { accepts, other, operand, pattern }
}

impl Criterion {
    fn fits(&self, value: &Value, machine: &Machine) -> bool {
        if let Some(pattern) = &self.pattern {
            let letters: Vec<char> = value.as_text().map(fold).unwrap_or_default().chars().collect();
            return (value.as_text().is_some() && matches(pattern, &letters)) != self.other;
        }
        // An empty member is not 0 here, and only fits what asks for emptiness.
        if value.is_null() || self.operand.is_null() {
            let equal = value.is_null() && self.operand.is_null();
            return if equal { (self.accepts)(Some(Ordering::Equal)) } else { self.other };
        }
        let alike = match (value, &self.operand) {
            (Value::Number(_) | Value::Bool(_), Value::Number(_) | Value::Bool(_))
            | (Value::Text(_), Value::Text(_)) => true,
            (Value::Number(_) | Value::Bool(_), Value::Text(_))
            | (Value::Text(_), Value::Number(_) | Value::Bool(_)) => false,
            _ => true,
        };
        match machine.order(value, &self.operand) {
            Ok(order) if alike => (self.accepts)(order),
            _ => self.other,
        }
    }
}

/// Whether text fits a pattern in which `*` is any text and `?` any letter. Greedy with one step back, so that its time is
/// at most length times length.
pub(super) fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '*' {
            back = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((star, from)) = back {
            back = Some((star, from + 1));
            p = star + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// For each row of several lists, whether it fits all their conditions. Lists and conditions stand in pairs from `first` on.
fn fitting(arguments: &Arguments, first: usize) -> Result<Vec<bool>, CellError> {
    let rows = arguments.members(first).len();
    let mut fits = vec![true; rows];
    for pair in (first..arguments.len()).step_by(2) {
        let members = arguments.members(pair);
        if members.len() != rows {
            return Err(CellError::Value);
        }
        let criterion = criterion(arguments.value(pair + 1), arguments.machine);
        for (fits, member) in fits.iter_mut().zip(members) {
            *fits = *fits && criterion.fits(member, arguments.machine);
        }
    }
    Ok(fits)
}

/// The numbers of `values` in the rows that fit.
fn picked(values: &[Value], fits: &[bool]) -> Result<Vec<Decimal>, CellError> {
    if values.len() != fits.len() {
        return Err(CellError::Value);
    }
    let rows = values.iter().zip(fits).filter(|(value, fits)| **fits && !value.is_null());
    rows.map(|(value, _)| convert::number(value)).collect()
}

fn count(fits: Vec<bool>) -> Answer {
    Ok(Value::Number(Decimal::from(fits.into_iter().filter(|fits| *fits).count())))
}

pub(super) fn count_ifs(arguments: &Arguments) -> Answer {
    count(fitting(arguments, 0)?)
}

pub(super) fn count_if(arguments: &Arguments) -> Answer {
    count(fitting(arguments, 0)?)
}

/// List, condition, and perhaps another list to take the numbers from.
fn picked_if(arguments: &Arguments) -> Result<Vec<Decimal>, CellError> {
    let criterion = criterion(arguments.value(1), arguments.machine);
    let fits: Vec<bool> = arguments.members(0).iter().map(|member| criterion.fits(member, arguments.machine)).collect();
    picked(arguments.members(if arguments.len() > 2 { 2 } else { 0 }), &fits)
}

pub(super) fn sum_if(arguments: &Arguments) -> Answer {
    number(total(&picked_if(arguments)?))
}

pub(super) fn average_if(arguments: &Arguments) -> Answer {
    number(mean(&picked_if(arguments)?))
}

fn picked_ifs(arguments: &Arguments) -> Result<Vec<Decimal>, CellError> {
    picked(arguments.members(0), &fitting(arguments, 1)?)
}

pub(super) fn sum_ifs(arguments: &Arguments) -> Answer {
    number(total(&picked_ifs(arguments)?))
}

pub(super) fn average_ifs(arguments: &Arguments) -> Answer {
    number(mean(&picked_ifs(arguments)?))
}

pub(super) fn max_ifs(arguments: &Arguments) -> Answer {
    number(Ok(picked_ifs(arguments)?.into_iter().max().unwrap_or_default()))
}

pub(super) fn min_ifs(arguments: &Arguments) -> Answer {
    number(Ok(picked_ifs(arguments)?.into_iter().min().unwrap_or_default()))
}

pub(super) fn median(arguments: &Arguments) -> Answer {
    let mut numbers = arguments.numbers()?;
    numbers.sort_unstable();
    let middle = numbers.len() / 2;
    match numbers.len() {
        0 => error(CellError::Num),
        odd if odd % 2 == 1 => number(Ok(numbers[middle])),
        _ => number(mean(&numbers[middle - 1..=middle])),
    }
}

fn nth(arguments: &Arguments, from_the_largest: bool) -> Answer {
    let mut numbers = arguments.numbers_of(0)?;
    numbers.sort_unstable();
    if from_the_largest {
        numbers.reverse();
    }
    let n = usize::try_from(arguments.whole(1)?).map_err(|_| CellError::Num)?;
    number(n.checked_sub(1).and_then(|n| numbers.get(n)).copied().ok_or(CellError::Num))
}

pub(super) fn large(arguments: &Arguments) -> Answer {
    nth(arguments, true)
}

pub(super) fn small(arguments: &Arguments) -> Answer {
    nth(arguments, false)
}

pub(super) fn rank(arguments: &Arguments) -> Answer {
    let (n, numbers) = (arguments.number(0)?, arguments.numbers_of(1)?);
    let upward = arguments.len() > 2 && !arguments.number(2)?.is_zero();
    if !numbers.contains(&n) {
        return error(CellError::Na);
    }
    let ahead = numbers.iter().filter(|other| if upward { **other < n } else { **other > n }).count();
    Ok(Value::Number(Decimal::from(ahead + 1)))
}
