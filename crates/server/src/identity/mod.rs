//! Who signs in: passwords, sessions, keys of programs, invitations. People themselves are records; what is secret about them
//! is here.
//!
//! **Architecture invariant:** no secret is stored as it is. Passwords are argon2id, everything else the SHA-256 of 256 random
//! bits.

mod attempts;
mod gate;
mod keys;
mod links;
mod password;
mod sessions;
mod setup;
mod standing;
mod store;
mod workspace;

use std::sync::Arc;

use kehub_db::{Db, fill_random};
use kehub_model::RecordId;
use kehub_records::Records;
use sha2::{Digest as _, Sha256};

pub use keys::{Key, NewKey, SCOPES};
pub use links::{LinkKind, NewLink};
pub use password::is_weak;
pub use sessions::{SessionRow, SignedIn};
pub use setup::NewAdmin;
pub use store::{Credential, credential, credentials, roles};
pub use workspace::{Workspace, WorkspaceChange};

use crate::settings::Settings;

pub struct Identity {
    records: Records,
    settings: Arc<Settings>,
    cache: gate::Cache,
    passwords: password::Passwords,
    attempts: attempts::Attempts,
    setup: setup::Setup,
    workspace: workspace::Current,
}

impl Identity {
    pub async fn open(records: Records, settings: Arc<Settings>) -> anyhow::Result<Identity> {
        let workspace = workspace::Current::read(&records).await?;
        Ok(Identity {
            records,
            settings,
            cache: gate::Cache::default(),
            passwords: password::Passwords::default(),
            attempts: attempts::Attempts::default(),
            setup: setup::Setup::default(),
            workspace,
        })
    }

    fn db(&self) -> &Db {
        self.records.db()
    }

    /// Everybody is looked up anew: somebody's rights, password or standing have changed.
    pub fn forget(&self) {
        self.cache.clear();
    }
}

/// A new secret of 256 bits, as text with a prefix that tells what it is.
fn secret(prefix: &str) -> String {
    use base64::Engine as _;
    let mut bytes = [0u8; 32];
    fill_random(&mut bytes);
    format!("{prefix}{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

/// As what a secret is stored.
fn stored(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// An address as it is compared.
pub fn folded(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Whose standing changed must be known by id.
pub type Person = RecordId;
