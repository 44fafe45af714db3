//! The order of an undo's writes.

use super::world::{CODE, NAME, PARENT, World, writes};
use super::*;
use crate::history::samples::id;

fn check(world: &World, expected: &str) {
    let plan = world.plan();
    assert!(plan.is_clear(), "{plan:?}");
    assert_eq!(writes(&plan.changes(Choice::Refuse)), expected);
}

fn link(record: u128) -> Value {
    Value::Id(id(record))
}

#[test]
fn deletes_then_updates_that_free_then_other_updates_then_inserts() {
    let world = World::default()
        .deleted(4, [(NAME, "back")])
        .wrote(3, NAME, "a", "b")
        .wrote(2, CODE, "x", "y")
        .wrote(5, CODE, "y", "z")
        .created(1, [(NAME, "new")]);
    let world = world
        .is(3, [(NAME, "b")])
        .is(2, [(CODE, "y")])
        .is(5, [(CODE, "z")])
        .is(1, [(NAME, "new")])
        // Record 5 wants "y" back, which record 2 holds and gives up.
        .taken(5, CODE, 2);
    check(&world, "Delete #1@10 1=new; Update #2@10 2=x; Update #3@10 1=a; Update #5@10 2=y; Create #4@10 1=back");
}

#[test]
fn a_chain_of_unique_values_is_unwound_from_its_free_end() {
    let world = World::default().wrote(1, CODE, "b", "a").wrote(2, CODE, "c", "b").wrote(3, CODE, "d", "c");
    let world = world.is(1, [(CODE, "a")]).is(2, [(CODE, "b")]).is(3, [(CODE, "c")]);
    let world = world.taken(1, CODE, 2).taken(2, CODE, 3);
    check(&world, "Update #3@10 2=d; Update #2@10 2=c; Update #1@10 2=b");
}

#[test]
fn a_swap_passes_through_empty() {
    let world = World::default().wrote(1, CODE, "a", "b").wrote(2, CODE, "b", "a");
    let world = world.is(1, [(CODE, "b")]).is(2, [(CODE, "a")]).taken(1, CODE, 2).taken(2, CODE, 1);
    check(&world, "Update #1@10 2=a; Update #2@10 2=b~");
}

#[test]
fn a_value_held_by_a_created_record_is_free_once_that_is_deleted() {
    let world = World::default().wrote(1, CODE, "a", "b").created(2, [(CODE, "a")]);
    let world = world.is(1, [(CODE, "b")]).is(2, [(CODE, "a")]).taken(1, CODE, 2);
    check(&world, "Delete #2@10 2=a; Update #1@10 2=a");
}

#[test]
fn a_restored_parent_goes_before_its_children() {
    let world =
        World::default().deleted(3, [(PARENT, link(2))]).deleted(2, [(PARENT, link(1))]).deleted(1, [(NAME, "a")]);
    check(&world, "Create #1@10 1=a; Create #2@10 3=#1; Create #3@10 3=#2");
}

#[test]
fn a_link_to_a_restored_record_is_set_last() {
    let world = World::default().deleted(1, [(NAME, "a")]).wrote(2, PARENT, link(1), Value::Null).is(2, [(NAME, "b")]);
    check(&world, "Update #2@10 3=#1!; Create #1@10 1=a");
}

#[test]
fn a_ring_of_restored_records_is_closed_last() {
    let world = World::default().deleted(1, [(PARENT, link(2))]).deleted(2, [(PARENT, link(1))]);
    check(&world, "Create #1@10 3=#2!; Create #2@10 3=#1");
}

#[test]
fn a_ring_of_records_to_delete_is_opened_first() {
    let world = World::default().created(1, [(PARENT, link(2))]).created(2, [(PARENT, link(1))]);
    let world = world.is(1, [(PARENT, link(2))]).is(2, [(PARENT, link(1))]).links(1, 2).links(2, 1);
    check(&world, "Delete #1@10 3=#2; Delete #2@10 3=#1~");
}

#[test]
fn a_long_chain_needs_no_deep_stack() {
    let mut world = World::default();
    for n in 0..20_000 {
        world = world.deleted(n, [(PARENT, link(n + 1))]);
    }
    let planned = world.plan().changes(Choice::Refuse);
    assert_eq!(planned.len(), 20_000);
    assert_eq!(planned[0].entry.record, id(19_999));
}
