//! How a file becomes records: the mapping a person draws, a `MAP.yaml` carries and `POST /imports` takes. A public format.

use std::collections::BTreeMap;

use kehub_model::{Code, Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Which column is which field, by what rows are matched to records, and what is done with those that match.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Counted from 1 as a spreadsheet shows it; 0 says that there is no header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header_row: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// By heading. `null` leaves a column out; a column not named is matched by its heading.
    pub columns: BTreeMap<String, Option<Column>>,
    /// The fields whose values tell which record a row is. Without them: a unique field of the object, where one is mapped.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub key: Vec<String>,
    pub duplicates: Duplicates,
    pub mode: Mode,
    /// Whether rules and flows react to what is imported.
    pub fire_rules: bool,
}

/// Where a column goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Column {
    pub field: String,
    /// Of links: the field of the other object by which its records are called; its title unless set.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Makes what is not there: the record linked to, the option.
    #[serde(skip_serializing_if = "is_false")]
    pub create_missing: bool,
    /// How dates (`dd/mm/yyyy`) or numbers (`1.234,56`) are written in this column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// What the file says → what is meant. To `null`: nothing.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, Json>,
}

/// What is done with a row whose record is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// It is left as it is.
    Skip,
    #[default]
    Update,
    /// It is updated; rows without a record make none.
    OnlyUpdate,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// One bad row and nothing is written.
    AllOrNothing,
    /// Bad rows stay behind and can be taken away as a file.
    #[default]
    GoodRows,
}

impl<'de> Deserialize<'de> for Column {
    /// Also a field's key alone.
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Column, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Whole {
            field: String,
            #[serde(default, rename = "match")]
            by: Option<String>,
            #[serde(default)]
            create_missing: bool,
            #[serde(default)]
            format: Option<String>,
            #[serde(default)]
            values: BTreeMap<String, Json>,
        }
        match Json::deserialize(input)? {
            Json::String(field) => Ok(Column { field, ..Column::default() }),
            json => {
                let whole: Whole = serde_json::from_value(json).map_err(serde::de::Error::custom)?;
                let Whole { field, by, create_missing, format, values } = whole;
                Ok(Column { field, by, create_missing, format, values })
            }
        }
    }
}

impl Mapping {
    pub fn from_json(json: Json) -> Result<Mapping, Problem> {
        serde_json::from_value(json).map_err(|error| Problem::new(Code::BadMapping, "mapping").with("hint", error))
    }

    /// A `MAP.yaml`. Its keys may be numbers and truth values, as headings of years and answers are.
    pub fn from_yaml(text: &str) -> Result<Mapping, Problem> {
        let wrong = |hint: String| Problem::new(Code::BadMapping, "mapping").with("hint", hint);
        let yaml: serde_yaml_ng::Value = serde_yaml_ng::from_str(text).map_err(|error| wrong(error.to_string()))?;
        match yaml {
            serde_yaml_ng::Value::Null => Ok(Mapping::default()),
            yaml => Mapping::from_json(as_json(yaml).ok_or_else(|| wrong("a key must be text".to_owned()))?),
        }
    }

    /// What the mapping says about reading the file.
    pub fn choice(&self) -> crate::files::Choice {
        crate::files::Choice {
            sheet: self.sheet.clone(),
            header_row: self.header_row,
            encoding: self.encoding.clone(),
            delimiter: self.delimiter,
        }
    }
}

fn as_json(yaml: serde_yaml_ng::Value) -> Option<Json> {
    use serde_yaml_ng::Value as Yaml;
    Some(match yaml {
        Yaml::Null => Json::Null,
        Yaml::Bool(yes) => Json::Bool(yes),
        Yaml::Number(number) => serde_json::to_value(number).ok()?,
        Yaml::String(text) => Json::String(text),
        Yaml::Sequence(items) => Json::Array(items.into_iter().map(as_json).collect::<Option<_>>()?),
        Yaml::Mapping(map) => {
            let pairs = map.into_iter().map(|(key, value)| Some((key_text(key)?, as_json(value)?)));
            Json::Object(pairs.collect::<Option<_>>()?)
        }
        Yaml::Tagged(tagged) => as_json(tagged.value)?,
    })
}

fn key_text(key: serde_yaml_ng::Value) -> Option<String> {
    match key {
        serde_yaml_ng::Value::String(text) => Some(text),
        serde_yaml_ng::Value::Number(number) => Some(number.to_string()),
        serde_yaml_ng::Value::Bool(yes) => Some(yes.to_string()),
        serde_yaml_ng::Value::Null => Some(String::new()),
        _ => None,
    }
}

fn is_false(yes: &bool) -> bool {
    !yes
}
