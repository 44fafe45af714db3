//! Rows as JSON text, without a tree in between.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use kehub_model::derive::fit;
use kehub_model::fields::Kind;
use kehub_model::formula::{Around, Formula, Row};
use kehub_model::value::json_text;
use kehub_model::{Catalog, Field, Language, Object, RecordId, Value};

use crate::Style;
use crate::state::State;

/// How the values of one pick are written.
pub(crate) struct Column {
    /// The pick's name as a JSON key with its colon.
    key: String,
    pub(crate) field: Placed,
    is_masked: bool,
    /// The place in the row of the title of the record linked to.
    pub(crate) title: Option<usize>,
    /// A formula that is computed when read.
    pub(crate) computed: Option<Computed>,
}

/// A formula computed when read: where its inputs stand in the row.
pub(crate) struct Computed {
    pub(crate) formula: Arc<Formula>,
    pub(crate) places: HashMap<Vec<String>, usize>,
}

/// The inputs of a formula computed when read.
struct Inputs<'a> {
    computed: &'a Computed,
    row: &'a [Value],
    lists: &'a HashMap<(Vec<String>, RecordId), Vec<Value>>,
    id: Option<RecordId>,
}

impl Row for Inputs<'_> {
    fn get(&self, path: &[String]) -> Value {
        if let Some(place) = self.computed.places.get(path) {
            return self.row.get(*place).cloned().unwrap_or_default();
        }
        let list = self.id.and_then(|id| self.lists.get(&(path.to_vec(), id)));
        list.map_or(Value::Null, |list| Value::List(list.clone()))
    }
}

/// A field where it stands in its object: copied for every answer, it would cost more than the answer.
pub(crate) struct Placed {
    pub(crate) object: Arc<Object>,
    pub(crate) place: usize,
}

impl std::ops::Deref for Placed {
    type Target = Field;

    fn deref(&self) -> &Field {
        &self.object.fields[self.place]
    }
}

impl Column {
    pub(crate) fn new(name: &str, field: Placed, is_masked: bool, title: Option<usize>) -> Column {
        let mut key = String::new();
        json_text(name, &mut key);
        key.push(':');
        Column { key, field, is_masked, title, computed: None }
    }
}

/// What values need to be written: names of people, titles of many-links, rows of subforms.
pub(crate) struct Writer<'a> {
    pub(crate) state: &'a State,
    pub(crate) style: Style,
    /// Titles of records named by many-links.
    pub(crate) titles: HashMap<RecordId, String>,
    /// Rows of subforms, by (field, owner), as JSON lists.
    pub(crate) subforms: HashMap<(i32, RecordId), String>,
    /// Values of rows of subforms that formulas read, by (path, owner).
    pub(crate) lists: HashMap<(Vec<String>, RecordId), Vec<Value>>,
    /// What formulas computed when read see of the world.
    pub(crate) around: Option<Around>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(state: &'a State, style: Style) -> Writer<'a> {
        Writer { state, style, titles: HashMap::new(), subforms: HashMap::new(), lists: HashMap::new(), around: None }
    }

    /// One record.
    pub(crate) fn record(&self, columns: &[Column], row: &[Value], out: &mut String) {
        out.push('{');
        let id = columns
            .iter()
            .position(|column| column.field.id == kehub_model::catalog::system::ID)
            .and_then(|place| row.get(place)?.as_id());
        for (n, column) in columns.iter().enumerate() {
            if n > 0 {
                out.push(',');
            }
            out.push_str(&column.key);
            if let Kind::Subform(_) = column.field.def.kind {
                let rows = id.and_then(|id| self.subforms.get(&(column.field.id, id)));
                out.push_str(rows.map_or("[]", String::as_str));
                continue;
            }
            if let (Some(computed), Some(around)) = (&column.computed, &self.around) {
                let value = computed.formula.run(&Inputs { computed, row, lists: &self.lists, id }, around);
                self.plain(&column.field, &fit(&column.field, value), None, out);
                continue;
            }
            let title = column.title.and_then(|place| row.get(place));
            self.value(column, &row[n], title, out);
        }
        out.push('}');
    }

    fn value(&self, column: &Column, value: &Value, title: Option<&Value>, out: &mut String) {
        if column.is_masked {
            return match value {
                Value::Null => out.push_str("null"),
                value => json_text(&masked(&column.field.def.kind.display(value, self.style.language)), out),
            };
        }
        self.plain(&column.field, value, title, out);
    }

    /// A value of a field; `title` is that of the record a link names, when it was read beside it.
    pub(crate) fn plain(&self, field: &Field, value: &Value, title: Option<&Value>, out: &mut String) {
        let kind = &field.def.kind;
        match value {
            Value::Id(id) if kind.target().is_some() => {
                let known = title.and_then(Value::as_text).map(str::to_owned);
                self.linked(*id, known, out);
            }
            Value::List(items) if kind.is_many() => {
                out.push('[');
                for (n, id) in items.iter().filter_map(Value::as_id).enumerate() {
                    if n > 0 {
                        out.push(',');
                    }
                    self.linked(id, None, out);
                }
                out.push(']');
            }
            Value::Null if kind.is_many() => out.push_str("[]"),
            value => value.write_json(out, self.style.decimals_as_strings),
        }
    }

    fn linked(&self, id: RecordId, title: Option<String>, out: &mut String) {
        let _ = write!(out, "{{\"id\":\"{}\",\"title\":", id.as_hyphenated());
        let title =
            title.as_deref().or_else(|| self.titles.get(&id).map(String::as_str)).or_else(|| self.state.name_of(id));
        match title {
            Some(title) => json_text(title, out),
            None => out.push_str("null"),
        }
        out.push('}');
    }
}

/// The title of a record as its title field reads.
pub(crate) fn title_text(catalog: &Catalog, object: i32, value: &Value, language: Language) -> String {
    let field = catalog.object_by_id(object).and_then(|object| object.title_field());
    field.map_or_else(String::new, |field| field.def.kind.display(value, language))
}

/// A text with its middle hidden: `138****8000`, `张*`.
pub(crate) fn masked(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let (head, tail) = match letters.len() {
        0 => return String::new(),
        1..=2 => (1, 0),
        3..=6 => (1, 1),
        _ => (3, letters.len().min(11).saturating_sub(7)),
    };
    let hidden = letters.len() - head - tail;
    letters[..head]
        .iter()
        .chain(std::iter::repeat_n(&'*', hidden.min(8)))
        .chain(&letters[letters.len() - tail..])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn the_middle_is_hidden() {
        assert_eq!(masked("13800138000"), "138****8000");
        assert_eq!(masked("张三"), "张*");
        assert_eq!(masked("12345"), "1***5");
    }
}
