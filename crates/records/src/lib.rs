//! The one door to data: permit, read, derive, check, save, history.
//!
//! **Architecture invariant:** only this crate reads or writes a customer's data. Whoever asks says who they are; the row rules
//! and the check of every field reference are added here and cannot be forgotten.

mod audit;
mod change;
mod cursor;
pub mod definitions;
mod derive;
mod facts;
mod formula;
mod history;
mod publish;
mod read;
mod refusal;
mod render;
mod search;
mod state;
mod undo;
mod versions;
mod write;

use std::sync::Arc;

use kehub_db::Db;
use kehub_model::fields::Reading;
use kehub_model::{Actor, Catalog, Language, Object, RecordId};
use parking_lot::RwLock;
use tokio::sync::{Mutex, broadcast};

pub use change::{Because, Change, ChangeKind, Done, Fate, Idempotency, UpsertMode};
pub use kehub_model::history::undo::Choice as Conflicts;
pub use read::Got;
pub use refusal::Refusal;
pub use undo::Undone;

use state::State;

/// How answers are written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    pub decimals_as_strings: bool,
    pub language: Language,
}

/// The records of one workspace. A cheap handle.
#[derive(Clone)]
pub struct Records {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    state: RwLock<Arc<State>>,
    /// One reload at a time.
    reloading: Mutex<()>,
    changed: broadcast::Sender<(String, i64)>,
    /// Signs cursors.
    secret: [u8; 32],
}

impl Records {
    pub async fn open(db: Db) -> Result<Records, Refusal> {
        let secret = cursor::secret(&db).await?;
        let state = Arc::new(State::load(&db).await?);
        let (changed, _) = broadcast::channel(1024);
        let inner = Inner { db, state: RwLock::new(state), reloading: Mutex::new(()), changed, secret };
        Ok(Records { inner: Arc::new(inner) })
    }

    pub fn db(&self) -> &Db {
        &self.inner.db
    }

    pub(crate) fn state(&self) -> Arc<State> {
        self.inner.state.read().clone()
    }

    pub fn catalog(&self) -> Arc<Catalog> {
        self.state().catalog.clone()
    }

    /// The catalog and rights numbers the present state was made of.
    pub fn numbers(&self) -> (i64, i64) {
        let state = self.state();
        (state.catalog.number.into(), state.rights)
    }

    /// Loads catalog, organisation and roles anew when their numbers have moved.
    pub async fn refresh(&self) -> Result<(), Refusal> {
        if self.db().numbers().await? == self.numbers() {
            return Ok(());
        }
        let _one = self.inner.reloading.lock().await;
        if self.db().numbers().await? == self.numbers() {
            return Ok(());
        }
        let state = Arc::new(State::load(self.db()).await?);
        *self.inner.state.write() = state;
        Ok(())
    }

    /// The actor of a person; `None` when he may not sign in.
    pub async fn actor(&self, person: RecordId, reading: Reading) -> Result<Option<Arc<Actor>>, Refusal> {
        Ok(self.state().actor(person, &reading))
    }

    /// What a person or department is called.
    pub fn name_of(&self, id: RecordId) -> Option<String> {
        self.state().names.get(&id).cloned()
    }

    /// "Object X is at version N": heard by whoever shows it.
    pub fn changed(&self) -> broadcast::Receiver<(String, i64)> {
        self.inner.changed.subscribe()
    }

    /// An object the actor may know of; forbidden and unknown look the same.
    pub fn object_for(&self, actor: &Actor, key: &str) -> Result<Arc<Object>, Refusal> {
        let state = self.state();
        let object = state.catalog.object(key).ok_or_else(Refusal::not_found)?;
        let known = [
            kehub_model::rights::Action::Read,
            kehub_model::rights::Action::Create,
            kehub_model::rights::Action::Update,
            kehub_model::rights::Action::Delete,
        ]
        .into_iter()
        .any(|action| actor.may(object, action));
        if known { Ok(object.clone()) } else { Err(Refusal::not_found()) }
    }
}

#[cfg(test)]
mod tests;
