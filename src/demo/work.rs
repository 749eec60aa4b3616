//! Invented work in a case: what was found, planned, tried and talked about, in step with the phases of the case.

use chrono::{Days, NaiveDate};
use entity::codes::{
    CasePhase, ClosureReason, ContactChannel, ContactPartner, GoalStatus, MeasureStatus, NeedSeverity, PlanStatus,
};

use crate::demo::cases::{Step, day_between};
use crate::demo::dice::Dice;

/// What is wished, agreed and tried in an area of need: goal, measure, note.
const TEXTS: &[(&str, &str, &str, &str)] = &[
    (
        "LANGUAGE",
        "Sprachkurs bis B1 abschließen",
        "Platz im Integrationskurs suchen",
        "Kursträger angerufen, Warteliste.",
    ),
    (
        "HOUSING",
        "Eigene Wohnung finden",
        "Wohnberechtigungsschein beantragen",
        "Wohnungsanzeigen zusammen durchgesehen.",
    ),
    ("WORK", "Arbeit im gelernten Beruf aufnehmen", "Termin bei der Arbeitsvermittlung", "Lebenslauf besprochen."),
    (
        "RESIDENCE_STATUS",
        "Aufenthalt sichern",
        "Verlängerung rechtzeitig beantragen",
        "Unterlagen für den Antrag geordnet.",
    ),
    ("SUBSISTENCE", "Lebensunterhalt gesichert", "Antrag auf Leistungen stellen", "Bescheid zusammen gelesen."),
    (
        "RECOGNITION_OF_QUALIFICATIONS",
        "Abschluss anerkennen lassen",
        "Beratung bei der Anerkennungsstelle",
        "Zeugnisse zur Übersetzung gegeben.",
    ),
    (
        "DAYCARE",
        "Betreuungsplatz für das jüngste Kind",
        "Anmeldung in der Kita",
        "Kita hat frühestens im Sommer Platz.",
    ),
    (
        "SCHOOL",
        "Kinder gehen regelmäßig zur Schule",
        "Gespräch mit der Klassenleitung",
        "Schulweg und Fahrkarte geklärt.",
    ),
    ("HEALTH", "Ärztliche Versorgung ist geklärt", "Hausärztin suchen, die Termine frei hat", "Termin begleitet."),
    ("TRAINING_STUDY", "Ausbildung beginnen", "Berufsberatung", "Interesse an Pflegeberufen besprochen."),
    ("DOCUMENTS_IDENTITY", "Papiere vollständig", "Geburtsurkunden beschaffen", "Botschaft angeschrieben."),
    ("FAMILY_REUNIFICATION", "Familie lebt zusammen", "Antrag auf Familiennachzug vorbereiten", "Frist notiert."),
    ("DEBT", "Schulden sind geregelt", "Schuldnerberatung", "Schreiben der Gläubiger sortiert."),
];
/// The same for all other areas.
const OTHERWISE: (&str, &str, &str, &str) =
    ("OTHER", "Lage ist geklärt", "Zuständige Stelle ansprechen", "Gespräch über das weitere Vorgehen.");

fn texts(area: &str) -> (&'static str, &'static str, &'static str) {
    let (_, goal, measure, note) = TEXTS.iter().find(|(known, ..)| *known == area).unwrap_or(&OTHERWISE);
    (goal, measure, note)
}

/// A measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventedMeasure {
    /// What is to be done.
    pub text: &'static str,
    /// Where it stands.
    pub status: MeasureStatus,
    /// Since when.
    pub since: NaiveDate,
    /// What stood in the way.
    pub barrier: Option<&'static str>,
}

/// A goal with its measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventedGoal {
    /// Code of the area of need.
    pub area: &'static str,
    /// What is to be reached.
    pub text: &'static str,
    /// Where it stands.
    pub status: GoalStatus,
    /// Since when.
    pub since: NaiveDate,
    /// What is done for it.
    pub measure: InventedMeasure,
}

/// A support plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventedPlan {
    /// Draft or agreed.
    pub status: PlanStatus,
    /// When it was begun.
    pub drafted_on: NaiveDate,
    /// When it was agreed.
    pub agreed_on: Option<NaiveDate>,
    /// Its goals.
    pub goals: Vec<InventedGoal>,
}

/// A contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventedContact {
    /// When.
    pub held_on: NaiveDate,
    /// How.
    pub channel: ContactChannel,
    /// With whom.
    pub partner: ContactPartner,
    /// How long, in minutes.
    pub minutes: i32,
    /// What was talked about.
    pub note: Option<&'static str>,
}

/// All the work in a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InventedWork {
    /// When the needs were assessed, if they were.
    pub assessed_on: Option<NaiveDate>,
    /// The plan, if there is one.
    pub plan: Option<InventedPlan>,
    /// Contacts, earliest first.
    pub contacts: Vec<InventedContact>,
    /// What is to be done next, and by when.
    pub task: Option<(&'static str, NaiveDate)>,
}

/// Invents the work that a case of this way has behind it.
pub(super) fn invent(
    dice: &mut Dice,
    needs: &[(&'static str, NeedSeverity)],
    steps: &[Step],
    closed: Option<(NaiveDate, ClosureReason)>,
    today: NaiveDate,
) -> InventedWork {
    let reached = |phase: CasePhase| steps.iter().find(|step| step.to == phase).map(|step| step.on);
    let opened_on = steps.first().map_or(today, |step| step.on);
    let end = closed.map_or(today, |(day, _)| day);
    // A case that was closed from some phase has no later ones: its plan is as that phase left it.
    let last = steps.iter().rev().find(|step| step.to != CasePhase::Closure).map(|step| step.to);
    InventedWork {
        assessed_on: reached(CasePhase::Assessment),
        plan: reached(CasePhase::Planning).map(|drafted_on| {
            let agreed_on = reached(CasePhase::Linking);
            let status = if agreed_on.is_some() { PlanStatus::Agreed } else { PlanStatus::Draft };
            let goals = needs
                .iter()
                .take(2)
                .map(|(area, _)| goal(dice, area, last, agreed_on.unwrap_or(drafted_on), end, closed));
            InventedPlan { status, drafted_on, agreed_on, goals: goals.collect() }
        }),
        contacts: contacts(dice, needs, opened_on, end),
        task: (closed.is_none() && dice.chance(60)).then(|| {
            let (_, measure, _) = texts(needs.first().map_or("", |(area, _)| area));
            (measure, today.checked_add_days(Days::new(u64::from(dice.between(1, 40)))).unwrap_or(today))
        }),
    }
}

fn goal(
    dice: &mut Dice,
    area: &'static str,
    last: Option<CasePhase>,
    from: NaiveDate,
    end: NaiveDate,
    closed: Option<(NaiveDate, ClosureReason)>,
) -> InventedGoal {
    let (text, measure, _) = texts(area);
    use MeasureStatus as M;
    let begun: &[(M, u32)] = &[(M::Referred, 35), (M::Started, 35), (M::NotAvailable, 20), (M::Completed, 10)];
    let later: &[(M, u32)] = &[(M::Started, 45), (M::Completed, 40), (M::NotAvailable, 12), (M::Refused, 3)];
    let settled: &[(M, u32)] = &[(M::Completed, 78), (M::NotAvailable, 17), (M::Refused, 5)];
    let status = match last {
        Some(CasePhase::Linking) => dice.weighed(begun, M::Referred),
        Some(CasePhase::Monitoring) => dice.weighed(later, M::Started),
        Some(CasePhase::Evaluation) => dice.weighed(settled, M::Completed),
        _ => M::Planned,
    };
    let barrier = (status == M::NotAvailable).then(|| {
        dice.weighed(
            &[("OFFER_MISSING", 35), ("OFFER_FULL", 30), ("WAITING_TIME", 20), ("ACCESS_RULE", 15)],
            "OFFER_MISSING",
        )
    });
    let since = day_between(dice, from.min(end), end);
    let goal = match (status, closed.map(|(_, reason)| reason)) {
        (_, Some(ClosureReason::GoalsReached)) => GoalStatus::Reached,
        (_, Some(ClosureReason::PartlyReached)) => GoalStatus::PartlyReached,
        (_, Some(_)) => GoalStatus::Dropped,
        (M::Completed, None) if dice.chance(50) => GoalStatus::Reached,
        (M::Planned, None) => GoalStatus::Open,
        _ => GoalStatus::InProgress,
    };
    let measure = InventedMeasure { text: measure, status, since, barrier };
    InventedGoal { area, text, status: goal, since, measure }
}

fn contacts(
    dice: &mut Dice,
    needs: &[(&'static str, NeedSeverity)],
    from: NaiveDate,
    until: NaiveDate,
) -> Vec<InventedContact> {
    use ContactChannel as C;
    let channels = [
        (C::InPerson, 42),
        (C::Telephone, 25),
        (C::Messenger, 10),
        (C::Email, 8),
        (C::HomeVisit, 6),
        (C::Accompaniment, 6),
        (C::Letter, 2),
        (C::Video, 1),
    ];
    let partners = [
        (ContactPartner::Client, 78),
        (ContactPartner::Institution, 16),
        (ContactPartner::HouseholdMember, 4),
        (ContactPartner::CaseConference, 2),
    ];
    let weeks = u32::try_from((until - from).num_days() / 7).unwrap_or(0);
    let count = 1 + dice.below(weeks.min(7) + 1);
    let mut days: Vec<NaiveDate> = (1..count).map(|_| day_between(dice, from, until)).collect();
    days.push(from);
    days.sort_unstable();
    days.into_iter()
        .map(|held_on| {
            let area = dice.weighed(&needs.iter().map(|(area, _)| (*area, 1)).collect::<Vec<_>>(), "");
            let (_, _, note) = texts(area);
            InventedContact {
                held_on,
                channel: dice.weighed(&channels, C::InPerson),
                partner: dice.weighed(&partners, ContactPartner::Client),
                minutes: i32::try_from(dice.between(1, 12)).unwrap_or(1).saturating_mul(10),
                note: dice.chance(55).then_some(note),
            }
        })
        .collect()
}
