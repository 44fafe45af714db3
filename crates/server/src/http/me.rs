//! Whoever is signed in, about himself.

use std::sync::Arc;

use kehub_api::{Answered, Ask, Need, Refused, Route, empty, json};
use kehub_db::Bind;
use kehub_model::rights::Right;
use kehub_model::{Code, Problem, Problems};
use kehub_records::{Action, Because, Change};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use crate::app::App;

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    vec![
        Route::get("/api/v1/me", Need::SignedIn, "Who I am and what I may", super::with(app, me)),
        Route::patch("/api/v1/me", Need::SignedIn, "Change my name, language or time zone", super::with(app, change))
            .for_sessions(),
        Route::post("/api/v1/me/password", Need::SignedIn, "Change my password", super::with(app, password))
            .takes::<Password>()
            .for_sessions(),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Password {
    old: String,
    new: String,
}

async fn me(app: Arc<App>, ask: Ask) -> Answered {
    let actor = ask.actor()?;
    let credential = crate::identity::credential(app.db(), actor.id).await?.ok_or_else(Refused::not_found)?;
    let department = actor.org.department_of(actor.id);
    let department = department.map(|id| json!({ "id": id, "title": app.records.name_of(id).unwrap_or_default() }));
    let rights: Vec<Right> = Right::ALL.into_iter().filter(|right| actor.has(*right)).collect();
    json(&json!({
        "id": actor.id,
        "name": app.records.name_of(actor.id).unwrap_or_else(|| actor.name.clone()),
        "email": credential.email,
        "department": department,
        "locale": credential.locale,
        "time_zone": credential.time_zone,
        "workspace": app.identity.workspace().shown(),
        "rights": rights,
        "is_admin": actor.is_unbound,
        "is_secure": app.settings.is_https(),
    }))
}

async fn change(app: Arc<App>, mut ask: Ask) -> Answered {
    let mut body = ask.object().await?;
    let mut problems = Problems::new();
    let mut values: Vec<(&'static str, Bind)> = Vec::new();
    let mut text =
        |body: &mut Map<String, Json>, name: &'static str, is_good: fn(&str) -> bool, problems: &mut Problems| {
            match body.shift_remove(name) {
                None => {}
                Some(Json::Null) => values.push((name, Bind::Null)),
                Some(Json::String(text)) if is_good(&text) => values.push((name, text.into())),
                Some(_) => problems.push(Problem::new(Code::NotOneOf, name).with("allowed", "zh en / IANA")),
            }
        };
    text(&mut body, "locale", |text| matches!(text, "zh" | "en"), &mut problems);
    text(&mut body, "time_zone", |text| text.parse::<chrono_tz::Tz>().is_ok(), &mut problems);
    let name = body.shift_remove("name");
    problems.extend(body.keys().map(|key| Problem::new(Code::UnknownKey, key.as_str()).with("name", key)));
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let actor = ask.actor()?.clone();
    if let Some(name) = name {
        let catalog = app.records.catalog();
        let object = catalog.object("person").ok_or_else(Refused::not_found)?;
        let kind = Action::Update { id: actor.id, values: Map::from_iter([("name".to_owned(), name)]), version: None };
        let because = Because { cause: Some(kehub_model::history::Cause::Person), ..Because::default() };
        // Everybody may change his own name, whatever his roles say of people.
        app.records
            .write(&super::elevated(&actor), vec![Change { object: object.id, kind, at: String::new() }], because)
            .await?;
        app.identity.standing_changed().await?;
    }
    app.identity.prefer(actor.id, values).await?;
    me(app, ask).await
}

async fn password(app: Arc<App>, mut ask: Ask) -> Answered {
    let said: Password = ask.read().await?;
    let caller = ask.caller()?;
    app.identity.change_password(caller.actor.id, said.old, said.new, caller.session()).await?;
    Ok(empty())
}
