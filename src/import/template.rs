//! The template that people fill in: as CSV and as an Excel workbook, with two examples and the allowed values.

use rust_xlsxwriter::{DataValidation, Format, Formula, Workbook, XlsxError};

use crate::import::case_row::{EXAMPLE, Vocabulary};
use crate::import::choices::{self, Choice};
use crate::import::column::Column;
use crate::import::spreadsheet::Sheet;
use crate::import::table::REMARK;

/// The cells of the two examples.
const EXAMPLES: [[(Column, &str); 22]; 2] = [
    [
        (Column::ExternalId, "BEISPIEL-1"),
        (Column::Municipality, "Coesfeld"),
        (Column::Unit, "Person"),
        (Column::Intensity, "normal"),
        (Column::ReferralSource, "Beratungsstelle"),
        (Column::OpenedOn, "2023-03-01"),
        (Column::Phase, "Hilfeplanung"),
        (Column::LegalBasis, "Einwilligung"),
        (Column::ConsentedOn, "2023-03-01"),
        (Column::ConsentForm, "schriftlich"),
        (Column::ConsentLanguage, "uk"),
        (Column::FamilyName, "Beispiel"),
        (Column::GivenNames, "Olena"),
        (Column::BirthDate, "1985-03-14"),
        (Column::Address, "Musterweg 1, 48653 Coesfeld"),
        (Column::Contact, "+49 2541 0000, olena@beispiel.example"),
        (Column::Languages, "Ukrainisch, Russisch"),
        (Column::Interpreter, "Ukrainisch"),
        (Column::AgeBand, "35-44"),
        (Column::Gender, "weiblich"),
        (Column::NationalityGroup, "UKRAINE"),
        (Column::Needs, "HOUSING: hoch, WORK"),
    ],
    [
        (Column::ExternalId, "BEISPIEL-2"),
        (Column::Municipality, "05558024"),
        (Column::Unit, "Haushalt"),
        (Column::Intensity, "intensiv"),
        (Column::ReferralSource, "SCHOOL_OR_DAYCARE"),
        (Column::OpenedOn, "2023-05-15"),
        (Column::Phase, "Clearing"),
        (Column::LegalBasis, "Öffentliche Aufgabe"),
        (Column::ConsentedOn, ""),
        (Column::ConsentForm, ""),
        (Column::ConsentLanguage, ""),
        (Column::FamilyName, "Muster"),
        (Column::GivenNames, "Georgi Iwanow"),
        (Column::BirthDate, "1979"),
        (Column::Address, ""),
        (Column::Contact, ""),
        (Column::Languages, "Bulgarisch"),
        (Column::Interpreter, ""),
        (Column::LanguageLevel, "A1"),
        (Column::ArrivalMonth, "2022-10"),
        (Column::NationalityGroup, "EU_SOUTH_EAST"),
        (Column::Needs, "SCHOOL, SUBSISTENCE: akut"),
    ],
];

/// What can stand in a column, where that is limited: code and German name.
fn values(column: Column, vocabulary: &Vocabulary) -> Vec<(String, String)> {
    fn pairs<T>(choices: &[Choice<T>]) -> Vec<(String, String)> {
        choices.iter().map(|choice| (choice.code.clone(), choice.german.clone())).collect()
    }
    match column {
        Column::Unit => pairs(&choices::units()),
        Column::Intensity => pairs(&choices::intensities()),
        Column::ReferralSource => pairs(&choices::referral_sources()),
        Column::Phase => pairs(&choices::phases()),
        Column::LegalBasis => pairs(&choices::legal_bases()),
        Column::ConsentForm => pairs(&choices::consent_forms()),
        Column::AgeBand => pairs(&choices::age_bands()),
        Column::Gender => pairs(&choices::genders()),
        Column::LanguageLevel => pairs(&choices::language_levels()),
        Column::NationalityGroup => pairs(&vocabulary.nationality_groups),
        Column::ResidenceGroup => pairs(&vocabulary.residence_groups),
        Column::Needs => pairs(&vocabulary.need_areas),
        _ => Vec::new(),
    }
}

/// What else there is to know about a column.
const fn hint(column: Column) -> &'static str {
    match column {
        Column::ExternalId => "Pflicht. Der Schlüssel im bisherigen System; jeder darf nur einmal vorkommen.",
        Column::Municipality => "Pflicht. Name der Kommune oder achtstelliger Gemeindeschlüssel.",
        Column::Lead => "Anmeldename oder Name. Bleibt leer, wer die eigenen Fälle importiert.",
        Column::OpenedOn | Column::ConsentedOn => "Datum wie 2023-06-01 oder 01.06.2023.",
        Column::ConsentForm => "Pflicht, wenn eine Einwilligung angegeben ist.",
        Column::ConsentLanguage => "Kürzel der Sprache, in der sie erklärt wurde, z. B. de, uk, ar.",
        Column::BirthDate => "Datum wie 1985-03-14 oder 14.03.1985, oder nur das Jahr.",
        Column::ArrivalMonth => "Monat wie 2022-03 oder 03.2022.",
        Column::Needs => "Mehrere durch Komma getrennt, je mit „: gering“, „: mittel“, „: hoch“ oder „: akut“.",
        _ => "",
    }
}

fn example(example: &[(Column, &'static str)], column: Column) -> &'static str {
    example.iter().find(|(known, _)| *known == column).map_or("", |(_, cell)| *cell)
}

/// The template as CSV: columns, two examples, and remarks that an import passes over.
#[must_use]
pub fn csv(vocabulary: &Vocabulary) -> String {
    let mut sheet = Sheet::new();
    sheet.line(Column::ALL.map(Column::german));
    for cells in &EXAMPLES {
        sheet.line(Column::ALL.map(|column| example(cells, column)));
    }
    let remark = |sheet: &mut Sheet, text: String| sheet.line([REMARK.to_owned(), text]);
    remark(
        &mut sheet,
        format!("Die Zeilen mit {EXAMPLE} sind Beispiele: bitte löschen. Zeilen mit # werden übergangen."),
    );
    for column in Column::ALL {
        let allowed: Vec<String> =
            values(column, vocabulary).into_iter().map(|(code, german)| format!("{code} ({german})")).collect();
        let told = format!("{} {}", hint(column), allowed.join(", "));
        if !told.trim().is_empty() {
            remark(&mut sheet, format!("{}: {}", column.german(), told.trim()));
        }
    }
    sheet.into_text()
}

/// The template as an Excel workbook, with lists to choose from.
///
/// # Errors
/// Those of the writer, which there should be none of.
pub fn workbook(vocabulary: &Vocabulary) -> Result<Vec<u8>, XlsxError> {
    const ROWS: u32 = 20_000;
    let (bold, plain) = (Format::new().set_bold(), Format::new().set_num_format("@"));
    let mut workbook = Workbook::new();
    let cases = workbook.add_worksheet();
    cases.set_name("Fälle")?.set_freeze_panes(1, 0)?;
    let mut lists: Vec<(Column, Vec<(String, String)>)> = Vec::new();
    for (at, column) in (0_u16..).zip(Column::ALL) {
        // Everything is text: a program that guesses makes dates of keys and takes zeros off municipality keys.
        cases.set_column_format(at, &plain)?.set_column_width(at, 18)?;
        cases.write_string_with_format(0, at, column.german(), &bold)?;
        for (row, cells) in (1_u32..).zip(&EXAMPLES) {
            let cell = example(cells, column);
            if !cell.is_empty() {
                cases.write_string_with_format(row, at, cell, &plain)?;
            }
        }
        let allowed = values(column, vocabulary);
        if allowed.is_empty() {
            continue;
        }
        if column != Column::Needs {
            let letter = u8::try_from(lists.len().saturating_mul(2)).unwrap_or(0).saturating_add(b'A');
            let source = format!("=Werte!${0}$3:${0}${1}", char::from(letter), allowed.len().saturating_add(2));
            let rule = DataValidation::new().allow_list_formula(Formula::new(source)).show_error_message(false);
            cases.add_data_validation(1, at, ROWS, at, &rule)?;
        }
        lists.push((column, allowed));
    }
    let sheet = workbook.add_worksheet();
    sheet.set_name("Werte")?;
    for (at, (column, allowed)) in (0_u16..).step_by(2).zip(&lists) {
        sheet.write_string_with_format(0, at, column.german(), &bold)?;
        sheet.set_column_width(at, 28)?.set_column_width(at.saturating_add(1), 34)?;
        for (row, (code, german)) in (2_u32..).zip(allowed) {
            sheet.write_string(row, at, code)?.write_string(row, at.saturating_add(1), german)?;
        }
    }
    let sheet = workbook.add_worksheet();
    sheet.set_name("Hinweise")?.set_column_width(1, 90)?;
    let hints = Column::ALL.into_iter().filter(|column| !hint(*column).is_empty());
    for (row, column) in (0_u32..).zip(hints) {
        sheet.write_string_with_format(row, 0, column.german(), &bold)?;
        sheet.write_string(row, 1, hint(column))?;
    }
    workbook.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{EXAMPLES, csv, workbook};
    use crate::error::ErrorCode;
    use crate::import::case_row::{Vocabulary, check};
    use crate::import::column::Column;
    use crate::import::table::{Table, read};

    fn table(bytes: &[u8]) -> Table {
        read(bytes).map_err(|errors| format!("{errors:?}")).unwrap()
    }

    #[test]
    fn both_templates_have_every_column_and_only_examples_which_are_not_imported() {
        let vocabulary = Vocabulary::default();
        let today = NaiveDate::from_ymd_opt(2023, 6, 1).unwrap();
        for bytes in [csv(&vocabulary).into_bytes(), workbook(&vocabulary).unwrap()] {
            let table = table(&bytes);
            assert_eq!(table.columns, Column::ALL.map(Some));
            let rows = check(&table, &vocabulary, today);
            assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3]);
            for row in rows {
                assert_eq!(row.read.unwrap_err()[0].code, ErrorCode::ImportExampleRow);
            }
        }
    }

    #[test]
    fn the_examples_are_right_but_for_their_external_id() {
        let vocabulary = Vocabulary::default();
        let today = NaiveDate::from_ymd_opt(2023, 6, 1).unwrap();
        let bytes = csv(&vocabulary).replace("BEISPIEL-", "B").into_bytes();
        let rows = check(&table(&bytes), &vocabulary, today);
        assert_eq!(rows.len(), EXAMPLES.len());
        let first = rows[0].read.clone().unwrap();
        // The telephone number begins like a formula, and is a telephone number again.
        assert_eq!(first.person.contact.as_deref(), Some("+49 2541 0000, olena@beispiel.example"));
        assert!(rows[1].read.is_ok(), "{:?}", rows[1]);
    }
}
