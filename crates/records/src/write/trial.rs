//! A write tried out: the door asks, derives and checks as it would, and nothing is written. Several after one another see what
//! the ones before would have left: unique values taken and let go, records that would be there.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kehub_db::{Answer, Ask, Save as _, Step, unique_hash};
use kehub_model::catalog::system;
use kehub_model::query::{Cond, Is, ListPlan};
use kehub_model::{Actor, Field, Moment, ObjectId, RecordId, Value};
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

use super::plan::Writing;
use super::work::Op;
use crate::change::{Because, Change};
use crate::state::State;
use crate::{Records, Refusal, unmoved};

/// What the writes tried out so far would have left.
#[derive(Debug, Default)]
pub struct Trial {
    /// Unique values, by a digest that tells their object and column apart.
    held: HashMap<[u8; 16], RecordId>,
    freed: HashSet<[u8; 16]>,
    made: HashSet<RecordId>,
}

impl Trial {
    /// A record that would have been made meanwhile, so that links may name it.
    pub fn will_be(&mut self, id: RecordId) {
        self.made.insert(id);
    }

    fn correct(&self, object: ObjectId, column: &str, hashes: &[[u8; 16]], holders: &mut [Option<RecordId>]) {
        for (hash, holder) in hashes.iter().zip(holders) {
            let place = place_of(object, column, hash);
            match self.held.get(&place) {
                Some(id) => *holder = Some(*id),
                None if self.freed.contains(&place) => *holder = None,
                None => {}
            }
        }
    }

    fn keep(&mut self, writing: &Writing) {
        for item in &writing.work.items {
            for unique in &item.object.unique {
                let places = unique.fields.iter().filter_map(|id| item.object.fields.iter().position(|f| f.id == *id));
                let places: Vec<usize> = places.collect();
                let fields: Vec<&Field> = places.iter().map(|place| &item.object.fields[*place]).collect();
                let hash = |values: Vec<Value>| unique_hash(&fields, &values.iter().collect::<Vec<_>>());
                let before = hash(places.iter().map(|place| item.before_at(*place)).collect());
                let after = match item.op {
                    Op::Delete => None,
                    _ => hash(places.iter().map(|place| item.after[*place].clone()).collect()),
                };
                if before == after {
                    continue;
                }
                if let Some(before) = before {
                    let place = place_of(item.object.id, &unique.column, &before);
                    self.held.remove(&place);
                    self.freed.insert(place);
                }
                if let Some(after) = after {
                    self.held.insert(place_of(item.object.id, &unique.column, &after), item.id);
                }
            }
        }
    }
}

fn place_of(object: ObjectId, column: &str, hash: &[u8; 16]) -> [u8; 16] {
    let mut digest = Sha256::new();
    digest.update(object.to_le_bytes());
    digest.update(column);
    digest.update(hash);
    let mut place = [0; 16];
    place.copy_from_slice(&digest.finalize()[..16]);
    place
}

impl Records {
    /// Whether a write would go through: everything is asked, derived and checked, nothing is written, no number is taken.
    pub async fn try_out(
        &self,
        actor: &Arc<Actor>,
        changes: Vec<Change>,
        because: &Because,
        trial: &mut Trial,
    ) -> Result<(), Refusal> {
        let changes = Arc::new(changes);
        let actor: &Actor = actor;
        let seen: &Trial = trial;
        let writing = unmoved!(self, actor, |state, actor| self.tried(&state, actor, &changes, because, seen))?;
        trial.keep(&writing);
        Ok(())
    }

    async fn tried(
        &self,
        state: &Arc<State>,
        actor: &Actor,
        changes: &Arc<Vec<Change>>,
        because: &Because,
        trial: &Trial,
    ) -> Result<Writing, Refusal> {
        let (results, touched) = (Arc::new(Mutex::default()), Arc::new(Mutex::default()));
        let (actor, clock) = (Arc::new(actor.clone()), self.db().clock.clone());
        let at = Moment::ZERO.next(clock.now());
        let mut writing = Writing::new(state.clone(), actor, changes.clone(), because, clock, results, touched);
        writing.begin();
        let mut answers = Vec::new();
        loop {
            match writing.step(at, std::mem::take(&mut answers)) {
                Step::Need(asks) => {
                    for ask in asks {
                        answers.push(self.answered(state, ask, trial).await?);
                    }
                }
                Step::Refuse(problems) => return Err(problems.into()),
                Step::Write(_) | Step::Nothing | Step::KeyExists => break,
            }
        }
        self.still_stands(state).await?;
        Ok(writing)
    }

    async fn answered(&self, state: &State, ask: Ask, trial: &Trial) -> Result<Answer, Refusal> {
        if let Ask::Serial { start, .. } = ask {
            return Ok(Answer::Serial(start));
        }
        let mut answer = self.db().ask(state.catalog.clone(), ask.clone()).await?;
        match (&ask, &mut answer) {
            (Ask::Holders { object, column, hashes }, Answer::Holders(holders)) => {
                trial.correct(*object, column, hashes, holders);
            }
            (Ask::List(plan), Answer::List(listed)) if !trial.made.is_empty() && is_about_ids(plan) => {
                let mut ids = Vec::new();
                asked_ids(&plan.filter, &mut ids);
                let made = ids.into_iter().filter(|id| trial.made.contains(id));
                listed.rows.extend(made.map(|id| vec![Value::Id(id)]));
            }
            _ => {}
        }
        Ok(answer)
    }
}

/// Whether a list asks which of some records are there.
fn is_about_ids(plan: &ListPlan) -> bool {
    matches!(&plan.picks[..], [pick] if pick.operand.field == system::ID)
}

fn asked_ids(cond: &Cond, ids: &mut Vec<RecordId>) {
    match cond {
        Cond::And(parts) => parts.iter().for_each(|part| asked_ids(part, ids)),
        Cond::Test { on, is: Is::In(values) } if on.field == system::ID && on.steps.is_empty() => {
            ids.extend(values.iter().filter_map(Value::as_id));
        }
        _ => {}
    }
}
