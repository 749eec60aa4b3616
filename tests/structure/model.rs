//! Random sequences of commands: no illegal stage or status is ever reached, every step of a theme's life is taken, and whatever
//! is refused is refused for what stands in its way.

use std::collections::{BTreeSet, VecDeque};

use chrono::Duration;
use kim::clock::Clock as _;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::*;
use crate::app::Answer;
use crate::bodies::{Round, id};

/// How many sequences there are, and how long each is.
const SEQUENCES: (usize, usize) = (4, 50);

/// The statuses that commands lead to. (SIGNAL stands for what no command makes.)
const STATUSES: [&str; 12] = [
    "PROPOSED",
    "UNDER_REVIEW",
    "CONFIRMED",
    "PRIORITISED",
    "IN_WORK",
    "DECIDED",
    "IMPLEMENTED",
    "EVALUATED",
    "FORWARDED_TO_STATE",
    "REJECTED",
    "MERGED",
    "PARKED",
];

/// Who takes a step; a body by a decision of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Centre,
    Coordination,
    Merging,
    Body(&'static str),
}

/// A step: from where, to where, by whom, and whether a reason is needed.
type Step = (&'static str, &'static str, By, bool);

/// The life of a theme as the programme describes it, written down a second time.
const STEPS: &[Step] = &[
    ("PROPOSED", "UNDER_REVIEW", By::Coordination, false),
    ("PROPOSED", "REJECTED", By::Centre, true),
    ("PROPOSED", "PARKED", By::Coordination, true),
    ("PROPOSED", "MERGED", By::Merging, false),
    ("UNDER_REVIEW", "CONFIRMED", By::Centre, false),
    ("UNDER_REVIEW", "REJECTED", By::Centre, true),
    ("UNDER_REVIEW", "PARKED", By::Coordination, true),
    ("UNDER_REVIEW", "MERGED", By::Merging, false),
    ("CONFIRMED", "PRIORITISED", By::Coordination, false),
    ("CONFIRMED", "REJECTED", By::Centre, true),
    ("CONFIRMED", "PARKED", By::Coordination, true),
    ("CONFIRMED", "MERGED", By::Merging, false),
    ("CONFIRMED", "FORWARDED_TO_STATE", By::Body("REFER_TO_STATE"), false),
    ("PRIORITISED", "IN_WORK", By::Coordination, false),
    ("PRIORITISED", "DECIDED", By::Body("ADOPT"), false),
    ("PRIORITISED", "REJECTED", By::Body("REJECT"), false),
    ("PRIORITISED", "FORWARDED_TO_STATE", By::Body("REFER_TO_STATE"), false),
    ("PRIORITISED", "FORWARDED_TO_STATE", By::Coordination, true),
    ("PRIORITISED", "PARKED", By::Coordination, true),
    ("PRIORITISED", "MERGED", By::Merging, false),
    ("IN_WORK", "DECIDED", By::Body("ADOPT"), false),
    ("IN_WORK", "REJECTED", By::Body("REJECT"), false),
    ("IN_WORK", "FORWARDED_TO_STATE", By::Body("REFER_TO_STATE"), false),
    ("IN_WORK", "FORWARDED_TO_STATE", By::Coordination, true),
    ("IN_WORK", "PARKED", By::Coordination, true),
    ("IN_WORK", "MERGED", By::Merging, false),
    ("DECIDED", "IMPLEMENTED", By::Coordination, false),
    ("DECIDED", "IN_WORK", By::Coordination, true),
    ("IMPLEMENTED", "EVALUATED", By::Coordination, false),
    ("IMPLEMENTED", "IN_WORK", By::Coordination, true),
    ("EVALUATED", "IN_WORK", By::Coordination, true),
    ("FORWARDED_TO_STATE", "IN_WORK", By::Coordination, true),
    ("FORWARDED_TO_STATE", "EVALUATED", By::Coordination, true),
    ("PARKED", "UNDER_REVIEW", By::Coordination, false),
    ("REJECTED", "UNDER_REVIEW", By::Centre, true),
];

/// What bodies decide here.
const DECISIONS: [&str; 4] = ["ADOPT", "REJECT", "REFER_TO_STATE", "TAKE_NOTE"];

/// From where a theme is put to a body,
const PRESENTABLE: [&str; 7] =
    ["CONFIRMED", "PRIORITISED", "IN_WORK", "DECIDED", "IMPLEMENTED", "EVALUATED", "FORWARDED_TO_STATE"];
/// where those who contributed can be answered,
const ANSWERABLE: [&str; 6] = ["DECIDED", "IMPLEMENTED", "EVALUATED", "FORWARDED_TO_STATE", "REJECTED", "PARKED"];
/// and where nothing of it can be published.
const UNPUBLISHABLE: [&str; 4] = ["PROPOSED", "UNDER_REVIEW", "REJECTED", "MERGED"];

/// Refusals that are looked for until they were seen: those of the steps,
const OF_STEPS: [&str; 8] = [
    "STATUS_NOT_REACHABLE",
    "THEME_STEP_OF_CENTRE",
    "THEME_STEP_OF_COORDINATION",
    "THEME_STEP_OF_BODY",
    "REASON_NEEDED",
    "THEME_EVIDENCE_THIN",
    "FOUR_EYES",
    "THEME_NOT_ANSWERED",
];
/// and those of everything else that happens to themes.
const OF_OTHERS: [&str; 5] =
    ["THEME_NOT_CONFIRMED", "THEME_NOT_OPEN", "THEME_MERGE_ITSELF", "THEME_NOT_ANSWERABLE", "THEME_NOT_PUBLISHABLE"];

/// What a barrier can be, beside the stage that it stands on.
const SETTLED: [&str; 3] = ["OPEN", "SOLVED", "WITHDRAWN"];

/// A command, about the themes and the barrier of the model.
#[derive(Clone, Copy, Debug)]
enum Try {
    Propose { by_centre: bool },
    Steer { theme: usize, to: &'static str },
    Review { theme: usize, to: &'static str },
    Decide { theme: usize, kind: &'static str },
    Merge { theme: usize, into: usize },
    Split { theme: usize },
    Gather { theme: usize },
    Answer { theme: usize },
    Publish { theme: usize },
    Move { by_centre: bool, stage: i32 },
    Settle { to: usize },
}

/// What the model knows of a theme.
#[derive(Clone, Copy, Debug)]
struct Known {
    status: &'static str,
    /// Whether the one supervisor proposed it.
    by_centre: bool,
    answered: bool,
}

/// What the model knows.
#[derive(Clone, Debug, Default)]
struct Model {
    themes: Vec<Known>,
    stage: i32,
    settled: usize,
    /// Places of [`STEPS`].
    taken: BTreeSet<usize>,
    visited: BTreeSet<&'static str>,
    refused: BTreeSet<String>,
}

fn is_open(status: &str) -> bool {
    STEPS.iter().any(|(from, _, by, _)| *from == status && *by == By::Merging)
}

/// What stands in the way of a step.
fn obstacles_of_step(known: Known, by: By, to: &str, reason: bool) -> Vec<&'static str> {
    let steps: Vec<&Step> = STEPS.iter().filter(|step| step.0 == known.status && step.1 == to).collect();
    let Some((_, _, _, needs_reason)) = steps.iter().find(|step| step.2 == by) else {
        let other = |step: &&Step| match step.2 {
            By::Centre => "THEME_STEP_OF_CENTRE",
            By::Coordination => "THEME_STEP_OF_COORDINATION",
            By::Body(_) => "THEME_STEP_OF_BODY",
            By::Merging => "STATUS_NOT_REACHABLE",
        };
        let others: Vec<&str> = steps.iter().map(other).collect();
        return if others.is_empty() { vec!["STATUS_NOT_REACHABLE"] } else { others };
    };
    let all = [
        (*needs_reason && !reason, "REASON_NEEDED"),
        // All evidence of the model comes from one case manager and one town: an exception, with a reason.
        (to == "CONFIRMED" && !reason, "THEME_EVIDENCE_THIN"),
        (to == "CONFIRMED" && known.by_centre, "FOUR_EYES"),
        (to == "EVALUATED" && !known.answered, "THEME_NOT_ANSWERED"),
    ];
    all.into_iter().filter(|(stands, _)| *stands).map(|(_, code)| code).collect()
}

fn unless(holds: bool, code: &'static str) -> Vec<&'static str> {
    if holds { Vec::new() } else { vec![code] }
}

impl Model {
    fn add(&mut self, by_centre: bool) {
        self.themes.push(Known { status: "PROPOSED", by_centre, answered: false });
        self.visited.insert("PROPOSED");
    }

    /// All that stands in the way of a command; the answer names some of it.
    fn obstacles(&self, command: Try, reason: bool) -> Vec<&'static str> {
        let status = |theme: usize| self.themes[theme].status;
        match command {
            Try::Propose { .. } => Vec::new(),
            Try::Steer { theme, to } => obstacles_of_step(self.themes[theme], By::Coordination, to, reason),
            Try::Review { theme, to } => obstacles_of_step(self.themes[theme], By::Centre, to, reason),
            Try::Decide { theme, .. } => unless(PRESENTABLE.contains(&status(theme)), "THEME_NOT_CONFIRMED"),
            Try::Merge { theme, into } if theme == into => vec!["THEME_MERGE_ITSELF"],
            Try::Merge { theme, into } => {
                let code = if status(into) == "MERGED" { "THEME_MERGE_ITSELF" } else { "THEME_NOT_OPEN" };
                [unless(is_open(status(into)), code), unless(is_open(status(theme)), "STATUS_NOT_REACHABLE")].concat()
            }
            Try::Split { theme } | Try::Gather { theme } => unless(is_open(status(theme)), "THEME_NOT_OPEN"),
            Try::Answer { theme } => unless(ANSWERABLE.contains(&status(theme)), "THEME_NOT_ANSWERABLE"),
            Try::Publish { theme } => unless(!UNPUBLISHABLE.contains(&status(theme)), "THEME_NOT_PUBLISHABLE"),
            Try::Move { .. } if self.settled != 0 => vec!["BARRIER_SETTLED"],
            Try::Move { by_centre, stage } => {
                let (may, code) = if by_centre {
                    (self.stage >= 3, "STAGE_OF_CASE_MANAGER")
                } else {
                    (self.stage <= 2 && stage <= 3, "STAGE_OF_CENTRE")
                };
                let is_same = stage == self.stage;
                let is_told = stage == self.stage + 1 || is_same || reason;
                [unless(!is_same, "STAGE_SAME"), unless(may, code), unless(is_told, "REASON_NEEDED")].concat()
            }
            Try::Settle { to } => {
                let leads = matches!((self.settled, to), (0, 1 | 2) | (1, 0));
                [unless(leads, "STATUS_NOT_REACHABLE"), unless(to != 2 || reason, "REASON_NEEDED")].concat()
            }
        }
    }

    /// Takes over what a command did.
    fn apply(&mut self, command: Try) {
        match command {
            Try::Propose { by_centre } => self.add(by_centre),
            // What is split off is proposed anew, here by a coordinator.
            Try::Split { .. } => self.add(false),
            Try::Steer { theme, to } => self.step(theme, By::Coordination, Some(to)),
            Try::Review { theme, to } => self.step(theme, By::Centre, Some(to)),
            Try::Decide { theme, kind } => self.step(theme, By::Body(kind), None),
            Try::Merge { theme, .. } => self.step(theme, By::Merging, None),
            Try::Answer { theme } => self.themes[theme].answered = true,
            Try::Gather { .. } | Try::Publish { .. } => {}
            Try::Move { stage, .. } => self.stage = stage,
            Try::Settle { to } => self.settled = to,
        }
    }

    /// A decision that leads nowhere leaves a theme where it is.
    fn step(&mut self, theme: usize, by: By, to: Option<&str>) {
        let from = self.themes[theme].status;
        let leads = |step: &Step| step.0 == from && step.2 == by && to.is_none_or(|to| step.1 == to);
        if let Some(place) = STEPS.iter().position(leads) {
            self.taken.insert(place);
            self.themes[theme].status = STEPS[place].1;
            self.visited.insert(STEPS[place].1);
        }
    }

    /// All commands that can be given to the barrier and to the latest themes.
    fn all(&self) -> Vec<Try> {
        let latest = self.themes.len().saturating_sub(4)..self.themes.len();
        let mut all: Vec<Try> = [false, true].map(|by_centre| Try::Propose { by_centre }).into();
        for by_centre in [false, true] {
            all.extend((1..6).map(|stage| Try::Move { by_centre, stage }));
        }
        all.extend((0..SETTLED.len()).map(|to| Try::Settle { to }));
        for theme in latest.clone() {
            all.extend(STATUSES.map(|to| Try::Steer { theme, to }));
            all.extend(STATUSES.map(|to| Try::Review { theme, to }));
            all.extend(DECISIONS.map(|kind| Try::Decide { theme, kind }));
            all.extend(latest.clone().map(|into| Try::Merge { theme, into }));
            all.extend([Try::Split { theme }, Try::Gather { theme }, Try::Answer { theme }, Try::Publish { theme }]);
        }
        all
    }

    /// A command that takes a step with a theme, or prepares it.
    fn taking(&self, theme: usize, known: Known, (_, to, by, _): Step) -> (Try, bool) {
        let open = |(other, known): &(usize, &Known)| *other != theme && is_open(known.status);
        let command = match by {
            By::Coordination if to == "EVALUATED" && !known.answered => Try::Answer { theme },
            By::Coordination => Try::Steer { theme, to },
            By::Centre => Try::Review { theme, to },
            By::Body(kind) => Try::Decide { theme, kind },
            By::Merging => match self.themes.iter().enumerate().find(open) {
                Some((into, _)) => Try::Merge { theme, into },
                None => Try::Propose { by_centre: false },
            },
        };
        (command, true)
    }

    /// A command that shows something new of a theme that stands so: a step that was not taken, a refusal that was not seen.
    fn new_at(&self, theme: usize, known: Known) -> Option<(Try, bool)> {
        let untaken = STEPS.iter().enumerate().find(|(place, step)| {
            step.0 == known.status && !self.taken.contains(place) && !(known.by_centre && step.1 == "CONFIRMED")
        });
        if let Some((_, step)) = untaken {
            return Some(self.taking(theme, known, *step));
        }
        for to in STATUSES {
            for reason in [false, true] {
                for (by, command) in
                    [(By::Coordination, Try::Steer { theme, to }), (By::Centre, Try::Review { theme, to })]
                {
                    if let [code] = obstacles_of_step(known, by, to, reason)[..]
                        && OF_STEPS.contains(&code)
                        && !self.refused.contains(code)
                    {
                        return Some((command, reason));
                    }
                }
            }
        }
        None
    }

    fn is_seen(&self) -> bool {
        self.taken.len() == STEPS.len() && OF_STEPS.iter().all(|code| self.refused.contains(*code))
    }

    /// The next command on the shortest way to something new; `None` once all was seen.
    fn toward(&self) -> Option<(Try, bool)> {
        if self.is_seen() {
            return None;
        }
        let mut nearest: Option<(usize, (Try, bool))> = None;
        for (theme, known) in self.themes.iter().enumerate() {
            let mut waiting = VecDeque::from([(known.status, 0_usize, None)]);
            let mut seen = BTreeSet::from([known.status]);
            while let Some((status, length, first)) = waiting.pop_front() {
                let there = Known { status, ..*known };
                if let Some(new) = self.new_at(theme, there) {
                    if nearest.is_none_or(|(shortest, _)| length < shortest) {
                        nearest = Some((length, first.unwrap_or(new)));
                    }
                    break;
                }
                for step in STEPS.iter().filter(|step| step.0 == status) {
                    let is_barred = known.by_centre && step.1 == "CONFIRMED";
                    if !is_barred && seen.insert(step.1) {
                        let first = first.or_else(|| Some(self.taking(theme, there, *step)));
                        waiting.push_back((step.1, length + 1, first));
                    }
                }
            }
        }
        let by_centre = !self.refused.contains("FOUR_EYES");
        Some(nearest.map_or((Try::Propose { by_centre }, true), |(_, command)| command))
    }

    /// The next command: of four one is on the way to something new, one any legal one, one shows a new refusal, and one is any.
    fn choose(&self, mode: usize, pick: usize, reason: bool) -> (Try, bool) {
        let all = self.all();
        let one_of = |some: &[(Try, bool)]| some[pick % some.len()];
        let legal = || -> Vec<(Try, bool)> {
            let legal = all.iter().filter(|command| self.obstacles(**command, true).is_empty());
            legal.map(|command| (*command, reason || !self.obstacles(*command, false).is_empty())).collect()
        };
        let both = || all.iter().flat_map(|command| [(*command, false), (*command, true)]);
        let unseen = |(command, reason): &(Try, bool)| match self.obstacles(*command, *reason)[..] {
            [code] => !self.refused.contains(code),
            _ => false,
        };
        match mode {
            0 => self.toward().unwrap_or_else(|| one_of(&legal())),
            1 => one_of(&legal()),
            2 if both().any(|one| unseen(&one)) => one_of(&both().filter(unseen).collect::<Vec<_>>()),
            _ => (all[pick % all.len()], reason),
        }
    }
}

/// Those who act, and what they act upon.
struct Scene {
    round: Round,
    manager: Client,
    supervisor: Client,
    themes: Vec<Value>,
    barrier: Value,
    /// A meeting that waits for its first item.
    meeting: Option<String>,
}

impl Scene {
    /// A decision of the body about a theme, in a meeting of its own; or why the theme does not come onto its agenda.
    async fn decide(&mut self, theme: &Value, kind: &str) -> Answer {
        let user = &self.round.coordinator;
        let meeting = match self.meeting.take() {
            Some(meeting) => meeting,
            None => {
                // It begins in a minute, on this day: the attendance is recorded as people come.
                let starts_at = (self.round.app.clock.now() + Duration::minutes(1)).to_rfc3339();
                let plan = json!({ "bodyId": self.round.body, "title": "Sitzung", "startsAt": starts_at });
                id(&done(user, "meetingPlan", plan, "meeting { id }").await)
            }
        };
        let item = json!({ "meetingId": meeting, "title": "Punkt", "themeId": theme });
        let added = command(user, "agendaItemAdd", item, "agendaItem { id }").await;
        if !added.user_errors().is_empty() {
            self.meeting = Some(meeting);
            return added;
        }
        self.round.invite(&meeting).await;
        self.round.hold(&meeting, 1).await;
        let votes = match kind {
            "TAKE_NOTE" => Value::Null,
            "REJECT" => json!({ "count": { "yes": 0, "no": 1, "abstentions": 0 } }),
            _ => json!({ "count": { "yes": 1, "no": 0, "abstentions": 0 } }),
        };
        let item = &added.payload()["agendaItem"]["id"];
        let decision = json!({ "agendaItemId": item, "kind": kind, "text": "So beschlossen.", "votes": votes });
        command(user, "decisionRecord", decision, "decision { agendaItem { theme { status } } }").await
    }

    /// Gives a command; a theme that it made is known from then on.
    async fn give(&mut self, wanted: Try, reason: bool) -> Answer {
        if let Try::Decide { theme, kind } = wanted {
            let theme = self.themes[theme].clone();
            return self.decide(&theme, kind).await;
        }
        let (coordinator, supervisor) = (&self.round.coordinator, &self.supervisor);
        let id = |theme: usize| self.themes[theme].clone();
        let (user, name, input, fields) = match wanted {
            Try::Propose { by_centre } => {
                let user = if by_centre { supervisor } else { coordinator };
                (user, "themePropose", proposal("COST"), "theme { id status }")
            }
            Try::Steer { theme, to } => {
                (coordinator, "themeSteer", json!({ "themeId": id(theme), "status": to }), "theme { status }")
            }
            Try::Review { theme, to } => {
                (supervisor, "themeReview", json!({ "themeId": id(theme), "status": to }), "theme { status }")
            }
            Try::Merge { theme, into } => {
                let input = json!({ "themeId": id(theme), "intoId": id(into) });
                (coordinator, "themeMerge", input, "theme { status }")
            }
            Try::Split { theme } => {
                let input = json!({ "themeId": id(theme), "title": "Ein Teil", "description": "Nur ein Teil davon.",
                    "pattern": { "kind": "COST", "needArea": "LANGUAGE" } });
                (coordinator, "themeSplit", input, "theme { id status }")
            }
            Try::Gather { theme } => (coordinator, "themeGather", json!({ "themeId": id(theme) }), "theme { status }"),
            Try::Answer { theme } => {
                let input = json!({ "themeId": id(theme), "text": "So ist es." });
                (coordinator, "themeAnswer", input, "answer { text }")
            }
            Try::Publish { theme } => {
                let input = json!({ "themeId": id(theme), "title": "Kosten", "text": "Es ist zu teuer." });
                (coordinator, "themePublicationRequest", input, "publication { status }")
            }
            Try::Move { by_centre, stage } => {
                let user = if by_centre { supervisor } else { &self.manager };
                let input = json!({ "barrierId": self.barrier, "stage": stage });
                (user, "barrierMove", input, "barrier { stage { position } }")
            }
            Try::Settle { to } => {
                let input = json!({ "barrierId": self.barrier, "status": SETTLED[to] });
                (&self.manager, "barrierSettle", input, "barrier { status }")
            }
            Try::Decide { .. } => unreachable!("decided above"),
        };
        let answer = command_for(user, name, input, fields, reason.then_some("aus gutem Grund")).await;
        if matches!(wanted, Try::Propose { .. } | Try::Split { .. }) {
            self.themes.push(answer.payload()["theme"]["id"].clone());
            // What was refused made none.
            self.themes.retain(|theme| !theme.is_null());
        }
        answer
    }
}

/// Gives a command to the server and to the model, and compares.
async fn compare(scene: &mut Scene, model: &mut Model, (wanted, reason): (Try, bool)) -> bool {
    let obstacles = model.obstacles(wanted, reason);
    let answer = scene.give(wanted, reason).await;
    let codes = answer.user_errors();
    let context = format!("{wanted:?} {reason} in {model:?}, which expects {obstacles:?}: {answer:?}");
    assert_eq!(codes.is_empty(), obstacles.is_empty(), "{context}");
    assert!(codes.iter().all(|code| obstacles.contains(code)), "{context}");
    model.refused.extend(codes.iter().map(|code| (*code).to_owned()));
    if !codes.is_empty() {
        return false;
    }
    model.apply(wanted);
    let payload = answer.payload();
    match wanted {
        Try::Propose { .. } | Try::Split { .. } => assert_eq!(payload["theme"]["status"], "PROPOSED", "{context}"),
        Try::Steer { theme, .. } | Try::Review { theme, .. } | Try::Merge { theme, .. } | Try::Gather { theme } => {
            assert_eq!(payload["theme"]["status"], model.themes[theme].status, "{context}");
        }
        Try::Decide { theme, .. } => {
            let status = &payload["decision"]["agendaItem"]["theme"]["status"];
            assert_eq!(*status, model.themes[theme].status, "{context}");
        }
        Try::Move { .. } => assert_eq!(payload["barrier"]["stage"]["position"], model.stage, "{context}"),
        Try::Settle { .. } => assert_eq!(payload["barrier"]["status"], SETTLED[model.settled], "{context}"),
        Try::Answer { .. } | Try::Publish { .. } => {}
    }
    true
}

/// Reads all themes anew: each stands where the model says, came there along the steps, and shows the steps that lead on.
async fn look_back(scene: &Scene, model: &Model) {
    const QUERY: &str = "query($id: ID!) { node(id: $id) { ... on Theme { status availableTransitions { status by }
        changes(first: 100) { nodes { previousStatus toStatus } } } } }";
    assert_eq!(scene.themes.len(), model.themes.len());
    for (theme, known) in scene.themes.iter().zip(&model.themes) {
        let seen = scene.supervisor.send(QUERY, json!({ "id": theme })).await;
        let seen = &seen.data()["node"];
        assert_eq!(seen["status"], known.status);
        let mut before = Value::Null;
        for change in seen["changes"]["nodes"].as_array().unwrap() {
            assert_eq!(change["previousStatus"], before, "{seen}");
            let (from, to) = (change["previousStatus"].as_str(), change["toStatus"].as_str().unwrap());
            let is_step = from.map_or(to == "PROPOSED", |from| STEPS.iter().any(|step| step.0 == from && step.1 == to));
            assert!(is_step, "{from:?} to {to}: {seen}");
            before = change["toStatus"].clone();
        }
        assert_eq!(before, known.status, "{seen}");
        let by = |by: By| match by {
            By::Centre => "CENTRE",
            By::Coordination => "COORDINATION",
            By::Merging => "MERGING",
            By::Body(_) => "BODY",
        };
        let next = STEPS.iter().filter(|step| step.0 == known.status).map(|step| (step.1, by(step.2)));
        let shown = seen["availableTransitions"].as_array().unwrap().iter();
        let shown = shown.map(|step| (step["status"].as_str().unwrap(), step["by"].as_str().unwrap()));
        assert_eq!(shown.collect::<BTreeSet<_>>(), next.collect::<BTreeSet<_>>(), "{seen}");
    }
}

/// The same numbers in every run: of each step how it is chosen, which one, and whether a reason is given.
fn sequences() -> Vec<Vec<(usize, usize, bool)>> {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let sequence = prop::collection::vec((0..4_usize, 0..10_000_usize, any::<bool>()), SEQUENCES.1);
    (0..SEQUENCES.0).map(|_| sequence.new_tree(&mut runner).unwrap().current()).collect()
}

both_databases! {
    async fn no_illegal_stage_or_status_is_reached_and_every_step_is_taken(db: TestDatabase) {
        let round = Round::open(db, 1, json!({})).await;
        let (manager, supervisor) = (round.app.user(CENTRAL).await, round.app.supervisor().await);
        let mut scene = Scene { round, manager, supervisor, themes: Vec::new(), barrier: Value::Null, meeting: None };
        let mut model = Model::default();
        let (mut carried_out, mut refused) = (0, 0);
        for (number, sequence) in sequences().into_iter().enumerate() {
            scene.barrier = met(&scene.manager, number, "COST").await["id"].clone();
            (model.stage, model.settled) = (2, 0);
            compare(&mut scene, &mut model, (Try::Propose { by_centre: number % 2 == 1 }, false)).await;
            for (mode, pick, reason) in sequence {
                let next = model.choose(mode, pick, reason);
                let count = if compare(&mut scene, &mut model, next).await { &mut carried_out } else { &mut refused };
                *count += 1;
            }
            let query = "query($id: ID!) { node(id: $id) { ... on Barrier { status stage { position } } } }";
            let seen = scene.supervisor.send(query, json!({ "id": scene.barrier })).await;
            assert_eq!(seen.data()["node"], json!({ "status": SETTLED[model.settled], "stage": { "position": model.stage } }));
        }
        assert!(carried_out > 50 && refused > 30, "{carried_out} carried out, {refused} refused");
        // What chance left out.
        let mut rest = 0;
        while let Some(next) = model.toward() {
            compare(&mut scene, &mut model, next).await;
            rest += 1;
            assert!(rest < 200, "{model:?}");
        }
        look_back(&scene, &model).await;
        assert_eq!(model.visited, BTreeSet::from(STATUSES));
        assert_eq!(model.taken.len(), STEPS.len());
        for code in OF_STEPS.iter().chain(&OF_OTHERS) {
            assert!(model.refused.contains(*code), "{code} never came: {:?}", model.refused);
        }
    }
}
