//! What taking back promises, sentence by sentence.

use super::world::{AMOUNT, BURNT, CODE, FRIENDS, LEVEL, NAME, NEEDED, OLD, PARENT, World, forecast, key, writes};
use super::*;
use crate::history::samples::id;

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
