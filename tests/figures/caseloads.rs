//! Caseloads: for the supervisory centre.

use serde_json::{Value, json};

use super::{CENTRAL, MUNICIPAL, all_forbidden, close, command, municipalities, open_many, statements, until};
use crate::app::{Client, TestApp};
use crate::databases::{TestDatabase, both_databases};

const PAGE: &str = "{ caseload(first: 50) { nodes { caseManager { displayName organisation { name } } openCases pausedCases shortAdviceCases
    standardCases intensiveCases weightedLoadHundredths fteHundredths loadPerFteHundredths assessment
    qualityHints(first: 100) { nodes { kind since limitDays case { reference phase municipality { name } } } } } } }";

async fn of(user: &Client, name: &str) -> Value {
    let answer = user.query(PAGE).await;
    let nodes = answer.data()["caseload"]["nodes"].as_array().unwrap().clone();
    nodes.into_iter().find(|node| node["caseManager"]["displayName"] == name).unwrap_or_else(|| panic!("no {name}"))
}

/// Opens cases of one intensity.
async fn open(user: &Client, town: &str, intensity: &str, number: usize) -> Vec<String> {
    let mut opened = Vec::new();
    for _ in 0..number {
        let input =
            json!({ "municipalityId": town, "unit": "PERSON", "intensity": intensity, "referralSource": "OTHER" });
        let document =
            "mutation($input: CaseOpenInput!) { caseOpen(input: $input) { case { id } userErrors { code } } }";
        let answer = user.send(document, json!({ "input": input })).await;
        opened.push(answer.payload()["case"]["id"].as_str().unwrap().to_owned());
    }
    opened
}

both_databases! {
    async fn the_centre_sees_the_weighted_caseload_of_every_case_manager(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let towns = municipalities(&app).await;
        let town = towns.keys().next().unwrap();
        let central = app.user(CENTRAL).await;
        let cases = open(&central, town, "STANDARD", 3).await;
        open(&central, town, "INTENSIVE", 2).await;
        open(&central, town, "SHORT_ADVICE", 2).await;
        command(&central, "casePause", json!({ "caseId": cases[0] })).await;
        close(&central, &cases[1]).await;
        let supervisor = app.supervisor().await;
        let clara = of(&supervisor, "Clara Casemanagement-Muster").await;
        assert_eq!(
            [&clara["openCases"], &clara["pausedCases"], &clara["shortAdviceCases"], &clara["standardCases"], &clara["intensiveCases"]],
            [6, 1, 2, 2, 2]
        );
        assert_eq!([&clara["weightedLoadHundredths"], &clara["fteHundredths"], &clara["loadPerFteHundredths"]], [650, 100, 650]);
        assert_eq!(clara["assessment"], "BELOW");
        assert_eq!(clara["qualityHints"]["nodes"], json!([]));
        let half = of(&supervisor, "Curt Casemanagement-Muster").await;
        assert_eq!([&half["openCases"], &half["fteHundredths"], &half["loadPerFteHundredths"]], [0, 50, 0]);

        // The district weighs otherwise.
        let administrator = app.administrator().await;
        command(&administrator, "caseloadSettingChange", crate::access::samples::caseload_setting()).await;
        let clara = of(&supervisor, "Clara Casemanagement-Muster").await;
        assert_eq!(clara["weightedLoadHundredths"], 2 * 50 + 2 * 100 + 2 * 150);
        let setting = app.employer().await.query("{ caseloadSetting { shortAdviceHundredths validFrom } }").await;
        assert_eq!(setting.data()["caseloadSetting"], json!({ "shortAdviceHundredths": 50, "validFrom": "2023-06-01" }));
        let before = app.employer().await.query("{ caseloadSetting(day: \"2023-05-31\") { shortAdviceHundredths id } }").await;
        assert_eq!(before.data()["caseloadSetting"], json!({ "shortAdviceHundredths": 25, "id": null }));

        let others = [CENTRAL, kim::demo::COORDINATOR_LOGIN, kim::demo::EMPLOYER_LOGIN, "administration@kreis-coesfeld.example"];
        all_forbidden(&app, "{ caseload { nodes { openCases } } }", &others).await;
    }

    async fn a_case_that_stays_too_long_in_a_phase_is_hinted_at(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let central = app.user(CENTRAL).await;
        let cases = open_many(&app, &central, 4, 1).await;
        command(&central, "caseAdvancePhase", json!({ "caseId": cases[0], "to": "CLEARING" })).await;
        command(&central, "casePause", json!({ "caseId": cases[1] })).await;
        let hints = async |day: &str| {
            until(&app, day);
            let clara = of(&app.supervisor().await, "Clara Casemanagement-Muster").await;
            let nodes = clara["qualityHints"]["nodes"].as_array().unwrap().clone();
            nodes.iter().map(|node| format!("{} {}", node["case"]["reference"].as_str().unwrap(), node["kind"].as_str().unwrap())).collect::<Vec<_>>()
        };
        assert_eq!(hints("2023-06-15").await, Vec::<String>::new());
        assert_eq!(hints("2023-06-16").await, ["2023-0003 PHASE_OVERDUE", "2023-0004 PHASE_OVERDUE"]);
        assert_eq!(hints("2023-06-30").await.len(), 3, "CLEARING has four weeks");
    }

    async fn a_case_without_a_contact_or_a_plan_for_long_is_hinted_at(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let towns = municipalities(&app).await;
        let town = towns.keys().next().unwrap();
        let central = app.user(CENTRAL).await;
        let cases = open(&central, town, "STANDARD", 3).await;
        open(&central, town, "SHORT_ADVICE", 1).await;
        let hints = async |kind: &str, day: &str| {
            until(&app, day);
            let clara = of(&app.supervisor().await, "Clara Casemanagement-Muster").await;
            let nodes = clara["qualityHints"]["nodes"].as_array().unwrap().clone();
            let text = |node: &Value| format!("{} {}", node["case"]["reference"].as_str().unwrap(), node["since"].as_str().unwrap());
            nodes.iter().filter(|node| node["kind"] == kind).map(text).collect::<Vec<_>>()
        };
        until(&app, "2023-07-01");
        let central = app.user(CENTRAL).await;
        command(&central, "contactRecord", json!({ "caseId": cases[0], "channel": "TELEPHONE", "partner": "CLIENT" })).await;
        let drafted = "mutation($input: SupportPlanDraftInput!) { supportPlanDraft(input: $input) { supportPlan { id } userErrors { code } } }";
        let drafted = central.send(drafted, json!({ "input": { "caseId": cases[1] } })).await;
        let plan = &drafted.payload()["supportPlan"]["id"];
        command(&central, "goalAdd", json!({ "supportPlanId": plan, "needArea": "LANGUAGE", "text": "Sprachkurs besuchen" })).await;
        command(&central, "supportPlanAgree", json!({ "supportPlanId": plan, "reviewOn": "2023-12-01" })).await;
        assert_eq!(hints("NO_CONTACT", "2023-07-31").await, Vec::<String>::new());
        let waiting = ["2023-0002 2023-06-01", "2023-0003 2023-06-01", "2023-0004 2023-06-01"];
        assert_eq!(hints("NO_CONTACT", "2023-08-01").await, waiting);
        assert_eq!(hints("NO_CONTACT", "2023-08-31").await.last().unwrap(), "2023-0001 2023-07-01");
        assert_eq!(hints("NO_PLAN", "2023-08-31").await, ["2023-0001 2023-06-01", "2023-0003 2023-06-01"]);
    }

    async fn a_page_of_caseloads_costs_the_same_however_many_cases_there_are(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_SEALING_INTERVAL_MS", "5000").start().await;
        let mut costs = Vec::new();
        for (number, day) in [(2, "2023-07-15"), (12, "2023-09-15")] {
            open_many(&app, &app.user(CENTRAL).await, number, 2).await;
            open_many(&app, &app.user(MUNICIPAL).await, number, 3).await;
            app.seal().await;
            until(&app, day);
            costs.push(statements(&app, &app.supervisor().await, PAGE).await);
        }
        // Who asks; the setting; the page; cases; full-time equivalents; hints of three kinds; employers; municipalities.
        assert_eq!(costs, [10, 10]);
    }

    async fn a_setting_out_of_bounds_or_in_the_past_is_refused(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let administrator = app.administrator().await;
        let mut input = crate::access::samples::caseload_setting();
        (input["intensiveHundredths"], input["planningMaximum"], input["intakeDays"]) = (json!(1001), json!(19), json!(0));
        let document = "mutation($input: CaseloadSettingChangeInput!) { caseloadSettingChange(input: $input) { userErrors { code path message } } }";
        let answer = administrator.send(document, json!({ "input": input })).await;
        assert_eq!(answer.user_errors(), ["SETTING_OUT_OF_RANGE"; 3]);
        assert_eq!(answer.payload()["userErrors"][1]["message"], "Der Wert muss zwischen 20 und 200 liegen.");
        let mut input = crate::access::samples::caseload_setting();
        input["validFrom"] = json!("2023-05-31");
        assert_eq!(administrator.send(document, json!({ "input": input })).await.user_errors(), ["SETTING_IN_THE_PAST"]);
        let answer = app.supervisor().await.send(document, json!({ "input": crate::access::samples::caseload_setting() })).await;
        assert_eq!(answer.code(), "FORBIDDEN");
    }
}
