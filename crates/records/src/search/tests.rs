//! Search: the same answers before, while and after the follower takes what was written.

use std::sync::Arc;

use kehub_model::fields::Reading;
use kehub_model::rights::RoleDef;
use kehub_model::{Actor, RecordId};
use serde_json::{Value as Json, json};

use crate::tests::World;
use crate::{Action, Style};

fn address_book() -> Json {
    json!([
        {"key": "company", "label": "公司", "fields": [
            {"key": "name", "type": "text"}, {"key": "note", "type": "long_text"}, {"key": "secret", "type": "text"}, {"key": "phone", "type": "phone"}
        ]},
        {"key": "visit", "label": "拜访", "fields": [{"key": "name", "type": "text"}]}
    ])
}

async fn take_all(world: &World) {
    while world.records.db().follow_text(&world.records.catalog()).await.expect("followed") {}
}

async fn titles(world: &World, actor: &Actor, text: &str) -> Vec<String> {
    let answer = world.records.search(actor, text, None, Style::default()).await.expect("an answer");
    let answer: Json = serde_json::from_str(&answer).expect("JSON");
    answer["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|hit| hit["title"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn text_sound_and_initials_are_found_before_and_after_the_follower() {
    let world = World::new(address_book()).await;
    let a = world.create("company", json!({"name": "晨光包装", "note": "做纸箱", "phone": "13800138000"})).await;
    world.create("company", json!({"name": "大晨光", "note": "x"})).await;
    world.create("company", json!({"name": "ABC Trading", "note": "晨光的朋友"})).await;
    world.create("visit", json!({"name": "去晨光"})).await;
    for round in 0..3 {
        assert_eq!(
            titles(&world, &world.boss, "晨光").await,
            ["晨光包装", "大晨光", "ABC Trading", "去晨光"],
            "{round}"
        );
        assert_eq!(titles(&world, &world.boss, "纸").await, ["晨光包装"]);
        assert_eq!(titles(&world, &world.boss, "0138").await, ["晨光包装"]);
        assert_eq!(titles(&world, &world.boss, "ＡＢＣ t").await, ["ABC Trading"]);
        if round > 0 {
            assert_eq!(titles(&world, &world.boss, "chenguangb").await, ["晨光包装"], "{round}");
            assert_eq!(titles(&world, &world.boss, "cgbz").await, ["晨光包装"]);
        }
        assert_eq!(
            world.names("company", json!({"field": "note", "op": "contains", "value": "纸箱"})).await,
            ["晨光包装"]
        );
        assert_eq!(
            world.names("company", json!({"field": "name", "op": "starts_with", "value": "晨光"})).await,
            ["晨光包装"]
        );
        take_all(&world).await;
    }
    world.update("company", a, json!({"name": "东方印刷"})).await.expect("updated");
    for _ in 0..2 {
        assert_eq!(titles(&world, &world.boss, "东方").await, ["东方印刷"]);
        assert_eq!(titles(&world, &world.boss, "晨光包").await, Vec::<String>::new());
        take_all(&world).await;
    }
    world.try_write("company", Action::Delete { id: a, version: None }).await.expect("deleted");
    for _ in 0..2 {
        assert_eq!(titles(&world, &world.boss, "东方").await, Vec::<String>::new());
        take_all(&world).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_not_be_seen_makes_no_hit_and_uses_up_no_limit() {
    let world = World::new(address_book()).await;
    for n in 0..12 {
        let name = if n % 2 == 0 { format!("公开的{n}") } else { format!("别人的{n}") };
        world.create("company", json!({"name": name, "note": "同样的话", "secret": "暗号"})).await;
    }
    world.create("visit", json!({"name": "同样的话"})).await;
    let role: RoleDef = serde_json::from_value(json!({"objects": {"company": {
        "read": true, "rows": {"filter": {"field": "name", "op": "starts_with", "value": "公开"}}, "fields": {"secret": "hidden"}
    }}}))
    .expect("a role");
    let catalog = world.records.catalog();
    let ben = Arc::new(Actor::with_roles(
        RecordId::from_u128(9),
        "ben",
        Arc::default(),
        &[role],
        &catalog,
        Reading::default(),
    ));
    for _ in 0..2 {
        assert_eq!(titles(&world, &ben, "同样").await, ["公开的10", "公开的8", "公开的6", "公开的4", "公开的2"]);
        assert_eq!(titles(&world, &ben, "暗号").await, Vec::<String>::new());
        assert_eq!(titles(&world, &world.boss, "暗号").await.len(), 5);
        take_all(&world).await;
    }
    let first: Json =
        serde_json::from_str(&world.records.search(&ben, "同样", None, Style::default()).await.expect("an answer"))
            .expect("JSON");
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    let second: Json = serde_json::from_str(
        &world.records.search(&ben, "同样", Some(cursor), Style::default()).await.expect("an answer"),
    )
    .expect("JSON");
    assert_eq!(
        (second["results"][0]["title"].clone(), second["results"].as_array().map(Vec::len)),
        (json!("公开的0"), Some(1))
    );
    assert!(
        world.records.search(&world.boss, "同样", Some(cursor), Style::default()).await.is_err(),
        "a cursor is its asker's"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_is_asked_for_gets_the_index_it_needs() {
    let world = World::new(json!([{"key": "parcel", "label": "包裹", "fields": [
        {"key": "name", "type": "text"}, {"key": "region", "type": "text"}, {"key": "weight", "type": "number"}
    ]}]))
    .await;
    let create = |n: i32| {
        let values =
            crate::tests::map(json!({"name": format!("包裹{n}"), "region": format!("r{}", n % 8), "weight": n % 100}));
        crate::Change {
            object: world.records.catalog().object("parcel").expect("there").id,
            kind: Action::Create { id: None, values },
            at: String::new(),
        }
    };
    world
        .records
        .write(&world.boss, (0..4_000).map(create).collect(), crate::Because::default())
        .await
        .expect("written");
    let state = world.records.state();
    let object = state.catalog.object("parcel").expect("there");
    let resolver = kehub_model::query::Resolver::new(&state.catalog, &world.boss, None);
    for (field, dir) in [("weight", "desc"), ("weight", "asc"), ("name", "asc")] {
        let body = json!({"filter": {"field": "region", "op": "eq", "value": "r3"}, "sort": [{"field": field, "dir": dir}], "fields": ["name"]});
        let mut problems = kehub_model::Problems::new();
        let ask = kehub_model::query::QueryAsk::parse(&body, &mut problems);
        let filter = resolver.filter(object, ask.filter.as_ref().expect("a filter"), &mut problems);
        let mut plan =
            crate::read::plan_of(object, resolver.picks(object, ask.fields.as_deref(), &mut problems), filter, 50);
        plan.sort = resolver.sort(object, &ask.sort, &mut problems);
        world.records.db().expect_list(&state.catalog, &plan);
        while world.records.db().tend_once().await.expect("tended") {}
        // SQLite explains by the schema its connection knows; a read makes it look again.
        world.records.db().list(state.catalog.clone(), plan.clone()).await.expect("a list");
        let explained = world.records.db().explain(&state.catalog, &plan).await.expect("a plan");
        let lower = explained.to_lowercase();
        assert!(
            lower.contains("i_x_parcel_") && !lower.contains("sort") && !lower.contains("temp b-tree"),
            "{field} {dir}: {explained}"
        );
    }
}
