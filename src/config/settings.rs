//! The one list of settings: the reader, the check for unknown names and docs/configuration.md all follow it.

use std::fmt::Write as _;

use super::Environment;

/// What holds when nobody sets a value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Preset {
    /// Nothing: the setting stays empty, or is missed where it is required.
    Empty,
    /// The same in every environment.
    Fixed(&'static str),
    /// One value in development, another in production.
    PerEnvironment { development: &'static str, production: &'static str },
    /// Made while loading; this is how the documentation puts it.
    Derived(&'static str),
}

/// One setting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting {
    /// Name in the TOML file, with dots for sections.
    pub key: &'static str,
    pub preset: Preset,
    /// Its value is never shown.
    pub secret: bool,
    /// A second, customary name of the environment variable.
    pub alias: Option<&'static str>,
    /// One sentence or two for the documentation.
    pub meaning: &'static str,
}

impl Setting {
    /// The environment variable: `server.bind` is set by `KIM_SERVER_BIND`.
    pub fn variable(&self) -> String {
        format!("KIM_{}", self.key.replace('.', "_").to_uppercase())
    }

    /// The built-in default in this environment.
    pub fn preset_in(&self, environment: Environment) -> Option<&'static str> {
        match self.preset {
            Preset::Empty | Preset::Derived(_) => None,
            Preset::Fixed(value) => Some(value),
            Preset::PerEnvironment { development, production } => Some(match environment {
                Environment::Development => development,
                Environment::Production => production,
            }),
        }
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    const fn alias(mut self, name: &'static str) -> Self {
        self.alias = Some(name);
        self
    }
}

const fn setting(key: &'static str, preset: Preset, meaning: &'static str) -> Setting {
    Setting { key, preset, secret: false, alias: None, meaning }
}

use Preset::{Derived, Empty, Fixed, PerEnvironment};

/// Every setting there is, in the order of the documentation and of the problem list.
pub(super) const SETTINGS: &[Setting] = &[
    setting(
        "environment",
        Derived("`development` in a debug build (`cargo run`), `production` in a release build"),
        "`development` or `production`. Production insists on explicit secrets and an explicit database, and loads no demo data by itself.",
    ),
    setting(
        "demo",
        PerEnvironment { development: "true", production: "false" },
        "Load the demo district at the first start, when the database is empty.",
    ),
    setting(
        "data_directory",
        Fixed("./data"),
        "Directory of the embedded database (`kim.sqlite`) and of the secrets that a development server makes for itself (`secrets/*.pem`, mode 0600).",
    ),
    setting("server.bind", Fixed("127.0.0.1:8080"), "IP address and port to listen on."),
    setting(
        "server.public_url",
        Empty,
        "Address under which browsers and partner systems reach the server, such as `https://kim.example.org`. In production it must be https.",
    ),
    setting("server.workers", Empty, "Number of HTTP worker threads (1 to 1024). Empty: one for each processor."),
    setting("server.shutdown_timeout_seconds", Fixed("30"), "How long running requests may finish after a stop signal (0 to 3600)."),
    setting(
        "server.trusted_proxies",
        Empty,
        "List of IP addresses or networks (CIDR) of reverse proxies whose `X-Forwarded-For` is believed. Empty: nobody's.",
    ),
    setting("server.body_limit_bytes", Fixed("262144"), "Largest accepted request body (1024 to 67108864)."),
    setting("server.body_timeout_ms", Fixed("5000"), "How long a client may take to send its body (100 to 600000)."),
    setting("server.request_timeout_ms", Fixed("10000"), "Time budget of one request (100 to 600000)."),
    setting("tls.certificate_file", Empty, "PEM file with the certificate chain. Setting it and `tls.key_file` turns HTTPS on."),
    setting("tls.key_file", Empty, "PEM file with the private key of the certificate."),
    setting(
        "cors.allowed_origins",
        Empty,
        "List of web origins that may call the API from a browser, such as `https://portal.example.org`. `*` allows all, in development only.",
    ),
    setting(
        "database.url",
        Derived("in development the SQLite file `kim.sqlite` in `data_directory`; production must name one"),
        "`postgres://user:password@host/database` or `sqlite://path/to/file`.",
    )
    .secret()
    .alias("DATABASE_URL"),
    setting("database.max_connections", Fixed("10"), "Most connections of this process to the database (1 to 1000)."),
    setting("database.acquire_timeout_ms", Fixed("3000"), "Longest wait for a free connection; less than `server.request_timeout_ms`."),
    setting("database.statement_timeout_ms", Fixed("5000"), "Longest run of one statement; less than `server.request_timeout_ms`."),
    setting(
        "auth.signing_keys",
        Derived("in development made at the first start; production must give one"),
        "Private keys for access tokens as PEM text (PKCS#8; Ed25519 or P-256). The first one signs, all of them verify. In an environment variable `\\n` may stand for a line break.",
    )
    .secret(),
    setting("auth.signing_keys_file", Empty, "File with the same content, instead of `auth.signing_keys`."),
    setting("auth.issuer", Fixed("kim"), "`iss` of the server's own access tokens."),
    setting("auth.audience", Fixed("kim"), "`aud` of the server's own access tokens."),
    setting("auth.access_token_seconds", Fixed("600"), "Life of an access token (30 to 3600)."),
    setting("auth.refresh_token_seconds", Fixed("2592000"), "Life of a refresh token that is not used (30 days; at most 90 days, more than an access token)."),
    setting("auth.session_max_seconds", Fixed("7776000"), "Longest life of a session however often it is refreshed (90 days; at most 366 days)."),
    setting("auth.login_attempts_per_account", Fixed("10"), "Failed logins of one account in a window before it has to wait (1 to 1000)."),
    setting("auth.login_attempts_per_address", Fixed("100"), "Failed logins from one address in a window before it has to wait (1 to 100000)."),
    setting("auth.login_window_seconds", Fixed("900"), "Length of that window (10 to 86400)."),
    setting("oidc.issuer", Empty, "`iss` of an external OpenID Connect issuer whose access tokens are accepted. Setting any `oidc.` value turns this on."),
    setting("oidc.audience", Empty, "`aud` that those tokens must carry."),
    setting("oidc.jwks_url", Empty, "Address of the issuer's public keys. Empty: where `<issuer>/.well-known/openid-configuration` says."),
    setting(
        "oidc.login_claim",
        Fixed("email"),
        "Claim that holds the login of the KIM account. `email` counts only with `email_verified: true`; where accounts are named after the issuer's user names, write `preferred_username`.",
    ),
    setting(
        "oidc.algorithms",
        Fixed("RS256,ES256,EdDSA"),
        "List of accepted signature algorithms: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA.",
    ),
    setting("oidc.allow_http", Fixed("false"), "Ask the issuer for its keys without TLS; in development only. On this machine itself a development server does so anyway."),
    setting("limits.tokens", Fixed("2000"), "Most lexical tokens of a GraphQL document (500 to 100000)."),
    setting("limits.depth", Fixed("20"), "Deepest nesting of fields (15 to 100; standard introspection needs 15)."),
    setting("limits.aliases", Fixed("50"), "Most aliases in a document (1 to 10000)."),
    setting("limits.directives", Fixed("50"), "Most directives in a document (1 to 10000)."),
    setting("limits.complexity", Fixed("50000"), "Highest cost of an operation (250 to 1000000; standard introspection costs about 214)."),
    setting("log.format", PerEnvironment { development: "text", production: "json" }, "`text` or `json`."),
    setting(
        "log.filter",
        Fixed("info,actix_server=warn,sea_orm_migration=warn"),
        "What is logged, such as `info` or `kim=debug,warn`.",
    ),
    setting(
        "sealing.signing_keys",
        Derived("in development made at the first start; production must give one"),
        "Private keys that sign the heads of the sealed log, as PEM text (PKCS#8; Ed25519 or P-256). Not the ones of `auth.signing_keys`. The first one signs.",
    )
    .secret(),
    setting("sealing.signing_keys_file", Empty, "File with the same content, instead of `sealing.signing_keys`."),
    setting("sealing.interval_ms", Fixed("1000"), "Pause between two runs of the sealer (50 to 3600000)."),
    setting("sealing.batch_events", Fixed("1000"), "Most events sealed in one run (1 to 5000)."),
    setting(
        "vault.master_keys",
        Derived("in development made at the first start; production must give one"),
        "The ring of master keys that wrap the keys of clients: one line a key, as `kim secret new master-key` prints it. All of them unwrap; `kim keys rotate` puts the database under the first one. In an environment variable `\\n` may stand for a line break. Whoever loses them loses all identities; see operations.md.",
    )
    .secret(),
    setting("vault.master_keys_file", Empty, "File with the same content, instead of `vault.master_keys`."),
    setting(
        "files.store",
        Fixed("folder"),
        "Where the contents of documents are kept, always encrypted: `folder`, or `s3` for a storage that speaks the protocol of Amazon S3.",
    ),
    setting(
        "files.folder",
        Derived("`files` in `data_directory`"),
        "That folder. Several processes need one that they share, or `s3`.",
    ),
    setting("files.bucket", Empty, "The bucket (S3). It must exist already."),
    setting(
        "files.endpoint",
        Empty,
        "Address of the storage (S3), such as `https://s3.example.org`. Empty: Amazon's of `files.region`.",
    ),
    setting("files.region", Fixed("eu-central-1"), "Region of the storage (S3)."),
    setting("files.access_key", Empty, "Name of the access key (S3)."),
    setting("files.secret_key", Empty, "The access key itself (S3).").secret(),
    setting("files.allow_http", Fixed("false"), "Speak to the storage (S3) without TLS; in development only. On this machine itself a development server does so anyway."),
    setting("files.maximum_bytes", Fixed("26214400"), "Largest document (1024 to 1073741824; 25 MiB)."),
    setting("files.link_seconds", Fixed("300"), "How long a link to upload or download a document can be used (10 to 3600)."),
    setting("files.transfer_seconds", Fixed("600"), "How long one upload or download may take (10 to 86400)."),
    setting("explorer.enabled", PerEnvironment { development: "true", production: "false" }, "Serve the explorer (GraphiQL) at `/`."),
    setting("metrics.enabled", Fixed("true"), "Serve Prometheus metrics at `/metrics`."),
    setting(
        "oparl.enabled",
        Fixed("false"),
        "Serve what was published of bodies, meetings and themes to everybody at `/oparl/v1` (OParl 1.1). Needs `server.public_url`; see council.md.",
    ),
    setting("oparl.license", Empty, "Address of the licence under which that is published, such as `https://www.govdata.de/dl-de/by-2-0`."),
    setting("oparl.contact_email", Empty, "Address to which people write about that."),
    setting("idempotency.retention_hours", Fixed("48"), "How long the answer to an idempotency key is kept (24 to 8760)."),
];

/// The setting of this key.
pub(super) fn by_key(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}

/// The text of docs/configuration.md.
pub fn reference_page() -> String {
    let mut page = String::from(
        "# Configuration\n\
        \n\
        <!-- Made from src/config/settings.rs: `KIM_TEST_UPDATE=1 cargo test configuration_page` writes it anew. -->\n\
        \n\
        Every setting can stand in a TOML file or in the environment. The environment wins over the file, the file over the default.\n\
        The file is the one that `--config` or `KIM_CONFIG` names, else `kim.toml` in the working directory if there is one.\n\
        In the file, the part before the dot is the section: `server.bind` is `bind` under `[server]`.\n\
        An empty environment variable counts as not set. In the environment, lists are separated by commas.\n\
        \n\
        A start with a faulty configuration is refused, and all problems are listed at once: unknown names too, as they are mostly slips of the pen.\n\
        Values of secret settings are never shown.\n\
        \n\
        Variables named `KIM_TEST_…` belong to the tests and are ignored here, and so are those that Kubernetes sets for a service called `kim`.\n\
        \n\
        | setting | environment | default | meaning |\n\
        |---|---|---|---|\n",
    );
    for setting in SETTINGS {
        let default = match setting.preset {
            Preset::Empty => String::from("–"),
            Preset::Fixed(value) => format!("`{value}`"),
            Preset::PerEnvironment { development, production } => {
                format!("`{development}` in development, `{production}` in production")
            }
            Preset::Derived(words) => words.to_owned(),
        };
        let mut variable = format!("`{}`", setting.variable());
        if let Some(alias) = setting.alias {
            let _ = write!(variable, " or `{alias}`");
        }
        let secret = if setting.secret { " **Secret.**" } else { "" };
        let _ = writeln!(page, "| `{}` | {variable} | {default} | {}{secret} |", setting.key, setting.meaning);
    }
    page
}
