//! Sections of the concept: written, rewritten, taken out. No text that was ever saved is lost.

use async_graphql::InputObject;
use entity::ids::{ConceptId, ConceptSectionId, Identifier};
use serde::Serialize;
use serde_json::Value;

use super::concept::lock_for;
use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::bodies::concept::{ConceptTransition, is_key};
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::log::text_hash;
use crate::store::bodies::concept;
use crate::store::bodies::concept_section::{self, Section};

/// The most sections of an edition.
const SECTIONS_MAXIMUM: usize = 40;
/// The longest text of a section, in characters.
const SECTION_MAXIMUM: usize = 20_000;
/// The most lines of a section: texts are compared line by line.
const LINES_MAXIMUM: usize = 1_000;

impl Record for Section {
    type Id = ConceptSectionId;

    fn id(&self) -> ConceptSectionId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }

    fn subject(&self) -> String {
        self.concept_id.to_string()
    }

    /// The log proves what was written; each text itself is kept beside its section.
    fn for_log(&self) -> Value {
        let mut told = serde_json::to_value(self).unwrap_or_default();
        if let Some(told) = told.as_object_mut() {
            told.remove("text");
            told.insert("characters".to_owned(), self.text.chars().count().into());
            told.insert("hash".to_owned(), hex::encode(text_hash("kim concept 1", &[&self.text])).into());
        }
        told
    }
}

macro_rules! loads_section {
    () => {
        async fn load(work: &Work<'_, Self::Verb>, id: ConceptSectionId) -> Result<Option<Section>, Failure> {
            let connection = work.transaction.connection();
            let Some(of) = concept_section::concept_of(connection, work.permit, id).await? else { return Ok(None) };
            // The edition first, so that commands wait for each other in one order.
            concept::lock(connection, work.permit, of).await?;
            concept_section::lock(connection, work.permit, id).await
        }
    };
}

macro_rules! changes_section {
    () => {
        fn target(&self) -> (ConceptSectionId, &'static str) {
            (self.concept_section_id, "conceptSectionId")
        }

        fn expected_version(&self) -> Option<i32> {
            self.expected_version
        }
    };
}

fn check_text(checks: &mut Checks, title: &str, text: &str) {
    checks.line("title", title, NAME_MAXIMUM);
    checks.prose("text", Some(text), SECTION_MAXIMUM);
    checks.require(text.split(['\n', '\r']).count() <= LINES_MAXIMUM, || {
        UserError::at("text", ErrorCode::TextTooManyLines).with("maximum", LINES_MAXIMUM)
    });
}

fn expect_present(section: &Section) -> Result<(), UserError> {
    match section.removed_at {
        None => Ok(()),
        Some(_) => Err(UserError::at("conceptSectionId", ErrorCode::NotFound)),
    }
}

/// A section to be added at the end.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptSectionAddInput {
    /// The edition: a draft.
    pub concept_id: ConceptId,
    /// What the section is recognised by in all editions, whatever its heading: at most 40 small letters, digits and hyphens,
    /// e.g. `target-group`. The key of a section that was taken out brings it back.
    pub key: String,
    /// Its heading, at most 200 characters.
    pub title: String,
    /// Its text in Markdown, at most 20,000 characters and 1,000 lines. Stored and given out as it is; pages and PDF show
    /// HTML and pictures in it as they were typed. No personal data of clients.
    pub text: String,
}

impl Command for ConceptSectionAddInput {
    const NAME: &'static str = "conceptSectionAdd";
    type Verb = verb::EditConcept;
    type Record = Section;

    loads_section!();

    fn check(&self, checks: &mut Checks) {
        checks.require(is_key(&self.key), || UserError::at("key", ErrorCode::SectionKeyMalformed));
        check_text(checks, &self.title, &self.text);
    }
}

impl Creates for ConceptSectionAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Section>, Stop> {
        let connection = work.transaction.connection();
        let concept = lock_for(work, self.concept_id, "conceptId", ConceptTransition::Edit).await?;
        let all = concept_section::all_of(connection, work.permit, concept.id).await?;
        if all.iter().filter(|section| section.removed_at.is_none()).count() >= SECTIONS_MAXIMUM {
            return Err(UserError::at("", ErrorCode::ListTooLong).with("maximum", SECTIONS_MAXIMUM).into());
        }
        let last = all.iter().map(|section| section.position).max().unwrap_or(0);
        let written = Section {
            id: ConceptSectionId::new(),
            district_id: work.permit.district_id(),
            concept_id: concept.id,
            key: self.key.clone(),
            position: last.saturating_add(1),
            title: self.title.trim().to_owned(),
            text: self.text.clone(),
            written_by: work.actor.account_id(),
            written_at: work.now,
            removed_at: None,
            version: 1,
            created_at: work.now,
            updated_at: work.now,
        };
        let Some(former) = all.into_iter().find(|section| section.key == self.key) else {
            concept_section::insert_many(connection, work.permit, std::slice::from_ref(&written)).await?;
            return Ok(Done::new(written));
        };
        if former.removed_at.is_none() {
            return Err(UserError::at("key", ErrorCode::DuplicateEntry).into());
        }
        concept_section::keep_text(connection, work.permit, &former).await?;
        let version = former.version.saturating_add(1);
        let back = Section { id: former.id, created_at: former.created_at, version, ..written };
        concept_section::update(connection, work.permit, &back).await?;
        Ok(Done::new(back))
    }
}

/// A section as it is to read from now on.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptSectionChangeInput {
    /// The section, of a draft.
    pub concept_section_id: ConceptSectionId,
    /// The version of the section that you saw; refused if it was changed since. Send it: others write the same concept.
    pub expected_version: Option<i32>,
    /// Its heading, at most 200 characters.
    pub title: String,
    /// Its text in Markdown, at most 20,000 characters and 1,000 lines. No personal data of clients.
    pub text: String,
}

impl Command for ConceptSectionChangeInput {
    const NAME: &'static str = "conceptSectionChange";
    type Verb = verb::EditConcept;
    type Record = Section;

    loads_section!();

    fn check(&self, checks: &mut Checks) {
        check_text(checks, &self.title, &self.text);
    }
}

impl Changes for ConceptSectionChangeInput {
    changes_section!();

    async fn change(&self, work: &Work<'_, Self::Verb>, before: Section) -> Result<Done<Section>, Stop> {
        let connection = work.transaction.connection();
        expect_present(&before)?;
        lock_for(work, before.concept_id, "conceptSectionId", ConceptTransition::Edit).await?;
        concept_section::keep_text(connection, work.permit, &before).await?;
        let changed = Section {
            title: self.title.trim().to_owned(),
            text: self.text.clone(),
            written_by: work.actor.account_id(),
            written_at: work.now,
            version: before.version.saturating_add(1),
            updated_at: work.now,
            ..before
        };
        concept_section::update(connection, work.permit, &changed).await?;
        Ok(Done::new(changed))
    }
}

/// A section to be taken out. Its texts are kept.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptSectionRemoveInput {
    /// The section, of a draft.
    pub concept_section_id: ConceptSectionId,
    /// The version of the section that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for ConceptSectionRemoveInput {
    const NAME: &'static str = "conceptSectionRemove";
    type Verb = verb::EditConcept;
    type Record = Section;

    loads_section!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for ConceptSectionRemoveInput {
    changes_section!();

    async fn change(&self, work: &Work<'_, Self::Verb>, mut section: Section) -> Result<Done<Section>, Stop> {
        expect_present(&section)?;
        lock_for(work, section.concept_id, "conceptSectionId", ConceptTransition::Edit).await?;
        section.removed_at = Some(work.now);
        section.version = section.version.saturating_add(1);
        section.updated_at = work.now;
        concept_section::update(work.transaction.connection(), work.permit, &section).await?;
        Ok(Done::new(section))
    }
}
