//! Guiding bodies of the district.

use async_graphql::{Context, ID, Object};
use entity::codes::BodyKind;

use crate::access::{Action, verb};
use crate::error::Failure;
use crate::graphql::connection::{Counted, Counter, PageArguments, SortDirection, TotalCount, connect};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::store::district::body as records;
use crate::store::district::directory;

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
