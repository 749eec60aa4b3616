//! What can stand in columns with a fixed choice: the codes of the API, and what people call them.

use entity::codes::{
    AgeBand, CaseIntensity, CasePhase, CaseUnit, ConsentForm, GenderStatistical, LanguageLevel, LegalBasis,
    NeedSeverity, ReferralSource,
};

use crate::import::column::fold;

/// A value that a column can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice<T> {
    /// The value.
    pub value: T,
    /// Its code.
    pub code: String,
    /// What it is called in German.
    pub german: String,
    /// What it is called in English.
    pub english: String,
}

impl<T: Clone> Choice<T> {
    /// A choice of a code list that the district edits.
    pub fn new(value: T, code: &str, german: &str, english: &str) -> Self {
        Self { value, code: code.to_owned(), german: german.to_owned(), english: english.to_owned() }
    }
}

/// The value that a text names by its code or by what it is called.
pub fn chosen<T: Clone>(choices: &[Choice<T>], text: &str) -> Option<T> {
    let folded = fold(text);
    let named = |choice: &&Choice<T>| {
        fold(&choice.code) == folded || fold(&choice.german) == folded || fold(&choice.english) == folded
    };
    choices.iter().find(named).map(|choice| choice.value.clone())
}

/// All codes, for a message.
pub fn codes<T>(choices: &[Choice<T>]) -> String {
    choices.iter().map(|choice| choice.code.as_str()).collect::<Vec<_>>().join(", ")
}

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident: $code:ident { $($value:ident $german:literal $english:literal,)* })*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name() -> Vec<Choice<$code>> {
            vec![$(Choice::new($code::$value, $code::$value.as_str(), $german, $english)),*]
        }
    )*};
}

choices! {
    /// Person or household.
    units: CaseUnit {
        Person "Person" "person",
        Household "Haushalt" "household",
    }
    /// Intensities.
    intensities: CaseIntensity {
        ShortAdvice "Kurzberatung" "short advice",
        Standard "normal" "standard",
        Intensive "intensiv" "intensive",
    }
    /// Where people come from to case management.
    referral_sources: ReferralSource {
        Oneself "selbst" "self",
        CounsellingService "Beratungsstelle" "counselling service",
        Municipality "Kommune" "municipality",
        ImmigrationOffice "Ausländerbehörde" "immigration office",
        JobCentre "Jobcenter" "job centre",
        EmploymentAgency "Agentur für Arbeit" "employment agency",
        YouthOffice "Jugendamt" "youth office",
        HealthOffice "Gesundheitsamt" "health office",
        SchoolOrDaycare "Schule oder Kita" "school or day care",
        Employer "Arbeitgeber" "employer",
        Volunteer "Ehrenamt" "volunteer",
        MigrantOrganisation "Migrantenorganisation" "migrant organisation",
        Other "Sonstige" "other",
    }
    /// The phases that an imported case can be in; a closed case is not imported.
    phases: CasePhase {
        Intake "Erstkontakt" "intake",
        Clearing "Clearing" "clearing",
        Assessment "Assessment" "assessment",
        Planning "Hilfeplanung" "planning",
        Linking "Vermittlung" "linking",
        Monitoring "Begleitung" "monitoring",
        Evaluation "Auswertung" "evaluation",
    }
    /// Legal bases of a case record.
    legal_bases: LegalBasis {
        Consent61A "Einwilligung" "consent",
        Contract61B "Vertrag" "contract",
        LegalDuty61C "Rechtliche Verpflichtung" "legal duty",
        Vital61D "Lebenswichtige Interessen" "vital interests",
        PublicTask61E "Öffentliche Aufgabe" "public task",
        Special92A "Einwilligung in besondere Kategorien" "consent to special categories",
        Special92B "Sozialschutzrecht" "social protection law",
        Special92G "Erhebliches öffentliches Interesse" "substantial public interest",
        Special92H "Gesundheits- oder Sozialversorgung" "health or social care",
        SgbX67 "Sozialdaten" "social data",
    }
    /// Forms of a consent.
    consent_forms: ConsentForm {
        Written "schriftlich" "written",
        Oral "mündlich" "oral",
        Electronic "elektronisch" "electronic",
    }
    /// Bands of age.
    age_bands: AgeBand {
        U6 "unter 6" "under 6",
        A6To15 "6-15" "6 to 15",
        A16To17 "16-17" "16 to 17",
        A18To24 "18-24" "18 to 24",
        A25To34 "25-34" "25 to 34",
        A35To44 "35-44" "35 to 44",
        A45To54 "45-54" "45 to 54",
        A55To64 "55-64" "55 to 64",
        A65Plus "65+" "65 and older",
        Unknown "unbekannt" "unknown",
    }
    /// Genders.
    genders: GenderStatistical {
        Female "weiblich" "female",
        Male "männlich" "male",
        Diverse "divers" "diverse",
        NotStated "keine Angabe" "not stated",
    }
    /// Levels of German.
    language_levels: LanguageLevel {
        None "keine" "none",
        A1 "A1" "A1",
        A2 "A2" "A2",
        B1 "B1" "B1",
        B2 "B2" "B2",
        C1 "C1" "C1",
        C2 "C2" "C2",
        Native "Muttersprache" "native",
        NotAssessed "nicht ermittelt" "not assessed",
    }
    /// How severe needs are.
    severities: NeedSeverity {
        Low "gering" "low",
        Moderate "mittel" "moderate",
        High "hoch" "high",
        Acute "akut" "acute",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use entity::codes::{AgeBand, CasePhase, LegalBasis, ReferralSource};

    use super::*;

    fn told_apart<T>(choices: &[Choice<T>]) {
        let mut seen = BTreeSet::new();
        for choice in choices {
            let names: BTreeSet<String> = [&choice.code, &choice.german, &choice.english].map(|name| fold(name)).into();
            for name in names {
                assert!(seen.insert(name.clone()), "{name}");
            }
        }
    }

    #[test]
    fn no_name_means_two_values_of_a_column() {
        told_apart(&units());
        told_apart(&intensities());
        told_apart(&referral_sources());
        told_apart(&phases());
        told_apart(&legal_bases());
        told_apart(&consent_forms());
        told_apart(&age_bands());
        told_apart(&genders());
        told_apart(&language_levels());
        told_apart(&severities());
        let vocabulary = crate::import::Vocabulary::default();
        told_apart(&vocabulary.nationality_groups);
        told_apart(&vocabulary.residence_groups);
        told_apart(&vocabulary.need_areas);
    }

    #[test]
    fn every_value_can_be_chosen_but_the_phase_of_closed_cases() {
        assert_eq!(referral_sources().len(), ReferralSource::ALL.len());
        assert_eq!(legal_bases().len(), LegalBasis::ALL.len());
        assert_eq!(age_bands().len(), AgeBand::ALL.len());
        assert_eq!(phases().len() + 1, CasePhase::ALL.len());
        assert_eq!(chosen(&phases(), "closure"), None);
        assert_eq!(chosen(&units(), "haushalt"), Some(CaseUnit::Household));
        assert_eq!(chosen(&age_bands(), "A25_34"), Some(AgeBand::A25To34));
        assert_eq!(chosen(&age_bands(), "25 - 34"), Some(AgeBand::A25To34));
    }
}
