//! The benchmark: what a request costs, on a real server process that holds many positions or many cases.
//!
//! `cargo bench --bench kim -- --positions 1000 --database sqlite` builds the release server, loads the demo district and
//! that many positions by the same commands that the API has, starts `kim serve` as a process of its own and asks it over
//! keep-alive connections. `--cases 100000` loads invented cases as `kim demo` does, and asks for those. Every answer is
//! compared with a known right one, so that no failure is measured as speed. `docs/performance.md` says what the figures
//! mean. Without `--positions` or `--cases` nothing is run.

mod cases;
mod client;
mod load;
mod postgres;
mod process;
mod structure;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use serde_json::{Value, json};

use self::client::{Client, Round};
use self::postgres::Cluster;
use self::process::{Database, Server};

/// Why the benchmark cannot go on.
pub(crate) type Trouble = Box<dyn std::error::Error + Send + Sync>;

/// One position with its relations.
const POSITION: &str = "query($id: ID!) { position(id: $id) { ...All } }";

/// The page.
const PAGE: &str =
    "query { positions(first: 50) { edges { cursor node { ...All } } pageInfo { hasNextPage endCursor } } }";

/// What is asked of each position: its own columns, its employer and its three relations with the records behind them.
const ALL: &str = "fragment All on Position {
    id number buildingBlock role status fteHundredths fundedBy approvedFrom approvedUntil targetFilledOn version
    employer { id name kind }
    occupancies { nodes { id fteHundredths validFrom validUntil staffMember { id displayName } } }
    serviceAreas { nodes { id shareHundredths municipality { id ags name } } }
    supervisions { nodes { id kind validFrom validUntil supervisor { id displayName organisation { id name } } } }
}";

const PLAN: &str = "mutation($input: PositionPlanInput!, $options: CommandOptions) {
    positionPlan(input: $input, options: $options) { position { id number status version } userErrors { code } } }";

const APPROVE: &str = "mutation($input: PositionApproveInput!, $options: CommandOptions) {
    positionApprove(input: $input, options: $options) { position { id status version } userErrors { code } } }";

/// Measures what requests cost. Without --positions or --cases it does nothing.
#[derive(Debug, Parser)]
struct Arguments {
    /// Load so many positions besides the demo's, and run
    #[arg(long)]
    positions: Option<u32>,
    /// Load so many invented cases as `kim demo` does, and run what is about cases
    #[arg(long)]
    cases: Option<u32>,
    /// Import so many rows into them, and see how long that takes
    #[arg(long, default_value_t = 10_000)]
    import: u32,
    /// Keep keys and files here, so that a database that is named by its URL can be measured again without loading it anew
    #[arg(long)]
    folder: Option<PathBuf>,
    /// `sqlite` (a new file), `postgres` (a throw-away cluster), or the URL of an empty PostgreSQL database
    #[arg(long, default_value = "sqlite")]
    database: String,
    /// Process id of the postmaster behind that URL, if it runs on this machine: to read its CPU time
    #[arg(long)]
    postmaster: Option<u32>,
    /// How long each workload runs
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Keep-alive connections that ask at the same time
    #[arg(long, default_value_t = 8)]
    connections: usize,
    /// How often all workloads are run
    #[arg(long, default_value_t = 1)]
    rounds: u32,
    /// Run only the workloads whose name contains this
    #[arg(long)]
    only: Option<String>,
    /// Passed by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
    /// Passed by `cargo test --benches`
    #[arg(long, hide = true)]
    test: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.test || (arguments.positions.is_none() && arguments.cases.is_none()) {
        eprintln!(
            "Nothing was measured: say what to load, e.g. `cargo bench --bench kim -- --positions 1000`, or `--cases 10000`."
        );
        return ExitCode::SUCCESS;
    }
    let outcome = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Trouble::from)
        .and_then(|runtime| runtime.block_on(interruptible(&arguments)));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

/// Ends by Ctrl-C as it ends by itself: processes and folders are cleared away.
async fn interruptible(arguments: &Arguments) -> Result<(), Trouble> {
    tokio::select! {
        outcome = run(arguments) => outcome,
        _ = tokio::signal::ctrl_c() => Err("interrupted".into()),
    }
}

async fn run(arguments: &Arguments) -> Result<(), Trouble> {
    let temporary = tempfile::Builder::new().prefix("kim-bench-").tempdir()?;
    let folder = arguments.folder.as_deref().unwrap_or(temporary.path());
    let cluster = if arguments.database == "postgres" { Some(Cluster::start()?) } else { None };
    let postmaster = match &cluster {
        Some(cluster) => Some(cluster.postmaster()?),
        None => arguments.postmaster,
    };
    let url = match (&cluster, arguments.database.as_str()) {
        (Some(cluster), _) => cluster.url(),
        (None, "sqlite") => format!("sqlite://{}", folder.join("kim.sqlite").display()),
        (None, url) => url.to_owned(),
    };
    let database = Database { url, postmaster };

    load::load(&database.url, folder, arguments.positions, arguments.cases).await?;
    println!("{} connections.\n", arguments.connections);
    let server = Server::start(&database, folder).await?;
    println!("Start with this data: {} ms to the first answer.", server.started_in.as_millis());
    if database.postmaster.is_none() && database.url.starts_with("sqlite") {
        start_up(folder).await?;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    println!("Idle memory: {} before the first request", server.memory()?);
    let token = client::log_in(server.address, kim::demo::COORDINATOR_LOGIN).await?;
    println!("             {} after a login.\n", server.memory()?);

    let bench = Bench { arguments, server: &server, database: &database, token };
    println!(
        "| request | requests/s | p50 ms | p99 ms | server CPU s/1000 | database CPU s/1000 | statements/request | memory after |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for round in 0..arguments.rounds.max(1) {
        if arguments.positions.is_some() {
            bench.all(round).await?;
        }
        if let Some(cases) = arguments.cases {
            cases::all(&bench, cases, round).await?;
        }
    }
    println!("\nTokens verified in full: {}.", client::metric(server.address, "kim_token_verifications_total").await?);
    if arguments.cases.is_some() {
        cases::import(&bench, folder, arguments.import)?;
        let rotates = !bench.skipped("rotation");
        drop(server);
        if rotates {
            cases::rotate(&database, folder)?;
        }
    }
    Ok(())
}

/// The first start in an empty folder (keys, migrations, demo), and the second.
async fn start_up(folder: &Path) -> Result<(), Trouble> {
    let empty = folder.join("empty");
    let file: PathBuf = empty.join("kim.sqlite");
    let database = Database { url: format!("sqlite://{}", file.display()), postmaster: None };
    for which in ["first", "second"] {
        let server = Server::start(&database, &empty).await?;
        println!("The {which} start in an empty folder: {} ms to the first answer.", server.started_in.as_millis());
    }
    Ok(())
}

/// A prepared server, ready to be asked.
struct Bench<'a> {
    arguments: &'a Arguments,
    server: &'a Server,
    database: &'a Database,
    token: String,
}

impl Bench<'_> {
    async fn all(&self, round: u32) -> Result<(), Trouble> {
        let one = self.one_position().await?;
        let one = json!({ "query": format!("{POSITION} {ALL}"), "variables": { "id": one } });
        let page = json!({ "query": format!("{PAGE} {ALL}") });
        let token = Some(self.token.as_str());
        self.queries("`{ __typename }`", &[json!({ "query": "{ __typename }" })], None).await?;
        self.queries("`{ __typename }`, with a token", &[json!({ "query": "{ __typename }" })], token).await?;
        self.queries("one position with relations", &[one], token).await?;
        self.queries("page of 50 with relations", &[page], token).await?;
        self.commands(round).await
    }

    /// The id of one loaded position. Also looks whether the page is what it should be.
    async fn one_position(&self) -> Result<String, Trouble> {
        let mut client = Client::connect(self.server.address).await?;
        let answer = client.ask(&json!({ "query": format!("{PAGE} {ALL}") }), Some(&self.token)).await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        let edges = answer.pointer("/data/positions/edges").and_then(Value::as_array).ok_or("the page is missing")?;
        let complete = |edge: &&Value| {
            ["occupancies", "serviceAreas", "supervisions"].iter().all(|relation| {
                let nodes = edge.pointer(&format!("/node/{relation}/nodes")).and_then(Value::as_array);
                nodes.is_some_and(|nodes| !nodes.is_empty())
            })
        };
        if edges.len() != 50 || answer.get("errors").is_some() {
            return Err(format!("the page is not what it should be: {answer}").into());
        }
        let edge = edges.iter().rev().find(complete).ok_or("no position of the page has all relations")?;
        Ok(edge.pointer("/node/id").and_then(Value::as_str).ok_or("no id")?.to_owned())
    }

    fn skipped(&self, name: &str) -> bool {
        self.arguments.only.as_ref().is_some_and(|only| !name.contains(only.as_str()))
    }

    /// The same queries again and again, in turn: each answer must be byte for byte the first one to it, which must be free of
    /// errors.
    async fn queries(&self, name: &str, bodies: &[Value], token: Option<&str>) -> Result<(), Trouble> {
        if self.skipped(name) {
            return Ok(());
        }
        let mut first = Client::connect(self.server.address).await?;
        let mut known = Vec::new();
        for body in bodies {
            let answer = first.ask(body, token).await?;
            if contains(&answer, b"\"errors\"") {
                return Err(format!("{name}: {}", String::from_utf8_lossy(&answer)).into());
            }
            known.push((client::request(body, token), answer));
        }
        let known = &known;
        let started = self.before().await?;
        let rounds = (0..self.arguments.connections).map(|connection| async move {
            let mut client = Client::connect(self.server.address).await?;
            let mut round = Round::begin(self.arguments.seconds);
            // Each connection begins at another place.
            let places = known.iter().cycle().skip(connection.wrapping_mul(7).checked_rem(known.len()).unwrap_or(0));
            for (request, expected) in places {
                if !round.goes_on() {
                    break;
                }
                if round.time(client.send(request)).await? != *expected {
                    return Err(Trouble::from(format!("{name}: another answer than the first one")));
                }
            }
            Ok(round)
        });
        let rounds = futures_util::future::try_join_all(rounds).await?;
        self.report(name, &started, rounds).await
    }

    /// Commands: each connection plans positions of its own numbers, then approves those that it planned.
    async fn commands(&self, round: u32) -> Result<(), Trouble> {
        let (plan, approve) = ("command that makes: `positionPlan`", "command that changes: `positionApprove`");
        if self.skipped(plan) {
            return Ok(());
        }
        let mut client = Client::connect(self.server.address).await?;
        let places = client.ask(&json!({ "query": load::PLACES }), Some(&self.token)).await?;
        let place = load::Place::read(&serde_json::from_slice(&places)?)?;

        let started = self.before().await?;
        let planning = (0..self.arguments.connections).map(|connection| {
            let place = &place;
            async move {
                let mut client = Client::connect(self.server.address).await?;
                let mut time = Round::begin(self.arguments.seconds);
                let mut planned = Vec::new();
                while time.goes_on() {
                    let number = format!("Z-{round}-{connection}-{}", planned.len());
                    let body = json!({ "query": PLAN, "variables": {
                        "input": place.plan(&number),
                        "options": { "idempotencyKey": format!("plan {number}") },
                    } });
                    let request = client::request(&body, Some(&self.token));
                    let answer = time.time(client.send(&request)).await?;
                    planned.push(changed(&answer, "positionPlan", "PLANNED")?);
                }
                Ok::<_, Trouble>((time, planned))
            }
        });
        let (rounds, planned): (Vec<_>, Vec<_>) =
            futures_util::future::try_join_all(planning).await?.into_iter().unzip();
        self.report(plan, &started, rounds).await?;

        let started = self.before().await?;
        let approving = planned.into_iter().map(|planned| async {
            let mut client = Client::connect(self.server.address).await?;
            let mut time = Round::begin(self.arguments.seconds);
            for id in planned {
                if !time.goes_on() {
                    break;
                }
                let body = json!({ "query": APPROVE, "variables": {
                    "input": { "positionId": id, "expectedVersion": 1, "approvedFrom": "2023-01-01" },
                    "options": { "idempotencyKey": format!("approve {id}") },
                } });
                let request = client::request(&body, Some(&self.token));
                let answer = time.time(client.send(&request)).await?;
                changed(&answer, "positionApprove", "APPROVED")?;
            }
            Ok::<_, Trouble>(time)
        });
        let rounds = futures_util::future::try_join_all(approving).await?;
        self.report(approve, &started, rounds).await
    }

    async fn before(&self) -> Result<Before, Trouble> {
        // What the last workload left behind (sealing, connections that close) is not this one's.
        tokio::time::sleep(Duration::from_millis(1500)).await;
        Ok(Before {
            statements: client::metric(self.server.address, "kim_database_statements_total").await?,
            server: self.server.cpu_time()?,
            database: self.database.cpu_time()?,
        })
    }

    async fn report(&self, name: &str, before: &Before, rounds: Vec<Round>) -> Result<(), Trouble> {
        let (server, database) = (self.server.cpu_time()?, self.database.cpu_time()?);
        let statements = client::metric(self.server.address, "kim_database_statements_total").await?;
        let result = client::Summary::of(rounds).ok_or("no request was answered")?;
        let per_thousand = |spent: Duration| spent.as_secs_f64() / result.requests * 1000.0;
        let database = match (database, before.database) {
            (Some(after), Some(before)) => format!("{:.3}", per_thousand(after.saturating_sub(before))),
            _ => "in the server".to_owned(),
        };
        println!(
            "| {name} | {:.0} | {:.2} | {:.2} | {:.3} | {database} | {:.2} | {} |",
            result.requests / result.elapsed_s,
            result.p50_ms,
            result.p99_ms,
            per_thousand(server.saturating_sub(before.server)),
            (statements - before.statements) / result.requests,
            self.server.memory()?,
        );
        Ok(())
    }
}

/// What was spent before a workload.
struct Before {
    statements: f64,
    server: Duration,
    database: Option<Duration>,
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// The id of the position that a command changed, in the status that it should have now.
fn changed(answer: &[u8], command: &str, status: &str) -> Result<String, Trouble> {
    let answer: Value = serde_json::from_slice(answer)?;
    let position = answer.pointer(&format!("/data/{command}/position")).unwrap_or(&Value::Null);
    match (position.get("id").and_then(Value::as_str), position.get("status").and_then(Value::as_str)) {
        (Some(id), Some(found)) if found == status && answer.get("errors").is_none() => Ok(id.to_owned()),
        _ => Err(format!("{command}: {answer}").into()),
    }
}
