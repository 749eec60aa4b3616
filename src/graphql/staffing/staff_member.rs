//! Staff members.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object};

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::staffing::staff_member::StaffMemberAddInput;
use crate::error::Failure;
use crate::graphql::connection::{List, PageArguments, SortDirection, connect};
use crate::graphql::context::Ask;
use crate::graphql::district::organisation::Organisation;
use crate::graphql::guard::Requires;
use crate::graphql::log::entry::{LogEntry, history};
use crate::graphql::payload::payload;
use crate::store::district::organisation;
use crate::store::log::history::Subject;
use crate::store::staffing::staff_member;

/// `StaffMember` of the schema; the description that its readers see stands on the `impl`.
pub struct StaffMember {
    /// The person.
    pub person: staff_member::StaffMember,
    /// The employer, where it was read along.
    pub organisation: Option<organisation::Organisation>,
}

impl From<staff_member::StaffMember> for StaffMember {
    fn from(person: staff_member::StaffMember) -> Self {
        Self { person, organisation: None }
    }
}

/// A member of staff: somebody who holds a position or supervises one.
#[Object]
impl StaffMember {
    /// Global id.
    pub async fn id(&self) -> ID {
        self.person.id.into()
    }

    /// Name.
    async fn display_name(&self) -> &str {
        &self.person.display_name
    }

    /// The employer.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Option<Organisation>, Failure> {
        match &self.organisation {
            Some(organisation) => Ok(Some(Organisation(organisation.clone()))),
            None => Ok(ctx.load(self.person.organisation_id).await?.map(Organisation)),
        }
    }

    /// What was done to it, newest first.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the newest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<LogEntry>, Failure> {
        history(ctx, Subject::StaffMember(self.person.id), first, after).await
    }
}

/// Queries about staff members.
#[derive(Default)]
pub struct StaffMemberQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl StaffMemberQueries {
    /// Staff members by name: all of the district for coordinators and supervisors, those of the own organisation for
    /// employers, oneself for case managers.
    #[graphql(guard = "Requires(Action::ReadStaffMember)")]
    async fn staff_members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "So many from the beginning; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, instead of `first`.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Result<List<StaffMember>, Failure> {
        const LIST: &str = "staffMembers";
        let arguments = PageArguments { first, after, last, before };
        let window = arguments.window(ctx, LIST, SortDirection::Asc)?;
        let page = staff_member::page(ctx.store(), &ctx.permit::<verb::ReadStaffMember>()?, &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, staff_member::boundary, StaffMember::from)
    }
}

payload! {
    /// The answer to a command about a member of staff.
    StaffMemberPayload {
        /// The record as it stands now; null if rules forbade the command.
        staff_member: StaffMember
    } from staff_member::StaffMember, StaffMember::from
}

/// Commands about staff members.
#[derive(Default)]
pub struct StaffMemberMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl StaffMemberMutations {
    /// Puts a member of staff on record, e.g. a supervisor. For employers, coordinators and supervisors, each in the own
    /// organisation. Who is new and fills a position at once is put on record by `positionFill`.
    #[graphql(guard = "Requires(Action::AddStaffMember)")]
    async fn staff_member_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The person to be put on record.")] input: StaffMemberAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<StaffMemberPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }
}
