//! Deadlines of cases.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{DeadlinePrecision, DeadlineStatus, TextKind};
use entity::ids::DeadlineRuleId;

use super::case::Case;
use super::client::Client;
use super::deadline_rule::DeadlineRule;
use super::text::text;
use crate::access::{Action, verb};
use crate::clock::legal_day;
use crate::commands::CommandOptions;
use crate::commands::casework::deadline::{
    DeadlineAddInput, DeadlineMoveInput, DeadlineReopenInput, DeadlineSettleInput,
};
use crate::domain::casework::deadline::{Computed, is_overdue, remind_from, reminders, version_for};
use crate::error::Failure;
use crate::graphql::connection::{List, PageArguments, RelationArguments, SortDirection, connect, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::errors::Language;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{DeadlinesOf, RuleVersionsOf};
use crate::graphql::payload::payload;
use crate::store::casework::deadline::{self, DeadlineFilter};
use crate::store::casework::{case, deadline_rule};

/// `Deadline` of the schema; the description that its readers see stands on the `impl`.
pub struct Deadline(pub deadline::Deadline);

impl Deadline {
    /// The versions of the rule that it follows.
    async fn versions(
        &self,
        ctx: &Context<'_>,
        rule: DeadlineRuleId,
    ) -> Result<Vec<deadline_rule::DeadlineRule>, Failure> {
        Ok(ctx.load(RuleVersionsOf(rule)).await?.unwrap_or_default())
    }
}

/// A deadline (Frist) of a case: a day that somebody named, or one that follows from another day by a rule. It is shown so
/// that nobody misses it, and decides nothing. Readable by whoever may see the case; what it is about in the words of the
/// case manager, and the exact day of one that follows from a birth date, by those who may see the identity of the person whom
/// it is about.
#[Object]
impl Deadline {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Its case.
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Failure> {
        Ok(ctx.load(self.0.case_id).await?.map(Case))
    }

    /// The person of the case whom it is about; null (with an entry in `extensions.redactions`) if you may not see who it is.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>, Failure> {
        let client = ctx.load(self.0.client_id).await?;
        if client.is_none() {
            ctx.redact();
        }
        Ok(client.map(Client))
    }

    /// The version of the rule by which it was made; null if somebody named the day.
    async fn rule(&self, ctx: &Context<'_>) -> Result<Option<DeadlineRule>, Failure> {
        let Some(rule) = self.0.rule_id else { return Ok(None) };
        Ok(self.versions(ctx, rule).await?.into_iter().find(|version| version.id == rule).map(DeadlineRule))
    }

    /// What it is: the label of its rule, or just `Frist` without one.
    async fn label(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language of the text.", default)] lang: Language,
    ) -> Result<String, Failure> {
        let rule = match self.0.rule_id {
            Some(id) => self.versions(ctx, id).await?.into_iter().find(|version| version.id == id),
            None => None,
        };
        Ok(match (rule, lang) {
            (Some(rule), Language::De) => rule.label_de,
            (Some(rule), Language::En) => rule.label_en,
            (None, Language::De) => "Frist".to_owned(),
            (None, Language::En) => "Deadline".to_owned(),
        })
    }

    /// What it is about, in the words of the case manager; null if nothing was written, or (with an entry in
    /// `extensions.redactions`) if you may not read it.
    async fn text(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0.id.0, TextKind::Deadline).await
    }

    /// The day from which the rule counts; null without a rule, and always for a rule that starts from a birth date: that day
    /// is not kept here.
    async fn basis_on(&self) -> Option<NaiveDate> {
        self.0.basis_on
    }

    /// How exactly `dueOn` is known: the DAY, or the MONTH only, because the day would give a birth date away.
    async fn precision(&self) -> DeadlinePrecision {
        self.0.precision
    }

    /// When it is due: the last day on which something can be done. By the month only (see `precision`), it is the first day of
    /// that month; `exactDueOn` has the day.
    async fn due_on(&self) -> NaiveDate {
        self.0.due_on
    }

    /// The exact day. The same as `dueOn`, but for a deadline that is known by its month only: then it is null (with an entry in
    /// `extensions.redactions`) if you may not see the identity of the person whom it is about.
    async fn exact_due_on(&self, ctx: &Context<'_>) -> Result<Option<NaiveDate>, Failure> {
        match self.0.precision {
            DeadlinePrecision::Day => Ok(Some(self.0.due_on)),
            DeadlinePrecision::Month => {
                let exact = text(ctx, self.0.id.0, TextKind::DueDay).await?;
                Ok(exact.and_then(|day| day.parse().ok()))
            }
        }
    }

    /// So many days before `dueOn` somebody wants to be reminded; the largest first, at most 10.
    async fn remind_days_before(&self) -> Vec<i32> {
        reminders(&self.0.remind_days_before)
    }

    /// The day of the first reminder; null without reminders.
    async fn remind_from(&self) -> Option<NaiveDate> {
        remind_from(self.0.due_on, &reminders(&self.0.remind_days_before))
    }

    /// Where it stands.
    async fn status(&self) -> DeadlineStatus {
        self.0.status
    }

    /// Whether it is open and its day (or its month) is over.
    async fn overdue(&self, ctx: &Context<'_>) -> bool {
        let today = legal_day(ctx.state().services.clock.now());
        is_overdue(self.0.status, self.0.precision, self.0.due_on, today)
    }

    /// When it was settled; null while it is open.
    async fn settled_on(&self) -> Option<NaiveDate> {
        self.0.settled_on
    }

    /// How the rule computes it today; null without a rule, and for one that starts from a birth date. If the rule has changed
    /// since, this may differ from `dueOn`, which stays as it is until somebody moves it.
    async fn computation(&self, ctx: &Context<'_>) -> Result<Option<DeadlineComputation>, Failure> {
        let (Some(rule), Some(basis_on)) = (self.0.rule_id, self.0.basis_on) else { return Ok(None) };
        let rules = self.versions(ctx, rule).await?;
        let versions: Vec<_> = rules.iter().map(|rule| (rule.id, rule.basis, deadline_rule::period(rule))).collect();
        let today = legal_day(ctx.state().services.clock.now());
        let in_force = version_for(&versions, basis_on, today).unwrap_or(rule);
        let Some(rule) = rules.into_iter().find(|version| version.id == in_force) else { return Ok(None) };
        let Ok(computed) = deadline_rule::terms(&rule).compute(basis_on, "") else { return Ok(None) };
        Ok(Some(DeadlineComputation { rule, computed, present: self.0.due_on }))
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the record was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// `DeadlineComputation` of the schema; the description that its readers see stands on the `impl`.
pub struct DeadlineComputation {
    rule: deadline_rule::DeadlineRule,
    computed: Computed,
    present: NaiveDate,
}

/// How a rule computes a deadline, step by step, for people to check.
#[Object]
impl DeadlineComputation {
    /// The version of the rule that is in force on the first day, as it reads today.
    async fn rule(&self) -> DeadlineRule {
        DeadlineRule(self.rule.clone())
    }

    /// The day that years, months and days give.
    async fn counted_on(&self) -> NaiveDate {
        self.computed.counted_on
    }

    /// The day on which it is due: the same, or the next working day.
    async fn due_on(&self) -> NaiveDate {
        self.computed.due_on
    }

    /// Whether it differs from the deadline as it stands: because the rule changed, or somebody moved the deadline.
    async fn differs(&self) -> bool {
        self.computed.due_on != self.present
    }
}

payload! {
    /// The answer to a command about a deadline.
    DeadlinePayload {
        /// The deadline as it stands now; null if rules forbade the command.
        deadline: Deadline
    } from deadline::Deadline, Deadline
}

/// The deadlines of a case.
///
/// # Errors
/// `PAGE_SIZE_INVALID`, `CURSOR_INVALID`, and the troubles of the server.
pub async fn of_case(
    ctx: &Context<'_>,
    case: &case::Case,
    status_in: Option<&[DeadlineStatus]>,
    arguments: &RelationArguments,
) -> Result<List<Deadline>, Failure> {
    let mut rows = ctx.load(DeadlinesOf(case.id)).await?.unwrap_or_default();
    if let Some(wanted) = status_in {
        rows.retain(|row| wanted.contains(&row.status));
    }
    connect_loaded(ctx, "case deadlines", arguments, rows, |row| row.id.0, Deadline)
}

/// Queries about deadlines.
#[derive(Default)]
pub struct DeadlineQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl DeadlineQueries {
    /// The deadlines of all cases that you may see, by day: of your own cases for case managers, of the district for
    /// supervisors.
    #[graphql(guard = "Requires(Action::ReadCase)")]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn deadlines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if left out.")] filter: Option<DeadlineFilter>,
        #[graphql(desc = "In which direction.", default)] direction: SortDirection,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<List<Deadline>, Failure> {
        let list = format!("deadlines {direction:?}");
        let arguments = PageArguments { first, after, last, before };
        let window = arguments.window(ctx, &list, direction)?;
        let page = deadline::page(ctx.store(), &ctx.permit::<verb::ReadCase>()?, filter.as_ref(), &window).await?;
        connect(ctx, &list, &arguments, page, EmptyFields, deadline::boundary, Deadline)
    }
}

/// Commands about deadlines.
#[derive(Default)]
pub struct DeadlineMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl DeadlineMutations {
    /// Adds a deadline to a case. With `validateOnly`, it shows the day and stores nothing. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn deadline_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The deadline to be added.")] input: DeadlineAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<DeadlinePayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Records that a deadline was met, was missed, or no longer applies: OPEN → MET, MISSED, DROPPED. For the lead and the
    /// substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn deadline_settle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The deadline, and how it was settled.")] input: DeadlineSettleInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<DeadlinePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Opens a settled deadline again: MET, MISSED, DROPPED → OPEN. Needs a reason. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn deadline_reopen(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The settled deadline.")] input: DeadlineReopenInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<DeadlinePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Moves an open deadline to another day. Needs a reason. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn deadline_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The deadline and its new day.")] input: DeadlineMoveInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<DeadlinePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
