//! Assessments of need: recorded, never changed; a later one of the same area replaces the earlier one.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::{CodeList, NeedSeverity, TextKind};
use entity::ids::{AssessmentId, CaseId, Identifier};
use serde::Serialize;
use serde_json::json;

use super::work::{CODE_MAXIMUM, case_at_work, expect_happened, loads_part, record_in_case};
use crate::access::verb;
use crate::commands::district::code_list::require_code;
use crate::commands::pipeline::{Command, Creates, Done, Stop, Texts, Work};
use crate::domain::input::{Checks, NOTE_MAXIMUM};
use crate::store::casework::assessment::Assessment;
use crate::store::casework::part;

record_in_case!(Assessment, AssessmentId, |_| None);

/// What a person needs in one area.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct AssessmentRecordInput {
    /// The case.
    pub case_id: CaseId,
    /// The area: a code of the list NEED_AREA, e.g. `HOUSING`.
    pub need_area: String,
    /// How severe the need is.
    pub severity: NeedSeverity,
    /// When it was assessed; today if left out.
    pub assessed_on: Option<NaiveDate>,
    /// What was found. Sealed. At most 20000 characters.
    pub finding: Option<String>,
    /// What the client wishes. Sealed. At most 20000 characters.
    pub wish: Option<String>,
}

impl Command for AssessmentRecordInput {
    const NAME: &'static str = "assessmentRecord";
    type Verb = verb::WorkOnCase;
    type Record = Assessment;

    fn check(&self, checks: &mut Checks) {
        checks.line("needArea", &self.need_area, CODE_MAXIMUM);
        checks.day("assessedOn", self.assessed_on);
        checks.prose("finding", self.finding.as_deref(), NOTE_MAXIMUM);
        checks.prose("wish", self.wish.as_deref(), NOTE_MAXIMUM);
    }

    loads_part!(Assessment);
}

impl Creates for AssessmentRecordInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Assessment>, Stop> {
        let case = case_at_work(work, "caseId", self.case_id).await?;
        require_code(work, "needArea", CodeList::NeedArea, Some(&self.need_area)).await?;
        let assessed_on = self.assessed_on.unwrap_or(work.today);
        expect_happened("assessedOn", assessed_on, work.today)?;
        let mut recorded = Assessment {
            id: AssessmentId::new(),
            district_id: case.district_id,
            case_id: case.id,
            client_id: case.client_id,
            need_area: self.need_area.clone(),
            severity: self.severity,
            assessed_on,
            superseded_by_id: None,
            recorded_by: work.actor.account_id(),
            created_at: work.now,
        };
        let connection = work.transaction.connection();
        let earlier = part::all_in::<Assessment, _>(connection, work.permit, case.id).await?;
        let present =
            earlier.into_iter().find(|other| other.need_area == self.need_area && other.superseded_by_id.is_none());
        let mut superseded = None;
        match present {
            // What is recorded late, about an earlier day, does not replace what was found since.
            Some(present) if present.assessed_on > assessed_on => {
                recorded.superseded_by_id = Some(present.id);
                part::insert(connection, work.permit, &recorded).await?;
            }
            Some(mut present) => {
                part::insert(connection, work.permit, &recorded).await?;
                present.superseded_by_id = Some(recorded.id);
                part::update(connection, work.permit, &present).await?;
                superseded = Some(present.id.to_string());
            }
            None => part::insert(connection, work.permit, &recorded).await?,
        }
        let texts = Texts::in_case(case.client_id, case.id)
            .with_given(recorded.id.0, TextKind::Finding, self.finding.as_deref())
            .with_given(recorded.id.0, TextKind::Wish, self.wish.as_deref());
        Ok(Done::new(recorded).with(json!({ "superseded": superseded })).with_texts(texts))
    }
}
