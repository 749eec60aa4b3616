//! Commands about the directory of the district.

pub mod municipality;
pub mod organisation;
