//! How the house stands, for who runs it; and whether anything leaves it.

use std::sync::Arc;

use kehub_api::{Answered, Ask, Need, Refused, Route, json};
use kehub_connect::store::outbox::{self, Told};
use kehub_db::Dialect;
use kehub_model::rights::Right;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::app::App;

const OPERATIONS: Need = Need::Right(Right::Operations);

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    vec![
        Route::get("/api/v1/operations", OPERATIONS, "How the server stands", super::with(app, show)),
        Route::post(
            "/api/v1/operations/pause",
            OPERATIONS,
            "Let nothing leave the building until it is resumed",
            super::with(app, pause),
        ),
        Route::post(
            "/api/v1/operations/resume",
            OPERATIONS,
            "Let outgoing effects go again, as after a restore",
            super::with(app, resume),
        )
        .takes::<Resume>(),
    ]
}

/// What becomes of effects that waited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Waiting {
    #[default]
    Send,
    Discard,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Resume {
    #[serde(default)]
    waiting: Waiting,
}

async fn show(app: Arc<App>, _ask: Ask) -> Answered {
    json(&standing(&app).await?)
}

async fn pause(app: Arc<App>, _ask: Ask) -> Answered {
    app.db().write(vec![outbox::paused(true)]).await?;
    json(&standing(&app).await?)
}

async fn resume(app: Arc<App>, mut ask: Ask) -> Answered {
    let said: Resume = ask.read_or_default().await?;
    let mut writes = Vec::new();
    if said.waiting == Waiting::Discard {
        writes.push(outbox::discard(app.db().clock.now().timestamp_micros()));
    }
    writes.push(outbox::paused(false));
    app.db().write(writes).await?;
    if let Some(post) = &app.post {
        post.wake();
    }
    json(&standing(&app).await?)
}

async fn standing(app: &App) -> Result<Json, Refused> {
    let database = match app.db().dialect() {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
    };
    let (catalog, rights) = app.db().numbers().await?;
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "database": database,
        "started_at": super::time(app.started_at.timestamp_micros()),
        "base_url": app.settings.base_url,
        "is_https": app.settings.is_https(),
        "catalog": catalog,
        "rights": rights,
        "outgoing": outgoing(app).await?,
    }))
}

/// What waits to leave the building, and what did not get there.
async fn outgoing(app: &App) -> Result<Json, Refused> {
    let waiting = outbox::in_states(app.db(), &["pending", "sending"]).await?;
    let troubled = outbox::in_states(app.db(), &["failed", "unknown"]).await?;
    let told = |one: &Told| {
        json!({
            "id": one.id,
            "kind": one.kind,
            "person": one.person.map(|id| json!({ "id": id, "title": app.records.name_of(id).unwrap_or_default() })),
            "state": one.state,
            "attempts": one.attempts,
            "error": one.error,
            "created_at": super::time(one.created_at),
            "changed_at": super::time(one.changed_at),
        })
    };
    Ok(json!({
        "paused": outbox::is_paused(app.db()).await?,
        "mail_server": app.settings.smtp.as_ref().map(|smtp| &smtp.host),
        "waiting": waiting.iter().map(told).collect::<Vec<_>>(),
        "troubled": troubled.iter().map(told).collect::<Vec<_>>(),
    }))
}
