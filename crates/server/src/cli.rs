//! The command line: what can be said, and how it is carried out.

use std::io::{BufRead as _, Write as _};
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use kehub_db::{Clock, WallClock};
use kehub_forms::{Direction, ViewDef};
use serde_json::json;

use crate::app::App;
use crate::console::{self, Command, Lock, Order, Report};
use crate::settings::Settings;
use crate::{routes, serve};

/// Kehub 客枢: a customer platform without code.
#[derive(Parser)]
#[command(name = "kehub", version)]
pub struct Cli {
    #[command(flatten)]
    whole: Whole,
    #[command(subcommand)]
    verb: Verb,
}

/// What holds for every command.
#[derive(Args)]
struct Whole {
    /// The data folder.
    #[arg(long, global = true, env = "KEHUB_DATA", default_value = "./kehub-data")]
    data: PathBuf,
    /// `postgres://…`; without it SQLite in the data folder.
    #[arg(long, global = true, env = "KEHUB_DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Act as this person instead of as the console.
    #[arg(long = "as", global = true, value_name = "EMAIL")]
    acting_as: Option<String>,
    /// Print one JSON object.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Verb {
    /// Serve.
    Serve {
        #[arg(long, env = "KEHUB_LISTEN", default_value = "127.0.0.1:8080", value_name = "HOST:PORT")]
        listen: String,
        /// The address as seen from outside, for mails and links.
        #[arg(long, env = "KEHUB_BASE_URL", value_name = "URL")]
        base_url: Option<String>,
    },
    /// Administrators.
    Admin {
        #[command(subcommand)]
        verb: AdminVerb,
    },
    /// Plan or apply a folder of definitions.
    Apply {
        /// Only show what would happen.
        #[arg(long)]
        plan: bool,
        path: PathBuf,
    },
    /// Write installed definitions as files: `export-app [SOLUTION] PATH`.
    ExportApp {
        #[arg(required = true, num_args = 1..=2, value_names = ["SOLUTION", "PATH"])]
        places: Vec<String>,
    },
    /// Install a shipped solution.
    Install {
        solution: String,
        /// With sample data.
        #[arg(long)]
        sample: bool,
    },
    /// Import a file; exit code 1 if any row failed.
    Import {
        object: String,
        file: PathBuf,
        /// Which column is which field, as YAML.
        #[arg(long, value_name = "MAP.yaml")]
        map: Option<PathBuf>,
        /// The fields by which rows and records are matched.
        #[arg(long, num_args = 1.., value_name = "FIELD")]
        key: Vec<String>,
        /// Only say what would happen.
        #[arg(long)]
        dry_run: bool,
    },
    /// Write a consistent backup, also while serving.
    Backup { file: PathBuf },
    /// Bring a backup back into an empty data folder, or an empty schema of PostgreSQL.
    Restore { file: PathBuf },
    /// Carry the whole workspace to the other database; the server is stopped meanwhile.
    Move {
        /// `postgres://…` from SQLite, a data folder from PostgreSQL.
        #[arg(long, value_name = "URL|DIR")]
        to: String,
    },
    /// Is the data sound? 0 yes, 1 no.
    Verify,
    /// The history.
    Audit {
        #[command(subcommand)]
        verb: AuditVerb,
    },
}

#[derive(Subcommand)]
enum AuditVerb {
    /// Has anybody touched the history?
    Verify,
}

#[derive(Subcommand)]
enum AdminVerb {
    /// Make the first or another administrator.
    Create {
        #[arg(long)]
        email: String,
        #[arg(long)]
        name: String,
        /// Read the password from standard input: one line.
        #[arg(long)]
        password_stdin: bool,
    },
}

/// Reads the command line and does what it says.
pub async fn main() -> anyhow::Result<bool> {
    let cli = Cli::parse();
    let settings = settings(&cli.whole)?;
    let command = match cli.verb {
        Verb::Serve { listen, base_url } => {
            let settings = Settings { listen: address(&listen)?, base_url, ..settings };
            serve_until_told(settings).await?;
            return Ok(true);
        }
        Verb::Restore { file } => {
            let _lock = locked(&settings.data).await?;
            return print(&console::restore(&settings, &file).await?, cli.whole.json);
        }
        Verb::Move { to } => {
            let _lock = locked(&settings.data).await?;
            return print(&console::carry(&settings, &to).await?, cli.whole.json);
        }
        Verb::Admin { verb: AdminVerb::Create { email, name, password_stdin } } => {
            let password = if password_stdin { Some(one_line()?) } else { None };
            Command::AdminCreate { email, name, password }
        }
        Verb::Apply { plan, path } => {
            Command::Apply { path: path.canonicalize().with_context(|| path.display().to_string())?, plan }
        }
        Verb::ExportApp { places } => {
            let (path, solution) = places.split_last().context("PATH is missing")?;
            let solution = solution.first().cloned().unwrap_or_else(|| crate::solutions::LOCAL.to_owned());
            Command::ExportApp { solution, path: std::path::absolute(path)? }
        }
        Verb::Install { solution, sample } => Command::Install { solution, sample },
        Verb::Import { object, file, map, key, dry_run } => {
            let map =
                map.map(|map| std::fs::read_to_string(&map).with_context(|| map.display().to_string())).transpose()?;
            let file = file.canonicalize().with_context(|| file.display().to_string())?;
            Command::Import { object, file, map, key, dry_run }
        }
        Verb::Backup { file } => Command::Backup { path: std::path::absolute(file)? },
        Verb::Verify => Command::Verify,
        Verb::Audit { verb: AuditVerb::Verify } => Command::AuditVerify,
    };
    let report = carry_out(settings, Order { command, acting_as: cli.whole.acting_as }).await?;
    print(&report, cli.whole.json)
}

fn settings(whole: &Whole) -> anyhow::Result<Settings> {
    Settings { database_url: whole.database_url.clone(), ..Settings::of(std::path::absolute(&whole.data)?) }
        .and_environment()
}

fn address(text: &str) -> anyhow::Result<SocketAddr> {
    let mut found = text.to_socket_addrs().with_context(|| format!("“{text}” is no HOST:PORT"))?;
    found.next().with_context(|| format!("“{text}” is no HOST:PORT"))
}

fn one_line() -> anyhow::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn print(report: &Report, as_json: bool) -> anyhow::Result<bool> {
    let mut out = std::io::stdout().lock();
    // Whoever closes our output early has read enough.
    let _ = if as_json { writeln!(out, "{}", report.json) } else { writeln!(out, "{}", report.words) };
    Ok(report.is_well)
}

/// The machine's clock; test builds may move it.
fn clock() -> anyhow::Result<Arc<dyn Clock>> {
    let mut offset = chrono::Duration::zero();
    if cfg!(debug_assertions)
        && let Ok(said) = std::env::var("KEHUB_CLOCK_OFFSET")
    {
        offset = chrono::Duration::seconds(said.parse().context("KEHUB_CLOCK_OFFSET: seconds")?);
    }
    Ok(Arc::new(WallClock { offset }))
}

/// Lets the running server do it, or opens the data.
async fn carry_out(settings: Settings, order: Order) -> anyhow::Result<Report> {
    if let Some(report) = console::ask(&settings.data, &order).await? {
        return Ok(report);
    }
    std::fs::create_dir_all(settings.data.parent().unwrap_or(Path::new(".")))?;
    crate::app::make_folder(&settings.data)?;
    let Some(_lock) = Lock::try_take(&settings.data)? else {
        // A server that is just starting answers in a moment.
        for _ in 0..100 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if let Some(report) = console::ask(&settings.data, &order).await? {
                return Ok(report);
            }
            if let Some(_lock) = Lock::try_take(&settings.data)? {
                return on_the_data(settings, order).await;
            }
        }
        anyhow::bail!("another process has {} open and does not answer", settings.data.display());
    };
    on_the_data(settings, order).await
}

async fn on_the_data(settings: Settings, order: Order) -> anyhow::Result<Report> {
    let app = App::open(settings, clock()?).await?;
    let report = console::run(&app, order).await;
    app.db().close().await;
    report
}

async fn locked(data: &Path) -> anyhow::Result<Lock> {
    crate::app::make_folder(data)?;
    let lock = Lock::take(data, Duration::from_secs(2)).await?;
    lock.with_context(|| format!("another process has {} open", data.display()))
}

async fn serve_until_told(settings: Settings) -> anyhow::Result<()> {
    log();
    let _lock = locked(&settings.data).await?;
    let listener = tokio::net::TcpListener::bind(settings.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", settings.listen))?;
    // Port 0 means any; links must name the one we got.
    let settings = Settings { listen: listener.local_addr()?, ..settings };
    let app = App::open(settings, clock()?).await?;
    let service = routes::service(&app)?;
    console::listen(app.clone()).await?;
    app.imports.resume_all().await.map_err(|refusal| console::spoken(refusal.into()))?;
    if app.identity.needs_setup().await.map_err(console::spoken)? {
        eprintln!("Set-up code / 设置码: {}   ({}/setup)", app.identity.setup_code(), app.settings.public_url());
    }
    eprintln!("Kehub 客枢 {} on {}", env!("CARGO_PKG_VERSION"), app.settings.public_url());
    let tending = tokio::spawn(tend(app.clone()));
    let served = serve::serve(app.clone(), service, listener, told()).await;
    if let Some(post) = &app.post {
        post.close().await;
    }
    tending.abort();
    app.db().close().await;
    served
}

/// What happens by itself while the server runs.
async fn tend(app: Arc<App>) {
    let checkpoints = async {
        loop {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            if let Err(error) = console::write_checkpoint(&app).await {
                tracing::warn!(%error, "the checkpoint of the audit could not be written");
            }
        }
    };
    let views = async {
        loop {
            if let Err(fault) = expect_views(&app).await {
                tracing::warn!(%fault, "views could not be looked at for their indexes");
            }
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
    };
    let people = async {
        let mut changed = app.records.changed();
        loop {
            match changed.recv().await {
                Ok((object, _)) if object != "person" => continue,
                Err(tokio::sync::broadcast::error::RecvError::Closed) => return,
                // Of too many changes some may have been of people.
                Ok(_) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
            }
            if let Err(refused) = app.identity.follow_records().await {
                tracing::warn!(refusal = %refused.refusal, "sign-in could not follow the records of people");
            }
        }
    };
    let post = async {
        if let Some(post) = &app.post {
            post.tend().await;
        }
    };
    tokio::join!(app.records.tend(), app.records.follow(), checkpoints, views, people, post);
}

/// What views list gets its index before anybody opens them.
async fn expect_views(app: &App) -> Result<(), kehub_db::Fault> {
    for view in kehub_records::definitions::list(app.db(), "view").await? {
        if let Ok(view) = serde_json::from_value::<ViewDef>(view.body) {
            let way = |dir: Option<Direction>| dir.unwrap_or(Direction::Asc);
            let terms = view.sort.iter().map(|term| json!({ "field": term.field, "dir": way(term.dir) }));
            let body = json!({ "filter": view.filter, "sort": terms.collect::<Vec<_>>() });
            app.records.expect(&view.object, &body);
        }
    }
    Ok(())
}

/// When the system or a person at the keyboard says that it is enough.
async fn told() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut term) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = term.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Logs are JSON on standard error: times in UTC, no personal data. A panic tells its place, not what it had in hand.
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("KEHUB_LOG").unwrap_or_else(|_| "info".into());
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "a panic was caught");
    }));
}
