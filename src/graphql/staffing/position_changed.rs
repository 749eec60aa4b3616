//! The subscription to changes of positions.

use async_graphql::{Context, SimpleObject, Subscription};
use entity::ids::{Identifier, OrganisationId, PositionId};
use futures_util::Stream;
use tokio::sync::broadcast::error::RecvError;

use super::position::Position;
use crate::access::{Action, verb};
use crate::error::Failure;
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::log::entry::LogEntry;
use crate::store::staffing::position;

/// A change of a position, as it happened.
#[derive(SimpleObject)]
pub struct PositionChange {
    /// The position as it stands now.
    position: Position,
    /// The command that changed it.
    entry: LogEntry,
}

/// Subscriptions about positions.
#[derive(Default)]
pub struct PositionSubscriptions;

#[Subscription]
impl PositionSubscriptions {
    /// Tells each change of a position that you may see, within moments and in the order of the log. What you may see is
    /// asked anew at each change; the subscription ends with your session. After a lost connection, read the positions again.
    #[graphql(guard = "Requires(Action::ReadPosition)")]
    async fn position_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this position.")] position_id: Option<PositionId>,
        #[graphql(desc = "Only positions of this employer.")] employer_id: Option<OrganisationId>,
    ) -> Result<impl Stream<Item = Result<PositionChange, Failure>> + use<>, Failure> {
        let services = std::sync::Arc::clone(&ctx.state().services);
        let actor = ctx.actor()?.clone();
        let mut events = services.feed.subscribe();
        let state = ctx.shared_state();
        // What was loaded for one change is old at the next.
        state.remember_nothing();
        Ok(async_stream::stream! {
            loop {
                let sealed = match events.recv().await {
                    Ok(sealed) => sealed,
                    // Too slow a reader has missed something: it is told by the end of the stream, not by silence.
                    Err(RecvError::Lagged(_) | RecvError::Closed) => return,
                };
                if sealed.event.district_id != actor.district_id() {
                    continue;
                }
                let Some(id) = PositionId::parse(&sealed.event.subject) else { continue };
                if position_id.is_some_and(|wanted| wanted != id) {
                    continue;
                }
                let present = match services.sessions.again(&actor).await {
                    Ok(Some(present)) => present,
                    Ok(None) => return,
                    Err(failure) => {
                        yield Err(failure);
                        return;
                    }
                };
                state.renew(present.clone());
                let permit = present.permit_whatever::<verb::ReadPosition>();
                match position::find_many(&services.store, &permit, &[id]).await {
                    Ok(rows) => {
                        for row in rows {
                            if employer_id.is_none_or(|wanted| wanted == row.position.employer_id) {
                                yield Ok(PositionChange {
                                    position: Position(row),
                                    entry: LogEntry(sealed.event.clone()),
                                });
                            }
                        }
                    }
                    Err(failure) => {
                        yield Err(failure);
                        return;
                    }
                }
            }
        })
    }
}
