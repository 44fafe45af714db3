//! A small world to plan undos in, and the words its plans are told in.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use rust_decimal::Decimal;

use super::*;
use crate::history::samples::{change, id};
use crate::problem::Code;

pub(super) const NAME: FieldId = 1;
pub(super) const CODE: FieldId = 2;
pub(super) const PARENT: FieldId = 3;
pub(super) const FRIENDS: FieldId = 4;
pub(super) const OLD: FieldId = 5;
pub(super) const BURNT: FieldId = 6;
/// Was a text, is a number.
pub(super) const AMOUNT: FieldId = 7;
/// A choice; "gold" is no longer an option.
pub(super) const LEVEL: FieldId = 8;
pub(super) const NEEDED: FieldId = 9;
pub(super) const OBJECT: ObjectId = 1;

#[derive(Default)]
pub(super) struct Catalog {
    pub(super) required: HashSet<FieldId>,
}

impl Fields for Catalog {
    fn place(&self, _: ObjectId, field: FieldId) -> Place {
        match field {
            OLD => Place::Retired,
            BURNT => Place::Purged,
            _ => Place::Stands,
        }
    }

    fn fit(&self, _: ObjectId, field: FieldId, value: &Value) -> Result<Value, Problem> {
        if value.is_null() {
            return if self.required.contains(&field) {
                Err(Problem::new(Code::Required, ""))
            } else {
                Ok(Value::Null)
            };
        }
        match (field, value) {
            (AMOUNT, Value::Text(text)) => {
                Decimal::from_str_exact(text).map(Value::Number).map_err(|_| Problem::new(Code::NotANumber, ""))
            }
            (LEVEL, Value::Text(text)) if text == "gold" => Err(Problem::new(Code::UnknownOption, "")),
            _ => Ok(value.clone()),
        }
    }

    fn required(&self, _: ObjectId) -> Vec<FieldId> {
        self.required.iter().copied().collect()
    }

    fn object_name(&self, _: ObjectId) -> String {
        "客户".to_owned()
    }
}

/// A world to plan in: records are small numbers, all of one object.
#[derive(Default)]
pub(super) struct World {
    pub(super) entries: Vec<Entry>,
    pub(super) now: Now,
    pub(super) later: LaterEdits,
    pub(super) catalog: Catalog,
}

pub(super) fn key(record: u128) -> RecordKey {
    (OBJECT, id(record))
}

impl World {
    pub(super) fn op(mut self, op: Op, record: u128, changes: Vec<Change>) -> World {
        self.entries.push(Entry { op, object: OBJECT, record: id(record), prev: None, changes });
        self
    }

    pub(super) fn created<V: Into<Value>>(self, record: u128, values: impl IntoIterator<Item = (FieldId, V)>) -> World {
        let changes = values.into_iter().map(|(field, value)| change(field, Value::Null, value)).collect();
        self.op(Op::Create, record, changes)
    }

    pub(super) fn deleted<V: Into<Value>>(
        mut self,
        record: u128,
        values: impl IntoIterator<Item = (FieldId, V)>,
    ) -> World {
        self.now.trash.insert(key(record), Moment(10));
        let changes = values.into_iter().map(|(field, value)| change(field, value, Value::Null)).collect();
        self.op(Op::Delete, record, changes)
    }

    pub(super) fn wrote(
        self,
        record: u128,
        field: FieldId,
        before: impl Into<Value>,
        after: impl Into<Value>,
    ) -> World {
        self.op(Op::Update, record, vec![change(field, before, after)])
    }

    pub(super) fn is<V: Into<Value>>(mut self, record: u128, values: impl IntoIterator<Item = (FieldId, V)>) -> World {
        let row =
            self.now.rows.entry(key(record)).or_insert_with(|| Row { moment: Moment(10), values: HashMap::new() });
        row.values.extend(values.into_iter().map(|(field, value)| (field, value.into())));
        self
    }

    pub(super) fn edited(mut self, record: u128, field: FieldId, by: i64) -> World {
        self.later.note(key(record), field, Moment(by));
        if let Some(row) = self.now.rows.get_mut(&key(record)) {
            row.moment = Moment(by);
        }
        self
    }

    pub(super) fn links(mut self, from: u128, to: u128) -> World {
        self.now.links.entry(key(to)).or_default().push(key(from));
        self
    }

    pub(super) fn gone(mut self, record: u128, by: i64) -> World {
        self.now.gone.insert(id(record), Moment(by));
        self
    }

    pub(super) fn taken(mut self, wants: u128, field: FieldId, holder: u128) -> World {
        let taken = Taken { holder: key(holder), problem: Problem::new(Code::Taken, "") };
        self.now.taken.insert((key(wants), field), taken);
        self
    }

    pub(super) fn requires(mut self, field: FieldId) -> World {
        self.catalog.required.insert(field);
        self
    }

    pub(super) fn locked(mut self, record: u128) -> World {
        self.now.locked.insert(key(record), Problem::new(Code::Locked, ""));
        self
    }

    pub(super) fn plan(&self) -> UndoPlan {
        plan_undo(&self.entries, &self.now, &self.later, &self.catalog)
    }
}

pub(super) fn say(value: &Value) -> String {
    let number = |record: RecordId| (record.as_u128() - id(0).as_u128()).to_string();
    match value {
        Value::Id(id) => format!("#{}", number(*id)),
        Value::List(values) => values.iter().map(say).collect::<Vec<_>>().join("+"),
        Value::Text(text) => text.clone(),
        other => other.to_json(),
    }
}

fn fate(fate: &Fate) -> String {
    match fate {
        Fate::Clean => "clean".to_owned(),
        Fate::Same => "same".to_owned(),
        Fate::Conflict { theirs, by } => format!("conflict {} by {by}", say(theirs)),
        Fate::Blocked(problem) => problem.code.to_string(),
        Fate::Loses(notes) => notes.iter().fold("loses".to_owned(), |all, note| match note {
            Note::Retired => all + " retired",
            Note::Purged => all + " purged",
            Note::Converted { was } => format!("{all} {}", say(was)),
        }),
    }
}

/// `Update #1 clean [1 clean, 2 same]`
pub(super) fn forecast(plan: &UndoPlan) -> String {
    let field = |field: &FieldPlan| format!("{} {}", field.field, fate(&field.fate));
    let record = |record: &RecordPlan| {
        let fields = record.fields.iter().map(field).collect::<Vec<_>>().join(", ");
        format!("{:?} {} {} [{fields}]", record.op, say(&Value::Id(record.record)), fate(&record.fate))
    };
    plan.records.iter().map(record).collect::<Vec<_>>().join("; ")
}

/// `Update #1@10 2=a 3=b!`: record 1, seen at moment 10; `~` emptied early, `!` set late.
pub(super) fn writes(planned: &[Planned]) -> String {
    let one = |one: &Planned| {
        let Entry { op, record, prev, changes, .. } = &one.entry;
        let mut text = format!("{op:?} {}@{}", say(&Value::Id(*record)), prev.map_or(0, |prev| prev.0));
        for change in changes {
            let value = if *op == Op::Delete { &change.before } else { &change.after };
            let early = if one.early.contains(&change.field) { "~" } else { "" };
            let late = if one.late.contains(&change.field) { "!" } else { "" };
            let _ = write!(text, " {}={}{early}{late}", change.field, say(value));
        }
        text
    };
    planned.iter().map(one).collect::<Vec<_>>().join("; ")
}
