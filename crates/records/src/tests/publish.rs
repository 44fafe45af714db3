//! What a publish does to records that are there already.

use kehub_model::Definition as _;
use kehub_model::rights::RoleDef;
use serde_json::{Value as Json, json};

use super::{World, map};
use crate::{Action, Because, Change};

fn objects(account_fields: &[Json]) -> Json {
    let mut fields = vec![json!({"key": "name", "type": "text"})];
    fields.extend_from_slice(account_fields);
    json!([
        {"key": "account", "label": "客户", "title": "name", "fields": fields},
        {"key": "deal", "label": "商机", "fields": [
            {"key": "name", "type": "text"}, {"key": "day", "type": "date"},
            {"key": "account", "type": "link", "to": "account"}, {"key": "amount", "type": "money"}
        ]}
    ])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_roll_up_stands_for_records_with_and_without_children() {
    let world = World::new(objects(&[])).await;
    let with = world.create("account", json!({"name": "甲"})).await;
    let without = world.create("account", json!({"name": "乙"})).await;
    world.create("deal", json!({"account": with.to_string(), "amount": "12.50"})).await;
    let rollups = [
        json!({"key": "deals", "type": "rollup", "from": "deal.account", "fn": "count"}),
        json!({"key": "sum", "type": "rollup", "from": "deal.account", "fn": "sum", "field": "amount"}),
        json!({"key": "most", "type": "rollup", "from": "deal.account", "fn": "max", "field": "amount"}),
    ];
    world.publish(objects(&rollups)).await.expect("published");
    let answer = world.query("account", json!({"fields": ["id", "deals", "sum", "most"], "sort": ["name"]})).await;
    let line = |id: kehub_model::RecordId| {
        let records = answer["records"].as_array().expect("records");
        let record = records.iter().find(|record| record["id"] == id.to_string()).expect("the record");
        [&record["deals"], &record["sum"], &record["most"]].map(ToString::to_string)
    };
    assert_eq!(line(with), ["1", "12.5", "12.5"]);
    assert_eq!(line(without), ["0", "0", "null"]);
    assert_eq!(world.records.verify().await.expect("verified"), Vec::<String>::new());
}

#[tokio::test]
async fn who_may_see_a_row_does_not_change_by_itself() {
    let world = World::new(objects(&[])).await;
    let role = |filter: Json| -> RoleDef {
        let grants = json!({"deal": {"read": true, "rows": {"filter": filter}}});
        serde_json::from_value(json!({"label": "x", "objects": grants})).expect("a role")
    };
    let problems = |filter: Json| role(filter).validate(&world.records.catalog(), &world.boss);
    let fixed = json!({"field": "day", "op": "gte", "value": "2026-01-01"});
    assert!(problems(fixed).is_empty());
    for moving in [
        json!({"field": "day", "op": "within", "value": "this_month"}),
        json!({"field": "created_at", "op": "gte", "value": {"now": "-7d"}}),
        json!({"not": {"field": "created_at", "op": "between", "value": [{"now": "-7d"}, "2026-01-01"]}}),
    ] {
        let found = problems(moving);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].at.starts_with("objects.deal.rows.filter"), "{}", found[0].at);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_view_lists_has_its_index_before_anybody_opens_it() {
    let world = World::new(objects(&[])).await;
    let object = world.records.catalog().object("deal").expect("an object").id;
    let wanted = json!({"filter": {"field": "day", "op": "eq", "value": "2026-11-23"}, "sort": [{"field": "amount", "dir": "desc"}]});
    world.records.expect("deal", &wanted);
    world.records.expect("deal", &json!({"filter": {"field": "gone", "op": "eq", "value": 1}, "sort": []}));
    assert!(!world.records.db().tend_once().await.expect("tended"), "there is nothing to look through yet");
    let change = |n: usize| Change {
        object,
        kind: Action::Create { id: None, values: map(json!({"name": format!("{n}"), "amount": n})) },
        at: String::new(),
    };
    world.records.write(&world.boss, (0..2_100).map(change).collect(), Because::default()).await.expect("written");
    assert!(world.records.db().tend_once().await.expect("tended"), "now there is");
    assert!(!world.records.db().tend_once().await.expect("tended"), "once is enough");
}
