//! Two nodes on one database: a right revoked on one is dead on the other at once, for reading and for writing. SQLite has one
//! process, so these run on PostgreSQL alone.

use kehub_db::{Bind, TableWrite, Where};

use super::*;

const BEN: RecordId = RecordId::from_u128(8);

/// Two nodes, and `ben`, whom one of them knows as a reader and writer of accounts.
async fn two() -> Option<(World, Records)> {
    let postgres = std::env::var("KEHUB_TEST_POSTGRES").ok()?;
    let world = World::on(Some(postgres), shop()).await;
    let credential: Vec<(&'static str, Bind)> = vec![
        ("person", BEN.into()),
        ("email", "ben@example.com".into()),
        ("is_admin", 0.into()),
        ("is_disabled", 0.into()),
        ("created_at", 0.into()),
    ];
    world.grant(json!({"account": {"read": true, "create": true, "update": true, "rows": "all"}})).await;
    let writes = vec![
        TableWrite::Insert { table: "identity_credential", values: credential, key: false },
        TableWrite::Insert {
            table: "identity_role",
            values: vec![("person", BEN.into()), ("role", "reader".into())],
            key: false,
        },
    ];
    world.records.db().write_rights(writes).await.expect("written");
    world.records.refresh().await.expect("refreshed");
    let clock = Arc::new(WallClock { offset: chrono::Duration::zero() });
    let other = Records::open(Db::open(&world.target, clock).await.expect("a second node")).await.expect("records");
    Some((world, other))
}

impl World {
    /// The role everybody of these tests has becomes this, on this node.
    async fn grant(&self, objects: Json) {
        let body = json!({ "key": "reader", "objects": objects }).to_string();
        let filter = vec![Where::Is("kind", "role".into()), Where::Is("key", "reader".into())];
        let values: Vec<(&'static str, Bind)> = vec![
            ("kind", "role".into()),
            ("key", "reader".into()),
            ("body", body.into()),
            ("solution", "test".into()),
            ("version", 1.into()),
            ("moment", 0.into()),
            ("state", 0.into()),
        ];
        let writes = vec![
            TableWrite::Delete { table: "definition", filter },
            TableWrite::Insert { table: "definition", values, key: false },
        ];
        self.records.db().write_rights(writes).await.expect("written");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_revoked_on_one_node_is_dead_on_the_other() {
    let Some((world, other)) = two().await else { return };
    let a = world.create("account", json!({"name": "A", "size": 5, "region": "east"})).await;
    world.create("account", json!({"name": "B", "size": 6, "region": "north"})).await;
    let ben = other.actor(BEN, Reading::default()).await.expect("asked").expect("ben");
    let style = Style::default();
    let names = json!({"sort": [{"field": "name"}], "fields": ["name", "size"]});
    let none = json!({"filter": {"field": "name", "op": "eq", "value": "nobody"}, "fields": ["size"]});
    let all = other.query(&ben, "account", &names, style).await.expect("a list");
    assert!(all.contains("\"size\":5") && all.contains("\"B\""), "{all}");

    // A field goes, and most rows.
    let rows = json!({"filter": {"field": "region", "op": "eq", "value": "east"}});
    world.grant(json!({"account": {"read": true, "rows": rows, "fields": {"size": "hidden"}}})).await;
    // The very same actor, compiled under the rights that have gone.
    let refused = other.query(&ben, "account", &names, style).await.expect_err("an unknown field");
    assert_eq!(refused.problems()[0].code, Code::UnknownField);
    let refused = other.query(&ben, "account", &none, style).await.expect_err("also of no rows");
    assert_eq!(refused.problems()[0].code, Code::UnknownField);
    let left = other.query(&ben, "account", &json!({"fields": ["name"], "count": "exact"}), style).await;
    let left: Json = serde_json::from_str(&left.expect("a list")).expect("JSON");
    assert_eq!((left["records"][0]["name"].clone(), left["count"]["value"].clone()), (json!("A"), json!(1)));
    let got = other.get(&ben, "account", a, None, style).await.expect("a record");
    assert!(!got.json.contains("\"size\""), "{}", got.json);
    let count = json!({"measures": [{"fn": "count"}]});
    assert_eq!(other.aggregate(&ben, "account", &count, style).await.expect("a sum"), r#"{"rows":[{"count":1}]}"#);
    let change = |version| {
        let kind = Action::Update { id: a, values: map(json!({"region": "north"})), version };
        vec![world.change("account", kind)]
    };
    let refused = other.write(&ben, change(None), Because::default()).await.expect_err("no right to write");
    assert_eq!(refused.problems()[0].code, Code::ReadOnly);

    // Without any right the object is unknown.
    world.grant(json!({})).await;
    for refused in [
        other.query(&ben, "account", &count, style).await.expect_err("unknown"),
        other.aggregate(&ben, "account", &count, style).await.expect_err("unknown"),
        other.get(&ben, "account", a, None, style).await.expect_err("unknown"),
        other.history(&ben, "account", a, None, style).await.expect_err("unknown"),
    ] {
        assert_eq!(refused.problems()[0].code, Code::NotFound);
    }
    let found = other.search(&ben, "A", None, style).await.expect("a search");
    assert!(found.starts_with("{\"results\":[]"), "{found}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_shut_out_on_one_node_is_nobody_on_the_other() {
    let Some((world, other)) = two().await else { return };
    let a = world.create("account", json!({"name": "A"})).await;
    let ben = other.actor(BEN, Reading::default()).await.expect("asked").expect("ben");
    assert!(other.get(&ben, "account", a, None, Style::default()).await.is_ok());
    let shut = TableWrite::Update {
        table: "identity_credential",
        values: vec![("is_disabled", 1.into())],
        filter: vec![Where::Is("person", BEN.into())],
    };
    world.records.db().write_rights(vec![shut]).await.expect("written");
    let read = other.get(&ben, "account", a, None, Style::default()).await.expect_err("nobody");
    assert_eq!(read.problems()[0].code, Code::Unauthenticated);
    let change = world.change("account", Action::Create { id: None, values: map(json!({"name": "C"})) });
    let written = other.write(&ben, vec![change], Because::default()).await.expect_err("nobody");
    assert_eq!(written.problems()[0].code, Code::Unauthenticated);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_actor_made_for_a_purpose_stays_what_he_is() {
    let Some((world, other)) = two().await else { return };
    // Ben acts with more than his own rights, as a route lets him.
    let elevated = Arc::new(Actor::unbound(BEN, "ben", Arc::new(Org::default())));
    world.grant(json!({})).await;
    let change = world.change("deal", Action::Create { id: None, values: map(json!({"name": "d"})) });
    other.write(&elevated, vec![change], Because::default()).await.expect("written under the new numbers");
    assert!(other.query(&elevated, "deal", &json!({}), Style::default()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_reads_under_the_catalog_another_has_published() {
    let Some((world, other)) = two().await else { return };
    world.create("account", json!({"name": "A", "size": 5})).await;
    let mut objects = shop();
    let fields = objects[0]["fields"].as_array_mut().expect("fields");
    fields.push(json!({"key": "colour", "type": "text"}));
    world.publish(objects).await.expect("published");
    let body = json!({"fields": ["name", "colour"]});
    let found = other.query(&world.boss, "account", &body, Style::default()).await.expect("a list");
    assert!(found.starts_with(r#"{"records":[{"name":"A","colour":null,"#), "{found}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_hears_what_another_commits() {
    let Some((world, other)) = two().await else { return };
    let mut heard = None;
    assert!(other.hear_others(&mut heard).await.expect("heard"));
    let mut changed = other.changed();
    let a = world.create("account", json!({"name": "A"})).await;
    world.create("deal", json!({"name": "d", "amount": 1, "account": a, "lines": [{"item": "p"}]})).await;
    // Its own it has told already.
    let own = other.write(
        &world.boss,
        vec![world.change("deal", Action::Create { id: None, values: map(json!({"name": "e"})) })],
        Because::default(),
    );
    let own = own.await.expect("written").commit.expect("a commit").0;
    assert_eq!(changed.recv().await.expect("told"), ("deal".to_owned(), own));
    assert!(other.hear_others(&mut heard).await.expect("heard"));
    let mut told = Vec::new();
    while let Ok((object, moment)) = changed.try_recv() {
        assert_ne!(moment, own);
        told.push(object);
    }
    told.sort();
    assert_eq!(told.iter().filter(|object| *object == "account").count(), 2, "{told:?}: made, then counted");
    assert!(told.iter().any(|object| object == "deal"), "{told:?}");
    assert!(other.hear_others(&mut heard).await.expect("heard"));
    assert!(changed.try_recv().is_err(), "nothing twice");
}
