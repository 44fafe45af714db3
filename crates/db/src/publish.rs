//! A publish: tables made ready and filled, then the catalog switched, in one transaction.

use std::sync::Arc;

use kehub_model::catalog::system;
use kehub_model::fields::{Column, Kind, Reading, Written};
use kehub_model::query::{AggregatePlan, Operand};
use kehub_model::schema::SchemaChange;
use kehub_model::{Catalog, Cell, Field, FieldId, Language, Moment, Object, RecordId, Value};
use rusqlite::Connection;

use crate::bind::{Bind, Dialect, Sql, quoted};
use crate::codec::{self, Raw};
use crate::ddl;
use crate::fault::Fault;
use crate::rows;
use crate::table::TableWrite;

/// Computes a row's stored formulas anew; the places that changed.
pub type Derive = Arc<dyn Fn(&Catalog, &Object, &mut Vec<Value>) -> Vec<usize> + Send + Sync>;

/// The aggregate that computes a roll-up for all its parents: groups by parent, the measure after it.
pub type Rollup = Arc<dyn Fn(&Catalog, &Object, FieldId) -> Option<AggregatePlan> + Send + Sync>;

pub struct Publish {
    pub old: Arc<Catalog>,
    pub new: Arc<Catalog>,
    pub changes: Vec<SchemaChange>,
    pub actor: RecordId,
    pub at: Moment,
    pub derive: Derive,
    pub rollup: Rollup,
    /// Rows of platform tables that change with the catalog, in the same transaction.
    pub rows: Vec<TableWrite>,
}

/// How many rows one slice of filling takes.
const SLICE: i64 = 2_000;

/// What filling a change means for a row.
#[expect(clippy::large_enum_variant, reason = "one at a time")]
pub(crate) enum Filling<'a> {
    None,
    /// Each row is read whole, changed by the closure's rules, and the changed places written.
    Rows(&'a Object, Work<'a>),
    /// A roll-up is aggregated for all parents at once.
    Rollup(&'a Object, &'a Field, AggregatePlan),
}

pub(crate) enum Work<'a> {
    Convert { from: Box<Field>, to: &'a Field },
    Unique { column: &'a str, fields: &'a [FieldId] },
    Derive,
}

/// A value of one type as one of another; `None` when it does not fit.
pub fn convert(from: &Kind, to: &Kind, value: &Value) -> Option<Value> {
    if value.is_null() {
        return Some(Value::Null);
    }
    if from.target().is_some() && from.target() == to.target() {
        let items = value.items();
        return Some(if to.is_many() {
            Value::List(items.to_vec())
        } else {
            items.first().cloned().unwrap_or_default()
        });
    }
    let cell = match value {
        Value::Number(number) => Cell::Number(*number),
        Value::Date(day) => Cell::Date(*day),
        Value::DateTime(at) => Cell::Instant(*at),
        Value::Time(time) => Cell::Time(*time),
        Value::Bool(yes) => Cell::Bool(*yes),
        value => Cell::Text(from.display(value, Language::Zh)),
    };
    match to.read_cell(&cell, &Reading::default()) {
        Ok(Written::Value(value)) => Some(value),
        _ => None,
    }
}

impl Publish {
    fn object(&self, id: i32) -> Result<&Object, Fault> {
        self.new.object_by_id(id).map(|object| &**object).ok_or(Fault::Catalog)
    }

    pub(crate) fn filling<'a>(&'a self, change: &'a SchemaChange) -> Result<Filling<'a>, Fault> {
        Ok(match change {
            SchemaChange::Convert { object, field, from_column, from, .. } => {
                let object = self.object(*object)?;
                let to = object.field_by_id(*field).ok_or(Fault::Catalog)?;
                let mut old = to.clone();
                old.column = from.column();
                old.def.kind = from.clone();
                old.physical.clone_from(from_column);
                if !old.is_stored() || !to.is_stored() {
                    return Ok(Filling::None);
                }
                Filling::Rows(object, Work::Convert { from: Box::new(old), to })
            }
            SchemaChange::AddUnique { object, fields, column } => {
                Filling::Rows(self.object(*object)?, Work::Unique { column, fields })
            }
            SchemaChange::AddField { object, field }
            | SchemaChange::Recompute { object, field }
            | SchemaChange::RestoreField { object, field } => {
                let object = self.object(*object)?;
                let field = object.field_by_id(*field).ok_or(Fault::Catalog)?;
                match field.def.kind {
                    Kind::Formula(_) if field.is_stored() => Filling::Rows(object, Work::Derive),
                    Kind::Rollup(_) => match (self.rollup)(&self.new, object, field.id) {
                        Some(plan) => Filling::Rollup(object, field, plan),
                        None => Filling::None,
                    },
                    _ => Filling::None,
                }
            }
            _ => Filling::None,
        })
    }

    /// All statements before filling, in order.
    pub(crate) fn preparations(&self, dialect: Dialect) -> Result<Vec<String>, Fault> {
        let mut statements = Vec::new();
        for change in &self.changes {
            statements.extend(ddl::prepare(change, &self.new, dialect)?);
        }
        if dialect == Dialect::Postgres {
            for change in &self.changes {
                statements.extend(ddl::constraints(change, &self.new)?);
            }
        }
        Ok(statements)
    }

    pub(crate) fn closings(&self) -> Result<Vec<String>, Fault> {
        let mut statements = Vec::new();
        for change in &self.changes {
            statements.extend(ddl::close(change, &self.new)?);
        }
        Ok(statements)
    }

    /// The rows of the catalog itself, and those that go with it.
    pub(crate) fn switch(&self, dialect: Dialect) -> Result<Vec<Sql>, Fault> {
        let body = serde_json::to_vec(&self.new.stored).map_err(anyhow::Error::from)?;
        let mut version = Sql::new(dialect);
        let binds = [
            version.bind(i64::from(self.new.number)),
            version.bind(self.at.0),
            version.bind(self.actor),
            version.bind(body),
        ];
        version.text =
            format!("insert into catalog_version (version, moment, actor, body) values ({})", binds.join(", "));
        let mut meta = Sql::new(dialect);
        let number = meta.bind(i64::from(self.new.number));
        meta.text = format!("update catalog_meta set catalog = {number}, rights = rights + 1 where one = 1");
        let mut rows = vec![version, meta];
        rows.extend(self.rows.iter().map(|row| row.sql(dialect)));
        Ok(rows)
    }

    pub(crate) fn on_sqlite(&self, connection: &Connection) -> Result<(), Fault> {
        let stands: i64 =
            connection.query_row("select catalog from catalog_meta where one = 1", [], |row| row.get(0))?;
        if stands != i64::from(self.old.number) {
            return Err(Fault::Moved);
        }
        for statement in self.preparations(Dialect::Sqlite)? {
            connection.execute_batch(&statement)?;
        }
        for change in &self.changes {
            match self.filling(change)? {
                Filling::None => {}
                Filling::Rows(object, work) => self.fill_sqlite(connection, object, &work)?,
                Filling::Rollup(object, field, plan) => {
                    if let Some(sql) = self.begin_rollup(object, field, Dialect::Sqlite) {
                        crate::sqlite_execute(connection, &sql)?;
                    }
                    for row in crate::sqlite_aggregate(connection, &self.new, &crate::compile::NOW, &plan)? {
                        if let Some(sql) = set_rollup(object, field, &row, Dialect::Sqlite) {
                            crate::sqlite_execute(connection, &sql)?;
                        }
                    }
                }
            }
        }
        for statement in self.closings()? {
            connection.execute_batch(&statement)?;
        }
        for sql in self.switch(Dialect::Sqlite)? {
            crate::sqlite_execute(connection, &sql)?;
        }
        Ok(())
    }

    /// Every record as one without children, before those that have some are told what they come to.
    pub(crate) fn begin_rollup(&self, object: &Object, field: &Field, dialect: Dialect) -> Option<Sql> {
        let none = kehub_model::rollup::rollup(&self.new, object, field.id)?.of_none();
        let mut sql = Sql::new(dialect);
        let none = sql.bind(codec::bind(&field.column, &none, dialect));
        let none = if dialect == Dialect::Postgres { format!("{none}::{}", rows::column_type(field)) } else { none };
        sql.text = format!("update {} set {} = {none}", quoted(&object.table), quoted(&field.physical));
        Some(sql)
    }

    fn fill_sqlite(&self, connection: &Connection, object: &Object, work: &Work<'_>) -> Result<(), Fault> {
        let mut after: Option<RecordId> = None;
        loop {
            let (select, read) = fill_select(&self.new, object, work, after, Dialect::Sqlite)?;
            let rows = crate::sqlite_query(connection, &select, |next| read.row(next))?;
            for row in &rows {
                if let Some(sql) = self.fill_row(object, work, row, Dialect::Sqlite) {
                    crate::sqlite_execute(connection, &sql)?;
                }
            }
            after = rows.last().map(|row| row.id);
            if (rows.len() as i64) < SLICE {
                return Ok(());
            }
        }
    }

    /// The update a row needs, if any.
    pub(crate) fn fill_row(&self, object: &Object, work: &Work<'_>, row: &Filled, dialect: Dialect) -> Option<Sql> {
        let mut sql = Sql::new(dialect);
        let mut sets: Vec<(String, Bind)> = Vec::new();
        match work {
            Work::Convert { from, to } => {
                let value = convert(&from.def.kind, &to.def.kind, row.values.first()?)?;
                let mut cells = Vec::new();
                codec::cells(to, &value, dialect, &mut cells);
                let names = std::iter::once(to.physical.clone()).chain(codec::beside(to));
                sets.extend(names.zip(cells));
            }
            Work::Unique { column, fields } => {
                let parts: Vec<&Field> = fields.iter().filter_map(|id| object.field_by_id(*id)).collect();
                let values: Vec<&Value> = row.values.iter().collect();
                let hash = codec::unique_hash(&parts, &values)?;
                sets.push(((*column).to_owned(), Bind::Bytes(hash.to_vec())));
            }
            Work::Derive => {
                let mut values = row.values.clone();
                let changed = (self.derive)(&self.new, object, &mut values);
                let updates = rows::update_sets(object, &values, &changed, None, dialect);
                sets.extend(updates.into_iter().map(|(name, bind, _)| (name, bind)));
            }
        }
        if sets.is_empty() {
            return None;
        }
        let sets: Vec<String> =
            sets.into_iter().map(|(name, bind)| format!("{} = {}", quoted(&name), sql.bind(bind))).collect();
        let id = sql.bind(row.id);
        sql.text = format!("update {} set {} where id = {id}", quoted(&object.table), sets.join(", "));
        Some(sql)
    }
}

/// A row being filled: its id and the values its work looks at.
pub(crate) struct Filled {
    pub(crate) id: RecordId,
    values: Vec<Value>,
}

/// How the columns of a filling's select are read.
pub(crate) struct FillRead(Vec<(Column, bool)>);

impl FillRead {
    pub(crate) fn row(&self, next: &mut dyn FnMut() -> Result<Raw, Fault>) -> Result<Filled, Fault> {
        let id = next()?.uuid().ok_or(Fault::Catalog)?;
        let mut values = Vec::with_capacity(self.0.len());
        for (column, is_selected) in &self.0 {
            values.push(if *is_selected { codec::value(column, next()?) } else { Value::Null });
        }
        Ok(Filled { id, values })
    }
}

/// The next slice of rows to fill.
pub(crate) fn fill_select(
    _: &Catalog,
    object: &Object,
    work: &Work<'_>,
    after: Option<RecordId>,
    dialect: Dialect,
) -> Result<(Sql, FillRead), Fault> {
    let fields: Vec<&Field> = match work {
        Work::Convert { from, .. } => vec![from],
        Work::Unique { fields, .. } => fields.iter().filter_map(|id| object.field_by_id(*id)).collect(),
        Work::Derive => object.fields.iter().collect(),
    };
    let mut columns = vec!["id".to_owned()];
    let mut read = Vec::new();
    for field in fields {
        let is_selected = field.is_stored();
        if is_selected {
            columns.push(if field.id == system::ID { "id".into() } else { quoted(&field.physical) });
        }
        read.push((field.column.clone(), is_selected));
    }
    let mut sql = Sql::new(dialect);
    let after = after.map(|id| format!(" where id > {}", sql.bind(id))).unwrap_or_default();
    sql.text = format!("select {} from {}{after} order by id limit {SLICE}", columns.join(", "), quoted(&object.table));
    Ok((sql, FillRead(read)))
}

pub(crate) fn is_last_slice(rows: usize) -> bool {
    (rows as i64) < SLICE
}

/// The update of one parent's roll-up from a row of its aggregate.
pub(crate) fn set_rollup(object: &Object, field: &Field, row: &[Value], dialect: Dialect) -> Option<Sql> {
    let [Value::Id(parent), value] = row else { return None };
    let mut sql = Sql::new(dialect);
    let mut cells = Vec::new();
    codec::cells(field, value, dialect, &mut cells);
    let value = sql.bind(cells.into_iter().next()?);
    let id = sql.bind(*parent);
    sql.text = format!("update {} set {} = {value} where id = {id}", quoted(&object.table), quoted(&field.physical));
    Some(sql)
}

/// An operand for a field of an object's own.
pub fn own(object: &Object, field: FieldId) -> Operand {
    Operand { steps: Vec::new(), object: object.id, field, shown: None }
}
