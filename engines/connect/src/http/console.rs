//! `kehub import OBJECT FILE`: the same engine, waited for.

use std::path::PathBuf;
use std::sync::Arc;

use kehub_db::new_id;
use kehub_model::problem::Spoken;
use kehub_model::{Actor, Code, Problem, RecordId};
use kehub_records::Refusal;
use serde::Serialize;

use super::carry::What;
use super::{Imports, New, require};
use crate::definition::Mapping;
use crate::store::{self, Counts, ShownRow, State, Unknown};

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct Console {
    pub object: String,
    /// It stays where it is.
    pub file: PathBuf,
    /// The text of a `MAP.yaml`.
    pub map: Option<String>,
    pub key: Vec<String>,
    pub dry_run: bool,
}

/// What the command prints.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    pub import: RecordId,
    pub state: State,
    pub counts: Counts,
    pub problems: Vec<Spoken>,
    pub unknown: Vec<Unknown>,
    /// The first rows that stayed behind.
    pub rows: Vec<ShownRow>,
    /// Where all of them are, with reasons.
    pub failures: Option<PathBuf>,
}

impl Summary {
    /// Whether the command ends well: nothing failed.
    pub fn is_good(&self) -> bool {
        matches!(self.state, State::Done | State::DryRun) && self.counts.bad() == 0
    }
}

impl Imports {
    /// Imports a file and returns when it is done.
    pub async fn import(&self, actor: &Arc<Actor>, console: Console) -> Result<Summary, Refusal> {
        let mut mapping = match &console.map {
            Some(yaml) => Mapping::from_yaml(yaml)?,
            None => Mapping::default(),
        };
        if !console.key.is_empty() {
            mapping.key = console.key;
        }
        let unreadable = |error: std::io::Error| Problem::new(Code::BadFile, "file").with("hint", error);
        let name = console.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let copy = self.inner.folder.join(format!("copy-{}", new_id(&self.records().db().clock)));
        std::fs::create_dir_all(&self.inner.folder).map_err(unreadable)?;
        let from = console.file.clone();
        let to = copy.clone();
        let copied = tokio::task::spawn_blocking(move || std::fs::copy(from, to)).await;
        copied.unwrap_or_else(|error| Err(std::io::Error::other(error))).map_err(unreadable)?;
        let mapping = serde_json::to_value(&mapping).unwrap_or_default();
        let new = New { path: copy, name, object: Some(console.object), mapping: Some(mapping), key: Vec::new() };
        let created = self.create(actor, new).await?;
        let id: RecordId = created["id"].as_str().and_then(|id| id.parse().ok()).ok_or_else(Refusal::not_found)?;
        let job = self.job(actor, id).await?;
        require(&job, &[State::Waiting])?;
        let (state, what) = if console.dry_run { (State::Reading, What::DryRun) } else { (State::Running, What::Run) };
        let mut ended = self.begin(job, actor, state, what).await?;
        // Whoever waits is there to wait: its end is all that counts.
        let _ = ended.wait_for(|ended| *ended).await;
        let job = self.job(actor, id).await?;
        let mut rows = store::shown(self.records().db(), id, Some("failed"), 0, 10).await?;
        rows.extend(store::shown(self.records().db(), id, Some("ambiguous"), 0, 10).await?);
        rows.sort_by_key(|row| row.n);
        let failures = if job.body.counts.bad() > 0 { Some(self.failures(actor, id).await?.0) } else { None };
        Ok(Summary {
            import: id,
            state: job.state,
            counts: job.body.counts,
            problems: job.body.problems,
            unknown: job.body.unknown,
            rows,
            failures,
        })
    }
}
