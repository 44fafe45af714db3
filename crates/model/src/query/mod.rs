//! The query language: what lists, permissions, segments, reports, rule conditions and the API's filters are written in.
//! Three executors agree on it: SQLite SQL, PostgreSQL SQL (both made by `db` from a [`Cond`]) and memory ([`holds`]).
//!
//! `parse -> resolve against the actor's catalog -> type -> Cond`: see [`ask`] for the form people send, [`cond`] for the
//! form executors take.

mod op;

pub use op::Op;
