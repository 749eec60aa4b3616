//! What is to be done after decisions: assigned, reported as done, dropped.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::{ActionItemStatus, NoticeKind};
use entity::ids::{ActionItemId, DecisionId, Identifier, OrganisationId};
use serde::Serialize;

use super::expect_organisation;
use crate::access::{on, verb};
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::commands::structure::theme::guard;
use crate::domain::input::{Checks, REASON_MAXIMUM, days};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::bodies::action_item::{self, ActionItem};
use crate::store::bodies::{decision, meeting};
use crate::store::casework::notice::{self, Recipient};
use crate::store::structure::theme_touch::{self, AtItem};

impl Record for ActionItem {
    type Id = ActionItemId;

    fn id(&self) -> ActionItemId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }

    fn subject(&self) -> String {
        self.body_id.to_string()
    }
}

macro_rules! loads_action {
    () => {
        async fn load(work: &Work<'_, Self::Verb>, id: ActionItemId) -> Result<Option<ActionItem>, Failure> {
            action_item::lock(work.transaction.connection(), work.permit, id).await
        }
    };
}

macro_rules! changes_action {
    () => {
        fn target(&self) -> (ActionItemId, &'static str) {
            (self.action_item_id, "actionItemId")
        }

        fn expected_version(&self) -> Option<i32> {
            self.expected_version
        }
    };
}

/// What is to be done about a theme, and what came of it, must not tell who a person of its evidence is.
async fn guard_text<V: on::Meeting>(
    work: &Work<'_, V>,
    decision: DecisionId,
    path: &str,
    text: &str,
) -> Result<(), Stop> {
    let place = AtItem::Decision(decision);
    let theme = theme_touch::at_item(work.transaction.connection(), work.permit, place).await?;
    guard(work, theme.as_slice(), &[(path, Some(text))]).await
}

/// Something to be done after a decision. The institution is told.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ActionItemAssignInput {
    /// The decision.
    pub decision_id: DecisionId,
    /// The institution that is responsible.
    pub organisation_id: OrganisationId,
    /// What is to be done, at most 2000 characters. No personal data of clients.
    pub text: String,
    /// Until when, not before the decision; null: no day was agreed.
    pub due_on: Option<NaiveDate>,
}

impl Command for ActionItemAssignInput {
    const NAME: &'static str = "actionItemAssign";
    type Verb = verb::RecordDecision;
    type Record = ActionItem;

    loads_action!();

    fn check(&self, checks: &mut Checks) {
        checks.prose("text", Some(&self.text), REASON_MAXIMUM);
        checks.day("dueOn", self.due_on);
    }
}

impl Creates for ActionItemAssignInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<ActionItem>, Stop> {
        let connection = work.transaction.connection();
        let missing = || UserError::at("decisionId", ErrorCode::NotFound);
        let decision = decision::lock(connection, work.permit, self.decision_id).await?.ok_or_else(missing)?;
        let meeting = meeting::lock(connection, work.permit, decision.meeting_id).await?.ok_or_else(missing)?;
        expect_organisation(work, "organisationId", self.organisation_id).await?;
        if self.due_on.is_some_and(|due| due < decision.decided_on) {
            let early = UserError::at("dueOn", ErrorCode::DateOutOfRange);
            return Err(early.with("earliest", decision.decided_on).with("latest", days().1).into());
        }
        guard_text(work, decision.id, "text", &self.text).await?;
        let assigned = ActionItem {
            id: ActionItemId::new(),
            district_id: work.permit.district_id(),
            body_id: meeting.body_id,
            decision_id: decision.id,
            organisation_id: self.organisation_id,
            text: self.text.clone(),
            due_on: self.due_on,
            status: ActionItemStatus::Open,
            result: None,
            settled_on: None,
            version: 1,
            created_at: work.now,
            updated_at: work.now,
        };
        action_item::insert(connection, work.permit, &assigned).await?;
        let (recipient, subject) = (Recipient::Organisation(self.organisation_id), assigned.id.to_string());
        notice::tell(connection, work.permit, recipient, NoticeKind::ActionAssigned, &subject, work.now).await?;
        Ok(Done::new(assigned))
    }
}

/// Something that is done.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ActionItemReportInput {
    /// What was to be done: open, and of your own institution, unless you coordinate.
    pub action_item_id: ActionItemId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// What came of it, at most 2000 characters. No personal data of clients.
    pub result: String,
}

impl Command for ActionItemReportInput {
    const NAME: &'static str = "actionItemReport";
    type Verb = verb::ReportAction;
    type Record = ActionItem;

    loads_action!();

    fn check(&self, checks: &mut Checks) {
        checks.prose("result", Some(&self.result), REASON_MAXIMUM);
    }
}

impl Changes for ActionItemReportInput {
    changes_action!();

    async fn change(&self, work: &Work<'_, Self::Verb>, action: ActionItem) -> Result<Done<ActionItem>, Stop> {
        settle(work, action, ActionItemStatus::Done, &self.result).await
    }
}

/// Something that is not to be done any more.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ActionItemDropInput {
    /// What was to be done: open.
    pub action_item_id: ActionItemId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// Why not, at most 2000 characters. No personal data of clients.
    pub result: String,
}

impl Command for ActionItemDropInput {
    const NAME: &'static str = "actionItemDrop";
    type Verb = verb::RecordDecision;
    type Record = ActionItem;

    loads_action!();

    fn check(&self, checks: &mut Checks) {
        checks.prose("result", Some(&self.result), REASON_MAXIMUM);
    }
}

impl Changes for ActionItemDropInput {
    changes_action!();

    async fn change(&self, work: &Work<'_, Self::Verb>, action: ActionItem) -> Result<Done<ActionItem>, Stop> {
        settle(work, action, ActionItemStatus::Dropped, &self.result).await
    }
}

async fn settle<V: on::Meeting>(
    work: &Work<'_, V>,
    mut action: ActionItem,
    status: ActionItemStatus,
    result: &str,
) -> Result<Done<ActionItem>, Stop> {
    if action.status != ActionItemStatus::Open {
        let settled = UserError::at("", ErrorCode::ActionItemSettled);
        return Err(settled.with("status", action.status.as_str()).into());
    }
    guard_text(work, action.decision_id, "result", result).await?;
    action.status = status;
    action.result = Some(result.to_owned());
    action.settled_on = Some(work.today);
    action.version = action.version.saturating_add(1);
    action.updated_at = work.now;
    action_item::update(work.transaction.connection(), work.permit, &action).await?;
    Ok(Done::new(action))
}
