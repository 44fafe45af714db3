//! Files of any kind. Also what pictures and signatures share with them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::choices::{between, each};
use super::id::read_id;
use super::{Column, FieldType, Order, Reading, Written, is_default, wrong, wrong_type};
use crate::label::Language;
use crate::problem::{Code, Problem, Problems};
use crate::query::Op;
use crate::value::Value;

/// The most files of one field.
pub const MAX_COUNT: u32 = 100;
/// The longest name, in characters.
const MAX_NAME: usize = 200;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    #[serde(skip_serializing_if = "is_twenty")]
    pub max_count: u32,
    /// Megabytes of one file; the platform's own limit unless set.
    #[serde(skip_serializing_if = "is_default")]
    pub max_size_mb: Option<u32>,
    /// Extensions without their dot, `pdf`; all when empty.
    #[serde(skip_serializing_if = "is_default")]
    pub accept: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { max_count: 20, max_size_mb: None, accept: Vec::new() }
    }
}

pub(super) fn is_twenty(count: &u32) -> bool {
    *count == 20
}

impl Settings {
    /// What may be attached.
    pub fn limits(&self) -> Limits<'_> {
        Limits { max_count: self.max_count, max_size_mb: self.max_size_mb, accept: &self.accept, fixed: &[] }
    }
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "file"
    }

    fn column(&self) -> Column {
        Column::Json { folded: false }
    }

    fn check_settings(&self, problems: &mut Problems) {
        self.limits().check_settings(problems);
    }

    fn read(&self, input: &Json, _: &Reading) -> Result<Written, Problems> {
        self.limits().read(input)
    }

    fn display(&self, value: &Value, language: Language) -> String {
        names(value).join(between(language))
    }

    fn operators(&self) -> &'static [Op] {
        Op::EMPTY
    }

    fn order(&self) -> Order {
        Order::None
    }

    fn search_text(&self, value: &Value) -> String {
        crate::text::fold(&names(value).join(" "))
    }
}

/// How many files, how large and of which kinds a field takes.
#[derive(Clone, Copy, Debug)]
pub struct Limits<'a> {
    pub max_count: u32,
    pub max_size_mb: Option<u32>,
    pub accept: &'a [String],
    /// The extensions of the field's type itself, of which `accept` chooses; any when empty.
    pub fixed: &'static [&'static str],
}

impl Limits<'_> {
    pub(super) fn check_settings(&self, problems: &mut Problems) {
        if !(1..=MAX_COUNT).contains(&self.max_count) {
            problems.push(Problem::new(Code::OutOfRange, "max_count").with("min", 1).with("max", MAX_COUNT));
        }
        if self.max_size_mb == Some(0) {
            problems.push(Problem::new(Code::OutOfRange, "max_size_mb").with("min", 1).with("max", "…"));
        }
        for (n, extension) in self.accept.iter().enumerate() {
            let plain = !extension.is_empty()
                && extension.len() <= 20
                && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if !plain {
                problems.push(Problem::new(Code::BadFormat, format!("accept[{n}]")).with("hint", "pdf"));
            } else if !self.fixed.is_empty() && !has(self.fixed, extension) {
                let allowed = self.fixed.join(" ");
                problems.push(Problem::new(Code::NotOneOf, format!("accept[{n}]")).with("allowed", allowed));
            }
        }
    }

    /// A list of `{"file": id}` or ids, each file once. What else is sent about a file is kept until the record's door puts
    /// the truth of the file table in its place, and [`Limits::check_file`] holds that against the limits.
    pub(super) fn read(&self, input: &Json) -> Result<Written, Problems> {
        if super::is_blank(input) {
            return Ok(Written::Value(Value::Null));
        }
        let list = input.as_array().ok_or_else(|| wrong_type("list of files"))?;
        if list.len() > MAX_COUNT as usize {
            return Err(vec![wrong(Code::TooMany).with("max", self.max_count)]);
        }
        let mut files: Vec<Json> = Vec::new();
        for file in each(list, |item| self.one(item))? {
            if !files.iter().any(|earlier| earlier["file"] == file["file"]) {
                files.push(file);
            }
        }
        super::choices::check_count(files.len(), None, Some(self.max_count))?;
        Ok(Written::Value(if files.is_empty() { Value::Null } else { Value::Json(Json::Array(files)) }))
    }

    fn one(&self, item: &Json) -> Result<Json, Problems> {
        let mut file = Map::new();
        let Json::Object(map) = item else {
            file.insert("file".to_owned(), Json::from(read_id(item)?.to_string()));
            return Ok(Json::Object(file));
        };
        let id = map.get("file").ok_or_else(|| vec![Problem::new(Code::Missing, "file").with("name", "file")])?;
        let id = read_id(id)
            .map_err(|wrong| wrong.into_iter().map(|problem| problem.within("file")).collect::<Problems>())?;
        file.insert("file".to_owned(), Json::from(id.to_string()));
        let name = map.get("name").and_then(Json::as_str).map(clean_name);
        let size = map.get("size").and_then(Json::as_u64);
        if let Some(name) = &name {
            self.check_file(name, size.unwrap_or(0))?;
            file.insert("name".to_owned(), Json::from(&**name));
        }
        if let Some(size) = size {
            file.insert("size".to_owned(), Json::from(size));
        }
        if let Some(kind) = map.get("type").and_then(Json::as_str).filter(|kind| is_media_type(kind)) {
            file.insert("type".to_owned(), Json::from(kind));
        }
        Ok(Json::Object(file))
    }

    /// Whether a file of this name and size may be attached.
    pub fn check_file(&self, name: &str, size: u64) -> Result<(), Problems> {
        if let Some(max) = self.max_size_mb.filter(|max| size > u64::from(*max) << 20) {
            return Err(vec![wrong(Code::TooLarge).with("max", format!("{max} MB"))]);
        }
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        let chosen = self.accept.iter().map(String::as_str).collect::<Vec<_>>();
        let allowed = if chosen.is_empty() { self.fixed } else { &chosen };
        if allowed.is_empty() || has(allowed, extension) {
            return Ok(());
        }
        Err(vec![wrong(Code::NotOneOf).with("allowed", allowed.join(" "))])
    }
}

fn has(extensions: &[&str], extension: &str) -> bool {
    extensions.iter().any(|one| one.eq_ignore_ascii_case(extension))
}

fn is_media_type(kind: &str) -> bool {
    kind.len() <= 100
        && kind.contains('/')
        && kind.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/+-._".contains(&byte))
}

/// A file's name without folders, without what cannot be seen, and without what turns the reading direction round
/// (`exe.gpj` shown as `jpg.exe`).
pub fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let seen = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let clean = crate::text::clean(&last.chars().filter(seen).collect::<String>());
    let clean = clean.trim_start_matches(|c: char| c.is_whitespace());
    let mut short: String = if clean.chars().count() <= MAX_NAME {
        clean.to_owned()
    } else {
        // The extension says what the file is, so it outlives the middle of the name.
        let (stem, extension) = clean.rsplit_once('.').filter(|(_, end)| end.len() <= 20).unwrap_or((clean, ""));
        let dot = if extension.is_empty() { "" } else { "." };
        stem.chars().take(MAX_NAME - 21).chain(dot.chars()).chain(extension.chars()).collect()
    };
    if matches!(short.as_str(), "" | "." | "..") {
        short = "file".to_owned();
    }
    short
}

pub(super) fn names(value: &Value) -> Vec<&str> {
    let Value::Json(Json::Array(files)) = value else { return Vec::new() };
    files.iter().filter_map(|file| file.get("name")?.as_str()).collect()
}
