//! Backups: a consistent copy while serving, and its way back.
//!
//! A backup is one file: a tar packed with zstd, with `manifest.json` first, then the database, then files.

use std::fs::File;
use std::path::Path;

use anyhow::Context as _;
use kehub_connect::store::outbox;
use kehub_db::{Db, Target, WallClock, transfer};
use serde_json::json;

use super::command::Report;
use crate::app::{App, DATABASE, target};
use crate::settings::Settings;

const MANIFEST: &str = "manifest.json";
const FILES: &str = "files";
/// The form of backups this build writes and reads.
const FORMAT: i64 = 1;

/// Writes a backup. The database is copied at one moment; files never change and are written before they are named in it.
pub async fn backup(app: &App, path: &Path) -> anyhow::Result<Report> {
    anyhow::ensure!(!path.exists(), "{} is there already", path.display());
    let folder = path
        .parent()
        .filter(|folder| folder.is_dir())
        .with_context(|| format!("{} is in no folder", path.display()))?;
    let stem = format!(".{}.{}", path.file_name().unwrap_or_default().to_string_lossy(), std::process::id());
    let (copy, packed) = (folder.join(format!("{stem}.sqlite")), folder.join(format!("{stem}.new")));
    // Either database is kept as a SQLite file, so a backup of one can be brought back into the other.
    let copied = match target(&app.settings) {
        Target::File(_) => app.db().copy_to(copy.clone()).await,
        Target::Postgres { url, schema } => transfer::to_sqlite(&url, &schema, &copy).await.map(drop),
    };
    let written = match copied {
        Ok(()) => {
            let manifest = json!({ "format": FORMAT, "version": env!("CARGO_PKG_VERSION"), "at": app.db().clock.now().to_rfc3339() });
            let (copy, packed, files) = (copy.clone(), packed.clone(), app.settings.files.clone());
            tokio::task::spawn_blocking(move || pack(&packed, &manifest.to_string(), &copy, &files)).await?
        }
        Err(fault) => Err(fault.into()),
    };
    remove_database(&copy);
    if let Err(error) = written {
        let _ = std::fs::remove_file(&packed);
        return Err(error);
    }
    std::fs::rename(&packed, path)?;
    let size = std::fs::metadata(path)?.len();
    Ok(Report::well(format!("{} ({size} bytes)", path.display()), json!({ "file": path, "size": size })))
}

/// A SQLite database with what stands beside it.
fn remove_database(path: &Path) {
    for end in ["sqlite", "sqlite-wal", "sqlite-shm", "search", "search-wal", "search-shm"] {
        // Most of them are not there.
        let _ = std::fs::remove_file(path.with_extension(end));
    }
}

fn pack(packed: &Path, manifest: &str, database: &Path, files: &Path) -> anyhow::Result<()> {
    let mut writer = tar::Builder::new(zstd::Encoder::new(File::create_new(packed)?, 3)?);
    let mut header = tar::Header::new_gnu();
    header.set_size(manifest.len() as u64);
    header.set_mode(0o600);
    writer.append_data(&mut header, MANIFEST, manifest.as_bytes())?;
    writer.append_path_with_name(database, DATABASE)?;
    if files.is_dir() {
        writer.append_dir_all(FILES, files)?;
    }
    writer.into_inner()?.finish()?.sync_all()?;
    Ok(())
}

/// Brings a backup back. Outgoing effects stay paused until an administrator lets them go, so that old data sends nothing twice.
pub async fn restore(settings: &Settings, path: &Path) -> anyhow::Result<Report> {
    let database = settings.data.join(DATABASE);
    anyhow::ensure!(!database.exists(), "{} holds data already; restore into an empty folder", settings.data.display());
    let making = settings.data.join("restoring");
    let _ = std::fs::remove_dir_all(&making);
    std::fs::create_dir_all(&making)?;
    let (from, to) = (path.to_owned(), making.clone());
    tokio::task::spawn_blocking(move || unpack(&from, &to)).await??;
    let db = Db::open(
        &Target::File(making.join(DATABASE)),
        std::sync::Arc::new(WallClock { offset: chrono::Duration::zero() }),
    )
    .await?;
    let wrong = db.integrity().await?;
    anyhow::ensure!(wrong.is_empty(), "the backup is damaged: {}", wrong.join("; "));
    db.write(vec![outbox::paused(true)]).await?;
    // Sessions of another time are not continued.
    db.write(vec![kehub_db::TableWrite::Delete { table: "identity_session", filter: Vec::new() }]).await?;
    db.close().await;
    if let Target::Postgres { url, schema } = target(settings) {
        transfer::to_postgres(&making.join(DATABASE), &url, &schema).await?;
        remove_database(&making.join(DATABASE));
    }
    if making.join(FILES).is_dir() {
        std::fs::rename(making.join(FILES), &settings.files)?;
    }
    for rest in ["kehub.sqlite-wal", "kehub.sqlite-shm"] {
        if making.join(rest).exists() {
            std::fs::rename(making.join(rest), settings.data.join(rest))?;
        }
    }
    // The database last: a folder without it is an empty one.
    if making.join(DATABASE).exists() {
        std::fs::rename(making.join(DATABASE), &database)?;
    }
    std::fs::remove_dir_all(&making)?;
    Ok(Report::well(
        format!("restored into {}; outgoing effects are paused", settings.data.display()),
        json!({ "effects_paused": true }),
    ))
}

/// Carries the whole workspace to the other database. The one it comes from stays as it is, but sends nothing any more.
pub async fn carry(settings: &Settings, to: &str) -> anyhow::Result<Report> {
    let is_url = to.starts_with("postgres://") || to.starts_with("postgresql://");
    let (carried, words) = match target(settings) {
        Target::File(file) => {
            anyhow::ensure!(is_url, "the data is in SQLite; it can be moved to postgres://…");
            anyhow::ensure!(file.exists(), "{} holds no data", settings.data.display());
            let Target::Postgres { url, schema } = crate::app::postgres(to) else {
                unreachable!("a URL names PostgreSQL")
            };
            let carried = transfer::to_postgres(&file, &url, &schema).await?;
            (
                carried,
                format!(
                    "Start it with --data {} and KEHUB_DATABASE_URL set; files stay in the data folder.",
                    settings.data.display()
                ),
            )
        }
        Target::Postgres { url, schema } => {
            anyhow::ensure!(!is_url, "the data is in PostgreSQL; it can be moved to a data folder");
            let folder = std::path::absolute(to)?;
            crate::app::make_folder(&folder)?;
            let carried = transfer::to_sqlite(&url, &schema, &folder.join(DATABASE)).await?;
            if folder != settings.data && settings.files.is_dir() {
                copy_folder(&settings.files, &folder.join(FILES))?;
            }
            (carried, format!("Start it with --data {} and without a database URL.", folder.display()))
        }
    };
    // Both now hold the mails that wait; only one of them may send them.
    let left = Db::open(&target(settings), std::sync::Arc::new(WallClock { offset: chrono::Duration::zero() })).await?;
    left.write(vec![outbox::paused(true)]).await?;
    left.close().await;
    let rows: u64 = carried.values().sum();
    Ok(Report::well(
        format!("{rows} rows of {} tables went over. {words}", carried.len()),
        json!({ "rows": rows, "tables": carried }),
    ))
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            std::fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

fn unpack(path: &Path, folder: &Path) -> anyhow::Result<()> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut archive = tar::Archive::new(zstd::Decoder::new(file).context("this is no backup of Kehub")?);
    // Paths that lead out of the folder are left out by the archive's own reader.
    archive.unpack(folder).context("this is no backup of Kehub, or it is cut off")?;
    let manifest = std::fs::read(folder.join(MANIFEST)).context("this is no backup of Kehub")?;
    let manifest: serde_json::Value = serde_json::from_slice(&manifest)?;
    anyhow::ensure!(manifest["format"].as_i64() == Some(FORMAT), "the backup is of a form this version does not read");
    anyhow::ensure!(folder.join(DATABASE).is_file(), "the backup holds no database");
    Ok(())
}
