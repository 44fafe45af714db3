//! Objects and their fields as a person defines them: a public file format. Reading collects every mistake with its place.

mod schema;

use serde_json::{Map, Value as Json};

use crate::fields::Kind;
use crate::key::{self, is_key};
use crate::label::Label;
use crate::problem::{Code, Problem, Problems};

pub use schema::schema;

/// The most fields of an object.
pub const MAX_FIELDS: usize = 500;

/// The system fields of every record, in the order they are shown.
pub const SYSTEM_KEYS: [&str; 8] =
    ["id", "created_at", "created_by", "updated_at", "updated_by", "owner", "department", "version"];

/// What a company keeps records of.
#[derive(Clone, Debug, PartialEq)]
pub struct ObjectDef {
    pub key: String,
    pub label: Label,
    /// The key of the field by which a record is called; the first text field unless set.
    pub title: Option<String>,
    pub fields: Vec<FieldDef>,
    /// Combinations of fields that may stand only once.
    pub unique: Vec<Vec<String>>,
    /// What must hold before a record is saved.
    pub checks: Vec<CheckDef>,
    /// Hidden objects stand in no menu: rows of subforms.
    pub hidden: bool,
    pub icon: Option<String>,
    pub help: Option<Label>,
}

/// A field of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDef {
    pub key: String,
    pub label: Label,
    pub kind: Kind,
    pub required: bool,
    pub unique: bool,
    /// A value as the API takes it, or `{"formula": "…"}`.
    pub default: Option<Json>,
    pub help: Option<Label>,
}

/// A formula that must be true, and what is said when it is not.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckDef {
    pub formula: String,
    pub message: Label,
    /// The field the message stands under.
    pub at: Option<String>,
}

/// Reads the members of one JSON object, and remembers which were asked for.
struct Members<'a> {
    map: Map<String, Json>,
    at: &'a str,
    problems: &'a mut Problems,
}

impl<'a> Members<'a> {
    fn of(json: &Json, at: &'a str, problems: &'a mut Problems) -> Option<Members<'a>> {
        match json {
            Json::Object(map) => Some(Members { map: map.clone(), at, problems }),
            _ => {
                problems.push(Problem::new(Code::WrongType, at).with("expected", "object"));
                None
            }
        }
    }

    fn place(&self, name: &str) -> String {
        if self.at.is_empty() { name.to_owned() } else { format!("{}.{name}", self.at) }
    }

    fn wrong(&mut self, name: &str, expected: &str) {
        let place = self.place(name);
        self.problems.push(Problem::new(Code::WrongType, place).with("expected", expected));
    }

    fn take(&mut self, name: &str) -> Option<Json> {
        self.map.shift_remove(name).filter(|value| !value.is_null())
    }

    fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Json::String(text) => Some(text.trim().to_owned()),
            _ => {
                self.wrong(name, "text");
                None
            }
        }
    }

    fn flag(&mut self, name: &str) -> bool {
        match self.take(name) {
            None => false,
            Some(Json::Bool(yes)) => yes,
            Some(_) => {
                self.wrong(name, "true or false");
                false
            }
        }
    }

    fn list(&mut self, name: &str) -> Vec<Json> {
        match self.take(name) {
            None => Vec::new(),
            Some(Json::Array(items)) => items,
            Some(_) => {
                self.wrong(name, "list");
                Vec::new()
            }
        }
    }

    fn label(&mut self, name: &str) -> Option<Label> {
        let json = self.take(name)?;
        match serde_json::from_value::<Label>(json) {
            Ok(label) if label.texts().iter().all(|text| text.chars().count() <= 200) => Some(label),
            Ok(_) => {
                let place = self.place(name);
                self.problems.push(Problem::new(Code::TooLong, place).with("max", 200));
                None
            }
            Err(_) => {
                self.wrong(name, "text, or {\"zh\": …, \"en\": …}");
                None
            }
        }
    }

    fn key(&mut self, name: &str, value: &str) {
        if !is_key(value) {
            let place = self.place(name);
            self.problems.push(Problem::new(Code::BadKey, place).with("value", value));
        }
    }

    fn no_more(self) {
        for name in self.map.keys() {
            let place = self.place(name);
            self.problems.push(Problem::new(Code::UnknownKey, place).with("name", name));
        }
    }
}

impl ObjectDef {
    /// Reads a definition. `None` when it is not even an object; else what could be read, with all problems collected.
    pub fn from_json(json: &Json, at: &str, problems: &mut Problems) -> Option<ObjectDef> {
        let mut members = Members::of(json, at, problems)?;
        let label = members.label("label");
        let key = members.text("key").or_else(|| {
            let label = label.as_ref().and_then(|label| label.texts().first().map(|text| (*text).to_owned()))?;
            Some(key::from_label(&label, "object", |_| false))
        });
        let Some(key) = key else {
            let place = members.place("key");
            members.problems.push(Problem::new(Code::Missing, place).with("name", "key"));
            return None;
        };
        members.key("key", &key);
        let title = members.text("title");
        let field_items = members.list("fields");
        let unique_items = members.list("unique");
        let check_items = members.list("checks");
        let hidden = members.flag("hidden");
        let icon = members.text("icon");
        let help = members.label("help");
        members.no_more();

        let place = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
        let fields = read_fields(&field_items, &place("fields"), problems);
        let mut unique = Vec::new();
        for (n, item) in unique_items.iter().enumerate() {
            match serde_json::from_value::<Vec<String>>(item.clone()) {
                Ok(keys) if !keys.is_empty() => unique.push(keys),
                _ => problems.push(
                    Problem::new(Code::WrongType, format!("{}[{n}]", place("unique")))
                        .with("expected", "list of field keys"),
                ),
            }
        }
        let checks = check_items
            .iter()
            .enumerate()
            .filter_map(|(n, item)| CheckDef::from_json(item, &format!("{}[{n}]", place("checks")), problems))
            .collect();
        let def = ObjectDef {
            label: label.unwrap_or_else(|| Label::One(key.clone())),
            key,
            title,
            fields,
            unique,
            checks,
            hidden,
            icon,
            help,
        };
        def.check_references(at, problems);
        Some(def)
    }

    /// That title, unique combinations and checks name fields that are there.
    fn check_references(&self, at: &str, problems: &mut Problems) {
        let place = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
        let known = |key: &str| self.field(key).is_some() || SYSTEM_KEYS.contains(&key);
        if let Some(title) = &self.title
            && self.field(title).is_none()
        {
            problems.push(Problem::new(Code::UnknownField, place("title")).with("name", title));
        }
        for (n, keys) in self.unique.iter().enumerate() {
            for key in keys.iter().filter(|key| !known(key)) {
                problems.push(Problem::new(Code::UnknownField, format!("{}[{n}]", place("unique"))).with("name", key));
            }
        }
        if self.fields.len() > MAX_FIELDS {
            problems.push(Problem::new(Code::TooManyFields, place("fields")).with("max", MAX_FIELDS));
        }
    }

    pub fn field(&self, key: &str) -> Option<&FieldDef> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The title field: the one named, else the first of text kind.
    pub fn title_field(&self) -> Option<&FieldDef> {
        match &self.title {
            Some(title) => self.field(title),
            None => self.fields.iter().find(|field| matches!(field.kind, Kind::Text(_) | Kind::Serial(_))),
        }
    }

    pub fn to_json(&self) -> Json {
        let mut map = Map::new();
        map.insert("key".into(), Json::String(self.key.clone()));
        map.insert("label".into(), label_json(&self.label));
        put(&mut map, "title", self.title.clone().map(Json::String));
        put(&mut map, "icon", self.icon.clone().map(Json::String));
        put(&mut map, "help", self.help.as_ref().map(label_json));
        put(&mut map, "hidden", self.hidden.then_some(Json::Bool(true)));
        map.insert("fields".into(), self.fields.iter().map(FieldDef::to_json).collect());
        put(&mut map, "unique", (!self.unique.is_empty()).then(|| serde_json::json!(self.unique)));
        put(&mut map, "checks", (!self.checks.is_empty()).then(|| self.checks.iter().map(CheckDef::to_json).collect()));
        Json::Object(map)
    }
}

fn label_json(label: &Label) -> Json {
    serde_json::to_value(label).unwrap_or_default()
}

fn put(map: &mut Map<String, Json>, name: &str, value: Option<Json>) {
    if let Some(value) = value {
        map.insert(name.into(), value);
    }
}

/// Reads a list of fields; keys are made from labels where they are not given.
pub fn read_fields(items: &[Json], at: &str, problems: &mut Problems) -> Vec<FieldDef> {
    let mut fields: Vec<FieldDef> = Vec::with_capacity(items.len());
    for (n, item) in items.iter().enumerate() {
        let place = format!("{at}[{n}]");
        let taken = |key: &str| fields.iter().any(|field| field.key == key) || SYSTEM_KEYS.contains(&key);
        if let Some(field) = FieldDef::from_json(item, &place, &taken, problems) {
            if taken(&field.key) {
                problems.push(Problem::new(Code::KeyTaken, format!("{place}.key")).with("value", &field.key));
            } else {
                fields.push(field);
            }
        }
    }
    fields
}

impl FieldDef {
    /// Reads a field. `taken` tells keys that may not be made from a label.
    pub fn from_json(json: &Json, at: &str, taken: &dyn Fn(&str) -> bool, problems: &mut Problems) -> Option<FieldDef> {
        let mut members = Members::of(json, at, problems)?;
        let label = members.label("label");
        let key = members.text("key").or_else(|| {
            let label = label.as_ref().and_then(|label| label.texts().first().map(|text| (*text).to_owned()))?;
            Some(key::from_label(&label, "field", taken))
        });
        match &key {
            Some(key) => members.key("key", key),
            None => {
                let place = members.place("key");
                members.problems.push(Problem::new(Code::Missing, place).with("name", "key"));
            }
        }
        let type_key = members.text("type");
        let required = members.flag("required");
        let unique = members.flag("unique");
        let default = members.take("default");
        let help = members.label("help");
        let Some(type_key) = type_key else {
            let place = members.place("type");
            members.problems.push(Problem::new(Code::Missing, place).with("name", "type"));
            return None;
        };
        let mut settings = std::mem::take(&mut members.map);
        normalize_options(&mut settings);
        let kind = match Kind::from_settings(&type_key, Json::Object(settings)) {
            Some(Ok(kind)) if type_key != "id" => kind,
            Some(Err(error)) => {
                let (name, hint) = settings_error(&error);
                let place = name.map_or_else(|| at.to_owned(), |name| members.place(&name));
                members.problems.push(Problem::new(Code::BadDefinition, place).with("hint", hint));
                return None;
            }
            _ => {
                let place = members.place("type");
                let allowed: Vec<&str> = Kind::KEYS.iter().copied().filter(|key| *key != "id").collect();
                members.problems.push(Problem::new(Code::NotOneOf, place).with("allowed", allowed.join(" ")));
                return None;
            }
        };
        let key = key?;
        let mut own = Problems::new();
        kind.check_settings(&mut own);
        if unique && !kind.can_be_unique() {
            own.push(
                Problem::new(Code::BadDefinition, "unique")
                    .with("hint", format!("{type_key} cannot be unique / 不能设为不重复")),
            );
        }
        problems.extend(own.into_iter().map(|problem| problem.within(at)));
        Some(FieldDef {
            label: label.unwrap_or_else(|| Label::One(key.clone())),
            key,
            kind,
            required,
            unique,
            default,
            help,
        })
    }

    pub fn to_json(&self) -> Json {
        let mut map = Map::new();
        map.insert("key".into(), Json::String(self.key.clone()));
        map.insert("type".into(), Json::String(self.kind.key().to_owned()));
        map.insert("label".into(), label_json(&self.label));
        put(&mut map, "required", self.required.then_some(Json::Bool(true)));
        put(&mut map, "unique", self.unique.then_some(Json::Bool(true)));
        put(&mut map, "default", self.default.clone());
        put(&mut map, "help", self.help.as_ref().map(label_json));
        if let Json::Object(settings) = self.kind.settings() {
            map.extend(settings);
        }
        Json::Object(map)
    }
}

/// Options may be written as labels alone; their keys are then made by pinyin.
fn normalize_options(settings: &mut Map<String, Json>) {
    let Some(Json::Array(options)) = settings.get_mut("options") else { return };
    let mut keys: Vec<String> =
        options.iter().filter_map(|option| Some(option.get("key")?.as_str()?.to_owned())).collect();
    for option in options.iter_mut() {
        let label = match option {
            Json::String(label) => label.clone(),
            Json::Object(map) if !map.contains_key("key") => {
                match map.get("label").and_then(|label| serde_json::from_value::<Label>(label.clone()).ok()) {
                    Some(label) => label.texts().first().copied().unwrap_or_default().to_owned(),
                    None => continue,
                }
            }
            _ => continue,
        };
        let key = key::from_label(&label, "option", |key| keys.iter().any(|taken| taken == key));
        keys.push(key.clone());
        match option {
            Json::Object(map) => drop(map.insert("key".into(), Json::String(key))),
            other => *other = serde_json::json!({ "key": key, "label": label }),
        }
    }
}

/// The name and the words of serde's complaint about settings.
fn settings_error(error: &serde_json::Error) -> (Option<String>, String) {
    let text = error.to_string();
    let name = text.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next()).map(str::to_owned);
    (name, text)
}

impl CheckDef {
    fn from_json(json: &Json, at: &str, problems: &mut Problems) -> Option<CheckDef> {
        let mut members = Members::of(json, at, problems)?;
        let formula = members.text("formula");
        let message = members.label("message");
        let field = members.text("at");
        if formula.is_none() {
            let place = members.place("formula");
            members.problems.push(Problem::new(Code::Missing, place).with("name", "formula"));
        }
        members.no_more();
        let formula = formula?;
        Some(CheckDef { message: message.unwrap_or_else(|| Label::One(formula.clone())), formula, at: field })
    }

    fn to_json(&self) -> Json {
        let mut map = Map::new();
        map.insert("formula".into(), Json::String(self.formula.clone()));
        map.insert("message".into(), label_json(&self.message));
        put(&mut map, "at", self.at.clone().map(Json::String));
        Json::Object(map)
    }
}
