//! Cursors: where a page ended, signed, so that nobody makes one up.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kehub_db::{Db, Select, TableWrite, Where};
use kehub_model::{Code, Problem, Value};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::refusal::Refusal;

/// The workspace's own secret, made at its first start.
pub(crate) async fn secret(db: &Db) -> Result<[u8; 32], Refusal> {
    let read =
        || db.table(Select::from("workspace_setting", &["value"]).that(Where::Is("key", "cursor_secret".into())));
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    if let Some(secret) = read().await?.first().and_then(|row| decode(row.text(0))) {
        return Ok(secret);
    }
    let mut fresh = [0u8; 32];
    kehub_db::fill_random(&mut fresh);
    let text = URL_SAFE_NO_PAD.encode(fresh);
    let values = vec![("key", "cursor_secret".into()), ("value", text.into())];
    // Two nodes may start at once; the first one's stands.
    drop(db.write(vec![TableWrite::Insert { table: "workspace_setting", values, key: false }]).await);
    let rows = read().await?;
    rows.first().and_then(|row| decode(row.text(0))).ok_or_else(|| Refusal::Fault(kehub_db::Fault::Catalog))
}

fn sign(secret: &[u8; 32], shape: &str, body: &str) -> [u8; 12] {
    let mut hash = Sha256::new();
    // The secret on both sides, so that nothing can be appended.
    hash.update(secret);
    hash.update(shape.as_bytes());
    hash.update([0]);
    hash.update(body.as_bytes());
    hash.update(secret);
    let digest = hash.finalize();
    let mut short = [0; 12];
    short.copy_from_slice(&digest[..12]);
    short
}

/// A cursor for the query of this shape.
pub(crate) fn write(secret: &[u8; 32], shape: &str, values: &[Value]) -> String {
    let body = Json::Array(values.iter().map(tagged).collect()).to_string();
    let mut bytes = sign(secret, shape, &body).to_vec();
    bytes.extend(body.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The values of a cursor that we wrote for a query of this shape.
pub(crate) fn read(secret: &[u8; 32], shape: &str, cursor: &str) -> Result<Vec<Value>, Problem> {
    let bad = || Problem::new(Code::BadCursor, "cursor");
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad())?;
    let (mac, body) = bytes.split_at_checked(12).ok_or_else(bad)?;
    let body = std::str::from_utf8(body).map_err(|_| bad())?;
    if sign(secret, shape, body) != mac {
        return Err(bad());
    }
    let Ok(Json::Array(items)) = serde_json::from_str(body) else { return Err(bad()) };
    items.iter().map(|item| untagged(item).ok_or_else(bad)).collect()
}

fn tagged(value: &Value) -> Json {
    match value {
        Value::Number(number) => json!({ "n": number.to_string() }),
        Value::Text(text) => json!({ "s": text }),
        Value::Bool(yes) => json!({ "b": yes }),
        Value::Date(day) => json!({ "d": day.to_string() }),
        Value::DateTime(at) => json!({ "t": at.timestamp_micros().to_string() }),
        Value::Time(time) => json!({ "h": time.to_string() }),
        Value::Id(id) => json!({ "i": id.to_string() }),
        _ => Json::Null,
    }
}

fn untagged(json: &Json) -> Option<Value> {
    if json.is_null() {
        return Some(Value::Null);
    }
    let (tag, value) = json.as_object()?.iter().next()?;
    if tag == "b" {
        return value.as_bool().map(Value::Bool);
    }
    let text = value.as_str()?;
    Some(match tag.as_str() {
        "n" => Value::Number(text.parse().ok()?),
        "s" => Value::Text(text.to_owned()),
        "d" => Value::Date(text.parse().ok()?),
        "t" => Value::DateTime(chrono::DateTime::from_timestamp_micros(text.parse().ok()?)?),
        "h" => Value::Time(text.parse().ok()?),
        "i" => Value::Id(text.parse().ok()?),
        _ => return None,
    })
}
