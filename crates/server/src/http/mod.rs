//! What the roof itself answers: thin handlers, take, call, answer. Each file is a resource with its part of the list of routes.

pub mod batch;
pub mod definitions;
pub mod events;
pub mod fields;
pub mod files;
pub mod health;
pub mod imports;
pub mod keys;
pub mod links;
pub mod me;
pub mod objects;
pub mod operations;
pub mod people;
pub mod records;
pub mod roles;
pub mod session;
pub mod setup;
pub mod solutions;
pub mod workspace;

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use kehub_api::{Answered, Ask, Handler};
use kehub_model::Actor;

use crate::app::App;

/// A handler that is handed the house.
fn with<F, Answer>(app: &Arc<App>, function: F) -> Handler
where
    F: Fn(Arc<App>, Ask) -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Answered> + Send + 'static,
{
    let app = app.clone();
    kehub_api::handler(move |ask| function(app.clone(), ask))
}

/// Microseconds as a time on the wire.
fn time(micros: i64) -> String {
    let at: DateTime<Utc> = DateTime::from_timestamp_micros(micros).unwrap_or_default();
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// The same person with all rights on data: for acts whose own right was asked for already.
fn elevated(actor: &Actor) -> Arc<Actor> {
    let mut elevated = Actor::unbound(actor.id, &actor.name, actor.org.clone());
    elevated.reading = actor.reading.clone();
    Arc::new(elevated)
}
