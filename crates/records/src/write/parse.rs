//! Reading what was written: names looked up, rights checked, values read. Nothing is asked of the database here.

use std::sync::Arc;

use kehub_model::actor::Sight;
use kehub_model::catalog::system;
use kehub_model::fields::{RowInput, Written};
use kehub_model::query::Resolver;
use kehub_model::{Actor, Code, Language, Object, Problem, Problems, Value};
use serde_json::{Map, Value as Json};

use crate::state::State;

/// The values of one change, read.
#[derive(Clone, Debug, Default)]
pub(super) struct Input {
    /// By place of the field.
    pub(super) values: Vec<(usize, Written)>,
    /// Rows written into subforms, by place.
    pub(super) rows: Vec<(usize, Vec<RowInput>)>,
}

/// Reads values for an object on behalf of an actor. `is_row` is for rows of a subform, whose right is the parent's.
pub(super) fn read(
    object: &Object,
    values: &Map<String, Json>,
    actor: &Actor,
    at: &str,
    is_row: bool,
    problems: &mut Problems,
) -> Input {
    let mut input = Input::default();
    let language = actor.language();
    for (key, json) in values {
        let mut refuse = |problem: Problem| problems.push(problem.within(&place_at(at, key)));
        let known = object.fields.iter().position(|field| field.key == *key);
        let visible = |n: usize| {
            is_row
                || actor.sight(object, object.fields[n].id) != Sight::No
                || actor.may_write(object, object.fields[n].id)
        };
        let Some(place) = known.filter(|n| visible(*n)) else {
            refuse(Problem::new(Code::UnknownField, "").with("name", key));
            continue;
        };
        let field = &object.fields[place];
        if is_row && matches!(key.as_str(), "parent" | "row_position") {
            refuse(Problem::new(Code::UnknownField, "").with("name", key));
            continue;
        }
        if !field.is_writable() || !(is_row || actor.may_write(object, field.id)) {
            refuse(Problem::new(Code::ReadOnly, "").with("field", field.label(language)));
            continue;
        }
        if json.is_null() {
            match field.def.kind {
                kehub_model::fields::Kind::Subform(_) => input.rows.push((place, Vec::new())),
                _ => input.values.push((place, Written::Value(Value::Null))),
            }
            continue;
        }
        match field.def.kind.read(json, &actor.reading) {
            Ok(Written::Rows(rows)) => input.rows.push((place, rows)),
            Ok(written) => input.values.push((place, written)),
            Err(wrong) => problems.extend(
                wrong
                    .into_iter()
                    .map(|problem| problem.with("field", field.label(language)).within(&place_at(at, key))),
            ),
        }
    }
    input
}

/// The default of a field for a new record; `None` when it has none.
pub(super) fn default(
    state: &State,
    object: &Object,
    place: usize,
    actor: &Actor,
    now: chrono::DateTime<chrono::Utc>,
) -> Option<Written> {
    let field = &object.fields[place];
    let is_person = state.org.people.contains_key(&actor.id);
    // People and departments belong to nobody; everything else to whoever makes it.
    let is_org = matches!(object.key.as_str(), "person" | "department");
    match field.id {
        system::OWNER if is_person && !is_org => return Some(Written::Value(Value::Id(actor.id))),
        system::DEPARTMENT if !is_org => {
            return state.org.department_of(actor.id).map(|id| Written::Value(Value::Id(id)));
        }
        _ => {}
    }
    let default = field.def.default.as_ref()?;
    if let Some(map) = default.as_object().filter(|map| map.len() == 1) {
        if map.get("me") == Some(&Json::Bool(true)) {
            let me = Value::Id(actor.id);
            let value =
                if field.def.kind.is_many() { Written::Many(vec![Written::Value(me)]) } else { Written::Value(me) };
            return is_person.then_some(value);
        }
        if map.get("my_department") == Some(&Json::Bool(true)) {
            return state.org.department_of(actor.id).map(|id| Written::Value(Value::Id(id)));
        }
        if let Some(Json::String(formula)) = map.get("formula") {
            return crate::formula::default(object, place, formula, actor, now);
        }
        if let Some(Json::String(offset)) = map.get("now") {
            let at = kehub_model::query::when::offset(offset, now, actor.reading.zone)?;
            let value = match field.column {
                kehub_model::fields::Column::Date => Value::Date(at.with_timezone(&actor.reading.zone).date_naive()),
                _ => Value::DateTime(at),
            };
            return Some(Written::Value(value));
        }
    }
    field.def.kind.read(default, &actor.reading).ok()
}

/// `records[3]` and `name` as `records[3].name`.
pub(super) fn place_at(at: &str, key: &str) -> String {
    if at.is_empty() { key.to_owned() } else { format!("{at}.{key}") }
}

/// Whether one of the grants that hold for a row lets all written fields be written; else the fields that stand in the way.
pub(super) fn refused_fields(
    grants: &[(Arc<kehub_model::query::Cond>, Vec<i32>)],
    holds: &[bool],
    written: &[i32],
) -> Option<Vec<i32>> {
    let mut nearest: Option<Vec<i32>> = None;
    for ((_, refused), holds) in grants.iter().zip(holds) {
        if !holds {
            continue;
        }
        let in_the_way: Vec<i32> = written.iter().copied().filter(|id| refused.contains(id)).collect();
        if in_the_way.is_empty() {
            return None;
        }
        if nearest.as_ref().is_none_or(|nearest| in_the_way.len() < nearest.len()) {
            nearest = Some(in_the_way);
        }
    }
    Some(nearest.unwrap_or_default())
}

/// The condition that finds the record with these values; the actor's rule is added by whoever asks.
pub(super) fn by_condition(
    state: &State,
    actor: &Actor,
    object: &Arc<Object>,
    by: &[(String, Json)],
    now: chrono::DateTime<chrono::Utc>,
    problems: &mut Problems,
) -> kehub_model::query::Cond {
    let resolver = Resolver::new(&state.catalog, actor, Some(now));
    let mut cond = kehub_model::query::Cond::Const(true);
    for (key, value) in by {
        let test = serde_json::json!({ "field": key, "op": "eq", "value": value });
        cond = cond.and(resolver.filter_json(object, &test, "by", problems));
    }
    cond
}

/// How a value of `{"by": …}` is told in a message.
pub(super) fn by_text(by: &[(String, Json)]) -> String {
    by.iter()
        .map(|(_, value)| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The label of an object in a language, for messages.
pub(super) fn label(object: &Object, language: Language) -> String {
    object.label(language).to_owned()
}
