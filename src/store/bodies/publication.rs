//! The register of what is public, or was, and reading by it.
//!
//! Who copies what is public, and later asks for what changed, has to be told of each change, and of what is gone. The rows of
//! meetings, items and papers cannot tell that: they change when nothing of it is public, and become public when they do not
//! change. So each command that can change what the public sees compares it with the register before it is done
//! ([`refresh`]), in its own transaction. What the register says of an object is thus what the public saw, and nothing of
//! what it never saw.
//!
//! What an object says is read through [`super::published`] each time. An object is shown if both agree, so that what is not
//! public any more is gone even where the register was not told.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound as _, Utc};
use entity::codes::PublicKind;
use entity::ids::{BodyId, DistrictId, Identifier as _, MeetingId, PublishedObjectId};
pub use entity::published_object::Model as PublishedObject;
use entity::published_object::{ActiveModel, Column, Entity};
use entity::{body, district, meeting};
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::published;
use crate::access::{Permit, Public, Verb};
use crate::domain::bodies::oparl::{Contents, Objects, Sources, Stamp, Writer};
use crate::error::Failure;
use crate::log::text_hash;
use crate::store::Store;
use crate::store::page::Page;

/// Rows that are written by one statement: within what both databases bind.
const ROWS_AT_ONCE: usize = 500;

/// With what an object is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A meeting: its items, papers, files and place.
    Meeting(MeetingId),
    /// A body: its memberships.
    Body(BodyId),
}

/// Brings the register up to what is public now, of a record that was changed in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn refresh<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    source: Source,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    bring_up(connection, permit.district_id(), source, now).await
}

async fn bring_up(
    connection: &impl ConnectionTrait,
    district: DistrictId,
    source: Source,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    // One after the other in a district: who comes second sees what the first one did. The weaker lock, since the stronger one
    // would stop everybody who inserts anything in the district.
    district::Entity::find_by_id(district).lock(LockType::NoKeyUpdate).one(connection).await?;
    let ledger = Ledger { connection, district, at: now.trunc_subsecs(0) };
    let body = match source {
        Source::Body(id) => {
            // With a body that does not meet in public any more, meetings go that are public only because it did.
            let published = meeting::Entity::find()
                .filter(meeting::Column::BodyId.eq(id))
                .filter(meeting::Column::PublishedAt.is_not_null());
            let published: Vec<MeetingId> = published.all(connection).await?.into_iter().map(|row| row.id).collect();
            for id in published {
                let meetings = published::meetings(connection, Public::everybody(), [id]).await?;
                ledger.settle(&id.to_string(), objects(&Contents { meetings, ..Contents::default() })).await?;
            }
            id
        }
        Source::Meeting(id) => {
            let meetings = published::meetings(connection, Public::everybody(), [id]).await?;
            let body = meetings.first().map(|meeting| meeting.body_id);
            let contents = Contents { meetings, ..Contents::default() };
            if !ledger.settle(&id.to_string(), objects(&contents)).await? {
                return Ok(());
            }
            // It came or went, and so perhaps did its body.
            match body {
                Some(body) => body,
                None => match meeting::Entity::find_by_id(id).one(connection).await? {
                    Some(meeting) => meeting.body_id,
                    None => return Ok(()),
                },
            }
        }
    };
    let bodies = published::bodies(connection, Public::everybody(), [body]).await?;
    ledger.settle(&body.to_string(), objects(&Contents { bodies, ..Contents::default() })).await?;
    let institutions = published::institutions(connection, Public::everybody(), [district]).await?;
    let mut contents = Contents { institutions, ..Contents::default() };
    // The district itself is public with the first thing that is.
    if Entity::find().filter(Column::DistrictId.eq(district)).one(connection).await?.is_some() {
        contents.districts = published::districts(connection, Public::everybody(), [district]).await?;
    }
    ledger.settle(&district.to_string(), objects(&contents)).await?;
    Ok(())
}

/// The objects as such: without the host, and without the times that are to be found out.
fn objects(contents: &Contents) -> Objects {
    Writer { base: "", omit_internal: false, contents }.objects()
}

struct Ledger<'a, C> {
    connection: &'a C,
    district: DistrictId,
    at: DateTime<Utc>,
}

impl<C: ConnectionTrait> Ledger<'_, C> {
    /// Compares the objects of a source with what the register says of it, and writes down what differs. Whether any object
    /// came or went.
    async fn settle(&self, source: &str, mut objects: Objects) -> Result<bool, Failure> {
        let known = Entity::find()
            .filter(Column::DistrictId.eq(self.district))
            .filter(Column::Source.eq(source))
            .all(self.connection)
            .await?;
        let mut rows = Vec::new();
        let mut came_or_went = false;
        for row in known {
            let object = objects.remove(&(row.kind, row.object.clone()));
            let digest = object.map(|object| digest(&object)).unwrap_or_default();
            if row.digest == digest {
                continue;
            }
            came_or_went |= row.deleted_at.is_some() || digest.is_empty();
            let deleted_at = digest.is_empty().then_some(self.at);
            rows.push(PublishedObject { digest, modified_at: self.at, deleted_at, ..row });
        }
        came_or_went |= !objects.is_empty();
        rows.extend(objects.into_iter().map(|((kind, id), object)| PublishedObject {
            id: PublishedObjectId::new(),
            district_id: self.district,
            kind,
            object: id,
            source: source.to_owned(),
            digest: digest(&object),
            created_at: self.at,
            modified_at: self.at,
            deleted_at: None,
        }));
        for rows in rows.chunks(ROWS_AT_ONCE) {
            let mut again = OnConflict::column(Column::Id);
            again.update_columns([Column::Digest, Column::ModifiedAt, Column::DeletedAt]);
            let rows = rows.iter().map(|row| ActiveModel::from(row.clone()).reset_all());
            Entity::insert_many(rows).on_conflict(again).exec_without_returning(self.connection).await?;
        }
        Ok(came_or_went)
    }
}

fn digest(object: &serde_json::Value) -> String {
    hex::encode(text_hash("kim published 1", &[&object.to_string()]))
}

/// Registers what was published before there was a register. Called whenever a database is brought to the present shape.
///
/// # Errors
/// Those of the database.
pub async fn complete(connection: &impl ConnectionTrait) -> Result<(), Failure> {
    let registered: Vec<String> =
        Entity::find().select_only().column(Column::Source).distinct().into_tuple().all(connection).await?;
    let known = Sources::of(registered.iter().map(String::as_str));
    let published = meeting::Entity::find()
        .filter(meeting::Column::PublishedAt.is_not_null())
        .order_by_asc(meeting::Column::PublishedAt)
        .order_by_asc(meeting::Column::Id);
    for row in published.all(connection).await?.into_iter().filter(|row| !known.meetings.contains(&row.id)) {
        let at = row.published_at.unwrap_or(row.updated_at);
        bring_up(connection, row.district_id, Source::Meeting(row.id), at).await?;
    }
    let public = body::Entity::find().filter(body::Column::IsPublic.eq(true)).order_by_asc(body::Column::Id);
    for row in public.all(connection).await?.into_iter().filter(|row| !known.bodies.contains(&row.id)) {
        let Some(of) = district::Entity::find_by_id(row.district_id).one(connection).await? else { continue };
        bring_up(connection, row.district_id, Source::Body(row.id), row.updated_at.unwrap_or(of.created_at)).await?;
    }
    Ok(())
}

/// Which objects are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Those that were published since.
    pub created_since: Option<DateTime<Utc>>,
    /// Those that were published until.
    pub created_until: Option<DateTime<Utc>>,
    /// Those that changed since; then those that are gone as well.
    pub modified_since: Option<DateTime<Utc>>,
    /// Those that changed until.
    pub modified_until: Option<DateTime<Utc>>,
    /// Those behind this one.
    pub after: Option<PublishedObjectId>,
    /// The most of them.
    pub limit: u64,
}

/// A page of objects of a kind, of one district or of all, in the order in which they were published; and what is public of
/// their sources.
///
/// # Errors
/// Those of the database.
pub async fn page(
    store: &Store,
    public: Public,
    kind: PublicKind,
    district: Option<DistrictId>,
    wanted: &Wanted,
) -> Result<(Page<PublishedObject>, Contents), Failure> {
    let mut selected = Entity::find().filter(Column::Kind.eq(kind));
    if let Some(district) = district {
        selected = selected.filter(Column::DistrictId.eq(district));
    }
    if let Some(since) = wanted.created_since {
        selected = selected.filter(Column::CreatedAt.gte(since));
    }
    if let Some(until) = wanted.created_until {
        selected = selected.filter(Column::CreatedAt.lte(until));
    }
    if let Some(until) = wanted.modified_until {
        selected = selected.filter(Column::ModifiedAt.lte(until));
    }
    selected = match wanted.modified_since {
        Some(since) => selected.filter(Column::ModifiedAt.gte(since)),
        None => selected.filter(Column::DeletedAt.is_null()),
    };
    if let Some(after) = wanted.after {
        selected = selected.filter(Column::Id.gt(after));
    }
    let selected = selected.order_by_asc(Column::Id).limit(wanted.limit.saturating_add(1));
    read(store, public, selected, wanted.limit).await
}

/// The row of one object, and what is public of its source.
///
/// # Errors
/// Those of the database.
pub async fn find(
    store: &Store,
    public: Public,
    kind: PublicKind,
    object: &str,
) -> Result<Option<(PublishedObject, Contents)>, Failure> {
    let selected = Entity::find().filter(Column::Kind.eq(kind)).filter(Column::Object.eq(object)).limit(1);
    let (page, contents) = read(store, public, selected, 1).await?;
    Ok(page.rows.into_iter().next().map(|row| (row, contents)))
}

/// Whether an object is public.
///
/// # Errors
/// Those of the database.
pub async fn row(store: &Store, _: Public, kind: PublicKind, object: &str) -> Result<Option<PublishedObject>, Failure> {
    let selected = Entity::find().filter(Column::Kind.eq(kind)).filter(Column::Object.eq(object));
    Ok(selected.one(store.reader()).await?)
}

/// The stamps of all districts that published anything.
///
/// # Errors
/// Those of the database.
pub async fn districts(store: &Store, _: Public) -> Result<Contents, Failure> {
    let rows = Entity::find().filter(Column::Kind.eq(PublicKind::Body)).all(store.reader()).await?;
    Ok(Contents { stamps: stamps(&rows), ..Contents::default() })
}

fn stamps<'a>(rows: impl IntoIterator<Item = &'a PublishedObject>) -> BTreeMap<(PublicKind, String), Stamp> {
    let stamp = |row: &PublishedObject| Stamp { created: row.created_at, modified: row.modified_at };
    rows.into_iter().map(|row| ((row.kind, row.object.clone()), stamp(row))).collect()
}

/// Reads rows and the contents of their sources in the state of one moment. How many statements that takes does not depend on
/// how many rows there are.
async fn read(
    store: &Store,
    public: Public,
    selected: Select<Entity>,
    limit: u64,
) -> Result<(Page<PublishedObject>, Contents), Failure> {
    let snapshot = store.snapshot().await?;
    let connection = snapshot.connection();
    let mut rows = selected.all(connection).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let present = rows.iter().filter(|row| row.deleted_at.is_none());
    let sources = Sources::of(present.map(|row| row.source.as_str()));
    let mut contents = Contents::default();
    let mut named: Vec<String> = Vec::new();
    if !sources.meetings.is_empty() {
        named.extend(sources.meetings.iter().map(ToString::to_string));
        contents.meetings = published::meetings(connection, public, sources.meetings).await?;
    }
    if !sources.bodies.is_empty() {
        named.extend(sources.bodies.iter().map(ToString::to_string));
        contents.bodies = published::bodies(connection, public, sources.bodies).await?;
    }
    if !sources.districts.is_empty() {
        named.extend(sources.districts.iter().map(ToString::to_string));
        contents.districts = published::districts(connection, public, sources.districts.iter().copied()).await?;
        contents.institutions = published::institutions(connection, public, sources.districts).await?;
    }
    if !named.is_empty() {
        let registered = Entity::find().filter(Column::Source.is_in(named)).filter(Column::DeletedAt.is_null());
        contents.stamps = stamps(&registered.all(connection).await?);
    }
    snapshot.rollback().await?;
    Ok((Page { rows, more }, contents))
}
