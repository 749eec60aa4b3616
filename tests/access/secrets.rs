//! Who a client is and what was written about them comes back on no path to anybody but those who work in the case: every
//! field of every type is asked for, three relations deep, from every root, from every record by its id, and from every
//! subscription; and every address beside the interface.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::fields::root_fields;
use super::matrix::{Reader, begin, ids, readers};
use super::samples::{Sample, samples};
use super::world::Place;
use crate::app::{Client, TestApp};
use crate::bodies::{oparl, packs};
use crate::casework::done;
use crate::clients::{CENTRAL, MUNICIPAL, command, command_for};
use crate::databases::{TestDatabase, both_databases};
use crate::files;
use crate::program::Program;
use crate::sockets::Socket;
use crate::tables::Tables;

/// What of the client's identity is on record, as the tests plant it.
const IDENTITY: [&str; 6] = ["Musterfrau", "Musterova", "Erika", "1985-03-14", "Musterweg", "erika@muster.example"];
/// What was written in the case.
const TEXTS: [&str; 7] = ["BEFUND", "WUNSCH", "ZIEL", "MASSNAHME", "GESPRAECH", "VERMERK", "AUFGABE"];
/// What is written in the case while others listen.
const HEARD: [&str; 9] = [
    "HOERNOTIZ",
    "HOERANLASS",
    "HOERKONTAKT",
    "HOERPHASE",
    "HOERAKTE",
    "HOERZWECK",
    "HOERERKLAERUNG",
    "HOERGRUSS",
    "HOERUMZUG",
];
/// Told in words that name nobody: for the centre as well.
const VIGNETTE: &str = "KANARIENVOGEL";
/// What stands in a document of the case.
const CONTENT: &str = "MARKINHALT";
/// How many relations are followed.
const DEPTH: usize = 3;
/// Requests under way at once.
const AT_ONCE: usize = 4;
/// Subscriptions on one socket: fewer than it can have.
const ON_A_SOCKET: usize = 40;
/// So long nothing arrives where nothing is to come.
const QUIET: Duration = Duration::from_secs(2);

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

/// Where something came back that should not, for whoever has to repair it.
fn places<'a>(told: &'a str, marks: &[&str]) -> Vec<&'a str> {
    let lines = told.lines().filter(|line| marks.iter().any(|mark| line.contains(mark)));
    lines.map(|line| &line[..line.floor_char_boundary(4000)]).collect()
}

/// A barrier of a case, told in words that name nobody, so far up that the centre follows it.
async fn followed(manager: &Client, case: &str) {
    let told = json!({ "caseId": case, "kind": "COST", "needArea": "WORK", "severity": "MINOR", "vignette": format!("Ein {VIGNETTE} sang.") });
    let barrier = crate::structure::raised(manager, told).await;
    // From here on the centre follows it, and reads what happened.
    let up = json!({ "barrierId": barrier["id"], "stage": 3 });
    done(manager, "barrierMove", up, "barrier { id }").await;
}

/// What a subscription can be asked for: all of it, and in parts if that is too much. A change is a record with an entry
/// of the log: each of the two has parts of its own.
fn subscriptions(schema: &Schema, field: &FieldDefinition) -> Vec<(String, Vec<Vec<String>>)> {
    let (call, ty) = (Schema::call(field).unwrap(), base(&field.ty.node));
    let fields = &schema.0[&ty];
    let records: Vec<&FieldDefinition> =
        fields.iter().filter(|field| schema.0.contains_key(&base(&field.ty.node))).collect();
    let mut places = Vec::new();
    if records.len() == fields.len() {
        for record in records {
            let open = format!("{call} {{ entry {{ command }} {} {{", record.name.node);
            places.push((open, base(&record.ty.node), "} }"));
        }
    } else {
        places.push((format!("{call} {{"), ty, "}"));
    }
    let asked = places.into_iter().map(|(open, object, close)| {
        let whole = |only: Option<&str>, depth: usize| {
            let selected = schema.selection(&object, depth, only)?;
            Some(format!("subscription {{ {open}{selected} {close} }}"))
        };
        (whole(None, DEPTH).unwrap(), parts(schema, &object, &whole))
    });
    asked.collect()
}

/// Whether a subscription is not too much to ask for.
async fn fits(app: &TestApp, client: &Client, document: &str) -> bool {
    let sample = Sample { variant: "", document: document.to_owned(), variables: json!({}) };
    let outcome = begin(app, client, &sample).await;
    assert!(outcome == "data" || outcome.starts_with("QUERY_TOO"), "{document}: {outcome}");
    outcome == "data"
}

/// Subscriptions that together tell all that there is to hear, each with the name of its field; for somebody who may begin
/// all of them.
async fn all_there_is_to_hear(app: &TestApp, client: &Client) -> Vec<(String, String)> {
    let schema = Schema::read();
    let mut chosen = Vec::new();
    for field in &schema.0["Subscription"] {
        for (whole, parts) in subscriptions(&schema, field) {
            let lists = if fits(app, client, &whole).await { vec![vec![whole]] } else { parts };
            for list in lists {
                for document in list {
                    if fits(app, client, &document).await {
                        chosen.push((field.name.node.to_string(), document));
                        break;
                    }
                }
            }
        }
    }
    chosen
}

/// What arrived for somebody who opened every subscription.
#[derive(Default)]
struct Heard {
    told: String,
    /// Answers to subscriptions to changes of cases.
    changes: usize,
    /// Subscriptions that were refused or have ended.
    over: usize,
}

impl Heard {
    fn take(&mut self, message: &Value) {
        let is_change = message["id"].as_str().is_some_and(|id| id.starts_with("caseChanged"));
        match message["type"].as_str() {
            Some("next") => self.changes += usize::from(is_change),
            Some("error" | "complete") => self.over += 1,
            _ => {}
        }
        writeln!(self.told, "{message}").unwrap();
    }
}

type Ear = Arc<Mutex<Heard>>;

/// How many subscriptions were refused or have ended.
fn over(ears: &BTreeMap<String, Ear>) -> usize {
    ears.values().map(|ear| ear.lock().unwrap().over).sum()
}

/// Opens subscriptions for somebody, and takes in what arrives until nothing has come for a while after the end.
async fn listen(
    app: &TestApp,
    client: &Client,
    documents: &[(String, String)],
    ear: &Ear,
    end: &CancellationToken,
) -> Vec<JoinHandle<()>> {
    let mut tasks = Vec::new();
    for some in documents.chunks(ON_A_SOCKET) {
        let mut socket = Socket::of(app, client).await;
        for (number, (field, document)) in some.iter().enumerate() {
            socket.subscribe(&format!("{field} {number}"), document, json!({})).await;
        }
        let (ear, end) = (Arc::clone(ear), end.clone());
        tasks.push(tokio::spawn(async move {
            loop {
                match socket.hear_within(QUIET).await {
                    Some(message) => ear.lock().unwrap().take(&message),
                    None if end.is_cancelled() => return,
                    None => {}
                }
            }
        }));
    }
    tasks
}

/// Waits for what takes a while, because much is asked for at once.
async fn patiently(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..2_400 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("did not happen in two minutes: {what}");
}

/// Links to a content that nobody signed: without a signature, with an empty one, and with that of a link to another
/// content.
fn forged(genuine: &str, other: &str) -> Vec<String> {
    const SIGNATURE: usize = 32;
    let bytes = |link: &str| URL_SAFE_NO_PAD.decode(link.rsplit_once("/files/").unwrap().1).unwrap();
    let (genuine, other) = (bytes(genuine), bytes(other));
    let text = &genuine[SIGNATURE..];
    let tokens = [text.to_vec(), [&[0; SIGNATURE][..], text].concat(), [&other[..SIGNATURE], text].concat()];
    tokens.iter().map(|token| format!("/files/{}", URL_SAFE_NO_PAD.encode(token))).collect()
}

both_databases! {
    async fn a_planted_identity_comes_back_on_no_path_but_to_those_who_work_in_the_case(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let place = Place::demo(&app).await;
        let ids = ids(&app, &place).await;
        followed(&app.user(MUNICIPAL).await, &ids.case).await;
        let readers = readers(&app, &place).await;
        let schema = Schema::read();
        let mut roots: Vec<(String, String, Value)> = Vec::new();
        // What subscriptions tell is listened to elsewhere.
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
        let search = "query($names: String!) { clientSearch(names: $names) { nodes { fit client { id identity { familyName } } } } }";
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
            if reader.name != "CM" {
                let marks: Vec<&str> = IDENTITY.iter().chain(&TEXTS).copied().collect();
                assert_eq!(places(&told, &marks), Vec::<&str>::new(), "{}", reader.name);
            }
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

    async fn what_happens_in_a_case_is_heard_with_its_identity_by_those_who_work_in_it_and_by_nobody_else(db: TestDatabase) {
        // Much is asked for at once: it may take its time.
        let slow = TestApp::on(db).with("KIM_SERVER_REQUEST_TIMEOUT_MS", "60000").with("KIM_DATABASE_ACQUIRE_TIMEOUT_MS", "50000");
        let app = slow.start().await;
        let place = Place::demo(&app).await;
        let ids = ids(&app, &place).await;
        let (manager, coordinator) = (app.user(MUNICIPAL).await, app.coordinator().await);
        let mut readers = readers(&app, &place).await;
        // The case is going to be offered to this one.
        readers.push(Reader { name: "receiver".to_owned(), client: app.user(CENTRAL).await });
        app.seal().await;

        let documents = all_there_is_to_hear(&app, &manager).await;
        let fields: BTreeSet<String> = root_fields().into_iter().filter(|(root, _)| root == "Subscription").map(|(_, field)| field).collect();
        assert_eq!(documents.iter().map(|(field, _)| field.clone()).collect::<BTreeSet<_>>(), fields);
        let of_cases = documents.iter().filter(|(field, _)| field == "caseChanged").count();
        let feed = app.app.engine.services().feed.clone();
        let (before, end) = (feed.subscribers(), CancellationToken::new());
        let (mut ears, mut tasks): (BTreeMap<String, Ear>, Vec<JoinHandle<()>>) = Default::default();
        for reader in &readers {
            if reader.name == "ended" {
                let mut socket = Socket::silent(&app).await;
                socket.introduce(&reader.client).await;
                assert_eq!(socket.closing().await.0, 4403);
                continue;
            }
            let ear = ears.entry(reader.name.clone()).or_default();
            tasks.extend(listen(&app, &reader.client, &documents, ear, &end).await);
            let opened = before + ears.len() * documents.len();
            patiently("each subscription begins or is refused", || feed.subscribers() + over(&ears) == opened).await;
        }
        let refused = over(&ears);

        let mut tables = Tables::open(app.db.url()).await;
        let events = format!("SELECT count(*) FROM event WHERE subject = '{}'", ids.case);
        let first = tables.number(&events).await;
        let receiver = crate::transfers::manager(&manager, "Clara").await;
        let (case, client) = (&ids.case, &ids.client);
        let changes = [
            ("noteWrite", json!({ "caseId": case, "text": "HOERNOTIZ" }), "note { id }", Some("HOERANLASS")),
            ("contactRecord", json!({ "caseId": case, "channel": "EMAIL", "partner": "CLIENT", "note": "HOERKONTAKT" }), "contact { id }", None),
            ("caseAdvancePhase", json!({ "caseId": case, "to": "CLEARING" }), "case { phase }", Some("HOERPHASE")),
            ("documentPrepare", json!({ "caseId": case, "name": "HOERAKTE.pdf", "documentType": "PDF", "sizeBytes": 100 }), "document { id }", None),
            ("consentRecord", json!({ "clientId": client, "scope": "STATISTICS_ONLY", "form": "ORAL", "language": "uk",
                "purpose": "HOERZWECK", "explanation": "HOERERKLAERUNG" }), "consent { id }", None),
            ("transferOffer", json!({ "caseId": case, "toStaffMemberId": receiver, "legalBasis": "PUBLIC_TASK_6_1_E",
                "message": "Frau Musterfrau HOERGRUSS" }), "transfer { id }", Some("HOERUMZUG")),
            ("casePause", json!({ "caseId": case }), "case { status }", None),
        ];
        followed(&manager, case).await;
        for (name, input, fields, reason) in changes {
            let answer = command_for(&manager, name, input, fields, reason).await;
            assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{name}: {answer:?}");
            // Whoever may see the case has heard of all that happened in it so far, on each subscription to it.
            let happened = usize::try_from(tables.number(&events).await - first).unwrap();
            let has_heard = |name: &str| ears[name].lock().unwrap().changes == happened * of_cases;
            patiently(name, || has_heard("CM") && has_heard("SUP")).await;
        }
        // What is told of structures and positions reaches others as well.
        let parked = json!({ "themeId": ids.theme, "status": "PARKED" });
        let parked = command_for(&coordinator, "themeSteer", parked, "theme { status }", Some("Erst im Herbst")).await;
        assert_eq!(parked.user_errors(), Vec::<&str>::new(), "{parked:?}");
        let answer = json!({ "themeId": ids.theme, "text": "Im Herbst wird neu gerechnet." });
        done(&coordinator, "themeAnswer", answer, "answer { id }").await;
        crate::desk::planned(&coordinator, &ids.town, "CANARY-1").await;
        for (name, sign) in [("CM", "THEME_ANSWERED"), ("receiver", "TRANSFER_OFFERED"), ("COO", "CANARY-1"), ("EMP", "CANARY-1")] {
            patiently(&format!("{name} hears of {sign}"), || ears[name].lock().unwrap().told.contains(sign)).await;
        }
        tokio::time::sleep(QUIET).await;
        end.cancel();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(over(&ears), refused, "a subscription has ended");

        let secret: Vec<&str> = IDENTITY.iter().chain(&TEXTS).chain(&HEARD).copied().collect();
        for (name, ear) in &ears {
            let heard = ear.lock().unwrap();
            let told = &heard.told;
            assert!(!told.contains("\"INTERNAL\"") && !told.contains("VALIDATION_FAILED"), "{name}");
            if name == "CM" {
                let (identity, written) = (found(told, &IDENTITY), found(told, &HEARD));
                assert_eq!((identity.len(), written.len()), (IDENTITY.len(), HEARD.len()), "{identity:?} {written:?}");
            } else {
                assert_eq!(places(told, &secret), Vec::<&str>::new(), "{name}");
            }
            assert_eq!(told.contains(VIGNETTE), ["CM", "SUP"].contains(&name.as_str()), "{name}");
        }
    }

    async fn no_address_beside_the_interface_tells_who_a_client_is(db: TestDatabase) {
        let round = oparl::council(db).await;
        let app = &round.app;
        let place = Place::demo(app).await;
        let ids = ids(app, &place).await;
        let (manager, colleague) = (app.user(MUNICIPAL).await, app.user(CENTRAL).await);
        // A theme that rests on the case stands on the papers of a body, and was released to the public.
        followed(&manager, &ids.case).await;
        done(&round.coordinator, "themeGather", json!({ "themeId": ids.theme }), "theme { id }").await;
        let item = json!({ "meetingId": ids.bodies.planned, "title": "Kosten", "themeId": ids.theme });
        done(&round.coordinator, "agendaItemAdd", item, "agendaItem { id }").await;
        let deadline = json!({ "caseId": ids.case, "origin": { "dueOn": "2023-07-01" }, "text": "VERMERK zur Frist" });
        done(&manager, "deadlineAdd", deadline, "deadline { id }").await;
        let feed = command(&manager, "calendarFeedCreate", json!({ "name": "Telefon" }), "url").await;
        let feed = feed.payload()["url"].as_str().unwrap_or_else(|| panic!("{feed:?}"));
        let feed = files::path(feed).to_owned();
        let document = files::stored(app, &manager, &json!({ "id": ids.case }), &files::pdf(5_000)).await;
        let genuine = files::url(app, &files::link(&manager, &document).await, "download");
        let consent = json!({ "consent": { "form": "WRITTEN", "language": "de" } });
        let other = crate::clients::open_case(&colleague, json!({ "givenNames": "Anders", "familyName": "Muster" }), consent).await;
        let upload = files::prepare(&manager, &json!({ "id": ids.case }), "PDF", 5_000).await;
        let document = files::stored(app, &colleague, &other.payload()["case"], &files::pdf(5_000)).await;
        let other = files::url(app, &files::link(&colleague, &document).await, "download");
        let (public, mut addresses) = oparl::told_of(&round, &ids.theme, &ids.publication).await;

        addresses.extend(forged(&genuine, &other));
        addresses.extend([files::path(upload.payload()["upload"]["url"].as_str().unwrap()).to_owned(), format!("/files/{}", ids.document)]);
        // Who has the address of a calendar reads it; it names nobody. Without the token, or with another one, there is nothing.
        addresses.extend([feed.clone(), feed.replacen("kimc_", "kimc_A", 1), format!("/calendar/kimc_{}.ics", "A".repeat(43))]);
        for meeting in [&ids.bodies.planned, &ids.bodies.invited, &ids.bodies.held] {
            addresses.push(format!("/meetings/{meeting}/pack.html"));
        }
        addresses.extend([format!("/concepts/{}.html", ids.concept.concept), format!("/papers/{}", ids.bodies.paper)]);
        addresses.extend(["/calendar/.ics", "/files/", "/metrics", "/health/ready", "/.well-known/jwks.json"].map(str::to_owned));

        let marks: Vec<&str> = IDENTITY.iter().chain(&TEXTS).copied().chain([VIGNETTE, CONTENT]).collect();
        assert_eq!(places(&public, &marks), Vec::<&str>::new());
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        for reader in readers(app, &place).await {
            let mut told = String::new();
            for address in &addresses {
                let mut request = http.get(app.url(address));
                if let Some(token) = &reader.client.token {
                    request = request.bearer_auth(token);
                }
                let response = request.send().await.unwrap();
                let headers = format!("{address} {} {:?}", response.status(), response.headers());
                let body = response.bytes().await.unwrap();
                writeln!(told, "{headers} {}", String::from_utf8_lossy(&body).replace(['\r', '\n'], " ")).unwrap();
            }
            assert_eq!(places(&told, &marks), Vec::<&str>::new(), "{}", reader.name);
            // The search looks at the right places.
            assert!(told.contains("BEGIN:VCALENDAR") && told.contains("Fachausschuss"), "{}", reader.name);
            assert_eq!(told.contains("Kurse sind voll"), ["SUP", "COO"].contains(&reader.name.as_str()), "{}", reader.name);
        }
        assert!(String::from_utf8_lossy(&files::get(&genuine).await.1).contains(CONTENT), "only who has the link gets the content");
        let pack = http.get(app.url(&format!("/meetings/{}/pack.pdf", ids.bodies.planned)));
        let pack = pack.bearer_auth(round.coordinator.token.as_ref().unwrap()).send().await.unwrap();
        let printed = packs::words(&pack.bytes().await.unwrap());
        assert!(printed.contains("Kursesindvoll"), "{printed}");
        assert_eq!(found(&printed, &marks), BTreeSet::new());
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
    let search = "query($names: String!) { clientSearch(names: $names) { nodes { fit client { id } } } }";
    assert!(
        !manager.send(search, json!({ "names": "Musterfrau Erika" })).await.data()["clientSearch"]["nodes"]
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
        .query("query Musterfrau { clientSearch(names: \"Musterfrau\", birthDate: \"1985-03-14x\") { nodes { fit } } }")
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
