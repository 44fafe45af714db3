//! The table as text: on the screen and in `docs/benchmarks.md`.

use std::process::Command;

use anyhow::Result;

use super::Options;
use super::load::Figures;

pub(super) enum Line {
    /// Ours beside the bare library.
    Pair {
        name: &'static str,
        about: String,
        ours: Figures,
        bare: Figures,
    },
    Single {
        name: &'static str,
        about: String,
        value: f64,
        unit: &'static str,
    },
}

const HEAD: &str = "| line | what | ours: a second (low – high) | p50 / p99 ms | CPU each | bare: a second | bare p50 / p99 ms | ratio |\n|---|---|---|---|---|---|---|---|";

fn grouped(number: f64) -> String {
    if number < 100.0 {
        return format!("{number:.1}");
    }
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl Line {
    pub(super) fn pair(name: &'static str, about: &str, ours: Figures, bare: Figures) -> Line {
        Line::Pair { name, about: about.to_owned(), ours, bare }
    }

    pub(super) fn single(name: &'static str, about: &str, value: f64, unit: &'static str) -> Line {
        Line::Single { name, about: about.to_owned(), value, unit }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Line::Pair { name, about, ours, bare } => format!(
                "| {name} | {about} | {} ({} – {}) | {:.2} / {:.2} | {:.0} µs | {} | {:.2} / {:.2} | {:.2} |",
                grouped(ours.rate),
                grouped(ours.low),
                grouped(ours.high),
                ours.p50,
                ours.p99,
                ours.cpu,
                grouped(bare.rate),
                bare.p50,
                bare.p99,
                ours.rate / bare.rate
            ),
            Line::Single { name, about, value, unit } => {
                format!("| {name} | {about} | {} {unit} | | | | | |", grouped(*value))
            }
        }
    }
}

fn said(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output().ok();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

/// Puts the table into the page, in the place of the one of the same database.
pub(super) fn write(options: &Options, lines: &[Line]) -> Result<()> {
    let database = if options.is_postgres { "PostgreSQL" } else { "SQLite" };
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let mut text = format!(
        "Commit {} on {}, {cores} cores with load generator and database on them, {} rows{}.\n\n{HEAD}\n",
        said("git", &["rev-parse", "--short", "HEAD"]),
        said("date", &["-u", "+%Y-%m-%d"]),
        options.rows,
        if options.is_quick { ", quick" } else { "" }
    );
    for line in lines {
        text.push_str(&line.text());
        text.push('\n');
    }
    println!("\n{text}");
    if !options.lines.is_empty() {
        return Ok(());
    }
    let path = "docs/benchmarks.md";
    let (begin, end) = (format!("<!-- {database} -->\n"), format!("<!-- end of {database} -->\n"));
    let mut page = std::fs::read_to_string(path).unwrap_or_default();
    let between = page.find(&begin).zip(page.find(&end));
    match between {
        Some((from, to)) => page.replace_range(from + begin.len()..to, &text),
        None => page.push_str(&format!("\n## {database}\n\n{begin}{text}{end}")),
    }
    std::fs::write(path, page)?;
    Ok(())
}
