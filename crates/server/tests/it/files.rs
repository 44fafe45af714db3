//! Files: sent, held by a record, given out to those who may read it.

use http::Method;
use serde_json::json;

use crate::world::World;

async fn send(client: &kehub_testkit::Client, name: &str, content: &[u8]) -> kehub_testkit::Reply {
    let mut body =
        format!("--X\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--X--\r\n");
    client.send(Method::POST, "/api/v1/files", Some("multipart/form-data; boundary=X"), body).await
}

#[tokio::test]
async fn a_file_is_for_those_who_may_read_the_field_that_holds_it() {
    let world = World::with_things().await;
    let sent = send(&world.anna, "../../合同.html", b"<script>alert(1)</script>").await.good();
    assert_eq!((&sent.json["name"], &sent.json["type"]), (&json!("合同.html"), &json!("application/octet-stream")));
    let file = sent.json["file"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/files/{file}");
    let got = world.anna.get(&path).await.good();
    assert!(got.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    assert!(got.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
    world.ben.get(&path).await.refused(404);
    // Another cannot make it his by naming it.
    world.grant(json!({ "thing": { "read": true, "create": true, "update": true, "rows": "own" } })).await;
    world.ben.post("/api/v1/records/thing", json!({ "name": "b", "papers": [{ "file": file }] })).await.refused(422);
    let held =
        world.anna.post("/api/v1/records/thing", json!({ "name": "a", "papers": [{ "file": file }] })).await.good();
    assert_eq!((&held.json["papers"][0]["name"], &held.json["papers"][0]["size"]), (&json!("合同.html"), &json!(25)));
    world.ben.get(&path).await.refused(404);
    world.anna.patch(&format!("/api/v1/records/thing/{}", held.id()), json!({ "owner": world.ben_id })).await.good();
    world.ben.get(&path).await.good();
    world.grant(json!({ "thing": { "read": true, "fields": { "papers": "hidden" } } })).await;
    world.ben.get(&path).await.refused(404);
}
