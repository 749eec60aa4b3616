//! Bodies: who belongs to them, their meetings and agendas, what they decide, and what becomes of it.

use chrono::Duration;
use kim::clock::Clock as _;
use serde_json::{Value, json};

use crate::access::world::Place;
use crate::app::{Answer, Client, TestApp};
use crate::clients::command;
use crate::databases::{TestDatabase, both_databases};
use crate::desk::id_of;
use crate::tables::Tables;

mod agendas;
pub mod concepts;
mod decisions;
mod meetings;
mod members;
mod model;
pub mod oparl;
pub mod packs;
mod papers;
mod reach;
mod silence;

const DISTRICT: &str = "Kreis Coesfeld";
const COESFELD: &str = "Stadt Coesfeld";
pub const JOB_CENTRE: &str = "Jobcenter Kreis Coesfeld";
pub const JOB_CENTRE_LOGIN: &str = "jobcenter@kreis-coesfeld.example";

/// The record of a command that no rule forbade.
pub async fn done(user: &Client, name: &str, input: Value, fields: &str) -> Value {
    let answer = command(user, name, input, fields).await;
    assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{name}: {answer:?}");
    let payload = answer.payload().as_object().unwrap();
    payload.iter().find(|(key, _)| *key != "userErrors").unwrap().1.clone()
}

/// The first rule that forbade a command, and its path.
pub async fn refused(user: &Client, name: &str, input: Value) -> (String, String) {
    let answer = command(user, name, input, "replayed").await;
    answer.rules().first().unwrap_or_else(|| panic!("{name} was not refused: {answer:?}")).clone()
}

fn rule(code: &str, path: &str) -> (String, String) {
    (code.to_owned(), path.to_owned())
}

/// The text of an id.
pub fn id(record: &Value) -> String {
    record["id"].as_str().unwrap_or_else(|| panic!("no id: {record}")).to_owned()
}

/// An account of the job centre.
async fn job_centre(app: &TestApp, coordinator: &Client) -> Client {
    let place = Place::demo(app).await;
    let account = place.account(JOB_CENTRE_LOGIN, "Jana Jobcenter-Muster").await;
    let organisation = id_of(coordinator, "organisations", JOB_CENTRE).await;
    let organisation = entity::ids::Identifier::parse(&organisation).unwrap();
    place.grant(account, entity::codes::Role::Institution, organisation).await;
    app.user(JOB_CENTRE_LOGIN).await
}

/// A body with members, at whose table the tests sit.
pub struct Round {
    pub app: TestApp,
    pub coordinator: Client,
    pub body: String,
    /// Voting memberships: Stadt Coesfeld, the job centre, then functions of the district.
    pub members: Vec<String>,
}

impl Round {
    /// A working group with so many voting members.
    pub async fn open(db: TestDatabase, votes: usize, more: Value) -> Self {
        // Sealing is asked for where it matters; at other times its statements would be counted with those of a request.
        Self::at(TestApp::on(db).with("KIM_SEALING_INTERVAL_MS", "5000").start().await, votes, more).await
    }

    /// The same at a server that was set up in another way.
    pub async fn at(app: TestApp, votes: usize, more: Value) -> Self {
        let coordinator = app.coordinator().await;
        let mut input = json!({ "kind": "STEERING_GROUP", "name": "Runde", "quorum": null });
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        let body = id(&done(&coordinator, "bodyFound", input, "body { id }").await);
        let mut members = Vec::new();
        for number in 0..votes {
            let name = [COESFELD, JOB_CENTRE].get(number).unwrap_or(&DISTRICT);
            let organisation = id_of(&coordinator, "organisations", name).await;
            let input = json!({ "bodyId": body, "organisationId": organisation, "function": format!("Funktion {number}"),
                "validFrom": "2023-01-01" });
            members.push(id(&done(&coordinator, "bodyMembershipAdd", input, "bodyMembership { id }").await));
        }
        Self { app, coordinator, body, members }
    }

    /// An account of the job centre.
    pub async fn job_centre(&self) -> Client {
        job_centre(&self.app, &self.coordinator).await
    }

    /// When a meeting can begin: so many days from now.
    pub fn in_days(&self, days: i64) -> String {
        (self.app.clock.now() + Duration::days(days)).to_rfc3339()
    }

    /// A planned meeting, tomorrow.
    pub async fn planned(&self) -> String {
        let input =
            json!({ "bodyId": self.body, "title": "Sitzung", "startsAt": self.in_days(1), "place": "Kreishaus" });
        id(&done(&self.coordinator, "meetingPlan", input, "meeting { id }").await)
    }

    /// An item of a meeting; `more` adds to the input.
    pub async fn item(&self, meeting: &str, title: &str, more: Value) -> String {
        let mut input = json!({ "meetingId": meeting, "title": title });
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        id(&done(&self.coordinator, "agendaItemAdd", input, "agendaItem { id }").await)
    }

    pub async fn invite(&self, meeting: &str) {
        done(&self.coordinator, "meetingInvite", json!({ "meetingId": meeting }), "meeting { id }").await;
    }

    /// Lets days pass; everybody has to log in again.
    pub async fn pass(&mut self, days: i64) {
        self.app.clock.advance(Duration::days(days));
        self.coordinator = self.app.coordinator().await;
    }

    /// Records that the first members are there.
    pub async fn hold(&self, meeting: &str, present: usize) {
        let input = json!({ "meetingId": meeting, "presentIds": self.members[..present] });
        done(&self.coordinator, "meetingHold", input, "meeting { status }").await;
    }

    /// A meeting that takes place now, with an item for each of these inputs and all members there; it and its items.
    pub async fn held(&mut self, items: &[Value]) -> (String, Vec<String>) {
        let meeting = self.planned().await;
        let mut ids = Vec::new();
        for (number, more) in items.iter().enumerate() {
            ids.push(self.item(&meeting, &format!("Punkt {number}"), more.clone()).await);
        }
        self.invite(&meeting).await;
        self.pass(1).await;
        self.hold(&meeting, self.members.len()).await;
        (meeting, ids)
    }

    /// Takes note at an item.
    pub async fn note(&self, item: &str) -> String {
        let input = json!({ "agendaItemId": item, "kind": "TAKE_NOTE", "text": "Kenntnis genommen." });
        id(&done(&self.coordinator, "decisionRecord", input, "decision { id }").await)
    }

    /// A theme that stands so, put on record beside the server; its id.
    pub async fn theme(&self, number: i32, status: &str) -> String {
        let mut tables = Tables::open(self.app.db.url()).await;
        let theme = entity::ids::ThemeId(uuid::Uuid::now_v7());
        let key = tables.id(theme.0);
        tables
            .run(&format!(
                "INSERT INTO theme (id, district_id, number, title, description, status, status_since, reach, solvable_by, severity, version, created_at, family_id)
                 SELECT {key}, id, {number}, 'Thema {number}', 'Termine', '{status}', '2023-05-31', 'DISTRICT', 'OFFICE', 'SERIOUS', 1, '2023-05-01T08:00:00+00:00', {key}
                 FROM district WHERE ags = '05558'"
            ))
            .await;
        theme.to_string()
    }
}

/// What a document answers to somebody.
pub async fn read(user: &Client, document: &str, id: &str) -> Value {
    user.send(document, json!({ "id": id })).await.data().clone()
}

/// One text of each row of a list.
fn texts(list: &Value, name: &str) -> Vec<String> {
    let rows = list["nodes"].as_array().unwrap_or_else(|| panic!("no list: {list}"));
    rows.iter().map(|row| row[name].as_str().unwrap_or_default().to_owned()).collect()
}

/// A body of the town and the institution, with a meeting to come that both are invited to, one in planning and one that was
/// held today; for the access matrix.
pub async fn ids(app: &TestApp, town: &str, institution: &str) -> crate::access::samples::BodyIds {
    let user = app.coordinator().await;
    let body = json!({ "kind": "STEERING_GROUP", "name": "Runde" });
    let body = id(&done(&user, "bodyFound", body, "body { id }").await);
    let mut membership = String::new();
    for organisation in [institution, town] {
        let input =
            json!({ "bodyId": body, "organisationId": organisation, "function": "Leitung", "validFrom": "2023-01-01" });
        membership = id(&done(&user, "bodyMembershipAdd", input, "bodyMembership { id }").await);
    }
    let plan = async |minutes: i64, concerned: &str| {
        let starts = (app.clock.now() + Duration::minutes(minutes)).to_rfc3339();
        let input = json!({ "bodyId": body, "title": "Sitzung", "startsAt": starts });
        let meeting = id(&done(&user, "meetingPlan", input, "meeting { id }").await);
        let input = json!({ "meetingId": meeting, "title": "Punkt", "organisationId": concerned });
        let first = id(&done(&user, "agendaItemAdd", input, "agendaItem { id }").await);
        let input = json!({ "meetingId": meeting, "title": "Punkt", "organisationId": concerned });
        let second = id(&done(&user, "agendaItemAdd", input, "agendaItem { id }").await);
        (meeting, first, second)
    };
    let (planned, _, _) = plan(2_000, institution).await;
    let (invited, item, _) = plan(1_000, institution).await;
    let (held, decided, held_item) = plan(1, town).await;
    for meeting in [&invited, &held] {
        done(&user, "meetingInvite", json!({ "meetingId": meeting }), "meeting { id }").await;
    }
    // It begins in a minute, on this day: the attendance is recorded as people come.
    done(&user, "meetingHold", json!({ "meetingId": held, "presentIds": [membership] }), "meeting { id }").await;
    let input = json!({ "agendaItemId": item, "askedBy": "Fraktion A", "text": "Wie hoch?" });
    let question = id(&done(&user, "meetingQuestionAsk", input, "meetingQuestion { id }").await);
    let input =
        json!({ "agendaItemId": item, "kind": "OTHER", "name": "Anlage", "source": { "url": "https://ris.example/" } });
    let paper = id(&done(&user, "paperAdd", input, "paper { id }").await);
    let input = json!({ "agendaItemId": decided, "kind": "TAKE_NOTE", "text": "Kenntnis genommen." });
    let decision = id(&done(&user, "decisionRecord", input, "decision { id }").await);
    let input = json!({ "decisionId": decision, "organisationId": town, "text": "Auftrag" });
    let action = id(&done(&user, "actionItemAssign", input, "actionItem { id }").await);
    crate::access::samples::BodyIds {
        body,
        membership,
        planned,
        invited,
        held,
        item,
        held_item,
        question,
        paper,
        decision,
        action,
    }
}
