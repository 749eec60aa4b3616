//! The limits of documents and of time, each with its own code.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::app::{Answer, Client, TestApp, eventually};
use crate::databases::{DatabaseKind, TestDatabase, both_databases};
use crate::desk::{id_of, numbers, plan};
use crate::tables::Lock;

/// What introspecting tools ask, by the specification of GraphQL: everything there is, types unwrapped nine times.
fn introspection() -> String {
    let reference = (0..9).fold("kind name".to_owned(), |inner, _| format!("kind name ofType {{ {inner} }}"));
    format!(
        "query IntrospectionQuery {{
            __schema {{
                description
                queryType {{ name kind }} mutationType {{ name kind }} subscriptionType {{ name kind }}
                types {{ ...FullType }}
                directives {{
                    name description isRepeatable locations
                    args(includeDeprecated: true) {{ ...InputValue }}
                }}
            }}
        }}
        fragment FullType on __Type {{
            kind name description specifiedByURL isOneOf
            fields(includeDeprecated: true) {{
                name description
                args(includeDeprecated: true) {{ ...InputValue }}
                type {{ ...TypeRef }} isDeprecated deprecationReason
            }}
            inputFields(includeDeprecated: true) {{ ...InputValue }}
            interfaces {{ ...TypeRef }}
            enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }}
            possibleTypes {{ ...TypeRef }}
        }}
        fragment InputValue on __InputValue {{
            name description type {{ ...TypeRef }} defaultValue isDeprecated deprecationReason
        }}
        fragment TypeRef on __Type {{ {reference} }}"
    )
}

async fn bare() -> TestApp {
    TestApp::on(TestDatabase::sqlite().await).without_demo().start().await
}

fn repeated(count: usize, mut part: impl FnMut(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        let _ = write!(text, "{} ", part(index));
        text
    })
}

#[tokio::test]
async fn introspection_of_explorers_and_code_generators_passes() {
    let app = bare().await;
    let answer =
        app.nobody().post(json!({ "query": introspection(), "operationName": "IntrospectionQuery" }), &[]).await;
    let schema = &answer.data()["__schema"];
    assert_eq!(schema["mutationType"]["name"], "Mutation");
    let types = schema["types"].as_array().unwrap();
    for wanted in ["Position", "PositionFilter", "ErrorCode", "Subscription"] {
        assert!(types.iter().any(|found| found["name"] == wanted), "{wanted}");
    }
    let cost = &answer.body["extensions"]["cost"];
    assert!(cost["depth"].as_u64().unwrap() >= 13 && cost["complexity"].as_u64().unwrap() > 0, "{cost}");
}

#[tokio::test]
async fn every_limit_of_a_document_has_its_own_code() {
    let app = bare().await;
    let nobody = app.nobody();
    let deep = (0..25).fold("id".to_owned(), |inner, _| format!("node(id: \"x\") {{ {inner} }}"));
    let nested = format!("{{ positions(filter: {}{}) {{ totalCount }} }}", "{not:".repeat(45), "}".repeat(45));
    let page = "positions(first: 100) { nodes { history(first: 100) { nodes { id } } supervisions(first: 100) { nodes { id from } } } }";
    for (document, expected) in [
        (format!("{{ {} }}", repeated(3_000, |_| "__typename".to_owned())), "QUERY_TOO_MANY_TOKENS"),
        (nested, "QUERY_TOO_NESTED"),
        (format!("{{ {deep} }}"), "QUERY_TOO_DEEP"),
        (format!("{{ {} }}", repeated(60, |index| format!("a{index}: __typename"))), "QUERY_TOO_MANY_ALIASES"),
        (
            format!("{{ __typename {} }}", repeated(60, |_| "@include(if: true)".to_owned())),
            "QUERY_TOO_MANY_DIRECTIVES",
        ),
        (format!("{{ {} }}", repeated(40, |_| "__typename".to_owned())), "QUERY_TOO_MANY_FIELDS"),
        (format!("{{ {page} }}"), "QUERY_TOO_COMPLEX"),
    ] {
        let answer = nobody.query(&document).await;
        assert_eq!((answer.status, answer.code()), (400, expected), "{document:.80}: {answer:?}");
        let message = answer.body["errors"][0]["message"].as_str().unwrap();
        assert!(message.bytes().any(|byte| byte.is_ascii_digit()), "the limit is told: {message}");
    }
}

#[tokio::test]
async fn a_login_costs_so_much_that_a_request_tries_only_a_few() {
    let app =
        TestApp::on(TestDatabase::sqlite().await).without_demo().with("KIM_LIMITS_COMPLEXITY", "10000").start().await;
    let tries = |count| {
        let login = |index| {
            format!("l{index}: sessionLogin(input: {{login: \"x@y\", password: \"z\"}}) {{ userErrors {{ code }} }}")
        };
        format!("mutation {{ {} }}", repeated(count, login))
    };
    assert_eq!(app.nobody().query(&tries(3)).await.status, 200);
    assert_eq!(app.nobody().query(&tries(4)).await.code(), "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn documents_that_multiply_are_refused_in_less_than_a_second() {
    let app = bare().await;
    let doubling = |count: usize, body: &str| {
        let fragments =
            repeated(count, |index| format!("fragment F{index} on Query {{ ...F{} ...F{} }}", index + 1, index + 1));
        format!("{{ ...F0 }} {fragments} fragment F{count} on Query {{ {body} }}")
    };
    let circle = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned();
    let schema = (0..6).fold("name".to_owned(), |inner, _| format!("fields {{ type {{ {inner} }} }}"));
    let schema = format!("{{ __schema {{ types {{ {schema} }} }} }}");
    let conflicts = format!("{{ {} }}", repeated(900, |_| "errorCatalogue { code }".to_owned()));
    let variable = format!(
        "query($v: String) {{ {} }}",
        repeated(25, |_| "positions(filter: { numberStartsWith: $v }) { totalCount }".to_owned())
    );
    for (document, variables) in [
        (doubling(30, "__typename"), json!({})),
        (doubling(30, "errorCatalogue { code }"), json!({})),
        (circle, json!({})),
        (schema, json!({})),
        (conflicts, json!({})),
        (variable, json!({ "v": "x".repeat(200_000) })),
        (format!("{{ {} ", "a{".repeat(30_000)), json!({})),
        (format!("{{ a(b: {}", "[".repeat(60_000)), json!({})),
        (format!("{{ a(b: \"{}\") }}", "\\u0041".repeat(10_000)), json!({})),
        (format!("{}{{ __typename }}", "#".repeat(60_000)), json!({})),
    ] {
        // The machine may be busy with other tests: the shortest of three tries counts.
        let mut shortest = Duration::MAX;
        for _ in 0..3 {
            let begun = Instant::now();
            let answer = app.nobody().send(&document, variables.clone()).await;
            shortest = begun.elapsed().min(shortest);
            assert!(answer.status == 400 || document.ends_with("{ __typename }"), "{document:.60}: {answer:?}");
        }
        assert!(shortest < Duration::from_secs(1), "{shortest:?} for {document:.60}");
    }
}

async fn late(client: &Client, employer: &str) -> Answer {
    plan(client, employer, "LATE").await
}

both_databases! {
    async fn request_over_its_time_budget_gets_a_retryable_503_and_stores_nothing(db: TestDatabase) {
        let app = TestApp::on(db)
            .with("KIM_SERVER_REQUEST_TIMEOUT_MS", "2000")
            .with("KIM_DATABASE_STATEMENT_TIMEOUT_MS", "1900")
            .with("KIM_DATABASE_ACQUIRE_TIMEOUT_MS", "1900")
            .start()
            .await;
        let url = app.db.url().to_owned();
        let coordinator = app.coordinator().await;
        let employer = id_of(&coordinator, "organisations", "Stadt Coesfeld").await;
        let before = numbers(&coordinator).await;
        app.seal().await;
        let answer = match app.db.kind() {
            DatabaseKind::Sqlite => {
                let lock = Lock::hold(&url, "position").await;
                let answer = late(&coordinator, &employer).await;
                lock.release().await;
                answer
            }
            DatabaseKind::Postgres => {
                // Each statement keeps within its own time; the second one is too much for the request.
                let first = Lock::hold(&url, "organisation").await;
                let second = Lock::hold(&url, "position").await;
                let release = async {
                    tokio::time::sleep(Duration::from_millis(1_000)).await;
                    first.release().await;
                };
                let (answer, ()) = tokio::join!(late(&coordinator, &employer), release);
                second.release().await;
                answer
            }
        };
        assert_eq!((answer.status, answer.code()), (503, "QUERY_TIMEOUT"));
        assert_eq!(answer.body["errors"][0]["extensions"]["retryable"], true);
        assert_eq!(numbers(&coordinator).await, before);
        // Nothing of it is left behind that would keep others from writing.
        eventually("the same command succeeds", || async {
            late(&coordinator, &employer).await.body["data"]["positionPlan"]["position"]["number"] == "LATE"
        })
        .await;
        assert_eq!(numbers(&coordinator).await.len(), before.len() + 1);
    }
}
