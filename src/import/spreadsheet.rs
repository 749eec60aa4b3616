//! Writing tables that people open in spreadsheet programs, without letting a cell become a formula.
//!
//! A cell that begins with `=`, `+`, `-`, `@`, a tab or a line break can be run as a formula when the file is opened. Such a
//! cell gets an apostrophe before it, which says to a spreadsheet program that it is text.

use std::borrow::Cow;

/// Characters with which a formula can begin, their wide forms included: some programs take them for the same.
const fn begins_formula(letter: char) -> bool {
    matches!(letter, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
}

/// Whether a text would be changed by [`harmless`]: it begins like a formula, blanks and apostrophes before it left aside.
fn is_dangerous(text: &str) -> bool {
    text.trim_start_matches([' ', '\'', '\u{a0}', '\u{feff}']).starts_with(begins_formula)
}

/// The text as a cell that no program runs as a formula.
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    if is_dangerous(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text of a cell as it was before [`harmless`].
#[must_use]
pub fn original(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|text| is_dangerous(text)).unwrap_or(cell)
}

/// Makes a CSV file as spreadsheet programs in Germany like it: UTF-8 with a mark, semicolons, CRLF. Every cell is made
/// [`harmless`].
#[derive(Default)]
pub struct Sheet {
    text: String,
}

impl Sheet {
    /// An empty file.
    #[must_use]
    pub fn new() -> Self {
        Self { text: "\u{feff}".to_owned() }
    }

    /// Adds a line.
    pub fn line<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) {
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                self.text.push(';');
            }
            let cell = harmless(cell.as_ref());
            let quoted = cell.contains([';', ',', '"', '\n', '\r', '\t'])
                || cell.starts_with([' ', '\''])
                || cell.ends_with(' ');
            if quoted {
                self.text.push('"');
                self.text.push_str(&cell.replace('"', "\"\""));
                self.text.push('"');
            } else {
                self.text.push_str(&cell);
            }
        }
        self.text.push_str("\r\n");
    }

    /// The file.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Sheet, begins_formula, harmless, original};

    #[test]
    fn formulas_are_disarmed_and_other_text_is_left_alone() {
        for text in
            ["=1+1", "+49 2541 0000", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "'=1", "=cmd|' /C calc'!A0", "＝1"]
        {
            let cell = harmless(text);
            assert_eq!(cell, format!("'{text}"));
            assert_eq!(original(&cell), text);
        }
        for text in ["Müller", "", "1+1", "O'Hara", "'s-Hertogenbosch", "a=b"] {
            assert_eq!(harmless(text), text);
            assert_eq!(original(text), text);
        }
    }

    fn read_back(text: &str) -> Vec<Vec<String>> {
        let text = text.strip_prefix('\u{feff}').unwrap();
        let mut reader =
            csv::ReaderBuilder::new().delimiter(b';').has_headers(false).flexible(true).from_reader(text.as_bytes());
        reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
    }

    proptest! {
        #[test]
        fn no_cell_of_an_export_begins_like_a_formula(lines in cells()) {
            let mut sheet = Sheet::new();
            lines.iter().for_each(|line| sheet.line(line));
            let cells = read_back(&sheet.into_text());
            for cell in cells.iter().flatten() {
                let first = cell.trim_start().chars().next();
                prop_assert!(!first.is_some_and(begins_formula), "{cell:?}");
                prop_assert!(!cell.starts_with(begins_formula), "{cell:?}");
            }
        }

        #[test]
        fn what_was_exported_is_read_back_as_it_was(lines in cells()) {
            let mut sheet = Sheet::new();
            // A first cell with text, since a line of nothing is no line.
            let lines: Vec<Vec<String>> =
                lines.into_iter().map(|line| [vec!["x".to_owned()], line].concat()).collect();
            lines.iter().for_each(|line| sheet.line(line));
            let cells = read_back(&sheet.into_text());
            let originals: Vec<Vec<String>> =
                cells.iter().map(|line| line.iter().map(|cell| original(cell).to_owned()).collect()).collect();
            prop_assert_eq!(originals, lines);
        }

        #[test]
        fn disarming_can_always_be_undone(text in "[=+@' \t\r\na-c-]{0,6}|\\PC{0,20}") {
            let cell = harmless(&text);
            prop_assert_eq!(original(&cell), text.as_str());
        }
    }

    fn cells() -> impl Strategy<Value = Vec<Vec<String>>> {
        proptest::collection::vec(proptest::collection::vec("[=+@'\" ;,\t\r\na-cä-]{0,8}|\\PC{0,12}", 1..4), 1..5)
    }
}
