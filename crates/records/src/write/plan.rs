//! A write as a save: what it asks in which order, and what it then decides.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kehub_db::{Answer, Ask, Clock, Commit, LinkWrite, Planned, Row, RowWrite, Save, Step, TableWrite, WriteSet, unique_hash};
use kehub_model::actor::{CONSOLE, SYSTEM};
use kehub_model::catalog::system;
use kehub_model::fields::{Column, Kind, RowInput, Written};
use kehub_model::history::{self, Body, Derived, Entry};
use kehub_model::query::{Cond, Is};
use kehub_model::rights::Action;
use kehub_model::{Actor, Code, Field, Moment, Object, ObjectId, Problem, Problems, RecordId, Value};
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

use super::lookups::{ByRef, Lookups, Wants};
use super::parse::{self, Input, place_at, refused_fields};
use super::rollups::Rollups;
use super::work::{Item, Op, Work};
use super::{USUAL, answer_text, key_bytes};
use crate::change::{Because, Change, ChangeKind, Fate, UpsertMode};
use crate::read::{operand, plan_of};
use crate::state::{State, id_pick};

/// The fields and values by which a record is named.
type By = Vec<(String, serde_json::Value)>;

/// Where a write stands: each stage first asks, then takes the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Which records `{"by": …}` and upsert keys name.
    Find,
    /// The rows themselves, with whether the actor's rules hold for them.
    Rows,
    /// Rows of subforms that are there now.
    Subforms,
    /// Who links to what is deleted.
    Removal,
    /// That link targets are there, numbers of series.
    Targets,
    /// Roll-ups of the records linked to, round by round upward.
    Rollups,
    /// Who holds unique values.
    Unique,
    Decide,
}

/// Numbers to be taken of one series: field, period, start, and which items' places they are for.
type Taking = (i32, String, i64, Vec<(usize, usize)>);

/// Unique values to be asked after: object, column, hashes, and which items' combinations they are.
type Wanted = (ObjectId, String, Vec<[u8; 16]>, Vec<(usize, usize)>);

pub(super) struct Writing {
    pub(super) state: Arc<State>,
    pub(super) actor: Arc<Actor>,
    changes: Vec<Change>,
    inputs: Vec<Input>,
    because: Because,
    clock: Arc<dyn Clock>,
    results: Arc<Mutex<Vec<(RecordId, Fate)>>>,
    touched: Arc<Mutex<Vec<ObjectId>>>,
    /// Problems of reading the input: the same in every try.
    misread: Problems,

    // What one try works with.
    stage: Stage,
    asked: bool,
    pub(super) problems: Problems,
    resolved: Vec<Input>,
    lookups: Lookups,
    targets: Vec<Option<RecordId>>,
    pub(super) work: Work,
    rollups: Rollups,
    series: Vec<(usize, usize)>,
    holders: Vec<(usize, usize)>,
    now: Moment,
    removal_done: usize,
    pub(super) links_asked: Vec<(ObjectId, i32)>,
    pub(super) links_found: Vec<(ObjectId, i32)>,
    pub(super) linker_objects: Vec<ObjectId>,
    subform_children: Vec<(usize, usize, Vec<RowInput>)>,
    rows_asked: Vec<(ObjectId, Vec<usize>)>,
    target_checks: Vec<(ObjectId, Vec<RecordId>)>,
}

impl Writing {
    pub(super) fn new(
        state: Arc<State>,
        actor: Arc<Actor>,
        changes: &[Change],
        because: &Because,
        clock: Arc<dyn Clock>,
        results: Arc<Mutex<Vec<(RecordId, Fate)>>>,
        touched: Arc<Mutex<Vec<ObjectId>>>,
    ) -> Writing {
        let mut misread = Problems::new();
        let mut inputs = Vec::with_capacity(changes.len());
        for change in changes {
            let mut input = Input::default();
            match state.catalog.object_by_id(change.object) {
                None => misread.push(Problem::new(Code::UnknownObject, change.at.as_str()).with("name", change.object)),
                Some(object) => match &change.kind {
                    ChangeKind::Create { values, .. } | ChangeKind::Update { values, .. } | ChangeKind::Upsert { values, .. } => {
                        input = parse::read(object, values, &actor, &change.at, false, &mut misread);
                    }
                    ChangeKind::Back { values, .. } => {
                        let stands = values.iter().filter_map(|(id, value)| {
                            let place = object.fields.iter().position(|field| field.id == *id)?;
                            Some((place, Written::Value(value.clone())))
                        });
                        input.values.extend(stands);
                    }
                    ChangeKind::Delete { .. } => {}
                },
            }
            inputs.push(input);
        }
        Writing {
            state,
            actor,
            changes: changes.to_vec(),
            inputs,
            because: because.clone(),
            clock,
            results,
            touched,
            misread,
            stage: Stage::Find,
            asked: false,
            problems: Problems::new(),
            resolved: Vec::new(),
            lookups: Lookups::default(),
            targets: Vec::new(),
            work: Work::default(),
            rollups: Rollups::default(),
            series: Vec::new(),
            holders: Vec::new(),
            now: Moment::ZERO,
            removal_done: 0,
            links_asked: Vec::new(),
            links_found: Vec::new(),
            linker_objects: Vec::new(),
            subform_children: Vec::new(),
            rows_asked: Vec::new(),
            target_checks: Vec::new(),
        }
    }

    pub(super) fn object(&self, id: ObjectId) -> Arc<Object> {
        self.state.catalog.object_by_id(id).cloned().unwrap_or_else(|| {
            // Changes about objects that are gone were refused when they were read.
            self.state.catalog.objects().next().cloned().unwrap_or_else(|| unreachable!("an empty catalog has no changes"))
        })
    }

    fn next(&mut self, stage: Stage) {
        self.stage = stage;
        self.asked = false;
    }

    // Find -------------------------------------------------------------------------------------------------------------

    /// Asks for the records that `by` and upsert keys name: those named by the same fields in one question.
    fn ask_find(&mut self) -> Vec<Ask> {
        let mut lookups = Lookups::default();
        for n in 0..self.changes.len() {
            let object = self.object(self.changes[n].object);
            for (place, written) in self.resolved[n].values.clone() {
                let items: Vec<(Option<usize>, By)> = match written {
                    Written::By(by) => vec![(None, by)],
                    Written::Many(many) => many
                        .into_iter()
                        .enumerate()
                        .filter_map(|(nth, item)| if let Written::By(by) = item { Some((Some(nth), by)) } else { None })
                        .collect(),
                    _ => Vec::new(),
                };
                let Some(target) = self.state.catalog.target(&object.fields[place]).cloned() else { continue };
                for (nth, by) in items {
                    let at = place_at(&self.changes[n].at, &object.fields[place].key);
                    let cond = self.by_condition(&target, &by, &at);
                    lookups.add(&target, cond, Wants::Link(ByRef { change: n, place, nth }));
                }
            }
            if let ChangeKind::Upsert { key, values, .. } = &self.changes[n].kind {
                let by: By =
                    key.iter().map(|key| (key.clone(), values.get(key).cloned().unwrap_or_default())).collect();
                let at = self.changes[n].at.clone();
                let cond = self.by_condition(&object, &by, &at);
                lookups.add(&object, cond, Wants::Upsert(n));
            }
        }
        let asks = lookups.asks(&self.actor);
        self.lookups = lookups;
        asks
    }

    fn by_condition(&mut self, object: &Arc<Object>, by: &[(String, serde_json::Value)], at: &str) -> Cond {
        let mut problems = Problems::new();
        let cond = parse::by_condition(&self.state, &self.actor, object, by, self.clock.now(), &mut problems);
        self.problems.extend(problems.into_iter().map(|problem| problem.within(at)));
        cond
    }

    fn take_find(&mut self, answers: Vec<Answer>) {
        for (wants, found) in std::mem::take(&mut self.lookups).take(answers) {
            match wants {
                Wants::Link(by_ref) => self.take_link(&by_ref, &found),
                Wants::Upsert(n) => self.take_upsert(n, &found),
            }
        }
    }

    fn take_link(&mut self, by_ref: &ByRef, found: &[RecordId]) {
        let object = self.object(self.changes[by_ref.change].object);
        let at = place_at(&self.changes[by_ref.change].at, &object.fields[by_ref.place].key);
        let slot = self.resolved[by_ref.change].values.iter_mut().find(|(place, _)| *place == by_ref.place);
        let slot = match (slot, by_ref.nth) {
            (Some((_, Written::Many(many))), Some(nth)) => &mut many[nth],
            (Some((_, written)), _) => written,
            (None, _) => return,
        };
        let text = if let Written::By(by) = &*slot { parse::by_text(by) } else { String::new() };
        match found {
            [id] => *slot = Written::Value(Value::Id(*id)),
            [] => self.problems.push(Problem::new(Code::NoSuchRecord, at).with("value", text)),
            _ => self.problems.push(Problem::new(Code::AmbiguousRecord, at).with("value", text)),
        }
    }

    fn take_upsert(&mut self, n: usize, found: &[RecordId]) {
        let ChangeKind::Upsert { mode, key, .. } = &self.changes[n].kind else { return };
        let at = self.changes[n].at.clone();
        match (found, mode) {
            ([], UpsertMode::UpdateOnly) => self.problems.push(Problem::new(Code::NotFound, at)),
            ([_, ..], UpsertMode::CreateOnly) => {
                self.problems.push(Problem::new(Code::Taken, place_at(&at, &key.join(","))).with("field", key.join(", ")));
            }
            ([_, _, ..], _) => self.problems.push(Problem::new(Code::AmbiguousRecord, at).with("value", key.join(", "))),
            ([id], _) => self.targets[n] = Some(*id),
            ([], _) => {}
        }
    }

    // Rows -------------------------------------------------------------------------------------------------------------

    /// The record a change is about, when it stands already.
    fn existing(&self, n: usize) -> Option<RecordId> {
        match &self.changes[n].kind {
            ChangeKind::Update { id, .. } | ChangeKind::Delete { id, .. } | ChangeKind::Back { id, .. } => Some(*id),
            ChangeKind::Upsert { .. } => self.targets[n],
            ChangeKind::Create { .. } => None,
        }
    }

    fn ask_rows(&mut self) -> Vec<Ask> {
        let mut by_object: Vec<(ObjectId, Vec<usize>)> = Vec::new();
        for n in 0..self.changes.len() {
            if self.existing(n).is_some() {
                let object = self.changes[n].object;
                match by_object.iter_mut().find(|(id, _)| *id == object) {
                    Some((_, list)) => list.push(n),
                    None => by_object.push((object, vec![n])),
                }
            }
        }
        let mut asks = Vec::new();
        for (object, list) in &by_object {
            let object = self.object(*object);
            let ids: Vec<RecordId> = list.iter().filter_map(|n| self.existing(*n)).collect();
            asks.push(Ask::Rows { object: object.id, ids: ids.clone(), rules: self.rules(&object), links: object.fields.iter().any(|f| f.def.kind.is_many()) });
            asks.push(Ask::Trashed { object: object.id, ids });
        }
        self.rows_asked = by_object;
        asks
    }

    /// The rules whose truth each row brings along: read, then each grant to update, then delete.
    fn rules(&self, object: &Object) -> Vec<Arc<Cond>> {
        let mut rules = vec![Arc::new(self.actor.rule(object, Action::Read))];
        rules.extend(self.actor.writing(object, Action::Update).into_iter().map(|(rows, _)| rows));
        rules.push(Arc::new(self.actor.rule(object, Action::Delete)));
        rules
    }

    fn take_rows(&mut self, answers: Vec<Answer>) {
        let mut answers = answers.into_iter();
        let mut rows: HashMap<(ObjectId, RecordId), Row> = HashMap::new();
        let mut trash: HashMap<(ObjectId, RecordId), Moment> = HashMap::new();
        for (object, _) in std::mem::take(&mut self.rows_asked) {
            if let Some(Answer::Rows(found)) = answers.next() {
                rows.extend(found.into_iter().map(|row| ((object, row.id), row)));
            }
            if let Some(Answer::Trashed(found)) = answers.next() {
                trash.extend(found.into_iter().map(|(id, moment)| ((object, id), moment)));
            }
        }
        for n in 0..self.changes.len() {
            let object = self.object(self.changes[n].object);
            let at = self.changes[n].at.clone();
            match self.existing(n) {
                None => self.create(n, &object, at),
                Some(id) => {
                    let row = rows.get(&(object.id, id)).cloned();
                    self.change_existing(n, &object, id, row, trash.get(&(object.id, id)).copied(), at);
                }
            }
        }
    }

    fn create(&mut self, n: usize, object: &Arc<Object>, at: String) {
        if !self.actor.may(object, Action::Create) {
            self.problems.push(Problem::new(Code::Forbidden, at));
            return;
        }
        let input = std::mem::take(&mut self.resolved[n]);
        let written: Vec<i32> = input.values.iter().map(|(place, _)| object.fields[*place].id).collect();
        let grants = self.actor.writing(object, Action::Create);
        let holds = vec![true; grants.len()];
        if let Some(refused) = refused_fields(&grants, &holds, &written) {
            self.refuse_fields(object, &refused, &at);
            return;
        }
        let id = match &self.changes[n].kind {
            ChangeKind::Create { id: Some(id), .. } => *id,
            _ => kehub_db::new_id(&self.clock),
        };
        let place = self.new_item(object, id, at, Some(n));
        self.write_values(place, input);
    }

    /// A new record with its defaults.
    fn new_item(&mut self, object: &Arc<Object>, id: RecordId, at: String, source: Option<usize>) -> usize {
        let mut after = vec![Value::Null; object.fields.len()];
        let mut written = Vec::new();
        for (place, field) in object.fields.iter().enumerate() {
            if !field.is_writable() {
                if let Kind::Rollup(_) = field.def.kind {
                    after[place] =
                        crate::derive::rollup(&self.state.catalog, object, field.id).map_or(Value::Null, |rollup| rollup.of_none());
                }
                continue;
            }
            if let Some(default) = parse::default(&self.state, object, place, &self.actor, self.clock.now()) {
                after[place] = settle(default);
                written.push(place);
            }
        }
        after[0] = Value::Id(id);
        self.work.add(Item { object: object.clone(), id, op: Op::Create, before: None, trashed: None, after, written, at, source })
    }

    fn refuse_fields(&mut self, object: &Object, refused: &[i32], at: &str) {
        if refused.is_empty() {
            self.problems.push(Problem::new(Code::Forbidden, at));
        }
        for field in refused.iter().filter_map(|id| object.field_by_id(*id)) {
            let problem = Problem::new(Code::ReadOnly, place_at(at, &field.key)).with("field", field.label(self.actor.language()));
            self.problems.push(problem);
        }
    }

    fn change_existing(&mut self, n: usize, object: &Arc<Object>, id: RecordId, row: Option<Row>, trashed: Option<Moment>, at: String) {
        let back = match &self.changes[n].kind {
            ChangeKind::Back { op: history::Op::Create, .. } => return self.restore(n, object, id, row, trashed, at),
            ChangeKind::Back { op, seen, .. } => Some((*op, *seen)),
            _ => None,
        };
        let Some(row) = row.filter(|row| row.rules.first() == Some(&true)) else {
            self.problems.push(Problem::new(Code::NotFound, at));
            return;
        };
        let version = row.values.get(7).and_then(Value::as_number);
        let wanted = match &self.changes[n].kind {
            ChangeKind::Update { version, .. } | ChangeKind::Delete { version, .. } => *version,
            _ => None,
        };
        if let Some(wanted) = wanted
            && version != Some(wanted.into())
        {
            self.problems.push(Problem::new(Code::VersionChanged, at).with("version", version.unwrap_or_default()));
            return;
        }
        if let Some((_, seen)) = back
            && seen.is_some_and(|seen| seen != row.moment)
        {
            self.problems.push(Problem::new(Code::VersionChanged, at).with("version", version.unwrap_or_default()));
            return;
        }
        if self.work.find(object.id, id).is_some() {
            self.problems.push(Problem::new(Code::BadRequest, at).with("hint", "one record twice / 同一条记录出现两次"));
            return;
        }
        if matches!(self.changes[n].kind, ChangeKind::Delete { .. }) || back.is_some_and(|(op, _)| op == history::Op::Delete) {
            if row.rules.last() != Some(&true) {
                self.problems.push(Problem::new(Code::Forbidden, at));
                return;
            }
            self.delete_item(object, row, at, Some(n));
            return;
        }
        let input = std::mem::take(&mut self.resolved[n]);
        let written: Vec<i32> = input.values.iter().map(|(place, _)| object.fields[*place].id).collect();
        let grants = self.actor.writing(object, Action::Update);
        let holds = &row.rules[1..row.rules.len() - 1];
        if let Some(refused) = refused_fields(&grants, holds, &written) {
            self.refuse_fields(object, &refused, &at);
            return;
        }
        let after = row.values.clone();
        let item = Item { object: object.clone(), id, op: Op::Update, before: Some(row), trashed: None, after, written: Vec::new(), at, source: Some(n) };
        let place = self.work.add(item);
        self.write_values(place, input);
    }

    pub(super) fn delete_item(&mut self, object: &Arc<Object>, row: Row, at: String, source: Option<usize>) -> usize {
        let after = row.values.clone();
        self.work.add(Item { object: object.clone(), id: row.id, op: Op::Delete, before: Some(row), trashed: None, after, written: Vec::new(), at, source })
    }

    /// A deleted record comes back with the values the change brings along.
    fn restore(&mut self, n: usize, object: &Arc<Object>, id: RecordId, row: Option<Row>, trashed: Option<Moment>, at: String) {
        let Some(moment) = trashed.filter(|_| row.is_none()) else {
            self.problems.push(Problem::new(Code::NotFound, at));
            return;
        };
        if !self.actor.may(object, Action::Delete) {
            self.problems.push(Problem::new(Code::Forbidden, at));
            return;
        }
        let mut after = vec![Value::Null; object.fields.len()];
        after[0] = Value::Id(id);
        let item = Item {
            object: object.clone(),
            id,
            op: Op::Restore,
            before: None,
            trashed: Some(moment),
            after,
            written: (0..object.fields.len()).filter(|place| object.fields[*place].is_writable()).collect(),
            at,
            source: Some(n),
        };
        let place = self.work.add(item);
        let input = std::mem::take(&mut self.resolved[n]);
        self.write_values(place, input);
    }

    /// Puts what was written into an item; rows of subforms wait for their stage.
    fn write_values(&mut self, place: usize, input: Input) {
        for (field, written) in input.values {
            if matches!(written, Written::By(_)) {
                continue;
            }
            let item = &mut self.work.items[place];
            item.after[field] = settle(written);
            if !item.written.contains(&field) {
                item.written.push(field);
            }
        }
        for (field, rows) in input.rows {
            self.subform_children.push((place, field, rows));
        }
    }

    // Subforms ---------------------------------------------------------------------------------------------------------

    fn ask_subforms(&mut self) -> Vec<Ask> {
        let mut asks = Vec::new();
        for (place, field, _) in &self.subform_children {
            let item = &self.work.items[*place];
            let Some(child) = self.state.catalog.rows_of(item.object.id, item.object.fields[*field].id) else { continue };
            let Some(parent) = child.field("parent") else { continue };
            let cond = Cond::Test { on: operand(child, parent.id), is: Is::Eq(Value::Id(item.id)) };
            asks.push(Ask::List(plan_of(child, vec![id_pick(child)], cond, 5_000)));
        }
        asks
    }

    /// Children to read whole, after their ids are known.
    fn ask_subform_rows(&mut self, answers: Vec<Answer>) -> Vec<Ask> {
        let mut asks = Vec::new();
        for (answer, (place, field, _)) in answers.into_iter().zip(&self.subform_children) {
            let Answer::List(listed) = answer else { continue };
            let item = &self.work.items[*place];
            let Some(child) = self.state.catalog.rows_of(item.object.id, item.object.fields[*field].id) else { continue };
            let ids = listed.rows.iter().filter_map(|row| row.first().and_then(Value::as_id)).collect();
            asks.push(Ask::Rows { object: child.id, ids, rules: Vec::new(), links: true });
        }
        asks
    }

    fn take_subform_rows(&mut self, answers: Vec<Answer>) {
        for (answer, (place, field, rows)) in answers.into_iter().zip(std::mem::take(&mut self.subform_children)) {
            let Answer::Rows(stand) = answer else { continue };
            let (owner, object, at) = {
                let item = &self.work.items[place];
                (item.id, item.object.clone(), place_at(&item.at, &item.object.fields[field].key))
            };
            let Some(child) = self.state.catalog.rows_of(object.id, object.fields[field].id).cloned() else { continue };
            self.subform_rows(&child, owner, &at, rows, stand);
        }
    }

    fn subform_rows(&mut self, child: &Arc<Object>, owner: RecordId, at: &str, rows: Vec<RowInput>, stand: Vec<Row>) {
        let mut stand: HashMap<RecordId, Row> = stand.into_iter().map(|row| (row.id, row)).collect();
        let parent = child.fields.iter().position(|field| field.key == "parent").unwrap_or_default();
        let position = child.fields.iter().position(|field| field.key == "row_position").unwrap_or_default();
        for (n, row) in rows.into_iter().enumerate() {
            let at = format!("{at}[{n}]");
            let mut problems = Problems::new();
            let actor = self.actor.clone();
            let input = parse::read(child, &row.values, &actor, &at, true, &mut problems);
            self.problems.extend(problems);
            let place = match row.id {
                None => self.new_item(child, kehub_db::new_id(&self.clock), at.clone(), None),
                Some(id) => match stand.remove(&id) {
                    None => {
                        self.problems.push(Problem::new(Code::NoSuchRecord, place_at(&at, "id")).with("value", id));
                        continue;
                    }
                    Some(row) => {
                        let after = row.values.clone();
                        let item = Item { object: child.clone(), id, op: Op::Update, before: Some(row), trashed: None, after, written: Vec::new(), at, source: None };
                        self.work.add(item)
                    }
                },
            };
            self.write_values(place, input);
            let item = &mut self.work.items[place];
            item.after[parent] = Value::Id(owner);
            item.after[position] = Value::from(n as i64 + 1);
            for field in [parent, position] {
                if !item.written.contains(&field) {
                    item.written.push(field);
                }
            }
        }
        // A row left out is deleted.
        for (_, row) in stand {
            self.delete_item(child, row, at.to_owned(), None);
        }
    }

    // Targets ----------------------------------------------------------------------------------------------------------

    /// Asks whether the records linked to are there and visible, and for the numbers of series.
    fn ask_targets(&mut self) -> Vec<Ask> {
        let mut wanted: HashMap<ObjectId, HashSet<RecordId>> = HashMap::new();
        for item in self.work.items.iter().filter(|item| !matches!(item.op, Op::Delete | Op::Derive)) {
            for place in item.changed_written() {
                let Some(target) = self.state.catalog.target(&item.object.fields[place]) else { continue };
                let before = item.before_at(place);
                for id in item.after[place].items().iter().filter_map(Value::as_id) {
                    let stood = before.items().contains(&Value::Id(id));
                    let known = self.is_known_person(target, id) || self.work.find(target.id, id).is_some();
                    if !stood && !known {
                        wanted.entry(target.id).or_default().insert(id);
                    }
                }
            }
        }
        let mut asks = Vec::new();
        for (object, ids) in wanted {
            let target = self.object(object);
            let ids: Vec<RecordId> = ids.into_iter().collect();
            let rule = self.actor.rule(&target, Action::Read);
            let among = Cond::Test { on: operand(&target, system::ID), is: Is::In(ids.iter().map(|id| Value::Id(*id)).collect()) };
            asks.push(Ask::List(plan_of(&target, vec![id_pick(&target)], rule.and(among), ids.len() as u32)));
            self.target_checks.push((object, ids));
        }
        let day = self.clock.now().with_timezone(&chrono_tz::Asia::Shanghai).date_naive();
        let mut taken: Vec<Taking> = Vec::new();
        for (n, item) in self.work.items.iter().enumerate().filter(|(_, item)| item.op == Op::Create) {
            for (place, field) in item.object.fields.iter().enumerate() {
                let Kind::Serial(serial) = &field.def.kind else { continue };
                let period = serial.period(day);
                match taken.iter_mut().find(|(id, of, _, _)| *id == field.id && *of == period) {
                    Some((_, _, _, places)) => places.push((n, place)),
                    None => taken.push((field.id, period, serial.count().start, vec![(n, place)])),
                }
            }
        }
        for (field, period, start, places) in taken {
            asks.push(Ask::Serial { field, period, count: places.len() as u32, start });
            self.series.extend(places);
            self.series.push((usize::MAX, 0));
        }
        asks
    }

    /// People and departments are known in memory; whether they may be seen is asked all the same for those with a rule.
    fn is_known_person(&self, target: &Object, id: RecordId) -> bool {
        matches!(target.key.as_str(), "person" | "department") && self.state.names.contains_key(&id)
    }

    fn take_targets(&mut self, answers: Vec<Answer>) {
        let mut answers = answers.into_iter();
        for (object, ids) in std::mem::take(&mut self.target_checks) {
            let Some(Answer::List(listed)) = answers.next() else { continue };
            let found: HashSet<RecordId> = listed.rows.iter().filter_map(|row| row.first().and_then(Value::as_id)).collect();
            let missing: Vec<RecordId> = ids.into_iter().filter(|id| !found.contains(id)).collect();
            if !missing.is_empty() {
                self.refuse_targets(object, &missing);
            }
        }
        let day = self.clock.now().with_timezone(&chrono_tz::Asia::Shanghai).date_naive();
        let mut number = None;
        for (n, place) in std::mem::take(&mut self.series) {
            if n == usize::MAX {
                number = None;
                continue;
            }
            let mut next = match number {
                Some(next) => next,
                None => match answers.next() {
                    Some(Answer::Serial(first)) => first,
                    _ => 1,
                },
            };
            let item = &self.work.items[n];
            if let Kind::Serial(serial) = &item.object.fields[place].def.kind {
                let text = serial.write(day, next, &|key| {
                    let at = item.object.fields.iter().position(|field| field.key == key);
                    at.map(|at| item.object.fields[at].def.kind.display(&item.after[at], self.actor.language())).unwrap_or_default()
                });
                self.work.items[n].after[place] = Value::text(text);
                self.work.items[n].written.push(place);
            }
            next += 1;
            number = Some(next);
        }
    }

    fn refuse_targets(&mut self, object: ObjectId, missing: &[RecordId]) {
        for item in self.work.items.iter().filter(|item| !matches!(item.op, Op::Delete | Op::Derive)) {
            for place in &item.written {
                let field = &item.object.fields[*place];
                if self.state.catalog.target(field).is_none_or(|target| target.id != object) {
                    continue;
                }
                let before = item.before_at(*place);
                let lost = item.after[*place].items().iter().filter_map(Value::as_id).find(|id| missing.contains(id) && !before.items().contains(&Value::Id(*id)));
                if let Some(id) = lost {
                    self.problems.push(Problem::new(Code::NoSuchRecord, place_at(&item.at, &field.key)).with("value", id));
                }
            }
        }
    }

    // Check ------------------------------------------------------------------------------------------------------------

    /// Formulas, then what must hold: required fields, cross-field checks.
    fn derive_and_check(&mut self) {
        let language = self.actor.language();
        let mut problems = Problems::new();
        for item in &mut self.work.items {
            if matches!(item.op, Op::Delete) {
                continue;
            }
            let object = item.object.clone();
            crate::formula::derive(&object, &mut item.after);
            if item.op == Op::Derive {
                continue;
            }
            let is_new = matches!(item.op, Op::Create | Op::Restore);
            for (place, field) in object.fields.iter().enumerate() {
                let asked = is_new || item.written.contains(&place);
                if field.def.required && asked && field.is_writable() && item.after[place].is_null() && !matches!(field.def.kind, Kind::Subform(_)) {
                    let problem = Problem::new(Code::Required, place_at(&item.at, &field.key)).with("field", field.label(language));
                    problems.push(problem);
                }
            }
            for check in &object.checks {
                let held = check.formula.run(&crate::formula::Own { object: &object, values: &item.after }, &crate::formula::still(self.actor.reading.zone));
                if held == Value::Bool(false) {
                    let at = check.def.at.as_deref().map_or(item.at.clone(), |key| place_at(&item.at, key));
                    problems.push(Problem::new(Code::CheckFailed, at).with("message", check.def.message.in_language(language)));
                }
            }
        }
        self.problems.extend(problems);
    }

    // Unique -----------------------------------------------------------------------------------------------------------

    fn ask_unique(&mut self) -> Vec<Ask> {
        let mut asks = Vec::new();
        let mut seen: HashMap<(ObjectId, String, [u8; 16]), usize> = HashMap::new();
        let mut by_column: Vec<Wanted> = Vec::new();
        let mut clashes = Vec::new();
        for (n, item) in self.work.items.iter().enumerate().filter(|(_, item)| item.op != Op::Delete) {
            for (u, unique) in item.object.unique.iter().enumerate() {
                let places: Vec<usize> =
                    unique.fields.iter().filter_map(|id| item.object.fields.iter().position(|field| field.id == *id)).collect();
                let is_new = matches!(item.op, Op::Create | Op::Restore);
                if !is_new && places.iter().all(|place| item.after[*place] == item.before_at(*place)) {
                    continue;
                }
                let fields: Vec<&Field> = places.iter().map(|place| &item.object.fields[*place]).collect();
                let values: Vec<&Value> = places.iter().map(|place| &item.after[*place]).collect();
                let Some(hash) = unique_hash(&fields, &values) else { continue };
                if seen.insert((item.object.id, unique.column.clone(), hash), n).is_some() {
                    clashes.push((n, u));
                    continue;
                }
                match by_column.iter_mut().find(|(object, column, _, _)| *object == item.object.id && *column == unique.column) {
                    Some((_, _, hashes, places)) => {
                        hashes.push(hash);
                        places.push((n, u));
                    }
                    None => by_column.push((item.object.id, unique.column.clone(), vec![hash], vec![(n, u)])),
                }
            }
        }
        for (n, u) in clashes {
            self.taken(n, u);
        }
        for (object, column, hashes, places) in by_column {
            asks.push(Ask::Holders { object, column, hashes });
            self.holders.extend(places);
        }
        asks
    }

    fn take_unique(&mut self, answers: Vec<Answer>) {
        let mut places = std::mem::take(&mut self.holders).into_iter();
        for answer in answers {
            let Answer::Holders(holders) = answer else { continue };
            for holder in holders {
                let Some((n, u)) = places.next() else { break };
                let item = &self.work.items[n];
                let Some(holder) = holder.filter(|holder| *holder != item.id) else { continue };
                // Another record of this very save may let the value go.
                let lets_go = self.work.find(item.object.id, holder).is_some_and(|other| {
                    let other = &self.work.items[other];
                    let unique = &item.object.unique[u];
                    other.op == Op::Delete
                        || unique.fields.iter().any(|id| {
                            let place = item.object.fields.iter().position(|field| field.id == *id).unwrap_or_default();
                            other.after[place] != other.before_at(place)
                        })
                });
                if !lets_go {
                    self.taken(n, u);
                }
            }
        }
    }

    /// "Taken" is said to whoever may write the field, never by whom.
    fn taken(&mut self, n: usize, u: usize) {
        let item = &self.work.items[n];
        let fields: Vec<&Field> = item.object.unique[u].fields.iter().filter_map(|id| item.object.field_by_id(*id)).collect();
        let labels: Vec<&str> = fields.iter().map(|field| field.label(self.actor.language())).collect();
        let at = place_at(&item.at, fields.first().map_or("", |field| field.key.as_str()));
        self.problems.push(Problem::new(Code::Taken, at).with("field", labels.join(" + ")));
    }

    // Decide -----------------------------------------------------------------------------------------------------------

    fn decide(&mut self) -> Step {
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

    fn commit(&self, body: &Body) -> Commit {
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
fn settle(written: Written) -> Value {
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
fn write_item(item: &mut Item, at: Moment, actor: RecordId, set: &mut WriteSet, body: &mut Body, links: &mut Vec<LinkWrite>) -> Fate {
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
                .map(|place| history::Change { field: object.fields[*place].id, before: Value::Null, after: item.after[*place].clone() })
                .collect();
            body.entries.push(Entry { op: history::Op::Create, object: object.id, record: item.id, prev: item.trashed, changes });
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
                .map(|place| history::Change { field: object.fields[*place].id, before: item.before_at(*place), after: item.after[*place].clone() })
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
            body.entries.push(Entry { op: history::Op::Update, object: object.id, record: item.id, prev: item.prev(), changes });
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
                .filter(|place| object.fields[*place].is_writable() || matches!(object.fields[*place].def.kind, Kind::Serial(_)))
                .filter(|place| !item.before_at(*place).is_null())
                .map(|place| history::Change { field: object.fields[place].id, before: item.before_at(place), after: Value::Null })
                .collect();
            body.entries.push(Entry { op: history::Op::Delete, object: object.id, record: item.id, prev: item.prev(), changes });
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

/// Deletes first, then updates (which may let unique values go), then inserts; within each, as they were asked for, one object
/// after the other so that they can be written together. Parents come in the order of their ids, so that saves cannot deadlock.
fn order_rows(rows: &mut [RowWrite]) {
    rows.sort_by_key(|row| match row {
        RowWrite::Delete { object, .. } => (0, *object, false, RecordId::nil()),
        RowWrite::Update { object, is_derived, id, .. } => (1, *object, *is_derived, if *is_derived { *id } else { RecordId::nil() }),
        RowWrite::Restore { object, .. } => (2, *object, false, RecordId::nil()),
        RowWrite::Insert { object, .. } => (3, *object, false, RecordId::nil()),
    });
}

impl Save for Writing {
    fn planned(&self) -> Planned {
        Planned { catalog: self.state.catalog.clone(), rights: self.state.rights }
    }

    fn lane(&self) -> i16 {
        self.because.lane
    }

    fn begin(&mut self) {
        self.stage = Stage::Find;
        self.asked = false;
        self.problems.clone_from(&self.misread);
        self.resolved.clone_from(&self.inputs);
        self.lookups = Lookups::default();
        self.targets = vec![None; self.changes.len()];
        self.work = Work::default();
        self.rollups = Rollups::default();
        self.series.clear();
        self.holders.clear();
        self.removal_done = 0;
        self.links_asked.clear();
        self.links_found.clear();
        self.linker_objects.clear();
        self.subform_children.clear();
        self.rows_asked.clear();
        self.target_checks.clear();
    }

    fn step(&mut self, at: Moment, mut answers: Vec<Answer>) -> Step {
        self.now = at;
        loop {
            let asks = match (self.stage, self.asked) {
                (Stage::Find, false) => self.ask_find(),
                (Stage::Find, true) => {
                    self.take_find(std::mem::take(&mut answers));
                    self.next(Stage::Rows);
                    continue;
                }
                (Stage::Rows, false) => self.ask_rows(),
                (Stage::Rows, true) => {
                    self.take_rows(std::mem::take(&mut answers));
                    self.next(Stage::Subforms);
                    continue;
                }
                (Stage::Subforms, false) if self.subform_children.is_empty() => {
                    self.next(Stage::Removal);
                    continue;
                }
                (Stage::Subforms, false) => self.ask_subforms(),
                (Stage::Subforms, true) => match answers.first() {
                    Some(Answer::List(_)) => {
                        let asks = self.ask_subform_rows(std::mem::take(&mut answers));
                        if !asks.is_empty() {
                            return Step::Need(asks);
                        }
                        continue;
                    }
                    _ => {
                        self.take_subform_rows(std::mem::take(&mut answers));
                        self.next(Stage::Removal);
                        continue;
                    }
                },
                (Stage::Removal, false) => {
                    let asks = self.ask_removal(&mut std::mem::take(&mut answers));
                    if asks.is_empty() {
                        self.next(Stage::Targets);
                        continue;
                    }
                    return Step::Need(asks);
                }
                (Stage::Removal, true) => {
                    self.next(Stage::Targets);
                    continue;
                }
                (Stage::Targets, false) => self.ask_targets(),
                (Stage::Targets, true) => {
                    self.take_targets(std::mem::take(&mut answers));
                    self.derive_and_check();
                    if !self.problems.is_empty() && !self.only_rows_are_wrong() {
                        return Step::Refuse(std::mem::take(&mut self.problems));
                    }
                    self.next(Stage::Rollups);
                    continue;
                }
                (Stage::Rollups, false) => {
                    let mut rollups = std::mem::take(&mut self.rollups);
                    let asks = rollups.step(&self.state, &mut self.work, std::mem::take(&mut answers));
                    self.rollups = rollups;
                    if asks.is_empty() {
                        self.next(Stage::Unique);
                        continue;
                    }
                    return Step::Need(asks);
                }
                (Stage::Rollups, true) => {
                    self.next(Stage::Unique);
                    continue;
                }
                (Stage::Unique, false) => self.ask_unique(),
                (Stage::Unique, true) => {
                    self.take_unique(std::mem::take(&mut answers));
                    self.next(Stage::Decide);
                    continue;
                }
                (Stage::Decide, _) => {
                    if !self.problems.is_empty() {
                        return Step::Refuse(std::mem::take(&mut self.problems));
                    }
                    return self.decide();
                }
            };
            self.asked = true;
            if !asks.is_empty() {
                return Step::Need(asks);
            }
        }
    }
}

impl Writing {
    /// Mistakes in values do not keep unique values from being asked after: all problems are told at once.
    fn only_rows_are_wrong(&self) -> bool {
        !self.problems.iter().any(|problem| matches!(problem.code, Code::NotFound | Code::Forbidden | Code::VersionChanged))
    }

    /// The removal stage's progress.
    pub(super) fn removal_done(&mut self) -> &mut usize {
        &mut self.removal_done
    }
}
