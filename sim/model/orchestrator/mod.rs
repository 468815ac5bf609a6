//! What orchestrators decide.

pub mod placement;
