//! Bodies for the tests of history.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime};
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::wire::BlobHash;
use super::{Body, Change, Derived, Entry, Op};
use crate::moment::Moment;
use crate::value::{CellError, RecordId, Value};

pub(super) fn id(n: u128) -> RecordId {
    // A UUIDv7 of a morning in 2026: what an import gives its rows.
    Uuid::from_u128(0x0199_0000_1000_7000_8000_0000_0000_0000 + n)
}

/// A blob store in memory.
#[derive(Default)]
pub(super) struct Blobs(pub(super) HashMap<BlobHash, String>);

impl Blobs {
    pub(super) fn keep(&mut self, text: &str) -> BlobHash {
        let mut hash = [0u8; 16];
        for (n, byte) in text.bytes().enumerate() {
            hash[n % 16] = hash[n % 16].rotate_left(3) ^ byte ^ n as u8;
        }
        self.0.insert(hash, text.to_owned());
        hash
    }

    pub(super) fn fetch(&self, hash: &BlobHash) -> Option<String> {
        self.0.get(hash).cloned()
    }
}

pub(super) fn change(field: i32, before: impl Into<Value>, after: impl Into<Value>) -> Change {
    Change { field, before: before.into(), after: after.into() }
}

/// One value of every kind, and the edges of each.
pub(super) fn values() -> Vec<Value> {
    let date = |y, m, d| Value::Date(NaiveDate::from_ymd_opt(y, m, d).unwrap());
    let at = |text: &str| Value::DateTime(DateTime::parse_from_rfc3339(text).unwrap().to_utc());
    vec![
        Value::Null,
        Value::Bool(false),
        Value::Bool(true),
        Value::from(0),
        Value::from(-1),
        Value::Number(Decimal::new(1_234_550, 2)),
        Value::Number(Decimal::MAX),
        Value::Number(Decimal::MIN),
        Value::Number(Decimal::from_i128_with_scale(-1, 28)),
        Value::text("张三"),
        Value::Text(String::new()),
        Value::text("x".repeat(127)),
        Value::text("客".repeat(43)),
        Value::text("x".repeat(2048)),
        date(2020, 1, 1),
        date(2026, 9, 1),
        date(1949, 10, 1),
        date(-262142, 1, 1),
        at("2026-09-01T08:30:00Z"),
        at("1969-12-31T23:59:59.000001Z"),
        Value::Time(NaiveTime::from_hms_opt(9, 30, 0).unwrap()),
        Value::Time(NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).unwrap()),
        Value::Id(id(7)),
        Value::List(vec![Value::text("red"), Value::text("blue")]),
        Value::List(vec![Value::Id(id(1)), Value::Id(id(2))]),
        Value::List(Vec::new()),
        Value::Json(serde_json::json!({"city": "上海", "lines": ["a", 1.50, null, true]})),
        Value::Error(CellError::Div0),
        Value::Error(CellError::Value),
        Value::Error(CellError::Num),
        Value::Error(CellError::Na),
        Value::Error(CellError::Ref),
    ]
}

/// A lead, 14 fields: what a firm of the promise's size types or imports all day.
pub(super) fn lead(n: u128) -> Entry {
    let number = n as i64;
    let at = DateTime::from_timestamp(1_788_000_000 + number * 7, 0).unwrap();
    let pick = |options: &[&str]| Value::text(options[n as usize % options.len()]);
    let afters = [
        Value::text(format!("{}{}有限公司", ["上海", "杭州", "Acme ", "广州"][n as usize % 4], n * 7919 % 10_000)),
        Value::text(format!("{}经理", ["王", "李", "张", "刘", "陈"][n as usize % 5])),
        Value::text(format!("+86138{:08}", n * 104_729 % 100_000_000)),
        Value::text(format!("lead{}@example.com", n * 31 % 100_000)),
        pick(&["new", "contacted", "qualified", "lost"]),
        pick(&["website", "fair", "referral"]),
        Value::Number(Decimal::new(number * 7_919 % 10_000_000, 2)),
        Value::Date(NaiveDate::from_num_days_from_ce_opt(739_800 + (number % 300) as i32).unwrap()),
        Value::DateTime(at),
        Value::Id(id(u128::MAX / 3 + n % 20)),
        Value::from(n.is_multiple_of(3)),
        Value::List(vec![pick(&["vip", "cold", "warm"])]),
        Value::from(number % 100),
        Value::text(format!("电话沟通过，对方希望 {} 号前收到报价。", n % 28 + 1)),
    ];
    let changes = afters.into_iter().zip(101..).map(|(after, field)| change(field, Value::Null, after)).collect();
    // The random part of a UUIDv7 is spread, so that the ids are as hard to compress as real ones.
    let random = (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835) & ((1 << 62) - 1);
    Entry { op: Op::Create, object: 12, record: id((n << 64) + random), prev: None, changes }
}

pub(super) fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        proptest::sample::select(values()),
        any::<i64>().prop_map(Value::from),
        (any::<i64>(), 0u32..28).prop_map(|(digits, scale)| Value::Number(Decimal::new(digits, scale))),
        ".{0,40}".prop_map(Value::Text),
        (2000usize..2100).prop_map(|length| Value::text("y".repeat(length))),
        any::<u128>().prop_map(|n| Value::Id(Uuid::from_u128(n))),
        (-9_000_000_000_000_000i64..9_000_000_000_000_000)
            .prop_map(|micros| Value::DateTime(DateTime::from_timestamp_micros(micros).unwrap())),
    ];
    prop_oneof![4 => leaf.clone(), 1 => vec(leaf, 0..4).prop_map(Value::List)]
}

fn any_op() -> impl Strategy<Value = Op> {
    proptest::sample::select(vec![Op::Create, Op::Update, Op::Delete])
}

fn any_changes(op: Op) -> impl Strategy<Value = Vec<Change>> {
    proptest::collection::btree_map(0i32..30, (any_value(), any_value()), 0..6).prop_map(move |fields| {
        let side = |has: bool, value| if has { value } else { Value::Null };
        let change = |(field, (before, after))| Change {
            field,
            before: side(op.has_before(), before),
            after: side(op.has_after(), after),
        };
        fields.into_iter().map(change).collect()
    })
}

fn any_entry(op: Op, object: i32, record: RecordId) -> impl Strategy<Value = Entry> {
    (any_changes(op), proptest::option::of(0..i64::MAX)).prop_map(move |(changes, prev)| Entry {
        op,
        object,
        record,
        prev: prev.map(Moment),
        changes,
    })
}

fn any_derived() -> impl Strategy<Value = Vec<Derived>> {
    let one = (0i32..9, any::<u128>(), 0i32..999, any_value(), any_value());
    vec(one, 0..3).prop_map(|all| {
        let derived = |(object, record, field, before, after)| {
            let record = Uuid::from_u128(record);
            Derived { object, record, field, before, after }
        };
        all.into_iter().map(derived).collect()
    })
}

/// A handful of entries of all kinds: the plain form.
pub(super) fn any_plain() -> impl Strategy<Value = Body> {
    let entry = (any_op(), 0i32..2000, any::<u128>())
        .prop_flat_map(|(op, object, record)| any_entry(op, object, Uuid::from_u128(record)));
    (vec(entry, 0..6), any_derived()).prop_map(|(entries, derived)| Body { entries, derived })
}

/// Many entries of one kind, in the order of their ids: the bulk form.
pub(super) fn any_bulk() -> impl Strategy<Value = Body> {
    let entries = (any_op(), 21u128..60, 1u128..1 << 70).prop_flat_map(|(op, count, step)| {
        (0..count).map(|n| any_entry(op, 12, id(n * step)).boxed()).collect::<Vec<_>>()
    });
    (entries, any_derived()).prop_map(|(entries, derived)| Body { entries, derived })
}
