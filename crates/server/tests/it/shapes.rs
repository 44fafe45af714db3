//! Bodies of about the form each route wants.

use serde_json::{Map, Value as Json, json};

use crate::junk::{Dice, Ids};
use crate::words::{FIELDS, FORMULAS, KEYS, OPS, TYPES};

impl Dice {
    /// A body of about the form the route wants.
    pub(crate) fn shaped(&mut self, path: &str, ids: &Ids) -> Json {
        if path.ends_with("/query") || path.ends_with("/aggregate") || path.ends_with("/exports") {
            let mut body = self.list_question(ids);
            if path.ends_with("/exports") {
                body["object"] = json!("thing");
                body["format"] = self.one(&[json!("csv"), json!("xlsx")]);
            }
            return body;
        }
        if path.ends_with("/batch") {
            let records: Vec<Json> = (0..self.roll(4)).map(|_| self.record(ids)).collect();
            let mode = if self.slips() { "x" } else { self.one(&["create", "upsert", "update"]) };
            let mut body = json!({ "records": records, "mode": mode });
            if mode != "create" {
                body["key"] = json!(["code"]);
            }
            return body;
        }
        if path.contains("/records/") && path.ends_with("/undo") || path.contains("/commits/") {
            return json!({ "dry_run": self.roll(2) == 0, "conflicts": self.one(&["refuse", "skip", "overwrite"]) });
        }
        if path.contains("/records/") {
            return self.record(ids);
        }
        if path.contains("/people") || path.contains("/departments") {
            return self.person(path, ids);
        }
        if path.contains("/fields") {
            return self.field();
        }
        if path.contains("/objects") || path.ends_with("/plan") || path.ends_with("/apply") {
            let fields: Vec<Json> = (0..self.roll(4)).map(|_| self.field()).collect();
            let n = self.roll(1000);
            let mut object = json!({ "key": format!("made{n}"), "label": "标签", "fields": fields });
            if path.contains("{object}") {
                object = json!({ "label": { "zh": "a", "en": "b" } });
            }
            return if path.contains("/objects") {
                object
            } else {
                json!({ "solution": { "key": "mine", "label": "Mine" }, "definitions": [{ "kind": "object", "key": "made", "body": object }] })
            };
        }
        if path.contains("/roles") || path.contains("/definitions") {
            let rule = json!({ "filter": self.filter(2, ids) });
            let key = self.field_key().split('.').next().unwrap_or_default();
            let grant = json!({ "read": true, "rows": self.one(&[json!("own"), json!("all"), rule]), "fields": { key: self.one(&["hidden", "read", "masked", "write"]) } });
            return json!({ "key": self.one(&["made", "of_ben"]), "label": "R", "objects": { "thing": grant }, "rights": ["design"] });
        }
        let known = json!({ "text": self.one(&["t1", "张", "zs", "@nul@"]), "label": "K", "scopes": ["read"], "email": "anna@kehub.test", "password": "correct horse 9",
            "name": "N", "language": "en", "locale": "zh", "time_zone": "Asia/Tokyo", "waiting": "send", "code": "ABCD", "sample": true, "version": 1 });
        if path.ends_with("/search") {
            return json!({ "text": known["text"] });
        }
        let mut map = Map::new();
        for _ in 0..1 + self.roll(4) {
            let key = self.one(&[
                "label",
                "scopes",
                "email",
                "password",
                "name",
                "language",
                "locale",
                "time_zone",
                "waiting",
                "code",
                "version",
            ]);
            map.insert(key.to_owned(), known[key].clone());
        }
        Json::Object(map)
    }

    fn person(&mut self, path: &str, ids: &Ids) -> Json {
        let n = self.roll(1000);
        if path.contains("/hand_over") {
            return json!({ "to": self.one(&ids.people) });
        }
        if path.contains("/departments") {
            let parent = json!(self.one(&ids.departments));
            return json!({ "name": format!("D{n}"), "parent": self.one(&[parent, Json::Null]), "manager": self.one(&ids.people) });
        }
        let mut body = json!({ "name": "P", "email": format!("p{n}@kehub.test"), "roles": self.one(&[json!(["of_ben"]), json!([])]) });
        if self.roll(2) == 0 {
            body["department"] = json!(self.one(&ids.departments));
            body["manager"] = json!(self.one(&ids.people));
        }
        body
    }

    fn list_question(&mut self, ids: &Ids) -> Json {
        let mut body = json!({});
        if self.roll(3) > 0 {
            body["filter"] = self.filter(3, ids);
        }
        let is_sum = self.roll(3) == 0;
        if is_sum {
            let n = self.roll(3);
            body["group"] = (0..n)
                .map(|_| match self.roll(2) {
                    0 => json!({ "field": self.one(&["day", "at", "created_at"]), "unit": self.one(&["year", "quarter", "month", "week", "day"]) }),
                    _ => json!({ "field": self.one(&["stage", "name", "good", "owner", "who", "other", "its_name", "amount"]) }),
                })
                .collect();
            body["measures"] = json!([
                { "fn": "count" },
                { "fn": self.one(&["sum", "avg", "min", "max", "median", "count_distinct"]), "field": self.one(&["amount", "weight", "double"]), "as": self.one(&["n", "x\"; --", "合计"]) },
            ]);
        } else {
            let n = self.roll(3);
            body["sort"] = (0..n).map(|_| json!({ "field": self.one(&["name", "amount", "day", "stage", "other.name", "double", "owner.email"]), "dir": self.one(&["asc", "desc"]) })).collect();
            if self.roll(2) == 0 {
                let n = 1 + self.roll(5);
                body["fields"] = (0..n).map(|_| json!(self.field_key())).collect();
            }
        }
        for (key, right, wrong) in [
            ("limit", json!(1), vec![json!(0), json!(-5), json!(1_000_000_000), json!("@i64@"), json!(2.5)]),
            ("cursor", Json::Null, vec![json!("x"), json!("AAAA"), json!(""), json!(7), json!("@nul@")]),
            ("offset", json!(3), vec![json!("@i64@"), json!(-1), json!("@exp@")]),
            ("count", json!("exact"), vec![json!("maybe"), json!(1)]),
            ("time_zone", json!("Asia/Tokyo"), vec![json!("Mars"), json!(3)]),
            (
                "as_of",
                json!("2026-11-23T00:00:00Z"),
                vec![
                    json!("2026-11-24"),
                    json!("0000-00-00"),
                    json!("+99999-01-01T00:00:00Z"),
                    json!(5),
                    json!("-0001-01-01T00:00:00Z"),
                ],
            ),
        ] {
            if self.slips() {
                body[key] = self.one(&wrong);
            } else if self.roll(6) == 0 && !(is_sum && matches!(key, "offset" | "count" | "cursor")) {
                body[key] = right;
            }
        }
        body
    }

    fn filter(&mut self, depth: usize, ids: &Ids) -> Json {
        if depth > 0 && self.roll(3) == 0 {
            let parts: Vec<Json> = (0..self.roll(4)).map(|_| self.filter(depth - 1, ids)).collect();
            return match self.roll(3) {
                0 => json!({ "and": parts }),
                1 => json!({ "or": parts }),
                _ => json!({ "not": self.filter(depth - 1, ids) }),
            };
        }
        if self.slips() {
            let dynamic = [
                json!({ "me": true }),
                json!({ "my_department": true }),
                json!({ "field": "code" }),
                json!({ "field": "day" }),
                json!({ "now": "-7d" }),
                json!({ "now": "+99999999999y" }),
                json!("this_month"),
                json!({ "last": 7, "unit": "day" }),
                json!({ "next": 1_000_000_000_000_i64, "unit": "month" }),
                json!({ "last": -1, "unit": "minute" }),
                json!([1, 2]),
                json!(["2026-01-01", "2026-12-31"]),
                json!(["a", null, 3]),
                json!({ "last": 2_147_483_648_i64, "unit": "day" }),
                json!({ "now": "-9223372036854775808mo" }),
                json!({ "next": 999_999_999, "unit": "week" }),
            ];
            let value = if self.roll(2) == 0 { self.one(&dynamic) } else { self.value() };
            return json!({ "field": self.one(KEYS), "op": self.one(OPS), "value": value });
        }
        let (field, values, ops) = self.one(FIELDS);
        let ops: Vec<&str> = ops.split(' ').collect();
        let op = self.one(&ops);
        let mut one = || self.right_value(values, ids);
        let flat = |value: Json| {
            if let Json::Array(list) = value { list.first().cloned().unwrap_or(json!("p")) } else { value }
        };
        let value = match op {
            "between" | "not_between" => json!([one(), one()]),
            "in" | "not_in" | "has_any" | "has_all" | "has_none" => json!([flat(one()), flat(one())]),
            "within" => self.one(&[
                json!("this_month"),
                json!({ "last": 7, "unit": "day" }),
                json!({ "next": 999_999_999_999_i64, "unit": "month" }),
                json!({ "last": 9_999_999, "unit": "month" }),
            ]),
            "is_empty" | "is_not_empty" => Json::Null,
            _ => one(),
        };
        let field = if matches!(field, "name" | "amount" | "day") && self.roll(4) == 0 {
            format!("other.{field}")
        } else {
            field.to_owned()
        };
        json!({ "field": field, "op": op, "value": value })
    }

    fn record(&mut self, ids: &Ids) -> Json {
        let n = self.roll(10_000);
        let mut map = Map::from_iter([("name".to_owned(), json!("n")), ("code".to_owned(), json!(format!("k{n}")))]);
        for _ in 0..self.roll(6) {
            if self.slips() {
                let value = match self.roll(5) {
                    0 => json!(self.one(&ids.people)),
                    1 => json!({ "by": { (self.one(KEYS)): self.value() } }),
                    2 => json!([{ "item": self.value(), "id": self.one(&ids.things) }, self.value()]),
                    3 => {
                        json!({ "province": self.value(), "city": "x", "lng": self.value(), "lat": 91, "file": self.one(&ids.files) })
                    }
                    _ => self.value(),
                };
                map.insert(self.one(KEYS).to_owned(), value);
                continue;
            }
            let (key, values, _) = self.one(FIELDS);
            if key != "code" {
                map.insert(key.to_owned(), self.right_value(values, ids));
            }
        }
        Json::Object(map)
    }

    fn field(&mut self) -> Json {
        let n = self.roll(10_000);
        let kind = if self.slips() { "blob" } else { self.one(TYPES) };
        let mut field = json!({ "key": format!("f{n}"), "type": kind });
        let settings: &[(&str, Json)] = &[
            ("options", json!(["a", "b"])),
            ("to", json!("thing")),
            ("link", json!("other")),
            ("field", json!("amount")),
            ("formula", json!(self.one(FORMULAS))),
            ("from", json!("thing.other")),
            ("fn", json!("sum")),
            ("fields", json!([{ "key": "inner", "type": "text" }])),
        ];
        let wanted: &[&str] = match kind {
            "choice" | "choices" => &["options"],
            "link" => &["to"],
            "lookup" => &["link", "field"],
            "formula" => &["formula"],
            "rollup" => &["from", "fn", "field"],
            "subform" => &["fields"],
            _ => &[],
        };
        for (key, value) in settings.iter().filter(|(key, _)| wanted.contains(key)) {
            field[*key] = value.clone();
        }
        if self.slips() {
            let extra = [
                ("unique", json!(true)),
                ("scale", json!("@i64@")),
                ("scale", json!(-1)),
                ("max", json!("@huge@")),
                ("default", json!("@lone@")),
                ("format", json!("{9999999999}")),
                ("format", json!("{")),
                ("filter", json!({ "and": [] })),
                ("options", json!([{ "key": "a" }, { "key": "a" }])),
                ("to", json!("nothing")),
                ("many", json!(1)),
                ("formula", json!("((")),
                ("key", json!("select")),
                ("key", json!("Ü")),
                ("required", json!(true)),
            ];
            let (key, value) = self.one(&extra);
            field[key] = value;
        }
        field
    }

    pub(crate) fn value(&mut self) -> Json {
        let long = "长".repeat(5_000);
        let values = [
            Json::Null,
            json!(true),
            json!(false),
            json!(0),
            json!(-1),
            json!(1.5),
            json!(123_456_789_012_345_678_i64),
            json!("1234567890123456789.123"),
            json!(""),
            json!(" "),
            json!("a"),
            json!("2026-01-31"),
            json!("2026-02-30"),
            json!("2026-01-31T10:00:00+08:00"),
            json!("23:59:60"),
            json!("13800138000"),
            json!("+86"),
            json!("x@y.test"),
            json!("http://x.test/?a=b"),
            json!("javascript:alert(1)"),
            json!([]),
            json!({}),
            json!([[]]),
            json!([null]),
            json!("@lone@"),
            json!("@pair@"),
            json!("@nul@"),
            json!("@huge@"),
            json!("@tiny@"),
            json!("@long@"),
            json!("@point@"),
            json!("@i64@"),
            json!("@exp@"),
            json!("@minus@"),
            json!("'; drop table thing; --"),
            json!("{{7*7}}"),
            json!("%_\\"),
            json!("\u{202e}\u{feff}é́"),
            json!("𠮷👩‍👩‍👧‍👦"),
            json!(long),
            json!("<script>alert(1)</script>"),
            json!("=1+1"),
            json!("1e400"),
            json!("NaN"),
            json!("-0.0000000000000000001"),
            json!({ "by": {} }),
            json!({ "file": "x" }),
            json!("x".repeat(300)),
        ];
        self.one(&values)
    }
}
