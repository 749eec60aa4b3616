//! Which class of data a piece of sealed text belongs to.

use entity::codes::{DataClass, TextKind};

/// The class that releases from secrecy name, and that the access log tells.
#[must_use]
pub const fn data_class(kind: TextKind) -> DataClass {
    match kind {
        TextKind::FamilyName
        | TextKind::GivenNames
        | TextKind::FormerNames
        | TextKind::BirthDate
        | TextKind::DueDay => DataClass::Identity,
        TextKind::Address | TextKind::Contact => DataClass::ContactDetails,
        TextKind::Languages | TextKind::Interpreter => DataClass::Languages,
        TextKind::Finding | TextKind::Wish => DataClass::Assessment,
        TextKind::Goal | TextKind::Measure | TextKind::Outcome => DataClass::Plan,
        TextKind::ContactNote | TextKind::Note => DataClass::Notes,
        TextKind::Task | TextKind::Deadline => DataClass::Tasks,
        TextKind::DocumentName => DataClass::Documents,
        TextKind::Purpose | TextKind::Explanation | TextKind::Message => DataClass::Consents,
        TextKind::Reason => DataClass::History,
    }
}
