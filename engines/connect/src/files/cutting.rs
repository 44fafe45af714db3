//! Cutting one record of separated text into cells: delimiter, quotes, line ends, and what is wrong with it.
//!
//! Nothing is repaired silently. The one thing mended is a quote within a quoted cell that somebody forgot to double, and only
//! where the cell still ends on the same line.

use std::ops::Range;

/// The longest record; a quote that is not closed within it is not closed at all.
pub(crate) const MAX_RECORD: usize = 8 << 20;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Delimiter {
    /// The character in UTF-8.
    Char(Vec<u8>),
    /// Any run of blanks.
    Blanks,
    /// Each line is one cell.
    None,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: Delimiter,
    pub(crate) quote: Option<u8>,
    /// A backslash before a quote makes it text.
    pub(crate) backslash: bool,
    /// A quote may stand behind blanks: `1, "a"`.
    pub(crate) blanks: bool,
    /// CR alone ends a record.
    pub(crate) returns: bool,
    /// The first line says `sep=` and is no record.
    pub(crate) stated: bool,
}

/// What is wrong with a record. It is skipped to the end of its first line, or of itself when it is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    Unclosed,
    StrayQuote,
    Huge,
}

/// One record's cells, as places in the text read or in `unescaped`.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// The line on which it begins, from 1.
    pub(crate) line: u64,
    spans: Vec<Span>,
    unescaped: Vec<u8>,
    pub(crate) flaw: Option<Flaw>,
}

#[derive(Clone, Debug)]
enum Span {
    AsRead(Range<usize>),
    Unescaped(Range<usize>),
}

impl Record {
    /// Makes it a record without cells, of which only the flaw is known.
    pub(crate) fn spoil(&mut self, flaw: Flaw) {
        self.spans.clear();
        self.flaw = Some(flaw);
    }

    pub(crate) fn cells<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
        self.spans.iter().map(move |span| match span {
            Span::AsRead(range) => &text[range.clone()],
            Span::Unescaped(range) => &self.unescaped[range.clone()],
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }
}

/// How far a record went.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The text ends before the record does.
    More,
    /// The record takes this many bytes, its line end included.
    Bytes(usize),
}

impl Dialect {
    /// Reads the record at the start of `text`; `last` when nothing follows the text.
    pub(crate) fn read(&self, text: &[u8], last: bool, record: &mut Record) -> Reach {
        record.spans.clear();
        record.unescaped.clear();
        record.flaw = None;
        match &self.delimiter {
            Delimiter::Char(delimiter) => self.read_cells(text, last, delimiter, record),
            Delimiter::Blanks | Delimiter::None => {
                let Some((end, reach)) = self.line_end(text, 0, last) else { return Reach::More };
                if self.delimiter == Delimiter::None {
                    if let Some(cell) = self.whole_line(text, end) {
                        record.spans.push(Span::AsRead(cell));
                        return Reach::Bytes(reach);
                    }
                    // A quoted cell may go over several lines even when it is alone.
                    let quoted = self.read_cells(text, last, b"", record);
                    if record.flaw == Some(Flaw::StrayQuote) {
                        record.flaw = None;
                        record.spans.push(Span::AsRead(0..end));
                    }
                    return quoted;
                }
                let mut at = 0;
                while at < end {
                    let from = at + text[at..end].iter().take_while(|byte| is_blank(**byte)).count();
                    let to = from + text[from..end].iter().take_while(|byte| !is_blank(**byte)).count();
                    if to > from {
                        record.spans.push(Span::AsRead(from..to));
                    }
                    at = to.max(from);
                }
                Reach::Bytes(reach)
            }
        }
    }

    fn whole_line(&self, text: &[u8], end: usize) -> Option<Range<usize>> {
        let quoted = self.quote.is_some() && text.first().copied() == self.quote;
        (!quoted).then_some(0..end)
    }

    fn read_cells(&self, text: &[u8], last: bool, delimiter: &[u8], record: &mut Record) -> Reach {
        let mut at = 0;
        loop {
            let start = if self.blanks { at + text[at..].iter().take_while(|byte| **byte == b' ').count() } else { at };
            let quoted = self.quote.filter(|quote| text.get(start) == Some(quote));
            let next = match quoted {
                Some(quote) => self.quoted(text, start + 1, last, quote, delimiter, record),
                None => self.plain(text, at, last, delimiter, record),
            };
            match next {
                Next::More => return Reach::More,
                Next::Cell(next) => at = next,
                Next::End(reach) => return Reach::Bytes(reach),
                Next::Wrong(flaw) => {
                    record.flaw = Some(flaw);
                    record.spans.clear();
                    // The record's first line is given up, and the next one has its chance.
                    return match self.line_end(text, 0, last) {
                        Some((_, reach)) => Reach::Bytes(reach),
                        None => Reach::More,
                    };
                }
            }
        }
    }

    fn plain(&self, text: &[u8], from: usize, last: bool, delimiter: &[u8], record: &mut Record) -> Next {
        let mut at = from;
        let first = delimiter.first().copied().unwrap_or(b'\n');
        loop {
            let found = if self.returns {
                memchr::memchr3(first, b'\n', b'\r', &text[at..])
            } else {
                memchr::memchr2(first, b'\n', &text[at..])
            };
            let Some(place) = found.map(|found| at + found) else {
                if !last {
                    return Next::More;
                }
                record.spans.push(Span::AsRead(from..self.trimmed(text, from, text.len())));
                return Next::End(text.len());
            };
            if text[place] == b'\n' || text[place] == b'\r' {
                let Some((end, reach)) = self.line_end(text, place, last) else { return Next::More };
                record.spans.push(Span::AsRead(from..self.trimmed(text, from, end)));
                return Next::End(reach);
            }
            if text[place..].starts_with(delimiter) {
                record.spans.push(Span::AsRead(from..place));
                return Next::Cell(place + delimiter.len());
            }
            if !last && text.len() - place < delimiter.len() {
                return Next::More;
            }
            at = place + 1;
        }
    }

    /// A cell behind its opening quote at `from`.
    fn quoted(&self, text: &[u8], from: usize, last: bool, quote: u8, delimiter: &[u8], record: &mut Record) -> Next {
        let kept = record.unescaped.len();
        // Text behind the last escape; `clean` while there was none, and the cell is a piece of the text.
        let (mut piece, mut clean, mut at) = (from, true, from);
        // Up to here a later quote is known to close the cell.
        let mut healed = 0;
        loop {
            let found = if self.backslash {
                memchr::memchr2(quote, b'\\', &text[at..])
            } else {
                memchr::memchr(quote, &text[at..])
            };
            let Some(place) = found.map(|found| at + found) else {
                return if last || text.len() > MAX_RECORD { Next::Wrong(Flaw::Unclosed) } else { Next::More };
            };
            let after = text.get(place + 1).copied();
            if after.is_none() && !last {
                return Next::More;
            }
            if text[place] == b'\\' && text[place] != quote {
                if after == Some(quote) {
                    record.unescaped.extend_from_slice(&text[piece..place]);
                    (piece, clean) = (place + 1, false);
                }
                at = (place + 2).min(text.len());
                continue;
            }
            if after == Some(quote) {
                record.unescaped.extend_from_slice(&text[piece..=place]);
                (piece, clean, at) = (place + 2, false, place + 2);
                continue;
            }
            match self.closes(text, place + 1, last, delimiter) {
                Closing::More => return Next::More,
                // A cell of several lines with a quote in it that closes nothing: more likely the first quote was a stray.
                Closing::No if memchr::memchr2(b'\n', b'\r', &text[from..place]).is_some() => {
                    return Next::Wrong(Flaw::StrayQuote);
                }
                Closing::No => {
                    // Quotes that somebody forgot to double: they are text if the cell still ends on this line.
                    if place >= healed {
                        match self.heals(text, place + 1, last, quote, delimiter) {
                            Heals::At(closing) => healed = closing,
                            Heals::No => return Next::Wrong(Flaw::StrayQuote),
                            Heals::More => return Next::More,
                        }
                    }
                    at = place + 1;
                }
                Closing::Yes(next) => {
                    if clean {
                        record.spans.push(Span::AsRead(from..place));
                    } else {
                        record.unescaped.extend_from_slice(&text[piece..place]);
                        record.spans.push(Span::Unescaped(kept..record.unescaped.len()));
                    }
                    return next;
                }
            }
        }
    }

    /// What stands behind a closing quote: the next cell or the end of the record, perhaps after blanks.
    fn closes(&self, text: &[u8], from: usize, last: bool, delimiter: &[u8]) -> Closing {
        let blanks = text[from..].iter().take_while(|byte| **byte == b' ').count();
        for at in [from, from + blanks] {
            match text.get(at) {
                None if last => return Closing::Yes(Next::End(text.len())),
                None => return Closing::More,
                Some(b'\n' | b'\r') => {
                    return match self.line_end(text, at, last) {
                        Some((end, reach)) if end == at => Closing::Yes(Next::End(reach)),
                        Some(_) => Closing::No,
                        None => Closing::More,
                    };
                }
                Some(_) if !delimiter.is_empty() && text[at..].starts_with(delimiter) => {
                    return Closing::Yes(Next::Cell(at + delimiter.len()));
                }
                Some(_) if !last && text.len() - at < delimiter.len() => return Closing::More,
                Some(_) => {}
            }
        }
        Closing::No
    }

    /// The first later quote on the same line that closes the cell.
    fn heals(&self, text: &[u8], from: usize, last: bool, quote: u8, delimiter: &[u8]) -> Heals {
        let end = memchr::memchr2(b'\n', b'\r', &text[from..]).map(|end| from + end);
        if end.is_none() && !last && text.len() <= MAX_RECORD {
            return Heals::More;
        }
        let end = end.unwrap_or(text.len());
        memchr::memchr_iter(quote, &text[from..end])
            .map(|place| from + place)
            .find(|place| matches!(self.closes(text, place + 1, last, delimiter), Closing::Yes(_)))
            .map_or(Heals::No, Heals::At)
    }

    /// The end of the line at or behind `from`, and where the next line begins.
    pub(crate) fn line_end(&self, text: &[u8], from: usize, last: bool) -> Option<(usize, usize)> {
        let found = if self.returns {
            memchr::memchr2(b'\n', b'\r', &text[from..])
        } else {
            memchr::memchr(b'\n', &text[from..])
        };
        let Some(place) = found.map(|found| from + found) else {
            return last.then_some((self.trimmed(text, from, text.len()), text.len()));
        };
        if text[place] == b'\n' {
            return Some((self.trimmed(text, from, place), place + 1));
        }
        match text.get(place + 1) {
            Some(b'\n') => Some((place, place + 2)),
            None if !last => None,
            _ => Some((place, place + 1)),
        }
    }

    /// The text's end without the CRs that belong to the line end.
    #[inline]
    fn trimmed(&self, text: &[u8], from: usize, end: usize) -> usize {
        end - text[from..end].iter().rev().take_while(|byte| **byte == b'\r').count()
    }

    pub(crate) fn lines(&self, text: &[u8]) -> u64 {
        let feeds = memchr::memchr_iter(b'\n', text).count();
        if !self.returns {
            return feeds as u64;
        }
        let pairs = memchr::memmem::find_iter(text, b"\r\n").count();
        (feeds + memchr::memchr_iter(b'\r', text).count() - pairs) as u64
    }
}

enum Next {
    More,
    /// The next cell begins here.
    Cell(usize),
    /// The next record begins here.
    End(usize),
    Wrong(Flaw),
}

enum Heals {
    More,
    No,
    At(usize),
}

enum Closing {
    More,
    No,
    Yes(Next),
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}
