//! Who may use whom: the floors of the house, read from `cargo metadata`.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value as Json;

use super::Complaint;
use crate::tree::Tree;

/// Every crate of the house and its floor. A crate uses crates on floors below its own, never beside or above.
const FLOORS: &[(&str, u8)] = &[
    ("kehub-model", 0),
    ("kehub-db", 1),
    ("kehub-print", 1),
    ("kehub-records", 2),
    ("kehub-api", 3),
    ("kehub-forms", ROOM),
    ("kehub-flows", ROOM),
    ("kehub-rules", ROOM),
    ("kehub-reports", ROOM),
    ("kehub-audience", ROOM),
    ("kehub-connect", ROOM),
    ("kehub", 5),
];
const ROOM: u8 = 4;

/// A world for tests: seen by tests only, stands on floors 0 to 3.
const TESTKIT: &str = "kehub-testkit";
/// The project's own commands stand outside the house.
const XTASK: &str = "xtask";

/// Doors to the outside: what only some crates may depend on, and what to use instead.
const DOORS: &[(&[&str], &[&str], &str)] = &[
    (
        &["rusqlite", "libsqlite3-sys", "tokio-postgres", "deadpool-postgres", "sqlx", "sea-query"],
        &["kehub-db", "kehub-testkit", "xtask"],
        "only kehub-db speaks to a database; say what you need through kehub-db",
    ),
    (
        &["reqwest", "ureq", "isahc", "hyper-rustls", "tokio-rustls", "tokio-tungstenite", "lettre", "async-imap"],
        &["kehub-connect", "kehub"],
        "only kehub-connect and the server open connections to the world; want an effect instead",
    ),
    (&["typst", "typst-pdf", "typst-layout"], &["kehub-print"], "only kehub-print makes PDFs; it is slow to build"),
];

/// What would let the pure crate touch the world.
const NOT_PURE: &[&str] =
    &["tokio", "futures-util", "axum", "hyper", "rand", "parking_lot", "tracing", "tempfile", "deadpool-postgres"];

pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    match packages(tree) {
        Ok(packages) => packages.iter().flat_map(check_package).collect(),
        Err(fault) => vec![Complaint::new("Cargo.toml", format!("cargo metadata cannot be read: {fault:#}"))],
    }
}

/// A crate of the workspace as its `Cargo.toml` says.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) uses: Vec<Use>,
}

pub(crate) struct Use {
    pub(crate) name: String,
    pub(crate) is_dev: bool,
    pub(crate) is_optional: bool,
}

/// All crates of the workspace.
pub(crate) fn packages(tree: &Tree) -> Result<Vec<Package>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(&tree.root)
        .output()
        .context("cargo metadata")?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr).trim());
    let metadata: Json = serde_json::from_slice(&output.stdout)?;
    let text = |json: &Json, key: &str| json[key].as_str().unwrap_or_default().to_owned();
    let uses = |package: &Json| -> Vec<Use> {
        package["dependencies"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|one| Use {
                name: text(one, "name"),
                is_dev: one["kind"] == "dev",
                is_optional: one["optional"] == true,
            })
            .collect()
    };
    let all = metadata["packages"].as_array().context("no packages")?;
    Ok(all.iter().map(|package| Package { name: text(package, "name"), uses: uses(package) }).collect())
}

/// The floor a crate stands on.
fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(crate_name, _)| *crate_name == name).map(|(_, floor)| *floor)
}

pub(super) fn check_package(package: &Package) -> Vec<Complaint> {
    let name = package.name.as_str();
    if floor(name).is_none() && name != TESTKIT && name != XTASK {
        let message = "this crate has no floor; a new crate is a decision: docs/decisions, ARCHITECTURE.md, then FLOORS in xtask/src/tidy/floors.rs";
        return vec![Complaint::new(name, message)];
    }
    package.uses.iter().filter_map(|one| wrong_use(name, one)).map(|message| Complaint::new(name, message)).collect()
}

fn wrong_use(name: &str, one: &Use) -> Option<String> {
    let used = one.name.as_str();
    if used == TESTKIT {
        return (!one.is_dev).then(|| format!("{TESTKIT} is for tests: put it under [dev-dependencies]"));
    }
    if let Some(below) = floor(used) {
        return wrong_floor(name, used, below);
    }
    // The bench compares with the bare libraries; nobody else waits for them.
    if name == XTASK && one.is_optional {
        return None;
    }
    if name == "kehub-model" && !one.is_dev && NOT_PURE.contains(&used) {
        return Some(format!("uses {used}, but the model is pure: no database, clock, network, randomness or async"));
    }
    let door = DOORS.iter().find(|(crates, _, _)| crates.contains(&used))?;
    (!door.1.contains(&name)).then(|| format!("uses {used}: {}", door.2))
}

fn wrong_floor(name: &str, used: &str, below: u8) -> Option<String> {
    let own = match name {
        XTASK => {
            return (below > 0).then(|| format!("uses {used}; the project's own commands may use kehub-model at most"));
        }
        TESTKIT => ROOM,
        _ => floor(name)?,
    };
    if below < own {
        return None;
    }
    Some(if own == ROOM && below == ROOM && name != TESTKIT {
        format!("uses {used}, but rooms do not see each other: events in, effects out; name its things by kind and key")
    } else {
        format!("stands on floor {own} and uses {used} on floor {below}; a crate uses only floors below its own")
    })
}
