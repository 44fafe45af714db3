//! What every request stands on: the catalog, the organisation and the roles, as they are now. Replaced whole when one moves.

use std::collections::HashMap;
use std::sync::Arc;

use kehub_db::{Answer, Ask, Db, Select};
use kehub_model::catalog::system;
use kehub_model::fields::Reading;
use kehub_model::org::{Org, Person};
use kehub_model::query::{Cond, ListPlan, Operand, Page, Pick};
use kehub_model::rights::{Access, RoleDef};
use kehub_model::{Actor, Catalog, Code, FieldId, Object, ObjectId, Problem, RecordId, Value};
use parking_lot::Mutex;

use crate::derive::Derivations;
use crate::read::Getting;
use crate::refusal::Refusal;

pub(crate) struct State {
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) rights: i64,
    pub(crate) org: Arc<Org>,
    /// What people and departments are called.
    pub(crate) names: HashMap<RecordId, String>,
    pub(crate) derivations: Arc<Derivations>,
    /// Who may sign in: roles, and whether they may do everything.
    people: HashMap<RecordId, Standing>,
    roles: HashMap<String, RoleDef>,
    actors: Mutex<HashMap<RecordId, Arc<Actor>>>,
    /// By actor and object: how one record is got.
    pub(crate) gettings: Mutex<HashMap<(RecordId, ObjectId), Arc<Getting>>>,
}

#[derive(Clone, Default)]
struct Standing {
    is_admin: bool,
    is_disabled: bool,
    roles: Vec<String>,
}

impl State {
    pub(crate) async fn load(db: &Db) -> Result<State, Refusal> {
        // The rights number is read first: what changes meanwhile makes the state old at once, never wrong for long.
        let (_, rights) = db.numbers().await?;
        let catalog = Arc::new(db.catalog().await?);
        let mut names = HashMap::new();
        let mut org = Org::default();
        if let Some(object) = catalog.object("department") {
            for row in all(db, &catalog, object, &["name", "parent"]).await? {
                if let Some(id) = row[0].as_id() {
                    names.insert(id, row[1].as_text().unwrap_or_default().to_owned());
                    org.departments.insert(id, row[2].as_id());
                }
            }
        }
        if let Some(object) = catalog.object("person") {
            for row in all(db, &catalog, object, &["name", "department", "manager"]).await? {
                if let Some(id) = row[0].as_id() {
                    names.insert(id, row[1].as_text().unwrap_or_default().to_owned());
                    org.people.insert(id, Person { department: row[2].as_id(), manager: row[3].as_id() });
                }
            }
        }
        let mut people: HashMap<RecordId, Standing> = HashMap::new();
        for row in db.table(Select::from("identity_credential", &["person", "is_admin", "is_disabled"])).await? {
            if let Some(id) = row.uuid(0) {
                people.insert(
                    id,
                    Standing { is_admin: row.int(1) != 0, is_disabled: row.int(2) != 0, roles: Vec::new() },
                );
            }
        }
        for row in db.table(Select::from("identity_role", &["person", "role"])).await? {
            if let Some(id) = row.uuid(0) {
                people.entry(id).or_default().roles.push(row.text(1).to_owned());
            }
        }
        let select = Select::from("definition", &["key", "body"])
            .that(kehub_db::Where::Is("kind", "role".into()))
            .that(kehub_db::Where::Is("state", 0.into()));
        let mut roles = HashMap::new();
        for row in db.table(select).await? {
            match serde_json::from_str::<RoleDef>(row.text(1)) {
                Ok(role) => drop(roles.insert(row.text(0).to_owned(), role)),
                // A role that cannot be read grants nothing.
                Err(error) => tracing::error!(role = row.text(0), %error, "a role cannot be read"),
            }
        }
        let derivations = Arc::new(Derivations::compile(&catalog));
        Ok(State {
            catalog,
            rights,
            org: Arc::new(org),
            names,
            derivations,
            people,
            roles,
            actors: Mutex::default(),
            gettings: Mutex::default(),
        })
    }

    /// An object the actor may know of; forbidden and unknown look the same.
    pub(crate) fn object_for(&self, actor: &Actor, key: &str) -> Result<Arc<Object>, Refusal> {
        let object = self.catalog.object(key).ok_or_else(Refusal::not_found)?;
        let known = [Access::Read, Access::Create, Access::Update, Access::Delete]
            .into_iter()
            .any(|action| actor.may(object, action));
        if known { Ok(object.clone()) } else { Err(Refusal::not_found()) }
    }

    /// An actor who was compiled under other numbers, compiled under these. One who may not sign in any more is nobody; one
    /// made by hand stays as he is.
    pub(crate) fn renewed(&self, actor: &Actor) -> Result<Option<Arc<Actor>>, Refusal> {
        match actor.made_under {
            Some(numbers) if numbers != (self.catalog.number.into(), self.rights) => {
                let anew = self.actor(actor.id, &actor.reading);
                let anew = anew.ok_or_else(|| Problem::new(Code::Unauthenticated, ""))?;
                Ok(Some(match actor.exports {
                    Some(object) => Arc::new(anew.exporting(object, &self.catalog)),
                    None => anew,
                }))
            }
            _ => Ok(None),
        }
    }

    /// The same with retired fields in their places.
    pub(crate) fn with_kept(self: &Arc<State>, kept: &[(ObjectId, FieldId)]) -> Arc<State> {
        if kept.is_empty() {
            return self.clone();
        }
        Arc::new(State {
            catalog: Arc::new(self.catalog.with_kept(kept)),
            rights: self.rights,
            org: self.org.clone(),
            names: self.names.clone(),
            derivations: self.derivations.clone(),
            people: self.people.clone(),
            roles: self.roles.clone(),
            actors: Mutex::default(),
            gettings: Mutex::default(),
        })
    }

    /// What a person, a department or one of the built-in actors is called.
    pub(crate) fn name_of(&self, id: RecordId) -> Option<&str> {
        match id {
            kehub_model::actor::CONSOLE => Some("console"),
            kehub_model::actor::SYSTEM => Some("system"),
            _ => self.names.get(&id).map(String::as_str),
        }
    }

    /// Whether this is the very actor that was made here for a person.
    pub(crate) fn made(&self, actor: &Actor) -> bool {
        self.actors.lock().get(&actor.id).is_some_and(|own| std::ptr::eq(&**own, actor))
    }

    /// The actor of a person; `None` for those who may not sign in.
    pub(crate) fn actor(&self, id: RecordId, reading: &Reading) -> Option<Arc<Actor>> {
        if let Some(actor) = self.actors.lock().get(&id)
            && actor.reading.zone == reading.zone
            && actor.reading.language == reading.language
        {
            return Some(actor.clone());
        }
        let standing = self.people.get(&id).filter(|standing| !standing.is_disabled)?;
        let name = self.names.get(&id).map(String::as_str).unwrap_or_default();
        let mut actor = if standing.is_admin {
            Actor::unbound(id, name, self.org.clone()).reading_as(reading.clone())
        } else {
            let roles: Vec<RoleDef> = standing.roles.iter().filter_map(|key| self.roles.get(key).cloned()).collect();
            Actor::with_roles(id, name, self.org.clone(), &roles, &self.catalog, reading.clone())
        };
        actor.made_under = Some((self.catalog.number.into(), self.rights));
        let actor = Arc::new(actor);
        self.actors.lock().insert(id, actor.clone());
        Some(actor)
    }
}

/// All rows of one of the organisation's objects.
async fn all(
    db: &Db,
    catalog: &Arc<Catalog>,
    object: &Arc<Object>,
    fields: &[&str],
) -> Result<Vec<Vec<Value>>, Refusal> {
    let mut picks = vec![own_pick(object, "id")];
    picks.extend(fields.iter().map(|key| own_pick(object, key)));
    let picks: Vec<Pick> = picks.into_iter().flatten().collect();
    if picks.len() != fields.len() + 1 {
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    let mut page = Page::First;
    loop {
        let plan = ListPlan {
            object: object.id,
            filter: Cond::Const(true),
            picks: picks.clone(),
            sort: Vec::new(),
            limit: 5_000,
            page,
            as_of: None,
        };
        let Answer::List(listed) = db.ask(catalog.clone(), Ask::List(plan)).await? else { break };
        rows.extend(listed.rows);
        match listed.next {
            Some(next) => page = Page::After(next),
            None => break,
        }
    }
    Ok(rows)
}

/// A field of an object's own, without asking anybody's rights.
pub(crate) fn own_pick(object: &Object, key: &str) -> Option<Pick> {
    let field = object.field(key)?;
    let operand = Operand { steps: Vec::new(), object: object.id, field: field.id, shown: None };
    Some(Pick { name: key.to_owned(), operand, is_masked: false })
}

/// The id of a record as a pick.
pub(crate) fn id_pick(object: &Object) -> Pick {
    let operand = Operand { steps: Vec::new(), object: object.id, field: system::ID, shown: None };
    Pick { name: "id".to_owned(), operand, is_masked: false }
}
