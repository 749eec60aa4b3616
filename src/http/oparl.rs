//! What was published of bodies, meetings and themes, for everybody, at `/oparl/v1`: OParl 1.1, read only.
//!
//! What is public is decided in `src/store/bodies/published.rs`, what it looks like in `src/domain/bodies/oparl.rs`. What was never
//! published is answered like what never was, in the same words.

use std::io;

use actix_web::body::{BoxBody, MessageBody, SizedStream};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentEncoding, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Bytes, Data, Path, Query, ServiceConfig};
use actix_web::{Error, FromRequest, Handler, HttpRequest, HttpResponse, HttpResponseBuilder, Resource, Responder};
use chrono::{DateTime, Utc};
use entity::codes::{DocumentType, PublicKind};
use entity::ids::{DistrictId, Identifier as _, MeetingId, PaperId, PublishedObjectId};
use futures_util::TryStreamExt as _;
use reqwest::Url;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::files::disposition;
use super::{has_tag, not_found};
use crate::access::Public;
use crate::app::App;
use crate::domain::bodies::oparl::{self, MINUTES_TYPE, Operator, Stamp, Writer, minutes_name};
use crate::error::{ErrorKind, Failure};
use crate::files::inspection::media_type;
use crate::log::text_hash;
use crate::store::Store;
use crate::store::bodies::publication::{self, PublishedObject, Wanted};
use crate::store::bodies::published::{self, PaperFile};

/// Objects on a page, unless somebody asks for another number.
const PAGE_USUAL: u64 = 50;
/// The most objects on a page.
const PAGE_MAXIMUM: u64 = 100;
/// Lists that the specification demands and that have nothing in them here: people are not published, and what is read here
/// knows no legislative terms.
const EMPTY_LISTS: [&str; 2] = ["person", "legislativeterm"];
/// The first second of the year 0.
const FIRST_SECOND: i64 = -62_167_219_200;
/// The last second of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;
/// Short, so that what is taken back is soon gone everywhere.
const CACHING: &str = "public, max-age=60";

/// Requests that are answered at once by one server: whoever works here comes first.
const ANSWERS_AT_ONCE: usize = 3;

/// The room for readers. One for a server, not for each of its workers.
pub(super) struct Room(Semaphore);

impl Default for Room {
    fn default() -> Self {
        Self(Semaphore::new(ANSWERS_AT_ONCE))
    }
}

/// Lets so many in as there is room for.
async fn let_in(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let room = request.app_data::<Data<Room>>().cloned();
    let taken = room.as_ref().map(|room| room.0.try_acquire());
    if let Some(Err(_)) = taken {
        let (request, _) = request.into_parts();
        let response = refuse(&request, Trouble::Busy).await;
        return Ok(ServiceResponse::new(request, response));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Registers the routes.
pub(super) fn configure(config: &mut ServiceConfig) {
    config.service(
        web::scope("/oparl")
            .wrap(from_fn(let_in))
            .service(reading("/v1", system))
            .service(reading("/v1/body", bodies))
            .service(reading("/v1/body/{id}/{list}", list))
            .service(reading("/v1/file/{id}/access", access))
            .service(reading("/v1/file/{id}/download", download))
            .service(reading("/v1/{kind}/{id}", object))
            .default_service(web::to(elsewhere)),
    );
}

fn reading<F, Args>(path: &str, handler: F) -> Resource
where
    F: Handler<Args> + Clone,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::resource(path)
        .route(web::get().to(handler.clone()))
        .route(web::head().to(handler))
        .default_service(web::to(wrong_method))
}

/// Why there is no answer.
enum Trouble {
    /// The operator does not want it.
    Off,
    /// Nobody said how the outside world reaches this server, and the objects are named by that.
    NoAddress,
    /// There is nothing, or nothing public.
    Missing,
    /// There was a file.
    Gone,
    /// The question cannot be understood: which part of it, and what is expected.
    Unclear(&'static str, &'static str),
    /// Nothing can be changed here.
    Method,
    /// Too many ask at once.
    Busy,
    /// The server cannot answer.
    Failure(Failure),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// The address of the system, without a slash at the end.
fn base(app: &App) -> Result<String, Trouble> {
    if !app.config.oparl.enabled {
        return Err(Trouble::Off);
    }
    let url = app.config.server.public_url.as_ref().ok_or(Trouble::NoAddress)?;
    Ok(format!("{}/oparl/v1", url.as_str().trim_end_matches('/')))
}

async fn system(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let found = async {
        let base = base(&app)?;
        let contents = publication::districts(&app.store, Public::everybody()).await?;
        let operator = Operator {
            license: app.config.oparl.license.as_ref().map(ToString::to_string),
            contact_email: app.config.oparl.contact_email.clone(),
        };
        Ok(Writer { base: &base, omit_internal: false, contents: &contents }.system(&operator))
    };
    match found.await {
        Ok(system) => send(&request, &system, None),
        Err(trouble) => refuse(&request, trouble).await,
    }
}

async fn object(app: Data<App>, request: HttpRequest, named: Path<(String, String)>) -> HttpResponse {
    let found = async {
        let base = base(&app)?;
        let (kind, id) = &*named;
        let kind = oparl::kind_of(kind).filter(|kind| oparl::can_be(*kind, id)).ok_or(Trouble::Missing)?;
        let found = publication::find(&app.store, Public::everybody(), kind, id).await?;
        let (row, contents) = found.ok_or(Trouble::Missing)?;
        let writer = Writer { base: &base, omit_internal: false, contents: &contents };
        let mut objects = writer.objects();
        let object = shown(&writer, &mut objects, &row).ok_or(Trouble::Missing)?;
        Ok((object, row.modified_at))
    };
    match found.await {
        Ok((object, modified)) => send(&request, &object, Some(modified)),
        Err(trouble) => refuse(&request, trouble).await,
    }
}

/// The object of a row, or what is left of it; nothing if the register says that it is public and it is not.
fn shown(writer: &Writer<'_>, objects: &mut oparl::Objects, row: &PublishedObject) -> Option<Value> {
    if row.deleted_at.is_some() {
        let stamp = Stamp { created: row.created_at, modified: row.modified_at };
        return Some(writer.tombstone(row.kind, &row.object, stamp));
    }
    objects.remove(&(row.kind, row.object.clone()))
}

async fn bodies(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let page = page(&app, &request, "body", Some(PublicKind::Body), None);
    match page.await {
        Ok(page) => send(&request, &page, None),
        Err(trouble) => refuse(&request, trouble).await,
    }
}

async fn list(app: Data<App>, request: HttpRequest, named: Path<(String, String)>) -> HttpResponse {
    let found = async {
        base(&app)?;
        let (id, list) = &*named;
        let kind = oparl::kind_of(list).filter(|kind| *kind != PublicKind::Body);
        if kind.is_none() && !EMPTY_LISTS.contains(&list.as_str()) {
            return Err(Trouble::Missing);
        }
        let district = DistrictId::parse(id).ok_or(Trouble::Missing)?;
        let row = publication::row(&app.store, Public::everybody(), PublicKind::Body, id).await?;
        row.ok_or(Trouble::Missing)?;
        page(&app, &request, &format!("body/{id}/{list}"), kind, Some(district)).await
    };
    match found.await {
        Ok(page) => send(&request, &page, None),
        Err(trouble) => refuse(&request, trouble).await,
    }
}

/// What somebody asks of a list, as it came.
#[derive(Deserialize)]
struct Asked {
    created_since: Option<String>,
    created_until: Option<String>,
    modified_since: Option<String>,
    modified_until: Option<String>,
    omit_internal: Option<String>,
    limit: Option<String>,
    after: Option<String>,
}

impl Asked {
    fn of(request: &HttpRequest) -> Result<Self, Trouble> {
        let asked = Query::<Self>::from_query(request.query_string());
        Ok(asked
            .map_err(|_| Trouble::Unclear("", "each parameter once, in UTF-8, with reserved characters encoded"))?
            .0)
    }

    fn wanted(&self) -> Result<Wanted, Trouble> {
        Ok(Wanted {
            created_since: instant("created_since", self.created_since.as_deref())?,
            created_until: instant("created_until", self.created_until.as_deref())?,
            modified_since: instant("modified_since", self.modified_since.as_deref())?,
            modified_until: instant("modified_until", self.modified_until.as_deref())?,
            after: match &self.after {
                None => None,
                Some(text) => {
                    let after = PublishedObjectId::parse(text);
                    Some(after.ok_or(Trouble::Unclear("after", "as it stands in the link to the next page"))?)
                }
            },
            limit: match &self.limit {
                None => PAGE_USUAL,
                Some(text) => {
                    let limit = text.parse::<u64>().ok().filter(|limit| *limit > 0);
                    limit.ok_or(Trouble::Unclear("limit", "a whole number from 1 to 100"))?.min(PAGE_MAXIMUM)
                }
            },
        })
    }

    fn omit_internal(&self) -> Result<bool, Trouble> {
        match self.omit_internal.as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Trouble::Unclear("omit_internal", "true or false")),
        }
    }
}

/// An instant, cut to seconds, as the register keeps them: who names the last second that it saw is told everything of it.
fn instant(name: &'static str, text: Option<&str>) -> Result<Option<DateTime<Utc>>, Trouble> {
    let Some(text) = text else { return Ok(None) };
    let instant = DateTime::parse_from_rfc3339(text);
    let instant = instant.map_err(|_| Trouble::Unclear(name, "a date-time such as 2024-01-01T00:00:00%2B01:00"))?;
    // An offset can lead into a year that is not written with four digits; nothing happened there.
    let second = instant.timestamp().clamp(FIRST_SECOND, LAST_SECOND);
    Ok(DateTime::from_timestamp(second, 0))
}

/// A page of a list: of objects of a kind, or empty.
async fn page(
    app: &App,
    request: &HttpRequest,
    path: &str,
    kind: Option<PublicKind>,
    district: Option<DistrictId>,
) -> Result<Value, Trouble> {
    let base = base(app)?;
    let asked = Asked::of(request)?;
    let (wanted, omit_internal) = (asked.wanted()?, asked.omit_internal()?);
    let url = |after: Option<PublishedObjectId>| link(&base, path, &wanted, omit_internal, after);
    let mut links = json!({ "first": url(None)?, "self": url(wanted.after)? });
    let mut data = Vec::new();
    if let Some(kind) = kind {
        let (page, contents) = publication::page(&app.store, Public::everybody(), kind, district, &wanted).await?;
        let writer = Writer { base: &base, omit_internal, contents: &contents };
        let mut objects = writer.objects();
        data.extend(page.rows.iter().filter_map(|row| shown(&writer, &mut objects, row)));
        if let (true, Some(last), Some(links)) = (page.more, page.rows.last(), links.as_object_mut()) {
            links.insert("next".to_owned(), url(Some(last.id))?.into());
        }
    }
    Ok(json!({ "data": data, "pagination": { "elementsPerPage": wanted.limit }, "links": links }))
}

/// The one address of a page: what was asked for, always in the same order.
fn link(
    base: &str,
    path: &str,
    wanted: &Wanted,
    omit_internal: bool,
    after: Option<PublishedObjectId>,
) -> Result<String, Failure> {
    let mut url = Url::parse(&format!("{base}/{path}")).map_err(|error| Failure::internal(error.to_string()))?;
    let instants = [
        ("created_since", wanted.created_since),
        ("created_until", wanted.created_until),
        ("modified_since", wanted.modified_since),
        ("modified_until", wanted.modified_until),
    ];
    let mut asked: Vec<(&str, String)> =
        instants.into_iter().filter_map(|(name, at)| Some((name, oparl::instant(at?)))).collect();
    if omit_internal {
        asked.push(("omit_internal", "true".to_owned()));
    }
    if wanted.limit != PAGE_USUAL {
        asked.push(("limit", wanted.limit.to_string()));
    }
    asked.extend(after.map(|after| ("after", after.to_string())));
    if !asked.is_empty() {
        url.query_pairs_mut().extend_pairs(asked);
    }
    Ok(url.into())
}

/// How a file is handed out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Handing {
    /// To be looked at: the specification forbids to call it an attachment.
    Access,
    /// To be kept.
    Download,
}

async fn access(app: Data<App>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    file(&app, &request, &id, Handing::Access).await
}

async fn download(app: Data<App>, request: HttpRequest, id: Path<String>) -> HttpResponse {
    file(&app, &request, &id, Handing::Download).await
}

async fn file(app: &App, request: &HttpRequest, id: &str, handing: Handing) -> HttpResponse {
    let found = async {
        base(app)?;
        if let Some(id) = PaperId::parse(id)
            && let Some(file) = published::file(&app.store, Public::everybody(), id).await?
        {
            return Ok(paper_file(app, request, file, handing));
        }
        if let Some(id) = MeetingId::parse(id)
            && let Some((meeting, text)) = published::minutes(&app.store, Public::everybody(), id).await?
        {
            return Ok(minutes_file(request, &meeting, text, handing));
        }
        if !oparl::can_be(PublicKind::File, id) {
            return Err(Trouble::Missing);
        }
        let known = publication::row(&app.store, Public::everybody(), PublicKind::File, id).await?;
        Err(known.map_or(Trouble::Missing, |_| Trouble::Gone))
    };
    match found.await {
        Ok(response) => response,
        Err(trouble) => refuse(request, trouble).await,
    }
}

/// The head of a file's answer; `None` if the reader has it already.
fn file_head(
    request: &HttpRequest,
    tag: &str,
    media_type: &str,
    name: (&str, DocumentType),
    handing: Handing,
) -> Result<HttpResponseBuilder, Box<HttpResponse>> {
    let tag = format!("\"{tag}\"");
    let is_known = has_tag(request, &tag);
    let mut response = HttpResponse::build(if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    open_to_all(&mut response).insert_header((header::CACHE_CONTROL, CACHING)).insert_header((header::ETAG, tag));
    if is_known {
        return Err(Box::new(response.finish()));
    }
    response
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"))
        .insert_header((header::ACCEPT_RANGES, "none"))
        .insert_header(ContentEncoding::Identity);
    if handing == Handing::Download {
        response.insert_header((header::CONTENT_DISPOSITION, disposition(name.0, name.1)));
    }
    Ok(response)
}

fn paper_file(app: &App, request: &HttpRequest, file: PaperFile, handing: Handing) -> HttpResponse {
    let name = (file.name.as_str(), file.document_type);
    let mut response = match file_head(request, &file.sha256, media_type(file.document_type), name, handing) {
        Ok(response) => response,
        Err(response) => return *response,
    };
    let length = u64::try_from(file.size_bytes).unwrap_or(0);
    let content = pieces(app.store.clone(), file).map_err(|failure| io::Error::other(failure.code.as_str()));
    response.body(SizedStream::new(length, content))
}

/// The pieces of a file, each if it is public at this moment.
fn pieces(store: Store, file: PaperFile) -> impl futures_util::Stream<Item = Result<Bytes, Failure>> {
    async_stream::try_stream! {
        let mut part = 0_i32;
        while let Some(piece) = published::part(&store, Public::everybody(), &file, part).await? {
            yield piece;
            part = part.saturating_add(1);
        }
    }
}

fn minutes_file(request: &HttpRequest, meeting: &str, text: String, handing: Handing) -> HttpResponse {
    let name = format!("{}.md", minutes_name(meeting));
    let tag = hex::encode(text_hash("kim public minutes", &[&text]));
    match file_head(request, &tag, MINUTES_TYPE, (&name, DocumentType::Text), handing) {
        Ok(mut response) => response.body(text),
        Err(response) => *response,
    }
}

/// Any web page may read what everybody may read.
fn open_to_all(response: &mut HttpResponseBuilder) -> &mut HttpResponseBuilder {
    response
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"))
}

fn send(request: &HttpRequest, value: &Value, modified: Option<DateTime<Utc>>) -> HttpResponse {
    let text = value.to_string();
    let tag = format!("\"{}\"", hex::encode(text_hash("kim oparl", &[&text]).get(..16).unwrap_or_default()));
    let is_known = has_tag(request, &tag);
    let mut response = HttpResponse::build(if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    open_to_all(&mut response).insert_header((header::CACHE_CONTROL, CACHING)).insert_header((header::ETAG, tag));
    if let Some(modified) = modified {
        let modified = modified.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        response.insert_header((header::LAST_MODIFIED, modified));
    }
    if is_known {
        return response.finish();
    }
    response.content_type("application/json; charset=utf-8").body(text)
}

async fn elsewhere(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let trouble = base(&app).err().unwrap_or(Trouble::Missing);
    refuse(&request, trouble).await
}

async fn wrong_method(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let trouble = base(&app).err().unwrap_or(Trouble::Method);
    refuse(&request, trouble).await
}

async fn refuse(request: &HttpRequest, trouble: Trouble) -> HttpResponse {
    let (status, message, debug) = match trouble {
        Trouble::Off => return not_found(request.clone()).await,
        Trouble::NoAddress => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Diese Schnittstelle ist noch nicht eingerichtet.".to_owned(),
            "server.public_url is not set".to_owned(),
        ),
        Trouble::Missing => (
            StatusCode::NOT_FOUND,
            "Das gibt es hier nicht, oder es ist nicht veröffentlicht.".to_owned(),
            "not found".to_owned(),
        ),
        Trouble::Gone => {
            (StatusCode::GONE, "Diese Datei ist nicht mehr veröffentlicht.".to_owned(), "deleted".to_owned())
        }
        Trouble::Unclear(name, expected) => (
            StatusCode::BAD_REQUEST,
            match name {
                "" => "Die Anfrage ist nicht zu verstehen.".to_owned(),
                _ => format!("Der Parameter {name} ist nicht zu verstehen."),
            },
            format!("expected {expected}"),
        ),
        Trouble::Method => (
            StatusCode::METHOD_NOT_ALLOWED,
            "Hier kann nur gelesen werden.".to_owned(),
            "allowed: GET, HEAD".to_owned(),
        ),
        Trouble::Busy => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Zurzeit lesen hier zu viele. Bitte gleich noch einmal versuchen.".to_owned(),
            "too many requests at once".to_owned(),
        ),
        Trouble::Failure(failure) => {
            let entry = failure.code.entry();
            tracing::error!(code = failure.code.as_str(), cause = failure.cause.as_deref(), "OParl cannot answer");
            let comes_back = entry.kind == ErrorKind::Server && entry.retryable;
            let status = if comes_back { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR };
            let message = "Der Server kann zurzeit nicht antworten.".to_owned();
            (status, message, failure.code.as_str().to_owned())
        }
    };
    let mut response = HttpResponse::build(status);
    open_to_all(&mut response).insert_header((header::CACHE_CONTROL, "no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header((header::RETRY_AFTER, "2"));
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.insert_header((header::ALLOW, HeaderValue::from_static("GET, HEAD")));
    }
    response.content_type("application/json; charset=utf-8").body(oparl::error(&message, &debug).to_string())
}
