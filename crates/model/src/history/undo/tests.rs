//! What taking back promises, sentence by sentence.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use rust_decimal::Decimal;

use super::*;
use crate::history::entry::{Body, Cause, Commit};
use crate::history::samples::{change, id};
use crate::problem::Code;

pub(super) const NAME: FieldId = 1;
pub(super) const CODE: FieldId = 2;
pub(super) const PARENT: FieldId = 3;
pub(super) const FRIENDS: FieldId = 4;
pub(super) const OLD: FieldId = 5;
pub(super) const BURNT: FieldId = 6;
/// Was a text, is a number.
pub(super) const AMOUNT: FieldId = 7;
/// A choice; "gold" is no longer an option.
pub(super) const LEVEL: FieldId = 8;
pub(super) const NEEDED: FieldId = 9;
pub(super) const OBJECT: ObjectId = 1;

#[derive(Default)]
pub(super) struct Catalog {
    required: HashSet<FieldId>,
}

impl Fields for Catalog {
    fn place(&self, _: ObjectId, field: FieldId) -> Place {
        match field {
            OLD => Place::Retired,
            BURNT => Place::Purged,
            _ => Place::Stands,
        }
    }

    fn fit(&self, _: ObjectId, field: FieldId, value: &Value) -> Result<Value, Problem> {
        if value.is_null() {
            return if self.required.contains(&field) {
                Err(Problem::new(Code::Required, ""))
            } else {
                Ok(Value::Null)
            };
        }
        match (field, value) {
            (AMOUNT, Value::Text(text)) => {
                Decimal::from_str_exact(text).map(Value::Number).map_err(|_| Problem::new(Code::NotANumber, ""))
            }
            (LEVEL, Value::Text(text)) if text == "gold" => Err(Problem::new(Code::UnknownOption, "")),
            _ => Ok(value.clone()),
        }
    }

    fn required(&self, _: ObjectId) -> Vec<FieldId> {
        self.required.iter().copied().collect()
    }

    fn object_name(&self, _: ObjectId) -> String {
        "客户".to_owned()
    }
}

/// A world to plan in: records are small numbers, all of one object.
#[derive(Default)]
pub(super) struct World {
    pub(super) entries: Vec<Entry>,
    pub(super) now: Now,
    pub(super) later: LaterEdits,
    pub(super) catalog: Catalog,
}

pub(super) fn key(record: u128) -> RecordKey {
    (OBJECT, id(record))
}

impl World {
    fn op(mut self, op: Op, record: u128, changes: Vec<Change>) -> World {
        self.entries.push(Entry { op, object: OBJECT, record: id(record), prev: None, changes });
        self
    }

    pub(super) fn created<V: Into<Value>>(self, record: u128, values: impl IntoIterator<Item = (FieldId, V)>) -> World {
        let changes = values.into_iter().map(|(field, value)| change(field, Value::Null, value)).collect();
        self.op(Op::Create, record, changes)
    }

    pub(super) fn deleted<V: Into<Value>>(
        mut self,
        record: u128,
        values: impl IntoIterator<Item = (FieldId, V)>,
    ) -> World {
        self.now.trash.insert(key(record), Moment(10));
        let changes = values.into_iter().map(|(field, value)| change(field, value, Value::Null)).collect();
        self.op(Op::Delete, record, changes)
    }

    pub(super) fn wrote(
        self,
        record: u128,
        field: FieldId,
        before: impl Into<Value>,
        after: impl Into<Value>,
    ) -> World {
        self.op(Op::Update, record, vec![change(field, before, after)])
    }

    pub(super) fn is<V: Into<Value>>(mut self, record: u128, values: impl IntoIterator<Item = (FieldId, V)>) -> World {
        let row =
            self.now.rows.entry(key(record)).or_insert_with(|| Row { moment: Moment(10), values: HashMap::new() });
        row.values.extend(values.into_iter().map(|(field, value)| (field, value.into())));
        self
    }

    fn edited(mut self, record: u128, field: FieldId, by: i64) -> World {
        self.later.note(key(record), field, Moment(by));
        if let Some(row) = self.now.rows.get_mut(&key(record)) {
            row.moment = Moment(by);
        }
        self
    }

    pub(super) fn links(mut self, from: u128, to: u128) -> World {
        self.now.links.entry(key(to)).or_default().push(key(from));
        self
    }

    fn gone(mut self, record: u128, by: i64) -> World {
        self.now.gone.insert(id(record), Moment(by));
        self
    }

    pub(super) fn taken(mut self, wants: u128, field: FieldId, holder: u128) -> World {
        let taken = Taken { holder: key(holder), problem: Problem::new(Code::Taken, "") };
        self.now.taken.insert((key(wants), field), taken);
        self
    }

    fn requires(mut self, field: FieldId) -> World {
        self.catalog.required.insert(field);
        self
    }

    fn locked(mut self, record: u128) -> World {
        self.now.locked.insert(key(record), Problem::new(Code::Locked, ""));
        self
    }

    pub(super) fn plan(&self) -> UndoPlan {
        plan_undo(&self.entries, &self.now, &self.later, &self.catalog)
    }
}

pub(super) fn say(value: &Value) -> String {
    let number = |id: RecordId| (id.as_u128() - super::super::samples::id(0).as_u128()).to_string();
    match value {
        Value::Id(id) => format!("#{}", number(*id)),
        Value::List(values) => values.iter().map(say).collect::<Vec<_>>().join("+"),
        Value::Text(text) => text.clone(),
        other => other.to_json(),
    }
}

fn fate(fate: &Fate) -> String {
    match fate {
        Fate::Clean => "clean".to_owned(),
        Fate::Same => "same".to_owned(),
        Fate::Conflict { theirs, by } => format!("conflict {} by {by}", say(theirs)),
        Fate::Blocked(problem) => problem.code.to_string(),
        Fate::Loses(notes) => notes.iter().fold("loses".to_owned(), |all, note| match note {
            Note::Retired => all + " retired",
            Note::Purged => all + " purged",
            Note::Converted { was } => format!("{all} {}", say(was)),
        }),
    }
}

/// `update 1 clean [1 clean, 2 same]`
fn forecast(plan: &UndoPlan) -> String {
    let field = |field: &FieldPlan| format!("{} {}", field.field, fate(&field.fate));
    let record = |record: &RecordPlan| {
        let fields = record.fields.iter().map(field).collect::<Vec<_>>().join(", ");
        format!("{:?} {} {} [{fields}]", record.op, say(&Value::Id(record.record)), fate(&record.fate))
    };
    plan.records.iter().map(record).collect::<Vec<_>>().join("; ")
}

/// `Update #1@10 2=a 3=b!`: record 1, seen at moment 10; `~` emptied early, `!` set late.
pub(super) fn writes(planned: &[Planned]) -> String {
    let one = |one: &Planned| {
        let Entry { op, record, prev, changes, .. } = &one.entry;
        let mut text = format!("{op:?} {}@{}", say(&Value::Id(*record)), prev.map_or(0, |prev| prev.0));
        for change in changes {
            let value = if *op == Op::Delete { &change.before } else { &change.after };
            let early = if one.early.contains(&change.field) { "~" } else { "" };
            let late = if one.late.contains(&change.field) { "!" } else { "" };
            let _ = write!(text, " {}={}{early}{late}", change.field, say(value));
        }
        text
    };
    planned.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn check(world: &World, expected: &str, skip: &str, overwrite: &str) {
    let plan = world.plan();
    assert_eq!(forecast(&plan), expected);
    assert_eq!(writes(&plan.changes(Choice::Skip)), skip, "skip");
    assert_eq!(writes(&plan.changes(Choice::Overwrite)), overwrite, "overwrite");
    let refuse = if plan.is_clear() { skip } else { "" };
    assert_eq!(writes(&plan.changes(Choice::Refuse)), refuse, "refuse");
}

fn check_clear(world: &World, expected: &str, wanted: &str) {
    check(world, expected, wanted, wanted);
    assert!(world.plan().is_clear());
}

#[test]
fn untouched_since_then_goes_back_whole() {
    let world = World::default().wrote(1, NAME, "a", "b").is(1, [(NAME, "b"), (CODE, "x")]);
    check_clear(&world, "Update #1 clean [1 clean]", "Update #1@10 1=a");
}

#[test]
fn a_later_write_of_the_field_is_a_conflict() {
    let world = World::default().wrote(1, NAME, "a", "b").is(1, [(NAME, "c")]).edited(1, NAME, 20);
    check(&world, "Update #1 clean [1 conflict c by 20]", "", "Update #1@20 1=a");
}

#[test]
fn a_later_write_is_a_conflict_even_if_the_value_is_equal_again() {
    let world = World::default().wrote(1, NAME, "a", "b").is(1, [(NAME, "b")]).edited(1, NAME, 20);
    check(&world, "Update #1 clean [1 conflict b by 20]", "", "Update #1@20 1=a");
}

#[test]
fn the_records_other_fields_still_go_back() {
    let world = World::default().wrote(1, NAME, "a", "b").wrote(1, CODE, "x", "y");
    let world = world.is(1, [(NAME, "c"), (CODE, "y")]).edited(1, NAME, 20);
    check(&world, "Update #1 clean [1 conflict c by 20, 2 clean]", "Update #1@20 2=x", "Update #1@20 1=a 2=x");
}

#[test]
fn what_already_stands_as_it_was_is_not_written() {
    let world = World::default().wrote(1, NAME, "a", "b").is(1, [(NAME, "a")]).edited(1, NAME, 20);
    check_clear(&world, "Update #1 clean [1 same]", "");
}

#[test]
fn a_resumed_undo_finds_the_done_slices_the_same() {
    let world = World::default().created(1, [(NAME, "a")]).deleted(2, [(NAME, "b")]).is(2, [(NAME, "b")]);
    check_clear(&world, "Delete #1 same []; Create #2 same []", "");
}

#[test]
fn a_record_deleted_since_takes_nothing_back() {
    let mut world = World::default().wrote(1, NAME, "a", "b");
    world.now.trash.insert(key(1), Moment(20));
    check(&world, "Update #1 not_found []", "", "");
}

#[test]
fn a_create_is_taken_back_by_a_delete_with_all_it_holds() {
    let world = World::default().created(1, [(NAME, "a")]).is(1, [(NAME, "a"), (OLD, "kept")]);
    check_clear(&world, "Delete #1 clean [1 clean, 5 clean]", "Delete #1@10 1=a 5=kept");
}

#[test]
fn a_created_record_somebody_worked_on_is_a_conflict() {
    let world = World::default().created(1, [(NAME, "a"), (CODE, "x")]);
    let world = world.is(1, [(NAME, "b"), (CODE, "x")]).edited(1, NAME, 20).edited(1, LEVEL, 15);
    check(
        &world,
        "Delete #1 conflict b by 20 [1 conflict b by 20, 2 clean, 8 conflict null by 15]",
        "",
        "Delete #1@15 1=b 2=x",
    );
}

#[test]
fn a_create_others_link_to_is_blocked() {
    let world = World::default().created(1, [(NAME, "a")]).is(1, [(NAME, "a")]).links(9, 1);
    check(&world, "Delete #1 still_linked [1 clean]", "", "");
}

#[test]
fn a_link_from_a_record_that_goes_too_does_not_block() {
    let world = World::default().created(1, [(NAME, "a")]).created(2, [(PARENT, Value::Id(id(1)))]);
    let world = world.is(1, [(NAME, "a")]).is(2, [(PARENT, Value::Id(id(1)))]).links(2, 1);
    check_clear(&world, "Delete #1 clean [1 clean]; Delete #2 clean [3 clean]", "Delete #2@10 3=#1; Delete #1@10 1=a");
}

#[test]
fn a_link_the_undo_takes_back_does_not_block_and_is_emptied_first() {
    let world = World::default().created(1, [(NAME, "a")]).wrote(2, PARENT, Value::Null, Value::Id(id(1)));
    let world = world.is(1, [(NAME, "a")]).is(2, [(PARENT, Value::Id(id(1)))]).links(2, 1);
    check_clear(
        &world,
        "Delete #1 clean [1 clean]; Update #2 clean [3 clean]",
        "Delete #1@10 1=a; Update #2@10 3=null~",
    );
}

#[test]
fn what_hangs_on_a_blocked_record_is_blocked_with_it() {
    let world = World::default().created(1, [(NAME, "a")]).created(2, [(PARENT, Value::Id(id(1)))]);
    let world = world.is(1, [(NAME, "a")]).is(2, [(PARENT, Value::Id(id(1)))]).links(2, 1).links(9, 2);
    check(&world, "Delete #1 still_linked [1 clean]; Delete #2 still_linked [3 clean]", "", "");
}

#[test]
fn a_deleted_record_comes_back_with_its_id_and_its_delete_before_it() {
    let world = World::default().deleted(1, [(NAME, "a")]);
    check_clear(&world, "Create #1 clean [1 clean]", "Create #1@10 1=a");
}

#[test]
fn a_link_to_something_gone_is_a_conflict_and_comes_back_empty() {
    let world = World::default().wrote(1, PARENT, Value::Id(id(7)), Value::Id(id(8)));
    let world = world.is(1, [(PARENT, Value::Id(id(8)))]).gone(7, 30);
    check(&world, "Update #1 clean [3 conflict #8 by 30]", "", "Update #1@10 3=null");
    let both = Value::List(vec![Value::Id(id(7)), Value::Id(id(8))]);
    let world = World::default().deleted(1, [(FRIENDS, both)]).gone(7, 30);
    check(&world, "Create #1 clean [4 conflict null by 30]", "Create #1@10 4=#8", "Create #1@10 4=#8");
}

#[test]
fn a_link_to_something_that_comes_back_too_goes_back() {
    let world = World::default().deleted(2, [(PARENT, Value::Id(id(1)))]).deleted(1, [(NAME, "a")]).gone(1, 10);
    check_clear(&world, "Create #2 clean [3 clean]; Create #1 clean [1 clean]", "Create #1@10 1=a; Create #2@10 3=#1");
}

#[test]
fn a_unique_value_held_by_another_is_blocked() {
    let world = World::default().wrote(1, CODE, "x", "y").is(1, [(CODE, "y")]).taken(1, CODE, 9);
    check(&world, "Update #1 clean [2 taken]", "", "");
}

#[test]
fn a_retired_field_goes_back_into_its_kept_column_with_a_note() {
    let world = World::default().wrote(1, OLD, "a", "b").is(1, [(OLD, "b")]);
    check_clear(&world, "Update #1 clean [5 loses retired]", "Update #1@10 5=a");
}

#[test]
fn a_purged_field_is_noted_and_not_written() {
    let world = World::default().wrote(1, BURNT, "a", "b").is(1, [(NAME, "n")]);
    check_clear(&world, "Update #1 clean [6 loses purged]", "");
}

#[test]
fn a_converted_field_goes_through_the_converter() {
    let world = World::default().wrote(1, AMOUNT, "12.5", "13").is(1, [(AMOUNT, 13)]);
    check_clear(&world, "Update #1 clean [7 loses 12.5]", "Update #1@10 7=12.5");
    let world = World::default().wrote(1, AMOUNT, "twelve", "13").is(1, [(AMOUNT, 13)]);
    check(&world, "Update #1 clean [7 not_a_number]", "", "");
}

#[test]
fn a_vanished_option_is_listed_never_guessed() {
    let world = World::default().wrote(1, LEVEL, "gold", "iron").is(1, [(LEVEL, "iron")]);
    check(&world, "Update #1 clean [8 unknown_option]", "", "");
}

#[test]
fn an_empty_value_of_a_field_that_is_now_required_is_listed() {
    let world = World::default().requires(NEEDED).wrote(1, NEEDED, Value::Null, "b").is(1, [(NEEDED, "b")]);
    check(&world, "Update #1 clean [9 required]", "", "");
    let world = World::default().requires(NEEDED).deleted(1, [(NAME, "a")]);
    check(&world, "Create #1 required [1 clean]", "", "");
}

#[test]
fn a_record_that_links_to_one_that_cannot_come_back_is_told() {
    let world = World::default().requires(NAME).deleted(1, [(CODE, "x")]);
    let world = world.wrote(2, PARENT, Value::Id(id(1)), Value::Null).is(2, [(CODE, "z")]).gone(1, 10);
    check(&world, "Create #1 required [2 clean]; Update #2 clean [3 no_such_record]", "", "");
}

#[test]
fn a_locked_record_is_listed() {
    let world = World::default().wrote(1, NAME, "a", "b").is(1, [(NAME, "b")]).locked(1);
    check(&world, "Update #1 locked [1 clean]", "", "");
}

#[test]
fn several_commits_go_back_to_before_the_first() {
    let world = World::default().wrote(1, NAME, "a", "b").wrote(1, NAME, "b", "c").is(1, [(NAME, "c")]);
    check_clear(&world, "Update #1 clean [1 clean]", "Update #1@10 1=a");
    let world = World::default().created(1, [(NAME, "a")]).wrote(1, NAME, "a", "b").is(1, [(NAME, "b")]);
    check_clear(&world, "Delete #1 clean [1 clean]", "Delete #1@10 1=b");
    let world = World::default().wrote(1, NAME, "a", "b").deleted(1, [(NAME, "b")]);
    check_clear(&world, "Create #1 clean [1 clean]", "Create #1@10 1=a");
    let world = World::default().created(1, [(NAME, "a")]).deleted(1, [(NAME, "a")]);
    check_clear(&world, "", "");
}

#[test]
fn undo_of_undo_is_redo() {
    let first = World::default().wrote(1, NAME, "a", "b").deleted(2, [(NAME, "z")]).is(1, [(NAME, "b")]);
    let undo: Vec<Entry> = first.plan().changes(Choice::Refuse).into_iter().map(|one| one.entry).collect();
    let second = World { entries: undo, ..World::default() }.is(1, [(NAME, "a")]).is(2, [(NAME, "z")]);
    check_clear(&second, "Update #1 clean [1 clean]; Delete #2 clean [1 clean]", "Delete #2@10 1=z; Update #1@10 1=b");
}

fn commit(moment: i64, undoes: Option<i64>, before: &str, after: &str) -> Commit {
    let entry =
        Entry { op: Op::Update, object: OBJECT, record: id(1), prev: None, changes: vec![change(NAME, before, after)] };
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
    let change =
        super::super::Derived { object: OBJECT, record: id(1), field: NAME, before: "b".into(), after: "c".into() };
    derived.body.derived.push(change);
    check_later(&[derived], None);
}
