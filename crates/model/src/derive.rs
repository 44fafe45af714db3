//! Computing the stored formulas of a record from its own values.

use chrono::{DateTime, Utc};
use rust_decimal::RoundingStrategy;

use crate::catalog::{Field, Object};
use crate::fields::{Column, Kind, display_plain};
use crate::formula::{Around, Row};
use crate::label::Language;
use crate::value::{CellError, Value};

/// The values of one record, by place of the field.
pub struct Own<'a> {
    pub object: &'a Object,
    pub values: &'a [Value],
}

impl Row for Own<'_> {
    fn get(&self, path: &[String]) -> Value {
        let [key] = path else { return Value::Null };
        let place = self.object.fields.iter().position(|field| field.key == *key);
        place.and_then(|place| self.values.get(place)).cloned().unwrap_or_default()
    }
}

/// What stored formulas see of the world: nothing that changes by itself.
pub fn still(zone: chrono_tz::Tz) -> Around {
    Around { now: DateTime::<Utc>::UNIX_EPOCH, zone, me: None, dice: 0, language: Language::Zh }
}

/// Computes the stored formulas of a row; the places whose value changed.
pub fn derive(object: &Object, values: &mut [Value]) -> Vec<usize> {
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
pub fn fit(field: &Field, value: Value) -> Value {
    match (&field.def.kind, value) {
        (Kind::Formula(settings), Value::Number(number)) => {
            let number = match settings.scale {
                Some(scale) => number.round_dp_with_strategy(scale.into(), RoundingStrategy::MidpointAwayFromZero),
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
            Value::text(values.iter().map(display_plain).collect::<Vec<_>>().join(", "))
        }
        (_, value) => value,
    }
}
