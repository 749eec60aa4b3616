//! The job that lets transfers run out that nobody answered in time, each by a command of its own, so that it stands in the
//! history and everybody concerned is told.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::access::Actor;
use crate::clock::{SharedClock, legal_day};
use crate::commands::casework::transfer::TransferExpire;
use crate::commands::{CommandOptions, Commands};
use crate::error::Failure;
use crate::store::Store;
use crate::store::casework::transfer;

/// How many are looked for at once.
const BATCH: u64 = 200;
/// How often is looked.
const INTERVAL: Duration = Duration::from_secs(600);

/// The job.
pub struct TransferExpiry {
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: SharedClock,
    /// The write path.
    pub commands: Commands,
}

impl TransferExpiry {
    /// Lets everything run out that is over; says how many those were.
    ///
    /// # Errors
    /// The troubles of the server.
    pub async fn expire(&self) -> Result<u64, Failure> {
        let today = legal_day(self.clock.now());
        let mut expired = 0_u64;
        loop {
            let mut done = 0_u64;
            let overdue = transfer::overdue(&self.store, today, BATCH).await?;
            for (district, transfer_id) in overdue {
                let actor = Actor::system(district, today);
                let command = TransferExpire { transfer_id };
                let answer = self.commands.change(&actor, &command, &CommandOptions::default()).await?;
                // Another process may have been faster.
                done = done.saturating_add(u64::from(answer.record.is_some()));
            }
            expired = expired.saturating_add(done);
            if done == 0 {
                return Ok(expired);
            }
        }
    }

    /// Looks every few minutes until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(INTERVAL) => {}
                () = shutdown.cancelled() => return,
            }
            if let Err(failure) = self.expire().await {
                tracing::warn!(cause = failure.cause.as_deref(), "transfers could not run out; it is tried again");
            }
        }
    }
}
