//! Statistics of cases.

use async_graphql::{Context, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{CaseDimension, StatisticsAudience, StatisticsTable};
use entity::ids::{Identifier, MunicipalityId};

use crate::access::{Action, verb};
use crate::clock::legal_day;
use crate::domain::reporting::statistics::definition;
use crate::domain::reporting::suppression::family::PublishedTable;
use crate::error::Failure;
use crate::graphql::context::Ask;
use crate::graphql::district::municipality::Municipality;
use crate::graphql::guard::Requires;
use crate::store::reporting::statistics::{self, Published};

/// `CaseStatistics` of the schema; the description that its readers see stands on the `impl`.
pub struct CaseStatistics {
    published: Published,
    content: PublishedTable,
}

/// `CaseFigure` of the schema; the description that its readers see stands on the `impl`.
pub struct CaseFigure {
    categories: Vec<StatisticsCategory>,
    count: Option<u64>,
}

/// `StatisticsCategory` of the schema; the description that its readers see stands on the `impl`.
#[derive(Clone)]
pub struct StatisticsCategory {
    dimension: CaseDimension,
    code: String,
}

/// A table of the statistics of cases, as it was published for one reporting date and audience. It never changes any more:
/// the figures of a date are made once, from the cases as they were recorded then, and stay.
///
/// Small numbers are hidden, in cells and in totals: a figure with `count: null` and `suppressed: true` is one that must not
/// be known. It may be small, zero included, or its change since an earlier date may be about few people, or another one
/// could be computed from it; which of these it is, is not told. It is not a zero, and it is not the difference of the others
/// to the total either. Sums in your own program should leave it out and say so.
#[Object]
impl CaseStatistics {
    /// Which table.
    async fn table(&self) -> StatisticsTable {
        self.published.name
    }

    /// For whom it was made.
    async fn audience(&self) -> StatisticsAudience {
        self.published.audience
    }

    /// The reporting date (Stichtag): the figures are those of the end of this day.
    async fn reporting_on(&self) -> NaiveDate {
        self.published.reporting_on
    }

    /// When it was made: what was recorded later is not in it.
    async fn made_at(&self) -> DateTime<Utc> {
        self.published.made_at
    }

    /// No count below this is shown.
    async fn smallest_shown(&self) -> i32 {
        self.published.smallest_shown
    }

    /// What it counts by: one dimension or two.
    async fn dimensions(&self) -> Vec<CaseDimension> {
        definition(self.published.name).map(|definition| definition.by.to_vec()).unwrap_or_default()
    }

    /// All figures: one for each combination of categories, those without a case included, and one for each total.
    async fn figures(&self) -> Vec<CaseFigure> {
        let dimensions = definition(self.published.name).map(|definition| definition.by).unwrap_or_default();
        let figures = self.content.figures.iter().map(|figure| {
            let named = dimensions.iter().zip(&figure.by);
            let categories = named.filter_map(|(dimension, code)| {
                code.clone().map(|code| StatisticsCategory { dimension: *dimension, code })
            });
            CaseFigure { categories: categories.collect(), count: figure.count }
        });
        figures.collect()
    }
}

/// A count of cases.
#[Object]
impl CaseFigure {
    /// What it counts: a category of each dimension that is not added up. Empty for the total of everything.
    async fn categories(&self) -> &[StatisticsCategory] {
        &self.categories
    }

    /// How many cases; null if the number must not be known (then `suppressed` is true).
    async fn count(&self) -> Option<i32> {
        self.count.map(|count| i32::try_from(count).unwrap_or(i32::MAX))
    }

    /// Whether the number is hidden. A hidden number is not zero.
    async fn suppressed(&self) -> bool {
        self.count.is_none()
    }
}

/// A category of a dimension.
#[Object]
impl StatisticsCategory {
    /// The dimension.
    async fn dimension(&self) -> CaseDimension {
        self.dimension
    }

    /// The code of the category, as the description of the dimension says.
    async fn code(&self) -> &str {
        &self.code
    }

    /// The municipality; null in the categories of all other dimensions.
    async fn municipality(&self, ctx: &Context<'_>) -> Result<Option<Municipality>, Failure> {
        let id = (self.dimension == CaseDimension::Municipality).then(|| MunicipalityId::parse(&self.code)).flatten();
        let Some(id) = id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Municipality))
    }
}

/// Queries for statistics.
#[derive(Default)]
pub struct StatisticsQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl StatisticsQueries {
    /// Counts of cases, for coordinators and supervisors: one of the declared tables, as it was published for a reporting
    /// date. There are no filters and no figures of today, so that nobody can find single cases by comparing answers.
    ///
    /// A new publication is made when the quarter is over, unless so few cases were opened or closed since the last one that
    /// it would be about them; then the last one stands. Null if there is none yet.
    #[graphql(guard = "Requires(Action::ReadCaseStatistics)")]
    async fn case_statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which table.")] table: StatisticsTable,
        #[graphql(desc = "The publication for this day, or else the last one before; the latest if left out.")]
        reporting_on: Option<NaiveDate>,
        #[graphql(
            desc = "For whom the figures are: CENTRE for supervisors only. If left out, CENTRE for supervisors and \
                          BODY for everybody else. What you hand on to others should be made for BODY."
        )]
        audience: Option<StatisticsAudience>,
    ) -> Result<Option<CaseStatistics>, Failure> {
        let today = legal_day(ctx.state().services.clock.now());
        let on = reporting_on.unwrap_or(today).min(today);
        let is_centre = ctx.actor()?.may(Action::ReadCentreStatistics);
        let usual = if is_centre { StatisticsAudience::Centre } else { StatisticsAudience::Body };
        let published = match audience.unwrap_or(usual) {
            StatisticsAudience::Centre => {
                let permit = ctx.permit::<verb::ReadCentreStatistics>()?;
                statistics::latest(ctx.store(), &permit, table, on).await?
            }
            StatisticsAudience::Body => {
                let permit = ctx.permit::<verb::ReadCaseStatistics>()?;
                statistics::latest(ctx.store(), &permit, table, on).await?
            }
        };
        let Some(published) = published else { return Ok(None) };
        let content = statistics::content(&published)?;
        Ok(Some(CaseStatistics { published, content }))
    }
}
