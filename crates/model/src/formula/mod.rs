//! The formula language: Excel's names and feeling, exact decimals, Chinese punctuation, types known before anything runs.
//!
//! Text becomes an [`Ast`] (`parse`), the names and types are checked against the object (`check`), and the typed [`Expr`] is
//! run on a row here, compiled to SQL by the database crate where [`Formula::is_sql_safe`], and run once more in the browser
//! by its twin in `web/src/formula/`. All three answer to `cases.json`.
//!
//! What is to be known about values:
//! - Empty is 0 among numbers, "" in text, FALSE in logic; `""` is the empty value itself and goes with every type. An empty
//!   date stays empty in arithmetic and in date functions, and is neither before nor after another date.
//! - Numbers have 28 significant digits, quotients 10 places, halves go away from zero; too large is `#NUM!`. Roots, powers
//!   with a fraction, logarithms and angles are computed to 15 significant digits.
//! - Texts are equal when they are folded (case, full width and outer blanks aside), and ordered by folded code points.
//! - Days are those of the zone handed in. A date plus a number is whole days later; a date with time keeps the fraction.
//!
//! **Architecture invariant:** no formula and no row makes this panic, run away or use much stack.

mod ast;
mod chance;
mod check;
mod china;
mod clock;
mod convert;
mod date;
mod decimal;
mod expr;
mod format;
mod functions;
mod lex;
mod list;
mod logic;
mod machine;
mod math;
mod parse;
mod place;
mod science;
mod statistics;
#[cfg(test)]
mod tests;
mod text;
mod types;
#[cfg(test)]
mod wild;
mod workdays;

use std::cell::Cell;
use std::collections::HashMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

pub use ast::{Ast, Node, Op};
pub use expr::{Expr, ExprNode};
pub use functions::{Class, Function, FunctionInfo, functions};
pub use parse::parse;
pub use types::Type;

use crate::label::Language;
use crate::problem::{Code, Problem, Problems};
use crate::value::{CellError, RecordId, Value};

/// The longest formula, in characters.
const MAX_CHARS: usize = 8_000;

/// Where a formula stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A formula field: the same whoever reads it.
    Field,
    /// A default value, computed once: chance and the current person may take part.
    Default,
}

/// A field a formula may name.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// Its path in keys: what rows are asked for.
    pub path: Vec<String>,
    pub is: Type,
    /// Decimal places, where they are fixed.
    pub scale: Option<u8>,
}

/// The names a formula may use.
pub trait Names {
    /// The field at the end of a path as it is written: `["price"]`, `["客户", "行业"]`, `["lines", "amount"]` (a list).
    fn field(&self, path: &[String]) -> Option<Named>;

    /// The key of a choice's option by its label, so that `stage = "赢单"` compares keys. `path` is in keys.
    fn option(&self, _path: &[String], _label: &str) -> Option<String> {
        None
    }
}

/// The values of one record.
pub trait Row {
    /// The value at a path of keys. A path into a subform gives a list with one member a row, `Null` where a row has none.
    fn get(&self, path: &[String]) -> Value;
}

/// What a formula needs from outside.
#[derive(Clone, Debug)]
pub struct Around {
    pub now: DateTime<Utc>,
    pub zone: Tz,
    pub me: Option<Me>,
    /// The seed of its random numbers.
    pub dice: u64,
    pub language: Language,
}

/// The current person.
#[derive(Clone, Debug, PartialEq)]
pub struct Me {
    pub id: RecordId,
    pub name: String,
    pub department: Option<String>,
}

/// A checked formula, ready to run.
#[derive(Clone, Debug)]
pub struct Formula {
    text: String,
    ast: Ast,
    expr: Expr,
    /// Paths as written, with their keys.
    keys: HashMap<Vec<String>, Vec<String>>,
    references: Vec<Vec<String>>,
}

/// Checks a formula against the names of its object; all mistakes at once.
pub fn check(text: &str, names: &dyn Names, place: Place) -> Result<Formula, Problems> {
    let ast = parse(text).map_err(|problem| vec![problem])?;
    let checked = check::check(&ast, names, place)?;
    Ok(Formula { text: text.to_owned(), ast, expr: checked.expr, keys: checked.keys, references: checked.references })
}

impl Formula {
    pub fn yields(&self) -> Type {
        self.expr.is.clone()
    }

    /// The most decimal places of its number, where they follow from its fields.
    pub fn scale(&self) -> Option<u8> {
        self.expr.scale
    }

    /// The fields it reads, in keys, each once, in the order they are named.
    pub fn references(&self) -> &[Vec<String>] {
        &self.references
    }

    /// Whether it depends on the clock, so that it must be computed when read.
    pub fn is_volatile(&self) -> bool {
        self.expr.is_volatile()
    }

    /// Whether both databases can compute it with the same result.
    pub fn is_sql_safe(&self) -> bool {
        self.expr.is_sql_safe()
    }

    /// What a back-end compiles.
    pub fn expr(&self) -> &Expr {
        &self.expr
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Written in the language's own manner, with the names it was written with.
    pub fn print(&self) -> String {
        self.ast.print()
    }

    /// The same in keys.
    pub fn normalized(&self) -> String {
        self.ast.print_with(&|path| self.key_of(path))
    }

    /// The text after fields have other names; the rest of it stays as it was written. `name` is asked with paths in keys.
    pub fn rewrite(&self, name: &dyn Fn(&[String]) -> Option<Vec<String>>) -> String {
        let mut letters: Vec<char> = self.text.chars().collect();
        let mut fields = self.ast.fields();
        fields.sort_by_key(|(_, at, _)| std::cmp::Reverse(*at));
        for (path, at, end) in fields {
            if let Some(path) = name(&self.key_of(path)) {
                let mut written = String::new();
                ast::write_path(&path, &mut written);
                letters.splice(at as usize - 1..end as usize - 1, written.chars());
            }
        }
        letters.into_iter().collect()
    }

    /// The text after the field at the path of keys `from` has become `to`; paths through it change too.
    pub fn rename(&self, from: &[String], to: &[String]) -> String {
        self.rewrite(&|path| path.strip_prefix(from).map(|rest| [to, rest].concat()))
    }

    fn key_of(&self, written: &[String]) -> Vec<String> {
        self.keys.get(written).cloned().unwrap_or_else(|| written.to_vec())
    }

    pub fn run(&self, row: &dyn Row, around: &Around) -> Value {
        let machine = machine::Machine { row, around, dice: Cell::new(around.dice) };
        let value = machine.value(&self.expr);
        match (&self.expr.is, value) {
            (Type::DateTime, Value::Date(day)) => {
                clock::midnight(day, around.zone).map_or_else(Value::Error, Value::DateTime)
            }
            (_, Value::Number(number)) => Value::Number(number.normalize()),
            (_, value) => value,
        }
    }
}

/// Words in both languages, where a problem's template leaves a gap for them.
fn both(zh: &str, en: &str) -> String {
    format!("{zh} / {en}")
}

fn problem(code: Code, at: u32, hint: String) -> Problem {
    Problem::new(code, "").with("position", at).with("hint", hint)
}

fn syntax(at: u32, hint: String) -> Problem {
    problem(Code::FormulaSyntax, at, hint)
}

/// An error as the value of a cell.
fn error(error: CellError) -> machine::Answer {
    Err(error.into())
}
