//! What a batch of rows asks of the records: each thing once, whatever the number of rows.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kehub_model::fields::{Column as Stands, Kind, Written};
use kehub_model::{Actor, Cell, Field, Object, RecordId, Value};
use kehub_records::{Records, Refusal, Style};
use serde_json::{Value as Json, json};

use crate::run::{Hits, Known, Plan, Resolved, as_json, comparable};

/// The most records a key of several fields may be looked for among, a chunk.
const MOST: usize = 200_000;

/// The records whose field has these texts.
pub(super) async fn find(
    records: &Records,
    actor: &Actor,
    object: &str,
    field: &str,
    texts: Vec<String>,
) -> Result<HashMap<String, Hits>, Refusal> {
    let catalog = records.catalog();
    let kind = catalog.object(object).and_then(|object| object.field(field)).map(|field| &field.def.kind);
    let values: Vec<Json> = texts.iter().map(|text| Json::String(as_stored(kind, text, actor))).collect();
    let found = records.find(actor, object, field, &values).await?;
    Ok(texts.into_iter().zip(found.into_iter().map(of_hits)).collect())
}

/// A text as a field keeps it: `138 0013 8000` with its country, an option's label as its key.
fn as_stored(kind: Option<&Kind>, text: &str, actor: &Actor) -> String {
    let is_plain = |kind: &&Kind| matches!(kind, Kind::Text(_) | Kind::LongText(_) | Kind::Serial(_) | Kind::Id(_));
    let Some(kind) = kind.filter(|kind| !is_plain(kind) && kind.target().is_none()) else { return text.to_owned() };
    match kind.read_cell(&Cell::Text(text.to_owned()), &actor.reading) {
        Ok(Written::Value(Value::Text(stored))) => stored,
        _ => text.to_owned(),
    }
}

fn of_hits(mut found: Vec<(RecordId, String)>) -> Hits {
    match (found.len(), found.pop()) {
        (1, Some((id, title))) => Hits::One(id, title),
        (0, _) | (_, None) => Hits::None,
        _ => Hits::Many,
    }
}

/// Which records the rows are, by their keys, and how those stand now.
pub(super) async fn existing(
    records: &Records,
    actor: &Arc<Actor>,
    plan: &Plan,
    rows: &[Resolved],
    known: &mut Known,
) -> Result<(), Refusal> {
    known.existing.clear();
    known.rows.clear();
    let keyed: Vec<&Resolved> = rows.iter().filter(|row| row.key.as_ref().is_some_and(|key| !key.is_empty())).collect();
    if keyed.is_empty() {
        return Ok(());
    }
    let places: Vec<&Field> = plan.key.iter().map(|n| &plan.places[*n].field).collect();
    match places[..] {
        [field] if matches!(field.def.kind, Kind::Id(_)) => {}
        [field]
            if matches!(
                field.column,
                Stands::Text { .. } | Stands::Decimal { .. } | Stands::Exact | Stands::Id { .. }
            ) =>
        {
            by_field(records, actor, plan, &keyed, known).await?;
        }
        _ => by_query(records, actor, plan, &keyed, known).await?,
    }
    let is_id = matches!(places[..], [field] if matches!(field.def.kind, Kind::Id(_)));
    let mut ids: Vec<RecordId> = if is_id {
        keyed.iter().filter_map(|row| row.values[plan.key[0]].as_ref()?.as_id()).collect()
    } else {
        known.existing.values().filter_map(|hits| if let Hits::One(id, _) = hits { Some(*id) } else { None }).collect()
    };
    ids.sort_unstable();
    ids.dedup();
    for ids in ids.chunks(1_000) {
        known.rows.extend(records.rows(actor, &plan.object.key, ids).await?);
    }
    if is_id {
        for row in keyed {
            if let (Some(key), Some(Some(Value::Id(id)))) = (&row.key, row.values.get(plan.key[0]))
                && known.rows.contains_key(id)
            {
                known.existing.insert(key.clone(), Hits::One(*id, String::new()));
            }
        }
    }
    Ok(())
}

async fn by_field(
    records: &Records,
    actor: &Actor,
    plan: &Plan,
    rows: &[&Resolved],
    known: &mut Known,
) -> Result<(), Refusal> {
    let place = &plan.places[plan.key[0]];
    let mut keys: HashMap<String, String> = HashMap::new();
    for row in rows {
        if let (Some(key), Some(Some(value))) = (&row.key, row.values.get(plan.key[0])) {
            let text = match as_json(value) {
                Json::String(text) => text,
                other => other.to_string(),
            };
            keys.insert(text, key.clone());
        }
    }
    let found = find(records, actor, &plan.object.key, &place.field.key, keys.keys().cloned().collect()).await?;
    for (text, hits) in found {
        if let Some(key) = keys.get(&text) {
            known.existing.insert(key.clone(), hits);
        }
    }
    Ok(())
}

/// Keys of several fields, and of kinds that are not looked up as text: by the field that tells most apart, the others compared
/// here.
async fn by_query(
    records: &Records,
    actor: &Arc<Actor>,
    plan: &Plan,
    rows: &[&Resolved],
    known: &mut Known,
) -> Result<(), Refusal> {
    let value = |row: &Resolved, n: usize| row.values[n].clone().unwrap_or_default();
    let distinct = |n: usize| rows.iter().map(|row| value(row, n).to_json()).collect::<HashSet<String>>();
    let is_filled = |n: &usize| rows.iter().all(|row| !value(row, *n).is_null());
    let main = plan.key.iter().copied().max_by_key(|n| (is_filled(n), distinct(*n).len()));
    let Some(main) = main else { return Ok(()) };
    let mut wanted: Vec<Json> =
        distinct(main).into_iter().filter_map(|text| serde_json::from_str(&text).ok()).collect();
    let blank = wanted.iter().any(Json::is_null);
    wanted.retain(|json| !json.is_null());
    let field = &plan.places[main].field.key;
    let mut filter = json!({"field": field, "op": "in", "value": wanted});
    if blank {
        filter = json!({"or": [filter, {"field": field, "op": "is_empty"}]});
    }
    let keys: HashSet<&String> = rows.iter().filter_map(|row| row.key.as_ref()).collect();
    let mut fields: Vec<&str> = plan.key.iter().map(|n| plan.places[*n].field.key.as_str()).collect();
    fields.push("id");
    let mut cursor: Option<String> = None;
    let mut read = 0;
    loop {
        let mut body = json!({"filter": filter, "fields": fields, "limit": 1_000});
        if let Some(cursor) = &cursor {
            body["cursor"] = json!(cursor);
        }
        let answer = records.query(actor, &plan.object.key, &body, Style::default()).await?;
        let answer: Json = serde_json::from_str(&answer).unwrap_or_default();
        let found = answer["records"].as_array().cloned().unwrap_or_default();
        read += found.len();
        for record in &found {
            let Some(id) = record["id"].as_str().and_then(|id| id.parse().ok()) else { continue };
            let key = key_of(plan, record);
            if keys.contains(&key) {
                let hits = match known.existing.get(&key) {
                    None => Hits::One(id, String::new()),
                    Some(_) => Hits::Many,
                };
                known.existing.insert(key, hits);
            }
        }
        cursor = answer["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() {
            return Ok(());
        }
        if read >= MOST {
            let hint = "依据字段的值重复过多 / the key fields tell too few records apart";
            return Err(kehub_model::Problem::new(kehub_model::Code::TooComplex, "mapping.key")
                .with("hint", hint)
                .into());
        }
    }
}

/// The key of a record as `judge` makes that of a row.
fn key_of(plan: &Plan, record: &Json) -> String {
    let mut key = String::new();
    for n in &plan.key {
        let place = &plan.places[*n];
        key.push_str(&comparable(&place.kind, &value_of(plan, &place.field.def.kind, &record[&place.field.key])));
        key.push('\u{1f}');
    }
    key
}

/// A value as it was answered, read back.
fn value_of(plan: &Plan, kind: &Kind, json: &Json) -> Value {
    if json.is_null() {
        return Value::Null;
    }
    match kind.read(json, &plan.reading) {
        Ok(Written::Value(value)) => value,
        _ => Value::Null,
    }
}

/// Names by which records of an object may be meant: all of them where they are few, else none.
pub(super) async fn names(
    records: &Records,
    actor: &Arc<Actor>,
    object: &Object,
    field: &str,
) -> Result<Vec<String>, Refusal> {
    /// Beyond this nobody compares them.
    const FEW: usize = 20_000;
    let mut names = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let mut body = json!({"fields": [field], "limit": 1_000});
        if let Some(cursor) = &cursor {
            body["cursor"] = json!(cursor);
        }
        let answer = records.query(actor, &object.key, &body, Style::default()).await?;
        let answer: Json = serde_json::from_str(&answer).unwrap_or_default();
        for record in answer["records"].as_array().into_iter().flatten() {
            names.extend(record[field].as_str().map(str::to_owned));
        }
        cursor = answer["next_cursor"].as_str().map(str::to_owned);
        if cursor.is_none() || names.len() >= FEW {
            return Ok(names);
        }
    }
}
