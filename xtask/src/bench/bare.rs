//! The same work on the bare library: the same rows and the history row of each, the indexes an expert would make by hand.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result};
use rusqlite::Connection;
use tokio::runtime::Runtime;

use super::data::Row;

const COLUMNS: &str = "id, version, moment, created_at, created_by, updated_at, updated_by, name, name_s, company, company_s, phone, email, region, industry, source, score, amount, status";

/// How long a history body is for such a row.
const BODY: usize = 170;

/// Where the bare table is.
#[derive(Clone)]
pub(super) enum Bare {
    Sqlite { path: PathBuf, writer: Sender<(u64, Sender<()>)> },
    Postgres { url: String },
}

/// What one client works with.
pub(super) enum Hand {
    Sqlite { connection: Connection, writer: Sender<(u64, Sender<()>)> },
    Postgres { runtime: Runtime, client: tokio_postgres::Client },
}

pub(super) fn id(n: u64) -> [u8; 16] {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&n.to_be_bytes());
    id[8] = 0x80;
    id
}

pub(super) fn hex(n: u64) -> String {
    id(n).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn tables(is_postgres: bool) -> String {
    let (uuid, key, bytes, money) = if is_postgres {
        ("uuid", "id uuid primary key", "bytea", "numeric")
    } else {
        ("blob", "n integer primary key, id blob not null unique", "blob", "integer")
    };
    format!(
        "create table lead ({key}, version bigint, moment bigint, created_at bigint, created_by {uuid}, updated_at bigint, updated_by {uuid},
           name text, name_s text, company text, company_s text, phone text, email text, region text, industry text, source text, score bigint, amount {money}, status text);
         create table history (moment bigint primary key, actor {uuid} not null, cause int not null, catalog bigint not null, object int, record {uuid}, body {bytes} not null);
         create index history_object on history (object, moment);"
    )
}

const BY_HAND: &str =
    "create index lead_list on lead (region, status, amount, id); create index lead_sum on lead (region, amount);";

impl Bare {
    pub(super) fn sqlite(path: PathBuf) -> Result<Bare> {
        let connection = open(&path)?;
        connection.execute_batch(&tables(false))?;
        let (writer, jobs) = channel();
        std::thread::spawn(move || write_all(&connection, &jobs));
        Ok(Bare::Sqlite { path, writer })
    }

    pub(super) fn postgres(url: String) -> Result<Bare> {
        let bare = Bare::Postgres { url };
        if let Hand::Postgres { runtime, client } = bare.hand()? {
            runtime.block_on(client.batch_execute(&tables(true)))?;
        }
        Ok(bare)
    }

    pub(super) fn hand(&self) -> Result<Hand> {
        Ok(match self {
            Bare::Sqlite { path, writer } => Hand::Sqlite { connection: open(path)?, writer: writer.clone() },
            Bare::Postgres { url } => {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                let client = runtime.block_on(async {
                    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
                    tokio::spawn(connection);
                    anyhow::Ok(client)
                })?;
                Hand::Postgres { runtime, client }
            }
        })
    }
}

fn open(path: &PathBuf) -> Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch("pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536; pragma mmap_size = 268435456; pragma wal_autocheckpoint = 4000;")?;
    connection.busy_timeout(std::time::Duration::from_secs(30))?;
    Ok(connection)
}

/// One writer that commits all that waits: what an expert would do, too.
fn write_all(connection: &Connection, jobs: &Receiver<(u64, Sender<()>)>) {
    while let Ok(first) = jobs.recv() {
        let mut batch = vec![first];
        while batch.len() < 64 {
            let Ok(next) = jobs.try_recv() else { break };
            batch.push(next);
        }
        let written = connection.execute_batch("begin immediate").is_ok()
            && batch.iter().all(|(n, _)| insert(connection, *n).is_ok())
            && connection.execute_batch("commit").is_ok();
        if !written {
            return;
        }
        for (_, answer) in batch {
            // A client that has ended does not wait.
            let _gone = answer.send(());
        }
    }
}

fn insert(connection: &Connection, n: u64) -> Result<()> {
    let row = Row::of(n);
    let places: Vec<String> = (1..=19).map(|n| format!("?{n}")).collect();
    let (own, moment) = (id(n), n as i64);
    connection.prepare_cached(&format!("insert into lead ({COLUMNS}) values ({})", places.join(", ")))?.execute(
        rusqlite::params![
            own,
            1,
            moment,
            moment,
            own,
            moment,
            own,
            row.name,
            format!("zhang{}", row.name),
            row.company,
            format!("gongsi{}", row.company),
            row.phone,
            row.email,
            row.region,
            row.industry,
            row.source,
            row.score,
            row.cents,
            row.status
        ],
    )?;
    connection
        .prepare_cached("insert into history (moment, actor, cause, catalog, object, record, body) values (?1, ?2, 0, 1, 7, ?3, ?4)")?
        .execute(rusqlite::params![moment, own, own, [7u8; BODY]])?;
    Ok(())
}

const POSTGRES_INSERT: &str = "with r as (insert into lead (id, version, moment, created_at, created_by, updated_at, updated_by, name, name_s, company, company_s, phone, email, region, industry, source, score, amount, status)
  values ($1::text::uuid, 1, $2, $2, $1::text::uuid, $2, $1::text::uuid, $3, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11::bigint / 100.0, $12) returning id)
  insert into history (moment, actor, cause, catalog, object, record, body) select $2, id, 0, 1, 7, id, $13 from r";

async fn insert_row(client: &tokio_postgres::Client, statement: &tokio_postgres::Statement, n: u64) -> Result<()> {
    let (row, body) = (Row::of(n), vec![7u8; BODY]);
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 13] = [
        &hex(n),
        &(n as i64),
        &row.name,
        &row.company,
        &row.phone,
        &row.email,
        &row.region,
        &row.industry,
        &row.source,
        &row.score,
        &row.cents,
        &row.status,
        &body,
    ];
    client.execute(statement, &values).await?;
    Ok(())
}

impl Hand {
    /// A durable row with its history row.
    pub(super) fn create(&mut self, n: u64) -> Result<()> {
        match self {
            Hand::Sqlite { writer, .. } => {
                let (answer, wait) = channel();
                writer.send((n, answer))?;
                wait.recv().context("the bare writer has failed")
            }
            Hand::Postgres { runtime, client } => runtime.block_on(async {
                let statement = prepared(client, POSTGRES_INSERT).await?;
                insert_row(client, &statement, n).await
            }),
        }
    }

    /// Many rows, then the indexes.
    pub(super) fn fill(&mut self, rows: u64) -> Result<()> {
        match self {
            Hand::Sqlite { connection, .. } => {
                for start in (0..rows).step_by(10_000) {
                    connection.execute_batch("begin immediate")?;
                    (start..(start + 10_000).min(rows)).try_for_each(|n| insert(connection, n))?;
                    connection.execute_batch("commit")?;
                }
                connection.execute_batch(BY_HAND)?;
            }
            Hand::Postgres { runtime, client } => runtime.block_on(async {
                let statement = client.prepare(POSTGRES_INSERT).await?;
                for start in (0..rows).step_by(1_000) {
                    client.batch_execute("begin").await?;
                    for n in start..(start + 1_000).min(rows) {
                        insert_row(client, &statement, n).await?;
                    }
                    client.batch_execute("commit").await?;
                }
                client.batch_execute(BY_HAND).await?;
                client.batch_execute("vacuum analyze lead").await?;
                anyhow::Ok(())
            })?,
        }
        Ok(())
    }

    /// A thousand rows in one transaction.
    pub(super) fn batch(&mut self, first: u64) -> Result<()> {
        match self {
            Hand::Sqlite { connection, .. } => {
                connection.execute_batch("begin immediate")?;
                (first..first + 1_000).try_for_each(|n| insert(connection, n))?;
                Ok(connection.execute_batch("commit")?)
            }
            Hand::Postgres { .. } => {
                self.run("begin", &[])?;
                (first..first + 1_000).try_for_each(|n| self.create(n))?;
                self.run("commit", &[]).map(drop)
            }
        }
    }

    pub(super) fn get(&mut self, n: u64) -> Result<usize> {
        match self {
            Hand::Sqlite { connection, .. } => {
                count(connection, &format!("select {COLUMNS} from lead where id = ?1"), &[&id(n)])
            }
            Hand::Postgres { .. } => {
                self.run(&format!("select {COLUMNS} from lead where id = $1::text::uuid"), &[&hex(n)])
            }
        }
    }

    pub(super) fn list(&mut self, region: &str, status: &str) -> Result<usize> {
        let text = format!(
            "select {COLUMNS} from lead where region = $1 and status = $2 order by amount desc, id desc limit 50"
        );
        self.texts(&text, &[region, status])
    }

    pub(super) fn contains(&mut self, text: &str) -> Result<usize> {
        let word = format!("%{text}%");
        self.texts(&format!("select {COLUMNS} from lead where company like $1 order by amount desc limit 50"), &[&word])
    }

    pub(super) fn sums(&mut self) -> Result<usize> {
        self.texts("select region, count(*), sum(amount) from lead group by region", &[])
    }

    fn texts(&mut self, text: &str, words: &[&str]) -> Result<usize> {
        match self {
            Hand::Sqlite { connection, .. } => {
                let words: Vec<&dyn rusqlite::ToSql> = words.iter().map(|word| word as &dyn rusqlite::ToSql).collect();
                count(connection, &text.replace('$', "?"), &words)
            }
            Hand::Postgres { .. } => {
                let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
                let words: Vec<&(dyn tokio_postgres::types::ToSql + Sync)> =
                    words.iter().map(|word| word as _).collect();
                self.run(text, &words)
            }
        }
    }

    fn run(&mut self, text: &str, words: &[&(dyn tokio_postgres::types::ToSql + Sync)]) -> Result<usize> {
        let Hand::Postgres { runtime, client } = self else { return Ok(0) };
        runtime.block_on(async {
            let statement = prepared(client, text).await?;
            Ok(client.query(&statement, words).await?.len())
        })
    }
}

/// Statements by connection and text, as any pool would keep them.
async fn prepared(client: &tokio_postgres::Client, text: &str) -> Result<tokio_postgres::Statement> {
    type Known = Mutex<std::collections::HashMap<(usize, String), tokio_postgres::Statement>>;
    static KNOWN: std::sync::OnceLock<Arc<Known>> = std::sync::OnceLock::new();
    let known = KNOWN.get_or_init(Arc::default);
    let key = (std::ptr::from_ref(client) as usize, text.to_owned());
    if let Some(statement) = known.lock().ok().and_then(|known| known.get(&key).cloned()) {
        return Ok(statement);
    }
    let statement = client.prepare(text).await?;
    if let Ok(mut known) = known.lock() {
        known.insert(key, statement.clone());
    }
    Ok(statement)
}

fn count(connection: &Connection, text: &str, binds: &[&dyn rusqlite::ToSql]) -> Result<usize> {
    let mut statement = connection.prepare_cached(text)?;
    let columns = statement.column_count();
    let mut rows = statement.query(binds)?;
    let mut found = 0;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            std::hint::black_box(row.get_ref(column)?);
        }
        found += 1;
    }
    Ok(found)
}
