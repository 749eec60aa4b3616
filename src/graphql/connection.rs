//! Connections by the Relay specification: page arguments, sealed cursors, counts on demand.

use std::borrow::Cow;
use std::sync::Arc;

use async_graphql::connection::{Connection, CursorType, Edge, EmptyFields};
use async_graphql::{Context, Object, ObjectType, OutputType};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::ids::DistrictId;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::access::verb;
use crate::error::{ErrorCode, Failure};
use crate::graphql::context::{Ask, Services};
use crate::log::text_hash;
use crate::store::page::{Boundary, Page, Window};
use crate::store::{accounts, casework, district, staffing};

/// Rows of a page when nothing is said.
const PAGE_DEFAULT: i32 = 25;
/// The most rows of a page.
pub const PAGE_MAXIMUM: i32 = 100;
/// Bytes of the seal of a cursor.
const SEAL_BYTES: usize = 16;

/// Seals cursors, so that a changed one is told from a genuine one.
pub struct CursorSeal {
    secret: String,
}

#[derive(Serialize, Deserialize)]
struct Content<'a> {
    /// Which list and order the cursor belongs to.
    #[serde(rename = "l")]
    list: Cow<'a, str>,
    #[serde(flatten)]
    boundary: Cow<'a, Boundary>,
}

impl CursorSeal {
    /// Seals by this secret.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self { secret: hex::encode(secret) }
    }

    fn seal(&self, district: DistrictId, content: &str) -> Vec<u8> {
        let hash = text_hash("kim cursor 1", &[&self.secret, &district.to_string(), content]);
        hash.into_iter().take(SEAL_BYTES).collect()
    }

    /// Makes the opaque text of a place in a list, or of anything else that one list alone understands.
    pub fn write(&self, district: DistrictId, list: &str, boundary: &Boundary) -> String {
        let content = Content { list: list.into(), boundary: Cow::Borrowed(boundary) };
        let text = serde_json::to_string(&content).unwrap_or_default();
        let mut bytes = self.seal(district, &text);
        bytes.extend_from_slice(text.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Opens what [`CursorSeal::write`] made for the same list of the same district.
    ///
    /// # Errors
    /// `CURSOR_INVALID`.
    pub fn read(&self, district: DistrictId, list: &str, cursor: &str) -> Result<Boundary, Failure> {
        let invalid = || Failure::new(ErrorCode::CursorInvalid);
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
        let (seal, text) = bytes.split_at_checked(SEAL_BYTES).ok_or_else(invalid)?;
        let text = std::str::from_utf8(text).map_err(|_| invalid())?;
        if !bool::from(seal.ct_eq(&self.seal(district, text))) {
            return Err(invalid());
        }
        let content: Content = serde_json::from_str(text).map_err(|_| invalid())?;
        if content.list == list { Ok(content.boundary.into_owned()) } else { Err(invalid()) }
    }
}

/// Which page of a list.
#[derive(Clone, Debug, Default)]
pub struct PageArguments {
    /// So many from the beginning.
    pub first: Option<i32>,
    /// Behind this cursor.
    pub after: Option<String>,
    /// So many from the end.
    pub last: Option<i32>,
    /// Before this cursor.
    pub before: Option<String>,
}

/// Which direction a list runs in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, async_graphql::Enum)]
pub enum SortDirection {
    /// Smallest, earliest, first in the alphabet.
    #[default]
    Asc,
    /// Largest, latest, last in the alphabet.
    Desc,
}

fn size(asked: Option<i32>) -> Result<Option<i32>, Failure> {
    match asked {
        Some(size) if !(0..=PAGE_MAXIMUM).contains(&size) => {
            Err(Failure::new(ErrorCode::PageSizeInvalid).with("maximum", PAGE_MAXIMUM))
        }
        size => Ok(size),
    }
}

impl PageArguments {
    /// The window that they ask for in the list named `list` (its kind and order).
    ///
    /// # Errors
    /// `PAGE_SIZE_INVALID`, `CURSOR_INVALID`, `UNAUTHENTICATED`.
    pub fn window(&self, ctx: &Context<'_>, list: &str, direction: SortDirection) -> Result<Window, Failure> {
        let (first, last) = (size(self.first)?, size(self.last)?);
        if first.is_some() && last.is_some() {
            return Err(Failure::new(ErrorCode::PageSizeInvalid).with("maximum", PAGE_MAXIMUM));
        }
        let district = ctx.actor()?.district_id();
        let seal = &ctx.state().services.cursors;
        let open =
            |cursor: &Option<String>| cursor.as_ref().map(|cursor| seal.read(district, list, cursor)).transpose();
        Ok(Window {
            limit: u64::try_from(first.or(last).unwrap_or(PAGE_DEFAULT)).unwrap_or(0),
            after: open(&self.after)?,
            before: open(&self.before)?,
            from_the_end: last.is_some(),
            descending: direction == SortDirection::Desc,
        })
    }
}

/// The cursor of a row. It is sealed, and becomes opaque text, only when it is asked for: most answers show none.
pub struct Cursor {
    services: Arc<Services>,
    district: DistrictId,
    list: Arc<str>,
    boundary: Boundary,
}

impl CursorType for Cursor {
    type Error = &'static str;

    fn decode_cursor(_: &str) -> Result<Self, Self::Error> {
        Err("a cursor is opened by the list that it belongs to")
    }

    fn encode_cursor(&self) -> String {
        self.services.cursors.write(self.district, &self.list, &self.boundary)
    }
}

/// A connection without a count.
pub type List<Node> = Connection<Cursor, Node, EmptyFields>;
/// A connection with a count on demand.
pub type Counted<Node> = Connection<Cursor, Node, TotalCount>;

/// Makes a connection of a page.
///
/// # Errors
/// `UNAUTHENTICATED`.
pub fn connect<T, Node: OutputType, Fields: ObjectType>(
    ctx: &Context<'_>,
    list: &str,
    arguments: &PageArguments,
    page: Page<T>,
    fields: Fields,
    boundary: impl Fn(&T) -> Boundary,
    node: impl Fn(T) -> Node,
) -> Result<Connection<Cursor, Node, Fields>, Failure> {
    let district = ctx.actor()?.district_id();
    let services = &ctx.state().services;
    let list: Arc<str> = list.into();
    let backwards = arguments.last.is_some();
    let (previous, next) =
        if backwards { (page.more, arguments.before.is_some()) } else { (arguments.after.is_some(), page.more) };
    let mut connection = Connection::with_additional_fields(previous, next, fields);
    connection.edges = page
        .rows
        .into_iter()
        .map(|row| {
            let (services, list) = (Arc::clone(services), Arc::clone(&list));
            Edge::new(Cursor { services, district, list, boundary: boundary(&row) }, node(row))
        })
        .collect();
    Ok(connection)
}

/// A page of the few rows that hang on one record and were all loaded: from `after` on, at most `first`.
///
/// # Errors
/// `PAGE_SIZE_INVALID`, `CURSOR_INVALID`, `UNAUTHENTICATED`.
pub fn connect_loaded<T, Node: OutputType>(
    ctx: &Context<'_>,
    list: &str,
    arguments: &RelationArguments,
    rows: Vec<T>,
    id: impl Fn(&T) -> uuid::Uuid,
    node: impl Fn(T) -> Node,
) -> Result<List<Node>, Failure> {
    let page = PageArguments { first: arguments.first, after: arguments.after.clone(), ..Default::default() };
    let window = page.window(ctx, list, SortDirection::Asc)?;
    let limit = if arguments.first.is_some() { window.limit } else { u64::try_from(PAGE_MAXIMUM).unwrap_or(0) };
    let limit = usize::try_from(limit).unwrap_or(0);
    let start = match &window.after {
        Some(after) => {
            rows.iter().position(|row| id(row) == after.id).map_or(rows.len(), |index| index.saturating_add(1))
        }
        None => 0,
    };
    let mut rows: Vec<T> = rows.into_iter().skip(start).collect();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let boundary = |row: &T| Boundary { key: crate::store::page::Key::Id, id: id(row) };
    connect(ctx, list, &page, Page { rows, more }, EmptyFields, boundary, node)
}

/// Page arguments of a relation.
#[derive(Clone, Debug, Default)]
pub struct RelationArguments {
    /// So many.
    pub first: Option<i32>,
    /// Behind this cursor.
    pub after: Option<String>,
}

/// What a count is of.
pub enum Counter {
    /// Municipalities of the district.
    Municipalities,
    /// Organisations of the district.
    Organisations,
    /// Guiding bodies of the district.
    Bodies,
    /// Positions that a filter selects.
    Positions(Option<Box<staffing::position::PositionFilter>>),
    /// Accounts.
    Accounts,
    /// Cases that a filter selects.
    Cases(Option<Box<casework::case::CaseFilter>>),
}

/// The count of a connection: read only when asked for.
pub struct TotalCount(pub Counter);

/// Fields that connections have besides those of the specification.
#[Object]
impl TotalCount {
    /// How many records the whole list has. Costs a statement of its own and 20 points: ask for it once, not on each page.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<i32, Failure> {
        let store = ctx.store();
        let count = match &self.0 {
            Counter::Municipalities => {
                let permit = ctx.permit::<verb::ReadDirectory>()?;
                district::directory::count::<district::municipality::Municipality, _>(store, &permit).await?
            }
            Counter::Organisations => {
                let permit = ctx.permit::<verb::ReadDirectory>()?;
                district::directory::count::<district::organisation::Organisation, _>(store, &permit).await?
            }
            Counter::Bodies => {
                let permit = ctx.permit::<verb::ReadDirectory>()?;
                district::directory::count::<district::body::Body, _>(store, &permit).await?
            }
            Counter::Positions(filter) => staffing::position::count(store, &ctx.permit()?, filter.as_deref()).await?,
            Counter::Cases(filter) => casework::case::count(store, &ctx.permit()?, filter.as_deref()).await?,
            Counter::Accounts => accounts::account::count(store, &ctx.permit()?).await?,
        };
        Ok(i32::try_from(count).unwrap_or(i32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use entity::ids::{DistrictId, Identifier};
    use proptest::prelude::*;

    use super::CursorSeal;
    use crate::store::page::{Boundary, Key};

    proptest! {
        #[test]
        fn a_cursor_opens_unchanged_in_its_own_list_and_district_only(text in "\\PC{0,20}", change in 0_usize..200, flip in 1_u8..64) {
            let seal = CursorSeal::new(&[7; 32]);
            let district = DistrictId::new();
            let boundary = Boundary { key: Key::Text(text), id: uuid::Uuid::now_v7() };
            let cursor = seal.write(district, "positions", &boundary);
            prop_assert_eq!(seal.read(district, "positions", &cursor).unwrap(), boundary);
            prop_assert!(seal.read(district, "accounts", &cursor).is_err());
            prop_assert!(seal.read(DistrictId::new(), "positions", &cursor).is_err());
            let mut bytes = cursor.clone().into_bytes();
            let place = change % bytes.len();
            bytes[place] ^= flip;
            if let Ok(changed) = String::from_utf8(bytes) {
                prop_assert!(changed == cursor || seal.read(district, "positions", &changed).is_err());
            }
        }
    }
}
