//! What is shown of an import's rows: changes with titles, reasons, and what may be meant by words nobody knows.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use kehub_model::{RecordId, Value};
use kehub_records::Refusal;
use serde_json::{Value as Json, json};

use super::chunk::{JudgedChunk, Pass, is_bad};
use super::{Imports, ask};
use crate::run::{self, Fate, Hits, Judged, nearest};
use crate::store::{self, ShownRow};

impl Imports {
    /// The rows of a chunk worth keeping, as rows of the room's table.
    pub(super) async fn kept_rows(&self, pass: &mut Pass, chunk: &JudgedChunk) -> Result<Vec<ShownRow>, Refusal> {
        let room = store::MOST_ROWS.saturating_sub(pass.kept);
        let rows: Vec<&Judged> =
            chunk.rows.iter().filter(|row| is_bad(row.fate) || row.fate == Fate::Changed).take(room).collect();
        let titles = self.titles(pass, &rows).await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            let mut suggestions = Vec::new();
            for (place, text) in &row.unknown {
                let near = self.near(pass, *place, text).await?;
                suggestions.push(json!({"column": pass.plan.places[*place].heading, "value": text, "near": near}));
            }
            shown.push(shown_row(pass, row, suggestions, &titles));
        }
        pass.kept += shown.len();
        Ok(shown)
    }

    /// What the records are called that changed links name.
    async fn titles(&self, pass: &Pass, rows: &[&Judged]) -> Result<HashMap<RecordId, String>, Refusal> {
        let mut ids: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for change in rows.iter().flat_map(|row| &row.changes) {
            if let Some(link) = &pass.plan.places[change.place].link {
                let named = change.before.items().iter().chain(change.after.items()).filter_map(Value::as_id);
                ids.entry(&link.object).or_default().extend(named.map(|id| id.to_string()));
            }
        }
        let mut titles = HashMap::new();
        for (object, ids) in ids.into_iter().filter(|(_, ids)| !ids.is_empty()) {
            for hits in
                ask::find(self.records(), &pass.actor, object, "id", ids.into_iter().collect()).await?.into_values()
            {
                if let Hits::One(id, title) = hits {
                    titles.insert(id, title);
                }
            }
        }
        Ok(titles)
    }

    /// What may be meant by a word nobody knows; beyond so many words nobody looks.
    async fn near(&self, pass: &mut Pass, place: usize, text: &str) -> Result<Vec<Json>, Refusal> {
        const COMPARED: usize = 200;
        let word = (place, text.to_owned());
        if let Some(near) = pass.nears.get(&word) {
            return Ok(near.clone());
        }
        if pass.nears.len() >= COMPARED {
            return Ok(Vec::new());
        }
        let near = self.compare(pass, place, text).await?;
        pass.nears.insert(word, near.clone());
        Ok(near)
    }

    pub(super) async fn compare(&self, pass: &mut Pass, place: usize, text: &str) -> Result<Vec<Json>, Refusal> {
        let Some(found) = pass.plan.places.get(place) else { return Ok(Vec::new()) };
        let Some(link) = &found.link else {
            let options = found.kind.options().iter().filter(|option| !option.retired);
            let language = pass.actor.language();
            let labels = options.map(|option| (option.label.in_language(language), option.key.as_str()));
            return Ok(nearest(text, labels)
                .into_iter()
                .map(|(label, key)| json!({"value": label, "title": label, "key": key}))
                .collect());
        };
        let by = (link.object.clone(), link.by.field(text).to_owned());
        if !pass.names.contains_key(&by) {
            let names = match pass.catalog.object(&by.0) {
                Some(object) => match ask::names(self.records(), &pass.actor, object, &by.1).await {
                    Ok(names) => names,
                    // Who may not list them is offered none.
                    Err(Refusal::Problems(_)) => Vec::new(),
                    Err(fault) => return Err(fault),
                },
                None => Vec::new(),
            };
            pass.names.insert(by.clone(), Arc::new(names));
        }
        let names = pass.names.get(&by).cloned().unwrap_or_default();
        Ok(nearest(text, names.iter().map(|name| (name.as_str(), ())))
            .into_iter()
            .map(|(name, ())| json!({"value": name, "title": name}))
            .collect())
    }
}

pub(super) fn shown_row(
    pass: &Pass,
    row: &Judged,
    suggestions: Vec<Json>,
    titles: &HashMap<RecordId, String>,
) -> ShownRow {
    let language = pass.actor.language();
    let changes = row.changes.iter().map(|change| {
        let place = &pass.plan.places[change.place];
        json!({"field": place.field.key, "before": told(&change.before, titles), "after": told(&change.after, titles)})
    });
    ShownRow {
        n: row.n,
        fate: row.fate,
        id: row.id.filter(|_| !is_bad(row.fate)),
        title: row.title.clone(),
        changes: changes.collect(),
        problems: row.problems.iter().map(|problem| problem.spoken(language)).collect(),
        suggestions,
    }
}

/// A value as answers write it: records with their titles.
fn told(value: &Value, titles: &HashMap<RecordId, String>) -> Json {
    match value {
        Value::Id(id) => json!({"id": id, "title": titles.get(id)}),
        Value::List(items) => items.iter().map(|item| told(item, titles)).collect(),
        value => run::as_json(value),
    }
}

/// Why a row stays behind, in one line.
pub(super) fn reason(pass: &Pass, row: &Judged) -> String {
    let language = pass.actor.language();
    let told = row.problems.iter().map(|problem| match problem.at.as_str() {
        "" => problem.message(language),
        at => format!("{at}: {}", problem.message(language)),
    });
    told.collect::<Vec<_>>().join("; ")
}
