//! A world for tests: a fresh database on either engine, a clock that is turned by hand, requests without sockets.

use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{Duration, TimeZone as _, Utc};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use kehub_api::{Body, Service};
use kehub_db::{Clock, Target, TurnedClock, fill_random};
use parking_lot::Mutex;
use serde_json::Value as Json;

/// Where a test's data is, and its time. The folder goes when this goes.
pub struct Ground {
    pub target: Target,
    pub clock: Arc<TurnedClock>,
    folder: tempfile::TempDir,
}

impl Default for Ground {
    /// SQLite in a folder of its own; with `KEHUB_TEST_POSTGRES` a schema of its own there.
    fn default() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let target = match std::env::var("KEHUB_TEST_POSTGRES") {
            Ok(url) if !url.is_empty() => {
                let mut random = [0u8; 8];
                fill_random(&mut random);
                Target::Postgres { url, schema: format!("t_{:016x}", u64::from_le_bytes(random)) }
            }
            _ => Target::File(folder.path().join("kehub.sqlite")),
        };
        let start = Utc.with_ymd_and_hms(2026, 11, 23, 1, 0, 0).single().expect("a time that is there");
        Ground { target, clock: Arc::new(TurnedClock(Mutex::new(start))), folder }
    }
}

impl Ground {
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    pub fn turn(&self, by: Duration) {
        self.clock.advance(by);
    }
}

/// Somebody who asks: a program with a token, or nobody.
#[derive(Clone)]
pub struct Client {
    pub service: Arc<Service>,
    pub token: Option<String>,
    pub address: IpAddr,
    headers: HeaderMap,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    /// Null when it is no JSON.
    pub json: Json,
}

impl Reply {
    /// The codes of its problems, in order.
    pub fn codes(&self) -> Vec<&str> {
        self.json["problems"].as_array().into_iter().flatten().filter_map(|problem| problem["code"].as_str()).collect()
    }

    /// Where its problems are, in order.
    pub fn places(&self) -> Vec<&str> {
        self.json["problems"].as_array().into_iter().flatten().filter_map(|problem| problem["at"].as_str()).collect()
    }

    pub fn id(&self) -> String {
        self.json["id"].as_str().unwrap_or_default().to_owned()
    }

    /// The same, when it went well.
    #[track_caller]
    pub fn good(self) -> Reply {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self
    }

    #[track_caller]
    pub fn refused(self, status: u16) -> Reply {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        self
    }
}

impl Client {
    pub fn new(service: Arc<Service>) -> Client {
        Client { service, token: None, address: IpAddr::V4(Ipv4Addr::LOCALHOST), headers: HeaderMap::new() }
    }

    pub fn with_token(&self, token: &str) -> Client {
        Client { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The same with one header more.
    pub fn with(&self, name: &'static str, value: &str) -> Client {
        let mut client = self.clone();
        client.headers.insert(name, value.parse().expect("a header's value"));
        client
    }

    pub async fn send(&self, method: Method, path: &str, kind: Option<&str>, body: Vec<u8>) -> Reply {
        let mut request = Request::builder().method(method).uri(path).body(Body::from(body)).expect("a request");
        let headers = request.headers_mut();
        headers.extend(self.headers.clone());
        headers.insert("host", "kehub.test".parse().expect("a host"));
        if let Some(kind) = kind {
            headers.insert("content-type", kind.parse().expect("a content type"));
        }
        if let Some(token) = &self.token {
            headers.insert("authorization", format!("Bearer {token}").parse().expect("a token"));
        }
        let (parts, body) = self.service.answer(request, self.address).await.into_parts();
        let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Reply {
            status: parts.status,
            headers: parts.headers,
            json: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None, Vec::new()).await
    }

    pub async fn post(&self, path: &str, body: Json) -> Reply {
        self.send(Method::POST, path, Some("application/json"), body.to_string().into_bytes()).await
    }

    pub async fn patch(&self, path: &str, body: Json) -> Reply {
        self.send(Method::PATCH, path, Some("application/json"), body.to_string().into_bytes()).await
    }

    pub async fn put(&self, path: &str, body: Json) -> Reply {
        self.send(Method::PUT, path, Some("application/json"), body.to_string().into_bytes()).await
    }

    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None, Vec::new()).await
    }
}

/// Every row of every table of a workspace's file, as text, in an order of its own. What a database numbers and learns for
/// itself is left out.
pub fn all_rows(file: &Path) -> Vec<String> {
    let connection = rusqlite::Connection::open(file).expect("the file opens");
    let texts = |sql: &str| -> Vec<String> {
        let mut statement = connection.prepare(sql).expect("a statement");
        let rows = statement.query_map([], |row| row.get(0)).expect("rows");
        rows.collect::<Result<_, _>>().expect("texts")
    };
    let mut rows = Vec::new();
    for table in texts("select name from sqlite_master where type = 'table' order by name") {
        if table == "migration" || table == "db_shape" {
            continue;
        }
        let numbered = if table.starts_with("x_") { "n" } else { "" };
        let columns =
            texts(&format!("select name from pragma_table_info('{table}') where name <> '{numbered}' order by name"));
        let values: Vec<String> = columns.iter().map(|name| format!("quote(\"{name}\")")).collect();
        let line = values.join(" || '|' || ");
        rows.extend(texts(&format!("select '{table}: ' || {line} as line from \"{table}\" order by line")));
    }
    rows
}
