//! Backups: a consistent copy while serving, and its way back.
//!
//! A backup is one file: a tar packed with zstd, with `manifest.json` first, then the database, then files.

use std::fs::File;
use std::path::Path;

use anyhow::Context as _;
use kehub_connect::store::outbox;
use kehub_db::{Db, Target, WallClock};
use serde_json::json;

use super::command::Report;
use crate::app::App;
use crate::settings::Settings;

const MANIFEST: &str = "manifest.json";
const DATABASE: &str = "kehub.sqlite";
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
    let copied =
        app.db().copy_to(copy.clone()).await.context("on PostgreSQL use pg_basebackup or pg_dump for the database");
    let written = match copied {
        Ok(Ok(())) => {
            let manifest = json!({ "format": FORMAT, "version": env!("CARGO_PKG_VERSION"), "at": app.db().clock.now().to_rfc3339() });
            let (copy, packed, files) = (copy.clone(), packed.clone(), app.settings.files.clone());
            tokio::task::spawn_blocking(move || pack(&packed, &manifest.to_string(), &copy, &files)).await?
        }
        Ok(Err(fault)) => Err(fault.into()),
        Err(error) => Err(error),
    };
    let _ = std::fs::remove_file(&copy);
    if let Err(error) = written {
        let _ = std::fs::remove_file(&packed);
        return Err(error);
    }
    std::fs::rename(&packed, path)?;
    let size = std::fs::metadata(path)?.len();
    Ok(Report::well(format!("{} ({size} bytes)", path.display()), json!({ "file": path, "size": size })))
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
    anyhow::ensure!(
        settings.database_url.is_none(),
        "a backup is restored into a data folder; then `kehub move` takes it to PostgreSQL"
    );
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
    if making.join(FILES).is_dir() {
        std::fs::rename(making.join(FILES), &settings.files)?;
    }
    for rest in ["kehub.sqlite-wal", "kehub.sqlite-shm"] {
        if making.join(rest).exists() {
            std::fs::rename(making.join(rest), settings.data.join(rest))?;
        }
    }
    // The database last: a folder without it is an empty one.
    std::fs::rename(making.join(DATABASE), &database)?;
    std::fs::remove_dir_all(&making)?;
    Ok(Report::well(
        format!("restored into {}; outgoing effects are paused", settings.data.display()),
        json!({ "effects_paused": true }),
    ))
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
