//! The log: sealing, tampering, the command line, and what a crash leaves behind.

mod command_line;
mod durability;
mod erasure;
mod sealing;
mod tampering;

use kim::app::{App, Hashing};
use kim::authn::keys::SigningKeys;
use kim::config::{Config, Environment};
use kim::demo::DISTRICT_AGS;
use kim::store::district::district::{self, District};
use kim::store::log::verification::{Report, verify};
use serde_json::json;

use crate::app::{TestApp, eventually};
use crate::desk::Desk;

/// The demo district.
async fn district_of(app: &App) -> District {
    district::by_ags(&app.store, DISTRICT_AGS).await.unwrap().unwrap()
}

/// Verifies the log of the demo district with these keys.
async fn verified_with(app: &App, keys: &SigningKeys, witness: Option<&[u8]>) -> Report {
    let check = |key: &str, message: &[u8], signature: &[u8]| keys.verify(key, message, signature);
    verify(&app.store, district_of(app).await.id, witness, &check).await.unwrap()
}

/// Verifies the log of the demo district.
async fn verified(app: &App) -> Report {
    verified_with(app, &app.sealing_keys, None).await
}

/// Waits until the server has sealed everything.
async fn sealed(app: &TestApp) {
    eventually("everything is sealed", async || {
        app.seal().await;
        verified(&app.app).await.waiting == 0
    })
    .await;
}

/// A desk whose log ends with three events of their own, each under a head of its own; the position of the last one.
async fn three_sealed_events(desk: &Desk) -> i64 {
    sealed(&desk.app).await;
    let position = desk.planned("L-1").await;
    sealed(&desk.app).await;
    let approve = json!({ "positionId": position, "approvedFrom": "2023-01-01" });
    let because = json!({ "reason": "Zuwendungsbescheid" });
    desk.coordinator.command_with("positionApprove", approve, because).await.position().unwrap();
    sealed(&desk.app).await;
    desk.employer.done("positionAdvertise", json!({ "positionId": position })).await;
    sealed(&desk.app).await;
    verified(&desk.app.app).await.entries
}

/// A second process on the database of a server, without its jobs.
async fn second_process(app: &TestApp) -> App {
    let settings = [
        ("KIM_ENVIRONMENT", "development".to_owned()),
        ("KIM_DATABASE_URL", app.db.url().to_owned()),
        ("KIM_DATA_DIRECTORY", app.folder().display().to_string()),
        ("KIM_VAULT_MASTER_KEYS", crate::databases::MASTER_KEY.to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    let config = Config::load(None, settings, Environment::Development).unwrap();
    App::assemble(config, app.clock.clone(), Hashing::Cheap).await.unwrap()
}
