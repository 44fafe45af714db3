//! Pictures.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::choices::between;
use super::file::{Limits, names};
use super::{Column, FieldType, Order, Reading, Written, is_default};
use crate::label::Language;
use crate::problem::Problems;
use crate::query::Op;
use crate::value::Value;

/// SVG is not among them: it is a document that can run scripts.
const FORMATS: &[&str] = &["png", "jpg", "jpeg", "gif", "webp", "bmp", "heic", "avif"];

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    #[serde(skip_serializing_if = "super::file::is_twenty")]
    pub max_count: u32,
    /// Megabytes of one picture; the platform's own limit unless set.
    #[serde(skip_serializing_if = "is_default")]
    pub max_size_mb: Option<u32>,
    /// Extensions without their dot, `png`; all formats of pictures when empty.
    #[serde(skip_serializing_if = "is_default")]
    pub accept: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { max_count: 20, max_size_mb: None, accept: Vec::new() }
    }
}

impl Settings {
    /// What may be attached.
    pub fn limits(&self) -> Limits<'_> {
        Limits { max_count: self.max_count, max_size_mb: self.max_size_mb, accept: &self.accept, fixed: FORMATS }
    }
}

impl FieldType for Settings {
    fn key(&self) -> &'static str {
        "image"
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
