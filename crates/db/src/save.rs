//! A save: a plan that asks until it knows enough, then says what to write. The same plan runs on both databases: on SQLite
//! inside the writer, which is the serialisation; on PostgreSQL before a statement that is conditional on what was seen.

use std::sync::Arc;

use kehub_model::catalog::{FieldId, ObjectId};
use kehub_model::query::{AggregatePlan, Cond, ListPlan};
use kehub_model::{Catalog, Moment, Problems, RecordId, Value};

use crate::table::{Select, TableRow, TableWrite};

/// A record's own row, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub id: RecordId,
    pub moment: Moment,
    /// PostgreSQL's `xmin`: changes with any change of the row. 0 on SQLite, whose writer is alone.
    pub seen: u32,
    /// By the place of the field in the object, system fields first. Lists of many-links only when they were asked for.
    pub values: Vec<Value>,
    /// Whether each of the rules asked for holds.
    pub rules: Vec<bool>,
}

/// What a plan may ask before it decides. Answers come in the order of the asks.
#[derive(Clone, Debug)]
pub enum Ask {
    /// Rows by id, in any order; those that are not there are not answered.
    Rows {
        object: ObjectId,
        ids: Vec<RecordId>,
        rules: Vec<Arc<Cond>>,
        links: bool,
    },
    /// Who holds each of these unique combinations.
    Holders {
        object: ObjectId,
        column: String,
        hashes: Vec<[u8; 16]>,
    },
    List(ListPlan),
    Aggregate(AggregatePlan),
    /// Owners of a many-link that name one of these records, as (owner, target).
    Linkers {
        object: ObjectId,
        field: FieldId,
        targets: Vec<RecordId>,
    },
    /// Takes `count` numbers of a series; the first of them. Gaps are allowed, doubles never.
    Serial {
        field: FieldId,
        period: String,
        count: u32,
        start: i64,
    },
    /// Rows of a platform table.
    Table(Select),
    /// When records were deleted: (record, moment, title).
    Trashed {
        object: ObjectId,
        ids: Vec<RecordId>,
    },
}

#[derive(Clone, Debug)]
pub enum Answer {
    Rows(Vec<Row>),
    Holders(Vec<Option<RecordId>>),
    List(Listed),
    Aggregate(Vec<Vec<Value>>),
    Linkers(Vec<(RecordId, RecordId)>),
    Serial(i64),
    Table(Vec<TableRow>),
    Trashed(Vec<(RecordId, Moment)>),
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listed {
    /// Values in the order of the picks.
    pub rows: Vec<Vec<Value>>,
    /// Where the next page begins, when there is one.
    pub next: Option<Vec<Value>>,
}

/// What a plan does next.
#[derive(Debug)]
pub enum Step {
    Need(Vec<Ask>),
    Write(Box<WriteSet>),
    /// Nothing is to be written.
    Nothing,
    /// The idempotency key was used before.
    KeyExists,
    /// A person's mistakes; nothing is written.
    Refuse(Problems),
}

/// What a save writes, all or nothing.
#[derive(Debug, Default)]
pub struct WriteSet {
    pub rows: Vec<RowWrite>,
    pub links: Vec<LinkWrite>,
    pub deltas: Vec<Delta>,
    pub tables: Vec<TableWrite>,
    pub commit: Option<Commit>,
    /// The rights of people may have changed by it: everybody's are compiled again.
    pub touches_rights: bool,
}

#[derive(Debug)]
pub enum RowWrite {
    Insert {
        object: ObjectId,
        id: RecordId,
        values: Vec<Value>,
    },
    /// `values` is the whole row as it shall stand, `changed` the places that differ. A change of derived values alone leaves
    /// version and moment as they are.
    Update {
        object: ObjectId,
        id: RecordId,
        seen: u32,
        values: Vec<Value>,
        changed: Vec<usize>,
        is_derived: bool,
    },
    Delete {
        object: ObjectId,
        id: RecordId,
        seen: u32,
        title: String,
    },
    /// Records let their unique value go before another of the same save takes it; each is updated afterwards, as `OWN`.
    Free {
        object: ObjectId,
        column: String,
        /// Each with what was seen of it.
        records: Vec<(RecordId, u32)>,
    },
    /// A deleted record comes back: as an insert, out of the trash.
    Restore {
        object: ObjectId,
        id: RecordId,
        values: Vec<Value>,
    },
}

/// Of a row this very save has written before: nobody else can have come between.
pub const OWN: u32 = 0;

/// The whole list of a many-link.
#[derive(Debug)]
pub struct LinkWrite {
    pub object: ObjectId,
    pub field: FieldId,
    pub owner: RecordId,
    pub targets: Vec<RecordId>,
}

/// A relative change of a stored roll-up.
#[derive(Debug)]
pub struct Delta {
    pub object: ObjectId,
    pub record: RecordId,
    pub field: FieldId,
    pub add: rust_decimal::Decimal,
}

/// The history row of a save.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    pub actor: RecordId,
    pub on_behalf: Option<RecordId>,
    pub cause: i16,
    pub cause_id: Option<Vec<u8>>,
    pub depth: i16,
    pub lane: i16,
    /// Filled when exactly one record changed.
    pub object: Option<ObjectId>,
    pub record: Option<RecordId>,
    pub prev: Option<Moment>,
    pub body: Vec<u8>,
    pub blobs: Vec<([u8; 16], Vec<u8>)>,
}

/// A save to be run. It may be run several times: each time it is made anew from the beginning.
pub trait Save: Send {
    /// The catalog and rights it was planned under; a save under others is refused as moved.
    fn planned(&self) -> Planned;
    /// Begins anew.
    fn begin(&mut self);
    /// The next step. `at` is the moment of the commit to be; `answers` are those of the last asks.
    fn step(&mut self, at: Moment, answers: Vec<Answer>) -> Step;
    /// How much this save weighs: people's saves go before bulk.
    fn lane(&self) -> i16 {
        0
    }
}

#[derive(Clone, Debug)]
pub struct Planned {
    pub catalog: Arc<Catalog>,
    pub rights: i64,
}

/// How a save ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Committed(Moment),
    Unchanged,
    Refused(Problems),
    /// A platform row stood already where one was to be inserted: an idempotency key used before.
    KeyExists,
}
