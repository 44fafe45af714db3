//! A route: method, path, what it needs, what it takes and gives, and who answers. Router and OpenAPI file are made of these.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use http::Method;
use kehub_model::rights::{Access, Right};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::ask::Ask;
use crate::refused::Refused;
use crate::service::Response;

pub type Answered = Result<Response, Refused>;
pub type Handler = Arc<dyn Fn(Ask) -> BoxFuture<'static, Answered> + Send + Sync>;
pub(crate) type MakeSchema = fn(&mut SchemaGenerator) -> Schema;

/// A handler out of an async function.
pub fn handler<F, Answer>(function: F) -> Handler
where
    F: Fn(Ask) -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Answered> + Send + 'static,
{
    Arc::new(move |ask| Box::pin(function(ask)))
}

/// What whoever asks must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Nothing: everybody may ask. The list of these is short.
    Public,
    SignedIn,
    Right(Right),
    /// One of several.
    AnyRight(&'static [Right]),
    /// Any of the grants on the object in the path; which rows and fields is decided behind the door.
    Object(Access),
}

impl Need {
    pub fn text(self) -> String {
        match self {
            Need::Public => "public".to_owned(),
            Need::SignedIn => "signed_in".to_owned(),
            Need::Right(right) => word(right).to_owned(),
            Need::AnyRight(rights) => rights.iter().map(|right| word(*right)).collect::<Vec<_>>().join("|"),
            Need::Object(Access::Create) => "object:create".to_owned(),
            Need::Object(Access::Read) => "object:read".to_owned(),
            Need::Object(Access::Update) => "object:update".to_owned(),
            Need::Object(Access::Delete) => "object:delete".to_owned(),
            Need::Object(Access::Export) => "object:export".to_owned(),
            Need::Object(Access::Import) => "object:import".to_owned(),
        }
    }
}

/// The word of a right, on the wire and as a key's scope.
pub(crate) fn word(right: Right) -> &'static str {
    match right {
        Right::Design => "design",
        Right::People => "people",
        Right::Roles => "roles",
        Right::Connections => "connections",
        Right::Operations => "operations",
    }
}

pub struct Route {
    pub method: Method,
    /// With `{names}`: `/api/v1/records/{object}/{id}`.
    pub path: &'static str,
    pub need: Need,
    pub summary: &'static str,
    pub handler: Handler,
    pub(crate) takes: Option<MakeSchema>,
    pub(crate) gives: Option<MakeSchema>,
    pub(crate) queries: &'static [&'static str],
    /// Asks only, whatever its method: it is dropped when the client leaves.
    pub(crate) is_reading: bool,
    /// Ends by itself when the client leaves: what it writes is carried to its end behind the door.
    pub(crate) is_cut_short: bool,
    pub(crate) is_for_sessions: bool,
    pub(crate) body_bytes: usize,
    pub(crate) time: Option<Duration>,
}

impl Route {
    pub fn new(method: Method, path: &'static str, need: Need, summary: &'static str, handler: Handler) -> Route {
        let is_reading = method == Method::GET;
        Route {
            method,
            path,
            need,
            summary,
            handler,
            takes: None,
            gives: None,
            queries: &[],
            is_reading,
            is_cut_short: is_reading,
            is_for_sessions: false,
            body_bytes: 1 << 20,
            time: Some(Duration::from_secs(60)),
        }
    }

    pub fn get(path: &'static str, need: Need, summary: &'static str, handler: Handler) -> Route {
        Route::new(Method::GET, path, need, summary, handler)
    }

    pub fn post(path: &'static str, need: Need, summary: &'static str, handler: Handler) -> Route {
        Route::new(Method::POST, path, need, summary, handler)
    }

    pub fn put(path: &'static str, need: Need, summary: &'static str, handler: Handler) -> Route {
        Route::new(Method::PUT, path, need, summary, handler)
    }

    pub fn patch(path: &'static str, need: Need, summary: &'static str, handler: Handler) -> Route {
        Route::new(Method::PATCH, path, need, summary, handler)
    }

    pub fn delete(path: &'static str, need: Need, summary: &'static str, handler: Handler) -> Route {
        Route::new(Method::DELETE, path, need, summary, handler)
    }

    /// The shape of the body.
    pub fn takes<T: JsonSchema>(mut self) -> Route {
        self.takes = Some(|generator| generator.subschema_for::<T>());
        self
    }

    /// The shape of the answer.
    pub fn gives<T: JsonSchema>(mut self) -> Route {
        self.gives = Some(|generator| generator.subschema_for::<T>());
        self
    }

    /// What may stand after `?`.
    pub fn query(mut self, names: &'static [&'static str]) -> Route {
        self.queries = names;
        self
    }

    /// A POST that only asks.
    pub fn reading(mut self) -> Route {
        self.is_reading = true;
        self.is_cut_short = true;
        self
    }

    /// Need not run on when the client leaves: its one write is carried to its end behind the door.
    pub fn cut_short(mut self) -> Route {
        self.is_cut_short = true;
        self
    }

    /// Not for programs' keys: sessions, passwords and keys themselves.
    pub fn for_sessions(mut self) -> Route {
        self.is_for_sessions = true;
        self
    }

    pub fn body(mut self, bytes: usize) -> Route {
        self.body_bytes = bytes;
        self
    }

    pub fn time(mut self, time: Duration) -> Route {
        self.time = Some(time);
        self
    }

    /// Goes on as long as the client listens.
    pub fn unending(mut self) -> Route {
        self.time = None;
        self
    }
}
