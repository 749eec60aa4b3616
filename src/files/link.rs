//! Links to the contents of documents: short-lived, signed, made for one account, one document and one direction.
//!
//! A link is no permission. Whoever uses it acts as the account that it was made for, and the door decides anew at that
//! moment; the link saves nothing but the `Authorization` header, which a browser cannot send with a download.

use aws_lc_rs::hmac;
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use entity::codes::AccessPurpose;
use entity::ids::{AccountId, DocumentId, SessionId};
use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, Failure};

/// Bytes of the signature.
const TAG_LEN: usize = 32;
/// The longest token that is looked at.
const TOKEN_MAXIMUM: usize = 1024;

/// Which way the content goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// To the server.
    #[serde(rename = "in")]
    Upload,
    /// From the server.
    #[serde(rename = "out")]
    Download,
}

/// What a link says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Which way.
    #[serde(rename = "w")]
    pub direction: Direction,
    /// Which document.
    #[serde(rename = "d")]
    pub document_id: DocumentId,
    /// For whom.
    #[serde(rename = "a")]
    pub account_id: AccountId,
    /// In which login session; it ends with it. Absent for tokens of an external issuer.
    #[serde(rename = "s")]
    pub session_id: Option<SessionId>,
    /// Why it is read, for the access log.
    #[serde(rename = "p")]
    pub purpose: Option<AccessPurpose>,
    /// First instant at which it can no longer be used.
    #[serde(rename = "e", with = "chrono::serde::ts_milliseconds")]
    pub expires_at: DateTime<Utc>,
}

#[derive(Serialize, Deserialize)]
struct Content {
    #[serde(flatten)]
    link: Link,
    /// No two links are the same.
    #[serde(rename = "n")]
    nonce: String,
}

/// Signs links and tells genuine ones from others.
pub struct LinkSeal {
    key: hmac::Key,
}

impl LinkSeal {
    /// Signs by this secret.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, secret) }
    }

    /// The token of a link.
    ///
    /// # Errors
    /// If the machine has no randomness.
    pub fn sign(&self, link: &Link) -> Result<String, Failure> {
        let mut nonce = [0; 12];
        rand::fill(&mut nonce).map_err(|_| Failure::internal("no randomness for a link"))?;
        let content = Content { link: link.clone(), nonce: URL_SAFE_NO_PAD.encode(nonce) };
        let text = serde_json::to_string(&content).map_err(|error| Failure::internal(error.to_string()))?;
        let mut bytes = hmac::sign(&self.key, text.as_bytes()).as_ref().to_vec();
        bytes.extend_from_slice(text.as_bytes());
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What a token says, if it is genuine, for this direction, and not over yet.
    ///
    /// # Errors
    /// `LINK_INVALID`, whatever the reason.
    pub fn open(&self, token: &str, direction: Direction, now: DateTime<Utc>) -> Result<Link, Failure> {
        let invalid = || Failure::new(ErrorCode::LinkInvalid);
        if token.len() > TOKEN_MAXIMUM {
            return Err(invalid());
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| invalid())?;
        let (tag, text) = bytes.split_at_checked(TAG_LEN).ok_or_else(invalid)?;
        hmac::verify(&self.key, text, tag).map_err(|_| invalid())?;
        let Content { link, .. } = serde_json::from_slice(text).map_err(|_| invalid())?;
        if link.direction == direction && now < link.expires_at { Ok(link) } else { Err(invalid()) }
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use entity::ids::Identifier;
    use proptest::prelude::*;

    use super::*;

    fn link(direction: Direction, expires_at: DateTime<Utc>) -> Link {
        Link {
            direction,
            document_id: DocumentId::new(),
            account_id: AccountId::new(),
            session_id: Some(SessionId::new()),
            purpose: Some(AccessPurpose::CaseWork),
            expires_at,
        }
    }

    fn instant() -> DateTime<Utc> {
        "2023-06-01T08:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_link_works_in_its_direction_until_it_expires_and_under_its_secret_only() {
        let (seal, now) = (LinkSeal::new(&[7; 32]), instant());
        let made = link(Direction::Download, now + Duration::seconds(300));
        let token = seal.sign(&made).unwrap();
        assert_ne!(token, seal.sign(&made).unwrap());
        assert_eq!(seal.open(&token, Direction::Download, now).unwrap(), made);
        assert!(seal.open(&token, Direction::Upload, now).is_err());
        assert!(seal.open(&token, Direction::Download, now + Duration::seconds(299)).is_ok());
        assert!(seal.open(&token, Direction::Download, now + Duration::seconds(300)).is_err());
        assert!(LinkSeal::new(&[8; 32]).open(&token, Direction::Download, now).is_err());
    }

    proptest! {
        #[test]
        fn a_changed_link_is_refused(place in 0_usize..1000, flip in 1_u8..128) {
            let (seal, now) = (LinkSeal::new(&[7; 32]), instant());
            let token = seal.sign(&link(Direction::Upload, now + Duration::seconds(300))).unwrap();
            let mut bytes = token.clone().into_bytes();
            let place = place % bytes.len();
            bytes[place] ^= flip;
            if let Ok(changed) = String::from_utf8(bytes) {
                prop_assert!(seal.open(&changed, Direction::Upload, now).is_err());
            }
        }

        #[test]
        fn anything_else_is_refused(text in "\\PC{0,2000}") {
            prop_assert!(LinkSeal::new(&[7; 32]).open(&text, Direction::Upload, instant()).is_err());
        }
    }
}
