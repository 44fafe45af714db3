//! Files people bring and take away: CSV and other separated text, XLSX, XLS, XLSB and ODS in; CSV and XLSX out.
//!
//! `inspect` says what a file is and shows its beginning; `rows` reads it to its end with little memory. Both take a file of
//! any origin, so a server calls them through `child`, in a process that may die without harm.
//!
//! **Architecture invariant:** nothing is guessed about a value here. A reader decodes and delivers cells; what a cell means
//! for a field is the business of the field's type.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc;

use kehub_model::{Cell, Problem};
use serde::{Deserialize, Serialize};

use head::Head;
use trouble::Trouble;

mod below;
mod book;
mod cells;
pub mod child;
mod cutting;
mod dialect;
mod encoding;
mod head;
mod kind;
mod records;
mod separated;
#[cfg(test)]
mod tests;
mod trouble;
mod wire;
pub mod write;

/// The most columns a row may have.
pub const MAX_COLUMNS: usize = 5_000;
/// How many rows an inspection shows, and a header is guessed from.
pub const PREVIEW: usize = 100;
/// Rows travel in batches of this size between threads and processes.
const BATCH: usize = 1_000;

/// What a person has decided about a file. Everything else is found out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Choice {
    pub sheet: Option<String>,
    /// Counted from 1 as a spreadsheet shows it (lines in text files); 0 says that there is no header.
    pub header_row: Option<u32>,
    /// A label such as `gbk` or `utf-16le`.
    pub encoding: Option<String>,
    /// A blank stands for any run of blanks.
    pub delimiter: Option<char>,
}

/// What a file is, by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Csv,
    Xlsx,
    Xlsb,
    Xls,
    Ods,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sure {
    /// It says so itself, or cannot be anything else.
    Certain,
    Likely,
    /// Several would do: a person should look.
    Unsure,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encoding {
    pub name: String,
    pub sure: Sure,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    pub name: String,
    /// As the workbook states it; lines of a text file.
    pub rows: u64,
    pub columns: u64,
    pub hidden: bool,
}

/// A row of a file. `n` is its number as a spreadsheet shows it, the record's first line in text files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub n: u64,
    pub cells: Vec<Cell>,
}

/// What a file is and how it begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    pub kind: Kind,
    /// One without a name for a text file.
    pub sheets: Vec<Sheet>,
    /// The sheet that is read: the one chosen, else the first visible one with anything in it.
    pub sheet: String,
    /// Of text files.
    pub encoding: Option<Encoding>,
    pub delimiter: Option<char>,
    pub quote: Option<char>,
    /// The first row of the header, counted from 1; `None` when the first row is already data.
    pub header_row: Option<u32>,
    /// How many rows the header takes: more than one where labels are merged or stand under group labels.
    pub header_rows: u32,
    pub columns: Vec<String>,
    /// The first rows of the sheet that are not blank, title and header among them.
    pub rows: Vec<Row>,
    /// Numbers of rows among the first ones that cannot be read.
    pub bad_rows: Vec<u64>,
}

impl Inspection {
    /// The shown rows below the header.
    pub fn data(&self) -> impl Iterator<Item = &Row> {
        let last = self.header_row.map_or(0, |row| u64::from(row + self.header_rows - 1));
        self.rows.iter().filter(move |row| row.n > last)
    }
}

/// The rows below the header, each as wide as `columns`. A problem at `rows[n]` is of that row and reading goes on; any
/// other ends it. Blank rows are left out.
pub struct Rows {
    pub columns: Vec<String>,
    pub header_row: Option<u32>,
    parts: Box<dyn Iterator<Item = Part> + Send>,
    batch: std::vec::IntoIter<Result<Row, Trouble>>,
    ended: bool,
}

impl Rows {
    fn start(mut parts: Box<dyn Iterator<Item = Part> + Send>) -> Result<Rows, Problem> {
        match parts.next() {
            Some(Part::Head(head)) => Ok(Rows {
                columns: head.columns,
                header_row: head.first,
                parts,
                batch: Vec::new().into_iter(),
                ended: false,
            }),
            Some(Part::Failed(trouble)) => Err(trouble.problem()),
            Some(Part::Rows(_) | Part::End) | None => Err(Trouble::Crashed.problem()),
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Row, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(row) = self.batch.next() {
                return Some(row.map_err(Trouble::problem));
            }
            if self.ended {
                return None;
            }
            match self.parts.next() {
                Some(Part::Rows(rows)) => self.batch = rows.into_iter(),
                Some(Part::End) => self.ended = true,
                Some(Part::Failed(trouble)) => {
                    self.ended = true;
                    return Some(Err(trouble.problem()));
                }
                // A reader that says no more without saying "end" has died.
                Some(Part::Head(_)) | None => {
                    self.ended = true;
                    return Some(Err(Trouble::Crashed.problem()));
                }
            }
        }
    }
}

/// Says what a file is and shows its beginning.
pub fn inspect(path: &Path, choice: &Choice) -> Result<Inspection, Problem> {
    look(path, choice).map_err(Trouble::problem)
}

/// Reads a file to its end, in a thread of its own that stops when the rows are dropped.
pub fn rows(path: &Path, choice: &Choice) -> Result<Rows, Problem> {
    let (sender, receiver) = mpsc::sync_channel(4);
    let (path, choice) = (path.to_owned(), choice.clone());
    std::thread::spawn(move || {
        pour(&path, &choice, &mut |part| match sender.send(part) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        });
    });
    Rows::start(Box::new(receiver.into_iter()))
}

/// What a reader says, in this order: one head, rows, and an end or a failure.
#[derive(Debug, PartialEq)]
enum Part {
    Head(Head),
    Rows(Vec<Result<Row, Trouble>>),
    End,
    Failed(Trouble),
}

fn look(path: &Path, choice: &Choice) -> Result<Inspection, Trouble> {
    guarded(|| match kind::of(path)? {
        Kind::Csv => separated::look(path, choice),
        kind => book::look(path, kind, choice),
    })
}

fn pour(path: &Path, choice: &Choice, out: &mut dyn FnMut(Part) -> ControlFlow<()>) {
    let mut sheet = below::Below::new(choice, out);
    let end = guarded(|| match kind::of(path)? {
        Kind::Csv => separated::pour(path, choice, &mut sheet),
        kind => book::pour(path, kind, choice, &mut sheet),
    });
    let end = end.and_then(|()| guarded(|| sheet.finish()));
    // Nobody is left to hear of it when the rows were dropped.
    let _ = match end {
        Ok(()) => out(Part::End),
        Err(trouble) => out(Part::Failed(trouble)),
    };
}

/// Parsers of foreign formats may panic on files nobody thought of: that is the file's fault, not ours.
fn guarded<T>(read: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).unwrap_or(Err(Trouble::Crashed))
}
