//! Random consents, releases, restrictions, unmaskings and days, beside a model as plain as can be: who sees what of somebody.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, Duration, NaiveDate};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRng, TestRunner};

use super::*;
use crate::files::{get, link, pdf, prepare, stored, url};
use crate::tables::Tables;
use crate::transfers::{COLLEAGUE, colleague, manager};

/// Sequences that have nothing to do with each other, each about a case of its own.
const SEQUENCES: u8 = 6;
const STEPS: usize = 50;
/// What stands in the note.
const NOTE: &str = "MARKVERMERK";
/// What the document is called.
const NAME: &str = "Mietvertrag Größe.pdf";

/// What happens often, more often than seldom.
const SCOPES: [&str; 10] = [
    "CASE_RECORD",
    "CASE_RECORD",
    "PHOTO_DOCUMENT",
    "PHOTO_DOCUMENT",
    "SUPERVISION_IDENTIFIED",
    "SUPERVISION_IDENTIFIED",
    "SHARE_WITH_INSTITUTION",
    "SHARE_WITH_INSTITUTION",
    "CASE_CONFERENCE",
    "STATISTICS_ONLY",
];
const CLASSES: [&str; 4] = ["IDENTITY", "NOTES", "HISTORY", "DOCUMENTS"];
const RELEASES: [&str; 3] = ["SUPERVISION_IDENTIFIED", "SHARE_WITH_INSTITUTION", "CASE_CONFERENCE"];
/// Of which scope one is revoked; of any.
const REVOKED: [Option<&str>; 6] = [Some("CASE_RECORD"), Some("PHOTO_DOCUMENT"), Some("CASE_RECORD"), None, None, None];

/// What has to occur in some of the sequences; else they are too tame to show anything.
const EVENTS: [&str; 18] = [
    "a release opened something for the supervisor",
    "an unmasking opened something for the supervisor",
    "a release opened something for its recipient",
    "a day opened something",
    "a day closed something",
    "a revocation closed something for the supervisor or the recipient",
    "a release ended with the consent to the record",
    "a revocation was refused",
    "the record was closed",
    "the record was opened again",
    "documents closed while the rest stayed open",
    "documents opened again",
    "an upload was refused for want of consent",
    "a link closed while it was held",
    "the person was restricted",
    "the case was unmasked",
    "an unmasking was refused",
    "an unmasking was ended",
];

#[derive(Clone, Debug)]
enum Step {
    /// A consent is recorded; a release in favour of the centre or of the colleague, of these classes.
    Record {
        scope: &'static str,
        to_centre: bool,
        classes: usize,
        from: u64,
        lasts: Option<u64>,
    },
    /// One is revoked: of this scope, or any; sometimes one that no longer holds.
    Revoke {
        scope: Option<&'static str>,
        which: usize,
        any: bool,
    },
    Day,
    Restrict,
    Unmask {
        days: u64,
    },
    /// What people would do next.
    Next {
        one_way: bool,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let record = (select(&SCOPES[..]), any::<bool>(), 1_usize..16, 0_u64..2, weighted(0.8, 1_u64..5));
    let record = record.prop_map(|(scope, to_centre, classes, from, lasts)| Step::Record {
        scope,
        to_centre,
        classes,
        from,
        lasts,
    });
    let revoke = (select(&REVOKED[..]), 0_usize..4, 0_usize..8);
    let revoke = revoke.prop_map(|(scope, which, any)| Step::Revoke { scope, which, any: any > 4 });
    prop_oneof![
        8 => record,
        6 => revoke,
        6 => Just(Step::Day),
        2 => Just(Step::Restrict),
        4 => (1_u64..4).prop_map(|days| Step::Unmask { days }),
        9 => any::<bool>().prop_map(|one_way| Step::Next { one_way }),
    ]
}

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reader {
    Lead,
    Substitute,
    Supervisor,
    Recipient,
}

const READERS: [Reader; 4] = [Reader::Lead, Reader::Substitute, Reader::Supervisor, Reader::Recipient];

#[derive(Clone, Debug)]
struct Consent {
    id: Value,
    scope: &'static str,
    /// In whose favour, and of what.
    to: Option<Reader>,
    classes: Vec<&'static str>,
    from: NaiveDate,
    until: Option<NaiveDate>,
    is_revoked: bool,
}

/// What is known of one person.
struct Model {
    rests_on_consent: bool,
    consents: Vec<Consent>,
    is_restricted: bool,
    /// The id and the end of an unmasking that was not ended.
    unmasking: Option<(Value, NaiveDate)>,
    today: NaiveDate,
}

/// A class of data that is open to somebody.
type Open = (Reader, &'static str);

/// What somebody sees of the person.
#[derive(Debug, PartialEq, Eq)]
struct Sight {
    name: bool,
    note: bool,
    note_in_history: bool,
    /// That there is a document.
    document: bool,
    document_name: bool,
    document_name_in_history: bool,
}

impl Model {
    /// Neither revoked nor over.
    fn is_given(&self, consent: &Consent) -> bool {
        !consent.is_revoked && consent.until.is_none_or(|until| self.today < until)
    }

    fn is_in_force(&self, consent: &Consent) -> bool {
        self.is_given(consent) && consent.from <= self.today
    }

    fn has(&self, scope: &str) -> bool {
        self.consents.iter().any(|consent| consent.scope == scope && self.is_in_force(consent))
    }

    /// Of the consents to keep documents that have begun or were revoked, the last one decides.
    fn documents_lapsed(&self) -> bool {
        let mut latest = self.consents.iter().rev().filter(|consent| consent.scope == "PHOTO_DOCUMENT");
        let latest = latest.find(|consent| consent.is_revoked || consent.from <= self.today);
        latest.is_some_and(|consent| !self.is_given(consent))
    }

    fn is_usable(&self) -> bool {
        !self.is_restricted && (!self.rests_on_consent || self.has("CASE_RECORD"))
    }

    fn is_unmasked(&self) -> bool {
        self.unmasking.as_ref().is_some_and(|(_, until)| self.today < *until)
    }

    /// Whether the reader reaches this class of data, were it not for the consent to keep documents.
    fn reaches(&self, reader: Reader, class: &str) -> bool {
        let releases = |consent: &Consent| {
            consent.to == Some(reader) && consent.classes.contains(&class) && self.is_in_force(consent)
        };
        let stands_before_it = match reader {
            Reader::Lead | Reader::Substitute => true,
            Reader::Supervisor => self.is_unmasked() || self.consents.iter().any(releases),
            Reader::Recipient => self.consents.iter().any(releases),
        };
        self.is_usable() && stands_before_it
    }

    fn opens(&self, reader: Reader, class: &str) -> bool {
        self.reaches(reader, class) && !(class == "DOCUMENTS" && self.documents_lapsed())
    }

    fn sight(&self, reader: Reader) -> Sight {
        let opens = |class: &str| self.opens(reader, class);
        // The colleague has no part in the case: what was released is reached by the person and by the document.
        let in_case = reader != Reader::Recipient;
        let own = matches!(reader, Reader::Lead | Reader::Substitute);
        Sight {
            name: opens("IDENTITY"),
            note: in_case && opens("NOTES"),
            note_in_history: in_case && opens("HISTORY"),
            document: opens("DOCUMENTS") || own && self.is_usable(),
            document_name: opens("DOCUMENTS"),
            document_name_in_history: in_case && opens("HISTORY") && opens("DOCUMENTS"),
        }
    }

    /// Everything that is open to somebody.
    fn open(&self) -> BTreeSet<Open> {
        let all = READERS.into_iter().flat_map(|reader| CLASSES.map(|class| (reader, class)));
        all.filter(|(reader, class)| self.opens(*reader, class)).collect()
    }
}

/// One person, as the server and as the model know them.
struct Sequence<'a> {
    app: &'a TestApp,
    users: BTreeMap<Reader, Client>,
    case: Value,
    document: Value,
    /// The second case manager of the centre, who has no part in the case.
    colleague: Value,
    centre: Value,
    model: Model,
    /// Links to the content that were given and have not been seen to be closed.
    links: BTreeMap<Reader, String>,
    /// For whom it opened, and who knew of it, when that was last asked on this day.
    asked: BTreeMap<Reader, (bool, bool)>,
    /// How many recipients were told of a revocation.
    told: i64,
    occurred: &'a mut BTreeMap<&'static str, usize>,
}

async fn log_in(app: &TestApp) -> BTreeMap<Reader, Client> {
    BTreeMap::from([
        (Reader::Lead, app.user(CENTRAL).await),
        (Reader::Substitute, app.user(MUNICIPAL).await),
        (Reader::Supervisor, app.supervisor().await),
        (Reader::Recipient, app.user(COLLEAGUE).await),
    ])
}

async fn told(app: &TestApp) -> i64 {
    Tables::open(app.db.url()).await.count("notice WHERE kind = 'CONSENT_REVOKED'").await
}

impl<'a> Sequence<'a> {
    async fn begin(
        app: &'a TestApp,
        rests_on_consent: bool,
        today: NaiveDate,
        occurred: &'a mut BTreeMap<&'static str, usize>,
    ) -> Self {
        let users = log_in(app).await;
        let lead = &users[&Reader::Lead];
        let basis = if rests_on_consent { "CONSENT_6_1_A" } else { "PUBLIC_TASK_6_1_E" };
        let more = json!({ "legalBasis": basis, "consent": { "form": "ORAL", "language": "ar" } });
        let opened = open_case(lead, erika(), more).await;
        let case = opened.payload()["case"].clone();
        let substitute = json!({ "caseId": case["id"], "substituteId": manager(lead, "Cem").await });
        assert_eq!(
            command(lead, "caseNameSubstitute", substitute, "case { id }").await.user_errors(),
            Vec::<&str>::new()
        );
        let note = json!({ "caseId": case["id"], "text": NOTE });
        assert_eq!(command(lead, "noteWrite", note, "note { id }").await.user_errors(), Vec::<&str>::new());
        let document = stored(app, lead, &case, &pdf(5_000)).await;
        let answer = lead.query("{ organisations(first: 100) { nodes { id kind } } }").await;
        let nodes = answer.data()["organisations"]["nodes"].as_array().unwrap();
        let centre = nodes.iter().find(|node| node["kind"] == "INTEGRATION_CENTRE").unwrap()["id"].clone();
        let record = Consent {
            id: case["client"]["consents"]["nodes"][0]["id"].clone(),
            scope: "CASE_RECORD",
            to: None,
            classes: Vec::new(),
            from: today,
            until: None,
            is_revoked: false,
        };
        let colleague = manager(lead, "Zita").await;
        let consents = vec![record];
        let model = Model { rests_on_consent, consents, is_restricted: false, unmasking: None, today };
        let told = told(app).await;
        let (links, asked) = (BTreeMap::new(), BTreeMap::new());
        Self { app, users, case, document, colleague, centre, model, links, asked, told, occurred }
    }

    fn user(&self, reader: Reader) -> &Client {
        &self.users[&reader]
    }

    fn occurs(&mut self, event: &'static str) {
        assert!(EVENTS.contains(&event), "{event}");
        *self.occurred.entry(event).or_default() += 1;
    }

    async fn record(&mut self, mut consent: Consent) {
        let mut input = json!({ "clientId": self.case["client"]["id"], "scope": consent.scope, "form": "WRITTEN",
            "language": "uk", "validFrom": consent.from, "validUntil": consent.until });
        match consent.to {
            Some(Reader::Recipient) => input["recipientStaffMemberId"] = self.colleague.clone(),
            Some(_) => input["recipientOrganisationId"] = self.centre.clone(),
            None => {}
        }
        if consent.to.is_some() {
            input["dataClasses"] = json!(consent.classes);
        }
        let answer = command(self.user(Reader::Lead), "consentRecord", input, "consent { id }").await;
        assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
        consent.id = answer.payload()["consent"]["id"].clone();
        self.model.consents.push(consent);
    }

    /// Records a consent without a recipient that holds from today on.
    async fn consent_to(&mut self, scope: &'static str) {
        let (classes, from) = (Vec::new(), self.model.today);
        self.record(Consent { id: Value::Null, scope, to: None, classes, from, until: None, is_revoked: false }).await;
    }

    async fn revoke(&mut self, place: usize) {
        let consent = self.model.consents[place].clone();
        let input = json!({ "consentId": consent.id });
        let answer = command(self.user(Reader::Lead), "consentRevoke", input, "consent { status }").await;
        if !self.model.is_given(&consent) {
            assert_eq!(answer.user_errors(), ["CONSENT_NOT_IN_FORCE"], "{consent:?}");
            self.occurs("a revocation was refused");
            return;
        }
        assert_eq!(answer.payload()["consent"]["status"], "REVOKED", "{answer:?}");
        let mut ended = vec![place];
        if consent.scope == "CASE_RECORD" {
            let shared = |other: &Consent| other.to.is_some() && self.model.is_given(other);
            let consents = self.model.consents.iter().enumerate();
            ended.extend(consents.filter(|&(_, other)| shared(other)).map(|(place, _)| place));
        }
        for place in &ended {
            self.model.consents[*place].is_revoked = true;
            self.told += i64::from(self.model.consents[*place].to.is_some());
        }
        for _ in ended.iter().skip(1) {
            self.occurs("a release ended with the consent to the record");
        }
        assert_eq!(told(self.app).await, self.told, "everybody concerned is told, once");
    }

    async fn unmask(&mut self, days: u64) {
        let until = self.model.today + Days::new(days);
        let input =
            json!({ "caseId": self.case["id"], "legalBasis": "VITAL_6_1_D", "reason": "Gefahr", "validUntil": until });
        let answer = command(self.user(Reader::Supervisor), "caseUnmask", input, "unmasking { id }").await;
        let expected = if self.model.is_unmasked() {
            vec!["UNMASKED_ALREADY"]
        } else if self.model.is_restricted {
            vec!["CLIENT_RESTRICTED"]
        } else if !self.model.is_usable() {
            vec!["CONSENT_NEEDED"]
        } else {
            Vec::new()
        };
        assert_eq!(answer.user_errors(), expected, "{answer:?}");
        if expected.is_empty() {
            self.model.unmasking = Some((answer.payload()["unmasking"]["id"].clone(), until));
        }
        self.occurs(if expected.is_empty() { "the case was unmasked" } else { "an unmasking was refused" });
    }

    async fn end_unmasking(&mut self) {
        let (id, _) = self.model.unmasking.take().unwrap();
        let input = json!({ "unmaskingId": id });
        let answer = command(self.user(Reader::Supervisor), "caseEndUnmasking", input, "unmasking { id }").await;
        assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
        self.occurs("an unmasking was ended");
    }

    async fn restrict(&mut self, is_restricted: bool) {
        let name = if is_restricted { "clientRestrict" } else { "clientLiftRestriction" };
        let input = json!({ "clientId": self.case["client"]["id"] });
        let answer = command_for(self.user(Reader::Lead), name, input, "client { id }", Some("bestreitet")).await;
        assert_eq!(answer.user_errors(), Vec::<&str>::new(), "{answer:?}");
        self.model.is_restricted = is_restricted;
        if is_restricted {
            self.occurs("the person was restricted");
        }
    }

    /// What people would do next: make the data usable again, end what is no longer needed, ask for what is missing.
    async fn next(&mut self, one_way: bool) {
        let is_kept = |consent: &Consent| consent.scope == "PHOTO_DOCUMENT" && self.model.is_in_force(consent);
        let kept = self.model.consents.iter().rposition(is_kept);
        if self.model.is_restricted {
            self.restrict(false).await;
        } else if !self.model.is_usable() {
            self.consent_to("CASE_RECORD").await;
        } else if self.model.is_unmasked() && one_way {
            self.end_unmasking().await;
        } else if self.model.documents_lapsed() && one_way {
            let answer = prepare(self.user(Reader::Lead), &self.case, "PDF", 5_000).await;
            assert_eq!(answer.user_errors(), ["DOCUMENT_CONSENT_NEEDED"], "{answer:?}");
            self.occurs("an upload was refused for want of consent");
        } else if let Some(kept) = kept.filter(|_| !self.model.documents_lapsed()) {
            self.revoke(kept).await;
        } else {
            self.consent_to("PHOTO_DOCUMENT").await;
        }
    }

    async fn take(&mut self, step: &Step) {
        match step {
            Step::Record { scope, to_centre, classes, from, lasts } => {
                let is_release = RELEASES.contains(scope);
                let recipient = if *to_centre { Reader::Supervisor } else { Reader::Recipient };
                let chosen = CLASSES.iter().enumerate().filter(|(place, _)| is_release && classes >> place & 1 == 1);
                let from = self.model.today + Days::new(*from);
                let consent = Consent {
                    id: Value::Null,
                    scope,
                    to: is_release.then_some(recipient),
                    classes: chosen.map(|(_, class)| *class).collect(),
                    from,
                    until: lasts.map(|lasts| from + Days::new(lasts)),
                    is_revoked: false,
                };
                self.record(consent).await;
            }
            Step::Revoke { scope, which, any } => {
                let fits = |consent: &Consent| {
                    scope.is_none_or(|scope| consent.scope == scope) && (*any || self.model.is_given(consent))
                };
                let consents = self.model.consents.iter().enumerate().rev();
                let places: Vec<usize> = consents.filter(|&(_, one)| fits(one)).map(|(place, _)| place).collect();
                if !places.is_empty() {
                    self.revoke(places[which % places.len().min(4)]).await;
                }
            }
            Step::Day => {
                self.app.clock.advance(Duration::days(1));
                self.model.today = self.model.today + Days::new(1);
                self.users = log_in(self.app).await;
                // Links end with their session and after minutes.
                self.links.clear();
                self.asked.clear();
            }
            Step::Restrict if !self.model.is_restricted => self.restrict(true).await,
            Step::Restrict => {}
            Step::Unmask { days } => self.unmask(*days).await,
            Step::Next { one_way } => self.next(*one_way).await,
        }
    }

    /// Everybody sees what the model says.
    async fn compare(&mut self, step: &Step) {
        const SEEN: &str = "query($case: ID!, $client: ID!, $document: ID!) {
            case(id: $case) { client { identity { familyName } } notes { nodes { text } }
                history(first: 80) { nodes { texts { text } } } }
            client(id: $client) { identity { familyName } }
            node(id: $document) { ... on Document { id name sizeBytes status } } }";
        let variables =
            json!({ "case": self.case["id"], "client": self.case["client"]["id"], "document": self.document });
        for reader in READERS {
            let answer = self.user(reader).send(SEEN, variables.clone()).await;
            let (case, document) = (&answer.data()["case"], &answer.data()["node"]);
            let in_history = |text: &str| {
                let entries = case["history"]["nodes"].as_array().into_iter().flatten();
                let mut texts = entries.flat_map(|entry| entry["texts"].as_array().into_iter().flatten());
                texts.any(|one| one["text"] == text)
            };
            let name = &answer.data()["client"]["identity"]["familyName"];
            assert!(reader == Reader::Recipient || *name == case["client"]["identity"]["familyName"], "{answer:?}");
            let sight = Sight {
                name: name == "Musterfrau",
                note: case["notes"]["nodes"][0]["text"] == NOTE,
                note_in_history: in_history(NOTE),
                document: document["sizeBytes"] == 5_000 && document["status"] == "STORED",
                document_name: document["name"] == NAME,
                document_name_in_history: in_history(NAME),
            };
            assert_eq!(sight, self.model.sight(reader), "{reader:?} after {step:?}: {answer:?}");
            for (is_open, secret) in [
                // The history tells how somebody was put on record.
                (sight.name || sight.note_in_history, "Musterfrau"),
                (sight.note || sight.note_in_history, NOTE),
                (sight.document_name || sight.document_name_in_history, NAME),
            ] {
                assert_eq!(answer.body.to_string().contains(secret), is_open, "{secret} for {reader:?}: {answer:?}");
            }
        }
        self.compare_consents().await;
        for reader in READERS {
            self.compare_content(reader).await;
        }
    }

    /// The lead sees how each consent stands, and finds the person as long as the data may be worked with.
    async fn compare_consents(&self) {
        const SEEN: &str = "query($client: ID!) { client(id: $client) { consents(first: 100) { nodes { id status } } }
            clientSearch(names: \"Musterfrau Erika\") { nodes { client { id } } } }";
        let client = &self.case["client"]["id"];
        let answer = self.user(Reader::Lead).send(SEEN, json!({ "client": client })).await;
        let status = |consent: &Consent| match (consent.is_revoked, self.model.is_given(consent)) {
            (true, _) => "REVOKED",
            (_, true) => "GIVEN",
            _ => "EXPIRED",
        };
        let expected = self.model.consents.iter().map(|one| json!({ "id": one.id, "status": status(one) }));
        assert_eq!(answer.data()["client"]["consents"]["nodes"], expected.collect::<Value>());
        let found = answer.data()["clientSearch"]["nodes"].as_array().unwrap();
        let is_found = found.iter().any(|found| found["client"]["id"] == *client);
        assert_eq!(is_found, self.model.is_usable(), "{answer:?}");
    }

    /// The content comes to whom the model says, and a link that somebody holds closes with it.
    async fn compare_content(&mut self, reader: Reader) {
        let (opens, is_known) = (self.model.opens(reader, "DOCUMENTS"), self.model.sight(reader).document);
        // As long as it stays as it is, it is enough to have asked once.
        if self.asked.insert(reader, (opens, is_known)) == Some((opens, is_known)) {
            return;
        }
        if let Some(held) = self.links.remove(&reader) {
            assert_eq!(get(&held).await.0, 404, "{reader:?}");
            self.occurs("a link closed while it was held");
        }
        let answer = link(self.user(reader), &self.document).await;
        let expected = match (opens, is_known) {
            (true, _) => Vec::new(),
            (false, true) => vec!["DOCUMENT_CONSENT_NEEDED"],
            (false, false) => vec!["NOT_FOUND"],
        };
        assert_eq!(answer.user_errors(), expected, "{reader:?}: {answer:?}");
        if opens {
            let address = url(self.app, &answer, "download");
            assert_eq!(get(&address).await.0, 200, "{reader:?}");
            self.links.insert(reader, address);
        }
    }

    /// Counts what a step has changed.
    fn note_changes(&mut self, step: &Step, (before, consents): (&BTreeSet<Open>, usize)) {
        let after = self.model.open();
        let has = |open: &BTreeSet<Open>, reader: Reader| open.iter().any(|(one, _)| *one == reader);
        let closed: BTreeSet<_> = before.difference(&after).copied().collect();
        let opened: BTreeSet<_> = after.difference(before).copied().collect();
        let (documents, notes) = ((Reader::Lead, "DOCUMENTS"), (Reader::Lead, "NOTES"));
        let is_day = matches!(step, Step::Day);
        let is_revocation = matches!(step, Step::Revoke { .. });
        let is_recorded = self.model.consents.len() > consents;
        let events = [
            (
                has(&after, Reader::Supervisor) && !self.model.is_unmasked(),
                "a release opened something for the supervisor",
            ),
            (
                has(&after, Reader::Supervisor) && self.model.is_unmasked(),
                "an unmasking opened something for the supervisor",
            ),
            (has(&after, Reader::Recipient), "a release opened something for its recipient"),
            (is_day && !opened.is_empty(), "a day opened something"),
            (is_day && !closed.is_empty(), "a day closed something"),
            (
                is_revocation && (has(&closed, Reader::Supervisor) || has(&closed, Reader::Recipient)),
                "a revocation closed something for the supervisor or the recipient",
            ),
            (closed.contains(&notes) && !self.model.is_restricted, "the record was closed"),
            (opened.contains(&notes) && is_recorded, "the record was opened again"),
            (closed.contains(&documents) && after.contains(&notes), "documents closed while the rest stayed open"),
            (opened.contains(&documents) && before.contains(&notes), "documents opened again"),
        ];
        for (occurs, event) in events {
            if occurs {
                self.occurs(event);
            }
        }
    }
}

both_databases! {
    async fn whatever_is_consented_to_and_revoked_everybody_sees_exactly_what_holds_on_that_day(db: TestDatabase) {
        let app = TestApp::start(db).await;
        colleague(&app).await;
        let config = Config { failure_persistence: None, ..Config::default() };
        let mut occurred = BTreeMap::new();
        let mut today: NaiveDate = "2023-06-01".parse().unwrap();
        for seed in 0..SEQUENCES {
            let rng = TestRng::from_seed(config.rng_algorithm, &[seed; 32]);
            let mut runner = TestRunner::new_with_rng(config.clone(), rng);
            let steps = proptest::collection::vec(step(), STEPS).new_tree(&mut runner).unwrap().current();
            let mut sequence = Sequence::begin(&app, seed % 3 != 0, today, &mut occurred).await;
            for step in &steps {
                let (before, consents) = (sequence.model.open(), sequence.model.consents.len());
                sequence.take(step).await;
                sequence.note_changes(step, (&before, consents));
                sequence.compare(step).await;
            }
            today = sequence.model.today;
        }
        for event in EVENTS {
            assert!(occurred.contains_key(event), "the sequences are too tame, never: {event}. {occurred:#?}");
        }
    }
}
