//! The rows a write is about: read with the actor's rules, checked against his rights, put to work.

use std::collections::HashMap;
use std::sync::Arc;

use kehub_db::Answer;
use kehub_db::Ask;
use kehub_db::Row;
use kehub_model::Code;
use kehub_model::Moment;
use kehub_model::Object;
use kehub_model::ObjectId;
use kehub_model::Problem;
use kehub_model::RecordId;
use kehub_model::Value;
use kehub_model::fields::Kind;
use kehub_model::fields::Written;
use kehub_model::history;
use kehub_model::query::Cond;
use kehub_model::rights::Access;

use super::decide::settle;
use super::parse;
use super::parse::Input;
use super::parse::place_at;
use super::parse::refused_fields;
use super::plan::Writing;
use super::work::Item;
use super::work::Op;
use kehub_model::Action;

impl Writing {
    /// The record a change is about, when it stands already.
    pub(super) fn existing(&self, n: usize) -> Option<RecordId> {
        match &self.changes[n].kind {
            Action::Update { id, .. } | Action::Delete { id, .. } | Action::Back { id, .. } => Some(*id),
            Action::Upsert { .. } => self.targets[n],
            Action::Create { .. } => None,
        }
    }

    pub(super) fn ask_rows(&mut self) -> Vec<Ask> {
        let mut by_object: Vec<(ObjectId, Vec<usize>)> = Vec::new();
        for n in 0..self.changes.len() {
            if self.existing(n).is_some() {
                let object = self.changes[n].object;
                match by_object.iter_mut().find(|(id, _)| *id == object) {
                    Some((_, list)) => list.push(n),
                    None => by_object.push((object, vec![n])),
                }
            }
        }
        let mut asks = Vec::new();
        for (object, list) in &by_object {
            let object = self.object(*object);
            let ids: Vec<RecordId> = list.iter().filter_map(|n| self.existing(*n)).collect();
            asks.push(Ask::Rows {
                object: object.id,
                ids: ids.clone(),
                rules: self.rules(&object),
                links: object.fields.iter().any(|f| f.def.kind.is_many()),
            });
            asks.push(Ask::Trashed { object: object.id, ids });
        }
        self.rows_asked = by_object;
        asks
    }

    /// The rules whose truth each row brings along: read, then each grant to update, then delete.
    pub(super) fn rules(&self, object: &Object) -> Vec<Arc<Cond>> {
        let mut rules = vec![Arc::new(self.actor.rule(object, Access::Read))];
        rules.extend(self.actor.writing(object, Access::Update).into_iter().map(|(rows, _)| rows));
        rules.push(Arc::new(self.actor.rule(object, Access::Delete)));
        rules
    }

    pub(super) fn take_rows(&mut self, answers: Vec<Answer>) {
        let mut answers = answers.into_iter();
        let mut rows: HashMap<(ObjectId, RecordId), Row> = HashMap::new();
        let mut trash: HashMap<(ObjectId, RecordId), Moment> = HashMap::new();
        for (object, _) in std::mem::take(&mut self.rows_asked) {
            if let Some(Answer::Rows(found)) = answers.next() {
                rows.extend(found.into_iter().map(|row| ((object, row.id), row)));
            }
            if let Some(Answer::Trashed(found)) = answers.next() {
                trash.extend(found.into_iter().map(|(id, moment)| ((object, id), moment)));
            }
        }
        for n in 0..self.changes.len() {
            let object = self.object(self.changes[n].object);
            let at = self.changes[n].at.clone();
            match self.existing(n) {
                None => self.create(n, &object, at),
                Some(id) => {
                    let row = rows.get(&(object.id, id)).cloned();
                    self.change_existing(n, &object, id, row, trash.get(&(object.id, id)).copied(), at);
                }
            }
        }
    }

    pub(super) fn create(&mut self, n: usize, object: &Arc<Object>, at: String) {
        if !self.actor.may(object, Access::Create) {
            self.problems.push(Problem::new(Code::Forbidden, at));
            return;
        }
        let input = std::mem::take(&mut self.resolved[n]);
        let written: Vec<i32> = input.values.iter().map(|(place, _)| object.fields[*place].id).collect();
        let grants = self.actor.writing(object, Access::Create);
        let holds = vec![true; grants.len()];
        if let Some(refused) = refused_fields(&grants, &holds, &written) {
            self.refuse_fields(object, &refused, &at);
            return;
        }
        let id = match &self.changes[n].kind {
            Action::Create { id: Some(id), .. } => *id,
            _ => kehub_db::new_id(&self.clock),
        };
        let place = self.new_item(object, id, at, Some(n));
        self.write_values(place, input);
    }

    /// A new record with its defaults.
    pub(super) fn new_item(&mut self, object: &Arc<Object>, id: RecordId, at: String, source: Option<usize>) -> usize {
        let mut after = vec![Value::Null; object.fields.len()];
        let mut written = Vec::new();
        for (place, field) in object.fields.iter().enumerate() {
            if !field.is_writable() {
                if let Kind::Rollup(_) = field.def.kind {
                    after[place] = crate::derive::rollup(&self.state.catalog, object, field.id)
                        .map_or(Value::Null, |rollup| rollup.of_none());
                }
                continue;
            }
            if let Some(default) = parse::default(&self.state, object, place, &self.actor, self.clock.now()) {
                after[place] = settle(default);
                written.push(place);
            }
        }
        after[0] = Value::Id(id);
        self.work.add(Item {
            object: object.clone(),
            id,
            op: Op::Create,
            before: None,
            trashed: None,
            after,
            written,
            at,
            source,
        })
    }

    pub(super) fn refuse_fields(&mut self, object: &Object, refused: &[i32], at: &str) {
        if refused.is_empty() {
            self.problems.push(Problem::new(Code::Forbidden, at));
        }
        for field in refused.iter().filter_map(|id| object.field_by_id(*id)) {
            let problem = Problem::new(Code::ReadOnly, place_at(at, &field.key))
                .with("field", field.label(self.actor.language()));
            self.problems.push(problem);
        }
    }

    pub(super) fn change_existing(
        &mut self,
        n: usize,
        object: &Arc<Object>,
        id: RecordId,
        row: Option<Row>,
        trashed: Option<Moment>,
        at: String,
    ) {
        let back = match &self.changes[n].kind {
            Action::Back { op: history::Op::Create, .. } => return self.restore(n, object, id, row, trashed, at),
            Action::Back { op, seen, .. } => Some((*op, *seen)),
            _ => None,
        };
        let Some(row) = row.filter(|row| row.rules.first() == Some(&true)) else {
            self.problems.push(Problem::new(Code::NotFound, at));
            return;
        };
        let version = row.values.get(7).and_then(Value::as_number);
        let wanted = match &self.changes[n].kind {
            Action::Update { version, .. } | Action::Delete { version, .. } => *version,
            _ => None,
        };
        if let Some(wanted) = wanted
            && version != Some(wanted.into())
        {
            self.problems.push(Problem::new(Code::VersionChanged, at).with("version", version.unwrap_or_default()));
            return;
        }
        if let Some((_, seen)) = back
            && seen.is_some_and(|seen| seen != row.moment)
        {
            self.problems.push(Problem::new(Code::VersionChanged, at).with("version", version.unwrap_or_default()));
            return;
        }
        if self.work.find(object.id, id).is_some() {
            self.problems
                .push(Problem::new(Code::BadRequest, at).with("hint", "one record twice / 同一条记录出现两次"));
            return;
        }
        if matches!(self.changes[n].kind, Action::Delete { .. })
            || back.is_some_and(|(op, _)| op == history::Op::Delete)
        {
            if row.rules.last() != Some(&true) {
                self.problems.push(Problem::new(Code::Forbidden, at));
                return;
            }
            self.delete_item(object, row, at, Some(n));
            return;
        }
        let input = std::mem::take(&mut self.resolved[n]);
        let written: Vec<i32> = input.values.iter().map(|(place, _)| object.fields[*place].id).collect();
        let grants = self.actor.writing(object, Access::Update);
        let holds = &row.rules[1..row.rules.len() - 1];
        if let Some(refused) = refused_fields(&grants, holds, &written) {
            self.refuse_fields(object, &refused, &at);
            return;
        }
        let place = self.work.add(Item::standing(object, row, Op::Update, at, Some(n)));
        self.write_values(place, input);
    }

    pub(super) fn delete_item(&mut self, object: &Arc<Object>, row: Row, at: String, source: Option<usize>) -> usize {
        self.work.add(Item::standing(object, row, Op::Delete, at, source))
    }

    /// A deleted record comes back with the values the change brings along.
    pub(super) fn restore(
        &mut self,
        n: usize,
        object: &Arc<Object>,
        id: RecordId,
        row: Option<Row>,
        trashed: Option<Moment>,
        at: String,
    ) {
        let Some(moment) = trashed.filter(|_| row.is_none()) else {
            self.problems.push(Problem::new(Code::NotFound, at));
            return;
        };
        if !self.actor.may(object, Access::Delete) {
            self.problems.push(Problem::new(Code::Forbidden, at));
            return;
        }
        let mut after = vec![Value::Null; object.fields.len()];
        after[0] = Value::Id(id);
        let item = Item {
            object: object.clone(),
            id,
            op: Op::Restore,
            before: None,
            trashed: Some(moment),
            after,
            written: (0..object.fields.len()).filter(|place| object.fields[*place].is_writable()).collect(),
            at,
            source: Some(n),
        };
        let place = self.work.add(item);
        let input = std::mem::take(&mut self.resolved[n]);
        self.write_values(place, input);
    }

    /// Puts what was written into an item; rows of subforms wait for their stage.
    pub(super) fn write_values(&mut self, place: usize, input: Input) {
        for (field, written) in input.values {
            if matches!(written, Written::By(_)) {
                continue;
            }
            let item = &mut self.work.items[place];
            item.after[field] = settle(written);
            if !item.written.contains(&field) {
                item.written.push(field);
            }
        }
        for (field, rows) in input.rows {
            self.subform_children.push((place, field, rows));
        }
    }
}
