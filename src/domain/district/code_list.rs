//! Code lists: what a code may look like, what may never be a value, and the file in which lists are kept and exchanged.

use chrono::NaiveDate;
use entity::codes::CodeList;
use serde::{Deserialize, Serialize};

/// The longest code, in characters.
const CODE_MAXIMUM: usize = 40;
/// The longest label, in characters.
pub const LABEL_MAXIMUM: usize = 200;
/// The longest description, in characters.
pub const DESCRIPTION_MAXIMUM: usize = 2000;
/// The highest place in a list.
pub const POSITION_MAXIMUM: i32 = 100_000;

/// Whether a code has the shape of one: capital letters, digits and underscores, a letter first.
#[must_use]
pub fn is_code(text: &str) -> bool {
    text.len() <= CODE_MAXIMUM
        && text.starts_with(|letter: char| letter.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// The value of [`CodeList::ResidenceGroup`] that says nothing, and therefore can never end.
pub const RESIDENCE_UNKNOWN: &str = "UNKNOWN_OR_NOT_RECORDED";

/// Whether a value must stay in its list for ever.
#[must_use]
pub fn is_needed(list: CodeList, code: &str) -> bool {
    list == CodeList::ResidenceGroup && code == RESIDENCE_UNKNOWN
}

/// Words that speak of an unlawful stay. Compared in lower case, with every other sign read as a blank.
const UNLAWFUL: &[&str] = &[
    "illegal",
    "irregul",
    "unerlaubt",
    "unrechtmä",
    "unrechtmae",
    "rechtswidrig",
    "nicht rechtmä",
    "ohne aufenthalt",
    "kein aufenthalt",
    "keinen aufenthalt",
    "ohne rechtmä",
    "ohne gültigen",
    "ohne titel",
    "kein titel",
    "ohne status",
    "kein status",
    "ohne legalen",
    "ohne papiere",
    "papierlos",
    "ausreisepflicht",
    "abgetaucht",
    "untergetaucht",
    "unlawful",
    "undocumented",
    "unauthori",
    "no residence",
    "without residence",
    "without a residence",
    "no right to",
    "without right to",
    "without a right to",
    "without legal",
    "no legal",
    "no status",
    "without status",
    "no title",
    "without title",
    "no permit",
    "without permit",
    "without papers",
    "sans papiers",
    "overstay",
    "obliged to leave",
];

/// Whether a value of a list would say that somebody's stay is unlawful. There is no such value: public bodies that learn
/// of it may have to report it (§ 87 AufenthG), and nobody needs it to help a person.
#[must_use]
pub fn speaks_of_unlawful_stay(list: CodeList, text: &str) -> bool {
    if list != CodeList::ResidenceGroup {
        return false;
    }
    let words: String = text
        .chars()
        .map(|letter| if letter.is_alphanumeric() { letter } else { ' ' })
        .flat_map(char::to_lowercase)
        .collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    UNLAWFUL.iter().any(|word| words.contains(word))
}

/// An entry as a file holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileEntry {
    /// Which list.
    pub list: CodeList,
    /// The value.
    pub code: String,
    /// Label in German.
    pub label_de: String,
    /// Label in English.
    pub label_en: String,
    /// What belongs to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its place in the list.
    pub position: i32,
    /// First day.
    pub valid_from: NaiveDate,
    /// First day on which it no longer holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
}

/// What the file calls its format.
const FORMAT: &str = "kim code lists 1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    entries: Vec<FileEntry>,
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// It is no JSON, or not of this shape.
    #[error("it is not a file of code lists: {0}")]
    Malformed(String),
    /// It says that it is something else.
    #[error("its format is {0:?}; this version reads {FORMAT:?}")]
    Format(String),
}

/// Reads a file of code lists: JSON in UTF-8.
///
/// # Errors
/// What is wrong with it, with line and column.
pub fn read_file(text: &str) -> Result<Vec<FileEntry>, FileFault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file: File = serde_json::from_str(text).map_err(|error| FileFault::Malformed(error.to_string()))?;
    if file.format == FORMAT { Ok(file.entries) } else { Err(FileFault::Format(file.format)) }
}

/// Writes a file of code lists, one entry a line.
#[must_use]
pub fn write_file(entries: &[FileEntry]) -> String {
    let lines: Vec<String> = entries
        .iter()
        .filter_map(|entry| serde_json::to_string(entry).ok())
        .map(|line| format!("    {line}"))
        .collect();
    let format = serde_json::Value::from(FORMAT);
    format!("{{\n  \"format\": {format},\n  \"entries\": [\n{}\n  ]\n}}\n", lines.join(",\n"))
}

/// The lists that a new district begins with.
///
/// # Errors
/// If the file that is built into the program is broken; a test sees to it that it is not.
pub fn defaults() -> Result<Vec<FileEntry>, FileFault> {
    read_file(include_str!("code_list/defaults.json"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use entity::codes::CodeList;

    use super::{
        DESCRIPTION_MAXIMUM, FileFault, LABEL_MAXIMUM, RESIDENCE_UNKNOWN, defaults, is_code, read_file,
        speaks_of_unlawful_stay, write_file,
    };

    #[test]
    fn the_default_lists_are_complete_and_well_formed() {
        let entries = defaults().unwrap();
        let count = |list| entries.iter().filter(|entry| entry.list == list).count();
        assert_eq!(CodeList::ALL.iter().map(|list| count(*list)).collect::<Vec<_>>(), [24, 19, 11, 18]);
        let unique: BTreeSet<_> = entries.iter().map(|entry| (entry.list, entry.code.as_str())).collect();
        assert_eq!(unique.len(), entries.len());
        let places: BTreeSet<_> = entries.iter().map(|entry| (entry.list, entry.position)).collect();
        assert_eq!(places.len(), entries.len());
        for entry in &entries {
            assert!(is_code(&entry.code), "{}", entry.code);
            for label in [&entry.label_de, &entry.label_en] {
                assert!(!label.trim().is_empty() && label.chars().count() <= LABEL_MAXIMUM, "{}", entry.code);
            }
            let description = entry.description.as_deref().unwrap_or_default();
            assert!(description.chars().count() <= DESCRIPTION_MAXIMUM, "{}", entry.code);
        }
        assert_eq!(read_file(&write_file(&entries)).unwrap(), entries);
    }

    #[test]
    fn there_is_no_value_for_unlawful_stay_and_one_for_what_nobody_has_to_say() {
        let entries = defaults().unwrap();
        let residence: Vec<_> = entries.iter().filter(|entry| entry.list == CodeList::ResidenceGroup).collect();
        assert!(residence.iter().any(|entry| entry.code == RESIDENCE_UNKNOWN && entry.valid_until.is_none()));
        for entry in residence {
            let description = entry.description.as_deref().unwrap_or_default();
            for text in [entry.code.as_str(), &entry.label_de, &entry.label_en, description] {
                assert!(!speaks_of_unlawful_stay(CodeList::ResidenceGroup, text), "{text}");
            }
        }
    }

    #[test]
    fn a_value_for_unlawful_stay_is_recognised_in_whatever_words() {
        for text in [
            "ILLEGAL_STAY",
            "OHNE_AUFENTHALTSRECHT",
            "Ohne  Aufenthaltstitel",
            "Unerlaubter Aufenthalt",
            "Vollziehbar ausreisepflichtig",
            "Without residence permit",
            "Undocumented",
            "NO_LEGAL_STATUS",
            "Menschen ohne Papiere",
        ] {
            assert!(speaks_of_unlawful_stay(CodeList::ResidenceGroup, text), "{text}");
            assert!(!speaks_of_unlawful_stay(CodeList::NeedArea, text), "{text}");
        }
        for text in ["Duldung", "Keine Angabe", "Unbefristeter Aufenthalt", "Nicht erfasst", "OTHER_TITLE"] {
            assert!(!speaks_of_unlawful_stay(CodeList::ResidenceGroup, text), "{text}");
        }
    }

    #[test]
    fn a_file_that_is_none_is_refused_with_the_place() {
        assert!(matches!(read_file("[]").unwrap_err(), FileFault::Malformed(_)));
        assert_eq!(
            read_file(r#"{"format": "kim code lists 2", "entries": []}"#).unwrap_err(),
            FileFault::Format("kim code lists 2".to_owned())
        );
        let fault =
            read_file("{\"format\": \"kim code lists 1\",\n\"entries\": [{\"list\": \"COLOURS\"}]}").unwrap_err();
        assert!(fault.to_string().contains("COLOURS") && fault.to_string().contains("line 2"), "{fault}");
        assert!(read_file("\u{feff}{\"format\": \"kim code lists 1\", \"entries\": []}").unwrap().is_empty());
        assert!(!is_code("Small") && !is_code("") && !is_code("1A") && !is_code(&"A".repeat(41)) && is_code("A_1"));
    }
}
