//! How far an erasure reaches: into every copy of the database, once the master key of its time is gone.

use kim::vault::{Owner, VaultError, WrappedKey};

use super::{Vault, id_of, new_key, ring};
use crate::databases::{TestDatabase, both_databases};
use crate::program::Program;
use crate::tables::Tables;

both_databases! {
    async fn a_copy_from_before_an_erasure_does_not_open_once_the_old_master_key_is_gone(db: TestDatabase) {
        let (old, new) = (new_key(), new_key());
        let vault = Vault::open(&db, &old).await.unwrap();
        let clients = vault.register(2).await.unwrap();
        vault.store.close().await;
        let copy = db.copy().await;

        let vault = Vault::open(&db, &old).await.unwrap();
        assert!(vault.erase(clients[0].id).await.unwrap());
        let both = format!("{new}{old}");
        let told = Program::on(&db).with("KIM_VAULT_MASTER_KEYS", &both).succeed(&["keys", "rotate"]);
        assert!(told.contains(&format!("Nothing is under {} now.", id_of(&old))), "{told}");

        // The database goes on without the old key.
        let vault = Vault::open(&db, &new).await.unwrap();
        assert_eq!((vault.opens(&clients[0]).await.unwrap(), vault.opens(&clients[1]).await.unwrap()), (false, true));
        vault.register(1).await.unwrap();

        // The copy still opens with it, the erased client included: that is why it has to go ...
        let restored = Vault::open(&copy, &both).await.unwrap();
        assert!(restored.opens(&clients[0]).await.unwrap() && restored.opens(&clients[1]).await.unwrap());
        restored.store.close().await;
        // ... and without it the copy opens for nobody.
        let complaint = Program::on(&copy).with("KIM_VAULT_MASTER_KEYS", &new).fail(&["serve"]);
        assert!(complaint.contains(&format!("key {} is needed", id_of(&old))), "{complaint}");
        let restored = Vault::open(&copy, &new).await.unwrap();
        for client in &clients {
            assert!(restored.opens(client).await.is_err());
        }
        // Nor does the copy's key open when it is carried back.
        let mut tables = Tables::open(copy.url()).await;
        let statement = format!("SELECT wrapped FROM client_key WHERE client_id = {}", tables.id(clients[0].id.0));
        let carried = WrappedKey::from_bytes(tables.bytes(&statement).await).unwrap();
        let owner = Owner { district_id: vault.district_id(), client_id: clients[0].id.0 };
        assert_eq!(ring(&new).open_data_key(owner, &carried).err(), Some(VaultError::UnknownMasterKey));
        assert!(ring(&both).open_data_key(owner, &carried).is_ok());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_sqlite_file_keeps_nothing_of_the_key_of_an_erased_client() {
    let db = TestDatabase::sqlite().await;
    let vault = Vault::open(&db, &new_key()).await.unwrap();
    let clients = vault.register(3).await.unwrap();
    let mut tables = Tables::open(db.url()).await;
    let statement = format!("SELECT wrapped FROM client_key WHERE client_id = {}", tables.id(clients[1].id.0));
    let wrapped = tables.bytes(&statement).await;
    let is_stored = || {
        let file = db.url().strip_prefix("sqlite://").unwrap();
        let bytes = std::fs::read(file).unwrap();
        let log = std::fs::read(format!("{file}-wal")).unwrap_or_default();
        [bytes, log].iter().any(|bytes| bytes.windows(wrapped.len()).any(|window| window == wrapped))
    };
    tables.run("PRAGMA wal_checkpoint(TRUNCATE)").await;
    assert!(is_stored(), "the search looks at the right place");
    assert!(vault.erase(clients[1].id).await.unwrap());
    tables.run("PRAGMA wal_checkpoint(TRUNCATE)").await;
    assert!(!is_stored());
}
