//! Meeting packs: `GET /meetings/{id}/pack.html` and `.pdf`, with the `Authorization` header. For those who prepare meetings.

use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use entity::ids::{Identifier as _, MeetingId};

use super::graphql::{Edge, authenticate, refuse};
use super::printed::{Form, respond};
use crate::clock::legal_day;
use crate::domain::bodies::pack::pack;
use crate::error::{ErrorCode, Failure};
use crate::store::bodies::pack::{Permits, find};

/// Registers the route.
pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(
        web::resource("/meetings/{id}/pack.{form}").route(web::get().to(show)).default_service(web::to(wrong_method)),
    );
}

async fn show(edge: Data<Edge>, request: HttpRequest, path: Path<(String, Form)>) -> HttpResponse {
    let (id, form) = path.into_inner();
    match made(&edge, &request, &id, form).await {
        Ok(response) => response,
        Err(failure) => refuse(&request, failure),
    }
}

async fn made(edge: &Edge, request: &HttpRequest, id: &str, form: Form) -> Result<HttpResponse, Failure> {
    let caller = authenticate(edge, request).await?;
    let actor = caller.actor().ok_or_else(|| Failure::new(ErrorCode::Unauthenticated))?;
    let permits = Permits { meeting: actor.permit()?, theme: actor.permit()?, silence: actor.permit()? };
    let id = MeetingId::parse(id).ok_or_else(|| Failure::new(ErrorCode::NotFound))?;
    let services = edge.engine.services();
    let material = find(&services.store, &permits, id).await?.ok_or_else(|| Failure::new(ErrorCode::NotFound))?;
    let made = pack(&material, legal_day(services.clock.now()));
    let name = format!("Sitzungsunterlage-{}", made.held_on);
    respond(made, form, &name).await
}

async fn wrong_method(request: HttpRequest) -> HttpResponse {
    let mut response = refuse(&request, Failure::new(ErrorCode::MethodNotAllowed));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
    response
}
