//! What a node is made of.

pub mod processor;
mod quota;
mod sharing;
#[cfg(test)]
mod twin;
