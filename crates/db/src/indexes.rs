//! Indexes by themselves: lists and sums that took long, or that a definition asks for, get an index of exactly the
//! expressions they are asked with. An index is never needed for a right answer, only for a fast one.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use kehub_model::fields::{Column, Order};
use kehub_model::query::{AggregatePlan, Cond, Is, ListPlan, Operand};
use kehub_model::{Catalog, Field, Object, ObjectId, Value};
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

use crate::bind::{Dialect, Sql, quoted};
use crate::compile::{self, Relations, Segment, searched_column, sort_columns};
use crate::fault::Fault;
use crate::table::{Select, TableWrite, Where};
use crate::{Db, Inner};

/// From here on an answer is slow.
const SLOW: Duration = Duration::from_millis(30);

/// So often must a shape have been slow.
const TIMES: u32 = 3;

/// Indexes made for one object, beside those of its links and unique fields.
const BUDGET: usize = 8;

/// Below so many rows a scan is as good.
const FEW: i64 = 2_000;

/// What SQLite's writer may stand still for, in rows; about two seconds. More waits for a quiet moment.
const AT_ONCE: i64 = 1_500_000;

/// So long nothing may have been written for a moment to be quiet.
const QUIET: Duration = Duration::from_secs(60);

/// Shapes kept in memory.
const REMEMBERED: usize = 1_000;

/// The index that would serve a kind of question.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shape {
    object: ObjectId,
    table: String,
    /// Expressions with their order.
    columns: Vec<String>,
    /// Further columns a sum needs: with them it does not look at the rows.
    covered: Vec<String>,
}

impl Shape {
    fn text(&self) -> String {
        format!("{} + {}", self.columns.join(", "), self.covered.join(", "))
    }

    fn name(&self) -> String {
        let hash = Sha256::digest(self.text().as_bytes());
        format!("i_{}_{:02x}{:02x}{:02x}{:02x}", self.table, hash[0], hash[1], hash[2], hash[3])
    }

    fn statement(&self, dialect: Dialect) -> String {
        let (name, table) = (quoted(&self.name()), quoted(&self.table));
        match dialect {
            Dialect::Sqlite => {
                let columns: Vec<&str> = self.columns.iter().chain(&self.covered).map(String::as_str).collect();
                format!("create index if not exists {name} on {table} ({})", columns.join(", "))
            }
            Dialect::Postgres => {
                let include = if self.covered.is_empty() {
                    String::new()
                } else {
                    format!(" include ({})", self.covered.join(", "))
                };
                format!(
                    "create index concurrently if not exists {name} on {table} ({}){include}",
                    self.columns.join(", ")
                )
            }
        }
    }
}

#[derive(Clone)]
struct Watched {
    shape: Shape,
    slow: u32,
    total: Duration,
    is_wanted: bool,
    is_settled: bool,
}

/// The shapes this process has seen to be slow.
#[derive(Default)]
pub(crate) struct Seen(Mutex<HashMap<String, Watched>>);

impl Seen {
    /// Notes how long a list took.
    pub(crate) fn took_list(&self, catalog: &Catalog, plan: &ListPlan, took: Duration, dialect: Dialect) {
        if took >= SLOW
            && let Some(shape) = of_list(catalog, plan, dialect)
        {
            self.note(shape, took, false);
        }
    }

    fn note(&self, shape: Shape, took: Duration, is_wanted: bool) {
        let mut seen = self.0.lock();
        if seen.len() >= REMEMBERED {
            seen.retain(|_, watched| watched.is_settled || watched.slow > 1);
        }
        let name = shape.name();
        let watched =
            seen.entry(name).or_insert(Watched { shape, slow: 0, total: Duration::ZERO, is_wanted, is_settled: false });
        watched.slow += 1;
        watched.total += took;
        watched.is_wanted |= is_wanted;
    }

    fn settle(&self, shape: &Shape) {
        if let Some(watched) = self.0.lock().get_mut(&shape.name()) {
            watched.is_settled = true;
        }
    }

    /// The shape that has cost most.
    fn due(&self) -> Vec<Watched> {
        let seen = self.0.lock();
        let mut due: Vec<Watched> = seen
            .values()
            .filter(|watched| !watched.is_settled && (watched.is_wanted || watched.slow >= TIMES))
            .cloned()
            .collect();
        due.sort_by_key(|watched| std::cmp::Reverse(watched.total));
        due
    }
}

/// A column an index may begin with: one that stands in the object's own table.
fn own<'a>(object: &'a Object, operand: &Operand) -> Option<&'a Field> {
    if !operand.steps.is_empty() || operand.object != object.id || operand.shown.is_some() {
        return None;
    }
    let field = object.field_by_id(operand.field)?;
    let is_plain = !matches!(field.column, Column::None | Column::Links { .. } | Column::Json { .. });
    (is_plain && field.is_stored()).then_some(field)
}

/// The expressions of an index have no alias before their columns.
fn bare(expression: &str) -> String {
    let bare = expression.replace("r.\"", "\"").replace("r.id", "id");
    if bare.starts_with('"') || bare == "id" { bare } else { format!("({bare})") }
}

/// Fields tested for one value, and the fields tested for a range.
fn tested<'a>(object: &'a Object, cond: &Cond, equal: &mut Vec<&'a Field>, ranged: &mut Vec<&'a Field>) {
    match cond {
        Cond::And(parts) => parts.iter().for_each(|part| tested(object, part, equal, ranged)),
        Cond::Test { on, is } => {
            let Some(field) = own(object, on) else { return };
            match is {
                Is::Eq(value) if *value != Value::Null => equal.push(field),
                Is::In(values) if values.len() == 1 => equal.push(field),
                Is::In(_) | Is::Compare(..) | Is::Between(..) | Is::Range(..) => ranged.push(field),
                _ => {}
            }
        }
        _ => {}
    }
}

/// The field that is looked for by its folded text.
fn folded<'a>(object: &'a Object, cond: &Cond) -> Option<&'a Field> {
    match cond {
        Cond::And(parts) => parts.iter().find_map(|part| folded(object, part)),
        Cond::Test { on, is: Is::FoldedIn(_) } => own(object, on),
        _ => None,
    }
}

fn equal_columns(mut equal: Vec<&Field>) -> Vec<String> {
    equal.sort_by_key(|field| field.id);
    equal.dedup_by_key(|field| field.id);
    equal.iter().map(|field| quoted(&field.physical)).collect()
}

fn of_list(catalog: &Catalog, plan: &ListPlan, dialect: Dialect) -> Option<Shape> {
    let object = catalog.object_by_id(plan.object)?;
    let (mut equal, mut ranged) = (Vec::new(), Vec::new());
    tested(object, &plan.filter, &mut equal, &mut ranged);
    let mut columns = equal_columns(equal);
    let one_way = plan.sort.windows(2).all(|pair| pair[0].descending == pair[1].descending);
    let terms: Option<Vec<(&Field, Order)>> =
        plan.sort.iter().map(|term| Some((own(object, &term.operand)?, term.order))).collect();
    let sorted = terms.filter(|_| one_way).map(|terms| {
        terms
            .into_iter()
            .flat_map(|(field, order)| sort_columns(field, "r", order))
            .map(|expression| bare(&expression))
            .collect::<Vec<_>>()
    });
    let tail: Vec<String> = match sorted {
        Some(sorted) if !sorted.is_empty() => sorted,
        _ => match folded(object, &plan.filter) {
            Some(field) => vec![bare(&searched_column(field, "r"))],
            None => ranged.iter().take(1).map(|field| quoted(&field.physical)).collect(),
        },
    };
    if columns.is_empty() && tail.is_empty() {
        return None;
    }
    for column in tail {
        if !columns.contains(&column) {
            columns.push(if dialect == Dialect::Postgres { format!("{column} asc nulls first") } else { column });
        }
    }
    columns.push("id".into());
    columns.dedup();
    Some(Shape { object: object.id, table: object.table.clone(), columns, covered: Vec::new() })
}

fn of_aggregate(catalog: &Catalog, plan: &AggregatePlan) -> Option<Shape> {
    let object = catalog.object_by_id(plan.object)?;
    let (mut equal, mut ranged) = (Vec::new(), Vec::new());
    if !is_covered(object, &plan.filter) || plan.measures.iter().any(|measure| measure.filter.is_some()) {
        return None;
    }
    tested(object, &plan.filter, &mut equal, &mut ranged);
    let mut columns = equal_columns(equal);
    let groups: Vec<&Field> = plan.groups.iter().map(|group| own(object, &group.operand)).collect::<Option<_>>()?;
    let measured: Vec<&Field> = plan
        .measures
        .iter()
        .filter_map(|measure| measure.operand.as_ref())
        .map(|on| own(object, on))
        .collect::<Option<_>>()?;
    for field in groups.iter().chain(&ranged) {
        let column = quoted(&field.physical);
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    let mut covered: Vec<String> = Vec::new();
    for field in measured {
        let column = quoted(&field.physical);
        if !columns.contains(&column) && !covered.contains(&column) {
            covered.push(column);
        }
    }
    if columns.is_empty() {
        return None;
    }
    Some(Shape { object: object.id, table: object.table.clone(), columns, covered })
}

/// Whether all the filter looks at would stand in the index.
fn is_covered(object: &Object, cond: &Cond) -> bool {
    match cond {
        Cond::Const(_) => true,
        Cond::And(parts) => parts.iter().all(|part| is_covered(object, part)),
        Cond::Test { .. } => {
            let (mut equal, mut ranged) = (Vec::new(), Vec::new());
            tested(object, cond, &mut equal, &mut ranged);
            equal.len() + ranged.len() > 0
        }
        _ => false,
    }
}

impl Db {
    /// Notes how long a sum took.
    pub(crate) fn took_aggregate(&self, catalog: &Catalog, plan: &AggregatePlan, took: Duration) {
        if took >= SLOW
            && let Some(shape) = of_aggregate(catalog, plan)
        {
            self.seen.note(shape, took, false);
        }
    }

    /// A definition will ask for this list: its index is made before anybody waits for it.
    pub fn expect_list(&self, catalog: &Catalog, plan: &ListPlan) {
        if let Some(shape) = of_list(catalog, plan, self.dialect()) {
            self.seen.note(shape, Duration::ZERO, true);
        }
    }

    /// Makes the indexes that are due, one at a time, for as long as the process lives.
    pub async fn tend(&self) {
        loop {
            match self.tend_once().await {
                Ok(true) => {}
                Ok(false) => tokio::time::sleep(Duration::from_secs(2)).await,
                Err(Fault::Closed) => return,
                Err(fault) => {
                    tracing::warn!(%fault, "an index could not be made");
                    tokio::time::sleep(Duration::from_secs(30)).await;
                }
            }
        }
    }

    /// Makes one index that is due; whether there was one.
    pub async fn tend_once(&self) -> Result<bool, Fault> {
        for watched in self.seen.due() {
            let shape = &watched.shape;
            let made = self.made(shape.object).await?;
            let serves =
                |text: &String| *text == shape.text() || text.starts_with(shape.text().trim_end_matches(" + "));
            if made.iter().any(serves) || made.len() >= BUDGET {
                self.seen.settle(shape);
                continue;
            }
            let rows = self.rows_about(&shape.table).await?;
            if rows < FEW {
                // What a definition asks for waits until there is something to look through.
                if !watched.is_wanted {
                    self.seen.settle(shape);
                }
                continue;
            }
            if self.dialect() == Dialect::Sqlite && rows > AT_ONCE && !self.is_quiet().await? {
                continue;
            }
            let begun = std::time::Instant::now();
            // An index that cannot be made is not tried again until the next start.
            self.seen.settle(shape);
            match &*self.inner {
                Inner::Sqlite(db) => db.statement(shape.statement(Dialect::Sqlite)).await?,
                Inner::Postgres(db) => {
                    db.make_index(&shape.name(), &shape.statement(Dialect::Postgres), &shape.table).await?
                }
            }
            tracing::info!(index = shape.name(), columns = shape.text(), took = ?begun.elapsed(), "made an index");
            self.write(vec![self.row(&watched)]).await?;
            return Ok(true);
        }
        Ok(false)
    }

    fn row(&self, watched: &Watched) -> TableWrite {
        let shape = &watched.shape;
        TableWrite::Put {
            table: "db_shape",
            values: vec![
                ("object", i64::from(shape.object).into()),
                ("shape", shape.text().into()),
                ("uses", i64::from(watched.slow).into()),
                ("total_us", i64::try_from(watched.total.as_micros()).unwrap_or(i64::MAX).into()),
                ("seen_at", self.clock.now().timestamp_micros().into()),
                ("index_name", shape.name().into()),
            ],
            keys: 2,
        }
    }

    /// The shapes of an object that have their index.
    async fn made(&self, object: ObjectId) -> Result<HashSet<String>, Fault> {
        let select =
            Select::from("db_shape", &["shape", "index_name"]).that(Where::Is("object", i64::from(object).into()));
        let rows = self.table(select).await?;
        Ok(rows.iter().filter(|row| !row.is_null(1)).map(|row| row.text(0).to_owned()).collect())
    }

    async fn rows_about(&self, table: &str) -> Result<i64, Fault> {
        let text = match self.dialect() {
            Dialect::Sqlite => format!("select coalesce(max(n), 0) from {}", quoted(table)),
            Dialect::Postgres => {
                // Its own count is as old as its last look; a row takes a hundred bytes or more.
                format!(
                    "select greatest(reltuples::bigint, pg_relation_size(oid) / 100) from pg_class where oid = '{}'::regclass",
                    quoted(table)
                )
            }
        };
        let rows = self.raw(Sql::with(self.dialect(), &text), 1).await?;
        Ok(rows.first().map_or(0, |row| row.int(0)))
    }

    async fn is_quiet(&self) -> Result<bool, Fault> {
        let rows = self.table(Select::from("history_commit", &["moment"]).ordered("moment desc").limit(1)).await?;
        let last = rows.first().map_or(0, |row| row.int(0));
        let now = kehub_model::Moment::ZERO.next(self.clock.now());
        Ok((now.0 - last) >> 12 > QUIET.as_micros() as i64)
    }

    pub(crate) async fn raw(&self, sql: Sql, columns: usize) -> Result<Vec<crate::TableRow>, Fault> {
        match &*self.inner {
            Inner::Sqlite(db) => db.raw(sql, columns).await,
            Inner::Postgres(db) => db.raw(sql, columns).await,
        }
    }

    /// How the database would carry out a list: for those who wonder why it is slow.
    pub async fn explain(&self, catalog: &Catalog, plan: &ListPlan) -> Result<String, Fault> {
        let compiled =
            compile::list(catalog, &Relations::default(), self.dialect(), plan, Segment::All, plan.limit + 1)?;
        let (word, columns) =
            if self.dialect() == Dialect::Sqlite { ("explain query plan", 4) } else { ("explain", 1) };
        let sql = Sql { text: format!("{word} {}", compiled.sql.text), ..compiled.sql };
        let rows = self.raw(sql, columns).await?;
        Ok(rows.iter().map(|row| row.text(columns - 1)).collect::<Vec<_>>().join("\n"))
    }
}
