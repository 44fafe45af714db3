//! A private PostgreSQL for tests: its own cluster in a temporary folder, on a loopback port nobody else has, gone at the end.

use std::fs;
use std::io::{IsTerminal, Read};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command::{self, is_there};

/// Speed instead of durability: a test's data is worth nothing once the test is over.
const SETTINGS: &[&str] = &[
    "fsync=off",
    "full_page_writes=off",
    "max_connections=300",
    "shared_buffers=128MB",
    "max_locks_per_transaction=256",
    "max_prepared_transactions=0",
    "jit=off",
    "timezone=UTC",
];

/// Folders of clusters are called so, then by the id of the process that made them.
const FOLDER: &str = "kehub-postgres-";

pub(crate) struct Cluster {
    server: Child,
    folder: PathBuf,
    port: u16,
}

/// `cargo xtask postgres`: for people at work.
pub(crate) fn run() -> Result<bool> {
    let cluster = Cluster::start()?;
    println!("{}", cluster.url());
    if std::io::stdin().is_terminal() {
        eprintln!("Press Enter to stop it.");
        std::io::stdin().read_line(&mut String::new())?;
    } else {
        std::io::stdin().read_to_end(&mut Vec::new())?;
    }
    Ok(true)
}

impl Cluster {
    pub(crate) fn start() -> Result<Cluster> {
        Cluster::with(SETTINGS)
    }

    /// As PostgreSQL comes, for measuring: what is committed is on the disk.
    #[cfg(feature = "bench")]
    pub(crate) fn durable() -> Result<Cluster> {
        Cluster::with(&["timezone=UTC"])
    }

    fn with(settings: &[&str]) -> Result<Cluster> {
        sweep();
        let programs = programs()?;
        let owner = Owner::find()?;
        let folder = std::env::temp_dir().join(format!("{FOLDER}{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        owner.take(&folder)?;
        let data = folder.join("data");
        let made = command::quietly(
            owner
                .command(&programs.join("initdb"))
                .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "-D"])
                .arg(&data)
                .current_dir(&folder),
        );
        if let Err(fault) = made {
            // What is left is an empty folder in the temporary one.
            let _left = fs::remove_dir_all(&folder);
            return Err(fault.context("PostgreSQL cannot make a cluster"));
        }
        // Between asking for a free port and taking it another program may be quicker.
        for _ in 0..4 {
            if let Some(cluster) = Cluster::serve(&owner, &programs, &folder, settings)? {
                return Ok(cluster);
            }
        }
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        let _left = fs::remove_dir_all(&folder);
        bail!("PostgreSQL does not start:\n{log}")
    }

    fn serve(owner: &Owner, programs: &Path, folder: &Path, settings: &[&str]) -> Result<Option<Cluster>> {
        let port = free_port()?;
        let log = fs::File::create(folder.join("log"))?;
        let mut command = owner.command(&programs.join("postgres"));
        command.arg("-D").arg(folder.join("data")).args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k"]).arg(folder);
        for setting in settings {
            command.args(["-c", setting]);
        }
        command.current_dir(folder).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let server = command.spawn().context("cannot start postgres")?;
        let mut cluster = Cluster { server, folder: folder.to_owned(), port };
        if cluster.is_ready(programs) {
            return Ok(Some(cluster));
        }
        cluster.stop();
        // Its folder is used again.
        std::mem::forget(cluster);
        Ok(None)
    }

    /// `postgres://…` of its maintenance database; tests create their own beside it.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn is_ready(&mut self, programs: &Path) -> bool {
        let until = Instant::now() + Duration::from_secs(30);
        let port = self.port.to_string();
        while Instant::now() < until && matches!(self.server.try_wait(), Ok(None)) {
            let asked = Command::new(programs.join("pg_isready"))
                .args(["-h", "127.0.0.1", "-p", &port])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            // The socket's lock file tells that it is our server that answered on this port.
            if asked.is_ok_and(|status| status.success()) && self.folder.join(format!(".s.PGSQL.{port}.lock")).exists()
            {
                return true;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }

    fn stop(&mut self) {
        command::signal(self.server.id(), "INT");
        if command::wait(&mut self.server, 15).is_none() {
            command::signal(self.server.id(), "QUIT");
            if command::wait(&mut self.server, 5).is_none() {
                let _killed = self.server.kill();
                let _ended = self.server.wait();
            }
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
        let _left = fs::remove_dir_all(&self.folder);
    }
}

/// A loopback port that is free now.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Whose processes the cluster's are: PostgreSQL refuses to run as root.
struct Owner {
    /// User and group to become; `None` when we are nobody special ourselves.
    becomes: Option<(String, String)>,
}

impl Owner {
    fn find() -> Result<Owner> {
        let ask = |words: &[&str]| command::quietly(Command::new("id").args(words)).map(|said| said.trim().to_owned());
        if ask(&["-u"])? != "0" {
            return Ok(Owner { becomes: None });
        }
        let user = ["postgres", "nobody"].into_iter().find(|user| ask(&["-u", user]).is_ok());
        let user = user.context("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")?;
        anyhow::ensure!(is_there("setpriv"), "setpriv (util-linux) is needed to start PostgreSQL as {user}");
        Ok(Owner { becomes: Some((ask(&["-u", user])?, ask(&["-g", user])?)) })
    }

    fn take(&self, folder: &Path) -> Result<()> {
        let Some((user, group)) = &self.becomes else { return Ok(()) };
        command::quietly(Command::new("chown").arg(format!("{user}:{group}")).arg(folder)).map(|_| ())
    }

    /// The program as this owner, ending when we do.
    fn command(&self, program: &Path) -> Command {
        if !is_there("setpriv") {
            return Command::new(program);
        }
        let mut command = Command::new("setpriv");
        if let Some((user, group)) = &self.becomes {
            command.args(["--reuid", user, "--regid", group, "--clear-groups"]);
        }
        command.args(["--pdeathsig", "INT", "--"]).arg(program);
        command
    }
}

/// The folder of PostgreSQL's server programs; Debian keeps them out of the search path.
fn programs() -> Result<PathBuf> {
    let complete =
        |folder: &PathBuf| ["initdb", "postgres", "pg_isready"].iter().all(|name| folder.join(name).is_file());
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .filter(|(_, folder)| complete(folder))
        .collect();
    versions.sort();
    let newest = versions.pop().map(|(_, folder)| folder);
    let on_path = || std::env::split_paths(&std::env::var_os("PATH")?).find(complete);
    newest
        .or_else(on_path)
        .context("PostgreSQL is not installed; `apt-get install postgresql` (or `make test`, which does it)")
}

/// Removes what killed runs left: folders whose process is gone.
fn sweep() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(pid) = name.strip_prefix(FOLDER).and_then(|pid| pid.parse::<u32>().ok()) else { continue };
        let is_old = entry
            .metadata()
            .and_then(|about| about.modified())
            .is_ok_and(|at| at.elapsed().is_ok_and(|age| age > Duration::from_secs(60)));
        if is_old && !Path::new(&format!("/proc/{pid}")).exists() {
            let _left = fs::remove_dir_all(entry.path());
        }
    }
}
