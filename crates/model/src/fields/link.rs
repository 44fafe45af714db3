//! A link to one or many records of another object (or of the same).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::id::read_id;
use super::{Column, FieldType, Order, Reading, Written, is_default, wrong, wrong_type};
use crate::label::Label;
use crate::problem::{Code, Problems};
use crate::query::Op;
use crate::value::Value;

/// The most records one many-link may name.
pub const MAX_MANY: usize = 1_000;

/// What happens to this record when the one it links to is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnDelete {
    /// The link becomes empty. A required link refuses instead.
    #[default]
    Clear,
    /// The deletion is refused while this record links to it.
    Refuse,
    /// This record is deleted too.
    Delete,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The key of the object linked to.
    pub to: String,
    #[serde(skip_serializing_if = "is_default")]
    pub many: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub on_delete: OnDelete,
    /// What the list of these records is called on the other record's page.
    #[serde(skip_serializing_if = "is_default")]
    pub back_label: Option<Label>,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "link"
    }

    fn column(&self) -> Column {
        column_to(&self.to, self.many)
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        if self.many { read_many(input) } else { read_one(input) }
    }

    fn operators(&self) -> &'static [Op] {
        if self.many { Op::LINKS } else { Op::LINK }
    }

    fn order(&self) -> Order {
        if self.many { Order::None } else { Order::Title }
    }
}

pub(super) fn column_to(to: &str, many: bool) -> Column {
    if many { Column::Links { to: to.to_owned() } } else { Column::Id { to: to.to_owned() } }
}

/// An id, `{"id": …}` (as it is read), or `{"by": {"field": value}}`.
pub(super) fn read_one(input: &Json) -> Result<Written, Problems> {
    match input {
        Json::String(text) if text.trim().is_empty() => Ok(Written::Value(Value::Null)),
        Json::Object(map) => {
            if let Some(by) = map.get("by") {
                let by = by
                    .as_object()
                    .filter(|by| !by.is_empty())
                    .ok_or_else(|| wrong_type("{\"by\": {\"field\": value}}"))?;
                return Ok(Written::By(by.iter().map(|(key, value)| (key.clone(), value.clone())).collect()));
            }
            let id = map.get("id").ok_or_else(|| wrong_type("id or {\"by\": …}"))?;
            Ok(Written::Value(Value::Id(read_id(id)?)))
        }
        other => Ok(Written::Value(Value::Id(read_id(other)?))),
    }
}

/// A list of what [`read_one`] reads; a record named twice is named once.
pub(super) fn read_many(input: &Json) -> Result<Written, Problems> {
    let list = input.as_array().ok_or_else(|| wrong_type("list of ids"))?;
    if list.len() > MAX_MANY {
        return Err(vec![wrong(Code::TooMany).with("max", MAX_MANY)]);
    }
    let mut many = Vec::with_capacity(list.len());
    let mut problems = Problems::new();
    for (n, item) in list.iter().enumerate() {
        match read_one(item) {
            Ok(Written::Value(Value::Null)) => {}
            Ok(written) if many.contains(&written) => {}
            Ok(written) => many.push(written),
            Err(wrong) => problems.extend(wrong.into_iter().map(|problem| problem.within(&format!("[{n}]")))),
        }
    }
    if problems.is_empty() { Ok(Written::Many(many)) } else { Err(problems) }
}
