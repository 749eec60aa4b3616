//! Configuration: built-in defaults, below a TOML file, below the environment; checked as a whole before anything starts.

mod keys;
mod problems;
mod reader;
mod settings;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fmt, fs};

use ipnet::IpNet;
use jsonwebtoken::{Algorithm, AlgorithmFamily};
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use tracing_subscriber::EnvFilter;

use crate::authn::oidc::is_loopback;
use crate::vault::MasterKeys;

pub use self::keys::KeySource;
pub use self::problems::{ConfigProblem, ConfigProblems, Origin};
use self::reader::{Fault, Reader};
pub use self::settings::reference_page;

/// Whether this server is for trying out or for real people's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Makes its own secrets, loads the demo district, shows the explorer.
    Development,
    /// Takes nothing for granted: secrets and database must be given.
    Production,
}

impl Environment {
    /// What holds when nobody says: a release build is for production, a debug build (`cargo run`) is not.
    pub fn of_build() -> Self {
        if cfg!(debug_assertions) { Self::Development } else { Self::Production }
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        match text {
            "development" => Ok(Self::Development),
            "production" => Ok(Self::Production),
            _ => Err(Fault::new("is not an environment", "Write development or production.")),
        }
    }
}

/// The whole configuration of a process, checked.
#[derive(Debug, Clone)]
pub struct Config {
    /// Development or production.
    pub environment: Environment,
    /// Whether the demo district is loaded into an empty database.
    pub demo: bool,
    /// Directory of the embedded database and of generated secrets. It may not exist yet.
    pub data_directory: PathBuf,
    /// The HTTP server.
    pub server: ServerConfig,
    /// HTTPS, when certificate and key are configured.
    pub tls: Option<TlsConfig>,
    /// Which foreign web pages may call the API.
    pub cors: CorsConfig,
    /// The database.
    pub database: DatabaseConfig,
    /// The server's own tokens and the login.
    pub auth: AuthConfig,
    /// An external token issuer, when one is configured.
    pub oidc: Option<OidcConfig>,
    /// Bounds of a GraphQL document.
    pub graphql_limits: GraphqlLimits,
    /// What is logged, and how.
    pub log: LogConfig,
    /// Sealing of the event log.
    pub sealing: SealingConfig,
    /// The vault of identified content.
    pub vault: VaultConfig,
    /// Where the contents of documents are kept.
    pub files: FilesConfig,
    /// Whether the explorer is served at `/`.
    pub explorer_enabled: bool,
    /// Whether `/metrics` is served.
    pub metrics_enabled: bool,
    /// What was published, for everybody.
    pub oparl: OparlConfig,
    /// How long the answer to an idempotency key is kept. At least 24 hours.
    pub idempotency_retention: Duration,
}

/// The HTTP server.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Address to listen on. Port 0 lets the system choose one.
    pub bind: SocketAddr,
    /// Address under which the outside world reaches the server, when it is known.
    pub public_url: Option<Url>,
    /// Worker threads; `None` means one for each processor.
    pub workers: Option<usize>,
    /// How long running requests may finish after a stop signal.
    pub shutdown_timeout: Duration,
    /// Networks of reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Largest accepted request body in bytes.
    pub body_limit_bytes: usize,
    /// How long a client may take to send its body.
    pub body_timeout: Duration,
    /// Time budget of one request.
    pub request_timeout: Duration,
}

impl ServerConfig {
    /// Whether a connection from `peer` comes from a reverse proxy that is believed.
    pub fn is_trusted_proxy(&self, peer: IpAddr) -> bool {
        // A proxy that connects over an IPv6 socket by IPv4 is still the proxy that was configured.
        let peer = peer.to_canonical();
        self.trusted_proxies.iter().any(|network| network.contains(&peer))
    }
}

/// HTTPS: certificate and key that were read and fit together.
#[derive(Clone)]
pub struct TlsConfig {
    /// The certificate chain.
    pub certificate_file: PathBuf,
    /// The private key.
    pub key_file: PathBuf,
    /// Ready for `HttpServer::bind_rustls_0_23`, which adds the application protocols.
    pub server: rustls::ServerConfig,
}

impl fmt::Debug for TlsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsConfig")
            .field("certificate_file", &self.certificate_file)
            .field("key_file", &self.key_file)
            .finish_non_exhaustive()
    }
}

/// Which foreign web pages may call the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorsConfig {
    /// Every page (development only).
    AnyOrigin,
    /// Pages of these origins, each as a browser writes it (`https://portal.example.org`). May be empty.
    Origins(Vec<String>),
}

/// The database.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// Connection string; SQLite files carry `mode=rwc` unless another mode was asked for.
    pub url: SecretString,
    /// Which database it is.
    pub kind: DatabaseKind,
    /// Most connections of this process. Always 1 for a database in memory.
    pub max_connections: u32,
    /// Longest wait for a free connection. Shorter than the request's time budget.
    pub acquire_timeout: Duration,
    /// Longest run of one statement. Shorter than the request's time budget.
    pub statement_timeout: Duration,
}

/// Which database is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseKind {
    /// A SQLite file. Its directory may not exist yet.
    SqliteFile(PathBuf),
    /// SQLite in memory: gone when the process ends.
    SqliteMemory,
    /// PostgreSQL, or a database that speaks its protocol.
    Postgres,
}

/// The server's own tokens and the login.
#[derive(Debug, Clone)]
pub struct AuthConfig {
    /// Keys that sign and verify access tokens.
    pub signing_keys: KeySource,
    /// `iss` of access tokens.
    pub issuer: String,
    /// `aud` of access tokens.
    pub audience: String,
    /// Life of an access token.
    pub access_token_life: Duration,
    /// Life of an unused refresh token. Longer than an access token's.
    pub refresh_token_life: Duration,
    /// Longest life of a session however often it is refreshed.
    pub session_max_life: Duration,
    /// Failed logins of one account in a window before it has to wait.
    pub login_attempts_per_account: u32,
    /// Failed logins from one address in a window before it has to wait.
    pub login_attempts_per_address: u32,
    /// Length of the window that failed logins are counted in.
    pub login_window: Duration,
}

/// An external OpenID Connect issuer whose access tokens are accepted.
#[derive(Debug, Clone)]
pub struct OidcConfig {
    /// `iss` that its tokens carry.
    pub issuer: String,
    /// `aud` that its tokens must carry.
    pub audience: String,
    /// Where its public keys are; `None`: where its discovery document says.
    pub jwks_url: Option<Url>,
    /// Claim that holds the login of the account.
    pub login_claim: String,
    /// Accepted signature algorithms, none of them symmetric. Never empty.
    pub algorithms: Vec<Algorithm>,
    /// Whether the issuer may be asked without TLS (development only). On this machine a development server may anyway.
    pub allow_http: bool,
}

/// Bounds of a GraphQL document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphqlLimits {
    /// Most lexical tokens.
    pub tokens: usize,
    /// Deepest nesting of fields.
    pub depth: usize,
    /// Most aliases.
    pub aliases: usize,
    /// Most directives.
    pub directives: usize,
    /// Highest cost of an operation.
    pub complexity: usize,
}

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// Shape of a line.
    pub format: LogFormat,
    /// A filter that `EnvFilter` understands.
    pub filter: String,
}

/// Shape of a log line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Sealing of the event log.
#[derive(Debug, Clone)]
pub struct SealingConfig {
    /// Keys that sign and verify the sealed heads. Others than those of the access tokens.
    pub signing_keys: KeySource,
    /// Pause between two runs.
    pub interval: Duration,
    /// Most events sealed in one run.
    pub batch_events: u64,
}

/// What was published, for everybody.
#[derive(Debug, Clone)]
pub struct OparlConfig {
    /// Whether it is served.
    pub enabled: bool,
    /// The licence of the data.
    pub license: Option<Url>,
    /// Whom to write to.
    pub contact_email: Option<String>,
}

/// The vault of identified content.
#[derive(Debug, Clone)]
pub struct VaultConfig {
    /// The ring of master keys as text. The first one is the one to rotate to.
    pub master_keys: KeySource,
}

/// Where the contents of documents are kept, and within which limits.
#[derive(Debug, Clone)]
pub struct FilesConfig {
    /// Where.
    pub place: FilePlace,
    /// Largest document in bytes.
    pub maximum_bytes: u32,
    /// How long a link can be used.
    pub link_life: Duration,
    /// How long one upload or download may take.
    pub transfer_timeout: Duration,
}

/// Where the contents of documents are kept.
#[derive(Debug, Clone)]
pub enum FilePlace {
    /// In a folder. It may not exist yet.
    Folder(PathBuf),
    /// In a bucket of a storage that speaks the protocol of Amazon S3.
    S3(S3Config),
}

/// A bucket, and how to get at it.
#[derive(Debug, Clone)]
pub struct S3Config {
    /// The bucket.
    pub bucket: String,
    /// Address of the storage; `None`: Amazon's of the region.
    pub endpoint: Option<Url>,
    /// Region of the storage.
    pub region: String,
    /// Name of the access key.
    pub access_key: String,
    /// The access key.
    pub secret_key: SecretString,
}

/// The process's environment variables, in the form that [`Config::load`] takes. Bytes that are not UTF-8 come
/// through as replacement characters, which a setting then refuses.
pub fn process_variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
}

impl Config {
    /// Reads and checks the configuration. `file` is the one named on the command line; without it `KIM_CONFIG` or
    /// `./kim.toml` is used. `build` decides where nobody sets `environment`: see [`Environment::of_build`].
    ///
    /// # Errors
    /// Every problem of the configuration, never just the first one.
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
        build: Environment,
    ) -> Result<Self, ConfigProblems> {
        Self::load_in(Path::new("."), file, variables, build)
    }

    /// `directory` is where `kim.toml` is looked for.
    fn load_in(
        directory: &Path,
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
        build: Environment,
    ) -> Result<Self, ConfigProblems> {
        let variables: BTreeMap<String, String> = variables.into_iter().collect();
        let named = variables.get("KIM_CONFIG").filter(|path| !path.trim().is_empty());
        let usual = directory.join("kim.toml");
        let file = match (file, named) {
            (Some(path), _) => Some((path.to_owned(), "--config".to_owned())),
            (None, Some(path)) => Some((PathBuf::from(path.trim()), "KIM_CONFIG".to_owned())),
            (None, None) => usual.exists().then(|| (usual, "kim.toml".to_owned())),
        };
        let mut reader = Reader::new(file, variables, build);
        let config = Self::read(&mut reader);
        let problems = reader.into_problems();
        match config {
            Some(config) if problems.is_empty() => Ok(config),
            _ => Err(ConfigProblems(problems)),
        }
    }

    /// `None` only after a problem was noted. Every section is read, so that every problem is found.
    fn read(r: &mut Reader) -> Option<Self> {
        let demo = r.flag("demo");
        let data_directory = PathBuf::from(r.required("data_directory", "Name a directory."));
        let server = read_server(r);
        let tls = read_tls(r);
        let cors = read_cors(r);
        let database = read_database(r, &data_directory, &server);
        let auth = read_auth(r, &data_directory);
        let oidc = read_oidc(r, &auth);
        let graphql_limits = GraphqlLimits {
            tokens: r.number("limits.tokens", 500..=100_000),
            depth: r.number("limits.depth", 15..=100),
            aliases: r.number("limits.aliases", 1..=10_000),
            directives: r.number("limits.directives", 1..=10_000),
            complexity: r.number("limits.complexity", 250..=1_000_000),
        };
        let log = read_log(r);
        let sealing = read_sealing(r, &data_directory, &auth);
        let vault = VaultConfig { master_keys: read_keys(r, &MASTER_KEYS, &data_directory) };
        let files = read_files(r, &data_directory);
        let explorer_enabled = r.flag("explorer.enabled");
        let metrics_enabled = r.flag("metrics.enabled");
        let oparl = read_oparl(r);
        let idempotency_retention =
            Duration::from_secs(r.number("idempotency.retention_hours", 24..=8_760_u64).saturating_mul(3_600));
        Some(Self {
            environment: r.environment,
            demo,
            data_directory,
            server,
            tls,
            cors,
            database: database?,
            auth,
            oidc,
            graphql_limits,
            log,
            sealing,
            vault,
            files,
            explorer_enabled,
            metrics_enabled,
            oparl,
            idempotency_retention,
        })
    }
}

fn read_server(r: &mut Reader) -> ServerConfig {
    let bind = r.optional("server.bind", |text| {
        text.parse()
            .map_err(|_| Fault::new("is not an IP address with a port", "Write it like 127.0.0.1:8080 or [::1]:8080."))
    });
    let environment = r.environment;
    ServerConfig {
        bind: bind.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))),
        public_url: r.optional("server.public_url", |text| web_address(text, environment == Environment::Development)),
        workers: r.optional_number("server.workers", 1..=1_024),
        shutdown_timeout: r.seconds("server.shutdown_timeout_seconds", 0..=3_600),
        trusted_proxies: r.list("server.trusted_proxies", |text| {
            text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
                Fault::new("is neither an IP address nor a network", "Write entries like 10.0.0.7 or 10.0.0.0/24.")
            })
        }),
        body_limit_bytes: r.number("server.body_limit_bytes", 1_024..=67_108_864),
        body_timeout: r.milliseconds("server.body_timeout_ms", 100..=600_000),
        request_timeout: r.milliseconds("server.request_timeout_ms", 100..=600_000),
    }
}

/// An absolute http(s) address without credentials.
fn web_address(text: &str, http_is_fine: bool) -> Result<Url, Fault> {
    let example = "Write it like https://kim.example.org.";
    let url = Url::parse(text).map_err(|_| Fault::new("is not an absolute web address", example))?;
    match url.scheme() {
        "https" => {}
        "http" if http_is_fine => {}
        "http" => return Err(Fault::new("is not encrypted", "Use https.")),
        _ => return Err(Fault::new("is not a web address", example)),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Fault::new("holds a user name or password", "Leave them out."));
    }
    Ok(url)
}

fn read_oparl(r: &mut Reader) -> OparlConfig {
    OparlConfig {
        enabled: r.flag("oparl.enabled"),
        license: r.optional("oparl.license", |text| web_address(text, true)),
        contact_email: r.optional("oparl.contact_email", |text| {
            let parts = text.split_once('@').filter(|(name, host)| !name.is_empty() && host.contains('.'));
            let example = "Write it like gremien@kim.example.org.";
            parts.map(|_| text.to_owned()).ok_or_else(|| Fault::new("is not an e-mail address", example))
        }),
    }
}

fn read_tls(r: &mut Reader) -> Option<TlsConfig> {
    match (r.text("tls.certificate_file"), r.text("tls.key_file")) {
        (None, None) => None,
        (Some(_), None) => {
            r.report_missing("tls.key_file", "tls.certificate_file is set: set both, or none to serve without TLS.");
            None
        }
        (None, Some(_)) => {
            r.report_missing("tls.certificate_file", "tls.key_file is set: set both, or none to serve without TLS.");
            None
        }
        (Some(certificate_file), Some(key_file)) => {
            let (certificate_file, key_file) = (PathBuf::from(certificate_file), PathBuf::from(key_file));
            match keys::tls_server(&certificate_file, &key_file) {
                Ok(server) => Some(TlsConfig { certificate_file, key_file, server }),
                Err((key, fault)) => {
                    r.report(key, fault);
                    None
                }
            }
        }
    }
}

fn read_cors(r: &mut Reader) -> CorsConfig {
    let environment = r.environment;
    let origins = r.list("cors.allowed_origins", |text| {
        if text == "*" {
            return match environment {
                Environment::Development => Ok(text.to_owned()),
                Environment::Production => Err(Fault::new(
                    "would let every web page call the API",
                    "Name the origins of the pages that may, like https://portal.example.org.",
                )),
            };
        }
        let url = web_address(text, true)?;
        let origin = url.origin().ascii_serialization();
        if text.trim_end_matches('/').eq_ignore_ascii_case(&origin) {
            Ok(origin)
        } else {
            Err(Fault::new("is more than an origin", format!("Write {origin}.")))
        }
    });
    if origins.iter().any(|origin| origin == "*") { CorsConfig::AnyOrigin } else { CorsConfig::Origins(origins) }
}

fn read_database(r: &mut Reader, data_directory: &Path, server: &ServerConfig) -> Option<DatabaseConfig> {
    let remedy = "A production server needs a database that is named: postgres://user:password@host/database.";
    let environment = r.environment;
    let given = r.optional("database.url", |text| database(text, environment));
    let target = match environment {
        _ if given.is_some() || !r.is_sound("database.url") => given,
        Environment::Development => Some(embedded_database(data_directory)),
        Environment::Production => {
            r.report_missing("database.url", remedy);
            None
        }
    };
    let max_connections = r.number("database.max_connections", 1..=1_000);
    let mut timeout = |key| {
        let timeout = r.milliseconds(key, 1..=600_000);
        if r.is_sound(key) && r.is_sound("server.request_timeout_ms") && timeout >= server.request_timeout {
            let wrong = "is not less than server.request_timeout_ms, so that no request could ever live to see it";
            r.report(key, Fault::new(wrong, format!("Write less than {}.", server.request_timeout.as_millis())));
        }
        timeout
    };
    let acquire_timeout = timeout("database.acquire_timeout_ms");
    let statement_timeout = timeout("database.statement_timeout_ms");
    let (url, kind) = target?;
    // Every connection to a database in memory would see a database of its own.
    let max_connections = if kind == DatabaseKind::SqliteMemory { 1 } else { max_connections };
    Some(DatabaseConfig { url, kind, max_connections, acquire_timeout, statement_timeout })
}

fn embedded_database(data_directory: &Path) -> (SecretString, DatabaseKind) {
    let file = data_directory.join("kim.sqlite");
    let path = file.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    (SecretString::from(format!("sqlite://{path}?mode=rwc")), DatabaseKind::SqliteFile(file))
}

fn database(text: &str, environment: Environment) -> Result<(SecretString, DatabaseKind), Fault> {
    let example = "Write postgres://user:password@host/database or sqlite://path/to/file.";
    if let Some(rest) = text.strip_prefix("sqlite:") {
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        if path == ":memory:" || query.split('&').any(|pair| pair == "mode=memory") {
            return match environment {
                Environment::Development => Ok((SecretString::from(text), DatabaseKind::SqliteMemory)),
                Environment::Production => Err(Fault::new("keeps nothing: it is a database in memory", example)),
            };
        }
        if path.is_empty() {
            return Err(Fault::new("names no SQLite file", example));
        }
        let url = if query.split('&').any(|pair| pair.starts_with("mode=")) {
            text.to_owned()
        } else if query.is_empty() {
            format!("sqlite://{path}?mode=rwc")
        } else {
            format!("sqlite://{path}?{query}&mode=rwc")
        };
        return Ok((SecretString::from(url), DatabaseKind::SqliteFile(PathBuf::from(path))));
    }
    let url = Url::parse(text).map_err(|_| Fault::new("is not a database address", example))?;
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err(Fault::new("is neither a PostgreSQL nor a SQLite address", example));
    }
    if url.path().trim_start_matches('/').is_empty() {
        return Err(Fault::new("names no database", example));
    }
    Ok((SecretString::from(text), DatabaseKind::Postgres))
}

/// The places of one set of signing keys.
struct KeyPlace {
    key: &'static str,
    file_key: &'static str,
    generated: &'static str,
    purpose: &'static str,
    command: &'static str,
    /// Says what is wrong with a text.
    check: fn(&str, command: &str) -> Result<(), Fault>,
    /// What a text begins with that was taken for the name of a file.
    looks_like: fn(&str) -> bool,
}

fn check_signing_keys(pem: &str, command: &str) -> Result<(), Fault> {
    keys::public_keys(pem, command).map(|_| ())
}

fn check_master_keys(text: &str, command: &str) -> Result<(), Fault> {
    MasterKeys::from_text(&SecretString::from(text))
        .map(|_| ())
        .map_err(|error| Fault::new(format!("is no ring of master keys: {error}"), format!("Make one with: {command}")))
}

const AUTH_KEYS: KeyPlace = KeyPlace {
    key: "auth.signing_keys",
    file_key: "auth.signing_keys_file",
    generated: "secrets/signing-key.pem",
    purpose: "sign access tokens",
    command: "kim secret new signing-key",
    check: check_signing_keys,
    looks_like: |text| text.contains("-----BEGIN"),
};

const SEALING_KEYS: KeyPlace = KeyPlace {
    key: "sealing.signing_keys",
    file_key: "sealing.signing_keys_file",
    generated: "secrets/sealing-key.pem",
    purpose: "sign the sealed log",
    command: "kim secret new sealing-key",
    check: check_signing_keys,
    looks_like: |text| text.contains("-----BEGIN"),
};

const MASTER_KEYS: KeyPlace = KeyPlace {
    key: "vault.master_keys",
    file_key: "vault.master_keys_file",
    generated: "secrets/master-key.txt",
    purpose: "keep the identities of clients sealed",
    command: "kim secret new master-key",
    check: check_master_keys,
    looks_like: |text| MasterKeys::from_text(&SecretString::from(text)).is_ok(),
};

fn read_keys(r: &mut Reader, place: &KeyPlace, data_directory: &Path) -> KeySource {
    let generated = || KeySource::Generated(data_directory.join(place.generated));
    let check = |text: &str| (place.check)(text, place.command).map(|()| KeySource::Given(SecretString::from(text)));
    // One line is all that the env files of containers can hold.
    let text = r.optional(place.key, |text| {
        check(&if text.contains('\n') { text.to_owned() } else { text.replace("\\n", "\n") })
    });
    let file_name = r.text(place.file_key);
    if file_name.is_some() && (text.is_some() || !r.is_sound(place.key)) {
        r.report(place.file_key, Fault::new(format!("is given beside {}", place.key), "Set only one of them."));
        return generated();
    }
    if file_name.is_some() {
        let source = r.optional(place.file_key, |path| {
            if (place.looks_like)(path) {
                return Err(Fault::new("is a key, not the name of a file", format!("Put it into {}.", place.key)));
            }
            let pem = fs::read_to_string(path).map_err(|error| Fault::unreadable(&error))?;
            check(&pem).map_err(Fault::of_file)
        });
        return source.unwrap_or_else(generated);
    }
    match (text, r.environment) {
        (Some(source), _) => source,
        (None, Environment::Development) => {
            let path = data_directory.join(place.generated);
            if let Ok(pem) = fs::read_to_string(&path)
                && let Err(fault) = (place.check)(&pem, place.command)
            {
                r.report_unset(place.key, &path, fault);
            }
            generated()
        }
        (None, Environment::Production) => {
            r.report_missing(
                place.key,
                format!(
                    "A production server needs a private key of its own to {}, here or in a file that {} names. Make one with: {}",
                    place.purpose, place.file_key, place.command
                ),
            );
            generated()
        }
    }
}

fn read_auth(r: &mut Reader, data_directory: &Path) -> AuthConfig {
    const DAY_SECONDS: u64 = 86_400;
    let access_token_life = r.seconds("auth.access_token_seconds", 30..=3_600);
    let refresh_token_life = r.seconds("auth.refresh_token_seconds", 60..=90 * DAY_SECONDS);
    let session_max_life = r.seconds("auth.session_max_seconds", 60..=366 * DAY_SECONDS);
    if r.is_sound("auth.access_token_seconds")
        && r.is_sound("auth.refresh_token_seconds")
        && refresh_token_life <= access_token_life
    {
        let wrong = "is not more than auth.access_token_seconds, so that it could never be used";
        r.report("auth.refresh_token_seconds", Fault::new(wrong, "Make it longer."));
    }
    if r.is_sound("auth.access_token_seconds")
        && r.is_sound("auth.session_max_seconds")
        && session_max_life < access_token_life
    {
        r.report("auth.session_max_seconds", Fault::new("is less than auth.access_token_seconds", "Make it longer."));
    }
    AuthConfig {
        signing_keys: read_keys(r, &AUTH_KEYS, data_directory),
        issuer: r.required("auth.issuer", "Write a name or address for this server."),
        audience: r.required("auth.audience", "Write a name for this API."),
        access_token_life,
        refresh_token_life,
        session_max_life,
        login_attempts_per_account: r.number("auth.login_attempts_per_account", 1..=1_000),
        login_attempts_per_address: r.number("auth.login_attempts_per_address", 1..=100_000),
        login_window: r.seconds("auth.login_window_seconds", 10..=86_400),
    }
}

fn read_oidc(r: &mut Reader, auth: &AuthConfig) -> Option<OidcConfig> {
    if !r.is_any_set("oidc.") {
        return None;
    }
    let development = r.environment == Environment::Development;
    let allow_http = r.flag("oidc.allow_http");
    if allow_http && !development {
        let wrong = "would let anybody on the way replace the issuer's keys in production";
        r.report("oidc.allow_http", Fault::new(wrong, "Remove it and use https."));
    }
    let issuer = r.required("oidc.issuer", "Write the issuer exactly as its tokens carry it in iss.");
    if issuer == auth.issuer {
        let wrong = "is the same as auth.issuer, so that tokens could not be told apart";
        r.report("oidc.issuer", Fault::new(wrong, "Change one of the two."));
    }
    let key_source = |text: &str| {
        let is_here = Url::parse(text).is_ok_and(|url| is_loopback(&url));
        web_address(text, allow_http || (development && is_here))
    };
    if !issuer.is_empty()
        && r.is_sound("oidc.issuer")
        && let Err(fault) = key_source(&issuer)
    {
        r.report("oidc.issuer", fault);
    }
    let audience = r.required("oidc.audience", "Write what tokens for KIM carry in aud.");
    let jwks_url = r.optional("oidc.jwks_url", key_source);
    let login_claim = r.required("oidc.login_claim", "Write the name of the claim that holds the login.");
    let algorithms = r.list("oidc.algorithms", |text| match text.parse::<Algorithm>() {
        Ok(algorithm) if AlgorithmFamily::Hmac.algorithms().contains(&algorithm) => {
            Err(Fault::new("is symmetric: whoever can verify could also forge", "Use RS256, ES256 or EdDSA."))
        }
        Ok(algorithm) => Ok(algorithm),
        Err(_) => Err(Fault::new("is not a known algorithm", "Use RS256, ES256 or EdDSA.")),
    });
    if algorithms.is_empty() {
        r.report_missing("oidc.algorithms", "Name at least one, such as RS256.");
    }
    Some(OidcConfig { issuer, audience, jwks_url, login_claim, algorithms, allow_http })
}

fn read_log(r: &mut Reader) -> LogConfig {
    let format = r.optional("log.format", |text| match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(Fault::new("is not a log format", "Write text or json.")),
    });
    let filter = r.optional("log.filter", |text| match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(Fault::new(
            "is not a log filter",
            "Write a level (error, warn, info, debug, trace) or pairs like kim=debug,warn.",
        )),
    });
    LogConfig { format: format.unwrap_or(LogFormat::Text), filter: filter.unwrap_or_default() }
}

fn read_sealing(r: &mut Reader, data_directory: &Path, auth: &AuthConfig) -> SealingConfig {
    let signing_keys = read_keys(r, &SEALING_KEYS, data_directory);
    if let (KeySource::Given(sealing), KeySource::Given(tokens)) = (&signing_keys, &auth.signing_keys)
        && let Ok(sealing) = keys::public_keys(sealing.expose_secret(), SEALING_KEYS.command)
        && let Ok(tokens) = keys::public_keys(tokens.expose_secret(), AUTH_KEYS.command)
        && sealing.iter().any(|key| tokens.contains(key))
    {
        let key = if r.text(SEALING_KEYS.key).is_some() { SEALING_KEYS.key } else { SEALING_KEYS.file_key };
        let wrong = "shares a key with auth.signing_keys, so that one theft would break both";
        r.report(key, Fault::new(wrong, format!("Make another one with: {}", SEALING_KEYS.command)));
    }
    SealingConfig {
        signing_keys,
        interval: r.milliseconds("sealing.interval_ms", 50..=3_600_000),
        batch_events: r.number("sealing.batch_events", 1..=5_000),
    }
}

fn read_files(r: &mut Reader, data_directory: &Path) -> FilesConfig {
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Store {
        Folder,
        S3,
    }
    let store = r.optional("files.store", |text| match text {
        "folder" => Ok(Store::Folder),
        "s3" => Ok(Store::S3),
        _ => Err(Fault::new("is not a kind of store", "Write folder or s3.")),
    });
    let folder = r.text("files.folder").map_or_else(|| data_directory.join("files"), PathBuf::from);
    let development = r.environment == Environment::Development;
    let allow_http = r.flag("files.allow_http");
    if allow_http && !development {
        let wrong = "would let anybody on the way see and replace what is stored in production";
        r.report("files.allow_http", Fault::new(wrong, "Remove it and use https."));
    }
    let mut needed =
        |key, remedy| if store == Some(Store::S3) { r.required(key, remedy) } else { r.text(key).unwrap_or_default() };
    let bucket = needed("files.bucket", "Name the bucket.");
    let region = needed("files.region", "Name the region; storages of one's own often call it us-east-1.");
    let access_key = needed("files.access_key", "Write the name of the access key of the bucket.");
    let secret_key = SecretString::from(needed("files.secret_key", "Write the access key of the bucket."));
    let endpoint = r.optional("files.endpoint", |text| {
        let is_here = Url::parse(text).is_ok_and(|url| is_loopback(&url));
        web_address(text, allow_http || (development && is_here))
    });
    if store == Some(Store::Folder) {
        for key in ["files.bucket", "files.endpoint", "files.access_key", "files.secret_key"] {
            if r.text(key).is_some() && r.is_sound(key) {
                r.report(
                    key,
                    Fault::new(
                        "has no effect while files.store is folder",
                        "Write files.store = \"s3\", or remove it.",
                    ),
                );
            }
        }
    }
    let place = match store {
        Some(Store::S3) => FilePlace::S3(S3Config { bucket, endpoint, region, access_key, secret_key }),
        _ => FilePlace::Folder(folder),
    };
    FilesConfig {
        place,
        maximum_bytes: r.number("files.maximum_bytes", 1_024..=1_073_741_824),
        link_life: r.seconds("files.link_seconds", 10..=3_600),
        transfer_timeout: r.seconds("files.transfer_seconds", 10..=86_400),
    }
}

#[cfg(test)]
mod tests;
