//! Text files with separators (CSV): encoding and separator are found out, since nothing in the file says them.

use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::error::{ErrorCode, UserError};
use crate::import::Limits;
use crate::import::column::Column;
use crate::import::table::{Cell, Damage, Lines, Row};

/// The separators that occur.
const SEPARATORS: [u8; 3] = [b';', b',', b'\t'];
/// How much of the beginning is looked at to tell UTF-16 by its zeros.
const PROBE_BYTES: usize = 4096;
/// More lines than this in one cell are a quotation mark gone wrong.
const CELL_LINES_MAXIMUM: usize = 20;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Lines, UserError> {
    let text = decode(bytes).ok_or_else(|| UserError::at("", ErrorCode::ImportFileNotText))?;
    let (text, told) = told_separator(&text);
    let separator = told.unwrap_or_else(|| likely_separator(text));
    let mut reader =
        ReaderBuilder::new().delimiter(separator).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = ByteRecord::new();
    let mut first: Option<Row> = None;
    let mut rows = Vec::new();
    // Line breaks before the record; the reader's own count leaves the second half of CRLF to the next line.
    let mut breaks = u32::from(told.is_some());
    loop {
        let begin = reader.position().byte();
        // Reading from memory does not fail, and rows of any length are allowed.
        if !reader.read_byte_record(&mut record).unwrap_or(false) {
            break;
        }
        let raw = slice(text.as_bytes(), begin, reader.position().byte());
        let content = raw.trim_ascii_start();
        let blank_before = raw.strip_suffix(content).unwrap_or_default();
        let line = breaks.saturating_add(line_breaks(blank_before)).saturating_add(1);
        breaks = breaks.saturating_add(line_breaks(raw));
        let until = breaks.saturating_add(u32::from(!raw.ends_with(b"\n")));
        if record.iter().all(<[u8]>::is_empty) {
            continue;
        }
        let width = first.as_ref().map_or(record.len(), |first| first.cells.len());
        if width > limits.columns {
            return Err(UserError::at("", ErrorCode::ImportTooManyColumns).with("maximum", limits.columns));
        }
        if rows.len() >= limits.rows {
            return Err(UserError::at("", ErrorCode::ImportTooManyRows).with("maximum", limits.rows));
        }
        let row = row(&record, raw, width, separator, (line, until), limits);
        if first.is_none() { first = Some(row) } else { rows.push(row) }
    }
    let first = first.ok_or_else(|| UserError::at("", ErrorCode::ImportFileEmpty))?;
    Ok(Lines { first, rows, from_1904: false })
}

fn row(record: &ByteRecord, raw: &[u8], width: usize, separator: u8, lines: (u32, u32), limits: &Limits) -> Row {
    let (line, until) = lines;
    let swallowed = raw.iter().filter(|byte| **byte == b'"').count() % 2 == 1
        || record.iter().any(|field| is_swallowed(field, width, separator));
    let damage = if swallowed {
        Some(Damage::Quote { until })
    } else if record.len() == width || record.iter().skip(width).all(<[u8]>::is_empty) && record.len() > width {
        None
    } else {
        Some(Damage::Fields { found: record.len() })
    };
    let mut cells: Vec<Cell> =
        record.iter().take(width).map(|field| Cell::text(cut(&String::from_utf8_lossy(field), limits))).collect();
    cells.resize(width, Cell::Empty);
    Row { line, cells, damage }
}

/// Whether a field looks as if rows had become part of it.
fn is_swallowed(field: &[u8], width: usize, separator: u8) -> bool {
    let lines = field.iter().filter(|byte| **byte == b'\n').count();
    let separators = || field.iter().filter(|byte| **byte == separator).count();
    lines > CELL_LINES_MAXIMUM || (lines > 0 && separators() >= width.saturating_sub(1))
}

fn cut<'t>(text: &'t str, limits: &Limits) -> &'t str {
    text.char_indices().nth(limits.cell_characters).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

fn slice(bytes: &[u8], begin: u64, end: u64) -> &[u8] {
    let at = |position: u64| usize::try_from(position).unwrap_or(usize::MAX);
    bytes.get(at(begin)..at(end)).unwrap_or_default()
}

fn line_breaks(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.iter().filter(|byte| **byte == b'\n').count()).unwrap_or(u32::MAX)
}

/// The text of a file; `None` if it is none.
fn decode(bytes: &[u8]) -> Option<String> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return decode_as(encoding, bytes.get(mark..).unwrap_or_default());
    }
    let probe = bytes.get(..PROBE_BYTES).unwrap_or(bytes);
    let zeros = |odd: usize| probe.iter().enumerate().filter(|(at, byte)| at % 2 == odd && **byte == 0).count();
    // In UTF-16, every second byte of European text is zero; no other encoding of text has zeros.
    let encoding = match (zeros(0), zeros(1)) {
        (0, 0) if std::str::from_utf8(bytes).is_ok() => encoding_rs::UTF_8,
        (0, 0) => WINDOWS_1252,
        (0, odd) if odd * 4 > probe.len() => UTF_16LE,
        (even, 0) if even * 4 > probe.len() => UTF_16BE,
        _ => return None,
    };
    decode_as(encoding, bytes)
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    let (text, damaged) = encoding.decode_without_bom_handling(bytes);
    if damaged {
        return None;
    }
    // A stray control character is a complaint about its cell; many are no text at all.
    let controls = text.chars().filter(|letter| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r')).count();
    (!text.contains('\0') && controls <= text.len() / 200 + 5).then(|| text.into_owned())
}

/// Excel writes the separator into a line of its own, `sep=;`, if it was told to.
fn told_separator(text: &str) -> (&str, Option<u8>) {
    let told = text.strip_prefix("sep=").and_then(|rest| {
        let (line, rest) = rest.split_once('\n')?;
        let [separator] = line.trim_end_matches('\r').as_bytes() else { return None };
        Some((rest, *separator))
    });
    told.map_or((text, None), |(rest, separator)| (rest, Some(separator)))
}

/// The separator under which the first line names the most columns that are known; of equals, the most columns.
fn likely_separator(text: &str) -> u8 {
    let score = |separator: &u8| {
        let mut reader =
            ReaderBuilder::new().delimiter(*separator).has_headers(false).flexible(true).from_reader(text.as_bytes());
        let mut record = ByteRecord::new();
        while reader.read_byte_record(&mut record).unwrap_or(false) && record.iter().all(<[u8]>::is_empty) {}
        let known = record.iter().filter(|name| Column::named(&String::from_utf8_lossy(name)).is_some()).count();
        (known, record.len())
    };
    // The last of equals is taken: the order is turned round, so that it is the usual one of this country.
    SEPARATORS.into_iter().rev().max_by_key(score).unwrap_or(b';')
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1252;
    use proptest::prelude::*;

    use super::decode;
    use crate::import::table::{Cell, read};

    const LIST: &str =
        "Fremdschlüssel{s}Kommune{s}Familienname\r\nA1{s}Lüdinghausen{s}Öztürk\r\nA2{s}Dülmen{s}Groß\r\n";

    fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
        let table = read(bytes).map_err(|errors| format!("{errors:?}")).unwrap();
        table.rows.iter().map(|row| row.cells.iter().map(Cell::shown).collect()).collect()
    }

    fn utf_16(text: &str, mark: bool, big: bool) -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        let units = mark.into_iter().chain(text.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn every_encoding_and_separator_of_spreadsheet_programs_gives_the_same_cells() {
        let expected = [["A1", "Lüdinghausen", "Öztürk"], ["A2", "Dülmen", "Groß"]];
        for separator in [";", ",", "\t"] {
            let text = LIST.replace("{s}", separator);
            for text in [text.clone(), format!("sep={separator}\r\n{text}"), text.replace("\r\n", "\n")] {
                let plain = text.as_bytes().to_vec();
                for bytes in [
                    plain.clone(),
                    [b"\xef\xbb\xbf".as_slice(), &plain].concat(),
                    WINDOWS_1252.encode(&text).0.into_owned(),
                    utf_16(&text, true, false),
                    utf_16(&text, true, true),
                    utf_16(&text, false, false),
                    utf_16(&text, false, true),
                ] {
                    assert_eq!(cells(&bytes), expected, "{separator:?} {text}");
                }
            }
        }
    }

    #[test]
    fn text_between_quotation_marks_may_have_separators_and_line_breaks() {
        let bytes =
            b"externalId;municipality;address;contact\r\nA1;Senden;\"Musterweg 1;\r\n48308 Senden\";\"5\"\" hoch\"\r\n";
        assert_eq!(cells(bytes), [["A1", "Senden", "Musterweg 1;\r\n48308 Senden", "5\" hoch"]]);
    }

    #[test]
    fn separators_behind_the_last_column_do_not_matter() {
        assert_eq!(cells(b"externalId;municipality\nA1;Senden;;\n"), [["A1", "Senden"]]);
    }

    #[test]
    fn bytes_that_are_no_text_are_told() {
        assert_eq!(decode(&[0xff, 0xfe, 0x00, 0xd8]), None);
        assert_eq!(decode(b"a\x00b\x00\x00c"), None);
        assert_eq!(decode(&(0_u8..32).collect::<Vec<_>>()), None);
    }

    proptest! {
        #[test]
        fn text_survives_the_detour_through_its_encodings(text in "[a-zA-ZäöüßÄÖÜéèçñ;,0-9 \n]{1,80}") {
            prop_assert_eq!(decode(text.as_bytes()), Some(text.clone()));
            prop_assert_eq!(decode(&utf_16(&text, true, true)), Some(text.clone()));
            let windows = WINDOWS_1252.encode(&text).0;
            // Two letters of Windows-1252 that happen to be one of UTF-8 are read as that.
            if std::str::from_utf8(&windows).is_err() {
                prop_assert_eq!(decode(&windows), Some(text));
            }
        }
    }
}
