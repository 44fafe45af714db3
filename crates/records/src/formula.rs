//! Running formulas over a record's own values.

use chrono::{DateTime, Utc};
use kehub_model::fields::{Kind, Written};
use kehub_model::formula::{self, Around, Me, Place, Row};
use kehub_model::{Actor, Catalog, Language, Object, Value};

/// The values of one record, by place of the field.
pub(crate) struct Own<'a> {
    pub(crate) object: &'a Object,
    pub(crate) values: &'a [Value],
}

impl Row for Own<'_> {
    fn get(&self, path: &[String]) -> Value {
        let [key] = path else { return Value::Null };
        let place = self.object.fields.iter().position(|field| field.key == *key);
        place.and_then(|place| self.values.get(place)).cloned().unwrap_or_default()
    }
}

/// What stored formulas see of the world: nothing that changes by itself.
pub(crate) fn still(zone: chrono_tz::Tz) -> Around {
    Around { now: DateTime::<Utc>::UNIX_EPOCH, zone, me: None, dice: 0, language: Language::Zh }
}

/// Computes the stored formulas of a row; the places whose value changed.
pub(crate) fn derive(object: &Object, values: &mut [Value]) -> Vec<usize> {
    let mut changed = Vec::new();
    if object.formula_order().is_empty() {
        return changed;
    }
    // Stored results must be the same whoever saves: days are those of the workspace.
    let around = still(chrono_tz::Asia::Shanghai);
    for place in object.formula_order() {
        let field = &object.fields[*place];
        let Some(formula) = &field.formula else { continue };
        let value = fit(field, formula.run(&Own { object, values }, &around));
        if values[*place] != value {
            values[*place] = value;
            changed.push(*place);
        }
    }
    changed
}

/// A result as its column holds it: rounded to its scale; what does not fit is an error in the cell.
pub(crate) fn fit(field: &kehub_model::Field, value: Value) -> Value {
    use kehub_model::CellError;
    use kehub_model::fields::Column;
    match (&field.def.kind, value) {
        (Kind::Formula(settings), Value::Number(number)) => {
            let number = match settings.scale {
                Some(scale) => number.round_dp_with_strategy(scale.into(), rust_decimal::RoundingStrategy::MidpointAwayFromZero),
                None => number,
            };
            let fits = match field.column {
                Column::Decimal { scale } => {
                    let mut scaled = number;
                    scaled.rescale(scale.into());
                    scaled.scale() == u32::from(scale) && i64::try_from(scaled.mantissa()).is_ok()
                }
                _ => true,
            };
            if fits { Value::Number(number.normalize()) } else { Value::Error(CellError::Num) }
        }
        (_, Value::Text(text)) if text.is_empty() => Value::Null,
        (Kind::Formula(_), Value::List(values)) => {
            Value::text(values.iter().map(kehub_model::fields::display_plain).collect::<Vec<_>>().join(", "))
        }
        (_, value) => value,
    }
}

/// A default value by formula.
pub(crate) fn default(catalog: &Catalog, object: &Object, place: usize, text: &str, actor: &Actor, now: DateTime<Utc>) -> Option<Written> {
    let _ = catalog;
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
