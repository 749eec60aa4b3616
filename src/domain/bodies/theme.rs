//! Which themes bodies left unanswered: over two meetings none came to a result.

use chrono::{DateTime, Utc};
use entity::codes::{AgendaItemStatus, BodyKind, DecisionKind, ThemeStatus};

/// So many meetings without a result make a theme unanswered.
pub const MEETINGS_WITHOUT_RESULT: usize = 2;

/// Whether anybody still waits for an answer to a theme that stands so.
#[must_use]
pub const fn awaits_answer(status: ThemeStatus) -> bool {
    match status {
        ThemeStatus::Signal
        | ThemeStatus::Proposed
        | ThemeStatus::UnderReview
        | ThemeStatus::Confirmed
        | ThemeStatus::Prioritised
        | ThemeStatus::InWork => true,
        ThemeStatus::Decided
        | ThemeStatus::Implemented
        | ThemeStatus::Evaluated
        | ThemeStatus::ForwardedToState
        | ThemeStatus::Rejected
        | ThemeStatus::Merged
        | ThemeStatus::Parked => false,
    }
}

/// Whether a theme that stands so may be put to a body: from the day on which the centre confirmed it. What is only proposed
/// has been seen by one person, and what was rejected, merged or parked is not up for a decision; neither leaves the centre.
#[must_use]
pub const fn is_presentable(status: ThemeStatus) -> bool {
    match status {
        ThemeStatus::Confirmed
        | ThemeStatus::Prioritised
        | ThemeStatus::InWork
        | ThemeStatus::Decided
        | ThemeStatus::Implemented
        | ThemeStatus::Evaluated
        | ThemeStatus::ForwardedToState => true,
        ThemeStatus::Signal
        | ThemeStatus::Proposed
        | ThemeStatus::UnderReview
        | ThemeStatus::Rejected
        | ThemeStatus::Merged
        | ThemeStatus::Parked => false,
    }
}

/// Whether bodies have to deal with a theme that stands so, although it was on no agenda yet.
#[must_use]
pub const fn is_due(status: ThemeStatus) -> bool {
    matches!(status, ThemeStatus::Prioritised | ThemeStatus::InWork)
}

/// Whether a body of this kind deals with themes that were on no agenda yet: those that guide the programme.
#[must_use]
pub const fn guides(kind: BodyKind) -> bool {
    matches!(
        kind,
        BodyKind::SteeringGroup | BodyKind::CoordinationGroup | BodyKind::WorkingGroup | BodyKind::PlanningConference
    )
}

/// Whether an item that ended so gave an answer: putting it off does not.
#[must_use]
pub const fn is_result(status: AgendaItemStatus) -> bool {
    matches!(status, AgendaItemStatus::Decided | AgendaItemStatus::Noted)
}

/// The status of a theme after a decision about it; `None` if it stays where it is.
#[must_use]
pub fn after(status: ThemeStatus, decision: DecisionKind) -> Option<ThemeStatus> {
    match decision {
        DecisionKind::Adopt if is_due(status) => Some(ThemeStatus::Decided),
        DecisionKind::Reject if is_due(status) => Some(ThemeStatus::Rejected),
        DecisionKind::ReferToState
            if matches!(status, ThemeStatus::Confirmed | ThemeStatus::Prioritised | ThemeStatus::InWork) =>
        {
            Some(ThemeStatus::ForwardedToState)
        }
        _ => None,
    }
}

/// A meeting that a body held, and whether the theme came to a result in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldMeeting {
    /// When it began.
    pub starts_at: DateTime<Utc>,
    /// Whether the theme stood on its agenda.
    pub has_theme: bool,
    /// Whether the theme came to a result in it.
    pub has_result: bool,
}

/// How a body left a theme without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// Meetings since the theme was waiting.
    pub meetings: usize,
    /// When it last came to a result there; absent if never.
    pub last_result_at: Option<DateTime<Utc>>,
}

/// Whether a body left a theme unanswered. It waits since it first stood on an agenda of the body, or, if it never did,
/// since `due_since`; a result answers it, and then it waits anew. `None` if the body does not deal with it, or fewer than
/// two meetings passed.
#[must_use]
pub fn unanswered(meetings: &[HeldMeeting], due_since: Option<DateTime<Utc>>) -> Option<Silence> {
    let mut meetings: Vec<&HeldMeeting> = meetings.iter().collect();
    meetings.sort_unstable_by_key(|meeting| meeting.starts_at);
    let first = meetings.iter().find(|meeting| meeting.has_theme).map(|meeting| meeting.starts_at);
    // The meeting at which it stood on the agenda without a result is one of those that gave none.
    let waits = |meeting: &HeldMeeting| match (first, due_since) {
        (Some(first), _) => meeting.starts_at >= first,
        (None, Some(due)) => meeting.starts_at >= due,
        (None, None) => false,
    };
    let mut silence = Silence { meetings: 0, last_result_at: None };
    for meeting in meetings.into_iter().filter(|meeting| waits(meeting)) {
        if meeting.has_result {
            silence = Silence { meetings: 0, last_result_at: Some(meeting.starts_at) };
        } else {
            silence.meetings = silence.meetings.saturating_add(1);
        }
    }
    (silence.meetings >= MEETINGS_WITHOUT_RESULT).then_some(silence)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Duration, Utc};
    use entity::codes::{DecisionKind, ThemeStatus};
    use proptest::prelude::*;

    use super::{HeldMeeting, after, awaits_answer, is_due, is_presentable, unanswered};

    fn at(day: i64) -> DateTime<Utc> {
        "2023-01-01T09:00:00Z".parse::<DateTime<Utc>>().unwrap() + Duration::days(day)
    }

    fn meeting(day: i64, has_theme: bool, has_result: bool) -> HeldMeeting {
        HeldMeeting { starts_at: at(day), has_theme, has_result }
    }

    #[test]
    fn a_theme_is_unanswered_after_two_meetings_without_a_result() {
        assert_eq!(unanswered(&[], None), None);
        let once = [meeting(1, true, false)];
        assert_eq!(unanswered(&once, None), None);
        let twice = [meeting(1, true, false), meeting(30, false, false)];
        assert_eq!(unanswered(&twice, None).map(|silence| silence.meetings), Some(2));
        let answered = [meeting(1, true, false), meeting(30, true, true), meeting(60, false, false)];
        assert_eq!(unanswered(&answered, None), None);
        let again = [answered.as_slice(), &[meeting(90, true, false)]].concat();
        assert_eq!(unanswered(&again, None).map(|silence| silence.last_result_at), Some(Some(at(30))));
    }

    #[test]
    fn a_theme_is_put_to_a_body_from_its_confirmation_on_and_what_a_body_can_move_is_put_to_it() {
        use ThemeStatus as S;
        let presented: Vec<S> = S::ALL.iter().copied().filter(|status| is_presentable(*status)).collect();
        assert_eq!(
            presented,
            [S::Confirmed, S::Prioritised, S::InWork, S::Decided, S::Implemented, S::Evaluated, S::ForwardedToState]
        );
        for status in S::ALL {
            let is_moved = DecisionKind::ALL.iter().any(|kind| after(*status, *kind).is_some());
            assert!(is_presentable(*status) || !(is_moved || is_due(*status)), "{status:?}");
        }
    }

    #[test]
    fn a_theme_that_is_due_waits_without_standing_on_an_agenda() {
        let meetings = [meeting(1, false, false), meeting(30, false, false), meeting(60, false, false)];
        assert_eq!(unanswered(&meetings, None), None);
        assert_eq!(unanswered(&meetings, Some(at(2))).map(|silence| silence.meetings), Some(2));
        assert_eq!(unanswered(&meetings, Some(at(31))), None);
    }

    #[test]
    fn a_decision_moves_a_theme_only_where_it_is_due() {
        for status in ThemeStatus::ALL {
            for kind in DecisionKind::ALL {
                if let Some(next) = after(*status, *kind) {
                    assert!(awaits_answer(*status) && !awaits_answer(next), "{status:?} {kind:?}");
                }
            }
        }
        assert_eq!(after(ThemeStatus::InWork, DecisionKind::Adopt), Some(ThemeStatus::Decided));
        assert_eq!(after(ThemeStatus::Signal, DecisionKind::Adopt), None);
        assert_eq!(after(ThemeStatus::InWork, DecisionKind::TakeNote), None);
        for due in [ThemeStatus::Prioritised, ThemeStatus::InWork] {
            assert_eq!(after(due, DecisionKind::Reject), Some(ThemeStatus::Rejected));
        }
        assert_eq!(after(ThemeStatus::Confirmed, DecisionKind::Reject), None, "that is for the centre");
    }

    proptest! {
        #[test]
        fn the_order_in_which_meetings_are_told_does_not_matter(
            mut meetings in proptest::collection::vec((0_i64..50, any::<bool>(), any::<bool>()), 0..8), due in proptest::option::of(0_i64..50)
        ) {
            meetings.sort_unstable();
            meetings.dedup_by_key(|meeting| meeting.0);
            let all: Vec<HeldMeeting> = meetings.into_iter().map(|(day, theme, result)| meeting(day, theme, theme && result)).collect();
            let backwards: Vec<HeldMeeting> = all.iter().rev().copied().collect();
            prop_assert_eq!(unanswered(&all, due.map(at)), unanswered(&backwards, due.map(at)));
        }
    }
}
