//! Publications of themes.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{PublicationStatus, ThemeStatus};

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::structure::theme_publication::{ThemePublicationDecideInput, ThemePublicationRequestInput};
use crate::domain::bodies::oparl::theme_reference;
use crate::error::Failure;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::NameOf;
use crate::graphql::payload::payload;
use crate::graphql::structure::theme::{Theme, told};
use crate::store::structure::theme::Concerned;
use crate::store::structure::theme_publication as records;

/// `ThemePublication` of the schema; the description that its readers see stands on the `impl`.
pub struct ThemePublication(pub records::ThemePublication);

/// What of a theme left the centre, or is to leave it: a text, and figures as they were on that day, suppressed below five cases
/// and rounded to five. One person writes it, another releases it. Once published, everybody who may read the directory may read
/// it, but for the people behind it. So may everybody without an account, as a paper of OParl (`/oparl/v1/paper/{id}`), where
/// the server has that interface switched on; then nothing that changes in the theme afterwards changes what is shown.
#[Object]
impl ThemePublication {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The theme; null if you may see the publication only.
    async fn theme(&self, ctx: &Context<'_>) -> Result<Option<Theme>, Failure> {
        Ok(ctx.load(self.0.theme_id).await?.map(Theme))
    }

    /// Where it stands.
    async fn status(&self) -> PublicationStatus {
        self.0.status
    }

    /// The title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The text.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// In how many cases, rounded to five; null if there are fewer than five, or hardly more.
    async fn cases(&self) -> Option<i32> {
        self.0.cases
    }

    /// In at least so many municipalities; null if `cases` is.
    async fn municipalities(&self) -> Option<i32> {
        self.0.municipalities
    }

    /// What the barriers cost so far, in euro, rounded to 1,000; null if `cases` is.
    async fn cost_euro(&self) -> Option<i32> {
        self.0.cost_euro
    }

    /// The day of the figures.
    async fn figures_on(&self) -> NaiveDate {
        self.0.figures_on
    }

    /// Where the theme stood on the day of the figures; published with them. Null if nobody wrote that down.
    async fn theme_status(&self) -> Option<ThemeStatus> {
        self.0.theme_status
    }

    /// By what the public cites the theme, e.g. `GT-3`: the same in all publications of a theme, and not its number. Null as long
    /// as it was not released.
    async fn reference(&self) -> Option<String> {
        self.0.public_number.map(theme_reference)
    }

    /// The name of who wrote it; null if you may see the publication only.
    async fn requested_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        if ctx.load(self.0.theme_id).await?.is_none() {
            return Ok(None);
        }
        ctx.load(NameOf(self.0.requested_by)).await
    }

    /// The name of who released or refused it; null as long as nobody did, or if you may see the publication only.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.decided_by else { return Ok(None) };
        if ctx.load(self.0.theme_id).await?.is_none() {
            return Ok(None);
        }
        ctx.load(NameOf(id)).await
    }

    /// When it was released, refused or withdrawn; null as long as it was not.
    async fn decided_at(&self) -> Option<DateTime<Utc>> {
        self.0.decided_at
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

payload! {
    /// The answer to a command about a publication.
    ThemePublicationPayload {
        /// The publication as it stands now; null if rules forbade the command.
        publication: ThemePublication
    } from records::ThemePublication, ThemePublication
}

/// Queries about publications.
#[derive(Default)]
pub struct ThemePublicationQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ThemePublicationQueries {
    /// What is published of themes in the district, newest first.
    #[graphql(guard = "Requires(Action::ReadPublication)")]
    async fn theme_publications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ThemePublication>, Failure> {
        const LIST: &str = "themePublications";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let page = records::published(ctx.store(), &ctx.permit::<verb::ReadPublication>()?, &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, ThemePublication)
    }
}

/// Commands about publications.
#[derive(Default)]
pub struct ThemePublicationMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ThemePublicationMutations {
    /// Writes what of a theme is to leave the centre; somebody else has to release it: → REQUESTED. Once released it is for
    /// everybody, also without an account. For supervisors and coordinators.
    #[graphql(guard = "Requires(Action::PublishTheme)")]
    async fn theme_publication_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The theme and the text.")] input: ThemePublicationRequestInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ThemePublicationPayload, Failure> {
        let answer = ctx.create(&input, options).await?;
        let texts = [Some(&*input.title), Some(&*input.text)];
        told(ctx, answer, Some(Concerned::Themes(vec![input.theme_id])), &texts).await
    }

    /// Releases or refuses a publication that somebody else wrote, or takes one back: → PUBLISHED, REFUSED, WITHDRAWN. For
    /// supervisors and coordinators.
    #[graphql(guard = "Requires(Action::PublishTheme)")]
    async fn theme_publication_decide(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The publication and the verdict.")] input: ThemePublicationDecideInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ThemePublicationPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
