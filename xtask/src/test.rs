//! The Rust tests: with nextest where it is installed, else with `cargo test`; on SQLite, and on PostgreSQL when asked.

use std::process::Command;

use anyhow::{Result, bail};

use crate::command::{self, Ended, is_there};
use crate::postgres::Cluster;
use crate::tidy::{Package, packages};
use crate::tree::{Tree, root};

/// Where tests find a PostgreSQL on which they may create databases; without it they run on SQLite.
const POSTGRES: &str = "KEHUB_TEST_POSTGRES";
const MINUTES: u64 = 30;

/// `cargo xtask test [NAME] [--postgres]`.
pub(crate) fn run(words: &[String]) -> Result<bool> {
    let on_postgres = words.iter().any(|word| word == "--postgres");
    let named: Vec<&String> = words.iter().filter(|word| !word.starts_with("--")).collect();
    let packages = packages(&Tree::read(&root())?)?;
    let chosen = match named[..] {
        [] => all(&packages),
        [name] => vec![find(&packages, name)?],
        _ => bail!("name one crate, or none for all"),
    };
    let mut ok = on_sqlite(&chosen)?.ok;
    if on_postgres {
        ok &= on_cluster(&chosen)?.ok;
    }
    Ok(ok)
}

/// All crates with tests.
pub(crate) fn all(packages: &[Package]) -> Vec<String> {
    packages.iter().map(|package| package.name.clone()).collect()
}

/// The crates whose tests see a database: `kehub-db` and all that stand on it, directly or not.
pub(crate) fn with_database(packages: &[Package]) -> Vec<String> {
    let mut found = vec!["kehub-db".to_owned()];
    loop {
        let next = packages
            .iter()
            .find(|package| !found.contains(&package.name) && package.uses.iter().any(|one| found.contains(&one.name)));
        match next {
            Some(package) => found.push(package.name.clone()),
            None => return found,
        }
    }
}

pub(crate) fn on_sqlite(packages: &[String]) -> Result<Ended> {
    command::run(runner(packages).env_remove(POSTGRES), MINUTES)
}

pub(crate) fn on_cluster(packages: &[String]) -> Result<Ended> {
    let cluster = Cluster::start()?;
    command::run(runner(packages).env(POSTGRES, cluster.url()), MINUTES)
}

fn find(packages: &[Package], name: &str) -> Result<String> {
    let full = format!("kehub-{name}");
    match packages.iter().find(|package| package.name == *name || package.name == full) {
        Some(package) => Ok(package.name.clone()),
        None if name == "server" => Ok("kehub".to_owned()),
        None => bail!("there is no crate {name} or {full}"),
    }
}

fn runner(packages: &[String]) -> Command {
    let mut cargo = cargo();
    let has_nextest = is_there("cargo-nextest");
    match has_nextest {
        true => cargo.args(["nextest", "run", "--no-fail-fast", "--no-tests", "pass", "--status-level", "fail"]),
        false => cargo.args(["test", "--no-fail-fast"]),
    };
    if has_nextest && packages.len() > 1 {
        // Building all crates alike and choosing then: another choice of crates would build libraries again with other features.
        let chosen: Vec<String> = packages.iter().map(|name| format!("package(={name})")).collect();
        cargo.args(["--workspace", "--filterset", &chosen.join(" + ")]);
        return cargo;
    }
    for name in packages {
        cargo.args(["--package", name]);
    }
    cargo
}

/// cargo, in the workspace's folder.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    cargo.current_dir(root());
    cargo
}
