//! Occupancies.

use async_graphql::Object;
use chrono::NaiveDate;
use entity::ids::OccupancyId;

use super::staff_member::StaffMember;
use crate::store::staffing::{occupancy, staff_member};

/// `Occupancy` of the schema; the description that its readers see stands on the `impl`.
pub struct Occupancy {
    /// The occupancy.
    pub occupancy: occupancy::Occupancy,
    /// The holder.
    pub holder: Option<staff_member::StaffMember>,
}

/// An occupancy: who holds a position, from when until when. Readable by whoever may read the position.
#[Object]
impl Occupancy {
    /// Global id.
    async fn id(&self) -> OccupancyId {
        self.occupancy.id
    }

    /// Who holds the position.
    async fn staff_member(&self) -> Option<StaffMember> {
        self.holder.clone().map(StaffMember::from)
    }

    /// Full-time equivalents of the holder in this position, in hundredths: 50 is half a post.
    async fn fte_hundredths(&self) -> i32 {
        self.occupancy.fte_hundredths
    }

    /// First day.
    async fn valid_from(&self) -> NaiveDate {
        self.occupancy.valid_from
    }

    /// First day on which the person no longer holds it; null without a recorded end.
    async fn valid_until(&self) -> Option<NaiveDate> {
        self.occupancy.valid_until
    }
}
