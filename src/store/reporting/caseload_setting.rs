//! What a district reckons caseloads by.

use chrono::NaiveDate;
pub use entity::caseload_setting::Model as CaseloadSetting;
use entity::caseload_setting::{ActiveModel, Column, Entity};
use entity::ids::CaseloadSettingId;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::access::{Permit, Verb, on};
use crate::domain::reporting::caseload::{PlanningKey, Weights};
use crate::domain::reporting::hint::Limits;
use crate::error::Failure;

fn holds_on(day: NaiveDate) -> Condition {
    Condition::all()
        .add(Column::ValidFrom.lte(day))
        .add(Condition::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gt(day)))
}

/// The weights of a setting.
#[must_use]
pub const fn weights(setting: &CaseloadSetting) -> Weights {
    Weights {
        short_advice: setting.short_advice_hundredths,
        standard: setting.standard_hundredths,
        intensive: setting.intensive_hundredths,
    }
}

/// The planning key of a setting.
#[must_use]
pub const fn planning_key(setting: &CaseloadSetting) -> PlanningKey {
    PlanningKey { minimum: setting.planning_minimum, maximum: setting.planning_maximum }
}

/// The limits of a setting.
#[must_use]
pub const fn limits(setting: &CaseloadSetting) -> Limits {
    Limits {
        intake: setting.intake_days,
        clearing: setting.clearing_days,
        assessment: setting.assessment_days,
        planning: setting.planning_days,
        linking: setting.linking_days,
        monitoring: setting.monitoring_days,
        evaluation: setting.evaluation_days,
        no_plan: setting.no_plan_days,
        no_contact: setting.no_contact_days,
    }
}

/// The setting that holds on a day; absent while the district has made none.
///
/// # Errors
/// Those of the database.
pub async fn of_day<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    day: NaiveDate,
) -> Result<Option<CaseloadSetting>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(holds_on(day))
        .order_by_desc(Column::ValidFrom)
        .one(connection)
        .await?)
}

/// One by its id.
///
/// # Errors
/// Those of the database.
pub async fn find<V: on::Rules>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: CaseloadSettingId,
) -> Result<Option<CaseloadSetting>, Failure> {
    Ok(Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id())).one(connection).await?)
}

/// Lets a new setting take the place of the one that holds on its first day, and of later ones.
///
/// # Errors
/// Those of the database.
pub async fn replace<V: on::Rules>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    setting: &CaseloadSetting,
) -> Result<(), Failure> {
    Entity::delete_many()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::ValidFrom.gte(setting.valid_from))
        .exec(connection)
        .await?;
    Entity::update_many()
        .col_expr(Column::ValidUntil, setting.valid_from.into())
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(holds_on(setting.valid_from))
        .exec(connection)
        .await?;
    let row = CaseloadSetting { district_id: permit.district_id(), ..setting.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}
