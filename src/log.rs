//! The arithmetic of the tamper-evident log: what is hashed and signed, byte for byte. Pure.
//!
//! Every event has a hash over all its fields. The sealer puts the events of a district into one order; each entry's
//! chain hash covers the chain hash before it, so that an entry vouches for everything before it. Heads are signed.

use aws_lc_rs::digest::{Context, SHA256};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::codes::TextKind;
use entity::ids::ClientId;
use entity::{event, log_seal};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::vault::Sealed;

/// What an event tells of a client, sealed under the client's key: destroying the key erases it here as well, and the
/// chain stays as it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SealedPart {
    /// Whose key.
    pub client: ClientId,
    /// A [`Personal`] as JSON, sealed.
    pub content: Sealed,
}

/// The personal part of an event.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Personal {
    /// Why, in the words of the person who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub texts: Vec<PersonalText>,
}

/// One text that was written, or taken away.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PersonalText {
    /// The record that it belongs to.
    pub record: Uuid,
    /// Which text of the record.
    pub kind: TextKind,
    /// The text; absent: it was taken away.
    pub text: Option<String>,
}

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// The chain hash before the first entry.
pub const ORIGIN: Hash = [0; 32];

/// Hashes fields one after the other, each with its length before it, so that no two lists of fields look alike.
struct Fields(Context);

impl Fields {
    fn new(purpose: &str) -> Self {
        Self(Context::new(&SHA256)).add(purpose.as_bytes())
    }

    fn add(mut self, field: &[u8]) -> Self {
        let length = u64::try_from(field.len()).unwrap_or(u64::MAX);
        self.0.update(&length.to_be_bytes());
        self.0.update(field);
        self
    }

    fn add_optional(self, field: Option<&[u8]>) -> Self {
        match field {
            Some(field) => self.add(b"some").add(field),
            None => self.add(b"none"),
        }
    }

    fn finish(self) -> Hash {
        let mut hash = ORIGIN;
        hash.iter_mut().zip(self.0.finish().as_ref()).for_each(|(to, from)| *to = *from);
        hash
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, true)
}

/// The hash of an event: covers every column.
#[must_use]
pub fn event_hash(event: &event::Model) -> Hash {
    let event::Model { id, district_id, occurred_at, actor_id, command, subject, reason, change } = event;
    Fields::new("kim event 1")
        .add(id.0.as_bytes())
        .add(district_id.0.as_bytes())
        .add(instant(*occurred_at).as_bytes())
        .add_optional(actor_id.as_ref().map(|id| id.0.as_bytes().as_slice()))
        .add(command.as_bytes())
        .add(subject.as_bytes())
        .add_optional(reason.as_ref().map(String::as_bytes))
        .add(change.as_bytes())
        .finish()
}

/// The chain hash of the entry at `position`.
#[must_use]
pub fn chain_hash(before: &[u8], position: i64, event_hash: &[u8]) -> Hash {
    Fields::new("kim entry 1").add(before).add(&position.to_be_bytes()).add(event_hash).finish()
}

/// What the signature of a head covers.
#[must_use]
pub fn head_message(head: &log_seal::Model) -> Hash {
    let log_seal::Model { district_id, last_position, first_position, chain_hash, sealed_at, key_id, signature: _ } =
        head;
    Fields::new("kim head 1")
        .add(district_id.0.as_bytes())
        .add(&first_position.to_be_bytes())
        .add(&last_position.to_be_bytes())
        .add(chain_hash)
        .add(instant(*sealed_at).as_bytes())
        .add(key_id.as_bytes())
        .finish()
}

/// The SHA-256 of bytes, with what they are hashed for.
#[must_use]
pub fn bytes_hash(purpose: &str, parts: &[&[u8]]) -> Hash {
    parts.iter().fold(Fields::new(purpose), |fields, part| fields.add(part)).finish()
}

/// The SHA-256 of a text, e.g. of a request under an idempotency key.
#[must_use]
pub fn text_hash(purpose: &str, parts: &[&str]) -> Hash {
    parts.iter().fold(Fields::new(purpose), |fields, part| fields.add(part.as_bytes())).finish()
}
