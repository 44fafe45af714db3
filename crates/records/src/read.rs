//! Reading: one record, lists, aggregates. Every name goes through the actor's resolver, every row through his rule.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kehub_model::catalog::system;
use kehub_model::fields::{Column as Stands, Kind};
use kehub_model::query::{AggregateAsk, Cond, Count, Is, ListPlan, Operand, Page, Pick, QueryAsk, Resolver, SortTerm};
use kehub_model::rights::Action;
use kehub_model::text::fold;
use kehub_model::value::json_text;
use kehub_model::{Actor, Code, Object, Problem, Problems, RecordId, Value};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::render::{Column, Placed, Writer, title_text};
use crate::state::{State, id_pick, own_pick};
use crate::{Records, Refusal, Style, cursor};

/// One record as JSON, and the version it is at.
#[derive(Clone, Debug, PartialEq)]
pub struct Got {
    pub json: String,
    pub version: i64,
}

/// Beyond this an estimate stops counting.
const ESTIMATED: i64 = 10_001;

/// A list made ready: the plan, and how its columns are written.
struct Prepared {
    plan: ListPlan,
    columns: Vec<Column>,
}

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
        let state = self.state();
        let object = self.object_for(actor, object)?;
        let resolver = Resolver::new(&state.catalog, actor, Some(self.db().clock.now()));
        let mut problems = Problems::new();
        let picks = resolver.picks(&object, None, &mut problems);
        let rule = resolver.rule(&object);
        let same = Cond::Test { on: operand(&object, system::ID), is: Is::Eq(Value::Id(id)) };
        let mut prepared = prepare(&state, &resolver, &object, picks, rule.and(same), Vec::new(), 1, Page::First);
        prepared.plan.as_of = resolver.as_of(as_of, &mut problems);
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let listed = match prepared.plan.as_of {
            None => self.db().get(state.catalog.clone(), prepared.plan.clone()).await?,
            Some(_) => self.db().list(state.catalog.clone(), prepared.plan.clone()).await?,
        };
        let row = listed.rows.first().ok_or_else(Refusal::not_found)?;
        let writer = self.writer(&state, actor, &object, &prepared, &listed.rows, style).await?;
        let mut json = String::with_capacity(512);
        writer.record(&prepared.columns, row, &mut json);
        let version = prepared.columns.iter().position(|column| column.field.id == system::VERSION);
        let version =
            version.and_then(|place| row[place].as_number()).and_then(|n| i64::try_from(n).ok()).unwrap_or_default();
        Ok(Got { json, version })
    }

    /// `POST /records/{object}/query`.
    pub async fn query(&self, actor: &Actor, object: &str, body: &Json, style: Style) -> Result<String, Refusal> {
        let mut problems = Problems::new();
        let ask = QueryAsk::parse(body, &mut problems);
        let state = self.state();
        let object = self.object_for(actor, object)?;
        if !actor.may(&object, Action::Read) {
            return Err(Refusal::forbidden());
        }
        let resolver = Resolver::new(&state.catalog, actor, Some(self.db().clock.now()))
            .in_zone(ask.time_zone.as_deref(), &mut problems);
        let mut filter = resolver.rule(&object);
        if let Some(ask) = &ask.filter {
            filter = filter.and(resolver.filter(&object, ask, &mut problems));
        }
        if let Some(text) = ask.search.as_deref().map(fold).filter(|text| !text.is_empty()) {
            filter = filter.and(self.searching(actor, &object, &text));
        }
        let sort = resolver.sort(&object, &ask.sort, &mut problems);
        let picks = resolver.picks(&object, ask.fields.as_deref(), &mut problems);
        let as_of = resolver.as_of(ask.as_of.as_deref(), &mut problems);
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
        let mut prepared = prepare(&state, &resolver, &object, picks, filter, sort, ask.limit, page);
        prepared.plan.as_of = as_of;
        let listed = self.db().list(state.catalog.clone(), prepared.plan.clone()).await?;
        let count = self.count_of(&state, &prepared.plan, ask.count).await?;
        let writer = self.writer(&state, actor, &object, &prepared, &listed.rows, style).await?;
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
        json.push('}');
        Ok(json)
    }

    async fn count_of(&self, state: &State, plan: &ListPlan, wanted: Count) -> Result<Option<(i64, bool)>, Refusal> {
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
            let rows = self.db().aggregate(state.catalog.clone(), counting).await?;
            let counted = rows.first().and_then(|row| row[0].as_number()).and_then(|count| i64::try_from(count).ok());
            return Ok(Some((counted.unwrap_or_default(), true)));
        }
        Ok(match wanted {
            Count::None => None,
            Count::Exact => Some((self.db().count(&state.catalog, plan.object, &plan.filter, None).await?, true)),
            Count::Estimate => {
                let counted = self.db().count(&state.catalog, plan.object, &plan.filter, Some(ESTIMATED)).await?;
                if counted < ESTIMATED {
                    return Ok(Some((counted, true)));
                }
                let estimate = self.db().estimate(&state.catalog, plan.object, &plan.filter).await?;
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

    /// `POST /records/{object}/aggregate`.
    pub async fn aggregate(&self, actor: &Actor, object: &str, body: &Json, style: Style) -> Result<String, Refusal> {
        let mut problems = Problems::new();
        let ask = AggregateAsk::parse(body, &mut problems);
        let state = self.state();
        let object = self.object_for(actor, object)?;
        if !actor.may(&object, Action::Read) {
            return Err(Refusal::forbidden());
        }
        let resolver = Resolver::new(&state.catalog, actor, Some(self.db().clock.now()))
            .in_zone(ask.time_zone.as_deref(), &mut problems);
        let as_of = resolver.as_of(ask.as_of.as_deref(), &mut problems);
        let plan = resolver.aggregate(&object, &ask, as_of, &mut problems);
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let rows = self.db().aggregate(state.catalog.clone(), plan.clone()).await?;
        let mut targets: HashMap<i32, HashSet<RecordId>> = HashMap::new();
        let fields: Vec<_> = plan
            .groups
            .iter()
            .map(|group| state.catalog.object_by_id(group.operand.object)?.field_by_id(group.operand.field).cloned())
            .collect();
        for row in &rows {
            for (value, field) in row.iter().zip(&fields) {
                if let (Some(id), Some(target)) =
                    (value.as_id(), field.as_ref().and_then(|field| state.catalog.target(field)))
                {
                    targets.entry(target.id).or_default().insert(id);
                }
            }
        }
        let titles = self.titles(&state, actor, targets).await?;
        let writer = Writer { titles, ..Writer::new(&state, style) };
        let mut json = String::from("{\"rows\":[");
        for (n, row) in rows.iter().enumerate() {
            json.push_str(if n > 0 { ",{" } else { "{" });
            let names =
                plan.groups.iter().map(|group| &group.name).chain(plan.measures.iter().map(|measure| &measure.name));
            for (n, (name, value)) in names.zip(row).enumerate() {
                if n > 0 {
                    json.push(',');
                }
                json_text(name, &mut json);
                json.push(':');
                match fields.get(n) {
                    Some(Some(field)) if plan.groups[n].unit.is_none() => writer.plain(field, value, None, &mut json),
                    _ => value.write_json(&mut json, style.decimals_as_strings),
                }
            }
            json.push('}');
        }
        json.push_str("]}");
        Ok(json)
    }

    /// What is needed to write these rows: titles of many-links, rows of subforms.
    async fn writer<'a>(
        &self,
        state: &'a State,
        actor: &Actor,
        object: &Arc<Object>,
        prepared: &Prepared,
        rows: &[Vec<Value>],
        style: Style,
    ) -> Result<Writer<'a>, Refusal> {
        let mut targets: HashMap<i32, HashSet<RecordId>> = HashMap::new();
        let mut subforms = HashMap::new();
        for (n, column) in prepared.columns.iter().enumerate() {
            if let Kind::Subform(_) = column.field.def.kind {
                let id = prepared.columns.iter().position(|column| column.field.id == system::ID);
                let owners = rows.iter().filter_map(|row| row.get(id?)?.as_id()).collect();
                self.subform_rows(state, object, column.field.id, owners, style, &mut subforms).await?;
            }
            // People and departments are known by name anyway.
            if matches!(column.field.def.kind, Kind::Link(_))
                && column.field.def.kind.is_many()
                && let Some(target) = state.catalog.target(&column.field)
            {
                let ids = rows.iter().flat_map(|row| row[n].items()).filter_map(Value::as_id);
                targets.entry(target.id).or_default().extend(ids);
            }
        }
        let titles = self.titles(state, actor, targets).await?;
        let mut lists = HashMap::new();
        let mut around = None;
        for column in &prepared.columns {
            let Some(computed) = &column.computed else { continue };
            let now = prepared.plan.as_of.map_or_else(|| self.db().clock.now(), |at| at.time());
            around = Some(kehub_model::formula::Around {
                now,
                language: style.language,
                ..kehub_model::derive::still(actor.reading.zone)
            });
            let id = prepared.columns.iter().position(|column| column.field.id == system::ID);
            let owners: Vec<RecordId> = rows.iter().filter_map(|row| row.get(id?)?.as_id()).collect();
            for path in computed.formula.references().iter().filter(|path| !computed.places.contains_key(*path)) {
                self.subform_values(state, object, path, &owners, &mut lists).await?;
            }
        }
        Ok(Writer { titles, subforms, lists, around, ..Writer::new(state, style) })
    }

    /// The values of one field of the rows of a subform, by owner, for formulas.
    async fn subform_values(
        &self,
        state: &State,
        object: &Arc<Object>,
        path: &[String],
        owners: &[RecordId],
        lists: &mut HashMap<(Vec<String>, RecordId), Vec<Value>>,
    ) -> Result<(), Refusal> {
        let [field, key] = path else { return Ok(()) };
        let child = object.field(field).and_then(|field| state.catalog.rows_of(object.id, field.id));
        let Some((child, parent)) = child.and_then(|child| Some((child, child.field("parent")?))) else {
            return Ok(());
        };
        let picks: Vec<Pick> =
            [Some(id_pick(child)), own_pick(child, "parent"), own_pick(child, key)].into_iter().flatten().collect();
        let among =
            Cond::Test { on: operand(child, parent.id), is: Is::In(owners.iter().map(|id| Value::Id(*id)).collect()) };
        for row in self.db().list(state.catalog.clone(), plan_of(child, picks, among, 100_000)).await?.rows {
            if let (Some(owner), Some(value)) = (row[1].as_id(), row.get(2)) {
                lists.entry((path.to_vec(), owner)).or_default().push(value.clone());
            }
        }
        Ok(())
    }

    /// Titles of records, of those the actor may see.
    pub(crate) async fn titles(
        &self,
        state: &State,
        actor: &Actor,
        targets: HashMap<i32, HashSet<RecordId>>,
    ) -> Result<HashMap<RecordId, String>, Refusal> {
        let mut titles = HashMap::new();
        for (object, ids) in targets {
            let Some(object) = state.catalog.object_by_id(object) else { continue };
            let Some(title) = object.title_field() else { continue };
            if ids.is_empty()
                || !actor.may(object, Action::Read)
                || actor.sight(object, title.id) == kehub_model::actor::Sight::No
            {
                continue;
            }
            let rule = actor.rule(object, Action::Read);
            let ids: Vec<RecordId> = ids.into_iter().collect();
            for chunk in ids.chunks(1_000) {
                let among = Cond::Test {
                    on: operand(object, system::ID),
                    is: Is::In(chunk.iter().map(|id| Value::Id(*id)).collect()),
                };
                let picks = vec![id_pick(object), own_pick(object, &title.key).unwrap_or_else(|| id_pick(object))];
                let plan = plan_of(object, picks, rule.clone().and(among), chunk.len() as u32);
                for row in self.db().list(state.catalog.clone(), plan).await?.rows {
                    if let Some(id) = row[0].as_id() {
                        titles.insert(id, title_text(&state.catalog, object.id, &row[1], actor.language()));
                    }
                }
            }
        }
        Ok(titles)
    }

    async fn subform_rows(
        &self,
        state: &State,
        object: &Arc<Object>,
        field: i32,
        owners: Vec<RecordId>,
        style: Style,
        found: &mut HashMap<(i32, RecordId), String>,
    ) -> Result<(), Refusal> {
        let Some(child) = state.catalog.rows_of(object.id, field) else { return Ok(()) };
        let (Some(parent), Some(position)) = (child.field("parent"), child.field("row_position")) else {
            return Ok(());
        };
        let everything = Actor::console();
        let resolver = Resolver::new(&state.catalog, &everything, None);
        let keys: Vec<String> = std::iter::once("id".to_owned())
            .chain(
                child
                    .own_fields()
                    .filter(|own| own.id != parent.id && own.id != position.id)
                    .map(|own| own.key.clone()),
            )
            .collect();
        let picks = resolver.picks(child, Some(&keys), &mut Problems::new());
        let sort = vec![SortTerm {
            operand: operand(child, position.id),
            order: kehub_model::fields::Order::Exact,
            descending: false,
        }];
        let among =
            Cond::Test { on: operand(child, parent.id), is: Is::In(owners.iter().map(|id| Value::Id(*id)).collect()) };
        let limit = (owners.len() * kehub_model::fields::subform::MAX_ROWS).min(100_000) as u32;
        let mut prepared = prepare(state, &resolver, child, picks, among, sort, limit, Page::First);
        let owner_place = prepared.plan.picks.len();
        prepared.plan.picks.extend(own_pick(child, "parent"));
        let listed = self.db().list(state.catalog.clone(), prepared.plan.clone()).await?;
        let writer = Writer::new(state, style);
        for row in &listed.rows {
            let Some(owner) = row[owner_place].as_id() else { continue };
            let json = found.entry((field, owner)).or_insert_with(|| "[".to_owned());
            if json.len() > 1 {
                json.push(',');
            }
            writer.record(&prepared.columns, row, json);
        }
        for owner in owners {
            if let Some(json) = found.get_mut(&(field, owner)) {
                json.push(']');
            }
        }
        Ok(())
    }

    /// Records whose field has these values, compared as folded text: at most two for each, as (id, title).
    pub async fn find(
        &self,
        actor: &Actor,
        object: &str,
        field: &str,
        values: &[Json],
    ) -> Result<Vec<Vec<(RecordId, String)>>, Refusal> {
        let state = self.state();
        let object = self.object_for(actor, object)?;
        let wanted = object.field(field).ok_or_else(|| Problem::new(Code::UnknownField, "").with("name", field))?;
        if !matches!(actor.sight(&object, wanted.id), kehub_model::actor::Sight::Always) {
            return Err(Problem::new(Code::UnknownField, "").with("name", field).into());
        }
        let texts: Vec<String> =
            values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).collect();
        let mut picks = vec![id_pick(&object)];
        picks.extend(own_pick(&object, field));
        let title = object.title_field().map(|title| title.key.clone());
        picks.extend(title.as_deref().and_then(|key| own_pick(&object, key)));
        let rule = actor.rule(&object, Action::Read);
        let mut found: HashMap<String, Vec<(RecordId, String)>> = HashMap::new();
        let mut distinct: Vec<&String> = texts.iter().collect();
        distinct.sort_unstable();
        distinct.dedup();
        for chunk in distinct.chunks(500) {
            let is = match wanted.column {
                Stands::Text { .. } => Is::FoldedIn(chunk.iter().map(|text| fold(text)).collect()),
                Stands::Id { .. } => Is::In(chunk.iter().filter_map(|text| text.parse().ok()).map(Value::Id).collect()),
                _ => Is::In(
                    chunk
                        .iter()
                        .filter_map(|text| kehub_model::fields::number::human_number(text))
                        .map(Value::Number)
                        .collect(),
                ),
            };
            let among = Cond::Test { on: operand(&object, wanted.id), is };
            let plan = plan_of(&object, picks.clone(), rule.clone().and(among), 100_000);
            for row in self.db().list(state.catalog.clone(), plan).await?.rows {
                let Some(id) = row[0].as_id() else { continue };
                let title = row
                    .get(2)
                    .map(|value| title_text(&state.catalog, object.id, value, actor.language()))
                    .unwrap_or_default();
                let hits = found.entry(comparable(&row[1])).or_default();
                if hits.len() < 2 {
                    hits.push((id, title));
                }
            }
        }
        let by_text = |text: &String| match wanted.column {
            Stands::Text { .. } => fold(text),
            Stands::Id { .. } => text.clone(),
            _ => kehub_model::fields::number::human_number(text).map(|n| n.normalize().to_string()).unwrap_or_default(),
        };
        Ok(texts.iter().map(|text| found.get(&by_text(text)).cloned().unwrap_or_default()).collect())
    }

    /// Whole records by id, of those the actor may see, as values by field key.
    pub async fn rows(
        &self,
        actor: &Actor,
        object: &str,
        ids: &[RecordId],
    ) -> Result<Vec<(RecordId, HashMap<String, Value>)>, Refusal> {
        let state = self.state();
        let object = self.object_for(actor, object)?;
        let resolver = Resolver::new(&state.catalog, actor, Some(self.db().clock.now()));
        let picks: Vec<Pick> =
            resolver.picks(&object, None, &mut Problems::new()).into_iter().filter(|pick| !pick.is_masked).collect();
        let among =
            Cond::Test { on: operand(&object, system::ID), is: Is::In(ids.iter().map(|id| Value::Id(*id)).collect()) };
        let plan = plan_of(&object, picks, resolver.rule(&object).and(among), ids.len() as u32);
        let names: Vec<String> = plan.picks.iter().map(|pick| pick.name.clone()).collect();
        let place = names.iter().position(|name| name == "id").unwrap_or_default();
        let rows = self.db().list(state.catalog.clone(), plan).await?.rows;
        Ok(rows
            .into_iter()
            .filter_map(|row| Some((row[place].as_id()?, names.iter().cloned().zip(row).collect())))
            .collect())
    }
}

fn comparable(value: &Value) -> String {
    match value {
        Value::Text(text) => fold(text),
        Value::Number(number) => number.normalize().to_string(),
        other => kehub_model::fields::display_plain(other),
    }
}

pub(crate) fn operand(object: &Object, field: i32) -> Operand {
    Operand { steps: Vec::new(), object: object.id, field, shown: None }
}

pub(crate) fn plan_of(object: &Object, picks: Vec<Pick>, filter: Cond, limit: u32) -> ListPlan {
    ListPlan { object: object.id, filter, picks, sort: Vec::new(), limit, page: Page::First, as_of: None }
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
