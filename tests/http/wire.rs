//! GraphQL over HTTP: media types, statuses, and requests that are none.

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::{EVENTS, GRAPHQL, JSON, asking, code, read};
use crate::app::TestApp;
use crate::databases::TestDatabase;
use crate::desk::{id_of, numbers};

/// A server without the demo district: enough for what does not need a login.
async fn bare() -> TestApp {
    TestApp::on(TestDatabase::sqlite().await).without_demo().start().await
}

fn request(app: &TestApp, method: Method) -> RequestBuilder {
    reqwest::Client::new().request(method, app.url("/graphql"))
}

fn post(app: &TestApp, accept: &str, body: impl Into<String>) -> RequestBuilder {
    request(app, Method::POST).header("content-type", JSON).header("accept", accept).body(body.into())
}

#[tokio::test]
async fn media_type_of_the_answer_follows_accept() {
    let app = bare().await;
    let query =
        r#"{"query":"query($n:Boolean!){viewer @include(if:$n){account{login}}}","variables":{"n":true},"more":1}"#;
    for (accept, media) in
        [("*/*", GRAPHQL), (GRAPHQL, GRAPHQL), (JSON, JSON), ("application/json;q=0.1, application/*;q=0.5", GRAPHQL)]
    {
        let (status, headers, body) = read(post(&app, accept, query)).await;
        assert_eq!(status, 200);
        assert_eq!(headers["content-type"], format!("{media}; charset=utf-8"));
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(body["data"], json!({ "viewer": null }));
    }
    let (status, headers, body) = read(post(&app, "text/html", query)).await;
    assert_eq!((status, code(&body)), (406, "NOT_ACCEPTABLE"));
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
}

#[tokio::test]
async fn status_follows_the_media_type_of_the_answer() {
    let app = bare().await;
    for (query, graphql, json, expected) in [
        ("{ __typename }", 200, 200, None),
        ("{", 400, 200, Some("PARSE_FAILED")),
        ("{ nothing }", 400, 200, Some("VALIDATION_FAILED")),
        ("query A { __typename } query B { __typename }", 400, 200, Some("VALIDATION_FAILED")),
        ("query($n: Boolean!) { viewer @include(if:$n){account{login}} }", 400, 200, Some("BAD_INPUT")),
        ("query($n: Nothing) { __typename }", 400, 200, Some("VALIDATION_FAILED")),
        ("query($n: [[Nothing]]) { __typename }", 400, 200, Some("VALIDATION_FAILED")),
        (r#"{ positions(first: "x") { totalCount } }"#, 400, 200, Some("VALIDATION_FAILED")),
    ] {
        let body = json!({ "query": query }).to_string();
        for (accept, wanted) in [(GRAPHQL, graphql), (JSON, json)] {
            let (status, _, body) = read(post(&app, accept, body.clone())).await;
            assert_eq!(status, wanted, "{query}: {body}");
            assert_eq!(expected, (wanted == 400 || expected.is_some()).then(|| code(&body)), "{query}");
        }
    }
    // What was begun has data, if only null, and is answered.
    for accept in [GRAPHQL, JSON] {
        let (status, _, body) = read(post(&app, accept, r#"{"query":"{ district { name } }"}"#)).await;
        assert_eq!((status, body.get("data")), (200, Some(&Value::Null)), "{body}");
        assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn variable_that_does_not_fit_is_a_request_error() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let coordinator = app.coordinator().await;
    let document = "query($id: ID!, $first: Int) { position(id: $id) { id } positions(first: $first) { totalCount } }";
    for variables in [json!({}), json!({ "id": null }), json!({ "id": [1] }), json!({ "id": "x", "first": "many" })] {
        let answer = coordinator.send(document, variables.clone()).await;
        assert_eq!(answer.status, 400, "{variables}: {answer:?}");
        assert!(
            answer.body.get("data").is_none() && matches!(answer.code(), "VALIDATION_FAILED" | "BAD_INPUT"),
            "{answer:?}"
        );
    }
    let document = "query($flag: Boolean!) { district @include(if: $flag) { name } }";
    for variables in [json!({}), json!({ "flag": null }), json!({ "flag": "x" }), json!({ "flag": 1 })] {
        let answer = coordinator.send(document, variables.clone()).await;
        assert_eq!((answer.status, answer.body.get("data")), (400, None), "{variables}: {answer:?}");
    }
    let document = "mutation($input: PositionPlanInput!) { positionPlan(input: $input) { userErrors { code } } }";
    for input in [json!({}), json!({ "number": 7 }), json!("x"), json!({ "nothing": 1 })] {
        let answer = coordinator.send(document, json!({ "input": input })).await;
        assert_eq!((answer.status, answer.body.get("data")), (400, None), "{answer:?}");
    }
}

#[tokio::test]
async fn only_json_bodies_are_read() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let coordinator = app.coordinator().await;
    let before = numbers(&coordinator).await;
    let employer = id_of(&coordinator, "organisations", "Stadt Coesfeld").await;
    let body = json!({ "query": format!(
        "mutation {{ positionPlan(input: {{ number: \"X\", buildingBlock: CASE_MANAGEMENT, role: CASE_MANAGER,
         employerId: \"{employer}\", fteHundredths: 100, fundedBy: STATE }}) {{ userErrors {{ code }} }} }}"
    ) })
    .to_string();
    let token = coordinator.token.clone().unwrap();
    for media in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("application/graphql"),
        Some("application/json; charset=latin1"),
    ] {
        let mut request = request(&app, Method::POST).bearer_auth(&token).body(body.clone());
        if let Some(media) = media {
            request = request.header("content-type", media);
        }
        let (status, _, answer) = read(request).await;
        assert_eq!((status, code(&answer)), (415, "UNSUPPORTED_MEDIA_TYPE"), "{media:?}");
    }
    let compressed = request(&app, Method::POST).header("content-type", JSON).header("content-encoding", "gzip");
    assert_eq!(read(compressed.body(body.clone())).await.0, 415);
    let query = "mutation { sessionLogout { userErrors { code } } }";
    for accept in [GRAPHQL, JSON, "*/*"] {
        let request = reqwest::Client::new().get(asking(&app, &[("query", query)]));
        let (status, headers, answer) = read(request.header("accept", accept).bearer_auth(&token)).await;
        assert_eq!((status, code(&answer)), (405, "METHOD_NOT_ALLOWED"));
        assert_eq!(headers["allow"], "POST");
    }
    assert_eq!(numbers(&coordinator).await, before, "none of them was carried out");
    let (status, _, _) = read(post(&app, GRAPHQL, body).bearer_auth(&token)).await;
    assert_eq!((status, numbers(&coordinator).await.len()), (200, before.len() + 1));
}

#[tokio::test]
async fn malformed_bodies_get_400_whatever_is_accepted() {
    let app = bare().await;
    let deep = format!(r#"{{"query":"{{a}}","variables":{{"a":{}{}}}}}"#, "[".repeat(500), "]".repeat(500));
    for (body, expected) in [
        ("", "BAD_REQUEST"),
        ("NONSENSE", "BAD_REQUEST"),
        ("[]", "BATCH_NOT_SUPPORTED"),
        (r#"[{"query":"{__typename}"}]"#, "BATCH_NOT_SUPPORTED"),
        ("7", "BAD_REQUEST"),
        ("null", "BAD_REQUEST"),
        ("{}", "BAD_REQUEST"),
        (r#"{"query":7}"#, "BAD_REQUEST"),
        (r#"{"query":"{__typename}","variables":[1]}"#, "BAD_REQUEST"),
        (r#"{"query":"{__typename}","operationName":{}}"#, "BAD_REQUEST"),
        (r#"{"query":"{__typename}","extensions":"x"}"#, "BAD_REQUEST"),
        (r#"{"query":"\u0000"}"#, "BAD_REQUEST"),
        (r#"{"query":"{__typename}","variables":{"a":{"b":["\u0000"]}}}"#, "BAD_REQUEST"),
        (deep.as_str(), "BAD_REQUEST"),
    ] {
        for accept in [GRAPHQL, JSON, EVENTS] {
            let (status, _, answer) = read(post(&app, accept, body)).await;
            assert_eq!((status, code(&answer)), (400, expected), "{body:.60}");
        }
    }
    let bytes = request(&app, Method::POST).header("content-type", JSON).body(vec![b'"', 0xff, b'"']);
    assert_eq!(read(bytes).await.0, 400);
}

#[tokio::test]
async fn nul_characters_reach_neither_document_nor_database() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let coordinator = app.coordinator().await;
    let document = "mutation($input: SessionLoginInput!) { sessionLogin(input: $input) { userErrors { code } } }";
    let answer = coordinator.send(document, json!({ "input": { "login": "a\0b", "password": "x" } })).await;
    assert_eq!((answer.status, answer.code()), (400, "BAD_REQUEST"));
    // Nor does it get in as an escape inside the document.
    for document in [
        r#"mutation { sessionLogin(input: { login: "a\u0000b", password: "x" }) { userErrors { code } } }"#,
        r#"{ positions(filter: { numberStartsWith: "\u0000" }) { totalCount } }"#,
    ] {
        let answer = coordinator.query(document).await;
        assert_eq!((answer.status, answer.code()), (400, "BAD_REQUEST"));
    }
}

#[tokio::test]
async fn body_that_is_too_large_gets_413_with_and_without_announcing_it() {
    let app = TestApp::on(TestDatabase::sqlite().await)
        .without_demo()
        .with("KIM_SERVER_BODY_LIMIT_BYTES", "2000")
        .start()
        .await;
    let (status, _, body) = read(post(&app, JSON, "x".repeat(2_001))).await;
    assert_eq!((status, code(&body)), (413, "PAYLOAD_TOO_LARGE"));
    assert!(body["errors"][0]["message"].as_str().unwrap().contains("2000"));
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head =
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..3 {
        stream.write_all(format!("3e8\r\n{}\r\n", "x".repeat(1_000)).as_bytes()).await.unwrap();
    }
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[tokio::test]
async fn body_that_drips_gets_408() {
    let app = TestApp::on(TestDatabase::sqlite().await)
        .without_demo()
        .with("KIM_SERVER_BODY_TIMEOUT_MS", "300")
        .start()
        .await;
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reader, mut writer) = stream.into_split();
    let drip = tokio::spawn(async move {
        while writer.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    let mut answer = vec![0; 12];
    tokio::time::timeout(Duration::from_secs(5), reader.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(answer, b"HTTP/1.1 408");
    drip.abort();
}

#[tokio::test]
async fn get_carries_out_queries() {
    let app = bare().await;
    let get = |parameters: &[(&str, &str)]| {
        read(reqwest::Client::new().get(asking(&app, parameters)).header("accept", GRAPHQL))
    };
    let (status, _, body) = get(&[
        ("query", "query A($n: Boolean!) { viewer @include(if:$n){account{login}} } query B { b: __typename }"),
        ("variables", r#"{"n":true}"#),
        ("operationName", "A"),
    ])
    .await;
    assert_eq!((status, &body["data"]), (200, &json!({ "viewer": null })));
    assert_eq!(get(&[]).await.0, 400);
    assert_eq!(get(&[("query", "{__typename}"), ("query", "{__typename}")]).await.0, 400);
    assert_eq!(get(&[("query", "{__typename}"), ("variables", "[")]).await.0, 400);
    let (status, _, body) = get(&[("query", "subscription { positionChanged { position { id } } }")]).await;
    assert_eq!((status, code(&body)), (406, "NOT_ACCEPTABLE"));
}

#[tokio::test]
async fn other_methods_get_405() {
    let app = bare().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD] {
        let response = request(&app, method).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(response.headers()["allow"], "GET, POST");
    }
}

#[tokio::test]
async fn broken_token_gets_401_and_never_an_anonymous_answer() {
    let app = bare().await;
    for media in [JSON, EVENTS, "*/*"] {
        for token in ["Bearer bad", "Bearer ", "", "nonsense", "Basic eDp5", "Bearer a.b.c"] {
            let request = post(&app, media, r#"{"query":"{__typename}"}"#).header("authorization", token);
            let (status, headers, body) = read(request).await;
            assert_eq!((status, code(&body)), (401, "UNAUTHENTICATED"), "{token}");
            assert_eq!(headers["www-authenticate"], "Bearer");
        }
    }
    let twice = post(&app, JSON, r#"{"query":"{__typename}"}"#);
    let twice = twice.header("authorization", "Bearer a").header("authorization", "Bearer b");
    assert_eq!(read(twice).await.0, 401);
}

#[tokio::test]
async fn event_stream_carries_the_answer_of_a_query_too() {
    let app = bare().await;
    let text = post(&app, EVENTS, r#"{"query":"{ __typename @skip(if: true) }"}"#).send().await.unwrap().text().await;
    let text = text.unwrap();
    assert!(
        text.starts_with("event: next\ndata: {\"data\":{}") && text.ends_with("event: complete\ndata:\n\n"),
        "{text}"
    );
    for query in ["subscription { nothing }", "{ nothing }"] {
        let (status, headers, body) = read(post(&app, EVENTS, json!({ "query": query }).to_string())).await;
        assert_eq!((status, code(&body)), (400, "VALIDATION_FAILED"));
        assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    }
    let query = json!({ "query": "subscription { positionChanged { position { id } } }" }).to_string();
    let text = post(&app, EVENTS, query).send().await.unwrap().text().await.unwrap();
    assert!(text.contains("UNAUTHENTICATED") && text.ends_with("event: complete\ndata:\n\n"), "{text}");
}

#[tokio::test]
async fn request_ids_are_taken_over_where_well_formed_and_stand_in_header_and_error() {
    let app = bare().await;
    let ask = async |id: Option<&str>| {
        let mut request = post(&app, GRAPHQL, r#"{"query":"{ nothing }"}"#);
        if let Some(id) = id {
            request = request.header("x-request-id", id);
        }
        let (_, headers, body) = read(request).await;
        let id = headers["x-request-id"].to_str().unwrap().to_owned();
        assert_eq!(body["errors"][0]["extensions"]["requestId"], id.as_str());
        id
    };
    assert_eq!(ask(Some("proxy-1.2_3abc")).await, "proxy-1.2_3abc");
    let long = "x".repeat(65);
    for malformed in ["short", "with space in it", "<script>alert(1)</script>", long.as_str()] {
        assert_ne!(ask(Some(malformed)).await, malformed);
    }
    assert_ne!(ask(None).await, ask(None).await);
    for path in ["/health/live", "/nothing", "/graphql"] {
        let response = reqwest::get(app.url(path)).await.unwrap();
        assert!(response.headers().contains_key("x-request-id"), "{path}");
    }
    // Refused before the engine sees it.
    let (_, headers, body) = read(request(&app, Method::POST).body("x")).await;
    assert_eq!(body["errors"][0]["extensions"]["requestId"].as_str().unwrap(), headers["x-request-id"]);
}

#[tokio::test]
async fn slow_requests_do_not_keep_others_waiting() {
    let app = bare().await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        let mut stream = TcpStream::connect(app.address).await.unwrap();
        stream
            .write_all(
                b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n",
            )
            .await
            .unwrap();
        idle.push(stream);
    }
    let begun = Instant::now();
    assert_eq!(app.nobody().query("{ __typename }").await.status, 200);
    assert!(begun.elapsed() < Duration::from_secs(2));
}
