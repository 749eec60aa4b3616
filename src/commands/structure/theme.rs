//! Generative themes: proposed, given evidence, reviewed, steered, merged, split, answered.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::{BarrierSeverity, CodeList, LegalSphere, NoticeKind, ThemeReach, ThemeSolvableBy, ThemeStatus};
use entity::ids::{BarrierId, Identifier, MunicipalityId, OrganisationId, SignalId, ThemeAnswerId, ThemeId};
use serde::Serialize;
use serde_json::json;

use crate::access::{Verb, on, verb};
use crate::commands::casework::work::CODE_MAXIMUM;
use crate::commands::district::code_list::require_code;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::input::{Checks, NAME_MAXIMUM, REASON_MAXIMUM};
use crate::domain::structure::theme::{AtHand, Least, ThemeHand, blocked_by, four_eyes, is_open, needs_answer};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::guarded_text::names_of_cases_in;
use crate::store::casework::notice::{self, Recipient};
use crate::store::district::{municipality, organisation};
use crate::store::structure::barrier::Pattern;
use crate::store::structure::setting;
use crate::store::structure::signal;
use crate::store::structure::theme::{self, Theme};
use crate::store::structure::theme_answer::{self, ThemeAnswer};

/// The longest description, in characters.
pub const DESCRIPTION_MAXIMUM: usize = 4000;
/// The most barriers that are linked one by one at a time.
const BARRIERS_MAXIMUM: usize = 200;
/// The highest priority that can be given by hand.
const PRIORITY_MAXIMUM: i32 = 10_000;
/// How often the next number is tried.
const NUMBER_ATTEMPTS: usize = 5;

impl Record for Theme {
    type Id = ThemeId;

    fn id(&self) -> ThemeId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

impl Record for ThemeAnswer {
    type Id = ThemeAnswerId;

    fn id(&self) -> ThemeAnswerId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        None
    }

    fn subject(&self) -> String {
        self.theme_id.to_string()
    }
}

macro_rules! loads_theme {
    () => {
        async fn load(work: &Work<'_, Self::Verb>, id: ThemeId) -> Result<Option<Theme>, Failure> {
            theme::lock(work.transaction.connection(), work.permit, id).await
        }
    };
}

macro_rules! changes_theme {
    () => {
        fn target(&self) -> (ThemeId, &'static str) {
            (self.theme_id, "themeId")
        }

        fn expected_version(&self) -> Option<i32> {
            self.expected_version
        }
    };
}

/// Refuses texts about themes that tell who a person of their evidence is (domain rule 17), naming the place and not the
/// person.
pub(in crate::commands) async fn guard<V: Verb>(
    work: &Work<'_, V>,
    themes: &[ThemeId],
    texts: &[(&str, Option<&str>)],
) -> Result<(), Stop> {
    if themes.is_empty() {
        return Ok(());
    }
    let permit = work.actor.permit_whatever::<verb::ReadTheme>();
    let cases = theme::cases_of(work.transaction.connection(), &permit, themes).await?;
    let given: Vec<(&str, &str)> = texts.iter().filter_map(|(path, text)| Some((*path, (*text)?))).collect();
    let words: Vec<&str> = given.iter().map(|(_, text)| *text).collect();
    let found = names_of_cases_in(work.transaction, &permit, &cases, &words).await?;
    let mut errors = Vec::new();
    for ((path, _), passages) in given.iter().zip(&found) {
        errors.extend(passages.iter().map(|passage| {
            UserError::at(path, ErrorCode::TextNamesPerson)
                .with("position", passage.start.saturating_add(1))
                .with("length", passage.len)
        }));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

/// What the barriers of a theme have in common. What is left out does not matter.
#[derive(Clone, Debug, Default, Serialize, InputObject)]
pub struct BarrierPatternInput {
    /// The kind of barrier: a code of the list BARRIER_KIND.
    pub kind: Option<String>,
    /// The area of need: a code of the list NEED_AREA.
    pub need_area: Option<String>,
    /// The legal sphere.
    pub legal_sphere: Option<LegalSphere>,
    /// The institution concerned.
    pub institution_id: Option<OrganisationId>,
    /// The municipality.
    pub municipality_id: Option<MunicipalityId>,
}

impl BarrierPatternInput {
    fn check(&self, checks: &mut Checks) {
        for (path, code) in [("pattern.kind", &self.kind), ("pattern.needArea", &self.need_area)] {
            if let Some(code) = code {
                checks.line(path, code, CODE_MAXIMUM);
            }
        }
        checks.require(self.kind.is_some() || self.institution_id.is_some(), || {
            UserError::at("pattern", ErrorCode::ThemePatternEmpty)
        });
    }

    async fn resolve<V: on::Theme>(&self, work: &Work<'_, V>) -> Result<Pattern, Stop> {
        let connection = work.transaction.connection();
        require_code(work, "pattern.kind", CodeList::BarrierKind, self.kind.as_deref()).await?;
        require_code(work, "pattern.needArea", CodeList::NeedArea, self.need_area.as_deref()).await?;
        if let Some(id) = self.institution_id {
            let found = organisation::find(connection, work.permit, id).await?;
            found.ok_or_else(|| UserError::at("pattern.institutionId", ErrorCode::NotFound))?;
        }
        if let Some(id) = self.municipality_id {
            let found = municipality::find(connection, work.permit, id).await?;
            found.ok_or_else(|| UserError::at("pattern.municipalityId", ErrorCode::NotFound))?;
        }
        Ok(self.into())
    }
}

impl From<&BarrierPatternInput> for Pattern {
    fn from(given: &BarrierPatternInput) -> Self {
        Self {
            kind: given.kind.clone(),
            need_area: given.need_area.clone(),
            legal_sphere: given.legal_sphere,
            institution_id: given.institution_id,
            municipality_id: given.municipality_id,
        }
    }
}

async fn insert<V: on::Theme>(work: &Work<'_, V>, mut theme: Theme) -> Result<Theme, Stop> {
    let connection = work.transaction.connection();
    for _ in 0..NUMBER_ATTEMPTS {
        theme.number = theme::next_number(connection, work.permit).await?;
        if theme::insert(connection, work.permit, &theme).await? {
            let by = (work.actor.account_id(), work.reason);
            theme::record_change(connection, work.permit, &theme, None, by, work.now).await?;
            return Ok(theme);
        }
    }
    Err(Failure::new(ErrorCode::Busy).into())
}

pub(super) async fn store<V: on::Theme>(work: &Work<'_, V>, mut theme: Theme) -> Result<Theme, Failure> {
    theme.version = theme.version.saturating_add(1);
    theme::update(work.transaction.connection(), work.permit, &theme).await?;
    Ok(theme)
}

fn new_theme<V: on::Theme>(work: &Work<'_, V>, title: &str, description: &str, pattern: Pattern) -> Theme {
    let id = ThemeId::new();
    Theme {
        id,
        district_id: work.permit.district_id(),
        number: 0,
        title: title.trim().to_owned(),
        description: description.trim().to_owned(),
        status: ThemeStatus::Proposed,
        status_since: work.today,
        kind: pattern.kind,
        need_area: pattern.need_area,
        legal_sphere: pattern.legal_sphere,
        institution_id: pattern.institution_id,
        municipality_id: pattern.municipality_id,
        reach: ThemeReach::District,
        solvable_by: ThemeSolvableBy::DistrictAdmin,
        severity: BarrierSeverity::Serious,
        priority_override: None,
        merged_into_id: None,
        family_id: id,
        split_from_id: None,
        proposed_by: work.actor.account_id(),
        touched_at: None,
        version: 1,
        created_at: work.now,
    }
}

/// A generative theme that is proposed, from a signal or by hand. All barriers that fit its pattern become its evidence.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ThemeProposeInput {
    /// What it is called. At most 200 characters.
    pub title: String,
    /// What it is about, without naming anybody: a text with a name, an address, a birth date or contact data of people of
    /// the evidence is refused. At most 4000 characters.
    pub description: String,
    /// The signal that it comes from; its pattern is taken then.
    pub signal_id: Option<SignalId>,
    /// What its barriers have in common; needed without a signal. At least the kind or the institution.
    pub pattern: Option<BarrierPatternInput>,
    /// How far it reaches.
    pub reach: ThemeReach,
    /// Who can solve it.
    pub solvable_by: ThemeSolvableBy,
    /// How much it hinders.
    pub severity: BarrierSeverity,
}

impl Command for ThemeProposeInput {
    const NAME: &'static str = "themePropose";
    type Verb = verb::ArrangeTheme;
    type Record = Theme;

    loads_theme!();

    fn check(&self, checks: &mut Checks) {
        checks.line("title", &self.title, NAME_MAXIMUM);
        checks.prose("description", Some(&self.description), DESCRIPTION_MAXIMUM);
        match &self.pattern {
            Some(pattern) => pattern.check(checks),
            None => checks.require(self.signal_id.is_some(), || UserError::at("pattern", ErrorCode::ThemePatternEmpty)),
        }
    }
}

impl Creates for ThemeProposeInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Theme>, Stop> {
        let connection = work.transaction.connection();
        let from_signal = match self.signal_id {
            None => None,
            Some(id) => {
                let found = signal::lock(connection, work.permit, id).await?;
                Some(found.ok_or_else(|| UserError::at("signalId", ErrorCode::NotFound))?)
            }
        };
        let pattern = match (&from_signal, &self.pattern) {
            (Some(found), _) => signal::pattern(found),
            (None, Some(pattern)) => pattern.resolve(work).await?,
            (None, None) => return Err(UserError::at("pattern", ErrorCode::ThemePatternEmpty).into()),
        };
        let mut proposed = new_theme(work, &self.title, &self.description, pattern.clone());
        (proposed.reach, proposed.solvable_by, proposed.severity) = (self.reach, self.solvable_by, self.severity);
        let proposed = insert(work, proposed).await?;
        let by = (work.actor.account_id(), work.now);
        theme::link_pattern(connection, work.permit, proposed.id, &pattern, by).await?;
        if let Some(found) = from_signal {
            signal::became(connection, work.permit, found, proposed.id).await?;
        }
        let texts =
            [("title", Some(&*self.title)), ("description", Some(&*self.description)), ("options.reason", work.reason)];
        guard(work, &[proposed.id], &texts).await?;
        Ok(Done::new(proposed))
    }
}

/// Evidence that a theme gets: all barriers that fit its pattern or that of a theme which became part of it, and single ones.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ThemeGatherInput {
    /// The theme.
    pub theme_id: ThemeId,
    /// The version that you saw; refused if the theme was changed since.
    pub expected_version: Option<i32>,
    /// Single barriers, for those who see them (supervisors). At most 200. Empty: those that fit a pattern only.
    #[graphql(default)]
    pub barrier_ids: Vec<BarrierId>,
}

impl Command for ThemeGatherInput {
    const NAME: &'static str = "themeGather";
    type Verb = verb::ArrangeTheme;
    type Record = Theme;

    loads_theme!();

    fn check(&self, checks: &mut Checks) {
        checks.require(self.barrier_ids.len() <= BARRIERS_MAXIMUM, || {
            UserError::at("barrierIds", ErrorCode::ListTooLong).with("maximum", BARRIERS_MAXIMUM)
        });
    }
}

pub(super) fn expect_open(theme: &Theme, path: &str) -> Result<(), Stop> {
    if is_open(theme.status) { Ok(()) } else { Err(UserError::at(path, ErrorCode::ThemeNotOpen).into()) }
}

impl Changes for ThemeGatherInput {
    changes_theme!();

    async fn change(&self, work: &Work<'_, Self::Verb>, found: Theme) -> Result<Done<Theme>, Stop> {
        let connection = work.transaction.connection();
        expect_open(&found, "themeId")?;
        let by = (work.actor.account_id(), work.now);
        if !self.barrier_ids.is_empty() {
            let cases = work.actor.permit_whatever::<verb::ReadCase>();
            let known = crate::store::structure::barrier::count(connection, &cases, &self.barrier_ids).await?;
            if known < self.barrier_ids.len() {
                return Err(UserError::at("barrierIds", ErrorCode::NotFound).into());
            }
            theme::link_barriers(connection, work.permit, &cases, found.id, &self.barrier_ids, by).await?;
        }
        theme::link_fitting(connection, work.permit, found.id, by).await?;
        let texts = [("", Some(&*found.title)), ("", Some(&*found.description)), ("options.reason", work.reason)];
        guard(work, &[found.id], &texts).await?;
        Ok(Done::new(store(work, found).await?))
    }
}

async fn step<V: on::Theme>(
    work: &Work<'_, V>,
    mut found: Theme,
    hand: ThemeHand,
    to: ThemeStatus,
) -> Result<Done<Theme>, Stop> {
    let connection = work.transaction.connection();
    let evidence = theme::evidence_of(connection, work.permit, &[found.id]).await?;
    let least = least(&setting::current(connection, work.permit).await?);
    let has_grounds = evidence.get(&found.id).is_some_and(|evidence| evidence.grounds.suffice(&least));
    let answer = needs_answer(to) && theme_answer::is_answered(connection, work.permit, found.id).await?;
    let at_hand = AtHand { reason: work.reason.is_some(), grounds: has_grounds, answer };
    let blocked = blocked_by(hand, found.status, to, at_hand);
    if !blocked.is_empty() {
        return Err(blocked.into());
    }
    if let Some(own) = four_eyes(hand, to, found.proposed_by, work.actor.account_id()) {
        return Err(own.into());
    }
    guard(work, &[found.id], &[("options.reason", work.reason)]).await?;
    let from = found.status;
    (found.status, found.status_since) = (to, work.today);
    let found = store(work, found).await?;
    let by = (work.actor.account_id(), work.reason);
    theme::record_change(connection, work.permit, &found, Some(from), by, work.now).await?;
    Ok(Done::new(found))
}

/// The fewest of each that a theme needs, by a setting.
#[must_use]
pub fn least(setting: &setting::StructureSetting) -> Least {
    let small = |value: i32| u32::try_from(value).unwrap_or(0);
    Least {
        cases: small(setting.minimum_cases),
        case_managers: small(setting.minimum_case_managers),
        municipalities: small(setting.minimum_municipalities),
    }
}

/// The verdict of the supervisory centre on a theme.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ThemeReviewInput {
    /// The theme.
    pub theme_id: ThemeId,
    /// The version that you saw; refused if the theme was changed since.
    pub expected_version: Option<i32>,
    /// CONFIRMED, REJECTED (with a reason), or UNDER_REVIEW again. Confirming with thin evidence needs a reason. Who proposed
    /// the theme does not confirm it: somebody else has to.
    pub status: ThemeStatus,
}

impl Command for ThemeReviewInput {
    const NAME: &'static str = "themeReview";
    type Verb = verb::ReviewTheme;
    type Record = Theme;

    loads_theme!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for ThemeReviewInput {
    changes_theme!();

    async fn change(&self, work: &Work<'_, Self::Verb>, found: Theme) -> Result<Done<Theme>, Stop> {
        step(work, found, ThemeHand::Centre, self.status).await
    }
}

/// A step that the coordinators take with a theme, or the priority that they give it.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ThemeSteerInput {
    /// The theme.
    pub theme_id: ThemeId,
    /// The version that you saw; refused if the theme was changed since.
    pub expected_version: Option<i32>,
    /// Where it comes to stand, along the steps that `Theme.availableTransitions` shows; left out: where it is.
    pub status: Option<ThemeStatus>,
    /// The priority against the reckoned one, 0 to 10000, with a reason; null: the reckoned one. Left out: as before.
    pub priority_override: async_graphql::MaybeUndefined<i32>,
}

impl Command for ThemeSteerInput {
    const NAME: &'static str = "themeSteer";
    type Verb = verb::SteerTheme;
    type Record = Theme;

    loads_theme!();

    fn check(&self, checks: &mut Checks) {
        let given = self.priority_override.value();
        checks.require(given.is_none_or(|value| (0..=PRIORITY_MAXIMUM).contains(value)), || {
            UserError::at("priorityOverride", ErrorCode::SettingOutOfRange)
                .with("minimum", 0)
                .with("maximum", PRIORITY_MAXIMUM)
        });
    }
}

impl Changes for ThemeSteerInput {
    changes_theme!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut found: Theme) -> Result<Done<Theme>, Stop> {
        if self.priority_override.value().is_some() && work.reason.is_none() {
            return Err(UserError::at("options.reason", ErrorCode::ReasonNeeded).into());
        }
        if !self.priority_override.is_undefined() {
            let before = found.priority_override;
            found.priority_override = self.priority_override.value().copied();
            if before.is_some() || found.priority_override.is_some() {
                let by = (work.actor.account_id(), work.reason);
                theme::record_priority(work.transaction.connection(), work.permit, &found, by, work.now).await?;
            }
        }
        match self.status {
            Some(to) => step(work, found, ThemeHand::Coordination, to).await,
            None => {
                guard(work, &[found.id], &[("options.reason", work.reason)]).await?;
                Ok(Done::new(store(work, found).await?))
            }
        }
    }
}

/// A theme that becomes part of another. Its evidence passes on to that one, and stays on record with this one. Answers to the
/// other one are for the cases of this one as well.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ThemeMergeInput {
    /// The theme that ends.
    pub theme_id: ThemeId,
    /// The version that you saw; refused if the theme was changed since.
    pub expected_version: Option<i32>,
    /// The theme that it becomes part of.
    pub into_id: ThemeId,
}

impl Command for ThemeMergeInput {
    const NAME: &'static str = "themeMerge";
    type Verb = verb::ArrangeTheme;
    type Record = Theme;

    loads_theme!();

    fn check(&self, checks: &mut Checks) {
        checks.require(self.theme_id != self.into_id, || UserError::at("intoId", ErrorCode::ThemeMergeItself));
    }
}

impl Changes for ThemeMergeInput {
    changes_theme!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut found: Theme) -> Result<Done<Theme>, Stop> {
        let connection = work.transaction.connection();
        let into = theme::lock(connection, work.permit, self.into_id).await?;
        let into = into.ok_or_else(|| UserError::at("intoId", ErrorCode::NotFound))?;
        if into.status == ThemeStatus::Merged {
            return Err(UserError::at("intoId", ErrorCode::ThemeMergeItself).into());
        }
        expect_open(&into, "intoId")?;
        let at_hand = AtHand { reason: work.reason.is_some(), grounds: true, answer: false };
        let blocked = blocked_by(ThemeHand::Merging, found.status, ThemeStatus::Merged, at_hand);
        if !blocked.is_empty() {
            return Err(blocked.into());
        }
        let by = (work.actor.account_id(), work.now);
        theme::pass_evidence(connection, work.permit, found.id, into.id, by).await?;
        let texts =
            [("intoId", Some(&*into.title)), ("intoId", Some(&*into.description)), ("options.reason", work.reason)];
        guard(work, &[into.id], &texts).await?;
        let from = found.status;
        (found.status, found.status_since, found.merged_into_id) = (ThemeStatus::Merged, work.today, Some(into.id));
        // What became part of it before goes along.
        theme::move_family(connection, work.permit, found.id, into.id).await?;
        found.family_id = into.id;
        let found = store(work, found).await?;
        let by = (work.actor.account_id(), work.reason);
        theme::record_change(connection, work.permit, &found, Some(from), by, work.now).await?;
        store(work, into).await?;
        Ok(Done::new(found))
    }
}

/// A part of a theme that becomes a theme of its own: the evidence that fits the narrower pattern goes with it.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ThemeSplitInput {
    /// The theme that is split.
    pub theme_id: ThemeId,
    /// What the new theme is called. At most 200 characters.
    pub title: String,
    /// What the new theme is about, without naming anybody. At most 4000 characters.
    pub description: String,
    /// What the barriers of the new theme have in common.
    pub pattern: BarrierPatternInput,
}

impl Command for ThemeSplitInput {
    const NAME: &'static str = "themeSplit";
    type Verb = verb::ArrangeTheme;
    type Record = Theme;

    loads_theme!();

    fn check(&self, checks: &mut Checks) {
        checks.line("title", &self.title, NAME_MAXIMUM);
        checks.prose("description", Some(&self.description), DESCRIPTION_MAXIMUM);
        self.pattern.check(checks);
    }
}

impl Creates for ThemeSplitInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Theme>, Stop> {
        let connection = work.transaction.connection();
        let whole = theme::lock(connection, work.permit, self.theme_id).await?;
        let whole = whole.ok_or_else(|| UserError::at("themeId", ErrorCode::NotFound))?;
        expect_open(&whole, "themeId")?;
        let pattern = self.pattern.resolve(work).await?;
        let mut part = new_theme(work, &self.title, &self.description, pattern.clone());
        (part.reach, part.solvable_by, part.severity) = (whole.reach, whole.solvable_by, whole.severity);
        part.split_from_id = Some(whole.id);
        let part = insert(work, part).await?;
        let by = (work.actor.account_id(), work.now);
        theme::pass_fitting(connection, work.permit, whole.id, part.id, &pattern, by).await?;
        theme::unlink_pattern(connection, work.permit, whole.id, &pattern).await?;
        theme::split_family(connection, work.permit, whole.id, part.id, &pattern).await?;
        let texts =
            [("title", Some(&*self.title)), ("description", Some(&*self.description)), ("options.reason", work.reason)];
        guard(work, &[part.id], &texts).await?;
        store(work, whole).await?;
        Ok(Done::new(part).with(json!({ "splitFrom": self.theme_id.to_string() })))
    }
}

/// An answer to everybody who contributed to a theme, and what can be done now in cases that meet the same barrier.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ThemeAnswerInput {
    /// The theme: decided, implemented, evaluated, forwarded, rejected or parked.
    pub theme_id: ThemeId,
    /// What became of it, without naming anybody. At most 2000 characters.
    pub text: String,
    /// What can be done now in cases that meet the same barrier; shown in these cases. At most 2000 characters.
    pub hint: Option<String>,
    /// From which day on it holds.
    pub effective_on: Option<NaiveDate>,
}

impl Command for ThemeAnswerInput {
    const NAME: &'static str = "themeAnswer";
    type Verb = verb::AnswerTheme;
    type Record = ThemeAnswer;

    async fn load(work: &Work<'_, Self::Verb>, id: ThemeAnswerId) -> Result<Option<ThemeAnswer>, Failure> {
        theme_answer::find(work.transaction.connection(), work.permit, id).await
    }

    fn check(&self, checks: &mut Checks) {
        checks.prose("text", Some(&self.text), REASON_MAXIMUM);
        checks.prose("hint", self.hint.as_deref(), REASON_MAXIMUM);
        checks.day("effectiveOn", self.effective_on);
    }
}

impl Creates for ThemeAnswerInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<ThemeAnswer>, Stop> {
        use ThemeStatus as S;
        let connection = work.transaction.connection();
        let found = theme::lock(connection, work.permit, self.theme_id).await?;
        let found = found.ok_or_else(|| UserError::at("themeId", ErrorCode::NotFound))?;
        let is_answerable = matches!(
            found.status,
            S::Decided | S::Implemented | S::Evaluated | S::ForwardedToState | S::Rejected | S::Parked
        );
        if !is_answerable {
            return Err(UserError::at("themeId", ErrorCode::ThemeNotAnswerable).into());
        }
        let account = work.actor.account_id().ok_or_else(|| Failure::new(ErrorCode::Forbidden))?;
        guard(work, &[found.id], &[("text", Some(&*self.text)), ("hint", self.hint.as_deref())]).await?;
        let answer = ThemeAnswer {
            id: ThemeAnswerId::new(),
            district_id: work.permit.district_id(),
            theme_id: found.id,
            text: self.text.trim().to_owned(),
            hint: self.hint.as_deref().map(str::trim).filter(|hint| !hint.is_empty()).map(str::to_owned),
            answered_by: account,
            effective_on: self.effective_on,
            created_at: work.now,
        };
        theme_answer::insert(connection, &answer).await?;
        let subject = found.id.to_string();
        for contributor in theme::contributors(connection, work.permit, found.id).await? {
            let (to, kind) = (Recipient::Account(contributor), NoticeKind::ThemeAnswered);
            notice::tell(connection, work.permit, to, kind, &subject, work.now).await?;
        }
        Ok(Done::new(answer))
    }
}
