//! The clock everything above is handed, and the ids made from it.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use parking_lot::Mutex;
use uuid::Uuid;

/// Tells the time. Tests turn it by hand.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock, moved by a fixed distance (test builds move it; zero otherwise).
pub struct WallClock {
    pub offset: Duration,
}

impl Clock for WallClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> DateTime<Utc> {
        let now = Utc::now() + self.offset;
        // The finest step either database keeps.
        DateTime::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }
}

/// A clock a test turns.
pub struct TurnedClock(pub Mutex<DateTime<Utc>>);

impl Clock for TurnedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock()
    }
}

impl TurnedClock {
    pub fn advance(&self, by: Duration) {
        *self.0.lock() += by;
    }
}

/// A new record id: UUIDv7 of the clock's time.
pub fn new_id(clock: &Arc<dyn Clock>) -> Uuid {
    let millis = u64::try_from(clock.now().timestamp_millis()).unwrap_or_default();
    let mut random = [0u8; 10];
    fill_random(&mut random);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

/// Random bytes from the operating system's generator.
pub fn fill_random(bytes: &mut [u8]) {
    use rand::Rng as _;
    rand::rng().fill_bytes(bytes);
}
