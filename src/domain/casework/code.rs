//! The codes that areas of need and barriers have in every district.

use entity::codes::CodeList;

const NEED_AREAS: &[&str] = &[
    "RESIDENCE_STATUS",
    "NATURALISATION",
    "LANGUAGE",
    "WORK",
    "TRAINING_STUDY",
    "RECOGNITION_OF_QUALIFICATIONS",
    "SCHOOL",
    "DAYCARE",
    "HOUSING",
    "HEALTH",
    "DISABILITY_CARE",
    "SUBSISTENCE",
    "DEBT",
    "FAMILY",
    "CHILD_WELFARE",
    "VIOLENCE_PROTECTION",
    "DISCRIMINATION",
    "LEISURE_PARTICIPATION",
    "DIGITAL_ACCESS",
    "MOBILITY",
    "DOCUMENTS_IDENTITY",
    "FAMILY_REUNIFICATION",
    "RETURN_ADVICE",
    "OTHER",
];

const BARRIER_KINDS: &[&str] = &[
    "RESPONSIBILITY_UNCLEAR",
    "RESPONSIBILITY_OVERLAP",
    "OFFER_MISSING",
    "OFFER_FULL",
    "WAITING_TIME",
    "ACCESS_RULE",
    "LANGUAGE_BARRIER",
    "DIGITAL_BARRIER",
    "TRANSPORT",
    "COST",
    "DOCUMENT_REQUIREMENT",
    "INFORMATION_GAP",
    "DATA_NOT_SHARED",
    "CONTRADICTING_DECISIONS",
    "LEGAL_SPHERE_CHANGE",
    "LEGAL_GAP",
    "DISCRIMINATION",
    "STAFF_SHORTAGE",
    "OTHER",
];

/// Whether a list that this program knows has the code.
#[must_use]
pub fn is_known(list: CodeList, code: &str) -> bool {
    match list {
        CodeList::NeedArea => NEED_AREAS.contains(&code),
        CodeList::BarrierKind => BARRIER_KINDS.contains(&code),
        CodeList::NationalityGroup | CodeList::ResidenceGroup => false,
    }
}
