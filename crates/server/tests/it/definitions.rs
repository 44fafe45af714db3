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

#[tokio::test]
async fn drafts_are_published_compared_and_rolled_back() {
    let world = World::new().await;
    let path = "/api/v1/definitions/form/intake";
    world.anna.put(path, json!({ "title": "1" })).await.good();
    world.ben.get(path).await.refused(404);
    world.anna.post(&format!("{path}/publish"), json!({})).await.good();
    world.anna.put(path, json!({ "title": "2" })).await.good();
    world.anna.post(&format!("{path}/publish"), json!({})).await.good();
    let versions = world.anna.get(&format!("{path}/versions")).await.good();
    assert_eq!(versions.json["versions"].as_array().unwrap().len(), 2);
    world.ben.post(&format!("{path}/rollback"), json!({ "version": 1 })).await.refused(403);
    let back = world.anna.post(&format!("{path}/rollback"), json!({ "version": 1 })).await.good();
    assert_eq!((&back.json["body"]["title"], &back.json["version"]), (&json!("1"), &json!(3)));
}
