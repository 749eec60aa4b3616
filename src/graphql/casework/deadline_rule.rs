//! Rules of deadlines.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object};
use chrono::NaiveDate;
use entity::codes::DeadlineBasis;

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::casework::deadline_rule::{DeadlineRuleEndInput, DeadlineRuleSetInput};
use crate::domain::casework::deadline::reminders;
use crate::error::Failure;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::errors::Language;
use crate::graphql::guard::Requires;
use crate::graphql::log::entry::{LogEntry, history};
use crate::graphql::payload::payload;
use crate::store::casework::deadline_rule as records;
use crate::store::log::history::Subject;

/// `DeadlineRule` of the schema; the description that its readers see stands on the `impl`.
pub struct DeadlineRule(pub records::DeadlineRule);

/// A rule by which a deadline (Frist) follows from a day, as it reads for a time: e.g. one month after a decision was made
/// known. The district edits its rules; those that it began with are unverified until it has checked them. A rule shows a
/// day and decides nothing.
#[Object]
impl DeadlineRule {
    /// Global id of this version. The same rule has another one for each time in which it reads differently.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The name by which `deadlineAdd` makes deadlines; the same for all versions, e.g. `APPEAL_ONE_MONTH`.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// What people call it.
    async fn label(&self, #[graphql(desc = "The language of the text.", default)] lang: Language) -> &str {
        match lang {
            Language::De => &self.0.label_de,
            Language::En => &self.0.label_en,
        }
    }

    /// What to know about it, as the district wrote it; null if nothing was written. `[B] unverified` marks rules that nobody
    /// has checked yet.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Where it stands in the law, e.g. `§ 74 Abs. 1 AsylG`.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// What the first day is the day of. Deadlines that follow from a BIRTH_DATE are known by their month only.
    async fn basis(&self) -> DeadlineBasis {
        self.0.basis
    }

    /// So many years later; negative: earlier.
    async fn offset_years(&self) -> i32 {
        self.0.offset_years
    }

    /// So many months later, after the years; negative: earlier. A day that the month does not have becomes its last.
    async fn offset_months(&self) -> i32 {
        self.0.offset_months
    }

    /// So many days later, after years and months; negative: earlier.
    async fn offset_days(&self) -> i32 {
        self.0.offset_days
    }

    /// Whether a deadline on a Saturday, a Sunday or a public holiday of North Rhine-Westphalia waits for the next working
    /// day (§ 193 BGB, § 26 Abs. 3 SGB X).
    async fn next_working_day(&self) -> bool {
        self.0.next_working_day
    }

    /// So many days before the deadline somebody is reminded; the largest first, at most 10.
    async fn remind_days_before(&self) -> Vec<i32> {
        reminders(&self.0.remind_days_before)
    }

    /// First day on which it reads so.
    async fn valid_from(&self) -> NaiveDate {
        self.0.valid_from
    }

    /// First day on which it no longer does; null without end.
    async fn valid_until(&self) -> Option<NaiveDate> {
        self.0.valid_until
    }

    /// What was done to it, newest first; empty for a rule that the district began with.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LogEntry>, Failure> {
        history(ctx, Subject::DeadlineRule(self.0.id), first, after).await
    }
}

payload! {
    /// The answer to a command about a rule of deadlines.
    DeadlineRulePayload {
        /// The rule as it stands now; null if rules forbade the command.
        deadline_rule: DeadlineRule
    } from records::DeadlineRule, DeadlineRule
}

/// Queries about rules of deadlines.
#[derive(Default)]
pub struct DeadlineRuleQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl DeadlineRuleQueries {
    /// The rules by which deadlines are made, by code. Everybody who is logged in may read them.
    #[graphql(guard = "Requires(Action::ReadDirectory)")]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn deadline_rules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day on which they hold; today if left out.")] on: Option<NaiveDate>,
        #[graphql(desc = "Every version that ever held or will hold, whatever `on` says: to edit the rules.", default)]
        all_times: bool,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<List<DeadlineRule>, Failure> {
        const LIST: &str = "deadlineRules";
        let arguments = PageArguments { first, after, last, before };
        let window = arguments.window(ctx, LIST, SortDirection::Asc)?;
        let permit = ctx.permit::<verb::ReadDirectory>()?;
        let day = (!all_times).then(|| on.unwrap_or_else(|| permit.today()));
        let page = records::page(ctx.store(), &permit, day, &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, DeadlineRule)
    }
}

/// Commands about rules of deadlines.
#[derive(Default)]
pub struct DeadlineRuleMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl DeadlineRuleMutations {
    /// Adds a rule of deadlines, or gives a rule a new version from a day on. For administrators.
    #[graphql(guard = "Requires(Action::EditDeadlineRule)")]
    async fn deadline_rule_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule and how it is to read.")] input: DeadlineRuleSetInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<DeadlineRulePayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Ends a rule of deadlines: none are made by it any more. For administrators.
    #[graphql(guard = "Requires(Action::EditDeadlineRule)")]
    async fn deadline_rule_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rule that ends.")] input: DeadlineRuleEndInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<DeadlineRulePayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
