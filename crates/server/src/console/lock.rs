//! The lock of a data folder: held by the server, or by a command while it works on the data itself.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;

/// Held as long as it lives; the system lets go of it even when the process is killed.
pub struct Lock {
    _file: File,
}

impl Lock {
    /// `None`: somebody else holds it.
    pub fn try_take(data: &Path) -> anyhow::Result<Option<Lock>> {
        let path = data.join("kehub.lock");
        let file = File::options().create(true).write(true).truncate(false).open(&path);
        let file = file.with_context(|| format!("cannot open {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("cannot lock {}", path.display())),
        }
    }

    /// Waits a little for a command that is about to end.
    pub async fn take(data: &Path, patience: Duration) -> anyhow::Result<Option<Lock>> {
        let until = tokio::time::Instant::now() + patience;
        loop {
            if let Some(lock) = Lock::try_take(data)? {
                return Ok(Some(lock));
            }
            if tokio::time::Instant::now() >= until {
                return Ok(None);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_do_not_hold_one_folder() {
        let folder = tempfile::tempdir().unwrap();
        let first = Lock::try_take(folder.path()).unwrap();
        assert!(first.is_some() && Lock::try_take(folder.path()).unwrap().is_none());
        drop(first);
        assert!(Lock::try_take(folder.path()).unwrap().is_some());
    }
}
