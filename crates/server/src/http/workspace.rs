//! The workspace: its name, and language and time zone of whoever has not chosen.

use std::sync::Arc;

use chrono::SecondsFormat;
use kehub_api::{Answered, Ask, Need, Route, json};
use kehub_model::rights::Right;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::identity::WorkspaceChange;

const PATH: &str = "/api/v1/workspace";
const OPERATIONS: Need = Need::Right(Right::Operations);

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    vec![
        Route::get(PATH, Need::SignedIn, "The workspace", super::with(app, show)),
        Route::patch(PATH, OPERATIONS, "Change name, language or time zone", super::with(app, change))
            .takes::<WorkspaceChange>(),
        Route::get(
            "/api/v1/workspace/versions",
            OPERATIONS,
            "What it was, and who changed it",
            super::with(app, versions),
        ),
    ]
}

async fn show(app: Arc<App>, _ask: Ask) -> Answered {
    json(&app.identity.workspace().shown())
}

async fn change(app: Arc<App>, mut ask: Ask) -> Answered {
    let said: WorkspaceChange = ask.read().await?;
    json(&app.identity.change_workspace(ask.actor()?.id, said).await?.shown())
}

async fn versions(app: Arc<App>, _ask: Ask) -> Answered {
    let versions = app.identity.workspace_versions().await?;
    let shown = versions.into_iter().map(|version| {
        let by = json!({ "id": version.actor, "title": app.records.name_of(version.actor).unwrap_or_default() });
        let at = version.at.time().to_rfc3339_opts(SecondsFormat::AutoSi, true);
        json!({ "at": at, "by": by, "workspace": version.body })
    });
    json(&json!({ "versions": shown.collect::<Vec<Json>>() }))
}
