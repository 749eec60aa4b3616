//! Canaries: each text in two districts bears a mark that says whose it is. Every reader asks for everything on every path;
//! the marks that come back are exactly those within the reader's reach.

use std::collections::BTreeSet;

use entity::codes::{OrganisationKind, Role, SupervisionKind};
use entity::ids::{AccountId, MunicipalityId, OrganisationId, PositionId, StaffMemberId};
use kim::access::Action;
use serde_json::{Value, json};

use super::world::Place;
use crate::app::{Client, TestApp};
use crate::databases::{TestDatabase, both_databases};

/// Everything that has an id, of both districts.
#[derive(Default)]
struct Known {
    positions: Vec<PositionId>,
    staff: Vec<StaffMemberId>,
    accounts: Vec<AccountId>,
    organisations: Vec<OrganisationId>,
    municipalities: Vec<MunicipalityId>,
    grants: Vec<String>,
    others: Vec<String>,
    marks: BTreeSet<String>,
}

impl Known {
    fn mark(&mut self, text: &str) -> String {
        self.marks.insert(text.to_owned());
        text.to_owned()
    }

    fn ids(&self) -> Vec<String> {
        let texts = |ids: Vec<String>| ids;
        let mut all = texts(self.positions.iter().map(ToString::to_string).collect());
        all.extend(self.staff.iter().map(ToString::to_string));
        all.extend(self.accounts.iter().map(ToString::to_string));
        all.extend(self.organisations.iter().map(ToString::to_string));
        all.extend(self.municipalities.iter().map(ToString::to_string));
        all.extend(self.others.iter().cloned());
        all
    }
}

struct Town {
    organisation: OrganisationId,
    municipality: MunicipalityId,
}

/// What hangs on a position; the mark of each text begins with the letter of its town and the number of the position.
const POSITION: &str = "fragment P on Position { id number version status
    employer { name } occupancies(first: 5) { nodes { id staffMember { id displayName history(first: 2) { nodes { ...E } } } } }
    serviceAreas(first: 3) { nodes { municipality { name } } }
    supervisions(first: 3) { nodes { supervisor { id displayName organisation { name } history(first: 2) { nodes { ...E } } } } }
    history(first: 8) { nodes { ...E } } availableTransitions { name allowed blockedBy { code message } }
    can(action: FILL_POSITION) { allowed reasons { message(lang: EN) } } }
    fragment E on LogEntry { command subjectId reason actorName actor { login displayName } details
        changes { field before after } }";

async fn town(place: &Place<'_>, known: &mut Known, name: &str, ags: &str) -> Town {
    let municipality = place.municipality(ags, &known.mark(&format!("{name}-gemeinde"))).await;
    let title = known.mark(&format!("{name}-verwaltung"));
    let organisation = place.organisation(OrganisationKind::Municipality, &title, Some(municipality)).await;
    known.municipalities.push(municipality);
    known.organisations.push(organisation);
    Town { organisation, municipality }
}

async fn account(place: &Place<'_>, known: &mut Known, key: &str, grant: Option<(Role, OrganisationId)>) -> AccountId {
    let login = known.mark(&format!("login-{key}@test.example").to_lowercase());
    let account = place.account(&login, &known.mark(&format!("name-{key}"))).await;
    known.accounts.push(account);
    if let Some((role, organisation)) = grant {
        known.grants.push(place.grant(account, role, organisation).await.to_string());
    }
    account
}

/// Fills a district; the key `1` or `2` is in the marks of its accounts, `d1`, `z1` in those of directory and centre.
async fn populate(place: &mut Place<'_>, known: &mut Known, key: &str, letters: &[&str]) {
    let centre = known.mark(&format!("d{key}-zentrum"));
    let centre = place.organisation(OrganisationKind::IntegrationCentre, &centre, None).await;
    let institution = known.mark(&format!("d{key}-institution"));
    let institution = place.organisation(OrganisationKind::Institution, &institution, None).await;
    known.organisations.extend([centre, institution]);
    for (role, name, organisation) in [
        (Role::Supervisor, "sup", centre),
        (Role::Coordinator, "coo", centre),
        (Role::DataProtectionOfficer, "dpo", centre),
        (Role::Administrator, "adm", centre),
        (Role::Institution, "ins", institution),
    ] {
        account(place, known, &format!("{key}-{name}"), Some((role, organisation))).await;
    }
    account(place, known, &format!("{key}-none"), None).await;
    let supervisor = place.staff(centre, &known.mark(&format!("z{key}-aufsicht"))).await;
    known.staff.push(supervisor);
    let hidden = place.staff(centre, &known.mark(&format!("z{key}-verborgen"))).await;
    known.staff.push(hidden);
    for (index, letter) in letters.iter().enumerate() {
        let town = town(place, known, &format!("d{key}-{letter}"), &format!("0590{key}00{index}")).await;
        for (role, name) in [(Role::Employer, "emp"), (Role::Integration, "int")] {
            account(place, known, &format!("{key}-{letter}-{name}"), Some((role, town.organisation))).await;
        }
        let grant = Some((Role::CaseManager, town.organisation));
        let holder = account(place, known, &format!("{key}-{letter}-cm"), grant).await;
        let superior = place.staff(town.organisation, &known.mark(&format!("{letter}-leitung"))).await;
        known.staff.push(superior);
        for (number, former, from, until) in [
            // Held by the case manager today, by somebody else before.
            ("1", Some("vorgaenger"), "2023-02-01", None),
            // Held by the case manager before.
            ("2", None, "2022-02-01", Some("2023-01-01")),
            // To be held by the case manager in future.
            ("3", Some("vorgaenger"), "2024-01-01", None),
        ] {
            place.reason = Some(known.mark(&format!("{letter}{number}-grund")));
            let title = known.mark(&format!("{letter}{number}-nummer"));
            let position = place.position(&title, town.organisation, &[town.municipality], Some("2023-07-31")).await;
            if let Some(former) = former {
                let name = known.mark(&format!("{letter}{number}-{former}"));
                place.fill(position, &name, None, "2022-02-01", None).await;
                place.vacate(position, "2023-01-15").await;
            }
            let name = known.mark(&format!("{letter}{number}-halter"));
            place.fill(position, &name, Some(holder), from, until).await;
            place.supervise(position, SupervisionKind::Line, superior).await;
            place.supervise(position, SupervisionKind::Professional, supervisor).await;
            known.positions.push(position);
            place.reason = None;
        }
    }
}

/// All that the reader gets to read on any path, as one text. `cursors` are those of a reader who sees everything.
async fn everything(client: &Client, known: &Known, cursors: &[String]) -> String {
    let mut text = String::new();
    let mut ask = async |document: &str, variables: Value| {
        let answer = client.send(document, variables).await;
        for error in answer.body["errors"].as_array().into_iter().flatten() {
            let code = error["extensions"]["code"].as_str().unwrap();
            let harmless = ["FORBIDDEN", "UNAUTHENTICATED", "NOT_FOUND", "CURSOR_INVALID"].contains(&code);
            assert!(harmless, "{document}: {error}");
        }
        text.push_str(&answer.body.to_string());
        text.push('\n');
    };
    let organisations: Vec<String> = known.organisations.iter().map(ToString::to_string).collect();
    let municipalities: Vec<String> = known.municipalities.iter().map(ToString::to_string).collect();
    let positions: Vec<String> = known.positions.iter().map(ToString::to_string).collect();

    ask(
        &format!(
            "{{ viewer {{ account {{ login displayName hasPassword grants(first: 5) {{ nodes {{ role organisation {{ name }} }} }}
                history(first: 5) {{ nodes {{ ...E }} }} }} grants(first: 5) {{ nodes {{ role organisation {{ name }} }} }} }} }}
            {}",
            &POSITION[POSITION.find("fragment E").unwrap()..]
        ),
        json!({}),
    )
    .await;
    for document in [
        "{ organisations(first: 100) { totalCount nodes { id name parent { name } municipality { name } } } }",
        "{ municipalities(first: 100) { totalCount nodes { id name ags } } }",
        "{ bodies { totalCount nodes { id name } } }",
        "{ district { id name ags } }",
        "{ staffMembers(first: 100) { edges { cursor node { id displayName organisation { name } } } } }",
        "{ accounts(first: 100) { totalCount edges { cursor node { login displayName } } } }",
        "{ accounts(first: 20) { nodes { grants(first: 3) { nodes { role organisation { name } } }
            history(first: 3) { nodes { reason actorName actor { login } changes { after before } details } } } } }",
        "{ organisations(first: 30) { nodes { history(first: 3) { nodes { reason actorName actor { login } } } } } }",
        "{ logEntries(first: 100) { nodes { command subjectId reason actorName actor { login displayName } details
            changes { field before after } } } }",
        "{ staffing(fromMonth: \"2023-01-01\", untilMonth: \"2024-02-01\", groupBy: [EMPLOYER, MONTH]) { month
            employer { name } figures { positions plannedFteHundredths filledFteHundredths } } }",
        "{ staffing(fromMonth: \"2023-06-01\", untilMonth: \"2023-06-01\", groupBy: []) { figures { positions } } }",
    ] {
        ask(document, json!({})).await;
    }
    for order in ["NUMBER", "TARGET_FILLED_ON", "CREATED_AT"] {
        for direction in ["ASC", "DESC"] {
            let document = format!(
                "{{ positions(first: 10, orderBy: {order}, direction: {direction}) {{ totalCount
                    edges {{ cursor node {{ ...P }} }} }} }} {POSITION}"
            );
            ask(&document, json!({})).await;
        }
        for cursor in cursors {
            for page in ["first: 5, after", "last: 5, before"] {
                let document = format!(
                    "query($c: String) {{ positions({page}: $c, orderBy: {order}) {{ nodes {{ ...P }} }} }} {POSITION}"
                );
                ask(&document, json!({ "c": cursor })).await;
            }
        }
    }
    let probes = [
        json!({ "employerIn": organisations }),
        json!({ "servesAnyOf": municipalities }),
        json!({ "idIn": positions }),
        json!({ "numberStartsWith": "B1" }),
        json!({ "numberStartsWith": "C" }),
        json!({ "not": { "employerIn": [organisations[0]] } }),
        json!({ "or": [{ "statusIn": ["FILLED", "VACANT"] }, { "not": { "statusIn": ["ENDED"] } }] }),
        json!({ "and": [{ "targetFilledOn": { "from": "2023-01-01" } }] }),
        json!({ "not": { "not": {} } }),
    ];
    for filter in probes {
        let document = format!(
            "query($f: PositionFilter) {{ positions(first: 10, filter: $f) {{ totalCount nodes {{ ...P }} }} }} {POSITION}"
        );
        ask(&document, json!({ "f": filter })).await;
    }
    for id in &positions {
        let document = format!("query($id: ID!) {{ position(id: $id) {{ ...P }} }} {POSITION}");
        ask(&document, json!({ "id": id })).await;
    }
    let nodes = "id ... on Account { login displayName grants(first: 5) { nodes { organisation { name } } } history(first: 3) {
            nodes { reason actorName } } }
        ... on Body { name } ... on District { name ags } ... on Municipality { name history(first: 3) { nodes { reason } } }
        ... on Organisation { name municipality { name } history(first: 3) { nodes { reason } } }
        ... on Position { number employer { name } history(first: 5) { nodes { reason actorName } }
            occupancies(first: 3) { nodes { staffMember { displayName } } } }
        ... on StaffMember { displayName organisation { name } history(first: 3) { nodes { reason actorName } } }";
    let ids = known.ids();
    for ids in ids.chunks(25) {
        ask(&format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ {nodes} }} }}"), json!({ "ids": ids })).await;
        let single: Vec<String> =
            ids.iter().enumerate().map(|(index, id)| format!("n{index}: node(id: \"{id}\") {{ {nodes} }}")).collect();
        for single in single.chunks(8) {
            ask(&format!("{{ {} }}", single.join("\n")), json!({})).await;
        }
        let can: Vec<String> = ids
            .iter()
            .enumerate()
            .map(|(index, id)| {
                let action = Action::ALL[index % Action::ALL.len()].as_str();
                format!(
                    "c{index}: can(action: {action}, on: \"{id}\") {{ allowed reasons {{ code message(lang: EN) }} }}"
                )
            })
            .collect();
        ask(&format!("{{ viewer {{ {} }} }}", can.join("\n")), json!({})).await;
    }
    for (document, inputs) in commands(known) {
        for input in inputs {
            ask(&document, json!({ "i": input })).await;
        }
    }
    text
}

/// Every command that names a record, tried on every record that there is.
fn commands(known: &Known) -> Vec<(String, Vec<Value>)> {
    let on_position = |name: &str, more: Value| {
        let ty = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let inputs = known.positions.iter().map(|id| {
            let mut input = more.clone();
            input["positionId"] = json!(id.to_string());
            input
        });
        let document = format!(
            "mutation($i: {ty}!) {{ {name}(input: $i, options: {{ validateOnly: true }}) {{
                position {{ ...P }} userErrors {{ code path message en: message(lang: EN) }} }} }} {POSITION}"
        );
        (document, inputs.collect::<Vec<_>>())
    };
    let plain = |name: &str, inputs: Vec<Value>| {
        let ty = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
        let document = format!(
            "mutation($i: {ty}!) {{ {name}(input: $i, options: {{ validateOnly: true }}) {{
                userErrors {{ code path message en: message(lang: EN) }} }} }}"
        );
        (document, inputs)
    };
    let foreign_staff = known.staff.iter().map(|staff| {
        json!({ "positionId": known.positions[0].to_string(), "holder": { "existing": staff.to_string() },
            "fteHundredths": 50, "from": "2025-01-01" })
    });
    let fill = "mutation($i: PositionFillInput!) { positionFill(input: $i, options: { validateOnly: true }) {
        userErrors { code path message } } }";
    let supervision = "mutation($i: SupervisionAssignInput!) {
        supervisionAssign(input: $i, options: { validateOnly: true }) { userErrors { code path message } } }";
    let supervisors = known.staff.iter().flat_map(|staff| {
        ["LINE", "PROFESSIONAL"].map(|kind| {
            json!({ "positionId": known.positions[0].to_string(), "kind": kind,
                "supervisorId": staff.to_string(), "from": "2023-06-01" })
        })
    });
    let organisation = |id: &OrganisationId| {
        json!({ "number": "neu", "buildingBlock": "CASE_MANAGEMENT", "role": "CASE_MANAGER",
            "employerId": id.to_string(), "fteHundredths": 100, "fundedBy": "STATE" })
    };
    vec![
        on_position("positionApprove", json!({ "approvedFrom": "2023-01-01" })),
        on_position("positionAdvertise", json!({})),
        on_position("positionVacate", json!({ "until": "2025-01-01" })),
        on_position("positionEnd", json!({ "endedOn": "2025-01-01" })),
        (fill.to_owned(), foreign_staff.collect()),
        (supervision.to_owned(), supervisors.collect()),
        plain("positionPlan", known.organisations.iter().map(organisation).collect()),
        plain(
            "staffMemberAdd",
            known
                .organisations
                .iter()
                .map(|id| json!({ "organisationId": id.to_string(), "displayName": "neu" }))
                .collect(),
        ),
        plain("accountDisable", known.accounts.iter().map(|id| json!({ "accountId": id.to_string() })).collect()),
        plain("grantRevoke", known.grants.iter().map(|id| json!({ "grantId": id })).collect()),
    ]
}

/// Who reads what: login, and the beginnings of the marks within reach.
fn readers() -> Vec<(&'static str, Vec<&'static str>)> {
    let a = ["d1-", "A", "z1-aufsicht", "name-1-coo", "name-1-A-emp"];
    let with = |more: &[&'static str]| a.iter().chain(more).copied().collect::<Vec<_>>();
    let everybody = ["d1-", "A", "B", "z1-", "name-1-coo", "name-1-A-emp", "name-1-B-emp"];
    let district = |more: &[&'static str]| everybody.iter().chain(more).copied().collect::<Vec<_>>();
    vec![
        ("1-coo", district(&["login-1-coo"])),
        ("1-sup", district(&["login-1-sup", "name-1-sup"])),
        ("1-A-emp", with(&["login-1-a-emp"])),
        ("1-A-int", with(&["login-1-a-int", "name-1-A-int"])),
        // The position of today with its former holder; neither the one of yesterday nor the one of tomorrow.
        (
            "1-A-cm",
            vec![
                "d1-",
                "A1-",
                "A-leitung",
                "z1-aufsicht",
                "name-1-coo",
                "name-1-A-emp",
                "login-1-a-cm",
                "name-1-A-cm",
                // The person's own records of staff, in whatever position.
                "A2-halter",
                "A3-halter",
            ],
        ),
        // The log tells what commands changed: numbers and reasons, no names of staff.
        (
            "1-dpo",
            vec![
                "d1-",
                "login-1-",
                "name-1-",
                "A1-grund",
                "A2-grund",
                "A3-grund",
                "B1-grund",
                "B2-grund",
                "B3-grund",
                "A1-nummer",
                "A2-nummer",
                "A3-nummer",
                "B1-nummer",
                "B2-nummer",
                "B3-nummer",
            ],
        ),
        ("1-adm", vec!["d1-", "login-1-", "name-1-"]),
        ("1-ins", vec!["d1-", "login-1-ins", "name-1-ins"]),
        ("1-none", vec![]),
        ("2-coo", vec!["d2-", "C", "z2-", "login-2-coo", "name-2-coo"]),
        ("2-C-emp", vec!["d2-", "C", "z2-aufsicht", "login-2-c-emp", "name-2-C-emp"]),
        ("2-adm", vec!["d2-", "login-2-", "name-2-"]),
    ]
}

async fn world(app: &TestApp) -> Known {
    let mut known = Known::default();
    let name = known.mark("d1-kreis");
    let mut first = Place::found(app, "05901", &name).await;
    populate(&mut first, &mut known, "1", &["A", "B"]).await;
    let name = known.mark("d2-kreis");
    let mut second = Place::found(app, "05902", &name).await;
    populate(&mut second, &mut known, "2", &["C"]).await;
    known.others.extend([first.actor.district_id().to_string(), second.actor.district_id().to_string()]);
    // Some act themselves, so that their names stand in the histories.
    let coordinator = app.user("login-1-coo@test.example").await;
    for position in &known.positions[..6] {
        let document = "mutation($i: SupervisionAssignInput!, $r: String!) {
            supervisionAssign(input: $i, options: { reason: $r }) { userErrors { code } } }";
        let index = known.positions.iter().position(|id| id == position).unwrap();
        let reason = format!("{}{}-grund", if index < 3 { "A" } else { "B" }, index % 3 + 1);
        let input = json!({ "positionId": position.to_string(), "kind": "PROFESSIONAL",
            "supervisorId": known.staff[0].to_string(), "from": "2023-06-01" });
        assert!(coordinator.send(document, json!({ "i": input, "r": reason })).await.user_errors().is_empty());
    }
    for (letter, position) in [("A", 0), ("B", 3)] {
        let employer = app.user(&format!("login-1-{letter}-emp@test.example")).await;
        for number in 0..3 {
            let position: PositionId = known.positions[position + number];
            let staff = if letter == "A" { known.staff[2] } else { known.staff[3] };
            let input = json!({ "positionId": position.to_string(), "kind": "LINE", "supervisorId": staff.to_string(),
                "from": "2023-06-01" });
            let document =
                "mutation($i: SupervisionAssignInput!) { supervisionAssign(input: $i) { userErrors { code } } }";
            assert!(employer.send(document, json!({ "i": input })).await.user_errors().is_empty());
        }
    }
    known
}

both_databases! {
    async fn marks_outside_the_readers_reach_appear_on_no_path(db: TestDatabase) {
        let app = TestApp::on(db).without_demo().start().await;
        let known = world(&app).await;
        let coordinator = app.user("login-1-coo@test.example").await;
        let mut cursors = Vec::new();
        for order in ["NUMBER", "TARGET_FILLED_ON"] {
            let page = coordinator.query(&format!("{{ positions(first: 10, orderBy: {order}) {{ edges {{ cursor }} }} }}")).await;
            let edges = page.data()["positions"]["edges"].as_array().unwrap().clone();
            for edge in [1, 4] {
                let edge: &Value = &edges[edge];
                cursors.push(edge["cursor"].as_str().unwrap().to_owned());
            }
        }
        let mut wrong = Vec::new();
        for (key, reach) in readers() {
            let text = everything(&app.user(&format!("login-{key}@test.example")).await, &known, &cursors).await;
            for mark in &known.marks {
                let seen = text.contains(mark.as_str());
                let within = reach.iter().any(|beginning| mark.starts_with(beginning));
                if seen != within {
                    wrong.push(format!("{key} {} {mark}", if seen { "LEARNS" } else { "misses" }));
                }
            }
        }
        let nobody = everything(&app.nobody(), &known, &cursors).await;
        wrong.extend(known.marks.iter().filter(|mark| nobody.contains(mark.as_str())).map(|mark| format!("nobody LEARNS {mark}")));
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    async fn what_is_out_of_reach_answers_as_what_does_not_exist(db: TestDatabase) {
        let app = TestApp::on(db).without_demo().start().await;
        let known = world(&app).await;
        let unknown = |id: String| format!("{}_{}", id.split_once('_').unwrap().0, "0123456789abcdef".repeat(2));
        // Readers, and what they must not even know of: of town B, of the second district.
        let (b, c) = (known.positions[3].to_string(), known.positions[6].to_string());
        let strangers = [known.staff[3].to_string(), known.staff[4].to_string(), known.staff[5].to_string()];
        for (reader, positions) in [
            ("1-A-emp", vec![b.clone(), c.clone()]),
            ("1-A-int", vec![b.clone(), c.clone()]),
            ("1-A-cm", vec![known.positions[1].to_string(), known.positions[2].to_string(), b, c.clone()]),
            ("1-coo", vec![c.clone()]),
            ("1-sup", vec![c.clone()]),
            ("1-adm", vec![c]),
        ] {
            let client = app.user(&format!("login-{reader}@test.example")).await;
            let compare = async |document: &str, existing: Value, absent: Value| {
                let plain = |mut body: Value| {
                    for error in body["errors"].as_array_mut().into_iter().flatten() {
                        error["extensions"].as_object_mut().unwrap().remove("requestId");
                    }
                    body
                };
                let first = client.send(document, existing.clone()).await;
                let second = client.send(document, absent).await;
                assert_eq!(first.status, second.status, "{reader} {document} {existing}");
                assert_eq!(plain(first.body), plain(second.body), "{reader} {document} {existing}");
            };
            for id in &positions {
                let absent = unknown(id.clone());
                for document in [
                    "query($id: ID!) { position(id: $id) { number } }",
                    "query($id: ID!) { node(id: $id) { id } }",
                    "query($id: ID!) { nodes(ids: [$id]) { id } }",
                    "query($id: ID!) { positions(filter: { idIn: [$id] }) { totalCount nodes { id } } }",
                    "query($id: ID!) { viewer { a: can(action: READ_POSITION, on: $id) { allowed reasons { code message } }
                        b: can(action: FILL_POSITION, on: $id) { allowed reasons { code message } } } }",
                ] {
                    compare(document, json!({ "id": id }), json!({ "id": absent })).await;
                }
                for (document, inputs) in commands(&known) {
                    for mut input in inputs.into_iter().filter(|input| input["positionId"] == json!(id)) {
                        let existing = json!({ "i": input.clone() });
                        input["positionId"] = json!(absent);
                        compare(&document, existing, json!({ "i": input })).await;
                    }
                }
                let document = "mutation($i: PositionAdvertiseInput!) { positionAdvertise(input: $i) { userErrors { code path message } } }";
                let stale = |id: &str| json!({ "i": { "positionId": id, "expectedVersion": 99 } });
                compare(document, stale(id), stale(&absent)).await;
            }
            let foreign = if reader.contains("-A-") { &strangers[..] } else { &strangers[2..] };
            for id in foreign {
                let absent = unknown(id.clone());
                compare("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id }), json!({ "id": absent })).await;
                let fill = "mutation($i: PositionFillInput!) { positionFill(input: $i, options: { validateOnly: true }) { userErrors { code path message } } }";
                let assign = "mutation($i: SupervisionAssignInput!) { supervisionAssign(input: $i, options: { validateOnly: true }) { userErrors { code path message } } }";
                for kind in ["LINE", "PROFESSIONAL"] {
                    let input = |id: &str| json!({ "i": { "positionId": known.positions[0].to_string(), "kind": kind,
                        "supervisorId": id, "from": "2023-06-02" } });
                    compare(assign, input(id), input(&absent)).await;
                }
                let input = |id: &str| json!({ "i": { "positionId": known.positions[1].to_string(),
                    "holder": { "existing": id }, "fteHundredths": 50, "from": "2025-01-01" } });
                compare(fill, input(id), input(&absent)).await;
            }
            // The accounts of the second district, for whoever manages accounts in the first.
            let account = known.accounts.last().unwrap().to_string();
            let grant = known.grants.last().unwrap().clone();
            for (document, existing) in [
                ("mutation($id: ID!) { accountDisable(input: { accountId: $id }) { userErrors { code path message } } }", account.clone()),
                ("mutation($id: ID!) { grantRevoke(input: { grantId: $id }) { userErrors { code path message } } }", grant),
                ("query($id: ID!) { node(id: $id) { id } }", account),
            ] {
                let absent = unknown(existing.clone());
                compare(document, json!({ "id": existing }), json!({ "id": absent })).await;
            }
            let organisation = known.organisations.last().unwrap().to_string();
            for document in [
                "query($id: ID!) { node(id: $id) { id } }",
                "query($id: ID!) { positions(filter: { employerIn: [$id] }) { totalCount } }",
                "mutation($id: ID!) { positionPlan(input: { number: \"x\", buildingBlock: COORDINATION, role: CASE_MANAGER,
                    employerId: $id, fteHundredths: 100, fundedBy: STATE }) { userErrors { code path message } } }",
                "mutation($id: ID!) { staffMemberAdd(input: { organisationId: $id, displayName: \"x\" }) { userErrors { code path message } } }",
                "mutation($id: ID!) { organisationEnd(input: { organisationId: $id, validUntil: \"2030-01-01\" }) { userErrors { code path message } } }",
            ] {
                compare(document, json!({ "id": organisation }), json!({ "id": unknown(organisation.clone()) })).await;
            }
        }
    }

    async fn figures_and_counts_of_an_employer_are_those_of_its_own_positions(db: TestDatabase) {
        let app = TestApp::on(db).without_demo().start().await;
        let known = world(&app).await;
        let employer = app.user("login-1-A-emp@test.example").await;
        let other = known.organisations[3].to_string();
        let count = async |filter: Value| {
            let document = "query($f: PositionFilter) { positions(filter: $f) { totalCount } }";
            employer.send(document, json!({ "f": filter })).await.data()["positions"]["totalCount"].clone()
        };
        assert_eq!(count(json!({})).await, 3);
        assert_eq!(count(json!({ "employerIn": [other] })).await, 0);
        assert_eq!(count(json!({ "not": { "employerIn": [other] } })).await, 3);
        assert_eq!(count(json!({ "numberStartsWith": "B" })).await, 0);
        assert_eq!(count(json!({ "servesAnyOf": [known.municipalities[1].to_string()] })).await, 0);
        let figures = employer
            .query("{ staffing(fromMonth: \"2023-06-01\", untilMonth: \"2023-06-01\", groupBy: [EMPLOYER]) {
                employer { name } figures { positions plannedFteHundredths } } }")
            .await;
        let rows = json!([{ "employer": { "name": "d1-A-verwaltung" }, "figures": { "positions": 3, "plannedFteHundredths": 300 } }]);
        assert_eq!(figures.data()["staffing"], rows);
    }
}
