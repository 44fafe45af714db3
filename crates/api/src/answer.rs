//! Answers: ready JSON text, records with their ETag, headers of pages.

use std::hash::{DefaultHasher, Hasher as _};

use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::ask::Ask;
use crate::refused::Refused;
use crate::service::Response;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer of ready JSON text.
pub fn json_text(text: String) -> Response {
    let mut answer = Response::new(text.into());
    answer.headers_mut().insert(header::CONTENT_TYPE, JSON);
    answer
}

pub fn json(value: &impl Serialize) -> Result<Response, Refused> {
    Ok(json_text(serde_json::to_string(value).map_err(Refused::fault)?))
}

/// 201 with where the new thing is.
pub fn created(mut answer: Response, location: &str) -> Response {
    *answer.status_mut() = StatusCode::CREATED;
    if let Ok(place) = HeaderValue::from_str(location) {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    answer
}

/// 204.
pub fn empty() -> Response {
    let mut answer = Response::default();
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}

pub fn text(text: &'static str) -> Response {
    let mut answer = Response::new(text.into());
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}

/// One record: its ETag is `"{version}-{hash of the text}"`, of which `If-Match` compares the version and `If-None-Match` all.
pub fn record(ask: &Ask, text: String, version: i64) -> Response {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    let tag = format!("\"{version}-{:016x}\"", hasher.finish());
    let is_same = ask.header(header::IF_NONE_MATCH).is_some_and(|tags| tags.split(',').any(|one| one.trim() == tag));
    let mut answer = if is_same && ask.method == http::Method::GET {
        let mut answer = Response::default();
        *answer.status_mut() = StatusCode::NOT_MODIFIED;
        answer
    } else {
        json_text(text)
    };
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    answer
}

/// What every page of ours says to the browser. No script but our own files, no frame around us, no plug-in.
pub fn html_headers(headers: &mut HeaderMap, is_https: bool) {
    const CSP: HeaderValue = HeaderValue::from_static(
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; \
         connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    headers.insert(header::CONTENT_SECURITY_POLICY, CSP);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("permissions-policy", HeaderValue::from_static("camera=(self), geolocation=(self), microphone=()"));
    if is_https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}
