//! Assessments of need.

use async_graphql::{Context, ID, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{NeedSeverity, TextKind};
use entity::ids::CaseId;

use crate::access::Action;
use crate::commands::CommandOptions;
use crate::commands::casework::assessment::AssessmentRecordInput;
use crate::error::Failure;
use crate::graphql::casework::text::text;
use crate::graphql::connection::{List, RelationArguments, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{AssessmentsOf, NameOf};
use crate::graphql::payload::payload;
use crate::store::casework::assessment as records;

/// `Assessment` of the schema; the description that its readers see stands on the `impl`.
pub struct Assessment(pub records::Assessment);

/// What a person needs in one area, as it was assessed on a day (Bedarfseinschätzung). A later one of the same area replaces
/// it; all are kept. The lead and the substitute see it, supervisors see it without its texts.
#[Object]
impl Assessment {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The area of need (Bedarfsbereich): a code of the list NEED_AREA, e.g. `HOUSING`.
    async fn need_area(&self) -> &str {
        &self.0.need_area
    }

    /// How severe the need is.
    async fn severity(&self) -> NeedSeverity {
        self.0.severity
    }

    /// When it was assessed.
    async fn assessed_on(&self) -> NaiveDate {
        self.0.assessed_on
    }

    /// Whether it still holds: no later one of the same area has replaced it.
    async fn is_current(&self) -> bool {
        self.0.superseded_by_id.is_none()
    }

    /// What was found; null if nothing was written down, or (with an entry in `extensions.redactions`) if it does not open
    /// for you.
    async fn finding(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0.id.0, TextKind::Finding).await
    }

    /// What the client wishes; null if nothing was written down, or (with an entry in `extensions.redactions`) if it does not
    /// open for you.
    async fn wish(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0.id.0, TextKind::Wish).await
    }

    /// The name of who recorded it; null if the system itself did.
    async fn recorded_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.recorded_by else { return Ok(None) };
        ctx.load(NameOf(id)).await
    }

    /// When the record was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// The assessments of a case: those that hold, or all that there ever were.
pub(super) async fn of_case(
    ctx: &Context<'_>,
    case: CaseId,
    current: bool,
    arguments: &RelationArguments,
) -> Result<List<Assessment>, Failure> {
    let mut rows = ctx.load(AssessmentsOf(case)).await?.unwrap_or_default();
    rows.retain(|row| !current || row.superseded_by_id.is_none());
    connect_loaded(ctx, "case assessments", arguments, rows, |row| row.id.0, Assessment)
}

payload! {
    /// The answer to a command about an assessment.
    AssessmentPayload {
        /// The assessment; null if rules forbade the command.
        assessment: Assessment
    } from records::Assessment, Assessment
}

/// Commands about assessments.
#[derive(Default)]
pub struct AssessmentMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl AssessmentMutations {
    /// Records what a person needs in one area; it replaces the assessment of the same area before. For the lead and the
    /// substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn assessment_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was found.")] input: AssessmentRecordInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<AssessmentPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }
}
