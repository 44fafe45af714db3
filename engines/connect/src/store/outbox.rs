//! The outbox: what is to leave the building, one row an effect. Every step is an update on a condition, so that of several
//! who try one has it, and whoever was too slow changes nothing.

use kehub_db::{Db, Fault, Select, TableRow, TableWrite, Where};
use kehub_model::{Effect, RecordId};
use uuid::Uuid;

const OUTBOX: &str = "connect_outbox";
const SETTING: &str = "workspace_setting";
const PAUSED: &str = "effects_paused";
/// How long somebody has for one mail. Longer than a delivery may take.
const TURN_US: i64 = 180_000_000;
/// How long is kept what has come to its end.
const KEPT_US: i64 = 90 * 86_400_000_000;
/// How many are carried out in one go.
const AT_ONCE: u32 = 20;
/// How many are told of.
const MOST_TOLD: u32 = 100;

pub struct NewRow {
    pub id: Uuid,
    pub effect: Effect,
    pub sealed: Vec<u8>,
    pub until: i64,
    pub at: i64,
}

/// One whose turn we have.
pub struct Taken {
    pub id: Uuid,
    pub sealed: Vec<u8>,
    pub attempts: i64,
    pub until: i64,
    pub created_at: i64,
    fence: i64,
}

/// How a turn ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    Sent,
    Later { due_at: i64, why: String },
    Failed(String),
    Unknown(String),
}

/// The row of a new effect.
pub fn row(new: NewRow) -> TableWrite {
    let values = vec![
        ("id", new.id.into()),
        ("kind", new.effect.kind().into()),
        ("person", new.effect.person().into()),
        ("state", "pending".into()),
        ("sealed", new.sealed.into()),
        ("attempts", 0.into()),
        ("fence", 0.into()),
        ("due_at", new.at.into()),
        ("until", new.until.into()),
        ("created_at", new.at.into()),
        ("changed_at", new.at.into()),
    ];
    TableWrite::Insert { table: OUTBOX, values, key: false }
}

/// What waits for a person is wanted no more: its link is void.
pub fn void(person: RecordId, at: i64) -> TableWrite {
    let mut values = ending("failed", "its link became void before it was sent", at);
    values.push(("sealed", kehub_db::Bind::Null));
    let filter = vec![Where::Is("person", person.into()), Where::Is("state", "pending".into())];
    TableWrite::Update { table: OUTBOX, values, filter }
}

fn ending(state: &str, error: &str, at: i64) -> Vec<(&'static str, kehub_db::Bind)> {
    vec![("state", state.into()), ("error", error.into()), ("changed_at", at.into())]
}

/// Whoever was killed in the middle has no turn any more: what was going out is unknown, the rest is due.
pub async fn recover(db: &Db, now: i64) -> Result<(), Fault> {
    let is = |state: &str| vec![Where::Is("state", state.into())];
    db.write(vec![
        TableWrite::Update { table: OUTBOX, values: lost(now), filter: is("sending") },
        TableWrite::Update { table: OUTBOX, values: vec![("due_at", now.into())], filter: is("pending") },
    ])
    .await
    .map(drop)
}

fn lost(now: i64) -> Vec<(&'static str, kehub_db::Bind)> {
    let mut values = ending("unknown", "the server ended while the mail went out", now);
    values.push(("sealed", kehub_db::Bind::Null));
    values
}

/// Turns that ran out, and rows that are old enough to go.
pub async fn end_turns(db: &Db, now: i64) -> Result<(), Fault> {
    let ran_out = vec![Where::Is("state", "sending".into()), Where::AtMost("due_at", now.into())];
    let ends = ["sent", "failed", "unknown"].map(Into::into).to_vec();
    let old = vec![Where::Among("state", ends), Where::Less("changed_at", (now - KEPT_US).into())];
    db.write(vec![
        TableWrite::Update { table: OUTBOX, values: lost(now), filter: ran_out },
        TableWrite::Delete { table: OUTBOX, filter: old },
    ])
    .await
    .map(drop)
}

/// What is due, the longest waiting first.
pub async fn due(db: &Db, now: i64) -> Result<Vec<TableRow>, Fault> {
    let select = Select::from(OUTBOX, &["id", "fence", "attempts", "until", "created_at", "sealed"])
        .that(Where::Is("state", "pending".into()))
        .that(Where::AtMost("due_at", now.into()))
        .ordered("due_at")
        .limit(AT_ONCE);
    db.table(select).await
}

/// Takes the turn for a row, unless somebody else has.
pub async fn take(db: &Db, row: TableRow, now: i64) -> Result<Option<Taken>, Fault> {
    let Some(id) = row.uuid(0) else { return Ok(None) };
    let (fence, attempts) = (row.int(1) + 1, row.int(2) + 1);
    let values = vec![("fence", fence.into()), ("attempts", attempts.into()), ("due_at", (now + TURN_US).into())];
    let filter =
        vec![Where::Is("id", id.into()), Where::Is("fence", row.int(1).into()), Where::Is("state", "pending".into())];
    let changed = db.write(vec![TableWrite::Update { table: OUTBOX, values, filter }]).await?;
    let taken = Taken { id, sealed: row.bytes(5).to_vec(), attempts, until: row.int(3), created_at: row.int(4), fence };
    Ok((changed.first() == Some(&1)).then_some(taken))
}

fn held(taken: &Taken) -> Vec<Where> {
    vec![Where::Is("id", taken.id.into()), Where::Is("fence", taken.fence.into())]
}

/// Writes down that it goes out now. `false`: it must not, the turn is lost or the effect void.
pub async fn intend(db: &Db, taken: &Taken, now: i64) -> Result<bool, Fault> {
    let mut filter = held(taken);
    filter.push(Where::Is("state", "pending".into()));
    let values = vec![("state", "sending".into()), ("due_at", (now + TURN_US).into()), ("changed_at", now.into())];
    let changed = db.write(vec![TableWrite::Update { table: OUTBOX, values, filter }]).await?;
    Ok(changed.first() == Some(&1))
}

/// Writes down how a turn ended.
pub async fn end(db: &Db, taken: &Taken, ended: Ended, now: i64) -> Result<(), Fault> {
    let wiped = ("sealed", kehub_db::Bind::Null);
    let values = match ended {
        Ended::Sent => {
            vec![("state", "sent".into()), ("error", kehub_db::Bind::Null), ("changed_at", now.into()), wiped]
        }
        Ended::Failed(why) => [ending("failed", &why, now), vec![wiped]].concat(),
        Ended::Unknown(why) => [ending("unknown", &why, now), vec![wiped]].concat(),
        Ended::Later { due_at, why } => [ending("pending", &why, now), vec![("due_at", due_at.into())]].concat(),
    };
    let mut filter = held(taken);
    // A turn that ran out was called unknown; who had it knows better.
    filter.push(Where::Among("state", ["pending", "sending", "unknown"].map(Into::into).to_vec()));
    db.write(vec![TableWrite::Update { table: OUTBOX, values, filter }]).await.map(drop)
}

/// Whether nothing goes out until an administrator says so.
pub async fn is_paused(db: &Db) -> Result<bool, Fault> {
    let select = Select::from(SETTING, &["value"]).that(Where::Is("key", PAUSED.into()));
    Ok(db.table(select).await?.first().is_some_and(|row| row.text(0) == "true"))
}

/// Nothing goes out any more, or again.
pub fn paused(is_paused: bool) -> TableWrite {
    let values = vec![("key", PAUSED.into()), ("value", if is_paused { "true" } else { "false" }.into())];
    TableWrite::Put { table: SETTING, values, keys: 1 }
}

/// What waits is wanted no more.
pub fn discard(now: i64) -> TableWrite {
    let mut values = ending("failed", "discarded by an administrator", now);
    values.push(("sealed", kehub_db::Bind::Null));
    TableWrite::Update { table: OUTBOX, values, filter: vec![Where::Is("state", "pending".into())] }
}

/// One effect as it is told.
pub struct Told {
    pub id: Uuid,
    pub kind: String,
    pub person: Option<RecordId>,
    pub state: String,
    pub attempts: i64,
    pub error: String,
    pub created_at: i64,
    pub changed_at: i64,
}

/// Effects in these states, the newest first.
pub async fn in_states(db: &Db, states: &[&str]) -> Result<Vec<Told>, Fault> {
    let columns: &[&str] = &["id", "kind", "person", "state", "attempts", "error", "created_at", "changed_at"];
    let select = Select::from(OUTBOX, columns)
        .that(Where::Among("state", states.iter().map(|state| (*state).into()).collect()))
        .ordered("changed_at desc")
        .limit(MOST_TOLD);
    let told = |row: &TableRow| Told {
        id: row.uuid(0).unwrap_or_default(),
        kind: row.text(1).to_owned(),
        person: row.uuid(2),
        state: row.text(3).to_owned(),
        attempts: row.int(4),
        error: row.text(5).to_owned(),
        created_at: row.int(6),
        changed_at: row.int(7),
    };
    Ok(db.table(select).await?.iter().map(told).collect())
}
