//! Mappings: read, matched by headings, checked, proposed.

use std::collections::BTreeMap;

use kehub_model::fields::Kind;
use kehub_model::rights::RoleDef;
use kehub_model::{Actor, Cell};
use serde_json::json;

use super::world::{catalog, shop};
use crate::definition::{Duplicates, Mapping, Mode};
use crate::run::{How, LinkGuess, distance, is_link, match_columns, names_in, nearest, propose};
use crate::validate;

fn texts(cells: &[&str]) -> Vec<Cell> {
    cells.iter().map(|text| Cell::Text((*text).to_owned())).collect()
}

fn headings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn a_map_is_read_as_the_contract_writes_it() {
    let yaml = "header_row: 2\ncolumns:\n  Product: {field: maker, match: code, create_missing: true, values: {1: one, x: null}}\n  Notes: null\n  2017: price\nduplicates: skip\nmode: all_or_nothing\nfire_rules: true\n";
    let mapping = Mapping::from_yaml(yaml).expect("a mapping");
    let product = mapping.columns["Product"].clone().expect("a column");
    assert_eq!((product.field.as_str(), product.by.as_deref(), product.create_missing), ("maker", Some("code"), true));
    assert_eq!(json!(product.values), json!({"1": "one", "x": null}));
    assert_eq!(mapping.columns["Notes"], None);
    assert_eq!(mapping.columns["2017"].as_ref().map(|column| column.field.as_str()), Some("price"));
    assert_eq!((mapping.duplicates, mapping.mode, mapping.fire_rules), (Duplicates::Skip, Mode::AllOrNothing, true));
    assert!(Mapping::from_yaml("colums: {}").is_err(), "a slip in a key is not ignored");
    let again = Mapping::from_json(serde_json::to_value(&mapping).expect("JSON"));
    assert_eq!(again.ok(), Some(mapping));
}

#[test]
fn headings_find_their_fields_by_label_in_any_language_key_and_memory() {
    let catalog = shop();
    let object = catalog.object("thing").expect("the object");
    let names = headings(&["物品 名称", "sku", "PRICE", "colour:", "Vendor", "Prise", "Twice", "made"]);
    let learned = BTreeMap::from([("vendor".to_owned(), "maker".to_owned())]);
    let found = match_columns(&names, &[], object, &Actor::console(), &learned);
    let told: Vec<_> =
        found.iter().map(|found| found.as_ref().map(|found| (found.field.as_str(), found.how))).collect();
    assert_eq!(
        told,
        [
            Some(("name", How::Label)),
            Some(("sku", How::Key)),
            Some(("price", How::Label)),
            Some(("color", How::Label)),
            Some(("maker", How::Learned)),
            // The price has its column, and what is computed is not offered.
            None,
            None,
            Some(("made", How::Key)),
        ]
    );
    let near = match_columns(&headings(&["Prise"]), &[], object, &Actor::console(), &BTreeMap::new());
    assert_eq!(near[0].as_ref().map(|found| found.how), Some(How::Near));
}

#[test]
fn an_id_is_ours_only_when_its_cells_are_ids() {
    let catalog = shop();
    let object = catalog.object("thing").expect("the object");
    let theirs = match_columns(&headings(&["ID"]), &[texts(&["1001"])], object, &Actor::console(), &BTreeMap::new());
    assert_eq!(theirs, [None]);
    let ours = [texts(&["0190b3c4-0000-7000-8000-000000000001", ""])];
    let found = match_columns(&headings(&["ID"]), &ours, object, &Actor::console(), &BTreeMap::new());
    assert_eq!(found[0].as_ref().map(|found| found.field.as_str()), Some("id"));
}

#[test]
fn all_that_is_wrong_with_a_mapping_is_said_at_once() {
    let catalog = shop();
    let object = catalog.object("thing").expect("the object");
    let mapping = Mapping::from_json(json!({"columns": {
        "A": "nothing", "B": "price", "C": "price", "D": "twice", "E": {"field": "maker", "match": "colour"},
        "F": {"field": "made", "format": "ddd"}, "Z": "name", "G": {"field": "sku", "match": "name"}}, "key": ["count"]}))
    .expect("a mapping");
    let names = headings(&["A", "B", "C", "D", "E", "F", "G"]);
    let problems = validate(&mapping, &names, object, &catalog, &Actor::console());
    let told: Vec<String> = problems.iter().map(|problem| format!("{} {}", problem.at, problem.code)).collect();
    assert_eq!(
        told,
        [
            "mapping.columns.A.field unknown_field",
            "mapping.columns.C bad_mapping",
            "mapping.columns.D.field read_only",
            "mapping.columns.E.match unknown_field",
            "mapping.columns.F.format bad_format",
            "mapping.columns.G.match bad_mapping",
            "mapping.columns.Z bad_mapping",
            "mapping.key[0] bad_mapping",
        ]
    );
}

#[test]
fn who_may_not_write_a_column_or_import_at_all_is_told_before() {
    let catalog = shop();
    let object = catalog.object("thing").expect("the object");
    let actor = |import: bool, right: &str| {
        let role: RoleDef = serde_json::from_value(json!({"key": "clerk", "objects": {"thing": {
            "create": true, "read": true, "update": true, "import": import, "fields": {"price": right}}}}))
        .expect("a role");
        Actor::with_roles(super::world::id(1), "Ben", Default::default(), &[role], &catalog, Default::default())
    };
    let mapping = Mapping::from_json(json!({"columns": {"P": "price", "N": "name"}})).expect("a mapping");
    let names = headings(&["P", "N"]);
    let check = |actor: Actor| -> Vec<String> {
        let problems = validate(&mapping, &names, object, &catalog, &actor);
        problems.iter().map(|problem| format!("{} {}", problem.at, problem.code)).collect()
    };
    assert!(check(actor(true, "write")).is_empty());
    assert_eq!(check(actor(true, "read")), ["mapping.columns.P.field read_only"]);
    assert_eq!(check(actor(true, "hidden")), ["mapping.columns.P.field unknown_field"]);
    assert_eq!(check(actor(false, "write")), [" forbidden"]);
}

#[test]
fn near_words_are_those_a_slip_apart() {
    assert_eq!(distance("GTXPro", "GTX Pro"), Some(0));
    assert_eq!(distance("technolgy", "technology"), Some(1));
    assert_eq!(distance("Acme", "Acne"), Some(1));
    assert_eq!(distance("A1", "B2"), None);
    assert_eq!(distance("Cancity", "Betatech"), None);
    let titles = ["GTX Pro", "GTX Plus Pro", "GTX Basic", "GTK 500"];
    let near = nearest("GTXPro", titles.iter().map(|title| (*title, ())));
    assert_eq!(near, [("GTX Pro", ())]);
}

#[test]
fn an_object_is_proposed_with_guessed_types_and_a_title() {
    let names = headings(&["区域", "客户名称", "金额", "日期", "Product"]);
    let rows: Vec<usize> = (0..30).collect();
    let column = |make: &dyn Fn(usize) -> String| rows.iter().map(|n| Cell::Text(make(*n))).collect::<Vec<_>>();
    let samples = vec![
        column(&|n| ["华东", "华北"][n % 2].to_owned()),
        column(&|n| format!("公司{n}")),
        column(&|n| format!("¥{n}.50")),
        column(&|n| format!("2026-01-{:02}", n % 28 + 1)),
        column(&|n| format!("GTX {n}")),
    ];
    let links = BTreeMap::from([(4, LinkGuess { object: "maker".to_owned(), field: "name".to_owned() })]);
    let proposal = propose("订单表", &names, &samples, &links, chrono_tz::Asia::Shanghai, &shop());
    let object = &proposal.object;
    assert_eq!(object.key, "ding_dan_biao");
    assert_eq!(object.title.as_deref(), Some("ke_hu_ming_cheng"));
    let kinds: Vec<&str> = object.fields.iter().map(|field| field.kind.key()).collect();
    assert_eq!(kinds, ["choice", "text", "money", "date", "link"]);
    assert!(matches!(&object.fields[4].kind, Kind::Link(link) if link.to == "maker"));
    // What is proposed can be published, and its mapping is right for it.
    let with_it = catalog(&[
        json!({"key": "maker", "label": "Maker", "fields": [{"key": "name", "type": "text"}]}),
        object.to_json(),
    ]);
    let made = with_it.object("ding_dan_biao").expect("the object");
    assert_eq!(validate(&proposal.mapping, &names, made, &with_it, &Actor::console()), []);
}

#[test]
fn a_column_is_a_link_when_most_of_its_names_are_records() {
    let cells = texts(&["Acme", "Beta", "acme", "-", "Gamma"]);
    assert_eq!(names_in(&cells, chrono_tz::Asia::Shanghai), ["Acme", "Beta", "Gamma"]);
    assert!(names_in(&texts(&["1", "2"]), chrono_tz::Asia::Shanghai).is_empty());
    assert!(is_link(7, 6) && !is_link(3, 2) && !is_link(1, 1));
}
