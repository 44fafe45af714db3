//! The catalog: every object as it is published, with its ids and physical names. What everything above `db` looks names up in.
//!
//! **Architecture invariant:** a physical name is only ever found here. Grants, history and indexes hang on the `int` ids,
//! which are never used twice.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::fields::{Column, Kind, Order};
use crate::formula::Formula;
use crate::label::{Label, Language};
use crate::object::{CheckDef, FieldDef, ObjectDef, SYSTEM_KEYS};
use crate::problem::{Code, Problem, Problems};

pub type ObjectId = i32;
pub type FieldId = i32;

/// The system fields, whose ids are the same in every object.
pub mod system {
    use super::FieldId;

    pub const ID: FieldId = 1;
    pub const CREATED_AT: FieldId = 2;
    pub const CREATED_BY: FieldId = 3;
    pub const UPDATED_AT: FieldId = 4;
    pub const UPDATED_BY: FieldId = 5;
    pub const OWNER: FieldId = 6;
    pub const DEPARTMENT: FieldId = 7;
    pub const VERSION: FieldId = 8;
    /// Ids below are the platform's.
    pub const FIRST_OWN: FieldId = 100;
}

/// Whether a thing is in use or put away. Nothing is dropped: retiring hides and keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    #[default]
    Active,
    Retired,
}

/// The catalog as it is stored with each version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stored {
    pub next_id: i32,
    pub objects: Vec<StoredObject>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredObject {
    pub id: ObjectId,
    pub table: String,
    #[serde(default)]
    pub state: State,
    /// The solution it belongs to.
    pub solution: String,
    /// Of a subform's rows: the object and the field they belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<(ObjectId, FieldId)>,
    pub def: Json,
    /// Active and retired fields by key. A retired field whose key was given again stands under `key#gen`.
    pub fields: BTreeMap<String, StoredField>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredField {
    pub id: FieldId,
    pub column: String,
    /// Counts conversions of its type; the columns of earlier generations are kept.
    #[serde(default)]
    pub generation: u32,
    #[serde(default)]
    pub state: State,
    /// The definition of a retired field, to restore it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub def: Option<Json>,
}

/// The catalog compiled for use.
#[derive(Debug, Default)]
pub struct Catalog {
    pub number: i32,
    pub stored: Stored,
    objects: Vec<Arc<Object>>,
    by_key: HashMap<String, usize>,
    by_id: HashMap<ObjectId, usize>,
}

#[derive(Clone, Debug)]
pub struct Object {
    pub id: ObjectId,
    pub key: String,
    pub label: Label,
    pub def: ObjectDef,
    pub table: String,
    pub state: State,
    pub solution: String,
    pub parent: Option<(ObjectId, FieldId)>,
    /// System fields first, then its own in their order; retired ones are not here.
    pub fields: Vec<Field>,
    pub retired: Vec<Field>,
    /// The field by which a record is called.
    pub title: Option<FieldId>,
    pub unique: Vec<Unique>,
    pub checks: Vec<Check>,
    by_key: HashMap<String, usize>,
    by_id: HashMap<FieldId, usize>,
    pub(crate) formula_order: Vec<usize>,
    /// Fields of other objects (or of this one) that name records of this object.
    pub incoming: Vec<(ObjectId, FieldId)>,
}

#[derive(Clone, Debug)]
pub struct Field {
    pub id: FieldId,
    pub key: String,
    pub def: FieldDef,
    /// How it stands in the table; `Column::None` for what is computed when read.
    pub column: Column,
    /// The checked formula of a formula field.
    pub formula: Option<Arc<Formula>>,
    pub physical: String,
    pub generation: u32,
    pub is_system: bool,
}

/// A formula that must hold before a record is saved.
#[derive(Clone, Debug)]
pub struct Check {
    pub def: CheckDef,
    pub formula: Formula,
}

/// A combination of fields that may stand only once. `column` holds the hash of their folded values.
#[derive(Clone, Debug, PartialEq)]
pub struct Unique {
    pub fields: Vec<FieldId>,
    pub column: String,
}

impl Catalog {
    /// Compiles what is stored. Links into other objects are resolved; what is wrong was refused when it was published.
    pub fn compile(number: i32, stored: Stored) -> Result<Catalog, Problems> {
        let mut problems = Problems::new();
        let mut objects: Vec<Object> = Vec::with_capacity(stored.objects.len());
        for object in &stored.objects {
            if let Some(object) = Object::compile(object, &mut problems) {
                objects.push(object);
            }
        }
        crate::computed::compile(&mut objects, &mut problems);
        let incoming = incoming_links(&objects);
        for object in &mut objects {
            object.incoming = incoming.get(&object.key).cloned().unwrap_or_default();
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let by_key = objects
            .iter()
            .enumerate()
            .filter(|(_, o)| o.state == State::Active)
            .map(|(n, o)| (o.key.clone(), n))
            .collect();
        let by_id = objects.iter().enumerate().map(|(n, o)| (o.id, n)).collect();
        Ok(Catalog { number, stored, objects: objects.into_iter().map(Arc::new).collect(), by_key, by_id })
    }

    /// An active object by its key.
    pub fn object(&self, key: &str) -> Option<&Arc<Object>> {
        self.by_key.get(key).map(|n| &self.objects[*n])
    }

    /// The same with these retired fields in places behind all others, so that values may go back into their kept columns. Nothing
    /// is asked of them, and no name leads to them.
    pub fn with_kept(&self, kept: &[(ObjectId, FieldId)]) -> Catalog {
        let mut objects = self.objects.clone();
        for (object, field) in kept {
            let Some(place) = self.by_id.get(object) else { continue };
            let object = Arc::make_mut(&mut objects[*place]);
            if let Some(at) = object.retired.iter().position(|retired| retired.id == *field) {
                let mut field = object.retired.remove(at);
                field.def.required = false;
                object.by_id.insert(field.id, object.fields.len());
                object.fields.push(field);
            }
        }
        let (by_key, by_id) = (self.by_key.clone(), self.by_id.clone());
        Catalog { number: self.number, stored: self.stored.clone(), objects, by_key, by_id }
    }

    /// Any object, also a retired one, by its id.
    pub fn object_by_id(&self, id: ObjectId) -> Option<&Arc<Object>> {
        self.by_id.get(&id).map(|n| &self.objects[*n])
    }

    pub fn objects(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.objects.iter()
    }

    pub fn active(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.objects.iter().filter(|object| object.state == State::Active)
    }

    /// The object a field's values name records of.
    pub fn target(&self, field: &Field) -> Option<&Arc<Object>> {
        self.object(field.def.kind.target()?)
    }

    /// The object of a subform's rows.
    pub fn rows_of(&self, object: ObjectId, field: FieldId) -> Option<&Arc<Object>> {
        self.objects.iter().find(|child| child.parent == Some((object, field)) && child.state == State::Active)
    }
}

fn incoming_links(objects: &[Object]) -> HashMap<String, Vec<(ObjectId, FieldId)>> {
    let mut incoming: HashMap<String, Vec<(ObjectId, FieldId)>> = HashMap::new();
    for object in objects.iter().filter(|object| object.state == State::Active) {
        for field in object.fields.iter().filter(|field| !field.is_system || field.id == system::OWNER) {
            if let Some(target) = field.def.kind.target() {
                incoming.entry(target.to_owned()).or_default().push((object.id, field.id));
            }
        }
    }
    incoming
}

impl Object {
    fn compile(stored: &StoredObject, problems: &mut Problems) -> Option<Object> {
        let def = ObjectDef::from_json(&stored.def, "", problems)?;
        let mut fields: Vec<Field> = system_fields();
        for field in &def.fields {
            let Some(place) = stored.fields.get(&field.key) else {
                problems.push(Problem::new(Code::UnknownField, def.key.clone()).with("name", &field.key));
                continue;
            };
            fields.push(Field {
                id: place.id,
                key: field.key.clone(),
                column: field.kind.column(),
                def: field.clone(),
                physical: place.column.clone(),
                generation: place.generation,
                formula: None,
                is_system: false,
            });
        }
        let retired = stored
            .fields
            .iter()
            .filter(|(_, place)| place.state == State::Retired)
            .filter_map(|(key, place)| {
                let def = FieldDef::from_json(place.def.as_ref()?, "", &|_| false, &mut Problems::new())?;
                let key = key.split('#').next().unwrap_or(key).to_owned();
                Some(Field {
                    id: place.id,
                    key,
                    column: def.kind.column(),
                    def,
                    physical: place.column.clone(),
                    generation: place.generation,
                    formula: None,
                    is_system: false,
                })
            })
            .collect();
        let by_key: HashMap<String, usize> =
            fields.iter().enumerate().map(|(n, field)| (field.key.clone(), n)).collect();
        let by_id = fields.iter().enumerate().map(|(n, field)| (field.id, n)).collect();
        let title = def.title_field().and_then(|title| by_key.get(&title.key)).map(|n| fields[*n].id);
        let mut unique: Vec<Unique> = Vec::new();
        for field in fields.iter().filter(|field| field.def.unique) {
            unique.push(Unique { fields: vec![field.id], column: format!("{}__u", field.physical) });
        }
        for (n, keys) in def.unique.iter().enumerate() {
            let fields = keys.iter().filter_map(|key| by_key.get(key)).map(|n| fields[*n].id).collect();
            unique.push(Unique { fields, column: format!("unique__{n}") });
        }
        Some(Object {
            id: stored.id,
            key: def.key.clone(),
            label: def.label.clone(),
            table: stored.table.clone(),
            state: stored.state,
            solution: stored.solution.clone(),
            parent: stored.parent,
            fields,
            retired,
            title,
            unique,
            checks: Vec::new(),
            by_key,
            by_id,
            formula_order: Vec::new(),
            incoming: Vec::new(),
            def,
        })
    }

    pub fn field(&self, key: &str) -> Option<&Field> {
        self.by_key.get(key).map(|n| &self.fields[*n])
    }

    pub fn field_by_id(&self, id: FieldId) -> Option<&Field> {
        self.by_id.get(&id).map(|n| &self.fields[*n])
    }

    /// A field, also a retired one: history names them.
    pub fn any_field(&self, id: FieldId) -> Option<&Field> {
        self.field_by_id(id).or_else(|| self.retired.iter().find(|field| field.id == id))
    }

    pub fn title_field(&self) -> Option<&Field> {
        self.field_by_id(self.title?)
    }

    /// The fields a company defined, without the system's.
    /// The places of the stored formulas, each after those it uses.
    pub fn formula_order(&self) -> &[usize] {
        &self.formula_order
    }

    pub fn own_fields(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.is_system)
    }

    pub fn label(&self, language: Language) -> &str {
        self.label.in_language(language)
    }
}

impl Field {
    pub fn label(&self, language: Language) -> &str {
        self.def.label.in_language(language)
    }

    pub fn order(&self) -> Order {
        self.def.kind.order()
    }

    /// Whether a value stands in a column of the object's own table.
    pub fn is_stored(&self) -> bool {
        !matches!(self.column, Column::None | Column::Links { .. })
    }

    /// Whether a request may write it at all.
    pub fn is_writable(&self) -> bool {
        if self.is_system { matches!(self.id, system::OWNER | system::DEPARTMENT) } else { self.def.kind.is_writable() }
    }
}

/// The system fields as fields.
fn system_fields() -> Vec<Field> {
    use crate::fields::{department, id, person};
    let labels: [(&str, &str); 8] = [
        ("编号", "ID"),
        ("创建时间", "Created at"),
        ("创建人", "Created by"),
        ("更新时间", "Updated at"),
        ("更新人", "Updated by"),
        ("负责人", "Owner"),
        ("所属部门", "Department"),
        ("版本", "Version"),
    ];
    SYSTEM_KEYS
        .iter()
        .enumerate()
        .map(|(n, key)| {
            let kind = match *key {
                "id" => Kind::Id(id::Settings::default()),
                "created_at" | "updated_at" => Kind::DateTime(crate::fields::datetime::Settings::default()),
                "department" => Kind::Department(department::Settings::default()),
                "version" => {
                    Kind::Number(crate::fields::number::Settings { scale: Some(0), plain: true, ..Default::default() })
                }
                _ => Kind::Person(person::Settings::default()),
            };
            let (zh, en) = labels[n];
            let label = Label::Many([("zh".to_owned(), zh.to_owned()), ("en".to_owned(), en.to_owned())].into());
            let def = FieldDef {
                key: (*key).to_owned(),
                label,
                kind,
                required: false,
                unique: false,
                default: None,
                help: None,
            };
            Field {
                id: n as FieldId + 1,
                key: (*key).to_owned(),
                column: def.kind.column(),
                def,
                physical: (*key).to_owned(),
                generation: 0,
                formula: None,
                is_system: true,
            }
        })
        .collect()
}
