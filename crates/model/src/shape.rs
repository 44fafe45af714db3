//! Whether a body has the form a JSON Schema tells: every mistake at once, each with its place.
//!
//! It knows the words our own schemas are written in and no others; a test holds that.

use serde_json::{Map, Value as Json};

use crate::key::{self, is_key};
use crate::problem::{Code, Problem, Problems};

/// The words of a schema this understands. Those after the break only describe.
pub const WORDS: &[&str] = &[
    "$ref",
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "const",
    "anyOf",
    "oneOf",
    "allOf",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
    "pattern",
    //
    "$schema",
    "$defs",
    "title",
    "description",
    "default",
    "format",
];

/// What is wrong with a body's form.
pub fn problems(schema: &Json, body: &Json) -> Problems {
    let mut problems = Problems::new();
    Shape { root: schema }.look(schema, body, "", &mut problems);
    problems
}

struct Shape<'a> {
    root: &'a Json,
}

fn inner(at: &str, name: &str) -> String {
    if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") }
}

fn wrong_type(at: &str, expected: &str) -> Problem {
    Problem::new(Code::WrongType, at).with("expected", expected)
}

impl Shape<'_> {
    fn look(&self, schema: &Json, value: &Json, at: &str, problems: &mut Problems) {
        let Json::Object(words) = schema else {
            // `true` takes anything; nothing of ours is `false`.
            return;
        };
        if let Some(Json::String(to)) = words.get("$ref") {
            let target = to.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            self.look(target.unwrap_or(&Json::Bool(true)), value, at, problems);
        }
        if let Some(types) = words.get("type").map(types)
            && !types.iter().any(|name| is_of_type(name, value))
        {
            problems.push(wrong_type(at, &types.iter().map(|name| said(name)).collect::<Vec<_>>().join(" / ")));
            return;
        }
        if let Some(allowed) = allowed(words)
            && !allowed.contains(&value)
        {
            let allowed: Vec<String> = allowed.into_iter().map(as_text).collect();
            problems.push(Problem::new(Code::NotOneOf, at).with("allowed", allowed.join(" ")));
        }
        match value {
            Json::Object(map) => self.look_at_members(words, map, at, problems),
            Json::Array(items) => self.look_at_items(words, items, at, problems),
            Json::String(text) => look_at_text(words, text, at, problems),
            Json::Number(number) => look_at_number(words, number, at, problems),
            Json::Null | Json::Bool(_) => {}
        }
        for part in parts(words, "allOf") {
            self.look(part, value, at, problems);
        }
        for name in ["anyOf", "oneOf"] {
            let branches = parts(words, name);
            if !branches.is_empty() {
                self.look_at_branches(branches, value, at, problems);
            }
        }
    }

    fn look_at_members(&self, words: &Map<String, Json>, map: &Map<String, Json>, at: &str, problems: &mut Problems) {
        let known = words.get("properties").and_then(Json::as_object);
        for (name, member) in map {
            let place = inner(at, name);
            match (known.and_then(|known| known.get(name)), words.get("additionalProperties")) {
                (Some(schema), _) => self.look(schema, member, &place, problems),
                (None, Some(Json::Bool(false))) => {
                    problems.push(Problem::new(Code::UnknownKey, place).with("name", name));
                }
                (None, Some(schema)) => self.look(schema, member, &place, problems),
                (None, None) => {}
            }
        }
        for name in parts(words, "required").iter().filter_map(Json::as_str).filter(|name| !map.contains_key(*name)) {
            problems.push(Problem::new(Code::Missing, inner(at, name)).with("name", name));
        }
    }

    fn look_at_items(&self, words: &Map<String, Json>, items: &[Json], at: &str, problems: &mut Problems) {
        if let Some(schema) = words.get("items") {
            for (n, item) in items.iter().enumerate() {
                self.look(schema, item, &format!("{at}[{n}]"), problems);
            }
        }
        let count = items.len() as u64;
        if let Some(max) = words.get("maxItems").and_then(Json::as_u64).filter(|max| count > *max) {
            problems.push(Problem::new(Code::TooMany, at).with("max", max));
        }
        if let Some(min) = words.get("minItems").and_then(Json::as_u64).filter(|min| count < *min) {
            problems.push(Problem::new(Code::TooFew, at).with("min", min));
        }
    }

    /// One of several forms: none is right, so the mistakes of the nearest are told.
    fn look_at_branches(&self, branches: &[Json], value: &Json, at: &str, problems: &mut Problems) {
        let found: Vec<Problems> = branches
            .iter()
            .map(|branch| {
                let mut own = Problems::new();
                self.look(branch, value, at, &mut own);
                own
            })
            .collect();
        if found.iter().any(Problems::is_empty) {
            return;
        }
        let values: Vec<&Json> = branches.iter().filter_map(Json::as_object).filter_map(allowed).flatten().collect();
        if !values.is_empty() && values.iter().any(|one| one.is_string() == value.is_string()) {
            let values: Vec<String> = values.into_iter().map(as_text).collect();
            problems.push(Problem::new(Code::NotOneOf, at).with("allowed", values.join(" ")));
            return;
        }
        // A form that is not even of the value's type, or that says by a fixed word that it means something else, is far off.
        let ranks = branches.iter().zip(&found).map(|(branch, own)| {
            let is_far = own.iter().any(|one| matches!(one.code, Code::WrongType | Code::NotOneOf) && one.at == at);
            (is_far || self.means_another(branch, value), own.len())
        });
        let nearest = ranks.enumerate().min_by_key(|(_, rank)| *rank).map(|(n, _)| n);
        problems.extend(nearest.and_then(|n| found.into_iter().nth(n)).unwrap_or_default());
    }

    /// Whether a form fixes a member that the value has otherwise.
    fn means_another(&self, branch: &Json, value: &Json) -> bool {
        let pointer = branch["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
        let branch = pointer.and_then(|pointer| self.root.pointer(pointer)).unwrap_or(branch);
        let members = branch["properties"].as_object().into_iter().flatten();
        members.filter_map(|(name, schema)| Some((name, schema.get("const")?))).any(|(name, only)| value[name] != *only)
    }
}

fn look_at_text(words: &Map<String, Json>, text: &str, at: &str, problems: &mut Problems) {
    let length = text.chars().count() as u64;
    if let Some(max) = words.get("maxLength").and_then(Json::as_u64).filter(|max| length > *max) {
        problems.push(Problem::new(Code::TooLong, at).with("max", max));
    }
    if let Some(min) = words.get("minLength").and_then(Json::as_u64).filter(|min| length < *min) {
        problems.push(Problem::new(Code::TooShort, at).with("min", min));
    }
    if words.get("pattern").and_then(Json::as_str) == Some(key::PATTERN) && !is_key(text) {
        problems.push(Problem::new(Code::BadKey, at).with("value", text));
    }
}

fn look_at_number(words: &Map<String, Json>, number: &serde_json::Number, at: &str, problems: &mut Problems) {
    let bound = |name: &str| words.get(name).and_then(Json::as_f64);
    let (min, max, number) = (bound("minimum"), bound("maximum"), number.as_f64().unwrap_or_default());
    if min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max) {
        let said = |bound: Option<f64>| bound.map_or("…".to_owned(), |bound| bound.to_string());
        problems.push(Problem::new(Code::OutOfRange, at).with("min", said(min)).with("max", said(max)));
    }
}

fn parts<'a>(words: &'a Map<String, Json>, name: &str) -> &'a [Json] {
    words.get(name).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// The values a schema lists, when it lists them.
fn allowed(words: &Map<String, Json>) -> Option<Vec<&Json>> {
    match (words.get("const"), words.get("enum")) {
        (Some(only), _) => Some(vec![only]),
        (None, Some(Json::Array(values))) => Some(values.iter().collect()),
        (None, _) => None,
    }
}

fn as_text(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn types(json: &Json) -> Vec<&str> {
    match json {
        Json::String(name) => vec![name],
        Json::Array(names) => names.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    }
}

fn is_of_type(name: &str, value: &Json) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "string" => value.is_string(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        "array" => value.is_array(),
        _ => value.is_object(),
    }
}

/// A type as our messages call it.
fn said(name: &str) -> &str {
    match name {
        "string" => "text",
        "boolean" => "true or false",
        "integer" => "whole number",
        "array" => "list",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(schema: &Json, body: Json, expected: &[(&str, &str)]) {
        let found = problems(schema, &body);
        let told: Vec<(&str, &str)> = found.iter().map(|one| (one.code.text(), one.at.as_str())).collect();
        assert_eq!(told, expected, "{body}");
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let schema = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["name", "list"],
            "properties": {
                "name": { "type": "string", "maxLength": 3 },
                "list": { "type": "array", "items": { "$ref": "#/$defs/item" } },
                "more": { "anyOf": [{ "$ref": "#/$defs/item" }, { "type": "null" }] },
            },
            "$defs": { "item": {
                "type": "object",
                "properties": { "size": { "type": "integer", "minimum": 1, "maximum": 4 }, "dir": { "enum": ["asc", "desc"] } },
                "additionalProperties": false,
            } },
        });
        check(&schema, json!({ "name": "abc", "list": [{ "size": 4, "dir": "asc" }], "more": null }), &[]);
        check(
            &schema,
            json!({ "name": "abcd", "lists": [], "more": { "size": 9, "dir": "up" } }),
            &[
                ("too_long", "name"),
                ("unknown_key", "lists"),
                ("out_of_range", "more.size"),
                ("not_one_of", "more.dir"),
                ("missing", "list"),
            ],
        );
        check(
            &schema,
            json!({ "name": 1, "list": [{ "size": "x" }, 7, { "other": 1 }] }),
            &[
                ("wrong_type", "name"),
                ("wrong_type", "list[0].size"),
                ("wrong_type", "list[1]"),
                ("unknown_key", "list[2].other"),
            ],
        );
        check(&schema, json!([]), &[("wrong_type", "")]);
    }

    #[test]
    fn of_several_forms_the_nearest_is_meant() {
        let schema = json!({ "oneOf": [
            { "type": "object", "properties": { "type": { "const": "a" }, "x": { "type": "string" }, "y": { "type": "string" } } },
            { "type": "object", "properties": { "type": { "const": "b" } } },
            { "const": "none" }, { "const": "all" },
        ] });
        check(&schema, json!("all"), &[]);
        check(&schema, json!("some"), &[("not_one_of", "")]);
        check(&schema, json!({ "type": "a", "x": 1, "y": 2 }), &[("wrong_type", "x"), ("wrong_type", "y")]);
    }
}
