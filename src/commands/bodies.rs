//! Commands about bodies, their meetings, and what they decide, and about the concept. All texts are about structures and name no client.

pub mod action_item;
pub mod agenda_item;
pub mod body;
pub mod concept;
pub mod concept_comment;
pub mod concept_milestone;
pub mod concept_participant;
pub mod concept_section;
pub mod decision;
pub mod meeting;
pub mod membership;
pub mod paper;
pub mod question;

use entity::codes::NoticeKind;
use entity::ids::{AgendaItemId, OrganisationId};

use crate::access::on;
use crate::commands::pipeline::{Stop, Work};
use crate::domain::input::Checks;
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::bodies as records;
use crate::store::bodies::agenda_item::AgendaItem;
use crate::store::bodies::meeting::Meeting;
use crate::store::casework::notice::{self, Recipient};
use crate::store::district::organisation;

/// The longest title of an item, in characters.
const TITLE_MAXIMUM: usize = 300;
/// The longest description, answer or decision, in characters.
const TEXT_MAXIMUM: usize = 4_000;
/// The longest address, in characters.
const URL_MAXIMUM: usize = 2_000;

/// An address elsewhere: `https`, with a host, without credentials.
fn check_url(checks: &mut Checks, path: &str, url: &str) {
    checks.line(path, url, URL_MAXIMUM);
    let suits = reqwest::Url::parse(url).is_ok_and(|url| {
        url.scheme() == "https" && url.has_host() && url.username().is_empty() && url.password().is_none()
    });
    checks.require(suits, || UserError::at(path, ErrorCode::UrlUnsuitable));
}

/// The meeting of an item and the item, both locked, the meeting first.
async fn lock_item<V: on::Meeting>(
    work: &Work<'_, V>,
    id: AgendaItemId,
) -> Result<Option<(Meeting, AgendaItem)>, Failure> {
    let connection = work.transaction.connection();
    let Some(of) = records::agenda_item::meeting_of(connection, work.permit, id).await? else { return Ok(None) };
    let Some(meeting) = records::meeting::lock(connection, work.permit, of).await? else { return Ok(None) };
    Ok(records::agenda_item::lock(connection, work.permit, id).await?.map(|item| (meeting, item)))
}

/// An organisation that has to be there.
async fn expect_organisation<V: on::Meeting>(work: &Work<'_, V>, path: &str, id: OrganisationId) -> Result<(), Stop> {
    let found = organisation::find(work.transaction.connection(), work.permit, id).await?;
    found.map(drop).ok_or_else(|| UserError::at(path, ErrorCode::NotFound).into())
}

/// Tells the institutions that belong to the body on the day of a meeting.
async fn tell_members<V: on::Meeting>(work: &Work<'_, V>, meeting: &Meeting) -> Result<usize, Failure> {
    let connection = work.transaction.connection();
    let day = crate::clock::legal_day(meeting.starts_at);
    let members = records::membership::on_day(connection, work.permit, meeting.body_id, day).await?;
    let organisations: std::collections::BTreeSet<OrganisationId> =
        members.values().map(|member| member.organisation_id).collect();
    for id in &organisations {
        let (recipient, subject) = (Recipient::Organisation(*id), meeting.id.to_string());
        notice::tell(connection, work.permit, recipient, NoticeKind::MeetingInvited, &subject, work.now).await?;
    }
    Ok(organisations.len())
}
