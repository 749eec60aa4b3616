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
use crate::store::structure::barrier::{self, Barrier, StageTransition};
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

/// The occupancies of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OccupanciesOf(pub PositionId);

#[async_trait::async_trait]
impl Loader<OccupanciesOf> for Loaders {
    type Value = Vec<(Occupancy, Option<StaffMember>)>;
    type Error = Failure;

    async fn load(&self, keys: &[OccupanciesOf]) -> Result<HashMap<OccupanciesOf, Self::Value>, Failure> {
        let permit = self.permit::<verb::ReadPosition>()?;
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = occupancy::of_positions(&self.store, &permit, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (OccupanciesOf(row.0.position_id), row))))
    }
}

/// The service areas of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServiceAreasOf(pub PositionId);

#[async_trait::async_trait]
impl Loader<ServiceAreasOf> for Loaders {
    type Value = Vec<(ServiceArea, Option<Municipality>)>;
    type Error = Failure;

    async fn load(&self, keys: &[ServiceAreasOf]) -> Result<HashMap<ServiceAreasOf, Self::Value>, Failure> {
        let permit = self.permit::<verb::ReadPosition>()?;
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = service_area::of_positions(&self.store, &permit, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (ServiceAreasOf(row.0.position_id), row))))
    }
}

/// The supervisions of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SupervisionsOf(pub PositionId);

#[async_trait::async_trait]
impl Loader<SupervisionsOf> for Loaders {
    type Value = Vec<(Supervision, Option<StaffMember>, Option<Organisation>)>;
    type Error = Failure;

    async fn load(&self, keys: &[SupervisionsOf]) -> Result<HashMap<SupervisionsOf, Self::Value>, Failure> {
        let permit = self.permit::<verb::ReadPosition>()?;
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = supervision::of_positions(&self.store, &permit, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (SupervisionsOf(row.0.position_id), row))))
    }
}

/// The way of a case through its phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PhaseChangesOf(pub CaseId);

#[async_trait::async_trait]
impl Loader<PhaseChangesOf> for Loaders {
    type Value = Vec<CasePhaseChange>;
    type Error = Failure;

    async fn load(&self, keys: &[PhaseChangesOf]) -> Result<HashMap<PhaseChangesOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = case_phase_change::of_cases(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (PhaseChangesOf(row.case_id), row))))
    }
}

/// The deadlines of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeadlinesOf(pub CaseId);

#[async_trait::async_trait]
impl Loader<DeadlinesOf> for Loaders {
    type Value = Vec<Deadline>;
    type Error = Failure;

    async fn load(&self, keys: &[DeadlinesOf]) -> Result<HashMap<DeadlinesOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = deadline::of_cases(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (DeadlinesOf(row.case_id), row))))
    }
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

#[async_trait::async_trait]
impl Loader<CaseId> for Loaders {
    type Value = Case;
    type Error = Failure;

    async fn load(&self, keys: &[CaseId]) -> Result<HashMap<CaseId, Case>, Failure> {
        let rows = case::find_many(&self.store, &self.permit::<verb::ReadCase>()?, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

#[async_trait::async_trait]
impl Loader<ImportRunId> for Loaders {
    type Value = ImportRun;
    type Error = Failure;

    async fn load(&self, keys: &[ImportRunId]) -> Result<HashMap<ImportRunId, ImportRun>, Failure> {
        let rows = import::find_many(&self.store, &self.permit()?, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// Who belongs to a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PersonsOf(pub CaseId);

#[async_trait::async_trait]
impl Loader<PersonsOf> for Loaders {
    type Value = Vec<CasePerson>;
    type Error = Failure;

    async fn load(&self, keys: &[PersonsOf]) -> Result<HashMap<PersonsOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = case_person::of_cases(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (PersonsOf(row.case_id), row))))
    }
}

/// The cases of a client, as far as the reader may see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CasesOf(pub ClientId);

#[async_trait::async_trait]
impl Loader<CasesOf> for Loaders {
    type Value = Vec<CasePerson>;
    type Error = Failure;

    async fn load(&self, keys: &[CasesOf]) -> Result<HashMap<CasesOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = case_person::of_clients(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (CasesOf(row.client_id), row))))
    }
}

#[async_trait::async_trait]
impl Loader<ClientId> for Loaders {
    type Value = Client;
    type Error = Failure;

    async fn load(&self, keys: &[ClientId]) -> Result<HashMap<ClientId, Client>, Failure> {
        let rows = client::find_many(&self.store, &self.permit::<verb::ReadIdentity>()?, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
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

#[async_trait::async_trait]
impl Loader<DocumentId> for Loaders {
    type Value = Document;
    type Error = Failure;

    async fn load(&self, keys: &[DocumentId]) -> Result<HashMap<DocumentId, Document>, Failure> {
        let rows = document::find_many(&self.store, &self.permit::<verb::ReadIdentity>()?, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// The documents of a case, as far as they open for the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DocumentsOf(pub CaseId);

#[async_trait::async_trait]
impl Loader<DocumentsOf> for Loaders {
    type Value = Vec<Document>;
    type Error = Failure;

    async fn load(&self, keys: &[DocumentsOf]) -> Result<HashMap<DocumentsOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = document::of_cases(&self.store, &self.permit::<verb::ReadIdentity>()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (DocumentsOf(row.case_id), row))))
    }
}

/// How many documents are stored in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DocumentCountOf(pub CaseId);

#[async_trait::async_trait]
impl Loader<DocumentCountOf> for Loaders {
    type Value = i64;
    type Error = Failure;

    async fn load(&self, keys: &[DocumentCountOf]) -> Result<HashMap<DocumentCountOf, i64>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let counts = document::counts(&self.store, &self.permit()?, &ids).await?;
        Ok(counts.into_iter().map(|(case, count)| (DocumentCountOf(case), count)).collect())
    }
}

/// The consents of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConsentsOf(pub ClientId);

#[async_trait::async_trait]
impl Loader<ConsentsOf> for Loaders {
    type Value = Vec<Consent>;
    type Error = Failure;

    async fn load(&self, keys: &[ConsentsOf]) -> Result<HashMap<ConsentsOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = consent::of_clients(&self.store, &self.permit::<verb::ReadConsent>()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (ConsentsOf(row.client_id), row))))
    }
}

#[async_trait::async_trait]
impl Loader<ConsentId> for Loaders {
    type Value = Consent;
    type Error = Failure;

    async fn load(&self, keys: &[ConsentId]) -> Result<HashMap<ConsentId, Consent>, Failure> {
        let rows = consent::find_many(&self.store, &self.permit::<verb::ReadConsent>()?, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// What was passed on about a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DisclosuresOf(pub ClientId);

#[async_trait::async_trait]
impl Loader<DisclosuresOf> for Loaders {
    type Value = Vec<Disclosure>;
    type Error = Failure;

    async fn load(&self, keys: &[DisclosuresOf]) -> Result<HashMap<DisclosuresOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = disclosure::of_clients(&self.store, &self.permit::<verb::ReadConsent>()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (DisclosuresOf(row.client_id), row))))
    }
}

/// The classes of data of a disclosure that the reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DisclosedClassesOf(pub DisclosureId);

#[async_trait::async_trait]
impl Loader<DisclosedClassesOf> for Loaders {
    type Value = Vec<DataClass>;
    type Error = Failure;

    async fn load(&self, keys: &[DisclosedClassesOf]) -> Result<HashMap<DisclosedClassesOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let classes = disclosure::data_classes(&self.store, &self.permit::<verb::ReadConsent>()?, &ids).await?;
        Ok(classes.into_iter().map(|(id, classes)| (DisclosedClassesOf(id), classes)).collect())
    }
}

#[async_trait::async_trait]
impl Loader<TransferId> for Loaders {
    type Value = Transfer;
    type Error = Failure;

    async fn load(&self, keys: &[TransferId]) -> Result<HashMap<TransferId, Transfer>, Failure> {
        let rows = transfer::find_many(&self.store, &self.permit::<verb::ReadTransfer>()?, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
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

/// What is shown of the case of an offer that waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransferCard(pub TransferId);

#[async_trait::async_trait]
impl Loader<TransferCard> for Loaders {
    type Value = Card;
    type Error = Failure;

    async fn load(&self, keys: &[TransferCard]) -> Result<HashMap<TransferCard, Card>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = transfer::cards(&self.store, &self.permit()?, &ids).await?;
        Ok(rows.into_iter().map(|row| (TransferCard(row.transfer_id), row)).collect())
    }
}

/// The items of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransferItemsOf(pub TransferId);

#[async_trait::async_trait]
impl Loader<TransferItemsOf> for Loaders {
    type Value = Vec<Item>;
    type Error = Failure;

    async fn load(&self, keys: &[TransferItemsOf]) -> Result<HashMap<TransferItemsOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = transfer_item::of_transfers(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (TransferItemsOf(row.transfer_id), row))))
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

/// The giver or the receiver of a transfer that the reader may see: a part of it, whatever else of the staff the reader may
/// see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransferParty(pub StaffMemberId);

#[async_trait::async_trait]
impl Loader<TransferParty> for Loaders {
    type Value = StaffMember;
    type Error = Failure;

    async fn load(&self, keys: &[TransferParty]) -> Result<HashMap<TransferParty, StaffMember>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = staff_member::of_transfers(&self.store, &self.permit()?, &ids).await?;
        Ok(rows.into_iter().map(|row| (TransferParty(row.id), row)).collect())
    }
}

/// The classes of data of a consent that the reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DataClassesOf(pub ConsentId);

#[async_trait::async_trait]
impl Loader<DataClassesOf> for Loaders {
    type Value = Vec<DataClass>;
    type Error = Failure;

    async fn load(&self, keys: &[DataClassesOf]) -> Result<HashMap<DataClassesOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let classes = consent::data_classes(&self.store, &self.permit::<verb::ReadConsent>()?, &ids).await?;
        Ok(classes.into_iter().map(|(id, classes)| (DataClassesOf(id), classes)).collect())
    }
}

/// The unmaskings of a case that the reader may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UnmaskingsOf(pub CaseId);

#[async_trait::async_trait]
impl Loader<UnmaskingsOf> for Loaders {
    type Value = Vec<Unmasking>;
    type Error = Failure;

    async fn load(&self, keys: &[UnmaskingsOf]) -> Result<HashMap<UnmaskingsOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = unmasking::of_cases(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (UnmaskingsOf(row.case_id), row))))
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

/// The goals of a support plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GoalsOf(pub SupportPlanId);

#[async_trait::async_trait]
impl Loader<GoalsOf> for Loaders {
    type Value = Vec<Goal>;
    type Error = Failure;

    async fn load(&self, keys: &[GoalsOf]) -> Result<HashMap<GoalsOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = goal::of_plans(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (GoalsOf(row.plan_id), row))))
    }
}

/// The measures towards a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MeasuresOf(pub GoalId);

#[async_trait::async_trait]
impl Loader<MeasuresOf> for Loaders {
    type Value = Vec<Measure>;
    type Error = Failure;

    async fn load(&self, keys: &[MeasuresOf]) -> Result<HashMap<MeasuresOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = measure::of_goals(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (MeasuresOf(row.goal_id), row))))
    }
}

#[async_trait::async_trait]
impl Loader<SupportPlanId> for Loaders {
    type Value = SupportPlan;
    type Error = Failure;

    async fn load(&self, keys: &[SupportPlanId]) -> Result<HashMap<SupportPlanId, SupportPlan>, Failure> {
        let rows = part::find_many::<SupportPlan>(&self.store, &self.permit()?, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
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

/// What was agreed in a session of professional supervision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AgreementsOf(pub SupervisionSessionId);

#[async_trait::async_trait]
impl Loader<AgreementsOf> for Loaders {
    type Value = Vec<SupervisionAgreement>;
    type Error = Failure;

    async fn load(&self, keys: &[AgreementsOf]) -> Result<HashMap<AgreementsOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let permit = self.permit::<verb::ReadSupervisionSession>()?;
        let rows = supervision_session::agreements_of_many(&self.store, &permit, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (AgreementsOf(row.session_id), row))))
    }
}

/// The person whose work a session that the reader may read is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Supervised(pub StaffMemberId);

#[async_trait::async_trait]
impl Loader<Supervised> for Loaders {
    type Value = StaffMember;
    type Error = Failure;

    async fn load(&self, keys: &[Supervised]) -> Result<HashMap<Supervised, StaffMember>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let permit = self.permit::<verb::ReadSupervisionSession>()?;
        let rows = supervision_session::people_of(&self.store, &permit, &ids).await?;
        Ok(rows.into_iter().map(|row| (Supervised(row.id), row)).collect())
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
impl Loader<GoalId> for Loaders {
    type Value = Goal;
    type Error = Failure;

    async fn load(&self, keys: &[GoalId]) -> Result<HashMap<GoalId, Goal>, Failure> {
        let rows = part::find_many::<Goal>(&self.store, &self.permit()?, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// The grants of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GrantsOf(pub AccountId);

#[async_trait::async_trait]
impl Loader<GrantsOf> for Loaders {
    type Value = Vec<(Grant, Option<Organisation>)>;
    type Error = Failure;

    async fn load(&self, keys: &[GrantsOf]) -> Result<HashMap<GrantsOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = grant::of_accounts(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (GrantsOf(row.0.account_id), row))))
    }
}

/// The name of an account that did something to a record that the reader may read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NameOf(pub AccountId);

#[async_trait::async_trait]
impl Loader<NameOf> for Loaders {
    type Value = String;
    type Error = Failure;

    async fn load(&self, keys: &[NameOf]) -> Result<HashMap<NameOf, String>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let permit = self.permit::<verb::ReadDirectory>()?;
        let names = event::actor_names(&self.store, &permit, &ids).await?;
        Ok(names.into_iter().map(|(id, name)| (NameOf(id), name)).collect())
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

#[async_trait::async_trait]
impl Loader<StaffMemberId> for Loaders {
    type Value = StaffMember;
    type Error = Failure;

    async fn load(&self, keys: &[StaffMemberId]) -> Result<HashMap<StaffMemberId, StaffMember>, Failure> {
        let permit = self.permit::<verb::ReadStaffMember>()?;
        let rows = staff_member::find_many(&self.store, &permit, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

#[async_trait::async_trait]
impl Loader<AccountId> for Loaders {
    type Value = Account;
    type Error = Failure;

    async fn load(&self, keys: &[AccountId]) -> Result<HashMap<AccountId, Account>, Failure> {
        let permit = self.permit::<verb::ReadAccount>()?;
        let rows = account::find_many(&self.store, &permit, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
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

/// The cases of a case manager that are not closed, for the supervisory centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LoadOf(pub StaffMemberId);

#[async_trait::async_trait]
impl Loader<LoadOf> for Loaders {
    type Value = Load;
    type Error = Failure;

    async fn load(&self, keys: &[LoadOf]) -> Result<HashMap<LoadOf, Load>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = caseload::loads(&self.store, &self.permit()?, &ids).await?;
        Ok(rows.into_iter().map(|(id, load)| (LoadOf(id), load)).collect())
    }
}

/// The full-time equivalents of a case manager, in hundredths, for the supervisory centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FteOf(pub StaffMemberId);

#[async_trait::async_trait]
impl Loader<FteOf> for Loaders {
    type Value = i32;
    type Error = Failure;

    async fn load(&self, keys: &[FteOf]) -> Result<HashMap<FteOf, i32>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let permit = self.permit::<verb::ReadCaseload>()?;
        let rows = caseload::full_time_equivalents(&self.store, &permit, &ids).await?;
        Ok(rows.into_iter().map(|(id, fte)| (FteOf(id), fte)).collect())
    }
}

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

/// The full-time equivalents of a case manager, in hundredths, for the employer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OwnFteOf(pub StaffMemberId);

#[async_trait::async_trait]
impl Loader<OwnFteOf> for Loaders {
    type Value = i32;
    type Error = Failure;

    async fn load(&self, keys: &[OwnFteOf]) -> Result<HashMap<OwnFteOf, i32>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let permit = self.permit::<verb::ReadWorkload>()?;
        let rows = caseload::full_time_equivalents(&self.store, &permit, &ids).await?;
        Ok(rows.into_iter().map(|(id, fte)| (OwnFteOf(id), fte)).collect())
    }
}

// Bodies, their meetings, and the concept.

macro_rules! loads_one {
    ($verb:ident: $($id:ident => $record:ident by $find:path;)*) => {$(
        #[async_trait::async_trait]
        impl Loader<$id> for Loaders {
            type Value = $record;
            type Error = Failure;

            async fn load(&self, keys: &[$id]) -> Result<HashMap<$id, $record>, Failure> {
                let rows = $find(&self.store, &self.permit::<verb::$verb>()?, keys).await?;
                Ok(rows.into_iter().map(|row| (row.id, row)).collect())
            }
        }
    )*};
}

loads_one! {
    ReadMeeting:
    MeetingId => Meeting by meeting::find_many;
    AgendaItemId => AgendaItem by agenda_item::find_many;
    DecisionId => Decision by decision::find_many;
    ActionItemId => ActionItem by action_item::find_many;
    PaperId => Paper by paper::find_many;
}

loads_one! {
    ReadConcept:
    ConceptId => Concept by concept::find_many;
    ConceptSectionId => Section by concept_section::find_many;
    ConceptParticipantId => Participant by concept_participant::find_many;
}

macro_rules! loads_parts {
    ($verb:ident: $($(#[$doc:meta])* $key:ident($id:ident) => $record:ident by $find:path, $of:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $key(pub $id);

        #[async_trait::async_trait]
        impl Loader<$key> for Loaders {
            type Value = Vec<$record>;
            type Error = Failure;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, Self::Value>, Failure> {
                let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
                let rows = $find(&self.store, &self.permit::<verb::$verb>()?, &ids).await?;
                Ok(grouped(keys, rows.into_iter().map(|row| ($key(row.$of), row))))
            }
        }
    )*};
}

loads_parts! {
    ReadMeeting:
    /// The items of a meeting.
    ItemsOf(MeetingId) => AgendaItem by agenda_item::of_many, meeting_id;
    /// Who attended a meeting.
    AttendanceOf(MeetingId) => Attendance by meeting::attendance_of_many, meeting_id;
    /// The papers of a meeting and its items.
    PapersOf(MeetingId) => Paper by paper::of_meetings, meeting_id;
    /// The questions asked at an item.
    QuestionsOf(AgendaItemId) => Question by question::of_items, item_id;
    /// The decision on an item, if there is one.
    DecisionsOf(AgendaItemId) => Decision by decision::of_items, item_id;
    /// The votes by name on a decision.
    VotesOf(DecisionId) => DecisionVote by decision::votes_of, decision_id;
    /// What is to be done after a decision.
    ActionItemsOf(DecisionId) => ActionItem by action_item::of_decisions, decision_id;
}

loads_parts! {
    ReadConcept:
    /// The sections of an edition of the concept.
    ConceptSectionsOf(ConceptId) => Section by concept_section::of_concepts, concept_id;
    /// Who takes part in an edition of the concept.
    ConceptParticipantsOf(ConceptId) => Participant by concept_participant::of_concepts, concept_id;
    /// The comments on an edition of the concept.
    ConceptCommentsOf(ConceptId) => Comment by concept_comment::of_concepts, concept_id;
    /// The milestones of an edition of the concept.
    ConceptMilestonesOf(ConceptId) => Milestone by concept_milestone::of_concepts, concept_id;
    /// The positions that a participant took, latest first.
    ConceptPositionsOf(ConceptParticipantId) => Position by concept_participant::positions_of, participant_id;
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

/// The person that a participant of the concept names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ParticipantPerson(pub StaffMemberId);

#[async_trait::async_trait]
impl Loader<ParticipantPerson> for Loaders {
    type Value = StaffMember;
    type Error = Failure;

    async fn load(&self, keys: &[ParticipantPerson]) -> Result<HashMap<ParticipantPerson, StaffMember>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let permit = self.permit::<verb::ReadConcept>()?;
        let rows = concept_participant::people_of(&self.store, &permit, &ids).await?;
        Ok(rows.into_iter().map(|row| (ParticipantPerson(row.id), row)).collect())
    }
}

/// What the steps of an edition of the concept depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ConceptStandingOf(pub ConceptId);

#[async_trait::async_trait]
impl Loader<ConceptStandingOf> for Loaders {
    type Value = ConceptStanding;
    type Error = Failure;

    async fn load(&self, keys: &[ConceptStandingOf]) -> Result<HashMap<ConceptStandingOf, ConceptStanding>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let permit = self.permit::<verb::ReadConcept>()?;
        let standings = concept::standings_of_many(&self.store, &permit, &ids).await?;
        Ok(standings.into_iter().map(|(id, standing)| (ConceptStandingOf(id), standing)).collect())
    }
}

/// The minutes of a meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MinutesOf(pub MeetingId);

#[async_trait::async_trait]
impl Loader<MinutesOf> for Loaders {
    type Value = String;
    type Error = Failure;

    async fn load(&self, keys: &[MinutesOf]) -> Result<HashMap<MinutesOf, String>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = meeting::minutes_of(&self.store, &self.permit::<verb::ReadMeeting>()?, &ids).await?;
        Ok(rows.into_iter().map(|row| (MinutesOf(row.meeting_id), row.text)).collect())
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

/// The memberships of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MembershipsOf(pub BodyId);

#[async_trait::async_trait]
impl Loader<MembershipsOf> for Loaders {
    type Value = Vec<Membership>;
    type Error = Failure;

    async fn load(&self, keys: &[MembershipsOf]) -> Result<HashMap<MembershipsOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = membership::of_bodies(&self.store, &self.permit::<verb::ReadBody>()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (MembershipsOf(row.body_id), row))))
    }
}

#[async_trait::async_trait]
impl Loader<BodyMembershipId> for Loaders {
    type Value = Membership;
    type Error = Failure;

    async fn load(&self, keys: &[BodyMembershipId]) -> Result<HashMap<BodyMembershipId, Membership>, Failure> {
        let rows = membership::find_many(&self.store, &self.permit::<verb::ReadBody>()?, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// The person that a membership which the reader may read names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MemberPerson(pub StaffMemberId);

#[async_trait::async_trait]
impl Loader<MemberPerson> for Loaders {
    type Value = StaffMember;
    type Error = Failure;

    async fn load(&self, keys: &[MemberPerson]) -> Result<HashMap<MemberPerson, StaffMember>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = membership::people_of(&self.store, &self.permit::<verb::ReadBody>()?, &ids).await?;
        Ok(rows.into_iter().map(|row| (MemberPerson(row.id), row)).collect())
    }
}

#[async_trait::async_trait]
impl Loader<StairModelId> for Loaders {
    type Value = StairModel;
    type Error = Failure;

    async fn load(&self, keys: &[StairModelId]) -> Result<HashMap<StairModelId, StairModel>, Failure> {
        let rows = stair::find_many(&self.store, &self.permit::<verb::ReadDirectory>()?, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
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

/// The vignette of a barrier, if it opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VignetteOf(pub BarrierId);

#[async_trait::async_trait]
impl Loader<VignetteOf> for Loaders {
    type Value = String;
    type Error = Failure;

    async fn load(&self, keys: &[VignetteOf]) -> Result<HashMap<VignetteOf, String>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = barrier::vignettes(&self.store, &self.permit()?, &ids).await?;
        Ok(rows.into_iter().map(|(id, text)| (VignetteOf(id), text)).collect())
    }
}

/// The steps of a barrier on its stair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StepsOf(pub BarrierId);

#[async_trait::async_trait]
impl Loader<StepsOf> for Loaders {
    type Value = Vec<StageTransition>;
    type Error = Failure;

    async fn load(&self, keys: &[StepsOf]) -> Result<HashMap<StepsOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = barrier::transitions(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (StepsOf(row.barrier_id), row))))
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

#[async_trait::async_trait]
impl Loader<ThemeId> for Loaders {
    type Value = Theme;
    type Error = Failure;

    async fn load(&self, keys: &[ThemeId]) -> Result<HashMap<ThemeId, Theme>, Failure> {
        let rows = theme::find_many(&self.store, &self.permit::<verb::ReadTheme>()?, keys).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
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

/// The steps in the life of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ThemeChangesOf(pub ThemeId);

#[async_trait::async_trait]
impl Loader<ThemeChangesOf> for Loaders {
    type Value = Vec<ThemeChange>;
    type Error = Failure;

    async fn load(&self, keys: &[ThemeChangesOf]) -> Result<HashMap<ThemeChangesOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = theme::changes_of(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (ThemeChangesOf(row.theme_id), row))))
    }
}

/// The publications of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PublicationsOf(pub ThemeId);

#[async_trait::async_trait]
impl Loader<PublicationsOf> for Loaders {
    type Value = Vec<ThemePublication>;
    type Error = Failure;

    async fn load(&self, keys: &[PublicationsOf]) -> Result<HashMap<PublicationsOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = theme_publication::of_themes(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (PublicationsOf(row.theme_id), row))))
    }
}

/// What could be done about a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OptionsOf(pub ThemeId);

#[async_trait::async_trait]
impl Loader<OptionsOf> for Loaders {
    type Value = Vec<ThemeOption>;
    type Error = Failure;

    async fn load(&self, keys: &[OptionsOf]) -> Result<HashMap<OptionsOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = theme_option::of_themes(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (OptionsOf(row.theme_id), row))))
    }
}

/// The answers of a theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AnswersOf(pub ThemeId);

#[async_trait::async_trait]
impl Loader<AnswersOf> for Loaders {
    type Value = Vec<ThemeAnswer>;
    type Error = Failure;

    async fn load(&self, keys: &[AnswersOf]) -> Result<HashMap<AnswersOf, Self::Value>, Failure> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = theme_answer::of_themes(&self.store, &self.permit()?, &ids).await?;
        Ok(grouped(keys, rows.into_iter().map(|row| (AnswersOf(row.theme_id), row))))
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
