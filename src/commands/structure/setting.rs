//! What signals, themes and their cost are reckoned by: change.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::ids::{Identifier, StructureSettingId};
use serde::Serialize;

use crate::access::verb;
use crate::commands::pipeline::{Command, Creates, Done, Record, Stop, Work};
use crate::domain::input::Checks;
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::structure::setting::{self, StructureSetting};

impl Record for StructureSetting {
    type Id = StructureSettingId;

    fn id(&self) -> StructureSettingId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }
}

/// What signals, themes and their cost are reckoned by from a day on. It takes the place of a setting that begins on the same
/// day.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct StructureSettingChangeInput {
    /// What an hour of work costs, in euro cents; 0 to 50000.
    pub hour_cost_cents: i32,
    /// What a day of delay costs, in euro cents; 0 to 50000.
    pub delay_day_cost_cents: i32,
    /// The fewest cases of a signal or a confirmed theme; 2 to 100.
    pub minimum_cases: i32,
    /// The fewest case managers, or else `minimumMunicipalities`; 1 to 50.
    pub minimum_case_managers: i32,
    /// The fewest municipalities, or else `minimumCaseManagers`; 1 to 50.
    pub minimum_municipalities: i32,
    /// How many of a thousand signals may be chance; 1 to 500.
    pub false_discovery_permille: i32,
    /// How many times the expectation the lower bound must be, in hundredths; 100 to 1000.
    pub minimum_ratio_hundredths: i32,
    /// First day, today or later; today if left out.
    pub valid_from: Option<NaiveDate>,
}

impl Command for StructureSettingChangeInput {
    const NAME: &'static str = "structureSettingChange";
    type Verb = verb::EditStructureSetting;
    type Record = StructureSetting;

    fn check(&self, checks: &mut Checks) {
        checks.day("validFrom", self.valid_from);
        for (path, value, minimum, maximum) in [
            ("hourCostCents", self.hour_cost_cents, 0, 50_000),
            ("delayDayCostCents", self.delay_day_cost_cents, 0, 50_000),
            ("minimumCases", self.minimum_cases, 2, 100),
            ("minimumCaseManagers", self.minimum_case_managers, 1, 50),
            ("minimumMunicipalities", self.minimum_municipalities, 1, 50),
            ("falseDiscoveryPermille", self.false_discovery_permille, 1, 500),
            ("minimumRatioHundredths", self.minimum_ratio_hundredths, 100, 1000),
        ] {
            checks.require((minimum..=maximum).contains(&value), || {
                let error = UserError::at(path, ErrorCode::SettingOutOfRange);
                error.with("minimum", minimum).with("maximum", maximum)
            });
        }
    }

    async fn load(work: &Work<'_, Self::Verb>, id: StructureSettingId) -> Result<Option<StructureSetting>, Failure> {
        setting::find(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for StructureSettingChangeInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<StructureSetting>, Stop> {
        let valid_from = self.valid_from.unwrap_or(work.today);
        if valid_from < work.today {
            return Err(UserError::at("validFrom", ErrorCode::SettingInThePast).into());
        }
        let setting = StructureSetting {
            id: StructureSettingId::new(),
            district_id: work.permit.district_id(),
            valid_from,
            hour_cost_cents: self.hour_cost_cents,
            delay_day_cost_cents: self.delay_day_cost_cents,
            minimum_cases: self.minimum_cases,
            minimum_case_managers: self.minimum_case_managers,
            minimum_municipalities: self.minimum_municipalities,
            false_discovery_permille: self.false_discovery_permille,
            minimum_ratio_hundredths: self.minimum_ratio_hundredths,
            created_by: work.actor.account_id(),
            created_at: work.now,
        };
        setting::store(work.transaction.connection(), work.permit, &setting).await?;
        Ok(Done::new(setting))
    }
}
