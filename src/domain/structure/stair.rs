//! The stair model (Treppenmodell): what a version must be, and who may move a barrier from where to where.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use entity::codes::{BodyKind, IdentityLevel, StageActor};

use crate::domain::input::{Checks, NAME_MAXIMUM, REASON_MAXIMUM};
use crate::error::{ErrorCode, UserError};

/// The fewest and the most stages of a model.
pub const STAGES: (usize, usize) = (3, 7);
/// The longest time for an answer, in days.
pub const ANSWER_DAYS_MAXIMUM: i32 = 730;
/// The longest key of a stage.
const KEY_MAXIMUM: usize = 40;

/// A stage as it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StageDraft {
    /// Its place, from 1.
    pub position: i32,
    /// Its name for programs.
    pub key: String,
    /// German label.
    pub label_de: String,
    /// English label.
    pub label_en: String,
    /// German criteria.
    pub criteria_de: String,
    /// English criteria.
    pub criteria_en: String,
    /// Who is accountable.
    pub accountable: StageActor,
    /// Which kind of body, if one is accountable.
    pub body_kind: Option<BodyKind>,
    /// Within how many days an answer is due.
    pub answer_days: Option<i32>,
    /// What those who deal with it may know.
    pub identity_level: IdentityLevel,
}

fn is_key(key: &str) -> bool {
    (1..=KEY_MAXIMUM).contains(&key.len())
        && key.starts_with(|first: char| first.is_ascii_uppercase())
        && key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

/// Checks the stages of a model: three to seven, in a row without gaps, each with a key of its own; what is known of the
/// person never grows on the way up, and the first stage is the case manager's.
pub fn check(stages: &[StageDraft], entry_position: i32, checks: &mut Checks) {
    let (fewest, most) = STAGES;
    checks.require((fewest..=most).contains(&stages.len()), || {
        UserError::at("stages", ErrorCode::StairLength).with("fewest", fewest).with("most", most)
    });
    let positions: BTreeSet<i32> = stages.iter().map(|stage| stage.position).collect();
    let expected: BTreeSet<i32> = (1..).take(stages.len()).collect();
    if let Some(missing) = expected.difference(&positions).next() {
        checks.refuse(UserError::at("stages", ErrorCode::StairGap).with("position", missing));
    }
    let mut keys = BTreeSet::new();
    for (index, stage) in stages.iter().enumerate() {
        let at = |field: &str| format!("stages.{index}.{field}");
        checks.require(is_key(&stage.key), || UserError::at(&at("key"), ErrorCode::StairKey));
        checks.require(keys.insert(&stage.key), || UserError::at(&at("key"), ErrorCode::StairKeyTwice));
        checks.line(&at("labelDe"), &stage.label_de, NAME_MAXIMUM);
        checks.line(&at("labelEn"), &stage.label_en, NAME_MAXIMUM);
        checks.prose(&at("criteriaDe"), Some(&stage.criteria_de), REASON_MAXIMUM);
        checks.prose(&at("criteriaEn"), Some(&stage.criteria_en), REASON_MAXIMUM);
        checks.require((stage.accountable == StageActor::Body) == stage.body_kind.is_some(), || {
            UserError::at(&at("bodyKind"), ErrorCode::StairBody)
        });
        checks.require(stage.answer_days.is_none_or(|days| (1..=ANSWER_DAYS_MAXIMUM).contains(&days)), || {
            UserError::at(&at("answerDays"), ErrorCode::StairAnswerDays).with("maximum", ANSWER_DAYS_MAXIMUM)
        });
    }
    let mut ordered: Vec<&StageDraft> = stages.iter().collect();
    ordered.sort_by_key(|stage| stage.position);
    for pair in ordered.windows(2) {
        if let [below, above] = pair
            && above.identity_level < below.identity_level
        {
            checks.refuse(UserError::at("stages", ErrorCode::StairIdentityGrows).with("position", above.position));
        }
    }
    let entry = ordered.iter().find(|stage| stage.position == entry_position);
    checks.require(entry.is_some_and(|stage| stage.accountable == StageActor::CaseManager), || {
        UserError::at("entryPosition", ErrorCode::StairEntry)
    });
}

/// Whose hand moves a barrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    /// The lead or the substitute of the case.
    CaseManager,
    /// The supervisory centre.
    Centre,
}

/// A stage, as far as moving concerns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its place.
    pub position: i32,
    /// Who is accountable.
    pub accountable: StageActor,
}

/// What stands in the way of a barrier's move; empty if nothing does. As long as the case manager is accountable, the case
/// manager moves it, also onto the first stage of somebody else; from there on the centre does. Who skips a stage on the
/// way up, or goes down, says why.
#[must_use]
pub fn move_blocked_by(hand: Hand, steps: &[Step], from: i32, to: i32, has_reason: bool) -> Vec<UserError> {
    let mut blocks = Vec::new();
    let find = |position: i32| steps.iter().find(|step| step.position == position);
    let (Some(left), Some(_)) = (find(from), find(to)) else {
        return vec![UserError::at("stage", ErrorCode::StageUnknown).with("most", steps.len())];
    };
    if from == to {
        blocks.push(UserError::at("stage", ErrorCode::StageSame));
    }
    let is_case_managers = left.accountable == StageActor::CaseManager;
    let first_beyond =
        steps.iter().filter(|step| step.accountable != StageActor::CaseManager).map(|step| step.position).min();
    let may = match hand {
        Hand::CaseManager => is_case_managers && first_beyond.is_none_or(|first| to <= first),
        Hand::Centre => !is_case_managers,
    };
    if !may {
        let code = if hand == Hand::CaseManager { ErrorCode::StageOfCentre } else { ErrorCode::StageOfCaseManager };
        blocks.push(UserError::at("stage", code));
    }
    let is_next = to == from.saturating_add(1);
    if !is_next && from != to && !has_reason {
        blocks.push(UserError::at("options.reason", ErrorCode::ReasonNeeded));
    }
    blocks
}

/// When an answer is due on a stage, and when a barrier goes up by itself if there is none: after twice the time. From the
/// highest stage it goes nowhere.
#[must_use]
pub fn due(since: NaiveDate, answer_days: Option<i32>, is_highest: bool) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let Some(days) = answer_days.and_then(|days| u64::try_from(days).ok()) else { return (None, None) };
    let due = since.checked_add_days(Days::new(days));
    let raised = if is_highest { None } else { due.and_then(|due| due.checked_add_days(Days::new(days))) };
    (due, raised)
}

/// The stair model that a district begins with: *our reading* of the five-stage model that the minutes of Kreis Coesfeld
/// mention; its labels and criteria were not published (`docs/structure.md`).
#[must_use]
pub fn default_model() -> Vec<StageDraft> {
    use {BodyKind as B, IdentityLevel as I, StageActor as A};
    let stage =
        |position, key: &str, labels: [&str; 2], criteria: [&str; 2], accountable, body_kind, answer_days, level| {
            let [label_de, label_en] = labels.map(str::to_owned);
            let [criteria_de, criteria_en] = criteria.map(str::to_owned);
            StageDraft {
                position,
                key: key.to_owned(),
                label_de,
                label_en,
                criteria_de,
                criteria_en,
                accountable,
                body_kind,
                answer_days,
                identity_level: level,
            }
        };
    vec![
        stage(
            1,
            "CLARIFY",
            ["Einzelfall klären", "Clarify the single case"],
            [
                "Zuständigkeit prüfen, beraten oder in die Regelstruktur vermitteln. Weiter, wenn das nicht genügt.",
                "Find out who is responsible, advise, or refer to the regular structure. Up, if that is not enough.",
            ],
            A::CaseManager,
            None,
            None,
            I::Identified,
        ),
        stage(
            2,
            "MANAGE",
            ["Case Management im Einzelfall", "Case management of the single case"],
            [
                "Im Fall arbeiten; jede gescheiterte Vermittlung wird eine Hürde. Weiter, wenn die Hürde bleibt.",
                "Work in the case; every referral that fails becomes a barrier. Up, if the barrier persists.",
            ],
            A::CaseManager,
            None,
            Some(60),
            I::Identified,
        ),
        stage(
            3,
            "CONSULT",
            ["Kollegiale Beratung und Fachaufsicht", "Collegial advice and supervision"],
            [
                "Mit anderen und der Fachaufsicht prüfen: Kommt das anderswo vor? Weiter, wenn es sich häuft.",
                "Look with others and the supervisory centre: is it seen elsewhere? Up, if it recurs.",
            ],
            A::Centre,
            None,
            Some(42),
            I::Pseudonymous,
        ),
        stage(
            4,
            "NEGOTIATE",
            ["Fall- und Planungskonferenz", "Case and planning conference"],
            [
                "Die beteiligten Stellen klären Zuständigkeit und Verfahren. Weiter, wenn es eine Entscheidung braucht.",
                "The institutions concerned clarify responsibility and procedure. Up, if it needs a decision.",
            ],
            A::Body,
            Some(B::CoordinationGroup),
            Some(90),
            I::Aggregate,
        ),
        stage(
            5,
            "STRUCTURE",
            ["Generatives Thema", "Generative theme"],
            [
                "Als Thema entschieden, umgesetzt, ausgewertet – oder mit Grund abgelehnt oder weitergeleitet.",
                "Decided as a theme, implemented, evaluated – or rejected or forwarded with a reason.",
            ],
            A::Body,
            Some(B::SteeringGroup),
            Some(180),
            I::Aggregate,
        ),
    ]
}

/// The stage on which barriers begin in [`default_model`].
pub const DEFAULT_ENTRY: i32 = 2;

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use entity::codes::IdentityLevel;

    use super::{DEFAULT_ENTRY, Hand, StageDraft, Step, check, default_model, due, move_blocked_by};
    use crate::domain::input::Checks;
    use crate::error::ErrorCode;

    fn faults(stages: &[StageDraft], entry: i32) -> Vec<ErrorCode> {
        let mut checks = Checks::new();
        check(stages, entry, &mut checks);
        checks.finish().err().unwrap_or_default().iter().map(|error| error.code).collect()
    }

    fn steps() -> Vec<Step> {
        default_model().iter().map(|stage| Step { position: stage.position, accountable: stage.accountable }).collect()
    }

    #[test]
    fn the_default_model_is_sound() {
        assert_eq!(faults(&default_model(), DEFAULT_ENTRY), []);
        let keys: Vec<_> = default_model().iter().map(|stage| stage.key.clone()).collect();
        assert_eq!(keys, ["CLARIFY", "MANAGE", "CONSULT", "NEGOTIATE", "STRUCTURE"]);
    }

    #[test]
    fn a_model_with_gaps_twins_or_too_few_stages_is_refused() {
        let model = default_model();
        assert_eq!(faults(&model[..2], 2), [ErrorCode::StairLength]);
        let mut gap = model.clone();
        gap[3].position = 6;
        assert_eq!(faults(&gap, 2), [ErrorCode::StairGap]);
        let mut twice = model.clone();
        twice[1].position = 1;
        twice[1].key = "CLARIFY".to_owned();
        assert_eq!(faults(&twice, 1), [ErrorCode::StairGap, ErrorCode::StairKeyTwice]);
        let mut open = model.clone();
        open[4].identity_level = IdentityLevel::Identified;
        assert_eq!(faults(&open, 2), [ErrorCode::StairIdentityGrows]);
        let mut bodiless = model.clone();
        bodiless[4].body_kind = None;
        bodiless[0].answer_days = Some(0);
        assert_eq!(faults(&bodiless, 3), [ErrorCode::StairAnswerDays, ErrorCode::StairBody, ErrorCode::StairEntry]);
    }

    #[test]
    fn the_case_manager_moves_below_and_the_centre_above() {
        let codes = |hand, from, to, reason| -> Vec<ErrorCode> {
            move_blocked_by(hand, &steps(), from, to, reason).iter().map(|error| error.code).collect()
        };
        assert_eq!(codes(Hand::CaseManager, 2, 3, false), []);
        assert_eq!(codes(Hand::CaseManager, 1, 3, false), [ErrorCode::ReasonNeeded]);
        assert_eq!(codes(Hand::CaseManager, 1, 3, true), []);
        assert_eq!(codes(Hand::CaseManager, 2, 4, true), [ErrorCode::StageOfCentre]);
        assert_eq!(codes(Hand::CaseManager, 3, 2, true), [ErrorCode::StageOfCentre]);
        assert_eq!(codes(Hand::Centre, 2, 3, false), [ErrorCode::StageOfCaseManager]);
        assert_eq!(codes(Hand::Centre, 3, 5, false), [ErrorCode::ReasonNeeded]);
        assert_eq!(codes(Hand::Centre, 4, 2, true), []);
        assert_eq!(codes(Hand::Centre, 4, 6, true), [ErrorCode::StageUnknown]);
        assert_eq!(codes(Hand::Centre, 4, 4, true), [ErrorCode::StageSame]);
    }

    #[test]
    fn who_gets_no_answer_is_shown_and_after_twice_the_time_raised() {
        let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
        let since = day("2023-06-01");
        assert_eq!(due(since, Some(60), false), (Some(day("2023-07-31")), Some(day("2023-09-29"))));
        assert_eq!(due(since, Some(60), true), (Some(day("2023-07-31")), None));
        assert_eq!(due(since, None, false), (None, None));
    }
}
