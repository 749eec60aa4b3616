//! Verification of the log: names the first event that was altered, is missing or stands out of order.

use std::fmt;

use entity::ids::{DistrictId, EventId};
use entity::{event, log_entry, log_pending, log_seal};
use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder, QuerySelect};

use crate::error::Failure;
use crate::log::{ORIGIN, chain_hash, event_hash, head_message};
use crate::store::Store;

/// How many entries are read at once.
const BATCH: u64 = 1000;

/// What is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Defect {
    /// The content of an event is not what it was when it was sealed.
    Altered(EventId),
    /// An entry or its event is gone.
    Missing,
    /// Entries stand in another order than when they were sealed.
    Reordered(EventId),
    /// An event was put in beside the write path, or its place in the outbox was taken away.
    Unsealed(EventId),
    /// The signature under a head is not ours.
    SignatureWrong,
    /// The head is not the one that was noted elsewhere.
    HeadUnknown,
}

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Position in the log.
    pub position: i64,
    /// What is wrong there.
    pub defect: Defect,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, defect } = self;
        match defect {
            Defect::Altered(event) => write!(f, "position {position}: event {event} was altered"),
            Defect::Missing => write!(f, "position {position}: the event is missing"),
            Defect::Reordered(event) => write!(f, "position {position}: event {event} stands out of order"),
            Defect::Unsealed(event) => {
                write!(f, "behind position {position}: event {event} is neither sealed nor waiting for the sealer")
            }
            Defect::SignatureWrong => write!(f, "position {position}: the signature under the head is wrong"),
            Defect::HeadUnknown => write!(f, "position {position}: the head is not the one that was given"),
        }
    }
}

/// The result for one district.
#[derive(Clone, Debug)]
pub struct Report {
    /// Entries that were checked.
    pub entries: i64,
    /// Signed heads that were checked.
    pub heads: u64,
    /// Committed events that wait for the sealer.
    pub waiting: u64,
    /// The chain hash of the last entry: to be noted elsewhere, as a witness against the removal of the newest entries.
    pub head: Vec<u8>,
    /// The first defect; `None` if all is well.
    pub finding: Option<Finding>,
}

/// Checks the signature of a head: key id, message, signature.
pub type Check<'a> = &'a (dyn Fn(&str, &[u8], &[u8]) -> bool + Sync);

struct Walk {
    next: i64,
    chain: Vec<u8>,
    /// The head that somebody noted was passed.
    witness_seen: bool,
}

/// Verifies the log of a district. `witness` is a head that was noted earlier: it has to occur in the chain.
///
/// # Errors
/// Those of the database.
pub async fn verify(
    store: &Store,
    district: DistrictId,
    witness: Option<&[u8]>,
    check: Check<'_>,
) -> Result<Report, Failure> {
    let seals = log_seal::Entity::find()
        .filter(log_seal::Column::DistrictId.eq(district))
        .order_by_asc(log_seal::Column::LastPosition)
        .all(store.reader())
        .await?;
    let mut walk = Walk { next: 1, chain: ORIGIN.to_vec(), witness_seen: witness.is_none() };
    let mut finding = None;
    let mut seals_left = seals.iter().peekable();
    'log: loop {
        let entries = log_entry::Entity::find()
            .filter(log_entry::Column::DistrictId.eq(district))
            .filter(log_entry::Column::Position.gte(walk.next))
            .order_by_asc(log_entry::Column::Position)
            .limit(BATCH)
            .find_also_related(event::Entity)
            .all(store.reader())
            .await?;
        if entries.is_empty() {
            break;
        }
        for (entry, event) in entries {
            if let Some(defect) = check_entry(store, &walk, &entry, event.as_ref()).await? {
                finding = Some(Finding { position: walk.next, defect });
                break 'log;
            }
            walk.chain.clone_from(&entry.chain_hash);
            walk.witness_seen = walk.witness_seen || witness == Some(entry.chain_hash.as_slice());
            if let Some(seal) = seals_left.next_if(|seal| seal.last_position == walk.next)
                && let Some(defect) = check_seal(seal, &walk.chain, check)
            {
                finding = Some(Finding { position: walk.next, defect });
                break 'log;
            }
            walk.next = walk.next.saturating_add(1);
        }
    }
    let last = walk.next.saturating_sub(1);
    if finding.is_none() {
        finding = check_end(store, district, last, seals.last()).await?;
    }
    if finding.is_none() && !walk.witness_seen {
        finding = Some(Finding { position: last, defect: Defect::HeadUnknown });
    }
    let waiting = log_pending::Entity::find().filter(log_pending::Column::DistrictId.eq(district));
    Ok(Report {
        entries: last,
        heads: u64::try_from(seals.len()).unwrap_or(u64::MAX),
        waiting: sea_orm::PaginatorTrait::count(waiting, store.reader()).await?,
        head: walk.chain,
        finding,
    })
}

async fn check_entry(
    store: &Store,
    walk: &Walk,
    entry: &log_entry::Model,
    event: Option<&event::Model>,
) -> Result<Option<Defect>, Failure> {
    if entry.position != walk.next {
        return Ok(Some(Defect::Missing));
    }
    let Some(event) = event else { return Ok(Some(Defect::Missing)) };
    let hash = event_hash(event);
    if hash.as_slice() != entry.event_hash {
        // An event that is intact but stands elsewhere was moved; else it was altered.
        let elsewhere = log_entry::Entity::find()
            .filter(log_entry::Column::DistrictId.eq(entry.district_id))
            .filter(log_entry::Column::EventHash.eq(hash.to_vec()))
            .one(store.reader())
            .await?;
        let defect = if elsewhere.is_some() { Defect::Reordered(event.id) } else { Defect::Altered(event.id) };
        return Ok(Some(defect));
    }
    if chain_hash(&walk.chain, entry.position, &hash).as_slice() != entry.chain_hash {
        return Ok(Some(Defect::Reordered(event.id)));
    }
    Ok(None)
}

fn check_seal(seal: &log_seal::Model, chain: &[u8], check: Check<'_>) -> Option<Defect> {
    let message = head_message(seal.district_id, seal.last_position, &seal.chain_hash, seal.sealed_at);
    (seal.chain_hash != chain || !check(&seal.key_id, &message, &seal.signature)).then_some(Defect::SignatureWrong)
}

/// After the last entry: heads must not reach further, and no event may stand beside the chain.
async fn check_end(
    store: &Store,
    district: DistrictId,
    last: i64,
    last_seal: Option<&log_seal::Model>,
) -> Result<Option<Finding>, Failure> {
    match last_seal {
        Some(seal) if seal.last_position > last => {
            return Ok(Some(Finding { position: last.saturating_add(1), defect: Defect::Missing }));
        }
        Some(seal) if seal.last_position == last => {}
        _ if last == 0 => {}
        // Entries and their head are written together, so the last entry always has a head.
        _ => return Ok(Some(Finding { position: last, defect: Defect::SignatureWrong })),
    }
    let sealed = Query::select().column(log_entry::Column::EventId).from(log_entry::Entity).take();
    let waiting = Query::select().column(log_pending::Column::EventId).from(log_pending::Entity).take();
    let beside = event::Entity::find()
        .filter(event::Column::DistrictId.eq(district))
        .filter(event::Column::Id.into_simple_expr().not_in_subquery(sealed))
        .filter(event::Column::Id.into_simple_expr().not_in_subquery(waiting))
        .order_by_asc(event::Column::Id)
        .one(store.reader())
        .await?;
    Ok(beside.map(|event| Finding { position: last, defect: Defect::Unsealed(event.id) }))
}
