//! Rights: what a role may do, and to which rows and fields. Deny by default.
//!
//! **Architecture invariant:** the rows, actions and fields of one grant stay together; several grants add up whole and are
//! never crossed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::actor::Actor;
use crate::catalog::Catalog;
use crate::definition::Definition;
use crate::fields::is_default;
use crate::label::Label;
use crate::problem::{Code, Problem, Problems};
use crate::query::Resolver;

/// A role: what its people may do. A public file format.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleDef {
    #[serde(default)]
    pub key: String,
    #[serde(default)]
    pub label: Label,
    /// By object key. An object not named is denied.
    #[serde(default)]
    pub objects: BTreeMap<String, GrantDef>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub rights: Vec<Right>,
}

/// What a role may do with one object.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GrantDef {
    pub create: bool,
    pub read: bool,
    pub update: bool,
    pub delete: bool,
    pub export: bool,
    pub import: bool,
    pub rows: Rows,
    /// By field key. A field not named may be written.
    #[serde(skip_serializing_if = "is_default")]
    pub fields: BTreeMap<String, FieldRight>,
}

/// Which rows a grant reaches.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rows {
    /// Whose owner one is.
    Own,
    /// Own, and those of the people who report to one, at any depth.
    Reports,
    /// Of one's department.
    Department,
    /// Of one's department and those below it.
    DepartmentBelow,
    #[default]
    All,
    /// Those for which a filter of the query language holds.
    #[serde(untagged)]
    Filter { filter: Json },
}

/// What a grant lets one do with a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldRight {
    Hidden,
    /// Read as a masked text; unreadable for filter, sort, group and search.
    Masked,
    Read,
    #[default]
    Write,
}

/// Rights that are not about one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Change objects, forms, views, menus.
    Design,
    /// Manage people and departments.
    People,
    /// Manage roles.
    Roles,
    /// Manage connections and API keys of others.
    Connections,
    /// Operations: backups, solutions, audit.
    Operations,
}

impl Right {
    pub const ALL: [Right; 5] = [Right::Design, Right::People, Right::Roles, Right::Connections, Right::Operations];
}

/// What one may do with an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Access {
    Create,
    Read,
    Update,
    Delete,
    Export,
    Import,
}

impl GrantDef {
    pub fn allows(&self, action: Access) -> bool {
        match action {
            Access::Create => self.create,
            Access::Read => self.read,
            Access::Update => self.update,
            Access::Delete => self.delete,
            Access::Export => self.export,
            Access::Import => self.import,
        }
    }
}

impl Definition for RoleDef {
    const KIND: &'static str = "role";

    /// Whoever may draw roles knows every object: what he may *grant* is another question, asked where a role is saved.
    fn validate(&self, catalog: &Catalog, _: &Actor) -> Problems {
        let everything = Actor::console();
        let resolver = Resolver::new(catalog, &everything, None);
        let mut problems = Problems::new();
        for (key, grant) in &self.objects {
            let at = format!("objects.{key}");
            let Some(object) = catalog.object(key) else {
                problems.push(Problem::new(Code::UnknownObject, at).with("name", key));
                continue;
            };
            for field in grant.fields.keys().filter(|field| object.field(field).is_none()) {
                problems.push(Problem::new(Code::UnknownField, format!("{at}.fields.{field}")).with("name", field));
            }
            if let Rows::Filter { filter } = &grant.rows {
                resolver.filter_json(object, filter, &format!("{at}.rows.filter"), &mut problems);
            }
        }
        problems
    }
}
