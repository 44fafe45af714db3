//! What `make test` runs: named steps, each timed, all of them even if one fails, and one line at the end that sums up.
//!
//! *To add a step:* a line in `STEPS`.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::command::{self, Ended};
use crate::tally::Tally;
use crate::tree::{Tree, root};
use crate::{browser, test, tidy, web};

struct Step {
    name: &'static str,
    /// Files without which there is nothing to look at yet.
    needs: &'static [&'static str],
    /// Steps without whose success this one would only say the same again.
    after: &'static [&'static str],
    run: fn() -> Result<Ended>,
}

const WEB: &[&str] = &["web/package.json"];
const INSTALLED: &[&str] = &["web install"];

const STEPS: &[Step] = &[
    Step { name: "format", needs: &[], after: &[], run: format },
    Step { name: "tidy", needs: &[], after: &[], run: tidy_step },
    Step {
        name: "lint",
        needs: &[],
        after: &[],
        run: || cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    },
    Step { name: "rust on SQLite", needs: &[], after: &[], run: || test::on_sqlite(&test::all(&packages()?)) },
    Step {
        name: "rust on PostgreSQL",
        needs: &[],
        after: &[],
        run: || test::on_cluster(&test::with_database(&packages()?)),
    },
    Step { name: "web install", needs: WEB, after: &[], run: web::install },
    Step { name: "web types", needs: WEB, after: INSTALLED, run: || web::npm(&["run", "typecheck"], 10) },
    Step { name: "web units", needs: WEB, after: INSTALLED, run: || web::npm(&["test"], 15) },
    Step { name: "web lint", needs: WEB, after: INSTALLED, run: || web::npm(&["run", "lint"], 5) },
    Step { name: "web build", needs: WEB, after: INSTALLED, run: || web::npm(&["run", "build"], 10) },
    Step {
        name: "browser",
        needs: &["web/e2e", "solutions/crm"],
        after: &["web install", "web build"],
        run: browser::run,
    },
];

enum Outcome {
    Fine,
    Failed,
    Skipped(String),
}

pub(crate) fn run(words: &[String]) -> Result<bool> {
    if let Some(unknown) = words.iter().find(|word| !STEPS.iter().any(|step| step.name == *word)) {
        let names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        bail!("there is no step “{unknown}”; the steps are: {}", names.join(" · "));
    }
    let mut total = Tally::default();
    let mut told: Vec<(&str, Outcome, Duration)> = Vec::new();
    for step in STEPS.iter().filter(|step| words.is_empty() || words.iter().any(|word| word == step.name)) {
        let start = Instant::now();
        println!("\n=== {}", step.name);
        let failed =
            |name: &&&str| told.iter().any(|(other, outcome, _)| other == *name && matches!(outcome, Outcome::Failed));
        let outcome = match step.after.iter().find(failed) {
            Some(name) => skip(format!("{name} failed")),
            None => perform(step, &mut total),
        };
        told.push((step.name, outcome, start.elapsed()));
    }
    println!();
    for (name, outcome, time) in &told {
        println!("{}", line(name, outcome, *time));
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(total.failed == 0)
}

/// Runs a step. A step that fails without naming a failed test counts as one.
fn perform(step: &Step, total: &mut Tally) -> Outcome {
    if let Some(absent) = step.needs.iter().find(|path| !root().join(path).exists()) {
        return skip(format!("{absent} is not there"));
    }
    let Ended { ok, mut tally } = (step.run)().unwrap_or_else(|fault| {
        println!("{fault:#}");
        Ended { ok: false, tally: Tally::default() }
    });
    if !ok {
        tally.failed = tally.failed.max(1);
    }
    total.add(tally);
    if tally.failed == 0 { Outcome::Fine } else { Outcome::Failed }
}

fn skip(reason: String) -> Outcome {
    println!("skipped: {reason}");
    Outcome::Skipped(reason)
}

fn line(name: &str, outcome: &Outcome, time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match outcome {
        Outcome::Fine => format!("  ok       {name:<20} {seconds:>7.1} s"),
        Outcome::Failed => format!("  FAILED   {name:<20} {seconds:>7.1} s"),
        Outcome::Skipped(reason) => format!("  skipped  {name:<20} {reason}"),
    }
}

fn cargo(words: &[&str]) -> Result<Ended> {
    command::run(test::cargo().args(words), 30)
}

/// Names the files that `cargo fmt --all` would change.
fn format() -> Result<Ended> {
    let ended = cargo(&["fmt", "--all", "--", "--check", "--files-with-diff"])?;
    if !ended.ok {
        println!("these files are not formatted; run `cargo fmt --all`");
    }
    Ok(ended)
}

fn tidy_step() -> Result<Ended> {
    Ok(Ended { ok: tidy::run()?, tally: Tally::default() })
}

fn packages() -> Result<Vec<tidy::Package>> {
    tidy::packages(&Tree::read(&root())?)
}
