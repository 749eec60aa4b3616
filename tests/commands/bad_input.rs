//! Bad input: a clear code that says what to do, never a fault of the server, and nothing stored.

use serde_json::{Value, json};

use crate::app::Client;
use crate::databases::{TestDatabase, both_databases};
use crate::desk::{Desk, document, fill, rule};

/// What is stored, as numbers of rows.
async fn stored(desk: &Desk) -> Vec<i64> {
    let mut tables = desk.tables().await;
    let mut counts = Vec::new();
    for table in ["position", "event", "idempotency_record", "staff_member", "occupancy", "service_area", "supervision"]
    {
        counts.push(tables.count(table).await);
    }
    counts
}

async fn plan_with(desk: &Desk, field: &str, value: Value) -> Value {
    let mut input = desk.plan("B-1");
    input[field] = value;
    input
}

async fn refusal(client: &Client, command: &str, input: Value) -> String {
    let answer = client.command(command, input).await;
    assert!(answer.status < 500, "{answer:#?}");
    answer.refusal()
}

both_databases! {
    async fn every_bad_field_of_a_plan_is_named_and_nothing_is_stored(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let before = stored(&desk).await;
        let municipality = crate::desk::id_of(&desk.coordinator, "municipalities", "Senden").await;
        for (field, value, expected) in [
            ("number", json!(""), rule("TEXT_EMPTY", "number")),
            ("number", json!(" \t "), vec![("TEXT_EMPTY".into(), "number".into()), ("TEXT_FORBIDDEN_CHARACTER".into(), "number".into())]),
            ("number", json!("x".repeat(41)), rule("TEXT_TOO_LONG", "number")),
            ("number", json!("💶".repeat(41)), rule("TEXT_TOO_LONG", "number")),
            ("number", json!("a\nb"), rule("TEXT_FORBIDDEN_CHARACTER", "number")),
            ("number", json!("a\u{7f}b"), rule("TEXT_FORBIDDEN_CHARACTER", "number")),
            ("fteHundredths", json!(0), rule("FTE_OUT_OF_RANGE", "fteHundredths")),
            ("fteHundredths", json!(-1), rule("FTE_OUT_OF_RANGE", "fteHundredths")),
            ("fteHundredths", json!(1001), rule("FTE_OUT_OF_RANGE", "fteHundredths")),
            ("fteHundredths", json!(i32::MAX), rule("FTE_OUT_OF_RANGE", "fteHundredths")),
            ("fteHundredths", json!(i32::MIN), rule("FTE_OUT_OF_RANGE", "fteHundredths")),
            ("targetFilledOn", json!("1949-12-31"), rule("DATE_OUT_OF_RANGE", "targetFilledOn")),
            ("targetFilledOn", json!("2101-01-01"), rule("DATE_OUT_OF_RANGE", "targetFilledOn")),
            ("serviceAreas", json!([{ "municipalityId": municipality, "shareHundredths": 0 }]), rule("FTE_OUT_OF_RANGE", "serviceAreas.0.shareHundredths")),
            ("serviceAreas", json!([{ "municipalityId": municipality, "shareHundredths": 99 }]), rule("SERVICE_SHARE_MISMATCH", "serviceAreas")),
        ] {
            let input = plan_with(&desk, field, value.clone()).await;
            assert_eq!(desk.coordinator.refused("positionPlan", input).await, expected, "{field} {value}");
        }
        assert_eq!(stored(&desk).await, before);
    }

    async fn values_that_no_field_can_hold_are_refused_before_anything_runs(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let before = stored(&desk).await;
        for (field, value) in [
            ("number", json!(7)),
            ("number", json!(null)),
            ("fteHundredths", json!(2_147_483_648_i64)),
            ("fteHundredths", json!(-2_147_483_649_i64)),
            ("fteHundredths", json!(u64::MAX)),
            ("fteHundredths", json!(1.5)),
            ("fteHundredths", json!("100")),
            ("targetFilledOn", json!("0000-00-00")),
            ("targetFilledOn", json!("2023-02-29")),
            ("targetFilledOn", json!("31.07.2023")),
            ("targetFilledOn", json!("2023-07-31T00:00:00Z")),
            ("targetFilledOn", json!("")),
            ("targetFilledOn", json!(20230731)),
            ("employerId", json!("")),
            ("employerId", json!("1")),
            ("employerId", json!(desk.coesfeld.to_uppercase())),
            ("employerId", json!(desk.coesfeld.replace("org_", "pos_"))),
            ("fundedBy", json!("NOBODY")),
            ("unknown", json!(1)),
        ] {
            let input = plan_with(&desk, field, value.clone()).await;
            let code = refusal(&desk.coordinator, "positionPlan", input).await;
            assert!(["BAD_INPUT", "VALIDATION_FAILED"].contains(&code.as_str()), "{field} {value}: {code}");
        }
        assert_eq!(stored(&desk).await, before);
    }

    async fn extreme_dates_are_out_of_range_in_commands_and_harmless_in_filters(db: TestDatabase) {
        let desk = Desk::open(db).await;
        for date in ["+262142-12-31", "-262143-01-01", "-4800-01-01", "-0001-12-31", "0000-01-01", "+10000-01-01", "9999-12-31"] {
            let input = plan_with(&desk, "targetFilledOn", json!(date)).await;
            assert_eq!(refusal(&desk.coordinator, "positionPlan", input).await, "DATE_OUT_OF_RANGE", "{date}");
            let filter = "query($day: NaiveDate!) {
                from: positions(filter: { targetFilledOn: { from: $day } }) { totalCount }
                before: positions(filter: { targetFilledOn: { before: $day } }) { totalCount }
                positions(first: 1) { nodes { occupancies(on: $day) { nodes { id } } } }
            }";
            let answer = desk.coordinator.send(filter, json!({ "day": date })).await;
            let past = date.starts_with('-') || date.starts_with("0000");
            let (from, before) = (&answer.data()["from"]["totalCount"], &answer.data()["before"]["totalCount"]);
            assert_eq!((from.as_i64().unwrap() > 0, before.as_i64().unwrap() > 0), (past, !past), "{date}");
        }
    }

    async fn ids_of_another_district_do_not_exist(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let (other_position, other_person) = elsewhere(&desk).await;
        let before = stored(&desk).await;
        let position = desk.approved("B-2").await;
        for (client, command, input, path) in [
            (&desk.coordinator, "positionApprove", json!({ "positionId": other_position, "approvedFrom": "2023-01-01" }), "positionId"),
            (&desk.employer, "positionAdvertise", json!({ "positionId": other_position }), "positionId"),
            (&desk.employer, "positionEnd", json!({ "positionId": other_position, "endedOn": "2023-12-31" }), "positionId"),
            (&desk.employer, "positionFill", json!({ "positionId": position, "holder": { "existing": other_person }, "fteHundredths": 100, "from": "2023-06-01" }), "holder.existing"),
            (&desk.employer, "supervisionAssign", json!({ "positionId": position, "kind": "LINE", "supervisorId": other_person, "from": "2023-06-01" }), "supervisorId"),
            (&desk.coordinator, "positionPlan", plan_with(&desk, "employerId", json!(format!("org_{}", "0".repeat(32)))).await, "employerId"),
        ] {
            assert_eq!(client.refused(command, input).await, rule("NOT_FOUND", path), "{command}");
        }
        let after = stored(&desk).await;
        assert_eq!((after[0], after[1]), (before[0] + 1, before[1] + 2), "only what `approved` stores");
    }

    async fn nul_and_halves_of_characters_are_refused_wherever_they_stand(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let before = stored(&desk).await;
        let input = plan_with(&desk, "number", json!("a\0b")).await;
        assert_eq!(refusal(&desk.coordinator, "positionPlan", input).await, "BAD_REQUEST");
        for text in [r"a\u0000b", r"\ud83d", r"\ude00", r"\uD83D\uDE00"] {
            let plan = format!(
                r#"mutation {{ positionPlan(input: {{ number: "{text}", buildingBlock: CASE_MANAGEMENT, role: CASE_MANAGER,
                    employerId: "{}", fteHundredths: 100, fundedBy: STATE }}) {{ userErrors {{ code }} }} }}"#,
                desk.coesfeld
            );
            assert_eq!(desk.coordinator.query(&plan).await.code(), "BAD_REQUEST", "{text}");
            let filter = format!(r#"{{ positions(filter: {{ numberStartsWith: "{text}" }}) {{ totalCount }} }}"#);
            assert_eq!(desk.coordinator.query(&filter).await.code(), "BAD_REQUEST", "{text}");
            // Nobody in particular cannot make the server stumble either.
            assert_eq!(desk.app.nobody().query(&filter).await.code(), "BAD_REQUEST", "{text}");
        }
        let raw = |text: &str| format!(r#"{{"query":"query($n: String) {{ positions(filter: {{ numberStartsWith: $n }}) {{ totalCount }} }}","variables":{{"n":"{text}"}}}}"#);
        for text in [r"\ud83d", r"\ude00", r"\ud83dx", r"\u0000", "\0"] {
            assert_eq!(raw_post(&desk, raw(text).into_bytes()).await, "BAD_REQUEST", "{text}");
        }
        assert_eq!(raw_post(&desk, raw("\u{1}").replace('\u{1}', "\u{7f}").replace('\u{7f}', "?").into_bytes()).await, "");
        let mut broken = raw("x").into_bytes();
        let place = broken.iter().rposition(|byte| *byte == b'x').unwrap();
        broken[place] = 0xff;
        assert_eq!(raw_post(&desk, broken).await, "BAD_REQUEST");
        assert_eq!(stored(&desk).await, before);
    }

    async fn text_of_all_scripts_is_stored_as_it_came(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let numbers = ["ÄÖÜẞ-1", "م-٤٢", "שׁ-1", "👩🏽‍⚕️-7", "e\u{301}-1", "\u{202e}RTL\u{202c}", "'; DROP TABLE position; --", "%_\\"];
        for number in numbers {
            let position = desk.approved(number).await;
            let mut input = fill(&position, &format!("{number} Muster"), 100);
            input["from"] = json!("2023-06-02");
            let reason = format!("{number}\nzweite Zeile\t{number}");
            let options = json!({ "reason": reason, "idempotencyKey": number });
            let filled = desk.employer.command_with("positionFill", input, options).await;
            assert!(filled.position().is_some(), "{filled:#?}");
            let stored = desk.position(&position).await;
            assert_eq!(stored["number"], number);
            assert_eq!(stored["occupancies"]["nodes"][0]["staffMember"]["displayName"], format!("{number} Muster"));
            assert_eq!(stored["history"]["nodes"][0]["reason"], reason);
            let found = "query($n: String!) { positions(filter: { numberStartsWith: $n }) { nodes { number } } }";
            let answer = desk.coordinator.send(found, json!({ "n": number })).await;
            assert_eq!(answer.data()["positions"]["nodes"], json!([{ "number": number }]));
        }
    }

    async fn options_are_checked_like_any_input(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let before = stored(&desk).await;
        for (options, expected) in [
            (json!({ "idempotencyKey": "" }), rule("TEXT_EMPTY", "options.idempotencyKey")),
            (json!({ "idempotencyKey": "k".repeat(201) }), rule("TEXT_TOO_LONG", "options.idempotencyKey")),
            (json!({ "idempotencyKey": "a\nb" }), rule("TEXT_FORBIDDEN_CHARACTER", "options.idempotencyKey")),
            (json!({ "reason": " " }), rule("TEXT_EMPTY", "options.reason")),
            (json!({ "reason": "r".repeat(2001) }), rule("TEXT_TOO_LONG", "options.reason")),
            (json!({ "reason": "bell\u{7}" }), rule("TEXT_FORBIDDEN_CHARACTER", "options.reason")),
        ] {
            let answer = desk.coordinator.command_with("positionPlan", desk.plan("B-3"), options.clone()).await;
            assert_eq!((answer.rules(), answer.position()), (expected, None), "{options}");
        }
        for key in ["", &"k".repeat(129), "ä"] {
            let variables = json!({ "input": desk.plan("B-3") });
            let answer = desk.coordinator.send_with(&document("positionPlan"), variables, &[("Idempotency-Key", key)]).await;
            assert_eq!(answer.code(), "BAD_REQUEST", "{key:?}");
        }
        assert_eq!(stored(&desk).await, before);
    }

    async fn long_lists_are_refused_with_one_word_about_their_length(db: TestDatabase) {
        let desk = Desk::open(db).await;
        let before = stored(&desk).await;
        let municipality = crate::desk::id_of(&desk.coordinator, "municipalities", "Senden").await;
        let areas = |count: usize| json!(vec![json!({ "municipalityId": municipality, "shareHundredths": 1 }); count]);
        let answer = desk.coordinator.command("positionPlan", plan_with(&desk, "serviceAreas", areas(3_000)).await).await;
        let long = &answer.payload()["userErrors"][0];
        assert_eq!(long["code"], "LIST_TOO_LONG");
        assert!(long["de"].as_str().unwrap().contains("50") && long["en"].as_str().unwrap().contains("50"), "{long}");
        assert!(answer.rules().len() <= 51, "{}", answer.rules().len());
        let far_too_long = plan_with(&desk, "serviceAreas", areas(10_000)).await;
        assert_eq!(refusal(&desk.coordinator, "positionPlan", far_too_long).await, "PAYLOAD_TOO_LARGE");
        let inline = format!("{{ positions(filter: {{ statusIn: [{}] }}) {{ totalCount }} }}", "VACANT ".repeat(10_000));
        assert_eq!(desk.coordinator.query(&inline).await.code(), "QUERY_TOO_MANY_TOKENS");
        let filter = "query($s: [PositionStatus!]) { positions(filter: { statusIn: $s }) { totalCount } }";
        let answer = desk.coordinator.send(filter, json!({ "s": vec!["PLANNED"; 10_000] })).await;
        assert_eq!(answer.code(), "BAD_INPUT");
        // A variable that is used again and again does not get round it.
        let ids = |count: u128| -> Vec<String> { (0..count).map(|number| format!("pos_{number:032x}")).collect() };
        let often = "{ idIn: $i }, ".repeat(20);
        let filter = format!("query($i: [ID!]) {{ positions(filter: {{ or: [{often}] }}) {{ totalCount }} }}");
        assert_eq!(desk.coordinator.send(&filter, json!({ "i": ids(6_000) })).await.code(), "QUERY_TOO_COMPLEX");
        assert_eq!(desk.coordinator.send(&filter, json!({ "i": ids(300) })).await.code(), "BAD_INPUT");
        let answer = desk.coordinator.send(&filter, json!({ "i": ids(250) })).await;
        assert_eq!(answer.data()["positions"]["totalCount"], 0);
        assert_eq!(stored(&desk).await, before);
    }
}

/// Posts a body as it is; the code of the answer, or nothing if it has data.
async fn raw_post(desk: &Desk, body: Vec<u8>) -> String {
    let response = reqwest::Client::new()
        .post(desk.app.url("/graphql"))
        .header("Content-Type", "application/json")
        .bearer_auth(desk.coordinator.token.as_ref().unwrap())
        .body(body)
        .send()
        .await
        .unwrap();
    let answer: Value = response.json().await.unwrap();
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
}

/// A position and a member of staff of another district.
async fn elsewhere(desk: &Desk) -> (String, String) {
    use entity::codes::{BuildingBlock, Funder, OrganisationKind, PositionRole};
    use kim::access::{Actor, verb};
    use kim::clock::{Clock as _, legal_day};
    use kim::commands::CommandOptions;
    use kim::commands::district::organisation::OrganisationAddInput;
    use kim::commands::staffing::position::{
        Holder, NewStaffMember, PositionApproveInput, PositionFillInput, PositionPlanInput,
    };
    use kim::store::district::district;

    let app = &desk.app.app;
    let now = desk.app.clock.now();
    let transaction = app.store.begin().await.unwrap();
    let other = district::insert(transaction.connection(), "05554", "Kreis Borken", now).await.unwrap();
    transaction.commit().await.unwrap();
    let actor = Actor::system(other, legal_day(now));
    let commands = &app.engine.services().commands;
    let options = CommandOptions::default();
    let administration = OrganisationAddInput {
        kind: OrganisationKind::DistrictAdministration,
        name: "Kreis Borken".to_owned(),
        parent_id: None,
        municipality_id: None,
        valid_from: "2000-01-01".parse().unwrap(),
    };
    let employer_id = commands.create(&actor, &administration, &options).await.unwrap().record.unwrap().id;
    let plan = PositionPlanInput {
        number: "B-2".to_owned(),
        building_block: BuildingBlock::CaseManagement,
        role: PositionRole::CaseManager,
        employer_id,
        fte_hundredths: 100,
        funded_by: Funder::State,
        target_filled_on: None,
        service_areas: Vec::new(),
    };
    let position = commands.create(&actor, &plan, &options).await.unwrap().record.unwrap();
    let approve = PositionApproveInput {
        position_id: position.id,
        expected_version: None,
        approved_from: "2023-01-01".parse().unwrap(),
        approved_until: None,
    };
    commands.change(&actor, &approve, &options).await.unwrap().record.unwrap();
    let fill = PositionFillInput {
        position_id: position.id,
        expected_version: None,
        holder: Holder::New(NewStaffMember { display_name: "Bodo Borken-Muster".to_owned(), account_id: None }),
        fte_hundredths: 100,
        from: "2023-06-01".parse().unwrap(),
        until: None,
    };
    commands.change(&actor, &fill, &options).await.unwrap().record.unwrap();
    let permit = actor.permit::<verb::ReadPosition>().unwrap();
    let occupancies = kim::store::staffing::occupancy::of_positions(&app.store, &permit, &[position.id]).await.unwrap();
    let holder = occupancies[0].1.as_ref().unwrap();
    (position.id.to_string(), holder.id.to_string())
}
