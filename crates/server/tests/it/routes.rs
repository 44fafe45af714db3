//! The list of routes itself: each refuses somebody, each stands in the OpenAPI file.

use http::Method;
use kehub_api::Need;

use crate::world::World;

/// What everybody may ask. A new line here wants a reason.
const PUBLIC: &[&str] = &[
    "GET /healthz",
    "GET /readyz",
    "GET /api/v1/setup",
    "POST /api/v1/setup",
    "POST /api/v1/session",
    "GET /api/v1/invitations/{token}",
    "POST /api/v1/invitations/{token}",
    "GET /api/v1/openapi.json",
];

/// A path of the route that names nothing.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| match part {
        "{object}" => "thing",
        "{kind}" => "role",
        part if part.starts_with('{') => "01a2061d-d2c0-7cf4-ad4f-a34074029661",
        part => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_refused_everywhere_but_at_the_door() {
    let world = World::with_things().await;
    let before = world.stored().await;
    let mut public = Vec::new();
    for route in &world.nobody.service.routes {
        let name = format!("{} {}", route.method, route.path);
        if route.need == Need::Public {
            public.push(name);
            continue;
        }
        let reply = world
            .nobody
            .send(route.method.clone(), &filled(route.path), Some("application/json"), b"{}".to_vec())
            .await;
        assert_eq!(reply.status, 401, "{name}: {}", reply.text);
    }
    public.sort();
    let mut expected: Vec<String> = PUBLIC.iter().map(ToString::to_string).collect();
    expected.sort();
    assert_eq!(public, expected);
    assert_eq!(world.stored().await, before);
}

#[tokio::test]
async fn who_has_no_right_is_refused_and_nothing_changes() {
    let world = World::with_things().await;
    let before = world.stored().await;
    for route in &world.ben.service.routes {
        let name = format!("{} {}", route.method, route.path);
        let expected: &[u16] = match route.need {
            Need::Public | Need::SignedIn => continue,
            Need::Right(_) | Need::AnyRight(_) => &[403],
            // What one may not know of is not there; a body that is wrong by itself may be told first.
            Need::Object(_) => &[403, 404, 415, 422],
        };
        if route.path == "/api/v1/imports" && route.method == Method::GET {
            // One's own imports: there are none.
            continue;
        }
        let reply =
            world.ben.send(route.method.clone(), &filled(route.path), Some("application/json"), b"{}".to_vec()).await;
        assert!(expected.contains(&reply.status.as_u16()), "{name}: {} {}", reply.status, reply.text);
    }
    assert_eq!(world.stored().await, before);
}

#[tokio::test]
async fn the_openapi_file_lists_every_route_with_its_right() {
    let world = World::new().await;
    let file = world.nobody.get("/api/v1/openapi.json").await.good().json;
    for route in &world.nobody.service.routes {
        let method = route.method.as_str().to_ascii_lowercase();
        let operation = &file["paths"][route.path][&method];
        assert_eq!(operation["x-required-right"], route.need.text().as_str(), "{} {}", route.method, route.path);
    }
}

#[tokio::test]
async fn wrong_methods_paths_bodies_and_types_are_told_apart() {
    let world = World::with_things().await;
    world.anna.put("/api/v1/records/thing", serde_json::json!({})).await.refused(405);
    world.anna.get("/api/v1/nowhere").await.refused(404);
    world.anna.send(Method::POST, "/api/v1/records/thing", Some("text/plain"), b"{}".to_vec()).await.refused(415);
    world.anna.send(Method::POST, "/api/v1/records/thing", Some("application/json"), b"{".to_vec()).await.refused(400);
    world.anna.send(Method::POST, "/api/v1/records/thing", Some("application/json"), b"[]".to_vec()).await.refused(400);
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000)).into_bytes();
    world.anna.send(Method::POST, "/api/v1/records/thing/query", Some("application/json"), deep).await.refused(400);
    let large = vec![b' '; 5 << 20];
    world.anna.send(Method::POST, "/api/v1/records/thing", Some("application/json"), large).await.refused(413);
}

#[tokio::test]
async fn pages_carry_their_security_headers() {
    let world = World::new().await;
    for path in ["/", "/o/thing", "/index.html"] {
        let page = world.nobody.get(path).await.good();
        let said =
            |name: &str| page.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        let policy = said("content-security-policy");
        for part in ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "script-src 'self';"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert_eq!(said("x-content-type-options"), "nosniff");
        assert!(!said("referrer-policy").is_empty() && !said("cross-origin-opener-policy").is_empty());
    }
    assert_eq!(world.anna.get("/api/v1/me").await.headers["cache-control"], "no-store");
}
