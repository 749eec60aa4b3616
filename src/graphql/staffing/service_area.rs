//! Service areas.

use async_graphql::Object;
use entity::ids::ServiceAreaId;

use crate::graphql::district::municipality::Municipality;
use crate::store::district::municipality;
use crate::store::staffing::service_area;

/// `ServiceArea` of the schema; the description that its readers see stands on the `impl`.
pub struct ServiceArea {
    /// The service area.
    pub area: service_area::ServiceArea,
    /// The municipality.
    pub municipality: Option<municipality::Municipality>,
}

/// A service area (Zuständigkeitsbereich): how much of a position serves one municipality. Readable by whoever may read the
/// position.
#[Object]
impl ServiceArea {
    /// Global id.
    async fn id(&self) -> ServiceAreaId {
        self.area.id
    }

    /// The municipality served.
    async fn municipality(&self) -> Option<Municipality> {
        self.municipality.clone().map(Municipality)
    }

    /// Full-time equivalents for it, in hundredths. The shares of a position sum to its FTE.
    async fn share_hundredths(&self) -> i32 {
        self.area.share_hundredths
    }
}
