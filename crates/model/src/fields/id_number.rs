//! A number on a document of identity, or of a company: checked by its own check digit where it has one.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{Column, FieldType, Order, Reading, Written, is_default, wrong, wrong_type};
use crate::cell::Cell;
use crate::problem::{Code, Problems};
use crate::query::Op;
use crate::text::fold;
use crate::value::Value;

/// Which document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// 居民身份证, and residence permits of the same form.
    #[default]
    CnId,
    Passport,
    /// 港澳居民来往内地通行证, 台湾居民来往大陆通行证.
    HkMo,
    /// 统一社会信用代码 (GB 32100).
    Uscc,
    Any,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    #[serde(skip_serializing_if = "is_default")]
    pub kind: Document,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "id_number"
    }

    fn column(&self) -> Column {
        Column::Text { folded: true }
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        let text = input.as_str().ok_or_else(|| wrong_type("text"))?;
        let number: String =
            fold(text).to_uppercase().chars().filter(|c| !matches!(c, ' ' | '\u{3000}' | '-' | '\0')).collect();
        if number.is_empty() {
            return Ok(Written::Value(Value::Null));
        }
        if is_valid(self.kind, &number) { Ok(Written::Value(Value::Text(number))) } else { Err(bad(text)) }
    }

    /// A number cell keeps 15 digits; an identity number that went through one has lost its last digits for good.
    fn read_cell(&self, cell: &Cell, reading: &Reading) -> Result<Written, Problems> {
        let text = cell.text();
        match cell {
            Cell::Text(_) => self.read(&Json::String(text), reading),
            Cell::Number(_) if text.len() <= 15 => self.read(&Json::String(text), reading),
            _ => Err(bad(&text)),
        }
    }

    fn operators(&self) -> &'static [Op] {
        Op::TEXT
    }

    fn order(&self) -> Order {
        Order::Text
    }
}

fn bad(text: &str) -> Problems {
    vec![wrong(Code::BadIdNumber).with("value", text.trim())]
}

/// Whether `number` (upper case, without blanks) can stand on a document of this kind.
pub fn is_valid(kind: Document, number: &str) -> bool {
    match kind {
        Document::CnId => is_cn_id(number),
        Document::Passport => is_passport(number),
        Document::HkMo => is_permit(number),
        Document::Uscc => is_uscc(number),
        // What has 18 places has a check digit, so that a slip is not passed off as "some other document".
        Document::Any if number.len() == 18 => is_cn_id(number) || is_uscc(number),
        Document::Any => is_permit(number) || is_passport(number),
    }
}

/// 17 digits with a birthday in them and a check digit (ISO 7064 MOD 11-2).
pub(super) fn is_cn_id(number: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let bytes = number.as_bytes();
    if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) || bytes[0] == b'0' {
        return false;
    }
    let sum: u32 = bytes.iter().zip(WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    let check = b"10X98765432"[(sum % 11) as usize];
    bytes[17] == check && is_birthday(&number[6..14])
}

fn is_birthday(digits: &str) -> bool {
    let number = |range: std::ops::Range<usize>| digits[range].parse::<u32>().unwrap_or(0);
    let year = number(0..4);
    (1850..=2100).contains(&year)
        && i32::try_from(year).is_ok_and(|year| NaiveDate::from_ymd_opt(year, number(4..6), number(6..8)).is_some())
}

/// GB 32100: 17 places of 31 letters and digits, and a check place.
pub(super) fn is_uscc(number: &str) -> bool {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
    let places: Option<Vec<usize>> =
        number.bytes().map(|byte| LETTERS.iter().position(|letter| *letter == byte)).collect();
    let Some(places) = places.filter(|places| places.len() == 18) else { return false };
    let sum: usize = places.iter().zip(WEIGHTS).map(|(place, weight)| place * weight).sum();
    places[17] == (31 - sum % 31) % 31 && number.bytes().skip(2).take(6).all(|byte| byte.is_ascii_digit())
}

/// Passports of all countries: 5 to 12 letters and digits, most of them digits.
fn is_passport(number: &str) -> bool {
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    (5..=12).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && digits * 2 >= number.len()
}

/// H or M with 8 or 10 digits; 8 digits for Taiwan.
fn is_permit(number: &str) -> bool {
    let digits = number.strip_prefix(['H', 'M']).unwrap_or(number);
    let lengths: &[usize] = if digits.len() == number.len() { &[8] } else { &[8, 10] };
    lengths.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}
