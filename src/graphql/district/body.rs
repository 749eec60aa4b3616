//! Guiding bodies of the district.

use async_graphql::{Context, ID, Object};
use entity::codes::BodyKind;

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::bodies::body::{BodyChangeInput, BodyFoundInput};
use crate::error::Failure;
use crate::graphql::bodies::membership::BodyMembership;
use crate::graphql::connection::{
    Counted, Counter, List, PageArguments, RelationArguments, SortDirection, TotalCount, connect, connect_loaded,
};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::MembershipsOf;
use crate::graphql::log::entry::{LogEntry, history};
use crate::graphql::payload::payload;
use crate::store::district::body as records;
use crate::store::district::directory;
use crate::store::log::history::Subject;

/// `Body` of the schema; the description that its readers see stands on the `impl`.
pub struct Body(pub records::Body);

/// A guiding body of the programme, e.g. the steering group (Steuerungsgruppe).
#[Object]
impl Body {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// What it is.
    async fn kind(&self) -> BodyKind {
        self.0.kind
    }

    /// The name that the district gives it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Meetings in a year; null if nothing is agreed.
    async fn cadence(&self) -> Option<i32> {
        self.0.cadence
    }

    /// The fewest voting members who have to be present to decide; null if nothing is agreed.
    async fn quorum(&self) -> Option<i32> {
        self.0.quorum
    }

    /// Whether it meets in public: the council and its committees.
    async fn is_public(&self) -> bool {
        self.0.is_public
    }

    /// Who belongs to it, ended memberships included, as far as you see them: coordinators and supervisors all; others those
    /// of public bodies and of their own organisation.
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<BodyMembership>, Failure> {
        let rows = ctx.load(MembershipsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        let list = format!("memberships {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.id.0, BodyMembership)
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// What was done to it and to its memberships, and what it left to be done, newest first. For coordinators and
    /// supervisors; empty for others.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LogEntry>, Failure> {
        history(ctx, Subject::Body(self.0.id), first, after).await
    }
}

payload! {
    /// The answer to a command about a body.
    BodyPayload {
        /// The body as it stands now; null if rules forbade the command.
        body: Body
    } from records::Body, Body
}

/// Commands about guiding bodies.
#[derive(Default)]
pub struct BodyMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl BodyMutations {
    /// Founds a body. For coordinators.
    #[graphql(guard = "Requires(Action::EditBody)")]
    async fn body_found(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The body to be founded.")] input: BodyFoundInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<BodyPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Changes name, cadence, quorum and publicity of a body. For coordinators.
    #[graphql(guard = "Requires(Action::EditBody)")]
    async fn body_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The body as it is to be.")] input: BodyChangeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<BodyPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}

/// Queries about guiding bodies.
#[derive(Default)]
pub struct BodyQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl BodyQueries {
    /// The guiding bodies of your district. By name. Everybody who is logged in may read them.
    #[graphql(guard = "Requires(Action::ReadDirectory)")]
    async fn bodies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<Counted<Body>, Failure> {
        const LIST: &str = "bodies";
        let arguments = PageArguments { first, after, last, before };
        let window = arguments.window(ctx, LIST, SortDirection::Asc)?;
        let permit = ctx.permit::<verb::ReadDirectory>()?;
        let page = directory::page::<records::Body, _>(ctx.store(), &permit, &window).await?;
        connect(ctx, LIST, &arguments, page, TotalCount(Counter::Bodies), directory::boundary, Body)
    }
}
