//! Tests of reading and writing, one file a subject.

use std::io::Write;
use std::path::{Path, PathBuf};

use kehub_model::Cell;
use tempfile::NamedTempFile;

use super::{Choice, Inspection, Row, inspect, rows};

mod books;
mod formulas;
mod headers;
mod real;
mod round_trip;
mod text;

/// The folder of real files, where there is one.
fn shared() -> Option<PathBuf> {
    let folder = std::env::var_os("KEHUB_SHARED_DATA").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    folder.is_dir().then_some(folder)
}

fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file.flush().unwrap();
    file
}

fn look(bytes: &[u8]) -> Inspection {
    inspect(file(bytes).path(), &Choice::default()).unwrap()
}

/// Columns and rows, one line each; problems by their row and code.
fn table(path: &Path, choice: &Choice) -> String {
    let rows = match rows(path, choice) {
        Ok(rows) => rows,
        Err(problem) => return format!("{} {}", problem.code, problem.message(kehub_model::Language::En)),
    };
    let mut out = format!("   {}", rows.columns.join(" | "));
    for row in rows {
        out.push('\n');
        match row {
            Ok(Row { n, cells }) => {
                let cells: Vec<String> = cells.iter().map(shown).collect();
                out.push_str(&format!("{n}: {}", cells.join(" | ")));
            }
            Err(problem) => out.push_str(&format!("{} {}", problem.at, problem.code)),
        }
    }
    out
}

/// A cell with its kind, where the kind is not text.
fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Empty => "∅".to_owned(),
        Cell::Text(text) => text.replace('\n', "⏎").replace('\r', "␍"),
        Cell::Number(number) => format!("#{number}"),
        Cell::Bool(yes) => format!("?{yes}"),
        Cell::Date(date) => format!("D{date}"),
        Cell::DateTime(at) => format!("M{at}"),
        Cell::Instant(at) => format!("I{at}"),
        Cell::Time(time) => format!("T{time}"),
        Cell::Error(error) => format!("!{error}"),
    }
}

#[track_caller]
fn check(bytes: &[u8], expected: &str) {
    check_with(bytes, &Choice::default(), expected);
}

#[track_caller]
fn check_with(bytes: &[u8], choice: &Choice, expected: &str) {
    let lines: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    let found = table(file(bytes).path(), choice);
    let found: Vec<&str> = found.lines().map(str::trim).collect();
    assert_eq!(found, lines);
}
