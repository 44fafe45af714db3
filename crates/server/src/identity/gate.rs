//! Who asks: a cookie, a Bearer token or a program's key, looked up in memory and now and then in the database.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use http::{HeaderMap, header};
use kehub_api::{Caller, Gate, Means, Refused};
use kehub_db::Dialect;
use kehub_model::fields::Reading;
use kehub_model::{Language, RecordId};
use parking_lot::RwLock;

use super::{Identity, keys, stored};

/// How long a looked-up secret is believed. Changes made by this server are known at once; this is for those of other nodes.
const BELIEVED: Duration = Duration::from_secs(5);
/// How often another node's changes of rights are asked for.
const ASKED: Duration = Duration::from_millis(250);
const MOST: usize = 50_000;

#[derive(Default)]
pub(super) struct Cache {
    known: RwLock<HashMap<[u8; 32], Arc<Known>>>,
    refreshed: AtomicU64,
    started: std::sync::OnceLock<Instant>,
    /// When the last question began.
    asking: tokio::sync::Mutex<Option<Instant>>,
}

/// A secret that was looked up.
pub(super) struct Known {
    pub(super) person: RecordId,
    pub(super) means: Means,
    pub(super) language: Option<Language>,
    pub(super) zone: Option<chrono_tz::Tz>,
    pub(super) ends_at: i64,
    looked_up: Instant,
    rights: i64,
}

impl Cache {
    pub(super) fn clear(&self) {
        self.known.write().clear();
    }

    fn find(&self, token: &[u8; 32], rights: i64) -> Option<Arc<Known>> {
        let known = self.known.read().get(token)?.clone();
        (known.rights == rights && known.looked_up.elapsed() < BELIEVED).then_some(known)
    }

    fn keep(&self, token: [u8; 32], known: Arc<Known>) {
        let mut all = self.known.write();
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(token, known);
    }

    /// Asks once for all who wait: whoever finds that somebody began to ask after he came need not ask himself.
    async fn asked_since_now<E>(&self, ask: impl AsyncFnOnce() -> Result<(), E>) -> Result<(), E> {
        let came = Instant::now();
        let mut begun = self.asking.lock().await;
        if begun.is_some_and(|begun| begun > came) {
            return Ok(());
        }
        let now = Instant::now();
        ask().await?;
        *begun = Some(now);
        Ok(())
    }

    /// Whether it is time to ask the database for changes of other nodes.
    fn is_due(&self) -> bool {
        let started = *self.started.get_or_init(Instant::now);
        let now = started.elapsed().as_millis() as u64 + 1_000;
        let before = self.refreshed.load(Ordering::Relaxed);
        now - before >= ASKED.as_millis() as u64
            && self.refreshed.compare_exchange(before, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// The secret a request brings, and whether a browser sent it by itself.
fn secret_of(headers: &HeaderMap) -> Option<(&str, bool)> {
    if let Some(said) = headers.get(header::AUTHORIZATION) {
        let (scheme, token) = said.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| (token.trim(), false));
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, token) =
        pairs.find(|(name, _)| *name == super::sessions::COOKIE || *name == super::sessions::COOKIE_HTTPS)?;
    Some((token, true))
}

impl Identity {
    async fn known(&self, secret: &str) -> Result<Option<Arc<Known>>, Refused> {
        let token = stored(secret);
        let (_, rights) = self.records.numbers();
        if let Some(known) = self.cache.find(&token, rights) {
            return Ok(Some(known));
        }
        let found = if secret.starts_with(keys::PREFIX) {
            self.find_key(&token).await?
        } else {
            self.find_session(&token).await?
        };
        let Some((person, means, ends_at)) = found else { return Ok(None) };
        let credential = super::credential(self.db(), person).await?;
        let language = credential.as_ref().and_then(|one| one.locale.as_deref()).map(Language::accepted);
        let zone = credential.and_then(|one| one.time_zone?.parse().ok());
        let known = Arc::new(Known { person, means, language, zone, ends_at, looked_up: Instant::now(), rights });
        self.cache.keep(token, known.clone());
        Ok(Some(known))
    }

    async fn caller(&self, headers: &HeaderMap, is_sure: bool) -> Result<Option<Caller>, Refused> {
        let Some((secret, is_cookie)) = secret_of(headers) else { return Ok(None) };
        if secret.len() > 200 {
            return Ok(None);
        }
        // SQLite's numbers are in memory; PostgreSQL's are asked for, where nobody behind does it, or at intervals.
        if self.db().dialect() == Dialect::Sqlite || self.cache.is_due() {
            self.records.refresh().await?;
        } else if is_sure {
            self.cache.asked_since_now(|| self.records.refresh()).await?;
        }
        self.follow_workspace().await?;
        let Some(known) = self.known(secret).await? else { return Ok(None) };
        if known.ends_at <= self.db().clock.now().timestamp_micros() {
            return Ok(None);
        }
        let workspace = self.workspace();
        let language = known.language.unwrap_or_else(|| {
            headers
                .get(header::ACCEPT_LANGUAGE)
                .and_then(|said| said.to_str().ok())
                .map_or(workspace.language, Language::accepted)
        });
        let zone = known.zone.unwrap_or(workspace.zone);
        let actor = self.records.actor(known.person, Reading { zone, language }).await?;
        Ok(actor.map(|actor| Caller { actor, means: known.means.clone(), is_cookie }))
    }
}

impl Gate for Identity {
    fn who<'a>(
        &'a self,
        headers: &'a HeaderMap,
        _address: IpAddr,
        is_sure: bool,
    ) -> BoxFuture<'a, Result<Option<Caller>, Refused>> {
        Box::pin(self.caller(headers, is_sure))
    }
}
