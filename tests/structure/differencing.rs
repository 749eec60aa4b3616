//! What a coordinator learns of single cases by asking before and after, and with other filters: nothing.
//!
//! That figures which follow from the blurred count give no case away is tested where they are made
//! (`src/domain/structure/figure.rs`, `signal/told.rs`). Here is tested that nothing else is told: in made-up worlds, all that a
//! coordinator is told is what those functions make of the cases, with one case more, with one less, and when asked again.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use entity::ids::{CaseId, Identifier};
use kim::domain::structure::effect::effect;
use kim::domain::structure::figure::{Audience, Counted, at_least, cell_key, shown, shown_amount, towns_at_least};
use kim::domain::structure::priority::cost_cents;

use super::*;
use crate::cases::municipality;
use crate::clients::open_case;
use crate::tables::Tables;

/// A kind of barrier for each world, how many cases meet it before the decision, and how many after it; some more by chance.
const WORLDS: [(&str, usize, usize); 3] = [("OFFER_FULL", 6, 4), ("COST", 4, 3), ("TRANSPORT", 2, 0)];
const TOWNS: [&str; 4] = ["Coesfeld", "Dülmen", "Nottuln", "Senden"];
const WORDS: &str = "Integrationskurs beim Träger voll, Wartezeit acht Monate, keine Kinderbetreuung";
/// The days of the decision, and of the questions.
const DECIDED: i64 = 5;
const ASKED: i64 = 10;

const EVIDENCE: &str =
    "evidence { isExact cases barriers caseManagers municipalities costCents suffices } priority { cases score }";
const SEEN: &str = "query($input: SeenElsewhereInput!) { barriersSeenElsewhere(input: $input) {
    similarAtLeast municipalities wordedAlikeAtLeast } }";

/// A small generator of its own, so that the worlds are the same on every machine. (The numbers of their cases are not.)
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(sides).unwrap()).unwrap()
    }
}

/// A barrier, as whoever knows everything knows it.
struct Met {
    id: Value,
    case: CaseId,
    kind: &'static str,
    area: &'static str,
    town: usize,
    minutes: i64,
    days: i64,
    is_worded: bool,
    on: i64,
    is_withdrawn: bool,
}

/// What an hour and a day of delay cost, in cents.
type Rates = (i32, i32);

/// Raises a barrier in a case, by chance like this or like that.
async fn raise_in(user: &Client, case: &Value, kind: &'static str, town: usize, on: i64, dice: &mut Dice) -> Met {
    let area = ["LANGUAGE", "WORK"][dice.roll(2)];
    let (minutes, days) = (i64::try_from(dice.roll(6) * 45).unwrap(), i64::try_from(dice.roll(5) * 7).unwrap());
    let is_worded = dice.roll(2) == 0;
    let mut input = json!({ "caseId": case, "kind": kind, "needArea": area, "severity": "SERIOUS", "minutesLost": minutes,
        "delayDays": days });
    if is_worded {
        input["vignette"] = json!(WORDS);
    }
    let id = raised(user, input).await["id"].clone();
    let case = Identifier::parse(case.as_str().unwrap()).unwrap();
    Met { id, case, kind, area, town, minutes, days, is_worded, on, is_withdrawn: false }
}

/// The same in a case of somebody new.
async fn meet(user: &Client, number: usize, kind: &'static str, towns: &[String], on: i64, dice: &mut Dice) -> Met {
    let town = dice.roll(towns.len());
    let identity = json!({ "givenNames": "Ida", "familyName": format!("Nummer{number}"), "birthDate": "1990-01-01" });
    let more = json!({ "municipalityId": towns[town], "consent": { "form": "WRITTEN", "language": "de" } });
    let opened = open_case(user, identity, more).await;
    assert_eq!(opened.user_errors(), Vec::<&str>::new(), "{opened:?}");
    let case = opened.payload()["case"]["id"].clone();
    raise_in(user, &case, kind, town, on, dice).await
}

/// The cases, each once, with the sum of their numbers, and in how many towns they are.
fn count(met: &[&Met]) -> (Counted, u32) {
    let keys: BTreeMap<CaseId, i64> = met.iter().map(|met| (met.case, i64::from(cell_key(met.case.0)))).collect();
    let towns: BTreeSet<usize> = met.iter().map(|met| met.town).collect();
    let counted = Counted { cases: u32::try_from(keys.len()).unwrap(), keys: keys.values().sum() };
    (counted, u32::try_from(towns.len()).unwrap())
}

fn cost(met: &[&Met], (hour, day): Rates) -> i64 {
    cost_cents(met.iter().map(|met| met.minutes).sum(), met.iter().map(|met| met.days).sum(), hour, day)
}

/// What may be told of a theme that rests on these barriers.
fn evidence(met: &[&Met], rates: Rates) -> Value {
    let (counted, towns) = count(met);
    let cases = shown(counted, Audience::Inside);
    let factor = cases.unwrap_or(0).min(50);
    // Serious, in the whole district, to be solved by its administration.
    json!({ "evidence": { "isExact": false, "cases": cases, "barriers": null, "caseManagers": null, "suffices": null,
        "municipalities": towns_at_least(towns, counted, Audience::Inside),
        "costCents": shown_amount(cost(met, rates), counted, Audience::Inside, 10_000) },
        "priority": { "cases": factor, "score": factor * 2 * 3 * 3 } })
}

fn effect_of(met: &[&Met]) -> Value {
    let between = |from: i64, until: i64| {
        let met: Vec<&Met> = met.iter().copied().filter(|met| (from..until).contains(&met.on)).collect();
        shown(count(&met).0, Audience::Inside)
    };
    let (before, after) = (between(2 * DECIDED - ASKED, DECIDED), between(DECIDED, ASKED));
    let compared = before.zip(after).map(|(before, after)| effect(before, after));
    let hundredths = |value: f64| format!("{:.0}", value * 100.0).parse::<i64>().unwrap();
    json!({ "days": ASKED - DECIDED, "before": before, "after": after,
        "ratioHundredths": compared.and_then(|effect| effect.ratio).map(hundredths),
        "lowHundredths": compared.map(|effect| hundredths(effect.low)),
        "highHundredths": compared.and_then(|effect| effect.high).map(hundredths) })
}

fn published(met: &[&Met], rates: Rates) -> Value {
    let (counted, towns) = count(met);
    let cost = shown_amount(cost(met, rates), counted, Audience::Outside, 100_000);
    json!({ "cases": shown(counted, Audience::Outside), "municipalities": towns_at_least(towns, counted, Audience::Outside),
        "costEuro": cost.map(|cents| cents / 100) })
}

fn seen(fitting: &[&Met], worded: &[&Met]) -> Value {
    let (counted, towns) = count(fitting);
    let similar = at_least(counted);
    let towns = towns_at_least(towns, counted, Audience::Inside).filter(|towns| similar.is_some() && *towns > 1);
    json!({ "similarAtLeast": similar, "municipalities": towns, "wordedAlikeAtLeast": at_least(count(worded).0) })
}

/// All that may be told of a world, by those who know everything.
fn expected(all: &[Met], kind: &str, rates: Rates) -> Value {
    let present: Vec<&Met> = all.iter().filter(|met| !met.is_withdrawn).collect();
    let whole: Vec<&Met> = present.iter().copied().filter(|met| met.kind == kind).collect();
    let part: Vec<&Met> = whole.iter().copied().filter(|met| met.area == "LANGUAGE").collect();
    let town: Vec<&Met> = whole.iter().copied().filter(|met| met.town == 0).collect();
    let mut standing = evidence(&whole, rates);
    standing["effect"] = effect_of(&whole);
    let everywhere: Vec<&Met> = present.iter().copied().filter(|met| met.area == "WORK").collect();
    let worded: Vec<&Met> = present.iter().copied().filter(|met| met.is_worded).collect();
    json!({
        "whole": evidence(&whole, rates), "part": evidence(&part, rates), "town": evidence(&town, rates),
        "standing": standing, "published": published(&whole, rates),
        "seen": [seen(&whole, &[]), seen(&part, &[]), seen(&everywhere, &[]), seen(&[], &worded), seen(&whole, &worded)],
    })
}

/// All that a coordinator is told of it.
async fn told(user: &Client, kind: &str, theme: &Value, town: &str, case: &Value) -> Value {
    let proposed = async |pattern: Value| {
        let mut input = proposal(kind);
        input["pattern"] = pattern;
        done(user, "themePropose", input, &format!("theme {{ {EVIDENCE} }}")).await
    };
    let asked =
        async |input: Value| user.send(SEEN, json!({ "input": input })).await.data()["barriersSeenElsewhere"].clone();
    let whole = proposed(json!({ "kind": kind })).await;
    let part = proposed(json!({ "kind": kind, "needArea": "LANGUAGE" })).await;
    let in_town = proposed(json!({ "kind": kind, "municipalityId": town })).await;
    done(user, "themeGather", json!({ "themeId": theme }), "theme { id }").await;
    let query = format!(
        "query($id: ID!) {{ node(id: $id) {{ ... on Theme {{ {EVIDENCE}
            effect {{ days before after ratioHundredths lowHundredths highHundredths }} }} }} }}"
    );
    let standing = user.send(&query, json!({ "id": theme })).await.data()["node"].clone();
    let request = json!({ "themeId": theme, "title": "Kurse sind voll", "text": "Es fehlen Plätze." });
    let published = "publication { cases municipalities costEuro }";
    let published = done(user, "themePublicationRequest", request, published).await;
    json!({
        "whole": whole, "part": part, "town": in_town, "standing": standing, "published": published,
        "seen": [
            asked(json!({ "kind": kind })).await, asked(json!({ "kind": kind, "needArea": "LANGUAGE" })).await,
            asked(json!({ "needArea": "WORK" })).await, asked(json!({ "vignette": WORDS })).await,
            // Without one case: only for those who may see it.
            asked(json!({ "kind": kind, "vignette": WORDS, "caseId": case })).await,
        ],
    })
}

both_databases! {
    async fn all_that_a_coordinator_is_told_before_and_after_one_case_follows_from_blurred_counts(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let mut dice = Dice(2_023);
        let manager = app.user(CENTRAL).await;
        let mut towns = Vec::new();
        for name in TOWNS {
            towns.push(municipality(&manager, name).await);
        }
        let mut all: Vec<Met> = Vec::new();
        let mut cases = BTreeMap::new();
        for (kind, early, _) in WORLDS {
            let more = if early > 3 { dice.roll(4) } else { 0 };
            for _ in 0..early + more {
                let met = meet(&manager, all.len(), kind, &towns, 0, &mut dice).await;
                all.push(met);
            }
            // A case that meets the same twice is one case.
            let (case, town) = all.last().map(|met| (json!(met.case.to_string()), met.town)).unwrap();
            let again = raise_in(&manager, &case, kind, town, 0, &mut dice).await;
            all.push(again);
            cases.insert(kind, case);
        }
        app.clock.advance(Duration::days(DECIDED));
        let (manager, coordinator) = (app.user(CENTRAL).await, app.coordinator().await);
        let mut themes = BTreeMap::new();
        for (kind, _, late) in WORLDS {
            let theme = proposed(&coordinator, kind).await;
            confirmed(&app, &theme).await;
            themes.insert(kind, theme);
            for _ in 0..late {
                let met = meet(&manager, all.len(), kind, &towns, DECIDED, &mut dice).await;
                all.push(met);
            }
        }
        // What only a body does.
        Tables::open(app.db.url()).await.run("UPDATE theme_change SET to_status = 'DECIDED' WHERE to_status = 'CONFIRMED'").await;
        app.clock.advance(Duration::days(ASKED - DECIDED));
        let (manager, coordinator) = (app.user(CENTRAL).await, app.coordinator().await);
        let setting = coordinator.query("{ structureSetting { hourCostCents delayDayCostCents } }").await;
        let rate = |name: &str| i32::try_from(setting.data()["structureSetting"][name].as_i64().unwrap()).unwrap();
        let rates = (rate("hourCostCents"), rate("delayDayCostCents"));
        for (kind, _, _) in WORLDS {
            // As it is; with one case more; with one less.
            for change in 0..3 {
                if change == 1 {
                    let met = meet(&manager, all.len(), kind, &towns, ASKED, &mut dice).await;
                    all.push(met);
                }
                if change == 2 {
                    let present: Vec<usize> = (0..all.len()).filter(|place| all[*place].kind == kind).collect();
                    let gone = &mut all[present[dice.roll(present.len())]];
                    let settle = json!({ "barrierId": gone.id, "status": "WITHDRAWN" });
                    let answer = command_for(&manager, "barrierSettle", settle, "barrier { status }", Some("doppelt")).await;
                    assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
                    gone.is_withdrawn = true;
                }
                let ask = async || told(&coordinator, kind, &themes[kind], &towns[0], &cases[kind]).await;
                let answers = ask().await;
                assert_eq!(answers, expected(&all, kind, rates), "{kind} {change}");
                assert_eq!(ask().await, answers, "asked again: {kind} {change}");
            }
        }
        // The centre is told the truth.
        let present: Vec<&Met> = all.iter().filter(|met| met.kind == "COST" && !met.is_withdrawn).collect();
        let query = "query($id: ID!) { node(id: $id) { ... on Theme { evidence { isExact cases municipalities costCents } } } }";
        let seen = app.supervisor().await.send(query, json!({ "id": themes["COST"] })).await;
        let (counted, in_towns) = count(&present);
        let exact = json!({ "isExact": true, "cases": counted.cases, "municipalities": in_towns, "costCents": cost(&present, rates) });
        assert_eq!(seen.data()["node"]["evidence"], exact);
    }

    async fn whoever_solves_a_signal_for_its_cases_finds_the_figure_that_is_told(db: TestDatabase) {
        let app = TestApp::start(db).await;
        let (central, municipal) = (app.user(CENTRAL).await, app.user(MUNICIPAL).await);
        let needs = ["WORK", "HOUSING", "HEALTH", "SCHOOL"];
        let kinds = ["COST", "TRANSPORT", "WAITING_TIME", "INFORMATION_GAP"];
        for number in 0..44_usize {
            let (kind, need) = match number {
                0..24 => (kinds[number % 4], needs[number / 4 % 4]),
                24..34 => ("OFFER_FULL", "LANGUAGE"),
                _ => ("ACCESS_RULE", "DEBT"),
            };
            let user = if number % 2 == 0 { &central } else { &municipal };
            let case = numbered(user, number).await;
            raised(user, json!({ "caseId": case, "kind": kind, "needArea": need, "severity": "MINOR" })).await;
        }
        assert!(app.app.signal_search().search().await.unwrap() >= 1);
        let list = "{ signals { edges { cursor node { id cases expectedHundredths ratioHundredths lowerBoundHundredths
            falseDiscoveryMillionths explanation } } } }";
        let exact = app.supervisor().await.query(list).await;
        assert!(exact.body["extensions"].get("redactions").is_none(), "{exact:?}");
        let exact = exact.data()["signals"]["edges"].as_array().unwrap().clone();
        let coordinator = app.coordinator().await;
        let answer = coordinator.query(list).await;
        let edges = answer.data()["signals"]["edges"].as_array().unwrap().clone();
        assert_eq!(edges.len(), exact.len());
        assert_eq!(answer.body["extensions"]["redactions"].as_array().unwrap().len(), 2 * edges.len(), "bound and share of chance");
        let number = |node: &Value, name: &str| node[name].as_i64().unwrap_or_else(|| panic!("no {name}: {node}"));
        let float = |number: i64| f64::from(i32::try_from(number).unwrap());
        for (edge, exact) in edges.iter().zip(&exact) {
            let (signal, exact) = (&edge["node"], &exact["node"]);
            assert_eq!(signal["id"], exact["id"], "the same order");
            assert!(number(exact, "lowerBoundHundredths") >= 100 && exact["falseDiscoveryMillionths"].is_i64(), "{exact}");
            assert!(signal["lowerBoundHundredths"].is_null() && signal["falseDiscoveryMillionths"].is_null(), "{signal}");
            let (cases, expected) = (number(signal, "cases"), number(signal, "expectedHundredths"));
            assert!((cases - number(exact, "cases")).abs() <= 2);
            assert!(expected % 100 == 0 && (expected - number(exact, "expectedHundredths")).abs() <= 50);
            // The ratio is (cases + 1/2) / (expected + 1/2).
            let divisor = float(expected) / 100.0 + 0.5;
            let solved = float(number(signal, "ratioHundredths")) / 100.0 * divisor - 0.5;
            assert!((solved - float(cases)).abs() <= 0.005 * divisor + 1e-9, "{solved} for {cases}: {signal} {exact}");
            let words = match expected / 100 {
                0 => format!("{cases} Fälle, weniger als 1 erwartet"),
                whole => format!("{cases} Fälle, etwa {whole} erwartet"),
            };
            assert_eq!(signal["explanation"], words);
            // A cursor is sealed, not secret: it names the signal and nothing of its strength.
            let bytes = URL_SAFE_NO_PAD.decode(edge["cursor"].as_str().unwrap()).unwrap();
            let content: Value = serde_json::from_slice(&bytes[16..]).unwrap();
            assert_eq!(content["k"], "i", "{content}");
        }
        // Page by page they come in the same order.
        let query = "query($after: String) { signals(first: 1, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } }";
        let (mut after, mut ids) = (Value::Null, Vec::new());
        loop {
            let answer = coordinator.send(query, json!({ "after": after })).await;
            let page = &answer.data()["signals"];
            ids.push(page["nodes"][0]["id"].clone());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(ids, edges.iter().map(|edge| edge["node"]["id"].clone()).collect::<Vec<_>>());
        // The search may have taken the signal away meanwhile: the list is to be read from its beginning.
        Tables::open(app.db.url()).await.run("DELETE FROM signal").await;
        assert_eq!(coordinator.send(query, json!({ "after": after })).await.code(), "CURSOR_INVALID");
    }
}
