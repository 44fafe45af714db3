//! The file beside the database: grams of text and how far they follow the log. It can be made anew from the database at any
//! time, so it is written by a connection of its own, without waiting for the disk, and saves never wait for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::Connection;

use super::statements;
use crate::bind::Sql;
use crate::fault::Fault;

const TABLES: &str = "
    create table if not exists side (one int primary key, of text not null);
    create table if not exists search_cursor (one int primary key, at text not null, beat int not null);
    create table if not exists search_object (object int primary key, fields text not null, built blob, is_ready int not null);";

pub(super) struct Side {
    path: PathBuf,
    connection: Arc<Mutex<Connection>>,
}

impl Side {
    /// Opens the file beside a database, or makes it anew when it is of another database, or ahead of this one.
    pub(super) fn open(database: &Connection, beside: &Path) -> Result<Side, Fault> {
        let path = beside.with_extension("search");
        let (of, newest) = identity(database)?;
        let mut connection = connect(&path).and_then(|connection| Ok((belongs(&connection, &of, newest)?, connection)));
        if !matches!(connection, Ok((true, _))) {
            drop(connection);
            for end in ["search", "search-wal", "search-shm"] {
                match std::fs::remove_file(beside.with_extension(end)) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        return Err(anyhow::Error::from(error).into());
                    }
                    _ => {}
                }
            }
            connection = Ok((true, connect(&path)?));
        }
        let (_, connection) = connection?;
        connection.execute("insert or replace into side values (1, ?1)", [&of])?;
        Ok(Side { path, connection: Arc::new(Mutex::new(connection)) })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Statements in one transaction; nothing when the first of them changes no row.
    pub(super) async fn batch(&self, statements: Vec<Sql>) -> Result<bool, Fault> {
        let connection = self.connection.clone();
        let run = move || {
            let mut connection = connection.lock();
            let transaction = connection.transaction()?;
            for (n, sql) in statements.iter().enumerate() {
                if statements::execute(&transaction, sql)? == 0 && n == 0 {
                    return Ok(false);
                }
            }
            transaction.commit()?;
            Ok(true)
        };
        tokio::task::spawn_blocking(run).await.map_err(|_| Fault::Closed)?
    }

    pub(super) fn close(&self) {
        // Best effort: its log is read again at the next start anyway.
        let _ = self.connection.lock().execute_batch("pragma wal_checkpoint(truncate)");
    }
}

fn connect(path: &Path) -> Result<Connection, Fault> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = normal; pragma cache_size = -16000; pragma wal_autocheckpoint = 4000;
         pragma journal_size_limit = 67108864; pragma temp_store = memory;",
    )?;
    connection.execute_batch(TABLES)?;
    Ok(connection)
}

/// What tells one database from another (its first commit), and how far its log goes.
fn identity(database: &Connection) -> Result<(String, i64), Fault> {
    let of = "select coalesce(min(moment), 0), coalesce(max(moment), 0) from history_commit";
    Ok(database.query_row(of, [], |row| Ok((row.get::<_, i64>(0)?.to_string(), row.get(1)?)))?)
}

/// Whether what stands in the file follows this database. Of a database that was brought back from a copy, it is ahead.
fn belongs(connection: &Connection, of: &str, newest: i64) -> Result<bool, Fault> {
    let own: Option<String> = connection.prepare("select of from side")?.query_row([], |row| row.get(0)).ok();
    let at: Option<String> = connection.prepare("select at from search_cursor")?.query_row([], |row| row.get(0)).ok();
    let is_ahead = at.and_then(|at| at.parse::<i64>().ok()).is_some_and(|at| at > newest);
    // Beside an empty database it was made for whatever is written there first.
    Ok(own.is_none_or(|own| own == of || own == "0") && !is_ahead)
}
