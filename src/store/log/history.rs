//! The history of records, each read through the door of its own record: who does not reach the record, or no longer
//! does, reads no history either.

use std::collections::HashMap;

use entity::event::{Column, Entity};
use entity::ids::{
    AccountId, BodyId, CaseId, ClientId, CodeListEntryId, ConceptId, DeadlineRuleId, GrantId, MeetingId,
    MunicipalityId, OrganisationId, PositionId, StaffMemberId, SupervisionSessionId,
};
use sea_orm::sea_query::{Asterisk, Expr, Query, SelectStatement, UnionType};
use sea_orm::{ColumnTrait, ConnectionTrait, FromQueryResult, Iterable, Order};
use uuid::Uuid;

use super::event::Event;
use crate::access::{Actor, Permit, verb};
use crate::error::Failure;
use crate::store::Store;
use crate::store::accounts::{account, grant};
use crate::store::bodies::{concept, meeting};
use crate::store::casework::{case, client, deadline_rule, supervision_session};
use crate::store::district::body;
use crate::store::district::code_list;
use crate::store::district::directory;
use crate::store::district::municipality::Municipality;
use crate::store::district::organisation::Organisation;
use crate::store::page::Page;
use crate::store::staffing::{position, staff_member};

/// How many histories one statement reads: SQLite joins at most 500 selections.
const AT_ONCE: usize = 100;

/// A record that has a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// An account.
    Account(AccountId),
    /// A body, with its memberships.
    Body(BodyId),
    /// A case.
    Case(CaseId),
    /// A client.
    Client(ClientId),
    /// An entry of a code list.
    CodeListEntry(CodeListEntryId),
    /// An edition of the concept, with all that belongs to it.
    Concept(ConceptId),
    /// A rule of deadlines.
    DeadlineRule(DeadlineRuleId),
    /// A grant.
    Grant(GrantId),
    /// A meeting, with all that belongs to it.
    Meeting(MeetingId),
    /// A municipality.
    Municipality(MunicipalityId),
    /// An organisation.
    Organisation(OrganisationId),
    /// A position.
    Position(PositionId),
    /// A member of staff.
    StaffMember(StaffMemberId),
    /// A session of professional supervision.
    SupervisionSession(SupervisionSessionId),
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account(id) => id.fmt(f),
            Self::Body(id) => id.fmt(f),
            Self::Case(id) => id.fmt(f),
            Self::Client(id) => id.fmt(f),
            Self::CodeListEntry(id) => id.fmt(f),
            Self::Concept(id) => id.fmt(f),
            Self::DeadlineRule(id) => id.fmt(f),
            Self::Grant(id) => id.fmt(f),
            Self::Meeting(id) => id.fmt(f),
            Self::Municipality(id) => id.fmt(f),
            Self::Organisation(id) => id.fmt(f),
            Self::Position(id) => id.fmt(f),
            Self::StaffMember(id) => id.fmt(f),
            Self::SupervisionSession(id) => id.fmt(f),
        }
    }
}

/// A page of the history of one record, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    /// Whose history.
    pub subject: Subject,
    /// Only what is older than this event.
    pub after: Option<Uuid>,
    /// The most events.
    pub limit: u64,
}

/// The doors of everything that has a history.
#[derive(Debug)]
pub struct Doors {
    accounts: Permit<verb::ReadAccount>,
    bodies: Permit<verb::ReadBody>,
    cases: Permit<verb::ReadCase>,
    concepts: Permit<verb::ReadConcept>,
    directory: Permit<verb::ReadDirectory>,
    identities: Permit<verb::ReadIdentity>,
    meetings: Permit<verb::ReadMeeting>,
    positions: Permit<verb::ReadPosition>,
    sessions: Permit<verb::ReadSupervisionSession>,
    staff: Permit<verb::ReadStaffMember>,
}

impl Doors {
    /// As far as `actor` reaches.
    #[must_use]
    pub fn of(actor: &Actor) -> Self {
        Self {
            accounts: actor.permit_whatever(),
            bodies: actor.permit_whatever(),
            cases: actor.permit_whatever(),
            concepts: actor.permit_whatever(),
            directory: actor.permit_whatever(),
            identities: actor.permit_whatever(),
            meetings: actor.permit_whatever(),
            positions: actor.permit_whatever(),
            sessions: actor.permit_whatever(),
            staff: actor.permit_whatever(),
        }
    }

    /// Selects the record if it is within reach.
    fn select(&self, subject: Subject) -> SelectStatement {
        match subject {
            Subject::Account(id) => account::door(&self.accounts, id),
            Subject::Body(id) => body::door(&self.bodies, id),
            Subject::Case(id) => case::door(&self.cases, id),
            Subject::Client(id) => client::door(&self.identities, id),
            Subject::CodeListEntry(id) => code_list::door(&self.directory, id),
            Subject::Concept(id) => concept::door(&self.concepts, id),
            Subject::DeadlineRule(id) => deadline_rule::door(&self.directory, id),
            Subject::Grant(id) => grant::door(&self.accounts, id),
            Subject::Meeting(id) => meeting::door(&self.meetings, id),
            Subject::Municipality(id) => directory::door::<Municipality, _>(&self.directory, id),
            Subject::Organisation(id) => directory::door::<Organisation, _>(&self.directory, id),
            Subject::Position(id) => position::door(&self.positions, id),
            Subject::StaffMember(id) => staff_member::door(&self.staff, id),
            Subject::SupervisionSession(id) => supervision_session::door(&self.sessions, id),
        }
    }
}

/// The pages that were asked for, in one statement. Those of records out of reach are empty.
///
/// # Errors
/// Those of the database.
pub async fn pages(store: &Store, doors: &Doors, asked: &[Part]) -> Result<HashMap<Part, Page<Event>>, Failure> {
    let mut pages = HashMap::with_capacity(asked.len());
    for asked in asked.chunks(AT_ONCE) {
        let mut events: Vec<Vec<Event>> = asked.iter().map(|_| Vec::new()).collect();
        let mut selections = asked.iter().enumerate().map(|(number, part)| selection(doors, number, part));
        let Some(mut statement) = selections.next() else { continue };
        statement.unions(selections.map(|selection| (UnionType::All, selection)));
        for row in store.reader().query_all(&statement).await? {
            let number: i32 = row.try_get("", "part")?;
            if let Some(events) = usize::try_from(number).ok().and_then(|number| events.get_mut(number)) {
                events.push(Event::from_query_result(&row, "")?);
            }
        }
        for (part, mut rows) in asked.iter().zip(events) {
            rows.sort_unstable_by_key(|event| std::cmp::Reverse(event.id));
            let limit = usize::try_from(part.limit).unwrap_or(usize::MAX);
            let more = rows.len() > limit;
            rows.truncate(limit);
            pages.insert(*part, Page { rows, more });
        }
    }
    Ok(pages)
}

/// One history, as a member of the union: its number goes along, so that the rows find their way back.
fn selection(doors: &Doors, number: usize, part: &Part) -> SelectStatement {
    let mut newest = Query::select();
    newest
        .columns(Column::iter())
        .expr_as(Expr::cust(number.to_string()), "part")
        .from(Entity)
        .and_where(Column::DistrictId.eq(doors.directory.district_id()))
        .and_where(Column::Subject.eq(part.subject.to_string()))
        .and_where(Expr::exists(doors.select(part.subject)))
        .order_by(Column::Id, Order::Desc)
        .limit(part.limit.saturating_add(1));
    if let Some(after) = part.after {
        newest.and_where(Column::Id.lt(after));
    }
    Query::select().column(Asterisk).from_subquery(newest, "newest").take()
}
