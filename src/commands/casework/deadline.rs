//! Deadlines of cases: add, settle, reopen, move. The program computes days and shows them; people decide.

use async_graphql::{Enum, InputObject, OneofObject};
use chrono::NaiveDate;
use entity::codes::{CaseStatus, DeadlinePrecision, DeadlineStatus, TextKind};
use entity::ids::{CaseId, ClientId, DeadlineId, Identifier};
use serde::Serialize;

use super::deadline_rule::check_reminders;
use super::work::record_in_case;
use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Stop, Texts, Work};
use crate::domain::casework::deadline::{in_order, precision, reminders, version_for};
use crate::domain::district::code_list::is_code;
use crate::domain::input::{Checks, REASON_MAXIMUM, days};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::deadline::{self, Deadline};
use crate::store::casework::{case, case_person, deadline_rule};

record_in_case!(Deadline, DeadlineId, |deadline| Some(deadline.version));

/// A deadline that follows from a day by a rule.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct DeadlineByRule {
    /// The code of the rule, as `deadlineRules` names it. The version in force on the first day applies; for a rule that starts
    /// from a birth date, the one in force today.
    pub rule_code: String,
    /// The first day: of what, the rule's `basis` says. A birth date is not kept; the day that follows from it is sealed.
    pub basis_on: NaiveDate,
}

/// Where a deadline comes from: exactly one of the two.
#[derive(Clone, Debug, Serialize, OneofObject)]
pub enum DeadlineOrigin {
    /// It follows from a day by a rule.
    Rule(DeadlineByRule),
    /// The day is known, e.g. from a letter. Not for birthdays: everybody who may see the case sees this day.
    DueOn(NaiveDate),
}

/// A deadline to be added to a case.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct DeadlineAddInput {
    /// The case. It must not be closed.
    pub case_id: CaseId,
    /// The person of the case whom it is about, e.g. the child who comes of age; left out: the person that the case is about.
    pub client_id: Option<ClientId>,
    /// By which rule, or on which day.
    pub origin: DeadlineOrigin,
    /// What it is about. Sealed. Needed without a rule; at most 2000 characters.
    pub text: Option<String>,
    /// So many days before the deadline you want to be reminded: at most 10 numbers from 0 to 1000. Left out: as the rule
    /// says, and not at all without one.
    pub remind_days_before: Option<Vec<i32>>,
}

/// The earliest birth date that a deadline can follow from.
fn earliest_birth() -> NaiveDate {
    NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or(NaiveDate::MIN)
}

impl Command for DeadlineAddInput {
    const NAME: &'static str = "deadlineAdd";
    type Verb = verb::WorkOnCase;
    type Record = Deadline;

    fn check(&self, checks: &mut Checks) {
        match &self.origin {
            DeadlineOrigin::Rule(DeadlineByRule { rule_code, basis_on }) => {
                checks.require(is_code(rule_code), || UserError::at("origin.rule.ruleCode", ErrorCode::CodeMalformed));
                let (earliest, latest) = (earliest_birth(), days().1);
                checks.require((earliest..=latest).contains(basis_on), || {
                    let beyond = UserError::at("origin.rule.basisOn", ErrorCode::DateOutOfRange);
                    beyond.with("earliest", earliest).with("latest", latest)
                });
            }
            DeadlineOrigin::DueOn(day) => {
                checks.day("origin.dueOn", Some(*day));
                checks.require(self.text.is_some(), || UserError::at("text", ErrorCode::TextEmpty));
            }
        }
        checks.prose("text", self.text.as_deref(), REASON_MAXIMUM);
        check_reminders(checks, "remindDaysBefore", self.remind_days_before.as_deref().unwrap_or_default());
    }

    async fn load(work: &Work<'_, Self::Verb>, id: DeadlineId) -> Result<Option<Deadline>, Failure> {
        deadline::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for DeadlineAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Deadline>, Stop> {
        let connection = work.transaction.connection();
        let case = case::lock(connection, work.permit, self.case_id).await?;
        let case = case.ok_or_else(|| UserError::at("caseId", ErrorCode::NotFound))?;
        if case.status == CaseStatus::Closed {
            return Err(UserError::at("caseId", ErrorCode::CaseNotOpen).with("status", case.status.as_str()).into());
        }
        let client = self.client_id.unwrap_or(case.client_id);
        if client != case.client_id && !case_person::belongs(connection, work.permit, case.id, client).await? {
            return Err(UserError::at("clientId", ErrorCode::NotFound).into());
        }
        let mut added = Deadline {
            id: DeadlineId::new(),
            district_id: case.district_id,
            case_id: case.id,
            client_id: client,
            rule_id: None,
            basis_on: None,
            due_on: work.today,
            precision: DeadlinePrecision::Day,
            remind_days_before: Vec::<i32>::new().into(),
            status: DeadlineStatus::Open,
            settled_on: None,
            version: 1,
            created_at: work.now,
            changed_at: work.now,
        };
        let mut texts = Texts::in_case(client, case.id);
        match &self.origin {
            DeadlineOrigin::DueOn(day) => added.due_on = *day,
            DeadlineOrigin::Rule(DeadlineByRule { rule_code, basis_on }) => {
                let rules = deadline_rule::of_code(connection, work.permit, rule_code).await?;
                let versions: Vec<_> =
                    rules.iter().map(|rule| (rule.id, rule.basis, deadline_rule::period(rule))).collect();
                let chosen = version_for(&versions, *basis_on, work.today);
                let rule = rules.iter().find(|rule| Some(rule.id) == chosen).ok_or_else(|| {
                    let unknown = UserError::at("origin.rule.ruleCode", ErrorCode::DeadlineRuleUnknown);
                    unknown.with("code", rule_code).with("day", basis_on)
                })?;
                let computed = deadline_rule::terms(rule).compute(*basis_on, "origin.rule.basisOn")?;
                added.rule_id = Some(rule.id);
                added.due_on = computed.known_on;
                added.precision = precision(rule.basis);
                added.remind_days_before = in_order(reminders(&rule.remind_days_before)).into();
                match added.precision {
                    DeadlinePrecision::Day => added.basis_on = Some(*basis_on),
                    DeadlinePrecision::Month => {
                        let exact = computed.due_on.to_string();
                        texts = texts.with(added.id.0, TextKind::DueDay, Some(&exact));
                    }
                }
            }
        }
        if let Some(wanted) = &self.remind_days_before {
            added.remind_days_before = in_order(wanted.clone()).into();
        }
        deadline::insert(connection, work.permit, &added).await?;
        let texts = texts.with_given(added.id.0, TextKind::Deadline, self.text.as_deref());
        Ok(Done::new(added).with_texts(texts))
    }
}

macro_rules! changes_deadline {
    ($name:ident, $command:literal, $check:expr) => {
        impl Command for $name {
            const NAME: &'static str = $command;
            type Verb = verb::WorkOnCase;
            type Record = Deadline;

            fn check(&self, checks: &mut Checks) {
                let check: fn(&Self, &mut Checks) = $check;
                check(self, checks);
            }

            async fn load(work: &Work<'_, Self::Verb>, id: DeadlineId) -> Result<Option<Deadline>, Failure> {
                deadline::lock(work.transaction.connection(), work.permit, id).await
            }
        }
    };
}

/// Stores a changed deadline with its next version.
async fn store(work: &Work<'_, verb::WorkOnCase>, mut changed: Deadline) -> Result<Done<Deadline>, Stop> {
    changed.version = changed.version.saturating_add(1);
    changed.changed_at = work.now;
    deadline::update(work.transaction.connection(), work.permit, &changed).await?;
    Ok(Done::new(changed))
}

fn expect_open(deadline: &Deadline) -> Result<(), UserError> {
    if deadline.status == DeadlineStatus::Open {
        return Ok(());
    }
    Err(UserError::at("", ErrorCode::DeadlineSettled).with("status", deadline.status.as_str()))
}

fn expect_reason(work: &Work<'_, verb::WorkOnCase>) -> Result<(), UserError> {
    work.reason.map(|_| ()).ok_or_else(|| UserError::at("options.reason", ErrorCode::ReasonNeeded))
}

/// How a deadline was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Enum)]
pub enum DeadlineOutcome {
    /// Met: what had to be done was done in time.
    Met,
    /// Missed.
    Missed,
    /// It no longer applies. Needs `options.reason`.
    Dropped,
}

/// A deadline that is settled.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct DeadlineSettleInput {
    /// The deadline.
    pub deadline_id: DeadlineId,
    /// The version that you saw; refused if the deadline was changed since.
    pub expected_version: Option<i32>,
    /// How.
    pub outcome: DeadlineOutcome,
}

changes_deadline!(DeadlineSettleInput, "deadlineSettle", |_, _| {});

impl Changes for DeadlineSettleInput {
    fn target(&self) -> (DeadlineId, &'static str) {
        (self.deadline_id, "deadlineId")
    }

    fn expected_version(&self) -> Option<i32> {
        self.expected_version
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut found: Deadline) -> Result<Done<Deadline>, Stop> {
        expect_open(&found)?;
        if self.outcome == DeadlineOutcome::Dropped {
            expect_reason(work)?;
        }
        found.status = match self.outcome {
            DeadlineOutcome::Met => DeadlineStatus::Met,
            DeadlineOutcome::Missed => DeadlineStatus::Missed,
            DeadlineOutcome::Dropped => DeadlineStatus::Dropped,
        };
        found.settled_on = Some(work.today);
        store(work, found).await
    }
}

/// A settled deadline that is open again. Needs `options.reason`.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct DeadlineReopenInput {
    /// The deadline.
    pub deadline_id: DeadlineId,
    /// The version that you saw; refused if the deadline was changed since.
    pub expected_version: Option<i32>,
}

changes_deadline!(DeadlineReopenInput, "deadlineReopen", |_, _| {});

impl Changes for DeadlineReopenInput {
    fn target(&self) -> (DeadlineId, &'static str) {
        (self.deadline_id, "deadlineId")
    }

    fn expected_version(&self) -> Option<i32> {
        self.expected_version
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut found: Deadline) -> Result<Done<Deadline>, Stop> {
        if found.status == DeadlineStatus::Open {
            return Err(UserError::at("deadlineId", ErrorCode::DeadlineOpen).into());
        }
        expect_reason(work)?;
        found.status = DeadlineStatus::Open;
        found.settled_on = None;
        store(work, found).await
    }
}

/// An open deadline that is due on another day, e.g. because an office granted more time. Needs `options.reason`.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct DeadlineMoveInput {
    /// The deadline. Not one that follows from a birth date.
    pub deadline_id: DeadlineId,
    /// The version that you saw; refused if the deadline was changed since.
    pub expected_version: Option<i32>,
    /// The new day.
    pub due_on: NaiveDate,
    /// So many days before it you want to be reminded; left out: as before.
    pub remind_days_before: Option<Vec<i32>>,
}

changes_deadline!(DeadlineMoveInput, "deadlineMove", |input, checks| {
    checks.day("dueOn", Some(input.due_on));
    check_reminders(checks, "remindDaysBefore", input.remind_days_before.as_deref().unwrap_or_default());
});

impl Changes for DeadlineMoveInput {
    fn target(&self) -> (DeadlineId, &'static str) {
        (self.deadline_id, "deadlineId")
    }

    fn expected_version(&self) -> Option<i32> {
        self.expected_version
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut found: Deadline) -> Result<Done<Deadline>, Stop> {
        expect_open(&found)?;
        // The new day would stand in the case for everybody to see, and come close to the birth date.
        if found.precision == DeadlinePrecision::Month {
            return Err(UserError::at("deadlineId", ErrorCode::DeadlineNotMovable).into());
        }
        expect_reason(work)?;
        found.due_on = self.due_on;
        if let Some(wanted) = &self.remind_days_before {
            found.remind_days_before = in_order(wanted.clone()).into();
        }
        store(work, found).await
    }
}
