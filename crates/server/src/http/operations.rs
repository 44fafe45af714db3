//! How the house stands, for who runs it.

use std::sync::Arc;

use kehub_api::{Answered, Ask, Need, Route, json};
use kehub_db::Dialect;
use kehub_model::rights::Right;
use serde_json::json;

use crate::app::App;

pub fn routes(app: &Arc<App>) -> Vec<Route> {
    vec![Route::get(
        "/api/v1/operations",
        Need::Right(Right::Operations),
        "How the server stands",
        super::with(app, show),
    )]
}

async fn show(app: Arc<App>, _ask: Ask) -> Answered {
    let database = match app.db().dialect() {
        Dialect::Sqlite => "sqlite",
        Dialect::Postgres => "postgres",
    };
    let (catalog, rights) = app.db().numbers().await?;
    json(&json!({
        "version": env!("CARGO_PKG_VERSION"),
        "database": database,
        "started_at": super::time(app.started_at.timestamp_micros()),
        "base_url": app.settings.base_url,
        "is_https": app.settings.is_https(),
        "catalog": catalog,
        "rights": rights,
    }))
}
