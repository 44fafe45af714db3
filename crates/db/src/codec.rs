//! Values to columns and back: what stands in a table for each kind of [`Column`], in both dialects.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone as _, Utc};
use kehub_model::fields::{Column, Kind};
use kehub_model::text::sort_key;
use kehub_model::{CellError, Field, Value};
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::bind::{Bind, Dialect};
use crate::exact;

/// What came out of a column, before the catalog says what it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Raw {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    Bool(bool),
    Uuid(Uuid),
    Decimal(Decimal),
    Date(NaiveDate),
    Time(NaiveTime),
    Instant(DateTime<Utc>),
    Uuids(Vec<Uuid>),
    Real(f64),
}

impl Raw {
    pub fn int(&self) -> i64 {
        match self {
            Raw::Int(number) => *number,
            Raw::Bool(yes) => i64::from(*yes),
            Raw::Decimal(number) => i64::try_from(*number).unwrap_or_default(),
            _ => 0,
        }
    }

    pub fn truth(&self) -> bool {
        matches!(self, Raw::Bool(true)) || matches!(self, Raw::Int(number) if *number != 0)
    }

    pub fn text(&self) -> Option<&str> {
        if let Raw::Text(text) = self { Some(text) } else { None }
    }

    pub fn bytes(&self) -> Option<&[u8]> {
        if let Raw::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    pub fn uuid(&self) -> Option<Uuid> {
        match self {
            Raw::Uuid(id) => Some(*id),
            Raw::Bytes(bytes) => Uuid::from_slice(bytes).ok(),
            Raw::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub fn instant(&self) -> Option<DateTime<Utc>> {
        match self {
            Raw::Instant(at) => Some(*at),
            Raw::Int(micros) => Utc.timestamp_micros(*micros).single(),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        *self == Raw::Null
    }
}

/// How a value is bound for a column.
pub fn bind(column: &Column, value: &Value, dialect: Dialect) -> Bind {
    match value {
        Value::Null | Value::Error(_) => Bind::Null,
        Value::Bool(yes) => Bind::Bool(*yes),
        Value::Number(number) => bind_number(column, *number, dialect),
        Value::Text(text) => Bind::Text(text.clone()),
        Value::Date(day) => match dialect {
            Dialect::Sqlite => Bind::Text(day.format("%Y-%m-%d").to_string()),
            Dialect::Postgres => Bind::Date(*day),
        },
        Value::DateTime(at) => match dialect {
            Dialect::Sqlite => Bind::Int(at.timestamp_micros()),
            Dialect::Postgres => Bind::Instant(*at),
        },
        Value::Time(time) => match dialect {
            Dialect::Sqlite => Bind::Text(time.format("%H:%M:%S").to_string()),
            Dialect::Postgres => Bind::Time(*time),
        },
        Value::Id(id) => Bind::Uuid(*id),
        Value::List(values) => Bind::Text(keys_text(values)),
        Value::Json(json) => Bind::Text(json.to_string()),
    }
}

fn bind_number(column: &Column, number: Decimal, dialect: Dialect) -> Bind {
    match (dialect, column) {
        (Dialect::Postgres, _) => Bind::Decimal(number),
        (Dialect::Sqlite, Column::Decimal { scale }) => match scaled(number, *scale) {
            Some(scaled) => Bind::Int(scaled),
            // Finer than the column: it lies between two of its numbers, so a test with it still compares right as a real.
            None => Bind::Real(
                rust_decimal::prelude::ToPrimitive::to_f64(&number).unwrap_or_default() * 10f64.powi((*scale).into()),
            ),
        },
        (Dialect::Sqlite, _) => Bind::Bytes(exact::encode(number)),
    }
}

/// The number in units of its last place, when it fits.
pub fn scaled(number: Decimal, scale: u8) -> Option<i64> {
    let mut number = number.normalize();
    if number.scale() > u32::from(scale) {
        return None;
    }
    number.rescale(u32::from(scale));
    if number.scale() != u32::from(scale) {
        return None;
    }
    i64::try_from(number.mantissa()).ok()
}

fn keys_text(values: &[Value]) -> String {
    let mut text = String::from("|");
    for value in values {
        text.push_str(value.as_text().unwrap_or_default());
        text.push('|');
    }
    text
}

/// What came out of a column, as a value.
pub fn value(column: &Column, raw: Raw) -> Value {
    match (column, raw) {
        (_, Raw::Null) => Value::Null,
        (Column::Bool, raw) => Value::Bool(raw.truth()),
        (Column::Decimal { scale }, Raw::Int(number)) => {
            Value::Number(Decimal::new(number, u32::from(*scale)).normalize())
        }
        (_, Raw::Decimal(number)) => Value::Number(number.normalize()),
        (Column::Exact, Raw::Bytes(bytes)) => exact::decode(&bytes).map_or(Value::Null, Value::Number),
        (Column::Date, Raw::Text(text)) => text.parse().map_or(Value::Null, Value::Date),
        (_, Raw::Date(day)) => Value::Date(day),
        (Column::DateTime, raw) => raw.instant().map_or(Value::Null, Value::DateTime),
        (Column::Time, Raw::Text(text)) => text.parse().map_or(Value::Null, Value::Time),
        (_, Raw::Time(time)) => Value::Time(time),
        (Column::Id { .. }, raw) => raw.uuid().map_or(Value::Null, Value::Id),
        (Column::Keys, Raw::Text(text)) => {
            Value::list(text.split('|').filter(|key| !key.is_empty()).map(Value::text).collect())
        }
        (Column::Json { .. }, Raw::Text(text)) => serde_json::from_str(&text).map_or(Value::Null, Value::Json),
        (Column::Links { .. }, Raw::Uuids(ids)) => Value::list(ids.into_iter().map(Value::Id).collect()),
        (Column::Links { .. }, Raw::Text(text)) => {
            Value::list(text.split(',').filter_map(|id| id.parse().ok()).map(Value::Id).collect())
        }
        (_, Raw::Text(text)) => Value::Text(text),
        (_, Raw::Int(number)) => Value::Number(Decimal::from(number)),
        (_, Raw::Bool(yes)) => Value::Bool(yes),
        (_, Raw::Uuid(id)) => Value::Id(id),
        _ => Value::Null,
    }
}

/// The columns that stand beside a field's own: `__f` folded text, `__s` sort key, `__e` the error of a formula.
pub fn beside(field: &Field) -> Vec<String> {
    let mut names = Vec::new();
    if matches!(field.column, Column::Text { folded: true } | Column::Json { folded: true }) {
        names.push(format!("{}__f", field.physical));
    }
    if matches!(field.column, Column::Text { folded: true }) {
        names.push(format!("{}__s", field.physical));
    }
    if matches!(field.def.kind, Kind::Formula(_)) {
        names.push(format!("{}__e", field.physical));
    }
    names
}

/// All cells a field's value fills: its own column and those beside it.
pub fn cells(field: &Field, value: &Value, dialect: Dialect, fill: &mut Vec<Bind>) {
    fill.push(bind(&field.column, value, dialect));
    match field.column {
        Column::Text { folded: true } => {
            let text = value.as_text().unwrap_or_default();
            let folded = field.def.kind.search_text(value);
            let sorted = sort_key(&folded);
            fill.push(if folded == text { Bind::Null } else { Bind::Text(folded.clone()) });
            fill.push(if sorted == folded { Bind::Null } else { Bind::Text(sorted) });
        }
        Column::Json { folded: true } => fill.push(match value {
            Value::Null => Bind::Null,
            value => Bind::Text(field.def.kind.search_text(value)),
        }),
        _ => {}
    }
    if let Kind::Formula(_) = field.def.kind {
        fill.push(match value {
            Value::Error(error) => Bind::Text(error.text().to_owned()),
            _ => Bind::Null,
        });
    }
}

/// The error of a formula's cell.
pub fn error(raw: &Raw) -> Option<CellError> {
    CellError::parse(raw.text()?)
}

/// The hash by which a unique combination is enforced; `None` when a part is empty: empties never clash.
pub fn unique_hash(fields: &[&Field], values: &[&Value]) -> Option<[u8; 16]> {
    let mut hash = Sha256::new();
    for (field, value) in fields.iter().zip(values) {
        let text = field.def.kind.unique_text(value)?;
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    let digest = hash.finalize();
    digest[..16].try_into().ok()
}

/// The SQL type of a column.
pub fn sql_type(column: &Column, dialect: Dialect) -> &'static str {
    match (dialect, column) {
        (_, Column::None | Column::Links { .. }) => "",
        (Dialect::Sqlite, Column::Bool | Column::Decimal { .. } | Column::DateTime) => "integer",
        (Dialect::Sqlite, Column::Exact | Column::Id { .. }) => "blob",
        (Dialect::Sqlite, _) => "text",
        (Dialect::Postgres, Column::Bool) => "boolean",
        (Dialect::Postgres, Column::Decimal { .. } | Column::Exact) => "numeric",
        (Dialect::Postgres, Column::Text { .. } | Column::Keys | Column::Json { .. }) => "text collate \"C\"",
        (Dialect::Postgres, Column::Date) => "date",
        (Dialect::Postgres, Column::DateTime) => "timestamptz",
        (Dialect::Postgres, Column::Time) => "time",
        (Dialect::Postgres, Column::Id { .. }) => "uuid",
    }
}
