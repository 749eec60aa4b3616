//! Health: whether the process lives, and whether it can do its work.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{self, Data, ServiceConfig};
use serde::Serialize;

use crate::app::App;
use crate::store::vault;

/// How long the database may take to give a sign of life.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
    /// What is missing, in words for the operator. No secrets, no addresses.
    missing: Vec<String>,
}

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.route("/health/live", web::get().to(live)).route("/health/ready", web::get().to(ready));
}

fn answer(missing: Vec<String>) -> HttpResponse {
    let ready = missing.is_empty();
    let mut response = if ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.insert_header((header::CACHE_CONTROL, "no-store"));
    if !ready {
        response.insert_header((header::RETRY_AFTER, "5"));
    }
    let status = if ready { "ok" } else { "unavailable" };
    response.json(Health { status, version: env!("CARGO_PKG_VERSION"), missing })
}

async fn live() -> HttpResponse {
    answer(Vec::new())
}

async fn ready(app: Data<App>) -> HttpResponse {
    let mut missing = Vec::new();
    match tokio::time::timeout(PATIENCE, app.store.missing_migrations()).await {
        Ok(Ok(pending)) if pending.is_empty() => {
            if let Ok(Ok(Some(trouble))) = tokio::time::timeout(PATIENCE, vault::trouble(&app.store)).await {
                tracing::error!(trouble, "clients cannot be read or registered");
                missing.push(
                    "master key: the one of the database is not configured here; see `kim keys status`".to_owned(),
                );
            }
        }
        Ok(Ok(pending)) => {
            missing.push(format!("database: {} migrations are pending; run `kim migrate`", pending.len()))
        }
        Ok(Err(_)) | Err(_) => missing.push("database: it cannot be reached".to_owned()),
    }
    if let Some(trouble) = app.engine.services().sessions.issuer_trouble() {
        tracing::warn!(trouble, "the external issuer's keys could not be fetched");
        missing.push("external issuer: its keys could not be fetched".to_owned());
    }
    answer(missing)
}
