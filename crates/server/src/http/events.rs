//! What a browser hears without asking: "object X is at version N".

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, header};
use kehub_api::{Answered, Ask, Body, Gate as _, Need, Response, Route};
use kehub_model::Actor;
use kehub_model::rights::Access;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

use crate::app::App;

/// How often it is looked whether the listener still may, and whether something was published.
const LOOK: Duration = Duration::from_secs(1);
/// After so many looks a line that says nothing, so that proxies keep the connection.
const BREATH: u32 = 20;

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    vec![
        Route::get(
            "/api/v1/events",
            Need::SignedIn,
            "Server-sent events: which object is at which version",
            super::with(app, listen),
        )
        .unending(),
    ]
}

async fn listen(app: Arc<App>, ask: Ask) -> Answered {
    let (lines, mut heard) = mpsc::channel::<Bytes>(64);
    tokio::spawn(tell(app, ask, lines));
    let stream = futures_util::stream::poll_fn(move |context| {
        heard.poll_recv(context).map(|line| line.map(Ok::<_, std::convert::Infallible>))
    });
    let mut answer = Response::new(Body::from_stream(stream));
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    answer.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(answer)
}

/// Tells until nobody listens, the listener may no longer, or the server ends.
async fn tell(app: Arc<App>, ask: Ask, lines: mpsc::Sender<Bytes>) {
    let mut changed = app.records.changed();
    let mut end = app.end.subscribe();
    let mut catalog = app.records.catalog().number;
    let mut look = tokio::time::interval(LOOK);
    let mut looks = 0;
    if lines.send(Bytes::from_static(b": hello\nretry: 3000\n\n")).await.is_err() {
        return;
    }
    loop {
        let line = tokio::select! {
            _ = end.changed() => return,
            () = lines.closed() => return,
            _ = look.tick() => {
                looks += 1;
                (looks % BREATH == 0).then(|| Bytes::from_static(b": \n\n"))
            }
            said = changed.recv() => match said {
                Ok((object, version)) => match still(&app, &ask).await {
                    Some(actor) => line(&app, &actor, &object, version),
                    None => return,
                },
                // Too much happened to tell it all: everything shown is asked for again.
                Err(RecvError::Lagged(_)) => Some(Bytes::from_static(b"data: {\"object\":\"*\"}\n\n")),
                Err(RecvError::Closed) => return,
            },
        };
        if app.is_draining.load(Ordering::Relaxed) || still(&app, &ask).await.is_none() {
            return;
        }
        let now = app.records.catalog().number;
        if now != catalog {
            catalog = now;
            if lines.send(Bytes::from_static(b"data: {\"kind\":\"object\"}\n\n")).await.is_err() {
                return;
            }
        }
        if let Some(line) = line
            && lines.send(line).await.is_err()
        {
            return;
        }
    }
}

/// Who listens, if he still may.
async fn still(app: &App, ask: &Ask) -> Option<Arc<Actor>> {
    app.identity.who(&ask.headers, ask.address, false).await.ok().flatten().map(|caller| caller.actor)
}

fn line(app: &App, actor: &Actor, object: &str, version: i64) -> Option<Bytes> {
    let catalog = app.records.catalog();
    let known = catalog.object(object)?;
    actor
        .may(known, Access::Read)
        .then(|| Bytes::from(format!("data: {{\"object\":\"{object}\",\"version\":{version}}}\n\n")))
}
