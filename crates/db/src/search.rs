//! Finding text: grams of each record's text beside its table, kept by a follower of the log. The grams only propose records;
//! row, rule and field decide. What the follower has not taken yet is proposed whole, so an answer is exact at any moment.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use kehub_model::fields::{Column, Kind};
use kehub_model::query::{Cond, Is, ListPlan};
use kehub_model::text::readings;
use kehub_model::{Catalog, Event, Field, Object, ObjectId, RecordId, Value};

use crate::bind::{Bind, Dialect, Sql, quoted};
use crate::compile::searched_column;
use crate::fault::Fault;
use crate::grams::{PLAIN, SOUND, collect, number, wanted, word};
use crate::save::Listed;
use crate::table::{Select, TableRow, TableWrite, Where};
use crate::{Db, Inner};

/// More proposals than this are not worth fetching one by one: the list's own order is walked and each row tested.
const MOST: usize = 10_000;

/// More records than this that the follower has not taken are not proposed one by one either.
const UNTAKEN: usize = 2_000;

/// Records one step of the follower takes at a time.
const SLICE: usize = 1_000;

/// Changes with the way grams are made: everything is built anew then.
const FORM: &str = "1";

pub use crate::grams::Proposal;

/// The fields whose text is in the grams of an object.
pub fn fields(object: &Object) -> impl Iterator<Item = &Field> {
    object.fields.iter().filter(|field| is_searched(field))
}

/// Formulas are left out: they may change without a write of their record.
fn is_searched(field: &Field) -> bool {
    let is_text = matches!(field.column, Column::Text { folded: true } | Column::Json { folded: true })
        || matches!(field.def.kind, Kind::Phone(_) | Kind::Serial(_));
    is_text && field.is_stored() && !matches!(field.def.kind, Kind::Formula(_))
}

/// Objects that are searched: rows of subforms belong to their record.
fn objects(catalog: &Catalog) -> impl Iterator<Item = &Arc<Object>> {
    catalog.active().filter(|object| object.parent.is_none() && fields(object).next().is_some())
}

pub(crate) fn table(object: &Object) -> String {
    format!("q_{}", object.table.trim_start_matches("x_"))
}

/// What the grams of an object were made of.
fn fingerprint(object: &Object) -> String {
    let title = object.title_field().map_or(0, |field| field.id);
    let parts: Vec<String> = fields(object).map(|field| format!("{}.{}", field.id, field.generation)).collect();
    format!("{FORM}|{title}|{}", parts.join(","))
}

/// The text that a record of the object must contain for the condition to hold, when there is one.
fn needle<'a>(object: &Object, cond: &'a Cond) -> Option<&'a str> {
    match cond {
        Cond::And(parts) => parts.iter().filter_map(|part| needle(object, part)).max_by_key(|text| text.len()),
        Cond::Or(parts) => {
            let (first, rest) = parts.split_first()?;
            let text = needle(object, first)?;
            rest.iter().all(|part| needle(object, part) == Some(text)).then_some(text)
        }
        Cond::Test { on, is: Is::Contains(text) | Is::StartsWith(text) | Is::EndsWith(text) } => {
            let is_own = on.steps.is_empty() && on.object == object.id;
            (is_own && object.field_by_id(on.field).is_some_and(is_searched)).then_some(text)
        }
        _ => None,
    }
}

/// What one search of an object found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub rows: Vec<Vec<Value>>,
    /// There may be more.
    pub is_cut: bool,
}

impl Db {
    /// The only records a condition can hold for, when the grams know them and they are few.
    pub(crate) async fn candidates(
        &self,
        catalog: &Catalog,
        object: ObjectId,
        filter: &Cond,
    ) -> Result<Option<Vec<RecordId>>, Fault> {
        let Some(object) = catalog.object_by_id(object) else { return Ok(None) };
        let grams = match needle(object, filter) {
            Some(text) => wanted(PLAIN, text),
            None => return Ok(None),
        };
        if grams.is_empty() || object.parent.is_some() || !self.is_ready(object).await? {
            return Ok(None);
        }
        // What is untaken is asked first: what is taken in between is then met twice, never missed.
        let Some(mut ids) = self.untaken(object).await? else { return Ok(None) };
        let mut sql = Sql::new(self.dialect());
        let table = quoted(&table(object));
        let limit = MOST as i64 + 1;
        match self.dialect() {
            Dialect::Sqlite => {
                let words = sql.bind(Proposal(vec![grams]).words());
                let limit = sql.bind(limit);
                // Counting costs a tenth of fetching.
                let count = format!("select count(*) from (select 1 from {table}({words}) limit {limit}) c");
                let counted = self.raw(Sql { text: count, ..sql.clone() }, 1).await?;
                if counted.first().is_some_and(|row| row.int(0) > MOST as i64) {
                    return Ok(None);
                }
                sql.text = format!(
                    "select r.id from {table}({words}) q cross join {} r on r.n = q.rowid limit {limit}",
                    quoted(&object.table)
                );
            }
            Dialect::Postgres => {
                let grams = sql.bind(Bind::List(grams.into_iter().map(number).collect()));
                let limit = sql.bind(limit);
                sql.text = format!("select q.id from {table} q where q.g @> {grams}::int[] limit {limit}");
            }
        }
        let rows = self.raw(sql, 1).await?;
        if rows.len() > MOST || !self.is_ready(object).await? {
            return Ok(None);
        }
        ids.extend(rows.iter().filter_map(|row| row.uuid(0)));
        ids.sort_unstable();
        ids.dedup();
        Ok(Some(ids))
    }

    /// The newest rows of a plan that the proposal names, at most the plan's limit; `None` when the grams are not ready.
    pub async fn find_text(
        &self,
        catalog: &Arc<Catalog>,
        plan: &ListPlan,
        proposal: &Proposal,
        limit: Duration,
    ) -> Result<Option<Found>, Fault> {
        let object = catalog.object_by_id(plan.object).ok_or(Fault::Catalog)?;
        if !self.is_ready(object).await? {
            return Ok(None);
        }
        let Some(untaken) = self.untaken(object).await? else { return Ok(None) };
        let mut rows = match &*self.inner {
            Inner::Sqlite(db) => db.found(catalog.clone(), plan.clone(), proposal.clone(), limit).await?,
            Inner::Postgres(db) => db.found(catalog.clone(), plan.clone(), proposal.clone(), limit).await?,
        };
        let is_cut = rows.len() >= plan.limit as usize;
        if !untaken.is_empty() {
            let listed = self.list_within(catalog, plan.clone(), Some(untaken), limit).await?;
            let known: HashSet<RecordId> = rows.iter().filter_map(|row| row.first()?.as_id()).collect();
            rows.extend(
                listed
                    .rows
                    .into_iter()
                    .filter(|row| row.first().and_then(Value::as_id).is_some_and(|id| !known.contains(&id))),
            );
        }
        Ok(self.is_ready(object).await?.then_some(Found { rows, is_cut }))
    }

    /// A list that is given up after a while.
    pub async fn list_within(
        &self,
        catalog: &Arc<Catalog>,
        plan: ListPlan,
        among: Option<Vec<RecordId>>,
        limit: Duration,
    ) -> Result<Listed, Fault> {
        match &*self.inner {
            Inner::Sqlite(db) => db.list_within(catalog.clone(), plan, among, limit).await,
            Inner::Postgres(db) => db.list_within(catalog.clone(), plan, among, limit).await,
        }
    }

    async fn is_ready(&self, object: &Object) -> Result<bool, Fault> {
        let select = Select::from("search_object", &["fields", "is_ready"])
            .that(Where::Is("object", i64::from(object.id).into()));
        let rows = self.table(select).await?;
        Ok(rows.first().is_some_and(|row| row.int(1) != 0 && row.text(0) == fingerprint(object)))
    }

    /// Records of the object written since the follower last read the log; `None` when they are many.
    async fn untaken(&self, object: &Object) -> Result<Option<Vec<RecordId>>, Fault> {
        let mut sql = Sql::new(self.dialect());
        let id = sql.bind(i64::from(object.id));
        let limit = sql.bind(UNTAKEN as i64 + 1);
        sql.text = format!(
            "select h.moment, h.record from search_cursor c join history_commit h on {} where c.one = 1 and (h.object = {id} or h.object is null) limit {limit}",
            after_cursor(self.dialect())
        );
        let rows = self.raw(sql, 2).await?;
        let several: Vec<i64> = rows.iter().filter(|row| row.is_null(1)).map(|row| row.int(0)).collect();
        if rows.len() > UNTAKEN || several.len() > 16 {
            return Ok(None);
        }
        let mut ids: Vec<RecordId> = rows.iter().filter_map(|row| row.uuid(1)).collect();
        for (of, record) in self.records_of(&several).await? {
            if of == object.id {
                ids.push(record);
            }
        }
        ids.sort_unstable();
        ids.dedup();
        Ok((ids.len() <= UNTAKEN).then_some(ids))
    }

    /// The records that commits of several records wrote.
    async fn records_of(&self, moments: &[i64]) -> Result<Vec<(ObjectId, RecordId)>, Fault> {
        let mut found = Vec::new();
        for chunk in moments.chunks(16) {
            let mut sql = Sql::new(self.dialect());
            let among = sql.among("moment", chunk.iter().map(|moment| Bind::Int(*moment)).collect());
            sql.text = format!("select body from history_commit where {among}");
            for row in self.raw(sql, 1).await? {
                match Event::all(row.bytes(0)) {
                    Ok(events) => found.extend(events.iter().map(|event| (event.object(), event.record()))),
                    Err(error) => tracing::error!(?error, "a commit cannot be read"),
                }
            }
        }
        Ok(found)
    }

    /// One step of the follower: takes what was written since, or builds a slice of what is not built yet. Whether there is
    /// more to do at once.
    pub async fn follow_text(&self, catalog: &Catalog) -> Result<bool, Fault> {
        let cursor = self.table(Select::from("search_cursor", &["at", "beat"])).await?;
        let Some(cursor) = cursor.first() else {
            let now = match self.dialect() {
                Dialect::Sqlite => "select cast(coalesce(max(moment), 0) as text) from history_commit",
                Dialect::Postgres => "select pg_current_snapshot()::text",
            };
            let rows = self.raw(Sql::with(self.dialect(), now), 1).await?;
            let mut sql = Sql::new(self.dialect());
            let now = sql.bind(rows.first().map_or("", |row| row.text(0)));
            sql.text =
                format!("insert into search_cursor (one, at, beat) values (1, {now}, 0) on conflict (one) do nothing");
            self.batch(vec![sql]).await?;
            return Ok(true);
        };
        let (mut at, mut beat) = (cursor.text(0).to_owned(), cursor.int(1));
        let rows = self.table(Select::from("search_object", &["object", "fields", "built", "is_ready"])).await?;
        let states: HashMap<i64, &TableRow> = rows.iter().map(|row| (row.int(0), row)).collect();
        for object in objects(catalog) {
            if states.get(&object.id.into()).is_none_or(|row| row.text(1) != fingerprint(object)) {
                return self.begin_object(object, &at, beat).await;
            }
        }
        let taken = self.take_log(catalog, &at, beat).await?;
        let unbuilt = |object: &&Arc<Object>| states.get(&object.id.into()).is_some_and(|row| row.int(3) == 0);
        let Some(object) = objects(catalog).find(unbuilt) else { return Ok(taken.unwrap_or(false)) };
        if taken.is_some() {
            // Building goes on between what is written meanwhile, however much that is.
            let cursor = self.table(Select::from("search_cursor", &["at", "beat"])).await?;
            let Some(cursor) = cursor.first() else { return Ok(true) };
            (at, beat) = (cursor.text(0).to_owned(), cursor.int(1));
        }
        let built = states.get(&object.id.into()).and_then(|row| row.uuid(2));
        self.build(object, built, &at, beat).await
    }

    /// Makes an object's grams empty, and unready unless there is nothing to build: what is written from now on is in the log.
    async fn begin_object(&self, object: &Object, at: &str, beat: i64) -> Result<bool, Fault> {
        let any = format!("select 1 from {} limit 1", quoted(&object.table));
        let is_empty = self.raw(Sql::with(self.dialect(), &any), 1).await?.is_empty();
        let table = quoted(&table(object));
        let dialect = self.dialect();
        let mut statements =
            vec![beat_on(dialect, at, beat), Sql::with(dialect, &format!("drop table if exists {table}"))];
        match dialect {
            Dialect::Sqlite => statements.push(Sql::with(
                dialect,
                &format!("create virtual table {table} using fts5(g, content='', contentless_delete=1, detail=none, tokenize='ascii')"),
            )),
            Dialect::Postgres => {
                let index = quoted(&format!("{}_g", self::table(object)));
                statements.push(Sql::with(dialect, &format!("create table {table} (id uuid primary key, g int[] not null)")));
                statements.push(Sql::with(dialect, &format!("create index {index} on {table} using gin (g)")));
            }
        }
        let values = vec![
            ("object", i64::from(object.id).into()),
            ("fields", fingerprint(object).into()),
            ("built", Bind::Null),
            ("is_ready", i64::from(is_empty).into()),
        ];
        statements.push(TableWrite::Put { table: "search_object", values, keys: 1 }.sql(dialect));
        self.batch(statements).await?;
        Ok(true)
    }

    /// Takes what the log holds after the cursor; `None` when it holds nothing.
    async fn take_log(&self, catalog: &Catalog, at: &str, mut beat: i64) -> Result<Option<bool>, Fault> {
        let dialect = self.dialect();
        let newest = if dialect == Dialect::Sqlite { "''" } else { "pg_current_snapshot()::text" };
        // SQLite's cursor is a moment and may stop anywhere; PostgreSQL's is a snapshot: all of it or nothing.
        let end = if dialect == Dialect::Sqlite { format!("order by h.moment limit {SLICE}") } else { String::new() };
        let text = format!(
            "select h.moment, h.object, h.record, {newest} from search_cursor c join history_commit h on {} where c.one = 1 {end}",
            after_cursor(dialect)
        );
        let rows = self.raw(Sql::with(dialect, &text), 4).await?;
        let Some(last) = rows.last() else { return Ok(None) };
        let mut several: Vec<i64> = rows.iter().filter(|row| row.is_null(2)).map(|row| row.int(0)).collect();
        let (mut next, mut rows, mut more) = (last.text(3).to_owned(), &rows[..], rows.len() == SLICE);
        if dialect == Dialect::Sqlite {
            // Commits of many records are taken a few at a time.
            if several.len() > 4 {
                let kept = rows.iter().take_while(|row| row.int(0) <= several[3]).count();
                (rows, more) = (&rows[..kept], true);
                several.truncate(4);
            }
            next = rows.last().map_or(0, |row| row.int(0)).to_string();
        }
        let mut by_object: HashMap<ObjectId, HashSet<RecordId>> = HashMap::new();
        for row in rows {
            if let Some(record) = row.uuid(2) {
                by_object.entry(row.int(1) as i32).or_default().insert(record);
            }
        }
        for (object, record) in self.records_of(&several).await? {
            by_object.entry(object).or_default().insert(record);
        }
        for object in objects(catalog) {
            let ids: Vec<RecordId> = by_object.remove(&object.id).into_iter().flatten().collect();
            for chunk in ids.chunks(SLICE) {
                let mut statements = vec![beat_on(dialect, at, beat)];
                self.take(object, Slice::Ids(chunk), &mut statements).await?;
                if !self.batch(statements).await? {
                    return Ok(Some(true));
                }
                beat += 1;
            }
        }
        self.batch(vec![beat_on(dialect, &next, beat)]).await?;
        Ok(Some(more))
    }

    /// Builds the next slice of an object.
    async fn build(&self, object: &Object, after: Option<RecordId>, at: &str, beat: i64) -> Result<bool, Fault> {
        let mut statements = vec![beat_on(self.dialect(), at, beat)];
        let (count, last) = self.take(object, Slice::After(after), &mut statements).await?;
        let values = vec![("built", last.or(after).into()), ("is_ready", i64::from(count < SLICE).into())];
        let filter = vec![Where::Is("object", i64::from(object.id).into())];
        statements.push(TableWrite::Update { table: "search_object", values, filter }.sql(self.dialect()));
        self.batch(statements).await?;
        Ok(true)
    }

    /// Reads rows and adds the statements that store their grams; how many rows, and the last of them.
    async fn take(
        &self,
        object: &Object,
        slice: Slice<'_>,
        statements: &mut Vec<Sql>,
    ) -> Result<(usize, Option<RecordId>), Fault> {
        let dialect = self.dialect();
        let mut sql = Sql::new(dialect);
        let texts: Vec<String> = fields(object).map(|field| searched_column(field, "r")).collect();
        let title = object.title_field().and_then(|title| fields(object).position(|field| field.id == title.id));
        let filter = match slice {
            Slice::Ids(ids) => sql.among("r.id", ids.iter().map(|id| Bind::Uuid(*id)).collect()),
            Slice::After(None) => format!("1 = 1 order by r.id limit {SLICE}"),
            Slice::After(Some(id)) => format!("r.id > {} order by r.id limit {SLICE}", sql.bind(id)),
        };
        let n = if dialect == Dialect::Sqlite { "r.n" } else { "0" };
        sql.text = format!("select r.id, {n}, {} from {} r where {filter}", texts.join(", "), quoted(&object.table));
        let mut rows = self.raw(sql, texts.len() + 2).await?;
        let last = rows.last().and_then(|row| row.uuid(0));
        // The full-text index takes rows in ascending order; at every step back it writes out what it has gathered so far.
        rows.sort_by_key(|row| row.int(1));
        let table = quoted(&table(object));
        let (mut ids, mut sets) = (Vec::new(), Vec::new());
        for row in &rows {
            let mut grams = HashSet::new();
            for place in 0..texts.len() {
                let text = row.text(place + 2);
                collect(PLAIN, text, &mut grams);
                if title == Some(place) {
                    readings(text).iter().for_each(|reading| collect(SOUND, reading, &mut grams));
                }
            }
            match dialect {
                Dialect::Sqlite => {
                    let words: Vec<String> = grams.into_iter().map(word).collect();
                    let text = format!("insert or replace into {table} (rowid, g) values (?1, ?2)");
                    let binds = vec![Bind::Int(row.int(1)), Bind::Text(words.join(" "))];
                    statements.push(Sql { binds, ..Sql::with(dialect, &text) });
                }
                Dialect::Postgres => {
                    let numbers: Vec<String> = grams.into_iter().map(|gram| (gram as i32).to_string()).collect();
                    ids.extend(row.uuid(0).map(Bind::Uuid));
                    sets.push(Bind::Text(format!("{{{}}}", numbers.join(","))));
                }
            }
        }
        if dialect == Dialect::Postgres {
            if let Slice::Ids(asked) = slice {
                let there: HashSet<RecordId> = rows.iter().filter_map(|row| row.uuid(0)).collect();
                let gone: Vec<Bind> = asked.iter().filter(|id| !there.contains(id)).map(|id| Bind::Uuid(*id)).collect();
                let mut sql = Sql::new(dialect);
                let among = sql.among("id", gone);
                sql.text = format!("delete from {table} where {among}");
                statements.push(sql);
            }
            let mut sql = Sql::new(dialect);
            let (ids, sets) = (sql.bind(Bind::List(ids)), sql.bind(Bind::List(sets)));
            sql.text = format!(
                "insert into {table} (id, g) select u.id, u.g::int[] from unnest({ids}::uuid[], {sets}::text[]) u (id, g) on conflict (id) do update set g = excluded.g"
            );
            statements.push(sql);
        }
        Ok((rows.len(), last))
    }

    async fn batch(&self, statements: Vec<Sql>) -> Result<bool, Fault> {
        match &*self.inner {
            Inner::Sqlite(db) => db.batch(statements).await,
            Inner::Postgres(db) => db.batch(statements).await,
        }
    }
}

#[derive(Clone, Copy)]
enum Slice<'a> {
    Ids(&'a [RecordId]),
    After(Option<RecordId>),
}

/// The commits the follower has not read, of `history_commit h` and `search_cursor c`.
fn after_cursor(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "h.moment > cast(c.at as integer)",
        Dialect::Postgres => {
            "h.txid >= pg_snapshot_xmin(c.at::pg_snapshot) and not pg_visible_in_snapshot(h.txid, c.at::pg_snapshot)"
        }
    }
}

/// Moves the cursor, if nobody else has moved it: of two followers one goes on.
fn beat_on(dialect: Dialect, at: &str, beat: i64) -> Sql {
    let mut sql = Sql::new(dialect);
    let (at, beat) = (sql.bind(at), sql.bind(beat));
    sql.text = format!("update search_cursor set at = {at}, beat = beat + 1 where one = 1 and beat = {beat}");
    sql
}
