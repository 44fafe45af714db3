//! Several of the field's options.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::choice::{ChoiceOption, by_label, check_options, known, label_of};
use super::{Column, FieldType, Order, Reading, Written, is_default, wrong, wrong_type};
use crate::cell::Cell;
use crate::label::Language;
use crate::problem::{Code, Problem, Problems};
use crate::query::Op;
use crate::value::Value;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub options: Vec<ChoiceOption>,
    /// The fewest of a value that is not empty.
    #[serde(skip_serializing_if = "is_default")]
    pub min_count: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub max_count: Option<u32>,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "choices"
    }

    fn column(&self) -> Column {
        Column::Keys
    }

    fn check_settings(&self, problems: &mut Problems) {
        check_options(&self.options, problems);
        check_counts(self.min_count, self.max_count, problems);
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        if super::is_blank(input) {
            return Ok(Written::Value(Value::Null));
        }
        let list = input.as_array().ok_or_else(|| wrong_type("list of option keys"))?;
        self.chosen(list, |item| {
            let key = item.as_str().ok_or_else(|| wrong_type("option key"))?.trim();
            known(&self.options, key).map(|()| key.to_owned())
        })
    }

    fn read_cell(&self, cell: &Cell, _: &Reading) -> Result<Written, Problems> {
        let text = cell.text();
        // An option's own label may hold a comma.
        if let Ok(key) = by_label(&self.options, &text) {
            return self.chosen(&[key], |key| Ok(key.clone()));
        }
        self.chosen(&split(&text), |label| by_label(&self.options, label))
    }

    fn display(&self, value: &Value, language: Language) -> String {
        let labels = value.items().iter().filter_map(Value::as_text);
        labels.map(|key| label_of(&self.options, key, language)).collect::<Vec<_>>().join(between(language))
    }

    fn operators(&self) -> &'static [Op] {
        Op::KEYS
    }

    fn order(&self) -> Order {
        Order::None
    }

    fn search_text(&self, _: &Value) -> String {
        String::new()
    }
}

impl Settings {
    /// The keys of what was chosen, in the order of the options, each once.
    fn chosen<T>(&self, list: &[T], key_of: impl Fn(&T) -> Result<String, Problems>) -> Result<Written, Problems> {
        let keys = each(list, key_of)?;
        let ordered: Vec<Value> = self
            .options
            .iter()
            .filter(|option| keys.contains(&option.key))
            .map(|option| Value::text(&*option.key))
            .collect();
        check_count(ordered.len(), self.min_count, self.max_count)?;
        Ok(Written::Value(Value::list(ordered)))
    }
}

/// What each item reads as; the problems of all of them, each at its `[n]`.
pub(super) fn each<T, R>(list: &[T], read: impl Fn(&T) -> Result<R, Problems>) -> Result<Vec<R>, Problems> {
    let mut found = Vec::with_capacity(list.len().min(super::choice::MAX_OPTIONS));
    let mut problems = Problems::new();
    for (n, item) in list.iter().enumerate() {
        // Nobody reads more, and a list of a million mistakes is an attack.
        if problems.len() >= 100 {
            break;
        }
        match read(item) {
            Ok(one) => found.push(one),
            Err(wrong) => problems.extend(wrong.into_iter().map(|problem| problem.within(&format!("[{n}]")))),
        }
    }
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

/// The parts of a cell that holds several: apart by `,` `;` `、` `|` or a line break, wide or narrow.
pub(super) fn split(text: &str) -> Vec<String> {
    let parts = text.split([',', '，', ';', '；', '、', '|', '｜', '\n', '\r']).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// What stands between several in a text.
pub(super) fn between(language: Language) -> &'static str {
    match language {
        Language::Zh => "、",
        Language::En => ", ",
    }
}

pub(super) fn check_count(count: usize, min: Option<u32>, max: Option<u32>) -> Result<(), Problems> {
    if let Some(max) = max.filter(|max| count > *max as usize) {
        return Err(vec![wrong(Code::TooMany).with("max", max)]);
    }
    match min.filter(|min| count > 0 && count < *min as usize) {
        Some(min) => Err(vec![wrong(Code::TooFew).with("min", min)]),
        None => Ok(()),
    }
}

pub(super) fn check_counts(min: Option<u32>, max: Option<u32>, problems: &mut Problems) {
    if max == Some(0) {
        problems.push(Problem::new(Code::OutOfRange, "max_count").with("min", 1).with("max", "…"));
    }
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        problems.push(Problem::new(Code::OutOfRange, "min_count").with("min", 0).with("max", max));
    }
}
