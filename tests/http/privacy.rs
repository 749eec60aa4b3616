//! What the program prints and logs names nobody.

use serde_json::{Value, json};

use crate::databases::{TestDatabase, both_databases};
use crate::program::Program;

const LOGIN: &str = "mutation($input: SessionLoginInput!) {
    sessionLogin(input: $input) { session { accessToken refreshToken } userErrors { code } } }";

struct Caller {
    http: reqwest::Client,
    url: String,
}

impl Caller {
    async fn send(&self, token: Option<&str>, body: Value) -> Value {
        let mut request = self.http.post(&self.url).json(&body);
        request = request.header("x-forwarded-for", "203.0.113.77").header("user-agent", "MARK-agent");
        request = request.header("idempotency-key", format!("MARK-key-{}", body.to_string().len()));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request.send().await.unwrap().json().await.unwrap()
    }

    async fn log_in(&self, login: &str, password: &str) -> Value {
        self.send(None, json!({ "query": LOGIN, "variables": { "input": { "login": login, "password": password } } }))
            .await
    }
}

both_databases! {
    async fn no_log_line_holds_a_name_a_login_a_password_a_token_or_an_address(db: TestDatabase) {
        let program = Program::on(&db)
            .with("KIM_LOG_FORMAT", "json")
            .with("KIM_LOG_FILTER", "debug")
            .with("KIM_DEMO", "true")
            .with("KIM_SERVER_TRUSTED_PROXIES", "127.0.0.1")
            .with("KIM_SEALING_INTERVAL_MS", "100")
            .with("KIM_DATABASE_ACQUIRE_TIMEOUT_MS", "2500");
        let serving = program.serve(&["serve"]);
        let caller = Caller { http: reqwest::Client::new(), url: serving.url("/graphql") };
        let mut secrets: Vec<String> = Vec::new();

        // Logging in: rightly, wrongly, as nobody.
        let answer = caller.log_in(kim::demo::COORDINATOR_LOGIN, kim::demo::PASSWORD).await;
        let session = &answer["data"]["sessionLogin"]["session"];
        let token = session["accessToken"].as_str().unwrap().to_owned();
        let refresh_token = session["refreshToken"].as_str().unwrap().to_owned();
        secrets.extend([token.clone(), refresh_token.clone()]);
        caller.log_in(kim::demo::EMPLOYER_LOGIN, "MARK-wrong-password").await;
        caller.log_in("MARK-nobody@example.org", "MARK-password").await;

        // A command with marked content, done, refused, repeated and malformed.
        let organisations = json!({ "query": "{ organisations(first: 100) { nodes { id name } } }" });
        let organisations = caller.send(Some(&token), organisations).await;
        let employer = &organisations["data"]["organisations"]["nodes"][0]["id"];
        let plan = "mutation($input: PositionPlanInput!, $options: CommandOptions) {
            positionPlan(input: $input, options: $options) { position { id } userErrors { code message } } }";
        let input = |number: &str| json!({
            "number": number, "buildingBlock": "CASE_MANAGEMENT", "role": "CASE_MANAGER", "employerId": employer,
            "fteHundredths": 100, "fundedBy": "STATE",
        });
        for number in ["MARK-number", "MARK-number", "MARK-number-that-is-longer-than-forty-characters"] {
            let variables = json!({ "input": input(number), "options": { "reason": format!("MARK-reason {number}") } });
            caller.send(Some(&token), json!({ "query": plan, "variables": variables })).await;
        }
        let hire = "mutation { positionFill(input: { positionId: \"MARK-id\", holder: { new: { displayName: \"MARK-name\" } },
            fteHundredths: 100, from: \"MARK-day\" }) { userErrors { code } } }";
        for query in [
            hire.to_owned(),
            "{ MARK-syntax".to_owned(),
            "{ markField }".to_owned(),
            "query($v: Int!) { positions(first: $v) { totalCount } }".to_owned(),
            r#"{ positions(after: "MARK-cursor") { totalCount } node(id: "MARK-id") { id } }"#.to_owned(),
        ] {
            caller.send(Some(&token), json!({ "query": query, "variables": { "v": "MARK-variable" } })).await;
        }

        // Tokens that are none, and the exchange of a good one, twice.
        caller.send(Some("MARK-token"), json!({ "query": "{ __typename }" })).await;
        caller.send(Some(&format!("{token}MARK")), json!({ "query": "{ __typename }" })).await;
        let refresh = "mutation($input: SessionRefreshInput!) { sessionRefresh(input: $input) { session { accessToken refreshToken } } }";
        for _ in 0..2 {
            let variables = json!({ "input": { "refreshToken": refresh_token } });
            let answer = caller.send(None, json!({ "query": refresh, "variables": variables })).await;
            if let Some(fresh) = answer["data"]["sessionRefresh"]["session"]["accessToken"].as_str() {
                secrets.push(fresh.to_owned());
            }
        }
        // A calendar feed, whose address is a secret: fetched, revoked, fetched again, misspelt.
        let manager = caller.log_in("case.management@kreis-coesfeld.example", kim::demo::PASSWORD).await;
        let manager = manager["data"]["sessionLogin"]["session"]["accessToken"].as_str().unwrap().to_owned();
        let create = "mutation { calendarFeedCreate(input: { name: \"MARK-feed\" }) { calendarFeed { id } url } }";
        let made = caller.send(Some(&manager), json!({ "query": create })).await;
        let made = &made["data"]["calendarFeedCreate"];
        let feed = made["url"].as_str().unwrap().to_owned();
        let revoke = "mutation($id: ID!) { calendarFeedRevoke(input: { calendarFeedId: $id }) { userErrors { code } } }";
        let revoke = json!({ "query": revoke, "variables": { "id": made["calendarFeed"]["id"] } });
        for (path, status) in [(feed.clone(), 200), (feed.replace(".ics", ".MARK"), 404), (format!("{feed}/x"), 404)] {
            assert_eq!(caller.http.get(serving.url(&path)).send().await.unwrap().status(), status, "{path}");
        }
        caller.send(Some(&manager), revoke).await;
        assert_eq!(caller.http.get(serving.url(&feed)).send().await.unwrap().status(), 404);
        secrets.push(feed.trim_start_matches("/calendar/kimc_").trim_end_matches(".ics").to_owned());
        let metrics = caller.http.get(serving.url("/metrics")).send().await.unwrap().text().await.unwrap();
        assert!(metrics.contains("/calendar/{token}.ics") && !metrics.contains(secrets.last().unwrap()), "{metrics}");
        let path = format!("{}/MARK-path?MARK-query=1", serving.url(""));
        caller.http.get(path).header("origin", "https://MARK-origin.example").send().await.unwrap();
        serving.terminate();
        let ended = serving.ended().await;
        assert_eq!(ended.code, 0, "{ended:?}");

        let (printed, logged) = (ended.output, ended.complaints);
        let lines: Vec<Value> = logged.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect();
        let answered: Vec<&Value> = lines.iter().filter(|line| line["message"] == "answered").collect();
        assert!(answered.len() >= 10 && answered.iter().all(|line| line["request_id"].is_string()), "{logged}");
        assert!(lines.iter().any(|line| line["message"].as_str().unwrap_or_default().contains("used twice")), "{logged}");
        for text in [&printed, &logged] {
            let line = text.lines().find(|line| line.to_lowercase().contains("mark"));
            assert_eq!(line, None);
            assert!(!text.contains("203.0.113.77"));
            for secret in &secrets {
                let signature = secret.rsplit('.').next().unwrap();
                assert!(!text.contains(signature), "a token was printed");
            }
        }
        // The table of demo accounts is printed; the log knows nothing of them.
        assert!(printed.contains(kim::demo::PASSWORD) && !logged.contains(kim::demo::PASSWORD));
        for account in &kim::demo::ACCOUNTS {
            assert!(!logged.contains(account.login) && !logged.contains(account.name), "{}", account.login);
        }
    }
}
