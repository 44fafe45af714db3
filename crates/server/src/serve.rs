//! Serving: connections in, answers out, and a quiet end.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use kehub_api::{Body, Service};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use crate::app::App;

/// How many connections are open at once; more wait to be taken.
const CONNECTIONS: usize = 20_000;
/// How long the last requests may take when the server ends.
const DRAIN: Duration = Duration::from_secs(30);
/// How long a client may take to send its headers, and how long they may be.
const HEADERS: Duration = Duration::from_secs(15);
const HEADER_BYTES: usize = 64 << 10;

/// Serves until `end`, then lets the last requests finish.
pub async fn serve(
    app: Arc<App>,
    service: Arc<Service>,
    listener: TcpListener,
    end: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut end = std::pin::pin!(end);
    loop {
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place?,
            () = &mut end => break,
        };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut end => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file handles: the next moment may have some.
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let connection = connection(service.clone(), stream, peer);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            // A client that breaks off is nobody's fault.
            let _ = watched.await;
            drop(place);
        });
    }
    drop(listener);
    app.is_draining.store(true, Ordering::Relaxed);
    let _ = app.end.send(true);
    tracing::info!("draining");
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    Ok(())
}

fn connection(
    service: Arc<Service>,
    stream: TcpStream,
    peer: SocketAddr,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    // Small answers go out at once.
    let _ = stream.set_nodelay(true);
    let address: IpAddr = peer.ip();
    let answer = service_fn(move |request: hyper::Request<Incoming>| {
        let service = service.clone();
        async move { Ok::<_, std::convert::Infallible>(service.answer(request.map(Body::new), address).await) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(HEADER_BYTES)
        .pipeline_flush(true)
        .serve_connection(TokioIo::new(stream), answer)
}
