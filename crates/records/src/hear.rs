//! "Object X is at version N", told to whoever shows it: what this node has committed at once, what others have within a second.

use std::collections::BTreeSet;
use std::time::Duration;

use kehub_db::{Dialect, Fault, Heard};
use kehub_model::{Moment, ObjectId};

use crate::state::State;
use crate::{Records, Refusal};

/// How often other nodes' commits are asked for.
const ASKED: Duration = Duration::from_secs(1);

/// Own commits remembered until they are met again in the log.
const MOST_OWN: usize = 20_000;

impl Records {
    /// Tells those who show these objects; rights that moved are loaded at once.
    pub(crate) async fn announce(&self, state: &State, objects: &[ObjectId], at: Moment) -> Result<(), Refusal> {
        if self.db().dialect() == Dialect::Postgres {
            let mut own = self.inner.own.lock();
            if own.len() >= MOST_OWN {
                own.clear();
            }
            own.insert(at);
        }
        self.tell(state, objects.iter().copied(), at);
        let is_org = |id: &i32| {
            state.catalog.object_by_id(*id).is_some_and(|object| matches!(object.key.as_str(), "person" | "department"))
        };
        if objects.iter().any(is_org) {
            self.refresh().await?;
        }
        Ok(())
    }

    fn tell(&self, state: &State, objects: impl IntoIterator<Item = ObjectId>, at: Moment) {
        for object in objects {
            if let Some(object) = state.catalog.object_by_id(object) {
                // Nobody listening is fine.
                let _ = self.inner.changed.send((object.key.clone(), at.0));
            }
        }
    }

    /// Hears what other nodes commit, for as long as the process lives. Returns at once where there are none.
    pub(crate) async fn follow_others(&self) {
        let mut heard = None;
        loop {
            match self.hear_others(&mut heard).await {
                Ok(true) => tokio::time::sleep(ASKED).await,
                Ok(false) | Err(Fault::Closed) => return,
                Err(fault) => {
                    tracing::warn!(%fault, "other nodes are not heard");
                    tokio::time::sleep(ASKED * 5).await;
                }
            }
        }
    }

    /// One look at the log; whether there can be other nodes.
    pub(crate) async fn hear_others(&self, heard: &mut Option<Heard>) -> Result<bool, Fault> {
        let Some(since) = heard else {
            *heard = self.db().hear().await?;
            return Ok(heard.is_some());
        };
        let told = self.db().heard(since).await?;
        let state = self.state();
        let Some(told) = told else {
            let at = Moment::ZERO.next(self.db().clock.now());
            self.tell(&state, state.catalog.active().map(|object| object.id), at);
            return Ok(true);
        };
        for commit in told {
            if !self.inner.own.lock().remove(&commit.moment) {
                self.tell(&state, with_counted(&state, commit.objects), commit.moment);
            }
        }
        Ok(true)
    }
}

/// These objects and those whose roll-ups count them: a changed child changes what its parent shows.
fn with_counted(state: &State, mut objects: BTreeSet<ObjectId>) -> BTreeSet<ObjectId> {
    let mut open: Vec<ObjectId> = objects.iter().copied().collect();
    while let Some(object) = open.pop() {
        for rollup in state.derivations.counting.get(&object).into_iter().flatten() {
            if objects.insert(rollup.parent) {
                open.push(rollup.parent);
            }
        }
    }
    objects
}
