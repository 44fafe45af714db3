//! What the undo planner asks the catalog: what became of a field, and how a value of then would stand today.

use kehub_db::convert;
use kehub_model::fields::{Column, Kind};
use kehub_model::history::undo::{Fields, Place};
use kehub_model::{Catalog, Code, Field, FieldId, ObjectId, Problem, Value};

/// Whether a value could stand in such a column.
fn has_shape(column: &Column, value: &Value) -> bool {
    matches!(
        (column, value),
        (_, Value::Null)
            | (Column::Decimal { .. } | Column::Exact, Value::Number(_))
            | (Column::Text { .. }, Value::Text(_))
            | (Column::Bool, Value::Bool(_))
            | (Column::Date, Value::Date(_))
            | (Column::DateTime, Value::DateTime(_))
            | (Column::Time, Value::Time(_))
            | (Column::Id { .. }, Value::Id(_))
            | (Column::Keys | Column::Links { .. }, Value::List(_))
            | (Column::Json { .. }, Value::Json(_))
    )
}

/// The catalog as the undo planner asks it.
pub(super) struct CatalogFields<'a> {
    /// With the retired fields that are asked about in their places.
    pub(super) catalog: &'a Catalog,
    /// As it stands.
    pub(super) stands: &'a Catalog,
    /// As it was when the values were written, where a field has been converted since.
    pub(super) then: Option<&'a Catalog>,
}

impl Fields for CatalogFields<'_> {
    fn place(&self, object: ObjectId, field: FieldId) -> Place {
        let here = |catalog: &Catalog| catalog.object_by_id(object).is_some_and(|one| one.field_by_id(field).is_some());
        match (here(self.stands), here(self.catalog)) {
            (true, _) => Place::Stands,
            (false, true) => Place::Retired,
            (false, false) => Place::Purged,
        }
    }

    fn fit(&self, object: ObjectId, field: FieldId, value: &Value) -> Result<Value, Problem> {
        let known = self.catalog.object_by_id(object).and_then(|object| object.field_by_id(field));
        let Some(known) = known else { return Ok(Value::Null) };
        if value.is_null() {
            let problem = Problem::new(Code::Required, known.key.as_str());
            let problem = problem.with("field", known.label(kehub_model::Language::Zh));
            return if known.def.required { Err(problem) } else { Ok(Value::Null) };
        }
        let was = self.then.and_then(|then| then.object_by_id(object)?.any_field(field));
        let was = was.filter(|was| was.generation != known.generation).map(|was| &was.def.kind);
        let value = &match was {
            // Written under another type: through the converter that moved the column.
            Some(was) => convert(was, &known.def.kind, value).ok_or_else(|| misfit(known))?,
            None => value.clone(),
        };
        let text = |value: &Value| value.as_text().map(str::to_owned);
        for key in value.items().iter().filter_map(text) {
            let options = known.def.kind.options();
            let is_choice = matches!(known.def.kind, Kind::Choice(_) | Kind::Choices(_));
            if is_choice && !options.iter().any(|option| option.key == key) {
                return Err(Problem::new(Code::UnknownOption, known.key.as_str()).with("value", key));
            }
        }
        if has_shape(&known.column, value) {
            return Ok(value.clone());
        }
        // Its definition of then is not known any more: as it would be typed in.
        let from = Kind::Text(kehub_model::fields::text::Settings::default());
        let shown = Value::Text(kehub_model::fields::display_plain(value));
        convert(&from, &known.def.kind, &shown).ok_or_else(|| misfit(known))
    }

    fn required(&self, object: ObjectId) -> Vec<FieldId> {
        let object = self.catalog.object_by_id(object);
        object
            .map(|object| object.own_fields().filter(|field| field.def.required).map(|field| field.id).collect())
            .unwrap_or_default()
    }

    fn object_name(&self, object: ObjectId) -> String {
        self.catalog
            .object_by_id(object)
            .map(|object| object.label(kehub_model::Language::Zh).to_owned())
            .unwrap_or_default()
    }
}

fn misfit(field: &Field) -> Problem {
    Problem::new(Code::WrongType, field.key.as_str()).with("expected", field.def.kind.key())
}
