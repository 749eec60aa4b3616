//! The bodies of the minutes, who belongs to them, and the meeting that the minutes are of: the committee took note of the
//! report in spring 2023.
//!
//! Facts: the names of the three bodies, the decision, the subjects of the three questions with their answers, the concept
//! due by the end of 2023. Invented: the day, who belongs to which body, who asked.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use entity::codes::{BodyKind, DecisionKind, DocumentType, PaperKind};
use entity::ids::{BodyId, BodyMembershipId, OrganisationId};
use tokio::sync::Notify;

use super::{ASCHEBERG, CENTRE, COESFELD, DISTRICT, DUELMEN, IMMIGRATION_OFFICE, JOB_CENTRE, WELFARE, day, made};
use crate::access::Actor;
use crate::app::App;
use crate::clock::{SimulatedClock, legal_day};
use crate::commands::bodies::action_item::ActionItemAssignInput;
use crate::commands::bodies::agenda_item::AgendaItemAddInput;
use crate::commands::bodies::body::BodyFoundInput;
use crate::commands::bodies::decision::DecisionRecordInput;
use crate::commands::bodies::meeting::{
    MeetingApproveMinutesInput, MeetingHoldInput, MeetingInviteInput, MeetingPlanInput, MeetingPublishInput,
    MeetingRecordMinutesInput,
};
use crate::commands::bodies::membership::BodyMembershipAddInput;
use crate::commands::bodies::paper::{PaperAddInput, PaperFileInput, PaperSource};
use crate::commands::bodies::question::{MeetingQuestionAnswerInput, MeetingQuestionAskInput};
use crate::commands::pipeline::Stop;
use crate::commands::{CommandOptions, Commands};
use crate::error::Failure;

/// The name of the committee of the minutes.
pub const COMMITTEE: &str = "Ausschuss für Soziales und Integration";
/// The name of the steering group.
pub const STEERING_GROUP: &str = "Steuerungsgruppe";
/// What the minutes of the meeting in the council information system can be found by.
const MINUTES_URL: &str = "https://www.kreis-coesfeld.de/sessionnet/sessionnetbi/to0050.php?__ktonr=28019";

/// A demo body: kind, name, meetings in a year, quorum, members by institution, function and vote.
struct Plan {
    kind: BodyKind,
    name: &'static str,
    cadence: Option<i32>,
    quorum: Option<i32>,
    is_public: bool,
    members: &'static [(&'static str, &'static str, bool)],
}

const PLANS: [Plan; 4] = [
    Plan {
        kind: BodyKind::SteeringGroup,
        name: STEERING_GROUP,
        cadence: Some(2),
        quorum: Some(4),
        is_public: false,
        members: &[
            (CENTRE, "Leitung Kommunales Integrationszentrum", true),
            (JOB_CENTRE, "Leitung Jobcenter", true),
            (IMMIGRATION_OFFICE, "Leitung Ausländerbehörde", true),
            (COESFELD, "Fachbereichsleitung Soziales", true),
            (DUELMEN, "Fachbereichsleitung Soziales", true),
            (ASCHEBERG, "Fachbereichsleitung Soziales", true),
            (WELFARE, "Geschäftsführung", true),
        ],
    },
    Plan {
        kind: BodyKind::CoordinationGroup,
        name: "Koordinierungsgruppe",
        cadence: Some(4),
        quorum: None,
        is_public: false,
        members: &[
            (CENTRE, "Koordination", true),
            (JOB_CENTRE, "Teamleitung", true),
            (IMMIGRATION_OFFICE, "Sachgebietsleitung", true),
            (COESFELD, "Integrationsbeauftragte", true),
            (DUELMEN, "Integrationsbeauftragte", true),
            (ASCHEBERG, "Integrationsbeauftragte", true),
            (WELFARE, "Fachberatung Migration", false),
        ],
    },
    Plan {
        kind: BodyKind::WorkingGroup,
        name: "AG Querschnitt",
        cadence: Some(6),
        quorum: None,
        is_public: false,
        members: &[
            (CENTRE, "Koordination", true),
            (JOB_CENTRE, "Fachkraft Migration", true),
            (IMMIGRATION_OFFICE, "Sachbearbeitung Chancen-Aufenthaltsrecht", true),
            (WELFARE, "Migrationsberatung", true),
        ],
    },
    Plan {
        kind: BodyKind::CouncilCommittee,
        name: COMMITTEE,
        cadence: Some(4),
        quorum: Some(3),
        is_public: true,
        members: &[
            (DISTRICT, "Ausschussvorsitz", true),
            (DISTRICT, "Ausschussmitglied, Fraktion A", true),
            (DISTRICT, "Ausschussmitglied, Fraktion B", true),
            (DISTRICT, "Ausschussmitglied, Fraktion C", true),
            (DISTRICT, "Sachkundige Bürgerin", false),
        ],
    },
];

/// Who asked what, and the answer.
const QUESTIONS: [(&str, &str, &str); 3] = [
    (
        "Ausschussmitglied, Fraktion A",
        "Wie hoch ist der Eigenanteil der Anstellungsträger an den Personalkosten?",
        "Vor dem Tarifabschluss waren es etwa 7.000 bis 10.000 Euro je Stelle und Jahr. Durch den Tarifabschluss steigt der \
         Eigenanteil, weil die Pauschale des Landes gleich bleibt.",
    ),
    (
        "Ausschussmitglied, Fraktion B",
        "Entstehen durch das Integrationsmanagement Doppelstrukturen?",
        "Doppelstrukturen dürfen nicht entstehen. Die Zuständigkeiten der Institutionen werden klar voneinander abgegrenzt; \
         das Case-Management-Konzept hält sie fest.",
    ),
    (
        "Ausschussmitglied, Fraktion C",
        "Gehören auch Bürgerinnen und Bürger der Europäischen Union zur Zielgruppe?",
        "Ja. Zielgruppe sind Menschen mit Einwanderungsgeschichte, gleich aus welchem Herkunftsland, auch aus der \
         Europäischen Union. Das Kommunale Integrationszentrum hat außerdem einen Arbeitsbereich zur Zuwanderung aus \
         Südosteuropa.",
    ),
];

const MINUTES: &str = "## Kommunales Integrationsmanagement: Bericht

- Aktuelle Themen sind das Chancen-Aufenthaltsrecht, das Bürgergeld und die Fachkräfteeinwanderung.
- Beim Kreis arbeiten drei Koordinierungskräfte und sechs Case Managerinnen und Case Manager; sechs weitere Stellen bei \
den Kommunen sollen größtenteils bis Ende Juli 2023 besetzt sein. Das Land fördert die Stellen.
- Die Fachaufsicht liegt beim Kommunalen Integrationszentrum. Mit den Anstellungsträgern wird eng zusammengearbeitet.
- Steuerungsgruppe, Koordinierungsgruppe und AG Querschnitt begleiten das Programm.
- Ziel ist die bestmögliche Unterstützung jeder Person und das Erkennen generativer Themen. Dafür wurde ein fünfstufiges \
Treppenmodell entwickelt.
- Bis Ende 2023 entsteht mit allen relevanten Akteuren ein Case-Management-Konzept.

Fragen zum Eigenanteil, zu Doppelstrukturen und zur Zielgruppe wurden beantwortet.

**Beschluss:** Kenntnis genommen.
";

/// What the demo's bodies are made with.
pub(super) struct Bodies<'a> {
    pub(super) app: &'a App,
    pub(super) actor: &'a Actor,
    pub(super) organisations: &'a HashMap<String, OrganisationId>,
}

fn refused(stop: Stop) -> Failure {
    match stop {
        Stop::Failure(failure) => failure,
        Stop::Rules(errors) => {
            let errors: Vec<String> = errors.iter().map(crate::error::UserError::english).collect();
            Failure::internal(format!("the demo breaks a rule: {}", errors.join(" ")))
        }
    }
}

fn instant(day: NaiveDate, hour: u32) -> DateTime<Utc> {
    day.and_hms_opt(hour, 30, 0).unwrap_or_default().and_utc()
}

impl Bodies<'_> {
    fn organisation(&self, name: &str) -> Result<OrganisationId, Failure> {
        self.organisations.get(name).copied().ok_or_else(|| Failure::internal(format!("no organisation {name}")))
    }

    /// Founds the bodies, and holds the meeting of the minutes.
    pub(super) async fn found(&self) -> Result<(), Failure> {
        let commands = &self.app.engine.services().commands;
        let options = CommandOptions::default();
        for plan in &PLANS {
            let command = BodyFoundInput {
                kind: plan.kind,
                name: plan.name.to_owned(),
                cadence: plan.cadence,
                quorum: plan.quorum,
                is_public: plan.is_public,
            };
            let body = made(commands.create(self.actor, &command, &options).await?)?.id;
            let mut members = Vec::new();
            for (organisation, function, has_vote) in plan.members {
                let command = BodyMembershipAddInput {
                    body_id: body,
                    organisation_id: self.organisation(organisation)?,
                    function: (*function).to_owned(),
                    staff_member_id: None,
                    has_vote: *has_vote,
                    valid_from: day(2022, 1, 1),
                    valid_until: None,
                };
                members.push(made(commands.create(self.actor, &command, &options).await?)?.id);
            }
            if plan.name == COMMITTEE {
                self.meeting(body, members).await?;
            }
        }
        Ok(())
    }

    /// The meeting of the minutes, by the same commands at the time of then.
    async fn meeting(&self, body_id: BodyId, members: Vec<BodyMembershipId>) -> Result<(), Failure> {
        let held_on = day(2023, 5, 9);
        let clock = SimulatedClock::starting_at(instant(held_on, 8) - Duration::days(14));
        let commands = Commands::new(self.app.store.clone(), clock.clone(), Arc::new(Notify::new()));
        let actor = Actor::system(self.actor.district_id(), held_on);
        let (actor, options) = (&actor, CommandOptions::default());
        let starts_at = instant(held_on, 14);
        let command = MeetingPlanInput {
            body_id,
            title: "Sitzung im Frühjahr 2023".to_owned(),
            starts_at,
            ends_at: Some(starts_at + Duration::hours(2)),
            place: Some("Kreishaus Coesfeld".to_owned()),
        };
        let meeting_id = made(commands.create(actor, &command, &options).await?)?.id;
        let command = AgendaItemAddInput {
            meeting_id,
            parent_id: None,
            position: None,
            title: "Kommunales Integrationsmanagement im Kreis Coesfeld: Bericht".to_owned(),
            description: Some(
                "Stand der Stellen, Gremien, generative Themen und Treppenmodell, Case-Management-Konzept".to_owned(),
            ),
            proposal: Some("Der Ausschuss nimmt den Bericht zur Kenntnis.".to_owned()),
            theme_id: None,
            concept_id: None,
            organisation_id: Some(self.organisation(CENTRE)?),
            is_public: true,
            continues_id: None,
        };
        let item = made(commands.create(actor, &command, &options).await?)?.id;
        let presentation = presentation();
        let size_bytes = i32::try_from(presentation.len()).unwrap_or(0);
        let file = PaperSource::File(PaperFileInput { document_type: DocumentType::Pdf, size_bytes });
        let paper = |kind, name: &str, source| PaperAddInput {
            meeting_id: None,
            agenda_item_id: Some(item),
            kind,
            name: name.to_owned(),
            source,
            is_public: true,
        };
        let command = paper(PaperKind::Presentation, "Präsentation: Kommunales Integrationsmanagement", file);
        let stored = made(commands.create(actor, &command, &options).await?)?.id;
        commands.store_paper(actor, stored, presentation.into()).await.map_err(refused)?;
        let command = MeetingInviteInput { meeting_id, expected_version: None };
        made(commands.change(actor, &command, &options).await?)?;

        clock.advance(Duration::days(14) + Duration::hours(8));
        let command =
            MeetingHoldInput { meeting_id, expected_version: None, present_ids: members, excused_ids: Vec::new() };
        made(commands.change(actor, &command, &options).await?)?;
        for (asked_by, text, answer) in QUESTIONS {
            let command =
                MeetingQuestionAskInput { agenda_item_id: item, asked_by: asked_by.to_owned(), text: text.to_owned() };
            let question = made(commands.create(actor, &command, &options).await?)?.id;
            let command = MeetingQuestionAnswerInput {
                meeting_question_id: question,
                expected_version: None,
                answer: answer.to_owned(),
                answered_on: Some(held_on),
            };
            made(commands.change(actor, &command, &options).await?)?;
        }
        let command = DecisionRecordInput {
            agenda_item_id: item,
            kind: DecisionKind::TakeNote,
            text: "Kenntnis genommen.".to_owned(),
            votes: None,
            excluded_ids: Vec::new(),
            paper_url: Some(MINUTES_URL.to_owned()),
        };
        let decision_id = made(commands.create(actor, &command, &options).await?)?.id;
        let command = ActionItemAssignInput {
            decision_id,
            organisation_id: self.organisation(CENTRE)?,
            text: "Mit allen relevanten Akteuren ein Case-Management-Konzept schreiben.".to_owned(),
            due_on: Some(day(2023, 12, 31)),
        };
        made(commands.create(actor, &command, &options).await?)?;
        let command = MeetingRecordMinutesInput { meeting_id, expected_version: None, minutes: MINUTES.to_owned() };
        made(commands.change(actor, &command, &options).await?)?;

        clock.advance(Duration::days(14));
        let command = paper(PaperKind::Minutes, "Niederschrift", PaperSource::Url(MINUTES_URL.to_owned()));
        made(commands.create(actor, &command, &options).await?)?;
        let command = MeetingApproveMinutesInput { meeting_id, expected_version: None };
        made(commands.change(actor, &command, &options).await?)?;
        let command = MeetingPublishInput { meeting_id, expected_version: None, with_minutes: true };
        made(commands.change(actor, &command, &options).await?)?;
        debug_assert!(legal_day(starts_at) == held_on, "the meeting is on its day");
        Ok(())
    }
}

/// A presentation of one page.
fn presentation() -> Vec<u8> {
    let lines = ["Kommunales Integrationsmanagement", "Kreis Coesfeld, Bericht 2023", "(Demo: nicht die echte Folie)"];
    let mut page = String::from("BT /F1 24 Tf 60 400 Td 36 TL ");
    for line in lines {
        page.push_str(&format!("({}) Tj T* ", line.replace('(', "\\(").replace(')', "\\)")));
    }
    page.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 720 540] /Contents 4 0 R \
         /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(pdf.len());
        pdf.push_str(&format!("{} 0 obj\n{object}\nendobj\n", index.saturating_add(1)));
    }
    let start = pdf.len();
    pdf.push_str(&format!("xref\n0 {}\n0000000000 65535 f \n", objects.len().saturating_add(1)));
    for offset in &offsets {
        pdf.push_str(&format!("{offset:010} 00000 n \n"));
    }
    let count = objects.len().saturating_add(1);
    pdf.push_str(&format!("trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"));
    pdf.into_bytes()
}
