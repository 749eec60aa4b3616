//! What caseloads are reckoned by: change.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::ids::{CaseloadSettingId, Identifier};
use serde::Serialize;

use crate::access::verb;
use crate::commands::pipeline::{Command, Creates, Done, Record, Stop, Work};
use crate::domain::input::Checks;
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::reporting::caseload_setting::{self, CaseloadSetting};

/// The heaviest weight, in hundredths of a standard case.
const WEIGHT_MAXIMUM: i32 = 1000;
/// The most standard cases that a full-time equivalent can be planned for.
const CASES_MAXIMUM: i32 = 200;
/// The longest limit of a hint, in days.
const DAYS_MAXIMUM: i32 = 730;

impl Record for CaseloadSetting {
    type Id = CaseloadSettingId;

    fn id(&self) -> CaseloadSettingId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }
}

/// What caseloads are reckoned by from a day on. It takes the place of the setting that holds on that day, and of later ones.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CaseloadSettingChangeInput {
    /// What a case of short advice weighs, in hundredths of a standard case; 1 to 1000.
    pub short_advice_hundredths: i32,
    /// What a standard case weighs, in hundredths; 1 to 1000.
    pub standard_hundredths: i32,
    /// What an intensive case weighs, in hundredths of a standard case; 1 to 1000.
    pub intensive_hundredths: i32,
    /// Planning key: the fewest standard cases for a full-time equivalent; 1 to 200.
    pub planning_minimum: i32,
    /// Planning key: the most standard cases for a full-time equivalent; `planningMinimum` to 200.
    pub planning_maximum: i32,
    /// After how many days the phase INTAKE is overdue; 1 to 730, as all days here.
    pub intake_days: i32,
    /// After how many days the phase CLEARING is overdue.
    pub clearing_days: i32,
    /// After how many days the phase ASSESSMENT is overdue.
    pub assessment_days: i32,
    /// After how many days the phase PLANNING is overdue.
    pub planning_days: i32,
    /// After how many days the phase LINKING is overdue.
    pub linking_days: i32,
    /// After how many days the phase MONITORING is overdue.
    pub monitoring_days: i32,
    /// After how many days the phase EVALUATION is overdue.
    pub evaluation_days: i32,
    /// After how many days without an agreed plan a case is hinted at.
    pub no_plan_days: i32,
    /// After how many days without a contact a case is hinted at.
    pub no_contact_days: i32,
    /// First day, today or later; today if left out.
    pub valid_from: Option<NaiveDate>,
}

impl Command for CaseloadSettingChangeInput {
    const NAME: &'static str = "caseloadSettingChange";
    type Verb = verb::EditCaseloadSetting;
    type Record = CaseloadSetting;

    fn check(&self, checks: &mut Checks) {
        checks.day("validFrom", self.valid_from);
        for (path, value, minimum, maximum) in [
            ("shortAdviceHundredths", self.short_advice_hundredths, 1, WEIGHT_MAXIMUM),
            ("standardHundredths", self.standard_hundredths, 1, WEIGHT_MAXIMUM),
            ("intensiveHundredths", self.intensive_hundredths, 1, WEIGHT_MAXIMUM),
            ("planningMinimum", self.planning_minimum, 1, CASES_MAXIMUM),
            ("planningMaximum", self.planning_maximum, self.planning_minimum, CASES_MAXIMUM),
            ("intakeDays", self.intake_days, 1, DAYS_MAXIMUM),
            ("clearingDays", self.clearing_days, 1, DAYS_MAXIMUM),
            ("assessmentDays", self.assessment_days, 1, DAYS_MAXIMUM),
            ("planningDays", self.planning_days, 1, DAYS_MAXIMUM),
            ("linkingDays", self.linking_days, 1, DAYS_MAXIMUM),
            ("monitoringDays", self.monitoring_days, 1, DAYS_MAXIMUM),
            ("evaluationDays", self.evaluation_days, 1, DAYS_MAXIMUM),
            ("noPlanDays", self.no_plan_days, 1, DAYS_MAXIMUM),
            ("noContactDays", self.no_contact_days, 1, DAYS_MAXIMUM),
        ] {
            checks.require((minimum..=maximum).contains(&value), || {
                let error = UserError::at(path, ErrorCode::SettingOutOfRange);
                error.with("minimum", minimum).with("maximum", maximum)
            });
        }
    }

    async fn load(work: &Work<'_, Self::Verb>, id: CaseloadSettingId) -> Result<Option<CaseloadSetting>, Failure> {
        caseload_setting::find(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for CaseloadSettingChangeInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<CaseloadSetting>, Stop> {
        let valid_from = self.valid_from.unwrap_or(work.today);
        if valid_from < work.today {
            // What was reckoned by an earlier setting stays so.
            return Err(UserError::at("validFrom", ErrorCode::SettingInThePast).into());
        }
        let setting = CaseloadSetting {
            id: CaseloadSettingId::new(),
            district_id: work.permit.district_id(),
            short_advice_hundredths: self.short_advice_hundredths,
            standard_hundredths: self.standard_hundredths,
            intensive_hundredths: self.intensive_hundredths,
            planning_minimum: self.planning_minimum,
            planning_maximum: self.planning_maximum,
            intake_days: self.intake_days,
            clearing_days: self.clearing_days,
            assessment_days: self.assessment_days,
            planning_days: self.planning_days,
            linking_days: self.linking_days,
            monitoring_days: self.monitoring_days,
            evaluation_days: self.evaluation_days,
            no_plan_days: self.no_plan_days,
            no_contact_days: self.no_contact_days,
            valid_from,
            valid_until: None,
        };
        caseload_setting::replace(work.transaction.connection(), work.permit, &setting).await?;
        Ok(Done::new(setting))
    }
}
