//! Papers: added as a reference or as a file that is to come, removed; and the file when it comes.

use async_graphql::{InputObject, OneofObject};
use bytes::Bytes;
use entity::codes::{DocumentType, MeetingStatus, PaperKind};
use entity::ids::{AgendaItemId, Identifier, MeetingId, PaperId};
use serde::Serialize;

use super::{check_url, lock_item};
use crate::access::{Actor, verb};
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::commands::{Answer, CommandOptions, Commands};
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::error::{ErrorCode, Failure, UserError};
use crate::files::inspection::Inspection;
use crate::store::bodies::meeting;
use crate::store::bodies::paper::{self, Paper};
use crate::store::bodies::publication::Source;

/// The largest file, in bytes.
pub const FILE_MAXIMUM: i32 = 20 * 1024 * 1024;
/// The most papers of one meeting.
const PAPERS_MAXIMUM: u64 = 100;

impl Record for Paper {
    type Id = PaperId;

    fn id(&self) -> PaperId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }

    fn subject(&self) -> String {
        self.meeting_id.to_string()
    }

    fn published_with(&self) -> Option<Source> {
        Some(Source::Meeting(self.meeting_id))
    }
}

/// A file that is to come.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct PaperFileInput {
    /// What kind of file it is. The content is compared with it.
    pub document_type: DocumentType,
    /// Its length in bytes, at most 20 MiB.
    pub size_bytes: i32,
}

/// Where a paper stands: exactly one of the two.
#[derive(Clone, Debug, Serialize, OneofObject)]
pub enum PaperSource {
    /// Elsewhere, e.g. in a council information system: an address that begins with https://.
    Url(String),
    /// Here: send the file to `Paper.fileUrl` with PUT.
    File(PaperFileInput),
}

/// A paper to be added to a meeting or to one of its items: exactly one of the two is named.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct PaperAddInput {
    /// The meeting, for a paper of the whole meeting.
    pub meeting_id: Option<MeetingId>,
    /// The item.
    pub agenda_item_id: Option<AgendaItemId>,
    /// What it is.
    pub kind: PaperKind,
    /// What it is called, at most 200 characters.
    pub name: String,
    /// Where it stands.
    pub source: PaperSource,
    /// Whether it is published with the meeting.
    #[graphql(default)]
    pub is_public: bool,
}

impl Command for PaperAddInput {
    const NAME: &'static str = "paperAdd";
    type Verb = verb::PrepareMeeting;
    type Record = Paper;

    fn check(&self, checks: &mut Checks) {
        checks.line("name", &self.name, NAME_MAXIMUM);
        checks.require(self.meeting_id.is_some() != self.agenda_item_id.is_some(), || {
            UserError::at("agendaItemId", ErrorCode::NotFound)
        });
        match &self.source {
            PaperSource::Url(url) => check_url(checks, "source.url", url),
            PaperSource::File(file) => {
                let path = "source.file.sizeBytes";
                checks.require(file.size_bytes > 0, || UserError::at(path, ErrorCode::DocumentEmpty));
                checks.require(file.size_bytes <= FILE_MAXIMUM, || {
                    UserError::at(path, ErrorCode::DocumentTooLarge).with("maximum", FILE_MAXIMUM)
                });
            }
        }
    }

    async fn load(work: &Work<'_, Self::Verb>, id: PaperId) -> Result<Option<Paper>, Failure> {
        paper::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Creates for PaperAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Paper>, Stop> {
        let connection = work.transaction.connection();
        let missing = |path: &str| UserError::at(path, ErrorCode::NotFound);
        let meeting = match (self.agenda_item_id, self.meeting_id) {
            (Some(item), _) => lock_item(work, item).await?.ok_or_else(|| missing("agendaItemId"))?.0,
            (None, Some(id)) => {
                meeting::lock(connection, work.permit, id).await?.ok_or_else(|| missing("meetingId"))?
            }
            (None, None) => return Err(missing("meetingId").into()),
        };
        if meeting.status == MeetingStatus::Cancelled {
            return Err(UserError::at("", ErrorCode::AgendaClosed).into());
        }
        if paper::count(connection, work.permit, meeting.id).await? >= PAPERS_MAXIMUM {
            return Err(UserError::at("", ErrorCode::ListTooLong).with("maximum", PAPERS_MAXIMUM).into());
        }
        let (url, file) = match &self.source {
            PaperSource::Url(url) => (Some(url.trim().to_owned()), None),
            PaperSource::File(file) => (None, Some(file)),
        };
        let added = Paper {
            id: PaperId::new(),
            district_id: work.permit.district_id(),
            meeting_id: meeting.id,
            item_id: self.agenda_item_id,
            kind: self.kind,
            name: self.name.trim().to_owned(),
            url,
            document_type: file.map(|file| file.document_type),
            size_bytes: file.map(|file| file.size_bytes),
            sha256: None,
            stored_at: None,
            is_public: self.is_public,
            removed_at: None,
            version: 1,
            created_at: work.now,
            updated_at: work.now,
        };
        paper::insert(connection, work.permit, &added).await?;
        Ok(Done::new(added))
    }
}

/// A paper to be removed, with its file.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct PaperRemoveInput {
    /// The paper.
    pub paper_id: PaperId,
    /// The version that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for PaperRemoveInput {
    const NAME: &'static str = "paperRemove";
    type Verb = verb::PrepareMeeting;
    type Record = Paper;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: PaperId) -> Result<Option<Paper>, Failure> {
        paper::lock_removed_too(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for PaperRemoveInput {
    fn target(&self) -> (PaperId, &'static str) {
        (self.paper_id, "paperId")
    }

    fn expected_version(&self) -> Option<i32> {
        self.expected_version
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut removed: Paper) -> Result<Done<Paper>, Stop> {
        let connection = work.transaction.connection();
        if removed.removed_at.is_some() {
            return Err(UserError::at("paperId", ErrorCode::NotFound).into());
        }
        paper::remove_content(connection, work.permit, removed.id).await?;
        removed.removed_at = Some(work.now);
        removed.stored_at = None;
        removed.updated_at = work.now;
        removed.version = removed.version.saturating_add(1);
        paper::update(connection, work.permit, &removed).await?;
        Ok(Done::new(removed))
    }
}

/// A paper whose file came.
#[derive(Serialize)]
struct PaperStore {
    paper_id: PaperId,
    sha256: String,
    #[serde(skip)]
    content: Bytes,
}

impl Command for PaperStore {
    const NAME: &'static str = "paperStore";
    type Verb = verb::PrepareMeeting;
    type Record = Paper;

    fn check(&self, _: &mut Checks) {}

    async fn load(work: &Work<'_, Self::Verb>, id: PaperId) -> Result<Option<Paper>, Failure> {
        paper::lock(work.transaction.connection(), work.permit, id).await
    }
}

impl Changes for PaperStore {
    fn target(&self) -> (PaperId, &'static str) {
        (self.paper_id, "")
    }

    fn expected_version(&self) -> Option<i32> {
        None
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut stored: Paper) -> Result<Done<Paper>, Stop> {
        let connection = work.transaction.connection();
        let (document_type, length) = awaited(&stored)?;
        let mut inspection = Inspection::new(document_type, length);
        inspection.push(&self.content)?;
        inspection.finish()?;
        paper::write_content(connection, work.permit, stored.id, &self.content).await?;
        stored.sha256 = Some(self.sha256.clone());
        stored.stored_at = Some(work.now);
        stored.updated_at = work.now;
        stored.version = stored.version.saturating_add(1);
        paper::update(connection, work.permit, &stored).await?;
        Ok(Done::new(stored))
    }
}

/// What a paper whose file has not come awaits: its type and length.
fn awaited(paper: &Paper) -> Result<(DocumentType, u64), UserError> {
    match (paper.document_type, paper.size_bytes, paper.stored_at) {
        (Some(document_type), Some(length), None) => Ok((document_type, u64::try_from(length).unwrap_or(0))),
        (Some(_), _, Some(_)) => Err(UserError::at("", ErrorCode::DocumentNotAwaited).with("status", "STORED")),
        _ => Err(UserError::at("", ErrorCode::DocumentNotAwaited).with("status", "REFERENCE")),
    }
}

impl Commands {
    /// How long the file of a paper has to be, for who may send it; asked before anything is read.
    ///
    /// # Errors
    /// `FORBIDDEN`, `NOT_FOUND`, `DOCUMENT_NOT_AWAITED`, and the troubles of the server.
    pub async fn paper_length(&self, actor: &Actor, id: PaperId) -> Result<u64, Stop> {
        let permit = actor.permit::<verb::PrepareMeeting>()?;
        let found = paper::find_many(&self.store, &permit, &[id]).await?;
        let found = found.first().ok_or_else(|| UserError::at("", ErrorCode::NotFound))?;
        Ok(awaited(found)?.1)
    }

    /// Takes the file of a paper.
    ///
    /// # Errors
    /// What is wrong with it, and the troubles of the server; then nothing is stored.
    pub async fn store_paper(&self, actor: &Actor, id: PaperId, content: Bytes) -> Result<Paper, Stop> {
        let sha256 = hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &content));
        let command = PaperStore { paper_id: id, sha256, content };
        match self.change(actor, &command, &CommandOptions::default()).await? {
            Answer { record: Some(paper), .. } => Ok(paper),
            refused => Err(Stop::Rules(refused.user_errors)),
        }
    }
}
