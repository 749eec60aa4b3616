//! What the API says about rights agrees with what the commands do, and what it hides it names.

use std::collections::BTreeMap;

use entity::codes::Role;
use entity::ids::Identifier;
use serde_json::{Value, json};

use super::world::Place;
use crate::app::TestApp;
use crate::databases::{TestDatabase, both_databases};

const ACTIONS: [(&str, &str); 8] = [
    ("READ_POSITION", ""),
    ("APPROVE_POSITION", "positionApprove"),
    ("ADVERTISE_POSITION", "positionAdvertise"),
    ("FILL_POSITION", "positionFill"),
    ("VACATE_POSITION", "positionVacate"),
    ("END_POSITION", "positionEnd"),
    ("ASSIGN_PROFESSIONAL_SUPERVISION", "supervisionAssign"),
    ("ASSIGN_LINE_SUPERVISION", "supervisionAssign"),
];

both_databases! {
    async fn what_may_be_done_is_what_the_commands_then_do(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let place = Place::demo(&app).await;
        let document = "{ positions(first: 100) { nodes { id number employer { id name } occupancies(first: 5) { nodes { id validUntil } } } }
            organisations(first: 100) { nodes { id name } } }";
        let data = app.coordinator().await.query(document).await.data().clone();
        let mut staff = BTreeMap::new();
        for organisation in data["organisations"]["nodes"].as_array().unwrap() {
            let id = entity::ids::OrganisationId::parse(organisation["id"].as_str().unwrap()).unwrap();
            let name = organisation["name"].as_str().unwrap().to_owned();
            if name == "Stadt Coesfeld" {
                let account = place.account("fachverfahren@stadt-coesfeld.example", "Fachverfahren Coesfeld (Demo)").await;
                place.grant(account, Role::Integration, id).await;
                place.plan("CM-13", id, &[], None).await;
            }
            staff.insert(name, place.staff(id, "Nils Neu-Muster").await.to_string());
        }
        let data = app.coordinator().await.query(document).await.data().clone();
        let centre = &staff["Kommunales Integrationszentrum Kreis Coesfeld"];
        let others = ["fachverfahren@stadt-coesfeld.example"];
        let mut allowed_at_all = 0;
        for login in kim::demo::ACCOUNTS.iter().map(|account| account.login).chain(others) {
            let client = app.user(login).await;
            for position in data["positions"]["nodes"].as_array().unwrap() {
                let id = position["id"].as_str().unwrap();
                let number = position["number"].as_str().unwrap();
                let cans: Vec<String> = ACTIONS.iter().map(|(action, _)| format!("{action}: can(action: {action}, on: $id) {{ allowed }}")).collect();
                let document = format!("query($id: ID!) {{ viewer {{ {} }} node(id: $id) {{ id ... on Position {{
                    availableTransitions {{ name allowed }} {} }} }} }}", cans.join(" "), cans.join(" ").replace(", on: $id", ""));
                let said = client.send(&document, json!({ "id": id })).await.data().clone();
                for (action, mutation) in ACTIONS {
                    let says = said["viewer"][action]["allowed"].as_bool().unwrap();
                    let node = &said["node"];
                    assert_eq!(node[action]["allowed"].as_bool().unwrap_or(false), says, "{login} {number} {action}");
                    if mutation.is_empty() {
                        assert_eq!(!node.is_null(), says, "{login} {number} {action}");
                        continue;
                    }
                    let transition = action.trim_end_matches("_POSITION");
                    if let Some(row) = node["availableTransitions"].as_array().into_iter().flatten().find(|row| row["name"] == transition) {
                        assert_eq!(row["allowed"], says, "{login} {number} {action}");
                    }
                    let open = position["occupancies"]["nodes"].as_array().unwrap().iter().find(|row| row["validUntil"].is_null());
                    let mut input = match action {
                        "APPROVE_POSITION" => json!({ "approvedFrom": "2023-01-01" }),
                        "FILL_POSITION" => json!({ "holder": { "new": { "displayName": "Nora Neu-Muster" } }, "fteHundredths": 1, "from": "2023-06-01" }),
                        "VACATE_POSITION" => json!({ "until": "2024-01-01", "occupancyId": open.map(|row| row["id"].clone()) }),
                        "END_POSITION" => json!({ "endedOn": "2024-01-01" }),
                        "ASSIGN_PROFESSIONAL_SUPERVISION" => json!({ "kind": "PROFESSIONAL", "supervisorId": centre, "from": "2023-06-01" }),
                        "ASSIGN_LINE_SUPERVISION" => json!({ "kind": "LINE", "from": "2023-06-01",
                            "supervisorId": staff[position["employer"]["name"].as_str().unwrap()] }),
                        _ => json!({}),
                    };
                    input["positionId"] = json!(id);
                    let ty = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
                    let document = format!("mutation($i: {ty}!) {{ {mutation}(input: $i, options: {{ validateOnly: true }}) {{ userErrors {{ code }} }} }}");
                    let answer = client.send(&document, json!({ "i": input })).await;
                    let does = answer.body.get("errors").is_none() && answer.user_errors().is_empty();
                    assert_eq!(does, says, "{login} {number} {action}: {answer:?}");
                    allowed_at_all += usize::from(does);
                }
            }
        }
        assert!(allowed_at_all > 40, "{allowed_at_all}");
    }

    async fn an_actor_out_of_reach_is_named_as_a_redaction(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let coordinator = app.coordinator().await;
        let data = coordinator.query("{ positions(filter: { numberStartsWith: \"CM-08\" }) { nodes { id } }
            staffMembers(first: 100) { nodes { id displayName organisation { name } } } }").await;
        let position = data.data()["positions"]["nodes"][0]["id"].clone();
        let supervisor = data.data()["staffMembers"]["nodes"].as_array().unwrap().iter()
            .find(|person| person["displayName"] == "Konrad Koordination-Muster").unwrap()["id"].clone();
        let document = "mutation($i: SupervisionAssignInput!) { supervisionAssign(input: $i) { userErrors { code } } }";
        let input = json!({ "positionId": position, "kind": "PROFESSIONAL", "supervisorId": supervisor, "from": "2023-06-01" });
        assert!(coordinator.send(document, json!({ "i": input })).await.user_errors().is_empty());

        let read = "query($id: ID!) { p: position(id: $id) { h: history(first: 2) { nodes { who: actor { login } actorName } } } }";
        let variables = json!({ "id": position });
        let answer = app.employer().await.send(read, variables.clone()).await;
        // The second entry was written by the system: nothing is hidden there.
        assert_eq!(answer.data()["p"]["h"]["nodes"], json!([
            { "who": null, "actorName": "Karla Koordination-Muster" }, { "who": null, "actorName": null },
        ]));
        assert_eq!(answer.body["extensions"]["redactions"], json!([
            { "path": ["p", "h", "nodes", 0, "who"], "reason": "OUT_OF_REACH" },
        ]));
        let own = coordinator.send(read, variables).await;
        assert_eq!(own.data()["p"]["h"]["nodes"][0]["who"]["login"], kim::demo::COORDINATOR_LOGIN);
        assert_eq!(own.body["extensions"].get("redactions"), None::<&Value>);
    }
}
