//! Views, pages and menus against a small catalog: what is right is quiet, what is wrong is told all at once.

use std::sync::Arc;

use kehub_model::fields::Reading;
use kehub_model::object::ObjectDef;
use kehub_model::rights::RoleDef;
use kehub_model::schema::{self, Edit};
use kehub_model::{Actor, Catalog, Definition, Problems, RecordId, definition};
use serde_json::{Value as Json, json};

use crate::{MenuDef, PageDef, ViewDef};

fn catalog() -> Catalog {
    let objects = json!([
        { "key": "firm", "title": "name", "fields": [
            { "key": "name", "type": "text" },
            { "key": "size", "type": "number" },
            { "key": "secret", "type": "text" },
            { "key": "people_count", "type": "rollup", "from": "contact.firm", "fn": "count" },
        ] },
        { "key": "contact", "fields": [
            { "key": "name", "type": "text" },
            { "key": "firm", "type": "link", "to": "firm" },
            { "key": "friends", "type": "link", "to": "contact", "many": true },
            { "key": "born", "type": "date" },
        ] },
    ]);
    let mut problems = Problems::new();
    let edits = objects.as_array().unwrap().iter().map(|json| Edit::Put {
        def: ObjectDef::from_json(json, "", &mut problems).unwrap(),
        solution: "local".into(),
    });
    let plan = schema::plan(&Catalog::default(), edits.collect());
    assert!(problems.is_empty() && plan.problems.is_empty(), "{problems:?} {:?}", plan.problems);
    Catalog::compile(1, plan.stored).unwrap()
}

fn told<D: Definition>(body: Json, actor: &Actor) -> Vec<String> {
    let problems = definition::check::<D>(&body, &catalog(), actor);
    problems.iter().map(|one| format!("{} {}", one.at, one.code)).collect()
}

#[track_caller]
fn check<D: Definition>(body: Json, expected: &[&str]) {
    assert_eq!(told::<D>(body, &Actor::console()), expected);
}

/// Somebody who reads firms without their secret, and nothing else.
fn ben() -> Actor {
    let role: RoleDef =
        serde_json::from_value(json!({ "objects": { "firm": { "read": true, "fields": { "secret": "hidden" } } } }))
            .unwrap();
    Actor::with_roles(RecordId::nil(), "ben", Arc::default(), &[role], &catalog(), Reading::default())
}

#[test]
fn a_view_names_only_what_is_there() {
    check::<ViewDef>(
        json!({
            "object": "contact", "label": "x", "shared": true, "frozen": 1, "row_height": "tall", "order": 2,
            "columns": [{ "field": "name", "width": 200 }, { "field": "firm.size" }, { "field": "owner" }, { "field": "friends" }],
            "filter": { "and": [{ "field": "firm.name", "op": "contains", "value": "a" }, { "field": "born", "op": "within", "value": "today" }] },
            "sort": [{ "field": "firm" }, { "field": "created_at", "dir": "desc" }],
            "footer": { "firm.size": "sum", "born": "max", "name": "count_distinct", "friends": "count" },
        }),
        &[],
    );
    check::<ViewDef>(json!({ "object": "contact", "label": "x", "filter": null }), &[]);
    check::<ViewDef>(
        json!({ "object": "nobody", "label": "x", "columns": [{ "field": "y" }] }),
        &["object unknown_object"],
    );
}

#[test]
fn everything_wrong_with_a_view_is_told_at_once() {
    check::<ViewDef>(
        json!({
            "object": "contact", "label": "x",
            "columns": [{ "field": "name" }, { "field": "age" }, { "field": "firm.age" }, { "field": "friends.name" }, { "field": "name" }],
            "filter": { "or": [{ "field": "age", "op": "gt", "value": 1 }, { "field": "born", "op": "contains", "value": "x" }] },
            "sort": [{ "field": "friends" }, { "field": "age" }],
            "footer": { "age": "sum", "name": "sum", "born": "avg", "gone": "count" },
        }),
        &[
            "columns[1].field unknown_field",
            "columns[2].field unknown_field",
            "columns[3].field too_complex",
            "columns[4].field key_taken",
            "filter.or[0].field unknown_field",
            "filter.or[1].op bad_operator",
            "sort[0].field not_sortable",
            "sort[1].field unknown_field",
            "footer.age unknown_field",
            "footer.born bad_operator",
            "footer.gone unknown_field",
            "footer.name bad_operator",
        ],
    );
}

#[test]
fn a_body_of_another_form_says_where() {
    check::<ViewDef>(
        json!({ "label": 7, "colums": [], "columns": [{ "width": -1 }], "sort": [{ "field": "name", "dir": "up" }], "footer": { "name": "total" }, "row_height": "huge" }),
        &[
            "label wrong_type",
            "colums unknown_key",
            "columns[0].width out_of_range",
            "columns[0].field missing",
            "sort[0].dir not_one_of",
            "footer.name not_one_of",
            "row_height not_one_of",
            "object missing",
        ],
    );
    check::<PageDef>(
        json!({ "object": "firm", "sections": [{ "key": "a", "fields": "name" }] }),
        &["sections[0].fields wrong_type"],
    );
    check::<MenuDef>(
        json!({ "app": "crm", "items": [{ "objekt": "firm" }] }),
        &["items[0].objekt unknown_key", "items[0].object missing"],
    );
}

#[test]
fn what_one_may_not_know_of_is_as_unknown_as_what_is_not_there() {
    let view = |object: &str, field: &str| json!({ "object": object, "label": "x", "columns": [{ "field": field }], "sort": [{ "field": field }] });
    assert_eq!(told::<ViewDef>(view("firm", "name"), &ben()), Vec::<String>::new());
    let (hidden, missing) =
        (told::<ViewDef>(view("firm", "secret"), &ben()), told::<ViewDef>(view("firm", "gone"), &ben()));
    assert_eq!(hidden, missing);
    assert_eq!(hidden, ["columns[0].field unknown_field", "sort[0].field unknown_field"]);
    assert_eq!(told::<ViewDef>(view("contact", "name"), &ben()), ["object unknown_object"]);
    let page =
        json!({ "object": "firm", "header": ["secret"], "sections": [], "related": [{ "from": "contact.firm" }] });
    assert_eq!(told::<PageDef>(page, &ben()), ["header[0] unknown_field", "related[0].from unknown_object"]);
}

#[test]
fn a_page_lays_out_fields_tabs_and_what_links_here() {
    check::<PageDef>(
        json!({
            "object": "firm", "header": ["size", "owner"],
            "sections": [{ "key": "basics", "label": { "zh": "基本信息", "en": "Basics" }, "columns": 3, "fields": ["name", "size"] }],
            "tabs": [{ "key": "more", "label": "More", "sections": [{ "key": "inner", "fields": ["secret", "created_at"], "collapsed": true }] }],
            "related": [{ "from": "contact.firm", "label": "People", "columns": [{ "field": "name" }], "sort": [{ "field": "born", "dir": "desc" }] }],
            "hidden": ["people_count"],
        }),
        &[],
    );
}

#[test]
fn everything_wrong_with_a_page_is_told_at_once() {
    check::<PageDef>(
        json!({
            "object": "firm", "header": ["gone", "contact.name"],
            "sections": [{ "key": "a", "columns": 5, "fields": ["name", "gone"] }, { "key": "a", "fields": ["name"] }],
            "tabs": [{ "key": "T 1", "label": "x", "sections": [{ "key": "b", "columns": 0, "fields": ["size", "nowhere"] }] }],
            "related": [
                { "from": "contact.friends" }, { "from": "contact" }, { "from": "nobody.firm" },
                { "from": "contact.firm", "columns": [{ "field": "age" }], "sort": [{ "field": "age" }] }, { "from": "contact.firm" },
            ],
            "hidden": ["name", "nothing", "contact.firm", "contact.born"],
        }),
        &[
            "header[0] unknown_field",
            "header[1] unknown_field",
            "sections[0].fields[1] unknown_field",
            "sections[0].columns out_of_range",
            "tabs[0].sections[0].fields[1] unknown_field",
            "tabs[0].sections[0].columns out_of_range",
            "tabs[0].key bad_key",
            "sections[1].key key_taken",
            "related[0].from unknown_field",
            "related[1].from unknown_field",
            "related[2].from unknown_object",
            "related[3].columns[0].field unknown_field",
            "related[3].sort[0].field unknown_field",
            "hidden[1] unknown_field",
            "hidden[3] unknown_field",
            "sections[1].fields[0] key_taken",
            "related[4].from key_taken",
            "hidden[0] key_taken",
            "hidden[2] key_taken",
        ],
    );
}

#[test]
fn a_menu_leads_somewhere() {
    check::<MenuDef>(
        json!({ "app": "crm", "label": "CRM", "icon": "team", "items": [{ "object": "firm" }, { "group": "More", "items": [{ "object": "contact" }] }] }),
        &[],
    );
    check::<MenuDef>(
        json!({ "app": "C R M", "items": [{ "object": "gone" }, { "group": "More", "items": [{ "object": "away" }] }] }),
        &["app bad_key", "items[0].object unknown_object", "items[1].items[0].object unknown_object"],
    );
}
