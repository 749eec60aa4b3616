//! How long records are kept: set.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::RetentionClass;
use entity::ids::{Identifier, RetentionRuleId};
use serde::Serialize;

use crate::access::verb;
use crate::commands::pipeline::{Command, Creates, Done, Record, Stop, Work};
use crate::domain::input::Checks;
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::retention_rule::{self, RetentionRule};

/// The longest time of keeping, in months.
const MONTHS_MAXIMUM: i32 = 1200;
/// The longest source, in characters.
const SOURCE_MAXIMUM: usize = 500;

impl Record for RetentionRule {
    type Id = RetentionRuleId;

    fn id(&self) -> RetentionRuleId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }
}

/// How long a class of records is kept from a day on. It takes the place of the rule that holds on that day, and of later
/// ones.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct RetentionRuleSetInput {
    /// Which records.
    pub class: RetentionClass,
    /// How many months, from 0 to 1200.
    pub months: i32,
    /// Whether the months count from the end of the year.
    pub after_year_end: bool,
    /// Where the rule comes from, e.g. a paragraph or a decision; at most 500 characters.
    pub source: String,
    /// First day; today if left out.
    pub valid_from: Option<NaiveDate>,
}

impl Command for RetentionRuleSetInput {
    const NAME: &'static str = "retentionRuleSet";
    type Verb = verb::EditRetentionRule;
    type Record = RetentionRule;

    fn check(&self, checks: &mut Checks) {
        checks.require((0..=MONTHS_MAXIMUM).contains(&self.months), || {
            UserError::at("months", ErrorCode::MonthsOutOfRange).with("minimum", 0).with("maximum", MONTHS_MAXIMUM)
        });
        checks.line("source", &self.source, SOURCE_MAXIMUM);
        checks.day("validFrom", self.valid_from);
    }

    async fn load(work: &Work<'_, Self::Verb>, id: RetentionRuleId) -> Result<Option<RetentionRule>, Failure> {
        retention_rule::find(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for RetentionRuleSetInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<RetentionRule>, Stop> {
        let rule = RetentionRule {
            id: RetentionRuleId::new(),
            district_id: work.permit.district_id(),
            class: self.class,
            months: self.months,
            after_year_end: self.after_year_end,
            source: self.source.trim().to_owned(),
            valid_from: self.valid_from.unwrap_or(work.today),
            valid_until: None,
        };
        retention_rule::replace(work.transaction.connection(), work.permit, &rule).await?;
        Ok(Done::new(rule))
    }
}
