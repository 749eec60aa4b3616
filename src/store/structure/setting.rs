//! What a district reckons signals, themes and their cost by.

use chrono::NaiveDate;
use entity::ids::{DistrictId, StructureSettingId};
pub use entity::structure_setting::Model as StructureSetting;
use entity::structure_setting::{ActiveModel, Column, Entity};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::access::{Permit, Verb};
use crate::error::Failure;

/// What holds as long as a district has set nothing. An hour of work at about 64,400 EUR a year (pay grade S 11b, step 3, in
/// 2023) and about 1,600 hours; a day of delay at what a month of basic income support for one person (502 EUR in 2023)
/// makes in a day. Both are assumptions to be replaced by the district's own.
#[must_use]
pub fn preset(district_id: DistrictId) -> StructureSetting {
    StructureSetting {
        id: StructureSettingId(uuid::Uuid::nil()),
        district_id,
        valid_from: NaiveDate::MIN,
        hour_cost_cents: 4_025,
        delay_day_cost_cents: 1_650,
        minimum_cases: 3,
        minimum_case_managers: 2,
        minimum_municipalities: 2,
        false_discovery_permille: 50,
        minimum_ratio_hundredths: 100,
        created_by: None,
        created_at: chrono::DateTime::UNIX_EPOCH,
    }
}

/// What holds on the day of the permit.
///
/// # Errors
/// Those of the database.
pub async fn current<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
) -> Result<StructureSetting, Failure> {
    let found = Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ValidFrom.lte(permit.today()))
        .order_by_desc(Column::ValidFrom)
        .one(connection)
        .await?;
    Ok(found.unwrap_or_else(|| preset(permit.district_id())))
}

/// One by its id.
///
/// # Errors
/// Those of the database.
pub async fn find<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: StructureSettingId,
) -> Result<Option<StructureSetting>, Failure> {
    let district = Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id()));
    Ok(district.one(connection).await?)
}

/// Records a setting, in place of one that begins on the same day.
///
/// # Errors
/// Those of the database.
pub async fn store<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    setting: &StructureSetting,
) -> Result<(), Failure> {
    Entity::delete_many()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ValidFrom.eq(setting.valid_from))
        .exec(connection)
        .await?;
    Entity::insert(ActiveModel::from(setting.clone()).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}
