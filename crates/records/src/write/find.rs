//! Finding the records that `{"by": …}` and upsert keys name.

use std::sync::Arc;

use kehub_db::Answer;
use kehub_db::Ask;
use kehub_db::{Select, Where};
use kehub_model::Code;
use kehub_model::Object;
use kehub_model::Problem;
use kehub_model::Problems;
use kehub_model::RecordId;
use kehub_model::Value;
use kehub_model::fields::Written;
use kehub_model::query::Cond;

use super::key_bytes;
use super::lookups::ByRef;
use super::lookups::Lookups;
use super::lookups::Wants;
use super::parse;
use super::parse::place_at;
use super::plan::By;
use super::plan::Writing;
use kehub_model::Action;
use kehub_model::UpsertMode;

impl Writing {
    /// Asks for the records that `by` and upsert keys name: those named by the same fields in one question.
    pub(super) fn ask_find(&mut self) -> Vec<Ask> {
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
            if let Action::Upsert { key, values, .. } = &self.changes[n].kind {
                let by: By =
                    key.iter().map(|key| (key.clone(), values.get(key).cloned().unwrap_or_default())).collect();
                let at = self.changes[n].at.clone();
                let cond = self.by_condition(&object, &by, &at);
                lookups.add(&object, cond, Wants::Upsert(n));
            }
        }
        let mut asks = lookups.asks(&self.actor);
        self.lookups = lookups;
        if let Some(idempotency) = &self.because.idempotency {
            // Asked before anything is checked: a repeated request is answered, not refused as taken.
            let key = key_bytes(self.actor.id, &idempotency.key);
            asks.push(Ask::Table(Select::from("record_key", &["moment"]).that(Where::Is("key", key.into()))));
        }
        asks
    }

    pub(super) fn by_condition(&mut self, object: &Arc<Object>, by: &[(String, serde_json::Value)], at: &str) -> Cond {
        let mut problems = Problems::new();
        let cond = parse::by_condition(&self.state, &self.actor, object, by, self.clock.now(), &mut problems);
        self.problems.extend(problems.into_iter().map(|problem| problem.within(at)));
        cond
    }

    /// Takes what was found; true when the request's idempotency key stands already.
    pub(super) fn take_find(&mut self, answers: Vec<Answer>) -> bool {
        if let Some(Answer::Table(rows)) = answers.last()
            && !rows.is_empty()
        {
            return true;
        }
        for (wants, found) in std::mem::take(&mut self.lookups).take(answers) {
            match wants {
                Wants::Link(by_ref) => self.take_link(&by_ref, &found),
                Wants::Upsert(n) => self.take_upsert(n, &found),
            }
        }
        false
    }

    pub(super) fn take_link(&mut self, by_ref: &ByRef, found: &[RecordId]) {
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

    pub(super) fn take_upsert(&mut self, n: usize, found: &[RecordId]) {
        let Action::Upsert { mode, key, .. } = &self.changes[n].kind else { return };
        let at = self.changes[n].at.clone();
        match (found, mode) {
            ([], UpsertMode::UpdateOnly) => self.problems.push(Problem::new(Code::NotFound, at)),
            ([_, ..], UpsertMode::CreateOnly) => {
                self.problems
                    .push(Problem::new(Code::Taken, place_at(&at, &key.join(","))).with("field", key.join(", ")));
            }
            ([_, _, ..], _) => {
                self.problems.push(Problem::new(Code::AmbiguousRecord, at).with("value", key.join(", ")))
            }
            ([id], _) => self.targets[n] = Some(*id),
            ([], _) => {}
        }
    }
}
