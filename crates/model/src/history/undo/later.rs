//! Who wrote what after the commit that is taken back.

use std::collections::{BTreeMap, HashMap};

use super::RecordKey;
use crate::history::entry::{Change, Commit, FieldId};
use crate::moment::Moment;
use crate::value::Value;

/// The latest later edit of each field that still counts. An edit that was itself taken back does not, nor does its undo:
/// together they left everything as it was.
#[derive(Clone, Debug, Default)]
pub struct LaterEdits {
    records: HashMap<RecordKey, BTreeMap<FieldId, Moment>>,
}

/// An undo whose undone commit has not come up yet.
struct Pending {
    undo: Moment,
    before: Value,
    after: Value,
}

impl LaterEdits {
    /// From everything after the commit that is taken back, newest first. What the derived sections say is no edit.
    pub fn of_commits<'a>(newest_first: impl IntoIterator<Item = &'a Commit>) -> LaterEdits {
        let mut edits = LaterEdits::default();
        let mut pending: HashMap<(RecordKey, FieldId, Moment), Pending> = HashMap::new();
        for commit in newest_first {
            let undoes = commit.undoes();
            for entry in &commit.body.entries {
                let key = (entry.object, entry.record);
                for change in &entry.changes {
                    let undone = pending.remove(&(key, change.field, commit.moment));
                    match (undone, undoes) {
                        (Some(undo), _) if undo.takes_back(change) => {}
                        // The undo took "mine" over somebody's later work: that was an edit of its own.
                        (Some(undo), _) => edits.note(key, change.field, undo.undo),
                        (None, Some(undone)) => {
                            let (before, after) = (change.before.clone(), change.after.clone());
                            let undo = Pending { undo: commit.moment, before, after };
                            pending.insert((key, change.field, undone), undo);
                        }
                        (None, None) => edits.note(key, change.field, commit.moment),
                    }
                }
            }
        }
        // These took back something older than the commit in question.
        for ((key, field, _), undo) in pending {
            edits.note(key, field, undo.undo);
        }
        edits
    }

    pub fn note(&mut self, record: RecordKey, field: FieldId, by: Moment) {
        let latest = self.records.entry(record).or_default().entry(field).or_insert(by);
        *latest = by.max(*latest);
    }

    pub fn of_field(&self, record: RecordKey, field: FieldId) -> Option<Moment> {
        self.records.get(&record)?.get(&field).copied()
    }

    /// The fields of a record that were written, with the latest moment of each.
    pub fn of_record(&self, record: RecordKey) -> impl Iterator<Item = (FieldId, Moment)> {
        self.records.get(&record).into_iter().flatten().map(|(field, by)| (*field, *by))
    }
}

impl Pending {
    fn takes_back(&self, change: &Change) -> bool {
        self.before == change.after && self.after == change.before
    }
}
