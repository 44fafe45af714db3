//! Importing a file of rows with links, checks and history, beside bulk loading the same parsed file into the bare library.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use rusqlite::Connection;
use serde_json::{Value, json};

use super::bare::{Bare, Hand};
use super::data::Row;
use super::http::Client;

pub(super) const OBJECT: &str = "deal";

/// How many records the rows link to.
const ACCOUNTS: u64 = 2_000;

/// How long the history body of a thousand imported rows is: about 37 bytes a row.
const BODY: usize = 37_000;

const STAGES: [&str; 5] = ["new", "talk", "offer", "won", "lost"];

fn account(n: u64) -> String {
    format!("客户{:05}", n % ACCOUNTS)
}

/// The objects, and the records that rows link to.
pub(super) fn prepare(client: &mut Client) -> Result<()> {
    let account_object = json!({"key": "account", "label": "客户", "title": "name", "fields": [
        {"key": "name", "type": "text", "required": true, "unique": true}]});
    client.json("POST", "/api/v1/objects", &account_object)?;
    let deal = json!({"key": OBJECT, "label": "商机", "title": "name", "fields": [
        {"key": "code", "type": "text", "required": true, "unique": true}, {"key": "name", "type": "text", "required": true},
        {"key": "account", "type": "link", "to": "account"}, {"key": "stage", "type": "choice", "options": STAGES},
        {"key": "amount", "type": "money"}, {"key": "closed", "type": "date"}, {"key": "phone", "type": "phone"}]});
    client.json("POST", "/api/v1/objects", &deal)?;
    let records: Vec<Value> = (0..ACCOUNTS).map(|n| json!({"name": account(n)})).collect();
    client.json("POST", "/api/v1/records/account/batch", &json!({ "records": records }))?;
    Ok(())
}

/// Writes the file: rows `first..first + count`.
pub(super) fn file(path: &Path, first: u64, count: u64) -> Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    writeln!(out, "code,name,account,stage,amount,closed,phone")?;
    for n in first..first + count {
        let row = Row::of(n);
        let (stage, day) = (STAGES[n as usize % STAGES.len()], 1 + n % 28);
        let (whole, cents) = (row.cents / 100, row.cents % 100);
        writeln!(
            out,
            "D{n:09},{},{},{stage},{whole}.{cents:02},2026-{:02}-{day:02},{}",
            row.company,
            account(n),
            1 + n % 12,
            &row.phone[3..]
        )?;
    }
    out.flush()?;
    Ok(())
}

/// The bare tables: the same columns, the same unique index, the index of the link.
pub(super) fn bare_tables(bare: &Bare) -> Result<()> {
    let (is_postgres, mut hand) = (matches!(bare, Bare::Postgres { .. }), bare.hand()?);
    let (uuid, key, bytes, money) = if is_postgres {
        ("uuid", "id uuid primary key", "bytea", "numeric")
    } else {
        ("blob", "n integer primary key, id blob not null unique", "blob", "integer")
    };
    let text = format!(
        "create table deal ({key}, version bigint, moment bigint, created_at bigint, created_by {uuid}, updated_at bigint, updated_by {uuid},
           code text, code_u {bytes}, name text, name_s text, account {uuid}, stage text, amount {money}, closed text, phone text);
         create unique index deal_code on deal (code_u);
         create index deal_account on deal (account);
         create table deal_history (moment bigint primary key, actor {uuid} not null, cause int not null, catalog bigint not null, object int, body {bytes} not null);
         create index deal_history_object on deal_history (object, moment);"
    );
    match &mut hand {
        Hand::Sqlite { connection, .. } => Ok(connection.execute_batch(&text)?),
        Hand::Postgres { runtime, client } => Ok(runtime.block_on(client.batch_execute(&text))?),
    }
}

/// One row of the file, parsed.
struct Deal {
    n: u64,
    code: String,
    name: String,
    account: [u8; 16],
    stage: String,
    cents: i64,
    closed: String,
    phone: String,
}

fn parsed(line: &str, accounts: &HashMap<String, [u8; 16]>) -> Result<Deal> {
    let cells: Vec<&str> = line.split(',').collect();
    let [code, name, account, stage, amount, closed, phone] = cells[..] else { bail!("a line of the file: {line}") };
    let account = *accounts.get(account).context("an account")?;
    let cents = amount.replace('.', "").parse()?;
    let n = code[1..].parse()?;
    let own = str::to_owned;
    Ok(Deal {
        n,
        code: own(code),
        name: own(name),
        account,
        stage: own(stage),
        cents,
        closed: own(closed),
        phone: own(phone),
    })
}

/// Loads the file as fast as the bare library does it: a transaction a thousand rows with their history row.
pub(super) fn bare_load(bare: &Bare, path: &Path) -> Result<()> {
    let accounts = (0..ACCOUNTS).map(|n| (account(n), super::bare::id(n))).collect::<HashMap<_, _>>();
    let mut hand = bare.hand()?;
    let lines = BufReader::new(std::fs::File::open(path)?).lines().skip(1);
    let mut chunk = Vec::with_capacity(1_000);
    for line in lines {
        chunk.push(parsed(&line?, &accounts)?);
        if chunk.len() == 1_000 {
            bare_chunk(&mut hand, &chunk)?;
            chunk.clear();
        }
    }
    if chunk.is_empty() { Ok(()) } else { bare_chunk(&mut hand, &chunk) }
}

fn bare_chunk(hand: &mut Hand, chunk: &[Deal]) -> Result<()> {
    match hand {
        Hand::Sqlite { connection, .. } => sqlite_chunk(connection, chunk),
        Hand::Postgres { runtime, client } => runtime.block_on(postgres_chunk(client, chunk)),
    }
}

fn sqlite_chunk(connection: &Connection, chunk: &[Deal]) -> Result<()> {
    connection.execute_batch("begin immediate")?;
    for deal in chunk {
        let (own, moment) = (super::bare::id(deal.n), deal.n as i64);
        connection
            .prepare_cached(
                "insert into deal (id, version, moment, created_at, created_by, updated_at, updated_by, code, code_u, name, name_s, account, stage, amount, closed, phone)
                 values (?1, 1, ?2, ?2, ?1, ?2, ?1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(rusqlite::params![
                own,
                moment,
                deal.code,
                own,
                deal.name,
                format!("gongsi{}", deal.name),
                deal.account,
                deal.stage,
                deal.cents,
                deal.closed,
                deal.phone
            ])?;
    }
    let first = super::bare::id(chunk[0].n);
    connection
        .prepare_cached(
            "insert into deal_history (moment, actor, cause, catalog, object, body) values (?1, ?2, 1, 1, 8, ?3)",
        )?
        .execute(rusqlite::params![chunk[0].n as i64, first, vec![7u8; BODY]])?;
    Ok(connection.execute_batch("commit")?)
}

async fn postgres_chunk(client: &mut tokio_postgres::Client, chunk: &[Deal]) -> Result<()> {
    use bytes::Bytes;
    use futures_util::SinkExt as _;
    let mut text = String::with_capacity(chunk.len() * 300);
    for deal in chunk {
        let own = super::bare::hex(deal.n);
        let account: String = deal.account.iter().map(|byte| format!("{byte:02x}")).collect();
        let (n, whole, cents) = (deal.n, deal.cents / 100, deal.cents % 100);
        text.push_str(&format!(
            "{own}\t1\t{n}\t{n}\t{own}\t{n}\t{own}\t{}\t\\\\x{own}\t{}\tgongsi{}\t{account}\t{}\t{whole}.{cents:02}\t{}\t{}\n",
            deal.code, deal.name, deal.name, deal.stage, deal.closed, deal.phone
        ));
    }
    let transaction = client.transaction().await?;
    let sink = transaction
        .copy_in("copy deal (id, version, moment, created_at, created_by, updated_at, updated_by, code, code_u, name, name_s, account, stage, amount, closed, phone) from stdin")
        .await?;
    let mut sink = std::pin::pin!(sink);
    sink.send(Bytes::from(text)).await?;
    sink.finish().await?;
    let (moment, first, body) = (chunk[0].n as i64, super::bare::hex(chunk[0].n), vec![7u8; BODY]);
    transaction
        .execute(
            "insert into deal_history (moment, actor, cause, catalog, object, body) values ($1, $2::text::uuid, 1, 1, 8, $3)",
            &[&moment, &first, &body],
        )
        .await?;
    Ok(transaction.commit().await?)
}
