//! A count, sum, smallest, largest or mean over the records that link here. Stored, and changed in the same transaction as they.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Column, FieldType, Reading, Written, is_default, wrong};
use crate::problem::{Code, Problems};
use crate::query::Op;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RollupFn {
    #[default]
    Count,
    Sum,
    Min,
    Max,
    Avg,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `<object>.<link field>`: the records whose link points here.
    pub from: String,
    #[serde(rename = "fn")]
    pub function: RollupFn,
    /// The field of those records; none for `count`.
    #[serde(skip_serializing_if = "is_default")]
    pub field: Option<String>,
    /// Which of them count, a filter over their own stored fields.
    #[serde(skip_serializing_if = "is_default")]
    pub filter: Option<Json>,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "rollup"
    }

    fn column(&self) -> Column {
        match self.function {
            RollupFn::Count => Column::Decimal { scale: 0 },
            // min and max may be of dates: the catalog's compiler replaces the column by that of the field.
            _ => Column::Exact,
        }
    }

    fn is_writable(&self) -> bool {
        false
    }

    fn read(&self, _: &Json, _: &Reading) -> Result<Written, Problems> {
        Err(vec![wrong(Code::ReadOnly)])
    }

    fn operators(&self) -> &'static [Op] {
        Op::NUMBER
    }
}
