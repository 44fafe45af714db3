//! Imports and exports through HTTP; the room's own tests know the details.

use http::Method;
use serde_json::json;

use crate::world::World;

const FILE: &str = "name,code,amount\r\nfirst,c1,12.5\r\nsecond,c2,x\r\nthird,c3,7\r\n";

async fn bring(client: &kehub_testkit::Client, object: &str) -> kehub_testkit::Reply {
    let body = format!(
        "--X\r\ncontent-disposition: form-data; name=\"object\"\r\n\r\n{object}\r\n\
         --X\r\ncontent-disposition: form-data; name=\"key\"\r\n\r\ncode\r\n\
         --X\r\ncontent-disposition: form-data; name=\"file\"; filename=\"things.csv\"\r\n\r\n{FILE}\r\n--X--\r\n"
    );
    client.send(Method::POST, "/api/v1/imports", Some("multipart/form-data; boundary=X"), body.into_bytes()).await
}

#[tokio::test]
async fn a_file_is_brought_tried_carried_out_and_taken_back() {
    let world = World::with_things().await;
    assert!(!bring(&world.ben, "thing").await.status.is_success());
    let job = bring(&world.anna, "thing").await.good();
    assert_eq!(job.status, 201);
    let path = format!("/api/v1/imports/{}", job.id());
    world.ben.get(&path).await.refused(404);
    let counted =
        |reply: kehub_testkit::Reply| (reply.json["counts"]["new"].clone(), reply.json["counts"]["failed"].clone());
    assert_eq!(counted(world.anna.post(&format!("{path}/dry_run"), json!({})).await.good()), (json!(2), json!(1)));
    assert_eq!(counted(world.anna.post(&format!("{path}/run"), json!({})).await.good()), (json!(2), json!(1)));
    let failures = world.anna.get(&format!("{path}/failures")).await.good();
    assert!(failures.text.contains("second") && !failures.text.contains("first"));
    let export = json!({ "object": "thing", "fields": ["code", "name"], "format": "csv" });
    world.ben.post("/api/v1/exports", export.clone()).await.refused(404);
    let exported = world.anna.post("/api/v1/exports", export).await.good();
    assert!(
        exported.text.contains("third")
            && exported.headers["content-disposition"].to_str().unwrap().starts_with("attachment")
    );
    world.anna.post(&format!("{path}/undo"), json!({})).await.good();
    let page = world.anna.post("/api/v1/records/thing/query", json!({ "count": "exact" })).await.good();
    assert_eq!(page.json["count"]["value"], 0);
}
