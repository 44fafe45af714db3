//! The form of many entries of one object with one op: ids sorted in one array that can be searched as it lies there, then
//! everything else by column, compressed. A created row of 14 fields takes a quarter of its plain form.

use std::collections::HashMap;

use uuid::Uuid;

use crate::moment::Moment;
use crate::value::{RecordId, Value};

use super::body::{
    DERIVED, FORM_BULK, decode_derived, encode_derived, in_field_order, op_number, op_of_number, put_field, read_field,
};
use super::entry::{Body, Change, Entry, FieldId, ObjectId, Op};
use super::wire::{BlobHash, Corrupt, Fetch, Reader, Writer, put, unzigzag, zigzag};

/// The most bytes and values one compressed body may unfold to. Ten thousand rows of a hundred fields fit; a handful of
/// hostile bytes cannot ask for more. A body beyond is written plain.
const MAX_RAW: usize = 16 << 20;
const MAX_VALUES: usize = 1 << 20;

const LEVEL: i32 = 1;

/// One field over all entries: who has it, and its values one after the other.
struct Column {
    field: FieldId,
    /// The rows that have it, rising.
    rows: Vec<u32>,
    befores: Vec<u8>,
    afters: Vec<u8>,
}

/// `None` when the entries are not of one kind, or too large: then the plain form holds them.
pub(super) fn encode(body: &Body, keep: &mut dyn FnMut(&str) -> BlobHash) -> Option<Vec<u8>> {
    let first = body.entries.first()?;
    let (op, object) = (first.op, first.object);
    let mut entries: Vec<&Entry> = body.entries.iter().collect();
    entries.sort_by_key(|entry| entry.record);
    let alike = entries.iter().all(|entry| entry.op == op && entry.object == object);
    if !alike || entries.windows(2).any(|pair| pair[0].record == pair[1].record) {
        return None;
    }
    let mut writer = Writer::new(keep);
    let columns = columns_of(&entries, op, &mut writer)?;

    let mut raw = Vec::with_capacity(entries.len() * 128);
    put_prevs(&entries, &mut raw);
    put(columns.len() as u64, &mut raw);
    let mut last = 0;
    for column in &columns {
        put_field(column.field, &mut last, &mut raw);
        put_rows(&column.rows, entries.len(), &mut raw);
        for (has, values) in [(op.has_before(), &column.befores), (op.has_after(), &column.afters)] {
            if has {
                put(values.len() as u64, &mut raw);
                raw.extend_from_slice(values);
            }
        }
    }
    if !body.derived.is_empty() {
        encode_derived(&body.derived, &mut writer, &mut raw);
    }
    if raw.len() > MAX_RAW || writer.values > MAX_VALUES {
        return None;
    }

    let mut out = vec![FORM_BULK, if body.derived.is_empty() { 0 } else { DERIVED }, op_number(op)];
    put(u64::from(object as u32), &mut out);
    put_ids(&entries, &mut out);
    put(raw.len() as u64, &mut out);
    out.extend_from_slice(&zstd::bulk::compress(&raw, LEVEL).ok()?);
    Some(out)
}

fn columns_of(entries: &[&Entry], op: Op, writer: &mut Writer<'_>) -> Option<Vec<Column>> {
    let mut columns: Vec<Column> = Vec::new();
    let mut places: HashMap<FieldId, usize> = HashMap::new();
    for (row, entry) in entries.iter().enumerate() {
        let row = u32::try_from(row).ok()?;
        for (n, change) in in_field_order(&entry.changes).iter().enumerate() {
            // Rows of one import have the same fields in the same order, so the place is nearly always known.
            let place = match columns.get(n) {
                Some(column) if column.field == change.field => n,
                _ => *places.entry(change.field).or_insert_with(|| {
                    let field = change.field;
                    columns.push(Column { field, rows: Vec::new(), befores: Vec::new(), afters: Vec::new() });
                    columns.len() - 1
                }),
            };
            let column = columns.get_mut(place)?;
            if column.rows.last() == Some(&row) {
                return None;
            }
            column.rows.push(row);
            if op.has_before() {
                writer.value(&change.before, &mut column.befores);
            }
            if op.has_after() {
                writer.value(&change.after, &mut column.afters);
            }
        }
    }
    columns.sort_by_key(|column| column.field as u32);
    Some(columns)
}

/// Ids without what they all begin with: ids of one import share their first bytes.
fn put_ids(entries: &[&Entry], out: &mut Vec<u8>) {
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return };
    let (first, last) = (first.record.into_bytes(), last.record.into_bytes());
    // They are sorted, so what the first and the last share, all share.
    let shared = first.iter().zip(&last).take_while(|(a, b)| a == b).count();
    put(entries.len() as u64, out);
    out.push(shared as u8);
    out.extend_from_slice(&first[..shared]);
    for entry in entries {
        out.extend_from_slice(&entry.record.as_bytes()[shared..]);
    }
}

fn put_prevs(entries: &[&Entry], out: &mut Vec<u8>) {
    if entries.iter().all(|entry| entry.prev.is_none()) {
        out.push(0);
        return;
    }
    out.push(1);
    let mut last = 0i64;
    for entry in entries {
        let Some(prev) = entry.prev else {
            out.push(0);
            continue;
        };
        out.push(1);
        put(zigzag(prev.0.wrapping_sub(last)), out);
        last = prev.0;
    }
}

/// 0: all rows; 1: a bit for each.
fn put_rows(rows: &[u32], count: usize, out: &mut Vec<u8>) {
    if rows.len() == count {
        out.push(0);
        return;
    }
    out.push(1);
    let start = out.len();
    out.resize(start + count.div_ceil(8), 0);
    for row in rows {
        out[start + *row as usize / 8] |= 1 << (row % 8);
    }
}

/// What can be read without unfolding the columns.
struct Outside<'a> {
    op: Op,
    object: ObjectId,
    shared: &'a [u8],
    /// The ends of the ids, each `16 - shared.len()` bytes.
    ends: &'a [u8],
    count: usize,
    raw: usize,
    packed: &'a [u8],
}

impl<'a> Outside<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Corrupt> {
        let op = op_of_number(reader.byte()?)?;
        let object = reader.catalog_number()?;
        let count = reader.count()?;
        let length = usize::from(reader.byte()?);
        if length > 16 || (length == 16 && count > 1) || count == 0 {
            return Err(Corrupt::Wrong("the ids"));
        }
        let shared = reader.bytes(length)?;
        let ends = reader.bytes((16 - length).checked_mul(count).ok_or(Corrupt::Short)?)?;
        let raw = usize::try_from(reader.number()?).map_err(|_| Corrupt::Wrong("too large"))?;
        if raw > MAX_RAW {
            return Err(Corrupt::Wrong("too large"));
        }
        let packed = reader.bytes(reader.left())?;
        Ok(Self { op, object, shared, ends, count, raw, packed })
    }

    fn end(&self, row: usize) -> &'a [u8] {
        let width = 16 - self.shared.len();
        &self.ends[row * width..(row + 1) * width]
    }

    fn id(&self, row: usize) -> RecordId {
        let mut id = [0; 16];
        let (head, tail) = id.split_at_mut(self.shared.len());
        head.copy_from_slice(self.shared);
        tail.copy_from_slice(self.end(row));
        Uuid::from_bytes(id)
    }

    fn row_of(&self, record: RecordId) -> Option<usize> {
        let wanted = record.as_bytes().strip_prefix(self.shared)?;
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = (low + high) / 2;
            match self.end(middle).cmp(wanted) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    fn unpack(&self) -> Result<Vec<u8>, Corrupt> {
        let raw = zstd::bulk::decompress(self.packed, self.raw).map_err(|_| Corrupt::Wrong("the columns"))?;
        if raw.len() == self.raw { Ok(raw) } else { Err(Corrupt::Wrong("the columns")) }
    }

    fn entry(&self, row: usize, prev: Option<Moment>, changes: Vec<Change>) -> Entry {
        Entry { op: self.op, object: self.object, record: self.id(row), prev, changes }
    }
}

fn read_prevs(count: usize, reader: &mut Reader<'_>) -> Result<Vec<Option<Moment>>, Corrupt> {
    if reader.byte()? == 0 {
        return Ok(vec![None; count]);
    }
    let mut prevs = Vec::new();
    let mut last = 0i64;
    for _ in 0..count {
        prevs.push(if reader.byte()? == 0 {
            None
        } else {
            last = last.wrapping_add(unzigzag(reader.number()?));
            Some(Moment(last))
        });
    }
    Ok(prevs)
}

/// The rows of a column.
enum Rows<'a> {
    All,
    Bits(&'a [u8]),
}

impl<'a> Rows<'a> {
    fn read(count: usize, reader: &mut Reader<'a>) -> Result<Self, Corrupt> {
        match reader.byte()? {
            0 => Ok(Rows::All),
            1 => Ok(Rows::Bits(reader.bytes(count.div_ceil(8))?)),
            _ => Err(Corrupt::Wrong("the rows of a column")),
        }
    }

    fn has(&self, row: usize) -> bool {
        match self {
            Rows::All => true,
            Rows::Bits(bits) => bits.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1),
        }
    }

    /// How many rows before this one have a value.
    fn before(&self, row: usize) -> usize {
        match self {
            Rows::All => row,
            Rows::Bits(_) => (0..row).filter(|row| self.has(*row)).count(),
        }
    }
}

pub(super) fn decode(reader: &mut Reader<'_>, flags: u8, fetch: Fetch<'_>) -> Result<Body, Corrupt> {
    let outside = Outside::read(reader)?;
    let count = outside.count;
    if (1..count).any(|row| outside.end(row - 1) >= outside.end(row)) {
        return Err(Corrupt::Wrong("the ids are not in order"));
    }
    let raw = outside.unpack()?;
    let mut reader = Reader::with_budget(&raw, MAX_VALUES);
    let prevs = read_prevs(count, &mut reader)?;
    let columns = reader.count()?;
    let room = if columns.saturating_mul(count) <= MAX_VALUES { columns } else { 0 };
    let mut entries: Vec<Entry> =
        prevs.into_iter().enumerate().map(|(row, prev)| outside.entry(row, prev, Vec::with_capacity(room))).collect();
    let mut last = 0;
    for _ in 0..columns {
        let field = read_field(&mut last, &mut reader)?;
        let rows = Rows::read(count, &mut reader)?;
        let mut befores = Side::read(outside.op.has_before(), &mut reader)?;
        let mut afters = Side::read(outside.op.has_after(), &mut reader)?;
        for (_, entry) in entries.iter_mut().enumerate().filter(|(row, _)| rows.has(*row)) {
            let (before, after) = (befores.value(&mut reader, fetch)?, afters.value(&mut reader, fetch)?);
            entry.changes.push(Change { field, before, after });
        }
    }
    let derived = if flags & DERIVED != 0 { decode_derived(&mut reader, fetch)? } else { Vec::new() };
    Ok(Body { entries, derived })
}

/// The values of one side of a column, read on their own; the budget stays that of the whole body.
struct Side<'a>(Option<Reader<'a>>);

impl<'a> Side<'a> {
    fn read(has: bool, reader: &mut Reader<'a>) -> Result<Self, Corrupt> {
        if !has {
            return Ok(Side(None));
        }
        let length = reader.count()?;
        Ok(Side(Some(Reader::new(reader.bytes(length)?))))
    }

    fn value(&mut self, whole: &mut Reader<'a>, fetch: Fetch<'_>) -> Result<Value, Corrupt> {
        let Some(side) = &mut self.0 else { return Ok(Value::Null) };
        side.share_budget(whole);
        let value = side.value(fetch)?;
        whole.share_budget(side);
        Ok(value)
    }
}

/// One record's entry: its place is found in the ids, and in each column the values before it are stepped over.
pub(super) fn find(reader: &mut Reader<'_>, record: RecordId, fetch: Fetch<'_>) -> Result<Option<Entry>, Corrupt> {
    let outside = Outside::read(reader)?;
    let Some(row) = outside.row_of(record) else { return Ok(None) };
    let raw = outside.unpack()?;
    let mut reader = Reader::with_budget(&raw, MAX_VALUES);
    let prev = read_prevs(outside.count, &mut reader)?.get(row).copied().flatten();
    let mut changes = Vec::new();
    let mut last = 0;
    for _ in 0..reader.count()? {
        let field = read_field(&mut last, &mut reader)?;
        let rows = Rows::read(outside.count, &mut reader)?;
        let mut befores = Side::read(outside.op.has_before(), &mut reader)?;
        let mut afters = Side::read(outside.op.has_after(), &mut reader)?;
        if !rows.has(row) {
            continue;
        }
        for side in [&mut befores, &mut afters] {
            if let Some(side) = &mut side.0 {
                for _ in 0..rows.before(row) {
                    side.skip()?;
                }
            }
        }
        let (before, after) = (befores.value(&mut reader, fetch)?, afters.value(&mut reader, fetch)?);
        changes.push(Change { field, before, after });
    }
    Ok(Some(outside.entry(row, prev, changes)))
}
