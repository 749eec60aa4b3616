//! The command line.

mod accounts;
mod codes;
mod import;
mod keys;
mod log;
mod progress;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand, ValueEnum};
use entity::codes::OrganisationKind;
use secrecy::ExposeSecret;

use crate::access::Actor;
use crate::app::{App, Hashing, StartError};
use crate::authn::keys::SigningKeys;
use crate::clock::{SystemClock, legal_day};
use crate::commands::CommandOptions;
use crate::commands::district::organisation::OrganisationAddInput;
use crate::config::{Config, ConfigProblems, Environment, LogFormat, process_variables};
use crate::demo;
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::error::{Failure, UserError};
use crate::store::district::district::{self, District};
use crate::store::vault;
use crate::vault::MasterKeys;

const FIRST_STEPS: &str = "\
To try it out:
  kim                                    then open http://127.0.0.1:8080 and choose a demo account

To set up a server for production (docs/operations.md explains each step):
  kim secret new signing-key             and `sealing-key` and `master-key`: keys to be kept in files
  kim migrate                            makes the tables
  kim district create --ags 05558 --name \"Kreis Coesfeld\"
  kim account create --login admin@example.org --name \"A. Admin\" --generate-password
  kim grant add admin@example.org ADMINISTRATOR \"Kreis Coesfeld\"
  kim serve

Exit codes: 0 done; 1 not done; 2 the settings or the command line are wrong; 3 the log was altered;
4 some rows of an import were refused.";

/// GraphQL backend for municipal integration management (Kommunales Integrationsmanagement, KIM).
///
/// Without a command it serves. Without any configuration it serves the demo district Kreis Coesfeld from an SQLite file under
/// ./data, on http://127.0.0.1:8080. Settings come from environment variables and an optional file ./kim.toml;
/// docs/configuration.md lists them all.
#[derive(Debug, Parser)]
#[command(name = "kim", version, max_term_width = 110, after_long_help = FIRST_STEPS)]
struct Arguments {
    /// Settings file (TOML); otherwise KIM_CONFIG, otherwise ./kim.toml if it is there
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default)
    Serve,
    /// Bring the database to the shape that this version needs; safe to repeat
    Migrate,
    /// Load the demo district Kreis Coesfeld with invented cases, unless it is there already
    Demo {
        /// How many cases to invent; 100000 take a few minutes on PostgreSQL
        #[arg(long, value_name = "N", default_value_t = demo::cases::COUNT)]
        cases: u32,
        /// What the cases follow from: the same seed invents the same ones
        #[arg(long, value_name = "NUMBER", default_value_t = demo::cases::SEED)]
        seed: u64,
    },
    /// Print the GraphQL schema
    Schema,
    /// Add districts, the tenants of a server
    #[command(subcommand)]
    District(DistrictCommand),
    /// Make, list and disable accounts
    #[command(subcommand)]
    Account(accounts::AccountCommand),
    /// Give and end grants (role x organisation x validity)
    #[command(subcommand)]
    Grant(accounts::GrantCommand),
    /// Keep code lists (need areas, barriers, groups for statistics) in a file
    #[command(subcommand)]
    Codes(codes::CodesCommand),
    /// Make the keys that a production server needs
    #[command(subcommand)]
    Secret(SecretCommand),
    /// Import cases from spreadsheets
    #[command(subcommand)]
    Import(import::ImportCommand),
    /// Look after the master keys, which wrap the keys of clients
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Check the log of all changes
    #[command(subcommand)]
    Log(log::LogCommand),
}

#[derive(Debug, Subcommand)]
enum DistrictCommand {
    /// Add a district with its administration and its integration centre
    Create {
        /// Official key (AGS) of the district: five digits
        #[arg(long)]
        ags: String,
        /// Name, e.g. "Kreis Coesfeld"
        #[arg(long)]
        name: String,
    },
}

#[derive(Debug, Subcommand)]
enum SecretCommand {
    /// Print a new key: PKCS#8 PEM (Ed25519) to sign with, or one line of text for the master key
    ///
    /// To rotate a key that signs, put the new one before the old one: the first one signs, the others still verify. To rotate the
    /// master key, put the new one before the old one on every server, then run `kim keys rotate`.
    New {
        /// What it is for
        purpose: Purpose,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[expect(clippy::enum_variant_names, reason = "they are the names of the arguments")]
enum Purpose {
    /// Signs access tokens (KIM_AUTH_SIGNING_KEYS)
    SigningKey,
    /// Signs the heads of the log (KIM_SEALING_SIGNING_KEYS)
    SealingKey,
    /// Wraps the keys of clients (KIM_VAULT_MASTER_KEYS); keep a copy in a safe place: without it, all clients are lost
    MasterKey,
}

/// Why a command ends without success.
#[derive(Debug, thiserror::Error)]
enum CliError {
    #[error("{0}")]
    Configuration(#[from] ConfigProblems),
    #[error("{0}")]
    Start(#[from] StartError),
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{0}")]
    Other(String),
}

impl From<Failure> for CliError {
    fn from(failure: Failure) -> Self {
        Self::Start(failure.into())
    }
}

impl CliError {
    fn other(text: impl Into<String>) -> Self {
        Self::Other(text.into())
    }

    /// Rules that forbid the command, each with the place in its input.
    fn rules(errors: &[UserError]) -> Self {
        let line = |error: &UserError| match error.path.as_slice() {
            [] => error.english(),
            path => format!("{}: {}", path.join("."), error.english()),
        };
        Self::Other(errors.iter().map(line).collect::<Vec<_>>().join("\n"))
    }
}

/// Runs the program.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let result = match runtime {
        Ok(runtime) => runtime.block_on(execute(arguments)),
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(if matches!(error, CliError::Configuration(_)) { 2 } else { 1 })
        }
    }
}

async fn execute(arguments: Arguments) -> Result<ExitCode, CliError> {
    match arguments.command.unwrap_or(Command::Serve) {
        Command::Schema => print!("{}", crate::graphql::schema::text()),
        Command::Import(import::ImportCommand::Template { xlsx }) => import::print_template(xlsx)?,
        Command::Secret(SecretCommand::New { purpose: Purpose::MasterKey }) => {
            let key = MasterKeys::generate().map_err(|error| CliError::other(error.to_string()))?;
            print!("{}", key.expose_secret());
        }
        Command::Secret(SecretCommand::New { .. }) => {
            let key = SigningKeys::generate().map_err(|error| CliError::other(error.to_string()))?;
            print!("{}", key.expose_secret());
        }
        command => return with_app(arguments.config, command).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn with_app(file: Option<PathBuf>, command: Command) -> Result<ExitCode, CliError> {
    let config = Config::load(file.as_deref(), process_variables(), Environment::of_build())?;
    begin_logging(&config);
    let app = App::assemble(config, Arc::new(SystemClock), Hashing::Standard).await?;
    if !matches!(command, Command::Serve | Command::Migrate | Command::Demo { .. })
        && !app.store.missing_migrations().await?.is_empty()
    {
        return Err(CliError::other("The database is not up to date yet: run `kim migrate` first."));
    }
    if !matches!(
        command,
        Command::Serve | Command::Migrate | Command::Demo { .. } | Command::Keys(keys::KeysCommand::Status)
    ) {
        vault::admit(&app.store).await?;
    }
    match command {
        Command::Serve => serve::serve(app).await?,
        Command::Migrate => {
            let pending = app.store.missing_migrations().await?;
            app.store.migrate().await?;
            println!(
                "The database is up to date; {} applied.",
                counted(u64::try_from(pending.len()).unwrap_or(u64::MAX), "migration was", "migrations were")
            );
        }
        Command::Demo { cases, seed } => {
            app.store.migrate().await?;
            vault::admit(&app.store).await?;
            let is_new = demo::load(&app).await?;
            let shown = progress::Shown::new(usize::try_from(cases).unwrap_or(0), "cases");
            let show = |done: u32| shown.show(usize::try_from(done).unwrap_or(0));
            let count = demo::load_cases(&app, cases, seed, show).await?;
            shown.end();
            if !is_new && count == 0 {
                println!("The demo district is there already; nothing was changed.");
                return Ok(ExitCode::SUCCESS);
            }
            let what = if is_new { "The demo district Kreis Coesfeld was" } else { "Cases of the demo were" };
            let accounts = if is_new { format!("\n{}", serve::demo_accounts()) } else { String::new() };
            println!("{what} loaded, with {}.{accounts}", counted(count, "invented case", "invented cases"));
        }
        Command::District(DistrictCommand::Create { ags, name }) => create_district(&app, &ags, &name).await?,
        Command::Account(command) => accounts::account(&app, command).await?,
        Command::Grant(command) => accounts::grant(&app, command).await?,
        Command::Import(import::ImportCommand::Cases(arguments)) => return import::cases(&app, arguments).await,
        Command::Codes(command) => codes::codes(&app, command).await?,
        Command::Keys(command) => return keys::keys(&app, command).await,
        Command::Log(command) => return log::log(&app, command).await,
        Command::Import(_) | Command::Schema | Command::Secret(_) => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// A number with the words that go with it.
fn counted(number: impl Into<u64>, one: &str, several: &str) -> String {
    let number = number.into();
    format!("{number} {}", if number == 1 { one } else { several })
}

fn begin_logging(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::new(&config.log.filter);
    let colours = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(colours);
    let begun = match config.log.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.compact().try_init(),
    };
    if let Err(error) = begun {
        eprintln!("logging could not be started: {error}");
    }
}

/// The district that a command is about: the only one, or the one that was named.
async fn find_district(app: &App, ags: Option<&str>) -> Result<District, CliError> {
    let districts = district::all(&app.store).await?;
    let names = || {
        let list: Vec<String> =
            districts.iter().map(|district| format!("{} {}", district.ags, district.name)).collect();
        list.join(", ")
    };
    match (ags, districts.as_slice()) {
        (_, []) => Err(CliError::other("The database has no district yet: `kim demo` or `kim district create`.")),
        (None, [only]) => Ok(only.clone()),
        (None, _) => {
            Err(CliError::other(format!("There are several districts: name one by --district ({}).", names())))
        }
        (Some(ags), _) => districts
            .iter()
            .find(|district| district.ags == ags)
            .cloned()
            .ok_or_else(|| CliError::other(format!("There is no district {ags}: {}.", names()))),
    }
}

fn system(app: &App, district: &District) -> Actor {
    Actor::system(district.id, legal_day(app.clock.now()))
}

/// What the name of an integration centre begins with.
const CENTRE: &str = "Kommunales Integrationszentrum ";

async fn create_district(app: &App, ags: &str, name: &str) -> Result<(), CliError> {
    if ags.len() != 5 || !ags.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CliError::other("The key of a district has five digits, e.g. 05558."));
    }
    let mut checks = Checks::new();
    // The integration centre is called after it.
    checks.line("name", name, NAME_MAXIMUM.saturating_sub(CENTRE.len()));
    checks.finish().map_err(|errors| CliError::rules(&errors))?;
    if district::by_ags(&app.store, ags).await?.is_some() {
        return Err(CliError::other(format!("There is a district {ags} already.")));
    }
    let now = app.clock.now();
    let transaction = app.store.begin().await?;
    let id = district::insert(transaction.connection(), ags, name, now).await?;
    transaction.commit().await?;
    let actor = Actor::system(id, legal_day(now));
    let commands = &app.engine.services().commands;
    let mut parent_id = None;
    for (kind, name) in [
        (OrganisationKind::DistrictAdministration, name.to_owned()),
        (OrganisationKind::IntegrationCentre, format!("{CENTRE}{name}")),
    ] {
        let command = OrganisationAddInput { kind, name, parent_id, municipality_id: None, valid_from: legal_day(now) };
        let answer = commands.create(&actor, &command, &CommandOptions::default()).await?;
        parent_id = accounts::done(answer)?.id.into();
    }
    println!("District {ags} {name} was added, with its administration and its integration centre.");
    Ok(())
}
