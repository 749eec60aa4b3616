//! Tasks in cases: added, done or dropped.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::codes::{CaseDuty, TaskStatus, TextKind};
use entity::ids::{CaseId, Identifier, TaskId};
use serde::Serialize;
use serde_json::json;

use super::work::{case_at_work, changes_part, loads_part, record_in_case};
use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Stop, Texts, Work};
use crate::domain::input::{Checks, REASON_MAXIMUM};
use crate::error::{ErrorCode, UserError};
use crate::store::casework::part;
use crate::store::casework::task::Task;

record_in_case!(Task, TaskId, |task| Some(task.version));

/// A task to be done in a case.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct TaskAddInput {
    /// The case.
    pub case_id: CaseId,
    /// What is to be done. Sealed. At most 2000 characters.
    pub text: String,
    /// By when.
    pub due_on: NaiveDate,
    /// Who is to do it: whoever leads the case, or stands in. It thus stays with the case when that passes to somebody else.
    #[graphql(default_with = "CaseDuty::Lead")]
    pub assignee: CaseDuty,
}

impl Command for TaskAddInput {
    const NAME: &'static str = "taskAdd";
    type Verb = verb::WorkOnCase;
    type Record = Task;

    fn check(&self, checks: &mut Checks) {
        checks.prose("text", Some(&self.text), REASON_MAXIMUM);
        checks.day("dueOn", Some(self.due_on));
    }

    loads_part!(Task);
}

impl Creates for TaskAddInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<Task>, Stop> {
        let case = case_at_work(work, "caseId", self.case_id).await?;
        if self.assignee == CaseDuty::Substitute && case.substitute_id.is_none() {
            return Err(UserError::at("assignee", ErrorCode::NoSubstitute).into());
        }
        let added = Task {
            id: TaskId::new(),
            district_id: case.district_id,
            case_id: case.id,
            client_id: case.client_id,
            due_on: self.due_on,
            assignee: self.assignee,
            status: TaskStatus::Open,
            settled_on: None,
            version: 1,
            created_at: work.now,
        };
        part::insert(work.transaction.connection(), work.permit, &added).await?;
        let texts = Texts::in_case(case.client_id, case.id).with(added.id.0, TextKind::Task, Some(&self.text));
        Ok(Done::new(added).with_texts(texts))
    }
}

/// A task that is over.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct TaskSettleInput {
    /// The task.
    pub task_id: TaskId,
    /// The version that you saw; refused if the task was changed since.
    pub expected_version: Option<i32>,
    /// DONE or DROPPED.
    pub status: TaskStatus,
}

impl Command for TaskSettleInput {
    const NAME: &'static str = "taskSettle";
    type Verb = verb::WorkOnCase;
    type Record = Task;

    fn check(&self, checks: &mut Checks) {
        checks.require(self.status != TaskStatus::Open, || {
            let open = TaskStatus::Open.as_str();
            UserError::at("status", ErrorCode::StatusNotReachable).with("from", open).with("to", open)
        });
    }

    loads_part!(Task);
}

impl Changes for TaskSettleInput {
    changes_part!(TaskId, task_id, "taskId");

    async fn change(&self, work: &Work<'_, Self::Verb>, mut task: Task) -> Result<Done<Task>, Stop> {
        // Also in a closed case, and of somebody whose data are restricted: nothing is written about anybody.
        if task.status != TaskStatus::Open {
            return Err(UserError::at("taskId", ErrorCode::TaskNotOpen).with("status", task.status.as_str()).into());
        }
        task.status = self.status;
        task.settled_on = Some(work.today);
        task.version = task.version.saturating_add(1);
        part::update(work.transaction.connection(), work.permit, &task).await?;
        let details = json!({ "task": task.id.to_string() });
        Ok(Done::new(task).with(details))
    }
}
