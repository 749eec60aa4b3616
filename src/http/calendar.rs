//! Calendar feeds at `/calendar/<token>.ics`: the open deadlines of one person's cases, and the tasks that are for this
//! person to do, for a calendar program.
//!
//! The token in the path is a secret. The request log and the metrics hold the pattern of the route, never the path; nothing
//! here may log it either. An address that is unknown, revoked, or whose owner may no longer keep a calendar is answered like
//! any path that does not exist.

use actix_web::http::header;
use actix_web::web::{self, Data, Path, Query, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use entity::codes::DeadlinePrecision;
use serde::Deserialize;

use super::{has_tag, not_found};
use crate::access::{Permit, verb};
use crate::app::App;
use crate::authn::calendar_token::CalendarToken;
use crate::clock::legal_day;
use crate::domain::casework::calendar::{Entry, write};
use crate::domain::casework::deadline::reminders;
use crate::error::{ErrorKind, Failure};
use crate::log::text_hash;
use crate::store::casework::calendar_feed;
use crate::store::casework::case::Case;
use crate::store::casework::deadline::{self, Deadline};
use crate::store::casework::deadline_rule::DeadlineRule;
use crate::store::casework::task::{self, Task};

/// The most deadlines and the most tasks of a feed: far more than anybody can have in mind.
const ENTRIES_MAXIMUM: u64 = 2_000;

/// The languages of labels.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Lang {
    #[default]
    De,
    En,
}

#[derive(Debug, Default, Deserialize)]
struct Wishes {
    #[serde(default)]
    lang: Lang,
}

/// Registers the route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(web::resource("/calendar/{token}.ics").route(web::get().to(show)).route(web::head().to(show)));
}

async fn show(request: HttpRequest, token: Path<String>, app: Data<App>) -> HttpResponse {
    let Some(token) = CalendarToken::parse(&token) else { return not_found(request).await };
    let lang = Query::<Wishes>::from_query(request.query_string()).unwrap_or(Query(Wishes::default())).lang;
    match text(&app, &token, lang).await {
        Ok(Some(text)) => answer(&request, text),
        Ok(None) => not_found(request).await,
        Err(failure) => trouble(&failure),
    }
}

async fn text(app: &App, token: &CalendarToken, lang: Lang) -> Result<Option<String>, Failure> {
    let today = legal_day(app.clock.now());
    let Some(actor) = calendar_feed::owner(&app.store, &token.digest(), today).await? else { return Ok(None) };
    let Ok(permit): Result<Permit<verb::KeepCalendar>, _> = actor.permit() else { return Ok(None) };
    let deadlines = deadline::for_calendar(&app.store, &permit, ENTRIES_MAXIMUM).await?;
    let tasks = task::for_calendar(&app.store, &permit, ENTRIES_MAXIMUM).await?;
    let mut entries: Vec<Entry> = deadlines
        .into_iter()
        .filter_map(|(deadline, case, rule)| Some(of_deadline(deadline, &case?, rule, lang)))
        .chain(tasks.into_iter().filter_map(|(task, case)| Some(of_task(task, &case?, lang))))
        .collect();
    entries.sort_by(|a, b| (a.on, &a.id).cmp(&(b.on, &b.id)));
    let name = match lang {
        Lang::De => "KIM-Fristen und Aufgaben",
        Lang::En => "KIM deadlines and tasks",
    };
    Ok(Some(write(name, &entries)))
}

fn summary(case: &Case, label: &str) -> String {
    format!("{}-{:04}: {label}", case.year, case.number)
}

fn of_deadline(deadline: Deadline, case: &Case, rule: Option<DeadlineRule>, lang: Lang) -> Entry {
    let label = match (&rule, lang) {
        (Some(rule), Lang::De) => rule.label_de.as_str(),
        (Some(rule), Lang::En) => rule.label_en.as_str(),
        (None, Lang::De) => "Frist",
        (None, Lang::En) => "Deadline",
    };
    let month = match (deadline.precision, lang) {
        (DeadlinePrecision::Day, _) => "",
        (DeadlinePrecision::Month, Lang::De) => " (in diesem Monat)",
        (DeadlinePrecision::Month, Lang::En) => " (in this month)",
    };
    Entry {
        id: deadline.id.to_string(),
        on: deadline.due_on,
        summary: summary(case, &format!("{label}{month}")),
        description: rule.map(|rule| rule.source).unwrap_or_default(),
        remind_days_before: reminders(&deadline.remind_days_before),
        revision: deadline.version.saturating_sub(1),
        changed_at: deadline.changed_at,
    }
}

fn of_task(task: Task, case: &Case, lang: Lang) -> Entry {
    let label = match lang {
        Lang::De => "Aufgabe",
        Lang::En => "Task",
    };
    Entry {
        id: task.id.to_string(),
        on: task.due_on,
        summary: summary(case, label),
        description: String::new(),
        remind_days_before: vec![0],
        revision: task.version.saturating_sub(1),
        changed_at: task.created_at,
    }
}

fn answer(request: &HttpRequest, text: String) -> HttpResponse {
    let tag = format!("\"{}\"", hex::encode(text_hash("kim calendar", &[&text]).get(..16).unwrap_or_default()));
    let is_known = has_tag(request, &tag);
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .insert_header((header::ETAG, tag))
        .insert_header(("X-Robots-Tag", "noindex"));
    if is_known {
        return response.finish();
    }
    response
        .insert_header((header::CONTENT_DISPOSITION, "inline; filename=\"kim.ics\""))
        .content_type("text/calendar; charset=utf-8")
        .body(text)
}

fn trouble(failure: &Failure) -> HttpResponse {
    let entry = failure.code.entry();
    tracing::error!(code = failure.code.as_str(), cause = failure.cause.as_deref(), "a calendar feed failed");
    let mut response = if entry.kind == ErrorKind::Server && entry.retryable {
        HttpResponse::ServiceUnavailable()
    } else {
        HttpResponse::InternalServerError()
    };
    if entry.retryable {
        response.insert_header((header::RETRY_AFTER, "60"));
    }
    response.content_type("text/plain; charset=utf-8").body(format!("{}\n", failure.message()))
}
