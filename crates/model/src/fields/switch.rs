//! Yes or no. Empty is a third state, not "no".

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Column, FieldType, Reading, Written, wrong, wrong_type};
use crate::cell::Cell;
use crate::label::Language;
use crate::problem::{Code, Problems};
use crate::query::Op;
use crate::value::Value;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "switch"
    }

    fn column(&self) -> Column {
        Column::Bool
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        if super::is_blank(input) {
            return Ok(Written::Value(Value::Null));
        }
        let yes = input.as_bool().ok_or_else(|| wrong_type("true or false"))?;
        Ok(Written::Value(Value::Bool(yes)))
    }

    fn read_cell(&self, cell: &Cell, _: &Reading) -> Result<Written, Problems> {
        let yes = match cell {
            Cell::Bool(yes) => Some(*yes),
            Cell::Number(number) if *number == Decimal::ONE => Some(true),
            Cell::Number(number) if number.is_zero() => Some(false),
            Cell::Text(text) => yes_or_no(text),
            _ => None,
        };
        let yes =
            yes.ok_or_else(|| vec![wrong(Code::BadFormat).with("hint", "是/否, yes/no, true/false, 1/0, √/×")])?;
        Ok(Written::Value(Value::Bool(yes)))
    }

    fn display(&self, value: &Value, language: Language) -> String {
        match (value.as_bool(), language) {
            (Some(true), Language::Zh) => "是",
            (Some(false), Language::Zh) => "否",
            (Some(true), Language::En) => "yes",
            (Some(false), Language::En) => "no",
            (None, _) => "",
        }
        .to_owned()
    }

    fn operators(&self) -> &'static [Op] {
        Op::SWITCH
    }
}

/// What a cell says by a word or a mark.
pub(super) fn yes_or_no(text: &str) -> Option<bool> {
    match crate::text::fold(text).as_str() {
        "是" | "yes" | "true" | "y" | "t" | "1" | "√" | "✓" | "✔" | "真" | "对" | "on" | "开" => Some(true),
        "否" | "no" | "false" | "n" | "f" | "0" | "×" | "✗" | "✘" | "假" | "错" | "off" | "关" => Some(false),
        _ => None,
    }
}
