//! Commands about the directory of the district.

pub mod code_list;
pub mod municipality;
pub mod organisation;
