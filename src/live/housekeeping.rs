//! Tidying up: what has served its time is deleted once an hour.

use std::time::Duration as StdDuration;

use chrono::Duration;
use tokio_util::sync::CancellationToken;

use crate::clock::SharedClock;
use crate::error::Failure;
use crate::store::Store;
use crate::store::accounts::{session, throttle};
use crate::store::log::idempotency;

/// How long things are kept.
#[derive(Clone, Copy, Debug)]
pub struct Retention {
    /// Idempotency keys.
    pub idempotency_keys: Duration,
    /// Windows of login attempts.
    pub login_attempts: Duration,
    /// Sessions, after they have run out.
    pub sessions: Duration,
}

/// The job.
pub struct Housekeeping {
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: SharedClock,
    /// How long things are kept.
    pub retention: Retention,
}

impl Housekeeping {
    /// Tidies up once.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn tidy(&self) -> Result<(), Failure> {
        let now = self.clock.now();
        let writer = self.store.writer().await?;
        idempotency::forget_old(writer, now - self.retention.idempotency_keys).await?;
        throttle::forget_old(writer, now - self.retention.login_attempts).await?;
        session::forget_ended(writer, now - self.retention.sessions).await?;
        Ok(())
    }

    /// Tidies up every hour until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(StdDuration::from_secs(3600)) => {}
                () = shutdown.cancelled() => return,
            }
            if let Err(failure) = self.tidy().await {
                tracing::warn!(cause = failure.cause.as_deref(), "tidying up failed; it is tried again in an hour");
            }
        }
    }
}
