//! The benchmark table: seeded data, the release binary over HTTP, the bare libraries beside it in the same run.
//!
//! A line is measured several times; the median counts and the spread is told. Absolute figures move from run to run: what
//! counts is the ratio to the bare library in the same run. The libraries are optional dependencies, so that nobody else waits
//! for them: the command builds itself anew with them, in release.

#[cfg(feature = "bench")]
mod bare;
#[cfg(feature = "bench")]
mod data;
#[cfg(feature = "bench")]
mod house;
#[cfg(feature = "bench")]
mod http;
#[cfg(feature = "bench")]
mod imports;
#[cfg(feature = "bench")]
mod lines;
#[cfg(feature = "bench")]
mod load;
#[cfg(feature = "bench")]
mod table;

use anyhow::Result;

/// What was asked for on the command line.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) is_postgres: bool,
    pub(crate) rows: u64,
    pub(crate) is_quick: bool,
    pub(crate) lines: Vec<String>,
}

impl Options {
    fn read(words: &[String]) -> Result<Options> {
        let mut options = Options { is_postgres: false, rows: 0, is_quick: false, lines: Vec::new() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--quick" => options.is_quick = true,
                "--database" => match words.next().map(String::as_str) {
                    Some("sqlite") => options.is_postgres = false,
                    Some("postgres") => options.is_postgres = true,
                    _ => anyhow::bail!("--database sqlite|postgres"),
                },
                "--rows" => {
                    let rows = words.next().and_then(|rows| rows.replace('_', "").parse().ok());
                    options.rows = rows.ok_or_else(|| anyhow::anyhow!("--rows NUMBER"))?;
                }
                line if !line.starts_with("--") => options.lines.push(line.to_owned()),
                other => anyhow::bail!(
                    "there is no option {other}: [--database sqlite|postgres] [--rows N] [--quick] [LINE…]"
                ),
            }
        }
        if options.rows == 0 {
            options.rows = if options.is_quick { 20_000 } else { 1_000_000 };
        }
        Ok(options)
    }
}

/// Runs the lines named, or all.
#[cfg(feature = "bench")]
pub(crate) fn run(words: &[String]) -> Result<bool> {
    lines::run(&Options::read(words)?)
}

/// Builds this command with the libraries it compares with, and lets that do it.
#[cfg(not(feature = "bench"))]
pub(crate) fn run(words: &[String]) -> Result<bool> {
    let _is_understood = Options::read(words)?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = std::process::Command::new(cargo);
    command
        .args(["run", "--quiet", "--release", "--package", "xtask", "--features", "bench", "--", "bench"])
        .args(words);
    Ok(command.status()?.success())
}
