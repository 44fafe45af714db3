//! Text of several lines.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::text::{check_length, check_lengths, read_text};
use super::{Column, FieldType, Order, Reading, Written, is_default};
use crate::problem::Problems;
use crate::query::Op;
use crate::value::Value;

/// The longest text anybody may store, in characters.
pub const MAX: u32 = 100_000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Characters, at most 100,000.
    #[serde(skip_serializing_if = "is_default")]
    pub max_length: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub min_length: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub placeholder: Option<String>,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "long_text"
    }

    fn column(&self) -> Column {
        Column::Text { folded: true }
    }

    fn check_settings(&self, problems: &mut Problems) {
        check_lengths(self.min_length, self.max_length, MAX, problems);
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        let text = one_kind_of_break(&read_text(input)?);
        check_length(&text, self.min_length, self.max_length.unwrap_or(MAX))?;
        Ok(Written::Value(Value::text(text)))
    }

    fn operators(&self) -> &'static [Op] {
        Op::TEXT
    }

    fn order(&self) -> Order {
        Order::Text
    }

    /// No index of a database takes texts of this length whole.
    fn unique_text(&self, _: &Value) -> Option<String> {
        None
    }
}

/// Lines end in `\n`, whatever system they were typed on.
pub(super) fn one_kind_of_break(text: &str) -> String {
    text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n")
}
