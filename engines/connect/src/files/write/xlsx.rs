//! XLSX with numbers as numbers and dates as dates, a bold and frozen header, and as many sheets as the rows need. Rows go to
//! a temporary file as they come, so the length of a file costs no memory.

use std::io::{self, Seek, Write};

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use kehub_model::Cell;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use crate::files::cells::decimal;

/// Rows of a sheet below its header.
const ROWS: u32 = 1_048_575;
/// Characters of a cell, as Excel counts them: UTF-16 units.
const MAX_TEXT: usize = 32_767;
/// A spreadsheet shows and keeps 15 digits of a number.
const DIGITS: u64 = 1_000_000_000_000_000;

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    pub rows: u64,
    pub sheets: u32,
    /// Texts that were longer than a spreadsheet's cell and were cut.
    pub cut: u64,
}

/// An XLSX file that is being written.
pub struct Xlsx {
    book: Workbook,
    labels: Vec<String>,
    name: String,
    formats: Formats,
    /// Rows on the present sheet, and the most it takes.
    here: u32,
    pub(crate) most: u32,
    written: Written,
}

struct Formats {
    header: Format,
    long: Format,
    date: Format,
    moment: Format,
    fine: Format,
    time: Format,
    fine_time: Format,
}

impl Xlsx {
    pub fn new(sheet: &str, labels: &[&str]) -> io::Result<Xlsx> {
        let format = |code: &str| Format::new().set_num_format(code);
        let mut file = Xlsx {
            book: Workbook::new(),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            name: sheet_name(sheet),
            formats: Formats {
                header: Format::new().set_bold(),
                long: format("0"),
                date: format("yyyy-mm-dd"),
                moment: format("yyyy-mm-dd hh:mm:ss"),
                fine: format("yyyy-mm-dd hh:mm:ss.000"),
                time: format("hh:mm:ss"),
                fine_time: format("hh:mm:ss.000"),
            },
            here: 0,
            most: ROWS,
            written: Written::default(),
        };
        file.begin_sheet().map_err(io::Error::other)?;
        Ok(file)
    }

    pub fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        if self.here == self.most {
            self.begin_sheet().map_err(io::Error::other)?;
        }
        self.here += 1;
        self.written.rows += 1;
        self.put(cells).map_err(io::Error::other)
    }

    /// Puts the file together.
    pub fn finish(mut self, out: impl Write + Seek + Send) -> io::Result<Written> {
        self.book.save_to_writer(out).map_err(io::Error::other)?;
        Ok(self.written)
    }

    fn begin_sheet(&mut self) -> Result<(), XlsxError> {
        self.written.sheets += 1;
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        if self.written.sheets == 1 {
            sheet.set_name(&self.name)?;
        } else {
            sheet.set_name(numbered(&self.name, self.written.sheets))?;
        }
        sheet.set_freeze_panes(1, 0)?;
        for (column, label) in self.labels.iter().enumerate() {
            let (label, cut) = fitting(label);
            self.written.cut += u64::from(cut);
            sheet.write_string_with_format(0, column_of(column)?, label, &self.formats.header)?;
        }
        self.here = 0;
        Ok(())
    }

    fn put(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        let sheet = self.book.worksheet_from_index(self.written.sheets as usize - 1)?;
        for (column, cell) in cells.iter().enumerate() {
            let at = (self.here, column_of(column)?);
            let dated = |sheet: &mut Worksheet, serial: f64, format: &Format| {
                sheet.write_number_with_format(at.0, at.1, serial, format).map(drop)
            };
            let formats = &self.formats;
            match cell {
                Cell::Empty => {}
                Cell::Bool(yes) => drop(sheet.write_boolean(at.0, at.1, *yes)?),
                Cell::Number(number) if is_safe(*number) => {
                    let value = number.to_f64().unwrap_or_default();
                    if number.is_integer() && value.abs() >= 1e11 {
                        // Otherwise a spreadsheet shows a long number as 1.2E+12.
                        sheet.write_number_with_format(at.0, at.1, value, &formats.long)?;
                    } else {
                        sheet.write_number(at.0, at.1, value)?;
                    }
                }
                Cell::Date(date) if is_dated(*date) => dated(sheet, days(*date), &formats.date)?,
                Cell::DateTime(moment) if is_dated(moment.date()) && is_kept(moment.time()) => {
                    let format = if moment.nanosecond() == 0 { &formats.moment } else { &formats.fine };
                    dated(sheet, serial(*moment), format)?;
                }
                Cell::Time(time) if is_kept(*time) => {
                    let format = if time.nanosecond() == 0 { &formats.time } else { &formats.fine_time };
                    dated(sheet, fraction(*time), format)?;
                }
                Cell::DateTime(moment) => {
                    sheet.write_string(at.0, at.1, moment.format("%Y-%m-%d %H:%M:%S%.f").to_string())?;
                }
                Cell::Time(time) => drop(sheet.write_string(at.0, at.1, time.format("%H:%M:%S%.f").to_string())?),
                Cell::Text(_) | Cell::Number(_) | Cell::Date(_) | Cell::Instant(_) | Cell::Error(_) => {
                    let text = cell.text();
                    let (text, cut) = fitting(&text);
                    self.written.cut += u64::from(cut);
                    sheet.write_string(at.0, at.1, text)?;
                }
            }
        }
        Ok(())
    }
}

fn column_of(column: usize) -> Result<u16, XlsxError> {
    u16::try_from(column).map_err(|_| XlsxError::RowColumnLimitError)
}

/// Whether a spreadsheet keeps every digit of the number.
fn is_safe(number: Decimal) -> bool {
    let number = number.normalize();
    number.mantissa().unsigned_abs() < u128::from(DIGITS) && number.to_f64().and_then(decimal) == Some(number)
}

/// Excel's calendar begins to be right in March 1900.
fn is_dated(date: NaiveDate) -> bool {
    (61.0..2_958_466.0).contains(&days(date))
}

/// A spreadsheet keeps milliseconds.
fn is_kept(time: NaiveTime) -> bool {
    time.nanosecond().is_multiple_of(1_000_000) && time.nanosecond() < 1_000_000_000
}

fn days(date: NaiveDate) -> f64 {
    let epoch = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap_or_default();
    date.signed_duration_since(epoch).num_days() as f64
}

fn fraction(time: NaiveTime) -> f64 {
    let milliseconds = u64::from(time.num_seconds_from_midnight()) * 1_000 + u64::from(time.nanosecond() / 1_000_000);
    milliseconds as f64 / 86_400_000.0
}

fn serial(moment: NaiveDateTime) -> f64 {
    days(moment.date()) + fraction(moment.time())
}

/// The text as far as it fits into a cell, and whether it was cut.
fn fitting(text: &str) -> (&str, bool) {
    if text.len() <= MAX_TEXT {
        return (text, false);
    }
    let mut units = 0;
    for (at, c) in text.char_indices() {
        units += c.len_utf16();
        if units > MAX_TEXT {
            return (&text[..at], true);
        }
    }
    (text, false)
}

/// A name that Excel accepts: 31 characters, without `[]:*?/\` and without apostrophes around it.
fn sheet_name(wanted: &str) -> String {
    let kept = wanted.chars().filter(|c| !c.is_control() && !"[]:*?/\\".contains(*c)).take(27);
    let name: String = kept.collect();
    let name = name.trim().trim_matches('\'');
    if name.is_empty() { "Sheet1".to_owned() } else { name.to_owned() }
}

fn numbered(name: &str, number: u32) -> String {
    format!("{name} {number}")
}
