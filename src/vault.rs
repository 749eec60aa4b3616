//! The cryptographic vault: what keeps the identities of clients secret, free of any database.
//!
//! Three kinds of keys, each of 256 bits:
//!
//! - *master keys* ([`MasterKeys`]) come from the configuration and wrap all other keys; they seal nothing else;
//! - one *data key* per client ([`DataKey`]) seals the client's fields, the personal parts of events and documents.
//!   Once its wrapped form is destroyed, nothing that it sealed opens again, wherever it lies;
//! - one *index key* per district ([`IndexKey`]) makes the keyed terms by which names and birth dates are found.
//!
//! Everything is sealed with AES-256-GCM-SIV (RFC 8452) of aws-lc under random nonces: unlike with GCM, a nonce that
//! occurs twice (a cloned virtual machine, a restored snapshot) only shows whether two equal texts were sealed. Unlike
//! with AES key wrap, what the sealed bytes belong to is authenticated as well. Streams use AES-256-GCM under a key of
//! their own, see [`stream`].

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Prk};
use aws_lc_rs::rand;
use secrecy::zeroize::Zeroizing;
use uuid::Uuid;

pub mod blind_index;
pub mod data_key;
pub mod field;
pub mod likeness;
pub mod master_key;
pub mod names_in_text;
pub mod normal_form;
pub mod stream;

pub use blind_index::{Criterion, IndexKey, IndexTerm, Query, TermKind};
pub use data_key::DataKey;
pub use field::{FieldName, Sealed};
pub use likeness::{Comparison, FieldAgreement, compare};
pub use master_key::{CurrentKey, KeyCheck, KeyId, MasterKeys, WrappedKey};
pub use names_in_text::{Passage, Traits, names_in_text};
pub use normal_form::{Birth, Person};

/// Length of every key in bytes.
const KEY_LEN: usize = 32;
/// Length of a nonce in bytes.
const NONCE_LEN: usize = 12;
/// Length of an authentication tag in bytes.
const TAG_LEN: usize = 16;

/// Raw bytes of a key, wiped when dropped. It has to stay inside the vault: its Debug shows the bytes.
type RawKey = Zeroizing<[u8; KEY_LEN]>;

/// Why the vault did not do as asked. It says nothing of keys, content or the reason why something does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The bytes are damaged, altered, cut, belong elsewhere, or another key sealed them: which one is not told.
    #[error("the sealed content cannot be opened")]
    NotOpened,
    /// The ring does not have the master key that wrapped this key.
    #[error("the content was sealed under a master key that this server does not have")]
    UnknownMasterKey,
    /// The content is longer than [`field::PLAINTEXT_MAXIMUM`]: seal it as a stream.
    #[error("the content is too long to be sealed in one piece")]
    TooLong,
    /// The cryptographic library refused.
    #[error("the cryptographic library failed")]
    Crypto,
}

/// Whose data key it is. Both ids are authenticated in everything that the key seals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The district in which the client is known.
    pub district_id: Uuid,
    /// The client.
    pub client_id: Uuid,
}

fn random_key() -> Result<RawKey, VaultError> {
    let mut key = RawKey::default();
    rand::fill(key.as_mut_slice()).map_err(|_| VaultError::Crypto)?;
    Ok(key)
}

/// The key for one purpose, from a key that serves nothing but as the root of others.
fn derive(root: &Prk, info: &[u8]) -> Result<RawKey, VaultError> {
    let mut key = RawKey::default();
    root.expand(&[info], HKDF_SHA256)
        .and_then(|output| output.fill(key.as_mut_slice()))
        .map_err(|_| VaultError::Crypto)?;
    Ok(key)
}

/// The root of other keys. The key is uniformly random, so that HKDF can begin with its second step.
fn root(key: &RawKey) -> Prk {
    Prk::new_less_safe(HKDF_SHA256, key.as_slice())
}

/// A label and parts as bytes that no other label and parts give.
fn encode(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(label.len() + 1 + parts.iter().map(|part| part.len() + 8).sum::<usize>());
    bytes.extend_from_slice(label.as_bytes());
    bytes.push(0);
    for part in parts {
        bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

fn sealing_key(key: &RawKey) -> Result<RandomizedNonceKey, VaultError> {
    RandomizedNonceKey::new(&AES_256_GCM_SIV, key.as_slice()).map_err(|_| VaultError::Crypto)
}

/// Seals `buffer` in place and returns `header`, nonce, ciphertext and tag in one piece.
fn seal_after(
    header: &[u8],
    key: &RandomizedNonceKey,
    associated: &[u8],
    buffer: &mut [u8],
) -> Result<Vec<u8>, VaultError> {
    let (nonce, tag) = key.seal_in_place_separate_tag(Aad::from(associated), buffer).map_err(|_| VaultError::Crypto)?;
    let mut sealed = Vec::with_capacity(header.len() + NONCE_LEN + buffer.len() + TAG_LEN);
    sealed.extend_from_slice(header);
    sealed.extend_from_slice(nonce.as_ref());
    sealed.extend_from_slice(buffer);
    sealed.extend_from_slice(tag.as_ref());
    Ok(sealed)
}

/// Opens nonce, ciphertext and tag. The answer is wiped when dropped and must not be shown by Debug.
fn open_body(key: &RandomizedNonceKey, associated: &[u8], body: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let (nonce, ciphertext) = body.split_first_chunk::<NONCE_LEN>().ok_or(VaultError::NotOpened)?;
    let mut buffer = Zeroizing::new(ciphertext.to_vec());
    let length = key
        .open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(associated), &mut buffer)
        .map_err(|_| VaultError::NotOpened)?
        .len();
    buffer.truncate(length);
    Ok(buffer)
}

#[cfg(test)]
mod tests {
    use secrecy::{ExposeSecret as _, SecretString};

    use super::*;

    // What was sealed once has to open for ever: these bytes were written by the first version.
    const MASTER_KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const WRAPPED: &str = "0130b0aa153607ff45aff7d32cd6a1f3a6a15fc999324d821a837f710566ed18d77d4ac65e77ea0984abc8064a12aff4\
        390c248ca9d0f4ddf8ae9785035b851f9280d028f5";
    const CHECK: &str = "0130b0aa153607ff450f53631f30f70de652606551d32347baf61bf0453555bc904179e0a392cdceb0aed2da8884b0d9\
        fe4705738c83bc3a6b9f2eef2cc55c25c1bd689eb505d4";
    const FIELD: &str = "01adc740e27549ba9dfc525cc6d132387a4e2804f6d29376c45ba9fc449f5def132cee06f72c404354a712a02f14281f\
        fd1519377c590648a03c83dc21";
    const STREAM: &str = "01f1bc0dbb653ab9ccec0e6989f0ee8e1136fa1e3c8c3f2e988e8ed3c6e02cabc0093be06a8378ec77d77a9a86db8846\
        66f4c4a69d198a274e";
    const WRAPPED_INDEX: &str = "0130b0aa153607ff45efddbb5553d993868a6126466cfd04eb38af03750731aaec4168f410842b6f327d2fde32961f94\
        638c03536018fa92440c1b5082f48876e87a34ef1f";
    const TERMS: &[(i16, i64)] = &[
        (1, 4774),
        (1, 49568),
        (2, 20406),
        (2, 26584),
        (3, 34291),
        (4, 54863),
        (5, 1081503259),
        (5, 3533811043),
        (6, 1067391864),
    ];

    fn bytes(hex: &str) -> Vec<u8> {
        hex::decode(hex).unwrap()
    }

    fn owner() -> Owner {
        Owner { district_id: Uuid::from_u128(1), client_id: Uuid::from_u128(2) }
    }

    #[test]
    fn what_earlier_versions_sealed_still_opens() {
        let keys = MasterKeys::from_text(&SecretString::from(MASTER_KEY)).unwrap();
        let check = KeyCheck::from_bytes(bytes(CHECK)).unwrap();
        assert_eq!(keys.examine(Some(&check), [keys.active_id()]), Ok(master_key::Admission::Current));
        let key = keys.open_data_key(owner(), &WrappedKey::from_bytes(bytes(WRAPPED)).unwrap()).unwrap();
        let name = key.open_text(FieldName::FAMILY_NAME, &Sealed::from_bytes(bytes(FIELD)).unwrap()).unwrap();
        assert_eq!(name.expose_secret(), "Müller");
        let stream = bytes(STREAM);
        let (header, body) = stream.split_first_chunk().unwrap();
        let mut opener = key.open_stream(FieldName::DOCUMENT, header).unwrap();
        let mut content = Vec::new();
        opener.push(body, &mut content).unwrap();
        opener.finish(&mut content).unwrap();
        assert_eq!(content, b"passport");
    }

    #[test]
    fn terms_of_earlier_versions_are_still_met() {
        let keys = MasterKeys::from_text(&SecretString::from(MASTER_KEY)).unwrap();
        let wrapped = WrappedKey::from_bytes(bytes(WRAPPED_INDEX)).unwrap();
        let index = keys.open_index_key(owner().district_id, &wrapped).unwrap();
        let birth = chrono::NaiveDate::from_ymd_opt(1985, 3, 14).map(Birth::Day);
        let person = Person { given_names: "Олена", family_name: "al-Müller", former_names: "", birth };
        let terms: Vec<(i16, i64)> =
            index.terms_for(&person).iter().map(|term| (term.kind.code(), term.digest)).collect();
        assert_eq!(terms, TERMS);
    }
}
