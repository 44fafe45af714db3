//! Sample records: CSV whose headings are field keys. They go through the door like anybody's.

use std::sync::Arc;

use chrono::Duration;
use kehub_api::Refused;
use kehub_model::fields::Kind;
use kehub_model::history::Cause;
use kehub_model::{Actor, Code, Field, Object, Problem};
use kehub_records::{Action, Because, Change};
use serde_json::{Map, Value as Json, json};

use super::{Package, Sample};
use crate::app::App;

const CHUNK: usize = 500;

/// Fills in a solution's sample; how many records of each object.
pub async fn fill(app: &App, actor: &Arc<Actor>, package: &Package) -> Result<Map<String, Json>, Refused> {
    let mut counts = Map::new();
    for sample in &package.samples {
        let catalog = app.records.catalog();
        let object = catalog
            .object(&sample.object)
            .ok_or_else(|| Problem::new(Code::UnknownObject, "sample").with("name", &sample.object))?;
        let changes = changes(app, object, sample)?;
        counts.insert(sample.object.clone(), changes.len().into());
        for chunk in changes.chunks(CHUNK) {
            let because = Because { cause: Some(Cause::Import), lane: 2, ..Because::default() };
            app.records.write(actor, chunk.to_vec(), because).await?;
        }
    }
    Ok(counts)
}

fn changes(app: &App, object: &Object, sample: &Sample) -> Result<Vec<Change>, Refused> {
    let mut reader = csv::Reader::from_reader(&sample.csv[..]);
    let wrong = |error: csv::Error| {
        Refused::from(Problem::new(Code::BadFile, format!("sample/{}.csv", sample.object)).with("hint", error))
    };
    let headings: Vec<String> = reader.headers().map_err(wrong)?.iter().map(str::to_owned).collect();
    let mut changes = Vec::new();
    for (n, row) in reader.records().enumerate() {
        let row = row.map_err(wrong)?;
        let mut values = Map::new();
        for (heading, cell) in headings.iter().zip(row.iter()).filter(|(_, cell)| !cell.is_empty()) {
            let field = object
                .field(heading)
                .ok_or_else(|| Problem::new(Code::UnknownField, heading.as_str()).with("name", heading))?;
            values.insert(heading.clone(), value(app, field, cell));
        }
        changes.push(Change {
            object: object.id,
            kind: Action::Create { id: None, values },
            at: format!("{}[{n}]", sample.object),
        });
    }
    Ok(changes)
}

/// A cell as the API takes it: links by what they are called, lists with bars between, `@+12` so many days from today.
fn value(app: &App, field: &Field, cell: &str) -> Json {
    match &field.def.kind {
        Kind::Link(link) => {
            let catalog = app.records.catalog();
            let title = catalog
                .object(&link.to)
                .and_then(|to| to.title_field())
                .map_or("name", |title| title.key.as_str())
                .to_owned();
            let by = |name: &str| json!({ "by": { &title: name } });
            if link.many { cell.split('|').map(by).collect() } else { by(cell) }
        }
        Kind::Choices(_) | Kind::Tags(_) => cell.split('|').collect(),
        Kind::Switch(_) => (cell == "true").into(),
        Kind::Address(_) | Kind::Json(_) | Kind::Location(_) => {
            serde_json::from_str(cell).unwrap_or_else(|_| cell.into())
        }
        Kind::Date(_) | Kind::DateTime(_) if cell.starts_with('@') => {
            let days = Duration::days(cell[1..].parse().unwrap_or_default());
            let at = app.db().clock.now() + days;
            match field.def.kind {
                Kind::Date(_) => at.with_timezone(&app.identity.workspace().zone).date_naive().to_string().into(),
                _ => at.to_rfc3339().into(),
            }
        }
        _ => cell.into(),
    }
}
