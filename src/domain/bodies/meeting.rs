//! The life of a meeting, as data.

use async_graphql::Enum;
use entity::codes::MeetingStatus;

use crate::error::{ErrorCode, UserError};

/// A step in the life of a meeting; each belongs to a mutation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum MeetingTransition {
    /// Another time, place or title (`meetingChange`).
    Change,
    /// The members are invited (`meetingInvite`).
    Invite,
    /// It takes place: the attendance is recorded (`meetingHold`).
    Hold,
    /// The minutes are written (`meetingRecordMinutes`).
    RecordMinutes,
    /// The minutes are approved (`meetingApproveMinutes`).
    ApproveMinutes,
    /// It is published (`meetingPublish`).
    Publish,
    /// The publication is taken back (`meetingUnpublish`).
    Unpublish,
    /// It does not take place (`meetingCancel`).
    Cancel,
}

impl MeetingTransition {
    /// All of them, in the order of a meeting's life.
    pub const ALL: [Self; 8] = [
        Self::Change,
        Self::Invite,
        Self::Hold,
        Self::RecordMinutes,
        Self::ApproveMinutes,
        Self::Publish,
        Self::Unpublish,
        Self::Cancel,
    ];

    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Change => "CHANGE",
            Self::Invite => "INVITE",
            Self::Hold => "HOLD",
            Self::RecordMinutes => "RECORD_MINUTES",
            Self::ApproveMinutes => "APPROVE_MINUTES",
            Self::Publish => "PUBLISH",
            Self::Unpublish => "UNPUBLISH",
            Self::Cancel => "CANCEL",
        }
    }
}

/// The whole life of a meeting: by which step it goes from which status to which.
pub const STEPS: &[(MeetingStatus, MeetingTransition, MeetingStatus)] = {
    use MeetingStatus as S;
    use MeetingTransition as T;
    &[
        (S::Planned, T::Change, S::Planned),
        (S::Planned, T::Invite, S::Invited),
        (S::Planned, T::Cancel, S::Cancelled),
        (S::Invited, T::Change, S::Invited),
        (S::Invited, T::Hold, S::Held),
        (S::Invited, T::Publish, S::Invited),
        (S::Invited, T::Unpublish, S::Invited),
        (S::Invited, T::Cancel, S::Cancelled),
        (S::Held, T::Hold, S::Held),
        (S::Held, T::RecordMinutes, S::Held),
        (S::Held, T::ApproveMinutes, S::Approved),
        (S::Held, T::Publish, S::Held),
        (S::Held, T::Unpublish, S::Held),
        (S::Approved, T::Publish, S::Approved),
        (S::Approved, T::Unpublish, S::Approved),
        (S::Cancelled, T::Unpublish, S::Cancelled),
    ]
};

/// What a step depends on besides the status.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    /// Items of the agenda.
    pub items: usize,
    /// Items that were dealt with one by one and have no result yet.
    pub open_items: usize,
    /// Decisions on record.
    pub decisions: usize,
    /// Whether there are minutes.
    pub has_minutes: bool,
    /// Whether the body meets in public.
    pub is_public_body: bool,
    /// Whether it is published.
    pub is_published: bool,
}

/// The status after a step.
///
/// # Errors
/// What stands in the way; the commands and `availableTransitions` ask this same function.
pub fn after(
    status: MeetingStatus,
    transition: MeetingTransition,
    standing: &Standing,
) -> Result<MeetingStatus, UserError> {
    use MeetingTransition as T;
    let step = STEPS.iter().find(|(from, by, _)| *from == status && *by == transition);
    let Some((_, _, to)) = step else {
        let error = UserError::at("", ErrorCode::MeetingStepNotAllowed);
        return Err(error.with("status", status.as_str()).with("transition", transition.as_str()));
    };
    let obstacle = match transition {
        T::Invite if standing.items == 0 => Some(UserError::at("", ErrorCode::AgendaEmpty)),
        T::Hold if standing.decisions > 0 => Some(UserError::at("", ErrorCode::AttendanceFixed)),
        T::ApproveMinutes if !standing.has_minutes => Some(UserError::at("", ErrorCode::MinutesMissing)),
        T::ApproveMinutes if standing.open_items > 0 => {
            Some(UserError::at("", ErrorCode::AgendaItemsOpen).with("count", standing.open_items))
        }
        T::Publish if !standing.is_public_body && status != MeetingStatus::Approved => {
            Some(UserError::at("", ErrorCode::MeetingNotToPublish))
        }
        T::Unpublish if !standing.is_published => Some(UserError::at("", ErrorCode::MeetingNotPublished)),
        _ => None,
    };
    obstacle.map_or(Ok(*to), Err)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use entity::codes::MeetingStatus;
    use proptest::prelude::*;

    use super::{MeetingTransition, STEPS, Standing, after};

    #[test]
    fn every_status_is_reached_from_a_plan_and_nothing_is_decided_in_a_meeting_that_is_over() {
        let mut reached = BTreeSet::from([MeetingStatus::Planned]);
        for _ in MeetingStatus::ALL {
            for (from, _, to) in STEPS {
                if reached.contains(from) {
                    reached.insert(*to);
                }
            }
        }
        assert_eq!(reached.len(), MeetingStatus::ALL.len());
        for (from, by, to) in STEPS {
            if matches!(from, MeetingStatus::Approved | MeetingStatus::Cancelled) {
                assert_eq!(from, to, "{by:?} leads out of an end");
            }
        }
    }

    #[test]
    fn there_is_one_way_at_most_by_each_step() {
        let ways: BTreeSet<_> = STEPS.iter().map(|(from, by, _)| (from.as_str(), by.as_str())).collect();
        assert_eq!(ways.len(), STEPS.len());
    }

    proptest! {
        #[test]
        fn a_held_meeting_had_an_agenda_and_an_approved_one_has_minutes_and_no_open_item(
            steps in proptest::collection::vec((0_usize..8, any::<bool>(), 0_usize..3, 0_usize..2), 0..40)
        ) {
            let (mut status, mut standing) = (MeetingStatus::Planned, Standing::default());
            let mut was_invited_with_items = false;
            for (step, writes, items, open) in steps {
                let transition = MeetingTransition::ALL[step];
                if matches!(status, MeetingStatus::Planned | MeetingStatus::Invited) {
                    standing.items = standing.items.max(items);
                    standing.open_items = standing.items;
                }
                if status == MeetingStatus::Held {
                    standing.open_items = open.min(standing.items);
                    standing.decisions = standing.items - standing.open_items;
                    standing.has_minutes |= writes;
                }
                let Ok(next) = after(status, transition, &standing) else { continue };
                if transition == MeetingTransition::Publish { standing.is_published = true; }
                if transition == MeetingTransition::Unpublish {
                    prop_assert!(standing.is_published);
                    standing.is_published = false;
                }
                if next == MeetingStatus::Invited { was_invited_with_items |= standing.items > 0; }
                if next == MeetingStatus::Held { prop_assert!(was_invited_with_items); }
                if next == MeetingStatus::Approved { prop_assert!(standing.has_minutes && standing.open_items == 0); }
                if standing.is_published { prop_assert!(matches!(next, MeetingStatus::Approved), "a body that is not public"); }
                status = next;
            }
        }
    }
}
