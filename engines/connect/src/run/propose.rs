//! A new object made from a file: its fields guessed from the cells, labels as they stand in the header.

use std::collections::{BTreeMap, HashSet};

use kehub_model::cell::Cell;
use kehub_model::fields::{Kind, guess_date_format, guess_kind, is_placeholder, link};
use kehub_model::object::{FieldDef, ObjectDef, SYSTEM_KEYS};
use kehub_model::text::fold;
use kehub_model::{Catalog, Label, key};

use crate::definition::{Column, Mapping};

/// Which object's records a column seems to name.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkGuess {
    pub object: String,
    pub field: String,
}

/// An object for a file, and the mapping that fills it.
#[derive(Clone, Debug)]
pub struct Proposal {
    pub object: ObjectDef,
    pub mapping: Mapping,
}

/// Proposes an object called `name`. `links` are columns that name records of other objects.
pub fn propose(
    name: &str,
    headings: &[String],
    samples: &[Vec<Cell>],
    links: &BTreeMap<usize, LinkGuess>,
    zone: chrono_tz::Tz,
    catalog: &Catalog,
) -> Proposal {
    let mut fields: Vec<FieldDef> = Vec::new();
    let mut mapping = Mapping::default();
    for (n, heading) in headings.iter().enumerate() {
        let cells = samples.get(n).map(Vec::as_slice).unwrap_or_default();
        let taken = |key: &str| SYSTEM_KEYS.contains(&key) || fields.iter().any(|field| field.key == key);
        let key = key::from_label(heading, "field", taken);
        let mut column =
            Column { field: key.clone(), format: guess_date_format(cells).map(str::to_owned), ..Column::default() };
        let kind = match links.get(&n) {
            Some(guess) => {
                column.by = Some(guess.field.clone());
                Kind::Link(link::Settings { to: guess.object.clone(), ..Default::default() })
            }
            None => guess_kind(cells, zone),
        };
        // The beginning of a file need not hold all of its options.
        column.create_missing = matches!(kind, Kind::Choice(_) | Kind::Choices(_));
        if !matches!(kind, Kind::Date(_) | Kind::DateTime(_)) {
            column.format = None;
        }
        let label = Label::One(heading.trim().to_owned());
        fields.push(FieldDef { key, label, kind, required: false, unique: false, default: None, help: None });
        mapping.columns.insert(heading.clone(), Some(column));
    }
    let title = title(&fields, samples);
    let key = key::from_label(name, "object", |key| catalog.objects().any(|object| object.key == key));
    let object = ObjectDef {
        key,
        label: Label::One(name.to_owned()),
        title,
        fields,
        unique: Vec::new(),
        checks: Vec::new(),
        hidden: false,
        icon: None,
        help: None,
    };
    Proposal { object, mapping }
}

/// The first text whose values are nearly all different, else the first text.
fn title(fields: &[FieldDef], samples: &[Vec<Cell>]) -> Option<String> {
    let texts: Vec<usize> = (0..fields.len()).filter(|n| matches!(fields[*n].kind, Kind::Text(_))).collect();
    let tells_apart = |n: &usize| samples.get(*n).is_some_and(|cells| is_telling(cells));
    let found = texts.iter().copied().find(tells_apart).or(texts.first().copied());
    found.map(|n| fields[n].key.clone())
}

fn is_telling(cells: &[Cell]) -> bool {
    let filled: Vec<String> = cells.iter().filter(|cell| !cell.is_blank()).map(|cell| fold(&cell.text())).collect();
    let distinct: HashSet<&String> = filled.iter().collect();
    !filled.is_empty() && filled.len() * 2 > cells.len() && distinct.len() * 20 >= filled.len() * 19
}

/// The different texts of a column that could name records; nothing for numbers and the like.
pub fn names_in(cells: &[Cell], zone: chrono_tz::Tz) -> Vec<String> {
    if !matches!(guess_kind(cells, zone), Kind::Text(_) | Kind::Choice(_)) {
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let texts = cells
        .iter()
        .filter(|cell| matches!(cell, Cell::Text(_)) && !is_placeholder(cell))
        .map(|cell| cell.text().trim().to_owned());
    texts.filter(|text| text.chars().count() > 1 && seen.insert(fold(text))).collect()
}

/// Whether so many of a column's names being records is no accident.
pub fn is_link(names: usize, found: usize) -> bool {
    names >= 2 && found * 10 >= names * 7
}
