//! datetime.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Column, FieldType, Reading, Written};
use crate::problem::Problems;
use crate::query::Op;
use crate::value::Value;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "datetime"
    }

    fn column(&self) -> Column {
        Column::DateTime
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        Ok(Written::Value(Value::text(super::text::read_text(input)?)))
    }

    fn operators(&self) -> &'static [Op] {
        Op::DATE
    }
}
