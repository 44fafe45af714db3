//! Any JSON, for programs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{Column, FieldType, Order, Reading, Written, wrong};
use crate::cell::Cell;
use crate::problem::{Code, Problems};
use crate::query::Op;
use crate::value::Value;

/// The longest JSON text, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// How deep lists and objects may stand in each other.
pub const MAX_DEPTH: usize = 32;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "json"
    }

    fn column(&self) -> Column {
        Column::Json { folded: false }
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        let canonical = canonical(input, 0)
            .ok_or_else(|| vec![wrong(Code::BadFormat).with("hint", format!("JSON ≤ {MAX_DEPTH} levels"))])?;
        if canonical.to_string().len() > MAX_BYTES {
            return Err(vec![wrong(Code::TooLarge).with("max", "64 kB")]);
        }
        let empty = match &canonical {
            Json::Null => true,
            Json::String(text) => text.is_empty(),
            Json::Array(list) => list.is_empty(),
            Json::Object(map) => map.is_empty(),
            Json::Bool(_) | Json::Number(_) => false,
        };
        Ok(Written::Value(if empty { Value::Null } else { Value::Json(canonical) }))
    }

    /// The cell's text is JSON text.
    fn read_cell(&self, cell: &Cell, reading: &Reading) -> Result<Written, Problems> {
        let text = if let Cell::Bool(yes) = cell { yes.to_string() } else { cell.text() };
        let json: Json =
            serde_json::from_str(text.trim()).map_err(|_| vec![wrong(Code::BadFormat).with("hint", "JSON")])?;
        self.read(&json, reading)
    }

    fn operators(&self) -> &'static [Op] {
        Op::EMPTY
    }

    fn order(&self) -> Order {
        Order::None
    }
}

/// Keys in order and no NUL, so that equal JSON is equal text; `None` when it is too deep.
fn canonical(json: &Json, depth: usize) -> Option<Json> {
    let clean = |text: &str| text.replace('\0', "");
    Some(match json {
        Json::Array(_) | Json::Object(_) if depth >= MAX_DEPTH => return None,
        Json::Array(list) => Json::Array(list.iter().map(|item| canonical(item, depth + 1)).collect::<Option<_>>()?),
        Json::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            let sorted = keys.into_iter().map(|key| Some((clean(key), canonical(&map[key.as_str()], depth + 1)?)));
            Json::Object(sorted.collect::<Option<Map<String, Json>>>()?)
        }
        Json::String(text) => Json::String(clean(text)),
        Json::Null | Json::Bool(_) | Json::Number(_) => json.clone(),
    })
}
