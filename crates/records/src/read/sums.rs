//! Groups and sums.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kehub_model::query::AggregateAsk;
use kehub_model::rights::Access;
use kehub_model::value::json_text;
use kehub_model::{Actor, Problems, RecordId};
use serde_json::Value as Json;

use crate::render::Writer;
use crate::state::State;
use crate::{Records, Refusal, Style, unmoved};

impl Records {
    /// `POST /records/{object}/aggregate`.
    pub async fn aggregate(&self, actor: &Actor, object: &str, body: &Json, style: Style) -> Result<String, Refusal> {
        unmoved!(self, actor, |state, actor| self.aggregate_now(&state, actor, object, body, style))
    }

    async fn aggregate_now(
        &self,
        state: &Arc<State>,
        actor: &Actor,
        object: &str,
        body: &Json,
        style: Style,
    ) -> Result<String, Refusal> {
        let mut problems = Problems::new();
        let ask = AggregateAsk::parse(body, &mut problems);
        let object = state.object_for(actor, object)?;
        if !actor.may(&object, Access::Read) {
            return Err(Refusal::forbidden());
        }
        let (time_zone, as_of) = (ask.time_zone.as_deref(), ask.as_of.as_deref());
        let (resolver, as_of) = self.resolver(state, actor, time_zone, as_of, &mut problems);
        let plan = resolver.aggregate(&object, &ask, as_of, &mut problems);
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let is_settled = self.is_settled(as_of).await?;
        let rows = self.under(state).aggregate(state.catalog.clone(), plan.clone()).await?;
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
        let titles = self.titles(state, actor, targets, as_of).await?;
        let writer = Writer { titles, ..Writer::new(state, style) };
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
        json.push(']');
        if let Some(is_settled) = is_settled {
            json.push_str(&format!(",\"settled\":{is_settled}"));
        }
        json.push('}');
        Ok(json)
    }
}
