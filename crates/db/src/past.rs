//! As of a past moment: how an object's rows stood, as a relation the ordinary compiler reads instead of its table. Rows not
//! touched since are read in place; touched ones stand, as they stood, in a scratch table.

use std::collections::{BTreeSet, HashMap};

use kehub_model::catalog::ObjectId;
use kehub_model::fields::Column;
use kehub_model::history::overlay::{Overlay, Values};
use kehub_model::history::{self, Head};
use kehub_model::query::{AggregatePlan, Cond, ListPlan, Operand, Step, Way};
use kehub_model::{Moment, Object, RecordId, Value};

use crate::bind::{Bind, Dialect, Sql, quoted};
use crate::codec::Raw;
use crate::compile::links_table;
use crate::fault::Fault;
use crate::rows;
use crate::save::Row;

/// The objects a list reads.
pub(crate) fn objects_of_list(plan: &ListPlan) -> Vec<ObjectId> {
    let mut found = BTreeSet::from([plan.object]);
    plan.picks.iter().for_each(|pick| of_operand(&pick.operand, &mut found));
    plan.sort.iter().for_each(|term| of_operand(&term.operand, &mut found));
    of_cond(&plan.filter, &mut found);
    found.into_iter().collect()
}

pub(crate) fn objects_of_aggregate(plan: &AggregatePlan) -> Vec<ObjectId> {
    let mut found = BTreeSet::from([plan.object]);
    plan.groups.iter().for_each(|group| of_operand(&group.operand, &mut found));
    for measure in &plan.measures {
        measure.operand.iter().for_each(|operand| of_operand(operand, &mut found));
        measure.filter.iter().for_each(|cond| of_cond(cond, &mut found));
    }
    of_cond(&plan.filter, &mut found);
    found.into_iter().collect()
}

fn of_operand(operand: &Operand, found: &mut BTreeSet<ObjectId>) {
    found.insert(operand.object);
    of_steps(&operand.steps, found);
    operand.shown.iter().for_each(|rows| of_cond(rows, found));
}

fn of_steps(steps: &[Step], found: &mut BTreeSet<ObjectId>) {
    for step in steps {
        found.insert(step.to);
        of_cond(&step.rule, found);
    }
}

fn of_cond(cond: &Cond, found: &mut BTreeSet<ObjectId>) {
    match cond {
        Cond::Const(_) => {}
        Cond::And(parts) | Cond::Or(parts) => parts.iter().for_each(|part| of_cond(part, found)),
        Cond::Not(inner) => of_cond(inner, found),
        Cond::Test { on, .. } => of_operand(on, found),
        Cond::Exists { steps, many, cond } => {
            of_steps(steps, found);
            found.insert(many.to);
            if let Way::Links(_) = many.way {
                found.insert(many.object);
            }
            of_cond(&many.rule, found);
            of_cond(cond, found);
        }
    }
}

/// The log since a moment, newest first: commits of the object, and those of several objects.
pub(crate) fn commits(dialect: Dialect, object: ObjectId, at: Moment) -> Sql {
    let mut sql = Sql::new(dialect);
    let (at, object) = (sql.bind(at.0), sql.bind(i64::from(object)));
    sql.text = format!(
        "select moment, object, record, prev, body from history_commit where moment >= {at} and (object = {object} or object is null) order by moment desc"
    );
    sql
}

/// A commit of the log as it was read.
pub(crate) struct LogRow {
    head: Option<Head>,
    body: Vec<u8>,
}

pub(crate) fn commit_row(next: &mut dyn FnMut() -> Result<Raw, Fault>) -> Result<LogRow, Fault> {
    let _moment = next()?;
    let object = next()?;
    let record = next()?.uuid();
    let prev = next()?;
    let body = next()?.bytes().map(<[u8]>::to_vec).unwrap_or_default();
    let prev = (!prev.is_null()).then(|| Moment(prev.int()));
    let head = record.map(|record| Head { object: object.int() as i32, record, prev });
    Ok(LogRow { head, body })
}

/// Long texts a commit keeps outside its body.
pub(crate) fn blobs_of(row: &LogRow) -> Vec<[u8; 16]> {
    history::mentioned_blobs(&row.body, row.head).unwrap_or_default()
}

pub(crate) fn blobs(dialect: Dialect, hashes: &[[u8; 16]]) -> Sql {
    let mut sql = Sql::new(dialect);
    let among = sql.among("hash", hashes.iter().map(|hash| Bind::Bytes(hash.to_vec())).collect());
    sql.text = format!("select hash, body from history_blob where {among}");
    sql
}

pub(crate) fn blob_text(hash: &Raw, body: &Raw) -> Option<([u8; 16], String)> {
    let hash = hash.bytes()?.try_into().ok()?;
    Some((hash, String::from_utf8_lossy(body.bytes()?).into_owned()))
}

/// The overlay of one object, fed newest first.
pub(crate) struct Overlaid {
    object: ObjectId,
    overlay: Overlay,
}

impl Overlaid {
    pub(crate) fn new(object: ObjectId) -> Overlaid {
        Overlaid { object, overlay: Overlay::new() }
    }

    pub(crate) fn feed(&mut self, row: &LogRow, texts: &HashMap<[u8; 16], String>) -> Result<(), Fault> {
        let body = match history::decode(&row.body, row.head, &mut |hash| texts.get(hash).cloned()) {
            Ok(body) => body,
            // What retention has dropped cannot be put back; the rows stay as later commits left them.
            Err(history::Corrupt::Dropped) => return Ok(()),
            Err(error) => return Err(anyhow::anyhow!("history: {error:?}").into()),
        };
        body.entries.iter().filter(|entry| entry.object == self.object).for_each(|entry| self.overlay.feed(entry));
        Ok(())
    }

    /// The records touched since; none when there are none, and the table may be read as it is.
    pub(crate) fn touched(&self) -> Option<Vec<RecordId>> {
        let ids: Vec<RecordId> = self.overlay.records().keys().copied().collect();
        (!ids.is_empty()).then_some(ids)
    }
}

/// Statements that fill the scratch tables, and what is read instead of the object's own.
pub(crate) struct Scratch {
    pub(crate) statements: Vec<Sql>,
    pub(crate) relations: HashMap<String, String>,
}

pub(crate) fn scratch(object: &Object, overlay: Overlaid, now: Vec<Row>, at: Moment, dialect: Dialect) -> Scratch {
    let current: HashMap<RecordId, Row> = now.into_iter().map(|row| (row.id, row)).collect();
    let mut past: Vec<(RecordId, Vec<Value>)> = Vec::new();
    for id in overlay.overlay.records().keys() {
        let stands = current.get(id).map(|row| values_of(object, row));
        if let Some(values) = overlay.overlay.apply(*id, stands) {
            past.push((*id, row_of(object, *id, values, current.get(id))));
        }
    }
    let table = quoted(&object.table);
    let columns = rows::insert_columns(object);
    let names: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
    let names = names.join(", ");
    let name = format!("past_{}", object.id);
    let mut statements = vec![
        Sql::with(dialect, &format!("drop table if exists {name}")),
        Sql::with(dialect, &format!("create temporary table {name} as select {names} from {table} limit 0")),
    ];
    let before = Moment(at.0 - 1);
    for (_, values) in &past {
        let mut sql = Sql::new(dialect);
        let binds: Vec<String> =
            rows::insert_binds(object, values, before, dialect).into_iter().map(|bind| sql.bind(bind)).collect();
        sql.text = format!("insert into {name} ({names}) values ({})", binds.join(", "));
        statements.push(sql);
    }
    let mut relations = HashMap::new();
    let bound = at.0;
    relations.insert(
        table.clone(),
        format!("(select {names} from {table} where moment < {bound} union all select {names} from {name})"),
    );
    for (place, field) in
        object.fields.iter().enumerate().filter(|(_, field)| matches!(field.column, Column::Links { .. }))
    {
        let links = links_table(object, field);
        let name = format!("past_l_{}", field.id);
        let id = if dialect == Dialect::Sqlite { "blob" } else { "uuid" };
        statements.push(Sql::with(dialect, &format!("drop table if exists {name}")));
        statements.push(Sql::with(dialect, &format!("create temporary table {name} (a {id}, b {id}, position int)")));
        for (owner, values) in &past {
            for (n, target) in values[place].items().iter().filter_map(Value::as_id).enumerate() {
                let mut sql = Sql::new(dialect);
                let binds = [sql.bind(*owner), sql.bind(target), sql.bind(n as i64)];
                sql.text = format!("insert into {name} (a, b, position) values ({})", binds.join(", "));
                statements.push(sql);
            }
        }
        let untouched =
            format!("select p.a, p.b, p.position from {links} p join {table} o on o.id = p.a where o.moment < {bound}");
        relations.insert(links, format!("({untouched} union all select a, b, position from {name})"));
    }
    Scratch { statements, relations }
}

fn values_of(object: &Object, row: &Row) -> Values {
    object
        .fields
        .iter()
        .zip(&row.values)
        .filter(|(_, value)| !value.is_null())
        .map(|(field, value)| (field.id, value.clone()))
        .collect()
}

/// A row as it stood, its formulas derived again. What history does not hold of the system fields is taken from the row as it is,
/// or, for a deleted one, from its id.
fn row_of(object: &Object, id: RecordId, mut values: Values, current: Option<&Row>) -> Vec<Value> {
    let mut row: Vec<Value> = object.fields.iter().map(|field| values.remove(&field.id).unwrap_or_default()).collect();
    row[0] = Value::Id(id);
    if let Some(current) = current {
        for place in [1, 2] {
            row[place] = current.values[place].clone();
        }
    } else if let Some((seconds, nanos)) = id.get_timestamp().map(|stamp| stamp.to_unix()) {
        row[1] = chrono::DateTime::from_timestamp(seconds as i64, nanos).map_or(Value::Null, Value::DateTime);
    }
    if row[7].is_null() {
        row[7] = Value::from(1);
    }
    kehub_model::derive::derive(object, &mut row);
    row
}
