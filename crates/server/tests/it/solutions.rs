//! Solutions: installed, upgraded, exported.

use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_shipped_solution_is_installed_with_its_sample_and_again_changes_nothing() {
    let world = World::new().await;
    world.ben.post("/api/v1/solutions/crm/install", json!({})).await.refused(403);
    let done = world.anna.post("/api/v1/solutions/crm/install", json!({ "sample": true })).await.good();
    assert!(done.json["sample"]["account"].as_u64().unwrap() >= 200);
    let again = world.anna.post("/api/v1/solutions/crm/install", json!({ "sample": true })).await.good();
    let actions: Vec<&str> =
        again.json["definitions"].as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert!(actions.iter().all(|action| *action == "same"), "{actions:?}");
    assert_eq!(again.json["sample"], json!(null));
}

fn package(label: &str, fields: serde_json::Value) -> serde_json::Value {
    let object = json!({ "label": label, "fields": fields });
    json!({ "key": "shop", "version": "1", "definitions": [{ "kind": "object", "key": "ware", "body": object }] })
}

#[tokio::test]
async fn an_upgrade_keeps_what_the_customer_changed_and_shows_where_both_did() {
    let world = World::new().await;
    let name = json!({ "key": "name", "type": "text", "label": "Name" });
    world.anna.post("/api/v1/apply", package("Ware", json!([name]))).await.good();
    world.anna.patch("/api/v1/objects/ware", json!({ "label": "Goods" })).await.good();
    let next = package("Ware", json!([name, { "key": "price", "type": "money" }]));
    let plan = world.anna.post("/api/v1/plan", next.clone()).await.good();
    assert_eq!(plan.json["definitions"][0]["action"], "replace");
    world.anna.post("/api/v1/apply", next).await.good();
    let stands = world.anna.get("/api/v1/objects/ware").await.good();
    assert_eq!(stands.json["label"], "Goods");
    assert!(stands.text.contains("\"price\""));
    let both = world
        .anna
        .post("/api/v1/apply", package("Article", json!([name, { "key": "price", "type": "money" }])))
        .await
        .good();
    assert_eq!(both.json["definitions"][0]["conflicts"], json!(["label"]));
    assert_eq!(world.anna.get("/api/v1/objects/ware").await.good().json["label"], "Goods");
}

#[tokio::test]
async fn export_applied_again_is_the_same() {
    let world = World::new().await;
    world.anna.post("/api/v1/solutions/crm/install", json!({})).await.good();
    let files = kehub::solutions::export(&world.app, "crm").await.unwrap();
    let bytes = files.iter().map(|(name, text)| (name.clone(), text.clone().into_bytes())).collect();
    let package = kehub::solutions::Package::from_files(bytes).unwrap();
    let actor = std::sync::Arc::new(kehub_model::Actor::console());
    let plan = kehub::solutions::plan(&world.app, &actor, &package).await.unwrap();
    let actions: Vec<&str> =
        plan["definitions"].as_array().unwrap().iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert!(actions.iter().all(|action| *action == "same"), "{plan:#}");
    assert_eq!(kehub::solutions::export(&world.app, "crm").await.unwrap(), files);
}

#[tokio::test]
async fn a_refused_solution_has_changed_nothing() {
    let world = World::new().await;
    let before = world.stored().await;
    let mut package = package("Ware", json!([{ "key": "name", "type": "text" }]));
    let wrong = json!({ "kind": "view", "key": "wares", "body": { "object": "ware", "label": "x", "shared": true, "columns": [{ "field": "nmae" }] } });
    package["definitions"].as_array_mut().unwrap().push(wrong);
    let plan = world.anna.post("/api/v1/plan", package.clone()).await.good();
    assert_eq!(plan.json["problems"][0]["at"], "views/wares.columns[0].field");
    world.anna.post("/api/v1/apply", package).await.refused(422);
    world.anna.get("/api/v1/objects/ware").await.refused(404);
    assert_eq!(world.stored().await, before);
}

#[tokio::test]
async fn nobody_is_kept_from_an_upgrade_by_a_field_he_put_away() {
    let world = World::new().await;
    world.anna.post("/api/v1/solutions/crm/install", json!({})).await.good();
    world.anna.delete("/api/v1/objects/account/fields/level").await.good();
    let view = |label: &str| {
        let columns = json!([{ "field": "name" }, { "field": "level" }]);
        let body = json!({ "object": "account", "label": label, "shared": true, "columns": columns });
        json!({ "key": "crm", "version": "2", "definitions": [
            { "kind": "view", "key": "account_all", "body": body },
            { "kind": "menu", "key": "crm", "body": { "app": "crm", "label": label, "items": [{ "object": "account" }] } },
        ] })
    };
    let done = world.anna.post("/api/v1/apply", view("Accounts")).await.good();
    assert_eq!(done.json["definitions"][0]["action"], "left_out");
    assert_eq!(done.json["definitions"][0]["conflicts"], json!(["columns[1].field"]));
    let stands = world.anna.get("/api/v1/definitions/view/account_all").await.good();
    assert_eq!(stands.json["body"]["label"]["en"], "All accounts");
    let menu = world.anna.get("/api/v1/definitions/menu/crm").await.good();
    assert_eq!(menu.json["body"]["label"], "Accounts");
}

#[tokio::test]
async fn a_shipped_object_keeps_its_versions_and_an_upgrade_adds_one() {
    let world = World::new().await;
    let name = json!({ "key": "name", "type": "text", "label": "Name" });
    world.anna.post("/api/v1/apply", package("Ware", json!([name]))).await.good();
    world.anna.post("/api/v1/apply", package("Ware", json!([name]))).await.good();
    world.anna.post("/api/v1/apply", package("Ware", json!([name, { "key": "price", "type": "money" }]))).await.good();
    let versions = world.anna.get("/api/v1/definitions/object/ware/versions").await.good();
    assert_eq!(versions.json["versions"].as_array().unwrap().len(), 2);
    let stands = world.anna.get("/api/v1/definitions/object/ware").await.good();
    assert_eq!((&stands.json["solution"], &stands.json["version"]), (&json!("shop"), &json!(2)));
}
