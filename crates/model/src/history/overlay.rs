//! As of: how rows stood at a past moment, by putting back befores from the newest entry down to that moment.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use super::entry::{Entry, FieldId, Op};
use crate::value::{RecordId, Value};

/// The values of a row. A field that is not named is empty.
pub type Values = HashMap<FieldId, Value>;

/// What is known of a record that was touched since.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Past {
    /// The record was deleted since, so these are all its values; otherwise they go over the row as it is now.
    pub whole: bool,
    pub values: Values,
}

impl Past {
    /// The row as it stood, from the row as it is.
    pub fn over(&self, row: Option<Values>) -> Values {
        let mut values = if self.whole { Values::new() } else { row.unwrap_or_default() };
        values.extend(self.values.iter().map(|(field, value)| (*field, value.clone())));
        values.retain(|_, value| !value.is_null());
        values
    }
}

/// The touched records of one object as they stood at S. Derived fields are not here: they are derived again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overlay {
    records: HashMap<RecordId, Option<Past>>,
}

impl Overlay {
    pub fn new() -> Overlay {
        Overlay::default()
    }

    /// Takes the next older entry. Entries of a record come newest first, down to and including the first at or after S.
    pub fn feed(&mut self, entry: &Entry) {
        let befores = || entry.changes.iter().map(|change| (change.field, change.before.clone()));
        match entry.op {
            // Before it was created it was not there; if it had been deleted before that, an older entry says so.
            Op::Create => drop(self.records.insert(entry.record, None)),
            Op::Delete => {
                let past = Past { whole: true, values: befores().collect() };
                self.records.insert(entry.record, Some(past));
            }
            Op::Update => {
                let past = self.records.entry(entry.record).or_default();
                past.get_or_insert_default().values.extend(befores());
            }
        }
    }

    /// Adds what happened after this overlay was made, for a reader whose data is newer. How a record stood at S never
    /// changes, so what is known already stays; only records and fields first touched since are added.
    pub fn extend(&mut self, newer: Overlay) {
        for (record, past) in newer.records {
            match self.records.entry(record) {
                Slot::Vacant(slot) => drop(slot.insert(past)),
                Slot::Occupied(mut slot) => {
                    if let (Some(known), Some(newer)) = (slot.get_mut(), past)
                        && !known.whole
                    {
                        known.whole = newer.whole;
                        for (field, value) in newer.values {
                            known.values.entry(field).or_insert(value);
                        }
                    }
                }
            }
        }
    }

    /// The touched records; `None` did not exist.
    pub fn records(&self) -> &HashMap<RecordId, Option<Past>> {
        &self.records
    }

    pub fn into_records(self) -> HashMap<RecordId, Option<Past>> {
        self.records
    }

    /// A record as it stood, from the row as it is. One that was not touched stands as it is.
    pub fn apply(&self, record: RecordId, row: Option<Values>) -> Option<Values> {
        match self.records.get(&record) {
            None => row,
            Some(None) => None,
            Some(Some(past)) => Some(past.over(row)),
        }
    }
}

/// One record as it stood before `entries`, which are its own, newest first. `None`: it did not exist.
pub fn walk_back<'a>(row: Option<Values>, entries: impl IntoIterator<Item = &'a Entry>) -> Option<Values> {
    entries.into_iter().fold(row, |row, entry| {
        let befores = entry.changes.iter().map(|change| (change.field, change.before.clone()));
        let mut values = match entry.op {
            Op::Create => return None,
            Op::Delete => Values::new(),
            Op::Update => row.unwrap_or_default(),
        };
        values.extend(befores);
        values.retain(|_, value| !value.is_null());
        Some(values)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::history::Change;
    use crate::history::samples::{change, id};

    type Table = HashMap<RecordId, Values>;

    fn entry(op: Op, record: u128, changes: Vec<Change>) -> Entry {
        Entry { op, object: 1, record: id(record), prev: None, changes }
    }

    /// Does one random edit to the table and says what it did: create if the record is not there, delete now and then,
    /// otherwise set some fields.
    fn edit(table: &mut Table, record: u128, kind: u8, fields: &[(i32, i64)]) -> Entry {
        let value = |digit: i64| if digit == 0 { Value::Null } else { Value::from(digit) };
        let fields: std::collections::BTreeMap<i32, i64> = fields.iter().copied().collect();
        match table.get_mut(&id(record)) {
            None => {
                let values: Values = fields.into_iter().map(|(f, digit)| (f, value(digit))).collect();
                let changes = values.iter().map(|(f, v)| change(*f, Value::Null, v.clone())).collect();
                table.insert(id(record), values.into_iter().filter(|(_, v)| !v.is_null()).collect());
                entry(Op::Create, record, changes)
            }
            Some(row) if kind == 0 => {
                let changes = row.iter().map(|(f, v)| change(*f, v.clone(), Value::Null)).collect();
                table.remove(&id(record));
                entry(Op::Delete, record, changes)
            }
            Some(row) => {
                let mut changes = Vec::new();
                for (f, digit) in fields {
                    let before = row.remove(&f).unwrap_or_default();
                    if digit != 0 {
                        row.insert(f, value(digit));
                    }
                    changes.push(change(f, before, value(digit)));
                }
                entry(Op::Update, record, changes)
            }
        }
    }

    proptest! {
        #[test]
        fn as_of_any_moment_equals_the_table_of_that_moment(
            edits in proptest::collection::vec((0u128..6, 0u8..4, proptest::collection::vec((0i32..5, 0i64..4), 0..4)), 1..60),
            split in any::<prop::sample::Index>(),
        ) {
            let mut table = Table::new();
            let mut snapshots = vec![table.clone()];
            let mut log = Vec::new();
            for (record, kind, fields) in &edits {
                log.push(edit(&mut table, *record, *kind, fields));
                snapshots.push(table.clone());
            }
            let split = split.index(log.len() + 1);
            for (at, snapshot) in snapshots.iter().enumerate() {
                let mut overlay = Overlay::new();
                log[at..].iter().rev().for_each(|entry| overlay.feed(entry));
                // The same in two parts: made when the log was shorter, extended by what came after.
                let split = split.max(at);
                let mut grown = Overlay::new();
                let mut newer = Overlay::new();
                log[at..split].iter().rev().for_each(|entry| grown.feed(entry));
                log[split..].iter().rev().for_each(|entry| newer.feed(entry));
                grown.extend(newer);
                for record in 0..6 {
                    let expected = snapshot.get(&id(record)).cloned();
                    let row = table.get(&id(record)).cloned();
                    prop_assert_eq!(overlay.apply(id(record), row.clone()), expected.clone());
                    prop_assert_eq!(grown.apply(id(record), row.clone()), expected.clone());
                    let own = log[at..].iter().rev().filter(|entry| entry.record == id(record));
                    prop_assert_eq!(walk_back(row, own), expected);
                }
            }
        }
    }

    fn check(newest_first: &[Entry], row: Option<Values>, expected: Option<Values>) {
        let mut overlay = Overlay::new();
        newest_first.iter().for_each(|entry| overlay.feed(entry));
        assert_eq!(overlay.apply(id(1), row.clone()), expected);
        assert_eq!(walk_back(row, newest_first), expected);
    }

    fn row<const N: usize>(values: [(FieldId, &str); N]) -> Option<Values> {
        Some(values.into_iter().map(|(field, value)| (field, Value::from(value))).collect())
    }

    #[test]
    fn an_untouched_record_stands_as_it_is() {
        check(&[], row([(1, "a")]), row([(1, "a")]));
    }

    #[test]
    fn the_earliest_before_of_each_field_counts() {
        let log = [
            entry(Op::Update, 1, vec![change(1, "b", "c"), change(2, "x", "y")]),
            entry(Op::Update, 1, vec![change(1, "a", "b")]),
        ];
        check(&log, row([(1, "c"), (2, "y"), (3, "z")]), row([(1, "a"), (2, "x"), (3, "z")]));
    }

    #[test]
    fn a_record_created_since_did_not_exist() {
        check(&[entry(Op::Create, 1, vec![change(1, Value::Null, "a")])], row([(1, "a")]), None);
    }

    #[test]
    fn a_record_deleted_since_stands_again() {
        check(&[entry(Op::Delete, 1, vec![change(1, "a", Value::Null)])], None, row([(1, "a")]));
    }

    #[test]
    fn a_record_deleted_and_restored_shows_nothing_that_was_added_afterwards() {
        let log = [
            entry(Op::Update, 1, vec![change(2, Value::Null, "later")]),
            entry(Op::Create, 1, vec![change(1, Value::Null, "a")]),
            entry(Op::Delete, 1, vec![change(1, "a", Value::Null)]),
        ];
        check(&log, row([(1, "a"), (2, "later")]), row([(1, "a")]));
    }
}
