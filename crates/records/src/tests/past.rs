//! What was: history, why, undo, the recycle bin, as of, the sealed log.

use super::*;

impl World {
    pub(super) async fn history(&self, object: &str, id: RecordId) -> Vec<Json> {
        let answer = self.records.history(&self.boss, object, id, None, Style::default()).await.expect("a history");
        serde_json::from_str::<Json>(&answer).expect("JSON")["entries"].as_array().cloned().expect("entries")
    }

    pub(super) async fn undo(&self, commit: &Json, dry_run: bool, choice: crate::Conflicts) -> Result<Json, Refusal> {
        self.undo_so(commit, crate::How::new(dry_run, choice)).await
    }

    pub(super) async fn undo_so(&self, commit: &Json, how: crate::How) -> Result<Json, Refusal> {
        let moment = kehub_model::Moment(commit.as_str().expect("an id").parse().expect("a number"));
        let answer = self.records.undo(&self.boss, moment, how, Style::default()).await?;
        Ok(serde_json::from_str(&answer).expect("JSON"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_change_has_a_history_and_a_why() {
    let world = World::new(shop()).await;
    let a = world.create("account", json!({"name": "A", "size": 1})).await;
    world.update("account", a, json!({"size": 2})).await.expect("updated");
    world.update("account", a, json!({"region": "east"})).await.expect("updated");
    let entries = world.history("account", a).await;
    assert_eq!(
        entries.iter().map(|entry| entry["op"].as_str().expect("op")).collect::<Vec<_>>(),
        ["update", "update", "create"]
    );
    assert_eq!(
        entries[1]["changes"],
        serde_json::from_str::<Json>(r#"[{"field":"size","before":1,"after":2}]"#).expect("JSON")
    );
    assert_eq!(entries[0]["cause"], json!("person"));
    let why = world.records.why(&world.boss, "account", a, "share", Style::default()).await.expect("why");
    let why: Json = serde_json::from_str(&why).expect("JSON");
    assert_eq!(why["kind"], json!("formula"));
    let size =
        why["inputs"].as_array().expect("inputs").iter().find(|input| input["field"] == json!("size")).expect("size");
    assert_eq!(size["entry"]["commit"], entries[1]["commit"]);
    assert_eq!(size["chain"][0]["cause"], json!("person"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn undo_puts_back_and_keeps_later_work() {
    let world = World::new(shop()).await;
    let a = world.create("account", json!({"name": "A", "size": 1, "region": "north"})).await;
    world.update("account", a, json!({"size": 2, "region": "east"})).await.expect("updated");
    let both = world.history("account", a).await[0]["commit"].clone();
    world.update("account", a, json!({"size": 3})).await.expect("later");
    let preview = world.undo(&both, true, crate::Conflicts::Refuse).await.expect("a preview");
    assert_eq!(preview["conflicts"][0]["field"], json!("size"));
    assert_eq!(preview["commit"], Json::Null);
    let refused = world.undo(&both, false, crate::Conflicts::Refuse).await.expect_err("refused");
    assert_eq!(refused.problems()[0].code, Code::Conflict);
    assert_eq!(world.get("account", a).await["region"], json!("east"));
    let undone = world.undo(&both, false, crate::Conflicts::Skip).await.expect("undone");
    let read = world.get("account", a).await;
    assert_eq!((read["region"].clone(), read["size"].to_string()), (json!("north"), "3".to_owned()));
    // Undo of undo is redo.
    world.undo(&undone["commit"], false, crate::Conflicts::Refuse).await.expect("redone");
    assert_eq!(world.get("account", a).await["region"], json!("east"));
    world.undo(&both, false, crate::Conflicts::Overwrite).await.expect("mine");
    assert_eq!(world.get("account", a).await["size"].to_string(), "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_created_goes_and_what_was_deleted_comes_back() {
    let world = World::new(shop()).await;
    let a = world.create("account", json!({"name": "A"})).await;
    let d = world
        .create(
            "deal",
            json!({"name": "d", "amount": 5, "stage": "won", "account": a, "partners": [a], "lines": [{"item": "p"}]}),
        )
        .await;
    let made = world.history("account", a).await[0]["commit"].clone();
    let blocked = world.undo(&made, false, crate::Conflicts::Refuse).await.expect_err("a deal links to it");
    assert_eq!(blocked.problems()[0].code, Code::Conflict);
    world.try_write("deal", Action::Delete { id: d, version: None }).await.expect("deleted");
    assert_eq!(world.get("account", a).await["won"].to_string(), "0");
    let trash = world.records.trash(&world.boss, "deal", None).await.expect("the bin");
    assert!(trash.contains("\"title\":\"d\""), "{trash}");
    world.records.restore(&world.boss, "deal", d).await.expect("restored");
    let read = world.get("deal", d).await;
    assert_eq!(
        (
            read["account"]["title"].clone(),
            read["partners"][0]["title"].clone(),
            read["lines"][0]["item"].clone(),
            read["no"].clone()
        ),
        (json!("A"), json!("A"), json!("p"), json!("D-0001"))
    );
    assert_eq!(world.get("account", a).await["won"].to_string(), "5");
    assert_eq!(world.history("deal", d).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_and_sums_stand_as_they_stood() {
    let world = World::new(shop()).await;
    let a = world.create("account", json!({"name": "A", "size": 1})).await;
    let b = world.create("account", json!({"name": "B", "size": 2})).await;
    let d = world.create("deal", json!({"name": "d", "amount": 10, "qty": 2, "account": a, "partners": [a]})).await;
    let then = world.history("deal", d).await[0]["at"].as_str().expect("a time").to_owned();
    world.update("account", a, json!({"name": "AA", "size": 5})).await.expect("updated");
    world.try_write("account", Action::Delete { id: b, version: None }).await.expect("deleted");
    world.create("account", json!({"name": "C", "size": 9})).await;
    let deal =
        world.query("deal", json!({})).await["records"][0]["id"].as_str().expect("an id").parse().expect("an id");
    world.update("deal", deal, json!({"amount": 20, "partners": []})).await.expect("updated");
    let past = world
        .query(
            "account",
            json!({"as_of": then, "sort": [{"field": "name"}], "fields": ["name", "size"], "count": "exact"}),
        )
        .await;
    let names: Vec<&str> =
        past["records"].as_array().expect("records").iter().filter_map(|record| record["name"].as_str()).collect();
    assert_eq!((names, past["count"]["value"].to_string()), (vec!["A", "B"], "2".to_owned()));
    assert_eq!(world.names("account", json!({})).await, ["AA", "C"]);
    let sums = |as_of: Json| json!({"measures": [{"fn": "sum", "field": "size"}, {"fn": "count"}], "as_of": as_of});
    let sum =
        world.records.aggregate(&world.boss, "account", &sums(json!(then)), Style::default()).await.expect("sums");
    assert!(sum.starts_with(r#"{"rows":[{"sum_size":3,"count":2}],"settled":"#), "{sum}");
    let deal_then = world.records.get(&world.boss, "deal", deal, Some(&then), Style::default()).await.expect("then");
    let deal_then: Json = serde_json::from_str(&deal_then.json).expect("JSON");
    assert_eq!(
        (deal_then["amount"].to_string(), deal_then["total"].to_string(), deal_then["account"]["title"].clone()),
        ("10".to_owned(), "20".to_owned(), json!("A"))
    );
    let linked = world
        .query("deal", json!({"as_of": then, "filter": {"field": "partners", "op": "has_any", "value": [a]}}))
        .await;
    assert_eq!(linked["records"].as_array().expect("records").len(), 1);
    assert!(world.records.get(&world.boss, "account", b, Some(&then), Style::default()).await.is_ok());
    assert!(world.records.get(&world.boss, "account", b, None, Style::default()).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tampered_log_is_found_and_a_sound_one_is_clean() {
    let world = World::new(shop()).await;
    let a = world.create("account", json!({"name": "A", "size": 1})).await;
    world.create("deal", json!({"name": "d", "amount": 1, "stage": "won", "account": a})).await;
    world.update("account", a, json!({"size": 2})).await.expect("updated");
    world.records.seal().await.expect("sealed");
    assert_eq!(world.records.verify().await.expect("verified"), Vec::<String>::new());
    assert_eq!(world.records.audit_verify(&[]).await.expect("verified"), Vec::<String>::new());
    if world.records.db().dialect() == kehub_db::Dialect::Sqlite {
        let moment: i64 =
            world.history("account", a).await[0]["commit"].as_str().expect("an id").parse().expect("a number");
        let tamper = kehub_db::TableWrite::Update {
            table: "history_commit",
            values: vec![("actor", RecordId::from_u128(1).into())],
            filter: vec![kehub_db::Where::Is("moment", moment.into())],
        };
        world.records.db().write(vec![tamper]).await.expect("tampered");
        let found = world.records.audit_verify(&[]).await.expect("verified");
        assert_eq!(found, [format!("commit {moment} has been changed after seal 1")]);
    }
}
