//! The query language: what lists, permissions, segments, reports, rule conditions and the API's filters are written in.
//! Three executors agree on it: SQLite SQL, PostgreSQL SQL (both made by `db` from a [`Cond`]) and memory ([`memory::holds`]).
//!
//! `parse -> resolve against the actor's catalog -> type -> plan`: [`ask`] is the form people send, [`cond`] the form executors
//! take, and [`resolve`] the only way from one to the other.

pub mod ask;
pub mod cond;
mod measure;
pub mod memory;
mod op;
mod operand;
mod resolve;
pub mod when;

pub use ask::{AggregateAsk, Count, FilterAsk, QueryAsk, SortAsk, Unit};
pub use cond::{
    AggregatePlan, Compare, Cond, Group, Is, ListPlan, ManyStep, Measured, Operand, Page, Pick, SortTerm, Step, Way,
};
pub use measure::Measure;
pub use op::Op;
pub use resolve::Resolver;
