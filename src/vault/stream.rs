//! Sealing of content of any length, piece by piece: documents, which are never held whole in memory.
//!
//! The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): a header with a random salt, then chunks of
//! 64 KiB, each sealed with AES-256-GCM. The key is derived from the client's data key, the salt and the place of the
//! content, and is used for this one stream; the nonce is the number of the chunk and whether it is the last one. So
//! no nonce occurs twice, and chunks that were left out, exchanged, repeated, cut off or taken from another stream do
//! not open.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::rand;
use secrecy::zeroize::Zeroizing;

use super::data_key::DataKey;
use super::field::FieldName;
use super::{TAG_LEN, VaultError, derive, encode};

/// Plaintext bytes of each chunk but the last one, which may be shorter.
pub const CHUNK_LEN: usize = 64 * 1024;
/// Bytes before the first chunk: version (1) and salt (32).
pub const HEADER_LEN: usize = 1 + SALT_LEN;

const SALT_LEN: usize = 32;
/// The form of streams that is written. Version 1 is the only one that is read.
const VERSION: u8 = 1;

/// Seals one stream. What is given comes out sealed with a delay of up to one chunk. Debug shows nothing of it.
pub struct StreamSealer {
    chunks: Chunks,
}

/// Opens one stream.
///
/// What comes out is genuine and in its place, but may still be only the beginning of the content: whether the rest
/// was cut off is known when [`StreamOpener::finish`] succeeds. A download that ends with an error has to be broken
/// off in a way that the receiver notices. Debug shows nothing of it.
pub struct StreamOpener {
    chunks: Chunks,
    has_failed: bool,
}

struct Chunks {
    key: LessSafeKey,
    number: u64,
    /// Holds plaintext at times, so its room is never enlarged: that would leave a copy behind.
    buffer: Zeroizing<Vec<u8>>,
}

/// The length of a sealed stream in bytes, header included, for a content of `plaintext_len` bytes.
#[must_use]
pub fn sealed_len(plaintext_len: u64) -> u64 {
    let [chunk, tag, header] = [CHUNK_LEN, TAG_LEN, HEADER_LEN].map(|length| u64::try_from(length).unwrap_or(0));
    header + plaintext_len + tag * plaintext_len.div_ceil(chunk).max(1)
}

impl DataKey {
    /// Begins a stream that opens at this place only. Returns the header, which has to stand before all else.
    ///
    /// # Errors
    /// [`VaultError::Crypto`].
    pub fn seal_stream(&self, place: FieldName) -> Result<(StreamSealer, [u8; HEADER_LEN]), VaultError> {
        let mut header = [0; HEADER_LEN];
        let (version, salt) = header.split_at_mut(1);
        version.fill(VERSION);
        rand::fill(salt).map_err(|_| VaultError::Crypto)?;
        Ok((StreamSealer { chunks: Chunks::new(self, place, &header)? }, header))
    }

    /// Opens a stream whose first [`HEADER_LEN`] bytes are `header`. What follows goes to [`StreamOpener::push`].
    ///
    /// # Errors
    /// [`VaultError::NotOpened`] when this is no header; whether it is the right one, the first chunk tells.
    pub fn open_stream(&self, place: FieldName, header: &[u8; HEADER_LEN]) -> Result<StreamOpener, VaultError> {
        if header.first() != Some(&VERSION) {
            return Err(VaultError::NotOpened);
        }
        Ok(StreamOpener { chunks: Chunks::new(self, place, header)?, has_failed: false })
    }
}

impl StreamSealer {
    /// Takes the next bytes of the content, however many, and appends to `sealed` what is ready.
    ///
    /// # Errors
    /// [`VaultError::Crypto`]: give up the stream.
    pub fn push(&mut self, plaintext: &[u8], sealed: &mut Vec<u8>) -> Result<(), VaultError> {
        let mut rest = plaintext;
        while !rest.is_empty() {
            if self.chunks.buffer.len() == CHUNK_LEN {
                self.chunks.seal(false, sealed)?;
            }
            rest = self.chunks.fill_from(rest, CHUNK_LEN);
        }
        Ok(())
    }

    /// Appends the last chunk. Without it the stream does not open.
    ///
    /// # Errors
    /// [`VaultError::Crypto`]: give up the stream.
    pub fn finish(mut self, sealed: &mut Vec<u8>) -> Result<(), VaultError> {
        self.chunks.seal(true, sealed)
    }
}

impl StreamOpener {
    /// Begins with chunk `number`, counted from 0, to open a part: it starts `number` times [`CHUNK_LEN`] bytes into
    /// the content, and `number` times ([`CHUNK_LEN`] + 16) bytes behind the header.
    #[must_use]
    pub fn at_chunk(mut self, number: u64) -> Self {
        self.chunks.number = number;
        self
    }

    /// Takes the next sealed bytes, however many, and appends to `plaintext` what could be opened.
    ///
    /// # Errors
    /// [`VaultError::NotOpened`], then and for ever after.
    pub fn push(&mut self, sealed: &[u8], plaintext: &mut Vec<u8>) -> Result<(), VaultError> {
        let mut rest = sealed;
        while !rest.is_empty() {
            if self.chunks.buffer.len() == CHUNK_LEN + TAG_LEN {
                self.open(false, plaintext)?;
            }
            rest = self.chunks.fill_from(rest, CHUNK_LEN + TAG_LEN);
        }
        Ok(())
    }

    /// Appends the rest. Only when this succeeds was the content whole.
    ///
    /// # Errors
    /// [`VaultError::NotOpened`] when the stream was cut off, or failed before.
    pub fn finish(mut self, plaintext: &mut Vec<u8>) -> Result<(), VaultError> {
        self.open(true, plaintext)
    }

    fn open(&mut self, is_last: bool, plaintext: &mut Vec<u8>) -> Result<(), VaultError> {
        if self.has_failed {
            return Err(VaultError::NotOpened);
        }
        let opened = self.chunks.open(is_last, plaintext);
        self.has_failed = opened.is_err();
        opened
    }
}

impl Chunks {
    fn new(data_key: &DataKey, place: FieldName, header: &[u8; HEADER_LEN]) -> Result<Self, VaultError> {
        let info = encode("kim/1/stream", &[header, &place.associated_data(data_key.owner())]);
        let key = derive(data_key.streams(), &info)?;
        let key = UnboundKey::new(&AES_256_GCM, key.as_slice()).map_err(|_| VaultError::Crypto)?;
        let buffer = Zeroizing::new(Vec::with_capacity(CHUNK_LEN + TAG_LEN));
        Ok(Self { key: LessSafeKey::new(key), number: 0, buffer })
    }

    /// Takes bytes until the buffer holds `full`, and returns the rest.
    fn fill_from<'b>(&mut self, bytes: &'b [u8], full: usize) -> &'b [u8] {
        let taken = full.saturating_sub(self.buffer.len()).min(bytes.len());
        let (now, later) = bytes.split_at(taken);
        self.buffer.extend_from_slice(now);
        later
    }

    fn seal(&mut self, is_last: bool, sealed: &mut Vec<u8>) -> Result<(), VaultError> {
        let nonce = self.next_nonce(is_last).ok_or(VaultError::Crypto)?;
        let tag = self
            .key
            .seal_in_place_separate_tag(nonce, Aad::empty(), &mut self.buffer)
            .map_err(|_| VaultError::Crypto)?;
        sealed.extend_from_slice(&self.buffer);
        sealed.extend_from_slice(tag.as_ref());
        self.buffer.clear();
        Ok(())
    }

    fn open(&mut self, is_last: bool, plaintext: &mut Vec<u8>) -> Result<(), VaultError> {
        let is_first = self.number == 0;
        let nonce = self.next_nonce(is_last).ok_or(VaultError::NotOpened)?;
        let opened =
            self.key.open_in_place(nonce, Aad::empty(), &mut self.buffer).map_err(|_| VaultError::NotOpened)?;
        if opened.is_empty() && !is_first {
            // Nobody seals this; accepting it would give one content two sealed forms.
            return Err(VaultError::NotOpened);
        }
        plaintext.extend_from_slice(opened);
        self.buffer.clear();
        Ok(())
    }

    fn next_nonce(&mut self, is_last: bool) -> Option<Nonce> {
        let [a, b, c, d, e, f, g, h] = self.number.to_be_bytes();
        self.number = self.number.checked_add(1)?;
        Some(Nonce::assume_unique_for_key([0, 0, 0, a, b, c, d, e, f, g, h, u8::from(is_last)]))
    }
}

impl fmt::Debug for StreamSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamSealer").finish_non_exhaustive()
    }
}

impl fmt::Debug for StreamOpener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamOpener").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::vault::{Owner, random_key};

    const PLACE: FieldName = FieldName::DOCUMENT;
    const SEALED_CHUNK: usize = CHUNK_LEN + TAG_LEN;

    fn data_key() -> DataKey {
        let owner = Owner { district_id: Uuid::now_v7(), client_id: Uuid::now_v7() };
        DataKey::new(&random_key().unwrap(), owner).unwrap()
    }

    fn content(length: usize) -> Vec<u8> {
        (0..length).map(|at| u8::try_from((at * 31 + at / 251) % 256).unwrap()).collect()
    }

    fn seal(key: &DataKey, place: FieldName, plaintext: &[u8], step: usize) -> Vec<u8> {
        let (mut sealer, header) = key.seal_stream(place).unwrap();
        let mut sealed = header.to_vec();
        for piece in plaintext.chunks(step) {
            sealer.push(piece, &mut sealed).unwrap();
        }
        sealer.finish(&mut sealed).unwrap();
        sealed
    }

    fn open(key: &DataKey, place: FieldName, sealed: &[u8], step: usize) -> Result<Vec<u8>, VaultError> {
        let (header, body) = sealed.split_first_chunk().ok_or(VaultError::NotOpened)?;
        let mut opener = key.open_stream(place, header)?;
        let mut plaintext = Vec::new();
        for piece in body.chunks(step) {
            opener.push(piece, &mut plaintext)?;
        }
        opener.finish(&mut plaintext)?;
        Ok(plaintext)
    }

    #[test]
    fn stream_opens_to_the_same_at_every_chunk_border() {
        let key = data_key();
        for length in [0, 1, CHUNK_LEN - 1, CHUNK_LEN, CHUNK_LEN + 1, 2 * CHUNK_LEN, 3 * CHUNK_LEN + 7] {
            let plaintext = content(length);
            let sealed = seal(&key, PLACE, &plaintext, 10_000);
            assert_eq!(u64::try_from(sealed.len()).unwrap(), sealed_len(u64::try_from(length).unwrap()));
            assert!(open(&key, PLACE, &sealed, 7_777).unwrap() == plaintext, "{length}");
        }
    }

    #[test]
    fn stream_opens_at_its_place_and_with_its_key_only() {
        let key = data_key();
        let place = PLACE.of(Uuid::now_v7());
        let sealed = seal(&key, place, b"passport", 100);
        assert!(open(&key, place, &sealed, 100).is_ok());
        assert_eq!(open(&key, PLACE, &sealed, 100).err(), Some(VaultError::NotOpened));
        assert_eq!(open(&key, PLACE.of(Uuid::now_v7()), &sealed, 100).err(), Some(VaultError::NotOpened));
        assert_eq!(open(&data_key(), place, &sealed, 100).err(), Some(VaultError::NotOpened));
    }

    #[test]
    fn cut_reordered_repeated_and_mixed_chunks_are_noticed() {
        let key = data_key();
        let plaintext = content(3 * CHUNK_LEN);
        let sealed = seal(&key, PLACE, &plaintext, CHUNK_LEN);
        let (header, body) = sealed.split_at(HEADER_LEN);
        let [a, b, c] = [0, 1, 2].map(|at| &body[at * SEALED_CHUNK..(at + 1) * SEALED_CHUNK]);
        let other = seal(&key, PLACE, &plaintext, CHUNK_LEN);
        let foreign = &other[HEADER_LEN..][..SEALED_CHUNK];
        let opens = |chunks: &[&[u8]]| open(&key, PLACE, &[&[header], chunks].concat().concat(), 4096).is_ok();
        assert!(opens(&[a, b, c]));
        for wrong in [
            &[a, b][..],
            &[a],
            &[],
            &[b, c],
            &[a, c],
            &[b, a, c],
            &[a, c, b],
            &[a, a, b, c],
            &[a, b, b, c],
            &[a, b, c, c],
            &[a, b, c, a],
            &[foreign, b, c],
            &[a, b, &c[..100]],
            &[a, b, c, &[0]],
            &[a, b, &c[..TAG_LEN]],
        ] {
            assert!(!opens(wrong));
        }
    }

    #[test]
    fn empty_last_chunk_behind_a_full_one_is_refused_though_genuine() {
        let key = data_key();
        let (mut sealer, header) = key.seal_stream(PLACE).unwrap();
        let mut sealed = header.to_vec();
        sealer.push(&content(CHUNK_LEN), &mut sealed).unwrap();
        sealer.chunks.seal(false, &mut sealed).unwrap();
        sealer.finish(&mut sealed).unwrap();
        assert_eq!(open(&key, PLACE, &sealed, CHUNK_LEN).err(), Some(VaultError::NotOpened));
    }

    #[test]
    fn opener_that_failed_stays_failed() {
        let key = data_key();
        let sealed = seal(&key, PLACE, &content(2 * CHUNK_LEN), CHUNK_LEN);
        let (header, body) = sealed.split_first_chunk().unwrap();
        let mut opener = key.open_stream(PLACE, header).unwrap();
        let mut plaintext = Vec::new();
        let mut altered = body.to_vec();
        altered[0] ^= 1;
        assert!(opener.push(&altered, &mut plaintext).is_err());
        assert!(opener.push(body, &mut plaintext).is_err());
        assert!(opener.finish(&mut plaintext).is_err());
        assert!(plaintext.is_empty());
    }

    #[test]
    fn part_of_a_stream_opens_from_any_chunk_on() {
        let key = data_key();
        let plaintext = content(2 * CHUNK_LEN + 500);
        let sealed = seal(&key, PLACE, &plaintext, CHUNK_LEN);
        let (header, body) = sealed.split_first_chunk().unwrap();
        for (number, at) in [(0, 0), (1, 1), (2, 2)] {
            let mut opener = key.open_stream(PLACE, header).unwrap().at_chunk(number);
            let mut part = Vec::new();
            opener.push(&body[at * SEALED_CHUNK..], &mut part).unwrap();
            opener.finish(&mut part).unwrap();
            assert!(part == plaintext[at * CHUNK_LEN..]);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn stream_opens_to_the_same_in_steps_of_any_size(
            length in 0..3 * CHUNK_LEN, sealing_step in 500..200_000_usize, opening_step in 500..200_000_usize,
        ) {
            let key = data_key();
            let plaintext = content(length);
            let sealed = seal(&key, PLACE, &plaintext, sealing_step);
            prop_assert!(open(&key, PLACE, &sealed, opening_step).unwrap() == plaintext);
        }

        #[test]
        fn stream_with_a_changed_byte_or_cut_anywhere_does_not_open(
            length in 0..2 * CHUNK_LEN, at in any::<prop::sample::Index>(), flip in 1_u8..=255,
        ) {
            let key = data_key();
            let sealed = seal(&key, PLACE, &content(length), CHUNK_LEN);
            let at = at.index(sealed.len());
            prop_assert!(open(&key, PLACE, &sealed[..at], CHUNK_LEN).is_err());
            let mut changed = sealed;
            changed[at] ^= flip;
            prop_assert!(open(&key, PLACE, &changed, CHUNK_LEN).is_err());
        }
    }
}
