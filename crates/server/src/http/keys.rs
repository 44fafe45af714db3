//! Keys of programs, each a person's own.

use std::sync::Arc;

use kehub_api::{Answered, Ask, Need, Route, created, empty, json};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::identity::{Key, NewKey};

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    vec![
        Route::get("/api/v1/api_keys", Need::SignedIn, "My keys", super::with(app, list)).for_sessions(),
        Route::post("/api/v1/api_keys", Need::SignedIn, "Make a key; it is shown once", super::with(app, make))
            .takes::<New>()
            .for_sessions(),
        Route::delete("/api/v1/api_keys/{id}", Need::SignedIn, "End a key", super::with(app, end)).for_sessions(),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct New {
    label: String,
    /// `read write design people roles connections operations`; none: all its person may.
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    expires_at: Option<chrono::DateTime<chrono::Utc>>,
}

fn shown(key: &Key) -> Json {
    json!({
        "id": key.id,
        "label": key.label,
        "prefix": key.prefix(),
        "scopes": key.scopes,
        "created_at": super::time(key.created_at),
        "last_used_at": key.seen_at.map(super::time),
        "expires_at": super::time(key.expires_at),
    })
}

async fn list(app: Arc<App>, ask: Ask) -> Answered {
    let keys = app.identity.keys(ask.actor()?.id).await?;
    json(&json!({ "api_keys": keys.iter().map(shown).collect::<Vec<_>>() }))
}

async fn make(app: Arc<App>, mut ask: Ask) -> Answered {
    let new: New = ask.read().await?;
    let expires_at = new.expires_at.map(|at| at.timestamp_micros());
    let (key, token) =
        app.identity.make_key(ask.actor()?.id, NewKey { label: new.label, scopes: new.scopes, expires_at }).await?;
    let mut body = shown(&key);
    body["token"] = token.into();
    Ok(created(json(&body)?, &format!("/api/v1/api_keys/{}", key.id)))
}

async fn end(app: Arc<App>, ask: Ask) -> Answered {
    app.identity.end_key(ask.actor()?.id, ask.id("id")?).await?;
    Ok(empty())
}
