//! Rules of deadlines: read by everybody in the district, edited by administrators.

use std::collections::BTreeSet;

use chrono::NaiveDate;
pub use entity::deadline_rule::Model as DeadlineRule;
use entity::deadline_rule::{ActiveModel, Column, Entity};
use entity::district;
use entity::ids::{DeadlineRuleId, DistrictId, Identifier};
use sea_orm::sea_query::{OnConflict, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoSimpleExpr, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};

use crate::access::{Extent, Permit, Verb, on, verb};
use crate::domain::casework::deadline::{Terms, defaults};
use crate::domain::period::Period;
use crate::error::{ErrorCode, Failure};
use crate::store::Store;
use crate::store::page::{Boundary, Key, Page, Window};

/// The terms of a rule.
#[must_use]
pub const fn terms(rule: &DeadlineRule) -> Terms {
    Terms {
        basis: rule.basis,
        years: rule.offset_years,
        months: rule.offset_months,
        days: rule.offset_days,
        next_working_day: rule.next_working_day,
    }
}

/// The days on which a rule holds.
#[must_use]
pub const fn period(rule: &DeadlineRule) -> Period {
    Period::new(rule.valid_from, rule.valid_until)
}

/// The door: what the permit reaches. The rules are read as a whole or not at all.
fn select<V: Verb>(permit: &Permit<V>) -> Select<Entity> {
    Entity::find().filter(match permit.extent() {
        Extent::District => Column::DistrictId.eq(permit.district_id()),
        Extent::Part { .. } => Column::Id.is_null(),
    })
}

/// Selects one by its id if the permit reaches it: for its history.
pub(in crate::store) fn door<V: on::Directory>(permit: &Permit<V>, id: DeadlineRuleId) -> SelectStatement {
    select(permit).select_only().column(Column::Id).filter(Column::Id.eq(id)).into_query()
}

/// A page of the rules by code: those that hold on `day`, or all that there ever were or will be.
///
/// # Errors
/// Those of the database.
pub async fn page<V: on::Directory>(
    store: &Store,
    permit: &Permit<V>,
    day: Option<NaiveDate>,
    window: &Window,
) -> Result<Page<DeadlineRule>, Failure> {
    let mut rules = select(permit);
    if let Some(day) = day {
        rules = rules
            .filter(Column::ValidFrom.lte(day))
            .filter(Condition::any().add(Column::ValidUntil.is_null()).add(Column::ValidUntil.gt(day)));
    }
    let key = Some(Column::Code.into_simple_expr());
    Ok(window.page(window.apply(rules, key, Column::Id.into_simple_expr()).all(store.reader()).await?))
}

/// Where a rule stands in the list.
#[must_use]
pub fn boundary(rule: &DeadlineRule) -> Boundary {
    Boundary { key: Key::Text(rule.code.clone()), id: rule.id.0 }
}

/// All versions of these rules, in any order: a version that a record names, and those that came before and after.
///
/// # Errors
/// Those of the database.
pub async fn versions_of(
    store: &Store,
    permit: &Permit<verb::ReadDirectory>,
    ids: &[DeadlineRuleId],
) -> Result<Vec<DeadlineRule>, Failure> {
    let codes =
        select(permit).select_only().column(Column::Code).filter(Column::Id.is_in(ids.iter().copied())).into_query();
    Ok(select(permit).filter(Column::Code.in_subquery(codes)).all(store.reader()).await?)
}

/// All versions of the rule of this code, earliest first: for a command that makes a deadline by it.
///
/// # Errors
/// Those of the database.
pub async fn of_code<V: Verb>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    code: &str,
) -> Result<Vec<DeadlineRule>, Failure> {
    Ok(Entity::find()
        .filter(Column::DistrictId.eq(permit.district_id()))
        .filter(Column::Code.eq(code))
        .order_by_asc(Column::ValidFrom)
        .all(connection)
        .await?)
}

/// One by its id, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock<V: on::Rules>(
    connection: &impl ConnectionTrait,
    permit: &Permit<V>,
    id: DeadlineRuleId,
) -> Result<Option<DeadlineRule>, Failure> {
    Ok(select(permit).filter(Column::Id.eq(id)).lock_exclusive().one(connection).await?)
}

/// All versions of the rule of this code, earliest first, locked until the transaction ends.
///
/// # Errors
/// Those of the database.
pub async fn lock_all_of(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditDeadlineRule>,
    code: &str,
) -> Result<Vec<DeadlineRule>, Failure> {
    Ok(select(permit)
        .filter(Column::Code.eq(code))
        .order_by_asc(Column::ValidFrom)
        .lock_exclusive()
        .all(connection)
        .await?)
}

/// Records a rule; `false` if one of the same code with the same beginning was recorded meanwhile.
///
/// # Errors
/// Those of the database.
pub async fn insert(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditDeadlineRule>,
    rule: &DeadlineRule,
) -> Result<bool, Failure> {
    if rule.district_id != permit.district_id() {
        return Err(Failure::new(ErrorCode::NotFound));
    }
    insert_new(connection, vec![rule.clone()]).await
}

/// Stores a changed rule that was locked in this transaction.
///
/// # Errors
/// Those of the database.
pub async fn update(
    connection: &impl ConnectionTrait,
    permit: &Permit<verb::EditDeadlineRule>,
    rule: &DeadlineRule,
) -> Result<(), Failure> {
    Entity::update(ActiveModel::from(rule.clone()).reset_all())
        .validate()?
        .filter(Column::DistrictId.eq(permit.district_id()))
        .exec(connection)
        .await?;
    Ok(())
}

/// Records what is not there yet; whether anything was recorded.
async fn insert_new(connection: &impl ConnectionTrait, rules: Vec<DeadlineRule>) -> Result<bool, Failure> {
    let unique = OnConflict::columns([Column::DistrictId, Column::Code, Column::ValidFrom]).do_nothing().to_owned();
    let rows = rules.into_iter().map(|rule| ActiveModel::from(rule).reset_all());
    match Entity::insert_many(rows).on_conflict(unique).exec_without_returning(connection).await {
        Ok(count) => Ok(count > 0),
        Err(sea_orm::DbErr::RecordNotInserted) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Gives a district the default rules. Beside any actor: a district begins with them.
///
/// # Errors
/// Those of the database.
pub(in crate::store) async fn insert_defaults(
    connection: &impl ConnectionTrait,
    district_id: DistrictId,
) -> Result<(), Failure> {
    let rules = defaults().map_err(Failure::internal)?;
    let rows = rules.into_iter().map(|rule| DeadlineRule {
        id: DeadlineRuleId::new(),
        district_id,
        code: rule.code,
        label_de: rule.label_de,
        label_en: rule.label_en,
        description: Some(rule.description),
        source: rule.source,
        basis: rule.basis,
        offset_years: rule.offset_years,
        offset_months: rule.offset_months,
        offset_days: rule.offset_days,
        next_working_day: rule.next_working_day,
        remind_days_before: rule.remind_days_before.into(),
        valid_from: rule.valid_from,
        valid_until: None,
    });
    insert_new(connection, rows.collect()).await?;
    Ok(())
}

/// Gives the default rules to districts that were there before the rules were. Beside any actor: part of bringing a
/// database to the present shape.
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
            insert_defaults(connection, district.id).await?;
        }
    }
    Ok(())
}
