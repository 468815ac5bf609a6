//! The cluster: blueprints, and the world in which their requests are served.
//!
//! Start reading at `World::handle` in `world.rs`. The model parses no text and computes no statistics: it
//! reports facts to a [`probe::Probe`].

pub mod blueprint;
pub mod cache;
mod chore;
mod container;
mod event;
mod fault;
pub mod hardware;
pub mod history;
pub mod ids;
mod instances;
pub mod law;
mod ledger;
mod life;
mod load;
mod maybe;
pub mod memory;
pub mod network;
mod open;
pub mod orchestrator;
mod overfull;
pub mod probe;
mod procedure;
mod request;
mod rollout;
mod routing;
mod run;
mod simulate;
mod station;
mod traffic;
mod words;
mod world;

pub use blueprint::Blueprint;
pub use ledger::{Averages, ContainerAverages, NodeAverages};
pub use overfull::{Cut, MOST_IN_FLIGHT, MOST_PENDING, Overfull};
pub use run::{Outcome, Run};
pub use simulate::{simulate, simulate_following};
