//! The order of an undo's writes. Both databases check unique values and links row by row, so whoever holds a value goes
//! before whoever takes it; where they wait for each other in a ring, one field is emptied early or set late.

use std::collections::{HashMap, HashSet, VecDeque};

use super::plan::ids;
use super::{Choice, Planned, RecordKey, UndoPlan};
use crate::history::entry::{Entry, FieldId, Op};
use crate::value::RecordId;

/// One write waits for another; `cut` is the field whose early or late writing makes the wait needless.
struct Wait {
    write: usize,
    on: usize,
    cut: (usize, FieldId),
}

pub(super) fn ordered(plan: &UndoPlan, choice: Choice) -> Vec<Planned> {
    let planned = |entry: Entry| Planned { entry, early: Vec::new(), late: Vec::new() };
    let records = plan.records.iter().filter_map(|record| Some((record, planned(record.entry(choice)?))));
    let (records, mut writes): (Vec<_>, Vec<_>) = records.unzip();
    let of = |op: Op| writes.iter().enumerate().filter(move |(_, write)| write.entry.op == op).map(|(at, _)| at);
    let deletes: Vec<usize> = of(Op::Delete).collect();
    let updates: Vec<usize> = of(Op::Update).collect();
    let inserts: Vec<usize> = of(Op::Create).collect();
    let by_id = |places: &[usize]| -> HashMap<RecordId, usize> {
        places.iter().map(|at| (writes[*at].entry.record, *at)).collect()
    };
    let (deleted, inserted) = (by_id(&deletes), by_id(&inserts));

    let mut early: Vec<(usize, FieldId)> = Vec::new();
    let mut late: Vec<(usize, FieldId)> = Vec::new();
    let mut ordered: Vec<usize> = Vec::with_capacity(writes.len());

    // Deletes: a record that links to another goes first.
    let mut waits = Vec::new();
    for &at in &deletes {
        for change in &writes[at].entry.changes {
            for on in ids(&change.before).filter_map(|id| deleted.get(&id)).filter(|on| **on != at) {
                waits.push(Wait { write: *on, on: at, cut: (at, change.field) });
            }
        }
    }
    ordered.extend(sorted(&deletes, &waits, &mut early));

    // Updates: a record that gives up a unique value goes before the one that takes it.
    let places: HashMap<RecordKey, usize> =
        updates.iter().map(|at| ((writes[*at].entry.object, writes[*at].entry.record), *at)).collect();
    let mut waits = Vec::new();
    let mut freeing: HashSet<usize> = HashSet::new();
    for (at, record) in records.iter().enumerate() {
        for field in record.fields.iter().filter(|field| !field.back.is_null()) {
            let taken = writes[at].entry.changes.iter().any(|change| change.field == field.field);
            let holder = field.holder.filter(|_| taken).and_then(|holder| places.get(&holder));
            if let Some(&on) = holder.filter(|on| **on != at) {
                freeing.insert(on);
                if writes[at].entry.op == Op::Update {
                    waits.push(Wait { write: at, on, cut: (on, field.field) });
                }
            }
        }
    }
    let (frees, others): (Vec<usize>, Vec<usize>) = updates.iter().partition(|at| freeing.contains(at));
    ordered.extend(sorted(&frees, &waits, &mut early));
    ordered.extend(others);
    for &at in &updates {
        for change in &writes[at].entry.changes {
            if ids(&change.before).any(|id| deleted.contains_key(&id)) {
                early.push((at, change.field));
            }
            if ids(&change.after).any(|id| inserted.contains_key(&id)) {
                late.push((at, change.field));
            }
        }
    }

    // Inserts: a record goes before those that link to it.
    let mut waits = Vec::new();
    for &at in &inserts {
        for change in &writes[at].entry.changes {
            for on in ids(&change.after).filter_map(|id| inserted.get(&id)).filter(|on| **on != at) {
                waits.push(Wait { write: at, on: *on, cut: (at, change.field) });
            }
        }
    }
    ordered.extend(sorted(&inserts, &waits, &mut late));

    for (at, field) in early {
        writes[at].early.push(field);
    }
    for (at, field) in late {
        writes[at].late.push(field);
    }
    for write in &mut writes {
        write.early.sort_unstable();
        write.early.dedup();
        write.late.sort_unstable();
        write.late.dedup();
    }
    let mut writes: Vec<Option<Planned>> = writes.into_iter().map(Some).collect();
    ordered.into_iter().filter_map(|at| writes[at].take()).collect()
}

/// `members` so that each comes after those it waits for, otherwise as they stand. In a ring the first one goes, and the
/// fields it waited for are cut. Without recursion: a chain may be as long as the plan.
fn sorted(members: &[usize], waits: &[Wait], cuts: &mut Vec<(usize, FieldId)>) -> Vec<usize> {
    let inside: HashSet<usize> = members.iter().copied().collect();
    let mut open: HashMap<usize, usize> = HashMap::new();
    let mut waiting: HashMap<usize, Vec<&Wait>> = HashMap::new();
    let mut wanted: HashMap<usize, Vec<&Wait>> = HashMap::new();
    for wait in waits.iter().filter(|wait| inside.contains(&wait.on) && inside.contains(&wait.write)) {
        *open.entry(wait.write).or_default() += 1;
        waiting.entry(wait.on).or_default().push(wait);
        wanted.entry(wait.write).or_default().push(wait);
    }
    let mut done: HashSet<usize> = HashSet::new();
    let mut out = Vec::with_capacity(members.len());
    let mut ready: VecDeque<usize> = members.iter().copied().filter(|at| !open.contains_key(at)).collect();
    let mut rest = members.iter().copied();
    loop {
        while let Some(at) = ready.pop_front() {
            if !done.insert(at) {
                continue;
            }
            out.push(at);
            for wait in waiting.get(&at).into_iter().flatten() {
                if let Some(count) = open.get_mut(&wait.write) {
                    *count -= 1;
                    if *count == 0 {
                        ready.push_back(wait.write);
                    }
                }
            }
        }
        let Some(stuck) = rest.find(|at| !done.contains(at)) else { return out };
        let unmet = wanted.get(&stuck).into_iter().flatten().filter(|wait| !done.contains(&wait.on));
        cuts.extend(unmet.map(|wait| wait.cut));
        ready.push_back(stuck);
    }
}
