//! The encoding of a text file: found from its bytes, then decoded without replacing anything.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use chardetng::EncodingDetector;
use encoding_rs::{BIG5, DecoderResult, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Sure;
use super::trouble::Trouble;

/// Stands in the decoded text for bytes that are none of the encoding: it can never be part of UTF-8.
pub(crate) const BAD: u8 = 0xff;

const CHUNK: usize = 256 << 10;
/// How much text outside ASCII is weighed before a guess is made.
const WEIGHED: usize = 1 << 20;
/// A guess looks no further than this into a file.
const SCANNED: u64 = 1 << 30;

#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) encoding: &'static Encoding,
    pub(crate) sure: Sure,
    /// Bytes of the mark in front.
    pub(crate) bom: u64,
    pub(crate) lines: u64,
}

/// Finds the encoding of a file; a chosen one is believed, but for the mark in front.
pub(crate) fn find(path: &Path, chosen: Option<&str>) -> Result<Found, Trouble> {
    let mut file = File::open(path)?;
    let mut scan = Scan::default();
    let mut chunk = vec![0; CHUNK];
    let mut first = Vec::new();
    let mut seen = 0u64;
    loop {
        let read = fill(&mut file, &mut chunk)?;
        if seen == 0 {
            first = chunk[..read].to_vec();
        }
        seen += read as u64;
        if read == 0 || seen > SCANNED {
            break;
        }
        scan.feed(&chunk[..read]);
    }
    if scan.zeros * 100 > seen && mark(&first).is_none() && wide(&first).is_none() && chosen.is_none() {
        return Err(Trouble::Foreign("binary".to_owned()));
    }
    let mut found = scan.judge(&first);
    if let Some(label) = chosen {
        let encoding =
            Encoding::for_label(label.as_bytes()).ok_or_else(|| Trouble::UnknownEncoding(label.to_owned()))?;
        let encoding = if encoding == GBK { GB18030 } else { encoding };
        let bom = mark(&first).filter(|(marked, _)| *marked == encoding).map_or(0, |(_, length)| length);
        found = Found { encoding, sure: Sure::Certain, bom, ..found };
    }
    Ok(found)
}

/// What a pass over the whole file gathers.
#[derive(Default)]
struct Scan {
    detector: Option<EncodingDetector>,
    weighed: usize,
    /// Bytes of a UTF-8 character that the last chunk cut off.
    carry: Vec<u8>,
    multibyte: u64,
    invalid: u64,
    zeros: u64,
    feeds: u64,
    returns: u64,
}

impl Scan {
    fn feed(&mut self, chunk: &[u8]) {
        self.feeds += memchr::memchr_iter(b'\n', chunk).count() as u64;
        self.returns += memchr::memchr_iter(b'\r', chunk).count() as u64;
        self.zeros += memchr::memchr_iter(0, chunk).count() as u64;
        if chunk.is_ascii() && self.carry.is_empty() {
            return;
        }
        if self.weighed < WEIGHED {
            self.weighed += chunk.len();
            self.detector.get_or_insert_with(EncodingDetector::new).feed(chunk, false);
        }
        let mut joined = std::mem::take(&mut self.carry);
        joined.extend_from_slice(chunk);
        let mut rest = joined.as_slice();
        loop {
            match std::str::from_utf8(rest) {
                Ok(text) => {
                    self.multibyte += leading(text.as_bytes());
                    return;
                }
                Err(error) => {
                    self.multibyte += leading(&rest[..error.valid_up_to()]);
                    match error.error_len() {
                        Some(length) => {
                            self.invalid += 1;
                            rest = &rest[error.valid_up_to() + length..];
                        }
                        None => {
                            self.carry = rest[error.valid_up_to()..].to_vec();
                            return;
                        }
                    }
                }
            }
        }
    }

    fn judge(mut self, first: &[u8]) -> Found {
        if !self.carry.is_empty() {
            self.invalid += 1;
        }
        let lines = if self.feeds == 0 { self.returns } else { self.feeds };
        let found = |encoding, sure, bom| Found { encoding, sure, bom, lines };
        if let Some((encoding, bom)) = mark(first) {
            return found(encoding, Sure::Certain, bom);
        }
        if let Some(encoding) = wide(first) {
            return found(encoding, Sure::Likely, 0);
        }
        if self.invalid == 0 {
            return found(UTF_8, Sure::Certain, 0);
        }
        // A few spoiled rows do not make another encoding of a text that is UTF-8 everywhere else.
        // (Of text in GB18030 one character in eight happens to be UTF-8, of Western text next to none.)
        if self.multibyte > 2 * self.invalid {
            return found(UTF_8, Sure::Likely, 0);
        }
        let Some(mut detector) = self.detector.take() else { return found(UTF_8, Sure::Unsure, 0) };
        detector.feed(b"", true);
        let guess = detector.guess(None, false);
        let sample = &first[..first.len().min(64 << 10)];
        let (encoding, sure) = weigh(guess, sample);
        found(encoding, sure, 0)
    }
}

/// Checks a guess against the text itself.
fn weigh(guess: &'static Encoding, sample: &[u8]) -> (&'static Encoding, Sure) {
    let outside = sample.iter().filter(|byte| !byte.is_ascii()).count();
    let sure = if outside >= 40 { Sure::Likely } else { Sure::Unsure };
    if guess == GBK || guess == GB18030 {
        return (GB18030, sure);
    }
    if guess == BIG5 || guess == SHIFT_JIS {
        return (guess, sure);
    }
    // Western and other one-byte encodings fit any bytes; text of nothing but Chinese characters is not that.
    let (text, _, bad) = GB18030.decode(sample);
    let chinese = text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count();
    let frequent = text.chars().filter(|c| FREQUENT.contains(*c)).count();
    if !bad && chinese * 2 >= outside * 9 / 10 && frequent * 20 >= chinese && chinese > 0 {
        return (GB18030, Sure::Unsure);
    }
    // Text in Cyrillic, Greek or the like is hardly ASCII; Latin letters with a few others among them are Western.
    let letters = sample.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if guess == WINDOWS_1252 || (guess.is_single_byte() && letters > 8 * outside) {
        return (WINDOWS_1252, sure);
    }
    (guess, Sure::Unsure)
}

/// Characters that headers and business data are full of.
const FREQUENT: &str =
    "的一是在有人中国公司名称号码日期时间金额电话地址客户姓手机备注编数量单价省市区县有限责任上下年月元";

fn leading(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte >= 0xc0).count() as u64
}

/// The byte order mark in front, and its length.
fn mark(first: &[u8]) -> Option<(&'static Encoding, u64)> {
    if first.starts_with(b"\x84\x31\x95\x33") {
        return Some((GB18030, 4));
    }
    Encoding::for_bom(first).map(|(encoding, length)| (encoding, length as u64))
}

/// UTF-16 without a mark: every second byte of digits, letters and line ends is zero.
fn wide(first: &[u8]) -> Option<&'static Encoding> {
    let sample = &first[..first.len().min(64 << 10) & !1];
    let zeros = |from: usize| sample.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), sample.len() / 2);
    if odd * 50 > pairs && even * 10 <= odd {
        return Some(UTF_16LE);
    }
    (even * 50 > pairs && odd * 10 <= even).then_some(UTF_16BE)
}

/// Fills the buffer as far as the file goes.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// A text file as UTF-8. UTF-8 itself passes unchecked: whoever takes the text checks it row by row.
pub(crate) struct Decoded {
    file: File,
    decoder: Option<encoding_rs::Decoder>,
    raw: Vec<u8>,
    ended: bool,
}

impl Decoded {
    pub(crate) fn open(path: &Path, found: &Found) -> io::Result<Decoded> {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(found.bom))?;
        let decoder = (found.encoding != UTF_8).then(|| found.encoding.new_decoder_without_bom_handling());
        Ok(Decoded { file, decoder, raw: vec![0; CHUNK], ended: false })
    }

    /// Appends more text; `false` at the end of the file.
    pub(crate) fn more(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let read = fill(&mut self.file, &mut self.raw)?;
        self.ended = read < self.raw.len();
        let Some(decoder) = &mut self.decoder else {
            out.extend_from_slice(&self.raw[..read]);
            return Ok(true);
        };
        let mut input = &self.raw[..read];
        loop {
            let from = out.len();
            // Enough for the whole input in nearly all cases; the loop goes round when it is not.
            out.resize(from + input.len() * 3 + 16, 0);
            let (result, taken, written) =
                decoder.decode_to_utf8_without_replacement(input, &mut out[from..], self.ended);
            out.truncate(from + written);
            input = &input[taken..];
            match result {
                DecoderResult::InputEmpty => return Ok(true),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => out.push(BAD),
            }
        }
    }
}
