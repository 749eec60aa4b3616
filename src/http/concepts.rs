//! The case-management concept to be printed: `GET /concepts/{id}.html` and `GET /concepts/{id}.pdf`, both with the
//! `Authorization` header. Who sees an edition may print it, with what the same person sees of it.

use std::collections::BTreeMap;

use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use entity::codes::OrganisationKind;
use entity::ids::{ConceptId, ConceptParticipantId, OrganisationId};

use super::graphql::{Edge, actor_of, refuse};
use super::printed::{Form, Room, respond, wrong_method};
use crate::access::{Actor, verb};
use crate::clock::legal_day;
use crate::domain::bodies::edition::{Edition, Party, Target, Told};
use crate::error::{ErrorCode, Failure};
use crate::graphql::context::Services;
use crate::print::Report;
use crate::store::bodies::concept;
use crate::store::bodies::concept_milestone::{self, Milestone};
use crate::store::bodies::concept_participant::{self, Participant};
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
        let services = edge.engine.services();
        let edition = edition(services, &actor, id).await?;
        let (name, report) = (edition.name(), edition.report(legal_day(services.clock.now())));
        respond(&room, report, form, &name, Report::html, Report::pdf).await
    };
    printed.await.unwrap_or_else(|failure| refuse(&request, failure))
}

/// An edition as this person may see it, and the name of its file.
async fn edition(services: &Services, actor: &Actor, id: ConceptId) -> Result<Edition, Failure> {
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

    let decision = match concept.decision_id {
        Some(id) => {
            let meetings = actor.permit_whatever::<verb::ReadMeeting>();
            decision::find_many(store, &meetings, &[id]).await?.into_iter().next()
        }
        None => None,
    };
    let are_told = concept_participant::takes_part(store, &permit, id).await?;
    let latest = concept_participant::latest(&positions);
    let publisher = centres.into_iter().next().map_or_else(|| district.name.clone(), |centre| centre.name);
    let party = |row: Participant| Party {
        institution: names.get(&row.organisation_id).cloned().unwrap_or_default(),
        position: match latest.get(&row.id) {
            _ if !are_told => Told::Nothing,
            Some(position) => Told::Position(position.kind),
            None => Told::Missing,
        },
        function: row.function,
    };
    let target = |row: Milestone| Target { title: row.title, due_on: row.due_on, reached_on: row.reached_on };
    Ok(Edition {
        district: district.name,
        publisher,
        title: concept.title,
        number: concept.number,
        status: concept.status,
        adopted_on: concept.adopted_on,
        decision: decision.map(|decision| decision.text),
        respond_by: concept.respond_by,
        participants: participants.into_iter().map(party).collect(),
        milestones: milestones.into_iter().map(target).collect(),
        sections: sections.into_iter().map(|row| (row.title, row.text)).collect(),
    })
}
