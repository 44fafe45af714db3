//! Roles: who may give which, and the short form of their definitions.

use std::sync::Arc;

use kehub_api::{Answered, Ask, Need, Refused, Route, created, json};
use kehub_model::rights::{FieldRight, GrantDef, Right, RoleDef, Rows};
use kehub_model::{Actor, Code, Problem, Problems, RecordId};
use kehub_records::definitions;
use serde_json::{Value as Json, json};

use super::definitions::{save, shown};
use crate::app::App;
use crate::identity;
use crate::kinds;

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    vec![
        Route::get("/api/v1/roles", Need::AnyRight(&[Right::Roles, Right::People]), "Roles", super::with(app, list)),
        Route::post("/api/v1/roles", Need::Right(Right::Roles), "Make a role", super::with(app, make))
            .takes::<RoleDef>(),
    ]
}

async fn list(app: Arc<App>, _ask: Ask) -> Answered {
    let found = definitions::list(app.db(), "role").await?;
    let roles: Vec<Json> = found
        .into_iter()
        .map(|definition| {
            let mut body = definition.body;
            body["key"] = definition.key.into();
            body["version"] = definition.version.into();
            body["solution"] = definition.solution.into();
            body
        })
        .collect();
    json(&json!({ "roles": roles }))
}

async fn make(app: Arc<App>, mut ask: Ask) -> Answered {
    let mut body = Json::Object(ask.object().await?);
    if body["key"].is_null() {
        // As everywhere, a key is made from the label.
        let label: kehub_model::Label = serde_json::from_value(body["label"].clone()).unwrap_or_default();
        let label = label.texts().first().copied().unwrap_or_default().to_owned();
        body["key"] = kehub_model::key::from_label(&label, "role", |_| false).into();
    }
    let key = body["key"].as_str().unwrap_or_default().to_owned();
    let stands = definitions::find(app.db(), "role", &key).await?;
    if stands.is_some() {
        return Err(Problem::new(Code::KeyTaken, "key").with("value", key).into());
    }
    let definition = save(&app, ask.actor()?, kinds::known("role")?, &key, body).await?;
    Ok(created(json(&shown(&definition)["body"])?, &format!("/api/v1/definitions/role/{key}")))
}

/// The keys of the roles a body names, of those the actor may give. Unknown and not his to give look the same.
pub(super) async fn resolve(
    app: &App,
    actor: &Actor,
    said: &Json,
    problems: &mut Problems,
) -> Result<Vec<String>, Refused> {
    let Json::Array(said) = said else {
        problems.push(Problem::new(Code::WrongType, "roles").with("expected", "list"));
        return Ok(Vec::new());
    };
    let roles = definitions::list(app.db(), "role").await?;
    let own = own(app, actor).await?;
    let mut keys = Vec::new();
    for (n, one) in said.iter().enumerate() {
        let by =
            |name: &str| one.get("by").and_then(|by| by.get(name)).or_else(|| one.get(name)).and_then(Json::as_str);
        let name =
            one.as_str().or_else(|| by("key")).or_else(|| by("id")).or_else(|| by("label")).or_else(|| by("name"));
        let found = roles.iter().find(|role| {
            let label: kehub_model::Label = serde_json::from_value(role.body["label"].clone()).unwrap_or_default();
            Some(role.key.as_str()) == name || name.is_some_and(|name| label.texts().contains(&name))
        });
        let given = found.filter(|role| covers(actor, &own, &role.body));
        match given {
            Some(role) => keys.push(role.key.clone()),
            None => problems
                .push(Problem::new(Code::NoSuchRecord, format!("roles[{n}]")).with("value", name.unwrap_or_default())),
        }
    }
    keys.sort();
    keys.dedup();
    Ok(keys)
}

/// Roles that are taken away must be the actor's to give as well, and an administrator is managed by administrators.
pub(super) async fn may_take(app: &App, actor: &Actor, person: RecordId, roles: &[String]) -> Result<(), Refused> {
    if actor.is_unbound {
        return Ok(());
    }
    let own = own(app, actor).await?;
    for (_, key) in identity::roles(app.db(), Some(person)).await?.iter().filter(|(_, key)| !roles.contains(key)) {
        let role = definitions::find(app.db(), "role", key).await?;
        if role.is_some_and(|role| !covers(actor, &own, &role.body)) {
            return Err(Refused::forbidden());
        }
    }
    Ok(())
}

/// What an actor may not grant must not be in a role he makes or changes.
pub(super) async fn may_grant(app: &App, actor: &Actor, body: &Json) -> Result<(), Refused> {
    let own = own(app, actor).await?;
    if covers(actor, &own, body) {
        return Ok(());
    }
    let message = "不能授予自己没有的权限 / One can grant only what one holds";
    Err(Problem::new(Code::CheckFailed, "objects").with("message", message).into())
}

async fn own(app: &App, actor: &Actor) -> Result<Vec<RoleDef>, Refused> {
    let keys = identity::roles(app.db(), Some(actor.id)).await?;
    let roles = definitions::list(app.db(), "role").await?;
    let own = roles.into_iter().filter(|role| keys.iter().any(|(_, key)| *key == role.key));
    Ok(own.filter_map(|role| serde_json::from_value(role.body).ok()).collect())
}

/// Whether an actor holds all that a role grants.
fn covers(actor: &Actor, own: &[RoleDef], role: &Json) -> bool {
    if actor.is_unbound {
        return true;
    }
    let Ok(role) = serde_json::from_value::<RoleDef>(role.clone()) else { return false };
    role.rights.iter().all(|right| actor.has(*right))
        && role
            .objects
            .iter()
            .all(|(object, grant)| own.iter().filter_map(|own| own.objects.get(object)).any(|own| holds(own, grant)))
}

/// Whether one grant holds all of another: its actions, its rows, its fields.
fn holds(own: &GrantDef, given: &GrantDef) -> bool {
    let actions = |grant: &GrantDef| [grant.create, grant.read, grant.update, grant.delete, grant.export, grant.import];
    let right = |grant: &GrantDef, field: &str| grant.fields.get(field).copied().unwrap_or(FieldRight::Write);
    actions(own).into_iter().zip(actions(given)).all(|(own, given)| own || !given)
        && (own.rows == Rows::All || own.rows == given.rows)
        && own.fields.keys().all(|field| right(given, field) <= right(own, field))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn check(own: Json, given: Json) -> bool {
        let mut actor = Actor::unbound(RecordId::nil(), "ben", Arc::default());
        actor.is_unbound = false;
        actor.rights.clear();
        covers(&actor, &[serde_json::from_value(own).unwrap()], &given)
    }

    #[test]
    fn one_can_give_only_what_one_holds() {
        let own = json!({ "objects": { "a": { "read": true, "rows": "own", "fields": { "cost": "hidden" } } } });
        assert!(check(
            own.clone(),
            json!({ "objects": { "a": { "read": true, "rows": "own", "fields": { "cost": "hidden" } } } })
        ));
        assert!(!check(own.clone(), json!({ "objects": { "a": { "read": true, "rows": "own" } } })));
        assert!(!check(
            own.clone(),
            json!({ "objects": { "a": { "read": true, "rows": "all", "fields": { "cost": "hidden" } } } })
        ));
        assert!(!check(own.clone(), json!({ "objects": { "b": { "read": true } } })));
        assert!(!check(own, json!({ "rights": ["roles"] })));
    }
}
