//! Roll-ups kept current in the save that changes what they count. What can be added is added relative to the stored value;
//! where more hangs on it, the record is read, derived and written whole.

use std::collections::{HashMap, HashSet};
use std::ops::Not as _;

use kehub_db::{Answer, Ask, Delta};
use kehub_model::catalog::system;
use kehub_model::fields::Kind;
use kehub_model::fields::rollup::RollupFn;
use kehub_model::query::memory::holds;
use kehub_model::query::{Cond, Is, Measure, Measured};
use kehub_model::{FieldId, Object, ObjectId, RecordId, Value};
use rust_decimal::{Decimal, RoundingStrategy};

use super::work::{Item, Op, Work};
use crate::derive::Rollup;
use crate::facts::Own;
use crate::read::operand;
use crate::state::State;

/// A roll-up of one parent.
type Place = (ObjectId, FieldId, RecordId);

#[derive(Default)]
pub(super) struct Rollups {
    /// What each item was last counted with: nothing for what was not there.
    counted: Vec<Option<Vec<Value>>>,
    deltas: HashMap<Place, Decimal>,
    /// Sums to be added to records that are read first.
    adding: HashMap<Place, Decimal>,
    /// Means and extremes to be computed again, with how many items of the child there were when their base was asked.
    dirty: HashSet<Place>,
    bases: HashMap<Place, (usize, Vec<Value>)>,
    asked: Vec<Asked>,
    /// Parents that are not there: asked for once, not again.
    gone: HashSet<(ObjectId, RecordId)>,
}

enum Asked {
    Parents(ObjectId, Vec<RecordId>),
    Bases { object: ObjectId, field: FieldId, items: usize, parents: Vec<RecordId> },
}

impl Rollups {
    /// Takes the answers of the last asks, counts what has changed since, and asks for what is missing.
    pub(super) fn step(&mut self, state: &State, work: &mut Work, answers: Vec<Answer>) -> Vec<Ask> {
        self.take(state, work, answers);
        loop {
            self.count(state, work);
            let asks = self.missing(state, work);
            if !asks.is_empty() {
                return asks;
            }
            if !self.apply(state, work) {
                return Vec::new();
            }
        }
    }

    pub(super) fn take_deltas(&mut self) -> Vec<Delta> {
        let mut deltas: Vec<Delta> = std::mem::take(&mut self.deltas)
            .into_iter()
            .filter(|(_, add)| !add.is_zero())
            .map(|((object, field, record), add)| Delta { object, record, field, add })
            .collect();
        // One order for all saves, so that they cannot deadlock.
        deltas.sort_by_key(|delta| (delta.object, delta.record, delta.field));
        deltas
    }

    fn take(&mut self, state: &State, work: &mut Work, answers: Vec<Answer>) {
        for (asked, answer) in std::mem::take(&mut self.asked).into_iter().zip(answers) {
            match (asked, answer) {
                (Asked::Parents(object, ids), Answer::Rows(rows)) => {
                    let is_there = |id: &RecordId| rows.iter().any(|row| row.id == *id);
                    self.gone.extend(ids.into_iter().filter(|id| !is_there(id)).map(|id| (object, id)));
                    let Some(object) = state.catalog.object_by_id(object) else { continue };
                    for row in rows {
                        let after = row.values.clone();
                        work.add(Item {
                            object: object.clone(),
                            id: row.id,
                            op: Op::Derive,
                            before: Some(row),
                            trashed: None,
                            after,
                            written: Vec::new(),
                            at: String::new(),
                            source: None,
                        });
                    }
                }
                (Asked::Bases { object, field, items, parents }, Answer::Aggregate(rows)) => {
                    for parent in parents {
                        let found = rows.iter().find(|row| row[0] == Value::Id(parent));
                        let base = found.map_or_else(Vec::new, |row| row[1..].to_vec());
                        self.bases.insert((object, field, parent), (items, base));
                    }
                }
                _ => {}
            }
        }
    }

    /// Counts each item's change since it was last counted.
    fn count(&mut self, state: &State, work: &Work) {
        for (n, item) in work.items.iter().enumerate() {
            if self.counted.len() <= n {
                self.counted.push(item.before.as_ref().map(|row| row.values.clone()));
            }
            let now = (item.op != Op::Delete).then(|| item.after.clone());
            let Some(rollups) = state.derivations.counting.get(&item.object.id) else { continue };
            if self.counted[n] == now {
                continue;
            }
            let before = std::mem::replace(&mut self.counted[n], now.clone());
            for rollup in rollups {
                self.count_one(state, rollup, &item.object, before.as_deref(), now.as_deref());
            }
        }
    }

    fn count_one(
        &mut self,
        state: &State,
        rollup: &Rollup,
        child: &Object,
        before: Option<&[Value]>,
        after: Option<&[Value]>,
    ) {
        let was = before.and_then(|values| contribution(rollup, child, values));
        let is = after.and_then(|values| contribution(rollup, child, values));
        if was == is {
            return;
        }
        for (part, sign) in [(was, -Decimal::ONE), (is, Decimal::ONE)] {
            let Some((parent, value)) = part else { continue };
            let place = (rollup.parent, rollup.field, parent);
            match rollup.function {
                RollupFn::Count => self.add(state, place, sign),
                RollupFn::Sum => self.add(state, place, sign * value.as_number().unwrap_or_default()),
                RollupFn::Min | RollupFn::Max | RollupFn::Avg => drop(self.dirty.insert(place)),
            }
        }
    }

    fn add(&mut self, state: &State, place: Place, number: Decimal) {
        let hung_on = state.catalog.object_by_id(place.0).is_none_or(|object| more_hangs_on(state, object, place.1));
        let sums = if hung_on { &mut self.adding } else { &mut self.deltas };
        *sums.entry(place).or_default() += number;
    }

    /// Parents to be read, and bases to be aggregated.
    fn missing(&mut self, state: &State, work: &Work) -> Vec<Ask> {
        // A parent that this save works on anyway is changed there.
        let here: Vec<Place> =
            self.deltas.keys().filter(|(object, _, id)| work.find(*object, *id).is_some()).copied().collect();
        for place in here {
            if let Some(add) = self.deltas.remove(&place) {
                *self.adding.entry(place).or_default() += add;
            }
        }
        let gone = &self.gone;
        self.adding.retain(|(object, _, id), _| !gone.contains(&(*object, *id)));
        self.dirty.retain(|(object, _, id)| !gone.contains(&(*object, *id)));
        let mut parents: HashMap<ObjectId, Vec<RecordId>> = HashMap::new();
        let mut asks = Vec::new();
        for (object, _, id) in self.adding.keys().chain(&self.dirty) {
            let list = parents.entry(*object).or_default();
            if work.find(*object, *id).is_none() && !list.contains(id) {
                list.push(*id);
            }
        }
        for (object, mut ids) in parents {
            if ids.is_empty() {
                continue;
            }
            ids.sort_unstable();
            self.asked.push(Asked::Parents(object, ids.clone()));
            asks.push(Ask::Rows { object, ids, rules: Vec::new(), links: false });
        }
        let mut bases: HashMap<(ObjectId, FieldId), Vec<RecordId>> = HashMap::new();
        for (object, field, parent) in &self.dirty {
            let Some(rollup) = find(state, *object, *field) else { continue };
            let items = work.items.iter().filter(|item| item.object.id == rollup.child).count();
            if self.bases.get(&(*object, *field, *parent)).is_none_or(|(asked, _)| *asked != items) {
                bases.entry((*object, *field)).or_default().push(*parent);
            }
        }
        for ((object, field), parents) in bases {
            let Some(rollup) = find(state, object, field) else { continue };
            let Some(child) = state.catalog.object_by_id(rollup.child) else { continue };
            let changed: Vec<Value> = work
                .items
                .iter()
                .filter(|item| item.object.id == rollup.child)
                .map(|item| Value::Id(item.id))
                .collect();
            let items = changed.len();
            let of_these = Cond::Test {
                on: operand(child, rollup.link_id),
                is: Is::In(parents.iter().map(|id| Value::Id(*id)).collect()),
            };
            let not_changed = Cond::Test { on: operand(child, system::ID), is: Is::In(changed) }.not();
            let mut plan = rollup.plan(of_these.and(not_changed));
            if rollup.function == RollupFn::Avg {
                plan.measures[0].function = Measure::Sum;
                plan.measures.push(Measured {
                    name: "count".into(),
                    function: Measure::Count,
                    operand: plan.measures[0].operand.clone(),
                    filter: None,
                });
            }
            asks.push(Ask::Aggregate(plan));
            self.asked.push(Asked::Bases { object, field, items, parents });
        }
        asks
    }

    /// Puts sums, means and extremes into their records; whether anything changed that may be counted further up.
    fn apply(&mut self, state: &State, work: &mut Work) -> bool {
        let mut touched: HashSet<usize> = HashSet::new();
        for ((object, field, parent), add) in std::mem::take(&mut self.adding) {
            if let Some((n, place)) = spot(work, object, field, parent) {
                let stands = work.items[n].after[place].as_number().unwrap_or_default();
                work.items[n].after[place] = Value::Number((stands + add).normalize());
                touched.insert(n);
            }
        }
        for (object, field, parent) in std::mem::take(&mut self.dirty) {
            let Some(rollup) = find(state, object, field) else { continue };
            let base = self.bases.get(&(object, field, parent)).map(|(_, base)| base.clone()).unwrap_or_default();
            let own: Vec<Value> = work
                .items
                .iter()
                .filter(|item| item.object.id == rollup.child && item.op != Op::Delete)
                .filter_map(|item| contribution(rollup, &item.object, &item.after))
                .filter(|(of, _)| *of == parent)
                .map(|(_, value)| value)
                .filter(|value| !value.is_null())
                .collect();
            if let Some((n, place)) = spot(work, object, field, parent) {
                work.items[n].after[place] = combine(rollup.function, &base, own);
                touched.insert(n);
            }
        }
        for n in &touched {
            let object = work.items[*n].object.clone();
            crate::formula::derive(&object, &mut work.items[*n].after);
        }
        !touched.is_empty()
    }
}

fn spot(work: &Work, object: ObjectId, field: FieldId, parent: RecordId) -> Option<(usize, usize)> {
    let n = work.find(object, parent)?;
    let place = work.items[n].object.fields.iter().position(|own| own.id == field)?;
    (work.items[n].op != Op::Delete).then_some((n, place))
}

fn find(state: &State, object: ObjectId, field: FieldId) -> Option<&Rollup> {
    state.derivations.counting.values().flatten().find(|rollup| rollup.parent == object && rollup.field == field)
}

/// What a child gives to which parent; nothing when it has none or the filter leaves it out.
fn contribution(rollup: &Rollup, child: &Object, values: &[Value]) -> Option<(RecordId, Value)> {
    let parent = values.get(rollup.link)?.as_id()?;
    if !holds(&rollup.filter, &Own { object: child, values }) {
        return None;
    }
    Some((parent, rollup.value.map_or(Value::Null, |place| values[place].clone())))
}

/// Whether a stored formula, a unique value or a further roll-up is computed from the roll-up.
fn more_hangs_on(state: &State, object: &Object, field: FieldId) -> bool {
    let Some(own) = object.field_by_id(field) else { return true };
    let in_formula = object.formula_order().iter().any(|place| {
        object.fields[*place]
            .formula
            .as_ref()
            .is_some_and(|formula| formula.references().iter().any(|path| path[..] == [own.key.clone()]))
    });
    let further = state.derivations.counting.get(&object.id).is_some_and(|rollups| !rollups.is_empty());
    in_formula
        || further
        || matches!(own.def.kind, Kind::Rollup(_)) && object.unique.iter().any(|unique| unique.fields.contains(&field))
}

/// The base without the changed children, and those as they are now.
fn combine(function: RollupFn, base: &[Value], own: Vec<Value>) -> Value {
    match function {
        RollupFn::Avg => {
            let numbers: Vec<Decimal> = own.iter().filter_map(Value::as_number).collect();
            let sum = base.first().and_then(Value::as_number).unwrap_or_default() + numbers.iter().sum::<Decimal>();
            let count = base.get(1).and_then(Value::as_number).unwrap_or_default() + Decimal::from(numbers.len());
            sum.checked_div(count).map_or(Value::Null, |mean| {
                Value::Number(mean.round_dp_with_strategy(10, RoundingStrategy::MidpointAwayFromZero).normalize())
            })
        }
        _ => {
            let all = base.first().cloned().into_iter().chain(own).filter(|value| !value.is_null());
            let best = if function == RollupFn::Min { all.min_by(Value::compare) } else { all.max_by(Value::compare) };
            best.unwrap_or_default()
        }
    }
}
