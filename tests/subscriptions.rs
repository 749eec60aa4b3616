//! Subscriptions: what arrives, in which order, for whom, and when it ends.

use std::time::Duration;

use chrono::Duration as Span;
use futures_util::future::join_all;
use kim::store::district::district;
use kim::store::log::event;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

use crate::app::{Client, TestApp, eventually, start_of_tests};
use crate::databases::{TestDatabase, both_databases};
use crate::desk::{PASSWORD, account, account_id, approve, disable, grant, id_of, plan, planned, revoke};
use crate::sockets::{Events, PROTOCOL, Socket, raw_closing_code, raw_socket};
use crate::tables::Tables;

const CHANGES: &str = "subscription($position: ID, $employer: ID) {
    positionChanged(positionId: $position, employerId: $employer) { position { id number } entry { id command } } }";

/// A user's socket with a subscription to all changes, begun for certain.
async fn watching(app: &TestApp, client: &Client) -> Socket {
    // What was done before is not what is waited for.
    app.seal().await;
    let mut socket = Socket::of(app, client).await;
    socket.subscribe("changes", CHANGES, json!({})).await;
    socket.settle().await;
    socket
}

fn number(data: &Value) -> &str {
    data["positionChanged"]["position"]["number"].as_str().unwrap()
}

both_databases! {
    async fn changes_arrive_in_the_order_of_the_log_over_sockets_and_event_streams(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let coordinator = app.coordinator().await;
        let employer = id_of(&coordinator, "organisations", "Stadt Coesfeld").await;
        app.seal().await;
        let mut socket = watching(&app, &coordinator).await;
        let mut events = Events::of(&app, &coordinator, CHANGES, json!({})).await;
        let plans = join_all((0..12).map(|index| {
            let (coordinator, employer) = (&coordinator, &employer);
            async move { approve(coordinator, &planned(coordinator, employer, &format!("N-{index}")).await).await }
        }));
        for answer in plans.await {
            assert!(answer.user_errors().is_empty(), "{answer:?}");
        }
        let mut heard = Vec::new();
        for _ in 0..24 {
            let over_socket = socket.data().await["positionChanged"]["entry"]["id"].clone();
            let (name, data) = events.next().await;
            assert_eq!((name.as_str(), &data["data"]["positionChanged"]["entry"]["id"]), ("next", &over_socket));
            heard.push(over_socket.as_str().unwrap().to_owned());
        }
        let district = district::by_ags(&app.app.store, kim::demo::DISTRICT_AGS).await.unwrap().unwrap();
        let log = event::sealed_after(&app.app.store, district.id, 0, 10_000).await.unwrap();
        let log: Vec<String> = log.iter().rev().take(24).rev().map(|sealed| sealed.event.id.to_string()).collect();
        assert_eq!(heard, log);
    }

    async fn subscriber_hears_only_of_what_it_may_see_and_asked_for(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (coordinator, coesfeld) = (app.coordinator().await, app.employer().await);
        let duelmen = app.user("personal@stadt-duelmen.example").await;
        let at = async |name| id_of(&coordinator, "organisations", name).await;
        let (in_coesfeld, in_duelmen) = (at("Stadt Coesfeld").await, at("Stadt Dülmen").await);
        app.seal().await;
        let mut all = watching(&app, &coordinator).await;
        let mut of_centre = watching(&app, &app.supervisor().await).await;
        let mut of_coesfeld = watching(&app, &coesfeld).await;
        let mut of_duelmen = watching(&app, &duelmen).await;
        let mut filtered = Events::of(&app, &coordinator, CHANGES, json!({ "employer": in_duelmen })).await;
        // Whoever asks for another's positions by name hears nothing of them either.
        of_coesfeld.subscribe("theirs", CHANGES, json!({ "employer": in_duelmen })).await;
        of_coesfeld.settle().await;
        plan(&coordinator, &in_coesfeld, "C-1").await;
        plan(&coordinator, &in_duelmen, "D-1").await;
        plan(&coordinator, &in_coesfeld, "C-2").await;
        plan(&coordinator, &in_duelmen, "D-2").await;
        for wanted in ["C-1", "D-1", "C-2", "D-2"] {
            assert_eq!((number(&all.data().await), number(&of_centre.data().await)), (wanted, wanted));
        }
        for wanted in ["C-1", "C-2"] {
            let message = of_coesfeld.hear().await;
            assert_eq!((&message["id"], number(&message["payload"]["data"])), (&json!("changes"), wanted));
        }
        for wanted in ["D-1", "D-2"] {
            assert_eq!(number(&of_duelmen.data().await), wanted);
            assert_eq!(number(&filtered.next().await.1["data"]), wanted);
        }
    }

    async fn revoked_grant_ends_the_supply_with_the_next_change(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (coordinator, administrator) = (app.coordinator().await, app.administrator().await);
        let employer = id_of(&coordinator, "organisations", "Stadt Coesfeld").await;
        let other = id_of(&coordinator, "organisations", "Stadt Dülmen").await;
        let id = account(&administrator, "wechsel@example.org", Some(PASSWORD)).await;
        let first = grant(&administrator, &id, "EMPLOYER", &employer, json!({})).await;
        grant(&administrator, &id, "EMPLOYER", &other, json!({})).await;
        app.seal().await;
        let somebody = app.user_with_password("wechsel@example.org", PASSWORD).await;
        let mut socket = watching(&app, &somebody).await;
        plan(&coordinator, &employer, "SEEN").await;
        assert_eq!(number(&socket.data().await), "SEEN");
        revoke(&administrator, &first).await;
        plan(&coordinator, &employer, "HIDDEN").await;
        // Changes come in their order: with this one, the hidden one was passed over.
        plan(&coordinator, &other, "STILL-SEEN").await;
        assert_eq!(number(&socket.data().await), "STILL-SEEN");
        // What comes next, when it may see again, is the later change: nothing was kept back for it.
        grant(&administrator, &id, "EMPLOYER", &employer, json!({})).await;
        plan(&coordinator, &employer, "SEEN-AGAIN").await;
        assert_eq!(number(&socket.data().await), "SEEN-AGAIN");
    }

    async fn logout_and_disabling_end_open_subscriptions_at_once(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let administrator = app.administrator().await;
        let coordinator = app.coordinator().await;
        let other_session = app.coordinator().await;
        let mut socket = watching(&app, &coordinator).await;
        let mut events = Events::of(&app, &coordinator, CHANGES, json!({})).await;
        let mut other = watching(&app, &other_session).await;
        coordinator.query("mutation { sessionLogout { userErrors { code } } }").await.data();
        assert_eq!(socket.closing().await, (4401, "Session ended".to_owned()));
        let (name, data) = events.next().await;
        assert_eq!((name.as_str(), &data["errors"][0]["extensions"]["code"]), ("next", &json!("UNAUTHENTICATED")));
        assert_eq!(events.next().await.0, "complete");
        other.settle().await;
        disable(&administrator, &account_id(&administrator, kim::demo::COORDINATOR_LOGIN).await).await;
        assert_eq!(other.closing().await.0, 4401);
    }

    async fn reused_refresh_token_ends_open_subscriptions(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let coordinator = app.coordinator().await;
        let mut socket = watching(&app, &coordinator).await;
        let document = "mutation($input: SessionRefreshInput!) { sessionRefresh(input: $input) { userErrors { code } } }";
        let input = json!({ "input": { "refreshToken": coordinator.refresh_token } });
        assert!(app.nobody().send(document, input.clone()).await.user_errors().is_empty());
        socket.settle().await;
        assert_eq!(app.nobody().send(document, input).await.user_errors(), ["REFRESH_TOKEN_INVALID"]);
        assert_eq!(socket.closing().await.0, 4401);
    }
}

/// Two servers on one PostgreSQL database.
async fn two_servers() -> Option<(TestApp, TestApp)> {
    let here = TestApp::start(TestDatabase::postgres().await?).await;
    let there = here.neighbour().start().await;
    Some((here, there))
}

/// Waits until a server hears of others: from then on nothing but a notification explains a short delay.
async fn listening(app: &TestApp, servers: i64) {
    let listeners = "pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN%'";
    eventually("all servers listen", async || Tables::open(app.db.url()).await.count(listeners).await == servers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_and_logouts_cross_servers_within_moments() {
    let Some((here, there)) = two_servers().await else { return };
    let coordinator = here.coordinator().await;
    let employer = id_of(&coordinator, "organisations", "Stadt Coesfeld").await;
    here.seal().await;
    listening(&here, 2).await;
    let mut socket = watching(&there, &coordinator).await;
    // The feed looks every five seconds by itself.
    let within = Duration::from_secs(3);
    for wanted in ["A", "B", "C"] {
        plan(&coordinator, &employer, wanted).await;
        let data = tokio::time::timeout(within, socket.data()).await.expect("within moments");
        assert_eq!(number(&data), wanted);
    }
    coordinator.query("mutation { sessionLogout { userErrors { code } } }").await.data();
    assert_eq!(tokio::time::timeout(within, socket.closing()).await.expect("within moments").0, 4401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changes_cross_servers_after_the_listening_connection_was_lost() {
    let Some((here, there)) = two_servers().await else { return };
    let coordinator = here.coordinator().await;
    let employer = id_of(&coordinator, "organisations", "Stadt Coesfeld").await;
    here.seal().await;
    listening(&here, 2).await;
    let mut socket = watching(&there, &coordinator).await;
    assert_eq!(Tables::open(here.db.url()).await.end_listeners().await, 2);
    plan(&coordinator, &employer, "MEANWHILE").await;
    assert_eq!(number(&socket.data().await), "MEANWHILE");
    listening(&here, 2).await;
    plan(&coordinator, &employer, "LATER").await;
    let data = tokio::time::timeout(Duration::from_secs(3), socket.data()).await.expect("within moments");
    assert_eq!(number(&data), "LATER");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expired_token_closes_the_socket_so_that_the_client_comes_back_with_a_fresh_one() {
    let app = TestApp::on(TestDatabase::sqlite().await).with("KIM_AUTH_ACCESS_TOKEN_SECONDS", "30").start().await;
    let coordinator = app.coordinator().await;
    // The rest of its life passes in real time.
    app.clock.advance(Span::seconds(26));
    let mut socket = watching(&app, &coordinator).await;
    let mut events = Events::of(&app, &coordinator, CHANGES, json!({})).await;
    assert_eq!(socket.closing().await, (4403, "Token expired".to_owned()));
    assert_eq!(events.next().await.1["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(events.next().await.0, "complete");
    app.clock.advance(Span::seconds(4));
    let mut late = Socket::silent(&app).await;
    late.introduce(&coordinator).await;
    assert_eq!(late.closing().await.0, 4403);
    assert!(app.app.clock.now() > start_of_tests());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn socket_runs_every_kind_of_operation() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let coordinator = app.coordinator().await;
    let employer = id_of(&coordinator, "organisations", "Stadt Coesfeld").await;
    app.seal().await;
    let mut socket = Socket::of(&app, &coordinator).await;
    socket.say(json!({ "type": "ping", "payload": { "x": 1 } })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong", "payload": { "x": 1 } }));
    socket.say(json!({ "type": "pong" })).await;
    for (query, field) in [
        ("{ viewer { account { login } } }", "viewer"),
        ("mutation { sessionLogin(input: { login: \"a\", password: \"b\" }) { userErrors { code } } }", "sessionLogin"),
    ] {
        socket.subscribe("a", query, json!({})).await;
        assert!(socket.data().await[field].is_object());
        assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "a" }));
    }
    for (query, code) in [
        ("{", "PARSE_FAILED"),
        ("{ nothing }", "VALIDATION_FAILED"),
        ("subscription { nothing }", "VALIDATION_FAILED"),
        (
            "subscription { a: positionChanged { position { id } } b: positionChanged { position { id } } }",
            "VALIDATION_FAILED",
        ),
    ] {
        socket.subscribe("c", query, json!({})).await;
        let error = socket.hear().await;
        assert_eq!(
            (&error["type"], &error["payload"][0]["extensions"]["code"]),
            (&json!("error"), &json!(code)),
            "{query}: {error}"
        );
        assert!(!error["payload"][0]["extensions"]["requestId"].as_str().unwrap().is_empty());
    }
    socket.subscribe("d", "{ node(id: \"\0\") { id } }", json!({})).await;
    assert_eq!(socket.hear().await["payload"][0]["extensions"]["code"], "BAD_REQUEST");
    // A completed subscription is over, and its id is free.
    for number_of_round in ["R-1", "R-2"] {
        socket.subscribe("e", CHANGES, json!({})).await;
        socket.settle().await;
        plan(&coordinator, &employer, number_of_round).await;
        assert_eq!(number(&socket.data().await), number_of_round);
        socket.say(json!({ "type": "complete", "id": "e" })).await;
    }
    plan(&coordinator, &employer, "R-3").await;
    app.seal().await;
    socket.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_in_particular_may_open_a_socket_but_hears_of_no_position() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let mut socket = Socket::of(&app, &app.nobody()).await;
    socket.settle().await;
    socket.subscribe("a", CHANGES, json!({})).await;
    let message = socket.hear().await;
    assert!(message.to_string().contains("UNAUTHENTICATED"), "{message}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn socket_refuses_what_the_protocol_forbids_with_its_codes() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let coordinator = app.coordinator().await;

    let mut without_protocol = Socket::open(&app, "/graphql/ws", &[]).await;
    assert_eq!(without_protocol.closing().await.0, 4406);
    let mut old = raw_socket(&app, "graphql-ws").await;
    assert_eq!(raw_closing_code(&mut old).await, 4406, "the older protocol is another one");

    let mut hasty = Socket::silent(&app).await;
    hasty.subscribe("a", "{ __typename }", json!({})).await;
    assert_eq!(hasty.closing().await.0, 4401);

    let mut twice = Socket::of(&app, &coordinator).await;
    twice.introduce(&coordinator).await;
    assert_eq!(twice.closing().await.0, 4429);

    let mut doubled = watching(&app, &coordinator).await;
    doubled.subscribe("changes", "{ __typename }", json!({})).await;
    assert_eq!(doubled.closing().await, (4409, "Subscriber for changes already exists".to_owned()));

    for payload in [
        json!({ "Authorization": "Bearer bad" }),
        json!({ "authorization": "Bearer bad" }),
        json!({ "Authorization": 7 }),
        json!({ "Authorization": "bad" }),
    ] {
        let mut socket = Socket::silent(&app).await;
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.closing().await.0, 4403, "{payload}");
    }
    let mut socket = Socket::open(&app, "/graphql/ws", &[PROTOCOL, ("authorization", "Bearer bad")]).await;
    socket.say(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.closing().await.0, 4403, "the header counts where the payload has no token");

    for message in [
        "{",
        "7",
        "[]",
        r#"{"type":"start","id":"1"}"#,
        r#"{"id":"1"}"#,
        r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
        r#"{"type":"subscribe","id":7,"payload":{"query":"{a}"}}"#,
        r#"{"type":"subscribe","id":"a","payload":{}}"#,
        r#"{"type":"subscribe","id":"a","payload":{"query":"{a}","variables":[]}}"#,
    ] {
        let mut socket = Socket::of(&app, &app.nobody()).await;
        socket.send(Message::text(message)).await;
        let (code, reason) = socket.closing().await;
        assert!(code == 4400 && reason.starts_with("Invalid message"), "{message}: {code} {reason}");
    }
    let mut socket = Socket::of(&app, &app.nobody()).await;
    socket.send(Message::binary(vec![1])).await;
    assert_eq!(socket.closing().await.0, 4400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn operations_beyond_the_limit_are_refused_one_by_one() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let mut socket = Socket::of(&app, &app.coordinator().await).await;
    for index in 0..50 {
        socket.subscribe(&format!("s{index}"), CHANGES, json!({})).await;
    }
    socket.subscribe("more", "{ __typename }", json!({})).await;
    let error = socket.hear().await;
    assert_eq!((&error["type"], &error["id"]), (&json!("error"), &json!("more")));
    assert_eq!(error["payload"][0]["extensions"]["code"], "TOO_MANY_OPERATIONS");
    socket.say(json!({ "type": "complete", "id": "s0" })).await;
    socket.settle().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silent_sockets_are_closed_with_4408() {
    let app = TestApp::on(TestDatabase::sqlite().await).without_demo().start().await;
    let mut socket = raw_socket(&app, "graphql-transport-ws").await;
    let closing = async {
        // The server waits ten seconds for the first word.
        let mut first = [0; 2];
        tokio::io::AsyncReadExt::read_exact(&mut socket, &mut first).await.unwrap();
        let mut code = [0; 2];
        tokio::io::AsyncReadExt::read_exact(&mut socket, &mut code).await.unwrap();
        (first[0], u16::from_be_bytes(code))
    };
    assert_eq!(tokio::time::timeout(Duration::from_secs(20), closing).await.unwrap(), (0x88, 4408));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oversized_and_unreadable_messages_close_the_socket() {
    use tokio::io::AsyncWriteExt as _;
    let app = TestApp::on(TestDatabase::sqlite().await)
        .without_demo()
        .with("KIM_SERVER_BODY_LIMIT_BYTES", "4000")
        .start()
        .await;
    let mut socket = Socket::of(&app, &app.nobody()).await;
    socket.send(Message::text("x".repeat(4_001))).await;
    assert_eq!(socket.closing().await.0, 1009);
    // Refused before its bytes have come.
    let mut raw = raw_socket(&app, "graphql-transport-ws").await;
    raw.write_all(&[0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4]).await.unwrap();
    assert_eq!(raw_closing_code(&mut raw).await, 1009);
    let mut raw = raw_socket(&app, "graphql-transport-ws").await;
    for first in [0x01, 0x00, 0x00] {
        raw.write_all(&[first, 0xfe, 0x07, 0xd0, 0, 0, 0, 0]).await.unwrap();
        raw.write_all(&[b'x'; 2_000]).await.unwrap();
    }
    assert_eq!(raw_closing_code(&mut raw).await, 1009, "in pieces, too");
    let mut raw = raw_socket(&app, "graphql-transport-ws").await;
    raw.write_all(&[0x81, 0x81, 0, 0, 0, 0, 0xff]).await.unwrap();
    assert_eq!(raw_closing_code(&mut raw).await, 1007);
    let mut raw = raw_socket(&app, "graphql-transport-ws").await;
    raw.write_all(&[0x81, 0x01, b'x']).await.unwrap();
    assert_eq!(raw_closing_code(&mut raw).await, 1002, "not masked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_pages_of_own_and_configured_origins_may_open_a_socket() {
    let app = TestApp::on(TestDatabase::sqlite().await)
        .without_demo()
        .with("KIM_CORS_ALLOWED_ORIGINS", "https://portal.example.org")
        .start()
        .await;
    let own = format!("http://{}", app.address);
    for path in ["/graphql/ws", "/graphql"] {
        for (origin, status) in [
            (own.as_str(), 101),
            ("https://portal.example.org", 101),
            ("https://evil.example", 403),
            ("https://portal.example.org.evil.example", 403),
            ("null", 403),
        ] {
            let request = reqwest::Client::new().get(app.url(path)).header("origin", origin);
            let request = request.header("connection", "upgrade").header("upgrade", "websocket");
            let request = request.header("sec-websocket-version", "13").header("sec-websocket-protocol", PROTOCOL.1);
            let response = request.header("sec-websocket-key", "x3JJHMbDL1EzLkh9GBhXDw==").send().await.unwrap();
            assert_eq!(response.status().as_u16(), status, "{origin} {path}");
        }
    }
    let plain = reqwest::get(app.url("/graphql/ws")).await.unwrap();
    assert_eq!((plain.status().as_u16(), &plain.headers()["upgrade"]), (426, &"websocket".parse().unwrap()));
}
