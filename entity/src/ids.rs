//! Identifiers: one newtype over UUID v7 per record type, so that two kinds of id cannot be mixed up.
//!
//! Outside, an id is written `<prefix>_<32 hexadecimal digits>`, e.g. `pos_01926c5e…`. In the API's schema all of them
//! are the type `ID`.

use std::borrow::Cow;
use std::fmt;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{ContextSelectionSet, InputValueError, InputValueResult, Positioned, ServerResult, Value};
use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What all identifiers have in common.
pub trait Identifier: Copy + Eq + Ord + std::hash::Hash + fmt::Display + Send + Sync + 'static {
    /// The prefix of the global id: names the record type.
    const PREFIX: &'static str;
    /// The bare UUID.
    fn uuid(self) -> Uuid;
    /// The identifier around a UUID that is known to name such a record.
    fn from_uuid(uuid: Uuid) -> Self;

    /// A fresh identifier; later ones sort behind earlier ones.
    fn new() -> Self {
        Self::from_uuid(Uuid::now_v7())
    }

    /// Reads a global id of exactly this type.
    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(Self::PREFIX)?.strip_prefix('_')?;
        // Only the one spelling that we write: a global id must be usable as a key by clients.
        let canonical = digits.len() == 32 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        canonical.then(|| Uuid::try_parse(digits).ok().map(Self::from_uuid)).flatten()
    }
}

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {
        /// The prefixes of all identifiers.
        pub const PREFIXES: &[&str] = &[$($prefix),*];

        $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, DeriveValueType)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl Identifier for $name {
            const PREFIX: &'static str = $prefix;
            fn uuid(self) -> Uuid { self.0 }
            fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl async_graphql::InputType for $name {
            type RawValueType = Self;
            fn type_name() -> Cow<'static, str> {
                Cow::Borrowed("ID")
            }
            fn create_type_info(registry: &mut Registry) -> String {
                <async_graphql::ID as async_graphql::InputType>::create_type_info(registry)
            }
            fn parse(value: Option<Value>) -> InputValueResult<Self> {
                // An id of another record type is refused before anything runs.
                match value {
                    Some(Value::String(text)) => <Self as Identifier>::parse(&text),
                    _ => None,
                }
                .ok_or_else(|| {
                    InputValueError::custom(concat!(
                        "not the id of this kind of record: expected ", $prefix, "_ and 32 hexadecimal digits"
                    ))
                })
            }
            fn to_value(&self) -> Value {
                Value::String(self.to_string())
            }
            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }
        }

        #[async_trait::async_trait]
        impl async_graphql::OutputType for $name {
            fn type_name() -> Cow<'static, str> {
                Cow::Borrowed("ID")
            }
            fn create_type_info(registry: &mut Registry) -> String {
                <async_graphql::ID as async_graphql::OutputType>::create_type_info(registry)
            }
            async fn resolve(
                &self,
                _: &ContextSelectionSet<'_>,
                _: &Positioned<Field>,
            ) -> ServerResult<Value> {
                Ok(Value::String(self.to_string()))
            }
        }
        )*
    };
}

identifiers! {
    /// A district (tenant).
    DistrictId = "dst";
    /// A municipality of a district.
    MunicipalityId = "mun";
    /// An organisation.
    OrganisationId = "org";
    /// An account that can log in.
    AccountId = "acc";
    /// A grant: role x organisation x validity.
    GrantId = "grt";
    /// A login session: one family of refresh tokens.
    SessionId = "ses";
    /// One refresh token of a session.
    RefreshTokenId = "rft";
    /// A position.
    PositionId = "pos";
    /// An occupancy of a position.
    OccupancyId = "occ";
    /// A person employed in a position or supervising one.
    StaffMemberId = "stf";
    /// A share of a position in the service of one municipality.
    ServiceAreaId = "sva";
    /// A supervision assignment.
    SupervisionId = "sup";
    /// A guiding body.
    BodyId = "bod";
    /// A case.
    CaseId = "cas";
    /// A step of a case from one phase to another.
    CasePhaseChangeId = "cpc";
    /// A client: the identity of a person, apart from the case.
    ClientId = "cli";
    /// A person who belongs to a case.
    CasePersonId = "cap";
    /// A piece of sealed text.
    SealedTextId = "txt";
    /// A verdict on whether two clients are one person.
    DuplicateVerdictId = "dpv";
    /// A consent or release from secrecy.
    ConsentId = "cns";
    /// A transmission of data to a recipient.
    DisclosureId = "dis";
    /// A notice to a person or an organisation.
    NoticeId = "ntc";
    /// The unmasking of a case for the supervisory centre.
    UnmaskingId = "unm";
    /// A read of identified data.
    AccessId = "alg";
    /// An entry of a code list.
    CodeListEntryId = "cle";
    /// A legal sphere that a case is in for a time.
    LegalSpherePeriodId = "lsp";
    /// A need found by an assessment.
    AssessmentId = "asm";
    /// A support plan.
    SupportPlanId = "spl";
    /// A goal of a support plan.
    GoalId = "goa";
    /// A measure towards a goal.
    MeasureId = "mea";
    /// A contact with a client or somebody concerned.
    ContactId = "con";
    /// A note about a case.
    NoteId = "not";
    /// A task in a case.
    TaskId = "tsk";
    /// A rule that makes deadlines.
    DeadlineRuleId = "ddr";
    /// A deadline of a case.
    DeadlineId = "ddl";
    /// A calendar feed.
    CalendarFeedId = "cal";
    /// A document of a case.
    DocumentId = "doc";
    /// An offer to pass a case on, or a request for one.
    TransferId = "trf";
    /// Something that the receiver of a case confirms.
    TransferItemId = "tri";
    /// A session of professional supervision.
    SupervisionSessionId = "sps";
    /// An agreement of a supervision session.
    SupervisionAgreementId = "spa";
    /// The removal of old rows from the access log.
    AccessPurgeId = "alp";
    /// A rule of how long records are kept.
    RetentionRuleId = "rtr";
    /// The erasure of a client, from its proposal to its proof.
    ErasureId = "era";
    /// A table of statistics as it was published.
    StatisticsTableId = "stt";
    /// What a district reckons caseloads by, from a day on.
    CaseloadSettingId = "cls";
    /// A run of an import.
    ImportRunId = "imp";
    /// A row of an import.
    ImportRowId = "imr";
    /// A version of the stair model.
    StairModelId = "stm";
    /// A stage of a stair model.
    StairStageId = "sts";
    /// A barrier that a case met.
    BarrierId = "bar";
    /// A step of a barrier on the stair.
    StageTransitionId = "sgt";
    /// A combination of barriers that recurs more than chance.
    SignalId = "sig";
    /// A generative theme.
    ThemeId = "thm";
    /// A step in the life of a theme.
    ThemeChangeId = "thc";
    /// What of a theme left the centre.
    ThemePublicationId = "thp";
    /// An answer to those who contributed to a theme.
    ThemeAnswerId = "tha";
    /// What could be done about a theme.
    ThemeOptionId = "tho";
    /// What a district reckons themes by, from a day on.
    StructureSettingId = "srs";
    /// A membership of a body.
    BodyMembershipId = "bme";
    /// A meeting of a body.
    MeetingId = "mtg";
    /// An item of an agenda.
    AgendaItemId = "agi";
    /// A question by a member, and its answer.
    MeetingQuestionId = "mqu";
    /// A paper: an attachment, or a reference to one elsewhere.
    PaperId = "pap";
    /// A decision of a body.
    DecisionId = "dec";
    /// Something to be done after a decision.
    ActionItemId = "act";
    /// An object that is public, or was.
    PublishedObjectId = "pub";
    /// An edition of the case-management concept.
    ConceptId = "cpt";
    /// A section of a concept.
    ConceptSectionId = "cps";
    /// A comment on a concept, or on one of its sections.
    ConceptCommentId = "ccm";
    /// An institution that takes part in writing a concept.
    ConceptParticipantId = "cpp";
    /// A position that a participant took on a concept.
    ConceptPositionId = "cpo";
    /// A milestone of a concept.
    ConceptMilestoneId = "cpm";
    /// An event of the log.
    EventId = "evt";
    /// A record of an idempotency key.
    IdempotencyRecordId = "idk";
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::PREFIXES;

    #[test]
    fn each_kind_of_record_has_a_prefix_of_its_own() {
        let mut seen = BTreeSet::new();
        let twice: Vec<&&str> = PREFIXES.iter().filter(|prefix| !seen.insert(**prefix)).collect();
        assert_eq!(twice, Vec::<&&str>::new(), "a global id must name one kind of record");
    }
}
