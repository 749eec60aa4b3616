//! A file as rows of cells under named columns.

use chrono::NaiveDate;

use crate::error::{ErrorCode, UserError};
use crate::import::column::{Column, columns_of};
use crate::import::value::from_serial;
use crate::import::{LIMITS, Limits, mebibytes, separated, workbook};

/// What stands in a cell.
#[derive(Clone, PartialEq)]
pub enum Cell {
    /// Nothing, or blanks only.
    Empty,
    /// Text, without blanks around it.
    Text(std::sync::Arc<str>),
    /// A number, as a workbook stores it.
    Number(f64),
    /// A day, as a workbook stores it: a number that is formatted as a date.
    Day(NaiveDate),
    /// The error of a formula.
    Fault(std::sync::Arc<str>),
}

impl Cell {
    /// The cell with this text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        let text = text.trim();
        if text.is_empty() { Self::Empty } else { Self::Text(text.into()) }
    }

    /// How a person would write it.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Fault(text) => (**text).to_owned(),
            // Whole numbers without a decimal point, since they are keys and telephone numbers.
            Self::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
            Self::Number(number) => number.to_string(),
            Self::Day(day) => day.to_string(),
        }
    }
}

/// What is wrong with a row before anybody looks into its cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Damage {
    /// It has another number of fields than there are columns.
    Fields {
        /// How many it has.
        found: usize,
    },
    /// A quotation mark is not closed, so that lines were read together.
    Quote {
        /// The last of these lines.
        until: u32,
    },
}

/// A row.
#[derive(Clone, PartialEq)]
pub struct Row {
    /// The line of the file or worksheet in which it begins, from 1.
    pub line: u32,
    /// As many cells as there are columns.
    pub cells: Vec<Cell>,
    /// What is wrong with it as a whole.
    pub damage: Option<Damage>,
}

/// A file that could be read.
pub struct Table {
    /// The names of the columns as they stand in the file.
    pub names: Vec<String>,
    /// What the columns are; `None` for one that is passed over.
    pub columns: Vec<Option<Column>>,
    /// The rows, blank ones and remarks left out.
    pub rows: Vec<Row>,
    /// Whether the numbers of days are counted from 1904 on.
    pub from_1904: bool,
}

/// What a reader found: lines of cells, the first of which names the columns.
pub(super) struct Lines {
    pub(super) first: Row,
    pub(super) rows: Vec<Row>,
    pub(super) from_1904: bool,
}

/// The mark of a column or row that is passed over.
pub const REMARK: &str = "#";

/// Reads a file, whatever it is called.
///
/// # Errors
/// What is wrong with the file as a whole.
pub fn read(bytes: &[u8]) -> Result<Table, Vec<UserError>> {
    read_within(bytes, &LIMITS)
}

fn read_within(bytes: &[u8], limits: &Limits) -> Result<Table, Vec<UserError>> {
    const OLE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    let fault = |code| vec![UserError::at("", code)];
    if bytes.len() > limits.file_bytes {
        let error = UserError::at("", ErrorCode::ImportFileTooLarge);
        return Err(vec![error.with("maximum", mebibytes(limits.file_bytes))]);
    }
    let lines = match bytes {
        [] => return Err(fault(ErrorCode::ImportFileEmpty)),
        _ if bytes.starts_with(OLE) => return Err(fault(ErrorCode::ImportFileOldExcel)),
        _ if bytes.starts_with(b"PK\x03\x04") => workbook::read(bytes, limits),
        _ => separated::read(bytes, limits),
    };
    let Lines { first, rows, from_1904 } = lines.map_err(|error| vec![error])?;
    let names: Vec<String> = first.cells.iter().map(Cell::shown).collect();
    let columns = columns_of(&names)?;
    let rows = rows.into_iter().filter(|row| !is_passed_over(row)).collect();
    Ok(Table { names, columns, rows, from_1904 })
}

/// Blank rows and remarks: rows whose first cell is the mark and nothing else.
fn is_passed_over(row: &Row) -> bool {
    let is_remark = matches!(row.cells.first(), Some(Cell::Text(text)) if &**text == REMARK);
    row.damage.as_ref().is_none_or(|damage| matches!(damage, Damage::Fields { .. }) && is_remark)
        && (is_remark || row.cells.iter().all(|cell| *cell == Cell::Empty))
}

impl Table {
    /// The cell of a row in a column.
    #[must_use]
    pub fn cell<'r>(&self, row: &'r Row, column: Column) -> &'r Cell {
        let at = self.columns.iter().position(|known| *known == Some(column));
        at.and_then(|at| row.cells.get(at)).unwrap_or(&Cell::Empty)
    }

    /// The day that a number of this file means.
    #[must_use]
    pub(super) fn day(&self, serial: f64) -> Option<NaiveDate> {
        from_serial(serial, self.from_1904)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Cell, Damage, Table, read};
    use crate::error::ErrorCode;

    fn shown(table: &Table) -> Vec<(u32, Vec<String>)> {
        table.rows.iter().map(|row| (row.line, row.cells.iter().map(Cell::shown).collect())).collect()
    }

    fn code(bytes: &[u8]) -> ErrorCode {
        read(bytes).err().unwrap()[0].code
    }

    #[test]
    fn blank_lines_and_remarks_are_passed_over_and_lines_keep_their_numbers() {
        let table = read(b"externalId,municipality\n\n#,a remark\nA1,Senden\n ,\nA2,Olfen\n#3,Olfen\n").unwrap();
        let pair = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        assert_eq!(shown(&table), [(4, pair("A1", "Senden")), (6, pair("A2", "Olfen")), (7, pair("#3", "Olfen"))]);
    }

    #[test]
    fn rubbish_is_refused_as_a_whole() {
        assert_eq!(code(b""), ErrorCode::ImportFileEmpty);
        assert_eq!(code(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...."), ErrorCode::ImportFileOldExcel);
        assert_eq!(code(b"%PDF-1.7\x00\x01\x02\x03\x04\x05"), ErrorCode::ImportFileNotText);
        assert_eq!(code(b"PK\x03\x04 and then nothing of a workbook"), ErrorCode::ImportWorkbookDamaged);
        assert_eq!(code(b"name\nMeier\n"), ErrorCode::ImportHeaderMissing);
        assert_eq!(code(&vec![b'a'; (32 << 20) + 1]), ErrorCode::ImportFileTooLarge);
        assert_eq!(code("externalId,municipality\n".repeat(20_010).as_bytes()), ErrorCode::ImportTooManyRows);
        assert_eq!(code(",x".repeat(300).as_bytes()), ErrorCode::ImportTooManyColumns);
    }

    #[test]
    fn a_row_with_another_number_of_fields_is_marked_and_the_others_are_not() {
        let table = read(b"externalId,municipality,unit\nA1,Senden\nA2,Olfen,PERSON\nA3,Olfen,PERSON,more\n").unwrap();
        let damages: Vec<_> = table.rows.iter().map(|row| row.damage.clone()).collect();
        assert_eq!(damages, [Some(Damage::Fields { found: 2 }), None, Some(Damage::Fields { found: 4 })]);
    }

    #[test]
    fn an_open_quotation_mark_swallows_no_row_silently() {
        let table = read(b"externalId,municipality\nA1,Senden\nA2,\"Olfen\nA3,Senden\nA4,Senden\n").unwrap();
        assert_eq!(table.rows[0].damage, None);
        assert_eq!(table.rows[1].damage, Some(Damage::Quote { until: 5 }));
        // Closed by chance in a later row: the lines between were read as one cell.
        let table = read(b"externalId,municipality\nA2,\"Olfen\nA3,Senden\nA4,\"\"\nA5,x\"\nA6,Olfen\n").unwrap();
        assert_eq!(table.rows[0].damage, Some(Damage::Quote { until: 5 }));
        assert_eq!(table.rows[1].damage, None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400), zip in any::<bool>()) {
            let bytes = if zip { [b"PK\x03\x04", bytes.as_slice()].concat() } else { bytes };
            drop(read(&bytes));
            drop(read(&[b"externalId;municipality\n", bytes.as_slice()].concat()));
        }
    }
}
