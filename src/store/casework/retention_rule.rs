//! How long records are kept.

use chrono::NaiveDate;
use entity::codes::RetentionClass;
use entity::ids::{DistrictId, Identifier, RetentionRuleId};
pub use entity::retention_rule::Model as RetentionRule;
use entity::retention_rule::{ActiveModel, Column, Entity};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder,
};

use crate::access::{Permit, Verb, on, verb};
use crate::domain::casework::retention::PRESETS;
use crate::error::Failure;
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

fn holds_on(day: NaiveDate) -> Condition {
    Condition::all()
        .add(Column::ValidFrom.lte(day))
        .add(Condition::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gt(day)))
}

/// What a new district starts with.
///
/// # Errors
/// Those of the database.
pub async fn insert_presets(connection: &impl ConnectionTrait, district_id: DistrictId) -> Result<(), Failure> {
    let rows = PRESETS.iter().map(|preset| {
        ActiveModel::from(RetentionRule {
            id: RetentionRuleId::new(),
            district_id,
            class: preset.class,
            months: preset.months,
            after_year_end: preset.after_year_end,
            source: preset.source.to_owned(),
            valid_from: NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or(NaiveDate::MIN),
            valid_until: None,
        })
        .reset_all()
    });
    Entity::insert_many(rows).exec_without_returning(connection).await?;
    Ok(())
}

/// The rule for a class of records that holds on a day.
///
/// # Errors
/// Those of the database.
pub async fn of_class<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    class: RetentionClass,
    day: NaiveDate,
) -> Result<Option<RetentionRule>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Class.eq(class))
        .filter(holds_on(day))
        .order_by_desc(Column::ValidFrom)
        .one(connection)
        .await?)
}

/// A page of all rules of the district.
///
/// # Errors
/// Those of the database.
pub async fn page(
    store: &Store,
    permit: &Permit<verb::ReadDirectory>,
    window: &Window,
) -> Result<Page<RetentionRule>, Failure> {
    let select = Entity::find().filter(Column::DistrictId.eq(permit.district_id()));
    Ok(window.page(window.apply(select, None, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Where one stands in a list.
#[must_use]
pub fn boundary(rule: &RetentionRule) -> Boundary {
    Boundary { key: Key::Id, id: rule.id.0 }
}

/// One by its id.
///
/// # Errors
/// Those of the database.
pub async fn find<V: on::Rules>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: RetentionRuleId,
) -> Result<Option<RetentionRule>, Failure> {
    Ok(Entity::find_by_id(id).filter(Column::DistrictId.eq(permit.district_id())).one(connection).await?)
}

/// Lets a new rule take the place of the one that holds on its first day.
///
/// # Errors
/// Those of the database.
pub async fn replace<V: on::Rules>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    rule: &RetentionRule,
) -> Result<(), Failure> {
    Entity::delete_many()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Class.eq(rule.class))
        .filter(Column::ValidFrom.gte(rule.valid_from))
        .exec(connection)
        .await?;
    Entity::update_many()
        .col_expr(Column::ValidUntil, rule.valid_from.into())
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Class.eq(rule.class))
        .filter(holds_on(rule.valid_from))
        .exec(connection)
        .await?;
    let row = RetentionRule { district_id: permit.district_id(), ..rule.clone() };
    Entity::insert(ActiveModel::from(row).reset_all()).exec_without_returning(connection).await?;
    Ok(())
}
