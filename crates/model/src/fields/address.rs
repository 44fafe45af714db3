//! A postal address: province, city, district and the rest.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::address_text::parse_address;
use super::divisions::{Division, divisions, is_called};
use super::text::{check_length, read_text};
use super::{Column, FieldType, Order, Reading, Written, wrong_type};
use crate::cell::Cell;
use crate::label::Language;
use crate::problem::{Code, Problem, Problems};
use crate::query::Op;
use crate::value::Value;

/// The longest name of a region, and the longest detail, in characters.
const MAX_NAME: u32 = 100;
const MAX_DETAIL: u32 = 500;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// ISO 3166, two letters. Names are checked for `CN`; elsewhere they are free.
    #[serde(skip_serializing_if = "is_cn")]
    pub country: String,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { country: "CN".to_owned() }
    }
}

fn is_cn(country: &str) -> bool {
    country == "CN"
}

/// The parts of an address; empty ones are not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    pub province: String,
    pub city: String,
    pub district: String,
    pub detail: String,
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "address"
    }

    fn column(&self) -> Column {
        Column::Json { folded: true }
    }

    fn check_settings(&self, problems: &mut Problems) {
        if self.country.len() != 2 || !self.country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            problems.push(Problem::new(Code::BadFormat, "country").with("hint", "CN, US …"));
        }
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        if super::is_blank(input) {
            return Ok(Written::Value(Value::Null));
        }
        let map = input.as_object().ok_or_else(|| wrong_type("{province, city, district, detail}"))?;
        let mut problems = super::unknown_keys(map, &["province", "city", "district", "detail"]);
        let mut part = |name: &str, max: u32| -> String {
            let text = match map.get(name) {
                None | Some(Json::Null) => return String::new(),
                Some(part) => read_text(part).map(|text| text.replace(['\n', '\r'], " ")),
            };
            match text.and_then(|text| check_length(&text, None, max).map(|()| text)) {
                Ok(text) => text,
                Err(wrong) => {
                    problems.extend(wrong.into_iter().map(|problem| problem.within(name)));
                    String::new()
                }
            }
        };
        let address = Address {
            province: part("province", MAX_NAME),
            city: part("city", MAX_NAME),
            district: part("district", MAX_NAME),
            detail: part("detail", MAX_DETAIL),
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        let address = if self.country == "CN" { normalised(address)? } else { address };
        Ok(Written::Value(address.into_value()))
    }

    fn read_cell(&self, cell: &Cell, reading: &Reading) -> Result<Written, Problems> {
        let text = crate::text::clean(&cell.text()).replace(['\n', '\r'], " ");
        if text.starts_with('{')
            && let Ok(json) = serde_json::from_str::<Json>(&text)
        {
            return self.read(&json, reading);
        }
        check_length(&text, None, MAX_DETAIL)?;
        let whole = Address { detail: text.clone(), ..Address::default() };
        let address = if self.country == "CN" { parse_address(&text) } else { whole };
        Ok(Written::Value(address.into_value()))
    }

    fn display(&self, value: &Value, _: Language) -> String {
        let Some(address) = Address::of(value) else { return super::display_plain(value) };
        if self.country == "CN" {
            return address.joined();
        }
        let parts = [address.detail, address.district, address.city, address.province];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }

    fn operators(&self) -> &'static [Op] {
        Op::FOLDED
    }

    fn order(&self) -> Order {
        Order::None
    }

    fn search_text(&self, value: &Value) -> String {
        if value.is_null() { String::new() } else { crate::text::fold(&self.display(value, Language::Zh)) }
    }
}

impl Address {
    /// The address a value holds.
    pub fn of(value: &Value) -> Option<Address> {
        let Value::Json(Json::Object(map)) = value else { return None };
        let part = |name: &str| map.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        Some(Address {
            province: part("province"),
            city: part("city"),
            district: part("district"),
            detail: part("detail"),
        })
    }

    /// In one line. A city of its own is not named twice.
    pub fn joined(&self) -> String {
        let city = if self.city == self.province { "" } else { &self.city };
        format!("{}{city}{}{}", self.province, self.district, self.detail)
    }

    fn into_value(self) -> Value {
        let mut map = Map::new();
        for (name, part) in
            [("province", self.province), ("city", self.city), ("district", self.district), ("detail", self.detail)]
        {
            if !part.is_empty() {
                map.insert(name.to_owned(), Json::String(part));
            }
        }
        if map.is_empty() { Value::Null } else { Value::Json(Json::Object(map)) }
    }
}

/// The names as they stand in the list of divisions. Parts left out above a name are filled in when only one place in the
/// country is called so.
fn normalised(address: Address) -> Result<Address, Problems> {
    let unknown = |at: &str, name: &str| vec![Problem::new(Code::BadRegion, at).with("value", name)];
    let mut found = Address { detail: address.detail, ..Address::default() };
    let provinces: Vec<&Division> = match address.province.as_str() {
        "" => divisions().iter().collect(),
        name => {
            vec![divisions().iter().find(|one| is_called(one.name, name)).ok_or_else(|| unknown("province", name))?]
        }
    };
    if !address.province.is_empty() {
        found.province = provinces[0].name.to_owned();
    }
    let (mut city_name, mut district_name) = (address.city.as_str(), address.district.as_str());
    // Tables of others put counties under no city into a city of this name; in ours they are cities.
    if city_name.ends_with("直辖县级行政区划") || city_name == "直辖县" {
        (city_name, district_name) = (district_name, "");
    }
    let own = provinces.len() == 1 && is_own_city(provinces[0]);
    if own && matches!(city_name, "市辖区" | "县") {
        city_name = provinces[0].name;
    }
    let mut cities: Vec<(&Division, &Division)> =
        provinces.iter().flat_map(|province| province.parts.iter().map(move |city| (*province, city))).collect();
    if !city_name.is_empty() {
        cities = only_called(cities, city_name).ok_or_else(|| unknown("city", city_name))?;
    }
    let single = cities.len() == 1 && (!city_name.is_empty() || own);
    if single {
        found.province = cities[0].0.name.to_owned();
        found.city = cities[0].1.name.to_owned();
    }
    if district_name.is_empty() || (single && district_name == cities[0].1.name) {
        return Ok(found);
    }
    let exact: Vec<_> = districts(&cities).filter(|(_, _, one)| one.name == district_name).collect();
    let matching = if exact.is_empty() {
        districts(&cities).filter(|(_, _, one)| is_called(one.name, district_name)).collect()
    } else {
        exact
    };
    let [(province, city, district)] = matching.as_slice() else { return Err(unknown("district", district_name)) };
    Ok(Address {
        province: province.name.to_owned(),
        city: city.name.to_owned(),
        district: district.name.to_owned(),
        detail: found.detail,
    })
}

/// Beijing and its like: a province that is one city.
pub(super) fn is_own_city(province: &Division) -> bool {
    province.parts.len() == 1 && province.parts[0].name == province.name
}

type InCity<'a> = (&'a Division, &'a Division);

/// The cities of this name: by its whole name, else by its short one; `None` unless it is exactly one.
fn only_called<'a>(cities: Vec<InCity<'a>>, name: &str) -> Option<Vec<InCity<'a>>> {
    let exact: Vec<_> = cities.iter().copied().filter(|(_, city)| city.name == name).collect();
    let called = if exact.is_empty() {
        cities.into_iter().filter(|(_, city)| is_called(city.name, name)).collect()
    } else {
        exact
    };
    (called.len() == 1).then_some(called)
}

fn districts<'a>(cities: &[InCity<'a>]) -> impl Iterator<Item = (&'a Division, &'a Division, &'a Division)> {
    cities.iter().flat_map(|(province, city)| city.parts.iter().map(move |district| (*province, *city, district)))
}
