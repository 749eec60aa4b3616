//! Comments on the concept, and the answers.

use async_graphql::InputObject;
use entity::codes::ConceptCommentStatus;
use entity::ids::{ConceptCommentId, ConceptId, ConceptSectionId, Identifier};
use serde::Serialize;

use super::TEXT_MAXIMUM;
use super::concept::lock_for;
use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::bodies::concept::ConceptTransition;
use crate::domain::input::{Checks, REASON_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::bodies::concept_comment::{self, Comment};
use crate::store::bodies::{concept, concept_participant, concept_section};

/// The most comments of one institution on an edition.
const COMMENTS_OF_ONE_MAXIMUM: u64 = 50;
/// The most comments on an edition.
const COMMENTS_MAXIMUM: u64 = 500;

impl Record for Comment {
    type Id = ConceptCommentId;

    fn id(&self) -> ConceptCommentId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }

    fn subject(&self) -> String {
        self.concept_id.to_string()
    }
}

/// A comment on the concept.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptCommentAddInput {
    /// The edition: in consultation.
    pub concept_id: ConceptId,
    /// The section; null: the whole.
    pub concept_section_id: Option<ConceptSectionId>,
    /// The comment, at most 4000 characters. No personal data of clients.
    pub text: String,
}

impl Command for ConceptCommentAddInput {
    const NAME: &'static str = "conceptCommentAdd";
    type Verb = verb::CommentOnConcept;
    type Record = Comment;

    fn check(&self, checks: &mut Checks) {
        checks.prose("text", Some(&self.text), TEXT_MAXIMUM);
    }

    async fn load(work: &Work<'_, Self::Verb>, id: ConceptCommentId) -> Result<Option<Comment>, Failure> {
        concept_comment::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for ConceptCommentAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Comment>, Stop> {
        let connection = work.transaction.connection();
        let concept = lock_for(work, self.concept_id, "conceptId", ConceptTransition::Comment).await?;
        if let Some(section) = self.concept_section_id
            && !concept_section::is_of(connection, work.permit, section, concept.id).await?
        {
            return Err(UserError::at("conceptSectionId", ErrorCode::NotFound).into());
        }
        let organisation_id = concept_participant::speaks_for(connection, work.permit, concept.id).await?;
        // No institution takes the place of the others.
        let own = organisation_id.map(|id| (Some(id), COMMENTS_OF_ONE_MAXIMUM));
        for (of, maximum) in own.into_iter().chain([(None, COMMENTS_MAXIMUM)]) {
            if concept_comment::count(connection, work.permit, concept.id, of).await? >= maximum {
                return Err(UserError::at("", ErrorCode::ListTooLong).with("maximum", maximum).into());
            }
        }
        let comment = Comment {
            id: ConceptCommentId::new(),
            district_id: work.permit.district_id(),
            concept_id: concept.id,
            section_id: self.concept_section_id,
            consultation: concept.consultation,
            organisation_id,
            author_id: work.actor.account_id(),
            text: self.text.clone(),
            status: ConceptCommentStatus::Open,
            answer: None,
            settled_by: None,
            settled_at: None,
            version: 1,
            created_at: work.now,
            updated_at: work.now,
        };
        concept_comment::insert(connection, work.permit, &comment).await?;
        Ok(Done::new(comment))
    }
}

/// The answer to a comment.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct ConceptCommentSettleInput {
    /// The comment: open, on an edition that is a draft again or in consultation.
    pub concept_comment_id: ConceptCommentId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
    /// Whether the concept follows it.
    pub is_accepted: bool,
    /// The answer, at most 2000 characters: needed where the concept does not follow the comment. No personal data of clients.
    pub answer: Option<String>,
}

impl Command for ConceptCommentSettleInput {
    const NAME: &'static str = "conceptCommentSettle";
    type Verb = verb::EditConcept;
    type Record = Comment;

    fn check(&self, checks: &mut Checks) {
        checks.prose("answer", self.answer.as_deref(), REASON_MAXIMUM);
        checks.require(self.is_accepted || self.answer.is_some(), || UserError::at("answer", ErrorCode::TextEmpty));
    }

    async fn load(work: &Work<'_, Self::Verb>, id: ConceptCommentId) -> Result<Option<Comment>, Failure> {
        let connection = work.transaction.connection();
        let Some(of) = concept_comment::concept_of(connection, work.permit, id).await? else { return Ok(None) };
        // The edition first, so that commands wait for each other in one order.
        concept::lock(connection, work.permit, of).await?;
        concept_comment::lock(connection, work.permit, id).await
    }
}

impl Changes for ConceptCommentSettleInput {
    fn target(&self) -> (ConceptCommentId, &'static str) {
        (self.concept_comment_id, "conceptCommentId")
    }

    fn expected_version(&self) -> Option<i32> {
        self.expected_version
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, before: Comment) -> Result<Done<Comment>, Stop> {
        lock_for(work, before.concept_id, "conceptCommentId", ConceptTransition::SettleComment).await?;
        if before.status != ConceptCommentStatus::Open {
            let settled = UserError::at("", ErrorCode::ConceptCommentSettled);
            return Err(settled.with("status", before.status.as_str()).into());
        }
        let status = if self.is_accepted { ConceptCommentStatus::Accepted } else { ConceptCommentStatus::NotAccepted };
        let settled = Comment {
            status,
            answer: self.answer.clone(),
            settled_by: work.actor.account_id(),
            settled_at: Some(work.now),
            version: before.version.saturating_add(1),
            updated_at: work.now,
            ..before
        };
        concept_comment::update(work.transaction.connection(), work.permit, &settled).await?;
        Ok(Done::new(settled))
    }
}
