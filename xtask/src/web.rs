//! The web page's own checks, each an npm script of `web/package.json`.

use std::process::Command;

use anyhow::Result;

use crate::command::{self, Ended};
use crate::tree::root;

/// `npm …` in `web/`.
pub(crate) fn npm(words: &[&str], minutes: u64) -> Result<Ended> {
    command::run(npm_command().args(words), minutes)
}

pub(crate) fn npm_command() -> Command {
    let mut npm = Command::new("npm");
    npm.current_dir(root().join("web")).env("NO_COLOR", "1").env("CI", "true");
    npm
}

/// Installs exactly what the lock file says.
pub(crate) fn install() -> Result<Ended> {
    npm(&["ci", "--no-audit", "--no-fund"], 10)
}
