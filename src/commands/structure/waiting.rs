//! The job that raises barriers which nobody answered in time, each by a command of its own, so that it stands in the history
//! and those concerned are told.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::barrier::BarrierRaiseOverdue;
use crate::access::Actor;
use crate::clock::{SharedClock, legal_day};
use crate::commands::{CommandOptions, Commands};
use crate::error::Failure;
use crate::store::Store;
use crate::store::structure::barrier;

/// How many are looked for at once.
const BATCH: u64 = 200;
/// How often is looked.
const INTERVAL: Duration = Duration::from_secs(1800);

/// The job.
pub struct BarrierWaiting {
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: SharedClock,
    /// The write path.
    pub commands: Commands,
}

impl BarrierWaiting {
    /// Raises every barrier that has waited too long; says how many those were.
    ///
    /// # Errors
    /// The troubles of the server.
    pub async fn raise(&self) -> Result<u64, Failure> {
        let today = legal_day(self.clock.now());
        let mut raised = 0_u64;
        loop {
            let mut done = 0_u64;
            for (district, barrier_id) in barrier::waiting_too_long(&self.store, today, BATCH).await? {
                let actor = Actor::system(district, today);
                let command = BarrierRaiseOverdue { barrier_id };
                let answer = self.commands.change(&actor, &command, &CommandOptions::default()).await?;
                // Another process may have been faster.
                done = done.saturating_add(u64::from(answer.record.is_some()));
            }
            raised = raised.saturating_add(done);
            if done == 0 {
                return Ok(raised);
            }
        }
    }

    /// Looks twice an hour until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(INTERVAL) => {}
                () = shutdown.cancelled() => return,
            }
            if let Err(failure) = self.raise().await {
                tracing::warn!(cause = failure.cause.as_deref(), "barriers could not be raised; it is tried again");
            }
        }
    }
}
