//! A person's standing: roles, disabled or not, address. Rows that change together with the person's record.

use kehub_api::Refused;
use kehub_db::{Bind, TableWrite, Where};
use kehub_model::{Code, Problem, RecordId};
use kehub_records::Style;
use serde_json::{Value as Json, json};

use super::store::{self, Credential};
use super::{Identity, folded, is_weak};

impl Identity {
    /// The rows that let a new person sign in.
    pub async fn standing_of_new(
        &self,
        person: RecordId,
        email: &str,
        password: Option<String>,
        roles: &[String],
    ) -> Result<Vec<TableWrite>, Refused> {
        if password.as_deref().is_some_and(is_weak) {
            return Err(Refused::new(Code::WeakPassword, "password"));
        }
        self.address_is_free(email, person).await?;
        let password = match password {
            Some(password) => Some(self.passwords.hash(password).await?),
            None => None,
        };
        let email = email.to_owned();
        let credential =
            Credential { person, email, password, is_admin: false, is_disabled: false, locale: None, time_zone: None };
        let mut writes = vec![store::new_credential(&credential, self.now())];
        writes.extend(roles.iter().map(|role| role_row(person, role)));
        Ok(writes)
    }

    /// The rows that give a person these roles and no others.
    pub fn roles_become(&self, person: RecordId, roles: &[String]) -> Vec<TableWrite> {
        let mut writes =
            vec![TableWrite::Delete { table: "identity_role", filter: vec![Where::Is("person", person.into())] }];
        writes.extend(roles.iter().map(|role| role_row(person, role)));
        writes
    }

    /// The row that lets a person sign in by another address.
    pub async fn address_becomes(&self, person: RecordId, email: &str) -> Result<TableWrite, Refused> {
        self.address_is_free(email, person).await?;
        Ok(store::change_credential(person, vec![("email", folded(email).into())]))
    }

    async fn address_is_free(&self, email: &str, person: RecordId) -> Result<(), Refused> {
        match store::credential_of(self.db(), email).await? {
            Some(other) if other.person != person => {
                Err(Problem::new(Code::Taken, "email").with("field", "email").into())
            }
            _ => Ok(()),
        }
    }

    /// Who is about to be shut out must not be oneself, nor the last administrator.
    pub async fn may_shut_out(&self, person: RecordId, by: RecordId) -> Result<(), Refused> {
        let admins: Vec<Credential> =
            store::credentials(self.db()).await?.into_iter().filter(|one| one.is_admin && !one.is_disabled).collect();
        let is_last = admins.len() == 1 && admins[0].person == person;
        if person == by || is_last {
            return Err(Refused::new(Code::Locked, ""));
        }
        Ok(())
    }

    /// The rows that shut a person out at once, or let back in.
    pub fn shut_out(&self, person: RecordId, is_disabled: bool) -> Vec<TableWrite> {
        let mut writes = vec![store::change_credential(person, vec![("is_disabled", i64::from(is_disabled).into())])];
        if is_disabled {
            writes.push(store::end_sessions(person, None));
            writes.extend(store::void_links(person, self.now()));
        }
        writes
    }

    /// The rows that take a person's whole standing away.
    pub fn remove(&self, person: RecordId) -> Vec<TableWrite> {
        let tables = ["identity_credential", "identity_role", "identity_api_key", "identity_session"];
        let mut writes =
            tables.map(|table| TableWrite::Delete { table, filter: vec![Where::Is("person", person.into())] }).to_vec();
        writes.extend(store::void_links(person, self.now()));
        writes
    }

    /// Sees to it that a person has a credential row, so that an invitation can be sent.
    pub async fn ensure(&self, person: RecordId, email: &str) -> Result<(), Refused> {
        if super::credential(self.db(), person).await?.is_none() {
            let writes = self.standing_of_new(person, email, None, &[]).await?;
            self.db().write_rights(writes).await?;
        }
        Ok(())
    }

    /// Changes how a person likes to be spoken to.
    pub async fn prefer(&self, person: RecordId, values: Vec<(&'static str, Bind)>) -> Result<(), Refused> {
        if !values.is_empty() {
            self.db().write(vec![store::change_credential(person, values)]).await?;
            self.forget();
        }
        Ok(())
    }

    /// Follows the records of people where they were changed another way than one by one: by an import, an undo, a batch.
    pub async fn follow_records(&self) -> Result<(), Refused> {
        let console = kehub_model::Actor::console();
        let known = store::credentials(self.db()).await?;
        let mut writes = Vec::new();
        let mut cursor = Json::Null;
        loop {
            let mut body = json!({ "fields": ["email", "is_active"], "limit": 1000 });
            if !cursor.is_null() {
                body["cursor"] = cursor;
            }
            let text = self.records.query(&console, "person", &body, Style::default()).await?;
            let mut page: Json = serde_json::from_str(&text).map_err(Refused::fault)?;
            for record in page["records"].as_array().into_iter().flatten() {
                let id: Option<RecordId> = record["id"].as_str().and_then(|id| id.parse().ok());
                let Some(credential) = known.iter().find(|one| Some(one.person) == id) else { continue };
                writes.extend(self.followed(&known, credential, record));
            }
            cursor = page["next_cursor"].take();
            if cursor.is_null() {
                break;
            }
        }
        if !writes.is_empty() {
            self.db().write_rights(writes).await?;
            self.records.refresh().await?;
            self.forget();
        }
        Ok(())
    }

    /// What of a credential is other than its record says.
    fn followed(&self, all: &[Credential], credential: &Credential, record: &Json) -> Vec<TableWrite> {
        let mut writes = Vec::new();
        let email = record["email"].as_str().map(folded).filter(|email| all.iter().all(|one| one.email != *email));
        if let Some(email) = email {
            writes.push(store::change_credential(credential.person, vec![("email", email.into())]));
        }
        let is_last = credential.is_admin && all.iter().filter(|one| one.is_admin && !one.is_disabled).count() == 1;
        match record["is_active"].as_bool() {
            Some(false) if !credential.is_disabled && !is_last => writes.extend(self.shut_out(credential.person, true)),
            Some(true) if credential.is_disabled => writes.extend(self.shut_out(credential.person, false)),
            _ => {}
        }
        writes
    }

    /// Standing has changed: rights are compiled anew and nobody's session is believed unseen.
    pub async fn standing_changed(&self) -> Result<(), Refused> {
        self.db().write_rights(Vec::new()).await?;
        self.records.refresh().await?;
        self.forget();
        Ok(())
    }
}

fn role_row(person: RecordId, role: &str) -> TableWrite {
    TableWrite::Put { table: "identity_role", values: vec![("person", person.into()), ("role", role.into())], keys: 2 }
}
