//! The vocabulary: what can be defined, happen, be wanted, be wrong.
//!
//! **Architecture invariant:** this crate is pure. It knows no database, clock, network, randomness or async; a time or a die
//! it needs is handed to it.

pub mod action;
pub mod actor;
pub mod catalog;
pub mod cell;
pub mod computed;
pub mod definition;
pub mod derive;
pub mod effect;
pub mod event;
pub mod fields;
pub mod formula;
pub mod history;
pub mod key;
pub mod label;
pub mod moment;
pub mod object;
pub mod org;
pub mod problem;
pub mod query;
pub mod rights;
pub mod rollup;
pub mod schema;
pub mod shape;
pub mod text;
pub mod value;

pub use action::{Action, UpsertMode};
pub use actor::Actor;
pub use catalog::{Catalog, Field, FieldId, Object, ObjectId};
pub use cell::Cell;
pub use definition::Definition;
pub use effect::Effect;
pub use event::Event;
pub use label::{Label, Language};
pub use moment::Moment;
pub use problem::{Code, Problem, Problems};
pub use value::{CellError, RecordId, Value};
