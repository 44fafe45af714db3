//! A number: exact, with a fixed count of decimal places.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Column, FieldType, Reading, Written, is_default, wrong, wrong_type};
use crate::cell::Cell;
use crate::label::Language;
use crate::problem::{Code, Problem, Problems};
use crate::query::Op;
use crate::value::Value;

/// The most decimal places of a stored number.
pub const MAX_SCALE: u8 = 10;

/// How an exact number is written in a definition: as a number, or as the text of its digits.
#[derive(JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "a schema's shape, never a value")]
pub(super) enum Digits {
    Number(f64),
    Text(String),
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Decimal places, 0 to 10. Unless set, each number keeps the places it is written with, at most 10.
    #[serde(skip_serializing_if = "is_default")]
    pub scale: Option<u8>,
    #[serde(skip_serializing_if = "is_default")]
    #[schemars(with = "Option<Digits>")]
    pub min: Option<Decimal>,
    #[serde(skip_serializing_if = "is_default")]
    #[schemars(with = "Option<Digits>")]
    pub max: Option<Decimal>,
    /// Shown behind the number: 件, kg.
    #[serde(skip_serializing_if = "is_default")]
    pub unit: Option<String>,
    /// Shown in hundredths: 0.15 as 15%.
    #[serde(skip_serializing_if = "is_default")]
    pub percent: bool,
    /// Shown without thousands separators.
    #[serde(skip_serializing_if = "is_default")]
    pub plain: bool,
}

impl Settings {
    fn scale(&self) -> u8 {
        self.scale.unwrap_or(MAX_SCALE)
    }
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "number"
    }

    fn column(&self) -> Column {
        self.scale.map_or(Column::Exact, |scale| Column::Decimal { scale })
    }

    fn check_settings(&self, problems: &mut Problems) {
        check_numbers(self.scale(), self.min, self.max, problems);
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        if super::is_blank(input) {
            return Ok(Written::Value(Value::Null));
        }
        let number = read_number(input)?;
        check_number(number, self.scale, self.min, self.max)?;
        Ok(Written::Value(Value::Number(number)))
    }

    fn read_cell(&self, cell: &Cell, _: &Reading) -> Result<Written, Problems> {
        // As it is exported, so it is read: `5 件`.
        let number = match (cell, &self.unit) {
            (Cell::Text(text), Some(unit)) => {
                let text = text.trim();
                number_of_cell(&Cell::Text(text.strip_suffix(unit.trim()).unwrap_or(text).to_owned()))?
            }
            _ => number_of_cell(cell)?,
        };
        check_number(number, self.scale, self.min, self.max)?;
        Ok(Written::Value(Value::Number(number)))
    }

    fn display(&self, value: &Value, _: Language) -> String {
        let Some(number) = value.as_number() else { return super::display_plain(value) };
        if self.percent {
            return format!("{}%", (number * Decimal::ONE_HUNDRED).normalize());
        }
        let text = if self.plain { number.normalize().to_string() } else { with_thousands(number, 0) };
        self.unit.as_ref().map_or(text.clone(), |unit| format!("{text} {unit}"))
    }

    fn operators(&self) -> &'static [Op] {
        Op::NUMBER
    }
}

/// A JSON number or a string of its digits.
pub fn read_number(input: &Json) -> Result<Decimal, Problems> {
    let text = match input {
        Json::Number(number) => number.to_string(),
        Json::String(text) => text.trim().to_owned(),
        _ => return Err(wrong_type("number")),
    };
    parse_number(&text).ok_or_else(|| vec![wrong(Code::NotANumber).with("value", &text)])
}

/// Plain or scientific digits, nothing else.
fn parse_number(text: &str) -> Option<Decimal> {
    if text.len() > 64 || text.contains('_') {
        return None;
    }
    if text.contains(['e', 'E']) { Decimal::from_scientific(text).ok() } else { Decimal::from_str_exact(text).ok() }
}

/// A number cell, or text such as `¥1,234.50`, `１２３`, `(5)`, `15%`.
pub fn number_of_cell(cell: &Cell) -> Result<Decimal, Problems> {
    if let Cell::Number(number) = cell {
        return Ok(*number);
    }
    let text = cell.text();
    human_number(&text).ok_or_else(|| vec![wrong(Code::NotANumber).with("value", text.trim())])
}

/// A number as people type it: full-width digits, thousands separators in their places, a currency sign, percent, and
/// brackets for a negative amount. Anything else is not guessed.
pub fn human_number(text: &str) -> Option<Decimal> {
    let folded = crate::text::fold(text);
    let mut digits = folded.as_str();
    let mut negative = false;
    if let Some(inner) = digits.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        digits = inner.trim();
        negative = true;
    }
    for sign in ["¥", "$", "€", "£", "rmb", "cny", "usd", "元"] {
        digits = digits.strip_prefix(sign).unwrap_or(digits).trim();
        digits = digits.strip_suffix(sign).unwrap_or(digits).trim();
    }
    let percent = digits.ends_with('%');
    digits = digits.trim_end_matches('%').trim();
    let plain = without_thousands(digits)?;
    let number = parse_number(&plain)?;
    let number = if percent { number.checked_div(Decimal::ONE_HUNDRED)? } else { number };
    Some(if negative { -number } else { number })
}

/// `1,234,567.89` without its separators; `None` when a separator stands in the wrong place (`1,2`).
fn without_thousands(text: &str) -> Option<String> {
    if !text.contains(',') {
        return Some(text.to_owned());
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut groups = whole.trim_start_matches(['-', '+']).split(',');
    let first = groups.next()?;
    let right =
        !first.is_empty() && first.len() <= 3 && groups.all(|group| group.len() == 3) && !fraction.contains(',');
    right.then(|| text.replace(',', ""))
}

/// Range, places and digits of a number to be stored; `scale` is `None` where each number has its own.
pub(super) fn check_number(
    number: Decimal,
    scale: Option<u8>,
    min: Option<Decimal>,
    max: Option<Decimal>,
) -> Result<(), Problems> {
    let mut number = number.normalize();
    let places = u32::from(scale.unwrap_or(MAX_SCALE));
    if number.scale() > places {
        return Err(vec![wrong(Code::TooManyDecimals).with("max", places)]);
    }
    if let Some(scale) = scale {
        number.rescale(u32::from(scale));
        // rescale() keeps the value when it does not fit, so the scale tells.
        if number.scale() != u32::from(scale) {
            return Err(vec![wrong(Code::TooManyDigits)]);
        }
    }
    if number.mantissa().unsigned_abs() >= 10u128.pow(18) {
        return Err(vec![wrong(Code::TooManyDigits)]);
    }
    if min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max) {
        let bound = |bound: Option<Decimal>| bound.map_or("…".to_owned(), |bound| bound.normalize().to_string());
        return Err(vec![wrong(Code::OutOfRange).with("min", bound(min)).with("max", bound(max))]);
    }
    Ok(())
}

pub(super) fn check_numbers(scale: u8, min: Option<Decimal>, max: Option<Decimal>, problems: &mut Problems) {
    if scale > MAX_SCALE {
        problems.push(Problem::new(Code::OutOfRange, "scale").with("min", 0).with("max", MAX_SCALE));
    }
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        problems.push(Problem::new(Code::OutOfRange, "min").with("min", "…").with("max", max));
    }
}

/// `1234.5` with at least `places` decimals as `1,234.50`.
pub fn with_thousands(number: Decimal, places: usize) -> String {
    let text = number.normalize().to_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut grouped = String::new();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if fraction.is_empty() && places == 0 {
        return format!("{sign}{grouped}");
    }
    format!("{sign}{grouped}.{fraction:0<places$}")
}
