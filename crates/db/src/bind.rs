//! SQL text with its bound values, for either dialect.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// A value on its way into a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Bind {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    Uuid(Uuid),
    Decimal(Decimal),
    Real(f64),
    Date(NaiveDate),
    Time(NaiveTime),
    Instant(DateTime<Utc>),
    /// For `= any(…)`: values of one type.
    List(Vec<Bind>),
}

impl From<i64> for Bind {
    fn from(number: i64) -> Self {
        Bind::Int(number)
    }
}

impl From<&str> for Bind {
    fn from(text: &str) -> Self {
        Bind::Text(text.to_owned())
    }
}

impl From<String> for Bind {
    fn from(text: String) -> Self {
        Bind::Text(text)
    }
}

impl From<Uuid> for Bind {
    fn from(id: Uuid) -> Self {
        Bind::Uuid(id)
    }
}

impl From<Vec<u8>> for Bind {
    fn from(bytes: Vec<u8>) -> Self {
        Bind::Bytes(bytes)
    }
}

impl<T: Into<Bind>> From<Option<T>> for Bind {
    fn from(value: Option<T>) -> Self {
        value.map_or(Bind::Null, Into::into)
    }
}

/// A statement being written. Placeholders are numbered, so its parts may be put together in any order.
#[derive(Clone, Debug)]
pub struct Sql {
    pub dialect: Dialect,
    pub text: String,
    pub binds: Vec<Bind>,
}

impl Sql {
    pub fn new(dialect: Dialect) -> Sql {
        Sql { dialect, text: String::new(), binds: Vec::new() }
    }

    pub fn with(dialect: Dialect, text: &str) -> Sql {
        Sql { dialect, text: text.to_owned(), binds: Vec::new() }
    }

    /// A placeholder for a value, as text to be put anywhere into the statement.
    pub fn bind(&mut self, value: impl Into<Bind>) -> String {
        self.binds.push(value.into());
        match self.dialect {
            Dialect::Sqlite => format!("?{}", self.binds.len()),
            Dialect::Postgres => format!("${}", self.binds.len()),
        }
    }

    /// `expression in (values)`.
    pub fn among(&mut self, expression: &str, values: Vec<Bind>) -> String {
        let list = self.bind(Bind::List(values));
        match self.dialect {
            Dialect::Sqlite => format!("{expression} in (select value from rarray({list}))"),
            Dialect::Postgres => format!("{expression} = any({list})"),
        }
    }
}

/// A name in quotes. Names come from the catalog and are checked ASCII keys.
pub fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}
