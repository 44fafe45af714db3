//! PostgreSQL: a pool of connections, few round trips, writes conditional on what was seen.

mod past;
mod save;
mod wire;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use deadpool_postgres::{Manager, ManagerConfig, Object as Pooled, Pool, RecyclingMethod};
use kehub_model::query::{AggregatePlan, ListPlan};
use kehub_model::{Catalog, Moment, ObjectId, RecordId, Value};
use parking_lot::Mutex;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{NoTls, Row as PgRow};

use crate::aggregate;
use crate::bind::{Bind, Dialect, Sql, quoted};
use crate::clock::Clock;
use crate::codec::Raw;
use crate::compile::{self, Relations};
use crate::fault::Fault;
use crate::fetch::Fetch;
use crate::indexes::Seen;
use crate::migrate;
use crate::past::{SESSIONS, Sessions};
use crate::publish::{self, Filling, Publish};
use crate::rows::{self, read_value};
use crate::save::{Answer, Ask, Listed, Outcome, Row, Save};
use crate::search::Proposal;
use crate::table::{Select, TableRow, TableWrite};

pub(crate) struct Postgres {
    pool: Pool,
    clock: Arc<dyn Clock>,
    /// The highest moment this node has given out or seen.
    floor: AtomicI64,
    past: Sessions<past::Held>,
    seen: Arc<Seen>,
    /// The statement that saves a new record of an object, and the catalog they were written under.
    inserts: Mutex<(i32, HashMap<ObjectId, Arc<str>>)>,
}

/// Connections of a pool. Two cores serve little more at once; waiting in our queue is cheaper than waiting in theirs.
const CONNECTIONS: usize = 24;

impl Postgres {
    pub(crate) async fn open(
        url: &str,
        schema: &str,
        clock: Arc<dyn Clock>,
        seen: Arc<Seen>,
    ) -> Result<Postgres, Fault> {
        if !kehub_model::key::is_key(schema) {
            return Err(anyhow::anyhow!("“{schema}” cannot name a schema").into());
        }
        let mut config: tokio_postgres::Config = url.parse()?;
        config.application_name("kehub").connect_timeout(Duration::from_secs(5));
        config.options(format!(
            "-c search_path={schema} -c statement_timeout=20s -c lock_timeout=5s -c idle_in_transaction_session_timeout=10s -c jit=off"
        ));
        let manager =
            Manager::from_config(config.clone(), NoTls, ManagerConfig { recycling_method: RecyclingMethod::Fast });
        let pool = Pool::builder(manager)
            .max_size(CONNECTIONS + SESSIONS)
            .build()
            .map_err(|error| Fault::Pool(error.to_string()))?;
        let db = Postgres {
            pool,
            clock,
            floor: AtomicI64::new(0),
            past: Sessions::default(),
            seen,
            inserts: Mutex::default(),
        };
        db.migrate(schema).await?;
        let rows =
            db.rows_of(&Sql::with(Dialect::Postgres, "select coalesce(max(moment), 0) from history_commit")).await?;
        db.floor.store(rows.first().map_or(Raw::Null, |row| row.get(0)).int(), Ordering::Release);
        Ok(db)
    }

    async fn migrate(&self, schema: &str) -> Result<(), Fault> {
        let mut client = self.client().await?;
        client.batch_execute(&format!("create schema if not exists {}", quoted(schema))).await?;
        let transaction = client.transaction().await?;
        // Two nodes starting at once take turns.
        transaction.batch_execute("set local lock_timeout = '60s'; select pg_advisory_xact_lock(4843675120)").await?;
        transaction.batch_execute(migrate::LEDGER).await?;
        for (n, name, text) in migrate::MIGRATIONS {
            let done = transaction.query_opt("select checksum from migration where n = $1", &[n]).await?;
            let checksum = migrate::checksum(text);
            match done.map(|row| row.get::<_, String>(0)) {
                Some(done) if done == checksum => continue,
                Some(_) => return Err(anyhow::anyhow!("migration {n} ({name}) is not the one that was applied").into()),
                None => {}
            }
            for statement in migrate::statements(text, Dialect::Postgres) {
                transaction.batch_execute(&statement).await?;
            }
            transaction.execute("insert into migration values ($1, $2, $3)", &[n, name, &checksum]).await?;
        }
        let newest: Option<i64> = transaction.query_one("select max(n) from migration", &[]).await?.get(0);
        if newest.unwrap_or_default() > migrate::MIGRATIONS.len() as i64 {
            return Err(anyhow::anyhow!("the data was written by a newer version of Kehub").into());
        }
        transaction.commit().await?;
        Ok(())
    }

    async fn client(&self) -> Result<Pooled, Fault> {
        self.pool.get().await.map_err(|error| Fault::Pool(error.to_string()))
    }

    async fn rows_of(&self, sql: &Sql) -> Result<Vec<PgRow>, Fault> {
        let client = self.client().await?;
        query(&client, sql).await
    }

    pub(crate) async fn numbers(&self) -> Result<(i64, i64), Fault> {
        let rows = self
            .rows_of(&Sql::with(Dialect::Postgres, "select catalog, rights from catalog_meta where one = 1"))
            .await?;
        rows.first().map(|row| (row.get(0), row.get(1))).ok_or(Fault::Catalog)
    }

    pub(crate) async fn fetch(&self, fetch: &Fetch, id: RecordId) -> Result<Option<Vec<Value>>, Fault> {
        let client = self.client().await?;
        let rows = query(&client, &fetch.sql(id)).await?;
        still_stand(&client, &rows, fetch.under).await?;
        let read = |row: &PgRow| {
            let mut column = 0;
            fetch.row(&mut || next(row, &mut column))
        };
        rows.first().map(read).transpose()
    }

    pub(crate) async fn list(
        &self,
        catalog: Arc<Catalog>,
        plan: ListPlan,
        among: Option<Vec<RecordId>>,
        under: Option<i64>,
    ) -> Result<Listed, Fault> {
        let client = self.client().await?;
        list(&client, &catalog, &Relations::only(among).under(under), &plan).await
    }

    pub(crate) async fn count(&self, sql: Sql, under: Option<(i32, i64)>) -> Result<i64, Fault> {
        let client = self.client().await?;
        let rows = query(&client, &sql).await?;
        still_stand(&client, &rows, under).await?;
        Ok(rows.first().map_or(0, |row| row.get(0)))
    }

    pub(crate) async fn estimate(&self, sql: Sql) -> Result<i64, Fault> {
        let rows = self.rows_of(&sql).await?;
        let plan: Option<serde_json::Value> = rows.first().and_then(|row| row.try_get(0).ok());
        Ok(plan.and_then(|plan| plan[0]["Plan"]["Plan Rows"].as_f64()).map_or(0, |rows| rows as i64))
    }

    pub(crate) async fn found(
        &self,
        catalog: Arc<Catalog>,
        plan: ListPlan,
        proposal: Proposal,
        limit: Duration,
    ) -> Result<Vec<Vec<Value>>, Fault> {
        let compiled = compile::found(&catalog, Dialect::Postgres, &plan, &proposal)?;
        let rows = self.rows_within(&compiled.sql, limit).await?;
        rows.iter()
            .map(|row| {
                let mut column = 0;
                let mut next = || next(row, &mut column);
                compiled.selected.iter().map(|selected| read_value(selected, &mut next)).collect()
            })
            .collect()
    }

    pub(crate) async fn list_within(
        &self,
        catalog: Arc<Catalog>,
        plan: ListPlan,
        among: Option<Vec<RecordId>>,
        limit: Duration,
    ) -> Result<Listed, Fault> {
        let relations = Relations::only(among);
        let compiled =
            compile::list(&catalog, &relations, Dialect::Postgres, &plan, compile::Segment::All, plan.limit + 1)?;
        let rows = self.rows_within(&compiled.sql, limit).await?;
        let found = rows
            .iter()
            .map(|row| {
                let mut column = 0;
                let mut next = || next(row, &mut column);
                let picked = compiled
                    .selected
                    .iter()
                    .map(|selected| read_value(selected, &mut next))
                    .collect::<Result<Vec<_>, _>>()?;
                Ok((picked, Vec::new()))
            })
            .collect::<Result<Vec<_>, Fault>>()?;
        Ok(crate::page(&plan, found))
    }

    async fn rows_within(&self, sql: &Sql, limit: Duration) -> Result<Vec<PgRow>, Fault> {
        let mut client = self.client().await?;
        let transaction = client.transaction().await?;
        transaction.batch_execute(&format!("set local statement_timeout = {}", limit.as_millis().max(1))).await?;
        let rows = query_in(&transaction, sql).await?;
        transaction.commit().await?;
        Ok(rows)
    }

    /// Builds an index without holding up writers, if no other node is at it.
    pub(crate) async fn make_index(&self, name: &str, statement: &str, table: &str) -> Result<(), Fault> {
        let client = self.client().await?;
        let is_ours: bool = client.query_one("select pg_try_advisory_lock(4843675121)", &[]).await?.get(0);
        if !is_ours {
            return Ok(());
        }
        let built = async {
            client.batch_execute("set statement_timeout = 0; set lock_timeout = 0").await?;
            // What a build that was killed left behind.
            let broken = "select 1 from pg_index where indexrelid = to_regclass($1) and not indisvalid";
            let name = quoted(name);
            if client.query_opt(broken, &[&name]).await?.is_some() {
                client.batch_execute(&format!("drop index concurrently {name}")).await?;
            }
            client.batch_execute(statement).await?;
            client.batch_execute(&format!("vacuum (analyze) {}", quoted(table))).await
        }
        .await;
        client
            .batch_execute(
                "set statement_timeout = '20s'; set lock_timeout = '5s'; select pg_advisory_unlock(4843675121)",
            )
            .await?;
        built.map_err(fault)
    }

    /// Statements in one transaction; nothing when the first of them changes no row.
    pub(crate) async fn batch(&self, statements: Vec<Sql>) -> Result<bool, Fault> {
        let mut client = self.client().await?;
        let transaction = client.transaction().await?;
        for (n, sql) in statements.iter().enumerate() {
            if execute_in(&transaction, sql).await? == 0 && n == 0 {
                return Ok(false);
            }
        }
        transaction.commit().await?;
        Ok(true)
    }

    pub(crate) async fn aggregate(
        &self,
        catalog: Arc<Catalog>,
        plan: AggregatePlan,
        among: Option<Vec<RecordId>>,
        under: Option<i64>,
    ) -> Result<Vec<Vec<Value>>, Fault> {
        let client = self.client().await?;
        aggregated(&client, &catalog, &Relations::only(among).under(under), &plan).await
    }

    pub(crate) async fn rows(&self, catalog: Arc<Catalog>, object: i32, ids: Vec<RecordId>) -> Result<Vec<Row>, Fault> {
        let client = self.client().await?;
        read_rows(&client, &catalog, object, &ids, &[], true).await
    }

    pub(crate) async fn answer(&self, catalog: Arc<Catalog>, ask: Ask) -> Result<Answer, Fault> {
        let client = self.client().await?;
        answer(&client, &catalog, ask, &self.seen).await
    }

    pub(crate) async fn table(&self, select: Select) -> Result<Vec<TableRow>, Fault> {
        let rows = self.rows_of(&select.sql(Dialect::Postgres)).await?;
        Ok(rows.iter().map(|row| TableRow((0..select.columns.len()).map(|n| row.get(n)).collect())).collect())
    }

    pub(crate) async fn raw(&self, sql: Sql, columns: usize) -> Result<Vec<TableRow>, Fault> {
        let rows = self.rows_of(&sql).await?;
        Ok(rows.iter().map(|row| TableRow((0..columns).map(|n| row.get(n)).collect())).collect())
    }

    /// The next moment of this node: not before the clock, after all it has given out and after `seen`.
    fn next_moment(&self, seen: Moment) -> Moment {
        let clock = self.clock.now();
        let mut floor = self.floor.load(Ordering::Acquire);
        loop {
            let next = Moment(floor.max(seen.0)).next(clock);
            match self.floor.compare_exchange_weak(floor, next.0, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return next,
                Err(now) => floor = now,
            }
        }
    }

    pub(crate) async fn save(&self, save: Box<dyn Save>) -> Result<Outcome, Fault> {
        save::run(self, save).await
    }

    pub(crate) async fn write(&self, writes: Vec<TableWrite>, touches_rights: bool) -> Result<Vec<usize>, Fault> {
        let mut client = self.client().await?;
        let transaction = client.build_transaction().start().await?;
        let mut changed = Vec::with_capacity(writes.len());
        for write in &writes {
            changed.push(execute_in(&transaction, &write.sql(Dialect::Postgres)).await? as usize);
        }
        if touches_rights {
            transaction.batch_execute("update catalog_meta set rights = rights + 1 where one = 1").await?;
        }
        transaction.commit().await?;
        Ok(changed)
    }

    pub(crate) async fn publish(&self, publish: Publish) -> Result<(), Fault> {
        let mut client = self.client().await?;
        let transaction = client.transaction().await?;
        transaction.batch_execute("set local statement_timeout = 0").await?;
        let stands: i64 =
            transaction.query_one("select catalog from catalog_meta where one = 1 for update", &[]).await?.get(0);
        if stands != i64::from(publish.old.number) {
            return Err(Fault::Moved);
        }
        // Waits for writers in flight; those that come after find the new number.
        for object in publish.changes.iter().filter_map(|change| publish.old.object_by_id(change.object())) {
            transaction
                .batch_execute(&format!("lock table {} in share row exclusive mode", quoted(&object.table)))
                .await?;
        }
        for statement in publish.preparations(Dialect::Postgres)? {
            transaction.batch_execute(&statement).await?;
        }
        for change in &publish.changes {
            match publish.filling(change)? {
                Filling::None => {}
                Filling::Rows(object, work) => {
                    let mut after = None;
                    loop {
                        let (select, read) =
                            publish::fill_select(&publish.new, object, &work, after, Dialect::Postgres)?;
                        let found = query_in(&transaction, &select).await?;
                        let mut filled = Vec::with_capacity(found.len());
                        for row in &found {
                            let mut column = 0;
                            filled.push(read.row(&mut || next(row, &mut column))?);
                        }
                        let updates: Vec<Sql> = filled
                            .iter()
                            .filter_map(|row| publish.fill_row(object, &work, row, Dialect::Postgres))
                            .collect();
                        for update in &updates {
                            execute_in(&transaction, update).await?;
                        }
                        after = filled.last().map(|row| row.id);
                        if publish::is_last_slice(filled.len()) {
                            break;
                        }
                    }
                }
                Filling::Rollup(object, field, plan) => {
                    if let Some(sql) = publish.begin_rollup(object, field, Dialect::Postgres) {
                        execute_in(&transaction, &sql).await?;
                    }
                    let compiled = compile::aggregate(&publish.new, &compile::NOW, Dialect::Postgres, &plan)?;
                    for row in &query_in(&transaction, &compiled.sql).await? {
                        let mut column = 0;
                        let values = aggregate::row(&compiled, &mut || next(row, &mut column))?;
                        if let Some(sql) = publish::set_rollup(object, field, &values, Dialect::Postgres) {
                            execute_in(&transaction, &sql).await?;
                        }
                    }
                }
            }
        }
        for statement in publish.closings()? {
            transaction.batch_execute(&statement).await?;
        }
        for sql in publish.switch(Dialect::Postgres)? {
            execute_in(&transaction, &sql).await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

/// The next column of a row.
fn next(row: &PgRow, column: &mut usize) -> Result<Raw, Fault> {
    *column += 1;
    row.try_get(*column - 1).map_err(Fault::from)
}

fn parameters(binds: &[Bind]) -> Vec<&(dyn ToSql + Sync)> {
    binds.iter().map(|bind| bind as &(dyn ToSql + Sync)).collect()
}

pub(crate) async fn query(client: &Pooled, sql: &Sql) -> Result<Vec<PgRow>, Fault> {
    let statement = client.prepare_cached(&sql.text).await.map_err(fault)?;
    client.query(&statement, &parameters(&sql.binds)).await.map_err(fault)
}

async fn query_in(transaction: &impl deadpool_postgres::GenericClient, sql: &Sql) -> Result<Vec<PgRow>, Fault> {
    let statement = transaction.prepare_cached(&sql.text).await.map_err(fault)?;
    transaction.query(&statement, &parameters(&sql.binds)).await.map_err(fault)
}

async fn execute_in(transaction: &impl deadpool_postgres::GenericClient, sql: &Sql) -> Result<u64, Fault> {
    let statement = transaction.prepare_cached(&sql.text).await.map_err(fault)?;
    transaction.execute(&statement, &parameters(&sql.binds)).await.map_err(fault)
}

/// What an error of PostgreSQL means for us.
fn fault(error: tokio_postgres::Error) -> Fault {
    match error.code() {
        Some(&SqlState::QUERY_CANCELED) => Fault::TimedOut,
        // The catalog has moved under a prepared statement.
        Some(&SqlState::FEATURE_NOT_SUPPORTED | &SqlState::UNDEFINED_COLUMN | &SqlState::UNDEFINED_TABLE) => {
            Fault::Moved
        }
        Some(
            &SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED | &SqlState::LOCK_NOT_AVAILABLE,
        ) => Fault::Contention,
        _ => Fault::Postgres(error),
    }
}

/// Whether the numbers beside the data are those the reader was compiled under. Without any row they are asked for: they only
/// grow, so what holds afterwards has held before.
async fn still_stand(client: &Pooled, rows: &[PgRow], under: Option<(i32, i64)>) -> Result<(), Fault> {
    let Some((catalog, rights)) = under else { return Ok(()) };
    let found: i64 = match rows.first() {
        Some(row) => row.try_get(row.len() - 1)?,
        None => {
            let asked = Sql::with(Dialect::Postgres, &format!("select {}", compile::NUMBERS));
            query(client, &asked).await?.first().ok_or(Fault::Catalog)?.try_get(0)?
        }
    };
    if found == i64::from(catalog) << 32 | rights { Ok(()) } else { Err(Fault::Moved) }
}

async fn list(client: &Pooled, catalog: &Catalog, relations: &Relations, plan: &ListPlan) -> Result<Listed, Fault> {
    let mut wanted = plan.limit + 1;
    let mut found = Vec::new();
    for segment in crate::segments(plan) {
        let compiled = compile::list(catalog, relations, Dialect::Postgres, plan, segment, wanted)?;
        let rows = query(client, &compiled.sql).await?;
        still_stand(client, &rows, relations.under.map(|rights| (catalog.number, rights))).await?;
        for row in &rows {
            let mut column = 0;
            let mut next = || next(row, &mut column);
            let picked = compiled
                .selected
                .iter()
                .map(|selected| read_value(selected, &mut next))
                .collect::<Result<Vec<_>, _>>()?;
            let sorted = compiled
                .sort_columns
                .iter()
                .map(|column| Ok(crate::codec::value(column, next()?)))
                .collect::<Result<Vec<_>, Fault>>()?;
            found.push((picked, sorted));
        }
        wanted -= rows.len() as u32;
        if wanted == 0 {
            break;
        }
    }
    Ok(crate::page(plan, found))
}

async fn aggregated(
    client: &Pooled,
    catalog: &Catalog,
    relations: &Relations,
    plan: &AggregatePlan,
) -> Result<Vec<Vec<Value>>, Fault> {
    let compiled = compile::aggregate(catalog, relations, Dialect::Postgres, plan)?;
    let mut answers = Vec::new();
    let rows = query(client, &compiled.sql).await?;
    still_stand(client, &rows, relations.under.map(|rights| (catalog.number, rights))).await?;
    for row in &rows {
        let mut column = 0;
        answers.push(aggregate::row(&compiled, &mut || next(row, &mut column))?);
    }
    Ok(answers)
}

async fn read_rows(
    client: &Pooled,
    catalog: &Catalog,
    object: i32,
    ids: &[RecordId],
    rules: &[Arc<kehub_model::query::Cond>],
    links: bool,
) -> Result<Vec<Row>, Fault> {
    let object = catalog.object_by_id(object).ok_or(Fault::Catalog)?;
    let statement = rows::read(catalog, object, ids, rules, links, Dialect::Postgres)?;
    let mut answers = Vec::with_capacity(ids.len());
    for row in &query(client, &statement.sql).await? {
        let mut column = 0;
        answers.push(statement.row(Dialect::Postgres, || next(row, &mut column))?);
    }
    Ok(answers)
}

/// Answers what a save asks, before its transaction.
async fn answer(client: &Pooled, catalog: &Catalog, ask: Ask, seen: &Seen) -> Result<Answer, Fault> {
    Ok(match ask {
        Ask::Rows { object, ids, rules, links } => {
            Answer::Rows(read_rows(client, catalog, object, &ids, &rules, links).await?)
        }
        Ask::Holders { object, column, hashes } => {
            let object = catalog.object_by_id(object).ok_or(Fault::Catalog)?;
            let mut sql = Sql::new(Dialect::Postgres);
            let name = quoted(&column);
            let among = sql.among(&name, hashes.iter().map(|hash| Bind::Bytes(hash.to_vec())).collect());
            sql.text = format!("select {name}, id from {} where {among}", quoted(&object.table));
            let rows = query(client, &sql).await?;
            let found: std::collections::HashMap<Vec<u8>, RecordId> =
                rows.iter().map(|row| (row.get(0), row.get(1))).collect();
            Answer::Holders(hashes.iter().map(|hash| found.get(hash.as_slice()).copied()).collect())
        }
        Ask::List(plan) => {
            let begun = Instant::now();
            let listed = list(client, catalog, &compile::NOW, &plan).await?;
            seen.took_list(catalog, &plan, begun.elapsed(), Dialect::Postgres);
            Answer::List(listed)
        }
        Ask::Aggregate(plan) => Answer::Aggregate(aggregated(client, catalog, &compile::NOW, &plan).await?),
        Ask::Linkers { object, field, targets } => {
            let object = catalog.object_by_id(object).ok_or(Fault::Catalog)?;
            let links = rows::links_of(object, field)?;
            let mut sql = Sql::new(Dialect::Postgres);
            let among = sql.among("b", targets.into_iter().map(Bind::Uuid).collect());
            sql.text = format!("select a, b from {links} where {among} limit 100001");
            Answer::Linkers(query(client, &sql).await?.iter().map(|row| (row.get(0), row.get(1))).collect())
        }
        Ask::Serial { field, period, count, start } => {
            // A transaction of its own: a number taken by a save that then fails is a gap, never a double.
            let mut sql = Sql::new(Dialect::Postgres);
            let values = [
                sql.bind(i64::from(field)),
                sql.bind(period),
                sql.bind(start - 1 + i64::from(count)),
                sql.bind(i64::from(count)),
            ];
            sql.text = format!(
                "insert into record_serial as s (field, period, n) values ({}, {}, {}) on conflict (field, period) do update set n = s.n + {} returning n",
                values[0], values[1], values[2], values[3]
            );
            let last: i64 = query(client, &sql).await?.first().map_or(0, |row| row.get(0));
            Answer::Serial(last - i64::from(count) + 1)
        }
        Ask::Table(select) => {
            let rows = query(client, &select.sql(Dialect::Postgres)).await?;
            Answer::Table(
                rows.iter().map(|row| TableRow((0..select.columns.len()).map(|n| row.get(n)).collect())).collect(),
            )
        }
        Ask::Trashed { object, ids } => {
            let mut sql = Sql::new(Dialect::Postgres);
            let among = sql.among("record", ids.into_iter().map(Bind::Uuid).collect());
            let object = sql.bind(i64::from(object));
            sql.text = format!("select record, moment from record_trash where object = {object} and {among}");
            Answer::Trashed(query(client, &sql).await?.iter().map(|row| (row.get(0), Moment(row.get(1)))).collect())
        }
    })
}
