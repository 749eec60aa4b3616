//! What comes in is looked at while it passes: whether it is as large as was said, and what was said that it is.
//!
//! Nothing is unpacked or drawn, so that no content can do harm by being looked at. What is looked at is the beginning
//! (what the format is), the end (whether the file is whole, where the format tells), and for text every byte. Taken is
//! what is surely of the declared type; all else is refused, whatever it is.

use entity::codes::DocumentType;

use crate::error::{ErrorCode, UserError};

/// How much of the beginning is looked at.
const HEAD_LEN: usize = 64 * 1024;
/// How much of the end is looked at: the directory of an archive stands there.
const TAIL_LEN: usize = 64 * 1024;
/// In how many bytes of the end a mark of the end must stand. Programs append a little now and then.
const PDF_END_LEN: usize = 2 * 1024;

/// The media type of a document, as HTTP names it.
#[must_use]
pub const fn media_type(document_type: DocumentType) -> &'static str {
    match document_type {
        DocumentType::Pdf => "application/pdf",
        DocumentType::Jpeg => "image/jpeg",
        DocumentType::Png => "image/png",
        DocumentType::Heic => "image/heic",
        DocumentType::Tiff => "image/tiff",
        DocumentType::Text => "text/plain; charset=utf-8",
        DocumentType::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        DocumentType::Odt => "application/vnd.oasis.opendocument.text",
        DocumentType::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
}

/// Looks at a content while it comes in.
pub struct Inspection {
    declared: DocumentType,
    declared_len: u64,
    seen: u64,
    head: Vec<u8>,
    tail: Vec<u8>,
    /// The beginning of a character whose rest has not come yet.
    unfinished: Vec<u8>,
}

impl Inspection {
    /// Expects a content of this type and length.
    #[must_use]
    pub const fn new(declared: DocumentType, declared_len: u64) -> Self {
        Self { declared, declared_len, seen: 0, head: Vec::new(), tail: Vec::new(), unfinished: Vec::new() }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// As soon as it is clear that the content is not what was declared.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), UserError> {
        self.seen = self.seen.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        if self.seen > self.declared_len {
            // More than declared is not read to its end: how much it is stays unknown.
            return Err(self.wrong_length(format!("{}+", self.declared_len)));
        }
        if self.head.len() < HEAD_LEN {
            let missing = HEAD_LEN.saturating_sub(self.head.len());
            self.head.extend(bytes.iter().take(missing));
            if self.head.len() == HEAD_LEN {
                self.check_head()?;
            }
        }
        self.keep_tail(bytes);
        if self.declared == DocumentType::Text { self.check_text(bytes) } else { Ok(()) }
    }

    /// Says whether all of it was as declared.
    ///
    /// # Errors
    /// What was not.
    pub fn finish(self) -> Result<(), UserError> {
        if self.seen != self.declared_len {
            return Err(self.wrong_length(self.seen.to_string()));
        }
        if self.head.len() < HEAD_LEN {
            self.check_head()?;
        }
        if !self.unfinished.is_empty() {
            return Err(self.mismatch());
        }
        self.check_tail()
    }

    fn wrong_length(&self, received: String) -> UserError {
        UserError::at("", ErrorCode::DocumentSizeMismatch)
            .with("declared", self.declared_len)
            .with("received", received)
    }

    fn mismatch(&self) -> UserError {
        UserError::at("", ErrorCode::DocumentTypeMismatch).with("declared", self.declared.as_str())
    }

    fn keep_tail(&mut self, bytes: &[u8]) {
        let kept = bytes.len().min(TAIL_LEN);
        let surplus = (self.tail.len() + kept).saturating_sub(TAIL_LEN);
        self.tail.drain(..surplus);
        self.tail.extend(bytes.iter().skip(bytes.len() - kept));
    }

    fn check_head(&self) -> Result<(), UserError> {
        let head = self.head.as_slice();
        let fits = match self.declared {
            // Some readers look for this in the first 1024 bytes; before it could stand a program.
            DocumentType::Pdf => head.starts_with(b"%PDF-"),
            DocumentType::Jpeg => infer::image::is_jpeg(head),
            DocumentType::Png => infer::image::is_png(head),
            DocumentType::Heic => infer::image::is_heif(head),
            DocumentType::Tiff => infer::image::is_tiff(head),
            DocumentType::Text => !is_markup_or_script(head),
            DocumentType::Odt => infer::odf::is_odt(head),
            DocumentType::Docx | DocumentType::Xlsx => infer::archive::is_zip(head),
        };
        if fits { Ok(()) } else { Err(self.mismatch()) }
    }

    fn check_tail(&self) -> Result<(), UserError> {
        let damaged = || UserError::at("", ErrorCode::DocumentDamaged);
        let tail = self.tail.as_slice();
        let whole = match self.declared {
            DocumentType::Pdf => contains(tail.get(tail.len().saturating_sub(PDF_END_LEN)..).unwrap_or(tail), b"%%EOF"),
            DocumentType::Png => contains(tail, b"IEND"),
            DocumentType::Docx | DocumentType::Odt | DocumentType::Xlsx => contains(tail, b"PK\x05\x06"),
            DocumentType::Jpeg | DocumentType::Heic | DocumentType::Tiff | DocumentType::Text => true,
        };
        if !whole {
            return Err(damaged());
        }
        let folder = match self.declared {
            DocumentType::Docx => "word/",
            DocumentType::Xlsx => "xl/",
            _ => return Ok(()),
        };
        // What is in an archive its directory tells, which stands at the end; that of a very large one begins before.
        let is_office = |names: &Names| names.folders.contains(&folder) && names.is_office && !names.has_macros;
        let mut names = Names::default();
        names.read(tail, b"PK\x01\x02", 46);
        names.read(&self.head, b"PK\x03\x04", 30);
        if is_office(&names) { Ok(()) } else { Err(self.mismatch()) }
    }

    /// Text is UTF-8 without NUL, whatever the borders of the pieces.
    fn check_text(&mut self, bytes: &[u8]) -> Result<(), UserError> {
        if bytes.contains(&0) {
            return Err(self.mismatch());
        }
        let mut text = std::mem::take(&mut self.unfinished);
        text.extend_from_slice(bytes);
        match std::str::from_utf8(&text) {
            Ok(_) => Ok(()),
            Err(error) if error.error_len().is_none() => {
                self.unfinished = text.split_off(error.valid_up_to());
                Ok(())
            }
            Err(_) => Err(self.mismatch()),
        }
    }
}

/// What stands in an archive, as far as it was found.
#[derive(Default)]
struct Names {
    is_office: bool,
    /// Programs have types of their own (`.docm`, `.xlsm`), which are not taken.
    has_macros: bool,
    folders: Vec<&'static str>,
}

impl Names {
    /// Notes the names that stand `offset` bytes behind each `mark`.
    fn read(&mut self, bytes: &[u8], mark: &[u8; 4], offset: usize) {
        for (place, window) in bytes.windows(mark.len()).enumerate() {
            if window != mark {
                continue;
            }
            let name = bytes.get(place + offset..).unwrap_or_default();
            self.is_office |= name.starts_with(b"[Content_Types].xml");
            for folder in ["word/", "xl/"] {
                let Some(inside) = name.strip_prefix(folder.as_bytes()) else { continue };
                self.has_macros |= inside.starts_with(b"vbaProject");
                if !self.folders.contains(&folder) {
                    self.folders.push(folder);
                }
            }
        }
    }
}

/// Whether a text begins like a web page, a drawing that can hold programs, or a script.
fn is_markup_or_script(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let text = head.trim_ascii_start();
    match text {
        [b'#', b'!', ..] => true,
        [b'<', next, ..] => next.is_ascii_alphabetic() || matches!(next, b'!' | b'?' | b'/'),
        _ => false,
    }
}

fn contains(bytes: &[u8], mark: &[u8]) -> bool {
    bytes.windows(mark.len()).any(|window| window == mark)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Looks at a content that comes in pieces of `step` bytes.
    fn look(declared: DocumentType, content: &[u8], step: usize) -> Result<(), ErrorCode> {
        let mut inspection = Inspection::new(declared, u64::try_from(content.len()).unwrap());
        for piece in content.chunks(step) {
            inspection.push(piece).map_err(|error| error.code)?;
        }
        inspection.finish().map_err(|error| error.code)
    }

    /// The bones of an archive with entries of these names.
    fn archive(names: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (mark, rest) in [(b"PK\x03\x04", 26), (b"PK\x01\x02", 42)] {
            for name in names {
                bytes.extend_from_slice(mark);
                bytes.extend(std::iter::repeat_n(0, rest));
                bytes.extend_from_slice(name.as_bytes());
            }
        }
        bytes.extend_from_slice(b"PK\x05\x06");
        bytes.extend(std::iter::repeat_n(0, 18));
        bytes
    }

    fn odt() -> Vec<u8> {
        archive(&["mimetypeapplication/vnd.oasis.opendocument.text", "content.xml"])
    }

    fn samples() -> Vec<(DocumentType, Vec<u8>)> {
        let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[0; 100], b"\0\0\0\0IEND\xAEB`\x82"].concat();
        let heic = [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".as_slice(), &[0; 100]].concat();
        vec![
            (DocumentType::Pdf, b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n".to_vec()),
            (DocumentType::Jpeg, [b"\xFF\xD8\xFF\xE0\0\x10JFIF".as_slice(), &[7; 100]].concat()),
            (DocumentType::Png, png),
            (DocumentType::Heic, heic),
            (DocumentType::Tiff, [b"II*\0\x08\0\0\0".as_slice(), &[0; 100]].concat()),
            (DocumentType::Text, "Sehr geehrte Frau Müller,\r\n\tвітаю <3\n".as_bytes().to_vec()),
            (DocumentType::Docx, archive(&["[Content_Types].xml", "_rels/.rels", "word/document.xml"])),
            (DocumentType::Odt, odt()),
            (DocumentType::Xlsx, archive(&["xl/workbook.xml", "docProps/app.xml", "[Content_Types].xml"])),
        ]
    }

    #[test]
    fn every_type_is_taken_as_itself_and_as_nothing_else() {
        for (of, content) in samples() {
            for declared in DocumentType::ALL {
                for step in [1, 7, 100_000] {
                    let taken = look(*declared, &content, step);
                    // A text can hold anything that is one.
                    let expected = of == *declared || (*declared == DocumentType::Text && of == DocumentType::Pdf);
                    assert_eq!(taken.is_ok(), expected, "{of:?} as {declared:?}: {taken:?}");
                }
            }
        }
    }

    #[test]
    fn programs_web_pages_and_drawings_are_taken_as_nothing() {
        let elf = [b"\x7FELF\x02\x01\x01\0".as_slice(), &[0; 200]].concat();
        let exe = [b"MZ\x90\0\x03\0\0\0".as_slice(), &[0; 200], b"%PDF-1.7 %%EOF"].concat();
        let jar = archive(&["META-INF/MANIFEST.MF", "Main.class"]);
        let macros = archive(&["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]);
        let powerpoint = archive(&["[Content_Types].xml", "ppt/presentation.xml"]);
        for refused in [
            exe.as_slice(),
            &elf,
            &jar,
            &macros,
            &powerpoint,
            b"<!DOCTYPE html><html><script>alert(1)</script></html>",
            b"\xEF\xBB\xBF  <html>",
            b"\n<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>",
            b"<?xml version=\"1.0\"?><svg/>",
            b"#!/bin/sh\nrm -rf /\n",
            b"text with a NUL \0 in it",
            b"text in Latin-1: M\xFCller",
            b"half a character: \xC3",
            b"PK\x03\x04",
            b"PK\x05\x06",
            b"x",
            b"",
        ] {
            for declared in DocumentType::ALL {
                let empty_or_plain = *declared == DocumentType::Text && matches!(refused, b"x" | b"");
                let plain = *declared == DocumentType::Text && refused.starts_with(b"PK") && !refused.contains(&0);
                assert_eq!(look(*declared, refused, 10).is_ok(), empty_or_plain || plain, "{declared:?}: {refused:?}");
            }
        }
    }

    #[test]
    fn a_file_that_was_cut_off_before_is_noticed_where_its_format_tells() {
        let with_ends =
            [DocumentType::Pdf, DocumentType::Png, DocumentType::Docx, DocumentType::Odt, DocumentType::Xlsx];
        for (of, content) in samples().into_iter().filter(|(of, _)| with_ends.contains(of)) {
            let cut = &content[..content.len() - 24.min(content.len() / 3)];
            assert_eq!(look(of, cut, 100), Err(ErrorCode::DocumentDamaged), "{of:?}");
        }
    }

    #[test]
    fn more_or_less_than_was_declared_is_refused() {
        let content = vec![b'x'; 100_000];
        for declared in [99_999, 100_001, 0, u64::MAX] {
            let mut inspection = Inspection::new(DocumentType::Text, declared);
            let taken = content.chunks(1000).try_for_each(|piece| inspection.push(piece));
            let error = taken.and_then(|()| inspection.finish()).unwrap_err();
            assert_eq!(error.code, ErrorCode::DocumentSizeMismatch);
        }
    }

    #[test]
    fn large_contents_are_judged_by_beginning_and_end() {
        let body = vec![b'x'; 300_000];
        let pdf = [b"%PDF-1.4\n".as_slice(), &body, b"\n%%EOF"].concat();
        assert_eq!(look(DocumentType::Pdf, &pdf, 8192), Ok(()));
        let cut = [b"%PDF-1.4\n%%EOF".as_slice(), &body].concat();
        assert_eq!(look(DocumentType::Pdf, &cut, 8192), Err(ErrorCode::DocumentDamaged));
        let parts = archive(&["[Content_Types].xml", "word/document.xml"]);
        let middle = parts.len() / 2;
        let docx = [&parts[..middle], &body, &parts[middle..]].concat();
        assert_eq!(look(DocumentType::Docx, &docx, 100_000), Ok(()));
    }

    proptest! {
        #[test]
        fn no_content_makes_it_panic_and_pieces_do_not_matter(
            declared in proptest::sample::select(DocumentType::ALL),
            beginning in proptest::sample::select(vec![
                &b""[..], b"PK\x03\x04", b"%PDF", b"\0\0\0\x18ftypheic", b"II*\0", b"\xFF\xD8\xFF", b"<", b"\x89PNG",
            ]),
            rest in proptest::collection::vec(any::<u8>(), 0..400),
            step in 1_usize..50,
        ) {
            let content = [beginning, &rest].concat();
            prop_assert_eq!(look(declared, &content, step).is_ok(), look(declared, &content, 1000).is_ok());
        }
    }
}
