//! Which field a heading means: by what was learned, by key, by label in any language, and nearly.

use std::collections::{BTreeMap, HashSet};

use kehub_model::cell::Cell;
use kehub_model::fields::Kind;
use kehub_model::{Actor, Field, Object};
use serde::{Deserialize, Serialize};

use super::near::{distance, squeezed};
use crate::definition::{Column, Mapping};

/// How a column's field was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// A person said so now.
    Given,
    /// A person said so once.
    Learned,
    Key,
    Label,
    /// Only offered: whoever imports has to agree.
    Near,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Match {
    pub field: String,
    pub how: How,
}

/// Under what a heading is remembered.
pub fn remembered(heading: &str) -> String {
    let squeezed = squeezed(heading);
    if squeezed.is_empty() { kehub_model::text::fold(heading) } else { squeezed }
}

/// The field of each heading; no field twice. `samples` are cells of each column.
pub fn match_columns(
    headings: &[String],
    samples: &[Vec<Cell>],
    object: &Object,
    actor: &Actor,
    learned: &BTreeMap<String, String>,
) -> Vec<Option<Match>> {
    let fields: Vec<&Field> = object.fields.iter().filter(|field| is_offered(field, object, actor)).collect();
    let mut candidates: Vec<(How, usize, usize, &Field)> = Vec::new();
    for (column, heading) in headings.iter().enumerate() {
        let taught = learned.get(&remembered(heading));
        for field in &fields {
            let how = match taught {
                Some(key) if *key == field.key => Some((How::Learned, 0)),
                _ => likeness(heading, field),
            };
            let Some((how, steps)) = how else { continue };
            // A file has many an "id" that is not ours.
            if is_id(field) && !samples.get(column).is_some_and(|cells| are_ids(cells)) {
                continue;
            }
            candidates.push((how, steps, column, field));
        }
    }
    candidates.sort_by_key(|(how, steps, column, field)| (*how, *steps, *column, field.id));
    let mut matches: Vec<Option<Match>> = vec![None; headings.len()];
    let mut taken: HashSet<i32> = HashSet::new();
    for (how, _, column, field) in candidates {
        if matches[column].is_none() && taken.insert(field.id) {
            matches[column] = Some(Match { field: field.key.clone(), how });
        }
    }
    matches
}

/// The mapping with every column that it does not speak of matched by its heading. Near matches are left to a person.
pub fn complete(mapping: &Mapping, headings: &[String], matches: &[Option<Match>]) -> Mapping {
    let mut whole = mapping.clone();
    let mut taken: HashSet<String> = mapping.columns.values().flatten().map(|column| column.field.clone()).collect();
    for (heading, found) in headings.iter().zip(matches) {
        if whole.columns.contains_key(heading) {
            continue;
        }
        let column = found.as_ref().filter(|found| found.how != How::Near && taken.insert(found.field.clone()));
        let column = column.map(|found| Column { field: found.field.clone(), ..Column::default() });
        whole.columns.insert(heading.clone(), column);
    }
    whole
}

fn is_id(field: &Field) -> bool {
    matches!(field.def.kind, Kind::Id(_))
}

fn is_offered(field: &Field, object: &Object, actor: &Actor) -> bool {
    let writable = field.is_writable() && !matches!(field.def.kind, Kind::Subform(_) | Kind::Id(_));
    (writable && actor.may_write(object, field.id)) || is_id(field)
}

fn likeness(heading: &str, field: &Field) -> Option<(How, usize)> {
    if heading.trim() == field.key {
        return Some((How::Key, 0));
    }
    let squeezed_heading = squeezed(heading);
    let labels = field.def.label.texts();
    if labels.iter().any(|label| !label.is_empty() && (heading.trim() == *label || squeezed(label) == squeezed_heading))
    {
        return (!squeezed_heading.is_empty() || labels.contains(&heading.trim())).then_some((How::Label, 0));
    }
    if squeezed(&field.key) == squeezed_heading {
        return Some((How::Key, 1));
    }
    let names = labels.into_iter().chain([field.key.as_str()]);
    names.filter_map(|name| distance(heading, name)).min().map(|steps| (How::Near, steps))
}

fn are_ids(cells: &[Cell]) -> bool {
    let mut filled = cells.iter().filter(|cell| !cell.is_blank()).peekable();
    filled.peek().is_some() && filled.all(|cell| cell.text().trim().parse::<kehub_model::RecordId>().is_ok())
}
