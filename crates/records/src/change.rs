//! What is asked of the write door, and what it answers.

use kehub_model::history::Cause;
use kehub_model::{Action, FieldId, Moment, ObjectId, RecordId};

/// One record to be changed. Values are as the API takes them; they are read and checked behind the door.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub object: ObjectId,
    pub kind: Action,
    /// Where its problems are told: `records[3]`; empty for a single record.
    pub at: String,
}

/// Because of what a change is made, and how.
#[derive(Clone, Debug, Default)]
pub struct Because {
    pub cause: Option<Cause>,
    /// The id of that cause: the import, the commit undone, the rule run.
    pub cause_id: Option<Vec<u8>>,
    pub on_behalf: Option<RecordId>,
    pub depth: i16,
    /// 0 people, 1 machine, 2 bulk.
    pub lane: i16,
    /// The same key and body within 48 hours gets the same answer.
    pub idempotency: Option<Idempotency>,
    /// Retired fields that values going back stand in: they have their places while this is written.
    pub kept: Vec<(ObjectId, FieldId)>,
    /// Rows of platform tables that must change with it or not at all.
    pub with: Vec<kehub_db::TableWrite>,
}

#[derive(Clone, Debug)]
pub struct Idempotency {
    pub key: String,
    /// SHA-256 of method, path and body.
    pub body: [u8; 32],
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Created,
    Updated,
    Unchanged,
    Deleted,
}

impl Fate {
    pub fn text(self) -> &'static str {
        match self {
            Fate::Created => "created",
            Fate::Updated => "updated",
            Fate::Unchanged => "unchanged",
            Fate::Deleted => "deleted",
        }
    }
}

/// What a write came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// `None` when nothing had to be written.
    pub commit: Option<Moment>,
    /// In the order of the changes.
    pub results: Vec<(RecordId, Fate)>,
    /// The same request had been carried out before; this is its answer.
    pub is_replay: bool,
}
