//! What every kind of definition can do: be read from JSON, be described by a schema, be looked at against the catalog.

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::actor::Actor;
use crate::catalog::Catalog;
use crate::problem::{Code, Problem, Problems};
use crate::shape;

/// What a person draws besides objects. The type is the file format.
pub trait Definition: DeserializeOwned + JsonSchema {
    /// The kind's key: the folder of its files, the word in its routes.
    const KIND: &'static str;

    /// What is wrong with it, all at once, each with its place. `actor` is whoever draws: what he may not know of is as
    /// unknown as what is not there.
    ///
    /// **Architecture invariant:** this never fails, never stops at the first problem, changes nothing and touches no database.
    fn validate(&self, catalog: &Catalog, actor: &Actor) -> Problems;
}

/// Reads a body as its kind; every mistake of its form, each with its place.
pub fn read<D: Definition>(body: &Json) -> Result<D, Problems> {
    D::deserialize(body).map_err(|error| {
        // Reading ends at the first mistake; the schema knows the others, too.
        let problems = shape::problems(&schema::<D>(), body);
        if problems.is_empty() { vec![Problem::new(Code::BadDefinition, "").with("hint", error)] } else { problems }
    })
}

/// Whether a body is of its kind's form and names what is there.
pub fn check<D: Definition>(body: &Json, catalog: &Catalog, actor: &Actor) -> Problems {
    match read::<D>(body) {
        Ok(definition) => definition.validate(catalog, actor),
        Err(problems) => problems,
    }
}

/// The JSON Schema of a kind.
pub fn schema<D: Definition>() -> Json {
    schemars::schema_for!(D).to_value()
}
