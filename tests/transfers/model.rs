//! Random commands of two case managers on one case, beside a model as plain as can be.

use chrono::{Days, Duration, NaiveDate};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRng, TestRunner};

use super::*;

#[derive(Clone, Debug)]
struct Offer {
    id: Value,
    to: usize,
    by: usize,
    is_open: bool,
    answer_by: NaiveDate,
    confirmed: usize,
}

/// Who leads, what was offered last, how many consents there are, and which day it is.
struct Model {
    lead: usize,
    offer: Option<Offer>,
    consents: usize,
    today: NaiveDate,
}

impl Model {
    fn waits(&self) -> bool {
        self.offer.as_ref().is_some_and(|offer| offer.is_open && self.today <= offer.answer_by)
    }

    /// What stands in the way of an answer of `who`, or of taking the offer back.
    fn blocks(&self, who: usize, name: &str) -> Option<&'static str> {
        let offer = self.offer.as_ref()?;
        let party = if name == "transferWithdraw" { offer.by } else { offer.to };
        if who != party {
            Some("NOT_FOUND")
        } else if !offer.is_open {
            Some("TRANSITION_NOT_ALLOWED")
        } else if self.today > offer.answer_by {
            Some("TRANSFER_OVERDUE")
        } else if name == "transferAccept" && offer.confirmed < self.consents {
            Some("TRANSFER_ITEMS_UNCONFIRMED")
        } else {
            None
        }
    }
}

async fn log_in(app: &TestApp) -> [Client; 2] {
    [app.user(CENTRAL).await, app.user(COLLEAGUE).await]
}

both_databases! {
    async fn no_sequence_leaves_a_case_without_its_one_lead_and_only_acceptance_moves_it(db: TestDatabase) {
        let app = TestApp::start(db).await;
        colleague(&app).await;
        let mut users = log_in(&app).await;
        let names = ["Clara", "Zita"];
        let case = known(&users[0]).await;
        let mut model = Model { lead: 0, offer: None, consents: 1, today: "2023-06-01".parse().unwrap() };
        let config = Config { failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config.clone(), TestRng::deterministic_rng(config.rng_algorithm));
        let steps = proptest::collection::vec((0_usize..16, 0_usize..2, 0_u64..4), 70);
        let mut taken_over = 0;
        for (step, who, days) in steps.new_tree(&mut runner).unwrap().current() {
            let user = &users[who];
            let name = match step {
                0..=3 => "transferOffer",
                4..=6 => "confirm",
                7..=9 => "transferAccept",
                10 => "transferDecline",
                11 => "transferWithdraw",
                12 => "consentRecord",
                13 => "transferRequest",
                14 => "day",
                _ => "job",
            };
            match name {
                "transferOffer" => {
                    let last = model.today + Days::new(days);
                    let answer = offer(user, &case, names[1 - who], json!({ "answerBy": last })).await;
                    let expected = if who != model.lead {
                        vec!["NOT_FOUND"]
                    } else if model.waits() {
                        vec!["TRANSFER_OPEN"]
                    } else {
                        Vec::new()
                    };
                    assert_eq!(answer.user_errors(), expected, "{answer:?}");
                    if expected.is_empty() {
                        let id = answer.payload()["transfer"]["id"].clone();
                        model.offer = Some(Offer { id, to: 1 - who, by: who, is_open: true, answer_by: last, confirmed: 0 });
                    }
                }
                "confirm" if model.waits() && model.offer.as_ref().unwrap().to == who => {
                    let offer = model.offer.as_mut().unwrap();
                    confirm_all(user, &offer.id).await;
                    offer.confirmed = model.consents;
                }
                "transferAccept" | "transferDecline" | "transferWithdraw" => {
                    let Some(offer) = model.offer.clone() else { continue };
                    let answer = give(user, name, &offer.id, Some("Grund")).await;
                    let expected = model.blocks(who, name);
                    assert_eq!(answer.user_errors().first().copied(), expected, "{name} {who} {answer:?}");
                    if expected.is_none() {
                        model.offer.as_mut().unwrap().is_open = false;
                        if name == "transferAccept" {
                            model.lead = who;
                            taken_over += 1;
                        }
                    }
                }
                "consentRecord" => {
                    let input = json!({ "clientId": case["client"]["id"], "scope": "STATISTICS_ONLY", "form": "ORAL", "language": "uk" });
                    let answer = command(user, name, input, "consent { id }").await;
                    assert_eq!(answer.user_errors().is_empty(), who == model.lead, "{answer:?}");
                    model.consents += usize::from(who == model.lead);
                }
                "transferRequest" => {
                    let answer = command(user, name, json!({ "reference": case["reference"] }), "transfer { id }").await;
                    assert!(who != model.lead || !answer.user_errors().is_empty());
                }
                "day" => {
                    app.clock.advance(Duration::days(1));
                    model.today = model.today + Days::new(1);
                    users = log_in(&app).await;
                }
                "job" => {
                    app.app.transfer_expiry().expire().await.unwrap();
                    if !model.waits() && let Some(offer) = model.offer.as_mut() {
                        offer.is_open = false;
                    }
                }
                _ => {}
            }
            let state = lead(&app, &case).await;
            assert!(state["lead"]["displayName"].as_str().unwrap().starts_with(names[model.lead]), "{state}");
            for (place, user) in users.iter().enumerate() {
                let own = if place == model.lead { json!("Musterfrau") } else { Value::Null };
                assert_eq!(name_in_case(user, &case["id"]).await, own, "{name} by {who}");
            }
            let mut tables = crate::tables::Tables::open(app.db.url()).await;
            let open = "SELECT count(*) FROM transfer WHERE status = 'OFFERED' AND kind <> 'REQUEST'";
            assert_eq!(tables.number(open).await, i64::from(model.offer.as_ref().is_some_and(|offer| offer.is_open)));
        }
        assert!(taken_over >= 2, "the sequence is too tame: {taken_over}");
    }
}
