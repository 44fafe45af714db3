//! The write door: permit, read, derive, check, save, history, in one transaction, all problems at once.

mod check;
mod decide;
mod find;
mod lookups;
mod parse;
mod plan;
mod removal;
mod rollups;
mod rows;
mod subforms;
mod targets;
mod trial;
mod work;

use std::sync::Arc;

use kehub_db::{Outcome, Select, Where};
use kehub_model::history::Cause;
use kehub_model::{Actor, Code, Moment, Problem, RecordId};
use parking_lot::Mutex;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::change::{Because, Change, Done, Fate};
use crate::{Records, Refusal, TRIES};
use plan::Writing;
pub use trial::Trial;

/// The most changes of one call.
pub const MAX_CHANGES: usize = 10_000;

impl Records {
    /// Carries out changes, all or none. The commit is durable when this returns.
    pub async fn write(&self, actor: &Arc<Actor>, changes: Vec<Change>, because: Because) -> Result<Done, Refusal> {
        if changes.len() > MAX_CHANGES {
            return Err(Problem::new(Code::TooMany, "records").with("max", MAX_CHANGES).into());
        }
        let this = self.clone();
        let actor = actor.clone();
        // In a task of its own: a client that leaves cancels nothing.
        tokio::spawn(async move { this.write_to_the_end(actor, changes, because).await })
            .await
            .unwrap_or_else(|_| Err(Refusal::Fault(kehub_db::Fault::Closed)))
    }

    async fn write_to_the_end(
        &self,
        actor: Arc<Actor>,
        changes: Vec<Change>,
        because: Because,
    ) -> Result<Done, Refusal> {
        let mut actor = actor;
        let changes = Arc::new(changes);
        for _ in 0..TRIES {
            let state = self.state();
            if let Some(anew) = state.renewed(&actor)? {
                actor = anew;
            }
            let state = state.with_kept(&because.kept);
            let results = Arc::new(Mutex::new(Vec::new()));
            let touched = Arc::new(Mutex::new(Vec::new()));
            let writing = Writing::new(
                state.clone(),
                actor.clone(),
                changes.clone(),
                &because,
                self.db().clock.clone(),
                results.clone(),
                touched.clone(),
            );
            match self.db().save(Box::new(writing)).await {
                Ok(Outcome::Committed(at)) => {
                    let touched = std::mem::take(&mut *touched.lock());
                    self.announce(&state, &touched, at).await?;
                    let results = std::mem::take(&mut *results.lock());
                    return Ok(Done { commit: Some(at), results, is_replay: false });
                }
                Ok(Outcome::Unchanged) => {
                    let results = std::mem::take(&mut *results.lock());
                    return Ok(Done { commit: None, results, is_replay: false });
                }
                // What old definitions or old rights refuse, the new may allow.
                Ok(Outcome::Refused(problems)) => match self.still_stands(&state).await {
                    Ok(()) => return Err(problems.into()),
                    Err(_) => self.refresh().await?,
                },
                Ok(Outcome::KeyExists) => return self.replay(&actor, &because).await,
                // Rights may have gone meanwhile: whoever was made under the old ones is made anew.
                Err(kehub_db::Fault::Moved) => self.refresh().await?,
                Err(fault) => return Err(fault.into()),
            }
        }
        Err(Problem::new(Code::Busy, "").into())
    }

    /// The answer of the request that used the key first.
    async fn replay(&self, actor: &Actor, because: &Because) -> Result<Done, Refusal> {
        let Some(idempotency) = &because.idempotency else { return Err(Problem::new(Code::Conflict, "").into()) };
        let key = key_bytes(actor.id, &idempotency.key);
        read_key_answer(self, &key, &idempotency.body).await?.ok_or_else(|| Problem::new(Code::Busy, "").into())
    }
}

/// The answer stored under an idempotency key, when there is one. Another body under the same key is refused.
async fn read_key_answer(records: &Records, key: &[u8], body: &[u8; 32]) -> Result<Option<Done>, Refusal> {
    let select =
        Select::from("record_key", &["body_hash", "moment", "answer"]).that(Where::Is("key", key.to_vec().into()));
    let rows = records.db().table(select).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    if row.bytes(0) != body {
        return Err(Problem::new(Code::KeyReused, "").into());
    }
    let results = serde_json::from_str::<Json>(row.text(2)).unwrap_or_default();
    let results = results.as_array().into_iter().flatten().filter_map(|item| {
        let id: RecordId = item.get(0)?.as_str()?.parse().ok()?;
        let fate = match item.get(1)?.as_str()? {
            "created" => Fate::Created,
            "updated" => Fate::Updated,
            "deleted" => Fate::Deleted,
            _ => Fate::Unchanged,
        };
        Some((id, fate))
    });
    Ok(Some(Done { commit: Some(Moment(row.int(1))), results: results.collect(), is_replay: true }))
}

/// The key of an idempotency row: nobody meets another person's.
pub(crate) fn key_bytes(actor: RecordId, key: &str) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(actor.as_bytes());
    hash.update(key.as_bytes());
    hash.finalize()[..16].to_vec()
}

/// The results of a save as they are kept with an idempotency key.
pub(crate) fn answer_text(results: &[(RecordId, Fate)]) -> String {
    Json::Array(results.iter().map(|(id, fate)| json!([id.to_string(), fate.text()])).collect()).to_string()
}

/// What a change came from unless somebody says so.
pub(crate) const USUAL: Cause = Cause::Person;
