//! The door's behaviours, on whichever database the tests run.

mod agree;
mod moments;
mod nodes;
mod past;
mod publish;
mod undone;

use std::sync::Arc;

use kehub_db::{Clock, Db, Target, WallClock};
use kehub_model::fields::Reading;
use kehub_model::object::ObjectDef;
use kehub_model::org::Org;
use kehub_model::rights::RoleDef;
use kehub_model::schema::Edit;
use kehub_model::{Actor, Code, Problems, RecordId};
use serde_json::{Map, Value as Json, json};

use crate::{Action, Because, Change, Done, Records, Refusal, Style, UpsertMode};

/// A workspace of its own for one test.
pub(crate) struct World {
    pub(crate) records: Records,
    pub(crate) boss: Arc<Actor>,
    pub(crate) target: Target,
    _folder: tempfile::TempDir,
}

impl World {
    /// On the database the tests run on.
    pub(crate) async fn new(objects: Json) -> World {
        World::on(std::env::var("KEHUB_TEST_POSTGRES").ok(), objects).await
    }

    /// On PostgreSQL at an address, or on SQLite.
    pub(crate) async fn on(postgres: Option<String>, objects: Json) -> World {
        World::at(Arc::new(WallClock { offset: chrono::Duration::zero() }), postgres, objects).await
    }

    /// The same by a clock of its own.
    pub(crate) async fn at(clock: Arc<dyn Clock>, postgres: Option<String>, objects: Json) -> World {
        let folder = tempfile::tempdir().expect("a folder");
        let target = match postgres {
            Some(url) => {
                let mut bytes = [0; 8];
                kehub_db::fill_random(&mut bytes);
                Target::Postgres { url, schema: format!("t{:x}", u64::from_le_bytes(bytes)) }
            }
            None => Target::File(folder.path().join("test.db")),
        };
        let db = Db::open(&target, clock).await.expect("a database");
        let records = Records::open(db).await.expect("records");
        let boss = Arc::new(Actor::unbound(RecordId::from_u128(7), "boss", Arc::new(Org::default())));
        let world = World { records, boss, target, _folder: folder };
        world.publish(objects).await.expect("published");
        world
    }

    pub(crate) async fn publish(&self, objects: Json) -> Result<(), Refusal> {
        let mut problems = Problems::new();
        let edits = objects
            .as_array()
            .expect("a list")
            .iter()
            .map(|object| Edit::Put {
                def: ObjectDef::from_json(object, "", &mut problems).expect("an object"),
                solution: "test".into(),
            })
            .collect();
        assert!(problems.is_empty(), "{problems:?}");
        self.records.publish(&self.boss, edits).await
    }

    fn change(&self, object: &str, kind: Action) -> Change {
        let catalog = self.records.catalog();
        Change { object: catalog.object(object).expect("an object").id, kind, at: String::new() }
    }

    pub(crate) async fn try_write(&self, object: &str, kind: Action) -> Result<Done, Refusal> {
        self.records.write(&self.boss, vec![self.change(object, kind)], Because::default()).await
    }

    pub(crate) async fn create(&self, object: &str, values: Json) -> RecordId {
        self.try_write(object, Action::Create { id: None, values: map(values) }).await.expect("created").results[0].0
    }

    pub(crate) async fn update(&self, object: &str, id: RecordId, values: Json) -> Result<Done, Refusal> {
        self.try_write(object, Action::Update { id, values: map(values), version: None }).await
    }

    pub(crate) async fn get(&self, object: &str, id: RecordId) -> Json {
        let got = self.records.get(&self.boss, object, id, None, Style::default()).await.expect("a record");
        serde_json::from_str(&got.json).expect("JSON")
    }

    pub(crate) async fn query(&self, object: &str, body: Json) -> Json {
        let answer = self.records.query(&self.boss, object, &body, Style::default()).await.expect("an answer");
        serde_json::from_str(&answer).expect("JSON")
    }

    pub(crate) async fn names(&self, object: &str, filter: Json) -> Vec<String> {
        let body = json!({"filter": filter, "sort": [{"field": "name"}], "fields": ["name"]});
        let answer = self.query(object, body).await;
        answer["records"]
            .as_array()
            .expect("records")
            .iter()
            .map(|record| record["name"].as_str().unwrap_or("").to_owned())
            .collect()
    }
}

pub(crate) fn map(json: Json) -> Map<String, Json> {
    json.as_object().cloned().expect("an object")
}

fn codes(result: Result<Done, Refusal>) -> Vec<(Code, String)> {
    match result {
        Ok(done) => panic!("not refused: {done:?}"),
        Err(Refusal::Problems(problems)) => problems.into_iter().map(|problem| (problem.code, problem.at)).collect(),
        Err(fault) => panic!("{fault:?}"),
    }
}

fn shop() -> Json {
    json!([
        {"key": "account", "label": "客户", "fields": [
            {"key": "name", "type": "text", "required": true, "unique": true},
            {"key": "region", "type": "choice", "options": [{"key": "east", "label": "华东"}, {"key": "north", "label": "华北"}]},
            {"key": "size", "type": "number"},
            {"key": "deals", "type": "rollup", "from": "deal.account", "fn": "count"},
            {"key": "won", "type": "rollup", "from": "deal.account", "fn": "sum", "field": "amount", "filter": {"field": "stage", "op": "eq", "value": "won"}},
            {"key": "largest", "type": "rollup", "from": "deal.account", "fn": "max", "field": "amount"},
            {"key": "mean", "type": "rollup", "from": "deal.account", "fn": "avg", "field": "amount"},
            {"key": "share", "type": "formula", "formula": "IF(size=0, 0, won/size)"}
        ]},
        {"key": "deal", "label": "商机", "fields": [
            {"key": "name", "type": "text", "required": true},
            {"key": "no", "type": "serial", "parts": [{"text": "D-"}, {"count": {"digits": 4}}]},
            {"key": "amount", "type": "money"},
            {"key": "qty", "type": "number", "scale": 0},
            {"key": "total", "type": "formula", "formula": "amount*qty"},
            {"key": "stage", "type": "choice", "options": ["open", {"key": "won", "label": "赢单"}, {"key": "lost", "label": "输单"}]},
            {"key": "closes", "type": "date"},
            {"key": "account", "type": "link", "to": "account"},
            {"key": "partners", "type": "link", "to": "account", "many": true},
            {"key": "industry", "type": "lookup", "link": "account", "field": "region"},
            {"key": "lines", "type": "subform", "fields": [
                {"key": "item", "type": "text", "required": true}, {"key": "price", "type": "money"}
            ]}
        ]}
    ])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_created_read_changed_and_deleted() {
    let world = World::new(shop()).await;
    let a = world.create("account", json!({"name": "晨光包装", "region": "east", "size": "1000.5"})).await;
    let read = world.get("account", a).await;
    assert_eq!(
        (&read["name"], &read["region"], read["size"].to_string()),
        (&json!("晨光包装"), &json!("east"), "1000.5".to_owned())
    );
    assert_eq!(read["version"].to_string(), "1");
    let done = world.update("account", a, json!({"region": "north"})).await.expect("updated");
    assert!(done.commit.is_some());
    let same = world.update("account", a, json!({"region": "north"})).await.expect("unchanged");
    assert_eq!(same.commit, None);
    assert_eq!(world.get("account", a).await["version"].to_string(), "2");
    world.try_write("account", Action::Delete { id: a, version: Some(2) }).await.expect("deleted");
    assert_eq!(world.query("account", json!({})).await["records"], json!([]));
    world.create("account", json!({"name": "晨光包装"})).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_mistakes_are_told_at_once_and_nothing_is_written() {
    let world = World::new(shop()).await;
    world.create("account", json!({"name": "ABC"})).await;
    let refused = world
        .try_write(
            "account",
            Action::Create { id: None, values: map(json!({"region": "west", "size": "x", "nothing": 1, "deals": 3})) },
        )
        .await;
    let mut found = codes(refused);
    found.sort();
    assert_eq!(
        found,
        [
            (Code::Required, "name".to_owned()),
            (Code::NotANumber, "size".into()),
            (Code::UnknownOption, "region".into()),
            (Code::ReadOnly, "deals".into()),
            (Code::UnknownField, "nothing".into()),
        ]
    );
    // Blanks, case and full width do not make a name another.
    let twice = world.try_write("account", Action::Create { id: None, values: map(json!({"name": " ａｂｃ "})) }).await;
    assert_eq!(codes(twice), [(Code::Taken, "name".to_owned())]);
    assert_eq!(world.query("account", json!({"count": "exact"})).await["count"]["value"], json!(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn formulas_and_roll_ups_are_current_in_the_same_save() {
    let world = World::new(shop()).await;
    let a = world.create("account", json!({"name": "A", "size": 8})).await;
    let b = world.create("account", json!({"name": "B", "size": 4})).await;
    let d =
        world.create("deal", json!({"name": "one", "amount": "10.50", "qty": 3, "stage": "won", "account": a})).await;
    let e = world
        .create(
            "deal",
            json!({"name": "two", "amount": 2, "qty": 1, "stage": "open", "account": {"by": {"name": "A"}}}),
        )
        .await;
    assert_eq!(world.get("deal", d).await["total"].to_string(), "31.5");
    assert_eq!(world.get("deal", d).await["no"], json!("D-0001"));
    assert_eq!(world.get("deal", e).await["no"], json!("D-0002"));
    let sums = |read: &Json| ["deals", "won", "largest", "mean", "share"].map(|key| read[key].to_string());
    assert_eq!(sums(&world.get("account", a).await), ["2", "10.5", "10.5", "6.25", "1.3125"]);
    // Moved to another account, and won.
    world.update("deal", e, json!({"account": b, "stage": "won"})).await.expect("moved");
    assert_eq!(sums(&world.get("account", a).await), ["1", "10.5", "10.5", "10.5", "1.3125"]);
    assert_eq!(sums(&world.get("account", b).await), ["1", "2", "2", "2", "0.5"]);
    world.try_write("deal", Action::Delete { id: d, version: None }).await.expect("deleted");
    assert_eq!(sums(&world.get("account", a).await), ["0", "0", "null", "null", "0"]);
    assert_eq!(world.get("account", a).await["version"].to_string(), "1", "roll-ups are not writes of the parent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_filter_sort_and_page() {
    let world = World::new(shop()).await;
    let a = world.create("account", json!({"name": "张三公司", "region": "east", "size": 3})).await;
    world.create("account", json!({"name": "李四公司", "region": "north"})).await;
    world.create("account", json!({"name": "abc", "size": 1})).await;
    for (name, amount, day) in [("x", 5, "2026-01-31"), ("y", 7, "2026-02-01"), ("z", 9, "2026-02-28")] {
        world
            .create("deal", json!({"name": name, "amount": amount, "closes": day, "account": a, "stage": "open"}))
            .await;
    }
    assert_eq!(world.names("account", json!({"and": []})).await, ["abc", "李四公司", "张三公司"], "by pinyin");
    assert_eq!(
        world.names("account", json!({"field": "name", "op": "contains", "value": "公司"})).await,
        ["李四公司", "张三公司"]
    );
    assert_eq!(
        world.names("account", json!({"field": "region", "op": "ne", "value": "east"})).await,
        ["abc", "李四公司"],
        "empties included"
    );
    assert_eq!(
        world.names("account", json!({"not": {"field": "size", "op": "gt", "value": 2}})).await,
        ["abc", "李四公司"]
    );
    assert_eq!(
        world.names("account", json!({"field": "size", "op": "between", "value": [1, 3]})).await,
        ["abc", "张三公司"]
    );
    assert_eq!(
        world.names("deal", json!({"field": "account.region", "op": "eq", "value": "华东"})).await,
        ["x", "y", "z"]
    );
    assert_eq!(world.names("deal", json!({"field": "industry", "op": "eq", "value": "east"})).await.len(), 3);
    assert_eq!(world.names("deal", json!({"field": "account", "op": "contains", "value": "张三"})).await.len(), 3);
    assert_eq!(
        world.names("deal", json!({"field": "closes", "op": "between", "value": ["2026-02-01", "2026-02-28"]})).await,
        ["y", "z"]
    );
    let mut seen = Vec::new();
    let mut cursor = Json::Null;
    loop {
        let page = world
            .query("account", json!({"sort": [{"field": "size", "dir": "desc"}], "limit": 1, "cursor": cursor}))
            .await;
        seen.extend(page["records"].as_array().expect("records").iter().map(|record| record["name"].clone()));
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen, ["张三公司", "abc", "李四公司"], "empty last descending");
    let sums = world.records.aggregate(&world.boss, "deal", &json!({
        "group": [{"field": "closes", "unit": "month"}], "measures": [{"fn": "count"}, {"fn": "sum", "field": "amount", "as": "total"}, {"fn": "median", "field": "amount"}]
    }), Style::default()).await.expect("sums");
    assert_eq!(
        sums,
        r#"{"rows":[{"closes":"2026-01","count":1,"total":5,"median_amount":5},{"closes":"2026-02","count":2,"total":16,"median_amount":8}]}"#
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_subforms_and_many_links_come_and_go_with_their_record() {
    let world = World::new(shop()).await;
    let a = world.create("account", json!({"name": "A"})).await;
    let b = world.create("account", json!({"name": "B"})).await;
    let d = world
        .create("deal", json!({"name": "d", "partners": [b, a], "lines": [{"item": "p", "price": 1}, {"item": "q"}]}))
        .await;
    let read = world.get("deal", d).await;
    assert_eq!(read["partners"], json!([{"id": b, "title": "B"}, {"id": a, "title": "A"}]));
    assert_eq!(read["lines"][1]["item"], json!("q"));
    let first = read["lines"][0]["id"].clone();
    world
        .update("deal", d, json!({"partners": [a], "lines": [{"id": first, "price": "2.50"}, {"item": "r"}]}))
        .await
        .expect("updated");
    let read = world.get("deal", d).await;
    assert_eq!(read["partners"], json!([{"id": a, "title": "A"}]));
    assert_eq!(
        (read["lines"][0]["item"].clone(), read["lines"][0]["price"].to_string(), read["lines"][1]["item"].clone()),
        (json!("p"), "2.5".to_owned(), json!("r"))
    );
    assert_eq!(read["lines"].as_array().expect("rows").len(), 2);
    let wrong = world.update("deal", d, json!({"lines": [{"price": "x"}]})).await;
    assert_eq!(
        codes(wrong),
        [(Code::NotANumber, "lines[0].price".to_owned()), (Code::Required, "lines[0].item".into())]
    );
    assert_eq!(world.names("deal", json!({"field": "partners", "op": "has_any", "value": [a]})).await, ["d"]);
    assert_eq!(world.names("deal", json!({"field": "lines.item", "op": "contains", "value": "R"})).await, ["d"]);
    // The link is emptied when its target goes, the rows go with their record.
    world.try_write("account", Action::Delete { id: a, version: None }).await.expect("deleted");
    assert_eq!(world.get("deal", d).await["partners"], json!([]));
    world.try_write("deal", Action::Delete { id: d, version: None }).await.expect("deleted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_all_or_nothing_and_upserts() {
    let world = World::new(shop()).await;
    let upsert = |name: &str, size: Json| {
        let kind = Action::Upsert {
            key: vec!["name".into()],
            values: map(json!({"name": name, "size": size})),
            mode: UpsertMode::Either,
        };
        Change { at: format!("records[{name}]"), ..world.change("account", kind) }
    };
    let first = world
        .records
        .write(&world.boss, vec![upsert("A", json!(1)), upsert("B", json!(2))], Because::default())
        .await
        .expect("written");
    assert_eq!(first.results.iter().map(|(_, fate)| fate.text()).collect::<Vec<_>>(), ["created", "created"]);
    let again = world
        .records
        .write(
            &world.boss,
            vec![upsert("A", json!(1)), upsert("B", json!(3)), upsert("C", json!(4))],
            Because::default(),
        )
        .await
        .expect("written");
    assert_eq!(
        again.results.iter().map(|(_, fate)| fate.text()).collect::<Vec<_>>(),
        ["unchanged", "updated", "created"]
    );
    let refused = world
        .records
        .write(&world.boss, vec![upsert("D", json!(1)), upsert("E", json!("x"))], Because::default())
        .await;
    assert_eq!(codes(refused), [(Code::NotANumber, "records[E].size".to_owned())]);
    assert_eq!(world.names("account", json!({})).await, ["A", "B", "C"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_not_see_a_field_cannot_tell_it_is_there() {
    let world = World::new(shop()).await;
    let a = world.create("account", json!({"name": "A", "size": 8})).await;
    let role: RoleDef = serde_json::from_value(json!({"objects": {"account": {"read": true, "update": true, "rows": "all", "fields": {"size": "hidden", "region": "read"}}}})).expect("a role");
    let catalog = world.records.catalog();
    let ben = Arc::new(Actor::with_roles(
        RecordId::from_u128(9),
        "ben",
        Arc::default(),
        &[role],
        &catalog,
        Reading::default(),
    ));
    let got = world.records.get(&ben, "account", a, None, Style::default()).await.expect("a record");
    assert!(!got.json.contains("size"));
    for body in [
        json!({"filter": {"field": "size", "op": "gt", "value": 1}}),
        json!({"sort": [{"field": "size"}]}),
        json!({"fields": ["size"]}),
    ] {
        let hidden = world.records.query(&ben, "account", &body, Style::default()).await.expect_err("refused");
        let unknown = world
            .records
            .query(
                &ben,
                "account",
                &serde_json::from_str(&body.to_string().replace("size", "sizes")).expect("JSON"),
                Style::default(),
            )
            .await
            .expect_err("refused");
        assert_eq!(hidden.problems()[0].code, unknown.problems()[0].code);
        assert_eq!(hidden.problems()[0].code, Code::UnknownField);
    }
    let change = |values: Json| world.change("account", Action::Update { id: a, values: map(values), version: None });
    let refused = world.records.write(&ben, vec![change(json!({"region": "east"}))], Because::default()).await;
    assert_eq!(codes(refused), [(Code::ReadOnly, "region".to_owned())]);
    let refused = world.records.write(&ben, vec![change(json!({"size": 1}))], Because::default()).await;
    assert_eq!(codes(refused), [(Code::UnknownField, "size".to_owned())]);
    world.records.write(&ben, vec![change(json!({"name": "AA"}))], Because::default()).await.expect("may");
    let deleted = world
        .records
        .write(&ben, vec![world.change("account", Action::Delete { id: a, version: None })], Because::default())
        .await;
    assert_eq!(codes(deleted), [(Code::Forbidden, String::new())]);
    assert!(
        matches!(world.records.query(&ben, "deal", &json!({}), Style::default()).await, Err(refusal) if refusal.problems()[0].code == Code::NotFound)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_change_keeps_originals_and_can_be_taken_back() {
    let world = World::new(shop()).await;
    let a = world.create("account", json!({"name": "A", "size": 8})).await;
    let mut objects = shop();
    objects[0]["fields"][2] = json!({"key": "size", "type": "text"});
    objects[0]["fields"].as_array_mut().expect("fields").remove(7);
    world.publish(objects.clone()).await.expect("converted");
    assert_eq!(world.get("account", a).await["size"], json!("8"));
    objects[0]["fields"].as_array_mut().expect("fields").remove(2);
    world.publish(objects).await.expect("retired");
    assert_eq!(world.get("account", a).await.get("size"), None);
    world.publish(shop()).await.expect("back");
    assert_eq!(world.get("account", a).await["share"].to_string(), "0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn many_writers_lose_nothing() {
    let world = Arc::new(World::new(shop()).await);
    let a = world.create("account", json!({"name": "A", "size": 8})).await;
    let mut tasks = Vec::new();
    for n in 0..8 {
        let world = world.clone();
        tasks.push(tokio::spawn(async move {
            for k in 0..10 {
                world
                    .create("deal", json!({"name": format!("{n}-{k}"), "amount": 1, "stage": "won", "account": a}))
                    .await;
            }
        }));
    }
    for task in tasks {
        task.await.expect("no panic");
    }
    let read = world.get("account", a).await;
    assert_eq!((read["deals"].to_string(), read["won"].to_string()), ("80".to_owned(), "80".to_owned()));
    let numbers = world.query("deal", json!({"fields": ["no"], "limit": 1000})).await;
    let mut numbers: Vec<String> =
        numbers["records"].as_array().expect("records").iter().map(|r| r["no"].to_string()).collect();
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 80, "no number twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn formulas_that_walk_a_link_or_ask_the_clock_are_computed_when_read() {
    let mut objects = shop();
    let fields = objects[1]["fields"].as_array_mut().expect("fields");
    fields.push(json!({"key": "part", "type": "formula", "formula": "IF(account.size>0, amount/account.size, 0)"}));
    fields.push(json!({"key": "sum", "type": "formula", "formula": "SUM(lines.price)"}));
    fields.push(json!({"key": "year", "type": "formula", "formula": "YEAR(TODAY())"}));
    let world = World::new(objects).await;
    let a = world.create("account", json!({"name": "A", "size": 4})).await;
    let d = world.create("deal", json!({"name": "d", "amount": 10, "account": a, "lines": [{"item": "x", "price": 1.5}, {"item": "y", "price": 2}]})).await;
    let read = world.get("deal", d).await;
    assert_eq!((read["part"].to_string(), read["sum"].to_string()), ("2.5".to_owned(), "3.5".to_owned()));
    assert_eq!(read["year"].to_string(), world.records.db().clock.now().format("%Y").to_string());
    world.update("account", a, json!({"size": 5})).await.expect("updated");
    assert_eq!(world.query("deal", json!({"fields": ["part"]})).await["records"][0]["part"].to_string(), "2");
    let role: RoleDef = serde_json::from_value(
        json!({"objects": {"deal": {"read": true}, "account": {"read": true, "fields": {"size": "hidden"}}}}),
    )
    .expect("a role");
    let ben = Actor::with_roles(
        RecordId::from_u128(9),
        "ben",
        Arc::default(),
        &[role],
        &world.records.catalog(),
        Reading::default(),
    );
    let seen = world.records.get(&ben, "deal", d, None, Style::default()).await.expect("a record");
    assert!(!seen.json.contains("\"part\""), "a formula inherits the strictest of its inputs");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn formulas_that_feed_on_each_other_are_refused_with_their_path() {
    let world = World::new(shop()).await;
    let mut objects = shop();
    let fields = objects[0]["fields"].as_array_mut().expect("fields");
    fields.push(json!({"key": "p", "type": "formula", "formula": "q+1"}));
    fields.push(json!({"key": "q", "type": "formula", "formula": "p+1"}));
    let refused = world.publish(objects).await.expect_err("a cycle");
    let problem = &refused.problems()[0];
    assert_eq!(problem.code, Code::FormulaCycle);
    assert!(problem.message(kehub_model::Language::En).contains("account.p → account.q → account.p"), "{problem}");
}
