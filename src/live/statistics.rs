//! Statistics: when a reporting date is over, its tables are made and published, once and for all districts. Whoever asks
//! reads what was published; nothing is counted, and nothing is suppressed, while a request waits.

use std::time::Duration as StdDuration;

use chrono::NaiveDate;
use entity::ids::DistrictId;
use tokio_util::sync::CancellationToken;

use crate::access::{Actor, verb};
use crate::clock::{SharedClock, legal_day};
use crate::domain::reporting::statistics::{last_reporting_date, prepare};
use crate::domain::reporting::suppression::Thresholds;
use crate::error::Failure;
use crate::store::Store;
use crate::store::district::district;
use crate::store::reporting::statistics;

/// Pause before the first look.
const FIRST: StdDuration = StdDuration::from_secs(60);
/// Pause between two looks.
const PAUSE: StdDuration = StdDuration::from_secs(3600);

/// The job.
pub struct StatisticsJob {
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: SharedClock,
}

impl StatisticsJob {
    /// Publishes what is due in all districts; returns how many tables that were.
    ///
    /// # Errors
    /// Those of the database, and counts that do not fit together.
    pub async fn publish_due(&self) -> Result<usize, Failure> {
        let today = legal_day(self.clock.now());
        let mut published = 0_usize;
        for district in district::all(&self.store).await? {
            published = published.saturating_add(self.publish(district.id, today).await?);
        }
        Ok(published)
    }

    async fn publish(&self, district: DistrictId, today: NaiveDate) -> Result<usize, Failure> {
        let on = last_reporting_date(today);
        if statistics::is_published(&self.store, district, on).await? {
            return Ok(0);
        }
        let permit = Actor::system(district, today).permit::<verb::ReadCase>()?;
        let material = statistics::material(&self.store, &permit, on).await?;
        // Arithmetic of some milliseconds: not for a thread on which requests run.
        let made = tokio::task::spawn_blocking(move || prepare(&material, &Thresholds::default())).await;
        let ready = made
            .map_err(|error| Failure::internal(format!("the making of statistics was cut short: {error}")))?
            .map_err(|error| Failure::internal(format!("statistics could not be made: {error}")))?;
        let tables = ready.len();
        statistics::insert_all(&self.store, district, on, self.clock.now(), ready).await?;
        Ok(tables)
    }

    /// Publishes what is due again and again until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut pause = FIRST;
        loop {
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = shutdown.cancelled() => return,
            }
            pause = PAUSE;
            match self.publish_due().await {
                Ok(0) => {}
                Ok(tables) => tracing::info!(tables, "statistics were published"),
                Err(failure) => tracing::warn!(
                    cause = failure.cause.as_deref(),
                    "statistics could not be published; it is tried again in an hour"
                ),
            }
        }
    }
}
