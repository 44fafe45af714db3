//! Objects and their fields as they are designed. Every change is planned, shown when asked, and published as a whole.

use std::sync::Arc;

use kehub_api::{Answered, Ask, Need, Refused, Response, Route, created, empty, json_text};
use kehub_model::object::ObjectDef;
use kehub_model::rights::Right;
use kehub_model::schema::Edit;
use kehub_model::{Code, Object, Problem, Problems};
use serde_json::{Map, Value as Json};

use crate::app::App;
use crate::solutions::LOCAL;

const DESIGN: Need = Need::Right(Right::Design);

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    let long = std::time::Duration::from_secs(300);
    vec![
        Route::get("/api/v1/objects", Need::SignedIn, "All objects one may know of", super::with(app, list)),
        Route::post("/api/v1/objects", DESIGN, "Make an object", super::with(app, make)).query(&["plan"]).time(long),
        Route::get("/api/v1/objects/{object}", Need::SignedIn, "An object", super::with(app, one)),
        Route::patch("/api/v1/objects/{object}", DESIGN, "Change an object", super::with(app, change))
            .query(&["plan"])
            .time(long),
        Route::delete(
            "/api/v1/objects/{object}",
            DESIGN,
            "Retire an object; its data is kept",
            super::with(app, retire),
        )
        .query(&["plan"]),
    ]
}

async fn list(app: Arc<App>, ask: Ask) -> Answered {
    Ok(json_text(app.records.objects(ask.actor()?).await))
}

async fn one(app: Arc<App>, ask: Ask) -> Answered {
    Ok(json_text(app.records.object(ask.actor()?, ask.param("object")).await?))
}

/// What only an answer says of objects and fields is no part of a definition.
const ANSWERED: [&str; 7] = ["can", "state", "version", "system", "solution", "access", "id"];

/// What an answer says of a roll-up besides, so that a page can show it.
const ANSWERED_OF_ROLLUP: [&str; 2] = ["yields", "scale"];

pub(super) fn strip(map: &mut Map<String, Json>) {
    for name in ANSWERED {
        map.shift_remove(name);
    }
    if map.get("type").and_then(Json::as_str) == Some("rollup") {
        for name in ANSWERED_OF_ROLLUP {
            map.shift_remove(name);
        }
    }
}

pub(super) fn without_answered(body: &mut Map<String, Json>) {
    strip(body);
    if let Some(Json::Array(fields)) = body.get_mut("fields") {
        fields.retain(|field| {
            field.get("system") != Some(&Json::Bool(true))
                && field.get("state").and_then(Json::as_str) != Some("retired")
        });
        fields.iter_mut().filter_map(Json::as_object_mut).for_each(strip);
    }
}

/// The solution a new object is put into: the company's own unless said.
pub(super) fn solution_of(body: &Map<String, Json>) -> Result<String, Refused> {
    match body.get("solution") {
        None | Some(Json::Null) => Ok(LOCAL.to_owned()),
        Some(Json::String(key)) if kehub_model::key::is_key(key) => Ok(key.clone()),
        Some(other) => Err(Problem::new(Code::BadKey, "solution").with("value", other).into()),
    }
}

async fn make(app: Arc<App>, mut ask: Ask) -> Answered {
    let mut body = ask.object().await?;
    let solution = solution_of(&body)?;
    without_answered(&mut body);
    let mut problems = Problems::new();
    let def = ObjectDef::from_json(&Json::Object(body), "", &mut problems);
    if let Some(def) = &def
        && app.records.catalog().object(&def.key).is_some()
    {
        problems.push(Problem::new(Code::KeyTaken, "key").with("value", &def.key));
    }
    let Some(def) = def.filter(|_| problems.is_empty()) else { return Err(problems.into()) };
    let key = def.key.clone();
    let answer = put(&app, &ask, &key, def, &solution).await?;
    Ok(if ask.is_query("plan") { answer } else { created(answer, &format!("/api/v1/objects/{key}")) })
}

/// Plans or publishes the object as it shall be.
pub(super) async fn put(app: &App, ask: &Ask, key: &str, def: ObjectDef, solution: &str) -> Result<Response, Refused> {
    let edits = vec![Edit::Put { def, solution: solution.to_owned() }];
    if ask.is_query("plan") {
        return Ok(json_text(app.records.plan(ask.actor()?, edits).await?));
    }
    app.records.publish(ask.actor()?, edits).await?;
    Ok(json_text(app.records.object(ask.actor()?, key).await?))
}

/// The object of the path as it is designed. Who may design knows all of them.
pub(super) fn designed(app: &App, ask: &Ask) -> Result<Arc<Object>, Refused> {
    app.records.catalog().object(ask.param("object")).cloned().ok_or_else(Refused::not_found)
}

async fn change(app: Arc<App>, mut ask: Ask) -> Answered {
    let mut body = ask.object().await?;
    let object = designed(&app, &ask)?;
    without_answered(&mut body);
    let mut problems = Problems::new();
    if body.get("key").is_some_and(|key| key.as_str() != Some(&object.key)) {
        // A key never changes; a label does.
        problems.push(Problem::new(Code::ReadOnly, "key").with("field", "key"));
    }
    let mut def = object.def.to_json();
    if let Json::Object(map) = &mut def {
        map.extend(body);
        map.retain(|_, value| !value.is_null());
    }
    let def = ObjectDef::from_json(&def, "", &mut problems);
    let Some(def) = def.filter(|_| problems.is_empty()) else { return Err(problems.into()) };
    locked(&object, &def)?;
    put(&app, &ask, &object.key, def, &object.solution).await
}

/// The platform stands on its own objects' fields: they may be called otherwise, not be taken away or become something else.
pub(super) fn locked(object: &Object, wanted: &ObjectDef) -> Result<(), Refused> {
    let shipped = crate::solutions::system_object(&object.key);
    let fields = shipped.iter().flat_map(|def| &def.fields);
    let problems: Problems = fields
        .filter(|field| {
            wanted
                .field(&field.key)
                .is_none_or(|wanted| wanted.kind.key() != field.kind.key() || wanted.unique != field.unique)
        })
        .map(|field| Problem::new(Code::Locked, format!("fields.{}", field.key)))
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
}

async fn retire(app: Arc<App>, ask: Ask) -> Answered {
    let key = designed(&app, &ask)?.key.clone();
    put_away(&app, &ask, &key).await
}

/// Retires an object with all that roles grant on it.
pub(super) async fn put_away(app: &App, ask: &Ask, key: &str) -> Answered {
    if crate::solutions::system_object(key).is_some() {
        return Err(Refused::new(Code::Locked, ""));
    }
    let edits = vec![Edit::Retire { key: key.to_owned() }];
    if ask.is_query("plan") {
        return Ok(json_text(app.records.plan(ask.actor()?, edits).await?));
    }
    app.records.publish(ask.actor()?, edits).await?;
    super::definitions::forget_object(app, ask.actor()?, key).await?;
    Ok(empty())
}
