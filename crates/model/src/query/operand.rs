//! Reading the value of a test for the field it tests.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde_json::Value as Json;

use super::{Compare, Is, Op, when};
use crate::catalog::Field;
use crate::fields::number::read_number;
use crate::fields::{Column, Kind};
use crate::problem::{Code, Problem};
use crate::text::{clean, fold};
use crate::value::{RecordId, Value};

/// What dynamic values mean for this request.
pub(super) struct Around {
    /// Without it nothing may be relative to it.
    pub(super) now: Option<DateTime<Utc>>,
    pub(super) zone: chrono_tz::Tz,
    pub(super) me: RecordId,
    pub(super) departments: Vec<RecordId>,
}

/// The most values of `in`, `has_any` and so on.
const MAX_LIST: usize = 5_000;

type Read<T> = Result<T, Problem>;

fn bad(op: Op, hint: &str) -> Problem {
    Problem::new(Code::BadOperand, "value").with("op", op.text()).with("hint", hint)
}

/// Whether a value, or one in a list, is relative to now.
fn is_relative(value: &Json) -> bool {
    match value {
        Json::Array(values) => values.iter().any(is_relative),
        Json::Object(map) => map.contains_key("now"),
        _ => false,
    }
}

/// A test of one field with one value; the second member says whether it is to be negated.
pub(super) fn test(field: &Field, op: Op, value: &Json, around: &Around) -> Read<(Is, bool)> {
    if around.now.is_none() && (op == Op::Within || is_relative(value)) {
        return Err(bad(
            op,
            "固定的日期或时间；这里的条件不随时间变化 / a fixed date or time; this condition does not move with time",
        ));
    }
    let one = |value: &Json| one(field, op, value, around);
    let negated = matches!(
        op,
        Op::Ne
            | Op::NotIn
            | Op::NotContains
            | Op::NotStartsWith
            | Op::NotEndsWith
            | Op::IsNotEmpty
            | Op::NotBetween
            | Op::HasNone
            | Op::NotUnder
    );
    let is = match op {
        Op::IsEmpty | Op::IsNotEmpty => Is::Empty,
        Op::Eq | Op::Ne => match value {
            Json::Null => Is::Empty,
            _ => equal(field, value, around, op)?,
        },
        Op::In | Op::NotIn => {
            let mut values = Vec::new();
            for item in list(op, value)? {
                match one(item)? {
                    Value::List(several) => values.extend(several),
                    value => values.push(value),
                }
            }
            Is::In(values)
        }
        Op::Gt => compare(field, Compare::Greater, value, around, op)?,
        Op::Gte => compare(field, Compare::GreaterOrEqual, value, around, op)?,
        Op::Lt => compare(field, Compare::Less, value, around, op)?,
        Op::Lte => compare(field, Compare::LessOrEqual, value, around, op)?,
        Op::Between | Op::NotBetween => match list(op, value)? {
            [low, high] => between(field, low, high, around, op)?,
            _ => return Err(bad(op, "[from, to]")),
        },
        Op::Contains | Op::NotContains if matches!(field.column, Column::Keys) => Is::HasAny(vec![one(value)?]),
        Op::Contains | Op::NotContains => Is::Contains(folded(op, value)?),
        Op::StartsWith | Op::NotStartsWith => Is::StartsWith(folded(op, value)?),
        Op::EndsWith | Op::NotEndsWith => Is::EndsWith(folded(op, value)?),
        Op::HasAny | Op::HasNone => Is::HasAny(several(field, op, value, around)?),
        Op::HasAll => Is::HasAll(several(field, op, value, around)?),
        Op::Within => within(field, value, around)
            .ok_or_else(|| bad(op, "today, this_month, {\"last\": 7, \"unit\": \"day\"} …"))?,
        Op::Under | Op::NotUnder => return Err(bad(op, "department id")),
    };
    Ok((is, negated))
}

fn list(op: Op, value: &Json) -> Read<&[Json]> {
    match value {
        Json::Array(items) if items.len() <= MAX_LIST => Ok(items),
        Json::Array(_) => Err(bad(op, "≤ 5000")),
        _ => Err(bad(op, "list / 列表")),
    }
}

fn several(field: &Field, op: Op, value: &Json, around: &Around) -> Read<Vec<Value>> {
    let mut values = Vec::new();
    for item in list(op, value)? {
        match one(field, op, item, around)? {
            Value::List(several) => values.extend(several),
            value => values.push(value),
        }
    }
    Ok(values)
}

fn folded(op: Op, value: &Json) -> Read<String> {
    let text = value.as_str().map(fold).ok_or_else(|| bad(op, "text / 文本"))?;
    if text.chars().count() > 1_000 { Err(bad(op, "≤ 1000")) } else { Ok(text) }
}

/// One value of the field's own type.
fn one(field: &Field, op: Op, value: &Json, around: &Around) -> Read<Value> {
    if let Some(value) = dynamic(value, around) {
        return Ok(value);
    }
    let text = |expected: &str| value.as_str().ok_or_else(|| bad(op, expected));
    match &field.column {
        Column::Decimal { .. } | Column::Exact => {
            read_number(value).map(Value::Number).map_err(|_| bad(op, "number / 数字"))
        }
        Column::Bool => value.as_bool().map(Value::Bool).ok_or_else(|| bad(op, "true / false")),
        Column::Date => match moment(text("date / 日期")?, around) {
            Some(When::Day(day)) => Ok(Value::Date(day)),
            Some(When::At(at)) => Ok(Value::Date(at.with_timezone(&around.zone).date_naive())),
            None => Err(bad(op, "YYYY-MM-DD")),
        },
        Column::DateTime => match moment(text("time / 时间")?, around) {
            Some(When::Day(day)) => Ok(Value::DateTime(when::day_start(day, around.zone))),
            Some(When::At(at)) => Ok(Value::DateTime(at)),
            None => Err(bad(op, "YYYY-MM-DD, RFC 3339")),
        },
        Column::Time => {
            field.def.kind.read(value, &Default::default()).ok().and_then(plain).ok_or_else(|| bad(op, "HH:MM"))
        }
        Column::Id { .. } | Column::Links { .. } => id(value).map(Value::Id).ok_or_else(|| bad(op, "id")),
        Column::Keys | Column::Text { folded: false } => {
            let text = text("text / 文本")?.trim();
            if field.def.kind.options().is_empty() {
                return Ok(Value::text(clean(text)));
            }
            option_key(field, text).map(Value::Text)
        }
        _ => match &field.def.kind {
            Kind::Text(_) => Ok(Value::text(clean(text("text / 文本")?))),
            kind => {
                let text = clean(text("text / 文本")?);
                // Phones, addresses and so on are compared in their stored form when they can be read, else as typed.
                let read = kind.read(&Json::String(text.clone()), &Default::default()).ok().and_then(plain);
                Ok(read.filter(|value| matches!(value, Value::Text(_))).unwrap_or_else(|| Value::text(text)))
            }
        },
    }
}

fn plain(written: crate::fields::Written) -> Option<Value> {
    if let crate::fields::Written::Value(value) = written { Some(value) } else { None }
}

fn option_key(field: &Field, text: &str) -> Read<String> {
    let folded = fold(text);
    let found = field
        .def
        .kind
        .options()
        .iter()
        .find(|option| option.key == text || option.label.texts().iter().any(|label| fold(label) == folded));
    match found {
        Some(option) => Ok(option.key.clone()),
        None => Err(Problem::new(Code::UnknownOption, "value").with("value", text)),
    }
}

fn id(value: &Json) -> Option<RecordId> {
    match value {
        Json::String(text) => text.trim().parse().ok(),
        Json::Object(map) => map.get("id")?.as_str()?.parse().ok(),
        _ => None,
    }
}

/// `{"me": true}`, `{"my_department": true}`, `{"now": "-7d"}`.
fn dynamic(value: &Json, around: &Around) -> Option<Value> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    let (word, value) = map.iter().next()?;
    match (word.as_str(), value) {
        ("me", Json::Bool(true)) => Some(Value::Id(around.me)),
        ("my_department", Json::Bool(true)) => {
            Some(Value::list(around.departments.iter().map(|id| Value::Id(*id)).collect()))
        }
        ("now", Json::String(offset)) => when::offset(offset, around.now?, around.zone).map(Value::DateTime),
        _ => None,
    }
}

enum When {
    Day(NaiveDate),
    At(DateTime<Utc>),
}

fn moment(text: &str, around: &Around) -> Option<When> {
    let text = text.trim();
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return Some(When::Day(day));
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(When::At(at.with_timezone(&Utc)));
    }
    ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| chrono::NaiveDateTime::parse_from_str(text, format).ok())
        .map(|local| When::At(when::instant(local, around.zone)))
}

/// The day a text names, when a field of instants is tested with a whole day.
fn whole_day(field: &Field, value: &Json, around: &Around) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    if field.column != Column::DateTime {
        return None;
    }
    match moment(value.as_str()?, around)? {
        When::Day(day) => {
            Some((when::day_start(day, around.zone), when::day_start(day.checked_add_days(Days::new(1))?, around.zone)))
        }
        When::At(_) => None,
    }
}

fn equal(field: &Field, value: &Json, around: &Around, op: Op) -> Read<Is> {
    if let Some((from, to)) = whole_day(field, value, around) {
        return Ok(Is::Range(Some(Value::DateTime(from)), Some(Value::DateTime(to))));
    }
    Ok(match one(field, op, value, around)? {
        Value::List(values) => Is::In(values),
        Value::DateTime(at) if field.column == Column::Date => {
            Is::Eq(Value::Date(at.with_timezone(&around.zone).date_naive()))
        }
        Value::Null => Is::Empty,
        value => Is::Eq(value),
    })
}

fn compare(field: &Field, compare: Compare, value: &Json, around: &Around, op: Op) -> Read<Is> {
    if let Some((from, to)) = whole_day(field, value, around) {
        return Ok(match compare {
            Compare::Less => Is::Compare(Compare::Less, Value::DateTime(from)),
            Compare::LessOrEqual => Is::Compare(Compare::Less, Value::DateTime(to)),
            Compare::Greater => Is::Compare(Compare::GreaterOrEqual, Value::DateTime(to)),
            Compare::GreaterOrEqual => Is::Compare(Compare::GreaterOrEqual, Value::DateTime(from)),
        });
    }
    match one(field, op, value, around)? {
        Value::DateTime(at) if field.column == Column::Date => {
            Ok(Is::Compare(compare, Value::Date(at.with_timezone(&around.zone).date_naive())))
        }
        Value::Null | Value::List(_) => Err(bad(op, "one value / 一个值")),
        value => Ok(Is::Compare(compare, value)),
    }
}

/// Both ends included; whole days of a field of instants are whole.
fn between(field: &Field, low: &Json, high: &Json, around: &Around, op: Op) -> Read<Is> {
    let from = match whole_day(field, low, around) {
        Some((from, _)) => Value::DateTime(from),
        None => one(field, op, low, around)?,
    };
    if let Some((_, to)) = whole_day(field, high, around) {
        return Ok(Is::Range(Some(from), Some(Value::DateTime(to))));
    }
    let to = one(field, op, high, around)?;
    // An inclusive upper end is written as the next value, where there is one.
    let to = match to {
        Value::Date(day) => Value::Date(day.checked_add_days(Days::new(1)).ok_or_else(|| bad(op, "date / 日期"))?),
        Value::DateTime(at) => Value::DateTime(at + chrono::Duration::microseconds(1)),
        other => {
            return Ok(Is::Between(from, other));
        }
    };
    Ok(Is::Range(Some(from), Some(to)))
}

fn within(field: &Field, value: &Json, around: &Around) -> Option<Is> {
    let (from, to) = when::span(value, around.now?, around.zone)?;
    Some(match field.column {
        Column::Date => {
            // A span of hours reaches into every day it touches.
            let last = (to - chrono::Duration::microseconds(1)).date();
            Is::Range(Some(Value::Date(from.date())), Some(Value::Date(last.checked_add_days(Days::new(1))?)))
        }
        _ => Is::Range(
            Some(Value::DateTime(when::instant(from, around.zone))),
            Some(Value::DateTime(when::instant(to, around.zone))),
        ),
    })
}
