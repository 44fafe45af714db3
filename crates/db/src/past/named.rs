//! What a plan names: the fields of each object it reads, and with them the roll-ups that must be derived as of the moment.

use std::collections::{BTreeMap, BTreeSet};

use kehub_model::catalog::{FieldId, ObjectId};
use kehub_model::query::{AggregatePlan, Cond, Is, ListPlan, Operand, Step, Way};
use kehub_model::rollup::{self, Rollup};
use kehub_model::{Catalog, Object};

use crate::fault::Fault;

/// Fields by object.
pub(crate) type Named = BTreeMap<ObjectId, BTreeSet<FieldId>>;

pub(crate) fn by_list(plan: &ListPlan) -> Named {
    let mut found = Named::from([(plan.object, BTreeSet::new())]);
    plan.picks.iter().for_each(|pick| of_operand(&pick.operand, &mut found));
    plan.sort.iter().for_each(|term| of_operand(&term.operand, &mut found));
    of_cond(&plan.filter, &mut found);
    found
}

pub(crate) fn by_aggregate(plan: &AggregatePlan) -> Named {
    let mut found = Named::from([(plan.object, BTreeSet::new())]);
    plan.groups.iter().for_each(|group| of_operand(&group.operand, &mut found));
    for measure in &plan.measures {
        measure.operand.iter().for_each(|operand| of_operand(operand, &mut found));
        measure.filter.iter().for_each(|cond| of_cond(cond, &mut found));
    }
    of_cond(&plan.filter, &mut found);
    found
}

fn of_operand(operand: &Operand, found: &mut Named) {
    found.entry(operand.object).or_default().insert(operand.field);
    of_steps(&operand.steps, found);
    operand.shown.iter().for_each(|rows| of_cond(rows, found));
}

fn of_steps(steps: &[Step], found: &mut Named) {
    for step in steps {
        found.entry(step.to).or_default();
        of_cond(&step.rule, found);
        step.shown.iter().for_each(|rows| of_cond(rows, found));
    }
}

fn of_cond(cond: &Cond, found: &mut Named) {
    match cond {
        Cond::Const(_) => {}
        Cond::And(parts) | Cond::Or(parts) => parts.iter().for_each(|part| of_cond(part, found)),
        Cond::Not(inner) => of_cond(inner, found),
        Cond::Test { on, is } => {
            of_operand(on, found);
            if let Is::Same(other) | Is::CompareTo(_, other) = is {
                of_operand(other, found);
            }
        }
        Cond::Exists { steps, many, cond } => {
            of_steps(steps, found);
            found.entry(many.to).or_default();
            if let Way::Links(_) = many.way {
                found.entry(many.object).or_default();
            }
            of_cond(&many.rule, found);
            of_cond(cond, found);
        }
    }
}

/// An object as it stood, these of its roll-ups derived again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) object: ObjectId,
    pub(crate) rollups: BTreeSet<FieldId>,
}

impl Key {
    fn of(object: &Object, fields: impl IntoIterator<Item = FieldId>) -> Key {
        Key { object: object.id, rollups: rollup::hung_on(object, fields) }
    }

    /// Its roll-ups, each with the records it counts.
    pub(crate) fn counted(&self, catalog: &Catalog) -> Result<Vec<(Rollup, Key)>, Fault> {
        let object = catalog.object_by_id(self.object).ok_or(Fault::Catalog)?;
        let found = self.rollups.iter().filter_map(|field| rollup::rollup(catalog, object, *field));
        found
            .map(|rollup| {
                let child = catalog.object_by_id(rollup.child).ok_or(Fault::Catalog)?;
                let key = Key::of(child, rollup.inputs());
                Ok((rollup, key))
            })
            .collect()
    }
}

/// What must stand for a plan: the objects it names and what their roll-ups count, the counted first.
pub(crate) fn keys(catalog: &Catalog, named: &Named) -> Result<Vec<Key>, Fault> {
    let mut found = Vec::new();
    for (object, fields) in named {
        let object = catalog.object_by_id(*object).ok_or(Fault::Catalog)?;
        visit(catalog, Key::of(object, fields.iter().copied()), &mut found)?;
    }
    Ok(found)
}

/// Fields never hang on themselves, so this ends.
pub(crate) fn visit(catalog: &Catalog, key: Key, found: &mut Vec<Key>) -> Result<(), Fault> {
    if found.contains(&key) {
        return Ok(());
    }
    for (_, child) in key.counted(catalog)? {
        visit(catalog, child, found)?;
    }
    found.push(key);
    Ok(())
}

/// The keys a plan itself reads, by object.
pub(crate) fn read(catalog: &Catalog, named: &Named) -> Vec<Key> {
    let objects = named.iter().filter_map(|(id, fields)| Some((catalog.object_by_id(*id)?, fields)));
    objects.map(|(object, fields)| Key::of(object, fields.iter().copied())).collect()
}
