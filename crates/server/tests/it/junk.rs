//! Questions that are wrong in many ways, and some that are nearly right. Seeded.

use std::fmt;

use http::Method;
use kehub_testkit::{Client, Reply};
use serde_json::{Map, Value as Json, json};

/// A small generator with a seed: the same questions in every run.
pub struct Dice {
    state: u64,
    /// Of so many choices one is wrong; 0: none. Rolled anew for each question, so that some come through.
    care: usize,
}

/// Ids of what is there, by what stands before them in a path.
#[derive(Clone, Default)]
pub struct Ids {
    pub people: Vec<String>,
    pub departments: Vec<String>,
    pub things: Vec<String>,
    pub imports: Vec<String>,
    pub files: Vec<String>,
    pub commits: Vec<String>,
    pub keys: Vec<String>,
}

/// A field of the object that is asked about: values it takes, and operators it knows.
const FIELDS: &[(&str, &str, &str)] = &[
    ("name", r#"["a", "张三", "ＡＢＣ", "x'y"]"#, "eq ne contains not_contains starts_with ends_with in not_in is_empty gt"),
    ("code", r#"["k1", "k2", "k3", "c1"]"#, "eq ne in is_empty is_not_empty"),
    ("amount", r#"["12.30", 5, -1, 0]"#, "eq ne gt gte lt lte between in is_empty"),
    ("weight", r#"[1.5, "0.1", 1e3]"#, "eq ne gt gte lt lte between not_between"),
    ("stage", r#"["a", "b"]"#, "eq ne in not_in is_empty"),
    ("marks", r#"[["p"], ["p", "q"], []]"#, "has_any has_all has_none is_empty"),
    ("day", r#"["2026-01-31", "2026-11-23"]"#, "eq ne gt lte between within is_empty"),
    ("at", r#"["2026-01-31T10:00:00Z", "2026-01-31"]"#, "eq gt lt between within"),
    ("hour", r#"["10:00", "23:59"]"#, "eq gt is_empty"),
    ("good", r#"[true, false]"#, "eq ne is_empty"),
    ("phone", r#"["13800138000"]"#, "eq contains is_empty"),
    ("mail", r#"["x@y.test"]"#, "eq contains is_empty"),
    ("site", r#"["https://x.test/?a=b"]"#, "contains is_empty"),
    ("place", r#"[{"detail": "x"}]"#, "is_empty contains"),
    ("point", r#"[{"lng": 1, "lat": 2}]"#, "is_empty"),
    ("text", r#"["<b>x</b><script>y</script>"]"#, "contains is_empty"),
    ("lines", r#"[[{"item": "i", "count": 2}], []]"#, "is_empty"),
    ("data", r#"[{"a": [1, null]}, 7]"#, "is_empty"),
    ("who", r#"["@person@"]"#, "eq ne is_empty in"),
    ("whose", r#"[["@person@"], []]"#, "has_any is_empty"),
    ("other", r#"["@thing@", {"by": {"code": "c1"}}, null]"#, "eq ne is_empty in"),
    ("others", r#"[["@thing@"], []]"#, "has_any has_none is_empty"),
    ("owner", r#"["@person@"]"#, "eq ne in"),
];
/// What can be asked for and not written.
const SHOWN: &[&str] = &[
    "id", "version", "created_at", "updated_by", "number", "double", "its_name", "other.name", "other.other.amount", "owner.email",
    "owner.manager.name", "department",
];

/// What a client sends.
pub struct Question {
    method: Method,
    path: String,
    kind: Option<&'static str>,
    body: Vec<u8>,
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body: String = String::from_utf8_lossy(&self.body).chars().take(600).collect();
        write!(f, "{} {} {:?}\n    {body}", self.method, self.path, self.kind)
    }
}

impl Question {
    pub async fn ask(&self, client: &Client) -> Reply {
        client.send(self.method.clone(), &self.path, self.kind, self.body.clone()).await
    }
}

/// Stands in JSON text for what no JSON value of ours can hold.
const RAW: &[(&str, &str)] = &[
    ("\"@lone@\"", "\"\\ud800\""),
    ("\"@pair@\"", "\"a\\udc00b\""),
    ("\"@nul@\"", "\"a\\u0000b\""),
    ("\"@huge@\"", "1e400"),
    ("\"@tiny@\"", "-1e-400"),
    ("\"@long@\"", "99999999999999999999999999999999999999999999999999"),
    ("\"@point@\"", "0.000000000000000000000000000000000000000000000001"),
    ("\"@i64@\"", "9223372036854775808"),
    ("\"@exp@\"", "1e2147483648"),
    ("\"@minus@\"", "-0"),
];

const KEYS: &[&str] = &[
    "name", "code", "amount", "weight", "stage", "marks", "day", "at", "hour", "good", "phone", "mail", "site", "place",
    "point", "papers", "who", "whose", "other", "others", "text", "lines", "data", "number", "double", "its_name", "id",
    "owner", "department", "version", "created_at", "updated_by", "other.name", "other.other.amount", "owner.email",
    "lines.item", "nowhere", "password_hash", "x'y", "",
];

const WORDS: &[&str] = &[
    "filter", "sort", "fields", "group", "measures", "limit", "offset", "cursor", "count", "time_zone", "as_of", "records",
    "key", "mode", "label", "type", "options", "required", "unique", "formula", "to", "many", "object", "email", "name",
    "roles", "password", "old", "new", "language", "locale", "scopes", "expires_at", "dry_run", "conflicts", "waiting",
    "objects", "rights", "definitions", "mapping", "columns", "sheet", "header_row", "format", "file", "manager", "parent",
    "title", "plural", "checks", "text", "solution", "sample", "files", "version", "code", "company", "values", "from", "fn",
    "field", "via", "scale", "max", "min", "default", "is_active", "department", "duplicates", "encoding", "delimiter",
];

const OPS: &[&str] = &[
    "eq", "ne", "gt", "gte", "lt", "lte", "in", "not_in", "contains", "not_contains", "starts_with", "not_starts_with",
    "ends_with", "not_ends_with", "is_empty", "is_not_empty", "between", "not_between", "has_any", "has_all", "has_none",
    "within", "under", "not_under", "like", "",
];

const TYPES: &[&str] = &[
    "text", "long_text", "rich_text", "number", "money", "date", "datetime", "time", "choice", "choices", "switch", "rating",
    "phone", "email", "url", "id_number", "address", "location", "image", "file", "signature", "person", "people",
    "department", "departments", "serial", "link", "subform", "lookup", "formula", "rollup", "tags", "json", "blob",
];

const FORMULAS: &[&str] = &[
    "amount*2", "1/0", "other.amount+1", "sum(1,2", "if(good,1,\"a\")", "((((((((((1))))))))))", "today()+1e9", "text(amount,\"0\")",
    "nowhere", "double", "1e400", "amount^amount^amount", "left(name,-1)", "\"", "date(2026,13,45)", "repeat(name, 1e9)",
];

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, care: 0 }
    }

    /// Whether to be wrong here.
    fn slips(&mut self) -> bool {
        self.care > 0 && self.roll(self.care) == 0
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) as usize % sides
    }

    pub fn one<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())].clone()
    }

    /// One question about a route.
    pub fn question(&mut self, method: &Method, path: &str, ids: &Ids) -> Question {
        self.care = 0;
        self.care = self.one(&[0, 0, 30, 10, 3]);
        let mut method = method.clone();
        if self.slips() && self.roll(4) == 0 {
            method = self.one(&[Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::HEAD, Method::OPTIONS]);
        }
        let parts: Vec<&str> = path.split('/').collect();
        let object = if self.slips() { self.one(&["person", "department", "nothing"]) } else { "thing" };
        let mut filled: Vec<String> =
            (0..parts.len()).map(|n| self.part(parts[n], if n > 0 { parts[n - 1] } else { "" }, object, ids)).collect();
        if self.slips() && self.roll(4) == 0 {
            filled.push(self.one(&["", "..", "%00", "x"]).to_owned());
        }
        let mut path_and_query = filled.join("/");
        if self.roll(3) == 0 {
            let query = self.query();
            path_and_query.push_str(&format!("?{query}"));
        }
        let (kind, body) = self.body(path, ids);
        let (kind, body) = if method == Method::GET && self.roll(4) > 0 { (None, Vec::new()) } else { (kind, body) };
        Question { method, path: path_and_query, kind, body }
    }

    fn part(&mut self, part: &str, before: &str, object: &str, ids: &Ids) -> String {
        if !part.starts_with('{') {
            return part.to_owned();
        }
        if self.slips() {
            let long = "x".repeat(3_000);
            let junk = [
                "%00", "%ff%fe", "..", "%2e%2e%2f", "'", "%22", "0", "-1", "9223372036854775807", "99999999999999999999", "%F0%9F%98%80",
                "01a2061d-d2c0-7cf4-ad4f-a34074029661", "00000000-0000-0000-0000-000000000000", "%25", "a%20b", "null", "%ED%A0%80", long.as_str(),
            ];
            return self.one(&junk).to_owned();
        }
        match (part, before) {
            ("{object}", "{object}") => "x".to_owned(),
            ("{object}", _) => object.to_owned(),
            ("{kind}", _) => self.one(&["role", "view", "menu", "flow"]).to_owned(),
            ("{field}", _) => {
                let (name, ..) = self.one(FIELDS);
                name.to_owned()
            }
            ("{key}", _) => self.one(&["of_ben", "a_view", "made", "crm"]).to_owned(),
            (_, "people") => self.one(&ids.people),
            (_, "departments") => self.one(&ids.departments),
            (_, "imports") => self.one(&ids.imports),
            (_, "files") => self.one(&ids.files),
            (_, "commits") => self.one(&ids.commits),
            (_, "api_keys") => self.one(&ids.keys),
            _ => match object {
                "person" => self.one(&ids.people),
                "department" => self.one(&ids.departments),
                _ => self.one(&ids.things),
            },
        }
    }

    /// A field's key, right or wrong.
    fn field_key(&mut self) -> &'static str {
        if self.slips() {
            return self.one(KEYS);
        }
        if self.roll(4) == 0 {
            return self.one(SHOWN);
        }
        self.one(FIELDS).0
    }

    /// A value that the field takes.
    fn right_value(&mut self, values: &str, ids: &Ids) -> Json {
        let values: Vec<Json> = serde_json::from_str(values).expect("values are JSON");
        let value = self.one(&values).to_string();
        let (person, thing) = (self.one(&ids.people), self.one(&ids.things));
        serde_json::from_str(&value.replace("@person@", &person).replace("@thing@", &thing)).expect("JSON")
    }

    fn query(&mut self) -> String {
        let names = ["cursor", "as_of", "field", "object", "plan", "fate", "limit", "offset", "language", "kind", "%00", "", "a[b]"];
        let values = [
            "", "true", "x", "-1", "0", "99999999999999999999", "2026-01-31T00:00:00Z", "2026-13-45", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
            "%00", "%ff", "+999999-01-01T00:00:00Z", "eyJhIjoxfQ", "AAAAAAAAAAAAAAAAAAAA", "name", "amount", "other.name", "%F0%9F%98%80", "'%20or%201=1--", "====",
        ];
        let pairs: Vec<String> = (0..1 + self.roll(3)).map(|_| format!("{}={}", self.one(&names), self.one(&values))).collect();
        pairs.join(if self.roll(10) == 0 { "&&" } else { "&" })
    }

    fn body(&mut self, path: &str, ids: &Ids) -> (Option<&'static str>, Vec<u8>) {
        if (path.ends_with("/files") || path.ends_with("/imports")) && !self.slips() {
            return self.multipart();
        }
        match if self.slips() { self.roll(10) } else { 25 } {
            0 => return (Some("application/json"), b"{\"a\": \xff\xfe}".to_vec()),
            1 => return (Some("application/json"), b"{\"name\": \"x\"".to_vec()),
            2 => return (Some("text/plain"), b"{}".to_vec()),
            3 => return (None, b"{}".to_vec()),
            4 => return (Some("application/json"), Vec::new()),
            5 => {
                let depth = self.one(&[20, 120, 127, 128, 3_000]);
                let open = self.one(&["[", "{\"and\":[", "{\"not\":", "{\"filter\":"]);
                let close: String = open.chars().rev().filter_map(|c| match c {
                    '[' => Some(']'),
                    '{' => Some('}'),
                    _ => None,
                }).collect();
                return (Some("application/json"), format!("{}1{}", open.repeat(depth), close.repeat(depth)).into_bytes());
            }
            6 => return (Some("multipart/form-data; boundary=x"), b"--x\r\n".to_vec()),
            _ => {}
        }
        let mut json = self.shaped(path, ids);
        while self.slips() {
            self.spoil(&mut json, 0);
        }
        let mut text = json.to_string();
        for (mark, raw) in RAW {
            text = text.replace(mark, raw);
        }
        (Some("application/json"), text.into_bytes())
    }

    /// A body of about the form the route wants.
    fn shaped(&mut self, path: &str, ids: &Ids) -> Json {
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
            return if path.contains("/objects") { object } else { json!({ "solution": { "key": "mine", "label": "Mine" }, "definitions": [{ "kind": "object", "key": "made", "body": object }] }) };
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
            let key = self.one(&["label", "scopes", "email", "password", "name", "language", "locale", "time_zone", "waiting", "code", "version"]);
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
            ("as_of", json!("2026-11-23T00:00:00Z"), vec![json!("2026-11-24"), json!("0000-00-00"), json!("+99999-01-01T00:00:00Z"), json!(5), json!("-0001-01-01T00:00:00Z")]),
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
                json!({ "me": true }), json!({ "my_department": true }), json!({ "field": "code" }), json!({ "field": "day" }), json!({ "now": "-7d" }),
                json!({ "now": "+99999999999y" }), json!("this_month"), json!({ "last": 7, "unit": "day" }), json!({ "next": 1_000_000_000_000_i64, "unit": "month" }),
                json!({ "last": -1, "unit": "minute" }), json!([1, 2]), json!(["2026-01-01", "2026-12-31"]), json!(["a", null, 3]),
                json!({ "last": 2_147_483_648_i64, "unit": "day" }), json!({ "now": "-9223372036854775808mo" }), json!({ "next": 999_999_999, "unit": "week" }),
            ];
            let value = if self.roll(2) == 0 { self.one(&dynamic) } else { self.value() };
            return json!({ "field": self.one(KEYS), "op": self.one(OPS), "value": value });
        }
        let (field, values, ops) = self.one(FIELDS);
        let ops: Vec<&str> = ops.split(' ').collect();
        let op = self.one(&ops);
        let mut one = || self.right_value(values, ids);
        let flat = |value: Json| if let Json::Array(list) = value { list.first().cloned().unwrap_or(json!("p")) } else { value };
        let value = match op {
            "between" | "not_between" => json!([one(), one()]),
            "in" | "not_in" | "has_any" | "has_all" | "has_none" => json!([flat(one()), flat(one())]),
            "within" => self.one(&[json!("this_month"), json!({ "last": 7, "unit": "day" }), json!({ "next": 999_999_999_999_i64, "unit": "month" }), json!({ "last": 9_999_999, "unit": "month" })]),
            "is_empty" | "is_not_empty" => Json::Null,
            _ => one(),
        };
        let field = if matches!(field, "name" | "amount" | "day") && self.roll(4) == 0 { format!("other.{field}") } else { field.to_owned() };
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
                    3 => json!({ "province": self.value(), "city": "x", "lng": self.value(), "lat": 91, "file": self.one(&ids.files) }),
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
                ("unique", json!(true)), ("scale", json!("@i64@")), ("scale", json!(-1)), ("max", json!("@huge@")), ("default", json!("@lone@")),
                ("format", json!("{9999999999}")), ("format", json!("{")), ("filter", json!({ "and": [] })), ("options", json!([{ "key": "a" }, { "key": "a" }])),
                ("to", json!("nothing")), ("many", json!(1)), ("formula", json!("((")), ("key", json!("select")), ("key", json!("Ü")), ("required", json!(true)),
            ];
            let (key, value) = self.one(&extra);
            field[key] = value;
        }
        field
    }

    fn value(&mut self) -> Json {
        let long = "长".repeat(5_000);
        let values = [
            Json::Null, json!(true), json!(false), json!(0), json!(-1), json!(1.5), json!(123_456_789_012_345_678_i64), json!("1234567890123456789.123"),
            json!(""), json!(" "), json!("a"), json!("2026-01-31"), json!("2026-02-30"), json!("2026-01-31T10:00:00+08:00"), json!("23:59:60"),
            json!("13800138000"), json!("+86"), json!("x@y.test"), json!("http://x.test/?a=b"), json!("javascript:alert(1)"), json!([]), json!({}), json!([[]]), json!([null]),
            json!("@lone@"), json!("@pair@"), json!("@nul@"), json!("@huge@"), json!("@tiny@"), json!("@long@"), json!("@point@"), json!("@i64@"), json!("@exp@"), json!("@minus@"),
            json!("'; drop table thing; --"), json!("{{7*7}}"), json!("%_\\"), json!("\u{202e}\u{feff}é́"), json!("𠮷👩‍👩‍👧‍👦"), json!(long), json!("<script>alert(1)</script>"),
            json!("=1+1"), json!("1e400"), json!("NaN"), json!("-0.0000000000000000001"), json!({ "by": {} }), json!({ "file": "x" }), json!("x".repeat(300)),
        ];
        self.one(&values)
    }

    /// Puts something else in one place.
    fn spoil(&mut self, json: &mut Json, depth: usize) {
        let is_here = depth > 6 || self.roll(4) == 0;
        match json {
            Json::Object(map) if !is_here && !map.is_empty() => {
                let n = self.roll(map.len());
                match self.roll(5) {
                    0 => {
                        map.insert(self.one(WORDS).to_owned(), self.value());
                    }
                    1 => {
                        let key = map.keys().nth(n).cloned().unwrap_or_default();
                        map.shift_remove(&key);
                    }
                    _ => {
                        if let Some(value) = map.values_mut().nth(n) {
                            self.spoil(value, depth + 1);
                        }
                    }
                }
            }
            Json::Array(list) if !is_here && !list.is_empty() => {
                let n = self.roll(list.len());
                self.spoil(&mut list[n], depth + 1);
            }
            other => *other = self.value(),
        }
    }

    fn multipart(&mut self) -> (Option<&'static str>, Vec<u8>) {
        let files: [&[u8]; 8] = [
            b"name,code\r\nx,1\r\n", b"", b"\xff\xfe\x00", b"PK\x03\x04broken", b"\x89PNG\r\n\x1a\n", b"name;amount\nx;1,5\n\"open", b"\x00\x00\x00", b"name\tname\n=1+1\t@x\n",
        ];
        let mut body = Vec::new();
        for _ in 0..self.roll(4) {
            let name = self.one(&["file", "file", "object", "mapping", "key", "field", "record", "x"]);
            let has_name = name == "file" || self.roll(5) == 0;
            let file_name = self.one(&["a.csv", "a.xlsx", "../../b.csv", "", "x\u{0}.csv", "a.exe"]);
            let file_name = if has_name { format!("; filename=\"{file_name}\"") } else { String::new() };
            body.extend(format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"{file_name}\r\n\r\n").into_bytes());
            match name {
                "file" => body.extend(self.one(&files)),
                "object" => body.extend(self.one(&["thing", "person", "nothing", ""]).as_bytes()),
                "mapping" => body.extend(self.one(&["{}", "{\"columns\":{\"name\":{\"field\":\"name\"}}}", "{\"columns\":1}", "[", "{\"header_row\":99999999999}", "{\"delimiter\":\"xx\"}", "{\"encoding\":\"klingon\"}"]).as_bytes()),
                _ => body.extend(self.one(&["code", "[\"code\"]", "[", "nowhere", ""]).as_bytes()),
            }
            body.extend(b"\r\n");
        }
        if self.roll(6) > 0 {
            body.extend(b"--x--\r\n");
        }
        (Some("multipart/form-data; boundary=x"), body)
    }
}
