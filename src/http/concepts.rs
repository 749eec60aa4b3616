//! The case-management concept to be printed: `GET /concepts/{id}.html` and `GET /concepts/{id}.pdf`, both with the
//! `Authorization` header. Who sees an edition may print it, with what the same person sees of it.

use std::collections::BTreeMap;

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use chrono::NaiveDate;
use entity::codes::{ConceptPositionKind, ConceptStatus, OrganisationKind};
use entity::ids::{ConceptId, ConceptParticipantId, OrganisationId};

use super::graphql::{Edge, actor_of, refuse};
use super::printed::{Form, Room, respond};
use crate::access::{Actor, verb};
use crate::clock::legal_day;
use crate::domain::bodies::concept::is_overdue;
use crate::error::{ErrorCode, Failure};
use crate::graphql::context::Services;
use crate::print::{Report, Section};
use crate::store::bodies::concept::{self, Concept};
use crate::store::bodies::concept_milestone::{self, Milestone};
use crate::store::bodies::concept_participant::{self, Participant, Position};
use crate::store::bodies::{concept_section, decision};
use crate::store::district::organisation::Organisation;
use crate::store::district::{directory, district, organisation};

/// Registers the route.
pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(
        web::resource("/concepts/{document}").route(web::get().to(print)).default_service(web::to(wrong_method)),
    );
}

async fn print(edge: Data<Edge>, room: Data<Room>, request: HttpRequest, document: Path<String>) -> HttpResponse {
    let printed = async {
        let actor = actor_of(&edge, &request).await?;
        let (id, form) = Form::of::<ConceptId>(&document)?;
        let (name, report) = report(edge.engine.services(), &actor, id).await?;
        respond(&room, report, form, &name, Report::html, Report::pdf).await
    };
    printed.await.unwrap_or_else(|failure| refuse(&request, failure))
}

async fn wrong_method(request: HttpRequest) -> HttpResponse {
    let mut response = refuse(&request, Failure::new(ErrorCode::MethodNotAllowed));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
    response
}

fn day(day: NaiveDate) -> String {
    day.format("%d.%m.%Y").to_string()
}

const fn status(status: ConceptStatus) -> &'static str {
    match status {
        ConceptStatus::Draft => "Entwurf",
        ConceptStatus::InConsultation => "in Abstimmung",
        ConceptStatus::Adopted => "beschlossen",
        ConceptStatus::Superseded => "abgelöst",
        ConceptStatus::Withdrawn => "zurückgezogen",
    }
}

/// What has to stand on top of an edition that is not in force.
const fn marking(status: ConceptStatus) -> Option<&'static str> {
    match status {
        ConceptStatus::Draft => Some("Entwurf"),
        ConceptStatus::InConsultation => Some("Entwurf zur Abstimmung"),
        ConceptStatus::Adopted => None,
        ConceptStatus::Superseded => Some("Abgelöst durch eine spätere Ausgabe"),
        ConceptStatus::Withdrawn => Some("Zurückgezogen"),
    }
}

const fn position(position: Option<ConceptPositionKind>) -> &'static str {
    match position {
        Some(ConceptPositionKind::Agree) => "stimmt zu",
        Some(ConceptPositionKind::AgreeWithReservation) => "stimmt mit Vorbehalt zu",
        Some(ConceptPositionKind::Object) => "lehnt ab",
        None => "noch keine Position",
    }
}

fn milestone(concept: &Concept, milestone: &Milestone, today: NaiveDate) -> String {
    let state = match milestone.reached_on {
        Some(reached) => format!("erreicht am {}", day(reached)),
        None if is_overdue(concept.status, milestone.due_on, None, today) => "überfällig".to_owned(),
        None => "offen".to_owned(),
    };
    format!("bis {}: {} ({state})", day(milestone.due_on), milestone.title)
}

/// Whether the reader is told what the participants think, and what.
struct Positions<'a> {
    are_told: bool,
    latest: BTreeMap<ConceptParticipantId, &'a Position>,
}

impl Positions<'_> {
    fn beside(&self, participant: &Participant, names: &BTreeMap<OrganisationId, String>) -> String {
        let name = names.get(&participant.organisation_id).map(String::as_str).unwrap_or_default();
        let who = format!("{name} ({})", participant.function);
        if !self.are_told {
            return who;
        }
        let kind = self.latest.get(&participant.id).map(|position| position.kind);
        format!("{who}: {}", position(kind))
    }
}

/// An edition as this person may see it, and the name of its file.
async fn report(services: &Services, actor: &Actor, id: ConceptId) -> Result<(String, Report), Failure> {
    let store = &services.store;
    let permit = actor.permit::<verb::ReadConcept>()?;
    let missing = || Failure::new(ErrorCode::NotFound);
    let concept = concept::find_many(store, &permit, &[id]).await?.into_iter().next().ok_or_else(missing)?;
    let sections = concept_section::of_concepts(store, &permit, &[id]).await?;
    let participants = concept_participant::of_concepts(store, &permit, &[id]).await?;
    let ids: Vec<ConceptParticipantId> = participants.iter().map(|participant| participant.id).collect();
    let positions = concept_participant::positions_of(store, &permit, &ids).await?;
    let milestones = concept_milestone::of_concepts(store, &permit, &[id]).await?;

    let directory = actor.permit::<verb::ReadDirectory>()?;
    let organisations: Vec<OrganisationId> = participants.iter().map(|row| row.organisation_id).collect();
    let organisations = directory::find_many::<Organisation, _>(store, &directory, &organisations).await?;
    let names: BTreeMap<OrganisationId, String> = organisations.into_iter().map(|row| (row.id, row.name)).collect();
    let district = district::find(store, &directory).await?.ok_or_else(missing)?;
    let centres = organisation::of_kind(store.reader(), &directory, OrganisationKind::IntegrationCentre).await?;

    let today = legal_day(services.clock.now());
    let mut facts = Vec::new();
    if let (Some(id), Some(adopted_on)) = (concept.decision_id, concept.adopted_on) {
        let meetings = actor.permit_whatever::<verb::ReadMeeting>();
        let decision = decision::find_many(store, &meetings, &[id]).await?.into_iter().next();
        let words = decision.map(|decision| format!(": {}", decision.text)).unwrap_or_default();
        facts.push(("Beschluss".to_owned(), format!("{}{words}", day(adopted_on))));
    }
    if let (ConceptStatus::InConsultation, Some(respond_by)) = (concept.status, concept.respond_by) {
        facts.push(("Rückmeldung".to_owned(), format!("bis {}", day(respond_by))));
    }
    let told = Positions {
        are_told: concept_participant::takes_part(store, &permit, id).await?,
        latest: concept_participant::latest(&positions),
    };
    facts.extend(participants.iter().map(|row| ("Beteiligt".to_owned(), told.beside(row, &names))));
    facts.extend(milestones.iter().map(|row| ("Meilenstein".to_owned(), milestone(&concept, row, today))));

    let publisher = centres.into_iter().next().map_or_else(|| district.name.clone(), |centre| centre.name);
    let name = format!("{} {}", concept.title, concept.number);
    let report = Report {
        district: district.name,
        publisher,
        kind: "Konzept".to_owned(),
        title: concept.title,
        version: Some(format!("Ausgabe {} ({})", concept.number, status(concept.status))),
        dated: concept.adopted_on.unwrap_or(today),
        facts,
        marking: marking(concept.status).map(str::to_owned),
        contents: true,
        sections: sections.into_iter().map(|row| Section { title: row.title, markdown: row.text }).collect(),
        signatures: Vec::new(),
    };
    Ok((name, report))
}
