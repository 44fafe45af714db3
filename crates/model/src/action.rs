//! What the platform offers to be done to a record: to people, programs, imports and undo alike. All of it goes through the one
//! write door, which reads and checks the values.

use serde_json::{Map, Value as Json};

use crate::catalog::FieldId;
use crate::history::Op;
use crate::moment::Moment;
use crate::value::{RecordId, Value};

/// Something to be done to one record. Values are as the API takes them.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// `id` only when it must be a certain one.
    Create {
        id: Option<RecordId>,
        values: Map<String, Json>,
    },
    /// `version`: refused when the record is at another.
    Update {
        id: RecordId,
        values: Map<String, Json>,
        version: Option<i64>,
    },
    Delete {
        id: RecordId,
        version: Option<i64>,
    },
    /// Back to how it stood, with values out of history: an update, a deletion, or out of the recycle bin. `seen` is the commit
    /// the record must still be at.
    Back {
        id: RecordId,
        op: Op,
        values: Vec<(FieldId, Value)>,
        seen: Option<Moment>,
    },
    /// Creates, or updates the one record whose `key` fields have these values.
    Upsert {
        key: Vec<String>,
        values: Map<String, Json>,
        mode: UpsertMode,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpsertMode {
    /// Refused when there is one already.
    CreateOnly,
    /// Refused when there is none.
    UpdateOnly,
    Either,
}
