//! Two supervisions of one position, which are never the same (domain rule 15).

use entity::codes::{OrganisationKind, SupervisionKind};
use entity::ids::{OrganisationId, StaffMemberId};

use crate::domain::period::Period;
use crate::error::{ErrorCode, UserError};

/// A supervision, as the rules see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Professional or line.
    pub kind: SupervisionKind,
    /// Who supervises.
    pub supervisor: StaffMemberId,
    /// For how long.
    pub period: Period,
}

/// Who is to supervise: the person's employer.
#[derive(Clone, Copy, Debug)]
pub struct SupervisorPlace {
    /// The organisation that employs the supervisor.
    pub organisation: OrganisationId,
    /// Its kind.
    pub kind: OrganisationKind,
}

/// Checks a new supervision of a position.
///
/// # Errors
/// Names the fields `supervisorId` or `from`.
pub fn assignable(
    new: &Assignment,
    place: SupervisorPlace,
    employer: OrganisationId,
    present: &[Assignment],
    holders: &[(StaffMemberId, Period)],
) -> Result<(), Vec<UserError>> {
    let mut errors = Vec::new();
    let suits = match new.kind {
        SupervisionKind::Professional => place.kind == OrganisationKind::IntegrationCentre,
        SupervisionKind::Line => place.organisation == employer,
    };
    if !suits {
        errors.push(UserError::at("supervisorId", ErrorCode::SupervisorUnsuitable));
    }
    let meets = |other: &&Assignment| other.period.overlaps(&new.period);
    if present.iter().filter(meets).any(|other| other.kind != new.kind && other.supervisor == new.supervisor) {
        errors.push(UserError::at("supervisorId", ErrorCode::SupervisionsNotSeparate));
    }
    if holders.iter().any(|(holder, period)| *holder == new.supervisor && period.overlaps(&new.period)) {
        errors.push(UserError::at("supervisorId", ErrorCode::SupervisesOneself));
    }
    // One that began earlier is ended by the new one; one that begins later would be cut short unseen.
    if present.iter().filter(meets).any(|other| other.kind == new.kind && other.period.from >= new.period.from) {
        errors.push(UserError::at("from", ErrorCode::SupervisionOverlaps));
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use entity::codes::{OrganisationKind, SupervisionKind};
    use entity::ids::{Identifier, OrganisationId, StaffMemberId};

    use super::{Assignment, SupervisorPlace, assignable};
    use crate::domain::period::Period;
    use crate::error::ErrorCode;

    #[test]
    fn one_person_can_never_hold_both_supervisions_of_a_position_at_once() {
        let employer = OrganisationId::new();
        let person = StaffMemberId::new();
        let period = Period::new(NaiveDate::from_ymd_opt(2023, 1, 1).unwrap(), None);
        let professional = Assignment { kind: SupervisionKind::Professional, supervisor: person, period };
        let line = Assignment { kind: SupervisionKind::Line, supervisor: person, period };
        let place = SupervisorPlace { organisation: employer, kind: OrganisationKind::IntegrationCentre };
        assert_eq!(assignable(&professional, place, employer, &[], &[]), Ok(()));
        let errors = assignable(&line, place, employer, &[professional], &[]).unwrap_err();
        assert_eq!(errors[0].code, ErrorCode::SupervisionsNotSeparate);
        let errors = assignable(&professional, place, employer, &[], &[(person, period)]).unwrap_err();
        assert_eq!(errors[0].code, ErrorCode::SupervisesOneself);
    }
}
