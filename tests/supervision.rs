//! The supervisory centre and secrecy: unmasking for a time, sessions about the work, and who read what.

use serde_json::{Value, json};

use crate::app::{Client, TestApp};
use crate::clients::{CENTRAL, MUNICIPAL, command, command_for, erika, identity, known, open_case};
use crate::databases::{TestDatabase, both_databases};
use crate::desk::{account_id, grant, id_of, revoke};
use crate::tables::Tables;

mod accesses;
mod sessions;
mod unmasking;

const OFFICER: &str = "datenschutz@kreis-coesfeld.example";
const HEAD: &str = "leitung@kreis-coesfeld.example";
const CENTRE: &str = "Kommunales Integrationszentrum Kreis Coesfeld";

/// No rule forbade it.
fn done(answer: &crate::app::Answer) -> Value {
    assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
    answer.payload().clone()
}

/// The rows of a list that somebody sees.
async fn nodes(user: &Client, document: &str, variables: Value, path: &[&str]) -> Vec<Value> {
    let answer = user.send(document, variables).await;
    let list = path.iter().fold(answer.data(), |value, name| &value[*name]);
    list["nodes"].as_array().unwrap_or_else(|| panic!("{answer:?}")).clone()
}

/// The id of the account with this login.
async fn account(app: &TestApp, login: &str) -> String {
    account_id(&app.administrator().await, login).await
}

/// Asks for a session about the own work.
pub async fn requested(user: &Client, cases: &[&Value]) -> Value {
    let input = json!({ "caseIds": cases });
    let answer = command(user, "supervisionSessionRequest", input, "supervisionSession { id version }").await;
    done(&answer)["supervisionSession"].clone()
}

/// Unmasks a case for somebody; the id of the unmasking.
pub async fn unmasked(supervisor: &Client, case: &Value, until: &str) -> Value {
    let input = json!({ "caseId": case, "legalBasis": "VITAL_6_1_D", "reason": "MARKGRUND Gefahr im Verzug", "validUntil": until });
    done(&command(supervisor, "caseUnmask", input, "unmasking { id }").await)["unmasking"]["id"].clone()
}
