//! Undo: a commit, or all commits of an import, taken back through the write door, others' later work kept unless told
//! otherwise.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use kehub_db::{Answer, Ask, convert};
use kehub_model::fields::Column;
use kehub_model::history::undo::{self, Choice, Fate, Fields, LaterEdits, Now, Place, RecordKey, Row, UndoPlan};
use kehub_model::history::{Cause, Commit, Entry, Op};
use kehub_model::query::{Cond, Is};
use kehub_model::{Actor, Catalog, Code, FieldId, Moment, ObjectId, Problem, Problems, RecordId, Value};
use serde_json::{Value as Json, json};

use crate::read::{operand, plan_of};
use crate::state::id_pick;
use crate::{Because, Change, ChangeKind, Records, Refusal, Style};

/// What an undo came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Undone {
    /// The commits of the undo itself.
    pub commits: Vec<Moment>,
    pub changes: Vec<Json>,
    pub conflicts: Vec<Json>,
}

/// Rows of one answer that are listed; the counts are whole.
const LISTED: usize = 1_000;

impl Records {
    /// `POST /commits/{id}/undo`.
    pub async fn undo(
        &self,
        actor: &Arc<Actor>,
        commit: Moment,
        dry_run: bool,
        choice: Choice,
        style: Style,
    ) -> Result<String, Refusal> {
        let stands = self.commit_at(commit).await?.ok_or_else(Refusal::not_found)?;
        // Of an import, or of a batch that filled several commits, the whole is taken back.
        let moments = match (&stands.cause_id, stands.cause) {
            (Some(id), Cause::Import) => self.commits_of(id).await?,
            _ => vec![commit],
        };
        let undone = self.undo_commits(actor, moments, dry_run, choice, style, |_, _| {}).await?;
        let id = undone.commits.last().map(Moment::to_string);
        Ok(json!({ "commit": id, "changes": undone.changes, "conflicts": undone.conflicts }).to_string())
    }

    /// Takes back everything with one cause: an import. `progress` is told (done, total) after each commit.
    pub async fn undo_cause(
        &self,
        actor: &Arc<Actor>,
        cause_id: &[u8],
        dry_run: bool,
        choice: Choice,
        progress: impl FnMut(usize, usize) + Send,
    ) -> Result<Undone, Refusal> {
        let moments = self.commits_of(cause_id).await?;
        self.undo_commits(actor, moments, dry_run, choice, Style::default(), progress).await
    }

    async fn undo_commits(
        &self,
        actor: &Arc<Actor>,
        moments: Vec<Moment>,
        dry_run: bool,
        choice: Choice,
        style: Style,
        mut progress: impl FnMut(usize, usize) + Send,
    ) -> Result<Undone, Refusal> {
        let total = moments.len();
        let mut undone = Undone::default();
        let several = total > 1;
        // What the chain itself wrote later is nobody else's work: it will be taken back before.
        let chain: HashSet<Moment> = moments.iter().copied().collect();
        let nothing = HashSet::new();
        if choice == Choice::Refuse && several && !dry_run {
            // All or nothing over many commits: they are all planned before the first is taken back.
            for moment in moments.iter().rev() {
                let (_, plan) = self.plan_of_commit(actor, *moment, &chain).await?;
                refuse_conflicts(&self.state().catalog, &plan)?;
            }
        }
        for (n, moment) in moments.iter().rev().enumerate() {
            let mut tries = 0;
            loop {
                let (_, plan) = self.plan_of_commit(actor, *moment, if dry_run { &chain } else { &nothing }).await?;
                if choice == Choice::Refuse && !dry_run {
                    refuse_conflicts(&self.state().catalog, &plan)?;
                }
                if dry_run {
                    self.report(actor, &plan, choice, style, &mut undone);
                    break;
                }
                match self.carry_out(actor, *moment, &plan, choice).await {
                    Ok(commit) => {
                        self.report(actor, &plan, choice, style, &mut undone);
                        undone.commits.extend(commit);
                        break;
                    }
                    // Somebody wrote between plan and undo: planned anew, his work is a conflict now.
                    Err(Refusal::Problems(problems))
                        if tries < 3 && problems.iter().all(|problem| problem.code == Code::VersionChanged) =>
                    {
                        tries += 1
                    }
                    Err(refusal) => return Err(refusal),
                }
            }
            progress(n + 1, total);
        }
        Ok(undone)
    }

    /// The plan of one commit, as if those of `chain` that came after it were taken back already.
    async fn plan_of_commit(
        &self,
        actor: &Actor,
        moment: Moment,
        chain: &HashSet<Moment>,
    ) -> Result<(Commit, UndoPlan), Refusal> {
        let commit = self.commit_at(moment).await?.ok_or_else(Refusal::not_found)?;
        let catalog = self.catalog();
        if commit.body.entries.is_empty() {
            return Err(Refusal::not_found());
        }
        // Who may not know of an object may not know of its commit.
        for entry in &commit.body.entries {
            let object = catalog.object_by_id(entry.object).ok_or_else(Refusal::not_found)?;
            if object.parent.is_none() {
                self.object_for(actor, &object.key)?;
            }
        }
        let now = self.now_of(&commit.body.entries, chain).await?;
        let later = self.later_edits(moment, &commit.body.entries, &now, chain).await?;
        let plan = undo::plan_undo(&commit.body.entries, &now, &later, &CatalogFields { catalog: &catalog });
        Ok((commit, plan))
    }

    /// How the touched records stand now.
    async fn now_of(&self, entries: &[Entry], chain: &HashSet<Moment>) -> Result<Now, Refusal> {
        let catalog = self.catalog();
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
            self.links_to_created(&catalog, *id, entries, &touched, chain, &mut now).await?;
        }
        self.gone_targets(&catalog, entries, &mut now).await?;
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

    /// Who wrote the touched records after the commit.
    async fn later_edits(
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

    /// Writes the plan through the door.
    async fn carry_out(
        &self,
        actor: &Arc<Actor>,
        commit: Moment,
        plan: &UndoPlan,
        choice: Choice,
    ) -> Result<Option<Moment>, Refusal> {
        let choice = if choice == Choice::Refuse { Choice::Skip } else { choice };
        let planned = plan.changes(choice);
        let catalog = self.catalog();
        let changes: Vec<Change> = planned
            .into_iter()
            .map(|planned| {
                let entry = planned.entry;
                let values = entry.changes.into_iter().map(|change| (change.field, change.after)).collect();
                let key = catalog.object_by_id(entry.object).map(|object| object.key.clone()).unwrap_or_default();
                Change {
                    object: entry.object,
                    at: format!("{key}/{}", entry.record),
                    kind: ChangeKind::Back { id: entry.record, op: entry.op, values, seen: entry.prev },
                }
            })
            .collect();
        if changes.is_empty() {
            return Ok(None);
        }
        let because =
            Because { cause: Some(Cause::Undo), cause_id: Some(Commit::undo_id(commit)), ..Because::default() };
        Ok(self.write(actor, changes, because).await?.commit)
    }

    /// What a plan does and meets, for people.
    fn report(&self, actor: &Actor, plan: &UndoPlan, choice: Choice, style: Style, undone: &mut Undone) {
        let catalog = self.catalog();
        let shown = |value: &Value| -> Json { serde_json::from_str(&value.to_json()).unwrap_or_default() };
        for record in &plan.records {
            let Some(object) = catalog.object_by_id(record.object) else { continue };
            let mut fields = Vec::new();
            let place = |field: Option<&str>| json!({ "object": object.key, "id": record.record, "field": field });
            for field in &record.fields {
                let Some(known) = object.any_field(field.field) else { continue };
                if actor.sight(object, known.id) == kehub_model::actor::Sight::No {
                    continue;
                }
                match &field.fate {
                    Fate::Conflict { theirs, by } => {
                        let mut conflict = place(Some(&known.key));
                        conflict["theirs"] = shown(theirs);
                        conflict["mine"] = shown(&field.back);
                        conflict["commit"] = by.to_string().into();
                        if undone.conflicts.len() < LISTED {
                            undone.conflicts.push(conflict);
                        }
                        if choice != Choice::Overwrite {
                            continue;
                        }
                    }
                    Fate::Blocked(problem) => {
                        let mut conflict = place(Some(&known.key));
                        conflict["problem"] = json!(problem.spoken(style.language));
                        undone.conflicts.push(conflict);
                        continue;
                    }
                    Fate::Same => continue,
                    Fate::Clean | Fate::Loses(_) => {}
                }
                fields.push(json!({ "field": known.key, "before": shown(&field.now), "after": shown(&field.back) }));
            }
            match &record.fate {
                Fate::Blocked(problem) => {
                    let mut conflict = place(None);
                    conflict["problem"] = json!(problem.spoken(style.language));
                    undone.conflicts.push(conflict);
                    continue;
                }
                Fate::Conflict { by, .. } => {
                    let mut conflict = place(None);
                    conflict["commit"] = by.to_string().into();
                    undone.conflicts.push(conflict);
                    if choice != Choice::Overwrite {
                        continue;
                    }
                }
                Fate::Same => continue,
                Fate::Clean | Fate::Loses(_) => {}
            }
            let op = match record.op {
                Op::Create => "create",
                Op::Update if fields.is_empty() => continue,
                Op::Update => "update",
                Op::Delete => "delete",
            };
            if undone.changes.len() < LISTED {
                undone.changes.push(json!({ "object": object.key, "id": record.record, "op": op, "fields": fields }));
            }
        }
    }

    /// A deleted record comes back as it stood, with the rows of its subforms that went with it.
    pub async fn restore(&self, actor: &Arc<Actor>, object: &str, id: RecordId) -> Result<Option<Moment>, Refusal> {
        let object = self.object_for(actor, object)?;
        let catalog = self.catalog();
        let ask = Ask::Trashed { object: object.id, ids: vec![id] };
        let Answer::Trashed(found) = self.db().ask(catalog.clone(), ask).await? else {
            return Err(Refusal::not_found());
        };
        let moment = found.first().map(|(_, moment)| *moment).ok_or_else(Refusal::not_found)?;
        let commit = self.commit_at(moment).await?.ok_or_else(Refusal::not_found)?;
        let belongs = |entry: &Entry| {
            entry.record == id
                || catalog.object_by_id(entry.object).is_some_and(|child| {
                    let parent = child.field("parent").map(|field| field.id);
                    child.parent.is_some_and(|(parent, _)| parent == object.id)
                        && entry
                            .changes
                            .iter()
                            .any(|change| Some(change.field) == parent && change.before == Value::Id(id))
                })
        };
        let entries: Vec<Entry> =
            commit.body.entries.iter().filter(|entry| entry.op == Op::Delete && belongs(entry)).cloned().collect();
        let now = self.now_of(&entries, &HashSet::new()).await?;
        let plan = undo::plan_undo(&entries, &now, &LaterEdits::default(), &CatalogFields { catalog: &catalog });
        refuse_conflicts(&catalog, &plan)?;
        self.carry_out(actor, moment, &plan, Choice::Refuse).await
    }
}

/// Conflicts as problems, each with its place.
fn refuse_conflicts(catalog: &Catalog, plan: &UndoPlan) -> Result<(), Refusal> {
    let mut problems = Problems::new();
    for record in &plan.records {
        let Some(object) = catalog.object_by_id(record.object) else { continue };
        let at = format!("{}/{}", object.key, record.record);
        match &record.fate {
            Fate::Conflict { .. } => problems.push(Problem::new(Code::Conflict, at.as_str())),
            Fate::Blocked(_) => problems.push(Problem::new(Code::Conflict, at.as_str())),
            _ => {}
        }
        for field in &record.fields {
            if matches!(field.fate, Fate::Conflict { .. } | Fate::Blocked(_)) {
                let key = object.any_field(field.field).map_or("", |field| field.key.as_str());
                problems.push(Problem::new(Code::Conflict, format!("{at}.{key}")));
            }
        }
        if problems.len() > LISTED {
            break;
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
}

/// Whether a value could stand in such a column.
fn has_shape(column: &Column, value: &Value) -> bool {
    matches!(
        (column, value),
        (_, Value::Null)
            | (Column::Decimal { .. } | Column::Exact, Value::Number(_))
            | (Column::Text { .. }, Value::Text(_))
            | (Column::Bool, Value::Bool(_))
            | (Column::Date, Value::Date(_))
            | (Column::DateTime, Value::DateTime(_))
            | (Column::Time, Value::Time(_))
            | (Column::Id { .. }, Value::Id(_))
            | (Column::Keys | Column::Links { .. }, Value::List(_))
            | (Column::Json { .. }, Value::Json(_))
    )
}

/// The catalog as the undo planner asks it.
struct CatalogFields<'a> {
    catalog: &'a Catalog,
}

impl Fields for CatalogFields<'_> {
    fn place(&self, object: ObjectId, field: FieldId) -> Place {
        let Some(object) = self.catalog.object_by_id(object) else { return Place::Purged };
        if object.field_by_id(field).is_some() {
            Place::Stands
        } else {
            // A retired field has no place in the row the door writes; its kept column still holds what stood.
            Place::Purged
        }
    }

    fn fit(&self, object: ObjectId, field: FieldId, value: &Value) -> Result<Value, Problem> {
        let known = self.catalog.object_by_id(object).and_then(|object| object.field_by_id(field));
        let Some(known) = known else { return Ok(Value::Null) };
        if known.def.required && value.is_null() {
            return Err(
                Problem::new(Code::Required, known.key.as_str()).with("field", known.label(kehub_model::Language::Zh))
            );
        }
        let text = |value: &Value| value.as_text().map(str::to_owned);
        for key in value.items().iter().filter_map(text) {
            let options = known.def.kind.options();
            let is_choice =
                matches!(known.def.kind, kehub_model::fields::Kind::Choice(_) | kehub_model::fields::Kind::Choices(_));
            if is_choice && !options.iter().any(|option| option.key == key) {
                return Err(Problem::new(Code::UnknownOption, known.key.as_str()).with("value", key));
            }
        }
        if has_shape(&known.column, value) {
            return Ok(value.clone());
        }
        // Written under another type: through the converter that moved the column.
        let from = kehub_model::fields::Kind::Text(kehub_model::fields::text::Settings::default());
        convert(&from, &known.def.kind, &Value::Text(kehub_model::fields::display_plain(value)))
            .ok_or_else(|| Problem::new(Code::WrongType, known.key.as_str()).with("expected", known.def.kind.key()))
    }

    fn required(&self, object: ObjectId) -> Vec<FieldId> {
        let object = self.catalog.object_by_id(object);
        object
            .map(|object| object.own_fields().filter(|field| field.def.required).map(|field| field.id).collect())
            .unwrap_or_default()
    }

    fn object_name(&self, object: ObjectId) -> String {
        self.catalog
            .object_by_id(object)
            .map(|object| object.label(kehub_model::Language::Zh).to_owned())
            .unwrap_or_default()
    }
}
