//! The live feed: sealed events, as they come, to all subscriptions of this process.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use entity::ids::DistrictId;
use tokio::sync::{Notify, broadcast};
use tokio_util::sync::CancellationToken;

use crate::error::Failure;
use crate::live::SessionWatch;
use crate::store::Store;
use crate::store::log::event::{SealedEvent, heads, sealed_after};
use crate::store::log::seal::Listener;

/// Events that a subscription may lag behind before it misses some.
const CAPACITY: usize = 1024;
/// How many events are read at once.
const BATCH: u64 = 500;

/// The live feed. Cheap to clone.
#[derive(Clone)]
pub struct Feed {
    sender: broadcast::Sender<Arc<SealedEvent>>,
    wake: Arc<Notify>,
}

impl Default for Feed {
    fn default() -> Self {
        Self { sender: broadcast::channel(CAPACITY).0, wake: Arc::new(Notify::new()) }
    }
}

impl Feed {
    /// Receives events from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<SealedEvent>> {
        self.sender.subscribe()
    }

    /// How many receive them at the moment.
    #[must_use]
    pub fn subscribers(&self) -> usize {
        self.sender.receiver_count()
    }

    /// Says that the log may have grown.
    pub fn look_now(&self) {
        self.wake.notify_one();
    }

    /// Reads what the log has grown by and tells it, until `shutdown`.
    pub async fn run(self, store: Store, interval: Duration, shutdown: CancellationToken) {
        let mut told: Option<BTreeMap<DistrictId, i64>> = None;
        loop {
            let caught_up = match &mut told {
                None => heads(&store).await.map(|heads| told = Some(heads)),
                Some(told) => self.tell(&store, told).await,
            };
            if let Err(failure) = caught_up {
                tracing::warn!(cause = failure.cause.as_deref(), "the live feed waits for the database");
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep(interval) => {}
                () = shutdown.cancelled() => return,
            }
        }
    }

    async fn tell(&self, store: &Store, told: &mut BTreeMap<DistrictId, i64>) -> Result<(), Failure> {
        for (district, head) in heads(store).await? {
            let position = told.entry(district).or_insert(0);
            while *position < head {
                let events = sealed_after(store, district, *position, BATCH).await?;
                if events.is_empty() {
                    break;
                }
                for event in events {
                    *position = event.position;
                    // Nobody listening is no error.
                    let _ = self.sender.send(Arc::new(event));
                }
            }
        }
        Ok(())
    }

    /// On PostgreSQL: wakes the feed and the watch over sessions when another process says so.
    pub async fn listen(self, store: Store, watch: SessionWatch, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            if let Ok(mut listener) = Listener::connect(&store).await {
                loop {
                    // After a lost connection something may have been missed: looking once too often is harmless.
                    self.look_now();
                    watch.wake();
                    tokio::select! {
                        told = listener.grown() => if told.is_err() { break },
                        () = shutdown.cancelled() => return,
                    }
                }
            }
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
                () = shutdown.cancelled() => return,
            }
        }
    }
}
