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
