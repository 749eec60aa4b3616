//! Global ids: one record by its id, whatever it is.
//!
//! Guards are skipped through interfaces, so `Node` carries the id and nothing else, and every record is read through its
//! own door.

use async_graphql::{Context, ID, Interface, Object};
use entity::ids::{
    AccountId, ActionItemId, AgendaItemId, BarrierId, BodyId, CaseId, ClientId, ConceptId, DecisionId, DistrictId,
    DocumentId, Identifier, ImportRunId, MeetingId, MunicipalityId, OrganisationId, PaperId, PositionId, StaffMemberId,
    SupervisionSessionId, ThemeId,
};

use crate::error::{ErrorCode, Failure};
use crate::graphql::accounts::account::Account;
use crate::graphql::bodies::action_item::ActionItem;
use crate::graphql::bodies::agenda_item::AgendaItem;
use crate::graphql::bodies::concept::ConceptDocument;
use crate::graphql::bodies::decision::Decision;
use crate::graphql::bodies::meeting::Meeting;
use crate::graphql::bodies::paper::Paper;
use crate::graphql::casework::case::Case;
use crate::graphql::casework::client::Client;
use crate::graphql::casework::document::Document;
use crate::graphql::casework::import::ImportRun;
use crate::graphql::casework::supervision_session::SupervisionSession;
use crate::graphql::connection::PAGE_MAXIMUM;
use crate::graphql::context::Ask;
use crate::graphql::district::body::Body;
use crate::graphql::district::district::District;
use crate::graphql::district::municipality::Municipality;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::guard::LoggedIn;
use crate::graphql::staffing::position::Position;
use crate::graphql::staffing::staff_member::StaffMember;
use crate::graphql::structure::barrier::Barrier;
use crate::graphql::structure::theme::Theme;

/// A record with a global id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global id: opaque, unique over all kinds of records."))]
pub enum Node {
    /// An account.
    Account(Account),
    /// Something to be done after a decision.
    ActionItem(ActionItem),
    /// An item of an agenda.
    AgendaItem(AgendaItem),
    /// A guiding body.
    Body(Body),
    /// A barrier.
    Barrier(Barrier),
    /// A case.
    Case(Case),
    /// A client.
    Client(Client),
    /// An edition of the case-management concept.
    ConceptDocument(ConceptDocument),
    /// A decision of a body.
    Decision(Decision),
    /// A district.
    District(District),
    /// A run of an import.
    ImportRun(ImportRun),
    /// A document of a case.
    Document(Document),
    /// A meeting of a body.
    Meeting(Meeting),
    /// A municipality.
    Municipality(Municipality),
    /// An organisation.
    Organisation(Organisation),
    /// A paper of a meeting.
    Paper(Paper),
    /// A position.
    Position(Position),
    /// A member of staff.
    StaffMember(StaffMember),
    /// A session of professional supervision.
    SupervisionSession(SupervisionSession),
    /// A generative theme.
    Theme(Theme),
}

/// Reads the record of a global id through its own door; `None` if it does not exist or is out of reach.
///
/// # Errors
/// `BAD_INPUT` for text that is no global id, and the troubles of the server.
pub async fn read(ctx: &Context<'_>, id: &str) -> Result<Option<Node>, Failure> {
    if let Some(id) = PositionId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::Position(Position(row))));
    }
    if let Some(id) = OrganisationId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::Organisation(Organisation(row))));
    }
    if let Some(id) = MunicipalityId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::Municipality(Municipality(row))));
    }
    if let Some(id) = StaffMemberId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::StaffMember(row.into())));
    }
    if let Some(id) = CaseId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::Case(Case(row))));
    }
    if let Some(id) = ClientId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::Client(Client(row))));
    }
    if let Some(id) = ImportRunId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::ImportRun(ImportRun(row))));
    }
    if let Some(id) = DocumentId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::Document(Document(row))));
    }
    if let Some(id) = SupervisionSessionId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::SupervisionSession(SupervisionSession(row))));
    }
    if let Some(id) = BarrierId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::Barrier(Barrier(row))));
    }
    if let Some(id) = ThemeId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::Theme(Theme(row))));
    }
    if let Some(id) = MeetingId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::Meeting(Meeting(row))));
    }
    if let Some(id) = AgendaItemId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::AgendaItem(AgendaItem(row))));
    }
    if let Some(id) = DecisionId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::Decision(Decision(row))));
    }
    if let Some(id) = ActionItemId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::ActionItem(ActionItem(row))));
    }
    if let Some(id) = PaperId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::Paper(Paper(row))));
    }
    if let Some(id) = ConceptId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::ConceptDocument(ConceptDocument(row))));
    }
    if let Some(id) = AccountId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::Account(Account(row))));
    }
    if let Some(id) = BodyId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::Body(Body(row))));
    }
    if let Some(id) = DistrictId::parse(id) {
        return Ok(ctx.load(id).await?.map(|row| Node::District(District(row))));
    }
    Err(Failure::new(ErrorCode::BadInput).with("detail", "not a global id of this API"))
}

/// Queries by global id.
#[derive(Default)]
pub struct NodeQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl NodeQueries {
    /// One record by its global id; null if it does not exist or is not yours to see.
    #[graphql(guard = "LoggedIn")]
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "Global id.")] id: ID) -> Result<Option<Node>, Failure> {
        read(ctx, &id).await
    }

    /// Several records by their global ids, in the same order; null where one does not exist or is not yours to see. At most
    /// 100.
    #[graphql(guard = "LoggedIn")]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ids.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>, Failure> {
        if ids.len() > usize::try_from(PAGE_MAXIMUM).unwrap_or(0) {
            return Err(Failure::new(ErrorCode::PageSizeInvalid).with("maximum", PAGE_MAXIMUM));
        }
        futures_util::future::try_join_all(ids.iter().map(|id| read(ctx, id))).await
    }
}
