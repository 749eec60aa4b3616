//! Contents in a bucket.

use entity::ids::{DistrictId, DocumentId, Identifier};
use futures_util::TryStreamExt;
use kim::files::{FileStore, FilesError, ObjectKey};
use kim::vault::{DataKey, MasterKeys, Owner};
use secrecy::SecretString;
use uuid::Uuid;

use super::Bucket;

fn data_key(district: DistrictId) -> DataKey {
    let keys =
        MasterKeys::from_text(&SecretString::from("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"))
            .unwrap();
    keys.current(&keys.key_check().unwrap())
        .unwrap()
        .create_data_key(Owner { district_id: district.0, client_id: Uuid::now_v7() })
        .unwrap()
        .0
}

async fn fetch(files: &FileStore, key: &ObjectKey, data_key: &DataKey, length: u64) -> Result<Vec<u8>, FilesError> {
    let mut outgoing = files.read(key, data_key, length).await?;
    let mut content = Vec::new();
    while let Some(piece) = outgoing.next().await? {
        assert!(piece.len() < 1_200_000, "{} bytes at once", piece.len());
        content.extend_from_slice(&piece);
    }
    Ok(content)
}

#[tokio::test]
async fn bucket_keeps_contents_sealed_and_gives_them_back() {
    let bucket = Bucket::start().await;
    let files = FileStore::new(&bucket.place()).unwrap();
    let district = DistrictId::new();
    let data_key = data_key(district);
    // In one piece, in several parts, and in parts without a rest.
    for length in [100_u64, 13_000_000, 2 * 5 * 1024 * 1024] {
        let key = ObjectKey::new(district, DocumentId::new());
        let content = b"Olena Kowalenko ".repeat(usize::try_from(length / 16 + 1).unwrap());
        let content = &content[..usize::try_from(length).unwrap()];
        let mut incoming = files.write(&key, &data_key).unwrap();
        for piece in content.chunks(70_000) {
            incoming.push(piece).await.unwrap();
        }
        incoming.finish().await.unwrap();
        assert!(fetch(&files, &key, &data_key, length).await.unwrap() == content, "{length}");
        let listed: Vec<ObjectKey> = files.list(district).map_ok(|(key, _)| key).try_collect().await.unwrap();
        assert_eq!(listed, std::slice::from_ref(&key));
        for file in bucket.files() {
            assert!(!std::fs::read(&file).unwrap().windows(9).any(|window| window == b"Kowalenko"), "{file:?}");
        }
        files.delete(&key).await.unwrap();
        files.delete(&key).await.unwrap();
        assert!(matches!(fetch(&files, &key, &data_key, length).await, Err(FilesError::Missing)));
    }
}

#[tokio::test]
async fn bucket_shows_nothing_of_an_upload_that_was_given_up() {
    let bucket = Bucket::start().await;
    let files = FileStore::new(&bucket.place()).unwrap();
    let district = DistrictId::new();
    let (key, data_key) = (ObjectKey::new(district, DocumentId::new()), data_key(district));
    let mut incoming = files.write(&key, &data_key).unwrap();
    incoming.push(&vec![7; 11 * 1024 * 1024]).await.unwrap();
    assert!(!bucket.files().is_empty());
    assert!(files.list(district).try_collect::<Vec<_>>().await.unwrap().is_empty());
    drop(incoming);
    crate::app::eventually("the parts go away", || async { bucket.files().is_empty() }).await;
}

#[tokio::test]
async fn bucket_that_is_away_or_refuses_is_a_trouble_of_the_server_and_not_a_missing_document() {
    let bucket = Bucket::start().await;
    let district = DistrictId::new();
    let (key, data_key) = (ObjectKey::new(district, DocumentId::new()), data_key(district));
    let refused = FileStore::new(&bucket.place_with("another key")).unwrap();
    assert!(matches!(refused.read(&key, &data_key, 5).await, Err(FilesError::Unavailable(_))));
    let incoming = refused.write(&key, &data_key).unwrap();
    assert!(matches!(incoming.finish().await, Err(FilesError::Unavailable(_))));
    let files = FileStore::new(&bucket.place()).unwrap();
    bucket.stop();
    assert!(matches!(files.read(&key, &data_key, 5).await, Err(FilesError::Unavailable(_))));
}
