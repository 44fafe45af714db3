//! The organisation as rights and filters need it: departments as a tree, people with their managers.

use std::collections::{HashMap, HashSet};

use crate::value::RecordId;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Org {
    /// The department above each department.
    pub departments: HashMap<RecordId, Option<RecordId>>,
    pub people: HashMap<RecordId, Person>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Person {
    pub department: Option<RecordId>,
    pub manager: Option<RecordId>,
}

impl Org {
    /// The departments given and all below them. A tree that bites its tail ends the walk.
    pub fn below(&self, tops: &[RecordId]) -> Vec<RecordId> {
        let children = self.departments.iter().filter_map(|(id, above)| Some((above.as_ref()?, id)));
        reach(tops, children)
    }

    /// All who report to a person, directly or through others, without the person.
    pub fn reports(&self, person: RecordId) -> Vec<RecordId> {
        let reports = self.people.iter().filter_map(|(id, who)| Some((who.manager.as_ref()?, id)));
        reach(&[person], reports).into_iter().filter(|id| *id != person).collect()
    }

    pub fn department_of(&self, person: RecordId) -> Option<RecordId> {
        self.people.get(&person)?.department
    }
}

/// Everything reached from `tops` along `edges`, `tops` included.
fn reach<'a>(tops: &[RecordId], edges: impl Iterator<Item = (&'a RecordId, &'a RecordId)>) -> Vec<RecordId> {
    let mut down: HashMap<RecordId, Vec<RecordId>> = HashMap::new();
    for (above, below) in edges {
        down.entry(*above).or_default().push(*below);
    }
    let mut seen: HashSet<RecordId> = HashSet::new();
    let mut waiting: Vec<RecordId> = tops.to_vec();
    let mut found = Vec::new();
    while let Some(next) = waiting.pop() {
        if seen.insert(next) {
            found.push(next);
            waiting.extend(down.get(&next).into_iter().flatten());
        }
    }
    found.sort_unstable();
    found
}
