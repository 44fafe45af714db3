//! Undo where the world has moved on: fields retired and converted, values swapped, records linked since or gone.

use super::*;
use crate::{Conflicts, How};

fn things(fields: Json) -> Json {
    let mut own = vec![json!({"key": "name", "type": "text", "unique": true})];
    own.extend(fields.as_array().expect("fields").iter().cloned());
    json!([{"key": "thing", "label": "物", "fields": own}])
}

impl World {
    async fn last(&self, object: &str, id: RecordId) -> Json {
        self.history(object, id).await[0]["commit"].clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_of_a_retired_field_goes_back_into_its_kept_column() {
    let note = json!([{"key": "note", "type": "text", "required": true}, {"key": "size", "type": "number"}]);
    let world = World::new(things(note.clone())).await;
    let a = world.create("thing", json!({"name": "A", "note": "before", "size": 1})).await;
    world.update("thing", a, json!({"note": "after", "size": 2})).await.expect("updated");
    let changed = world.last("thing", a).await;
    let b = world.create("thing", json!({"name": "B", "note": "kept", "size": 3})).await;
    world.try_write("thing", Action::Delete { id: b, version: None }).await.expect("deleted");
    world.publish(things(json!([{"key": "size", "type": "number"}]))).await.expect("retired");
    let preview = world.undo(&changed, true, Conflicts::Refuse).await.expect("a preview");
    let fields = preview["changes"][0]["fields"].as_array().expect("fields").clone();
    let noted = fields.iter().find(|field| field["field"] == json!("note")).expect("the retired field");
    assert_eq!((&noted["notes"], &noted["after"]), (&json!([{"note": "retired"}]), &json!("before")));
    let undone = world.undo(&changed, false, Conflicts::Refuse).await.expect("undone");
    assert_eq!(undone["changes"], preview["changes"]);
    world.records.restore(&world.boss, "thing", b).await.expect("restored with all it had");
    assert_eq!(world.get("thing", a).await.get("note"), None);
    // The next save of the record leaves the kept column alone.
    world.update("thing", a, json!({"size": 7})).await.expect("updated");
    world.publish(things(note)).await.expect("back in use");
    assert_eq!(
        (world.get("thing", a).await["note"].clone(), world.get("thing", b).await["note"].clone()),
        (json!("before"), json!("kept"))
    );
    // Undo of undo is redo.
    world.undo(&undone["commit"], false, Conflicts::Skip).await.expect("redone");
    assert_eq!(world.get("thing", a).await["note"], json!("after"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_value_of_a_converted_field_goes_through_the_converter() {
    let of = |kind: &str| {
        let options = json!([{"key": "one", "label": "一"}, {"key": "two", "label": "二"}]);
        things(
            json!([{"key": "size", "type": kind}, {"key": "pick", "type": if kind == "text" { "choice" } else { "text" }, "options": if kind == "text" { options } else { Json::Null }}]),
        )
    };
    let world = World::new(of("text")).await;
    let a = world.create("thing", json!({"name": "A", "size": "12.5", "pick": "one"})).await;
    let b = world.create("thing", json!({"name": "B", "size": "twelve"})).await;
    world.update("thing", a, json!({"size": "13", "pick": "two"})).await.expect("updated");
    world.update("thing", b, json!({"size": "14"})).await.expect("updated");
    let (of_a, of_b) = (world.last("thing", a).await, world.last("thing", b).await);
    let mut objects = of("number");
    objects[0]["fields"][2].as_object_mut().expect("a field").remove("options");
    world.publish(objects).await.expect("converted");
    let undone = world.undo(&of_a, false, Conflicts::Refuse).await.expect("undone");
    let read = world.get("thing", a).await;
    // A choice was turned into what it is called.
    assert_eq!((read["size"].to_string(), read["pick"].clone()), ("12.5".to_owned(), json!("一")));
    let notes = undone["changes"][0]["fields"][0]["notes"][0].clone();
    assert_eq!((notes["note"].clone(), notes["was"].clone()), (json!("converted"), json!("12.5")));
    let told = world.undo(&of_b, true, Conflicts::Skip).await.expect("a preview");
    assert_eq!(told["conflicts"][0]["problem"]["code"], json!("wrong_type"), "{told}");
    assert_eq!(told["changes"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unique_values_are_swapped_and_swapped_back() {
    let world = World::new(things(json!([{"key": "code", "type": "text", "unique": true}]))).await;
    let a = world.create("thing", json!({"name": "A", "code": "x"})).await;
    let b = world.create("thing", json!({"name": "B", "code": "y"})).await;
    let c = world.create("thing", json!({"name": "C", "code": "z"})).await;
    let is = |id, name: &str, code: &str| {
        world.change("thing", Action::Update { id, values: map(json!({"name": name, "code": code})), version: None })
    };
    // A ring of names, and two codes that change places.
    let ring = vec![is(a, "B", "y"), is(b, "C", "x"), is(c, "A", "z")];
    let done = world.records.write(&world.boss, ring, Because::default()).await.expect("turned");
    assert_eq!(world.names("thing", json!({"and": []})).await, ["A", "B", "C"]);
    assert_eq!(
        (world.get("thing", a).await["name"].clone(), world.get("thing", b).await["code"].clone()),
        (json!("B"), json!("x"))
    );
    let commit = json!(done.commit.expect("a commit").to_string());
    world.undo(&commit, false, Conflicts::Refuse).await.expect("turned back");
    for (id, name, code) in [(a, "A", "x"), (b, "B", "y"), (c, "C", "z")] {
        let read = world.get("thing", id).await;
        assert_eq!(
            (read["name"].clone(), read["code"].clone(), read["version"].to_string()),
            (json!(name), json!(code), "3".to_owned())
        );
    }
    // The index still holds.
    let twice = world.update("thing", a, json!({"name": "b"})).await.expect_err("taken");
    assert_eq!(twice.problems()[0].code, Code::Taken);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_tells_the_conflicts_as_the_undo_would() {
    let world = World::new(things(json!([{"key": "size", "type": "number"}]))).await;
    let a = world.create("thing", json!({"name": "A", "size": 1})).await;
    world.update("thing", a, json!({"name": "B", "size": 2})).await.expect("updated");
    let commit = world.last("thing", a).await;
    world.update("thing", a, json!({"size": 3})).await.expect("later");
    let holder = world.create("thing", json!({"name": "A"})).await;
    let preview = world.undo(&commit, true, Conflicts::Skip).await.expect("a preview");
    let Err(Refusal::Conflicts { problems, conflicts }) = world.undo(&commit, false, Conflicts::Refuse).await else {
        panic!("not refused with conflicts");
    };
    assert_eq!(json!(conflicts), preview["conflicts"]);
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), [Code::Conflict; 2]);
    let of = |key: &str| conflicts.iter().find(|one| one["field"] == json!(key)).expect("a conflict");
    assert_eq!((of("size")["theirs"].to_string(), of("size")["mine"].to_string()), ("3".to_owned(), "1".to_owned()));
    // A name somebody else has now: told by whom, to those who may see him.
    assert_eq!(of("name")["problem"]["code"], json!("taken"));
    assert_eq!(of("name")["holder"], json!({"id": holder, "title": "A"}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_links_to_an_undone_record_is_taken_along_when_told_so() {
    let world = World::new(shop()).await;
    let old = world.create("deal", json!({"name": "old"})).await;
    let a = world.create("account", json!({"name": "A"})).await;
    let made = world.last("account", a).await;
    let new = world.create("deal", json!({"name": "new", "account": a, "lines": [{"item": "p"}]})).await;
    world.update("deal", old, json!({"account": a, "partners": [a]})).await.expect("linked");
    let how = How { takes_along: true, ..How::new(false, Conflicts::Refuse) };
    assert!(world.undo_so(&made, How { takes_along: false, ..how }).await.is_err());
    let undone = world.undo_so(&made, how).await.expect("undone with what links to it");
    assert!(world.records.get(&world.boss, "account", a, None, Style::default()).await.is_err());
    assert!(world.records.get(&world.boss, "deal", new, None, Style::default()).await.is_err());
    let read = world.get("deal", old).await;
    assert_eq!((read["account"].clone(), read["partners"].clone()), (Json::Null, json!([])));
    world.undo(&undone["commit"], false, Conflicts::Refuse).await.expect("all of it again");
    assert_eq!(world.get("deal", new).await["lines"][0]["item"], json!("p"));
    assert_eq!(world.get("deal", old).await["partners"][0]["title"], json!("A"));
    assert_eq!(world.get("account", a).await["deals"].to_string(), "2");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_to_what_is_gone_is_left_empty_or_the_gone_comes_back() {
    let world = World::new(shop()).await;
    let a = world.create("account", json!({"name": "A"})).await;
    let d = world.create("deal", json!({"name": "d", "account": a, "amount": 3, "stage": "won"})).await;
    world.update("deal", d, json!({"account": null, "name": "e"})).await.expect("let go");
    let commit = world.last("deal", d).await;
    world.try_write("account", Action::Delete { id: a, version: None }).await.expect("deleted");
    let refused = world.undo(&commit, false, Conflicts::Refuse).await.expect_err("it names what is gone");
    assert_eq!(refused.problems()[0].code, Code::Conflict);
    let undone = world.undo(&commit, false, Conflicts::Overwrite).await.expect("the link stays empty");
    let read = world.get("deal", d).await;
    assert_eq!((read["name"].clone(), read["account"].clone()), (json!("d"), Json::Null));
    world.undo(&undone["commit"], false, Conflicts::Refuse).await.expect("redone");
    let how = How { restores_gone: true, ..How::new(false, Conflicts::Refuse) };
    world.undo_so(&commit, how).await.expect("undone with what it names");
    assert_eq!(world.get("deal", d).await["account"]["title"], json!("A"));
    assert_eq!(world.get("account", a).await["won"].to_string(), "3");
}
