//! Themes that bodies left unanswered.

use async_graphql::{Context, Object};
use chrono::{DateTime, Utc};

use crate::access::{Action, verb};
use crate::error::Failure;
use crate::graphql::connection::{List, RelationArguments, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::district::body::Body;
use crate::graphql::guard::Requires;
use crate::graphql::structure::theme::Theme;
use crate::store::bodies::silence as records;

/// `UnansweredTheme` of the schema; the description that its readers see stands on the `impl`.
pub struct UnansweredTheme(pub records::Unanswered);

/// A generative theme that a body left unanswered: over at least two meetings it came to no result there. A body deals with a
/// theme once it stood on one of its agendas; steering, coordination and working groups and planning conferences also deal
/// with themes that are PRIORITISED or IN_WORK. Putting an item off is no result.
#[Object]
impl UnansweredTheme {
    /// The theme.
    async fn theme(&self) -> Theme {
        Theme(self.0.theme.clone())
    }

    /// The body.
    async fn body(&self, ctx: &Context<'_>) -> Result<Option<Body>, Failure> {
        Ok(ctx.load(self.0.body_id).await?.map(Body))
    }

    /// How many meetings the body held without a result since the theme was waiting.
    async fn meetings_without_result(&self) -> i32 {
        i32::try_from(self.0.silence.meetings).unwrap_or(i32::MAX)
    }

    /// When the meeting began in which the theme last came to a result there; null if it never did.
    async fn last_result_at(&self) -> Option<DateTime<Utc>> {
        self.0.silence.last_result_at
    }
}

/// Queries about themes that bodies left unanswered.
#[derive(Default)]
pub struct SilenceQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl SilenceQueries {
    /// The themes that bodies left unanswered over two meetings or more, those that wait longest first. For coordinators and
    /// supervisors.
    #[graphql(guard = "Requires(Action::FollowUpThemes)")]
    async fn unanswered_themes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<UnansweredTheme>, Failure> {
        let rows = records::all(ctx.store(), &ctx.permit::<verb::FollowUpThemes>()?).await?;
        let arguments = RelationArguments { first, after };
        // Two bodies can leave the same theme unanswered: together they are one place in the list.
        let place =
            |row: &records::Unanswered| uuid::Uuid::from_u128(row.theme.id.0.as_u128() ^ row.body_id.0.as_u128());
        connect_loaded(ctx, "unansweredThemes", &arguments, rows, place, UnansweredTheme)
    }
}
