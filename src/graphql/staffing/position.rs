//! Positions.

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{BuildingBlock, Funder, PositionRole, PositionStatus};
use entity::ids::PositionId;

use super::occupancy::Occupancy;
use super::service_area::ServiceArea;
use super::supervision::Supervision;
use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::staffing::position::{
    PositionAdvertiseInput, PositionApproveInput, PositionEndInput, PositionFillInput, PositionPlanInput,
    PositionVacateInput,
};
use crate::domain::period::Period;
use crate::domain::staffing::position::{FTE_ELIGIBLE_HUNDREDTHS, PositionTransition, Share, blocked_by};
use crate::error::{self, ErrorCode, Failure};
use crate::graphql::accounts::viewer::{Permission, permission_on_position};
use crate::graphql::connection::{
    Counted, Counter, List, PageArguments, RelationArguments, SortDirection, TotalCount, connect, connect_loaded,
};
use crate::graphql::context::Ask;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{OccupanciesOf, ServiceAreasOf, SupervisionsOf};
use crate::graphql::log::entry::{LogEntry, history};
use crate::graphql::payload::payload;
use crate::store::log::history::Subject;
use crate::store::staffing::position::{self, PositionFilter, PositionOrder, PositionRow};

/// `Position` of the schema; the description that its readers see stands on the `impl`.
pub struct Position(pub PositionRow);

/// A step that a position could take.
#[derive(SimpleObject)]
pub struct PositionTransitionState {
    /// Its name; the mutation `position…` of this name carries it out.
    name: PositionTransition,
    /// Whether you can carry it out now.
    allowed: bool,
    /// What stands in the way: the position's state, or your roles (`FORBIDDEN`). Empty if allowed.
    blocked_by: Vec<UserError>,
}

const fn action_of(transition: PositionTransition) -> Action {
    match transition {
        PositionTransition::Approve => Action::ApprovePosition,
        PositionTransition::Advertise => Action::AdvertisePosition,
        PositionTransition::Fill => Action::FillPosition,
        PositionTransition::Vacate => Action::VacatePosition,
        PositionTransition::End => Action::EndPosition,
    }
}

async fn shares(ctx: &Context<'_>, position: PositionId) -> Result<Vec<Share>, Failure> {
    let rows = ctx.load(OccupanciesOf(position)).await?.unwrap_or_default();
    Ok(rows.iter().map(|(occupancy, _)| Share::from(occupancy)).collect())
}

/// What the state of a position has against an action; empty for actions that depend on no state.
///
/// # Errors
/// The troubles of the server.
pub async fn transition_blocks(
    ctx: &Context<'_>,
    action: Action,
    position: &position::Position,
) -> Result<Vec<error::UserError>, Failure> {
    let Some(transition) = PositionTransition::ALL.into_iter().find(|transition| action_of(*transition) == action)
    else {
        return Ok(Vec::new());
    };
    let shares = shares(ctx, position.id).await?;
    Ok(blocked_by(transition, position.status, position.fte_hundredths, &shares))
}

/// A position: a post of the programme at an employer (Anstellungsträger). Coordinators and supervisors see all of the
/// district, employers their own, case managers the one that they hold.
#[Object]
impl Position {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.position.id.into()
    }

    /// The number that people call it by, unique in the district, e.g. `CM-07`.
    async fn number(&self) -> &str {
        &self.0.position.number
    }

    /// Building block (Baustein) of the programme.
    async fn building_block(&self) -> BuildingBlock {
        self.0.position.building_block
    }

    /// What its holder does.
    async fn role(&self) -> PositionRole {
        self.0.position.role
    }

    /// The employer (Anstellungsträger).
    async fn employer(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        match &self.0.employer {
            Some(employer) => Ok(Some(Organisation(employer.clone()))),
            None => Ok(ctx.load(self.0.position.employer_id).await?.map(Organisation)),
        }
    }

    /// Full-time equivalents (VZÄ) in hundredths: 100 is one full post.
    async fn fte_hundredths(&self) -> i32 {
        self.0.position.fte_hundredths
    }

    /// Whether the state funds a position of this size: from half a post (50 hundredths) on.
    async fn eligible_for_funding(&self) -> bool {
        self.0.position.fte_hundredths >= FTE_ELIGIBLE_HUNDREDTHS
    }

    /// Who pays, apart from the employer's own share (Eigenanteil).
    async fn funded_by(&self) -> Funder {
        self.0.position.funded_by
    }

    /// First day of the approval; null before it.
    async fn approved_from(&self) -> Option<NaiveDate> {
        self.0.position.approved_from
    }

    /// First day no longer covered by the approval; null if it has no end or is not given yet.
    async fn approved_until(&self) -> Option<NaiveDate> {
        self.0.position.approved_until
    }

    /// The day by which it is to be filled; null if none is set.
    async fn target_filled_on(&self) -> Option<NaiveDate> {
        self.0.position.target_filled_on
    }

    /// Where it stands.
    async fn status(&self) -> PositionStatus {
        self.0.position.status
    }

    /// First day on which it no longer exists; null while it does.
    async fn ended_on(&self) -> Option<NaiveDate> {
        self.0.position.ended_on
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.position.version
    }

    /// When the record was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.position.created_at
    }

    /// Who holds it and who held it, earliest first.
    async fn occupancies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that hold on this day.")] on: Option<NaiveDate>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Occupancy>, Failure> {
        let id = self.0.position.id;
        let mut rows = ctx.load(OccupanciesOf(id)).await?.unwrap_or_default();
        if let Some(day) = on {
            rows.retain(|(row, _)| Period::new(row.valid_from, row.valid_until).contains(day));
        }
        let arguments = RelationArguments { first, after };
        connect_loaded(
            ctx,
            &format!("occupancies {}", self.0.position.id),
            &arguments,
            rows,
            |row| row.0.id.0,
            |(occupancy, holder)| Occupancy { occupancy, holder },
        )
    }

    /// Which municipalities it serves, by name. Empty: the whole district.
    async fn service_areas(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ServiceArea>, Failure> {
        let rows = ctx.load(ServiceAreasOf(self.0.position.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(
            ctx,
            &format!("serviceAreas {}", self.0.position.id),
            &arguments,
            rows,
            |row| row.0.id.0,
            |(area, municipality)| ServiceArea { area, municipality },
        )
    }

    /// Who supervises it and who did, earliest first: professionally (Fachaufsicht) and in line (Dienstaufsicht).
    async fn supervisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that hold on this day.")] on: Option<NaiveDate>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Supervision>, Failure> {
        let id = self.0.position.id;
        let mut rows = ctx.load(SupervisionsOf(id)).await?.unwrap_or_default();
        if let Some(day) = on {
            rows.retain(|(row, ..)| Period::new(row.valid_from, row.valid_until).contains(day));
        }
        let arguments = RelationArguments { first, after };
        connect_loaded(
            ctx,
            &format!("supervisions {}", self.0.position.id),
            &arguments,
            rows,
            |row| row.0.id.0,
            |(supervision, supervisor, organisation)| Supervision { supervision, supervisor, organisation },
        )
    }

    /// The steps of a position's life, with what stands in the way of each. The commands decide by the same table.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<PositionTransitionState>, Failure> {
        let position = &self.0.position;
        let shares = shares(ctx, position.id).await?;
        let actor = ctx.actor()?;
        let state = |name: PositionTransition| {
            let mut reasons = blocked_by(name, position.status, position.fte_hundredths, &shares);
            if !actor.extent(action_of(name)).includes(position.employer_id) {
                reasons.push(error::UserError::at("", ErrorCode::Forbidden));
            }
            PositionTransitionState {
                name,
                allowed: reasons.is_empty(),
                blocked_by: reasons.into_iter().map(UserError).collect(),
            }
        };
        Ok(PositionTransition::ALL.into_iter().map(state).collect())
    }

    /// Whether you may do something to this position, by your roles and by its state.
    async fn can(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What you would like to do.")] action: Action,
    ) -> Result<Permission, Failure> {
        permission_on_position(ctx, ctx.actor()?, action, &self.0.position).await
    }

    /// What was done to it, newest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LogEntry>, Failure> {
        history(ctx, Subject::Position(self.0.position.id), first, after).await
    }
}

payload! {
    /// The answer to a command about a position.
    PositionPayload {
        /// The record as it stands now; null if rules forbade the command.
        position: Position
    } from position::Position, |position| Position(PositionRow { position, employer: None })
}

/// Queries about positions.
#[derive(Default)]
pub struct PositionQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl PositionQueries {
    /// One position; null if it does not exist or is not yours to see.
    #[graphql(guard = "Requires(Action::ReadPosition)")]
    async fn position(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: PositionId,
    ) -> Result<Option<Position>, Failure> {
        Ok(ctx.load(id).await?.map(Position))
    }

    /// The positions that you may see.
    #[graphql(guard = "Requires(Action::ReadPosition)")]
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the field")]
    async fn positions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if left out.")] filter: Option<PositionFilter>,
        #[graphql(desc = "What they are sorted by.", default)] order_by: PositionOrder,
        #[graphql(desc = "In which direction.", default)] direction: SortDirection,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<Counted<Position>, Failure> {
        let list = format!("positions {order_by:?} {direction:?}");
        let arguments = PageArguments { first, after, last, before };
        let window = arguments.window(ctx, &list, direction)?;
        let permit = ctx.permit::<verb::ReadPosition>()?;
        let page = position::page(ctx.store(), &permit, filter.as_ref(), order_by, &window).await?;
        let count = TotalCount(Counter::Positions(filter.map(Box::new)));
        connect(ctx, &list, &arguments, page, count, |row| order_by.boundary(&row.position), Position)
    }
}

/// Commands about positions.
#[derive(Default)]
pub struct PositionMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl PositionMutations {
    /// Plans a new position. For coordinators (any employer) and employers (their own).
    #[graphql(guard = "Requires(Action::PlanPosition)")]
    async fn position_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The position to be planned.")] input: PositionPlanInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<PositionPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Records that a planned position is approved: PLANNED → APPROVED. For coordinators.
    #[graphql(guard = "Requires(Action::ApprovePosition)")]
    async fn position_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The approval.")] input: PositionApproveInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<PositionPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Records that candidates are sought: APPROVED or VACANT → ADVERTISED. For the employer.
    #[graphql(guard = "Requires(Action::AdvertisePosition)")]
    async fn position_advertise(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The position to be advertised.")] input: PositionAdvertiseInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<PositionPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Records a holder: APPROVED, ADVERTISED, VACANT or partly FILLED → FILLED. For the employer.
    #[graphql(guard = "Requires(Action::FillPosition)")]
    async fn position_fill(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new holder.")] input: PositionFillInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<PositionPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Records that a holder leaves: FILLED → VACANT, or still FILLED if others stay. For the employer.
    #[graphql(guard = "Requires(Action::VacatePosition)")]
    async fn position_vacate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The holder who leaves.")] input: PositionVacateInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<PositionPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }

    /// Ends a position that nobody holds any more. For the employer.
    #[graphql(guard = "Requires(Action::EndPosition)")]
    async fn position_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The position that ends.")] input: PositionEndInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<PositionPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
