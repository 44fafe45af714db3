//! Rows of subforms: records of a child object, written inside their parent.

use std::collections::HashMap;
use std::sync::Arc;

use kehub_db::Answer;
use kehub_db::Ask;
use kehub_db::Row;
use kehub_model::Code;
use kehub_model::Object;
use kehub_model::Problem;
use kehub_model::Problems;
use kehub_model::RecordId;
use kehub_model::Value;
use kehub_model::fields::RowInput;
use kehub_model::query::Cond;
use kehub_model::query::Is;

use super::parse;
use super::parse::place_at;
use super::plan::Writing;
use super::work::Item;
use super::work::Op;
use crate::read::operand;
use crate::read::plan_of;
use crate::state::id_pick;

impl Writing {
    pub(super) fn ask_subforms(&mut self) -> Vec<Ask> {
        let mut asks = Vec::new();
        for (place, field, _) in &self.subform_children {
            let item = &self.work.items[*place];
            let Some(child) = self.state.catalog.rows_of(item.object.id, item.object.fields[*field].id) else {
                continue;
            };
            let Some(parent) = child.field("parent") else { continue };
            let cond = Cond::Test { on: operand(child, parent.id), is: Is::Eq(Value::Id(item.id)) };
            asks.push(Ask::List(plan_of(child, vec![id_pick(child)], cond, 5_000)));
        }
        asks
    }

    /// Children to read whole, after their ids are known.
    pub(super) fn ask_subform_rows(&mut self, answers: Vec<Answer>) -> Vec<Ask> {
        let mut asks = Vec::new();
        for (answer, (place, field, _)) in answers.into_iter().zip(&self.subform_children) {
            let Answer::List(listed) = answer else { continue };
            let item = &self.work.items[*place];
            let Some(child) = self.state.catalog.rows_of(item.object.id, item.object.fields[*field].id) else {
                continue;
            };
            let ids = listed.rows.iter().filter_map(|row| row.first().and_then(Value::as_id)).collect();
            asks.push(Ask::Rows { object: child.id, ids, rules: Vec::new(), links: true });
        }
        asks
    }

    pub(super) fn take_subform_rows(&mut self, answers: Vec<Answer>) {
        for (answer, (place, field, rows)) in answers.into_iter().zip(std::mem::take(&mut self.subform_children)) {
            let Answer::Rows(stand) = answer else { continue };
            let (owner, object, at) = {
                let item = &self.work.items[place];
                (item.id, item.object.clone(), place_at(&item.at, &item.object.fields[field].key))
            };
            let Some(child) = self.state.catalog.rows_of(object.id, object.fields[field].id).cloned() else { continue };
            self.subform_rows(&child, owner, &at, rows, stand);
        }
    }

    pub(super) fn subform_rows(
        &mut self,
        child: &Arc<Object>,
        owner: RecordId,
        at: &str,
        rows: Vec<RowInput>,
        stand: Vec<Row>,
    ) {
        let mut stand: HashMap<RecordId, Row> = stand.into_iter().map(|row| (row.id, row)).collect();
        let parent = child.fields.iter().position(|field| field.key == "parent").unwrap_or_default();
        let position = child.fields.iter().position(|field| field.key == "row_position").unwrap_or_default();
        for (n, row) in rows.into_iter().enumerate() {
            let at = format!("{at}[{n}]");
            let mut problems = Problems::new();
            let actor = self.actor.clone();
            let input = parse::read(child, &row.values, &actor, &at, true, &mut problems);
            self.problems.extend(problems);
            let place = match row.id {
                None => self.new_item(child, kehub_db::new_id(&self.clock), at.clone(), None),
                Some(id) => match stand.remove(&id) {
                    None => {
                        self.problems.push(Problem::new(Code::NoSuchRecord, place_at(&at, "id")).with("value", id));
                        continue;
                    }
                    Some(row) => self.work.add(Item::standing(child, row, Op::Update, at, None)),
                },
            };
            self.write_values(place, input);
            let item = &mut self.work.items[place];
            item.after[parent] = Value::Id(owner);
            item.after[position] = Value::from(n as i64 + 1);
            for field in [parent, position] {
                if !item.written.contains(&field) {
                    item.written.push(field);
                }
            }
        }
        // A row left out is deleted.
        for (_, row) in stand {
            self.delete_item(child, row, at.to_owned(), None);
        }
    }
}
