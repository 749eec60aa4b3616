//! The district and its directory.

pub mod body;
#[expect(clippy::module_inception, reason = "the area is named after its first resource")]
pub mod district;
pub mod municipality;
pub mod organisation;
