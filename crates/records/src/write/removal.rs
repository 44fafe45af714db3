//! What follows from deletions: who links to the deleted, and what their links' rules say: clear, refuse, delete along.

use std::collections::HashMap;
use std::sync::Arc;

use kehub_db::{Answer, Ask};
use kehub_model::fields::Kind;
use kehub_model::fields::link::OnDelete;
use kehub_model::query::{Cond, Is};
use kehub_model::{Code, Object, ObjectId, Problem, RecordId, Value};

use super::parse::label;
use super::plan::Writing;
use super::work::{Item, Op};
use crate::read::{operand, plan_of};
use crate::state::id_pick;

/// The most records one deletion may reach.
const MAX_REACH: u32 = 10_000;

impl Writing {
    /// Goes through deletions not yet looked at: asks who links to them, takes the answers, and so on until nothing is new.
    /// Called with the answers of its last asks; done when it asks nothing more.
    pub(super) fn ask_removal(&mut self, answers: &mut Vec<Answer>) -> Vec<Ask> {
        if !answers.is_empty() {
            let answers = std::mem::take(answers);
            return match answers.first() {
                Some(Answer::Rows(_)) => {
                    self.take_linkers(answers);
                    self.ask_removal(&mut Vec::new())
                }
                _ => self.ask_linkers(answers),
            };
        }
        let deleted = self.fresh_deletions();
        let mut asks = Vec::new();
        for (object, ids) in deleted {
            for (from, field) in object.incoming.clone() {
                let child = self.object(from);
                let Some(link) = child.field_by_id(field) else { continue };
                asks.push(if link.def.kind.is_many() {
                    Ask::Linkers { object: from, field, targets: ids.clone() }
                } else {
                    let among = Cond::Test {
                        on: operand(&child, field),
                        is: Is::In(ids.iter().map(|id| Value::Id(*id)).collect()),
                    };
                    Ask::List(plan_of(&child, vec![id_pick(&child)], among, MAX_REACH))
                });
                self.links_asked.push((from, field));
            }
        }
        *self.removal_done() = self.work.items.len();
        asks
    }

    /// Records deleted by this save whose linkers have not been asked for, by object.
    fn fresh_deletions(&mut self) -> Vec<(Arc<Object>, Vec<RecordId>)> {
        let from = *self.removal_done();
        let mut by_object: Vec<(Arc<Object>, Vec<RecordId>)> = Vec::new();
        for item in self.work.items[from..].iter().filter(|item| item.op == Op::Delete) {
            match by_object.iter_mut().find(|(object, _)| object.id == item.object.id) {
                Some((_, ids)) => ids.push(item.id),
                None => by_object.push((item.object.clone(), vec![item.id])),
            }
        }
        by_object
    }

    /// The linking records themselves, whole.
    fn ask_linkers(&mut self, answers: Vec<Answer>) -> Vec<Ask> {
        let mut wanted: HashMap<ObjectId, Vec<RecordId>> = HashMap::new();
        let asked = std::mem::take(&mut self.links_asked);
        for (answer, (object, field)) in answers.into_iter().zip(asked) {
            let ids: Vec<RecordId> = match answer {
                Answer::List(listed) => {
                    listed.rows.iter().filter_map(|row| row.first().and_then(Value::as_id)).collect()
                }
                Answer::Linkers(pairs) => pairs.into_iter().map(|(owner, _)| owner).collect(),
                _ => Vec::new(),
            };
            if ids.len() >= MAX_REACH as usize {
                let child = self.object(object);
                let count = format!("{MAX_REACH}+");
                self.problems.push(
                    Problem::new(Code::StillLinked, "")
                        .with("count", count)
                        .with("object", label(&child, self.actor.language())),
                );
                continue;
            }
            self.links_found.push((object, field));
            let list = wanted.entry(object).or_default();
            for id in ids {
                if !list.contains(&id) {
                    list.push(id);
                }
            }
        }
        wanted.retain(|_, ids| !ids.is_empty());
        self.linker_objects = wanted.keys().copied().collect();
        wanted.into_iter().map(|(object, ids)| Ask::Rows { object, ids, rules: Vec::new(), links: true }).collect()
    }

    fn take_linkers(&mut self, answers: Vec<Answer>) {
        let mut fields: HashMap<ObjectId, Vec<i32>> = HashMap::new();
        for (object, field) in std::mem::take(&mut self.links_found) {
            fields.entry(object).or_default().push(field);
        }
        let language = self.actor.language();
        let mut refused: HashMap<ObjectId, usize> = HashMap::new();
        for (answer, object) in answers.into_iter().zip(std::mem::take(&mut self.linker_objects)) {
            let Answer::Rows(rows) = answer else { continue };
            let object = self.object(object);
            for row in rows {
                if self.work.find(object.id, row.id).is_some_and(|n| self.work.items[n].op == Op::Delete) {
                    continue;
                }
                for field in fields.get(&object.id).cloned().unwrap_or_default() {
                    self.unlink(&object, field, &row, &mut refused);
                }
            }
        }
        for (object, count) in refused {
            let object = self.object(object);
            let at = self
                .work
                .items
                .iter()
                .find(|item| item.op == Op::Delete)
                .map(|item| item.at.clone())
                .unwrap_or_default();
            self.problems.push(
                Problem::new(Code::StillLinked, at).with("count", count).with("object", label(&object, language)),
            );
        }
    }

    /// What happens to one link of one record whose target is deleted.
    fn unlink(
        &mut self,
        object: &Arc<Object>,
        field: i32,
        row: &kehub_db::Row,
        refused: &mut HashMap<ObjectId, usize>,
    ) {
        let Some(place) = object.fields.iter().position(|own| own.id == field) else { return };
        let link = &object.fields[place];
        let stands: Vec<Value> = row.values[place].items().to_vec();
        let Some(target) = self.state.catalog.target(link).map(|target| target.id) else { return };
        let left: Vec<Value> = stands
            .iter()
            .filter(|value| {
                !value
                    .as_id()
                    .and_then(|id| self.work.find(target, id))
                    .is_some_and(|n| self.work.items[n].op == Op::Delete)
            })
            .cloned()
            .collect();
        if left.len() == stands.len() {
            return;
        }
        let rule = if let Kind::Link(settings) = &link.def.kind { settings.on_delete } else { OnDelete::Clear };
        let known = self.work.find(object.id, row.id);
        match rule {
            OnDelete::Delete if !link.def.kind.is_many() => match known {
                Some(n) => self.work.items[n].op = Op::Delete,
                None => drop(self.delete_item(object, row.clone(), String::new(), None)),
            },
            OnDelete::Clear | OnDelete::Delete if !(link.def.required && left.is_empty()) => {
                let n = known.unwrap_or_else(|| {
                    self.work.add(Item {
                        object: object.clone(),
                        id: row.id,
                        op: Op::Update,
                        before: Some(row.clone()),
                        trashed: None,
                        after: row.values.clone(),
                        written: Vec::new(),
                        at: String::new(),
                        source: None,
                    })
                });
                let item = &mut self.work.items[n];
                item.after[place] = if link.def.kind.is_many() { Value::list(left) } else { Value::Null };
                item.written.push(place);
            }
            _ => *refused.entry(object.id).or_default() += 1,
        }
    }
}
