//! The project's own commands: `cargo xtask <command>`. What `make test` runs is `ci`; everything else is for people at work.
//!
//! *To add a command:* a module with `pub(crate) fn run(…)`, a line in `COMMANDS` and a line in `main`.

mod bench;
mod browser;
mod ci;
mod codegen;
mod command;
mod postgres;
mod tally;
mod test;
mod tidy;
mod tree;
mod web;

use std::process::ExitCode;

use anyhow::{Result, bail};

const COMMANDS: &str = "\
cargo xtask <command>

  tidy                     the house rules
  test [NAME] [--postgres] Rust tests, of one crate if named (model, db, forms, …); also on PostgreSQL if asked
  ci [STEP…]               what `make test` runs: all steps, or those named
  codegen                  writes the generated files
  postgres                 starts a private PostgreSQL, prints its URL, stops it when you press Enter
  bench [OPTION…]          the benchmark table";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match perform(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            eprintln!("xtask: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

/// Carries out one command; false when what it looked at is not in order.
fn perform(words: &[String]) -> Result<bool> {
    let Some((command, rest)) = words.split_first() else {
        println!("{COMMANDS}");
        return Ok(true);
    };
    match command.as_str() {
        "tidy" => tidy::run(),
        "test" => test::run(rest),
        "ci" => ci::run(rest),
        "codegen" => codegen::run(),
        "postgres" => postgres::run(),
        "bench" => bench::run(rest),
        "help" | "--help" | "-h" => {
            println!("{COMMANDS}");
            Ok(true)
        }
        other => bail!("there is no command “{other}”; `cargo xtask help` lists them"),
    }
}
