//! An import as it stands in its row.

use std::path::PathBuf;

use kehub_model::RecordId;
use kehub_model::label::Language;
use kehub_model::problem::Spoken;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::definition::Mapping;
use crate::files::{Encoding, Kind, Sheet};
use crate::run::{Fate, Match};

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// For a person: to map, to look, to start.
    Waiting,
    /// The file is being read, without writing.
    Reading,
    /// The whole file was judged; nothing is written.
    DryRun,
    Running,
    Done,
    /// Nothing is written, or no longer; `problems` say why.
    Failed,
    Undone,
}

impl State {
    const ALL: [State; 7] =
        [Self::Waiting, Self::Reading, Self::DryRun, Self::Running, Self::Done, Self::Failed, Self::Undone];

    pub fn text(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Reading => "reading",
            State::DryRun => "dry_run",
            State::Running => "running",
            State::Done => "done",
            State::Failed => "failed",
            State::Undone => "undone",
        }
    }

    pub fn parse(text: &str) -> Option<State> {
        Self::ALL.into_iter().find(|state| state.text() == text)
    }
}

/// How many rows met which fate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    pub new: u64,
    pub changed: u64,
    pub same: u64,
    pub failed: u64,
    pub ambiguous: u64,
    /// Left alone because the mapping says so.
    pub skipped: u64,
}

impl Counts {
    pub fn add(&mut self, fate: Fate) {
        *self.of(fate) += 1;
    }

    /// A fate turned out otherwise.
    pub fn turn(&mut self, from: Fate, to: Fate) {
        let count = self.of(from);
        *count = count.saturating_sub(1);
        self.add(to);
    }

    fn of(&mut self, fate: Fate) -> &mut u64 {
        match fate {
            Fate::New => &mut self.new,
            Fate::Changed => &mut self.changed,
            Fate::Same => &mut self.same,
            Fate::Skipped => &mut self.skipped,
            Fate::Failed => &mut self.failed,
            Fate::Ambiguous => &mut self.ambiguous,
        }
    }

    /// Rows that stay behind.
    pub fn bad(&self) -> u64 {
        self.failed + self.ambiguous
    }
}

/// How far an import has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Progress {
    pub done: u64,
    pub total: u64,
    pub per_second: u64,
    pub seconds_left: Option<u64>,
}

/// What a look at the file told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    pub kind: Kind,
    pub sheets: Vec<Sheet>,
    pub encoding: Option<Encoding>,
    pub sheet: String,
    pub header_row: Option<u32>,
    pub columns: Vec<SeenColumn>,
    pub bad_rows: Vec<u64>,
}

impl Look {
    pub fn headings(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }
}

/// A column as its first cells show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeenColumn {
    pub name: String,
    pub samples: Vec<String>,
    /// The field that would be made of it.
    pub guess: Json,
    /// How its dates are written, where they can be read in one order only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    #[serde(rename = "match")]
    pub found: Option<Match>,
}

/// A word nobody knows, how often it stands in the file, and what may be meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unknown {
    pub column: String,
    pub value: String,
    pub count: u64,
    pub near: Vec<Json>,
}

/// Everything about an import that is not asked for by itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    pub path: PathBuf,
    pub zone: String,
    pub language: Language,
    pub object: Option<String>,
    /// As it was given; the columns it does not name are matched by their headings.
    pub mapping: Mapping,
    pub look: Option<Look>,
    /// The object this file could become, while there is none for it.
    #[serde(default)]
    pub new_object: Option<Json>,
    #[serde(default)]
    pub counts: Counts,
    #[serde(default)]
    pub problems: Vec<Spoken>,
    #[serde(default)]
    pub unknown: Vec<Unknown>,
    #[serde(default)]
    pub commit: Option<String>,
    /// Rows below the header: as the file says, exact once it was read.
    #[serde(default)]
    pub total: u64,
}

/// One import.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub id: RecordId,
    pub actor: RecordId,
    pub state: State,
    pub file: String,
    pub size: u64,
    pub body: Body,
    /// Microseconds since 1970.
    pub created_at: i64,
    pub updated_at: i64,
}
