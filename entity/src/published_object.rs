//! The register of what is public, or was: who reads by OParl is told of each object since when it is there, when it last
//! changed as the public sees it, and that it is gone.
//!
//! What the objects say does not stand here; it is read where it is kept.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::codes::PublicKind;
use crate::ids::{DistrictId, PublishedObjectId};

/// An object that is public, or was.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "published_object")]
pub struct Model {
    /// Identifier; also its place in lists: what is published later stands behind.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PublishedObjectId,
    /// The district (tenant).
    pub district_id: DistrictId,
    /// What it is for the public.
    pub kind: PublicKind,
    /// The global id of the record that it shows.
    pub object: String,
    /// The global id of the record that it is published with: a meeting, a body, the district.
    pub source: String,
    /// The hash of what the public sees of it; empty once it is gone.
    pub digest: String,
    /// When it was first published.
    pub created_at: DateTimeUtc,
    /// When what the public sees of it last changed.
    pub modified_at: DateTimeUtc,
    /// When it went; absent as long as it is public.
    pub deleted_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
