//! Files people take away: rows of cells as CSV or XLSX, written as they come.

mod csv;
mod xlsx;

pub use csv::Csv;
pub use xlsx::{Written, Xlsx};

pub(crate) use csv::unguarded;
