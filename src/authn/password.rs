//! Password hashing with argon2id, away from the threads that answer requests and bounded in memory.

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

/// A new password has at least this many characters.
pub const MIN_PASSWORD_CHARS: usize = 12;
/// A new password has at most this many characters.
pub const MAX_PASSWORD_CHARS: usize = 256;

/// How much memory is asked for at least, most of it never touched. The C library of Linux keeps blocks of up to 32 MiB when
/// they are freed and, because they are aligned, cannot use them for the next hash: the process would grow with each login.
/// Larger blocks are mappings of their own and go back to the system.
const OWN_MAPPING_BYTES: usize = 33 * 1024 * 1024;

/// What one hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory of one hash, in KiB.
    pub memory_kib: u32,
    /// How often that memory is gone through.
    pub passes: u32,
    /// Independent lanes.
    pub lanes: u32,
}

impl PasswordCost {
    /// The cost for real accounts: 19 MiB, two passes, one lane, the least that OWASP recommends for argon2id.
    pub const STANDARD: Self = Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
    /// The least that the algorithm allows: for tests, where nothing has to be protected.
    pub const CHEAP: Self = Self { memory_kib: Params::MIN_M_COST, passes: 1, lanes: 1 };
}

/// Why a password is not accepted as a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordUnfit {
    /// It has fewer than [`MIN_PASSWORD_CHARS`] characters.
    #[error("a password has at least {MIN_PASSWORD_CHARS} characters")]
    TooShort,
    /// It has more than [`MAX_PASSWORD_CHARS`] characters.
    #[error("a password has at most {MAX_PASSWORD_CHARS} characters")]
    TooLong,
    /// It holds the character NUL, which other programs take for the end of a text.
    #[error("a password cannot hold the character NUL")]
    HoldsNul,
}

/// The hash could not be computed. Nothing is said about the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordHashError {
    /// The configured cost is outside what argon2id allows.
    #[error("the configured password cost is outside the limits of argon2id")]
    Cost,
    /// The system gave no random bytes, or no memory.
    #[error("the password could not be hashed")]
    Failed,
}

/// Checks the length rules for a new password. Characters are Unicode scalar values.
///
/// # Errors
/// The first rule that the password breaks.
pub fn check_new_password(password: &SecretString) -> Result<(), PasswordUnfit> {
    let text = password.expose_secret();
    let chars = text.chars().count();
    if chars < MIN_PASSWORD_CHARS {
        Err(PasswordUnfit::TooShort)
    } else if chars > MAX_PASSWORD_CHARS {
        Err(PasswordUnfit::TooLong)
    } else if text.contains('\0') {
        Err(PasswordUnfit::HoldsNul)
    } else {
        Ok(())
    }
}

/// Hashes and verifies passwords. Cheap to clone; the clones share one bound on concurrent hashes.
#[derive(Clone)]
pub struct PasswordHasher {
    argon2: Argon2<'static>,
    /// What the password of an unknown account is compared with. No password fits it.
    dummy: Arc<PasswordHash>,
    permits: Arc<Semaphore>,
}

impl PasswordHasher {
    /// A hasher of the given cost. At most `concurrent_hashes` (at least one) are computed at a time, so that their
    /// memory together stays below `concurrent_hashes * cost.memory_kib`; whoever comes later waits.
    ///
    /// # Errors
    /// [`PasswordHashError::Cost`] when argon2id does not allow that cost; [`PasswordHashError::Failed`] when the
    /// system gives no random bytes.
    pub fn new(cost: PasswordCost, concurrent_hashes: usize) -> Result<Self, PasswordHashError> {
        let params =
            Params::new(cost.memory_kib, cost.passes, cost.lanes, None).map_err(|_| PasswordHashError::Cost)?;
        let dummy = unmatchable_hash(&params)?;
        Ok(Self {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            dummy: Arc::new(dummy),
            permits: Arc::new(Semaphore::new(concurrent_hashes.clamp(1, Semaphore::MAX_PERMITS))),
        })
    }

    /// The hash of `password` with a fresh salt, as a PHC string (`$argon2id$v=19$m=…,t=…,p=…$salt$hash`).
    ///
    /// The length rules are not checked here: see [`check_new_password`].
    ///
    /// # Errors
    /// [`PasswordHashError::Failed`] when the system gives no random bytes or no memory.
    pub async fn hash(&self, password: SecretString) -> Result<String, PasswordHashError> {
        let params = ParamsString::try_from(self.argon2.params()).map_err(|_| PasswordHashError::Cost)?;
        let salt = Salt::generate();
        let hash =
            self.compute(move |argon2| output(argon2, &password, &salt, Params::DEFAULT_OUTPUT_LEN)).await.flatten();
        Ok(phc(params, salt, hash.ok_or(PasswordHashError::Failed)?).to_string())
    }

    /// Whether `password` fits the stored PHC string.
    ///
    /// Pass `None` for an account that does not exist or has no password: that takes as long as a comparison and
    /// answers false. The same holds for a stored text that is no PHC string.
    pub async fn verify(&self, password: SecretString, stored: Option<&str>) -> bool {
        let stored = stored.and_then(|text| match PasswordHash::new(text) {
            Ok(hash) => Some(Arc::new(hash)),
            Err(_) => {
                tracing::error!("a stored password hash is unreadable");
                None
            }
        });
        let is_known = stored.is_some();
        let hash = stored.unwrap_or_else(|| Arc::clone(&self.dummy));
        let fits = self.compute(move |_| is_hash_of(&hash, &password)).await.unwrap_or(false);
        fits && is_known
    }

    /// Whether the stored PHC string was made at another cost than the present one, so that the password should be
    /// hashed anew at the next successful login. True as well for what cannot be read.
    pub fn is_outdated(&self, stored: &str) -> bool {
        let Ok(hash) = PasswordHash::new(stored) else { return true };
        let present = self.argon2.params();
        hash.algorithm != ARGON2ID_IDENT
            || !Params::try_from(&hash).is_ok_and(|params| {
                params.m_cost() == present.m_cost()
                    && params.t_cost() == present.t_cost()
                    && params.p_cost() == present.p_cost()
            })
    }

    /// Runs `work` on a blocking thread. The permit goes with the work: a request that is given up does not free it
    /// early.
    async fn compute<T: Send + 'static>(&self, work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static) -> Option<T> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.ok()?;
        let argon2 = self.argon2.clone();
        tokio::task::spawn_blocking(move || {
            let done = work(&argon2);
            drop(permit);
            done
        })
        .await
        .ok()
    }
}

impl fmt::Debug for PasswordHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let params = self.argon2.params();
        f.debug_struct("PasswordHasher")
            .field("memory_kib", &params.m_cost())
            .field("passes", &params.t_cost())
            .field("lanes", &params.p_cost())
            .finish_non_exhaustive()
    }
}

/// The result of hashing, of `length` bytes; nothing if there is no memory or a parameter is not allowed.
fn output(argon2: &Argon2<'_>, password: &SecretString, salt: &Salt, length: usize) -> Option<Output> {
    let blocks = argon2.params().block_count();
    let mut memory: Vec<Block> = Vec::new();
    memory.try_reserve_exact(blocks.max(OWN_MAPPING_BYTES / Block::SIZE)).ok()?;
    memory.resize(blocks, Block::default());
    let mut buffer = [0_u8; Output::MAX_LENGTH];
    let result = buffer.get_mut(..length)?;
    argon2.hash_password_into_with_memory(password.expose_secret().as_bytes(), salt, result, &mut memory).ok()?;
    Output::new(result).ok()
}

/// Whether `stored` is a hash of `password`, at the cost at which it was made. The comparison takes the same time always.
fn is_hash_of(stored: &PasswordHash, password: &SecretString) -> bool {
    let (Some(salt), Some(expected), Ok(algorithm), Ok(version), Ok(params)) = (
        &stored.salt,
        &stored.hash,
        Algorithm::try_from(stored.algorithm.as_str()),
        stored.version.map_or(Ok(Version::default()), Version::try_from),
        Params::try_from(stored),
    ) else {
        return false;
    };
    output(&Argon2::new(algorithm, version, params), password, salt, expected.len())
        .is_some_and(|found| found == *expected)
}

fn phc(params: ParamsString, salt: Salt, hash: Output) -> PasswordHash {
    let version = Some(Version::V0x13.into());
    PasswordHash { algorithm: ARGON2ID_IDENT, version, params, salt: Some(salt), hash: Some(hash) }
}

/// A hash of the right cost with a random result: made without computing one, so that start-up does not wait for it.
fn unmatchable_hash(params: &Params) -> Result<PasswordHash, PasswordHashError> {
    let mut random = [0_u8; Params::DEFAULT_OUTPUT_LEN];
    aws_lc_rs::rand::fill(&mut random).map_err(|_| PasswordHashError::Failed)?;
    let params = ParamsString::try_from(params).map_err(|_| PasswordHashError::Cost)?;
    Ok(phc(params, Salt::generate(), Output::new(&random).map_err(|_| PasswordHashError::Failed)?))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    fn cheap() -> PasswordHasher {
        PasswordHasher::new(PasswordCost::CHEAP, 2).unwrap()
    }

    fn secret(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[tokio::test]
    async fn hashes_are_those_of_the_library() {
        use argon2::{PasswordHasher as _, PasswordVerifier as _};

        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(16, 2, 1, None).unwrap());
        let theirs = argon2.hash_password(b"twelve characters").unwrap().to_string();
        assert!(cheap().verify(secret("twelve characters"), Some(&theirs)).await);
        let ours = cheap().hash(secret("twelve characters")).await.unwrap();
        assert_eq!(argon2.verify_password(b"twelve characters", &PasswordHash::new(&ours).unwrap()), Ok(()));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn memory_of_a_hash_goes_back_to_the_system() {
        let resident_kib = || -> usize {
            let status = std::fs::read_to_string("/proc/self/status").unwrap();
            let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
            line.split_whitespace().next().unwrap().parse().unwrap()
        };
        let hasher = PasswordHasher::new(PasswordCost::STANDARD, 1).unwrap();
        let before = resident_kib();
        for _ in 0..10 {
            hasher.verify(secret("twelve characters"), None).await;
        }
        // Ten hashes kept would be 190 MiB; the other tests of the process need far less than half of it.
        let grown = resident_kib().saturating_sub(before);
        assert!(grown < 95 * 1024, "grown by {grown} KiB");
    }

    #[tokio::test]
    async fn only_the_right_password_fits() {
        let hasher = cheap();
        let stored = hasher.hash(secret("Straße nach Überall")).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{stored}");
        assert!(hasher.verify(secret("Straße nach Überall"), Some(&stored)).await);
        assert!(!hasher.verify(secret("Strasse nach Überall"), Some(&stored)).await);
        assert!(!hasher.verify(secret(""), Some(&stored)).await);
    }

    #[tokio::test]
    async fn same_password_gets_another_salt() {
        let hasher = cheap();
        assert_ne!(hasher.hash(secret("one and one")).await, hasher.hash(secret("one and one")).await);
    }

    #[tokio::test]
    async fn unknown_account_and_unreadable_hash_are_refused() {
        let hasher = cheap();
        assert!(!hasher.verify(secret("whatever it is"), None).await);
        assert!(!hasher.verify(secret("whatever it is"), Some("plain text")).await);
        assert!(!hasher.verify(secret("whatever it is"), Some("")).await);
    }

    #[tokio::test]
    async fn unknown_account_costs_what_a_known_one_costs() {
        let hasher = PasswordHasher::new(PasswordCost { memory_kib: 4096, ..PasswordCost::STANDARD }, 1).unwrap();
        let stored = hasher.hash(secret("a known password")).await.unwrap();
        assert_eq!(Params::try_from(hasher.dummy.as_ref()).unwrap().m_cost(), 4096);
        assert_eq!(hasher.dummy.to_string().len(), stored.len());
        assert!(!hasher.is_outdated(&hasher.dummy.to_string()));
    }

    #[tokio::test]
    async fn hash_of_another_cost_is_outdated_and_still_verified() {
        let old = cheap().hash(secret("grown up over time")).await.unwrap();
        let hasher = PasswordHasher::new(PasswordCost { memory_kib: 64, passes: 2, lanes: 1 }, 1).unwrap();
        assert!(hasher.verify(secret("grown up over time"), Some(&old)).await);
        assert!(hasher.is_outdated(&old));
        assert!(!hasher.is_outdated(&hasher.hash(secret("grown up over time")).await.unwrap()));
        assert!(hasher.is_outdated("plain text"));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn concurrent_hashes_stay_within_the_bound() {
        let hasher = cheap();
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let (hasher, running, most) = (hasher.clone(), Arc::clone(&running), Arc::clone(&most));
                tokio::spawn(async move {
                    let work = move |_: &Argon2<'static>| {
                        most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::sleep(Duration::from_millis(5));
                        running.fetch_sub(1, Ordering::SeqCst);
                    };
                    hasher.compute(work).await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert!((1..=2).contains(&most.load(Ordering::SeqCst)));
    }

    #[test]
    fn impossible_cost_is_refused() {
        let none = PasswordCost { memory_kib: 0, passes: 1, lanes: 1 };
        assert_eq!(PasswordHasher::new(none, 1).err(), Some(PasswordHashError::Cost));
        let no_lane = PasswordCost { lanes: 0, ..PasswordCost::STANDARD };
        assert_eq!(PasswordHasher::new(no_lane, 1).err(), Some(PasswordHashError::Cost));
        assert!(PasswordHasher::new(PasswordCost::STANDARD, 0).is_ok());
    }

    #[test]
    fn length_is_counted_in_characters() {
        let check = |text: String| check_new_password(&SecretString::from(text));
        assert_eq!(check("ü".repeat(11)), Err(PasswordUnfit::TooShort));
        assert_eq!(check("ü".repeat(12)), Ok(()));
        assert_eq!(check("ü".repeat(256)), Ok(()));
        assert_eq!(check("ü".repeat(257)), Err(PasswordUnfit::TooLong));
        assert_eq!(check("correct\0horse battery".to_owned()), Err(PasswordUnfit::HoldsNul));
    }
}
