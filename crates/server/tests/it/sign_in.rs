//! Signing in and out, and all that ends a session.

use chrono::Duration;
use serde_json::json;

use crate::world::{PASSWORD, World, sign_in};

#[tokio::test]
async fn ten_wrong_passwords_lock_an_account_for_a_quarter_of_an_hour() {
    let world = World::new().await;
    let wrong = json!({ "email": "ben@kehub.test", "password": "wrong horse" });
    for _ in 0..10 {
        assert_eq!(world.nobody.post("/api/v1/session", wrong.clone()).await.refused(401).codes(), ["wrong_password"]);
    }
    let right = json!({ "email": "Ben@kehub.test ", "password": PASSWORD });
    let locked = world.nobody.post("/api/v1/session", right.clone()).await.refused(429);
    assert!(locked.headers.contains_key("retry-after"));
    // Another account is not locked, and a made-up address changes nothing.
    sign_in(&world.nobody, "anna@kehub.test").await;
    world.nobody.with("x-forwarded-for", "9.9.9.9").post("/api/v1/session", right.clone()).await.refused(429);
    world.ground.turn(Duration::minutes(17));
    world.nobody.post("/api/v1/session", right).await.good();
}

#[tokio::test]
async fn unknown_and_wrong_look_the_same() {
    let world = World::new().await;
    let unknown =
        world.nobody.post("/api/v1/session", json!({ "email": "who@kehub.test", "password": "x" })).await.refused(401);
    let wrong =
        world.nobody.post("/api/v1/session", json!({ "email": "ben@kehub.test", "password": "x" })).await.refused(401);
    assert_eq!(unknown.json["problems"], wrong.json["problems"]);
    let long = json!({ "email": "ben@kehub.test", "password": "x".repeat(20_000) });
    world.nobody.post("/api/v1/session", long).await.refused(413);
}

#[tokio::test]
async fn a_cookie_needs_our_own_page_and_a_token_needs_none() {
    let world = World::with_things().await;
    let reply =
        world.nobody.post("/api/v1/session", json!({ "email": "anna@kehub.test", "password": PASSWORD })).await.good();
    let cookie = reply.headers["set-cookie"].to_str().unwrap().to_owned();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let browser = world.nobody.with("cookie", cookie.split(';').next().unwrap());
    browser.get("/api/v1/me").await.good();
    let body = json!({ "name": "a" });
    browser.post("/api/v1/records/thing", body.clone()).await.refused(403);
    browser.with("origin", "http://evil.test").post("/api/v1/records/thing", body.clone()).await.refused(403);
    browser.with("sec-fetch-site", "cross-site").post("/api/v1/records/thing", body.clone()).await.refused(403);
    browser.with("origin", "http://kehub.test").post("/api/v1/records/thing", body.clone()).await.good();
    world.anna.post("/api/v1/records/thing", body).await.good();
    // Somebody else's page cannot sign a person in.
    let sign_in = json!({ "email": "anna@kehub.test", "password": PASSWORD });
    world.nobody.with("origin", "http://evil.test").post("/api/v1/session", sign_in).await.refused(403);
}

#[tokio::test]
async fn sessions_end_by_sign_out_silence_and_age() {
    let world = World::new().await;
    let other = sign_in(&world.nobody, "ben@kehub.test").await;
    other.delete("/api/v1/session").await.good();
    other.get("/api/v1/me").await.refused(401);
    world.ben.get("/api/v1/me").await.good();
    world.ground.turn(Duration::days(8));
    world.ben.get("/api/v1/me").await.refused(401);
}

#[tokio::test]
async fn a_disabled_person_is_out_at_once_everywhere() {
    let world = World::new().await;
    let key = world.ben.post("/api/v1/api_keys", json!({ "label": "k" })).await.good().json["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let program = world.nobody.with_token(&key);
    program.get("/api/v1/me").await.good();
    world.anna.post(&format!("/api/v1/people/{}/disable", world.ben_id), json!({})).await.good();
    world.ben.get("/api/v1/me").await.refused(401);
    program.get("/api/v1/me").await.refused(401);
    let right = json!({ "email": "ben@kehub.test", "password": PASSWORD });
    world.nobody.post("/api/v1/session", right.clone()).await.refused(401);
    world.anna.post(&format!("/api/v1/people/{}/enable", world.ben_id), json!({})).await.good();
    world.nobody.post("/api/v1/session", right).await.good();
    // Nobody shuts himself out.
    let me = world.anna.get("/api/v1/me").await.id();
    world.anna.post(&format!("/api/v1/people/{me}/disable"), json!({})).await.refused(422);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let world = World::new().await;
    let other = sign_in(&world.nobody, "ben@kehub.test").await;
    world.ben.post("/api/v1/me/password", json!({ "old": "wrong", "new": "another horse 1" })).await.refused(422);
    let weak = world.ben.post("/api/v1/me/password", json!({ "old": PASSWORD, "new": "12345678" })).await.refused(422);
    assert_eq!(weak.codes(), ["weak_password"]);
    world.ben.post("/api/v1/me/password", json!({ "old": PASSWORD, "new": "another horse 1" })).await.good();
    world.ben.get("/api/v1/me").await.good();
    other.get("/api/v1/me").await.refused(401);
}

#[tokio::test]
async fn an_invitation_is_used_once_and_void_when_a_newer_one_is_made() {
    let world = World::new().await;
    let path = format!("/api/v1/people/{}/invitation", world.ben_id);
    let link = |reply: kehub_testkit::Reply| reply.json["url"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let old = link(world.anna.post(&path, json!({})).await.good());
    let new = link(world.anna.post(&path, json!({})).await.good());
    world.nobody.get(&format!("/api/v1/invitations/{old}")).await.refused(404);
    let shown = world.nobody.get(&format!("/api/v1/invitations/{new}")).await.good();
    assert_eq!(shown.json["email"], "ben@kehub.test");
    let accept = json!({ "password": "a horse of his own" });
    let used = world.nobody.post(&format!("/api/v1/invitations/{new}"), accept.clone()).await.good();
    world.nobody.with_token(used.json["token"].as_str().unwrap()).get("/api/v1/me").await.good();
    world.nobody.post(&format!("/api/v1/invitations/{new}"), accept.clone()).await.refused(404);
    let reset =
        link(world.anna.post(&format!("/api/v1/people/{}/password_reset", world.ben_id), json!({})).await.good());
    world.ground.turn(Duration::minutes(61));
    world.nobody.post(&format!("/api/v1/invitations/{reset}"), accept).await.refused(404);
}

#[tokio::test]
async fn the_first_administrator_needs_the_consoles_code() {
    let world = World::new().await;
    assert_eq!(world.nobody.get("/api/v1/setup").await.good().json["needed"], false);
    let body =
        json!({ "code": world.app.identity.setup_code(), "name": "C", "email": "c@kehub.test", "password": PASSWORD });
    world.nobody.post("/api/v1/setup", body).await.refused(409);
}

#[tokio::test]
async fn a_key_does_what_it_is_for_until_it_ends() {
    let world = World::with_things().await;
    let made = world.anna.post("/api/v1/api_keys", json!({ "label": "reads", "scopes": ["read"] })).await.good();
    let program = world.nobody.with_token(made.json["token"].as_str().unwrap());
    program.post("/api/v1/records/thing/query", json!({})).await.good();
    program.post("/api/v1/records/thing", json!({ "name": "a" })).await.refused(403);
    program.post("/api/v1/people", json!({ "name": "a" })).await.refused(403);
    program.post("/api/v1/api_keys", json!({ "label": "more" })).await.refused(403);
    assert!(!world.stored().await.contains(made.json["token"].as_str().unwrap()));
    world.anna.post("/api/v1/api_keys", json!({ "label": "x", "scopes": ["everything"] })).await.refused(422);
    world.ground.turn(Duration::days(366));
    program.post("/api/v1/records/thing/query", json!({})).await.refused(401);
}
