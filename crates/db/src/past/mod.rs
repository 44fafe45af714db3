//! As of a past moment: how objects stood, as relations the ordinary compiler reads instead of their tables. Rows not touched
//! since are read in place; touched ones stand, as they stood, in scratch tables that are kept and extended (decision 0010).
//!
//! **Architecture invariant:** how a record stood at a past moment never changes, so a scratch only grows. Whoever reads one
//! first adds what the log holds that it does not, on the snapshot he reads on.

mod log;
mod named;
mod scratch;
mod session;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use kehub_model::catalog::system;
use kehub_model::history::overlay::Values;
use kehub_model::query::{AggregatePlan, Cond, Is, Operand};
use kehub_model::{Catalog, Moment, Object, ObjectId, RecordId, Value};

use crate::aggregate;
use crate::bind::{Dialect, Sql};
use crate::codec::Raw;
use crate::compile::{self, Relations};
use crate::fault::Fault;
use crate::rows;
use crate::save::Row;

use log::{Cursor, Overlaid};
use named::Key;
pub(crate) use named::{Named, by_aggregate, by_list};
pub(crate) use scratch::Fill;
pub(crate) use session::{Place, SESSIONS, Session, Sessions};

/// What this needs of a connection that is in a transaction with one snapshot.
pub(crate) trait Reader {
    fn dialect(&self) -> Dialect;
    async fn query(&mut self, sql: &Sql) -> Result<Vec<Vec<Raw>>, Fault>;
    async fn execute(&mut self, sql: &Sql) -> Result<(), Fault>;
    async fn fill(&mut self, fill: Fill) -> Result<(), Fault>;
}

/// Which past is read, and for whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub(crate) at: Moment,
    /// Whether no write from before the moment can still arrive.
    pub(crate) is_settled: bool,
    /// The rights number the reader was compiled under.
    pub(crate) under: Option<i64>,
}

/// Records named in one statement.
const CHUNK: usize = 5_000;
/// Rows kept by one connection; the least recently used scratches go beyond it.
const MOST_ROWS: usize = 400_000;
const MOST_SCRATCHES: usize = 64;

/// A scratch by what stands in it: its object and roll-ups, the moment, the catalog.
type Slot = (Moment, i32, Key);

/// The scratch tables of one connection.
#[derive(Default)]
pub(crate) struct Kept {
    scratches: HashMap<Slot, Scratch>,
    made: u64,
    uses: u64,
}

struct Scratch {
    number: u64,
    cursor: Cursor,
    /// The records it tells of, those that were not there included.
    known: HashSet<RecordId>,
    used: u64,
    /// Whether no write from before its moment could still arrive when it was made.
    is_settled: bool,
}

impl Kept {
    pub(crate) fn has(&self, at: Moment) -> bool {
        self.scratches.keys().any(|(moment, _, _)| *moment == at)
    }

    /// The least recently used beyond what may be kept.
    fn surplus(&mut self, used: u64) -> Vec<(Slot, Scratch)> {
        let mut order: Vec<(u64, Slot, usize)> =
            self.scratches.iter().map(|(slot, scratch)| (scratch.used, slot.clone(), scratch.known.len())).collect();
        order.sort_unstable_by_key(|(used, _, _)| std::cmp::Reverse(*used));
        let mut rows = 0;
        let mut gone = Vec::new();
        for (n, (last, slot, size)) in order.into_iter().enumerate() {
            rows += size;
            if last < used && (rows > MOST_ROWS || n >= MOST_SCRATCHES) {
                gone.extend(self.scratches.remove_entry(&slot));
            }
        }
        gone
    }
}

/// What has changed of a key since a cursor: records the log names, and those whose roll-ups it moves.
struct Changed {
    ids: BTreeSet<RecordId>,
    now: HashMap<RecordId, Row>,
}

/// Where the reading of the log begins: with the moment, or with a cursor.
type Begin = Option<Cursor>;

/// How the objects a plan names stood at a moment. After a fault the connection is of no use any more: its transaction ends,
/// and what is kept may not be what stands there.
pub(crate) async fn stand<R: Reader>(
    reader: &mut R,
    kept: &mut Kept,
    catalog: &Catalog,
    named: &Named,
    At { at, is_settled, under }: At,
) -> Result<Relations, Fault> {
    let dialect = reader.dialect();
    // What was made while the moment was young may lack what arrived since.
    let young: Vec<Slot> =
        kept.scratches.iter().filter(|(_, one)| !one.is_settled).map(|(slot, _)| slot.clone()).collect();
    let young = young.iter().filter_map(|slot| kept.scratches.remove_entry(slot)).collect();
    drop_all(reader, catalog, young).await?;
    let keys = named::keys(catalog, named)?;
    let snapshot = reader.query(&log::cursor(dialect)).await?;
    let snapshot = snapshot.first().and_then(|row| row.first()).map(log::read_cursor).ok_or(Fault::Catalog)?;
    kept.uses += 1;
    let uses = kept.uses;

    // Whoever was read last at the same place is extended together.
    let slot = |key: &Key| -> Slot { (at, catalog.number, key.clone()) };
    let mut groups: BTreeMap<Begin, Vec<Key>> = BTreeMap::new();
    for key in &keys {
        let begin = kept.scratches.get(&slot(key)).map(|scratch| scratch.cursor.clone());
        let group = groups.entry(begin).or_default();
        named::visit(catalog, key.clone(), group)?;
    }
    let mut overlays: HashMap<Begin, HashMap<ObjectId, Overlaid>> = HashMap::new();
    let mut changes: HashMap<(Begin, Key), Changed> = HashMap::new();
    for (begin, group) in &groups {
        let objects: BTreeSet<ObjectId> = group.iter().map(|key| key.object).collect();
        let objects: Vec<ObjectId> = objects.into_iter().collect();
        let overlaid = overlay(reader, &objects, at, begin.as_ref()).await?;
        for key in group {
            let changed = changed(reader, catalog, key, &overlaid, begin, &changes).await?;
            changes.insert((begin.clone(), key.clone()), changed);
        }
        overlays.insert(begin.clone(), overlaid);
    }

    for key in &keys {
        let object = catalog.object_by_id(key.object).ok_or(Fault::Catalog)?;
        let slot = slot(key);
        let begin = kept.scratches.get(&slot).map(|scratch| scratch.cursor.clone());
        let (Some(changed), Some(overlaid)) = (changes.get(&(begin.clone(), key.clone())), overlays.get(&begin)) else {
            return Err(Fault::Catalog);
        };
        let known = kept.scratches.get(&slot).map(|scratch| &scratch.known);
        let news: Vec<RecordId> =
            changed.ids.iter().copied().filter(|id| known.is_none_or(|known| !known.contains(id))).collect();
        let past = if news.is_empty() {
            Vec::new()
        } else {
            let overlaid = overlaid.get(&key.object).ok_or(Fault::Catalog)?;
            let mut past = stood(reader, object, overlaid, changed, &news).await?;
            roll_up(reader, kept, catalog, key, object, at, &mut past).await?;
            past
        };
        let number = match kept.scratches.get_mut(&slot) {
            Some(scratch) => {
                scratch.cursor = snapshot.clone();
                scratch.used = uses;
                scratch.known.extend(&news);
                scratch.number
            }
            None => {
                kept.made += 1;
                let number = kept.made;
                for statement in scratch::make(object, number, dialect) {
                    reader.execute(&statement).await?;
                }
                let known = news.iter().copied().collect();
                kept.scratches
                    .insert(slot, Scratch { number, cursor: snapshot.clone(), known, used: uses, is_settled });
                number
            }
        };
        if !past.is_empty() {
            for fill in scratch::fills(object, number, &past, at, dialect) {
                reader.fill(fill).await?;
            }
        }
    }
    drop_all(reader, catalog, kept.surplus(uses)).await?;
    Ok(relations(kept, catalog, &named::read(catalog, named), at)?.under(under))
}

async fn drop_all<R: Reader>(reader: &mut R, catalog: &Catalog, gone: Vec<(Slot, Scratch)>) -> Result<(), Fault> {
    for ((_, _, key), scratch) in gone {
        let object = catalog.object_by_id(key.object).map(|object| &**object);
        for statement in scratch::drop(object, scratch.number, reader.dialect()) {
            reader.execute(&statement).await?;
        }
    }
    Ok(())
}

/// What is read instead of the tables of these objects.
fn relations(kept: &Kept, catalog: &Catalog, keys: &[Key], at: Moment) -> Result<Relations, Fault> {
    let mut relations = Relations::default();
    for key in keys {
        let object = catalog.object_by_id(key.object).ok_or(Fault::Catalog)?;
        let scratch = kept.scratches.get(&(at, catalog.number, key.clone())).ok_or(Fault::Catalog)?;
        // Nothing was touched since: the table may be read as it is.
        if !scratch.known.is_empty() {
            relations.tables.extend(scratch::relations(object, key, scratch.number, at));
        }
    }
    Ok(relations)
}

/// What the log holds of these objects, since the moment or since a cursor.
async fn overlay<R: Reader>(
    reader: &mut R,
    objects: &[ObjectId],
    at: Moment,
    since: Option<&Cursor>,
) -> Result<HashMap<ObjectId, Overlaid>, Fault> {
    let dialect = reader.dialect();
    let mut overlaid: HashMap<ObjectId, Overlaid> = objects.iter().map(|id| (*id, Overlaid::default())).collect();
    let mut before = None;
    loop {
        let found = reader.query(&log::commits(dialect, objects, at, since, before)).await?;
        let rows: Vec<log::LogRow> = found.iter().filter_map(|row| log::commit_row(row)).collect();
        let hashes: Vec<[u8; 16]> = rows.iter().flat_map(log::LogRow::blobs).collect();
        let mut texts = HashMap::new();
        for chunk in hashes.chunks(CHUNK) {
            let found = reader.query(&log::blobs(dialect, chunk)).await?;
            texts.extend(found.iter().filter_map(|row| log::blob_text(row)));
        }
        for row in &rows {
            log::feed(&mut overlaid, row, &texts)?;
        }
        before = rows.last().map(|row| row.moment);
        if found.len() < log::SLICE {
            return Ok(overlaid);
        }
    }
}

/// The records of a key that have changed: those the log names, and those that changed children count for or counted for.
async fn changed<R: Reader>(
    reader: &mut R,
    catalog: &Catalog,
    key: &Key,
    overlaid: &HashMap<ObjectId, Overlaid>,
    begin: &Begin,
    changes: &HashMap<(Begin, Key), Changed>,
) -> Result<Changed, Fault> {
    let mut ids: BTreeSet<RecordId> = overlaid.get(&key.object).into_iter().flat_map(Overlaid::touched).collect();
    for (rollup, child) in key.counted(catalog)? {
        let object = catalog.object_by_id(child.object).ok_or(Fault::Catalog)?;
        let (Some(children), Some(overlaid)) =
            (changes.get(&(begin.clone(), child.clone())), overlaid.get(&child.object))
        else {
            return Err(Fault::Catalog);
        };
        for id in &children.ids {
            let now = children.now.get(id);
            ids.extend(now.and_then(|row| row.values.get(rollup.link)).and_then(Value::as_id));
            let then = overlaid.apply(*id, now.map(|row| values_of(object, row)));
            ids.extend(then.and_then(|values| values.get(&rollup.link_id).and_then(Value::as_id)));
        }
    }
    let object = catalog.object_by_id(key.object).ok_or(Fault::Catalog)?;
    let all: Vec<RecordId> = ids.iter().copied().collect();
    let mut now = HashMap::with_capacity(all.len());
    for chunk in all.chunks(CHUNK) {
        let dialect = reader.dialect();
        let statement = rows::read(catalog, object, chunk, &[], true, dialect)?;
        for row in reader.query(&statement.sql).await? {
            let mut cells = row.into_iter();
            let row = statement.row(dialect, || cells.next().ok_or(Fault::Catalog))?;
            now.insert(row.id, row);
        }
    }
    Ok(Changed { ids, now })
}

/// These records as they stood; their roll-ups still as they are.
async fn stood<R: Reader>(
    reader: &mut R,
    object: &Object,
    overlaid: &Overlaid,
    changed: &Changed,
    ids: &[RecordId],
) -> Result<Vec<(RecordId, Vec<Value>)>, Fault> {
    let prevs: BTreeSet<Moment> = ids.iter().filter_map(|id| overlaid.since(*id)?.prev).collect();
    let prevs: Vec<Moment> = prevs.into_iter().collect();
    let mut writers: HashMap<i64, RecordId> = HashMap::new();
    for chunk in prevs.chunks(CHUNK) {
        let found = reader.query(&log::writers(reader.dialect(), chunk)).await?;
        writers.extend(found.iter().filter_map(|row| Some((row.first()?.int(), row.get(1)?.uuid()?))));
    }
    let mut past = Vec::with_capacity(ids.len());
    for id in ids {
        let current = changed.now.get(id);
        let stands = current.map(|row| values_of(object, row));
        let Some(values) = overlaid.apply(*id, stands) else { continue };
        let mut row = row_of(object, *id, values, current);
        if let Some(since) = overlaid.since(*id) {
            if let Some(prev) = since.prev {
                row[3] = Value::DateTime(prev.time());
                row[4] = writers.get(&prev.0).map_or(Value::Null, |actor| Value::Id(*actor));
            }
            let version = current.and_then(|current| current.values[7].as_number()).zip(since.updates);
            row[7] = version.map_or(Value::from(1), |(version, updates)| {
                Value::Number(version - rust_decimal::Decimal::from(updates))
            });
        }
        kehub_model::derive::derive(object, &mut row);
        past.push((*id, row));
    }
    Ok(past)
}

/// Derives the roll-ups of a key again, over the records they count as those stood.
async fn roll_up<R: Reader>(
    reader: &mut R,
    kept: &Kept,
    catalog: &Catalog,
    key: &Key,
    object: &Object,
    at: Moment,
    past: &mut [(RecordId, Vec<Value>)],
) -> Result<(), Fault> {
    if key.rollups.is_empty() || past.is_empty() {
        return Ok(());
    }
    let places: HashMap<RecordId, usize> = past.iter().enumerate().map(|(n, (id, _))| (*id, n)).collect();
    let ids: Vec<RecordId> = past.iter().map(|(id, _)| *id).collect();
    for (rollup, child) in key.counted(catalog)? {
        let place = object.fields.iter().position(|field| field.id == rollup.field).ok_or(Fault::Catalog)?;
        past.iter_mut().for_each(|(_, row)| row[place] = rollup.of_none());
        let relations = relations(kept, catalog, &[child], at)?;
        for chunk in ids.chunks(CHUNK) {
            let on = Operand { steps: Vec::new(), object: rollup.child, field: rollup.link_id, shown: None };
            let among = Cond::Test { on, is: Is::In(chunk.iter().map(|id| Value::Id(*id)).collect()) };
            for row in aggregated(reader, catalog, &relations, &rollup.plan(among)).await? {
                let (Some(parent), Some(value)) = (row.first().and_then(Value::as_id), row.get(1)) else { continue };
                if let Some(n) = places.get(&parent) {
                    past[*n].1[place] = value.clone();
                }
            }
        }
    }
    past.iter_mut().for_each(|(_, row)| drop(kehub_model::derive::derive(object, row)));
    Ok(())
}

async fn aggregated<R: Reader>(
    reader: &mut R,
    catalog: &Catalog,
    relations: &Relations,
    plan: &AggregatePlan,
) -> Result<Vec<Vec<Value>>, Fault> {
    let compiled = compile::aggregate(catalog, relations, reader.dialect(), plan)?;
    let mut answers = Vec::new();
    for row in reader.query(&compiled.sql).await? {
        let mut cells = row.into_iter();
        answers.push(aggregate::row(&compiled, &mut || cells.next().ok_or(Fault::Catalog))?);
    }
    Ok(answers)
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

/// A row as it stood. What history does not hold of the system fields is taken from the row as it is, or, for a deleted one,
/// from its id.
fn row_of(object: &Object, id: RecordId, mut values: Values, current: Option<&Row>) -> Vec<Value> {
    let mut row: Vec<Value> = object.fields.iter().map(|field| values.remove(&field.id).unwrap_or_default()).collect();
    debug_assert_eq!(object.fields[0].id, system::ID, "the id comes first");
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
    row
}
