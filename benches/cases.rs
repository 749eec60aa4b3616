//! What is asked of many cases: by a case manager of the own ones, by the supervisor of all.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::{Value, json};

use crate::client::{self, Client, Round};
use crate::process::{Database, settings};
use crate::{Bench, Trouble, structure};

/// Leads a twelfth of all cases.
const CASE_MANAGER: &str = "case.management@kreis-coesfeld.example";

/// One case as its manager opens it in the morning: who it is, where, and what is planned.
const CASE: &str = "query($id: ID!) { case(id: $id) { reference status phase phaseSince openedOn version
    client { status identity { familyName givenNames birthDate address contact languages } }
    lead { displayName } municipality { name ags }
    supportPlan { number status agreedOn reviewOn
        goals(first: 10) { nodes { needArea status text measures(first: 10) { nodes { status text } } } } } } }";

/// The page of the own cases.
const OWN: &str =
    "query($after: String) { cases(first: 50, after: $after) { pageInfo { endCursor } nodes { id reference phase
    client { identity { familyName givenNames birthDate } } lead { displayName } municipality { name }
    contacts(first: 3) { nodes { heldOn channel note } } } } }";

/// Own cases in which work goes on.
const OPEN: &str = "{ cases(first: 50, filter: { statusIn: [OPEN] }) { nodes { id } } }";

/// The page of all cases, pseudonymous.
const ALL: &str =
    "query($after: String) { cases(first: 50, after: $after) { pageInfo { endCursor } nodes { reference status
    phase phaseSince intensity lead { displayName } municipality { name } } } }";

/// Leads from page to page.
const WALK: &str = "query($after: String) { cases(first: 100, after: $after) { pageInfo { endCursor } } }";

const SEARCH: &str = "query($names: String!) { clientSearch(names: $names, first: 25) { nodes { fit
    client { identity { familyName givenNames birthDate } } } } }";

const CONTACT: &str = "mutation($input: ContactRecordInput!, $options: CommandOptions) {
    contactRecord(input: $input, options: $options) { contact { id note } userErrors { code } } }";

fn text<'a>(value: &'a Value, place: &str) -> Result<&'a str, Trouble> {
    value.pointer(place).and_then(Value::as_str).ok_or_else(|| format!("no {place} in {value}").into())
}

async fn ask(bench: &Bench<'_>, query: &str, variables: Value, token: &str) -> Result<Value, Trouble> {
    let body = json!({ "query": query, "variables": variables });
    let answer = Client::connect(bench.server.address).await?.ask(&body, Some(token)).await?;
    let answer: Value = serde_json::from_slice(&answer)?;
    if answer.get("errors").is_some() { Err(format!("{query}: {answer}").into()) } else { Ok(answer) }
}

/// The cursor behind nine tenths of all cases, found by walking there.
async fn deep(bench: &Bench<'_>, cases: u32, token: &str) -> Result<String, Trouble> {
    let mut client = Client::connect(bench.server.address).await?;
    let mut after = Value::Null;
    for _ in 0..cases / 1_000 * 9 {
        let answer = client.ask(&json!({ "query": WALK, "variables": { "after": after } }), Some(token)).await?;
        let answer: Value = serde_json::from_slice(&answer)?;
        after = json!(text(&answer, "/data/cases/pageInfo/endCursor")?);
    }
    Ok(after.as_str().unwrap_or_default().to_owned())
}

/// Runs what reads and writes cases.
pub(crate) async fn all(bench: &Bench<'_>, cases: u32, round: u32) -> Result<(), Trouble> {
    let manager = client::log_in(bench.server.address, CASE_MANAGER).await?;
    let supervisor = client::log_in(bench.server.address, kim::demo::SUPERVISOR_LOGIN).await?;
    let own = ask(bench, OWN, json!({}), &manager).await?;
    let nodes = own.pointer("/data/cases/nodes").and_then(Value::as_array).ok_or("no own cases")?;
    if nodes.len() < 50 {
        return Err(format!("only {} own cases", nodes.len()).into());
    }
    let one = |node: &Value| -> Result<Value, Trouble> {
        Ok(json!({ "query": CASE, "variables": { "id": text(node, "/id")? } }))
    };
    let ones: Vec<Value> = nodes.iter().map(one).collect::<Result<_, Trouble>>()?;
    bench.queries("one case with person, manager, municipality and plan", &ones, Some(&manager)).await?;
    bench.queries("page of 50 own cases", &[json!({ "query": OWN })], Some(&manager)).await?;
    bench.queries("first page of all cases", &[json!({ "query": ALL })], Some(&supervisor)).await?;
    let name = "page at 90 % of all cases";
    if !bench.skipped(name) {
        let after = deep(bench, cases, &supervisor).await?;
        let page = json!({ "query": ALL, "variables": { "after": after } });
        bench.queries(name, &[page], Some(&supervisor)).await?;
    }
    let named = |node: &Value, places: &[&str]| -> Result<String, Trouble> {
        let names = places.iter().map(|place| text(node, &format!("/client/identity/{place}")));
        Ok(names.collect::<Result<Vec<_>, Trouble>>()?.join(" "))
    };
    for (name, places) in
        [("search by both names", &["familyName", "givenNames"][..]), ("search by family name", &["familyName"])]
    {
        let search = |node: &Value| -> Result<Value, Trouble> {
            Ok(json!({ "query": SEARCH, "variables": { "names": named(node, places)? } }))
        };
        let searches: Vec<Value> = nodes.iter().map(search).collect::<Result<_, Trouble>>()?;
        bench.queries(name, &searches, Some(&manager)).await?;
    }
    structure::all(bench, &manager).await?;
    let open = ask(bench, OPEN, json!({}), &manager).await?;
    let open = open.pointer("/data/cases/nodes").and_then(Value::as_array).ok_or("no open cases")?;
    contacts(bench, open, &manager, round).await
}

/// Each connection records contacts in cases of its own.
async fn contacts(bench: &Bench<'_>, nodes: &[Value], token: &str, round: u32) -> Result<(), Trouble> {
    let name = "a contact recorded: `contactRecord`";
    if bench.skipped(name) {
        return Ok(());
    }
    let started = bench.before().await?;
    let connections = bench.arguments.connections;
    let process = std::process::id();
    let recording = (0..connections).map(|connection| async move {
        let mut client = Client::connect(bench.server.address).await?;
        let mut time = Round::begin(bench.arguments.seconds);
        for (number, node) in nodes.iter().skip(connection).step_by(connections).cycle().enumerate() {
            if !time.goes_on() {
                break;
            }
            let body = json!({ "query": CONTACT, "variables": {
                "input": { "caseId": text(node, "/id")?, "channel": "TELEPHONE", "partner": "CLIENT", "minutes": 15,
                    "note": "Kursträger angerufen, Warteliste; nächste Woche noch einmal." },
                "options": { "idempotencyKey": format!("contact {process} {round} {connection} {number}") },
            } });
            let answer = time.time(client.send(&client::request(&body, Some(token)))).await?;
            let answer: Value = serde_json::from_slice(&answer)?;
            if answer.get("errors").is_some() || text(&answer, "/data/contactRecord/contact/id").is_err() {
                return Err(Trouble::from(format!("{name}: {answer}")));
            }
        }
        Ok(time)
    });
    let rounds = futures_util::future::try_join_all(recording).await?;
    bench.report(name, &started, rounds).await
}

fn kim(database: &Database, folder: &Path, arguments: &[&str]) -> Result<String, Trouble> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kim"));
    let output =
        command.args(arguments).env_clear().envs(settings(&database.url, folder)).current_dir(folder).output()?;
    if !output.status.success() {
        return Err(format!("kim {arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Imports rows by the command line, beside the running server.
pub(crate) fn import(bench: &Bench<'_>, folder: &Path, rows: u32) -> Result<(), Trouble> {
    if rows == 0 || bench.skipped("import") {
        return Ok(());
    }
    let source = format!("bench-{}", std::process::id());
    let mut list = "externalId,municipality,lead,familyName,givenNames,birthDate,address,openedOn,phase\n".to_owned();
    for row in 0..rows {
        list.push_str(&format!(
            "R{row},Senden,{CASE_MANAGER},Muster-{row},Olena,1985-03-14,\"Musterweg {row}, 48308 Senden\",2023-02-01,PLANNING\n"
        ));
    }
    let file = folder.join("import.csv");
    fs::write(&file, list)?;
    let begun = Instant::now();
    let file = file.to_str().ok_or("a folder whose name is no text")?;
    let told = kim(bench.database, folder, &["import", "cases", file, "--source", &source])?;
    println!("\nImport: {:.1} s. {}", begun.elapsed().as_secs_f64(), told.trim());
    Ok(())
}

/// Puts the database under a new master key.
pub(crate) fn rotate(database: &Database, folder: &Path) -> Result<(), Trouble> {
    let ring = folder.join("secrets/master-key.txt");
    let new = kim(database, folder, &["secret", "new", "master-key"])?;
    let old = fs::read_to_string(&ring)?;
    fs::write(&ring, format!("{new}{old}"))?;
    let begun = Instant::now();
    let told = kim(database, folder, &["keys", "rotate"])?;
    println!("\nRotation of the master key: {:.1} s. {}", begun.elapsed().as_secs_f64(), told.trim());
    Ok(())
}
