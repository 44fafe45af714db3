//! Field types: one file each. A file holds the type's settings (what a designer chooses) and its behaviour.
//!
//! *To add a field type:* a file here with its `Settings` and `impl FieldType for Settings`, a line in the table below, and a
//! folder `web/src/fields/<key>/`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

mod address_text;
mod date_text;
pub mod divisions;
mod guess;
#[cfg(test)]
mod tests;

pub use address_text::parse_address;
pub use divisions::divisions;
pub use guess::{guess_date_format, guess_kind, is_placeholder};

use crate::cell::Cell;
use crate::label::Language;
use crate::problem::{Code, Problem, Problems};
use crate::query::Op;
use crate::value::{RecordId, Value};

/// How a field stands in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// Nowhere: computed when read.
    None,
    Bool,
    /// Exact with a fixed scale, 18 digits: a scaled integer on SQLite.
    Decimal {
        scale: u8,
    },
    /// Exact with any scale, 28 digits: results of formulas.
    Exact,
    /// `folded`: beside it stand its folded text and its sort key, where they differ from it.
    Text {
        folded: bool,
    },
    Date,
    DateTime,
    Time,
    /// The id of a record of the object named.
    Id {
        to: String,
    },
    /// Option keys or tags, `|a|b|`.
    Keys,
    /// Canonical JSON text; `folded` beside it is its display.
    Json {
        folded: bool,
    },
    /// A table of its own with pairs (owner, target) in order.
    Links {
        to: String,
    },
}

/// By what a field's values are put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As the values stand: numbers, times, false before true.
    Exact,
    /// By sort key.
    Text,
    /// In the order of the options.
    Options,
    /// By the title of the record linked to.
    Title,
    /// Not at all.
    None,
}

/// What a value may refer to while it is read: the zone of whoever writes, and so on.
#[derive(Clone, Debug)]
pub struct Reading {
    pub zone: chrono_tz::Tz,
    pub language: Language,
}

impl Default for Reading {
    fn default() -> Self {
        Reading { zone: chrono_tz::Asia::Shanghai, language: Language::Zh }
    }
}

/// What was written into a field, after reading: a value, or a record yet to be found.
#[derive(Clone, Debug, PartialEq)]
pub enum Written {
    Value(Value),
    /// `{"by": {"field": value}}`: the one record of the linked object with these values. Resolved before saving.
    By(Vec<(String, Json)>),
    /// A list in which some are ids and some are to be found.
    Many(Vec<Written>),
    /// Rows of a subform.
    Rows(Vec<RowInput>),
}

/// One row written into a subform: without an id it is new.
#[derive(Clone, Debug, PartialEq)]
pub struct RowInput {
    pub id: Option<RecordId>,
    pub values: serde_json::Map<String, Json>,
}

/// What every field type can do. `at` of a returned problem is relative to the field (usually empty).
pub trait FieldType {
    /// The type key of the contract.
    fn key(&self) -> &'static str;

    fn column(&self) -> Column;

    /// What is wrong with the settings themselves. Links into the catalog are checked by the catalog's compiler.
    fn check_settings(&self, _problems: &mut Problems) {}

    /// Whether values may be written from outside (not formulas, look-ups, roll-ups, serial numbers).
    fn is_writable(&self) -> bool {
        true
    }

    /// Reads and checks what a program or a page sends. JSON null never arrives here: it clears.
    fn read(&self, input: &Json, reading: &Reading) -> Result<Written, Problems>;

    /// Reads a cell of a file. Blank cells never arrive here. The default reads the cell's text as `read` would.
    fn read_cell(&self, cell: &Cell, reading: &Reading) -> Result<Written, Problems> {
        self.read(&Json::String(cell.text()), reading)
    }

    /// The value as a person reads it in a list, an export, a message.
    fn display(&self, value: &Value, _language: Language) -> String {
        display_plain(value)
    }

    /// The same, for a reader with a zone: points in time stand in it.
    fn display_for(&self, value: &Value, reader: &Reading) -> String {
        match value {
            Value::DateTime(at) => at.with_timezone(&reader.zone).format("%Y-%m-%d %H:%M").to_string(),
            other => self.display(other, reader.language),
        }
    }

    fn operators(&self) -> &'static [Op];

    fn order(&self) -> Order {
        Order::Exact
    }

    /// How the value is compared for `unique`; `None` when the type cannot be unique.
    fn unique_text(&self, value: &Value) -> Option<String> {
        match value {
            Value::Text(text) => Some(crate::text::fold(text)),
            Value::List(_) | Value::Json(_) | Value::Null | Value::Error(_) => None,
            other => Some(other.to_json()),
        }
    }

    /// The text by which the value is searched (`contains`, global search); empty when it is not.
    fn search_text(&self, value: &Value) -> String {
        value.as_text().map(crate::text::fold).unwrap_or_default()
    }
}

/// A value as plain text, for types without a display of their own.
pub fn display_plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Text(text) => text.clone(),
        Value::Number(number) => number.normalize().to_string(),
        Value::List(values) => values.iter().map(display_plain).collect::<Vec<_>>().join(", "),
        Value::DateTime(at) => at.format("%Y-%m-%d %H:%M").to_string(),
        Value::Date(date) => date.format("%Y-%m-%d").to_string(),
        Value::Time(time) => time.format("%H:%M:%S").to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Id(id) => id.to_string(),
        Value::Json(json) => json.to_string(),
        Value::Error(error) => error.to_string(),
    }
}

/// One problem about the field itself.
pub fn wrong(code: Code) -> Problem {
    Problem::new(code, "")
}

/// The problem of a JSON value of the wrong type.
pub fn wrong_type(expected: &str) -> Problems {
    vec![wrong(Code::WrongType).with("expected", expected)]
}

macro_rules! field_types {
    ($($variant:ident $module:ident $key:literal;)*) => {
        $(pub mod $module;)*

        /// A field's type with its settings.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Kind { $($variant($module::Settings)),* }

        impl Kind {
            /// All type keys, in the order of the palette.
            pub const KEYS: &'static [&'static str] = &[$($key),*];

            pub fn behaviour(&self) -> &(dyn FieldType + 'static) {
                match self { $(Kind::$variant(settings) => settings),* }
            }

            /// Reads a type's settings; `None` when there is no such type.
            pub fn from_settings(key: &str, settings: Json) -> Option<Result<Kind, serde_json::Error>> {
                match key {
                    $($key => Some(serde_json::from_value(settings).map(Kind::$variant)),)*
                    _ => None,
                }
            }

            /// The settings that differ from the default, as JSON.
            pub fn settings(&self) -> Json {
                match self { $(Kind::$variant(settings) => serde_json::to_value(settings).unwrap_or_default()),* }
            }

            /// The JSON Schema of each type's settings.
            pub fn schemas() -> Vec<(&'static str, schemars::Schema)> {
                vec![$(($key, schemars::schema_for!($module::Settings))),*]
            }
        }
    };
}

field_types! {
    Text text "text";
    LongText long_text "long_text";
    RichText rich_text "rich_text";
    Number number "number";
    Money money "money";
    Date date "date";
    DateTime datetime "datetime";
    Time time "time";
    Choice choice "choice";
    Choices choices "choices";
    Switch switch "switch";
    Rating rating "rating";
    Phone phone "phone";
    Email email "email";
    Url url "url";
    IdNumber id_number "id_number";
    Address address "address";
    Location location "location";
    Image image "image";
    File file "file";
    Signature signature "signature";
    Person person "person";
    People people "people";
    Department department "department";
    Departments departments "departments";
    Serial serial "serial";
    Link link "link";
    Subform subform "subform";
    Lookup lookup "lookup";
    Formula formula "formula";
    Rollup rollup "rollup";
    Tags tags "tags";
    Json json "json";
    Id id "id";
}

impl std::ops::Deref for Kind {
    type Target = dyn FieldType;
    fn deref(&self) -> &Self::Target {
        self.behaviour()
    }
}

impl Kind {
    /// The object whose records a value names.
    pub fn target(&self) -> Option<&str> {
        match self {
            Kind::Link(link) => Some(&link.to),
            Kind::Person(_) | Kind::People(_) => Some("person"),
            Kind::Department(_) | Kind::Departments(_) => Some("department"),
            _ => None,
        }
    }

    /// Whether a value names several records.
    pub fn is_many(&self) -> bool {
        matches!(self.column(), Column::Links { .. })
    }

    /// Whether a field of this kind may be unique: it stands in one column and has one value.
    pub fn can_be_unique(&self) -> bool {
        self.is_writable()
            && !matches!(self.column(), Column::None | Column::Keys | Column::Json { .. } | Column::Links { .. })
    }

    /// The options of a choice, of choices, of tags.
    pub fn options(&self) -> &[choice::ChoiceOption] {
        match self {
            Kind::Choice(choice) => &choice.options,
            Kind::Choices(choices) => &choices.options,
            Kind::Tags(tags) => &tags.options,
            _ => &[],
        }
    }
}

/// Whether an input says "nothing": `""`, blanks, `[]`, `{}`.
pub(crate) fn is_blank(input: &Json) -> bool {
    match input {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Array(list) => list.is_empty(),
        Json::Object(map) => map.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}

/// A problem for each key that is none of `known`: a slip in a key must not lose what was written under it.
pub(crate) fn unknown_keys(map: &serde_json::Map<String, Json>, known: &[&str]) -> Problems {
    let others = map.keys().filter(|key| !known.contains(&key.as_str())).take(20);
    others.map(|key| wrong(Code::UnknownKey).with("name", key)).collect()
}

/// Settings of a type that has none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}

/// For `skip_serializing_if`.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
