//! A client that costs next to nothing: one connection kept open, requests written by hand, answers read by their length.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

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

impl Client {
    #[expect(clippy::disallowed_methods, reason = "a tool that speaks to our own server from outside")]
    pub(super) fn new(address: &str, token: Option<&str>) -> Result<Client> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(300)))?;
        let token = token.map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
        let head = format!("host: {address}\r\ncontent-type: application/json\r\n{token}");
        Ok(Client { stream, head, buffer: Vec::with_capacity(64 << 10) })
    }

    pub(super) fn send(&mut self, method: &str, path: &str, body: &str) -> Result<Answer<'_>> {
        let mut request = String::with_capacity(256 + body.len());
        request.push_str(method);
        request.push(' ');
        request.push_str(path);
        request.push_str(" HTTP/1.1\r\n");
        request.push_str(&self.head);
        request.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        request.push_str(body);
        self.stream.write_all(request.as_bytes())?;
        self.buffer.clear();
        let mut piece = [0; 16 << 10];
        let (status, start, length) = loop {
            let count = self.stream.read(&mut piece)?;
            if count == 0 {
                bail!("the server has hung up");
            }
            self.buffer.extend_from_slice(&piece[..count]);
            if let Some(end) = self.buffer.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = std::str::from_utf8(&self.buffer[..end])?;
                let status = head.get(9..12).and_then(|status| status.parse().ok()).context("no status")?;
                let length = head
                    .lines()
                    .find_map(|line| {
                        line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                    })
                    .map_or(Ok(0), |(_, length)| length.trim().parse::<usize>())?;
                break (status, end + 4, length);
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
