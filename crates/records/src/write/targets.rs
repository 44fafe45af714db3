//! What links name and what series yield: targets that must be there, numbers taken.

use std::collections::HashMap;
use std::collections::HashSet;

use kehub_db::Answer;
use kehub_db::Ask;
use kehub_model::Code;
use kehub_model::Object;
use kehub_model::ObjectId;
use kehub_model::Problem;
use kehub_model::RecordId;
use kehub_model::Value;
use kehub_model::catalog::system;
use kehub_model::fields::Kind;
use kehub_model::query::Cond;
use kehub_model::query::Is;
use kehub_model::rights::Access;

use super::parse::place_at;
use super::plan::Taking;
use super::plan::Writing;
use super::work::Op;
use crate::read::operand;
use crate::read::plan_of;
use crate::state::id_pick;

impl Writing {
    /// Asks whether the records linked to are there and visible, and for the numbers of series.
    pub(super) fn ask_targets(&mut self) -> Vec<Ask> {
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
            let rule = self.actor.rule(&target, Access::Read);
            let among = Cond::Test {
                on: operand(&target, system::ID),
                is: Is::In(ids.iter().map(|id| Value::Id(*id)).collect()),
            };
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
    pub(super) fn is_known_person(&self, target: &Object, id: RecordId) -> bool {
        matches!(target.key.as_str(), "person" | "department") && self.state.names.contains_key(&id)
    }

    pub(super) fn take_targets(&mut self, answers: Vec<Answer>) {
        let mut answers = answers.into_iter();
        for (object, ids) in std::mem::take(&mut self.target_checks) {
            let Some(Answer::List(listed)) = answers.next() else { continue };
            let found: HashSet<RecordId> =
                listed.rows.iter().filter_map(|row| row.first().and_then(Value::as_id)).collect();
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
                    at.map(|at| item.object.fields[at].def.kind.display(&item.after[at], self.actor.language()))
                        .unwrap_or_default()
                });
                self.work.items[n].after[place] = Value::text(text);
                self.work.items[n].written.push(place);
            }
            next += 1;
            number = Some(next);
        }
    }

    pub(super) fn refuse_targets(&mut self, object: ObjectId, missing: &[RecordId]) {
        for item in self.work.items.iter().filter(|item| !matches!(item.op, Op::Delete | Op::Derive)) {
            for place in &item.written {
                let field = &item.object.fields[*place];
                if self.state.catalog.target(field).is_none_or(|target| target.id != object) {
                    continue;
                }
                let before = item.before_at(*place);
                let lost = item.after[*place]
                    .items()
                    .iter()
                    .filter_map(Value::as_id)
                    .find(|id| missing.contains(id) && !before.items().contains(&Value::Id(*id)));
                if let Some(id) = lost {
                    self.problems
                        .push(Problem::new(Code::NoSuchRecord, place_at(&item.at, &field.key)).with("value", id));
                }
            }
        }
    }
}
