//! Objects, fields and other definitions.

use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn an_object_is_planned_made_changed_and_retired() {
    let world = World::new().await;
    let body = json!({ "label": "合作伙伴", "fields": [{ "label": "名称", "type": "text" }] });
    let plan = world.anna.post("/api/v1/objects?plan=true", body.clone()).await.good();
    assert_eq!(plan.json["problems"], json!([]));
    let made = world.anna.post("/api/v1/objects", body).await.good();
    assert_eq!((made.status.as_u16(), &made.json["key"]), (201, &json!("he_zuo_huo_ban")));
    let path = "/api/v1/objects/he_zuo_huo_ban";
    world
        .anna
        .post(&format!("{path}/fields"), json!({ "label": "级别", "type": "choice", "options": ["甲", "乙"] }))
        .await
        .good();
    world.anna.patch(&format!("{path}/fields/ji_bie"), json!({ "label": "等级" })).await.good();
    world.anna.patch(path, json!({ "label": "伙伴" })).await.good();
    world.anna.patch(path, json!({ "key": "other" })).await.refused(422);
    let shown = world.anna.get(path).await.good();
    assert_eq!(shown.json["label"], "伙伴");
    world.anna.delete(&format!("{path}/fields/ji_bie")).await.refused(204);
    world.anna.delete(path).await.refused(204);
    world.anna.get(path).await.refused(404);
}

#[tokio::test]
async fn the_platforms_own_fields_are_locked() {
    let world = World::new().await;
    world.anna.delete("/api/v1/objects/person").await.refused(422);
    world.anna.delete("/api/v1/objects/person/fields/email").await.refused(422);
    world.anna.patch("/api/v1/objects/person/fields/email", json!({ "type": "text" })).await.refused(422);
    world.anna.patch("/api/v1/objects/person/fields/email", json!({ "label": "工作邮箱" })).await.good();
    world.anna.post("/api/v1/objects/person/fields", json!({ "key": "birthday", "type": "date" })).await.good();
}

#[tokio::test]
async fn an_object_made_anew_inherits_no_grants() {
    let world = World::with_things().await;
    world.grant(json!({ "thing": { "read": true } })).await;
    world.anna.delete("/api/v1/objects/thing").await.good();
    world
        .anna
        .post("/api/v1/objects", json!({ "key": "thing", "fields": [{ "key": "name", "type": "text" }] }))
        .await
        .good();
    world.ben.get("/api/v1/objects/thing").await.refused(404);
}

#[tokio::test]
async fn a_view_is_ones_own_until_it_is_shared() {
    let world = World::with_things().await;
    world.grant(json!({ "thing": { "read": true } })).await;
    let view = |shared: bool| json!({ "object": "thing", "label": "我的", "shared": shared, "columns": [{ "field": "name" }] });
    world.ben.put("/api/v1/definitions/view/bens", view(false)).await.good();
    world.anna.get("/api/v1/definitions/view/bens").await.refused(404);
    world.anna.put("/api/v1/definitions/view/bens", view(true)).await.refused(404);
    world.ben.put("/api/v1/definitions/view/bens", view(true)).await.refused(403);
    world.anna.put("/api/v1/definitions/view/all", view(true)).await.good();
    let seen = world.ben.get("/api/v1/definitions/view?object=thing").await.good();
    let keys: Vec<&str> =
        seen.json["definitions"].as_array().unwrap().iter().map(|one| one["key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["all", "bens"]);
    world.ben.delete("/api/v1/definitions/view/all").await.refused(403);
    let wrong = json!({ "object": "thing", "label": "x", "colums": [] });
    assert_eq!(world.anna.put("/api/v1/definitions/view/wrong", wrong).await.refused(422).codes(), ["unknown_key"]);
    let wrong = json!({ "object": "thing", "label": "x", "filter": { "field": "nothing", "op": "eq", "value": 1 } });
    world.anna.put("/api/v1/definitions/view/wrong", wrong).await.refused(422);
}

/// A view of things with these columns.
fn view(columns: &[&str]) -> serde_json::Value {
    let columns: Vec<_> = columns.iter().map(|field| json!({ "field": field })).collect();
    json!({ "object": "thing", "label": "x", "shared": true, "columns": columns })
}

#[tokio::test]
async fn everything_wrong_with_a_definition_is_told_at_once_and_nothing_is_saved() {
    let world = World::with_things().await;
    let before = world.stored().await;
    let wrong = json!({
        "object": "thing", "label": "x", "shared": true,
        "columns": [{ "field": "name" }, { "field": "colour" }],
        "filter": { "field": "size", "op": "gt", "value": 1 },
        "sort": [{ "field": "papers" }],
        "footer": { "name": "sum", "weight": "max" },
    });
    let refused = world.anna.put("/api/v1/definitions/view/wrong", wrong).await.refused(422);
    assert_eq!(refused.places(), ["columns[1].field", "filter.field", "sort[0].field", "footer.name", "footer.weight"]);
    let wrong = json!({ "object": "thing", "sections": [{ "key": "a", "columns": 9, "fields": ["name", "colour"] }], "related": [{ "from": "thing.name" }] });
    let refused = world.anna.put("/api/v1/definitions/page/wrong", wrong).await.refused(422);
    assert_eq!(refused.places(), ["sections[0].fields[1]", "sections[0].columns", "related[0].from"]);
    let wrong = json!({ "app": "x", "items": [{ "object": "thing" }, { "object": "nothing" }, { "group": "g", "items": [{ "object": "gone" }] }] });
    let refused = world.anna.put("/api/v1/definitions/menu/wrong", wrong).await.refused(422);
    assert_eq!(refused.places(), ["items[1].object", "items[2].items[0].object"]);
    let wrong = json!({ "label": 7, "rights": ["everything"], "objects": { "thing": { "reed": true } } });
    let refused = world.anna.put("/api/v1/definitions/role/wrong", wrong).await.refused(422);
    assert_eq!(refused.places(), ["label", "rights[0]", "objects.thing.reed"]);
    let wrong =
        json!({ "fields": [{ "type": "text" }, { "key": "b", "type": "colour" }], "title": "gone", "kolor": 1 });
    let refused = world.anna.put("/api/v1/definitions/object/wrong", wrong).await.refused(422);
    assert_eq!(refused.codes(), ["unknown_key", "missing", "not_one_of", "unknown_field"]);
    assert_eq!(world.stored().await, before);
}

#[tokio::test]
async fn whoever_draws_cannot_find_out_what_he_may_not_know() {
    let world = World::with_things().await;
    world.grant(json!({ "thing": { "read": true, "fields": { "code": "hidden" } } })).await;
    let own = |field: &str| json!({ "object": "thing", "label": "x", "columns": [{ "field": field }] });
    world.ben.put("/api/v1/definitions/view/bens", own("name")).await.good();
    let hidden = world.ben.put("/api/v1/definitions/view/bens", own("code")).await.refused(422);
    let missing = world.ben.put("/api/v1/definitions/view/bens", own("nope")).await.refused(422);
    assert_eq!((hidden.codes(), hidden.places()), (missing.codes(), missing.places()));
    let other = json!({ "object": "person", "label": "x" });
    assert_eq!(world.ben.put("/api/v1/definitions/view/bens", other).await.refused(422).codes(), ["unknown_object"]);
    // Neither is anything said of what was drawn about an object he may not know of.
    world
        .anna
        .put("/api/v1/definitions/view/people", json!({ "object": "person", "label": "x", "shared": true }))
        .await
        .good();
    world.ben.get("/api/v1/definitions/view/people").await.refused(404);
    assert!(!world.ben.get("/api/v1/definitions/view").await.good().text.contains("people"));
}

#[tokio::test]
async fn a_kind_that_is_not_there_is_told_with_those_that_are() {
    let world = World::new().await;
    for kind in ["flow", "form", "report", "print_template", "nonsense"] {
        let path = format!("/api/v1/definitions/{kind}/x");
        for refused in [
            world.anna.get(&format!("/api/v1/definitions/{kind}")).await,
            world.anna.get(&path).await,
            world.anna.put(&path, json!({ "anything": 1 })).await,
            world.anna.delete(&path).await,
            world.anna.post(&format!("{path}/publish"), json!({})).await,
            world.anna.get(&format!("{path}/versions")).await,
            world.anna.post(&format!("{path}/rollback"), json!({ "version": 1 })).await,
            world.anna.get(&format!("/api/v1/schemas/{kind}")).await,
        ] {
            let refused = refused.refused(404);
            assert_eq!(refused.json["code"], "unknown_kind");
            assert!(refused.text.contains("object role view page menu"), "{}", refused.text);
        }
    }
    let package = json!({ "key": "shop", "definitions": [{ "kind": "flow", "key": "x", "body": {} }] });
    let refused = world.anna.post("/api/v1/apply", package).await.refused(422);
    assert_eq!(refused.places(), ["definitions[0].kind"]);
}

#[tokio::test]
async fn every_kind_tells_its_schema() {
    let world = World::new().await;
    for (kind, member) in
        [("object", "fields"), ("role", "objects"), ("view", "columns"), ("page", "sections"), ("menu", "items")]
    {
        let schema = world.ben.get(&format!("/api/v1/schemas/{kind}")).await.good();
        assert!(schema.json["properties"][member].is_object(), "{kind}");
    }
    let schema = world.ben.get("/api/v1/schemas/object").await.good();
    assert!(schema.json["$defs"]["choice_field"]["properties"]["options"].is_object());
}

#[tokio::test]
async fn what_holds_at_once_has_versions_and_a_way_back() {
    let world = World::with_things().await;
    let bodies = [
        ("view", view(&["name"]), view(&["name", "code"])),
        (
            "page",
            json!({ "object": "thing", "sections": [{ "key": "a", "fields": ["name"] }] }),
            json!({ "object": "thing", "sections": [{ "key": "a", "fields": ["code"] }] }),
        ),
        ("menu", json!({ "app": "local", "items": [] }), json!({ "app": "local", "items": [{ "object": "thing" }] })),
        (
            "role",
            json!({ "key": "one", "label": "One", "objects": {} }),
            json!({ "key": "one", "label": "One", "objects": { "thing": { "read": true } } }),
        ),
    ];
    for (kind, first, second) in bodies {
        let path = format!("/api/v1/definitions/{kind}/one");
        world.anna.put(&path, first.clone()).await.good();
        let saved = world.anna.put(&path, second).await.good();
        assert_eq!((&saved.json["version"], &saved.json["state"]), (&json!(2), &json!("active")), "{kind}");
        world.anna.post(&format!("{path}/publish"), json!({})).await.good();
        let versions = world.anna.get(&format!("{path}/versions")).await.good();
        let numbers: Vec<i64> =
            versions.json["versions"].as_array().unwrap().iter().map(|one| one["version"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [2, 1], "{kind}");
        assert_eq!(versions.json["versions"][1]["by"]["title"], "Anna");
        let plan = world.anna.post(&format!("{path}/rollback?plan=true"), json!({ "version": 1 })).await.good();
        assert_eq!((&plan.json["changes"], &plan.json["problems"]), (&json!([]), &json!([])), "{kind}");
        assert_eq!(world.anna.get(&path).await.good().json["version"], 2, "{kind}");
        let refused = world.ben.post(&format!("{path}/rollback"), json!({ "version": 1 })).await;
        assert!([403, 404].contains(&refused.status.as_u16()), "{kind} {}", refused.text);
        world.anna.post(&format!("{path}/rollback"), json!({ "version": 9 })).await.refused(422);
        let back = world.anna.post(&format!("{path}/rollback"), json!({ "version": 1 })).await.good();
        assert_eq!(back.json["version"], 3, "{kind}");
        for (name, value) in first.as_object().unwrap() {
            assert_eq!(&world.anna.get(&path).await.good().json["body"][name], value, "{kind} {name}");
        }
    }
}

#[tokio::test]
async fn a_role_rolled_back_holds_at_once() {
    let world = World::with_things().await;
    world.grant(json!({ "thing": { "read": true } })).await;
    world.grant(json!({})).await;
    world.ben.get("/api/v1/objects/thing").await.refused(404);
    world.anna.post("/api/v1/definitions/role/of_ben/rollback", json!({ "version": 1 })).await.good();
    world.ben.get("/api/v1/objects/thing").await.good();
}

#[tokio::test]
async fn a_version_that_names_what_is_gone_does_not_come_back() {
    let world = World::with_things().await;
    world.anna.put("/api/v1/definitions/view/one", view(&["name", "amount"])).await.good();
    world.anna.put("/api/v1/definitions/view/one", view(&["name"])).await.good();
    world.anna.delete("/api/v1/objects/thing/fields/double").await.good();
    world.anna.delete("/api/v1/objects/thing/fields/amount").await.good();
    let plan = world.anna.post("/api/v1/definitions/view/one/rollback?plan=true", json!({ "version": 1 })).await.good();
    assert_eq!(plan.json["problems"][0]["at"], "columns[1].field");
    let refused = world.anna.post("/api/v1/definitions/view/one/rollback", json!({ "version": 1 })).await.refused(422);
    assert_eq!(refused.places(), ["columns[1].field"]);
}
