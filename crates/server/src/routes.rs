//! The one list of all routes, each with what it needs. Router and OpenAPI file are made of it.

use std::sync::Arc;
use std::sync::OnceLock;

use kehub_api::{Manners, Need, Route, Service, json_text};

use crate::app::App;
use crate::{http, web};

/// How many requests are worked on at once; more wait their turn.
const AT_ONCE: usize = 512;

/// Every route there is.
pub fn all(app: &Arc<App>) -> Vec<Route> {
    let mut routes = Vec::new();
    routes.extend(http::health::routes(app));
    routes.extend(http::setup::routes(app));
    routes.extend(http::session::routes(app));
    routes.extend(http::me::routes(app));
    routes.extend(http::keys::routes(app));
    routes.extend(http::objects::routes(app));
    routes.extend(http::fields::routes(app));
    routes.extend(http::records::routes(app));
    routes.extend(http::batch::routes(app));
    routes.extend(http::people::routes(app));
    routes.extend(http::links::routes(app));
    routes.extend(http::roles::routes(app));
    routes.extend(http::definitions::routes(app));
    routes.extend(http::solutions::routes(app));
    routes.extend(http::files::routes(app));
    routes.extend(http::imports::routes(app));
    routes.extend(http::events::routes(app));
    routes.extend(http::operations::routes(app));
    routes.extend(http::workspace::routes(app));
    routes
}

/// The whole outside: all routes, the file that lists them, and the pages of the web for everything else.
pub fn service(app: &Arc<App>) -> anyhow::Result<Arc<Service>> {
    let mut routes = all(app);
    let file: Arc<OnceLock<String>> = Arc::default();
    let answer = file.clone();
    routes.push(Route::get(
        "/api/v1/openapi.json",
        Need::Public,
        "This list",
        kehub_api::handler(move |_| {
            let text = answer.get().cloned().unwrap_or_default();
            async move { Ok(json_text(text)) }
        }),
    ));
    let manners =
        Manners { base_url: app.settings.base_url.clone(), at_once: AT_ONCE, per_minute: app.settings.rate_limit };
    let mut first = [0u8; 8];
    kehub_db::fill_random(&mut first);
    let pages = web::pages(app.settings.is_https());
    let service = Service::new(routes, app.identity.clone(), pages, manners, u64::from_le_bytes(first))?;
    let _ = file.set(service.openapi(env!("CARGO_PKG_VERSION")).to_string());
    Ok(Arc::new(service))
}
