//! One of several options.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Column, FieldType, Order, Reading, Written, is_default, wrong, wrong_type};
use crate::cell::Cell;
use crate::key::is_key;
use crate::label::{Label, Language};
use crate::problem::{Code, Problem, Problems};
use crate::query::Op;
use crate::text::fold;
use crate::value::Value;

/// The most options of a field.
pub const MAX_OPTIONS: usize = 1_000;

/// An option: a key that never changes, a label that may, a colour.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChoiceOption {
    pub key: String,
    #[serde(default)]
    pub label: Label,
    /// A name of the palette (`blue`, `green` …) or `#rrggbb`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub color: Option<String>,
    /// No longer offered; records that have it keep it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub retired: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub options: Vec<ChoiceOption>,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "choice"
    }

    fn column(&self) -> Column {
        Column::Text { folded: false }
    }

    fn check_settings(&self, problems: &mut Problems) {
        check_options(&self.options, problems);
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        let key = input.as_str().ok_or_else(|| wrong_type("option key"))?.trim();
        if key.is_empty() {
            return Ok(Written::Value(Value::Null));
        }
        known(&self.options, key)?;
        Ok(Written::Value(Value::text(key)))
    }

    fn read_cell(&self, cell: &Cell, _: &Reading) -> Result<Written, Problems> {
        Ok(Written::Value(Value::text(by_label(&self.options, &cell.text())?)))
    }

    fn display(&self, value: &Value, language: Language) -> String {
        value.as_text().map(|key| label_of(&self.options, key, language)).unwrap_or_default()
    }

    fn operators(&self) -> &'static [Op] {
        Op::CHOICE
    }

    fn order(&self) -> Order {
        Order::Options
    }

    fn search_text(&self, _: &Value) -> String {
        String::new()
    }
}

pub(super) fn known(options: &[ChoiceOption], key: &str) -> Result<(), Problems> {
    if options.iter().any(|option| option.key == key) {
        return Ok(());
    }
    Err(vec![wrong(Code::UnknownOption).with("value", key)])
}

/// The key of the option that a file calls `text`: by key or by any of its labels, folded.
pub(super) fn by_label(options: &[ChoiceOption], text: &str) -> Result<String, Problems> {
    let folded = fold(text);
    let found = options
        .iter()
        .find(|option| option.key == folded || option.label.texts().iter().any(|label| fold(label) == folded));
    found.map(|option| option.key.clone()).ok_or_else(|| vec![wrong(Code::UnknownOption).with("value", text.trim())])
}

pub(super) fn label_of(options: &[ChoiceOption], key: &str, language: Language) -> String {
    let label = options.iter().find(|option| option.key == key).map(|option| option.label.in_language(language));
    label.filter(|label| !label.is_empty()).unwrap_or(key).to_owned()
}

pub(super) fn check_options(options: &[ChoiceOption], problems: &mut Problems) {
    if options.len() > MAX_OPTIONS {
        problems.push(Problem::new(Code::TooMany, "options").with("max", MAX_OPTIONS));
    }
    for (n, option) in options.iter().enumerate() {
        let at = format!("options[{n}].key");
        if !is_key(&option.key) {
            problems.push(Problem::new(Code::BadKey, at).with("value", &option.key));
        } else if options[..n].iter().any(|earlier| earlier.key == option.key) {
            problems.push(Problem::new(Code::KeyTaken, at).with("value", &option.key));
        }
    }
}
