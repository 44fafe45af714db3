//! Records named by their fields, found with few questions: all that are named by the same fields of an object are asked for at
//! once.

use std::sync::Arc;

use kehub_db::{Answer, Ask};
use kehub_model::query::{Cond, Is, Operand};
use kehub_model::rights::Access;
use kehub_model::{Actor, Object, RecordId, Value};

use crate::read::plan_of;
use crate::state::{id_pick, own_pick};

/// A value that names a record by its fields.
#[derive(Debug)]
pub(super) struct ByRef {
    pub(super) change: usize,
    pub(super) place: usize,
    /// Its place in a list; none in a single link.
    pub(super) nth: Option<usize>,
}

/// What a record is looked for. An unreadable one is not found.
#[derive(Debug)]
pub(super) enum Wants {
    Link(ByRef),
    Upsert(usize),
}

#[derive(Debug, Default)]
pub(super) struct Lookups {
    groups: Vec<Group>,
}

/// Lookups by the same fields of the same object.
#[derive(Debug)]
struct Group {
    object: Arc<Object>,
    fields: Vec<Operand>,
    /// For each lookup the values of the fields; for one that is no plain comparison, its condition.
    wanted: Vec<(Vec<Value>, Wants)>,
    single: Option<Cond>,
}

/// Values of one question.
const AT_ONCE: usize = 500;

impl Lookups {
    pub(super) fn add(&mut self, object: &Arc<Object>, cond: Cond, wants: Wants) {
        let Some((fields, values)) = plain_tests(&cond) else {
            self.groups.push(Group {
                object: object.clone(),
                fields: Vec::new(),
                wanted: vec![(Vec::new(), wants)],
                single: Some(cond),
            });
            return;
        };
        let known = self.groups.iter_mut().find(|group| {
            group.single.is_none()
                && group.object.id == object.id
                && group.fields == fields
                && group.wanted.len() < AT_ONCE
        });
        match known {
            Some(group) => group.wanted.push((values, wants)),
            None => {
                self.groups.push(Group { object: object.clone(), fields, wanted: vec![(values, wants)], single: None })
            }
        }
    }

    pub(super) fn asks(&self, actor: &Actor) -> Vec<Ask> {
        self.groups
            .iter()
            .map(|group| {
                let mut picks = vec![id_pick(&group.object)];
                let rule = actor.rule(&group.object, Access::Read);
                let Some(first) = group.fields.first() else {
                    let cond = group.single.clone().unwrap_or(Cond::Const(false));
                    return Ask::List(plan_of(&group.object, picks, rule.and(cond), 2));
                };
                let keys = group.fields.iter().filter_map(|operand| group.object.field_by_id(operand.field));
                picks.extend(keys.filter_map(|field| own_pick(&group.object, &field.key)));
                let mut values: Vec<Value> =
                    group.wanted.iter().filter_map(|(values, _)| values.first().cloned()).collect();
                values.dedup();
                let among = Cond::Test { on: first.clone(), is: Is::In(values) };
                Ask::List(plan_of(&group.object, picks, rule.and(among), 100_000))
            })
            .collect()
    }

    /// Each lookup with the records found for it.
    pub(super) fn take(self, answers: Vec<Answer>) -> Vec<(Wants, Vec<RecordId>)> {
        let mut found = Vec::new();
        for (group, answer) in self.groups.into_iter().zip(answers) {
            let rows = if let Answer::List(listed) = answer { listed.rows } else { Vec::new() };
            let mut by_values: std::collections::HashMap<String, Vec<RecordId>> = std::collections::HashMap::new();
            for row in &rows {
                if let Some(id) = row[0].as_id() {
                    by_values.entry(key_of(&row[1..])).or_default().push(id);
                }
            }
            for (values, wants) in group.wanted {
                found.push((wants, by_values.get(&key_of(&values)).cloned().unwrap_or_default()));
            }
        }
        found
    }
}

fn key_of(values: &[Value]) -> String {
    values.iter().map(Value::to_json).collect::<Vec<_>>().join("\u{1}")
}

/// The fields and values of a condition that only compares own fields for equality, its rule aside.
fn plain_tests(cond: &Cond) -> Option<(Vec<Operand>, Vec<Value>)> {
    let parts = match cond {
        Cond::And(parts) => parts.as_slice(),
        one => std::slice::from_ref(one),
    };
    let mut fields = Vec::new();
    let mut values = Vec::new();
    for part in parts {
        match part {
            Cond::Test { on, is: Is::Eq(value) } if on.steps.is_empty() && on.shown.is_none() => {
                fields.push(on.clone());
                values.push(value.clone());
            }
            _ => return None,
        }
    }
    (!fields.is_empty()).then_some((fields, values))
}
