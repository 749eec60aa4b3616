//! Login sessions and who stands behind them. These functions run before there is an actor, and make one.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use entity::codes::Role;
use entity::ids::{AccountId, DistrictId, Identifier, OrganisationId, RefreshTokenId, SessionId};
use entity::{access_grant, account, refresh_token, session};
use sea_orm::sea_query::{ExprTrait, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, IntoSimpleExpr, JoinType,
    QueryFilter, QuerySelect, RelationTrait, Select, Set,
};

use super::grant::holds_on;
use crate::access::{Actor, HeldGrant};
use crate::error::Failure;
use crate::store::Store;

#[derive(Debug, FromQueryResult)]
struct IdentityRow {
    account_id: AccountId,
    district_id: DistrictId,
    role: Option<Role>,
    organisation_id: Option<OrganisationId>,
    scopes: Option<serde_json::Value>,
}

/// Joins the grants that hold on `today` to a selection of accounts, and reads both in one statement.
pub(in crate::store) async fn identify(
    store: &Store,
    accounts: Select<account::Entity>,
    session_id: Option<SessionId>,
    today: NaiveDate,
) -> Result<Option<Actor>, Failure> {
    let holding = access_grant::Relation::Account.def().rev().on_condition(move |_, _| holds_on(today));
    let rows = accounts
        .select_only()
        .column_as(account::Column::Id, "account_id")
        .column_as(account::Column::DistrictId, "district_id")
        .column_as(access_grant::Column::Role, "role")
        .column_as(access_grant::Column::OrganisationId, "organisation_id")
        .column_as(access_grant::Column::Scopes, "scopes")
        .join(JoinType::LeftJoin, holding)
        .filter(account::Column::DisabledAt.is_null())
        .into_model::<IdentityRow>()
        .all(store.reader())
        .await?;
    let Some((account_id, district_id)) = rows.first().map(|row| (row.account_id, row.district_id)) else {
        return Ok(None);
    };
    let grants = rows
        .into_iter()
        .filter_map(|row| {
            Some(HeldGrant {
                role: row.role?,
                organisation_id: row.organisation_id?,
                scopes: row.scopes.and_then(|scopes| serde_json::from_value(scopes).ok()).unwrap_or_default(),
            })
        })
        .collect();
    Ok(Some(Actor::person(district_id, today, account_id, session_id, grants)))
}

/// Who stands behind a running session; `None` if it has ended or the account is disabled. One statement.
///
/// # Errors
/// Those of the database.
pub async fn actor_of_session(
    store: &Store,
    session_id: SessionId,
    account_id: AccountId,
    now: DateTime<Utc>,
    today: NaiveDate,
) -> Result<Option<Actor>, Failure> {
    let accounts = account::Entity::find()
        .join(JoinType::InnerJoin, session::Relation::Account.def().rev())
        .filter(account::Column::Id.eq(account_id))
        .filter(session::Column::Id.eq(session_id))
        .filter(running(now));
    identify(store, accounts, Some(session_id), today).await
}

/// Who stands behind a login name that an external issuer vouches for. One statement.
///
/// # Errors
/// Those of the database.
pub async fn actor_of_login(store: &Store, login: &str, today: NaiveDate) -> Result<Option<Actor>, Failure> {
    identify(store, account::Entity::find().filter(account::Column::Login.eq(login)), None, today).await
}

fn running(now: DateTime<Utc>) -> Condition {
    Condition::all().add(session::Column::EndedAt.is_null()).add(session::Column::ExpiresAt.gt(now))
}

/// A refresh token as it is to be stored.
#[derive(Clone, Debug)]
pub struct NewRefreshToken {
    /// SHA-256 of the token.
    pub digest: [u8; 32],
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// Opens a session with its first refresh token.
///
/// # Errors
/// Those of the database.
pub async fn open(
    connection: &impl ConnectionTrait,
    account: &account::Model,
    token: &NewRefreshToken,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<SessionId, Failure> {
    let session = session::Model {
        id: SessionId::new(),
        district_id: account.district_id,
        account_id: account.id,
        created_at: now,
        expires_at,
        ended_at: None,
        end_reason: None,
    };
    let id = session.id;
    session::Entity::insert(session::ActiveModel::from(session).reset_all()).exec_without_returning(connection).await?;
    insert_token(connection, account.district_id, id, token, now).await?;
    Ok(id)
}

async fn insert_token(
    connection: &impl ConnectionTrait,
    district_id: DistrictId,
    session_id: SessionId,
    token: &NewRefreshToken,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let row = refresh_token::ActiveModel {
        id: Set(RefreshTokenId::new()),
        district_id: Set(district_id),
        session_id: Set(session_id),
        digest: Set(token.digest.to_vec()),
        issued_at: Set(now),
        expires_at: Set(token.expires_at),
        used_at: Set(None),
    };
    refresh_token::Entity::insert(row).exec_without_returning(connection).await?;
    Ok(())
}

/// What became of an attempt to exchange a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exchange {
    /// It was exchanged.
    Done {
        /// Whose session.
        account_id: AccountId,
        /// The district.
        district_id: DistrictId,
        /// The session.
        session_id: SessionId,
        /// When the session ends whatever is refreshed.
        session_expires_at: DateTime<Utc>,
    },
    /// It had been used before: the whole session was ended. Commit all the same.
    Reused {
        /// The session that was ended.
        session_id: SessionId,
    },
    /// It is unknown or has run out, or its session or account has ended.
    Refused,
}

/// Exchanges a refresh token for `next`; a token that was used before ends the whole session.
///
/// # Errors
/// Those of the database.
pub async fn exchange(
    connection: &impl ConnectionTrait,
    digest: &[u8; 32],
    next: &NewRefreshToken,
    now: DateTime<Utc>,
) -> Result<Exchange, Failure> {
    let found = refresh_token::Entity::find()
        .filter(refresh_token::Column::Digest.eq(digest.to_vec()))
        .find_also_related(session::Entity)
        .one(connection)
        .await?;
    let Some((token, Some(session))) = found else { return Ok(Exchange::Refused) };
    // Only one of two simultaneous exchanges changes the row; the other one finds it used.
    let taken = refresh_token::Entity::update_many()
        .col_expr(refresh_token::Column::UsedAt, SimpleExpr::val(now))
        .filter(refresh_token::Column::Id.eq(token.id))
        .filter(refresh_token::Column::UsedAt.is_null())
        .exec(connection)
        .await?
        .rows_affected
        == 1;
    if !taken {
        end(connection, session.id, "TOKEN_REUSED", now).await?;
        return Ok(Exchange::Reused { session_id: session.id });
    }
    if token.expires_at <= now || session.ended_at.is_some() || session.expires_at <= now {
        return Ok(Exchange::Refused);
    }
    let account = account::Entity::find_by_id(session.account_id)
        .filter(account::Column::DisabledAt.is_null())
        .one(connection)
        .await?;
    let Some(account) = account else { return Ok(Exchange::Refused) };
    insert_token(connection, session.district_id, session.id, next, now).await?;
    Ok(Exchange::Done {
        account_id: account.id,
        district_id: account.district_id,
        session_id: session.id,
        session_expires_at: session.expires_at,
    })
}

/// Ends a session.
///
/// # Errors
/// Those of the database.
pub async fn end(
    connection: &impl ConnectionTrait,
    id: SessionId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    end_where(connection, session::Column::Id.into_simple_expr().eq(id), reason, now).await
}

/// Ends all sessions of an account.
///
/// # Errors
/// Those of the database.
pub async fn end_all_of(
    connection: &impl ConnectionTrait,
    account: AccountId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    end_where(connection, session::Column::AccountId.into_simple_expr().eq(account), reason, now).await
}

async fn end_where(
    connection: &impl ConnectionTrait,
    which: SimpleExpr,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    session::Entity::update_many()
        .col_expr(session::Column::EndedAt, SimpleExpr::val(now))
        .col_expr(session::Column::EndReason, SimpleExpr::val(reason))
        .filter(which)
        .filter(session::Column::EndedAt.is_null())
        .exec(connection)
        .await?;
    Ok(())
}

/// What an open connection stands on: an account and, unless an external issuer vouches for the person, a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Login {
    /// The account.
    pub account_id: AccountId,
    /// The session.
    pub session_id: Option<SessionId>,
}

/// Which of these logins hold no longer, because the session has ended or the account is disabled: for the connections
/// that outlive a request.
///
/// # Errors
/// Those of the database.
pub async fn ended_among(store: &Store, logins: &[Login], now: DateTime<Utc>) -> Result<Vec<Login>, Failure> {
    let active: HashSet<AccountId> = account::Entity::find()
        .filter(account::Column::Id.is_in(logins.iter().map(|login| login.account_id)))
        .filter(account::Column::DisabledAt.is_null())
        .all(store.reader())
        .await?
        .into_iter()
        .map(|account| account.id)
        .collect();
    let running: HashSet<SessionId> = session::Entity::find()
        .filter(session::Column::Id.is_in(logins.iter().filter_map(|login| login.session_id)))
        .filter(running(now))
        .all(store.reader())
        .await?
        .into_iter()
        .map(|session| session.id)
        .collect();
    let holds = |login: &Login| {
        active.contains(&login.account_id) && login.session_id.is_none_or(|session| running.contains(&session))
    };
    Ok(logins.iter().copied().filter(|login| !holds(login)).collect())
}

/// Deletes sessions, with their tokens, that ended before `before`.
///
/// # Errors
/// Those of the database.
pub async fn forget_ended(connection: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, Failure> {
    let old =
        session::Entity::find().select_only().column(session::Column::Id).filter(session::Column::ExpiresAt.lt(before));
    refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::SessionId.in_subquery(sea_orm::QueryTrait::into_query(old)))
        .exec(connection)
        .await?;
    let deleted = session::Entity::delete_many().filter(session::Column::ExpiresAt.lt(before)).exec(connection).await?;
    Ok(deleted.rows_affected)
}

/// Who an account is, for subscriptions opened with a token of an external issuer. One statement.
///
/// # Errors
/// Those of the database.
pub async fn actor_of_account(store: &Store, id: AccountId, today: NaiveDate) -> Result<Option<Actor>, Failure> {
    identify(store, account::Entity::find().filter(account::Column::Id.eq(id)), None, today).await
}
