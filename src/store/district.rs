//! Districts and what they consist of.

pub mod body;
pub mod code_list;
pub mod directory;
#[expect(clippy::module_inception, reason = "the area is named after its first resource")]
pub mod district;
pub mod municipality;
pub mod organisation;
