//! The binary itself: commands before, beside and after a server.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

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
    let mut child = kehub(data).args(["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let address =
        lines.find_map(|line| line.unwrap().split_once("on http://").map(|(_, address)| address.to_owned())).unwrap();
    // What it says later must not block it.
    std::thread::spawn(move || lines.for_each(drop));
    (child, address)
}

fn get(address: &str, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
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
