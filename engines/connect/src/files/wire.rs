//! How parts of a file go through a pipe: frames with their length in front, rows in a compact form of their own.
//!
//! Both ends are the same executable, so the form has no versions. The reading end still believes nothing: whatever a dying
//! child writes is read without a panic and without a large allocation.

use std::io::{self, Read, Write};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use kehub_model::Cell;
use rust_decimal::Decimal;

use super::head::Head;
use super::trouble::Trouble;
use super::{Part, Row};

/// A batch of a thousand rows of the largest records has to fit.
const MAX_FRAME: u32 = 1 << 30;

const HEAD: u8 = 1;
const ROWS: u8 = 2;
const END: u8 = 3;
const FAILED: u8 = 4;

/// Writes one part as a frame, through `buffer`, which is kept to be used again.
pub(crate) fn write(part: &Part, buffer: &mut Vec<u8>, out: &mut impl Write) -> io::Result<()> {
    buffer.clear();
    buffer.extend_from_slice(&[0; 4]);
    match part {
        Part::Head(head) => json(HEAD, head, buffer)?,
        Part::Failed(trouble) => json(FAILED, trouble, buffer)?,
        Part::End => buffer.push(END),
        Part::Rows(rows) => {
            buffer.push(ROWS);
            for row in rows {
                match row {
                    Ok(row) => {
                        buffer.push(1);
                        buffer.extend_from_slice(&row.n.to_le_bytes());
                        length(row.cells.len(), buffer);
                        for cell in &row.cells {
                            put(cell, buffer);
                        }
                    }
                    Err(trouble) => {
                        buffer.push(0);
                        bytes(&serde_json::to_vec(trouble)?, buffer);
                    }
                }
            }
        }
    }
    let size = u32::try_from(buffer.len() - 4).ok().filter(|size| *size <= MAX_FRAME);
    let size = size.ok_or_else(|| io::Error::other("a frame is too large"))?;
    buffer[..4].copy_from_slice(&size.to_le_bytes());
    out.write_all(buffer)
}

/// Reads the next part; `None` when there is none or none that makes sense.
pub(crate) fn read(input: &mut impl Read, buffer: &mut Vec<u8>) -> Option<Part> {
    let mut size = [0; 4];
    input.read_exact(&mut size).ok()?;
    let size = u32::from_le_bytes(size);
    if size > MAX_FRAME {
        return None;
    }
    buffer.clear();
    // `take` lets the buffer grow with what really comes, not with what was announced.
    input.take(u64::from(size)).read_to_end(buffer).ok()?;
    if buffer.len() != size as usize {
        return None;
    }
    let (kind, body) = buffer.split_first()?;
    match *kind {
        HEAD => serde_json::from_slice::<Head>(body).ok().map(Part::Head),
        FAILED => serde_json::from_slice::<Trouble>(body).ok().map(Part::Failed),
        END => Some(Part::End),
        ROWS => rows(body).map(Part::Rows),
        _ => None,
    }
}

fn json(kind: u8, what: &impl serde::Serialize, buffer: &mut Vec<u8>) -> io::Result<()> {
    buffer.push(kind);
    Ok(serde_json::to_writer(buffer, what)?)
}

/// Seven bits a byte, the lowest first.
fn length(mut number: usize, buffer: &mut Vec<u8>) {
    while number >= 0x80 {
        buffer.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    buffer.push(number as u8);
}

fn bytes(text: &[u8], buffer: &mut Vec<u8>) {
    length(text.len(), buffer);
    buffer.extend_from_slice(text);
}

fn put(cell: &Cell, buffer: &mut Vec<u8>) {
    let date =
        |date: &NaiveDate, buffer: &mut Vec<u8>| buffer.extend_from_slice(&date.num_days_from_ce().to_le_bytes());
    let time = |time: &NaiveTime, buffer: &mut Vec<u8>| {
        buffer.extend_from_slice(&time.num_seconds_from_midnight().to_le_bytes());
        buffer.extend_from_slice(&time.nanosecond().to_le_bytes());
    };
    match cell {
        Cell::Empty => buffer.push(0),
        Cell::Text(text) => {
            buffer.push(1);
            bytes(text.as_bytes(), buffer);
        }
        Cell::Number(number) => {
            buffer.push(2);
            buffer.extend_from_slice(&number.serialize());
        }
        Cell::Bool(yes) => buffer.extend_from_slice(&[3, u8::from(*yes)]),
        Cell::Date(day) => {
            buffer.push(4);
            date(day, buffer);
        }
        Cell::DateTime(at) => {
            buffer.push(5);
            date(&at.date(), buffer);
            time(&at.time(), buffer);
        }
        Cell::Instant(at) => {
            buffer.push(6);
            buffer.extend_from_slice(&at.timestamp().to_le_bytes());
            buffer.extend_from_slice(&at.timestamp_subsec_nanos().to_le_bytes());
        }
        Cell::Time(at) => {
            buffer.push(7);
            time(at, buffer);
        }
        Cell::Error(text) => {
            buffer.push(8);
            bytes(text.as_bytes(), buffer);
        }
    }
}

fn rows(body: &[u8]) -> Option<Vec<Result<Row, Trouble>>> {
    let mut rest = Rest(body);
    let mut rows = Vec::with_capacity(super::BATCH.min(body.len()));
    while !rest.0.is_empty() {
        if rest.byte()? == 0 {
            let text = rest.bytes()?;
            rows.push(Err(serde_json::from_slice(text).ok()?));
            continue;
        }
        let n = u64::from_le_bytes(rest.fixed()?);
        let width = rest.length()?;
        // Every cell takes a byte at least.
        if width > rest.0.len() {
            return None;
        }
        let mut cells = Vec::with_capacity(width);
        for _ in 0..width {
            cells.push(rest.cell()?);
        }
        rows.push(Ok(Row { n, cells }));
    }
    Some(rows)
}

/// What is left of a frame.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn fixed<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (fixed, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*fixed)
    }

    fn length(&mut self) -> Option<usize> {
        let mut number = 0usize;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<String> {
        std::str::from_utf8(self.bytes()?).ok().map(str::to_owned)
    }

    fn date(&mut self) -> Option<NaiveDate> {
        NaiveDate::from_num_days_from_ce_opt(i32::from_le_bytes(self.fixed()?))
    }

    fn time(&mut self) -> Option<NaiveTime> {
        let seconds = u32::from_le_bytes(self.fixed()?);
        NaiveTime::from_num_seconds_from_midnight_opt(seconds, u32::from_le_bytes(self.fixed()?))
    }

    fn cell(&mut self) -> Option<Cell> {
        Some(match self.byte()? {
            0 => Cell::Empty,
            1 => Cell::Text(self.text()?),
            2 => Cell::Number(Decimal::deserialize(self.fixed()?)),
            3 => Cell::Bool(self.byte()? != 0),
            4 => Cell::Date(self.date()?),
            5 => Cell::DateTime(NaiveDateTime::new(self.date()?, self.time()?)),
            6 => {
                let seconds = i64::from_le_bytes(self.fixed()?);
                Cell::Instant(DateTime::from_timestamp(seconds, u32::from_le_bytes(self.fixed()?))?)
            }
            7 => Cell::Time(self.time()?),
            8 => Cell::Error(self.text()?),
            _ => return None,
        })
    }
}
