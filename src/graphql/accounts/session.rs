//! Login sessions.

use async_graphql::{Context, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use crate::commands::accounts::session::SessionTokens;
use crate::error::{self, ErrorCode, Failure};
use crate::graphql::context::Ask;
use crate::graphql::errors::UserError;
use crate::graphql::guard::{LoggedIn, Public};

/// The tokens of a login session.
#[derive(SimpleObject)]
pub struct Session {
    /// Send it as `Authorization: Bearer …`. A signed JWT; ends after minutes.
    access_token: String,
    /// When the access token ends.
    expires_at: DateTime<Utc>,
    /// Exchange it once by `sessionRefresh` for a new pair. Using one twice ends the whole session.
    refresh_token: String,
}

impl From<SessionTokens> for Session {
    fn from(tokens: SessionTokens) -> Self {
        Self {
            access_token: tokens.access.token.expose_secret().to_owned(),
            expires_at: tokens.access.expires_at,
            refresh_token: tokens.refresh.expose().to_owned(),
        }
    }
}

/// The answer to logging in or refreshing.
#[derive(SimpleObject)]
pub struct SessionPayload {
    /// The new tokens; null if they were refused.
    session: Option<Session>,
    /// Why they were refused.
    user_errors: Vec<UserError>,
}

/// The answer to logging out.
#[derive(SimpleObject)]
pub struct SessionLogoutPayload {
    /// Always empty: logging out cannot be refused.
    user_errors: Vec<UserError>,
}

/// Who wants to log in.
#[derive(InputObject)]
pub struct SessionLoginInput {
    /// Login name; upper and lower case are the same.
    login: String,
    /// Password.
    #[graphql(secret)]
    password: String,
}

/// A session to be refreshed.
#[derive(InputObject)]
pub struct SessionRefreshInput {
    /// The refresh token that was given last.
    #[graphql(secret)]
    refresh_token: String,
}

/// Nothing needs to be said for logging out.
#[derive(InputObject)]
pub struct SessionLogoutInput {
    /// Free to use by the client; ignored.
    client_mutation_id: Option<String>,
}

fn payload(result: Result<SessionTokens, Failure>) -> Result<SessionPayload, Failure> {
    match result {
        Ok(tokens) => Ok(SessionPayload { session: Some(tokens.into()), user_errors: Vec::new() }),
        Err(failure)
            if matches!(
                failure.code,
                ErrorCode::LoginFailed | ErrorCode::LoginThrottled | ErrorCode::RefreshTokenInvalid
            ) =>
        {
            Ok(SessionPayload { session: None, user_errors: vec![UserError(error::UserError::at("", failure.code))] })
        }
        Err(failure) => Err(failure),
    }
}

/// Logging in and out.
#[derive(Default)]
pub struct SessionMutations;

#[Object(guard = "crate::graphql::guard::Deny")]
impl SessionMutations {
    /// Logs in by login name and password. Everybody may try; too many attempts are refused for a while. The answer does not
    /// tell whether the account exists.
    #[graphql(guard = "Public")]
    async fn session_login(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who wants to log in.")] input: SessionLoginInput,
    ) -> Result<SessionPayload, Failure> {
        let state = ctx.state();
        payload(state.services.sessions.log_in(&input.login, SecretString::from(input.password), state.address).await)
    }

    /// Exchanges a refresh token for new tokens. A token that was used before ends the session: somebody else has it.
    #[graphql(guard = "Public")]
    async fn session_refresh(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The session to be refreshed.")] input: SessionRefreshInput,
    ) -> Result<SessionPayload, Failure> {
        payload(ctx.state().services.sessions.refresh(&input.refresh_token).await)
    }

    /// Ends your session at once: its tokens are refused from now on, and its open subscriptions end.
    #[graphql(guard = "LoggedIn")]
    async fn session_logout(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Nothing needs to be said.")] input: Option<SessionLogoutInput>,
    ) -> Result<SessionLogoutPayload, Failure> {
        drop(input);
        ctx.state().services.sessions.log_out(ctx.actor()?).await?;
        Ok(SessionLogoutPayload { user_errors: Vec::new() })
    }
}
