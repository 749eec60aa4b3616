//! What everybody reads at `/oparl/v1`: OParl 1.1, checked with the schemas of the specification by a validator that is not ours,
//! and walked from the entrance like a search engine would.
//!
//! The schemas are looked for in the folder that `KIM_STANDARDS` names, else in `shared/data` beside the project; where there are
//! none, the one test that needs them is left out with one line, unless `KIM_TEST_REQUIRE` names `standards`.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Once;

use kim::domain::bodies::oparl::can_be;
use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};

use super::*;
use crate::clients::{CENTRAL, MUNICIPAL};
use crate::databases::required;
use crate::structure::{confirmed, failed_measure, met, proposed, raised};

/// Under which address the outside world is told to find the server.
const OUTSIDE: &str = "https://kim.example.org";
const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n";
const SESSIONNET: &str = "https://www.kreis.example/sessionnet/sessionnetbi/vo0050.php?__kvonr=5924";

async fn server(db: TestDatabase) -> TestApp {
    TestApp::on(db).with("KIM_SERVER_PUBLIC_URL", OUTSIDE).with("KIM_OPARL_ENABLED", "true").start().await
}

/// A body that meets in public, and its table.
pub async fn council(db: TestDatabase) -> Round {
    Round::at(server(db).await, 2, json!({ "kind": "COUNCIL_COMMITTEE", "name": "Fachausschuss", "isPublic": true }))
        .await
}

/// Releases a theme to the public, in a meeting as well; then all that everybody reads, and the addresses of it.
pub async fn told_of(round: &Round, theme: &str, publication: &str) -> (String, Vec<String>) {
    round.decide(publication, "PUBLISHED").await;
    round.shown_on(theme, "Bericht").await;
    let walk = Everybody::of(&round.app).walk().await;
    let addresses = walk.objects.keys().chain(walk.pages.keys());
    let addresses = addresses.filter_map(|address| address.strip_prefix(OUTSIDE)).map(str::to_owned).collect();
    (walk.text, addresses)
}

/// Somebody without an account.
struct Everybody {
    inside: String,
    http: reqwest::Client,
}

/// What somebody found who followed all links.
#[derive(Default)]
struct Walk {
    /// All objects by their address, those inside of others as well.
    objects: BTreeMap<String, Value>,
    /// All pages of lists by their address.
    pages: BTreeMap<String, Value>,
    /// All that was sent, headers included.
    text: String,
}

impl Everybody {
    fn of(app: &TestApp) -> Self {
        let http = reqwest::Client::builder().timeout(std::time::Duration::from_secs(30)).build().unwrap();
        Self { inside: app.url(""), http }
    }

    async fn ask(&self, method: Method, url: &str, headers: &[(&str, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
        let url = match url.strip_prefix(OUTSIDE) {
            Some(path) => format!("{}{path}", self.inside),
            None => panic!("{url} does not begin with {OUTSIDE}"),
        };
        let mut request = self.http.request(method, url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, mut headers) = (response.status(), response.headers().clone());
        // A set, written in any order.
        if let Some(exposed) = headers.get_mut("access-control-expose-headers") {
            let mut names: Vec<&str> = exposed.to_str().unwrap().split(", ").collect();
            names.sort_unstable();
            *exposed = names.join(", ").parse().unwrap();
        }
        (status, headers, response.bytes().await.unwrap().to_vec())
    }

    async fn get(&self, url: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        self.ask(Method::GET, url, &[]).await
    }

    /// What is answered with a status, as JSON.
    async fn json(&self, url: &str, expected: StatusCode) -> Value {
        let (status, headers, body) = self.get(url).await;
        assert_eq!(status, expected, "{url}: {}", String::from_utf8_lossy(&body));
        assert_eq!(headers["content-type"], "application/json; charset=utf-8", "{url}");
        assert_eq!(headers["access-control-allow-origin"], "*", "{url}");
        serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    async fn found(&self, url: &str) -> Value {
        self.json(url, StatusCode::OK).await
    }

    /// All objects of a list, page by page.
    async fn list(&self, url: &str) -> Vec<Value> {
        let (mut all, mut next) = (Vec::new(), Some(url.to_owned()));
        while let Some(url) = next {
            let page = self.found(&url).await;
            all.extend(page["data"].as_array().unwrap().clone());
            next = page["links"]["next"].as_str().map(str::to_owned);
        }
        all
    }

    /// The list of a kind of the demo's district.
    async fn listed(&self, list: &str, question: &str) -> Vec<Value> {
        let bodies = self.list(&format!("{OUTSIDE}/oparl/v1/body")).await;
        let body = bodies.iter().find(|body| body["ags"] == "05558").unwrap_or_else(|| panic!("{bodies:?}"));
        self.list(&format!("{}{question}", body[list].as_str().unwrap())).await
    }

    /// Follows everything that looks like an address of this server, from the entrance on; `/access` and `/download` too.
    async fn walk(&self) -> Walk {
        let mut walk = Walk::default();
        let mut seen = BTreeSet::new();
        let mut open = vec![format!("{OUTSIDE}/oparl/v1")];
        while let Some(url) = open.pop() {
            if !seen.insert(url.clone()) {
                continue;
            }
            let (status, headers, body) = self.get(&url).await;
            assert_eq!(status, StatusCode::OK, "{url}");
            walk.text.push_str(&format!("{headers:?}{}", String::from_utf8_lossy(&body)));
            if headers["content-type"] != "application/json; charset=utf-8" {
                continue;
            }
            let answer: Value = serde_json::from_slice(&body).unwrap();
            links_in(&answer, &mut open);
            let objects = if answer["data"].is_array() { &mut walk.pages } else { &mut walk.objects };
            if let Some(known) = objects.insert(url.clone(), answer.clone()) {
                assert_eq!(known, answer, "{url} looks different inside of another object");
            }
            let mut inside = Vec::new();
            objects_in(&answer, &mut inside);
            for object in inside {
                let id = object["id"].as_str().unwrap().to_owned();
                let known = walk.objects.entry(id.clone()).or_insert_with(|| object.clone());
                assert_eq!(*known, object, "{id} looks different in {url}");
            }
        }
        walk
    }
}

fn links_in(value: &Value, links: &mut Vec<String>) {
    match value {
        Value::String(text) if text.starts_with(OUTSIDE) => links.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| links_in(value, links)),
        Value::Object(members) => members.values().for_each(|value| links_in(value, links)),
        _ => {}
    }
}

/// The objects of OParl in a value, itself included.
fn objects_in(value: &Value, objects: &mut Vec<Value>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| objects_in(value, objects)),
        Value::Object(members) => {
            if members.contains_key("type") {
                objects.push(value.clone());
            }
            members.values().for_each(|value| objects_in(value, objects));
        }
        _ => {}
    }
}

fn type_of(object: &Value) -> &str {
    object["type"].as_str().unwrap().strip_prefix("https://schema.oparl.org/1.1/").unwrap()
}

fn names(objects: &[Value]) -> Vec<&str> {
    objects.iter().map(|object| object["name"].as_str().unwrap_or_default()).collect()
}

/// The address of an object.
fn at(kind: &str, id: &str) -> String {
    format!("{OUTSIDE}/oparl/v1/{kind}/{id}")
}

/// The folder with the schemas of the specification.
fn schemas() -> Option<PathBuf> {
    static SAID: Once = Once::new();
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let named = std::env::var_os("KIM_STANDARDS").map(PathBuf::from);
    let folders = named.into_iter().chain([beside, PathBuf::from("/work/shared/data")]);
    let found = folders.map(|folder| folder.join("oparl-1.1")).find(|folder| folder.is_dir());
    if found.is_none() {
        let line = "OParl was not validated: there are no schemas. Name their folder in KIM_STANDARDS.";
        assert!(!required("standards"), "{line} (KIM_TEST_REQUIRE does not allow to leave it out.)");
        // Not `eprintln!`: the test harness swallows that for tests that pass.
        SAID.call_once(|| writeln!(std::io::stderr(), "{line}").unwrap());
    }
    found
}

/// The schemas by type, each with its validator. Formats are checked; `url` is the specification's own name of one. What it
/// calls `references` and `schema` means nothing to a validator, and is checked by the walk.
fn validators(folder: &Path) -> BTreeMap<String, (Value, jsonschema::Validator)> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let schema: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let mut options = jsonschema::options();
        options = options.should_validate_formats(true).should_ignore_unknown_formats(false);
        options = options.with_format("url", |text: &str| reqwest::Url::parse(text).is_ok());
        let validator = options.build(&schema).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        all.insert(path.file_stem().unwrap().to_str().unwrap().to_owned(), (schema, validator));
    }
    assert_eq!(all.len(), 12);
    all
}

/// Checks what the schema of a property says beyond JSON schema: of what type that is which it names or holds.
fn check_property(walk: &Walk, place: &str, schema: &Value, value: &Value) {
    if let Some(values) = value.as_array() {
        let of_list = schema["references"].as_str().filter(|_| schema["items"]["references"].is_null());
        for value in values {
            let mut items = schema["items"].clone();
            if let Some(references) = of_list {
                items["references"] = references.into();
            }
            check_property(walk, place, &items, value);
        }
        return;
    }
    match (schema["references"].as_str(), schema["schema"].as_str()) {
        (Some("externalList"), _) => {
            let of = schema["items"]["schema"].as_str().unwrap().trim_end_matches(".json");
            let page = walk.pages.get(value.as_str().unwrap()).unwrap_or_else(|| panic!("{place}: no list {value}"));
            for object in page["data"].as_array().unwrap() {
                assert_eq!(type_of(object), of, "{place}");
            }
        }
        (Some(references), _) => {
            let object = walk.objects.get(value.as_str().unwrap()).unwrap_or_else(|| panic!("{place}: no {value}"));
            assert_eq!(type_of(object), references, "{place}");
        }
        (None, Some(schema)) => assert_eq!(type_of(value), schema.trim_end_matches(".json"), "{place}"),
        (None, None) => {}
    }
}

/// The answer to a question that is refused: an error object that names what is wrong.
async fn refusal(everybody: &Everybody, url: &str, status: StatusCode) -> String {
    let error = everybody.json(url, status).await;
    assert_eq!(error["type"], "https://schema.oparl.org/1.1/Error", "{url}");
    assert!(!error["debug"].as_str().unwrap().is_empty());
    error["message"].as_str().unwrap().to_owned()
}

impl Round {
    async fn publish(&self, meeting: &str) {
        done(&self.coordinator, "meetingPublish", json!({ "meetingId": meeting }), "meeting { id }").await;
    }

    async fn unpublish(&self, meeting: &str) {
        done(&self.coordinator, "meetingUnpublish", json!({ "meetingId": meeting }), "meeting { id }").await;
    }

    async fn minute(&self) {
        self.app.clock.advance(Duration::minutes(1));
    }

    /// A file with this content as a paper of an item.
    async fn file(&self, item: &str, name: &str, content: &[u8], is_public: bool) -> String {
        let input = json!({ "agendaItemId": item, "kind": "PRESENTATION", "name": name, "isPublic": is_public,
            "source": { "file": { "documentType": "PDF", "sizeBytes": content.len() } } });
        let paper = id(&done(&self.coordinator, "paperAdd", input, "paper { id }").await);
        let sent = reqwest::Client::new()
            .put(self.app.url(&format!("/papers/{paper}")))
            .bearer_auth(self.coordinator.token.as_ref().unwrap())
            .body(content.to_vec());
        assert_eq!(sent.send().await.unwrap().status(), StatusCode::CREATED);
        paper
    }

    async fn reference(&self, target: Value, name: &str, url: &str, is_public: bool) -> String {
        let mut input = json!({ "kind": "PROPOSAL", "name": name, "source": { "url": url }, "isPublic": is_public });
        for (name, value) in target.as_object().unwrap() {
            input[name] = value.clone();
        }
        id(&done(&self.coordinator, "paperAdd", input, "paper { id }").await)
    }

    /// What of a theme is to leave the centre, as a coordinator writes it; nobody has agreed yet.
    async fn requested(&self, theme: &str, title: &str) -> String {
        let input = json!({ "themeId": theme, "title": title, "text": format!("Worum es geht: {title}.") });
        id(&done(&self.coordinator, "themePublicationRequest", input, "publication { id }").await)
    }

    /// What the second pair of eyes says.
    async fn decide(&self, publication: &str, status: &str) {
        let input = json!({ "themePublicationId": publication, "status": status });
        let supervisor = self.app.supervisor().await;
        done(&supervisor, "themePublicationDecide", input, "publication { id }").await;
    }

    /// A publication of a theme that two people agreed on.
    async fn released(&self, theme: &str, title: &str) -> String {
        let publication = self.requested(theme, title).await;
        self.decide(&publication, "PUBLISHED").await;
        publication
    }

    /// A published meeting with one public item on a theme, and the item.
    async fn shown_on(&self, theme: &str, item: &str) -> (String, String) {
        let meeting = self.planned().await;
        let item = self.item(&meeting, item, json!({ "isPublic": true, "themeId": theme })).await;
        self.invite(&meeting).await;
        self.publish(&meeting).await;
        (meeting, item)
    }

    /// A published meeting with one public item, and the item.
    async fn shown(&self, item: &str) -> (String, String) {
        let meeting = self.planned().await;
        let item = self.item(&meeting, item, json!({ "isPublic": true })).await;
        self.invite(&meeting).await;
        self.publish(&meeting).await;
        (meeting, item)
    }
}

both_databases! {
    async fn every_object_is_valid_and_every_reference_leads_to_what_it_promises(db: TestDatabase) {
        let Some(folder) = schemas() else { return };
        let validators = validators(&folder);
        let mut round = council(db).await;
        // Beside the demo's: parts, papers of all kinds, decisions, something taken back.
        let meeting = round.planned().await;
        let first = round.item(&meeting, "Bericht", json!({ "isPublic": true })).await;
        round.item(&meeting, "Teil", json!({ "isPublic": true, "parentId": first })).await;
        let second = round.item(&meeting, "Antrag", json!({ "isPublic": true })).await;
        let gone = round.item(&meeting, "Abgesetzt", json!({ "isPublic": true })).await;
        round.file(&second, "Folien", PDF, true).await;
        round.reference(json!({ "meetingId": meeting }), "Vorbericht", SESSIONNET, true).await;
        round.reference(json!({ "agendaItemId": second }), "Vorlage", SESSIONNET, true).await;
        let central = round.app.user(CENTRAL).await;
        for number in 0..9 {
            met(&central, number, "OFFER_FULL").await;
        }
        let theme = proposed(&round.coordinator, "OFFER_FULL").await;
        confirmed(&round.app, &theme).await;
        let theme = theme.as_str().unwrap();
        round.item(&meeting, "Volle Kurse", json!({ "isPublic": true, "themeId": theme })).await;
        let published = round.released(theme, "Mehr Kursplätze").await;
        round.invite(&meeting).await;
        round.publish(&meeting).await;
        done(&round.coordinator, "agendaItemRemove", json!({ "agendaItemId": gone }), "agendaItem { id }").await;
        round.pass(1).await;
        round.hold(&meeting, 2).await;
        let input = json!({ "agendaItemId": second, "kind": "ADOPT", "text": "Dem Antrag wird gefolgt.", "paperUrl": "https://ris.example/vo?id=2",
            "votes": { "count": { "yes": 2, "no": 0, "abstentions": 0 } } });
        done(&round.coordinator, "decisionRecord", input, "decision { id }").await;
        let walk = Everybody::of(&round.app).walk().await;
        let mut types: BTreeMap<&str, usize> = BTreeMap::new();
        for (url, object) in &walk.objects {
            let name = type_of(object);
            *types.entry(name).or_default() += 1;
            let (schema, validator) = &validators[name];
            let errors: Vec<String> = validator.iter_errors(object).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new(), "{object:#}");
            assert_eq!(object["id"], **url);
            for (property, value) in object.as_object().unwrap() {
                // What the specification has no words for is told by words of our own, of published themes and nothing else.
                if property.starts_with("kim:") {
                    assert_eq!(object["paperType"], "Generatives Thema", "{object:#}");
                    continue;
                }
                let of = &schema["properties"][property];
                assert!(of.is_object(), "{name} has no {property}");
                check_property(&walk, &format!("{url}.{property}"), of, value);
            }
            // Demanded by the text of the specification.
            assert!(object["created"].is_string() && object["modified"].is_string(), "{object:#}");
            assert!(!object.as_object().unwrap().values().any(Value::is_null), "{object:#}");
        }
        let expected = ["AgendaItem", "Body", "Consultation", "File", "Location", "Meeting", "Membership", "Organization", "Paper", "System"];
        assert_eq!(types.keys().copied().collect::<Vec<_>>(), expected, "{types:?}");
        for (url, page) in &walk.pages {
            assert!(page["pagination"].is_object() && page["links"]["self"].is_string(), "{url}");
        }
        let theme = &walk.objects[&at("paper", &published)];
        assert!(theme["kim:cases"].is_u64() && theme["consultation"][0]["agendaItem"].is_string(), "{theme:#}");
        // The validator does find what is wrong.
        let broken = |name: &str, mut object: Value, property: &str, value: Value| {
            object[property] = value;
            assert!(!validators[name].1.is_valid(&object), "{property}");
        };
        let some = |name: &str| walk.objects.values().find(|object| type_of(object) == name).unwrap().clone();
        broken("Meeting", some("Meeting"), "start", json!("morgen"));
        broken("Paper", some("Paper"), "date", json!("1.2.2023"));
        broken("File", some("File"), "accessUrl", json!("kein Ort"));
        broken("AgendaItem", some("AgendaItem"), "type", json!("https://schema.oparl.org/1.1/Meeting"));
        // What is gone is valid as well.
        let tombstone = Everybody::of(&round.app).found(&at("agendaitem", &gone)).await;
        let properties: BTreeSet<&str> = tombstone.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(properties, BTreeSet::from(["created", "deleted", "id", "modified", "type"]));
        // The text of the specification lets go what its schema demands.
        let errors: Vec<String> = validators["AgendaItem"].1.iter_errors(&tombstone).map(|error| error.to_string()).collect();
        assert_eq!(errors, ["\"order\" is a required property"]);
    }

    async fn what_is_not_published_stands_nowhere(db: TestDatabase) {
        let mut round = council(db).await;
        let user = round.coordinator.clone();
        let mut hidden: Vec<(&str, String)> = Vec::new();
        // A member by name.
        let place = Place::demo(&round.app).await;
        let town = entity::ids::Identifier::parse(&id_of(&user, "organisations", COESFELD).await).unwrap();
        let person = place.staff(town, "Kanarie Personenname").await;
        let input = json!({ "bodyId": round.body, "organisationId": town.to_string(), "function": "Fachbereichsleitung", "validFrom": "2023-01-01",
            "staffMemberId": person.to_string() });
        round.members.push(id(&done(&user, "bodyMembershipAdd", input, "bodyMembership { id }").await));
        // A meeting with public and other items.
        let theme = round.theme(7, "CONFIRMED").await;
        let meeting = round.planned().await;
        let public = round.item(&meeting, "Öffentlicher Punkt", json!({ "isPublic": true, "description": "Kanarie Beschreibung", "themeId": theme })).await;
        let secret = round.item(&meeting, "Kanarie Punkt", json!({})).await;
        let parent = round.item(&meeting, "Öffentlicher Oberpunkt", json!({ "isPublic": true })).await;
        let part = round.item(&meeting, "Kanarie Teil", json!({ "parentId": parent })).await;
        hidden.push(("agendaitem", secret.clone()));
        hidden.push(("agendaitem", part.clone()));
        hidden.push(("paper", round.requested(&theme, "Kanarie Thema").await));
        let declined = round.requested(&theme, "Kanarie abgelehnt").await;
        round.decide(&declined, "REFUSED").await;
        hidden.push(("paper", declined));
        for (item, name) in [(&public, "Kanarie Papier"), (&secret, "Kanarie Anlage")] {
            let is_public = *item == secret;
            let paper = round.reference(json!({ "agendaItemId": item }), name, "https://ris.example/kanarie", is_public).await;
            hidden.extend([("paper", paper.clone()), ("consultation", paper)]);
        }
        hidden.push(("file", round.file(&public, "Kanarie Datei", &[PDF, b"% Kanarie Inhalt"].concat(), false).await));
        let input = json!({ "agendaItemId": public, "kind": "OTHER", "name": "Kanarie Erwartet", "isPublic": true,
            "source": { "file": { "documentType": "PDF", "sizeBytes": 10 } } });
        hidden.push(("paper", id(&done(&user, "paperAdd", input, "paper { id }").await)));
        round.invite(&meeting).await;
        let input = json!({ "agendaItemId": public, "askedBy": "Kanarie Fraktion", "text": "Kanarie Frage?" });
        let question = id(&done(&user, "meetingQuestionAsk", input, "meetingQuestion { id }").await);
        let input = json!({ "meetingQuestionId": question, "answer": "Kanarie Antwort" });
        done(&user, "meetingQuestionAnswer", input, "meetingQuestion { id }").await;
        round.publish(&meeting).await;
        round.pass(1).await;
        round.hold(&meeting, 3).await;
        let user = round.coordinator.clone();
        let names: Vec<Value> = round.members.iter().zip(["YES", "NO", "YES"]).map(|(member, vote)| json!({ "bodyMembershipId": member, "vote": vote })).collect();
        for (item, text, url) in [
            (&public, "Öffentlicher Beschluss", SESSIONNET),
            (&secret, "Kanarie Beschluss", "https://ris.example/kanarie-beschluss"),
            (&part, "Kanarie Teilbeschluss", "https://ris.example/kanarie-teil"),
        ] {
            let input = json!({ "agendaItemId": item, "kind": "ADOPT", "text": text, "paperUrl": url, "votes": { "names": names } });
            let decision = id(&done(&user, "decisionRecord", input, "decision { id }").await);
            let action = json!({ "decisionId": decision, "organisationId": town.to_string(), "text": "Kanarie Auftrag" });
            done(&user, "actionItemAssign", action, "actionItem { id }").await;
            if item != &public {
                hidden.push(("paper", decision));
            }
        }
        done(&user, "meetingRecordMinutes", json!({ "meetingId": meeting, "minutes": "# Kanarie Niederschrift" }), "meeting { id }").await;
        hidden.push(("file", meeting.clone()));
        // A meeting that nobody published, and a body that never did.
        let other = round.planned().await;
        done(&user, "meetingChange", json!({ "meetingId": other, "title": "Kanarie Sitzung", "startsAt": round.in_days(3), "place": "Kanarie Raum" }), "meeting { id }").await;
        hidden.extend([("meeting", other.clone()), ("location", other.clone())]);
        hidden.push(("agendaitem", round.item(&other, "Kanarie Tagesordnung", json!({ "isPublic": true })).await));
        let body = id(&done(&user, "bodyFound", json!({ "kind": "STEERING_GROUP", "name": "Kanarie Runde" }), "body { id }").await);
        hidden.push(("organization", body.clone()));
        let input = json!({ "bodyId": body, "organisationId": town.to_string(), "function": "Kanarie Funktion", "validFrom": "2023-01-01" });
        hidden.push(("membership", id(&done(&user, "bodyMembershipAdd", input, "bodyMembership { id }").await)));
        // Another district, where nothing is published.
        let elsewhere = Place::found(&round.app, "05570", "Kreis Kanarie").await;
        hidden.push(("body", elsewhere.actor.district_id().to_string()));

        let everybody = Everybody::of(&round.app);
        let walk = everybody.walk().await;
        for word in ["Öffentlicher Punkt", "Öffentlicher Oberpunkt", "Öffentlicher Beschluss", "Fachbereichsleitung"] {
            assert!(walk.text.contains(word), "the walk has not found {word}");
        }
        assert!(!walk.text.contains("Kanarie"), "{}", walk.text.split("Kanarie").nth(1).unwrap());
        for word in ["kanarie", "Thema 7", &person.to_string(), &theme, kim::demo::COORDINATOR_LOGIN, "Muster"] {
            assert!(!walk.text.contains(word), "{word}");
        }
        for (_, hidden) in hidden.iter().filter(|(kind, _)| *kind != "file") {
            assert!(!walk.text.contains(hidden), "{hidden}");
        }
        // Nothing is left in between: the agenda counts on without the items that are not public.
        let mut orders: Vec<&Value> = walk.objects.values().filter(|object| object["meeting"] == at("meeting", &meeting)).filter_map(|object| object.get("order")).collect();
        orders.sort_by_key(|order| order.as_i64());
        assert_eq!(orders, [&json!(0), &json!(1)]);
        // Who guesses is told the same as of what never was.
        let never = at("meeting", "mtg_00000000000070008000000000000000");
        let nothing = everybody.ask(Method::GET, &never, &[]).await;
        for (kind, id) in &hidden {
            assert!(can_be(kim::domain::bodies::oparl::kind_of(kind).unwrap(), id), "{kind} {id}");
            for url in [at(kind, id), at("file", &format!("{id}/access")), at("body", &format!("{id}/meeting"))] {
                let (status, mut headers, body) = everybody.get(&url).await;
                let mut expected = nothing.1.clone();
                for name in ["x-request-id", "date"] {
                    headers.remove(name);
                    expected.remove(name);
                }
                assert_eq!((status, headers, body), (nothing.0, expected, nothing.2.clone()), "{url}");
            }
        }
        assert_eq!(nothing.0, StatusCode::NOT_FOUND);
        // Nor does the item tell that it is on a theme of which nothing was released.
        everybody.json(&at("consultation", &public), StatusCode::NOT_FOUND).await;
        // And neither do the changes of what is not public tell of it.
        let before = everybody.found(&at("meeting", &meeting)).await;
        round.minute().await;
        done(&user, "meetingRecordMinutes", json!({ "meetingId": meeting, "minutes": "# Kanarie anders" }), "meeting { id }").await;
        round.reference(json!({ "agendaItemId": secret }), "Kanarie Nachtrag", "https://ris.example/nachtrag", true).await;
        assert_eq!(everybody.found(&at("meeting", &meeting)).await, before);
    }

    async fn whoever_asks_for_changes_is_told_of_each_and_of_what_is_gone(db: TestDatabase) {
        let round = council(db).await;
        let user = &round.coordinator;
        let everybody = Everybody::of(&round.app);
        let now = || kim::domain::bodies::oparl::instant(round.app.clock.now()).replace('+', "%2B");
        let changed = async |list: &str, since: &str| everybody.listed(list, &format!("?modified_since={since}&omit_internal=true")).await;
        let meeting = round.planned().await;
        let first = round.item(&meeting, "Erster", json!({ "isPublic": true })).await;
        let second = round.item(&meeting, "Zweiter", json!({ "isPublic": true })).await;
        let early = round.item(&meeting, "Vorher abgesetzt", json!({ "isPublic": true })).await;
        done(user, "agendaItemRemove", json!({ "agendaItemId": early }), "agendaItem { id }").await;
        let paper = round.reference(json!({ "agendaItemId": first }), "Vorlage", SESSIONNET, true).await;
        round.invite(&meeting).await;
        let early_on = now();
        round.app.clock.advance(Duration::minutes(2));
        let before = now();
        round.publish(&meeting).await;
        // What becomes public is new, however old it is.
        assert_eq!(names(&changed("agendaItem", &before).await), ["Erster", "Zweiter"]);
        assert_eq!(names(&changed("meeting", &before).await), ["Sitzung"]);
        assert_eq!(everybody.listed("agendaItem", &format!("?created_since={before}")).await.len(), 2);
        assert!(everybody.listed("agendaItem", &format!("?created_until={early_on}")).await.iter().all(|item| item["name"] != "Erster"));
        assert_eq!(everybody.json(&at("agendaitem", &early), StatusCode::NOT_FOUND).await["debug"], "not found", "it was never public");
        round.minute().await;
        let since = now();
        assert_eq!(changed("meeting", &since).await, Vec::<Value>::new());
        // One item changes, and with it what holds it.
        done(user, "agendaItemChange", json!({ "agendaItemId": second, "title": "Zweiter, neu", "isPublic": true }), "agendaItem { id }").await;
        assert_eq!(names(&changed("agendaItem", &since).await), ["Zweiter, neu"]);
        assert_eq!(names(&changed("meeting", &since).await), ["Sitzung"]);
        assert_eq!(changed("paper", &since).await, Vec::<Value>::new());
        // The order changes without a change of the item.
        round.minute().await;
        let since = now();
        done(user, "agendaItemChange", json!({ "agendaItemId": second, "title": "Zweiter, neu", "isPublic": true, "position": 1 }), "agendaItem { id }").await;
        assert_eq!(names(&changed("agendaItem", &since).await), ["Erster", "Zweiter, neu"]);
        // An item is no longer public, and takes its paper with it.
        round.minute().await;
        let since = now();
        done(user, "agendaItemChange", json!({ "agendaItemId": first, "title": "Geheim", "isPublic": false }), "agendaItem { id }").await;
        let tombstones = changed("agendaItem", &since).await;
        let gone = tombstones.iter().find(|item| item["deleted"] == true).unwrap();
        assert_eq!(gone["id"], at("agendaitem", &first));
        assert_eq!(gone.as_object().unwrap().len(), 5, "{gone}");
        assert_eq!(changed("paper", &since).await[0]["id"], at("paper", &paper));
        assert_eq!(names(&everybody.listed("agendaItem", "?limit=100").await).iter().filter(|name| ["Erster", "Geheim", ""].contains(name)).count(), 0, "only who asks for changes is told");
        assert_eq!(everybody.found(&at("agendaitem", &first)).await, *gone, "with 200, as the specification has it");
        // All of it is taken back.
        round.minute().await;
        let since = now();
        round.unpublish(&meeting).await;
        let tombstone = everybody.found(&at("meeting", &meeting)).await;
        assert_eq!(changed("meeting", &since).await, std::slice::from_ref(&tombstone));
        assert_eq!(tombstone["deleted"], true);
        assert_eq!(changed("locationList", &since).await[0]["deleted"], true);
        assert!(everybody.listed("meeting", "").await.iter().all(|meeting| meeting["id"] != tombstone["id"]));
        assert!(!everybody.walk().await.text.contains("Zweiter"));
        // Published once more, it is the same object again.
        round.minute().await;
        let since = now();
        round.publish(&meeting).await;
        let again = everybody.found(&at("meeting", &meeting)).await;
        assert_eq!((&again["created"], &again["deleted"]), (&tombstone["created"], &Value::Null));
        assert_eq!(names(&changed("meeting", &since).await), ["Sitzung"]);
        // Only checked is not done.
        let unpublish = "mutation($input: MeetingUnpublishInput!) { meetingUnpublish(input: $input, options: { validateOnly: true }) { userErrors { code } } }";
        assert_eq!(user.send(unpublish, json!({ "input": { "meetingId": meeting } })).await.user_errors(), Vec::<&str>::new());
        assert_eq!(everybody.found(&at("meeting", &meeting)).await, again);
    }

    async fn bodies_and_members_come_and_go_with_what_is_public_of_them(db: TestDatabase) {
        let mut round = Round::at(server(db).await, 2, json!({})).await;
        let everybody = Everybody::of(&round.app);
        let url = at("organization", &round.body);
        let member = at("membership", &round.members[1]);
        everybody.json(&url, StatusCode::NOT_FOUND).await;
        let (meeting, items) = round.held(&[json!({ "isPublic": true })]).await;
        round.note(&items[0]).await;
        done(&round.coordinator, "meetingRecordMinutes", json!({ "meetingId": meeting, "minutes": "# Niederschrift" }), "meeting { id }").await;
        done(&round.coordinator, "meetingApproveMinutes", json!({ "meetingId": meeting }), "meeting { id }").await;
        round.publish(&meeting).await;
        let body = everybody.found(&url).await;
        assert_eq!((&body["name"], &body["classification"], body.get("membership")), (&json!("Runde"), &json!("Steuerungsgruppe"), None), "a name, and not who sits in it");
        everybody.json(&member, StatusCode::NOT_FOUND).await;
        round.unpublish(&meeting).await;
        assert_eq!(everybody.found(&url).await["deleted"], true);
        let change = async |name: &str, is_public: bool| {
            let input = json!({ "bodyId": round.body, "name": name, "isPublic": is_public });
            done(&round.coordinator, "bodyChange", input, "body { id }").await;
        };
        change("Offene Runde", true).await;
        let body = everybody.found(&url).await;
        assert_eq!((&body["name"], body["membership"].as_array().unwrap().len()), (&json!("Offene Runde"), 2));
        let membership = everybody.found(&member).await;
        assert_eq!((&membership["role"], &membership["votingRight"], &membership["startDate"]), (&json!("Funktion 1"), &json!(true), &json!("2023-01-01")));
        assert_eq!(everybody.found(membership["onBehalfOf"].as_str().unwrap()).await["name"], JOB_CENTRE);
        let end = json!({ "bodyMembershipId": round.members[1], "validUntil": "2023-07-01" });
        done(&round.coordinator, "bodyMembershipEnd", end, "bodyMembership { id }").await;
        assert_eq!(everybody.found(&member).await["endDate"], "2023-06-30", "the last day");
        change("Runde", false).await;
        for url in [&url, &member] {
            assert_eq!(everybody.found(url).await["deleted"], true);
        }
        assert_eq!(everybody.found(membership["onBehalfOf"].as_str().unwrap()).await["deleted"], true, "an institution with the last of its memberships");
    }

    async fn a_decision_leads_to_the_paper_elsewhere(db: TestDatabase) {
        let mut round = council(db).await;
        let everybody = Everybody::of(&round.app);
        let meeting = round.planned().await;
        let item = round.item(&meeting, "Antrag", json!({ "isPublic": true })).await;
        let known = round.item(&meeting, "Bekannt", json!({ "isPublic": true })).await;
        round.reference(json!({ "agendaItemId": known }), "Anlage", "https://ris.example/anlage", true).await;
        let proposal = round.reference(json!({ "agendaItemId": known }), "Vorlage 17", SESSIONNET, true).await;
        round.invite(&meeting).await;
        round.publish(&meeting).await;
        assert_eq!(everybody.found(&at("agendaitem", &item)).await.get("consultation"), None);
        round.pass(1).await;
        round.hold(&meeting, 2).await;
        let decide = async |item: &str| {
            let input = json!({ "agendaItemId": item, "kind": "ADOPT", "text": "Dem wird gefolgt.", "paperUrl": SESSIONNET,
                "votes": { "count": { "yes": 2, "no": 0, "abstentions": 0 } } });
            id(&done(&round.coordinator, "decisionRecord", input, "decision { id }").await)
        };
        let decision = decide(&item).await;
        let seen = everybody.found(&at("agendaitem", &item)).await;
        assert_eq!((&seen["result"], &seen["resolutionText"]), (&json!("Beschlossen"), &json!("Dem wird gefolgt.")));
        let consultation = everybody.found(seen["consultation"].as_str().unwrap()).await;
        assert_eq!(consultation["agendaItem"], seen["id"]);
        let paper = everybody.found(consultation["paper"].as_str().unwrap()).await;
        assert_eq!((&paper["id"], &paper["name"], &paper["web"]), (&json!(at("paper", &decision)), &json!("Antrag"), &json!(SESSIONNET)));
        // What stands on the agenda already is not named twice.
        let decision = decide(&known).await;
        everybody.json(&at("paper", &decision), StatusCode::NOT_FOUND).await;
        let seen = everybody.found(&at("agendaitem", &known)).await;
        assert_eq!(everybody.found(seen["consultation"].as_str().unwrap()).await["paper"], at("paper", &proposal));
    }

    async fn files_go_out_as_they_came_until_the_publication_is_taken_back(db: TestDatabase) {
        let mut round = council(db).await;
        let everybody = Everybody::of(&round.app);
        let meeting = round.planned().await;
        let item = round.item(&meeting, "Bericht", json!({ "isPublic": true })).await;
        // Longer than one piece.
        let content = [b"%PDF-1.7\n".as_slice(), &vec![b'x'; 600_000], b"\n%%EOF\n"].concat();
        let paper = round.file(&item, "Größe <1>", &content, true).await;
        round.invite(&meeting).await;
        everybody.json(&at("file", &format!("{paper}/download")), StatusCode::NOT_FOUND).await;
        round.publish(&meeting).await;
        let file = everybody.found(&at("file", &paper)).await;
        assert_eq!((&file["size"], &file["mimeType"], &file["name"]), (&json!(content.len()), &json!("application/pdf"), &json!("Größe <1>")));
        for (property, disposition) in [("accessUrl", None), ("downloadUrl", Some("attachment; filename=\"document.pdf\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20_1_.pdf"))] {
            let url = file[property].as_str().unwrap();
            let (status, headers, body) = everybody.get(url).await;
            assert_eq!((status, body == content), (StatusCode::OK, true));
            assert_eq!(headers.get("content-disposition").map(|value| value.to_str().unwrap()), disposition);
            assert_eq!(headers["content-type"], "application/pdf");
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert_eq!(headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'; sandbox");
            assert_eq!(headers["access-control-allow-origin"], "*");
            let tag = headers["etag"].to_str().unwrap();
            let (status, _, body) = everybody.ask(Method::GET, url, &[("if-none-match", tag)]).await;
            assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
            let (status, head, body) = everybody.ask(Method::HEAD, url, &[]).await;
            assert_eq!((status, body.len(), &head["content-type"]), (StatusCode::OK, 0, &headers["content-type"]));
        }
        // Minutes once they are approved, and published with the meeting.
        round.pass(1).await;
        round.hold(&meeting, 2).await;
        round.note(&item).await;
        let user = &round.coordinator;
        done(user, "meetingRecordMinutes", json!({ "meetingId": meeting, "minutes": "# Niederschrift\n<script>alert(1)</script>" }), "meeting { id }").await;
        done(user, "meetingApproveMinutes", json!({ "meetingId": meeting }), "meeting { id }").await;
        everybody.json(&at("file", &format!("{meeting}/access")), StatusCode::NOT_FOUND).await;
        done(user, "meetingPublish", json!({ "meetingId": meeting, "withMinutes": true }), "meeting { id }").await;
        let minutes = everybody.found(&at("meeting", &meeting)).await["resultsProtocol"].clone();
        assert_eq!(minutes["name"], "Niederschrift: Sitzung");
        let (_, headers, body) = everybody.get(minutes["downloadUrl"].as_str().unwrap()).await;
        assert_eq!(headers["content-type"], "text/markdown; charset=utf-8");
        assert!(headers["content-disposition"].to_str().unwrap().ends_with("filename*=UTF-8''Niederschrift_%20Sitzung.md"), "{headers:?}");
        assert_eq!(body, b"# Niederschrift\n<script>alert(1)</script>");
        round.unpublish(&meeting).await;
        for file in [&file, &minutes] {
            for property in ["accessUrl", "downloadUrl"] {
                everybody.json(file[property].as_str().unwrap(), StatusCode::GONE).await;
            }
            assert_eq!(everybody.found(file["id"].as_str().unwrap()).await["deleted"], true);
        }
        assert_eq!(everybody.get(&format!("{OUTSIDE}/papers/{paper}")).await.0, StatusCode::UNAUTHORIZED, "the other address is for members");
    }

    async fn pages_are_complete_while_things_are_published_in_between(db: TestDatabase) {
        let round = council(db).await;
        let everybody = Everybody::of(&round.app);
        let meeting = round.planned().await;
        let late = round.planned().await;
        let mut items = Vec::new();
        for number in 0..6 {
            items.push(round.item(&meeting, &format!("Punkt {number}"), json!({ "isPublic": true })).await);
            round.item(&late, &format!("Später {number}"), json!({ "isPublic": true })).await;
        }
        round.invite(&late).await;
        round.invite(&meeting).await;
        round.publish(&meeting).await;
        let body = everybody.list(&format!("{OUTSIDE}/oparl/v1/body")).await.remove(0);
        let mut next = Some(format!("{}?limit=2", body["agendaItem"].as_str().unwrap()));
        let (mut seen, mut pages) = (Vec::new(), 0);
        while let Some(url) = next {
            let page = everybody.found(&url).await;
            let canonical = page["links"]["self"].as_str().unwrap();
            assert_eq!(everybody.found(canonical).await, page, "a page has one address");
            assert!(page["links"]["first"].as_str().unwrap().ends_with("/agendaitem?limit=2"));
            assert_eq!(page["pagination"], json!({ "elementsPerPage": 2 }));
            seen.extend(names(page["data"].as_array().unwrap()).into_iter().map(str::to_owned));
            pages += 1;
            if pages == 2 {
                // Records that are older than those on this page, published only now; and one that goes.
                round.publish(&late).await;
                done(&round.coordinator, "agendaItemRemove", json!({ "agendaItemId": items[0] }), "agendaItem { id }").await;
            }
            next = page["links"]["next"].as_str().map(str::to_owned);
        }
        let unique: BTreeSet<&String> = seen.iter().collect();
        assert_eq!(unique.len(), seen.len(), "nothing twice: {seen:?}");
        for number in 0..6 {
            assert!(seen.contains(&format!("Punkt {number}")), "{seen:?}");
            assert!(seen.contains(&format!("Später {number}")), "{seen:?}");
        }
        // Filters stay from page to page.
        let page = everybody.found(&format!("{}?limit=1&modified_since=2000-01-01T00%3A00%3A00%2B01%3A00&omit_internal=true", body["meeting"].as_str().unwrap())).await;
        let next = page["links"]["next"].as_str().unwrap();
        assert!(next.contains("modified_since=1999-12-31T23%3A00%3A00%2B00%3A00&omit_internal=true&limit=1&after=pub_"), "{next}");
        assert_eq!(page["data"][0].get("agendaItem"), None);
        let full = everybody.found(body["meeting"].as_str().unwrap()).await;
        assert!(full["data"].as_array().unwrap().iter().all(|meeting| meeting["agendaItem"].is_array()), "{full}");
    }

    async fn what_cannot_be_understood_is_refused_clearly(db: TestDatabase) {
        let round = council(db).await;
        let everybody = Everybody::of(&round.app);
        let (meeting, _) = round.shown("Punkt").await;
        let body = everybody.list(&format!("{OUTSIDE}/oparl/v1/body")).await.remove(0);
        let list = body["meeting"].as_str().unwrap();
        for question in [
            "limit=-1", "limit=0", "limit=viele", "limit=1.5", "limit=", "limit=99999999999999999999999", "after=1", "after=", "after=pub_0",
            "after=mtg_00000000000070008000000000000000", "after=pub_0000000000007000800000000000000%00", "modified_since=gestern",
            "modified_since=2023-01-01", "modified_since=2023-13-01T00:00:00Z", "modified_since=2023-01-01T00:00:00+01:00", "created_until=",
            "created_since=99999-01-01T00:00:00Z", "modified_until=%27%20OR%201=1", "omit_internal=ja", "limit=%ff",
        ] {
            let message = refusal(&everybody, &format!("{list}?{question}"), StatusCode::BAD_REQUEST).await;
            assert!(message.contains(question.split('=').next().unwrap()), "{question}: {message}");
        }
        refusal(&everybody, &format!("{list}?limit=1&limit=2"), StatusCode::BAD_REQUEST).await;
        // More than there is on a page is not wrong; neither are years at the edge of what can be written, and words we do not know.
        assert_eq!(everybody.found(&format!("{list}?limit=5000")).await["pagination"]["elementsPerPage"], 100);
        for question in ["created_since=0000-01-01T00:00:00Z", "modified_since=0001-01-01T00:00:00%2B23:59", "created_until=9999-12-31T23:59:59-23:59", "page=7"] {
            assert!(!everybody.found(&format!("{list}?{question}")).await["data"].as_array().unwrap().is_empty(), "{question}");
        }
        let cursor = "pub_ffffffffffff7fff8fffffffffffffff";
        assert_eq!(everybody.found(&format!("{list}?after={cursor}")).await["data"], json!([]));
        let digits = meeting.strip_prefix("mtg_").unwrap();
        for path in [
            "meeting".to_owned(), "meeting/".to_owned(), "meeting/1".to_owned(), format!("meeting/MTG_{digits}"), format!("meeting/{}", meeting.to_uppercase()),
            format!("paper/{meeting}"), format!("meeting/{meeting}/access"), "person/stf_00000000000070008000000000000000".to_owned(), "theme/1".to_owned(),
            format!("meeting/{meeting}%00"), "meeting/%2e%2e%2fbody".to_owned(), format!("meeting/{}", "a".repeat(3_000)), format!("body/{meeting}/meeting"),
            format!("body/{}/theme", body["id"].as_str().unwrap().rsplit('/').next().unwrap()), "body/dst_00000000000070008000000000000000/meeting".to_owned(),
            "file/%00/access".to_owned(), "legislativeterm/x".to_owned(), "..".to_owned(),
        ] {
            refusal(&everybody, &format!("{OUTSIDE}/oparl/v1/{path}"), StatusCode::NOT_FOUND).await;
        }
        for list in ["person", "legislativeTermList"] {
            assert_eq!(everybody.found(body[list].as_str().unwrap()).await["data"], json!([]), "{list}");
        }
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            for url in [format!("{OUTSIDE}/oparl/v1"), at("meeting", &meeting), list.to_owned(), at("file", &format!("{meeting}/access"))] {
                let (status, headers, _) = everybody.ask(method.clone(), &url, &[]).await;
                assert_eq!((status, headers["allow"].to_str().unwrap()), (StatusCode::METHOD_NOT_ALLOWED, "GET, HEAD"), "{method} {url}");
            }
        }
        assert_eq!(everybody.found(&at("meeting", &meeting)).await["name"], "Sitzung");
    }

    async fn answers_can_be_kept_for_a_minute_and_asked_for_again(db: TestDatabase) {
        let round = council(db).await;
        let everybody = Everybody::of(&round.app);
        let (meeting, _) = round.shown("Punkt").await;
        let url = at("meeting", &meeting);
        let (_, headers, whole) = everybody.ask(Method::GET, &url, &[("origin", "https://karte.example")]).await;
        assert_eq!(headers["cache-control"], "public, max-age=60");
        assert_eq!(headers["last-modified"], "Thu, 01 Jun 2023 08:00:00 GMT");
        assert_eq!(headers["access-control-allow-origin"], "*");
        assert_eq!(headers["cross-origin-resource-policy"], "cross-origin");
        let tag = headers["etag"].to_str().unwrap().to_owned();
        let (status, headers, body) = everybody.ask(Method::GET, &url, &[("if-none-match", &tag)]).await;
        assert_eq!((status, body.len(), headers["etag"].to_str().unwrap()), (StatusCode::NOT_MODIFIED, 0, tag.as_str()));
        let (status, headers, body) = everybody.ask(Method::HEAD, &url, &[]).await;
        assert_eq!((status, body.len()), (StatusCode::OK, 0));
        assert_eq!(headers["content-length"].to_str().unwrap(), whole.len().to_string());
        done(&round.coordinator, "meetingChange", json!({ "meetingId": meeting, "title": "Sitzung, verlegt", "startsAt": round.in_days(2) }), "meeting { id }").await;
        let (status, _, body) = everybody.ask(Method::GET, &url, &[("if-none-match", &tag)]).await;
        assert_eq!(status, StatusCode::OK);
        assert!(String::from_utf8(body).unwrap().contains("Sitzung, verlegt"));
        let (_, headers, _) = everybody.ask(Method::GET, &format!("{OUTSIDE}/oparl/v1/body"), &[("accept-encoding", "gzip")]).await;
        assert_eq!(headers["content-encoding"], "gzip");
    }

    async fn a_full_page_costs_as_many_statements_as_a_short_one(db: TestDatabase) {
        let round = council(db).await;
        let everybody = Everybody::of(&round.app);
        for number in 0..5 {
            let (_, item) = round.shown(&format!("Punkt {number}")).await;
            round.reference(json!({ "agendaItemId": item }), "Vorlage", SESSIONNET, true).await;
            round.file(&item, "Folien", PDF, true).await;
        }
        let body = everybody.list(&format!("{OUTSIDE}/oparl/v1/body")).await.remove(0);
        round.app.seal().await;
        let cost = async |url: String| {
            let mut fewest = u64::MAX;
            for _ in 0..8 {
                let before = round.app.app.store.statements();
                everybody.found(&url).await;
                fewest = fewest.min(round.app.app.store.statements() - before);
            }
            fewest
        };
        for (list, most) in [("meeting", 8), ("agendaItem", 8), ("paper", 8), ("consultation", 8), ("file", 8), ("locationList", 8), ("organization", 7), ("membership", 5)] {
            let url = body[list].as_str().unwrap();
            let (short, full) = (cost(format!("{url}?limit=2")).await, cost(format!("{url}?limit=100")).await);
            assert!(short <= full && full <= most, "{list}: {short} {full}");
        }
        let meeting = everybody.listed("meeting", "").await.remove(0);
        assert_eq!(cost(meeting["id"].as_str().unwrap().to_owned()).await, 7, "the register, meeting, items, decisions, papers, addresses that are not public, stamps");
        assert_eq!(cost(format!("{OUTSIDE}/oparl/v1")).await, 1);
    }

    async fn what_was_published_before_there_was_a_register_is_registered_by_the_migration(db: TestDatabase) {
        let round = council(db).await;
        let (meeting, _) = round.shown("Punkt").await;
        let theme = round.theme(81, "CONFIRMED").await;
        let published = round.released(&theme, "Volle Kurse").await;
        let (_, item) = round.shown_on(&theme, "Kurse").await;
        let everybody = Everybody::of(&round.app);
        let before: BTreeSet<String> = everybody.walk().await.objects.into_keys().collect();
        assert!([at("paper", &published), at("consultation", &item)].iter().all(|url| before.contains(url)), "{before:?}");
        let mut tables = Tables::open(round.app.db.url()).await;
        tables.run("DELETE FROM published_object").await;
        everybody.json(&at("meeting", &meeting), StatusCode::NOT_FOUND).await;
        round.app.app.store.migrate().await.unwrap();
        let after = everybody.walk().await.objects;
        assert_eq!(after.keys().cloned().collect::<BTreeSet<_>>(), before);
        assert_eq!(after[&at("meeting", &meeting)]["created"], "2023-06-01T08:00:00+00:00");
        let rows = tables.count("published_object").await;
        round.app.app.store.migrate().await.unwrap();
        assert_eq!(tables.count("published_object").await, rows, "once is enough");
    }

    async fn what_is_taken_back_behind_the_register_is_not_shown_either(db: TestDatabase) {
        let round = council(db).await;
        let (meeting, item) = round.shown("Punkt").await;
        let everybody = Everybody::of(&round.app);
        let theme = round.theme(82, "CONFIRMED").await;
        let published = round.released(&theme, "Volle Kurse").await;
        let mut tables = Tables::open(round.app.db.url()).await;
        assert_eq!(everybody.found(&at("paper", &published)).await["name"], "Volle Kurse");
        tables.run("UPDATE meeting SET published_at = NULL WHERE title = 'Sitzung'").await;
        tables.run("UPDATE theme_publication SET status = 'WITHDRAWN'").await;
        for url in [at("meeting", &meeting), at("agendaitem", &item), at("location", &meeting), at("paper", &published)] {
            everybody.json(&url, StatusCode::NOT_FOUND).await;
        }
        assert!(everybody.listed("agendaItem", "").await.iter().all(|one| one["name"] != "Punkt"));
    }

    async fn it_needs_the_public_address_and_can_be_switched_off(db: TestDatabase) {
        let app = TestApp::on(db).with("KIM_OPARL_ENABLED", "true").start().await;
        let everybody = Everybody::of(&app);
        for path in ["", "/body", "/meeting/1", "/paper/thp_00000000000070008000000000000000", "/file/1/access", "/nothing"] {
            let error = everybody.json(&format!("{OUTSIDE}/oparl/v1{path}"), StatusCode::SERVICE_UNAVAILABLE).await;
            assert_eq!(error["debug"], "server.public_url is not set");
        }
        let off = app.neighbour().with("KIM_SERVER_PUBLIC_URL", OUTSIDE).start().await;
        for path in ["", "/body", "/paper/thp_00000000000070008000000000000000", "/nothing"] {
            let (status, _, body) = Everybody::of(&off).get(&format!("{OUTSIDE}/oparl/v1{path}")).await;
            assert_eq!((status, body.as_slice()), (StatusCode::NOT_FOUND, b"Not found.\n".as_slice()), "like any path that does not exist");
        }
        let (status, ..) = Everybody::of(&off).ask(Method::POST, &format!("{OUTSIDE}/oparl/v1"), &[]).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        let named = app.neighbour()
            .with("KIM_SERVER_PUBLIC_URL", "https://kim.example.org/kim/")
            .with("KIM_OPARL_ENABLED", "true")
            .with("KIM_OPARL_LICENSE", "https://www.govdata.de/dl-de/by-2-0")
            .with("KIM_OPARL_CONTACT_EMAIL", "gremien@kim.example.org")
            .start()
            .await;
        let system = Everybody::of(&named).found(&format!("{OUTSIDE}/oparl/v1")).await;
        assert_eq!((&system["id"], &system["body"]), (&json!("https://kim.example.org/kim/oparl/v1"), &json!("https://kim.example.org/kim/oparl/v1/body")));
        assert_eq!((&system["license"], &system["contactEmail"]), (&json!("https://www.govdata.de/dl-de/by-2-0"), &json!("gremien@kim.example.org")));
    }

    async fn with_a_body_that_closes_its_doors_goes_what_was_public_only_because_they_were_open(db: TestDatabase) {
        let app = server(db).await;
        let round = Round::at(app, 2, json!({})).await;
        let everybody = Everybody::of(&round.app);
        let open = async |is_public: bool| {
            let input = json!({ "bodyId": round.body, "name": "Runde", "isPublic": is_public });
            done(&round.coordinator, "bodyChange", input, "body { id }").await;
        };
        open(true).await;
        let meeting = round.planned().await;
        let item = round.item(&meeting, "Bericht", json!({ "isPublic": true })).await;
        round.invite(&meeting).await;
        done(&round.coordinator, "meetingPublish", json!({ "meetingId": meeting, "withMinutes": false }), "meeting { id }").await;
        assert_eq!(everybody.found(&at("agendaitem", &item)).await["name"], "Bericht");
        open(false).await;
        for url in [at("meeting", &meeting), at("agendaitem", &item)] {
            assert_eq!(everybody.found(&url).await["deleted"], true, "{url}");
        }
        for kind in ["CASE_CONFERENCE", "PEER_CONSULTATION"] {
            let input = json!({ "kind": kind, "name": "Fallkonferenz", "isPublic": true });
            assert_eq!(refused(&round.coordinator, "bodyFound", input).await, rule("BODY_NEVER_PUBLIC", "isPublic"));
        }
    }

    async fn a_theme_is_read_by_everybody_in_the_words_and_figures_that_two_people_released_and_in_no_others(db: TestDatabase) {
        let round = council(db).await;
        let everybody = Everybody::of(&round.app);
        let coordinator = &round.coordinator;
        let (central, municipal) = (round.app.user(CENTRAL).await, round.app.user(MUNICIPAL).await);
        let now = || kim::domain::bodies::oparl::instant(round.app.clock.now()).replace('+', "%2B");
        let changed = async |list: &str, since: &str| everybody.listed(list, &format!("?modified_since={since}")).await;
        // What it rests on: people with names, and what is told of one of them.
        for number in 0..9 {
            met(&central, number, "OFFER_FULL").await;
        }
        let (_, measure) = failed_measure(&municipal).await;
        let vignette = json!({ "measureId": measure, "severity": "SERIOUS", "minutesLost": 90, "delayDays": 14,
            "vignette": "Kanarie: der Kurs war voll, Wartezeit acht Monate." });
        raised(&municipal, vignette).await;
        let theme = proposed(coordinator, "OFFER_FULL").await;
        confirmed(&round.app, &theme).await;
        let theme = theme.as_str().unwrap();
        let (meeting, item) = round.shown_on(theme, "Volle Kurse").await;
        let hidden = ["Kanarie", "Nummer1", "Musterfrau", "Kurse sind voll", "In vielen Fällen", theme, kim::demo::COORDINATOR_LOGIN];
        let named = json!({ "themeId": theme, "title": "Kurse", "text": "Familie Nummer1 findet keinen Kurs." });
        assert_eq!(refused(coordinator, "themePublicationRequest", named).await, rule("TEXT_NAMES_PERSON", "text"));
        // One person wrote it: there is nothing, and no consultation either.
        let input = json!({ "themeId": theme, "title": "Mehr Kursplätze", "text": "Es fehlen Plätze in Sprachkursen." });
        let written = done(coordinator, "themePublicationRequest", input, "publication { id cases municipalities costEuro figuresOn themeStatus }").await;
        let (published, release) = (id(&written), json!({ "themePublicationId": written["id"], "status": "PUBLISHED" }));
        assert_eq!(refused(coordinator, "themePublicationDecide", release).await, rule("PUBLICATION_OWN", ""));
        let before = everybody.walk().await;
        assert!(!before.text.contains("Mehr Kursplätze") && !before.text.contains(&published), "it waits for a second person");
        for url in [at("paper", &published), at("consultation", &item)] {
            everybody.json(&url, StatusCode::NOT_FOUND).await;
        }
        assert_eq!(everybody.found(&at("agendaitem", &item)).await.get("consultation"), None);
        // A second one released it: everybody reads it, by the figures of that day.
        round.minute().await;
        let since = now();
        round.decide(&published, "PUBLISHED").await;
        let shown = everybody.found(&at("paper", &published)).await;
        let told: BTreeMap<&str, &Value> = shown.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value)).collect();
        let names_told = ["body", "consultation", "created", "date", "id", "kim:cases", "kim:costEuro", "kim:figuresOn", "kim:municipalities",
            "kim:text", "kim:themeStatus", "modified", "name", "paperType", "reference", "type"];
        assert_eq!(told.keys().copied().collect::<Vec<_>>(), names_told);
        for (property, expected) in [
            ("name", json!("Mehr Kursplätze")), ("kim:text", json!("Es fehlen Plätze in Sprachkursen.")), ("date", json!("2023-06-01")),
            ("paperType", json!("Generatives Thema")), ("reference", json!("GT-1")), ("kim:themeStatus", json!("bestätigt")),
            ("kim:cases", written["cases"].clone()), ("kim:municipalities", written["municipalities"].clone()),
            ("kim:costEuro", written["costEuro"].clone()), ("kim:figuresOn", written["figuresOn"].clone()),
        ] {
            assert_eq!(shown[property], expected, "{property}");
        }
        assert_eq!(written["themeStatus"], "CONFIRMED");
        assert!(written["cases"].as_u64().is_some_and(|cases| cases >= 5 && cases.is_multiple_of(5)), "{written}");
        let consultation = &shown["consultation"][0];
        assert_eq!((&consultation["agendaItem"], &consultation["meeting"], &consultation["paper"]),
            (&json!(at("agendaitem", &item)), &json!(at("meeting", &meeting)), &shown["id"]));
        assert_eq!(everybody.found(&at("agendaitem", &item)).await["consultation"], consultation["id"]);
        assert_eq!(changed("paper", &since).await, std::slice::from_ref(&shown));
        assert_eq!(changed("consultation", &since).await, std::slice::from_ref(consultation));
        assert_eq!(names(&changed("agendaItem", &since).await), ["Volle Kurse"]);
        let walk = everybody.walk().await;
        assert!(walk.text.contains("Mehr Kursplätze"), "the walk has not found it");
        for word in hidden {
            assert!(!walk.text.contains(word), "{word}");
        }
        // The theme lives on; what was released stays.
        round.minute().await;
        for number in 20..32 {
            met(&municipal, number, "OFFER_FULL").await;
        }
        done(coordinator, "themeGather", json!({ "themeId": theme }), "theme { id }").await;
        done(coordinator, "themeSteer", json!({ "themeId": theme, "status": "PRIORITISED" }), "theme { id }").await;
        let mut tables = Tables::open(round.app.db.url()).await;
        tables.run("UPDATE theme SET title = 'Kanarie Titel', description = 'Kanarie Beschreibung', reach = 'STATE'").await;
        assert_eq!(everybody.found(&at("paper", &published)).await, shown);
        assert!(!everybody.walk().await.text.contains("Kanarie"));
        // The next publication takes its place, under the same reference.
        round.minute().await;
        let since = now();
        let next = round.released(theme, "Neue Kurse").await;
        let gone = everybody.found(&at("paper", &published)).await;
        assert_eq!((&gone["deleted"], gone.as_object().unwrap().len()), (&json!(true), 5), "{gone}");
        let shown = everybody.found(&at("paper", &next)).await;
        assert_eq!((&shown["name"], &shown["reference"], &shown["kim:themeStatus"]), (&json!("Neue Kurse"), &json!("GT-1"), &json!("priorisiert")));
        assert_eq!(changed("paper", &since).await, [gone, shown.clone()]);
        assert_eq!(everybody.found(&at("consultation", &item)).await["paper"], shown["id"]);
        let other = round.theme(83, "CONFIRMED").await;
        let small = everybody.found(&at("paper", &round.released(&other, "Wenige Fälle").await)).await;
        assert_eq!(small["reference"], "GT-2", "the next theme of which something was released, whatever its number is");
        assert!(["kim:cases", "kim:municipalities", "kim:costEuro", "consultation"].iter().all(|name| small.get(*name).is_none()), "{small}");
        // Taken back, it is gone without a word of it.
        round.minute().await;
        let since = now();
        round.decide(&next, "WITHDRAWN").await;
        for url in [at("paper", &next), at("consultation", &item)] {
            let gone = everybody.found(&url).await;
            let properties: BTreeSet<&str> = gone.as_object().unwrap().keys().map(String::as_str).collect();
            assert_eq!(properties, BTreeSet::from(["created", "deleted", "id", "modified", "type"]), "{gone}");
        }
        assert_eq!(changed("paper", &since).await[0]["deleted"], true);
        assert_eq!(everybody.found(&at("agendaitem", &item)).await.get("consultation"), None);
        assert_eq!(names(&everybody.listed("paper", "").await).iter().filter(|name| ["Mehr Kursplätze", "Neue Kurse"].contains(name)).count(), 0);
        let walk = everybody.walk().await;
        for word in hidden.into_iter().chain(["Mehr Kursplätze", "Neue Kurse"]) {
            assert!(!walk.text.contains(word), "{word}");
        }
    }

    async fn a_published_theme_names_the_public_items_that_deal_with_it_and_no_others(db: TestDatabase) {
        let round = council(db).await;
        let everybody = Everybody::of(&round.app);
        let user = &round.coordinator;
        let now = || kim::domain::bodies::oparl::instant(round.app.clock.now()).replace('+', "%2B");
        let (one, two) = (round.theme(84, "CONFIRMED").await, round.theme(85, "CONFIRMED").await);
        let (first, second) = (at("paper", &round.released(&one, "Eins").await), at("paper", &round.released(&two, "Zwei").await));
        let items = async |paper: &str| {
            let consultations = everybody.found(paper).await["consultation"].as_array().cloned().unwrap_or_default();
            consultations.iter().map(|one| one["agendaItem"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let nothing = Vec::<String>::new();
        // An item counts once its meeting is published, and only if it is public itself.
        let meeting = round.planned().await;
        let item = round.item(&meeting, "Punkt", json!({ "isPublic": true, "themeId": one })).await;
        let inside = round.item(&meeting, "Intern", json!({ "themeId": one })).await;
        round.invite(&meeting).await;
        assert_eq!(items(&first).await, nothing);
        round.minute().await;
        round.publish(&meeting).await;
        let url = at("agendaitem", &item);
        assert_eq!((items(&first).await, items(&second).await), (vec![url.clone()], nothing.clone()));
        everybody.json(&at("consultation", &inside), StatusCode::NOT_FOUND).await;
        // It turns to another theme: both papers change, and nobody else's.
        round.minute().await;
        let since = now();
        let turn = json!({ "agendaItemId": item, "title": "Punkt", "isPublic": true, "themeId": two });
        done(user, "agendaItemChange", turn, "agendaItem { id }").await;
        assert_eq!((items(&first).await, items(&second).await), (nothing.clone(), vec![url.clone()]));
        assert_eq!(names(&everybody.listed("paper", &format!("?modified_since={since}")).await), ["Eins", "Zwei"]);
        assert_eq!(everybody.found(&at("consultation", &item)).await["paper"], second);
        // A proposal is what the item leads to first; the theme names the item nevertheless.
        let proposal = round.reference(json!({ "agendaItemId": item }), "Vorlage", SESSIONNET, true).await;
        assert_eq!(everybody.found(&url).await["consultation"], at("consultation", &proposal));
        assert_eq!(items(&second).await, std::slice::from_ref(&url));
        // The meeting is taken back, and published again; then its body closes its doors.
        round.unpublish(&meeting).await;
        assert_eq!(items(&second).await, nothing);
        round.publish(&meeting).await;
        assert_eq!(items(&second).await, [url]);
        round.minute().await;
        let since = now();
        let closed = json!({ "bodyId": round.body, "name": "Fachausschuss", "isPublic": false });
        done(user, "bodyChange", closed, "body { id }").await;
        assert_eq!(items(&second).await, nothing, "what was released of the theme stays, the meeting goes");
        let papers = everybody.listed("paper", &format!("?modified_since={since}")).await;
        assert!(papers.iter().any(|paper| paper["name"] == "Zwei") && papers.iter().all(|paper| paper["name"] != "Eins"), "{papers:?}");
    }

    async fn a_page_with_many_themes_costs_as_many_statements_as_one_with_a_single_theme(db: TestDatabase) {
        let round = council(db).await;
        let everybody = Everybody::of(&round.app);
        let body = everybody.list(&format!("{OUTSIDE}/oparl/v1/body")).await.remove(0);
        let cost = async |list: &str| {
            round.app.seal().await;
            let url = format!("{}?limit=100", body[list].as_str().unwrap());
            let mut fewest = u64::MAX;
            for _ in 0..8 {
                let before = round.app.app.store.statements();
                everybody.found(&url).await;
                fewest = fewest.min(round.app.app.store.statements() - before);
            }
            fewest
        };
        let mut costs = Vec::new();
        for numbers in [91..92, 92..96] {
            for number in numbers {
                let theme = round.theme(number, "CONFIRMED").await;
                round.released(&theme, &format!("Thema der Öffentlichkeit {number}")).await;
                round.shown_on(&theme, &format!("Punkt {number}")).await;
            }
            costs.push((cost("paper").await, cost("consultation").await, cost("meeting").await));
        }
        assert_eq!(costs[0], costs[1]);
        // Three for the themes, or one for what the items lead to, besides what meetings cost.
        let (papers, consultations, meetings) = costs[1];
        assert!(papers <= 12 && consultations <= 9 && meetings <= 9, "{costs:?}");
    }

    async fn a_decision_does_not_publish_the_address_of_a_paper_that_is_not_public(db: TestDatabase) {
        let app = server(db).await;
        let mut round = Round::at(app, 1, json!({})).await;
        let url = "https://ris.example/getfile.php?id=QSECRET";
        let (meeting, items) = round.held(&[json!({ "isPublic": true })]).await;
        let paper = json!({ "agendaItemId": items[0], "kind": "OTHER", "name": "Intern", "isPublic": false, "source": { "url": url } });
        done(&round.coordinator, "paperAdd", paper, "paper { id }").await;
        let input = json!({ "agendaItemId": items[0], "kind": "TAKE_NOTE", "text": "Kenntnis genommen.", "paperUrl": url });
        done(&round.coordinator, "decisionRecord", input, "decision { id }").await;
        done(&round.coordinator, "meetingRecordMinutes", json!({ "meetingId": meeting, "minutes": "x" }), "meeting { id }").await;
        done(&round.coordinator, "meetingApproveMinutes", json!({ "meetingId": meeting }), "meeting { id }").await;
        round.publish(&meeting).await;
        let everybody = Everybody::of(&round.app);
        let item = everybody.found(&at("agendaitem", &items[0])).await;
        assert!(item["result"].is_string() && !item.to_string().contains("QSECRET"), "{item}");
    }
}
