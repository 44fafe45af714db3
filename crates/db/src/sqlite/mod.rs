//! SQLite: one writer thread that commits all waiting saves together, many readers that never wait for it.

mod functions;
mod past;
mod reads;
mod side;
mod statements;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use kehub_model::query::{AggregatePlan, ListPlan};
use kehub_model::{Catalog, RecordId, Value};
use parking_lot::Mutex;
use rusqlite::{Connection, OpenFlags};
use tokio::sync::oneshot;

use crate::bind::{Dialect, Sql};
use crate::clock::Clock;
use crate::compile::Relations;
use crate::fault::Fault;
use crate::fetch::Fetch;
use crate::indexes::Seen;
use crate::migrate;
use crate::past::Sessions;
use crate::publish::Publish;
use crate::save::{Answer, Ask, Listed, Outcome, Row, Save};
use crate::search::Proposal;
use crate::table::{Select, TableRow, TableWrite};

use writer::Job;

/// SQLite below this loses commits when two connections race at a checkpoint.
const OLDEST: i32 = 3_051_003;

/// How long one read may take.
const READ_LIMIT: Duration = Duration::from_secs(20);

pub(crate) struct Sqlite {
    path: PathBuf,
    readers: Arc<Mutex<Vec<Connection>>>,
    jobs: writer::Queue,
    numbers: Arc<Numbers>,
    seen: Arc<Seen>,
    past: Sessions<Connection>,
    side: side::Side,
}

/// The catalog and rights numbers as last committed: only this process writes, so memory is right.
#[derive(Default)]
pub(crate) struct Numbers {
    pub(crate) catalog: AtomicI64,
    pub(crate) rights: AtomicI64,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, clock: Arc<dyn Clock>, seen: Arc<Seen>) -> Result<Sqlite, Fault> {
        if rusqlite::version_number() < OLDEST {
            return Err(anyhow::anyhow!("SQLite {} is too old: 3.51.3 or newer is needed", rusqlite::version()).into());
        }
        let mut connection = read_write(path)?;
        migrate_all(&mut connection)?;
        let side = side::Side::open(&connection, path)?;
        let numbers = Arc::new(Numbers::default());
        read_numbers(&connection, &numbers)?;
        let jobs = writer::start(connection, clock, numbers.clone(), seen.clone())?;
        let (path, past) = (path.to_owned(), Sessions::default());
        Ok(Sqlite { path, readers: Arc::default(), jobs, numbers, seen, past, side })
    }

    /// Reads on one snapshot. Point reads take microseconds and run where they are; scans move to the blocking pool.
    async fn read<T: Send + 'static>(
        &self,
        is_point: bool,
        read: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        self.read_within((!is_point).then_some(READ_LIMIT), read).await
    }

    /// Without a limit it is a point read.
    async fn read_within<T: Send + 'static>(
        &self,
        limit: Option<Duration>,
        read: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let readers = self.readers.clone();
        let free = readers.lock().pop();
        let connection = match free {
            Some(connection) => connection,
            None => read_only(&self.path, self.side.path())?,
        };
        let run = move || {
            if let Some(limit) = limit {
                let deadline = Instant::now() + limit;
                connection.progress_handler(10_000, Some(move || Instant::now() > deadline)).map_err(Fault::from)?;
            }
            connection.prepare_cached("begin")?.execute([])?;
            let result = read(&connection);
            connection.prepare_cached("rollback")?.execute([])?;
            if limit.is_some() {
                connection.progress_handler(0, None::<fn() -> bool>).map_err(Fault::from)?;
            }
            let mut readers = readers.lock();
            if readers.len() < 16 {
                readers.push(connection);
            }
            result
        };
        if limit.is_none() {
            return run();
        }
        tokio::task::spawn_blocking(run).await.map_err(|_| Fault::Closed)?
    }

    pub(crate) fn numbers(&self) -> (i64, i64) {
        (self.numbers.catalog.load(Ordering::Acquire), self.numbers.rights.load(Ordering::Acquire))
    }

    pub(crate) async fn fetch(&self, fetch: &Arc<Fetch>, id: RecordId) -> Result<Option<Vec<Value>>, Fault> {
        let fetch = fetch.clone();
        self.read(true, move |connection| {
            let mut rows = query(connection, &fetch.sql(id), |next| fetch.row(next))?;
            Ok(rows.pop())
        })
        .await
    }

    pub(crate) async fn list(
        &self,
        catalog: Arc<Catalog>,
        plan: ListPlan,
        among: Option<Vec<RecordId>>,
        _: Option<i64>,
    ) -> Result<Listed, Fault> {
        self.read(false, move |connection| reads::list(connection, &catalog, &Relations::only(among), &plan)).await
    }

    pub(crate) async fn count(&self, sql: Sql, _: Option<(i32, i64)>) -> Result<i64, Fault> {
        self.read(false, move |connection| reads::count(connection, &sql)).await
    }

    pub(crate) async fn estimate(&self, sql: Sql) -> Result<i64, Fault> {
        self.count(sql, None).await
    }

    pub(crate) async fn found(
        &self,
        catalog: Arc<Catalog>,
        plan: ListPlan,
        proposal: Proposal,
        limit: Duration,
    ) -> Result<Vec<Vec<Value>>, Fault> {
        self.read_within(Some(limit), move |connection| reads::found(connection, &catalog, &plan, &proposal)).await
    }

    pub(crate) async fn list_within(
        &self,
        catalog: Arc<Catalog>,
        plan: ListPlan,
        among: Option<Vec<RecordId>>,
        limit: Duration,
    ) -> Result<Listed, Fault> {
        self.read_within(Some(limit), move |connection| {
            reads::list(connection, &catalog, &Relations::only(among), &plan)
        })
        .await
    }

    pub(crate) async fn aggregate(
        &self,
        catalog: Arc<Catalog>,
        plan: AggregatePlan,
        among: Option<Vec<RecordId>>,
        _: Option<i64>,
    ) -> Result<Vec<Vec<Value>>, Fault> {
        self.read(false, move |connection| reads::aggregate(connection, &catalog, &Relations::only(among), &plan)).await
    }

    pub(crate) async fn rows(&self, catalog: Arc<Catalog>, object: i32, ids: Vec<RecordId>) -> Result<Vec<Row>, Fault> {
        self.read(true, move |connection| reads::rows(connection, &catalog, object, &ids, &[], true)).await
    }

    pub(crate) async fn answer(&self, catalog: Arc<Catalog>, ask: Ask) -> Result<Answer, Fault> {
        let seen = self.seen.clone();
        self.read(false, move |connection| reads::answer(connection, &catalog, ask, &seen)).await
    }

    pub(crate) async fn table(&self, select: Select) -> Result<Vec<TableRow>, Fault> {
        self.read(true, move |connection| reads::table(connection, &select)).await
    }

    pub(crate) async fn raw(&self, sql: Sql, columns: usize) -> Result<Vec<TableRow>, Fault> {
        self.read(false, move |connection| {
            query(connection, &sql, |next| Ok(TableRow((0..columns).map(|_| next()).collect::<Result<_, _>>()?)))
        })
        .await
    }

    pub(crate) async fn save(&self, save: Box<dyn Save>) -> Result<Outcome, Fault> {
        let (answer, wait) = oneshot::channel();
        self.jobs.send(Job::Save { save, answer })?;
        wait.await.map_err(|_| Fault::Storage)?
    }

    pub(crate) async fn write(&self, writes: Vec<TableWrite>, touches_rights: bool) -> Result<Vec<usize>, Fault> {
        self.alone(move |connection, numbers| {
            let changed = writes
                .iter()
                .map(|write| statements::execute(connection, &write.sql(Dialect::Sqlite)))
                .collect::<Result<Vec<_>, _>>()?;
            if touches_rights {
                writer::bump_rights(connection, numbers)?;
            }
            Ok(changed)
        })
        .await
    }

    /// A statement in a transaction of its own.
    pub(crate) async fn statement(&self, text: String) -> Result<(), Fault> {
        self.alone(move |connection, _| connection.execute_batch(&text).map_err(Fault::from)).await
    }

    /// Statements about the file beside the database, in one transaction; nothing when the first of them changes no row.
    pub(crate) async fn batch(&self, statements: Vec<Sql>) -> Result<bool, Fault> {
        self.side.batch(statements).await
    }

    pub(crate) async fn publish(&self, publish: Publish) -> Result<(), Fault> {
        self.alone(move |connection, numbers| {
            publish.on_sqlite(connection)?;
            read_numbers(connection, numbers)
        })
        .await
    }

    /// Runs something in a transaction of its own between batches.
    async fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection, &Numbers) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let (answer, wait) = oneshot::channel();
        let work = Box::new(move |connection: &Connection, numbers: &Numbers| {
            connection.execute_batch("begin immediate")?;
            let result = work(connection, numbers);
            let ended = match &result {
                Ok(_) => connection.execute_batch("commit"),
                Err(_) => connection.execute_batch("rollback"),
            };
            if ended.is_err() || result.is_err() {
                read_numbers(connection, numbers)?;
            }
            let result = ended.map_err(Fault::from).and(result);
            // Nobody waits any more when the receiver is gone.
            let _ = answer.send(result);
            Ok(())
        });
        self.jobs.send(Job::Alone(work))?;
        wait.await.map_err(|_| Fault::Storage)?
    }

    /// A consistent copy of the database while it is in use.
    pub(crate) async fn copy_to(&self, path: PathBuf) -> Result<(), Fault> {
        self.read(false, move |connection| {
            connection.progress_handler(0, None::<fn() -> bool>)?;
            connection.execute_batch("rollback")?;
            let path = path.to_str().ok_or(Fault::Catalog)?;
            connection.execute("vacuum into ?1", [path])?;
            connection.execute_batch("begin")?;
            Ok(())
        })
        .await
    }

    /// What SQLite itself finds wrong with the file.
    pub(crate) async fn integrity(&self) -> Result<Vec<String>, Fault> {
        self.read(false, |connection| {
            connection.progress_handler(0, None::<fn() -> bool>)?;
            let mut found = query(connection, &Sql::with(Dialect::Sqlite, "pragma integrity_check"), |next| {
                Ok(next()?.text().unwrap_or_default().to_owned())
            })?;
            found.retain(|line| line != "ok");
            let broken = query(connection, &Sql::with(Dialect::Sqlite, "pragma foreign_key_check"), |next| {
                Ok(format!("foreign key: {} → {:?}", next()?.text().unwrap_or_default(), next()?))
            })?;
            found.extend(broken);
            Ok(found)
        })
        .await
    }

    /// Ends the writer after what waits is done, and folds the log back into the file.
    pub(crate) async fn close(&self) {
        self.jobs.close().await;
        self.side.close();
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, Fault> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.set_prepared_statement_cache_capacity(512);
    connection.busy_timeout(Duration::from_secs(10))?;
    // Or a statement is planned anew whenever a bound value changes that the planner has looked at.
    connection.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    rusqlite::vtab::array::load_module(&connection)?;
    functions::register(&connection)?;
    Ok(connection)
}

fn read_write(path: &Path) -> Result<Connection, Fault> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma cache_size = -65536;
         pragma journal_size_limit = 67108864; pragma wal_autocheckpoint = 4000; pragma temp_store = memory;",
    )?;
    Ok(connection)
}

/// A connection that reads the database and the file beside it.
fn read_only(path: &Path, side: &Path) -> Result<Connection, Fault> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    // The file is not mapped: after every commit of the writer a mapping is made anew, and each connection's counts as memory.
    connection.execute_batch("pragma temp_store = memory; pragma cache_size = -8000;")?;
    connection.execute("attach database ?1 as side", [side.to_str().ok_or(Fault::Catalog)?])?;
    Ok(connection)
}

/// A connection on one snapshot, for the whole of its life.
pub(crate) fn open_to_read(path: &Path) -> Result<Connection, Fault> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.execute_batch("begin")?;
    Ok(connection)
}

/// A connection that writes, of a database nobody else has open.
pub(crate) fn open_to_write(path: &Path) -> Result<Connection, Fault> {
    read_write(path)
}

fn migrate_all(connection: &mut Connection) -> Result<(), Fault> {
    connection.execute_batch(migrate::LEDGER)?;
    for (n, name, text) in migrate::MIGRATIONS {
        let done: Option<String> =
            connection.prepare("select checksum from migration where n = ?1")?.query_row([n], |row| row.get(0)).ok();
        let checksum = migrate::checksum(text);
        match done {
            Some(done) if done == checksum => continue,
            Some(_) => return Err(anyhow::anyhow!("migration {n} ({name}) is not the one that was applied").into()),
            None => {}
        }
        let transaction = connection.transaction()?;
        for statement in migrate::statements(text, Dialect::Sqlite) {
            transaction.execute_batch(&statement)?;
        }
        transaction.execute("insert into migration values (?1, ?2, ?3)", rusqlite::params![n, name, checksum])?;
        transaction.commit()?;
    }
    let newest: i64 = connection.query_row("select max(n) from migration", [], |row| row.get(0))?;
    if newest > migrate::MIGRATIONS.len() as i64 {
        return Err(anyhow::anyhow!("the data was written by a newer version of Kehub").into());
    }
    Ok(())
}

pub(super) fn read_numbers(connection: &Connection, numbers: &Numbers) -> Result<(), Fault> {
    let (catalog, rights) =
        connection.query_row("select catalog, rights from catalog_meta where one = 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    numbers.catalog.store(catalog, Ordering::Release);
    numbers.rights.store(rights, Ordering::Release);
    Ok(())
}

pub(crate) use reads::aggregate;
pub(crate) use statements::{execute, query};
