//! The room's own tables: imports, their rows worth showing, and headings that were learned.
//!
//! Of an import's rows `connect_import_row` keeps those that failed, are ambiguous or changed something, at most [`MOST_ROWS`].
//! Two kinds of rows with negative numbers stand beside them: [`PLACE`] is how far a run has come, written in the transaction
//! of each chunk; below it are links that wait for the end of the file.

mod job;
pub mod outbox;

use std::collections::BTreeMap;

use kehub_db::{Bind, Db, Fault, Select, TableRow, TableWrite, Where};
use kehub_model::RecordId;
use kehub_model::problem::Spoken;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use job::{Body, Counts, Job, Look, Progress, SeenColumn, State, Unknown};

use crate::run::Fate;

/// The most rows kept of an import.
pub const MOST_ROWS: usize = 10_000;
/// The number of the row that says how far a run has come.
const PLACE: i64 = -1;

const IMPORT: &str = "connect_import";
const ROW: &str = "connect_import_row";
const MAPPING: &str = "connect_mapping";

/// A row as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShownRow {
    pub n: u64,
    pub fate: Fate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<RecordId>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    #[serde(default)]
    pub changes: Vec<Json>,
    #[serde(default)]
    pub problems: Vec<Spoken>,
    #[serde(default)]
    pub suggestions: Vec<Json>,
}

/// A link that waits until all rows of the file are records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    pub n: u64,
    pub id: RecordId,
    pub links: Vec<(String, Vec<String>)>,
}

/// How far a run has come, exactly: it moves in the transaction that writes the chunk.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reached {
    pub chunks: u64,
    pub done: u64,
    pub counts: Counts,
    /// The size of the file of failures.
    pub failures: u64,
    pub commit: Option<String>,
    pub kept: usize,
    /// Whether the file was found good as a whole, for all or nothing.
    #[serde(default)]
    pub is_checked: bool,
}

pub fn insert(job: &Job) -> TableWrite {
    TableWrite::Insert { table: IMPORT, values: values(job), key: false }
}

pub fn update(job: &Job) -> TableWrite {
    let filter = vec![Where::Is("id", job.id.into())];
    TableWrite::Update { table: IMPORT, values: values(job).split_off(1), filter }
}

/// The same, only while the job is in the state it was read in.
pub fn update_from(job: &Job, from: State) -> TableWrite {
    let filter = vec![Where::Is("id", job.id.into()), Where::Is("state", from.text().into())];
    TableWrite::Update { table: IMPORT, values: values(job).split_off(1), filter }
}

fn values(job: &Job) -> Vec<(&'static str, Bind)> {
    let body = serde_json::to_string(&job.body).unwrap_or_default();
    vec![
        ("id", job.id.into()),
        ("actor", job.actor.into()),
        ("state", job.state.text().into()),
        ("file", job.file.clone().into()),
        ("size", i64::try_from(job.size).unwrap_or(i64::MAX).into()),
        ("body", body.into()),
        ("created_at", job.created_at.into()),
        ("updated_at", job.updated_at.into()),
    ]
}

const JOB: &[&str] = &["id", "actor", "state", "file", "size", "body", "created_at", "updated_at"];

fn job_of(row: &TableRow) -> Option<Job> {
    Some(Job {
        id: row.uuid(0)?,
        actor: row.uuid(1)?,
        state: State::parse(row.text(2))?,
        file: row.text(3).to_owned(),
        size: u64::try_from(row.int(4)).unwrap_or_default(),
        body: serde_json::from_str(row.text(5)).ok()?,
        created_at: row.int(6),
        updated_at: row.int(7),
    })
}

pub async fn load(db: &Db, id: RecordId) -> Result<Option<Job>, Fault> {
    let rows = db.table(Select::from(IMPORT, JOB).that(Where::Is("id", id.into()))).await?;
    Ok(rows.first().and_then(job_of))
}

/// Imports, newest first: those of one person, or of all.
pub async fn list(db: &Db, of: Option<RecordId>, limit: u32) -> Result<Vec<Job>, Fault> {
    let mut select = Select::from(IMPORT, JOB).ordered("created_at desc").limit(limit);
    if let Some(person) = of {
        select = select.that(Where::Is("actor", person.into()));
    }
    Ok(db.table(select).await?.iter().filter_map(job_of).collect())
}

/// Imports that were being carried out when the server stopped.
pub async fn unfinished(db: &Db) -> Result<Vec<Job>, Fault> {
    let states = [State::Running, State::Reading].map(|state| Bind::from(state.text())).to_vec();
    let rows = db.table(Select::from(IMPORT, JOB).that(Where::Among("state", states))).await?;
    Ok(rows.iter().filter_map(job_of).collect())
}

pub fn put_reached(import: RecordId, reached: &Reached) -> TableWrite {
    put_row(import, PLACE, "place", serde_json::to_string(reached).unwrap_or_default())
}

pub async fn reached(db: &Db, import: RecordId) -> Result<Option<Reached>, Fault> {
    let select =
        Select::from(ROW, &["body"]).that(Where::Is("import", import.into())).that(Where::Is("n", PLACE.into()));
    Ok(db.table(select).await?.first().and_then(|row| serde_json::from_str(row.text(0)).ok()))
}

pub fn put_shown(import: RecordId, row: &ShownRow) -> TableWrite {
    put_row(import, number(row.n), row.fate.text(), serde_json::to_string(row).unwrap_or_default())
}

pub fn put_waiting(import: RecordId, row: &Waiting) -> TableWrite {
    put_row(import, waiting_number(row.n), "waiting", serde_json::to_string(row).unwrap_or_default())
}

pub fn forget_waiting(import: RecordId, n: u64) -> TableWrite {
    let filter = vec![Where::Is("import", import.into()), Where::Is("n", waiting_number(n).into())];
    TableWrite::Delete { table: ROW, filter }
}

pub async fn waiting(db: &Db, import: RecordId, limit: u32) -> Result<Vec<Waiting>, Fault> {
    let select = Select::from(ROW, &["body"])
        .that(Where::Is("import", import.into()))
        .that(Where::Is("fate", "waiting".into()))
        .ordered("n desc")
        .limit(limit);
    Ok(db.table(select).await?.iter().filter_map(|row| serde_json::from_str(row.text(0)).ok()).collect())
}

/// Rows kept of an import, after row number `after`.
pub async fn shown(
    db: &Db,
    import: RecordId,
    fate: Option<&str>,
    after: u64,
    limit: u32,
) -> Result<Vec<ShownRow>, Fault> {
    let mut select = Select::from(ROW, &["body"])
        .that(Where::Is("import", import.into()))
        .that(Where::Greater("n", number(after).max(0).into()))
        .ordered("n")
        .limit(limit);
    if let Some(fate) = fate {
        select = select.that(Where::Is("fate", fate.into()));
    }
    Ok(db.table(select).await?.iter().filter_map(|row| serde_json::from_str(row.text(0)).ok()).collect())
}

pub fn forget_rows(import: RecordId) -> TableWrite {
    TableWrite::Delete { table: ROW, filter: vec![Where::Is("import", import.into())] }
}

fn put_row(import: RecordId, n: i64, fate: &str, body: String) -> TableWrite {
    let values = vec![("import", import.into()), ("n", n.into()), ("fate", fate.into()), ("body", body.into())];
    TableWrite::Put { table: ROW, values, keys: 2 }
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn waiting_number(n: u64) -> i64 {
    PLACE - 1 - number(n)
}

/// Fields by the headings people once gave them.
pub async fn learned(db: &Db, object: &str) -> Result<BTreeMap<String, String>, Fault> {
    let select = Select::from(MAPPING, &["heading", "field"]).that(Where::Is("object", object.into()));
    let rows = db.table(select).await?;
    Ok(rows.iter().map(|row| (row.text(0).to_owned(), row.text(1).to_owned())).collect())
}

pub fn learn(object: &str, heading: &str, field: &str) -> TableWrite {
    let values = vec![("object", object.into()), ("heading", heading.into()), ("field", field.into())];
    TableWrite::Put { table: MAPPING, values, keys: 2 }
}
