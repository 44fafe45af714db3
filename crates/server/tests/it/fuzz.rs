//! Every route, asked wrongly in many ways, by nobody, by one who may little and by one who may all: it is refused in words or
//! answered, in time, and never a fault of ours.
//!
//! The dice are seeded. `KEHUB_TEST_FUZZ` asks more often than the usual 12 times a route and caller; `KEHUB_TEST_SEED` begins
//! elsewhere.

use std::time::{Duration, Instant};

use http::Method;
use kehub_model::Code;
use kehub_testkit::{Client, Reply};
use serde_json::{Value as Json, json};

use crate::junk::{Dice, Ids};
use crate::world::{World, sign_in};

/// No answer takes longer, also on a busy machine.
const LONGEST: Duration = Duration::from_secs(20);

/// Those who ask, and ids of things that are there.
struct Scene {
    world: World,
    callers: Vec<(&'static str, Client)>,
    ids: Ids,
    /// The object as it was made.
    object: Json,
}

impl Scene {
    async fn new() -> Scene {
        let world = World::new().await;
        let fields = json!([
            { "key": "name", "type": "text", "required": true },
            { "key": "code", "type": "text", "unique": true },
            { "key": "amount", "type": "money" },
            { "key": "weight", "type": "number" },
            { "key": "stage", "type": "choice", "options": ["a", "b"] },
            { "key": "marks", "type": "tags" },
            { "key": "day", "type": "date" },
            { "key": "at", "type": "datetime" },
            { "key": "hour", "type": "time" },
            { "key": "good", "type": "switch" },
            { "key": "phone", "type": "phone" },
            { "key": "mail", "type": "email" },
            { "key": "site", "type": "url" },
            { "key": "place", "type": "address" },
            { "key": "point", "type": "location" },
            { "key": "papers", "type": "file" },
            { "key": "who", "type": "person" },
            { "key": "whose", "type": "people" },
            { "key": "other", "type": "link", "to": "thing" },
            { "key": "others", "type": "link", "to": "thing", "many": true },
            { "key": "text", "type": "rich_text" },
            { "key": "lines", "type": "subform", "fields": [{ "key": "item", "type": "text" }, { "key": "count", "type": "number" }] },
            { "key": "data", "type": "json" },
            { "key": "number", "type": "serial" },
            { "key": "double", "type": "formula", "formula": "amount*2" },
            { "key": "its_name", "type": "lookup", "link": "other", "field": "name" },
        ]);
        world.anna.post("/api/v1/objects", json!({ "key": "thing", "label": "东西", "fields": fields })).await.good();
        let mut ids = Ids { people: vec![world.ben_id.clone()], ..Ids::default() };
        for n in 0..4 {
            let values = json!({ "name": format!("t{n}"), "code": format!("c{n}"), "amount": n, "stage": "a", "day": "2026-01-31" });
            ids.things.push(world.anna.post("/api/v1/records/thing", values).await.good().id());
        }
        world.grant(json!({ "thing": { "read": true, "update": true, "rows": "own", "fields": { "amount": "hidden", "code": "masked" } } })).await;
        world.anna.put("/api/v1/definitions/view/a_view", json!({ "object": "thing", "label": "V" })).await.good();
        let cleo = json!({ "name": "Cleo", "email": "cleo@kehub.test" });
        ids.people.push(world.anna.post("/api/v1/people", cleo).await.good().id());
        ids.departments.push(world.anna.post("/api/v1/departments", json!({ "name": "Sales" })).await.good().id());
        ids.keys.push(world.anna.post("/api/v1/api_keys", json!({ "label": "K" })).await.good().id());
        let changed = format!("/api/v1/records/thing/{}", ids.things[0]);
        world.anna.patch(&changed, json!({ "name": "other" })).await.good();
        let history = world.anna.get(&format!("{changed}/history")).await.good().json["entries"].clone();
        ids.commits
            .extend(history.as_array().unwrap().iter().map(|entry| entry["commit"].as_str().unwrap().to_owned()));
        let file = b"--x\r\ncontent-disposition: form-data; name=\"object\"\r\n\r\nthing\r\n\
            --x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nname,code\r\nq,c9\r\nr,c1\r\n\r\n--x--\r\n";
        for (path, kept) in [("/api/v1/imports", &mut ids.imports), ("/api/v1/files", &mut ids.files)] {
            let kind = Some("multipart/form-data; boundary=x");
            let reply = world.anna.send(Method::POST, path, kind, file.to_vec()).await.good();
            kept.push(reply.json["file"].as_str().or(reply.json["id"].as_str()).unwrap().to_owned());
        }
        let callers = vec![("nobody", world.nobody.clone()), ("ben", world.ben.clone()), ("anna", world.anna.clone())];
        let object = world.anna.get("/api/v1/objects/thing").await.good().json;
        Scene { world, callers, ids, object }
    }

    /// Whether what later questions stand on is still there.
    async fn stands(&self) -> bool {
        self.world.anna.get("/api/v1/objects/thing").await.json == self.object
            && self.world.ben.get("/api/v1/me").await.status == 200
    }
}

/// What an answer must be, whatever was asked.
fn check(reply: &Reply, took: Duration) -> Result<(), String> {
    let status = reply.status.as_u16();
    if status >= 500 {
        return Err(format!("{status}"));
    }
    if took > LONGEST {
        return Err(format!("took {took:?}"));
    }
    if status >= 400 {
        let kind = reply.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let code = reply.json["code"].as_str().unwrap_or_default();
        let known = Code::ALL.iter().find(|known| known.text() == code);
        let is_told = kind == "application/problem+json"
            && known.is_some_and(|known| known.status() == status)
            && reply.json["problems"].as_array().is_some_and(|problems| !problems.is_empty())
            && reply.json["status"] == status;
        if !is_told {
            return Err(format!("{status} is not told as a problem: {kind}"));
        }
    }
    Ok(())
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|said| said.parse().ok()).unwrap_or(usual)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_everything() {
    let rounds = number("KEHUB_TEST_FUZZ", 12);
    let seed = number("KEHUB_TEST_SEED", 1);
    let mut scene = Scene::new().await;
    let mut routes: Vec<(Method, &'static str)> =
        scene.world.nobody.service.routes.iter().map(|route| (route.method.clone(), route.path)).collect();
    // What changes the forms or shuts people out comes last: the others need them.
    routes.sort_by_key(|(method, path)| {
        let is_harmful = ["/objects", "/definitions", "/apply", "/install", "/session", "/password", "able"];
        *method != Method::GET && is_harmful.iter().any(|part| path.contains(part))
    });
    let mut wrong: Vec<String> = Vec::new();
    let mut asked = 0;
    for (n, (method, path)) in routes.iter().enumerate() {
        // An unending answer is another test's.
        if *path == "/api/v1/events" {
            continue;
        }
        let mut dice = Dice::new(seed * 1_000_003 + n as u64);
        for _ in 0..rounds {
            let question = dice.question(method, path, &scene.ids);
            for (name, caller) in &scene.callers {
                let begun = Instant::now();
                let Ok(reply) = tokio::time::timeout(LONGEST, question.ask(caller)).await else {
                    wrong.push(format!("{name}: {question}\n    no answer"));
                    assert!(wrong.len() < 3, "{wrong:#?}");
                    continue;
                };
                asked += 1;
                if let Err(why) = check(&reply, begun.elapsed()) {
                    let text: String = reply.text.chars().take(300).collect();
                    wrong.push(format!("{name}: {question}\n    {why}: {text}"));
                    assert!(wrong.len() < 40, "{wrong:#?}");
                }
            }
        }
        if !scene.stands().await {
            scene = Scene::new().await;
        }
    }
    assert!(asked as u64 >= rounds * 3, "{asked}");
    assert_eq!(scene.world.nobody.get("/readyz").await.status, 200);
    sign_in(&scene.world.nobody, "anna@kehub.test").await;
    let shown: Vec<&str> = wrong.iter().take(40).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} of {asked} are wrong:\n{}", wrong.len(), shown.join("\n"));
}
