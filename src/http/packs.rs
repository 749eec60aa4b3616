//! Meeting packs: `GET /meetings/{id}/pack.html` and `.pdf`, with the `Authorization` header. For those who prepare meetings.

use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use entity::ids::MeetingId;

use super::graphql::{Edge, actor_of, refuse};
use super::printed::{Form, Room, respond, wrong_method};
use crate::clock::legal_day;
use crate::domain::bodies::pack::pack;
use crate::error::{ErrorCode, Failure};
use crate::print::MeetingPack;
use crate::store::bodies::pack::{Permits, find};

/// Registers the route.
pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(
        web::resource("/meetings/{id}/pack.{ending}").route(web::get().to(show)).default_service(web::to(wrong_method)),
    );
}

async fn show(edge: Data<Edge>, room: Data<Room>, request: HttpRequest, path: Path<(String, String)>) -> HttpResponse {
    let (id, ending) = path.into_inner();
    let made = async {
        let actor = actor_of(&edge, &request).await?;
        let permits = Permits {
            meeting: actor.permit()?,
            theme: actor.permit()?,
            silence: actor.permit()?,
            signal: actor.permit()?,
        };
        let (id, form) = Form::of::<MeetingId>(&format!("{id}.{ending}"))?;
        let services = edge.engine.services();
        let material = find(&services.store, &permits, id).await?.ok_or_else(|| Failure::new(ErrorCode::NotFound))?;
        let made = pack(&material, legal_day(services.clock.now()));
        let name = format!("Sitzungsunterlage {}", made.held_on);
        respond(&room, made, form, &name, MeetingPack::html, MeetingPack::pdf).await
    };
    made.await.unwrap_or_else(|failure| refuse(&request, failure))
}
