//! The watch over sessions of connections that outlive a request: a logout or a disabled account ends them at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::clock::SharedClock;
use crate::store::Store;
use crate::store::accounts::session::{Login, ended_among};
use crate::store::log::seal::wake_other_processes;

/// The watch. Cheap to clone.
#[derive(Clone)]
pub struct SessionWatch {
    store: Store,
    open: Arc<Mutex<HashMap<Login, watch::Sender<bool>>>>,
    wake: Arc<Notify>,
}

impl SessionWatch {
    /// A watch over sessions in `store`.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, open: Arc::default(), wake: Arc::new(Notify::new()) }
    }

    /// Begins to watch a login; the receiver turns `true` when its session has ended or its account is disabled.
    #[must_use]
    pub fn follow(&self, login: Login) -> watch::Receiver<bool> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.entry(login).or_insert_with(|| watch::channel(false).0).subscribe()
    }

    /// Looks at once, here and in all other processes.
    pub async fn look_now(&self) {
        self.wake();
        if let Err(failure) = wake_other_processes(&self.store).await {
            tracing::warn!(
                cause = failure.cause.as_deref(),
                "other processes learn of an ended session a second later"
            );
        }
    }

    /// Looks at once in this process.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Looks at the watched sessions when woken and every second, until `shutdown`.
    pub async fn run(self, clock: SharedClock, shutdown: CancellationToken) {
        loop {
            let logins: Vec<Login> = {
                let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
                open.retain(|_, sender| sender.receiver_count() > 0);
                open.keys().copied().collect()
            };
            if !logins.is_empty()
                && let Ok(ended) = ended_among(&self.store, &logins, clock.now()).await
            {
                let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
                for login in ended {
                    if let Some(sender) = open.remove(&login) {
                        sender.send_replace(true);
                    }
                }
            }
            tokio::select! {
                () = self.wake.notified() => {}
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
                () = shutdown.cancelled() => return,
            }
        }
    }
}
