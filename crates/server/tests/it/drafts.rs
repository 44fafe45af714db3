//! Objects as they are drawn: drafts, their plans, publishing, versions and the way back.

use serde_json::{Value as Json, json};

use crate::world::World;

const PATH: &str = "/api/v1/definitions/object/thing";

/// The object `thing` with these fields besides its name.
fn thing(more: Json) -> Json {
    let mut fields = vec![json!({ "key": "name", "type": "text", "required": true })];
    fields.extend(more.as_array().cloned().unwrap_or_default());
    json!({ "label": "东西", "fields": fields })
}

async fn versions(world: &World) -> Vec<i64> {
    let shown = world.anna.get(&format!("{PATH}/versions")).await.good();
    shown.json["versions"].as_array().unwrap().iter().map(|one| one["version"].as_i64().unwrap()).collect()
}

/// The keys of the fields that hold now.
async fn fields(world: &World) -> Vec<String> {
    let shown = world.anna.get("/api/v1/objects/thing").await.good();
    let fields = shown.json["fields"].as_array().unwrap().iter();
    let own = fields.filter(|field| field["system"].is_null() && field["state"] == "active");
    own.map(|field| field["key"].as_str().unwrap().to_owned()).collect()
}

/// `draft` or `active`, and the published version's number.
async fn standing(world: &World) -> (String, i64) {
    let shown = world.anna.get(PATH).await.good();
    (shown.json["state"].as_str().unwrap().to_owned(), shown.json["version"].as_i64().unwrap())
}

#[tokio::test]
async fn a_draft_of_a_new_object_is_nothing_until_it_is_published() {
    let world = World::new().await;
    let draft = world.anna.put(PATH, thing(json!([]))).await.good();
    assert_eq!((&draft.json["state"], &draft.json["version"]), (&json!("draft"), &json!(0)));
    assert_eq!(draft.json["body"]["key"], "thing");
    world.anna.get("/api/v1/objects/thing").await.refused(404);
    assert_eq!(versions(&world).await, Vec::<i64>::new());
    let listed = world.anna.get("/api/v1/definitions/object").await.good();
    assert!(listed.json["definitions"].as_array().unwrap().iter().any(|one| one["key"] == "thing"));
    let plan = world.anna.post(&format!("{PATH}/publish?plan=true"), json!({})).await.good();
    assert_eq!(plan.json["changes"][0]["change"], "add_object");
    world.anna.get("/api/v1/objects/thing").await.refused(404);
    let published = world.anna.post(&format!("{PATH}/publish"), json!({})).await.good();
    assert_eq!((&published.json["state"], &published.json["version"]), (&json!("active"), &json!(1)));
    assert_eq!(fields(&world).await, ["name"]);
    assert_eq!(versions(&world).await, [1]);
    world.anna.post("/api/v1/records/thing", json!({ "name": "a" })).await.good();
}

#[tokio::test]
async fn only_who_may_design_sees_or_draws_drafts() {
    let world = World::with_things().await;
    world.grant(json!({ "thing": { "read": true } })).await;
    world.anna.put(PATH, thing(json!([{ "key": "plan", "type": "text" }]))).await.good();
    world.ben.get(PATH).await.refused(404);
    world.ben.get(&format!("{PATH}/versions")).await.refused(404);
    world.ben.put(PATH, thing(json!([]))).await.refused(403);
    world.ben.put("/api/v1/definitions/object/other", thing(json!([]))).await.refused(403);
    world.ben.post(&format!("{PATH}/publish"), json!({})).await.refused(404);
    world.ben.post(&format!("{PATH}/rollback"), json!({ "version": 1 })).await.refused(404);
    world.ben.delete(PATH).await.refused(404);
    assert_eq!(world.ben.get("/api/v1/definitions/object").await.good().json["definitions"], json!([]));
    assert!(!world.ben.get("/api/v1/objects/thing").await.good().text.contains("plan"));
}

#[tokio::test]
async fn a_draft_changes_nothing_and_its_plan_counts_what_it_would_touch() {
    let world = World::with_things().await;
    for amount in ["1.50", "2.50"] {
        world
            .anna
            .post("/api/v1/records/thing", json!({ "name": "n/a", "code": amount, "amount": amount }))
            .await
            .good();
    }
    let live = world.anna.get("/api/v1/objects/thing").await.good().json;
    let draft = thing(json!([
        { "key": "code", "type": "text", "unique": true },
        { "key": "amount", "type": "money" },
        { "key": "stars", "type": "rating", "required": true },
    ]));
    let mut draft = draft;
    draft["fields"][0]["type"] = json!("number");
    world.anna.put(PATH, draft).await.good();
    assert_eq!(world.anna.get("/api/v1/objects/thing").await.good().json, live);
    assert_eq!(standing(&world).await, ("draft".to_owned(), 1));
    let plan = world.anna.post(&format!("{PATH}/publish?plan=true"), json!({})).await.good();
    let change = |word: &str| {
        let changes = plan.json["changes"].as_array().unwrap();
        changes.iter().find(|one| one["change"] == word).unwrap_or_else(|| panic!("{word}: {}", plan.text)).clone()
    };
    let convert = change("convert");
    assert_eq!((&convert["kind"], &convert["count"]), (&json!("lossy"), &json!(2)));
    assert_eq!(convert["samples"][0]["value"], "n/a");
    assert_eq!(change("add_field")["field"], "stars");
    change("retire_field");
    assert_eq!(world.anna.get("/api/v1/objects/thing").await.good().json, live);
    assert_eq!(versions(&world).await, [1]);
}

#[tokio::test]
async fn a_draft_that_does_not_fit_is_kept_and_refused_when_published() {
    let world = World::new().await;
    let draft = thing(
        json!([{ "key": "to", "type": "link", "to": "nowhere" }, { "key": "sum", "type": "rollup", "from": "gone.x" }]),
    );
    world.anna.put(PATH, draft).await.good();
    let plan = world.anna.post(&format!("{PATH}/publish?plan=true"), json!({})).await.good();
    let places: Vec<&str> =
        plan.json["problems"].as_array().unwrap().iter().map(|one| one["at"].as_str().unwrap()).collect();
    assert_eq!(places, ["thing.fields.to.to", "thing.fields.sum.from"]);
    let refused = world.anna.post(&format!("{PATH}/publish"), json!({})).await.refused(422);
    assert_eq!(refused.places(), places);
    assert_eq!(standing(&world).await, ("draft".to_owned(), 0));
    world.anna.get("/api/v1/objects/thing").await.refused(404);
    world.anna.put("/api/v1/definitions/object/A-B", thing(json!([]))).await.refused(422);
    world.anna.get("/api/v1/definitions/object/%00").await.refused(404);
    world.anna.put(PATH, json!({ "key": "other", "label": "x" })).await.refused(422);
}

#[tokio::test]
async fn the_short_form_holds_at_once_and_keeps_versions_in_step() {
    let world = World::with_things().await;
    assert_eq!(standing(&world).await, ("active".to_owned(), 1));
    world.anna.patch("/api/v1/objects/thing", json!({ "label": "物" })).await.good();
    world.anna.post("/api/v1/objects/thing/fields", json!({ "key": "colour", "type": "text" })).await.good();
    world.anna.patch("/api/v1/objects/thing/fields/colour", json!({ "label": "颜色" })).await.good();
    world.anna.delete("/api/v1/objects/thing/fields/colour").await.good();
    // What changes nothing makes no version.
    world.anna.patch("/api/v1/objects/thing", json!({ "label": "物" })).await.good();
    assert_eq!(versions(&world).await, [5, 4, 3, 2, 1]);
    let shown = world.anna.get(PATH).await.good();
    assert_eq!((&shown.json["state"], &shown.json["body"]["label"]), (&json!("active"), &json!("物")));
    let listed = world.anna.get(&format!("{PATH}/versions")).await.good();
    assert_eq!(listed.json["versions"][0]["body"], shown.json["body"]);
    assert_eq!(listed.json["versions"][0]["by"]["title"], "Anna");
}

#[tokio::test]
async fn a_draft_stays_while_others_change_what_holds() {
    let world = World::with_things().await;
    world.anna.put(PATH, thing(json!([{ "key": "plan", "type": "text" }]))).await.good();
    world.anna.patch("/api/v1/objects/thing", json!({ "label": "物" })).await.good();
    assert_eq!(standing(&world).await, ("draft".to_owned(), 2));
    assert!(world.anna.get(PATH).await.good().text.contains("plan"));
    world.anna.delete(PATH).await.refused(204);
    assert_eq!(standing(&world).await, ("active".to_owned(), 2));
    assert_eq!(world.anna.get(PATH).await.good().json["body"]["label"], "物");
    // Drawing what holds already is no draft.
    let same = world.anna.get(PATH).await.good().json["body"].clone();
    assert_eq!(world.anna.put(PATH, same).await.good().json["state"], "active");
}

#[tokio::test]
async fn a_draft_that_others_made_true_is_no_draft() {
    let world = World::with_things().await;
    let mut wanted = world.anna.get(PATH).await.good().json["body"].clone();
    wanted["label"] = json!("物");
    world.anna.put(PATH, wanted).await.good();
    assert_eq!(standing(&world).await, ("draft".to_owned(), 1));
    world.anna.patch("/api/v1/objects/thing", json!({ "label": "物" })).await.good();
    assert_eq!(standing(&world).await, ("active".to_owned(), 2));
}

#[tokio::test]
async fn rolling_back_brings_fields_back_with_what_stood_in_them() {
    let world = World::with_things().await;
    let made = world.anna.post("/api/v1/records/thing", json!({ "name": "a", "amount": "7.50" })).await.good();
    let record = format!("/api/v1/records/thing/{}", made.id());
    world.anna.put(PATH, thing(json!([{ "key": "colour", "type": "text" }]))).await.good();
    world.anna.post(&format!("{PATH}/publish"), json!({})).await.good();
    assert_eq!(fields(&world).await, ["name", "colour"]);
    assert!(world.anna.get(&record).await.good().json["amount"].is_null());
    world.anna.patch(&record, json!({ "colour": "red" })).await.good();
    let plan = world.anna.post(&format!("{PATH}/rollback?plan=true"), json!({ "version": 1 })).await.good();
    let words: Vec<&str> =
        plan.json["changes"].as_array().unwrap().iter().map(|one| one["change"].as_str().unwrap()).collect();
    assert!(words.contains(&"restore_field") && words.contains(&"retire_field"), "{words:?}");
    assert_eq!(fields(&world).await, ["name", "colour"]);
    let back = world.anna.post(&format!("{PATH}/rollback"), json!({ "version": 1 })).await.good();
    assert_eq!((&back.json["version"], &back.json["state"]), (&json!(3), &json!("active")));
    assert_eq!(fields(&world).await, ["name", "code", "amount", "double", "papers"]);
    let shown = world.anna.get(&record).await.good();
    assert!(shown.text.contains("\"amount\":7.5,\"double\":15,"), "{}", shown.text);
    world.anna.post(&format!("{PATH}/rollback"), json!({ "version": 2 })).await.good();
    assert_eq!(world.anna.get(&record).await.good().json["colour"], "red");
    assert_eq!(versions(&world).await, [4, 3, 2, 1]);
    world.anna.post(&format!("{PATH}/rollback"), json!({ "version": 9 })).await.refused(422);
    world.anna.post(&format!("{PATH}/rollback"), json!({})).await.refused(422);
}

#[tokio::test]
async fn a_draft_is_thrown_away_and_what_holds_is_retired() {
    let world = World::with_things().await;
    world.anna.put("/api/v1/definitions/object/idea", thing(json!([]))).await.good();
    world.anna.delete("/api/v1/definitions/object/idea").await.refused(204);
    world.anna.get("/api/v1/definitions/object/idea").await.refused(404);
    world.grant(json!({ "thing": { "read": true } })).await;
    let plan = world.anna.delete(&format!("{PATH}?plan=true")).await.good();
    assert_eq!(plan.json["changes"][0]["change"], "retire_object");
    world.anna.delete(PATH).await.refused(204);
    world.anna.get(PATH).await.refused(404);
    world.anna.get("/api/v1/objects/thing").await.refused(404);
    // Drawn anew it is another object: versions go on counting, nothing else is inherited.
    world.anna.put(PATH, thing(json!([]))).await.good();
    assert_eq!(standing(&world).await, ("draft".to_owned(), 1));
    world.anna.delete(PATH).await.refused(204);
    world.anna.get(PATH).await.refused(404);
    world.anna.put(PATH, thing(json!([]))).await.good();
    world.anna.post(&format!("{PATH}/publish"), json!({})).await.good();
    assert_eq!(standing(&world).await, ("active".to_owned(), 2));
    world.ben.get("/api/v1/objects/thing").await.refused(404);
}

#[tokio::test]
async fn the_platforms_own_objects_are_locked_in_drafts_too() {
    let world = World::new().await;
    let path = "/api/v1/definitions/object/person";
    let refused = world
        .anna
        .put(path, json!({ "label": "人", "fields": [{ "key": "name", "type": "text" }] }))
        .await
        .refused(422);
    assert!(refused.codes().iter().all(|code| *code == "locked"), "{}", refused.text);
    world.anna.delete(path).await.refused(422);
    let mut body = world.anna.get(path).await.good().json["body"].clone();
    body["fields"].as_array_mut().unwrap().push(json!({ "key": "hobby", "type": "text" }));
    world.anna.put(path, body).await.good();
    world.anna.post(&format!("{path}/publish"), json!({})).await.good();
    assert!(world.anna.get("/api/v1/objects/person").await.good().text.contains("hobby"));
}

#[tokio::test]
async fn objects_that_were_there_before_versions_get_a_first_one() {
    let world = World::with_things().await;
    let delete = |table| kehub_db::TableWrite::Delete { table, filter: Vec::new() };
    world.app.db().write(vec![delete("definition"), delete("definition_version")]).await.unwrap();
    world.anna.get(PATH).await.refused(404);
    world.app.records.keep_first_versions().await.unwrap();
    assert_eq!(standing(&world).await, ("active".to_owned(), 1));
    let before = world.stored().await;
    world.app.records.keep_first_versions().await.unwrap();
    assert_eq!(world.stored().await, before);
    world.anna.patch("/api/v1/objects/thing", json!({ "label": "物" })).await.good();
    assert_eq!(versions(&world).await, [2, 1]);
    world.anna.post(&format!("{PATH}/rollback"), json!({ "version": 1 })).await.good();
    assert_eq!(world.anna.get("/api/v1/objects/thing").await.good().json["label"], "东西");
}

#[tokio::test]
async fn nobody_publishes_over_a_version_he_has_not_seen() {
    let world = World::with_things().await;
    let draft = world.anna.put(PATH, thing(json!([{ "key": "plan", "type": "text" }]))).await.good();
    let tag = draft.headers["etag"].to_str().unwrap().to_owned();
    world.anna.post("/api/v1/objects/thing/fields", json!({ "key": "colour", "type": "text" })).await.good();
    let late = world.anna.with("if-match", &tag);
    let refused = late.post(&format!("{PATH}/publish"), json!({})).await.refused(412);
    assert_eq!(refused.codes(), ["version_changed"]);
    late.put(PATH, thing(json!([]))).await.refused(412);
    late.post(&format!("{PATH}/rollback"), json!({ "version": 1 })).await.refused(412);
    late.delete(PATH).await.refused(412);
    assert!(fields(&world).await.contains(&"colour".to_owned()));
    let tag = world.anna.get(PATH).await.good().headers["etag"].to_str().unwrap().to_owned();
    world.anna.with("if-match", &tag).post(&format!("{PATH}/publish"), json!({})).await.good();
    assert_eq!(fields(&world).await, ["name", "plan"]);
}

#[tokio::test]
async fn a_solution_is_named_by_a_key() {
    let world = World::new().await;
    for wrong in [json!("a\u{0}b"), json!("A b"), json!(7)] {
        let body = json!({ "label": "x", "solution": wrong, "fields": [] });
        assert_eq!(world.anna.put(PATH, body.clone()).await.refused(422).places(), ["solution"]);
        assert_eq!(world.anna.post("/api/v1/objects", body).await.refused(422).places(), ["solution"]);
    }
    let body = json!({ "label": "x", "solution": "shop", "fields": [] });
    assert_eq!(world.anna.put(PATH, body).await.good().json["solution"], "shop");
    let published = world.anna.post(&format!("{PATH}/publish"), json!({})).await.good();
    assert_eq!(published.json["solution"], "shop");
}
