//! Random commands of three case managers and the centre, on one case after another, beside a model as plain as can be.

use std::collections::BTreeSet;

use chrono::{Days, Duration, NaiveDate};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::*;
use crate::tables::Tables;

/// How the names of the case managers begin. The first two have the same employer, the third has another one.
const NAMES: [&str; 3] = ["Clara", "Zita", "Cem"];
/// The supervisor's place, behind the case managers.
const CENTRE: usize = 3;

/// What random work has to bring about: each kind of offer, made and accepted, and each command on the way.
const HAPPENINGS: [&str; 13] = [
    "HAND_OVER",
    "TRANSFER",
    "ASSIGN",
    "HAND_OVER accepted",
    "TRANSFER accepted",
    "ASSIGN accepted",
    "transferConfirmItem",
    "transferDecline",
    "transferWithdraw",
    "transferExpire",
    "consentRecord",
    "transferRequest",
    "refused",
];

#[derive(Clone, Debug)]
struct Offer {
    id: Value,
    kind: &'static str,
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

    /// Whether somebody has the employer of the lead.
    fn is_colleague(&self, who: usize) -> bool {
        (NAMES[self.lead] == "Cem") == (NAMES[who] == "Cem")
    }

    /// What stands in the way of an offer. `is_grounded`: with the client's agreement, or with a legal basis.
    fn refuses(&self, by: usize, to: usize, is_grounded: bool) -> Option<&'static str> {
        if by != CENTRE && by != self.lead {
            Some("NOT_FOUND")
        } else if to == self.lead {
            Some("RECEIVER_IS_LEAD")
        } else if self.waits() {
            Some("TRANSFER_OPEN")
        } else if !is_grounded && !self.is_colleague(to) {
            Some("TRANSFER_CONSENT_NEEDED")
        } else if !is_grounded && by != CENTRE {
            Some("CLIENT_AGREEMENT_NEEDED")
        } else {
            None
        }
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

/// The case managers in the order of their names, and the centre behind them.
async fn log_in(app: &TestApp) -> [Client; 4] {
    [app.user(CENTRAL).await, app.user(COLLEAGUE).await, app.user(MUNICIPAL).await, app.supervisor().await]
}

/// Confirms what is open in a case, as far as its receiver can.
async fn confirm(user: &Client, model: &mut Model) {
    let offer = model.offer.as_mut().unwrap();
    confirm_all(user, &offer.id).await;
    offer.confirmed = model.consents;
}

/// Random commands on a new case. Adds what happened.
async fn walk(app: &TestApp, seed: u8, today: NaiveDate, happened: &mut BTreeSet<&'static str>) -> NaiveDate {
    let config = Config { failure_persistence: None, ..Config::default() };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let steps = proptest::collection::vec((0_usize..20, 0_usize..4, 0_usize..3, 0_usize..4, 0_usize..4), 60);
    let steps = steps.new_tree(&mut runner).unwrap().current();
    let mut users = log_in(app).await;
    let mut staff = Vec::new();
    for name in NAMES {
        staff.push(manager(&users[0], name).await);
    }
    let case = known(&users[0]).await;
    let opened_on = today;
    let mut model = Model { lead: 0, offer: None, consents: 1, today };
    let mut tables = Tables::open(app.db.url()).await;
    let id: entity::ids::CaseId = entity::ids::Identifier::parse(case["id"].as_str().unwrap()).unwrap();
    let open = format!(
        "SELECT count(*) FROM transfer WHERE status = 'OFFERED' AND kind <> 'REQUEST' AND case_id = {}",
        tables.id(id.0)
    );
    for (step, who, other, by_chance, ground) in steps {
        // Mostly by the one whose it is, or else it would be refused nearly always.
        let by_party = by_chance > 0;
        let somebody = who % NAMES.len();
        match step {
            0..=5 => {
                let by = match step {
                    4 | 5 => CENTRE,
                    _ if by_party => model.lead,
                    _ => somebody,
                };
                let to = if by == CENTRE { other } else { (by + 1 + other % 2) % NAMES.len() };
                let (is_grounded, is_colleague) = (ground > 0, model.is_colleague(to));
                let last = model.today + Days::new(u64::try_from(who % 3).unwrap());
                let mut input = json!({ "caseId": case["id"], "toStaffMemberId": staff[to], "answerBy": last });
                if is_grounded && !is_colleague {
                    input["legalBasis"] = json!("PUBLIC_TASK_6_1_E");
                } else if is_grounded && by != CENTRE {
                    input["clientAgreedOn"] = json!(opened_on);
                }
                let name = if by == CENTRE { "transferAssign" } else { "transferOffer" };
                let reason = (by == CENTRE || !is_colleague).then_some("Grund");
                let answer = command_for(&users[by], name, input, "transfer { id kind }", reason).await;
                let expected = model.refuses(by, to, is_grounded);
                assert_eq!(answer.user_errors().first().copied(), expected, "{seed}: {name} {by} {to} {answer:?}");
                if expected.is_none() {
                    let kind = match (by, is_colleague) {
                        (CENTRE, _) => "ASSIGN",
                        (_, true) => "HAND_OVER",
                        (_, false) => "TRANSFER",
                    };
                    let offered = &answer.payload()["transfer"];
                    assert_eq!(offered["kind"], kind, "{seed}: {answer:?}");
                    let id = offered["id"].clone();
                    model.offer = Some(Offer { id, kind, to, by, is_open: true, answer_by: last, confirmed: 0 });
                    happened.insert(kind);
                } else {
                    happened.insert("refused");
                }
            }
            6..=8 => {
                if model.waits() && (by_party || model.offer.as_ref().unwrap().to == somebody) {
                    confirm(&users[model.offer.as_ref().unwrap().to], &mut model).await;
                    happened.insert("transferConfirmItem");
                }
            }
            9..=13 => {
                let Some(offer) = model.offer.clone() else { continue };
                let (name, by) = match step {
                    9..=11 => ("transferAccept", if by_party { offer.to } else { somebody }),
                    12 => ("transferDecline", if by_party { offer.to } else { somebody }),
                    _ => ("transferWithdraw", if by_party { offer.by } else { who }),
                };
                if step < 11 && by_party && model.waits() {
                    confirm(&users[by], &mut model).await;
                }
                let answer = give(&users[by], name, &offer.id, Some("Grund")).await;
                let expected = model.blocks(by, name);
                assert_eq!(answer.user_errors().first().copied(), expected, "{seed}: {name} {by} {offer:?} {answer:?}");
                if expected.is_none() {
                    model.offer.as_mut().unwrap().is_open = false;
                    happened.insert(match (name, offer.kind) {
                        ("transferAccept", "HAND_OVER") => "HAND_OVER accepted",
                        ("transferAccept", "TRANSFER") => "TRANSFER accepted",
                        ("transferAccept", _) => "ASSIGN accepted",
                        _ => name,
                    });
                    if name == "transferAccept" {
                        model.lead = by;
                    }
                }
            }
            14 => {
                let by = if by_party { model.lead } else { somebody };
                let client = &case["client"]["id"];
                let input = json!({ "clientId": client, "scope": "STATISTICS_ONLY", "form": "ORAL", "language": "uk" });
                let answer = command(&users[by], "consentRecord", input, "consent { id }").await;
                assert_eq!(answer.user_errors().is_empty(), by == model.lead, "{seed}: {answer:?}");
                if by == model.lead {
                    model.consents += 1;
                    happened.insert("consentRecord");
                }
            }
            15 => {
                let input = json!({ "reference": case["reference"] });
                let answer = command(&users[somebody], "transferRequest", input, "transfer { id }").await;
                assert!(somebody != model.lead || !answer.user_errors().is_empty(), "{seed}: {answer:?}");
                if answer.user_errors().is_empty() {
                    happened.insert("transferRequest");
                }
            }
            16 | 17 => {
                app.clock.advance(Duration::days(1));
                model.today = model.today + Days::new(1);
                users = log_in(app).await;
            }
            _ => {
                app.app.transfer_expiry().expire().await.unwrap();
                let waits = model.waits();
                if let Some(offer) = model.offer.as_mut().filter(|offer| offer.is_open && !waits) {
                    offer.is_open = false;
                    happened.insert("transferExpire");
                }
            }
        }
        let query = "query($id: ID!) { case(id: $id) { lead { displayName } } }";
        let state = users[CENTRE].send(query, json!({ "id": case["id"] })).await.data()["case"].clone();
        let name = state["lead"]["displayName"].as_str().unwrap_or_else(|| panic!("{seed}: {state}"));
        assert!(name.starts_with(NAMES[model.lead]), "{seed}: after {step}: {name}");
        for (place, user) in users[..CENTRE].iter().enumerate() {
            let own = if place == model.lead { json!("Musterfrau") } else { Value::Null };
            assert_eq!(name_in_case(user, &case["id"]).await, own, "{seed}: {place} after {step}");
        }
        let is_open = model.offer.as_ref().is_some_and(|offer| offer.is_open);
        assert_eq!(tables.number(&open).await, i64::from(is_open), "{seed}: after {step}");
    }
    model.today
}

both_databases! {
    async fn no_sequence_leaves_a_case_without_its_one_lead_and_only_acceptance_moves_it(db: TestDatabase) {
        let app = TestApp::start(db).await;
        colleague(&app).await;
        let mut today: NaiveDate = "2023-06-01".parse().unwrap();
        let mut happened: BTreeSet<&'static str> = BTreeSet::new();
        // Sequences that know nothing of each other, and more of them until everything has happened once.
        for seed in 0..30 {
            if seed >= 5 && HAPPENINGS.iter().all(|what| happened.contains(what)) {
                break;
            }
            today = walk(&app, seed, today, &mut happened).await;
        }
        let missing: Vec<&str> = HAPPENINGS.into_iter().filter(|what| !happened.contains(what)).collect();
        assert_eq!(missing, Vec::<&str>::new(), "the sequences are too tame");
    }
}
