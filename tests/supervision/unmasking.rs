//! Unmasking opens one case for one person, for a time, and everybody concerned knows.

use super::*;

const ALL_PATHS: &str = "query($case: ID!, $client: ID!) {
    case(id: $case) {
        client { identity { familyName address } history { nodes { texts { text } } } }
        persons { nodes { client { identity { givenNames } } } }
        history { nodes { reason texts { text } } }
        unmaskings { nodes { personName legalBasis reason isInForce validFrom validUntil endedAt } }
    }
    client(id: $client) { identity { familyName } }
    node(id: $client) { ... on Client { identity { familyName } } }
    nodes(ids: [$client]) { ... on Client { identity { familyName } } }
    cases(first: 10) { nodes { client { identity { familyName } } } }
}";

/// What stands sealed about the case of the tests.
const SECRETS: [&str; 4] = ["Musterfrau", "Erika", "Musterweg", "MARKGRUND"];

async fn all_paths(user: &Client, case: &Value) -> String {
    let variables = json!({ "case": case["id"], "client": case["client"]["id"] });
    user.send(ALL_PATHS, variables).await.body.to_string()
}

async fn sees_nothing(user: &Client, case: &Value) {
    let seen = all_paths(user, case).await;
    for secret in SECRETS {
        assert!(!seen.contains(secret), "{secret} in {seen}");
    }
}

both_databases! {
    async fn unmasking_opens_one_case_for_one_person_only_and_closes_every_path_when_it_ends(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor, head) = (app.user(CENTRAL).await, app.supervisor().await, app.user(HEAD).await);
        let case = known(&user).await;
        let other = open_case(&user, erika(), json!({})).await.payload()["case"].clone();
        sees_nothing(&supervisor, &case).await;
        let unmasking = unmasked(&supervisor, &case["id"], "2023-06-04").await;

        let seen = all_paths(&supervisor, &case).await;
        for secret in ["Musterfrau", "Musterweg", "MARKGRUND", "Kim"] {
            assert!(seen.contains(secret), "{secret} in {seen}");
        }
        let variables = json!({ "case": other["id"], "client": other["client"]["id"] });
        let seen = supervisor.send(ALL_PATHS, variables).await;
        assert!(seen.body["data"]["case"]["client"].is_null(), "another case stays closed");
        assert!(seen.body["data"]["client"].is_null());
        sees_nothing(&head, &case).await;
        for (mutation, input) in [
            ("clientCorrect", json!({ "clientId": case["client"]["id"], "address": "Weg 1" })),
            ("consentRecord", json!({ "clientId": case["client"]["id"], "scope": "STATISTICS_ONLY", "form": "ORAL", "language": "de" })),
        ] {
            assert_eq!(command(&supervisor, mutation, input, "replayed").await.code(), "FORBIDDEN", "it is for reading");
        }

        let end = json!({ "unmaskingId": unmasking });
        assert_eq!(command(&user, "caseEndUnmasking", end.clone(), "replayed").await.code(), "FORBIDDEN");
        assert_eq!(command(&head, "caseEndUnmasking", end.clone(), "replayed").await.user_errors(), ["NOT_FOUND"]);
        let ended = command(&supervisor, "caseEndUnmasking", end.clone(), "unmasking { isInForce endedAt reason }").await;
        let shown = &done(&ended)["unmasking"];
        assert_eq!((&shown["isInForce"], &shown["reason"]), (&json!(false), &Value::Null));
        sees_nothing(&supervisor, &case).await;
        assert!(identity(&supervisor, &case["client"]["id"]).await.data()["client"].is_null());
        assert_eq!(command(&supervisor, "caseEndUnmasking", end, "replayed").await.user_errors(), ["UNMASKING_ENDED"]);
    }

    async fn unmasking_ends_with_its_last_day(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let case = known(&app.user(CENTRAL).await).await;
        unmasked(&app.supervisor().await, &case["id"], "2023-06-04").await;
        let mut open = Vec::new();
        for _ in 1..=5 {
            let supervisor = app.supervisor().await;
            open.push(!identity(&supervisor, &case["client"]["id"]).await.data()["client"].is_null());
            app.clock.advance(chrono::Duration::days(1));
        }
        assert_eq!(open, [true, true, true, false, false]);
        sees_nothing(&app.supervisor().await, &case).await;
    }

    async fn lead_and_substitute_are_told_at_once_and_see_who_why_and_until_when(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, municipal, supervisor) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await, app.supervisor().await);
        let case = known(&user).await;
        let own = known(&municipal).await;
        let substitute = json!({ "caseId": case["id"], "substituteId": own["lead"]["id"] });
        done(&command(&user, "caseNameSubstitute", substitute, "case { id }").await);
        unmasked(&supervisor, &case["id"], "2023-06-15").await;
        let told = Tables::open(app.db.url()).await.count("notice WHERE kind = 'CASE_UNMASKED'").await;
        assert_eq!(told, 2, "the lead and the substitute");
        let list = "query($id: ID!) { case(id: $id) { unmaskings { nodes {
            personName legalBasis reason isInForce validFrom validUntil } } history { nodes { command reason texts { kind text } } } } }";
        for reader in [&user, &municipal] {
            let seen = reader.send(list, json!({ "id": case["id"] })).await;
            assert_eq!(
                seen.data()["case"]["unmaskings"]["nodes"],
                json!([{ "personName": "Fritz Fachaufsicht-Muster", "legalBasis": "VITAL_6_1_D",
                    "reason": "MARKGRUND Gefahr im Verzug", "isInForce": true, "validFrom": "2023-06-01", "validUntil": "2023-06-15" }])
            );
            let newest = &seen.data()["case"]["history"]["nodes"][0];
            assert_eq!(newest["command"], "caseUnmask");
            assert_eq!(newest["texts"], json!([{ "kind": "REASON", "text": "MARKGRUND Gefahr im Verzug" }]));
        }
        let head = app.user(HEAD).await.send(list, json!({ "id": case["id"] })).await;
        let seen = &head.data()["case"]["unmaskings"]["nodes"][0];
        assert_eq!((&seen["personName"], &seen["reason"]), (&json!("Fritz Fachaufsicht-Muster"), &Value::Null));
        assert!(!head.body.to_string().contains("MARKGRUND"));
        let everything = Tables::open(app.db.url()).await.everything(app.db.url()).await;
        assert!(!everything.contains("MARKGRUND"), "the reason is sealed");
    }

    async fn what_is_opened_by_unmasking_is_recorded_as_such(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        unmasked(&supervisor, &case["id"], "2023-06-02").await;
        let mut tables = Tables::open(app.db.url()).await;
        let count = "access_log WHERE basis = 'UNMASKING' AND purpose = 'SUPERVISION'";
        let before = tables.count(count).await;
        identity(&supervisor, &case["client"]["id"]).await;
        assert_eq!(tables.count(count).await, before + 3, "IDENTITY, CONTACT_DETAILS and LANGUAGES");
        let list = "query($id: ID!) { case(id: $id) { accesses(first: 100) { nodes { accountName basis purpose dataClass } } } }";
        let shown = nodes(&user, list, json!({ "id": case["id"] }), &["case", "accesses"]).await;
        let looks = shown.iter().filter(|look| look["basis"] == "UNMASKING" && look["accountName"] == "Fritz Fachaufsicht-Muster");
        assert_eq!(looks.count(), 3, "{shown:#?}");
    }

    async fn a_case_is_unmasked_neither_by_consent_nor_too_long_nor_twice_nor_without_reason(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        let input = |basis: &str, reason: &str, until: &str| {
            json!({ "caseId": case["id"], "legalBasis": basis, "reason": reason, "validUntil": until })
        };
        for (input, expected) in [
            (input("CONSENT_6_1_A", "Grund", "2023-06-02"), vec!["UNMASKING_BY_CONSENT"]),
            (input("SPECIAL_9_2_A", "Grund", "2023-06-16"), vec!["UNMASKING_BY_CONSENT", "UNMASKING_TOO_LONG"]),
            (input("VITAL_6_1_D", "Grund", "2023-06-01"), vec!["UNMASKING_TOO_LONG"]),
            (input("VITAL_6_1_D", " ", "2023-06-02"), vec!["TEXT_EMPTY"]),
        ] {
            assert_eq!(command(&supervisor, "caseUnmask", input, "replayed").await.user_errors(), expected);
        }
        for refused in [&user, &app.user(OFFICER).await, &app.coordinator().await] {
            let answer = command(refused, "caseUnmask", input("VITAL_6_1_D", "Grund", "2023-06-02"), "replayed").await;
            assert_eq!(answer.code(), "FORBIDDEN");
        }
        unmasked(&supervisor, &case["id"], "2023-06-15").await;
        let again = command(&supervisor, "caseUnmask", input("VITAL_6_1_D", "Grund", "2023-06-02"), "replayed").await;
        assert_eq!(again.user_errors(), ["UNMASKED_ALREADY"]);
        let head = app.user(HEAD).await;
        let (one, two) = tokio::join!(
            command(&head, "caseUnmask", input("VITAL_6_1_D", "Grund", "2023-06-02"), "replayed"),
            command(&head, "caseUnmask", input("VITAL_6_1_D", "Grund", "2023-06-02"), "replayed"),
        );
        let mut errors = one.user_errors();
        errors.extend(two.user_errors());
        assert_eq!(errors, ["UNMASKED_ALREADY"], "once at a time");
    }

    async fn nothing_opens_of_a_client_who_is_restricted_or_whose_consent_is_gone(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, supervisor) = (app.user(CENTRAL).await, app.supervisor().await);
        let case = known(&user).await;
        let unmasking = unmasked(&supervisor, &case["id"], "2023-06-15").await;
        let client = json!({ "clientId": case["client"]["id"] });
        done(&command_for(&user, "clientRestrict", client, "client { id }", Some("bestreitet die Angaben")).await);
        for reader in [&supervisor, &user] {
            let seen = all_paths(reader, &case).await;
            assert!(!seen.contains("Musterweg") && !seen.contains("MARKGRUND"), "{seen}");
        }
        done(&command(&supervisor, "caseEndUnmasking", json!({ "unmaskingId": unmasking }), "replayed").await);
        let input = json!({ "caseId": case["id"], "legalBasis": "VITAL_6_1_D", "reason": "Grund", "validUntil": "2023-06-02" });
        assert_eq!(command(&supervisor, "caseUnmask", input, "replayed").await.user_errors(), ["CLIENT_RESTRICTED"]);

        let consent = json!({ "legalBasis": "CONSENT_6_1_A", "consent": { "form": "ORAL", "language": "ar" } });
        let consenting = open_case(&user, erika(), consent).await.payload()["case"].clone();
        unmasked(&supervisor, &consenting["id"], "2023-06-15").await;
        assert!(all_paths(&supervisor, &consenting).await.contains("Musterweg"));
        let revoke = json!({ "consentId": consenting["client"]["consents"]["nodes"][0]["id"] });
        done(&command(&user, "consentRevoke", revoke, "consent { id }").await);
        sees_nothing(&supervisor, &consenting).await;
        let told = Tables::open(app.db.url()).await.count("notice WHERE kind = 'CASE_UNMASKED'").await;
        assert_eq!(told, 2, "a refused unmasking tells nobody");
    }

    async fn an_unmasking_does_not_outlive_the_role_of_a_supervisor_whatever_else_one_is(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let administrator = app.administrator().await;
        let case = known(&app.user(CENTRAL).await).await;
        let municipal = account(&app, MUNICIPAL).await;
        let centre = id_of(&administrator, "organisations", CENTRE).await;
        let role = grant(&administrator, &municipal, "SUPERVISOR", &centre, json!({})).await;
        let both = app.user(MUNICIPAL).await;
        sees_nothing(&both, &case).await;
        unmasked(&both, &case["id"], "2023-06-15").await;
        assert!(all_paths(&both, &case).await.contains("Musterweg"), "a case manager who is a supervisor as well");
        revoke(&administrator, &role).await;
        sees_nothing(&app.user(MUNICIPAL).await, &case).await;
        assert!(identity(&both, &case["client"]["id"]).await.data()["client"].is_null());
    }
}
