//! Decisions: recorded with their votes.

use std::collections::BTreeSet;

use async_graphql::{InputObject, OneofObject};
use entity::codes::{AttendanceStatus, DecisionKind, Vote};
use entity::ids::{AgendaItemId, BodyMembershipId, DecisionId, Identifier};
use serde::Serialize;
use serde_json::json;

use super::{TEXT_MAXIMUM, check_url, lock_item};
use crate::access::verb;
use crate::clock::legal_day;
use crate::commands::pipeline::{Command, Creates, Done, Record, Stop, Work};
use crate::commands::structure::theme::guard;
use crate::domain::bodies::agenda::{open_for_result, result};
use crate::domain::bodies::decision::{Electorate, Votes, tally};
use crate::domain::input::Checks;
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::bodies::decision::{self, Decision, DecisionVote};
use crate::store::bodies::publication::Source;
use crate::store::bodies::{agenda_item, meeting, membership};
use crate::store::structure::theme_touch;

/// The most votes of one kind.
const VOTES_MAXIMUM: i32 = 1_000;

impl Record for Decision {
    type Id = DecisionId;

    fn id(&self) -> DecisionId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }

    fn subject(&self) -> String {
        self.meeting_id.to_string()
    }

    fn published_with(&self) -> Option<Source> {
        Some(Source::Meeting(self.meeting_id))
    }
}

/// Votes by show of hands.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct VoteCountInput {
    /// Votes for it.
    pub yes: i32,
    /// Votes against it.
    pub no: i32,
    /// Abstentions.
    pub abstentions: i32,
}

/// The vote of a member.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct NamedVoteInput {
    /// The membership: with a vote, present, without a conflict of interest.
    pub body_membership_id: BodyMembershipId,
    /// How the member voted: YES, NO or ABSTENTION.
    pub vote: Vote,
}

/// How a body voted: exactly one of the two.
#[derive(Clone, Debug, Serialize, OneofObject)]
pub enum VotesInput {
    /// By show of hands.
    Count(VoteCountInput),
    /// By name: each voting member who was present and had no conflict of interest.
    Names(Vec<NamedVoteInput>),
}

/// A decision on an item.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct DecisionRecordInput {
    /// The item: open, without parts, of a meeting that takes place.
    pub agenda_item_id: AgendaItemId,
    /// What was decided. More yes than no is needed for all but REJECT and TAKE_NOTE. ADOPT, REJECT and REFER_TO_STATE move a
    /// theme that is PRIORITISED or IN_WORK.
    pub kind: DecisionKind,
    /// The words of the decision, at most 4000 characters. No personal data of clients. Where a theme is rejected, they are
    /// its reason, which those who contributed see; `options.reason` takes their place if it is given.
    pub text: String,
    /// How it was voted; only TAKE_NOTE needs no vote. The votes add up to the voting members who were present, without those
    /// with a conflict of interest.
    pub votes: Option<VotesInput>,
    /// The memberships that had no vote because of a conflict of interest (Befangenheit).
    #[graphql(default)]
    pub excluded_ids: Vec<BodyMembershipId>,
    /// The paper elsewhere that it is about, e.g. in a council information system: begins with https://.
    pub paper_url: Option<String>,
}

impl Command for DecisionRecordInput {
    const NAME: &'static str = "decisionRecord";
    type Verb = verb::RecordDecision;
    type Record = Decision;

    fn check(&self, checks: &mut Checks) {
        checks.prose("text", Some(&self.text), TEXT_MAXIMUM);
        if let Some(url) = &self.paper_url {
            check_url(checks, "paperUrl", url);
        }
        if let Some(VotesInput::Count(count)) = &self.votes {
            for (name, number) in [("yes", count.yes), ("no", count.no), ("abstentions", count.abstentions)] {
                checks.require((0..=VOTES_MAXIMUM).contains(&number), || {
                    let error = UserError::at(&format!("votes.count.{name}"), ErrorCode::NumberOutOfRange);
                    error.with("minimum", 0).with("maximum", VOTES_MAXIMUM)
                });
            }
        }
    }

    async fn load(work: &Work<'_, Self::Verb>, id: DecisionId) -> Result<Option<Decision>, Failure> {
        decision::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl DecisionRecordInput {
    fn votes(&self) -> Votes<BodyMembershipId> {
        let count = |number: i32| usize::try_from(number).unwrap_or(0);
        match &self.votes {
            None => Votes::None,
            Some(VotesInput::Count(VoteCountInput { yes, no, abstentions })) => {
                Votes::Count { yes: count(*yes), no: count(*no), abstentions: count(*abstentions) }
            }
            Some(VotesInput::Names(names)) => {
                Votes::Names(names.iter().map(|vote| (vote.body_membership_id, vote.vote)).collect())
            }
        }
    }

    /// The members who had no vote, of those who were present and have one.
    fn excluded(&self, present: &BTreeSet<BodyMembershipId>) -> Result<BTreeSet<BodyMembershipId>, Vec<UserError>> {
        let (mut excluded, mut errors) = (BTreeSet::new(), Vec::new());
        for (place, id) in self.excluded_ids.iter().enumerate() {
            let path = format!("excludedIds.{place}");
            if !present.contains(id) {
                errors.push(UserError::at(&path, ErrorCode::VoterNotEntitled));
            } else if !excluded.insert(*id) {
                errors.push(UserError::at(&path, ErrorCode::DuplicateEntry));
            }
        }
        if errors.is_empty() { Ok(excluded) } else { Err(errors) }
    }
}

impl Creates for DecisionRecordInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Decision>, Stop> {
        let connection = work.transaction.connection();
        let found = lock_item(work, self.agenda_item_id).await?;
        let (meeting, mut item) = found.ok_or_else(|| UserError::at("agendaItemId", ErrorCode::NotFound))?;
        let items = agenda_item::of_meetings(connection, work.permit, &[meeting.id]).await?;
        let has_parts = items.iter().any(|other| other.parent_id == Some(item.id));
        open_for_result(meeting.status, item.status, has_parts)?;
        let texts = [("text", Some(&*self.text)), ("options.reason", work.reason)];
        guard(work, item.theme_id.as_slice(), &texts).await?;
        let body = meeting::body(connection, work.permit, meeting.body_id).await?;
        let day = legal_day(meeting.starts_at);
        let members = membership::on_day(connection, work.permit, meeting.body_id, day).await?;
        let attendance = meeting::attendance_of(connection, work.permit, &[meeting.id]).await?;
        let present: BTreeSet<BodyMembershipId> = attendance
            .iter()
            .filter(|row| row.status == AttendanceStatus::Present)
            .map(|row| row.membership_id)
            .filter(|id| members.get(id).is_some_and(|member| member.has_vote))
            .collect();
        let excluded = self.excluded(&present)?;
        let quorum = body.and_then(|body| body.quorum).and_then(|quorum| usize::try_from(quorum).ok());
        let tally = tally(self.kind, &self.votes(), &Electorate { present, excluded: excluded.clone(), quorum })?;
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        let id = DecisionId::new();
        let recorded = Decision {
            id,
            district_id: work.permit.district_id(),
            meeting_id: meeting.id,
            item_id: item.id,
            kind: self.kind,
            text: self.text.clone(),
            voting: tally.voting,
            yes: tally.counts.map(|(yes, _, _)| number(yes)),
            no: tally.counts.map(|(_, no, _)| number(no)),
            abstentions: tally.counts.map(|(_, _, abstentions)| number(abstentions)),
            paper_url: self.paper_url.as_ref().map(|url| url.trim().to_owned()),
            decided_on: day,
            recorded_by: work.actor.account_id(),
            created_at: work.now,
        };
        let vote = |membership_id: BodyMembershipId, vote: Vote| DecisionVote {
            decision_id: id,
            membership_id,
            district_id: work.permit.district_id(),
            vote,
        };
        let mut votes: Vec<DecisionVote> = excluded.iter().map(|member| vote(*member, Vote::Excluded)).collect();
        if let Some(VotesInput::Names(names)) = &self.votes {
            votes.extend(names.iter().map(|named| vote(named.body_membership_id, named.vote)));
        }
        decision::insert(connection, work.permit, &recorded, &votes).await?;
        item.status = result(self.kind);
        item.version = item.version.saturating_add(1);
        item.updated_at = work.now;
        agenda_item::update(connection, work.permit, &item).await?;
        let mut theme = None;
        if let Some(id) = item.theme_id {
            // A rejection of a theme has a reason: if no other one is given, the words of the decision.
            let words = (self.kind == DecisionKind::Reject).then_some(self.text.trim());
            let by = (work.actor.account_id(), work.reason.or(words));
            let status = theme_touch::decided(connection, work.permit, id, self.kind, by, work.now).await?;
            theme = status.map(|status| json!({ "id": id, "status": status }));
        }
        Ok(Done::new(recorded).with(json!({ "itemStatus": item.status, "votes": votes.len(), "theme": theme })))
    }
}
