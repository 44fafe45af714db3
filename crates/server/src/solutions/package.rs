//! A solution as files, and as one JSON body.

use kehub_api::Refused;
use kehub_model::object::ObjectDef;
use kehub_model::{Code, Problem, Problems};
use serde_json::Value as Json;

use crate::kinds;

/// A solution, read.
#[derive(Clone, Debug)]
pub struct Package {
    pub key: String,
    pub label: Json,
    pub version: String,
    /// In the order they are applied.
    pub items: Vec<Item>,
    /// In the order they are filled in.
    pub samples: Vec<Sample>,
}

/// One definition of a solution.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub kind: String,
    pub key: String,
    pub body: Json,
}

/// Sample records of an object, as CSV.
#[derive(Clone, Debug)]
pub struct Sample {
    pub object: String,
    pub csv: Vec<u8>,
}

/// Folders of a solution that hold no definitions.
const BESIDE: &[&str] = &["sample", "words", "stories"];

/// The kind of a folder's files: `menus/` holds menus.
pub(super) fn folder_of(kind: &str) -> String {
    format!("{kind}s")
}

/// A definition of a kind that is not there would be lost in silence.
fn not_a_kind(at: &str) -> Problem {
    Problem::new(Code::NotOneOf, at).with("allowed", kinds::all())
}

impl Package {
    /// Reads the files of a solution's folder, named from there: `solution.yaml`, `objects/lead.yaml`, …
    pub fn from_files(files: Vec<(String, Vec<u8>)>) -> Result<Package, Problems> {
        let mut problems = Problems::new();
        let head = files.iter().find(|(path, _)| path == "solution.yaml");
        let Some((_, head)) = head else {
            return Err(vec![Problem::new(Code::Missing, "solution.yaml").with("name", "solution.yaml")]);
        };
        let head = yaml("solution.yaml", head, &mut problems).unwrap_or_default();
        let mut items = Vec::new();
        for (path, content) in &files {
            let Some((folder, file)) = path.split_once('/') else { continue };
            let Some(stem) = file.strip_suffix(".yaml").filter(|_| !BESIDE.contains(&folder)) else { continue };
            let Some(kind) = kinds::KINDS.iter().find(|kind| folder_of(kind.key) == folder) else {
                problems.push(not_a_kind(path));
                continue;
            };
            if let Some(body) = yaml(path, content, &mut problems) {
                items.push(Item::read(kind.key, stem, body, path, &mut problems));
            }
        }
        let order = head["sample"].as_array().cloned().unwrap_or_default();
        let samples = order.iter().filter_map(Json::as_str).filter_map(|object| {
            let path = format!("sample/{object}.csv");
            match files.iter().find(|(known, _)| *known == path) {
                Some((_, csv)) => Some(Sample { object: object.to_owned(), csv: csv.clone() }),
                None => {
                    problems.push(Problem::new(Code::Missing, "sample").with("name", path));
                    None
                }
            }
        });
        let samples = samples.collect();
        Package::whole(&head, items.into_iter().flatten().collect(), samples, problems)
    }

    /// Reads `{"key", "label", "version", "definitions": [{"kind", "key", "body"}]}`.
    pub fn from_json(json: &Json) -> Result<Package, Refused> {
        let mut problems = Problems::new();
        let mut items = Vec::new();
        for (n, one) in json["definitions"].as_array().into_iter().flatten().enumerate() {
            let at = format!("definitions[{n}]");
            match (one["kind"].as_str(), one["key"].as_str()) {
                (Some(kind), Some(key)) => match kinds::find(kind) {
                    Some(kind) => items.extend(Item::read(kind.key, key, one["body"].clone(), &at, &mut problems)),
                    None => problems.push(not_a_kind(&format!("{at}.kind"))),
                },
                _ => problems.push(Problem::new(Code::BadDefinition, at).with("hint", "kind, key, body")),
            }
        }
        Ok(Package::whole(json, items, Vec::new(), problems)?)
    }

    fn whole(
        head: &Json,
        mut items: Vec<Item>,
        samples: Vec<Sample>,
        mut problems: Problems,
    ) -> Result<Package, Problems> {
        let key = head["key"].as_str().unwrap_or_default().to_owned();
        if !kehub_model::key::is_key(&key) {
            problems.push(Problem::new(Code::BadKey, "key").with("value", &key));
        }
        items.sort_by_key(|item| kinds::order(&item.kind));
        let version = match &head["version"] {
            Json::String(version) => version.clone(),
            Json::Null => "1".to_owned(),
            number => number.to_string(),
        };
        let label = if head["label"].is_null() { key.clone().into() } else { head["label"].clone() };
        if problems.is_empty() { Ok(Package { key, label, version, items, samples }) } else { Err(problems) }
    }
}

impl Item {
    /// The body of an object stands as the catalog writes it, so that equal ones are equal.
    fn read(kind: &str, key: &str, mut body: Json, at: &str, problems: &mut Problems) -> Option<Item> {
        let key = body["key"].as_str().unwrap_or(key).to_owned();
        if kind == "object" {
            if let Json::Object(map) = &mut body {
                map.entry("key").or_insert_with(|| key.clone().into());
            }
            body = ObjectDef::from_json(&body, at, problems)?.to_json();
        } else if let Json::Object(map) = &mut body {
            map.shift_remove("key");
            if kind == "role" {
                map.insert("key".to_owned(), key.clone().into());
            }
        }
        Some(Item { kind: kind.to_owned(), key, body })
    }
}

fn yaml(path: &str, content: &[u8], problems: &mut Problems) -> Option<Json> {
    match serde_yaml_ng::from_slice(content) {
        Ok(json) => Some(json),
        Err(error) => {
            problems.push(Problem::new(Code::BadDefinition, path).with("hint", error));
            None
        }
    }
}
