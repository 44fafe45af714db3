//! The bytes of numbers and values in a history body. A tag, once given, means the same for ever.

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::value::{CellError, Value};

/// The name of a text that is too long for a body: a hash of its bytes.
pub type BlobHash = [u8; 16];

/// The longest text that stands in the body itself, in bytes.
pub(super) const INLINE: usize = 2048;

/// Lists in lists, no deeper than this. No field type makes even two levels; hostile bytes must not exhaust the stack.
const DEPTH: u8 = 16;

/// Why bytes are not a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Corrupt {
    /// The body was dropped by the object's retention: not a fault, but nothing to read either.
    Dropped,
    /// It ends in the middle.
    Short,
    /// A form or flag a newer release wrote.
    Newer(u8),
    /// Bytes that no release wrote.
    Wrong(&'static str),
    /// A long text is no longer in the blob store.
    NoBlob(BlobHash),
    /// A body of one record was read without the columns beside it.
    NoHead,
}

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dropped => f.write_str("the body was dropped by retention"),
            Self::Short => f.write_str("the body ends too early"),
            Self::Newer(byte) => write!(f, "the body has the unknown form {byte:#04x}"),
            Self::Wrong(what) => write!(f, "the body is damaged: {what}"),
            Self::NoBlob(hash) => {
                f.write_str("a long text is missing: ")?;
                hash.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
            Self::NoHead => f.write_str("the body of one record needs the columns of its commit"),
        }
    }
}

impl std::error::Error for Corrupt {}

mod tag {
    pub(super) const NULL: u8 = 0;
    pub(super) const FALSE: u8 = 1;
    pub(super) const TRUE: u8 = 2;
    pub(super) const TEXT: u8 = 3;
    pub(super) const TEXT_BLOB: u8 = 4;
    pub(super) const DATE: u8 = 5;
    pub(super) const SECONDS: u8 = 6;
    pub(super) const MICROS: u8 = 7;
    pub(super) const TIME: u8 = 8;
    pub(super) const TIME_MICROS: u8 = 9;
    pub(super) const ID: u8 = 10;
    pub(super) const LIST: u8 = 11;
    pub(super) const JSON: u8 = 12;
    pub(super) const JSON_BLOB: u8 = 13;
    pub(super) const ERROR: u8 = 14;
    /// `NUMBER + scale`, scale 0 to 28, then the mantissa.
    pub(super) const NUMBER: u8 = 0x20;
    pub(super) const LAST_NUMBER: u8 = NUMBER + 28;
    /// `SHORT_TEXT + length`, up to 127 bytes.
    pub(super) const SHORT_TEXT: u8 = 0x80;
}

/// The day dates and instants are counted from: near the data, so that the numbers are short.
fn day_zero() -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default()
}

fn instant_zero() -> DateTime<Utc> {
    day_zero().and_time(NaiveTime::MIN).and_utc()
}

/// Writes values; long texts go to the blob store.
pub(super) struct Writer<'a> {
    keep: &'a mut dyn FnMut(&str) -> BlobHash,
    /// How many values were written, those in lists included.
    pub(super) values: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(keep: &'a mut dyn FnMut(&str) -> BlobHash) -> Self {
        Self { keep, values: 0 }
    }

    pub(super) fn value(&mut self, value: &Value, out: &mut Vec<u8>) {
        self.values += 1;
        match value {
            Value::Null => out.push(tag::NULL),
            Value::Bool(yes) => out.push(if *yes { tag::TRUE } else { tag::FALSE }),
            Value::Number(number) => {
                out.push(tag::NUMBER + number.scale() as u8);
                put_wide(zigzag_wide(number.mantissa()), out);
            }
            Value::Text(text) if text.len() < 128 => {
                out.push(tag::SHORT_TEXT + text.len() as u8);
                out.extend_from_slice(text.as_bytes());
            }
            Value::Text(text) => self.text(text, tag::TEXT, tag::TEXT_BLOB, out),
            Value::Date(date) => {
                out.push(tag::DATE);
                put(zigzag(date.signed_duration_since(day_zero()).num_days()), out);
            }
            Value::DateTime(at) => {
                let micros = at.timestamp_micros() - instant_zero().timestamp_micros();
                let whole = micros % 1_000_000 == 0;
                out.push(if whole { tag::SECONDS } else { tag::MICROS });
                put(zigzag(if whole { micros / 1_000_000 } else { micros }), out);
            }
            Value::Time(time) => {
                let seconds = time.num_seconds_from_midnight();
                // chrono tells a leap second by more than a second of nanoseconds; it is kept as the end of the second before.
                let micros = (time.nanosecond() / 1000).min(999_999);
                out.push(if micros == 0 { tag::TIME } else { tag::TIME_MICROS });
                let short = u64::from(seconds);
                put(if micros == 0 { short } else { short * 1_000_000 + u64::from(micros) }, out);
            }
            Value::Id(id) => {
                out.push(tag::ID);
                out.extend_from_slice(id.as_bytes());
            }
            Value::List(values) => {
                out.push(tag::LIST);
                put(values.len() as u64, out);
                for value in values {
                    self.value(value, out);
                }
            }
            Value::Json(json) => self.text(&json.to_string(), tag::JSON, tag::JSON_BLOB, out),
            Value::Error(error) => out.extend_from_slice(&[tag::ERROR, error_number(*error)]),
        }
    }

    fn text(&mut self, text: &str, inline: u8, blob: u8, out: &mut Vec<u8>) {
        if text.len() > INLINE {
            out.push(blob);
            out.extend_from_slice(&(self.keep)(text));
        } else {
            out.push(inline);
            put(text.len() as u64, out);
            out.extend_from_slice(text.as_bytes());
        }
    }
}

/// Not the order of `CellError::ALL`: that one may change.
fn error_number(error: CellError) -> u8 {
    match error {
        CellError::Div0 => 0,
        CellError::Value => 1,
        CellError::Num => 2,
        CellError::Na => 3,
        CellError::Ref => 4,
    }
}

pub(super) fn put(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(super) fn put_wide(mut number: u128, out: &mut Vec<u8>) {
    while number > u128::from(u64::MAX) {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    put(number as u64, out);
}

pub(super) fn zigzag(number: i64) -> u64 {
    (number.wrapping_shl(1) ^ (number >> 63)) as u64
}

pub(super) fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

fn zigzag_wide(number: i128) -> u128 {
    (number.wrapping_shl(1) ^ (number >> 127)) as u128
}

fn unzigzag_wide(number: u128) -> i128 {
    (number >> 1) as i128 ^ -((number & 1) as i128)
}

pub(super) type Fetch<'a> = &'a mut dyn FnMut(&BlobHash) -> Option<String>;

/// Reads bytes nobody vouches for: every length is checked against what is left before anything is made room for.
pub(super) struct Reader<'a> {
    left: &'a [u8],
    /// How many values may still be made. Compressed bytes can claim far more values than they have bytes.
    budget: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { left: bytes, budget: usize::MAX }
    }

    pub(super) fn with_budget(bytes: &'a [u8], budget: usize) -> Self {
        Self { left: bytes, budget }
    }

    pub(super) fn left(&self) -> usize {
        self.left.len()
    }

    /// Takes over what another reader of the same body has left to spend.
    pub(super) fn share_budget(&mut self, other: &Reader<'_>) {
        self.budget = other.budget;
    }

    pub(super) fn bytes(&mut self, count: usize) -> Result<&'a [u8], Corrupt> {
        let (head, rest) = self.left.split_at_checked(count).ok_or(Corrupt::Short)?;
        self.left = rest;
        Ok(head)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Corrupt> {
        let (head, rest) = self.left.split_first_chunk::<N>().ok_or(Corrupt::Short)?;
        self.left = rest;
        Ok(*head)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Corrupt> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(super) fn id(&mut self) -> Result<Uuid, Corrupt> {
        self.array().map(Uuid::from_bytes)
    }

    pub(super) fn number(&mut self) -> Result<u64, Corrupt> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let part = u64::from(byte & 0x7f);
            if shift == 63 && part > 1 {
                break;
            }
            number |= part << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Corrupt::Wrong("a number is too long"))
    }

    pub(super) fn wide(&mut self) -> Result<u128, Corrupt> {
        let mut number = 0u128;
        // 98 bits hold the 96 of a mantissa and its sign; 105 are read, the rest is refused by the decimal itself.
        for shift in (0..105).step_by(7) {
            let byte = self.byte()?;
            number |= u128::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Corrupt::Wrong("a number is too long"))
    }

    /// A count of things of at least one byte each.
    pub(super) fn count(&mut self) -> Result<usize, Corrupt> {
        let count = usize::try_from(self.number()?).map_err(|_| Corrupt::Short)?;
        if count > self.left.len() { Err(Corrupt::Short) } else { Ok(count) }
    }

    pub(super) fn catalog_number(&mut self) -> Result<i32, Corrupt> {
        u32::try_from(self.number()?).map(|number| number as i32).map_err(|_| Corrupt::Wrong("a catalog number"))
    }

    fn text(&mut self) -> Result<&'a str, Corrupt> {
        let length = self.count()?;
        self.utf8(length)
    }

    fn utf8(&mut self, length: usize) -> Result<&'a str, Corrupt> {
        std::str::from_utf8(self.bytes(length)?).map_err(|_| Corrupt::Wrong("a text is not UTF-8"))
    }

    pub(super) fn value(&mut self, fetch: Fetch<'_>) -> Result<Value, Corrupt> {
        self.value_at(fetch, 0)
    }

    fn value_at(&mut self, fetch: Fetch<'_>, depth: u8) -> Result<Value, Corrupt> {
        self.budget = self.budget.checked_sub(1).ok_or(Corrupt::Wrong("too many values"))?;
        Ok(match self.byte()? {
            tag::NULL => Value::Null,
            tag::FALSE => Value::Bool(false),
            tag::TRUE => Value::Bool(true),
            head @ tag::NUMBER..=tag::LAST_NUMBER => {
                let mantissa = unzigzag_wide(self.wide()?);
                let number = Decimal::try_from_i128_with_scale(mantissa, u32::from(head - tag::NUMBER));
                Value::Number(number.map_err(|_| Corrupt::Wrong("a number has too many digits"))?)
            }
            head @ tag::SHORT_TEXT.. => Value::Text(self.utf8(usize::from(head - tag::SHORT_TEXT))?.to_owned()),
            tag::TEXT => Value::Text(self.text()?.to_owned()),
            tag::TEXT_BLOB => Value::Text(self.blob(fetch)?),
            tag::DATE => Value::Date(date(unzigzag(self.number()?))?),
            tag::SECONDS => Value::DateTime(instant(TimeDelta::try_seconds(unzigzag(self.number()?)))?),
            tag::MICROS => Value::DateTime(instant(Some(TimeDelta::microseconds(unzigzag(self.number()?))))?),
            tag::TIME => Value::Time(time(self.number()?, 0)?),
            tag::TIME_MICROS => {
                let micros = self.number()?;
                Value::Time(time(micros / 1_000_000, (micros % 1_000_000) as u32)?)
            }
            tag::ID => Value::Id(self.id()?),
            tag::LIST if depth < DEPTH => {
                let count = self.count()?;
                // Room for a few; a long list has to prove itself by its bytes.
                let mut values = Vec::with_capacity(count.min(64));
                for _ in 0..count {
                    values.push(self.value_at(fetch, depth + 1)?);
                }
                Value::List(values)
            }
            tag::JSON => Value::Json(json(self.text()?)?),
            tag::JSON_BLOB => Value::Json(json(&self.blob(fetch)?)?),
            tag::ERROR => {
                let number = self.byte()?;
                let error = CellError::ALL.into_iter().find(|error| error_number(*error) == number);
                Value::Error(error.ok_or(Corrupt::Wrong("an unknown error"))?)
            }
            _ => return Err(Corrupt::Wrong("an unknown kind of value")),
        })
    }

    fn blob(&mut self, fetch: Fetch<'_>) -> Result<String, Corrupt> {
        let hash = self.array()?;
        fetch(&hash).ok_or(Corrupt::NoBlob(hash))
    }

    /// Steps over a value without making it.
    pub(super) fn skip(&mut self) -> Result<(), Corrupt> {
        let mut open = 1usize;
        while open > 0 {
            open -= 1;
            let length = match self.byte()? {
                tag::NULL | tag::FALSE | tag::TRUE => 0,
                tag::NUMBER..=tag::LAST_NUMBER => {
                    self.wide()?;
                    0
                }
                head @ tag::SHORT_TEXT.. => usize::from(head - tag::SHORT_TEXT),
                tag::TEXT | tag::JSON => self.count()?,
                tag::TEXT_BLOB | tag::JSON_BLOB | tag::ID => 16,
                tag::DATE | tag::SECONDS | tag::MICROS | tag::TIME | tag::TIME_MICROS => {
                    self.number()?;
                    0
                }
                tag::LIST => {
                    open = open.saturating_add(self.count()?);
                    0
                }
                tag::ERROR => 1,
                _ => return Err(Corrupt::Wrong("an unknown kind of value")),
            };
            self.bytes(length)?;
        }
        Ok(())
    }
}

fn date(days: i64) -> Result<NaiveDate, Corrupt> {
    let step = Days::new(days.unsigned_abs());
    let date = if days < 0 { day_zero().checked_sub_days(step) } else { day_zero().checked_add_days(step) };
    date.ok_or(Corrupt::Wrong("a date out of range"))
}

fn instant(since: Option<TimeDelta>) -> Result<DateTime<Utc>, Corrupt> {
    since.and_then(|since| instant_zero().checked_add_signed(since)).ok_or(Corrupt::Wrong("an instant out of range"))
}

fn time(seconds: u64, micros: u32) -> Result<NaiveTime, Corrupt> {
    let seconds = u32::try_from(seconds).ok();
    let time = seconds.and_then(|seconds| NaiveTime::from_num_seconds_from_midnight_opt(seconds, micros * 1000));
    time.ok_or(Corrupt::Wrong("a time out of range"))
}

fn json(text: &str) -> Result<serde_json::Value, Corrupt> {
    serde_json::from_str(text).map_err(|_| Corrupt::Wrong("a JSON value"))
}
