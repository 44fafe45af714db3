//! What follows from written values: formulas of the record's own, and roll-ups over the records that link to it. Compiled once
//! a catalog.

use std::collections::HashMap;

use kehub_model::catalog::{FieldId, ObjectId};
use kehub_model::fields::Kind;
use kehub_model::fields::rollup::RollupFn;
use kehub_model::query::{AggregatePlan, Cond, Group, Measure, Measured, Resolver};
use kehub_model::{Actor, Catalog, Object, Problems, Value};

#[derive(Default)]
pub(crate) struct Derivations {
    /// Roll-ups by the object whose records they count.
    pub(crate) counting: HashMap<ObjectId, Vec<Rollup>>,
}

/// A roll-up, seen from the records it counts.
#[derive(Clone, Debug)]
pub(crate) struct Rollup {
    pub(crate) parent: ObjectId,
    pub(crate) field: FieldId,
    pub(crate) child: ObjectId,
    /// Place of the link in the child.
    pub(crate) link: usize,
    pub(crate) link_id: FieldId,
    pub(crate) function: RollupFn,
    /// Place of the field in the child; none for a count.
    pub(crate) value: Option<usize>,
    pub(crate) value_id: Option<FieldId>,
    pub(crate) filter: Cond,
}

impl Derivations {
    pub(crate) fn compile(catalog: &Catalog) -> Derivations {
        let mut counting: HashMap<ObjectId, Vec<Rollup>> = HashMap::new();
        for object in catalog.active() {
            for field in object.own_fields() {
                if let Some(rollup) = rollup(catalog, object, field.id) {
                    counting.entry(rollup.child).or_default().push(rollup);
                }
            }
        }
        Derivations { counting }
    }
}

/// A roll-up field, looked up.
pub(crate) fn rollup(catalog: &Catalog, object: &Object, field: FieldId) -> Option<Rollup> {
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
    pub(crate) fn plan(&self, also: Cond) -> AggregatePlan {
        let operand = |field| kehub_model::query::Operand { steps: Vec::new(), object: self.child, field, shown: None };
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
    pub(crate) fn of_none(&self) -> Value {
        match self.function {
            RollupFn::Count | RollupFn::Sum => Value::from(0),
            _ => Value::Null,
        }
    }
}
