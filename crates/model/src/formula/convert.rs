//! What a value is where another type is wanted.

use rust_decimal::Decimal;

use super::clock::{self, Point};
use super::decimal;
use super::machine::Machine;
use crate::value::{CellError, Value};

/// The longest text a formula makes, in characters, as in Excel.
pub(super) const MAX_TEXT: usize = 32_767;

/// A value as a row has it, its numbers as formulas have them: of at most 28 digits.
pub(super) fn from_row(value: Value) -> Value {
    match value {
        Value::Number(number) => decimal::fit(number).map_or_else(Value::Error, Value::Number),
        Value::List(members) => Value::List(members.into_iter().map(from_row).collect()),
        other => other,
    }
}

/// Empty is 0, yes is 1, and text what it reads as.
pub(super) fn number(value: &Value) -> Result<Decimal, CellError> {
    match value {
        Value::Null => Ok(Decimal::ZERO),
        Value::Number(number) => Ok(*number),
        Value::Bool(yes) => Ok(Decimal::from(u8::from(*yes))),
        Value::Text(text) => read_number(text).ok_or(CellError::Value),
        Value::Error(error) => Err(*error),
        Value::List(members) if members.len() == 1 => match &members[0] {
            Value::List(_) => Err(CellError::Value),
            member => number(member),
        },
        Value::Date(_) | Value::DateTime(_) | Value::Time(_) | Value::Id(_) | Value::List(_) | Value::Json(_) => {
            Err(CellError::Value)
        }
    }
}

/// A number as people type it: `1,234.50`, `¥5`, `１２％`, `(3)`.
pub(super) fn read_number(text: &str) -> Option<Decimal> {
    if text.len() > 200 {
        return None;
    }
    decimal::fit(crate::fields::number::human_number(text)?).ok()
}

/// Empty is no, a number is yes unless it is 0.
pub(super) fn truth(value: &Value) -> Result<bool, CellError> {
    match value {
        Value::Null => Ok(false),
        Value::Bool(yes) => Ok(*yes),
        Value::Number(number) => Ok(!number.is_zero()),
        Value::Text(text) => super::ast::is_bool(text.trim()).ok_or(CellError::Value),
        Value::Error(error) => Err(*error),
        Value::Date(_) | Value::DateTime(_) | Value::Time(_) | Value::Id(_) | Value::List(_) | Value::Json(_) => {
            Err(CellError::Value)
        }
    }
}

/// Any value as text: numbers plain, dates as `2026-03-01`, with time `2026-03-01 09:30` in the zone, lists with commas.
pub(super) fn text(value: &Value, machine: &Machine) -> Result<String, CellError> {
    Ok(match value {
        Value::Null => String::new(),
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.normalize().to_string(),
        Value::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        Value::Date(date) => date.format("%Y-%m-%d").to_string(),
        Value::DateTime(at) => clock::local(*at, machine.around.zone).format("%Y-%m-%d %H:%M").to_string(),
        Value::Time(time) => time.format("%H:%M:%S").to_string(),
        Value::Id(id) => id.to_string(),
        Value::Error(error) => return Err(*error),
        Value::Json(_) => return Err(CellError::Value),
        Value::List(members) => {
            let mut joined = String::new();
            for (n, member) in members.iter().enumerate() {
                if matches!(member, Value::List(_)) || joined.len() > MAX_TEXT * 4 {
                    return Err(CellError::Value);
                }
                if n > 0 {
                    joined.push_str(", ");
                }
                joined.push_str(&text(member, machine)?);
            }
            joined
        }
    })
}

/// A text as a result: empty when it has no characters, an error when it has too many.
pub(super) fn short(text: String) -> Result<Value, CellError> {
    if text.len() > MAX_TEXT && text.chars().count() > MAX_TEXT { Err(CellError::Value) } else { Ok(Value::text(text)) }
}

/// A point in time; text is read as one.
pub(super) fn point(value: &Value, machine: &Machine) -> Result<Option<Point>, CellError> {
    match value {
        Value::Null => Ok(None),
        Value::Error(error) => Err(*error),
        Value::Text(text) => {
            clock::read_point(text, machine).map_or(Err(CellError::Value), |point| point.valid().map(Some))
        }
        other => Point::of(other).map_or(Err(CellError::Value), |point| point.valid().map(Some)),
    }
}
