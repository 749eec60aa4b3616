//! Errors as the API shows them: `UserError`, the catalogue, and the payloads of mutations.

use async_graphql::{Enum, Object, SimpleObject};

use crate::error::{self, ErrorCode, ErrorKind};

/// The languages of messages and labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum Language {
    /// German.
    #[default]
    De,
    /// English.
    En,
}

/// `UserError` of the schema; the description that its readers see stands on the `impl`.
pub struct UserError(pub error::UserError);

/// A rule of the trade that a command would break, or a condition that keeps a transition from starting. It is data for
/// the person at the screen: show `message` beside the field that `path` names.
#[Object]
impl UserError {
    /// Which rule. Stable: programs decide by it.
    async fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// Where in the input: names of fields and indexes, outermost first, without `input`. Empty: the command as a whole.
    async fn path(&self) -> &[String] {
        &self.0.path
    }

    /// The rule in words, for people.
    async fn message(&self, #[graphql(desc = "The language of the text.", default)] lang: Language) -> String {
        match lang {
            Language::De => self.0.german(),
            Language::En => self.0.english(),
        }
    }
}

/// One row of the catalogue of error codes.
#[derive(SimpleObject)]
pub struct ErrorCatalogueEntry {
    /// The code.
    code: ErrorCode,
    /// Whose turn it is after this error.
    kind: ErrorKind,
    /// Whether the same request may succeed later.
    retryable: bool,
    /// HTTP status of an answer that carries nothing but this error.
    http_status: i32,
    /// The text in German; `{name}` stands for a value.
    message_de: &'static str,
    /// The text in English; `{name}` stands for a value.
    message_en: &'static str,
}

/// The whole catalogue.
pub fn catalogue() -> Vec<ErrorCatalogueEntry> {
    let row = |code: &ErrorCode| {
        let entry = code.entry();
        ErrorCatalogueEntry {
            code: *code,
            kind: entry.kind,
            retryable: entry.retryable,
            http_status: i32::from(entry.http_status),
            message_de: entry.german,
            message_en: entry.english,
        }
    };
    ErrorCode::ALL.iter().map(row).collect()
}
