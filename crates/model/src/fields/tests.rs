//! What each field type promises: small cases, one table a type.

mod contract;
mod guessing;
mod places;
mod texts;
mod times;
mod values;

use serde_json::Value as Json;

use super::{Kind, Reading, Written};
use crate::cell::Cell;
use crate::label::Language;
use crate::problem::Problems;
use crate::value::Value;

/// A type with settings as JSON.
fn kind(key: &str, settings: Json) -> Kind {
    Kind::from_settings(key, settings).expect("a type of this key").expect("settings that can be read")
}

/// What a reading comes to, in one word: the value as JSON, or `code@place` of each problem.
fn outcome(read: Result<Written, Problems>) -> String {
    match read {
        Ok(Written::Value(value)) => value.to_json(),
        Ok(other) => format!("{other:?}"),
        Err(problems) => {
            let told = problems.iter().map(|problem| match problem.at.as_str() {
                "" => problem.code.text().to_owned(),
                at => format!("{}@{at}", problem.code),
            });
            format!("!{}", told.collect::<Vec<_>>().join(" "))
        }
    }
}

/// Each JSON text and what it reads as.
fn check(kind: &Kind, rows: &[(&str, &str)]) {
    for (input, expected) in rows {
        let input: Json = serde_json::from_str(input).expect("JSON");
        assert_eq!(&outcome(kind.read(&input, &Reading::default())), expected, "{} read {input}", kind.key());
    }
}

/// Each text of a cell and what it reads as.
fn check_cells(kind: &Kind, rows: &[(&str, &str)]) {
    for (text, expected) in rows {
        let read = kind.read_cell(&Cell::Text((*text).to_owned()), &Reading::default());
        assert_eq!(&outcome(read), expected, "{} read the cell {text:?}", kind.key());
    }
}

fn value(kind: &Kind, input: &str) -> Value {
    let input: Json = serde_json::from_str(input).expect("JSON");
    match kind.read(&input, &Reading::default()) {
        Ok(Written::Value(value)) => value,
        other => panic!("{} read {input} as {other:?}", kind.key()),
    }
}

fn shown(kind: &Kind, input: &str) -> String {
    kind.display(&value(kind, input), Language::Zh)
}

/// The places of wrong settings.
fn wrong_settings(key: &str, settings: Json) -> Vec<String> {
    let mut problems = Problems::new();
    kind(key, settings).check_settings(&mut problems);
    problems.into_iter().map(|problem| problem.at).collect()
}
