//! Contacts in cases.

use std::collections::HashMap;

pub use entity::contact::Model as Contact;
use entity::contact::{Column, Entity};
use entity::ids::{CaseId, ContactId, DistrictId};

use super::part::{self, Latest, Part};
use crate::access::{Permit, verb};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page};

impl Part for Contact {
    type Table = Entity;
    type Id = ContactId;
    const COLUMNS: [Column; 3] = [Column::DistrictId, Column::Id, Column::CaseId];

    fn place(&self) -> (DistrictId, CaseId) {
        (self.district_id, self.case_id)
    }
}

/// The latest contacts of cases.
///
/// # Errors
/// Those of the database.
pub async fn latest(
    store: &Store,
    permit: &Permit<verb::ReadCase>,
    asked: &[Latest],
) -> Result<HashMap<Latest, Page<Contact>>, Failure> {
    part::latest(store, permit, Column::HeldOn, asked).await
}

/// Where one stands in the list.
#[must_use]
pub fn boundary(contact: &Contact) -> Boundary {
    Boundary { key: Key::Day(contact.held_on), id: contact.id.0 }
}
