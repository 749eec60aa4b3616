//! The legal spheres of cases.

use async_graphql::{Context, ID, Object};
use chrono::NaiveDate;
use entity::codes::LegalSphere;
use entity::ids::CaseId;

use crate::domain::period::Period;
use crate::error::Failure;
use crate::graphql::connection::{List, RelationArguments, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::loaders::LegalSpheresOf;
use crate::store::casework::legal_sphere_period as records;

/// `LegalSpherePeriod` of the schema; the description that its readers see stands on the `impl`.
pub struct LegalSpherePeriod(pub records::LegalSpherePeriod);

/// A legal sphere (Rechtskreis) that a case is in for a time: the law from which the person's entitlements follow. Whoever
/// sees the case sees it.
#[Object]
impl LegalSpherePeriod {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The legal sphere.
    async fn sphere(&self) -> LegalSphere {
        self.0.sphere
    }

    /// First day.
    async fn valid_from(&self) -> NaiveDate {
        self.0.valid_from
    }

    /// First day on which it no longer holds; null: no end is known.
    async fn valid_until(&self) -> Option<NaiveDate> {
        self.0.valid_until
    }
}

/// The legal spheres of a case: those of a day, or all that there ever were.
pub(super) async fn of_case(
    ctx: &Context<'_>,
    case: CaseId,
    on: Option<NaiveDate>,
    arguments: &RelationArguments,
) -> Result<List<LegalSpherePeriod>, Failure> {
    let mut rows = ctx.load(LegalSpheresOf(case)).await?.unwrap_or_default();
    if let Some(day) = on {
        rows.retain(|row| Period::new(row.valid_from, row.valid_until).contains(day));
    }
    connect_loaded(ctx, "case legal spheres", arguments, rows, |row| row.id.0, LegalSpherePeriod)
}
