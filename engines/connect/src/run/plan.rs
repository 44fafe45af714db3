//! A mapping compiled: which cell goes into which field, and what is asked about it.

use std::collections::HashMap;
use std::sync::Arc;

use kehub_model::fields::{Kind, Reading};
use kehub_model::{Actor, Catalog, Field, Object};
use serde_json::Value as Json;

use crate::definition::{Column, Duplicates, Mapping};

/// A mapping made ready for one object and one file.
#[derive(Clone, Debug)]
pub struct Plan {
    pub object: Arc<Object>,
    pub places: Vec<Place>,
    /// The places of the key fields.
    pub key: Vec<usize>,
    pub duplicates: Duplicates,
    pub reading: Reading,
    /// The fields a new record needs and no column gives.
    pub lacking: Vec<Field>,
}

/// One column that is imported.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its number in the file.
    pub column: usize,
    pub heading: String,
    pub field: Field,
    /// The field's kind, reading as this column is written.
    pub kind: Kind,
    /// Decimal commas.
    pub has_comma: bool,
    pub values: HashMap<String, String>,
    pub create_missing: bool,
    pub link: Option<LinkTo>,
    /// Whether a blank cell leaves the field alone rather than clearing it.
    pub keeps_blank: bool,
}

/// Where a link leads and how its records are called in the file.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkTo {
    pub object: String,
    pub is_many: bool,
    /// To the object that is being imported.
    pub is_self: bool,
    pub by: By,
}

#[derive(Clone, Debug, PartialEq)]
pub enum By {
    Field(String),
    /// People: whatever the text looks like.
    Contact {
        name: String,
        phone: Option<String>,
        email: Option<String>,
    },
}

impl By {
    /// The field a text is looked for in.
    pub fn field(&self, text: &str) -> &str {
        match self {
            By::Field(field) => field,
            By::Contact { name, phone, email } => {
                let digits = text.chars().filter(char::is_ascii_digit).count();
                let is_number = digits >= 5 && !text.chars().any(char::is_alphabetic);
                match (email, phone) {
                    (Some(email), _) if text.contains('@') => email,
                    (_, Some(phone)) if is_number => phone,
                    _ => name,
                }
            }
        }
    }

    /// The field that a missing record gets its text in.
    pub fn main(&self) -> &str {
        match self {
            By::Field(field) => field,
            By::Contact { name, .. } => name,
        }
    }
}

/// What `values` says a cell means: `None` when it says nothing about it.
pub fn translate<'a>(values: &'a HashMap<String, String>, text: &str) -> Option<&'a str> {
    if values.is_empty() { None } else { values.get(&kehub_model::text::fold(text)).map(String::as_str) }
}

/// The field's kind with a column's own way of writing dates.
pub fn kind_as_written(kind: &Kind, format: Option<&str>) -> Kind {
    let mut kind = kind.clone();
    if let Some(format) = format {
        match &mut kind {
            Kind::Date(date) => date.format = Some(format.to_owned()),
            Kind::DateTime(at) => at.format = Some(format.to_owned()),
            _ => {}
        }
    }
    kind
}

/// Whether a format says that numbers have a decimal comma: `1.234,56`, `1234,5`.
pub fn is_decimal_comma(format: &str) -> bool {
    let only = format.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '\u{a0}'));
    only && format.rfind(',').is_some_and(|at| {
        format[at + 1..].bytes().all(|b| b.is_ascii_digit()) && format.rfind('.').is_none_or(|dot| dot < at)
    })
}

/// How records of the linked object are called, unless the mapping says so.
pub fn link_to(field: &Field, object: &Object, catalog: &Catalog, column: &Column) -> Option<LinkTo> {
    let target = catalog.target(field)?;
    let title = target.title_field().map(|title| title.key.clone()).unwrap_or_else(|| "id".to_owned());
    let by = match &column.by {
        Some(by) => By::Field(by.clone()),
        None if matches!(field.def.kind, Kind::Person(_) | Kind::People(_)) => {
            let first =
                |is: fn(&Kind) -> bool| target.own_fields().find(|own| is(&own.def.kind)).map(|own| own.key.clone());
            By::Contact {
                name: title,
                phone: first(|kind| matches!(kind, Kind::Phone(_))),
                email: first(|kind| matches!(kind, Kind::Email(_))),
            }
        }
        None => By::Field(title),
    };
    Some(LinkTo { object: target.key.clone(), is_many: field.def.kind.is_many(), is_self: target.id == object.id, by })
}

/// The key a mapping has when it names none: the first unique field that a column goes into.
pub fn key_of(mapping: &Mapping, object: &Object) -> Vec<String> {
    if !mapping.key.is_empty() {
        return mapping.key.clone();
    }
    let is_mapped = |key: &str| mapping.columns.values().flatten().any(|column| column.field == key);
    if is_mapped("id") {
        return vec!["id".to_owned()];
    }
    let single = object
        .fields
        .iter()
        .find(|field| field.def.unique && is_mapped(&field.key))
        .map(|field| vec![field.key.clone()]);
    let several = || {
        let keys = object.unique.iter().map(|unique| {
            unique
                .fields
                .iter()
                .filter_map(|id| object.field_by_id(*id))
                .map(|field| field.key.clone())
                .collect::<Vec<_>>()
        });
        keys.into_iter().find(|keys| !keys.is_empty() && keys.iter().all(|key| is_mapped(key)))
    };
    single.or_else(several).unwrap_or_default()
}

impl Plan {
    /// Compiles a mapping that was found right; what is wrong in it is left out.
    pub fn compile(
        mapping: &Mapping,
        headings: &[String],
        object: &Arc<Object>,
        catalog: &Catalog,
        actor: &Actor,
    ) -> Plan {
        let mut places: Vec<Place> = Vec::new();
        for (column, heading) in headings.iter().enumerate() {
            let Some(Some(wish)) = mapping.columns.get(heading) else { continue };
            let Some(field) = object.field(&wish.field) else { continue };
            if places.iter().any(|place| place.field.id == field.id) {
                continue;
            }
            places.push(Place {
                column,
                heading: heading.clone(),
                kind: kind_as_written(&field.def.kind, wish.format.as_deref()),
                has_comma: wish.format.as_deref().is_some_and(is_decimal_comma),
                values: wish.values.iter().map(|(from, to)| (kehub_model::text::fold(from), meant(to))).collect(),
                create_missing: wish.create_missing,
                link: link_to(field, object, catalog, wish),
                keeps_blank: field.def.default.is_some() || matches!(field.def.kind, Kind::Id(_)) || field.is_system,
                field: field.clone(),
            });
        }
        let key = key_of(mapping, object);
        let key = key.iter().filter_map(|key| places.iter().position(|place| place.field.key == *key)).collect();
        let is_given = |field: &Field| places.iter().any(|place| place.field.id == field.id);
        let lacking = object
            .own_fields()
            .filter(|field| field.def.required && field.def.default.is_none() && field.is_writable());
        let lacking = lacking.filter(|field| !is_given(field)).cloned().collect();
        Plan {
            object: object.clone(),
            places,
            key,
            duplicates: mapping.duplicates,
            reading: actor.reading.clone(),
            lacking,
        }
    }

    /// The objects and fields that are asked for what a cell says, of place `n`.
    pub fn link(&self, n: usize) -> Option<&LinkTo> {
        self.places.get(n)?.link.as_ref()
    }

    /// The place of the column that holds what a link to the same object calls its records by.
    pub fn self_link(&self, n: usize) -> Option<usize> {
        let link = self.link(n).filter(|link| link.is_self)?;
        self.places.iter().position(|place| place.field.key == link.by.main())
    }
}

fn meant(to: &Json) -> String {
    match to {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
