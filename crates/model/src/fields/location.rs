//! A place on the map.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::number::{check_number, read_number};
use super::text::{check_length, read_text};
use super::{Column, FieldType, Order, Reading, Written, wrong, wrong_type};
use crate::cell::Cell;
use crate::label::Language;
use crate::problem::{Code, Problem, Problems};
use crate::query::Op;
use crate::value::Value;

/// Decimal places of a degree: a centimetre.
const PLACES: u32 = 7;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "location"
    }

    fn column(&self) -> Column {
        Column::Json { folded: true }
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        if super::is_blank(input) {
            return Ok(Written::Value(Value::Null));
        }
        let map = input.as_object().ok_or_else(|| wrong_type("{lng, lat, address}"))?;
        let mut problems = super::unknown_keys(map, &["lng", "lat", "address"]);
        let mut part = |name: &'static str, bound: i64| match map.get(name).filter(|part| !is_empty(part)) {
            None => None,
            Some(part) => {
                degrees(part, bound).map_err(|wrong| problems.extend(wrong.into_iter().map(|p| p.within(name)))).ok()
            }
        };
        let (lng, lat) = (part("lng", 180), part("lat", 90));
        let address = match map.get("address").filter(|part| !is_empty(part)).map(read_text).transpose() {
            Ok(address) => address.unwrap_or_default(),
            Err(wrong) => {
                problems.extend(wrong.into_iter().map(|problem| problem.within("address")));
                String::new()
            }
        };
        if let Err(wrong) = check_length(&address, None, super::text::MAX) {
            problems.extend(wrong.into_iter().map(|problem| problem.within("address")));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        match (lng, lat) {
            (Some(lng), Some(lat)) => Ok(Written::Value(place(lng, lat, &address))),
            (None, None) if address.is_empty() => Ok(Written::Value(Value::Null)),
            (lng, _) => {
                let name = if lng.is_none() { "lng" } else { "lat" };
                Err(vec![Problem::new(Code::Missing, name).with("name", name)])
            }
        }
    }

    /// `address (121.47, 31.23)` as it is exported, or the two numbers alone: longitude first, as on the wire.
    fn read_cell(&self, cell: &Cell, _: &Reading) -> Result<Written, Problems> {
        let folded = crate::text::fold(&cell.text());
        let (address, numbers) = match folded.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')) {
            Some((address, numbers)) => (address.trim(), numbers),
            None => ("", folded.as_str()),
        };
        let bad = || vec![wrong(Code::BadFormat).with("hint", "121.4737, 31.2304")];
        let (lng, lat) = numbers.split_once(',').ok_or_else(bad)?;
        let number = |text: &str| Json::String(text.trim().to_owned());
        Ok(Written::Value(place(degrees(&number(lng), 180)?, degrees(&number(lat), 90)?, address)))
    }

    fn display(&self, value: &Value, _: Language) -> String {
        let Value::Json(json) = value else { return super::display_plain(value) };
        let number = |name: &str| json.get(name).map(Json::to_string).unwrap_or_default();
        let numbers = format!("{}, {}", number("lng"), number("lat"));
        match json.get("address").and_then(Json::as_str).filter(|address| !address.is_empty()) {
            Some(address) => format!("{address} ({numbers})"),
            None => numbers,
        }
    }

    fn operators(&self) -> &'static [Op] {
        Op::FOLDED
    }

    fn order(&self) -> Order {
        Order::None
    }

    fn search_text(&self, value: &Value) -> String {
        let Value::Json(json) = value else { return String::new() };
        json.get("address").and_then(Json::as_str).map(crate::text::fold).unwrap_or_default()
    }
}

fn is_empty(part: &Json) -> bool {
    part.is_null() || super::is_blank(part)
}

/// Sensors tell more places than they know; they are rounded, not refused.
fn degrees(input: &Json, bound: i64) -> Result<Decimal, Problems> {
    let number = read_number(input)?.round_dp(PLACES).normalize();
    check_number(number, None, Some(Decimal::from(-bound)), Some(Decimal::from(bound)))?;
    Ok(number)
}

fn place(lng: Decimal, lat: Decimal, address: &str) -> Value {
    let number = |number: Decimal| number.to_string().parse().map_or(Json::Null, Json::Number);
    let mut map = Map::new();
    map.insert("lng".to_owned(), number(lng));
    map.insert("lat".to_owned(), number(lat));
    if !address.is_empty() {
        map.insert("address".to_owned(), Json::from(address));
    }
    Value::Json(Json::Object(map))
}
