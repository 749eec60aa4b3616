//! Tokens in the addresses of calendar feeds: opaque random texts, of which the database only ever sees the digest.
//!
//! A calendar program cannot log in; who has the address has the feed. So the token carries 256 random bits, is shown once,
//! and can be revoked.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use super::refresh_token::{RandomUnavailable, has_shape, random_text};

/// The prefix by which people and secret scanners recognise such a token.
const PREFIX: &str = "kimc_";

/// A token of a calendar feed: `kimc_` and 32 random bytes in base64url. Debug shows the type only.
#[derive(Clone)]
pub struct CalendarToken {
    text: SecretString,
}

impl CalendarToken {
    /// A new token.
    ///
    /// # Errors
    /// [`RandomUnavailable`] when the system has no randomness to give.
    pub fn generate() -> Result<Self, RandomUnavailable> {
        Ok(Self { text: random_text(PREFIX)? })
    }

    /// Reads a token of an address; `None` if it is none. Only the exact text of [`CalendarToken::expose`] is accepted.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        has_shape(PREFIX, text).then(|| Self { text: SecretString::from(text) })
    }

    /// SHA-256 of the text: what is stored and looked up.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        super::sha256(self.text.expose_secret().as_bytes())
    }

    /// The text itself, to be handed to the person once and never to be stored.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose_secret()
    }
}

impl fmt::Debug for CalendarToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CalendarToken([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::CalendarToken;
    use crate::authn::refresh_token::RefreshToken;

    #[test]
    fn a_token_parses_to_the_same_digest_and_shows_itself_to_nobody() {
        let token = CalendarToken::generate().unwrap();
        assert_eq!(CalendarToken::parse(token.expose()).unwrap().digest(), token.digest());
        assert_eq!(format!("{token:?}"), "CalendarToken([redacted])");
        assert_ne!(CalendarToken::generate().unwrap().digest(), token.digest());
    }

    #[test]
    fn no_other_text_is_one() {
        let refresh = RefreshToken::generate().unwrap();
        let short = format!("kimc_{}", "A".repeat(42));
        let long = format!("kimc_{}", "A".repeat(44));
        for text in ["", "kimc_", refresh.expose(), &short, &long, &format!(" {short}A"), &format!("{short}+")] {
            assert!(CalendarToken::parse(text).is_none(), "{text}");
        }
    }
}
