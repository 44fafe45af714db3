//! A single line of text.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Column, FieldType, Order, Reading, Written, is_default, wrong, wrong_type};
use crate::problem::{Code, Problem, Problems};
use crate::query::Op;
use crate::text::clean;
use crate::value::Value;

/// The longest single line anybody may store, in characters.
pub const MAX: u32 = 1_000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Characters, at most 1,000.
    #[serde(skip_serializing_if = "is_default")]
    pub max_length: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub min_length: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub placeholder: Option<String>,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "text"
    }

    fn column(&self) -> Column {
        Column::Text { folded: true }
    }

    fn check_settings(&self, problems: &mut Problems) {
        check_lengths(self.min_length, self.max_length, MAX, problems);
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        let text = read_text(input)?.replace(['\n', '\r'], " ");
        check_length(&text, self.min_length, self.max_length.unwrap_or(MAX))?;
        Ok(Written::Value(Value::text(text)))
    }

    fn operators(&self) -> &'static [Op] {
        Op::TEXT
    }

    fn order(&self) -> Order {
        Order::Text
    }
}

/// Text as sent, cleaned; numbers and switches are not silently made text.
pub(super) fn read_text(input: &Json) -> Result<String, Problems> {
    input.as_str().map(clean).ok_or_else(|| wrong_type("text"))
}

pub(super) fn check_length(text: &str, min: Option<u32>, max: u32) -> Result<(), Problems> {
    let length = text.chars().count();
    if length > max as usize {
        return Err(vec![wrong(Code::TooLong).with("max", max)]);
    }
    match min {
        Some(min) if length > 0 && length < min as usize => Err(vec![wrong(Code::TooShort).with("min", min)]),
        _ => Ok(()),
    }
}

pub(super) fn check_lengths(min: Option<u32>, max: Option<u32>, limit: u32, problems: &mut Problems) {
    if max.is_some_and(|max| max == 0 || max > limit) {
        problems.push(Problem::new(Code::OutOfRange, "max_length").with("min", 1).with("max", limit));
    }
    if min.is_some_and(|min| min > max.unwrap_or(limit)) {
        problems.push(Problem::new(Code::OutOfRange, "min_length").with("min", 0).with("max", max.unwrap_or(limit)));
    }
}
