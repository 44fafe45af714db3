//! The world outside: files people bring and take away, and how they become records.
//!
//! A *mapping* (`definition`) says which column is which field. `run` reads and judges rows without touching anything: each is
//! *new, changed, same, failed* or *ambiguous*. `store` keeps jobs; `http` asks, writes chunk by chunk, and can be killed at
//! any point: the place it has come to stands in the same transaction as the rows.
//!
//! **Architecture invariant:** nothing is guessed. A cell that could be two values, a name that could be two records, a date
//! that could be two days: the row stays behind and says why.

pub mod definition;
pub mod files;
pub mod http;
pub mod mail;
pub mod outside;
pub mod run;
pub mod store;
#[cfg(test)]
mod tests;
mod validate;

pub use validate::validate;
