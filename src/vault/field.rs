//! What a client's data key seals, one piece at a time: where a piece belongs, and its sealed bytes.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::zeroize::Zeroizing;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::{NONCE_LEN, Owner, TAG_LEN, VaultError, encode};

/// The form of sealed fields that is written. Version 1 is the only one that is read.
pub(super) const VERSION: u8 = 1;
/// Plaintext is padded to a multiple of this many bytes, so that the length does not tell "yes" from "no" or one
/// language from another.
pub const PADDED_TO: usize = 32;
/// The longest plaintext of a field in bytes (1 MiB).
pub const PLAINTEXT_MAXIMUM: usize = 1 << 20;
/// What stands before the padding.
const END: u8 = 0x80;

/// Where a sealed piece belongs: a kind of field, and the record in which it stands when a client has several of that
/// kind. It is authenticated with the content, so that no piece can be moved to another place.
///
/// A name must never change once something was sealed under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FieldName {
    name: &'static str,
    record_id: Uuid,
}

impl FieldName {
    /// Family name.
    pub const FAMILY_NAME: Self = Self::new("client.family_name");
    /// Given names.
    pub const GIVEN_NAMES: Self = Self::new("client.given_names");
    /// Birth name and other former names.
    pub const FORMER_NAMES: Self = Self::new("client.former_names");
    /// Birth date.
    pub const BIRTH_DATE: Self = Self::new("client.birth_date");
    /// Postal address.
    pub const ADDRESS: Self = Self::new("client.address");
    /// Telephone, e-mail and other ways to reach the client.
    pub const CONTACT: Self = Self::new("client.contact");
    /// Languages.
    pub const LANGUAGES: Self = Self::new("client.languages");
    /// Whether, and for which language, an interpreter is needed.
    pub const INTERPRETER: Self = Self::new("client.interpreter");
    /// Text of a note; `of` the note.
    pub const NOTE: Self = Self::new("note.text");
    /// The personal part of an event in the log; `of` the event.
    pub const EVENT: Self = Self::new("event.personal");
    /// The content of a document; `of` the document.
    pub const DOCUMENT: Self = Self::new("document.content");
    /// The file name of a document; `of` the document.
    pub const DOCUMENT_NAME: Self = Self::new("document.name");

    /// A kind of field of which a client has one.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, record_id: Uuid::nil() }
    }

    /// The field of this kind in one record (a note, an event, a document).
    #[must_use]
    pub const fn of(self, record_id: Uuid) -> Self {
        Self { record_id, ..self }
    }

    pub(super) fn associated_data(self, owner: Owner) -> Vec<u8> {
        encode(
            "kim/1/field",
            &[
                &[VERSION],
                owner.district_id.as_bytes(),
                owner.client_id.as_bytes(),
                self.name.as_bytes(),
                self.record_id.as_bytes(),
            ],
        )
    }
}

/// A sealed piece: version (1 byte), nonce (12), ciphertext, tag (16). In JSON it is a base64 string. Debug shows its
/// length only.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// Takes bytes that [`Sealed::as_bytes`] gave.
    ///
    /// # Errors
    /// [`VaultError::NotOpened`] when they cannot be a sealed piece.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, VaultError> {
        let content_len = bytes.len().checked_sub(1 + NONCE_LEN + TAG_LEN).ok_or(VaultError::NotOpened)?;
        let has_form = bytes.first() == Some(&VERSION) && content_len > 0 && content_len % PADDED_TO == 0;
        if has_form { Ok(Self(bytes)) } else { Err(VaultError::NotOpened) }
    }

    /// The bytes to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes to store.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Nonce, ciphertext and tag.
    pub(super) fn body(&self) -> &[u8] {
        self.0.get(1..).unwrap_or_default()
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealed({} bytes)", self.0.len())
    }
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text.as_bytes()).map_err(|_| D::Error::custom(VaultError::NotOpened))?;
        Self::from_bytes(bytes).map_err(D::Error::custom)
    }
}

pub(super) fn pad(plaintext: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    if plaintext.len() > PLAINTEXT_MAXIMUM {
        return Err(VaultError::TooLong);
    }
    let padded_len = (plaintext.len() + 1).next_multiple_of(PADDED_TO);
    let mut buffer = Zeroizing::new(Vec::with_capacity(padded_len));
    buffer.extend_from_slice(plaintext);
    buffer.push(END);
    buffer.resize(padded_len, 0);
    Ok(buffer)
}

pub(super) fn unpad(padded: &[u8]) -> Result<&[u8], VaultError> {
    let end = padded.iter().rposition(|byte| *byte != 0).ok_or(VaultError::NotOpened)?;
    match padded.split_at_checked(end) {
        Some((plaintext, [END, ..])) => Ok(plaintext),
        _ => Err(VaultError::NotOpened),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_places_never_share_their_associated_data() {
        let owner = Owner { district_id: Uuid::nil(), client_id: Uuid::nil() };
        let places = [
            FieldName::FAMILY_NAME,
            FieldName::GIVEN_NAMES,
            FieldName::FORMER_NAMES,
            FieldName::BIRTH_DATE,
            FieldName::ADDRESS,
            FieldName::CONTACT,
            FieldName::LANGUAGES,
            FieldName::INTERPRETER,
            FieldName::NOTE,
            FieldName::EVENT,
            FieldName::DOCUMENT,
            FieldName::DOCUMENT_NAME,
            FieldName::new("note.tex"),
            FieldName::NOTE.of(Uuid::max()),
        ];
        let distinct: std::collections::HashSet<_> = places.iter().map(|place| place.associated_data(owner)).collect();
        assert_eq!(distinct.len(), places.len());
    }

    #[test]
    fn padding_without_its_mark_is_refused() {
        assert_eq!(unpad(&[0; 32]), Err(VaultError::NotOpened));
        assert_eq!(unpad(&[]), Err(VaultError::NotOpened));
        assert_eq!(unpad(&[1, 2, 0]), Err(VaultError::NotOpened));
        assert_eq!(unpad(&[1, END, END, 0]), Ok([1, END].as_slice()));
    }

    #[test]
    fn json_that_is_no_sealed_piece_is_refused() {
        for json in ["\"\"", "\"AQ==\"", "\"!\"", "7", "\"AQAA\""] {
            assert!(serde_json::from_str::<Sealed>(json).is_err());
        }
    }
}
