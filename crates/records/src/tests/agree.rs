//! The three executors agree: random filters and sorts over random rows give the same answer on SQLite, on PostgreSQL (when the
//! tests have one) and in memory.

use kehub_model::query::{Resolver, memory::holds};
use kehub_model::{Problems, Value};
use serde_json::{Value as Json, json};

use super::{World, map};
use crate::facts::Own;
use crate::{Action, Because, Change};

/// A small generator with a seed: the same rows and questions in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len())]
    }
}

fn things() -> Json {
    json!([{"key": "thing", "label": "物", "fields": [
        {"key": "name", "type": "text"},
        {"key": "note", "type": "long_text"},
        {"key": "price", "type": "money"},
        {"key": "weight", "type": "number"},
        {"key": "day", "type": "date"},
        {"key": "at", "type": "datetime"},
        {"key": "kind", "type": "choice", "options": ["b", "a", "c"]},
        {"key": "marks", "type": "tags"},
        {"key": "good", "type": "switch"},
        {"key": "mail", "type": "email"},
        {"key": "double", "type": "formula", "formula": "price*2"},
        {"key": "code", "type": "text", "unique": true},
        {"key": "number", "type": "number", "unique": true},
        {"key": "site", "type": "url", "unique": true}
    ]}])
}

const NAMES: [&str; 9] = ["张三", "ＡＢＣ", "abc", "Abd", "李四 公司", "é%_\\", "10", "9", "𠮷野家"];

/// A code that stands once, written in one of several ways.
fn code(n: usize) -> String {
    if n.is_multiple_of(2) { format!("Ｋ{n} é") } else { format!("k{n}") }
}

fn row(dice: &mut Dice, n: usize) -> Json {
    let mut row = json!({ "code": code(n), "number": format!("{n}.50"), "site": format!("https://Example.com/A{n}") });
    let mut put = |dice: &mut Dice, key: &str, values: &[Json]| {
        if dice.roll(4) > 0 {
            row[key] = dice.one(values).clone();
        }
    };
    let names: Vec<Json> = NAMES.iter().map(|name| json!(name)).collect();
    put(dice, "name", &names);
    put(dice, "note", &[json!("第一行\n第二行"), json!("ＦＵＬＬ width"), json!("x")]);
    put(dice, "price", &[json!("0.10"), json!("-5"), json!("1234567890.99"), json!("0"), json!("3.14")]);
    put(dice, "weight", &[json!("0.1"), json!("-0.0000000001"), json!("12345678"), json!("100"), json!("7.5")]);
    put(dice, "day", &[json!("2026-01-31"), json!("2026-02-01"), json!("1999-12-31")]);
    put(dice, "at", &[json!("2026-01-31T15:59:59Z"), json!("2026-01-31T16:00:00Z"), json!("2026-01-31T16:00:00.5Z")]);
    put(dice, "kind", &[json!("a"), json!("b"), json!("c")]);
    put(dice, "marks", &[json!(["p"]), json!(["p", "q"]), json!(["pq"])]);
    put(dice, "good", &[json!(true), json!(false)]);
    put(dice, "mail", &[json!("A@b.cn"), json!("x@y.com")]);
    row
}

fn filter(dice: &mut Dice, depth: usize) -> Json {
    if depth > 0 && dice.roll(3) == 0 {
        let parts: Vec<Json> = (0..1 + dice.roll(3)).map(|_| filter(dice, depth - 1)).collect();
        return match dice.roll(3) {
            0 => json!({ "and": parts }),
            1 => json!({ "or": parts }),
            _ => json!({ "not": filter(dice, depth - 1) }),
        };
    }
    let texts = ["eq", "ne", "contains", "not_contains", "starts_with", "ends_with", "gt", "lte"];
    let numbers = ["eq", "ne", "gt", "gte", "lt", "lte"];
    let (field, op, value) = match dice.roll(15) {
        0 => ("name", *dice.one(&texts), json!(dice.one(&NAMES))),
        1 => ("name", *dice.one(&["in", "not_in"]), json!([dice.one(&NAMES), dice.one(&NAMES)])),
        2 => (
            "note",
            *dice.one(&["contains", "not_starts_with", "ends_with"]),
            json!(dice.one(&["full", "第二", "X", "%"])),
        ),
        3 => ("price", *dice.one(&numbers), json!(dice.one(&["0", "3.14", "-5.00", "0.101", "1e9"]))),
        4 => ("price", *dice.one(&["between", "not_between"]), json!(["-5", "3.14"])),
        5 => ("weight", *dice.one(&numbers), json!(dice.one(&["0.1", "100", "-0.0000000001", "7.49999"]))),
        6 => ("day", *dice.one(&["eq", "ne", "gt", "lte"]), json!(dice.one(&["2026-01-31", "2026-02-01"]))),
        7 => (
            "at",
            *dice.one(&["eq", "ne", "gt", "lt", "gte", "lte"]),
            json!(dice.one(&["2026-02-01", "2026-01-31", "2026-01-31T16:00:00Z"])),
        ),
        8 => ("kind", *dice.one(&["eq", "ne"]), json!(dice.one(&["a", "b"]))),
        9 => ("marks", *dice.one(&["has_any", "has_all", "has_none"]), json!([dice.one(&["p", "q", "pq"])])),
        10 => ("good", *dice.one(&["eq", "ne"]), json!(dice.roll(2) == 0)),
        11 => {
            let n = dice.roll(90);
            let codes = [code(n), code(n).to_lowercase(), format!("K{n} é"), format!(" {} ", code(n))];
            ("code", *dice.one(&["eq", "ne"]), json!(dice.one(&codes)))
        }
        12 => ("code", *dice.one(&["in", "not_in"]), json!([code(dice.roll(90)), code(3), "k4", ""])),
        13 => {
            let site = *dice.one(&["https://Example.com/A7", "https://example.com/a7", "example.com/A7"]);
            let n = dice.roll(90);
            dice.one(&[
                ("number", "eq", json!(format!("{n}.5"))),
                ("number", "in", json!(["1.5", "2.50", n])),
                ("site", "eq", json!(site)),
                ("site", "ne", json!(site)),
            ])
            .clone()
        }
        _ => (
            *dice.one(&["name", "price", "marks", "good", "at", "double"]),
            *dice.one(&["is_empty", "is_not_empty"]),
            Json::Null,
        ),
    };
    json!({ "field": field, "op": op, "value": value })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_three_executors_agree() {
    let mut dice = Dice(42);
    let rows: Vec<Json> = (0..80).map(|n| row(&mut dice, n)).collect();
    let mut worlds = vec![World::on(None, things()).await];
    if let Ok(url) = std::env::var("KEHUB_TEST_POSTGRES") {
        worlds.push(World::on(Some(url), things()).await);
    }
    let ids: Vec<uuid::Uuid> =
        (0..rows.len() as u128).map(|n| uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + n)).collect();
    for world in &worlds {
        let object = world.records.catalog().object("thing").expect("an object").id;
        let changes = rows.iter().zip(&ids).map(|(values, id)| Change {
            object,
            kind: Action::Create { id: Some(*id), values: map(values.clone()) },
            at: String::new(),
        });
        world.records.write(&world.boss, changes.collect(), Because::default()).await.expect("written");
    }
    let catalog = worlds[0].records.catalog();
    let object = catalog.object("thing").expect("an object").clone();
    let stored = worlds[0].records.db().rows(catalog.clone(), object.id, ids.clone()).await.expect("rows");
    let resolver = Resolver::new(&catalog, &worlds[0].boss, Some(worlds[0].records.db().clock.now()));
    let sorts = ["name", "-name", "price", "-weight", "kind", "-kind", "day", "-at", "good", "double"];
    for _ in 0..500 {
        let filter = filter(&mut dice, 2);
        let sort = *dice.one(&sorts);
        let body = json!({"filter": filter, "sort": [sort], "fields": ["id"], "limit": 1000, "count": "exact"});
        let mut answers = Vec::new();
        for world in &worlds {
            answers.push(world.query("thing", body.clone()).await);
        }
        assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "the databases differ about {body}");
        let mut problems = Problems::new();
        let cond = resolver.filter_json(&object, &filter, "filter", &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        let mut in_memory: Vec<String> = stored
            .iter()
            .filter(|row| holds(&cond, &Own { object: &object, values: &row.values }))
            .filter_map(|row| row.values[0].as_id())
            .map(|id| id.to_string())
            .collect();
        in_memory.sort();
        let mut in_database: Vec<String> = answers[0]["records"]
            .as_array()
            .expect("records")
            .iter()
            .filter_map(|record| Some(record["id"].as_str()?.to_owned()))
            .collect();
        in_database.sort();
        assert_eq!(in_database, in_memory, "memory differs about {body}");
    }
    let total = Value::from(rows.len() as i64);
    assert_eq!(total, Value::from(stored.len() as i64));
}
