//! A body as bytes. The first byte is the form: 0 dropped by retention, 1 plain, 2 bulk (columns, compressed). Golden files
//! hold the format for ever: a new need gets a new form or flag, and the old ones are read as long as the product lives.

use crate::moment::Moment;
use crate::value::{RecordId, Value};

use super::bulk;
use super::entry::{Body, Change, Derived, Entry, FieldId, Head, Op};
use super::wire::{BlobHash, Corrupt, Fetch, Reader, Writer, put};

const FORM_DROPPED: u8 = 0;
const FORM_PLAIN: u8 = 1;
pub(super) const FORM_BULK: u8 = 2;

/// Plain form: one entry, its object, record and `prev` in the commit's own columns.
const HEADED: u8 = 1;
/// Both forms: a derived section follows the entries.
pub(super) const DERIVED: u8 = 2;
const KNOWN_FLAGS: u8 = HEADED | DERIVED;

/// In an entry's first byte: a `prev` follows. The lower bits are the op.
const HAS_PREV: u8 = 4;

/// More entries than this of one object and op go into columns: fewer do not repay the frame.
const PLAIN_UP_TO: usize = 20;

/// Writes a body. A text over 2 kB is handed to `keep`, which stores it and returns its hash; it may be asked twice for the
/// same text. Where exactly one record was written, `Body::head` belongs into the commit's columns: it is not in the bytes.
pub fn encode(body: &Body, keep: &mut dyn FnMut(&str) -> BlobHash) -> Vec<u8> {
    if body.entries.len() > PLAIN_UP_TO
        && let Some(bytes) = bulk::encode(body, keep)
    {
        return bytes;
    }
    encode_plain(body, keep)
}

fn encode_plain(body: &Body, keep: &mut dyn FnMut(&str) -> BlobHash) -> Vec<u8> {
    let headed = body.head().is_some();
    let mut writer = Writer::new(keep);
    let mut out = Vec::with_capacity(64 + body.entries.len() * 128);
    let derived = if body.derived.is_empty() { 0 } else { DERIVED };
    out.extend_from_slice(&[FORM_PLAIN, derived | if headed { HEADED } else { 0 }]);
    if !headed {
        put(body.entries.len() as u64, &mut out);
    }
    for entry in &body.entries {
        let prev = if headed { None } else { entry.prev };
        out.push(op_number(entry.op) | if prev.is_some() { HAS_PREV } else { 0 });
        if !headed {
            put(u64::from(entry.object as u32), &mut out);
            out.extend_from_slice(entry.record.as_bytes());
            if let Some(prev) = prev {
                out.extend_from_slice(&prev.0.to_be_bytes());
            }
        }
        put(entry.changes.len() as u64, &mut out);
        let mut last = 0u32;
        for change in in_field_order(&entry.changes).iter() {
            put_field(change.field, &mut last, &mut out);
            if entry.op.has_before() {
                writer.value(&change.before, &mut out);
            }
            if entry.op.has_after() {
                writer.value(&change.after, &mut out);
            }
        }
    }
    if !body.derived.is_empty() {
        encode_derived(&body.derived, &mut writer, &mut out);
    }
    out
}

/// Changes by field number; as a rule they already are.
pub(super) fn in_field_order(changes: &[Change]) -> std::borrow::Cow<'_, [Change]> {
    if changes.is_sorted_by_key(|change| change.field as u32) {
        return changes.into();
    }
    let mut sorted = changes.to_vec();
    sorted.sort_by_key(|change| change.field as u32);
    sorted.into()
}

/// Fields are written as the step from the one before: one byte for neighbours.
pub(super) fn put_field(field: FieldId, last: &mut u32, out: &mut Vec<u8>) {
    put(u64::from((field as u32).wrapping_sub(*last)), out);
    *last = field as u32;
}

pub(super) fn read_field(last: &mut u32, reader: &mut Reader<'_>) -> Result<FieldId, Corrupt> {
    let step = reader.catalog_number()? as u32;
    *last = last.wrapping_add(step);
    Ok(*last as FieldId)
}

pub(super) fn encode_derived(derived: &[Derived], writer: &mut Writer<'_>, out: &mut Vec<u8>) {
    put(derived.len() as u64, out);
    for one in derived {
        put(u64::from(one.object as u32), out);
        out.extend_from_slice(one.record.as_bytes());
        put(u64::from(one.field as u32), out);
        writer.value(&one.before, out);
        writer.value(&one.after, out);
    }
}

pub(super) fn decode_derived(reader: &mut Reader<'_>, fetch: Fetch<'_>) -> Result<Vec<Derived>, Corrupt> {
    let count = reader.count()?;
    let mut derived = Vec::new();
    for _ in 0..count {
        derived.push(Derived {
            object: reader.catalog_number()?,
            record: reader.id()?,
            field: reader.catalog_number()?,
            before: reader.value(fetch)?,
            after: reader.value(fetch)?,
        });
    }
    Ok(derived)
}

pub(super) fn op_number(op: Op) -> u8 {
    match op {
        Op::Create => 0,
        Op::Update => 1,
        Op::Delete => 2,
    }
}

pub(super) fn op_of_number(number: u8) -> Result<Op, Corrupt> {
    match number {
        0 => Ok(Op::Create),
        1 => Ok(Op::Update),
        2 => Ok(Op::Delete),
        _ => Err(Corrupt::Wrong("an unknown op")),
    }
}

/// Reads a body. `head` is what stands in the commit's columns, if they are filled; `fetch` finds long texts by their hash.
/// A bulk body comes back in the order of its record ids.
pub fn decode(
    bytes: &[u8],
    head: Option<Head>,
    fetch: &mut dyn FnMut(&BlobHash) -> Option<String>,
) -> Result<Body, Corrupt> {
    let (form, flags, mut reader) = open(bytes)?;
    if form == FORM_BULK {
        return bulk::decode(&mut reader, flags, fetch);
    }
    let mut body = Body::default();
    let headed = flags & HEADED != 0;
    let count = if headed { 1 } else { reader.count()? };
    for _ in 0..count {
        let (op, head) = entry_head(&mut reader, headed, head)?;
        body.entries.push(entry_rest(op, head, &mut reader, fetch)?);
    }
    if flags & DERIVED != 0 {
        body.derived = decode_derived(&mut reader, fetch)?;
    }
    if reader.left() > 0 {
        return Err(Corrupt::Wrong("bytes after the end"));
    }
    Ok(body)
}

/// The entry of one record, without making the others.
pub fn find(
    bytes: &[u8],
    head: Option<Head>,
    record: RecordId,
    fetch: &mut dyn FnMut(&BlobHash) -> Option<String>,
) -> Result<Option<Entry>, Corrupt> {
    let (form, flags, mut reader) = open(bytes)?;
    if form == FORM_BULK {
        return bulk::find(&mut reader, record, fetch);
    }
    let headed = flags & HEADED != 0;
    let count = if headed { 1 } else { reader.count()? };
    for _ in 0..count {
        let (op, head) = entry_head(&mut reader, headed, head)?;
        if head.record == record {
            return entry_rest(op, head, &mut reader, fetch).map(Some);
        }
        let sides = u8::from(op.has_before()) + u8::from(op.has_after());
        for _ in 0..reader.count()? {
            reader.number()?;
            for _ in 0..sides {
                reader.skip()?;
            }
        }
    }
    Ok(None)
}

/// The hashes of the long texts a body names: to fetch them all at once, or to know what may be swept.
pub fn mentioned_blobs(bytes: &[u8], head: Option<Head>) -> Result<Vec<BlobHash>, Corrupt> {
    let mut hashes = Vec::new();
    // "null" is a text and a JSON value as well, so reading goes on whatever the blob was.
    decode(bytes, head, &mut |hash| {
        hashes.push(*hash);
        Some("null".to_owned())
    })?;
    hashes.sort_unstable();
    hashes.dedup();
    Ok(hashes)
}

fn open(bytes: &[u8]) -> Result<(u8, u8, Reader<'_>), Corrupt> {
    let mut reader = Reader::new(bytes);
    let form = reader.byte()?;
    match form {
        FORM_DROPPED => return Err(Corrupt::Dropped),
        FORM_PLAIN | FORM_BULK => {}
        newer => return Err(Corrupt::Newer(newer)),
    }
    let flags = reader.byte()?;
    if flags & !KNOWN_FLAGS != 0 {
        return Err(Corrupt::Newer(flags));
    }
    Ok((form, flags, reader))
}

fn entry_head(reader: &mut Reader<'_>, headed: bool, head: Option<Head>) -> Result<(Op, Head), Corrupt> {
    let first = reader.byte()?;
    let op = op_of_number(first & !HAS_PREV)?;
    if headed {
        return Ok((op, head.ok_or(Corrupt::NoHead)?));
    }
    let object = reader.catalog_number()?;
    let record = reader.id()?;
    let prev = if first & HAS_PREV != 0 { Some(Moment(i64::from_be_bytes(reader.array()?))) } else { None };
    Ok((op, Head { object, record, prev }))
}

fn entry_rest(op: Op, head: Head, reader: &mut Reader<'_>, fetch: Fetch<'_>) -> Result<Entry, Corrupt> {
    let count = reader.count()?;
    let mut changes = Vec::with_capacity(count.min(64));
    let mut last = 0;
    for _ in 0..count {
        changes.push(Change {
            field: read_field(&mut last, reader)?,
            before: if op.has_before() { reader.value(fetch)? } else { Value::Null },
            after: if op.has_after() { reader.value(fetch)? } else { Value::Null },
        });
    }
    let Head { object, record, prev } = head;
    Ok(Entry { op, object, record, prev, changes })
}

/// What is left in the place of a body that retention dropped: the digest of the commit's row as it stood, so that the chain
/// of seals can still be computed.
pub fn dropped(row: &[u8; 32]) -> Vec<u8> {
    let mut out = vec![FORM_DROPPED];
    out.extend_from_slice(row);
    out
}

/// The digest kept in the place of a dropped body.
pub fn dropped_digest(bytes: &[u8]) -> Option<[u8; 32]> {
    let (form, digest) = bytes.split_first()?;
    if *form == FORM_DROPPED { digest.try_into().ok() } else { None }
}
