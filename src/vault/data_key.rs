//! The data key of one client: seals and opens everything personal that is kept about that client.

use std::fmt;

use aws_lc_rs::aead::RandomizedNonceKey;
use aws_lc_rs::hkdf::Prk;
use secrecy::zeroize::Zeroizing;
use secrecy::{SecretSlice, SecretString};

use super::field::{self, FieldName, Sealed};
use super::{Owner, RawKey, VaultError, derive, open_body, root, seal_after, sealing_key};

/// The data key of one client, made by [`CurrentKey`](super::CurrentKey) and opened by [`MasterKeys`](super::MasterKeys); wiped when dropped. Debug shows
/// nothing of it.
///
/// Destroying its wrapped form is what erases a client: fields, personal parts of events and documents, in the
/// database, the log and the copies of both, become noise for good. (A backup keeps the wrapped form as well, until it
/// is overwritten or the master key of its time is destroyed.)
pub struct DataKey {
    owner: Owner,
    fields: RandomizedNonceKey,
    streams: Prk,
}

impl DataKey {
    pub(super) fn new(raw: &RawKey, owner: Owner) -> Result<Self, VaultError> {
        let root = root(raw);
        let fields = sealing_key(&derive(&root, b"kim/1/data-key/fields")?)?;
        let streams = super::root(&derive(&root, b"kim/1/data-key/streams")?);
        Ok(Self { owner, fields, streams })
    }

    /// Whose key it is.
    #[must_use]
    pub fn owner(&self) -> Owner {
        self.owner
    }

    /// Seals bytes for one field; they open for the same field of the same client only. Sealing the same bytes twice
    /// gives different results. The length shows in steps of [`field::PADDED_TO`] bytes only.
    ///
    /// # Errors
    /// [`VaultError::TooLong`] above [`field::PLAINTEXT_MAXIMUM`]; [`VaultError::Crypto`].
    pub fn seal(&self, field: FieldName, plaintext: &[u8]) -> Result<Sealed, VaultError> {
        let mut buffer = field::pad(plaintext)?;
        seal_after(&[field::VERSION], &self.fields, &field.associated_data(self.owner), &mut buffer).map(Sealed::new)
    }

    /// Seals text, see [`DataKey::seal`].
    ///
    /// # Errors
    /// As [`DataKey::seal`].
    pub fn seal_text(&self, field: FieldName, text: &str) -> Result<Sealed, VaultError> {
        self.seal(field, text.as_bytes())
    }

    /// Opens what [`DataKey::seal`] sealed for this field.
    ///
    /// # Errors
    /// [`VaultError::NotOpened`], whatever the reason.
    pub fn open(&self, field: FieldName, sealed: &Sealed) -> Result<SecretSlice<u8>, VaultError> {
        // A vector of the exact length becomes the answer without being moved, so that no copy stays behind.
        self.open_padded(field, sealed).and_then(|buffer| Ok(SecretSlice::from(field::unpad(&buffer)?.to_vec())))
    }

    /// Opens what [`DataKey::seal_text`] sealed for this field.
    ///
    /// # Errors
    /// [`VaultError::NotOpened`], whatever the reason.
    pub fn open_text(&self, field: FieldName, sealed: &Sealed) -> Result<SecretString, VaultError> {
        let buffer = self.open_padded(field, sealed)?;
        let text = str::from_utf8(field::unpad(&buffer)?).map_err(|_| VaultError::NotOpened)?;
        Ok(SecretString::from(text))
    }

    fn open_padded(&self, field: FieldName, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        open_body(&self.fields, &field.associated_data(self.owner), sealed.body())
    }

    /// The root of the keys of streams.
    pub(super) fn streams(&self) -> &Prk {
        &self.streams
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataKey").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret as _;
    use uuid::Uuid;

    use super::*;
    use crate::vault::random_key;

    fn owner() -> Owner {
        Owner { district_id: Uuid::now_v7(), client_id: Uuid::now_v7() }
    }

    fn data_key() -> DataKey {
        DataKey::new(&random_key().unwrap(), owner()).unwrap()
    }

    const FIELD: FieldName = FieldName::FAMILY_NAME;

    #[test]
    fn ciphertext_moved_to_another_field_record_client_or_district_does_not_open() {
        let raw = random_key().unwrap();
        let home = owner();
        let key = DataKey::new(&raw, home).unwrap();
        let record = Uuid::now_v7();
        let sealed = key.seal_text(FieldName::NOTE.of(record), "Müller").unwrap();
        assert!(key.open(FieldName::NOTE.of(record), &sealed).is_ok());
        for field in [FieldName::NOTE, FieldName::NOTE.of(Uuid::now_v7()), FIELD, FIELD.of(record)] {
            assert_eq!(key.open(field, &sealed).err(), Some(VaultError::NotOpened));
        }
        for owner in [
            Owner { client_id: Uuid::now_v7(), ..home },
            Owner { district_id: Uuid::now_v7(), ..home },
            Owner { client_id: home.district_id, district_id: home.client_id },
        ] {
            let moved = DataKey::new(&raw, owner).unwrap();
            assert_eq!(moved.open(FieldName::NOTE.of(record), &sealed).err(), Some(VaultError::NotOpened));
        }
        assert_eq!(data_key().open(FieldName::NOTE.of(record), &sealed).err(), Some(VaultError::NotOpened));
    }

    #[test]
    fn same_text_sealed_twice_looks_different_and_short_texts_look_equally_long() {
        let key = data_key();
        let yes = key.seal_text(FIELD, "yes").unwrap();
        assert_ne!(yes, key.seal_text(FIELD, "yes").unwrap());
        assert_eq!(yes.as_bytes().len(), key.seal_text(FIELD, "Tigrinya, Arabisch").unwrap().as_bytes().len());
    }

    #[test]
    fn content_is_not_seen_in_debug_or_errors() {
        let key = data_key();
        let sealed = key.seal_text(FIELD, "Selenskyj").unwrap();
        let opened = key.open_text(FIELD, &sealed).unwrap();
        let bytes = key.open(FIELD, &sealed).unwrap();
        let error = data_key().open(FIELD, &sealed).unwrap_err();
        let shown = format!("{key:?} {sealed:?} {opened:?} {bytes:?} {error:?} {error}");
        assert!(!shown.contains("Selenskyj") && !shown.contains("83, 101"), "{shown}");
    }

    #[test]
    fn bytes_that_are_not_text_open_as_bytes_only() {
        let key = data_key();
        let sealed = key.seal(FIELD, &[0xff, 0x80, 0x00]).unwrap();
        assert_eq!(key.open(FIELD, &sealed).unwrap().expose_secret(), &[0xff, 0x80, 0x00]);
        assert_eq!(key.open_text(FIELD, &sealed).err(), Some(VaultError::NotOpened));
    }

    #[test]
    fn content_above_the_maximum_is_refused() {
        let key = data_key();
        let most = vec![7; field::PLAINTEXT_MAXIMUM];
        assert!(key.seal(FIELD, &most).is_ok());
        assert_eq!(key.seal(FIELD, &[most, vec![7]].concat()).err(), Some(VaultError::TooLong));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn what_is_sealed_opens_to_the_same(plaintext in proptest::collection::vec(any::<u8>(), 0..300)) {
            let key = data_key();
            let sealed = key.seal(FIELD, &plaintext).unwrap();
            let sealed = Sealed::from_bytes(sealed.as_bytes().to_vec()).unwrap();
            let opened = key.open(FIELD, &sealed).unwrap();
            prop_assert_eq!(opened.expose_secret(), plaintext.as_slice());
            let json = serde_json::to_string(&sealed).unwrap();
            prop_assert_eq!(serde_json::from_str::<Sealed>(&json).unwrap(), sealed);
        }

        #[test]
        fn text_opens_to_the_same(text in any::<String>()) {
            let key = data_key();
            let sealed = key.seal_text(FIELD, &text).unwrap();
            let opened = key.open_text(FIELD, &sealed).unwrap();
            prop_assert_eq!(opened.expose_secret(), text.as_str());
        }

        #[test]
        fn any_changed_missing_or_added_byte_is_noticed(
            plaintext in proptest::collection::vec(any::<u8>(), 0..100),
            at in any::<prop::sample::Index>(),
            flip in 1_u8..=255,
        ) {
            let key = data_key();
            let bytes = key.seal(FIELD, &plaintext).unwrap().as_bytes().to_vec();
            let at = at.index(bytes.len());
            let opens = |bytes: Vec<u8>| Sealed::from_bytes(bytes).and_then(|sealed| key.open(FIELD, &sealed)).is_ok();
            let mut changed = bytes.clone();
            changed[at] ^= flip;
            prop_assert!(!opens(changed));
            let mut shorter = bytes.clone();
            shorter.remove(at);
            prop_assert!(!opens(shorter));
            let mut longer = bytes.clone();
            longer.insert(at, flip);
            prop_assert!(!opens(longer));
            prop_assert!(!opens(bytes[..at].to_vec()));
        }
    }
}
