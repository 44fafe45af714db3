//! What holds for the whole workspace: its name, and language and time zone of whoever has not chosen.

use kehub_api::Refused;
use kehub_db::{Db, Fault, Select, TableRow, TableWrite};
use kehub_model::{Code, Language, Moment, Problem, Problems, RecordId};
use kehub_records::Records;
use kehub_records::definitions::{self, Version};
use parking_lot::RwLock;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::Identity;

/// Under what earlier states are kept, beside the versions of definitions.
const KIND: &str = "workspace";

#[derive(Clone, Debug, PartialEq)]
pub struct Workspace {
    pub name: String,
    pub zone: chrono_tz::Tz,
    /// Of whoever has not chosen one.
    pub language: Language,
}

impl Default for Workspace {
    fn default() -> Self {
        Workspace { name: "Kehub".to_owned(), zone: chrono_tz::Asia::Shanghai, language: Language::Zh }
    }
}

impl Workspace {
    pub fn shown(&self) -> Json {
        json!({ "name": self.name, "language": word(self.language), "time_zone": self.zone.name() })
    }
}

fn word(language: Language) -> &'static str {
    match language {
        Language::Zh => "zh",
        Language::En => "en",
    }
}

/// What is to be other than it is; what is left out stays.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceChange {
    pub name: Option<String>,
    /// `zh` or `en`.
    pub language: Option<String>,
    /// `Asia/Shanghai`.
    pub time_zone: Option<String>,
}

/// The workspace as it was last read, and under which rights number.
pub(super) struct Current(RwLock<(i64, Workspace)>);

impl Current {
    pub(super) async fn read(records: &Records) -> Result<Current, Fault> {
        let (_, rights) = records.numbers();
        Ok(Current(RwLock::new((rights, stored(records.db()).await?))))
    }
}

async fn stored(db: &Db) -> Result<Workspace, Fault> {
    let mut workspace = Workspace::default();
    for row in db.table(Select::from("workspace_setting", &["key", "value"])).await? {
        take(&mut workspace, &row);
    }
    Ok(workspace)
}

fn take(workspace: &mut Workspace, row: &TableRow) {
    match row.text(0) {
        "name" => row.text(1).clone_into(&mut workspace.name),
        "time_zone" => workspace.zone = row.text(1).parse().unwrap_or(workspace.zone),
        "language" => workspace.language = Language::accepted(row.text(1)),
        _ => {}
    }
}

fn setting(key: &str, value: &str) -> TableWrite {
    TableWrite::Put { table: "workspace_setting", values: vec![("key", key.into()), ("value", value.into())], keys: 1 }
}

impl Identity {
    pub fn workspace(&self) -> Workspace {
        self.workspace.0.read().1.clone()
    }

    /// Another node may have changed it: then the rights number has moved.
    pub(super) async fn follow_workspace(&self) -> Result<(), Fault> {
        let (_, rights) = self.records.numbers();
        if self.workspace.0.read().0 != rights {
            let stored = stored(self.db()).await?;
            *self.workspace.0.write() = (rights, stored);
        }
        Ok(())
    }

    /// Changes the workspace in somebody's name; what it was is kept.
    pub async fn change_workspace(&self, by: RecordId, change: WorkspaceChange) -> Result<Workspace, Refused> {
        let mut workspace = stored(self.db()).await?;
        let before = workspace.clone();
        let mut problems = Problems::new();
        if let Some(name) = change.name {
            let name = kehub_model::text::clean(&name);
            match name.chars().count() {
                0 => problems.push(Problem::new(Code::Required, "name").with("field", "name")),
                1..=100 => workspace.name = name,
                _ => problems.push(Problem::new(Code::TooLong, "name").with("max", 100)),
            }
        }
        match change.language.as_deref() {
            None => {}
            Some("zh") => workspace.language = Language::Zh,
            Some("en") => workspace.language = Language::En,
            Some(_) => problems.push(Problem::new(Code::NotOneOf, "language").with("allowed", "zh en")),
        }
        match change.time_zone.map(|zone| zone.parse()) {
            None => {}
            Some(Ok(zone)) => workspace.zone = zone,
            Some(Err(_)) => problems.push(Problem::new(Code::NotOneOf, "time_zone").with("allowed", "IANA")),
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        if workspace != before {
            let at = Moment::first_at(self.db().clock.now());
            let writes = vec![
                setting("name", &workspace.name),
                setting("language", word(workspace.language)),
                setting("time_zone", workspace.zone.name()),
                // Every state is a version of its own, numbered by its moment.
                definitions::keep_state(KIND, KIND, &workspace.shown(), at, by),
            ];
            // Everybody's reading of dates changes with it: no node goes on with what it knew.
            self.db().write_rights(writes).await?;
            self.records.refresh().await?;
            self.forget();
        }
        self.follow_workspace().await?;
        Ok(workspace)
    }

    /// What the workspace was, and who made it so, newest first.
    pub async fn workspace_versions(&self) -> Result<Vec<Version>, Refused> {
        Ok(definitions::versions(self.db(), KIND, KIND).await?)
    }
}
