//! The page: files of the built web, held in the binary. Without a built web there is a page that says so.

use http::{HeaderValue, header};
use kehub_api::{Answered, Ask, Handler, Refused, Response, html_headers};

/// Path and content of every file of `web/dist`, made by the build script.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/web.rs"));

const NO_WEB: &[u8] = b"<!doctype html><meta charset=utf-8><title>Kehub</title><p>This binary was built without the web page (web/dist). The API is at <code>/api/v1</code>.";

pub fn pages(is_https: bool) -> Handler {
    kehub_api::handler(move |ask| async move { page(&ask, is_https) })
}

fn find(path: &str) -> Option<&'static [u8]> {
    FILES.binary_search_by(|(known, _)| (*known).cmp(path)).ok().map(|place| FILES[place].1)
}

/// The file of the path; a path without a file is a place within the page.
fn page(ask: &Ask, is_https: bool) -> Answered {
    let path = ask.uri.path().trim_start_matches('/');
    let is_asset = path.starts_with("assets/");
    let name = path.rsplit('/').next().unwrap_or_default();
    let (path, content) = match find(path) {
        Some(content) if !path.ends_with(".html") => (path, content),
        // A file that is gone is not found; anything else is a place the page knows.
        _ if is_asset || (name.contains('.') && !path.ends_with(".html")) => return Err(Refused::not_found()),
        _ => ("index.html", find("index.html").unwrap_or(NO_WEB)),
    };
    let (encoding, content) = packed(ask, path).unwrap_or(("", content));
    let mut answer = Response::new(content.into());
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(path)));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if !encoding.is_empty() {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    html_headers(headers, is_https);
    // Names of assets hold their digest, so a name never means something else.
    let cache = if is_asset { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    let tag = tag(content);
    if ask.header(header::IF_NONE_MATCH) == Some(&tag) {
        *answer.body_mut() = Default::default();
        *answer.status_mut() = http::StatusCode::NOT_MODIFIED;
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.headers_mut().insert(header::ETAG, tag);
    }
    Ok(answer)
}

/// The packed file beside a file, when the browser takes it.
fn packed(ask: &Ask, path: &str) -> Option<(&'static str, &'static [u8])> {
    let accepted = ask.header(header::ACCEPT_ENCODING)?;
    [("br", ".br"), ("gzip", ".gz")]
        .into_iter()
        .filter(|(name, _)| accepted.split(',').any(|one| one.trim().split(';').next() == Some(name)))
        .find_map(|(name, end)| Some((name, find(&format!("{path}{end}"))?)))
}

fn tag(content: &[u8]) -> String {
    use std::hash::Hasher as _;
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(content);
    format!("\"{:016x}\"", hasher.finish())
}

fn kind(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
