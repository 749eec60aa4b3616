//! `kim keys`: the master keys of the vault.

use std::collections::BTreeSet;
use std::process::ExitCode;

use clap::Subcommand;
use comfy_table::presets::UTF8_BORDERS_ONLY;
use comfy_table::{CellAlignment, Table};
use indicatif::{ProgressBar, ProgressStyle};

use super::{CliError, counted};
use crate::app::App;
use crate::store::vault::rotation::{self, Holdings, Rotation, Unopened};
use crate::vault::KeyId;

/// So many damaged keys are named.
const NAMED: usize = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub(super) enum KeysCommand {
    /// Show which master keys wrap how many keys; no secrets
    ///
    /// Works with the wrong master keys as well, so that it can say which one is needed.
    Status,
    /// Wrap the keys of clients and districts anew, under the first master key
    ///
    /// First put the new key (`kim secret new master-key`) before the old one on every server, and restart the servers one after the
    /// other. Servers go on working meanwhile. May be interrupted at any moment and run again. Says at its end what to do next.
    /// docs/operations.md explains it all.
    Rotate,
}

/// `kim keys`.
pub(super) async fn keys(app: &App, command: KeysCommand) -> Result<ExitCode, CliError> {
    match command {
        KeysCommand::Status => status(app).await,
        KeysCommand::Rotate => rotate(app).await,
    }
}

async fn status(app: &App) -> Result<ExitCode, CliError> {
    let holdings = rotation::holdings(&app.store).await?;
    println!("{}\n{}", table(&holdings), advice(&holdings));
    Ok(ExitCode::SUCCESS)
}

/// Keys that the database needs and the configuration lacks.
fn missing(holdings: &Holdings) -> BTreeSet<KeyId> {
    let needed = holdings.wraps.keys().chain(&holdings.current).copied();
    needed.filter(|id| !holdings.ring.contains(id)).collect()
}

fn table(holdings: &Holdings) -> Table {
    let mut table = Table::new();
    let header = ["Master key", "Configured", "Wraps new keys", "Keys of clients", "Keys of districts"];
    table.load_style(UTF8_BORDERS_ONLY).set_header(header);
    for column in table.column_iter_mut().skip(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let configured =
        holdings.ring.iter().enumerate().map(|(place, id)| (*id, if place == 0 { "first" } else { "yes" }));
    for (id, configured) in configured.chain(missing(holdings).into_iter().map(|id| (id, "MISSING"))) {
        let wraps = holdings.wraps.get(&id).copied().unwrap_or_default();
        table.add_row([
            id.to_string(),
            configured.to_owned(),
            if holdings.current == Some(id) { "yes" } else { "no" }.to_owned(),
            wraps.data_keys.to_string(),
            wraps.index_keys.to_string(),
        ]);
    }
    table
}

/// What follows from the state for whoever operates the server.
fn advice(holdings: &Holdings) -> String {
    let missing = missing(holdings);
    if !missing.is_empty() {
        return format!(
            "No server starts with these settings: add the missing key {} to vault.master_keys.",
            list(&missing)
        );
    }
    let Some(current) = holdings.current else {
        return "No server has started on this database yet. The first one that does puts it under its first key."
            .to_owned();
    };
    let [first, others @ ..] = holdings.ring.as_slice() else { return String::new() };
    if current != *first || others.iter().any(|id| holdings.wraps.contains_key(id)) {
        return format!(
            "When every server has the key {first}, run `kim keys rotate`: it wraps everything under that key."
        );
    }
    if others.is_empty() { "Everything is under this key.".to_owned() } else { farewell(others) }
}

fn list<'a>(ids: impl IntoIterator<Item = &'a KeyId>) -> String {
    ids.into_iter().map(KeyId::to_string).collect::<Vec<_>>().join(", ")
}

/// What to do with keys under which nothing is.
fn farewell(spare: &[KeyId]) -> String {
    format!(
        "Nothing is under {} now. If it is to come yet, put it first and run `kim keys rotate`. If it is an old key:\n\
         1. Take it away from vault.master_keys on every server, and restart the servers one after the other.\n\
         2. Make a backup. Backups from before the rotation open with the old key only: keep it as long as you need them, but\n   \
            apart from servers and databases.\n\
         3. Destroy it together with the last of those backups. Who was erased before can nowhere be read from then on.",
        list(spare)
    )
}

async fn rotate(app: &App) -> Result<ExitCode, CliError> {
    let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} keys");
    let bar = ProgressBar::new(0).with_style(style.map_err(|error| CliError::other(error.to_string()))?);
    let rotated = rotation::rotate(&app.store, |progress| {
        bar.set_length(progress.of);
        bar.set_position(progress.done);
    })
    .await;
    bar.finish_and_clear();
    let rotation = rotated.map_err(|failure| {
        let begun = "What was wrapped anew stays so: run `kim keys rotate` again, and it goes on where it stopped.";
        CliError::other(format!("{}\n{begun}", CliError::from(failure)))
    })?;
    if let Some(from) = rotation.from {
        println!("The database was under master key {from} and is under {} now.", rotation.to);
    }
    println!("{} wrapped anew under {}.", counted(rotation.rewrapped, "key was", "keys were"), rotation.to);
    if !rotation.unopened.is_empty() {
        return Err(CliError::other(unopened(&rotation)));
    }
    let holdings = rotation::holdings(&app.store).await?;
    if holdings.ring.len() > 1 {
        println!("{}", advice(&holdings));
    } else {
        println!("Only this key is configured. docs/operations.md says how to change it (\"The master key\").");
    }
    Ok(ExitCode::SUCCESS)
}

fn unopened(rotation: &Rotation) -> String {
    let mut text = format!(
        "{} could not be opened and stay as they were: keep the old master key, and restore them from a backup or erase \
         these clients.",
        counted(u64::try_from(rotation.unopened.len()).unwrap_or(u64::MAX), "damaged key", "damaged keys")
    );
    for key in rotation.unopened.iter().take(NAMED) {
        let id = match key {
            Unopened::Client(id) => id.to_string(),
            Unopened::District(id) => id.to_string(),
        };
        text = format!("{text}\n  {id}");
    }
    if rotation.unopened.len() > NAMED {
        text.push_str("\n  …");
    }
    text
}
