//! Words put on a record: from the field's options, and new ones unless the field forbids it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::choice::{ChoiceOption, by_label, check_options, label_of};
use super::choices::{between, check_count, check_counts, each, split};
use super::{Column, FieldType, Order, Reading, Written, is_default, wrong, wrong_type};
use crate::cell::Cell;
use crate::label::Language;
use crate::problem::{Code, Problems};
use crate::query::Op;
use crate::text::{clean, fold};
use crate::value::Value;

/// The longest tag, in characters.
pub const MAX_LENGTH: usize = 50;
/// The most tags of one record.
pub const MAX_COUNT: u32 = 100;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Tags offered, with labels and colours.
    #[serde(skip_serializing_if = "is_default")]
    pub options: Vec<ChoiceOption>,
    /// Only the options; no new tags.
    #[serde(skip_serializing_if = "is_default")]
    pub fixed: bool,
    /// At most 100.
    #[serde(skip_serializing_if = "is_default")]
    pub max_count: Option<u32>,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "tags"
    }

    fn column(&self) -> Column {
        Column::Keys
    }

    fn check_settings(&self, problems: &mut Problems) {
        check_options(&self.options, problems);
        check_counts(None, self.max_count, problems);
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        if super::is_blank(input) {
            return Ok(Written::Value(Value::Null));
        }
        let list = input.as_array().ok_or_else(|| wrong_type("list of tags"))?;
        self.put_on(list, |item| self.tag(item.as_str().ok_or_else(|| wrong_type("tag"))?))
    }

    fn read_cell(&self, cell: &Cell, _: &Reading) -> Result<Written, Problems> {
        let text = cell.text();
        if let Ok(key) = by_label(&self.options, &text) {
            return self.put_on(&[key], |key| Ok(key.clone()));
        }
        self.put_on(&split(&text), |tag| self.tag(tag))
    }

    fn display(&self, value: &Value, language: Language) -> String {
        let tags = value.items().iter().filter_map(Value::as_text);
        tags.map(|tag| label_of(&self.options, tag, language)).collect::<Vec<_>>().join(between(language))
    }

    fn operators(&self) -> &'static [Op] {
        Op::KEYS
    }

    fn order(&self) -> Order {
        Order::None
    }

    /// By the tags' own words: those of options too, in all their languages.
    fn search_text(&self, value: &Value) -> String {
        let mut words = Vec::new();
        for tag in value.items().iter().filter_map(Value::as_text) {
            match self.options.iter().find(|option| option.key == tag) {
                Some(option) => words.extend(option.label.texts().into_iter().map(fold)),
                None => words.push(fold(tag)),
            }
        }
        words.join(" ")
    }
}

impl Settings {
    /// An option's key when the text names one, else the text itself.
    fn tag(&self, text: &str) -> Result<String, Problems> {
        let text = clean(text).replace(['\n', '\r', '\t'], " ");
        if text.is_empty() {
            return Ok(text);
        }
        if self.fixed || !self.options.is_empty() {
            match by_label(&self.options, &text) {
                Ok(key) => return Ok(key),
                Err(unknown) if self.fixed => return Err(unknown),
                Err(_) => {}
            }
        }
        if text.chars().count() > MAX_LENGTH {
            return Err(vec![wrong(Code::TooLong).with("max", MAX_LENGTH)]);
        }
        // A stored list is kept as |a|b|.
        if text.contains('|') {
            return Err(vec![wrong(Code::BadFormat).with("hint", "|")]);
        }
        Ok(text)
    }

    fn put_on<T>(&self, list: &[T], tag_of: impl Fn(&T) -> Result<String, Problems>) -> Result<Written, Problems> {
        let mut tags: Vec<String> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for tag in each(list, tag_of)? {
            if !tag.is_empty() && seen.insert(fold(&tag)) {
                tags.push(tag);
            }
        }
        check_count(tags.len(), None, Some(self.max_count.unwrap_or(MAX_COUNT).min(MAX_COUNT)))?;
        Ok(Written::Value(Value::list(tags.into_iter().map(Value::Text).collect())))
    }
}
