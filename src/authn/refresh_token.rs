//! Refresh tokens: opaque random texts, of which the database only ever sees the digest.
//!
//! The text carries 256 random bits, so that a plain SHA-256 is as good a lock as a slow hash.

use std::fmt;

use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

/// The prefix by which people and secret scanners recognise a refresh token.
const PREFIX: &str = "kimr_";

/// A refresh token: `kimr_` and 32 random bytes in base64url. Debug shows the type only.
#[derive(Clone)]
pub struct RefreshToken {
    text: SecretString,
}

/// What was sent does not have the shape of a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a refresh token: expected `kimr_` and 43 base64url characters")]
pub struct RefreshTokenMalformed;

/// The operating system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the system's random source is unavailable")]
pub struct RandomUnavailable;

/// A prefix and 32 random bytes in base64url.
pub(super) fn random_text(prefix: &str) -> Result<SecretString, RandomUnavailable> {
    let mut bytes = Zeroizing::new([0_u8; 32]);
    rand::fill(bytes.as_mut()).map_err(|_| RandomUnavailable)?;
    let encoded = Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice()));
    Ok(SecretString::from(format!("{prefix}{}", encoded.as_str())))
}

/// Whether a text is one that [`random_text`] could have made.
pub(super) fn has_shape(prefix: &str, text: &str) -> bool {
    let Some(encoded) = text.strip_prefix(prefix) else { return false };
    let mut bytes = Zeroizing::new([0_u8; 33]);
    // The decoder refuses padding and stray bits in the last character.
    matches!(URL_SAFE_NO_PAD.decode_slice(encoded, bytes.as_mut()), Ok(32))
}

impl RefreshToken {
    /// A new token.
    ///
    /// # Errors
    /// [`RandomUnavailable`] when the system has no randomness to give.
    pub fn generate() -> Result<Self, RandomUnavailable> {
        Ok(Self { text: random_text(PREFIX)? })
    }

    /// Reads a token that a client sent. Only the exact text of [`RefreshToken::expose`] is accepted: no blanks, no
    /// padding, no second spelling of the same bytes.
    ///
    /// # Errors
    /// [`RefreshTokenMalformed`], which does not repeat what was sent.
    pub fn parse(text: &str) -> Result<Self, RefreshTokenMalformed> {
        if has_shape(PREFIX, text) { Ok(Self { text: SecretString::from(text) }) } else { Err(RefreshTokenMalformed) }
    }

    /// SHA-256 of the text: what is stored and looked up.
    pub fn digest(&self) -> [u8; 32] {
        super::sha256(self.text.expose_secret().as_bytes())
    }

    /// The text itself, to be handed to the client once and never to be stored.
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_token_parses_to_the_same_digest() {
        let token = RefreshToken::generate().unwrap();
        assert_eq!(token.expose().len(), 48);
        assert_eq!(RefreshToken::parse(token.expose()).unwrap().digest(), token.digest());
    }

    #[test]
    fn no_two_tokens_are_equal() {
        assert_ne!(RefreshToken::generate().unwrap().digest(), RefreshToken::generate().unwrap().digest());
    }

    #[test]
    fn only_the_exact_shape_is_read() {
        let good = format!("kimr_{}", "A".repeat(43));
        assert!(RefreshToken::parse(&good).is_ok());
        for bad in [
            String::new(),
            "A".repeat(48),
            format!("KIMR_{}", "A".repeat(43)),
            format!("kimr_{}", "A".repeat(42)),
            format!("kimr_{}", "A".repeat(44)),
            format!("kimr_{}", "A".repeat(4000)),
            format!("kimr_{}=", "A".repeat(43)),
            format!("kimr_{}+", "A".repeat(42)),
            format!("kimr_{}B", "A".repeat(42)),
            format!(" {good}"),
            format!("{good}\n"),
            format!("{good}\0"),
        ] {
            assert_eq!(RefreshToken::parse(&bad).err(), Some(RefreshTokenMalformed), "{bad:.60}");
        }
    }

    #[test]
    fn debug_shows_nothing_of_the_token() {
        assert_eq!(format!("{:?}", RefreshToken::generate().unwrap()), "RefreshToken([redacted])");
    }
}
