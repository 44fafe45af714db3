//! What becomes of rows.

use serde_json::json;

use super::world::{World, codes, fates, id};
use crate::run::Fate::{Ambiguous, Changed, Failed, New, Same, Skipped};
use kehub_model::Value;

const HEADINGS: &[&str] = &["Thing name", "SKU", "Price", "Colour"];

#[test]
fn rows_without_a_record_are_new_and_say_what_is_written() {
    let world = World::new();
    let plan = world.plan("thing", HEADINGS, &json!({}));
    let judged = world.judge(&plan, &[&["Chair", "A1", "¥1,200.50", "红"]]);
    assert_eq!(fates(&judged), [New]);
    assert_eq!(json!(judged[0].values), json!({"name": "Chair", "sku": "A1", "price": 1200.5, "color": "red"}));
    assert_eq!(judged[0].title, "Chair");
}

#[test]
fn a_matched_row_tells_its_changes_field_by_field_and_an_equal_one_writes_nothing() {
    let mut world = World::new();
    world.records.push(("thing", "sku", "a1", 7));
    let row =
        [("name", Value::text("Chair")), ("sku", Value::text("A1")), ("price", Value::from(5)), ("color", Value::Null)];
    world.rows.insert(id(7), row.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
    let plan = world.plan("thing", HEADINGS, &json!({}));
    let judged = world.judge(&plan, &[&["Chair", "A1", "6", ""]]);
    assert_eq!(fates(&judged), [Changed]);
    assert_eq!(json!(judged[0].values), json!({"price": 6}));
    assert_eq!((&judged[0].changes[0].before, &judged[0].changes[0].after), (&Value::from(5), &Value::from(6)));
    let judged = world.judge(&plan, &[&["Chair", "A1", "5.00", ""]]);
    assert_eq!(fates(&judged), [Same]);
    assert!(judged[0].values.is_empty());
}

#[test]
fn duplicates_may_be_left_alone_or_be_all_that_is_taken() {
    let mut world = World::new();
    world.records.push(("thing", "sku", "A1", 7));
    let rows: &[&[&str]] = &[&["Chair", "A1", "6", ""], &["Table", "A2", "7", ""]];
    let skip = world.plan("thing", HEADINGS, &json!({"duplicates": "skip"}));
    assert_eq!(fates(&world.judge(&skip, rows)), [Skipped, New]);
    let only = world.plan("thing", HEADINGS, &json!({"duplicates": "only_update"}));
    assert_eq!(fates(&world.judge(&only, rows)), [Changed, Skipped]);
}

#[test]
fn all_that_is_wrong_with_a_row_is_said_at_its_columns() {
    let world = World::new();
    let plan = world.plan("thing", HEADINGS, &json!({}));
    let judged = world.judge(&plan, &[&["", "A1", "1.2.3", "green"]]);
    assert_eq!(fates(&judged), [Failed]);
    assert_eq!(codes(&judged[0]), ["Price: not_a_number", "Colour: unknown_option", "Thing name: required"]);
    assert_eq!(judged[0].unknown, [(3, "green".to_owned())]);
}

#[test]
fn the_same_record_twice_in_a_file_counts_once_and_two_tales_of_it_fail() {
    let world = World::new();
    let plan = world.plan("thing", HEADINGS, &json!({}));
    let judged =
        world.judge(&plan, &[&["Chair", "A1", "1", ""], &["Chair", "a1 ", "1", ""], &["Chair", "A1", "2", ""]]);
    assert_eq!(fates(&judged), [New, Failed, Failed], "the second spells its key otherwise");
    let judged =
        world.judge(&plan, &[&["Chair", "A1", "1", ""], &["Chair", "A1", "1.0", ""], &["Stool", "A1", "1", ""]]);
    assert_eq!(fates(&judged), [New, Same, Failed]);
    assert_eq!(codes(&judged[2]), ["SKU: taken"]);
}

#[test]
fn two_records_that_could_be_meant_are_ambiguous() {
    let mut world = World::new();
    world.records.extend([("maker", "name", "Acme", 1), ("maker", "name", "ACME", 2)]);
    let plan = world.plan("thing", &["Thing name", "Maker"], &json!({}));
    let judged = world.judge(&plan, &[&["Chair", "Acme"]]);
    assert_eq!(fates(&judged), [Ambiguous]);
    assert_eq!(codes(&judged[0]), ["Maker: ambiguous_record"]);
}

#[test]
fn links_are_found_by_title_by_id_or_by_a_field_of_ones_choice() {
    let mut world = World::new();
    let uuid: &'static str = Box::leak(id(3).to_string().into_boxed_str());
    world.records.extend([("maker", "name", "Acme", 1), ("maker", "code", "X9", 2), ("maker", "id", uuid, 3)]);
    let by_title = world.plan("thing", &["Thing name", "Maker"], &json!({}));
    let judged = world.judge(&by_title, &[&["Chair", "ACME"], &["Chair", uuid], &["Chair", "X9"]]);
    assert_eq!(fates(&judged), [New, New, Failed]);
    assert_eq!(judged[0].values["maker"], json!(id(1).to_string()));
    assert_eq!(judged[1].values["maker"], json!(uuid));
    assert_eq!(judged[2].unknown, [(1, "X9".to_owned())]);
    let by_code = world.plan(
        "thing",
        &["Thing name", "Maker"],
        &json!({"columns": {"Maker": {"field": "maker", "match": "code"}}}),
    );
    assert_eq!(world.judge(&by_code, &[&["Chair", "x9"]])[0].values["maker"], json!(id(2).to_string()));
}

#[test]
fn several_links_in_a_cell_are_cut_where_all_of_them_are_found() {
    let mut world = World::new();
    world.records.extend([("maker", "name", "Acme, Inc.", 1), ("maker", "name", "Beta", 2)]);
    let plan = world.plan("thing", &["Thing name", "Makers"], &json!({}));
    let judged = world.judge(&plan, &[&["A", "Acme, Inc.; Beta"], &["B", "Acme, Inc."], &["C", "Beta、Gamma"]]);
    assert_eq!(fates(&judged), [New, New, Failed]);
    assert_eq!(judged[0].values["makers"], json!([id(1).to_string(), id(2).to_string()]));
    assert_eq!(judged[2].unknown, [(1, "Gamma".to_owned())]);
}

#[test]
fn a_link_to_a_later_row_of_the_same_file_waits_for_it() {
    let world = World::new();
    let plan = world.plan("thing", &["Thing name", "Part of"], &json!({}));
    let judged = world.judge(&plan, &[&["Leg", "Chair"], &["Chair", ""], &["Lid", "Box"]]);
    assert_eq!(fates(&judged), [New, New, Failed]);
    assert_eq!(judged[0].later, [(1, "Chair".to_owned())]);
    assert!(!judged[0].values.contains_key("part_of"));
}

#[test]
fn words_are_translated_and_dates_read_as_the_column_writes_them() {
    let mut world = World::new();
    world.records.push(("maker", "name", "GTX Pro", 1));
    let mapping = json!({"columns": {
        "Maker": {"field": "maker", "values": {"GTXPro": "GTX Pro"}},
        "Colour": {"field": "color", "values": {"R": "red", "?": null}},
        "Price": {"field": "price", "format": "1.234,56"},
        "Made": {"field": "made", "format": "dd-mm-yy"}}});
    let plan = world.plan("thing", &["Thing name", "Maker", "Colour", "Price", "Made"], &mapping);
    let judged = world.judge(&plan, &[&["A", "gtxpro", "r", "1.234,56", "01-03-17"], &["B", "", "?", "", ""]]);
    assert_eq!(fates(&judged), [New, New]);
    let expected =
        json!({"name": "A", "maker": id(1).to_string(), "color": "red", "price": 1234.56, "made": "2017-03-01"});
    assert_eq!(json!(judged[0].values), expected);
    assert_eq!(json!(judged[1].values), json!({"name": "B"}));
}

#[test]
fn nothing_is_guessed_about_a_date_of_two_readings_or_a_day_that_is_none() {
    let world = World::new();
    let plan = world.plan("thing", &["Thing name", "Made"], &json!({}));
    let judged = world.judge(&plan, &[&["A", "1/2/2026"], &["B", "2026-02-30"], &["C", "25/12/2026"]]);
    assert_eq!(fates(&judged), [Failed, Failed, New]);
    assert_eq!(codes(&judged[0]), ["Made: ambiguous_date"]);
    assert_eq!(codes(&judged[1]), ["Made: not_a_date"]);
}

#[test]
fn a_blank_cell_clears_but_leaves_a_field_with_a_default_alone() {
    let mut world = World::new();
    world.records.push(("thing", "sku", "A1", 7));
    let row = [
        ("name", Value::text("Chair")),
        ("sku", Value::text("A1")),
        ("price", Value::from(5)),
        ("count", Value::from(3)),
    ];
    world.rows.insert(id(7), row.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
    let plan = world.plan("thing", &["Thing name", "SKU", "Price", "Count"], &json!({}));
    let judged = world.judge(&plan, &[&["Chair", "A1", "", ""], &["Bed", "A9", "", ""]]);
    assert_eq!(json!(judged[0].values), json!({"price": null}));
    assert_eq!(json!(judged[1].values), json!({"name": "Bed", "sku": "A9"}));
}

#[test]
fn options_are_made_only_when_wished() {
    let world = World::new();
    let plan = world.plan(
        "thing",
        &["Thing name", "Colour"],
        &json!({"columns": {"Colour": {"field": "color", "create_missing": true}}}),
    );
    let judged = world.judge(&plan, &[&["A", "绿"], &["B", "蓝"]]);
    assert_eq!(fates(&judged), [New, New]);
}

#[test]
fn a_row_with_an_empty_key_fails() {
    let world = World::new();
    let plan = world.plan("thing", HEADINGS, &json!({"key": ["sku"]}));
    let judged = world.judge(&plan, &[&["Chair", " ", "1", ""]]);
    assert_eq!(codes(&judged[0]), ["SKU: required"]);
}
