//! `kim serve`.

use comfy_table::Table;
use comfy_table::presets::UTF8_BORDERS_ONLY;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::CliError;
use crate::app::App;
use crate::config::Environment;
use crate::demo;
use crate::error::ErrorCode;
use crate::http;
use crate::store::vault;

/// Serves until SIGTERM or Ctrl-C.
pub(super) async fn serve(app: App) -> Result<(), CliError> {
    // A production database is changed by `kim migrate` only; until then `/health/ready` says what is missing.
    if app.config.environment == Environment::Development {
        app.store.migrate().await?;
    }
    match vault::admit(&app.store).await {
        Err(failure) if failure.code == ErrorCode::MasterKeyWrong => return Err(failure.into()),
        // Nothing is written before the master key is known to fit: see `Store::begin`.
        Err(failure) => {
            tracing::warn!(cause = failure.cause.as_deref(), "the master key was not compared with the database yet")
        }
        Ok(()) => {}
    }
    let place = app.engine.services().documents.prepare_place();
    place.map_err(|error| CliError::other(format!("Documents cannot be kept: {error}.")))?;
    if app.config.demo && demo::load(&app).await? {
        demo::load_cases(&app, demo::cases::COUNT, demo::cases::SEED, |_| {}).await?;
    }
    let config = std::sync::Arc::clone(&app.config);
    let listening = http::listen(app)
        .map_err(|error| CliError::other(format!("The address {} cannot be used: {error}.", config.server.bind)))?;
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    let address = listening.address;
    println!("KIM {} serves GraphQL at {scheme}://{address}/graphql", env!("CARGO_PKG_VERSION"));
    if config.explorer_enabled {
        println!("Explorer: {scheme}://{address}/");
    }
    if config.demo {
        println!("\nDemo accounts (all persons are invented):\n{}", demo_accounts());
    }
    let shutdown = CancellationToken::new();
    tokio::spawn(wait_for_signal(shutdown.clone()));
    listening.serve(shutdown).await?;
    Ok(())
}

async fn wait_for_signal(shutdown: CancellationToken) {
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(error) => {
            tracing::error!(%error, "SIGTERM cannot be waited for");
            return;
        }
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    shutdown.cancel();
}

/// The table of demo accounts.
pub(super) fn demo_accounts() -> String {
    let mut table = Table::new();
    table.load_style(UTF8_BORDERS_ONLY).set_header(["Role", "Login", "Password", "Name"]);
    for account in &demo::ACCOUNTS {
        table.add_row([account.roles(), account.login.to_owned(), demo::PASSWORD.to_owned(), account.name.to_owned()]);
    }
    table.to_string()
}
