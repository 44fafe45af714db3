//! What the platform can see. A commit row is the history and the event at once; this is how whoever listens reads it: the
//! follower of search, live pages, other nodes, and the rooms.

use crate::catalog::{FieldId, ObjectId};
use crate::history::{self, Corrupt, Entry, Op};
use crate::value::RecordId;

/// What one commit did to one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    Created {
        object: ObjectId,
        record: RecordId,
    },
    /// These fields were written; what is computed from them follows.
    Updated {
        object: ObjectId,
        record: RecordId,
        fields: Vec<FieldId>,
    },
    Deleted {
        object: ObjectId,
        record: RecordId,
    },
    /// Nobody wrote the record, but a field computed from other records has another value.
    Derived {
        object: ObjectId,
        record: RecordId,
        field: FieldId,
    },
}

impl Event {
    pub fn object(&self) -> ObjectId {
        match self {
            Event::Created { object, .. }
            | Event::Updated { object, .. }
            | Event::Deleted { object, .. }
            | Event::Derived { object, .. } => *object,
        }
    }

    pub fn record(&self) -> RecordId {
        match self {
            Event::Created { record, .. }
            | Event::Updated { record, .. }
            | Event::Deleted { record, .. }
            | Event::Derived { record, .. } => *record,
        }
    }

    fn of(entry: &Entry) -> Event {
        let (object, record) = (entry.object, entry.record);
        match entry.op {
            Op::Create => Event::Created { object, record },
            Op::Update => {
                Event::Updated { object, record, fields: entry.changes.iter().map(|change| change.field).collect() }
            }
            Op::Delete => Event::Deleted { object, record },
        }
    }

    /// The events of a commit of many records, in the order in which they are written. Long texts are not asked for: what
    /// happened does not hang on them.
    pub fn all(body: &[u8]) -> Result<Vec<Event>, Corrupt> {
        let body = history::decode(body, None, &mut |_| Some(String::new()))?;
        let derived = body.derived.iter().map(|derived| Event::Derived {
            object: derived.object,
            record: derived.record,
            field: derived.field,
        });
        Ok(body.entries.iter().map(Event::of).chain(derived).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{Body, Change, Derived};
    use crate::value::Value;

    #[test]
    fn a_commit_reads_as_what_happened() {
        let record = RecordId::from_u128;
        let change = |field| Change { field, before: Value::Null, after: Value::from(1) };
        let entry = |op, n, changes| Entry { op, object: 7, record: record(n), prev: None, changes };
        let body = Body {
            entries: vec![
                entry(Op::Create, 1, vec![change(101)]),
                entry(Op::Update, 2, vec![change(101), change(102)]),
                entry(Op::Delete, 3, Vec::new()),
            ],
            derived: vec![Derived {
                object: 9,
                record: record(4),
                field: 103,
                before: Value::Null,
                after: Value::from(2),
            }],
        };
        let bytes = history::encode(&body, &mut |_| [0; 16]);
        let events = Event::all(&bytes).expect("it can be read");
        let wanted = [
            Event::Created { object: 7, record: record(1) },
            Event::Updated { object: 7, record: record(2), fields: vec![101, 102] },
            Event::Deleted { object: 7, record: record(3) },
            Event::Derived { object: 9, record: record(4), field: 103 },
        ];
        assert_eq!(events, wanted);
        assert_eq!((events[3].object(), events[0].record()), (9, record(1)));
        assert!(Event::all(&[255]).is_err());
    }
}
