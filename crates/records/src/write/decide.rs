//! Deciding: what is written, its history, and what is answered.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;

use kehub_db::Commit;
use kehub_db::LinkWrite;
use kehub_db::OWN;
use kehub_db::RowWrite;
use kehub_db::Step;
use kehub_db::TableWrite;
use kehub_db::WriteSet;
use kehub_db::unique_hash;
use kehub_model::Field;
use kehub_model::Moment;
use kehub_model::ObjectId;
use kehub_model::RecordId;
use kehub_model::Value;
use kehub_model::actor::CONSOLE;
use kehub_model::actor::SYSTEM;
use kehub_model::fields::Column;
use kehub_model::fields::Kind;
use kehub_model::fields::Written;
use kehub_model::history;
use kehub_model::history::Body;
use kehub_model::history::Derived;
use kehub_model::history::Entry;
use sha2::Digest as _;
use sha2::Sha256;

use super::USUAL;
use super::answer_text;
use super::key_bytes;
use super::plan::Writing;
use super::work::Item;
use super::work::Op;
use crate::change::Fate;

impl Writing {
    pub(super) fn decide(&mut self) -> Step {
        let at = self.now;
        let mut set = WriteSet::default();
        let mut body = Body::default();
        let mut fates: HashMap<usize, (RecordId, Fate)> = HashMap::new();
        let mut touched = HashSet::new();
        let mut links = Vec::new();
        let actor = self.actor.id;
        for item in &mut self.work.items {
            let fate = write_item(item, at, actor, &mut set, &mut body, &mut links);
            if fate != Fate::Unchanged {
                touched.insert(item.object.id);
                set.touches_rights |= matches!(item.object.key.as_str(), "person" | "department");
            }
            if let Some(source) = item.source {
                fates.insert(source, (item.id, fate));
            }
        }
        set.links = links;
        free(&self.work.items, &mut set.rows);
        order_rows(&mut set.rows);
        for delta in self.rollups.take_deltas() {
            touched.insert(delta.object);
            set.deltas.push(delta);
        }
        // Children changed a record whose own values did not: it is as changed as they are.
        let results: Vec<(RecordId, Fate)> = (0..self.changes.len()).filter_map(|n| fates.get(&n).copied()).collect();
        if let Some(idempotency) = &self.because.idempotency {
            set.tables.push(TableWrite::Insert {
                table: "record_key",
                values: vec![
                    ("key", key_bytes(actor, &idempotency.key).into()),
                    ("body_hash", idempotency.body.to_vec().into()),
                    ("moment", at.0.into()),
                    ("at", at.time().timestamp().into()),
                    ("status", 200.into()),
                    ("answer", answer_text(&results).into()),
                ],
                key: true,
            });
        }
        *self.results.lock() = results;
        *self.touched.lock() = touched.into_iter().collect();
        set.tables.extend(self.because.with.iter().cloned());
        if body.entries.is_empty() && set.deltas.is_empty() && set.tables.is_empty() {
            return Step::Nothing;
        }
        if !body.entries.is_empty() {
            set.commit = Some(self.commit(&body));
        }
        Step::Write(Box::new(set))
    }

    pub(super) fn commit(&self, body: &Body) -> Commit {
        let mut blobs: Vec<([u8; 16], Vec<u8>)> = Vec::new();
        let bytes = history::encode(body, &mut |text| {
            let digest = Sha256::digest(text.as_bytes());
            let mut hash = [0; 16];
            hash.copy_from_slice(&digest[..16]);
            if !blobs.iter().any(|(known, _)| *known == hash) {
                blobs.push((hash, text.as_bytes().to_vec()));
            }
            hash
        });
        let head = body.head();
        let is_program = matches!(self.actor.id, CONSOLE | SYSTEM);
        let cause = self.because.cause.unwrap_or(USUAL);
        Commit {
            actor: self.actor.id,
            on_behalf: self.because.on_behalf,
            cause: cause.number(),
            cause_id: self.because.cause_id.clone(),
            depth: self.because.depth,
            lane: if is_program { self.because.lane.max(1) } else { self.because.lane },
            object: head.as_ref().map(|head| head.object).or_else(|| body.object()),
            record: head.as_ref().map(|head| head.record),
            prev: head.and_then(|head| head.prev),
            body: bytes,
            blobs,
        }
    }
}

/// A value read and resolved, as it is stored.
pub(super) fn settle(written: Written) -> Value {
    match written {
        Written::Value(value) => value,
        Written::Many(many) => {
            let mut values: Vec<Value> = Vec::with_capacity(many.len());
            for item in many {
                let value = settle(item);
                if !value.is_null() && !values.contains(&value) {
                    values.push(value);
                }
            }
            Value::list(values)
        }
        Written::By(_) | Written::Rows(_) => Value::Null,
    }
}

/// The writes of one item, its history entry, and its fate.
fn write_item(
    item: &mut Item,
    at: Moment,
    actor: RecordId,
    set: &mut WriteSet,
    body: &mut Body,
    links: &mut Vec<LinkWrite>,
) -> Fate {
    let object = item.object.clone();
    let now = Value::DateTime(at.time());
    let many = |place: usize| matches!(object.fields[place].column, Column::Links { .. });
    match item.op {
        Op::Create | Op::Restore => {
            item.after[1] = now.clone();
            item.after[2] = Value::Id(actor);
            item.after[3] = now;
            item.after[4] = Value::Id(actor);
            item.after[7] = Value::from(1);
            let values = item.after.clone();
            set.rows.push(match item.op {
                Op::Create => RowWrite::Insert { object: object.id, id: item.id, values },
                _ => RowWrite::Restore { object: object.id, id: item.id, values },
            });
            for place in (0..object.fields.len()).filter(|place| many(*place) && !item.after[*place].is_null()) {
                links.push(link_write(item, place));
            }
            let mut written = item.written.clone();
            written.sort_unstable();
            written.dedup();
            let changes = written
                .iter()
                .filter(|place| !item.after[**place].is_null())
                .map(|place| history::Change {
                    field: object.fields[*place].id,
                    before: Value::Null,
                    after: item.after[*place].clone(),
                })
                .collect();
            body.entries.push(Entry {
                op: history::Op::Create,
                object: object.id,
                record: item.id,
                prev: item.trashed,
                changes,
            });
            Fate::Created
        }
        Op::Update => {
            let mut written = item.changed_written();
            written.sort_unstable();
            if written.is_empty() && item.changed().is_empty() {
                return Fate::Unchanged;
            }
            if written.is_empty() {
                return derived(item, set, body);
            }
            let changes = written
                .iter()
                .map(|place| history::Change {
                    field: object.fields[*place].id,
                    before: item.before_at(*place),
                    after: item.after[*place].clone(),
                })
                .collect();
            for place in written.iter().filter(|place| many(**place)) {
                links.push(link_write(item, *place));
            }
            let version = item.before_at(7).as_number().unwrap_or_default() + rust_decimal::Decimal::ONE;
            item.after[3] = now;
            item.after[4] = Value::Id(actor);
            item.after[7] = Value::Number(version);
            let changed = item.changed();
            set.rows.push(RowWrite::Update {
                object: object.id,
                id: item.id,
                seen: item.before.as_ref().map_or(0, |row| row.seen),
                values: item.after.clone(),
                changed,
                is_derived: false,
            });
            body.entries.push(Entry {
                op: history::Op::Update,
                object: object.id,
                record: item.id,
                prev: item.prev(),
                changes,
            });
            Fate::Updated
        }
        Op::Delete => {
            let title = object.title_field().map_or_else(String::new, |title| {
                let place = object.fields.iter().position(|field| field.id == title.id).unwrap_or_default();
                title.def.kind.display(&item.before_at(place), kehub_model::Language::Zh)
            });
            let seen = item.before.as_ref().map_or(0, |row| row.seen);
            set.rows.push(RowWrite::Delete { object: object.id, id: item.id, seen, title });
            let changes = (0..object.fields.len())
                .filter(|place| {
                    object.fields[*place].is_writable() || matches!(object.fields[*place].def.kind, Kind::Serial(_))
                })
                .filter(|place| !item.before_at(*place).is_null())
                .map(|place| history::Change {
                    field: object.fields[place].id,
                    before: item.before_at(place),
                    after: Value::Null,
                })
                .collect();
            body.entries.push(Entry {
                op: history::Op::Delete,
                object: object.id,
                record: item.id,
                prev: item.prev(),
                changes,
            });
            Fate::Deleted
        }
        Op::Derive => derived(item, set, body),
    }
}

/// A change of derived values alone: version and moment stay.
fn derived(item: &Item, set: &mut WriteSet, body: &mut Body) -> Fate {
    let changed = item.changed();
    if changed.is_empty() {
        return Fate::Unchanged;
    }
    for place in &changed {
        body.derived.push(Derived {
            object: item.object.id,
            record: item.id,
            field: item.object.fields[*place].id,
            before: item.before_at(*place),
            after: item.after[*place].clone(),
        });
    }
    set.rows.push(RowWrite::Update {
        object: item.object.id,
        id: item.id,
        seen: item.before.as_ref().map_or(0, |row| row.seen),
        values: item.after.clone(),
        changed,
        is_derived: true,
    });
    Fate::Unchanged
}

fn link_write(item: &Item, place: usize) -> LinkWrite {
    LinkWrite {
        object: item.object.id,
        field: item.object.fields[place].id,
        owner: item.id,
        targets: item.after[place].items().iter().filter_map(Value::as_id).collect(),
    }
}

/// Unique values that one updated record gives up and another takes: both databases look at them row by row, so they pass through
/// nothing. What is deleted goes before, what is new comes after.
fn free(items: &[Item], rows: &mut Vec<RowWrite>) {
    let mut taken = HashSet::new();
    let mut given: Vec<(ObjectId, &str, [u8; 16], &Item)> = Vec::new();
    for item in items.iter().filter(|item| item.op == Op::Update && !item.object.unique.is_empty()) {
        for unique in &item.object.unique {
            let places = unique.fields.iter().filter_map(|id| item.object.fields.iter().position(|f| f.id == *id));
            let places: Vec<usize> = places.collect();
            if places.iter().all(|place| item.after[*place] == item.before_at(*place)) {
                continue;
            }
            let fields: Vec<&Field> = places.iter().map(|place| &item.object.fields[*place]).collect();
            let after: Vec<&Value> = places.iter().map(|place| &item.after[*place]).collect();
            let before: Vec<Value> = places.iter().map(|place| item.before_at(*place)).collect();
            if let Some(hash) = unique_hash(&fields, &after) {
                taken.insert((item.object.id, unique.column.as_str(), hash));
            }
            if let Some(hash) = unique_hash(&fields, &before.iter().collect::<Vec<_>>()) {
                given.push((item.object.id, unique.column.as_str(), hash, item));
            }
        }
    }
    given.retain(|(object, column, hash, _)| taken.contains(&(*object, *column, *hash)));
    let mut frees: BTreeMap<(ObjectId, &str), Vec<&Item>> = BTreeMap::new();
    for (object, column, _, item) in given {
        frees.entry((object, column)).or_default().push(item);
    }
    let mut freed: HashSet<(ObjectId, RecordId)> = HashSet::new();
    let mut letting_go = Vec::with_capacity(frees.len());
    for ((object, column), items) in frees {
        let seen = |item: &Item| item.before.as_ref().map_or(OWN, |row| row.seen);
        // Freed once, its row is this save's own.
        let records = items
            .into_iter()
            .map(|item| (item.id, if freed.insert((object, item.id)) { seen(item) } else { OWN }))
            .collect();
        letting_go.push(RowWrite::Free { object, column: column.to_owned(), records });
    }
    if freed.is_empty() {
        return;
    }
    for row in rows.iter_mut() {
        if let RowWrite::Update { object, id, seen, .. } = row
            && freed.contains(&(*object, *id))
        {
            *seen = OWN;
        }
    }
    rows.extend(letting_go);
}

/// Deletes first, then updates (which may let unique values go), then inserts; within each, as they were asked for, one object
/// after the other so that they can be written together. Parents come in the order of their ids, so that saves cannot deadlock.
fn order_rows(rows: &mut [RowWrite]) {
    rows.sort_by_key(|row| match row {
        RowWrite::Delete { object, .. } => (0, *object, false, RecordId::nil()),
        RowWrite::Free { object, .. } => (1, *object, false, RecordId::nil()),
        RowWrite::Update { object, is_derived, id, .. } => {
            (2, *object, *is_derived, if *is_derived { *id } else { RecordId::nil() })
        }
        RowWrite::Restore { object, .. } => (3, *object, false, RecordId::nil()),
        RowWrite::Insert { object, .. } => (4, *object, false, RecordId::nil()),
    });
}
