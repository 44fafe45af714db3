//! The socket in the data folder: one line of JSON in, one line out. Who may open the folder may ask.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};

use super::command::{Order, Report};
use crate::app::App;

/// The longest path a socket may have on all systems we know.
const LONGEST: usize = 100;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Done(Report),
    Failed(String),
}

/// Where the socket of a data folder is. A folder with a long path has it in a folder of its own beside temporary files.
fn place(data: &Path) -> anyhow::Result<PathBuf> {
    let data = data.canonicalize()?;
    let path = data.join("kehub.sock");
    if path.as_os_str().len() <= LONGEST {
        return Ok(path);
    }
    use sha2::{Digest as _, Sha256};
    let name = hex::encode(&Sha256::digest(data.as_os_str().as_encoded_bytes())[..8]);
    let folder = std::env::temp_dir().join(format!("kehub-{name}"));
    if !folder.exists() {
        std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&folder)?;
    }
    use std::os::unix::fs::MetadataExt as _;
    let (ours, theirs) = (std::fs::metadata(&data)?, std::fs::symlink_metadata(&folder)?);
    anyhow::ensure!(
        theirs.is_dir() && theirs.uid() == ours.uid() && theirs.mode() & 0o077 == 0,
        "{} is not ours alone",
        folder.display()
    );
    Ok(folder.join("sock"))
}

/// Listens for commands until the server ends. The lock is held, so a socket that is there belongs to nobody.
pub async fn listen(app: Arc<App>) -> anyhow::Result<()> {
    let path = place(&app.settings.data)?;
    let _ = std::fs::remove_file(&path);
    let listener = UnixListener::bind(&path).with_context(|| format!("cannot listen on {}", path.display()))?;
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    let mut end = app.end.subscribe();
    tokio::spawn(async move {
        loop {
            let stream = tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => stream,
                    Err(_) => continue,
                },
                _ = end.changed() => break,
            };
            let app = app.clone();
            tokio::spawn(async move {
                if let Err(error) = answer(app, stream).await {
                    tracing::warn!(%error, "a command broke off");
                }
            });
        }
        let _ = std::fs::remove_file(&path);
    });
    Ok(())
}

async fn answer(app: Arc<App>, stream: UnixStream) -> anyhow::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read).read_line(&mut line).await?;
    let order: Order = serde_json::from_str(&line)?;
    let answer = match super::run(&app, order).await {
        Ok(report) => Answer::Done(report),
        Err(error) => Answer::Failed(error.to_string()),
    };
    write.write_all(format!("{}\n", serde_json::to_string(&answer)?).as_bytes()).await?;
    write.shutdown().await.map_err(Into::into)
}

/// Asks the running server; `None` when there is none.
pub async fn ask(data: &Path, order: &Order) -> anyhow::Result<Option<Report>> {
    if !data.exists() {
        return Ok(None);
    }
    let Ok(mut stream) = UnixStream::connect(place(data)?).await else { return Ok(None) };
    stream.write_all(format!("{}\n", serde_json::to_string(order)?).as_bytes()).await?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).await?;
    anyhow::ensure!(!line.is_empty(), "the server ended before it answered");
    match serde_json::from_str(&line)? {
        Answer::Done(report) => Ok(Some(report)),
        Answer::Failed(words) => anyhow::bail!("{words}"),
    }
}
