//! What an undo plan is made from: how the touched records stand now, who links to them, what is gone, taken, or written since.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use kehub_db::{Answer, Ask, unique_hash};
use kehub_model::history::undo::{LaterEdits, Now, RecordKey, Row, Taken};
use kehub_model::history::{Change, Commit, Entry, Op};
use kehub_model::query::{Cond, Is};
use kehub_model::{Catalog, Code, Field, FieldId, Moment, ObjectId, Problem, RecordId, Value};

use crate::read::{operand, plan_of};
use crate::state::id_pick;
use crate::{Records, Refusal};

/// A unique combination that is asked after: its hash, who wants it, by which fields.
type Wants = ([u8; 16], RecordKey, Vec<FieldId>);

impl Records {
    /// How the touched records stand now.
    pub(super) async fn now_of(
        &self,
        catalog: &Arc<Catalog>,
        entries: &[Entry],
        chain: &HashSet<Moment>,
    ) -> Result<Now, Refusal> {
        let mut now = Now::default();
        let mut by_object: BTreeMap<ObjectId, Vec<RecordId>> = BTreeMap::new();
        for entry in entries {
            by_object.entry(entry.object).or_default().push(entry.record);
        }
        let touched: HashSet<RecordKey> = entries.iter().map(|entry| (entry.object, entry.record)).collect();
        for (id, records) in &by_object {
            let Some(object) = catalog.object_by_id(*id) else { continue };
            for chunk in records.chunks(1_000) {
                for row in self.db().rows(catalog.clone(), *id, chunk.to_vec()).await? {
                    let values = object.fields.iter().zip(row.values).map(|(field, value)| (field.id, value)).collect();
                    now.rows.insert((*id, row.id), Row { moment: row.moment, values });
                }
                let ask = Ask::Trashed { object: *id, ids: chunk.to_vec() };
                if let Answer::Trashed(found) = self.db().ask(catalog.clone(), ask).await? {
                    now.trash.extend(found.into_iter().map(|(record, moment)| ((*id, record), moment)));
                }
            }
            self.links_to_created(catalog, *id, entries, &touched, chain, &mut now).await?;
        }
        self.gone_targets(catalog, entries, &mut now).await?;
        Ok(now)
    }

    /// Others' records that link to ones that undoing would delete.
    async fn links_to_created(
        &self,
        catalog: &Arc<Catalog>,
        id: ObjectId,
        entries: &[Entry],
        touched: &HashSet<RecordKey>,
        chain: &HashSet<Moment>,
        now: &mut Now,
    ) -> Result<(), Refusal> {
        let Some(object) = catalog.object_by_id(id) else { return Ok(()) };
        let created: Vec<RecordId> = entries
            .iter()
            .filter(|entry| entry.object == id && entry.op == Op::Create)
            .map(|entry| entry.record)
            .collect();
        for chunk in created.chunks(1_000) {
            for (from, field) in &object.incoming {
                let Some(child) = catalog.object_by_id(*from) else { continue };
                // Rows of subforms go with their record.
                if child.parent.is_some_and(|(parent, _)| parent == id) {
                    continue;
                }
                let Some(link) = child.field_by_id(*field) else { continue };
                let pairs: Vec<(RecordId, RecordId)> = if link.def.kind.is_many() {
                    match self
                        .db()
                        .ask(catalog.clone(), Ask::Linkers { object: *from, field: *field, targets: chunk.to_vec() })
                        .await?
                    {
                        Answer::Linkers(pairs) => pairs,
                        _ => Vec::new(),
                    }
                } else {
                    let among = Cond::Test {
                        on: operand(child, *field),
                        is: Is::In(chunk.iter().map(|id| Value::Id(*id)).collect()),
                    };
                    let mut picks = vec![id_pick(child)];
                    picks.extend(crate::state::own_pick(child, &link.key));
                    let listed = self.db().list(catalog.clone(), plan_of(child, picks, among, 10_000)).await?;
                    listed.rows.iter().filter_map(|row| Some((row[0].as_id()?, row[1].as_id()?))).collect()
                };
                let mut let_go: HashSet<RecordId> = HashSet::new();
                if chain.len() > 1 {
                    let owners: Vec<RecordId> = pairs.iter().map(|(owner, _)| *owner).collect();
                    for owners in owners.chunks(1_000) {
                        let rows = self.db().rows(catalog.clone(), *from, owners.to_vec()).await?;
                        let_go.extend(rows.iter().filter(|row| chain.contains(&row.moment)).map(|row| row.id));
                    }
                }
                for (owner, target) in pairs {
                    if !touched.contains(&(*from, owner)) && !let_go.contains(&owner) {
                        now.links.entry((id, target)).or_default().push((*from, owner));
                    }
                }
            }
        }
        Ok(())
    }

    /// Linked records named by values that would go back, but that are no longer there.
    async fn gone_targets(&self, catalog: &Arc<Catalog>, entries: &[Entry], now: &mut Now) -> Result<(), Refusal> {
        let mut wanted: BTreeMap<ObjectId, HashSet<RecordId>> = BTreeMap::new();
        for entry in entries {
            let Some(object) = catalog.object_by_id(entry.object) else { continue };
            for change in &entry.changes {
                let target = object.any_field(change.field).and_then(|field| catalog.target(field));
                if let Some(target) = target {
                    wanted.entry(target.id).or_default().extend(change.before.items().iter().filter_map(Value::as_id));
                }
            }
        }
        for (object, ids) in wanted {
            let Some(target) = catalog.object_by_id(object) else { continue };
            let ids: Vec<RecordId> = ids.into_iter().collect();
            for chunk in ids.chunks(1_000) {
                let among = Cond::Test {
                    on: operand(target, kehub_model::catalog::system::ID),
                    is: Is::In(chunk.iter().map(|id| Value::Id(*id)).collect()),
                };
                let listed = self
                    .db()
                    .list(catalog.clone(), plan_of(target, vec![id_pick(target)], among, chunk.len() as u32))
                    .await?;
                let found: HashSet<RecordId> = listed.rows.iter().filter_map(|row| row[0].as_id()).collect();
                let missing: Vec<RecordId> = chunk.iter().copied().filter(|id| !found.contains(id)).collect();
                if missing.is_empty() {
                    continue;
                }
                if let Answer::Trashed(trashed) =
                    self.db().ask(catalog.clone(), Ask::Trashed { object, ids: missing }).await?
                {
                    now.gone.extend(trashed);
                }
            }
        }
        Ok(())
    }

    /// Unique values that would go back but stand in another record.
    pub(super) async fn taken(&self, catalog: &Arc<Catalog>, entries: &[Entry], now: &mut Now) -> Result<(), Refusal> {
        let mut backs: BTreeMap<RecordKey, BTreeMap<FieldId, Value>> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.op != Op::Create) {
            let backs = backs.entry((entry.object, entry.record)).or_default();
            for change in &entry.changes {
                backs.entry(change.field).or_insert_with(|| change.before.clone());
            }
        }
        let mut wanted: BTreeMap<(ObjectId, String), Vec<Wants>> = BTreeMap::new();
        for (key, backs) in &backs {
            let Some(object) = catalog.object_by_id(key.0) else { continue };
            let row = now.rows.get(key);
            for unique in &object.unique {
                let back: Vec<FieldId> = unique.fields.iter().copied().filter(|id| backs.contains_key(id)).collect();
                if back.is_empty() {
                    continue;
                }
                let fields: Vec<&Field> = unique.fields.iter().filter_map(|id| object.field_by_id(*id)).collect();
                let stood = |id: &FieldId| backs.get(id).or_else(|| row?.values.get(id)).cloned().unwrap_or_default();
                let values: Vec<Value> = unique.fields.iter().map(stood).collect();
                if let Some(hash) = unique_hash(&fields, &values.iter().collect::<Vec<_>>()) {
                    wanted.entry((key.0, unique.column.clone())).or_default().push((hash, *key, back));
                }
            }
        }
        for ((object, column), wants) in wanted {
            for wants in wants.chunks(1_000) {
                let hashes = wants.iter().map(|(hash, _, _)| *hash).collect();
                let ask = Ask::Holders { object, column: column.clone(), hashes };
                let Answer::Holders(holders) = self.db().ask(catalog.clone(), ask).await? else { continue };
                for (holder, (_, key, fields)) in holders.into_iter().zip(wants) {
                    let Some(holder) = holder.filter(|holder| *holder != key.1) else { continue };
                    for field in fields {
                        let known = catalog.object_by_id(object).and_then(|object| object.field_by_id(*field));
                        let label = known.map_or("", |known| known.label(kehub_model::Language::Zh));
                        let problem = Problem::new(Code::Taken, "").with("field", label);
                        now.taken.insert((*key, *field), Taken { holder: (object, holder), problem });
                    }
                }
            }
        }
        Ok(())
    }

    /// Entries that would make these records, which link to ones that go, go with them: those made since are undone whole,
    /// older ones let go of their links.
    pub(super) async fn along(
        &self,
        catalog: &Arc<Catalog>,
        commit: Moment,
        now: &Now,
        known: &BTreeSet<RecordKey>,
    ) -> Result<Vec<Entry>, Refusal> {
        let mut targets: BTreeMap<RecordKey, HashSet<RecordId>> = BTreeMap::new();
        for ((_, target), owners) in &now.links {
            for owner in owners.iter().filter(|owner| !known.contains(owner)) {
                targets.entry(*owner).or_default().insert(*target);
            }
        }
        let mut by_object: HashMap<ObjectId, Vec<RecordId>> = HashMap::new();
        for (object, record) in targets.keys() {
            by_object.entry(*object).or_default().push(*record);
        }
        let mut entries = Vec::new();
        for (id, records) in by_object {
            let Some(object) = catalog.object_by_id(id) else { continue };
            for chunk in records.chunks(1_000) {
                for row in self.db().rows(catalog.clone(), id, chunk.to_vec()).await? {
                    let entry = |op, changes| Entry { op, object: id, record: row.id, prev: None, changes };
                    if matches!(row.values.get(1), Some(Value::DateTime(made)) if *made > commit.time()) {
                        entries.push(entry(Op::Create, Vec::new()));
                        continue;
                    }
                    let Some(gone) = targets.get(&(id, row.id)) else { continue };
                    let goes = |value: &Value| value.as_id().is_some_and(|id| gone.contains(&id));
                    let linking = object.fields.iter().zip(&row.values).filter(|(field, value)| {
                        field.is_writable() && catalog.target(field).is_some() && value.items().iter().any(goes)
                    });
                    let changes = linking.map(|(field, value)| Change {
                        field: field.id,
                        before: match value {
                            Value::List(all) => Value::list(all.iter().filter(|value| !goes(value)).cloned().collect()),
                            _ => Value::Null,
                        },
                        after: value.clone(),
                    });
                    let changes = changes.collect();
                    entries.push(entry(Op::Update, changes));
                }
            }
        }
        Ok(entries)
    }

    /// The deletions of records that values going back name, with the rows of subforms that went with them.
    pub(super) async fn deletions(
        &self,
        catalog: &Catalog,
        now: &Now,
        known: &BTreeSet<RecordKey>,
    ) -> Result<Vec<Entry>, Refusal> {
        let known: HashSet<RecordId> = known.iter().map(|(_, record)| *record).collect();
        let mut by_commit: BTreeMap<Moment, Vec<RecordId>> = BTreeMap::new();
        for (record, moment) in now.gone.iter().filter(|(record, _)| !known.contains(record)) {
            by_commit.entry(*moment).or_default().push(*record);
        }
        let mut entries = Vec::new();
        for (moment, records) in by_commit {
            let Some(commit) = self.commit_at(moment).await? else { continue };
            entries.extend(records.iter().flat_map(|record| deletion(catalog, &commit, *record)));
        }
        Ok(entries)
    }

    /// Who wrote the touched records after the commit.
    pub(super) async fn later_edits(
        &self,
        commit: Moment,
        entries: &[Entry],
        now: &Now,
        chain: &HashSet<Moment>,
    ) -> Result<LaterEdits, Refusal> {
        let mut commits: BTreeMap<Moment, Commit> = BTreeMap::new();
        for entry in entries {
            let key = (entry.object, entry.record);
            let newest = now.rows.get(&key).map(|row| row.moment).or_else(|| now.trash.get(&key).copied());
            let Some(newest) = newest.filter(|newest| *newest > commit) else { continue };
            let mut next = Some(newest);
            while let Some(moment) = next.filter(|moment| *moment > commit) {
                let found = match commits.entry(moment) {
                    Slot::Occupied(known) => known.into_mut(),
                    Slot::Vacant(place) => match self.commit_at(moment).await? {
                        Some(found) => place.insert(found),
                        None => break,
                    },
                };
                next =
                    found.body.entries.iter().find(|later| later.record == entry.record).and_then(|later| later.prev);
            }
        }
        Ok(LaterEdits::of_commits(commits.values().rev().filter(|commit| !chain.contains(&commit.moment))))
    }
}

/// What deleted a record in a commit: its own entry and those of its subforms' rows.
pub(super) fn deletion(catalog: &Catalog, commit: &Commit, record: RecordId) -> Vec<Entry> {
    let owner = commit.body.entries.iter().find(|entry| entry.record == record).map(|entry| entry.object);
    let belongs = |entry: &Entry| {
        entry.record == record
            || catalog.object_by_id(entry.object).is_some_and(|child| {
                let parent = child.field("parent").map(|field| field.id);
                child.parent.is_some_and(|(parent, _)| Some(parent) == owner)
                    && entry
                        .changes
                        .iter()
                        .any(|change| Some(change.field) == parent && change.before == Value::Id(record))
            })
    };
    commit.body.entries.iter().filter(|entry| entry.op == Op::Delete && belongs(entry)).cloned().collect()
}
