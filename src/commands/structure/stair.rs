//! Versions of the stair model: drafted, imported from a file, activated.

use async_graphql::InputObject;
use entity::codes::{BodyKind, IdentityLevel, StageActor, StairModelStatus};
use entity::ids::{Identifier, StairModelId};
use serde::{Deserialize, Serialize};

use crate::access::verb;
use crate::commands::pipeline::{Changes, Command, Creates, Done, Record, Stop, Work};
use crate::domain::input::{Checks, NAME_MAXIMUM};
use crate::domain::structure::stair::{StageDraft, check};
use crate::error::{ErrorCode, Failure, UserError};
use crate::store::structure::stair::{self, StairModel, StairStage};

/// The longest source of a model, in characters.
const SOURCE_MAXIMUM: usize = 500;
/// The largest file, in bytes.
const FILE_MAXIMUM: usize = 100_000;

impl Record for StairModel {
    type Id = StairModelId;

    fn id(&self) -> StairModelId {
        self.id
    }

    fn version(&self) -> Option<i32> {
        Some(self.version)
    }
}

macro_rules! loads_model {
    () => {
        async fn load(work: &Work<'_, Self::Verb>, id: StairModelId) -> Result<Option<StairModel>, Failure> {
            stair::lock(work.transaction.connection(), work.permit, id).await
        }
    };
}

/// A stage of a stair model.
#[derive(Clone, Debug, Serialize, Deserialize, InputObject)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StairStageInput {
    /// Its place on the stair, from 1, without gaps.
    pub position: i32,
    /// Its name for programs, e.g. `CONSULT`: capital letters, digits, underscores.
    pub key: String,
    /// German label. At most 200 characters.
    pub label_de: String,
    /// English label. At most 200 characters.
    pub label_en: String,
    /// What happens on it, and when a barrier leaves it, in German. At most 2000 characters.
    pub criteria_de: String,
    /// The same in English.
    pub criteria_en: String,
    /// Who is accountable.
    pub accountable: StageActor,
    /// Which kind of body, if a body is accountable.
    pub body_kind: Option<BodyKind>,
    /// Within how many days an answer is due, 1 to 730; null: at any time. After twice that time a barrier goes up.
    pub answer_days: Option<i32>,
    /// What those who deal with it may know of the person. Upwards it can only become less.
    pub identity_level: IdentityLevel,
}

impl From<&StairStageInput> for StageDraft {
    fn from(stage: &StairStageInput) -> Self {
        Self {
            position: stage.position,
            key: stage.key.clone(),
            label_de: stage.label_de.clone(),
            label_en: stage.label_en.clone(),
            criteria_de: stage.criteria_de.clone(),
            criteria_en: stage.criteria_en.clone(),
            accountable: stage.accountable,
            body_kind: stage.body_kind,
            answer_days: stage.answer_days,
            identity_level: stage.identity_level,
        }
    }
}

impl From<&StairStage> for StairStageInput {
    fn from(stage: &StairStage) -> Self {
        Self {
            position: stage.position,
            key: stage.key.clone(),
            label_de: stage.label_de.clone(),
            label_en: stage.label_en.clone(),
            criteria_de: stage.criteria_de.clone(),
            criteria_en: stage.criteria_en.clone(),
            accountable: stage.accountable,
            body_kind: stage.body_kind,
            answer_days: stage.answer_days,
            identity_level: stage.identity_level,
        }
    }
}

/// A new version of the stair model (Treppenmodell), as a draft. Barriers that climb by an earlier version keep it.
#[derive(Clone, Debug, Serialize, Deserialize, InputObject)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StairModelDraftInput {
    /// Its name. At most 200 characters.
    pub name: String,
    /// Where it comes from: who decided it, or whose reading it is. At most 500 characters.
    pub source: String,
    /// The stage on which barriers begin: one that case managers are accountable for.
    pub entry_position: i32,
    /// Three to seven stages.
    pub stages: Vec<StairStageInput>,
}

impl StairModelDraftInput {
    fn examine(&self, checks: &mut Checks) {
        checks.line("name", &self.name, NAME_MAXIMUM);
        checks.line("source", &self.source, SOURCE_MAXIMUM);
        let stages: Vec<StageDraft> = self.stages.iter().map(StageDraft::from).collect();
        check(&stages, self.entry_position, checks);
    }

    async fn store(&self, work: &Work<'_, verb::EditStairModel>) -> Result<Done<StairModel>, Stop> {
        let connection = work.transaction.connection();
        let model = StairModel {
            id: StairModelId::new(),
            district_id: work.permit.district_id(),
            number: stair::next_number(connection, work.permit).await?,
            name: self.name.trim().to_owned(),
            source: self.source.trim().to_owned(),
            status: StairModelStatus::Draft,
            entry_position: self.entry_position,
            activated_at: None,
            version: 1,
            created_at: work.now,
        };
        let stages: Vec<StageDraft> = self.stages.iter().map(StageDraft::from).collect();
        stair::insert(connection, &model, &stages).await?;
        Ok(Done::new(model))
    }
}

impl Command for StairModelDraftInput {
    const NAME: &'static str = "stairModelDraft";
    type Verb = verb::EditStairModel;
    type Record = StairModel;

    loads_model!();

    fn check(&self, checks: &mut Checks) {
        self.examine(checks);
    }
}

impl Creates for StairModelDraftInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<StairModel>, Stop> {
        self.store(work).await
    }
}

/// A version of the stair model from a file, as `StairModel.file` gives it. It becomes a draft.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct StairModelImportInput {
    /// The content of the file: JSON, at most 100 kB.
    pub file: String,
}

impl StairModelImportInput {
    fn read(&self) -> Result<StairModelDraftInput, UserError> {
        let unreadable = |cause: &dyn std::fmt::Display| {
            UserError::at("file", ErrorCode::StairFileUnreadable).with("cause", cause.to_string())
        };
        if self.file.len() > FILE_MAXIMUM {
            return Err(unreadable(&format_args!("> {FILE_MAXIMUM} bytes")));
        }
        serde_json::from_str(&self.file).map_err(|error| {
            // Where it is, and of what kind; never what stands there.
            unreadable(&format_args!("line {}, column {}", error.line(), error.column()))
        })
    }
}

impl Command for StairModelImportInput {
    const NAME: &'static str = "stairModelImport";
    type Verb = verb::EditStairModel;
    type Record = StairModel;

    loads_model!();

    fn check(&self, checks: &mut Checks) {
        match self.read() {
            Ok(model) => model.examine(checks),
            Err(error) => checks.refuse(error),
        }
    }
}

impl Creates for StairModelImportInput {
    async fn create(&self, work: &Work<'_, Self::Verb>) -> Result<Done<StairModel>, Stop> {
        self.read()?.store(work).await
    }
}

/// The file of a version.
#[must_use]
pub fn file(model: &StairModel, stages: &[StairStage]) -> String {
    let content = StairModelDraftInput {
        name: model.name.clone(),
        source: model.source.clone(),
        entry_position: model.entry_position,
        stages: stages.iter().map(StairStageInput::from).collect(),
    };
    serde_json::to_string_pretty(&content).unwrap_or_default()
}

/// A draft that new barriers climb by from now on.
#[derive(Clone, Debug, Serialize, InputObject)]
pub struct StairModelActivateInput {
    /// The version: a draft.
    pub stair_model_id: StairModelId,
    /// The version of the record that you saw; refused if it was changed since.
    pub expected_version: Option<i32>,
}

impl Command for StairModelActivateInput {
    const NAME: &'static str = "stairModelActivate";
    type Verb = verb::EditStairModel;
    type Record = StairModel;

    loads_model!();

    fn check(&self, _: &mut Checks) {}
}

impl Changes for StairModelActivateInput {
    fn target(&self) -> (StairModelId, &'static str) {
        (self.stair_model_id, "stairModelId")
    }

    fn expected_version(&self) -> Option<i32> {
        self.expected_version
    }

    async fn change(&self, work: &Work<'_, Self::Verb>, mut model: StairModel) -> Result<Done<StairModel>, Stop> {
        let connection = work.transaction.connection();
        if model.status != StairModelStatus::Draft {
            return Err(UserError::at("stairModelId", ErrorCode::StairNotDraft).into());
        }
        if let Some(mut before) = stair::active(connection, work.permit).await? {
            before.status = StairModelStatus::Retired;
            before.version = before.version.saturating_add(1);
            stair::update(connection, work.permit, &before).await?;
        }
        model.status = StairModelStatus::Active;
        model.activated_at = Some(work.now);
        model.version = model.version.saturating_add(1);
        stair::update(connection, work.permit, &model).await?;
        Ok(Done::new(model))
    }
}
