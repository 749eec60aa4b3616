//! The columns of a list of cases, by their German and English names.

use crate::error::{ErrorCode, UserError};
use crate::import::table::REMARK;

/// A column of a list of cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// What the row is called in the system that it comes from.
    ExternalId,
    /// Name or key of the municipality.
    Municipality,
    /// Person or household.
    Unit,
    /// How much work it needs.
    Intensity,
    /// Where the person came from.
    ReferralSource,
    /// First day of the case.
    OpenedOn,
    /// Phase of the work.
    Phase,
    /// Login or name of the case manager.
    Lead,
    /// The legal basis of the record.
    LegalBasis,
    /// Day of the consent to the case record.
    ConsentedOn,
    /// In which form it was given.
    ConsentForm,
    /// In which language it was explained.
    ConsentLanguage,
    /// Family name.
    FamilyName,
    /// Given names.
    GivenNames,
    /// Birth name and other former names.
    FormerNames,
    /// Birth date, or the year only.
    BirthDate,
    /// Postal address.
    Address,
    /// Telephone, e-mail.
    Contact,
    /// Languages.
    Languages,
    /// Whether, and for which language, an interpreter is needed.
    Interpreter,
    /// Band of age.
    AgeBand,
    /// Gender.
    Gender,
    /// Level of German.
    LanguageLevel,
    /// Month of arrival.
    ArrivalMonth,
    /// Group of nationalities.
    NationalityGroup,
    /// Group of residence titles.
    ResidenceGroup,
    /// Areas of need with their severity.
    Needs,
}

impl Column {
    /// All columns, in the order of the template.
    pub const ALL: [Self; 27] = [
        Self::ExternalId,
        Self::Municipality,
        Self::Lead,
        Self::Unit,
        Self::Intensity,
        Self::ReferralSource,
        Self::OpenedOn,
        Self::Phase,
        Self::LegalBasis,
        Self::ConsentedOn,
        Self::ConsentForm,
        Self::ConsentLanguage,
        Self::FamilyName,
        Self::GivenNames,
        Self::FormerNames,
        Self::BirthDate,
        Self::Address,
        Self::Contact,
        Self::Languages,
        Self::Interpreter,
        Self::AgeBand,
        Self::Gender,
        Self::LanguageLevel,
        Self::ArrivalMonth,
        Self::NationalityGroup,
        Self::ResidenceGroup,
        Self::Needs,
    ];

    /// The columns that every list needs.
    pub const NEEDED: [Self; 2] = [Self::ExternalId, Self::Municipality];

    /// German name, English name, and other names that people use.
    const fn names(self) -> (&'static str, &'static str, &'static [&'static str]) {
        match self {
            Self::ExternalId => ("Fremdschlüssel", "externalId", &["Externe ID", "ID", "Fallnummer", "Aktenzeichen"]),
            Self::Municipality => {
                ("Kommune", "municipality", &["Gemeinde", "Stadt", "AGS", "Gemeindeschlüssel", "municipalityKey"])
            }
            Self::Lead => ("Fallführung", "lead", &["Case Management", "Case Manager", "Case Managerin"]),
            Self::Unit => ("Einheit", "unit", &["Fallart"]),
            Self::Intensity => ("Intensität", "intensity", &[]),
            Self::ReferralSource => ("Zugangsweg", "referralSource", &["Zugang über", "Zugang durch", "Zugang"]),
            Self::OpenedOn => ("Eröffnet am", "openedOn", &["Beginn", "Fallbeginn", "opened"]),
            Self::Phase => ("Phase", "phase", &[]),
            Self::LegalBasis => ("Rechtsgrundlage", "legalBasis", &[]),
            Self::ConsentedOn => ("Einwilligung am", "consentedOn", &["Einwilligung", "consent date", "consentOn"]),
            Self::ConsentForm => ("Form der Einwilligung", "consentForm", &["Einwilligungsform"]),
            Self::ConsentLanguage => ("Sprache der Einwilligung", "consentLanguage", &["Einwilligungssprache"]),
            Self::FamilyName => ("Familienname", "familyName", &["Nachname", "Zuname", "surname", "last name"]),
            Self::GivenNames => ("Vornamen", "givenNames", &["Vorname", "first name", "given name"]),
            Self::FormerNames => ("Frühere Namen", "formerNames", &["Geburtsname", "birth name"]),
            Self::BirthDate => ("Geburtsdatum", "birthDate", &["geboren am", "geb.", "date of birth"]),
            Self::Address => ("Anschrift", "address", &["Adresse"]),
            Self::Contact => ("Kontakt", "contact", &["Erreichbarkeit", "Telefon", "phone"]),
            Self::Languages => ("Sprachen", "languages", &["Sprache", "language"]),
            Self::Interpreter => ("Dolmetschen", "interpreter", &["Dolmetscher", "Dolmetschbedarf"]),
            Self::AgeBand => ("Altersgruppe", "ageBand", &[]),
            Self::Gender => ("Geschlecht", "gender", &[]),
            Self::LanguageLevel => ("Deutschniveau", "languageLevel", &["Sprachniveau"]),
            Self::ArrivalMonth => ("Einreisemonat", "arrivalMonth", &["Einreise", "arrival"]),
            Self::NationalityGroup => ("Staatsangehörigkeitsgruppe", "nationalityGroup", &[]),
            Self::ResidenceGroup => ("Aufenthaltsgruppe", "residenceGroup", &[]),
            Self::Needs => ("Bedarfe", "needs", &["Bedarf", "Bedarfsbereiche"]),
        }
    }

    /// Its name in German: as the template has it.
    #[must_use]
    pub const fn german(self) -> &'static str {
        self.names().0
    }

    /// Its name in English: as the path of errors has it.
    #[must_use]
    pub const fn english(self) -> &'static str {
        self.names().1
    }

    /// The column of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let folded = fold(name);
        Self::ALL.into_iter().find(|column| {
            let (german, english, others) = column.names();
            [german, english].iter().chain(others).any(|known| fold(known) == folded)
        })
    }
}

/// What stays of a word when it is compared: small letters and digits, umlauts written out.
#[must_use]
pub fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for letter in word.chars().flat_map(char::to_lowercase) {
        match letter {
            'ä' => folded.push_str("ae"),
            'ö' => folded.push_str("oe"),
            'ü' => folded.push_str("ue"),
            'ß' => folded.push_str("ss"),
            _ if letter.is_alphanumeric() => folded.push(letter),
            _ => {}
        }
    }
    folded
}

/// What the named columns are.
///
/// # Errors
/// Columns that are missing, unknown or there twice, all at once.
pub(super) fn columns_of(names: &[String]) -> Result<Vec<Option<Column>>, Vec<UserError>> {
    let mut columns: Vec<Option<Column>> = Vec::with_capacity(names.len());
    let mut errors = Vec::new();
    let short = |name: &str| -> String { name.chars().take(60).collect() };
    for name in names {
        // A column without a name holds nothing that anybody could miss, unless its cells do: they are refused then.
        if name.is_empty() || name.starts_with(REMARK) {
            columns.push(None);
            continue;
        }
        let column = Column::named(name);
        let complaint = match column {
            None => Some(ErrorCode::ImportColumnUnknown),
            Some(_) if columns.contains(&column) => Some(ErrorCode::ImportColumnTwice),
            Some(_) => None,
        };
        errors.extend(complaint.map(|code| UserError::at("", code).with("column", short(name))));
        columns.push(column);
    }
    let missing: Vec<&str> = Column::NEEDED
        .iter()
        .filter(|needed| !columns.contains(&Some(**needed)))
        .map(|column| column.german())
        .collect();
    if !missing.is_empty() {
        // Nothing but this: where the first line names no columns, each of its cells would be complained about.
        let error = UserError::at("", ErrorCode::ImportHeaderMissing).with("missing", missing.join(", "));
        if columns.iter().flatten().next().is_none() {
            return Err(vec![error]);
        }
        errors.insert(0, error);
    }
    if errors.is_empty() { Ok(columns) } else { Err(errors) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Column, columns_of, fold};
    use crate::error::ErrorCode;

    #[test]
    fn no_two_columns_share_a_name_in_any_language() {
        let mut seen = BTreeSet::new();
        for column in Column::ALL {
            let (german, english, others) = column.names();
            let mut names: Vec<String> = [german, english].iter().chain(others).map(|name| fold(name)).collect();
            names.dedup();
            for name in names {
                assert!(seen.insert(name.clone()), "{name}");
                assert_eq!(Column::named(&name), Some(column));
            }
        }
    }

    #[test]
    fn names_are_known_however_they_are_written() {
        for name in ["Fremdschlüssel", "FREMDSCHLUESSEL", " fremd-schlüssel ", "external_id", "External ID"] {
            assert_eq!(Column::named(name), Some(Column::ExternalId), "{name}");
        }
        assert_eq!(Column::named("geb."), Some(Column::BirthDate));
    }

    #[test]
    fn all_complaints_about_columns_come_at_once() {
        let names = ["ID", "Externe ID", "Lieblingsfarbe", "#Notiz", ""].map(str::to_owned);
        let codes: Vec<_> = columns_of(&names).unwrap_err().iter().map(|error| error.code).collect();
        let expected = [ErrorCode::ImportHeaderMissing, ErrorCode::ImportColumnTwice, ErrorCode::ImportColumnUnknown];
        assert_eq!(codes, expected);
    }
}
