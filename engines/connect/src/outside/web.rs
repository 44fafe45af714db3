//! Web requests outwards: within a time, within a size, and each hop checked as if it were the first.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use url::Url;

use super::{Barred, Outside, Stream, secured};

/// One request to the world.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: Method,
    pub url: String,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// How many redirects are followed; each is checked anew. Only requests that ask are sent on.
    pub redirects: u8,
    /// How much of the answer is read. More is cut off, not an error.
    pub most_bytes: usize,
    /// For everything together.
    pub time: Duration,
}

#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    pub is_cut: bool,
}

impl Request {
    pub fn get(url: &str) -> Request {
        Request {
            method: Method::GET,
            url: url.to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            redirects: 0,
            most_bytes: 64 << 10,
            time: Duration::from_secs(20),
        }
    }
}

impl Outside {
    /// Asks the world. Only `http` and `https`, no name and password in the address; ports other than the usual ones only where
    /// the operator has named the host.
    pub async fn ask(&self, request: Request) -> Result<Answer, Barred> {
        let slow = Barred::Slow(shown(&request.url));
        tokio::time::timeout(request.time, self.asked(request)).await.map_err(|_| slow)?
    }

    async fn asked(&self, mut request: Request) -> Result<Answer, Barred> {
        loop {
            let url = self.usable(&request.url)?;
            let answer = self.one(&url, &request).await?;
            let is_asking = request.method == Method::GET || request.method == Method::HEAD;
            let next = answer.headers.get(header::LOCATION).and_then(|place| place.to_str().ok());
            let (true, true, Some(next)) = (is_asking && request.redirects > 0, is_redirect(answer.status), next)
            else {
                return Ok(answer);
            };
            let next = url.join(next).map_err(|_| Barred::NoAddress(shown(next)))?;
            if next.origin() != url.origin() {
                // What proves us to one host is nobody else's business.
                for name in [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION] {
                    request.headers.remove(name);
                }
            }
            request.redirects -= 1;
            request.url = next.into();
        }
    }

    fn usable(&self, text: &str) -> Result<Url, Barred> {
        let no = || Barred::NoAddress(shown(text));
        let url = Url::parse(text).map_err(|_| no())?;
        let host = url.host_str().ok_or_else(no)?;
        let is_plain =
            matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        let is_usual = matches!(url.port_or_known_default(), Some(80 | 443));
        let bare = host.trim_matches(['[', ']']);
        let is_named =
            self.allow.names_host(bare) || bare.parse().is_ok_and(|address| self.allow.names_address(address));
        if is_plain && (is_usual || is_named) { Ok(url) } else { Err(no()) }
    }

    async fn one(&self, url: &Url, request: &Request) -> Result<Answer, Barred> {
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Err(Barred::NoAddress(shown(url.as_str())));
        };
        let broken = |error: hyper::Error| Barred::unreachable(host, std::io::Error::other(error));
        let stream = self.connect(host, port).await?;
        let stream = if url.scheme() == "https" { secured(stream, host, None).await? } else { Stream::Plain(stream) };
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
        let connection = tokio::spawn(connection);
        let mut sent = http::Request::new(Full::new(request.body.clone()));
        *sent.method_mut() = request.method.clone();
        let place = &url[url::Position::BeforePath..url::Position::AfterQuery];
        *sent.uri_mut() = place.parse().map_err(|_| Barred::NoAddress(shown(url.as_str())))?;
        *sent.headers_mut() = request.headers.clone();
        let authority = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let authority = HeaderValue::from_str(authority).map_err(|_| Barred::NoAddress(shown(url.as_str())))?;
        sent.headers_mut().insert(header::HOST, authority);
        sent.headers_mut().entry(header::USER_AGENT).or_insert(HeaderValue::from_static("Kehub"));
        // An answer that unfolds to a thousand times its size is not asked for.
        sent.headers_mut().insert(HeaderName::from_static("accept-encoding"), HeaderValue::from_static("identity"));
        let answer = sender.send_request(sent).await.map_err(broken)?;
        let (parts, mut body) = answer.into_parts();
        let mut read = BytesMut::new();
        let mut is_cut = false;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(broken)?.into_data() else { continue };
            let left = request.most_bytes - read.len();
            read.extend_from_slice(&data[..data.len().min(left)]);
            if data.len() > left {
                is_cut = true;
                break;
            }
        }
        connection.abort();
        Ok(Answer { status: parts.status, headers: parts.headers, body: read.freeze(), is_cut })
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// An address for the log: without what may be secret in it.
fn shown(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = &url[..end];
    match url.rsplit_once('@') {
        Some((_, rest)) => rest.chars().take(200).collect(),
        None => url.chars().take(200).collect(),
    }
}
