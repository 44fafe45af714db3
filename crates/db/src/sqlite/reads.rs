//! Reads on a SQLite connection: lists, aggregates, rows, and what a save asks.

use std::time::Instant;

use kehub_model::query::{AggregatePlan, ListPlan, Page};
use kehub_model::{Catalog, Moment, Value};
use rusqlite::Connection;

use super::statements::query;
use crate::aggregate;
use crate::bind::{Bind, Dialect, Sql, quoted};
use crate::codec::Raw;
use crate::compile::{self, Relations};
use crate::fault::Fault;
use crate::indexes::Seen;
use crate::rows::{self, read_value};
use crate::save::{Answer, Ask, Listed, Row};
use crate::search::Proposal;
use crate::table::{Select, TableRow};

pub(super) fn list(
    connection: &Connection,
    catalog: &Catalog,
    relations: &Relations,
    plan: &ListPlan,
) -> Result<Listed, Fault> {
    let mut wanted = plan.limit + 1;
    let mut found: Vec<(Vec<Value>, Vec<Value>)> = Vec::new();
    for segment in crate::segments(plan) {
        let compiled = compile::list(catalog, relations, Dialect::Sqlite, plan, segment, wanted)?;
        let page = query(connection, &compiled.sql, |mut next| {
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
            Ok((picked, sorted))
        })?;
        wanted -= page.len() as u32;
        found.extend(page);
        if wanted == 0 {
            break;
        }
    }
    Ok(crate::page(plan, found))
}

pub(super) fn count(connection: &Connection, sql: &Sql) -> Result<i64, Fault> {
    let counts = query(connection, sql, |next| Ok(next()?.int()))?;
    Ok(counts.first().copied().unwrap_or_default())
}

/// What the grams propose, newest first.
pub(super) fn found(
    connection: &Connection,
    catalog: &Catalog,
    plan: &ListPlan,
    proposal: &Proposal,
) -> Result<Vec<Vec<Value>>, Fault> {
    let compiled = compile::found(catalog, Dialect::Sqlite, plan, proposal)?;
    query(connection, &compiled.sql, |mut next| {
        compiled.selected.iter().map(|selected| read_value(selected, &mut next)).collect::<Result<Vec<_>, _>>()
    })
}

pub(crate) fn aggregate(
    connection: &Connection,
    catalog: &Catalog,
    relations: &Relations,
    plan: &AggregatePlan,
) -> Result<Vec<Vec<Value>>, Fault> {
    let compiled = compile::aggregate(catalog, relations, Dialect::Sqlite, plan)?;
    query(connection, &compiled.sql, |next| aggregate::row(&compiled, next))
}

pub(super) fn rows(
    connection: &Connection,
    catalog: &Catalog,
    object: i32,
    ids: &[kehub_model::RecordId],
    rules: &[std::sync::Arc<kehub_model::query::Cond>],
    links: bool,
) -> Result<Vec<Row>, Fault> {
    let object = catalog.object_by_id(object).ok_or(Fault::Catalog)?;
    let statement = rows::read(catalog, object, ids, rules, links, Dialect::Sqlite)?;
    query(connection, &statement.sql, |next| statement.row(Dialect::Sqlite, next))
}

pub(super) fn table(connection: &Connection, select: &Select) -> Result<Vec<TableRow>, Fault> {
    let columns = select.columns.len();
    query(connection, &select.sql(Dialect::Sqlite), |next| {
        Ok(TableRow((0..columns).map(|_| next()).collect::<Result<Vec<Raw>, Fault>>()?))
    })
}

/// Answers what a save asks. Only `Serial` writes, and the writer is alone.
pub(super) fn answer(connection: &Connection, catalog: &Catalog, ask: Ask, seen: &Seen) -> Result<Answer, Fault> {
    Ok(match ask {
        Ask::Rows { object, ids, rules, links } => {
            Answer::Rows(rows(connection, catalog, object, &ids, &rules, links)?)
        }
        Ask::Holders { object, column, hashes } => {
            let object = catalog.object_by_id(object).ok_or(Fault::Catalog)?;
            let text = format!("select id from {} where {} = ?1", quoted(&object.table), quoted(&column));
            let mut holders = Vec::with_capacity(hashes.len());
            for hash in hashes {
                let sql = Sql { dialect: Dialect::Sqlite, text: text.clone(), binds: vec![Bind::Bytes(hash.to_vec())] };
                let found = query(connection, &sql, |next| Ok(next()?.uuid()))?;
                holders.push(found.into_iter().next().flatten());
            }
            Answer::Holders(holders)
        }
        Ask::List(plan) => {
            debug_assert!(!matches!(plan.page, Page::Offset(_)), "a save pages by key");
            let begun = Instant::now();
            let listed = list(connection, catalog, &compile::NOW, &plan)?;
            seen.took_list(catalog, &plan, begun.elapsed(), Dialect::Sqlite);
            Answer::List(listed)
        }
        Ask::Aggregate(plan) => Answer::Aggregate(aggregate(connection, catalog, &compile::NOW, &plan)?),
        Ask::Linkers { object, field, targets } => {
            let object = catalog.object_by_id(object).ok_or(Fault::Catalog)?;
            let links = rows::links_of(object, field)?;
            let mut sql = Sql::new(Dialect::Sqlite);
            let among = sql.among("b", targets.into_iter().map(Bind::Uuid).collect());
            sql.text = format!("select a, b from {links} where {among} limit 100001");
            let pairs = query(connection, &sql, |next| Ok((next()?.uuid(), next()?.uuid())))?;
            Answer::Linkers(pairs.into_iter().filter_map(|(a, b)| Some((a?, b?))).collect())
        }
        Ask::Serial { field, period, count, start } => {
            let mut sql = Sql::new(Dialect::Sqlite);
            let values = [
                sql.bind(i64::from(field)),
                sql.bind(period),
                sql.bind(start - 1 + i64::from(count)),
                sql.bind(i64::from(count)),
            ];
            sql.text = format!(
                "insert into record_serial (field, period, n) values ({}, {}, {}) on conflict (field, period) do update set n = n + {} returning n",
                values[0], values[1], values[2], values[3]
            );
            let last = query(connection, &sql, |next| Ok(next()?.int()))?;
            Answer::Serial(last.first().copied().unwrap_or_default() - i64::from(count) + 1)
        }
        Ask::Table(select) => Answer::Table(table(connection, &select)?),
        Ask::Trashed { object, ids } => {
            let mut sql = Sql::new(Dialect::Sqlite);
            let among = sql.among("record", ids.into_iter().map(Bind::Uuid).collect());
            let object = sql.bind(i64::from(object));
            sql.text = format!("select record, moment from record_trash where object = {object} and {among}");
            let found = query(connection, &sql, |next| Ok((next()?.uuid(), Moment(next()?.int()))))?;
            Answer::Trashed(found.into_iter().filter_map(|(id, moment)| Some((id?, moment))).collect())
        }
    })
}
