//! A field of the linked record, shown here: always read, never stored, so always current.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Column, FieldType, Order, Reading, Written, wrong};
use crate::problem::{Code, Problems};
use crate::query::Op;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The key of a one-link of this object.
    pub link: String,
    /// The key of the field of the linked object.
    pub field: String,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "lookup"
    }

    fn column(&self) -> Column {
        Column::None
    }

    fn is_writable(&self) -> bool {
        false
    }

    fn read(&self, _: &Json, _: &Reading) -> Result<Written, Problems> {
        Err(vec![wrong(Code::ReadOnly)])
    }

    /// Those of the field looked up; the query resolver replaces the look-up by the path it stands for.
    fn operators(&self) -> &'static [Op] {
        &[]
    }

    fn order(&self) -> Order {
        Order::None
    }
}
