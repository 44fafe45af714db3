//! Reading the past on PostgreSQL: connections that keep their scratch tables as temporary ones, each reading on one snapshot.

use std::ops::Deref;
use std::sync::Arc;

use deadpool_postgres::Object as Pooled;
use kehub_model::query::{AggregatePlan, ListPlan};
use kehub_model::{Catalog, Value};

use super::{Postgres, aggregated, fault, list, next, parameters, query, save};
use crate::bind::{Dialect, Sql, quoted};
use crate::codec::Raw;
use crate::compile::Relations;
use crate::fault::Fault;
use crate::past::{self, At, Fill, Named, Place, Reader, Session};
use crate::save::Listed;

/// A connection that does not go back into the pool: its tables and its transaction are its own.
pub(super) struct Held(Option<Pooled>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.take().map(Pooled::take);
    }
}

impl Deref for Held {
    type Target = Option<Pooled>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

struct Remote<'a>(&'a Pooled);

impl Reader for Remote<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    async fn query(&mut self, sql: &Sql) -> Result<Vec<Vec<Raw>>, Fault> {
        let rows = query(self.0, sql).await?;
        rows.iter()
            .map(|row| {
                let mut column = 0;
                (0..row.len()).map(|_| next(row, &mut column)).collect()
            })
            .collect()
    }

    async fn execute(&mut self, sql: &Sql) -> Result<(), Fault> {
        self.0.execute(sql.text.as_str(), &parameters(&sql.binds)).await.map(drop).map_err(fault)
    }

    async fn fill(&mut self, mut fill: Fill) -> Result<(), Fault> {
        let names: Vec<String> = fill.columns.iter().map(|name| quoted(name)).collect();
        while !fill.rows.is_empty() {
            let rest = fill.rows.split_off(fill.rows.len().min(1_000));
            let mut sql = Sql::new(Dialect::Postgres);
            let source = save::arrays(&mut sql, std::mem::replace(&mut fill.rows, rest), &fill.types);
            let names = names.join(", ");
            sql.text = format!("insert into {} ({names}) select * from {source}", fill.table);
            self.execute(&sql).await?;
        }
        Ok(())
    }
}

impl Postgres {
    pub(crate) async fn list_past(&self, catalog: Arc<Catalog>, plan: ListPlan, at: At) -> Result<Listed, Fault> {
        let (session, relations) = self.past(&catalog, &past::by_list(&plan), at).await?;
        let client = session.connection.as_ref().ok_or(Fault::Closed)?;
        let listed = list(client, &catalog, &relations, &plan).await?;
        self.ended(session).await?;
        Ok(listed)
    }

    pub(crate) async fn aggregate_past(
        &self,
        catalog: Arc<Catalog>,
        plan: AggregatePlan,
        at: At,
    ) -> Result<Vec<Vec<Value>>, Fault> {
        let (session, relations) = self.past(&catalog, &past::by_aggregate(&plan), at).await?;
        let client = session.connection.as_ref().ok_or(Fault::Closed)?;
        let rows = aggregated(client, &catalog, &relations, &plan).await?;
        self.ended(session).await?;
        Ok(rows)
    }

    /// A connection in a transaction, and how the objects stood. Only what goes well to the end is kept: a fault, or a reader
    /// who has left, takes the connection and its tables along.
    async fn past(&self, catalog: &Catalog, named: &Named, at: At) -> Result<(Session<Held>, Relations), Fault> {
        let place = self.past.take(at.at).await?;
        let permit = match place {
            Place::Used(session) if session.connection.as_ref().is_some_and(|client| !client.is_closed()) => {
                Ok(session)
            }
            Place::Used(mut gone) => Err(gone.leave().ok_or(Fault::Closed)?),
            Place::New(permit) => Err(permit),
        };
        let mut session = match permit {
            Ok(session) => session,
            Err(permit) => {
                let client = self.client().await?;
                // Between two slices of a long log nothing is asked for a while.
                client.batch_execute("set idle_in_transaction_session_timeout = '60s'").await.map_err(fault)?;
                self.past.begin(Held(Some(client)), permit)
            }
        };
        let client = session.connection.as_ref().ok_or(Fault::Closed)?;
        client.batch_execute("begin isolation level repeatable read").await.map_err(fault)?;
        let relations = past::stand(&mut Remote(client), &mut session.kept, catalog, named, at).await?;
        Ok((session, relations))
    }

    async fn ended(&self, session: Session<Held>) -> Result<(), Fault> {
        let client = session.connection.as_ref().ok_or(Fault::Closed)?;
        client.batch_execute("commit").await.map_err(fault)?;
        // Their texts name this moment and these tables: few are ever asked again.
        client.statement_cache.clear();
        self.past.home().keep(session);
        Ok(())
    }
}
