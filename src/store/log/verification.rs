//! Verification of the log: names the first event that was altered, is missing or stands out of order.

use std::fmt;

use entity::ids::{DistrictId, EventId};
use entity::{event, log_entry, log_pending, log_seal};
use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder, QuerySelect};

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
    /// A head is not what we signed.
    SignatureWrong,
    /// A signed head is gone.
    HeadMissing,
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
            Defect::SignatureWrong => write!(f, "position {position}: the head is not one that a key of ours signed"),
            Defect::HeadMissing => write!(f, "position {position}: the signed head is missing"),
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

struct Walk<'a> {
    next: i64,
    chain: Vec<u8>,
    /// Heads that were not met yet, in the order of the log.
    seals: &'a [log_seal::Model],
    /// The last position that a head covered so far.
    covered: i64,
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
    // The sealer of a running server works on meanwhile: heads and entries have to be read as of one moment.
    let snapshot = store.snapshot().await?;
    let connection = snapshot.connection();
    let seals = log_seal::Entity::find()
        .filter(log_seal::Column::DistrictId.eq(district))
        .order_by_asc(log_seal::Column::LastPosition)
        .all(connection)
        .await?;
    let mut walk = Walk { next: 1, chain: ORIGIN.to_vec(), seals: &seals, covered: 0, witness_seen: witness.is_none() };
    let mut finding = None;
    // Not from 1: an entry before the first position would be one too many.
    let mut from = i64::MIN;
    'log: loop {
        let entries = log_entry::Entity::find()
            .filter(log_entry::Column::DistrictId.eq(district))
            .filter(log_entry::Column::Position.gte(from))
            .order_by_asc(log_entry::Column::Position)
            .limit(BATCH)
            .find_also_related(event::Entity)
            .all(connection)
            .await?;
        if entries.is_empty() {
            break;
        }
        for (entry, event) in entries {
            if let Some(defect) = check_entry(connection, &walk, &entry, event.as_ref()).await? {
                finding = Some(Finding { position: std::cmp::min(entry.position, walk.next), defect });
                break 'log;
            }
            walk.chain.clone_from(&entry.chain_hash);
            walk.witness_seen = walk.witness_seen || witness == Some(entry.chain_hash.as_slice());
            if let Some(found) = walk.pass_seals(check) {
                finding = Some(found);
                break 'log;
            }
            walk.next = walk.next.saturating_add(1);
        }
        from = walk.next;
    }
    let last = walk.next.saturating_sub(1);
    if finding.is_none() {
        finding = check_end(connection, district, &walk, check).await?;
    }
    if finding.is_none() && !walk.witness_seen {
        finding = Some(Finding { position: last, defect: Defect::HeadUnknown });
    }
    let waiting = log_pending::Entity::find().filter(log_pending::Column::DistrictId.eq(district));
    let waiting = sea_orm::PaginatorTrait::count(waiting, connection).await?;
    snapshot.rollback().await?;
    Ok(Report {
        entries: last,
        heads: u64::try_from(seals.len()).unwrap_or(u64::MAX),
        waiting,
        head: walk.chain,
        finding,
    })
}

impl Walk<'_> {
    /// Checks the head at the present position, if there is one. One before it can only have been put in.
    fn pass_seals(&mut self, check: Check<'_>) -> Option<Finding> {
        let (seal, rest) = self.seals.split_first().filter(|(seal, _)| seal.last_position <= self.next)?;
        let found = |position, defect| Some(Finding { position, defect });
        if seal.last_position < self.next || !is_signed(seal, check) || seal.chain_hash != self.chain {
            return found(seal.last_position, Defect::SignatureWrong);
        }
        if seal.first_position != self.covered.saturating_add(1) {
            return found(seal.first_position.saturating_sub(1), Defect::HeadMissing);
        }
        self.covered = seal.last_position;
        self.seals = rest;
        None
    }
}

async fn check_entry(
    connection: &impl ConnectionTrait,
    walk: &Walk<'_>,
    entry: &log_entry::Model,
    event: Option<&event::Model>,
) -> Result<Option<Defect>, Failure> {
    if entry.position < walk.next {
        return Ok(Some(Defect::Reordered(entry.event_id)));
    }
    if entry.position > walk.next {
        return Ok(Some(Defect::Missing));
    }
    let Some(event) = event else { return Ok(Some(Defect::Missing)) };
    let hash = event_hash(event);
    if hash.as_slice() != entry.event_hash {
        // An event that is intact but stands elsewhere was moved; else it was altered.
        let elsewhere = log_entry::Entity::find()
            .filter(log_entry::Column::DistrictId.eq(entry.district_id))
            .filter(log_entry::Column::EventHash.eq(hash.to_vec()))
            .one(connection)
            .await?;
        let defect = if elsewhere.is_some() { Defect::Reordered(event.id) } else { Defect::Altered(event.id) };
        return Ok(Some(defect));
    }
    if chain_hash(&walk.chain, entry.position, &hash).as_slice() != entry.chain_hash {
        return Ok(Some(Defect::Reordered(event.id)));
    }
    Ok(None)
}

fn is_signed(seal: &log_seal::Model, check: Check<'_>) -> bool {
    check(&seal.key_id, &head_message(seal), &seal.signature)
}

/// After the last entry: heads must not reach further, and no event may stand beside the chain.
async fn check_end(
    connection: &impl ConnectionTrait,
    district: DistrictId,
    walk: &Walk<'_>,
    check: Check<'_>,
) -> Result<Option<Finding>, Failure> {
    let last = walk.next.saturating_sub(1);
    if let Some(seal) = walk.seals.first() {
        // A head of ours vouches for entries that are gone.
        let finding = if is_signed(seal, check) {
            Finding { position: walk.next, defect: Defect::Missing }
        } else {
            Finding { position: seal.last_position, defect: Defect::SignatureWrong }
        };
        return Ok(Some(finding));
    }
    // Entries and their head are written together, so the last entry always has a head.
    if walk.covered < last {
        return Ok(Some(Finding { position: last, defect: Defect::HeadMissing }));
    }
    let sealed = Query::select()
        .column(log_entry::Column::EventId)
        .from(log_entry::Entity)
        .and_where(log_entry::Column::DistrictId.eq(district))
        .take();
    let waiting = Query::select()
        .column(log_pending::Column::EventId)
        .from(log_pending::Entity)
        .and_where(log_pending::Column::DistrictId.eq(district))
        .take();
    let beside = event::Entity::find()
        .filter(event::Column::DistrictId.eq(district))
        .filter(event::Column::Id.into_simple_expr().not_in_subquery(sealed))
        .filter(event::Column::Id.into_simple_expr().not_in_subquery(waiting))
        .order_by_asc(event::Column::Id)
        .one(connection)
        .await?;
    Ok(beside.map(|event| Finding { position: last, defect: Defect::Unsealed(event.id) }))
}
