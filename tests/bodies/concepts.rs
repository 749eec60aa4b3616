//! The case-management concept: written, put to the participants, adopted, compared, printed.

use reqwest::StatusCode;

use super::*;
use crate::clients::command_for;

/// An edition at which the tests work, beside the one of the demo, which is given up.
struct Desk {
    app: TestApp,
    coordinator: Client,
    concept: String,
}

impl Desk {
    async fn open(db: TestDatabase) -> Self {
        let app = TestApp::start(db).await;
        let coordinator = app.coordinator().await;
        let demo = of_demo(&coordinator).await;
        let input = json!({ "conceptId": id(&demo) });
        let given_up =
            command_for(&coordinator, "conceptWithdraw", input, "concept { status }", Some("Neuer Anlauf")).await;
        assert_eq!(given_up.payload()["concept"]["status"], "WITHDRAWN", "{given_up:?}");
        let concept = id(&done(&coordinator, "conceptDraft", json!({ "title": "Konzept" }), "concept { id }").await);
        Self { app, coordinator, concept }
    }

    async fn section(&self, key: &str, title: &str, text: &str) -> String {
        let input = json!({ "conceptId": self.concept, "key": key, "title": title, "text": text });
        id(&done(&self.coordinator, "conceptSectionAdd", input, "conceptSection { id }").await)
    }

    async fn rewrite(&self, section: &str, text: &str) -> i64 {
        let input = json!({ "conceptSectionId": section, "title": "Titel", "text": text });
        let written = done(&self.coordinator, "conceptSectionChange", input, "conceptSection { version }").await;
        written["version"].as_i64().unwrap()
    }

    async fn participant(&self, name: &str) -> String {
        let organisation = id_of(&self.coordinator, "organisations", name).await;
        let input = json!({ "conceptId": self.concept, "organisationId": organisation, "function": "Leitung" });
        id(&done(&self.coordinator, "conceptParticipantAdd", input, "conceptParticipant { id }").await)
    }

    async fn consult(&self) {
        let input = json!({ "conceptId": self.concept });
        done(&self.coordinator, "conceptConsult", input, "concept { status }").await;
    }

    async fn take_back(&self, reason: Option<&str>) -> Answer {
        let input = json!({ "conceptId": self.concept });
        command_for(&self.coordinator, "conceptReturn", input, "concept { status reason openedAt }", reason).await
    }

    async fn adopt(&self, decision: &str) {
        let input = json!({ "conceptId": self.concept, "decisionId": decision });
        done(&self.coordinator, "conceptAdopt", input, "concept { status }").await;
    }

    /// Puts the edition to the town, and has it adopted.
    async fn through(&self) {
        self.consult().await;
        self.adopt(&decision(&self.app, &self.coordinator, COESFELD, "ADOPT", &self.concept).await).await;
    }

    /// Goes on with the next edition.
    async fn next(&mut self) -> String {
        let before = self.concept.clone();
        let input = json!({ "predecessorId": before });
        self.concept = id(&done(&self.coordinator, "conceptDraft", input, "concept { id }").await);
        before
    }

    async fn read(&self, user: &Client, fields: &str) -> Value {
        let document = format!("query($id: ID!) {{ concept(id: $id) {{ {fields} }} }}");
        read(user, &document, &self.concept).await["concept"].clone()
    }

    async fn get(&self, user: &Client, path: &str) -> reqwest::Response {
        let request = reqwest::Client::new().get(self.app.url(path));
        let request = match &user.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        request.send().await.unwrap()
    }
}

/// The concept of the demo.
async fn of_demo(user: &Client) -> Value {
    let document = "{ concepts(first: 1) { nodes { id number title status respondBy consultation
        sections(first: 9) { nodes { id key title authorName } } milestones(first: 9) { nodes { id title dueOn reachedOn isOverdue } }
        participants(first: 9) { nodes { id function organisation { name } position { kind } } }
        comments(first: 9) { nodes { id text authorName organisation { name } section { key } status } } } } }";
    user.query(document).await.data()["concepts"]["nodes"][0].clone()
}

/// Ids of the demo's concept, for the access matrix.
pub async fn ids(app: &TestApp) -> crate::access::samples::ConceptIds {
    let demo = of_demo(&app.coordinator().await).await;
    let participants = demo["participants"]["nodes"].as_array().unwrap();
    let town = participants.iter().find(|row| row["organisation"]["name"] == COESFELD).unwrap();
    crate::access::samples::ConceptIds {
        concept: id(&demo),
        section: id(&demo["sections"]["nodes"][0]),
        participant: id(town),
        comment: id(&demo["comments"]["nodes"][0]),
        milestone: id(&demo["milestones"]["nodes"][1]),
    }
}

/// A decision of this kind about an edition, taken today by a body of its own.
async fn decision(app: &TestApp, user: &Client, organisation: &str, kind: &str, concept: &str) -> String {
    let organisation = id_of(user, "organisations", organisation).await;
    let body = json!({ "kind": "STEERING_GROUP", "name": format!("Runde {}", uuid::Uuid::now_v7()) });
    let body = id(&done(user, "bodyFound", body, "body { id }").await);
    let input =
        json!({ "bodyId": body, "organisationId": organisation, "function": "Leitung", "validFrom": "2023-01-01" });
    let member = id(&done(user, "bodyMembershipAdd", input, "bodyMembership { id }").await);
    // It begins in a minute, on this day.
    let starts = (app.clock.now() + Duration::minutes(1)).to_rfc3339();
    let input = json!({ "bodyId": body, "title": "Sitzung", "startsAt": starts });
    let meeting = id(&done(user, "meetingPlan", input, "meeting { id }").await);
    let item =
        json!({ "meetingId": meeting, "title": "Konzept", "conceptId": (!concept.is_empty()).then_some(concept) });
    let item = id(&done(user, "agendaItemAdd", item, "agendaItem { id }").await);
    done(user, "meetingInvite", json!({ "meetingId": meeting }), "meeting { id }").await;
    done(user, "meetingHold", json!({ "meetingId": meeting, "presentIds": [member] }), "meeting { id }").await;
    let votes = match kind {
        "TAKE_NOTE" => Value::Null,
        "REJECT" => json!({ "count": { "yes": 0, "no": 1, "abstentions": 0 } }),
        _ => json!({ "count": { "yes": 1, "no": 0, "abstentions": 0 } }),
    };
    let input = json!({ "agendaItemId": item, "kind": kind, "text": "Das Konzept gilt.", "votes": votes });
    id(&done(user, "decisionRecord", input, "decision { id }").await)
}

async fn code(response: reqwest::Response) -> String {
    let body: Value = response.json().await.unwrap();
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{body}")).to_owned()
}

both_databases! {
    async fn the_concept_due_by_the_end_of_2023_is_in_the_demo(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let demo = of_demo(&app.coordinator().await).await;
        assert_eq!((&demo["number"], &demo["title"], &demo["status"]), (&json!(1), &json!("Case-Management-Konzept"), &json!("IN_CONSULTATION")));
        assert_eq!(texts(&demo["sections"], "key"), ["aim", "target-group", "responsibility", "stair", "data-protection"]);
        assert_eq!(demo["sections"]["nodes"][0]["authorName"], "Karla Koordination-Muster");
        assert_eq!(texts(&demo["milestones"], "dueOn").last().unwrap(), "2023-12-31");
        let comment = &demo["comments"]["nodes"][0];
        assert_eq!((&comment["organisation"]["name"], &comment["section"]["key"], &comment["status"]), (&json!(COESFELD), &json!("responsibility"), &json!("OPEN")));
        let positions: Vec<&Value> = demo["participants"]["nodes"].as_array().unwrap().iter().map(|row| &row["position"]).collect();
        assert_eq!(positions.iter().filter(|position| position.is_null()).count(), 5, "no position yet");
        assert!(positions.contains(&&json!({ "kind": "AGREE_WITH_RESERVATION" })));
    }

    async fn an_edition_goes_its_way_by_the_table_of_its_life(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let user = &desk.coordinator;
        let on = json!({ "conceptId": desk.concept });
        let step = |path: &str| rule("CONCEPT_STEP_NOT_ALLOWED", path);
        assert_eq!(refused(user, "conceptDraft", json!({ "title": "Noch eins" })).await, rule("CONCEPT_UNDER_WAY", ""));
        assert_eq!(refused(user, "conceptDraft", json!({})).await, rule("TEXT_EMPTY", "title"));
        assert_eq!(refused(user, "conceptConsult", on.clone()).await, rule("CONCEPT_EMPTY", ""));
        let section = desk.section("aim", "Ziel", "Unterstützen").await;
        assert_eq!(refused(user, "conceptConsult", on.clone()).await, rule("CONCEPT_WITHOUT_PARTICIPANTS", ""));
        let participant = desk.participant(COESFELD).await;
        let comment = json!({ "conceptId": desk.concept, "text": "Gut." });
        let position = json!({ "conceptParticipantId": participant, "kind": "AGREE" });
        assert_eq!(refused(user, "conceptCommentAdd", comment.clone()).await, step(""));
        assert_eq!(refused(user, "conceptTakePosition", position.clone()).await, step(""));
        let late = json!({ "conceptId": desk.concept, "respondBy": "2023-05-31" });
        assert_eq!(refused(user, "conceptConsult", late).await, rule("DATE_OUT_OF_RANGE", "respondBy"));
        let steps = desk.read(user, "availableTransitions { name allowed }").await;
        let allowed: Vec<&str> = steps["availableTransitions"].as_array().unwrap().iter()
            .filter(|step| step["allowed"] == true).map(|step| step["name"].as_str().unwrap()).collect();
        assert_eq!(allowed, ["EDIT", "INVITE", "PLAN", "CONSULT", "SETTLE_COMMENT", "WITHDRAW"]);
        desk.consult().await;
        let change = json!({ "conceptSectionId": section, "title": "Ziel", "text": "Anders" });
        assert_eq!(refused(user, "conceptSectionChange", change.clone()).await, step(""), "its text stands still");
        assert_eq!(refused(user, "conceptSectionRemove", json!({ "conceptSectionId": section })).await, step(""));
        assert_eq!(refused(user, "conceptChange", json!({ "conceptId": desk.concept, "title": "Anders" })).await, step(""));
        assert_eq!(desk.take_back(None).await.rules(), [rule("REASON_NEEDED", "options.reason")]);
        let back = desk.take_back(Some("Der Umzug fehlt.")).await;
        assert_eq!(back.payload()["concept"], json!({ "status": "DRAFT", "reason": "Der Umzug fehlt.", "openedAt": null }));
        done(user, "conceptSectionChange", change.clone(), "conceptSection { id }").await;
        desk.through().await;
        for (name, input) in [("conceptSectionChange", change), ("conceptCommentAdd", comment), ("conceptTakePosition", position),
            ("conceptConsult", on.clone())] {
            assert_eq!(refused(user, name, input).await, step(""), "{name}: an adopted edition is never changed");
        }
        let late = command_for(user, "conceptWithdraw", on, "replayed", Some("x")).await;
        assert_eq!(late.rules(), [step("")]);
        let history = desk.read(user, "consultation history(first: 30) { nodes { command reason } }").await;
        assert_eq!(history["consultation"], 2);
        let commands = texts(&history["history"], "command");
        assert_eq!(commands, ["conceptAdopt", "conceptConsult", "conceptSectionChange", "conceptReturn", "conceptConsult",
            "conceptParticipantAdd", "conceptSectionAdd", "conceptDraft"]);
    }

    async fn of_two_who_draft_an_edition_at_once_one_is_told_of_the_other(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let second = desk.app.coordinator().await;
        command_for(&desk.coordinator, "conceptWithdraw", json!({ "conceptId": desk.concept }), "replayed", Some("x")).await;
        let draft = json!({ "predecessorId": desk.concept });
        let (one, other) = tokio::join!(
            command(&desk.coordinator, "conceptDraft", draft.clone(), "concept { number }"),
            command(&second, "conceptDraft", draft.clone(), "concept { number }"),
        );
        let errors: Vec<&str> = one.user_errors().into_iter().chain(other.user_errors()).collect();
        assert_eq!(errors, ["CONCEPT_UNDER_WAY"], "{one:?} {other:?}");
    }

    async fn two_people_who_write_the_same_section_do_not_overwrite_each_other(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let (one, other) = (desk.section("aim", "Ziel", "Erster Text").await, desk.section("law", "Recht", "§ 9").await);
        let second = desk.app.coordinator().await;
        let input = |section: &str, text: &str| json!({ "conceptSectionId": section, "expectedVersion": 1, "title": "Ziel", "text": text });
        let (a, b) = tokio::join!(
            command(&desk.coordinator, "conceptSectionChange", input(&one, "von A"), "conceptSection { version }"),
            command(&second, "conceptSectionChange", input(&one, "von B"), "conceptSection { version }"),
        );
        let errors: Vec<&str> = a.user_errors().into_iter().chain(b.user_errors()).collect();
        assert_eq!(errors, ["VERSION_STALE"]);
        let won = if a.user_errors().is_empty() { "von A" } else { "von B" };
        let (a, b) = tokio::join!(
            command(&desk.coordinator, "conceptSectionChange", json!({ "conceptSectionId": one, "expectedVersion": 2, "title": "Ziel", "text": "weiter" }), "replayed"),
            command(&second, "conceptSectionChange", input(&other, "§ 10"), "replayed"),
        );
        assert!(a.user_errors().is_empty() && b.user_errors().is_empty(), "two sections are two records: {a:?} {b:?}");
        let read = desk.read(&desk.coordinator, "sections { nodes { text formerTexts { nodes { text } } } }").await;
        assert_eq!(texts(&read["sections"], "text"), ["weiter", "§ 10"]);
        assert_eq!(texts(&read["sections"]["nodes"][0]["formerTexts"], "text"), [won, "Erster Text"]);
    }

    async fn no_text_that_was_ever_saved_is_lost_and_drafts_are_nobodys_but_the_writers(db: TestDatabase) {
        let desk = Desk::open(db).await;
        desk.participant(COESFELD).await;
        let section = desk.section("aim", "Ziel", "Text 1").await;
        for number in 2..=30 {
            assert_eq!(desk.rewrite(&section, &format!("Text {number}")).await, number);
        }
        let input = json!({ "conceptSectionId": section });
        let gone = done(&desk.coordinator, "conceptSectionRemove", input.clone(), "conceptSection { isRemoved version }").await;
        assert_eq!(gone, json!({ "isRemoved": true, "version": 31 }));
        assert_eq!(refused(&desk.coordinator, "conceptSectionRemove", input).await, rule("NOT_FOUND", "conceptSectionId"));
        assert_eq!(desk.read(&desk.coordinator, "sections { nodes { key } }").await["sections"]["nodes"], json!([]));
        assert_eq!(desk.section("aim", "Ziel", "Text zurück").await, section, "the same section is back");
        let latest = desk.read(&desk.coordinator, "sections { nodes { version formerTexts(first: 2) { nodes { text version } } } }").await;
        let latest = &latest["sections"]["nodes"][0];
        assert_eq!(latest["version"], 32);
        assert_eq!(latest["formerTexts"]["nodes"], json!([{ "text": "Text 30", "version": 31 }, { "text": "Text 29", "version": 29 }]));
        let earlier = desk.read(&desk.coordinator, "sections { nodes { formerTexts(beforeVersion: 7) { nodes { text } } } }").await;
        let earlier = texts(&earlier["sections"]["nodes"][0]["formerTexts"], "text");
        assert_eq!(earlier, ["Text 6", "Text 5", "Text 4", "Text 3", "Text 2", "Text 1"]);
        desk.through().await;
        let member = desk.app.employer().await;
        let seen = desk.read(&member, "sections { nodes { text formerTexts { nodes { text } } } } history { nodes { command } }").await;
        assert_eq!(seen["sections"]["nodes"], json!([{ "text": "Text zurück", "formerTexts": { "nodes": [] } }]));
        assert_eq!(seen["history"]["nodes"], json!([]));
        let mut tables = Tables::open(desk.app.db.url()).await;
        assert_eq!(tables.number("SELECT count(*) FROM event WHERE change LIKE '%Text 30%'").await, 0, "the log holds the hash");
    }

    async fn inputs_have_limits_and_the_order_names_each_section_once(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let user = &desk.coordinator;
        let add = |key: &str, text: &str| json!({ "conceptId": desk.concept, "key": key, "title": "Titel", "text": text });
        for key in ["Ziel", "", "a b", "1", &"a".repeat(41)] {
            assert_eq!(refused(user, "conceptSectionAdd", add(key, "x")).await, rule("SECTION_KEY_MALFORMED", "key"), "{key}");
        }
        assert_eq!(refused(user, "conceptSectionAdd", add("a", &"x".repeat(20_001))).await, rule("TEXT_TOO_LONG", "text"));
        assert_eq!(refused(user, "conceptSectionAdd", add("a", &"x\n".repeat(1_001))).await, rule("TEXT_TOO_MANY_LINES", "text"));
        assert_eq!(refused(user, "conceptSectionAdd", add("a", " ")).await, rule("TEXT_EMPTY", "text"));
        let mut sections = Vec::new();
        for number in 0..40 {
            sections.push(desk.section(&format!("s{number}"), "Titel", "Text").await);
        }
        assert_eq!(refused(user, "conceptSectionAdd", add("s1", "x")).await.0, "LIST_TOO_LONG");
        done(user, "conceptSectionRemove", json!({ "conceptSectionId": sections[39] }), "conceptSection { id }").await;
        assert_eq!(refused(user, "conceptSectionAdd", add("s1", "x")).await, rule("DUPLICATE_ENTRY", "key"));
        let order = |ids: &[String]| json!({ "conceptId": desk.concept, "sectionIds": ids });
        for wrong in [&sections[..38], &sections[..], &[&sections[..38], &sections[..1]].concat()[..]] {
            assert_eq!(refused(user, "conceptArrange", order(wrong)).await, rule("SECTIONS_INCOMPLETE", "sectionIds"));
        }
        let mut turned = sections[..39].to_vec();
        turned.reverse();
        let arranged = done(user, "conceptArrange", order(&turned), "concept { version sections { nodes { id } } }").await;
        assert_eq!(texts(&arranged["sections"], "id"), turned);
        let stale = json!({ "conceptId": desk.concept, "sectionIds": turned, "expectedVersion": 1 });
        assert_eq!(refused(user, "conceptArrange", stale).await, rule("VERSION_STALE", "expectedVersion"));
        let organisation = id_of(user, "organisations", JOB_CENTRE).await;
        let stranger = user.query("{ staffMembers(first: 100) { nodes { id organisation { name } } } }").await;
        let stranger = stranger.data()["staffMembers"]["nodes"].as_array().unwrap().iter().find(|row| row["organisation"]["name"] == COESFELD).unwrap().clone();
        let participant = json!({ "conceptId": desk.concept, "organisationId": organisation, "function": "Leitung" });
        let mut named = participant.clone();
        named["staffMemberId"] = stranger["id"].clone();
        assert_eq!(refused(user, "conceptParticipantAdd", named).await, rule("STAFF_OF_OTHER_EMPLOYER", "staffMemberId"));
        let added = done(user, "conceptParticipantAdd", participant.clone(), "conceptParticipant { id invitedAt }").await;
        assert_eq!(added["invitedAt"], Value::Null);
        assert_eq!(refused(user, "conceptParticipantAdd", participant.clone()).await, rule("DUPLICATE_ENTRY", ""));
        let off = json!({ "conceptParticipantId": added["id"] });
        done(user, "conceptParticipantRemove", off.clone(), "conceptParticipant { id }").await;
        assert_eq!(refused(user, "conceptParticipantRemove", off).await, rule("NOT_FOUND", "conceptParticipantId"));
        done(user, "conceptParticipantAdd", participant, "conceptParticipant { id }").await;
    }

    async fn participants_see_an_edition_while_it_is_put_to_them_and_others_once_it_is_adopted(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let guest = job_centre(&desk.app, &desk.coordinator).await;
        desk.section("aim", "Q0title", "Q0text").await;
        let participant = desk.participant(JOB_CENTRE).await;
        let milestone = json!({ "conceptId": desk.concept, "title": "Q0milestone", "dueOn": "2023-12-31" });
        done(&desk.coordinator, "conceptMilestoneAdd", milestone, "conceptMilestone { id }").await;
        let town = desk.app.employer().await;
        let manager = desk.app.user(crate::clients::MUNICIPAL).await;
        let supervisor = desk.app.supervisor().await;
        let fields = "title sections { nodes { title text } } milestones { nodes { title } } comments { nodes { text } }
            participants { nodes { function positions { nodes { text } } position { text } } }";
        let marks = async |user: &Client| {
            let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on ConceptDocument { sections { nodes { text } } comments { nodes { text } } } } }";
            let mut told = desk.read(user, fields).await.to_string();
            told.push_str(&user.query(&format!("{{ concepts {{ nodes {{ {fields} }} }} }}")).await.data().to_string());
            told.push_str(&user.send(nodes, json!({ "ids": [desk.concept] })).await.data().to_string());
            let mut found: Vec<&str> = ["Q0title", "Q0text", "Q0milestone", "Q0comment", "Q0position"].into_iter().filter(|mark| told.contains(mark)).collect();
            found.sort_unstable();
            found.join(" ")
        };
        let all = "Q0comment Q0milestone Q0position Q0text Q0title";
        for user in [&guest, &town, &manager] {
            assert_eq!(marks(user).await, "", "a draft");
        }
        assert_eq!(marks(&supervisor).await, "Q0milestone Q0text Q0title");
        desk.consult().await;
        let comment = json!({ "conceptId": desk.concept, "text": "Q0comment" });
        let said = done(&guest, "conceptCommentAdd", comment.clone(), "conceptComment { organisation { name } authorName }").await;
        assert_eq!(said, json!({ "organisation": { "name": JOB_CENTRE }, "authorName": "Jana Jobcenter-Muster" }));
        let position = json!({ "conceptParticipantId": participant, "kind": "OBJECT", "text": "Q0position" });
        done(&guest, "conceptTakePosition", position.clone(), "conceptPosition { id }").await;
        assert_eq!(marks(&guest).await, all);
        assert_eq!(marks(&supervisor).await, all);
        for stranger in [&town, &manager] {
            assert_eq!(marks(stranger).await, "", "who takes no part");
            assert_eq!(refused(stranger, "conceptCommentAdd", comment.clone()).await, rule("NOT_FOUND", "conceptId"));
            assert_eq!(refused(stranger, "conceptTakePosition", position.clone()).await, rule("NOT_FOUND", "conceptParticipantId"));
        }
        assert_eq!(command(&supervisor, "conceptTakePosition", position.clone(), "replayed").await.code(), "FORBIDDEN", "they advise");
        let told = guest.query("{ notices { nodes { kind concept { id } } } }").await.data()["notices"]["nodes"].clone();
        assert!(told.as_array().unwrap().contains(&json!({ "kind": "CONCEPT_OPENED", "concept": { "id": desk.concept } })), "{told}");
        desk.take_back(Some("Überarbeiten")).await;
        assert_eq!(marks(&guest).await, "", "it is written again");
        desk.consult().await;
        assert_eq!(marks(&guest).await, all);
        let open = desk.read(&desk.coordinator, "comments { nodes { id } }").await;
        let settle = json!({ "conceptCommentId": open["comments"]["nodes"][0]["id"], "isAccepted": true });
        done(&desk.coordinator, "conceptCommentSettle", settle, "conceptComment { status }").await;
        desk.adopt(&decision(&desk.app, &desk.coordinator, COESFELD, "ADOPT", &desk.concept).await).await;
        for reader in [&town, &manager] {
            assert_eq!(marks(reader).await, "Q0milestone Q0text Q0title", "adopted, without what was said about it");
        }
        assert_eq!(marks(&guest).await, all);
        for login in ["datenschutz@kreis-coesfeld.example", "administration@kreis-coesfeld.example", "fachverfahren@stadt-duelmen.example"] {
            let user = desk.app.user(login).await;
            assert_eq!(user.query("{ concepts { nodes { id } } }").await.code(), "FORBIDDEN", "{login}");
            let node = user.send("query($id: ID!) { node(id: $id) { id } }", json!({ "id": desk.concept })).await;
            assert!(node.data()["node"].is_null(), "{login}");
        }
    }

    async fn nobody_crosses_a_district(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let section = desk.section("aim", "Ziel", "Text").await;
        let participant = desk.participant(COESFELD).await;
        desk.consult().await;
        let away = Place::found(&desk.app, "05554", "Kreis Anderswo").await;
        let centre = away.organisation(entity::codes::OrganisationKind::IntegrationCentre, "Zentrum Anderswo", None).await;
        for (login, role) in [("coo@anderswo.example", entity::codes::Role::Coordinator), ("sup@anderswo.example", entity::codes::Role::Supervisor)] {
            let account = away.account(login, "Anna Anderswo-Muster").await;
            away.grant(account, role, centre).await;
            let stranger = desk.app.user(login).await;
            assert_eq!(stranger.query("{ concepts { nodes { id } } }").await.data()["concepts"]["nodes"], json!([]));
            assert!(desk.read(&stranger, "title").await.is_null());
            let comment = json!({ "conceptId": desk.concept, "text": "x" });
            assert_eq!(refused(&stranger, "conceptCommentAdd", comment).await, rule("NOT_FOUND", "conceptId"));
            assert_eq!(desk.get(&stranger, &format!("/concepts/{}.html", desk.concept)).await.status(), StatusCode::NOT_FOUND);
        }
        let stranger = desk.app.user("coo@anderswo.example").await;
        for (name, input, path) in [
            ("conceptDraft", json!({ "predecessorId": desk.concept }), "predecessorId"),
            ("conceptSectionChange", json!({ "conceptSectionId": section, "title": "x", "text": "x" }), "conceptSectionId"),
            ("conceptTakePosition", json!({ "conceptParticipantId": participant, "kind": "AGREE" }), "conceptParticipantId"),
            ("conceptConsult", json!({ "conceptId": desk.concept }), "conceptId"),
        ] {
            assert_eq!(refused(&stranger, name, input).await, rule("NOT_FOUND", path), "{name}");
        }
        let foreign = decision(&desk.app, &stranger, "Zentrum Anderswo", "ADOPT", "").await;
        let input = json!({ "conceptId": desk.concept, "decisionId": foreign });
        assert_eq!(refused(&desk.coordinator, "conceptAdopt", input).await, rule("NOT_FOUND", "decisionId"));
    }

    async fn comments_are_answered_before_a_body_adopts(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let section = desk.section("aim", "Ziel", "Text").await;
        desk.participant(COESFELD).await;
        desk.consult().await;
        let user = &desk.coordinator;
        let demo = user.query("{ concepts { nodes { status sections(first: 1) { nodes { id } } } } }").await;
        let elsewhere = demo.data()["concepts"]["nodes"].as_array().unwrap().iter().find(|row| row["status"] == "WITHDRAWN").unwrap()["sections"]["nodes"][0]["id"].clone();
        let wrong = json!({ "conceptId": desk.concept, "conceptSectionId": elsewhere, "text": "x" });
        assert_eq!(refused(user, "conceptCommentAdd", wrong).await, rule("NOT_FOUND", "conceptSectionId"));
        let on = json!({ "conceptId": desk.concept, "conceptSectionId": section, "text": "Und bei Umzug?" });
        let town = desk.app.employer().await;
        let comment = done(&town, "conceptCommentAdd", on, "conceptComment { id section { key } consultation }").await;
        assert_eq!((&comment["section"]["key"], &comment["consultation"]), (&json!("aim"), &json!(1)));
        let whole = json!({ "conceptId": desk.concept, "text": "Gut." });
        let other = done(&desk.app.supervisor().await, "conceptCommentAdd", whole, "conceptComment { id organisation { name } section { key } }").await;
        assert_eq!((&other["organisation"], &other["section"]), (&Value::Null, &Value::Null));
        let adopt = json!({ "conceptId": desk.concept, "decisionId": decision(&desk.app, user, COESFELD, "ADOPT", &desk.concept).await });
        assert_eq!(refused(user, "conceptAdopt", adopt.clone()).await, rule("CONCEPT_COMMENTS_OPEN", ""));
        let settle = |id: &Value, accepted: bool, answer: Value| json!({ "conceptCommentId": id, "isAccepted": accepted, "answer": answer });
        assert_eq!(refused(user, "conceptCommentSettle", settle(&comment["id"], false, Value::Null)).await, rule("TEXT_EMPTY", "answer"));
        assert_eq!(command(&town, "conceptCommentSettle", settle(&comment["id"], true, Value::Null), "replayed").await.code(), "FORBIDDEN");
        let settled = done(user, "conceptCommentSettle", settle(&comment["id"], false, json!("Regelt § 3.")), "conceptComment { status answer }").await;
        assert_eq!(settled, json!({ "status": "NOT_ACCEPTED", "answer": "Regelt § 3." }));
        assert_eq!(refused(user, "conceptCommentSettle", settle(&comment["id"], true, Value::Null)).await, rule("CONCEPT_COMMENT_SETTLED", ""));
        desk.take_back(Some("Einarbeiten")).await;
        let accepted = done(user, "conceptCommentSettle", settle(&other["id"], true, Value::Null), "conceptComment { status }").await;
        assert_eq!(accepted["status"], "ACCEPTED", "also while it is written again");
        done(user, "conceptSectionRemove", json!({ "conceptSectionId": section }), "conceptSection { id }").await;
        desk.section("rest", "Rest", "Text").await;
        desk.consult().await;
        let fields = "comments { nodes { section { key isRemoved } isAboutWhole answer } }";
        let seen = desk.read(&town, fields).await["comments"]["nodes"][0].clone();
        assert_eq!(seen, json!({ "section": null, "isAboutWhole": false, "answer": "Regelt § 3." }), "it was taken out");
        let seen = desk.read(user, fields).await["comments"]["nodes"][0]["section"].clone();
        assert_eq!(seen, json!({ "key": "aim", "isRemoved": true }));
        done(user, "conceptAdopt", adopt, "concept { status }").await;
    }

    async fn each_participant_has_one_position_at_a_time_and_a_missing_one_shows(db: TestDatabase) {
        let desk = Desk::open(db).await;
        desk.section("aim", "Ziel", "Text").await;
        let town = desk.participant(COESFELD).await;
        let guest = job_centre(&desk.app, &desk.coordinator).await;
        let centre = desk.participant(JOB_CENTRE).await;
        let person = desk.coordinator.query("{ staffMembers(first: 100) { nodes { id displayName organisation { id name } } } }").await;
        let manager = desk.app.user(crate::clients::MUNICIPAL).await;
        let own = manager.query("{ viewer { account { displayName } } }").await.data()["viewer"]["account"]["displayName"].clone();
        let person = person.data()["staffMembers"]["nodes"].as_array().unwrap().iter().find(|row| row["displayName"] == own).unwrap().clone();
        let input = json!({ "conceptId": desk.concept, "organisationId": person["organisation"]["id"], "function": "Case Management", "staffMemberId": person["id"] });
        let named = done(&desk.coordinator, "conceptParticipantAdd", input, "conceptParticipant { id person { displayName } }").await;
        assert_eq!(named["person"]["displayName"], own);
        let named = id(&named);
        desk.consult().await;
        let employer = desk.app.employer().await;
        let take = |participant: &str, kind: &str, text: Value| json!({ "conceptParticipantId": participant, "kind": kind, "text": text });
        let missing = rule("NOT_FOUND", "conceptParticipantId");
        for kind in ["AGREE_WITH_RESERVATION", "OBJECT"] {
            assert_eq!(refused(&employer, "conceptTakePosition", take(&town, kind, Value::Null)).await, rule("CONCEPT_POSITION_WITHOUT_WORDS", "text"));
        }
        assert_eq!(refused(&employer, "conceptTakePosition", take(&centre, "AGREE", Value::Null)).await, missing, "of another institution");
        assert_eq!(refused(&guest, "conceptTakePosition", take(&town, "AGREE", Value::Null)).await, missing);
        assert_eq!(refused(&manager, "conceptTakePosition", take(&town, "AGREE", Value::Null)).await, missing, "staff do not speak for their employer");
        done(&manager, "conceptTakePosition", take(&named, "AGREE", Value::Null), "conceptPosition { kind }").await;
        done(&employer, "conceptTakePosition", take(&town, "OBJECT", json!("Zu teuer")), "conceptPosition { kind }").await;
        let changed = done(&employer, "conceptTakePosition", take(&town, "AGREE", Value::Null), "conceptPosition { recorderName consultation participant { position { kind } } }").await;
        assert_eq!(changed, json!({ "recorderName": "Petra Personal-Muster", "consultation": 1, "participant": { "position": { "kind": "AGREE" } } }));
        let fields = "participants { nodes { function invitedAt answeredAt position { kind text } positions { nodes { kind consultation } } } }";
        let seen = desk.read(&guest, fields).await["participants"]["nodes"].clone();
        assert_eq!(seen[0]["position"], json!({ "kind": "AGREE", "text": null }));
        assert_eq!(seen[0]["positions"]["nodes"], json!([{ "kind": "AGREE", "consultation": 1 }, { "kind": "OBJECT", "consultation": 1 }]));
        assert_eq!((&seen[1]["position"], &seen[1]["answeredAt"]), (&Value::Null, &Value::Null), "no position yet");
        assert!(seen[1]["invitedAt"].is_string());
        assert_eq!(refused(&desk.coordinator, "conceptParticipantRemove", json!({ "conceptParticipantId": town })).await, rule("CONCEPT_PARTICIPANT_ANSWERED", "conceptParticipantId"));
        desk.take_back(Some("Überarbeiten")).await;
        desk.consult().await;
        done(&desk.coordinator, "conceptTakePosition", take(&centre, "AGREE_WITH_RESERVATION", json!("Am Telefon: wenn es bei 60 Tagen bleibt.")), "conceptPosition { id }").await;
        let seen = desk.read(&employer, fields).await["participants"]["nodes"].clone();
        assert_eq!(seen[0]["positions"]["nodes"][0]["consultation"], 1, "about the text before");
        assert_eq!(seen[1]["positions"]["nodes"][0]["consultation"], 2);
    }

    async fn only_a_fitting_decision_of_a_body_adopts_and_the_edition_before_is_superseded(db: TestDatabase) {
        let mut desk = Desk::open(db).await;
        desk.section("aim", "Ziel", "Text").await;
        desk.participant(COESFELD).await;
        let early = decision(&desk.app, &desk.coordinator, COESFELD, "ADOPT", &desk.concept).await;
        let adopt = |desk: &Desk, decision: &str| json!({ "conceptId": desk.concept, "decisionId": decision });
        assert_eq!(refused(&desk.coordinator, "conceptAdopt", adopt(&desk, &early)).await, rule("CONCEPT_STEP_NOT_ALLOWED", ""), "a draft");
        desk.app.clock.advance(Duration::days(1));
        desk.coordinator = desk.app.coordinator().await;
        desk.consult().await;
        assert_eq!(refused(&desk.coordinator, "conceptAdopt", adopt(&desk, &early)).await, rule("CONCEPT_DECISION_TOO_EARLY", "decisionId"));
        for kind in ["REJECT", "DEFER", "TAKE_NOTE", "DELEGATE"] {
            let other = decision(&desk.app, &desk.coordinator, COESFELD, kind, &desk.concept).await;
            assert_eq!(refused(&desk.coordinator, "conceptAdopt", adopt(&desk, &other)).await, rule("CONCEPT_DECISION_UNSUITABLE", "decisionId"), "{kind}");
        }
        let first = decision(&desk.app, &desk.coordinator, COESFELD, "ADOPT", &desk.concept).await;
        let stranger = format!("dec_{}", "0".repeat(32));
        assert_eq!(refused(&desk.coordinator, "conceptAdopt", adopt(&desk, &stranger)).await, rule("NOT_FOUND", "decisionId"));
        let adopted = done(&desk.coordinator, "conceptAdopt", adopt(&desk, &first), "concept { status adoptedOn decision { text } }").await;
        assert_eq!(adopted, json!({ "status": "ADOPTED", "adoptedOn": "2023-06-02", "decision": { "text": "Das Konzept gilt." } }));
        let before = desk.next().await;
        let drafted = desk.read(&desk.coordinator, "number title predecessor { id } sections { nodes { key text } } participants { nodes { function invitedAt } } comments { nodes { id } }").await;
        assert_eq!(drafted, json!({ "number": 3, "title": "Konzept", "predecessor": { "id": before },
            "sections": { "nodes": [{ "key": "aim", "text": "Text" }] }, "participants": { "nodes": [{ "function": "Leitung", "invitedAt": null }] },
            "comments": { "nodes": [] } }));
        desk.consult().await;
        assert_eq!(refused(&desk.coordinator, "conceptAdopt", adopt(&desk, &first)).await, rule("CONCEPT_DECISION_ELSEWHERE", "decisionId"), "it adopted another edition");
        desk.adopt(&decision(&desk.app, &desk.coordinator, COESFELD, "ADOPT", &desk.concept).await).await;
        let list = desk.app.employer().await.query("{ concepts { nodes { number status } } }").await.data()["concepts"]["nodes"].clone();
        assert_eq!(list, json!([{ "number": 3, "status": "ADOPTED" }, { "number": 2, "status": "SUPERSEDED" }, { "number": 1, "status": "WITHDRAWN" }]));
    }

    async fn editions_are_compared_section_by_section_and_line_by_line(db: TestDatabase) {
        let mut desk = Desk::open(db).await;
        let text = "eins\nzwei\ndrei\nvier\nfünf\n";
        for key in ["aim", "law", "money", "stair"] {
            desk.section(key, "Titel", text).await;
        }
        desk.participant(COESFELD).await;
        desk.through().await;
        let before = desk.next().await;
        let sections = desk.read(&desk.coordinator, "sections { nodes { id key } }").await;
        let sections: Vec<String> = sections["sections"]["nodes"].as_array().unwrap().iter().map(id).collect();
        desk.rewrite(&sections[0], "eins\nzwei\n3\nvier\nfünf\n").await;
        done(&desk.coordinator, "conceptSectionRemove", json!({ "conceptSectionId": sections[1] }), "conceptSection { id }").await;
        let new = desk.section("team", "Team", "neu\n").await;
        let order = json!({ "conceptId": desk.concept, "sectionIds": [sections[3], sections[0], sections[2], new] });
        done(&desk.coordinator, "conceptArrange", order, "concept { id }").await;
        let document = "query($id: ID!, $with: ID!) { concept(id: $id) { comparison(with: $with) { before { number } after { number }
            sections { nodes { key change isMoved before { title } after { title } lines { change text numberBefore numberAfter } } } } } }";
        let ask = async |user: &Client, with: &str| user.send(document, json!({ "id": desk.concept, "with": with })).await.data()["concept"].clone();
        let compared = ask(&desk.coordinator, &before).await["comparison"].clone();
        assert_eq!((&compared["before"]["number"], &compared["after"]["number"]), (&json!(2), &json!(3)));
        let rows = compared["sections"]["nodes"].as_array().unwrap();
        let changes: Vec<(&str, &str, bool)> = rows.iter()
            .map(|row| (row["key"].as_str().unwrap(), row["change"].as_str().unwrap(), row["isMoved"].as_bool().unwrap())).collect();
        assert_eq!(changes, [("stair", "MOVED", true), ("aim", "CHANGED", false), ("law", "REMOVED", false), ("money", "UNCHANGED", false), ("team", "ADDED", false)]);
        assert_eq!(rows[1]["lines"], json!([
            { "change": "UNCHANGED", "text": "eins", "numberBefore": 1, "numberAfter": 1 },
            { "change": "UNCHANGED", "text": "zwei", "numberBefore": 2, "numberAfter": 2 },
            { "change": "REMOVED", "text": "drei", "numberBefore": 3, "numberAfter": null },
            { "change": "ADDED", "text": "3", "numberBefore": null, "numberAfter": 3 },
            { "change": "UNCHANGED", "text": "vier", "numberBefore": 4, "numberAfter": 4 },
            { "change": "UNCHANGED", "text": "fünf", "numberBefore": 5, "numberAfter": 5 },
        ]));
        assert_eq!((&rows[2]["after"], rows[2]["lines"].as_array().unwrap().len()), (&Value::Null, 5));
        assert_eq!(rows[4]["before"], Value::Null);
        assert_eq!(rows[3]["lines"], json!([]));
        let same = ask(&desk.coordinator, &desk.concept).await;
        assert!(texts(&same["comparison"]["sections"], "change").iter().all(|change| change == "UNCHANGED"));
        let manager = desk.app.user(crate::clients::MUNICIPAL).await;
        assert!(ask(&manager, &before).await.is_null(), "the draft");
        let turned = "query($id: ID!, $with: ID!) { concept(id: $id) { comparison(with: $with) { after { number } } } }";
        let seen = manager.send(turned, json!({ "id": before, "with": desk.concept })).await;
        assert_eq!(seen.data()["concept"], json!({ "comparison": null }), "a draft does not show in a comparison either");
    }

    async fn a_milestone_is_overdue_until_it_is_reached(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let overdue = async |app: &TestApp| {
            let demo = of_demo(&app.coordinator().await).await;
            demo["milestones"]["nodes"].as_array().unwrap().iter().map(|row| row["isOverdue"].as_bool().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(overdue(&app).await, [false, false, false]);
        // The last day of 2023, and the first of 2024.
        app.clock.advance(Duration::days(213));
        assert_eq!(overdue(&app).await, [false, true, false]);
        app.clock.advance(Duration::days(1));
        assert_eq!(overdue(&app).await, [false, true, true]);
        let user = app.coordinator().await;
        let last = of_demo(&user).await["milestones"]["nodes"][2].clone();
        let reach = |on: &str| json!({ "conceptMilestoneId": last["id"], "title": last["title"], "dueOn": "2023-12-31", "reachedOn": on });
        assert_eq!(refused(&user, "conceptMilestoneChange", reach("2024-01-02")).await, rule("DATE_OUT_OF_RANGE", "reachedOn"));
        let reached = done(&user, "conceptMilestoneChange", reach("2024-01-01"), "conceptMilestone { isOverdue reachedOn }").await;
        assert_eq!(reached, json!({ "isOverdue": false, "reachedOn": "2024-01-01" }));
        let first = of_demo(&user).await["milestones"]["nodes"][1].clone();
        let off = json!({ "conceptMilestoneId": first["id"] });
        done(&user, "conceptMilestoneRemove", off.clone(), "conceptMilestone { id }").await;
        assert_eq!(refused(&user, "conceptMilestoneRemove", off).await, rule("NOT_FOUND", "conceptMilestoneId"));
        assert_eq!(overdue(&app).await, [false, false]);
    }

    async fn a_repeated_command_answers_once_more_and_a_trial_changes_nothing(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let section = desk.section("aim", "Ziel", "Text").await;
        let send = async |name: &str, input: Value, options: Value, fields: &str| {
            let ty = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
            let document = format!("mutation($i: {ty}!, $o: CommandOptions) {{ {name}(input: $i, options: $o) {{ {fields} replayed userErrors {{ code }} }} }}");
            desk.coordinator.send(&document, json!({ "i": input, "o": options })).await.payload().clone()
        };
        let change = json!({ "conceptSectionId": section, "title": "Ziel", "text": "Neu" });
        let tried = send("conceptSectionChange", change.clone(), json!({ "validateOnly": true }), "conceptSection { text }").await;
        assert_eq!(tried["conceptSection"]["text"], "Neu");
        let read = desk.read(&desk.coordinator, "sections { nodes { text formerTexts { nodes { text } } } }").await;
        assert_eq!(read["sections"]["nodes"], json!([{ "text": "Text", "formerTexts": { "nodes": [] } }]));
        let remove = json!({ "conceptSectionId": section });
        for replayed in [false, true] {
            let answer = send("conceptSectionRemove", remove.clone(), json!({ "idempotencyKey": "k1" }), "conceptSection { id }").await;
            assert_eq!((&answer["replayed"], &answer["conceptSection"]["id"]), (&json!(replayed), &json!(section)), "{answer}");
        }
        desk.section("aim", "Ziel", "Text").await;
        let participant = desk.participant(COESFELD).await;
        desk.consult().await;
        let position = json!({ "conceptParticipantId": participant, "kind": "AGREE" });
        for replayed in [false, true] {
            let answer = send("conceptTakePosition", position.clone(), json!({ "idempotencyKey": "k2" }), "conceptPosition { kind }").await;
            assert_eq!(answer["replayed"], replayed, "{answer}");
        }
        let seen = desk.read(&desk.coordinator, "participants { nodes { positions { nodes { kind } } } }").await;
        assert_eq!(seen["participants"]["nodes"][0]["positions"]["nodes"], json!([{ "kind": "AGREE" }]));
    }

    async fn an_edition_is_printed_for_who_sees_it_with_what_they_see(db: TestDatabase) {
        let desk = Desk::open(db).await;
        desk.section("aim", "Ziel", "**Bestmöglich** unterstützen").await;
        desk.participant(COESFELD).await;
        let urls = desk.read(&desk.coordinator, "pageUrl pdfUrl").await;
        let (page, pdf) = (urls["pageUrl"].as_str().unwrap().to_owned(), urls["pdfUrl"].as_str().unwrap().to_owned());
        let draft = desk.get(&desk.coordinator, &page).await.text().await.unwrap();
        assert!(draft.contains("Entwurf") && draft.contains("<strong>Bestmöglich</strong>"), "{draft}");
        let (town, manager) = (desk.app.employer().await, desk.app.user(crate::clients::MUNICIPAL).await);
        assert_eq!(desk.get(&desk.app.nobody(), &page).await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(code(desk.get(&town, &page).await).await, "NOT_FOUND", "a draft");
        let administrator = desk.app.administrator().await;
        assert_eq!(code(desk.get(&administrator, &page).await).await, "FORBIDDEN");
        for wrong in [format!("/concepts/{}", desk.concept), format!("/concepts/{}.txt", desk.concept), "/concepts/x.pdf".to_owned()] {
            assert_eq!(code(desk.get(&desk.coordinator, &wrong).await).await, "NOT_FOUND", "{wrong}");
        }
        let posted = reqwest::Client::new().post(desk.app.url(&page)).send().await.unwrap();
        assert_eq!((posted.status(), posted.headers()["allow"].to_str().unwrap()), (StatusCode::METHOD_NOT_ALLOWED, "GET"));
        desk.consult().await;
        let response = desk.get(&town, &page).await;
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        assert_eq!(response.headers()["cache-control"], "no-store");
        let policies: Vec<_> = response.headers().get_all("content-security-policy").iter().collect();
        assert_eq!(policies, ["default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"]);
        assert!(response.text().await.unwrap().contains("Stadt Coesfeld (Leitung): noch keine Position"));
        desk.adopt(&decision(&desk.app, &desk.coordinator, COESFELD, "ADOPT", &desk.concept).await).await;
        assert!(desk.get(&town, &page).await.text().await.unwrap().contains("noch keine Position"));
        // The employer of this case manager takes part; the job centre does not.
        assert!(desk.get(&manager, &page).await.text().await.unwrap().contains("noch keine Position"));
        let guest = job_centre(&desk.app, &desk.coordinator).await;
        let seen = desk.get(&guest, &page).await.text().await.unwrap();
        assert!(seen.contains("Stadt Coesfeld (Leitung)") && !seen.contains("noch keine Position"), "{seen}");
        let response = desk.get(&guest, &pdf).await;
        assert_eq!(response.headers()["content-type"], "application/pdf");
        assert!(response.headers()["content-disposition"].to_str().unwrap().ends_with("filename*=UTF-8''Konzept%202.pdf"));
        let document = lopdf::Document::load_mem(&response.bytes().await.unwrap()).unwrap();
        let pages: Vec<u32> = document.get_pages().keys().copied().collect();
        let text = document.extract_text(&pages).unwrap();
        assert!(text.contains("Bestmöglich"), "{text}");
        assert!(!text.contains("Das Konzept gilt."), "the meeting is not published: {text}");
        assert!(desk.get(&desk.coordinator, &page).await.text().await.unwrap().contains("01.06.2023: Das Konzept gilt."));
    }

    async fn hostile_markdown_and_svg_are_shown_as_text_in_page_and_pdf(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let hostile = "<script>alert(1)</script>\n\n<svg onload=\"alert(2)\"><image href=\"https://evil.example/x.png\"/></svg>\n\n\
            ![Bild](https://evil.example/pixel.png) [Klick](javascript:alert(3)) <a href=\"data:text/html,x\">x</a>\n\n\
            [Ziel]: javascript:alert(4)\n\n[Ziel]\n\n#set page(width: 1pt) \\#include \"/etc/passwd\" $sum_(i=0)$\n\n<iframe src=//evil.example>\n";
        desk.section("aim", "<img src=x onerror=alert(5)>", hostile).await;
        desk.participant(COESFELD).await;
        let read = desk.read(&desk.coordinator, "sections { nodes { text } }").await;
        assert_eq!(texts(&read["sections"], "text"), [hostile], "it is kept as it was written");
        let page = desk.get(&desk.coordinator, &format!("/concepts/{}.html", desk.concept)).await.text().await.unwrap();
        for forbidden in ["<script", "<svg", "<img", "<image", "<iframe", "<a href=\"data", "href=\"javascript"] {
            assert!(!page.contains(forbidden), "{forbidden}: {page}");
        }
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && page.contains("&lt;svg onload"), "shown as it was typed: {page}");
        let pdf = desk.get(&desk.coordinator, &format!("/concepts/{}.pdf", desk.concept)).await;
        assert_eq!(pdf.status(), StatusCode::OK);
        let document = lopdf::Document::load_mem(&pdf.bytes().await.unwrap()).unwrap();
        for object in document.objects.values() {
            let Ok(dictionary) = object.as_dict() else { continue };
            assert!(!dictionary.has(b"JS") && !dictionary.has(b"EF") && !dictionary.has(b"AA"), "{dictionary:?}");
            if let Ok(uri) = dictionary.get(b"A").and_then(lopdf::Object::as_dict).and_then(|action| action.get(b"URI")) {
                let uri = String::from_utf8_lossy(uri.as_str().unwrap()).into_owned();
                assert!(uri.starts_with("https://"), "{uri}");
            }
        }
        let pages: Vec<u32> = document.get_pages().keys().copied().collect();
        assert!(pages.len() < 5, "the template sets the page: {pages:?}");
        let text = document.extract_text(&pages).unwrap();
        assert!(text.contains("alert(1)") && text.contains("#set page"), "{text}");
    }

    async fn a_page_of_editions_costs_the_same_number_of_statements_whatever_its_length(db: TestDatabase) {
        let mut desk = Desk::open(db).await;
        for key in ["aim", "law"] {
            desk.section(key, "Titel", "Text").await;
        }
        let participant = desk.participant(COESFELD).await;
        let mut participant = participant;
        for round in 0..3 {
            let sections = desk.read(&desk.coordinator, "sections { nodes { id } }").await;
            desk.rewrite(sections["sections"]["nodes"][0]["id"].as_str().unwrap(), &format!("Text {round}")).await;
            let milestone = json!({ "conceptId": desk.concept, "title": "Beschluss", "dueOn": "2023-12-31" });
            done(&desk.coordinator, "conceptMilestoneAdd", milestone, "conceptMilestone { id }").await;
            desk.consult().await;
            let position = json!({ "conceptParticipantId": participant, "kind": "AGREE" });
            done(&desk.coordinator, "conceptTakePosition", position, "conceptPosition { id }").await;
            let comment = json!({ "conceptId": desk.concept, "text": "Gut." });
            let comment = done(&desk.coordinator, "conceptCommentAdd", comment, "conceptComment { id }").await;
            done(&desk.coordinator, "conceptCommentSettle", json!({ "conceptCommentId": comment["id"], "isAccepted": true }), "conceptComment { id }").await;
            desk.adopt(&decision(&desk.app, &desk.coordinator, COESFELD, "ADOPT", &desk.concept).await).await;
            if round < 2 {
                desk.next().await;
                participant = id(&desk.read(&desk.coordinator, "participants { nodes { id } }").await["participants"]["nodes"][0]);
            }
        }
        desk.app.seal().await;
        let fewest = async |document: &str, variables: Value| {
            let mut fewest = u64::MAX;
            for _ in 0..8 {
                let before = desk.app.app.store.statements();
                desk.coordinator.send(document, variables.clone()).await.data();
                fewest = fewest.min(desk.app.app.store.statements() - before);
            }
            fewest
        };
        let list = "query($first: Int) { concepts(first: $first) { nodes { title decision { text } predecessor { number }
            sections(first: 9) { nodes { key text authorName formerTexts(first: 3) { nodes { text authorName } } } }
            participants(first: 9) { nodes { organisation { name } person { displayName } position { kind } positions(first: 3) { nodes { recorderName } } } }
            comments(first: 9) { nodes { text authorName organisation { name } section { key } } }
            milestones(first: 9) { nodes { title isOverdue } } availableTransitions { allowed } } } }";
        let (one, three) = (fewest(list, json!({ "first": 1 })).await, fewest(list, json!({ "first": 3 })).await);
        assert!(one <= three && three <= 24, "{one} {three}");
        let two = fewest(list, json!({ "first": 2 })).await;
        assert_eq!(two, three, "one statement for each relation");
        let compare = "query($id: ID!, $with: ID!) { concept(id: $id) { comparison(with: $with) { sections { nodes { key change lines { text } } } } } }";
        let editions = desk.coordinator.query("{ concepts(first: 2) { nodes { id } } }").await.data()["concepts"]["nodes"].clone();
        let cost = fewest(compare, json!({ "id": editions[0]["id"], "with": editions[1]["id"] })).await;
        assert!(cost <= 4, "who asks, both editions, their sections: {cost}");
    }
}
