//! Runs a checked formula on a row. Errors are values; nothing here panics, whatever a row holds.

use std::cell::Cell;
use std::cmp::Ordering;

use chrono::{NaiveDate, NaiveTime};
use rust_decimal::Decimal;

use super::ast::Op;
use super::clock::{self, Point};
use super::expr::{Expr, ExprNode};
use super::types::Type;
use super::{Around, Row, convert, decimal};
use crate::value::{CellError, Value};

/// Why a function has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Error(CellError),
    /// Something it needs is empty, and so is its result: the year of no date.
    Empty,
}

impl From<CellError> for Stop {
    fn from(error: CellError) -> Stop {
        Stop::Error(error)
    }
}

pub(super) type Answer = Result<Value, Stop>;

/// How a function is run.
#[derive(Clone, Copy)]
pub(super) enum How {
    /// On its values; an error among them is its result.
    Plain(fn(&Arguments) -> Answer),
    /// On its operands, of which it may leave some alone.
    Lazy(fn(&Machine, &[Expr]) -> Answer),
}

/// A formula at work on one row.
pub(super) struct Machine<'a> {
    pub(super) row: &'a dyn Row,
    pub(super) around: &'a Around,
    pub(super) dice: Cell<u64>,
}

impl Machine<'_> {
    pub(super) fn value(&self, expr: &Expr) -> Value {
        match self.answer(expr) {
            Ok(value) => value,
            Err(Stop::Empty) => Value::Null,
            Err(Stop::Error(error)) => Value::Error(error),
        }
    }

    fn answer(&self, expr: &Expr) -> Answer {
        match &expr.node {
            ExprNode::Const(value) => Ok(value.clone()),
            ExprNode::Field(path) => Ok(convert::from_row(self.row.get(path))),
            ExprNode::Minus(operand) => match self.value(operand) {
                Value::Error(error) => Err(error.into()),
                value => Ok(Value::Number(decimal::negate(convert::number(&value)?))),
            },
            ExprNode::Percent(operand) => match self.value(operand) {
                Value::Error(error) => Err(error.into()),
                value => Ok(Value::Number(decimal::multiply(convert::number(&value)?, Decimal::new(1, 2))?)),
            },
            ExprNode::Binary(..) => Ok(self.chain(expr)),
            ExprNode::Call(function, operands) => self.call(function.info().how, operands),
        }
    }

    /// A long sum leans to the left; it is walked in a loop, so that its length costs no stack.
    fn chain(&self, expr: &Expr) -> Value {
        let mut rights = Vec::new();
        let mut first = expr;
        while let ExprNode::Binary(op, left, right) = &first.node {
            rights.push((*op, left, right));
            first = left;
        }
        let mut value = self.value(first);
        for (op, left, right) in rights.into_iter().rev() {
            value = match self.binary(op, (value, &left.is), (self.value(right), &right.is)) {
                Ok(value) => value,
                Err(Stop::Empty) => Value::Null,
                Err(Stop::Error(error)) => Value::Error(error),
            };
        }
        value
    }

    fn binary(&self, op: Op, (left, left_is): (Value, &Type), (right, right_is): (Value, &Type)) -> Answer {
        for side in [&left, &right] {
            if let Value::Error(error) = side {
                return Err((*error).into());
            }
        }
        if op.is_comparison() {
            return Ok(self.compares(op, &left, &right)?.into());
        }
        if op == Op::Join {
            return Ok(convert::short(convert::text(&left, self)? + &convert::text(&right, self)?)?);
        }
        // An empty date stays empty instead of being the day zero.
        let no_moment = |value: &Value, is: &Type| value.is_null() && is.is_moment();
        if no_moment(&left, left_is) || no_moment(&right, right_is) {
            return Err(Stop::Empty);
        }
        if Point::of(&left).is_some() || Point::of(&right).is_some() {
            return Ok(clock::arithmetic(op, &left, &right, self)?);
        }
        let (a, b) = (convert::number(&left)?, convert::number(&right)?);
        let result = match op {
            Op::Add => decimal::add(a, b),
            Op::Subtract => decimal::subtract(a, b),
            Op::Multiply => decimal::multiply(a, b),
            Op::Divide => decimal::divide(a, b),
            Op::Power => decimal::raise(a, b),
            Op::Join | Op::Equal | Op::NotEqual | Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual => {
                Err(CellError::Value)
            }
        };
        Ok(Value::Number(result?))
    }

    fn compares(&self, op: Op, left: &Value, right: &Value) -> Result<bool, CellError> {
        let order = self.order(left, right)?;
        Ok(match op {
            Op::Equal => order == Some(Ordering::Equal),
            Op::NotEqual => order != Some(Ordering::Equal),
            Op::Less => order == Some(Ordering::Less),
            Op::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Op::Greater => order == Some(Ordering::Greater),
            Op::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Power | Op::Join => return Err(CellError::Value),
        })
    }

    /// The order of two values; `None` when they differ but neither comes first. Text is compared folded: `"Ａbc "` equals
    /// `"abc"`. Empty is 0 among numbers, "" among texts, FALSE in logic, and neither before nor after any date.
    pub(super) fn order(&self, left: &Value, right: &Value) -> Result<Option<Ordering>, CellError> {
        Ok(match (left, right) {
            (Value::Error(error), _) | (_, Value::Error(error)) => return Err(*error),
            (Value::Null, Value::Null) => Some(Ordering::Equal),
            (Value::Text(a), Value::Text(b)) => Some(crate::text::fold(a).cmp(&crate::text::fold(b))),
            (Value::Null, Value::Text(b)) => Some("".cmp(crate::text::fold(b).as_str())),
            (Value::Text(a), Value::Null) => Some(crate::text::fold(a).as_str().cmp("")),
            (Value::Number(_) | Value::Bool(_) | Value::Null, Value::Number(_) | Value::Bool(_) | Value::Null) => {
                Some(convert::number(left)?.cmp(&convert::number(right)?))
            }
            // As in Excel, any text comes after any number.
            (Value::Number(_) | Value::Bool(_), Value::Text(_)) => Some(Ordering::Less),
            (Value::Text(_), Value::Number(_) | Value::Bool(_)) => Some(Ordering::Greater),
            (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
            (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
            (Value::Date(_) | Value::DateTime(_), Value::Date(_) | Value::DateTime(_)) => {
                Some(clock::instant_of(left, self)?.cmp(&clock::instant_of(right, self)?))
            }
            (Value::Id(a), Value::Id(b)) => (a == b).then_some(Ordering::Equal),
            (Value::List(_), Value::List(_)) | (Value::Json(_), Value::Json(_)) => {
                (left == right).then_some(Ordering::Equal)
            }
            _ => None,
        })
    }

    pub(super) fn call(&self, how: How, operands: &[Expr]) -> Answer {
        match how {
            How::Lazy(run) => run(self, operands),
            How::Plain(run) => {
                let mut values = Vec::with_capacity(operands.len());
                for operand in operands {
                    match self.value(operand) {
                        Value::Error(error) => return Err(error.into()),
                        value => values.push(value),
                    }
                }
                run(&Arguments { values, operands, machine: self })
            }
        }
    }
}

/// The values a function is given. Reading one converts it to what the function wants.
pub(super) struct Arguments<'a> {
    pub(super) values: Vec<Value>,
    pub(super) operands: &'a [Expr],
    pub(super) machine: &'a Machine<'a>,
}

impl Arguments<'_> {
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Argument `n`; empty when it was left out.
    pub(super) fn value(&self, n: usize) -> &Value {
        self.values.get(n).unwrap_or(&Value::Null)
    }

    pub(super) fn number(&self, n: usize) -> Result<Decimal, CellError> {
        convert::number(self.value(n))
    }

    pub(super) fn whole(&self, n: usize) -> Result<i64, CellError> {
        decimal::whole(self.number(n)?)
    }

    pub(super) fn whole_or(&self, n: usize, default: i64) -> Result<i64, CellError> {
        if n < self.len() { self.whole(n) } else { Ok(default) }
    }

    /// A number of characters or the like: not negative.
    pub(super) fn count_or(&self, n: usize, default: usize) -> Result<usize, CellError> {
        if n >= self.len() {
            return Ok(default);
        }
        usize::try_from(self.whole(n)?).map_err(|_| CellError::Value)
    }

    pub(super) fn text(&self, n: usize) -> Result<String, CellError> {
        convert::text(self.value(n), self.machine)
    }

    pub(super) fn truth(&self, n: usize) -> Result<bool, CellError> {
        convert::truth(self.value(n))
    }

    /// A point in time; an empty one makes the result empty.
    pub(super) fn point(&self, n: usize) -> Result<Point, Stop> {
        convert::point(self.value(n), self.machine)?.ok_or(Stop::Empty)
    }

    /// The calendar day, of a date with time the one in the zone.
    pub(super) fn day(&self, n: usize) -> Result<NaiveDate, Stop> {
        Ok(self.point(n)?.day(self.machine)?)
    }

    pub(super) fn time_of_day(&self, n: usize) -> Result<NaiveTime, Stop> {
        Ok(self.point(n)?.time_of_day(self.machine))
    }

    /// The members of argument `n`.
    pub(super) fn members(&self, n: usize) -> &[Value] {
        self.value(n).items()
    }

    /// The numbers among all arguments from `first` on, lists opened, without empty ones.
    pub(super) fn numbers_from(&self, first: usize) -> Result<Vec<Decimal>, CellError> {
        let mut numbers = Vec::new();
        for value in self.values.iter().skip(first).flat_map(Value::items) {
            if !value.is_null() {
                numbers.push(convert::number(value)?);
            }
        }
        Ok(numbers)
    }

    pub(super) fn numbers(&self) -> Result<Vec<Decimal>, CellError> {
        self.numbers_from(0)
    }

    /// The numbers of one argument.
    pub(super) fn numbers_of(&self, n: usize) -> Result<Vec<Decimal>, CellError> {
        self.members(n).iter().filter(|value| !value.is_null()).map(convert::number).collect()
    }
}
