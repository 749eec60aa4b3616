//! Rules about the district and its lists.

pub mod code_list;
