//! The first administrator, made on the page with the code that the server's console shows.

use std::sync::Arc;

use http::StatusCode;
use kehub_api::{Answered, Ask, Need, Route, json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::session::{address, agent};
use crate::app::App;
use crate::identity::NewAdmin;

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    vec![
        Route::get("/api/v1/setup", Need::Public, "Whether there is no administrator yet", super::with(app, is_needed))
            .gives::<Setup>(),
        Route::post("/api/v1/setup", Need::Public, "Make the first administrator", super::with(app, set_up))
            .takes::<SetUp>()
            .body(16 << 10),
    ]
}

#[derive(Serialize, JsonSchema)]
struct Setup {
    needed: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SetUp {
    /// As the server's console shows it.
    code: String,
    name: String,
    email: String,
    password: String,
    #[serde(default)]
    company: String,
}

async fn is_needed(app: Arc<App>, _ask: Ask) -> Answered {
    json(&Setup { needed: app.identity.needs_setup().await? })
}

async fn set_up(app: Arc<App>, mut ask: Ask) -> Answered {
    let said: SetUp = ask.read().await?;
    let new = NewAdmin { name: said.name, email: said.email, password: Some(said.password) };
    let person = app.identity.set_up(&said.code, new, &said.company).await?;
    let signed_in = app.identity.begin(person, address(&app, &ask), agent(&ask)).await?;
    let mut answer = super::session::answer(&app, signed_in)?;
    *answer.status_mut() = StatusCode::CREATED;
    Ok(answer)
}
