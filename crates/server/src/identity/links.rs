//! Invitations and resets: links with a secret, used once, void when a newer one is made.

use std::net::IpAddr;

use kehub_api::Refused;
use kehub_db::{Select, TableWrite, Where};
use kehub_model::{Code, RecordId};

use super::{Identity, SignedIn, is_weak, secret, stored};

const HOUR_US: i64 = 3_600_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    Invitation,
    Reset,
}

impl LinkKind {
    fn text(self) -> &'static str {
        match self {
            LinkKind::Invitation => "invitation",
            LinkKind::Reset => "reset",
        }
    }

    fn lasts_us(self) -> i64 {
        match self {
            LinkKind::Invitation => 7 * 24 * HOUR_US,
            LinkKind::Reset => HOUR_US,
        }
    }
}

/// A link that is there once its rows are written.
pub struct NewLink {
    pub url: String,
    pub hours: i64,
    pub expires_at: i64,
    pub writes: Vec<TableWrite>,
}

impl Identity {
    /// A link by which a person sets a password, made at once.
    pub async fn make_link(&self, person: RecordId, kind: LinkKind) -> Result<String, Refused> {
        let link = self.new_link(person, kind);
        self.db().write(link.writes).await?;
        Ok(link.url)
    }

    /// The rows of such a link. Older links of the person are void, mails that were to bring them are not sent.
    pub fn new_link(&self, person: RecordId, kind: LinkKind) -> NewLink {
        let token = secret("khi_");
        let expires_at = self.now() + kind.lasts_us();
        let values = vec![
            ("token", stored(&token).to_vec().into()),
            ("kind", kind.text().into()),
            ("person", person.into()),
            ("expires_at", expires_at.into()),
        ];
        let mut writes = super::store::void_links(person, self.now()).to_vec();
        writes.push(TableWrite::Insert { table: "identity_token", values, key: false });
        let url = format!("{}/invite/{token}", self.settings.public_url());
        NewLink { url, hours: kind.lasts_us() / HOUR_US, expires_at, writes }
    }

    /// Whose link it is. Unknown, used and out of time look the same.
    pub async fn link(&self, token: &str) -> Result<RecordId, Refused> {
        let select = Select::from("identity_token", &["person", "expires_at"]);
        let rows = self.db().table(select.that(Where::Is("token", stored(token).to_vec().into()))).await?;
        let row = rows.first().filter(|row| row.int(1) > self.now()).ok_or_else(Refused::not_found)?;
        let person = row.uuid(0).ok_or_else(Refused::not_found)?;
        let credential = super::credential(self.db(), person).await?;
        if credential.is_none_or(|one| one.is_disabled) { Err(Refused::not_found()) } else { Ok(person) }
    }

    /// Uses a link: sets the password and signs in. Of several at once one wins.
    pub async fn use_link(
        &self,
        token: &str,
        password: String,
        address: IpAddr,
        agent: &str,
    ) -> Result<SignedIn, Refused> {
        let person = self.link(token).await?;
        if is_weak(&password) {
            return Err(Refused::new(Code::WeakPassword, "password"));
        }
        let filter = vec![Where::Is("token", stored(token).to_vec().into())];
        let taken = self.db().write(vec![TableWrite::Delete { table: "identity_token", filter }]).await?;
        if taken.first() != Some(&1) {
            return Err(Refused::not_found());
        }
        self.set_password(person, password, None, "password").await?;
        self.begin(person, address, agent).await
    }
}
