//! The kinds of definitions: who may change one, whether it holds as soon as it is saved, what it must look like.

use kehub_api::Refused;
use kehub_model::query::Resolver;
use kehub_model::rights::{Right, RoleDef};
use kehub_model::{Actor, Catalog, Code, Label, Problem, Problems};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Every kind there is, in the order they are applied, and the right that changes it. Without a right: everybody his own.
const KINDS: &[(&str, Option<Right>)] = &[
    ("object", Some(Right::Design)),
    ("role", Some(Right::Roles)),
    ("form", Some(Right::Design)),
    ("view", None),
    ("page", Some(Right::Design)),
    ("menu", Some(Right::Design)),
    ("print_template", Some(Right::Design)),
    ("flow", Some(Right::Design)),
    ("rule", Some(Right::Design)),
    ("report", Some(Right::Design)),
    ("dashboard", Some(Right::Design)),
    ("segment", Some(Right::Design)),
    ("campaign", Some(Right::Design)),
    ("connection", Some(Right::Connections)),
    ("webhook", Some(Right::Connections)),
];

/// A saved way to look at the records of an object (场景). A public file format.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewDef {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    pub object: String,
    pub label: Label,
    /// For everybody, or its maker's own.
    #[serde(default)]
    pub shared: bool,
    #[serde(default)]
    pub columns: Vec<ColumnDef>,
    #[serde(default)]
    pub frozen: Option<u32>,
    /// A filter of the query language.
    #[serde(default)]
    pub filter: Option<Json>,
    #[serde(default)]
    pub sort: Vec<SortDef>,
    /// By field: how it is summed up below the list.
    #[serde(default)]
    pub footer: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    pub row_height: Option<String>,
    /// Where it stands among the object's views.
    #[serde(default)]
    pub order: Option<i64>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnDef {
    pub field: String,
    #[serde(default)]
    pub width: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SortDef {
    pub field: String,
    #[serde(default)]
    pub dir: Option<String>,
}

/// An app's menu. A public file format.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MenuDef {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    pub app: String,
    #[serde(default)]
    pub label: Option<Label>,
    #[serde(default)]
    pub icon: Option<String>,
    pub items: Vec<MenuItem>,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum MenuItem {
    Object { object: String },
    Group { group: Label, items: Vec<MenuItem> },
}

pub fn is_kind(kind: &str) -> bool {
    KINDS.iter().any(|(known, _)| *known == kind)
}

pub fn right_of(kind: &str) -> Option<Right> {
    KINDS.iter().find(|(known, _)| *known == kind).and_then(|(_, right)| *right)
}

/// In what order kinds are applied: what is referred to comes first.
pub fn order(kind: &str) -> usize {
    KINDS.iter().position(|(known, _)| *known == kind).unwrap_or(KINDS.len())
}

/// Whether it holds as soon as it is saved; others are drafts until published.
pub fn holds_at_once(kind: &str) -> bool {
    matches!(kind, "view" | "menu" | "role")
}

/// Whether it is its maker's own.
pub fn is_personal(kind: &str, body: &Json) -> bool {
    kind == "view" && body.get("shared") != Some(&Json::Bool(true))
}

pub fn schema(kind: &str) -> Option<Json> {
    let schema = match kind {
        "role" => schemars::schema_for!(RoleDef),
        "view" => schemars::schema_for!(ViewDef),
        "menu" => schemars::schema_for!(MenuDef),
        _ => return is_kind(kind).then(|| serde_json::json!({ "type": "object" })),
    };
    serde_json::to_value(schema).ok()
}

/// Whether a body is of its kind's form and names what is there.
pub fn check(kind: &str, body: &Json, catalog: &Catalog) -> Result<(), Refused> {
    let mut problems = Problems::new();
    let read = match kind {
        "role" => serde_json::from_value::<RoleDef>(body.clone()).map(|role| check_role(&role, catalog, &mut problems)),
        "view" => serde_json::from_value::<ViewDef>(body.clone()).map(|view| check_view(&view, catalog, &mut problems)),
        "menu" => {
            serde_json::from_value::<MenuDef>(body.clone()).map(|menu| check_items(&menu.items, "items", &mut problems))
        }
        _ => Ok(()),
    };
    if let Err(error) = read {
        let name = error.to_string().split('`').nth(1).unwrap_or_default().to_owned();
        let is_unknown = error.to_string().starts_with("unknown field");
        problems.push(if is_unknown {
            Problem::new(Code::UnknownKey, name.clone()).with("name", name)
        } else {
            Problem::new(Code::BadDefinition, "").with("hint", error)
        });
    }
    if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
}

fn check_role(role: &RoleDef, catalog: &Catalog, problems: &mut Problems) {
    for (key, grant) in &role.objects {
        let Some(object) = catalog.object(key) else {
            problems.push(Problem::new(Code::UnknownObject, format!("objects.{key}")).with("name", key));
            continue;
        };
        for field in grant.fields.keys().filter(|field| object.field(field).is_none()) {
            problems
                .push(Problem::new(Code::UnknownField, format!("objects.{key}.fields.{field}")).with("name", field));
        }
        if let kehub_model::rights::Rows::Filter { filter } = &grant.rows {
            let everything = Actor::console();
            Resolver::new(catalog, &everything, None).filter_json(
                object,
                filter,
                &format!("objects.{key}.rows.filter"),
                problems,
            );
        }
    }
}

fn check_view(view: &ViewDef, catalog: &Catalog, problems: &mut Problems) {
    let Some(object) = catalog.object(&view.object) else {
        problems.push(Problem::new(Code::UnknownObject, "object").with("name", &view.object));
        return;
    };
    if let Some(filter) = view.filter.as_ref().filter(|filter| !filter.is_null()) {
        let everything = Actor::console();
        Resolver::new(catalog, &everything, None).filter_json(object, filter, "filter", problems);
    }
}

fn check_items(items: &[MenuItem], at: &str, problems: &mut Problems) {
    for (n, item) in items.iter().enumerate() {
        match item {
            MenuItem::Object { object } if !kehub_model::key::is_key(object) => {
                problems.push(Problem::new(Code::BadKey, format!("{at}[{n}].object")).with("value", object));
            }
            MenuItem::Object { .. } => {}
            MenuItem::Group { items, .. } => check_items(items, &format!("{at}[{n}].items"), problems),
        }
    }
}
