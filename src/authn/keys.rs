//! The ring of Ed25519 keys with which this installation signs: access tokens, and the heads of the event log.
//!
//! One key signs, all of them verify. To rotate, put a new key in front and keep the old one behind it for as long as
//! anything that it signed has to be checked.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";
const LABEL: &str = "PRIVATE KEY";

/// A ring of signing keys with exactly one active key. Debug shows the key ids only.
pub struct SigningKeys {
    active: SigningKey,
    /// These verify what they signed when they were active.
    retired: Vec<SigningKey>,
}

struct SigningKey {
    kid: String,
    pair: Ed25519KeyPair,
    public: ParsedPublicKey,
}

/// Why a text holds no usable ring of keys. Blocks are counted from 1. The texts hold nothing of a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningKeysError {
    /// There is no PEM block in the text.
    #[error(
        "no signing key found: expected one or more PEM blocks that begin with a line `-----BEGIN PRIVATE KEY-----`"
    )]
    NoKey,
    /// One of the blocks cannot be used.
    #[error("signing key block {block}: {problem}")]
    Block {
        /// Which block, counted from 1.
        block: usize,
        /// What is wrong with it and what is expected.
        problem: KeyProblem,
    },
    /// The same key stands in the text twice.
    #[error("signing key block {second} holds the same key as block {first}")]
    Duplicate {
        /// The earlier block, counted from 1.
        first: usize,
        /// The later block, counted from 1.
        second: usize,
    },
    /// No key could be made, or nothing could be signed: the cryptographic library refused.
    #[error("the cryptographic library failed")]
    Crypto,
}

/// What is wrong with one PEM block.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// The block holds something else than an unencrypted PKCS#8 private key.
    #[error("expected an unencrypted PKCS#8 key (`-----BEGIN PRIVATE KEY-----`), found another kind of block")]
    WrongLabel,
    /// The line that ends the block is missing.
    #[error("the line `-----END PRIVATE KEY-----` is missing")]
    NotClosed,
    /// The content is not base64.
    #[error("the content is not base64")]
    NotBase64,
    /// The content is not an Ed25519 key.
    #[error("the content is not an Ed25519 key in PKCS#8 (`openssl genpkey -algorithm ed25519` makes one)")]
    NotEd25519,
}

impl SigningKeys {
    /// Reads one or more PKCS#8 PEM blocks; the first one becomes the active key. Text outside the blocks is ignored.
    ///
    /// # Errors
    /// Says which block is broken, in which way, and what is expected.
    pub fn from_pem(pem: &SecretString) -> Result<Self, SigningKeysError> {
        let mut keys: Vec<SigningKey> = Vec::new();
        for (index, block) in pem_blocks(pem.expose_secret()).into_iter().enumerate() {
            let number = index + 1;
            let key = block
                .and_then(|der| SigningKey::from_pkcs8(&der))
                .map_err(|problem| SigningKeysError::Block { block: number, problem })?;
            if let Some(earlier) = keys.iter().position(|earlier| earlier.kid == key.kid) {
                return Err(SigningKeysError::Duplicate { first: earlier + 1, second: number });
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let active = keys.next().ok_or(SigningKeysError::NoKey)?;
        Ok(Self { active, retired: keys.collect() })
    }

    /// A new key as one PEM block, as [`SigningKeys::from_pem`] and OpenSSL read it.
    ///
    /// # Errors
    /// [`SigningKeysError::Crypto`] when the library cannot make one.
    pub fn generate() -> Result<SecretString, SigningKeysError> {
        let document =
            Ed25519KeyPair::generate().and_then(|pair| pair.to_pkcs8v1()).map_err(|_| SigningKeysError::Crypto)?;
        // 48 bytes of PKCS#8 are 64 characters: exactly one line of PEM.
        let encoded = Zeroizing::new(STANDARD.encode(document.as_ref()));
        Ok(SecretString::from(format!("{BEGIN}{LABEL}{DASHES}\n{}\n{END}{LABEL}{DASHES}\n", encoded.as_str())))
    }

    /// The id of the key that signs: the first 16 hex characters of the SHA-256 of its public half.
    pub fn active_kid(&self) -> &str {
        &self.active.kid
    }

    /// The ids of all keys, the active one first.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.all().map(|key| key.kid.as_str())
    }

    /// The Ed25519 signature of `message` by the active key.
    ///
    /// Access tokens are signed with the same key. Whatever else is signed must begin with a tag that cannot be the
    /// beginning of a token (one with a `/` or a line break does), so that no signature serves two purposes.
    ///
    /// # Errors
    /// [`SigningKeysError::Crypto`] when the library refuses.
    pub fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningKeysError> {
        let signature = self.active.pair.try_sign(message).map_err(|_| SigningKeysError::Crypto)?;
        signature.as_ref().try_into().map_err(|_| SigningKeysError::Crypto)
    }

    /// Whether `signature` is the one of `message` by the key `kid`. False as well when the ring does not have that
    /// key: ask [`SigningKeys::knows`] to tell the two apart.
    pub fn verify(&self, kid: &str, message: &[u8], signature: &[u8]) -> bool {
        self.find(kid).is_some_and(|key| key.public.verify_sig(message, signature).is_ok())
    }

    /// Whether the ring has the key `kid`.
    pub fn knows(&self, kid: &str) -> bool {
        self.find(kid).is_some()
    }

    /// The public halves as a JSON Web Key Set, the active one first.
    pub fn jwks(&self) -> Value {
        let keys: Vec<Value> = self
            .all()
            .map(|key| {
                json!({
                    "kty": "OKP",
                    "crv": "Ed25519",
                    "alg": "EdDSA",
                    "use": "sig",
                    "kid": key.kid,
                    "x": URL_SAFE_NO_PAD.encode(key.pair.public_key()),
                })
            })
            .collect();
        json!({ "keys": keys })
    }

    fn all(&self) -> impl Iterator<Item = &SigningKey> {
        std::iter::once(&self.active).chain(&self.retired)
    }

    fn find(&self, kid: &str) -> Option<&SigningKey> {
        self.all().find(|key| key.kid == kid)
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let retired: Vec<&str> = self.retired.iter().map(|key| key.kid.as_str()).collect();
        f.debug_struct("SigningKeys").field("active", &self.active.kid).field("retired", &retired).finish()
    }
}

impl SigningKey {
    fn from_pkcs8(der: &[u8]) -> Result<Self, KeyProblem> {
        let pair = Ed25519KeyPair::from_pkcs8(der).map_err(|_| KeyProblem::NotEd25519)?;
        let public = ParsedPublicKey::new(&ED25519, pair.public_key()).map_err(|_| KeyProblem::NotEd25519)?;
        let mut kid = hex::encode(super::sha256(pair.public_key().as_ref()));
        kid.truncate(16);
        Ok(Self { kid, pair, public })
    }
}

/// The decoded content of each PEM block, in order.
fn pem_blocks(text: &str) -> Vec<Result<Zeroizing<Vec<u8>>, KeyProblem>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim).peekable();
    while let Some(line) = lines.next() {
        let Some(label) = label_of(line, BEGIN) else { continue };
        let mut encoded = Zeroizing::new(String::with_capacity(text.len()));
        let mut is_closed = false;
        // A second beginning is left in place: it belongs to the next block.
        while let Some(line) = lines.next_if(|line| label_of(line, BEGIN).is_none()) {
            if let Some(end) = label_of(line, END) {
                is_closed = end == label;
                break;
            }
            encoded.push_str(line);
        }
        blocks.push(if label != LABEL {
            Err(KeyProblem::WrongLabel)
        } else if !is_closed {
            Err(KeyProblem::NotClosed)
        } else {
            STANDARD.decode(encoded.as_bytes()).map(Zeroizing::new).map_err(|_| KeyProblem::NotBase64)
        });
    }
    blocks
}

fn label_of<'l>(line: &'l str, start: &str) -> Option<&'l str> {
    line.strip_prefix(start)?.strip_suffix(DASHES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh_pem() -> String {
        SigningKeys::generate().unwrap().expose_secret().to_owned()
    }

    fn ring(pem: &str) -> Result<SigningKeys, SigningKeysError> {
        SigningKeys::from_pem(&SecretString::from(pem))
    }

    fn problem_of(pem: &str) -> (usize, KeyProblem) {
        match ring(pem) {
            Err(SigningKeysError::Block { block, problem }) => (block, problem),
            other => panic!("expected a broken block, got {other:?}"),
        }
    }

    // The example key of RFC 8410, sections 10.1 and 10.3.
    const RFC_PKCS8: &str = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
    const RFC_PUBLIC_HEX: &str = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";

    fn pem_of(base64: &str) -> String {
        format!("{BEGIN}{LABEL}{DASHES}\n{base64}\n{END}{LABEL}{DASHES}\n")
    }

    #[test]
    fn published_example_key_is_read_and_named_by_its_public_half() {
        let keys = ring(&pem_of(RFC_PKCS8)).unwrap();
        let public = hex::decode(RFC_PUBLIC_HEX).unwrap();
        assert_eq!(keys.active_kid(), &hex::encode(crate::authn::sha256(&public))[..16]);
        assert_eq!(keys.jwks()["keys"][0]["x"], URL_SAFE_NO_PAD.encode(public));
    }

    #[test]
    fn signature_fits_only_its_message_and_key() {
        let keys = ring(&(fresh_pem() + &fresh_pem())).unwrap();
        let signature = keys.sign(b"head").unwrap();
        let kid = keys.active_kid().to_owned();
        let other_kid = keys.kids().nth(1).unwrap();
        assert!(keys.verify(&kid, b"head", &signature));
        assert!(!keys.verify(&kid, b"heads", &signature));
        assert!(!keys.verify(other_kid, b"head", &signature));
        assert!(!keys.verify("0000000000000000", b"head", &signature));
        assert!(!keys.verify(&kid, b"head", &signature[..63]));
        assert!(!keys.verify(&kid, b"head", b""));
        assert!(!keys.knows("0000000000000000"));
    }

    #[test]
    fn retired_key_still_verifies_after_rotation() {
        let old = fresh_pem();
        let before = ring(&old).unwrap();
        let signature = before.sign(b"head").unwrap();
        let after = ring(&format!("{}\n{old}", fresh_pem())).unwrap();
        assert_ne!(after.active_kid(), before.active_kid());
        assert!(after.verify(before.active_kid(), b"head", &signature));
        assert_eq!(after.jwks()["keys"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn jwks_holds_public_halves_only() {
        let keys = ring(&fresh_pem()).unwrap();
        let jwks = keys.jwks();
        let key = jwks["keys"][0].as_object().unwrap();
        assert_eq!(key.keys().map(String::as_str).collect::<Vec<_>>().len(), 6);
        assert!(!key.contains_key("d"));
        assert_eq!(key["kid"], keys.active_kid());
    }

    #[test]
    fn text_around_the_blocks_and_windows_line_ends_are_fine() {
        let text = format!("# active since May\n\n  {}\n# old\n{}", fresh_pem().replace('\n', "\r\n"), fresh_pem());
        assert_eq!(ring(&text).unwrap().kids().count(), 2);
    }

    #[test]
    fn broken_block_is_named_with_its_number_and_problem() {
        let good = fresh_pem();
        assert_eq!(ring("").err(), Some(SigningKeysError::NoKey));
        assert_eq!(ring(&good.replace('\n', "\\n")).err(), Some(SigningKeysError::NoKey));
        let duplicate = ring(&format!("{good}{}{good}", fresh_pem())).err();
        assert_eq!(duplicate, Some(SigningKeysError::Duplicate { first: 1, second: 3 }));
        let wrong = good.replace("PRIVATE", "EC PRIVATE");
        assert_eq!(problem_of(&(good.clone() + &wrong)), (2, KeyProblem::WrongLabel));
        let encrypted = good.replace("PRIVATE", "ENCRYPTED PRIVATE");
        assert_eq!(problem_of(&encrypted), (1, KeyProblem::WrongLabel));
        let open = good.lines().take(2).collect::<Vec<_>>().join("\n");
        assert_eq!(problem_of(&open), (1, KeyProblem::NotClosed));
        assert_eq!(problem_of(&format!("{open}\n{good}")), (1, KeyProblem::NotClosed));
        let garbled = good.replace("MC4C", "MC4_");
        assert_eq!(problem_of(&(good.clone() + &garbled)), (2, KeyProblem::NotBase64));
        assert_eq!(problem_of(&(good.clone() + &pem_of("AAAA"))), (2, KeyProblem::NotEd25519));
    }

    #[test]
    fn key_of_another_algorithm_is_refused() {
        let pair = aws_lc_rs::signature::EcdsaKeyPair::generate(&aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING)
            .unwrap();
        let der = STANDARD.encode(pair.to_pkcs8v1().unwrap().as_ref());
        assert_eq!(problem_of(&pem_of(&der)), (1, KeyProblem::NotEd25519));
    }

    #[test]
    fn debug_and_errors_show_no_key_material() {
        let pem = fresh_pem();
        let secret = pem.lines().nth(1).unwrap();
        let keys = ring(&pem).unwrap();
        let shown = format!("{keys:?}");
        assert_eq!(shown, format!("SigningKeys {{ active: {:?}, retired: [] }}", keys.active_kid()));
        let error = ring(&pem.replace("MC4C", "MC4_")).unwrap_err();
        assert!(!format!("{error:?} {error}").contains(&secret[8..]));
    }
}
