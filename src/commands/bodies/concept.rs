//! The life of an edition of the case-management concept: drafted, put to the participants, taken back, adopted, withdrawn.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::{ConceptStatus, NoticeKind};
use entity::ids::{ConceptId, ConceptParticipantId, ConceptSectionId, DecisionId, Identifier, OrganisationId};
use serde::Serialize;
use serde_json::json;

use crate::access::{on, verb};
use crate::clock::legal_day;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::bodies::concept::{ConceptTransition, adopts, after};
use crate::domain::input::{Checks, NAME_MAXIMUM, days};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::bodies::concept::{self, Concept};
use crate::store::bodies::concept_participant::{self, Participant};
use crate::store::bodies::concept_section::{self, Section};
use crate::store::bodies::{agenda_item, decision};
use crate::store::casework::notice::{self, Recipient};

impl Record for Concept {
    type Id = ConceptId;

    fn id(&self) -> ConceptId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

macro_rules! loads_concept {
    () => {
        async fn load(work: &Work<'_, Self::Verb>, id: ConceptId) -> Result<Option<Concept>, Failure> {
            concept::lock(work.transaction.connection(), work.permit, id).await
        }
    };
}

macro_rules! changes_concept {
    () => {
        fn target(&self) -> (ConceptId, &'static str) {
            (self.concept_id, "conceptId")
        }

        fn expected_version(&self) -> Option<i32> {
            self.expected_version
        }
    };
}

/// Takes a step, or says what stands in its way.
async fn step<V: on::Concept>(
    work: &Work<'_, V>,
    concept: &mut Concept,
    transition: ConceptTransition,
) -> Result<(), Stop> {
    let standings = concept::standings(work.transaction.connection(), work.permit, &[concept.id]).await?;
    let standing = standings.get(&concept.id).copied().unwrap_or_default();
    concept.status = after(concept.status, transition, &standing)?;
    Ok(())
}

/// The edition of a part that is to be changed, locked, if it can be changed so now.
pub(super) async fn lock_for<V: on::Concept>(
    work: &Work<'_, V>,
    id: ConceptId,
    path: &str,
    transition: ConceptTransition,
) -> Result<Concept, Stop> {
    let found = concept::lock(work.transaction.connection(), work.permit, id).await?;
    let mut concept = found.ok_or_else(|| UserError::at(path, ErrorCode::NotFound))?;
    step(work, &mut concept, transition).await?;
    Ok(concept)
}

async fn store(work: &Work<'_, verb::EditConcept>, mut concept: Concept) -> Result<Done<Concept>, Stop> {
    concept.version = concept.version.saturating_add(1);
    concept.updated_at = work.now;
    concept::update(work.transaction.connection(), work.permit, &concept).await?;
    Ok(Done::new(concept))
}

/// Tells an institution that an edition waits for its answer.
pub(super) async fn tell(
    work: &Work<'_, verb::EditConcept>,
    concept: ConceptId,
    organisation: OrganisationId,
) -> Result<(), Failure> {
    let (recipient, subject) = (Recipient::Organisation(organisation), concept.to_string());
    let connection = work.transaction.connection();
    notice::tell(connection, work.permit, recipient, NoticeKind::ConceptOpened, &subject, work.now).await
}

/// A new edition of the concept.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptDraftInput {
    /// The edition whose sections and participants it begins with: adopted, superseded or withdrawn. Null: it begins empty.
    pub predecessor_id: Option<ConceptId>,
    /// What it is called, at most 200 characters; left out: as the edition that it is drafted from.
    pub title: Option<String>,
}

impl Command for ConceptDraftInput {
    const NAME: &'static str = "conceptDraft";
    type Verb = verb::EditConcept;
    type Record = Concept;

    loads_concept!();

    fn check(&self, checks: &mut Checks) {
        match &self.title {
            Some(title) => checks.line("title", title, NAME_MAXIMUM),
            None => checks.require(self.predecessor_id.is_some(), || UserError::at("title", ErrorCode::TextEmpty)),
        }
    }
}

impl Creates for ConceptDraftInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Concept>, Stop> {
        let connection = work.transaction.connection();
        let latest = concept::lock_latest(connection, work.permit).await?;
        let under_way = |number: i32| UserError::at("", ErrorCode::ConceptUnderWay).with("number", number);
        if let Some(open) = concept::under_way(connection, work.permit).await? {
            return Err(under_way(open.number).into());
        }
        let from = match self.predecessor_id {
            Some(id) => Some(lock_for(work, id, "predecessorId", ConceptTransition::DraftNext).await?),
            None => None,
        };
        let title = self.title.as_ref().map(|title| title.trim().to_owned());
        let drafted = Concept {
            id: ConceptId::new(),
            district_id: work.permit.district_id(),
            number: latest.map_or(1, |latest| latest.number.saturating_add(1)),
            title: title.or_else(|| from.as_ref().map(|from| from.title.clone())).unwrap_or_default(),
            status: ConceptStatus::Draft,
            predecessor_id: from.as_ref().map(|from| from.id),
            consultation: 0,
            opened_at: None,
            respond_by: None,
            reason: None,
            decision_id: None,
            adopted_on: None,
            version: 1,
            created_at: work.now,
            updated_at: work.now,
        };
        if !concept::insert(connection, work.permit, &drafted).await? {
            return Err(under_way(drafted.number).into());
        }
        let (mut sections, mut participants) = (Vec::new(), Vec::new());
        if let Some(from) = from {
            let all = concept_section::all_of(connection, work.permit, from.id).await?;
            let present = all.into_iter().filter(|section| section.removed_at.is_none());
            sections.extend(present.map(|section| Section {
                id: ConceptSectionId::new(),
                concept_id: drafted.id,
                version: 1,
                created_at: work.now,
                updated_at: work.now,
                ..section
            }));
            let all = concept_participant::all_of(connection, work.permit, from.id).await?;
            participants.extend(all.into_iter().map(|participant| Participant {
                id: ConceptParticipantId::new(),
                concept_id: drafted.id,
                invited_at: None,
                created_at: work.now,
                updated_at: work.now,
                ..participant
            }));
        }
        concept_section::insert_many(connection, work.permit, &sections).await?;
        concept_participant::insert_many(connection, work.permit, &participants).await?;
        let told = json!({ "sections": sections.len(), "participants": participants.len() });
        Ok(Done::new(drafted).with(told))
    }
}

/// An edition that is called otherwise from now on.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptChangeInput {
    /// The edition: a draft.
    pub concept_id: ConceptId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// What it is called, at most 200 characters.
    pub title: String,
}

impl Command for ConceptChangeInput {
    const NAME: &'static str = "conceptChange";
    type Verb = verb::EditConcept;
    type Record = Concept;

    loads_concept!();

    fn check(&self, checks: &mut Checks) {
        checks.line("title", &self.title, NAME_MAXIMUM);
    }
}

impl Changes for ConceptChangeInput {
    changes_concept!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut concept: Concept) -> Result<Done<Concept>, Stop> {
        step(work, &mut concept, ConceptTransition::Edit).await?;
        concept.title = self.title.trim().to_owned();
        store(work, concept).await
    }
}

/// The order of the sections of an edition.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptArrangeInput {
    /// The edition: a draft.
    pub concept_id: ConceptId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// All of its sections, each once, in the order in which they are to stand.
    pub section_ids: Vec<ConceptSectionId>,
}

impl Command for ConceptArrangeInput {
    const NAME: &'static str = "conceptArrange";
    type Verb = verb::EditConcept;
    type Record = Concept;

    loads_concept!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for ConceptArrangeInput {
    changes_concept!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut concept: Concept) -> Result<Done<Concept>, Stop> {
        let connection = work.transaction.connection();
        step(work, &mut concept, ConceptTransition::Edit).await?;
        let all = concept_section::all_of(connection, work.permit, concept.id).await?;
        let present: BTreeMap<ConceptSectionId, i32> = all
            .into_iter()
            .filter(|section| section.removed_at.is_none())
            .map(|section| (section.id, section.position))
            .collect();
        let named: BTreeSet<ConceptSectionId> = self.section_ids.iter().copied().collect();
        if named.len() != self.section_ids.len() || !named.iter().eq(present.keys()) {
            let incomplete = UserError::at("sectionIds", ErrorCode::SectionsIncomplete);
            return Err(incomplete.with("count", present.len()).into());
        }
        for (position, id) in (1_i32..).zip(&self.section_ids) {
            if present.get(id) != Some(&position) {
                concept_section::place(connection, work.permit, *id, position).await?;
            }
        }
        Ok(store(work, concept).await?.with(json!({ "order": self.section_ids })))
    }
}

/// An edition that is put to the participants.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptConsultInput {
    /// The edition: a draft with a section and a participant at least.
    pub concept_id: ConceptId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// Until when answers are asked for, not in the past; null: no day is set. Later answers are taken as well, until it is
    /// adopted.
    pub respond_by: Option<NaiveDate>,
}

impl Command for ConceptConsultInput {
    const NAME: &'static str = "conceptConsult";
    type Verb = verb::EditConcept;
    type Record = Concept;

    loads_concept!();

    fn check(&self, checks: &mut Checks) {
        checks.day("respondBy", self.respond_by);
    }
}

impl Changes for ConceptConsultInput {
    changes_concept!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut concept: Concept) -> Result<Done<Concept>, Stop> {
        let connection = work.transaction.connection();
        step(work, &mut concept, ConceptTransition::Consult).await?;
        if self.respond_by.is_some_and(|day| day < work.today) {
            let past = UserError::at("respondBy", ErrorCode::DateOutOfRange);
            return Err(past.with("earliest", work.today).with("latest", days().1).into());
        }
        concept.consultation = concept.consultation.saturating_add(1);
        concept.opened_at = Some(work.now);
        concept.respond_by = self.respond_by;
        concept.reason = None;
        concept_participant::invite_all(connection, work.permit, concept.id, work.now).await?;
        let participants = concept_participant::all_of(connection, work.permit, concept.id).await?;
        let organisations: BTreeSet<OrganisationId> = participants.iter().map(|row| row.organisation_id).collect();
        for organisation in &organisations {
            tell(work, concept.id, *organisation).await?;
        }
        Ok(store(work, concept).await?.with(json!({ "institutionsTold": organisations.len() })))
    }
}

/// An edition that its writers take back.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptReturnInput {
    /// The edition: in consultation.
    pub concept_id: ConceptId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for ConceptReturnInput {
    const NAME: &'static str = "conceptReturn";
    type Verb = verb::EditConcept;
    type Record = Concept;

    loads_concept!();

    fn check(&self, _: &mut Checks) {}
}

fn reason(work: &Work<'_, verb::EditConcept>) -> Result<String, UserError> {
    let reason = work.reason.map(str::to_owned);
    reason.ok_or_else(|| UserError::at("options.reason", ErrorCode::ReasonNeeded))
}

impl Changes for ConceptReturnInput {
    changes_concept!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut concept: Concept) -> Result<Done<Concept>, Stop> {
        step(work, &mut concept, ConceptTransition::Return).await?;
        concept.reason = Some(reason(work)?);
        concept.opened_at = None;
        concept.respond_by = None;
        store(work, concept).await
    }
}

/// An edition that a body adopted.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptAdoptInput {
    /// The edition: in consultation, all comments answered.
    pub concept_id: ConceptId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// The decision: of the kind ADOPT, taken since the consultation was opened, on an item that names this edition.
    pub decision_id: DecisionId,
}

impl Command for ConceptAdoptInput {
    const NAME: &'static str = "conceptAdopt";
    type Verb = verb::EditConcept;
    type Record = Concept;

    loads_concept!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for ConceptAdoptInput {
    changes_concept!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut concept: Concept) -> Result<Done<Concept>, Stop> {
        let connection = work.transaction.connection();
        step(work, &mut concept, ConceptTransition::Adopt).await?;
        let meetings = work.actor.permit_whatever::<verb::ReadMeeting>();
        let found = decision::lock(connection, &meetings, self.decision_id).await?;
        let decision = found.ok_or_else(|| UserError::at("decisionId", ErrorCode::NotFound))?;
        let opened_on = legal_day(concept.opened_at.unwrap_or(work.now));
        adopts(decision.kind, decision.decided_on, opened_on)?;
        let item = agenda_item::find(connection, &meetings, decision.item_id).await?;
        if item.and_then(|item| item.concept_id) != Some(concept.id) {
            return Err(UserError::at("decisionId", ErrorCode::ConceptDecisionElsewhere).into());
        }
        let mut superseded = None;
        if let Some(mut before) = concept::lock_in_force(connection, work.permit).await? {
            before.status = ConceptStatus::Superseded;
            superseded = Some(before.id);
            store(work, before).await?;
        }
        concept.decision_id = Some(decision.id);
        concept.adopted_on = Some(decision.decided_on);
        Ok(store(work, concept).await?.with(json!({ "superseded": superseded })))
    }
}

/// An edition that is given up.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptWithdrawInput {
    /// The edition: a draft, or in consultation.
    pub concept_id: ConceptId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for ConceptWithdrawInput {
    const NAME: &'static str = "conceptWithdraw";
    type Verb = verb::EditConcept;
    type Record = Concept;

    loads_concept!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for ConceptWithdrawInput {
    changes_concept!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut concept: Concept) -> Result<Done<Concept>, Stop> {
        step(work, &mut concept, ConceptTransition::Withdraw).await?;
        concept.reason = Some(reason(work)?);
        store(work, concept).await
    }
}
