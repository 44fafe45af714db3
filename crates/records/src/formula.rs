//! Default values by formula; what derives from a record's own values is in the model.

use chrono::{DateTime, Utc};
pub(crate) use kehub_model::derive::{Own, derive, still};
use kehub_model::fields::Written;
use kehub_model::formula::{self, Around, Me, Place};
use kehub_model::{Actor, Object, Value};

/// A default value by formula.
pub(crate) fn default(object: &Object, place: usize, text: &str, actor: &Actor, now: DateTime<Utc>) -> Option<Written> {
    let formula = formula::check(text, &NoNames, Place::Default).ok()?;
    let department = actor.org.department_of(actor.id).map(|id| id.to_string());
    let around = Around {
        now,
        zone: actor.reading.zone,
        me: Some(Me { id: actor.id, name: actor.name.clone(), department }),
        dice: dice(),
        language: actor.language(),
    };
    let value = formula.run(&Own { object, values: &[] }, &around);
    let field = &object.fields[place];
    match value {
        Value::Null | Value::Error(_) => None,
        Value::Id(id) => Some(Written::Value(Value::Id(id))),
        value => {
            let json = serde_json::from_str(&value.to_json()).ok()?;
            field.def.kind.read(&json, &actor.reading).ok()
        }
    }
}

fn dice() -> u64 {
    let mut bytes = [0; 8];
    kehub_db::fill_random(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// Defaults stand alone: they name no fields.
struct NoNames;

impl formula::Names for NoNames {
    fn field(&self, _: &[String]) -> Option<formula::Named> {
        None
    }
}
