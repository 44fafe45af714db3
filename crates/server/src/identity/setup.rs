//! The first administrator: by a code that only the server's console shows, or made on the console itself.

use kehub_api::Refused;
use kehub_db::{Bind, Select, TableWrite, Where, fill_random, new_id};
use kehub_model::history::Cause;
use kehub_model::{Actor, Code, Problem, RecordId};
use kehub_records::{Action, Because, Change};
use parking_lot::Mutex;
use serde_json::json;
use std::sync::Arc;

use super::attempts::Subject;
use super::store::{self, Credential};
use super::{Identity, WorkspaceChange, folded, stored};

#[derive(Default)]
pub(super) struct Setup {
    code: Mutex<Option<String>>,
    /// Two who have the code at once: one makes the administrator.
    one: tokio::sync::Mutex<()>,
}

/// A person who is to be made.
pub struct NewAdmin {
    pub name: String,
    pub email: String,
    pub password: Option<String>,
}

impl Identity {
    /// Whether there is no administrator yet.
    pub async fn needs_setup(&self) -> Result<bool, Refused> {
        let select = Select::from("identity_credential", &["person"])
            .that(Where::Is("is_admin", 1.into()))
            .that(Where::Is("is_disabled", 0.into()))
            .limit(1);
        Ok(self.db().table(select).await?.is_empty())
    }

    /// The code for the console, made at the first asking and kept in memory only.
    pub fn setup_code(&self) -> String {
        // No letters that look like others.
        const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
        let mut code = self.setup.code.lock();
        code.get_or_insert_with(|| {
            let mut random = [0u8; 12];
            fill_random(&mut random);
            let letters: Vec<String> = random
                .chunks(4)
                .map(|chunk| chunk.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
                .collect();
            letters.join("-")
        })
        .clone()
    }

    /// Makes the first administrator, who has the console's code.
    pub async fn set_up(&self, code: &str, new: NewAdmin, company: &str) -> Result<RecordId, Refused> {
        let _one = self.setup.one.lock().await;
        if !self.needs_setup().await? {
            return Err(Problem::new(Code::WrongState, "").with("state", "set up").into());
        }
        let subject = Subject::setup();
        self.attempts.allow(self.db(), &subject).await?;
        let said = code.trim().to_uppercase().replace([' ', '-'], "");
        let right = self.setup_code().replace('-', "");
        if stored(&said) != stored(&right) {
            self.attempts.count(self.db(), &[&subject]).await?;
            return Err(Refused::new(Code::BadCode, "code"));
        }
        let person = self.make_admin(new).await?;
        if !company.trim().is_empty() {
            let name: String = company.trim().chars().take(100).collect();
            let change = WorkspaceChange { name: Some(name), ..WorkspaceChange::default() };
            self.change_workspace(person, change).await?;
        }
        *self.setup.code.lock() = None;
        Ok(person)
    }

    /// Makes an administrator, or one of a person who is there already.
    pub async fn make_admin(&self, new: NewAdmin) -> Result<RecordId, Refused> {
        let mut problems = Vec::new();
        if new.password.as_deref().is_some_and(super::is_weak) {
            problems.push(Problem::new(Code::WeakPassword, "password"));
        }
        if new.name.trim().is_empty() {
            problems.push(Problem::new(Code::Required, "name").with("field", "name"));
        }
        let email = folded(&new.email);
        let is_address =
            email.len() <= 254 && email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.len() > 2);
        if !is_address {
            problems.push(Problem::new(Code::BadEmail, "email").with("value", &new.email));
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let password = match new.password {
            Some(password) => Some(self.passwords.hash(password).await?),
            None => None,
        };
        if let Some(stands) = store::credential_of(self.db(), &email).await? {
            let mut values: Vec<(&'static str, Bind)> = vec![("is_admin", 1.into()), ("is_disabled", 0.into())];
            values.extend(password.map(|hash| ("password", hash.into())));
            self.db().write_rights(vec![store::change_credential(stands.person, values)]).await?;
            self.records.refresh().await?;
            self.forget();
            return Ok(stands.person);
        }
        let person = new_id(&self.db().clock);
        let values = json!({ "name": new.name.trim(), "email": email, "is_active": true });
        let credential =
            Credential { person, email, password, is_admin: true, is_disabled: false, locale: None, time_zone: None };
        self.make_person(
            &Arc::new(Actor::console()),
            person,
            values,
            vec![store::new_credential(&credential, self.now())],
        )
        .await?;
        Ok(person)
    }

    /// Makes a person's record, and with it what lets the person sign in.
    async fn make_person(
        &self,
        actor: &Arc<Actor>,
        person: RecordId,
        values: serde_json::Value,
        with: Vec<TableWrite>,
    ) -> Result<(), Refused> {
        let catalog = self.records.catalog();
        let object = catalog.object("person").ok_or_else(Refused::not_found)?;
        let values = values.as_object().cloned().unwrap_or_default();
        let change = Change { object: object.id, kind: Action::Create { id: Some(person), values }, at: String::new() };
        let because = Because { cause: Some(Cause::Person), with, ..Because::default() };
        self.records.write(actor, vec![change], because).await?;
        // What rights are made of has changed beside the record.
        self.db().write_rights(Vec::new()).await?;
        self.records.refresh().await?;
        Ok(())
    }
}
