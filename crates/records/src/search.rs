//! Looking for text in everything the actor may read: each object's rows under its rule, tested on readable fields only.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kehub_db::search::{Proposal, fields};
use kehub_model::actor::Sight;
use kehub_model::catalog::system;
use kehub_model::fields::{Column, Order};
use kehub_model::query::{Cond, Is, Operand, Pick, Resolver, SortTerm};
use kehub_model::rights::Access;
use kehub_model::text::{fold, readings};
use kehub_model::value::json_text;
use kehub_model::{Actor, Field, Object, RecordId, Value};

use crate::read::{operand, plan_of};
use crate::render::title_text;
use crate::state::{State, id_pick};
use crate::{Records, Refusal, Style, cursor, unmoved};

/// What a search may take; what it has by then is the answer.
const LIMIT: Duration = Duration::from_millis(300);

/// Hits of an object on a page.
const EACH: usize = 5;

/// Of one object at most so many rows are looked at.
const LOOKED_AT: u32 = 1_000;

/// And so many, where only hits are looked at.
const HITS: u32 = 200;

/// The longest text looked for.
const LONGEST: usize = 100;

/// How well a record fits: its title begins with the text, contains it, sounds like it, or another field has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    TitleBegins,
    Title,
    Elsewhere,
}

struct Hit {
    fit: Fit,
    id: RecordId,
    title: String,
}

impl Records {
    /// `POST /search`: records of all objects the actor may read.
    pub async fn search(
        &self,
        actor: &Actor,
        text: &str,
        cursor: Option<&str>,
        style: Style,
    ) -> Result<String, Refusal> {
        // What no database could hold is not looked for.
        let text = &kehub_model::text::clean(text);
        unmoved!(self, actor, |state, actor| self.search_now(&state, actor, text, cursor, style))
    }

    async fn search_now(
        &self,
        state: &State,
        actor: &Actor,
        text: &str,
        cursor: Option<&str>,
        style: Style,
    ) -> Result<String, Refusal> {
        let text: String = fold(text).chars().take(LONGEST).collect();
        let shape = format!("search {} {text}", actor.id);
        let page = match cursor {
            None => 0,
            Some(cursor) => {
                let values = cursor::read(&self.inner.secret, &shape, cursor)?;
                values.first().and_then(Value::as_number).and_then(|n| usize::try_from(n).ok()).unwrap_or_default()
            }
        };
        let mut incomplete = false;
        let mut more = false;
        let mut json = String::from("{\"results\":[");
        let end = Instant::now() + LIMIT;
        let readable: Vec<&Arc<Object>> = state
            .catalog
            .active()
            .filter(|object| !text.is_empty() && object.parent.is_none() && actor.may(object, Access::Read))
            .collect();
        let searches = readable.iter().map(|object| self.search_object(state, actor, object, &text, end, style));
        for (object, found) in readable.iter().zip(futures_util::future::join_all(searches).await) {
            let (hits, is_cut) = found?;
            incomplete |= is_cut;
            more |= hits.len() > (page + 1) * EACH;
            for hit in hits.iter().skip(page * EACH).take(EACH) {
                if !json.ends_with('[') {
                    json.push(',');
                }
                json.push_str("{\"object\":");
                json_text(&object.key, &mut json);
                json.push_str(&format!(",\"id\":\"{}\",\"title\":", hit.id));
                json_text(&hit.title, &mut json);
                json.push('}');
            }
        }
        json.push_str("],\"next_cursor\":");
        match more {
            true => json_text(&cursor::write(&self.inner.secret, &shape, &[Value::from(page as i64 + 1)]), &mut json),
            false => json.push_str("null"),
        }
        self.still_stands(state).await?;
        if incomplete {
            json.push_str(",\"incomplete\":true");
        }
        json.push('}');
        Ok(json)
    }

    /// The hits of one object, best and newest first, and whether it was given up before its end.
    async fn search_object(
        &self,
        state: &State,
        actor: &Actor,
        object: &Arc<Object>,
        text: &str,
        end: Instant,
        style: Style,
    ) -> Result<(Vec<Hit>, bool), Refusal> {
        let mut picks = vec![id_pick(object)];
        let mut looked: Vec<&Field> = Vec::new();
        let mut tests = Vec::new();
        for field in fields(object) {
            let shown = match actor.sight(object, field.id) {
                Sight::Always => None,
                Sight::When(rows) => Some(rows),
                _ => continue,
            };
            let on = Operand { steps: Vec::new(), object: object.id, field: field.id, shown };
            tests.push(Cond::Test { on: on.clone(), is: Is::Contains(text.to_owned()) });
            picks.push(Pick { name: field.key.clone(), operand: on, is_masked: false });
            looked.push(field);
        }
        if looked.is_empty() {
            return Ok((Vec::new(), false));
        }
        let resolver = Resolver::new(&state.catalog, actor, Some(self.db().clock.now()));
        let rule = resolver.rule(object);
        let left = end.saturating_duration_since(Instant::now());
        let mut plan = plan_of(object, picks, rule, LOOKED_AT);
        if !text.chars().all(|c| c.is_ascii_alphanumeric()) {
            // It can only be read, not heard: the database tests it and nothing else comes back.
            plan.filter = plan.filter.and(Cond::any(tests.clone()));
            plan.limit = HITS;
        }
        let found = match Proposal::of(text) {
            Some(proposal) => self.db().find_text(&state.catalog, &plan, &proposal, left).await,
            None => Ok(None),
        };
        let found = match found {
            // No grams, or none yet: the newest rows that have the text.
            Ok(None) => {
                plan.filter = plan.filter.and(Cond::any(tests));
                plan.sort =
                    vec![SortTerm { operand: operand(object, system::ID), order: Order::Exact, descending: true }];
                plan.limit = (EACH * 10) as u32;
                let listed = self
                    .db()
                    .list_within(&state.catalog, plan, None, end.saturating_duration_since(Instant::now()))
                    .await;
                listed.map(|listed| kehub_db::search::Found { is_cut: listed.next.is_some(), rows: listed.rows })
            }
            Ok(Some(found)) => Ok(found),
            Err(fault) => Err(fault),
        };
        let found = match found {
            Ok(found) => found,
            Err(kehub_db::Fault::TimedOut) => return Ok((Vec::new(), true)),
            Err(fault) => return Err(fault.into()),
        };
        let title = object.title_field().and_then(|title| looked.iter().position(|field| field.id == title.id));
        let mut hits: Vec<Hit> = found
            .rows
            .iter()
            .filter_map(|row| {
                let fit = fit(&looked, &row[1..], title, text)?;
                let title = title
                    .map(|place| title_text(&state.catalog, object.id, &row[place + 1], style.language))
                    .unwrap_or_default();
                Some(Hit { fit, id: row[0].as_id()?, title })
            })
            .collect();
        hits.sort_by(|a, b| a.fit.cmp(&b.fit).then_with(|| b.id.cmp(&a.id)));
        Ok((hits, found.is_cut))
    }

    /// Keeps what follows use: the grams of text search, indexes of what is slow, what other nodes commit. Ends only with the process that runs it.
    pub async fn follow(&self) {
        tokio::join!(self.follow_text(), self.db().tend(), self.follow_others());
    }

    async fn follow_text(&self) {
        let mut changed = self.changed();
        loop {
            // A publish of another node is met here at the latest.
            let step = match self.refresh().await {
                Ok(()) => self.db().follow_text(&self.catalog()).await,
                Err(Refusal::Fault(fault)) => Err(fault),
                Err(Refusal::Problems(_) | Refusal::Conflicts { .. }) => Ok(false),
            };
            match step {
                Ok(true) => tokio::task::yield_now().await,
                Ok(false) => {
                    // Small steps cost the writer more than few larger ones; nobody waits for them.
                    drop(tokio::time::timeout(Duration::from_secs(5), changed.recv()).await);
                    tokio::time::sleep(Duration::from_millis(500)).await;
                    changed = changed.resubscribe();
                }
                Err(kehub_db::Fault::Closed) => return,
                Err(fault) => {
                    tracing::warn!(%fault, "text search lags behind");
                    tokio::time::sleep(Duration::from_secs(2)).await;
                }
            }
        }
    }
}

/// How well a row fits; nothing when it does not have the text at all.
fn fit(looked: &[&Field], values: &[Value], title: Option<usize>, text: &str) -> Option<Fit> {
    let mut best = None;
    for (place, (field, value)) in looked.iter().zip(values).enumerate() {
        if value.is_null() {
            continue;
        }
        let searched = match field.column {
            Column::Text { folded: true } | Column::Json { folded: true } => field.def.kind.search_text(value),
            _ => value.as_text().unwrap_or_default().to_owned(),
        };
        let fit = if title == Some(place) {
            let sounds = || if text.is_ascii() { readings(&searched) } else { Vec::new() };
            match searched.find(text) {
                Some(0) => Some(Fit::TitleBegins),
                Some(_) => Some(Fit::Title),
                None => sounds()
                    .iter()
                    .filter_map(|reading| reading.find(text))
                    .map(|at| if at == 0 { Fit::TitleBegins } else { Fit::Title })
                    .min(),
            }
        } else {
            searched.contains(text).then_some(Fit::Elsewhere)
        };
        best = match (best, fit) {
            (Some(a), Some(b)) => Some(std::cmp::min::<Fit>(a, b)),
            (a, b) => a.or(b),
        };
    }
    best
}

#[cfg(test)]
mod tests;
