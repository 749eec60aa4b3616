//! Meeting packs: who gets them, what is in them, and what never is.

use super::*;

async fn fetch(round: &Round, user: &Client, meeting: &str, form: &str) -> reqwest::Response {
    let url = round.app.url(&format!("/meetings/{meeting}/pack.{form}"));
    let request = reqwest::Client::new().get(url);
    let request = match &user.token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    request.send().await.unwrap()
}

/// The words of a PDF, without blanks and places where words may break.
pub fn words(pdf: &[u8]) -> String {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let pages: Vec<u32> = document.get_pages().keys().copied().collect();
    let text = document.extract_text(&pages).unwrap();
    text.chars().filter(|char| !char.is_whitespace() && !matches!(char, '\u{ad}' | '\u{200b}')).collect()
}

both_databases! {
    async fn whoever_prepares_meetings_gets_the_pack_and_nobody_else(db: TestDatabase) {
        let round = Round::open(db, 2, json!({})).await;
        let meeting = round.planned().await;
        let item = round.item(&meeting, "Bericht", json!({ "description": "Stand der Stellen",
            "proposal": "Die Runde nimmt den Bericht zur Kenntnis." })).await;
        round.item(&meeting, "Erster Teil", json!({ "parentId": item, "proposal": "Der erste Teil wird beschlossen." })).await;
        let input = json!({ "agendaItemId": item, "kind": "PROPOSAL", "name": "SV-10-0815", "source": { "url": "https://ris.example/vo0050.php?__kvonr=1" } });
        done(&round.coordinator, "paperAdd", input, "paper { id }").await;
        let draft = fetch(&round, &round.coordinator, &meeting, "html").await;
        assert_eq!((draft.status(), draft.headers()["content-type"].to_str().unwrap()), (reqwest::StatusCode::OK, "text/html; charset=utf-8"));
        assert_eq!(draft.headers()["cache-control"], "no-store");
        assert!(draft.headers()["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
        let draft = draft.text().await.unwrap();
        for wanted in ["Entwurf", "Runde", "Sitzung", "Kreishaus", "Bericht", "Erster Teil", "nimmt den Bericht zur Kenntnis", "Der erste Teil wird beschlossen", "Kreis Coesfeld"] {
            assert!(draft.contains(wanted), "{wanted} is not in {draft}");
        }
        round.invite(&meeting).await;
        let sent = fetch(&round, &round.app.supervisor().await, &meeting, "html").await.text().await.unwrap();
        assert!(!sent.contains("Entwurf") && sent.contains("Nicht öffentlich"));
        let pdf = fetch(&round, &round.coordinator, &meeting, "pdf").await;
        assert_eq!(pdf.headers()["content-type"], "application/pdf");
        let text = words(&pdf.bytes().await.unwrap());
        assert!(text.contains("DieRundenimmtdenBerichtzurKenntnis"), "{text}");
        let mut strangers = vec![(round.app.nobody(), 401), (round.job_centre().await, 403)];
        strangers.extend([(round.app.employer().await, 403), (round.app.administrator().await, 403)]);
        strangers.push((round.app.user(crate::clients::MUNICIPAL).await, 403));
        for (user, status) in strangers {
            for form in ["html", "pdf"] {
                assert_eq!(fetch(&round, &user, &meeting, form).await.status().as_u16(), status);
            }
        }
        let other = entity::ids::MeetingId(uuid::Uuid::now_v7()).to_string();
        for nowhere in [&*other, "mtg_x", "thm_01926c5e01926c5e01926c5e01926c5e"] {
            assert_eq!(fetch(&round, &round.coordinator, nowhere, "html").await.status().as_u16(), 404, "{nowhere}");
        }
        assert_eq!(fetch(&round, &round.coordinator, &meeting, "docx").await.status().as_u16(), 404);
    }

    async fn what_people_wrote_is_text_in_a_pack_and_never_its_markup(db: TestDatabase) {
        let round = Round::open(db, 1, json!({})).await;
        let meeting = round.planned().await;
        let hostile = "<script>alert(1)</script><svg onload=alert(1)> #import \"x\": * $1 + 2$ #read(\"/etc/passwd\")";
        round.item(&meeting, hostile, json!({ "description": hostile, "proposal": hostile })).await;
        let page = fetch(&round, &round.coordinator, &meeting, "html").await.text().await.unwrap();
        assert!(!page.contains("<script>alert") && !page.contains("<svg onload") && page.contains("&lt;script&gt;alert"));
        let pdf = fetch(&round, &round.coordinator, &meeting, "pdf").await;
        assert_eq!(pdf.status().as_u16(), 200);
        let text = words(&pdf.bytes().await.unwrap());
        assert!(text.contains("<script>alert(1)</script>") && text.contains("#read(") && !text.contains("root:"), "{text}");
    }

    async fn a_pack_tells_no_small_number_and_costs_the_same_statements_for_one_theme_and_for_five(db: TestDatabase) {
        let mut round = Round::open(db, 1, json!({})).await;
        let manager = round.app.user(crate::clients::CENTRAL).await;
        for number in 0..4 {
            crate::structure::met(&manager, number, "OFFER_FULL").await;
        }
        let theme = crate::structure::presentable(&round.app, "OFFER_FULL").await;
        let (_, items) = round.held(&[json!({ "themeId": theme })]).await;
        round.note(&items[0]).await;
        let meeting = round.planned().await;
        round.item(&meeting, "Volle Kurse", json!({ "themeId": theme })).await;
        // The fewest of several tries: the server's own jobs may add some to one of them.
        let counted = async || {
            let mut fewest = u64::MAX;
            let mut text = String::new();
            for _ in 0..3 {
                let before = round.app.app.store.statements();
                text = fetch(&round, &round.coordinator, &meeting, "html").await.text().await.unwrap();
                fewest = fewest.min(round.app.app.store.statements() - before);
            }
            (text, fewest)
        };
        let (page, one) = counted().await;
        assert!(page.contains("Kurse sind voll") && page.contains("keine Angabe"));
        assert!(page.contains("Kenntnis genommen."), "what was decided before");
        assert!(!page.contains(">4<"), "four cases are too few to be told: {page}");
        for number in 1..5 {
            let other = round.theme(number + 10, "CONFIRMED").await;
            round.item(&meeting, &format!("Weiteres {number}"), json!({ "themeId": other })).await;
        }
        let (page, five) = counted().await;
        assert!(page.contains("Thema 14"));
        assert_eq!(one, five, "statements");
    }

    async fn a_theme_that_is_not_up_for_a_decision_any_more_has_no_sheet_in_a_pack(db: TestDatabase) {
        let round = Round::open(db, 1, json!({})).await;
        let theme = crate::structure::presentable(&round.app, "OFFER_FULL").await;
        let meeting = round.planned().await;
        round.item(&meeting, "Volle Kurse", json!({ "themeId": theme })).await;
        let page = async || fetch(&round, &round.coordinator, &meeting, "html").await.text().await.unwrap();
        let before = page().await;
        assert!(before.contains("Volle Kurse") && before.contains("In vielen Fällen sind Kurse belegt."), "{before}");
        let parked = json!({ "themeId": theme, "status": "PARKED" });
        let answer = crate::clients::command_for(&round.coordinator, "themeSteer", parked, "theme { status }", Some("ruht")).await;
        assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
        let after = page().await;
        assert!(after.contains("Volle Kurse") && !after.contains("In vielen Fällen sind Kurse belegt."), "{after}");
    }

    async fn a_pack_tells_how_many_cases_wait_for_the_body_and_no_small_number(db: TestDatabase) {
        let round = Round::open(db, 1, json!({})).await;
        let (manager, supervisor) = (round.app.user(crate::clients::CENTRAL).await, round.app.supervisor().await);
        let climb = async |numbers: std::ops::Range<usize>| {
            for number in numbers {
                let barrier = crate::structure::met(&manager, number, "COST").await["id"].clone();
                let up = |stage: i32| json!({ "barrierId": barrier, "stage": stage });
                done(&manager, "barrierMove", up(3), "barrier { id }").await;
                let answer = crate::clients::command_for(&supervisor, "barrierMove", up(5), "barrier { id }", Some("betrifft alle")).await;
                assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
            }
        };
        let meeting = round.planned().await;
        let page = async |meeting: &str| fetch(&round, &round.coordinator, meeting, "html").await.text().await.unwrap();
        climb(0..4).await;
        let few = page(&meeting).await;
        assert!(few.contains("Offene Hürden") && few.contains("zu wenige, um eine Zahl zu nennen"), "{few}");
        climb(4..10).await;
        let many = page(&meeting).await;
        // Ten, blurred by at most two, then a multiple of five.
        let told = ["5", "10", "15"].map(|told| format!("{told} Fälle warten auf dieses Gremium"));
        assert!(told.iter().any(|told| many.contains(told.as_str())), "{many}");
        // The stair leads to no committee of the council.
        let other = id(&done(&round.coordinator, "bodyFound", json!({ "kind": "COUNCIL_COMMITTEE", "name": "Ausschuss" }), "body { id }").await);
        let input = json!({ "bodyId": other, "title": "Sitzung", "startsAt": round.in_days(1) });
        let elsewhere = id(&done(&round.coordinator, "meetingPlan", input, "meeting { id }").await);
        assert!(!page(&elsewhere).await.contains("Offene Hürden"));
    }
}
