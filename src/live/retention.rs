//! Retention: once a day it is proposed to erase the clients whose time of keeping is over, and records that prove nothing
//! any more are deleted. Proposals only: an erasure needs two persons.

use std::time::Duration as StdDuration;

use chrono::NaiveDate;
use entity::codes::{ErasureGround, RetentionClass};
use entity::ids::DistrictId;
use tokio_util::sync::CancellationToken;

use crate::access::{Actor, verb};
use crate::clock::{SharedClock, legal_day};
use crate::commands::casework::erasure::{ErasureProposeInput, due_of};
use crate::commands::{CommandOptions, Commands};
use crate::domain::casework::retention::due_on;
use crate::error::Failure;
use crate::store::Store;
use crate::store::casework::{consent, erasure, retention_rule};
use crate::store::district::district;
use crate::store::log::access;

/// How many clients are looked at together.
const AT_ONCE: u64 = 200;
/// Pause between two looks: a day that passes in between is noticed early enough.
const PAUSE: StdDuration = StdDuration::from_secs(6 * 3600);

/// The job.
pub struct RetentionJob {
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: SharedClock,
    /// The write path.
    pub commands: Commands,
}

impl RetentionJob {
    /// Looks at all districts once; returns how many erasures were proposed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn look(&self) -> Result<usize, Failure> {
        let today = legal_day(self.clock.now());
        let mut proposed = 0_usize;
        for district in district::all(&self.store).await? {
            proposed = proposed.saturating_add(self.propose(district.id, today).await?);
            self.forget(district.id, today).await?;
        }
        Ok(proposed)
    }

    async fn propose(&self, district: DistrictId, today: NaiveDate) -> Result<usize, Failure> {
        let actor = Actor::system(district, today);
        let permit = actor.permit::<verb::ProposeErasure>()?;
        let (mut proposed, mut after) = (0_usize, None);
        loop {
            let clients = erasure::candidates(&self.store, &permit, after, AT_ONCE).await?;
            let Some(last) = clients.last() else { return Ok(proposed) };
            after = Some(*last);
            for (client_id, finished) in erasure::finished(self.store.reader(), &permit, &clients).await? {
                let due = due_of(self.store.reader(), &permit, finished, today).await?;
                if due.is_none_or(|due| due > today) {
                    continue;
                }
                let command = ErasureProposeInput { client_id, ground: ErasureGround::RetentionExpired };
                let answer = self.commands.create(&actor, &command, &CommandOptions::default()).await?;
                proposed = proposed.saturating_add(usize::from(answer.record.is_some()));
            }
        }
    }

    /// Deletes reads and proofs of consents whose time is over.
    async fn forget(&self, district: DistrictId, today: NaiveDate) -> Result<(), Failure> {
        let actor = Actor::system(district, today);
        let permit = actor.permit::<verb::ProposeErasure>()?;
        let before = async |class| {
            let rule = retention_rule::of_class(self.store.reader(), &permit, class, today).await?;
            // The last day whose records may go: everything up to it is due.
            let due = |day: &NaiveDate| {
                rule.as_ref().is_some_and(|rule| due_on(*day, rule.months, rule.after_year_end) <= today)
            };
            let earliest = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or(NaiveDate::MIN);
            let (mut low, mut high) = (earliest, today);
            if !due(&low) {
                return Ok::<_, Failure>(None);
            }
            while low < high {
                let middle = low + chrono::Duration::days((high - low).num_days().saturating_add(1) / 2);
                if due(&middle) { low = middle } else { high = middle.pred_opt().unwrap_or(middle) }
            }
            Ok(low.succ_opt())
        };
        if let Some(day) = before(RetentionClass::AccessLog).await? {
            access::forget_before(&self.store, &permit, day, self.clock.now()).await?;
        }
        if let Some(day) = before(RetentionClass::ConsentProof).await? {
            consent::forget_of_erased_before(&self.store, &permit, day).await?;
        }
        Ok(())
    }

    /// Looks again and again until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        loop {
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                () = shutdown.cancelled() => return,
            }
            match self.look().await {
                Ok(0) => {}
                Ok(proposed) => tracing::info!(proposed, "erasures were proposed"),
                Err(failure) => tracing::warn!(cause = failure.cause.as_deref(), "the look for what is due failed"),
            }
        }
    }
}
