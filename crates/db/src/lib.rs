//! The only SQL: SQLite and PostgreSQL behind one interface. Migrations, schema changes, reads from plans, saves that are all
//! or nothing.
//!
//! **Architecture invariant:** only this crate contains SQL, and nothing above it knows which database it runs on. Both
//! dialects pass the same tests.

mod aggregate;
mod bind;
mod clock;
pub mod codec;
mod compile;
mod ddl;
mod exact;
mod fault;
mod fetch;
mod grams;
mod heard;
mod indexes;
mod migrate;
mod past;
mod postgres;
mod publish;
mod rows;
mod save;
pub mod search;
mod sqlite;
mod table;
pub mod transfer;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use kehub_model::query::{AggregatePlan, Cond, ListPlan, Page};
use kehub_model::{Catalog, Moment, ObjectId, RecordId, Value};

pub use bind::{Bind, Dialect};
pub use clock::{Clock, TurnedClock, WallClock, fill_random, new_id};
pub use codec::{Raw, unique_hash};
pub use fault::Fault;
pub use fetch::Fetch;
pub use heard::{Heard, Told};
pub use publish::{Derive, Publish, Rollup, convert, own};
pub use save::{
    Answer, Ask, Commit, Delta, LinkWrite, Listed, OWN, Outcome, Planned, Row, RowWrite, Save, Step, WriteSet,
};
pub use table::{Select, TableRow, TableWrite, Where};

use compile::Segment;
use past::At;

/// Where a workspace's data is.
#[derive(Clone, Debug)]
pub enum Target {
    /// A SQLite file.
    File(PathBuf),
    /// `postgres://…`; the workspace's own schema within it.
    Postgres { url: String, schema: String },
}

/// One workspace's database.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
    seen: Arc<indexes::Seen>,
    pub clock: Arc<dyn Clock>,
    /// Reading is for somebody whose rights were compiled under this number.
    under: Option<i64>,
}

enum Inner {
    Sqlite(sqlite::Sqlite),
    Postgres(postgres::Postgres),
}

/// A write transaction is over by then, or has been ended by its time-outs.
const LONGEST_WRITE: chrono::Duration = chrono::Duration::seconds(10);

/// Calls the same method of whichever database it is.
macro_rules! either {
    ($self:ident, $db:ident => $call:expr) => {
        match &*$self.inner {
            Inner::Sqlite($db) => $call,
            Inner::Postgres($db) => $call,
        }
    };
}

impl Db {
    /// Opens the database, making and migrating it where needed.
    pub async fn open(target: &Target, clock: Arc<dyn Clock>) -> Result<Db, Fault> {
        let seen = Arc::<indexes::Seen>::default();
        let inner = match target {
            Target::File(path) => Inner::Sqlite(sqlite::Sqlite::open(path, clock.clone(), seen.clone())?),
            Target::Postgres { url, schema } => {
                Inner::Postgres(postgres::Postgres::open(url, schema, clock.clone(), seen.clone()).await?)
            }
        };
        Ok(Db { inner: Arc::new(inner), seen, clock, under: None })
    }

    pub fn dialect(&self) -> Dialect {
        match &*self.inner {
            Inner::Sqlite(_) => Dialect::Sqlite,
            Inner::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The same database, read under a rights number: lists, counts and sums answer `Moved` when another holds, or another
    /// catalog than theirs.
    pub fn under(&self, rights: i64) -> Db {
        Db { under: Some(rights), ..self.clone() }
    }

    /// PostgreSQL says so beside the data; on SQLite, where only this process writes, memory knows.
    fn still_stands(&self, catalog: i32) -> Result<(), Fault> {
        match (&*self.inner, self.under) {
            (Inner::Sqlite(db), Some(rights)) if db.numbers() != (catalog.into(), rights) => Err(Fault::Moved),
            _ => Ok(()),
        }
    }

    /// The catalog and rights numbers that hold now.
    pub async fn numbers(&self) -> Result<(i64, i64), Fault> {
        match &*self.inner {
            Inner::Sqlite(db) => Ok(db.numbers()),
            Inner::Postgres(db) => db.numbers().await,
        }
    }

    /// The newest catalog as stored.
    pub async fn catalog(&self) -> Result<Catalog, Fault> {
        let select = Select::from("catalog_version", &["version", "body"]).ordered("version desc").limit(1);
        let rows = self.table(select).await?;
        let Some(row) = rows.first() else { return Ok(Catalog::default()) };
        let stored = serde_json::from_slice(row.bytes(1)).map_err(anyhow::Error::from)?;
        Catalog::compile(row.int(0) as i32, stored).map_err(|problems| anyhow::anyhow!("{problems:?}").into())
    }

    /// How one record is read, made ready to be read again and again: the plan's picks and filter, without its id. It holds as long
    /// as the catalog and the rights it was made under.
    pub fn fetching(&self, catalog: &Catalog, plan: &ListPlan) -> Result<Arc<Fetch>, Fault> {
        Fetch::new(catalog, plan, self.dialect(), self.under).map(Arc::new)
    }

    /// The record with this id, if the filter leaves it: takes microseconds.
    pub async fn fetch(&self, fetch: &Arc<Fetch>, id: RecordId) -> Result<Option<Vec<Value>>, Fault> {
        let row = either!(self, db => db.fetch(fetch, id).await)?;
        self.still_stands(fetch.catalog)?;
        Ok(row)
    }

    pub async fn list(&self, catalog: Arc<Catalog>, plan: ListPlan) -> Result<Listed, Fault> {
        let number = catalog.number;
        let listed = self.listed(catalog, plan).await?;
        self.still_stands(number)?;
        Ok(listed)
    }

    async fn listed(&self, catalog: Arc<Catalog>, plan: ListPlan) -> Result<Listed, Fault> {
        if let Some(at) = plan.as_of {
            let is_settled = self.is_settled(at).await?;
            return either!(self, db => db.list_past(catalog, plan, self.at(at, is_settled)).await);
        }
        let among = self.candidates(&catalog, plan.object, &plan.filter).await?;
        if among.is_some() {
            return either!(self, db => db.list(catalog, plan, among, self.under).await);
        }
        let begun = Instant::now();
        let listed = either!(self, db => db.list(catalog.clone(), plan.clone(), None, self.under).await)?;
        self.seen.took_list(&catalog, &plan, begun.elapsed(), self.dialect());
        Ok(listed)
    }

    fn at(&self, at: Moment, is_settled: bool) -> At {
        At { at, is_settled, under: self.under }
    }

    /// How many rows a filter leaves; with a bound, counting stops there.
    pub async fn count(
        &self,
        catalog: &Catalog,
        object: ObjectId,
        filter: &Cond,
        bound: Option<i64>,
    ) -> Result<i64, Fault> {
        let among = self.candidates(catalog, object, filter).await?;
        let relations = compile::Relations::only(among).under(self.under);
        let sql = compile::count(catalog, &relations, self.dialect(), object, filter, bound)?;
        let count = either!(self, db => db.count(sql, self.under.map(|rights| (catalog.number, rights))).await)?;
        self.still_stands(catalog.number)?;
        Ok(count)
    }

    /// About how many rows a filter leaves, without looking at all of them.
    pub async fn estimate(&self, catalog: &Catalog, object: ObjectId, filter: &Cond) -> Result<i64, Fault> {
        let sql = compile::estimate(catalog, self.dialect(), object, filter)?;
        either!(self, db => db.estimate(sql).await)
    }

    pub async fn aggregate(&self, catalog: Arc<Catalog>, plan: AggregatePlan) -> Result<Vec<Vec<Value>>, Fault> {
        let number = catalog.number;
        let rows = self.aggregated(catalog, plan).await?;
        self.still_stands(number)?;
        Ok(rows)
    }

    async fn aggregated(&self, catalog: Arc<Catalog>, plan: AggregatePlan) -> Result<Vec<Vec<Value>>, Fault> {
        if let Some(at) = plan.as_of {
            let is_settled = self.is_settled(at).await?;
            return either!(self, db => db.aggregate_past(catalog, plan, self.at(at, is_settled)).await);
        }
        let among = self.candidates(&catalog, plan.object, &plan.filter).await?;
        if among.is_some() {
            return either!(self, db => db.aggregate(catalog, plan, among, self.under).await);
        }
        let begun = Instant::now();
        let rows = either!(self, db => db.aggregate(catalog.clone(), plan.clone(), None, self.under).await)?;
        self.took_aggregate(&catalog, &plan, begun.elapsed());
        Ok(rows)
    }

    /// Whether the state at a moment stands for ever: no write that began before it can still arrive.
    pub async fn is_settled(&self, at: Moment) -> Result<bool, Fault> {
        let age = self.clock.now() - at.time();
        match &*self.inner {
            Inner::Postgres(_) => Ok(age >= LONGEST_WRITE),
            Inner::Sqlite(_) if age < chrono::Duration::zero() => Ok(false),
            Inner::Sqlite(db) => {
                // The only writer may be in the middle of a batch that began before.
                if age < LONGEST_WRITE {
                    db.written().await?;
                }
                Ok(true)
            }
        }
    }

    /// Whole rows by id, lists of many-links included.
    pub async fn rows(&self, catalog: Arc<Catalog>, object: ObjectId, ids: Vec<RecordId>) -> Result<Vec<Row>, Fault> {
        either!(self, db => db.rows(catalog, object, ids).await)
    }

    /// What a save could ask, asked outside a save.
    pub async fn ask(&self, catalog: Arc<Catalog>, ask: Ask) -> Result<Answer, Fault> {
        either!(self, db => db.answer(catalog, ask).await)
    }

    /// Runs a save. `Moved` means that it was planned under an older catalog or older rights: plan it anew.
    pub async fn save(&self, save: Box<dyn Save>) -> Result<Outcome, Fault> {
        either!(self, db => db.save(save).await)
    }

    /// Rows of a platform table.
    pub async fn table(&self, select: Select) -> Result<Vec<TableRow>, Fault> {
        either!(self, db => db.table(select).await)
    }

    /// Changes of platform tables in one transaction; how many rows each changed.
    pub async fn write(&self, writes: Vec<TableWrite>) -> Result<Vec<usize>, Fault> {
        either!(self, db => db.write(writes, false).await)
    }

    /// The same, when people's rights may have changed by it.
    pub async fn write_rights(&self, writes: Vec<TableWrite>) -> Result<Vec<usize>, Fault> {
        either!(self, db => db.write(writes, true).await)
    }

    /// Makes tables ready and switches to a new catalog.
    pub async fn publish(&self, publish: Publish) -> Result<(), Fault> {
        either!(self, db => db.publish(publish).await)
    }

    /// One record's commits, newest first, along its list: at most `limit`, beginning at `from`.
    pub async fn record_history(&self, record: RecordId, from: Moment, limit: u32) -> Result<Vec<TableRow>, Fault> {
        let sql = history::of_record(self.dialect(), record, from, limit);
        either!(self, db => db.raw(sql, history::COLUMNS).await)
    }

    /// A consistent copy of a SQLite database into a file, while it is in use. PostgreSQL's is [`transfer::to_sqlite`]'s work.
    pub async fn copy_to(&self, path: PathBuf) -> Result<(), Fault> {
        match &*self.inner {
            Inner::Sqlite(db) => db.copy_to(path).await,
            Inner::Postgres(_) => Err(anyhow::anyhow!("PostgreSQL is carried over, not copied").into()),
        }
    }

    /// What the database itself finds wrong with its storage.
    pub async fn integrity(&self) -> Result<Vec<String>, Fault> {
        match &*self.inner {
            Inner::Sqlite(db) => db.integrity().await,
            Inner::Postgres(_) => Ok(Vec::new()),
        }
    }

    /// Finishes what waits and closes.
    pub async fn close(&self) {
        if let Inner::Sqlite(db) = &*self.inner {
            db.close().await;
        }
    }
}

mod history {
    //! Statements about the log.

    use kehub_model::{Moment, RecordId};

    use crate::bind::{Dialect, Sql};

    /// How many columns [`of_record`] answers.
    pub(super) const COLUMNS: usize = 11;

    pub(super) fn of_record(dialect: Dialect, record: RecordId, from: Moment, limit: u32) -> Sql {
        let mut sql = Sql::new(dialect);
        let from = sql.bind(from.0);
        let record = sql.bind(record);
        let limit = sql.bind(i64::from(limit));
        let names = [
            "moment",
            "actor",
            "on_behalf",
            "cause",
            "cause_id",
            "catalog",
            "object",
            "record",
            "prev",
            "body",
            "depth",
        ];
        let columns = names.map(|name| format!("c.{name}")).join(", ");
        // The list goes on through commits of this record alone; at one of several records the reader takes over.
        sql.text = format!(
            "with recursive h as (select {columns}, 1 as k from history_commit c where c.moment = {from}
             union all select {columns}, h.k + 1 from h join history_commit c on c.moment = h.prev where h.record = {record} and h.k < {limit})
             select {} from h order by k",
            names.join(", ")
        );
        sql
    }
}

/// Which segments of a sorted page are asked for in turn.
fn segments(plan: &ListPlan) -> Vec<Segment> {
    let Page::After(values) = &plan.page else { return vec![Segment::All] };
    let [term] = &plan.sort[..] else { return vec![Segment::All] };
    let stands_on_empty = values.first().is_some_and(Value::is_null);
    match (stands_on_empty, term.descending) {
        (false, false) => vec![Segment::Filled],
        (false, true) => vec![Segment::Filled, Segment::Empties { after_cursor: false }],
        (true, true) => vec![Segment::Empties { after_cursor: true }],
        // Ascending, empties come first: what has a value follows all of them.
        (true, false) => vec![Segment::All],
    }
}

/// A page out of the rows found, one more than its limit having been asked for.
fn page(plan: &ListPlan, mut found: Vec<(Vec<Value>, Vec<Value>)>) -> Listed {
    let limit = plan.limit as usize;
    let more = found.len() > limit;
    found.truncate(limit);
    let id_place = plan.picks.iter().position(|pick| pick.name == "id" && pick.operand.steps.is_empty());
    let next = match (more, found.last(), id_place) {
        (true, Some((picked, sorted)), Some(place)) => {
            let mut next = sorted.clone();
            next.push(picked[place].clone());
            Some(next)
        }
        _ => None,
    };
    Listed { rows: found.into_iter().map(|(picked, _)| picked).collect(), next }
}

/// What the history row of a save binds.
fn commit_binds(commit: &Commit, at: Moment, catalog: i32) -> Vec<Bind> {
    vec![
        Bind::Int(at.0),
        Bind::Uuid(commit.actor),
        commit.on_behalf.into(),
        Bind::Int(commit.cause.into()),
        commit.cause_id.clone().into(),
        Bind::Int(commit.depth.into()),
        Bind::Int(commit.lane.into()),
        Bind::Int(catalog.into()),
        commit.object.map(i64::from).into(),
        commit.record.into(),
        commit.prev.map(|moment| moment.0).into(),
        Bind::Bytes(commit.body.clone()),
    ]
}

pub(crate) use sqlite::{aggregate as sqlite_aggregate, execute as sqlite_execute, query as sqlite_query};
