//! Notes: written and corrected. What was written before a correction stays, sealed, in the history of the case.

use async_graphql::InputObject;
use entity::codes::TextKind;
use entity::ids::{CaseId, Identifier, NoteId};
use serde::Serialize;
use serde_json::json;

use super::work::{case_at_work, changes_part, loads_part, record_in_case};
use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Stop, Texts, Work};
use crate::domain::input::{Checks, NOTE_MAXIMUM};
use crate::store::casework::note::Note;
use crate::store::casework::part;

record_in_case!(Note, NoteId, |note| Some(note.version));

/// A note about a case.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct NoteWriteInput {
    /// The case.
    pub case_id: CaseId,
    /// The note. Sealed. At most 20000 characters.
    pub text: String,
}

impl Command for NoteWriteInput {
    const NAME: &'static str = "noteWrite";
    type Verb = verb::WorkOnCase;
    type Record = Note;

    fn check(&self, checks: &mut Checks) {
        checks.prose("text", Some(&self.text), NOTE_MAXIMUM);
    }

    loads_part!(Note);
}

impl Creates for NoteWriteInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Note>, Stop> {
        let case = case_at_work(work, "caseId", self.case_id).await?;
        let written = Note {
            id: NoteId::new(),
            district_id: case.district_id,
            case_id: case.id,
            client_id: case.client_id,
            written_on: work.today,
            written_by: work.actor.account_id(),
            corrected_at: None,
            corrected_by: None,
            version: 1,
            created_at: work.now,
        };
        part::insert(work.transaction.connection(), work.permit, &written).await?;
        let texts = Texts::in_case(case.client_id, case.id).with(written.id.0, TextKind::Note, Some(&self.text));
        Ok(Done::new(written).with_texts(texts))
    }
}

/// A note whose text was wrong.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct NoteCorrectInput {
    /// The note.
    pub note_id: NoteId,
    /// The version that you saw; refused if the note was corrected since.
    pub expected_version: Option<i32>,
    /// The note as it should read. Sealed. At most 20000 characters.
    pub text: String,
}

impl Command for NoteCorrectInput {
    const NAME: &'static str = "noteCorrect";
    type Verb = verb::WorkOnCase;
    type Record = Note;

    fn check(&self, checks: &mut Checks) {
        checks.prose("text", Some(&self.text), NOTE_MAXIMUM);
    }

    loads_part!(Note);
}

impl Changes for NoteCorrectInput {
    changes_part!(NoteId, note_id, "noteId");

    async fn change(&self, work: &Work<'_, Self::Verb>, mut note: Note) -> Result<Done<Note>, Stop> {
        let case = case_at_work(work, "noteId", note.case_id).await?;
        note.corrected_at = Some(work.now);
        note.corrected_by = work.actor.account_id();
        note.version = note.version.saturating_add(1);
        part::update(work.transaction.connection(), work.permit, &note).await?;
        let texts = Texts::in_case(case.client_id, case.id).with(note.id.0, TextKind::Note, Some(&self.text));
        let details = json!({ "note": note.id.to_string() });
        Ok(Done::new(note).with(details).with_texts(texts))
    }
}
