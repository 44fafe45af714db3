//! Workbooks as rows of cells. XLSX and XLSB are read in passing, cell by cell; XLS and ODS cannot be.

use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::Path;

use calamine::{Data, DataRef, Dimensions, Ods, OdsError, Range, Reader, SheetType, SheetVisible};
use calamine::{Xls, XlsError, Xlsb, XlsbError, Xlsx, XlsxError};
use kehub_model::Cell;

use super::below::Below;
use super::cells::{self, Format};
use super::head::{Merge, Preview};
use super::trouble::Trouble;
use super::{Choice, Inspection, Kind, MAX_COLUMNS, Row, Sheet};

/// Rows of a sheet; Excel's own limit.
const MAX_ROWS: u64 = 1_048_576;
/// Merged cells of larger files are not looked up: that takes a second pass over the sheet.
const MERGES_UP_TO: u64 = 24 << 20;

type Input = BufReader<File>;
type Out<'a> = dyn FnMut(Result<Row, Trouble>) -> Result<ControlFlow<()>, Trouble> + 'a;

enum Book {
    Xlsx(Box<Xlsx<Input>>),
    Xlsb(Box<Xlsb<Input>>),
    /// Read whole when opened.
    Xls(Box<Xls<Input>>),
    Ods(Box<Ods<Input>>),
}

pub(crate) fn look(path: &Path, kind: Kind, choice: &Choice) -> Result<Inspection, Trouble> {
    let mut book = Book::open(path, kind)?;
    let mut sheets = book.sheets()?;
    let (name, merges) = book.choose(path, choice, &sheets)?;
    let mut preview = Preview::new(choice, merges, true);
    book.read(&name, &mut |row| preview.take(row))?;
    let head = preview.head()?;
    let columns = head.columns.len();
    let (rows, bad_rows) = preview.shown(columns);
    for sheet in sheets.iter_mut().filter(|sheet| sheet.name == name) {
        // Some programs state no size, or that of one cell.
        sheet.columns = sheet.columns.max(columns as u64);
        sheet.rows = sheet.rows.max(rows.last().map_or(0, |row| row.n));
    }
    Ok(Inspection {
        kind,
        sheets,
        sheet: name,
        encoding: None,
        delimiter: None,
        quote: None,
        header_row: head.first,
        header_rows: head.rows,
        columns: head.columns,
        rows,
        bad_rows,
    })
}

pub(crate) fn pour(path: &Path, kind: Kind, choice: &Choice, out: &mut Below<'_>) -> Result<(), Trouble> {
    let mut book = Book::open(path, kind)?;
    let sheets = if choice.sheet.is_some() { Vec::new() } else { book.sheets()? };
    let (name, merges) = book.choose(path, choice, &sheets)?;
    out.workbook(choice, merges);
    book.read(&name, &mut |row| out.take(row))
}

impl Book {
    fn open(path: &Path, kind: Kind) -> Result<Book, Trouble> {
        let input = BufReader::with_capacity(64 << 10, File::open(path)?);
        Ok(match kind {
            Kind::Xlsx => Book::Xlsx(Box::new(Xlsx::new(input)?)),
            Kind::Xlsb => Book::Xlsb(Box::new(Xlsb::new(input)?)),
            Kind::Ods => Book::Ods(Box::new(Ods::new(input)?)),
            Kind::Xls | Kind::Csv => Book::Xls(Box::new(Xls::new(input)?)),
        })
    }

    /// The sheets that hold cells, hidden ones last.
    fn sheets(&mut self) -> Result<Vec<Sheet>, Trouble> {
        let listed = match self {
            Book::Xlsx(book) => book.sheets_metadata(),
            Book::Xlsb(book) => book.sheets_metadata(),
            Book::Xls(book) => book.sheets_metadata(),
            Book::Ods(book) => book.sheets_metadata(),
        };
        let listed = listed.to_vec();
        let mut sheets = Vec::new();
        for sheet in listed.iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
            let Ok(size) = self.size(&sheet.name) else { continue };
            let (rows, columns) = size;
            sheets.push(Sheet {
                name: sheet.name.clone(),
                rows,
                columns,
                hidden: sheet.visible != SheetVisible::Visible,
            });
        }
        sheets.sort_by_key(|sheet| sheet.hidden);
        if sheets.is_empty() { Err(Trouble::Empty) } else { Ok(sheets) }
    }

    /// Rows and columns as the workbook states them.
    fn size(&mut self, name: &str) -> Result<(u64, u64), Trouble> {
        let of = |size: Dimensions| (u64::from(size.end.0) + 1, u64::from(size.end.1) + 1);
        let stated = match self {
            Book::Xlsx(book) => {
                let mut reader = book.worksheet_cells_reader(name)?;
                let stated = of(reader.dimensions());
                // No size, or that of one cell: whether there is more, the first cells tell.
                if stated == (1, 1) && reader.next_cell()?.is_none() { (0, 0) } else { stated }
            }
            Book::Xlsb(book) => of(book.worksheet_cells_reader(name)?.dimensions()),
            Book::Xls(book) => range_size(&book.worksheet_range(name)?),
            Book::Ods(book) => range_size(&book.worksheet_range(name)?),
        };
        Ok(stated)
    }

    /// The sheet to read, and the cells in it that are shown as one.
    fn choose(&mut self, path: &Path, choice: &Choice, sheets: &[Sheet]) -> Result<(String, Vec<Merge>), Trouble> {
        let name = match &choice.sheet {
            Some(name) => name.clone(),
            None => {
                // A sheet that states a size may hold nothing but formats.
                let first = sheets.iter().find(|sheet| sheet.rows > 0 && self.says_something(&sheet.name));
                first.map(|sheet| sheet.name.clone()).ok_or(Trouble::Empty)?
            }
        };
        let small = path.metadata()?.len() <= MERGES_UP_TO;
        let merged = match self {
            Book::Xlsx(book) if small => book.merge_cells_by_sheet_name(&name).unwrap_or_default(),
            Book::Xls(book) => book.merge_cells_by_sheet_name(&name).unwrap_or_default(),
            Book::Xlsx(_) | Book::Xlsb(_) | Book::Ods(_) => Vec::new(),
        };
        let merges = merged.into_iter().map(|merge| Merge {
            rows: (u64::from(merge.start.0) + 1, u64::from(merge.end.0) + 1),
            columns: (merge.start.1 as usize, (merge.end.1 as usize).min(MAX_COLUMNS - 1)),
        });
        Ok((name, merges.collect()))
    }

    /// Whether a sheet has anything in it; one that cannot be read has, and reading it will say what is wrong.
    fn says_something(&mut self, name: &str) -> bool {
        let mut found = false;
        let read = self.read(name, &mut |row| {
            found |= row.is_ok_and(|row| row.cells.iter().any(|cell| !cell.is_blank()));
            Ok(if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        found || read.is_err()
    }

    fn read(&mut self, name: &str, out: &mut Out<'_>) -> Result<(), Trouble> {
        match self {
            Book::Xlsx(book) => {
                let is_1904 = book.has_1904_epoch();
                let mut reader = book.worksheet_cells_reader(name)?;
                let code = |style: &calamine::Style| style.number_format.as_ref().map(|f| Format::of(&f.format_code));
                let formats: Vec<Format> =
                    reader.styles().iter().map(|style| code(style).unwrap_or(Format::Unknown)).collect();
                let mut rows = Gather::new(out);
                while let Some((cell, style)) = reader.next_cell_with_style_id()? {
                    let format = formats.get(style).copied().unwrap_or(Format::Unknown);
                    if rows.put(cell.get_position(), cell.get_value(), format, is_1904)?.is_break() {
                        return Ok(());
                    }
                }
                rows.finish()
            }
            Book::Xlsb(book) => {
                let is_1904 = book.has_1904_epoch();
                let mut reader = book.worksheet_cells_reader(name)?;
                let mut rows = Gather::new(out);
                while let Some(cell) = reader.next_cell()? {
                    if rows.put(cell.get_position(), cell.get_value(), Format::Unknown, is_1904)?.is_break() {
                        return Ok(());
                    }
                }
                rows.finish()
            }
            Book::Xls(book) => {
                let is_1904 = book.has_1904_epoch();
                read_range(&book.worksheet_range(name)?, is_1904, out)
            }
            Book::Ods(book) => read_range(&book.worksheet_range(name)?, false, out),
        }
    }
}

fn range_size(range: &Range<Data>) -> (u64, u64) {
    range.end().map_or((0, 0), |(row, column)| (u64::from(row) + 1, u64::from(column) + 1))
}

fn read_range(range: &Range<Data>, is_1904: bool, out: &mut Out<'_>) -> Result<(), Trouble> {
    let Some((first, indent)) = range.start() else { return Ok(()) };
    for (n, cells) in range.rows().enumerate() {
        let n = u64::from(first) + n as u64 + 1;
        let used = cells.iter().rposition(|cell| *cell != Data::Empty).map_or(0, |last| last + 1);
        let width = used + indent as usize;
        let row = if width > MAX_COLUMNS {
            Err(Trouble::ManyColumns { row: n })
        } else {
            let mut row = vec![Cell::Empty; indent as usize];
            row.extend(cells[..used].iter().map(|cell| cells::of_data(cell, is_1904)));
            Ok(Row { n, cells: row })
        };
        if out(row)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// Cells put together to rows, however far apart they are.
struct Gather<'a, 'b> {
    row: Option<u32>,
    cells: Vec<Cell>,
    wide: bool,
    out: &'a mut Out<'b>,
}

impl<'a, 'b> Gather<'a, 'b> {
    fn new(out: &'a mut Out<'b>) -> Gather<'a, 'b> {
        Gather { row: None, cells: Vec::new(), wide: false, out }
    }

    fn put(
        &mut self,
        (row, column): (u32, u32),
        data: &DataRef<'_>,
        format: Format,
        is_1904: bool,
    ) -> Result<ControlFlow<()>, Trouble> {
        if self.row != Some(row) {
            if u64::from(row) >= MAX_ROWS {
                return Err(Trouble::TooLarge("1048576 行 / rows".to_owned()));
            }
            if self.flush()?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
            self.row = Some(row);
        }
        let cell = cells::of_ref(data, format, is_1904);
        if cell == Cell::Empty {
            return Ok(ControlFlow::Continue(()));
        }
        let column = column as usize;
        if column >= MAX_COLUMNS {
            self.wide |= !cell.is_blank();
            return Ok(ControlFlow::Continue(()));
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, Cell::Empty);
        }
        self.cells[column] = cell;
        Ok(ControlFlow::Continue(()))
    }

    fn flush(&mut self) -> Result<ControlFlow<()>, Trouble> {
        let Some(row) = self.row.take() else { return Ok(ControlFlow::Continue(())) };
        let n = u64::from(row) + 1;
        let width = self.cells.len();
        let cells = std::mem::replace(&mut self.cells, Vec::with_capacity(width));
        if std::mem::take(&mut self.wide) {
            return (self.out)(Err(Trouble::ManyColumns { row: n }));
        }
        (self.out)(Ok(Row { n, cells }))
    }

    fn finish(&mut self) -> Result<(), Trouble> {
        self.flush().map(drop)
    }
}

fn broken(error: impl std::fmt::Display) -> Trouble {
    let text = error.to_string();
    if text.to_ascii_lowercase().contains("password") { Trouble::Password } else { Trouble::Broken(text) }
}

impl From<XlsxError> for Trouble {
    fn from(error: XlsxError) -> Trouble {
        match error {
            XlsxError::Password => Trouble::Password,
            XlsxError::WorksheetNotFound(name) => Trouble::NoSheet(name),
            error => broken(error),
        }
    }
}

impl From<XlsbError> for Trouble {
    fn from(error: XlsbError) -> Trouble {
        match error {
            XlsbError::Password => Trouble::Password,
            XlsbError::WorksheetNotFound(name) => Trouble::NoSheet(name),
            error => broken(error),
        }
    }
}

impl From<XlsError> for Trouble {
    fn from(error: XlsError) -> Trouble {
        match error {
            XlsError::Password => Trouble::Password,
            XlsError::WorksheetNotFound(name) => Trouble::NoSheet(name),
            error => broken(error),
        }
    }
}

impl From<OdsError> for Trouble {
    fn from(error: OdsError) -> Trouble {
        match error {
            OdsError::Password => Trouble::Password,
            OdsError::WorksheetNotFound(name) => Trouble::NoSheet(name),
            error => broken(error),
        }
    }
}
