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
use entity::codes::{PublicKind, PublicationStatus};
use entity::ids::{BodyId, DistrictId, Identifier as _, MeetingId, PublishedObjectId, ThemeId};
pub use entity::published_object::Model as PublishedObject;
use entity::published_object::{ActiveModel, Column, Entity};
use entity::{agenda_item, body, district, meeting, theme_publication};
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Select,
};

use super::published;
use crate::access::{Permit, Public, Verb};
use crate::domain::bodies::oparl::{Contents, Objects, Sources, Stamp, Writer, is_of_theme};
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
    /// A theme: what was published of it, and on which agendas it stands.
    Theme(ThemeId),
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
            ledger.settle_meetings(&published).await?;
            Some(id)
        }
        Source::Meeting(id) => {
            if !ledger.settle_meetings(&[id]).await?.came_or_went {
                return Ok(());
            }
            // It came or went, and so perhaps did its body.
            let Some(meeting) = meeting::Entity::find_by_id(id).one(connection).await? else { return Ok(()) };
            Some(meeting.body_id)
        }
        Source::Theme(id) => {
            let told = ledger.settle_themes(&[id]).await?;
            // The items that deal with it lead to what was published of it.
            let meetings: Vec<MeetingId> = agenda_item::Entity::find()
                .select_only()
                .column(agenda_item::Column::MeetingId)
                .distinct()
                .filter(agenda_item::Column::ThemeId.eq(id))
                .into_tuple()
                .all(connection)
                .await?;
            ledger.settle_meetings(&meetings).await?;
            if !told.came_or_went {
                return Ok(());
            }
            None
        }
    };
    if let Some(body) = body {
        let bodies = published::bodies(connection, Public::everybody(), [body]).await?;
        ledger.settle_one(body.to_string(), &Contents { bodies, ..Contents::default() }).await?;
    }
    let institutions = published::institutions(connection, Public::everybody(), [district]).await?;
    let mut contents = Contents { institutions, ..Contents::default() };
    // The district itself is public with the first thing that is.
    if Entity::find().filter(Column::DistrictId.eq(district)).one(connection).await?.is_some() {
        contents.districts = published::districts(connection, Public::everybody(), [district]).await?;
    }
    ledger.settle_one(district.to_string(), &contents).await?;
    Ok(())
}

/// The objects as such: without the host, and without the times that are to be found out.
fn objects(contents: &Contents) -> Objects {
    Writer { base: "", omit_internal: false, contents }.objects()
}

/// What the register was told.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    /// That an object came or went.
    came_or_went: bool,
    /// That it is another theme now, or none any more, that items deal with for the public.
    of_themes: bool,
}

struct Ledger<'a, C> {
    connection: &'a C,
    district: DistrictId,
    at: DateTime<Utc>,
}

impl<C: ConnectionTrait> Ledger<'_, C> {
    /// Settles these meetings; and with them the themes, if items deal with other ones now.
    async fn settle_meetings(&self, ids: &[MeetingId]) -> Result<Told, Failure> {
        if ids.is_empty() {
            return Ok(Told::default());
        }
        let mut public: BTreeMap<String, Objects> = ids.iter().map(|id| (id.to_string(), Objects::new())).collect();
        for meeting in published::meetings(self.connection, Public::everybody(), ids.iter().copied()).await? {
            let source = meeting.id.to_string();
            public.insert(source, objects(&Contents { meetings: vec![meeting], ..Contents::default() }));
        }
        let told = self.settle(public).await?;
        if told.of_themes {
            // Which one an item dealt with before stands nowhere, so all that are public are looked at.
            let papers: Vec<String> = Entity::find()
                .select_only()
                .column(Column::Source)
                .distinct()
                .filter(Column::DistrictId.eq(self.district))
                .filter(Column::Kind.eq(PublicKind::Paper))
                .filter(Column::DeletedAt.is_null())
                .into_tuple()
                .all(self.connection)
                .await?;
            let themes = Sources::of(papers.iter().map(String::as_str)).themes;
            self.settle_themes(&themes.into_iter().collect::<Vec<_>>()).await?;
        }
        Ok(told)
    }

    /// Settles these themes.
    async fn settle_themes(&self, ids: &[ThemeId]) -> Result<Told, Failure> {
        let mut public: BTreeMap<String, Objects> = ids.iter().map(|id| (id.to_string(), Objects::new())).collect();
        for (id, theme) in published::themes(self.connection, Public::everybody(), ids.iter().copied()).await? {
            public.insert(id.to_string(), objects(&Contents { themes: vec![theme], ..Contents::default() }));
        }
        self.settle(public).await
    }

    /// Settles one source.
    async fn settle_one(&self, source: String, contents: &Contents) -> Result<Told, Failure> {
        self.settle(BTreeMap::from([(source, objects(contents))])).await
    }

    /// Compares the objects of sources with what the register says of them, and writes down what differs.
    async fn settle(&self, mut public: BTreeMap<String, Objects>) -> Result<Told, Failure> {
        if public.is_empty() {
            return Ok(Told::default());
        }
        let known = Entity::find()
            .filter(Column::DistrictId.eq(self.district))
            .filter(Column::Source.is_in(public.keys().map(String::as_str)))
            .all(self.connection)
            .await?;
        let mut rows = Vec::new();
        let mut told = Told::default();
        for row in known {
            let objects = public.get_mut(&row.source);
            let object = objects.and_then(|objects| objects.remove(&(row.kind, row.object.clone())));
            let digest = object.map(|object| digest(&object)).unwrap_or_default();
            if row.digest == digest {
                continue;
            }
            told.came_or_went |= row.deleted_at.is_some() || digest.is_empty();
            told.of_themes |= is_of_theme(row.kind, &row.object);
            let deleted_at = digest.is_empty().then_some(self.at);
            // What is registered late was changed before; no date goes back.
            let modified_at = self.at.max(row.modified_at);
            rows.push(PublishedObject { digest, modified_at, deleted_at, ..row });
        }
        for (source, objects) in public {
            for ((kind, id), object) in objects {
                told.came_or_went = true;
                told.of_themes |= is_of_theme(kind, &id);
                rows.push(PublishedObject {
                    id: PublishedObjectId::new(),
                    district_id: self.district,
                    kind,
                    object: id,
                    source: source.clone(),
                    digest: digest(&object),
                    created_at: self.at,
                    modified_at: self.at,
                    deleted_at: None,
                });
            }
        }
        for rows in rows.chunks(ROWS_AT_ONCE) {
            let mut again = OnConflict::column(Column::Id);
            again.update_columns([Column::Digest, Column::ModifiedAt, Column::DeletedAt]);
            let rows = rows.iter().map(|row| ActiveModel::from(row.clone()).reset_all());
            Entity::insert_many(rows).on_conflict(again).exec_without_returning(self.connection).await?;
        }
        Ok(told)
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
    let in_force = theme_publication::Entity::find()
        .filter(theme_publication::Column::Status.eq(PublicationStatus::Published))
        .filter(theme_publication::Column::PublicNumber.is_not_null())
        .order_by_asc(theme_publication::Column::DecidedAt)
        .order_by_asc(theme_publication::Column::Id);
    for row in in_force.all(connection).await?.into_iter().filter(|row| !known.themes.contains(&row.theme_id)) {
        let at = row.decided_at.unwrap_or(row.created_at);
        bring_up(connection, row.district_id, Source::Theme(row.theme_id), at).await?;
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
    let mut consulted: Vec<String> = Vec::new();
    if !sources.themes.is_empty() {
        named.extend(sources.themes.iter().map(ToString::to_string));
        contents.themes = published::themes(connection, public, sources.themes).await?.into_values().collect();
        // They stand in the papers, and are published with the meetings.
        let places = contents.themes.iter().flat_map(|theme| &theme.places);
        consulted.extend(places.map(|place| place.item.to_string()));
    }
    if !named.is_empty() {
        let of_items =
            Condition::all().add(Column::Kind.eq(PublicKind::Consultation)).add(Column::Object.is_in(consulted));
        let registered = Entity::find()
            .filter(Condition::any().add(Column::Source.is_in(named)).add(of_items))
            .filter(Column::DeletedAt.is_null());
        contents.stamps = stamps(&registered.all(connection).await?);
    }
    snapshot.rollback().await?;
    Ok((Page { rows, more }, contents))
}
