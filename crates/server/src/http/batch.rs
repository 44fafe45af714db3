//! Batches: many records of one object, all or nothing.

use std::sync::Arc;

use kehub_api::{Answered, Ask, Need, Refused, Route, json_text};
use kehub_db::{TableWrite, new_id};
use kehub_model::rights::Access;
use kehub_model::{Code, Object, Problem, RecordId};
use kehub_records::{Action, Change, Done, Refusal, UpsertMode};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::records::{because, not_an_object, object};
use super::{files, people};
use crate::app::App;

/// The most records of a batch.
const MOST: usize = 10_000;

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    let route = Route::post(
        "/api/v1/records/{object}/batch",
        Need::Object(Access::Create),
        "Create, update or upsert up to 10,000 records, all or nothing",
        super::with(app, batch),
    );
    vec![route.body(64 << 20).time(std::time::Duration::from_secs(300))]
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Create,
    Update,
    Upsert,
}

async fn batch(app: Arc<App>, mut ask: Ask) -> Answered {
    let (json, bytes) = ask.json_and_bytes().await?;
    let Json::Object(mut body) = json else { return Err(not_an_object()) };
    let object = object(&app, &ask)?;
    let is_about_rights = people::is_organisation(&object.key);
    let mut changes = changes(&object, &mut body)?;
    let mut because = because(&ask, &bytes)?;
    if files::has_files(&object) {
        for change in &mut changes {
            let (id, values) = match &mut change.kind {
                Action::Create { id, values } => (*id.get_or_insert_with(|| new_id(&app.db().clock)), values),
                Action::Update { id, values, .. } => (*id, values),
                Action::Upsert { .. } | Action::Delete { .. } | Action::Back { .. } => continue,
            };
            because.with.extend(files::claims(&app, ask.actor()?, &object, id, values).await?);
        }
    }
    if is_about_rights {
        because.with.extend(standing(&app, &ask, &object, &mut changes).await?);
    }
    let done = app.records.write(ask.actor()?, changes, because).await?;
    if is_about_rights {
        app.identity.standing_changed().await?;
    }
    Ok(json_text(results(&done)))
}

/// What stands beside people's records and changes with them. Whom an item means by a key is found first, so that a batch may do
/// to each what a change of one may, and no more.
async fn standing(app: &App, ask: &Ask, object: &Object, changes: &mut [Change]) -> Result<Vec<TableWrite>, Refused> {
    let mut writes = Vec::new();
    let mut problems = Vec::new();
    for change in changes {
        if let Action::Upsert { key, values, mode: UpsertMode::UpdateOnly | UpsertMode::Either } = &change.kind
            && let Some(id) = meant(app, ask, object, key, values).await?
        {
            change.kind = Action::Update { id, values: values.clone(), version: None };
        }
        let Action::Update { id, values, .. } = &change.kind else { continue };
        match people::beside(app, ask, object, *id, values).await {
            Ok(beside) => writes.extend(beside),
            Err(Refused { refusal: Refusal::Problems(found), .. }) => {
                problems.extend(found.into_iter().map(|problem| problem.within(&change.at)));
            }
            Err(fault) => return Err(fault),
        }
    }
    if problems.is_empty() { Ok(writes) } else { Err(problems.into()) }
}

/// The one record that has these values in the key's fields. What is no key the door tells.
async fn meant(
    app: &App,
    ask: &Ask,
    object: &Object,
    key: &[String],
    values: &Map<String, Json>,
) -> Result<Option<RecordId>, Refused> {
    let is_known =
        |name: &String| object.field(name).is_some() && values.get(name).is_some_and(|value| !value.is_null());
    if !key.iter().all(is_known) {
        return Ok(None);
    }
    let parts: Vec<Json> = key.iter().map(|name| json!({ "field": name, "op": "eq", "value": values[name] })).collect();
    let body = json!({ "filter": { "and": parts }, "fields": ["id"], "limit": 2 });
    let Ok(text) = app.records.query(ask.actor()?, &object.key, &body, ask.style).await else { return Ok(None) };
    let page: Json = serde_json::from_str(&text).map_err(Refused::fault)?;
    let found: Vec<RecordId> = page["records"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|record| record["id"].as_str()?.parse().ok())
        .collect();
    Ok(if let [id] = found[..] { Some(id) } else { None })
}

/// The changes a batch asks for; each tells its problems under `records[n]`.
fn changes(object: &Object, body: &mut Map<String, Json>) -> Result<Vec<Change>, Refused> {
    let mut problems = Vec::new();
    let records = match body.shift_remove("records") {
        Some(Json::Array(records)) => records,
        Some(_) => return Err(Problem::new(Code::WrongType, "records").with("expected", "list").into()),
        None => return Err(Problem::new(Code::Missing, "records").with("name", "records").into()),
    };
    if records.len() > MOST {
        return Err(Problem::new(Code::TooMany, "records").with("max", MOST).into());
    }
    let mode = match body.shift_remove("mode").map(serde_json::from_value::<Mode>) {
        None => Mode::Create,
        Some(Ok(mode)) => mode,
        Some(Err(_)) => {
            return Err(Problem::new(Code::NotOneOf, "mode").with("allowed", "create update upsert").into());
        }
    };
    let key: Option<Vec<String>> = match body.shift_remove("key") {
        None | Some(Json::Null) => None,
        Some(Json::String(one)) => Some(vec![one]),
        Some(list) => match serde_json::from_value(list) {
            Ok(list) => Some(list),
            Err(_) => return Err(Problem::new(Code::WrongType, "key").with("expected", "list of field keys").into()),
        },
    };
    problems.extend(body.keys().map(|name| Problem::new(Code::UnknownKey, name.as_str()).with("name", name)));
    let mut changes = Vec::with_capacity(records.len());
    for (n, item) in records.into_iter().enumerate() {
        let at = format!("records[{n}]");
        match item {
            Json::Object(values) => match kind(mode, key.as_ref(), values) {
                Ok(kind) => changes.push(Change { object: object.id, kind, at }),
                Err(problem) => problems.push(problem.within(&at)),
            },
            _ => problems.push(Problem::new(Code::WrongType, at).with("expected", "object")),
        }
    }
    if problems.is_empty() { Ok(changes) } else { Err(problems.into()) }
}

/// What one item of a batch means. Without a key, an item is known by its id.
fn kind(mode: Mode, key: Option<&Vec<String>>, mut values: Map<String, Json>) -> Result<Action, Problem> {
    if let Some(key) = key.filter(|key| !key.is_empty()) {
        let mode = match mode {
            Mode::Create => UpsertMode::CreateOnly,
            Mode::Update => UpsertMode::UpdateOnly,
            Mode::Upsert => UpsertMode::Either,
        };
        return Ok(Action::Upsert { key: key.clone(), values, mode });
    }
    let id = match (mode, values.get("id")) {
        (Mode::Create, _) | (Mode::Upsert, None) => return Ok(Action::Create { id: None, values }),
        (Mode::Update, None) => return Err(Problem::new(Code::Missing, "id").with("name", "id")),
        (_, Some(id)) => id.as_str().and_then(|id| id.parse().ok()),
    };
    let Some(id) = id else { return Err(Problem::new(Code::NoSuchRecord, "id").with("value", &values["id"])) };
    values.shift_remove("id");
    // A version sent along is the one the change was made from.
    let version = values.shift_remove("version").and_then(|version| version.as_i64());
    Ok(Action::Update { id, values, version })
}

fn results(done: &Done) -> String {
    let results: Vec<Json> = done.results.iter().map(|(id, fate)| json!({ "id": id, "status": fate.text() })).collect();
    json!({ "results": results, "commit": done.commit.map(|commit| commit.to_string()) }).to_string()
}
