//! Code lists: every district has them, everybody there reads them, administrators edit them.

use serde_json::{Value, json};

use crate::access::world::Place;
use crate::app::{Answer, Client, TestApp};
use crate::databases::{TestDatabase, both_databases};
use crate::desk::rule;
use crate::program::Program;
use crate::tables::Tables;

const LISTS: [(&str, usize); 4] =
    [("NEED_AREA", 24), ("BARRIER_KIND", 19), ("NATIONALITY_GROUP", 11), ("RESIDENCE_GROUP", 18)];

const FIELDS: &str = "id list code label en: label(lang: EN) description position validFrom validUntil";

/// The entries of a list that hold on a day, or today.
async fn entries(user: &Client, list: &str, on: Option<&str>) -> Vec<Value> {
    let document = format!(
        "query($list: CodeList!, $on: NaiveDate) {{ codeListEntries(list: $list, on: $on, first: 100) {{ nodes {{ {FIELDS} }} }} }}"
    );
    let answer = user.send(&document, json!({ "list": list, "on": on })).await;
    answer.data()["codeListEntries"]["nodes"].as_array().unwrap().clone()
}

/// The entry of a value that holds today.
pub async fn entry(user: &Client, list: &str, code: &str) -> Value {
    let found = entries(user, list, None).await.into_iter().find(|entry| entry["code"] == code);
    found.unwrap_or_else(|| panic!("no {code}"))
}

async fn set(user: &Client, input: Value) -> Answer {
    let document = format!(
        "mutation($input: CodeListEntrySetInput!) {{ codeListEntrySet(input: $input) {{
            codeListEntry {{ {FIELDS} }} userErrors {{ code path }} }} }}"
    );
    user.send(&document, json!({ "input": input })).await
}

async fn end(user: &Client, id: &Value, until: &str) -> Answer {
    let document = "mutation($input: CodeListEntryEndInput!) { codeListEntryEnd(input: $input) {
        codeListEntry { validUntil } userErrors { code path } } }";
    user.send(document, json!({ "input": { "codeListEntryId": id, "validUntil": until } })).await
}

fn value(list: &str, code: &str, label: &str, from: &str) -> Value {
    json!({ "list": list, "code": code, "labelDe": label, "labelEn": label, "validFrom": from })
}

both_databases! {
    async fn every_district_has_all_lists_and_everybody_with_a_grant_reads_them(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let away = Place::found(&app, "05554", "Kreis Anderswo").await;
        let centre = away.organisation(entity::codes::OrganisationKind::IntegrationCentre, "Zentrum", None).await;
        let account = away.account("fern@anderswo.example", "Fern Anderswo-Muster").await;
        away.grant(account, entity::codes::Role::Supervisor, centre).await;
        for user in [app.administrator().await, app.employer().await, app.user("fern@anderswo.example").await] {
            for (list, number) in LISTS {
                let entries = entries(&user, list, None).await;
                assert_eq!(entries.len(), number, "{list}");
                let places: Vec<_> = entries.iter().map(|entry| entry["position"].as_i64().unwrap()).collect();
                assert!(places.is_sorted(), "{places:?}");
            }
        }
        let own = entry(&app.user("fern@anderswo.example").await, "NEED_AREA", "WORK").await;
        assert_ne!(own["id"], entry(&app.administrator().await, "NEED_AREA", "WORK").await["id"]);
        assert_eq!((&own["label"], &own["en"]), (&json!("Arbeit"), &json!("Work")));
    }

    async fn a_list_is_read_as_it_holds_on_a_day_and_page_by_page(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.employer().await;
        let has = async |day: &str| {
            entries(&user, "RESIDENCE_GROUP", Some(day)).await.iter().any(|entry| entry["code"] == "OPPORTUNITY_104C")
        };
        assert!(!has("2022-12-30").await && has("2022-12-31").await);
        let page = "query($after: String) { codeListEntries(list: BARRIER_KIND, first: 7, after: $after) {
            pageInfo { endCursor hasNextPage } nodes { code } } }";
        let (mut codes, mut after) = (Vec::new(), Value::Null);
        loop {
            let answer = user.send(page, json!({ "after": after })).await;
            let list = &answer.data()["codeListEntries"];
            codes.extend(list["nodes"].as_array().unwrap().iter().map(|node| node["code"].as_str().unwrap().to_owned()));
            after = list["pageInfo"]["endCursor"].clone();
            if list["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        let whole: Vec<_> = entries(&user, "BARRIER_KIND", None).await.iter().map(|entry| entry["code"].as_str().unwrap().to_owned()).collect();
        assert_eq!(codes, whole);
    }

    async fn a_value_gets_new_words_from_a_day_on_and_keeps_the_old_ones_before(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.administrator().await;
        let before = entry(&user, "NEED_AREA", "WORK").await;
        let answer = set(&user, value("NEED_AREA", "WORK", "Arbeit und Beruf", "2023-07-01")).await;
        assert_eq!(answer.user_errors(), Vec::<&str>::new());
        assert_eq!(answer.payload()["codeListEntry"]["position"], before["position"]);
        let label = async |day: &str| {
            let entries = entries(&user, "NEED_AREA", Some(day)).await;
            let labels: Vec<_> = entries.iter().filter(|entry| entry["code"] == "WORK").map(|entry| entry["label"].clone()).collect();
            assert_eq!(labels.len(), 1);
            labels[0].clone()
        };
        assert_eq!((label("2023-06-30").await, label("2023-07-01").await), (json!("Arbeit"), json!("Arbeit und Beruf")));
        // The same first day again: a correction. An earlier one: up to the next.
        set(&user, value("NEED_AREA", "WORK", "Arbeit, Beruf", "2023-07-01")).await;
        let answer = set(&user, value("NEED_AREA", "WORK", "Erwerb", "2023-02-01")).await;
        assert_eq!(answer.payload()["codeListEntry"]["validUntil"], "2023-07-01");
        assert_eq!((label("2023-01-31").await, label("2023-02-01").await, label("2023-07-01").await), (json!("Arbeit"), json!("Erwerb"), json!("Arbeit, Beruf")));
        let mut overlapping = value("NEED_AREA", "WORK", "Erwerb", "2023-03-01");
        overlapping["validUntil"] = json!("2023-07-02");
        assert_eq!(set(&user, overlapping).await.rules(), rule("LATER_VERSION_EXISTS", "validUntil"));

        let history = "query($list: CodeList!) { codeListEntries(list: $list, allTimes: true, first: 100) { nodes {
            code validFrom history { nodes { command actorName } } } } }";
        let answer = user.send(history, json!({ "list": "NEED_AREA" })).await;
        let told: Vec<_> = answer.data()["codeListEntries"]["nodes"].as_array().unwrap().iter()
            .filter(|entry| entry["code"] == "WORK")
            .map(|entry| (entry["validFrom"].as_str().unwrap().to_owned(), entry["history"]["nodes"].as_array().unwrap().len()))
            .collect();
        let mut told = told;
        told.sort();
        assert_eq!(told, [("2020-01-01".to_owned(), 0), ("2023-02-01".to_owned(), 1), ("2023-07-01".to_owned(), 2)]);
    }

    async fn a_value_that_ended_is_offered_no_longer(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.administrator().await;
        let return_advice = entry(&user, "NEED_AREA", "RETURN_ADVICE").await;
        assert_eq!(end(&user, &return_advice["id"], "2020-01-01").await.rules(), rule("PERIOD_EMPTY", "validUntil"));
        assert_eq!(end(&user, &return_advice["id"], "2023-06-01").await.user_errors(), Vec::<&str>::new());
        let codes = entries(&user, "NEED_AREA", None).await;
        assert!(codes.iter().all(|entry| entry["code"] != "RETURN_ADVICE"));
        let answer = set(&user, value("NEED_AREA", "GARDENING", "Gärtnern", "2023-06-01")).await;
        let last = codes.last().unwrap()["position"].as_i64().unwrap();
        assert_eq!(answer.payload()["codeListEntry"]["position"], last + 10);
    }

    async fn no_value_for_unlawful_stay_can_be_made_and_the_unknown_one_never_ends(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.administrator().await;
        let answer = set(&user, value("RESIDENCE_GROUP", "NO_TITLE", "Ohne Titel", "2023-01-01")).await;
        let codes: Vec<_> = answer.rules().into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, ["UNLAWFUL_STAY_NOT_RECORDED"; 4].map(str::to_owned)[..codes.len()].to_vec());
        assert!(!codes.is_empty());
        let answer = set(&user, value("RESIDENCE_GROUP", "TOLERATED", "Vollziehbar ausreisepflichtig", "2023-07-01")).await;
        assert_eq!(answer.rules()[0], ("UNLAWFUL_STAY_NOT_RECORDED".to_owned(), "labelDe".to_owned()));
        let unknown = entry(&user, "RESIDENCE_GROUP", "UNKNOWN_OR_NOT_RECORDED").await;
        assert_eq!(end(&user, &unknown["id"], "2024-01-01").await.rules(), rule("CODE_NEEDED", "codeListEntryId"));
        let mut ending = value("RESIDENCE_GROUP", "UNKNOWN_OR_NOT_RECORDED", "Unbekannt", "2023-01-01");
        ending["validUntil"] = json!("2024-01-01");
        assert_eq!(set(&user, ending).await.rules(), rule("CODE_NEEDED", "validUntil"));
    }

    async fn only_administrators_edit_and_nonsense_is_refused(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for other in [app.coordinator().await, app.supervisor().await, app.employer().await] {
            let answer = set(&other, value("NEED_AREA", "NEW", "Neu", "2023-01-01")).await;
            assert_eq!(answer.code(), "FORBIDDEN");
        }
        let user = app.administrator().await;
        let answer = set(&user, value("NEED_AREA", "new", "Neu", "1900-01-01")).await;
        assert_eq!(answer.rules(), [rule("CODE_MALFORMED", "code"), rule("DATE_OUT_OF_RANGE", "validFrom")].concat());
        let answer = set(&user, value("NEED_AREA", "NEW", "", "2023-01-01")).await;
        assert_eq!(answer.rules(), [rule("TEXT_EMPTY", "labelDe"), rule("TEXT_EMPTY", "labelEn")].concat());
    }

    async fn a_file_takes_the_lists_from_one_district_to_another(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let user = app.administrator().await;
        set(&user, value("NEED_AREA", "WORK", "Arbeit und Beruf", "2023-07-01")).await;
        set(&user, value("NEED_AREA", "GARDENING", "Gärtnern", "2023-06-01")).await;
        Place::found(&app, "05554", "Kreis Anderswo").await;
        let keys = app.folder().display().to_string();
        let program = Program::on_url(app.db.url()).with("KIM_DATA_DIRECTORY", keys);
        let export = |ags: &str| program.succeed(&["codes", "export", "--district", ags]);
        let lists = export("05558");
        assert!(lists.contains("Gärtnern"));
        let import = |text: &str, more: &[&str]| {
            std::fs::write(program.folder().join("lists.json"), text).unwrap();
            program.run(&[&["codes", "import", "lists.json", "--district", "05554"], more].concat())
        };
        let ended = import(&lists, &["--check"]);
        assert_eq!((ended.code, ended.output.as_str()), (0, "3 entries would be set; 71 are there already.\n"), "{ended:?}");
        assert_ne!(export("05554"), lists);
        let ended = import(&lists, &[]);
        assert_eq!((ended.code, ended.output.as_str()), (0, "3 entries were set; 71 are there already.\n"), "{ended:?}");
        assert_eq!(export("05554"), lists);
        let ended = import(&lists, &[]);
        assert_eq!((ended.code, ended.output.as_str()), (0, "0 entries were set; 74 are there already.\n"));

        let bad = lists.replace("\"Gärtnern\"", "\"\"").replace("Duldung", "Ohne Aufenthaltstitel");
        let ended = import(&bad, &[]);
        assert_eq!(ended.code, 1);
        assert!(ended.complaints.starts_with("Nothing was changed.\nNEED_AREA GARDENING from 2023-06-01: labelDe: "), "{ended:?}");
        assert!(ended.complaints.contains("RESIDENCE_GROUP TOLERATED from 2020-01-01: labelDe: "), "{ended:?}");
        assert_eq!(export("05554"), lists);
        let ended = import("{", &[]);
        assert!(ended.complaints.starts_with("lists.json cannot be read: it is not a file of code lists: "), "{ended:?}");
        std::fs::write(program.folder().join("lists.json"), b"\xff\xfe{").unwrap();
        let ended = program.run(&["codes", "import", "lists.json", "--district", "05554"]);
        assert_eq!(ended.complaints, "lists.json cannot be read: its text is not in UTF-8\n");
    }

    async fn a_district_that_was_there_before_the_lists_gets_them_when_it_is_migrated(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let mut tables = Tables::open(app.db.url()).await;
        tables.run("DELETE FROM code_list_entry WHERE list <> 'NEED_AREA' OR code = 'WORK'").await;
        app.app.store.migrate().await.unwrap();
        let user = app.administrator().await;
        for (list, number) in LISTS {
            // A list that is there stays as it was edited.
            let expected = if list == "NEED_AREA" { 23 } else { number };
            assert_eq!(entries(&user, list, None).await.len(), expected, "{list}");
        }
    }
}
