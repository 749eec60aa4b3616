//! Rules about barriers.

use entity::codes::BarrierStatus;

use crate::domain::input::Checks;
use crate::error::{ErrorCode, UserError};

/// The longest vignette, in characters.
pub const VIGNETTE_MAXIMUM: usize = 1000;
/// The most working time that one barrier can have cost: a quarter of a year, in minutes.
pub const MINUTES_MAXIMUM: i32 = 25_000;
/// The longest delay, in days: ten years.
pub const DELAY_MAXIMUM: i32 = 3_653;

/// Checks what a barrier cost.
pub fn check_loss(minutes_lost: Option<i32>, delay_days: Option<i32>, checks: &mut Checks) {
    for (path, value, maximum) in
        [("minutesLost", minutes_lost, MINUTES_MAXIMUM), ("delayDays", delay_days, DELAY_MAXIMUM)]
    {
        checks.require(value.is_none_or(|value| (0..=maximum).contains(&value)), || {
            UserError::at(path, ErrorCode::LossOutOfRange).with("maximum", maximum)
        });
    }
}

/// What stands in the way of settling a barrier; empty if nothing does.
#[must_use]
pub fn settle_blocked_by(status: BarrierStatus, to: BarrierStatus, has_reason: bool) -> Vec<UserError> {
    let mut blocks = Vec::new();
    // A barrier that was thought solved may come back; one that never was none stays so.
    let leads = matches!(
        (status, to),
        (BarrierStatus::Open, BarrierStatus::Solved | BarrierStatus::Withdrawn)
            | (BarrierStatus::Solved, BarrierStatus::Open)
    );
    if !leads {
        let unreachable = UserError::at("status", ErrorCode::StatusNotReachable);
        blocks.push(unreachable.with("from", status.as_str()).with("to", to.as_str()));
    }
    if to == BarrierStatus::Withdrawn && !has_reason {
        blocks.push(UserError::at("options.reason", ErrorCode::ReasonNeeded));
    }
    blocks
}

#[cfg(test)]
mod tests {
    use entity::codes::BarrierStatus as S;

    use super::settle_blocked_by;

    #[test]
    fn a_barrier_is_solved_comes_back_or_is_withdrawn_for_a_reason() {
        assert!(settle_blocked_by(S::Open, S::Solved, false).is_empty());
        assert!(settle_blocked_by(S::Solved, S::Open, false).is_empty());
        assert_eq!(settle_blocked_by(S::Open, S::Withdrawn, false).len(), 1);
        assert!(settle_blocked_by(S::Open, S::Withdrawn, true).is_empty());
        for to in S::ALL {
            assert!(!settle_blocked_by(S::Withdrawn, *to, true).is_empty());
        }
    }
}
