//! A row of a list of cases: what it says, or what is wrong with it, column by column.

use std::collections::HashMap;
use std::fmt;

use chrono::{Datelike as _, NaiveDate};
use entity::codes::{
    AgeBand, CaseIntensity, CasePhase, CaseUnit, CodeList, ConsentForm, GenderStatistical, LanguageLevel, LegalBasis,
    NeedSeverity, ReferralSource,
};

use crate::domain::casework::consent::is_language_tag;
use crate::domain::district::code_list::defaults;
use crate::error::{ErrorCode, UserError};
use crate::import::choices::{self, Choice, chosen, codes};
use crate::import::column::Column;
use crate::import::table::{Cell, Damage, Row, Table};
use crate::import::value;

/// The longest external id, in characters.
pub const EXTERNAL_ID_MAXIMUM: usize = 100;
/// The longest name, in characters.
const NAME_MAXIMUM: usize = 200;
/// The longest address or other text of several lines, in characters.
const TEXT_MAXIMUM: usize = 1_000;
/// How much of a value a complaint repeats, in characters.
const QUOTED_MAXIMUM: usize = 40;
/// What the external ids of the template's examples begin with.
pub const EXAMPLE: &str = "BEISPIEL-";
/// The most needs of one row.
const NEEDS_MAXIMUM: usize = 24;

/// A need and how severe it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Code of the area of need.
    pub area: String,
    /// How severe.
    pub severity: NeedSeverity,
}

/// Identified data of a row. Debug shows nothing of it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PersonCells {
    /// Family name.
    pub family_name: Option<String>,
    /// Given names.
    pub given_names: Option<String>,
    /// Birth name and other former names.
    pub former_names: Option<String>,
    /// Birth date as `2023-06-01`, or the year only.
    pub birth_date: Option<String>,
    /// Postal address.
    pub address: Option<String>,
    /// Telephone, e-mail.
    pub contact: Option<String>,
    /// Languages.
    pub languages: Option<String>,
    /// Need of an interpreter.
    pub interpreter: Option<String>,
}

impl PersonCells {
    /// Whether nothing is said of the person.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Debug for PersonCells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonCells").finish_non_exhaustive()
    }
}

/// The consent of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentCells {
    /// When it was given.
    pub given_on: NaiveDate,
    /// In which form.
    pub form: ConsentForm,
    /// In which language it was explained; `und` if nothing is said.
    pub language: String,
}

/// A case as a row tells it. What the row leaves open has the usual value or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// What it is called in the system that it comes from.
    pub external_id: String,
    /// Name or key of its municipality.
    pub municipality: String,
    /// Person or household.
    pub unit: CaseUnit,
    /// How much work it needs.
    pub intensity: CaseIntensity,
    /// Where the person came from.
    pub referral_source: ReferralSource,
    /// First day; the day of the import if nothing is said.
    pub opened_on: Option<NaiveDate>,
    /// Phase of the work.
    pub phase: CasePhase,
    /// Login or name of the case manager.
    pub lead: Option<String>,
    /// The legal basis of the record.
    pub legal_basis: Option<LegalBasis>,
    /// The consent to the case record.
    pub consent: Option<ConsentCells>,
    /// The person.
    pub person: PersonCells,
    /// Band of age.
    pub age_band: Option<AgeBand>,
    /// Gender.
    pub gender: Option<GenderStatistical>,
    /// Level of German.
    pub language_level: Option<LanguageLevel>,
    /// First day of the month of arrival.
    pub arrival_month: Option<NaiveDate>,
    /// Code of the group of nationalities.
    pub nationality_group: Option<String>,
    /// Code of the group of residence titles.
    pub residence_group: Option<String>,
    /// Needs.
    pub needs: Vec<Need>,
}

/// A row after it was looked into.
#[derive(Clone, Debug)]
pub struct CheckedRow {
    /// Its line in the file, from 1.
    pub line: u32,
    /// What it says, or all complaints about it. The path of a complaint is the English name of the column.
    pub read: Result<CaseRow, Vec<UserError>>,
}

/// The values of columns whose choice the district edits.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    /// Groups of nationalities.
    pub nationality_groups: Vec<Choice<String>>,
    /// Groups of residence titles.
    pub residence_groups: Vec<Choice<String>>,
    /// Areas of need.
    pub need_areas: Vec<Choice<String>>,
}

impl Vocabulary {
    /// The entries of a district's code lists: list, code, German label, English label.
    pub fn of<'e>(entries: impl Iterator<Item = (CodeList, &'e str, &'e str, &'e str)> + Clone) -> Self {
        let listed = |wanted: CodeList| {
            let entries = entries.clone().filter(|(list, ..)| *list == wanted);
            entries.map(|(_, code, german, english)| Choice::new(code.to_owned(), code, german, english)).collect()
        };
        Self {
            nationality_groups: listed(CodeList::NationalityGroup),
            residence_groups: listed(CodeList::ResidenceGroup),
            need_areas: listed(CodeList::NeedArea),
        }
    }
}

impl Default for Vocabulary {
    /// The lists that a new district begins with.
    fn default() -> Self {
        let entries = defaults().unwrap_or_default();
        Self::of(entries.iter().map(|entry| (entry.list, entry.code.as_str(), &*entry.label_de, &*entry.label_en)))
    }
}

/// Looks into every row. `today` is the latest day that anything can have happened on.
#[must_use]
pub fn check(table: &Table, vocabulary: &Vocabulary, today: NaiveDate) -> Vec<CheckedRow> {
    let choices = Choices::new(vocabulary);
    let mut lines: HashMap<String, u32> = HashMap::new();
    table
        .rows
        .iter()
        .map(|row| {
            let mut read = read(table, row, &choices, today);
            if let Ok(case) = &read {
                let first = *lines.entry(case.external_id.clone()).or_insert(row.line);
                if first != row.line {
                    let twice = UserError::at(Column::ExternalId.english(), ErrorCode::ImportIdTwice);
                    read = Err(vec![twice.with("line", first)]);
                }
            }
            CheckedRow { line: row.line, read }
        })
        .collect()
}

/// All choices, made once for a file.
struct Choices<'v> {
    units: Vec<Choice<CaseUnit>>,
    intensities: Vec<Choice<CaseIntensity>>,
    referral_sources: Vec<Choice<ReferralSource>>,
    phases: Vec<Choice<CasePhase>>,
    legal_bases: Vec<Choice<LegalBasis>>,
    consent_forms: Vec<Choice<ConsentForm>>,
    age_bands: Vec<Choice<AgeBand>>,
    genders: Vec<Choice<GenderStatistical>>,
    language_levels: Vec<Choice<LanguageLevel>>,
    severities: Vec<Choice<NeedSeverity>>,
    vocabulary: &'v Vocabulary,
}

impl<'v> Choices<'v> {
    fn new(vocabulary: &'v Vocabulary) -> Self {
        Self {
            units: choices::units(),
            intensities: choices::intensities(),
            referral_sources: choices::referral_sources(),
            phases: choices::phases(),
            legal_bases: choices::legal_bases(),
            consent_forms: choices::consent_forms(),
            age_bands: choices::age_bands(),
            genders: choices::genders(),
            language_levels: choices::language_levels(),
            severities: choices::severities(),
            vocabulary,
        }
    }
}

/// What a complaint repeats of a value.
pub(crate) fn quoted(value: &str) -> String {
    let mut quoted: String = value.chars().take(QUOTED_MAXIMUM).filter(|letter| !letter.is_control()).collect();
    if value.chars().nth(QUOTED_MAXIMUM).is_some() {
        quoted.push('…');
    }
    quoted
}

/// Letters that appear when text of one encoding was read as another.
fn is_garbled(text: &str) -> bool {
    let pair =
        |letter: char, next: char| letter == 'Ã' && matches!(next, '¤' | '¶' | '¼' | 'Ÿ' | '„' | '–' | 'œ' | '©');
    text.contains('\u{fffd}') || text.chars().zip(text.chars().skip(1)).any(|(letter, next)| pair(letter, next))
}

/// The cells of a row with the complaints about them.
struct Cells<'t> {
    table: &'t Table,
    row: &'t Row,
    errors: Vec<UserError>,
}

impl Cells<'_> {
    fn refuse(&mut self, column: Column, code: ErrorCode) {
        self.errors.push(UserError::at(column.english(), code));
    }

    fn refuse_value(&mut self, column: Column, code: ErrorCode, value: &str) {
        self.errors.push(UserError::at(column.english(), code).with("value", quoted(value)));
    }

    /// The cell as text of `maximum` characters; of one line unless `prose`.
    fn text(&mut self, column: Column, maximum: usize, prose: bool) -> Option<String> {
        let cell = self.table.cell(self.row, column);
        let text = match cell {
            Cell::Empty => return None,
            Cell::Day(_) => {
                self.refuse(column, ErrorCode::ImportCellIsDate);
                return None;
            }
            Cell::Fault(fault) => {
                self.refuse_value(column, ErrorCode::ImportCellFault, fault);
                return None;
            }
            Cell::Text(_) | Cell::Number(_) => crate::import::spreadsheet::original(&cell.shown()).to_owned(),
        };
        if text.chars().count() > maximum {
            self.errors.push(UserError::at(column.english(), ErrorCode::TextTooLong).with("maximum", maximum));
        } else if text.chars().any(|letter| letter.is_control() && !(prose && matches!(letter, '\n' | '\r' | '\t'))) {
            self.refuse(column, ErrorCode::TextForbiddenCharacter);
        } else if is_garbled(&text) {
            self.refuse_value(column, ErrorCode::ImportTextGarbled, &text);
        } else {
            return Some(text);
        }
        None
    }

    fn name(&mut self, column: Column) -> Option<String> {
        self.text(column, NAME_MAXIMUM, false)
    }

    fn prose(&mut self, column: Column) -> Option<String> {
        self.text(column, TEXT_MAXIMUM, true)
    }

    fn needed(&mut self, column: Column, maximum: usize) -> String {
        let complaints = self.errors.len();
        let text = self.text(column, maximum, false);
        if text.is_none() && self.errors.len() == complaints {
            self.refuse(column, ErrorCode::ImportCellMissing);
        }
        text.unwrap_or_default()
    }

    fn choice<T: Clone>(&mut self, column: Column, choices: &[Choice<T>]) -> Option<T> {
        let text = self.name(column)?;
        let value = chosen(choices, &text);
        if value.is_none() {
            let unknown = UserError::at(column.english(), ErrorCode::ImportValueUnknown);
            self.errors.push(unknown.with("value", quoted(&text)).with("allowed", codes(choices)));
        }
        value
    }

    /// The cell as a day, read by `read` if it is text.
    fn read_day(
        &mut self,
        column: Column,
        otherwise: ErrorCode,
        (earliest, latest): (NaiveDate, NaiveDate),
        read: fn(&str) -> Option<NaiveDate>,
    ) -> Option<NaiveDate> {
        let cell = self.table.cell(self.row, column);
        let day = match cell {
            Cell::Empty => return None,
            Cell::Day(day) => Some(*day),
            Cell::Number(serial) => self.table.day(*serial),
            Cell::Text(text) => read(text),
            Cell::Fault(fault) => {
                self.refuse_value(column, ErrorCode::ImportCellFault, fault);
                return None;
            }
        };
        let Some(day) = day else {
            self.refuse_value(column, otherwise, &cell.shown());
            return None;
        };
        if !(earliest..=latest).contains(&day) {
            let error = UserError::at(column.english(), ErrorCode::DateOutOfRange);
            self.errors.push(error.with("earliest", earliest).with("latest", latest));
            return None;
        }
        Some(day)
    }

    /// A birth date, or its year alone.
    fn birth(&mut self, today: NaiveDate) -> Option<String> {
        let column = Column::BirthDate;
        let years = 1900..=today.year();
        let shown = match self.table.cell(self.row, column) {
            Cell::Fault(_) => String::new(),
            cell => cell.shown(),
        };
        if let Some(year) = value::year(&shown).filter(|year| years.contains(year)) {
            return Some(year.to_string());
        }
        let span = (first_day(1900), today);
        self.read_day(column, ErrorCode::ImportDateUnreadable, span, value::day).map(|day| day.to_string())
    }

    /// A consent needs its form: nobody can prove one of unknown form.
    fn consent(&mut self, choices: &Choices<'_>, span: (NaiveDate, NaiveDate)) -> Option<ConsentCells> {
        let complaints = self.errors.len();
        let given_on = self.read_day(Column::ConsentedOn, ErrorCode::ImportDateUnreadable, span, value::day);
        let form = self.choice(Column::ConsentForm, &choices.consent_forms);
        let language = self.name(Column::ConsentLanguage);
        if let Some(language) = language.as_deref().filter(|language| !is_language_tag(language)) {
            self.refuse_value(Column::ConsentLanguage, ErrorCode::LanguageMalformed, language);
        }
        if self.errors.len() > complaints || (given_on, form, &language) == (None, None, &None) {
            return None;
        }
        match (given_on, form) {
            (Some(given_on), Some(form)) => {
                return Some(ConsentCells { given_on, form, language: language.unwrap_or_else(|| "und".to_owned()) });
            }
            (None, _) => self.refuse(Column::ConsentedOn, ErrorCode::ImportCellMissing),
            (_, None) => self.refuse(Column::ConsentForm, ErrorCode::ImportCellMissing),
        }
        None
    }

    fn needs(&mut self, choices: &Choices<'_>) -> Vec<Need> {
        let column = Column::Needs;
        let Some(text) = self.prose(column) else { return Vec::new() };
        let mut needs: Vec<Need> = Vec::new();
        for part in text.split([',', ';', '|', '\n']).map(str::trim).filter(|part| !part.is_empty()) {
            let (area, severity) = part.split_once([':', '=']).unwrap_or((part, ""));
            let known = chosen(&choices.vocabulary.need_areas, area);
            let severity = severity.trim();
            let weighed =
                if severity.is_empty() { Some(NeedSeverity::Moderate) } else { chosen(&choices.severities, severity) };
            match (known, weighed) {
                (Some(area), Some(severity)) if needs.iter().all(|need| need.area != area) => {
                    needs.push(Need { area, severity });
                }
                (Some(_), Some(_)) => self.refuse(column, ErrorCode::DuplicateEntry),
                (None, _) => {
                    let unknown = UserError::at(column.english(), ErrorCode::ImportValueUnknown);
                    let allowed = codes(&choices.vocabulary.need_areas);
                    self.errors.push(unknown.with("value", quoted(area.trim())).with("allowed", allowed));
                }
                (_, None) => {
                    let unknown = UserError::at(column.english(), ErrorCode::ImportValueUnknown);
                    let allowed = codes(&choices.severities);
                    self.errors.push(unknown.with("value", quoted(severity)).with("allowed", allowed));
                }
            }
        }
        if needs.len() > NEEDS_MAXIMUM {
            self.errors.push(UserError::at(column.english(), ErrorCode::ListTooLong).with("maximum", NEEDS_MAXIMUM));
        }
        needs
    }
}

fn first_day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default()
}

/// What is wrong with a row as a whole.
fn whole(table: &Table, row: &Row) -> Option<UserError> {
    let expected = table.columns.len();
    let fields =
        |found: usize| UserError::at("", ErrorCode::ImportRowBroken).with("found", found).with("expected", expected);
    match &row.damage {
        Some(Damage::Quote { until }) => {
            let error = UserError::at("", ErrorCode::ImportQuoteOpen);
            Some(error.with("from", row.line).with("to", until))
        }
        Some(Damage::Fields { found }) => Some(fields(*found)),
        None => {
            // Something stands below a column that has no name: nobody would miss it.
            let nameless = |at: usize| table.names.get(at).is_some_and(String::is_empty);
            let stray = row.cells.iter().enumerate().rfind(|(at, cell)| nameless(*at) && **cell != Cell::Empty);
            stray.map(|(at, _)| UserError::at("", ErrorCode::ImportColumnUnknown).with("column", at.saturating_add(1)))
        }
    }
}

fn read(table: &Table, row: &Row, choices: &Choices<'_>, today: NaiveDate) -> Result<CaseRow, Vec<UserError>> {
    if let Some(error) = whole(table, row) {
        return Err(vec![error]);
    }
    let mut cells = Cells { table, row, errors: Vec::new() };
    let external_id = cells.needed(Column::ExternalId, EXTERNAL_ID_MAXIMUM);
    if external_id.starts_with(EXAMPLE) {
        return Err(vec![UserError::at(Column::ExternalId.english(), ErrorCode::ImportExampleRow)]);
    }
    let recent = (first_day(1950), today);
    let case = CaseRow {
        external_id,
        municipality: cells.needed(Column::Municipality, NAME_MAXIMUM),
        unit: cells.choice(Column::Unit, &choices.units).unwrap_or(CaseUnit::Person),
        intensity: cells.choice(Column::Intensity, &choices.intensities).unwrap_or(CaseIntensity::Standard),
        referral_source: cells
            .choice(Column::ReferralSource, &choices.referral_sources)
            .unwrap_or(ReferralSource::Other),
        opened_on: cells.read_day(Column::OpenedOn, ErrorCode::ImportDateUnreadable, recent, value::day),
        phase: cells.choice(Column::Phase, &choices.phases).unwrap_or(CasePhase::Intake),
        lead: cells.name(Column::Lead),
        legal_basis: cells.choice(Column::LegalBasis, &choices.legal_bases),
        consent: cells.consent(choices, recent),
        person: PersonCells {
            family_name: cells.name(Column::FamilyName),
            given_names: cells.name(Column::GivenNames),
            former_names: cells.name(Column::FormerNames),
            birth_date: cells.birth(today),
            address: cells.prose(Column::Address),
            contact: cells.prose(Column::Contact),
            languages: cells.name(Column::Languages),
            interpreter: cells.name(Column::Interpreter),
        },
        age_band: cells.choice(Column::AgeBand, &choices.age_bands),
        gender: cells.choice(Column::Gender, &choices.genders),
        language_level: cells.choice(Column::LanguageLevel, &choices.language_levels),
        arrival_month: cells
            .read_day(Column::ArrivalMonth, ErrorCode::ImportMonthUnreadable, recent, value::month)
            .and_then(|day| day.with_day(1)),
        nationality_group: cells.choice(Column::NationalityGroup, &choices.vocabulary.nationality_groups),
        residence_group: cells.choice(Column::ResidenceGroup, &choices.vocabulary.residence_groups),
        needs: cells.needs(choices),
    };
    if cells.errors.is_empty() { Ok(case) } else { Err(cells.errors) }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use entity::codes::{
        AgeBand, CaseIntensity, CasePhase, CaseUnit, ConsentForm, LegalBasis, NeedSeverity, ReferralSource,
    };
    use proptest::prelude::*;

    use super::{CheckedRow, Need, Vocabulary, check};
    use crate::error::ErrorCode;
    use crate::import::table::read;

    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2023, 6, 1).unwrap()
    }

    fn checked(list: &str) -> Vec<CheckedRow> {
        check(&read(list.as_bytes()).map_err(|errors| format!("{errors:?}")).unwrap(), &Vocabulary::default(), today())
    }

    /// The complaints about the one row that has this cell besides the needed ones.
    fn complaints(column: &str, cell: &str) -> Vec<(String, ErrorCode)> {
        let rows = checked(&format!("externalId\tmunicipality\t{column}\nA1\tSenden\t{cell}\n"));
        let errors = rows[0].read.clone().err().unwrap_or_default();
        errors.into_iter().map(|error| (error.path.join("."), error.code)).collect()
    }

    #[test]
    fn a_row_says_what_its_cells_say_in_german_words() {
        let rows = checked(
            "Fremdschlüssel;Kommune;Einheit;Intensität;Zugangsweg;Eröffnet am;Phase;Fallführung;Rechtsgrundlage;\
             Einwilligung am;Form der Einwilligung;Nachname;Vorname;Geburtsdatum;Altersgruppe;Deutschniveau;Einreise;Bedarfe\n\
             4711;Lüdinghausen;Haushalt;intensiv;Ausländerbehörde;1.3.2023;Hilfeplanung;a@b.example;Einwilligung;\
             02.03.2023;schriftlich;Öztürk;Ayşe;1985;25-34;keine;03.2022;Wohnen: akut, Arbeit\n",
        );
        let row = rows[0].read.clone().unwrap();
        assert_eq!(rows[0].line, 2);
        assert_eq!((row.external_id.as_str(), row.municipality.as_str()), ("4711", "Lüdinghausen"));
        assert_eq!((row.unit, row.intensity), (CaseUnit::Household, CaseIntensity::Intensive));
        assert_eq!((row.referral_source, row.phase), (ReferralSource::ImmigrationOffice, CasePhase::Planning));
        assert_eq!(row.opened_on, NaiveDate::from_ymd_opt(2023, 3, 1));
        let consent = row.consent.unwrap();
        assert_eq!(Some(consent.given_on), NaiveDate::from_ymd_opt(2023, 3, 2));
        assert_eq!((consent.form, consent.language.as_str()), (ConsentForm::Written, "und"));
        assert_eq!(row.legal_basis, Some(LegalBasis::Consent61A));
        assert_eq!(row.person.birth_date.as_deref(), Some("1985"));
        assert_eq!(row.person.given_names.as_deref(), Some("Ayşe"));
        assert_eq!(row.age_band, Some(AgeBand::A25To34));
        assert_eq!(row.arrival_month, NaiveDate::from_ymd_opt(2022, 3, 1));
        let need = |area: &str, severity| Need { area: area.to_owned(), severity };
        assert_eq!(row.needs, [need("HOUSING", NeedSeverity::Acute), need("WORK", NeedSeverity::Moderate)]);
    }

    #[test]
    fn all_that_is_wrong_with_a_row_is_told_at_once_with_the_column() {
        let rows = checked(
            "externalId,municipality,unit,birthDate,openedOn\n,Senden,family,31.02.1985,01/02/2023\nA2,Olfen,PERSON,,\n",
        );
        let errors = rows[0].read.clone().unwrap_err();
        let told: Vec<_> = errors.iter().map(|error| (error.path.join("."), error.code)).collect();
        assert_eq!(
            told,
            [
                ("externalId".to_owned(), ErrorCode::ImportCellMissing),
                ("unit".to_owned(), ErrorCode::ImportValueUnknown),
                ("openedOn".to_owned(), ErrorCode::ImportDateUnreadable),
                ("birthDate".to_owned(), ErrorCode::ImportDateUnreadable),
            ]
        );
        assert_eq!(errors[1].german(), "„family“ ist hier nicht möglich. Möglich sind: PERSON, HOUSEHOLD.");
        assert!(rows[1].read.is_ok());
    }

    #[test]
    fn each_kind_of_bad_cell_has_its_own_complaint() {
        let one = |column: &str, code| vec![(column.to_owned(), code)];
        assert_eq!(complaints("openedOn", "2023-06-02"), one("openedOn", ErrorCode::DateOutOfRange));
        assert_eq!(complaints("birthDate", "1890-01-01"), one("birthDate", ErrorCode::DateOutOfRange));
        assert_eq!(complaints("birthDate", "2030"), one("birthDate", ErrorCode::ImportDateUnreadable));
        assert_eq!(complaints("arrivalMonth", "neulich"), one("arrivalMonth", ErrorCode::ImportMonthUnreadable));
        assert_eq!(complaints("familyName", "MÃ¼ller"), one("familyName", ErrorCode::ImportTextGarbled));
        assert_eq!(complaints("familyName", "M\u{fffd}ller"), one("familyName", ErrorCode::ImportTextGarbled));
        assert_eq!(complaints("familyName", &"x".repeat(201)), one("familyName", ErrorCode::TextTooLong));
        assert_eq!(complaints("address", &"x".repeat(9_000)), one("address", ErrorCode::TextTooLong));
        assert_eq!(complaints("familyName", "Mül\u{7}ler"), one("familyName", ErrorCode::TextForbiddenCharacter));
        assert_eq!(complaints("needs", "WORK, WORK"), one("needs", ErrorCode::DuplicateEntry));
        assert_eq!(complaints("needs", "WORK: sehr"), one("needs", ErrorCode::ImportValueUnknown));
        assert_eq!(complaints("phase", "CLOSURE"), one("phase", ErrorCode::ImportValueUnknown));
        assert_eq!(complaints("consentedOn", "2023-01-01"), one("consentForm", ErrorCode::ImportCellMissing));
        assert_eq!(complaints("consentForm", "ORAL"), one("consentedOn", ErrorCode::ImportCellMissing));
        assert_eq!(complaints("consentLanguage", "ganz gut"), one("consentLanguage", ErrorCode::LanguageMalformed));
        assert_eq!(complaints("", "stray"), one("", ErrorCode::ImportColumnUnknown));
        assert_eq!(complaints("#note", "anything"), []);
    }

    #[test]
    fn an_external_id_that_comes_again_is_refused_and_the_first_one_stays() {
        let rows = checked("externalId,municipality\nA1,Senden\nA2,Olfen\nA1,Olfen\n");
        assert!(rows[0].read.is_ok() && rows[1].read.is_ok());
        let errors = rows[2].read.clone().unwrap_err();
        assert_eq!(errors[0].code, ErrorCode::ImportIdTwice);
        assert!(errors[0].german().contains("Zeile 2"));
    }

    #[test]
    fn debug_output_names_nobody() {
        let rows = checked("externalId,municipality,familyName\nA1,Senden,Canary\n");
        assert!(!format!("{rows:?}").contains("Canary"));
    }

    proptest! {
        #[test]
        fn any_cells_are_read_or_complained_about(cells in proptest::collection::vec("[^\"\\p{Cc}]{0,20}", 5)) {
            let line = cells.join("\t");
            let rows = checked(&format!("externalId\tmunicipality\tbirthDate\tneeds\tphase\n{line}\nB\tSenden\t\t\t\n"));
            // A row can be blank or a remark, but never takes its neighbour along.
            prop_assert!(rows.last().unwrap().read.is_ok());
            for row in &rows {
                prop_assert!(row.read.as_ref().err().is_none_or(|errors| !errors.is_empty()));
            }
        }
    }
}
