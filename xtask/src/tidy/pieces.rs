//! A source file cut into code, texts and comments, so that a rule looks only at what it means.
//!
//! Knows just enough of Rust and TypeScript for that; it is no parser.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Code,
    /// What stands between quotes, without them.
    Text,
    Comment,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) kind: Kind,
    /// The line it starts on, from 1.
    pub(super) line: usize,
    pub(super) text: &'a str,
}

/// Cuts `source`; `is_rust` tells what a `'` and a `` ` `` mean.
pub(super) fn pieces(source: &str, is_rust: bool) -> Vec<Piece<'_>> {
    let mut cutter = Cutter { source, is_rust, at: 0, code_from: 0, line: 1, counted_to: 0, pieces: Vec::new() };
    while cutter.at < source.len() {
        cutter.step();
    }
    cutter.end_code();
    cutter.pieces
}

/// The same without what only tests see: from `#[cfg(test)]` before an inline `mod` to the end of the file.
pub(super) fn without_tests(source: &str) -> &str {
    match source.find("#[cfg(test)]\nmod ") {
        Some(at) if source[at..].lines().nth(1).is_some_and(|line| line.trim_end().ends_with('{')) => &source[..at],
        _ => source,
    }
}

struct Cutter<'a> {
    source: &'a str,
    is_rust: bool,
    at: usize,
    code_from: usize,
    line: usize,
    counted_to: usize,
    pieces: Vec<Piece<'a>>,
}

impl<'a> Cutter<'a> {
    fn step(&mut self) {
        let rest = &self.source[self.at..];
        let first = rest.as_bytes()[0];
        if rest.starts_with("//") {
            let end = rest.find('\n').unwrap_or(rest.len());
            self.take(Kind::Comment, 0, end, end);
        } else if rest.starts_with("/*") {
            let end = rest.find("*/").map_or(rest.len(), |at| at + 2);
            self.take(Kind::Comment, 0, end, end);
        } else if first == b'"' {
            self.quoted(b'"');
        } else if self.is_rust && first == b'r' && !self.follows_name() && raw_hashes(rest).is_some() {
            self.raw(raw_hashes(rest).unwrap_or(0));
        } else if self.is_rust && first == b'\'' {
            self.at += char_literal(rest).unwrap_or(1);
        } else if !self.is_rust && (first == b'\'' || first == b'`') {
            self.quoted(first);
        } else {
            self.at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }

    fn follows_name(&self) -> bool {
        self.source[..self.at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
    }

    fn quoted(&mut self, quote: u8) {
        let bytes = &self.source.as_bytes()[self.at..];
        let mut end = 1;
        while end < bytes.len() && bytes[end] != quote {
            // A text between plain quotes ends with its line in TypeScript: what looked like a quote was none.
            if bytes[end] == b'\n' && !self.is_rust && quote != b'`' {
                self.at += 1;
                return;
            }
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        let end = end.min(bytes.len());
        self.take(Kind::Text, 1, end, (end + 1).min(bytes.len()));
    }

    fn raw(&mut self, hashes: usize) {
        let rest = &self.source[self.at..];
        let start = hashes + 2;
        let close = format!("\"{}", "#".repeat(hashes));
        let end = rest[start..].find(&close).map_or(rest.len(), |at| at + start);
        self.take(Kind::Text, start, end, (end + close.len()).min(rest.len()));
    }

    /// Keeps `[from, to)` of the rest as a piece and goes on after `next`.
    fn take(&mut self, kind: Kind, from: usize, to: usize, next: usize) {
        self.end_code();
        let (start, end) = (self.at + from, (self.at + to).max(self.at + from));
        let line = self.line_of(self.at);
        let text = self.source.get(start..end).unwrap_or("");
        self.pieces.push(Piece { kind, line, text });
        self.at += next;
        while !self.source.is_char_boundary(self.at) {
            self.at += 1;
        }
        self.code_from = self.at;
    }

    fn end_code(&mut self) {
        if self.code_from < self.at {
            let line = self.line_of(self.code_from);
            self.pieces.push(Piece { kind: Kind::Code, line, text: &self.source[self.code_from..self.at] });
        }
    }

    fn line_of(&mut self, at: usize) -> usize {
        self.line += self.source[self.counted_to..at].matches('\n').count();
        self.counted_to = at;
        self.line
    }
}

/// The `#`s of `r"`, `r#"`, …; `None` when it is a name that starts with `r`.
fn raw_hashes(rest: &str) -> Option<usize> {
    let hashes = rest[1..].bytes().take_while(|byte| *byte == b'#').count();
    (rest.as_bytes().get(1 + hashes) == Some(&b'"')).then_some(hashes)
}

/// The length of `'x'` or `'\n'`; `None` for a lifetime.
fn char_literal(rest: &str) -> Option<usize> {
    let inner = &rest[1..];
    if let Some(escaped) = inner.strip_prefix('\\') {
        let skip = escaped.chars().next().map_or(0, char::len_utf8);
        return escaped[skip..].find('\'').map(|end| end + skip + 3);
    }
    let first = inner.chars().next()?;
    inner[first.len_utf8()..].starts_with('\'').then_some(first.len_utf8() + 2)
}
