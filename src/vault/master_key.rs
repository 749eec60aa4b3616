//! The ring of master keys, which wraps the data keys of the clients and the index keys of the districts.
//!
//! All keys of the ring unwrap. Which one wraps is not the server's choice: it is the one that the database's key check
//! names ([`CurrentKey`]), so that all servers of a database wrap with the same key at every moment, whatever the order in
//! their rings. To rotate without downtime: give every server the new key in front of the old one; re-wrap
//! (`kim keys rotate`), which begins with renewing the check; take the old key away everywhere and destroy it. A backup
//! whose wrapped keys are older than that day cannot be read any more.

use std::fmt;

use aws_lc_rs::aead::RandomizedNonceKey;
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD};
use base64::engine::{DecodePaddingMode, GeneralPurposeConfig};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::blind_index::IndexKey;
use super::data_key::DataKey;
use super::{
    KEY_LEN, NONCE_LEN, Owner, RawKey, TAG_LEN, VaultError, derive, encode, open_body, random_key, root, seal_after,
    sealing_key,
};

/// The form of wrapped keys and key checks that is written. Version 1 is the only one that is read.
const VERSION: u8 = 1;
const ID_LEN: usize = 8;
/// What a key check holds: its secrecy does not matter, only that nothing but the right key seals it.
const CHECKED: &[u8] = b"this master key fits this database";
/// Of 32 random bytes about 30 differ; that fewer than this do happens by design or mistake, never by chance.
const DISTINCT_BYTES_MINIMUM: usize = 16;

const UNPADDED_TOO: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const BASE64: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, UNPADDED_TOO);
const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, UNPADDED_TOO);

/// The public name of a master key, derived from it; shown as 16 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; ID_LEN]);

/// A ring of master keys. The first one, the active key, is the one that a new database or a rotation begins to use.
/// Debug shows the key ids only.
pub struct MasterKeys {
    active: MasterKey,
    /// These unwrap what they wrapped when they were active.
    retired: Vec<MasterKey>,
}

/// The master key that a database is under: the only one of a ring that wraps for it.
pub struct CurrentKey<'a> {
    ring: &'a MasterKeys,
    key: &'a MasterKey,
}

struct MasterKey {
    id: KeyId,
    wrapping: RandomizedNonceKey,
}

/// A data key or index key, wrapped by a master key: 69 bytes (version, key id, nonce, ciphertext, tag).
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey(Vec<u8>);

/// A known text, sealed by a master key and kept in the database, so that a wrong master key is noticed at the start.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyCheck(Vec<u8>);

/// What the ring is to a database that it fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// The database is new to the vault: store this check before the first key is wrapped.
    FirstStart(KeyCheck),
    /// The database and all its keys are under the active key.
    Current,
    /// The database or some of its keys are under another key of the ring: serve, and re-wrap when it suits.
    RotationPending,
}

/// Why the ring must not be used with a database: refuse to start. Key ids are no secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WrongMasterKeys {
    /// The check was made by a key that the ring does not have, or the check is damaged.
    #[error("the master key does not fit this database: key {expected} is needed and the active key is {active}")]
    DoesNotFit {
        /// The key that made the check.
        expected: KeyId,
        /// The active key of the ring.
        active: KeyId,
    },
    /// Some keys in the database are wrapped by a key that the ring does not have.
    #[error("master key {0} is missing: keys in the database are still wrapped by it")]
    Missing(KeyId),
    /// The database has wrapped keys but no key check.
    #[error("the database has wrapped keys but no key check: it is damaged or restored in part")]
    NoCheck,
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Crypto,
}

/// Why a text holds no usable ring of keys. Lines are counted from 1. The texts hold nothing of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeysError {
    /// There is no key in the text.
    #[error("no master key found: expected one or more lines with 32 random bytes each, as base64 or 64 hex digits")]
    NoKey,
    /// One of the lines cannot be used.
    #[error("master key in line {line}: {problem}")]
    Line {
        /// Which line, counted from 1.
        line: usize,
        /// What is wrong with it and what is expected.
        problem: KeyProblem,
    },
    /// The same key stands in the text twice.
    #[error("line {second} holds the same master key as line {first}")]
    Duplicate {
        /// The earlier line, counted from 1.
        first: usize,
        /// The later line, counted from 1.
        second: usize,
    },
    /// No key could be made: the cryptographic library refused.
    #[error("the cryptographic library failed")]
    Crypto,
}

/// What is wrong with one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// The line is not 32 bytes as base64 or hex.
    #[error("expected 32 bytes as base64 or 64 hex digits, with or without the key id and a colon before it")]
    NotAKey,
    /// The id before the colon is not the one of the key: one of the two is mistyped.
    #[error("the key id before the colon is not the one of this key; one of them is mistyped")]
    WrongId,
    /// The key repeats few bytes.
    #[error("the key is not random; make one with `kim secret new master-key`")]
    NotRandom,
}

impl MasterKeys {
    /// Reads a ring: one key per line, 32 bytes as base64 (of either alphabet) or 64 hex digits, with or without its
    /// id and a colon before it. The first one becomes the active key. Blank lines and those with `#` are ignored.
    ///
    /// # Errors
    /// Says which line is wrong, in which way, and what is expected.
    pub fn from_text(text: &SecretString) -> Result<Self, MasterKeysError> {
        let mut keys: Vec<(usize, MasterKey)> = Vec::new();
        for (index, line) in text.expose_secret().lines().map(str::trim).enumerate() {
            let number = index + 1;
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = MasterKey::read(line)?.map_err(|problem| MasterKeysError::Line { line: number, problem })?;
            if let Some((first, _)) = keys.iter().find(|(_, earlier)| earlier.id == key.id) {
                return Err(MasterKeysError::Duplicate { first: *first, second: number });
            }
            keys.push((number, key));
        }
        let mut keys = keys.into_iter().map(|(_, key)| key);
        let active = keys.next().ok_or(MasterKeysError::NoKey)?;
        Ok(Self { active, retired: keys.collect() })
    }

    /// A new key as one line (id, colon, base64), as [`MasterKeys::from_text`] reads it.
    ///
    /// # Errors
    /// [`MasterKeysError::Crypto`] when the library cannot make one.
    pub fn generate() -> Result<SecretString, MasterKeysError> {
        let raw = random_key().map_err(|_| MasterKeysError::Crypto)?;
        let key = MasterKey::new(&raw).map_err(|_| MasterKeysError::Crypto)?;
        let encoded = Zeroizing::new(STANDARD.encode(raw.as_slice()));
        Ok(SecretString::from(format!("{}:{}\n", key.id, encoded.as_str())))
    }

    /// The id of the key that wraps.
    #[must_use]
    pub fn active_id(&self) -> KeyId {
        self.active.id
    }

    /// The ids of all keys, the active one first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        self.all().map(|key| key.id)
    }

    /// The data key of this owner.
    ///
    /// # Errors
    /// [`VaultError::NotOpened`] when it is another owner's or damaged; [`VaultError::UnknownMasterKey`].
    pub fn open_data_key(&self, owner: Owner, wrapped: &WrappedKey) -> Result<DataKey, VaultError> {
        DataKey::new(&self.unwrap(wrapped, &data_key_of(owner))?, owner)
    }

    /// The index key of this district. Opening derives several keys: keep it rather than open it for each search.
    ///
    /// # Errors
    /// [`VaultError::NotOpened`] when it is another district's or damaged; [`VaultError::UnknownMasterKey`].
    pub fn open_index_key(&self, district_id: Uuid, wrapped: &WrappedKey) -> Result<IndexKey, VaultError> {
        IndexKey::new(&self.unwrap(wrapped, &index_key_of(district_id))?)
    }

    /// A check made by the active key: what makes it the current key of the database that stores it. Only when nothing is
    /// wrapped by the key of the check before may that one be taken away.
    ///
    /// # Errors
    /// [`VaultError::Crypto`].
    pub fn key_check(&self) -> Result<KeyCheck, VaultError> {
        self.active.seal(&check_by(self.active.id), &mut CHECKED.to_vec()).map(KeyCheck)
    }

    /// Whether this ring may be used with a database that keeps the check `stored` and has keys wrapped by the master
    /// keys `in_use`. Ask before the first write, and refuse to start on an error.
    ///
    /// # Errors
    /// Says which key is needed.
    pub fn examine(
        &self,
        stored: Option<&KeyCheck>,
        in_use: impl IntoIterator<Item = KeyId>,
    ) -> Result<Admission, WrongMasterKeys> {
        let mut in_use = in_use.into_iter().peekable();
        let Some(check) = stored else {
            if in_use.peek().is_some() {
                return Err(WrongMasterKeys::NoCheck);
            }
            return self.key_check().map(Admission::FirstStart).map_err(|_| WrongMasterKeys::Crypto);
        };
        let current = self.current(check)?;
        let mut pending = current.id() != self.active.id;
        for id in in_use {
            if self.find(id).is_none() {
                return Err(WrongMasterKeys::Missing(id));
            }
            pending |= id != self.active.id;
        }
        Ok(if pending { Admission::RotationPending } else { Admission::Current })
    }

    /// The key of a database with this check.
    ///
    /// # Errors
    /// [`WrongMasterKeys::DoesNotFit`].
    pub fn current(&self, check: &KeyCheck) -> Result<CurrentKey<'_>, WrongMasterKeys> {
        let expected = check.master_key_id();
        self.find(expected)
            .filter(|key| key.open(&check.0, &check_by(expected)).is_ok_and(|content| content.as_slice() == CHECKED))
            .map(|key| CurrentKey { ring: self, key })
            .ok_or(WrongMasterKeys::DoesNotFit { expected, active: self.active.id })
    }

    fn unwrap(&self, wrapped: &WrappedKey, holder: &Holder) -> Result<RawKey, VaultError> {
        let id = wrapped.master_key_id();
        let key = self.find(id).ok_or(VaultError::UnknownMasterKey)?;
        let content = key.open(&wrapped.0, &holder.associated_data(id))?;
        let mut raw = RawKey::default();
        if content.len() != raw.len() {
            return Err(VaultError::NotOpened);
        }
        raw.copy_from_slice(&content);
        Ok(raw)
    }

    fn all(&self) -> impl Iterator<Item = &MasterKey> {
        std::iter::once(&self.active).chain(&self.retired)
    }

    fn find(&self, id: KeyId) -> Option<&MasterKey> {
        self.all().find(|key| key.id == id)
    }
}

impl CurrentKey<'_> {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.key.id
    }

    /// A new data key and its wrapped form, which opens for this owner only.
    ///
    /// # Errors
    /// [`VaultError::Crypto`].
    pub fn create_data_key(&self, owner: Owner) -> Result<(DataKey, WrappedKey), VaultError> {
        let raw = random_key()?;
        Ok((DataKey::new(&raw, owner)?, self.wrap(&raw, &data_key_of(owner))?))
    }

    /// The data key of this owner, wrapped anew by this key; `None` when it is already. What the data key
    /// sealed stays as it is.
    ///
    /// # Errors
    /// As [`MasterKeys::open_data_key`].
    pub fn rewrap_data_key(&self, owner: Owner, wrapped: &WrappedKey) -> Result<Option<WrappedKey>, VaultError> {
        self.rewrap(wrapped, &data_key_of(owner))
    }

    /// A new index key and its wrapped form, which opens for this district only.
    ///
    /// # Errors
    /// [`VaultError::Crypto`].
    pub fn create_index_key(&self, district_id: Uuid) -> Result<(IndexKey, WrappedKey), VaultError> {
        let raw = random_key()?;
        Ok((IndexKey::new(&raw)?, self.wrap(&raw, &index_key_of(district_id))?))
    }

    /// The index key of this district, wrapped anew by this key; `None` when it is already. The terms that it
    /// made stay as they are.
    ///
    /// # Errors
    /// As [`MasterKeys::open_index_key`].
    pub fn rewrap_index_key(&self, district_id: Uuid, wrapped: &WrappedKey) -> Result<Option<WrappedKey>, VaultError> {
        self.rewrap(wrapped, &index_key_of(district_id))
    }

    fn wrap(&self, raw: &RawKey, holder: &Holder) -> Result<WrappedKey, VaultError> {
        let mut buffer = raw.clone();
        self.key.seal(&holder.associated_data(self.key.id), buffer.as_mut_slice()).map(WrappedKey)
    }

    fn rewrap(&self, wrapped: &WrappedKey, holder: &Holder) -> Result<Option<WrappedKey>, VaultError> {
        if wrapped.master_key_id() == self.key.id {
            return Ok(None);
        }
        self.wrap(&self.ring.unwrap(wrapped, holder)?, holder).map(Some)
    }
}

impl fmt::Debug for CurrentKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CurrentKey").field(&self.key.id).finish()
    }
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let retired: Vec<KeyId> = self.retired.iter().map(|key| key.id).collect();
        f.debug_struct("MasterKeys").field("active", &self.active.id).field("retired", &retired).finish()
    }
}

/// To whom a wrapped key belongs.
enum Holder {
    Client(Owner),
    Index(Uuid),
}

fn data_key_of(owner: Owner) -> Holder {
    Holder::Client(owner)
}

fn index_key_of(district_id: Uuid) -> Holder {
    Holder::Index(district_id)
}

impl Holder {
    fn associated_data(&self, by: KeyId) -> Vec<u8> {
        match self {
            Self::Client(owner) => encode(
                "kim/1/wrapped-data-key",
                &[&[VERSION], &by.0, owner.district_id.as_bytes(), owner.client_id.as_bytes()],
            ),
            Self::Index(district_id) => encode("kim/1/wrapped-index-key", &[&[VERSION], &by.0, district_id.as_bytes()]),
        }
    }
}

fn check_by(id: KeyId) -> Vec<u8> {
    encode("kim/1/key-check", &[&[VERSION], &id.0])
}

impl MasterKey {
    fn new(raw: &RawKey) -> Result<Self, VaultError> {
        let root = root(raw);
        let [a, b, c, d, e, f, g, h, ..] = *derive(&root, b"kim/1/master-key/id")?;
        let wrapping = sealing_key(&derive(&root, b"kim/1/master-key/wrapping")?)?;
        Ok(Self { id: KeyId([a, b, c, d, e, f, g, h]), wrapping })
    }

    fn read(line: &str) -> Result<Result<Self, KeyProblem>, MasterKeysError> {
        let (id, encoded) = match line.split_once(':') {
            Some((id, encoded)) => (Some(id.trim()), encoded.trim()),
            None => (None, line),
        };
        let Some(raw) = decode(encoded) else { return Ok(Err(KeyProblem::NotAKey)) };
        let mut distinct = raw.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let is_random = distinct.len() >= DISTINCT_BYTES_MINIMUM;
        drop(Zeroizing::new(distinct));
        if !is_random {
            return Ok(Err(KeyProblem::NotRandom));
        }
        let key = Self::new(&raw).map_err(|_| MasterKeysError::Crypto)?;
        if id.is_some_and(|id| KeyId::from_text(id) != Some(key.id)) {
            return Ok(Err(KeyProblem::WrongId));
        }
        Ok(Ok(key))
    }

    fn seal(&self, associated: &[u8], buffer: &mut [u8]) -> Result<Vec<u8>, VaultError> {
        let mut header = vec![VERSION];
        header.extend_from_slice(&self.id.0);
        seal_after(&header, &self.wrapping, associated, buffer)
    }

    fn open(&self, sealed: &[u8], associated: &[u8]) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let body = sealed.get(1 + ID_LEN..).ok_or(VaultError::NotOpened)?;
        open_body(&self.wrapping, associated, body)
    }
}

fn decode(text: &str) -> Option<RawKey> {
    let bytes = Zeroizing::new(if text.len() == 2 * KEY_LEN {
        hex::decode(text).ok()?
    } else {
        BASE64.decode(text).or_else(|_| BASE64_URL.decode(text)).ok()?
    });
    let mut raw = RawKey::default();
    if bytes.len() != raw.len() {
        return None;
    }
    raw.copy_from_slice(&bytes);
    Some(raw)
}

/// The key id after the version byte, of bytes whose version and length are right.
fn id_in(sealed: &[u8]) -> KeyId {
    let id = sealed.get(1..).and_then(|rest| rest.first_chunk::<ID_LEN>());
    KeyId(id.copied().unwrap_or_default())
}

fn has_form(bytes: &[u8], content_len: usize) -> bool {
    bytes.first() == Some(&VERSION) && bytes.len() == 1 + ID_LEN + NONCE_LEN + content_len + TAG_LEN
}

impl KeyId {
    /// Reads 16 hex digits, as [`KeyId`] is shown.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut id = [0; ID_LEN];
        hex::decode_to_slice(text, &mut id).ok()?;
        Some(Self(id))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl WrappedKey {
    /// Takes bytes that [`WrappedKey::as_bytes`] gave.
    ///
    /// # Errors
    /// [`VaultError::NotOpened`] when length or version are not those of a wrapped key.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, VaultError> {
        if has_form(&bytes, KEY_LEN) { Ok(Self(bytes)) } else { Err(VaultError::NotOpened) }
    }

    /// The bytes to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The master key that wrapped it: keep it in a column of its own, so that a rotation finds what is left to do.
    #[must_use]
    pub fn master_key_id(&self) -> KeyId {
        id_in(&self.0)
    }
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrappedKey").field("by", &self.master_key_id()).finish_non_exhaustive()
    }
}

impl KeyCheck {
    /// Takes bytes that [`KeyCheck::as_bytes`] gave.
    ///
    /// # Errors
    /// [`VaultError::NotOpened`] when length or version are not those of a key check: refuse to start.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, VaultError> {
        if has_form(&bytes, CHECKED.len()) { Ok(Self(bytes)) } else { Err(VaultError::NotOpened) }
    }

    /// The bytes to store.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The master key that made it.
    #[must_use]
    pub fn master_key_id(&self) -> KeyId {
        id_in(&self.0)
    }
}

impl fmt::Debug for KeyCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCheck").field("by", &self.master_key_id()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vault::FieldName;

    fn line() -> String {
        MasterKeys::generate().unwrap().expose_secret().to_owned()
    }

    fn ring(text: &str) -> Result<MasterKeys, MasterKeysError> {
        MasterKeys::from_text(&SecretString::from(text))
    }

    /// The ring's active key, current in a database of its own.
    fn current(keys: &MasterKeys) -> CurrentKey<'_> {
        keys.current(&keys.key_check().unwrap()).unwrap()
    }

    fn owner() -> Owner {
        Owner { district_id: Uuid::now_v7(), client_id: Uuid::now_v7() }
    }

    fn problem_of(text: &str) -> (usize, KeyProblem) {
        match ring(text) {
            Err(MasterKeysError::Line { line, problem }) => (line, problem),
            other => panic!("expected a broken line, got {other:?}"),
        }
    }

    #[test]
    fn key_is_the_same_in_every_notation() {
        let line = line();
        let (id, standard) = line.trim().split_once(':').unwrap();
        let raw = STANDARD.decode(standard).unwrap();
        let notations = [
            standard.to_owned(),
            standard.trim_end_matches('=').to_owned(),
            standard.replace('+', "-").replace('/', "_"),
            hex::encode(&raw),
            hex::encode_upper(&raw),
            format!("# active since May\r\n\r\n  {id} : {standard}  \r\n"),
        ];
        for notation in notations {
            assert_eq!(ring(&notation).unwrap().active_id().to_string(), id);
        }
    }

    #[test]
    fn broken_line_is_named_with_its_number_and_problem() {
        let good = line();
        assert_eq!(ring("").err(), Some(MasterKeysError::NoKey));
        assert_eq!(ring("# nothing\n\n").err(), Some(MasterKeysError::NoKey));
        assert_eq!(problem_of(&format!("{good}secret")), (2, KeyProblem::NotAKey));
        assert_eq!(problem_of(&good.trim()[..50]), (1, KeyProblem::NotAKey));
        assert_eq!(problem_of(&"00".repeat(32)), (1, KeyProblem::NotRandom));
        assert_eq!(problem_of(&"0123456789abcdef".repeat(4)), (1, KeyProblem::NotRandom));
        let other = line();
        let mixed = format!("{}:{}", &good[..16], &other[17..]);
        assert_eq!(problem_of(&mixed), (1, KeyProblem::WrongId));
        let twice = ring(&format!("{good}{other}# again\n{}", &good[17..])).err();
        assert_eq!(twice, Some(MasterKeysError::Duplicate { first: 1, second: 4 }));
    }

    #[test]
    fn debug_and_errors_show_no_key_material() {
        let text = line();
        let secret = &text.trim()[17..];
        let keys = ring(&text).unwrap();
        assert_eq!(format!("{keys:?}"), format!("MasterKeys {{ active: {}, retired: [] }}", keys.active_id()));
        let error = ring(&format!("x{text}")).unwrap_err();
        assert!(!format!("{error:?} {error}").contains(&secret[4..12]));
        let (data_key, wrapped) = current(&keys).create_data_key(owner()).unwrap();
        assert_eq!(format!("{wrapped:?}"), format!("WrappedKey {{ by: {}, .. }}", keys.active_id()));
        assert_eq!(format!("{data_key:?}"), "DataKey { .. }");
    }

    #[test]
    fn wrapped_key_opens_for_its_holder_only() {
        let keys = ring(&line()).unwrap();
        let owner = owner();
        let (_, wrapped) = current(&keys).create_data_key(owner).unwrap();
        assert!(keys.open_data_key(owner, &wrapped).is_ok());
        for stranger in [
            Owner { client_id: Uuid::now_v7(), ..owner },
            Owner { district_id: Uuid::now_v7(), ..owner },
            Owner { district_id: owner.client_id, client_id: owner.district_id },
        ] {
            assert_eq!(keys.open_data_key(stranger, &wrapped).err(), Some(VaultError::NotOpened));
        }
        assert_eq!(keys.open_index_key(owner.district_id, &wrapped).err(), Some(VaultError::NotOpened));
        let (_, index) = current(&keys).create_index_key(owner.district_id).unwrap();
        assert_eq!(keys.open_data_key(owner, &index).err(), Some(VaultError::NotOpened));
        assert_eq!(keys.open_index_key(Uuid::now_v7(), &index).err(), Some(VaultError::NotOpened));
    }

    #[test]
    fn rotation_rewraps_and_leaves_the_content_alone() {
        let (old, new) = (line(), line());
        let owner = owner();
        let before = ring(&old).unwrap();
        let (data_key, wrapped) = current(&before).create_data_key(owner).unwrap();
        let sealed = data_key.seal_text(FieldName::FAMILY_NAME, "Yılmaz").unwrap();
        let (_, index) = current(&before).create_index_key(owner.district_id).unwrap();

        let both = ring(&format!("{new}{old}")).unwrap();
        let rewrapped = current(&both).rewrap_data_key(owner, &wrapped).unwrap().unwrap();
        assert_eq!(rewrapped.master_key_id(), both.active_id());
        assert_eq!(current(&both).rewrap_data_key(owner, &rewrapped).unwrap(), None);
        let index = current(&both).rewrap_index_key(owner.district_id, &index).unwrap().unwrap();

        let after = ring(&new).unwrap();
        let opened = after.open_data_key(owner, &rewrapped).unwrap();
        assert_eq!(opened.open_text(FieldName::FAMILY_NAME, &sealed).unwrap().expose_secret(), "Yılmaz");
        assert!(after.open_index_key(owner.district_id, &index).is_ok());
        assert_eq!(after.open_data_key(owner, &wrapped).err(), Some(VaultError::UnknownMasterKey));
        assert_eq!(current(&after).rewrap_data_key(owner, &wrapped).err(), Some(VaultError::UnknownMasterKey));
    }

    #[test]
    fn database_and_not_the_order_of_the_ring_says_which_key_wraps() {
        let (old, new) = (line(), line());
        let check = ring(&old).unwrap().key_check().unwrap();
        for text in [format!("{old}{new}"), format!("{new}{old}")] {
            let keys = ring(&text).unwrap();
            let current = keys.current(&check).unwrap();
            let (_, wrapped) = current.create_data_key(owner()).unwrap();
            let (_, index) = current.create_index_key(Uuid::now_v7()).unwrap();
            assert_eq!([current.id(); 2], [wrapped.master_key_id(), index.master_key_id()]);
            assert_eq!(current.id(), check.master_key_id());
        }
        assert!(matches!(ring(&new).unwrap().current(&check), Err(WrongMasterKeys::DoesNotFit { .. })));
    }

    #[test]
    fn wrong_master_key_is_noticed_at_the_start() {
        let (old, new) = (line(), line());
        let first = ring(&old).unwrap();
        let Admission::FirstStart(check) = first.examine(None, []).unwrap() else { panic!("a new database") };
        let in_use = [first.active_id()];
        assert_eq!(first.examine(Some(&check), []), Ok(Admission::Current));
        assert_eq!(first.examine(Some(&check), in_use), Ok(Admission::Current));
        assert_eq!(first.examine(None, in_use), Err(WrongMasterKeys::NoCheck));

        let wrong = ring(&new).unwrap();
        let refused = WrongMasterKeys::DoesNotFit { expected: first.active_id(), active: wrong.active_id() };
        assert_eq!(wrong.examine(Some(&check), in_use), Err(refused));

        let both = ring(&format!("{new}{old}")).unwrap();
        assert_eq!(both.examine(Some(&check), in_use), Ok(Admission::RotationPending));
        let after = both.key_check().unwrap();
        assert_eq!(both.examine(Some(&after), in_use), Ok(Admission::RotationPending));
        assert_eq!(wrong.examine(Some(&after), [wrong.active_id()]), Ok(Admission::Current));
        assert_eq!(wrong.examine(Some(&after), in_use), Err(WrongMasterKeys::Missing(first.active_id())));
    }

    #[test]
    fn check_that_only_names_the_right_key_is_refused() {
        let keys = ring(&line()).unwrap();
        let other = ring(&line()).unwrap();
        let mut forged = other.key_check().unwrap().0;
        forged[1..=ID_LEN].copy_from_slice(&keys.active_id().0);
        let forged = KeyCheck::from_bytes(forged).unwrap();
        assert!(matches!(keys.examine(Some(&forged), []), Err(WrongMasterKeys::DoesNotFit { .. })));
        assert_eq!(KeyCheck::from_bytes(vec![]).err(), Some(VaultError::NotOpened));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn wrapped_key_or_check_with_any_byte_changed_does_not_open(at in 0_usize..69, flip in 1_u8..=255) {
            let keys = ring(&line()).unwrap();
            let owner = owner();
            let (_, wrapped) = current(&keys).create_data_key(owner).unwrap();
            let mut bytes = wrapped.as_bytes().to_vec();
            prop_assert_eq!(bytes.len(), 69);
            bytes[at] ^= flip;
            let opened = WrappedKey::from_bytes(bytes).and_then(|wrapped| keys.open_data_key(owner, &wrapped));
            prop_assert!(opened.is_err());

            let mut bytes = keys.key_check().unwrap().0;
            bytes[at] ^= flip;
            let refused = KeyCheck::from_bytes(bytes).is_ok_and(|check| keys.examine(Some(&check), []).is_ok());
            prop_assert!(!refused);
        }

        #[test]
        fn wrapped_key_of_any_other_length_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let keys = ring(&line()).unwrap();
            let opened = WrappedKey::from_bytes(bytes).and_then(|wrapped| keys.open_data_key(owner(), &wrapped));
            prop_assert!(opened.is_err());
        }
    }
}
