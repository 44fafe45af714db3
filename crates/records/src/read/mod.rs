//! Reading: one record, lists, aggregates. Every name goes through the actor's resolver, every row through his rule.

mod beside;
mod find;
mod sums;

use std::collections::HashMap;
use std::sync::Arc;

use kehub_db::Fetch;
use kehub_model::catalog::system;
use kehub_model::fields::{Column as Stands, Kind};
use kehub_model::query::{Cond, Count, Is, ListPlan, Operand, Page, Pick, QueryAsk, Resolver, SortTerm};
use kehub_model::rights::Access;
use kehub_model::text::fold;
use kehub_model::value::json_text;
use kehub_model::{Actor, Moment, Object, Problems, RecordId, Value};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::render::{Column, Placed};
use crate::state::State;
use crate::{Records, Refusal, Style, cursor, unmoved};

/// One record as JSON, and the version it is at.
#[derive(Clone, Debug, PartialEq)]
pub struct Got {
    pub json: String,
    pub version: i64,
    /// Of a past moment: whether it will read so for ever.
    pub is_settled: Option<bool>,
}

/// Beyond this an estimate stops counting.
const ESTIMATED: i64 = 10_001;

/// A list made ready: the plan, and how its columns are written.
pub(crate) struct Prepared {
    plan: ListPlan,
    columns: Vec<Column>,
}

/// How an actor gets one record of an object.
pub(crate) struct Getting {
    prepared: Arc<Prepared>,
    fetch: Arc<Fetch>,
}

/// How many ways of getting a record are remembered.
const MOST_GETTINGS: usize = 1_024;

impl Records {
    /// One record, as of now or of a past moment. What may not be seen is not there.
    pub async fn get(
        &self,
        actor: &Actor,
        object: &str,
        id: RecordId,
        as_of: Option<&str>,
        style: Style,
    ) -> Result<Got, Refusal> {
        unmoved!(self, actor, |state, actor| self.get_now(&state, actor, object, id, as_of, style))
    }

    async fn get_now(
        &self,
        state: &Arc<State>,
        actor: &Actor,
        object: &str,
        id: RecordId,
        as_of: Option<&str>,
        style: Style,
    ) -> Result<Got, Refusal> {
        let object = state.object_for(actor, object)?;
        let db = self.under(state);
        let (prepared, row, is_settled) = match as_of {
            None => {
                let getting = self.getting(state, actor, &object)?;
                let row = db.fetch(&getting.fetch, id).await?;
                (getting.prepared.clone(), row, None)
            }
            Some(as_of) => {
                let mut problems = Problems::new();
                let at = Resolver::new(&state.catalog, actor, Some(db.clock.now())).as_of(Some(as_of), &mut problems);
                let Some(at) = at.filter(|_| problems.is_empty()) else { return Err(problems.into()) };
                let mut prepared = whole(state, actor, &object, at.time());
                let same = Cond::Test { on: operand(&object, system::ID), is: Is::Eq(Value::Id(id)) };
                prepared.plan.filter = prepared.plan.filter.and(same);
                prepared.plan.as_of = Some(at);
                let is_settled = db.is_settled(at).await?;
                let mut listed = db.list(state.catalog.clone(), prepared.plan.clone()).await?;
                (Arc::new(prepared), listed.rows.pop(), Some(is_settled))
            }
        };
        let rows = [row.ok_or_else(Refusal::not_found)?];
        let row = &rows[0];
        let writer = self.writer(state, actor, &object, &prepared, &rows, style).await?;
        let mut json = String::with_capacity(512);
        writer.record(&prepared.columns, row, &mut json);
        let version = prepared.columns.iter().position(|column| column.field.id == system::VERSION);
        let version =
            version.and_then(|place| row[place].as_number()).and_then(|n| i64::try_from(n).ok()).unwrap_or_default();
        Ok(Got { json, version, is_settled })
    }

    /// How this actor gets one record of the object; remembered with the state.
    fn getting(&self, state: &Arc<State>, actor: &Actor, object: &Arc<Object>) -> Result<Arc<Getting>, Refusal> {
        let make = || -> Result<Arc<Getting>, Refusal> {
            let prepared = whole(state, actor, object, self.db().clock.now());
            let fetch = self.under(state).fetching(&state.catalog, &prepared.plan)?;
            Ok(Arc::new(Getting { prepared: Arc::new(prepared), fetch }))
        };
        // One made by hand, or under another state, may be somebody else with the same id.
        if !state.made(actor) {
            return make();
        }
        if let Some(getting) = state.gettings.lock().get(&(actor.id, object.id)) {
            return Ok(getting.clone());
        }
        let getting = make()?;
        let mut gettings = state.gettings.lock();
        if gettings.len() >= MOST_GETTINGS {
            gettings.clear();
        }
        gettings.insert((actor.id, object.id), getting.clone());
        Ok(getting)
    }

    /// Whether a past moment reads the same for ever; nothing of the present.
    async fn is_settled(&self, as_of: Option<Moment>) -> Result<Option<bool>, Refusal> {
        Ok(match as_of {
            Some(at) => Some(self.db().is_settled(at).await?),
            None => None,
        })
    }

    /// `POST /records/{object}/query`.
    pub async fn query(&self, actor: &Actor, object: &str, body: &Json, style: Style) -> Result<String, Refusal> {
        unmoved!(self, actor, |state, actor| self.query_now(&state, actor, object, body, style))
    }

    /// A definition will ask for this list, `{filter, sort}` of an object: its index is made before anybody waits for it. What does
    /// not resolve asks for nothing.
    pub fn expect(&self, object: &str, body: &Json) {
        let state = self.state();
        let Some(object) = state.catalog.object(object) else { return };
        let (everything, mut problems) = (Actor::console(), Problems::new());
        let ask = QueryAsk::parse(body, &mut problems);
        let resolver = Resolver::new(&state.catalog, &everything, Some(self.db().clock.now()));
        let filter = ask.filter.as_ref().map_or(Cond::Const(true), |ask| resolver.filter(object, ask, &mut problems));
        let sort = resolver.sort(object, &ask.sort, &mut problems);
        if problems.is_empty() {
            let plan = ListPlan { sort, ..plan_of(object, Vec::new(), filter, ask.limit) };
            self.db().expect_list(&state.catalog, &plan);
        }
    }

    /// What resolves a request's names and times: in its zone, and as of a past moment with that moment for now.
    fn resolver<'a>(
        &self,
        state: &'a State,
        actor: &'a Actor,
        time_zone: Option<&str>,
        as_of: Option<&str>,
        problems: &mut Problems,
    ) -> (Resolver<'a>, Option<Moment>) {
        let resolver = |now| Resolver::new(&state.catalog, actor, Some(now));
        let present = resolver(self.db().clock.now()).in_zone(time_zone, problems);
        match present.as_of(as_of, problems) {
            // "Today" is that day. What is wrong with the zone has been said.
            Some(at) => (resolver(at.time()).in_zone(time_zone, &mut Problems::new()), Some(at)),
            None => (present, None),
        }
    }

    async fn query_now(
        &self,
        state: &Arc<State>,
        actor: &Actor,
        object: &str,
        body: &Json,
        style: Style,
    ) -> Result<String, Refusal> {
        let mut problems = Problems::new();
        let ask = QueryAsk::parse(body, &mut problems);
        let object = state.object_for(actor, object)?;
        if !actor.may(&object, Access::Read) {
            return Err(Refusal::forbidden());
        }
        let (time_zone, as_of) = (ask.time_zone.as_deref(), ask.as_of.as_deref());
        let (resolver, as_of) = self.resolver(state, actor, time_zone, as_of, &mut problems);
        let mut filter = resolver.rule(&object);
        if let Some(ask) = &ask.filter {
            filter = filter.and(resolver.filter(&object, ask, &mut problems));
        }
        if let Some(text) = ask.search.as_deref().map(fold).filter(|text| !text.is_empty()) {
            filter = filter.and(self.searching(actor, &object, &text));
        }
        let sort = resolver.sort(&object, &ask.sort, &mut problems);
        let picks = resolver.picks(&object, ask.fields.as_deref(), &mut problems);
        let shape = shape_of(&object, &ask);
        let page = match (&ask.cursor, ask.offset) {
            (Some(text), _) => match cursor::read(&self.inner.secret, &shape, text) {
                Ok(values) => Page::After(values),
                Err(problem) => {
                    problems.push(problem);
                    Page::First
                }
            },
            (None, Some(offset)) if offset > 0 => Page::Offset(offset),
            _ => Page::First,
        };
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let mut prepared = prepare(state, &resolver, &object, picks, filter, sort, ask.limit, page);
        prepared.plan.as_of = as_of;
        let is_settled = self.is_settled(as_of).await?;
        let listed = self.under(state).list(state.catalog.clone(), prepared.plan.clone()).await?;
        let count = self.count_of(state, &prepared.plan, ask.count).await?;
        let writer = self.writer(state, actor, &object, &prepared, &listed.rows, style).await?;
        let mut json = String::with_capacity(256 * (listed.rows.len() + 1));
        json.push_str("{\"records\":[");
        for (n, row) in listed.rows.iter().enumerate() {
            if n > 0 {
                json.push(',');
            }
            writer.record(&prepared.columns, row, &mut json);
        }
        json.push_str("],\"next_cursor\":");
        match &listed.next {
            Some(values) => json_text(&cursor::write(&self.inner.secret, &shape, values), &mut json),
            None => json.push_str("null"),
        }
        json.push_str(",\"count\":");
        match count {
            Some((value, exact)) => json.push_str(&format!("{{\"value\":{value},\"exact\":{exact}}}")),
            None => json.push_str("null"),
        }
        if let Some(is_settled) = is_settled {
            json.push_str(&format!(",\"settled\":{is_settled}"));
        }
        json.push('}');
        Ok(json)
    }

    async fn count_of(&self, state: &State, plan: &ListPlan, wanted: Count) -> Result<Option<(i64, bool)>, Refusal> {
        let db = self.under(state);
        if plan.as_of.is_some() && wanted != Count::None {
            let measures = vec![kehub_model::query::Measured {
                name: "count".into(),
                function: kehub_model::query::Measure::Count,
                operand: None,
                filter: None,
            }];
            let counting = kehub_model::query::AggregatePlan {
                object: plan.object,
                filter: plan.filter.clone(),
                groups: Vec::new(),
                measures,
                sort: Vec::new(),
                limit: 1,
                zone: chrono_tz::UTC,
                as_of: plan.as_of,
            };
            let rows = db.aggregate(state.catalog.clone(), counting).await?;
            let counted = rows.first().and_then(|row| row[0].as_number()).and_then(|count| i64::try_from(count).ok());
            return Ok(Some((counted.unwrap_or_default(), true)));
        }
        Ok(match wanted {
            Count::None => None,
            Count::Exact => Some((db.count(&state.catalog, plan.object, &plan.filter, None).await?, true)),
            Count::Estimate => {
                let counted = db.count(&state.catalog, plan.object, &plan.filter, Some(ESTIMATED)).await?;
                if counted < ESTIMATED {
                    return Ok(Some((counted, true)));
                }
                let estimate = db.estimate(&state.catalog, plan.object, &plan.filter).await?;
                Some((estimate.max(counted), false))
            }
        })
    }

    /// Rows in which some readable text field contains the text.
    fn searching(&self, actor: &Actor, object: &Arc<Object>, text: &str) -> Cond {
        let fields = object.fields.iter().filter(|field| {
            matches!(field.column, Stands::Text { folded: true } | Stands::Json { folded: true })
                || matches!(field.def.kind, Kind::Phone(_) | Kind::Serial(_))
        });
        Cond::any(
            fields
                .filter_map(|field| {
                    let shown = match actor.sight(object, field.id) {
                        kehub_model::actor::Sight::Always => None,
                        kehub_model::actor::Sight::When(rows) => Some(rows),
                        _ => return None,
                    };
                    let on = Operand { steps: Vec::new(), object: object.id, field: field.id, shown };
                    Some(Cond::Test { on, is: Is::Contains(text.to_owned()) })
                })
                .collect(),
        )
    }
}

pub(crate) fn operand(object: &Object, field: i32) -> Operand {
    Operand { steps: Vec::new(), object: object.id, field, shown: None }
}

pub(crate) fn plan_of(object: &Object, picks: Vec<Pick>, filter: Cond, limit: u32) -> ListPlan {
    ListPlan { object: object.id, filter, picks, sort: Vec::new(), limit, page: Page::First, as_of: None }
}

/// All of one record that the actor may see, without its id.
fn whole(state: &State, actor: &Actor, object: &Arc<Object>, now: chrono::DateTime<chrono::Utc>) -> Prepared {
    let resolver = Resolver::new(&state.catalog, actor, Some(now));
    let picks = resolver.picks(object, None, &mut Problems::new());
    prepare(state, &resolver, object, picks, resolver.rule(object), Vec::new(), 1, Page::First)
}

/// A list with the titles of its links read beside them.
#[expect(clippy::too_many_arguments, reason = "the parts of a list, named")]
fn prepare<'a>(
    state: &'a State,
    resolver: &Resolver<'a>,
    object: &'a Arc<Object>,
    picks: Vec<Pick>,
    filter: Cond,
    sort: Vec<SortTerm>,
    limit: u32,
    page: Page,
) -> Prepared {
    let mut all = picks.clone();
    let mut columns = Vec::with_capacity(picks.len());
    for pick in &picks {
        let Some(owner) = state.catalog.object_by_id(pick.operand.object) else { continue };
        let Some(at) = owner.fields.iter().position(|field| field.id == pick.operand.field) else { continue };
        let field = &owner.fields[at];
        let is_link = matches!(field.def.kind, Kind::Link(_)) && !field.def.kind.is_many();
        let title = if is_link && !pick.is_masked { resolver.title_pick(object, &pick.name) } else { None };
        let place = title.map(|title| {
            all.push(title);
            all.len() - 1
        });
        let mut column = Column::new(&pick.name, Placed { object: owner.clone(), place: at }, pick.is_masked, place);
        if let (Stands::None, Some(formula)) = (&field.column, &field.formula) {
            let prefix = pick.name.rsplit_once('.').map(|(prefix, _)| format!("{prefix}."));
            let mut places = HashMap::new();
            for path in formula.references() {
                let name = format!("{}{}", prefix.as_deref().unwrap_or_default(), path.join("."));
                if let Ok(input) = resolver.pick(object, &name) {
                    all.push(input);
                    places.insert(path.clone(), all.len() - 1);
                }
            }
            column.computed = Some(crate::render::Computed { formula: formula.clone(), places });
        }
        columns.push(column);
    }
    Prepared { plan: ListPlan { object: object.id, filter, picks: all, sort, limit, page, as_of: None }, columns }
}

/// What a cursor belongs to: the same object, filter, sort and zone.
fn shape_of(object: &Object, ask: &QueryAsk) -> String {
    let mut hash = Sha256::new();
    hash.update(format!(
        "{}|{:?}|{:?}|{:?}|{:?}|{:?}",
        object.id, ask.filter, ask.sort, ask.time_zone, ask.search, ask.as_of
    ));
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
