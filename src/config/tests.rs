//! Tests of the configuration as a whole.

use std::fs;
use std::path::Path;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;

use super::settings::SETTINGS;
use super::*;

fn pem(label: &str, der: &[u8]) -> String {
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<_> = body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

fn new_key() -> String {
    let random = aws_lc_rs::rand::SystemRandom::new();
    pem("PRIVATE KEY", aws_lc_rs::signature::Ed25519KeyPair::generate_pkcs8(&random).unwrap().as_ref())
}

fn new_p256_key() -> String {
    let random = aws_lc_rs::rand::SystemRandom::new();
    pem("PRIVATE KEY", EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap().as_ref())
}

struct Trial {
    directory: tempfile::TempDir,
    variables: BTreeMap<String, String>,
    build: Environment,
}

fn new_master_key() -> SecretString {
    MasterKeys::generate().unwrap()
}

impl Trial {
    fn development() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), variables: BTreeMap::new(), build: Environment::Development }
    }

    /// A production server with everything it needs.
    fn production() -> Self {
        Self { build: Environment::Production, ..Self::development() }
            .with("DATABASE_URL", "postgres://kim:geheim@db.example.org/kim")
            .with("KIM_AUTH_SIGNING_KEYS", &new_key())
            .with("KIM_SEALING_SIGNING_KEYS", &new_p256_key())
            .with("KIM_VAULT_MASTER_KEYS", new_master_key().expose_secret())
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    fn with_file(self, toml: &str) -> Self {
        fs::write(self.path("kim.toml"), toml).unwrap();
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn load(&self) -> Result<Config, ConfigProblems> {
        Config::load_in(self.directory.path(), None, self.variables.clone(), self.build)
    }

    fn config(&self) -> Config {
        self.load().unwrap_or_else(|problems| panic!("{problems}"))
    }

    fn problems(&self) -> String {
        self.load().expect_err("the configuration should be refused").to_string()
    }

    /// The one problem there is, without its number.
    fn problem(&self) -> String {
        let problems = self.load().expect_err("the configuration should be refused");
        assert_eq!(problems.iter().count(), 1, "{problems}");
        problems.iter().map(ToString::to_string).collect()
    }
}

#[test]
fn debug_build_without_any_setting_is_the_embedded_default() {
    let config = Trial::development().config();
    assert_eq!(config.environment, Environment::Development);
    assert!(config.demo && config.explorer_enabled);
    assert_eq!(config.server.bind, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(config.database.url.expose_secret(), "sqlite://./data/kim.sqlite?mode=rwc");
    assert_eq!(config.database.kind, DatabaseKind::SqliteFile("./data/kim.sqlite".into()));
    assert!(
        matches!(&config.auth.signing_keys, KeySource::Generated(path) if path == Path::new("./data/secrets/signing-key.pem"))
    );
    assert!(config.oidc.is_none() && config.tls.is_none());
    assert_eq!(config.cors, CorsConfig::Origins(Vec::new()));
}

#[test]
fn debug_build_with_postgres_runs_the_same_demo() {
    let config = Trial::development().with("DATABASE_URL", "postgres://localhost/kim").config();
    assert_eq!(config.environment, Environment::Development);
    assert!(config.demo);
    assert_eq!(config.database.kind, DatabaseKind::Postgres);
}

#[test]
fn release_build_without_any_setting_lists_everything_that_is_missing() {
    let trial = Trial { build: Environment::Production, ..Trial::development() };
    insta::assert_snapshot!(trial.problems(), @r"
    KIM cannot start: 4 problems with its configuration
     1. database.url (KIM_DATABASE_URL): missing. A production server needs a database that is named: postgres://user:password@host/database.
     2. auth.signing_keys (KIM_AUTH_SIGNING_KEYS): missing. A production server needs a private key of its own to sign access tokens, here or in a file that auth.signing_keys_file names. Make one with: kim secret new signing-key
     3. sealing.signing_keys (KIM_SEALING_SIGNING_KEYS): missing. A production server needs a private key of its own to sign the sealed log, here or in a file that sealing.signing_keys_file names. Make one with: kim secret new sealing-key
     4. vault.master_keys (KIM_VAULT_MASTER_KEYS): missing. A production server needs a private key of its own to keep the identities of clients sealed, here or in a file that vault.master_keys_file names. Make one with: kim secret new master-key
    ");
}

#[test]
fn production_with_its_secrets_starts_without_demo_and_explorer() {
    let config = Trial::production().config();
    assert_eq!(config.environment, Environment::Production);
    assert!(!config.demo && !config.explorer_enabled);
    assert_eq!(config.log.format, LogFormat::Json);
    assert!(Trial::production().with("KIM_DEMO", "true").config().demo);
}

#[test]
fn environment_variable_decides_over_the_kind_of_build() {
    let trial = Trial::development().with("KIM_ENVIRONMENT", "production");
    assert!(trial.problems().contains("4 problems"));
    let trial = Trial { build: Environment::Production, ..Trial::development() }.with("KIM_ENVIRONMENT", "development");
    assert!(trial.config().demo);
}

#[test]
fn environment_wins_over_file_and_file_over_default() {
    let trial = Trial::development()
        .with_file("[server]\nworkers = 3\nbind = \"127.0.0.1:9000\"\n[log]\nfilter = \"warn\"\n")
        .with("KIM_SERVER_BIND", "127.0.0.1:9001");
    let config = trial.config();
    assert_eq!(config.server.bind.port(), 9001);
    assert_eq!(config.server.workers, Some(3));
    assert_eq!(config.log.filter, "warn");
    assert_eq!(config.server.body_limit_bytes, 262_144);
}

#[test]
fn empty_variable_counts_as_not_set() {
    let trial = Trial::development().with("KIM_SERVER_BIND", "").with("DATABASE_URL", " ");
    assert_eq!(trial.config().server.bind.port(), 8080);
}

#[test]
fn all_problems_are_listed_at_once_in_the_order_of_the_settings() {
    let trial = Trial::development()
        .with_file("bind = 1\nserver.bnd = 1\nlog = 5\n[server.workers]\nx = 1\n[limits]\ndepth = 3\n")
        .with("KIM_SERVER_BIND", "here")
        .with("KIM_SERVER_BODY_LIMIT_BYTES", "99999999999999999999999")
        .with("KIM_LIMITS_TOKENS", "-1")
        .with("KIM_LIMITS_ALIASES", "many")
        .with("KIM_METRICS_ENABLED", "perhaps")
        .with("KIM_SERVER_WORKERZ", "5")
        .with("KIM_WHATEVER_ELSE_THERE_IS", "hidden")
        .with("KIM_CORS_ALLOWED_ORIGINS", "https://a.example.org/path, https://b.example.org,ftp://c")
        .with("KIM_SERVER_TRUSTED_PROXIES", "10.0.0.0/8,proxy")
        .with("KIM_IDEMPOTENCY_RETENTION_HOURS", "23")
        .with("KIM_LOG_FILTER", "kim=loud");
    let problems = trial.problems().replace(&*trial.directory.path().to_string_lossy(), "DIR");
    insta::assert_snapshot!(problems);
}

#[test]
fn secret_values_never_appear_in_problems_or_debug_output() {
    let secret = "Sup3rGeheim";
    let trial = Trial::development()
        .with("KIM_DATABASE_URL", &format!("mysql://kim:{secret}@db/kim"))
        .with("DATABASE_URL", &format!("postgres://kim:{secret}@db/kim"))
        .with("KIM_AUTH_SIGNING_KEYS", secret)
        .with("KIM_SEALING_SIGNING_KEY", secret);
    let problems = trial.load().expect_err("must be refused");
    assert!(!format!("{problems} {problems:?}").contains(secret), "{problems}");

    let broken = Trial::development().with_file(&format!("[database]\nurl = \"postgres://kim:{secret}@db/kim\n"));
    assert_eq!(
        broken.problem().replace(&*broken.directory.path().to_string_lossy(), "DIR"),
        "kim.toml: \"DIR/kim.toml\" is not valid TOML at line 2, column 41. Correct the file."
    );

    let strayed = Trial::development()
        .with("KIM_SERVER_PUBLIC_URL", &format!("https://kim:{secret}@kim.example.org"))
        .with("KIM_CORS_ALLOWED_ORIGINS", &format!("https://kim:{secret}@kim.example.org"))
        .with("KIM_SEALING_SIGNING_KEYS_FILE", &format!("-----BEGIN PRIVATE KEY-----\n{secret}"))
        .with("KIM_TLS_CERTIFICATE_FILE", "/nowhere")
        .with("KIM_TLS_KEY_FILE", &format!("-----BEGIN PRIVATE KEY-----\n{secret}"));
    let problems = strayed.problems();
    assert!(problems.contains("4 problems") && !problems.contains(secret), "{problems}");

    let trial = Trial::production().with("DATABASE_URL", &format!("postgres://kim:{secret}@db/kim"));
    let shown = format!("{:?}", trial.config());
    assert!(!shown.contains(secret) && !shown.contains("PRIVATE KEY"), "{shown}");
}

#[test]
fn wrong_type_in_the_file_names_the_file() {
    let trial = Trial::development().with_file("[server]\nbind = [\"127.0.0.1:1\"]\ntrusted_proxies = [[1]]\n");
    let problems = trial.problems().replace(&*trial.directory.path().to_string_lossy(), "DIR");
    insta::assert_snapshot!(problems, @r"
    KIM cannot start: 2 problems with its configuration
     1. server.bind (KIM_SERVER_BIND, from the file DIR/kim.toml): the value is a list. Write a single value.
     2. server.trusted_proxies (KIM_SERVER_TRUSTED_PROXIES, from the file DIR/kim.toml): the value holds something other than texts. Write a list of texts.
    ");
}

#[test]
fn named_file_that_does_not_exist_is_a_problem() {
    let trial = Trial::development().with("KIM_CONFIG", "/nowhere/kim.toml");
    assert_eq!(
        trial.problem(),
        "KIM_CONFIG: \"/nowhere/kim.toml\" names a file that does not exist. Create it or correct the path."
    );
}

#[test]
fn broken_file_does_not_make_settings_look_missing() {
    let trial = Trial { build: Environment::Production, ..Trial::development() }.with_file("= 1");
    assert!(trial.problem().starts_with("kim.toml:"));
}

#[test]
fn test_and_kubernetes_variables_are_no_settings() {
    let trial = Trial::development()
        .with("KIM_TEST_REQUIRE", "postgres")
        .with("KIM_SERVICE_HOST", "10.0.0.1")
        .with("KIM_SERVICE_PORT_HTTP", "80")
        .with("KIM_PORT", "tcp://10.0.0.1:80")
        .with("KIM_PORT_80_TCP_ADDR", "10.0.0.1");
    trial.config();
}

#[test]
fn signing_keys_come_from_text_or_file_and_are_checked() {
    let one_line = new_key().replace('\n', "\\n");
    assert!(matches!(
        Trial::development().with("KIM_AUTH_SIGNING_KEYS", &one_line).config().auth.signing_keys,
        KeySource::Given(_)
    ));

    let trial = Trial::development();
    fs::write(trial.path("two.pem"), new_key() + &new_p256_key()).unwrap();
    let file = trial.path("two.pem").to_string_lossy().into_owned();
    let trial = trial.with("KIM_AUTH_SIGNING_KEYS_FILE", &file);
    assert!(matches!(trial.config().auth.signing_keys, KeySource::Given(_)));

    let both = trial.with("KIM_AUTH_SIGNING_KEYS", &one_line).problem();
    assert!(both.contains("is given beside auth.signing_keys. Set only one of them."), "{both}");
}

#[test]
fn unusable_signing_keys_are_refused() {
    let of = |text: &str| Trial::development().with("KIM_AUTH_SIGNING_KEYS", text).problem();
    assert!(of("changeme").contains("holds no private key in PEM form"));
    assert!(of(&pem("PRIVATE KEY", b"short")).contains("neither Ed25519 nor P-256"));
    assert!(of(&pem("RSA PRIVATE KEY", b"old")).contains("in an old format"));
    assert!(of(&pem("ENCRYPTED PRIVATE KEY", b"locked")).contains("encrypted private key"));
    assert!(of(&pem("CERTIFICATE", b"x")).contains("other than private keys"));
    assert!(of("-----BEGIN PRIVATE KEY-----\nAAAA").contains("damaged PEM text"));
    let gone = Trial::development().with("KIM_AUTH_SIGNING_KEYS_FILE", "/nowhere/key.pem").problem();
    assert!(gone.contains("names a file that does not exist"), "{gone}");
    let directory = Trial::development().with("KIM_AUTH_SIGNING_KEYS_FILE", "/").problem();
    assert!(directory.contains("names a file that cannot be read"), "{directory}");
}

#[test]
fn master_keys_come_from_text_or_file_and_are_checked() {
    let of = |text: &str| Trial::development().with("KIM_VAULT_MASTER_KEYS", text);
    let one = new_master_key();
    let ring = format!("{}\\n{}", one.expose_secret().trim(), new_master_key().expose_secret().trim());
    assert!(matches!(of(&ring).config().vault.master_keys, KeySource::Given(_)));
    let problem = of("changeme").problem();
    assert!(
        problem.contains("is no ring of master keys: master key in line 1") && !problem.contains("changeme"),
        "{problem}"
    );
    let file = Trial::development().with("KIM_VAULT_MASTER_KEYS_FILE", one.expose_secret().trim()).problem();
    assert!(file.contains("is a key, not the name of a file"), "{file}");
}

#[test]
fn sealing_and_tokens_may_not_share_a_key() {
    let key = new_key();
    let trial = Trial::production()
        .with("KIM_AUTH_SIGNING_KEYS", &key)
        .with("KIM_SEALING_SIGNING_KEYS", &(new_p256_key() + &key));
    assert!(trial.problem().contains("shares a key with auth.signing_keys"));
}

#[test]
fn damaged_generated_key_is_reported_and_not_overwritten() {
    let trial = Trial::development();
    fs::create_dir_all(trial.path("data/secrets")).unwrap();
    fs::write(trial.path("data/secrets/signing-key.pem"), "").unwrap();
    let data = trial.path("data").to_string_lossy().into_owned();
    let problem = trial.with("KIM_DATA_DIRECTORY", &data).problem();
    assert!(
        problem.contains("the generated file holds no private key") && problem.contains("delete the file"),
        "{problem}"
    );
}

#[test]
fn generated_secret_is_made_once_and_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data/secrets/signing-key.pem");
    let source = KeySource::Generated(path.clone());
    assert_eq!(source.obtain(|| Ok("first".into())).unwrap().expose_secret(), "first");
    assert_eq!(source.obtain(|| Ok("second".into())).unwrap().expose_secret(), "first");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "no draft is left behind");
}

#[test]
fn processes_that_start_at_once_end_up_with_the_same_secret() {
    let directory = tempfile::tempdir().unwrap();
    let source = KeySource::Generated(directory.path().join("key.pem"));
    // The second maker runs while the first one is still about to write.
    let outer = source.obtain(|| {
        source.obtain(|| Ok("quick".into()))?;
        Ok("slow".into())
    });
    assert_eq!(outer.unwrap().expose_secret(), "quick");
}

#[test]
fn tls_needs_certificate_and_key_that_can_be_read() {
    let trial = Trial::development().with("KIM_TLS_CERTIFICATE_FILE", "/nowhere/cert.pem");
    assert!(trial.problem().starts_with("tls.key_file (KIM_TLS_KEY_FILE): missing."));
    let trial = trial.with("KIM_TLS_KEY_FILE", "/nowhere/key.pem");
    assert!(trial.problem().starts_with("tls.certificate_file"));
    let trial = Trial::development();
    fs::write(trial.path("empty.pem"), "").unwrap();
    let empty = trial.path("empty.pem").to_string_lossy().into_owned();
    let trial = trial.with("KIM_TLS_CERTIFICATE_FILE", &empty).with("KIM_TLS_KEY_FILE", &empty);
    assert!(trial.problem().contains("names a file without a certificate"));
}

#[test]
fn tls_key_must_belong_to_the_certificate() {
    let trial = Trial::development();
    fs::write(trial.path("cert.pem"), TLS_CERTIFICATE).unwrap();
    fs::write(trial.path("key.pem"), TLS_KEY).unwrap();
    fs::write(trial.path("other.pem"), new_p256_key()).unwrap();
    let path = |name: &str| trial.path(name).to_string_lossy().into_owned();
    let (certificate, key, other) = (path("cert.pem"), path("key.pem"), path("other.pem"));
    let trial = trial.with("KIM_TLS_CERTIFICATE_FILE", &certificate).with("KIM_TLS_KEY_FILE", &key);
    assert!(trial.config().tls.is_some());
    let trial = trial.with("KIM_TLS_KEY_FILE", &other);
    assert!(trial.problem().contains("does not belong to the certificate"));
}

#[test]
fn production_refuses_what_only_development_may() {
    let of = |name: &str, value: &str| Trial::production().with(name, value).problem();
    assert!(of("KIM_CORS_ALLOWED_ORIGINS", "*").contains("every web page"));
    assert!(of("DATABASE_URL", "sqlite::memory:").contains("keeps nothing"));
    assert!(of("KIM_SERVER_PUBLIC_URL", "http://kim.example.org").contains("is not encrypted"));
    let development =
        Trial::development().with("KIM_CORS_ALLOWED_ORIGINS", "*").with("DATABASE_URL", "sqlite::memory:");
    assert_eq!(development.config().cors, CorsConfig::AnyOrigin);
    assert_eq!(development.config().database.max_connections, 1);
}

#[test]
fn oidc_is_on_as_soon_as_one_of_its_settings_is_given() {
    let trial = Trial::development().with("KIM_OIDC_ISSUER", "https://sso.example.org/realms/kim");
    let problems = trial.problems();
    assert!(problems.contains("oidc.audience (KIM_OIDC_AUDIENCE): missing"), "{problems}");

    let trial = || {
        let named = Trial::development().with("KIM_OIDC_ISSUER", "https://sso.example.org/realms/kim");
        named.with("KIM_OIDC_AUDIENCE", "kim")
    };
    assert!(trial().config().oidc.unwrap().jwks_url.is_none(), "discovery tells the address of the keys");
    let oidc = trial().with("KIM_OIDC_JWKS_URL", "https://sso.example.org/jwks").config().oidc.unwrap();
    assert_eq!(oidc.jwks_url.unwrap().path(), "/jwks");
    assert_eq!(oidc.algorithms, [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA]);
    assert_eq!(oidc.login_claim, "email");

    for setting in ["KIM_OIDC_JWKS_URL", "KIM_OIDC_ISSUER"] {
        let plain = trial().with(setting, "http://sso.example.org/plain");
        assert!(plain.problem().contains("is not encrypted"));
        assert!(plain.with("KIM_OIDC_ALLOW_HTTP", "true").load().is_ok());
        assert!(trial().with(setting, "http://127.0.0.1:9/plain").load().is_ok());
    }
}

#[test]
fn documents_are_kept_in_a_folder_unless_a_bucket_is_named() {
    let files = Trial::production().config().files;
    assert!(matches!(&files.place, FilePlace::Folder(folder) if folder == Path::new("./data/files")));
    assert_eq!((files.maximum_bytes, files.link_life.as_secs()), (26_214_400, 300));
    let other = Trial::development().with("KIM_FILES_FOLDER", "/srv/kim").config().files;
    assert!(matches!(&other.place, FilePlace::Folder(folder) if folder == Path::new("/srv/kim")));

    let missing = Trial::production().with("KIM_FILES_STORE", "s3").problems();
    for setting in ["files.bucket", "files.access_key", "files.secret_key"] {
        assert!(missing.contains(&format!("{setting} (")), "{missing}");
    }
    let bucket = |trial: Trial| {
        trial
            .with("KIM_FILES_STORE", "s3")
            .with("KIM_FILES_BUCKET", "kim")
            .with("KIM_FILES_ACCESS_KEY", "kim")
            .with("KIM_FILES_SECRET_KEY", "Sup3rGeheim")
    };
    let config = bucket(Trial::production()).with("KIM_FILES_ENDPOINT", "https://s3.example.org").config();
    assert!(!format!("{config:?}").contains("Sup3rGeheim"));
    let FilePlace::S3(s3) = config.files.place else { panic!("{:?}", config.files.place) };
    assert_eq!((s3.bucket.as_str(), s3.region.as_str()), ("kim", "eu-central-1"));

    let plain = |trial: Trial, address: &str| bucket(trial).with("KIM_FILES_ENDPOINT", address);
    assert!(plain(Trial::production(), "http://127.0.0.1:9000").problem().contains("is not encrypted"));
    assert!(plain(Trial::development(), "http://127.0.0.1:9000").load().is_ok());
    let far = plain(Trial::development(), "http://s3.example.org");
    assert!(far.problem().contains("is not encrypted"));
    assert!(far.with("KIM_FILES_ALLOW_HTTP", "true").load().is_ok());
}

#[test]
fn a_bucket_without_its_store_is_a_slip() {
    let trial = Trial::production().with("KIM_FILES_BUCKET", "kim");
    assert!(trial.problem().contains("has no effect while files.store is folder"));
}

#[test]
fn symmetric_algorithms_are_refused() {
    let trial = Trial::development()
        .with_file(
            "[oidc]\nissuer = \"https://sso.example.org\"\naudience = \"a\"\njwks_url = \"https://sso.example.org\"\nalgorithms = [\"RS256\", \"HS256\"]",
        );
    assert!(trial.problem().contains("the entry \"HS256\" is symmetric"));
}

#[test]
fn database_addresses_are_told_apart() {
    let of = |url: &str| {
        let config = Trial::development().with("DATABASE_URL", url).config();
        (config.database.url.expose_secret().to_owned(), config.database.kind)
    };
    assert_eq!(of("sqlite://x/y.db"), ("sqlite://x/y.db?mode=rwc".into(), DatabaseKind::SqliteFile("x/y.db".into())));
    assert_eq!(of("sqlite:y.db?mode=ro"), ("sqlite:y.db?mode=ro".into(), DatabaseKind::SqliteFile("y.db".into())));
    assert_eq!(of("postgresql:///kim?host=/run/postgresql").1, DatabaseKind::Postgres);
    for (url, wrong) in [
        ("mysql://db/kim", "neither a PostgreSQL nor a SQLite address"),
        ("postgres://db", "names no database"),
        ("sqlite://", "names no SQLite file"),
        ("kim", "is not a database address"),
    ] {
        assert!(Trial::development().with("DATABASE_URL", url).problem().contains(wrong), "{url}");
    }
}

#[test]
fn the_two_database_variables_may_not_disagree() {
    let trial = Trial::development().with("KIM_DATABASE_URL", "sqlite://a.db").with("DATABASE_URL", "sqlite://b.db");
    assert!(trial.problem().contains("KIM_DATABASE_URL and DATABASE_URL say different things"));
    assert!(trial.with("DATABASE_URL", "sqlite://a.db").load().is_ok());
}

#[test]
fn database_timeouts_stay_below_the_request_timeout() {
    let trial = Trial::development().with("KIM_SERVER_REQUEST_TIMEOUT_MS", "4000");
    assert!(trial.problem().contains("database.statement_timeout_ms"));
}

#[test]
fn believed_proxies_are_found_over_mapped_addresses_too() {
    let server = Trial::development().with("KIM_SERVER_TRUSTED_PROXIES", "10.0.0.0/8, ::1").config().server;
    for (peer, trusted) in [("10.1.2.3", true), ("::ffff:10.1.2.3", true), ("::1", true), ("192.0.2.1", false)] {
        assert_eq!(server.is_trusted_proxy(peer.parse().unwrap()), trusted, "{peer}");
    }
}

#[test]
fn bytes_that_are_not_text_are_refused() {
    let trial = Trial::development().with("KIM_AUTH_ISSUER", "k\u{FFFD}m");
    assert!(trial.problem().contains("is not UTF-8 text"));
}

#[test]
fn every_declared_setting_is_read_and_no_other() {
    let variables = [("KIM_OIDC_ISSUER".to_owned(), "https://sso.example.org".to_owned())].into();
    let mut reader = Reader::new(None, variables, Environment::Production);
    let _ = Config::read(&mut reader);
    let declared: std::collections::BTreeSet<_> = SETTINGS.iter().map(|setting| setting.key).collect();
    assert_eq!(reader.asked_for, declared);
    assert_eq!(declared.len(), SETTINGS.len(), "no key is declared twice");
}

#[test]
fn built_in_defaults_are_valid() {
    Trial::development().config();
    Trial::production().config();
}

#[test]
fn configuration_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/configuration.md");
    if std::env::var_os("KIM_TEST_UPDATE").is_some() {
        fs::write(&path, reference_page()).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == reference_page(),
        "docs/configuration.md is stale; write it anew with: KIM_TEST_UPDATE=1 cargo test configuration_page"
    );
}

const TLS_CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIIBizCCATGgAwIBAgIUJivVc3XnYd9Bh80hIK73TvdZI30wCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPa2ltLmV4YW1wbGUub3JnMCAXDTI2MTEyMzE4MDEzMFoYDzIx
MjYxMDMwMTgwMTMwWjAaMRgwFgYDVQQDDA9raW0uZXhhbXBsZS5vcmcwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAT54nDFuLGNLZKaidN119yAps77OKgBpqH8lwMd
eILhHTrydUPghfg5mxSqNBJP4yXwpV6dVQEK4a41dJAMDTnvo1MwUTAdBgNVHQ4E
FgQUXskuJ9QCp21nSjDcovP7YQhBuZcwHwYDVR0jBBgwFoAUXskuJ9QCp21nSjDc
ovP7YQhBuZcwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAonAT
HG3JnqNrRp7SyY47jl0790OyVRXcbbiBqVoCU0UCIEhfol7DP2gN2ZrskQaBaby0
AVMShc5wF4ppOWkBm4qX
-----END CERTIFICATE-----
";

/// Made for this test only; it opens nothing.
const TLS_KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgr2UoPCVy7EsAgtBp
UggCO8r/oXuuxZY7K6GDPgE4/pyhRANCAAT54nDFuLGNLZKaidN119yAps77OKgB
pqH8lwMdeILhHTrydUPghfg5mxSqNBJP4yXwpV6dVQEK4a41dJAMDTnv
-----END PRIVATE KEY-----
";
