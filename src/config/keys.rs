//! Key material named by the configuration: checked here, made here in development only.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use rustls::pki_types::pem::{PemObject as _, SectionKind};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use secrecy::{ExposeSecret as _, SecretString};

use super::reader::Fault;

/// Where secret keys come from.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// The text of one key or more, already checked. The first one is the active one.
    Given(SecretString),
    /// A file that a development server makes at its first start and reads at every later one.
    Generated(PathBuf),
}

impl KeySource {
    /// The text. `make` is called when a generated file does not exist yet and returns the text to keep
    /// there, readable by its owner only. When two processes start at once, both end up with the same file.
    ///
    /// # Errors
    /// The file can neither be read nor written, or `make` failed.
    pub fn obtain(&self, make: impl FnOnce() -> io::Result<SecretString>) -> io::Result<SecretString> {
        let path = match self {
            Self::Given(pem) => return Ok(pem.clone()),
            Self::Generated(path) => path,
        };
        if !path.try_exists()? {
            keep_new_secret(path, make()?.expose_secret())?;
        }
        fs::read_to_string(path).map(SecretString::from)
    }
}

/// Writes the whole file beside its place first, so that no other process ever reads half a key.
fn keep_new_secret(path: &Path, content: &str) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut file| file.write_all(content.as_bytes()).and_then(|()| file.sync_all()))
        // A link, unlike a rename, does not replace the key of a process that was quicker.
        .and_then(|()| match fs::hard_link(&draft, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        });
    let _ = fs::remove_file(&draft);
    written
}

/// The public keys of the private keys in `pem`, or why they cannot sign.
pub(super) fn public_keys(pem: &str, command: &str) -> Result<Vec<Vec<u8>>, Fault> {
    let make_one = || format!("Make one with: {command}");
    let mut keys = Vec::new();
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(pem.as_bytes()) {
        let Ok((kind, der)) = section else {
            return Err(Fault::new("is damaged PEM text", make_one()));
        };
        match kind {
            SectionKind::PrivateKey => keys.push(public_key(&der).ok_or_else(|| {
                Fault::new("holds a key that is neither Ed25519 nor P-256, or is damaged", make_one())
            })?),
            SectionKind::EcPrivateKey | SectionKind::RsaPrivateKey => {
                return Err(Fault::new(
                    "holds a private key in an old format",
                    format!(
                        "Ed25519 and P-256 keys are accepted, as PKCS#8 (\"BEGIN PRIVATE KEY\"): convert a P-256 key with \
                         \"openssl pkcs8 -topk8 -nocrypt\", or make a new key with: {command}"
                    ),
                ));
            }
            _ => {
                return Err(Fault::new(
                    "holds something other than private keys",
                    "Leave only the private keys in it.",
                ));
            }
        }
    }
    if keys.is_empty() {
        let wrong = if pem.contains("ENCRYPTED PRIVATE KEY") {
            "holds only an encrypted private key, which cannot be opened without its passphrase"
        } else {
            "holds no private key in PEM form"
        };
        return Err(Fault::new(wrong, make_one()));
    }
    Ok(keys)
}

fn public_key(pkcs8: &[u8]) -> Option<Vec<u8>> {
    if let Ok(pair) = Ed25519KeyPair::from_pkcs8(pkcs8) {
        return Some(pair.public_key().as_ref().to_vec());
    }
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).ok()?;
    Some(pair.public_key().as_ref().to_vec())
}

/// Reads a certificate chain and its key; the faults name the setting they belong to.
pub(super) fn tls_server(
    certificate_file: &Path,
    key_file: &Path,
) -> Result<rustls::ServerConfig, (&'static str, Fault)> {
    let certificate =
        |wrong: &str| ("tls.certificate_file", Fault::new(wrong, "It must hold the certificate chain as PEM."));
    let key = |wrong: &str| ("tls.key_file", Fault::new(wrong, "It must hold the certificate's private key as PEM."));

    let pem = fs::read(certificate_file).map_err(|error| ("tls.certificate_file", Fault::unreadable(&error)))?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|_| certificate("names a file that is damaged PEM text"))?;
    if chain.is_empty() {
        return Err(certificate("names a file without a certificate"));
    }
    let pem = fs::read(key_file).map_err(|error| ("tls.key_file", Fault::unreadable(&error)))?;
    let private_key =
        PrivateKeyDer::from_pem_slice(&pem).map_err(|_| key("names a file without a usable private key"))?;

    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| certificate("cannot be used: no TLS version is available"))?
        .with_no_client_auth()
        .with_single_cert(chain, private_key)
        .map_err(|error| match error {
            rustls::Error::InconsistentKeys(_) => key("names a key that does not belong to the certificate"),
            rustls::Error::InvalidCertificate(_) => certificate("names a certificate that cannot be used"),
            _ => key("names a key that cannot be used with the certificate"),
        })
}
