//! Sealed texts: shown where they open, told as hidden where they do not, and every look recorded.

use async_graphql::Context;
use entity::codes::TextKind;
use uuid::Uuid;

use crate::error::Failure;
use crate::graphql::context::Ask;
use crate::graphql::loaders::TextsOf;

/// A text of a record: `None` if there is none, or (with an entry in `extensions.redactions`) if it does not open for the
/// reader. That it was shown is recorded before the answer leaves.
///
/// # Errors
/// Those of the vault and of the database.
pub async fn text(ctx: &Context<'_>, record: Uuid, kind: TextKind) -> Result<Option<String>, Failure> {
    let texts = ctx.load(TextsOf(record)).await?.unwrap_or_default();
    if let Some(open) = texts.get(kind) {
        ctx.state().trail.note([open.opening]);
        return Ok(Some(open.text.clone()));
    }
    if texts.is_hidden(kind) {
        ctx.redact();
    }
    Ok(None)
}
