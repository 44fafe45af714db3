//! Definitions besides objects: views, menus, roles and whatever the rooms let people draw. Most are drafts until published;
//! views, menus and roles hold as soon as they are saved.

use std::sync::Arc;

use kehub_api::{Answered, Ask, Need, Refused, Route, empty, json, json_text};
use kehub_model::object::ObjectDef;
use kehub_model::rights::{Right, RoleDef};
use kehub_model::schema::Edit;
use kehub_model::{Actor, Code, Moment, Problem, Problems};
use kehub_records::definitions::{self, Definition, Standing};
use serde_json::{Value as Json, json};

use super::roles;
use crate::app::App;
use crate::kinds;
use crate::solutions::LOCAL;

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    let signed_in = Need::SignedIn;
    vec![
        Route::get("/api/v1/definitions/{kind}", signed_in, "Definitions of a kind", super::with(app, list))
            .query(&["object"]),
        Route::get("/api/v1/definitions/{kind}/{key}", signed_in, "A definition", super::with(app, one)),
        // Views are everybody's own; what else needs a right is asked for by kind.
        Route::put("/api/v1/definitions/{kind}/{key}", signed_in, "Save a definition", super::with(app, put)),
        Route::delete("/api/v1/definitions/{kind}/{key}", signed_in, "Retire a definition", super::with(app, retire)),
        Route::post(
            "/api/v1/definitions/{kind}/{key}/publish",
            signed_in,
            "Publish a definition",
            super::with(app, publish),
        ),
        Route::get(
            "/api/v1/definitions/{kind}/{key}/versions",
            signed_in,
            "Published versions",
            super::with(app, versions),
        ),
        Route::post(
            "/api/v1/definitions/{kind}/{key}/rollback",
            signed_in,
            "Bring an earlier version back",
            super::with(app, rollback),
        ),
        Route::get("/api/v1/schemas/{kind}", signed_in, "The JSON Schema of a kind", super::with(app, schema)),
    ]
}

/// A definition on the wire.
pub(super) fn shown(definition: &Definition) -> Json {
    json!({
        "kind": definition.kind,
        "key": definition.key,
        "body": definition.body,
        "owner": definition.owner,
        "solution": definition.solution,
        "version": definition.version,
        "state": if definition.state == Standing::Draft { "draft" } else { "active" },
    })
}

/// Whether somebody may see a definition: his own, or everybody's of a kind that is for everybody.
fn is_seen(actor: &Actor, definition: &Definition) -> bool {
    match (definition.owner, kinds::right_of(&definition.kind)) {
        (Some(owner), _) => owner == actor.id,
        (None, Some(Right::Roles)) => actor.has(Right::Roles) || actor.has(Right::People),
        (None, Some(Right::Connections)) => actor.has(Right::Connections),
        (None, _) => definition.state == Standing::Active || actor.has(Right::Design),
    }
}

/// Whether somebody may change it. What is not seen does not exist.
fn may_change(actor: &Actor, kind: &str, stands: Option<&Definition>) -> Result<(), Refused> {
    if stands.is_some_and(|stands| stands.state != Standing::Retired && !is_seen(actor, stands)) {
        return Err(Refused::not_found());
    }
    let is_own = stands.is_some_and(|stands| stands.owner == Some(actor.id));
    match kinds::right_of(kind) {
        Some(right) if !is_own && !actor.has(right) => Err(Refused::forbidden()),
        _ => Ok(()),
    }
}

fn known(kind: &str) -> Result<(), Refused> {
    if kinds::is_kind(kind) { Ok(()) } else { Err(Refused::not_found()) }
}

async fn list(app: Arc<App>, ask: Ask) -> Answered {
    let kind = ask.param("kind");
    known(kind)?;
    if kind == "object" {
        return Ok(json_text(app.records.objects(ask.actor()?).await));
    }
    let object = ask.query("object");
    let found = definitions::list(app.db(), kind).await?;
    let seen = found.iter().filter(|one| is_seen(ask.actor().map_or(&*Arc::new(Actor::console()), |actor| actor), one));
    let seen = seen.filter(|one| {
        object.as_deref().is_none_or(|object| one.body.get("object").and_then(Json::as_str) == Some(object))
    });
    json(&json!({ "definitions": seen.map(shown).collect::<Vec<_>>() }))
}

/// The definition of the path, when whoever asks may see it.
async fn seen(app: &App, ask: &Ask) -> Result<Definition, Refused> {
    let (kind, key) = (ask.param("kind"), ask.param("key"));
    known(kind)?;
    let actor = ask.actor()?;
    if kind == "object" {
        let object = app.records.object_for(actor, key)?;
        if !actor.has(Right::Design) {
            return Err(Refused::forbidden());
        }
        let version = app.records.catalog().number.into();
        let (key, solution) = (object.key.clone(), object.solution.clone());
        return Ok(Definition {
            kind: "object".into(),
            key,
            body: object.def.to_json(),
            owner: None,
            solution,
            origin: None,
            version,
            state: Standing::Active,
        });
    }
    let found = definitions::find(app.db(), kind, key).await?;
    found.filter(|one| one.state != Standing::Retired && is_seen(actor, one)).ok_or_else(Refused::not_found)
}

async fn one(app: Arc<App>, ask: Ask) -> Answered {
    json(&shown(&seen(&app, &ask).await?))
}

async fn put(app: Arc<App>, mut ask: Ask) -> Answered {
    let mut body = ask.object().await?;
    let (kind, key) = (ask.param("kind").to_owned(), ask.param("key").to_owned());
    known(&kind)?;
    if kind == "object" {
        if !ask.actor()?.has(Right::Design) {
            return Err(Refused::forbidden());
        }
        body.insert("key".into(), key.clone().into());
        super::objects::without_answered(&mut body);
        let mut problems = Problems::new();
        let def = ObjectDef::from_json(&Json::Object(body), "", &mut problems);
        let Some(def) = def.filter(|_| problems.is_empty()) else { return Err(problems.into()) };
        let stands = app.records.catalog().object(&key).cloned();
        if let Some(stands) = &stands {
            super::objects::locked(stands, &def)?;
        }
        let solution = stands.map_or_else(|| LOCAL.to_owned(), |object| object.solution.clone());
        app.records.publish(ask.actor()?, vec![Edit::Put { def, solution }]).await?;
        return json(&shown(&seen(&app, &ask).await?));
    }
    json(&shown(&save(&app, ask.actor()?, &kind, &key, Json::Object(body)).await?))
}

/// Saves a definition; of the kinds that hold at once it is published with it.
pub(super) async fn save(
    app: &App,
    actor: &Arc<Actor>,
    kind: &str,
    key: &str,
    mut body: Json,
) -> Result<Definition, Refused> {
    if !kehub_model::key::is_key(key) {
        return Err(Problem::new(Code::BadKey, "key").with("value", key).into());
    }
    let stands = definitions::find(app.db(), kind, key).await?;
    may_change(actor, kind, stands.as_ref())?;
    if kind == "role" {
        body["key"] = key.into();
        if let Some(map) = body.as_object_mut() {
            // What an answer says beside the role is no part of it.
            for name in ["version", "solution", "builtin", "system", "id"] {
                map.shift_remove(name);
            }
        }
    }
    kinds::check(kind, &body, &app.records.catalog())?;
    if kind == "role" {
        roles::may_grant(app, actor, &body).await?;
        if let Some(stands) = stands.as_ref().filter(|stands| stands.state != Standing::Retired) {
            // Changing a role changes those who hold it: what it grants now must be one's own, too.
            roles::may_grant(app, actor, &stands.body).await?;
        }
    }
    let is_own = kinds::is_personal(kind, &body);
    if !is_own && kinds::right_of(kind).is_none() && !actor.has(Right::Design) {
        return Err(Refused::forbidden());
    }
    let now = Moment::first_at(app.db().clock.now());
    let holds_at_once = kinds::holds_at_once(kind);
    let before = stands.as_ref().map_or(0, |stands| stands.version);
    let definition = Definition {
        kind: kind.to_owned(),
        key: key.to_owned(),
        body,
        owner: is_own.then_some(actor.id),
        solution: stands.as_ref().map_or_else(|| LOCAL.to_owned(), |stands| stands.solution.clone()),
        origin: stands.as_ref().and_then(|stands| stands.origin.clone()),
        version: if holds_at_once { before + 1 } else { before },
        state: if holds_at_once || before > 0 { Standing::Active } else { Standing::Draft },
    };
    let mut writes = vec![definitions::put(&definition, now)];
    if holds_at_once {
        writes.push(definitions::keep_version(&definition, now, actor.id));
    }
    definitions::write(app.db(), writes, kind == "role").await?;
    after(app, kind).await?;
    Ok(definition)
}

/// What follows a change of a definition.
async fn after(app: &App, kind: &str) -> Result<(), Refused> {
    if kind == "role" {
        app.records.refresh().await?;
        app.identity.forget();
    }
    Ok(())
}

async fn retire(app: Arc<App>, ask: Ask) -> Answered {
    let actor = ask.actor()?;
    let mut definition = seen(&app, &ask).await?;
    if definition.kind == "object" {
        return Err(Refused::new(Code::Locked, ""));
    }
    may_change(actor, &definition.kind, Some(&definition))?;
    if definition.owner.is_none() && !actor.has(kinds::right_of(&definition.kind).unwrap_or(Right::Design)) {
        return Err(Refused::forbidden());
    }
    if definition.kind == "role" {
        roles::may_grant(&app, actor, &definition.body).await?;
    }
    definition.state = Standing::Retired;
    let mut writes = vec![definitions::put(&definition, Moment::first_at(app.db().clock.now()))];
    if definition.kind == "role" {
        // Who comes by a new role of the same key must be given it anew.
        writes.push(kehub_db::TableWrite::Delete {
            table: "identity_role",
            filter: vec![kehub_db::Where::Is("role", definition.key.as_str().into())],
        });
    }
    definitions::write(app.db(), writes, definition.kind == "role").await?;
    after(&app, &definition.kind).await?;
    Ok(empty())
}

async fn publish(app: Arc<App>, ask: Ask) -> Answered {
    let actor = ask.actor()?;
    let mut definition = seen(&app, &ask).await?;
    if definition.kind == "object" {
        return json(&shown(&definition));
    }
    may_change(actor, &definition.kind, Some(&definition))?;
    kinds::check(&definition.kind, &definition.body, &app.records.catalog())?;
    let newest = definitions::versions(app.db(), &definition.kind, &definition.key).await?.into_iter().next();
    if newest.is_none_or(|newest| newest.body != definition.body) {
        definition.version += 1;
        definition.state = Standing::Active;
        keep(&app, actor, &definition).await?;
    }
    json(&shown(&definition))
}

async fn keep(app: &App, actor: &Actor, definition: &Definition) -> Result<(), Refused> {
    let now = Moment::first_at(app.db().clock.now());
    let writes = vec![definitions::put(definition, now), definitions::keep_version(definition, now, actor.id)];
    definitions::write(app.db(), writes, definition.kind == "role").await?;
    after(app, &definition.kind).await
}

async fn versions(app: Arc<App>, ask: Ask) -> Answered {
    let definition = seen(&app, &ask).await?;
    let versions = definitions::versions(app.db(), &definition.kind, &definition.key).await?;
    let shown: Vec<Json> = versions
        .iter()
        .map(|one| {
            let by = json!({ "id": one.actor, "title": app.records.name_of(one.actor).unwrap_or_default() });
            json!({ "version": one.version, "at": super::time(one.at.time().timestamp_micros()), "by": by, "body": one.body })
        })
        .collect();
    json(&json!({ "versions": shown }))
}

async fn rollback(app: Arc<App>, mut ask: Ask) -> Answered {
    let body = ask.object().await?;
    let definition = seen(&app, &ask).await?;
    let wanted = body
        .get("version")
        .and_then(Json::as_i64)
        .ok_or_else(|| Problem::new(Code::Missing, "version").with("name", "version"))?;
    let versions = definitions::versions(app.db(), &definition.kind, &definition.key).await?;
    let version = versions.into_iter().find(|one| one.version == wanted);
    let version = version.ok_or_else(|| Problem::new(Code::NoSuchRecord, "version").with("value", wanted))?;
    let mut saved = save(&app, ask.actor()?, &definition.kind, &definition.key, version.body).await?;
    if !kinds::holds_at_once(&saved.kind) {
        saved.version += 1;
        saved.state = Standing::Active;
        keep(&app, ask.actor()?, &saved).await?;
    }
    json(&shown(&saved))
}

async fn schema(_app: Arc<App>, ask: Ask) -> Answered {
    json(&kinds::schema(ask.param("kind")).ok_or_else(Refused::not_found)?)
}

/// An object is gone: what roles grant on it is taken away, so that another object of the same key inherits nothing.
pub(super) async fn forget_object(app: &App, actor: &Actor, object: &str) -> Result<(), Refused> {
    let now = Moment::first_at(app.db().clock.now());
    let mut writes = Vec::new();
    for mut definition in definitions::list(app.db(), "role").await? {
        let Ok(mut role) = serde_json::from_value::<RoleDef>(definition.body.clone()) else { continue };
        if role.objects.remove(object).is_some() {
            definition.body = serde_json::to_value(role).map_err(Refused::fault)?;
            definition.version += 1;
            writes.extend([definitions::put(&definition, now), definitions::keep_version(&definition, now, actor.id)]);
        }
    }
    if !writes.is_empty() {
        definitions::write(app.db(), writes, true).await?;
        after(app, "role").await?;
    }
    Ok(())
}
