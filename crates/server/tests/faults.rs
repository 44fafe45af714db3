//! The server is killed (SIGKILL) at random moments under mixed writes and an import, started again, and compared with what its
//! clients know: nothing acknowledged is lost, nothing is doubled, nothing half, history complete, `kehub verify` clean.
//!
//! `KEHUB_FAULT_ROUNDS` sets how many kills (3 unless set); `KEHUB_TEST_POSTGRES` runs it on PostgreSQL.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};

const EMAIL: &str = "boss@example.com";
const PASSWORD: &str = "a rather long password";

/// The server under test, with its own data.
struct Server {
    child: Child,
    port: u16,
}

struct Place {
    data: tempfile::TempDir,
    database: Option<String>,
}

impl Place {
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kehub"));
        command
            .arg("--data")
            .arg(self.data.path())
            .env("KEHUB_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some(url) = &self.database {
            command.arg("--database-url").arg(url);
        }
        command
    }

    fn start(&self) -> Server {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
        let child = self.command().args(["serve", "--listen", &format!("127.0.0.1:{port}")]).spawn().expect("started");
        let server = Server { child, port };
        let begun = Instant::now();
        while server.call("GET", "/readyz", None, None, None).map(|(status, _)| status) != Some(200) {
            assert!(begun.elapsed() < Duration::from_secs(60), "the server is not ready after a minute");
            std::thread::sleep(Duration::from_millis(20));
        }
        server
    }

    fn run(&self, arguments: &[&str]) -> bool {
        self.command().args(arguments).status().expect("run").success()
    }
}

impl Server {
    /// One request on a connection of its own; nothing when the answer did not come.
    fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Json>,
        token: Option<&str>,
        key: Option<&str>,
    ) -> Option<(u16, Json)> {
        call(self.port, method, path, body, token, key)
    }

    fn kill(mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }
}

#[expect(clippy::disallowed_methods, reason = "a tool that speaks to our own server from outside")]
fn call(
    port: u16,
    method: &str,
    path: &str,
    body: Option<&Json>,
    token: Option<&str>,
    key: Option<&str>,
) -> Option<(u16, Json)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    let body = body.map(Json::to_string).unwrap_or_default();
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    if !body.is_empty() {
        head.push_str("Content-Type: application/json\r\n");
    }
    if let Some(token) = token {
        head.push_str(&format!("Authorization: Bearer {token}\r\n"));
    }
    if let Some(key) = key {
        head.push_str(&format!("Idempotency-Key: {key}\r\n"));
    }
    stream.write_all(format!("{head}\r\n{body}").as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.trim().parse::<usize>().ok());
    // A body cut off is no answer.
    if length.is_some_and(|length| body.len() < length) {
        return None;
    }
    Some((status, serde_json::from_str(body).unwrap_or(Json::Null)))
}

/// What a client knows of one record.
#[derive(Clone, Debug)]
struct Known {
    name: String,
    /// The key and body of its creation, to ask again when no answer came.
    key: String,
    body: Json,
    id: Option<String>,
    /// The last acknowledged amount, and the one asked for without an answer.
    amount: Option<i64>,
    asked: Option<i64>,
    deleted: bool,
    delete_asked: bool,
}

type Ledger = Arc<Mutex<Vec<Known>>>;

fn objects() -> [Json; 2] {
    [
        json!({"key": "house", "label": "House", "fields": [
            {"key": "name", "type": "text", "required": true, "unique": true},
            {"key": "things", "type": "rollup", "from": "thing.house", "fn": "count"},
            {"key": "total", "type": "rollup", "from": "thing.house", "fn": "sum", "field": "amount"}
        ]}),
        json!({"key": "thing", "label": "Thing", "fields": [
            {"key": "name", "type": "text", "required": true, "unique": true},
            {"key": "amount", "type": "number", "scale": 0},
            {"key": "double", "type": "formula", "formula": "amount*2"},
            {"key": "house", "type": "link", "to": "house"}
        ]}),
    ]
}

/// Creates, changes and deletes until told to stop, writing down what it knows.
fn client(port: u16, token: &str, house: &str, seed: u64, round: usize, stop: &AtomicBool, ledger: &Ledger) {
    let mut dice = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut roll = |sides: u64| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        dice % sides
    };
    let mut own: Vec<usize> = Vec::new();
    for n in 0.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        if own.is_empty() || roll(3) == 0 {
            let name = format!("r{round}-c{seed}-{n}");
            let key = format!("key-{name}");
            let body = json!({"name": name, "amount": 1, "house": house});
            let place = {
                let mut ledger = ledger.lock().expect("ledger");
                ledger.push(Known {
                    name: name.clone(),
                    key: key.clone(),
                    body: body.clone(),
                    id: None,
                    amount: None,
                    asked: Some(1),
                    deleted: false,
                    delete_asked: false,
                });
                ledger.len() - 1
            };
            let answer = call(port, "POST", "/api/v1/records/thing", Some(&body), Some(token), Some(&key));
            let Some((201, record)) = answer else { continue };
            let mut ledger = ledger.lock().expect("ledger");
            ledger[place].id = record["id"].as_str().map(str::to_owned);
            ledger[place].amount = Some(1);
            ledger[place].asked = None;
            own.push(place);
            continue;
        }
        let at = roll(own.len() as u64) as usize;
        let place = own[at];
        let known = ledger.lock().expect("ledger")[place].clone();
        let path = format!("/api/v1/records/thing/{}", known.id.as_deref().unwrap_or_default());
        if roll(5) == 0 {
            ledger.lock().expect("ledger")[place].delete_asked = true;
            let answer = call(port, "DELETE", &path, None, Some(token), None);
            own.swap_remove(at);
            if matches!(answer, Some((200 | 204, _))) {
                ledger.lock().expect("ledger")[place].deleted = true;
            }
        } else {
            let amount = 1 + roll(1_000) as i64;
            ledger.lock().expect("ledger")[place].asked = Some(amount);
            let answer = call(port, "PATCH", &path, Some(&json!({"amount": amount})), Some(token), None);
            if matches!(answer, Some((200, _))) {
                let mut ledger = ledger.lock().expect("ledger");
                ledger[place].amount = Some(amount);
                ledger[place].asked = None;
            } else {
                // Not known whether it was done: leave it alone from here on.
                own.swap_remove(at);
            }
        }
    }
}

/// Compares what stands with what was acknowledged.
fn check(server: &Server, token: &str, ledger: &Ledger) {
    let mut ledger = ledger.lock().expect("ledger");
    for known in ledger.iter_mut() {
        if known.id.is_none() {
            // No answer came: asked again with the same key, it is done once, whether it had been done or not.
            let answer = server.call("POST", "/api/v1/records/thing", Some(&known.body), Some(token), Some(&known.key));
            let Some((201, record)) = answer else { panic!("asked again: {answer:?}") };
            known.id = record["id"].as_str().map(str::to_owned);
            known.amount = Some(1);
            known.asked = None;
        }
        let filter = json!({"filter": {"field": "name", "op": "eq", "value": known.name}});
        let (status, found) =
            server.call("POST", "/api/v1/records/thing/query", Some(&filter), Some(token), None).expect("an answer");
        assert_eq!(status, 200, "{found}");
        let records = found["records"].as_array().expect("records").clone();
        assert!(records.len() <= 1, "{} is doubled", known.name);
        if known.deleted {
            assert!(records.is_empty(), "{} came back", known.name);
            continue;
        }
        match (records.first(), &known.id) {
            (None, _) => assert!(known.delete_asked, "{} was acknowledged and is lost", known.name),
            (Some(record), _) => {
                let amount: i64 = record["amount"].to_string().parse().expect("a number");
                assert!(
                    known.amount == Some(amount) || known.asked == Some(amount),
                    "{} has {amount}, known {known:?}",
                    known.name
                );
                assert_eq!(record["double"].to_string(), (amount * 2).to_string(), "{} is half", known.name);
                let path = format!("/api/v1/records/thing/{}/history", record["id"].as_str().expect("an id"));
                let (_, history) = server.call("GET", &path, None, Some(token), None).expect("a history");
                let entries = history["entries"].as_array().expect("entries");
                assert_eq!(
                    entries.last().expect("an entry")["op"],
                    json!("create"),
                    "{}: history incomplete",
                    known.name
                );
                let version: i64 = record["version"].to_string().parse().expect("a number");
                assert_eq!(entries.len() as i64, version, "{}: one entry a version", known.name);
                known.amount = Some(amount);
                known.asked = None;
                assert_eq!(
                    record["id"].as_str(),
                    known.id.as_deref(),
                    "{}: the same key is the same record",
                    known.name
                );
            }
        }
    }
    let (_, sums) = server
        .call("POST", "/api/v1/records/thing/aggregate", Some(&json!({"group": ["house"], "measures": [{"fn": "count"}, {"fn": "sum", "field": "amount", "as": "total"}]})), Some(token), None)
        .expect("sums");
    for row in sums["rows"].as_array().expect("rows") {
        let Some(house) = row["house"]["id"].as_str() else { continue };
        let (_, house) =
            server.call("GET", &format!("/api/v1/records/house/{house}"), None, Some(token), None).expect("a house");
        assert_eq!(
            (house["things"].to_string(), house["total"].to_string()),
            (row["count"].to_string(), row["total"].to_string()),
            "roll-ups"
        );
    }
}

fn database() -> Option<String> {
    let url = std::env::var("KEHUB_TEST_POSTGRES").ok()?;
    let name = format!("faults_{}", std::process::id());
    let status = Command::new("psql").args([&url, "-qc", &format!("create database {name}")]).status().expect("psql");
    assert!(status.success(), "a database for the faults");
    let (base, _) = url.rsplit_once('/').expect("a database in the address");
    Some(format!("{base}/{name}"))
}

fn sign_in(server: &Server) -> String {
    let body = json!({"email": EMAIL, "password": PASSWORD});
    let (status, session) = server.call("POST", "/api/v1/session", Some(&body), None, None).expect("a session");
    assert_eq!(status, 200, "{session}");
    session["token"].as_str().expect("a token").to_owned()
}

fn write_rows(path: &Path, rows: usize) {
    let mut text = String::from("name,amount\n");
    for n in 0..rows {
        text.push_str(&format!("imported {n},{n}\n"));
    }
    std::fs::write(path, text).expect("a file");
}

#[test]
fn a_killed_server_has_lost_nothing_and_doubled_nothing() {
    let place = Place { data: tempfile::tempdir().expect("a folder"), database: database() };
    let mut admin = place.command();
    admin.args(["admin", "create", "--email", EMAIL, "--name", "Boss", "--password-stdin"]).stdin(Stdio::piped());
    let mut admin = admin.spawn().expect("started");
    admin.stdin.take().expect("stdin").write_all(format!("{PASSWORD}\n").as_bytes()).expect("written");
    assert!(admin.wait().expect("ended").success(), "an administrator");

    let server = place.start();
    let token = sign_in(&server);
    for object in objects() {
        let (status, answer) =
            server.call("POST", "/api/v1/objects", Some(&object), Some(&token), None).expect("an answer");
        // The roll-ups name an object that comes second.
        assert!(status == 201 || status == 422, "{status} {answer}");
    }
    let [house, thing] = objects();
    let mut bare = house.clone();
    bare["fields"].as_array_mut().expect("fields").truncate(1);
    for (method, path, body) in [
        ("POST", "/api/v1/objects", &bare),
        ("POST", "/api/v1/objects", &thing),
        ("PATCH", "/api/v1/objects/house", &house),
    ] {
        let (status, answer) = server.call(method, path, Some(body), Some(&token), None).expect("an answer");
        assert!(matches!(status, 200 | 201 | 422), "{status} {answer}");
    }
    let mut houses = Vec::new();
    for n in 0..3 {
        let body = json!({"name": format!("house {n}")});
        let (status, record) =
            server.call("POST", "/api/v1/records/house", Some(&body), Some(&token), None).expect("an answer");
        assert_eq!(status, 201, "{record}");
        houses.push(record["id"].as_str().expect("an id").to_owned());
    }
    let file = place.data.path().join("things.csv");
    write_rows(&file, 6_000);

    let rounds = std::env::var("KEHUB_FAULT_ROUNDS").ok().and_then(|n| n.parse().ok()).unwrap_or(3);
    let ledger: Ledger = Arc::default();
    let mut server = Some(server);
    for round in 0..rounds {
        let running = server.take().unwrap_or_else(|| place.start());
        let stop = Arc::new(AtomicBool::new(false));
        let clients: Vec<_> = (0..6)
            .map(|seed| {
                let (token, house, stop, ledger) =
                    (token.clone(), houses[seed % houses.len()].clone(), stop.clone(), ledger.clone());
                let port = running.port;
                std::thread::spawn(move || client(port, &token, &house, seed as u64 + 1, round, &stop, &ledger))
            })
            .collect();
        // The first round's import is killed under way and goes on by itself after the start.
        let import = (round == 0).then(|| {
            place.command().args(["import", "thing"]).arg(&file).args(["--key", "name"]).spawn().expect("an import")
        });
        std::thread::sleep(Duration::from_millis(700 + 450 * (round as u64 % 5)));
        running.kill();
        stop.store(true, Ordering::Relaxed);
        for client in clients {
            client.join().expect("a client");
        }
        if let Some(mut import) = import {
            import.wait().expect("the import's command ended");
        }
        let restarted = place.start();
        check(&restarted, &token, &ledger);
        server = Some(restarted);
    }
    let server = server.unwrap_or_else(|| place.start());
    let imported = |server: &Server| {
        let body = json!({"filter": {"field": "name", "op": "starts_with", "value": "imported"}, "count": "exact", "limit": 1});
        let (_, answer) =
            server.call("POST", "/api/v1/records/thing/query", Some(&body), Some(&token), None).expect("an answer");
        answer["count"]["value"].as_i64().expect("a count")
    };
    // What the kill left of the import is finished by a second run; twice changes nothing.
    let begun = Instant::now();
    while imported(&server) < 6_000 && begun.elapsed() < Duration::from_secs(60) {
        place.run(&["import", "thing", file.to_str().expect("a path"), "--key", "name"]);
    }
    assert_eq!(imported(&server), 6_000, "every row of the file once");
    check(&server, &token, &ledger);
    assert!(place.run(&["verify"]), "verify is clean");
    assert!(place.run(&["audit", "verify"]), "the audit is clean");
    assert!(
        ledger.lock().expect("ledger").iter().filter(|known| known.amount.is_some()).count() > 20,
        "something was tested"
    );
    server.kill();
}
