//! Objects: shown with what the actor may do, planned, published.

use std::fmt::Write as _;
use std::ops::Not as _;
use std::sync::Arc;

use kehub_db::{Fault, Publish};
use kehub_model::actor::Sight;
use kehub_model::catalog::State as Standing;
use kehub_model::fields::{Column, Kind};
use kehub_model::query::Cond;
use kehub_model::rights::{Access, Right};
use kehub_model::schema::{self, Edit, SchemaChange, Severity};
use kehub_model::{Actor, Catalog, Code, Moment, Object, Problem, Problems, Value};
use serde_json::{Value as Json, json};

use crate::{Records, Refusal};

impl Records {
    /// All objects the actor may know of, as JSON.
    pub async fn objects(&self, actor: &Actor) -> String {
        let catalog = self.catalog();
        let shown: Vec<Json> = catalog
            .active()
            .filter(|object| object.parent.is_none() && self.object_for(actor, &object.key).is_ok())
            .map(|object| object_json(object, actor))
            .collect();
        json!({ "objects": shown }).to_string()
    }

    pub async fn object(&self, actor: &Actor, key: &str) -> Result<String, Refusal> {
        let object = self.object_for(actor, key)?;
        Ok(object_json(&object, actor).to_string())
    }

    /// What edits would come to, without doing anything.
    pub async fn plan(&self, actor: &Actor, edits: Vec<Edit>) -> Result<String, Refusal> {
        if !actor.has(Right::Design) {
            return Err(Refusal::forbidden());
        }
        let catalog = self.catalog();
        let mut plan = schema::plan(&catalog, edits);
        let new = match Catalog::compile(catalog.number + 1, plan.stored.clone()) {
            Ok(new) => new,
            Err(wrong) => {
                plan.problems.extend(wrong);
                Catalog::default()
            }
        };
        let language = actor.language();
        let mut changes = Vec::new();
        for change in &plan.changes {
            changes.push(self.change_json(&catalog, &new, change, actor).await?);
        }
        let problems: Vec<_> = plan.problems.iter().map(|problem| problem.spoken(language)).collect();
        Ok(json!({ "changes": changes, "problems": problems }).to_string())
    }

    async fn change_json(
        &self,
        old: &Catalog,
        new: &Catalog,
        change: &SchemaChange,
        actor: &Actor,
    ) -> Result<Json, Refusal> {
        let object = new.object_by_id(change.object()).or_else(|| old.object_by_id(change.object()));
        let key = object.map(|object| object.key.clone()).unwrap_or_default();
        let field_id = match change {
            SchemaChange::AddField { field, .. }
            | SchemaChange::RetireField { field, .. }
            | SchemaChange::RestoreField { field, .. }
            | SchemaChange::Convert { field, .. }
            | SchemaChange::Require { field, .. }
            | SchemaChange::Recompute { field, .. } => Some(*field),
            _ => None,
        };
        let find = |catalog: &Catalog| {
            let object = catalog.object_by_id(change.object())?;
            object.any_field(field_id?).map(|field| (field.key.clone(), field.label(actor.language()).to_owned()))
        };
        let field = find(new).or_else(|| find(old));
        let label = field.as_ref().map_or_else(
            || object.map(|object| object.label(actor.language()).to_owned()).unwrap_or_default(),
            |(_, label)| label.clone(),
        );
        let (count, samples) = self.fitting(old, change).await?;
        let kind = match change.severity() {
            Severity::Safe => "safe",
            Severity::Slow => "slow",
            Severity::Lossy => "lossy",
        };
        let what = what(change, &label, actor.language());
        Ok(
            json!({ "kind": kind, "change": word(change), "what": what, "object": key, "field": field.map(|(key, _)| key), "count": count, "samples": samples }),
        )
    }

    /// How many values a change does not fit, with some of them.
    async fn fitting(&self, old: &Catalog, change: &SchemaChange) -> Result<(i64, Vec<Json>), Refusal> {
        let state = self.state();
        let Some(object) = old.object_by_id(change.object()) else { return Ok((0, Vec::new())) };
        match change {
            SchemaChange::Convert { field, from, to, .. } => {
                let Some(field) = object.field_by_id(*field) else { return Ok((0, Vec::new())) };
                let mut misfits = 0;
                let mut samples = Vec::new();
                self.each(&state.catalog, object, &field.key, |id, title, value| {
                    if !value.is_null() && kehub_db::convert(from, to, value).is_none() {
                        misfits += 1;
                        if samples.len() < 10 {
                            samples.push(json!({ "id": id, "title": title, "value": from.display(value, kehub_model::Language::Zh) }));
                        }
                    }
                })
                .await?;
                Ok((misfits, samples))
            }
            SchemaChange::Require { field, .. } => {
                let Some(field) = object.field_by_id(*field) else { return Ok((0, Vec::new())) };
                let empty =
                    Cond::Test { on: crate::read::operand(object, field.id), is: kehub_model::query::Is::Empty };
                Ok((self.db().count(&state.catalog, object.id, &empty, None).await?, Vec::new()))
            }
            SchemaChange::RetireField { field, .. } => {
                let Some(field) = object.field_by_id(*field).filter(|field| field.is_stored()) else {
                    return Ok((0, Vec::new()));
                };
                let filled =
                    Cond::Test { on: crate::read::operand(object, field.id), is: kehub_model::query::Is::Empty }.not();
                Ok((self.db().count(&state.catalog, object.id, &filled, None).await?, Vec::new()))
            }
            SchemaChange::RetireObject { .. } => {
                Ok((self.db().count(&state.catalog, object.id, &Cond::Const(true), None).await?, Vec::new()))
            }
            SchemaChange::AddUnique { fields, .. } => self.doubles(&state.catalog, object, fields).await,
            _ => Ok((0, Vec::new())),
        }
    }

    /// Records that stand in the way of a unique combination.
    async fn doubles(
        &self,
        catalog: &Arc<Catalog>,
        object: &Arc<Object>,
        fields: &[i32],
    ) -> Result<(i64, Vec<Json>), Refusal> {
        let known: Vec<_> = fields.iter().filter_map(|id| object.field_by_id(*id)).collect();
        if known.len() != fields.len() {
            return Ok((0, Vec::new()));
        }
        let mut seen = std::collections::HashSet::new();
        let mut count = 0;
        let mut samples = Vec::new();
        let mut page = kehub_model::query::Page::First;
        loop {
            let mut picks = vec![crate::state::id_pick(object)];
            picks.extend(known.iter().filter_map(|field| crate::state::own_pick(object, &field.key)));
            let plan =
                kehub_model::query::ListPlan { page, ..crate::read::plan_of(object, picks, Cond::Const(true), 1_000) };
            let listed = self.db().list(catalog.clone(), plan).await?;
            for row in &listed.rows {
                let values: Vec<&Value> = row[1..].iter().collect();
                if let Some(hash) = kehub_db::unique_hash(&known, &values)
                    && !seen.insert(hash)
                {
                    count += 1;
                    if samples.len() < 10 {
                        let text: Vec<String> = known
                            .iter()
                            .zip(&values)
                            .map(|(field, value)| field.def.kind.display(value, kehub_model::Language::Zh))
                            .collect();
                        samples.push(json!({ "id": row[0].as_id(), "value": text.join(" · ") }));
                    }
                }
            }
            match listed.next {
                Some(next) => page = kehub_model::query::Page::After(next),
                None => return Ok((count, samples)),
            }
        }
    }

    /// Goes through one field of all records of an object.
    async fn each(
        &self,
        catalog: &Arc<Catalog>,
        object: &Arc<Object>,
        key: &str,
        mut look: impl FnMut(Option<kehub_model::RecordId>, String, &Value),
    ) -> Result<(), Refusal> {
        let mut page = kehub_model::query::Page::First;
        loop {
            let mut picks = vec![crate::state::id_pick(object)];
            picks.extend(crate::state::own_pick(object, key));
            let title = object.title_field().map(|title| title.key.clone());
            picks.extend(title.as_deref().and_then(|key| crate::state::own_pick(object, key)));
            let plan =
                kehub_model::query::ListPlan { page, ..crate::read::plan_of(object, picks, Cond::Const(true), 1_000) };
            let listed = self.db().list(catalog.clone(), plan).await?;
            for row in &listed.rows {
                let title = row.get(2).map(kehub_model::fields::display_plain).unwrap_or_default();
                look(row[0].as_id(), title, &row[1]);
            }
            match listed.next {
                Some(next) => page = kehub_model::query::Page::After(next),
                None => return Ok(()),
            }
        }
    }

    /// Carries edits out: tables are made ready and filled, then the catalog switches. What stands in the way is refused.
    pub async fn publish(&self, actor: &Actor, edits: Vec<Edit>) -> Result<(), Refusal> {
        if !actor.has(Right::Design) {
            return Err(Refusal::forbidden());
        }
        for _ in 0..5 {
            let state = self.state();
            let plan = schema::plan(&state.catalog, edits.clone());
            if !plan.problems.is_empty() {
                return Err(plan.problems.into());
            }
            if plan.changes.is_empty() {
                return Ok(());
            }
            let new = Arc::new(Catalog::compile(state.catalog.number + 1, plan.stored)?);
            self.check_unique(&state.catalog, &plan.changes).await?;
            let at = Moment::ZERO.next(self.db().clock.now());
            let rows = self.version_rows(&state.catalog, &new, at, actor.id).await?;
            let publish = Publish {
                old: state.catalog.clone(),
                new,
                changes: plan.changes,
                actor: actor.id,
                at,
                derive: Arc::new(|_, object, values| crate::formula::derive(object, values)),
                rollup: Arc::new(|catalog, object, field| {
                    Some(crate::derive::rollup(catalog, object, field)?.plan(Cond::Const(true)))
                }),
                rows,
            };
            match self.db().publish(publish).await {
                Ok(()) => return self.refresh().await,
                Err(Fault::Moved) => self.refresh().await?,
                Err(fault) => return Err(fault.into()),
            }
        }
        Err(Problem::new(Code::Busy, "").into())
    }

    async fn check_unique(&self, catalog: &Arc<Catalog>, changes: &[SchemaChange]) -> Result<(), Refusal> {
        let mut problems = Problems::new();
        for change in changes {
            let SchemaChange::AddUnique { object, fields, .. } = change else { continue };
            let Some(object) = catalog.object_by_id(*object) else { continue };
            let (count, _) = self.doubles(catalog, object, fields).await?;
            if count > 0 {
                let key =
                    fields.first().and_then(|id| object.field_by_id(*id)).map_or("unique", |field| field.key.as_str());
                problems.push(Problem::new(Code::Breaks, format!("fields.{key}.unique")).with("count", count));
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
    }
}

/// An object as the API shows it: its definition, what the actor may do, how much of each field he sees.
fn object_json(object: &Object, actor: &Actor) -> Json {
    let mut json = object.def.to_json();
    let fields: Vec<Json> = object
        .fields
        .iter()
        .filter_map(|field| {
            let access = match actor.sight(object, field.id) {
                Sight::No if actor.may_write(object, field.id) => "write",
                Sight::No => return None,
                Sight::Masked => "masked",
                _ if field.is_writable() && actor.may_write(object, field.id) => "write",
                _ => "read",
            };
            let mut json = field.def.to_json();
            let map = json.as_object_mut()?;
            map.insert("access".into(), access.into());
            map.insert("state".into(), "active".into());
            if let Kind::Rollup(_) = field.def.kind {
                map.insert("yields".into(), yields(&field.column).into());
                if let Column::Decimal { scale } = field.column {
                    map.insert("scale".into(), scale.into());
                }
            }
            if field.is_system {
                map.insert("system".into(), true.into());
            }
            Some(json)
        })
        .collect();
    let can = |action| actor.may(object, action);
    let retired: Vec<Json> = if actor.has(Right::Design) {
        object
            .retired
            .iter()
            .map(|field| {
                let mut json = field.def.to_json();
                if let Some(map) = json.as_object_mut() {
                    map.insert("state".into(), "retired".into());
                }
                json
            })
            .collect()
    } else {
        Vec::new()
    };
    if let Some(map) = json.as_object_mut() {
        map.insert("fields".into(), fields.into_iter().chain(retired).collect());
        if let Some(title) = object.title_field() {
            map.insert("title".into(), title.key.clone().into());
        }
        map.insert("solution".into(), object.solution.clone().into());
        map.insert("state".into(), if object.state == Standing::Active { "active" } else { "retired" }.into());
        map.insert(
            "can".into(),
            json!({
                "create": can(Access::Create), "read": can(Access::Read), "update": can(Access::Update),
                "delete": can(Access::Delete), "export": can(Access::Export), "import": can(Access::Import),
            }),
        );
    }
    json
}

/// What a roll-up comes to, so that a page can show it as such.
fn yields(column: &Column) -> &'static str {
    match column {
        Column::Date => "date",
        Column::DateTime => "datetime",
        Column::Time => "time",
        _ => "number",
    }
}

fn word(change: &SchemaChange) -> &'static str {
    match change {
        SchemaChange::AddObject { .. } => "add_object",
        SchemaChange::RetireObject { .. } => "retire_object",
        SchemaChange::RestoreObject { .. } => "restore_object",
        SchemaChange::AddField { .. } => "add_field",
        SchemaChange::RetireField { .. } => "retire_field",
        SchemaChange::RestoreField { .. } => "restore_field",
        SchemaChange::Convert { .. } => "convert",
        SchemaChange::AddUnique { .. } => "add_unique",
        SchemaChange::DropUnique { .. } => "drop_unique",
        SchemaChange::Require { .. } => "require",
        SchemaChange::Recompute { .. } => "recompute",
        SchemaChange::Describe { .. } => "describe",
    }
}

fn what(change: &SchemaChange, label: &str, language: kehub_model::Language) -> String {
    let (zh, en) = match change {
        SchemaChange::AddObject { .. } => ("新建表单", "New form"),
        SchemaChange::RetireObject { .. } => ("停用表单", "Retire form"),
        SchemaChange::RestoreObject { .. } => ("恢复表单", "Restore form"),
        SchemaChange::AddField { .. } => ("新增字段", "New field"),
        SchemaChange::RetireField { .. } => {
            ("停用字段（数据保留，可恢复）", "Retire field (its data is kept and can be restored)")
        }
        SchemaChange::RestoreField { .. } => ("恢复字段", "Restore field"),
        SchemaChange::Convert { .. } => {
            ("转换字段类型（原值保留）", "Convert the field's type (the originals are kept)")
        }
        SchemaChange::AddUnique { .. } => ("设为不允许重复", "Make unique"),
        SchemaChange::DropUnique { .. } => ("允许重复", "Allow duplicates"),
        SchemaChange::Require { .. } => ("设为必填", "Make required"),
        SchemaChange::Recompute { .. } => ("重新计算", "Compute again"),
        SchemaChange::Describe { .. } => ("修改名称或设置", "Change names or settings"),
    };
    let mut text = String::new();
    let _ = match language {
        kehub_model::Language::Zh => write!(text, "{zh}：{label}"),
        kehub_model::Language::En => write!(text, "{en}: {label}"),
    };
    text
}
