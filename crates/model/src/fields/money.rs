//! An amount of money in the field's currency.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::number::{check_number, check_numbers, number_of_cell, read_number, with_thousands};
use super::{Column, FieldType, Reading, Written, is_default};
use crate::cell::Cell;
use crate::label::Language;
use crate::problem::{Code, Problem, Problems};
use crate::query::Op;
use crate::value::Value;

/// The currencies one may choose, each with the sign before its amounts. The signs differ, so that no amount is mistaken.
pub const CURRENCIES: &[(&str, &str)] = &[
    ("CNY", "¥"),
    ("USD", "$"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("JPY", "JP¥"),
    ("HKD", "HK$"),
    ("TWD", "NT$"),
    ("MOP", "MOP$"),
    ("SGD", "S$"),
    ("KRW", "₩"),
    ("AUD", "A$"),
    ("CAD", "C$"),
    ("NZD", "NZ$"),
    ("CHF", "CHF "),
    ("SEK", "SEK "),
    ("NOK", "NOK "),
    ("DKK", "DKK "),
    ("INR", "₹"),
    ("IDR", "Rp"),
    ("MYR", "RM"),
    ("THB", "฿"),
    ("VND", "₫"),
    ("PHP", "₱"),
    ("RUB", "₽"),
    ("BRL", "R$"),
    ("MXN", "MX$"),
    ("AED", "AED "),
    ("SAR", "SAR "),
    ("ZAR", "R "),
    ("TRY", "₺"),
    ("PLN", "PLN "),
];

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Decimal places, 0 to 10.
    #[serde(skip_serializing_if = "is_two")]
    pub scale: u8,
    /// ISO 4217 code: `CNY`, `USD`.
    #[serde(skip_serializing_if = "is_cny")]
    pub currency: String,
    #[serde(skip_serializing_if = "is_default")]
    #[schemars(with = "Option<super::number::Digits>")]
    pub min: Option<Decimal>,
    #[serde(skip_serializing_if = "is_default")]
    #[schemars(with = "Option<super::number::Digits>")]
    pub max: Option<Decimal>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { scale: 2, currency: "CNY".to_owned(), min: None, max: None }
    }
}

// For `skip_serializing_if`, which hands over a reference.
fn is_two(scale: &u8) -> bool {
    *scale == 2
}

fn is_cny(currency: &str) -> bool {
    currency == "CNY"
}

impl Settings {
    fn sign(&self) -> &'static str {
        CURRENCIES.iter().find(|(code, _)| *code == self.currency).map_or("", |(_, sign)| sign)
    }

    fn checked(&self, number: Decimal) -> Result<Written, Problems> {
        check_number(number, Some(self.scale), self.min, self.max)?;
        Ok(Written::Value(Value::Number(number)))
    }
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "money"
    }

    fn column(&self) -> Column {
        Column::Decimal { scale: self.scale }
    }

    fn check_settings(&self, problems: &mut Problems) {
        check_numbers(self.scale, self.min, self.max, problems);
        if !CURRENCIES.iter().any(|(code, _)| *code == self.currency) {
            let allowed = CURRENCIES.iter().map(|(code, _)| *code).collect::<Vec<_>>().join(" ");
            problems.push(Problem::new(Code::NotOneOf, "currency").with("allowed", allowed));
        }
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        if super::is_blank(input) {
            return Ok(Written::Value(Value::Null));
        }
        self.checked(read_number(input)?)
    }

    fn read_cell(&self, cell: &Cell, _: &Reading) -> Result<Written, Problems> {
        if let Cell::Text(text) = cell {
            return self.checked(number_of_cell(&Cell::Text(self.without_sign(text)))?);
        }
        self.checked(number_of_cell(cell)?)
    }

    fn display(&self, value: &Value, _: Language) -> String {
        let Some(number) = value.as_number() else { return super::display_plain(value) };
        let text = with_thousands(number.abs(), usize::from(self.scale));
        let minus = if number.is_sign_negative() && !number.is_zero() { "-" } else { "" };
        format!("{minus}{}{text}", self.sign())
    }

    fn operators(&self) -> &'static [Op] {
        Op::NUMBER
    }
}

impl Settings {
    /// The text of an amount without the field's own sign or code, after a minus or before the amount: as it is exported,
    /// so it is read.
    fn without_sign(&self, text: &str) -> String {
        let folded = crate::text::fold(text);
        let (minus, amount) = folded.strip_prefix('-').map_or(("", folded.as_str()), |rest| ("-", rest.trim_start()));
        let sign = crate::text::fold(self.sign());
        let code = self.currency.to_ascii_lowercase();
        for own in [sign, code].iter().filter(|own| !own.is_empty()) {
            if let Some(rest) = amount.strip_prefix(own.as_str()) {
                return format!("{minus}{}", rest.trim());
            }
            if let Some(rest) = amount.strip_suffix(own.as_str()) {
                return format!("{minus}{}", rest.trim());
            }
        }
        folded
    }
}
