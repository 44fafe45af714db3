//! What only the door knows: a dry run tells it as the run then does, and an export takes away what may be exported, no more.

use std::sync::Arc;

use kehub_model::rights::RoleDef;
use kehub_model::{Actor, RecordId};
use serde_json::{Value as Json, json};

use super::workspace::Workspace;
use crate::http::{Export, Format};

/// Things with all that a save may find wrong.
fn strict() -> Json {
    json!([
        {"key": "maker", "label": "Maker", "fields": [
            {"key": "name", "type": "text", "label": "Name"},
            {"key": "code", "type": "text", "label": "Code", "unique": true}]},
        {"key": "shop", "label": "Shop", "fields": [
            {"key": "name", "type": "text", "label": "Name"},
            {"key": "town", "type": "text", "label": "Town", "required": true}]},
        {"key": "thing", "label": "Thing",
         "checks": [{"formula": "price <= 100", "message": "too dear", "at": "price"}],
         "unique": [["name", "maker"]],
         "fields": [
            {"key": "no", "type": "serial", "label": "No", "parts": [{"count": {"digits": 4}}]},
            {"key": "name", "type": "text", "label": "Thing name", "required": true},
            {"key": "sku", "type": "text", "label": "SKU"},
            {"key": "code", "type": "text", "label": "Code", "unique": true},
            {"key": "price", "type": "money", "label": "Price"},
            {"key": "color", "type": "choice", "label": "Colour", "options": [{"key": "red", "label": "Red"}]},
            {"key": "maker", "type": "link", "label": "Maker", "to": "maker"},
            {"key": "sold_in", "type": "link", "label": "Sold in", "to": "shop"}]}])
}

/// Every row's fate by its number; those that are not shown went well.
async fn fates(workspace: &Workspace, by: &Arc<Actor>, id: RecordId) -> Vec<(u64, String, Vec<String>)> {
    let mut found = Vec::new();
    for fate in ["failed", "ambiguous", "changed"] {
        let rows = workspace.imports.rows(by, id, Some(fate), None).await.expect("rows");
        for row in rows["rows"].as_array().expect("rows") {
            let problems = row["problems"].as_array().into_iter().flatten();
            let problems = problems
                .map(|one| format!("{} {}", one["at"].as_str().unwrap_or(""), one["code"].as_str().unwrap_or("")));
            found.push((row["n"].as_u64().expect("a number"), fate.to_owned(), problems.collect()));
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn a_dry_run_tells_of_a_messy_file_what_the_run_then_does() {
    let workspace = Workspace::new(strict()).await;
    workspace.create("maker", json!({"name": "Acme", "code": "M1"})).await;
    workspace.create("thing", json!({"name": "Old", "sku": "S1", "code": "C1", "price": 5})).await;
    workspace.create("thing", json!({"name": "Held", "sku": "S2", "code": "C2"})).await;
    let mut text = "Thing name,SKU,Code,Price,Colour,Maker,Sold in\n".to_owned();
    text.push_str("Old,S1,C9,6,Red,Acme,\n"); // changes, and lets C1 go
    text.push_str("Takes,N1,C1,1,,,\n"); // takes what was let go
    text.push_str("Clash,N2,c2,1,,,\n"); // taken in the database
    text.push_str("Dear,N3,D3,101,,,\n"); // the check
    text.push_str(",N4,D4,1,,,\n"); // no name
    text.push_str("Twice,N5,D5,1,,New maker,\n");
    text.push_str("Other,N6,d5,1,,New maker,\n"); // the same code within the file
    text.push_str("Twice,N7,D7,1,,New maker,\n"); // the same pair within the file, over a maker that is made
    text.push_str("Green,N8,D8,1,Green,,\n"); // an option that is made
    text.push_str("Shop,N9,D9,1,,,Corner\n"); // a shop that cannot be made: it has no town
    text.push_str("Held,S2,C2,200,,,\n"); // a change the check refuses
    for n in 0..1_100 {
        text.push_str(&format!("Bulk {n},B{n},E{},1,,,\n", n % 1_050)); // clashes beyond the first chunk
    }
    let create = json!({"field": "color", "create_missing": true});
    let mapping = json!({"mode": "good_rows", "columns": {
        "Colour": create,
        "Maker": {"field": "maker", "match": "name", "create_missing": true},
        "Sold in": {"field": "sold_in", "match": "name", "create_missing": true}}});
    let new = crate::http::New {
        path: workspace.file("messy.csv", &text),
        name: "messy.csv".to_owned(),
        object: Some("thing".to_owned()),
        mapping: Some(mapping),
        key: vec!["sku".to_owned()],
    };
    let job = workspace.imports.create(&workspace.boss, new).await.expect("a job");
    let id: RecordId = job["id"].as_str().expect("an id").parse().expect("an id");
    let dry = workspace.imports.dry_run(&workspace.boss, id).await.expect("judged");
    assert_eq!(dry["state"], "dry_run", "{dry}");
    let told = fates(&workspace, &workspace.boss, id).await;
    assert_eq!((workspace.count("thing").await, workspace.count("maker").await), (2, 1));
    // Trying uses up no numbers.
    workspace.create("thing", json!({"name": "Probe"})).await;
    let probe = workspace.query("thing", json!({"filter": {"field": "name", "op": "eq", "value": "Probe"}})).await;
    assert_eq!(probe["records"][0]["no"], json!("0003"));
    let done = workspace.imports.run(&workspace.boss, id).await.expect("run");
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(fates(&workspace, &workspace.boss, id).await, told);
    assert_eq!(done["counts"], dry["counts"]);
    assert_eq!(dry["counts"]["failed"], json!(7 + 50), "{told:?}");
    assert_eq!(workspace.count("thing").await, 3 + dry["counts"]["new"].as_u64().expect("a count"));
    let codes: Vec<(u64, &str)> = told
        .iter()
        .filter(|(n, fate, _)| *n < 14 && fate == "failed")
        .flat_map(|(n, _, problems)| problems.iter().map(|one| (*n, one.rsplit(' ').next().unwrap_or(""))))
        .collect();
    assert_eq!(
        codes,
        [
            (4, "taken"),
            (5, "check_failed"),
            (6, "required"),
            (8, "taken"),
            (9, "taken"),
            (11, "no_such_record"),
            (12, "check_failed")
        ]
    );
}

#[tokio::test]
async fn an_export_takes_away_what_the_export_grant_says() {
    let workspace = Workspace::new(strict()).await;
    for (name, price, code) in [("cheap", 1, "A"), ("dear", 90, "B"), ("hidden", 50, "C")] {
        workspace.create("thing", json!({"name": name, "price": price, "code": code})).await;
    }
    let catalog = workspace.records.catalog();
    let below = |price: i32| json!({"filter": {"field": "price", "op": "lt", "value": price}});
    let of =
        |objects: Json| -> RoleDef { serde_json::from_value(json!({"key": "r", "objects": objects})).expect("a role") };
    // He reads all but the codes of all; he may export the cheap ones without their price, and the very dear ones, of which he
    // may read nothing.
    let roles = [
        of(
            json!({"thing": {"read": true, "rows": {"filter": {"field": "name", "op": "ne", "value": "hidden"}}, "fields": {"code": "hidden"}}}),
        ),
        of(json!({"thing": {"export": true, "rows": below(60), "fields": {"price": "hidden"}}})),
    ];
    let ben = RecordId::from_u128(9);
    let ben = Arc::new(Actor::with_roles(ben, "Ben", Default::default(), &roles, &catalog, Default::default()));
    let export = Export { object: "thing".to_owned(), format: Format::Csv, ..Export::default() };
    let file = workspace.imports.export(&ben, &export).await.expect("a file");
    let text = std::fs::read_to_string(file.path).expect("read");
    assert_eq!(file.rows, 1, "{text}");
    assert!(text.contains("cheap") && !text.contains("dear") && !text.contains("hidden"), "{text}");
    assert!(!text.contains("Price") && !text.contains("Code"), "{text}");
    let priced = Export { fields: Some(vec!["name".into(), "price".into()]), ..export };
    let refused = workspace.imports.export(&ben, &priced).await.expect_err("a price he may not take away");
    assert_eq!(refused.problems()[0].code, kehub_model::Code::UnknownField);
}
