//! Decisions, their votes, what they do to themes, and what is to be done after them.

use super::*;

fn decision(item: &str, kind: &str, votes: Value) -> Value {
    json!({ "agendaItemId": item, "kind": kind, "text": "Beschluss", "votes": votes })
}

fn count(yes: i32, no: i32, abstentions: i32) -> Value {
    json!({ "count": { "yes": yes, "no": no, "abstentions": abstentions } })
}

both_databases! {
    async fn votes_add_up_to_the_voting_members_present_without_those_with_a_conflict(db: TestDatabase) {
        let mut round = Round::open(db, 5, json!({ "quorum": 3 })).await;
        let (_, items) = round.held(&[json!({}), json!({}), json!({})]).await;
        let user = round.coordinator.clone();
        let record = async |input: Value| refused(&user, "decisionRecord", input).await;
        assert_eq!(record(decision(&items[0], "ADOPT", Value::Null)).await, rule("VOTES_NEEDED", "votes"));
        assert_eq!(record(decision(&items[0], "ADOPT", count(4, 0, 0))).await, rule("VOTES_MISMATCH", "votes"));
        assert_eq!(record(decision(&items[0], "ADOPT", count(6, -1, 0))).await, rule("NUMBER_OUT_OF_RANGE", "votes.count.no"));
        assert_eq!(record(decision(&items[0], "ADOPT", count(2, 3, 0))).await, rule("VOTES_CONTRADICT_DECISION", "votes"));
        assert_eq!(record(decision(&items[0], "REJECT", count(3, 2, 0))).await, rule("VOTES_CONTRADICT_DECISION", "votes"));
        let mut both = decision(&items[0], "ADOPT", count(5, 0, 0));
        both["votes"]["names"] = json!([]);
        assert_eq!(command(&user, "decisionRecord", both, "replayed").await.status, 400, "one of the two");
        let mut biased = decision(&items[0], "ADOPT", count(5, 0, 0));
        biased["excludedIds"] = json!([round.members[0]]);
        assert_eq!(record(biased.clone()).await, rule("VOTES_MISMATCH", "votes"));
        biased["votes"] = count(3, 0, 1);
        biased["paperUrl"] = json!("https://sessionnet.example/bi/vo0050.php?__kvonr=5924");
        let fields = "decision { voting yes no abstentions paperUrl agendaItem { status } votes { nodes { vote membership { function } } } }";
        assert_eq!(done(&user, "decisionRecord", biased, fields).await, json!({
            "voting": "COUNT", "yes": 3, "no": 0, "abstentions": 1, "paperUrl": "https://sessionnet.example/bi/vo0050.php?__kvonr=5924",
            "agendaItem": { "status": "DECIDED" }, "votes": { "nodes": [{ "vote": "EXCLUDED", "membership": { "function": "Funktion 0" } }] },
        }));
        let names = |votes: &[(usize, &str)]| {
            let votes = votes.iter().map(|(place, vote)| json!({ "bodyMembershipId": round.members[*place], "vote": vote }));
            json!({ "names": votes.collect::<Vec<_>>() })
        };
        let all = [(0, "YES"), (1, "YES"), (2, "NO"), (3, "ABSTENTION"), (4, "YES")];
        assert_eq!(record(decision(&items[1], "ADOPT", names(&all[..4]))).await, rule("VOTES_MISMATCH", "votes"));
        assert_eq!(record(decision(&items[1], "ADOPT", names(&[all[0], all[0]]))).await, rule("DUPLICATE_ENTRY", "votes.names.1"));
        assert_eq!(record(decision(&items[1], "ADOPT", names(&[(0, "EXCLUDED")]))).await, rule("VOTER_NOT_ENTITLED", "votes.names.0"));
        let named = done(&user, "decisionRecord", decision(&items[1], "ADOPT", names(&all)), "decision { voting yes no abstentions votes { nodes { vote } } }").await;
        assert_eq!((&named["yes"], &named["no"], &named["abstentions"]), (&json!(3), &json!(1), &json!(1)));
        assert_eq!(named["votes"]["nodes"].as_array().unwrap().len(), 5);
        let deferred = done(&user, "decisionRecord", decision(&items[2], "DEFER", count(5, 0, 0)), "decision { agendaItem { status } }").await;
        assert_eq!(deferred["agendaItem"]["status"], "POSTPONED");
    }

    async fn without_a_quorum_nothing_is_decided_but_note_can_be_taken(db: TestDatabase) {
        let mut round = Round::open(db, 4, json!({ "quorum": 3 })).await;
        let meeting = round.planned().await;
        let item = round.item(&meeting, "Bericht", json!({})).await;
        let early = decision(&item, "TAKE_NOTE", Value::Null);
        assert_eq!(refused(&round.coordinator, "decisionRecord", early.clone()).await, rule("MEETING_STEP_NOT_ALLOWED", ""));
        round.invite(&meeting).await;
        round.pass(1).await;
        round.hold(&meeting, 2).await;
        assert_eq!(refused(&round.coordinator, "decisionRecord", decision(&item, "ADOPT", count(2, 0, 0))).await, rule("QUORUM_MISSING", ""));
        let absent = json!({ "agendaItemId": item, "kind": "ADOPT", "text": "x", "votes": count(2, 0, 0), "excludedIds": [round.members[3]] });
        assert_eq!(refused(&round.coordinator, "decisionRecord", absent).await, rule("VOTER_NOT_ENTITLED", "excludedIds.0"));
        let noted = done(&round.coordinator, "decisionRecord", early, "decision { voting yes agendaItem { status } }").await;
        assert_eq!(noted, json!({ "voting": "NONE", "yes": null, "agendaItem": { "status": "NOTED" } }));
    }

    async fn a_closed_item_is_not_decided_again_not_even_at_the_same_moment(db: TestDatabase) {
        let mut round = Round::open(db, 2, json!({})).await;
        let (meeting, items) = round.held(&[json!({}), json!({})]).await;
        let user = round.coordinator.clone();
        let input = decision(&items[0], "TAKE_NOTE", Value::Null);
        let answers = futures_util::future::join_all((0..4).map(|_| command(&user, "decisionRecord", input.clone(), "decision { id }"))).await;
        let codes: Vec<Vec<&str>> = answers.iter().map(Answer::user_errors).collect();
        assert_eq!(codes.iter().filter(|codes| codes.is_empty()).count(), 1, "{codes:?}");
        assert!(codes.iter().filter(|codes| !codes.is_empty()).all(|codes| *codes == ["AGENDA_ITEM_CLOSED"]), "{codes:?}");
        assert_eq!(refused(&user, "agendaItemPostpone", json!({ "agendaItemId": items[0] })).await, rule("AGENDA_ITEM_CLOSED", ""));
        round.note(&items[1]).await;
        done(&user, "meetingRecordMinutes", json!({ "meetingId": meeting, "minutes": "x" }), "meeting { id }").await;
        done(&user, "meetingApproveMinutes", json!({ "meetingId": meeting }), "meeting { id }").await;
        assert_eq!(refused(&user, "decisionRecord", input).await, rule("MEETING_STEP_NOT_ALLOWED", ""));
        let change = json!({ "agendaItemId": items[0], "title": "Anders", "isPublic": true });
        assert_eq!(refused(&user, "agendaItemChange", change).await, rule("AGENDA_CLOSED", ""));
    }

    async fn parts_of_an_item_are_decided_one_by_one(db: TestDatabase) {
        let mut round = Round::open(db, 1, json!({})).await;
        let meeting = round.planned().await;
        let top = round.item(&meeting, "Bericht", json!({})).await;
        let part = round.item(&meeting, "Teil", json!({ "parentId": top })).await;
        round.invite(&meeting).await;
        round.pass(1).await;
        round.hold(&meeting, 1).await;
        assert_eq!(refused(&round.coordinator, "decisionRecord", decision(&top, "TAKE_NOTE", Value::Null)).await, rule("AGENDA_ITEM_HAS_PARTS", ""));
        assert_eq!(refused(&round.coordinator, "agendaItemPostpone", json!({ "agendaItemId": top })).await, rule("AGENDA_ITEM_HAS_PARTS", ""));
        round.note(&part).await;
        done(&round.coordinator, "meetingRecordMinutes", json!({ "meetingId": meeting, "minutes": "x" }), "meeting { id }").await;
        done(&round.coordinator, "meetingApproveMinutes", json!({ "meetingId": meeting }), "meeting { id }").await;
    }

    async fn a_decision_touches_its_theme_and_moves_it_where_it_is_due(db: TestDatabase) {
        let mut round = Round::open(db, 1, json!({})).await;
        let mut items = Vec::new();
        let cases = [("PRIORITISED", "ADOPT", "DECIDED"), ("IN_WORK", "ADOPT", "DECIDED"), ("CONFIRMED", "ADOPT", "CONFIRMED"),
            ("IN_WORK", "TAKE_NOTE", "IN_WORK"), ("IN_WORK", "REFER_TO_STATE", "FORWARDED_TO_STATE"),
            ("PRIORITISED", "REJECT", "REJECTED"), ("IN_WORK", "REJECT", "REJECTED"), ("CONFIRMED", "REJECT", "CONFIRMED")];
        for (number, (status, _, _)) in (1_i32..).zip(cases) {
            items.push(json!({ "themeId": round.theme(number, status).await }));
        }
        let (_, ids) = round.held(&items).await;
        let mut tables = Tables::open(round.app.db.url()).await;
        for (number, ((_, kind, after), item)) in (1_i32..).zip(cases.into_iter().zip(ids)) {
            let votes = match kind {
                "TAKE_NOTE" => Value::Null,
                "REJECT" => count(0, 1, 0),
                _ => count(1, 0, 0),
            };
            done(&round.coordinator, "decisionRecord", decision(&item, kind, votes), "decision { id }").await;
            let found = tables.text(&format!("SELECT status FROM theme WHERE number = {number} AND touched_at IS NOT NULL AND version = 2")).await;
            assert_eq!(found, after, "{kind}");
        }
        assert_eq!(tables.number("SELECT count(*) FROM theme_change WHERE from_status <> to_status AND account_id IS NOT NULL").await, 5);
        assert_eq!(tables.count("theme_change").await, 5);
        // A rejection has the words of the decision as its reason; the other steps need none.
        assert_eq!(tables.count("theme_change WHERE to_status = 'REJECTED' AND reason = 'Beschluss'").await, 2);
        assert_eq!(tables.count("theme_change WHERE reason IS NOT NULL").await, 2);
    }

    async fn the_institution_that_is_responsible_is_told_and_reports_what_it_did(db: TestDatabase) {
        let mut round = Round::open(db, 2, json!({})).await;
        round.job_centre().await;
        let (_, items) = round.held(&[json!({})]).await;
        let decided = round.note(&items[0]).await;
        let user = round.coordinator.clone();
        let centre = id_of(&user, "organisations", JOB_CENTRE).await;
        let action = json!({ "decisionId": decided, "organisationId": centre, "text": "Ansprechperson nennen", "dueOn": "2023-06-30" });
        let mut early = action.clone();
        early["dueOn"] = json!("2023-06-01");
        assert_eq!(refused(&user, "actionItemAssign", early).await, rule("DATE_OUT_OF_RANGE", "dueOn"));
        let assigned = id(&done(&user, "actionItemAssign", action, "actionItem { id }").await);
        let guest = round.app.user(JOB_CENTRE_LOGIN).await;
        let notice = guest.query("{ notices(first: 1) { nodes { kind actionItem { text dueOn } } } }").await.data()["notices"]["nodes"].clone();
        assert_eq!(notice, json!([{ "kind": "ACTION_ASSIGNED", "actionItem": { "text": "Ansprechperson nennen", "dueOn": "2023-06-30" } }]));
        let report = json!({ "actionItemId": assigned, "expectedVersion": 1, "result": "Genannt" });
        let employer = round.app.employer().await;
        assert_eq!(refused(&employer, "actionItemReport", report.clone()).await, rule("NOT_FOUND", "actionItemId"));
        assert_eq!(employer.query("{ actionItems { nodes { text } } }").await.data()["actionItems"]["nodes"], json!([]));
        assert_eq!(command(&guest, "actionItemDrop", report.clone(), "replayed").await.code(), "FORBIDDEN");
        let reported = done(&guest, "actionItemReport", report, "actionItem { status result settledOn version decision { text } }").await;
        assert_eq!(reported, json!({ "status": "DONE", "result": "Genannt", "settledOn": "2023-06-02", "version": 2, "decision": null }));
        let drop = json!({ "actionItemId": assigned, "result": "doch nicht" });
        assert_eq!(refused(&user, "actionItemDrop", drop).await, rule("ACTION_ITEM_SETTLED", ""));
        let list = "query($filter: ActionItemFilter) { actionItems(filter: $filter) { nodes { text } } }";
        let filtered = async |filter: Value| texts(&user.send(list, json!({ "filter": filter })).await.data()["actionItems"], "text");
        assert_eq!(filtered(json!({ "organisationId": centre, "statusIn": ["DONE"], "bodyId": round.body })).await, ["Ansprechperson nennen"]);
        assert!(filtered(json!({ "statusIn": [] })).await.is_empty());
    }
}
