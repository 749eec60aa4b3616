//! Rules of deadlines: set and end.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::DeadlineBasis;
use entity::ids::{DeadlineRuleId, Identifier};
use serde::Serialize;
use serde_json::json;

use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::casework::deadline::{
    OFFSET_DAYS_MAXIMUM, OFFSET_MONTHS_MAXIMUM, OFFSET_YEARS_MAXIMUM, REMIND_DAYS_MAXIMUM, REMINDERS_MAXIMUM, in_order,
    speaks_of_age,
};
use crate::domain::district::code_list::{DESCRIPTION_MAXIMUM, LABEL_MAXIMUM, is_code};
use crate::domain::input::Checks;
use crate::domain::period::Period;
use crate::domain::versions::{can_end, place};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::deadline_rule::{self, DeadlineRule};

/// The longest reference to the law, in characters.
const SOURCE_MAXIMUM: usize = 400;

impl Record for DeadlineRule {
    type Id = DeadlineRuleId;

    fn id(&self) -> DeadlineRuleId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }
}

/// Checks when to remind somebody.
pub(super) fn check_reminders(checks: &mut Checks, path: &str, remind_days_before: &[i32]) {
    checks.require(remind_days_before.len() <= REMINDERS_MAXIMUM, || {
        UserError::at(path, ErrorCode::ListTooLong).with("maximum", REMINDERS_MAXIMUM)
    });
    checks.require(remind_days_before.iter().all(|days| (0..=REMIND_DAYS_MAXIMUM).contains(days)), || {
        UserError::at(path, ErrorCode::NumberOutOfRange).with("minimum", 0).with("maximum", REMIND_DAYS_MAXIMUM)
    });
}

/// A rule as it is to read from a day on. A new code makes a new rule; a code that is there gets a new version: the one that
/// holds until then ends on that day, and one with the same first day is replaced. Deadlines that were made stay as they are.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct DeadlineRuleSetInput {
    /// The name by which deadlines are made: 1 to 40 capital letters, digits and underscores, a letter first. Never changes.
    pub code: String,
    /// Label in German, at most 200 characters.
    pub label_de: String,
    /// Label in English, at most 200 characters.
    pub label_en: String,
    /// What to know about it, at most 2000 characters.
    pub description: Option<String>,
    /// Where it stands in the law, e.g. `§ 70 Abs. 1 VwGO`; at most 400 characters.
    pub source: String,
    /// What the first day is the day of. The same in all versions of a rule.
    pub basis: DeadlineBasis,
    /// So many years later, -100 to 100; negative: earlier.
    #[graphql(default)]
    pub offset_years: i32,
    /// So many months later, -1200 to 1200. A day that the month does not have becomes its last.
    #[graphql(default)]
    pub offset_months: i32,
    /// So many days later, -3660 to 3660.
    #[graphql(default)]
    pub offset_days: i32,
    /// Whether a deadline on a Saturday, a Sunday or a public holiday of North Rhine-Westphalia waits for the next working day
    /// (§ 193 BGB, § 26 Abs. 3 SGB X).
    #[graphql(default)]
    pub next_working_day: bool,
    /// So many days before the deadline somebody is reminded: at most 10 numbers from 0 to 1000.
    #[graphql(default)]
    pub remind_days_before: Vec<i32>,
    /// First day on which it reads so.
    pub valid_from: NaiveDate,
    /// First day on which it no longer does; left out: without end, or until a later version begins.
    pub valid_until: Option<NaiveDate>,
}

impl Command for DeadlineRuleSetInput {
    const NAME: &'static str = "deadlineRuleSet";
    type Verb = verb::EditDeadlineRule;
    type Record = DeadlineRule;

    fn check(&self, checks: &mut Checks) {
        checks.require(is_code(&self.code), || UserError::at("code", ErrorCode::CodeMalformed));
        for (path, label) in [("labelDe", &self.label_de), ("labelEn", &self.label_en)] {
            checks.line(path, label, LABEL_MAXIMUM);
            checks.require(self.basis == DeadlineBasis::BirthDate || !speaks_of_age(label), || {
                UserError::at("basis", ErrorCode::DeadlineBasisIsBirthDate)
            });
        }
        checks.prose("description", self.description.as_deref(), DESCRIPTION_MAXIMUM);
        checks.line("source", &self.source, SOURCE_MAXIMUM);
        for (path, offset, maximum) in [
            ("offsetYears", self.offset_years, OFFSET_YEARS_MAXIMUM),
            ("offsetMonths", self.offset_months, OFFSET_MONTHS_MAXIMUM),
            ("offsetDays", self.offset_days, OFFSET_DAYS_MAXIMUM),
        ] {
            checks.require((-maximum..=maximum).contains(&offset), || {
                UserError::at(path, ErrorCode::NumberOutOfRange).with("minimum", -maximum).with("maximum", maximum)
            });
        }
        check_reminders(checks, "remindDaysBefore", &self.remind_days_before);
        checks.day("validFrom", Some(self.valid_from));
        checks.day("validUntil", self.valid_until);
        checks.period("validUntil", Some(self.valid_from), self.valid_until);
    }

    async fn load(work: &Work<'_, Self::Verb>, id: DeadlineRuleId) -> Result<Option<DeadlineRule>, Failure> {
        deadline_rule::lock(work.transaction.connection(), work.permit, id).await
    }
}

fn periods(rules: &[DeadlineRule]) -> Vec<(DeadlineRuleId, Period)> {
    rules.iter().map(|rule| (rule.id, deadline_rule::period(rule))).collect()
}

impl Creates for DeadlineRuleSetInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<DeadlineRule>, Stop> {
        let connection = work.transaction.connection();
        let present = deadline_rule::lock_all_of(connection, work.permit, &self.code).await?;
        if let Some(other) = present.iter().find(|rule| rule.basis != self.basis) {
            let fixed = UserError::at("basis", ErrorCode::DeadlineBasisFixed);
            return Err(fixed.with("basis", other.basis.as_str()).into());
        }
        let placement = place(&periods(&present), self.valid_from, self.valid_until)?;
        let find = |id: Option<DeadlineRuleId>| present.iter().find(|rule| Some(rule.id) == id);
        let (replaced, ended) = (find(placement.replaces), find(placement.ends));
        let rule = DeadlineRule {
            id: replaced.map_or_else(DeadlineRuleId::new, |known| known.id),
            district_id: work.permit.district_id(),
            code: self.code.clone(),
            label_de: self.label_de.trim().to_owned(),
            label_en: self.label_en.trim().to_owned(),
            description: self.description.as_deref().map(|text| text.trim().to_owned()),
            source: self.source.trim().to_owned(),
            basis: self.basis,
            offset_years: self.offset_years,
            offset_months: self.offset_months,
            offset_days: self.offset_days,
            next_working_day: self.next_working_day,
            remind_days_before: in_order(self.remind_days_before.clone()).into(),
            valid_from: self.valid_from,
            valid_until: placement.until,
        };
        if let Some(ended) = ended {
            let ended = DeadlineRule { valid_until: Some(self.valid_from), ..ended.clone() };
            deadline_rule::update(connection, work.permit, &ended).await?;
        }
        if replaced.is_some() {
            deadline_rule::update(connection, work.permit, &rule).await?;
        } else if !deadline_rule::insert(connection, work.permit, &rule).await? {
            // Somebody else set the same rule for the same day at this moment.
            return Err(Failure::new(ErrorCode::Busy).into());
        }
        Ok(Done::new(rule).with(json!({ "replaced": replaced, "ended": ended.map(|rule| rule.id) })))
    }
}

/// A rule by which no deadlines are made any more from a day on. Deadlines that were made stay as they are.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct DeadlineRuleEndInput {
    /// The version of the rule.
    pub deadline_rule_id: DeadlineRuleId,
    /// First day on which it no longer holds.
    pub valid_until: NaiveDate,
}

impl Command for DeadlineRuleEndInput {
    const NAME: &'static str = "deadlineRuleEnd";
    type Verb = verb::EditDeadlineRule;
    type Record = DeadlineRule;

    fn check(&self, checks: &mut Checks) {
        checks.day("validUntil", Some(self.valid_until));
    }

    async fn load(work: &Work<'_, Self::Verb>, id: DeadlineRuleId) -> Result<Option<DeadlineRule>, Failure> {
        deadline_rule::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for DeadlineRuleEndInput {
    fn target(&self) -> (DeadlineRuleId, &'static str) {
        (self.deadline_rule_id, "deadlineRuleId")
    }

    fn expected_version(&self) -> Option<i32> {
        None
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut rule: DeadlineRule) -> Result<Done<DeadlineRule>, Stop> {
        let connection = work.transaction.connection();
        let present = deadline_rule::lock_all_of(connection, work.permit, &rule.code).await?;
        can_end(&periods(&present), rule.valid_from, self.valid_until)?;
        rule.valid_until = Some(self.valid_until);
        deadline_rule::update(connection, work.permit, &rule).await?;
        Ok(Done::new(rule))
    }
}
