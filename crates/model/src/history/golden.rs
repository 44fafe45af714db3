//! The format, written down for ever: today's code writes the bytes of the golden files and reads them. A file is never
//! changed; a new form gets a new file. (`KEHUB_GOLDEN=write` makes files that are not there yet.)

use super::samples::{change, id, lead, values};
use super::*;
use crate::moment::Moment;
use crate::value::Value;

const BLOB: BlobHash = [0xb1; 16];

fn blob_text() -> String {
    "长".repeat(1000)
}

fn bodies() -> Vec<(&'static str, Body)> {
    let update = |record, changes| {
        let prev = Some(Moment(0x0102_0304_0506_0708));
        Entry { op: Op::Update, object: 300, record: id(record), prev, changes }
    };
    let all =
        values().into_iter().zip(1..).map(|(value, field)| change(field, value, Value::from(field as i64))).collect();
    let delete = Entry { op: Op::Delete, changes: vec![change(5, "was", Value::Null)], ..update(2, Vec::new()) };
    let long = update(3, vec![change(9, Value::Null, Value::text(blob_text())), change(900, true, false)]);
    let derived = Derived { object: 4, record: id(9), field: 77, before: 10.into(), after: 25.into() };
    let mut sparse: Vec<Entry> = (0..25).map(|n| update(n, vec![change(3, "a", "b")])).collect();
    sparse[4].changes.push(change(8, Value::Null, 5));
    sparse[6].prev = None;
    let with_derived = |entries| Body { entries, derived: vec![derived.clone()] };
    vec![
        ("plain-create", Body { entries: vec![lead(1)], derived: Vec::new() }),
        ("plain-values", Body { entries: vec![update(1, all)], derived: Vec::new() }),
        ("plain-mixed", with_derived(vec![lead(2), delete, long])),
        ("bulk-create", Body { entries: (0..40).map(lead).collect(), derived: Vec::new() }),
        ("bulk-update", with_derived(sparse)),
    ]
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

fn hex(bytes: &[u8]) -> String {
    let line = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    bytes.chunks(40).map(|bytes| line(bytes) + "\n").collect()
}

/// A newer zstd may pack the same columns into other bytes, and that is no change of the format: a bulk body is compared
/// unpacked.
fn comparable(bytes: &[u8]) -> Vec<u8> {
    const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    let Some(at) = bytes.windows(4).position(|window| window == ZSTD) else { return bytes.to_vec() };
    let mut out = bytes[..at].to_vec();
    out.extend(zstd::bulk::decompress(&bytes[at..], 1 << 20).unwrap());
    out
}

#[test]
fn todays_code_writes_and_reads_the_golden_bytes() {
    for (name, body) in bodies() {
        let path = format!("{}/src/history/golden/{name}.hex", env!("CARGO_MANIFEST_DIR"));
        let bytes = encode(&body, &mut |_| BLOB);
        let missing = !std::path::Path::new(&path).exists();
        if missing && std::env::var_os("KEHUB_GOLDEN").is_some() {
            std::fs::write(&path, hex(&bytes)).unwrap();
        }
        let golden = unhex(&std::fs::read_to_string(&path).unwrap());
        assert!(comparable(&golden) == comparable(&bytes), "{name}: today's bytes differ");
        let back = decode(&golden, body.head(), &mut |hash| (*hash == BLOB).then(blob_text)).unwrap();
        assert_eq!(back, body, "{name}");
    }
}
