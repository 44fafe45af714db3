//! The one table of kinds of definitions: who may change one, when it holds, what it looks like, what makes it right.
//!
//! *To add a kind:* its room's type with `impl Definition`, and a line in [`KINDS`]. What is not in the table does not exist:
//! no route, file or package takes it.

use kehub_forms::{MenuDef, PageDef, ViewDef};
use kehub_model::object::{self, ObjectDef};
use kehub_model::rights::{Right, RoleDef};
use kehub_model::{Actor, Catalog, Code, Definition, Problem, Problems, definition};
use serde_json::Value as Json;

/// When a change holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// As soon as it is saved.
    AtOnce,
    /// It is a draft until it is published.
    WhenPublished,
}

/// A sort of definition.
pub struct Kind {
    pub key: &'static str,
    /// Who may change one. Without a right everybody draws his own; for everybody it takes [`Right::Design`].
    pub right: Option<Right>,
    pub holds: Holds,
    pub schema: fn() -> Json,
    validate: fn(&Json, &Catalog, &Actor) -> Problems,
}

/// Every kind there is, in the order they are applied: what is referred to comes first.
pub static KINDS: &[Kind] = &[
    Kind {
        key: "object",
        right: Some(Right::Design),
        holds: Holds::WhenPublished,
        schema: object::schema,
        validate: validate_object,
    },
    Kind::of::<RoleDef>(Some(Right::Roles), Holds::AtOnce),
    Kind::of::<ViewDef>(None, Holds::AtOnce),
    Kind::of::<PageDef>(Some(Right::Design), Holds::AtOnce),
    Kind::of::<MenuDef>(Some(Right::Design), Holds::AtOnce),
];

impl Kind {
    const fn of<D: Definition>(right: Option<Right>, holds: Holds) -> Kind {
        Kind { key: D::KIND, right, holds, schema: definition::schema::<D>, validate: definition::check::<D> }
    }

    /// Whether a body is of the kind's form and names what is there. What is not there and what `actor` may not know of are
    /// the same to him; who may design knows all there is.
    pub fn check(&self, body: &Json, catalog: &Catalog, actor: &Actor) -> Problems {
        let console;
        let everything = match self.right {
            None if !actor.has(Right::Design) => actor,
            _ => {
                console = Actor::console().reading_as(actor.reading.clone());
                &console
            }
        };
        (self.validate)(body, catalog, everything)
    }

    /// Whether a body is its maker's own.
    pub fn is_personal(&self, body: &Json) -> bool {
        self.right.is_none() && body.get("shared") != Some(&Json::Bool(true))
    }
}

/// The form of an object. Whether it fits with the others is seen when it is planned.
fn validate_object(body: &Json, _: &Catalog, _: &Actor) -> Problems {
    let mut problems = Problems::new();
    ObjectDef::from_json(body, "", &mut problems);
    problems
}

pub fn find(key: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.key == key)
}

/// The kind called so; else a problem that says which there are.
pub fn known(key: &str) -> Result<&'static Kind, Problem> {
    find(key).ok_or_else(|| Problem::new(Code::UnknownKind, "").with("name", key).with("allowed", all()))
}

/// The keys of all kinds, to be told.
pub fn all() -> String {
    KINDS.iter().map(|kind| kind.key).collect::<Vec<_>>().join(" ")
}

/// In what order kinds are applied.
pub fn order(key: &str) -> usize {
    KINDS.iter().position(|kind| kind.key == key).unwrap_or(KINDS.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_schema_of_its_own() {
        for kind in KINDS {
            let schema = (kind.schema)();
            assert!(schema["properties"].as_object().is_some_and(|properties| !properties.is_empty()), "{}", kind.key);
        }
        assert!(known("flow").is_err_and(|problem| problem.code == Code::UnknownKind));
    }
}
