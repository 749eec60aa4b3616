//! Versions of the stair model and their stages. Everybody of the district may read them.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::codes::StairModelStatus;
use entity::ids::{DistrictId, Identifier, StairModelId, StairStageId};
pub use entity::stair_model::Model as StairModel;
use entity::stair_model::{ActiveModel, Column, Entity};
pub use entity::stair_stage::Model as StairStage;
use entity::{district, stair_stage};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder, QuerySelect,
    Select,
};

use crate::access::{Permit, Verb};
use crate::domain::structure::stair::{DEFAULT_ENTRY, StageDraft, default_model};
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// The door: all versions of the district.
fn select<V: Verb>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(Column::DistrictId.eq(permit.district_id()))
}

/// A page, in the order of their numbers.
///
/// # Errors
/// Those of the database.
pub async fn page<V: Verb>(store: &Store, permit: &Permit<V>, window: &Window) -> Result<Page<StairModel>, Failure> {
    Ok(window.page(window.apply(select(permit), None, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Where one stands in the list.
#[must_use]
pub fn boundary(model: &StairModel) -> Boundary {
    Boundary { key: Key::Id, id: model.id.0 }
}

/// Several by their ids.
///
/// # Errors
/// Those of the database.
pub async fn find_many<V: Verb>(
    store: &Store,
    permit: &Permit<V>,
    ids: &[StairModelId],
) -> Result<Vec<StairModel>, Failure> {
    Ok(select(permit).filter(Column::Id.is_in(ids.iter().copied())).all(store.reader()).await?)
}

/// The version that new barriers climb by.
///
/// # Errors
/// Those of the database.
pub async fn active<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
) -> Result<Option<StairModel>, Failure> {
    Ok(select(permit).filter(Column::Status.eq(StairModelStatus::Active)).one(connection).await?)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: StairModelId,
) -> Result<Option<StairModel>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// The stages of these versions, lowest first.
///
/// # Errors
/// Those of the database.
pub async fn stages_of<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    models: &[StairModelId],
) -> Result<Vec<StairStage>, Failure> {
    Ok(stair_stage::Entity::find()
        .filter(stair_stage::Column::DistrictId.eq(permit.district_id()))
        .filter(stair_stage::Column::ModelId.is_in(models.iter().copied()))
        .order_by_asc(stair_stage::Column::Position)
        .all(connection)
        .await?)
}

/// The number of the next version.
///
/// # Errors
/// Those of the database.
pub async fn next_number<V: Verb>(connection: &impl ConnectionTrait, permit: &Permit<V>) -> Result<i32, Failure> {
    let last = select(permit).order_by_desc(Column::Number).one(connection).await?;
    Ok(last.map_or(1, |model| model.number.saturating_add(1)))
}

/// Records a new version with its stages.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    model: &StairModel,
    stages: &[StageDraft],
) -> Result<(), Failure> {
    Entity::insert(ActiveModel::from(model.clone()).reset_all()).exec_without_returning(connection).await?;
    let rows = stages.iter().map(|stage| {
        stair_stage::ActiveModel::from(StairStage {
            id: StairStageId::new(),
            district_id: model.district_id,
            model_id: model.id,
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
        })
        .reset_all()
    });
    stair_stage::Entity::insert_many(rows).exec_without_returning(connection).await?;
    Ok(())
}

/// Stores the changed columns of a version that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    model: &StairModel,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(model.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec_without_returning(connection)
        .await?;
    Ok(())
}

/// Gives a district the model that it begins with. Beside any actor.
///
/// # Errors
/// Those of the database.
pub(in crate::store) async fn insert_default(
    connection: &impl ConnectionTrait,
    district_id: DistrictId,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let model = StairModel {
        id: StairModelId::new(),
        district_id,
        number: 1,
        name: "Fünfstufiges Treppenmodell".to_owned(),
        source: "Unsere Lesart des in der Niederschrift genannten Modells; die Stufen des Kreises sind nicht veröffentlicht."
            .to_owned(),
        status: StairModelStatus::Active,
        entry_position: DEFAULT_ENTRY,
        activated_at: Some(now),
        version: 1,
        created_at: now,
    };
    insert(connection, &model, &default_model()).await
}

/// Gives the default model to districts that were there before stairs were. Beside any actor: part of bringing a database
/// to the present shape.
///
/// # Errors
/// Those of the database.
pub async fn complete(connection: &impl ConnectionTrait) -> Result<(), Failure> {
    let having: BTreeSet<DistrictId> = Entity::find()
        .select_only()
        .column(Column::DistrictId)
        .distinct()
        .into_tuple()
        .all(connection)
        .await?
        .into_iter()
        .collect();
    for district in district::Entity::find().all(connection).await? {
        if !having.contains(&district.id) {
            insert_default(connection, district.id, district.created_at).await?;
        }
    }
    Ok(())
}
