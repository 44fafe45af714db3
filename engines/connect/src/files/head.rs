//! The header of a sheet: which rows it takes, what the columns are called, how many there are.

use std::collections::HashSet;
use std::ops::ControlFlow;

use kehub_model::Cell;
use serde::{Deserialize, Serialize};

use super::trouble::Trouble;
use super::{Choice, MAX_COLUMNS, PREVIEW, Row};

/// The most rows a header takes.
const MAX_HEADER: usize = 3;
/// A chosen header further down than this is a mistake.
const DEEPEST: u32 = 10_000;

/// Cells that a workbook shows as one; rows counted from 1, columns from 0, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Merge {
    pub(crate) rows: (u64, u64),
    pub(crate) columns: (usize, usize),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Its first row, counted from 1.
    pub(crate) first: Option<u32>,
    pub(crate) rows: u32,
    /// Its last row; data is below.
    pub(crate) last: u64,
    pub(crate) columns: Vec<String>,
}

/// The beginning of a sheet, until there is enough of it to tell the header.
pub(crate) struct Preview {
    chosen: Option<u32>,
    merges: Vec<Merge>,
    /// Of a workbook: a cell outside the header is a column without a name rather than a torn row.
    workbook: bool,
    pub(crate) rows: Vec<Result<Row, Trouble>>,
    read: usize,
}

impl Preview {
    pub(crate) fn new(choice: &Choice, merges: Vec<Merge>, workbook: bool) -> Preview {
        Preview { chosen: choice.header_row, merges, workbook, rows: Vec::new(), read: 0 }
    }

    /// Takes the next row; says when it has seen enough.
    pub(crate) fn take(&mut self, row: Result<Row, Trouble>) -> Result<ControlFlow<()>, Trouble> {
        let n = match &row {
            Ok(row) if row.cells.iter().all(Cell::is_blank) => return Ok(ControlFlow::Continue(())),
            Ok(row) => row.n,
            Err(trouble) => trouble.row().unwrap_or(0),
        };
        self.read += usize::from(row.is_ok());
        self.rows.push(row);
        let deep = self.chosen.is_none_or(|chosen| n >= u64::from(chosen) + 20);
        let enough = (self.read >= PREVIEW && deep) || self.rows.len() >= DEEPEST as usize;
        Ok(if enough { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    /// The first rows, cut and padded to the width of the sheet, and the numbers of those that are wrong.
    pub(crate) fn shown(self, width: usize) -> (Vec<Row>, Vec<u64>) {
        let bad = self.rows.iter().filter_map(|row| row.as_ref().err().and_then(Trouble::row)).collect();
        let rows = self.rows.into_iter().flatten().take(PREVIEW).map(|mut row| {
            row.cells.resize(width, Cell::Empty);
            row
        });
        (rows.collect(), bad)
    }

    pub(crate) fn head(&self) -> Result<Head, Trouble> {
        let rows: Vec<&Row> = self.rows.iter().flatten().collect();
        if rows.is_empty() {
            return self.rows.iter().find_map(|row| row.as_ref().err().cloned()).map_or(Err(Trouble::Empty), Err);
        }
        let found = match self.chosen {
            Some(0) => None,
            Some(chosen) => {
                Some(rows.iter().position(|row| row.n == u64::from(chosen)).ok_or(Trouble::NoHeader(chosen))?)
            }
            None => guess(&rows, &self.merges),
        };
        let Some(at) = found else {
            let width = self.width(&rows, 0);
            return Ok(Head { first: None, rows: 0, last: 0, columns: named(vec![String::new(); width]) });
        };
        let taken = span(&rows[at..], &self.merges);
        let below = &rows[at + taken..];
        let header: Vec<&Row> = rows[at..at + taken].to_vec();
        let labels = labels(&header, &self.merges);
        let width = self.width(below, labels.len());
        let mut labels = labels;
        labels.resize(width, String::new());
        let (first, last) = (header[0].n, header[header.len() - 1].n);
        Ok(Head {
            first: u32::try_from(first).ok(),
            rows: u32::try_from(last - first + 1).unwrap_or(1),
            last,
            columns: named(labels),
        })
    }

    /// How many columns there are: those of the header, and those beyond it that enough rows use.
    fn width(&self, rows: &[&Row], header: usize) -> usize {
        let mut extents: Vec<usize> = rows.iter().map(|row| extent(row)).collect();
        extents.sort_unstable();
        let used = if self.workbook || header == 0 {
            extents.last().copied().unwrap_or(0)
        } else if rows.iter().all(|row| row.cells.len() == rows[0].cells.len()) {
            // No row is torn: a cell outside the header belongs to a column without a name.
            extents.last().copied().unwrap_or(0)
        } else {
            // One row in ten, and at least two: fewer are rows with a delimiter too many.
            let few = (extents.len() / 10).max(1);
            extents.len().checked_sub(few + 1).map_or(0, |at| extents[at])
        };
        used.max(header).min(MAX_COLUMNS)
    }
}

/// Cells up to the last one with anything in it.
fn extent(row: &Row) -> usize {
    row.cells.iter().rposition(|cell| !cell.is_blank()).map_or(0, |last| last + 1)
}

fn filled(row: &Row, merges: &[Merge]) -> usize {
    let own = row.cells.iter().filter(|cell| !cell.is_blank()).count();
    if own < 2 {
        // One label over the whole table is its title.
        return own;
    }
    let merged = merges.iter().filter(|merge| merge.rows.0 == row.n).map(|merge| merge.columns.1 - merge.columns.0);
    own + merged.sum::<usize>()
}

/// The row that looks like a header: the first that is about as full as the table, and is not of the kind of what follows.
fn guess(rows: &[&Row], merges: &[Merge]) -> Option<usize> {
    let mut fills: Vec<usize> = rows.iter().map(|row| filled(row, &[])).collect();
    fills.sort_unstable();
    // The fuller half of the rows is the table; notes and titles are among the others.
    let usual = fills[fills.len() * 2 / 3];
    let enough = usual.div_ceil(2).max(usual.min(2));
    let first = rows.iter().position(|row| filled(row, merges) >= enough)?;
    let at = upper(rows, best_of_next(rows, first, enough), merges);
    let taken = span(&rows[at..], merges);
    let below = &rows[(at + taken).min(rows.len())..];
    if below.is_empty() {
        // Nothing but one row: labels, if it is all words.
        return rows[at].cells.iter().all(|cell| !is_value(cell)).then_some(at);
    }
    let (mut for_it, mut against) = (0, 0);
    for (column, cell) in rows[at].cells.iter().enumerate() {
        let values = below.iter().take(50).filter_map(|row| row.cells.get(column)).filter(|cell| !cell.is_blank());
        let (mut all, mut like) = (0, 0);
        for value in values {
            all += 1;
            like += usize::from(is_value(value));
        }
        if cell.is_blank() || all == 0 || like * 2 <= all {
            continue;
        }
        if !is_value(cell) {
            for_it += 1;
        } else if !is_count(cell) {
            against += 1;
        }
    }
    // Numbers where a header should be are data; numbers like years and months may be labels.
    let numbers = rows[at].cells.iter().filter(|cell| is_value(cell) && !is_count(cell)).count();
    if against > for_it || (for_it == 0 && numbers * 2 > filled(rows[at], &[])) { None } else { Some(at) }
}

/// The row itself, or one soon below it that is labels too and as wide as the table while this one is not
/// or says something: a title of several cells stands above many a header.
fn best_of_next(rows: &[&Row], first: usize, enough: usize) -> usize {
    let mut widths: Vec<usize> = rows[first..].iter().map(|row| extent(row)).collect();
    widths.sort_unstable();
    let usual = widths[widths.len() / 2];
    let fits = |row: &Row| extent(row) == usual && filled(row, &[]) >= enough && !row.cells.iter().any(is_value);
    let is_note = rows[first].cells.iter().any(|cell| is_value(cell) && !is_count(cell) || is_remark(cell));
    if extent(rows[first]) == usual && !is_note {
        return first;
    }
    (first + 1..rows.len().min(first + 4)).find(|at| fits(rows[*at])).unwrap_or(first)
}

/// The header's first row, when labels of groups and of columns that the found row leaves blank stand above it.
fn upper(rows: &[&Row], found: usize, merges: &[Merge]) -> usize {
    let Some(above) = found.checked_sub(1).map(|at| rows[at]) else { return found };
    let labels = above.cells.iter().enumerate().filter(|(_, cell)| !cell.is_blank());
    let names_more = labels.clone().any(|(at, _)| rows[found].cells.get(at).is_none_or(Cell::is_blank));
    let is_header = labels.count() > 1 && names_more && !above.cells.iter().any(is_value);
    if is_header && span(&rows[found - 1..], merges) > 1 { found - 1 } else { found }
}

/// Whether a cell is a number or a date, as data is and labels are not.
fn is_value(cell: &Cell) -> bool {
    match cell {
        Cell::Empty | Cell::Error(_) => false,
        Cell::Text(text) => {
            let text = text.trim();
            text.bytes().any(|byte| byte.is_ascii_digit())
                && text.chars().all(|c| c.is_ascii_digit() || "+-.,:/ %()eE¥$€£".contains(c))
        }
        Cell::Number(_) | Cell::Bool(_) | Cell::Date(_) | Cell::DateTime(_) | Cell::Instant(_) | Cell::Time(_) => true,
    }
}

/// A year, a month or the like: a number that may well be a label.
fn is_count(cell: &Cell) -> bool {
    let text = cell.text();
    text.trim().parse::<u32>().is_ok_and(|number| (1900..=2100).contains(&number)) || matches!(cell, Cell::Date(_))
}

/// `制表人：张三`: something said, not a label.
fn is_remark(cell: &Cell) -> bool {
    matches!(cell, Cell::Text(text) if text.trim().trim_end_matches([':', '：']).contains([':', '：']))
}

/// How many rows the header takes that begins with the first of these.
fn span(rows: &[&Row], merges: &[Merge]) -> usize {
    let mut taken = 1;
    while taken < MAX_HEADER.min(rows.len()) && goes_on(rows, taken, merges) {
        taken += 1;
    }
    taken
}

fn goes_on(rows: &[&Row], taken: usize, merges: &[Merge]) -> bool {
    let (upper, lower) = (rows[taken - 1], rows[taken]);
    if lower.cells.iter().any(is_value) {
        return false;
    }
    let header: Vec<&Merge> = merges.iter().filter(|merge| (rows[0].n..=upper.n).contains(&merge.rows.0)).collect();
    if header.iter().any(|merge| merge.rows.1 > upper.n) {
        return true;
    }
    let parted = |merge: &&&Merge| merge.rows.1 == upper.n && merge.columns.1 > merge.columns.0;
    if header.iter().filter(parted).any(|merge| {
        (merge.columns.0..=merge.columns.1).filter(|at| lower.cells.get(*at).is_some_and(|c| !c.is_blank())).count() > 1
    }) {
        return true;
    }
    if !header.is_empty() || rows.len() <= taken + 1 {
        return false;
    }
    // Without merges (a text file): labels that stand only below a group's label and the blanks behind it.
    let groups: Vec<Vec<bool>> = rows[..taken].iter().map(|row| grouped(row)).collect();
    let is_blank = |row: &Row, at: usize| row.cells.get(at).is_none_or(Cell::is_blank);
    let mut below = 0;
    for column in (0..lower.cells.len()).filter(|at| !is_blank(lower, *at)) {
        let is_in_group = groups.iter().any(|row| row.get(column) == Some(&true));
        if !is_in_group || (!is_blank(upper, column) && !groups[taken - 1][column]) {
            return false;
        }
        below += usize::from(is_blank(upper, column));
    }
    below > 0
}

/// Which columns stand below a label with blanks behind it, or below these blanks.
fn grouped(row: &Row) -> Vec<bool> {
    let mut groups = Vec::with_capacity(row.cells.len());
    let mut group = false;
    for (column, cell) in row.cells.iter().enumerate() {
        if !cell.is_blank() {
            group = row.cells.get(column + 1).is_some_and(Cell::is_blank);
        }
        groups.push(group);
    }
    groups
}

/// The labels of a header: those above each other joined, "上/下".
fn labels(header: &[&Row], merges: &[Merge]) -> Vec<String> {
    let width = header.iter().map(|row| extent(row)).max().unwrap_or(0);
    let width = merges
        .iter()
        .filter(|merge| {
            header
                .iter()
                .any(|row| row.n == merge.rows.0 && row.cells.iter().skip(merge.columns.0).any(|c| !c.is_blank()))
        })
        .map(|merge| merge.columns.1 + 1)
        .fold(width, usize::max)
        .min(MAX_COLUMNS);
    let text = |row: &Row, column: usize| row.cells.get(column).map(clean).unwrap_or_default();
    let mut labels = Vec::with_capacity(width);
    for column in 0..width {
        let mut parts: Vec<String> = Vec::new();
        for (level, row) in header.iter().enumerate() {
            let mut part = text(row, column);
            if part.is_empty() && level + 1 < header.len() {
                let merge = merges
                    .iter()
                    .find(|merge| merge.rows.0 == row.n && (merge.columns.0..=merge.columns.1).contains(&column));
                let from = match merge {
                    Some(merge) => Some(merge.columns.0),
                    // A group's label goes on over the blanks behind it.
                    None if merges.is_empty() && !text(header[level + 1], column).is_empty() => {
                        (0..column).rev().find(|at| !text(row, *at).is_empty())
                    }
                    None => None,
                };
                part = from.map(|at| text(row, at)).unwrap_or_default();
            }
            if !part.is_empty() && parts.last() != Some(&part) {
                parts.push(part);
            }
        }
        labels.push(parts.join("/"));
    }
    labels
}

/// A label in one line.
fn clean(cell: &Cell) -> String {
    let text = cell.text();
    let lines: Vec<&str> = text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect();
    kehub_model::text::clean(&lines.join(" "))
}

/// Gives every column a name of its own.
fn named(labels: Vec<String>) -> Vec<String> {
    let mut taken: HashSet<String> = labels.iter().filter(|label| !label.is_empty()).cloned().collect();
    let mut used = HashSet::new();
    let mut names = Vec::with_capacity(labels.len());
    for (n, label) in labels.into_iter().enumerate() {
        let base = if label.is_empty() { format!("列{}", n + 1) } else { label };
        let mut name = base.clone();
        let mut copy = 2;
        while used.contains(&name) || (name != base && taken.contains(&name)) {
            name = format!("{base} ({copy})");
            copy += 1;
        }
        taken.insert(name.clone());
        used.insert(name.clone());
        names.push(name);
    }
    names
}
