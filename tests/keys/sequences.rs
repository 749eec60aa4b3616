//! Whatever is done in whatever order: a client opens exactly if it should.

use std::collections::BTreeSet;

use kim::error::ErrorCode;
use kim::store::vault::rotation;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::{Registered, Vault, id_of, new_key};
use crate::databases::{TestDatabase, both_databases};
use crate::tables::Tables;

#[derive(Clone, Copy, Debug)]
enum Step {
    /// Somebody is put on record.
    Register,
    /// A client's key is destroyed.
    Erase(prop::sample::Index),
    /// A new key is put before the others.
    NewKey,
    /// The order of the ring is turned round.
    Turn,
    /// Everything is put under the first key.
    Rotate,
    /// All keys but the first are taken away.
    DropOthers,
    /// What is there is copied.
    Copy,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => Just(Step::Register),
        2 => any::<prop::sample::Index>().prop_map(Step::Erase),
        2 => Just(Step::NewKey),
        1 => Just(Step::Turn),
        3 => Just(Step::Rotate),
        2 => Just(Step::DropOthers),
        1 => Just(Step::Copy),
    ];
    prop::collection::vec(step, 1..14)
}

struct Model {
    /// Lines of the ring that the servers have.
    ring: Vec<String>,
    /// The key that wraps what is new.
    current: String,
    /// Clients with the key that wraps theirs; nothing for the erased ones.
    clients: Vec<(Registered, Option<String>)>,
}

impl Model {
    /// What the servers need in their ring.
    fn needed(&self) -> BTreeSet<&String> {
        self.clients.iter().filter_map(|(_, key)| key.as_ref()).chain([&self.current]).collect()
    }

    fn lines(&self) -> String {
        self.ring.concat()
    }
}

/// A copy of the database: what lies in it under which key, and the database itself.
struct Copied {
    db: TestDatabase,
    current: String,
    clients: Vec<(Registered, Option<String>)>,
}

async fn run(db: &TestDatabase, steps: &[Step]) -> Result<(), TestCaseError> {
    // Begun anew: nobody is on record, and the first server of all starts.
    Tables::open(db.url()).await.run("DELETE FROM client_key; DELETE FROM client; DELETE FROM master_key_check").await;
    let first = new_key();
    let vault = Vault::open(db, &first).await.unwrap();
    vault.register(0).await.unwrap();
    vault.store.close().await;
    let mut model = Model { ring: vec![first.clone()], current: first, clients: Vec::new() };
    let mut copies: Vec<Copied> = Vec::new();
    for step in steps {
        let vault = Vault::open(db, &model.lines()).await.unwrap();
        match step {
            Step::Register => {
                let client = vault.register(1).await.unwrap().remove(0);
                model.clients.push((client, Some(model.current.clone())));
            }
            Step::Erase(index) if !model.clients.is_empty() => {
                let (client, key) = index.get(&model.clients).clone();
                prop_assert_eq!(vault.erase(client.id).await.unwrap(), key.is_some());
                let at = index.index(model.clients.len());
                model.clients[at].1 = None;
            }
            Step::Erase(_) => {}
            Step::NewKey => model.ring.insert(0, new_key()),
            Step::Turn => model.ring.reverse(),
            Step::Rotate => {
                let to = model.ring[0].clone();
                let old = model.clients.iter().filter(|(_, key)| key.as_ref().is_some_and(|key| *key != to)).count();
                let rotated = rotation::rotate(&vault.store, |_| ()).await.unwrap();
                prop_assert_eq!(rotated.rewrapped, u64::try_from(old).unwrap());
                for (_, key) in &mut model.clients {
                    *key = key.as_ref().map(|_| to.clone());
                }
                model.current = to;
            }
            Step::DropOthers => {
                let kept = model.ring[0].clone();
                let admitted = Vault::open(db, &kept).await.unwrap().store.begin().await;
                if model.needed().iter().all(|key| **key == kept) {
                    prop_assert!(admitted.is_ok());
                    model.ring = vec![kept];
                } else {
                    prop_assert_eq!(admitted.err().map(|failure| failure.code), Some(ErrorCode::MasterKeyWrong));
                }
            }
            Step::Copy => {
                vault.store.close().await;
                let (current, clients) = (model.current.clone(), model.clients.clone());
                copies.push(Copied { db: db.copy().await, current, clients });
            }
        }
        vault.store.close().await;
        let vault = Vault::open(db, &model.lines()).await.unwrap();
        for (client, key) in &model.clients {
            prop_assert_eq!(vault.opens(client).await.unwrap(), key.is_some(), "{:?}", step);
        }
        let current = rotation::holdings(&vault.store).await.unwrap().current.map(|id| id.to_string());
        prop_assert_eq!(current, Some(id_of(&model.current)));
        vault.store.close().await;
        for copy in &copies {
            let vault = Vault::open(&copy.db, &model.lines()).await.unwrap();
            for (client, key) in &copy.clients {
                let opens = match vault.opens(client).await {
                    Ok(opens) => opens,
                    Err(failure) => {
                        prop_assert_eq!(failure.code, ErrorCode::MasterKeyWrong);
                        false
                    }
                };
                prop_assert_eq!(opens, key.as_ref().is_some_and(|key| model.ring.contains(key)));
            }
            if !model.ring.contains(&copy.current) {
                prop_assert!(vault.store.begin().await.is_err());
            }
            vault.store.close().await;
        }
    }
    Ok(())
}

both_databases! {
    async fn a_client_opens_exactly_if_it_should(db: TestDatabase) {
        let runtime = tokio::runtime::Handle::current();
        let config = Config { cases: 16, max_shrink_iters: 60, failure_persistence: None, ..Config::default() };
        let outcome = tokio::task::block_in_place(|| {
            TestRunner::new(config).run(&steps(), |steps| runtime.block_on(run(&db, &steps)))
        });
        outcome.unwrap_or_else(|error| panic!("{error}"));
    }
}
