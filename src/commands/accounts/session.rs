//! Login sessions: log in, refresh, log out, and who stands behind a token.
//!
//! These are no commands of the trade: they run before there is an actor and leave no event. What they have to hold
//! against (guessing, stolen tokens, ended accounts) is decided here, in one place.

use std::net::IpAddr;
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use entity::ids::{AccountId, Identifier, SessionId};
use secrecy::SecretString;

use crate::access::Actor;
use crate::authn::access_token::{AccessTokens, IssuedToken};
use crate::authn::keys::SigningKeys;
use crate::authn::oidc::OidcVerifier;
use crate::authn::password::PasswordHasher;
use crate::authn::refresh_token::RefreshToken;
use crate::authn::{TokenRejected, looks_foreign};
use crate::clock::{SharedClock, legal_day};
use crate::commands::accounts::account::canonical_login;
use crate::error::{ErrorCode, Failure};
use crate::live::SessionWatch;
use crate::log::text_hash;
use crate::store::Store;
use crate::store::accounts::session::{self, Exchange, NewRefreshToken};
use crate::store::accounts::{account, throttle};

/// How long sessions live and how often logins may be tried.
#[derive(Clone, Copy, Debug)]
pub struct SessionRules {
    /// How long a refresh token can be exchanged.
    pub refresh_token_life: Duration,
    /// When a session ends whatever is refreshed.
    pub session_max_life: Duration,
    /// Login attempts per account name in one window.
    pub attempts_per_account: i32,
    /// Login attempts per address in one window.
    pub attempts_per_address: i32,
    /// The window.
    pub attempts_window: Duration,
}

/// The tokens of a session.
#[derive(Debug)]
pub struct SessionTokens {
    /// For the `Authorization` header.
    pub access: IssuedToken,
    /// For one refresh.
    pub refresh: RefreshToken,
}

/// An actor, with the end of the token that vouches for it.
#[derive(Clone, Debug)]
pub struct Identified {
    /// Who acts.
    pub actor: Actor,
    /// When the token ends.
    pub expires_at: DateTime<Utc>,
}

/// Everything about login sessions.
#[derive(Clone)]
pub struct Sessions {
    inner: Arc<Inner>,
}

/// What login sessions are made of.
pub struct SessionParts {
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: SharedClock,
    /// Issues and verifies access tokens.
    pub tokens: AccessTokens,
    /// Hashes passwords.
    pub hasher: PasswordHasher,
    /// Verifies tokens of the external issuer, where there is one.
    pub oidc: Option<OidcVerifier>,
    /// How long sessions live and how often logins may be tried.
    pub rules: SessionRules,
    /// Ends open connections.
    pub watch: SessionWatch,
}

struct Inner {
    parts: SessionParts,
    /// Keeps the digests of login names and addresses from being guessed from the table of attempts.
    throttle_secret: String,
}

/// A secret that follows from the signing key, for a purpose. Ed25519 signatures are deterministic.
///
/// # Errors
/// If the key cannot sign.
pub fn derived_secret(keys: &SigningKeys, purpose: &str) -> Result<[u8; 32], Failure> {
    let signature = keys
        .sign(format!("kim derived secret\n{purpose}").as_bytes())
        .map_err(|error| Failure::internal(error.to_string()))?;
    Ok(text_hash("kim derived secret", &[&hex::encode(signature)]))
}

impl Sessions {
    /// Puts the parts together.
    ///
    /// # Errors
    /// If the signing key cannot sign.
    pub fn new(parts: SessionParts, keys: &SigningKeys) -> Result<Self, Failure> {
        let throttle_secret = hex::encode(derived_secret(keys, "login throttle")?);
        Ok(Self { inner: Arc::new(Inner { parts, throttle_secret }) })
    }

    /// Logs in by login name and password.
    ///
    /// # Errors
    /// `LOGIN_FAILED` (the same, in the same time, whether the account exists or not), `LOGIN_THROTTLED`, and the troubles
    /// of the server.
    pub async fn log_in(
        &self,
        login: &str,
        password: SecretString,
        address: Option<IpAddr>,
    ) -> Result<SessionTokens, Failure> {
        let inner = &self.inner.parts;
        let login = canonical_login(login);
        let now = inner.clock.now();
        let account_key = text_hash("kim throttle account", &[&self.inner.throttle_secret, &login]);
        let address_key = address
            .map(|address| text_hash("kim throttle address", &[&self.inner.throttle_secret, &address.to_string()]));
        let window = inner.rules.attempts_window;
        let mut throttled =
            throttle::count_attempt(&inner.store, &account_key, window, now).await? > inner.rules.attempts_per_account;
        if let Some(key) = &address_key {
            throttled |=
                throttle::count_attempt(&inner.store, key, window, now).await? > inner.rules.attempts_per_address;
        }
        if throttled {
            return Err(Failure::new(ErrorCode::LoginThrottled));
        }
        let found = if login.contains('\0') { None } else { account::by_login(inner.store.reader(), &login).await? };
        let usable = found.filter(|account| account.disabled_at.is_none());
        let hash = usable.as_ref().and_then(|account| account.password_hash.as_deref());
        let right = inner.hasher.verify(password, hash).await;
        let Some(account) = usable.filter(|_| right) else {
            return Err(Failure::new(ErrorCode::LoginFailed));
        };
        throttle::forget(&inner.store, &account_key).await?;
        if let Some(key) = &address_key {
            throttle::take_back(&inner.store, key).await?;
        }
        let (refresh, stored) = self.new_refresh_token(now)?;
        let transaction = inner.store.begin().await?;
        let ends = now + inner.rules.session_max_life;
        let session = session::open(transaction.connection(), &account, &stored, ends, now).await?;
        transaction.commit().await?;
        let access = self.issue(account.id, session, account.district_id)?;
        Ok(SessionTokens { access, refresh })
    }

    /// Exchanges a refresh token for new tokens. A token that was used before ends the whole session.
    ///
    /// # Errors
    /// `REFRESH_TOKEN_INVALID`, and the troubles of the server.
    pub async fn refresh(&self, token: &str) -> Result<SessionTokens, Failure> {
        let inner = &self.inner.parts;
        let refused = || Failure::new(ErrorCode::RefreshTokenInvalid);
        let used = RefreshToken::parse(token).map_err(|_| refused())?;
        let now = inner.clock.now();
        let (refresh, stored) = self.new_refresh_token(now)?;
        let transaction = inner.store.begin().await?;
        let exchange = session::exchange(transaction.connection(), &used.digest(), &stored, now).await?;
        transaction.commit().await?;
        match exchange {
            Exchange::Done { account_id, district_id, session_id, .. } => {
                Ok(SessionTokens { access: self.issue(account_id, session_id, district_id)?, refresh })
            }
            Exchange::Reused { session_id } => {
                tracing::warn!(session = %session_id, "a refresh token was used twice; its session was ended");
                inner.watch.look_now().await;
                Err(refused())
            }
            Exchange::Refused => Err(refused()),
        }
    }

    /// Ends the session of an actor, at once and everywhere.
    ///
    /// # Errors
    /// The troubles of the server.
    pub async fn log_out(&self, actor: &Actor) -> Result<(), Failure> {
        if let Some(session_id) = actor.session_id() {
            session::end(self.inner.parts.store.reader(), session_id, "LOGOUT", self.inner.parts.clock.now()).await?;
            self.inner.parts.watch.look_now().await;
        }
        Ok(())
    }

    /// Who stands behind an access token, of this server or of the external issuer. One statement.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `ISSUER_UNAVAILABLE`, and the troubles of the server.
    pub async fn identify(&self, token: &str) -> Result<Identified, Failure> {
        let inner = &self.inner.parts;
        let rejected = |why: TokenRejected| {
            let code = if why.is_retryable() { ErrorCode::IssuerUnavailable } else { ErrorCode::Unauthenticated };
            Failure::new(code).because(why.to_string())
        };
        let now = inner.clock.now();
        let (actor, expires_at) = match &inner.oidc {
            Some(oidc) if looks_foreign(token, inner.tokens.issuer()) => {
                let identity = oidc.verify(token).await.map_err(rejected)?;
                let login = identity.login.as_deref().map(canonical_login);
                let login = login.ok_or_else(|| Failure::new(ErrorCode::Unauthenticated))?;
                (session::actor_of_login(&inner.store, &login, legal_day(now)).await?, identity.expires_at)
            }
            _ => {
                let claims = inner.tokens.verify(token).map_err(rejected)?;
                let session = SessionId::from_uuid(claims.session_id);
                let account = AccountId::from_uuid(claims.account_id);
                let actor = session::actor_of_session(&inner.store, session, account, now, legal_day(now)).await?;
                (actor, claims.expires_at)
            }
        };
        let actor = actor.ok_or_else(|| Failure::new(ErrorCode::Unauthenticated))?;
        Ok(Identified { actor, expires_at })
    }

    /// The same actor anew, with the grants that hold now; `None` if the session or the account has ended.
    ///
    /// # Errors
    /// The troubles of the server.
    pub async fn again(&self, actor: &Actor) -> Result<Option<Actor>, Failure> {
        match actor.account_id() {
            Some(account) => self.of_account(account, actor.session_id()).await,
            None => Ok(None),
        }
    }

    /// An account that was vouched for before, by a session or (without one) by the external issuer, with the grants that
    /// hold now; `None` if the session or the account has ended.
    ///
    /// # Errors
    /// The troubles of the server.
    pub async fn of_account(&self, account: AccountId, session: Option<SessionId>) -> Result<Option<Actor>, Failure> {
        let inner = &self.inner.parts;
        let now = inner.clock.now();
        match session {
            Some(session) => session::actor_of_session(&inner.store, session, account, now, legal_day(now)).await,
            None => session::actor_of_account(&inner.store, account, legal_day(now)).await,
        }
    }

    /// Hashes a new password.
    ///
    /// # Errors
    /// Those of the hashing.
    pub async fn hash_password(&self, password: SecretString) -> Result<String, Failure> {
        self.inner.parts.hasher.hash(password).await.map_err(|error| Failure::internal(error.to_string()))
    }

    /// The watch over running sessions.
    #[must_use]
    pub fn watch(&self) -> &SessionWatch {
        &self.inner.parts.watch
    }

    /// Whether the external issuer's keys could not be fetched lately, and why.
    #[must_use]
    pub fn issuer_trouble(&self) -> Option<String> {
        self.inner.parts.oidc.as_ref().and_then(|oidc| oidc.last_failure().map(|failure| failure.to_string()))
    }

    /// How many tokens of our own were verified in full: each token once.
    #[must_use]
    pub fn full_verifications(&self) -> u64 {
        self.inner.parts.tokens.full_verifications()
    }

    fn new_refresh_token(&self, now: DateTime<Utc>) -> Result<(RefreshToken, NewRefreshToken), Failure> {
        let token = RefreshToken::generate().map_err(|error| Failure::internal(error.to_string()))?;
        let stored =
            NewRefreshToken { digest: token.digest(), expires_at: now + self.inner.parts.rules.refresh_token_life };
        Ok((token, stored))
    }

    fn issue(
        &self,
        account: AccountId,
        session: SessionId,
        district: entity::ids::DistrictId,
    ) -> Result<IssuedToken, Failure> {
        self.inner
            .parts
            .tokens
            .issue(account.uuid(), session.uuid(), district.uuid())
            .map_err(|error| Failure::internal(error.to_string()))
    }
}
