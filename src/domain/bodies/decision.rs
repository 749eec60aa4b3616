//! What a vote has to be like.

use std::collections::BTreeSet;

use entity::codes::{DecisionKind, Vote, VotingKind};

use crate::error::{ErrorCode, UserError};

/// Who could vote, and who had to abstain from it.
#[derive(Clone, Debug)]
pub struct Electorate<M> {
    /// The voting members who are present.
    pub present: BTreeSet<M>,
    /// Those of them with a conflict of interest.
    pub excluded: BTreeSet<M>,
    /// The fewest voting members who have to be present.
    pub quorum: Option<usize>,
}

/// How a body voted.
#[derive(Clone, Debug)]
pub enum Votes<M> {
    /// Not at all.
    None,
    /// By show of hands.
    Count {
        /// For it.
        yes: usize,
        /// Against it.
        no: usize,
        /// Neither.
        abstentions: usize,
    },
    /// By name.
    Names(Vec<(M, Vote)>),
}

/// What goes on record of a vote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// How it was voted.
    pub voting: VotingKind,
    /// For it, against it, neither; absent without a vote.
    pub counts: Option<(usize, usize, usize)>,
}

impl<M: Copy + Ord> Electorate<M> {
    /// Those who vote.
    fn voters(&self) -> impl Iterator<Item = M> + '_ {
        self.present.iter().copied().filter(|member| !self.excluded.contains(member))
    }
}

/// Whether a body can decide so: it has a quorum, the votes add up to those who may vote, and they fit the result. To take
/// note needs no vote, and without one no quorum either.
///
/// # Errors
/// All that is wrong with it, with the path of the input.
pub fn tally<M: Copy + Ord>(
    kind: DecisionKind,
    votes: &Votes<M>,
    electorate: &Electorate<M>,
) -> Result<Tally, Vec<UserError>> {
    if let Votes::None = votes {
        return match kind {
            DecisionKind::TakeNote => Ok(Tally { voting: VotingKind::None, counts: None }),
            _ => Err(vec![UserError::at("votes", ErrorCode::VotesNeeded)]),
        };
    }
    let present = electorate.present.len();
    if let Some(quorum) = electorate.quorum.filter(|quorum| present < *quorum) {
        let missing = UserError::at("", ErrorCode::QuorumMissing);
        return Err(vec![missing.with("present", present).with("quorum", quorum)]);
    }
    let expected = electorate.voters().count();
    let (voting, yes, no, abstentions) = match votes {
        Votes::Names(names) => {
            let voters: BTreeSet<M> = electorate.voters().collect();
            let mut seen = BTreeSet::new();
            let mut errors = Vec::new();
            for (place, (member, vote)) in names.iter().enumerate() {
                let path = format!("votes.names.{place}");
                if !voters.contains(member) || *vote == Vote::Excluded {
                    errors.push(UserError::at(&path, ErrorCode::VoterNotEntitled));
                } else if !seen.insert(*member) {
                    errors.push(UserError::at(&path, ErrorCode::DuplicateEntry));
                }
            }
            if !errors.is_empty() {
                return Err(errors);
            }
            let of = |wanted: Vote| names.iter().filter(|(_, vote)| *vote == wanted).count();
            (VotingKind::Names, of(Vote::Yes), of(Vote::No), of(Vote::Abstention))
        }
        Votes::Count { yes, no, abstentions } => (VotingKind::Count, *yes, *no, *abstentions),
        Votes::None => (VotingKind::None, 0, 0, 0),
    };
    let sum = yes.saturating_add(no).saturating_add(abstentions);
    if sum != expected {
        let mismatch = UserError::at("votes", ErrorCode::VotesMismatch);
        return Err(vec![mismatch.with("sum", sum).with("expected", expected)]);
    }
    let fits = match kind {
        DecisionKind::TakeNote => true,
        DecisionKind::Reject => yes <= no,
        _ => yes > no,
    };
    if !fits {
        let contradiction = UserError::at("votes", ErrorCode::VotesContradictDecision);
        return Err(vec![contradiction.with("yes", yes).with("no", no)]);
    }
    Ok(Tally { voting, counts: Some((yes, no, abstentions)) })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use entity::codes::{DecisionKind, Vote, VotingKind};
    use proptest::prelude::*;

    use super::{Electorate, Tally, Votes, tally};
    use crate::error::ErrorCode;

    fn electorate(present: usize, excluded: usize, quorum: Option<usize>) -> Electorate<usize> {
        Electorate { present: (0..present).collect(), excluded: (0..excluded).collect(), quorum }
    }

    fn codes(result: Result<Tally, Vec<crate::error::UserError>>) -> Vec<ErrorCode> {
        result.err().into_iter().flatten().map(|error| error.code).collect()
    }

    #[test]
    fn to_take_note_needs_neither_vote_nor_quorum_and_all_else_does() {
        let empty = electorate(0, 0, Some(3));
        for kind in DecisionKind::ALL {
            let refused = codes(tally(*kind, &Votes::None, &empty));
            let expected = if *kind == DecisionKind::TakeNote { vec![] } else { vec![ErrorCode::VotesNeeded] };
            assert_eq!(refused, expected, "{kind:?}");
        }
        let votes = Votes::Count { yes: 2, no: 0, abstentions: 0 };
        assert_eq!(codes(tally(DecisionKind::Adopt, &votes, &electorate(2, 0, Some(3)))), [ErrorCode::QuorumMissing]);
        assert!(tally(DecisionKind::Adopt, &votes, &electorate(2, 0, Some(2))).is_ok());
    }

    #[test]
    fn a_member_with_a_conflict_counts_for_the_quorum_and_not_for_the_vote() {
        let votes = |yes| Votes::Count { yes, no: 0, abstentions: 0 };
        let body = electorate(3, 1, Some(3));
        assert!(tally(DecisionKind::Adopt, &votes(2), &body).is_ok());
        assert_eq!(codes(tally(DecisionKind::Adopt, &votes(3), &body)), [ErrorCode::VotesMismatch]);
        let names = |member| Votes::Names(vec![(1, Vote::Yes), (member, Vote::Yes)]);
        assert!(tally(DecisionKind::Adopt, &names(2), &body).is_ok());
        assert_eq!(codes(tally(DecisionKind::Adopt, &names(0), &body)), [ErrorCode::VoterNotEntitled]);
        assert_eq!(codes(tally(DecisionKind::Adopt, &names(9), &body)), [ErrorCode::VoterNotEntitled]);
        assert_eq!(codes(tally(DecisionKind::Adopt, &names(1), &body)), [ErrorCode::DuplicateEntry]);
    }

    #[test]
    fn a_tie_rejects() {
        let tie = Votes::Count { yes: 2, no: 2, abstentions: 0 };
        let body = electorate(4, 0, None);
        assert!(tally(DecisionKind::Reject, &tie, &body).is_ok());
        assert_eq!(codes(tally(DecisionKind::Adopt, &tie, &body)), [ErrorCode::VotesContradictDecision]);
    }

    proptest! {
        #[test]
        fn what_is_on_record_adds_up_to_those_who_may_vote(
            kind in proptest::sample::select(DecisionKind::ALL),
            present in 0_usize..12,
            excluded in 0_usize..4,
            quorum in proptest::option::of(0_usize..8),
            (yes, no, abstentions) in (0_usize..12, 0_usize..12, 0_usize..6),
            named in proptest::collection::vec((0_usize..12, proptest::sample::select(Vote::ALL)), 0..12),
            by_name in any::<bool>(),
        ) {
            let body = electorate(present, excluded.min(present), quorum);
            let votes = if by_name { Votes::Names(named.clone()) } else { Votes::Count { yes, no, abstentions } };
            if let Ok(Tally { voting, counts }) = tally(kind, &votes, &body) {
                let (yes, no, abstentions) = counts.unwrap();
                prop_assert_eq!(yes + no + abstentions, present - excluded.min(present));
                prop_assert!(quorum.is_none_or(|quorum| present >= quorum));
                prop_assert_eq!(voting, if by_name { VotingKind::Names } else { VotingKind::Count });
                if by_name {
                    let members: BTreeSet<_> = named.iter().map(|(member, _)| *member).collect();
                    prop_assert_eq!(members.len(), named.len());
                    prop_assert!(named.iter().all(|(member, vote)| *vote != Vote::Excluded && !body.excluded.contains(member)));
                }
                match kind {
                    DecisionKind::TakeNote => {}
                    DecisionKind::Reject => prop_assert!(yes <= no),
                    _ => prop_assert!(yes > no),
                }
            }
        }
    }
}
