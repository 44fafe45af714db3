//! The master key, and what is sealed with it: AES-256-GCM, each text bound to the row it stands in.

use std::io::Write as _;
use std::path::Path;

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _};
use anyhow::Context as _;
use base64::Engine as _;
use kehub_db::fill_random;

const NONCE: usize = 12;
/// The form of what is sealed.
const FORM: u8 = 1;

#[derive(Clone)]
pub struct Seal(Aes256Gcm);

impl std::fmt::Debug for Seal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seal")
    }
}

impl Seal {
    /// The key in a file: 32 bytes, as they are, in hexadecimal or in base64.
    pub fn read(path: &Path) -> anyhow::Result<Seal> {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let key = key_in(&bytes);
        let key = key.with_context(|| format!("{} holds no key: 32 bytes in hexadecimal or base64", path.display()))?;
        Ok(Seal(Aes256Gcm::new(&key.into())))
    }

    /// The key in a file, which is made when it is not there: for its owner alone.
    pub fn read_or_make(path: &Path) -> anyhow::Result<Seal> {
        if !path.exists() {
            let mut key = [0u8; 32];
            fill_random(&mut key);
            let fresh = path.with_extension(format!("new{}", std::process::id()));
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&fresh).with_context(|| format!("cannot write {}", fresh.display()))?;
            writeln!(file, "{}", hex::encode(key))?;
            file.sync_all()?;
            std::fs::rename(&fresh, path)?;
        }
        Seal::read(path)
    }

    /// `place` is where the text stands; elsewhere it does not open.
    pub fn seal(&self, place: &[u8], text: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut nonce = [0u8; NONCE];
        fill_random(&mut nonce);
        let sealed = self.0.encrypt(&nonce.into(), Payload { msg: text, aad: place });
        let sealed = sealed.map_err(|_| anyhow::anyhow!("the text could not be sealed"))?;
        Ok([&[FORM][..], &nonce, &sealed].concat())
    }

    /// Nothing when it was sealed with another key, for another place, or was touched.
    pub fn open(&self, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, text) = sealed.strip_prefix(&[FORM])?.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        self.0.decrypt(&nonce.into(), Payload { msg: text, aad: place }).ok()
    }
}

fn key_in(bytes: &[u8]) -> Option<[u8; 32]> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let text = text.trim();
        let read = match text.len() {
            64 => hex::decode(text).ok(),
            43 => base64::engine::general_purpose::STANDARD_NO_PAD.decode(text).ok(),
            44 => base64::engine::general_purpose::STANDARD.decode(text).ok(),
            _ => None,
        };
        if let Some(key) = read.and_then(|key| key.try_into().ok()) {
            return Some(key);
        }
    }
    bytes.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_in_its_place_with_its_key_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let one = Seal::read_or_make(&folder.path().join("one.key")).unwrap();
        let other = Seal::read_or_make(&folder.path().join("other.key")).unwrap();
        let mut sealed = one.seal(b"row 1", b"secret").unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        let again = Seal::read_or_make(&folder.path().join("one.key")).unwrap();
        assert_eq!(again.open(b"row 1", &sealed).unwrap(), b"secret");
        assert_eq!((one.open(b"row 2", &sealed), other.open(b"row 1", &sealed)), (None, None));
        *sealed.last_mut().unwrap() ^= 1;
        assert_eq!((one.open(b"row 1", &sealed), one.open(b"row 1", b"")), (None, None));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(folder.path().join("one.key")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_key_is_32_bytes_however_they_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let hex = hex::encode([7; 32]);
        let base64 = base64::engine::general_purpose::STANDARD.encode([7; 32]);
        let sealed = [hex.as_bytes(), format!("{hex}\n").as_bytes(), base64.as_bytes(), &[7; 32]].map(|content| {
            let path = folder.path().join("key");
            std::fs::write(&path, content).unwrap();
            Seal::read(&path).unwrap().seal(b"", b"x").unwrap()
        });
        let seal = Seal::read(&folder.path().join("key")).unwrap();
        assert!(sealed.iter().all(|sealed| seal.open(b"", sealed).is_some()));
        for wrong in ["", "short", &hex[1..]] {
            std::fs::write(folder.path().join("key"), wrong).unwrap();
            assert!(Seal::read(&folder.path().join("key")).is_err(), "{wrong}");
        }
    }
}
