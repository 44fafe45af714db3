//! Who asks, and what they may: roles compiled against the catalog.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::catalog::{Catalog, FieldId, Object, ObjectId, system};
use crate::fields::{Kind, Reading};
use crate::label::Language;
use crate::org::Org;
use crate::problem::Problems;
use crate::query::{Cond, Is, Operand, Resolver};
use crate::rights::{Access, FieldRight, GrantDef, Right, RoleDef, Rows};
use crate::value::{RecordId, Value};

/// The built-in actor of the server's own console.
pub const CONSOLE: RecordId = RecordId::from_u128(0xC0);
/// Nobody: rules and followers that act for themselves.
pub const SYSTEM: RecordId = RecordId::from_u128(0x5E);

/// Who asks. Made anew when rights or the catalog change.
#[derive(Clone, Debug)]
pub struct Actor {
    pub id: RecordId,
    pub name: String,
    /// The built-in administrator and the console: everything, also on objects made later.
    pub is_unbound: bool,
    pub rights: HashSet<Right>,
    pub reading: Reading,
    pub org: Arc<Org>,
    /// The catalog and rights numbers it was compiled under. None: made by hand for one purpose, and good for that.
    pub made_under: Option<(i64, i64)>,
    /// He takes records of this object away: he sees of it what he may export.
    pub exports: Option<ObjectId>,
    grants: HashMap<ObjectId, Vec<Grant>>,
    /// Computed fields whose inputs the actor may not read: a formula inherits the strictest of them.
    hidden: HashSet<(ObjectId, FieldId)>,
}

/// One role's grant on one object, its rows as a condition.
#[derive(Clone, Debug)]
pub struct Grant {
    def: GrantDef,
    rows: Arc<Cond>,
    fields: HashMap<FieldId, FieldRight>,
}

/// How much of a field an actor sees.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    No,
    Masked,
    Always,
    /// Only on rows for which this holds.
    When(Arc<Cond>),
}

impl Actor {
    /// An actor who may do everything.
    pub fn unbound(id: RecordId, name: &str, org: Arc<Org>) -> Actor {
        Actor {
            id,
            name: name.to_owned(),
            is_unbound: true,
            rights: Right::ALL.into_iter().collect(),
            reading: Reading::default(),
            org,
            made_under: None,
            exports: None,
            grants: HashMap::new(),
            hidden: HashSet::new(),
        }
    }

    /// The same actor with another zone and language.
    pub fn reading_as(mut self, reading: Reading) -> Actor {
        self.reading = reading;
        self
    }

    pub fn console() -> Actor {
        Actor::unbound(CONSOLE, "console", Arc::default())
    }

    /// Compiles roles for a person. What a role says of objects or fields that are gone is void; a row filter that no longer
    /// resolves reaches no rows.
    pub fn with_roles(
        id: RecordId,
        name: &str,
        org: Arc<Org>,
        roles: &[RoleDef],
        catalog: &Catalog,
        reading: Reading,
    ) -> Actor {
        let mut actor = Actor { is_unbound: false, rights: HashSet::new(), reading, ..Actor::unbound(id, name, org) };
        for role in roles {
            actor.rights.extend(&role.rights);
            for (key, def) in &role.objects {
                let Some(object) = catalog.object(key) else { continue };
                let grant = Grant {
                    rows: Arc::new(actor.rows(&def.rows, object, catalog)),
                    fields: def
                        .fields
                        .iter()
                        .filter_map(|(key, right)| Some((object.field(key)?.id, *right)))
                        .collect(),
                    def: def.clone(),
                };
                actor.grants.entry(object.id).or_default().push(grant);
            }
        }
        actor.hide_computed(catalog);
        actor
    }

    /// Hides computed fields with an input that may not be read, and those computed from them, until nothing more follows.
    fn hide_computed(&mut self, catalog: &Catalog) {
        loop {
            let mut more = Vec::new();
            for object in catalog.active() {
                for field in object.own_fields().filter(|field| !self.hidden.contains(&(object.id, field.id))) {
                    let readable = match &field.def.kind {
                        Kind::Formula(_) => {
                            let formula = field.formula.as_ref();
                            formula.is_none_or(|formula| {
                                formula.references().iter().all(|path| self.reads(object, path, catalog))
                            })
                        }
                        Kind::Lookup(lookup) => {
                            self.reads(object, &[lookup.link.clone(), lookup.field.clone()], catalog)
                        }
                        Kind::Rollup(rollup) => {
                            let child = rollup.from.split_once('.').and_then(|(child, _)| catalog.object(child));
                            child.is_some_and(|child| {
                                let counted = rollup
                                    .field
                                    .as_ref()
                                    .is_none_or(|field| self.reads(child, std::slice::from_ref(field), catalog));
                                child.parent.is_some() || (self.may(child, Access::Read) && counted)
                            })
                        }
                        _ => true,
                    };
                    if !readable {
                        more.push((object.id, field.id));
                    }
                }
            }
            if more.is_empty() {
                return;
            }
            self.hidden.extend(more);
        }
    }

    /// Whether every field along a path of keys may be read on all rows the actor sees.
    fn reads(&self, object: &Object, path: &[String], catalog: &Catalog) -> bool {
        let Some((key, rest)) = path.split_first() else { return true };
        let Some(field) = object.field(key) else { return false };
        if self.sight(object, field.id) != Sight::Always {
            return false;
        }
        if rest.is_empty() {
            return true;
        }
        if let Some(child) = catalog.rows_of(object.id, field.id) {
            // The right to a subform is the right to its rows.
            return rest.iter().all(|key| child.field(key).is_some());
        }
        catalog.target(field).is_some_and(|target| self.may(target, Access::Read) && self.reads(target, rest, catalog))
    }

    fn rows(&self, rows: &Rows, object: &Arc<Object>, catalog: &Catalog) -> Cond {
        let among = |field: FieldId, ids: Vec<RecordId>| Cond::Test {
            on: Operand { steps: Vec::new(), object: object.id, field, shown: None },
            is: Is::In(ids.into_iter().map(Value::Id).collect()),
        };
        // In the objects of people and departments the row itself is meant.
        let by_person = if object.key == "person" { system::ID } else { system::OWNER };
        let departments: Vec<RecordId> = self.org.department_of(self.id).into_iter().collect();
        let by_department = match object.key.as_str() {
            "department" => system::ID,
            _ => system::DEPARTMENT,
        };
        match rows {
            Rows::All => Cond::Const(true),
            Rows::Own => among(by_person, vec![self.id]),
            Rows::Reports => {
                let mut ids = self.org.reports(self.id);
                ids.push(self.id);
                among(by_person, ids)
            }
            Rows::Department if departments.is_empty() => among(by_person, vec![self.id]),
            Rows::DepartmentBelow if departments.is_empty() => among(by_person, vec![self.id]),
            Rows::Department => among(by_department, departments),
            Rows::DepartmentBelow => among(by_department, self.org.below(&departments)),
            Rows::Filter { filter } => {
                let everything = Actor { is_unbound: true, grants: HashMap::new(), ..self.clone() };
                let mut problems = Problems::new();
                let cond =
                    Resolver::new(catalog, &everything, None).filter_json(object, filter, "filter", &mut problems);
                if problems.is_empty() { cond } else { Cond::Const(false) }
            }
        }
    }

    pub fn language(&self) -> Language {
        self.reading.language
    }

    pub fn has(&self, right: Right) -> bool {
        self.is_unbound || self.rights.contains(&right)
    }

    /// Whether any grant allows the action on some rows.
    pub fn may(&self, object: &Object, action: Access) -> bool {
        self.is_unbound || self.grants_for(object, action).next().is_some()
    }

    /// The same actor taking records of an object away: he reads of it what some grant lets him read and some grant lets him
    /// export, row by row and field by field.
    pub fn exporting(&self, object: ObjectId, catalog: &Catalog) -> Actor {
        let mut actor = Actor { exports: Some(object), ..self.clone() };
        if self.is_unbound {
            return actor;
        }
        let grants = self.grants.get(&object).map(Vec::as_slice).unwrap_or_default();
        let of = |action| grants.iter().filter(move |grant: &&Grant| grant.def.allows(action));
        // Rows of both, fields of both: pair by pair, so that what one pair shows is never crossed with another's rows.
        let pairs = of(Access::Read).flat_map(|read| of(Access::Export).map(move |export| read.and(export)));
        let pairs = pairs.collect();
        actor.grants.insert(object, pairs);
        actor.hidden.clear();
        actor.hide_computed(catalog);
        actor
    }

    /// The rows on which the action is allowed.
    pub fn rule(&self, object: &Object, action: Access) -> Cond {
        if self.is_unbound {
            return Cond::Const(true);
        }
        Cond::any(self.grants_for(object, action).map(|grant| (*grant.rows).clone()).collect())
    }

    fn grants_for(&self, object: &Object, action: Access) -> impl Iterator<Item = &Grant> {
        self.grants.get(&object.id).into_iter().flatten().filter(move |grant| grant.def.allows(action))
    }

    /// How much of a field may be seen.
    pub fn sight(&self, object: &Object, field: FieldId) -> Sight {
        if self.is_unbound {
            return Sight::Always;
        }
        if self.hidden.contains(&(object.id, field)) {
            return Sight::No;
        }
        let rights: Vec<(&Grant, FieldRight)> =
            self.grants_for(object, Access::Read).map(|grant| (grant, grant.right(field))).collect();
        let shows = |right: FieldRight| right >= FieldRight::Read;
        if rights.is_empty() {
            Sight::No
        } else if rights.iter().all(|(_, right)| shows(*right)) {
            Sight::Always
        } else if rights.iter().any(|(_, right)| shows(*right)) {
            let rows = rights.iter().filter(|(_, right)| shows(*right)).map(|(grant, _)| (*grant.rows).clone());
            match Cond::any(rows.collect()) {
                Cond::Const(true) => Sight::Always,
                rows => Sight::When(Arc::new(rows)),
            }
        } else if rights.iter().any(|(_, right)| *right == FieldRight::Masked) {
            Sight::Masked
        } else {
            Sight::No
        }
    }

    /// The grants that let one write, each as (rows, fields it may not write): a change is allowed when some grant holds for
    /// the row and lets every written field be written.
    pub fn writing(&self, object: &Object, action: Access) -> Vec<(Arc<Cond>, Vec<FieldId>)> {
        if self.is_unbound {
            return vec![(Arc::new(Cond::Const(true)), Vec::new())];
        }
        self.grants_for(object, action)
            .map(|grant| {
                let refused =
                    object.fields.iter().map(|field| field.id).filter(|id| grant.right(*id) < FieldRight::Write);
                (grant.rows.clone(), refused.collect())
            })
            .collect()
    }

    /// Whether some grant lets the field be written at all.
    pub fn may_write(&self, object: &Object, field: FieldId) -> bool {
        self.is_unbound
            || [Access::Create, Access::Update]
                .into_iter()
                .any(|action| self.grants_for(object, action).any(|grant| grant.right(field) == FieldRight::Write))
    }
}

impl Grant {
    /// What both let one read.
    fn and(&self, other: &Grant) -> Grant {
        let named = self.fields.keys().chain(other.fields.keys());
        let fields = named.map(|field| (*field, self.right(*field).min(other.right(*field)))).collect();
        let rows = Arc::new((*self.rows).clone().and((*other.rows).clone()));
        Grant { def: GrantDef { read: true, ..GrantDef::default() }, rows, fields }
    }

    fn right(&self, field: FieldId) -> FieldRight {
        self.fields.get(&field).copied().unwrap_or_default()
    }
}
