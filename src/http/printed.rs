//! Documents that are made when they are asked for: as a page or as a PDF, by the ending of their address.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web;
use serde::Deserialize;

use crate::error::{ErrorCode, Failure};
use crate::print::Fault;

/// How a document is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Form {
    Html,
    Pdf,
}

/// A document that can be printed.
pub(super) trait Printable: Send + 'static {
    /// As a page that needs nothing beside itself.
    fn html(&self) -> String;
    /// As a PDF.
    fn pdf(&self) -> Result<Vec<u8>, Fault>;
}

impl Printable for crate::print::MeetingPack {
    fn html(&self) -> String {
        self.html()
    }

    fn pdf(&self) -> Result<Vec<u8>, Fault> {
        self.pdf()
    }
}

/// Makes the document away from the workers, and answers with it.
pub(super) async fn respond(document: impl Printable, form: Form, name: &str) -> Result<HttpResponse, Failure> {
    let made = web::block(move || match form {
        Form::Html => Ok(document.html().into_bytes()),
        Form::Pdf => document.pdf(),
    });
    let made = made.await.map_err(|error| Failure::internal(error.to_string()))?;
    let content = made.map_err(|fault| match fault {
        Fault::TooLong { limit, .. } => Failure::new(ErrorCode::PayloadTooLarge).with("limit", limit),
        Fault::Refused(reason) => Failure::internal(reason),
        Fault::BrokeDown => Failure::internal("the printer broke down"),
    })?;
    let (media_type, ending) = match form {
        Form::Html => ("text/html; charset=utf-8", "html"),
        Form::Pdf => ("application/pdf", "pdf"),
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}.{ending}\"")))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
        ))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(content))
}
