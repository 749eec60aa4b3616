//! Keyset pages: a page costs the same wherever it lies, and nothing is skipped or shown twice.
//!
//! Every order ends with the id, which makes it total.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{ExprTrait, SimpleExpr};
use sea_orm::{EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The value of the sort key at the edge of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Key {
    /// Sorted by the id alone.
    #[serde(rename = "i")]
    Id,
    /// Text.
    #[serde(rename = "t")]
    Text(String),
    /// A day.
    #[serde(rename = "d")]
    Day(NaiveDate),
    /// A number.
    #[serde(rename = "n")]
    Number(i32),
    /// An instant.
    #[serde(rename = "s")]
    Instant(DateTime<Utc>),
}

/// The edge of a page: the row next to which it begins or ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boundary {
    /// Its sort key.
    #[serde(rename = "k")]
    pub key: Key,
    /// Its id.
    #[serde(rename = "r")]
    pub id: Uuid,
}

/// Which part of a list is wanted.
#[derive(Clone, Debug)]
pub struct Window {
    /// The most rows.
    pub limit: u64,
    /// Only rows behind this one.
    pub after: Option<Boundary>,
    /// Only rows before this one.
    pub before: Option<Boundary>,
    /// Whether the rows nearest to the end are wanted (`last`).
    pub from_the_end: bool,
    /// Whether the list runs downwards.
    pub descending: bool,
}

/// A page, in the order of the list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether there are more rows beyond the page, in the direction of reading.
    pub more: bool,
}

impl Window {
    /// Narrows and orders `select`; one row more than wanted is asked for, to know whether there are more.
    pub(super) fn apply<E: EntityTrait>(
        &self,
        select: Select<E>,
        key: Option<SimpleExpr>,
        id: SimpleExpr,
    ) -> Select<E> {
        let mut select = select;
        for (boundary, behind) in [(&self.after, true), (&self.before, false)] {
            let Some(boundary) = boundary else { continue };
            let (mut columns, mut values) = (Vec::new(), Vec::new());
            match (&key, &boundary.key) {
                (Some(key), Key::Text(text)) => {
                    columns.push(key.clone());
                    values.push(SimpleExpr::val(text.clone()));
                }
                (Some(key), Key::Day(day)) => {
                    columns.push(key.clone());
                    values.push(SimpleExpr::val(*day));
                }
                (Some(key), Key::Number(number)) => {
                    columns.push(key.clone());
                    values.push(SimpleExpr::val(*number));
                }
                (Some(key), Key::Instant(instant)) => {
                    columns.push(key.clone());
                    values.push(SimpleExpr::val(*instant));
                }
                _ => {}
            }
            columns.push(id.clone());
            values.push(SimpleExpr::val(boundary.id));
            let (row, edge) = (SimpleExpr::Tuple(columns), SimpleExpr::Tuple(values));
            select = select.filter(if behind == self.descending { row.lt(edge) } else { row.gt(edge) });
        }
        let direction = if self.descending == self.from_the_end { Order::Asc } else { Order::Desc };
        if let Some(key) = key {
            select = select.order_by(key, direction.clone());
        }
        select.order_by(id, direction).limit(self.limit.saturating_add(1))
    }

    /// Makes a page of the rows that came back.
    pub(super) fn page<T>(&self, mut rows: Vec<T>) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        if self.from_the_end {
            rows.reverse();
        }
        Page { rows, more }
    }
}
