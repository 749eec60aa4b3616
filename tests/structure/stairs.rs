//! Versions of the stair model: drafted, exported, imported, activated; barriers keep theirs.

use super::*;

fn stage(position: i32, key: &str, accountable: &str, level: &str) -> Value {
    json!({ "position": position, "key": key, "labelDe": key, "labelEn": key, "criteriaDe": "wann", "criteriaEn": "when",
        "accountable": accountable, "bodyKind": if accountable == "BODY" { json!("STEERING_GROUP") } else { Value::Null },
        "answerDays": 30, "identityLevel": level })
}

fn three() -> Value {
    json!({ "name": "Drei Stufen", "source": "Beschluss der Steuerungsgruppe", "entryPosition": 1, "stages": [
        stage(1, "CASE", "CASE_MANAGER", "IDENTIFIED"), stage(2, "ADVICE", "CENTRE", "PSEUDONYMOUS"),
        stage(3, "DECISION", "BODY", "AGGREGATE") ] })
}

both_databases! {
    async fn a_district_begins_with_five_stages_that_are_named_as_our_reading(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let seen = app.employer().await.query("{ stairModel { number source status stages { position key label label_en: label(lang: EN)
            identityLevel accountable } } }").await;
        let model = &seen.data()["stairModel"];
        let keys: Vec<_> = model["stages"].as_array().unwrap().iter().map(|stage| stage["key"].as_str().unwrap()).collect();
        assert_eq!(keys, ["CLARIFY", "MANAGE", "CONSULT", "NEGOTIATE", "STRUCTURE"]);
        assert!(model["source"].as_str().unwrap().contains("Unsere Lesart"), "{model}");
    }

    async fn a_model_goes_out_as_a_file_and_comes_in_again_the_same(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.coordinator().await;
        let file = user.query("{ stairModel { file } }").await.data()["stairModel"]["file"].clone();
        let draft = done(&user, "stairModelImport", json!({ "file": file }), "stairModel { number status file }").await;
        assert_eq!((&draft["number"], &draft["status"], &draft["file"]), (&json!(2), &json!("DRAFT"), &file));
        for broken in ["", "{}", "[1]", "{\"name\":\"x\",\"source\":\"y\",\"entryPosition\":1,\"stages\":[],\"extra\":1}", &"[".repeat(100_001)] {
            assert_eq!(refused(&user, "stairModelImport", json!({ "file": broken }), "stairModel { id }").await, ["STAIR_FILE_UNREADABLE"]);
        }
    }

    async fn a_model_with_a_gap_is_refused_and_says_where(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.coordinator().await;
        let mut gap = three();
        gap["stages"][2]["position"] = json!(5);
        assert_eq!(refused(&user, "stairModelDraft", gap, "stairModel { id }").await, ["STAIR_GAP"]);
        let mut twice = three();
        twice["stages"][2]["position"] = json!(1);
        assert_eq!(refused(&user, "stairModelDraft", twice, "stairModel { id }").await, ["STAIR_GAP", "STAIR_IDENTITY_GROWS"]);
        let mut backwards = three();
        backwards["stages"][2]["identityLevel"] = json!("IDENTIFIED");
        assert_eq!(refused(&user, "stairModelDraft", backwards, "stairModel { id }").await, ["STAIR_IDENTITY_GROWS"]);
        let denied = command(&app.user(CENTRAL).await, "stairModelDraft", three(), "stairModel { id }").await;
        assert_eq!(denied.code(), "FORBIDDEN");
    }

    async fn barriers_keep_the_version_by_which_they_began(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, coordinator) = (app.user(CENTRAL).await, app.coordinator().await);
        let before = met(&user, 1, "COST").await;
        let draft = done(&coordinator, "stairModelDraft", three(), "stairModel { id }").await;
        let activate = json!({ "stairModelId": draft["id"] });
        let active = done(&coordinator, "stairModelActivate", activate.clone(), "stairModel { status }").await;
        assert_eq!(active["status"], "ACTIVE");
        assert_eq!(refused(&coordinator, "stairModelActivate", activate, "stairModel { id }").await, ["STAIR_NOT_DRAFT"]);
        let after = met(&user, 2, "COST").await;
        assert_eq!((&before["stage"]["key"], &after["stage"]["key"]), (&json!("MANAGE"), &json!("CASE")));
        let moved = done(&user, "barrierMove", json!({ "barrierId": before["id"], "stage": 3 }), "barrier { stage { key } stairModel { number status } }").await;
        assert_eq!(moved["stage"]["key"], "CONSULT");
        assert_eq!(moved["stairModel"], json!({ "number": 1, "status": "RETIRED" }));
        let unknown = json!({ "barrierId": after["id"], "stage": 4 });
        assert_eq!(refused(&user, "barrierMove", unknown, "barrier { id }").await, ["STAGE_UNKNOWN"]);
    }
}
