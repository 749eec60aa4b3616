//! The life of a generative theme as a table of data, and what a step needs.

use async_graphql::Enum;
use entity::codes::ThemeStatus;
use entity::ids::AccountId;

use crate::error::{ErrorCode, UserError};

/// Who takes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub enum ThemeHand {
    /// The supervisory centre: it confirms and rejects (`themeReview`).
    Centre,
    /// The coordinators: they prepare, prioritise, follow up (`themeSteer`).
    Coordination,
    /// A body, by a decision on an item of its agenda.
    Body,
    /// Whoever merges two themes (`themeMerge`).
    Merging,
}

/// A step in the life of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThemeStep {
    /// Where the theme stands before.
    pub from: ThemeStatus,
    /// And after.
    pub to: ThemeStatus,
    /// Who takes it.
    pub hand: ThemeHand,
    /// Whether a reason is needed.
    pub needs_reason: bool,
}

const fn step(from: ThemeStatus, to: ThemeStatus, hand: ThemeHand, needs_reason: bool) -> ThemeStep {
    ThemeStep { from, to, hand, needs_reason }
}

use ThemeHand::{Body, Centre, Coordination, Merging};
use ThemeStatus as S;

/// All steps.
pub const THEME_STEPS: &[ThemeStep] = &[
    step(S::Signal, S::Proposed, Coordination, false),
    step(S::Signal, S::Rejected, Centre, true),
    step(S::Proposed, S::UnderReview, Coordination, false),
    step(S::Proposed, S::Rejected, Centre, true),
    step(S::Proposed, S::Parked, Coordination, true),
    step(S::Proposed, S::Merged, Merging, false),
    step(S::UnderReview, S::Confirmed, Centre, false),
    step(S::UnderReview, S::Rejected, Centre, true),
    step(S::UnderReview, S::Parked, Coordination, true),
    step(S::UnderReview, S::Merged, Merging, false),
    step(S::Confirmed, S::Prioritised, Coordination, false),
    step(S::Confirmed, S::Rejected, Centre, true),
    step(S::Confirmed, S::Parked, Coordination, true),
    step(S::Confirmed, S::Merged, Merging, false),
    step(S::Confirmed, S::ForwardedToState, Body, false),
    step(S::Prioritised, S::InWork, Coordination, false),
    step(S::Prioritised, S::Decided, Body, false),
    step(S::Prioritised, S::Rejected, Body, true),
    step(S::Prioritised, S::ForwardedToState, Body, false),
    step(S::Prioritised, S::ForwardedToState, Coordination, true),
    step(S::Prioritised, S::Parked, Coordination, true),
    step(S::Prioritised, S::Merged, Merging, false),
    step(S::InWork, S::Decided, Body, false),
    step(S::InWork, S::Rejected, Body, true),
    step(S::InWork, S::ForwardedToState, Body, false),
    step(S::InWork, S::ForwardedToState, Coordination, true),
    step(S::InWork, S::Parked, Coordination, true),
    step(S::InWork, S::Merged, Merging, false),
    step(S::Decided, S::Implemented, Coordination, false),
    step(S::Decided, S::InWork, Coordination, true),
    step(S::Implemented, S::Evaluated, Coordination, false),
    step(S::Implemented, S::InWork, Coordination, true),
    step(S::Evaluated, S::InWork, Coordination, true),
    step(S::ForwardedToState, S::InWork, Coordination, true),
    step(S::ForwardedToState, S::Evaluated, Coordination, true),
    step(S::Parked, S::UnderReview, Coordination, false),
    step(S::Rejected, S::UnderReview, Centre, true),
];

/// What a theme rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grounds {
    /// Cases.
    pub cases: u32,
    /// Case managers who contributed.
    pub case_managers: u32,
    /// Municipalities.
    pub municipalities: u32,
    /// Whether a barrier is structural by its nature.
    pub is_structural: bool,
}

/// The fewest of each: cases, and either case managers or municipalities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Least {
    /// Cases.
    pub cases: u32,
    /// Case managers.
    pub case_managers: u32,
    /// Municipalities.
    pub municipalities: u32,
}

impl Grounds {
    /// Whether they suffice to confirm a theme: enough cases of enough case managers or municipalities, or one barrier that
    /// is structural by its nature (domain.md §6).
    #[must_use]
    pub const fn suffice(&self, least: &Least) -> bool {
        self.is_structural
            || (self.cases >= least.cases
                && (self.case_managers >= least.case_managers || self.municipalities >= least.municipalities))
    }
}

/// What is at hand when a step is to be taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AtHand {
    /// A reason.
    pub reason: bool,
    /// Enough evidence.
    pub grounds: bool,
    /// An answer to those who contributed.
    pub answer: bool,
}

/// What stands in the way of a step; empty if nothing does. Confirming without enough evidence is an exception that needs a
/// reason, and nothing is evaluated before those who contributed got an answer. The commands and `availableTransitions` ask
/// this same function.
#[must_use]
pub fn blocked_by(hand: ThemeHand, from: ThemeStatus, to: ThemeStatus, at_hand: AtHand) -> Vec<UserError> {
    let mut steps = THEME_STEPS.iter().filter(|step| step.from == from && step.to == to);
    let Some(step) = steps.clone().find(|step| step.hand == hand) else {
        let code = match steps.next() {
            Some(step) if step.hand == Centre => ErrorCode::ThemeStepOfCentre,
            Some(step) if step.hand == Coordination => ErrorCode::ThemeStepOfCoordination,
            Some(step) if step.hand == Body => ErrorCode::ThemeStepOfBody,
            _ => ErrorCode::StatusNotReachable,
        };
        return vec![UserError::at("status", code).with("from", from.as_str()).with("to", to.as_str())];
    };
    let needs_exception = to == S::Confirmed && !at_hand.grounds;
    if needs_exception && !at_hand.reason {
        return vec![UserError::at("options.reason", ErrorCode::ThemeEvidenceThin)];
    }
    if step.needs_reason && !at_hand.reason {
        return vec![UserError::at("options.reason", ErrorCode::ReasonNeeded)];
    }
    if needs_answer(to) && !at_hand.answer {
        return vec![UserError::at("status", ErrorCode::ThemeNotAnswered)];
    }
    Vec::new()
}

/// Whether a theme comes to stand so only after those who contributed got an answer.
#[must_use]
pub fn needs_answer(to: ThemeStatus) -> bool {
    to == S::Evaluated
}

/// What stands in the way of a theme being confirmed by who proposed it: a structural problem is one that two people see.
/// Whoever proposed it may well reject it. The commands and `availableTransitions` ask this same function.
#[must_use]
pub fn four_eyes(
    hand: ThemeHand,
    to: ThemeStatus,
    proposed_by: Option<AccountId>,
    actor: Option<AccountId>,
) -> Option<UserError> {
    let is_own = proposed_by.is_some() && proposed_by == actor;
    (hand == Centre && to == S::Confirmed && is_own).then(|| UserError::at("", ErrorCode::FourEyes))
}

/// Whether a theme can take up evidence, or be merged or split.
#[must_use]
pub fn is_open(status: ThemeStatus) -> bool {
    THEME_STEPS.iter().any(|step| step.from == status && step.to == S::Merged) || status == S::Signal
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use entity::codes::ThemeStatus as S;
    use entity::ids::{AccountId, Identifier};

    use super::{AtHand, Grounds, Least, THEME_STEPS, ThemeHand, blocked_by, four_eyes, is_open};
    use crate::error::ErrorCode;

    const LEAST: Least = Least { cases: 3, case_managers: 2, municipalities: 2 };

    fn codes(hand: ThemeHand, from: S, to: S, reason: bool, grounds: bool) -> Vec<ErrorCode> {
        let at_hand = AtHand { reason, grounds, answer: true };
        blocked_by(hand, from, to, at_hand).iter().map(|error| error.code).collect()
    }

    #[test]
    fn every_status_is_reached_and_only_merged_is_final() {
        let mut reached = BTreeSet::from([S::Signal]);
        while let Some(step) =
            THEME_STEPS.iter().find(|step| reached.contains(&step.from) && !reached.contains(&step.to))
        {
            reached.insert(step.to);
        }
        assert_eq!(reached.len(), S::ALL.len());
        let last: Vec<S> =
            S::ALL.iter().copied().filter(|status| !THEME_STEPS.iter().any(|step| step.from == *status)).collect();
        assert_eq!(last, [S::Merged]);
    }

    #[test]
    fn nothing_is_decided_but_by_a_body_and_nothing_confirmed_but_by_the_centre() {
        for step in THEME_STEPS {
            if step.to == S::Decided {
                assert_eq!(step.hand, ThemeHand::Body);
            }
            if step.to == S::Confirmed {
                assert_eq!(step.hand, ThemeHand::Centre);
            }
            if step.to == S::Rejected {
                // The centre, until bodies have to deal with the theme; from then on a body. Always with a reason.
                let is_of_bodies = matches!(step.from, S::Prioritised | S::InWork);
                let hand = if is_of_bodies { ThemeHand::Body } else { ThemeHand::Centre };
                assert!(step.hand == hand && step.needs_reason, "{step:?}");
            }
        }
        assert_eq!(codes(ThemeHand::Coordination, S::InWork, S::Decided, true, true), [ErrorCode::ThemeStepOfBody]);
        let confirm = |hand| codes(hand, S::UnderReview, S::Confirmed, true, true);
        assert_eq!(confirm(ThemeHand::Coordination), [ErrorCode::ThemeStepOfCentre]);
        assert_eq!(confirm(ThemeHand::Centre), []);
    }

    #[test]
    fn decisions_of_bodies_move_themes_along_the_table() {
        for status in S::ALL {
            for decision in entity::codes::DecisionKind::ALL {
                if let Some(next) = crate::domain::bodies::theme::after(*status, *decision) {
                    // A rejection has a reason: the words of the decision.
                    let reason = next == S::Rejected;
                    assert_eq!(codes(ThemeHand::Body, *status, next, reason, true), [], "{status:?} {decision:?}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_evaluated_before_those_who_contributed_got_an_answer() {
        let evaluate = |from, answer| {
            let at_hand = AtHand { reason: true, grounds: true, answer };
            let blocked = blocked_by(ThemeHand::Coordination, from, S::Evaluated, at_hand);
            blocked.iter().map(|error| error.code).collect::<Vec<_>>()
        };
        for from in [S::Implemented, S::ForwardedToState] {
            assert_eq!((evaluate(from, false), evaluate(from, true)), (vec![ErrorCode::ThemeNotAnswered], vec![]));
        }
        let others = THEME_STEPS.iter().filter(|step| step.to != S::Evaluated);
        for step in others {
            let at_hand = AtHand { reason: true, grounds: true, answer: false };
            assert_eq!(blocked_by(step.hand, step.from, step.to, at_hand).len(), 0, "{step:?}");
        }
    }

    #[test]
    fn thin_evidence_needs_a_reasoned_exception_and_a_rejection_a_reason() {
        let confirm = |reason, grounds| codes(ThemeHand::Centre, S::UnderReview, S::Confirmed, reason, grounds);
        assert_eq!(confirm(false, false), [ErrorCode::ThemeEvidenceThin]);
        assert_eq!((confirm(true, false), confirm(false, true)), (vec![], vec![]));
        let reject = |reason| codes(ThemeHand::Centre, S::Proposed, S::Rejected, reason, false);
        assert_eq!((reject(false), reject(true)), (vec![ErrorCode::ReasonNeeded], vec![]));
        assert_eq!(codes(ThemeHand::Centre, S::Merged, S::UnderReview, true, true), [ErrorCode::StatusNotReachable]);
    }

    #[test]
    fn who_proposed_a_theme_may_reject_it_and_not_confirm_it() {
        let (one, two) = (AccountId::new(), AccountId::new());
        let code = |to, by, actor| four_eyes(ThemeHand::Centre, to, by, actor).map(|error| error.code);
        assert_eq!(code(S::Confirmed, Some(one), Some(one)), Some(ErrorCode::FourEyes));
        assert_eq!(code(S::Confirmed, Some(one), Some(two)), None);
        // What the system proposed, nobody of the centre has proposed.
        assert_eq!((code(S::Confirmed, None, Some(one)), code(S::Confirmed, None, None)), (None, None));
        assert_eq!((code(S::Rejected, Some(one), Some(one)), code(S::UnderReview, Some(one), Some(one))), (None, None));
    }

    #[test]
    fn evidence_suffices_with_enough_cases_of_two_people_or_two_towns_or_one_structural_barrier() {
        let grounds = |cases, case_managers, municipalities| Grounds {
            cases,
            case_managers,
            municipalities,
            is_structural: false,
        };
        assert!(grounds(3, 2, 1).suffice(&LEAST) && grounds(3, 1, 2).suffice(&LEAST));
        assert!(!grounds(2, 2, 2).suffice(&LEAST) && !grounds(9, 1, 1).suffice(&LEAST));
        assert!(Grounds { is_structural: true, ..grounds(1, 1, 1) }.suffice(&LEAST));
    }

    #[test]
    fn a_decided_theme_takes_up_no_more_evidence() {
        assert!(is_open(S::Proposed) && is_open(S::InWork) && !is_open(S::Decided) && !is_open(S::Merged));
    }
}
