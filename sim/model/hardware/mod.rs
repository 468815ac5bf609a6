//! The parts of a node: processor, CPU quota, disk.

pub(crate) mod disk;
pub mod processor;
mod quota;
mod sharing;
#[cfg(test)]
pub(crate) mod twin;
