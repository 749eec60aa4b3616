//! The viewer: who asks, and what this person may do.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::codes::Role;
use entity::ids::{Identifier, PositionId};

use super::account::Account;
use super::grant::Grant;
use crate::access::policy::{self, Reach};
use crate::access::{Action, Actor, Extent};
use crate::error::{self, ErrorCode, Failure};
use crate::graphql::connection::{List, RelationArguments, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::errors::{ErrorCatalogueEntry, UserError, catalogue};
use crate::graphql::guard::Public;
use crate::graphql::loaders::GrantsOf;
use crate::graphql::staffing::position::transition_blocks;
use crate::store::staffing::position::Position;

/// Whether something is allowed, and why not.
#[derive(SimpleObject)]
pub struct Permission {
    /// Whether it is allowed.
    allowed: bool,
    /// Why not; empty if it is allowed.
    reasons: Vec<UserError>,
}

impl Permission {
    fn from_reasons(reasons: Vec<error::UserError>) -> Self {
        Self { allowed: reasons.is_empty(), reasons: reasons.into_iter().map(UserError).collect() }
    }

    fn refused(code: ErrorCode) -> Self {
        Self::from_reasons(vec![error::UserError::at("", code)])
    }
}

/// Whether `actor` may do `action` to a position that it can see, by its roles and by the position's state.
///
/// # Errors
/// The troubles of the server.
pub async fn permission_on_position(
    ctx: &Context<'_>,
    actor: &Actor,
    action: Action,
    position: &Position,
) -> Result<Permission, Failure> {
    let reached = match actor.extent(action) {
        Extent::District => true,
        // What is one's own is read, never changed: reading it is what brought us here.
        Extent::Part { organisations, own, .. } => {
            (action == Action::ReadPosition && own.is_some()) || organisations.contains(&position.employer_id)
        }
    };
    if !reached || !concerns_positions(action) {
        return Ok(Permission::refused(ErrorCode::Forbidden));
    }
    Ok(Permission::from_reasons(transition_blocks(ctx, action, position).await?))
}

const fn concerns_positions(action: Action) -> bool {
    matches!(
        action,
        Action::ReadPosition
            | Action::ApprovePosition
            | Action::AdvertisePosition
            | Action::FillPosition
            | Action::VacatePosition
            | Action::EndPosition
            | Action::AssignProfessionalSupervision
            | Action::AssignLineSupervision
    )
}

/// `Viewer` of the schema; the description that its readers see stands on the `impl`.
pub struct Viewer;

/// Who asks.
#[Object]
impl Viewer {
    /// Your account; null if you hold no grant today, since grants are what lets you see anything.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Account>, Failure> {
        let Some(id) = ctx.actor()?.account_id() else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Account))
    }

    /// Your grants that hold today.
    async fn grants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Grant>, Failure> {
        let actor = ctx.actor()?;
        let today = actor.permit_whatever::<crate::access::verb::ReadAccount>().today();
        let mut rows = match actor.account_id() {
            Some(id) => ctx.load(GrantsOf(id)).await?.unwrap_or_default(),
            None => Vec::new(),
        };
        rows.retain(|(grant, _)| {
            crate::domain::period::Period::new(grant.valid_from, grant.valid_until).contains(today)
        });
        let arguments = RelationArguments { first, after };
        connect_loaded(
            ctx,
            "viewer grants",
            &arguments,
            rows,
            |row| row.0.id.0,
            |(grant, organisation)| Grant { grant, organisation },
        )
    }

    /// Whether you may do something: by your roles alone, or to one record (`on`), where the record's state counts as well.
    /// The commands themselves decide by the same rules.
    async fn can(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What you would like to do.")] action: Action,
        #[graphql(desc = "Global id of the record; left out: anything of its kind.")] on: Option<ID>,
    ) -> Result<Permission, Failure> {
        let actor = ctx.actor()?;
        let Some(on) = on else {
            return Ok(if actor.may(action) {
                Permission::from_reasons(Vec::new())
            } else {
                Permission::refused(ErrorCode::Forbidden)
            });
        };
        let Some(id) = PositionId::parse(&on) else {
            let readable = crate::graphql::node::read(ctx, &on).await?.is_some();
            let suits = readable && actor.may(action) && !concerns_positions(action);
            return Ok(match (readable, suits) {
                (false, _) => Permission::refused(ErrorCode::NotFound),
                (true, false) => Permission::refused(ErrorCode::Forbidden),
                (true, true) => Permission::from_reasons(Vec::new()),
            });
        };
        match ctx.load(id).await? {
            Some(row) => permission_on_position(ctx, actor, action, &row.position).await,
            None => Ok(Permission::refused(ErrorCode::NotFound)),
        }
    }
}

/// One row of the access policy.
#[derive(SimpleObject)]
pub struct PolicyRule {
    /// The action.
    action: Action,
    /// The role.
    role: Role,
    /// How far the action reaches for the role. Combinations that are not listed reach nothing.
    reach: Reach,
}

/// Queries about the viewer and about what is the same for everybody.
#[derive(Default)]
pub struct ViewerQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ViewerQueries {
    /// Who you are; null if you are not logged in.
    #[graphql(guard = "Public")]
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Viewer> {
        ctx.state().actor.as_ref().map(|_| Viewer)
    }

    /// The whole access policy: which role may do what, and how far. Public, because it protects nothing by being unknown.
    #[graphql(guard = "Public")]
    async fn access_policy(&self) -> Vec<PolicyRule> {
        Action::ALL
            .iter()
            .flat_map(|action| {
                policy::roles_that_may(*action).map(|(role, reach)| PolicyRule { action: *action, role, reach })
            })
            .collect()
    }

    /// Every error code with its meaning in German and English.
    #[graphql(guard = "Public")]
    async fn error_catalogue(&self) -> Vec<ErrorCatalogueEntry> {
        catalogue()
    }
}
