//! Files to be imported: they come in whole by `POST /import/cases`, and the template goes out.
//!
//! A file is kept in memory only, never on the disk: it is full of names. So that memory stays bounded, few files are
//! taken at a time. If the connection breaks off, the import stops at the end of a batch; sending the file again goes on
//! with the rest.

use actix_web::http::header;
use actix_web::web::{Data, Payload, Query, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use entity::codes::{ImportOutcome, ImportStatus};
use entity::ids::{CaseId, ImportRunId};
use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;

use super::graphql::{Edge, authenticate, bad, read_body, refuse};
use crate::commands::casework::import::{ImportOptions, ImportReport};
use crate::error::{ErrorCode, Failure, UserError};
use crate::import::{LIMITS, Vocabulary, template};

/// Files that are taken at once by one server.
const FILES_AT_ONCE: usize = 4;
/// A file is larger than a query and may take so many times as long to arrive.
const BODY_TIMEOUT_FACTOR: u64 = 12;
/// The media type of Excel workbooks.
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The room for files that are being imported. One for a server, not for each of its workers.
pub(super) struct Room(Semaphore);

impl Default for Room {
    fn default() -> Self {
        Self(Semaphore::new(FILES_AT_ONCE))
    }
}

pub(super) fn configure(config: &mut ServiceConfig) {
    config
        .route("/import/cases", post().to(cases))
        .route("/import/cases-template.csv", get().to(template_csv))
        .route("/import/cases-template.xlsx", get().to(template_xlsx));
}

/// The query part of the address.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Parameters {
    source: Option<String>,
    #[serde(default)]
    dry_run: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    run: Option<RunAnswer>,
    rows: Vec<RowAnswer>,
    errors: Vec<ErrorAnswer>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunAnswer {
    id: String,
    status: ImportStatus,
    row_count: i32,
    created_count: i32,
    known_count: i32,
    refused_count: i32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RowAnswer {
    line: u32,
    external_id: Option<String>,
    outcome: ImportOutcome,
    case_id: Option<String>,
    errors: Vec<ErrorAnswer>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorAnswer {
    code: &'static str,
    path: Vec<String>,
    message: String,
    message_en: String,
}

fn told(errors: &[UserError]) -> Vec<ErrorAnswer> {
    let answer = |error: &UserError| ErrorAnswer {
        code: error.code.as_str(),
        path: error.path.clone(),
        message: error.german(),
        message_en: error.english(),
    };
    errors.iter().map(answer).collect()
}

impl From<ImportReport> for Answer {
    fn from(report: ImportReport) -> Self {
        let id: ImportRunId = report.run.id;
        let rows = report.rows.into_iter().map(|row| RowAnswer {
            line: row.line,
            external_id: row.external_id,
            outcome: row.outcome,
            case_id: row.case_id.map(|id: CaseId| id.to_string()),
            errors: told(&row.errors),
        });
        Self {
            run: Some(RunAnswer {
                id: id.to_string(),
                status: report.run.status,
                row_count: report.run.row_count,
                created_count: report.run.created_count,
                known_count: report.run.known_count,
                refused_count: report.run.refused_count,
            }),
            rows: rows.collect(),
            errors: Vec::new(),
        }
    }
}

async fn cases(edge: Data<Edge>, room: Data<Room>, request: HttpRequest, mut payload: Payload) -> HttpResponse {
    let answer = async {
        if !is_spreadsheet(&request) {
            return Err(Failure::new(ErrorCode::ImportMediaType));
        }
        let parameters = Query::<Parameters>::from_query(request.query_string())
            .map_err(|_| bad("the parameters are `source` and `dryRun` (true or false)"))?
            .into_inner();
        let caller = authenticate(&edge, &request).await?;
        let actor = caller.actor().ok_or_else(|| Failure::new(ErrorCode::Unauthenticated))?;
        if !actor.may(crate::access::Action::ImportCases) {
            return Err(Failure::new(ErrorCode::Forbidden));
        }
        let _taken = room.0.try_acquire().map_err(|_| Failure::new(ErrorCode::Busy))?;
        let timeout_ms = edge.engine.http_limits().body_timeout_ms.saturating_mul(BODY_TIMEOUT_FACTOR);
        let body = read_body(&request, &mut payload, LIMITS.file_bytes, timeout_ms).await?;
        let services = edge.engine.services();
        let file = match services.commands.read_import(actor, body.into()).await? {
            Ok(file) => file,
            Err(errors) => return Ok(Err(errors)),
        };
        let options = ImportOptions { source: parameters.source, dry_run: parameters.dry_run };
        services.commands.import_cases(actor, &file, &options, &|_| {}).await
    };
    match answer.await {
        Ok(Ok(report)) => HttpResponse::Ok().json(Answer::from(report)),
        Ok(Err(errors)) => {
            HttpResponse::UnprocessableEntity().json(Answer { run: None, rows: Vec::new(), errors: told(&errors) })
        }
        Err(failure) => refuse(&request, failure),
    }
}

/// Whether the body says that it is a spreadsheet; which kind shows by its content.
fn is_spreadsheet(request: &HttpRequest) -> bool {
    let told = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = told.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    [XLSX, "text/csv"].contains(&media_type.as_str())
}

fn file(content_type: &str, name: &str, content: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(content)
}

async fn template_csv() -> HttpResponse {
    file("text/csv; charset=utf-8", "kim-faelle.csv", template::csv(&Vocabulary::default()).into_bytes())
}

async fn template_xlsx(request: HttpRequest) -> HttpResponse {
    match template::workbook(&Vocabulary::default()) {
        Ok(workbook) => file(XLSX, "kim-faelle.xlsx", workbook),
        Err(error) => refuse(&request, Failure::internal(error.to_string())),
    }
}
