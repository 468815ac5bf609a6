//! What a node is made of.

pub(crate) mod disk;
pub mod processor;
mod quota;
mod sharing;
#[cfg(test)]
pub(crate) mod twin;
