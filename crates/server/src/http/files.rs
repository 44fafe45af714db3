//! Files: streamed into the files' folder with a bound, given out to those who may read the field that holds them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use http::{HeaderValue, header};
use kehub_api::{Answered, Ask, Body, Need, Part, Refused, Response, Route, created, json};
use kehub_db::{Bind, Select, TableWrite, Where, new_id};
use kehub_model::fields::Kind;
use kehub_model::{Actor, Code, Field, Object, Problem, Problems, RecordId};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncWriteExt as _;

use crate::app::App;

/// The largest file.
const LARGEST: usize = 200 << 20;

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    vec![
        Route::post("/api/v1/files", Need::SignedIn, "Store a file", super::with(app, store))
            .body(LARGEST)
            .time(std::time::Duration::from_secs(600)),
        Route::get(
            "/api/v1/files/{id}",
            Need::SignedIn,
            "A file, for who may read the field that holds it",
            super::with(app, get),
        )
        .time(std::time::Duration::from_secs(600)),
    ]
}

async fn store(app: Arc<App>, mut ask: Ask) -> Answered {
    let actor = ask.actor()?.id;
    let mut upload = ask.upload().await?;
    while let Some(part) = upload.next().await? {
        if part.name() != "file" {
            continue;
        }
        let name = part.file_name().filter(|name| !name.is_empty()).unwrap_or_else(|| "file".to_owned());
        let id = new_id(&app.db().clock);
        let place = place(&app.settings.files, id);
        let kept = match keep(part, &place).await {
            Ok(kept) => kept,
            Err(refused) => {
                let _ = tokio::fs::remove_file(&place).await;
                return Err(refused);
            }
        };
        let values: Vec<(&'static str, Bind)> = vec![
            ("id", id.into()),
            ("name", name.as_str().into()),
            ("size", kept.size.into()),
            ("type", kept.kind.into()),
            ("hash", kept.hash.to_vec().into()),
            ("actor", actor.into()),
            ("created_at", app.db().clock.now().timestamp_micros().into()),
        ];
        app.db().write(vec![TableWrite::Insert { table: "file_stored", values, key: false }]).await?;
        let body =
            json!({ "file": id, "name": name, "size": kept.size, "type": kept.kind, "sha256": hex::encode(kept.hash) });
        return Ok(created(json(&body)?, &format!("/api/v1/files/{id}")));
    }
    Err(Problem::new(Code::Missing, "file").with("name", "file").into())
}

/// Where a file lies: its name is its id, nothing of what people call it.
pub fn place(folder: &Path, id: RecordId) -> PathBuf {
    let name = id.simple().to_string();
    folder.join(&name[name.len() - 2..]).join(name)
}

pub(super) struct Kept {
    size: i64,
    hash: [u8; 32],
    kind: &'static str,
}

/// Writes a part to disk as it comes; when this returns it is there for good.
pub(super) async fn keep(mut part: Part<'_>, place: &Path) -> Result<Kept, Refused> {
    if let Some(folder) = place.parent() {
        tokio::fs::create_dir_all(folder).await.map_err(Refused::fault)?;
    }
    let mut file = tokio::fs::File::create_new(place).await.map_err(Refused::fault)?;
    let mut hash = Sha256::new();
    let mut size = 0i64;
    let mut beginning: Vec<u8> = Vec::with_capacity(16);
    while let Some(chunk) = part.chunk().await? {
        hash.update(&chunk);
        size += chunk.len() as i64;
        beginning.extend(chunk.iter().take(16 - beginning.len().min(16)));
        file.write_all(&chunk).await.map_err(Refused::fault)?;
    }
    file.sync_all().await.map_err(Refused::fault)?;
    Ok(Kept { size, hash: hash.finalize().into(), kind: kind(&beginning) })
}

/// What a file is, by how it begins. What we do not know is bytes.
fn kind(beginning: &[u8]) -> &'static str {
    const KNOWN: &[(&[u8], &str)] = &[
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"%PDF-", "application/pdf"),
        (b"PK\x03\x04", "application/zip"),
    ];
    if beginning.starts_with(b"RIFF") && beginning.get(8..12) == Some(b"WEBP") {
        return "image/webp";
    }
    KNOWN.iter().find(|(magic, _)| beginning.starts_with(magic)).map_or("application/octet-stream", |(_, kind)| kind)
}

async fn get(app: Arc<App>, ask: Ask) -> Answered {
    let id = ask.id("id")?;
    let select = Select::from("file_stored", &["name", "type", "actor", "object", "record", "field"])
        .that(Where::Is("id", id.into()));
    let rows = app.db().table(select).await?;
    let row = rows.first().ok_or_else(Refused::not_found)?;
    let holder = (!row.is_null(3)).then(|| (row.int(3) as i32, row.uuid(4), row.int(5) as i32));
    may_read(&app, &ask, id, row.uuid(2), holder).await?;
    answer(&place(&app.settings.files, id), row.text(0), row.text(1)).await
}

/// A file as something to be saved: never shown as a page of ours, whatever is in it.
pub(super) async fn answer(path: &Path, name: &str, kind: &str) -> Answered {
    let file = tokio::fs::File::open(path).await.map_err(Refused::fault)?;
    let size = file.metadata().await.map_err(Refused::fault)?.len();
    let stream = futures_util::stream::unfold(file, |mut file| async move {
        use tokio::io::AsyncReadExt as _;
        let mut chunk = vec![0u8; 64 << 10];
        match file.read(&mut chunk).await {
            Ok(0) => None,
            Ok(n) => {
                chunk.truncate(n);
                Some((Ok(bytes::Bytes::from(chunk)), file))
            }
            Err(error) => Some((Err(error), file)),
        }
    });
    let mut answer = Response::new(Body::from_stream(stream));
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(size));
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(kind).unwrap_or(HeaderValue::from_static("application/octet-stream")),
    );
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    if let Ok(said) = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{}", encoded(name))) {
        headers.insert(header::CONTENT_DISPOSITION, said);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(answer)
}

/// A file that no record holds is its sender's; else it is the field's that holds it.
async fn may_read(
    app: &App,
    ask: &Ask,
    id: RecordId,
    sender: Option<RecordId>,
    holder: Option<(i32, Option<RecordId>, i32)>,
) -> Result<(), Refused> {
    let actor = ask.actor()?;
    let Some((object, record, field)) = holder else {
        return if sender == Some(actor.id) { Ok(()) } else { Err(Refused::not_found()) };
    };
    let catalog = app.records.catalog();
    let object = catalog.object_by_id(object).ok_or_else(Refused::not_found)?;
    let field = object.field_by_id(field).ok_or_else(Refused::not_found)?;
    let got = app.records.get(actor, &object.key, record.unwrap_or_default(), None, ask.style).await?;
    let shown: Json = serde_json::from_str(&got.json).map_err(Refused::fault)?;
    let files = shown[&field.key].as_array().into_iter().flatten();
    let is_held = files.filter_map(|file| file["file"].as_str()).any(|file| file == id.to_string());
    if is_held { Ok(()) } else { Err(Refused::not_found()) }
}

/// Text as it stands in an extended header value.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// Whether an object's records hold files.
pub(super) fn has_files(object: &Object) -> bool {
    file_fields(object).next().is_some()
}

fn file_fields(object: &Object) -> impl Iterator<Item = &Field> {
    object.own_fields().filter(|field| matches!(field.def.kind, Kind::File(_) | Kind::Image(_) | Kind::Signature(_)))
}

/// Fills in what is known of the files a record names, and the rows that make them the record's. One can name a file one has
/// sent, or one the record holds already; any other is not there.
pub(super) async fn claims(
    app: &App,
    actor: &Actor,
    object: &Object,
    record: RecordId,
    values: &mut Map<String, Json>,
) -> Result<Vec<TableWrite>, Refused> {
    let mut writes = Vec::new();
    let mut problems = Problems::new();
    for field in file_fields(object) {
        let Some(Json::Array(files)) = values.get_mut(&field.key) else { continue };
        for (n, file) in files.iter_mut().enumerate() {
            let Some(id) = file["file"].as_str().and_then(|id| id.parse::<RecordId>().ok()) else { continue };
            let select = Select::from("file_stored", &["name", "type", "size", "actor", "record"])
                .that(Where::Is("id", id.into()));
            let rows = app.db().table(select).await?;
            let row = rows
                .first()
                .filter(|row| row.uuid(4) == Some(record) || (row.is_null(4) && row.uuid(3) == Some(actor.id)));
            let Some(row) = row else {
                problems.push(Problem::new(Code::NoSuchRecord, format!("{}[{n}].file", field.key)).with("value", id));
                continue;
            };
            *file = json!({ "file": id, "name": row.text(0), "size": row.int(2), "type": row.text(1) });
            writes.push(TableWrite::Update {
                table: "file_stored",
                values: vec![
                    ("object", i64::from(object.id).into()),
                    ("record", record.into()),
                    ("field", i64::from(field.id).into()),
                ],
                filter: vec![Where::Is("id", id.into()), Where::Is("actor", actor.id.into()), Where::IsNull("object")],
            });
        }
    }
    if problems.is_empty() { Ok(writes) } else { Err(problems.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_it_begins_with() {
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n0000"), "image/png");
        assert_eq!(kind(b"<html><script>"), "application/octet-stream");
        assert_eq!(encoded("报价 1.pdf"), "%E6%8A%A5%E4%BB%B7%201.pdf");
    }
}
