//! What a request carries with it: the actor, the loaders, and what had to be hidden.

use std::collections::BTreeSet;
use std::future::Future;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::access::{Actor, Permit, Verb};
use crate::clock::SharedClock;
use crate::commands::accounts::session::Sessions;
use crate::commands::casework::document::content::Documents;
use crate::commands::pipeline::{Changes, Creates};
use crate::commands::{Answer, CommandOptions, Commands};
use crate::error::{ErrorCode, Failure};
use crate::graphql::connection::CursorSeal;
use crate::graphql::levels::Levels;
use crate::graphql::loaders::Loaders;
use crate::live::{AccessRecorder, Feed};
use crate::log::text_hash;
use crate::store::Store;
use crate::store::casework::identified::Opening;
use crate::store::log::access::Reads;

/// What the whole server shares.
pub struct Services {
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: SharedClock,
    /// The write path.
    pub commands: Commands,
    /// Login sessions.
    pub sessions: Sessions,
    /// The live feed.
    pub feed: Feed,
    /// Makes and opens cursors.
    pub cursors: CursorSeal,
    /// Records reads of identified data.
    pub accesses: AccessRecorder,
    /// Under which address the outside world reaches the server, where the operator has said so.
    pub public_url: Option<String>,
    /// The contents of documents.
    pub documents: Documents,
}

/// Why a relation is empty although there may be something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedactionReason {
    /// The reader's roles do not reach it.
    OutOfReach,
}

impl RedactionReason {
    /// Its name in `extensions.redactions`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OutOfReach => "OUT_OF_REACH",
        }
    }
}

/// Something that was hidden.
#[derive(Clone, Debug)]
pub struct Redaction {
    /// Where in the answer: response names and indexes, outermost first.
    pub path: Vec<String>,
    /// Why.
    pub reason: RedactionReason,
}

/// One request.
pub struct RequestState {
    /// What the whole server shares.
    pub services: Arc<Services>,
    /// Who asks; `None` for nobody.
    pub actor: Option<Actor>,
    /// The `Idempotency-Key` header.
    pub idempotency_key: Option<String>,
    /// The client's address.
    pub address: Option<IpAddr>,
    /// Its identifier, for the log and for errors.
    pub request_id: String,
    /// What identified data was opened so far.
    pub trail: Trail,
    /// Loads relations in batches, for this request only.
    loaders: DataLoader<Loaders, HashMapCache>,
    /// When it does.
    levels: Levels,
    redactions: Mutex<Vec<Redaction>>,
}

/// What a request opened of identified data, to be recorded before its answer leaves.
#[derive(Default)]
pub struct Trail(Mutex<BTreeSet<Opening>>);

impl Trail {
    /// Notes what was opened.
    pub fn note(&self, openings: impl IntoIterator<Item = Opening>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(openings);
    }

    fn take(&self) -> BTreeSet<Opening> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl RequestState {
    /// The state of a new request.
    #[must_use]
    pub fn new(
        services: Arc<Services>,
        actor: Option<Actor>,
        idempotency_key: Option<String>,
        address: Option<IpAddr>,
        request_id: String,
    ) -> Self {
        let levels = Levels::default();
        let loaders = Loaders::for_request(services.store.clone(), actor.clone(), &levels);
        let (trail, redactions) = (Trail::default(), Mutex::default());
        Self { services, actor, loaders, levels, idempotency_key, address, request_id, trail, redactions }
    }

    /// Runs fields of this request: loaders read while this runs, and at no other time.
    pub async fn run<F: Future>(&self, fields: F) -> F::Output {
        self.levels.run(fields).await
    }

    async fn load<K>(&self, key: K) -> Result<Option<<Loaders as Loader<K>>::Value>, Failure>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Loaders: Loader<K, Error = Failure>,
    {
        self.levels.between().await;
        self.loaders.load_one(key).await
    }

    /// Lets loaders read everything anew each time it is asked for: for subscriptions, which outlive what they know.
    pub fn remember_nothing(&self) {
        self.loaders.enable_all_cache(false);
    }

    /// Lets loaders read for `actor` from now on: the same person, with the grants that hold now.
    pub fn renew(&self, actor: Actor) {
        self.loaders.loader().renew(actor);
    }

    /// Records what identified data was opened so far; it is durable when this returns.
    ///
    /// # Errors
    /// Those of the database: then no answer may leave.
    pub async fn record_reads(&self) -> Result<(), Failure> {
        let openings = self.trail.take();
        let Some(actor) = self.actor.as_ref().filter(|_| !openings.is_empty()) else { return Ok(()) };
        let reads = Reads {
            district_id: actor.district_id(),
            account_id: actor.account_id(),
            request_id: Some(self.request_id.chars().take(100).collect()),
            at: self.services.clock.now(),
            openings,
        };
        self.services.accesses.record(reads).await
    }

    /// Takes what was hidden so far.
    #[must_use]
    pub fn take_redactions(&self) -> Vec<Redaction> {
        std::mem::take(&mut *self.redactions.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The request of a resolver.
#[must_use]
pub fn state<'a>(ctx: &Context<'a>) -> &'a RequestState {
    ctx.data_unchecked::<Arc<RequestState>>()
}

/// What resolvers ask of their context.
pub trait Ask<'a> {
    /// The request.
    fn state(&self) -> &'a RequestState;
    /// The request, for a stream that outlives the resolver.
    fn shared_state(&self) -> Arc<RequestState>;
    /// The database.
    fn store(&self) -> &'a Store;
    /// The actor.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`.
    fn actor(&self) -> Result<&'a Actor, Failure>;
    /// A permit for an action.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`.
    fn permit<V: Verb>(&self) -> Result<Permit<V>, Failure>;
    /// Loads a relation, or whatever else a loader knows, in a batch with its likes.
    ///
    /// Boxed, since the framework holds a future for every single field that is as large as the largest of its type needs.
    fn load<K>(&self, key: K) -> BoxFuture<'a, Result<Option<<Loaders as Loader<K>>::Value>, Failure>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Loaders: Loader<K, Error = Failure>;
    /// Notes that this field is empty because the reader's roles do not reach what is there.
    fn redact(&self);
    /// The options of a command, with the key of the header where the input has none.
    fn command_options(&self, options: Option<CommandOptions>) -> CommandOptions;
    /// Runs a command that makes a record.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`, and the troubles of the server.
    fn create<C: Creates>(
        &self,
        command: &C,
        options: Option<CommandOptions>,
    ) -> impl Future<Output = Result<Answer<C::Record>, Failure>> + Send;
    /// Runs a command that changes a record.
    ///
    /// # Errors
    /// `UNAUTHENTICATED`, `FORBIDDEN`, and the troubles of the server.
    fn change<C: Changes>(
        &self,
        command: &C,
        options: Option<CommandOptions>,
    ) -> impl Future<Output = Result<Answer<C::Record>, Failure>> + Send;
}

impl<'a> Ask<'a> for Context<'a> {
    fn state(&self) -> &'a RequestState {
        state(self)
    }

    fn shared_state(&self) -> Arc<RequestState> {
        Arc::clone(self.data_unchecked::<Arc<RequestState>>())
    }

    fn store(&self) -> &'a Store {
        &state(self).services.store
    }

    fn actor(&self) -> Result<&'a Actor, Failure> {
        state(self).actor.as_ref().ok_or_else(|| Failure::new(ErrorCode::Unauthenticated))
    }

    fn permit<V: Verb>(&self) -> Result<Permit<V>, Failure> {
        self.actor()?.permit()
    }

    fn load<K>(&self, key: K) -> BoxFuture<'a, Result<Option<<Loaders as Loader<K>>::Value>, Failure>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Loaders: Loader<K, Error = Failure>,
    {
        state(self).load(key).boxed()
    }

    fn redact(&self) {
        let path = self.path_node.map(|node| node.to_string_vec()).unwrap_or_default();
        let redaction = Redaction { path, reason: RedactionReason::OutOfReach };
        state(self).redactions.lock().unwrap_or_else(PoisonError::into_inner).push(redaction);
    }

    fn command_options(&self, options: Option<CommandOptions>) -> CommandOptions {
        let mut options = options.unwrap_or_default();
        if options.idempotency_key.is_none() {
            // Several commands of one request share the header: each has its own key by its place in the answer.
            options.idempotency_key = state(self).idempotency_key.as_ref().map(|key| {
                let place = self.path_node.map(|node| node.to_string_vec().join("/")).unwrap_or_default();
                // Hashed, because an alias may be longer than a key.
                format!("{key}:{}", hex::encode(text_hash("kim place", &[&place])))
            });
        }
        options
    }

    async fn create<C: Creates>(
        &self,
        command: &C,
        options: Option<CommandOptions>,
    ) -> Result<Answer<C::Record>, Failure> {
        self.state().services.commands.create(self.actor()?, command, &self.command_options(options)).await
    }

    async fn change<C: Changes>(
        &self,
        command: &C,
        options: Option<CommandOptions>,
    ) -> Result<Answer<C::Record>, Failure> {
        self.state().services.commands.change(self.actor()?, command, &self.command_options(options)).await
    }
}
