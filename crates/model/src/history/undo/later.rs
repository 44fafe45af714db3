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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::samples::{change, id};
    use crate::history::undo::world::{NAME, OBJECT, key};
    use crate::history::{Body, Cause, Derived, Entry, Op};

    fn commit(moment: i64, undoes: Option<i64>, before: &str, after: &str) -> Commit {
        let entry = Entry {
            op: Op::Update,
            object: OBJECT,
            record: id(1),
            prev: None,
            changes: vec![change(NAME, before, after)],
        };
        Commit {
            moment: Moment(moment),
            actor: id(99),
            on_behalf: None,
            cause: if undoes.is_some() { Cause::Undo } else { Cause::Person },
            cause_id: undoes.map(|undone| Commit::undo_id(Moment(undone))),
            depth: 0,
            lane: 0,
            catalog: 1,
            object: Some(OBJECT),
            record: Some(id(1)),
            prev: None,
            body: Body { entries: vec![entry], derived: Vec::new() },
        }
    }

    /// Commits after moment 10, newest first; who counts as the later editor of the name?
    fn check_later(commits: &[Commit], expected: Option<i64>) {
        let later = LaterEdits::of_commits(commits);
        assert_eq!(later.of_field(key(1), NAME), expected.map(Moment));
    }

    #[test]
    fn the_latest_writer_is_named() {
        check_later(&[commit(30, None, "c", "d"), commit(20, None, "b", "c")], Some(30));
        check_later(&[], None);
    }

    #[test]
    fn an_edit_that_was_itself_undone_does_not_count() {
        check_later(&[commit(30, Some(20), "c", "b"), commit(20, None, "b", "c")], None);
    }

    #[test]
    fn an_edit_whose_undo_was_undone_counts_again() {
        let chain = [commit(40, Some(30), "b", "c"), commit(30, Some(20), "c", "b"), commit(20, None, "b", "c")];
        check_later(&chain, Some(20));
    }

    #[test]
    fn an_undo_that_ran_over_later_work_is_an_edit() {
        let chain = [commit(40, Some(20), "d", "b"), commit(30, None, "c", "d"), commit(20, None, "b", "c")];
        check_later(&chain, Some(40));
    }

    #[test]
    fn an_undo_of_something_older_is_an_edit() {
        check_later(&[commit(30, Some(5), "b", "z")], Some(30));
    }

    #[test]
    fn derived_changes_never_conflict() {
        let mut derived = commit(30, None, "b", "c");
        derived.body.entries.clear();
        let change = Derived { object: OBJECT, record: id(1), field: NAME, before: "b".into(), after: "c".into() };
        derived.body.derived.push(change);
        check_later(&[derived], None);
    }
}
