//! How the program stops.

use serde_json::{Value, json};
use tokio::net::TcpStream;

use crate::app::{TestApp, eventually};
use crate::databases::{TestDatabase, both_databases};
use crate::program::{Program, Serving};
use crate::sockets::{Events, Socket};
use crate::tables::{Lock, Tables};

/// How many statements the server has sent.
async fn statements(serving: &Serving) -> u64 {
    let metrics = reqwest::get(serving.url("/metrics")).await.unwrap().text().await.unwrap();
    let count = metrics.lines().find_map(|line| line.strip_prefix("kim_database_statements_total "));
    count.unwrap().parse().unwrap()
}

both_databases! {
    async fn stop_signal_lets_running_requests_finish_seals_the_log_and_ends_with_success(db: TestDatabase) {
        let program = Program::on(&db).with("KIM_DEMO", "true").with("KIM_SEALING_INTERVAL_MS", "3600000");
        let serving = program.serve(&["serve"]);
        let (http, url) = (reqwest::Client::new(), serving.url("/graphql"));
        let send = async |token: Option<String>, body: Value| -> (u16, Value) {
            let mut request = http.post(&url).json(&body);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let response = request.send().await.unwrap();
            (response.status().as_u16(), response.json().await.unwrap())
        };
        let login = json!({ "login": kim::demo::COORDINATOR_LOGIN, "password": kim::demo::PASSWORD });
        let document = "mutation($input: SessionLoginInput!) { sessionLogin(input: $input) { session { accessToken } } }";
        let (_, answer) = send(None, json!({ "query": document, "variables": { "input": login } })).await;
        let token = answer["data"]["sessionLogin"]["session"]["accessToken"].as_str().map(str::to_owned);
        let query = json!({ "query": "{ organisations(first: 100) { nodes { id kind } } }" });
        let (_, answer) = send(token.clone(), query).await;
        let organisations = answer["data"]["organisations"]["nodes"].as_array().unwrap();
        let employer = &organisations.iter().find(|one| one["kind"] == "MUNICIPALITY").unwrap()["id"];
        eventually("the demo is sealed", async || Tables::open(db.url()).await.count("log_pending").await == 0).await;

        let lock = Lock::hold(db.url(), "position").await;
        let input = json!({
            "number": "LAST", "buildingBlock": "CASE_MANAGEMENT", "role": "CASE_MANAGER", "employerId": employer,
            "fteHundredths": 100, "fundedBy": "STATE",
        });
        let document = "mutation($input: PositionPlanInput!) { positionPlan(input: $input) { position { number } } }";
        let body = json!({ "query": document, "variables": { "input": input } });
        // Who sends the request is looked up first: from that statement on it runs.
        let before = statements(&serving).await;
        let running = send(token, body);
        let stopping = async {
            eventually("the command runs", || async { statements(&serving).await > before }).await;
            serving.terminate();
            eventually("new connections are refused", || async { TcpStream::connect(&serving.address).await.is_err() })
                .await;
            lock.release().await;
        };
        let ((status, answer), ()) = tokio::join!(running, stopping);
        assert_eq!((status, &answer["data"]["positionPlan"]["position"]["number"]), (200, &json!("LAST")), "{answer}");
        let ended = serving.ended().await;
        assert_eq!(ended.code, 0, "{ended:?}");
        let mut tables = Tables::open(db.url()).await;
        assert_eq!(tables.count("log_pending").await, 0, "the last command is sealed as well");
        assert_eq!(tables.count("position WHERE number = 'LAST'").await, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopping_server_closes_sockets_with_1001_and_completes_event_streams() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let coordinator = app.coordinator().await;
    let document = "subscription { positionChanged { position { id } } }";
    let mut busy = Socket::of(&app, &coordinator).await;
    busy.subscribe("a", document, json!({})).await;
    busy.settle().await;
    let mut idle = Socket::silent(&app).await;
    let mut events = Events::of(&app, &coordinator, document, json!({})).await;
    let stopping = tokio::spawn(app.stop());
    assert_eq!(busy.closing().await.0, 1001);
    assert_eq!(idle.closing().await.0, 1001);
    assert_eq!(events.next().await.0, "complete");
    stopping.await.unwrap();
}
