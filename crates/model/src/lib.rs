//! The vocabulary: what can be defined, happen, be wanted, be wrong.
//!
//! **Architecture invariant:** this crate is pure. It knows no database, clock, network, randomness or async; a time or a die
//! it needs is handed to it.

pub mod cell;
pub mod fields;
pub mod formula;
pub mod key;
pub mod label;
pub mod moment;
pub mod problem;
pub mod query;
pub mod text;
pub mod value;

pub use cell::Cell;
pub use label::{Label, Language};
pub use moment::Moment;
pub use problem::{Code, Problem, Problems};
pub use value::{CellError, RecordId, Value};
