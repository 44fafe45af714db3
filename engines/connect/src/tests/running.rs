//! Imports carried out on a database: written, repeated, undone, resumed, refused.

use kehub_db::TableWrite;
use kehub_model::history::undo::Choice;
use kehub_model::rights::RoleDef;
use kehub_model::{Actor, RecordId};
use serde_json::{Value as Json, json};
use std::sync::Arc;

use super::workspace::{Workspace, counts, shop};
use crate::http::{Console, Export, Format, Imports, New};
use crate::store::{self, State};

/// Many rows with a key.
fn many(rows: usize) -> String {
    let mut text = "Thing name,SKU,Price\n".to_owned();
    (0..rows).for_each(|n| text.push_str(&format!("Thing {n},S{n:06},{n}.50\n")));
    text
}

#[tokio::test]
async fn the_same_file_again_writes_nothing() {
    let workspace = Workspace::new(shop()).await;
    let first = workspace.import("thing", &many(2_500), "{}").await;
    assert_eq!(counts(&first), [2_500, 0, 0, 0, 0, 0], "{:?} {:?}", first.problems, first.rows);
    assert_eq!(workspace.count("thing").await, 2_500);
    let versions =
        || workspace.query("thing", json!({"filter": {"field": "version", "op": "gt", "value": 1}, "count": "exact"}));
    let again = workspace.import("thing", &many(2_500), "{}").await;
    assert_eq!(counts(&again), [0, 0, 2_500, 0, 0, 0]);
    assert_eq!(versions().await["count"]["value"], 0);
    let changed = many(2_500).replace("Thing 7,", "Thing seven,");
    assert_eq!(counts(&workspace.import("thing", &changed, "{}").await), [0, 1, 2_499, 0, 0, 0]);
    assert_eq!(versions().await["count"]["value"], 1);
}

#[tokio::test]
async fn a_dry_run_tells_every_fate_and_writes_nothing() {
    let workspace = Workspace::new(shop()).await;
    workspace.create("maker", json!({"name": "GTX Pro"})).await;
    workspace.create("thing", json!({"name": "Old", "sku": "A1", "price": 5})).await;
    let text = "Thing name,SKU,Price,Maker\nOld,A1,6,\nNew,A2,1,GTX Pro\nBad,A3,x,GTXPro\n";
    let (id, job) = workspace.bring(Some("thing"), text, json!({})).await;
    assert_eq!(job["state"], "waiting");
    assert_eq!(job["columns"][3]["match"], json!({"field": "maker", "how": "label"}));
    assert_eq!(job["columns"][0]["samples"], json!(["Old", "New", "Bad"]));
    assert_eq!(job["progress"]["total"], 3);
    let job = workspace.imports.dry_run(&workspace.boss, id).await.expect("judged");
    assert_eq!(job["state"], "dry_run");
    assert_eq!(job["counts"], json!({"new": 1, "changed": 1, "same": 0, "failed": 1, "ambiguous": 0, "skipped": 0}));
    assert_eq!(
        job["unknown"],
        json!([{"column": "Maker", "value": "GTXPro", "count": 1, "near": [{"value": "GTX Pro", "title": "GTX Pro"}]}])
    );
    let rows = workspace.imports.rows(&workspace.boss, id, Some("changed"), None).await.expect("rows");
    assert_eq!(rows["rows"][0]["changes"], json!([{"field": "price", "before": 5, "after": 6}]));
    let rows = workspace.imports.rows(&workspace.boss, id, Some("failed"), None).await.expect("rows");
    assert_eq!(rows["rows"][0]["n"], 4);
    assert_eq!(rows["rows"][0]["suggestions"][0]["near"][0]["value"], "GTX Pro");
    assert_eq!(workspace.count("thing").await, 1);
    let (path, name) = workspace.imports.failures(&workspace.boss, id).await.expect("a file");
    assert_eq!(name, "things-failed.csv");
    let failed = std::fs::read_to_string(path).expect("read");
    assert!(failed.contains("\"Bad\",\"A3\",\"x\",\"GTXPro\",\"Price: "), "{failed}");
    // With the word translated all rows but the one with the wrong price go in.
    let patch = json!({"mapping": {"columns": {"Maker": {"field": "maker", "values": {"GTXPro": "GTX Pro"}}}}});
    workspace.imports.patch(&workspace.boss, id, &patch).await.expect("patched");
    let job = workspace.imports.run(&workspace.boss, id).await.expect("run");
    assert_eq!(
        (&job["state"], &job["counts"]["failed"], &job["counts"]["new"]),
        (&json!("done"), &json!(1), &json!(1))
    );
    assert!(job["commit"].is_string());
    assert_eq!(workspace.count("thing").await, 2);
    let again = workspace.imports.run(&workspace.boss, id).await;
    assert!(again.is_err_and(|refusal| refusal.problems()[0].code == kehub_model::Code::WrongState));
}

#[tokio::test]
async fn missing_parents_and_options_are_made_once() {
    let workspace = Workspace::new(shop()).await;
    let text = "Thing name,SKU,Maker,Makers,Colour\nA,1,Acme,Acme; Beta,绿\nB,2,ACME,Gamma,红\nC,3,Beta,,绿\n";
    let map = "columns:\n  Maker: {field: maker, create_missing: true}\n  Makers: {field: makers, create_missing: true}\n  Colour: {field: color, create_missing: true}\n";
    let summary = workspace.import("thing", text, map).await;
    assert_eq!(counts(&summary), [3, 0, 0, 0, 0, 0], "{:?} {:?}", summary.problems, summary.rows);
    assert_eq!(workspace.count("maker").await, 3);
    let first =
        workspace.query("thing", json!({"filter": {"field": "sku", "op": "eq", "value": "1"}})).await["records"][0]
            .clone();
    let titles: Vec<&str> =
        first["makers"].as_array().expect("links").iter().filter_map(|link| link["title"].as_str()).collect();
    assert_eq!(titles, ["Acme", "Beta"]);
    let catalog = workspace.records.catalog();
    let options =
        catalog.object("thing").and_then(|object| object.field("color")).map(|field| field.def.kind.options().len());
    assert_eq!(options, Some(3));
    assert_eq!(counts(&workspace.import("thing", text, map).await), [0, 0, 3, 0, 0, 0]);
    // Undone, the parents go too.
    workspace.imports.undo(&workspace.boss, summary.import, false, Choice::Refuse).await.expect("undone");
    assert_eq!((workspace.count("thing").await, workspace.count("maker").await), (0, 0));
}

#[tokio::test]
async fn rows_that_link_to_each_other_are_linked_whatever_their_order() {
    let workspace = Workspace::new(shop()).await;
    let text = "Thing name,SKU,Part of\nLeg,1,Chair\nChair,2,\nSet,3,\nScrew,4,Leg\nLid,5,Box\n";
    let summary = workspace.import("thing", text, "{}").await;
    assert_eq!(counts(&summary), [4, 0, 0, 1, 0, 0], "{:?}", summary.rows);
    let leg = workspace.query("thing", json!({"filter": {"field": "sku", "op": "eq", "value": "1"}})).await;
    assert_eq!(leg["records"][0]["part_of"]["title"], "Chair");
    let screw =
        workspace.query("thing", json!({"filter": {"field": "part_of.name", "op": "eq", "value": "Leg"}})).await;
    assert_eq!(screw["records"][0]["name"], "Screw");
    assert_eq!(counts(&workspace.import("thing", text, "{}").await), [0, 0, 4, 1, 0, 0]);
    workspace.imports.undo(&workspace.boss, summary.import, false, Choice::Refuse).await.expect("undone");
    assert_eq!(workspace.count("thing").await, 0);
}

#[tokio::test]
async fn all_or_nothing_writes_nothing_when_one_row_is_bad() {
    let workspace = Workspace::new(shop()).await;
    let text = many(1_500) + "Bad,X1,abc\n";
    let summary = workspace.import("thing", &text, "mode: all_or_nothing").await;
    assert_eq!((summary.state, summary.counts.failed), (State::Failed, 1));
    assert_eq!(workspace.count("thing").await, 0);
    let good = workspace.import("thing", &text, "mode: good_rows").await;
    assert_eq!(counts(&good), [1_500, 0, 0, 1, 0, 0]);
    assert!(!good.is_good());
}

#[tokio::test]
async fn all_or_nothing_asks_the_door_before_it_writes() {
    // The check of the object is only known to the door.
    let mut objects = shop();
    objects[1]["checks"] = json!([{"formula": "price<1400", "message": "too dear"}]);
    let workspace = Workspace::new(objects).await;
    let summary = workspace.import("thing", &many(1_500), "mode: all_or_nothing").await;
    assert_eq!(summary.state, State::Failed);
    assert_eq!((workspace.count("thing").await, summary.counts.failed), (0, 100), "{:?}", summary.problems);
    assert!(!summary.problems.iter().any(|problem| problem.message.contains("undone")), "{:?}", summary.problems);
    let good = workspace.import("thing", &many(1_500), "{}").await;
    assert_eq!(counts(&good), [1_400, 0, 0, 100, 0, 0]);
    assert!(good.rows[0].problems[0].message.contains("too dear"));
}

#[tokio::test]
async fn all_or_nothing_that_fails_late_takes_itself_back_and_says_so() {
    let workspace = Workspace::new(shop()).await;
    // Which of the two is meant shows only when all rows are records.
    let text = "Thing name,SKU,Part of\nB,1,\nB,2,\nA,3,B\n";
    let summary = workspace.import("thing", text, "mode: all_or_nothing").await;
    assert_eq!(summary.state, State::Failed);
    assert_eq!(workspace.count("thing").await, 0, "{:?}", summary.problems);
    assert!(summary.problems.iter().any(|problem| problem.message.contains("undone")), "{:?}", summary.problems);
}

#[tokio::test]
async fn an_undo_brings_back_what_was_and_keeps_what_others_changed_since() {
    let workspace = Workspace::new(shop()).await;
    let old = workspace.create("thing", json!({"name": "Old", "sku": "S000001", "price": 99})).await;
    let summary = workspace.import("thing", &many(1_200), "{}").await;
    assert_eq!(counts(&summary), [1_199, 1, 0, 0, 0, 0]);
    let id = summary.import;
    let plan = workspace.imports.undo(&workspace.boss, id, true, Choice::Refuse).await.expect("a plan");
    assert_eq!(plan["state"], "done");
    assert_eq!(workspace.count("thing").await, 1_200);
    workspace.update("thing", old, json!({"price": 7})).await;
    let refused = workspace.imports.undo(&workspace.boss, id, false, Choice::Refuse).await;
    assert!(refused.is_err());
    assert_eq!(workspace.count("thing").await, 1_200);
    let undone = workspace.imports.undo(&workspace.boss, id, false, Choice::Skip).await.expect("undone");
    assert_eq!(undone["state"], "undone");
    assert!(!undone["undo"]["conflicts"].as_array().expect("conflicts").is_empty());
    let left = workspace.query("thing", json!({})).await["records"].clone();
    assert_eq!(left.as_array().map(Vec::len), Some(1));
    assert_eq!((&left[0]["name"], &left[0]["price"]), (&json!("Old"), &json!(7)));
}

#[tokio::test]
async fn a_killed_import_goes_on_after_the_last_committed_chunk() {
    let workspace = Workspace::new(shop()).await;
    let text = many(3_500).replace("Thing 1500,", ",") + "Thing again,S000003,3.50\n";
    let (id, _) = workspace.bring(Some("thing"), &text, json!({"key": ["sku"]})).await;
    let db = workspace.records.db().clone();
    // As it stands after a kill: running, two chunks committed, a torn piece in the file of failures.
    let mut job = store::load(&db, id).await.expect("read").expect("a job");
    let whole = job.body.path.clone();
    let lines: Vec<&str> = text.lines().collect();
    let part = whole.with_file_name("part");
    std::fs::write(&part, lines[..=2_000].join("\n") + "\n").expect("written");
    job.body.path = part;
    db.write(vec![store::update(&job)]).await.expect("written");
    workspace.imports.run(&workspace.boss, id).await.expect("run");
    let mut job = store::load(&db, id).await.expect("read").expect("a job");
    assert_eq!((job.state, job.body.counts.new, job.body.counts.failed), (State::Done, 1_999, 1));
    (job.state, job.body.path) = (State::Running, whole);
    db.write(vec![store::update(&job)]).await.expect("written");
    let (failures, _) = workspace.imports.failures(&workspace.boss, id).await.expect("a file");
    let torn = std::fs::read_to_string(&failures).expect("read") + "torn";
    std::fs::write(&failures, torn).expect("written");
    let before = versions(&workspace).await;
    assert_eq!(before, 1_999);

    let anew = Imports::new(workspace.records.clone(), workspace.folder.path().join("imports"), None);
    assert_eq!(anew.resume_all().await.expect("resumed"), 1);
    let job = until_over(&anew, &workspace.boss, id).await;
    assert_eq!(job["state"], "done", "{job}");
    assert_eq!(
        job["counts"],
        json!({"new": 3_499, "changed": 0, "same": 0, "failed": 2, "ambiguous": 0, "skipped": 0})
    );
    assert_eq!(versions(&workspace).await, 3_499);
    let failed = std::fs::read_to_string(&failures).expect("read");
    assert_eq!(failed.lines().count(), 3, "{failed}");
    assert!(!failed.contains("torn") && failed.contains("S000003"));
}

/// Things that were written exactly once.
async fn versions(workspace: &Workspace) -> u64 {
    let body = json!({"filter": {"field": "version", "op": "eq", "value": 1}, "limit": 1, "count": "exact"});
    workspace.query("thing", body).await["count"]["value"].as_u64().expect("a count")
}

async fn until_over(imports: &Imports, actor: &Arc<Actor>, id: RecordId) -> Json {
    loop {
        let job = imports.get(actor, id).await.expect("a job");
        if !matches!(job["state"].as_str(), Some("running" | "reading")) {
            return job;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn keys_of_several_fields_and_of_links_find_their_records() {
    let workspace = Workspace::new(shop()).await;
    let maker = workspace.create("maker", json!({"name": "Acme"})).await;
    workspace.create("maker", json!({"name": "Beta"})).await;
    workspace.create("thing", json!({"name": "Chair", "maker": maker, "price": 1, "made": "2026-01-02"})).await;
    let text = "Thing name,Maker,Price,Made\nchair,Acme,2,2026-01-02\nChair,Beta,3,2026-01-02\n";
    let map = "key: [name, maker, made]";
    let summary = workspace.import("thing", text, map).await;
    assert_eq!(counts(&summary), [1, 1, 0, 0, 0, 0], "{:?} {:?}", summary.problems, summary.rows);
    assert_eq!(counts(&workspace.import("thing", text, map).await), [0, 0, 2, 0, 0, 0]);
}

#[tokio::test]
async fn two_records_with_the_key_are_ambiguous() {
    let workspace = Workspace::new(shop()).await;
    workspace.create("thing", json!({"name": "Chair"})).await;
    workspace.create("thing", json!({"name": "CHAIR"})).await;
    let summary = workspace.import("thing", "Thing name,Price\nChair,1\nDesk,2\n", "key: [name]").await;
    assert_eq!(counts(&summary), [1, 0, 0, 0, 1, 0]);
}

#[tokio::test]
async fn a_file_without_an_object_becomes_one() {
    let workspace = Workspace::new(shop()).await;
    for name in ["Acme", "Beta", "Gamma"] {
        workspace.create("maker", json!({"name": name})).await;
    }
    let mut text = "客户名称,厂家,金额,日期\n".to_owned();
    (0..40).for_each(|n| {
        text.push_str(&format!(
            "客户{n},{},\"¥1,{n:03}.00\",2026-01-{:02}\n",
            ["Acme", "Beta", "Gamma"][n % 3],
            n % 28 + 1
        ))
    });
    let (id, job) = workspace.bring(None, &text, json!({})).await;
    let fields: Vec<(&str, &str)> = job["new_object"]["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .filter_map(|field| Some((field["label"].as_str()?, field["type"].as_str()?)))
        .collect();
    assert_eq!(fields, [("客户名称", "text"), ("厂家", "link"), ("金额", "money"), ("日期", "date")]);
    assert_eq!(job["new_object"]["title"], "ke_hu_ming_cheng");
    let job =
        workspace.imports.patch(&workspace.boss, id, &json!({"new_object": job["new_object"]})).await.expect("made");
    assert_eq!((&job["object"], &job["problems"]), (&json!("things"), &json!([])));
    let job = workspace.imports.run(&workspace.boss, id).await.expect("run");
    assert_eq!(job["counts"]["new"], 40, "{job}");
    let sum = workspace.aggregate("things", json!({"measures": [{"fn": "sum", "field": "jin_e", "as": "sum"}]})).await;
    assert_eq!(sum[0]["sum"].to_string().parse::<f64>().ok(), Some(40_780.0));
}

#[tokio::test]
async fn an_export_is_imported_again_without_a_change() {
    let workspace = Workspace::new(shop()).await;
    let text = "Thing name,SKU,Price,Colour,Made,Maker,Makers,Part of\n=1+1,001,\"1,234.50\",红,2026-01-02,\"Acme, Inc.\",\"Acme, Inc.; Beta\",\n\"two\nlines\",002,-5,,,,,=1+1\n";
    let map =
        "columns:\n  Maker: {field: maker, create_missing: true}\n  Makers: {field: makers, create_missing: true}\n";
    assert_eq!(counts(&workspace.import("thing", text, map).await), [2, 0, 0, 0, 0, 0]);
    for format in [Format::Csv, Format::Xlsx] {
        let export = Export { object: "thing".to_owned(), format, ..Export::default() };
        let file = workspace.imports.export(&workspace.boss, &export).await.expect("a file");
        assert_eq!(file.rows, 2);
        let again = workspace.import_file("thing", file.path, "{}").await;
        assert_eq!(counts(&again), [0, 0, 2, 0, 0, 0], "{:?} {:?}", again.problems, again.rows);
    }
    let fields = Some(vec!["name".to_owned(), "maker.name".to_owned()]);
    let export = Export { object: "thing".to_owned(), format: Format::Csv, fields, ..Export::default() };
    let file = workspace.imports.export(&workspace.boss, &export).await.expect("a file");
    let text = std::fs::read_to_string(file.path).expect("read");
    assert!(text.contains("\"物品名称\",\"Maker · 名称\"") && text.contains("\"'=1+1\",\"Acme, Inc.\""), "{text}");
}

#[tokio::test]
async fn who_may_not_import_or_export_is_refused_and_jobs_are_their_owners() {
    let workspace = Workspace::new(shop()).await;
    let catalog = workspace.records.catalog();
    let role: RoleDef = serde_json::from_value(
        json!({"key": "clerk", "objects": {"thing": {"create": true, "read": true, "update": true}}}),
    )
    .expect("a role");
    let ben = Arc::new(Actor::with_roles(
        RecordId::from_u128(9),
        "Ben",
        Default::default(),
        &[role],
        &catalog,
        Default::default(),
    ));
    let file = workspace.file("ben.csv", "Thing name\nA\n");
    let console = Console { object: "thing".to_owned(), file, ..Console::default() };
    let refused = workspace.imports.import(&ben, console).await.map(drop);
    assert!(refused.is_err_and(|refusal| refusal.problems()[0].code == kehub_model::Code::Forbidden));
    let export = Export { object: "thing".to_owned(), ..Export::default() };
    assert!(workspace.imports.export(&ben, &export).await.is_err());
    let (id, _) = workspace.bring(Some("thing"), "Thing name\nA\n", json!({})).await;
    assert!(
        workspace
            .imports
            .get(&ben, id)
            .await
            .is_err_and(|refusal| refusal.problems()[0].code == kehub_model::Code::NotFound)
    );
}

#[tokio::test]
async fn a_chosen_heading_is_known_next_time() {
    let workspace = Workspace::new(shop()).await;
    let text = "Bezeichnung,SKU\nA,1\n";
    let map = "columns: {Bezeichnung: name}";
    assert_eq!(counts(&workspace.import("thing", text, map).await), [1, 0, 0, 0, 0, 0]);
    let (_, job) = workspace.bring(Some("thing"), "bezeichnung:,SKU\nB,2\n", json!({})).await;
    assert_eq!(job["columns"][0]["match"], json!({"field": "name", "how": "learned"}));
}

#[tokio::test]
async fn changed_links_are_told_with_their_titles() {
    let workspace = Workspace::new(shop()).await;
    let maker = workspace.create("maker", json!({"name": "Acme"})).await;
    let other = workspace.create("maker", json!({"name": "Beta"})).await;
    workspace.create("thing", json!({"name": "Chair", "sku": "1", "maker": maker})).await;
    let summary = workspace.import("thing", "SKU,Maker\n1,Beta\n", "{}").await;
    assert_eq!(counts(&summary), [0, 1, 0, 0, 0, 0], "{:?}", summary.rows);
    let rows = workspace.imports.rows(&workspace.boss, summary.import, None, None).await.expect("rows");
    let told =
        json!([{"field": "maker", "before": {"id": maker, "title": "Acme"}, "after": {"id": other, "title": "Beta"}}]);
    assert_eq!(rows["rows"][0]["changes"], told);
}

#[tokio::test]
async fn a_run_that_broke_off_goes_on_when_it_is_started_again() {
    let workspace = Workspace::new(shop()).await;
    // Without a key nothing but the place reached tells what was written.
    let good: String = "Thing name\n".to_owned() + &(0..1_000).map(|n| format!("Thing {n}\n")).collect::<String>();
    let (id, _) = workspace.bring(Some("thing"), &(good.clone() + "\"open\n"), json!({})).await;
    let db = workspace.records.db().clone();
    let job = workspace.imports.run(&workspace.boss, id).await.expect("run");
    // An open quote is a row that cannot be read; the file as a whole can.
    assert_eq!(
        (&job["state"], &job["counts"]["new"], &job["counts"]["failed"]),
        (&json!("done"), &json!(1_000), &json!(1)),
        "{job}"
    );
    let mut job = store::load(&db, id).await.expect("read").expect("a job");
    job.state = State::Failed;
    std::fs::write(&job.body.path, good + "Thing 1000\nThing 1001\n").expect("written");
    db.write(vec![store::update(&job)]).await.expect("written");
    let mut reached = store::reached(&db, id).await.expect("read").expect("a place");
    (reached.chunks, reached.done, reached.counts.failed) = (1, 1_000, 0);
    db.write(vec![store::put_reached(id, &reached)]).await.expect("written");
    let job = workspace.imports.run(&workspace.boss, id).await.expect("run");
    assert_eq!((&job["state"], &job["counts"]["new"]), (&json!("done"), &json!(1_002)), "{job}");
    assert_eq!(workspace.count("thing").await, 1_002);
}

/// People and departments as the platform has them, and an object of a clerk's.
fn office() -> Json {
    json!([
        {"key": "department", "label": "Department", "fields": [
            {"key": "name", "type": "text", "label": "Name"}, {"key": "parent", "type": "department", "label": "Above"}]},
        {"key": "person", "label": "Person", "title": "name", "fields": [
            {"key": "name", "type": "text", "label": "Name"},
            {"key": "email", "type": "email", "label": "E-mail", "unique": true},
            {"key": "phone", "type": "phone", "label": "Mobile"},
            {"key": "manager", "type": "person", "label": "Manager"}]},
        {"key": "note", "label": "Note", "fields": [
            {"key": "text", "type": "text", "label": "Text"},
            {"key": "who", "type": "person", "label": "Who"},
            {"key": "team", "type": "people", "label": "Team"}]}])
}

#[tokio::test]
async fn people_are_found_by_name_phone_and_mail() {
    let workspace = Workspace::new(office()).await;
    let anna = workspace
        .create("person", json!({"name": "Anna", "email": "anna@example.com", "phone": "+8613800138000"}))
        .await;
    workspace.create("person", json!({"name": "Ben", "email": "ben@example.com"})).await;
    workspace.create("person", json!({"name": "Ben", "email": "ben2@example.com"})).await;
    let text = "Text,Who,Owner,Team\n1,Anna,,\n2,ANNA@example.com,,\n3,138 0013 8000,Anna,\"ben@example.com, Anna\"\n4,Ben,,\n5,Nobody,,\n";
    let summary = workspace.import("note", text, "{}").await;
    assert_eq!(counts(&summary), [3, 0, 0, 1, 1, 0], "{:?} {:?}", summary.problems, summary.rows);
    let found = workspace
        .query("note", json!({"filter": {"field": "who", "op": "eq", "value": anna}, "sort": [{"field": "text"}]}))
        .await;
    assert_eq!(found["records"].as_array().map(Vec::len), Some(3));
    let third = &found["records"][2];
    assert_eq!(
        (&third["owner"]["title"], &third["team"][0]["title"], &third["team"][1]["title"]),
        (&json!("Anna"), &json!("Ben"), &json!("Anna"))
    );
}

#[tokio::test]
async fn a_right_that_is_gone_when_an_import_goes_on_stops_it() {
    let workspace = Workspace::new(office()).await;
    let ben = workspace.create("person", json!({"name": "Ben", "email": "ben@example.com"})).await;
    let db = workspace.records.db().clone();
    let role = |import: bool| {
        let body = json!({"key": "clerk", "objects": {"note": {"create": true, "read": true, "update": true, "import": import}}});
        TableWrite::Put {
            table: "definition",
            values: vec![
                ("kind", "role".into()),
                ("key", "clerk".into()),
                ("body", body.to_string().into()),
                ("solution", "".into()),
                ("version", 1.into()),
                ("moment", 0.into()),
                ("state", 0.into()),
            ],
            keys: 2,
        }
    };
    let credential = vec![
        ("person", ben.into()),
        ("email", "ben@example.com".into()),
        ("is_admin", 0.into()),
        ("is_disabled", 0.into()),
        ("created_at", 0.into()),
    ];
    let writes = vec![
        TableWrite::Insert { table: "identity_credential", values: credential, key: false },
        TableWrite::Insert {
            table: "identity_role",
            values: vec![("person", ben.into()), ("role", "clerk".into())],
            key: false,
        },
        role(true),
    ];
    db.write_rights(writes).await.expect("written");
    workspace.records.refresh().await.expect("refreshed");
    let actor = workspace.records.actor(ben, Default::default()).await.expect("read").expect("Ben");
    let path = workspace.file("ben.csv", "Text\nA\n");
    let new = New { path, name: "ben.csv".to_owned(), object: Some("note".to_owned()), ..New::default() };
    let job = workspace.imports.create(&actor, new).await.expect("a job");
    let id: RecordId = job["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    // The server stopped while it ran, and meanwhile the right was taken away.
    let mut job = store::load(&db, id).await.expect("read").expect("a job");
    job.state = State::Running;
    db.write(vec![store::update(&job)]).await.expect("written");
    db.write_rights(vec![role(false)]).await.expect("written");
    workspace.imports.resume_all().await.expect("resumed");
    let job = until_over(&workspace.imports, &workspace.boss, id).await;
    assert_eq!((&job["state"], &job["problems"][0]["code"]), (&json!("failed"), &json!("forbidden")), "{job}");
    assert_eq!(workspace.count("note").await, 0);
}
