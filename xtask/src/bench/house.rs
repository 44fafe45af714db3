//! The release binary as it is delivered: started on an empty folder, an administrator made, spoken to over HTTP.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use super::http::Client;
use crate::{command, postgres};

pub(super) struct House {
    server: Child,
    binary: PathBuf,
    folder: PathBuf,
    database: Option<String>,
    pub(super) address: String,
    pub(super) token: String,
    /// From the start of the process to the first 200 of `/readyz`.
    pub(super) ready: Duration,
}

const EMAIL: &str = "bench@example.com";
const PASSWORD: &str = "bench-Bench-1234";

impl House {
    pub(super) fn start(binary: &Path, folder: &Path, database: Option<&str>) -> Result<House> {
        let mut admin = Command::new(binary);
        admin.args(["admin", "create", "--email", EMAIL, "--name", "Bench", "--password-stdin"]);
        environment(&mut admin, folder, database);
        let mut making =
            admin.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().context("cannot start the release binary")?;
        if let Some(mut input) = making.stdin.take() {
            writeln!(input, "{PASSWORD}")?;
        }
        if !making.wait()?.success() {
            bail!("the administrator could not be made");
        }
        let (server, address, ready) = serve(binary, folder, database)?;
        let mut house = House {
            server,
            binary: binary.to_owned(),
            folder: folder.to_owned(),
            database: database.map(str::to_owned),
            address,
            token: String::new(),
            ready,
        };
        house.sign_in()?;
        Ok(house)
    }

    fn sign_in(&mut self) -> Result<()> {
        let said = Client::new(&self.address, None)?.json(
            "POST",
            "/api/v1/session",
            &json!({"email": EMAIL, "password": PASSWORD}),
        )?;
        self.token = said["token"].as_str().context("no token")?.to_owned();
        Ok(())
    }

    /// Stops and starts it: how long until it is ready with its data.
    pub(super) fn again(&mut self) -> Result<Duration> {
        self.stop();
        let (server, address, ready) = serve(&self.binary, &self.folder, self.database.as_deref())?;
        (self.server, self.address, self.ready) = (server, address, ready);
        self.sign_in()?;
        Ok(ready)
    }

    pub(super) fn client(&self) -> Result<Client> {
        Client::new(&self.address, Some(&self.token))
    }

    pub(super) fn pid(&self) -> u32 {
        self.server.id()
    }

    /// What `kehub import` says about a file, which is the running server's work.
    pub(super) fn import(&self, object: &str, file: &Path) -> Result<serde_json::Value> {
        let mut import = Command::new(&self.binary);
        import.args(["--json", "import", object]).arg(file).args(["--key", "code"]);
        environment(&mut import, &self.folder, self.database.as_deref());
        let said = import.stderr(Stdio::inherit()).output().context("cannot start the release binary")?;
        serde_json::from_slice(&said.stdout)
            .with_context(|| format!("the import said: {}", String::from_utf8_lossy(&said.stdout)))
    }

    fn stop(&mut self) {
        command::signal(self.server.id(), "TERM");
        if command::wait(&mut self.server, 20).is_none() {
            let _killed = self.server.kill();
            let _ended = self.server.wait();
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop();
    }
}

fn environment(command: &mut Command, folder: &Path, database: Option<&str>) {
    command.env("KEHUB_DATA", folder).env("KEHUB_LOG", "warn").stderr(Stdio::inherit());
    if let Some(url) = database {
        command.env("KEHUB_DATABASE_URL", url);
    }
}

fn serve(binary: &Path, folder: &Path, database: Option<&str>) -> Result<(Child, String, Duration)> {
    let address = format!("127.0.0.1:{}", postgres::free_port()?);
    let mut command = Command::new(binary);
    command.args(["serve", "--listen", &address]).stdin(Stdio::null()).stdout(Stdio::null());
    environment(&mut command, folder, database);
    let begun = Instant::now();
    let mut server = command.spawn().context("cannot start the release binary")?;
    while begun.elapsed() < Duration::from_secs(60) {
        if let Ok(mut client) = Client::new(&address, None)
            && client.send("GET", "/readyz", "").is_ok_and(|answer| answer.status == 200)
        {
            return Ok((server, address, begun.elapsed()));
        }
        if let Some(status) = server.try_wait()? {
            bail!("the server ended: {status}");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let _killed = server.kill();
    bail!("the server was not ready within a minute")
}
