//! The writer: one thread, one connection. It takes all saves that wait, runs each in a savepoint, commits them together, and
//! only then answers. A refused or panicking save costs its neighbours nothing.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use kehub_model::{Catalog, Moment, Object};
use parking_lot::{Condvar, Mutex};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::statements::{execute, fault, query};
use super::{Numbers, reads};
use crate::bind::{Bind, Dialect, Sql, quoted};
use crate::clock::Clock;
use crate::fault::Fault;
use crate::indexes::Seen;
use crate::rows;
use crate::save::{Commit, Delta, LinkWrite, Outcome, RowWrite, Save, Step, WriteSet};

type Work = Box<dyn FnOnce(&Connection, &Numbers) -> Result<(), Fault> + Send>;

pub(super) enum Job {
    Save {
        save: Box<dyn Save>,
        answer: oneshot::Sender<Result<Outcome, Fault>>,
    },
    /// Work that begins and ends its own transaction.
    Alone(Work),
    Stop(oneshot::Sender<()>),
}

/// Saves waiting for the writer: people's before bulk.
struct Waiting {
    people: VecDeque<Job>,
    bulk: VecDeque<Job>,
    is_closed: bool,
}

#[derive(Clone)]
pub(super) struct Queue {
    shared: Arc<(Mutex<Waiting>, Condvar)>,
}

/// The most saves of one commit, and the longest a batch collects work.
const MOST: usize = 64;
const LONGEST: Duration = Duration::from_millis(10);

impl Queue {
    pub(super) fn send(&self, job: Job) -> Result<(), Fault> {
        let (waiting, bell) = &*self.shared;
        let mut waiting = waiting.lock();
        if waiting.is_closed {
            return Err(Fault::Closed);
        }
        match &job {
            Job::Save { save, .. } if save.lane() > 1 => waiting.bulk.push_back(job),
            _ => waiting.people.push_back(job),
        }
        bell.notify_one();
        Ok(())
    }

    pub(super) async fn close(&self) {
        let (done, wait) = oneshot::channel();
        if self.send(Job::Stop(done)).is_ok() {
            // The thread answers, or is gone.
            let _ = wait.await;
        }
    }

    /// The next batch: all that waits, up to a bound; of bulk at most one.
    fn take(&self) -> Vec<Job> {
        let (waiting, bell) = &*self.shared;
        let mut waiting = waiting.lock();
        while waiting.people.is_empty() && waiting.bulk.is_empty() {
            bell.wait(&mut waiting);
        }
        let count = waiting.people.len().min(MOST);
        let mut batch: Vec<Job> = waiting.people.drain(..count).collect();
        if batch.len() < MOST {
            batch.extend(waiting.bulk.pop_front());
        }
        batch
    }

    fn shut(&self) {
        let mut waiting = self.shared.0.lock();
        waiting.is_closed = true;
        waiting.people.clear();
        waiting.bulk.clear();
    }
}

pub(super) fn start(
    connection: Connection,
    clock: Arc<dyn Clock>,
    numbers: Arc<Numbers>,
    seen: Arc<Seen>,
) -> Result<Queue, Fault> {
    let shared =
        (Mutex::new(Waiting { people: VecDeque::new(), bulk: VecDeque::new(), is_closed: false }), Condvar::new());
    let queue = Queue { shared: Arc::new(shared) };
    let last: i64 =
        connection.query_row("select coalesce(max(moment), 0) from history_commit", [], |row| row.get(0))?;
    let mut writer = Writer { connection, clock, numbers, seen, last: Moment(last), inserts: RefCell::default() };
    let own = queue.clone();
    std::thread::Builder::new()
        .name("writer".into())
        .spawn(move || {
            writer.run(&own);
            own.shut();
        })
        .map_err(anyhow::Error::from)?;
    Ok(queue)
}

/// A save and where its answer goes.
type Queued = (Box<dyn Save>, oneshot::Sender<Result<Outcome, Fault>>);

struct Writer {
    connection: Connection,
    clock: Arc<dyn Clock>,
    numbers: Arc<Numbers>,
    seen: Arc<Seen>,
    last: Moment,
    /// The insert of each object, and the catalog they were written under.
    inserts: RefCell<(i32, HashMap<i32, Arc<str>>)>,
}

impl Writer {
    fn run(&mut self, queue: &Queue) {
        loop {
            let mut saves = Vec::new();
            for job in queue.take() {
                match job {
                    Job::Save { save, answer } => saves.push((save, answer)),
                    other => {
                        if !self.batch(std::mem::take(&mut saves)) {
                            return;
                        }
                        match other {
                            Job::Stop(done) => {
                                // Best effort: the log is read again at the next start anyway.
                                let _ = self.connection.execute_batch("pragma wal_checkpoint(truncate)");
                                queue.shut();
                                let _ = done.send(());
                                return;
                            }
                            Job::Alone(work) => {
                                if let Err(error) = work(&self.connection, &self.numbers) {
                                    tracing::error!(%error, "work between saves failed");
                                }
                            }
                            Job::Save { .. } => {}
                        }
                    }
                }
            }
            if !self.batch(saves) {
                return;
            }
        }
    }

    /// Runs and commits a batch; false when storage has failed and nothing may be acknowledged any more.
    fn batch(&mut self, saves: Vec<Queued>) -> bool {
        if saves.is_empty() {
            return true;
        }
        if let Err(error) = plain(&self.connection, "begin immediate") {
            return !give_up(saves.into_iter().map(|(_, answer)| answer), error);
        }
        let begun = Instant::now();
        let mut done = Vec::with_capacity(saves.len());
        let mut late = Vec::new();
        for (mut save, answer) in saves {
            if begun.elapsed() > LONGEST && !done.is_empty() {
                late.push((save, answer));
                continue;
            }
            let outcome = self.one(save.as_mut());
            done.push((answer, outcome));
        }
        if let Err(error) = plain(&self.connection, "commit") {
            let failed = give_up(done.into_iter().map(|(answer, _)| answer), error);
            // A deferred foreign key can fail a commit: the batch is gone, storage is not.
            let _ = self.connection.execute_batch("rollback");
            if super::read_numbers(&self.connection, &self.numbers).is_err() {
                return false;
            }
            return !failed && self.batch(late);
        }
        for (answer, outcome) in done {
            // A client that left does not want the answer; the save stands.
            let _ = answer.send(outcome);
        }
        self.batch(late)
    }

    /// One save in its savepoint.
    fn one(&mut self, save: &mut dyn Save) -> Result<Outcome, Fault> {
        let planned = save.planned();
        let now = (self.numbers.catalog.load(Ordering::Acquire), self.numbers.rights.load(Ordering::Acquire));
        if now != (i64::from(planned.catalog.number), planned.rights) {
            return Err(Fault::Moved);
        }
        run(&self.connection, "savepoint save")?;
        let at = self.last.next(self.clock.now());
        let result = catch_unwind(AssertUnwindSafe(|| self.steps(save, &planned.catalog, at)));
        match result {
            Ok(Ok(Outcome::Committed(at))) => {
                run(&self.connection, "release save")?;
                self.last = at;
                Ok(Outcome::Committed(at))
            }
            other => {
                run(&self.connection, "rollback to save")?;
                run(&self.connection, "release save")?;
                other.unwrap_or_else(|_| Err(anyhow::anyhow!("a save panicked").into()))
            }
        }
    }

    fn steps(&self, save: &mut dyn Save, catalog: &Catalog, at: Moment) -> Result<Outcome, Fault> {
        save.begin();
        let mut answers = Vec::new();
        loop {
            match save.step(at, std::mem::take(&mut answers)) {
                Step::Need(asks) => {
                    for ask in asks {
                        answers.push(reads::answer(&self.connection, catalog, ask, &self.seen)?);
                    }
                }
                Step::Refuse(problems) => return Ok(Outcome::Refused(problems)),
                Step::Nothing => return Ok(Outcome::Unchanged),
                Step::KeyExists => return Ok(Outcome::KeyExists),
                Step::Write(set) => return self.write(catalog, *set, at),
            }
        }
    }

    fn write(&self, catalog: &Catalog, set: WriteSet, at: Moment) -> Result<Outcome, Fault> {
        for table in &set.tables {
            match execute(&self.connection, &table.sql(Dialect::Sqlite)) {
                Err(Fault::Sqlite(error)) if table.is_key() && is_constraint(&error) => return Ok(Outcome::KeyExists),
                other => drop(other?),
            }
        }
        for row in &set.rows {
            self.row(catalog, row, at)?;
        }
        for link in &set.links {
            self.links(catalog, link)?;
        }
        for delta in &set.deltas {
            self.delta(catalog, delta)?;
        }
        if let Some(commit) = &set.commit {
            self.commit(commit, at, catalog.number)?;
        }
        if set.touches_rights {
            bump_rights(&self.connection, &self.numbers)?;
        }
        Ok(Outcome::Committed(at))
    }

    /// The statement that inserts a row of an object.
    fn insert(&self, catalog: &Catalog, object: &Object) -> Arc<str> {
        let (number, texts) = &mut *self.inserts.borrow_mut();
        if *number != catalog.number {
            texts.clear();
            *number = catalog.number;
        }
        texts.entry(object.id).or_insert_with(|| rows::sqlite_insert(object).into()).clone()
    }

    fn row(&self, catalog: &Catalog, row: &RowWrite, at: Moment) -> Result<(), Fault> {
        let object = catalog.object_by_id(rows::object_of(row)).ok_or(Fault::Catalog)?;
        let mut sql = Sql::new(Dialect::Sqlite);
        match row {
            RowWrite::Insert { values, .. } | RowWrite::Restore { values, .. } => {
                // A record comes back with the columns of retired fields too, so its statement is its own.
                sql.text = match row {
                    RowWrite::Restore { .. } => rows::sqlite_insert(object),
                    _ => self.insert(catalog, object).to_string(),
                };
                sql.binds = rows::insert_binds(object, values, at, Dialect::Sqlite);
                execute(&self.connection, &sql)?;
                if let RowWrite::Restore { id, .. } = row {
                    let id = Sql {
                        binds: vec![Bind::Uuid(*id)],
                        ..Sql::with(Dialect::Sqlite, "delete from record_trash where record = ?1")
                    };
                    execute(&self.connection, &id)?;
                }
            }
            RowWrite::Update { id, values, changed, is_derived, .. } => {
                let moment = (!is_derived).then_some(at);
                let sets = rows::update_sets(object, values, changed, moment, Dialect::Sqlite);
                if sets.is_empty() {
                    return Ok(());
                }
                let sets: Vec<String> =
                    sets.into_iter().map(|(name, bind, _)| format!("{} = {}", quoted(&name), sql.bind(bind))).collect();
                let id = sql.bind(*id);
                sql.text = format!("update {} set {} where id = {id}", quoted(&object.table), sets.join(", "));
                execute(&self.connection, &sql)?;
            }
            RowWrite::Free { column, records, .. } => {
                let among = sql.among("id", records.iter().map(|(id, _)| Bind::Uuid(*id)).collect());
                sql.text = format!("update {} set {} = null where {among}", quoted(&object.table), quoted(column));
                execute(&self.connection, &sql)?;
            }
            RowWrite::Delete { id, title, .. } => {
                for field in object.own_fields().filter(|field| field.def.kind.is_many()) {
                    let links = rows::links_of(object, field.id)?;
                    let own = Sql {
                        binds: vec![Bind::Uuid(*id)],
                        ..Sql::with(Dialect::Sqlite, &format!("delete from {links} where a = ?1"))
                    };
                    execute(&self.connection, &own)?;
                }
                let row = Sql {
                    binds: vec![Bind::Uuid(*id)],
                    ..Sql::with(Dialect::Sqlite, &format!("delete from {} where id = ?1", quoted(&object.table)))
                };
                execute(&self.connection, &row)?;
                sql.text =
                    "insert or replace into record_trash (record, object, moment, title) values (?1, ?2, ?3, ?4)"
                        .into();
                sql.binds =
                    vec![Bind::Uuid(*id), Bind::Int(object.id.into()), Bind::Int(at.0), Bind::Text(title.clone())];
                execute(&self.connection, &sql)?;
            }
        }
        Ok(())
    }

    fn links(&self, catalog: &Catalog, write: &LinkWrite) -> Result<(), Fault> {
        let object = catalog.object_by_id(write.object).ok_or(Fault::Catalog)?;
        let links = rows::links_of(object, write.field)?;
        let clear = Sql {
            binds: vec![Bind::Uuid(write.owner)],
            ..Sql::with(Dialect::Sqlite, &format!("delete from {links} where a = ?1"))
        };
        execute(&self.connection, &clear)?;
        let text = format!("insert into {links} (a, b, position) values (?1, ?2, ?3)");
        for (n, target) in write.targets.iter().enumerate() {
            let binds = vec![Bind::Uuid(write.owner), Bind::Uuid(*target), Bind::Int(n as i64)];
            execute(&self.connection, &Sql { binds, ..Sql::with(Dialect::Sqlite, &text) })?;
        }
        Ok(())
    }

    fn delta(&self, catalog: &Catalog, delta: &Delta) -> Result<(), Fault> {
        use kehub_model::{Value, fields::Column};
        let object = catalog.object_by_id(delta.object).ok_or(Fault::Catalog)?;
        let field = object.field_by_id(delta.field).ok_or(Fault::Catalog)?;
        let mut sql = Sql::new(Dialect::Sqlite);
        let id = sql.bind(delta.record);
        let name = quoted(&field.physical);
        let table = quoted(&object.table);
        let value = match field.column {
            // The writer is alone: reading and adding is as good as adding in place.
            Column::Exact => {
                let stands = Sql {
                    binds: vec![Bind::Uuid(delta.record)],
                    ..Sql::with(Dialect::Sqlite, &format!("select {name} from {table} where id = ?1"))
                };
                let stands = query(&self.connection, &stands, |next| Ok(crate::codec::value(&Column::Exact, next()?)))?;
                let stands = stands.first().and_then(Value::as_number).unwrap_or_default();
                let sum = stands.checked_add(delta.add).ok_or(Fault::Catalog)?;
                sql.bind(crate::codec::bind(&field.column, &Value::Number(sum), Dialect::Sqlite))
            }
            _ => {
                let add = sql.bind(crate::codec::bind(&field.column, &Value::Number(delta.add), Dialect::Sqlite));
                format!("coalesce({name}, 0) + {add}")
            }
        };
        sql.text = format!("update {table} set {name} = {value} where id = {id}");
        execute(&self.connection, &sql).map(drop)
    }

    fn commit(&self, commit: &Commit, at: Moment, catalog: i32) -> Result<(), Fault> {
        for (hash, body) in &commit.blobs {
            let text = "insert or ignore into history_blob (hash, body) values (?1, ?2)";
            let binds = vec![Bind::Bytes(hash.to_vec()), Bind::Bytes(body.clone())];
            execute(&self.connection, &Sql { binds, ..Sql::with(Dialect::Sqlite, text) })?;
        }
        let text = "insert into history_commit (moment, actor, on_behalf, cause, cause_id, depth, lane, catalog, object, record, prev, body)
                    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let sql = Sql { binds: crate::commit_binds(commit, at, catalog), ..Sql::with(Dialect::Sqlite, text) };
        execute(&self.connection, &sql).map(drop)
    }
}

fn plain(connection: &Connection, text: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(text)?.execute([]).map(drop)
}

fn run(connection: &Connection, text: &str) -> Result<(), Fault> {
    plain(connection, text).map_err(fault)
}

/// Rights of people may have changed: everybody's are compiled again.
pub(super) fn bump_rights(connection: &Connection, numbers: &Numbers) -> Result<(), Fault> {
    run(connection, "update catalog_meta set rights = rights + 1 where one = 1")?;
    numbers.rights.fetch_add(1, Ordering::AcqRel);
    Ok(())
}

fn is_constraint(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
}

/// Answers everybody that it failed; true when storage itself has.
fn give_up(answers: impl Iterator<Item = oneshot::Sender<Result<Outcome, Fault>>>, error: rusqlite::Error) -> bool {
    let is_constraint = is_constraint(&error);
    tracing::error!(%error, "a batch could not be committed");
    for answer in answers {
        let _ = answer.send(Err(if is_constraint { Fault::Contention } else { Fault::Storage }));
    }
    !is_constraint
}
