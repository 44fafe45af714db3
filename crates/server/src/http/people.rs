//! People and departments: records with a standing beside them. Who manages people needs the right of that name, nothing else.

use std::sync::Arc;

use kehub_api::{Answered, Ask, Need, Refused, Route, created, empty, json};
use kehub_db::{TableWrite, new_id};
use kehub_model::rights::Right;
use kehub_model::{Actor, Code, Object, Problem, Problems, RecordId};
use kehub_records::{Action, Change, Style};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{elevated, records, roles};
use crate::app::App;
use crate::identity::{self, Credential};

const PEOPLE: Need = Need::Right(Right::People);

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    vec![
        Route::get("/api/v1/people", Need::SignedIn, "People", super::with(app, list)),
        Route::post("/api/v1/people", PEOPLE, "Make a person", super::with(app, make)),
        Route::get("/api/v1/people/{id}", Need::SignedIn, "A person", super::with(app, one)),
        Route::patch("/api/v1/people/{id}", PEOPLE, "Change a person", super::with(app, change)),
        Route::post("/api/v1/people/{id}/disable", PEOPLE, "Shut a person out at once", super::with(app, disable)),
        Route::post("/api/v1/people/{id}/enable", PEOPLE, "Let a person in again", super::with(app, enable)),
        Route::post(
            "/api/v1/people/{id}/hand_over",
            PEOPLE,
            "Give all a person owns to another",
            super::with(app, hand_over),
        )
        .takes::<HandOver>()
        .time(std::time::Duration::from_secs(300)),
        Route::get("/api/v1/departments", Need::SignedIn, "Departments", super::with(app, departments)),
        Route::post("/api/v1/departments", PEOPLE, "Make a department", super::with(app, make_department)),
        Route::patch("/api/v1/departments/{id}", PEOPLE, "Change a department", super::with(app, change_department)),
        Route::delete("/api/v1/departments/{id}", PEOPLE, "Delete a department", super::with(app, delete_department)),
    ]
}

/// Whether rights are made of an object's records.
pub(super) fn is_organisation(object: &str) -> bool {
    matches!(object, "person" | "department")
}

/// What stands beside a person's record and changes with it: by what address one signs in, and whether one may.
pub(super) async fn beside(
    app: &App,
    ask: &Ask,
    object: &Object,
    id: RecordId,
    values: &Map<String, Json>,
) -> Result<Vec<TableWrite>, Refused> {
    let (email, is_active) = (values.get("email"), values.get("is_active"));
    if object.key != "person"
        || (email.is_none() && is_active.is_none())
        || identity::credential(app.db(), id).await?.is_none()
    {
        return Ok(Vec::new());
    }
    let actor = ask.actor()?;
    if !actor.has(Right::People) {
        return Err(Refused::forbidden());
    }
    may_manage(app, ask, id).await?;
    let mut writes = Vec::new();
    if let Some(email) = email.and_then(Json::as_str) {
        writes.push(app.identity.address_becomes(id, email).await?);
    }
    if let Some(is_active) = is_active.and_then(Json::as_bool) {
        if !is_active {
            app.identity.may_shut_out(id, actor.id).await?;
        }
        writes.extend(app.identity.shut_out(id, !is_active));
    }
    Ok(writes)
}

/// All records of an object that an actor sees, page by page.
async fn all(app: &App, actor: &Actor, object: &str) -> Result<Vec<Map<String, Json>>, Refused> {
    let mut found = Vec::new();
    let mut cursor = Json::Null;
    loop {
        let mut body = json!({ "limit": 1000, "sort": [{ "field": "name", "dir": "asc" }] });
        if !cursor.is_null() {
            body["cursor"] = cursor;
        }
        let style = Style { decimals_as_strings: false, language: actor.language() };
        let text = app.records.query(actor, object, &body, style).await?;
        let mut page: Json = serde_json::from_str(&text).map_err(Refused::fault)?;
        if let Json::Array(records) = page["records"].take() {
            found.extend(records.into_iter().filter_map(|record| match record {
                Json::Object(map) => Some(map),
                _ => None,
            }));
        }
        cursor = page["next_cursor"].take();
        if cursor.is_null() {
            return Ok(found);
        }
    }
}

/// Who may manage people sees all of them; others those their roles show.
fn seeing(ask: &Ask) -> Result<Arc<Actor>, Refused> {
    let actor = ask.actor()?;
    Ok(if actor.has(Right::People) { elevated(actor) } else { actor.clone() })
}

async fn list(app: Arc<App>, ask: Ask) -> Answered {
    let actor = seeing(&ask)?;
    let people = all(&app, &actor, "person").await?;
    if !actor.has(Right::People) {
        return json(&json!({ "people": people }));
    }
    let credentials = identity::credentials(app.db()).await?;
    let roles = identity::roles(app.db(), None).await?;
    let shown: Vec<Json> = people
        .into_iter()
        .map(|record| {
            let id: Option<RecordId> = record.get("id").and_then(Json::as_str).and_then(|id| id.parse().ok());
            let credential = credentials.iter().find(|one| Some(one.person) == id);
            let own = roles.iter().filter(|(person, _)| Some(*person) == id).map(|(_, role)| role.clone());
            shown(record, credential, own.collect())
        })
        .collect();
    json(&json!({ "people": shown }))
}

/// A person's record with the standing beside it.
fn shown(mut record: Map<String, Json>, credential: Option<&Credential>, roles: Vec<String>) -> Json {
    let state = match credential {
        Some(one) if one.is_disabled => "disabled",
        Some(one) if one.password.is_some() => "active",
        Some(_) => "invited",
        None => "no_access",
    };
    record.insert("roles".into(), json!(roles));
    record.insert("state".into(), state.into());
    record.insert("disabled".into(), credential.is_some_and(|one| one.is_disabled).into());
    record.insert("is_admin".into(), credential.is_some_and(|one| one.is_admin).into());
    Json::Object(record)
}

async fn answer(app: &App, ask: &Ask, id: RecordId) -> Result<Json, Refused> {
    let actor = seeing(ask)?;
    let got = app.records.get(&actor, "person", id, None, ask.style).await?;
    let record: Map<String, Json> = serde_json::from_str(&got.json).map_err(Refused::fault)?;
    if !actor.has(Right::People) {
        return Ok(Json::Object(record));
    }
    let credential = identity::credential(app.db(), id).await?;
    let roles = identity::roles(app.db(), Some(id)).await?.into_iter().map(|(_, role)| role).collect();
    Ok(shown(record, credential.as_ref(), roles))
}

async fn one(app: Arc<App>, ask: Ask) -> Answered {
    json(&answer(&app, &ask, ask.id("id")?).await?)
}

/// What a body says of a person: values of the record, roles, a password.
struct Said {
    values: Map<String, Json>,
    roles: Option<Vec<String>>,
    password: Option<String>,
}

async fn said(app: &App, ask: &Ask, mut body: Map<String, Json>) -> Result<Said, Refused> {
    let mut problems = Problems::new();
    let password = match body.shift_remove("password") {
        None | Some(Json::Null) => None,
        Some(Json::String(password)) => Some(password),
        Some(_) => {
            problems.push(Problem::new(Code::WrongType, "password").with("expected", "text"));
            None
        }
    };
    let roles = match body.shift_remove("roles") {
        None => None,
        Some(Json::Null) => Some(Vec::new()),
        Some(said) => Some(roles::resolve(app, ask.actor()?, &said, &mut problems).await?),
    };
    let catalog = app.records.catalog();
    let object = catalog.object("person").ok_or_else(Refused::not_found)?;
    for key in body.keys().filter(|key| object.field(key).is_none()) {
        problems.push(Problem::new(Code::UnknownField, key.as_str()).with("name", key));
    }
    by_name(&mut body, "department", "name");
    let by = body
        .get("manager")
        .and_then(Json::as_str)
        .map_or("name", |text| if text.contains('@') { "email" } else { "name" });
    by_name(&mut body, "manager", by);
    if problems.is_empty() { Ok(Said { values: body, roles, password }) } else { Err(problems.into()) }
}

/// A text that is no id names a record by a field.
fn by_name(values: &mut Map<String, Json>, key: &str, field: &str) {
    if let Some(Json::String(text)) = values.get(key)
        && text.parse::<RecordId>().is_err()
    {
        let by = json!({ "by": { field: text } });
        values.insert(key.to_owned(), by);
    }
}

async fn make(app: Arc<App>, mut ask: Ask) -> Answered {
    let (body, bytes) = ask.json_and_bytes().await?;
    let Json::Object(body) = body else {
        return Err(Refused::bad_request("a JSON object is expected / 应为 JSON 对象"));
    };
    let mut said = said(&app, &ask, body).await?;
    let email = said.values.get("email").and_then(Json::as_str).unwrap_or_default().trim().to_owned();
    if email.is_empty() {
        return Err(Problem::new(Code::Required, "email").with("field", "email").into());
    }
    if !said.values.contains_key("name") {
        let name = email.split('@').next().unwrap_or_default().to_owned();
        said.values.insert("name".into(), name.into());
    }
    said.values.entry("is_active").or_insert(Json::Bool(true));
    let id = new_id(&app.db().clock);
    let mut because = records::because(&ask, &bytes)?;
    because.with = app
        .identity
        .standing_of_new(id, &email, said.password, &said.roles.unwrap_or_default())
        .await
        .or_else(|refused| replayed(&because, refused))?;
    let id = write(&app, &ask, "person", Action::Create { id: Some(id), values: said.values }, because).await?;
    Ok(created(json(&answer(&app, &ask, id).await?)?, &format!("/api/v1/people/{id}")))
}

/// A request sent again finds its own address taken; the door knows that it was answered before.
fn replayed(because: &kehub_records::Because, refused: Refused) -> Result<Vec<TableWrite>, Refused> {
    let is_taken = refused.refusal.problems().iter().any(|problem| problem.code == Code::Taken);
    if is_taken && because.idempotency.is_some() { Ok(Vec::new()) } else { Err(refused) }
}

/// Writes a person or department in the name of whoever may manage them.
async fn write(
    app: &App,
    ask: &Ask,
    object: &str,
    kind: Action,
    because: kehub_records::Because,
) -> Result<RecordId, Refused> {
    let catalog = app.records.catalog();
    let object = catalog.object(object).ok_or_else(Refused::not_found)?;
    let change = Change { object: object.id, kind, at: String::new() };
    let done = app.records.write(&elevated(ask.actor()?), vec![change], because).await?;
    app.identity.standing_changed().await?;
    done.results.first().map(|(id, _)| *id).ok_or_else(Refused::not_found)
}

async fn change(app: Arc<App>, mut ask: Ask) -> Answered {
    let (body, bytes) = ask.json_and_bytes().await?;
    let Json::Object(body) = body else {
        return Err(Refused::bad_request("a JSON object is expected / 应为 JSON 对象"));
    };
    let id = ask.id("id")?;
    may_manage(&app, &ask, id).await?;
    let said = said(&app, &ask, body).await?;
    let catalog = app.records.catalog();
    let object = catalog.object("person").ok_or_else(Refused::not_found)?;
    let mut because = records::because(&ask, &bytes)?;
    if let Some(roles) = &said.roles {
        roles::may_take(&app, ask.actor()?, id, roles).await?;
        because.with.extend(app.identity.roles_become(id, roles));
    }
    because.with.extend(beside(&app, &ask, object, id, &said.values).await?);
    if said.values.is_empty() {
        app.records.get(&elevated(ask.actor()?), "person", id, None, ask.style).await?;
        app.db().write_rights(because.with).await?;
        app.identity.standing_changed().await?;
    } else {
        let kind = Action::Update { id, values: said.values, version: ask.if_match() };
        write(&app, &ask, "person", kind, because).await?;
    }
    if let Some(password) = said.password {
        ensure(&app, &ask, id).await?;
        app.identity.set_password(id, password, None, "password").await?;
    }
    json(&answer(&app, &ask, id).await?)
}

/// Sees to it that a person can be let in.
pub(super) async fn ensure(app: &App, ask: &Ask, id: RecordId) -> Result<(), Refused> {
    let got = app.records.get(&elevated(ask.actor()?), "person", id, None, ask.style).await?;
    let record: Json = serde_json::from_str(&got.json).map_err(Refused::fault)?;
    let email = record["email"].as_str().ok_or_else(|| Problem::new(Code::Required, "email").with("field", "email"))?;
    app.identity.ensure(id, email).await?;
    app.identity.standing_changed().await
}

/// Who may more than oneself is not one's to manage: a link that sets his password is his whole standing.
pub(super) async fn may_manage(app: &App, ask: &Ask, id: RecordId) -> Result<(), Refused> {
    let is_admin = identity::credential(app.db(), id).await?.is_some_and(|one| one.is_admin);
    if is_admin && !ask.actor()?.is_unbound {
        return Err(Refused::forbidden());
    }
    roles::may_take(app, ask.actor()?, id, &[]).await
}

async fn disable(app: Arc<App>, ask: Ask) -> Answered {
    stand(app, ask, true).await
}

async fn enable(app: Arc<App>, ask: Ask) -> Answered {
    stand(app, ask, false).await
}

async fn stand(app: Arc<App>, ask: Ask, is_disabled: bool) -> Answered {
    let id = ask.id("id")?;
    identity::credential(app.db(), id).await?.ok_or_else(Refused::not_found)?;
    may_manage(&app, &ask, id).await?;
    if is_disabled {
        app.identity.may_shut_out(id, ask.actor()?.id).await?;
    }
    let mut because = records::because(&ask, &[])?;
    because.with = app.identity.shut_out(id, is_disabled);
    let values = Map::from_iter([("is_active".to_owned(), Json::Bool(!is_disabled))]);
    write(&app, &ask, "person", Action::Update { id, values, version: None }, because).await?;
    // The record may have said so already: then nothing was written with it.
    app.db().write_rights(app.identity.shut_out(id, is_disabled)).await?;
    app.identity.standing_changed().await?;
    json(&answer(&app, &ask, id).await?)
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct HandOver {
    #[schemars(with = "String")]
    to: RecordId,
}

/// Everything the person owns and the caller may change goes to another.
async fn hand_over(app: Arc<App>, mut ask: Ask) -> Answered {
    let said: HandOver = ask.read().await?;
    let from = ask.id("id")?;
    let actor = ask.actor()?.clone();
    let mut counts = Map::new();
    if said.to == from {
        return json(&json!({ "counts": counts }));
    }
    for object in
        app.records.catalog().active().filter(|object| object.parent.is_none() && !is_organisation(&object.key))
    {
        let mut count = 0;
        loop {
            let body =
                json!({ "filter": { "field": "owner", "op": "eq", "value": from }, "fields": ["id"], "limit": 1000 });
            let Ok(text) = app.records.query(&actor, &object.key, &body, ask.style).await else { break };
            let page: Json = serde_json::from_str(&text).map_err(Refused::fault)?;
            let ids = page["records"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|record| record["id"].as_str()?.parse().ok());
            let values = Map::from_iter([("owner".to_owned(), json!(said.to))]);
            let changes: Vec<Change> = ids
                .map(|id| Change {
                    object: object.id,
                    kind: Action::Update { id, values: values.clone(), version: None },
                    at: object.key.clone(),
                })
                .collect();
            if changes.is_empty() {
                break;
            }
            let done = app.records.write(&actor, changes, records::because(&ask, &[])?).await?;
            let moved = done.results.iter().filter(|(_, fate)| fate.text() == "updated").count();
            count += moved;
            // What does not move would be found again and again.
            if moved == 0 {
                break;
            }
        }
        if count > 0 {
            counts.insert(object.key.clone(), count.into());
        }
    }
    json(&json!({ "counts": counts }))
}

/// A department as administration knows it: its head is called manager there.
fn department(mut record: Map<String, Json>) -> Json {
    let head = record.shift_remove("head").unwrap_or_default();
    record.insert("manager".into(), head);
    Json::Object(record)
}

async fn departments(app: Arc<App>, ask: Ask) -> Answered {
    let found = all(&app, &*seeing(&ask)?, "department").await?;
    json(&json!({ "departments": found.into_iter().map(department).collect::<Vec<_>>() }))
}

fn department_values(mut body: Map<String, Json>) -> Map<String, Json> {
    if let Some(head) = body.shift_remove("manager") {
        body.insert("head".into(), head);
    }
    by_name(&mut body, "parent", "name");
    by_name(&mut body, "head", "name");
    body
}

async fn department_answer(app: &App, ask: &Ask, id: RecordId) -> Answered {
    let got = app.records.get(&*seeing(ask)?, "department", id, None, ask.style).await?;
    json(&department(serde_json::from_str(&got.json).map_err(Refused::fault)?))
}

async fn make_department(app: Arc<App>, mut ask: Ask) -> Answered {
    let (body, bytes) = ask.json_and_bytes().await?;
    let Json::Object(body) = body else {
        return Err(Refused::bad_request("a JSON object is expected / 应为 JSON 对象"));
    };
    let because = records::because(&ask, &bytes)?;
    let id =
        write(&app, &ask, "department", Action::Create { id: None, values: department_values(body) }, because).await?;
    Ok(created(department_answer(&app, &ask, id).await?, &format!("/api/v1/departments/{id}")))
}

async fn change_department(app: Arc<App>, mut ask: Ask) -> Answered {
    let values = department_values(ask.object().await?);
    let id = ask.id("id")?;
    let because = records::because(&ask, &[])?;
    write(&app, &ask, "department", Action::Update { id, values, version: ask.if_match() }, because).await?;
    department_answer(&app, &ask, id).await
}

async fn delete_department(app: Arc<App>, ask: Ask) -> Answered {
    let because = records::because(&ask, &[])?;
    write(&app, &ask, "department", Action::Delete { id: ask.id("id")?, version: ask.if_match() }, because).await?;
    Ok(empty())
}
