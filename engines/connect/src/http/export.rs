//! Records as a file: the columns a person chose, as he reads them, and such that they can be imported again.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use kehub_db::new_id;
use kehub_model::fields::Kind;
use kehub_model::rights::Access;
use kehub_model::{Actor, Catalog, Cell, Code, Field, Object, Problem, Value};
use kehub_records::{Refusal, Style};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use tokio::sync::mpsc;

use super::Imports;
use crate::files::write::{Csv, Xlsx};

/// What is to be taken away: a query without pages.
#[derive(Clone, Debug, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Export {
    pub object: String,
    #[serde(default)]
    pub filter: Option<Json>,
    #[serde(default)]
    pub sort: Option<Json>,
    #[serde(default)]
    pub search: Option<String>,
    /// Keys, also along links: `owner.name`. All one may read unless given.
    #[serde(default)]
    pub fields: Option<Vec<String>>,
    #[serde(default)]
    pub format: Format,
    #[serde(default)]
    pub time_zone: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Csv,
    #[default]
    Xlsx,
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    pub path: PathBuf,
    pub name: String,
    pub rows: u64,
}

/// One column of an export.
struct Column {
    name: String,
    label: String,
    field: Field,
}

impl Imports {
    /// `POST /exports`: writes the file and says where it is. Whoever takes it away throws it away.
    pub async fn export(&self, actor: &Arc<Actor>, export: &Export) -> Result<Exported, Refusal> {
        let object = self.records().object_for(actor, &export.object)?;
        if !actor.may(&object, Access::Export) {
            return Err(Refusal::forbidden());
        }
        let catalog = self.records().catalog();
        // Not all that may be read may be taken away.
        let actor = &Arc::new(actor.exporting(object.id, &catalog));
        let mut body = Map::new();
        let mut put = |name: &str, value: Option<Json>| value.map(|value| body.insert(name.to_owned(), value));
        put("filter", export.filter.clone());
        put("sort", export.sort.clone());
        put("search", export.search.clone().map(Json::String));
        put("time_zone", export.time_zone.clone().map(Json::String));
        put("fields", export.fields.as_ref().map(|fields| json!(fields)));
        put("limit", Some(json!(1_000)));
        let mut body = Json::Object(body);
        // The first page says whether all is allowed, before a file is begun.
        let first = self.page(actor, &object, &body).await?;
        let columns = columns(&object, &catalog, export.fields.as_deref(), first.0.first(), actor);
        let label = object.label(actor.language()).to_owned();
        let (extension, format) = match export.format {
            Format::Csv => ("csv", Format::Csv),
            Format::Xlsx => ("xlsx", Format::Xlsx),
        };
        let path =
            self.inner.folder.join("exports").join(format!("{}.{extension}", new_id(&self.records().db().clock)));
        let labels: Vec<String> = columns.iter().map(|column| column.label.clone()).collect();
        let (sender, receiver) = mpsc::channel::<Vec<Vec<Cell>>>(2);
        let (to, sheet) = (path.clone(), label.clone());
        let writing = tokio::task::spawn_blocking(move || write(&to, format, &sheet, &labels, receiver));
        let (mut records, mut cursor) = first;
        let mut rows = 0;
        loop {
            rows += records.len() as u64;
            let cells = records
                .iter()
                .map(|record| columns.iter().map(|column| cell(column, &record[&column.name], actor)).collect());
            if sender.send(cells.collect()).await.is_err() {
                break;
            }
            let Some(next) = cursor else { break };
            body["cursor"] = Json::String(next);
            (records, cursor) = self.page(actor, &object, &body).await?;
        }
        drop(sender);
        let written = writing.await.unwrap_or_else(|error| Err(io::Error::other(error)));
        written.map_err(|error| Problem::new(Code::BadFile, "").with("hint", error))?;
        Ok(Exported { path, name: format!("{label}.{extension}"), rows })
    }

    async fn page(
        &self,
        actor: &Arc<Actor>,
        object: &Object,
        body: &Json,
    ) -> Result<(Vec<Json>, Option<String>), Refusal> {
        let answer = self.records().query(actor, &object.key, body, Style::default()).await?;
        let mut answer: Json = serde_json::from_str(&answer).unwrap_or_default();
        let cursor = answer["next_cursor"].as_str().map(str::to_owned);
        let records = match answer["records"].take() {
            Json::Array(records) => records,
            _ => Vec::new(),
        };
        Ok((records, cursor))
    }
}

fn columns(
    object: &Arc<Object>,
    catalog: &Catalog,
    fields: Option<&[String]>,
    record: Option<&Json>,
    actor: &Actor,
) -> Vec<Column> {
    let names: Vec<String> = match (fields, record.and_then(Json::as_object)) {
        (Some(fields), _) => fields.to_vec(),
        // What was answered is what may be read.
        (None, Some(record)) => record.keys().cloned().collect(),
        (None, None) => {
            let seen =
                object.fields.iter().filter(|field| actor.sight(object, field.id) != kehub_model::actor::Sight::No);
            seen.map(|field| field.key.clone()).collect()
        }
    };
    let mut columns: Vec<Column> = Vec::new();
    for name in names {
        let Some((field, mut label)) = field_at(object, catalog, &name, actor) else { continue };
        // Rows within a row fit into no cell.
        if matches!(field.def.kind, Kind::Subform(_)) {
            continue;
        }
        if columns.iter().any(|column| column.label == label) {
            label = format!("{label} ({name})");
        }
        columns.push(Column { name, label, field });
    }
    columns
}

/// The field at the end of a path, and what it is called.
fn field_at(object: &Arc<Object>, catalog: &Catalog, path: &str, actor: &Actor) -> Option<(Field, String)> {
    let mut object = object.clone();
    let mut labels: Vec<String> = Vec::new();
    let mut steps = path.split('.').peekable();
    loop {
        let field = object.field(steps.next()?)?.clone();
        labels.push(field.label(actor.language()).to_owned());
        if steps.peek().is_none() {
            return Some((field, labels.join(" · ")));
        }
        object = catalog.target(&field)?.clone();
    }
}

/// A value as a cell: numbers and dates as such, choices by their labels, links by their titles, what is masked as masked text.
fn cell(column: &Column, json: &Json, actor: &Actor) -> Cell {
    let kind = &column.field.def.kind;
    let text = |text: String| if text.is_empty() { Cell::Empty } else { Cell::Text(text) };
    let shown = |value: Value| text(kind.display_for(&value, &actor.reading));
    match json {
        Json::Null => Cell::Empty,
        Json::Bool(yes) => shown(Value::Bool(*yes)),
        Json::Number(number) => {
            match number.to_string().parse::<Decimal>().or_else(|_| Decimal::from_scientific(&number.to_string())) {
                Ok(number) => Cell::Number(number),
                Err(_) => Cell::Text(number.to_string()),
            }
        }
        Json::String(string) => match kind {
            Kind::Choice(_) => shown(Value::text(string.clone())),
            Kind::Text(_) | Kind::LongText(_) | Kind::Id(_) => text(string.clone()),
            _ => dated(string, actor).unwrap_or_else(|| text(string.clone())),
        },
        Json::Array(items) => {
            let titles: Vec<String> = items.iter().filter_map(called).collect();
            if titles.len() == items.len() && items.iter().any(Json::is_object) {
                text(titles.join("; "))
            } else {
                shown(Value::List(items.iter().filter_map(Json::as_str).map(Value::text).collect()))
            }
        }
        Json::Object(map) => match map.get("error").and_then(Json::as_str) {
            Some(error) => Cell::Error(error.to_owned()),
            None => match called(json) {
                Some(title) => text(title),
                None => shown(Value::Json(json.clone())),
            },
        },
    }
}

/// The title of a record, the name of a file.
fn called(json: &Json) -> Option<String> {
    let name = if json.get("file").is_some() {
        json.get("name")
    } else {
        json.get("title").filter(|_| json.get("id").is_some())
    };
    Some(name?.as_str().unwrap_or_default().to_owned())
}

/// Days, times, and points in time as the reader's clock shows them.
fn dated(text: &str, actor: &Actor) -> Option<Cell> {
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return (text.len() == 10).then_some(Cell::Date(date));
    }
    if let Ok(at) = text.parse::<DateTime<Utc>>() {
        return Some(Cell::DateTime(at.with_timezone(&actor.reading.zone).naive_local()));
    }
    NaiveTime::parse_from_str(text, "%H:%M:%S").ok().map(Cell::Time)
}

fn write(
    path: &Path,
    format: Format,
    sheet: &str,
    labels: &[String],
    mut rows: mpsc::Receiver<Vec<Vec<Cell>>>,
) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let out = BufWriter::new(File::create(path)?);
    match format {
        Format::Csv => {
            let mut csv = Csv::new(out, &labels)?;
            while let Some(page) = rows.blocking_recv() {
                page.iter().try_for_each(|cells| csv.row(cells))?;
            }
            csv.finish().map(drop)
        }
        Format::Xlsx => {
            let mut book = Xlsx::new(sheet, &labels)?;
            while let Some(page) = rows.blocking_recv() {
                page.iter().try_for_each(|cells| book.row(cells))?;
            }
            book.finish(out).map(drop)
        }
    }
}
