//! A client that costs next to nothing: one connection kept open, requests written by hand, answers read by their length.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

pub(super) struct Client {
    stream: TcpStream,
    head: String,
    buffer: Vec<u8>,
}

/// A status and where the body stands in the client's buffer.
pub(super) struct Answer<'a> {
    pub(super) status: u16,
    pub(super) body: &'a [u8],
}

/// The same for many clients in one thread.
pub(super) struct AsyncClient {
    stream: tokio::net::TcpStream,
    head: String,
    request: String,
    buffer: Vec<u8>,
}

impl AsyncClient {
    #[expect(clippy::disallowed_methods, reason = "to our own server on the loopback address")]
    pub(super) async fn connect(address: &str, token: &str) -> Result<AsyncClient> {
        let stream = tokio::net::TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let buffer = Vec::with_capacity(64 << 10);
        Ok(AsyncClient { stream, head: head(address, Some(token)), request: String::new(), buffer })
    }

    /// A request whose answer must be good.
    pub(super) async fn good(&mut self, method: &str, path: &str, body: &str) -> Result<()> {
        write_request(&mut self.request, method, path, &self.head, body);
        self.stream.write_all(self.request.as_bytes()).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the server has hung up");
            }
            let Some((status, start, length)) = head_of(&self.buffer)? else { continue };
            if self.buffer.len() < start + length {
                continue;
            }
            if status >= 300 {
                bail!("{method} {path}: {status} {}", String::from_utf8_lossy(&self.buffer[start..]));
            }
            return Ok(());
        }
    }
}

fn head(address: &str, token: Option<&str>) -> String {
    let token = token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
    format!("host: {address}\r\ncontent-type: application/json\r\n{token}")
}

fn write_request(request: &mut String, method: &str, path: &str, head: &str, body: &str) {
    use std::fmt::Write as _;
    request.clear();
    // Writing into a string cannot fail.
    let _ = write!(request, "{method} {path} HTTP/1.1\r\n{head}content-length: {}\r\n\r\n{body}", body.len());
}

/// The status, where the body begins, and how long it is; `None` while the head is not whole.
fn head_of(buffer: &[u8]) -> Result<Option<(u16, usize, usize)>> {
    let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&buffer[..end])?;
    let status = head.get(9..12).and_then(|status| status.parse().ok()).context("no status")?;
    let length = head
        .lines()
        .find_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length")))
        .map_or(Ok(0), |(_, length)| length.trim().parse::<usize>())?;
    Ok(Some((status, end + 4, length)))
}

impl Client {
    #[expect(clippy::disallowed_methods, reason = "a tool that speaks to our own server from outside")]
    pub(super) fn new(address: &str, token: Option<&str>) -> Result<Client> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(300)))?;
        let head = head(address, token);
        Ok(Client { stream, head, buffer: Vec::with_capacity(64 << 10) })
    }

    pub(super) fn send(&mut self, method: &str, path: &str, body: &str) -> Result<Answer<'_>> {
        let mut request = String::with_capacity(256 + body.len());
        write_request(&mut request, method, path, &self.head, body);
        self.stream.write_all(request.as_bytes())?;
        self.buffer.clear();
        let mut piece = [0; 16 << 10];
        let (status, start, length) = loop {
            let count = self.stream.read(&mut piece)?;
            if count == 0 {
                bail!("the server has hung up");
            }
            self.buffer.extend_from_slice(&piece[..count]);
            if let Some(head) = head_of(&self.buffer)? {
                break head;
            }
        };
        while self.buffer.len() < start + length {
            let count = self.stream.read(&mut piece)?;
            if count == 0 {
                bail!("the server has hung up in the middle of an answer");
            }
            self.buffer.extend_from_slice(&piece[..count]);
        }
        Ok(Answer { status, body: &self.buffer[start..start + length] })
    }

    /// An answer that must be good, as JSON.
    pub(super) fn json(&mut self, method: &str, path: &str, body: &Value) -> Result<Value> {
        let answer = self.send(method, path, &body.to_string())?;
        if answer.status >= 300 {
            bail!("{method} {path}: {} {}", answer.status, String::from_utf8_lossy(answer.body));
        }
        if answer.body.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(answer.body)?) }
    }
}
