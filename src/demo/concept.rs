//! The case-management concept that, by the minutes, was to be written until the end of 2023 with all relevant actors: an
//! edition that the participants are asked about.
//!
//! Facts: the day by which it was due, the bodies, the five-stage stair, the subjects that the committee asked about. Invented:
//! its sections and their words, who takes part, what they say.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use entity::codes::{ConceptPositionKind, Role};
use entity::ids::{AccountId, ConceptId, OrganisationId};
use tokio::sync::Notify;

use super::{
    ASCHEBERG, CENTRE, COESFELD, COORDINATOR_LOGIN, DUELMEN, EMPLOYER_LOGIN, IMMIGRATION_OFFICE, JOB_CENTRE, WELFARE,
    day, made,
};
use crate::access::{Actor, HeldGrant};
use crate::app::App;
use crate::clock::SimulatedClock;
use crate::commands::bodies::concept::{ConceptConsultInput, ConceptDraftInput};
use crate::commands::bodies::concept_comment::ConceptCommentAddInput;
use crate::commands::bodies::concept_milestone::{ConceptMilestoneAddInput, ConceptMilestoneChangeInput};
use crate::commands::bodies::concept_participant::{ConceptParticipantAddInput, ConceptTakePositionInput};
use crate::commands::bodies::concept_section::ConceptSectionAddInput;
use crate::commands::{CommandOptions, Commands};
use crate::error::Failure;

/// Key, heading and text.
const SECTIONS: [(&str, &str, &str); 5] = [
    (
        "aim",
        "Ziel",
        "Jede Person wird **bestmöglich unterstützt**. Was mehrere Personen hindert, wird als generatives Thema erkannt und \
         dorthin gebracht, wo die Struktur geändert werden kann.\n",
    ),
    (
        "target-group",
        "Zielgruppe",
        "Menschen mit Einwanderungsgeschichte, gleich aus welchem Herkunftsland, auch aus der Europäischen Union.\n\n\
         Schwerpunkte:\n\n- Chancen-Aufenthaltsrecht\n- Bürgergeld\n- Fachkräfteeinwanderung\n",
    ),
    (
        "responsibility",
        "Zuständigkeiten",
        "Doppelstrukturen dürfen nicht entstehen.\n\n\
         | Aufgabe | zuständig |\n|---|---|\n| Case Management im Einzelfall | Anstellungsträger |\n\
         | Fachaufsicht | Kommunales Integrationszentrum |\n| Dienstaufsicht | Anstellungsträger |\n",
    ),
    (
        "stair",
        "Fünfstufiges Treppenmodell",
        "1. Einzelfall klären\n2. Case Management im Einzelfall\n3. Kollegiale Beratung und Fachaufsicht\n\
         4. Fall- und Planungskonferenz\n5. Generatives Thema\n\n> Die Stufen sind ein Vorschlag zur Abstimmung.\n",
    ),
    (
        "data-protection",
        "Datenschutz",
        "Inhalte der Fälle kennt nur, wer sie führt. Die Fachaufsicht sieht sie pseudonym, Anstellungsträger sehen sie nicht.\n",
    ),
];

/// Institution, and the function of who speaks for it.
const PARTICIPANTS: [(&str, &str); 6] = [
    (JOB_CENTRE, "Leitung Jobcenter"),
    (IMMIGRATION_OFFICE, "Leitung Ausländerbehörde"),
    (COESFELD, "Fachbereichsleitung Soziales"),
    (DUELMEN, "Fachbereichsleitung Soziales"),
    (ASCHEBERG, "Fachbereichsleitung Soziales"),
    (WELFARE, "Geschäftsführung"),
];

/// What the demo's concept is made with.
pub(super) struct Concept<'a> {
    pub(super) app: &'a App,
    pub(super) actor: &'a Actor,
    pub(super) organisations: &'a HashMap<String, OrganisationId>,
    pub(super) accounts: &'a HashMap<&'static str, AccountId>,
}

fn morning(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(7, 0, 0).unwrap_or_default().and_utc()
}

impl Concept<'_> {
    fn organisation(&self, name: &str) -> Result<OrganisationId, Failure> {
        self.organisations.get(name).copied().ok_or_else(|| Failure::internal(format!("no organisation {name}")))
    }

    /// Somebody of the demo, in the role of the account.
    fn person(&self, login: &str, role: Role, organisation: &str, today: NaiveDate) -> Result<Actor, Failure> {
        let account = self.accounts.get(login).copied();
        let account = account.ok_or_else(|| Failure::internal(format!("no account {login}")))?;
        let grant = HeldGrant { role, organisation_id: self.organisation(organisation)?, scopes: Vec::new() };
        Ok(Actor::person(self.actor.district_id(), today, account, None, vec![grant]))
    }

    /// Writes the concept and puts it to the participants, by the same commands at the time of then.
    pub(super) async fn write(&self) -> Result<(), Failure> {
        let drafted_on = day(2023, 5, 15);
        let clock = SimulatedClock::starting_at(morning(drafted_on));
        let commands = Commands::new(self.app.store.clone(), clock.clone(), Arc::new(Notify::new()));
        let (coordinator, options) =
            (self.person(COORDINATOR_LOGIN, Role::Coordinator, CENTRE, drafted_on)?, CommandOptions::default());
        let (coordinator, options) = (&coordinator, &options);
        let command = ConceptDraftInput { predecessor_id: None, title: Some("Case-Management-Konzept".to_owned()) };
        let concept_id = made(commands.create(coordinator, &command, options).await?)?.id;
        let mut sections = Vec::new();
        for (key, title, text) in SECTIONS {
            let (key, title, text) = (key.to_owned(), title.to_owned(), text.to_owned());
            let command = ConceptSectionAddInput { concept_id, key, title, text };
            sections.push(made(commands.create(coordinator, &command, options).await?)?.id);
        }
        let mut participants = HashMap::new();
        for (organisation, function) in PARTICIPANTS {
            let command = ConceptParticipantAddInput {
                concept_id,
                organisation_id: self.organisation(organisation)?,
                function: function.to_owned(),
                staff_member_id: None,
            };
            participants.insert(organisation, made(commands.create(coordinator, &command, options).await?)?.id);
        }
        self.milestones(&commands, coordinator, concept_id).await?;

        clock.advance(Duration::days(7));
        let command = ConceptConsultInput { concept_id, expected_version: None, respond_by: Some(day(2023, 9, 30)) };
        made(commands.change(coordinator, &command, options).await?)?;

        clock.advance(Duration::days(2));
        let town = self.person(EMPLOYER_LOGIN, Role::Employer, COESFELD, day(2023, 5, 24))?;
        let command = ConceptCommentAddInput {
            concept_id,
            concept_section_id: sections.get(2).copied(),
            text: "Wer ist zuständig, wenn jemand während der Begleitung in eine andere Kommune zieht?".to_owned(),
        };
        made(commands.create(&town, &command, options).await?)?;
        let participant = participants.get(COESFELD).copied();
        let command = ConceptTakePositionInput {
            concept_participant_id: participant.ok_or_else(|| Failure::internal("no participant"))?,
            kind: ConceptPositionKind::AgreeWithReservation,
            text: Some("Zustimmung, wenn der Wechsel der Zuständigkeit bei einem Umzug geregelt wird.".to_owned()),
        };
        made(commands.create(&town, &command, options).await?)?;
        Ok(())
    }

    async fn milestones(&self, commands: &Commands, coordinator: &Actor, concept_id: ConceptId) -> Result<(), Failure> {
        let options = CommandOptions::default();
        for (title, due_on, reached_on) in [
            ("Erster Entwurf liegt vor", day(2023, 5, 31), Some(day(2023, 5, 15))),
            ("Rückmeldungen der Beteiligten liegen vor", day(2023, 9, 30), None),
            ("Konzept ist beschlossen", day(2023, 12, 31), None),
        ] {
            let command = ConceptMilestoneAddInput { concept_id, title: title.to_owned(), due_on };
            let concept_milestone_id = made(commands.create(coordinator, &command, &options).await?)?.id;
            if reached_on.is_some() {
                let command = ConceptMilestoneChangeInput {
                    concept_milestone_id,
                    expected_version: None,
                    title: title.to_owned(),
                    due_on,
                    reached_on,
                };
                made(commands.change(coordinator, &command, &options).await?)?;
            }
        }
        Ok(())
    }
}
