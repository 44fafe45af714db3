//! The browser tests: the real server on SQLite in a temporary folder, driven by a real browser.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::{self, Ended, is_there};
use crate::postgres::free_port;
use crate::{test, web};

const EMAIL: &str = "admin@kehub.test";
const MINUTES: u64 = 15;

/// Builds the binary, stands it up with the CRM and its sample, runs `npm run e2e`, and asks it to end well.
pub(crate) fn run() -> Result<Ended> {
    let built = command::run(test::cargo().args(["build", "--package", "kehub"]), 30)?;
    if !built.ok {
        return Ok(built);
    }
    let mut server = Server::start(&binary()?)?;
    let mut npm = web::npm_command();
    npm.args(["run", "e2e"])
        .env("KEHUB_E2E_URL", &server.url)
        .env("KEHUB_E2E_EMAIL", EMAIL)
        .env("KEHUB_E2E_PASSWORD", &server.password);
    if let Some(browser) = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| is_there(name)) {
        npm.env("KEHUB_E2E_BROWSER", browser);
    }
    let mut ended = command::run(&mut npm, MINUTES)?;
    if !ended.ok {
        println!("--- the server's last words\n{}", server.last_words());
    }
    if !server.ends_well() {
        println!("the server did not end well on SIGTERM:\n{}", server.last_words());
        ended.ok = false;
    }
    Ok(ended)
}

/// Where cargo put the debug binary.
fn binary() -> Result<PathBuf> {
    let said = command::quietly(test::cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&said)?;
    let target = metadata["target_directory"].as_str().context("cargo names no target folder")?;
    Ok(Path::new(target).join("debug/kehub"))
}

struct Server {
    process: Child,
    folder: PathBuf,
    url: String,
    password: String,
}

impl Server {
    fn start(binary: &Path) -> Result<Server> {
        let folder = std::env::temp_dir().join(format!("kehub-browser-{}", std::process::id()));
        // Left by an earlier process of the same number.
        let _left = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        match Server::start_in(binary, &folder) {
            Ok(server) => Ok(server),
            Err(fault) => {
                let log = last_words(&folder);
                let _left = fs::remove_dir_all(&folder);
                Err(fault.context(format!("Kehub does not stand up\n{log}")))
            }
        }
    }

    fn start_in(binary: &Path, folder: &Path) -> Result<Server> {
        let data = folder.join("data");
        let kehub = || {
            let mut command = Command::new(binary);
            command.arg("--data").arg(&data).env_remove("KEHUB_DATABASE_URL").env_remove("KEHUB_LISTEN");
            command
        };
        let password = password()?;
        make_admin(
            kehub().args(["admin", "create", "--email", EMAIL, "--name", "Admin", "--password-stdin"]),
            &password,
        )?;
        command::quietly(kehub().args(["install", "crm", "--sample"]))?;
        let port = free_port()?;
        let log = fs::File::create(folder.join("log"))?;
        let process = command::bound(&binary.to_string_lossy())
            .arg("--data")
            .arg(&data)
            .args(["serve", "--listen", &format!("127.0.0.1:{port}")])
            .env_remove("KEHUB_DATABASE_URL")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let url = format!("http://127.0.0.1:{port}");
        let mut server = Server { process, folder: folder.to_owned(), url, password };
        server.wait_until_ready(port)?;
        Ok(server)
    }

    fn wait_until_ready(&mut self, port: u16) -> Result<()> {
        let until = Instant::now() + Duration::from_secs(60);
        while Instant::now() < until {
            if let Some(status) = self.process.try_wait()? {
                bail!("it ended at once: {status}");
            }
            if is_ready(port) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("GET /readyz did not answer 200 within a minute")
    }

    /// SIGTERM drains and exits 0.
    fn ends_well(&mut self) -> bool {
        command::signal(self.process.id(), "TERM");
        command::wait(&mut self.process, 30) == Some(true)
    }

    fn last_words(&self) -> String {
        last_words(&self.folder)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already, unless something went wrong on the way.
        let _killed = self.process.kill();
        let _ended = self.process.wait();
        let _left = fs::remove_dir_all(&self.folder);
    }
}

fn last_words(folder: &Path) -> String {
    let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}

fn make_admin(command: &mut Command, password: &str) -> Result<()> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().context("cannot start kehub")?;
    child.stdin.take().context("no standard input")?.write_all(format!("{password}\n").as_bytes())?;
    anyhow::ensure!(child.wait()?.success(), "kehub admin create failed");
    Ok(())
}

/// A password nobody knows, made anew for each run.
fn password() -> Result<String> {
    let mut dice = [0; 12];
    fs::File::open("/dev/urandom")?.read_exact(&mut dice)?;
    Ok(dice.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[expect(clippy::disallowed_methods, reason = "a tool that speaks to our own server from outside")]
fn is_ready(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let asked = stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .and_then(|()| write!(stream, "GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"));
    let mut answer = String::new();
    asked.is_ok() && stream.read_to_string(&mut answer).is_ok() && answer.starts_with("HTTP/1.1 200")
}
