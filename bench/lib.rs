//! Code shared by the benches: the hand-coded yardstick, and the same chain in the simulator.

pub mod chain;
pub mod yardstick;
pub mod years;
