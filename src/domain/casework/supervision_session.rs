//! The way of a session of professional supervision, as data.

use async_graphql::Enum;
use entity::codes::SupervisionItemStatus;

use crate::error::{ErrorCode, UserError};

/// A step in the life of a session; each belongs to a mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum SessionTransition {
    /// A day is set, or another one (`supervisionSessionSchedule`).
    Schedule,
    /// It took place (`supervisionSessionHold`).
    Hold,
    /// Something was agreed (`supervisionAgreementAdd`).
    Agree,
    /// Something that was agreed is done (`supervisionAgreementSettle`).
    Settle,
    /// It is over (`supervisionSessionClose`).
    Close,
}

impl SessionTransition {
    /// All of them, in the order of a session's life.
    pub const ALL: [Self; 5] = [Self::Schedule, Self::Hold, Self::Agree, Self::Settle, Self::Close];

    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "SCHEDULE",
            Self::Hold => "HOLD",
            Self::Agree => "AGREE",
            Self::Settle => "SETTLE",
            Self::Close => "CLOSE",
        }
    }
}

/// The whole life of a session: by which step it goes from which status to which. A session that never took place is
/// closed as well: then it was given up.
pub const STEPS: &[(SupervisionItemStatus, SessionTransition, SupervisionItemStatus)] = {
    use SessionTransition as T;
    use SupervisionItemStatus as S;
    &[
        (S::Requested, T::Schedule, S::Scheduled),
        (S::Scheduled, T::Schedule, S::Scheduled),
        (S::Scheduled, T::Hold, S::Held),
        (S::Held, T::Agree, S::FollowUp),
        (S::FollowUp, T::Agree, S::FollowUp),
        (S::FollowUp, T::Settle, S::FollowUp),
        (S::Requested, T::Close, S::Closed),
        (S::Scheduled, T::Close, S::Closed),
        (S::Held, T::Close, S::Closed),
        (S::FollowUp, T::Close, S::Closed),
    ]
};

/// The status after a step.
///
/// # Errors
/// What stands in the way; the commands and `availableTransitions` ask this same function.
pub fn after(
    status: SupervisionItemStatus,
    transition: SessionTransition,
    open_agreements: usize,
) -> Result<SupervisionItemStatus, UserError> {
    let step = STEPS.iter().find(|(from, by, _)| *from == status && *by == transition);
    let Some((_, _, to)) = step else {
        let error = UserError::at("", ErrorCode::SessionStepNotAllowed);
        return Err(error.with("status", status.as_str()).with("transition", transition.as_str()));
    };
    if transition == SessionTransition::Close && open_agreements > 0 {
        return Err(UserError::at("", ErrorCode::AgreementsOpen).with("count", open_agreements));
    }
    Ok(*to)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use entity::codes::SupervisionItemStatus;

    use super::{STEPS, SessionTransition, after};

    #[test]
    fn every_status_is_reached_from_a_request_and_can_be_closed() {
        let mut reached = BTreeSet::from([SupervisionItemStatus::Requested]);
        for _ in SupervisionItemStatus::ALL {
            for (from, _, to) in STEPS {
                if reached.contains(from) {
                    reached.insert(*to);
                }
            }
        }
        assert_eq!(reached.len(), SupervisionItemStatus::ALL.len());
        for status in SupervisionItemStatus::ALL.iter().filter(|status| **status != SupervisionItemStatus::Closed) {
            assert!(after(*status, SessionTransition::Close, 0).is_ok(), "{status:?}");
        }
    }

    #[test]
    fn nothing_follows_a_closed_session_and_none_is_closed_with_something_open() {
        for transition in SessionTransition::ALL {
            assert!(after(SupervisionItemStatus::Closed, transition, 0).is_err(), "{transition:?}");
        }
        assert!(after(SupervisionItemStatus::FollowUp, SessionTransition::Close, 1).is_err());
        assert!(after(SupervisionItemStatus::Requested, SessionTransition::Hold, 0).is_err());
    }
}
