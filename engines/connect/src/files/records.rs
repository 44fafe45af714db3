//! The records of separated text, one after the other, with little memory.

use std::io;

use super::cutting::{Delimiter, Dialect, Flaw, MAX_RECORD, Reach, Record};
use super::encoding::Decoded;

/// Records from a buffer that grows only as a record does.
pub(crate) struct Records {
    input: Option<Decoded>,
    dialect: Dialect,
    buffer: Vec<u8>,
    start: usize,
    line: u64,
    /// Quotes opened before this place of the buffer are known not to be closed: looking again would take for ever.
    hopeless: usize,
    record: Record,
}

impl Records {
    pub(crate) fn new(input: Option<Decoded>, buffer: Vec<u8>, dialect: Dialect) -> Records {
        let mut records = Records { input, dialect, buffer, start: 0, line: 1, hopeless: 0, record: Record::default() };
        if records.dialect.stated {
            let quoteless = Dialect { quote: None, delimiter: Delimiter::None, ..records.dialect.clone() };
            if let Reach::Bytes(reach) = quoteless.read(&records.buffer, true, &mut records.record) {
                records.start = reach;
                records.line = 2;
            }
        }
        records
    }

    /// The next record and the text its cells are places in.
    pub(crate) fn next(&mut self) -> io::Result<Option<(&Record, &[u8])>> {
        loop {
            if self.start == self.buffer.len() && !self.refill()? {
                return Ok(None);
            }
            let last = self.input.is_none();
            let text = &self.buffer[self.start..];
            let reach = if self.start < self.hopeless && self.opens_hopelessly(text) {
                self.record.spoil(Flaw::Unclosed);
                self.dialect.line_end(text, 0, last).map_or(Reach::More, |(_, reach)| Reach::Bytes(reach))
            } else {
                self.dialect.read(text, last, &mut self.record)
            };
            let reach = match reach {
                Reach::Bytes(reach) => reach,
                Reach::More if text.len() > MAX_RECORD => {
                    self.record.spoil(Flaw::Huge);
                    self.skip_line()?
                }
                Reach::More => {
                    self.refill()?;
                    continue;
                }
            };
            if self.record.flaw == Some(Flaw::Unclosed) {
                self.hopeless = self.buffer.len();
            }
            let from = self.start;
            self.start += reach;
            self.record.line = self.line;
            self.line += self.dialect.lines(&self.buffer[from..self.start]);
            return Ok(Some((&self.record, &self.buffer[from..self.start])));
        }
    }

    /// Whether the record's first line opens a quote that it does not close, where closing is known to be impossible.
    fn opens_hopelessly(&self, text: &[u8]) -> bool {
        let Some((end, _)) = self.dialect.line_end(text, 0, true) else { return false };
        let mut record = Record::default();
        self.dialect.read(&text[..end], true, &mut record);
        record.flaw == Some(Flaw::Unclosed)
    }

    /// Moves what is left to the front and reads on; `false` when there is no more.
    fn refill(&mut self) -> io::Result<bool> {
        let Some(input) = &mut self.input else { return Ok(false) };
        self.buffer.drain(..self.start);
        self.hopeless = self.hopeless.saturating_sub(self.start);
        self.start = 0;
        let before = self.buffer.len();
        while self.buffer.len() == before {
            if !input.more(&mut self.buffer)? {
                self.input = None;
                break;
            }
        }
        Ok(true)
    }

    /// Drops text up to the next line end; what is left in front is its length.
    fn skip_line(&mut self) -> io::Result<usize> {
        loop {
            let last = self.input.is_none();
            if let Some((_, reach)) = self.dialect.line_end(&self.buffer[self.start..], 0, last) {
                return Ok(reach);
            }
            // The line end is not here; a CR at the very end may be half of one.
            self.start = self.buffer.len().saturating_sub(1).max(self.start);
            self.refill()?;
        }
    }
}
