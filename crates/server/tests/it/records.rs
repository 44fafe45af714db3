//! Records through HTTP.

use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_record_is_created_read_changed_and_deleted() {
    let world = World::with_things().await;
    let made = world.anna.post("/api/v1/records/thing", json!({ "name": " a ", "amount": "12.50" })).await.good();
    assert_eq!(made.status, 201);
    let place = made.headers["location"].to_str().unwrap().to_owned();
    assert!(made.headers["etag"].to_str().unwrap().starts_with("\"1-"));
    let got = world.anna.get(&place).await.good();
    assert_eq!(
        (&got.json["name"], got.json["amount"].to_string(), got.json["double"].to_string()),
        (&json!("a"), "12.5".into(), "25".into())
    );
    let strings = world.anna.with("prefer", "decimals=string").get(&place).await.good();
    assert_eq!(strings.json["amount"], "12.5");
    let tag = got.headers["etag"].to_str().unwrap();
    assert_eq!(world.anna.with("if-none-match", tag).get(&place).await.status, 304);
    world.anna.patch(&place, json!({ "amount": null })).await.good();
    let stale = world.anna.with("if-match", tag).patch(&place, json!({ "name": "b" })).await.refused(412);
    assert_eq!(stale.codes(), ["version_changed"]);
    world.anna.with("if-match", "\"2-ffff\"").patch(&place, json!({ "name": "b" })).await.good();
    world.anna.delete(&place).await.refused(204);
    world.anna.get(&place).await.refused(404);
    let id = place.rsplit('/').next().unwrap();
    world.anna.post(&format!("/api/v1/trash/thing/{id}/restore"), json!({})).await.good();
    assert_eq!(world.anna.get(&place).await.good().json["name"], "b");
}

#[tokio::test]
async fn fields_that_are_not_ones_to_write_are_all_named_and_nothing_is_stored() {
    let world = World::with_things().await;
    let before = world.stored().await;
    let body = json!({ "name": "a", "id": "x", "created_by": world.ben_id, "version": 9, "double": 3, "is_admin": true, "amount": "x" });
    let refused = world.anna.post("/api/v1/records/thing", body).await.refused(422);
    let mut places = refused.places();
    places.sort_unstable();
    assert_eq!(places, ["amount", "created_by", "double", "id", "is_admin", "version"]);
    assert_eq!(world.stored().await, before);
}

#[tokio::test]
async fn hidden_and_unknown_fields_look_alike() {
    let world = World::with_things().await;
    world
        .grant(json!({ "thing": { "read": true, "create": true, "update": true, "fields": { "amount": "hidden" } } }))
        .await;
    let made = world.ben.post("/api/v1/records/thing", json!({ "name": "a" })).await.good();
    assert!(made.json.get("amount").is_none());
    let told = |reply: kehub_testkit::Reply, name: &str| {
        (reply.status, reply.text.replace(name, "?").replace(reply.json["request_id"].as_str().unwrap(), ""))
    };
    for make in [
        |field: &str| ("/api/v1/records/thing", json!({ "name": "b", field: 1 })),
        |field: &str| ("/api/v1/records/thing/query", json!({ "sort": [{ "field": field }] })),
        |field: &str| ("/api/v1/records/thing/query", json!({ "filter": { "field": field, "op": "gt", "value": 1 } })),
        |field: &str| ("/api/v1/records/thing/query", json!({ "fields": [field] })),
        |field: &str| ("/api/v1/records/thing/aggregate", json!({ "measures": [{ "fn": "sum", "field": field }] })),
    ] {
        let (path, body) = make("amount");
        let hidden = told(world.ben.post(path, body).await, "amount");
        let (path, body) = make("nothing");
        let unknown = told(world.ben.post(path, body).await, "nothing");
        assert_eq!(hidden, unknown);
        assert_eq!(hidden.0, 422);
    }
}

#[tokio::test]
async fn a_request_sent_again_gets_the_same_answer() {
    let world = World::with_things().await;
    let once = world.anna.with("idempotency-key", "k-1");
    let body = json!({ "name": "a", "code": "c1" });
    let first = once.post("/api/v1/records/thing", body.clone()).await.good();
    let second = once.post("/api/v1/records/thing", body.clone()).await.good();
    assert_eq!((first.id(), second.status.as_u16()), (second.id(), 201));
    assert_eq!(once.post("/api/v1/records/thing", json!({ "name": "b" })).await.refused(422).codes(), ["key_reused"]);
    // Keys are everybody's own.
    world.grant(json!({ "thing": { "read": true, "create": true } })).await;
    let theirs =
        world.ben.with("idempotency-key", "k-1").post("/api/v1/records/thing", json!({ "name": "b" })).await.good();
    assert_ne!(theirs.id(), first.id());
    let page = world.anna.post("/api/v1/records/thing/query", json!({ "count": "exact" })).await.good();
    assert_eq!(page.json["count"]["value"], 2);
}

#[tokio::test]
async fn a_batch_is_all_or_nothing() {
    let world = World::with_things().await;
    let before = world.stored().await;
    let records = json!([{ "name": "a", "code": "1" }, { "code": "2" }, 7]);
    let refused = world.anna.post("/api/v1/records/thing/batch", json!({ "records": records })).await.refused(422);
    assert_eq!(refused.places(), ["records[2]"]);
    let refused = world
        .anna
        .post("/api/v1/records/thing/batch", json!({ "records": [{ "name": "a" }, { "code": "2" }] }))
        .await
        .refused(422);
    assert_eq!(refused.places(), ["records[1].name"]);
    assert_eq!(world.stored().await, before);
    let body = json!({ "records": [{ "name": "a", "code": "1" }, { "name": "b", "code": "2" }] });
    world.anna.post("/api/v1/records/thing/batch", body).await.good();
    let body = json!({ "records": [{ "name": "A", "code": "1" }, { "name": "b", "code": "2" }, { "name": "c", "code": "3" }], "key": ["code"], "mode": "upsert" });
    let done = world.anna.post("/api/v1/records/thing/batch", body).await.good();
    let fates: Vec<&str> =
        done.json["results"].as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(fates, ["updated", "unchanged", "created"]);
}

#[tokio::test]
async fn a_commit_can_be_undone_unless_somebody_worked_on() {
    let world = World::with_things().await;
    let place = world.anna.post("/api/v1/records/thing", json!({ "name": "a" })).await.good().headers["location"]
        .to_str()
        .unwrap()
        .to_owned();
    world.anna.patch(&place, json!({ "name": "b" })).await.good();
    let history = world.anna.get(&format!("{place}/history")).await.good();
    let commit = history.json["entries"][0]["commit"].as_str().unwrap().to_owned();
    let undo = format!("/api/v1/commits/{commit}/undo");
    let planned = world.anna.post(&undo, json!({ "dry_run": true })).await.good();
    assert_eq!(planned.json["commit"], json!(null));
    world.ben.post(&undo, json!({})).await.refused(404);
    world.anna.patch(&place, json!({ "name": "c" })).await.good();
    let refused = world.anna.post(&undo, json!({})).await.refused(409);
    assert_eq!(refused.json["conflicts"].as_array().map(Vec::len), Some(refused.codes().len()), "{}", refused.text);
    assert_eq!(refused.json["conflicts"][0]["mine"], planned.json["changes"][0]["fields"][0]["after"]);
    world.anna.post(&undo, json!({ "linked": "perhaps" })).await.refused(422);
    world.anna.post(&undo, json!({ "conflicts": "overwrite" })).await.good();
    assert_eq!(world.anna.get(&place).await.good().json["name"], "a");
}

#[tokio::test]
async fn a_link_to_what_is_gone_is_refused_also_where_a_roll_up_counts_it() {
    let world = World::with_things().await;
    let fields = "/api/v1/objects/thing/fields";
    world.anna.post(fields, json!({ "key": "other", "type": "link", "to": "thing" })).await.good();
    let sum = json!({ "key": "sum", "type": "rollup", "from": "thing.other", "fn": "sum", "field": "amount" });
    world.anna.post(fields, sum).await.good();
    let top = json!({ "key": "top", "type": "rollup", "from": "thing.other", "fn": "max", "field": "amount" });
    world.anna.post(fields, top).await.good();
    let stays = world.anna.post("/api/v1/records/thing", json!({ "name": "a", "amount": 1 })).await.good().id();
    let goes = world.anna.post("/api/v1/records/thing", json!({ "name": "b" })).await.good().id();
    world.anna.delete(&format!("/api/v1/records/thing/{goes}")).await.good();
    let stored = format!("/api/v1/records/thing/{stays}");
    let refused = world.anna.patch(&stored, json!({ "other": goes })).await.refused(422);
    assert_eq!(refused.codes(), ["no_such_record"]);
    world.anna.post("/api/v1/records/thing", json!({ "name": "c", "other": goes, "amount": 2 })).await.refused(422);
    world.anna.patch(&stored, json!({ "other": stays })).await.good();
    assert_eq!(world.anna.get(&stored).await.good().json["sum"], 1);
}
