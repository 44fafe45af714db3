//! Connections set aside for reading the past. Each keeps its scratch tables, which end with it; so nothing is left over by a
//! crash or a stop.

use std::sync::Arc;

use kehub_model::Moment;
use parking_lot::Mutex;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Kept;
use crate::fault::Fault;

/// How many read the past at once.
pub(crate) const SESSIONS: usize = 4;

pub(crate) struct Session<C> {
    pub(crate) connection: C,
    pub(crate) kept: Kept,
    permit: Option<OwnedSemaphorePermit>,
}

pub(crate) struct Sessions<C> {
    free: Arc<Mutex<Vec<Session<C>>>>,
    permits: Arc<Semaphore>,
}

impl<C> Default for Sessions<C> {
    fn default() -> Self {
        Sessions { free: Arc::default(), permits: Arc::new(Semaphore::new(SESSIONS)) }
    }
}

impl<C> Session<C> {
    /// Gives up the connection, not the place.
    pub(crate) fn leave(&mut self) -> Option<OwnedSemaphorePermit> {
        self.permit.take()
    }
}

/// A place among those who read the past, with or without a connection that has read before.
pub(crate) enum Place<C> {
    Used(Session<C>),
    New(OwnedSemaphorePermit),
}

impl<C> Sessions<C> {
    /// The connection that knows the moment already, or a new one while there is room, or the one unused for longest.
    pub(crate) async fn take(&self, at: Moment) -> Result<Place<C>, Fault> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| Fault::Closed)?;
        let mut free = self.free.lock();
        let known = free.iter().position(|session| session.kept.has(at));
        let busy = SESSIONS - self.permits.available_permits() - 1;
        let oldest = (free.len() + busy >= SESSIONS && !free.is_empty()).then_some(0);
        Ok(match known.or(oldest) {
            Some(place) => {
                let session = free.remove(place);
                Place::Used(Session { permit: Some(permit), ..session })
            }
            None => Place::New(permit),
        })
    }

    pub(crate) fn begin(&self, connection: C, permit: OwnedSemaphorePermit) -> Session<C> {
        Session { connection, kept: Kept::default(), permit: Some(permit) }
    }

    /// Where a session goes back to when its reading went well.
    pub(crate) fn home(&self) -> Home<C> {
        Home(self.free.clone())
    }
}

pub(crate) struct Home<C>(Arc<Mutex<Vec<Session<C>>>>);

impl<C> Home<C> {
    pub(crate) fn keep(&self, mut session: Session<C>) {
        let permit = session.permit.take();
        self.0.lock().push(session);
        drop(permit);
    }
}
