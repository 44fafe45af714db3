//! The import without any door: what a file's rows say, what is asked about them, and what becomes of them. Pure.
//!
//! `headings` finds fields for columns, `plan` makes a mapping ready, `read` reads cells by their fields, `ask` says what must
//! be looked up, `judge` tells each row's fate, `near` what somebody may have meant, `propose` makes an object of a file.

mod ask;
mod headings;
mod judge;
mod near;
mod plan;
mod propose;
mod read;

pub use ask::{InFile, Missing, Wanted, missing_parents, new_options, wanted_links};
pub use headings::{How, Match, complete, match_columns, remembered};
pub use judge::{
    Fate, FieldChange, Hits, Judged, Known, Resolved, Seen, as_json, comparable, fingerprint, hits, judge, resolve,
};
pub use near::{distance, nearest, squeezed};
pub use plan::{By, LinkTo, Place, Plan, is_decimal_comma, key_of, kind_as_written};
pub use propose::{LinkGuess, Proposal, is_link, names_in, propose};
pub use read::{Part, ReadRow, read_row};
