//! Manners that hold for every route, and what holds for the whole workspace.

use http::{Method, Request};
use kehub_api::Body;
use serde_json::json;

use crate::world::{PASSWORD, World, sign_in};

#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let world = World::with_things().await;
    let token = world.anna.token.clone().unwrap();
    let silent = Body::from_stream(futures_util::stream::pending::<Result<bytes::Bytes, std::convert::Infallible>>());
    let request = Request::builder()
        .method(Method::POST)
        .uri("/api/v1/records/thing")
        .header("host", "kehub.test")
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {token}"))
        .body(silent)
        .unwrap();
    let before = world.stored().await;
    tokio::time::pause();
    let answer = world.anna.service.answer(request, world.anna.address).await;
    tokio::time::resume();
    assert_eq!(answer.status(), 408);
    assert_eq!(world.stored().await, before);
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let world = World::new().await;
    for (method, path, expected) in [
        (Method::PUT, "/api/v1/me", "GET, HEAD, PATCH"),
        (Method::DELETE, "/api/v1/operations", "GET, HEAD"),
        (Method::GET, "/api/v1/session", "POST, DELETE"),
        (Method::POST, "/healthz", "GET, HEAD"),
    ] {
        let refused = world.anna.send(method, path, None, Vec::new()).await.refused(405);
        assert_eq!(refused.headers["allow"], expected, "{path}");
    }
}

#[tokio::test]
async fn the_workspace_has_a_name_a_language_and_a_time_zone() {
    let world = World::with_things().await;
    let path = "/api/v1/workspace";
    let stands = world.ben.get(path).await.good();
    assert_eq!(stands.json, json!({ "name": "Kehub", "language": "zh", "time_zone": "Asia/Shanghai" }));
    world.ben.patch(path, json!({ "name": "Mine" })).await.refused(403);
    world.nobody.get(path).await.refused(401);
    let wrong = json!({ "name": "", "language": "fr", "time_zone": "Mars/Olympus" });
    let refused = world.anna.patch(path, wrong).await.refused(422);
    assert_eq!(refused.places(), ["name", "language", "time_zone"]);
    world.anna.patch(path, json!({ "zone": "UTC" })).await.refused(422);
    // It is 01:00 UTC on 23 November: in Shanghai it is the same day, in New York the day before.
    world.anna.post("/api/v1/records/thing", json!({ "name": "a" })).await.good();
    let by_day = json!({ "group": [{ "field": "created_at", "unit": "day" }], "measures": [{ "fn": "count" }] });
    let day = |reply: kehub_testkit::Reply| reply.json["rows"][0]["created_at"].as_str().unwrap().to_owned();
    let ask = "/api/v1/records/thing/aggregate";
    assert_eq!(day(world.anna.post(ask, by_day.clone()).await.good()), "2026-11-23");
    world.ground.turn(chrono::Duration::seconds(1));
    let done = world.anna.patch(path, json!({ "name": " 客枢 Inc ", "time_zone": "America/New_York" })).await.good();
    assert_eq!(done.json, json!({ "name": "客枢 Inc", "language": "zh", "time_zone": "America/New_York" }));
    assert_eq!(day(world.anna.post(ask, by_day.clone()).await.good()), "2026-11-22");
    // Who has chosen a zone keeps it.
    world.anna.patch("/api/v1/me", json!({ "time_zone": "Asia/Tokyo" })).await.good();
    assert_eq!(day(world.anna.post(ask, by_day).await.good()), "2026-11-23");
    world.ground.turn(chrono::Duration::seconds(1));
    world.anna.patch(path, json!({ "language": "en" })).await.good();
    assert_eq!(world.ben.get("/api/v1/me").await.good().json["workspace"]["language"], "en");
    let refused = world.ben.get("/api/v1/records/thing/x").await.refused(404);
    assert_eq!(refused.json["detail"], "It does not exist, or you may not see it");
    let versions = world.anna.get("/api/v1/workspace/versions").await.good().json["versions"].clone();
    assert_eq!((versions.as_array().unwrap().len(), &versions[0]["by"]["title"]), (2, &json!("Anna")));
    assert_eq!(
        (&versions[0]["workspace"]["language"], &versions[1]["workspace"]["language"]),
        (&json!("en"), &json!("zh"))
    );
    world.ben.get("/api/v1/workspace/versions").await.refused(403);
}

#[tokio::test]
async fn another_node_hears_of_the_workspaces_change() {
    let world = World::new().await;
    if world.app.db().dialect() == kehub_db::Dialect::Sqlite {
        // A data folder has one server.
        return;
    }
    let settings = kehub::settings::Settings::of(world.ground.folder());
    let other = kehub::app::App::open_at(settings, &world.ground.target, world.ground.clock()).await.unwrap();
    let service = kehub::routes::service(&other).unwrap();
    let anna = kehub_testkit::Client::new(service).with_token(world.anna.token.as_deref().unwrap());
    assert_eq!(anna.get("/api/v1/workspace").await.good().json["name"], "Kehub");
    world.anna.patch("/api/v1/workspace", json!({ "name": "Elsewhere" })).await.good();
    let begun = std::time::Instant::now();
    while anna.get("/api/v1/workspace").await.good().json["name"] != "Elsewhere" {
        assert!(begun.elapsed().as_secs() < 10, "the other node does not hear");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_batch_of_people_does_to_each_what_a_change_of_one_does() {
    let world = World::new().await;
    let batch = "/api/v1/records/person/batch";
    // Without a mode it makes new ones.
    let body = json!({ "records": [{ "name": "Cleo", "email": "cleo@kehub.test" }, { "name": "Dora", "email": "dora@kehub.test" }] });
    let made = world.anna.post(batch, body).await.good();
    let cleo = made.json["results"][0]["id"].as_str().unwrap().to_owned();
    let body = json!({ "mode": "upsert", "key": ["email"], "records": [
        { "email": "cleo@kehub.test", "title": "Seller" },
        { "email": "ben@kehub.test", "name": "Benjamin" },
        { "email": "eve@kehub.test", "name": "Eve" },
    ] });
    let done = world.anna.post(batch, body).await.good();
    let fates: Vec<&str> =
        done.json["results"].as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(fates, ["updated", "updated", "created"]);
    // What lets one sign in follows in the same transaction.
    let body = json!({ "mode": "update", "records": [{ "id": world.ben_id, "email": "benjamin@kehub.test" }] });
    world.anna.post(batch, body).await.good();
    sign_in(&world.nobody, "benjamin@kehub.test").await;
    world.nobody.post("/api/v1/session", json!({ "email": "ben@kehub.test", "password": PASSWORD })).await.refused(401);
    let body = json!({ "mode": "update", "key": ["email"], "records": [{ "email": "benjamin@kehub.test", "is_active": false }] });
    world.anna.post(batch, body).await.good();
    world.ben.get("/api/v1/me").await.refused(401);
    // Nobody shuts himself out, takes another's address, or does in a batch what he may not do to one; and nothing is half done.
    let anna = world.anna.get("/api/v1/me").await.id();
    world.anna.post(&format!("/api/v1/people/{}/enable", world.ben_id), json!({})).await.good();
    let before = world.stored().await;
    let body = json!({ "mode": "update", "records": [
        { "id": cleo, "title": "Boss" },
        { "id": anna, "is_active": false },
        { "id": world.ben_id, "email": "anna@kehub.test" },
    ] });
    let refused = world.anna.post(batch, body).await.refused(422);
    assert_eq!(refused.places(), ["records[1]", "records[2].email"]);
    assert_eq!(world.stored().await, before);
    world.grant(json!({ "person": { "read": true, "create": true, "update": true, "rows": "all" } })).await;
    let ben = sign_in(&world.nobody, "benjamin@kehub.test").await;
    let before = world.stored().await;
    let body =
        json!({ "mode": "update", "key": ["email"], "records": [{ "email": "anna@kehub.test", "is_active": false }] });
    ben.post(batch, body).await.refused(403);
    let body = json!({ "mode": "upsert", "records": [{ "id": anna, "email": "mine@kehub.test" }] });
    ben.post(batch, body).await.refused(403);
    assert_eq!(world.stored().await, before);
    let body = json!({ "mode": "upsert", "key": ["name"], "records": [{ "name": "Sales" }, { "name": "North", "parent": null }] });
    world.anna.post("/api/v1/records/department/batch", body.clone()).await.good();
    let again = world.anna.post("/api/v1/records/department/batch", body).await.good();
    assert_eq!(again.json["results"][0]["status"], "unchanged");
}
