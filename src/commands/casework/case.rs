//! Cases: open, correct, advance their phase, pause, resume, close, reopen, name a substitute.

use async_graphql::{InputObject, MaybeUndefined};
use chrono::{Datelike, NaiveDate};
use entity::codes::{
    AgeBand, CaseIntensity, CasePhase, CaseRelation, CaseStatus, CaseUnit, ClientStatus, ClosureReason, CodeList,
    GenderStatistical, LanguageLevel, LegalBasis, ReferralSource,
};
use entity::ids::{CaseId, ClientId, Identifier, MunicipalityId, StaffMemberId};
use serde::Serialize;

use super::work::case_at_work;
use crate::access::{Verb, on, verb};
use crate::commands::casework::client::{IdentityInput, NewClient, RecordConsentInput, register};
use crate::commands::district::code_list::require_code;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Texts, Work};
use crate::domain::casework::case::{Facts, leads_back, phase_blocked_by};
use crate::domain::input::Checks;
use crate::domain::period::Month;
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::casework::case::{self, Case, is_member, of_account};
use crate::store::casework::case_phase_change;
use crate::store::casework::work::facts;
use crate::store::casework::{case_person, client};
use crate::store::district::municipality;

/// How often a new case tries to get a number of its own while others are opened at the same moment.
const NUMBER_ATTEMPTS: usize = 20;
/// The longest code of a list, in characters.
const CODE_MAXIMUM: usize = 40;

impl Record for Case {
    type Id = CaseId;

    fn id(&self) -> CaseId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }

    fn client(&self) -> Option<ClientId> {
        Some(self.client_id)
    }
}

/// The phase after which nothing but reopening follows.
const CLOSURE: CasePhase = CasePhase::Closure;

/// Checks the shape of the codes that tell of the person.
fn check_codes(checks: &mut Checks, nationality_group: Option<&str>, residence_group: Option<&str>) {
    for (path, code) in [("nationalityGroup", nationality_group), ("residenceGroup", residence_group)] {
        if let Some(code) = code {
            checks.line(path, code, CODE_MAXIMUM);
        }
    }
}

/// Makes sure that these codes stand in their lists today.
async fn require_codes<V: Verb>(
    work: &Work<'_, V>,
    nationality_group: Option<&str>,
    residence_group: Option<&str>,
) -> Result<(), Stop> {
    require_code(work, "nationalityGroup", CodeList::NationalityGroup, nationality_group).await?;
    require_code(work, "residenceGroup", CodeList::ResidenceGroup, residence_group).await
}

/// Makes sure that the municipality is one of the district.
async fn require_municipality<V: Verb>(work: &Work<'_, V>, id: MunicipalityId) -> Result<(), Stop> {
    let found = municipality::existing(work.transaction.connection(), work.permit, &[id]).await?;
    if found.is_empty() { Err(UserError::at("municipalityId", ErrorCode::NotFound).into()) } else { Ok(()) }
}

macro_rules! changes_case {
    () => {
        fn target(&self) -> (CaseId, &'static str) {
            (self.case_id, "caseId")
        }

        fn expected_version(&self) -> Option<i32> {
            self.expected_version
        }
    };
}

/// A case to be opened. The case itself is pseudonymous; who the person is goes into `identity`, which is sealed and kept
/// apart. Nothing about the person is required: neither a name nor nationality, residence title or religion.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CaseOpenInput {
    /// The municipality that it belongs to.
    pub municipality_id: MunicipalityId,
    /// Person or household.
    pub unit: CaseUnit,
    /// How much work it needs.
    pub intensity: CaseIntensity,
    /// Where the person came from.
    pub referral_source: ReferralSource,
    /// The person, if it is a client of one of your own cases already; left out: somebody new.
    pub client_id: Option<ClientId>,
    /// On what the record of a new client rests. With CONSENT_6_1_A or SPECIAL_9_2_A nothing identified opens unless a
    /// consent CASE_RECORD is in force.
    #[graphql(default_with = "LegalBasis::PublicTask61E")]
    pub legal_basis: LegalBasis,
    /// Who a new client is, as far as it is known.
    pub identity: Option<IdentityInput>,
    /// The consent of a new client to the record.
    pub consent: Option<RecordConsentInput>,
    /// Band of age, for statistics; may stay unsaid.
    pub age_band: Option<AgeBand>,
    /// Gender, for statistics; may stay unsaid.
    pub gender: Option<GenderStatistical>,
    /// Group of nationalities, a code of the list NATIONALITY_GROUP, for statistics; may stay unsaid.
    pub nationality_group: Option<String>,
    /// Group of residence titles, a code of the list RESIDENCE_GROUP, for statistics; may stay unsaid. There is no value for
    /// an unlawful stay, on purpose.
    pub residence_group: Option<String>,
    /// Level of German, for statistics; may stay unsaid.
    pub language_level: Option<LanguageLevel>,
    /// Any day of the month of arrival, for statistics; only the month is kept. May stay unsaid.
    pub arrival_month: Option<NaiveDate>,
}

impl Command for CaseOpenInput {
    const NAME: &'static str = "caseOpen";
    type Verb = verb::OpenCase;
    type Record = Case;

    fn check(&self, checks: &mut Checks) {
        checks.day("arrivalMonth", self.arrival_month);
        if let Some(identity) = &self.identity {
            identity.check(checks, "identity");
        }
        if let Some(consent) = &self.consent {
            consent.check(checks, "consent");
        }
        check_codes(checks, self.nationality_group.as_deref(), self.residence_group.as_deref());
    }

    async fn load(work: &Work<'_, Self::Verb>, id: CaseId) -> Result<Option<Case>, Failure> {
        case::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for CaseOpenInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Case>, Stop> {
        let connection = work.transaction.connection();
        require_municipality(work, self.municipality_id).await?;
        let account = work.actor.account_id().ok_or_else(|| UserError::at("", ErrorCode::NotACaseManager))?;
        let own = case::case_managers_of(connection, work.permit, of_account(account)).await?;
        let [lead] = own.as_slice() else { return Err(UserError::at("", ErrorCode::NotACaseManager).into()) };
        open(work, self, &Beginning { lead: *lead, opened_on: work.today, phase: CasePhase::Intake }).await
    }
}

/// How a case begins.
#[derive(Clone, Copy, Debug)]
pub struct Beginning {
    /// Who leads it.
    pub lead: StaffMemberId,
    /// First day.
    pub opened_on: NaiveDate,
    /// The phase that it is in: another one than the first only for a case that was worked on elsewhere.
    pub phase: CasePhase,
}

/// Opens a case: the rule behind `caseOpen` and behind every import.
///
/// # Errors
/// What the rules forbid, and those of the database.
pub async fn open<V: on::Case>(
    work: &Work<'_, V>,
    input: &CaseOpenInput,
    beginning: &Beginning,
) -> Result<Done<Case>, Stop> {
    let connection = work.transaction.connection();
    require_codes(work, input.nationality_group.as_deref(), input.residence_group.as_deref()).await?;
    let (client_id, texts) = match input.client_id {
        Some(known) => {
            let known = client::lock(connection, work.permit, known).await?;
            let known = known.ok_or_else(|| UserError::at("clientId", ErrorCode::NotFound))?;
            if known.status != ClientStatus::Active {
                return Err(UserError::at("clientId", ErrorCode::ClientRestricted).into());
            }
            (known.id, Texts::of_client(known.id))
        }
        None => {
            let new = NewClient {
                legal_basis: input.legal_basis,
                identity: input.identity.as_ref(),
                consent: input.consent.as_ref(),
            };
            let (client, texts) = register(work, &new).await?;
            (client.id, texts)
        }
    };
    // Since when a later phase lasts is not known: at least since today.
    let phase_since = if beginning.phase == CasePhase::Intake { beginning.opened_on } else { work.today };
    let mut opened = Case {
        id: CaseId::new(),
        district_id: work.permit.district_id(),
        year: beginning.opened_on.year(),
        number: 0,
        client_id,
        municipality_id: input.municipality_id,
        lead_id: beginning.lead,
        substitute_id: None,
        unit: input.unit,
        intensity: input.intensity,
        referral_source: input.referral_source,
        status: CaseStatus::Open,
        phase: beginning.phase,
        phase_since,
        opened_on: beginning.opened_on,
        closed_on: None,
        closure_reason: None,
        age_band: input.age_band,
        gender: input.gender,
        language_level: input.language_level,
        nationality_group: input.nationality_group.clone(),
        residence_group: input.residence_group.clone(),
        arrival_month: input.arrival_month.map(|day| Month::of(day).first_day()),
        version: 1,
        created_at: work.now,
    };
    // Somebody else may take the number between looking and writing; then the next one is tried.
    for _ in 0..NUMBER_ATTEMPTS {
        opened.number = case::next_number(connection, work.permit, opened.year).await?;
        if case::insert(connection, work.permit, &opened).await? {
            let (id, phase) = (opened.id, opened.phase);
            case_phase_change::insert(connection, work.permit, id, None, phase, phase_since).await?;
            let since = beginning.opened_on;
            case_person::insert(connection, work.permit, id, client_id, CaseRelation::Main, since).await?;
            return Ok(Done::new(opened).with_texts(texts));
        }
    }
    Err(Failure::new(ErrorCode::Busy).into())
}

/// Stores a changed case with its next version.
async fn store(work: &Work<'_, verb::WorkOnCase>, mut case: Case) -> Result<Done<Case>, Stop> {
    case.version = case.version.saturating_add(1);
    case::update(work.transaction.connection(), work.permit, &case).await?;
    Ok(Done::new(case))
}

/// Moves a case to another phase and records the step.
async fn move_to(work: &Work<'_, verb::WorkOnCase>, case: &mut Case, to: CasePhase) -> Result<(), Failure> {
    let from = std::mem::replace(&mut case.phase, to);
    case.phase_since = work.today;
    let connection = work.transaction.connection();
    case_phase_change::insert(connection, work.permit, case.id, Some(from), to, work.today).await
}

/// What was done in the case so far.
async fn facts_of(work: &Work<'_, verb::WorkOnCase>, id: CaseId) -> Result<Facts, Failure> {
    let found = facts(work.transaction.connection(), work.permit, &[id]).await?;
    Ok(found.into_iter().map(|(_, facts)| facts).next().unwrap_or_default())
}

fn expect_status(case: &Case, status: CaseStatus, otherwise: ErrorCode) -> Result<(), UserError> {
    if case.status == status { Ok(()) } else { Err(UserError::at("", otherwise).with("status", case.status.as_str())) }
}

/// What was recorded of a case when it was opened, and is not so or no longer so (Art. 16 GDPR): what is left out stays as
/// it is. Who the person is, the phase, the legal spheres, the lead and the substitute have commands of their own.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CaseCorrectInput {
    /// The case.
    pub case_id: CaseId,
    /// The version that you saw; refused if the case was changed since.
    pub expected_version: Option<i32>,
    /// The municipality that it belongs to. Barriers keep the one of the day on which they were raised.
    pub municipality_id: Option<MunicipalityId>,
    /// Person or household.
    pub unit: Option<CaseUnit>,
    /// How much work it needs: the caseload of the lead follows at once.
    pub intensity: Option<CaseIntensity>,
    /// Where the person came from.
    pub referral_source: Option<ReferralSource>,
    /// Band of age, for statistics; null: unsaid.
    pub age_band: MaybeUndefined<AgeBand>,
    /// Gender, for statistics; null: unsaid.
    pub gender: MaybeUndefined<GenderStatistical>,
    /// Group of nationalities, a code of the list NATIONALITY_GROUP, for statistics; null: unsaid.
    pub nationality_group: MaybeUndefined<String>,
    /// Group of residence titles, a code of the list RESIDENCE_GROUP, for statistics; null: unsaid. There is no value for an
    /// unlawful stay, on purpose.
    pub residence_group: MaybeUndefined<String>,
    /// Level of German, for statistics; null: unsaid.
    pub language_level: MaybeUndefined<LanguageLevel>,
    /// Any day of the month of arrival, for statistics; only the month is kept. Null: unsaid.
    pub arrival_month: MaybeUndefined<NaiveDate>,
}

impl CaseCorrectInput {
    /// The case as it is to read.
    fn corrected(&self, case: &Case) -> Case {
        let mut corrected = case.clone();
        corrected.municipality_id = self.municipality_id.unwrap_or(case.municipality_id);
        corrected.unit = self.unit.unwrap_or(case.unit);
        corrected.intensity = self.intensity.unwrap_or(case.intensity);
        corrected.referral_source = self.referral_source.unwrap_or(case.referral_source);
        self.age_band.update_to(&mut corrected.age_band);
        self.gender.update_to(&mut corrected.gender);
        self.nationality_group.clone().update_to(&mut corrected.nationality_group);
        self.residence_group.clone().update_to(&mut corrected.residence_group);
        self.language_level.update_to(&mut corrected.language_level);
        self.arrival_month.map_value(|day| Month::of(day).first_day()).update_to(&mut corrected.arrival_month);
        corrected
    }
}

impl Command for CaseCorrectInput {
    const NAME: &'static str = "caseCorrect";
    type Verb = verb::WorkOnCase;
    type Record = Case;

    fn check(&self, checks: &mut Checks) {
        checks.day("arrivalMonth", self.arrival_month.take());
        let nationality_group = self.nationality_group.value().map(String::as_str);
        check_codes(checks, nationality_group, self.residence_group.value().map(String::as_str));
    }

    async fn load(work: &Work<'_, Self::Verb>, id: CaseId) -> Result<Option<Case>, Failure> {
        case::lock(work.transaction.connection(), work.permit, id).await
    }
}

/// The code, unless it is on record already: a value that has left its list since may stay.
fn unless_known<'a>(code: Option<&'a str>, known: Option<&str>) -> Option<&'a str> {
    code.filter(|code| Some(*code) != known)
}

impl Changes for CaseCorrectInput {
    changes_case!();

    async fn change(&self, work: &Work<'_, Self::Verb>, case: Case) -> Result<Done<Case>, Stop> {
        let case = case_at_work(work, "caseId", case.id).await?;
        let corrected = self.corrected(&case);
        if corrected == case {
            return Err(UserError::at("", ErrorCode::NothingToCorrect).into());
        }
        require_codes(
            work,
            unless_known(corrected.nationality_group.as_deref(), case.nationality_group.as_deref()),
            unless_known(corrected.residence_group.as_deref(), case.residence_group.as_deref()),
        )
        .await?;
        if corrected.municipality_id == case.municipality_id {
            return store(work, corrected).await;
        }
        require_municipality(work, corrected.municipality_id).await?;
        let (before, after) = (case.municipality_id.to_string(), corrected.municipality_id.to_string());
        let details = serde_json::json!({ "municipality": { "before": before, "after": after } });
        Ok(store(work, corrected).await?.with(details))
    }
}

/// A case that goes on to another phase, or back to one: going back needs `options.reason`.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CaseAdvancePhaseInput {
    /// The case.
    pub case_id: CaseId,
    /// The version that you saw; refused if the case was changed since.
    pub expected_version: Option<i32>,
    /// The phase to go to.
    pub to: CasePhase,
}

impl Command for CaseAdvancePhaseInput {
    const NAME: &'static str = "caseAdvancePhase";
    type Verb = verb::WorkOnCase;
    type Record = Case;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: CaseId) -> Result<Option<Case>, Failure> {
        case::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for CaseAdvancePhaseInput {
    changes_case!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut case: Case) -> Result<Done<Case>, Stop> {
        let facts = facts_of(work, case.id).await?;
        let blocked = phase_blocked_by(case.status, case.phase, self.to, &facts);
        if !blocked.is_empty() {
            return Err(blocked.into());
        }
        if leads_back(case.phase, self.to) && work.reason.is_none() {
            return Err(UserError::at("options.reason", ErrorCode::ReasonNeeded).into());
        }
        move_to(work, &mut case, self.to).await?;
        store(work, case).await
    }
}

/// A case that rests for a while.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CasePauseInput {
    /// The case.
    pub case_id: CaseId,
    /// The version that you saw; refused if the case was changed since.
    pub expected_version: Option<i32>,
}

impl Command for CasePauseInput {
    const NAME: &'static str = "casePause";
    type Verb = verb::WorkOnCase;
    type Record = Case;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: CaseId) -> Result<Option<Case>, Failure> {
        case::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for CasePauseInput {
    changes_case!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut case: Case) -> Result<Done<Case>, Stop> {
        expect_status(&case, CaseStatus::Open, ErrorCode::CaseNotOpen)?;
        case.status = CaseStatus::Paused;
        store(work, case).await
    }
}

/// A case that is worked on again after a rest.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CaseResumeInput {
    /// The case.
    pub case_id: CaseId,
    /// The version that you saw; refused if the case was changed since.
    pub expected_version: Option<i32>,
}

impl Command for CaseResumeInput {
    const NAME: &'static str = "caseResume";
    type Verb = verb::WorkOnCase;
    type Record = Case;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: CaseId) -> Result<Option<Case>, Failure> {
        case::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for CaseResumeInput {
    changes_case!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut case: Case) -> Result<Done<Case>, Stop> {
        expect_status(&case, CaseStatus::Paused, ErrorCode::CaseNotPaused)?;
        case.status = CaseStatus::Open;
        store(work, case).await
    }
}

/// A case to be closed, from whatever phase.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CaseCloseInput {
    /// The case.
    pub case_id: CaseId,
    /// The version that you saw; refused if the case was changed since.
    pub expected_version: Option<i32>,
    /// Why it is closed.
    pub closure_reason: ClosureReason,
}

impl Command for CaseCloseInput {
    const NAME: &'static str = "caseClose";
    type Verb = verb::WorkOnCase;
    type Record = Case;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: CaseId) -> Result<Option<Case>, Failure> {
        case::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for CaseCloseInput {
    changes_case!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut case: Case) -> Result<Done<Case>, Stop> {
        if case.status == CaseStatus::Closed {
            return Err(UserError::at("", ErrorCode::CaseNotOpen).with("status", case.status.as_str()).into());
        }
        case.status = CaseStatus::Closed;
        case.closed_on = Some(work.today);
        case.closure_reason = Some(self.closure_reason);
        move_to(work, &mut case, CLOSURE).await?;
        let open_tasks = facts_of(work, case.id).await?.open_tasks;
        Ok(store(work, case).await?.with(serde_json::json!({ "openTasks": open_tasks })))
    }
}

/// A closed case to be worked on again: it goes back to ASSESSMENT. Needs `options.reason`.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CaseReopenInput {
    /// The case.
    pub case_id: CaseId,
    /// The version that you saw; refused if the case was changed since.
    pub expected_version: Option<i32>,
}

impl Command for CaseReopenInput {
    const NAME: &'static str = "caseReopen";
    type Verb = verb::WorkOnCase;
    type Record = Case;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: CaseId) -> Result<Option<Case>, Failure> {
        case::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for CaseReopenInput {
    changes_case!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut case: Case) -> Result<Done<Case>, Stop> {
        expect_status(&case, CaseStatus::Closed, ErrorCode::CaseNotClosed)?;
        if work.reason.is_none() {
            return Err(UserError::at("options.reason", ErrorCode::ReasonNeeded).into());
        }
        let client = client::of_case(work.transaction.connection(), work.permit, case.id).await?;
        if client.is_none_or(|client| client.status == ClientStatus::Erased) {
            return Err(UserError::at("caseId", ErrorCode::ClientErased).into());
        }
        case.status = CaseStatus::Open;
        case.closed_on = None;
        case.closure_reason = None;
        move_to(work, &mut case, CasePhase::Assessment).await?;
        store(work, case).await
    }
}

/// The substitute of a case. The lead stays one and the same.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct CaseNameSubstituteInput {
    /// The case.
    pub case_id: CaseId,
    /// The version that you saw; refused if the case was changed since.
    pub expected_version: Option<i32>,
    /// Who stands in for the lead, and sees the case from now on; null: nobody.
    pub substitute_id: Option<StaffMemberId>,
}

impl Command for CaseNameSubstituteInput {
    const NAME: &'static str = "caseNameSubstitute";
    type Verb = verb::WorkOnCase;
    type Record = Case;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: CaseId) -> Result<Option<Case>, Failure> {
        case::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for CaseNameSubstituteInput {
    changes_case!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut case: Case) -> Result<Done<Case>, Stop> {
        if let Some(substitute) = self.substitute_id {
            if substitute == case.lead_id {
                return Err(UserError::at("substituteId", ErrorCode::SubstituteIsLead).into());
            }
            let found =
                case::case_managers_of(work.transaction.connection(), work.permit, is_member(substitute)).await?;
            found.first().ok_or_else(|| UserError::at("substituteId", ErrorCode::NotACaseManager))?;
        }
        case.substitute_id = self.substitute_id;
        store(work, case).await
    }
}
