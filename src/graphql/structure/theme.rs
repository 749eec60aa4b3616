//! Generative themes.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use entity::codes::{BarrierSeverity, LegalSphere, ThemeReach, ThemeSolvableBy, ThemeStatus};
use entity::ids::ThemeId;

use crate::access::{Action, verb};
use crate::clock::legal_day;
use crate::commands::structure::theme::{
    ThemeAnswerInput, ThemeGatherInput, ThemeMergeInput, ThemeProposeInput, ThemeReviewInput, ThemeSplitInput,
    ThemeSteerInput, least,
};
use crate::commands::structure::theme_option::ThemeOptionsSetInput;
use crate::commands::{Answer, CommandOptions};
use crate::domain::structure::effect::effect;
use crate::domain::structure::figure::{Audience, shown, shown_amount, towns_at_least};
use crate::domain::structure::priority::{cost_cents, priority};
use crate::domain::structure::theme::{AtHand, THEME_STEPS, ThemeHand, blocked_by, four_eyes, needs_answer};
use crate::error::{ErrorCode, Failure};
use crate::graphql::connection::{List, PageArguments, RelationArguments, SortDirection, connect, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::district::municipality::Municipality;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::errors::UserError;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{
    AnswersOf, EvidenceOf, NameOf, OptionsOf, PresentSetting, PublicationsOf, ThemeChangesOf,
};
use crate::graphql::payload::payload;
use crate::graphql::structure::barrier::Barrier;
use crate::graphql::structure::theme_publication::ThemePublication;
use crate::store::structure::barrier::{Pattern, evidence};
use crate::store::structure::setting::preset;
use crate::store::structure::theme::{self as records, Concerned, ThemeFilter};
use crate::store::structure::{theme_answer, theme_option};

/// Costs are rounded to this where counts are blurred, in cents.
const COST_UNIT_CENTS: i64 = 10_000;
/// How long the periods are that are compared before and after a decision, at most; in days.
const EFFECT_DAYS: u64 = 365;

/// Who looks at figures in this request.
///
/// # Errors
/// `UNAUTHENTICATED`.
pub fn audience(ctx: &Context<'_>) -> Result<Audience, Failure> {
    let actor = ctx.actor()?;
    Ok(match () {
        () if actor.may(Action::ReviewTheme) => Audience::Centre,
        () if actor.may(Action::CountBarriers) => Audience::Inside,
        () => Audience::Outside,
    })
}

/// `Theme` of the schema; the description that its readers see stands on the `impl`.
pub struct Theme(pub records::Theme);

/// `ThemeChange` of the schema; the description that its readers see stands on the `impl`.
pub struct ThemeChange(pub records::ThemeChange);

/// `ThemeAnswer` of the schema; the description that its readers see stands on the `impl`.
pub struct ThemeAnswer(pub theme_answer::ThemeAnswer);

/// `ThemeOption` of the schema; the description that its readers see stands on the `impl`.
pub struct ThemeOption(pub theme_option::ThemeOption);

/// Something that could be done about a theme (Handlungsmöglichkeit): what a body chooses from. The meeting pack shows it.
#[Object]
impl ThemeOption {
    /// What it is called.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What it means; null if nothing more is said.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// What it costs once, in euro cents; null: not known, or nothing.
    async fn once_cents(&self) -> Option<i64> {
        self.0.once_cents
    }

    /// What it costs each year, in euro cents; null: not known, or nothing.
    async fn yearly_cents(&self) -> Option<i64> {
        self.0.yearly_cents
    }

    /// The institution that would take it on; null if that is open.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        let Some(id) = self.0.owner_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Organisation))
    }

    /// Until when it would be done; null if that is open.
    async fn due_on(&self) -> Option<NaiveDate> {
        self.0.due_on
    }

    /// Whether it is the one that is proposed.
    async fn is_recommended(&self) -> bool {
        self.0.is_recommended
    }
}

/// What a theme rests on, as you may know it: exact for supervisors; for coordinators and case managers blurred by up to two
/// cases, and nothing below three cases.
#[derive(SimpleObject)]
pub struct ThemeEvidence {
    /// Whether the counts are exact.
    is_exact: bool,
    /// Cases; null if too few to be told.
    cases: Option<u32>,
    /// Barriers; null unless the counts are exact.
    barriers: Option<i64>,
    /// Case managers who contributed; null unless the counts are exact.
    case_managers: Option<u32>,
    /// Municipalities: "in at least so many" unless the counts are exact; null if the cases are too few to be told.
    municipalities: Option<u32>,
    /// What the barriers cost so far in working time and delay, in euro cents by `structureSetting`. Unless the counts are exact,
    /// blurred as the cases are and a little for itself, and rounded to 100 euro; null if the cases are too few to be told.
    cost_cents: Option<i64>,
    /// Whether that suffices to confirm the theme without an exception; null unless the counts are exact.
    suffices: Option<bool>,
}

/// How the priority of a theme comes about: cases x severity x reach x solvability, and one for each month without a decision.
#[derive(SimpleObject)]
pub struct ThemePriority {
    /// What counts: the override if there is one, else the reckoned score.
    value: i32,
    /// Whether people gave another priority than the reckoned one.
    is_overridden: bool,
    /// The reckoned score.
    score: i32,
    /// Cases, as you may know them, at most 50.
    cases: i32,
    /// 1 MINOR, 2 SERIOUS, 3 BLOCKING.
    severity: i32,
    /// 1 ONE_MUNICIPALITY to 5 FEDERAL.
    reach: i32,
    /// 3 within an office or the district administration, 2 with others in the district, 1 with state or Federation.
    solvability: i32,
    /// Full months without a decision, at most 24.
    age: i32,
}

/// Whether a decision helped: cases that met the barrier before and after, in periods of the same length.
#[derive(SimpleObject)]
pub struct ThemeEffect {
    /// The day of the decision, between the periods.
    decided_on: NaiveDate,
    /// The length of both periods, in days: up to today, at most 365.
    days: i32,
    /// Cases before, as you may know them; null if too few.
    before: Option<u32>,
    /// Cases after, as you may know them; null if too few.
    after: Option<u32>,
    /// After divided by before, in hundredths; null if one of them is.
    ratio_hundredths: Option<i32>,
    /// The lower bound of the ratio with a confidence of 95 %, in hundredths.
    low_hundredths: Option<i32>,
    /// The upper bound, in hundredths; null if there is none.
    high_hundredths: Option<i32>,
}

/// A step in the life of a theme that could be taken.
#[derive(SimpleObject)]
pub struct ThemeTransitionState {
    /// Where the theme would stand.
    status: ThemeStatus,
    /// Who takes the step.
    by: ThemeHand,
    /// Whether it needs a reason.
    needs_reason: bool,
    /// Whether you can take it now, giving a reason where one is needed.
    allowed: bool,
    /// What stands in the way; empty if allowed.
    blocked_by: Vec<UserError>,
}

/// A step in the life of a theme, or another priority that people gave it. Both are added only.
#[Object]
impl ThemeChange {
    /// Where it stood; null for the first. The same as `toStatus` if it got another priority.
    async fn previous_status(&self) -> Option<ThemeStatus> {
        self.0.from_status
    }

    /// Where it stands since; if it got another priority, where it stood then.
    async fn to_status(&self) -> ThemeStatus {
        self.0.to_status
    }

    /// Whether this is no step: people gave the theme another priority than the reckoned one, or took it back.
    async fn is_priority(&self) -> bool {
        !records::is_step(&self.0)
    }

    /// The priority that people gave it, in place of the reckoned one. Null for a step; if `isPriority`, null means that the
    /// reckoned one counts again.
    async fn priority_override(&self) -> Option<i32> {
        self.0.priority_override
    }

    /// The name of who did it; null if the system did.
    async fn changed_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.account_id else { return Ok(None) };
        ctx.load(NameOf(id)).await
    }

    /// Why; null if no reason was needed. Where a body rejected the theme: the words of its decision, unless another reason
    /// was given.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// When.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// An answer (Rückmeldung) to everybody who contributed to a theme: what became of it, and what can be done now.
#[Object]
impl ThemeAnswer {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// What became of the theme.
    async fn text(&self) -> &str {
        &self.0.text
    }

    /// What can be done now in cases that meet the same barrier; null if nothing was said.
    async fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// From which day on it holds; null if that was left open.
    async fn effective_on(&self) -> Option<NaiveDate> {
        self.0.effective_on
    }

    /// The name of who answered.
    async fn answered_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        ctx.load(NameOf(self.0.answered_by)).await
    }

    /// When.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// A generative theme (generatives Thema): a structural problem that many single cases have in common. It rests on barriers,
/// never on persons. Supervisors and coordinators see all of the district; case managers those that rest on their own cases,
/// or on barriers that they raised themselves, also if somebody else leads these cases now.
/// What was published of it is a `ThemePublication`.
#[Object]
impl Theme {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// Its number in the district, from 1.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// What it is called.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What it is about.
    async fn description(&self) -> &str {
        &self.0.description
    }

    /// Where it stands.
    async fn status(&self) -> ThemeStatus {
        self.0.status
    }

    /// Since when.
    async fn status_since(&self) -> NaiveDate {
        self.0.status_since
    }

    /// The kind of barrier that it is about: a code of the list BARRIER_KIND; null if any.
    async fn kind(&self) -> Option<&str> {
        self.0.kind.as_deref()
    }

    /// The area of need: a code of the list NEED_AREA; null if any.
    async fn need_area(&self) -> Option<&str> {
        self.0.need_area.as_deref()
    }

    /// The legal sphere; null if any.
    async fn legal_sphere(&self) -> Option<LegalSphere> {
        self.0.legal_sphere
    }

    /// The institution concerned; null if any.
    async fn institution(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        let Some(id) = self.0.institution_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Organisation))
    }

    /// The municipality; null if any.
    async fn municipality(&self, ctx: &Context<'_>) -> Result<Option<Municipality>, Failure> {
        let Some(id) = self.0.municipality_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Municipality))
    }

    /// How far it reaches.
    async fn reach(&self) -> ThemeReach {
        self.0.reach
    }

    /// Who can solve it.
    async fn solvable_by(&self) -> ThemeSolvableBy {
        self.0.solvable_by
    }

    /// How much it hinders.
    async fn severity(&self) -> BarrierSeverity {
        self.0.severity
    }

    /// What it rests on, as you may know it.
    async fn evidence(&self, ctx: &Context<'_>) -> Result<ThemeEvidence, Failure> {
        let found = ctx.load(EvidenceOf(self.0.id)).await?.unwrap_or_default();
        let setting = ctx.load(PresentSetting).await?.unwrap_or_else(|| preset(self.0.district_id));
        let audience = audience(ctx)?;
        let is_exact = audience == Audience::Centre;
        let cases = shown(found.counted, audience);
        let cost =
            cost_cents(found.minutes_lost, found.delay_days, setting.hour_cost_cents, setting.delay_day_cost_cents);
        Ok(ThemeEvidence {
            is_exact,
            cases,
            barriers: is_exact.then_some(found.barriers),
            case_managers: is_exact.then_some(found.grounds.case_managers),
            municipalities: towns_at_least(found.grounds.municipalities, found.counted, audience),
            cost_cents: shown_amount(cost, found.counted, audience, COST_UNIT_CENTS),
            suffices: is_exact.then(|| found.grounds.suffice(&least(&setting))),
        })
    }

    /// The barriers that it rests on, oldest first, as far as you may see their cases: all for supervisors, your own for case
    /// managers, none for coordinators.
    async fn barriers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<Option<List<Barrier>>, Failure> {
        let Ok(permit) = ctx.permit::<verb::ReadCase>() else {
            ctx.redact();
            return Ok(None);
        };
        let list = format!("barriers {}", self.0.id);
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, &list, SortDirection::Asc)?;
        let page = evidence(ctx.store(), &permit, self.0.id, &window).await?;
        let boundary = crate::store::structure::barrier::boundary;
        connect(ctx, &list, &arguments, page, EmptyFields, boundary, Barrier).map(Some)
    }

    /// Its priority, and how it comes about.
    async fn priority(&self, ctx: &Context<'_>) -> Result<ThemePriority, Failure> {
        let found = ctx.load(EvidenceOf(self.0.id)).await?.unwrap_or_default();
        let today = legal_day(ctx.state().services.clock.now());
        let months = if is_undecided(self.0.status) { full_months(self.0.created_at, today) } else { 0 };
        let cases = shown(found.counted, audience(ctx)?).unwrap_or(0);
        let reckoned = priority(cases, self.0.severity, self.0.reach, self.0.solvable_by, months);
        Ok(ThemePriority {
            value: self.0.priority_override.unwrap_or(reckoned.score),
            is_overridden: self.0.priority_override.is_some(),
            score: reckoned.score,
            cases: reckoned.cases,
            severity: reckoned.severity,
            reach: reckoned.reach,
            solvability: reckoned.solvability,
            age: reckoned.age,
        })
    }

    /// Whether what was decided helped; null as long as nothing was decided, or on the day of the decision itself. What themes
    /// that became part of it are about counts as well.
    async fn effect(&self, ctx: &Context<'_>) -> Result<Option<ThemeEffect>, Failure> {
        let changes = ctx.load(ThemeChangesOf(self.0.id)).await?.unwrap_or_default();
        let mut steps = changes.iter().rev().filter(|change| records::is_step(change));
        let decided = steps.find(|change| change.to_status == ThemeStatus::Decided);
        let Some(decided_on) = decided.map(|change| legal_day(change.created_at)) else { return Ok(None) };
        let today = legal_day(ctx.state().services.clock.now());
        let passed = u64::try_from((today - decided_on).num_days()).unwrap_or(0).min(EFFECT_DAYS);
        let (Some(from), Some(until)) =
            (decided_on.checked_sub_days(Days::new(passed)), decided_on.checked_add_days(Days::new(passed)))
        else {
            return Ok(None);
        };
        if passed == 0 {
            return Ok(None);
        }
        let permit = ctx.permit::<verb::ReadTheme>()?;
        let before = records::met_between(ctx.store(), &permit, &self.0, from, decided_on).await?;
        let after = records::met_between(ctx.store(), &permit, &self.0, decided_on, until).await?;
        let audience = audience(ctx)?;
        let (before, after) = (shown(before, audience), shown(after, audience));
        let compared = before.zip(after).map(|(before, after)| effect(before, after));
        let hundredths = |value: f64| format!("{:.0}", (value * 100.0).clamp(0.0, 1e9)).parse().ok();
        Ok(Some(ThemeEffect {
            decided_on,
            days: i32::try_from(passed).unwrap_or(i32::MAX),
            before,
            after,
            ratio_hundredths: compared.and_then(|effect| effect.ratio).and_then(hundredths),
            low_hundredths: compared.and_then(|effect| hundredths(effect.low)),
            high_hundredths: compared.and_then(|effect| effect.high).and_then(hundredths),
        }))
    }

    /// The steps from where it stands, with who takes them and what stands in the way. The commands decide by the same table.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<ThemeTransitionState>, Failure> {
        let actor = ctx.actor()?;
        let steps: Vec<_> = THEME_STEPS.iter().filter(|step| step.from == self.0.status).collect();
        let answer = steps.iter().any(|step| needs_answer(step.to))
            && !ctx.load(AnswersOf(self.0.id)).await?.unwrap_or_default().is_empty();
        // A reason makes up for thin evidence, so that evidence never stands in the way.
        let at_hand = AtHand { reason: true, grounds: false, answer };
        Ok(steps
            .into_iter()
            .map(|step| {
                let mut blocked = blocked_by(step.hand, step.from, step.to, at_hand);
                let action = match step.hand {
                    ThemeHand::Centre => Some(Action::ReviewTheme),
                    ThemeHand::Coordination => Some(Action::SteerTheme),
                    ThemeHand::Merging => Some(Action::ArrangeTheme),
                    ThemeHand::Body => None,
                };
                blocked.extend(four_eyes(step.hand, step.to, self.0.proposed_by, actor.account_id()));
                if !action.is_some_and(|action| actor.may(action)) {
                    blocked.push(crate::error::UserError::at("", ErrorCode::Forbidden));
                }
                let blocked_by: Vec<UserError> = blocked.into_iter().map(UserError).collect();
                ThemeTransitionState {
                    status: step.to,
                    by: step.hand,
                    needs_reason: step.needs_reason,
                    allowed: blocked_by.is_empty(),
                    blocked_by,
                }
            })
            .collect())
    }

    /// The steps of its life so far, and the priorities that people gave it, oldest first.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ThemeChange>, Failure> {
        let rows = ctx.load(ThemeChangesOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, &format!("changes {}", self.0.id), &arguments, rows, |row| row.id.0, ThemeChange)
    }

    /// What could be done about it, in order; empty as long as nothing was put together.
    async fn options(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ThemeOption>, Failure> {
        let rows = ctx.load(OptionsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, &format!("options {}", self.0.id), &arguments, rows, |row| row.id.0, ThemeOption)
    }

    /// What was, is, or is to be published of it, newest first.
    async fn publications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ThemePublication>, Failure> {
        let rows = ctx.load(PublicationsOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        let list = format!("publications {}", self.0.id);
        connect_loaded(ctx, &list, &arguments, rows, |row| row.id.0, ThemePublication)
    }

    /// The answers to those who contributed, newest first. They stand at the barriers that it rests on, and at those that fit
    /// what it, or a theme that became part of it, is about.
    async fn answers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many; at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<ThemeAnswer>, Failure> {
        let rows = ctx.load(AnswersOf(self.0.id)).await?.unwrap_or_default();
        let arguments = RelationArguments { first, after };
        connect_loaded(ctx, &format!("answers {}", self.0.id), &arguments, rows, |row| row.id.0, ThemeAnswer)
    }

    /// The theme that it became part of; null if it did not.
    async fn merged_into(&self, ctx: &Context<'_>) -> Result<Option<Theme>, Failure> {
        let Some(id) = self.0.merged_into_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Theme))
    }

    /// The theme that it was part of; null if of none.
    async fn split_off_of(&self, ctx: &Context<'_>) -> Result<Option<Theme>, Failure> {
        let Some(id) = self.0.split_from_id else { return Ok(None) };
        Ok(ctx.load(id).await?.map(Theme))
    }

    /// The name of who proposed it.
    async fn proposed_by(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        let Some(id) = self.0.proposed_by else { return Ok(None) };
        ctx.load(NameOf(id)).await
    }

    /// When a body last dealt with it; null if none did.
    async fn touched_at(&self) -> Option<DateTime<Utc>> {
        self.0.touched_at
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

fn is_undecided(status: ThemeStatus) -> bool {
    use ThemeStatus as S;
    matches!(status, S::Signal | S::Proposed | S::UnderReview | S::Confirmed | S::Prioritised | S::InWork)
}

fn full_months(since: DateTime<Utc>, today: NaiveDate) -> i32 {
    let since = legal_day(since);
    let months =
        |day: NaiveDate| day.year().saturating_mul(12).saturating_add(i32::try_from(day.month0()).unwrap_or(0));
    let begun = i32::from(today.day() < since.day());
    months(today).saturating_sub(months(since)).saturating_sub(begun)
}

payload! {
    /// The answer to a command about a theme.
    ThemePayload {
        /// The theme as it stands now; null if rules forbade the command.
        theme: Theme
    } from records::Theme, Theme
}

payload! {
    /// The answer to `themeAnswer`.
    ThemeAnswerPayload {
        /// The answer; null if rules forbade the command.
        answer: ThemeAnswer
    } from theme_answer::ThemeAnswer, ThemeAnswer
}

/// Queries about themes.
#[derive(Default)]
pub struct ThemeQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ThemeQueries {
    /// The themes that you may see, newest first: the theme board.
    #[graphql(guard = "Requires(Action::ReadTheme)")]
    async fn themes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if left out.")] filter: Option<ThemeFilter>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Theme>, Failure> {
        const LIST: &str = "themes";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Desc)?;
        let permit = ctx.permit::<verb::ReadTheme>()?;
        let page = records::page(ctx.store(), &permit, &filter.unwrap_or_default(), &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, Theme)
    }
}

/// Whether a text was refused because it names somebody.
fn names_somebody<R>(answer: &Answer<R>) -> bool {
    answer.user_errors.iter().any(|error| error.code == ErrorCode::TextNamesPerson)
}

/// Notes for the access log whom a refused text named: the refusal told the writer that somebody is called so.
pub(in crate::graphql) async fn told<R, P: From<Answer<R>>>(
    ctx: &Context<'_>,
    answer: Answer<R>,
    of: Option<Concerned>,
    texts: &[Option<&str>],
) -> Result<P, Failure> {
    if let (true, Some(of)) = (names_somebody(&answer), of) {
        let permit = ctx.actor()?.permit_whatever::<verb::ReadTheme>();
        let texts: Vec<&str> = texts.iter().copied().flatten().collect();
        ctx.state().trail.note(records::comparisons(ctx.store(), &permit, &of, &texts).await?);
    }
    Ok(answer.into())
}

/// The same where the texts of a theme are compared with further cases, besides the reason: its evidence grows.
async fn told_of_growing<P: From<Answer<records::Theme>>>(
    ctx: &Context<'_>,
    answer: Answer<records::Theme>,
    theme: ThemeId,
    of: Concerned,
    reason: Option<&str>,
) -> Result<P, Failure> {
    let grown = if names_somebody(&answer) { ctx.load(theme).await? } else { None };
    let texts = grown.as_ref().map(|grown| [&*grown.title, &*grown.description]);
    let texts: Vec<Option<&str>> = texts.iter().flatten().copied().map(Some).chain([reason]).collect();
    told(ctx, answer, Some(of), &texts).await
}

/// The reason that was given with a command.
pub(in crate::graphql) fn reason(options: Option<&CommandOptions>) -> Option<String> {
    options.and_then(|options| options.reason.clone())
}

/// Commands about themes.
#[derive(Default)]
pub struct ThemeMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl ThemeMutations {
    /// Proposes a theme, from a signal or by hand: → PROPOSED. All barriers that fit its pattern become its evidence. For
    /// supervisors and coordinators.
    #[graphql(guard = "Requires(Action::ArrangeTheme)")]
    async fn theme_propose(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The theme.")] input: ThemeProposeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ThemePayload, Failure> {
        let reason = reason(options.as_ref());
        let answer = ctx.create(&input, options).await?;
        let pattern = input.pattern.as_ref().map(|pattern| Concerned::Pattern(Pattern::from(pattern)));
        let of = input.signal_id.map(Concerned::Signal).or(pattern);
        told(ctx, answer, of, &[Some(&*input.title), Some(&*input.description), reason.as_deref()]).await
    }

    /// Gives a theme more evidence: all barriers that by now fit its pattern, or that of a theme which became part of it, and
    /// single ones. For supervisors and coordinators.
    #[graphql(guard = "Requires(Action::ArrangeTheme)")]
    async fn theme_gather(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The theme and single barriers.")] input: ThemeGatherInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ThemePayload, Failure> {
        let reason = reason(options.as_ref());
        let answer = ctx.change(&input, options).await?;
        let of = Concerned::Gathered(input.theme_id, input.barrier_ids.clone());
        told_of_growing(ctx, answer, input.theme_id, of, reason.as_deref()).await
    }

    /// Confirms or rejects a theme: UNDER_REVIEW → CONFIRMED, or → REJECTED with a reason. For supervisors; nobody confirms a
    /// theme of their own.
    #[graphql(guard = "Requires(Action::ReviewTheme)")]
    async fn theme_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The theme and the verdict.")] input: ThemeReviewInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ThemePayload, Failure> {
        let reason = reason(options.as_ref());
        let answer = ctx.change(&input, options).await?;
        told(ctx, answer, Some(Concerned::Themes(vec![input.theme_id])), &[reason.as_deref()]).await
    }

    /// Takes a theme along the steps of the coordinators, or gives it another priority. For coordinators.
    #[graphql(guard = "Requires(Action::SteerTheme)")]
    async fn theme_steer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The theme and the step.")] input: ThemeSteerInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ThemePayload, Failure> {
        let reason = reason(options.as_ref());
        let answer = ctx.change(&input, options).await?;
        told(ctx, answer, Some(Concerned::Themes(vec![input.theme_id])), &[reason.as_deref()]).await
    }

    /// Puts together what could be done about a theme, for the body that is to decide; it takes the place of what was put
    /// together before. For coordinators.
    #[graphql(guard = "Requires(Action::SteerTheme)")]
    async fn theme_options_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The theme and the options.")] input: ThemeOptionsSetInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ThemePayload, Failure> {
        let answer = ctx.change(&input, options).await?;
        let texts = input.options.iter().flat_map(|option| [Some(&*option.title), option.description.as_deref()]);
        let texts: Vec<Option<&str>> = texts.collect();
        told(ctx, answer, Some(Concerned::Themes(vec![input.theme_id])), &texts).await
    }

    /// Lets a theme become part of another: → MERGED. The evidence passes on, and answers to the other one reach the cases of
    /// this one, also those that meet the same barrier later. For supervisors and coordinators.
    #[graphql(guard = "Requires(Action::ArrangeTheme)")]
    async fn theme_merge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The theme that ends, and the one that goes on.")] input: ThemeMergeInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ThemePayload, Failure> {
        let reason = reason(options.as_ref());
        let answer = ctx.change(&input, options).await?;
        let of = Concerned::Themes(vec![input.theme_id, input.into_id]);
        told_of_growing(ctx, answer, input.into_id, of, reason.as_deref()).await
    }

    /// Makes a theme of a part of another: the evidence that fits the narrower pattern goes with it. For supervisors and
    /// coordinators.
    #[graphql(guard = "Requires(Action::ArrangeTheme)")]
    async fn theme_split(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The theme and its part.")] input: ThemeSplitInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ThemePayload, Failure> {
        let reason = reason(options.as_ref());
        let answer = ctx.create(&input, options).await?;
        let texts = [Some(&*input.title), Some(&*input.description), reason.as_deref()];
        told(ctx, answer, Some(Concerned::Themes(vec![input.theme_id])), &texts).await
    }

    /// Answers everybody who contributed to a theme. They are told, and see the answer at their barriers. For supervisors and
    /// coordinators.
    #[graphql(guard = "Requires(Action::AnswerTheme)")]
    async fn theme_answer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The theme and the answer.")] input: ThemeAnswerInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<ThemeAnswerPayload, Failure> {
        let answer = ctx.create(&input, options).await?;
        let texts = [Some(&*input.text), input.hint.as_deref()];
        told(ctx, answer, Some(Concerned::Themes(vec![input.theme_id])), &texts).await
    }
}
