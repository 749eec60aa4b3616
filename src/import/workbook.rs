//! Excel workbooks (.xlsx): the first worksheet's cells, and nothing else of it.
//!
//! Our own small reader over `zip` and `quick-xml`. A general one trusts what a workbook claims (how many texts it has,
//! how large a sheet is) and takes the memory for it at once; here only the five parts that matter are unpacked, each up
//! to a limit, and only cells that lie below a named column are kept.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::{ErrorCode, UserError};
use crate::import::column::fold;
use crate::import::table::{Cell, Damage, Lines, Row};
use crate::import::value::from_serial;
use crate::import::{Limits, mebibytes};

/// Names of worksheets that are taken before the first one: those of the template.
const SHEETS: [&str; 2] = ["faelle", "cases"];

/// More texts than a sheet of allowed size has cells with text.
const SHARED_TEXTS_MAXIMUM: usize = 1_000_000;

/// Why a workbook cannot be read.
enum Trouble {
    Damaged,
    TooLarge,
    Told(UserError),
}

impl From<quick_xml::Error> for Trouble {
    fn from(_: quick_xml::Error) -> Self {
        Self::Damaged
    }
}

impl From<quick_xml::encoding::EncodingError> for Trouble {
    fn from(_: quick_xml::encoding::EncodingError) -> Self {
        Self::Damaged
    }
}

impl From<quick_xml::events::attributes::AttrError> for Trouble {
    fn from(_: quick_xml::events::attributes::AttrError) -> Self {
        Self::Damaged
    }
}

type Archive<'f> = ZipArchive<Cursor<&'f [u8]>>;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Lines, UserError> {
    attempt(bytes, limits).map_err(|trouble| match trouble {
        Trouble::Damaged => UserError::at("", ErrorCode::ImportWorkbookDamaged),
        Trouble::TooLarge => {
            UserError::at("", ErrorCode::ImportWorkbookTooLarge).with("maximum", mebibytes(limits.part_bytes))
        }
        Trouble::Told(error) => error,
    })
}

fn attempt(bytes: &[u8], limits: &Limits) -> Result<Lines, Trouble> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Trouble::Damaged)?;
    let small = limits.part_bytes / 8;
    let workbook = part(&mut archive, "xl/workbook.xml", small)?.ok_or(Trouble::Damaged)?;
    let (sheet, from_1904) = first_sheet(&workbook)?;
    let relations = part(&mut archive, "xl/_rels/workbook.xml.rels", small)?.ok_or(Trouble::Damaged)?;
    let place = place_of(&relations, &sheet)?.ok_or(Trouble::Damaged)?;
    let texts = part(&mut archive, "xl/sharedStrings.xml", limits.part_bytes)?;
    let texts = texts.map(|xml| shared_texts(&xml, limits)).transpose()?.unwrap_or_default();
    let styles = part(&mut archive, "xl/styles.xml", small)?;
    let dates = styles.map(|xml| date_styles(&xml)).transpose()?.unwrap_or_default();
    let sheet = part(&mut archive, &place, limits.part_bytes)?.ok_or(Trouble::Damaged)?;
    let reader = Sheet { texts: &texts, dates: &dates, from_1904, limits };
    let mut rows = reader.rows(&sheet)?;
    if rows.is_empty() {
        return Err(Trouble::Told(UserError::at("", ErrorCode::ImportFileEmpty)));
    }
    let first = rows.remove(0);
    let width = first.cells.len();
    for row in &mut rows {
        let found = row.cells.len();
        if found > width {
            row.damage = Some(Damage::Fields { found });
        }
        row.cells.resize(width, Cell::Empty);
    }
    Ok(Lines { first, rows, from_1904 })
}

/// A part of the archive, unpacked; what it says of its own length does not count.
fn part(archive: &mut Archive<'_>, name: &str, maximum: usize) -> Result<Option<String>, Trouble> {
    let file = match archive.by_name(name) {
        Ok(file) => file,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(_) => return Err(Trouble::Damaged),
    };
    let mut text = String::new();
    let most = u64::try_from(maximum).unwrap_or(u64::MAX);
    file.take(most.saturating_add(1)).read_to_string(&mut text).map_err(|_| Trouble::Damaged)?;
    if text.len() > maximum { Err(Trouble::TooLarge) } else { Ok(Some(text)) }
}

fn xml(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    reader.config_mut().expand_empty_elements = true;
    reader
}

/// An attribute by its name without prefix.
fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, Trouble> {
    for found in element.attributes() {
        let found = found?;
        if found.key.local_name().as_ref() == name.as_bytes() {
            return Ok(Some(found.normalized_value(XmlVersion::Implicit1_0)?.into_owned()));
        }
    }
    Ok(None)
}

/// The relation of the worksheet to be read, and whether days are counted from 1904 on.
fn first_sheet(workbook: &str) -> Result<(String, bool), Trouble> {
    let mut reader = xml(workbook);
    let mut from_1904 = false;
    let mut sheets: Vec<(String, String)> = Vec::new();
    loop {
        match reader.read_event()? {
            Event::Start(element) => match element.local_name().as_ref() {
                b"workbookPr" => {
                    from_1904 = matches!(attribute(&element, "date1904")?.as_deref(), Some("1" | "true"));
                }
                b"sheet" if attribute(&element, "state")?.is_none_or(|state| state == "visible") => {
                    // `sheetId` is another attribute; the relation's is `r:id`.
                    if let (Some(name), Some(id)) = (attribute(&element, "name")?, attribute(&element, "id")?) {
                        sheets.push((fold(&name), id));
                    }
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    let named = sheets.iter().position(|(name, _)| SHEETS.contains(&name.as_str())).unwrap_or(0);
    sheets.into_iter().nth(named).map(|(_, id)| (id, from_1904)).ok_or(Trouble::Damaged)
}

/// The part that a relation names.
fn place_of(relations: &str, id: &str) -> Result<Option<String>, Trouble> {
    let mut reader = xml(relations);
    loop {
        match reader.read_event()? {
            Event::Start(element)
                if element.local_name().as_ref() == b"Relationship"
                    && attribute(&element, "Id")?.as_deref() == Some(id) =>
            {
                let target = attribute(&element, "Target")?;
                return Ok(target.map(|target| match target.strip_prefix('/') {
                    Some(whole) => whole.to_owned(),
                    None => format!("xl/{target}"),
                }));
            }
            Event::Eof => return Ok(None),
            _ => {}
        }
    }
}

/// Text that is put together from pieces, cut at the longest cell.
struct Gathered {
    text: String,
    room: usize,
}

impl Gathered {
    const fn new(limits: &Limits) -> Self {
        Self { text: String::new(), room: limits.cell_characters }
    }

    fn push(&mut self, piece: &str) {
        for letter in piece.chars().take(self.room) {
            self.text.push(letter);
            self.room = self.room.saturating_sub(1);
        }
    }

    /// The text of an event, if it has any.
    fn take_in(&mut self, event: &Event<'_>) -> Result<(), Trouble> {
        match event {
            Event::Text(text) => self.push(&text.decode()?),
            Event::CData(text) => self.push(&text.decode()?),
            Event::GeneralRef(name) => {
                if let Some(letter) = name.resolve_char_ref()? {
                    self.push(letter.encode_utf8(&mut [0; 4]));
                } else if let Some(text) = quick_xml::escape::resolve_predefined_entity(&name.decode()?) {
                    self.push(text);
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// The texts that cells refer to by number.
fn shared_texts(strings: &str, limits: &Limits) -> Result<Vec<Arc<str>>, Trouble> {
    let mut reader = xml(strings);
    let mut texts = Vec::new();
    // `rPh` tells how East Asian text is pronounced: it is not part of it.
    let (mut within_text, mut within_sound) = (false, false);
    let mut text = Gathered::new(limits);
    loop {
        let event = reader.read_event()?;
        match &event {
            Event::Start(element) => match element.local_name().as_ref() {
                b"si" => text = Gathered::new(limits),
                b"t" => within_text = true,
                b"rPh" => within_sound = true,
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                b"si" if texts.len() >= SHARED_TEXTS_MAXIMUM => return Err(Trouble::TooLarge),
                b"si" => texts.push(text.text.trim().into()),
                b"t" => within_text = false,
                b"rPh" => within_sound = false,
                _ => {}
            },
            Event::Eof => return Ok(texts),
            _ if within_text && !within_sound => text.take_in(&event)?,
            _ => {}
        }
    }
}

/// For each style of cells, whether it shows numbers as dates.
fn date_styles(styles: &str) -> Result<Vec<bool>, Trouble> {
    let mut reader = xml(styles);
    let mut formats: BTreeMap<String, bool> = BTreeMap::new();
    let mut dates = Vec::new();
    let mut within_cells = false;
    loop {
        match reader.read_event()? {
            Event::Start(element) => match element.local_name().as_ref() {
                b"numFmt" => {
                    if let (Some(id), Some(code)) =
                        (attribute(&element, "numFmtId")?, attribute(&element, "formatCode")?)
                    {
                        formats.insert(id, shows_date(&code));
                    }
                }
                b"cellXfs" => within_cells = true,
                b"xf" if within_cells => {
                    let id = attribute(&element, "numFmtId")?.unwrap_or_default();
                    let built_in = || matches!(id.parse::<u32>(), Ok(14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58));
                    dates.push(formats.get(&id).copied().unwrap_or_else(built_in));
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == b"cellXfs" => within_cells = false,
            Event::Eof => return Ok(dates),
            _ => {}
        }
    }
}

/// Whether a format of numbers shows a date: it names years or days outside quoted text, colours and conditions.
fn shows_date(format: &str) -> bool {
    let mut letters = format.chars();
    let (mut quoted, mut bracketed) = (false, false);
    while let Some(letter) = letters.next() {
        match letter {
            '\\' | '_' | '*' if !quoted => drop(letters.next()),
            '"' => quoted = !quoted,
            '[' if !quoted => bracketed = true,
            ']' if !quoted => bracketed = false,
            'y' | 'Y' | 'd' | 'D' if !quoted && !bracketed => return true,
            _ => {}
        }
    }
    false
}

struct Sheet<'a> {
    texts: &'a [Arc<str>],
    dates: &'a [bool],
    from_1904: bool,
    limits: &'a Limits,
}

impl Sheet<'_> {
    /// The rows that hold something, each as wide as its last cell that does.
    fn rows(&self, sheet: &str) -> Result<Vec<Row>, Trouble> {
        let mut reader = xml(sheet);
        let mut rows: Vec<Row> = Vec::new();
        let mut line = 0_u32;
        let mut cells: Vec<Cell> = Vec::new();
        let mut next_column = 0_usize;
        loop {
            match reader.read_event()? {
                Event::Start(element) => match element.local_name().as_ref() {
                    b"row" => {
                        let told = attribute(&element, "r")?.and_then(|text| text.parse().ok());
                        line = told.unwrap_or_else(|| line.saturating_add(1));
                        (cells, next_column) = (Vec::new(), 0);
                    }
                    b"c" => {
                        let told = attribute(&element, "r")?.and_then(|name| column_number(&name));
                        let at = told.unwrap_or(next_column);
                        next_column = at.saturating_add(1);
                        let cell = self.cell(&mut reader, &element)?;
                        // What lies right of the last named column is kept as a sign that there is something.
                        let width = rows.first().map_or(self.limits.columns, |first| first.cells.len());
                        if cell == Cell::Empty {
                            continue;
                        }
                        if rows.is_empty() && at >= self.limits.columns {
                            let error = UserError::at("", ErrorCode::ImportTooManyColumns);
                            return Err(Trouble::Told(error.with("maximum", self.limits.columns)));
                        }
                        let at = at.min(width);
                        if cells.len() <= at {
                            cells.resize(at.saturating_add(1), Cell::Empty);
                        }
                        if let Some(place) = cells.get_mut(at) {
                            *place = cell;
                        }
                    }
                    _ => {}
                },
                Event::End(element) => match element.local_name().as_ref() {
                    b"row" if !cells.is_empty() => {
                        if rows.len() > self.limits.rows {
                            let error = UserError::at("", ErrorCode::ImportTooManyRows);
                            return Err(Trouble::Told(error.with("maximum", self.limits.rows)));
                        }
                        rows.push(Row { line, cells: std::mem::take(&mut cells), damage: None });
                    }
                    b"sheetData" => return Ok(rows),
                    _ => {}
                },
                Event::Eof => return Err(Trouble::Damaged),
                _ => {}
            }
        }
    }

    /// Reads a cell to its end.
    fn cell(&self, reader: &mut Reader<&[u8]>, element: &BytesStart<'_>) -> Result<Cell, Trouble> {
        let kind = attribute(element, "t")?;
        let style: Option<usize> = attribute(element, "s")?.and_then(|text| text.parse().ok());
        let mut text = Gathered::new(self.limits);
        // The value stands in `v`, or as text in `is`/`t`; the formula, in `f`, is of no interest.
        let mut within = false;
        let mut depth = 0_u32;
        loop {
            let event = reader.read_event()?;
            match &event {
                Event::Start(inner) => {
                    depth = depth.saturating_add(1);
                    within = matches!(inner.local_name().as_ref(), b"v" | b"t");
                }
                Event::End(_) if depth == 0 => break,
                Event::End(_) => {
                    depth = depth.saturating_sub(1);
                    within = false;
                }
                Event::Eof => return Err(Trouble::Damaged),
                _ if within => text.take_in(&event)?,
                _ => {}
            }
        }
        let text = text.text;
        Ok(match kind.as_deref() {
            Some("s") => match text.trim().parse::<usize>().ok().and_then(|number| self.texts.get(number)) {
                Some(shared) if shared.is_empty() => Cell::Empty,
                Some(shared) => Cell::Text(Arc::clone(shared)),
                None => Cell::Empty,
            },
            Some("e") => Cell::Fault(text.as_str().into()),
            Some("str" | "inlineStr" | "d" | "b") => Cell::text(&text),
            _ => match text.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => {
                    let is_date = style.and_then(|style| self.dates.get(style)).copied().unwrap_or(false);
                    let day = if is_date { from_serial(number, self.from_1904) } else { None };
                    day.map_or(Cell::Number(number), Cell::Day)
                }
                _ => Cell::text(&text),
            },
        })
    }
}

/// The column of a cell's name, from 0: `C7` is 2.
fn column_number(name: &str) -> Option<usize> {
    let letters = name.bytes().take_while(u8::is_ascii_alphabetic);
    let number = letters.take(4).fold(0_usize, |number, letter| {
        number
            .saturating_mul(26)
            .saturating_add(usize::from(letter.to_ascii_uppercase().saturating_sub(b'A')))
            .saturating_add(1)
    });
    number.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use chrono::NaiveDate;
    use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::{column_number, shows_date};
    use crate::error::ErrorCode;
    use crate::import::table::{Cell, Damage, Table, read};

    const WORKBOOK: &str =
        r#"<workbook xmlns:r="r"><sheets><sheet name="One" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const RELATIONS: &str =
        r#"<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>"#;

    fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (name, content) in parts {
            writer.start_file(*name, options).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn book(sheet: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
        let mut parts: Vec<(&str, &[u8])> = vec![
            ("xl/workbook.xml", WORKBOOK.as_bytes()),
            ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
            ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
        ];
        parts.extend(more);
        archive(&parts)
    }

    fn sheet(rows: &str) -> String {
        let header = r#"<row><c t="inlineStr"><is><t>externalId</t></is></c><c t="str"><v>municipality</v></c></row>"#;
        format!("<worksheet><sheetData>{header}{rows}</sheetData></worksheet>")
    }

    fn table(bytes: &[u8]) -> Table {
        read(bytes).map_err(|errors| format!("{errors:?}")).unwrap()
    }

    fn code(bytes: &[u8]) -> ErrorCode {
        read(bytes).err().unwrap()[0].code
    }

    #[test]
    fn cells_of_a_real_workbook_are_read_as_what_they_are() {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        for (at, name) in (0_u16..).zip(["Fremdschlüssel", "Kommune", "Eröffnet am", "Kontakt"]) {
            sheet.write_string(0, at, name).unwrap();
        }
        let date = Format::new().set_num_format("dd.mm.yyyy");
        sheet.write_number(2, 0, 4711.0).unwrap();
        sheet.write_number(2, 1, 5_558_024.0).unwrap();
        let day = ExcelDateTime::from_ymd(2023, 3, 1).unwrap();
        sheet.write_datetime_with_format(2, 2, &day, &date).unwrap();
        sheet.write_string(2, 3, "a & b <c> „d“").unwrap();
        sheet.write_formula(3, 0, rust_xlsxwriter::Formula::new("=1+1").set_result("2")).unwrap();
        let table = table(&workbook.save_to_buffer().unwrap());
        assert_eq!(table.rows[0].line, 3);
        let expected = [
            Cell::Number(4711.0),
            Cell::Number(5_558_024.0),
            Cell::Day(NaiveDate::from_ymd_opt(2023, 3, 1).unwrap()),
            Cell::text("a & b <c> „d“"),
        ];
        assert!(
            table.rows[0].cells == expected,
            "{:?}",
            table.rows[0].cells.iter().map(Cell::shown).collect::<Vec<_>>()
        );
        assert_eq!(table.rows[0].cells[0].shown(), "4711");
        assert!(table.rows[1].cells[0] == Cell::Number(2.0));
    }

    #[test]
    fn cells_without_names_errors_and_cells_beyond_the_columns_are_told() {
        let rows = r##"<row r="7"><c><v>1</v></c><c t="e"><v>#REF!</v></c></row>
            <row r="9"><c r="A9"><v>2</v></c><c r="XFD9"><v>3</v></c></row><row/>"##;
        let table = table(&book(&sheet(rows), &[]));
        assert_eq!(table.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [7, 9]);
        assert!(table.rows[0].cells[1] == Cell::Fault("#REF!".into()));
        assert_eq!(table.rows[1].damage, Some(Damage::Fields { found: 3 }));
    }

    #[test]
    fn a_workbook_that_unpacks_to_gigabytes_is_refused_at_the_limit() {
        let bomb = "<row><c><v>1</v></c></row>".repeat(4 << 20);
        let bytes = book(&sheet(&bomb), &[]);
        assert!(bytes.len() < 1 << 20, "{}", bytes.len());
        assert_eq!(code(&bytes), ErrorCode::ImportWorkbookTooLarge);
        let texts = format!("<sst>{}</sst>", "<si/>".repeat(1_100_000));
        let bytes = book(&sheet(""), &[("xl/sharedStrings.xml", texts.as_bytes())]);
        assert_eq!(code(&bytes), ErrorCode::ImportWorkbookTooLarge);
    }

    #[test]
    fn what_a_workbook_claims_of_its_size_costs_nothing() {
        let texts = br#"<sst uniqueCount="99999999999999999"><si><t>A</t></si></sst>"#;
        let rows = r#"<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>99999999999</v></c></row>
            <row r="4294967299"><c r="A2" t="s"><v>0</v></c></row>"#;
        let claim = sheet(rows).replace("<sheetData>", r#"<dimension ref="A1:XFD1048576"/><sheetData>"#);
        let table = table(&book(&claim, &[("xl/sharedStrings.xml", texts)]));
        assert_eq!(table.rows.len(), 2);
        assert!(table.rows[0].cells[1] == Cell::Empty);
    }

    #[test]
    fn one_long_text_that_every_cell_refers_to_is_kept_once_and_cut() {
        let long = "x".repeat(1 << 20);
        let texts = format!("<sst><si><t>{long}</t></si></sst>");
        let rows = r#"<row><c t="s"><v>0</v></c><c t="s"><v>0</v></c></row>"#.repeat(10_000);
        let table = table(&book(&sheet(&rows), &[("xl/sharedStrings.xml", texts.as_bytes())]));
        assert_eq!(table.rows.len(), 10_000);
        assert_eq!(table.rows[9_999].cells[1].shown().len(), 2_001);
    }

    #[test]
    fn damaged_workbooks_are_told() {
        let whole = book(&sheet(""), &[]);
        assert_eq!(table(&whole).rows.len(), 0);
        assert_eq!(code(&whole[..whole.len() / 2]), ErrorCode::ImportWorkbookDamaged);
        assert_eq!(code(&archive(&[("readme.txt", b"nothing")])), ErrorCode::ImportWorkbookDamaged);
        assert_eq!(code(&book("<worksheet><sheetData><row>", &[])), ErrorCode::ImportWorkbookDamaged);
        assert_eq!(code(&book("<worksheet><sheetData></row></c>", &[])), ErrorCode::ImportWorkbookDamaged);
    }

    #[test]
    fn formats_of_numbers_show_dates_or_not() {
        for format in ["yyyy-mm-dd", "DD.MM.YYYY", "[$-407]d. mmm yyyy;@", "m/d/yy h:mm"] {
            assert!(shows_date(format), "{format}");
        }
        for format in ["General", "0.00", "#,##0 \"day\"", "[Red]0", "h:mm:ss", "\\d0", "@"] {
            assert!(!shows_date(format), "{format}");
        }
        assert_eq!(
            ["A1", "C7", "AA3", "XFD9", "7"].map(column_number),
            [Some(0), Some(2), Some(26), Some(16_383), None]
        );
    }
}
