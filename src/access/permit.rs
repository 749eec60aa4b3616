//! Permits: proofs that the policy allows an action, and how far. Only [`super::Actor`] makes them.

use std::marker::PhantomData;

use chrono::NaiveDate;
use entity::ids::{AccountId, DistrictId, OrganisationId};

use super::policy::Verb;

/// How far an action reaches inside the district.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Everything of its kind.
    District,
    /// What belongs to these organisations, and what is the account's own.
    Part {
        /// The organisations.
        organisations: Vec<OrganisationId>,
        /// The account whose own records belong to it.
        own: Option<AccountId>,
        /// The account to which clients released something, or for which something was unmasked. What merely is the account's
        /// own does not belong to it.
        released_to: Option<AccountId>,
    },
}

impl Extent {
    /// Whether nothing belongs to it.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Part { organisations, own: None, released_to: None } if organisations.is_empty())
    }

    /// Whether the records of an organisation belong to it.
    #[must_use]
    pub fn includes(&self, organisation: OrganisationId) -> bool {
        match self {
            Self::District => true,
            Self::Part { organisations, .. } => organisations.contains(&organisation),
        }
    }
}

/// The proof that an actor may do `V`, and how far. No permit, no query.
#[derive(Debug)]
pub struct Permit<V: Verb> {
    district_id: DistrictId,
    today: NaiveDate,
    extent: Extent,
    verb: PhantomData<fn() -> V>,
}

impl<V: Verb> Clone for Permit<V> {
    fn clone(&self) -> Self {
        Self { district_id: self.district_id, today: self.today, extent: self.extent.clone(), verb: PhantomData }
    }
}

impl<V: Verb> Permit<V> {
    pub(super) const fn new(district_id: DistrictId, today: NaiveDate, extent: Extent) -> Self {
        Self { district_id, today, extent, verb: PhantomData }
    }

    /// The district, outside which nothing is reached.
    #[must_use]
    pub const fn district_id(&self) -> DistrictId {
        self.district_id
    }

    /// The legal day for which it was made out.
    #[must_use]
    pub const fn today(&self) -> NaiveDate {
        self.today
    }

    /// How far it reaches inside the district.
    #[must_use]
    pub const fn extent(&self) -> &Extent {
        &self.extent
    }
}
