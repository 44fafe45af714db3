//! People, departments and who may give which role.

use serde_json::json;

use crate::world::{PASSWORD, World, sign_in};

#[tokio::test]
async fn a_person_is_made_with_department_manager_and_password() {
    let world = World::new().await;
    world.anna.post("/api/v1/departments", json!({ "name": "Sales" })).await.good();
    let body = json!({ "email": "cleo@kehub.test", "name": "Cleo", "department": { "by": { "name": "Sales" } }, "manager": world.ben_id, "password": PASSWORD });
    let cleo = world.anna.post("/api/v1/people", body).await.good();
    assert_eq!(
        (cleo.status.as_u16(), &cleo.json["department"]["title"], &cleo.json["manager"]["title"]),
        (201, &json!("Sales"), &json!("Ben"))
    );
    let cleo = sign_in(&world.nobody, "cleo@kehub.test").await;
    assert_eq!(cleo.get("/api/v1/me").await.good().json["department"]["title"], "Sales");
}

#[tokio::test]
async fn nobody_becomes_more_than_he_is_by_a_field_too_many() {
    let world = World::new().await;
    let before = world.stored().await;
    let body = json!({ "email": "x@kehub.test", "name": "X", "is_admin": true, "is_disabled": false, "password_hash": "x", "roles": ["nobodys"] });
    let refused = world.anna.post("/api/v1/people", body).await.refused(422);
    let mut places = refused.places();
    places.sort_unstable();
    assert_eq!(places, ["is_admin", "is_disabled", "password_hash", "roles[0]"]);
    world.ben.patch("/api/v1/me", json!({ "name": "B", "is_admin": true, "rights": ["design"] })).await.refused(422);
    assert_eq!(world.stored().await, before);
}

#[tokio::test]
async fn one_can_give_only_what_one_holds() {
    let world = World::with_things().await;
    world
        .anna
        .post("/api/v1/roles", json!({ "key": "strong", "label": "S", "rights": ["operations"], "objects": {} }))
        .await
        .good();
    world
        .anna
        .post("/api/v1/roles", json!({ "key": "staff", "label": "P", "rights": ["people", "roles"], "objects": {} }))
        .await
        .good();
    world.anna.patch(&format!("/api/v1/people/{}", world.ben_id), json!({ "roles": ["staff"] })).await.good();
    let before = world.stored().await;
    let refused = world
        .ben
        .patch(&format!("/api/v1/people/{}", world.ben_id), json!({ "roles": ["staff", "strong"] }))
        .await
        .refused(422);
    assert_eq!(refused.places(), ["roles[1]"]);
    world
        .ben
        .post("/api/v1/roles", json!({ "key": "mine", "label": "M", "objects": { "thing": { "read": true } } }))
        .await
        .refused(422);
    world.ben.put("/api/v1/definitions/role/strong", json!({ "label": "S", "objects": {} })).await.refused(422);
    assert_eq!(world.stored().await, before);
    // A link that sets an administrator's password would be his whole standing.
    let anna = world.anna.get("/api/v1/me").await.id();
    world.ben.post(&format!("/api/v1/people/{anna}/password_reset"), json!({})).await.refused(403);
    world.ben.patch(&format!("/api/v1/people/{anna}"), json!({ "password": PASSWORD })).await.refused(403);
    let body = json!({ "email": "cleo@kehub.test", "name": "Cleo", "roles": ["strong"], "password": PASSWORD });
    let cleo = world.anna.post("/api/v1/people", body).await.good().id();
    world.ben.post(&format!("/api/v1/people/{cleo}/password_reset"), json!({})).await.refused(403);
    world.ben.patch(&format!("/api/v1/people/{cleo}"), json!({ "email": "ben2@kehub.test" })).await.refused(403);
}

#[tokio::test]
async fn a_role_taken_away_is_gone_at_once() {
    let world = World::with_things().await;
    world.ben.post("/api/v1/records/thing/query", json!({})).await.refused(404);
    world.grant(json!({ "thing": { "read": true } })).await;
    world.ben.post("/api/v1/records/thing/query", json!({})).await.good();
    world.anna.delete("/api/v1/definitions/role/of_ben").await.good();
    world.ben.post("/api/v1/records/thing/query", json!({})).await.refused(404);
}

#[tokio::test]
async fn everything_a_person_owns_can_be_handed_over() {
    let world = World::with_things().await;
    let anna = world.anna.get("/api/v1/me").await.id();
    for n in 0..3 {
        world.anna.post("/api/v1/records/thing", json!({ "name": format!("t{n}") })).await.good();
    }
    let done = world.anna.post(&format!("/api/v1/people/{anna}/hand_over"), json!({ "to": world.ben_id })).await.good();
    assert_eq!(done.json["counts"]["thing"], 3);
}

#[tokio::test]
async fn a_persons_address_is_what_he_signs_in_by() {
    let world = World::new().await;
    let path = format!("/api/v1/records/person/{}", world.ben_id);
    world.anna.patch(&path, json!({ "email": "benjamin@kehub.test" })).await.good();
    sign_in(&world.nobody, "benjamin@kehub.test").await;
    world.nobody.post("/api/v1/session", json!({ "email": "ben@kehub.test", "password": PASSWORD })).await.refused(401);
    // An import or an undo changes records without asking; what lets one sign in follows.
    let body = json!({ "records": [{ "email": "benjamin@kehub.test", "is_active": false }], "key": ["email"], "mode": "update" });
    world.anna.post("/api/v1/records/person/batch", body).await.good();
    world.anna.post(&format!("/api/v1/people/{}/enable", world.ben_id), json!({})).await.good();
    let console = std::sync::Arc::new(kehub_model::Actor::console());
    let object = world.app.records.catalog().object("person").unwrap().id;
    let values = json!({ "is_active": false, "email": "b@kehub.test" }).as_object().unwrap().clone();
    let kind = kehub_records::Action::Update { id: world.ben_id.parse().unwrap(), values, version: None };
    let change = kehub_records::Change { object, kind, at: String::new() };
    world.app.records.write(&console, vec![change], kehub_records::Because::default()).await.unwrap();
    world.app.identity.follow_records().await.unwrap();
    world.ben.get("/api/v1/me").await.refused(401);
    world.anna.post(&format!("/api/v1/people/{}/enable", world.ben_id), json!({})).await.good();
    sign_in(&world.nobody, "b@kehub.test").await;
    world.anna.delete(&path).await.good();
    world.ben.get("/api/v1/me").await.refused(401);
}
