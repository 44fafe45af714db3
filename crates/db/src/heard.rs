//! What other nodes have committed. On PostgreSQL a node asks for the commits that have become visible since it last asked; on
//! SQLite there is only this process, which knows.

use std::collections::BTreeSet;

use kehub_model::{Event, Moment, ObjectId};

use crate::bind::{Dialect, Sql};
use crate::{Db, Fault};

/// Up to where a node has heard: a snapshot.
#[derive(Clone, Debug)]
pub struct Heard(String);

/// A commit, and the objects it is about.
#[derive(Clone, Debug)]
pub struct Told {
    pub moment: Moment,
    pub objects: BTreeSet<ObjectId>,
}

/// Commits told at once; beyond it nobody wants to know them one by one.
const MOST: usize = 2_000;

impl Db {
    /// Where hearing begins: with what comes from now on. `None` where nobody else writes.
    pub async fn hear(&self) -> Result<Option<Heard>, Fault> {
        if self.dialect() == Dialect::Sqlite {
            return Ok(None);
        }
        let rows = self.raw(Sql::with(Dialect::Postgres, "select pg_current_snapshot()::text"), 1).await?;
        Ok(rows.first().map(|row| Heard(row.text(0).to_owned())))
    }

    /// The commits that have become visible since; `None` when they are too many to tell.
    pub async fn heard(&self, since: &mut Heard) -> Result<Option<Vec<Told>>, Fault> {
        let mut sql = Sql::new(Dialect::Postgres);
        let seen = sql.bind(since.0.as_str());
        // The body matters only where the commit is about several objects.
        sql.text = format!(
            "select moment, object, case when object is null then body end, pg_current_snapshot()::text from history_commit where txid >= pg_snapshot_xmin({seen}::text::pg_snapshot) and not pg_visible_in_snapshot(txid, {seen}::text::pg_snapshot) order by moment limit {}",
            MOST + 1
        );
        let rows = self.raw(sql, 4).await?;
        if rows.len() > MOST {
            *since = self.hear().await?.ok_or(Fault::Catalog)?;
            return Ok(None);
        }
        if let Some(row) = rows.first() {
            since.0 = row.text(3).to_owned();
        }
        let told = rows.iter().map(|row| {
            let objects = if row.is_null(1) {
                Event::all(row.bytes(2)).unwrap_or_default().iter().map(Event::object).collect()
            } else {
                BTreeSet::from([row.int(1) as ObjectId])
            };
            Told { moment: Moment(row.int(0)), objects }
        });
        Ok(Some(told.collect()))
    }
}
