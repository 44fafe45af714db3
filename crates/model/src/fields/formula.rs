//! A formula over the record's own fields, its links upward, and roll-ups.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Column, FieldType, Order, Reading, Written, is_default, wrong};
use crate::problem::{Code, Problem, Problems};
use crate::query::Op;

/// What a formula yields. Set when it is published, by the formula's own types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Yields {
    Number,
    #[default]
    Text,
    Bool,
    Date,
    Datetime,
    Time,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub formula: String,
    /// Filled in by the catalog's compiler; a designer need not write it.
    #[serde(skip_serializing_if = "is_default")]
    pub yields: Yields,
    /// Places a number is rounded to; as computed unless set.
    #[serde(skip_serializing_if = "is_default")]
    pub scale: Option<u8>,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "formula"
    }

    /// Where the result stands when the formula can be stored; one that must be read has no column, as the catalog decides.
    fn column(&self) -> Column {
        match self.yields {
            Yields::Number => self.scale.map_or(Column::Exact, |scale| Column::Decimal { scale }),
            Yields::Text => Column::Text { folded: true },
            Yields::Bool => Column::Bool,
            Yields::Date => Column::Date,
            Yields::Datetime => Column::DateTime,
            Yields::Time => Column::Time,
        }
    }

    fn check_settings(&self, problems: &mut Problems) {
        if self.formula.trim().is_empty() {
            problems.push(Problem::new(Code::Missing, "formula").with("name", "formula"));
        }
        if self.scale.is_some_and(|scale| scale > super::number::MAX_SCALE) {
            problems.push(Problem::new(Code::OutOfRange, "scale").with("min", 0).with("max", super::number::MAX_SCALE));
        }
    }

    fn is_writable(&self) -> bool {
        false
    }

    fn read(&self, _: &Json, _: &Reading) -> Result<Written, Problems> {
        Err(vec![wrong(Code::ReadOnly)])
    }

    fn operators(&self) -> &'static [Op] {
        match self.yields {
            Yields::Number => Op::NUMBER,
            Yields::Text => Op::TEXT,
            Yields::Bool => Op::SWITCH,
            Yields::Date | Yields::Datetime | Yields::Time => Op::DATE,
        }
    }

    fn order(&self) -> Order {
        if self.yields == Yields::Text { Order::Text } else { Order::Exact }
    }
}
