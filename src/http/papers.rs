//! Files of papers: `PUT /papers/{id}` takes one in, `GET` gives one out, both with the `Authorization` header.
//!
//! A file is at most 20 MiB and is looked at whole before it is stored; how long it is has to be said beforehand, so that
//! one that is too large, or not the one that was announced, is refused before it is read.

use std::io;

use actix_web::body::SizedStream;
use actix_web::http::header::{self, ContentEncoding, HeaderValue};
use actix_web::web::{self, Data, Path, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use entity::ids::{Identifier as _, PaperId};
use futures_util::TryStreamExt as _;
use serde_json::json;
use tokio::sync::Semaphore;

use super::files::{disposition, failure_of};
use super::graphql::{Edge, actor_of, bad, read_body, refuse};
use crate::access::{Permit, verb};
use crate::commands::bodies::paper::FILE_MAXIMUM;
use crate::error::{ErrorCode, Failure};
use crate::files::inspection::media_type;
use crate::store::Store;
use crate::store::bodies::paper::{self, Paper};

/// Files that are taken at once by one server.
const FILES_AT_ONCE: usize = 4;
/// A file is larger than a query and may take so many times as long to arrive.
const BODY_TIMEOUT_FACTOR: u64 = 12;

/// The room for files that come in. One for a server, not for each of its workers.
pub(super) struct Room(Semaphore);

impl Default for Room {
    fn default() -> Self {
        Self(Semaphore::new(FILES_AT_ONCE))
    }
}

/// Registers the routes.
pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(
        web::resource("/papers/{id}")
            .route(web::put().to(upload))
            .route(web::get().to(download))
            .default_service(web::to(wrong_method)),
    );
}

fn id_of(text: &str) -> Result<PaperId, Failure> {
    PaperId::parse(text).ok_or_else(|| Failure::new(ErrorCode::NotFound))
}

async fn upload(
    edge: Data<Edge>,
    room: Data<Room>,
    request: HttpRequest,
    id: Path<String>,
    mut payload: Payload,
) -> HttpResponse {
    match receive(&edge, &room, &request, &id, &mut payload).await {
        Ok(paper) => HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(json!({
            "paper": {
                "id": paper.id.to_string(), "sizeBytes": paper.size_bytes, "sha256": paper.sha256,
                "version": paper.version,
            }
        })),
        Err(failure) => {
            let mut response = refuse(&request, failure);
            // The rest of the body may be under way still; nobody is going to read it.
            response.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
            response
        }
    }
}

async fn receive(
    edge: &Edge,
    room: &Room,
    request: &HttpRequest,
    id: &str,
    payload: &mut Payload,
) -> Result<Paper, Failure> {
    let actor = actor_of(edge, request).await?;
    let id = id_of(id)?;
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let announced: u64 = announced.ok_or_else(|| bad("Content-Length says how long the file is"))?;
    let maximum = u64::try_from(FILE_MAXIMUM).unwrap_or(0);
    if announced > maximum {
        return Err(Failure::new(ErrorCode::PayloadTooLarge).with("limit", maximum));
    }
    let commands = &edge.engine.services().commands;
    let length = commands.paper_length(&actor, id).await.map_err(failure_of)?;
    if announced != length {
        let mismatch = Failure::new(ErrorCode::DocumentSizeMismatch);
        return Err(mismatch.with("declared", length).with("received", announced));
    }
    let _taken = room.0.try_acquire().map_err(|_| Failure::new(ErrorCode::Busy))?;
    let timeout_ms = edge.engine.http_limits().body_timeout_ms.saturating_mul(BODY_TIMEOUT_FACTOR);
    let maximum = usize::try_from(length).unwrap_or(0);
    let content = read_body(request, payload, maximum, timeout_ms).await?;
    commands.store_paper(&actor, id, content.into()).await.map_err(failure_of)
}

async fn download(edge: Data<Edge>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    let found = async {
        let actor = actor_of(&edge, &request).await?;
        let permit = actor.permit::<verb::ReadMeeting>()?;
        let id = id_of(&id)?;
        let store = edge.engine.services().store.clone();
        let paper = paper::find_many(&store, &permit, &[id]).await?.into_iter().next();
        let paper = paper.filter(|paper| paper.stored_at.is_some());
        Ok((store, permit, paper.ok_or_else(|| Failure::new(ErrorCode::NotFound))?))
    };
    let (store, permit, paper) = match found.await {
        Ok(found) => found,
        Err(failure) => return refuse(&request, failure),
    };
    let Some(document_type) = paper.document_type else {
        return refuse(&request, Failure::new(ErrorCode::NotFound));
    };
    let length = paper.size_bytes.and_then(|length| u64::try_from(length).ok()).unwrap_or(0);
    let name = disposition(&paper.name, document_type);
    let content = pieces(store, permit, paper).map_err(|failure| io::Error::other(failure.code.as_str()));
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type(document_type)))
        .insert_header((header::CONTENT_DISPOSITION, name))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::ACCEPT_RANGES, "none"))
        .insert_header(ContentEncoding::Identity)
        .body(SizedStream::new(length, content))
}

/// The pieces of a file, each after the door was asked.
fn pieces(
    store: Store,
    permit: Permit<verb::ReadMeeting>,
    paper: Paper,
) -> impl futures_util::Stream<Item = Result<bytes::Bytes, Failure>> {
    async_stream::try_stream! {
        let Some(stored_at) = paper.stored_at else { return };
        let mut part = 0_i32;
        while let Some(piece) = paper::part(&store, &permit, paper.id, stored_at, part).await? {
            yield piece;
            part = part.saturating_add(1);
        }
    }
}

async fn wrong_method(request: HttpRequest) -> HttpResponse {
    let mut response = refuse(&request, Failure::new(ErrorCode::MethodNotAllowed));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, PUT"));
    response
}
