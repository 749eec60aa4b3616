//! Changes of the legal sphere: what ends, what begins, and that no sphere holds twice on a day.

use chrono::NaiveDate;
use entity::codes::LegalSphere;

use crate::domain::period::Period;
use crate::error::{ErrorCode, UserError};

/// A legal sphere for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The legal sphere.
    pub sphere: LegalSphere,
    /// For how long.
    pub period: Period,
}

/// A change of the legal sphere on a day.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// The first day on which it is different.
    pub on: NaiveDate,
    /// What ends.
    pub ended: &'a [LegalSphere],
    /// What begins, and the first day on which that no longer holds, if it is known.
    pub begun: Option<(LegalSphere, Option<NaiveDate>)>,
}

/// Which of the periods end by a change, by their index.
///
/// # Errors
/// What stands in the way of the change: each fault with the field that it is about.
pub fn ending(held: &[Held], change: &Change<'_>) -> Result<Vec<usize>, Vec<UserError>> {
    let mut faults = Vec::new();
    let mut ending = Vec::new();
    if change.ended.is_empty() && change.begun.is_none() {
        faults.push(UserError::at("begunSphere", ErrorCode::LegalSphereUnchanged));
    }
    for (place, sphere) in change.ended.iter().enumerate() {
        let path = format!("endedSpheres.{place}");
        // It has to hold on the day before: a period without days is no period.
        let holds = |held: &Held| {
            held.sphere == *sphere
                && held.period.from < change.on
                && held.period.until.is_none_or(|until| change.on <= until)
        };
        match held.iter().position(holds) {
            Some(index) if ending.contains(&index) => faults.push(UserError::at(&path, ErrorCode::DuplicateEntry)),
            Some(index) => ending.push(index),
            None => {
                faults.push(UserError::at(&path, ErrorCode::LegalSphereNotHeld).with("sphere", sphere.as_str()));
            }
        }
    }
    if let Some((sphere, until)) = change.begun {
        let begun = Period::new(change.on, until);
        let in_the_way = held.iter().enumerate().any(|(index, held)| {
            let period =
                if ending.contains(&index) { Period::new(held.period.from, Some(change.on)) } else { held.period };
            held.sphere == sphere && period.overlaps(&begun)
        });
        if in_the_way {
            faults.push(UserError::at("begunSphere", ErrorCode::LegalSphereOverlaps).with("sphere", sphere.as_str()));
        }
    }
    if faults.is_empty() { Ok(ending) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use entity::codes::LegalSphere;
    use proptest::prelude::*;

    use super::{Change, Held, ending};
    use crate::domain::period::Period;
    use crate::error::ErrorCode;

    fn day(offset: u64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2023, 1, 1).unwrap() + chrono::Days::new(offset)
    }

    const SPHERES: [LegalSphere; 3] = [LegalSphere::Asylblg, LegalSphere::SgbIi, LegalSphere::ChildBenefit];

    proptest! {
        #[test]
        fn no_sphere_ever_holds_twice_on_a_day(
            changes in proptest::collection::vec(
                (0_u64..30, proptest::collection::vec(0_usize..3, 0..3), proptest::option::of((0_usize..3, proptest::option::of(1_u64..10)))),
                1..12,
            )
        ) {
            let mut held: Vec<Held> = Vec::new();
            for (on, ended, begun) in changes {
                let ended: Vec<LegalSphere> = ended.into_iter().map(|index| SPHERES[index]).collect();
                let begun = begun.map(|(index, length)| (SPHERES[index], length.map(|length| day(on + length))));
                let change = Change { on: day(on), ended: &ended, begun };
                if let Ok(ends) = ending(&held, &change) {
                    for index in ends {
                        held[index].period.until = Some(day(on));
                    }
                    held.extend(begun.map(|(sphere, until)| Held { sphere, period: Period::new(day(on), until) }));
                }
                for day in (0..60).map(day) {
                    for sphere in SPHERES {
                        let count = held.iter().filter(|held| held.sphere == sphere && held.period.contains(day)).count();
                        prop_assert!(count <= 1);
                    }
                }
                prop_assert!(held.iter().all(|held| !held.period.is_empty()));
            }
        }
    }

    #[test]
    fn a_change_names_what_does_not_hold_and_what_is_there_already() {
        let held = [Held { sphere: LegalSphere::Asylblg, period: Period::new(day(5), None) }];
        let codes = |change: &Change<'_>| -> Vec<ErrorCode> {
            ending(&held, change).err().unwrap_or_default().into_iter().map(|error| error.code).collect()
        };
        let to_sgb_ii = Some((LegalSphere::SgbIi, None));
        let ended = [LegalSphere::Asylblg];
        assert_eq!(codes(&Change { on: day(9), ended: &ended, begun: to_sgb_ii }), []);
        assert_eq!(codes(&Change { on: day(5), ended: &ended, begun: None }), [ErrorCode::LegalSphereNotHeld]);
        assert_eq!(codes(&Change { on: day(9), ended: &[], begun: None }), [ErrorCode::LegalSphereUnchanged]);
        let again = Some((LegalSphere::Asylblg, None));
        assert_eq!(codes(&Change { on: day(9), ended: &[], begun: again }), [ErrorCode::LegalSphereOverlaps]);
        assert_eq!(codes(&Change { on: day(9), ended: &ended, begun: again }), []);
    }
}
