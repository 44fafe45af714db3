//! One request, after it is known who asks: path, query, headers and the body within its bounds.

use std::net::IpAddr;
use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, Uri, header};
use http_body_util::BodyExt as _;
use kehub_model::{Actor, Code, Problem, RecordId};
use kehub_records::{Idempotency, Style};
use parking_lot::Mutex;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

use crate::caller::Caller;
use crate::refused::Refused;

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

pub struct Ask {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub caller: Option<Caller>,
    pub style: Style,
    pub address: IpAddr,
    pub request_id: String,
    pub(crate) params: Vec<(&'static str, String)>,
    /// Behind a lock only so that a request can be shared between threads while it is answered.
    pub(crate) body: Mutex<Body>,
    pub(crate) body_bytes: usize,
}

impl Ask {
    /// Who asks. Only routes that need nothing are asked by nobody.
    pub fn actor(&self) -> Result<&Arc<Actor>, Refused> {
        Ok(&self.caller()?.actor)
    }

    pub fn caller(&self) -> Result<&Caller, Refused> {
        self.caller.as_ref().ok_or_else(|| Refused::new(Code::Unauthenticated, ""))
    }

    /// A part of the path; empty when the route has no such part.
    pub fn param(&self, name: &str) -> &str {
        self.params.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// A record's id in the path. What is no id names nothing.
    pub fn id(&self, name: &str) -> Result<RecordId, Refused> {
        self.param(name).parse().map_err(|_| Refused::not_found())
    }

    pub fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A value after `?`.
    pub fn query(&self, name: &str) -> Option<String> {
        pairs(self.uri.query()?).find(|(known, _)| known == name).map(|(_, value)| value)
    }

    pub fn is_query(&self, name: &str) -> bool {
        self.query(name).is_some_and(|value| matches!(value.as_str(), "" | "true" | "1"))
    }

    /// The whole body, at most as long as the route allows.
    pub async fn bytes(&mut self) -> Result<Bytes, Refused> {
        let limit = self.body_bytes;
        let said = self.header(header::CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok());
        if said.is_some_and(|length| length > limit) {
            return Err(too_large(limit));
        }
        let body = std::mem::take(self.body.get_mut());
        match tokio::time::timeout(BODY_TIME, collect(body, limit)).await {
            Ok(bytes) => bytes,
            Err(_) => Err(Refused::new(Code::SlowBody, "")),
        }
    }

    /// The body as JSON, said to be JSON.
    pub async fn json(&mut self) -> Result<Json, Refused> {
        Ok(self.json_and_bytes().await?.0)
    }

    pub async fn json_and_bytes(&mut self) -> Result<(Json, Bytes), Refused> {
        self.expect_json()?;
        let bytes = self.bytes().await?;
        let json = serde_json::from_slice(&bytes).map_err(|error| Refused::bad_request(format!("JSON: {error}")))?;
        Ok((json, bytes))
    }

    /// The body as a JSON object.
    pub async fn object(&mut self) -> Result<Map<String, Json>, Refused> {
        match self.json().await? {
            Json::Object(map) => Ok(map),
            _ => Err(Refused::bad_request("a JSON object is expected / 应为 JSON 对象")),
        }
    }

    /// The body as a type of ours. A body of another shape is told with its place.
    pub async fn read<T: DeserializeOwned>(&mut self) -> Result<T, Refused> {
        let map = self.object().await?;
        typed(Json::Object(map))
    }

    /// The same where a body may be left out altogether.
    pub async fn read_or_default<T: DeserializeOwned + Default>(&mut self) -> Result<T, Refused> {
        let bytes = self.bytes().await?;
        if bytes.is_empty() {
            return Ok(T::default());
        }
        self.expect_json()?;
        let json: Json =
            serde_json::from_slice(&bytes).map_err(|error| Refused::bad_request(format!("JSON: {error}")))?;
        if !json.is_object() {
            return Err(Refused::bad_request("a JSON object is expected / 应为 JSON 对象"));
        }
        typed(json)
    }

    fn expect_json(&self) -> Result<(), Refused> {
        let kind = self.header(header::CONTENT_TYPE).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let is_json = kind.eq_ignore_ascii_case("application/json") || kind.to_ascii_lowercase().ends_with("+json");
        if is_json { Ok(()) } else { Err(Refused::new(Code::UnsupportedMedia, "")) }
    }

    /// The version `If-Match` names. What is no tag of ours matches no version.
    pub fn if_match(&self) -> Option<i64> {
        let tag = self.header(header::IF_MATCH)?.trim();
        if tag == "*" {
            return None;
        }
        let digits = tag.trim_start_matches("W/").trim_matches('"').split('-').next().unwrap_or_default();
        Some(digits.parse().unwrap_or(-1))
    }

    /// The `Idempotency-Key`, made the caller's own, with what it was sent with.
    pub fn idempotency(&self, body: &[u8]) -> Result<Option<Idempotency>, Refused> {
        let Some(key) = self.headers.get("idempotency-key") else { return Ok(None) };
        let key = key.to_str().unwrap_or_default().trim();
        if key.is_empty() || key.len() > 255 {
            return Err(Problem::new(Code::TooLong, "Idempotency-Key").with("max", 255).into());
        }
        let mut hash = Sha256::new();
        for part in [self.method.as_str().as_bytes(), self.uri.path().as_bytes(), body] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Ok(Some(Idempotency { key: key.to_owned(), body: hash.finalize().into() }))
    }
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, Refused> {
    let mut first = Bytes::new();
    let mut rest: Option<BytesMut> = None;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Refused::bad_request("the body broke off / 请求体不完整"))?;
        let Ok(data) = frame.into_data() else { continue };
        let so_far = rest.as_ref().map_or(first.len(), BytesMut::len);
        if so_far + data.len() > limit {
            return Err(too_large(limit));
        }
        match &mut rest {
            Some(rest) => rest.extend_from_slice(&data),
            // Most bodies come in one piece and are not copied.
            None if first.is_empty() => first = data,
            None => {
                let mut all = BytesMut::with_capacity((first.len() + data.len()) * 2);
                all.extend_from_slice(&first);
                all.extend_from_slice(&data);
                rest = Some(all);
            }
        }
    }
    Ok(rest.map_or(first, BytesMut::freeze))
}

pub(crate) fn too_large(limit: usize) -> Refused {
    let words = if limit >= 1 << 20 { format!("{} MB", limit >> 20) } else { format!("{} KB", limit >> 10) };
    Problem::new(Code::TooLarge, "").with("max", words).into()
}

/// A type of ours out of JSON; serde's complaint becomes a problem with its place.
pub fn typed<T: DeserializeOwned>(json: Json) -> Result<T, Refused> {
    serde_json::from_value(json).map_err(|error| {
        let text = error.to_string();
        let name = text.split('`').nth(1).unwrap_or_default().to_owned();
        let problem = if text.starts_with("unknown field") {
            Problem::new(Code::UnknownKey, name.clone()).with("name", name)
        } else if text.starts_with("missing field") {
            Problem::new(Code::Missing, name.clone()).with("name", name)
        } else {
            let expected = text.rsplit("expected ").next().unwrap_or_default().to_owned();
            Problem::new(Code::WrongType, "").with("expected", expected)
        };
        problem.into()
    })
}

/// The pairs after `?`, decoded.
fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
    })
}

/// Text with its `%41`s read.
pub(crate) fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut n = 0;
    while n < bytes.len() {
        let hex = (bytes[n] == b'%').then(|| text.get(n + 1..n + 3)).flatten();
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                n += 3;
            }
            None => {
                out.push(bytes[n]);
                n += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
