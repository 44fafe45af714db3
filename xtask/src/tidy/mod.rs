//! The house rules as checks: each looks at the tree and says what is wrong, where, and what to do instead.
//!
//! *To add a rule:* a file with `pub(super) fn check(&Tree) -> Vec<Complaint>` and a line in `RULES`.

mod dependencies;
mod errors;
mod first_lines;
mod floors;
mod generated;
mod handbook;
mod links;
mod pieces;
mod rooms;
mod sizes;
mod sql;
mod translations;
mod unwanted;
mod words;

#[cfg(test)]
mod tests;

use anyhow::Result;

pub(crate) use errors::{INDEX, TABLE, codes};
pub(crate) use floors::{Package, packages};

use crate::tree::{Tree, root};

/// What a rule has to say about one place.
pub(crate) struct Complaint {
    pub(crate) at: String,
    pub(crate) message: String,
    /// A warning is said and does not fail.
    pub(crate) is_warning: bool,
}

impl Complaint {
    fn new(at: impl Into<String>, message: impl Into<String>) -> Complaint {
        Complaint { at: at.into(), message: message.into(), is_warning: false }
    }

    fn warning(at: impl Into<String>, message: impl Into<String>) -> Complaint {
        Complaint { is_warning: true, ..Complaint::new(at, message) }
    }
}

type Rule = fn(&Tree) -> Vec<Complaint>;

/// All rules, by the name they are told under.
const RULES: &[(&str, Rule)] = &[
    ("floors", floors::check),
    ("dependencies", dependencies::check),
    ("rooms", rooms::check),
    ("first lines", first_lines::check),
    ("sizes", sizes::check),
    ("business words", words::check),
    ("sql", sql::check),
    ("errors", errors::check),
    ("translations", translations::check),
    ("handbook", handbook::check),
    ("links", links::check),
    ("generated", generated::check),
    ("unwanted", unwanted::check),
];

/// Prints what every rule has to say; false when one of them is broken.
pub(crate) fn run() -> Result<bool> {
    let (report, broken) = report(&Tree::read(&root())?);
    print!("{report}");
    match broken {
        0 => println!("tidy: {} rules hold", RULES.len()),
        _ => println!("tidy: {broken} places to put in order"),
    }
    Ok(broken == 0)
}

/// The complaints as lines, and how many of them fail.
fn report(tree: &Tree) -> (String, usize) {
    let mut lines = String::new();
    let mut broken = 0;
    for (name, rule) in RULES {
        for complaint in rule(tree) {
            let weight = if complaint.is_warning { "warning" } else { "error" };
            lines.push_str(&format!("{weight}[{name}] {}: {}\n", complaint.at, complaint.message));
            broken += usize::from(!complaint.is_warning);
        }
    }
    (lines, broken)
}
