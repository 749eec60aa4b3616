//! Signals.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object};
use chrono::{DateTime, Utc};
use entity::codes::LegalSphere;

use crate::access::{Action, verb};
use crate::domain::structure::figure::{Audience, Counted};
use crate::domain::structure::signal::{Stored, Told, told};
use crate::error::Failure;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::district::municipality::Municipality;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::errors::Language;
use crate::graphql::guard::Requires;
use crate::graphql::structure::theme::{Theme, audience};
use crate::store::structure::signal as records;

/// `Signal` of the schema; the description that its readers see stands on the `impl`.
pub struct Signal(pub records::Signal);

/// A signal: barriers of one kind that recur in one context more often than chance would have it. It is a reason to look, not
/// a finding. For supervisors, who see exact counts, and for coordinators, whose counts are blurred by up to two. What is told
/// beside a blurred count is made from it, so that it tells no more.
#[Object]
impl Signal {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The kind of barrier: a code of the list BARRIER_KIND.
    async fn kind(&self) -> Option<&str> {
        self.0.kind.as_deref()
    }

    /// The area of need: a code of the list NEED_AREA; null if it does not matter.
    async fn need_area(&self) -> Option<&str> {
        self.0.need_area.as_deref()
    }

    /// The legal sphere; null if it does not matter.
    async fn legal_sphere(&self) -> Option<LegalSphere> {
        self.0.legal_sphere
    }

    /// The institution concerned; null if it does not matter.
    async fn institution(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        let Some(id) = self.0.institution_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Organisation))
    }

    /// The municipality; null if it does not matter.
    async fn municipality(&self, ctx: &Context<'_>) -> Result<Option<Municipality>, Failure> {
        let Some(id) = self.0.municipality_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Municipality))
    }

    /// In how many cases it was met; null if they are too few to be told.
    async fn cases(&self, ctx: &Context<'_>) -> Result<Option<u32>, Failure> {
        Ok(self.told(ctx)?.cases)
    }

    /// How many cases were to be expected by chance, in hundredths of a case; rounded to whole cases for whoever sees blurred
    /// counts.
    async fn expected_hundredths(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        Ok(self.told(ctx)?.expected_hundredths)
    }

    /// How many times as many there are, shrunk towards one while there are few; in hundredths. Half a case is added to `cases`
    /// and to what was expected, then the one is divided by the other, each as you are told of it. Null if `cases` is.
    async fn ratio_hundredths(&self, ctx: &Context<'_>) -> Result<Option<i32>, Failure> {
        Ok(self.told(ctx)?.ratio_hundredths)
    }

    /// The lower bound of the exact ratio, with a confidence of 97.5 %; in hundredths. The list is ordered by it. Null unless you
    /// see exact counts.
    async fn lower_bound_hundredths(&self, ctx: &Context<'_>) -> Result<Option<i32>, Failure> {
        let told = self.told(ctx)?;
        if told.audience != Audience::Centre {
            ctx.redact();
        }
        Ok(told.lower_bound_hundredths)
    }

    /// The share of chance among the signals that are at least as strong (false discovery rate), in millionths. Null unless you
    /// see exact counts.
    async fn false_discovery_millionths(&self, ctx: &Context<'_>) -> Result<Option<i32>, Failure> {
        let told = self.told(ctx)?;
        if told.audience != Audience::Centre {
            ctx.redact();
        }
        Ok(told.false_discovery_millionths)
    }

    /// In words: so many cases, so many expected, each as you are told of it.
    async fn explanation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language of the text.", default)] lang: Language,
    ) -> Result<String, Failure> {
        Ok(self.told(ctx)?.explanation(lang == Language::De))
    }

    /// The theme that was made of it; null as long as none was.
    async fn theme(&self, ctx: &Context<'_>) -> Result<Option<Theme>, Failure> {
        let Some(id) = self.0.theme_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Theme))
    }

    /// When it was found last.
    async fn found_at(&self) -> DateTime<Utc> {
        self.0.found_at
    }

    /// When it was found first.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

impl Signal {
    fn told(&self, ctx: &Context<'_>) -> Result<Told, Failure> {
        let stored = Stored {
            counted: Counted { cases: u32::try_from(self.0.cases).unwrap_or(0), keys: self.0.case_keys },
            expected_hundredths: self.0.expected_hundredths,
            ratio_hundredths: self.0.ratio_hundredths,
            lower_bound_hundredths: self.0.lower_hundredths,
            false_discovery_millionths: self.0.chance_millionths,
        };
        Ok(told(stored, audience(ctx)?))
    }
}

/// Queries about signals.
#[derive(Default)]
pub struct SignalQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl SignalQueries {
    /// The signals of the district as they were found last, strongest first. For supervisors and coordinators.
    #[graphql(guard = "Requires(Action::ReadSignal)")]
    async fn signals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the strongest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Signal>, Failure> {
        const LIST: &str = "signals";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let page = records::page(ctx.store(), &ctx.permit::<verb::ReadSignal>()?, &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, Signal)
    }
}
