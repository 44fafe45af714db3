//! What the bytes of a body promise.

use std::hint::black_box;
use std::time::Instant;

use proptest::prelude::*;

use super::samples::{Blobs, any_bulk, any_plain, change, id, lead, values};
use super::*;
use crate::moment::Moment;
use crate::value::Value;

fn check_back(body: &Body) -> Result<(), TestCaseError> {
    let mut blobs = Blobs::default();
    let bytes = encode(body, &mut |text| blobs.keep(text));
    let back = decode(&bytes, body.head(), &mut |hash| blobs.fetch(hash)).unwrap();
    prop_assert_eq!(&back, body);
    for entry in &body.entries {
        let found = find(&bytes, body.head(), entry.record, &mut |hash| blobs.fetch(hash)).unwrap();
        prop_assert_eq!(found.as_ref(), Some(entry));
    }
    let stranger = find(&bytes, body.head(), id(u128::MAX / 5), &mut |hash| blobs.fetch(hash)).unwrap();
    prop_assert_eq!(stranger, None);
    let mentioned = mentioned_blobs(&bytes, body.head()).unwrap();
    prop_assert_eq!(mentioned.len(), blobs.0.len());
    Ok(())
}

/// Must return, whatever it returns; long texts are "found" so that reading goes as far as it can.
fn check_survives(bytes: &[u8]) {
    let head = Some(Head { object: 1, record: id(1), prev: None });
    let _ = decode(bytes, head, &mut |_| Some("[1]".to_owned()));
    let _ = find(bytes, head, id(3), &mut |_| Some("[1]".to_owned()));
}

/// Where the compressed columns of a bulk body begin.
fn columns_at(bytes: &[u8]) -> usize {
    bytes.windows(4).position(|window| window == [0x28, 0xb5, 0x2f, 0xfd]).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_plain_body_comes_back(body in any_plain()) {
        check_back(&body)?;
    }

    #[test]
    fn a_bulk_body_comes_back(body in any_bulk()) {
        check_back(&body)?;
    }

    #[test]
    fn noise_is_refused_without_a_crash(form in 0u8..4, flags in 0u8..5, noise in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut bytes = vec![form, flags];
        bytes.extend(noise);
        check_survives(&bytes);
    }

    #[test]
    fn a_damaged_body_is_refused_without_a_crash(
        body in prop_oneof![any_plain(), any_bulk()], at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>(),
    ) {
        let mut bytes = encode(&body, &mut |_| [9; 16]);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
        }
        check_survives(&bytes);
    }

    #[test]
    fn damaged_columns_are_refused_without_a_crash(body in any_bulk(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let bytes = encode(&body, &mut |_| [9; 16]);
        let start = columns_at(&bytes);
        let mut raw = zstd::bulk::decompress(&bytes[start..], 16 << 20).unwrap();
        let at = at.index(raw.len());
        raw[at] = byte;
        let mut bytes = bytes[..start].to_vec();
        bytes.extend(zstd::bulk::compress(&raw, 1).unwrap());
        check_survives(&bytes);
    }
}

#[test]
fn every_kind_of_value_comes_back_with_its_digits() {
    let changes = values().into_iter().zip(1..).map(|(value, field)| change(field, value, Value::Null)).collect();
    let entry = Entry { op: Op::Update, object: 3, record: id(1), prev: Some(Moment(77)), changes };
    let body = Body { entries: vec![entry], derived: Vec::new() };
    check_back(&body).unwrap();
    let bytes = encode(&body, &mut |_| [0; 16]);
    let back = decode(&bytes, body.head(), &mut |_| None).unwrap();
    // Equal decimals may differ in their zeros; these do not.
    let digits = |body: &Body| body.entries[0].changes.iter().map(|change| change.before.to_json()).collect::<Vec<_>>();
    assert_eq!(digits(&back), digits(&body));
    let scale = |body: &Body| body.entries[0].changes[5].before.as_number().unwrap().scale();
    assert_eq!((scale(&back), scale(&body)), (2, 2));
}

#[test]
fn a_body_of_one_record_needs_its_commits_columns() {
    let body = Body { entries: vec![lead(1)], derived: Vec::new() };
    let bytes = encode(&body, &mut |_| [0; 16]);
    assert_eq!(decode(&bytes, None, &mut |_| None), Err(Corrupt::NoHead));
}

#[test]
fn a_long_text_is_kept_once_and_missed_when_it_is_gone() {
    let long = "长".repeat(1000);
    let changes =
        vec![change(1, Value::text(long.clone()), Value::text("short")), change(2, Value::Null, Value::text(long))];
    let entry = Entry { op: Op::Update, object: 3, record: id(1), prev: None, changes };
    let body = Body { entries: vec![entry], derived: Vec::new() };
    let mut blobs = Blobs::default();
    let bytes = encode(&body, &mut |text| blobs.keep(text));
    assert_eq!(blobs.0.len(), 1);
    assert!(bytes.len() < 60, "{}", bytes.len());
    assert!(matches!(decode(&bytes, body.head(), &mut |_| None), Err(Corrupt::NoBlob(_))));
}

#[test]
fn a_dropped_body_says_so_and_keeps_the_rows_digest() {
    let bytes = dropped(&[7; 32]);
    assert_eq!(decode(&bytes, None, &mut |_| None), Err(Corrupt::Dropped));
    assert_eq!(dropped_digest(&bytes), Some([7; 32]));
    assert_eq!(dropped_digest(&[1, 0]), None);
}

#[test]
fn forms_and_flags_of_a_newer_release_are_named() {
    assert_eq!(decode(&[9, 0], None, &mut |_| None), Err(Corrupt::Newer(9)));
    assert_eq!(decode(&[1, 0x40, 0], None, &mut |_| None), Err(Corrupt::Newer(0x40)));
    assert_eq!(decode(&[], None, &mut |_| None), Err(Corrupt::Short));
}

#[test]
fn a_few_bytes_cannot_claim_a_large_body() {
    let mut plain = vec![1, 0];
    plain.extend([0xff, 0xff, 0xff, 0xff, 0x0f]);
    assert_eq!(decode(&plain, None, &mut |_| None), Err(Corrupt::Short));
    // 64 MB of empty values, compressed to a few kB.
    let mut bulk = vec![2, 0, 0, 12, 1, 0];
    bulk.extend([1; 16]);
    wire::put(64 << 20, &mut bulk);
    bulk.extend(zstd::bulk::compress(&vec![0; 64 << 20], 1).unwrap());
    assert_eq!(decode(&bulk, None, &mut |_| None), Err(Corrupt::Wrong("too large")));
    // Within the size, but a list of millions of nothing.
    let (count, mut list) = (15 << 20, vec![11]);
    wire::put(count as u64, &mut list);
    list.resize(list.len() + count, 0);
    let mut raw = vec![0, 1, 5, 0];
    wire::put(list.len() as u64, &mut raw);
    raw.extend(list);
    bulk.truncate(22);
    wire::put(raw.len() as u64, &mut bulk);
    bulk.extend(zstd::bulk::compress(&raw, 1).unwrap());
    assert_eq!(decode(&bulk, None, &mut |_| None), Err(Corrupt::Wrong("too many values")));
}

#[test]
fn many_entries_of_mixed_kinds_stay_plain() {
    let mut entries: Vec<Entry> = (0..30).map(lead).collect();
    entries[7].object = 13;
    let body = Body { entries, derived: Vec::new() };
    assert_eq!(encode(&body, &mut |_| [0; 16])[0], 1);
    check_back(&body).unwrap();
}

/// Prints the figures of `docs/benchmarks.md`: `cargo test --release -p kehub-model measure_bodies -- --nocapture`.
#[test]
fn measure_bodies() {
    let rounds = if cfg!(debug_assertions) { 1 } else { 2000 };
    for count in [1, 20, 1000] {
        let body = Body { entries: (0..count).map(lead).collect(), derived: Vec::new() };
        let json: usize = body.entries.iter().flat_map(|e| &e.changes).map(|c| c.after.to_json().len() + 18).sum();
        let bytes = encode(&body, &mut |_| [0; 16]);
        let rounds = (rounds / count as u32).max(if cfg!(debug_assertions) { 1 } else { 50 });
        let per_row = |start: Instant| start.elapsed().as_secs_f64() * 1e6 / f64::from(rounds) / count as f64;
        let start = Instant::now();
        for _ in 0..rounds {
            black_box(encode(black_box(&body), &mut |_| [0; 16]));
        }
        let encoding = per_row(start);
        let start = Instant::now();
        for _ in 0..rounds {
            black_box(decode(black_box(&bytes), body.head(), &mut |_| None).unwrap());
        }
        let decoding = per_row(start);
        let record = body.entries[body.entries.len() / 2].record;
        let start = Instant::now();
        for _ in 0..rounds {
            black_box(find(black_box(&bytes), body.head(), record, &mut |_| None).unwrap());
        }
        let finding = per_row(start) * count as f64;
        let (size, json) = (bytes.len() as f64 / count as f64, json as f64 / count as f64);
        println!(
            "{count} rows: {size:.1} B a row (JSON values {json:.0}); µs a row: encode {encoding:.2}, decode {decoding:.2}; find {finding:.1} µs"
        );
        assert!(size < if count == 1000 { 80.0 } else { 260.0 });
    }
}
