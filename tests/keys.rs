//! The master keys of the vault: wrong ones, their rotation, and how far the erasure of a client reaches.

use std::sync::Arc;

use entity::codes::{ClientStatus, LegalBasis};
use entity::ids::{ClientId, Identifier};
use kim::access::{Actor, Permit, verb};
use kim::clock::legal_day;
use kim::error::Failure;
use kim::store::Store;
use kim::store::casework::client;
use kim::store::district::district;
use kim::store::vault::{client_key, destroy_client_key};
use kim::vault::{FieldName, MasterKeys, Sealed};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use crate::app::start_of_tests;
use crate::databases::TestDatabase;

mod copies;
mod rotation;
mod sequences;
mod wrong;

/// A new master key: one line of a ring.
pub fn new_key() -> String {
    MasterKeys::generate().unwrap().expose_secret().to_owned()
}

/// The keys of a ring.
pub fn ring(lines: &str) -> Arc<MasterKeys> {
    Arc::new(MasterKeys::from_text(&SecretString::from(lines)).unwrap())
}

/// The id of a key.
pub fn id_of(line: &str) -> String {
    ring(line).active_id().to_string()
}

/// The vault of a database under one ring, without a server around it.
pub struct Vault {
    pub store: Store,
    permit: Permit<verb::KeepIdentity>,
}

/// A client with something that was sealed when it was registered.
#[derive(Clone)]
pub struct Registered {
    pub id: ClientId,
    sample: Sealed,
}

const SAMPLE: &str = "Erika Musterfrau";

impl Vault {
    /// Opens the database with this ring; a database without a district gets one.
    pub async fn open(db: &TestDatabase, lines: &str) -> Result<Self, Failure> {
        let store = Store::connect(&db.settings(), ring(lines)).await?;
        let district_id = match district::by_ags(&store, kim::demo::DISTRICT_AGS).await? {
            Some(district) => district.id,
            None => {
                let transaction = store.begin().await?;
                let name = "Kreis Coesfeld";
                let made = district::insert(transaction.connection(), kim::demo::DISTRICT_AGS, name, start_of_tests());
                let id = made.await?;
                transaction.commit().await?;
                id
            }
        };
        let actor = Actor::system(district_id, legal_day(start_of_tests()));
        Ok(Self { store, permit: actor.permit()? })
    }

    /// The district of its clients.
    pub fn district_id(&self) -> Uuid {
        self.permit.district_id().0
    }

    /// Registers clients in one transaction.
    pub async fn register(&self, number: usize) -> Result<Vec<Registered>, Failure> {
        let transaction = self.store.begin().await?;
        let mut registered = Vec::with_capacity(number);
        for _ in 0..number {
            let client = client::Client {
                id: ClientId::new(),
                district_id: self.permit.district_id(),
                status: ClientStatus::Active,
                legal_basis: LegalBasis::PublicTask61E,
                version: 1,
                created_at: start_of_tests(),
                restricted_at: None,
                erased_at: None,
            };
            let key = client::insert(&transaction, &self.permit, &client).await?;
            registered.push(Registered { id: client.id, sample: key.seal_text(FieldName::NOTE, SAMPLE)? });
        }
        transaction.commit().await?;
        Ok(registered)
    }

    /// Destroys the key of a client; whether there was one.
    pub async fn erase(&self, client: ClientId) -> Result<bool, Failure> {
        let transaction = self.store.begin().await?;
        let erased = destroy_client_key(transaction.connection(), &self.permit, client).await?;
        transaction.commit().await?;
        Ok(erased)
    }

    /// Whether what was sealed for the client opens.
    pub async fn opens(&self, client: &Registered) -> Result<bool, Failure> {
        let transaction = self.store.snapshot().await?;
        let Some(key) = client_key(&transaction, &self.permit, client.id).await? else { return Ok(false) };
        let text = key.open_text(FieldName::NOTE, &client.sample)?;
        assert_eq!(text.expose_secret(), SAMPLE);
        Ok(true)
    }
}
