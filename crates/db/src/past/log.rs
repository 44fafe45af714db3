//! The log since a moment, folded into what it says of one object's records.

use std::collections::HashMap;

use kehub_model::catalog::ObjectId;
use kehub_model::history::overlay::{Overlay, Values};
use kehub_model::history::{self, Head, Op};
use kehub_model::{Moment, RecordId};

use crate::bind::{Bind, Dialect, Sql};
use crate::codec::Raw;
use crate::fault::Fault;

/// How far the log had been read: the last moment on SQLite, whose commits come in that order; a snapshot on PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Cursor(pub(crate) String);

pub(crate) fn cursor(dialect: Dialect) -> Sql {
    Sql::with(
        dialect,
        match dialect {
            Dialect::Sqlite => "select coalesce(max(moment), 0) from history_commit",
            Dialect::Postgres => "select pg_current_snapshot()::text",
        },
    )
}

pub(crate) fn read_cursor(raw: &Raw) -> Cursor {
    Cursor(raw.text().map_or_else(|| raw.int().to_string(), str::to_owned))
}

/// Commits read at once.
pub(crate) const SLICE: usize = 4_000;

/// Commits of these objects since a moment, of several objects too, newest first, below `before`; with a cursor only those that
/// were not there when it was taken.
pub(crate) fn commits(
    dialect: Dialect,
    objects: &[ObjectId],
    at: Moment,
    since: Option<&Cursor>,
    before: Option<i64>,
) -> Sql {
    let mut sql = Sql::new(dialect);
    let from = sql.bind(at.0);
    let objects = objects.iter().map(|object| Bind::Int(i64::from(*object))).collect();
    let among = sql.among("object", objects);
    let mut news = String::new();
    match (since, dialect) {
        (None, _) => {}
        (Some(Cursor(last)), Dialect::Sqlite) => {
            let last = sql.bind(last.parse::<i64>().unwrap_or_default());
            news = format!(" and moment > {last}");
        }
        (Some(Cursor(seen)), Dialect::Postgres) => {
            let seen = sql.bind(seen.as_str());
            news = format!(
                " and txid >= pg_snapshot_xmin({seen}::text::pg_snapshot) and not pg_visible_in_snapshot(txid, {seen}::text::pg_snapshot)"
            );
        }
    }
    if let Some(before) = before {
        let before = sql.bind(before);
        news.push_str(&format!(" and moment < {before}"));
    }
    sql.text = format!(
        "select moment, object, record, prev, body from history_commit where moment >= {from}{news} and ({among} or object is null) order by moment desc limit {SLICE}"
    );
    sql
}

/// A commit of the log as it was read.
pub(crate) struct LogRow {
    pub(crate) moment: i64,
    head: Option<Head>,
    body: Vec<u8>,
}

pub(crate) fn commit_row(row: &[Raw]) -> Option<LogRow> {
    let [moment, object, record, prev, body] = row else { return None };
    let prev = (!prev.is_null()).then(|| Moment(prev.int()));
    let head = record.uuid().map(|record| Head { object: object.int() as i32, record, prev });
    Some(LogRow { moment: moment.int(), head, body: body.bytes().map(<[u8]>::to_vec).unwrap_or_default() })
}

impl LogRow {
    /// Long texts the commit keeps outside its body.
    pub(crate) fn blobs(&self) -> Vec<[u8; 16]> {
        history::mentioned_blobs(&self.body, self.head).unwrap_or_default()
    }
}

pub(crate) fn blobs(dialect: Dialect, hashes: &[[u8; 16]]) -> Sql {
    let mut sql = Sql::new(dialect);
    let among = sql.among("hash", hashes.iter().map(|hash| Bind::Bytes(hash.to_vec())).collect());
    sql.text = format!("select hash, body from history_blob where {among}");
    sql
}

pub(crate) fn blob_text(row: &[Raw]) -> Option<([u8; 16], String)> {
    let [hash, body] = row else { return None };
    let hash = hash.bytes()?.try_into().ok()?;
    Some((hash, String::from_utf8_lossy(body.bytes()?).into_owned()))
}

/// Who wrote these commits.
pub(crate) fn writers(dialect: Dialect, moments: &[Moment]) -> Sql {
    let mut sql = Sql::new(dialect);
    let among = sql.among("moment", moments.iter().map(|moment| Bind::Int(moment.0)).collect());
    sql.text = format!("select moment, actor from history_commit where {among}");
    sql
}

/// What the log says of one record besides its values.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Since {
    /// The commit before the first of these: the one that had written the record last.
    pub(crate) prev: Option<Moment>,
    /// How often it was changed, if it was neither made nor deleted.
    pub(crate) updates: Option<i64>,
}

/// One object's records as far as the log tells, fed newest first.
#[derive(Default)]
pub(crate) struct Overlaid {
    overlay: Overlay,
    since: HashMap<RecordId, Since>,
}

/// Feeds a commit to the objects it is about.
pub(crate) fn feed(
    objects: &mut HashMap<ObjectId, Overlaid>,
    row: &LogRow,
    texts: &HashMap<[u8; 16], String>,
) -> Result<(), Fault> {
    let body = match history::decode(&row.body, row.head, &mut |hash| texts.get(hash).cloned()) {
        Ok(body) => body,
        // What retention has dropped cannot be put back; the rows stay as later commits left them.
        Err(history::Corrupt::Dropped) => return Ok(()),
        Err(error) => return Err(anyhow::anyhow!("history: {error:?}").into()),
    };
    for entry in &body.entries {
        let Some(overlaid) = objects.get_mut(&entry.object) else { continue };
        let since = overlaid.since.entry(entry.record).or_insert(Since { prev: None, updates: Some(0) });
        since.prev = entry.prev;
        since.updates = since.updates.filter(|_| entry.op == Op::Update).map(|updates| updates + 1);
        overlaid.overlay.feed(entry);
    }
    Ok(())
}

impl Overlaid {
    pub(crate) fn touched(&self) -> impl Iterator<Item = RecordId> {
        self.overlay.records().keys().copied()
    }

    /// A record as it stood, from the row as it is; `None` where it was not there.
    pub(crate) fn apply(&self, record: RecordId, row: Option<Values>) -> Option<Values> {
        self.overlay.apply(record, row)
    }

    pub(crate) fn since(&self, record: RecordId) -> Option<Since> {
        self.since.get(&record).copied()
    }
}
