//! Running statements on a SQLite connection.

use std::rc::Rc;

use rusqlite::types::{ToSqlOutput, Value as Cell, ValueRef};
use rusqlite::{Connection, ToSql};

use crate::bind::{Bind, Sql};
use crate::codec::Raw;
use crate::exact;
use crate::fault::Fault;

impl ToSql for Bind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Bind::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Bind::Bool(yes) => ToSqlOutput::Owned(Cell::Integer((*yes).into())),
            Bind::Int(number) => ToSqlOutput::Owned(Cell::Integer(*number)),
            Bind::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Bind::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Bind::Uuid(id) => ToSqlOutput::Borrowed(ValueRef::Blob(id.as_bytes())),
            Bind::Real(number) => ToSqlOutput::Owned(Cell::Real(*number)),
            Bind::List(values) => {
                ToSqlOutput::from_rc(Rc::new(values.iter().map(cell).collect::<Vec<Cell>>()), c"rarray")
            }
            other => ToSqlOutput::Owned(cell(other)),
        })
    }
}

fn cell(bind: &Bind) -> Cell {
    match bind {
        Bind::Null | Bind::List(_) => Cell::Null,
        Bind::Bool(yes) => Cell::Integer((*yes).into()),
        Bind::Int(number) => Cell::Integer(*number),
        Bind::Text(text) => Cell::Text(text.clone()),
        Bind::Bytes(bytes) => Cell::Blob(bytes.clone()),
        Bind::Uuid(id) => Cell::Blob(id.as_bytes().to_vec()),
        Bind::Real(number) => Cell::Real(*number),
        Bind::Decimal(number) => Cell::Blob(exact::encode(*number)),
        Bind::Date(day) => Cell::Text(day.format("%Y-%m-%d").to_string()),
        Bind::Time(time) => Cell::Text(time.format("%H:%M:%S").to_string()),
        Bind::Instant(at) => Cell::Integer(at.timestamp_micros()),
    }
}

pub(super) fn raw(value: ValueRef<'_>) -> Raw {
    match value {
        ValueRef::Null => Raw::Null,
        ValueRef::Integer(number) => Raw::Int(number),
        ValueRef::Real(number) => Raw::Real(number),
        ValueRef::Text(text) => Raw::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Raw::Bytes(bytes.to_vec()),
    }
}

/// Runs a statement that answers rows, handing each to `row` as a puller of columns.
pub(crate) fn query<T>(
    connection: &Connection,
    sql: &Sql,
    mut row: impl FnMut(&mut dyn FnMut() -> Result<Raw, Fault>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut statement = connection.prepare_cached(&sql.text)?;
    let mut rows = statement.query(rusqlite::params_from_iter(&sql.binds)).map_err(fault)?;
    let mut answers = Vec::new();
    while let Some(found) = rows.next().map_err(fault)? {
        let mut column = 0;
        let mut next = || {
            column += 1;
            found.get_ref(column - 1).map(raw).map_err(Fault::from)
        };
        answers.push(row(&mut next)?);
    }
    Ok(answers)
}

/// Runs a statement that answers nothing; how many rows it changed.
pub(crate) fn execute(connection: &Connection, sql: &Sql) -> Result<usize, Fault> {
    let mut statement = connection.prepare_cached(&sql.text)?;
    statement.execute(rusqlite::params_from_iter(&sql.binds)).map_err(fault)
}

/// An interrupted statement ran out of time.
pub(super) fn fault(error: rusqlite::Error) -> Fault {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::OperationInterrupted) => Fault::TimedOut,
        Some(
            rusqlite::ErrorCode::SystemIoFailure | rusqlite::ErrorCode::DiskFull | rusqlite::ErrorCode::DatabaseCorrupt,
        ) => {
            tracing::error!(%error, "storage has failed");
            Fault::Storage
        }
        _ => Fault::Sqlite(error),
    }
}
