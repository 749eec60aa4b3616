//! Rules about cases.

pub mod case;
pub mod code;
pub mod consent;
pub mod legal_sphere;
pub mod plan;
pub mod text;
