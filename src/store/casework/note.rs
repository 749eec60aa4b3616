//! Notes about cases.

use std::collections::HashMap;

use entity::ids::{CaseId, DistrictId, NoteId};
pub use entity::note::Model as Note;
use entity::note::{Column, Entity};

use super::part::{self, Latest, Part};
use crate::access::{Permit, verb};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page};

impl Part for Note {
    type Table = Entity;
    type Id = NoteId;
    const COLUMNS: [Column; 3] = [Column::DistrictId, Column::Id, Column::CaseId];

    fn place(&self) -> (DistrictId, CaseId) {
        (self.district_id, self.case_id)
    }
}

/// The latest notes of cases.
///
/// # Errors
/// Those of the database.
pub async fn latest(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    asked: &[Latest],
) -> Result<HashMap<Latest, Page<Note>>, Failure> {
    part::latest(store, permit, Column::WrittenOn, asked).await
}

/// Where one stands in the list.
#[must_use]
pub fn boundary(note: &Note) -> Boundary {
    Boundary { key: Key::Day(note.written_on), id: note.id.0 }
}
