//! `kim account` and `kim grant`: the same commands that the API has, run by who operates the server.

use std::io::{IsTerminal, Read};

use aws_lc_rs::rand;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use comfy_table::Table;
use comfy_table::presets::UTF8_BORDERS_ONLY;
use entity::codes::Role;
use entity::ids::{GrantId, Identifier, OrganisationId};
use secrecy::{ExposeSecret, SecretString};

use super::{CliError, find_district, system};
use crate::access::{Action, Actor, policy, verb};
use crate::app::App;
use crate::authn::password::check_new_password;
use crate::commands::accounts::account::{AccountCreate, AccountDisableInput, canonical_login};
use crate::commands::accounts::grant::{GrantAddInput, GrantRevokeInput};
use crate::commands::{Answer, CommandOptions};
use crate::graphql::accounts::account::password_error;
use crate::store::accounts::account::{self, Account};
use crate::store::accounts::grant;
use crate::store::district::organisation;
use crate::store::page::Window;

#[derive(Debug, Args)]
pub(super) struct InDistrict {
    /// Official key of the district; needed only if there are several
    #[arg(long, value_name = "AGS")]
    district: Option<String>,
}

impl InDistrict {
    /// The key of the district, if one was named.
    pub(super) fn district(&self) -> Option<&str> {
        self.district.as_deref()
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum AccountCommand {
    /// Make an account
    ///
    /// The password is read from standard input, or made and printed with --generate-password. With --external the account
    /// has none and logs in through the external issuer only.
    Create {
        /// Login name, 3 to 200 characters without white space, e.g. an e-mail address
        #[arg(long)]
        login: String,
        /// Name shown to others
        #[arg(long)]
        name: String,
        /// Make a password and print it once
        #[arg(long, conflicts_with = "external")]
        generate_password: bool,
        /// No password: the account logs in through the external issuer only
        #[arg(long)]
        external: bool,
        #[command(flatten)]
        place: InDistrict,
    },
    /// List the accounts with their grants
    List {
        #[command(flatten)]
        place: InDistrict,
    },
    /// Disable an account for ever; its sessions end at once
    Disable {
        /// Login name
        login: String,
        #[command(flatten)]
        place: InDistrict,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum GrantCommand {
    /// Give a role in an organisation
    ///
    /// Roles: COORDINATOR, SUPERVISOR, EMPLOYER, CASE_MANAGER, DATA_PROTECTION_OFFICER, ADMINISTRATOR, INTEGRATION,
    /// INSTITUTION; docs/access.md says what each may do. Example: kim grant add admin@example.org ADMINISTRATOR "Kreis Coesfeld"
    Add {
        /// Login name of who gets it
        login: String,
        /// Role, e.g. COORDINATOR
        #[arg(value_parser = parse_role)]
        role: Role,
        /// Name or id of the organisation
        organisation: String,
        /// First day (YYYY-MM-DD); today if left out
        #[arg(long, value_name = "DAY")]
        from: Option<NaiveDate>,
        /// First day on which it no longer holds; without end if left out
        #[arg(long, value_name = "DAY")]
        until: Option<NaiveDate>,
        /// For INTEGRATION only: an action that the partner system may do; repeatable
        #[arg(long = "scope", value_name = "ACTION", value_parser = parse_scope)]
        scopes: Vec<Action>,
        #[command(flatten)]
        place: InDistrict,
    },
    /// End a grant at once or on a day
    Revoke {
        /// Id of the grant, as `kim account list` shows it
        grant: String,
        /// First day on which it no longer holds; at once if left out
        #[arg(long, value_name = "DAY")]
        until: Option<NaiveDate>,
        #[command(flatten)]
        place: InDistrict,
    },
}

fn parse_role(text: &str) -> Result<Role, String> {
    let names = || Role::ALL.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(", ");
    Role::parse(&text.to_uppercase()).ok_or_else(|| format!("roles are {}", names()))
}

fn parse_scope(text: &str) -> Result<Action, String> {
    let names = || policy::scopes().map(Action::as_str).collect::<Vec<_>>().join(", ");
    policy::scopes()
        .find(|action| action.as_str() == text.to_uppercase())
        .ok_or_else(|| format!("scopes are {}", names()))
}

/// The record that a command made, or the rules that forbade it.
pub(super) fn done<R>(answer: Answer<R>) -> Result<R, CliError> {
    answer.record.ok_or_else(|| CliError::rules(&answer.user_errors))
}

fn read_password() -> Result<SecretString, CliError> {
    if std::io::stdin().is_terminal() {
        eprintln!("Password (one line, it is shown while you type; better: pipe it in or use --generate-password):");
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        return Ok(SecretString::from(line.trim_end_matches(['\r', '\n'])));
    }
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text)?;
    Ok(SecretString::from(text.trim_end_matches(['\r', '\n'])))
}

fn new_password() -> Result<SecretString, CliError> {
    let mut bytes = [0_u8; 15];
    rand::fill(&mut bytes).map_err(|_| CliError::other("the machine has no randomness to give"))?;
    Ok(SecretString::from(base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, bytes)))
}

/// `kim account`.
pub(super) async fn account(app: &App, command: AccountCommand) -> Result<(), CliError> {
    let services = app.engine.services();
    let options = CommandOptions::default();
    match command {
        AccountCommand::Create { login, name, generate_password, external, place } => {
            let actor = system(app, &find_district(app, place.district.as_deref()).await?);
            let password = match (external, generate_password) {
                (true, _) => None,
                (false, true) => Some(new_password()?),
                (false, false) => Some(read_password()?),
            };
            let mut password_hash = None;
            if let Some(password) = &password {
                if let Err(unfit) = check_new_password(password) {
                    return Err(CliError::other(password_error(unfit).english()));
                }
                password_hash = Some(services.sessions.hash_password(password.clone()).await?);
            }
            let command = AccountCreate { login, display_name: name, password_hash };
            let account = done(services.commands.create(&actor, &command, &options).await?)?;
            println!("Account {} was made ({}). It has no grants yet: kim grant add.", account.login, account.id);
            if let (true, Some(password)) = (generate_password, password) {
                println!("Password: {}", password.expose_secret());
            }
        }
        AccountCommand::List { place } => {
            let actor = system(app, &find_district(app, place.district.as_deref()).await?);
            println!("{}", list(app, &actor).await?);
        }
        AccountCommand::Disable { login, place } => {
            let actor = system(app, &find_district(app, place.district.as_deref()).await?);
            let account = find_account(app, &actor, &login).await?;
            let command = AccountDisableInput { account_id: account.id, expected_version: None };
            done(services.commands.change(&actor, &command, &options).await?)?;
            services.sessions.watch().look_now().await;
            println!("Account {} is disabled; its sessions have ended.", account.login);
        }
    }
    Ok(())
}

/// `kim grant`.
pub(super) async fn grant(app: &App, command: GrantCommand) -> Result<(), CliError> {
    let commands = &app.engine.services().commands;
    let options = CommandOptions::default();
    match command {
        GrantCommand::Add { login, role, organisation, from, until, scopes, place } => {
            let actor = system(app, &find_district(app, place.district.as_deref()).await?);
            let account = find_account(app, &actor, &login).await?;
            let permit = actor.permit::<verb::ReadDirectory>()?;
            let found = match OrganisationId::parse(&organisation) {
                Some(id) => organisation::find(app.store.reader(), &permit, id).await?,
                None => organisation::find_by_name(app.store.reader(), &permit, &organisation).await?,
            };
            let place = found.ok_or_else(|| CliError::other(format!("There is no organisation {organisation:?}.")))?;
            let command =
                GrantAddInput { account_id: account.id, role, organisation_id: place.id, from, until, scopes };
            let given = done(commands.create(&actor, &command, &options).await?)?;
            println!(
                "{} is {} in {} from {} on ({}).",
                account.login,
                role.as_str(),
                place.name,
                given.valid_from,
                given.id
            );
        }
        GrantCommand::Revoke { grant, until, place } => {
            let actor = system(app, &find_district(app, place.district.as_deref()).await?);
            let grant_id =
                GrantId::parse(&grant).ok_or_else(|| CliError::other("That is no id of a grant (grt_…)."))?;
            let ended = done(commands.change(&actor, &GrantRevokeInput { grant_id, until }, &options).await?)?;
            println!("The grant ends on {}.", ended.valid_until.map(|day| day.to_string()).unwrap_or_default());
        }
    }
    Ok(())
}

async fn find_account(app: &App, actor: &Actor, login: &str) -> Result<Account, CliError> {
    let permit = actor.permit::<verb::ReadAccount>()?;
    let found = account::by_login_within(app.store.reader(), &permit, &canonical_login(login)).await?;
    found.ok_or_else(|| CliError::other(format!("There is no account {login} in this district.")))
}

async fn list(app: &App, actor: &Actor) -> Result<Table, CliError> {
    let permit = actor.permit::<verb::ReadAccount>()?;
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY).set_header(["Login", "Name", "State", "Grants"]);
    let mut window = Window { limit: 100, after: None, before: None, from_the_end: false, descending: false };
    loop {
        let page = account::page(&app.store, &permit, &window).await?;
        let ids: Vec<_> = page.rows.iter().map(|account| account.id).collect();
        let grants = grant::of_accounts(&app.store, &permit, &ids).await?;
        for account in &page.rows {
            let lines: Vec<String> = grants
                .iter()
                .filter(|(grant, _)| grant.account_id == account.id)
                .map(|(grant, organisation)| {
                    let place = organisation.as_ref().map(|place| place.name.as_str()).unwrap_or_default();
                    let end = grant.valid_until.map(|day| format!(" until {day}")).unwrap_or_default();
                    format!("{} in {place} from {}{end} ({})", grant.role.as_str(), grant.valid_from, grant.id)
                })
                .collect();
            let state = if account.disabled_at.is_some() { "disabled" } else { "active" };
            table.add_row([account.login.as_str(), &account.display_name, state, &lines.join("\n")]);
        }
        match page.rows.last() {
            Some(last) if page.more => window.after = Some(account::boundary(last)),
            _ => return Ok(table),
        }
    }
}
