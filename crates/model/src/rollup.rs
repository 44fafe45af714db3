//! Roll-ups looked up in the catalog: over whose records, by which link, which of them count; and which roll-ups a field hangs on.

use std::collections::BTreeSet;

use crate::catalog::{FieldId, ObjectId};
use crate::fields::rollup::RollupFn;
use crate::fields::{Column, Kind};
use crate::query::ask::Measure;
use crate::query::{AggregatePlan, Cond, Group, Is, Measured, Operand, Resolver};
use crate::{Actor, Catalog, Object, Problems, Value};

/// A roll-up, seen from the records it counts.
#[derive(Clone, Debug)]
pub struct Rollup {
    pub parent: ObjectId,
    pub field: FieldId,
    pub child: ObjectId,
    /// Place of the link in the child.
    pub link: usize,
    pub link_id: FieldId,
    pub function: RollupFn,
    /// Place of the field in the child; none for a count.
    pub value: Option<usize>,
    pub value_id: Option<FieldId>,
    pub filter: Cond,
}

/// A roll-up field, looked up.
pub fn rollup(catalog: &Catalog, object: &Object, field: FieldId) -> Option<Rollup> {
    let Kind::Rollup(settings) = &object.field_by_id(field)?.def.kind else { return None };
    let (child, link) = settings.from.split_once('.')?;
    let child = catalog.object(child)?;
    let place = |key: &str| child.fields.iter().position(|field| field.key == key);
    let link = place(link)?;
    let value = settings.field.as_deref().map(place);
    if value == Some(None) {
        return None;
    }
    let value = value.flatten();
    let filter = match &settings.filter {
        None => Cond::Const(true),
        Some(json) => {
            let mut problems = Problems::new();
            let everything = Actor::console();
            let cond = Resolver::new(catalog, &everything, None).filter_json(child, json, "filter", &mut problems);
            if problems.is_empty() { cond } else { return None }
        }
    };
    Some(Rollup {
        parent: object.id,
        field,
        child: child.id,
        link,
        link_id: child.fields[link].id,
        function: settings.function,
        value,
        value_id: value.map(|place| child.fields[place].id),
        filter,
    })
}

impl Rollup {
    /// The aggregate that computes it: by parent, over all children for which `also` holds besides its own filter.
    pub fn plan(&self, also: Cond) -> AggregatePlan {
        let operand = |field| Operand { steps: Vec::new(), object: self.child, field, shown: None };
        let function = match self.function {
            RollupFn::Count => Measure::Count,
            RollupFn::Sum => Measure::Sum,
            RollupFn::Min => Measure::Min,
            RollupFn::Max => Measure::Max,
            RollupFn::Avg => Measure::Avg,
        };
        AggregatePlan {
            object: self.child,
            filter: self.filter.clone().and(also),
            groups: vec![Group { name: "parent".into(), operand: operand(self.link_id), unit: None }],
            measures: vec![Measured {
                name: "value".into(),
                function,
                operand: self.value_id.map(operand),
                filter: None,
            }],
            sort: Vec::new(),
            limit: u32::MAX,
            zone: chrono_tz::UTC,
            as_of: None,
        }
    }

    /// What no children come to.
    pub fn of_none(&self) -> Value {
        match self.function {
            RollupFn::Count | RollupFn::Sum => Value::from(0),
            _ => Value::Null,
        }
    }
}

/// The stored roll-ups of an object that these fields are, or are computed from.
pub fn hung_on(object: &Object, fields: impl IntoIterator<Item = FieldId>) -> BTreeSet<FieldId> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open: Vec<FieldId> = fields.into_iter().collect();
    while let Some(id) = open.pop() {
        let Some(field) = object.field_by_id(id).filter(|field| seen.insert(id) && field.column != Column::None) else {
            continue;
        };
        match (&field.def.kind, &field.formula) {
            (Kind::Rollup(_), _) => drop(found.insert(id)),
            (_, Some(formula)) => {
                let inputs = formula.references().iter().filter_map(|path| object.field(path.first()?));
                open.extend(inputs.map(|field| field.id));
            }
            _ => {}
        }
    }
    found
}

impl Rollup {
    /// The fields of the child that it reads.
    pub fn inputs(&self) -> BTreeSet<FieldId> {
        let mut found: BTreeSet<FieldId> = self.value_id.into_iter().collect();
        found.insert(self.link_id);
        tested(&self.filter, &mut found);
        found
    }
}

/// The fields a condition tests on the record itself.
fn tested(cond: &Cond, found: &mut BTreeSet<FieldId>) {
    let mut note = |operand: &Operand| {
        if operand.steps.is_empty() {
            found.insert(operand.field);
        }
    };
    match cond {
        Cond::Const(_) | Cond::Exists { .. } => {}
        Cond::And(parts) | Cond::Or(parts) => parts.iter().for_each(|part| tested(part, found)),
        Cond::Not(inner) => tested(inner, found),
        Cond::Test { on, is } => {
            note(on);
            if let Is::Same(other) | Is::CompareTo(_, other) = is {
                note(other);
            }
        }
    }
}
