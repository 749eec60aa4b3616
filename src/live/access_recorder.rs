//! Records reads of identified data before the answer leaves. Requests that end while a record is being written share
//! the next one, so that reading stays fast.

use tokio::sync::{mpsc, oneshot};

use crate::error::{ErrorCode, Failure};
use crate::store::Store;
use crate::store::log::access::{self, Reads};

/// The most requests whose reads are recorded together.
const REQUESTS_AT_ONCE: usize = 256;

type Waiting = (Reads, oneshot::Sender<Result<(), Failure>>);

/// Records reads. Cheap to clone; its task ends with the last clone.
#[derive(Clone)]
pub struct AccessRecorder {
    waiting: mpsc::Sender<Waiting>,
}

impl AccessRecorder {
    /// Begins to record in `store`. To be called on a runtime.
    #[must_use]
    pub fn start(store: Store) -> Self {
        let (waiting, incoming) = mpsc::channel(REQUESTS_AT_ONCE);
        tokio::spawn(run(store, incoming));
        Self { waiting }
    }

    /// Records what a request read; it is durable when this returns. Without reads nothing is done.
    ///
    /// # Errors
    /// Those of the database: then the answer must not leave.
    pub async fn record(&self, reads: Reads) -> Result<(), Failure> {
        if reads.openings.is_empty() {
            return Ok(());
        }
        let gone = || Failure::new(ErrorCode::Busy).because("the recorder of reads is gone");
        let (answer, answered) = oneshot::channel();
        self.waiting.send((reads, answer)).await.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }
}

async fn run(store: Store, mut incoming: mpsc::Receiver<Waiting>) {
    let mut batch: Vec<Waiting> = Vec::new();
    while incoming.recv_many(&mut batch, REQUESTS_AT_ONCE).await > 0 {
        let (reads, answers): (Vec<Reads>, Vec<_>) = batch.drain(..).unzip();
        let result = access::record(&store, &reads).await;
        for answer in answers {
            // Who asked may have given up; what was recorded stays.
            let _ = answer.send(result.clone());
        }
    }
}
