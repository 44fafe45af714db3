//! Undo, the forecast: what would go back, what cannot, and what somebody else has done since. Pure: the rows, the later
//! edits and the catalog are handed in. The plan promises nothing; each write is carried out only if its row is still the one
//! that was seen.

mod later;
mod order;
mod plan;

#[cfg(test)]
mod order_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;

use std::collections::HashMap;

pub use later::LaterEdits;
pub use plan::plan_undo;

use super::entry::{Change, Entry, FieldId, ObjectId, Op};
use crate::moment::Moment;
use crate::problem::Problem;
use crate::value::{RecordId, Value};

/// A record, by its object and id.
pub type RecordKey = (ObjectId, RecordId);

/// A row as it is now. A field that is not named is empty. The kept columns of retired fields count as fields.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub moment: Moment,
    pub values: HashMap<FieldId, Value>,
}

/// What was read for the plan, on one snapshot together with the later edits.
#[derive(Clone, Debug, Default)]
pub struct Now {
    /// The touched records that exist.
    pub rows: HashMap<RecordKey, Row>,
    /// The touched records in the trash, with the commit that put them there.
    pub trash: HashMap<RecordKey, Moment>,
    /// Records that link to a touched one and would be left dangling if it went.
    pub links: HashMap<RecordKey, Vec<RecordKey>>,
    /// Linked records that are no longer there, with the commit that deleted them.
    pub gone: HashMap<RecordId, Moment>,
    /// Unique values that would go back but are held by another record now, by the record and field that want them.
    pub taken: HashMap<(RecordKey, FieldId), Taken>,
    /// Touched records that may not be written.
    pub locked: HashMap<RecordKey, Problem>,
}

/// Who holds a unique value. The problem is worded by whoever knows what the asker may see: it names the holder or it does not.
#[derive(Clone, Debug)]
pub struct Taken {
    pub holder: RecordKey,
    pub problem: Problem,
}

/// What the plan asks the catalog.
pub trait Fields {
    fn place(&self, object: ObjectId, field: FieldId) -> Place;
    /// A value written under an older definition as the field would hold it today: through the same converter that moved the
    /// column, options and "required" checked. An empty value of a required field is a problem.
    fn fit(&self, object: ObjectId, field: FieldId, value: &Value) -> Result<Value, Problem>;
    /// The fields a record of this object must have.
    fn required(&self, object: ObjectId) -> Vec<FieldId>;
    /// The object's name, for people.
    fn object_name(&self, object: ObjectId) -> String;
}

/// What became of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Stands,
    /// Out of sight, its column kept: values go back there.
    Retired,
    /// Its values are gone for good.
    Purged,
}

/// What undoing would meet.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// Goes back.
    Clean,
    /// Already as it was: nothing to write.
    Same,
    /// Somebody wrote it since; `theirs` is what stands there.
    Conflict { theirs: Value, by: Moment },
    /// Cannot go back, whatever is chosen.
    Blocked(Problem),
    /// Goes back as far as it can; the notes say what does not.
    Loses(Vec<Note>),
}

/// What is not quite as it was.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// The value goes into the kept column of a retired field, where nobody sees it.
    Retired,
    /// The field's values are gone for good; nothing is written.
    Purged,
    /// The field has another type now, and the value was turned into it.
    Converted { was: Value },
}

/// What to do where somebody else has worked since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// All or nothing: one conflict or obstacle, and nothing is written.
    Refuse,
    /// Keep theirs.
    Skip,
    /// Take mine.
    Overwrite,
}

/// One field of a record that would go back.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldPlan {
    pub field: FieldId,
    pub now: Value,
    /// What would stand there afterwards. Links to records that are gone are left out.
    pub back: Value,
    pub fate: Fate,
    /// The record that holds this unique value now and gives it up in this very plan.
    holder: Option<RecordKey>,
}

impl FieldPlan {
    fn writes(&self, choice: Choice) -> bool {
        match &self.fate {
            Fate::Clean => true,
            Fate::Conflict { .. } => choice == Choice::Overwrite,
            Fate::Loses(notes) => !notes.contains(&Note::Purged),
            Fate::Same | Fate::Blocked(_) => false,
        }
    }
}

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordPlan {
    /// What undoing does: a created record is deleted, a deleted one created with its own id.
    pub op: Op,
    pub object: ObjectId,
    pub record: RecordId,
    /// The commit that wrote the record last, as seen: the write goes through only if it still is.
    pub seen: Option<Moment>,
    /// Of the record as a whole. In an update the fields have their own, and this is clean or blocked.
    pub fate: Fate,
    pub fields: Vec<FieldPlan>,
}

impl RecordPlan {
    pub fn key(&self) -> RecordKey {
        (self.object, self.record)
    }

    fn entry(&self, choice: Choice) -> Option<Entry> {
        match &self.fate {
            Fate::Same | Fate::Blocked(_) => return None,
            Fate::Conflict { .. } if choice != Choice::Overwrite => return None,
            _ => {}
        }
        let goes = |field: &&FieldPlan| match self.op {
            Op::Delete => !field.now.is_null(),
            // Nobody's work stands in a record that is not there: what is left of a conflict (a list of links without the
            // ones that are gone) goes in.
            Op::Create => !field.back.is_null() && field.writes(Choice::Overwrite),
            Op::Update => field.writes(choice),
        };
        let change = |field: &FieldPlan| Change {
            field: field.field,
            before: if self.op.has_before() { field.now.clone() } else { Value::Null },
            after: if self.op.has_after() { field.back.clone() } else { Value::Null },
        };
        let changes: Vec<Change> = self.fields.iter().filter(goes).map(change).collect();
        let empty = self.op == Op::Update && changes.is_empty();
        let (op, object, record, prev) = (self.op, self.object, self.record, self.seen);
        (!empty).then_some(Entry { op, object, record, prev, changes })
    }
}

/// What taking back a set of entries would do.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UndoPlan {
    pub records: Vec<RecordPlan>,
}

/// One write of an undo: as an entry of the commit to come, its `prev` being what the row must still be at.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    pub entry: Entry,
    /// Fields to empty before any write of the plan: a unique value another record is about to take in a swap, a link to a
    /// record that is about to be deleted. Both databases check row by row.
    pub early: Vec<FieldId>,
    /// Fields to set after all writes of the plan: links to a record that is not yet back.
    pub late: Vec<FieldId>,
}

impl UndoPlan {
    /// Does everything go back without a question?
    pub fn is_clear(&self) -> bool {
        let clear = |fate: &Fate| !matches!(fate, Fate::Conflict { .. } | Fate::Blocked(_));
        self.records.iter().all(|record| clear(&record.fate) && record.fields.iter().all(|field| clear(&field.fate)))
    }

    /// The writes, in an order both databases accept: deletes, updates that free unique values, other updates, inserts.
    pub fn changes(&self, choice: Choice) -> Vec<Planned> {
        if choice == Choice::Refuse && !self.is_clear() {
            return Vec::new();
        }
        order::ordered(self, choice)
    }
}
