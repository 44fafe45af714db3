//! Sessions: 256 random bits, stored as their digest, ended by time, sign-out, a new password or by an administrator.

use std::net::IpAddr;

use kehub_api::{Means, Refused};
use kehub_db::{Select, TableWrite, Where, new_id};
use kehub_model::{Code, Problem, RecordId};
use uuid::Uuid;

use super::attempts::Subject;
use super::{Identity, password, secret, store, stored};

pub(super) const COOKIE: &str = "kehub_session";
/// A browser takes this name only over https, for this host alone.
pub(super) const COOKIE_HTTPS: &str = "__Host-kehub_session";

const DAY_US: i64 = 86_400_000_000;
/// A session ends after this much silence,
const IDLE_US: i64 = 7 * DAY_US;
/// and after this in any case.
const LONGEST_US: i64 = 30 * DAY_US;
/// The time last seen is written at most this often.
const SEEN_US: i64 = 300_000_000;

/// Somebody who has just signed in.
pub struct SignedIn {
    pub person: RecordId,
    pub token: String,
}

/// A session as its person sees it.
pub struct SessionRow {
    pub id: Uuid,
    pub created_at: i64,
    pub seen_at: i64,
    pub address: String,
    pub agent: String,
}

impl Identity {
    /// Signs in. Unknown, disabled and wrong look the same and take the same time.
    pub async fn sign_in(
        &self,
        email: &str,
        password: String,
        address: IpAddr,
        agent: &str,
    ) -> Result<SignedIn, Refused> {
        let account = Subject::account(&super::folded(email));
        let place = Subject::address(address);
        let _one = self.attempts.one_at_a_time(&account).await;
        self.attempts.allow(self.db(), &account).await?;
        self.attempts.allow(self.db(), &place).await?;
        let is_too_long = password.len() > password::LONGEST * 4;
        let credential = store::credential_of(self.db(), email).await?;
        let hash = credential.as_ref().and_then(|one| one.password.clone());
        let is_right = !is_too_long && self.passwords.verify(password, hash).await?;
        match credential.filter(|one| is_right && !one.is_disabled) {
            Some(credential) => self.begin(credential.person, address, agent).await,
            None => {
                self.attempts.count(self.db(), &[&account, &place]).await?;
                tracing::info!(%address, "a sign-in was refused");
                Err(Refused::new(Code::WrongPassword, ""))
            }
        }
    }

    /// Begins a session for a person who has shown who he is.
    pub async fn begin(&self, person: RecordId, address: IpAddr, agent: &str) -> Result<SignedIn, Refused> {
        let token = secret("khs_");
        let now = self.now();
        let agent: String = agent.chars().take(300).collect();
        let values = vec![
            ("id", new_id(&self.db().clock).into()),
            ("token", stored(&token).to_vec().into()),
            ("person", person.into()),
            ("created_at", now.into()),
            ("seen_at", now.into()),
            ("expires_at", (now + LONGEST_US).into()),
            ("address", address.to_string().into()),
            ("agent", agent.into()),
        ];
        let ended = Where::Less("expires_at", now.into());
        let writes = vec![
            TableWrite::Delete { table: "identity_session", filter: vec![ended] },
            TableWrite::Insert { table: "identity_session", values, key: false },
        ];
        self.db().write(writes).await?;
        Ok(SignedIn { person, token })
    }

    /// The cookie that carries a session's token; an empty token takes it away.
    pub fn cookie(&self, token: &str) -> String {
        let (name, secure) = if self.settings.is_https() { (COOKIE_HTTPS, "; Secure") } else { (COOKIE, "") };
        let age = if token.is_empty() { 0 } else { LONGEST_US / 1_000_000 };
        format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}")
    }

    /// Whose session a token's digest is, and when it ends.
    pub(super) async fn find_session(&self, token: &[u8; 32]) -> Result<Option<(RecordId, Means, i64)>, Refused> {
        let select = Select::from("identity_session", &["id", "person", "seen_at", "expires_at"]);
        let rows = self.db().table(select.that(Where::Is("token", token.to_vec().into()))).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let (Some(id), Some(person)) = (row.uuid(0), row.uuid(1)) else { return Ok(None) };
        let now = self.now();
        let ends_at = row.int(3).min(row.int(2) + IDLE_US);
        if ends_at <= now {
            return Ok(None);
        }
        if now - row.int(2) > SEEN_US {
            let filter = vec![Where::Is("id", id.into())];
            self.db()
                .write(vec![TableWrite::Update {
                    table: "identity_session",
                    values: vec![("seen_at", now.into())],
                    filter,
                }])
                .await?;
        }
        Ok(Some((person, Means::Session(id), ends_at)))
    }

    pub async fn sessions(&self, person: RecordId) -> Result<Vec<SessionRow>, Refused> {
        let select = Select::from("identity_session", &["id", "created_at", "seen_at", "address", "agent"])
            .that(Where::Is("person", person.into()))
            .that(Where::Greater("expires_at", self.now().into()))
            .ordered("seen_at desc");
        let rows = self.db().table(select).await?;
        let session = rows.iter().map(|row| SessionRow {
            id: row.uuid(0).unwrap_or_default(),
            created_at: row.int(1),
            seen_at: row.int(2),
            address: row.text(3).to_owned(),
            agent: row.text(4).to_owned(),
        });
        Ok(session.collect())
    }

    /// Ends one of a person's sessions.
    pub async fn end_session(&self, person: RecordId, session: Uuid) -> Result<(), Refused> {
        let filter = vec![Where::Is("id", session.into()), Where::Is("person", person.into())];
        let ended = self.db().write(vec![TableWrite::Delete { table: "identity_session", filter }]).await?;
        self.forget();
        if ended.first() == Some(&0) { Err(Refused::not_found()) } else { Ok(()) }
    }

    /// Sets a person's password. All other sessions end, and links that were sent are void.
    pub async fn set_password(
        &self,
        person: RecordId,
        password: String,
        keep: Option<Uuid>,
        at: &str,
    ) -> Result<(), Refused> {
        if password::is_weak(&password) {
            return Err(Refused::new(Code::WeakPassword, at));
        }
        let hash = self.passwords.hash(password).await?;
        let [links, mails] = store::void_links(person, self.now());
        let writes = vec![
            store::change_credential(person, vec![("password", hash.into())]),
            store::end_sessions(person, keep),
            links,
            mails,
        ];
        self.db().write_rights(writes).await?;
        self.forget();
        Ok(())
    }

    /// Changes one's own password, knowing the old one. Wrong tries count as at sign-in.
    pub async fn change_password(
        &self,
        person: RecordId,
        old: String,
        new: String,
        keep: Option<Uuid>,
    ) -> Result<(), Refused> {
        let credential = super::credential(self.db(), person).await?.ok_or_else(Refused::not_found)?;
        let account = Subject::account(&credential.email);
        let _one = self.attempts.one_at_a_time(&account).await;
        self.attempts.allow(self.db(), &account).await?;
        if old.len() > password::LONGEST * 4 || !self.passwords.verify(old, credential.password).await? {
            self.attempts.count(self.db(), &[&account]).await?;
            // 422, not 401: the session itself is good.
            return Err(Problem::new(Code::CheckFailed, "old")
                .with("message", "原密码不对 / The old password is wrong")
                .into());
        }
        self.set_password(person, new, keep, "new").await
    }

    pub(super) fn now(&self) -> i64 {
        self.db().clock.now().timestamp_micros()
    }
}
