//! The records a save works on, each once, with what stood before and what shall stand after.

use std::collections::HashMap;
use std::sync::Arc;

use kehub_db::Row;
use kehub_model::{Moment, Object, ObjectId, RecordId, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Create,
    Update,
    Delete,
    Restore,
    /// Only derived values change.
    Derive,
}

#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) object: Arc<Object>,
    pub(super) id: RecordId,
    pub(super) op: Op,
    pub(super) before: Option<Row>,
    /// Of a restored record: the commit that deleted it.
    pub(super) trashed: Option<Moment>,
    pub(super) after: Vec<Value>,
    /// Places that were written (not derived).
    pub(super) written: Vec<usize>,
    pub(super) at: String,
    /// Which of the changes asked for it; cascades have none.
    pub(super) source: Option<usize>,
}

#[derive(Default)]
pub(super) struct Work {
    pub(super) items: Vec<Item>,
    by_key: HashMap<(ObjectId, RecordId), usize>,
}

impl Work {
    pub(super) fn find(&self, object: ObjectId, id: RecordId) -> Option<usize> {
        self.by_key.get(&(object, id)).copied()
    }

    pub(super) fn add(&mut self, item: Item) -> usize {
        self.by_key.insert((item.object.id, item.id), self.items.len());
        self.items.push(item);
        self.items.len() - 1
    }
}

impl Item {
    /// A record that is there, to be changed or deleted.
    pub(super) fn standing(object: &Arc<Object>, row: Row, op: Op, at: String, source: Option<usize>) -> Item {
        let (id, after) = (row.id, row.values.clone());
        let (object, before) = (object.clone(), Some(row));
        Item { object, id, op, before, trashed: None, after, written: Vec::new(), at, source }
    }

    /// The value that stood at a place before this save.
    pub(super) fn before_at(&self, place: usize) -> Value {
        self.before.as_ref().and_then(|row| row.values.get(place)).cloned().unwrap_or_default()
    }

    /// Places of written fields whose value differs from what stood.
    pub(super) fn changed_written(&self) -> Vec<usize> {
        self.written.iter().copied().filter(|place| self.after[*place] != self.before_at(*place)).collect()
    }

    /// All places whose value differs.
    pub(super) fn changed(&self) -> Vec<usize> {
        (0..self.after.len()).filter(|place| self.after[*place] != self.before_at(*place)).collect()
    }

    pub(super) fn prev(&self) -> Option<Moment> {
        self.trashed.or_else(|| self.before.as_ref().map(|row| row.moment))
    }
}
