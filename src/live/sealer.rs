//! The sealer: puts committed events into the chain, away from the commands' way.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::authn::keys::SigningKeys;
use crate::clock::SharedClock;
use crate::error::Failure;
use crate::live::Feed;
use crate::store::Store;
use crate::store::log::seal::{Round, seal_pending};

/// The pause after a round that sealed something: under load a round seals many events instead of one, and the live feed
/// is that much later.
const PAUSE: Duration = Duration::from_millis(50);

/// Seals committed events and wakes the feed.
pub struct Sealer {
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: SharedClock,
    /// The keys that sign heads.
    pub keys: Arc<SigningKeys>,
    /// Woken by each commit.
    pub committed: Arc<Notify>,
    /// Woken by each round that sealed something.
    pub feed: Feed,
    /// How often to look without being woken.
    pub interval: Duration,
    /// The most events of one round.
    pub batch: u64,
}

impl Sealer {
    /// Seals everything that waits.
    ///
    /// # Errors
    /// Those of the database and of the signing key.
    pub async fn seal_all(&self) -> Result<u64, Failure> {
        let mut sealed = 0_u64;
        loop {
            let sign = |message: &[u8]| {
                let signature = self.keys.sign(message).map_err(|error| Failure::internal(error.to_string()))?;
                Ok(signature.to_vec())
            };
            let (now, key_id) = (self.clock.now(), self.keys.active_kid());
            let round = seal_pending(&self.store, self.batch, now, key_id, sign).await?;
            let Round::Sealed(count) = round else { return Ok(sealed) };
            if count > 0 {
                self.feed.look_now();
            }
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            sealed = sealed.saturating_add(count);
            if count < self.batch {
                return Ok(sealed);
            }
        }
    }

    /// Seals until `shutdown`; then once more.
    pub async fn run(self, shutdown: CancellationToken) {
        loop {
            let sealed = self.seal_all().await.unwrap_or_else(|failure| {
                tracing::warn!(cause = failure.cause.as_deref(), "events could not be sealed; they wait in the outbox");
                0
            });
            let pause = if sealed > 0 { PAUSE } else { Duration::ZERO };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = shutdown.cancelled() => break,
            }
            tokio::select! {
                () = self.committed.notified() => {}
                () = tokio::time::sleep(self.interval) => {}
                () = shutdown.cancelled() => break,
            }
        }
        if let Err(failure) = self.seal_all().await {
            tracing::warn!(
                cause = failure.cause.as_deref(),
                "the last events could not be sealed; they wait in the outbox"
            );
        }
    }
}
