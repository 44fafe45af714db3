//! Questions that are wrong in many ways, and some that are nearly right. Seeded.

use std::fmt;

use http::Method;
use kehub_testkit::{Client, Reply};
use serde_json::Value as Json;

use crate::words::{FIELDS, KEYS, RAW, SHOWN, WORDS};

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

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, care: 0 }
    }

    /// Whether to be wrong here.
    pub(crate) fn slips(&mut self) -> bool {
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
            method = self.one(&[
                Method::GET,
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
                Method::HEAD,
                Method::OPTIONS,
            ]);
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
                "%00",
                "%ff%fe",
                "..",
                "%2e%2e%2f",
                "'",
                "%22",
                "0",
                "-1",
                "9223372036854775807",
                "99999999999999999999",
                "%F0%9F%98%80",
                "01a2061d-d2c0-7cf4-ad4f-a34074029661",
                "00000000-0000-0000-0000-000000000000",
                "%25",
                "a%20b",
                "null",
                "%ED%A0%80",
                long.as_str(),
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
    pub(crate) fn field_key(&mut self) -> &'static str {
        if self.slips() {
            return self.one(KEYS);
        }
        if self.roll(4) == 0 {
            return self.one(SHOWN);
        }
        self.one(FIELDS).0
    }

    /// A value that the field takes.
    pub(crate) fn right_value(&mut self, values: &str, ids: &Ids) -> Json {
        let values: Vec<Json> = serde_json::from_str(values).expect("values are JSON");
        let value = self.one(&values).to_string();
        let (person, thing) = (self.one(&ids.people), self.one(&ids.things));
        serde_json::from_str(&value.replace("@person@", &person).replace("@thing@", &thing)).expect("JSON")
    }

    fn query(&mut self) -> String {
        let names = [
            "cursor", "as_of", "field", "object", "plan", "fate", "limit", "offset", "language", "kind", "%00", "",
            "a[b]",
        ];
        let values = [
            "",
            "true",
            "x",
            "-1",
            "0",
            "99999999999999999999",
            "2026-01-31T00:00:00Z",
            "2026-13-45",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "%00",
            "%ff",
            "+999999-01-01T00:00:00Z",
            "eyJhIjoxfQ",
            "AAAAAAAAAAAAAAAAAAAA",
            "name",
            "amount",
            "other.name",
            "%F0%9F%98%80",
            "'%20or%201=1--",
            "====",
        ];
        let pairs: Vec<String> =
            (0..1 + self.roll(3)).map(|_| format!("{}={}", self.one(&names), self.one(&values))).collect();
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
                let close: String = open
                    .chars()
                    .rev()
                    .filter_map(|c| match c {
                        '[' => Some(']'),
                        '{' => Some('}'),
                        _ => None,
                    })
                    .collect();
                return (
                    Some("application/json"),
                    format!("{}1{}", open.repeat(depth), close.repeat(depth)).into_bytes(),
                );
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
            b"name,code\r\nx,1\r\n",
            b"",
            b"\xff\xfe\x00",
            b"PK\x03\x04broken",
            b"\x89PNG\r\n\x1a\n",
            b"name;amount\nx;1,5\n\"open",
            b"\x00\x00\x00",
            b"name\tname\n=1+1\t@x\n",
        ];
        let mut body = Vec::new();
        for _ in 0..self.roll(4) {
            let name = self.one(&["file", "file", "object", "mapping", "key", "field", "record", "x"]);
            let has_name = name == "file" || self.roll(5) == 0;
            let file_name = self.one(&["a.csv", "a.xlsx", "../../b.csv", "", "x\u{0}.csv", "a.exe"]);
            let file_name = if has_name { format!("; filename=\"{file_name}\"") } else { String::new() };
            body.extend(
                format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"{file_name}\r\n\r\n").into_bytes(),
            );
            match name {
                "file" => body.extend(self.one(&files)),
                "object" => body.extend(self.one(&["thing", "person", "nothing", ""]).as_bytes()),
                "mapping" => body.extend(
                    self.one(&[
                        "{}",
                        "{\"columns\":{\"name\":{\"field\":\"name\"}}}",
                        "{\"columns\":1}",
                        "[",
                        "{\"header_row\":99999999999}",
                        "{\"delimiter\":\"xx\"}",
                        "{\"encoding\":\"klingon\"}",
                    ])
                    .as_bytes(),
                ),
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
