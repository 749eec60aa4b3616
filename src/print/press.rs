//! The documents as PDF, set by typst. The templates are part of this program; what people wrote reaches them as data
//! (a JSON file that exists in memory only) and is never read as markup.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::Serialize;
use serde_json::Value;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::Fault;

/// As much text as a document may have, with its structure.
const MOST_BYTES: usize = 2_000_000;

/// Words longer than this are given places to break at.
const LONGEST_WORD: usize = 40;

/// How far these places are apart.
const PIECE: usize = 12;

/// What a character that no font has is printed as.
const UNKNOWN: char = '\u{fffd}';

/// Deep tables and lists need more stack than a worker has.
const STACK_BYTES: usize = 32 * 1024 * 1024;

/// Which document it is.
#[derive(Clone, Copy, Debug)]
pub enum Template {
    Meeting,
    Report,
}

impl Template {
    fn text(self) -> &'static str {
        match self {
            Self::Meeting => concat!(include_str!("common.typ"), include_str!("meeting.typ")),
            Self::Report => concat!(include_str!("common.typ"), include_str!("report.typ")),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Meeting => "meeting.typ",
            Self::Report => "report.typ",
        }
    }
}

/// The fonts: Noto Sans, and DejaVu Sans for the characters that it lacks.
struct Fonts {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    /// How many of them are Noto Sans.
    first: usize,
}

static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let load = |data: &'static [u8]| Font::new(Bytes::new(data), 0);
    let mut fonts: Vec<Font> =
        [notosans::REGULAR_TTF, notosans::BOLD_TTF, notosans::ITALIC_TTF, notosans::BOLD_ITALIC_TTF]
            .into_iter()
            .filter_map(load)
            .collect();
    let first = fonts.len();
    fonts.extend([dejavu::sans::regular(), dejavu::sans::bold()].into_iter().filter_map(load));
    Fonts { book: LazyHash::new(FontBook::from_fonts(&fonts)), fonts, first }
});

impl Fonts {
    /// Whether each face of one family has the character.
    fn have(&self, char: char) -> bool {
        let code = u32::from(char);
        let (first, second) = self.fonts.split_at_checked(self.first).unwrap_or_default();
        [first, second].into_iter().any(|family| family.iter().all(|font| font.info().coverage.contains(code)))
    }
}

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// One document at a time, on a thread of its own.
static PRESS: LazyLock<Option<ThreadPool>> = LazyLock::new(|| {
    ThreadPoolBuilder::new().num_threads(1).stack_size(STACK_BYTES).thread_name(|_| "press".to_owned()).build().ok()
});

/// All that a template can reach: itself, the data, the fonts. No files, no packages, no clock.
struct Desk {
    source: Source,
    data_id: FileId,
    data: Bytes,
}

impl Desk {
    fn new(template: Template, data: String) -> Option<Self> {
        let id = |name| Some(RootedPath::new(VirtualRoot::Project, VirtualPath::new(name).ok()?).intern());
        Some(Self {
            source: Source::new(id(template.name())?, template.text().to_owned()),
            data_id: id("data.json")?,
            data: Bytes::from_string(data),
        })
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.book
    }

    fn main(&self) -> FileId {
        self.source.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.source.id() { Ok(self.source.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data_id { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Prints a document. The same document gives the same bytes.
pub fn print(template: Template, view: &impl Serialize, dated: NaiveDate) -> Result<Vec<u8>, Fault> {
    let mut data = serde_json::to_value(view).map_err(|error| Fault::Refused(error.to_string()))?;
    let written = data.to_string().len();
    if written > MOST_BYTES {
        return Err(Fault::TooLong { bytes: written, limit: MOST_BYTES });
    }
    make_printable(&mut data);
    let desk = Desk::new(template, data.to_string()).ok_or(Fault::BrokeDown)?;
    let press = PRESS.as_ref().ok_or(Fault::BrokeDown)?;
    press.install(|| {
        let printed = catch_unwind(AssertUnwindSafe(|| set(&desk, dated)));
        // What the printer remembers of a document is worth nothing for the next one.
        typst::comemo::evict(0);
        printed.unwrap_or(Err(Fault::BrokeDown))
    })
}

fn set(desk: &Desk, dated: NaiveDate) -> Result<Vec<u8>, Fault> {
    let document = typst::compile::<PagedDocument>(desk).output.map_err(|errors| refused(&errors))?;
    let plain = options(dated, &[]).ok_or(Fault::BrokeDown)?;
    let lasting = options(dated, &[PdfStandard::A_2a, PdfStandard::Ua_1]).ok_or(Fault::BrokeDown)?;
    // Made to last and to be read aloud (PDF/A-2a, PDF/UA-1). A document that cannot be, for what somebody wrote in it, is
    // still printed; it then does not claim to be.
    typst_pdf::pdf(&document, &lasting)
        .or_else(|_| typst_pdf::pdf(&document, &plain))
        .map_err(|errors| refused(&errors))
}

fn options(dated: NaiveDate, standards: &[PdfStandard]) -> Option<PdfOptions> {
    let month = u8::try_from(dated.month()).ok()?;
    let day = u8::try_from(dated.day()).ok()?;
    let dated = Datetime::from_ymd_hms(dated.year(), month, day, 0, 0, 0)?;
    Some(PdfOptions {
        creator: Smart::Custom(Some("KIM".to_owned())),
        timestamp: Some(Timestamp::new_utc(dated)),
        standards: if standards.is_empty() { PdfStandards::default() } else { PdfStandards::new(standards).ok()? },
        ..PdfOptions::default()
    })
}

fn refused(errors: &[SourceDiagnostic]) -> Fault {
    Fault::Refused(errors.first().map(|error| error.message.to_string()).unwrap_or_default())
}

/// Gives every text in the data characters that the fonts have and words that fit on a line. Addresses stay.
fn make_printable(data: &mut Value) {
    match data {
        Value::String(text) => *text = printable(text),
        Value::Array(values) => values.iter_mut().for_each(make_printable),
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if name != "url" && name != "kind" {
                    make_printable(value);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // Letters since the last place to break at.
    let mut run = 0_usize;
    let mut before = ' ';
    for char in text.chars() {
        let char = match char {
            '\t' => ' ',
            '\n' => char,
            // Joins and selects what the fonts do not have.
            '\u{200d}' | '\u{fe00}'..='\u{fe0f}' if before == UNKNOWN => continue,
            char if FONTS.have(char) => char,
            _ if before == UNKNOWN => continue,
            _ => UNKNOWN,
        };
        if matches!(char, '-' | '\u{ad}' | '\u{200b}')
            || (char.is_whitespace() && char != '\u{a0}' && char != '\u{202f}')
        {
            run = 0;
        } else {
            run += 1;
            if run >= LONGEST_WORD && run.is_multiple_of(PIECE) {
                out.push(if before.is_alphabetic() && char.is_alphabetic() { '\u{ad}' } else { '\u{200b}' });
            }
        }
        out.push(char);
        before = char;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_get_places_to_break_at() {
        assert_eq!(printable("Arbeitnehmerfreizügigkeitsgesetz"), "Arbeitnehmerfreizügigkeitsgesetz");
        assert!(printable(&"x".repeat(100)).contains('\u{ad}'));
        assert!(printable(&"1/".repeat(100)).contains('\u{200b}'));
    }

    #[test]
    fn characters_without_a_glyph_are_replaced_once() {
        assert_eq!(printable("a 中文 b"), "a \u{fffd} b");
        assert_eq!(printable("Ґанна Шевченко, أحمد, אברהם, ẞ → ≥ ✓"), "Ґанна Шевченко, أحمد, אברהם, ẞ → ≥ ✓");
    }

    #[test]
    fn a_template_reaches_nothing_but_its_data() {
        let desk = Desk::new(Template::Meeting, "{}".to_owned()).unwrap();
        let other = RootedPath::new(VirtualRoot::Project, VirtualPath::new("etc/passwd").unwrap()).intern();
        assert!(desk.file(other).is_err() && desk.source(other).is_err() && desk.today(None).is_none());
        assert!(desk.file(desk.data_id).is_ok());
    }

    #[test]
    fn the_fonts_are_there() {
        assert_eq!((FONTS.fonts.len(), FONTS.first), (6, 4));
    }
}
