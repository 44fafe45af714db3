//! Is it well: alive, and may it take traffic.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kehub_api::{Answered, Need, Refused, Route, text};

use crate::app::App;

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    vec![
        Route::get("/healthz", Need::Public, "Alive", kehub_api::handler(|_| async { Ok(text("ok\n")) })),
        Route::get("/readyz", Need::Public, "May take traffic", super::with(app, |app, _| ready(app))),
    ]
}

async fn ready(app: Arc<App>) -> Answered {
    if app.is_draining.load(Ordering::Relaxed) {
        return Err(Refused::busy());
    }
    app.db().numbers().await?;
    Ok(text("ready\n"))
}
