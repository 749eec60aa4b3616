//! Contents of documents, by signed links: `PUT` takes one in, `GET` gives one out, both as streams. What is allowed is
//! decided in `commands/casework/document/content.rs`.
//!
//! A content that is broken off is shorter than its `Content-Length` says, so that nobody takes it for a whole one, not
//! even a proxy that speaks HTTP/1.0 and knows no chunks.

use std::io;

use actix_web::body::SizedStream;
use actix_web::http::header::{self, ContentEncoding, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::web::{self, Data, Path, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use entity::codes::DocumentType;
use futures_util::TryStreamExt;
use serde_json::json;

use super::graphql::{edge_error, encode, request_id};
use crate::app::App;
use crate::commands::casework::document::content::Documents;
use crate::commands::pipeline::Stop;
use crate::error::{ErrorCode, ErrorKind, Failure};
use crate::files::inspection::media_type;

/// The longest name that is sent, in characters.
const NAME_MAXIMUM: usize = 200;

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(
        web::resource("/files/{token}")
            .route(web::put().to(upload))
            .route(web::get().to(download))
            .default_service(web::to(wrong_method)),
    );
}

fn documents(app: &App) -> &Documents {
    &app.engine.services().documents
}

async fn upload(app: Data<App>, request: HttpRequest, token: Path<String>, payload: Payload) -> HttpResponse {
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    match documents(&app).receive(&token, announced, payload).await {
        Ok(document) => HttpResponse::Created().insert_header((header::CACHE_CONTROL, "no-store")).json(json!({
            "document": {
                "id": document.id.to_string(),
                "status": document.status.as_str(),
                "sizeBytes": document.size_bytes,
                "version": document.version,
            }
        })),
        Err(stop) => {
            let mut response = refuse(&request, &failure_of(stop));
            // The rest of the body may be under way still; nobody is going to read it.
            response.head_mut().set_connection_type(ConnectionType::Close);
            response
        }
    }
}

async fn download(app: Data<App>, request: HttpRequest, token: Path<String>) -> HttpResponse {
    let download = match documents(&app).send(&token, request_id(&request)).await {
        Ok(download) => download,
        Err(failure) => return refuse(&request, &failure),
    };
    let document = &download.document;
    let length = u64::try_from(document.size_bytes).unwrap_or(0);
    let content = download.content.map_err(|failure| io::Error::other(failure.code.as_str()));
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type(document.document_type)))
        .insert_header((header::CONTENT_DISPOSITION, disposition(&download.name, document.document_type)))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::ACCEPT_RANGES, "none"))
        // Photographs and archives do not get smaller, and a compressed answer has no length.
        .insert_header(ContentEncoding::Identity)
        .body(SizedStream::new(length, content))
}

async fn wrong_method(request: HttpRequest) -> HttpResponse {
    let mut response = refuse(&request, &Failure::new(ErrorCode::MethodNotAllowed));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, PUT"));
    response
}

/// The rule that a content breaks, as an error of its own: an upload has no payload to put it in.
pub(super) fn failure_of(stop: Stop) -> Failure {
    match stop {
        Stop::Failure(failure) => failure,
        Stop::Rules(errors) => errors.into_iter().next().map_or_else(
            || Failure::internal("refused without a rule"),
            |error| Failure { code: error.code, arguments: error.arguments, cause: None },
        ),
    }
}

fn refuse(request: &HttpRequest, failure: &Failure) -> HttpResponse {
    let entry = failure.code.entry();
    if entry.kind == ErrorKind::Server {
        tracing::error!(code = failure.code.as_str(), cause = failure.cause.as_deref(), "a transfer failed");
    }
    let status = StatusCode::from_u16(entry.http_status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = HttpResponseBuilder::new(status);
    response
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.insert_header((header::RETRY_AFTER, "5"));
    }
    response.body(encode(&edge_error(failure, &request_id(request))))
}

/// `Content-Disposition` by RFC 6266: a plain name for old clients, and the real one by RFC 5987.
pub(super) fn disposition(name: &str, document_type: DocumentType) -> String {
    let name = file_name(name, document_type);
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"document.{}\"; filename*=UTF-8''{encoded}", extensions(document_type).0)
}

/// A name that is safe as a file's: no folders, no characters that hide others, and the ending of its type, so that
/// nothing is opened as what it is not.
fn file_name(name: &str, document_type: DocumentType) -> String {
    let hides = |character: char| matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
    let separates = |character: char| matches!(character, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let safe: String = name
        .chars()
        .filter(|character| !character.is_control() && !hides(*character))
        .map(|character| if separates(character) { '_' } else { character })
        .take(NAME_MAXIMUM)
        .collect();
    let safe = safe.trim().trim_start_matches('.').trim_end_matches('.');
    let (usual, others) = extensions(document_type);
    let ending = safe.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let fits = ending.is_some_and(|ending| ending == usual || others.contains(&ending.as_str()));
    match safe {
        "" => format!("document.{usual}"),
        _ if fits => safe.to_owned(),
        _ => format!("{safe}.{usual}"),
    }
}

/// The usual ending of a type's files, and others that are fine.
const fn extensions(document_type: DocumentType) -> (&'static str, &'static [&'static str]) {
    match document_type {
        DocumentType::Pdf => ("pdf", &[]),
        DocumentType::Jpeg => ("jpg", &["jpeg"]),
        DocumentType::Png => ("png", &[]),
        DocumentType::Heic => ("heic", &["heif"]),
        DocumentType::Tiff => ("tiff", &["tif"]),
        DocumentType::Text => ("txt", &["text", "csv", "md"]),
        DocumentType::Docx => ("docx", &[]),
        DocumentType::Odt => ("odt", &[]),
        DocumentType::Xlsx => ("xlsx", &[]),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_keeps_its_characters_and_gets_the_ending_of_its_type() {
        for (name, document_type, expected) in [
            ("Mietvertrag.pdf", DocumentType::Pdf, "Mietvertrag.pdf"),
            ("Foto.JPEG", DocumentType::Jpeg, "Foto.JPEG"),
            ("Bescheid vom 3.5.", DocumentType::Pdf, "Bescheid vom 3.5.pdf"),
            ("Rechnung.pdf.exe", DocumentType::Pdf, "Rechnung.pdf.exe.pdf"),
            ("Rechnung\u{202E}fdp.exe", DocumentType::Pdf, "Rechnungfdp.exe.pdf"),
            ("../../etc/passwd", DocumentType::Text, "_.._etc_passwd.txt"),
            ("…", DocumentType::Png, "….png"),
            ("", DocumentType::Odt, "document.odt"),
            (" . ", DocumentType::Odt, "document.odt"),
        ] {
            assert_eq!(file_name(name, document_type), expected, "{name}");
        }
        assert_eq!(
            disposition("Größe 1.pdf", DocumentType::Pdf),
            "attachment; filename=\"document.pdf\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%201.pdf"
        );
    }

    proptest! {
        #[test]
        fn no_name_breaks_the_header(name in "\\PC{0,300}|[\\x00-\\x7f]{0,40}") {
            for document_type in DocumentType::ALL {
                let header = disposition(&name, *document_type);
                prop_assert!(HeaderValue::from_str(&header).is_ok());
                prop_assert_eq!(header.matches('"').count(), 2);
                let (_, real) = header.split_once("UTF-8''").unwrap();
                let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~%".contains(&byte);
                prop_assert!(real.bytes().all(is_safe));
                let ending = real.rsplit('.').next().unwrap().to_ascii_lowercase();
                let (usual, others) = extensions(*document_type);
                prop_assert!(ending == usual || others.contains(&ending.as_str()), "{}", header);
            }
        }
    }
}
