//! A record's own values as facts for the executor in memory.

use kehub_model::query::memory::Facts;
use kehub_model::query::{Cond, ManyStep, Operand, Step};
use kehub_model::{Object, Value};

/// The values of one record, by place of the field. Conditions over links hold for nothing here: whoever compiles a condition
/// for memory keeps to own fields.
pub(crate) struct Own<'a> {
    pub(crate) object: &'a Object,
    pub(crate) values: &'a [Value],
}

impl Facts for Own<'_> {
    fn value(&self, operand: &Operand) -> Value {
        if !operand.steps.is_empty() {
            return Value::Null;
        }
        let place = self.object.fields.iter().position(|field| field.id == operand.field);
        place.and_then(|place| self.values.get(place)).cloned().unwrap_or_default()
    }

    fn search_text(&self, operand: &Operand, value: &Value) -> String {
        self.object.field_by_id(operand.field).map(|field| field.def.kind.search_text(value)).unwrap_or_default()
    }

    fn exists(&self, _: &[Step], _: &ManyStep, _: &Cond) -> bool {
        false
    }
}
