//! The benchmark table: seeded data, the release binary over HTTP, the bare libraries beside it in the same run.
//!
//! One file a line of the table, listed in `LINES` in the order they are printed. Libraries it compares with are optional
//! dependencies of xtask, so that nobody else waits for them.

use anyhow::{Result, bail};

/// A line of the table: its name on the command line, what it measures, and the measuring.
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn(&[String]) -> Result<String>,
}

const LINES: &[Line] = &[];

/// Runs the lines named, or all.
pub(crate) fn run(words: &[String]) -> Result<bool> {
    if LINES.is_empty() {
        bail!("no line of the benchmark table has been written yet; xtask/src/bench is its place");
    }
    let named: Vec<&String> = words.iter().filter(|word| !word.starts_with("--")).collect();
    for line in LINES.iter().filter(|line| named.is_empty() || named.iter().any(|name| *name == line.name)) {
        println!("{} — {}\n{}", line.name, line.about, (line.run)(words)?);
    }
    Ok(true)
}
