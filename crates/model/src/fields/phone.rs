//! A telephone number, kept in the international form E.164.

use std::str::FromStr;

use phonenumber::{Mode, PhoneNumber, country::Id};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Column, FieldType, Order, Reading, Written, wrong, wrong_type};
use crate::cell::Cell;
use crate::label::Language;
use crate::problem::{Code, Problem, Problems};
use crate::query::Op;
use crate::text::fold;
use crate::value::Value;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The country of numbers without `+`: ISO 3166, two letters.
    #[serde(skip_serializing_if = "is_cn")]
    pub default_country: String,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { default_country: "CN".to_owned() }
    }
}

fn is_cn(country: &str) -> bool {
    country == "CN"
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "phone"
    }

    fn column(&self) -> Column {
        Column::Text { folded: false }
    }

    fn check_settings(&self, problems: &mut Problems) {
        if Id::from_str(&self.default_country).is_err() {
            problems.push(Problem::new(Code::BadFormat, "default_country").with("hint", "CN, HK, US …"));
        }
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        let text = input.as_str().ok_or_else(|| wrong_type("phone number"))?;
        self.number(text)
    }

    /// A number cell keeps its digits; one with a fraction or an exponent is no phone number.
    fn read_cell(&self, cell: &Cell, _: &Reading) -> Result<Written, Problems> {
        match cell {
            Cell::Text(_) | Cell::Number(_) => self.number(&cell.text()),
            _ => Err(vec![wrong(Code::BadPhone).with("value", cell.text())]),
        }
    }

    /// As one dials it in the field's country, else international.
    fn display(&self, value: &Value, _: Language) -> String {
        let Some(stored) = value.as_text() else { return super::display_plain(value) };
        let Ok(number) = phonenumber::parse(None, stored) else { return stored.to_owned() };
        let own = Id::from_str(&self.default_country).ok();
        let mode = if own.is_some() && number.country().id() == own { Mode::National } else { Mode::International };
        number.format().mode(mode).to_string()
    }

    fn operators(&self) -> &'static [Op] {
        Op::TEXT
    }

    fn order(&self) -> Order {
        Order::Text
    }
}

impl Settings {
    fn number(&self, text: &str) -> Result<Written, Problems> {
        let folded = fold(text);
        if folded.is_empty() {
            return Ok(Written::Value(Value::Null));
        }
        let number = e164(&folded, Id::from_str(&self.default_country).ok());
        number
            .map(|number| Written::Value(Value::Text(number)))
            .ok_or_else(|| vec![wrong(Code::BadPhone).with("value", text.trim())])
    }
}

/// A folded number in E.164; `None` unless it is valid where it belongs.
pub(super) fn e164(folded: &str, country: Option<Id>) -> Option<String> {
    // Letters would be read as keys of a telephone, words like "ext" as extensions; neither can be kept.
    let is_dialled =
        |c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | ' ' | '(' | ')' | '/' | '–' | '—' | '\u{2010}');
    if folded.len() > 40 || !folded.chars().all(is_dialled) {
        return None;
    }
    let mut digits: String = folded.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    if digits.rfind('+').is_some_and(|at| at > 0) {
        return None;
    }
    if let Some(found) = mobile(&digits, country) {
        return Some(found);
    }
    if let Some(rest) = digits.strip_prefix("00") {
        digits = format!("+{rest}");
    }
    if let Some(found) = valid(&digits, country) {
        return Some(found);
    }
    // 8613800138000: the country's code without its plus, as number cells have it.
    if digits.starts_with('+') {
        None
    } else {
        valid(&format!("+{digits}"), country).filter(|found| is_of(found, country))
    }
}

/// Mobile numbers of mainland China as they are usually written, by the ranges that are valid without a doubt: nearly all
/// numbers are such ones, and asking the whole world's rules costs as much as the rest of a save.
fn mobile(digits: &str, country: Option<Id>) -> Option<String> {
    let own = match digits.strip_prefix("+86") {
        Some(own) => own,
        None if country == Some(Id::CN) => digits,
        None => return None,
    };
    let range: [u8; 3] = own.as_bytes().get(..3)?.try_into().ok()?;
    let is_sure = own.len() == 11 && !own.contains('+') && matches!(range, [b'1', b'3' | b'8', _] | [b'1', b'5', b'0'..=b'3' | b'5'..=b'9']);
    is_sure.then(|| format!("+86{own}"))
}

fn is_of(number: &str, country: Option<Id>) -> bool {
    phonenumber::parse(None, number).is_ok_and(|number| number.country().id() == country)
}

fn valid(digits: &str, country: Option<Id>) -> Option<String> {
    let number: PhoneNumber = phonenumber::parse(country, digits).ok()?;
    let whole = number.is_valid() && number.extension().is_none();
    whole.then(|| number.format().mode(Mode::E164).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sure_is_what_the_rules_say() {
        for range in 100..200 {
            for rest in ["00138000", "99999999"] {
                let digits = format!("{range}{rest}");
                for written in [digits.clone(), format!("+86{digits}")] {
                    if let Some(sure) = mobile(&written, Some(Id::CN)) {
                        assert_eq!(valid(&written, Some(Id::CN)), Some(sure), "{written}");
                    }
                }
            }
        }
        assert_eq!(mobile("13800138000", Some(Id::HK)), None);
        assert_eq!(e164("138 0013-8000", Some(Id::CN)).as_deref(), Some("+8613800138000"));
    }
}
