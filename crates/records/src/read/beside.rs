//! What is read beside rows to write them: titles of many-links, rows of subforms, the values formulas need.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kehub_model::catalog::system;
use kehub_model::fields::Kind;
use kehub_model::query::{Cond, Is, ListPlan, Page, Pick, Resolver, SortTerm};
use kehub_model::rights::Access;
use kehub_model::{Actor, Moment, Object, Problems, RecordId, Value};

use super::{Prepared, operand, plan_of, prepare};
use crate::render::{Writer, title_text};
use crate::state::{State, id_pick, own_pick};
use crate::{Records, Refusal, Style};

impl Records {
    /// What is needed to write these rows: titles of many-links, rows of subforms.
    pub(super) async fn writer<'a>(
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
                let as_of = prepared.plan.as_of;
                subforms.extend(self.subform_rows(state, object, column.field.id, owners, as_of, style).await?);
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
        let titles = self.titles(state, actor, targets, prepared.plan.as_of).await?;
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
                self.subform_values(state, object, path, &owners, prepared.plan.as_of, &mut lists).await?;
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
        as_of: Option<Moment>,
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
        let plan = ListPlan { as_of, ..plan_of(child, picks, among, 100_000) };
        for row in self.under(state).list(state.catalog.clone(), plan).await?.rows {
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
        as_of: Option<Moment>,
    ) -> Result<HashMap<RecordId, String>, Refusal> {
        let mut titles = HashMap::new();
        for (object, ids) in targets {
            let Some(object) = state.catalog.object_by_id(object) else { continue };
            let Some(title) = object.title_field() else { continue };
            if ids.is_empty()
                || !actor.may(object, Access::Read)
                || actor.sight(object, title.id) == kehub_model::actor::Sight::No
            {
                continue;
            }
            let rule = actor.rule(object, Access::Read);
            let ids: Vec<RecordId> = ids.into_iter().collect();
            for chunk in ids.chunks(1_000) {
                let among = Cond::Test {
                    on: operand(object, system::ID),
                    is: Is::In(chunk.iter().map(|id| Value::Id(*id)).collect()),
                };
                let picks = vec![id_pick(object), own_pick(object, &title.key).unwrap_or_else(|| id_pick(object))];
                let plan = ListPlan { as_of, ..plan_of(object, picks, rule.clone().and(among), chunk.len() as u32) };
                for row in self.under(state).list(state.catalog.clone(), plan).await?.rows {
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
        as_of: Option<Moment>,
        style: Style,
    ) -> Result<HashMap<(i32, RecordId), String>, Refusal> {
        let mut found = HashMap::new();
        let Some(child) = state.catalog.rows_of(object.id, field) else { return Ok(found) };
        let (Some(parent), Some(position)) = (child.field("parent"), child.field("row_position")) else {
            return Ok(found);
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
        prepared.plan.as_of = as_of;
        let owner_place = prepared.plan.picks.len();
        prepared.plan.picks.extend(own_pick(child, "parent"));
        let listed = self.under(state).list(state.catalog.clone(), prepared.plan.clone()).await?;
        let writer = Writer::new(state, style);
        for row in &listed.rows {
            let Some(owner) = row[owner_place].as_id() else { continue };
            let json: &mut String = found.entry((field, owner)).or_insert_with(|| "[".to_owned());
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
        Ok(found)
    }
}
