//! A moment: order, time and id of a commit in one number.

use std::fmt;

use chrono::{DateTime, TimeZone, Utc};

/// `µs since 2020-01-01 << 12 | tick`. Of one record's commits a later one always has a higher moment; across records it is
/// the time of writing, not the order of commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(pub i64);

/// 2020-01-01T00:00:00Z in microseconds since 1970.
const EPOCH_US: i64 = 1_577_836_800_000_000;
const TICKS: i64 = 1 << 12;

impl Moment {
    pub const ZERO: Moment = Moment(0);

    /// The first moment at which the clock showed `at`.
    pub fn first_at(at: DateTime<Utc>) -> Moment {
        Moment((at.timestamp_micros() - EPOCH_US).max(0) * TICKS)
    }

    /// The first moment after everything that happened up to and including `at`: the bound S of an as-of read.
    pub fn after(at: DateTime<Utc>) -> Moment {
        Moment(Moment::first_at(at).0 + TICKS)
    }

    pub fn time(self) -> DateTime<Utc> {
        Utc.timestamp_micros(EPOCH_US + self.0 / TICKS).single().unwrap_or_default()
    }

    /// The next moment not before the clock and after `self`.
    pub fn next(self, clock: DateTime<Utc>) -> Moment {
        Moment((self.0 + 1).max(Moment::first_at(clock).0))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
