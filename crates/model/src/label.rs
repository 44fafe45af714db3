//! Labels: what people call a thing, in one language or several.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The language a person reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    #[default]
    Zh,
    En,
}

impl Language {
    pub fn key(self) -> &'static str {
        match self {
            Language::Zh => "zh",
            Language::En => "en",
        }
    }

    /// The first language of an `Accept-Language` header that we speak; Chinese when there is none.
    pub fn accepted(header: &str) -> Language {
        for tag in header.split(',') {
            let tag = tag.trim().to_ascii_lowercase();
            if tag.starts_with("zh") {
                return Language::Zh;
            }
            if tag.starts_with("en") {
                return Language::En;
            }
        }
        Language::Zh
    }
}

/// A name as typed (the same in every language), or one per language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Label {
    One(String),
    Many(BTreeMap<String, String>),
}

impl Default for Label {
    fn default() -> Self {
        Label::One(String::new())
    }
}

impl Label {
    /// The label in `language`, else in any language it has.
    pub fn in_language(&self, language: Language) -> &str {
        match self {
            Label::One(text) => text,
            Label::Many(texts) => {
                texts.get(language.key()).or_else(|| texts.values().next()).map(String::as_str).unwrap_or("")
            }
        }
    }

    /// All its texts, for matching a column's heading.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Label::One(text) => vec![text],
            Label::Many(texts) => texts.values().map(String::as_str).collect(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.texts().iter().all(|text| text.trim().is_empty())
    }
}

impl From<&str> for Label {
    fn from(text: &str) -> Self {
        Label::One(text.to_owned())
    }
}
