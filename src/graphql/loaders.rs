//! Loaders: relations are read in batches, one statement per relation whatever the number of rows.
//!
//! They belong to one request and hold its permits, so that nothing crosses from one reader to another. What is out of
//! reach is simply not among the values.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use chrono::NaiveDate;
use entity::codes::{DataClass, TextKind};
use entity::ids::{
    AccountId, ActionItemId, AgendaItemId, BarrierId, BodyId, BodyMembershipId, CaseId, ClientId, ConceptId,
    ConceptParticipantId, ConceptSectionId, ConsentId, DeadlineRuleId, DecisionId, DisclosureId, DistrictId,
    DocumentId, GoalId, ImportRunId, MeasureId, MeetingId, MunicipalityId, OrganisationId, PaperId, PositionId,
    StaffMemberId, StairModelId, SupervisionSessionId, SupportPlanId, ThemeId, TransferId,
};
use uuid::Uuid;

use crate::access::{Actor, Permit, Verb, verb};
use crate::domain::bodies::concept::Standing as ConceptStanding;
use crate::domain::bodies::meeting::Standing;
use crate::domain::casework::case::Facts;
use crate::domain::reporting::caseload::Cases;
use crate::domain::reporting::hint::Limits;
use crate::error::{ErrorCode, Failure};
use crate::graphql::levels::Levels;
use crate::store::Store;
use crate::store::accounts::account::{self, Account};
use crate::store::accounts::grant::{self, Grant};
use crate::store::bodies::action_item::{self, ActionItem};
use crate::store::bodies::agenda_item::{self, AgendaItem};
use crate::store::bodies::concept::{self, Concept};
use crate::store::bodies::concept_comment::{self, Comment};
use crate::store::bodies::concept_milestone::{self, Milestone};
use crate::store::bodies::concept_participant::{self, Participant, Position};
use crate::store::bodies::concept_section::{self, FormerText, Section};
use crate::store::bodies::decision::{self, Decision, DecisionVote};
use crate::store::bodies::meeting::{self, Attendance, FollowUp, Meeting};
use crate::store::bodies::membership::{self, Membership};
use crate::store::bodies::paper::{self, Paper};
use crate::store::bodies::question::{self, Question};
use crate::store::casework::assessment::Assessment;
use crate::store::casework::case::{self, Case};
use crate::store::casework::case_person::{self, CasePerson};
use crate::store::casework::case_phase_change::{self, CasePhaseChange};
use crate::store::casework::client::{self, Client};
use crate::store::casework::consent::{self, Consent};
use crate::store::casework::contact::{self, Contact};
use crate::store::casework::deadline::{self, Deadline};
use crate::store::casework::deadline_rule::{self, DeadlineRule};
use crate::store::casework::disclosure::{self, Disclosure};
use crate::store::casework::document::{self, Document};
use crate::store::casework::goal::{self, Goal};
use crate::store::casework::identified::{self, OpenKey, Opening};
use crate::store::casework::import::{self, ImportRun};
use crate::store::casework::legal_sphere_period::LegalSpherePeriod;
use crate::store::casework::measure::{self, Measure};
use crate::store::casework::note::{self, Note};
use crate::store::casework::part::{self, Latest};
use crate::store::casework::sealed_text::{self, OpenText};
use crate::store::casework::supervision_session::{self, SupervisionAgreement, SupervisionSession};
use crate::store::casework::support_plan::SupportPlan;
use crate::store::casework::task::Task;
use crate::store::casework::transfer::{self, Card, Transfer};
use crate::store::casework::transfer_item::{self, Item};
use crate::store::casework::unmasking::{self, Unmasking};
use crate::store::casework::work;
use crate::store::district::body::Body;
use crate::store::district::directory::{self, Listed};
use crate::store::district::district::{self, District};
use crate::store::district::municipality::Municipality;
use crate::store::district::organisation::Organisation;
use crate::store::log::access::{self, Access};
use crate::store::log::event::{self, Event};
use crate::store::log::history::{self, Doors, Part};
use crate::store::page::Page;
use crate::store::reporting::caseload::{self, Load};
use crate::store::reporting::hint::{self, Hint};
use crate::store::staffing::occupancy::{self, Occupancy};
use crate::store::staffing::position::{self, PositionRow};
use crate::store::staffing::service_area::{self, ServiceArea};
use crate::store::staffing::staff_member::{self, StaffMember};
use crate::store::staffing::supervision::{self, Supervision};
use crate::store::structure::barrier::{self, Barrier, StageTransition, Waiting};
use crate::store::structure::setting::{self, StructureSetting};
use crate::store::structure::stair::{self, StairModel, StairStage};
use crate::store::structure::theme::{self, Evidence, Theme, ThemeChange};
use crate::store::structure::theme_answer::{self, ThemeAnswer};
use crate::store::structure::theme_option::{self, ThemeOption};
use crate::store::structure::theme_publication::{self, ThemePublication};

/// Reads relations for one actor.
pub struct Loaders {
    store: Store,
    actor: RwLock<Option<Actor>>,
}

impl Loaders {
    /// Loaders for a new request, whose fields run in these levels.
    #[must_use]
    pub fn for_request(store: Store, actor: Option<Actor>, levels: &Levels) -> DataLoader<Self, HashMapCache> {
        let loaders = Self { store, actor: RwLock::new(actor) };
        DataLoader::with_cache(loaders, levels.clone(), levels.clone(), HashMapCache::default())
    }

    /// Reads for `actor` from now on: the same person, with the grants that hold now.
    pub fn renew(&self, actor: Actor) {
        *self.actor.write().unwrap_or_else(PoisonError::into_inner) = Some(actor);
    }

    fn by_actor<T>(&self, ask: impl FnOnce(&Actor) -> T) -> Result<T, Failure> {
        let actor = self.actor.read().unwrap_or_else(PoisonError::into_inner);
        actor.as_ref().map(ask).ok_or_else(|| Failure::new(ErrorCode::Unauthenticated))
    }

    fn permit<V: Verb>(&self) -> Result<Permit<V>, Failure> {
        self.by_actor(Actor::permit_whatever)
    }
}

fn grouped<K: Eq + Hash + Copy, T>(keys: &[K], rows: impl IntoIterator<Item = (K, T)>) -> HashMap<K, Vec<T>> {
    // A key without rows has an empty list, so that it is remembered as well.
    let mut groups: HashMap<K, Vec<T>> = keys.iter().map(|key| (*key, Vec::new())).collect();
    for (key, row) in rows {
        groups.entry(key).or_default().push(row);
    }
    groups
}

/// Records by their ids.
macro_rules! by_id {
    ($($id:ident => $record:ty: $find:path, $verb:ty;)*) => {$(
        #[async_trait::async_trait]
        impl Loader<$id> for Loaders {
            type Value = $record;
            type Error = Failure;

            async fn load(&self, keys: &[$id]) -> Result<HashMap<$id, $record>, Failure> {
                let rows = $find(&self.store, &self.permit::<$verb>()?, keys).await?;
                Ok(rows.into_iter().map(|row| (row.id, row)).collect())
            }
        }
    )*};
}

/// What hangs on records, as lists.
macro_rules! lists {
    ($($(#[$doc:meta])* $key:ident($id:ty) => $record:ty: $find:path, $verb:ty, |$row:ident| $of:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $key(pub $id);

        #[async_trait::async_trait]
        impl Loader<$key> for Loaders {
            type Value = Vec<$record>;
            type Error = Failure;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, Self::Value>, Failure> {
                let ids: Vec<$id> = keys.iter().map(|key| key.0).collect();
                let rows = $find(&self.store, &self.permit::<$verb>()?, &ids).await?;
                let of = |$row: &$record| $key($of);
                Ok(grouped(keys, rows.into_iter().map(|row| (of(&row), row))))
            }
        }
    )*};
}

lists! {
    /// The occupancies of a position.
    OccupanciesOf(PositionId) => (Occupancy, Option<StaffMember>): occupancy::of_positions, verb::ReadPosition,
        |row| row.0.position_id;

    /// The service areas of a position.
    ServiceAreasOf(PositionId) => (ServiceArea, Option<Municipality>): service_area::of_positions, verb::ReadPosition,
        |row| row.0.position_id;

    /// The supervisions of a position.
    SupervisionsOf(PositionId) => (Supervision, Option<StaffMember>, Option<Organisation>):
        supervision::of_positions, verb::ReadPosition, |row| row.0.position_id;

    /// The way of a case through its phases.
    PhaseChangesOf(CaseId) => CasePhaseChange: case_phase_change::of_cases, _, |row| row.case_id;

    /// The deadlines of a case.
    DeadlinesOf(CaseId) => Deadline: deadline::of_cases, _, |row| row.case_id;

    /// Who belongs to a case.
    PersonsOf(CaseId) => CasePerson: case_person::of_cases, _, |row| row.case_id;

    /// The cases of a client, as far as the reader may see them.
    CasesOf(ClientId) => CasePerson: case_person::of_clients, _, |row| row.client_id;

    /// The documents of a case, as far as they open for the reader.
    DocumentsOf(CaseId) => Document: document::of_cases, verb::ReadIdentity, |row| row.case_id;

    /// The consents of a client.
    ConsentsOf(ClientId) => Consent: consent::of_clients, verb::ReadConsent, |row| row.client_id;

    /// What was passed on about a client.
    DisclosuresOf(ClientId) => Disclosure: disclosure::of_clients, verb::ReadConsent, |row| row.client_id;

    /// The items of an offer.
    TransferItemsOf(TransferId) => Item: transfer_item::of_transfers, _, |row| row.transfer_id;

    /// The unmaskings of a case that the reader may read.
    UnmaskingsOf(CaseId) => Unmasking: unmasking::of_cases, _, |row| row.case_id;

    /// The goals of a support plan.
    GoalsOf(SupportPlanId) => Goal: goal::of_plans, _, |row| row.plan_id;

    /// The measures towards a goal.
    MeasuresOf(GoalId) => Measure: measure::of_goals, _, |row| row.goal_id;

    /// What was agreed in a session of professional supervision.
    AgreementsOf(SupervisionSessionId) => SupervisionAgreement:
        supervision_session::agreements_of_many, verb::ReadSupervisionSession, |row| row.session_id;

    /// The grants of an account.
    GrantsOf(AccountId) => (Grant, Option<Organisation>): grant::of_accounts, _, |row| row.0.account_id;

    /// The memberships of a body.
    MembershipsOf(BodyId) => Membership: membership::of_bodies, verb::ReadBody, |row| row.body_id;

    /// The steps of a barrier on its stair.
    StepsOf(BarrierId) => StageTransition: barrier::transitions, _, |row| row.barrier_id;

    /// The steps in the life of a theme.
    ThemeChangesOf(ThemeId) => ThemeChange: theme::changes_of, _, |row| row.theme_id;

    /// The publications of a theme.
    PublicationsOf(ThemeId) => ThemePublication: theme_publication::of_themes, _, |row| row.theme_id;

    /// What could be done about a theme.
    OptionsOf(ThemeId) => ThemeOption: theme_option::of_themes, _, |row| row.theme_id;

    /// The answers of a theme.
    AnswersOf(ThemeId) => ThemeAnswer: theme_answer::of_themes, _, |row| row.theme_id;

    /// The items of a meeting.
    ItemsOf(MeetingId) => AgendaItem: agenda_item::of_many, verb::ReadMeeting, |row| row.meeting_id;

    /// Who attended a meeting.
    AttendanceOf(MeetingId) => Attendance: meeting::attendance_of_many, verb::ReadMeeting, |row| row.meeting_id;

    /// The papers of a meeting and its items.
    PapersOf(MeetingId) => Paper: paper::of_meetings, verb::ReadMeeting, |row| row.meeting_id;

    /// The questions asked at an item.
    QuestionsOf(AgendaItemId) => Question: question::of_items, verb::ReadMeeting, |row| row.item_id;

    /// The decision on an item, if there is one.
    DecisionsOf(AgendaItemId) => Decision: decision::of_items, verb::ReadMeeting, |row| row.item_id;

    /// The votes by name on a decision.
    VotesOf(DecisionId) => DecisionVote: decision::votes_of, verb::ReadMeeting, |row| row.decision_id;

    /// What is to be done after a decision.
    ActionItemsOf(DecisionId) => ActionItem: action_item::of_decisions, verb::ReadMeeting, |row| row.decision_id;

    /// The sections of an edition of the concept.
    ConceptSectionsOf(ConceptId) => Section: concept_section::of_concepts, verb::ReadConcept, |row| row.concept_id;

    /// Who takes part in an edition of the concept.
    ConceptParticipantsOf(ConceptId) => Participant: concept_participant::of_concepts, verb::ReadConcept,
        |row| row.concept_id;

    /// The comments on an edition of the concept.
    ConceptCommentsOf(ConceptId) => Comment: concept_comment::of_concepts, verb::ReadConcept, |row| row.concept_id;

    /// The milestones of an edition of the concept.
    ConceptMilestonesOf(ConceptId) => Milestone: concept_milestone::of_concepts, verb::ReadConcept,
        |row| row.concept_id;

    /// The positions that a participant took, latest first.
    ConceptPositionsOf(ConceptParticipantId) => Position: concept_participant::positions_of, verb::ReadConcept,
        |row| row.participant_id;
}

/// All versions of the rule of deadlines that a record names one version of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RuleVersionsOf(pub DeadlineRuleId);

#[async_trait::async_trait]
impl Loader<RuleVersionsOf> for Loaders {
    type Value = Vec<DeadlineRule>;
    type Error = Failure;

    async fn load(&self, keys: &[RuleVersionsOf]) -> Result<HashMap<RuleVersionsOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = deadline_rule::versions_of(&self.store, &self.permit()?, &ids).await?;
        let versions_of = |id: DeadlineRuleId| -> Vec<DeadlineRule> {
            let code = rows.iter().find(|rule| rule.id == id).map(|rule| rule.code.as_str());
            rows.iter().filter(|rule| Some(rule.code.as_str()) == code).cloned().collect()
        };
        Ok(keys.iter().map(|key| (*key, versions_of(key.0))).collect())
    }
}

/// The lead or the substitute of a case that the reader may read: a part of the case, whatever else of the staff the reader
/// may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CaseManager {
    /// The case.
    pub case: CaseId,
    /// Its lead or substitute.
    pub staff_member: StaffMemberId,
}

#[async_trait::async_trait]
impl Loader<CaseManager> for Loaders {
    type Value = StaffMember;
    type Error = Failure;

    async fn load(&self, keys: &[CaseManager]) -> Result<HashMap<CaseManager, StaffMember>, Failure> {
        let cases: Vec<CaseId> = keys.iter().map(|key| key.case).collect();
        let ids: BTreeSet<StaffMemberId> = keys.iter().map(|key| key.staff_member).collect();
        let ids: Vec<StaffMemberId> = ids.into_iter().collect();
        let permit = self.permit::<verb::ReadCase>()?;
        let rows = staff_member::of_cases(&self.store, &permit, &cases, &ids).await?;
        let rows: HashMap<StaffMemberId, StaffMember> = rows.into_iter().map(|row| (row.id, row)).collect();
        Ok(keys.iter().filter_map(|key| Some((*key, rows.get(&key.staff_member)?.clone()))).collect())
    }
}

by_id! {
    CaseId => Case: case::find_many, verb::ReadCase;
    ImportRunId => ImportRun: import::find_many, _;
    ClientId => Client: client::find_many, verb::ReadIdentity;
    DocumentId => Document: document::find_many, verb::ReadIdentity;
    ConsentId => Consent: consent::find_many, verb::ReadConsent;
    TransferId => Transfer: transfer::find_many, verb::ReadTransfer;
    SupportPlanId => SupportPlan: part::find_many::<SupportPlan>, _;
    GoalId => Goal: part::find_many::<Goal>, _;
    StaffMemberId => StaffMember: staff_member::find_many, verb::ReadStaffMember;
    AccountId => Account: account::find_many, verb::ReadAccount;
    BodyMembershipId => Membership: membership::find_many, verb::ReadBody;
    StairModelId => StairModel: stair::find_many, verb::ReadDirectory;
    ThemeId => Theme: theme::find_many, verb::ReadTheme;
    MeetingId => Meeting: meeting::find_many, verb::ReadMeeting;
    AgendaItemId => AgendaItem: agenda_item::find_many, verb::ReadMeeting;
    DecisionId => Decision: decision::find_many, verb::ReadMeeting;
    ActionItemId => ActionItem: action_item::find_many, verb::ReadMeeting;
    PaperId => Paper: paper::find_many, verb::ReadMeeting;
    ConceptId => Concept: concept::find_many, verb::ReadConcept;
    ConceptSectionId => Section: concept_section::find_many, verb::ReadConcept;
    ConceptParticipantId => Participant: concept_participant::find_many, verb::ReadConcept;
}

/// The texts of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TextsOf(pub Uuid);

/// The texts of a record, as far as they open for the reader.
#[derive(Clone, Default)]
pub struct RecordTexts(BTreeMap<TextKind, Option<OpenText>>);

impl RecordTexts {
    /// A text that opens.
    #[must_use]
    pub fn get(&self, kind: TextKind) -> Option<&OpenText> {
        self.0.get(&kind)?.as_ref()
    }

    /// Whether there is a text that does not open.
    #[must_use]
    pub fn is_hidden(&self, kind: TextKind) -> bool {
        matches!(self.0.get(&kind), Some(None))
    }
}

#[async_trait::async_trait]
impl Loader<TextsOf> for Loaders {
    type Value = RecordTexts;
    type Error = Failure;

    async fn load(&self, keys: &[TextsOf]) -> Result<HashMap<TextsOf, RecordTexts>, Failure> {
        let records: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let mut texts: HashMap<TextsOf, RecordTexts> = keys.iter().map(|key| (*key, RecordTexts::default())).collect();
        for text in sealed_text::of_records(&self.store, &self.permit::<verb::ReadIdentity>()?, &records).await? {
            texts.entry(TextsOf(text.record_id)).or_default().0.insert(text.kind, text.open);
        }
        Ok(texts)
    }
}

#[async_trait::async_trait]
impl Loader<KeyOf> for Loaders {
    type Value = Arc<OpenKey>;
    type Error = Failure;

    async fn load(&self, keys: &[KeyOf]) -> Result<HashMap<KeyOf, Arc<OpenKey>>, Failure> {
        let permit = self.permit::<verb::ReadIdentity>()?;
        let mut by_class: BTreeMap<DataClass, Vec<_>> = BTreeMap::new();
        for key in keys {
            by_class.entry(key.class).or_default().push((key.client, key.case));
        }
        let mut opened = HashMap::new();
        for (class, asked) in by_class {
            for key in identified::keys(&self.store, &permit, &asked, class).await? {
                let Opening { client_id: client, case_id: case, .. } = key.opening;
                opened.insert(KeyOf { client, case, class }, Arc::new(key));
            }
        }
        Ok(opened)
    }
}

/// The key of a client, for content of one class that stands in a case or (without one) belongs to the client as such;
/// absent where it does not open for the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct KeyOf {
    /// The client.
    pub client: ClientId,
    /// The case.
    pub case: Option<CaseId>,
    /// The class of data.
    pub class: DataClass,
}

/// What belongs to records, one each.
macro_rules! values {
    ($($(#[$doc:meta])* $key:ident($id:ty) => $value:ty: $find:path, $verb:ty, |$row:pat_param| ($of:expr, $one:expr);)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $key(pub $id);

        #[async_trait::async_trait]
        impl Loader<$key> for Loaders {
            type Value = $value;
            type Error = Failure;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, $value>, Failure> {
                let ids: Vec<$id> = keys.iter().map(|key| key.0).collect();
                let rows = $find(&self.store, &self.permit::<$verb>()?, &ids).await?;
                Ok(rows.into_iter().map(|$row| ($key($of), $one)).collect())
            }
        }
    )*};
}

values! {
    /// How many documents are stored in a case.
    DocumentCountOf(CaseId) => i64: document::counts, _, |(case, count)| (case, count);

    /// The classes of data of a disclosure that the reader may see.
    DisclosedClassesOf(DisclosureId) => Vec<DataClass>: disclosure::data_classes, verb::ReadConsent,
        |(id, classes)| (id, classes);

    /// What is shown of the case of an offer that waits for an answer.
    TransferCard(TransferId) => Card: transfer::cards, _, |row| (row.transfer_id, row);

    /// The giver or the receiver of a transfer that the reader may see: a part of it, whatever else of the staff the reader may
    /// see.
    TransferParty(StaffMemberId) => StaffMember: staff_member::of_transfers, _, |row| (row.id, row);

    /// The classes of data of a consent that the reader may see.
    DataClassesOf(ConsentId) => Vec<DataClass>: consent::data_classes, verb::ReadConsent, |(id, classes)| (id, classes);

    /// The person whose work a session that the reader may read is about.
    Supervised(StaffMemberId) => StaffMember: supervision_session::people_of, verb::ReadSupervisionSession,
        |row| (row.id, row);

    /// The name of an account that did something to a record that the reader may read.
    NameOf(AccountId) => String: event::actor_names, verb::ReadDirectory, |(id, name)| (id, name);

    /// The cases of a case manager that are not closed, for the supervisory centre.
    LoadOf(StaffMemberId) => Load: caseload::loads, _, |(id, load)| (id, load);

    /// The full-time equivalents of a case manager, in hundredths, for the supervisory centre.
    FteOf(StaffMemberId) => i32: caseload::full_time_equivalents, verb::ReadCaseload, |(id, fte)| (id, fte);

    /// The full-time equivalents of a case manager, in hundredths, for the employer.
    OwnFteOf(StaffMemberId) => i32: caseload::full_time_equivalents, verb::ReadWorkload, |(id, fte)| (id, fte);

    /// The person that a participant of the concept names.
    ParticipantPerson(StaffMemberId) => StaffMember: concept_participant::people_of, verb::ReadConcept,
        |row| (row.id, row);

    /// What the steps of an edition of the concept depend on.
    ConceptStandingOf(ConceptId) => ConceptStanding: concept::standings_of_many, verb::ReadConcept,
        |(id, standing)| (id, standing);

    /// The minutes of a meeting.
    MinutesOf(MeetingId) => String: meeting::minutes_of, verb::ReadMeeting, |row| (row.meeting_id, row.text);

    /// The person that a membership which the reader may read names.
    MemberPerson(StaffMemberId) => StaffMember: membership::people_of, verb::ReadBody, |row| (row.id, row);

    /// The vignette of a barrier, if it opens.
    VignetteOf(BarrierId) => String: barrier::vignettes, _, |(id, text)| (id, text);
}

/// The transfers of a case that the reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransfersOf(pub CaseId);

#[async_trait::async_trait]
impl Loader<TransfersOf> for Loaders {
    type Value = Vec<Transfer>;
    type Error = Failure;

    async fn load(&self, keys: &[TransfersOf]) -> Result<HashMap<TransfersOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = transfer::of_cases(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().filter_map(|row| Some((TransfersOf(row.case_id?), row)))))
    }
}

/// What the reader may do to a transfer by the part taken in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransferRights(pub TransferId);

/// What one may do to a transfer by the part taken in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Rights {
    /// It waits, or waited, for the reader's answer.
    pub answers: bool,
    /// The reader may take it back.
    pub withdraws: bool,
}

#[async_trait::async_trait]
impl Loader<TransferRights> for Loaders {
    type Value = Rights;
    type Error = Failure;

    async fn load(&self, keys: &[TransferRights]) -> Result<HashMap<TransferRights, Rights>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let account = self.by_actor(Actor::account_id)?;
        let mut rights: HashMap<TransferRights, Rights> = HashMap::new();
        for id in transfer::answerable_among(&self.store, &self.permit()?, &ids).await? {
            rights.entry(TransferRights(id)).or_default().answers = true;
        }
        for id in transfer::withdrawable_among(&self.store, &self.permit()?, account, &ids).await? {
            rights.entry(TransferRights(id)).or_default().withdraws = true;
        }
        Ok(rights)
    }
}

#[async_trait::async_trait]
impl Loader<SupervisionSessionId> for Loaders {
    type Value = SupervisionSession;
    type Error = Failure;

    async fn load(
        &self,
        keys: &[SupervisionSessionId],
    ) -> Result<HashMap<SupervisionSessionId, SupervisionSession>, Failure> {
        let permit = self.permit::<verb::ReadSupervisionSession>()?;
        let rows = supervision_session::find_many(&self.store, &permit, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// Declares relations of a case that are read as a whole.
macro_rules! loads_parts_of_cases {
    ($($(#[$doc:meta])* $key:ident => $record:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $key(pub CaseId);

        #[async_trait::async_trait]
        impl Loader<$key> for Loaders {
            type Value = Vec<$record>;
            type Error = Failure;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, Self::Value>, Failure> {
                let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
                let rows = part::of_cases::<$record>(&self.store, &self.permit()?, &ids).await?;
                Ok(grouped(keys, rows.into_iter().map(|row| ($key(row.case_id), row))))
            }
        }
    )*};
}

loads_parts_of_cases! {
    /// The legal spheres of a case, in the order in which they were recorded.
    LegalSpheresOf => LegalSpherePeriod;
    /// All assessments of a case.
    AssessmentsOf => Assessment;
    /// All support plans of a case.
    PlansOf => SupportPlan;
    /// All tasks of a case.
    TasksOf => Task;
    /// All barriers of a case.
    BarriersOf => Barrier;
}

/// The latest contacts of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ContactsOf(pub Latest);

#[async_trait::async_trait]
impl Loader<ContactsOf> for Loaders {
    type Value = Page<Contact>;
    type Error = Failure;

    async fn load(&self, keys: &[ContactsOf]) -> Result<HashMap<ContactsOf, Self::Value>, Failure> {
        let asked: Vec<_> = keys.iter().map(|key| key.0).collect();
        let pages = contact::latest(&self.store, &self.permit()?, &asked).await?;
        Ok(pages.into_iter().map(|(asked, page)| (ContactsOf(asked), page)).collect())
    }
}

/// The latest notes of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NotesOf(pub Latest);

#[async_trait::async_trait]
impl Loader<NotesOf> for Loaders {
    type Value = Page<Note>;
    type Error = Failure;

    async fn load(&self, keys: &[NotesOf]) -> Result<HashMap<NotesOf, Self::Value>, Failure> {
        let asked: Vec<_> = keys.iter().map(|key| key.0).collect();
        let pages = note::latest(&self.store, &self.permit()?, &asked).await?;
        Ok(pages.into_iter().map(|(asked, page)| (NotesOf(asked), page)).collect())
    }
}

/// What was done in a case so far, as far as the next phase can depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FactsOf(pub CaseId);

#[async_trait::async_trait]
impl Loader<FactsOf> for Loaders {
    type Value = Facts;
    type Error = Failure;

    async fn load(&self, keys: &[FactsOf]) -> Result<HashMap<FactsOf, Facts>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let facts = work::facts(self.store.reader(), &self.permit::<verb::ReadCase>()?, &ids).await?;
        Ok(facts.into_iter().map(|(id, facts)| (FactsOf(id), facts)).collect())
    }
}

/// The cases of a session of professional supervision, as far as the reader may see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionCasesOf(pub SupervisionSessionId);

#[async_trait::async_trait]
impl Loader<SessionCasesOf> for Loaders {
    type Value = Vec<Case>;
    type Error = Failure;

    async fn load(&self, keys: &[SessionCasesOf]) -> Result<HashMap<SessionCasesOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let permit = self.permit::<verb::ReadSupervisionSession>()?;
        let linked = supervision_session::cases_of_many(&self.store, &permit, &ids).await?;
        let asked: BTreeSet<CaseId> = linked.iter().map(|(_, case)| *case).collect();
        let asked: Vec<CaseId> = asked.into_iter().collect();
        let cases = case::find_many(&self.store, &self.permit::<verb::ReadCase>()?, &asked).await?;
        let cases: HashMap<CaseId, Case> = cases.into_iter().map(|case| (case.id, case)).collect();
        let seen = linked
            .into_iter()
            .filter_map(|(session, case)| cases.get(&case).map(|case| (SessionCasesOf(session), case.clone())));
        Ok(grouped(keys, seen))
    }
}

#[async_trait::async_trait]
impl Loader<access::Part> for Loaders {
    type Value = Page<Access>;
    type Error = Failure;

    async fn load(&self, keys: &[access::Part]) -> Result<HashMap<access::Part, Page<Access>>, Failure> {
        access::pages(&self.store, &self.permit()?, keys).await
    }
}

#[async_trait::async_trait]
impl Loader<Part> for Loaders {
    type Value = Page<Event>;
    type Error = Failure;

    async fn load(&self, keys: &[Part]) -> Result<HashMap<Part, Page<Event>>, Failure> {
        let doors = self.by_actor(Doors::of)?;
        history::pages(&self.store, &doors, keys).await
    }
}

#[async_trait::async_trait]
impl Loader<DistrictId> for Loaders {
    type Value = District;
    type Error = Failure;

    async fn load(&self, _: &[DistrictId]) -> Result<HashMap<DistrictId, District>, Failure> {
        let permit = self.permit::<verb::ReadDirectory>()?;
        // There is only one that anybody can reach.
        let own = district::find(&self.store, &permit).await?;
        Ok(own.into_iter().map(|district| (district.id, district)).collect())
    }
}

#[async_trait::async_trait]
impl Loader<PositionId> for Loaders {
    type Value = PositionRow;
    type Error = Failure;

    async fn load(&self, keys: &[PositionId]) -> Result<HashMap<PositionId, PositionRow>, Failure> {
        let permit = self.permit::<verb::ReadPosition>()?;
        let rows = position::find_many(&self.store, &permit, keys).await?;
        Ok(rows.into_iter().map(|row| (row.position.id, row)).collect())
    }
}

async fn listed<L: Listed>(loaders: &Loaders, keys: &[L::Id]) -> Result<HashMap<L::Id, L>, Failure> {
    let permit = loaders.permit::<verb::ReadDirectory>()?;
    let rows = directory::find_many::<L, _>(&loaders.store, &permit, keys).await?;
    Ok(rows.into_iter().map(|row| (row.id(), row)).collect())
}

macro_rules! loads_listed {
    ($($id:ident => $record:ident),*) => {$(
        #[async_trait::async_trait]
        impl Loader<$id> for Loaders {
            type Value = $record;
            type Error = Failure;

            async fn load(&self, keys: &[$id]) -> Result<HashMap<$id, $record>, Failure> {
                listed::<$record>(self, keys).await
            }
        }
    )*};
}

loads_listed!(OrganisationId => Organisation, MunicipalityId => Municipality, BodyId => Body);

/// Hints about the quality of a case manager's cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HintsOf {
    /// The case manager.
    pub lead: StaffMemberId,
    /// What is hinted at; the same for all keys of a request.
    pub limits: Limits,
}

#[async_trait::async_trait]
impl Loader<HintsOf> for Loaders {
    type Value = Vec<Hint>;
    type Error = Failure;

    async fn load(&self, keys: &[HintsOf]) -> Result<HashMap<HintsOf, Self::Value>, Failure> {
        let Some(HintsOf { limits, .. }) = keys.first().copied() else { return Ok(HashMap::new()) };
        let leads: Vec<_> = keys.iter().map(|key| key.lead).collect();
        let rows = hint::all(&self.store, &self.permit()?, &leads, &limits).await?;
        Ok(grouped(keys, rows.into_iter().map(|hint| (HintsOf { lead: hint.case.lead_id, limits }, hint))))
    }
}

/// The cases of a case manager that were not closed on a day, for the employer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OwnCasesOf {
    /// The case manager.
    pub lead: StaffMemberId,
    /// The day; the same for all keys of a request.
    pub day: NaiveDate,
}

#[async_trait::async_trait]
impl Loader<OwnCasesOf> for Loaders {
    type Value = Cases;
    type Error = Failure;

    async fn load(&self, keys: &[OwnCasesOf]) -> Result<HashMap<OwnCasesOf, Cases>, Failure> {
        let Some(OwnCasesOf { day, .. }) = keys.first().copied() else { return Ok(HashMap::new()) };
        let leads: Vec<_> = keys.iter().map(|key| key.lead).collect();
        let permit = self.permit::<verb::ReadWorkload>()?;
        let rows = caseload::cases_on(&self.store, &permit, &leads, day).await?;
        Ok(rows.into_iter().map(|(lead, cases)| (OwnCasesOf { lead, day }, cases)).collect())
    }
}

/// The texts that a section of the concept had just before a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FormerTextsOf {
    /// The section.
    pub section: ConceptSectionId,
    /// The version.
    pub before: i32,
}

#[async_trait::async_trait]
impl Loader<FormerTextsOf> for Loaders {
    type Value = Vec<FormerText>;
    type Error = Failure;

    async fn load(&self, keys: &[FormerTextsOf]) -> Result<HashMap<FormerTextsOf, Self::Value>, Failure> {
        let wanted: Vec<_> = keys.iter().map(|key| (key.section, key.before)).collect();
        let permit = self.permit::<verb::ReadConcept>()?;
        let rows = concept_section::former_texts(&self.store, &permit, &wanted).await?;
        let of = |key: &FormerTextsOf| {
            let earliest = key.before.saturating_sub(concept_section::VERSIONS_AT_ONCE);
            let is_of =
                |row: &&FormerText| row.section_id == key.section && (earliest..key.before).contains(&row.version);
            rows.iter().filter(is_of).cloned().collect()
        };
        Ok(keys.iter().map(|key| (*key, of(key))).collect())
    }
}

/// What earlier meetings of its body left to be done for a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FollowUpsOf(pub MeetingId);

#[async_trait::async_trait]
impl Loader<FollowUpsOf> for Loaders {
    type Value = Vec<FollowUp>;
    type Error = Failure;

    async fn load(&self, keys: &[FollowUpsOf]) -> Result<HashMap<FollowUpsOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = meeting::follow_ups(&self.store, &self.permit::<verb::ReadMeeting>()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|(meeting, row)| (FollowUpsOf(meeting), row))))
    }
}

/// What the steps of a meeting depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StandingOf(pub MeetingId);

#[async_trait::async_trait]
impl Loader<StandingOf> for Loaders {
    type Value = Standing;
    type Error = Failure;

    async fn load(&self, keys: &[StandingOf]) -> Result<HashMap<StandingOf, Standing>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let permit = self.permit::<verb::ReadMeeting>()?;
        let meetings = meeting::find_many(&self.store, &permit, &ids).await?;
        let standings = meeting::standings_of_many(&self.store, &permit, &meetings).await?;
        Ok(standings.into_iter().map(|(id, standing)| (StandingOf(id), standing)).collect())
    }
}

/// The stages of a version of the stair model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StagesOf(pub StairModelId);

#[async_trait::async_trait]
impl Loader<StagesOf> for Loaders {
    type Value = Vec<StairStage>;
    type Error = Failure;

    async fn load(&self, keys: &[StagesOf]) -> Result<HashMap<StagesOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let permit = self.permit::<verb::ReadDirectory>()?;
        let rows = stair::stages_of(self.store.reader(), &permit, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (StagesOf(row.model_id), row))))
    }
}

/// What waits on a stage of a version of the stair model, counted; absent for readers who may not know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WaitingOn {
    /// The version.
    pub model: StairModelId,
    /// The position of the stage.
    pub stage: i32,
}

#[async_trait::async_trait]
impl Loader<WaitingOn> for Loaders {
    type Value = Waiting;
    type Error = Failure;

    async fn load(&self, keys: &[WaitingOn]) -> Result<HashMap<WaitingOn, Waiting>, Failure> {
        let models: BTreeSet<StairModelId> = keys.iter().map(|key| key.model).collect();
        let models: Vec<StairModelId> = models.into_iter().collect();
        let rows = barrier::waiting_on(&self.store, &self.permit::<verb::ReadSignal>()?, &models).await?;
        Ok(rows.into_iter().map(|(model, stage, waiting)| (WaitingOn { model, stage }, waiting)).collect())
    }
}

/// A case that the reader works on, as its lead or substitute; whatever else the reader may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OwnCase(pub CaseId);

#[async_trait::async_trait]
impl Loader<OwnCase> for Loaders {
    type Value = Case;
    type Error = Failure;

    async fn load(&self, keys: &[OwnCase]) -> Result<HashMap<OwnCase, Case>, Failure> {
        let ids: Vec<CaseId> = keys.iter().map(|key| key.0).collect();
        let rows = case::find_many(&self.store, &self.permit::<verb::WorkOnCase>()?, &ids).await?;
        Ok(rows.into_iter().map(|row| (OwnCase(row.id), row)).collect())
    }
}

#[async_trait::async_trait]
impl Loader<BarrierId> for Loaders {
    type Value = Barrier;
    type Error = Failure;

    async fn load(&self, keys: &[BarrierId]) -> Result<HashMap<BarrierId, Barrier>, Failure> {
        let rows: Vec<Barrier> = part::find_many(&self.store, &self.permit()?, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

#[async_trait::async_trait]
impl Loader<MeasureId> for Loaders {
    type Value = Measure;
    type Error = Failure;

    async fn load(&self, keys: &[MeasureId]) -> Result<HashMap<MeasureId, Measure>, Failure> {
        let rows: Vec<Measure> = part::find_many(&self.store, &self.permit()?, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// The answers of the themes that a barrier fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AnswersFor(pub BarrierId);

#[async_trait::async_trait]
impl Loader<AnswersFor> for Loaders {
    type Value = Vec<ThemeAnswer>;
    type Error = Failure;

    async fn load(&self, keys: &[AnswersFor]) -> Result<HashMap<AnswersFor, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = theme_answer::of_barriers(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|(id, row)| (AnswersFor(id), row))))
    }
}

/// The themes that a barrier is evidence of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThemesOf(pub BarrierId);

#[async_trait::async_trait]
impl Loader<ThemesOf> for Loaders {
    type Value = Vec<Theme>;
    type Error = Failure;

    async fn load(&self, keys: &[ThemesOf]) -> Result<HashMap<ThemesOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = theme::of_barriers(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|(id, row)| (ThemesOf(id), row))))
    }
}

/// What a theme rests on, counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EvidenceOf(pub ThemeId);

#[async_trait::async_trait]
impl Loader<EvidenceOf> for Loaders {
    type Value = Evidence;
    type Error = Failure;

    async fn load(&self, keys: &[EvidenceOf]) -> Result<HashMap<EvidenceOf, Evidence>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let permit = self.permit::<verb::ReadTheme>()?;
        let found = theme::evidence_of(self.store.reader(), &permit, &ids).await?;
        Ok(found.into_iter().map(|(id, evidence)| (EvidenceOf(id), evidence)).collect())
    }
}

/// What signals, themes and their cost are reckoned by today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PresentSetting;

#[async_trait::async_trait]
impl Loader<PresentSetting> for Loaders {
    type Value = StructureSetting;
    type Error = Failure;

    async fn load(&self, keys: &[PresentSetting]) -> Result<HashMap<PresentSetting, StructureSetting>, Failure> {
        let permit = self.permit::<verb::ReadDirectory>()?;
        let present = setting::current(self.store.reader(), &permit).await?;
        Ok(keys.iter().map(|key| (*key, present.clone())).collect())
    }
}
