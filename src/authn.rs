//! Authentication primitives: passwords, signing keys, access and refresh tokens, and the tokens of an external issuer.
//!
//! Nothing here knows the database. A verified token says who somebody claims to be and that the claim is genuine;
//! whether the account and its session still stand is decided above, on each request.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

pub mod access_token;
pub mod calendar_token;
pub mod keys;
pub mod oidc;
pub mod password;
pub mod refresh_token;

/// Why a token is not accepted. The texts never hold any part of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenRejected {
    /// Not three base64url parts of JSON, over-long, or a claim has the wrong shape.
    #[error("the token is malformed")]
    Malformed,
    /// The token is of another kind (for example a logout token) than an access token.
    #[error("the token is not an access token")]
    WrongType,
    /// The token names no key, or one that the issuer does not (or no longer) publish.
    #[error("the token is signed with an unknown key")]
    UnknownKey,
    /// The token names another algorithm than the one that its key is for.
    #[error("the token names an algorithm that is not accepted for its key")]
    WrongAlgorithm,
    /// The signature does not fit the content.
    #[error("the signature of the token is wrong")]
    BadSignature,
    /// A claim that has to be there is missing; the name of the claim is given.
    #[error("the token lacks the claim `{0}`")]
    MissingClaim(&'static str),
    /// The token was issued by somebody else.
    #[error("the token is from another issuer")]
    WrongIssuer,
    /// The token is meant for another service.
    #[error("the token is for another audience")]
    WrongAudience,
    /// The token was genuine, but its time is over.
    #[error("the token has expired")]
    Expired,
    /// The token is genuine, but its time has not come.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// The keys of the external issuer cannot be had at the moment, so that the token can be neither accepted nor
    /// refused.
    #[error("the issuer of the token cannot be reached")]
    IssuerUnavailable,
}

impl TokenRejected {
    /// Whether the same token may be accepted when it is sent again a little later.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::IssuerUnavailable | Self::NotYetValid)
    }
}

/// Whether `token` names another issuer than `own_issuer` and so belongs to the external verifier.
///
/// Reads the claim without any verification: use the answer to choose the verifier and for nothing else. False for
/// whatever cannot be read, so that the verifier of own tokens gets to refuse it.
pub fn looks_foreign(token: &str, own_issuer: &str) -> bool {
    UnverifiedToken::parse(token)
        .is_ok_and(|parsed| parsed.claims.get("iss").and_then(Value::as_str).is_some_and(|issuer| issuer != own_issuer))
}

/// Longer tokens are refused unread. The tokens of an external issuer list roles and groups and so get large.
const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// The parts of a compact token as they came, with nothing verified.
struct UnverifiedToken<'t> {
    header: TokenHeader,
    claims: Map<String, Value>,
    /// What the signature is over.
    signing_input: &'t str,
    /// Still in base64url.
    signature: &'t str,
}

#[derive(Deserialize)]
struct TokenHeader {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
    /// Extensions that a reader must understand: we understand none.
    crit: Option<IgnoredAny>,
}

impl<'t> UnverifiedToken<'t> {
    fn parse(token: &'t str) -> Result<Self, TokenRejected> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenRejected::Malformed);
        }
        let (signing_input, signature) = token.rsplit_once('.').ok_or(TokenRejected::Malformed)?;
        let (header, claims) = signing_input.split_once('.').ok_or(TokenRejected::Malformed)?;
        let header: TokenHeader = decode_part(header)?;
        if header.crit.is_some() {
            return Err(TokenRejected::Malformed);
        }
        // A third dot, as in an encrypted token, is no base64url and fails here.
        let claims = decode_part(claims)?;
        Ok(Self { header, claims, signing_input, signature })
    }
}

fn decode_part<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, TokenRejected> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| TokenRejected::Malformed)?;
    serde_json::from_slice(&json).map_err(|_| TokenRejected::Malformed)
}

/// The claim `name` as a text; missing and null are the same.
fn text_claim<'c>(claims: &'c Map<String, Value>, name: &'static str) -> Result<&'c str, TokenRejected> {
    match claims.get(name) {
        None | Some(Value::Null) => Err(TokenRejected::MissingClaim(name)),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(TokenRejected::Malformed),
    }
}

/// The claim `name` as an instant: seconds since 1970, a fraction is cut off. None when it is missing.
fn instant_claim(claims: &Map<String, Value>, name: &'static str) -> Result<Option<DateTime<Utc>>, TokenRejected> {
    let seconds = match claims.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => match number.as_i64() {
            Some(seconds) => Some(seconds),
            None => number.to_string().split_once('.').and_then(|(whole, fraction)| {
                fraction.bytes().all(|digit| digit.is_ascii_digit()).then(|| whole.parse().ok()).flatten()
            }),
        },
        Some(_) => None,
    };
    seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).map(Some).ok_or(TokenRejected::Malformed)
}

/// Checks `iss` (exact) and `aud` (one text, or a list that holds `audience`).
fn check_issuer_and_audience(claims: &Map<String, Value>, issuer: &str, audience: &str) -> Result<(), TokenRejected> {
    if text_claim(claims, "iss")? != issuer {
        return Err(TokenRejected::WrongIssuer);
    }
    let is_meant = match claims.get("aud") {
        None | Some(Value::Null) => return Err(TokenRejected::MissingClaim("aud")),
        Some(Value::String(only)) => only == audience,
        Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(audience)),
        Some(_) => return Err(TokenRejected::Malformed),
    };
    if is_meant { Ok(()) } else { Err(TokenRejected::WrongAudience) }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest(&SHA256, bytes).as_ref());
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn unsigned(header: &Value, claims: &Value) -> String {
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        format!("{header}.{claims}.")
    }

    #[test]
    fn only_another_readable_issuer_looks_foreign() {
        let header = json!({"alg": "RS256"});
        assert!(looks_foreign(&unsigned(&header, &json!({"iss": "https://sso.example"})), "https://kim.example"));
        assert!(!looks_foreign(&unsigned(&header, &json!({"iss": "https://kim.example"})), "https://kim.example"));
        assert!(!looks_foreign(&unsigned(&header, &json!({"sub": "x"})), "https://kim.example"));
        assert!(!looks_foreign(&unsigned(&header, &json!({"iss": 7})), "https://kim.example"));
        assert!(!looks_foreign("kimr_abc", "https://kim.example"));
        assert!(!looks_foreign("", "https://kim.example"));
    }

    #[test]
    fn tokens_of_another_shape_are_malformed() {
        let good = unsigned(&json!({"alg": "EdDSA"}), &json!({}));
        assert!(UnverifiedToken::parse(&good).is_ok());
        let critical = unsigned(&json!({"alg": "EdDSA", "crit": ["b64"], "b64": false}), &json!({}));
        let no_object = unsigned(&json!({"alg": "EdDSA"}), &json!([1]));
        let long = unsigned(&json!({"alg": "EdDSA"}), &json!({"x": "y".repeat(MAX_TOKEN_BYTES)}));
        for bad in ["", ".", "..", "a.b.c", &format!("{good}.x"), &format!("{good}.x.y"), &critical, &no_object, &long]
        {
            assert_eq!(UnverifiedToken::parse(bad).err(), Some(TokenRejected::Malformed), "{bad:.60}");
        }
    }

    #[test]
    fn instants_are_whole_or_fractional_seconds_in_range() {
        let read = |value: Value| {
            let Value::Object(claims) = json!({"exp": value}) else { panic!("an object") };
            instant_claim(&claims, "exp").map(|instant| instant.map(|instant| instant.timestamp()))
        };
        assert_eq!(read(json!(1_700_000_000)), Ok(Some(1_700_000_000)));
        assert_eq!(read(json!(1_700_000_000.75)), Ok(Some(1_700_000_000)));
        assert_eq!(read(Value::Null), Ok(None));
        for bad in [json!("1700000000"), json!(1e300), json!(u64::MAX), json!(i64::MAX), json!(true)] {
            assert_eq!(read(bad), Err(TokenRejected::Malformed));
        }
    }
}
