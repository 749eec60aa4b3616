//! The change of the legal sphere (Rechtskreiswechsel): an event of its own.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::LegalSphere;
use entity::ids::{CaseId, Identifier, LegalSpherePeriodId};
use serde::Serialize;
use serde_json::json;

use super::work::{case_at_work, record_in_case};
use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Done, Record as _, Stop, Work};
use crate::domain::casework::legal_sphere::{Change, Held, ending};
use crate::domain::input::Checks;
use crate::domain::period::Period;
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::case::{self, Case};
use crate::store::casework::legal_sphere_period::LegalSpherePeriod;
use crate::store::casework::part;

record_in_case!(LegalSpherePeriod, LegalSpherePeriodId, |_| None);

/// A change of the legal sphere: on one day, some end and one begins. Several can hold at once, e.g. SGB_II and
/// CHILD_BENEFIT.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CaseChangeLegalSphereInput {
    /// The case.
    pub case_id: CaseId,
    /// The version that you saw; refused if the case was changed since.
    pub expected_version: Option<i32>,
    /// The first day on which it is different; also one in future, if it is known already.
    pub changed_on: NaiveDate,
    /// The legal spheres that end: they no longer hold on that day. At most 14.
    #[graphql(default)]
    pub ended_spheres: Vec<LegalSphere>,
    /// The legal sphere that begins; null: none does.
    pub begun_sphere: Option<LegalSphere>,
    /// First day on which that no longer holds, if it is known already.
    pub begun_until: Option<NaiveDate>,
}

impl Command for CaseChangeLegalSphereInput {
    const NAME: &'static str = "caseChangeLegalSphere";
    type Verb = verb::WorkOnCase;
    type Record = Case;

    fn check(&self, checks: &mut Checks) {
        checks.day("changedOn", Some(self.changed_on));
        checks.day("begunUntil", self.begun_until);
        checks.period("begunUntil", Some(self.changed_on), self.begun_until);
        let maximum = LegalSphere::ALL.len();
        checks.require(self.ended_spheres.len() <= maximum, || {
            UserError::at("endedSpheres", ErrorCode::ListTooLong).with("maximum", maximum)
        });
    }

    async fn load(work: &Work<'_, Self::Verb>, id: CaseId) -> Result<Option<Case>, Failure> {
        case::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for CaseChangeLegalSphereInput {
    fn target(&self) -> (CaseId, &'static str) {
        (self.case_id, "caseId")
    }

    fn expected_version(&self) -> Option<i32> {
        self.expected_version
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, case: Case) -> Result<Done<Case>, Stop> {
        let mut case = case_at_work(work, "caseId", case.id()).await?;
        let connection = work.transaction.connection();
        let rows = part::all_in::<LegalSpherePeriod, _>(connection, work.permit, case.id).await?;
        let held: Vec<Held> = rows
            .iter()
            .map(|row| Held { sphere: row.sphere, period: Period::new(row.valid_from, row.valid_until) })
            .collect();
        let begun = self.begun_sphere.map(|sphere| (sphere, self.begun_until));
        let change = Change { on: self.changed_on, ended: &self.ended_spheres, begun };
        let ending = ending(&held, &change)?;
        for (index, mut row) in rows.into_iter().enumerate() {
            if ending.contains(&index) {
                row.valid_until = Some(self.changed_on);
                part::update(connection, work.permit, &row).await?;
            }
        }
        if let Some((sphere, valid_until)) = begun {
            let row = LegalSpherePeriod {
                id: LegalSpherePeriodId::new(),
                district_id: case.district_id,
                case_id: case.id,
                client_id: case.client_id,
                sphere,
                valid_from: self.changed_on,
                valid_until,
            };
            part::insert(connection, work.permit, &row).await?;
        }
        case.version = case.version.saturating_add(1);
        case::update(connection, work.permit, &case).await?;
        let details = json!({
            "changedOn": self.changed_on, "endedSpheres": self.ended_spheres, "begunSphere": self.begun_sphere,
            "begunUntil": self.begun_until,
        });
        Ok(Done::new(case).with(details))
    }
}
