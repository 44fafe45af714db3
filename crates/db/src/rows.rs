//! Statements about whole rows of an object: read, insert, change, delete. Made once per object and catalog, not per save.

use kehub_model::catalog::system;
use kehub_model::query::Cond;
use kehub_model::{Catalog, Field, Moment, Object, RecordId, Value};

use crate::bind::{Bind, Dialect, Sql, quoted};
use crate::codec::{self, Raw};
use crate::compile::{Compiler, Selected, links_table};
use crate::fault::Fault;
use crate::save::{Row, RowWrite};

/// The columns an insert fills, in order: those of stored fields with what stands beside them, the moment, the unique hashes.
pub(crate) fn insert_columns(object: &Object) -> Vec<String> {
    let mut columns = Vec::new();
    for field in object.fields.iter().filter(|field| field.is_stored()) {
        columns.push(field.physical.clone());
        columns.extend(codec::beside(field));
    }
    columns.push("moment".into());
    columns.extend(object.unique.iter().map(|unique| unique.column.clone()));
    columns
}

/// The SQL types of [`insert_columns`] on PostgreSQL.
pub(crate) fn insert_types(object: &Object) -> Vec<&'static str> {
    let mut types = Vec::new();
    for field in object.fields.iter().filter(|field| field.is_stored()) {
        types.push(column_type(field));
        types.extend(codec::beside(field).iter().map(|_| "text"));
    }
    types.push("bigint");
    types.extend(object.unique.iter().map(|_| "bytea"));
    types
}

/// PostgreSQL's type of a field's column, as a cast.
pub(crate) fn column_type(field: &Field) -> &'static str {
    if field.id == system::VERSION {
        return "bigint";
    }
    match codec::sql_type(&field.column, Dialect::Postgres) {
        "text collate \"C\"" => "text",
        other => other,
    }
}

/// What an insert binds, in the order of [`insert_columns`].
pub(crate) fn insert_binds(object: &Object, values: &[Value], at: Moment, dialect: Dialect) -> Vec<Bind> {
    let mut binds = Vec::with_capacity(values.len() * 2);
    for (field, value) in object.fields.iter().zip(values).filter(|(field, _)| field.is_stored()) {
        codec::cells(field, value, dialect, &mut binds);
    }
    binds.push(Bind::Int(at.0));
    for unique in &object.unique {
        binds.push(unique_bind(object, &unique.fields, values));
    }
    binds
}

fn unique_bind(object: &Object, fields: &[i32], values: &[Value]) -> Bind {
    let places: Vec<usize> = fields.iter().filter_map(|id| place_of(object, *id)).collect();
    let parts: Vec<&Field> = places.iter().map(|n| &object.fields[*n]).collect();
    let stands: Vec<&Value> = places.iter().map(|n| &values[*n]).collect();
    codec::unique_hash(&parts, &stands).map_or(Bind::Null, |hash| Bind::Bytes(hash.to_vec()))
}

pub(crate) fn place_of(object: &Object, field: i32) -> Option<usize> {
    object.fields.iter().position(|own| own.id == field)
}

/// What an update sets: column, value, and PostgreSQL's cast.
pub(crate) fn update_sets(
    object: &Object,
    values: &[Value],
    changed: &[usize],
    at: Option<Moment>,
    dialect: Dialect,
) -> Vec<(String, Bind, &'static str)> {
    let mut sets = Vec::new();
    for n in changed {
        let field = &object.fields[*n];
        if !field.is_stored() {
            continue;
        }
        let mut cells = Vec::new();
        codec::cells(field, &values[*n], dialect, &mut cells);
        let mut cells = cells.into_iter();
        sets.push((field.physical.clone(), cells.next().unwrap_or(Bind::Null), column_type(field)));
        sets.extend(codec::beside(field).into_iter().zip(cells).map(|(name, bind)| (name, bind, "text")));
    }
    if let Some(at) = at {
        sets.push(("moment".into(), Bind::Int(at.0), "bigint"));
    }
    for unique in &object.unique {
        let touched = unique.fields.iter().any(|id| place_of(object, *id).is_some_and(|n| changed.contains(&n)));
        if touched {
            sets.push((unique.column.clone(), unique_bind(object, &unique.fields, values), "bytea"));
        }
    }
    sets
}

/// A statement that reads whole rows.
pub(crate) struct RowsSql {
    pub(crate) sql: Sql,
    /// By place of the field: what its columns are; `None` for what is not selected.
    pub(crate) selected: Vec<Option<Selected>>,
    pub(crate) rules: usize,
}

/// Reads rows by id, with whether each rule holds.
pub(crate) fn read(
    catalog: &Catalog,
    object: &Object,
    ids: &[RecordId],
    rules: &[std::sync::Arc<Cond>],
    links: bool,
    dialect: Dialect,
) -> Result<RowsSql, Fault> {
    let mut compiler = Compiler::new(catalog, &crate::compile::NOW, dialect);
    let mut columns = vec!["r.moment".to_owned()];
    if dialect == Dialect::Postgres {
        columns.push("r.xmin".to_owned());
    }
    let mut selected = Vec::with_capacity(object.fields.len());
    for field in &object.fields {
        let wanted = field.is_stored() || (links && matches!(field.column, kehub_model::fields::Column::Links { .. }));
        if !wanted {
            selected.push(None);
            continue;
        }
        let operand =
            kehub_model::query::Operand { steps: Vec::new(), object: object.id, field: field.id, shown: None };
        selected.push(Some(compiler.select(&operand, &mut columns)?));
    }
    for rule in rules {
        let cond = compiler.cond("r", rule)?;
        let no = if dialect == Dialect::Sqlite { "0" } else { "false" };
        columns.push(format!("coalesce({cond}, {no})"));
    }
    let filter = match ids {
        [one] => {
            let id = compiler.sql.bind(*one);
            format!("r.id = {id}")
        }
        many => compiler.sql.among("r.id", many.iter().map(|id| Bind::Uuid(*id)).collect()),
    };
    compiler.finish(object, &columns.join(", "), &format!(" where {filter}"));
    Ok(RowsSql { sql: compiler.sql, selected, rules: rules.len() })
}

impl RowsSql {
    /// A row out of its columns.
    pub(crate) fn row(&self, dialect: Dialect, mut next: impl FnMut() -> Result<Raw, Fault>) -> Result<Row, Fault> {
        let moment = Moment(next()?.int());
        let seen = if dialect == Dialect::Postgres { next()?.int() as u32 } else { 0 };
        let mut values = Vec::with_capacity(self.selected.len());
        for selected in &self.selected {
            values.push(match selected {
                None => Value::Null,
                Some(selected) => read_value(selected, &mut next)?,
            });
        }
        let rules = (0..self.rules).map(|_| next().map(|raw| raw.truth())).collect::<Result<_, _>>()?;
        let id = values.first().and_then(Value::as_id).ok_or(Fault::Catalog)?;
        Ok(Row { id, moment, seen, values, rules })
    }
}

/// The value of a selected column, or the error that stands beside it.
pub(crate) fn read_value(selected: &Selected, next: &mut impl FnMut() -> Result<Raw, Fault>) -> Result<Value, Fault> {
    let value = codec::value(&selected.column, next()?);
    if selected.has_error
        && let Some(error) = codec::error(&next()?)
    {
        return Ok(Value::Error(error));
    }
    Ok(value)
}

/// The object a row write is about.
pub(crate) fn object_of(write: &RowWrite) -> i32 {
    match write {
        RowWrite::Insert { object, .. }
        | RowWrite::Update { object, .. }
        | RowWrite::Delete { object, .. }
        | RowWrite::Free { object, .. }
        | RowWrite::Restore { object, .. } => *object,
    }
}

/// The statement that inserts a row of an object (SQLite).
pub(crate) fn sqlite_insert(object: &Object) -> String {
    let columns = insert_columns(object);
    let names: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
    let places: Vec<String> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
    format!("insert into {} ({}) values ({})", quoted(&object.table), names.join(", "), places.join(", "))
}

/// The links table of a field of an object.
pub(crate) fn links_of(object: &Object, field: i32) -> Result<String, Fault> {
    object.any_field(field).map(|field| links_table(object, field)).ok_or(Fault::Catalog)
}
