//! The one way out. Every connection to the world is opened here and nowhere else.
//!
//! A name is looked up once; of the addresses found those that are not the public internet are left out unless the operator
//! allows them (`KEHUB_EGRESS_ALLOW`); and the connection goes to the very address that was looked at, so that a name that
//! answers differently the next time gains nothing.
//!
//! **Architecture invariant:** nothing else in the house calls `TcpStream::connect`; `clippy.toml` says so.

mod address;
mod allow;
mod tls;
pub mod web;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;

pub use address::{Network, is_public};
pub use allow::Allow;
pub use tls::{Stream, authorities, secured};

/// How long a name may be looked up, and how long one address may take to answer.
const LOOK_UP: Duration = Duration::from_secs(5);
const CONNECT: Duration = Duration::from_secs(10);
/// How many addresses of a name are tried.
const TRIES: usize = 4;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum Barred {
    /// It is not the public internet and nobody allowed it. What the name stands for is not told.
    #[error("{0} is not reachable from here: it is no public address, and KEHUB_EGRESS_ALLOW does not name it")]
    Closed(String),
    #[error("{0} is no web address that may be called")]
    NoAddress(String),
    #[error("{host}: {error}")]
    Unreachable { host: String, error: io::Error },
    #[error("{0} took too long")]
    Slow(String),
}

impl Barred {
    fn unreachable(host: &str, error: impl Into<io::Error>) -> Barred {
        Barred::Unreachable { host: host.to_owned(), error: error.into() }
    }
}

pub type Found<'a> = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send + 'a>>;

/// Looks names up. The system does it; tests have their own.
pub trait Resolve: Send + Sync {
    fn resolve<'a>(&'a self, host: &'a str) -> Found<'a>;
}

struct System;

impl Resolve for System {
    fn resolve<'a>(&'a self, host: &'a str) -> Found<'a> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, 0)).await?.map(|found| found.ip()).collect()) })
    }
}

/// The way out, with what the operator allows beyond the public internet.
#[derive(Clone)]
pub struct Outside {
    allow: Arc<Allow>,
    names: Arc<dyn Resolve>,
}

impl Outside {
    pub fn new(allow: Allow) -> Outside {
        Outside { allow: Arc::new(allow), names: Arc::new(System) }
    }

    pub fn with_names(allow: Allow, names: Arc<dyn Resolve>) -> Outside {
        Outside { allow: Arc::new(allow), names }
    }

    /// The same, for something whose host the operator himself has named in a setting.
    pub fn and_host(&self, host: &str) -> Outside {
        Outside { allow: Arc::new(self.allow.and_host(host)), names: self.names.clone() }
    }

    /// Whether the operator has named the host or its address.
    fn is_named(&self, host: &str, address: IpAddr) -> bool {
        self.allow.names_host(host) || self.allow.names_address(address)
    }

    /// The addresses of a host that may be connected to.
    async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, Barred> {
        // `[::1]` is how a web address writes it.
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        let found = match bare.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) if bare.is_empty() || bare.len() > 253 || bare.contains(['\0', ' ', '/', '@', '%']) => {
                return Err(Barred::NoAddress(host.to_owned()));
            }
            Err(_) => tokio::time::timeout(LOOK_UP, self.names.resolve(bare))
                .await
                .map_err(|_| Barred::Slow(host.to_owned()))?
                .map_err(|error| Barred::unreachable(host, error))?,
        };
        let open: Vec<IpAddr> =
            found.into_iter().filter(|address| is_public(*address) || self.is_named(bare, *address)).collect();
        if open.is_empty() { Err(Barred::Closed(host.to_owned())) } else { Ok(open) }
    }

    /// A connection to a host that may be connected to.
    pub async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, Barred> {
        let mut last = Barred::Closed(host.to_owned());
        for address in self.addresses(host).await?.into_iter().take(TRIES) {
            match tokio::time::timeout(CONNECT, open(SocketAddr::new(address, port))).await {
                Ok(Ok(stream)) => {
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Ok(Err(error)) => last = Barred::unreachable(host, error),
                Err(_) => last = Barred::Slow(host.to_owned()),
            }
        }
        Err(last)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    TcpStream::connect(address).await
}

#[cfg(test)]
mod tests;
