//! A whole number of stars.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::number::{check_number, number_of_cell, read_number};
use super::{Column, FieldType, Reading, Written};
use crate::cell::Cell;
use crate::problem::{Code, Problem, Problems};
use crate::query::Op;
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The most stars, at most 10.
    #[serde(skip_serializing_if = "is_five")]
    pub max: u8,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { max: 5 }
    }
}

fn is_five(max: &u8) -> bool {
    *max == 5
}

impl Settings {
    fn checked(&self, number: Decimal) -> Result<Written, Problems> {
        check_number(number, Some(0), Some(Decimal::ONE), Some(Decimal::from(self.max)))?;
        Ok(Written::Value(Value::Number(number.normalize())))
    }
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "rating"
    }

    fn column(&self) -> Column {
        Column::Decimal { scale: 0 }
    }

    fn check_settings(&self, problems: &mut Problems) {
        if !(1..=10).contains(&self.max) {
            problems.push(Problem::new(Code::OutOfRange, "max").with("min", 1).with("max", 10));
        }
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        if super::is_blank(input) {
            return Ok(Written::Value(Value::Null));
        }
        self.checked(read_number(input)?)
    }

    /// A number, or as many stars.
    fn read_cell(&self, cell: &Cell, _: &Reading) -> Result<Written, Problems> {
        let text = cell.text();
        let stars = text.trim().trim_end_matches('☆');
        if !stars.is_empty() && stars.chars().all(|c| c == '★') {
            return self.checked(Decimal::from(stars.chars().count()));
        }
        self.checked(number_of_cell(cell)?)
    }

    fn operators(&self) -> &'static [Op] {
        Op::NUMBER
    }
}
