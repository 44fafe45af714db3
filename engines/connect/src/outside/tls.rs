//! TLS over a connection that was checked: the server proves that it is the host that was asked for.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::Barred;

/// A connection out, plain or not.
#[derive(Debug)]
pub enum Stream {
    Plain(TcpStream),
    Secured(Box<TlsStream<TcpStream>>),
}

/// Makes a connection secret and sure of whom it reaches. `authority`: a company's own certificate authority, as PEM, trusted
/// besides the public ones.
pub async fn secured(stream: TcpStream, host: &str, authority: Option<&[u8]>) -> Result<Stream, Barred> {
    let config = match authority {
        None => usual(),
        Some(pem) => Arc::new(config(Some(pem)).map_err(|error| Barred::unreachable(host, error))?),
    };
    let bare = host.trim_matches(['[', ']']).to_owned();
    let name = ServerName::try_from(bare).map_err(|_| Barred::NoAddress(host.to_owned()))?;
    let stream = tokio::time::timeout(super::CONNECT, TlsConnector::from(config).connect(name, stream))
        .await
        .map_err(|_| Barred::Slow(host.to_owned()))?
        .map_err(|error| Barred::unreachable(host, error))?;
    Ok(Stream::Secured(Box::new(stream)))
}

/// The certificates in a PEM file.
pub fn authorities(pem: &[u8]) -> io::Result<Vec<CertificateDer<'static>>> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
    if found.is_empty() {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "no certificate in it"));
    }
    Ok(found)
}

fn usual() -> Arc<ClientConfig> {
    static USUAL: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    USUAL
        .get_or_init(|| {
            let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
            Arc::new(made(roots).expect("the provider's own versions of TLS suit it"))
        })
        .clone()
}

fn config(authority: Option<&[u8]>) -> io::Result<ClientConfig> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = authority {
        for certificate in authorities(pem)? {
            roots.add(certificate).map_err(io::Error::other)?;
        }
    }
    made(roots).map_err(io::Error::other)
}

fn made(roots: RootCertStore) -> Result<ClientConfig, tokio_rustls::rustls::Error> {
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

impl Stream {
    fn inner(self: Pin<&mut Self>) -> Pin<&mut dyn Both> {
        let stream: &mut dyn Both = match self.get_mut() {
            Stream::Plain(stream) => stream,
            Stream::Secured(stream) => stream.as_mut(),
        };
        Pin::new(stream)
    }
}

trait Both: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Both for T {}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.inner().poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.inner().poll_shutdown(cx)
    }
}

impl lettre::transport::smtp::client::AsyncTokioStream for Stream {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Stream::Plain(stream) => stream.peer_addr(),
            Stream::Secured(stream) => stream.get_ref().0.peer_addr(),
        }
    }
}
