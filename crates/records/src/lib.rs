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
mod hear;
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

use std::collections::HashSet;
use std::sync::Arc;

use kehub_db::Db;
use kehub_model::fields::Reading;
use kehub_model::{Actor, Catalog, Language, Moment, Object, RecordId};
use parking_lot::RwLock;
use tokio::sync::{Mutex, broadcast};

pub use change::{Because, Change, Done, Fate, Idempotency};
pub use kehub_model::history::undo::Choice as Conflicts;
pub use kehub_model::{Action, UpsertMode};
pub use read::Got;
pub use refusal::Refusal;
pub use undo::{How, Undone};
pub use write::Trial;

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
    /// Commits of this node that it will meet again in the log it shares with others.
    own: parking_lot::Mutex<HashSet<Moment>>,
    /// Signs cursors.
    secret: [u8; 32],
}

impl Records {
    pub async fn open(db: Db) -> Result<Records, Refusal> {
        let secret = cursor::secret(&db).await?;
        let state = Arc::new(State::load(&db).await?);
        let (changed, _) = broadcast::channel(1024);
        let inner = Inner {
            db,
            state: RwLock::new(state),
            reloading: Mutex::new(()),
            changed,
            own: Default::default(),
            secret,
        };
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
        self.state().object_for(actor, key)
    }

    /// The database for reading under this state: once its numbers have moved it answers `Moved` and nothing else.
    pub(crate) fn under(&self, state: &State) -> Db {
        self.db().under(state.rights)
    }

    /// For what was read otherwise: the numbers only grow, so if they stand afterwards they stood meanwhile.
    pub(crate) async fn still_stands(&self, state: &State) -> Result<(), Refusal> {
        let stands = self.db().numbers().await? == (i64::from(state.catalog.number), state.rights);
        if stands { Ok(()) } else { Err(Refusal::Fault(kehub_db::Fault::Moved)) }
    }
}

/// How often something is begun anew because the catalog or the rights moved on.
const TRIES: usize = 5;

/// Reads under the present state and an actor made under it; once more when either has moved meanwhile.
macro_rules! unmoved {
    ($self:ident, $actor:ident, |$state:ident, $who:ident| $read:expr) => {{
        let mut tries = 0;
        loop {
            let $state = $self.state();
            let renewed = $state.renewed($actor)?;
            let $who: &kehub_model::Actor = renewed.as_deref().unwrap_or($actor);
            match $read.await {
                Err($crate::Refusal::Fault(kehub_db::Fault::Moved)) if tries < $crate::TRIES => {
                    tries += 1;
                    $self.refresh().await?;
                }
                // What old definitions or old rights refuse, the new may allow.
                Err(refusal) if tries < $crate::TRIES && $self.still_stands(&$state).await.is_err() => {
                    drop(refusal);
                    tries += 1;
                    $self.refresh().await?;
                }
                other => break other,
            }
        }
    }};
}
pub(crate) use unmoved;

#[cfg(test)]
mod tests;
