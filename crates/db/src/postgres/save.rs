//! Saves on PostgreSQL: ask, decide, then write under conditions. One record's save is one statement; several are one
//! transaction.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{GenericClient, Object as Pooled};
use kehub_model::{Catalog, Moment, Object, ObjectId, RecordId};
use tokio_postgres::error::SqlState;

use super::{Postgres, answer, execute_in, fault, query_in};
use crate::bind::{Bind, Dialect, Sql, quoted};
use crate::codec;
use crate::fault::Fault;
use crate::rows;
use crate::save::{Ask, Commit, Delta, LinkWrite, OWN, Outcome, Planned, RowWrite, Save, Step, WriteSet};

/// How often a save that lost a race begins anew.
const TRIES: u32 = 12;

/// Why a try wrote nothing.
enum Lost {
    /// A row changed between asking and writing, a key was taken meanwhile: begin anew.
    Race,
    Fault(Fault),
}

impl From<Fault> for Lost {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Contention => Lost::Race,
            Fault::Postgres(error) if is_race(&error) => Lost::Race,
            fault => Lost::Fault(fault),
        }
    }
}

/// A unique value or a link target that changed hands between asking and writing.
fn is_race(error: &tokio_postgres::Error) -> bool {
    matches!(error.code(), Some(&SqlState::UNIQUE_VIOLATION | &SqlState::FOREIGN_KEY_VIOLATION))
}

pub(super) async fn run(db: &Postgres, mut save: Box<dyn Save>) -> Result<Outcome, Fault> {
    let planned = save.planned();
    // The rows of the last try, in one order for all saves.
    let mut looked_at: BTreeSet<(ObjectId, RecordId)> = BTreeSet::new();
    for attempt in 0..TRIES {
        let mut client = db.client().await?;
        let locks = attempt >= LOCK_AFTER && looked_at.len() <= MOST_LOCKED;
        let result = if locks {
            let rows = std::mem::take(&mut looked_at);
            attempt_locked(db, &mut client, save.as_mut(), &planned, &rows, &mut looked_at).await
        } else {
            attempt_once(db, &mut client, save.as_mut(), &planned, &mut looked_at, false).await
        };
        match result {
            Ok(outcome) => return Ok(outcome),
            Err(Lost::Fault(fault)) => return Err(fault),
            Err(Lost::Race) => {
                drop(client);
                check_planned(db, &planned).await?;
                tokio::time::sleep(Duration::from_millis(u64::from(attempt))).await;
            }
        }
    }
    Err(Fault::Contention)
}

/// From this try on a save locks the rows it looks at first, instead of racing for them.
const LOCK_AFTER: u32 = 2;
const MOST_LOCKED: usize = 200;

/// A try in one transaction that locks what the last try looked at before it looks again: nobody comes between.
async fn attempt_locked(
    db: &Postgres,
    client: &mut Pooled,
    save: &mut dyn Save,
    planned: &Planned,
    rows: &BTreeSet<(ObjectId, RecordId)>,
    looked_at: &mut BTreeSet<(ObjectId, RecordId)>,
) -> Result<Outcome, Lost> {
    client.batch_execute("begin").await.map_err(fault).map_err(Lost::from)?;
    let locked = lock(client, planned, rows).await;
    let result = match locked {
        Ok(()) => attempt_once(db, client, save, planned, looked_at, true).await,
        Err(fault) => Err(fault.into()),
    };
    let end = if matches!(result, Ok(Outcome::Committed(_))) { "commit" } else { "rollback" };
    client.batch_execute(end).await.map_err(fault).map_err(Lost::from)?;
    result
}

async fn lock(client: &Pooled, planned: &Planned, rows: &BTreeSet<(ObjectId, RecordId)>) -> Result<(), Fault> {
    for (object, id) in rows {
        let Some(object) = planned.catalog.object_by_id(*object) else { continue };
        let mut sql = Sql::new(Dialect::Postgres);
        let id = sql.bind(*id);
        sql.text = format!("select 1 from {} where id = {id} for update", quoted(&object.table));
        super::query(client, &sql).await?;
    }
    Ok(())
}

async fn attempt_once(
    db: &Postgres,
    client: &mut Pooled,
    save: &mut dyn Save,
    planned: &Planned,
    looked_at: &mut BTreeSet<(ObjectId, RecordId)>,
    in_transaction: bool,
) -> Result<Outcome, Lost> {
    looked_at.clear();
    save.begin();
    let mut seen = Moment::ZERO;
    let mut answers = Vec::new();
    let at = db.next_moment(seen);
    let set = loop {
        match save.step(at, std::mem::take(&mut answers)) {
            Step::Need(asks) => {
                for ask in asks {
                    if let Ask::Rows { object, ids, .. } = &ask {
                        looked_at.extend(ids.iter().map(|id| (*object, *id)));
                    }
                    let answered = answer(client, &planned.catalog, ask, &db.seen).await?;
                    if let crate::save::Answer::Rows(rows) = &answered {
                        seen = rows.iter().map(|row| row.moment).fold(seen, Moment::max);
                    }
                    answers.push(answered);
                }
            }
            Step::Refuse(problems) => return Ok(Outcome::Refused(problems)),
            Step::Nothing => return Ok(Outcome::Unchanged),
            Step::KeyExists => return Ok(Outcome::KeyExists),
            Step::Write(set) => break set,
        }
    };
    // Another node's clock may be ahead: a record's moments only grow.
    if seen >= at {
        db.next_moment(seen);
        return Err(Lost::Race);
    }
    write(db, client, planned, &set, at, in_transaction).await
}

async fn check_planned(db: &Postgres, planned: &Planned) -> Result<(), Fault> {
    let stands = db.numbers().await?;
    if stands == (i64::from(planned.catalog.number), planned.rights) { Ok(()) } else { Err(Fault::Moved) }
}

async fn write(
    db: &Postgres,
    client: &mut Pooled,
    planned: &Planned,
    set: &WriteSet,
    at: Moment,
    in_transaction: bool,
) -> Result<Outcome, Lost> {
    if in_transaction {
        return several(&*client, planned, set, at).await;
    }
    if let ([row @ (RowWrite::Insert { .. } | RowWrite::Update { .. })], [], [], [], Some(commit), false) =
        (&set.rows[..], &set.links[..], &set.deltas[..], &set.tables[..], &set.commit, set.touches_rights)
        && commit.blobs.is_empty()
    {
        return single(db, client, planned, row, commit, at).await;
    }
    let transaction = client.transaction().await.map_err(fault).map_err(Lost::from)?;
    let outcome = several(&transaction, planned, set, at).await?;
    if let Outcome::KeyExists = outcome {
        transaction.rollback().await.map_err(fault).map_err(Lost::from)?;
    } else {
        transaction.commit().await.map_err(fault).map_err(Lost::from)?;
    }
    Ok(outcome)
}

/// A record and its commit in one statement: one round trip, nothing or all.
async fn single(
    db: &Postgres,
    client: &mut Pooled,
    planned: &Planned,
    row: &RowWrite,
    commit: &Commit,
    at: Moment,
) -> Result<Outcome, Lost> {
    let catalog = &planned.catalog;
    let object = object(catalog, row)?;
    let mut sql = Sql::new(Dialect::Postgres);
    let number = sql.bind(i64::from(catalog.number));
    let rights = sql.bind(planned.rights);
    let holds =
        format!("exists (select 1 from catalog_meta where one = 1 and catalog = {number} and rights = {rights})");
    let changed = match row {
        RowWrite::Insert { values, .. } => {
            sql.binds.extend(rows::insert_binds(object, values, at, Dialect::Postgres));
            sql.binds.extend(crate::commit_binds(commit, at, catalog.number));
            sql.text = db.insert_text(catalog.number, object).to_string();
            let done = super::query(client, &sql).await?;
            return if done.is_empty() { Err(Lost::Race) } else { Ok(Outcome::Committed(at)) };
        }
        RowWrite::Update { id, seen, values, changed, is_derived, .. } => {
            let moment = (!is_derived).then_some(at);
            let sets: Vec<String> = rows::update_sets(object, values, changed, moment, Dialect::Postgres)
                .into_iter()
                .map(|(name, bind, kind)| format!("{} = {}::{kind}", quoted(&name), sql.bind(bind)))
                .collect();
            let id = sql.bind(*id);
            let seen = sql.bind(i64::from(*seen));
            format!(
                "update {} set {} where id = {id} and xmin = {seen}::xid and {holds} returning 1",
                quoted(&object.table),
                sets.join(", ")
            )
        }
        _ => return Err(Lost::Fault(Fault::Catalog)),
    };
    let binds: Vec<String> = crate::commit_binds(commit, at, catalog.number)
        .into_iter()
        .zip(HISTORY_TYPES)
        .map(|(bind, kind)| format!("{}::{kind}", sql.bind(bind)))
        .collect();
    sql.text = format!(
        "with r as ({changed}) insert into history_commit ({HISTORY}) select {} from r returning 1",
        binds.join(", ")
    );
    let done = super::query(client, &sql).await?;
    if done.is_empty() { Err(Lost::Race) } else { Ok(Outcome::Committed(at)) }
}

impl Postgres {
    /// The statement that saves a new record and its commit, whose values are: the numbers it was planned under, the record's, the
    /// commit's.
    fn insert_text(&self, catalog: i32, object: &Object) -> Arc<str> {
        let (number, texts) = &mut *self.inserts.lock();
        if *number != catalog {
            texts.clear();
            *number = catalog;
        }
        texts.entry(object.id).or_insert_with(|| insert_text(object).into()).clone()
    }
}

fn insert_text(object: &Object) -> String {
    let mut place = 2;
    let mut cast = |kind: &str| {
        place += 1;
        format!("${place}::{kind}")
    };
    let values: Vec<String> = rows::insert_types(object).into_iter().map(&mut cast).collect();
    let commit: Vec<String> = HISTORY_TYPES.into_iter().map(&mut cast).collect();
    let names: Vec<String> = rows::insert_columns(object).iter().map(|name| quoted(name)).collect();
    format!(
        "with r as (insert into {} ({}) select {} where exists (select 1 from catalog_meta where one = 1 and catalog = $1 and rights = $2) returning 1)
         insert into history_commit ({HISTORY}) select {} from r returning 1",
        quoted(&object.table),
        names.join(", "),
        values.join(", "),
        commit.join(", ")
    )
}

const HISTORY_TYPES: [&str; 12] =
    ["bigint", "uuid", "uuid", "smallint", "bytea", "smallint", "smallint", "bigint", "int", "uuid", "bigint", "bytea"];

const HISTORY: &str = "moment, actor, on_behalf, cause, cause_id, depth, lane, catalog, object, record, prev, body";

fn object<'a>(catalog: &'a Catalog, row: &RowWrite) -> Result<&'a Object, Lost> {
    catalog.object_by_id(rows::object_of(row)).map(|object| &**object).ok_or(Lost::Fault(Fault::Catalog))
}

async fn several(
    transaction: &impl GenericClient,
    planned: &Planned,
    set: &WriteSet,
    at: Moment,
) -> Result<Outcome, Lost> {
    let catalog = &planned.catalog;
    let mut guard = Sql::new(Dialect::Postgres);
    let (number, rights) = (guard.bind(i64::from(catalog.number)), guard.bind(planned.rights));
    // Shared: a publish waits for us, we do not wait for each other.
    guard.text =
        format!("select 1 from catalog_meta where one = 1 and catalog = {number} and rights = {rights} for share");
    if set.touches_rights {
        guard.text = guard.text.replace("for share", "for update");
    }
    if query_in(transaction, &guard).await?.is_empty() {
        return Err(Lost::Race);
    }
    for table in &set.tables {
        match execute_in(transaction, &table.sql(Dialect::Postgres)).await {
            Err(Fault::Postgres(error)) if table.is_key() && is_race(&error) => return Ok(Outcome::KeyExists),
            other => drop(other?),
        }
    }
    write_rows(transaction, catalog, &set.rows, at).await?;
    for link in &set.links {
        links(transaction, catalog, link).await?;
    }
    for delta in &set.deltas {
        add(transaction, catalog, delta).await?;
    }
    if let Some(commit) = &set.commit {
        history(transaction, commit, at, catalog.number).await?;
    }
    if set.touches_rights {
        execute_in(
            transaction,
            &Sql::with(Dialect::Postgres, "update catalog_meta set rights = rights + 1 where one = 1"),
        )
        .await?;
    }
    Ok(Outcome::Committed(at))
}

/// Rows in their order; runs of inserts into one object go in one statement.
async fn write_rows(
    transaction: &impl GenericClient,
    catalog: &Catalog,
    writes: &[RowWrite],
    at: Moment,
) -> Result<(), Lost> {
    let mut n = 0;
    while n < writes.len() {
        let object = object(catalog, &writes[n])?;
        let run = writes[n..]
            .iter()
            .take_while(|write| matches!(write, RowWrite::Insert { object: id, .. } if *id == object.id))
            .count();
        if run > 1 {
            insert_many(transaction, object, &writes[n..n + run], at).await?;
            n += run;
            continue;
        }
        let run = alike_updates(&writes[n..]);
        if run > 1 {
            update_many(transaction, object, &writes[n..n + run], at).await?;
            n += run;
            continue;
        }
        write_row(transaction, object, &writes[n], at).await?;
        n += 1;
    }
    Ok(())
}

/// How many writes from the first on are updates of the same fields of the same object.
fn alike_updates(writes: &[RowWrite]) -> usize {
    let Some(RowWrite::Update { object: first, changed: places, is_derived: kind, .. }) = writes.first() else {
        return 0;
    };
    writes
        .iter()
        .take_while(|write| {
            matches!(write, RowWrite::Update { object, changed, is_derived, .. } if object == first && changed == places && is_derived == kind)
        })
        .count()
}

/// Columns of many rows as arrays.
pub(super) fn arrays(sql: &mut Sql, rows: Vec<Vec<Bind>>, types: &[&str]) -> String {
    let mut columns: Vec<Vec<Bind>> = types.iter().map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (column, bind) in columns.iter_mut().zip(row) {
            column.push(bind);
        }
    }
    let arrays: Vec<String> = columns
        .into_iter()
        .zip(types)
        .map(|(column, kind)| format!("{}::{kind}[]", sql.bind(Bind::List(column))))
        .collect();
    format!("unnest({})", arrays.join(", "))
}

async fn insert_many(
    transaction: &impl GenericClient,
    object: &Object,
    writes: &[RowWrite],
    at: Moment,
) -> Result<(), Lost> {
    for chunk in writes.chunks(1_000) {
        let binds = chunk
            .iter()
            .filter_map(|write| match write {
                RowWrite::Insert { values, .. } => Some(rows::insert_binds(object, values, at, Dialect::Postgres)),
                _ => None,
            })
            .collect();
        let mut sql = Sql::new(Dialect::Postgres);
        let source = arrays(&mut sql, binds, &rows::insert_types(object));
        let names: Vec<String> = rows::insert_columns(object).iter().map(|name| quoted(name)).collect();
        sql.text = format!("insert into {} ({}) select * from {source}", quoted(&object.table), names.join(", "));
        execute_in(transaction, &sql).await?;
    }
    Ok(())
}

async fn update_many(
    transaction: &impl GenericClient,
    object: &Object,
    writes: &[RowWrite],
    at: Moment,
) -> Result<(), Lost> {
    for chunk in writes.chunks(1_000) {
        let mut names = Vec::new();
        let mut types = vec!["uuid", "bigint"];
        let mut binds = Vec::with_capacity(chunk.len());
        for write in chunk {
            let RowWrite::Update { id, seen, values, changed, is_derived, .. } = write else { continue };
            let sets = rows::update_sets(object, values, changed, (!is_derived).then_some(at), Dialect::Postgres);
            if names.is_empty() {
                names = sets.iter().map(|(name, _, _)| quoted(name)).collect();
                types.extend(sets.iter().map(|(_, _, kind)| *kind));
            }
            let mut row = vec![Bind::Uuid(*id), Bind::Int((*seen).into())];
            row.extend(sets.into_iter().map(|(_, bind, _)| bind));
            binds.push(row);
        }
        if names.is_empty() {
            continue;
        }
        let mut sql = Sql::new(Dialect::Postgres);
        let source = arrays(&mut sql, binds, &types);
        let columns: Vec<String> = (0..names.len()).map(|n| format!("c{n}")).collect();
        let sets: Vec<String> =
            names.iter().zip(&columns).map(|(name, column)| format!("{name} = u.{column}")).collect();
        sql.text = format!(
            "update {} x set {} from {source} as u (id, seen, {}) where x.id = u.id and (x.xmin::text = u.seen::text or u.seen = {OWN} and x.xmin = pg_current_xact_id()::xid)",
            quoted(&object.table),
            sets.join(", "),
            columns.join(", ")
        );
        if execute_in(transaction, &sql).await? != chunk.len() as u64 {
            return Err(Lost::Race);
        }
    }
    Ok(())
}

async fn write_row(transaction: &impl GenericClient, object: &Object, row: &RowWrite, at: Moment) -> Result<(), Lost> {
    let table = quoted(&object.table);
    let mut sql = Sql::new(Dialect::Postgres);
    match row {
        RowWrite::Insert { values, .. } | RowWrite::Restore { values, .. } => {
            let binds: Vec<String> = rows::insert_binds(object, values, at, Dialect::Postgres)
                .into_iter()
                .map(|bind| sql.bind(bind))
                .collect();
            let names: Vec<String> = rows::insert_columns(object).iter().map(|name| quoted(name)).collect();
            sql.text = format!("insert into {table} ({}) values ({})", names.join(", "), binds.join(", "));
            execute_in(transaction, &sql).await?;
            if let RowWrite::Restore { id, .. } = row {
                let mut trash = Sql::new(Dialect::Postgres);
                let id = trash.bind(*id);
                trash.text = format!("delete from record_trash where record = {id}");
                execute_in(transaction, &trash).await?;
            }
        }
        RowWrite::Update { id, seen, values, changed, is_derived, .. } => {
            let sets: Vec<String> =
                rows::update_sets(object, values, changed, (!is_derived).then_some(at), Dialect::Postgres)
                    .into_iter()
                    .map(|(name, bind, _)| format!("{} = {}", quoted(&name), sql.bind(bind)))
                    .collect();
            if sets.is_empty() {
                return Ok(());
            }
            let id = sql.bind(*id);
            let stands = match *seen {
                OWN => "xmin = pg_current_xact_id()::xid".to_owned(),
                seen => format!("xmin = {}", sql.bind(i64::from(seen))),
            };
            sql.text = format!("update {table} set {} where id = {id} and {stands}", sets.join(", "));
            if execute_in(transaction, &sql).await? != 1 {
                return Err(Lost::Race);
            }
        }
        RowWrite::Free { column, records, .. } => {
            let rows = records.iter().map(|(id, seen)| vec![Bind::Uuid(*id), Bind::Int((*seen).into())]).collect();
            let source = arrays(&mut sql, rows, &["uuid", "bigint"]);
            sql.text = format!(
                "update {table} x set {} = null from {source} as u (id, seen) where x.id = u.id and (x.xmin::text = u.seen::text or u.seen = {OWN} and x.xmin = pg_current_xact_id()::xid)",
                quoted(column)
            );
            if execute_in(transaction, &sql).await? != records.len() as u64 {
                return Err(Lost::Race);
            }
        }
        RowWrite::Delete { id, seen, title, .. } => {
            for field in object.own_fields().filter(|field| field.def.kind.is_many()) {
                let links = rows::links_of(object, field.id)?;
                let mut own = Sql::new(Dialect::Postgres);
                let owner = own.bind(*id);
                own.text = format!("delete from {links} where a = {owner}");
                execute_in(transaction, &own).await?;
            }
            let record = sql.bind(*id);
            let seen = sql.bind(i64::from(*seen));
            sql.text = format!("delete from {table} where id = {record} and xmin = {seen}");
            if execute_in(transaction, &sql).await? != 1 {
                return Err(Lost::Race);
            }
            let mut trash = Sql::new(Dialect::Postgres);
            let binds =
                [trash.bind(*id), trash.bind(i64::from(object.id)), trash.bind(at.0), trash.bind(title.as_str())];
            trash.text = format!(
                "insert into record_trash (record, object, moment, title) values ({}) on conflict (record) do update set moment = excluded.moment, title = excluded.title",
                binds.join(", ")
            );
            execute_in(transaction, &trash).await?;
        }
    }
    Ok(())
}

async fn links(transaction: &impl GenericClient, catalog: &Catalog, write: &LinkWrite) -> Result<(), Lost> {
    let object = catalog.object_by_id(write.object).ok_or(Lost::Fault(Fault::Catalog))?;
    let links = rows::links_of(object, write.field)?;
    let mut clear = Sql::new(Dialect::Postgres);
    let owner = clear.bind(write.owner);
    clear.text = format!("delete from {links} where a = {owner}");
    execute_in(transaction, &clear).await?;
    if write.targets.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new(Dialect::Postgres);
    let owner = sql.bind(write.owner);
    let targets = sql.bind(Bind::List(write.targets.iter().map(|id| Bind::Uuid(*id)).collect()));
    sql.text = format!(
        "insert into {links} (a, b, position) select {owner}::uuid, t.b, t.n - 1 from unnest({targets}::uuid[]) with ordinality as t (b, n)"
    );
    execute_in(transaction, &sql).await?;
    Ok(())
}

/// Relative, on the newest locked row: deltas of parallel saves add up.
async fn add(transaction: &impl GenericClient, catalog: &Catalog, delta: &Delta) -> Result<(), Lost> {
    let object = catalog.object_by_id(delta.object).ok_or(Lost::Fault(Fault::Catalog))?;
    let field = object.field_by_id(delta.field).ok_or(Lost::Fault(Fault::Catalog))?;
    let mut sql = Sql::new(Dialect::Postgres);
    let name = quoted(&field.physical);
    let add = sql.bind(codec::bind(&field.column, &kehub_model::Value::Number(delta.add), Dialect::Postgres));
    let id = sql.bind(delta.record);
    sql.text = format!("update {} set {name} = coalesce({name}, 0) + {add} where id = {id}", quoted(&object.table));
    execute_in(transaction, &sql).await?;
    Ok(())
}

async fn history(transaction: &impl GenericClient, commit: &Commit, at: Moment, catalog: i32) -> Result<(), Lost> {
    for (hash, body) in &commit.blobs {
        let mut sql = Sql::new(Dialect::Postgres);
        let (hash, body) = (sql.bind(hash.to_vec()), sql.bind(body.clone()));
        sql.text =
            format!("insert into history_blob (hash, body) values ({hash}, {body}) on conflict (hash) do nothing");
        execute_in(transaction, &sql).await?;
    }
    let mut sql = Sql::new(Dialect::Postgres);
    let binds: Vec<String> = crate::commit_binds(commit, at, catalog).into_iter().map(|bind| sql.bind(bind)).collect();
    sql.text = format!("insert into history_commit ({HISTORY}) values ({})", binds.join(", "));
    execute_in(transaction, &sql).await?;
    Ok(())
}
