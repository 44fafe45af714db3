//! The JSON Schema of an object's definition: what [`super::ObjectDef::from_json`] reads, with the settings of every field type.

use serde_json::{Map, Value as Json, json};

use super::MAX_FIELDS;
use crate::fields::Kind;
use crate::fields::choice::MAX_OPTIONS;
use crate::key;
use crate::label::Label;

/// Settings without which a type means nothing; the types themselves read leniently, because a body may be half drawn.
const NEEDED: &[(&str, &[&str])] =
    &[("link", &["to"]), ("lookup", &["link", "field"]), ("formula", &["formula"]), ("rollup", &["from"])];

/// The schema.
pub fn schema() -> Json {
    let mut defs = Map::new();
    defs.insert("Label".into(), own_schema(schemars::schema_for!(Label), "Label", &mut Map::new()));
    let mut branches = Vec::new();
    for (key, settings) in Kind::schemas().into_iter().filter(|(key, _)| *key != "id") {
        let settings = own_schema(settings, key, &mut defs);
        let name = format!("{key}_field");
        defs.insert(name.clone(), field(key, settings));
        branches.push(json!({ "$ref": format!("#/$defs/{name}") }));
    }
    defs.insert("Field".into(), json!({ "oneOf": branches }));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ObjectDef",
        "description": "What a company keeps records of.",
        "type": "object",
        "additionalProperties": false,
        "anyOf": [{ "required": ["key"] }, { "required": ["label"] }],
        "properties": {
            "key": { "type": "string", "pattern": key::PATTERN, "description": "Never changes; made from the label unless given." },
            "label": { "$ref": "#/$defs/Label" },
            "title": { "type": "string", "description": "The key of the field by which a record is called; the first text field unless set." },
            "icon": { "type": "string" },
            "help": { "$ref": "#/$defs/Label" },
            "hidden": { "type": "boolean", "description": "Hidden objects stand in no menu." },
            "fields": { "type": "array", "maxItems": MAX_FIELDS, "items": { "$ref": "#/$defs/Field" } },
            "unique": {
                "type": "array",
                "description": "Combinations of fields that may stand only once.",
                "items": { "type": "array", "minItems": 1, "items": { "type": "string" } },
            },
            "checks": {
                "type": "array",
                "description": "What must hold before a record is saved.",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["formula"],
                    "properties": {
                        "formula": { "type": "string" },
                        "message": { "$ref": "#/$defs/Label" },
                        "at": { "type": "string", "description": "The field the message stands under." },
                    },
                },
            },
        },
        "$defs": defs,
    })
}

/// A field of one type: what every field has, and the type's settings.
fn field(key: &str, mut settings: Json) -> Json {
    let mut properties = Map::new();
    properties.insert("key".into(), json!({ "type": "string", "pattern": key::PATTERN }));
    properties.insert("type".into(), json!({ "const": key }));
    properties.insert("label".into(), json!({ "$ref": "#/$defs/Label" }));
    properties.insert("help".into(), json!({ "$ref": "#/$defs/Label" }));
    properties.insert("required".into(), json!({ "type": "boolean" }));
    properties.insert("unique".into(), json!({ "type": "boolean" }));
    properties.insert("default".into(), json!({ "description": "A value as the API takes it, or {\"formula\": …}." }));
    if let Some(Json::Object(own)) = settings.get_mut("properties").map(Json::take) {
        properties.extend(own);
    }
    if let Some(options) = properties.get_mut("options") {
        *options = options_schema(options["items"].take());
    }
    if key == "subform" {
        properties.insert("fields".into(), json!({ "type": "array", "items": { "$ref": "#/$defs/Field" } }));
    }
    let needed = NEEDED.iter().find(|(name, _)| *name == key).map_or(&[][..], |(_, needed)| needed);
    let required: Vec<&str> = ["type"].into_iter().chain(needed.iter().copied()).collect();
    let mut schema = json!({
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "anyOf": [{ "required": ["key"] }, { "required": ["label"] }],
        "properties": properties,
    });
    if let Some(description) = settings.get("description") {
        schema["description"] = description.clone();
    }
    schema
}

/// Options may be written as labels alone; their keys are then made from these.
fn options_schema(option: Json) -> Json {
    let without_key = json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["label"],
        "properties": { "label": { "$ref": "#/$defs/Label" }, "color": { "type": ["string", "null"] }, "retired": { "type": "boolean" } },
    });
    json!({ "type": "array", "maxItems": MAX_OPTIONS, "items": { "anyOf": [{ "type": "string" }, option, without_key] } })
}

/// A generated schema without its head; what it refers to moves to the common list, under a name of its own where two differ.
fn own_schema(schema: schemars::Schema, owner: &str, defs: &mut Map<String, Json>) -> Json {
    let mut schema = schema.to_value();
    let own = match schema.as_object_mut() {
        Some(map) => {
            map.shift_remove("$schema");
            map.shift_remove("title");
            map.shift_remove("$defs")
        }
        None => None,
    };
    for (name, body) in own.as_ref().and_then(Json::as_object).into_iter().flatten() {
        let placed = match defs.get(name) {
            Some(stands) if stands != body => format!("{owner}_{name}"),
            _ => name.clone(),
        };
        if placed != *name {
            rename(&mut schema, &format!("#/$defs/{name}"), &format!("#/$defs/{placed}"));
        }
        defs.insert(placed, body.clone());
    }
    schema
}

fn rename(schema: &mut Json, from: &str, to: &str) {
    match schema {
        Json::Object(map) => {
            if map.get("$ref").and_then(Json::as_str) == Some(from) {
                map.insert("$ref".into(), to.into());
            }
            map.values_mut().for_each(|value| rename(value, from, to));
        }
        Json::Array(items) => items.iter_mut().for_each(|item| rename(item, from, to)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::ObjectDef;
    use crate::problem::Problems;
    use crate::shape;

    /// Every word a schema uses, wherever it stands.
    fn words(schema: &Json, of_names: bool, found: &mut Vec<String>) {
        match schema {
            Json::Object(map) => {
                for (word, inner) in map {
                    if !of_names {
                        found.push(word.clone());
                    }
                    let holds_names = !of_names && matches!(word.as_str(), "properties" | "$defs");
                    let holds_values = !of_names && matches!(word.as_str(), "default" | "enum" | "const");
                    if !holds_values {
                        words(inner, holds_names, found);
                    }
                }
            }
            Json::Array(items) => items.iter().for_each(|item| words(item, false, found)),
            _ => {}
        }
    }

    #[test]
    fn the_schema_uses_only_words_that_are_understood_and_every_reference_leads_somewhere() {
        let schema = schema();
        let mut found = Vec::new();
        words(&schema, false, &mut found);
        let unknown: Vec<&String> = found.iter().filter(|word| !shape::WORDS.contains(&word.as_str())).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        for reference in schema.to_string().split("\"$ref\":\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(schema.pointer(reference).is_some(), "{reference}");
        }
    }

    /// What the parser takes, the schema takes; what either refuses, the other does.
    fn check(fields: Json, fits: bool) {
        let body = json!({ "key": "thing", "label": { "zh": "东西" }, "fields": fields });
        let told = shape::problems(&schema(), &body);
        let mut problems = Problems::new();
        let def = ObjectDef::from_json(&body, "", &mut problems);
        assert_eq!((told.is_empty(), problems.is_empty()), (fits, fits), "{body}\n{told:?}\n{problems:?}");
        if let Some(def) = def.filter(|_| fits) {
            let written = def.to_json();
            assert_eq!(shape::problems(&schema(), &written), Problems::new(), "{written}");
        }
    }

    #[test]
    fn the_parser_and_the_schema_agree() {
        check(
            json!([{ "label": "名称", "type": "text", "required": true }, { "key": "n", "type": "number", "min": 1, "max": 2.5, "scale": 2 }]),
            true,
        );
        check(json!([{ "key": "m", "type": "money", "min": 0, "max": "100.5" }]), true);
        check(
            json!([{ "key": "c", "type": "choice", "options": ["甲", { "label": "乙", "color": "red" }, { "key": "c", "label": { "en": "C" } }] }]),
            true,
        );
        check(
            json!([{ "key": "s", "type": "subform", "fields": [{ "key": "a", "type": "link", "to": "thing", "on_delete": "refuse" }] }]),
            true,
        );
        check(
            json!([{ "key": "r", "type": "rollup", "from": "b.thing", "fn": "sum", "field": "x", "filter": { "field": "y", "op": "eq", "value": 1 } }]),
            true,
        );
        check(json!([{ "key": "a", "type": "text", "colour": "red" }]), false);
        check(json!([{ "key": "a", "type": "flow" }]), false);
        check(json!([{ "key": "A b", "type": "text" }]), false);
        check(json!([{ "type": "text" }]), false);
        check(json!([{ "key": "a", "type": "link", "to": 7 }]), false);
        check(json!([{ "key": "a", "type": "text", "required": "yes" }]), false);
    }

    #[test]
    fn every_field_type_has_its_part() {
        let schema = schema();
        for key in Kind::KEYS.iter().filter(|key| **key != "id") {
            assert_eq!(schema["$defs"][format!("{key}_field")]["properties"]["type"]["const"], *key);
        }
    }
}
