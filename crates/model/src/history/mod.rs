//! History: what one commit did, as bytes that hold for ever; and what follows from it: undo, as-of, seals.

mod body;
mod bulk;
mod entry;
pub mod overlay;
pub mod seal;
pub mod undo;
mod wire;

pub use body::{decode, dropped, dropped_digest, encode, find, mentioned_blobs};
pub use entry::{Body, Cause, Change, Commit, Derived, Entry, FieldId, Head, ObjectId, Op};
pub use wire::{BlobHash, Corrupt};

#[cfg(test)]
mod body_tests;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod samples;
