//! What can be asked on the console, as it goes through the socket, and what comes back.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Something to be done. Paths are absolute: server and command may stand in different folders.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    AdminCreate { email: String, name: String, password: Option<String> },
    Apply { path: PathBuf, plan: bool },
    ExportApp { solution: String, path: PathBuf },
    Install { solution: String, sample: bool },
    Import { object: String, file: PathBuf, map: Option<String>, key: Vec<String>, dry_run: bool },
    Backup { path: PathBuf },
    Verify,
    AuditVerify,
}

/// A command with the person it acts as; without one it acts as the console.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Order {
    pub command: Command,
    pub acting_as: Option<String>,
}

/// What came of it: words for a person, the same for a program, and whether it is as it should be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Report {
    pub words: String,
    pub json: Json,
    pub is_well: bool,
}

impl Report {
    pub fn well(words: impl Into<String>, json: Json) -> Report {
        Report { words: words.into(), json, is_well: true }
    }
}
