//! Definitions: objects, roles, views, pages, menus and whatever the rooms let people draw. Which kinds there are, who may change
//! one and when it holds is said by the table of [`kinds`]; what waits for a publish is in [`drafts`].

use std::sync::Arc;
use std::time::Duration;

use kehub_api::{Answered, Ask, Need, Refused, Response, Route, empty, json, json_text, record};
use kehub_model::problem::Spoken;
use kehub_model::rights::{Right, RoleDef};
use kehub_model::{Actor, Code, Moment, Problem};
use kehub_records::definitions::{self, Definition, Standing};
use serde_json::{Value as Json, json};

use super::{drafts, objects, roles};
use crate::app::App;
use crate::kinds::{self, Holds, Kind};
use crate::solutions::LOCAL;

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    let signed_in = Need::SignedIn;
    // What publishes an object goes through its rows.
    let long = Duration::from_secs(300);
    vec![
        Route::get("/api/v1/definitions/{kind}", signed_in, "Definitions of a kind", super::with(app, list))
            .query(&["object"]),
        Route::get("/api/v1/definitions/{kind}/{key}", signed_in, "A definition", super::with(app, one)),
        // Views are everybody's own; what else needs a right is asked for by kind.
        Route::put("/api/v1/definitions/{kind}/{key}", signed_in, "Save a definition", super::with(app, put)),
        Route::delete(
            "/api/v1/definitions/{kind}/{key}",
            signed_in,
            "Throw a draft away, or retire a definition",
            super::with(app, retire),
        )
        .query(&["plan"]),
        Route::post(
            "/api/v1/definitions/{kind}/{key}/publish",
            signed_in,
            "Publish a draft",
            super::with(app, publish),
        )
        .query(&["plan"])
        .time(long),
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
        )
        .query(&["plan"])
        .time(long),
        Route::get("/api/v1/schemas/{kind}", signed_in, "The JSON Schema of a kind", super::with(app, schema)),
    ]
}

/// A definition on the wire. `version` is the newest published one; `body` is the draft where one stands.
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

/// The same as an answer, with the version in its ETag.
pub(super) fn answer(ask: &Ask, definition: &Definition) -> Response {
    record(ask, shown(definition).to_string(), definition.version)
}

/// That no other version holds than the one `If-Match` names.
fn unchanged(ask: &Ask, definition: &Definition) -> Result<(), Refused> {
    match ask.if_match() {
        Some(version) if version != definition.version => {
            Err(Problem::new(Code::VersionChanged, "").with("version", definition.version).into())
        }
        _ => Ok(()),
    }
}

/// Whether somebody may see a definition: his own, or everybody's of a kind that is for everybody, about an object he knows.
fn is_seen(app: &App, actor: &Actor, definition: &Definition) -> bool {
    let Some(kind) = kinds::find(&definition.kind) else { return false };
    let knows = |object: &str| actor.has(Right::Design) || app.records.object_for(actor, object).is_ok();
    match (definition.owner, kind.right) {
        (Some(owner), _) => owner == actor.id,
        (None, Some(right)) if kind.holds == Holds::WhenPublished => actor.has(right),
        (None, Some(Right::Roles)) => actor.has(Right::Roles) || actor.has(Right::People),
        (None, None | Some(Right::Design)) => definition.body["object"].as_str().is_none_or(knows),
        (None, Some(right)) => actor.has(right),
    }
}

/// Whether somebody may change it. What is not seen does not exist.
fn may_change(app: &App, actor: &Actor, kind: &Kind, stands: Option<&Definition>) -> Result<(), Refused> {
    if stands.is_some_and(|stands| stands.state != Standing::Retired && !is_seen(app, actor, stands)) {
        return Err(Refused::not_found());
    }
    let is_own = stands.is_some_and(|stands| stands.owner == Some(actor.id));
    match kind.right {
        Some(right) if !is_own && !actor.has(right) => Err(Refused::forbidden()),
        _ => Ok(()),
    }
}

async fn list(app: Arc<App>, ask: Ask) -> Answered {
    let kind = kinds::known(ask.param("kind"))?;
    let actor = ask.actor()?;
    let object = ask.query("object");
    let found = definitions::list(app.db(), kind.key).await?;
    let seen = found.iter().filter(|one| is_seen(&app, actor, one));
    let seen = seen.filter(|one| {
        object.as_deref().is_none_or(|object| one.body.get("object").and_then(Json::as_str) == Some(object))
    });
    json(&json!({ "definitions": seen.map(shown).collect::<Vec<_>>() }))
}

/// The definition of the path with its kind, when whoever asks may see it.
async fn seen(app: &App, ask: &Ask) -> Result<(&'static Kind, Definition), Refused> {
    let kind = kinds::known(ask.param("kind"))?;
    let actor = ask.actor()?;
    let key = Some(ask.param("key")).filter(|key| kehub_model::key::is_key(key)).ok_or_else(Refused::not_found)?;
    let found = definitions::find(app.db(), kind.key, key).await?;
    let found = found.filter(|one| one.state != Standing::Retired && is_seen(app, actor, one));
    Ok((kind, found.ok_or_else(Refused::not_found)?))
}

async fn one(app: Arc<App>, ask: Ask) -> Answered {
    Ok(answer(&ask, &seen(&app, &ask).await?.1))
}

async fn put(app: Arc<App>, mut ask: Ask) -> Answered {
    let body = ask.object().await?;
    let kind = kinds::known(ask.param("kind"))?;
    let (actor, key) = (ask.actor()?, ask.param("key"));
    if ask.if_match().is_some() {
        unchanged(&ask, &seen(&app, &ask).await?.1)?;
    }
    let saved = match kind.holds {
        Holds::WhenPublished => {
            may_change(&app, actor, kind, None)?;
            drafts::put(&app, key, body).await?
        }
        Holds::AtOnce => save(&app, actor, kind, key, Json::Object(body)).await?,
    };
    Ok(answer(&ask, &saved))
}

/// Saves a definition of a kind that holds at once, and keeps it as a version.
pub(super) async fn save(
    app: &App,
    actor: &Arc<Actor>,
    kind: &Kind,
    key: &str,
    mut body: Json,
) -> Result<Definition, Refused> {
    if !kehub_model::key::is_key(key) {
        return Err(Problem::new(Code::BadKey, "key").with("value", key).into());
    }
    let is_role = kind.right == Some(Right::Roles);
    let stands = definitions::find(app.db(), kind.key, key).await?;
    may_change(app, actor, kind, stands.as_ref())?;
    if is_role {
        body["key"] = key.into();
        if let Some(map) = body.as_object_mut() {
            // What an answer says beside the role is no part of it.
            for name in ["version", "solution", "builtin", "system", "id"] {
                map.shift_remove(name);
            }
        }
    }
    let problems = kind.check(&body, &app.records.catalog(), actor);
    if !problems.is_empty() {
        return Err(problems.into());
    }
    if is_role {
        roles::may_grant(app, actor, &body).await?;
        if let Some(stands) = stands.as_ref().filter(|stands| stands.state != Standing::Retired) {
            // Changing a role changes those who hold it: what it grants now must be one's own, too.
            roles::may_grant(app, actor, &stands.body).await?;
        }
    }
    let is_own = kind.is_personal(&body);
    if !is_own && kind.right.is_none() && !actor.has(Right::Design) {
        return Err(Refused::forbidden());
    }
    let definition = Definition {
        kind: kind.key.to_owned(),
        key: key.to_owned(),
        body,
        owner: is_own.then_some(actor.id),
        solution: stands.as_ref().map_or_else(|| LOCAL.to_owned(), |stands| stands.solution.clone()),
        origin: stands.as_ref().and_then(|stands| stands.origin.clone()),
        version: stands.as_ref().map_or(0, |stands| stands.version) + 1,
        state: Standing::Active,
    };
    let now = Moment::first_at(app.db().clock.now());
    let writes = vec![definitions::put(&definition, now), definitions::keep_version(&definition, now, actor.id)];
    definitions::write(app.db(), writes, is_role).await?;
    after(app, kind.key).await?;
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
    let (kind, mut definition) = seen(&app, &ask).await?;
    may_change(&app, actor, kind, Some(&definition))?;
    unchanged(&ask, &definition)?;
    if kind.holds == Holds::WhenPublished {
        if definition.state != Standing::Draft {
            return objects::put_away(&app, &ask, &definition.key).await;
        }
        drafts::discard(&app, &definition).await?;
        return Ok(empty());
    }
    if definition.owner.is_none() && !actor.has(kind.right.unwrap_or(Right::Design)) {
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
    let (kind, definition) = seen(&app, &ask).await?;
    may_change(&app, ask.actor()?, kind, Some(&definition))?;
    unchanged(&ask, &definition)?;
    match kind.holds {
        Holds::WhenPublished => drafts::publish(&app, &ask, &definition).await,
        // It holds already.
        Holds::AtOnce if ask.is_query("plan") => Ok(no_changes(&[])),
        Holds::AtOnce => Ok(answer(&ask, &definition)),
    }
}

/// The plan of what changes no table.
fn no_changes(problems: &[Spoken]) -> Response {
    json_text(json!({ "changes": [], "problems": problems }).to_string())
}

async fn versions(app: Arc<App>, ask: Ask) -> Answered {
    let (_, definition) = seen(&app, &ask).await?;
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
    let (kind, definition) = seen(&app, &ask).await?;
    let actor = ask.actor()?;
    may_change(&app, actor, kind, Some(&definition))?;
    unchanged(&ask, &definition)?;
    let wanted = body
        .get("version")
        .and_then(Json::as_i64)
        .ok_or_else(|| Problem::new(Code::Missing, "version").with("name", "version"))?;
    let versions = definitions::versions(app.db(), &definition.kind, &definition.key).await?;
    let version = versions.into_iter().find(|one| one.version == wanted);
    let version = version.ok_or_else(|| Problem::new(Code::NoSuchRecord, "version").with("value", wanted))?;
    match kind.holds {
        Holds::WhenPublished => drafts::rollback(&app, &ask, &definition, &version.body).await,
        Holds::AtOnce if ask.is_query("plan") => {
            let problems = kind.check(&version.body, &app.records.catalog(), actor);
            Ok(no_changes(&problems.iter().map(|problem| problem.spoken(actor.language())).collect::<Vec<_>>()))
        }
        Holds::AtOnce => Ok(answer(&ask, &save(&app, actor, kind, &definition.key, version.body).await?)),
    }
}

async fn schema(_app: Arc<App>, ask: Ask) -> Answered {
    json(&(kinds::known(ask.param("kind"))?.schema)())
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
