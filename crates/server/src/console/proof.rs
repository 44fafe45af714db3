//! Proofs: whether what is stored is sound, and whether the history is what it was.

use std::io::Write as _;
use std::path::PathBuf;

use kehub_api::Refused;
use kehub_model::history::seal::Digest;
use serde_json::json;

use super::command::Report;
use crate::app::App;

/// Whether storage, derived values and files are sound.
pub async fn verify(app: &App) -> Result<Report, Refused> {
    let mut wrong = app.records.verify().await?;
    for row in app.db().table(kehub_db::Select::from("file_stored", &["id", "size"])).await? {
        let Some(id) = row.uuid(0) else { continue };
        let found =
            std::fs::metadata(crate::http::files::place(&app.settings.files, id)).map(|found| found.len() as i64);
        if found.as_ref().ok() != Some(&row.int(1)) {
            wrong.push(format!("file {id}: {} bytes are recorded, {} are there", row.int(1), found.unwrap_or(0)));
        }
    }
    let words = if wrong.is_empty() { "clean".to_owned() } else { wrong.join("\n") };
    Ok(Report { words, is_well: wrong.is_empty(), json: json!({ "clean": wrong.is_empty(), "problems": wrong }) })
}

/// Checkpoints stand beside the database, so that a log cut off at its end is found out.
fn checkpoints(app: &App) -> PathBuf {
    app.settings.data.join("audit-checkpoints.txt")
}

/// Writes down how far the log is sealed, when it has grown.
pub async fn write_checkpoint(app: &App) -> anyhow::Result<()> {
    let Some((n, hash)) = app.records.checkpoint().await? else { return Ok(()) };
    let line = format!("{n} {hash}\n");
    let path = checkpoints(app);
    if std::fs::read_to_string(&path).is_ok_and(|stands| stands.ends_with(&line)) {
        return Ok(());
    }
    std::fs::File::options().create(true).append(true).open(&path)?.write_all(line.as_bytes()).map_err(Into::into)
}

/// Whether anybody has touched the history.
pub async fn audit(app: &App) -> Result<Report, Refused> {
    let written = std::fs::read_to_string(checkpoints(app)).unwrap_or_default();
    let known: Vec<(i64, Digest)> = written
        .lines()
        .filter_map(|line| {
            let (n, hash) = line.split_once(' ')?;
            Some((n.parse().ok()?, hex::decode(hash).ok()?.try_into().ok()?))
        })
        .collect();
    let findings = app.records.audit_verify(&known).await?;
    let sealed = app.records.checkpoint().await?;
    let tail = match &sealed {
        Some((n, hash)) => format!("sealed up to seal {n} ({hash}); what came after is not sealed yet"),
        None => "nothing is sealed yet".to_owned(),
    };
    let words = if findings.is_empty() { format!("clean; {tail}") } else { findings.join("\n") };
    let is_well = findings.is_empty();
    Ok(Report {
        words,
        is_well,
        json: json!({ "clean": is_well, "findings": findings, "checkpoint": sealed.map(|(n, hash)| json!({ "n": n, "hash": hash })) }),
    })
}
