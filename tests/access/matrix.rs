//! The access matrix: every field of the roots, asked for by every role at home, by every role of another district, by
//! accounts without rights and by nobody. A reviewed text.

use async_graphql::{Request, Variables};
use entity::codes::{OrganisationKind, Role};
use futures_util::{FutureExt, StreamExt};
use kim::error::ErrorCode;
use kim::graphql::{Call, Operations};
use serde_json::{Value, json};

use super::fields::root_fields;
use super::samples::{Ids, Sample, outcome, samples};
use super::world::Place;
use crate::app::{Client, TestApp};
use crate::databases::{TestDatabase, both_databases};

/// A column of the matrix.
pub struct Reader {
    pub name: String,
    pub client: Client,
}

const ROLES: [(&str, Role); 8] = [
    ("CM", Role::CaseManager),
    ("SUP", Role::Supervisor),
    ("COO", Role::Coordinator),
    ("EMP", Role::Employer),
    ("DPO", Role::DataProtectionOfficer),
    ("ADM", Role::Administrator),
    ("INT", Role::Integration),
    ("INS", Role::Institution),
];

const LEGEND: &str = "data: an answer. empty: nothing, or NOT_FOUND. rule: another rule refuses it. forbid: FORBIDDEN.
login: UNAUTHENTICATED.
CM case manager, SUP supervisor, COO coordinator, EMP employer, DPO data protection officer, ADM administrator,
INT partner system with all scopes, INS institution. A star: of another district. none: an account without grants.
ended: a token of an account that was disabled since. nobody: no token. All ids are those of the first district.
";

pub async fn ids(app: &TestApp, place: &Place<'_>) -> Ids {
    let coordinator = app.coordinator().await;
    let document = "{ positions(first: 100) { nodes { id number employer { id name } } }
        organisations(first: 100) { nodes { id name } } municipalities(first: 100) { nodes { id name } } }";
    let data = coordinator.query(document).await.data().clone();
    let find = |list: &str, key: &str, name: &str| {
        let rows = data[list]["nodes"].as_array().unwrap();
        let row = rows.iter().find(|row| row[key] == name).unwrap_or_else(|| panic!("no {name}"));
        row["id"].as_str().unwrap().to_owned()
    };
    let town = find("organisations", "name", "Stadt Coesfeld");
    let centre = find("organisations", "name", "Kommunales Integrationszentrum Kreis Coesfeld");
    let institution = find("organisations", "name", "Jobcenter Kreis Coesfeld");
    let parse = |id: &str| entity::ids::Identifier::parse(id).unwrap();
    let login = "fachverfahren@stadt-coesfeld.example";
    let integration = place.account(login, "Fachverfahren Coesfeld (Demo)").await;
    place.grant(integration, Role::Integration, parse(&town)).await;
    let guest = place.account("jobcenter@kreis-coesfeld.example", "Jana Jobcenter-Muster").await;
    let manager = app.user("case.management@stadt-coesfeld.example").await;
    let case = crate::clients::known(&manager).await;
    let input = json!({ "caseId": case["id"], "name": "Pass.pdf", "documentType": "PDF", "sizeBytes": 100 });
    let prepared = crate::clients::command(&manager, "documentPrepare", input, "document { id }").await;
    let work = crate::casework::work(&manager, &case["id"], "").await;
    let session = crate::supervision::requested(&manager, &[]).await;
    let supervisor = app.supervisor().await;
    let unmasking = crate::supervision::unmasked(&supervisor, &case["id"], "2023-06-02").await;
    let ended = json!({ "unmaskingId": unmasking });
    crate::clients::command(&supervisor, "caseEndUnmasking", ended, "replayed").await;
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{case:#}")).to_owned();
    let imported = crate::imports::send(
        app,
        &app.user("case.management@stadt-coesfeld.example").await,
        "?dryRun=true",
        crate::imports::list(["1".to_owned()]),
    )
    .await;
    let grant = place.grant(guest, Role::Institution, parse(&institution)).await;
    let (transfer, notice) = crate::transfers::offered_to_the_town(app).await;
    let structure = crate::structure::samples(app, &case["id"]).await;
    Ids {
        held: find("positions", "number", "CM-07"),
        advertised: find("positions", "number", "CM-08"),
        approved: find("positions", "number", "CM-09"),
        planned: place.plan("CM-13", parse(&town), &[], None).await.to_string(),
        municipality: find("municipalities", "name", "Coesfeld"),
        account: guest.to_string(),
        grant: grant.to_string(),
        superior: place.staff(parse(&town), "Stefan Stellvertretung-Muster").await.to_string(),
        supervisor: place.staff(parse(&centre), "Zoe Zentrum-Muster").await.to_string(),
        case: text(&case["id"]),
        client: text(&case["client"]["id"]),
        person: text(&case["persons"]["nodes"][1]["id"]),
        session: text(&session["id"]),
        unmasking: text(&unmasking),
        erasure: crate::clients::erasure_of_another(&app.user("case.management@stadt-coesfeld.example").await).await,
        consent: text(&case["client"]["consents"]["nodes"][0]["id"]),
        import: text(&imported.body["run"]["id"]),
        deadline_rule: text(&crate::deadlines::rule_of(&coordinator, "COURSE_ENDS").await["id"]),
        deadline: text(&crate::deadlines::birthday(&manager, &case).await["id"]),
        calendar_feed: text(&crate::deadlines::feed(&manager).await["id"]),
        code_list_entry: text(&crate::code_lists::entry(&coordinator, "NEED_AREA", "WORK").await["id"]),
        document: text(&prepared.payload()["document"]["id"]),
        transfer,
        notice,
        plan: work.plan,
        goal: work.goal,
        measure: work.measure,
        contact: work.contact,
        note: work.note,
        task: work.task,
        stair_model: text(&structure["stairModel"]),
        barrier: text(&structure["barrier"]),
        theme: text(&structure["theme"]),
        other_theme: text(&structure["otherTheme"]),
        publication: text(&structure["publication"]),
        bodies: crate::bodies::ids(app, &town, &institution).await,
        concept: crate::bodies::concepts::ids(app).await,
        town,
        institution,
    }
}

pub async fn readers(app: &TestApp, place: &Place<'_>) -> Vec<Reader> {
    let mut logins: Vec<(String, String)> = [
        "case.management@stadt-coesfeld.example",
        kim::demo::SUPERVISOR_LOGIN,
        kim::demo::COORDINATOR_LOGIN,
        kim::demo::EMPLOYER_LOGIN,
        "datenschutz@kreis-coesfeld.example",
        "administration@kreis-coesfeld.example",
        "fachverfahren@stadt-coesfeld.example",
        "jobcenter@kreis-coesfeld.example",
    ]
    .into_iter()
    .zip(ROLES)
    .map(|(login, (name, _))| (name.to_owned(), login.to_owned()))
    .collect();

    let away = Place::found(app, "05554", "Kreis Anderswo").await;
    let municipality = away.municipality("05554004", "Anderstadt").await;
    let town = away.organisation(OrganisationKind::Municipality, "Stadt Anderstadt", Some(municipality)).await;
    let centre = away.organisation(OrganisationKind::IntegrationCentre, "Integrationszentrum Anderswo", None).await;
    let institution = away.organisation(OrganisationKind::Institution, "Jobcenter Anderswo", None).await;
    let position = away.position("CM-07", town, &[municipality], None).await;
    for (name, role) in ROLES {
        let login = format!("{}@anderswo.example", name.to_lowercase());
        let account = away.account(&login, "Anna Anderswo-Muster").await;
        let organisation = match role {
            Role::Institution => institution,
            Role::CaseManager | Role::Employer | Role::Integration => town,
            _ => centre,
        };
        away.grant(account, role, organisation).await;
        if role == Role::CaseManager {
            away.fill(position, "Anna Anderswo-Muster", Some(account), "2023-02-01", None).await;
        }
        logins.push((format!("{name}*"), login));
    }
    place.account("ohne@kreis-coesfeld.example", "Olaf Ohne-Muster").await;
    logins.push(("none".to_owned(), "ohne@kreis-coesfeld.example".to_owned()));

    let mut readers = Vec::new();
    for (name, login) in logins {
        readers.push(Reader { name, client: app.user(&login).await });
    }
    let ended = place.account("ehemals@kreis-coesfeld.example", "Edda Ehemals-Muster").await;
    let centre = app.coordinator().await.query("{ viewer { grants { nodes { organisation { id } } } } }").await;
    let centre = centre.data()["viewer"]["grants"]["nodes"][0]["organisation"]["id"].as_str().unwrap().to_owned();
    place.grant(ended, Role::Coordinator, entity::ids::Identifier::parse(&centre).unwrap()).await;
    let client = app.user("ehemals@kreis-coesfeld.example").await;
    place.disable(ended).await;
    readers.push(Reader { name: "ended".to_owned(), client });
    readers.push(Reader { name: "nobody".to_owned(), client: app.nobody() });
    readers
}

/// Whether a subscription may begin: what a refused one says at once, a running one says nothing yet.
pub async fn begin(app: &TestApp, client: &Client, sample: &Sample) -> String {
    let engine = &app.app.engine;
    let authorization = client.token.as_ref().map(|token| format!("Bearer {token}"));
    let caller = match engine.authenticate(authorization.as_deref(), None).await {
        Ok(caller) => caller,
        Err(failure) => return failure.code.as_str().to_owned(),
    };
    let request = Request::new(sample.document.as_str()).variables(Variables::from_json(sample.variables.clone()));
    let call = Call { request, caller, request_id: "test".to_owned(), operations: Operations::QueriesAndMutations };
    let mut answers = Box::pin(engine.subscribe(call));
    match answers.next().now_or_never() {
        None => "data".to_owned(),
        Some(answer) => outcome("positionChanged", &serde_json::to_value(answer.unwrap()).unwrap()),
    }
}

fn cell(outcome: &str) -> &str {
    match outcome {
        "FORBIDDEN" => "forbid",
        "UNAUTHENTICATED" => "login",
        "data" | "empty" => outcome,
        _ => "rule",
    }
}

both_databases! {
    async fn each_role_reaches_what_the_reviewed_matrix_says(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let place = Place::demo(&app).await;
        let ids = ids(&app, &place).await;
        let readers = readers(&app, &place).await;
        let mut fields = root_fields();
        // The one command that has an effect: it ends the sessions of the test.
        fields.sort_by_key(|(root, field)| (root == "Mutation" && field == "sessionLogout", root == "Subscription"));
        let mut table = format!("{LEGEND}\n{:42}", "");
        for reader in &readers {
            table.push_str(&format!(" {:7}", reader.name));
        }
        for (root, field) in fields {
            let samples = samples(&root, &field, &ids).unwrap_or_else(|| {
                panic!("{root}.{field} has no sample: say in tests/access/samples.rs how to ask for it harmlessly")
            });
            for sample in samples {
                let name = match sample.variant {
                    "" => format!("{root}.{field}"),
                    variant => format!("{root}.{field} ({variant})"),
                };
                table = format!("{}\n{name:42}", table.trim_end());
                for reader in &readers {
                    let outcome = if root == "Subscription" {
                        begin(&app, &reader.client, &sample).await
                    } else {
                        let body = json!({ "query": sample.document, "variables": sample.variables });
                        outcome(&field, &reader.client.post(body, &[]).await.body)
                    };
                    assert!(
                        matches!(outcome.as_str(), "data" | "empty") || ErrorCode::parse(&outcome).is_some(),
                        "{outcome}"
                    );
                    table.push_str(&format!(" {:7}", cell(&outcome)));
                }
            }
        }
        insta::assert_snapshot!("access_matrix", table.trim_end());
        let positions: Value = app.coordinator().await.query("{ positions { totalCount } }").await.data().clone();
        assert_eq!(positions["positions"]["totalCount"], 16, "a sample has changed something");
    }
}
