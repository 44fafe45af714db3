//! A whole workspace from one database to the other: every table with every row, in one snapshot of the source and one
//! transaction of the target. Backups of PostgreSQL and `kehub move` stand on it.
//!
//! Columns are asked of PostgreSQL, which knows their types; only numbers need the catalog, because SQLite keeps them scaled.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use kehub_model::fields::Column;
use kehub_model::{Catalog, Field, Object};
use rusqlite::Connection;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls};

use crate::bind::{Bind, Dialect, Sql, quoted};
use crate::clock::WallClock;
use crate::codec::{self, Raw};
use crate::compile::links_table;
use crate::fault::Fault;
use crate::{Db, Target, ddl, exact, sqlite};

/// Rows that go over at a time.
const SLICE: usize = 1_000;

/// What each database keeps for itself: migrations, followers, what it learnt of its own use.
const OWN: &[&str] = &["migration", "search_cursor", "search_object", "db_shape"];

/// How many rows of each table went over.
pub type Carried = BTreeMap<String, u64>;

/// Carries the workspace of a SQLite file into an empty schema of PostgreSQL. Nothing is written when anything fails.
pub async fn to_postgres(file: &Path, url: &str, schema: &str) -> Result<Carried, Fault> {
    make_ready(&Target::File(file.to_owned())).await?;
    make_ready(&Target::Postgres { url: url.to_owned(), schema: schema.to_owned() }).await?;
    let source = sqlite::open_to_read(file)?;
    let mut client = connect(url, schema).await?;
    let shapes = Shapes::of(&sqlite_versions(&source)?)?;
    let transaction = client.transaction().await?;
    let stands = transaction
        .query_one("select (select catalog from catalog_meta) + (select count(*) from history_commit)", &[])
        .await?;
    if stands.get::<_, i64>(0) != 0 {
        return Err(anyhow::anyhow!("the schema “{schema}” holds data already; an empty one is needed").into());
    }
    for statement in shapes.tables(Dialect::Postgres) {
        transaction.batch_execute(&statement).await?;
    }
    let tables = tables(transaction.client(), schema, &shapes).await?;
    let mut carried = Carried::new();
    for table in &tables {
        transaction.batch_execute(&format!("delete from {}", quoted(&table.name))).await?;
        let insert = transaction.prepare(&table.insert()).await?;
        let mut after = i64::MIN;
        loop {
            let (rows, last) = table.read_sqlite(&source, after)?;
            let Some(last) = last else { break };
            let columns = table.columns_of(rows)?;
            let binds: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| column as _).collect();
            *carried.entry(table.name.clone()).or_default() += transaction.execute(&insert, &binds).await?;
            after = last;
        }
    }
    for statement in shapes.constraints()? {
        transaction.batch_execute(&statement).await?;
    }
    transaction.commit().await?;
    client.batch_execute("analyze").await?;
    Ok(carried)
}

/// Carries the workspace of a schema of PostgreSQL into a SQLite file that is not there yet.
pub async fn to_sqlite(url: &str, schema: &str, file: &Path) -> Result<Carried, Fault> {
    if file.exists() {
        return Err(anyhow::anyhow!("{} is there already", file.display()).into());
    }
    make_ready(&Target::Postgres { url: url.to_owned(), schema: schema.to_owned() }).await?;
    make_ready(&Target::File(file.to_owned())).await?;
    let target = sqlite::open_to_write(file)?;
    let mut client = connect(url, schema).await?;
    let transaction = client
        .build_transaction()
        .isolation_level(tokio_postgres::IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .await?;
    let mut versions = Vec::new();
    for row in transaction.query("select version, body from catalog_version order by version", &[]).await? {
        versions.push((row.get::<_, i64>(0), row.get::<_, Vec<u8>>(1)));
    }
    let shapes = Shapes::of(&versions)?;
    let tables = tables(transaction.client(), schema, &shapes).await?;
    // Links are checked once, at the end: rows come table by table.
    target.execute_batch("pragma foreign_keys = off; begin immediate")?;
    for statement in shapes.tables(Dialect::Sqlite) {
        target.execute_batch(&statement)?;
    }
    let mut carried = Carried::new();
    for table in &tables {
        target.execute_batch(&format!("delete from {}", quoted(&table.name)))?;
        let names = table.names();
        transaction
            .batch_execute(&format!("declare carried no scroll cursor for select {names} from {}", quoted(&table.name)))
            .await?;
        loop {
            let rows = transaction.query(&format!("fetch {SLICE} from carried"), &[]).await?;
            for row in &rows {
                let cells = (0..table.columns.len()).map(|n| row.try_get(n)).collect::<Result<Vec<Raw>, _>>()?;
                table.write_sqlite(&target, cells)?;
            }
            *carried.entry(table.name.clone()).or_default() += rows.len() as u64;
            if rows.len() < SLICE {
                break;
            }
        }
        transaction.batch_execute("close carried").await?;
    }
    let broken = target.prepare("pragma foreign_key_check")?.exists([])?;
    if broken {
        return Err(anyhow::anyhow!("a link names a record that is not there").into());
    }
    target.execute_batch("commit; pragma wal_checkpoint(truncate)")?;
    Ok(carried)
}

/// Makes a database and its own tables, or brings them to this version.
async fn make_ready(target: &Target) -> Result<(), Fault> {
    let clock = Arc::new(WallClock { offset: chrono::Duration::zero() });
    Db::open(target, clock).await?.close().await;
    Ok(())
}

async fn connect(url: &str, schema: &str) -> Result<Client, Fault> {
    let mut config: tokio_postgres::Config = url.parse()?;
    config
        .application_name("kehub")
        .options(format!("-c search_path={schema} -c statement_timeout=0 -c lock_timeout=5s"));
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(async move {
        // Its end is told by whatever is asked next.
        let _ended = connection.await;
    });
    Ok(client)
}

fn sqlite_versions(source: &Connection) -> Result<Vec<(i64, Vec<u8>)>, Fault> {
    let mut statement = source.prepare("select version, body from catalog_version order by version")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect::<Result<_, _>>().map_err(Fault::from)
}

/// The objects' tables: as the newest catalog has them, with the columns that earlier ones left standing.
struct Shapes {
    newest: Catalog,
    /// Fields that were retired or converted, by the object they stand in.
    left: Vec<(Arc<Object>, Field)>,
    /// How the numbers of a table's column stand.
    numbers: HashMap<(String, String), Column>,
}

impl Shapes {
    fn of(versions: &[(i64, Vec<u8>)]) -> Result<Shapes, Fault> {
        let compile = |(number, body): &(i64, Vec<u8>)| -> Result<Catalog, Fault> {
            let stored = serde_json::from_slice(body).map_err(anyhow::Error::from)?;
            Catalog::compile(*number as i32, stored).map_err(|problems| anyhow::anyhow!("{problems:?}").into())
        };
        let newest = versions.last().map_or(Ok(Catalog::default()), compile)?;
        let mut stands: HashSet<(String, String)> = HashSet::new();
        for object in newest.objects() {
            stands.extend(object.fields.iter().map(|field| (object.table.clone(), field.physical.clone())));
        }
        let (mut left, mut numbers) = (Vec::new(), HashMap::new());
        // The newest way a column stood is the one that counts: a name is never given to another column.
        for version in versions.iter().rev() {
            let catalog = compile(version)?;
            for object in catalog.objects() {
                let Some(now) = newest.object_by_id(object.id) else { continue };
                for field in object.fields.iter().chain(&object.retired) {
                    let place = (object.table.clone(), field.physical.clone());
                    numbers.entry(place.clone()).or_insert_with(|| field.column.clone());
                    if stands.insert(place) {
                        left.push((now.clone(), field.clone()));
                    }
                }
            }
        }
        Ok(Shapes { newest, left, numbers })
    }

    /// The statements that make the tables.
    fn tables(&self, dialect: Dialect) -> Vec<String> {
        let mut statements = Vec::new();
        for object in self.newest.objects() {
            statements.extend(ddl::create(object, &self.newest, dialect));
        }
        for (object, field) in &self.left {
            statements.extend(ddl::add_field(object, field, &self.newest, dialect));
        }
        statements
    }

    fn constraints(&self) -> Result<Vec<String>, Fault> {
        let mut statements = Vec::new();
        for object in self.newest.objects() {
            let change = kehub_model::schema::SchemaChange::AddObject { object: object.id };
            statements.extend(ddl::constraints(&change, &self.newest)?);
        }
        Ok(statements)
    }

    /// Tables of objects and of their many-links.
    fn names(&self) -> HashSet<String> {
        let mut names: HashSet<String> = self.newest.objects().map(|object| object.table.clone()).collect();
        let linked = |object: &Object, field: &Field| {
            matches!(field.column, Column::Links { .. })
                .then(|| links_table(object, field).trim_matches('"').to_owned())
        };
        for object in self.newest.objects() {
            names.extend(object.fields.iter().filter_map(|field| linked(object, field)));
        }
        names.extend(self.left.iter().filter_map(|(object, field)| linked(object, field)));
        names
    }
}

/// A table to be carried, its columns as PostgreSQL has them.
struct Table {
    name: String,
    columns: Vec<TableColumn>,
}

struct TableColumn {
    name: String,
    /// PostgreSQL's type.
    is: String,
    /// Of numbers: how many digits SQLite's whole number has behind the point; `None` where it keeps all digits.
    scale: Option<u8>,
}

/// All tables both databases have.
async fn tables(client: &Client, schema: &str, shapes: &Shapes) -> Result<Vec<Table>, Fault> {
    let text = "select c.relname, a.attname, format_type(a.atttypid, null) from pg_class c
        join pg_namespace s on s.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
        where s.nspname = $1 and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped order by c.relname, a.attnum";
    let objects = shapes.names();
    let mut tables: Vec<Table> = Vec::new();
    for row in client.query(text, &[&schema]).await? {
        let (table, name, is): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        // Tables of objects begin so; what is none of theirs is a follower's.
        let is_objects = table.starts_with("x_") || table.starts_with("l_") || table.starts_with("q_");
        if OWN.contains(&table.as_str()) || (is_objects && !objects.contains(&table)) || is == "xid8" {
            continue;
        }
        let scale = match shapes.numbers.get(&(table.clone(), name.clone())) {
            Some(Column::Decimal { scale }) => Some(*scale),
            _ => None,
        };
        if tables.last().is_none_or(|last| last.name != table) {
            tables.push(Table { name: table, columns: Vec::new() });
        }
        if let Some(last) = tables.last_mut() {
            last.columns.push(TableColumn { name, is, scale });
        }
    }
    Ok(tables)
}

impl Table {
    fn names(&self) -> String {
        self.columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
    }

    /// Many rows at once, column by column.
    fn insert(&self) -> String {
        let lists = self.columns.iter().enumerate().map(|(n, column)| format!("${}::{}[]", n + 1, column.is));
        format!(
            "insert into {} ({}) select * from unnest({})",
            quoted(&self.name),
            self.names(),
            lists.collect::<Vec<_>>().join(", ")
        )
    }

    /// The next rows and the number of the last of them; none when there are no more.
    fn read_sqlite(&self, source: &Connection, after: i64) -> Result<(Vec<Vec<Raw>>, Option<i64>), Fault> {
        let text = format!(
            "select rowid, {} from {} where rowid > ?1 order by rowid limit {SLICE}",
            self.names(),
            quoted(&self.name)
        );
        let sql = Sql { binds: vec![Bind::Int(after)], ..Sql::with(Dialect::Sqlite, &text) };
        let mut last = None;
        let rows = sqlite::query(source, &sql, |next| {
            last = Some(next()?.int());
            (0..self.columns.len()).map(|_| next()).collect()
        })?;
        Ok((rows, last))
    }

    /// Rows of SQLite turned into PostgreSQL's columns.
    fn columns_of(&self, rows: Vec<Vec<Raw>>) -> Result<Vec<Bind>, Fault> {
        let mut columns: Vec<Vec<Bind>> = self.columns.iter().map(|_| Vec::with_capacity(rows.len())).collect();
        for row in rows {
            for (n, raw) in row.into_iter().enumerate() {
                columns[n].push(self.columns[n].for_postgres(raw).ok_or_else(|| self.strange(n))?);
            }
        }
        Ok(columns.into_iter().map(Bind::List).collect())
    }

    fn write_sqlite(&self, target: &Connection, cells: Vec<Raw>) -> Result<(), Fault> {
        let places: Vec<String> = (1..=self.columns.len()).map(|n| format!("?{n}")).collect();
        let text = format!("insert into {} ({}) values ({})", quoted(&self.name), self.names(), places.join(", "));
        let mut sql = Sql::with(Dialect::Sqlite, &text);
        for (n, raw) in cells.into_iter().enumerate() {
            sql.binds.push(self.columns[n].for_sqlite(raw).ok_or_else(|| self.strange(n))?);
        }
        sqlite::execute(target, &sql).map(drop)
    }

    fn strange(&self, n: usize) -> Fault {
        anyhow::anyhow!("{}.{} holds what its type does not", self.name, self.columns[n].name).into()
    }
}

impl TableColumn {
    fn for_postgres(&self, raw: Raw) -> Option<Bind> {
        Some(match (self.is.as_str(), raw) {
            (_, Raw::Null) => Bind::Null,
            ("smallint" | "integer" | "bigint", Raw::Int(number)) => Bind::Int(number),
            ("boolean", Raw::Int(number)) => Bind::Bool(number != 0),
            ("text" | "character varying", Raw::Text(text)) => Bind::Text(text),
            ("bytea", Raw::Bytes(bytes)) => Bind::Bytes(bytes),
            ("uuid", raw) => Bind::Uuid(raw.uuid()?),
            ("numeric", Raw::Int(number)) => {
                Bind::Decimal(rust_decimal::Decimal::new(number, u32::from(self.scale.unwrap_or(0))).normalize())
            }
            ("numeric", Raw::Bytes(bytes)) => Bind::Decimal(exact::decode(&bytes)?),
            ("date", Raw::Text(text)) => Bind::Date(text.parse().ok()?),
            ("time without time zone", Raw::Text(text)) => Bind::Time(text.parse().ok()?),
            ("timestamp with time zone", raw) => Bind::Instant(raw.instant()?),
            _ => return None,
        })
    }

    fn for_sqlite(&self, raw: Raw) -> Option<Bind> {
        Some(match raw {
            Raw::Null => Bind::Null,
            Raw::Int(number) => Bind::Int(number),
            Raw::Bool(yes) => Bind::Bool(yes),
            Raw::Text(text) => Bind::Text(text),
            Raw::Bytes(bytes) => Bind::Bytes(bytes),
            Raw::Uuid(id) => Bind::Uuid(id),
            Raw::Decimal(number) => match self.scale {
                Some(scale) => Bind::Int(codec::scaled(number, scale)?),
                None => Bind::Bytes(exact::encode(number)),
            },
            Raw::Date(day) => Bind::Date(day),
            Raw::Time(time) => Bind::Time(time),
            Raw::Instant(at) => Bind::Instant(at),
            Raw::Uuids(_) | Raw::Real(_) => return None,
        })
    }
}
