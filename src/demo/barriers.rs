//! Invented barriers. Three of the patterns are planted: they are the themes of the minutes (Chancen-Aufenthaltsrecht,
//! Bürgergeld, Fachkräfteeinwanderung). What their barriers are in detail is invented.

use chrono::{Days, NaiveDate};
use entity::codes::{BarrierSeverity, LegalSphere, ThemeReach, ThemeSolvableBy};

use super::cases::{InventedCase, day_between};
use super::dice::Dice;
use super::{IMMIGRATION_OFFICE, JOB_CENTRE};

/// Keeps what is invented here apart from the rest of a case.
const SEED: u64 = 0x6261_7272_6965_7273;
/// For how long a barrier stands on a stage at most: nothing is overdue when the demo is loaded.
const WAITING_DAYS: u64 = 40;

/// Something that could be done about a theme.
pub(super) struct Choice {
    /// What it is called.
    pub title: &'static str,
    /// What it means.
    pub description: &'static str,
    /// What it costs each year.
    pub euro_a_year: Option<i64>,
    /// Who would take it on.
    pub owner: Option<&'static str>,
    /// Whether it is the one that is proposed.
    pub is_recommended: bool,
}

/// A pattern that recurs, and the theme that is made of it.
pub(super) struct Pattern {
    /// What the theme is called.
    pub title: &'static str,
    /// What it is about.
    pub description: &'static str,
    /// The kind of barrier.
    pub kind: &'static str,
    /// The area of need.
    pub need_area: &'static str,
    /// The legal sphere.
    pub sphere: LegalSphere,
    /// The institution concerned.
    pub institution: Option<&'static str>,
    /// Whom it meets: in so many of a hundred barriers.
    chance: fn(&InventedCase) -> u32,
    /// How far the theme reaches.
    pub reach: ThemeReach,
    /// Who can solve it.
    pub solvable_by: ThemeSolvableBy,
    /// What could be done.
    pub options: &'static [Choice],
    vignettes: &'static [&'static str],
}

fn is_in(case: &InventedCase, sphere: LegalSphere) -> bool {
    case.spheres.iter().any(|period| period.sphere == sphere && period.until.is_none())
}

/// The planted patterns.
pub(super) const PATTERNS: [Pattern; 3] = [
    Pattern {
        title: "Chancen-Aufenthaltsrecht: Nachweise fehlen vor Ablauf der 18 Monate",
        description: "Wer den Aufenthalt nach § 104c AufenthG hat, muss in 18 Monaten Identität, Sprache und \
                      Lebensunterhalt nachweisen. Die verlangten Unterlagen sind oft nicht rechtzeitig zu bekommen.",
        kind: "DOCUMENT_REQUIREMENT",
        need_area: "RESIDENCE_STATUS",
        sphere: LegalSphere::Aufenthg,
        institution: Some(IMMIGRATION_OFFICE),
        chance: |case| match case.person.residence_group {
            "OPPORTUNITY_104C" => 85,
            "TOLERATED" | "TOLERATED_TRAINING_OR_WORK" => 45,
            _ => 0,
        },
        reach: ThemeReach::District,
        solvable_by: ThemeSolvableBy::DistrictAdmin,
        options: &[
            Choice {
                title: "Gemeinsame Sprechstunde von Ausländerbehörde und Integrationsmanagement",
                description: "Einmal im Monat: Nachweise werden vor Ablauf der Frist zusammen durchgesehen.",
                euro_a_year: Some(14_000),
                owner: Some(IMMIGRATION_OFFICE),
                is_recommended: true,
            },
            Choice {
                title: "Begleitung bei der Beschaffung von Pässen",
                description: "Eine halbe Stelle bei einem Träger.",
                euro_a_year: Some(32_000),
                owner: Some(super::WELFARE),
                is_recommended: false,
            },
            Choice {
                title: "Nichts ändern",
                description: "Die Kosten des Nichtstuns entstehen weiter.",
                euro_a_year: None,
                owner: None,
                is_recommended: false,
            },
        ],
        vignettes: &[
            "Für den Nachweis der Identität wird ein Pass verlangt; die Botschaft vergibt keine Termine.",
            "Der Nachweis über den Sprachstand liegt nicht vor, der nächste Prüfungstermin ist nach Ablauf der Frist.",
            "Verlangte Unterlagen wurden mehrfach nachgefordert; bis zur Entscheidung vergingen Monate.",
        ],
    },
    Pattern {
        title: "Bürgergeld: Zwischen Antrag und erster Zahlung entsteht eine Lücke",
        description: "Beim Wechsel in das Bürgergeld vergehen bis zur ersten Zahlung oft viele Wochen. Miete und Strom \
                      bleiben in dieser Zeit offen.",
        kind: "WAITING_TIME",
        need_area: "SUBSISTENCE",
        sphere: LegalSphere::SgbIi,
        institution: Some(JOB_CENTRE),
        chance: |case| if is_in(case, LegalSphere::SgbIi) { 38 } else { 0 },
        reach: ThemeReach::SeveralMunicipalities,
        solvable_by: ThemeSolvableBy::Office,
        options: &[
            Choice {
                title: "Vorschuss auf Antrag als Regel",
                description: "Das Jobcenter weist bei jedem Erstantrag auf den Vorschuss hin und entscheidet binnen einer \
                              Woche.",
                euro_a_year: None,
                owner: Some(JOB_CENTRE),
                is_recommended: true,
            },
            Choice {
                title: "Fester Ansprechpartner für Case Managerinnen und Case Manager",
                description: "Rückfragen zu Unterlagen werden am selben Tag geklärt.",
                euro_a_year: Some(9_000),
                owner: Some(JOB_CENTRE),
                is_recommended: false,
            },
        ],
        vignettes: &[
            "Der Antrag liegt seit acht Wochen vor, es gab noch keinen Bescheid und keinen Vorschuss.",
            "Beim Wechsel vom Sozialamt zum Jobcenter war zwei Monate lang niemand zuständig für die Zahlung.",
            "Nach der Antragstellung wurden immer wieder Unterlagen nachgefordert, die schon eingereicht waren.",
        ],
    },
    Pattern {
        title: "Fachkräfteeinwanderung: Anerkennung der Abschlüsse dauert zu lange",
        description: "Fachkräfte arbeiten unter ihrer Qualifikation, weil die Anerkennung ihrer Abschlüsse lange dauert und \
                      Anpassungslehrgänge fehlen.",
        kind: "WAITING_TIME",
        need_area: "RECOGNITION_OF_QUALIFICATIONS",
        sphere: LegalSphere::Aufenthg,
        institution: None,
        chance: |case| {
            let needs = case.needs.iter().any(|(area, _)| *area == "RECOGNITION_OF_QUALIFICATIONS");
            match case.person.residence_group {
                "WORK" => 60,
                _ if needs => 40,
                _ => 0,
            }
        },
        reach: ThemeReach::State,
        solvable_by: ThemeSolvableBy::State,
        options: &[Choice {
            title: "Hinweis an das Land und Lotsenstelle im Kreis",
            description: "Das Land wird auf die Dauer der Verfahren hingewiesen; im Kreis hilft eine Lotsenstelle bei \
                          den Anträgen.",
            euro_a_year: Some(21_000),
            owner: Some(super::CENTRE),
            is_recommended: true,
        }],
        vignettes: &[
            "Die Anerkennung des Abschlusses dauert länger als ein Jahr; gearbeitet wird bis dahin als Hilfskraft.",
            "Ein Anpassungslehrgang wurde verlangt, im weiten Umkreis gibt es keinen.",
            "Die Übersetzung der Zeugnisse ist bezahlt, die zuständige Stelle antwortet seit Monaten nicht.",
        ],
    },
];

/// What stands in the way otherwise: kind, how often, in what words.
const OTHERWISE: [(&str, u32, &str); 9] = [
    ("OFFER_FULL", 18, "Das Angebot ist belegt, es gibt nur eine Warteliste."),
    ("OFFER_MISSING", 16, "Ein passendes Angebot gibt es in der Nähe nicht."),
    ("RESPONSIBILITY_UNCLEAR", 14, "Zwei Stellen verwiesen aufeinander, keine fühlte sich zuständig."),
    ("LANGUAGE_BARRIER", 12, "Das Gespräch konnte ohne Dolmetschen nicht geführt werden."),
    ("DIGITAL_BARRIER", 10, "Der Antrag ist nur im Netz zu stellen, das gelang nicht ohne Hilfe."),
    ("TRANSPORT", 9, "Mit Bus und Bahn ist der Ort nicht rechtzeitig zu erreichen."),
    ("COST", 8, "Gebühren und Fahrtkosten waren nicht zu bezahlen."),
    ("ACCESS_RULE", 8, "Eine Voraussetzung für den Zugang war nicht erfüllt."),
    ("INFORMATION_GAP", 5, "Das Schreiben war nicht zu verstehen, die Frist verstrich."),
];

/// A barrier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InventedBarrier {
    /// Which of the planted patterns it belongs to.
    pub pattern: Option<usize>,
    /// The kind.
    pub kind: &'static str,
    /// The area of need.
    pub need_area: &'static str,
    /// The legal sphere.
    pub sphere: Option<LegalSphere>,
    /// The institution concerned.
    pub institution: Option<&'static str>,
    /// How much it hinders.
    pub severity: BarrierSeverity,
    /// Working time lost.
    pub minutes_lost: i32,
    /// Days of delay.
    pub delay_days: i32,
    /// When it was raised.
    pub raised_on: NaiveDate,
    /// How many stages above the first one it stands.
    pub steps_up: i32,
    /// Since when it stands there.
    pub stage_since: NaiveDate,
    /// When it was solved, if it was.
    pub solved_on: Option<NaiveDate>,
    /// What happened.
    pub vignette: &'static str,
}

/// The barriers that a case met: one to five, three on average.
pub(super) fn invent(case: &InventedCase, seed: u64, index: u32, today: NaiveDate) -> Vec<InventedBarrier> {
    let mut dice = Dice::of(seed ^ SEED, u64::from(index));
    let end = case.closed.map_or(today, |(day, _)| day);
    let count = dice.between(1, 5);
    (0..count).map(|_| barrier(&mut dice, case, end, today)).collect()
}

fn barrier(dice: &mut Dice, case: &InventedCase, end: NaiveDate, today: NaiveDate) -> InventedBarrier {
    let raised_on = day_between(dice, case.opened_on, end);
    let planted = PATTERNS.iter().enumerate().find(|(_, pattern)| dice.chance((pattern.chance)(case)));
    let is_open = case.closed.is_none() && dice.chance(80);
    let recent = today.checked_sub_days(Days::new(WAITING_DAYS)).unwrap_or(today).max(raised_on);
    let (stage_since, steps_up) = if is_open {
        (day_between(dice, recent, today), dice.weighed(&[(0, 68), (1, 20), (2, 8), (3, 4)], 0))
    } else {
        (raised_on, 0)
    };
    let severities = [(BarrierSeverity::Minor, 25), (BarrierSeverity::Serious, 55), (BarrierSeverity::Blocking, 20)];
    let common = InventedBarrier {
        pattern: planted.map(|(place, _)| place),
        kind: "OTHER",
        need_area: "OTHER",
        sphere: None,
        institution: None,
        severity: dice.weighed(&severities, BarrierSeverity::Serious),
        minutes_lost: i32::try_from(dice.between(1, 20)).unwrap_or(1).saturating_mul(15),
        delay_days: i32::try_from(dice.between(0, 90)).unwrap_or(0),
        raised_on,
        steps_up,
        stage_since,
        solved_on: (!is_open).then(|| day_between(dice, raised_on, end)),
        vignette: "",
    };
    if let Some((_, pattern)) = planted {
        return InventedBarrier {
            kind: pattern.kind,
            need_area: pattern.need_area,
            sphere: Some(pattern.sphere),
            institution: pattern.institution,
            vignette: dice.pick(pattern.vignettes),
            ..common
        };
    }
    let kinds: Vec<((&str, &str), u32)> =
        OTHERWISE.iter().map(|(kind, weight, vignette)| ((*kind, *vignette), *weight)).collect();
    let (kind, vignette) = dice.weighed(&kinds, ("OTHER", "Es ging nicht weiter."));
    let areas: Vec<(&str, u32)> = case.needs.iter().map(|(area, _)| (*area, 1)).collect();
    let spheres: Vec<(LegalSphere, u32)> = case.spheres.iter().map(|period| (period.sphere, 1)).collect();
    InventedBarrier {
        kind,
        need_area: dice.weighed(&areas, "OTHER"),
        sphere: spheres.first().map(|(sphere, _)| dice.weighed(&spheres, *sphere)),
        vignette,
        ..common
    }
}
