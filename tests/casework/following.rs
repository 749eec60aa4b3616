//! The subscription to changes of cases.

use super::*;
use crate::sockets::Socket;

const CHANGES: &str = "subscription($case: ID) { caseChanged(caseId: $case) { case { id reference client { id } }
    entry { command reason texts { text } } } }";

async fn watching(app: &TestApp, client: &Client, case: Option<&Value>) -> Socket {
    let mut socket = Socket::of(app, client).await;
    socket.subscribe("changes", CHANGES, json!({ "case": case })).await;
    socket.settle().await;
    socket
}

async fn heard(socket: &mut Socket) -> Value {
    socket.data().await["caseChanged"].clone()
}

both_databases! {
    async fn subscribers_hear_of_the_work_in_cases_that_they_may_see_and_supervisors_pseudonymously(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let (case, own) = (known(&central).await, known(&municipal).await);
        app.seal().await;
        let mut lead = watching(&app, &central, None).await;
        let mut other = watching(&app, &municipal, None).await;
        let mut centre = watching(&app, &app.supervisor().await, None).await;
        let mut one = watching(&app, &app.supervisor().await, Some(&own["id"])).await;
        let note = json!({ "caseId": case["id"], "text": "MARKTEXT" });
        command_for(&central, "noteWrite", note, "note { id }", Some("MARKGRUND")).await;
        done(&municipal, "noteWrite", json!({ "caseId": own["id"], "text": "eigen" }), "note { id }").await;
        let first = heard(&mut lead).await;
        assert_eq!(first["entry"]["command"], "noteWrite");
        assert_eq!((&first["entry"]["reason"], &first["entry"]["texts"]), (&json!("MARKGRUND"), &json!([{ "text": "MARKTEXT" }])));
        assert_eq!(first["case"]["client"]["id"], case["client"]["id"]);
        let seen = heard(&mut centre).await;
        assert_eq!(seen["case"], json!({ "id": case["id"], "reference": case["reference"], "client": null }));
        assert_eq!(seen["entry"], json!({ "command": "noteWrite", "reason": null, "texts": [] }));
        for socket in [&mut other, &mut one] {
            assert_eq!(heard(socket).await["case"]["id"], own["id"], "nothing of other cases");
        }
    }

    async fn a_subscriber_hears_no_more_of_a_case_that_went_out_of_reach(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let (case, own) = (known(&central).await, known(&municipal).await);
        let substitute = |person: Value| json!({ "caseId": case["id"], "substituteId": person });
        done(&central, "caseNameSubstitute", substitute(own["lead"]["id"].clone()), "case { id }").await;
        app.seal().await;
        let mut socket = watching(&app, &municipal, None).await;
        let write = async |user: &Client, case: &Value| {
            done(user, "noteWrite", json!({ "caseId": case, "text": "Text" }), "note { id }").await;
        };
        write(&central, &case["id"]).await;
        assert_eq!(heard(&mut socket).await["case"]["id"], case["id"]);
        done(&central, "caseNameSubstitute", substitute(Value::Null), "case { id }").await;
        write(&central, &case["id"]).await;
        write(&municipal, &own["id"]).await;
        assert_eq!(heard(&mut socket).await["case"]["id"], own["id"]);
    }
}
