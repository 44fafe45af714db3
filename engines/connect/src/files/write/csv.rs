//! CSV as every spreadsheet reads it: UTF-8 with a mark, commas, CRLF, every text in quotes.
//!
//! **Formulas.** A spreadsheet takes a cell for a formula that begins with `=`, `+`, `-`, `@`, TAB or CR. A text that looks
//! so — also behind blanks and control characters, and in full width — gets an apostrophe in front, which is how spreadsheets
//! mark text. Reading takes exactly one apostrophe away where one of these follows; a text that has apostrophes before such
//! a beginning of its own gets one more. So what is written is read back letter for letter, also after a spreadsheet saved
//! the file in between. Numbers are no text: -5 stays -5.

use std::borrow::Cow;
use std::io::{self, Write};

use chrono::Timelike;
use kehub_model::Cell;

/// A CSV file that is being written.
pub struct Csv<W: Write> {
    out: W,
    line: String,
}

impl<W: Write> Csv<W> {
    /// Begins a file with its header. `out` should be buffered.
    pub fn new(mut out: W, labels: &[&str]) -> io::Result<Csv<W>> {
        out.write_all(b"\xef\xbb\xbf")?;
        let mut file = Csv { out, line: String::new() };
        for (n, label) in labels.iter().enumerate() {
            file.part(n);
            file.text(label);
        }
        file.end()?;
        Ok(file)
    }

    pub fn row(&mut self, cells: &[Cell]) -> io::Result<()> {
        for (n, cell) in cells.iter().enumerate() {
            self.part(n);
            match cell {
                Cell::Empty => {}
                Cell::Text(text) | Cell::Error(text) => self.text(text),
                Cell::Number(_) | Cell::Bool(_) | Cell::Date(_) | Cell::Instant(_) => self.line.push_str(&cell.text()),
                Cell::DateTime(at) if at.nanosecond() > 0 => {
                    self.line.push_str(&at.format("%Y-%m-%d %H:%M:%S%.f").to_string());
                }
                Cell::Time(at) if at.nanosecond() > 0 => self.line.push_str(&at.format("%H:%M:%S%.f").to_string()),
                Cell::DateTime(_) | Cell::Time(_) => self.line.push_str(&cell.text()),
            }
        }
        self.end()
    }

    /// Writes what is left and gives the output back.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn part(&mut self, n: usize) {
        if n > 0 {
            self.line.push(',');
        }
    }

    fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.line.push('"');
        let guarded = guarded(text);
        let mut pieces = guarded.split('"');
        self.line.push_str(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.line.push_str("\"\"");
            self.line.push_str(piece);
        }
        self.line.push('"');
    }

    fn end(&mut self) -> io::Result<()> {
        self.line.push_str("\r\n");
        self.out.write_all(self.line.as_bytes())?;
        self.line.clear();
        Ok(())
    }
}

/// The text with an apostrophe where a spreadsheet would compute it.
fn guarded(text: &str) -> Cow<'_, str> {
    if is_formula(text.trim_start_matches('\'')) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text as it was before it was guarded.
pub(crate) fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => text,
    }
}

fn is_formula(text: &str) -> bool {
    if text.starts_with(['\t', '\r', '\n']) {
        return true;
    }
    let is_skipped = |c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
    };
    let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹢', '﹣', '﹦', '﹫'];
    text.trim_start_matches(is_skipped).starts_with(signs)
}
