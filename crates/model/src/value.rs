//! Values: what stands in a field, the same in memory, in both databases and on the wire.

use std::cmp::Ordering;
use std::fmt::{self, Write as _};

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

/// The id of a record: UUIDv7.
pub type RecordId = Uuid;

/// A value of any field. `Null` is "empty"; an empty text or list is stored as `Null`, never as itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    /// Exact; at most 18 significant digits in written fields, 28 in formulas.
    Number(Decimal),
    /// Text kinds, option keys, phone numbers.
    Text(String),
    Date(NaiveDate),
    /// Microseconds are the finest step kept.
    DateTime(DateTime<Utc>),
    Time(NaiveTime),
    /// A record: links, people, departments.
    Id(RecordId),
    /// Multiple choices, tags, many-links. Order is the order written; no duplicates.
    List(Vec<Value>),
    /// Addresses, locations, files, free JSON.
    Json(serde_json::Value),
    /// The cell of a formula that could not be computed.
    Error(CellError),
}

/// Errors a formula's cell can show. They are values, never crashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CellError {
    /// Division by zero.
    Div0,
    /// A value of the wrong type, or text that is not a number or a date.
    Value,
    /// Out of range: more than 28 digits, the root of a negative number.
    Num,
    /// Something looked for was not found.
    Na,
    /// A field that is no longer there.
    Ref,
}

impl CellError {
    pub const ALL: [CellError; 5] = [Self::Div0, Self::Value, Self::Num, Self::Na, Self::Ref];

    pub fn text(self) -> &'static str {
        match self {
            Self::Div0 => "#DIV/0!",
            Self::Value => "#VALUE!",
            Self::Num => "#NUM!",
            Self::Na => "#N/A",
            Self::Ref => "#REF!",
        }
    }

    pub fn parse(text: &str) -> Option<CellError> {
        Self::ALL.into_iter().find(|error| error.text() == text)
    }
}

impl fmt::Display for CellError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Number(Decimal::from(number))
    }
}

impl From<bool> for Value {
    fn from(yes: bool) -> Self {
        Value::Bool(yes)
    }
}

impl Value {
    /// Text, or `Null` when there is none.
    pub fn text(text: impl Into<String>) -> Value {
        let text = text.into();
        if text.is_empty() { Value::Null } else { Value::Text(text) }
    }

    /// A list, or `Null` when it is empty.
    pub fn list(values: Vec<Value>) -> Value {
        if values.is_empty() { Value::Null } else { Value::List(values) }
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    pub fn as_number(&self) -> Option<Decimal> {
        if let Value::Number(number) = self { Some(*number) } else { None }
    }

    pub fn as_id(&self) -> Option<RecordId> {
        if let Value::Id(id) = self { Some(*id) } else { None }
    }

    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(yes) = self { Some(*yes) } else { None }
    }

    /// The values of a list; one value is a list of itself, `Null` a list of nothing.
    pub fn items(&self) -> &[Value] {
        match self {
            Value::Null => &[],
            Value::List(values) => values,
            one => std::slice::from_ref(one),
        }
    }

    /// The order of two values of one field, empty first. Text compares by code point: whoever wants the promised order
    /// of text compares sort keys. Values of different kinds are ordered by kind, so that the order is total.
    pub fn compare(&self, other: &Value) -> Ordering {
        fn rank(value: &Value) -> u8 {
            match value {
                Value::Null => 0,
                Value::Error(_) => 1,
                Value::Bool(_) => 2,
                Value::Number(_) => 3,
                Value::Date(_) => 4,
                Value::DateTime(_) => 5,
                Value::Time(_) => 6,
                Value::Text(_) => 7,
                Value::Id(_) => 8,
                Value::List(_) => 9,
                Value::Json(_) => 10,
            }
        }
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::Number(a), Value::Number(b)) => a.cmp(b),
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (Value::Date(a), Value::Date(b)) => a.cmp(b),
            (Value::DateTime(a), Value::DateTime(b)) => a.cmp(b),
            (Value::Time(a), Value::Time(b)) => a.cmp(b),
            (Value::Id(a), Value::Id(b)) => a.cmp(b),
            (Value::Error(a), Value::Error(b)) => a.cmp(b),
            (Value::List(a), Value::List(b)) => {
                a.iter().zip(b).map(|(a, b)| a.compare(b)).find(|order| order.is_ne()).unwrap_or(a.len().cmp(&b.len()))
            }
            (Value::Json(a), Value::Json(b)) => a.to_string().cmp(&b.to_string()),
            _ => rank(self).cmp(&rank(other)),
        }
    }

    /// Writes the value as JSON. Numbers keep their exact digits; `as_strings` writes them as strings.
    pub fn write_json(&self, out: &mut String, as_strings: bool) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
            Value::Number(number) if as_strings => drop(write!(out, "\"{}\"", number.normalize())),
            Value::Number(number) => drop(write!(out, "{}", number.normalize())),
            Value::Text(text) => json_text(text, out),
            Value::Date(date) => drop(write!(out, "\"{}\"", date.format("%Y-%m-%d"))),
            Value::DateTime(at) => drop(write!(out, "\"{}\"", instant_text(*at))),
            Value::Time(time) => drop(write!(out, "\"{}\"", time.format("%H:%M:%S"))),
            Value::Id(id) => drop(write!(out, "\"{}\"", id.as_hyphenated())),
            Value::List(values) => {
                out.push('[');
                for (n, value) in values.iter().enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    value.write_json(out, as_strings);
                }
                out.push(']');
            }
            Value::Json(json) => out.push_str(&json.to_string()),
            Value::Error(error) => drop(write!(out, "{{\"error\":\"{error}\"}}")),
        }
    }

    /// The value as JSON text.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out, false);
        out
    }
}

/// RFC 3339 in UTC, with microseconds only where there are any.
pub fn instant_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Writes text as a JSON string.
pub fn json_text(text: &str, out: &mut String) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        if escape.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(escape);
        }
        from = at + 1;
    }
    out.push_str(&text[from..]);
    out.push('"');
}
