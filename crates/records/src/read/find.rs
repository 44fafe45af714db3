//! Records by the value of a field, and whole records by id, for those who match and compare.

use std::collections::HashMap;
use std::sync::Arc;

use kehub_model::catalog::system;
use kehub_model::fields::Column as Stands;
use kehub_model::query::{Cond, Is, Pick, Resolver};
use kehub_model::rights::Access;
use kehub_model::text::fold;
use kehub_model::{Actor, Code, Problem, Problems, RecordId, Value};
use serde_json::Value as Json;

use super::{operand, plan_of};
use crate::render::title_text;
use crate::state::{State, id_pick, own_pick};
use crate::{Records, Refusal, unmoved};

/// A record as values by field key.
type ByKey = (RecordId, HashMap<String, Value>);

impl Records {
    /// Records whose field has these values, compared as folded text: at most two for each, as (id, title).
    pub async fn find(
        &self,
        actor: &Actor,
        object: &str,
        field: &str,
        values: &[Json],
    ) -> Result<Vec<Vec<(RecordId, String)>>, Refusal> {
        unmoved!(self, actor, |state, actor| self.find_now(&state, actor, object, field, values))
    }

    async fn find_now(
        &self,
        state: &Arc<State>,
        actor: &Actor,
        object: &str,
        field: &str,
        values: &[Json],
    ) -> Result<Vec<Vec<(RecordId, String)>>, Refusal> {
        let object = state.object_for(actor, object)?;
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
        let rule = actor.rule(&object, Access::Read);
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
            for row in self.under(state).list(state.catalog.clone(), plan).await?.rows {
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
    pub async fn rows(&self, actor: &Actor, object: &str, ids: &[RecordId]) -> Result<Vec<ByKey>, Refusal> {
        unmoved!(self, actor, |state, actor| self.rows_now(&state, actor, object, ids))
    }

    async fn rows_now(
        &self,
        state: &Arc<State>,
        actor: &Actor,
        object: &str,
        ids: &[RecordId],
    ) -> Result<Vec<ByKey>, Refusal> {
        let object = state.object_for(actor, object)?;
        let resolver = Resolver::new(&state.catalog, actor, Some(self.db().clock.now()));
        let picks: Vec<Pick> =
            resolver.picks(&object, None, &mut Problems::new()).into_iter().filter(|pick| !pick.is_masked).collect();
        let among =
            Cond::Test { on: operand(&object, system::ID), is: Is::In(ids.iter().map(|id| Value::Id(*id)).collect()) };
        let plan = plan_of(&object, picks, resolver.rule(&object).and(among), ids.len() as u32);
        let names: Vec<String> = plan.picks.iter().map(|pick| pick.name.clone()).collect();
        let place = names.iter().position(|name| name == "id").unwrap_or_default();
        let rows = self.under(state).list(state.catalog.clone(), plan).await?.rows;
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
