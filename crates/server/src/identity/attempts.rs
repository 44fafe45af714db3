//! Wrong passwords are counted: ten for an account in a quarter of an hour, and a bound for each address. Right ones are not.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use kehub_api::Refused;
use kehub_db::{Db, Fault, Select, TableWrite, Where};
use tokio::sync::{Mutex, MutexGuard};

/// Minutes that are looked back.
const MINUTES: i64 = 15;
const MINUTE_US: i64 = 60_000_000;
const PER_ACCOUNT: i64 = 10;
/// An office behind one address mistypes more than one person does.
const PER_ADDRESS: i64 = 100;

/// What is tried.
pub(super) struct Subject {
    name: String,
    most: i64,
}

impl Subject {
    /// Accounts stand there by their digest: the table says nothing about who has one.
    pub(super) fn account(email: &str) -> Subject {
        Subject { name: format!("account:{}", hex::encode(&super::stored(email)[..16])), most: PER_ACCOUNT }
    }

    pub(super) fn address(address: std::net::IpAddr) -> Subject {
        let name = match address {
            std::net::IpAddr::V4(address) => format!("address:{address}"),
            // Whoever has one IPv6 address has the other 2^64 of the network, too.
            std::net::IpAddr::V6(address) => format!("address:{:x}", address.to_bits() >> 64),
        };
        Subject { name, most: PER_ADDRESS }
    }

    pub(super) fn setup() -> Subject {
        Subject { name: "setup".to_owned(), most: PER_ACCOUNT }
    }
}

/// One try at a time for each account, so that a burst is counted as what it is.
pub(super) struct Attempts {
    stripes: Vec<Mutex<()>>,
}

impl Default for Attempts {
    fn default() -> Self {
        Attempts { stripes: (0..64).map(|_| Mutex::new(())).collect() }
    }
}

impl Attempts {
    pub(super) async fn one_at_a_time(&self, subject: &Subject) -> MutexGuard<'_, ()> {
        let mut hasher = DefaultHasher::new();
        subject.name.hash(&mut hasher);
        let stripe = hasher.finish() as usize % self.stripes.len();
        self.stripes[stripe].lock().await
    }

    /// Refuses when there were too many wrong ones.
    pub(super) async fn allow(&self, db: &Db, subject: &Subject) -> Result<(), Refused> {
        let now = db.clock.now().timestamp_micros();
        let since = now - MINUTES * MINUTE_US;
        let select =
            Select::from("identity_attempt", &["at", "n"]).that(Where::Is("subject", subject.name.as_str().into()));
        let rows = db.table(select.that(Where::Greater("at", since.into())).ordered("at")).await?;
        let wrong: i64 = rows.iter().map(|row| row.int(1)).sum();
        if wrong < subject.most {
            return Ok(());
        }
        let oldest = rows.first().map_or(now, |row| row.int(0));
        let seconds = (oldest + MINUTES * MINUTE_US - now) / 1_000_000 + 1;
        Err(Refused::too_often(seconds.clamp(1, MINUTES * 60).unsigned_abs()))
    }

    pub(super) async fn count(&self, db: &Db, subjects: &[&Subject]) -> Result<(), Fault> {
        let now = db.clock.now().timestamp_micros();
        // Minutes are counted together; the row says when its minute ended.
        let minute = now - now.rem_euclid(MINUTE_US) + MINUTE_US - 1;
        let old = Where::Less("at", (now - 4 * MINUTES * MINUTE_US).into());
        let mut writes = vec![TableWrite::Delete { table: "identity_attempt", filter: vec![old] }];
        for subject in subjects {
            let select =
                Select::from("identity_attempt", &["n"]).that(Where::Is("subject", subject.name.as_str().into()));
            let rows = db.table(select.that(Where::Is("at", minute.into()))).await?;
            let n = rows.first().map_or(0, |row| row.int(0)) + 1;
            let values = vec![("subject", subject.name.as_str().into()), ("at", minute.into()), ("n", n.into())];
            writes.push(TableWrite::Put { table: "identity_attempt", values, keys: 2 });
        }
        db.write(writes).await.map(drop)
    }
}
