//! A small issuer of OpenID Connect tokens for tests: discovery, a key set, tokens with any claims, rotation, and the
//! ways in which a real one fails. It listens on 127.0.0.1 and ends when it is dropped.
//!
//! The unit tests of `src/authn/oidc.rs` share this file. Declare it under `#[cfg(test)]`: the lints allow `unwrap`
//! only there.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A running issuer.
pub struct TestIssuer {
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

struct Shared {
    url: String,
    algorithm: Algorithm,
    state: Mutex<State>,
    requests: AtomicU64,
    discovery_requests: AtomicU64,
    is_failing: AtomicBool,
    delay_ms: AtomicU64,
}

struct State {
    rotations: u64,
    key: Key,
    /// What `/jwks` answers with.
    published: Value,
    /// What discovery says about the issuer and its key set, when not the truth.
    discovery: Option<Value>,
}

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8> + Send>;

struct Key {
    kid: String,
    sign: Sign,
    jwk: Value,
}

impl TestIssuer {
    /// An issuer that signs with ES256.
    pub async fn start() -> Self {
        Self::start_with(Algorithm::ES256).await
    }

    /// An issuer that signs with ES256, RS256 or EdDSA.
    pub async fn start_with(algorithm: Algorithm) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let key = Key::generate(algorithm, 0);
        let published = json!({ "keys": [key.jwk] });
        let shared = Arc::new(Shared {
            url,
            algorithm,
            state: Mutex::new(State { rotations: 0, key, published, discovery: None }),
            requests: AtomicU64::new(0),
            discovery_requests: AtomicU64::new(0),
            is_failing: AtomicBool::new(false),
            delay_ms: AtomicU64::new(0),
        });
        let answering = Arc::clone(&shared);
        let server = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(Arc::clone(&answering), stream));
            }
        });
        Self { shared, server }
    }

    /// The issuer's identifier and base address: `http://127.0.0.1:<port>`.
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// The address of its key set.
    pub fn jwks_url(&self) -> String {
        format!("{}/jwks", self.shared.url)
    }

    /// A token signed with the present key. Claims that are not given are filled in: `iss` (the address), `aud`
    /// (`kim`), `sub` (`test-subject`) and `exp` (the year 2100). A claim given as null is left out.
    pub fn token(&self, claims: Value) -> String {
        self.token_with_header(json!({}), claims)
    }

    /// As [`TestIssuer::token`], with header fields in place of the usual ones; null leaves a field out.
    pub fn token_with_header(&self, header: Value, claims: Value) -> String {
        let state = self.shared.state.lock().unwrap();
        let header = merged(json!({"alg": self.shared.algorithm, "typ": "JWT", "kid": state.key.kid}), header);
        let usual = json!({"iss": self.shared.url, "aud": "kim", "sub": "test-subject", "exp": 4_102_444_800_i64});
        let claims = merged(usual, claims);
        let input = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        let signature = encoded(&(state.key.sign)(input.as_bytes()));
        format!("{input}.{signature}")
    }

    /// Replaces the key: from now on tokens carry the new key's id, and the old key is no longer published.
    pub fn rotate(&self) {
        let mut state = self.shared.state.lock().unwrap();
        state.rotations += 1;
        state.key = Key::generate(self.shared.algorithm, state.rotations);
        state.published = json!({ "keys": [state.key.jwk] });
    }

    /// The id of the present key.
    pub fn kid(&self) -> String {
        self.shared.state.lock().unwrap().key.kid.clone()
    }

    /// The present key as it is published.
    pub fn jwk(&self) -> Value {
        self.shared.state.lock().unwrap().key.jwk.clone()
    }

    /// How often the key set was asked for.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::SeqCst)
    }

    /// How often the discovery document was asked for.
    pub fn discovery_requests(&self) -> u64 {
        self.shared.discovery_requests.load(Ordering::SeqCst)
    }

    /// Publishes another key set than the true one, until the next rotation.
    pub fn publish(&self, jwks: Value) {
        self.shared.state.lock().unwrap().published = jwks;
    }

    /// Answers discovery with another document than the true one.
    pub fn discover_as(&self, document: Value) {
        self.shared.state.lock().unwrap().discovery = Some(document);
    }

    /// While failing, every request is answered with status 503.
    pub fn set_failing(&self, is_failing: bool) {
        self.shared.is_failing.store(is_failing, Ordering::SeqCst);
    }

    /// Waits before each answer.
    pub fn set_delay_ms(&self, delay_ms: u64) {
        self.shared.delay_ms.store(delay_ms, Ordering::SeqCst);
    }
}

impl Drop for TestIssuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Key {
    fn generate(algorithm: Algorithm, number: u64) -> Self {
        let kid = format!("test-{number}");
        let common = json!({"kid": kid, "alg": algorithm, "use": "sig"});
        let (sign, parameters): (Sign, Value) = match algorithm {
            Algorithm::ES256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                let parameters = json!({"kty": "EC", "crv": "P-256", "x": encoded(x), "y": encoded(y)});
                let sign = move |input: &[u8]| pair.sign(&SystemRandom::new(), input).unwrap().as_ref().to_vec();
                (Box::new(sign), parameters)
            }
            Algorithm::EdDSA => {
                let pair = Ed25519KeyPair::generate().unwrap();
                let parameters = json!({"kty": "OKP", "crv": "Ed25519", "x": encoded(pair.public_key().as_ref())});
                (Box::new(move |input| pair.sign(input).as_ref().to_vec()), parameters)
            }
            Algorithm::RS256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
                let parameters = json!({"kty": "RSA", "n": encoded(&public.n), "e": encoded(&public.e)});
                let sign = move |input: &[u8]| {
                    let mut signature = vec![0; pair.public_modulus_len()];
                    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input, &mut signature).unwrap();
                    signature
                };
                (Box::new(sign), parameters)
            }
            other => panic!("the test issuer has no keys for {other:?}"),
        };
        Self { kid, sign, jwk: merged(common, parameters) }
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The fields of both objects, those of `over` winning; null removes a field.
fn merged(mut base: Value, over: Value) -> Value {
    let fields = base.as_object_mut().unwrap();
    for (name, value) in over.as_object().unwrap() {
        fields.insert(name.clone(), value.clone());
    }
    fields.retain(|_, value| !value.is_null());
    base
}

/// Reads one request and answers it; the connection ends with it.
async fn answer(shared: Arc<Shared>, mut stream: TcpStream) {
    let mut request = Vec::new();
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read_buf(&mut request).await {
            Ok(read) if read > 0 => {}
            _ => return,
        }
    }
    let request = String::from_utf8_lossy(&request);
    let (status, body) = shared.respond(request.split(' ').nth(1).unwrap_or_default());
    tokio::time::sleep(Duration::from_millis(shared.delay_ms.load(Ordering::SeqCst))).await;
    let length = body.len();
    let response = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    // A client that gave up is a case under test.
    let _ = stream.write_all(response.as_bytes()).await;
}

impl Shared {
    fn respond(&self, path: &str) -> (&'static str, String) {
        let state = self.state.lock().unwrap();
        let document = match path {
            "/jwks" => {
                self.requests.fetch_add(1, Ordering::SeqCst);
                state.published.clone()
            }
            "/.well-known/openid-configuration" => {
                self.discovery_requests.fetch_add(1, Ordering::SeqCst);
                let truth = json!({"issuer": self.url, "jwks_uri": format!("{}/jwks", self.url)});
                state.discovery.clone().unwrap_or(truth)
            }
            _ => return ("404 Not Found", "{}".to_owned()),
        };
        if self.is_failing.load(Ordering::SeqCst) {
            return ("503 Service Unavailable", "{}".to_owned());
        }
        ("200 OK", document.to_string())
    }
}
