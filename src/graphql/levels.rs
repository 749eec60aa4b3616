//! Levels: the fields of a request run until all of them wait; then what they asked the loaders for is read together.
//!
//! The batches of the loaders are no tasks of their own. They stand in a queue until the fields have nothing left to do and
//! the batches of the level before have answered; and a field that wants more while a level is being read asks afterwards,
//! when all of its answers are known. So the statements of a request depend on what it asks for, and not on which answer of
//! the database happens to come first; and a request that is given up takes its batches with it.

use std::future::{Future, poll_fn, ready};
use std::mem::take;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use async_graphql::runtime::Timer;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::task::{AtomicWaker, FutureObj, Spawn, SpawnError};
use futures_util::{FutureExt, StreamExt};

/// The levels of a request. Clones share them.
#[derive(Clone, Default)]
pub struct Levels {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The batches of the next level.
    next: Vec<FutureObj<'static, ()>>,
    /// Whether a level is being read.
    is_reading: bool,
    /// Who wants to ask when it is read.
    asking: Vec<Waker>,
}

impl State {
    fn end(&mut self) {
        self.is_reading = false;
        take(&mut self.asking).into_iter().for_each(Waker::wake);
    }
}

impl Spawn for Levels {
    fn spawn_obj(&self, batch: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.state().next.push(batch);
        Ok(())
    }
}

impl Timer for Levels {
    fn delay(&self, _: Duration) -> BoxFuture<'static, ()> {
        // A batch has waited before it is run for the first time.
        ready(()).boxed()
    }
}

impl Levels {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until no level is being read: then it is known what the loaders know.
    pub async fn between(&self) {
        poll_fn(|cx| {
            let mut state = self.state();
            if state.is_reading {
                state.asking.push(cx.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(())
        })
        .await;
    }

    /// Runs the fields of a request, and level by level the batches that they ask for. Nothing else runs these batches: who
    /// waits for a loader elsewhere waits for ever.
    pub async fn run<F: Future>(&self, fields: F) -> F::Output {
        let mut fields = pin!(fields);
        let mut level = FuturesUnordered::new();
        let bell = Arc::new(Bell { rung: AtomicBool::new(true), behind: AtomicWaker::new() });
        let waker = Waker::from(Arc::clone(&bell));
        let output = poll_fn(|cx| {
            bell.behind.register(cx.waker());
            if bell.rung.swap(false, Ordering::AcqRel)
                && let Poll::Ready(output) = fields.as_mut().poll(&mut Context::from_waker(&waker))
            {
                return Poll::Ready(output);
            }
            loop {
                while let Poll::Ready(Some(())) = level.poll_next_unpin(cx) {}
                if !level.is_empty() {
                    return Poll::Pending;
                }
                let mut state = self.state();
                if state.is_reading {
                    state.end();
                }
                // Fields that have something to do come first. The bell has called the task: it will be back.
                if bell.rung.load(Ordering::Acquire) || state.next.is_empty() {
                    return Poll::Pending;
                }
                state.is_reading = true;
                level.extend(take(&mut state.next));
            }
        })
        .await;
        // Answers that nobody waits for any more.
        self.state().end();
        output
    }
}

/// Tells whether a field has something to do, and calls the task that runs it.
struct Bell {
    rung: AtomicBool,
    behind: AtomicWaker,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.rung.store(true, Ordering::Release);
        self.behind.wake();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::hash::Hash;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
    use futures_util::future::join_all;
    use tokio::time::sleep;

    use super::Levels;

    async fn ask<K>(levels: &Levels, loader: &DataLoader<Slow, HashMapCache>, key: K) -> u64
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        Slow: Loader<K, Value = u64, Error = ()>,
    {
        levels.between().await;
        loader.load_one(key).await.unwrap().unwrap()
    }

    type Batches = Arc<Mutex<Vec<Vec<u64>>>>;

    /// Answers the keys of a batch after as many milliseconds as the smallest of them says.
    struct Slow(Batches);

    #[derive(Clone, Copy, PartialEq, Eq, Hash)]
    struct Parent(u64);

    #[derive(Clone, Copy, PartialEq, Eq, Hash)]
    struct Uncle(u64);

    #[derive(Clone, Copy, PartialEq, Eq, Hash)]
    struct Child(u64);

    macro_rules! slow {
        ($($key:ident),*) => {$(
            #[async_trait::async_trait]
            impl Loader<$key> for Slow {
                type Value = u64;
                type Error = ();

                async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, u64>, ()> {
                    let mut batch: Vec<u64> = keys.iter().map(|key| key.0).collect();
                    batch.sort_unstable();
                    sleep(Duration::from_millis(batch[0])).await;
                    self.0.lock().unwrap().push(batch);
                    Ok(keys.iter().map(|key| (*key, key.0)).collect())
                }
            }
        )*};
    }

    slow!(Parent, Uncle, Child);

    fn loader(levels: &Levels) -> (DataLoader<Slow, HashMapCache>, Batches) {
        let batches = Batches::default();
        let slow = Slow(Arc::clone(&batches));
        (DataLoader::with_cache(slow, levels.clone(), levels.clone(), HashMapCache::default()), batches)
    }

    #[tokio::test]
    async fn what_is_asked_on_one_level_is_read_together_whichever_answer_comes_first() {
        for (first, second) in [(1, 40), (40, 1)] {
            let levels = Levels::default();
            let (loader, batches) = loader(&levels);
            let (levels, loader) = (&levels, &loader);
            let by_parent = (0..50).map(|at| async move {
                let parent = ask(levels, loader, Parent(first + at)).await;
                ask(levels, loader, Child(parent)).await
            });
            let by_uncle = (0..50).map(|at| async move {
                let uncle = ask(levels, loader, Uncle(second + at)).await;
                ask(levels, loader, Child(1000 + uncle)).await
            });
            levels.run(async { tokio::join!(join_all(by_parent), join_all(by_uncle)) }).await;
            let sizes: Vec<usize> = batches.lock().unwrap().iter().map(Vec::len).collect();
            assert_eq!(sizes, [50, 50, 100]);
        }
    }

    #[tokio::test]
    async fn what_is_being_read_is_not_read_again() {
        for (first, second) in [(1, 40), (40, 1)] {
            let levels = Levels::default();
            let (loader, batches) = loader(&levels);
            let by_parent = async {
                let parent = ask(&levels, &loader, Parent(first)).await;
                ask(&levels, &loader, Uncle(second)).await + parent
            };
            let found = levels.run(async { tokio::join!(by_parent, ask(&levels, &loader, Uncle(second))) }).await;
            assert_eq!(found, (first + second, second));
            assert_eq!(batches.lock().unwrap().len(), 2);
        }
    }

    #[tokio::test]
    async fn fields_that_wait_for_something_else_do_not_hold_a_level_up() {
        let levels = Levels::default();
        let (loader, batches) = loader(&levels);
        let slow_field = async {
            sleep(Duration::from_millis(30)).await;
            ask(&levels, &loader, Parent(2)).await
        };
        let found = levels.run(async { tokio::join!(slow_field, ask(&levels, &loader, Parent(1))) }).await;
        assert_eq!(found, (2, 1));
        assert_eq!(*batches.lock().unwrap(), [[1], [2]]);
    }

    #[tokio::test]
    async fn a_field_that_goes_on_while_a_level_is_read_is_not_held_up_by_it() {
        let levels = Levels::default();
        let (loader, batches) = loader(&levels);
        let busy_field = async {
            sleep(Duration::from_millis(5)).await;
            batches.lock().unwrap().len()
        };
        let found = levels.run(async { tokio::join!(busy_field, ask(&levels, &loader, Parent(200))) }).await;
        assert_eq!(found, (0, 200));
    }

    #[tokio::test]
    async fn fields_that_were_given_up_leave_nothing_behind() {
        let levels = Levels::default();
        let (loader, _) = loader(&levels);
        levels
            .run(async {
                tokio::select! {
                    _ = ask(&levels, &loader, Parent(500)) => unreachable!("it is given up long before"),
                    () = sleep(Duration::from_millis(5)) => {}
                }
            })
            .await;
        assert_eq!(levels.run(ask(&levels, &loader, Uncle(1))).await, 1);
    }

    #[tokio::test]
    async fn a_field_that_yields_goes_on() {
        let levels = Levels::default();
        let (loader, _) = loader(&levels);
        let yielding = async {
            for _ in 0..1000 {
                tokio::task::yield_now().await;
            }
            ask(&levels, &loader, Child(1)).await
        };
        assert_eq!(levels.run(yielding).await, 1);
    }
}
