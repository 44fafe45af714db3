//! A web address.

use ammonia::Url;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::email::is_domain;
use super::text::{check_length, read_text};
use super::{Column, FieldType, Order, Reading, Written, wrong};
use crate::problem::{Code, Problems};
use crate::query::Op;
use crate::value::Value;

/// The longest address, in characters.
pub const MAX: u32 = 2_000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "url"
    }

    fn column(&self) -> Column {
        Column::Text { folded: true }
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        let text = read_text(input)?;
        if text.is_empty() {
            return Ok(Written::Value(Value::Null));
        }
        let address = parse_url(&text).ok_or_else(|| vec![wrong(Code::BadUrl).with("value", &text)])?;
        check_length(&address, None, MAX)?;
        Ok(Written::Value(Value::Text(address)))
    }

    fn operators(&self) -> &'static [Op] {
        Op::TEXT
    }

    fn order(&self) -> Order {
        Order::Text
    }

    /// No index of a database takes 2,000 characters whole, and paths differ by case.
    fn unique_text(&self, value: &Value) -> Option<String> {
        value.as_text().filter(|text| text.len() <= 1_000).map(str::to_owned)
    }
}

/// The address as typed, with `https://` before a bare host; only http and https are let through.
pub fn parse_url(text: &str) -> Option<String> {
    let text = text.trim();
    // Browsers drop tabs and breaks and read \ as /: what one sees would not be where one goes.
    if text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return None;
    }
    let address = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => {
            format!("{}://{rest}", scheme.to_ascii_lowercase())
        }
        _ => {
            let bare = text.strip_prefix("//").unwrap_or(text);
            let host = bare.split(['/', '?', '#']).next().unwrap_or_default();
            let (name, port) = host.split_once(':').unwrap_or((host, "80"));
            // `javascript:`, `mailto:` and their like: what follows the colon is no port.
            if !is_domain(&name.to_lowercase()) || port.is_empty() || !port.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            format!("https://{bare}")
        }
    };
    let parsed = Url::parse(&address).ok()?;
    let named = parsed.host_str().is_some_and(|host| !host.is_empty());
    (named && matches!(parsed.scheme(), "http" | "https")).then_some(address)
}
