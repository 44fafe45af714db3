//! Conditions and choices between values.

use std::cmp::Ordering;

use super::error;
use super::expr::Expr;
use super::machine::{Answer, Arguments, Machine};
use super::{convert, decimal};
use crate::value::{CellError, Value};

/// Whether a condition holds; the error in it, if there is one.
fn holds(machine: &Machine, condition: &Expr) -> Result<bool, CellError> {
    convert::truth(&machine.value(condition))
}

/// The value of an operand that may not be there.
fn branch(machine: &Machine, operand: Option<&Expr>) -> Answer {
    Ok(operand.map_or(Value::Null, |operand| machine.value(operand)))
}

pub(super) fn when(machine: &Machine, operands: &[Expr]) -> Answer {
    let yes = match operands.first() {
        Some(condition) => holds(machine, condition)?,
        None => false,
    };
    branch(machine, operands.get(if yes { 1 } else { 2 }))
}

pub(super) fn ifs(machine: &Machine, operands: &[Expr]) -> Answer {
    for pair in operands.chunks(2) {
        if holds(machine, &pair[0])? {
            return branch(machine, pair.get(1));
        }
    }
    error(CellError::Na)
}

pub(super) fn switch(machine: &Machine, operands: &[Expr]) -> Answer {
    let Some((subject, rest)) = operands.split_first() else { return error(CellError::Na) };
    let subject = machine.value(subject);
    for pair in rest.chunks(2) {
        let [candidate, result] = pair else { return branch(machine, pair.first()) };
        if machine.order(&subject, &machine.value(candidate))? == Some(Ordering::Equal) {
            return branch(machine, Some(result));
        }
    }
    error(CellError::Na)
}

pub(super) fn choose(machine: &Machine, operands: &[Expr]) -> Answer {
    let Some((which, rest)) = operands.split_first() else { return error(CellError::Value) };
    let which =
        usize::try_from(decimal::whole(convert::number(&machine.value(which))?)?).map_err(|_| CellError::Value)?;
    match which.checked_sub(1).and_then(|n| rest.get(n)) {
        Some(chosen) => branch(machine, Some(chosen)),
        None => error(CellError::Value),
    }
}

fn truths(arguments: &Arguments) -> Result<Vec<bool>, CellError> {
    arguments.values.iter().map(convert::truth).collect()
}

pub(super) fn and(arguments: &Arguments) -> Answer {
    Ok(truths(arguments)?.into_iter().all(|yes| yes).into())
}

pub(super) fn or(arguments: &Arguments) -> Answer {
    Ok(truths(arguments)?.into_iter().any(|yes| yes).into())
}

pub(super) fn xor(arguments: &Arguments) -> Answer {
    Ok((truths(arguments)?.into_iter().filter(|yes| *yes).count() % 2 == 1).into())
}

pub(super) fn not(arguments: &Arguments) -> Answer {
    Ok((!arguments.truth(0)?).into())
}

pub(super) fn coalesce(arguments: &Arguments) -> Answer {
    Ok(arguments.values.iter().find(|value| !value.is_null()).cloned().unwrap_or_default())
}

pub(super) fn na(_: &Arguments) -> Answer {
    error(CellError::Na)
}

/// Asks something of the value of the only operand, whatever it is.
fn asks(machine: &Machine, operands: &[Expr], question: fn(&Value) -> bool) -> Answer {
    Ok(operands.first().is_some_and(|operand| question(&machine.value(operand))).into())
}

pub(super) fn is_blank(machine: &Machine, operands: &[Expr]) -> Answer {
    asks(machine, operands, |value| value.items().is_empty())
}

pub(super) fn is_error(machine: &Machine, operands: &[Expr]) -> Answer {
    asks(machine, operands, |value| matches!(value, Value::Error(_)))
}

pub(super) fn is_na(machine: &Machine, operands: &[Expr]) -> Answer {
    asks(machine, operands, |value| *value == Value::Error(CellError::Na))
}

pub(super) fn is_number(machine: &Machine, operands: &[Expr]) -> Answer {
    asks(machine, operands, |value| matches!(value, Value::Number(_)))
}

pub(super) fn is_text(machine: &Machine, operands: &[Expr]) -> Answer {
    asks(machine, operands, |value| matches!(value, Value::Text(_)))
}

pub(super) fn is_logical(machine: &Machine, operands: &[Expr]) -> Answer {
    asks(machine, operands, |value| matches!(value, Value::Bool(_)))
}

pub(super) fn is_date(machine: &Machine, operands: &[Expr]) -> Answer {
    asks(machine, operands, |value| matches!(value, Value::Date(_) | Value::DateTime(_)))
}

pub(super) fn if_error(machine: &Machine, operands: &[Expr]) -> Answer {
    match branch(machine, operands.first())? {
        Value::Error(_) => branch(machine, operands.get(1)),
        value => Ok(value),
    }
}

pub(super) fn if_na(machine: &Machine, operands: &[Expr]) -> Answer {
    match branch(machine, operands.first())? {
        Value::Error(CellError::Na) => branch(machine, operands.get(1)),
        value => Ok(value),
    }
}
