//! Access tokens: short-lived JSON Web Tokens (`at+jwt`, Ed25519) that this installation issues and reads itself.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use quick_cache::sync::Cache;
use secrecy::SecretString;
use serde_json::{Value, json};
use uuid::Uuid;

use super::keys::SigningKeys;
use super::{TokenRejected, UnverifiedToken, check_issuer_and_audience, instant_claim, sha256, text_claim};
use crate::clock::SharedClock;

/// The one algorithm of own tokens. It belongs to the key; the header of a token only gets to agree.
const ALGORITHM: &str = "EdDSA";
/// The media type of access tokens (RFC 9068), which keeps other tokens signed with the same key from being used as
/// one.
const TYPE: &str = "at+jwt";
/// How many verified tokens are remembered: some hundred bytes each.
const REMEMBERED_TOKENS: usize = 4096;

/// Issues and verifies the access tokens of this installation.
pub struct AccessTokens {
    keys: Arc<SigningKeys>,
    issuer: String,
    audience: String,
    lifetime: TimeDelta,
    clock: SharedClock,
    /// Tokens whose signature and claims were found good, by the SHA-256 of their text.
    verified: Cache<[u8; 32], Arc<AccessClaims>>,
    full_verifications: AtomicU64,
}

/// A token that was just made.
#[derive(Debug, Clone)]
pub struct IssuedToken {
    /// The text that the client sends back as `Bearer`.
    pub token: SecretString,
    /// From this instant on it is refused.
    pub expires_at: DateTime<Utc>,
}

/// What a verified access token says. Whether the session still stands is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessClaims {
    /// The account (`sub`).
    pub account_id: Uuid,
    /// The session that the token was issued for (`sid`).
    pub session_id: Uuid,
    /// The district of the account (`did`).
    pub district_id: Uuid,
    /// Unique for each token (`jti`).
    pub token_id: Uuid,
    /// When the token was made, in whole seconds (`iat`).
    pub issued_at: DateTime<Utc>,
    /// From this instant on the token is refused, in whole seconds (`exp`).
    pub expires_at: DateTime<Utc>,
}

/// No token could be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// No random bytes, or no signature.
    #[error("the cryptographic library failed")]
    Crypto,
    /// The clock or the lifetime is outside the calendar.
    #[error("the expiry of the token is outside the calendar")]
    Expiry,
}

impl AccessTokens {
    /// Tokens of `issuer` for `audience` that live `lifetime_seconds` from their issue.
    pub fn new(
        keys: Arc<SigningKeys>,
        issuer: impl Into<String>,
        audience: impl Into<String>,
        lifetime_seconds: u32,
        clock: SharedClock,
    ) -> Self {
        Self {
            keys,
            issuer: issuer.into(),
            audience: audience.into(),
            lifetime: TimeDelta::seconds(i64::from(lifetime_seconds)),
            clock,
            verified: Cache::new(REMEMBERED_TOKENS),
            full_verifications: AtomicU64::new(0),
        }
    }

    /// The `iss` of own tokens, by which [`super::looks_foreign`] tells them from others.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// How long a token lives, in seconds.
    pub fn lifetime_seconds(&self) -> i64 {
        self.lifetime.num_seconds()
    }

    /// A new token for a session of an account.
    ///
    /// # Errors
    /// See [`IssueError`]; each of them is a fault of the installation, not of the caller.
    pub fn issue(&self, account_id: Uuid, session_id: Uuid, district_id: Uuid) -> Result<IssuedToken, IssueError> {
        let now = self.clock.now();
        let expires_at = now
            .checked_add_signed(self.lifetime)
            .and_then(|instant| DateTime::from_timestamp(instant.timestamp(), 0))
            .ok_or(IssueError::Expiry)?;
        let mut random = [0_u8; 16];
        aws_lc_rs::rand::fill(&mut random).map_err(|_| IssueError::Crypto)?;
        let token_id = uuid::Builder::from_random_bytes(random).into_uuid();
        let claims = json!({
            "iss": self.issuer,
            "aud": self.audience,
            "sub": account_id,
            "sid": session_id,
            "did": district_id,
            "iat": now.timestamp(),
            "exp": expires_at.timestamp(),
            "jti": token_id,
        });
        let header = json!({ "alg": ALGORITHM, "typ": TYPE, "kid": self.keys.active_kid() });
        let signing_input = format!("{}.{}", encode_part(&header), encode_part(&claims));
        let signature = self.keys.sign(signing_input.as_bytes()).map_err(|_| IssueError::Crypto)?;
        let token = SecretString::from(format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode(signature)));
        Ok(IssuedToken { token, expires_at })
    }

    /// What `token` says, when it is genuine, ours and in its time. The signature of a token is checked once; after
    /// that only its expiry is.
    ///
    /// # Errors
    /// Why it is refused; never with any part of it.
    pub fn verify(&self, token: &str) -> Result<Arc<AccessClaims>, TokenRejected> {
        let digest = sha256(token.as_bytes());
        let claims = match self.verified.get(&digest) {
            Some(claims) => claims,
            None => {
                let claims = Arc::new(self.verify_fully(token)?);
                // What has expired already would only take the place of a token that is in use.
                if self.clock.now() < claims.expires_at {
                    self.verified.insert(digest, Arc::clone(&claims));
                }
                claims
            }
        };
        if self.clock.now() < claims.expires_at { Ok(claims) } else { Err(TokenRejected::Expired) }
    }

    /// How often a signature was checked since the start.
    pub fn full_verifications(&self) -> u64 {
        self.full_verifications.load(Ordering::Relaxed)
    }

    /// Everything but the expiry.
    fn verify_fully(&self, token: &str) -> Result<AccessClaims, TokenRejected> {
        let parsed = UnverifiedToken::parse(token)?;
        if parsed.header.alg != ALGORITHM {
            return Err(TokenRejected::WrongAlgorithm);
        }
        let kid = parsed.header.kid.as_deref().filter(|kid| self.keys.knows(kid)).ok_or(TokenRejected::UnknownKey)?;
        let signature = URL_SAFE_NO_PAD.decode(parsed.signature).map_err(|_| TokenRejected::Malformed)?;
        self.full_verifications.fetch_add(1, Ordering::Relaxed);
        if !self.keys.verify(kid, parsed.signing_input.as_bytes(), &signature) {
            return Err(TokenRejected::BadSignature);
        }
        if parsed.header.typ.as_deref() != Some(TYPE) {
            return Err(TokenRejected::WrongType);
        }
        let claims = &parsed.claims;
        check_issuer_and_audience(claims, &self.issuer, &self.audience)?;
        let id = |name| Uuid::parse_str(text_claim(claims, name)?).map_err(|_| TokenRejected::Malformed);
        let instant = |name| instant_claim(claims, name)?.ok_or(TokenRejected::MissingClaim(name));
        Ok(AccessClaims {
            expires_at: instant("exp")?,
            account_id: id("sub")?,
            session_id: id("sid")?,
            district_id: id("did")?,
            token_id: id("jti")?,
            issued_at: instant("iat")?,
        })
    }
}

impl fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessTokens")
            .field("keys", &self.keys)
            .field("issuer", &self.issuer)
            .field("audience", &self.audience)
            .field("lifetime_seconds", &self.lifetime_seconds())
            .finish_non_exhaustive()
    }
}

fn encode_part(part: &Value) -> String {
    URL_SAFE_NO_PAD.encode(part.to_string())
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
    use secrecy::ExposeSecret;

    use super::*;
    use crate::clock::SimulatedClock;

    const ISSUER: &str = "https://kim.example";
    const AUDIENCE: &str = "kim";
    const ACCOUNT: Uuid = Uuid::from_u128(1);
    const SESSION: Uuid = Uuid::from_u128(2);
    const DISTRICT: Uuid = Uuid::from_u128(3);

    struct Fixture {
        tokens: AccessTokens,
        clock: Arc<SimulatedClock>,
        pem: String,
    }

    fn clock() -> Arc<SimulatedClock> {
        SimulatedClock::starting_at(DateTime::from_timestamp_millis(1_700_000_000_900).unwrap())
    }

    fn tokens_of(pem: &str, issuer: &str, audience: &str, clock: &Arc<SimulatedClock>) -> AccessTokens {
        let keys = Arc::new(SigningKeys::from_pem(&SecretString::from(pem)).unwrap());
        AccessTokens::new(keys, issuer, audience, 900, clock.clone())
    }

    fn fixture() -> Fixture {
        let pem = SigningKeys::generate().unwrap().expose_secret().to_owned();
        let clock = clock();
        Fixture { tokens: tokens_of(&pem, ISSUER, AUDIENCE, &clock), clock, pem }
    }

    impl Fixture {
        fn issue(&self) -> String {
            self.tokens.issue(ACCOUNT, SESSION, DISTRICT).unwrap().token.expose_secret().to_owned()
        }

        fn refusal(&self, token: &str) -> TokenRejected {
            self.tokens.verify(token).unwrap_err()
        }

        /// A token of any header and claims, rightly signed with the active key.
        fn signed(&self, header: &Value, claims: &Value) -> String {
            let input = format!("{}.{}", encode_part(header), encode_part(claims));
            let signature = self.tokens.keys.sign(input.as_bytes()).unwrap();
            format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
        }

        fn header(&self) -> Value {
            json!({"alg": "EdDSA", "typ": "at+jwt", "kid": self.tokens.keys.active_kid()})
        }

        fn claims(&self) -> Value {
            json!({
                "iss": ISSUER, "aud": AUDIENCE, "sub": ACCOUNT, "sid": SESSION, "did": DISTRICT, "jti": Uuid::from_u128(4),
                "iat": self.clock_seconds(), "exp": self.clock_seconds() + 900,
            })
        }

        fn clock_seconds(&self) -> i64 {
            self.tokens.clock.now().timestamp()
        }
    }

    #[test]
    fn issued_token_is_read_back() {
        let fixture = fixture();
        let issued = fixture.tokens.issue(ACCOUNT, SESSION, DISTRICT).unwrap();
        let claims = fixture.tokens.verify(issued.token.expose_secret()).unwrap();
        assert_eq!((claims.account_id, claims.session_id, claims.district_id), (ACCOUNT, SESSION, DISTRICT));
        assert_eq!(claims.issued_at.timestamp(), 1_700_000_000);
        assert_eq!(claims.expires_at, issued.expires_at);
        assert_eq!(issued.expires_at.timestamp(), 1_700_000_900);
        assert_ne!(fixture.tokens.verify(&fixture.issue()).unwrap().token_id, claims.token_id);
    }

    #[test]
    fn another_implementation_accepts_the_token_by_the_published_keys() {
        let fixture = fixture();
        let jwks: jsonwebtoken::jwk::JwkSet = serde_json::from_value(fixture.tokens.keys.jwks()).unwrap();
        let key = DecodingKey::from_jwk(jwks.find(fixture.tokens.keys.active_kid()).unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.validate_exp = false;
        let read = jsonwebtoken::decode::<Value>(fixture.issue(), &key, &validation).unwrap();
        assert_eq!(read.header.typ.as_deref(), Some("at+jwt"));
        assert_eq!(read.claims["sub"], json!(ACCOUNT));
    }

    #[test]
    fn token_ends_with_its_lifetime_even_when_it_is_remembered() {
        let fixture = fixture();
        let token = fixture.issue();
        assert!(fixture.tokens.verify(&token).is_ok());
        fixture.clock.advance(TimeDelta::milliseconds(899_099));
        assert!(fixture.tokens.verify(&token).is_ok());
        fixture.clock.advance(TimeDelta::milliseconds(1));
        assert_eq!(fixture.refusal(&token), TokenRejected::Expired);
        assert_eq!(fixture.tokens.full_verifications(), 1);
    }

    #[test]
    fn signature_of_a_good_token_is_checked_once() {
        let fixture = fixture();
        let token = fixture.issue();
        let first = fixture.tokens.verify(&token).unwrap();
        for _ in 0..10 {
            assert!(Arc::ptr_eq(&first, &fixture.tokens.verify(&token).unwrap()));
        }
        assert_eq!(fixture.tokens.full_verifications(), 1);
    }

    #[test]
    fn refusals_are_not_remembered() {
        let fixture = fixture();
        let mut token = fixture.issue();
        let end = token.len() - 20;
        token.replace_range(end..end + 4, if token[end..].starts_with("AAAA") { "BBBB" } else { "AAAA" });
        for _ in 0..3 {
            assert_eq!(fixture.refusal(&token), TokenRejected::BadSignature);
        }
        assert_eq!(fixture.tokens.full_verifications(), 3);
        assert_eq!(fixture.tokens.verified.len(), 0);
    }

    #[test]
    fn memory_of_verified_tokens_is_bounded() {
        let fixture = fixture();
        for _ in 0..REMEMBERED_TOKENS + 500 {
            fixture.tokens.verify(&fixture.issue()).unwrap();
        }
        assert!(fixture.tokens.verified.len() <= REMEMBERED_TOKENS);
    }

    #[test]
    fn token_of_another_issuer_or_audience_is_refused() {
        let fixture = fixture();
        let sign_elsewhere = |issuer, audience| {
            let elsewhere = tokens_of(&fixture.pem, issuer, audience, &fixture.clock);
            elsewhere.issue(ACCOUNT, SESSION, DISTRICT).unwrap().token.expose_secret().to_owned()
        };
        assert_eq!(fixture.refusal(&sign_elsewhere("https://kim.example/", AUDIENCE)), TokenRejected::WrongIssuer);
        assert_eq!(fixture.refusal(&sign_elsewhere(ISSUER, "other")), TokenRejected::WrongAudience);
        assert!(fixture.tokens.verify(&sign_elsewhere(ISSUER, AUDIENCE)).is_ok());
    }

    #[test]
    fn each_claim_is_required() {
        let fixture = fixture();
        assert!(fixture.tokens.verify(&fixture.signed(&fixture.header(), &fixture.claims())).is_ok());
        for name in ["iss", "aud", "sub", "sid", "did", "iat", "exp", "jti"] {
            let mut claims = fixture.claims();
            claims.as_object_mut().unwrap().remove(name);
            let refusal = fixture.refusal(&fixture.signed(&fixture.header(), &claims));
            assert_eq!(refusal, TokenRejected::MissingClaim(name));
        }
    }

    #[test]
    fn list_of_issuers_is_refused() {
        let fixture = fixture();
        let mut claims = fixture.claims();
        claims["iss"] = json!([ISSUER, "https://elsewhere.example"]);
        assert_eq!(fixture.refusal(&fixture.signed(&fixture.header(), &claims)), TokenRejected::Malformed);
    }

    #[test]
    fn tampered_payload_is_refused() {
        let fixture = fixture();
        let token = fixture.issue();
        let parts: Vec<&str> = token.split('.').collect();
        let mut claims = fixture.claims();
        claims["did"] = json!(Uuid::from_u128(9));
        let forged = format!("{}.{}.{}", parts[0], encode_part(&claims), parts[2]);
        assert_eq!(fixture.refusal(&forged), TokenRejected::BadSignature);
    }

    #[test]
    fn algorithm_of_the_header_does_not_choose_the_check() {
        let fixture = fixture();
        let kid = fixture.tokens.keys.active_kid().to_owned();
        let public = fixture.tokens.keys.jwks()["keys"][0]["x"].as_str().unwrap().to_owned();
        let public = URL_SAFE_NO_PAD.decode(public).unwrap();
        let header = Header { typ: Some("at+jwt".to_owned()), kid: Some(kid.clone()), ..Header::new(Algorithm::HS256) };
        let by_public_key =
            jsonwebtoken::encode(&header, &fixture.claims(), &EncodingKey::from_secret(&public)).unwrap();
        assert_eq!(fixture.refusal(&by_public_key), TokenRejected::WrongAlgorithm);
        for alg in ["none", "None", "", "HS256", "eddsa"] {
            let header = json!({"alg": alg, "typ": "at+jwt", "kid": kid});
            let unsigned = format!("{}.{}.", encode_part(&header), encode_part(&fixture.claims()));
            assert_eq!(fixture.refusal(&unsigned), TokenRejected::WrongAlgorithm);
        }
        let header = json!({"alg": "EdDSA", "typ": "at+jwt", "kid": kid});
        let unsigned = format!("{}.{}.", encode_part(&header), encode_part(&fixture.claims()));
        assert_eq!(fixture.refusal(&unsigned), TokenRejected::BadSignature);
    }

    #[test]
    fn only_access_tokens_are_accepted() {
        let fixture = fixture();
        for typ in [json!("JWT"), json!("logout+jwt"), Value::Null] {
            let header = json!({"alg": "EdDSA", "typ": typ, "kid": fixture.tokens.keys.active_kid()});
            assert_eq!(fixture.refusal(&fixture.signed(&header, &fixture.claims())), TokenRejected::WrongType);
        }
    }

    #[test]
    fn token_of_a_retired_key_is_accepted_until_the_key_is_gone() {
        let fixture = fixture();
        let token = fixture.issue();
        let new_pem = SigningKeys::generate().unwrap().expose_secret().to_owned();
        let both = tokens_of(&format!("{new_pem}{}", fixture.pem), ISSUER, AUDIENCE, &fixture.clock);
        assert!(both.verify(&token).is_ok());
        let new_token = both.issue(ACCOUNT, SESSION, DISTRICT).unwrap();
        assert_eq!(fixture.refusal(new_token.token.expose_secret()), TokenRejected::UnknownKey);
        let only_new = tokens_of(&new_pem, ISSUER, AUDIENCE, &fixture.clock);
        assert_eq!(only_new.verify(&token).err(), Some(TokenRejected::UnknownKey));
    }

    #[test]
    fn garbage_is_malformed() {
        let fixture = fixture();
        let good = fixture.issue();
        for bad in
            ["", "Bearer", "a.b.c", &good[1..], &format!("{good}="), &format!("{good}\0"), &good.replace('.', "..")]
        {
            assert_eq!(fixture.refusal(bad), TokenRejected::Malformed);
        }
    }

    #[test]
    fn debug_shows_no_token_and_no_key() {
        let fixture = fixture();
        let issued = fixture.tokens.issue(ACCOUNT, SESSION, DISTRICT).unwrap();
        let shown = format!("{issued:?} {:?}", fixture.tokens);
        assert!(!shown.contains("eyJ"));
        assert!(!shown.contains(fixture.pem.lines().nth(1).unwrap()));
    }
}
