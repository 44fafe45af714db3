//! Solutions: folders of definitions, shipped in the binary or brought by a customer. Plan, show, apply; export is the way back.
//!
//! **Architecture invariant:** what a customer changed in a shipped definition is kept; where both changed the same thing it is a
//! conflict, shown and left as the customer has it.

mod apply;
mod export;
mod merge;
mod package;
mod sample;

use std::sync::{Arc, OnceLock};

use kehub_api::Refused;
use kehub_db::{Db, Fault, Select, TableWrite, Where};
use kehub_model::object::ObjectDef;
use kehub_model::{Actor, Problems};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

pub use apply::{apply, plan};
pub use export::export;
pub use package::{Item, Package, Sample};

use crate::app::App;

/// The company's own app: what people make without saying where it belongs.
pub const LOCAL: &str = "local";

/// Path and content of every file of `solutions/`, made by the build script.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/solutions.rs"));

/// The solutions in the binary. What is wrong with one is found by a test, so a broken one is simply not there.
pub fn shipped() -> &'static [Package] {
    static SHIPPED: OnceLock<Vec<Package>> = OnceLock::new();
    SHIPPED.get_or_init(|| {
        let mut keys: Vec<&str> =
            FILES.iter().filter_map(|(path, _)| path.split_once('/')).map(|(key, _)| key).collect();
        keys.dedup();
        let read = keys.into_iter().map(|key| (key, shipped_one(key)));
        read.filter_map(|(key, package)| match package {
            Ok(package) => Some(package),
            Err(problems) => {
                tracing::error!(solution = key, ?problems, "a shipped solution cannot be read");
                None
            }
        })
        .collect()
    })
}

fn shipped_one(key: &str) -> Result<Package, Problems> {
    let folder = format!("{key}/");
    let files =
        FILES.iter().filter_map(|(path, content)| Some((path.strip_prefix(&folder)?.to_owned(), content.to_vec())));
    Package::from_files(files.collect())
}

/// A solution's definitions of the platform's own objects, by key.
pub fn system_object(key: &str) -> Option<ObjectDef> {
    let system = shipped().iter().find(|package| package.key == "system")?;
    let item = system.items.iter().find(|item| item.kind == "object" && item.key == key)?;
    ObjectDef::from_json(&item.body, "", &mut Problems::new())
}

/// A solution that was installed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Installed {
    #[serde(skip)]
    pub key: String,
    pub label: Json,
    pub version: String,
    #[serde(default)]
    pub has_sample: bool,
}

const SETTING: &str = "solution.";

pub async fn installed(db: &Db) -> Result<Vec<Installed>, Fault> {
    let rows = db.table(Select::from("workspace_setting", &["key", "value"])).await?;
    let found = rows.iter().filter_map(|row| {
        let key = row.text(0).strip_prefix(SETTING)?.to_owned();
        Some(Installed { key, ..serde_json::from_str(row.text(1)).ok()? })
    });
    Ok(found.collect())
}

async fn find_installed(db: &Db, key: &str) -> Result<Option<Installed>, Fault> {
    let name = format!("{SETTING}{key}");
    let rows = db.table(Select::from("workspace_setting", &["value"]).that(Where::Is("key", name.into()))).await?;
    let found: Option<Installed> = rows.first().and_then(|row| serde_json::from_str(row.text(0)).ok());
    Ok(found.map(|found| Installed { key: key.to_owned(), ..found }))
}

async fn remember(db: &Db, package: &Package, has_sample: bool) -> Result<(), Fault> {
    let installed =
        Installed { key: String::new(), label: package.label.clone(), version: package.version.clone(), has_sample };
    let value = serde_json::to_string(&installed).map_err(anyhow::Error::from)?;
    let values = vec![("key", format!("{SETTING}{}", package.key).into()), ("value", value.into())];
    db.write(vec![TableWrite::Put { table: "workspace_setting", values, keys: 1 }]).await.map(drop)
}

/// Sees to it that the platform's own objects are there, in the version of this binary.
pub async fn ensure_system(app: &App) -> anyhow::Result<()> {
    let Some(system) = shipped().iter().find(|package| package.key == "system") else {
        anyhow::bail!("the binary holds no readable solutions/system");
    };
    let stands = find_installed(app.db(), "system").await?;
    if stands.is_none_or(|stands| stands.version != system.version) {
        let console = Arc::new(Actor::console());
        apply(app, &console, system)
            .await
            .map_err(|refused| anyhow::anyhow!("solutions/system: {}", refused.refusal))?;
        app.records.refresh().await?;
    }
    Ok(())
}

/// Installs or upgrades a solution, and fills it with its sample once.
pub async fn install(app: &App, actor: &Arc<Actor>, package: &Package, with_sample: bool) -> Result<Json, Refused> {
    let had_sample = find_installed(app.db(), &package.key).await?.is_some_and(|stands| stands.has_sample);
    let mut done = apply(app, actor, package).await?;
    if with_sample && !had_sample {
        done["sample"] = json!(sample::fill(app, actor, package).await?);
        remember(app.db(), package, true).await?;
    }
    Ok(done)
}

#[cfg(test)]
mod tests;
