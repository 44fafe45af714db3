//! Solutions: what is shipped and installed; plan, show, apply.

use std::sync::Arc;

use kehub_api::{Answered, Ask, Need, Refused, Route, json};
use kehub_model::rights::Right;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::app::App;
use crate::solutions::{self, Package};

const OPERATIONS: Need = Need::Right(Right::Operations);

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    let long = std::time::Duration::from_secs(600);
    vec![
        Route::get("/api/v1/solutions", Need::SignedIn, "Shipped and installed solutions", super::with(app, list)),
        Route::post(
            "/api/v1/solutions/{key}/install",
            OPERATIONS,
            "Install or upgrade a shipped solution",
            super::with(app, install),
        )
        .takes::<Install>()
        .time(long),
        Route::post("/api/v1/plan", OPERATIONS, "What a solution would change", super::with(app, plan))
            .body(8 << 20)
            .reading()
            .time(long),
        Route::post("/api/v1/apply", OPERATIONS, "Apply a solution", super::with(app, apply)).body(8 << 20).time(long),
    ]
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct Install {
    sample: bool,
}

async fn list(app: Arc<App>, ask: Ask) -> Answered {
    let installed = solutions::installed(app.db()).await?;
    let shown: Vec<Json> = solutions::shipped()
        .iter()
        .filter(|package| package.key != "system")
        .map(|package| {
            let stands = installed.iter().find(|one| one.key == package.key);
            json!({
                "key": package.key,
                "label": package.label,
                "version": package.version,
                "installed": stands.is_some(),
                "installed_version": stands.map(|one| one.version.as_str()),
                "sample": stands.is_some_and(|one| one.has_sample),
            })
        })
        .collect();
    ask.actor()?;
    json(&json!({ "solutions": shown }))
}

async fn install(app: Arc<App>, mut ask: Ask) -> Answered {
    let said: Install = ask.read_or_default().await?;
    let package =
        solutions::shipped().iter().find(|package| package.key == ask.param("key") && package.key != "system");
    let package = package.ok_or_else(Refused::not_found)?;
    let done = solutions::install(&app, ask.actor()?, package, said.sample).await?;
    app.identity.standing_changed().await?;
    json(&done)
}

/// A solution as JSON: `{"key", "label", "version", "definitions": [{"kind", "key", "body"}]}`.
async fn package(ask: &mut Ask) -> Result<Package, Refused> {
    let body = Json::Object(ask.object().await?);
    Package::from_json(&body)
}

async fn plan(app: Arc<App>, mut ask: Ask) -> Answered {
    let package = package(&mut ask).await?;
    json(&solutions::plan(&app, ask.actor()?, &package).await?)
}

async fn apply(app: Arc<App>, mut ask: Ask) -> Answered {
    let package = package(&mut ask).await?;
    let done = solutions::apply(&app, ask.actor()?, &package).await?;
    app.identity.standing_changed().await?;
    json(&done)
}
