//! What stands around the API: health, metrics, key set, schema, headers, CORS, TLS, compression.

use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use reqwest::Method;
use serde_json::{Value, json};

use super::{GRAPHQL, JSON, asking, read};
use crate::app::{Client, TestApp};
use crate::databases::TestDatabase;
use crate::sockets::Socket;
use crate::tables::Tables;

async fn bare() -> TestApp {
    TestApp::on(TestDatabase::sqlite().await).without_demo().start().await
}

async fn get(app: &TestApp, path: &str) -> (u16, reqwest::header::HeaderMap, String) {
    let response = reqwest::get(app.url(path)).await.unwrap();
    (response.status().as_u16(), response.headers().clone(), response.text().await.unwrap())
}

#[tokio::test]
async fn health_tells_that_the_server_lives_and_is_ready() {
    let app = bare().await;
    for path in ["/health/live", "/health/ready"] {
        let (status, headers, body) = get(&app, path).await;
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((status, &body["status"], &body["missing"]), (200, &json!("ok"), &json!([])));
        assert_eq!(headers["cache-control"], "no-store");
    }
}

#[tokio::test]
async fn readiness_names_pending_migrations() {
    let db = TestDatabase::sqlite().await;
    let newest = "DELETE FROM seaql_migrations WHERE version = (SELECT max(version) FROM seaql_migrations)";
    Tables::open(db.url()).await.run(newest).await;
    let app = TestApp::on(db).without_demo().start().await;
    let (status, headers, body) = get(&app, "/health/ready").await;
    assert_eq!(status, 503);
    assert!(headers.contains_key("retry-after") && body.contains("1 migration"), "{body}");
    assert_eq!(get(&app, "/health/live").await.0, 200, "a server without its tables lives all the same");
}

#[tokio::test]
async fn metrics_count_and_name_nobody() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let value = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("no {name} in:\n{text}"));
        line.rsplit(' ').next().unwrap().parse::<f64>().unwrap()
    };
    let requests = r#"kim_http_requests_total{route="/graphql",status="200"}"#;
    let coordinator = app.coordinator().await;
    let (status, headers, before) = get(&app, "/metrics").await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "text/plain; version=0.0.4; charset=utf-8"));
    coordinator.query("{ positions { totalCount } }").await;
    app.nobody().query("{ nothing }").await;
    get(&app, "/secret-path-of-somebody@example.org").await;
    let (_, _, after) = get(&app, "/metrics").await;
    assert_eq!(value(&after, requests) - value(&before, requests), 1.0);
    assert!(value(&after, "kim_database_statements_total") > value(&before, "kim_database_statements_total"));
    assert!(value(&after, "kim_token_verifications_total") >= 1.0);
    assert!(value(&after, "kim_http_request_duration_seconds_count{route=\"/graphql\"}") >= 2.0);
    for account in &kim::demo::ACCOUNTS {
        assert!(!after.contains(account.login) && !after.contains(account.name));
    }
    assert!(!after.contains("secret-path") && !after.contains("127.0.0.1"), "{after}");
    let off =
        TestApp::on(TestDatabase::sqlite().await).without_demo().with("KIM_METRICS_ENABLED", "false").start().await;
    assert_eq!(get(&off, "/metrics").await.0, 404);
}

#[tokio::test]
async fn served_schema_is_the_committed_one() {
    let app = bare().await;
    let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql")).unwrap();
    let (status, _, served) = get(&app, "/schema.graphql").await;
    assert!(status == 200 && served == committed, "schema.graphql is stale; write it anew with: cargo run -- schema");
}

#[tokio::test]
async fn published_keys_verify_access_tokens() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let token = app.coordinator().await.token.unwrap();
    let (status, headers, body) = get(&app, "/.well-known/jwks.json").await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "application/jwk-set+json"));
    let keys: JwkSet = serde_json::from_str(&body).unwrap();
    let kid = jsonwebtoken::decode_header(&token).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.set_audience(&["kim"]);
    validation.set_issuer(&["kim"]);
    // The clock of the server is simulated.
    validation.validate_exp = false;
    let claims = jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap().claims;
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 600);
    assert!(!claims.to_string().contains(kim::demo::COORDINATOR_LOGIN), "a token names nobody: {claims}");
    let private: Value = serde_json::from_str(&body).unwrap();
    assert!(private["keys"][0].get("d").is_none());
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let app = bare().await;
    for path in ["/", "/graphql", "/health/live", "/metrics", "/nothing", "/explorer/explorer.js"] {
        let (_, headers, _) = get(&app, path).await;
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(headers["x-frame-options"], "DENY", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        assert_eq!(headers["cross-origin-resource-policy"], "same-origin", "{path}");
        assert!(headers["content-security-policy"].to_str().unwrap().contains("default-src 'none'"), "{path}");
        assert_eq!(headers.get_all("content-security-policy").iter().count(), 1, "{path}");
        assert!(!headers.contains_key("server") && !headers.contains_key("strict-transport-security"), "{path}");
    }
}

#[tokio::test]
async fn explorer_needs_nothing_from_elsewhere() {
    let app = bare().await;
    let (status, headers, page) = get(&app, "/").await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "text/html; charset=utf-8"));
    let policy = headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("script-src 'self'") && policy.contains("connect-src 'self'"), "{policy}");
    assert!(!policy.contains("http") && !policy.contains('*') && !policy.contains("unsafe-eval"), "{policy}");
    for attribute in ["src=\"", "href=\""] {
        for address in page.split(attribute).skip(1) {
            assert!(address.starts_with("/explorer/") || address.starts_with("data:"), "{address:.80}");
        }
    }
    for path in ["/explorer/explorer.js", "/explorer/explorer.css", "/explorer/THIRD_PARTY_LICENSES.txt"] {
        let (status, headers, _) = get(&app, path).await;
        let known = reqwest::Client::new().get(app.url(path)).header("if-none-match", &headers["etag"]);
        assert_eq!((status, known.send().await.unwrap().status().as_u16()), (200, 304), "{path}");
    }
    let off =
        TestApp::on(TestDatabase::sqlite().await).without_demo().with("KIM_EXPLORER_ENABLED", "false").start().await;
    for path in ["/", "/explorer/explorer.js", "/explorer/config.json"] {
        assert_eq!(get(&off, path).await.0, 404);
    }
}

#[tokio::test]
async fn what_is_not_there_is_404_and_says_nothing_more() {
    let app = bare().await;
    for path in ["/nothing", "/graphql/", "/graphql/nothing", "/.env", "/explorer/../Cargo.toml", "/health"] {
        let (status, _, body) = get(&app, path).await;
        assert_eq!((status, body.as_str()), (404, "Not found.\n"), "{path}");
    }
}

#[tokio::test]
async fn pages_of_configured_origins_may_call_and_others_may_not() {
    let allowed = "https://portal.example.org";
    let app = TestApp::on(TestDatabase::sqlite().await)
        .without_demo()
        .with("KIM_CORS_ALLOWED_ORIGINS", allowed)
        .start()
        .await;
    let http = reqwest::Client::new();
    let preflight = |origin: &'static str, method: &'static str| {
        http.request(Method::OPTIONS, app.url("/graphql"))
            .header("origin", origin)
            .header("access-control-request-method", method)
            .header("access-control-request-headers", "authorization,content-type,idempotency-key")
    };
    let response = preflight(allowed, "POST").send().await.unwrap();
    assert_eq!(response.headers()["access-control-allow-origin"], allowed);
    assert!(!response.headers().contains_key("access-control-allow-credentials"), "no cookies are in use");
    for (origin, method) in [("https://evil.example", "POST"), (allowed, "DELETE")] {
        let response = preflight(origin, method).send().await.unwrap();
        assert!(!response.headers().contains_key("access-control-allow-origin"), "{origin} {method}");
    }
    let query = |origin: &'static str| {
        http.post(app.url("/graphql"))
            .header("origin", origin)
            .header("accept", GRAPHQL)
            .json(&json!({"query": "{__typename}"}))
    };
    let response = query(allowed).send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["access-control-allow-origin"]),
        (200, &allowed.parse().unwrap())
    );
    let exposed = response.headers()["access-control-expose-headers"].to_str().unwrap().to_lowercase();
    assert!(exposed.contains("x-request-id"));
    let response = query("https://evil.example").send().await.unwrap();
    assert!(!response.headers().contains_key("access-control-allow-origin"), "the browser hides the answer");
    // Nobody is configured: no foreign page may call, not even a page whose name begins alike.
    let closed = bare().await;
    let response = http.get(closed.url("/health/live")).header("origin", allowed).send().await.unwrap();
    assert!(!response.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn large_answers_are_compressed_for_those_who_accept_it() {
    let app = bare().await;
    let get = |encoding: &'static str| {
        reqwest::Client::new().get(app.url("/schema.graphql")).header("accept-encoding", encoding).send()
    };
    let plain = get("identity").await.unwrap();
    assert!(!plain.headers().contains_key("content-encoding"));
    let plain = plain.bytes().await.unwrap();
    let packed = get("gzip").await.unwrap();
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert!(
        packed.headers().get_all("vary").iter().any(|value| value
            .to_str()
            .unwrap()
            .to_lowercase()
            .contains("accept-encoding"))
    );
    let packed = packed.bytes().await.unwrap();
    assert!(packed.starts_with(&[0x1f, 0x8b]) && packed.len() * 2 < plain.len());
}

#[tokio::test]
async fn certificate_and_key_turn_tls_on_for_queries_and_sockets() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("certificate.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate, TLS_CERTIFICATE).unwrap();
    std::fs::write(&key, TLS_KEY).unwrap();
    let app = TestApp::on(TestDatabase::sqlite().await)
        .without_demo()
        .with("KIM_TLS_CERTIFICATE_FILE", certificate.display().to_string())
        .with("KIM_TLS_KEY_FILE", key.display().to_string())
        .start()
        .await;
    let url = |path: &str| format!("https://{}{path}", app.address);
    // The certificate is nobody's: what is shown here is that the connection is encrypted.
    let builder = || reqwest::Client::builder().tls_danger_accept_invalid_certs(true).timeout(Duration::from_secs(10));
    let http = builder().build().unwrap();
    let (status, headers, body) = read(http.post(url("/graphql")).json(&json!({ "query": "{ __typename }" }))).await;
    assert_eq!((status, &body["data"]["__typename"]), (200, &json!("Query")));
    assert_eq!(headers["strict-transport-security"], "max-age=31536000");
    assert!(http.get(app.url("/health/live")).send().await.is_err(), "not without TLS");

    let handshake = builder().http1_only().build().unwrap().get(url("/graphql/ws"));
    let handshake = handshake.header("connection", "upgrade").header("upgrade", "websocket");
    let handshake =
        handshake.header("sec-websocket-version", "13").header("sec-websocket-key", "x3JJHMbDL1EzLkh9GBhXDw==");
    let response = handshake.header("sec-websocket-protocol", "graphql-transport-ws").send().await.unwrap();
    assert_eq!(response.status().as_u16(), 101);
    let mut socket = Socket::over(response.upgrade().await.unwrap()).await;
    socket.introduce(&app.nobody()).await;
    assert_eq!(socket.hear().await, json!({ "type": "connection_ack" }));
    socket.settle().await;
}

#[tokio::test]
async fn forwarded_addresses_are_believed_from_trusted_proxies_only() {
    let tries = async |app: &TestApp, from: &str| {
        let nobody: Client = app.nobody();
        let document = "mutation($input: SessionLoginInput!) { sessionLogin(input: $input) { userErrors { code } } }";
        let input = json!({ "input": { "login": format!("{}@example.org", from.len()), "password": "wrong" } });
        let headers: &[(&str, &str)] = if from.is_empty() { &[] } else { &[("x-forwarded-for", from)] };
        nobody.send_with(document, input, headers).await.user_errors()[0].to_owned()
    };
    let settings = |proxies: &'static str| async move {
        TestApp::on(TestDatabase::sqlite().await)
            .without_demo()
            .with("KIM_AUTH_LOGIN_ATTEMPTS_PER_ADDRESS", "2")
            .with("KIM_AUTH_LOGIN_ATTEMPTS_PER_ACCOUNT", "1000")
            .with("KIM_SERVER_TRUSTED_PROXIES", proxies)
            .start()
            .await
    };
    // Nobody is trusted: whoever writes the header is counted under the address of the connection.
    let app = settings("").await;
    assert_eq!(tries(&app, "203.0.113.1").await, "LOGIN_FAILED");
    assert_eq!(tries(&app, "203.0.113.2").await, "LOGIN_FAILED");
    assert_eq!(tries(&app, "203.0.113.3").await, "LOGIN_THROTTLED");
    // The proxy is trusted: each client has its own count, and cannot pretend to be another by adding a hop before.
    let app = settings("127.0.0.0/8,10.1.0.0/16").await;
    assert_eq!(tries(&app, "203.0.113.1").await, "LOGIN_FAILED");
    assert_eq!(tries(&app, "198.51.100.7, 203.0.113.1").await, "LOGIN_FAILED");
    assert_eq!(tries(&app, "198.51.100.8, 203.0.113.1, 10.1.2.3").await, "LOGIN_THROTTLED");
    assert_eq!(tries(&app, "203.0.113.9").await, "LOGIN_FAILED");
}

#[tokio::test]
async fn answers_to_persons_are_not_cached() {
    let app = TestApp::start(TestDatabase::sqlite().await).await;
    let token = app.coordinator().await.token.unwrap();
    let request = reqwest::Client::new().get(asking(&app, &[("query", "{ viewer { account { login } } }")]));
    let (status, headers, _) = read(request.bearer_auth(token).header("accept", JSON)).await;
    assert_eq!((status, headers["cache-control"].to_str().unwrap()), (200, "no-store"));
    let vary: Vec<&str> = headers.get_all("vary").iter().map(|value| value.to_str().unwrap()).collect();
    assert!(vary.join(", ").contains("Authorization"), "{vary:?}");
}

const TLS_CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIIBizCCATGgAwIBAgIUJivVc3XnYd9Bh80hIK73TvdZI30wCgYIKoZIzj0EAwIw
GjEYMBYGA1UEAwwPa2ltLmV4YW1wbGUub3JnMCAXDTI2MTEyMzE4MDEzMFoYDzIx
MjYxMDMwMTgwMTMwWjAaMRgwFgYDVQQDDA9raW0uZXhhbXBsZS5vcmcwWTATBgcq
hkjOPQIBBggqhkjOPQMBBwNCAAT54nDFuLGNLZKaidN119yAps77OKgBpqH8lwMd
eILhHTrydUPghfg5mxSqNBJP4yXwpV6dVQEK4a41dJAMDTnvo1MwUTAdBgNVHQ4E
FgQUXskuJ9QCp21nSjDcovP7YQhBuZcwHwYDVR0jBBgwFoAUXskuJ9QCp21nSjDc
ovP7YQhBuZcwDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEAonAT
HG3JnqNrRp7SyY47jl0790OyVRXcbbiBqVoCU0UCIEhfol7DP2gN2ZrskQaBaby0
AVMShc5wF4ppOWkBm4qX
-----END CERTIFICATE-----
";

/// Made for this test only; it opens nothing.
const TLS_KEY: &str = "\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgr2UoPCVy7EsAgtBp
UggCO8r/oXuuxZY7K6GDPgE4/pyhRANCAAT54nDFuLGNLZKaidN119yAps77OKgB
pqH8lwMdeILhHTrydUPghfg5mxSqNBJP4yXwpV6dVQEK4a41dJAMDTnv
-----END PRIVATE KEY-----
";
