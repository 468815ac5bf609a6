//! The parts of a node: processor, CPU quota, disk.

mod compute;
pub(crate) mod disk;
pub(crate) mod node;
pub mod processor;
mod quota;
mod sharing;
#[cfg(test)]
pub(crate) mod twin;
