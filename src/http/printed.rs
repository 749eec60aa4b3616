//! Documents that are made to be printed: which form is wanted, and the answer that carries it.
//!
//! The form is the ending of the address, `.html` or `.pdf`: an address says what it gives, in a log as in a browser.

use std::sync::Arc;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use entity::codes::DocumentType;
use entity::ids::Identifier;
use tokio::sync::Semaphore;

use super::files::disposition;
use super::graphql::refuse;
use crate::error::{ErrorCode, Failure};
use crate::print::Fault;

/// Documents that wait for the printer or are being made at once; the printer makes one after the other.
const PRINTS_AT_ONCE: usize = 4;

/// The room for documents that are being made. One for a server, not for each of its workers.
pub(super) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(PRINTS_AT_ONCE)))
    }
}

/// In which form a document is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A page that needs nothing beside itself.
    Html,
    /// A PDF.
    Pdf,
}

impl Form {
    /// The id and the form in the last step of a path.
    ///
    /// # Errors
    /// `NOT_FOUND` for anything but an id of this kind with one of the two endings.
    pub(super) fn of<I: Identifier>(step: &str) -> Result<(I, Self), Failure> {
        let missing = || Failure::new(ErrorCode::NotFound);
        let (id, ending) = step.rsplit_once('.').ok_or_else(missing)?;
        let form = match ending {
            "html" => Self::Html,
            "pdf" => Self::Pdf,
            _ => return Err(missing()),
        };
        Ok((I::parse(id).ok_or_else(missing)?, form))
    }
}

/// Makes a document away from the workers and answers with it; `name` is what a PDF is saved as.
///
/// # Errors
/// `BUSY`, `PRINT_TOO_LONG`, and the troubles of the printer.
pub(super) async fn respond<D: Send + 'static>(
    room: &Room,
    document: D,
    form: Form,
    name: &str,
    html: fn(&D) -> String,
    pdf: fn(&D) -> Result<Vec<u8>, Fault>,
) -> Result<HttpResponse, Failure> {
    let taken = Arc::clone(&room.0).try_acquire_owned().map_err(|_| Failure::new(ErrorCode::Busy))?;
    let made = tokio::task::spawn_blocking(move || {
        // Also when nobody waits for the answer any more, the place is taken until the document is made.
        let _taken = taken;
        match form {
            Form::Html => Ok(html(&document).into_bytes()),
            Form::Pdf => pdf(&document),
        }
    });
    let bytes = made.await.map_err(|error| Failure::internal(error.to_string()))?.map_err(failure)?;
    let mut response = HttpResponse::Ok();
    response
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"));
    match form {
        // Whatever people wrote, the page loads nothing and runs nothing; its style is its own.
        Form::Html => response.content_type("text/html; charset=utf-8").insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        )),
        Form::Pdf => response
            .content_type("application/pdf")
            .insert_header((header::CONTENT_DISPOSITION, disposition(name, DocumentType::Pdf)))
            .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox")),
    };
    Ok(response.body(bytes))
}

/// Printed documents are only fetched.
pub(super) async fn wrong_method(request: HttpRequest) -> HttpResponse {
    let mut response = refuse(&request, Failure::new(ErrorCode::MethodNotAllowed));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
    response
}

/// What is told of a document that could not be made.
pub(super) fn failure(fault: Fault) -> Failure {
    match fault {
        Fault::TooLong { limit, .. } => Failure::new(ErrorCode::PrintTooLong).with("limit", limit),
        fault @ (Fault::Refused(_) | Fault::BrokeDown) => Failure::internal(fault.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use entity::ids::{ConceptId, Identifier as _};

    use super::Form;

    #[test]
    fn an_address_names_one_record_in_one_form() {
        let id = ConceptId::new();
        assert_eq!(Form::of::<ConceptId>(&format!("{id}.html")).unwrap(), (id, Form::Html));
        assert_eq!(Form::of::<ConceptId>(&format!("{id}.pdf")).unwrap(), (id, Form::Pdf));
        for step in
            [id.to_string(), format!("{id}.PDF"), format!("{id}.pdf.pdf"), ".pdf".to_owned(), "x.html".to_owned()]
        {
            assert!(Form::of::<ConceptId>(&step).is_err(), "{step}");
        }
    }
}
