//! Tasks in cases.

use async_graphql::connection::EmptyFields;
use async_graphql::{Context, ID, Object};
use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::{CaseDuty, TaskStatus, TextKind};
use entity::ids::CaseId;

use crate::access::{Action, verb};
use crate::commands::CommandOptions;
use crate::commands::casework::task::{TaskAddInput, TaskSettleInput};
use crate::error::Failure;
use crate::graphql::casework::case::Case;
use crate::graphql::casework::text::text;
use crate::graphql::connection::{List, PageArguments, RelationArguments, SortDirection, connect, connect_loaded};
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::loaders::{CaseManager, TasksOf};
use crate::graphql::payload::payload;
use crate::graphql::staffing::staff_member::StaffMember;
use crate::store::casework::task::{self as records, TaskFilter};

/// `Task` of the schema; the description that its readers see stands on the `impl`.
pub struct Task(pub records::Task);

/// Something to be done in a case (Aufgabe). The lead and the substitute see it, supervisors see it without its text.
#[Object]
impl Task {
    /// Global id.
    async fn id(&self) -> ID {
        self.0.id.into()
    }

    /// The case that it belongs to.
    async fn case(&self, ctx: &Context<'_>) -> Result<Option<Case>, Failure> {
        Ok(ctx.load(self.0.case_id).await?.map(Case))
    }

    /// By when it is to be done.
    async fn due_on(&self) -> NaiveDate {
        self.0.due_on
    }

    /// As what somebody is to do it: it stays with the case when that passes to somebody else.
    async fn assigned_to(&self) -> CaseDuty {
        self.0.assignee
    }

    /// Who is to do it today: the lead of the case, or the substitute as long as there is one.
    async fn assignee(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>, Failure> {
        let Some(case) = ctx.load(self.0.case_id).await? else { return Ok(None) };
        let person = match self.0.assignee {
            CaseDuty::Lead => case.lead_id,
            CaseDuty::Substitute => case.substitute_id.unwrap_or(case.lead_id),
        };
        Ok(ctx.load(CaseManager { case: self.0.case_id, staff_member: person }).await?.map(StaffMember::from))
    }

    /// Where it stands.
    async fn status(&self) -> TaskStatus {
        self.0.status
    }

    /// When it was done or dropped; null while it is open.
    async fn settled_on(&self) -> Option<NaiveDate> {
        self.0.settled_on
    }

    /// What is to be done; null (with an entry in `extensions.redactions`) if it does not open for you.
    async fn text(&self, ctx: &Context<'_>) -> Result<Option<String>, Failure> {
        text(ctx, self.0.id.0, TextKind::Task).await
    }

    /// Counts the changes, from 1. Send it back as `expectedVersion` to be warned when somebody else was faster.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When the record was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
}

/// The tasks of a case, by the day on which they are due.
pub(super) async fn of_case(
    ctx: &Context<'_>,
    case: CaseId,
    status_in: Option<&[TaskStatus]>,
    arguments: &RelationArguments,
) -> Result<List<Task>, Failure> {
    let mut rows = ctx.load(TasksOf(case)).await?.unwrap_or_default();
    rows.retain(|row| status_in.is_none_or(|statuses| statuses.contains(&row.status)));
    rows.sort_by_key(|row| (row.due_on, row.id));
    connect_loaded(ctx, "case tasks", arguments, rows, |row| row.id.0, Task)
}

payload! {
    /// The answer to a command about a task.
    TaskPayload {
        /// The task as it stands now; null if rules forbade the command.
        task: Task
    } from records::Task, Task
}

/// Queries about tasks.
#[derive(Default)]
pub struct TaskQueries;

#[Object(guard = "crate::graphql::guard::Deny")]
impl TaskQueries {
    /// The tasks of all cases that you may see, by the day on which they are due, earliest first. For supervisors all of the
    /// district, without their texts.
    #[graphql(guard = "Requires(Action::ReadCase)")]
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones; all if left out.")] filter: Option<TaskFilter>,
        #[graphql(desc = "So many from the earliest; 25 unless said otherwise, at most 100.")] first: Option<i32>,
        #[graphql(desc = "Only what stands behind this cursor.")] after: Option<String>,
    ) -> Result<List<Task>, Failure> {
        const LIST: &str = "tasks";
        let arguments = PageArguments { first, after, ..Default::default() };
        let window = arguments.window(ctx, LIST, SortDirection::Asc)?;
        let (permit, account) = (ctx.permit::<verb::ReadCase>()?, ctx.actor()?.account_id());
        let page = records::page(ctx.store(), &permit, &filter.unwrap_or_default(), account, &window).await?;
        connect(ctx, LIST, &arguments, page, EmptyFields, records::boundary, Task)
    }
}

/// Commands about tasks.
#[derive(Default)]
pub struct TaskMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl TaskMutations {
    /// Adds a task to a case. For the lead and the substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn task_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task.")] input: TaskAddInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<TaskPayload, Failure> {
        Ok(ctx.create(&input, options).await?.into())
    }

    /// Records that a task is done, or no longer needed: OPEN → DONE or DROPPED; also in a closed case. For the lead and the
    /// substitute.
    #[graphql(guard = "Requires(Action::WorkOnCase)")]
    async fn task_settle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task, and whether it is done.")] input: TaskSettleInput,
        #[graphql(desc = "Idempotency key, validate-only, reason.")] options: Option<CommandOptions>,
    ) -> Result<TaskPayload, Failure> {
        Ok(ctx.change(&input, options).await?.into())
    }
}
