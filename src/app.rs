//! Putting the server together from its configuration: the one place where all parts meet.

use std::io;
use std::sync::Arc;

use chrono::Duration;
use secrecy::ExposeSecret;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::authn::access_token::AccessTokens;
use crate::authn::keys::SigningKeys;
use crate::authn::oidc::{self, ExternalAlgorithm, OidcVerifier};
use crate::authn::password::{PasswordCost, PasswordHasher};
use crate::clock::SharedClock;
use crate::commands::Commands;
use crate::commands::accounts::session::{SessionParts, SessionRules, Sessions, derived_secret};
use crate::commands::casework::document::content::{ContentParts, ContentRules, Documents};
use crate::commands::casework::transfer_expiry::TransferExpiry;
use crate::commands::structure::signals::SignalSearch;
use crate::commands::structure::waiting::BarrierWaiting;
use crate::config::{Config, DatabaseKind, KeySource, OidcConfig};
use crate::error::{ErrorCode, Failure};
use crate::files::FileStore;
use crate::files::link::LinkSeal;
use crate::graphql::connection::CursorSeal;
use crate::graphql::context::Services;
use crate::graphql::engine::{Engine, EngineLimits, HttpLimits};
use crate::graphql::limits::Limits;
use crate::live::{AccessRecorder, Feed, Housekeeping, Retention, RetentionJob, Sealer, SessionWatch, StatisticsJob};
use crate::store::Store;
use crate::store::connection::ConnectionSettings;
use crate::vault::MasterKeys;

/// Why the server cannot start although its configuration is well-formed.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A key cannot be read or made.
    #[error("the keys of {what} cannot be used: {why}")]
    Keys {
        /// Which keys.
        what: &'static str,
        /// Why not.
        why: String,
    },
    /// The external issuer's settings cannot be used.
    #[error("the settings of the external issuer cannot be used: {0}")]
    Issuer(String),
    /// The data folder cannot be made.
    #[error("the folder {folder} cannot be made: {why}")]
    Folder {
        /// Which folder.
        folder: String,
        /// Why not.
        why: io::Error,
    },
    /// The place of the contents of documents cannot be used.
    #[error("the place of documents cannot be used: {0}")]
    Files(String),
    /// Something that needs the database or the machine failed.
    #[error("{0}")]
    Failure(String),
}

impl From<Failure> for StartError {
    fn from(failure: Failure) -> Self {
        Self::Failure(match &failure.cause {
            // Who starts the program is who its message would send people to.
            Some(cause) if failure.code == ErrorCode::Internal => format!("KIM failed: {cause}"),
            Some(cause) => format!("{} ({cause})", failure.message()),
            None => failure.message(),
        })
    }
}

/// The assembled server, not listening yet.
#[derive(Clone)]
pub struct App {
    /// Its configuration.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: SharedClock,
    /// Runs requests.
    pub engine: Engine,
    /// The keys of access tokens.
    pub token_keys: Arc<SigningKeys>,
    /// The keys of the log's heads.
    pub sealing_keys: Arc<SigningKeys>,
    committed: Arc<Notify>,
}

/// How costly password hashes are: cheap ones are for tests only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hashing {
    /// As production needs it.
    Standard,
    /// As tests like it.
    Cheap,
}

fn keys(what: &'static str, source: &KeySource) -> Result<Arc<SigningKeys>, StartError> {
    let failed = |why: String| StartError::Keys { what, why };
    let text = source
        .obtain(|| SigningKeys::generate().map_err(|error| io::Error::other(error.to_string())))
        .map_err(|error| failed(error.to_string()))?;
    SigningKeys::from_pem(&text).map(Arc::new).map_err(|error| failed(error.to_string()))
}

fn master_keys(source: &KeySource) -> Result<Arc<MasterKeys>, StartError> {
    let failed = |why: String| StartError::Keys { what: "the vault", why };
    let text = source
        .obtain(|| MasterKeys::generate().map_err(|error| io::Error::other(error.to_string())))
        .map_err(|error| failed(error.to_string()))?;
    MasterKeys::from_text(&text).map(Arc::new).map_err(|error| failed(error.to_string()))
}

fn issuer(config: &OidcConfig, clock: SharedClock) -> Result<OidcVerifier, StartError> {
    let failed = |why: String| StartError::Issuer(why);
    let mut settings = oidc::OidcConfig::new(config.issuer.clone(), config.audience.clone());
    settings.jwks_url = config.jwks_url.as_ref().map(ToString::to_string);
    settings.login_claim.clone_from(&config.login_claim);
    settings.allow_insecure_http = config.allow_http;
    settings.algorithms = config
        .algorithms
        .iter()
        .map(|algorithm| ExternalAlgorithm::try_from(*algorithm).map_err(|error| failed(error.to_string())))
        .collect::<Result<_, _>>()?;
    OidcVerifier::new(settings, clock).map_err(|error| failed(error.to_string()))
}

/// What an address of this server begins with; empty where nobody said how the outside world reaches it.
fn public_url(config: &Config) -> String {
    let url = config.server.public_url.as_ref().map(ToString::to_string).unwrap_or_default();
    url.trim_end_matches('/').to_owned()
}

fn span(duration: std::time::Duration) -> Duration {
    Duration::from_std(duration).unwrap_or(Duration::MAX)
}

fn milliseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl App {
    /// Puts the server together. Touches the disk for keys and folders; connects to the database only when asked something.
    ///
    /// # Errors
    /// Keys, folders or settings that cannot be used.
    pub async fn assemble(config: Config, clock: SharedClock, hashing: Hashing) -> Result<Self, StartError> {
        if let DatabaseKind::SqliteFile(file) = &config.database.kind
            && let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty())
        {
            let made = tokio::fs::create_dir_all(folder).await;
            made.map_err(|why| StartError::Folder { folder: folder.display().to_string(), why })?;
        }
        let token_keys = keys("access tokens", &config.auth.signing_keys)?;
        let sealing_keys = keys("the log's heads", &config.sealing.signing_keys)?;
        let settings = ConnectionSettings {
            url: config.database.url.expose_secret().to_owned(),
            max_connections: config.database.max_connections,
            acquire_timeout: config.database.acquire_timeout,
            statement_timeout: config.database.statement_timeout,
        };
        let store = Store::connect(&settings, master_keys(&config.vault.master_keys)?).await?;
        let committed = Arc::new(Notify::new());
        let feed = Feed::default();
        let watch = SessionWatch::new(store.clone());
        let auth = &config.auth;
        let tokens = AccessTokens::new(
            Arc::clone(&token_keys),
            auth.issuer.clone(),
            auth.audience.clone(),
            u32::try_from(auth.access_token_life.as_secs()).unwrap_or(u32::MAX),
            Arc::clone(&clock),
        );
        let cost = match hashing {
            Hashing::Standard => PasswordCost::STANDARD,
            Hashing::Cheap => PasswordCost::CHEAP,
        };
        let hasher = PasswordHasher::new(cost, 2).map_err(|error| StartError::Failure(error.to_string()))?;
        let oidc = config.oidc.as_ref().map(|oidc| issuer(oidc, Arc::clone(&clock))).transpose()?;
        let rules = SessionRules {
            refresh_token_life: span(auth.refresh_token_life),
            session_max_life: span(auth.session_max_life),
            attempts_per_account: i32::try_from(auth.login_attempts_per_account).unwrap_or(i32::MAX),
            attempts_per_address: i32::try_from(auth.login_attempts_per_address).unwrap_or(i32::MAX),
            attempts_window: span(auth.login_window),
        };
        let parts =
            SessionParts { store: store.clone(), clock: Arc::clone(&clock), tokens, hasher, oidc, rules, watch };
        let sessions = Sessions::new(parts, &token_keys)?;
        let commands = Commands::new(store.clone(), Arc::clone(&clock), Arc::clone(&committed));
        let accesses = AccessRecorder::start(store.clone());
        let documents = Documents::new(ContentParts {
            store: store.clone(),
            clock: Arc::clone(&clock),
            commands: commands.clone(),
            sessions: sessions.clone(),
            accesses: accesses.clone(),
            files: FileStore::new(&config.files.place).map_err(|error| StartError::Files(error.to_string()))?,
            links: LinkSeal::new(&derived_secret(&token_keys, "document links")?),
            public_url: public_url(&config),
            rules: ContentRules {
                maximum_bytes: config.files.maximum_bytes,
                link_life: span(config.files.link_life),
                transfer_timeout: config.files.transfer_timeout,
                pause_timeout: config.server.body_timeout,
            },
        });
        let services = Services {
            commands,
            store: store.clone(),
            clock: Arc::clone(&clock),
            sessions,
            feed,
            accesses,
            documents,
            cursors: CursorSeal::new(&derived_secret(&token_keys, "cursors")?),
            public_url: config.server.public_url.as_ref().map(ToString::to_string),
        };
        let engine = Engine::new(Arc::new(services), limits(&config));
        Ok(Self { config: Arc::new(config), store, clock, engine, token_keys, sealing_keys, committed })
    }

    /// The job that seals the log.
    #[must_use]
    pub fn sealer(&self) -> Sealer {
        Sealer {
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            keys: Arc::clone(&self.sealing_keys),
            committed: Arc::clone(&self.committed),
            feed: self.engine.services().feed.clone(),
            interval: self.config.sealing.interval,
            batch: self.config.sealing.batch_events,
        }
    }

    /// The job that proposes what is to be erased.
    #[must_use]
    pub fn retention_job(&self) -> RetentionJob {
        let services = self.engine.services();
        RetentionJob { store: self.store.clone(), clock: Arc::clone(&self.clock), commands: services.commands.clone() }
    }

    /// The job that lets transfers of cases run out.
    #[must_use]
    pub fn transfer_expiry(&self) -> TransferExpiry {
        let commands = self.engine.services().commands.clone();
        TransferExpiry { store: self.store.clone(), clock: Arc::clone(&self.clock), commands }
    }

    /// The job that raises barriers which nobody answered in time.
    #[must_use]
    pub fn barrier_waiting(&self) -> BarrierWaiting {
        let commands = self.engine.services().commands.clone();
        BarrierWaiting { store: self.store.clone(), clock: Arc::clone(&self.clock), commands }
    }

    /// The job that looks for signals.
    #[must_use]
    pub fn signal_search(&self) -> SignalSearch {
        SignalSearch { store: self.store.clone(), clock: Arc::clone(&self.clock) }
    }

    /// The job that publishes statistics.
    #[must_use]
    pub fn statistics_job(&self) -> StatisticsJob {
        StatisticsJob { store: self.store.clone(), clock: Arc::clone(&self.clock) }
    }

    /// Starts everything that runs beside the requests. The sealer's task ends last, when everything is sealed.
    #[must_use]
    pub fn start_jobs(&self, shutdown: &CancellationToken) -> JoinHandle<()> {
        let services = self.engine.services();
        let watch = services.sessions.watch().clone();
        let housekeeping = Housekeeping {
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            retention: Retention {
                idempotency_keys: span(self.config.idempotency_retention),
                login_attempts: span(self.config.auth.login_window) * 2,
                sessions: Duration::days(30),
            },
        };
        let interval =
            if self.store.is_postgres() { std::time::Duration::from_secs(5) } else { self.config.sealing.interval };
        tokio::spawn(services.feed.clone().run(self.store.clone(), interval, shutdown.clone()));
        tokio::spawn(watch.clone().run(Arc::clone(&self.clock), shutdown.clone()));
        tokio::spawn(housekeeping.run(shutdown.clone()));
        tokio::spawn(self.retention_job().run(shutdown.clone()));
        tokio::spawn(services.documents.clone().keep_tidy(shutdown.clone()));
        tokio::spawn(self.transfer_expiry().run(shutdown.clone()));
        tokio::spawn(self.statistics_job().run(shutdown.clone()));
        tokio::spawn(self.barrier_waiting().run(shutdown.clone()));
        tokio::spawn(self.signal_search().run(shutdown.clone()));
        if self.store.is_postgres() {
            tokio::spawn(services.feed.clone().listen(self.store.clone(), watch, shutdown.clone()));
        }
        tokio::spawn(self.sealer().run(shutdown.clone()))
    }
}

fn limits(config: &Config) -> EngineLimits {
    let document = Limits {
        tokens: config.graphql_limits.tokens,
        depth: config.graphql_limits.depth,
        aliases: config.graphql_limits.aliases,
        directives: config.graphql_limits.directives,
        complexity: config.graphql_limits.complexity,
        // Each login hashes a password: a request may try one, not thirty.
        extra_costs: &[("sessionLogin", 3_000)],
        ..Limits::default()
    };
    EngineLimits {
        document,
        http: HttpLimits {
            body_bytes: config.server.body_limit_bytes,
            body_timeout_ms: milliseconds(config.server.body_timeout),
            ws_init_timeout_ms: 10_000,
            ws_ping_interval_ms: 20_000,
            ws_max_operations: 50,
            ws_message_bytes: config.server.body_limit_bytes,
        },
        time_budget: config.server.request_timeout,
    }
}
