//! Many commands in any order, compared with a simple model: no state is reached that the model does not know.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRng, TestRunner};

use super::*;

/// What the model knows of a meeting.
#[derive(Clone, Debug, Default)]
struct Known {
    status: &'static str,
    items: Vec<(String, &'static str)>,
    present: usize,
    minutes: bool,
    /// How many days ago it began; negative while it lies ahead.
    age: i64,
}

both_databases! {
    async fn no_illegal_state_of_meetings_items_and_decisions_is_reached(db: TestDatabase) {
        const MEMBERS: usize = 3;
        const QUORUM: usize = 2;
        let mut round = Round::open(db, MEMBERS, json!({ "quorum": QUORUM })).await;
        let config = Config { failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config.clone(), TestRng::deterministic_rng(config.rng_algorithm));
        let actions = proptest::collection::vec((0_usize..14, 0_usize..8, 0_usize..4, 0_usize..4), 160);
        let mut meetings: Vec<(String, Known)> = Vec::new();
        let (mut done_at_all, mut refused_at_all) = (0, 0);
        for (action, which, one, other) in actions.new_tree(&mut runner).unwrap().current() {
            let planned = Known { status: "PLANNED", age: -1, ..Known::default() };
            if meetings.is_empty() || action == 0 && meetings.len() < 12 {
                meetings.push((round.planned().await, planned));
                continue;
            }
            let place = meetings.len() - 1 - which % meetings.len().min(4);
            // Half of the steps are the next ones in a meeting's life, the others any.
            let is_next = other % 2 == 0;
            let known = &meetings[place].1;
            let open = known.items.iter().position(|(_, status)| *status == "OPEN");
            let action = match (is_next, known.status) {
                (false, _) => action,
                (_, "PLANNED") if known.items.len() <= one => 2,
                (_, "PLANNED") => 4,
                (_, "INVITED") if known.age < 0 => 1,
                (_, "INVITED") => 6,
                (_, "HELD") if open.is_some() => 11 + one % 3,
                (_, "HELD") if !known.minutes => 8,
                (_, "HELD") => 9,
                _ => 10,
            };
            if action == 1 {
                round.pass(1).await;
                for (_, known) in &mut meetings {
                    known.age += 1;
                }
                continue;
            }
            let (meeting, known) = &mut meetings[place];
            let input = json!({ "meetingId": meeting });
            let (yes, no) = if is_next { (known.present, 0) } else { (one, other) };
            let is_open = open.is_some();
            let decided = known.items.iter().any(|(_, status)| !matches!(*status, "OPEN" | "PUT_OFF"));
            let before = matches!(known.status, "PLANNED" | "INVITED");
            let target = open.filter(|_| is_next).or_else(|| (!known.items.is_empty()).then(|| which % known.items.len()));
            // The name and input of the command, whether the model allows it, and the status of the meeting after it.
            let (name, input, allowed, after) = match action {
                2 | 3 => ("agendaItemAdd", json!({ "meetingId": meeting, "title": "Punkt" }), before && known.age < 0, known.status),
                4 | 5 => ("meetingInvite", input, known.status == "PLANNED" && known.age < 0 && !known.items.is_empty(), "INVITED"),
                6 | 7 => {
                    let present = one.min(MEMBERS);
                    let input = json!({ "meetingId": meeting, "presentIds": round.members[..present] });
                    ("meetingHold", input, matches!(known.status, "INVITED" | "HELD") && !decided && known.age >= 0, "HELD")
                }
                8 => ("meetingRecordMinutes", json!({ "meetingId": meeting, "minutes": "Text" }), known.status == "HELD", "HELD"),
                9 => ("meetingApproveMinutes", input, known.status == "HELD" && known.minutes && !is_open, "APPROVED"),
                10 if other == 0 => ("meetingCancel", input, before, "CANCELLED"),
                10 => ("meetingPublish", input, known.status == "APPROVED", known.status),
                _ => {
                    let Some(target) = target else { continue };
                    let (item, status) = &known.items[target];
                    let can = known.status == "HELD" && *status == "OPEN";
                    match action {
                        11 => ("agendaItemPostpone", json!({ "agendaItemId": item }), can, known.status),
                        12 => {
                            let votes = json!({ "count": { "yes": yes, "no": no, "abstentions": 0 } });
                            let input = json!({ "agendaItemId": item, "kind": "ADOPT", "text": "So", "votes": votes });
                            let fits = known.present >= QUORUM && yes + no == known.present && yes > no;
                            ("decisionRecord", input, can && fits, known.status)
                        }
                        _ => {
                            let input = json!({ "agendaItemId": item, "kind": "TAKE_NOTE", "text": "Kenntnis genommen." });
                            ("decisionRecord", input, can, known.status)
                        }
                    }
                }
            };
            let field = match name {
                "agendaItemAdd" => "agendaItem { id }",
                _ => "replayed",
            };
            let answer = command(&round.coordinator, name, input.clone(), field).await;
            assert_eq!(answer.user_errors().is_empty(), allowed, "{name} {input} {known:?} {answer:?}");
            if !allowed {
                refused_at_all += 1;
                continue;
            }
            done_at_all += 1;
            known.status = after;
            match (name, target) {
                ("agendaItemAdd", _) => known.items.push((id(&answer.payload()["agendaItem"]), "OPEN")),
                ("meetingHold", _) => known.present = one.min(MEMBERS),
                ("meetingRecordMinutes", _) => known.minutes = true,
                ("agendaItemPostpone", Some(target)) => known.items[target].1 = "PUT_OFF",
                ("decisionRecord", Some(target)) => known.items[target].1 = if action == 12 { "DECIDED" } else { "NOTED" },
                _ => {}
            }
            let seen = read(&round.coordinator, "query($id: ID!) { meeting(id: $id) { status agendaItems { nodes { status } } } }", meeting).await;
            assert_eq!(seen["meeting"]["status"], known.status);
            let statuses: Vec<&str> = known.items.iter().map(|(_, status)| if *status == "PUT_OFF" { "POSTPONED" } else { status }).collect();
            assert_eq!(texts(&seen["meeting"]["agendaItems"], "status"), statuses);
        }
        assert!(done_at_all > 25 && refused_at_all > 25, "{done_at_all} done, {refused_at_all} refused");
        let mut tables = Tables::open(round.app.db.url()).await;
        let wrong = "SELECT count(*) FROM decision d WHERE d.voting = 'COUNT' AND d.yes + d.no + d.abstentions <>
            (SELECT count(*) FROM meeting_attendance a WHERE a.meeting_id = d.meeting_id AND a.status = 'PRESENT')";
        assert_eq!(tables.number(wrong).await, 0, "votes add up in the tables");
        let open = "SELECT count(*) FROM agenda_item i JOIN meeting m ON m.id = i.meeting_id WHERE m.status = 'APPROVED' AND i.status = 'OPEN'";
        assert_eq!(tables.number(open).await, 0);
        let undecided = "SELECT count(*) FROM agenda_item i WHERE i.status IN ('DECIDED', 'NOTED') AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.item_id = i.id)";
        assert_eq!(tables.number(undecided).await, 0);
    }
}
