//! The stair model.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{BodyKind, IdentityLevel, StageActor, StairModelStatus};

use crate::access::{Action, verb};
use crate::clock::legal_day;
use crate::commands::CommandOptions;
use crate::commands::structure::stair::{StairModelActivateInput, StairModelDraftInput, StairModelImportInput, file};
use crate::domain::structure::figure::{Audience, shown};
use crate::error::Failure;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::errors::Language;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{StagesOf, WaitingOn};
use crate::graphql::payload::payload;
use crate::graphql::structure::theme::audience;
use crate::store::structure::stair as records;

/// `StairModel` of the schema; the description that its readers see stands on the `impl`.
pub struct StairModel(pub records::StairModel);

/// `StairStage` of the schema; the description that its readers see stands on the `impl`.
pub struct StairStage(pub records::StairStage);

/// What waits on a stage of the stair, as you may know it: exact for supervisors; for coordinators blurred by up to two cases,
/// and nothing below three cases.
#[derive(SimpleObject)]
pub struct StageWaiting {
    /// Whether the counts are exact.
    is_exact: bool,
    /// Cases with an open barrier that stands on the stage, each counted once; null if too few to be told.
    cases: Option<u32>,
    /// Those of them with a barrier on it whose answer is overdue; null if too few to be told. Each count is blurred for
    /// itself.
    overdue_cases: Option<u32>,
    /// The day as of which that is counted.
    counted_on: NaiveDate,
}

/// A stage of the stair model (Stufe): what happens there, who is accountable, and what they may know of the person.
#[Object]
impl StairStage {
    /// Its place on the stair, from 1.
    async fn position(&self) -> i32 {
        self.0.position
    }

    /// Its name for programs, e.g. `CONSULT`.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Its label.
    async fn label(&self, #[graphql(desc = "The language of the text.", default)] lang: Language) -> &str {
        match lang {
            Language::De => &self.0.label_de,
            Language::En => &self.0.label_en,
        }
    }

    /// What happens on it, and when a barrier leaves it.
    async fn criteria(&self, #[graphql(desc = "The language of the text.", default)] lang: Language) -> &str {
        match lang {
            Language::De => &self.0.criteria_de,
            Language::En => &self.0.criteria_en,
        }
    }

    /// Who is accountable for a barrier on it.
    async fn accountable(&self) -> StageActor {
        self.0.accountable
    }

    /// Which kind of body is accountable; null if no body is.
    async fn body_kind(&self) -> Option<BodyKind> {
        self.0.body_kind
    }

    /// Within how many days an answer is due; null if at any time. After twice that time a barrier goes up by itself.
    async fn answer_days(&self) -> Option<i32> {
        self.0.answer_days
    }

    /// What those who deal with a barrier on it may know of the person.
    async fn identity_level(&self) -> IdentityLevel {
        self.0.identity_level
    }

    /// What waits on it now, of the barriers that climb by this version: so those who prepare the meetings of bodies learn
    /// that there is something to deal with. For supervisors and coordinators; null (with an entry in
    /// `extensions.redactions`) for others.
    async fn waiting(&self, ctx: &Context<'_>) -> Result<Option<StageWaiting>, Failure> {
        if !ctx.actor()?.may(Action::ReadSignal) {
            ctx.redact();
            return Ok(None);
        }
        let key = WaitingOn { model: self.0.model_id, stage: self.0.position };
        let found = ctx.load(key).await?.unwrap_or_default();
        let audience = audience(ctx)?;
        Ok(Some(StageWaiting {
            is_exact: audience == Audience::Centre,
            cases: shown(found.open, audience),
            overdue_cases: shown(found.overdue, audience),
            counted_on: legal_day(ctx.state().services.clock.now()),
        }))
    }
}

/// A version of the stair model (Treppenmodell): the stages on which barriers climb from one case to a decision about
/// structures. Everybody of the district may read it. Barriers keep the version by which they began.
#[Object]
impl StairModel {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The number of the version in the district, from 1.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// Its name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it comes from: who decided it, or whose reading it is.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// Whether it is in use.
    async fn status(&self) -> StairModelStatus {
        self.0.status
    }

    /// The stage on which barriers begin.
    async fn entry_position(&self) -> i32 {
        self.0.entry_position
    }

    /// Three to seven stages, lowest first.
    async fn stages(&self, ctx: &Context<'_>) -> Result<Vec<StairStage>, Failure> {
        let stages = ctx.load(StagesOf(self.0.id)).await?.unwrap_or_default();
        Ok(stages.into_iter().map(StairStage).collect())
    }

    /// The version as a file (JSON), for `stairModelImport` in this or another district.
    async fn file(&self, ctx: &Context<'_>) -> Result<String, Failure> {
        Ok(file(&self.0, &ctx.load(StagesOf(self.0.id)).await?.unwrap_or_default()))
    }

    /// Since when barriers begin by it; null for drafts.
    async fn activated_at(&self) -> Option<DateTime<Utc>> {
        self.0.activated_at
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the record was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

payload! {
    /// The answer to a command about a stair model.
    StairModelPayload {
        /// The version as it stands now; null if rules forbade the command.
        stair_model: StairModel
    } from records::StairModel, StairModel
}

/// Queries about the stair model.
#[derive(Default)]
pub struct StairModelQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl StairModelQueries {
    /// The version by which barriers begin now; null only if the district has none.
    #[graphql(guard = "Requires(Action::ReadDirectory)")]
    async fn stair_model(&self, ctx: &Context<'_>) -> Result<Option<StairModel>, Failure> {
        let permit = ctx.permit::<verb::ReadDirectory>()?;
        Ok(records::active(ctx.store().reader(), &permit).await?.map(StairModel))
    }

    /// All versions, newest first.
    #[graphql(guard = "Requires(Action::ReadDirectory)")]
    async fn stair_models(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<StairModel>, Failure> {
        const LIST: &str = "stairModels";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let page = records::page(ctx.store(), &ctx.permit::<verb::ReadDirectory>()?, &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, StairModel)
    }
}

/// Commands about the stair model.
#[derive(Default)]
pub struct StairModelMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl StairModelMutations {
    /// Drafts a new version. For coordinators.
    #[graphql(guard = "Requires(Action::EditStairModel)")]
    async fn stair_model_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The version.")] input: StairModelDraftInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<StairModelPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Drafts a new version from a file. For coordinators.
    #[graphql(guard = "Requires(Action::EditStairModel)")]
    async fn stair_model_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file.")] input: StairModelImportInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<StairModelPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Lets new barriers begin by a draft; the version before retires. For coordinators.
    #[graphql(guard = "Requires(Action::EditStairModel)")]
    async fn stair_model_activate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The draft.")] input: StairModelActivateInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<StairModelPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
