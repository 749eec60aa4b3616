//! What caseloads are reckoned by.

use async_graphql::{Context, ID, Object};
use chrono::NaiveDate;

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::reporting::caseload_setting::CaseloadSettingChangeInput;
use crate::domain::reporting::caseload::{PlanningKey, Weights};
use crate::domain::reporting::hint::Limits;
use crate::error::Failure;
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::payload::payload;
use crate::store::reporting::caseload_setting as records;

/// `CaseloadSetting` of the schema; the description that its readers see stands on the `impl`.
pub struct CaseloadSetting {
    record: Option<records::CaseloadSetting>,
    weights: Weights,
    planning_key: PlanningKey,
    limits: Limits,
}

impl CaseloadSetting {
    /// What a district starts with.
    const PRESET: Self =
        Self { record: None, weights: Weights::PRESET, planning_key: PlanningKey::PRESET, limits: Limits::PRESET };
}

impl From<records::CaseloadSetting> for CaseloadSetting {
    fn from(record: records::CaseloadSetting) -> Self {
        let (weights, planning_key) = (records::weights(&record), records::planning_key(&record));
        Self { limits: records::limits(&record), weights, planning_key, record: Some(record) }
    }
}

/// What a district reckons caseloads by, and after how many days it hints at something, from a day on.
#[Object]
impl CaseloadSetting {
    /// Global id; null while the district has made no setting of its own and these are the presets.
    async fn id(&self) -> Option<ID> {
        self.record.as_ref().map(|record| record.id.into())
    }

    /// First day; null for the presets.
    async fn valid_from(&self) -> Option<NaiveDate> {
        self.record.as_ref().map(|record| record.valid_from)
    }

    /// First day on which it no longer holds; null while no later setting is known.
    async fn valid_until(&self) -> Option<NaiveDate> {
        self.record.as_ref().and_then(|record| record.valid_until)
    }

    /// What a case of short advice weighs, in hundredths of a standard case.
    async fn short_advice_hundredths(&self) -> i32 {
        self.weights.short_advice
    }

    /// What a standard case weighs, in hundredths.
    async fn standard_hundredths(&self) -> i32 {
        self.weights.standard
    }

    /// What an intensive case weighs, in hundredths of a standard case.
    async fn intensive_hundredths(&self) -> i32 {
        self.weights.intensive
    }

    /// Planning key: the fewest standard cases for a full-time equivalent. The preset is a usual one from no binding source.
    async fn planning_minimum(&self) -> i32 {
        self.planning_key.minimum
    }

    /// Planning key: the most standard cases for a full-time equivalent.
    async fn planning_maximum(&self) -> i32 {
        self.planning_key.maximum
    }

    /// After how many days the phase INTAKE is overdue.
    async fn intake_days(&self) -> i32 {
        self.limits.intake
    }

    /// After how many days the phase CLEARING is overdue.
    async fn clearing_days(&self) -> i32 {
        self.limits.clearing
    }

    /// After how many days the phase ASSESSMENT is overdue.
    async fn assessment_days(&self) -> i32 {
        self.limits.assessment
    }

    /// After how many days the phase PLANNING is overdue.
    async fn planning_days(&self) -> i32 {
        self.limits.planning
    }

    /// After how many days the phase LINKING is overdue.
    async fn linking_days(&self) -> i32 {
        self.limits.linking
    }

    /// After how many days the phase MONITORING is overdue.
    async fn monitoring_days(&self) -> i32 {
        self.limits.monitoring
    }

    /// After how many days the phase EVALUATION is overdue.
    async fn evaluation_days(&self) -> i32 {
        self.limits.evaluation
    }

    /// After how many days without an agreed plan a case is hinted at.
    async fn no_plan_days(&self) -> i32 {
        self.limits.no_plan
    }

    /// After how many days without a contact a case is hinted at.
    async fn no_contact_days(&self) -> i32 {
        self.limits.no_contact
    }
}

payload! {
    /// The answer to a command about what caseloads are reckoned by.
    CaseloadSettingPayload {
        /// The setting as it stands now; null if rules forbade the command.
        caseload_setting: CaseloadSetting
    } from records::CaseloadSetting, CaseloadSetting::from
}

/// Queries for what caseloads are reckoned by.
#[derive(Default)]
pub struct CaseloadSettingQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl CaseloadSettingQueries {
    /// What the caseloads of your district are reckoned by on a day. Everybody who is logged in may read it.
    #[graphql(guard = "Requires(Action::ReadDirectory)")]
    async fn caseload_setting(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today if left out.")] day: Option<NaiveDate>,
    ) -> Result<CaseloadSetting, Failure> {
        let permit = ctx.permit::<verb::ReadDirectory>()?;
        let day = day.unwrap_or_else(|| permit.today());
        let found = records::of_day(ctx.store().reader(), &permit, day).await?;
        Ok(found.map_or(CaseloadSetting::PRESET, CaseloadSetting::from))
    }
}

/// Commands about what caseloads are reckoned by.
#[derive(Default)]
pub struct CaseloadSettingMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl CaseloadSettingMutations {
    /// Changes what caseloads are reckoned by from a day on. For administrators.
    #[graphql(guard = "Requires(Action::EditCaseloadSetting)")]
    async fn caseload_setting_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new setting.")] input: CaseloadSettingChangeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<CaseloadSettingPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }
}
