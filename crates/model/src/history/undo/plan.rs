//! Making the plan: each record and field on its own first, then what they mean for one another.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{Fate, FieldPlan, Fields, LaterEdits, Note, Now, Place, RecordKey, RecordPlan, Row, UndoPlan};
use crate::history::entry::{Entry, FieldId, Op};
use crate::moment::Moment;
use crate::problem::{Code, Problem};
use crate::value::{RecordId, Value};

/// What all entries together did to one record.
struct Net {
    existed: bool,
    exists: bool,
    /// The written fields, as they stood before all of it.
    befores: BTreeMap<FieldId, Value>,
}

/// Plans to take back `entries`: those of one commit, or of several in the order they were written. `later` holds what was
/// written after them.
pub fn plan_undo(entries: &[Entry], now: &Now, later: &LaterEdits, fields: &dyn Fields) -> UndoPlan {
    let nets = nets(entries);
    let comes_back = |net: &Net| net.existed && !net.exists;
    let restored: HashSet<RecordId> =
        nets.iter().filter(|(_, net)| comes_back(net)).map(|((_, record), _)| *record).collect();
    let planner = Planner { now, later, fields, restored };
    let mut records = Vec::new();
    for (key, net) in &nets {
        match (net.existed, net.exists) {
            (true, true) => records.push(planner.update(*key, net)),
            (false, true) => records.push(planner.delete(*key, net)),
            (true, false) => records.push(planner.insert(*key, net)),
            (false, false) => {}
        }
    }
    let mut plan = UndoPlan { records };
    while planner.settle(&mut plan) {}
    plan
}

/// By record, in the order they were first written.
fn nets(entries: &[Entry]) -> Vec<(RecordKey, Net)> {
    let mut nets: Vec<(RecordKey, Net)> = Vec::new();
    let mut places: HashMap<RecordKey, usize> = HashMap::new();
    for entry in entries {
        let key = (entry.object, entry.record);
        let place = *places.entry(key).or_insert_with(|| {
            nets.push((key, Net { existed: entry.op != Op::Create, exists: true, befores: BTreeMap::new() }));
            nets.len() - 1
        });
        let net = &mut nets[place].1;
        net.exists = entry.op != Op::Delete;
        for change in &entry.changes {
            net.befores.entry(change.field).or_insert_with(|| change.before.clone());
        }
    }
    nets
}

struct Planner<'a> {
    now: &'a Now,
    later: &'a LaterEdits,
    fields: &'a dyn Fields,
    /// Records this plan takes out of the trash: links to them are not links to nothing.
    restored: HashSet<RecordId>,
}

impl Planner<'_> {
    fn record(&self, op: Op, (object, record): RecordKey, seen: Option<Moment>, fate: Fate) -> RecordPlan {
        RecordPlan { op, object, record, seen, fate, fields: Vec::new() }
    }

    fn update(&self, key: RecordKey, net: &Net) -> RecordPlan {
        let Some(row) = self.now.rows.get(&key) else {
            // Deleted since: its fields have nowhere to go back to.
            let seen = self.now.trash.get(&key).copied();
            return self.record(Op::Update, key, seen, Fate::Blocked(Problem::new(Code::NotFound, "")));
        };
        let mut plan = self.record(Op::Update, key, Some(row.moment), self.locked(key));
        for (field, before) in &net.befores {
            let theirs = row.value(*field);
            let mut one = self.back(key, *field, before, &theirs);
            let goes = matches!(one.fate, Fate::Clean | Fate::Loses(_));
            // A later entry counts even if the value is equal again: somebody meant it.
            if goes && let Some(by) = self.later.of_field(key, *field) {
                one.fate = Fate::Conflict { theirs, by };
            }
            plan.fields.push(one);
        }
        plan
    }

    fn delete(&self, key: RecordKey, net: &Net) -> RecordPlan {
        let Some(row) = self.now.rows.get(&key) else {
            return self.record(Op::Delete, key, self.now.trash.get(&key).copied(), Fate::Same);
        };
        let mut plan = self.record(Op::Delete, key, Some(row.moment), self.locked(key));
        let mut names: BTreeSet<FieldId> = net.befores.keys().chain(row.values.keys()).copied().collect();
        names.extend(self.later.of_record(key).map(|(field, _)| field));
        for field in names {
            let now = row.value(field);
            let fate = match self.later.of_field(key, field) {
                Some(by) => Fate::Conflict { theirs: now.clone(), by },
                None => Fate::Clean,
            };
            plan.fields.push(FieldPlan { field, now, back: Value::Null, fate, holder: None });
        }
        if plan.fate == Fate::Clean {
            // Whoever wrote into the record loses that work with it: the latest of them stands for all.
            let conflicts = plan.fields.iter().filter(|field| matches!(field.fate, Fate::Conflict { .. }));
            let by = |field: &&FieldPlan| if let Fate::Conflict { by, .. } = field.fate { by } else { Moment::ZERO };
            plan.fate = conflicts.max_by_key(by).map_or(Fate::Clean, |field| field.fate.clone());
        }
        plan
    }

    fn insert(&self, key: RecordKey, net: &Net) -> RecordPlan {
        if let Some(row) = self.now.rows.get(&key) {
            // Somebody took it out of the trash already; what was done to it since is theirs.
            return self.record(Op::Create, key, Some(row.moment), Fate::Same);
        }
        let mut plan = self.record(Op::Create, key, self.now.trash.get(&key).copied(), self.locked(key));
        for (field, before) in &net.befores {
            if !before.is_null() {
                plan.fields.push(self.back(key, *field, before, &Value::Null));
            }
        }
        plan
    }

    fn locked(&self, key: RecordKey) -> Fate {
        self.now.locked.get(&key).map_or(Fate::Clean, |problem| Fate::Blocked(problem.clone()))
    }

    /// How one value would go back, nobody else considered.
    fn back(&self, key: RecordKey, field: FieldId, before: &Value, now: &Value) -> FieldPlan {
        let plan = |back: Value, fate| FieldPlan { field, now: now.clone(), back, fate, holder: None };
        let place = self.fields.place(key.0, field);
        if place == Place::Purged {
            return plan(now.clone(), Fate::Loses(vec![Note::Purged]));
        }
        if before == now {
            return plan(before.clone(), Fate::Same);
        }
        let missing = ids(before).filter(|id| !self.restored.contains(id)).filter_map(|id| self.now.gone.get(&id));
        let missing = missing.max().copied();
        let wanted = if missing.is_some() { self.without_gone(before) } else { before.clone() };
        let back = match self.fields.fit(key.0, field, &wanted) {
            Ok(back) => back,
            Err(problem) => return plan(wanted, Fate::Blocked(problem)),
        };
        if let Some(by) = missing {
            return plan(back, Fate::Conflict { theirs: now.clone(), by });
        }
        if back == *now {
            return plan(back, Fate::Same);
        }
        let mut notes = Vec::new();
        if place == Place::Retired {
            notes.push(Note::Retired);
        }
        if back != wanted {
            notes.push(Note::Converted { was: wanted });
        }
        plan(back, if notes.is_empty() { Fate::Clean } else { Fate::Loses(notes) })
    }

    fn without_gone(&self, value: &Value) -> Value {
        let stays = |id: &RecordId| self.restored.contains(id) || !self.now.gone.contains_key(id);
        match value {
            Value::Id(id) if !stays(id) => Value::Null,
            Value::List(values) => {
                let kept = values.iter().filter(|value| value.as_id().is_none_or(|id| stays(&id)));
                Value::list(kept.cloned().collect())
            }
            other => other.clone(),
        }
    }

    /// What the records of the plan mean for one another. One that turns out to be blocked may block others, so this is
    /// repeated until nothing changes.
    fn settle(&self, plan: &mut UndoPlan) -> bool {
        let places: HashMap<RecordId, usize> =
            plan.records.iter().enumerate().map(|(place, record)| (record.record, place)).collect();
        let mut blocked: Vec<(usize, Option<usize>, Fate)> = Vec::new();
        for (at, record) in plan.records.iter().enumerate() {
            if matches!(record.fate, Fate::Same | Fate::Blocked(_)) {
                continue;
            }
            let keeps = |from: &&RecordKey| {
                let from = places.get(&from.1).map(|place| &plan.records[*place]);
                !from.is_some_and(|from| from.lets_go_of(record.record))
            };
            if record.op == Op::Delete {
                let left = self.now.links.get(&record.key()).into_iter().flatten().filter(keeps).collect::<Vec<_>>();
                if let Some((object, _)) = left.first() {
                    let problem = Problem::new(Code::StillLinked, "").with("count", left.len());
                    blocked.push((at, None, Fate::Blocked(problem.with("object", self.fields.object_name(*object)))));
                }
                continue;
            }
            for (n, field) in record.fields.iter().enumerate() {
                if matches!(field.fate, Fate::Same | Fate::Blocked(_)) {
                    continue;
                }
                let taken = self.now.taken.get(&(record.key(), field.field));
                if let Some(taken) = taken.filter(|_| !field.back.is_null()) {
                    let holder = places.get(&taken.holder.1).map(|place| &plan.records[*place]);
                    if !holder.is_some_and(|holder| holder.gives_up(field.field)) {
                        blocked.push((at, Some(n), Fate::Blocked(taken.problem.clone())));
                    }
                }
                let stays_gone = |id: &RecordId| {
                    let place = places.get(id).filter(|_| self.restored.contains(id));
                    place.is_some_and(|place| matches!(plan.records[*place].fate, Fate::Blocked(_)))
                };
                if let Some(id) = ids(&field.back).find(stays_gone) {
                    let problem = Problem::new(Code::NoSuchRecord, "").with("value", id);
                    blocked.push((at, Some(n), Fate::Blocked(problem)));
                }
            }
            if record.op == Op::Create
                && let Some(problem) = self.misses(record)
            {
                blocked.push((at, None, Fate::Blocked(problem)));
            }
        }
        let news = !blocked.is_empty();
        for (record, field, fate) in blocked {
            let record = &mut plan.records[record];
            match field.and_then(|field| record.fields.get_mut(field)) {
                Some(field) => field.fate = fate,
                None => record.fate = fate,
            }
        }
        if !news {
            self.name_holders(plan);
        }
        news
    }

    /// Why a record cannot come back: a field it must have would be empty.
    fn misses(&self, record: &RecordPlan) -> Option<Problem> {
        self.fields.required(record.object).into_iter().find_map(|required| {
            let field = record.fields.iter().find(|field| field.field == required);
            match field {
                Some(FieldPlan { fate: Fate::Blocked(problem), .. }) => Some(problem.clone()),
                Some(field) if !field.back.is_null() => None,
                _ => self.fields.fit(record.object, required, &Value::Null).err(),
            }
        })
    }

    fn name_holders(&self, plan: &mut UndoPlan) {
        for record in &mut plan.records {
            let key = record.key();
            for field in &mut record.fields {
                field.holder = self.now.taken.get(&(key, field.field)).map(|taken| taken.holder);
            }
        }
    }
}

impl RecordPlan {
    /// Is it sure that after the plan this record no longer links to `target`?
    fn lets_go_of(&self, target: RecordId) -> bool {
        let links = |field: &&FieldPlan| ids(&field.now).any(|id| id == target);
        let drops = |field: &FieldPlan| field.goes_back() && ids(&field.back).all(|id| id != target);
        match (self.op, &self.fate) {
            (Op::Delete, fate) => matches!(fate, Fate::Clean | Fate::Same),
            (_, Fate::Clean) => {
                let mut linking = self.fields.iter().filter(links).peekable();
                linking.peek().is_some() && linking.all(drops)
            }
            _ => false,
        }
    }

    /// Is it sure that the plan takes the field's present value out of this record?
    fn gives_up(&self, field: FieldId) -> bool {
        match (self.op, &self.fate) {
            (Op::Delete, fate) => matches!(fate, Fate::Clean | Fate::Same),
            (_, Fate::Clean) => self.fields.iter().any(|one| one.field == field && one.goes_back()),
            _ => false,
        }
    }
}

impl FieldPlan {
    /// Whatever is chosen.
    fn goes_back(&self) -> bool {
        self.writes(super::Choice::Skip)
    }
}

impl Row {
    fn value(&self, field: FieldId) -> Value {
        self.values.get(&field).cloned().unwrap_or_default()
    }
}

/// The records a value points at.
pub(super) fn ids(value: &Value) -> impl Iterator<Item = RecordId> {
    value.items().iter().filter_map(Value::as_id)
}
