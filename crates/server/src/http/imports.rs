//! Imports and exports: the room's functions as routes.

use std::sync::Arc;

use kehub_api::{Answered, Ask, Need, Refused, Route, created, json};
use kehub_connect::http::{Export, Format, New};
use kehub_db::new_id;
use kehub_model::rights::Access;
use kehub_model::{Code, Problem};
use kehub_records::Conflicts;
use serde_json::{Map, Value as Json, json};

use super::files;
use crate::app::App;

/// The largest file to import.
const LARGEST: usize = 500 << 20;

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    let long = std::time::Duration::from_secs(600);
    // Which object is meant stands in the body or the job; the room asks for its right.
    let import = Need::Object(Access::Import);
    vec![
        Route::get("/api/v1/imports", import, "My imports", super::with(app, list)),
        Route::post(
            "/api/v1/imports",
            import,
            "Bring a file (multipart: file, object, mapping, key)",
            super::with(app, create),
        )
        .body(LARGEST)
        .time(long),
        Route::get("/api/v1/imports/{id}", import, "How an import stands", super::with(app, one)),
        Route::patch("/api/v1/imports/{id}", import, "Change what becomes of the columns", super::with(app, change))
            .time(long),
        Route::post("/api/v1/imports/{id}/dry_run", import, "Say what would happen", super::with(app, dry_run)),
        Route::post("/api/v1/imports/{id}/run", import, "Carry it out", super::with(app, run)),
        Route::post("/api/v1/imports/{id}/undo", import, "Take it back", super::with(app, undo)),
        Route::get("/api/v1/imports/{id}/rows", import, "Rows worth looking at", super::with(app, rows))
            .query(&["fate", "cursor"]),
        Route::get(
            "/api/v1/imports/{id}/failures",
            import,
            "The rows that failed, with reasons, as a file",
            super::with(app, failures),
        ),
        Route::post("/api/v1/exports", Need::Object(Access::Export), "Records as a file", super::with(app, export))
            .takes::<Export>()
            .time(long),
    ]
}

async fn list(app: Arc<App>, ask: Ask) -> Answered {
    json(&app.imports.list(ask.actor()?).await?)
}

async fn create(app: Arc<App>, mut ask: Ask) -> Answered {
    let actor = ask.actor()?.clone();
    let place = app.settings.data.join("imports").join(format!("new-{}", new_id(&app.db().clock)));
    let mut upload = ask.upload().await?;
    let mut new = New { path: place.clone(), ..New::default() };
    let mut has_file = false;
    let taken = async {
        while let Some(part) = upload.next().await? {
            match part.name() {
                "file" if has_file => return Err(Problem::new(Code::TooMany, "file").with("max", 1).into()),
                "file" => {
                    new.name = part.file_name().unwrap_or_default();
                    files::keep(part, &place).await?;
                    has_file = true;
                }
                "object" => new.object = Some(part.text().await?).filter(|object| !object.is_empty()),
                "mapping" => new.mapping = Some(parsed("mapping", &part.text().await?)?),
                // A key is a list of fields, as JSON or with commas between.
                "key" => {
                    let text = part.text().await?;
                    new.key = match serde_json::from_str::<Vec<String>>(&text) {
                        Ok(keys) => keys,
                        Err(_) => {
                            text.split(',').map(|key| key.trim().to_owned()).filter(|key| !key.is_empty()).collect()
                        }
                    };
                }
                "options" => {
                    let options = parsed("options", &part.text().await?)?;
                    let mapping = new.mapping.get_or_insert_with(|| json!({}));
                    if let (Json::Object(mapping), Json::Object(options)) = (mapping, options) {
                        mapping.extend(options);
                    }
                }
                _ => {}
            }
        }
        if has_file { Ok(()) } else { Err(Refused::from(Problem::new(Code::Missing, "file").with("name", "file"))) }
    };
    let made = match taken.await {
        Ok(()) => app.imports.create(&actor, new).await.map_err(Refused::from),
        Err(refused) => Err(refused),
    };
    if made.is_err() {
        let _ = std::fs::remove_file(&place);
    }
    let job = made?;
    let location = format!("/api/v1/imports/{}", job["id"].as_str().unwrap_or_default());
    Ok(created(json(&job)?, &location))
}

fn parsed(at: &str, text: &str) -> Result<Json, Refused> {
    serde_json::from_str(text).map_err(|error| Problem::new(Code::BadRequest, at).with("hint", error).into())
}

async fn one(app: Arc<App>, ask: Ask) -> Answered {
    json(&app.imports.get(ask.actor()?, ask.id("id")?).await?)
}

async fn change(app: Arc<App>, mut ask: Ask) -> Answered {
    let mut body = ask.object().await?;
    let (actor, id) = (ask.actor()?, ask.id("id")?);
    // Sheet, heading and encoding are part of the mapping; a page may send them alone.
    let beside: Map<String, Json> = ["sheet", "header_row", "encoding"]
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), body.shift_remove(*name)?)))
        .collect();
    if !beside.is_empty() {
        let mapping = match body.shift_remove("mapping") {
            Some(mapping) => mapping,
            None => app.imports.get(actor, id).await?["mapping"].take(),
        };
        let mut mapping = mapping.as_object().cloned().unwrap_or_default();
        mapping.extend(beside);
        body.insert("mapping".into(), Json::Object(mapping));
    }
    json(&app.imports.patch(actor, id, &Json::Object(body)).await?)
}

async fn dry_run(app: Arc<App>, ask: Ask) -> Answered {
    json(&app.imports.dry_run(ask.actor()?, ask.id("id")?).await?)
}

async fn run(app: Arc<App>, ask: Ask) -> Answered {
    json(&app.imports.run(ask.actor()?, ask.id("id")?).await?)
}

async fn undo(app: Arc<App>, mut ask: Ask) -> Answered {
    let said: super::records::Undo = ask.read_or_default().await?;
    let conflicts: Conflicts = said.conflicts()?;
    json(&app.imports.undo(ask.actor()?, ask.id("id")?, said.dry_run, conflicts).await?)
}

async fn rows(app: Arc<App>, ask: Ask) -> Answered {
    let (fate, cursor) = (ask.query("fate"), ask.query("cursor"));
    json(&app.imports.rows(ask.actor()?, ask.id("id")?, fate.as_deref(), cursor.as_deref()).await?)
}

async fn failures(app: Arc<App>, ask: Ask) -> Answered {
    let (path, name) = app.imports.failures(ask.actor()?, ask.id("id")?).await?;
    files::answer(&path, &name, "text/csv; charset=utf-8").await
}

async fn export(app: Arc<App>, mut ask: Ask) -> Answered {
    let mut body = ask.object().await?;
    if let Some(ids) = body.shift_remove("ids") {
        // Ticked rows are a filter like any other.
        let these = json!({ "field": "id", "op": "in", "value": ids });
        let filter = match body.shift_remove("filter") {
            None | Some(Json::Null) => these,
            Some(filter) => json!({ "and": [filter, these] }),
        };
        body.insert("filter".into(), filter);
    }
    let export: Export = kehub_api::typed(Json::Object(body))?;
    let format = export.format;
    let written = app.imports.export(ask.actor()?, &export).await?;
    let kind = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    let answer = files::answer(&written.path, &written.name, kind).await;
    // It is open; its place on disk is let go of at once.
    let _ = std::fs::remove_file(&written.path);
    answer
}
