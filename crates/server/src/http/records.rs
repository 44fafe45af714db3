//! Records of any object: create, get, change, delete, lists, sums, history, undo, search.

use std::sync::Arc;

use http::HeaderValue;
use kehub_api::{Answered, Ask, Means, Need, Refused, Route, created, empty, json_text, record};
use kehub_db::{TableWrite, new_id};
use kehub_model::history::Cause;
use kehub_model::rights::Access;
use kehub_model::{Code, Moment, Object, Problem, RecordId};
use kehub_records::{Action, Because, Change, Conflicts, How};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::{files, people};
use crate::app::App;

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    use Access::{Create, Delete, Read, Update};
    let on = |action| Need::Object(action);
    vec![
        Route::post("/api/v1/records/{object}", on(Create), "Create a record", super::with(app, create))
            .body(4 << 20)
            .cut_short(),
        Route::get("/api/v1/records/{object}/{id}", on(Read), "A record, now or as of a moment", super::with(app, get))
            .query(&["as_of"]),
        Route::patch("/api/v1/records/{object}/{id}", on(Update), "Change a record", super::with(app, change))
            .body(4 << 20)
            .cut_short(),
        Route::delete(
            "/api/v1/records/{object}/{id}",
            on(Delete),
            "Delete a record; it can be restored",
            super::with(app, delete),
        ),
        Route::post("/api/v1/records/{object}/query", on(Read), "A page of a list", super::with(app, query)).reading(),
        Route::post("/api/v1/records/{object}/aggregate", on(Read), "Groups and sums", super::with(app, aggregate))
            .reading(),
        Route::get(
            "/api/v1/records/{object}/{id}/history",
            on(Read),
            "What happened to a record, newest first",
            super::with(app, history),
        )
        .query(&["cursor"]),
        Route::get(
            "/api/v1/records/{object}/{id}/timeline",
            on(Read),
            "What happened to a record, newest first",
            super::with(app, history),
        )
        .query(&["cursor"]),
        Route::get("/api/v1/records/{object}/{id}/why", on(Read), "Why a field has its value", super::with(app, why))
            .query(&["field"]),
        Route::get("/api/v1/trash/{object}", on(Read), "Deleted records", super::with(app, trash)).query(&["cursor"]),
        Route::post(
            "/api/v1/trash/{object}/{id}/restore",
            on(Delete),
            "Bring a deleted record back",
            super::with(app, restore),
        ),
        Route::post("/api/v1/commits/{id}/undo", Need::SignedIn, "Undo a commit", super::with(app, undo))
            .takes::<Undo>(),
        Route::post("/api/v1/search", Need::SignedIn, "Search all one may see", super::with(app, search))
            .takes::<Search>()
            .reading(),
    ]
}

/// Because of whom something is changed: the person, or a program with a key of its own.
pub(super) fn because(ask: &Ask, body: &[u8]) -> Result<Because, Refused> {
    let (cause, cause_id) = match &ask.caller()?.means {
        Means::Session(_) => (Cause::Person, None),
        Means::Key(id, _) => (Cause::Call, Some(id.as_bytes().to_vec())),
    };
    Ok(Because { cause: Some(cause), cause_id, idempotency: ask.idempotency(body)?, ..Because::default() })
}

pub(super) fn object(app: &App, ask: &Ask) -> Result<Arc<Object>, Refused> {
    Ok(app.records.object_for(ask.actor()?, ask.param("object"))?)
}

async fn create(app: Arc<App>, mut ask: Ask) -> Answered {
    let (json, bytes) = ask.json_and_bytes().await?;
    let Json::Object(mut values) = json else { return Err(not_an_object()) };
    let object = object(&app, &ask)?;
    let id = new_id(&app.db().clock);
    let mut because = because(&ask, &bytes)?;
    because.with = beside(&app, &ask, &object, id, &mut values).await?;
    let is_about_rights = people::is_organisation(&object.key);
    let change = Change { object: object.id, kind: Action::Create { id: Some(id), values }, at: String::new() };
    let done = app.records.write(ask.actor()?, vec![change], because).await?;
    if is_about_rights {
        app.identity.standing_changed().await?;
    }
    let id = done.results.first().map_or(id, |(id, _)| *id);
    let location = format!("/api/v1/records/{}/{id}", object.key);
    Ok(created(answer(&app, &ask, &object, id).await?, &location))
}

/// Rows of the platform's own tables that change with a record: files become the record's, a person's standing follows.
async fn beside(
    app: &App,
    ask: &Ask,
    object: &Object,
    id: RecordId,
    values: &mut Map<String, Json>,
) -> Result<Vec<TableWrite>, Refused> {
    let mut with = files::claims(app, ask.actor()?, object, id, values).await?;
    if people::is_organisation(&object.key) {
        with.extend(people::beside(app, ask, object, id, values).await?);
    }
    Ok(with)
}

/// The record as whoever asks may see it. Who may write but not read gets the id alone.
async fn answer(app: &App, ask: &Ask, object: &Object, id: RecordId) -> Answered {
    match app.records.get(ask.actor()?, &object.key, id, None, ask.style).await {
        Ok(got) => Ok(record(ask, got.json, got.version)),
        Err(refusal) if refusal.problems().iter().any(|problem| problem.code == Code::NotFound) => {
            Ok(json_text(json!({ "id": id }).to_string()))
        }
        Err(refusal) => Err(refusal.into()),
    }
}

async fn get(app: Arc<App>, ask: Ask) -> Answered {
    let as_of = ask.query("as_of");
    let got = app.records.get(ask.actor()?, ask.param("object"), ask.id("id")?, as_of.as_deref(), ask.style).await?;
    let mut answer = record(&ask, got.json, got.version);
    if let Some(is_settled) = got.is_settled {
        // A record is flat: beside its fields there is no place for it.
        let said = HeaderValue::from_static(if is_settled { "true" } else { "false" });
        answer.headers_mut().insert("kehub-settled", said);
    }
    Ok(answer)
}

async fn change(app: Arc<App>, mut ask: Ask) -> Answered {
    let (json, bytes) = ask.json_and_bytes().await?;
    let Json::Object(mut values) = json else { return Err(not_an_object()) };
    let object = object(&app, &ask)?;
    let id = ask.id("id")?;
    let mut because = because(&ask, &bytes)?;
    because.with = beside(&app, &ask, &object, id, &mut values).await?;
    let change =
        Change { object: object.id, kind: Action::Update { id, values, version: ask.if_match() }, at: String::new() };
    app.records.write(ask.actor()?, vec![change], because).await?;
    if people::is_organisation(&object.key) {
        app.identity.standing_changed().await?;
    }
    answer(&app, &ask, &object, id).await
}

async fn delete(app: Arc<App>, ask: Ask) -> Answered {
    let object = object(&app, &ask)?;
    let id = ask.id("id")?;
    let mut because = because(&ask, &[])?;
    if object.key == "person" {
        people::may_manage(&app, &ask, id).await?;
        app.identity.may_shut_out(id, ask.actor()?.id).await?;
        because.with = app.identity.remove(id);
    }
    let change = Change { object: object.id, kind: Action::Delete { id, version: ask.if_match() }, at: String::new() };
    app.records.write(ask.actor()?, vec![change], because).await?;
    if people::is_organisation(&object.key) {
        app.identity.standing_changed().await?;
    }
    Ok(empty())
}

async fn query(app: Arc<App>, mut ask: Ask) -> Answered {
    let body = Json::Object(ask.object().await?);
    Ok(json_text(app.records.query(ask.actor()?, ask.param("object"), &body, ask.style).await?))
}

async fn aggregate(app: Arc<App>, mut ask: Ask) -> Answered {
    let body = Json::Object(ask.object().await?);
    Ok(json_text(app.records.aggregate(ask.actor()?, ask.param("object"), &body, ask.style).await?))
}

async fn history(app: Arc<App>, ask: Ask) -> Answered {
    let cursor = ask.query("cursor");
    Ok(json_text(
        app.records.history(ask.actor()?, ask.param("object"), ask.id("id")?, cursor.as_deref(), ask.style).await?,
    ))
}

async fn why(app: Arc<App>, ask: Ask) -> Answered {
    let field = ask.query("field").ok_or_else(|| Problem::new(Code::Missing, "field").with("name", "field"))?;
    Ok(json_text(app.records.why(ask.actor()?, ask.param("object"), ask.id("id")?, &field, ask.style).await?))
}

async fn trash(app: Arc<App>, ask: Ask) -> Answered {
    let cursor = ask.query("cursor");
    Ok(json_text(app.records.trash(ask.actor()?, ask.param("object"), cursor.as_deref()).await?))
}

async fn restore(app: Arc<App>, ask: Ask) -> Answered {
    let object = object(&app, &ask)?;
    let id = ask.id("id")?;
    app.records.restore(ask.actor()?, &object.key, id).await?;
    answer(&app, &ask, &object, id).await
}

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Undo {
    pub(super) dry_run: bool,
    /// `refuse`, `skip` or `overwrite`.
    conflicts: Option<String>,
    /// Others' records that link to one whose creation is undone: `refuse`, or `take_along`.
    linked: Option<String>,
    /// A link to a record that is gone: `empty`, or `restore` that record too.
    gone: Option<String>,
}

impl Undo {
    fn how(&self) -> Result<How, Refused> {
        let one_of = |said: &Option<String>, at: &str, usual: &str, other: &str| match said.as_deref() {
            None => Ok(false),
            Some(word) if word == usual => Ok(false),
            Some(word) if word == other => Ok(true),
            Some(_) => {
                let problem = Problem::new(Code::NotOneOf, at).with("allowed", format!("{usual} {other}"));
                Err(Refused::from(problem))
            }
        };
        Ok(How {
            takes_along: one_of(&self.linked, "linked", "refuse", "take_along")?,
            restores_gone: one_of(&self.gone, "gone", "empty", "restore")?,
            ..How::new(self.dry_run, self.conflicts()?)
        })
    }

    pub(super) fn conflicts(&self) -> Result<Conflicts, Refused> {
        match self.conflicts.as_deref() {
            None | Some("refuse") => Ok(Conflicts::Refuse),
            Some("skip") => Ok(Conflicts::Skip),
            Some("overwrite") => Ok(Conflicts::Overwrite),
            Some(_) => Err(Problem::new(Code::NotOneOf, "conflicts").with("allowed", "refuse skip overwrite").into()),
        }
    }
}

async fn undo(app: Arc<App>, mut ask: Ask) -> Answered {
    let said: Undo = ask.read_or_default().await?;
    let how = said.how()?;
    let commit = Moment(ask.param("id").parse().map_err(|_| Refused::not_found())?);
    let text = app.records.undo(ask.actor()?, commit, how, ask.style).await?;
    Ok(json_text(text))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Search {
    text: String,
    #[serde(default)]
    cursor: Option<String>,
}

async fn search(app: Arc<App>, mut ask: Ask) -> Answered {
    let said: Search = ask.read().await?;
    Ok(json_text(app.records.search(ask.actor()?, &said.text, said.cursor.as_deref(), ask.style).await?))
}

pub(super) fn not_an_object() -> Refused {
    Refused::bad_request("a JSON object is expected / 应为 JSON 对象")
}
