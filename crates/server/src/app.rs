//! The house put together: records, who signs in, settings. Both the server and the command line stand on it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use chrono::{DateTime, Utc};
use kehub_connect::files::child::{ARGUMENT, Reader};
use kehub_connect::http::Imports;
use kehub_connect::mail::Post;
use kehub_connect::outside::Outside;
use kehub_db::{Clock, Db, Dialect, Target};
use kehub_records::Records;

use crate::identity::Identity;
use crate::settings::Settings;
use crate::solutions;

pub struct App {
    pub records: Records,
    pub identity: Arc<Identity>,
    pub imports: Imports,
    /// What mails go through, when a mail server is set.
    pub post: Option<Post>,
    pub settings: Arc<Settings>,
    pub started_at: DateTime<Utc>,
    /// Set while the server lets go of its last requests.
    pub is_draining: AtomicBool,
    /// Told when listeners must go: at the end.
    pub end: tokio::sync::watch::Sender<bool>,
}

impl App {
    /// Opens the data, making what is missing: folder, tables, the platform's own objects.
    pub async fn open(settings: Settings, clock: Arc<dyn Clock>) -> anyhow::Result<Arc<App>> {
        make_folder(&settings.data)?;
        let target = target(&settings);
        App::open_at(settings, &target, clock).await
    }

    pub async fn open_at(settings: Settings, target: &Target, clock: Arc<dyn Clock>) -> anyhow::Result<Arc<App>> {
        let settings = Arc::new(settings);
        let db = Db::open(target, clock).await?;
        let records = Records::open(db).await?;
        let identity = Arc::new(Identity::open(records.clone(), settings.clone()).await?);
        let imports = Imports::new(records.clone(), settings.data.join("imports"), reader());
        let post = match settings.smtp.clone() {
            Some(smtp) => {
                let seal = settings.seal(records.db().dialect() == Dialect::Postgres)?;
                Some(Post::new(records.db().clone(), &Outside::new(settings.egress.clone()), smtp, seal))
            }
            None => None,
        };
        let started_at = records.db().clock.now();
        let (end, _) = tokio::sync::watch::channel(false);
        let app = Arc::new(App {
            records,
            identity,
            imports,
            post,
            settings,
            started_at,
            is_draining: AtomicBool::new(false),
            end,
        });
        solutions::ensure_system(&app).await?;
        Ok(app)
    }

    pub fn db(&self) -> &Db {
        self.records.db()
    }
}

/// Files people bring are read by a process of its own: our own binary, told to be a reader. Another program that holds us (a
/// test) reads them itself.
fn reader() -> Option<Reader> {
    let program = std::env::current_exe().ok()?;
    let is_ours = program.file_stem().is_some_and(|name| name == "kehub");
    is_ours.then(|| Reader { arguments: vec![ARGUMENT.to_owned()], ..Reader::new(program) })
}

/// The name of the database's file in a data folder.
pub const DATABASE: &str = "kehub.sqlite";

/// Where the data is.
pub fn target(settings: &Settings) -> Target {
    settings.database_url.as_deref().map_or_else(|| Target::File(settings.data.join(DATABASE)), postgres)
}

/// A workspace on PostgreSQL.
pub fn postgres(url: &str) -> Target {
    let (url, schema) = schema_of(url);
    Target::Postgres { url, schema }
}

/// `…?schema=kehub_2`: the workspace's own schema within the database.
fn schema_of(url: &str) -> (String, String) {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let mut schema = "kehub".to_owned();
    let others: Vec<&str> = query
        .split('&')
        .filter(|pair| match pair.strip_prefix("schema=") {
            Some(name) => {
                name.clone_into(&mut schema);
                false
            }
            None => !pair.is_empty(),
        })
        .collect();
    let url = if others.is_empty() { base.to_owned() } else { format!("{base}?{}", others.join("&")) };
    (url, schema)
}

/// The data folder, for its owner alone.
pub fn make_folder(folder: &std::path::Path) -> std::io::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_taken_out_of_the_url() {
        assert_eq!(schema_of("postgres://h/d"), ("postgres://h/d".into(), "kehub".into()));
        assert_eq!(schema_of("postgres://h/d?schema=a&x=1"), ("postgres://h/d?x=1".into(), "a".into()));
    }
}
