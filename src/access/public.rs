//! The public: everybody, without an account.

/// The proof that somebody reads as the public does. There is nothing to prove, so anybody can make one. What it is good for:
/// a function of the store that takes it gives out what was published and nothing else, and one that takes a
/// [`super::Permit`] cannot be called with it.
#[derive(Clone, Copy, Debug)]
pub struct Public(());

impl Public {
    /// What everybody has.
    #[must_use]
    pub const fn everybody() -> Self {
        Self(())
    }
}
