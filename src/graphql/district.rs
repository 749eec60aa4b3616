//! The district and its directory.

pub mod body;
pub mod code_list;
#[expect(clippy::module_inception, reason = "the area is named after its first resource")]
pub mod district;
pub mod municipality;
pub mod organisation;
