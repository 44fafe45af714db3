//! Signing in and out.

use std::sync::Arc;

use http::{HeaderValue, header};
use kehub_api::{Answered, Ask, Need, Refused, Response, Route, empty, json};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::identity::SignedIn;

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    vec![
        Route::post("/api/v1/session", Need::Public, "Sign in", super::with(app, sign_in))
            .takes::<SignIn>()
            .gives::<Token>()
            .body(16 << 10),
        Route::delete("/api/v1/session", Need::SignedIn, "Sign out", super::with(app, sign_out)).for_sessions(),
        Route::get("/api/v1/sessions", Need::SignedIn, "My sessions", super::with(app, list)).for_sessions(),
        Route::delete("/api/v1/sessions/{id}", Need::SignedIn, "End one of my sessions", super::with(app, end))
            .for_sessions(),
        Route::get("/api/v1/invitations/{token}", Need::Public, "Whom a link is for", super::with(app, invitation)),
        Route::post(
            "/api/v1/invitations/{token}",
            Need::Public,
            "Set a password by a link and sign in",
            super::with(app, accept),
        )
        .takes::<Accept>()
        .gives::<Token>()
        .body(16 << 10),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    email: String,
    password: String,
}

#[derive(Serialize, JsonSchema)]
struct Token {
    /// For `Authorization: Bearer`.
    token: String,
    #[schemars(with = "String")]
    person: uuid::Uuid,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Accept {
    password: String,
}

#[derive(Serialize)]
struct Session {
    id: uuid::Uuid,
    created_at: String,
    last_seen_at: String,
    address: String,
    agent: String,
    current: bool,
}

async fn sign_in(app: Arc<App>, mut ask: Ask) -> Answered {
    let said: SignIn = ask.read().await?;
    let address = address(&app, &ask);
    let signed_in = app.identity.sign_in(&said.email, said.password, address, agent(&ask)).await?;
    answer(&app, signed_in)
}

async fn sign_out(app: Arc<App>, ask: Ask) -> Answered {
    let caller = ask.caller()?;
    if let Some(session) = caller.session() {
        app.identity.end_session(caller.actor.id, session).await?;
    }
    let mut answer = empty();
    set_cookie(&app, &mut answer, "");
    Ok(answer)
}

async fn list(app: Arc<App>, ask: Ask) -> Answered {
    let caller = ask.caller()?;
    let current = caller.session();
    let rows = app.identity.sessions(caller.actor.id).await?;
    let sessions: Vec<Session> = rows
        .into_iter()
        .map(|row| Session {
            current: Some(row.id) == current,
            id: row.id,
            created_at: super::time(row.created_at),
            last_seen_at: super::time(row.seen_at),
            address: row.address,
            agent: row.agent,
        })
        .collect();
    json(&serde_json::json!({ "sessions": sessions }))
}

async fn end(app: Arc<App>, ask: Ask) -> Answered {
    app.identity.end_session(ask.actor()?.id, ask.id("id")?).await?;
    Ok(empty())
}

async fn invitation(app: Arc<App>, ask: Ask) -> Answered {
    let person = app.identity.link(ask.param("token")).await?;
    let credential = crate::identity::credential(app.db(), person).await?.ok_or_else(Refused::not_found)?;
    let name = app.records.name_of(person).unwrap_or_default();
    json(
        &serde_json::json!({ "name": name, "email": credential.email, "workspace": { "name": app.identity.workspace().name } }),
    )
}

async fn accept(app: Arc<App>, mut ask: Ask) -> Answered {
    let said: Accept = ask.read().await?;
    let address = address(&app, &ask);
    let signed_in = app.identity.use_link(ask.param("token"), said.password, address, agent(&ask)).await?;
    answer(&app, signed_in)
}

/// A browser takes the cookie, a program the token.
pub(super) fn answer(app: &App, signed_in: SignedIn) -> Answered {
    let mut answer = json(&Token { token: signed_in.token.clone(), person: signed_in.person })?;
    set_cookie(app, &mut answer, &signed_in.token);
    Ok(answer)
}

fn set_cookie(app: &App, answer: &mut Response, token: &str) {
    if let Ok(cookie) = HeaderValue::from_str(&app.identity.cookie(token)) {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

pub(super) fn address(app: &App, ask: &Ask) -> std::net::IpAddr {
    app.settings.address(ask.address, ask.headers.get("x-forwarded-for").and_then(|value| value.to_str().ok()))
}

pub(super) fn agent(ask: &Ask) -> &str {
    ask.header(header::USER_AGENT).unwrap_or_default()
}
