//! Passwords: argon2id with 19 MiB, few at once, and the same time for those we do not know.

use std::sync::OnceLock;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use kehub_api::Refused;
use tokio::sync::Semaphore;

const SHORTEST: usize = 8;
pub(super) const LONGEST: usize = 128;

/// Passwords that are tried first everywhere. Compared in lower case.
const COMMON: &str = include_str!("common_passwords.txt");

/// Verifies and hashes; how many at once bounds the memory it takes.
pub(super) struct Passwords {
    at_once: Semaphore,
}

impl Default for Passwords {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Passwords { at_once: Semaphore::new(cores.clamp(1, 4)) }
    }
}

impl Passwords {
    /// Whether the password is right. Without a hash it takes as long, and is wrong.
    pub(super) async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Refused> {
        let _turn = self.at_once.acquire().await.map_err(|_| Refused::busy())?;
        let verified = tokio::task::spawn_blocking(move || {
            let is_known = hash.is_some();
            let hash = hash.unwrap_or_else(|| nobodys().to_owned());
            let is_right = hasher().verify_password(password.as_bytes(), hash.as_str()).is_ok();
            is_right && is_known
        });
        verified.await.map_err(Refused::fault)
    }

    pub(super) async fn hash(&self, password: String) -> Result<String, Refused> {
        let _turn = self.at_once.acquire().await.map_err(|_| Refused::busy())?;
        tokio::task::spawn_blocking(move || hash(&password)).await.map_err(Refused::fault)?
    }
}

fn hasher() -> Argon2<'static> {
    // Within bounds by construction: the default parameters of the crate are these as well.
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &str) -> Result<String, Refused> {
    let mut salt = [0u8; 16];
    kehub_db::fill_random(&mut salt);
    let hash = hasher().hash_password_with_salt(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|error| Refused::fault(anyhow::anyhow!("{error}")))
}

/// A hash of nobody's password.
fn nobodys() -> &'static str {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| hash("nobody").unwrap_or_default())
}

/// Whether a password may not be chosen.
pub fn is_weak(password: &str) -> bool {
    let length = password.chars().count();
    let lower = password.to_lowercase();
    !(SHORTEST..=LONGEST).contains(&length) || COMMON.lines().any(|common| common == lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_long_and_common_ones_are_weak() {
        assert!(is_weak("1234567") && is_weak("Password1") && is_weak(&"长".repeat(129)));
        assert!(!is_weak("正确的马电池钉子") && !is_weak("correct horse battery"));
    }

    #[tokio::test]
    async fn a_hash_is_verified_and_nobody_is_wrong() {
        let passwords = Passwords::default();
        let hash = passwords.hash("correct horse".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify("correct horse".into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("wrong horse".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify("nobody".into(), None).await.unwrap());
    }
}
