//! Separated text as rows of cells.

use std::ops::ControlFlow;
use std::path::Path;

use kehub_model::Cell;

use super::below::Below;
use super::cutting::{Delimiter, Dialect, Flaw, Record};
use super::dialect;
use super::encoding::{self, Decoded, Found};
use super::head::Preview;
use super::records::Records;
use super::trouble::Trouble;
use super::{Choice, Encoding, Inspection, Kind, MAX_COLUMNS, Row, Sheet};
use crate::files::write::unguarded;

/// How much text the dialect is told from.
const SAMPLE: usize = 256 << 10;

struct Source {
    found: Found,
    dialect: Dialect,
    records: Records,
}

fn open(path: &Path, choice: &Choice) -> Result<Source, Trouble> {
    let found = encoding::find(path, choice.encoding.as_deref())?;
    let mut input = Decoded::open(path, &found)?;
    let mut text = Vec::new();
    let mut more = true;
    while more && text.len() < SAMPLE {
        more = input.more(&mut text)?;
    }
    let dialect = dialect::find(&text[..text.len().min(SAMPLE)], choice.delimiter);
    let records = Records::new(more.then_some(input), text, dialect.clone());
    Ok(Source { found, dialect, records })
}

pub(crate) fn look(path: &Path, choice: &Choice) -> Result<Inspection, Trouble> {
    let mut source = open(path, choice)?;
    let mut preview = Preview::new(choice, Vec::new(), false);
    read(&mut source, &mut |row| preview.take(row))?;
    let head = preview.head()?;
    let columns = head.columns.len() as u64;
    let (rows, bad_rows) = preview.shown(columns as usize);
    Ok(Inspection {
        kind: Kind::Csv,
        sheets: vec![Sheet { name: String::new(), rows: source.found.lines, columns, hidden: false }],
        sheet: String::new(),
        encoding: Some(Encoding { name: source.found.encoding.name().to_owned(), sure: source.found.sure }),
        delimiter: match &source.dialect.delimiter {
            Delimiter::Char(bytes) => std::str::from_utf8(bytes).ok().and_then(|text| text.chars().next()),
            Delimiter::Blanks => Some(' '),
            Delimiter::None => None,
        },
        quote: source.dialect.quote.map(char::from),
        header_row: head.first,
        header_rows: head.rows,
        columns: head.columns,
        rows,
        bad_rows,
    })
}

pub(crate) fn pour(path: &Path, choice: &Choice, sheet: &mut Below<'_>) -> Result<(), Trouble> {
    let mut source = open(path, choice)?;
    read(&mut source, &mut |row| sheet.take(row))
}

fn read(
    source: &mut Source,
    out: &mut dyn FnMut(Result<Row, Trouble>) -> Result<ControlFlow<()>, Trouble>,
) -> Result<(), Trouble> {
    let encoding = source.found.encoding.name();
    while let Some((record, text)) = source.records.next()? {
        let row = match record.flaw {
            None => row(record, text, encoding),
            Some(Flaw::Unclosed) => Err(Trouble::Unclosed { row: record.line }),
            Some(Flaw::StrayQuote) => Err(Trouble::StrayQuote { row: record.line }),
            Some(Flaw::Huge) => Err(Trouble::HugeRow { row: record.line }),
        };
        if out(row)?.is_break() {
            break;
        }
    }
    Ok(())
}

fn row(record: &Record, text: &[u8], encoding: &str) -> Result<Row, Trouble> {
    if record.len() > MAX_COLUMNS && record.cells(text).skip(MAX_COLUMNS).any(|cell| !cell.is_empty()) {
        return Err(Trouble::ManyColumns { row: record.line });
    }
    let mut cells = Vec::with_capacity(record.len().min(MAX_COLUMNS));
    for cell in record.cells(text).take(MAX_COLUMNS) {
        cells.push(match std::str::from_utf8(cell) {
            Ok("") => Cell::Empty,
            Ok(text) => Cell::Text(unguarded(text).to_owned()),
            Err(_) => return Err(Trouble::Bytes { row: record.line, encoding: encoding.to_owned() }),
        });
    }
    Ok(Row { n: record.line, cells })
}
