//! The rules of deadlines: data with validity, edited by administrators.

use super::*;

const RULE: &str = "deadlineRule { id code label en: label(lang: EN) source basis offsetYears offsetMonths offsetDays
    nextWorkingDay remindDaysBefore validFrom validUntil }";

/// The rules that hold on a day, or today.
async fn rules(user: &Client, on: Option<&str>) -> Vec<Value> {
    let query =
        "query($on: NaiveDate) { deadlineRules(on: $on) { nodes { id code label description source basis validFrom
        offsetMonths history { nodes { command } } } } }";
    user.send(query, json!({ "on": on })).await.data()["deadlineRules"]["nodes"].as_array().unwrap().clone()
}

/// The rule of this code that holds today.
pub async fn find(user: &Client, code: &str) -> Value {
    rules(user, None).await.into_iter().find(|rule| rule["code"] == code).unwrap_or_else(|| panic!("no {code}"))
}

fn appeal(months: i32, from: &str) -> Value {
    json!({ "code": "APPEAL_ONE_MONTH", "labelDe": "Widerspruch", "labelEn": "Objection", "source": "§ 70 VwGO",
        "basis": "DECISION_NOTIFIED", "offsetMonths": months, "nextWorkingDay": true, "remindDaysBefore": [3, 7, 3],
        "validFrom": from })
}

both_databases! {
    async fn a_district_begins_with_rules_that_it_has_to_check(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for user in [app.user(CENTRAL).await, app.administrator().await, app.employer().await] {
            let rules = rules(&user, None).await;
            let codes: Vec<_> = rules.iter().map(|rule| rule["code"].as_str().unwrap()).collect();
            assert_eq!(codes, ["APPEAL_ASYLUM_TWO_WEEKS", "APPEAL_ONE_MONTH", "COURSE_ENDS", "EIGHTEENTH_BIRTHDAY",
                "OPPORTUNITY_104C_ENDS", "TITLE_EXPIRES"]);
            for rule in rules {
                assert!(rule["description"].as_str().unwrap().contains("[B] unverified: to be checked by the district"));
                assert!(rule["source"].as_str().unwrap().starts_with(['§', 'I']));
            }
        }
        let before = rules(&app.employer().await, Some("2022-12-30")).await;
        assert!(before.iter().all(|rule| rule["code"] != "OPPORTUNITY_104C_ENDS"));
    }

    async fn a_new_version_counts_from_its_first_day_on_and_changes_no_deadline_that_is_there(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, administrator) = (app.user(CENTRAL).await, app.administrator().await);
        let case = known(&user).await;
        let old = added(&user, &case, by_rule("APPEAL_ONE_MONTH", "2023-05-10"), None).await;
        let set = command(&administrator, "deadlineRuleSet", appeal(2, "2023-06-01"), RULE).await;
        assert_eq!(set.user_errors(), Vec::<&str>::new(), "{set:?}");
        assert_eq!(set.payload()["deadlineRule"]["remindDaysBefore"], json!([7, 3]));
        let day = async |basis: &str| added(&user, &case, by_rule("APPEAL_ONE_MONTH", basis), None).await["dueOn"].clone();
        assert_eq!((day("2023-05-31").await, day("2023-06-01").await), (json!("2023-06-30"), json!("2023-08-01")));
        let shown = |answer: &Answer| {
            let nodes = answer.data()["case"]["deadlines"]["nodes"].as_array().unwrap().clone();
            let found = nodes.into_iter().find(|node| node["id"] == old["id"]).unwrap();
            (found["dueOn"].clone(), found["computation"].clone())
        };
        let same = json!({ "countedOn": "2023-06-10", "dueOn": "2023-06-12", "differs": false });
        assert_eq!(shown(&seen(&user, &case).await), (json!("2023-06-12"), same));
        // The version of that time is corrected: the deadline stays, and shows that it differs now.
        command(&administrator, "deadlineRuleSet", appeal(3, "1950-01-01"), RULE).await;
        let differs = json!({ "countedOn": "2023-08-10", "dueOn": "2023-08-10", "differs": true });
        assert_eq!(shown(&seen(&user, &case).await), (json!("2023-06-12"), differs));
        assert_eq!(find(&user, "APPEAL_ONE_MONTH").await["history"]["nodes"], json!([{ "command": "deadlineRuleSet" }]));
    }

    async fn a_rule_that_ended_makes_no_deadlines(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (user, administrator) = (app.user(CENTRAL).await, app.administrator().await);
        let case = known(&user).await;
        let course = find(&user, "COURSE_ENDS").await;
        let end = |until: &str| json!({ "deadlineRuleId": course["id"], "validUntil": until });
        let refused = command(&administrator, "deadlineRuleEnd", end("1950-01-01"), RULE).await;
        assert_eq!(refused.rules(), rule("PERIOD_EMPTY", "validUntil"));
        let ended = command(&administrator, "deadlineRuleEnd", end("2023-06-01"), RULE).await;
        assert_eq!(ended.payload()["deadlineRule"]["validUntil"], "2023-06-01");
        let answer = add(&user, &case, by_rule("COURSE_ENDS", "2023-06-20"), None).await;
        assert_eq!(answer.rules(), rule("DEADLINE_RULE_UNKNOWN", "origin.rule.ruleCode"));
        assert_eq!(added(&user, &case, by_rule("COURSE_ENDS", "2023-05-31"), None).await["dueOn"], "2023-05-31");
    }

    async fn a_rule_about_age_starts_from_the_birth_date_and_no_rule_changes_its_start(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let administrator = app.administrator().await;
        let mut input = appeal(0, "2023-01-01");
        for (name, value) in [("code", "SIXTEENTH"), ("labelDe", "16. Geburtstag"), ("basis", "OTHER")] {
            input[name] = json!(value);
        }
        let refused = command(&administrator, "deadlineRuleSet", input.clone(), RULE).await;
        assert_eq!(refused.rules(), rule("DEADLINE_BASIS_IS_BIRTH_DATE", "basis"));
        input["basis"] = json!("BIRTH_DATE");
        assert_eq!(command(&administrator, "deadlineRuleSet", input, RULE).await.user_errors(), Vec::<&str>::new());
        let mut input = appeal(1, "2023-07-01");
        input["basis"] = json!("ARRIVAL");
        assert_eq!(command(&administrator, "deadlineRuleSet", input, RULE).await.rules(), rule("DEADLINE_BASIS_FIXED", "basis"));
    }

    async fn only_administrators_edit_rules_and_nonsense_is_refused(db: TestDatabase) {
        let app = TestApp::start(db).await;
        for other in [app.user(CENTRAL).await, app.supervisor().await, app.coordinator().await] {
            assert_eq!(command(&other, "deadlineRuleSet", appeal(1, "2023-07-01"), RULE).await.code(), "FORBIDDEN");
        }
        let administrator = app.administrator().await;
        let input = json!({ "code": "x", "labelDe": " ", "labelEn": "Y", "source": "", "basis": "OTHER", "offsetYears": 101,
            "offsetMonths": -1201, "offsetDays": 3661, "remindDaysBefore": [-1], "validFrom": "2023-02-01", "validUntil": "2023-01-01" });
        let expected = [
            rule("CODE_MALFORMED", "code"),
            rule("TEXT_EMPTY", "labelDe"),
            rule("TEXT_EMPTY", "source"),
            rule("NUMBER_OUT_OF_RANGE", "offsetYears"),
            rule("NUMBER_OUT_OF_RANGE", "offsetMonths"),
            rule("NUMBER_OUT_OF_RANGE", "offsetDays"),
            rule("NUMBER_OUT_OF_RANGE", "remindDaysBefore"),
            rule("PERIOD_EMPTY", "validUntil"),
        ];
        assert_eq!(command(&administrator, "deadlineRuleSet", input, RULE).await.rules(), expected.concat());
    }

    async fn a_district_that_was_there_before_the_rules_gets_them_when_it_is_migrated(db: TestDatabase) {
        let app = TestApp::start(db).await;
        Tables::open(app.db.url()).await.run("DELETE FROM deadline_rule").await;
        let user = app.employer().await;
        assert!(rules(&user, None).await.is_empty());
        app.app.store.migrate().await.unwrap();
        assert_eq!(rules(&user, None).await.len(), 6);
    }
}
