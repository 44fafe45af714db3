//! The way of every request: find the route, see who asks, hear only what may be heard, answer in time.

use std::collections::HashMap;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::body::Body;
use futures_util::FutureExt as _;
use http::{HeaderMap, HeaderValue, Method, Request, header};
use kehub_model::rights::Right;
use kehub_model::{Code, Language, RecordId};
use kehub_records::Style;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::ask::{Ask, decoded};
use crate::caller::{Caller, Gate, Means};
use crate::openapi::names;
use crate::refused::{Refused, answer_refusal};
use crate::route::{Answered, Handler, Need, Route, word};
use crate::{csrf, openapi};

pub type Response = http::Response<Body>;

/// How the house is set up, as far as manners need it.
#[derive(Clone, Debug, Default)]
pub struct Manners {
    /// The address as seen from outside; only from it are links made.
    pub base_url: Option<String>,
    /// How many requests are worked on at once.
    pub at_once: usize,
    /// How many requests one person may make in a minute; `None`: as many as the machine carries.
    pub per_minute: Option<u32>,
}

/// The parts of a path that a route names.
type Params = Vec<(&'static str, String)>;

/// How long a request may wait for its turn.
const TURN: Duration = Duration::from_secs(10);

pub struct Service {
    table: matchit::Router<Vec<(Method, usize)>>,
    pub routes: Vec<Route>,
    /// Names in each route's path.
    names: Vec<Vec<&'static str>>,
    gate: Arc<dyn Gate>,
    /// Pages and files of the web, for what is no route.
    pages: Handler,
    manners: Manners,
    turns: Option<Semaphore>,
    request: AtomicU64,
    /// By person: the minute that runs, and the requests in it.
    counted: Mutex<HashMap<RecordId, (Instant, u32)>>,
}

impl Service {
    /// `first_request` makes request ids of different runs differ.
    pub fn new(
        routes: Vec<Route>,
        gate: Arc<dyn Gate>,
        pages: Handler,
        manners: Manners,
        first_request: u64,
    ) -> anyhow::Result<Service> {
        let mut table: matchit::Router<Vec<(Method, usize)>> = matchit::Router::new();
        for (n, route) in routes.iter().enumerate() {
            // Routes of one path stand together in the tree; `at` of the pattern itself finds what was put there.
            let stands = routes[..n].iter().any(|earlier| earlier.path == route.path);
            if !stands {
                let same = routes.iter().enumerate().filter(|(_, other)| other.path == route.path);
                let methods: Vec<(Method, usize)> = same.map(|(place, other)| (other.method.clone(), place)).collect();
                let distinct = methods
                    .iter()
                    .enumerate()
                    .all(|(k, (method, _))| methods[..k].iter().all(|(other, _)| other != method));
                anyhow::ensure!(distinct, "{} stands twice in the list of routes", route.path);
                table.insert(route.path, methods)?;
            }
        }
        let names = routes.iter().map(|route| names(route.path).collect()).collect();
        let turns = (manners.at_once > 0).then(|| Semaphore::new(manners.at_once));
        Ok(Service {
            table,
            routes,
            names,
            gate,
            pages,
            manners,
            turns,
            request: AtomicU64::new(first_request),
            counted: Mutex::default(),
        })
    }

    pub fn openapi(&self, version: &str) -> serde_json::Value {
        openapi::document(&self.routes, version)
    }

    /// Answers a request. Never fails: what goes wrong is an answer, too.
    pub async fn answer(self: &Arc<Self>, request: Request<Body>, address: IpAddr) -> Response {
        let id = format!("{:016x}", self.request.fetch_add(1, Ordering::Relaxed));
        let is_api = request.uri().path().starts_with("/api/");
        let mut language = language(request.headers());
        let answer = match self.answered(request, address, &id, &mut language).await {
            Ok(answer) => answer,
            Err(refused) => answer_refusal(refused, language, &id),
        };
        with_headers(answer, is_api, &id)
    }

    async fn answered(
        self: &Arc<Self>,
        request: Request<Body>,
        address: IpAddr,
        id: &str,
        language: &mut Language,
    ) -> Answered {
        let (parts, body) = request.into_parts();
        let Some((route, params)) = self.find(&parts.method, parts.uri.path())? else {
            return self.page(parts, body, address, id, *language).await;
        };
        let _turn = match &self.turns {
            Some(turns) if route.time.is_some() => Some(
                tokio::time::timeout(TURN, turns.acquire())
                    .await
                    .map_err(|_| Refused::busy())?
                    .map_err(|_| Refused::busy())?,
            ),
            _ => None,
        };
        // Records are read and written under the numbers that hold; other routes ask nobody else.
        let is_sure = !matches!(route.need, Need::Object(_));
        let caller = match route.need {
            Need::Public => None,
            _ => {
                let caller = self.gate.who(&parts.headers, address, is_sure).await?;
                Some(caller.ok_or_else(|| Refused::new(Code::Unauthenticated, ""))?)
            }
        };
        if let Some(caller) = &caller {
            *language = caller.actor.language();
            self.count(caller.actor.id)?;
        }
        let changes = parts.method != Method::GET && parts.method != Method::HEAD;
        if changes
            && !csrf::is_ours(&parts.headers, &self.manners, caller.as_ref().is_some_and(|caller| caller.is_cookie))
        {
            return Err(Refused::forbidden());
        }
        if let Some(caller) = &caller {
            permit(route, caller)?;
        }
        let ask = Ask {
            style: Style { decimals_as_strings: wants_strings(&parts.headers), language: *language },
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            caller,
            address,
            request_id: id.to_owned(),
            params,
            body: Mutex::new(body),
            body_bytes: route.body_bytes,
        };
        run(route, ask).await
    }

    /// The route and the parts of its path. Wrong methods are told apart from wrong paths.
    fn find(&self, method: &Method, path: &str) -> Result<Option<(&Route, Params)>, Refused> {
        let Ok(found) = self.table.at(path) else {
            return if path.starts_with("/api/") { Err(Refused::not_found()) } else { Ok(None) };
        };
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        let Some((_, place)) = found.value.iter().find(|(known, _)| known == method) else {
            return Err(Refused::wrong_method(found.value.iter().map(|(known, _)| known)));
        };
        let values = found.params.iter().map(|(_, value)| decoded(value));
        Ok(Some((&self.routes[*place], self.names[*place].iter().copied().zip(values).collect())))
    }

    /// Refuses who asks too often, where that is bounded at all.
    fn count(&self, person: RecordId) -> Result<(), Refused> {
        const MINUTE: Duration = Duration::from_secs(60);
        let Some(most) = self.manners.per_minute else { return Ok(()) };
        let mut counted = self.counted.lock();
        let (begun, n) = counted.entry(person).or_insert_with(|| (Instant::now(), 0));
        if begun.elapsed() >= MINUTE {
            (*begun, *n) = (Instant::now(), 0);
        }
        *n += 1;
        let left = MINUTE.saturating_sub(begun.elapsed()).as_secs() + 1;
        if *n > most { Err(Refused::too_often(left)) } else { Ok(()) }
    }

    async fn page(
        &self,
        parts: http::request::Parts,
        body: Body,
        address: IpAddr,
        id: &str,
        language: Language,
    ) -> Answered {
        if parts.method != Method::GET && parts.method != Method::HEAD {
            return Err(Refused::not_found());
        }
        let ask = Ask {
            style: Style { decimals_as_strings: false, language },
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            caller: None,
            address,
            request_id: id.to_owned(),
            params: Vec::new(),
            body: Mutex::new(body),
            body_bytes: 0,
        };
        (self.pages)(ask).await
    }
}

/// Whether the caller has what the route needs, and its key, if that is what it has, may do it.
fn permit(route: &Route, caller: &Caller) -> Result<(), Refused> {
    let rights: &[Right] = match &route.need {
        Need::Right(right) => std::slice::from_ref(right),
        Need::AnyRight(rights) => rights,
        Need::Public | Need::SignedIn | Need::Object(_) => &[],
    };
    if !rights.is_empty() && !rights.iter().any(|right| caller.actor.has(*right)) {
        return Err(Refused::forbidden());
    }
    let Means::Key(_, scopes) = &caller.means else { return Ok(()) };
    let has = |wanted: &str| scopes.is_empty() || scopes.iter().any(|scope| scope == wanted);
    let is_allowed = match rights {
        [] => has(if route.is_reading { "read" } else { "write" }),
        rights => rights.iter().any(|right| has(word(*right))),
    };
    if is_allowed && !route.is_for_sessions { Ok(()) } else { Err(Refused::forbidden()) }
}

/// Runs the handler. One that changes something runs on when the client leaves, so that nothing is half done.
async fn run(route: &Route, ask: Ask) -> Answered {
    let future = (route.handler)(ask);
    let ended = async move {
        if route.is_cut_short {
            AssertUnwindSafe(future).catch_unwind().await.map_err(|_| ())
        } else {
            tokio::spawn(future).await.map_err(|_| ())
        }
    };
    let ended = match route.time {
        Some(time) => tokio::time::timeout(time, ended).await.map_err(|_| Refused::new(Code::TimedOut, ""))?,
        None => ended.await,
    };
    // What panicked has told its place to the log already; the client gets the request's id.
    ended.unwrap_or_else(|()| {
        Err(Refused::fault(anyhow::anyhow!("a handler panicked: {} {}", route.method, route.path)))
    })
}

fn with_headers(mut answer: Response, is_api: bool, id: &str) -> Response {
    const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
    const NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
    let headers = answer.headers_mut();
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, NO_STORE);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, NOSNIFF);
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert("x-request-id", id);
    }
    answer
}

fn language(headers: &HeaderMap) -> Language {
    headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).map_or(Language::Zh, Language::accepted)
}

fn wants_strings(headers: &HeaderMap) -> bool {
    headers.get("prefer").and_then(|value| value.to_str().ok()).is_some_and(|prefer| prefer.contains("decimals=string"))
}
