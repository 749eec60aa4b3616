//! What runs beside the requests: the sealer of the log, the live feed, the watch over sessions, and the tidying up.
//!
//! The log is the only source of the feed: what was sealed is told to all subscribers of all processes, in the order of
//! the log, without gaps. On PostgreSQL the processes wake each other by LISTEN/NOTIFY; an SQLite file is looked at once a
//! second, because the command line may write to it as well.

mod access_recorder;
mod feed;
mod housekeeping;
mod retention;
mod sealer;
mod session_watch;
mod statistics;

pub use access_recorder::AccessRecorder;
pub use feed::Feed;
pub use housekeeping::{Housekeeping, Retention};
pub use retention::RetentionJob;
pub use sealer::Sealer;
pub use session_watch::SessionWatch;
pub use statistics::StatisticsJob;
