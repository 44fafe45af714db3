//! Faults: what is wrong on our side of the door, or between us and the database.

/// What went wrong below the door. Nothing of it is told to a client but that it happened.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("the catalog does not fit the plan")]
    Catalog,
    /// The catalog or the rights have moved on since the plan was made.
    #[error("the catalog or the rights have changed")]
    Moved,
    #[error("the cursor does not fit the query")]
    Cursor,
    #[error("the statement took too long")]
    TimedOut,
    #[error("too many conflicting writes")]
    Contention,
    #[error("storage has failed; nothing is acknowledged any more")]
    Storage,
    #[error("shutting down")]
    Closed,
    #[error("sqlite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("postgres: {0:?}")]
    Postgres(#[from] tokio_postgres::Error),
    #[error("postgres pool: {0}")]
    Pool(String),
    #[error("{0}")]
    Other(#[from] anyhow::Error),
}
