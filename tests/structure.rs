//! From the case to the structure: barriers on the stair, signals, themes, and the answers that come back.

use serde_json::{Value, json};

use crate::app::{Client, TestApp};
use crate::casework::{agree, done, refused, work};
use crate::clients::{CENTRAL, MUNICIPAL, command, command_for, known};
use crate::databases::{TestDatabase, both_databases};

mod barriers;
mod circle;
mod differencing;
mod families;
mod guarding;
mod model;
mod signals;
mod stairs;
mod themes;

/// A person to whom a case can be opened again and again: known by a number.
async fn numbered(user: &Client, number: usize) -> Value {
    let identity = json!({ "givenNames": "Ida", "familyName": format!("Nummer{number}"), "birthDate": "1990-01-01" });
    let consent = json!({ "consent": { "form": "WRITTEN", "language": "de" } });
    let opened = crate::clients::open_case(user, identity, consent).await;
    assert_eq!(opened.user_errors(), Vec::<&str>::new(), "{opened:?}");
    opened.payload()["case"]["id"].clone()
}

/// A barrier of a kind in a new case.
pub async fn met(user: &Client, number: usize, kind: &str) -> Value {
    let case = numbered(user, number).await;
    raised(
        user,
        json!({ "caseId": case, "kind": kind, "needArea": "LANGUAGE", "severity": "SERIOUS", "minutesLost": 60,
        "delayDays": 10 }),
    )
    .await
}

/// Raises a barrier.
pub async fn raised(user: &Client, input: Value) -> Value {
    done(user, "barrierRaise", input, "barrier { id version status stage { position key } answerDueOn }").await
}

/// A measure of a new case that was not available.
pub async fn failed_measure(user: &Client) -> (Value, String) {
    let case = known(user).await;
    let work = work(user, &case["id"], "").await;
    agree(user, &work.plan).await;
    let input = json!({ "measureId": work.measure, "status": "NOT_AVAILABLE", "barrierKind": "OFFER_FULL" });
    done(user, "measureSetStatus", input, "measure { status }").await;
    (case, work.measure)
}

/// What themes of the kind are proposed by.
pub fn proposal(kind: &str) -> Value {
    json!({ "title": "Kurse sind voll", "description": "In vielen Fällen sind Kurse belegt.", "pattern": { "kind": kind },
        "reach": "DISTRICT", "solvableBy": "DISTRICT_ADMIN", "severity": "SERIOUS" })
}

/// Proposes a theme; its id.
pub async fn proposed(user: &Client, kind: &str) -> Value {
    done(user, "themePropose", proposal(kind), "theme { id }").await["id"].clone()
}

/// Takes a theme to where it was confirmed.
pub async fn confirmed(app: &TestApp, theme: &Value) {
    let coordinator = app.coordinator().await;
    done(&coordinator, "themeSteer", json!({ "themeId": theme, "status": "UNDER_REVIEW" }), "theme { status }").await;
    let verdict = json!({ "themeId": theme, "status": "CONFIRMED" });
    let review =
        command_for(&app.supervisor().await, "themeReview", verdict, "theme { status }", Some("klar belegt")).await;
    assert_eq!(review.user_errors(), Vec::<&str>::new(), "{review:?}");
}

/// A theme that may be put to a body: a coordinator proposed it, and the centre confirmed it, whatever it rests on.
pub async fn presentable(app: &TestApp, kind: &str) -> Value {
    let theme = proposed(&app.coordinator().await, kind).await;
    confirmed(app, &theme).await;
    theme
}

/// What the walk over the schema needs: a barrier of a case of the town, a theme that rests on it, a draft of a stair model.
pub async fn samples(app: &TestApp, case: &Value) -> Value {
    let manager = app.user(MUNICIPAL).await;
    let coordinator = app.coordinator().await;
    let barrier =
        raised(&manager, json!({ "caseId": case, "kind": "COST", "needArea": "WORK", "severity": "MINOR" })).await;
    let (theme, other) = (proposed(&coordinator, "COST").await, proposed(&coordinator, "TRANSPORT").await);
    confirmed(app, &theme).await;
    let file = coordinator.query("{ stairModel { file } }").await.data()["stairModel"]["file"].clone();
    let model = done(&coordinator, "stairModelImport", json!({ "file": file }), "stairModel { id }").await;
    let request = json!({ "themeId": theme, "title": "Kosten", "text": "Es ist zu teuer." });
    let publication = done(&coordinator, "themePublicationRequest", request, "publication { id }").await;
    json!({ "barrier": barrier["id"], "theme": theme, "otherTheme": other, "stairModel": model["id"],
        "publication": publication["id"] })
}
