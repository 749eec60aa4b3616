//! Time as a parameter: the one place that asks the system what time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, NaiveDate, SubsecRound, Utc};

/// Where the server gets its time from. Tests pass a [`SimulatedClock`].
pub trait Clock: Send + Sync + 'static {
    /// The present instant, cut to microseconds: the precision that both databases keep.
    fn now(&self) -> DateTime<Utc>;
}

/// A shared clock, as every floor passes it on.
pub type SharedClock = Arc<dyn Clock>;

/// The calendar day in the legal time zone (Europe/Berlin) at `instant`.
pub fn legal_day(instant: DateTime<Utc>) -> NaiveDate {
    instant.with_timezone(&chrono_tz::Europe::Berlin).date_naive()
}

/// The clock of the machine.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct SimulatedClock {
    micros: AtomicI64,
}

impl SimulatedClock {
    /// A clock that stands at `instant`.
    pub fn starting_at(instant: DateTime<Utc>) -> Arc<Self> {
        Arc::new(Self { micros: AtomicI64::new(instant.timestamp_micros()) })
    }

    /// Moves the clock forward (or back, by a negative duration).
    pub fn advance(&self, by: Duration) {
        let micros = by.num_microseconds().unwrap_or(i64::MAX);
        self.micros.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.micros.load(Ordering::SeqCst)).unwrap_or_default()
    }
}
