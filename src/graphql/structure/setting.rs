//! What signals, themes and their cost are reckoned by.

use async_graphql::{Context, Object};
use chrono::NaiveDate;

use crate::access::Action;
use crate::commands::CommandOptions;
use crate::commands::structure::setting::StructureSettingChangeInput;
use crate::error::{ErrorCode, Failure};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::PresentSetting;
use crate::graphql::payload::payload;
use crate::store::structure::setting as records;

/// `StructureSetting` of the schema; the description that its readers see stands on the `impl`.
pub struct StructureSetting(pub records::StructureSetting);

/// What a district reckons signals, themes and their cost by. Everybody of the district may see it.
#[Object]
impl StructureSetting {
    /// Since which day; null as long as the district has set nothing and the presets hold.
    async fn valid_from(&self) -> Option<NaiveDate> {
        (self.0.valid_from != NaiveDate::MIN).then_some(self.0.valid_from)
    }

    /// What an hour of work costs, in euro cents.
    async fn hour_cost_cents(&self) -> i32 {
        self.0.hour_cost_cents
    }

    /// What a day of delay costs, in euro cents.
    async fn delay_day_cost_cents(&self) -> i32 {
        self.0.delay_day_cost_cents
    }

    /// The fewest cases of a signal, and of a theme that is confirmed without an exception.
    async fn minimum_cases(&self) -> i32 {
        self.0.minimum_cases
    }

    /// The fewest case managers, or else `minimumMunicipalities`.
    async fn minimum_case_managers(&self) -> i32 {
        self.0.minimum_case_managers
    }

    /// The fewest municipalities, or else `minimumCaseManagers`.
    async fn minimum_municipalities(&self) -> i32 {
        self.0.minimum_municipalities
    }

    /// How many of a thousand signals may be chance.
    async fn false_discovery_permille(&self) -> i32 {
        self.0.false_discovery_permille
    }

    /// How many times the expectation the lower bound of a signal must be, in hundredths.
    async fn minimum_ratio_hundredths(&self) -> i32 {
        self.0.minimum_ratio_hundredths
    }
}

payload! {
    /// The answer to a change of a setting.
    StructureSettingPayload {
        /// The setting; null if rules forbade the command.
        setting: StructureSetting
    } from records::StructureSetting, StructureSetting
}

/// Queries about the setting.
#[derive(Default)]
pub struct StructureSettingQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl StructureSettingQueries {
    /// What signals, themes and their cost are reckoned by today.
    #[graphql(guard = "Requires(Action::ReadDirectory)")]
    async fn structure_setting(&self, ctx: &Context<'_>) -> Result<StructureSetting, Failure> {
        let present = ctx.load(PresentSetting).await?;
        Ok(StructureSetting(present.ok_or_else(|| Failure::new(ErrorCode::NotFound))?))
    }
}

/// Commands about the setting.
#[derive(Default)]
pub struct StructureSettingMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl StructureSettingMutations {
    /// Changes what signals, themes and their cost are reckoned by, from a day on. For administrators.
    #[graphql(guard = "Requires(Action::EditStructureSetting)")]
    async fn structure_setting_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The setting.")] input: StructureSettingChangeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<StructureSettingPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }
}
