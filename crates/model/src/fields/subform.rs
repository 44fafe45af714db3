//! Rows of a subform: records of a child object that belong to this one, edited inside it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::id::read_id;
use super::{Column, FieldType, Order, Reading, RowInput, Written, wrong, wrong_type};
use crate::problem::{Code, Problems};
use crate::query::Op;

/// The most rows one record may have.
pub const MAX_ROWS: usize = 1_000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The fields of a row, written like those of an object. The catalog makes a child object `<object>_<field>` of them.
    pub fields: Vec<Json>,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "subform"
    }

    fn column(&self) -> Column {
        Column::None
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        let rows = input.as_array().ok_or_else(|| wrong_type("list of rows"))?;
        if rows.len() > MAX_ROWS {
            return Err(vec![wrong(Code::TooMany).with("max", MAX_ROWS)]);
        }
        let mut read = Vec::with_capacity(rows.len());
        let mut problems = Problems::new();
        for (n, row) in rows.iter().enumerate() {
            let at = format!("[{n}]");
            let Some(map) = row.as_object() else {
                problems.extend(wrong_type("object").into_iter().map(|problem| problem.within(&at)));
                continue;
            };
            let mut values = map.clone();
            match values.shift_remove("id").filter(|id| !id.is_null()).map(|id| read_id(&id)).transpose() {
                Ok(id) => read.push(RowInput { id, values }),
                Err(wrong) => problems.extend(wrong.into_iter().map(|problem| problem.within(&format!("{at}.id")))),
            }
        }
        if problems.is_empty() { Ok(Written::Rows(read)) } else { Err(problems) }
    }

    fn operators(&self) -> &'static [Op] {
        Op::EMPTY
    }

    fn order(&self) -> Order {
        Order::None
    }
}
