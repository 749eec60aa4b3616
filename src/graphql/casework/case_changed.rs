//! The subscription to changes of cases.

use async_graphql::{Context, SimpleObject, Subscription};
use entity::ids::{CaseId, Identifier};
use futures_util::Stream;
use tokio::sync::broadcast::error::RecvError;

use super::case::Case;
use crate::access::{Action, verb};
use crate::error::Failure;
use crate::graphql::context::Ask;
use crate::graphql::guard::Requires;
use crate::graphql::log::entry::LogEntry;
use crate::store::casework::case;

/// A change of a case or of the work in it, as it happened.
#[derive(SimpleObject)]
pub struct CaseChange {
    /// The case as it stands now.
    case: Case,
    /// The command that changed it.
    entry: LogEntry,
}

/// Subscriptions about cases.
#[derive(Default)]
pub struct CaseSubscriptions;

#[Subscription]
impl CaseSubscriptions {
    /// Tells each change of a case that you may see, the work in it included (assessments, plans, contacts, notes, tasks),
    /// within moments and in the order of the log. Pseudonymous; texts open as everywhere, and each look is recorded. What you
    /// may see is asked anew at each change; the subscription ends with your session. After a lost connection, read the cases
    /// again.
    #[graphql(guard = "Requires(Action::ReadCase)")]
    async fn case_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this case.")] case_id: Option<CaseId>,
    ) -> Result<impl Stream<Item = Result<CaseChange, Failure>> + use<>, Failure> {
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
                let Some(id) = CaseId::parse(&sealed.event.subject) else { continue };
                if case_id.is_some_and(|wanted| wanted != id) {
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
                let permit = present.permit_whatever::<verb::ReadCase>();
                match case::find_many(&services.store, &permit, &[id]).await {
                    Ok(rows) => {
                        for row in rows {
                            yield Ok(CaseChange { case: Case(row), entry: LogEntry(sealed.event.clone()) });
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
