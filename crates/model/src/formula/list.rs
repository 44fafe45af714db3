//! Lists: subform columns, choices, tags.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::clock::Point;
use super::convert;
use super::decimal;
use super::error;
use super::machine::{Answer, Arguments, Machine};
use super::math::{number, total};
use crate::value::{CellError, Value};

/// The first error among the members of all arguments.
fn no_errors(arguments: &Arguments) -> Result<(), CellError> {
    let mut members = arguments.values.iter().flat_map(Value::items);
    members.find_map(|value| if let Value::Error(error) = value { Some(*error) } else { None }).map_or(Ok(()), Err)
}

/// The member that comes last, or first, in the order; of no numbers 0, of no dates nothing.
fn extreme(arguments: &Arguments, wanted: Ordering) -> Answer {
    no_errors(arguments)?;
    let mut found: Option<Value> = None;
    for value in arguments.values.iter().flat_map(Value::items).filter(|value| !value.is_null()) {
        let value = match Point::of(value) {
            Some(point) => point.value(),
            None => Value::Number(convert::number(value)?),
        };
        let better = match &found {
            None => true,
            Some(best) => arguments.machine.order(&value, best)? == Some(wanted),
        };
        if better {
            found = Some(value);
        }
    }
    let dates = arguments.operands.iter().any(|operand| operand.is.member().is_moment());
    Ok(found.unwrap_or(if dates { Value::Null } else { Value::Number(Decimal::ZERO) }))
}

pub(super) fn max(arguments: &Arguments) -> Answer {
    extreme(arguments, Ordering::Greater)
}

pub(super) fn min(arguments: &Arguments) -> Answer {
    extreme(arguments, Ordering::Less)
}

pub(super) fn sum_product(arguments: &Arguments) -> Answer {
    // An empty number is one 0, an empty list no number.
    let members = |n: usize| match arguments.value(n) {
        Value::Null if !arguments.operands[n].is.is_list() => std::slice::from_ref(&Value::Null),
        value => value.items(),
    };
    let lists: Vec<&[Value]> = (0..arguments.len()).map(members).collect();
    let rows = members(0).len();
    if lists.iter().any(|list| list.len() != rows) {
        return error(CellError::Value);
    }
    let mut products = Vec::with_capacity(rows);
    for row in 0..rows {
        let product = lists
            .iter()
            .try_fold(Decimal::ONE, |product, list| decimal::multiply(product, convert::number(&list[row])?));
        products.push(product?);
    }
    number(total(&products))
}

fn how_many(arguments: &Arguments, counts: fn(&Value) -> bool) -> Answer {
    let count = arguments.values.iter().flat_map(Value::items).filter(|value| counts(value)).count();
    Ok(Value::Number(Decimal::from(count)))
}

pub(super) fn count(arguments: &Arguments) -> Answer {
    how_many(arguments, |value| {
        matches!(value, Value::Number(_) | Value::Date(_) | Value::DateTime(_) | Value::Time(_))
    })
}

pub(super) fn count_filled(arguments: &Arguments) -> Answer {
    how_many(arguments, |value| !value.is_null())
}

pub(super) fn count_blank(arguments: &Arguments) -> Answer {
    let empty = |value: &Value| match value {
        Value::Null => 1,
        other => other.items().iter().filter(|member| member.is_null()).count(),
    };
    Ok(Value::Number(Decimal::from(arguments.values.iter().map(empty).sum::<usize>())))
}

pub(super) fn list(arguments: &Arguments) -> Answer {
    Ok(Value::list(arguments.values.iter().flat_map(Value::items).filter(|value| !value.is_null()).cloned().collect()))
}

/// A member counted from 1.
fn member(arguments: &Arguments, n: i64) -> Answer {
    let n = usize::try_from(n).ok().and_then(|n| n.checked_sub(1)).ok_or(CellError::Value)?;
    arguments.members(0).get(n).cloned().ok_or(CellError::Ref.into())
}

pub(super) fn index(arguments: &Arguments) -> Answer {
    member(arguments, arguments.whole(1)?)
}

pub(super) fn first(arguments: &Arguments) -> Answer {
    Ok(arguments.members(0).first().cloned().unwrap_or_default())
}

pub(super) fn last(arguments: &Arguments) -> Answer {
    Ok(arguments.members(0).last().cloned().unwrap_or_default())
}

fn place_of(value: &Value, members: &[Value], machine: &Machine) -> Option<usize> {
    members.iter().position(|member| {
        value.is_null() == member.is_null() && machine.order(value, member) == Ok(Some(Ordering::Equal))
    })
}

pub(super) fn contains(value: &Value, members: &[Value], machine: &Machine) -> bool {
    place_of(value, members, machine).is_some()
}

pub(super) fn find(arguments: &Arguments) -> Answer {
    let place = place_of(arguments.value(0), arguments.members(1), arguments.machine).ok_or(CellError::Na)?;
    Ok(Value::Number(Decimal::from(place + 1)))
}

pub(super) fn lookup(arguments: &Arguments) -> Answer {
    match place_of(arguments.value(0), arguments.members(1), arguments.machine) {
        Some(place) => arguments.members(2).get(place).cloned().ok_or(CellError::Value.into()),
        None if arguments.len() > 3 => Ok(arguments.value(3).clone()),
        None => error(CellError::Na),
    }
}

/// By what members are the same: as they are compared.
fn sameness(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("t{}", crate::text::fold(text)),
        other => other.to_json(),
    }
}

pub(super) fn unique(arguments: &Arguments) -> Answer {
    no_errors(arguments)?;
    let mut seen = std::collections::HashSet::new();
    let members = arguments.members(0).iter().filter(|member| !member.is_null());
    Ok(Value::list(members.filter(|member| seen.insert(sameness(member))).cloned().collect()))
}

pub(super) fn sort(arguments: &Arguments) -> Answer {
    no_errors(arguments)?;
    let mut members: Vec<(Value, String)> = arguments
        .members(0)
        .iter()
        .filter(|member| !member.is_null())
        .map(|member| (member.clone(), member.as_text().map(crate::text::fold).unwrap_or_default()))
        .collect();
    let backward = arguments.whole_or(1, 1)? < 0;
    members.sort_by(|(a, a_folded), (b, b_folded)| {
        let order = match (a, b) {
            (Value::Text(_), Value::Text(_)) => a_folded.cmp(b_folded),
            _ => a.compare(b),
        };
        if backward { order.reverse() } else { order }
    });
    Ok(Value::list(members.into_iter().map(|(member, _)| member).collect()))
}
