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
