//! The id of the record itself: a system field only.

use serde_json::Value as Json;

use super::{Column, FieldType, Reading, Written, wrong, wrong_type};
use crate::problem::{Code, Problems};
use crate::query::Op;
use crate::value::Value;

#[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "id"
    }

    fn column(&self) -> Column {
        Column::Id { to: String::new() }
    }

    fn is_writable(&self) -> bool {
        false
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        Ok(Written::Value(Value::Id(read_id(input)?)))
    }

    fn operators(&self) -> &'static [Op] {
        Op::ID
    }
}

/// A record's id as text.
pub(crate) fn read_id(input: &Json) -> Result<uuid::Uuid, Problems> {
    let text = input.as_str().ok_or_else(|| wrong_type("id"))?;
    text.trim().parse().map_err(|_| vec![wrong(Code::NoSuchRecord).with("value", text)])
}
