//! Who asks: a person by session or by a key of a program.

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use http::HeaderMap;
use kehub_model::Actor;
use uuid::Uuid;

use crate::refused::Refused;

#[derive(Clone, Debug)]
pub struct Caller {
    pub actor: Arc<Actor>,
    pub means: Means,
    /// The caller's browser sent the cookie by itself: such requests must show that they come from our own page.
    pub is_cookie: bool,
}

/// By what a caller is known.
#[derive(Clone, Debug)]
pub enum Means {
    Session(Uuid),
    /// A program's key; what it may do of what its person may. Empty: all of it.
    Key(Uuid, Arc<Vec<String>>),
}

impl Caller {
    pub fn session(&self) -> Option<Uuid> {
        match self.means {
            Means::Session(id) => Some(id),
            Means::Key(..) => None,
        }
    }
}

/// Tells who asks. The roof knows sessions and keys; manners do not.
pub trait Gate: Send + Sync + 'static {
    /// `None`: nobody we know. `is_sure`: as of now, whatever another node has just changed; else somebody behind tests again
    /// under the numbers that hold.
    fn who<'a>(
        &'a self,
        headers: &'a HeaderMap,
        address: IpAddr,
        is_sure: bool,
    ) -> BoxFuture<'a, Result<Option<Caller>, Refused>>;
}
