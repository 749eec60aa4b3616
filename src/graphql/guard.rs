//! Guards: the second line. Each field of the roots states one; a field without one is denied.
//!
//! They only read the actor and never await: an awaiting guard would break the batching of the loaders. What a guard lets
//! pass still has to get through the store's doors.

use async_graphql::{Context, Guard, Result};

use crate::access::Action;
use crate::error::{ErrorCode, Failure};
use crate::graphql::context::state;

/// Lets nobody pass. Stands on every root object, so that a field without a guard of its own is closed.
pub struct Deny;

/// Lets everybody pass: logging in, the version, the catalogue of errors.
pub struct Public;

/// Lets everybody pass who is logged in.
pub struct LoggedIn;

/// Lets those pass whose roles may do the action at all.
pub struct Requires(pub Action);

#[async_trait::async_trait]
impl Guard for Deny {
    async fn check(&self, _: &Context<'_>) -> Result<()> {
        Err(Failure::new(ErrorCode::Forbidden).into())
    }
}

#[async_trait::async_trait]
impl Guard for Public {
    async fn check(&self, _: &Context<'_>) -> Result<()> {
        Ok(())
    }
}

#[async_trait::async_trait]
impl Guard for LoggedIn {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        if state(ctx).actor.is_some() { Ok(()) } else { Err(Failure::new(ErrorCode::Unauthenticated).into()) }
    }
}

#[async_trait::async_trait]
impl Guard for Requires {
    async fn check(&self, ctx: &Context<'_>) -> Result<()> {
        match &state(ctx).actor {
            None => Err(Failure::new(ErrorCode::Unauthenticated).into()),
            Some(actor) if actor.may(self.0) => Ok(()),
            Some(_) => Err(Failure::new(ErrorCode::Forbidden).into()),
        }
    }
}
