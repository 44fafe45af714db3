//! What one commit did: entries with both sides of every written field, and what was derived from them.

use uuid::Uuid;

pub use crate::catalog::{FieldId, ObjectId};
use crate::moment::Moment;
use crate::value::{RecordId, Value};

/// What a commit came from. The numbers stand in the database and never change their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cause {
    Person,
    Import,
    Rule,
    Flow,
    /// A program with a key of its own.
    Call,
    Undo,
    Schema,
}

impl Cause {
    pub const ALL: [Cause; 7] =
        [Self::Person, Self::Import, Self::Rule, Self::Flow, Self::Call, Self::Undo, Self::Schema];

    pub fn number(self) -> i16 {
        match self {
            Self::Person => 0,
            Self::Import => 1,
            Self::Rule => 2,
            Self::Flow => 3,
            Self::Call => 4,
            Self::Undo => 5,
            Self::Schema => 6,
        }
    }

    pub fn of_number(number: i16) -> Option<Cause> {
        Self::ALL.into_iter().find(|cause| cause.number() == number)
    }
}

/// What happened to one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    Create,
    Update,
    Delete,
}

impl Op {
    /// Does an entry of this kind tell what stood before?
    pub fn has_before(self) -> bool {
        self != Op::Create
    }

    /// Does an entry of this kind tell what stood after?
    pub fn has_after(self) -> bool {
        self != Op::Delete
    }

    /// What takes it back.
    pub fn inverse(self) -> Op {
        match self {
            Op::Create => Op::Delete,
            Op::Update => Op::Update,
            Op::Delete => Op::Create,
        }
    }
}

/// One written field. In a create `before` is empty, in a delete `after` is.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    pub field: FieldId,
    pub before: Value,
    pub after: Value,
}

/// What a commit did to one record. A create names all its values, a delete all it had, an update the written fields; a
/// field no create or delete names was empty. Changes are in the order of their field numbers, each field once.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub op: Op,
    pub object: ObjectId,
    pub record: RecordId,
    /// The commit that wrote the record before this one. A record taken out of the trash has its delete here.
    pub prev: Option<Moment>,
    pub changes: Vec<Change>,
}

/// A stored derived field that changed along. Rules and "why" look at it; undo and as-of derive again.
#[derive(Clone, Debug, PartialEq)]
pub struct Derived {
    pub object: ObjectId,
    pub record: RecordId,
    pub field: FieldId,
    pub before: Value,
    pub after: Value,
}

/// Everything one commit did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    pub entries: Vec<Entry>,
    pub derived: Vec<Derived>,
}

/// The part of a commit of exactly one record that stands in columns of its own, so that the database can follow a record's
/// list by itself; the body does not repeat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub object: ObjectId,
    pub record: RecordId,
    pub prev: Option<Moment>,
}

impl Body {
    /// The head, if exactly one record was written.
    pub fn head(&self) -> Option<Head> {
        let [entry] = self.entries.as_slice() else { return None };
        Some(Head { object: entry.object, record: entry.record, prev: entry.prev })
    }

    /// The object, if all entries are of one: what `history_commit.object` holds.
    pub fn object(&self) -> Option<ObjectId> {
        let first = self.entries.first()?.object;
        self.entries.iter().all(|entry| entry.object == first).then_some(first)
    }
}

/// A row of `history_commit`, its body decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Commit {
    pub moment: Moment,
    pub actor: Uuid,
    pub on_behalf: Option<Uuid>,
    pub cause: Cause,
    /// The rule run, import, commit … the cause names.
    pub cause_id: Option<Vec<u8>>,
    /// The length of the causal chain: 0 is an outside hand.
    pub depth: i16,
    /// 0 people, 1 machine, 2 bulk.
    pub lane: i16,
    /// The number of the catalog it was written under.
    pub catalog: i32,
    /// Set when all entries are of one object.
    pub object: Option<ObjectId>,
    /// Set, like `prev`, when exactly one record changed.
    pub record: Option<RecordId>,
    pub prev: Option<Moment>,
    pub body: Body,
}

impl Commit {
    /// The commit this one takes back, if it is an undo.
    pub fn undoes(&self) -> Option<Moment> {
        if self.cause != Cause::Undo {
            return None;
        }
        let id: [u8; 8] = self.cause_id.as_deref()?.try_into().ok()?;
        Some(Moment(i64::from_be_bytes(id)))
    }

    /// The `cause_id` of an undo of one commit.
    pub fn undo_id(undone: Moment) -> Vec<u8> {
        undone.0.to_be_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn causes_keep_their_numbers() {
        let numbers = Cause::ALL.map(Cause::number);
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6]);
        for cause in Cause::ALL {
            assert_eq!(Cause::of_number(cause.number()), Some(cause));
        }
        assert_eq!(Cause::of_number(7), None);
    }
}
