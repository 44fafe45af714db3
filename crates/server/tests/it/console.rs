//! The binary itself: commands before, beside and after a server.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use crate::smtp::{Act, At, Secrecy, Sink};

fn kehub(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kehub"));
    command.arg("--data").arg(data).env_remove("KEHUB_DATABASE_URL").stdin(Stdio::null());
    command
}

fn make_admin(data: &Path, email: &str, password: &str) -> Output {
    let mut child = kehub(data)
        .args(["admin", "create", "--email", email, "--name", "Anna", "--password-stdin", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(format!("{password}\n").as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

/// A server and where it listens, told on its standard error.
fn serve(data: &Path) -> (Child, String) {
    serve_with(kehub(data))
}

fn serve_with(mut command: Command) -> (Child, String) {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let address = format!("127.0.0.1:{port}");
    let mut child = command.args(["serve", "--listen", &address]).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    lines.find(|line| line.as_ref().unwrap().contains(" on http")).unwrap().unwrap();
    // What it says later must not block it.
    std::thread::spawn(move || lines.for_each(drop));
    (child, address)
}

#[expect(clippy::disallowed_methods, reason = "the test is the world outside")]
fn connect(address: &str) -> std::net::TcpStream {
    std::net::TcpStream::connect(address).unwrap()
}

fn get(address: &str, path: &str) -> String {
    let mut stream = connect(address);
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn commands_work_before_and_beside_a_server_and_it_ends_quietly() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let weak = make_admin(&data, "anna@kehub.test", "12345678");
    assert!(!weak.status.success());
    assert_eq!(String::from_utf8_lossy(&weak.stderr).lines().count(), 1);
    assert!(make_admin(&data, "anna@kehub.test", "correct horse 9").status.success());

    let (mut server, address) = serve(&data);
    assert!(get(&address, "/healthz").starts_with("HTTP/1.1 200"));
    assert!(get(&address, "/readyz").starts_with("HTTP/1.1 200"));
    // The running server does it: nothing is opened twice.
    let beside = make_admin(&data, "second@kehub.test", "correct horse 9");
    assert!(beside.status.success(), "{}", String::from_utf8_lossy(&beside.stderr));
    let second = kehub(&data).args(["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert!(!second.status.success());
    let backup = folder.path().join("backup.kehub");
    assert!(kehub(&data).args(["backup"]).arg(&backup).status().unwrap().success());

    let told = Command::new("kill").args(["-TERM", &server.id().to_string()]).status().unwrap();
    assert!(told.success() && server.wait().unwrap().success());
    assert!(kehub(&data).arg("verify").status().unwrap().success());

    let restored = folder.path().join("restored");
    assert!(kehub(&restored).arg("restore").arg(&backup).status().unwrap().success());
    assert!(kehub(&restored).arg("verify").status().unwrap().success());
    assert!(!kehub(&restored).arg("restore").arg(&backup).status().unwrap().success());
}

/// One request that says who asks; the body of the answer.
fn ask(address: &str, method: &str, path: &str, token: &str, body: &str) -> serde_json::Value {
    let mut stream = connect(address);
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap_or_default()
}

fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed().as_secs() < 30, "{what} did not come about");
        std::thread::yield_now();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_while_it_mails_sends_nothing_twice_and_a_restored_one_waits() {
    let sink = Sink::new(Secrecy::None).await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let url = format!("smtp://127.0.0.1:{}", sink.port);
    let start = |data: &Path| {
        let mut command = kehub(data);
        command.env("KEHUB_SMTP_URL", &url).env("KEHUB_BASE_URL", "https://crm.kehub.test");
        serve_with(command)
    };
    let boss = make_admin(&data, "anna@kehub.test", "correct horse 9");
    let boss: serde_json::Value = serde_json::from_slice(&boss.stdout).unwrap();
    let invite = format!("/api/v1/people/{}/invitation", boss["id"].as_str().unwrap());
    let sign_in = |address: &str| {
        let body = r#"{"email":"anna@kehub.test","password":"correct horse 9"}"#;
        ask(address, "POST", "/api/v1/session", "", body)["token"].as_str().unwrap().to_owned()
    };
    // Killed before the message: it goes out by the next server. Killed after it: nobody can tell, and a person is told.
    sink.next(At::Greeting, Act::Stall);
    for mails in [0, 1] {
        let (mut server, address) = start(&data);
        let token = sign_in(&address);
        let talks = sink.conversations();
        if mails == 1 {
            sink.next(At::Message, Act::Stall);
        }
        assert_eq!(ask(&address, "POST", &invite, &token, "{}")["mail"], "queued");
        until("the conversation", || sink.conversations() > talks && sink.mails().len() == 2 * mails);
        server.kill().unwrap();
        server.wait().unwrap();
        let (mut server, address) = start(&data);
        let token = sign_in(&address);
        let states = || {
            let told = ask(&address, "GET", "/api/v1/operations", &token, "")["outgoing"].clone();
            (told["waiting"].as_array().unwrap().len(), told["troubled"].as_array().unwrap().len())
        };
        until("an end", || states() == (0, mails));
        assert_eq!(sink.mails().len(), 1 + mails);
        if mails == 0 {
            server.kill().unwrap();
            server.wait().unwrap();
            continue;
        }
        let backup = folder.path().join("backup.kehub");
        assert!(kehub(&data).arg("backup").arg(&backup).env("KEHUB_SMTP_URL", &url).status().unwrap().success());
        server.kill().unwrap();
        server.wait().unwrap();
        let restored = folder.path().join("restored");
        assert!(kehub(&restored).arg("restore").arg(&backup).status().unwrap().success());
        let (mut server, address) = start(&restored);
        let token = sign_in(&address);
        assert_eq!(ask(&address, "GET", "/api/v1/operations", &token, "")["outgoing"]["paused"], true);
        assert_eq!(ask(&address, "POST", &invite, &token, "{}")["mail"], "paused");
        assert_eq!(sink.mails().len(), 2);
        ask(&address, "POST", "/api/v1/operations/resume", &token, "{}");
        until("the mail", || sink.mails().len() == 3);
        server.kill().unwrap();
        server.wait().unwrap();
    }
}

#[test]
fn a_setting_that_is_wrong_is_named_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [
        ("KEHUB_SMTP_URL", "http://me:secret@mail.test"),
        ("KEHUB_EGRESS_ALLOW", "10.0.0.0/99"),
        ("KEHUB_MASTER_KEY_FILE", "/nowhere/key"),
        ("KEHUB_TRUSTED_PROXIES", "somebody"),
        ("KEHUB_RATE_LIMIT", "many"),
        ("KEHUB_FILES_URL", "ftp:x"),
    ] {
        let output = kehub(folder.path()).args(["serve", "--listen", "127.0.0.1:0"]).env(name, value).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(name) && !said.contains("secret"), "{said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    let on_postgres = ["--database-url", "postgres://nobody@127.0.0.1:1/none", "verify"];
    let output = kehub(folder.path()).args(on_postgres).env("KEHUB_SMTP_URL", "smtp://mail.test").output().unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("KEHUB_MASTER_KEY_FILE"));
}

#[test]
fn a_workspace_goes_to_postgresql_and_comes_back_as_it_was() {
    let Ok(url) = std::env::var("KEHUB_TEST_POSTGRES") else { return };
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let mut random = [0; 4];
    kehub_db::fill_random(&mut random);
    let schema = |name: &str| format!("{url}?schema=t_{name}_{:08x}", u32::from_le_bytes(random));
    let run = |data: &str, database: Option<&str>, words: &[&str]| {
        let mut command = kehub(&place(data));
        if let Some(database) = database {
            command.args(["--database-url", database]);
        }
        let output = command.args(words).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert!(make_admin(&place("data"), "anna@kehub.test", "correct horse 9").status.success());
    assert_eq!(run("data", None, &["install", "crm", "--sample"]), (true, String::new()));
    let before = kehub_testkit::all_rows(&place("data").join("kehub.sqlite"));
    assert!(before.iter().any(|line| line.starts_with("x_account: ")), "there is something to carry");

    let (there, again) = (schema("there"), schema("again"));
    assert_eq!(run("data", None, &["move", "--to", &there]), (true, String::new()));
    let (is_well, said) = run("data", None, &["move", "--to", &there]);
    assert!(!is_well && said.contains("holds data already"), "{said}");
    for words in [&["verify"][..], &["audit", "verify"]] {
        assert_eq!(run("data", Some(&there), words), (true, String::new()));
    }
    let home = place("home");
    assert_eq!(run("data", Some(&there), &["move", "--to", &home.to_string_lossy()]), (true, String::new()));
    let after = kehub_testkit::all_rows(&home.join("kehub.sqlite"));
    let missing: Vec<&String> = before.iter().filter(|line| !after.contains(line)).take(3).collect();
    assert_eq!((missing, after.len()), (Vec::new(), before.len()));

    // A backup of either database is brought back into either.
    let backup = place("backup.kehub");
    let backup = backup.to_string_lossy();
    assert_eq!(run("data", Some(&there), &["backup", &backup]), (true, String::new()));
    assert_eq!(run("restored", None, &["restore", &backup]), (true, String::new()));
    assert_eq!(run("restored", None, &["verify"]), (true, String::new()));
    assert_eq!(run("beside", Some(&again), &["restore", &backup]), (true, String::new()));
    assert_eq!(run("beside", Some(&again), &["verify"]), (true, String::new()));
    let (is_well, said) = run("beside", Some(&again), &["restore", &backup]);
    assert!(!is_well && said.contains("holds data already"), "{said}");
}
