//! The life of an edition of the case-management concept, as data.

use async_graphql::Enum;
use chrono::NaiveDate;
use entity::codes::{ConceptPositionKind, ConceptStatus, DecisionKind};

use crate::error::{ErrorCode, UserError};

/// A step in the life of an edition of the concept; each belongs to one or several mutations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Enum)]
pub enum ConceptTransition {
    /// Title and sections are written (`conceptChange`, `conceptArrange`, `conceptSectionAdd`, `conceptSectionChange`,
    /// `conceptSectionRemove`).
    Edit,
    /// Participants are named (`conceptParticipantAdd`, `conceptParticipantRemove`).
    Invite,
    /// Milestones are set and reached (`conceptMilestoneAdd`, `conceptMilestoneChange`, `conceptMilestoneRemove`).
    Plan,
    /// The participants are asked to comment on it and to take their positions (`conceptConsult`).
    Consult,
    /// Somebody comments on it (`conceptCommentAdd`).
    Comment,
    /// A participant takes a position (`conceptTakePosition`).
    TakePosition,
    /// A comment is answered (`conceptCommentSettle`).
    SettleComment,
    /// The writers take it back to change it (`conceptReturn`).
    Return,
    /// It is adopted by the decision of a body (`conceptAdopt`).
    Adopt,
    /// It is given up (`conceptWithdraw`).
    Withdraw,
    /// The next edition is drafted from it (`conceptDraft`).
    DraftNext,
}

impl ConceptTransition {
    /// All of them, in the order of a concept's life.
    pub const ALL: [Self; 11] = [
        Self::Edit,
        Self::Invite,
        Self::Plan,
        Self::Consult,
        Self::Comment,
        Self::TakePosition,
        Self::SettleComment,
        Self::Return,
        Self::Adopt,
        Self::Withdraw,
        Self::DraftNext,
    ];

    /// Its name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edit => "EDIT",
            Self::Invite => "INVITE",
            Self::Plan => "PLAN",
            Self::Consult => "CONSULT",
            Self::Comment => "COMMENT",
            Self::TakePosition => "TAKE_POSITION",
            Self::SettleComment => "SETTLE_COMMENT",
            Self::Return => "RETURN",
            Self::Adopt => "ADOPT",
            Self::Withdraw => "WITHDRAW",
            Self::DraftNext => "DRAFT_NEXT",
        }
    }
}

/// The whole life of an edition: by which step it goes from which status to which. Only the text of a draft can be written.
pub const STEPS: &[(ConceptStatus, ConceptTransition, ConceptStatus)] = {
    use ConceptStatus as S;
    use ConceptTransition as T;
    &[
        (S::Draft, T::Edit, S::Draft),
        (S::Draft, T::Invite, S::Draft),
        (S::Draft, T::Plan, S::Draft),
        (S::Draft, T::SettleComment, S::Draft),
        (S::Draft, T::Consult, S::InConsultation),
        (S::Draft, T::Withdraw, S::Withdrawn),
        (S::InConsultation, T::Invite, S::InConsultation),
        (S::InConsultation, T::Plan, S::InConsultation),
        (S::InConsultation, T::Comment, S::InConsultation),
        (S::InConsultation, T::TakePosition, S::InConsultation),
        (S::InConsultation, T::SettleComment, S::InConsultation),
        (S::InConsultation, T::Return, S::Draft),
        (S::InConsultation, T::Adopt, S::Adopted),
        (S::InConsultation, T::Withdraw, S::Withdrawn),
        (S::Adopted, T::Plan, S::Adopted),
        (S::Adopted, T::DraftNext, S::Adopted),
        (S::Superseded, T::DraftNext, S::Superseded),
        (S::Withdrawn, T::DraftNext, S::Withdrawn),
    ]
};

/// Whether an edition that stands so is being worked on. There is one at most, so that no edition is adopted that does not
/// know the one before.
#[must_use]
pub const fn is_under_way(status: ConceptStatus) -> bool {
    matches!(status, ConceptStatus::Draft | ConceptStatus::InConsultation)
}

/// Whether the milestones of an edition that stands so still matter to anybody.
#[must_use]
pub const fn has_plan(status: ConceptStatus) -> bool {
    !matches!(status, ConceptStatus::Superseded | ConceptStatus::Withdrawn)
}

/// What a step depends on besides the status.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    /// Sections that it has.
    pub sections: usize,
    /// Institutions that take part.
    pub participants: usize,
    /// Comments that nobody answered.
    pub open_comments: usize,
}

/// The status after a step.
///
/// # Errors
/// What stands in the way; the commands and `availableTransitions` ask this same function.
pub fn after(
    status: ConceptStatus,
    transition: ConceptTransition,
    standing: &Standing,
) -> Result<ConceptStatus, UserError> {
    use ConceptTransition as T;
    let step = STEPS.iter().find(|(from, by, _)| *from == status && *by == transition);
    let Some((_, _, to)) = step else {
        let error = UserError::at("", ErrorCode::ConceptStepNotAllowed);
        return Err(error.with("status", status.as_str()).with("transition", transition.as_str()));
    };
    match transition {
        T::Consult if standing.sections == 0 => Err(UserError::at("", ErrorCode::ConceptEmpty)),
        T::Consult if standing.participants == 0 => Err(UserError::at("", ErrorCode::ConceptWithoutParticipants)),
        T::Adopt if standing.open_comments > 0 => {
            Err(UserError::at("", ErrorCode::ConceptCommentsOpen).with("count", standing.open_comments))
        }
        _ => Ok(*to),
    }
}

/// Whether a decision of a body adopts an edition whose text stands since `opened_on`.
///
/// # Errors
/// What is wrong with the decision.
pub fn adopts(kind: DecisionKind, decided_on: NaiveDate, opened_on: NaiveDate) -> Result<(), UserError> {
    if kind != DecisionKind::Adopt {
        return Err(UserError::at("decisionId", ErrorCode::ConceptDecisionUnsuitable).with("kind", kind.as_str()));
    }
    if decided_on < opened_on {
        return Err(UserError::at("decisionId", ErrorCode::ConceptDecisionTooEarly).with("opened", opened_on));
    }
    Ok(())
}

/// Whether a position of this kind says nothing without words.
#[must_use]
pub const fn needs_words(kind: ConceptPositionKind) -> bool {
    match kind {
        ConceptPositionKind::Agree => false,
        ConceptPositionKind::AgreeWithReservation | ConceptPositionKind::Object => true,
    }
}

/// Whether a milestone is overdue on a day: it is due, and not reached.
#[must_use]
pub fn is_overdue(status: ConceptStatus, due_on: NaiveDate, reached_on: Option<NaiveDate>, today: NaiveDate) -> bool {
    has_plan(status) && reached_on.is_none() && due_on < today
}

/// Whether a text can be the key of a section: small letters, digits and hyphens, beginning with a letter.
#[must_use]
pub fn is_key(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::NaiveDate;
    use entity::codes::{ConceptStatus, DecisionKind};
    use proptest::prelude::*;

    use super::{ConceptTransition, STEPS, Standing, adopts, after, is_key, is_overdue, is_under_way};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_status_but_that_of_a_replaced_edition_is_reached_by_a_step_and_ends_are_ends() {
        let mut reached = BTreeSet::from([ConceptStatus::Draft]);
        for _ in ConceptStatus::ALL {
            for (from, _, to) in STEPS {
                if reached.contains(from) {
                    reached.insert(*to);
                }
            }
        }
        // An edition is superseded by what happens to another one.
        reached.insert(ConceptStatus::Superseded);
        assert_eq!(reached.len(), ConceptStatus::ALL.len());
        for (from, by, to) in STEPS.iter().filter(|(from, _, _)| !is_under_way(*from)) {
            assert_eq!(from, to, "{by:?} leads out of an end");
        }
        let ways: BTreeSet<_> = STEPS.iter().map(|(from, by, _)| (from.as_str(), by.as_str())).collect();
        assert_eq!(ways.len(), STEPS.len(), "one way at most by each step");
    }

    #[test]
    fn only_a_draft_is_written_and_nothing_but_its_plan_changes_in_an_adopted_edition() {
        let standing = Standing { sections: 1, participants: 1, open_comments: 0 };
        for status in ConceptStatus::ALL {
            assert_eq!(
                after(*status, ConceptTransition::Edit, &standing).is_ok(),
                *status == ConceptStatus::Draft,
                "{status:?}"
            );
        }
        let adopted: Vec<ConceptTransition> = ConceptTransition::ALL
            .into_iter()
            .filter(|step| after(ConceptStatus::Adopted, *step, &standing).is_ok())
            .collect();
        assert_eq!(adopted, [ConceptTransition::Plan, ConceptTransition::DraftNext]);
    }

    #[test]
    fn only_a_decision_that_adopts_and_knew_the_text_adopts_it() {
        let opened = day("2023-09-01");
        for kind in DecisionKind::ALL {
            assert_eq!(adopts(*kind, opened, opened).is_ok(), *kind == DecisionKind::Adopt, "{kind:?}");
        }
        assert!(adopts(DecisionKind::Adopt, day("2023-08-31"), opened).is_err());
    }

    #[test]
    fn a_milestone_is_overdue_from_the_day_after_it_was_due_until_it_is_reached_or_nobody_waits_for_it() {
        let due = day("2023-12-31");
        let overdue = |status, reached, today| is_overdue(status, due, reached, day(today));
        assert!(!overdue(ConceptStatus::Draft, None, "2023-12-31"));
        assert!(overdue(ConceptStatus::Draft, None, "2024-01-01"));
        assert!(overdue(ConceptStatus::Adopted, None, "2024-01-01"));
        assert!(!overdue(ConceptStatus::Draft, Some(day("2024-02-01")), "2024-03-01"));
        assert!(!overdue(ConceptStatus::Withdrawn, None, "2024-01-01"));
    }

    #[test]
    fn keys_are_plain() {
        for key in ["a", "ziele", "ziel-2"] {
            assert!(is_key(key), "{key}");
        }
        for text in ["", "2", "-a", "Ziele", "ä", "a b", "a_b", &"a".repeat(41)] {
            assert!(!is_key(text), "{text}");
        }
    }

    proptest! {
        /// Editions of a district, one after the other, and whatever is done to them in any order.
        #[test]
        fn one_edition_at_most_is_under_way_or_in_force_and_what_is_in_force_was_read_by_participants(
            steps in proptest::collection::vec((0_usize..11, 0_usize..3, 0_usize..3), 0..120)
        ) {
            let mut editions: Vec<(ConceptStatus, Standing, bool)> = Vec::new();
            for (step, sections, others) in steps {
                let transition = ConceptTransition::ALL[step];
                let under_way = editions.iter().position(|(status, ..)| is_under_way(*status));
                let latest = editions.last().map(|(status, standing, _)| (*status, *standing));
                let drafted = match latest {
                    _ if under_way.is_some() => None,
                    None => Some(Standing::default()),
                    Some((status, standing)) => after(status, ConceptTransition::DraftNext, &standing)
                        .is_ok()
                        .then_some(Standing { open_comments: 0, ..standing }),
                };
                editions.extend(drafted.map(|standing| (ConceptStatus::Draft, standing, false)));
                let Some((status, standing, was_read)) = editions.last_mut() else { continue };
                let Ok(next) = after(*status, transition, standing) else { continue };
                match transition {
                    ConceptTransition::Edit => standing.sections = sections,
                    ConceptTransition::Invite => standing.participants = others,
                    ConceptTransition::Comment => standing.open_comments += 1,
                    ConceptTransition::SettleComment => standing.open_comments = 0,
                    ConceptTransition::Consult => *was_read = true,
                    _ => {}
                }
                *status = next;
                if transition == ConceptTransition::Adopt {
                    prop_assert!(*was_read && standing.open_comments == 0 && standing.sections > 0);
                    let (_, before) = editions.split_last_mut().unwrap();
                    for (status, ..) in before.iter_mut().filter(|(status, ..)| *status == ConceptStatus::Adopted) {
                        *status = ConceptStatus::Superseded;
                    }
                }
                let count = |wanted: fn(ConceptStatus) -> bool| editions.iter().filter(|(status, ..)| wanted(*status)).count();
                prop_assert!(count(is_under_way) <= 1);
                prop_assert!(count(|status| status == ConceptStatus::Adopted) <= 1);
            }
        }
    }
}
