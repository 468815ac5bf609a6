//! What the benches share: the hand-coded yardstick, and the same chain through the simulator.

pub mod chain;
pub mod yardstick;
pub mod years;
