//! What follows from written values: formulas of the record's own, and roll-ups over the records that link to it. Compiled once
//! a catalog.

use std::collections::HashMap;

use kehub_model::Catalog;
use kehub_model::catalog::ObjectId;
pub(crate) use kehub_model::rollup::{Rollup, rollup};

#[derive(Default)]
pub(crate) struct Derivations {
    /// Roll-ups by the object whose records they count.
    pub(crate) counting: HashMap<ObjectId, Vec<Rollup>>,
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
