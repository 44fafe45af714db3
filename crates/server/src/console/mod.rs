//! The console: what is done on the server's own machine. A running server does it itself, asked through a socket in the data
//! folder; without one the command opens the data.
//!
//! **Architecture invariant:** one process at a time has the data open: it holds the lock of the data folder.

mod backup;
mod command;
mod lock;
mod proof;
mod run;
mod socket;

pub use backup::{carry, restore};
pub use command::{Command, Order, Report};
pub use lock::Lock;
pub use proof::write_checkpoint;
pub use run::{run, spoken};
pub use socket::{ask, listen};
