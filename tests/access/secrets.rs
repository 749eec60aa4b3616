//! Who a client is and what was written about them comes back on no path to anybody but those who work in the case: every
//! field of every type is asked for, three relations deep, from every root and from every record by its id.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::fields::root_fields;
use super::matrix::{ids, readers};
use super::samples::samples;
use super::world::Place;
use crate::app::{Client, TestApp};
use crate::clients::MUNICIPAL;
use crate::databases::{TestDatabase, both_databases};
use crate::program::Program;

/// What of the client's identity is on record, as the tests plant it.
const IDENTITY: [&str; 6] = ["Musterfrau", "Musterova", "Erika", "1985-03-14", "Musterweg", "erika@muster.example"];
/// What was written in the case.
const TEXTS: [&str; 7] = ["BEFUND", "WUNSCH", "ZIEL", "MASSNAHME", "GESPRAECH", "VERMERK", "AUFGABE"];
/// Told in words that name nobody: for the centre as well.
const VIGNETTE: &str = "KANARIENVOGEL";
/// How many relations are followed.
const DEPTH: usize = 3;
/// Requests under way at once.
const AT_ONCE: usize = 4;

/// The objects of the schema with their fields.
struct Schema(BTreeMap<String, Vec<FieldDefinition>>);

fn base(ty: &Type) -> String {
    match &ty.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => base(inner),
    }
}

impl Schema {
    fn read() -> Self {
        let mut objects: BTreeMap<String, Vec<FieldDefinition>> = BTreeMap::new();
        for definition in parse_schema(kim::graphql::schema::build().sdl()).unwrap().definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let TypeKind::Object(object) = definition.node.kind else { continue };
            let fields = object.fields.into_iter().map(|field| field.node);
            objects.entry(definition.node.name.node.to_string()).or_default().extend(fields);
        }
        Self(objects)
    }

    /// A field as it is asked for; `None` if it needs to be told something first.
    fn call(field: &FieldDefinition) -> Option<String> {
        let needs = field
            .arguments
            .iter()
            .any(|argument| !argument.node.ty.node.nullable && argument.node.default_value.is_none());
        let has_first = field.arguments.iter().any(|argument| argument.node.name.node == "first");
        let first = if has_first { "(first: 3)" } else { "" };
        (!needs).then(|| format!("{}{first}", field.name.node))
    }

    /// All that an object tells: its own fields, and so many relations further; `None` if there is nothing to ask for. Of
    /// the first relations, only one if it is named.
    fn selection(&self, object: &str, depth: usize, only: Option<&str>) -> Option<String> {
        let mut text = String::new();
        for field in self.0.get(object)? {
            let Some(call) = Self::call(field) else { continue };
            let ty = base(&field.ty.node);
            match self.0.get(&ty) {
                None if ty == "Node" => {}
                None => write!(text, " {call}").unwrap(),
                Some(_) if only.is_some_and(|only| only != field.name.node) => {}
                Some(fields) => {
                    // A connection is no step of its own.
                    let nodes =
                        fields.iter().find(|field| field.name.node == "nodes").map(|field| base(&field.ty.node));
                    let (inner, open, close) = match &nodes {
                        Some(inner) => (inner, "{ nodes {", "} }"),
                        None => (&ty, "{", "}"),
                    };
                    let selected = if depth == 0 { None } else { self.selection(inner, depth - 1, None) };
                    if let Some(selected) = selected {
                        write!(text, " {call} {open}{selected} {close}").unwrap();
                    }
                }
            }
        }
        (!text.is_empty()).then_some(text)
    }

    /// The relations of an object.
    fn relations(&self, object: &str) -> Vec<String> {
        let fields = self.0.get(object).into_iter().flatten();
        let related = fields.filter(|field| self.0.contains_key(&base(&field.ty.node)));
        related.map(|field| field.name.node.to_string()).collect()
    }
}

/// Asks, and adds what came back. Too large a question is no answer.
async fn ask(client: &Client, document: &str, variables: &Value, told: &mut String) -> bool {
    let answer = client.post(json!({ "query": document, "variables": variables }), &[]).await;
    let codes = answer.body["errors"].as_array().into_iter().flatten();
    let codes: Vec<&str> = codes.filter_map(|error| error["extensions"]["code"].as_str()).collect();
    let too_large = codes.iter().any(|code| code.starts_with("QUERY_TOO"));
    assert!(!codes.contains(&"INTERNAL") && !codes.contains(&"VALIDATION_FAILED"), "{document}: {}", answer.body);
    told.push_str(&answer.body.to_string());
    told.push('\n');
    !too_large
}

/// What is too large to be asked at once: the object alone, and each relation with as much behind it as can be asked for.
fn parts(schema: &Schema, object: &str, whole: &impl Fn(Option<&str>, usize) -> Option<String>) -> Vec<Vec<String>> {
    let mut parts = vec![whole(Some(""), 0).into_iter().collect()];
    let deepest_first = |one: &String| (1..=DEPTH).rev().filter_map(|depth| whole(Some(one), depth)).collect();
    parts.extend(schema.relations(object).iter().map(deepest_first));
    parts
}

/// Everything that a reader is told on any path.
async fn everything(
    schema: &Schema,
    client: &Client,
    roots: &[(String, String, Value)],
    records: &[(String, String)],
) -> String {
    let mut jobs: Vec<(String, Vec<Vec<String>>, Value)> = Vec::new();
    for (field, document, variables) in roots {
        let split = document.is_empty();
        let object =
            schema.0["Query"].iter().find(|known| known.name.node == field.as_str()).map(|known| base(&known.ty.node));
        match (split, object) {
            (true, Some(ty)) => {
                let call =
                    schema.0["Query"].iter().find(|known| known.name.node == field.as_str()).and_then(Schema::call);
                let (Some(call), Some(fields)) = (call, schema.0.get(&ty)) else { continue };
                let nodes = fields.iter().find(|field| field.name.node == "nodes").map(|field| base(&field.ty.node));
                let (object, open, close) = match &nodes {
                    Some(object) => (object.clone(), "{ nodes {", "} }"),
                    None => (ty.clone(), "{", "}"),
                };
                let whole = |only: Option<&str>, depth: usize| {
                    let selected = schema.selection(&object, depth, only)?;
                    Some(format!("{{ {call} {open}{selected} {close} }}"))
                };
                jobs.extend(
                    whole(None, DEPTH - 1).map(|document| (document, parts(schema, &object, &whole), Value::Null)),
                );
            }
            _ => jobs.push((document.clone(), Vec::new(), variables.clone())),
        }
    }
    for (object, id) in records {
        let whole = |only: Option<&str>, depth: usize| {
            let selected = schema.selection(object, depth, only)?;
            Some(format!("query($id: ID!) {{ node(id: $id) {{ ... on {object} {{{selected} }} }} }}"))
        };
        jobs.extend(whole(None, DEPTH).map(|document| (document, parts(schema, object, &whole), json!({ "id": id }))));
    }
    let answers = futures_util::stream::iter(jobs).map(|(document, parts, variables)| async move {
        let mut told = String::new();
        if !ask(client, &document, &variables, &mut told).await {
            for part in parts {
                for document in part {
                    if ask(client, &document, &variables, &mut told).await {
                        break;
                    }
                }
            }
        }
        told
    });
    answers.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await.concat()
}

fn found<'a>(told: &str, marks: &[&'a str]) -> BTreeSet<&'a str> {
    marks.iter().copied().filter(|mark| told.contains(mark)).collect()
}

both_databases! {
    async fn a_planted_identity_comes_back_on_no_path_but_to_those_who_work_in_the_case(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let place = Place::demo(&app).await;
        let ids = ids(&app, &place).await;
        let manager = app.user("case.management@stadt-coesfeld.example").await;
        let told = json!({ "caseId": ids.case, "kind": "COST", "needArea": "WORK", "severity": "MINOR", "vignette": format!("Ein {VIGNETTE} sang.") });
        let barrier = crate::structure::raised(&manager, told).await;
        // From here on the centre follows it, and reads what happened.
        let up = json!({ "barrierId": barrier["id"], "stage": 3 });
        crate::casework::done(&manager, "barrierMove", up, "barrier { id }").await;
        let readers = readers(&app, &place).await;
        let schema = Schema::read();
        let mut roots: Vec<(String, String, Value)> = Vec::new();
        for (root, field) in root_fields().into_iter().filter(|(root, _)| root != "Subscription") {
            // The same for everybody; its texts have examples of days.
            if field == "errorCatalogue" {
                continue;
            }
            if root == "Query" {
                roots.push((field.clone(), String::new(), Value::Null));
            }
            if field == "sessionLogout" {
                continue;
            }
            // As it is asked for elsewhere, with what it needs; commands are only tried, and say why they are refused.
            let samples = samples(&root, &field, &ids).unwrap_or_default();
            roots.extend(samples.into_iter().map(|sample| (field.clone(), sample.document, sample.variables)));
        }
        let search = "query($names: String!) { clientSearch(names: $names) { fit client { id identity { familyName } } } }";
        roots.push(("clientSearch".to_owned(), search.to_owned(), json!({ "names": "Musterfrau Erika" })));
        let records: Vec<(String, String)> = [
            ("Case", &ids.case), ("Client", &ids.client), ("Consent", &ids.consent), ("Barrier", &ids.barrier), ("Theme", &ids.theme),
            ("Document", &ids.document), ("Note", &ids.note), ("Task", &ids.task), ("SupportPlan", &ids.plan), ("Deadline", &ids.deadline),
            ("Notice", &ids.notice), ("SupervisionSession", &ids.session), ("Unmasking", &ids.unmasking), ("Erasure", &ids.erasure),
            ("Meeting", &ids.bodies.held), ("AgendaItem", &ids.bodies.item), ("Organisation", &ids.town), ("Account", &ids.account),
        ]
        .into_iter()
        .filter(|(object, _)| kim::graphql::schema::build().sdl().contains(&format!("type {object} implements Node")))
        .map(|(object, id)| (object.to_owned(), id.clone()))
        .collect();
        assert!(records.len() >= 10, "{records:?}");
        for reader in readers {
            let mut told = everything(&schema, &reader.client, &roots, &records).await;
            let mut request = reqwest::Client::new().get(app.url("/metrics"));
            if let Some(token) = &reader.client.token {
                request = request.bearer_auth(token);
            }
            told.push_str(&request.send().await.unwrap().text().await.unwrap());
            let (identity, texts) = (found(&told, &IDENTITY), found(&told, &TEXTS));
            let vignette = told.contains(VIGNETTE);
            // Where something came back that should not, for whoever has to repair it.
            let places: Vec<&str> = told
                .lines()
                .filter(|line| !matches!(reader.name.as_str(), "CM") && IDENTITY.iter().chain(&TEXTS).any(|mark| line.contains(mark)))
                .map(|line| &line[..line.floor_char_boundary(4000)])
                .collect();
            assert_eq!(places, Vec::<&str>::new(), "{}", reader.name);
            match reader.name.as_str() {
                // The one who works in the case finds everything: so the walk gets everywhere.
                "CM" => {
                    assert_eq!((identity.len(), texts.len(), vignette), (IDENTITY.len(), TEXTS.len(), true), "{identity:?} {texts:?}");
                }
                "SUP" => assert_eq!((identity, texts, vignette), (BTreeSet::new(), BTreeSet::new(), true)),
                name => assert_eq!((identity, texts, vignette), (BTreeSet::new(), BTreeSet::new(), false), "{name}"),
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_line_of_the_log_and_no_metric_holds_what_is_on_record_about_a_person() {
    let db = TestDatabase::sqlite().await;
    let program =
        Program::on(&db).with("KIM_LOG_FILTER", "trace").with("KIM_DEMO", "true").with("KIM_LOG_FORMAT", "json");
    let process = program.serve(&["serve"]);
    let manager = Client::at(process.url("/graphql")).logged_in(MUNICIPAL, kim::demo::PASSWORD).await;
    let case = crate::clients::known(&manager).await;
    crate::casework::work(&manager, &case["id"], "MARK").await;
    // Read, searched, exported, refused with its place, and asked for in a way that fails.
    let told = crate::clients::identity(&manager, &case["client"]["id"]).await;
    assert_eq!(told.data()["client"]["identity"]["familyName"], "Musterfrau");
    let search = "query($names: String!) { clientSearch(names: $names) { fit client { id } } }";
    assert!(
        !manager.send(search, json!({ "names": "Musterfrau Erika" })).await.data()["clientSearch"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    let extract = "query($id: ID!) { clientExtract(id: $id) { json html } }";
    assert!(
        manager.send(extract, json!({ "id": case["client"]["id"] })).await.data().to_string().contains("Musterfrau")
    );
    let named = json!({ "caseId": case["id"], "kind": "COST", "needArea": "WORK", "severity": "MINOR", "vignette": "Frau Musterfrau zahlt." });
    assert_eq!(
        crate::casework::refused(&manager, "barrierRaise", named, "barrier { id }").await,
        ["TEXT_NAMES_PERSON"]
    );
    let broken = manager
        .query("query Musterfrau { clientSearch(names: \"Musterfrau\", birthDate: \"1985-03-14x\") { fit } }")
        .await;
    assert!(broken.body["errors"].is_array(), "{broken:?}");
    let metrics = reqwest::get(process.url("/metrics")).await.unwrap().text().await.unwrap();
    process.terminate();
    let ended = process.ended().await;
    assert_eq!(ended.code, 0);
    assert!(ended.complaints.lines().count() > 50, "it logs nearly everything that it can");
    for (place, text) in [("log", &ended.complaints), ("output", &ended.output), ("metrics", &metrics)] {
        let marks: Vec<&str> = IDENTITY.iter().chain(&TEXTS).copied().collect();
        assert_eq!(found(text, &marks), BTreeSet::new(), "{place}");
    }
}
