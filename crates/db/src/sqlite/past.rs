//! Reading the past on SQLite: connections that keep their scratch tables as temporary ones.

use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt as _;
use kehub_model::query::{AggregatePlan, ListPlan};
use kehub_model::{Catalog, Value};
use rusqlite::Connection;

use super::statements::{execute, query};
use super::{READ_LIMIT, Sqlite, read_only, reads};
use crate::bind::{Dialect, Sql, quoted};
use crate::codec::Raw;
use crate::compile::Relations;
use crate::fault::Fault;
use crate::past::{self, At, Fill, Named, Place, Reader};
use crate::save::Listed;

struct Local<'a>(&'a Connection);

impl Reader for Local<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn query(&mut self, sql: &Sql) -> Result<Vec<Vec<Raw>>, Fault> {
        let columns = self.0.prepare_cached(&sql.text)?.column_count();
        query(self.0, sql, |next| (0..columns).map(|_| next()).collect())
    }

    async fn execute(&mut self, sql: &Sql) -> Result<(), Fault> {
        execute(self.0, sql).map(drop)
    }

    async fn fill(&mut self, fill: Fill) -> Result<(), Fault> {
        let names: Vec<String> = fill.columns.iter().map(|name| quoted(name)).collect();
        let places: Vec<String> = (1..=names.len()).map(|n| format!("?{n}")).collect();
        let text = format!("insert into {} ({}) values ({})", fill.table, names.join(", "), places.join(", "));
        let mut statement = self.0.prepare(&text)?;
        for row in &fill.rows {
            statement.execute(rusqlite::params_from_iter(row))?;
        }
        Ok(())
    }
}

impl Sqlite {
    pub(crate) async fn list_past(&self, catalog: Arc<Catalog>, plan: ListPlan, at: At) -> Result<Listed, Fault> {
        let named = past::by_list(&plan);
        self.past(catalog.clone(), named, at, move |connection, relations| {
            reads::list(connection, &catalog, relations, &plan)
        })
        .await
    }

    pub(crate) async fn aggregate_past(
        &self,
        catalog: Arc<Catalog>,
        plan: AggregatePlan,
        at: At,
    ) -> Result<Vec<Vec<Value>>, Fault> {
        let named = past::by_aggregate(&plan);
        self.past(catalog.clone(), named, at, move |connection, relations| {
            reads::aggregate(connection, &catalog, relations, &plan)
        })
        .await
    }

    /// Reads how objects stood. Only what went well is kept: after a fault the connection and its scratch tables go.
    async fn past<T: Send + 'static>(
        &self,
        catalog: Arc<Catalog>,
        named: Named,
        at: At,
        read: impl FnOnce(&Connection, &Relations) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let mut session = match self.past.take(at.at).await? {
            Place::Used(session) => session,
            Place::New(permit) => {
                let connection = read_only(&self.path, self.side.path())?;
                // Scratch tables may grow: beyond its cache SQLite puts them into a file of its own that nobody else sees.
                connection.execute_batch("pragma temp_store = file")?;
                self.past.begin(connection, permit)
            }
        };
        let home = self.past.home();
        let run = move || {
            let deadline = Instant::now() + READ_LIMIT;
            let connection = &session.connection;
            connection.progress_handler(10_000, Some(move || Instant::now() > deadline)).map_err(Fault::from)?;
            connection.execute_batch("begin")?;
            let mut local = Local(connection);
            let standing = past::stand(&mut local, &mut session.kept, &catalog, &named, at);
            let relations = standing.now_or_never().ok_or(Fault::Closed)??;
            let answer = read(connection, &relations)?;
            connection.execute_batch("commit")?;
            home.keep(session);
            Ok(answer)
        };
        tokio::task::spawn_blocking(run).await.map_err(|_| Fault::Closed)?
    }

    /// Returns when every write that had begun is done.
    pub(crate) async fn written(&self) -> Result<(), Fault> {
        self.write(Vec::new(), false).await.map(drop)
    }
}
