//! The explorer in a real browser: Debian's Chromium without a window, steered by its driver.
//!
//! Left out with one line where Chromium or its driver is missing, unless `KIM_TEST_REQUIRE` names `chromium`.
//! `KIM_TEST_SCREENSHOTS` names a folder for a picture of each page as the test leaves it.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use fantoccini::{Client, ClientBuilder, Locator};
use futures_util::FutureExt as _;
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::databases::required;
use crate::program::{Program, Serving};

/// How long a page may take: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

const RESULT: &str = "return document.querySelector('.result-window .CodeMirror')?.CodeMirror.getValue() ?? ''";

/// The browser's driver. Ends with all its children when it is dropped.
struct Driver {
    process: Child,
    url: String,
}

impl Driver {
    /// Starts it; nothing where the machine has none.
    fn start() -> Option<Self> {
        let chromium = Command::new("chromium").args(["--no-sandbox", "--version"]).output();
        // A group of its own, so that it can be ended with all its children.
        let mut driver = Command::new("chromedriver");
        driver.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let Some(mut process) = chromium.and_then(|_| driver.spawn()).ok() else {
            leave_out();
            return None;
        };
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| {
            let (_, port) = line.strip_suffix('.')?.split_once("started successfully on port ")?;
            port.parse::<u16>().ok()
        });
        let url = format!("http://127.0.0.1:{}", port.expect("the driver says no port"));
        Some(Self { process, url })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The group, since a browser outlives a driver that is merely killed.
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.process.id())]).status();
        let _ = self.process.wait();
    }
}

fn leave_out() {
    static SAID: Once = Once::new();
    let line = "The explorer was left out: there is no chromium with chromedriver. Install them (Debian: chromium chromium-driver).";
    assert!(!required("chromium"), "{line} (KIM_TEST_REQUIRE does not allow to leave it out.)");
    // Not `eprintln!`: the test harness swallows that for tests that pass.
    SAID.call_once(|| writeln!(std::io::stderr(), "{line}").unwrap());
}

/// A page of the explorer, and what it takes to look at it.
struct Page {
    client: Client,
    driver: String,
    serving: Serving,
}

impl Page {
    /// Runs `steps` on the freshly opened explorer of a demo server; nothing where there is no browser.
    async fn visit(steps: impl AsyncFnOnce(&Page)) {
        // Two browsers at once are more than a small machine can bear.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
        let _turn = ONE_AT_A_TIME.lock().await;
        let Some(driver) = Driver::start() else { return };
        let profile = tempfile::tempdir().unwrap();
        let program = Program::unconfigured();
        let serving = program.serve(&["serve"]);
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--window-size=1400,900",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { unreachable!() };
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let client = builder.capabilities(capabilities).connect(&driver.url).await.unwrap();
        let page = Self { client: client.clone(), driver: driver.url.clone(), serving };
        let done = std::panic::AssertUnwindSafe(async {
            page.client.goto(&page.serving.url("/")).await.unwrap();
            page.wait_for(".graphiql-query-editor .CodeMirror").await;
            page.wait_for("#kim-examples").await;
            steps(&page).await;
        })
        .catch_unwind()
        .await;
        if let (Ok(folder), Ok(picture)) = (std::env::var("KIM_TEST_SCREENSHOTS"), page.client.screenshot().await) {
            let name = std::thread::current().name().unwrap_or("page").replace("::", "-");
            std::fs::write(format!("{folder}/{name}.png"), picture).unwrap();
        }
        let _ = client.close().await;
        if let Err(panic) = done {
            std::panic::resume_unwind(panic);
        }
    }

    async fn wait_for(&self, selector: &str) -> fantoccini::elements::Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(selector)).await;
        found.unwrap_or_else(|error| panic!("{selector}: {error}"))
    }

    async fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.client.execute(script, arguments).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until a script returns a text that `holds`, and returns that text.
    async fn wait_until(&self, script: &str, holds: impl Fn(&str) -> bool) -> String {
        let started = std::time::Instant::now();
        loop {
            let value = self.script(script, Vec::new()).await;
            let text = value.as_str().unwrap_or_default();
            if holds(text) {
                return text.to_owned();
            }
            assert!(started.elapsed() < PATIENCE, "{script} still returns {text:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn choose(&self, select: &str, value: &str) {
        let option = self.wait_for(&format!("{select} option[value='{value}']")).await;
        option.click().await.unwrap();
    }

    async fn click(&self, selector: &str) {
        self.wait_for(selector).await.click().await.unwrap();
    }

    async fn type_into(&self, selector: &str, text: &str) {
        let field = self.wait_for(selector).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Logs in with a demo account of the list.
    async fn log_in(&self, login: &str) {
        self.choose("#kim-login-account", login).await;
        self.click("#kim-login-button").await;
        self.wait_until("return document.querySelector('#kim-viewer')?.textContent ?? ''", |text| text.contains('('))
            .await;
    }

    /// Runs what stands in the editor, and returns the answer.
    async fn run(&self) -> Value {
        self.script("document.querySelector('.result-window .CodeMirror').CodeMirror.setValue('')", Vec::new()).await;
        self.click(".graphiql-execute-button").await;
        let text = self.wait_until(RESULT, |text| serde_json::from_str::<Value>(text).is_ok()).await;
        serde_json::from_str(&text).unwrap()
    }

    async fn log(&self, kind: &str) -> Vec<Value> {
        let session = self.client.session_id().await.unwrap().unwrap();
        let request = reqwest::Client::new().post(format!("{}/session/{session}/se/log", self.driver));
        let text = request.json(&json!({ "type": kind })).send().await.unwrap().text().await.unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap();
        answer["value"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
    }

    /// Errors and warnings of the console since the last call.
    async fn complaints(&self) -> Vec<String> {
        let loud = |entry: &Value| entry["level"] == "SEVERE" || entry["level"] == "WARNING";
        self.log("browser").await.iter().filter(|entry| loud(entry)).map(|entry| entry["message"].to_string()).collect()
    }

    /// Addresses that the browser asked a network for since the last call, its own pages and data left out.
    async fn requests(&self) -> Vec<String> {
        let of = |entry: &Value| {
            let message: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let message = &message["message"];
            let (method, parameters) = (message["method"].as_str()?, &message["params"]);
            let url = match method {
                "Network.requestWillBeSent" => parameters["request"]["url"].as_str()?,
                "Network.webSocketCreated" => parameters["url"].as_str()?,
                _ => return None,
            };
            let own = ["data:", "blob:", "chrome:", "chrome-untrusted:", "about:"]
                .iter()
                .any(|scheme| url.starts_with(scheme));
            (!own).then(|| url.to_owned())
        };
        self.log("performance").await.iter().filter_map(of).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_logs_in_chooses_an_example_and_reads_the_answer() {
    Page::visit(async |page| {
        page.log_in(kim::demo::COORDINATOR_LOGIN).await;
        let viewer = page.wait_for("#kim-viewer").await.text().await.unwrap();
        assert_eq!(viewer, "Logged in as Karla Koordination-Muster (COORDINATOR)");
        assert!(page.client.find(Locator::Css("#kim-login-button")).await.is_err());
        for (index, example) in kim::http::explorer::EXAMPLES.iter().enumerate() {
            page.choose("#kim-examples", &index.to_string()).await;
            let answer = page.run().await;
            assert!(answer.get("errors").is_none(), "{}: {answer:#}", example.title);
            let lists = answer["data"].as_object().unwrap().values().filter_map(|list| list["nodes"].as_array());
            assert!(lists.map(Vec::len).sum::<usize>() > 0, "{}", example.title);
        }
        assert_eq!(page.complaints().await, Vec::<String>::new());

        let origin = page.serving.url("/");
        let requests = page.requests().await;
        assert!(requests.len() > 5, "{requests:?}");
        let foreign: Vec<&String> = requests.iter().filter(|url| !url.starts_with(&origin)).collect();
        assert!(foreign.is_empty(), "{foreign:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_told_and_another_account_sees_less() {
    Page::visit(async |page| {
        page.type_into("#kim-login-name", kim::demo::EMPLOYER_LOGIN).await;
        page.type_into("#kim-login-password", "not the password").await;
        page.click("#kim-login-button").await;
        let alert = "return document.querySelector('#kim-login-error').textContent";
        assert_eq!(page.wait_until(alert, |text| !text.is_empty()).await, "Login name or password is wrong.");

        let query = "{ positions { totalCount } }";
        let set = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.setValue(arguments[0])";
        page.script(set, vec![json!(query)]).await;
        let nobody = page.run().await;
        assert_eq!(nobody["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{nobody:#}");

        let mut counts = Vec::new();
        for login in [kim::demo::COORDINATOR_LOGIN, kim::demo::EMPLOYER_LOGIN, "case.management@stadt-coesfeld.example"]
        {
            page.log_in(login).await;
            assert_eq!(page.script(alert, Vec::new()).await, "");
            counts.push(page.run().await["data"]["positions"]["totalCount"].clone());
            page.click("#kim-logout-button").await;
            page.wait_for("#kim-login-button").await;
        }
        assert_eq!(counts, [15, 3, 1]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_tells_changes_through_a_socket() {
    Page::visit(async |page| {
        page.log_in(kim::demo::COORDINATOR_LOGIN).await;
        let set = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.setValue(arguments[0])";
        page.script(set, vec![json!("subscription { positionChanged { entry { command } position { number } } }")]).await;
        page.script("document.querySelector('.result-window .CodeMirror').CodeMirror.setValue('')", Vec::new()).await;
        page.click(".graphiql-execute-button").await;
        // The page says nothing while it waits: change something until it has heard of it.
        let change = "
            const send = (query, variables, token) => fetch('/graphql', { method: 'POST',
                headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
                body: JSON.stringify({ query, variables }) }).then(answer => answer.json());
            const done = arguments[arguments.length - 1];
            (async () => {
                const login = await send('mutation($input: SessionLoginInput!) { sessionLogin(input: $input) { session { accessToken } } }',
                    { input: { login: arguments[0], password: arguments[1] } });
                const token = login.data.sessionLogin.session.accessToken;
                const { data } = await send('{ organisations(first: 100) { nodes { id name } } }', {}, token);
                const employerId = data.organisations.nodes.find(({ name }) => name === 'Stadt Coesfeld').id;
                for (let number = 1; number <= 100; number += 1) {
                    await send(`mutation($input: PositionPlanInput!) { positionPlan(input: $input) { userErrors { code } } }`,
                        { input: { number: `NEW-${number}`, buildingBlock: 'CASE_MANAGEMENT', role: 'CASE_MANAGER', employerId,
                            fteHundredths: 100, fundedBy: 'STATE' } }, token);
                    await new Promise(resolve => setTimeout(resolve, 300));
                    const result = document.querySelector('.result-window .CodeMirror').CodeMirror.getValue();
                    if (result.includes('positionChanged')) return result;
                }
                return 'nothing was told';
            })().then(done, error => done(String(error)));";
        let arguments = vec![json!(kim::demo::COORDINATOR_LOGIN), json!(kim::demo::PASSWORD)];
        let limits = fantoccini::wd::TimeoutConfiguration::new(Some(PATIENCE), None, None);
        page.client.update_timeouts(limits).await.unwrap();
        let told = page.client.execute_async(change, arguments).await.unwrap();
        let told = told.as_str().unwrap();
        assert!(told.contains("positionPlan") && told.contains("NEW-"), "{told}");
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}
