//! Access tokens of an external OpenID Connect issuer (Keycloak and the like), verified with the keys it publishes.
//!
//! The keys are fetched when they are first needed, when they get old, and when a token names one that is not there.
//! Anybody can send a token with an invented key id, so that fetches are limited in rate and there is one at a time. A
//! fetch runs in a task of its own: a client that hangs up neither ends it nor uses up its turn for the others.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use quick_cache::sync::Cache;
use reqwest::Url;
use reqwest::redirect::Policy;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::{TokenRejected, UnverifiedToken, check_issuer_and_audience, instant_claim, sha256, text_claim};
use crate::clock::SharedClock;

/// How many verified tokens are remembered.
const REMEMBERED_TOKENS: usize = 4096;
/// A discovery document or key set that is larger is refused.
const MAX_FETCHED_BYTES: usize = 256 * 1024;
/// No issuer publishes more keys; each is parsed and kept.
const MAX_KEYS: usize = 64;
/// The longest `sub` that OpenID Connect allows.
const MAX_SUBJECT_CHARS: usize = 255;
/// The longest login: that of an e-mail address.
const MAX_LOGIN_CHARS: usize = 320;

/// An external issuer and how far it is trusted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcConfig {
    /// The `iss` of its tokens, exactly; also where discovery begins.
    pub issuer: String,
    /// What `aud` must hold.
    pub audience: String,
    /// Where the key set stands. When not given it is taken from `<issuer>/.well-known/openid-configuration`.
    #[serde(default)]
    pub jwks_url: Option<String>,
    /// The algorithms that are accepted; by default RS256, ES256 and EdDSA.
    #[serde(default = "default_algorithms")]
    pub algorithms: Vec<ExternalAlgorithm>,
    /// The claim by which an account is found; by default `email`.
    #[serde(default = "default_login_claim")]
    pub login_claim: String,
    /// Whether `email` counts as a login although the issuer does not say `email_verified: true`; by default it does
    /// not, since at many issuers people can enter any address for themselves.
    #[serde(default)]
    pub allow_unverified_email: bool,
    /// By how many seconds the issuer's clock may differ from ours; by default 30.
    #[serde(default = "default_leeway_seconds")]
    pub leeway_seconds: u32,
    /// For how many seconds fetched keys are used without asking again; by default 600.
    #[serde(default = "default_cache_ttl_seconds")]
    pub cache_ttl_seconds: u32,
    /// For how many seconds fetched keys are used while the issuer cannot be reached; by default 86,400 (a day).
    #[serde(default = "default_max_stale_seconds")]
    pub max_stale_seconds: u32,
    /// The fewest seconds between two fetches; by default 10.
    #[serde(default = "default_min_refresh_interval_seconds")]
    pub min_refresh_interval_seconds: u32,
    /// After how many seconds one request to the issuer is given up; by default 5.
    #[serde(default = "default_fetch_timeout_seconds")]
    pub fetch_timeout_seconds: u32,
    /// Whether `http://` is accepted for other hosts than this machine itself; by default it is not.
    #[serde(default)]
    pub allow_insecure_http: bool,
}

fn default_algorithms() -> Vec<ExternalAlgorithm> {
    vec![ExternalAlgorithm::Rs256, ExternalAlgorithm::Es256, ExternalAlgorithm::EdDsa]
}

fn default_login_claim() -> String {
    "email".to_owned()
}

fn default_leeway_seconds() -> u32 {
    30
}

fn default_cache_ttl_seconds() -> u32 {
    600
}

fn default_max_stale_seconds() -> u32 {
    86_400
}

fn default_min_refresh_interval_seconds() -> u32 {
    10
}

fn default_fetch_timeout_seconds() -> u32 {
    5
}

impl OidcConfig {
    /// The defaults for an issuer and an audience.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> Self {
        Self {
            issuer: issuer.into(),
            audience: audience.into(),
            jwks_url: None,
            algorithms: default_algorithms(),
            login_claim: default_login_claim(),
            allow_unverified_email: false,
            leeway_seconds: default_leeway_seconds(),
            cache_ttl_seconds: default_cache_ttl_seconds(),
            max_stale_seconds: default_max_stale_seconds(),
            min_refresh_interval_seconds: default_min_refresh_interval_seconds(),
            fetch_timeout_seconds: default_fetch_timeout_seconds(),
            allow_insecure_http: false,
        }
    }

    /// The text as an address from which keys may be fetched.
    fn fetchable(&self, text: &str) -> Option<Url> {
        let url = Url::parse(text).ok()?;
        let is_fetchable = match url.scheme() {
            "https" => true,
            "http" => self.allow_insecure_http || is_loopback(&url),
            _ => false,
        };
        is_fetchable.then_some(url)
    }
}

/// The algorithms that an external issuer may sign with. Symmetric ones are no part of it: with them whoever can verify
/// could sign as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub enum ExternalAlgorithm {
    /// RSA, PKCS#1 v1.5, SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// RSA, PKCS#1 v1.5, SHA-384.
    #[serde(rename = "RS384")]
    Rs384,
    /// RSA, PKCS#1 v1.5, SHA-512.
    #[serde(rename = "RS512")]
    Rs512,
    /// RSA, PSS, SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
    /// RSA, PSS, SHA-384.
    #[serde(rename = "PS384")]
    Ps384,
    /// RSA, PSS, SHA-512.
    #[serde(rename = "PS512")]
    Ps512,
    /// ECDSA over P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// ECDSA over P-384 with SHA-384.
    #[serde(rename = "ES384")]
    Es384,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl ExternalAlgorithm {
    /// The name in the header of a token.
    fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    fn verification(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Rs384 => Algorithm::RS384,
            Self::Rs512 => Algorithm::RS512,
            Self::Ps256 => Algorithm::PS256,
            Self::Ps384 => Algorithm::PS384,
            Self::Ps512 => Algorithm::PS512,
            Self::Es256 => Algorithm::ES256,
            Self::Es384 => Algorithm::ES384,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }

    /// Whether a key of these parameters can be used with this algorithm.
    fn fits(self, parameters: &AlgorithmParameters) -> bool {
        match (self, parameters) {
            (
                Self::Rs256 | Self::Rs384 | Self::Rs512 | Self::Ps256 | Self::Ps384 | Self::Ps512,
                AlgorithmParameters::RSA(_),
            ) => true,
            (Self::Es256, AlgorithmParameters::EllipticCurve(key)) => key.curve == EllipticCurve::P256,
            (Self::Es384, AlgorithmParameters::EllipticCurve(key)) => key.curve == EllipticCurve::P384,
            (Self::EdDsa, AlgorithmParameters::OctetKeyPair(key)) => key.curve == EllipticCurve::Ed25519,
            _ => false,
        }
    }
}

/// The algorithm is none of [`ExternalAlgorithm`]; above all it may be symmetric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("symmetric and unknown algorithms cannot be accepted from an external issuer")]
pub struct AlgorithmNotAccepted;

impl TryFrom<Algorithm> for ExternalAlgorithm {
    type Error = AlgorithmNotAccepted;

    fn try_from(algorithm: Algorithm) -> Result<Self, AlgorithmNotAccepted> {
        match algorithm {
            Algorithm::RS256 => Ok(Self::Rs256),
            Algorithm::RS384 => Ok(Self::Rs384),
            Algorithm::RS512 => Ok(Self::Rs512),
            Algorithm::PS256 => Ok(Self::Ps256),
            Algorithm::PS384 => Ok(Self::Ps384),
            Algorithm::PS512 => Ok(Self::Ps512),
            Algorithm::ES256 => Ok(Self::Es256),
            Algorithm::ES384 => Ok(Self::Es384),
            Algorithm::EdDSA => Ok(Self::EdDsa),
            _ => Err(AlgorithmNotAccepted),
        }
    }
}

/// Why a verifier cannot be made of a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OidcConfigError {
    /// `issuer` is not an address that keys may be fetched from.
    #[error(
        "`issuer` must be an https:// address without query and fragment \
         (http:// only for this machine itself, or with `allow_insecure_http`)"
    )]
    Issuer,
    /// `jwks_url` is not an address that keys may be fetched from.
    #[error(
        "`jwks_url` must be an https:// address \
         (http:// only for this machine itself, or with `allow_insecure_http`)"
    )]
    JwksUrl,
    /// `audience` is empty.
    #[error("`audience` must not be empty: every token of the issuer would be accepted")]
    Audience,
    /// `algorithms` is empty.
    #[error("`algorithms` must name at least one algorithm")]
    Algorithms,
    /// `login_claim` is empty.
    #[error("`login_claim` must not be empty")]
    LoginClaim,
    /// A duration is zero, or keys would get stale before they get old.
    #[error(
        "`cache_ttl_seconds`, `min_refresh_interval_seconds` and `fetch_timeout_seconds` must be above \
         zero, and `max_stale_seconds` not below `cache_ttl_seconds`"
    )]
    Durations,
    /// The HTTP client could not be set up; mostly the system has no root certificates.
    #[error("the HTTP client for the external issuer could not be set up (are root certificates installed?)")]
    HttpClient,
}

/// Why the keys of the issuer could not be fetched. The texts are for the log and for the readiness answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FetchFailure {
    /// No connection, or no whole answer in time.
    #[error("the issuer could not be reached in time")]
    Unreachable,
    /// Another status than 200; redirects are not followed.
    #[error("the issuer answered with status {0}")]
    Status(u16),
    /// The answer is larger than any sensible one.
    #[error("the answer of the issuer is too large")]
    TooLarge,
    /// The answer is not the JSON that it should be.
    #[error("the answer of the issuer is not the expected JSON")]
    NotUnderstood,
    /// The discovery document names another issuer than the configured one.
    #[error("the discovery document names another issuer than the configured one")]
    WrongIssuer,
    /// The discovery document sends to an address that keys may not be fetched from.
    #[error("the discovery document names no acceptable `jwks_uri`")]
    JwksUrl,
    /// The key set has no key for any accepted algorithm.
    #[error("the key set of the issuer holds no key for an accepted algorithm")]
    NoUsableKey,
}

/// Whom a verified external token stands for. Which account that is, if any, is decided by the caller. Debug leaves out
/// the login, which mostly is a personal address.
#[derive(Clone, PartialEq, Eq)]
pub struct ExternalIdentity {
    /// The issuer, as configured. Together with the subject it names one person for good.
    pub issuer: String,
    /// The person's id at the issuer (`sub`), at most 255 characters.
    pub subject: String,
    /// The login claim as it came, at most 320 characters; none when it is missing, or an e-mail address that is not
    /// verified.
    pub login: Option<String>,
    /// The token's `exp`. It is accepted a little longer: see [`OidcConfig::leeway_seconds`].
    pub expires_at: DateTime<Utc>,
}

impl fmt::Debug for ExternalIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalIdentity")
            .field("issuer", &self.issuer)
            .field("subject", &self.subject)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Verifies the tokens of one external issuer. Cheap to clone; the clones share keys and memory.
#[derive(Clone)]
pub struct OidcVerifier {
    inner: Arc<Inner>,
}

struct Inner {
    config: OidcConfig,
    http: reqwest::Client,
    clock: SharedClock,
    state: RwLock<State>,
    /// Held during a fetch.
    flight: Mutex<()>,
    verified: Cache<[u8; 32], Remembered>,
    full_verifications: AtomicU64,
}

#[derive(Default)]
struct State {
    keys: Option<Arc<KeySet>>,
    /// How many fetches were begun.
    attempts: u64,
    last_attempt_at: Option<DateTime<Utc>>,
    last_failure: Option<FetchFailure>,
    is_fetching: bool,
}

struct KeySet {
    keys: Vec<ExternalKey>,
    fetched_at: DateTime<Utc>,
    /// Another number for each content, so that a withdrawn key also ends the tokens that are remembered.
    edition: u64,
    source: Vec<Value>,
}

struct ExternalKey {
    kid: Option<String>,
    /// Accepted by configuration, declared by the key or at least fitting its type.
    algorithms: Vec<ExternalAlgorithm>,
    key: DecodingKey,
}

#[derive(Clone)]
struct Remembered {
    identity: Arc<ExternalIdentity>,
    edition: u64,
}

impl OidcVerifier {
    /// A verifier that fetches keys when it first needs them.
    ///
    /// # Errors
    /// Which setting is wrong and what is expected.
    pub fn new(config: OidcConfig, clock: SharedClock) -> Result<Self, OidcConfigError> {
        let issuer = config.fetchable(&config.issuer).ok_or(OidcConfigError::Issuer)?;
        if issuer.query().is_some() || issuer.fragment().is_some() {
            return Err(OidcConfigError::Issuer);
        }
        if config.jwks_url.as_deref().is_some_and(|url| config.fetchable(url).is_none()) {
            return Err(OidcConfigError::JwksUrl);
        }
        if config.audience.is_empty() {
            return Err(OidcConfigError::Audience);
        }
        if config.algorithms.is_empty() {
            return Err(OidcConfigError::Algorithms);
        }
        if config.login_claim.is_empty() {
            return Err(OidcConfigError::LoginClaim);
        }
        if config.cache_ttl_seconds == 0
            || config.min_refresh_interval_seconds == 0
            || config.fetch_timeout_seconds == 0
            || config.max_stale_seconds < config.cache_ttl_seconds
        {
            return Err(OidcConfigError::Durations);
        }
        let mut http = reqwest::Client::builder()
            .timeout(Duration::from_secs(u64::from(config.fetch_timeout_seconds)))
            .redirect(Policy::none())
            .referer(false)
            // Fetches are rare: an idle connection would only be found dead at the next one.
            .pool_max_idle_per_host(0);
        if is_loopback(&issuer) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(|_| OidcConfigError::HttpClient)?;
        Ok(Self {
            inner: Arc::new(Inner {
                config,
                http,
                clock,
                state: RwLock::default(),
                flight: Mutex::default(),
                verified: Cache::new(REMEMBERED_TOKENS),
                full_verifications: AtomicU64::new(0),
            }),
        })
    }

    /// The configured issuer.
    pub fn issuer(&self) -> &str {
        &self.inner.config.issuer
    }

    /// Whom `token` stands for, when it is genuine, meant for us and in its time.
    ///
    /// # Errors
    /// Why it is refused, never with any part of it. [`TokenRejected::IssuerUnavailable`] says nothing about the token:
    /// the keys cannot be had at the moment, and sending it again later may succeed.
    pub async fn verify(&self, token: &str) -> Result<Arc<ExternalIdentity>, TokenRejected> {
        let inner = &self.inner;
        let digest = sha256(token.as_bytes());
        if let Some(keys) = inner.fresh_keys()
            && let Some(identity) = inner.recall(&digest, &keys)
        {
            return inner.in_time(identity);
        }
        let parsed = UnverifiedToken::parse(token)?;
        // Nobody but the issuer's own tokens may cause a fetch; that this claim is genuine is shown below.
        if text_claim(&parsed.claims, "iss")? != inner.config.issuer {
            return Err(TokenRejected::WrongIssuer);
        }
        let mut keys = inner.usable_keys().await?;
        if let Some(identity) = inner.recall(&digest, &keys) {
            return inner.in_time(identity);
        }
        let kid = parsed.header.kid.as_deref();
        if kid.is_some() && !keys.knows(kid) {
            let attempts = inner.read().attempts;
            inner.refresh(attempts).await;
            keys = inner.usable_keys().await?;
            // When the last fetch failed, the key may exist and only be out of sight.
            if !keys.knows(kid) && inner.read().last_failure.is_some() {
                return Err(TokenRejected::IssuerUnavailable);
            }
        }
        let identity = Arc::new(inner.verify_fully(&parsed, &keys)?);
        let identity = inner.in_time(identity)?;
        inner.verified.insert(digest, Remembered { identity: Arc::clone(&identity), edition: keys.edition });
        Ok(identity)
    }

    /// How often a signature was checked since the start.
    pub fn full_verifications(&self) -> u64 {
        self.inner.full_verifications.load(Ordering::Relaxed)
    }

    /// Why the last fetch of keys failed; none when it succeeded or there was none yet.
    pub fn last_failure(&self) -> Option<FetchFailure> {
        self.inner.read().last_failure
    }
}

impl fmt::Debug for OidcVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OidcVerifier").field("config", &self.inner.config).finish_non_exhaustive()
    }
}

impl Inner {
    fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether `instant` is at most `seconds` ago. A clock that was set back makes everything old.
    fn is_within(&self, instant: DateTime<Utc>, seconds: u32) -> bool {
        let age = self.clock.now().signed_duration_since(instant);
        TimeDelta::zero() <= age && age < TimeDelta::seconds(i64::from(seconds))
    }

    fn fresh_keys(&self) -> Option<Arc<KeySet>> {
        let keys = self.read().keys.clone()?;
        self.is_within(keys.fetched_at, self.config.cache_ttl_seconds).then_some(keys)
    }

    /// Fresh keys if they can be had, else those of the last successful fetch unless it is too long ago.
    async fn usable_keys(self: &Arc<Self>) -> Result<Arc<KeySet>, TokenRejected> {
        if let Some(keys) = self.fresh_keys() {
            return Ok(keys);
        }
        let (attempts, stale_keys, has_failed) = {
            let state = self.read();
            (state.attempts, state.keys.clone(), state.last_failure.is_some())
        };
        match stale_keys.filter(|keys| has_failed && self.is_within(keys.fetched_at, self.config.max_stale_seconds)) {
            Some(keys) => {
                // While the issuer is away nobody waits for it.
                if self.may_begin(&self.read(), attempts) {
                    drop(tokio::spawn(Arc::clone(self).refresh_in_turn(attempts)));
                }
                return Ok(keys);
            }
            None => self.refresh(attempts).await,
        }
        let keys = self.read().keys.clone().ok_or(TokenRejected::IssuerUnavailable)?;
        let is_usable = self.is_within(keys.fetched_at, self.config.max_stale_seconds);
        if is_usable { Ok(keys) } else { Err(TokenRejected::IssuerUnavailable) }
    }

    /// Fetches the keys, or waits for the fetch that is under way, unless the last one was just now. `seen_attempts`
    /// is the count of attempts at the time when the caller found that it needs newer keys.
    async fn refresh(self: &Arc<Self>, seen_attempts: u64) {
        let is_worth_waiting = {
            let state = self.read();
            state.is_fetching || self.may_begin(&state, seen_attempts)
        };
        if is_worth_waiting {
            // The task can only fail by a panic; then the keys are as before.
            let _ = tokio::spawn(Arc::clone(self).refresh_in_turn(seen_attempts)).await;
        }
    }

    fn may_begin(&self, state: &State, seen_attempts: u64) -> bool {
        state.attempts == seen_attempts && !self.is_limited(state)
    }

    fn is_limited(&self, state: &State) -> bool {
        state.last_attempt_at.is_some_and(|at| self.is_within(at, self.config.min_refresh_interval_seconds))
    }

    async fn refresh_in_turn(self: Arc<Self>, seen_attempts: u64) {
        let _turn = self.flight.lock().await;
        {
            let mut state = self.write();
            if !self.may_begin(&state, seen_attempts) {
                return;
            }
            state.attempts += 1;
            state.last_attempt_at = Some(self.clock.now());
            state.is_fetching = true;
        }
        let outcome = self.fetch().await;
        let mut state = self.write();
        state.is_fetching = false;
        match outcome {
            Ok((keys, source)) => {
                let edition = match &state.keys {
                    Some(before) if before.source == source => before.edition,
                    _ => state.attempts,
                };
                state.keys = Some(Arc::new(KeySet { keys, fetched_at: self.clock.now(), edition, source }));
                state.last_failure = None;
            }
            Err(failure) => {
                tracing::warn!(issuer = self.config.issuer, %failure, "the keys of the external issuer were not fetched");
                state.last_failure = Some(failure);
            }
        }
    }

    async fn fetch(&self) -> Result<(Vec<ExternalKey>, Vec<Value>), FetchFailure> {
        let url = match &self.config.jwks_url {
            Some(configured) => self.config.fetchable(configured),
            None => self.config.fetchable(&self.discover().await?),
        };
        let set: PublishedKeys = self.fetch_json(url.ok_or(FetchFailure::JwksUrl)?).await?;
        let mut source = set.keys;
        source.truncate(MAX_KEYS);
        let keys: Vec<_> = source.iter().filter_map(|jwk| ExternalKey::read(jwk, &self.config.algorithms)).collect();
        if keys.is_empty() { Err(FetchFailure::NoUsableKey) } else { Ok((keys, source)) }
    }

    /// The address of the key set, by the issuer's own word.
    async fn discover(&self) -> Result<String, FetchFailure> {
        let url = format!("{}/.well-known/openid-configuration", self.config.issuer.trim_end_matches('/'));
        let url = self.config.fetchable(&url).ok_or(FetchFailure::JwksUrl)?;
        let document: Discovery = self.fetch_json(url).await?;
        if document.issuer == self.config.issuer { Ok(document.jwks_uri) } else { Err(FetchFailure::WrongIssuer) }
    }

    async fn fetch_json<T: serde::de::DeserializeOwned>(&self, url: Url) -> Result<T, FetchFailure> {
        let mut response = self.http.get(url).send().await.map_err(|_| FetchFailure::Unreachable)?;
        if response.status() != reqwest::StatusCode::OK {
            return Err(FetchFailure::Status(response.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| FetchFailure::Unreachable)? {
            if body.len() + chunk.len() > MAX_FETCHED_BYTES {
                return Err(FetchFailure::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        serde_json::from_slice(&body).map_err(|_| FetchFailure::NotUnderstood)
    }

    fn recall(&self, digest: &[u8; 32], keys: &KeySet) -> Option<Arc<ExternalIdentity>> {
        let remembered = self.verified.get(digest)?;
        (remembered.edition == keys.edition).then_some(remembered.identity)
    }

    fn in_time(&self, identity: Arc<ExternalIdentity>) -> Result<Arc<ExternalIdentity>, TokenRejected> {
        let end = identity.expires_at.checked_add_signed(self.leeway()).unwrap_or(identity.expires_at);
        if self.clock.now() < end { Ok(identity) } else { Err(TokenRejected::Expired) }
    }

    fn leeway(&self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.config.leeway_seconds))
    }

    /// Everything but the expiry.
    fn verify_fully(&self, token: &UnverifiedToken<'_>, keys: &KeySet) -> Result<ExternalIdentity, TokenRejected> {
        let (key, algorithm) = keys.select(token.header.kid.as_deref(), &token.header.alg)?;
        self.full_verifications.fetch_add(1, Ordering::Relaxed);
        let input = token.signing_input.as_bytes();
        let is_genuine = jsonwebtoken::crypto::verify(token.signature, input, &key.key, algorithm.verification());
        if !is_genuine.unwrap_or(false) {
            return Err(TokenRejected::BadSignature);
        }
        let claims = &token.claims;
        if !is_access_type(token.header.typ.as_deref()) || claims.contains_key("events") {
            return Err(TokenRejected::WrongType);
        }
        check_issuer_and_audience(claims, &self.config.issuer, &self.config.audience)?;
        let subject = text_claim(claims, "sub")?;
        if !is_sane(subject, MAX_SUBJECT_CHARS) {
            return Err(TokenRejected::Malformed);
        }
        let expires_at = instant_claim(claims, "exp")?.ok_or(TokenRejected::MissingClaim("exp"))?;
        if let Some(not_before) = instant_claim(claims, "nbf")?
            && not_before.signed_duration_since(self.clock.now()) > self.leeway()
        {
            return Err(TokenRejected::NotYetValid);
        }
        Ok(ExternalIdentity {
            issuer: self.config.issuer.clone(),
            subject: subject.to_owned(),
            login: self.login_of(claims)?,
            expires_at,
        })
    }

    fn login_of(&self, claims: &Map<String, Value>) -> Result<Option<String>, TokenRejected> {
        let login = match claims.get(&self.config.login_claim) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(login)) if is_sane(login, MAX_LOGIN_CHARS) => login,
            Some(_) => return Err(TokenRejected::Malformed),
        };
        let is_proven = self.config.login_claim != "email"
            || self.config.allow_unverified_email
            || claims.get("email_verified") == Some(&Value::Bool(true));
        Ok(is_proven.then(|| login.clone()))
    }
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct PublishedKeys {
    /// Each is read on its own: a key of a kind that we do not know must not hide the others.
    keys: Vec<Value>,
}

impl KeySet {
    fn knows(&self, kid: Option<&str>) -> bool {
        self.keys.iter().any(|key| key.kid.as_deref() == kid)
    }

    /// The key that a token names, with the algorithm that both the key and the token stand for. A token that names
    /// no key gets one only when there is no choice.
    fn select(&self, kid: Option<&str>, alg: &str) -> Result<(&ExternalKey, ExternalAlgorithm), TokenRejected> {
        let mut candidates = self.keys.iter().filter(|key| kid.is_none() || key.kid.as_deref() == kid).peekable();
        if candidates.peek().is_none() {
            return Err(TokenRejected::UnknownKey);
        }
        let mut fitting = candidates.filter_map(|key| {
            key.algorithms.iter().find(|algorithm| algorithm.name() == alg).map(|algorithm| (key, *algorithm))
        });
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(TokenRejected::WrongAlgorithm),
            (Some(_), Some(_)) => Err(TokenRejected::UnknownKey),
        }
    }
}

impl ExternalKey {
    /// None for keys that are not for signatures, or for no accepted algorithm.
    fn read(jwk: &Value, accepted: &[ExternalAlgorithm]) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(jwk.clone()).ok()?;
        if jwk.common.public_key_use.as_ref().is_some_and(|purpose| *purpose != PublicKeyUse::Signature) {
            return None;
        }
        if jwk.common.key_operations.as_ref().is_some_and(|operations| !operations.contains(&KeyOperations::Verify)) {
            return None;
        }
        let declared = jwk.common.key_algorithm;
        let algorithms: Vec<_> = accepted
            .iter()
            .copied()
            .filter(|algorithm| algorithm.fits(&jwk.algorithm))
            .filter(|algorithm| {
                declared.is_none_or(|declared| declared == KeyAlgorithm::from(algorithm.verification()))
            })
            .collect();
        if algorithms.is_empty() {
            return None;
        }
        let key = DecodingKey::from_jwk(&jwk).ok()?;
        Some(Self { kid: jwk.common.key_id, algorithms, key })
    }
}

/// Many issuers give their access tokens no type, or the general one. Any other type is the name of another kind.
fn is_access_type(typ: Option<&str>) -> bool {
    typ.is_none_or(|typ| {
        let typ = typ.to_ascii_lowercase();
        matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
    })
}

fn is_sane(text: &str, max_chars: usize) -> bool {
    !text.is_empty() && text.chars().count() <= max_chars && !text.chars().any(char::is_control)
}

/// Whether the address is one of this machine itself.
pub fn is_loopback(url: &Url) -> bool {
    let Some(host) = url.host_str() else { return false };
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || address.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

#[cfg(test)]
#[path = "../../tests/issuer.rs"]
mod issuer;

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jsonwebtoken::EncodingKey;
    use serde_json::json;

    use super::issuer::TestIssuer;
    use super::*;
    use crate::clock::SimulatedClock;

    const NOW: i64 = 1_700_000_000;

    struct Fixture {
        issuer: TestIssuer,
        verifier: OidcVerifier,
        clock: Arc<SimulatedClock>,
    }

    async fn fixture() -> Fixture {
        fixture_of(Algorithm::ES256, |_| {}).await
    }

    async fn fixture_of(algorithm: Algorithm, adjust: impl FnOnce(&mut OidcConfig)) -> Fixture {
        let issuer = TestIssuer::start_with(algorithm).await;
        let clock = SimulatedClock::starting_at(DateTime::from_timestamp(NOW, 0).unwrap());
        let mut config = OidcConfig::new(issuer.url(), "kim");
        adjust(&mut config);
        let verifier = OidcVerifier::new(config, clock.clone()).unwrap();
        Fixture { issuer, verifier, clock }
    }

    impl Fixture {
        async fn refusal(&self, token: &str) -> TokenRejected {
            self.verifier.verify(token).await.unwrap_err()
        }

        fn pass_seconds(&self, seconds: i64) {
            self.clock.advance(TimeDelta::seconds(seconds));
        }
    }

    #[tokio::test]
    async fn token_of_the_issuer_names_its_subject() {
        for algorithm in [Algorithm::ES256, Algorithm::RS256, Algorithm::EdDSA] {
            let f = fixture_of(algorithm, |_| {}).await;
            let claims = json!({
                "sub": "f:1:anna", "email": "anna@stadt.example", "email_verified": true, "exp": NOW + 60,
                "aud": ["account", "kim"],
            });
            let identity = f.verifier.verify(&f.issuer.token(claims)).await.unwrap();
            let expected = ExternalIdentity {
                issuer: f.issuer.url().to_owned(),
                subject: "f:1:anna".to_owned(),
                login: Some("anna@stadt.example".to_owned()),
                expires_at: DateTime::from_timestamp(NOW + 60, 0).unwrap(),
            };
            assert_eq!(*identity, expected, "{algorithm:?}");
        }
    }

    #[tokio::test]
    async fn keys_are_fetched_once_and_signatures_checked_once() {
        let f = fixture().await;
        let token = f.issuer.token(json!({}));
        for _ in 0..5 {
            f.verifier.verify(&token).await.unwrap();
        }
        f.verifier.verify(&f.issuer.token(json!({"sub": "another"}))).await.unwrap();
        assert_eq!((f.issuer.requests(), f.issuer.discovery_requests()), (1, 1));
        assert_eq!(f.verifier.full_verifications(), 2);
    }

    #[tokio::test]
    async fn configured_key_address_needs_no_discovery() {
        let issuer = TestIssuer::start().await;
        let clock = SimulatedClock::starting_at(DateTime::from_timestamp(NOW, 0).unwrap());
        let config = OidcConfig { jwks_url: Some(issuer.jwks_url()), ..OidcConfig::new(issuer.url(), "kim") };
        let verifier = OidcVerifier::new(config, clock).unwrap();
        verifier.verify(&issuer.token(json!({}))).await.unwrap();
        assert_eq!((issuer.requests(), issuer.discovery_requests()), (1, 0));
    }

    #[tokio::test]
    async fn token_ends_with_its_expiry_and_the_leeway() {
        let f = fixture().await;
        let token = f.issuer.token(json!({"exp": NOW + 60}));
        f.verifier.verify(&token).await.unwrap();
        f.pass_seconds(89);
        f.verifier.verify(&token).await.unwrap();
        f.pass_seconds(1);
        assert_eq!(f.refusal(&token).await, TokenRejected::Expired);
        assert_eq!(f.refusal(&f.issuer.token(json!({"exp": NOW + 60}))).await, TokenRejected::Expired);
        assert_eq!(f.verifier.full_verifications(), 2);
    }

    #[tokio::test]
    async fn token_of_the_future_is_refused_until_its_time() {
        let f = fixture().await;
        let token = f.issuer.token(json!({"nbf": NOW + 31}));
        assert_eq!(f.refusal(&token).await, TokenRejected::NotYetValid);
        f.pass_seconds(1);
        f.verifier.verify(&token).await.unwrap();
    }

    #[tokio::test]
    async fn required_claims_are_required() {
        let f = fixture().await;
        for name in ["iss", "aud", "sub", "exp"] {
            let refusal = f.refusal(&f.issuer.token(json!({name: null}))).await;
            assert_eq!(refusal, TokenRejected::MissingClaim(name));
        }
        for claims in [
            json!({"sub": 7}),
            json!({"sub": ""}),
            json!({"sub": "a\0b"}),
            json!({"sub": "a".repeat(256)}),
            json!({"exp": "tomorrow"}),
            json!({"aud": 7}),
            json!({"email": ["a@b.example"]}),
            json!({"iss": [f.issuer.url()]}),
        ] {
            assert_eq!(f.refusal(&f.issuer.token(claims.clone())).await, TokenRejected::Malformed, "{claims}");
        }
    }

    #[tokio::test]
    async fn other_issuer_and_other_audience_are_refused() {
        let f = fixture().await;
        let elsewhere = f.issuer.token(json!({"iss": "https://sso.example"}));
        assert_eq!(f.refusal(&elsewhere).await, TokenRejected::WrongIssuer);
        assert_eq!(f.issuer.requests(), 0, "a token of another issuer must not cause a fetch");
        for audience in [json!("account"), json!(["account", "kim2"]), json!([])] {
            let token = f.issuer.token(json!({"aud": audience}));
            assert_eq!(f.refusal(&token).await, TokenRejected::WrongAudience);
        }
    }

    #[tokio::test]
    async fn unverified_address_is_no_login() {
        let f = fixture().await;
        for claims in [
            json!({"sub": "1", "email": "mayor@stadt.example"}),
            json!({"sub": "2", "email": "mayor@stadt.example", "email_verified": false}),
            json!({"sub": "3", "email": "mayor@stadt.example", "email_verified": "true"}),
            json!({"sub": "4"}),
        ] {
            assert_eq!(f.verifier.verify(&f.issuer.token(claims)).await.unwrap().login, None);
        }
        let f = fixture_of(Algorithm::ES256, |config| config.allow_unverified_email = true).await;
        let identity = f.verifier.verify(&f.issuer.token(json!({"email": "a@stadt.example"}))).await.unwrap();
        assert_eq!(identity.login.as_deref(), Some("a@stadt.example"));
        let f = fixture_of(Algorithm::ES256, |config| config.login_claim = "preferred_username".to_owned()).await;
        let identity = f.verifier.verify(&f.issuer.token(json!({"preferred_username": "anna"}))).await.unwrap();
        assert_eq!(identity.login.as_deref(), Some("anna"));
    }

    #[tokio::test]
    async fn tampered_payload_is_refused() {
        let f = fixture().await;
        let token = f.issuer.token(json!({}));
        let other = f.issuer.token(json!({"sub": "somebody-else"}));
        let (token, other): (Vec<_>, Vec<_>) = (token.split('.').collect(), other.split('.').collect());
        let forged = [token[0], other[1], token[2]].join(".");
        assert_eq!(f.refusal(&forged).await, TokenRejected::BadSignature);
        assert_eq!(f.refusal(&forged).await, TokenRejected::BadSignature);
        assert_eq!(f.refusal(&[token[0], token[1], ""].join(".")).await, TokenRejected::BadSignature);
    }

    #[tokio::test]
    async fn algorithm_of_the_header_does_not_choose_the_check() {
        let f = fixture_of(Algorithm::RS256, |_| {}).await;
        f.verifier.verify(&f.issuer.token(json!({}))).await.unwrap();
        for alg in ["none", "HS256", "HS512", "PS256", "RS512", "ES256"] {
            let token = f.issuer.token_with_header(json!({"alg": alg}), json!({}));
            assert_eq!(f.refusal(&token).await, TokenRejected::WrongAlgorithm, "{alg}");
        }
        let public = URL_SAFE_NO_PAD.decode(f.issuer.jwk()["n"].as_str().unwrap()).unwrap();
        let good = f.issuer.token_with_header(json!({"alg": "HS256"}), json!({}));
        let (input, _) = good.rsplit_once('.').unwrap();
        let secret = EncodingKey::from_secret(&public);
        let signature = jsonwebtoken::crypto::sign(input.as_bytes(), &secret, Algorithm::HS256).unwrap();
        assert_eq!(f.refusal(&format!("{input}.{signature}")).await, TokenRejected::WrongAlgorithm);
    }

    #[tokio::test]
    async fn algorithm_outside_the_configuration_is_refused() {
        let f = fixture_of(Algorithm::ES256, |config| config.algorithms = vec![ExternalAlgorithm::Rs256]).await;
        assert_eq!(f.refusal(&f.issuer.token(json!({}))).await, TokenRejected::IssuerUnavailable);
        assert_eq!(f.verifier.last_failure(), Some(FetchFailure::NoUsableKey));
    }

    #[tokio::test]
    async fn keys_for_other_purposes_and_of_unknown_kinds_are_passed_over() {
        let f = fixture().await;
        let mut encryption = f.issuer.jwk();
        encryption["use"] = json!("enc");
        let symmetric = json!({"kty": "oct", "kid": f.issuer.kid(), "k": "c2VjcmV0", "alg": "HS256"});
        let unknown = json!({"kty": "AKP", "kid": "pq", "alg": "ML-DSA-44", "pub": "AA"});
        f.issuer.publish(json!({"keys": [encryption, symmetric, unknown, 7]}));
        let token = f.issuer.token(json!({}));
        assert_eq!(f.refusal(&token).await, TokenRejected::IssuerUnavailable);
        assert_eq!(f.verifier.last_failure(), Some(FetchFailure::NoUsableKey));
        f.issuer.publish(json!({"keys": [unknown, f.issuer.jwk()]}));
        f.pass_seconds(10);
        f.verifier.verify(&token).await.unwrap();
    }

    #[tokio::test]
    async fn token_without_key_id_is_accepted_only_when_there_is_no_choice() {
        let f = fixture().await;
        let token = f.issuer.token_with_header(json!({"kid": null}), json!({}));
        f.verifier.verify(&token).await.unwrap();
        let mut second = TestIssuer::start().await.jwk();
        second["kid"] = json!("second");
        f.issuer.publish(json!({"keys": [f.issuer.jwk(), second]}));
        f.pass_seconds(600);
        assert_eq!(f.refusal(&token).await, TokenRejected::UnknownKey);
    }

    #[tokio::test]
    async fn tokens_of_other_kinds_are_refused() {
        let f = fixture().await;
        for typ in ["logout+jwt", "secevent+jwt", "dpop+jwt"] {
            let token = f.issuer.token_with_header(json!({"typ": typ}), json!({}));
            assert_eq!(f.refusal(&token).await, TokenRejected::WrongType);
        }
        let logout = json!({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}});
        assert_eq!(f.refusal(&f.issuer.token(logout)).await, TokenRejected::WrongType);
        for typ in [json!("at+jwt"), json!("application/at+jwt"), Value::Null] {
            f.verifier.verify(&f.issuer.token_with_header(json!({"typ": typ}), json!({}))).await.unwrap();
        }
    }

    #[tokio::test]
    async fn rotated_key_is_found_and_the_old_one_forgotten() {
        let f = fixture().await;
        let old = f.issuer.token(json!({}));
        f.verifier.verify(&old).await.unwrap();
        f.issuer.rotate();
        let new = f.issuer.token(json!({}));
        f.pass_seconds(10);
        f.verifier.verify(&new).await.unwrap();
        assert_eq!(f.issuer.requests(), 2);
        // Remembered or not: a token of a withdrawn key is no longer good.
        assert_eq!(f.refusal(&old).await, TokenRejected::UnknownKey);
        f.verifier.verify(&new).await.unwrap();
        assert_eq!(f.issuer.requests(), 2);
    }

    #[tokio::test]
    async fn withdrawn_key_ends_with_the_cache_even_without_new_tokens() {
        let f = fixture().await;
        let old = f.issuer.token(json!({}));
        f.verifier.verify(&old).await.unwrap();
        f.issuer.rotate();
        f.pass_seconds(599);
        f.verifier.verify(&old).await.unwrap();
        f.pass_seconds(1);
        assert_eq!(f.refusal(&old).await, TokenRejected::UnknownKey);
    }

    #[tokio::test]
    async fn unchanged_keys_keep_what_is_remembered() {
        let f = fixture().await;
        let token = f.issuer.token(json!({}));
        f.verifier.verify(&token).await.unwrap();
        f.pass_seconds(600);
        f.verifier.verify(&token).await.unwrap();
        assert_eq!((f.issuer.requests(), f.verifier.full_verifications()), (2, 1));
    }

    #[tokio::test]
    async fn flood_of_unknown_key_ids_causes_one_fetch_per_interval() {
        let f = fixture().await;
        f.verifier.verify(&f.issuer.token(json!({}))).await.unwrap();
        for round in 1..4 {
            let tokens: Vec<_> = (0..40)
                .map(|n| f.issuer.token_with_header(json!({"kid": format!("{round}-{n}")}), json!({})))
                .collect();
            f.pass_seconds(10);
            let answers = tokens.iter().map(|token| f.verifier.verify(token));
            for answer in futures_util::future::join_all(answers).await {
                assert_eq!(answer, Err(TokenRejected::UnknownKey));
            }
            assert_eq!(f.issuer.requests(), 1 + round);
        }
        assert_eq!(f.verifier.full_verifications(), 1);
    }

    #[tokio::test]
    async fn many_tokens_of_a_new_key_share_one_fetch() {
        let f = fixture().await;
        f.verifier.verify(&f.issuer.token(json!({}))).await.unwrap();
        f.issuer.rotate();
        f.issuer.set_delay_ms(30);
        f.pass_seconds(10);
        let tokens: Vec<_> = (0..20).map(|n| f.issuer.token(json!({"sub": format!("s{n}")}))).collect();
        let answers = tokens.iter().map(|token| f.verifier.verify(token));
        assert!(futures_util::future::join_all(answers).await.into_iter().all(|answer| answer.is_ok()));
        assert_eq!(f.issuer.requests(), 2);
    }

    #[tokio::test]
    async fn client_that_hangs_up_does_not_end_the_fetch() {
        let f = fixture().await;
        f.issuer.set_delay_ms(50);
        let token = f.issuer.token(json!({}));
        tokio::time::timeout(Duration::from_millis(10), f.verifier.verify(&token)).await.unwrap_err();
        // Without a second fetch, which the interval would not allow.
        f.verifier.verify(&token).await.unwrap();
        assert_eq!(f.issuer.requests(), 1);
    }

    #[tokio::test]
    async fn known_keys_outlast_an_issuer_that_is_away_for_a_day() {
        let f = fixture().await;
        let token = f.issuer.token(json!({}));
        f.verifier.verify(&token).await.unwrap();
        f.issuer.set_failing(true);
        f.pass_seconds(86_399);
        f.verifier.verify(&token).await.unwrap();
        f.verifier.verify(&f.issuer.token(json!({"sub": "new"}))).await.unwrap();
        assert_eq!(f.verifier.last_failure(), Some(FetchFailure::Status(503)));
        f.pass_seconds(1);
        assert_eq!(f.refusal(&token).await, TokenRejected::IssuerUnavailable);
        f.issuer.set_failing(false);
        f.pass_seconds(10);
        f.verifier.verify(&token).await.unwrap();
        assert_eq!(f.verifier.last_failure(), None);
    }

    #[tokio::test]
    async fn unknown_key_of_an_issuer_that_is_away_is_retryable() {
        let f = fixture().await;
        f.verifier.verify(&f.issuer.token(json!({}))).await.unwrap();
        f.issuer.rotate();
        f.issuer.set_failing(true);
        f.pass_seconds(10);
        let token = f.issuer.token(json!({}));
        let refusal = f.refusal(&token).await;
        assert_eq!(refusal, TokenRejected::IssuerUnavailable);
        assert!(refusal.is_retryable());
        f.issuer.set_failing(false);
        assert_eq!(f.refusal(&token).await, TokenRejected::IssuerUnavailable, "the interval is not over");
        f.pass_seconds(10);
        f.verifier.verify(&token).await.unwrap();
    }

    #[tokio::test]
    async fn issuer_that_was_never_reached_is_unavailable_until_it_is_there() {
        let f = fixture().await;
        f.issuer.set_failing(true);
        let token = f.issuer.token(json!({}));
        for _ in 0..5 {
            assert_eq!(f.refusal(&token).await, TokenRejected::IssuerUnavailable);
        }
        assert_eq!(f.issuer.discovery_requests(), 1);
        f.issuer.set_failing(false);
        f.pass_seconds(10);
        f.verifier.verify(&token).await.unwrap();
    }

    #[tokio::test]
    async fn refused_connection_and_slow_answer_are_unreachable() {
        let f = fixture_of(Algorithm::ES256, |config| config.fetch_timeout_seconds = 1).await;
        f.issuer.set_delay_ms(3_000);
        assert_eq!(f.refusal(&f.issuer.token(json!({}))).await, TokenRejected::IssuerUnavailable);
        assert_eq!(f.verifier.last_failure(), Some(FetchFailure::Unreachable));

        let f = fixture().await;
        let token = f.issuer.token(json!({}));
        let Fixture { issuer, verifier, .. } = f;
        drop(issuer);
        tokio::task::yield_now().await;
        assert_eq!(verifier.verify(&token).await, Err(TokenRejected::IssuerUnavailable));
        assert_eq!(verifier.last_failure(), Some(FetchFailure::Unreachable));
    }

    #[tokio::test]
    async fn discovery_must_name_the_configured_issuer_and_a_safe_address() {
        let f = fixture().await;
        let token = f.issuer.token(json!({}));
        let good_address = f.issuer.jwks_url();
        for (document, failure) in [
            (json!({"issuer": "https://evil.example", "jwks_uri": good_address}), FetchFailure::WrongIssuer),
            (json!({"issuer": format!("{}/", f.issuer.url()), "jwks_uri": good_address}), FetchFailure::WrongIssuer),
            (json!({"issuer": f.issuer.url(), "jwks_uri": "http://sso.example/jwks"}), FetchFailure::JwksUrl),
            (json!({"issuer": f.issuer.url(), "jwks_uri": "file:///etc/passwd"}), FetchFailure::JwksUrl),
            (json!({"issuer": f.issuer.url()}), FetchFailure::NotUnderstood),
            (json!({"x": "y".repeat(MAX_FETCHED_BYTES)}), FetchFailure::TooLarge),
        ] {
            f.issuer.discover_as(document);
            assert_eq!(f.refusal(&token).await, TokenRejected::IssuerUnavailable);
            assert_eq!(f.verifier.last_failure(), Some(failure));
            f.pass_seconds(10);
        }
        assert_eq!(f.issuer.requests(), 0);
    }

    #[test]
    fn unsafe_or_incomplete_configuration_is_refused() {
        let refusal = |adjust: fn(&mut OidcConfig)| {
            let mut config = OidcConfig::new("https://sso.example/realms/kreis", "kim");
            adjust(&mut config);
            let clock = SimulatedClock::starting_at(DateTime::default());
            OidcVerifier::new(config, clock).err()
        };
        assert_eq!(refusal(|_| {}), None);
        assert_eq!(refusal(|config| config.issuer = "http://127.0.0.1:8080".to_owned()), None);
        assert_eq!(refusal(|config| config.issuer = "http://[::1]:8080".to_owned()), None);
        assert_eq!(refusal(|config| config.issuer = "http://localhost:8080".to_owned()), None);
        for issuer in
            ["http://sso.example", "http://127.0.0.1.evil.example", "sso.example", "", "https://a.example?b=c"]
        {
            let mut config = OidcConfig::new(issuer, "kim");
            let clock = SimulatedClock::starting_at(DateTime::default());
            let refused = OidcVerifier::new(config.clone(), clock.clone()).err();
            assert_eq!(refused, Some(OidcConfigError::Issuer), "{issuer}");
            config.allow_insecure_http = true;
            assert_eq!(OidcVerifier::new(config, clock).is_ok(), issuer.starts_with("http:"), "{issuer}");
        }
        let jwks_url = refusal(|config| config.jwks_url = Some("http://sso.example/jwks".to_owned()));
        assert_eq!(jwks_url, Some(OidcConfigError::JwksUrl));
        assert_eq!(refusal(|config| config.audience = String::new()), Some(OidcConfigError::Audience));
        assert_eq!(refusal(|config| config.algorithms = Vec::new()), Some(OidcConfigError::Algorithms));
        assert_eq!(refusal(|config| config.login_claim = String::new()), Some(OidcConfigError::LoginClaim));
        assert_eq!(refusal(|config| config.max_stale_seconds = 1), Some(OidcConfigError::Durations));
        assert_eq!(refusal(|config| config.fetch_timeout_seconds = 0), Some(OidcConfigError::Durations));
    }

    #[test]
    fn configuration_is_read_with_its_defaults_and_without_symmetric_algorithms() {
        let read = |value: Value| serde_json::from_value::<OidcConfig>(value);
        let least = read(json!({"issuer": "https://sso.example", "audience": "kim"})).unwrap();
        assert_eq!(least, OidcConfig::new("https://sso.example", "kim"));
        let chosen = json!({"issuer": "https://sso.example", "audience": "kim", "algorithms": ["PS256", "ES384"]});
        assert_eq!(read(chosen).unwrap().algorithms, [ExternalAlgorithm::Ps256, ExternalAlgorithm::Es384]);
        for symmetric in ["HS256", "none"] {
            let config = json!({"issuer": "https://sso.example", "audience": "kim", "algorithms": [symmetric]});
            assert!(read(config).is_err());
        }
        assert!(read(json!({"issuer": "https://sso.example", "audience": "kim", "audiense": "x"})).is_err());
        assert_eq!(ExternalAlgorithm::try_from(Algorithm::HS384), Err(AlgorithmNotAccepted));
        for algorithm in [Algorithm::RS256, Algorithm::PS512, Algorithm::ES384, Algorithm::EdDSA] {
            assert_eq!(ExternalAlgorithm::try_from(algorithm).unwrap().verification(), algorithm);
        }
    }
}
