//! What any text, date or number has to be like before a rule of the trade looks at it.

use chrono::NaiveDate;

use crate::error::{ErrorCode, UserError};

/// Collects what is wrong with an input, field by field.
#[derive(Debug, Default)]
pub struct Checks {
    errors: Vec<UserError>,
}

/// The longest reason or short text, in characters.
pub const REASON_MAXIMUM: usize = 2000;
/// The longest note, in characters.
pub const NOTE_MAXIMUM: usize = 20_000;
/// The longest name, in characters.
pub const NAME_MAXIMUM: usize = 200;

impl Checks {
    /// No complaints yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a complaint.
    pub fn refuse(&mut self, error: UserError) {
        self.errors.push(error);
    }

    /// Adds a complaint unless `holds`.
    pub fn require(&mut self, holds: bool, error: impl FnOnce() -> UserError) {
        if !holds {
            self.errors.push(error());
        }
    }

    /// One line of text: not blank, at most `maximum` characters, no control characters (NUL bytes included).
    pub fn line(&mut self, path: &str, text: &str, maximum: usize) {
        self.require(!text.trim().is_empty(), || UserError::at(path, ErrorCode::TextEmpty));
        self.characters(path, text, maximum, |_| false);
    }

    /// Optional text of several lines.
    pub fn prose(&mut self, path: &str, text: Option<&str>, maximum: usize) {
        if let Some(text) = text {
            self.require(!text.trim().is_empty(), || UserError::at(path, ErrorCode::TextEmpty));
            self.characters(path, text, maximum, |character| matches!(character, '\n' | '\r' | '\t'));
        }
    }

    fn characters(&mut self, path: &str, text: &str, maximum: usize, also_allowed: fn(char) -> bool) {
        self.require(text.chars().count() <= maximum, || {
            UserError::at(path, ErrorCode::TextTooLong).with("maximum", maximum)
        });
        self.require(!text.chars().any(|character| character.is_control() && !also_allowed(character)), || {
            UserError::at(path, ErrorCode::TextForbiddenCharacter)
        });
    }

    /// A day that this programme can speak of.
    pub fn day(&mut self, path: &str, day: Option<NaiveDate>) {
        let (earliest, latest) = days();
        self.require(day.is_none_or(|day| (earliest..=latest).contains(&day)), || {
            UserError::at(path, ErrorCode::DateOutOfRange).with("earliest", earliest).with("latest", latest)
        });
    }

    /// A day that is over or today, for what has happened.
    #[must_use]
    pub fn happened(path: &str, day: NaiveDate, today: NaiveDate) -> Option<UserError> {
        let (earliest, _) = days();
        (day > today)
            .then(|| UserError::at(path, ErrorCode::DateOutOfRange).with("earliest", earliest).with("latest", today))
    }

    /// An end that lies after its beginning.
    pub fn period(&mut self, path_of_end: &str, from: Option<NaiveDate>, until: Option<NaiveDate>) {
        if let (Some(from), Some(until)) = (from, until) {
            self.require(from < until, || UserError::at(path_of_end, ErrorCode::PeriodEmpty));
        }
    }

    /// Full-time equivalents in hundredths, between 1 and `maximum`.
    pub fn fte(&mut self, path: &str, hundredths: i32, maximum: i32) {
        self.require((1..=maximum).contains(&hundredths), || {
            UserError::at(path, ErrorCode::FteOutOfRange).with("minimum", 1).with("maximum", maximum)
        });
    }

    /// `Ok` if there was no complaint.
    ///
    /// # Errors
    /// All complaints, in the order in which they came.
    pub fn finish(self) -> Result<(), Vec<UserError>> {
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }
}

/// The earliest and the latest day that an input may name.
#[must_use]
pub fn days() -> (NaiveDate, NaiveDate) {
    (
        NaiveDate::from_ymd_opt(1950, 1, 1).unwrap_or(NaiveDate::MIN),
        NaiveDate::from_ymd_opt(2100, 12, 31).unwrap_or(NaiveDate::MAX),
    )
}

#[cfg(test)]
mod tests {
    use super::Checks;
    use crate::error::ErrorCode;

    #[test]
    fn text_with_nul_bytes_or_too_many_characters_is_refused_with_its_path() {
        let mut checks = Checks::new();
        checks.line("number", "CM\0", 40);
        checks.line("name", &"ä".repeat(41), 40);
        checks.line("empty", " ", 40);
        checks.prose("reason", Some("two\nlines"), 40);
        let errors = checks.finish().unwrap_err();
        let found: Vec<_> = errors.iter().map(|error| (error.path.join("."), error.code)).collect();
        assert_eq!(
            found,
            [
                ("number".to_owned(), ErrorCode::TextForbiddenCharacter),
                ("name".to_owned(), ErrorCode::TextTooLong),
                ("empty".to_owned(), ErrorCode::TextEmpty),
            ]
        );
    }
}
