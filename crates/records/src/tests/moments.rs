//! As of any moment equals what was seen at that moment: random writes, the whole workspace recorded now and then.

use std::collections::HashMap;

use super::*;

/// A small generator with a seed: the same writes in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

/// Roll-ups of roll-ups, also over the object itself, and formulas on them.
fn firm() -> Json {
    let mut objects = shop();
    let group = json!({"key": "group", "label": "集团", "fields": [
        {"key": "name", "type": "text"},
        {"key": "parent", "type": "link", "to": "group"},
        {"key": "sold", "type": "rollup", "from": "account.group", "fn": "sum", "field": "won"},
        {"key": "best", "type": "rollup", "from": "account.group", "fn": "max", "field": "share"},
        {"key": "twice", "type": "formula", "formula": "sold*2"},
        {"key": "below", "type": "rollup", "from": "group.parent", "fn": "sum", "field": "sold"}
    ]});
    let list = objects.as_array_mut().expect("objects");
    list[0]["fields"].as_array_mut().expect("fields").push(json!({"key": "group", "type": "link", "to": "group"}));
    list.insert(0, group);
    objects
}

const OBJECTS: [&str; 3] = ["group", "account", "deal"];

fn but_its_beginning(mut record: Json) -> Json {
    for key in ["version", "created_at", "created_by"] {
        record[key].take();
    }
    record
}

#[track_caller]
fn same(found: &[Json], wanted: &[Json], when: &str) {
    for (found, wanted) in found.iter().zip(wanted) {
        assert_eq!(found, wanted, "{when}");
    }
    assert_eq!(found.len(), wanted.len(), "{when}");
}

impl World {
    /// All there is, as of a moment or now. Of what has been deleted since, version and beginning are not remembered.
    async fn dump(&self, as_of: Option<&str>) -> Vec<Json> {
        let mut all = Vec::new();
        for object in OBJECTS {
            let mut body = json!({"limit": 1000, "sort": [{"field": "id"}]});
            if let Some(at) = as_of {
                body["as_of"] = json!(at);
            }
            let mut answer = self.query(object, body).await;
            for record in answer["records"].as_array_mut().expect("records").iter_mut() {
                all.push(but_its_beginning(record.take()));
            }
        }
        all
    }

    /// The same question of the past and of the present: filtered, sorted and summed by roll-ups.
    async fn asked(&self, as_of: Option<&str>) -> Vec<String> {
        let with = |mut body: Json| {
            if let Some(at) = as_of {
                body["as_of"] = json!(at);
            }
            body
        };
        let filter = json!({"field": "won", "op": "gt", "value": 3});
        let rich = with(
            json!({"filter": filter, "sort": [{"field": "won", "dir": "desc"}, {"field": "share"}], "fields": ["id", "won", "share"], "limit": 1000}),
        );
        let grouped = with(
            json!({"group": [{"field": "group"}], "measures": [{"fn": "sum", "field": "won"}, {"fn": "max", "field": "deals"}, {"fn": "count"}]}),
        );
        let walked = with(
            json!({"filter": {"field": "account.won", "op": "gte", "value": 5}, "fields": ["id", "account.share", "account.group.twice"], "sort": [{"field": "id"}], "limit": 1000}),
        );
        let own = |json: String| {
            let mut json: Json = serde_json::from_str(&json).expect("JSON");
            json.as_object_mut().expect("an object").remove("settled");
            json.to_string()
        };
        let sums = self.records.aggregate(&self.boss, "account", &grouped, Style::default()).await.expect("sums");
        let mut rows: Vec<String> = serde_json::from_str::<Json>(&own(sums)).expect("JSON")["rows"]
            .as_array()
            .expect("rows")
            .iter()
            .map(|row| row.to_string())
            .collect();
        rows.sort();
        rows.push(self.query("account", rich).await["records"].to_string());
        rows.push(self.query("deal", walked).await["records"].to_string());
        rows
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn as_of_any_moment_equals_what_was_seen_then() {
    let begin = chrono::DateTime::from_timestamp(1_790_000_000, 0).expect("a time");
    let clock = Arc::new(kehub_db::TurnedClock(parking_lot::Mutex::new(begin)));
    let world = World::at(clock.clone(), std::env::var("KEHUB_TEST_POSTGRES").ok(), firm()).await;
    let mut dice = Dice(20_260_101);
    let mut alive: HashMap<&str, Vec<RecordId>> = HashMap::new();
    let mut seen: Vec<(String, Vec<Json>, Vec<String>)> = Vec::new();
    for step in 0..140 {
        // Fast enough that the last moments are young on PostgreSQL, and older ones are not.
        clock.advance(chrono::Duration::seconds(2));
        let object = OBJECTS[[0, 1, 1, 2, 2, 2, 2][dice.roll(7)]];
        let pick = |dice: &mut Dice, of: &str| match alive.get(of).filter(|all| !all.is_empty()) {
            Some(all) if dice.roll(5) > 0 => json!(all[dice.roll(all.len())]),
            _ => Json::Null,
        };
        let values = match object {
            "group" => json!({"name": format!("g{step}")}),
            "account" => {
                let group = pick(&mut dice, "group");
                json!({"name": format!("a{step}"), "size": dice.roll(5), "group": group})
            }
            _ => {
                let account = pick(&mut dice, "account");
                let partner = pick(&mut dice, "account");
                let partners = if partner.is_null() { json!([]) } else { json!([partner]) };
                let stage = ["open", "won", "lost"][dice.roll(3)];
                let lines: Vec<Json> =
                    (0..dice.roll(3)).map(|n| json!({"item": format!("i{n}"), "price": n})).collect();
                json!({"name": format!("d{step}"), "amount": dice.roll(10), "qty": dice.roll(4), "stage": stage,
                    "account": account, "partners": partners, "lines": lines})
            }
        };
        let all = alive.entry(object).or_default();
        if all.is_empty() || dice.roll(5) < 2 {
            let mut values = values;
            if object == "group" && !all.is_empty() && dice.roll(2) == 0 {
                values["parent"] = json!(all[dice.roll(all.len())]);
            }
            let id = world.create(object, values).await;
            alive.entry(object).or_default().push(id);
        } else {
            let place = dice.roll(all.len());
            let id = all[place];
            if dice.roll(6) == 0 {
                // What others link to stays.
                if world.try_write(object, Action::Delete { id, version: None }).await.is_ok() {
                    all.remove(place);
                }
            } else {
                world.update(object, id, values).await.expect("updated");
            }
        }
        if dice.roll(9) == 0 {
            let at = kehub_model::value::instant_text(world.records.db().clock.now());
            seen.push((at, world.dump(None).await, world.asked(None).await));
            // Now and then an old moment is read in between: what is kept of it grows.
            let old = dice.roll(seen.len());
            same(&world.dump(Some(&seen[old].0)).await, &seen[old].1, &format!("step {step}, moment {old}"));
        }
    }
    assert!(seen.len() > 8, "{}", seen.len());
    for (n, (at, dump, asked)) in seen.iter().enumerate() {
        same(&world.dump(Some(at)).await, dump, &format!("moment {n}"));
        assert_eq!(world.asked(Some(at)).await, *asked, "moment {n}");
        for record in dump.iter().step_by(7) {
            let id: RecordId = record["id"].as_str().expect("an id").parse().expect("an id");
            let object = ["sold", "won", "stage"].iter().zip(OBJECTS).find(|(key, _)| record.get(**key).is_some());
            let object = object.expect("one of ours").1;
            let got = world.records.get(&world.boss, object, id, Some(at), Style::default()).await.expect("then");
            assert_eq!(but_its_beginning(serde_json::from_str(&got.json).expect("JSON")), *record, "moment {n}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moment_to_come_is_not_settled() {
    let world = World::new(shop()).await;
    world.create("account", json!({"name": "A"})).await;
    let now = world.records.db().clock.now();
    let at = |seconds: i64| kehub_model::value::instant_text(now + chrono::Duration::seconds(seconds));
    let settled = async |at: String| world.query("account", json!({"as_of": at})).await["settled"].clone();
    assert_eq!(settled(at(60)).await, json!(false));
    assert_eq!(settled(at(-60)).await, json!(true));
    let is_sqlite = world.records.db().dialect() == kehub_db::Dialect::Sqlite;
    assert_eq!(settled(at(-2)).await, json!(is_sqlite));
    let sums = json!({"as_of": at(60), "measures": [{"fn": "count"}]});
    let sums = world.records.aggregate(&world.boss, "account", &sums, Style::default()).await.expect("sums");
    assert_eq!(sums, r#"{"rows":[{"count":1}],"settled":false}"#);
    assert_eq!(world.query("account", json!({})).await.get("settled"), None);
}
