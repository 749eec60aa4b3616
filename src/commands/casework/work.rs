//! What all commands about the work in a case have in common.

use chrono::NaiveDate;
use entity::codes::CaseStatus;
use entity::ids::CaseId;

use crate::access::verb;
use crate::commands::pipeline::{Stop, Work};
use crate::domain::input::Checks;
use crate::error::{ErrorCode, UserError};
use crate::store::casework::case::{self, Case};
use crate::store::casework::sealed_text::unwritable;

/// The longest code of a list, in characters.
pub(in crate::commands) const CODE_MAXIMUM: usize = 40;

/// Records of the work in a case: their changes stand in the history of the case, and what is said about them is sealed
/// under the client's key.
macro_rules! record_in_case {
    ($record:ty, $id:ty, $version:expr) => {
        impl $crate::commands::pipeline::Record for $record {
            type Id = $id;

            fn id(&self) -> $id {
                self.id
            }

            fn version(&self) -> Option<i32> {
                let version: fn(&Self) -> Option<i32> = $version;
                version(self)
            }

            fn subject(&self) -> String {
                self.case_id.to_string()
            }

            fn client(&self) -> Option<entity::ids::ClientId> {
                Some(self.client_id)
            }
        }
    };
}

/// The record that a command changes, and how it is loaded: while its case is locked.
macro_rules! loads_part {
    ($record:ty) => {
        async fn load(
            work: &$crate::commands::pipeline::Work<'_, Self::Verb>,
            id: <$record as $crate::commands::pipeline::Record>::Id,
        ) -> Result<Option<$record>, $crate::error::Failure> {
            $crate::store::casework::part::lock::<$record, _>(work.transaction.connection(), work.permit, id).await
        }
    };
}

/// The id of the record that a command changes, and the version that the person saw.
macro_rules! changes_part {
    ($id:ty, $field:ident, $path:literal) => {
        fn target(&self) -> ($id, &'static str) {
            (self.$field, $path)
        }

        fn expected_version(&self) -> Option<i32> {
            self.expected_version
        }
    };
}

pub(in crate::commands) use {changes_part, loads_part, record_in_case};

/// The case that is worked in: within reach, locked, not closed, and about somebody whose data may be worked with.
pub(super) async fn case_at_work(
    work: &Work<'_, verb::WorkOnCase>,
    path: &'static str,
    id: CaseId,
) -> Result<Case, Stop> {
    let found = case::lock(work.transaction.connection(), work.permit, id).await?;
    let found = found.ok_or_else(|| UserError::at(path, ErrorCode::NotFound))?;
    if found.status == CaseStatus::Closed {
        return Err(UserError::at("", ErrorCode::CaseIsClosed).into());
    }
    match unwritable(work.transaction, work.permit, found.client_id).await? {
        Some(obstacle) => Err(obstacle.into()),
        None => Ok(found),
    }
}

/// Something that has happened did not do so in future.
pub(super) fn expect_happened(path: &str, day: NaiveDate, today: NaiveDate) -> Result<(), Stop> {
    match Checks::happened(path, day, today) {
        Some(fault) => Err(fault.into()),
        None => Ok(()),
    }
}
