//! Orchestrators: the input that they get, their decisions, and when they want to be woken.
//!
//! An orchestrator knows no requests and no world: time and events come in as arguments, decisions go out as
//! values, and random numbers come from streams by name. So the same code drives a world with traffic and can run
//! alone. Nothing is periodic: beats and ticks are not simulated; their effect is computed when a node or a
//! container is lost.
//!
//! ```text
//!  world ── Told: reach, what ended, what listens, it is time ──► Orchestrator
//!        ◄── Fact: down, ready, leads, assigned, pending, starts, stops ──
//! ```

mod all;
mod cluster;
pub mod compose;
mod gossip;
mod image;
pub mod k3s;
mod kind;
mod messages;
pub mod nomad;
pub mod none;
pub mod placement;
mod plane;
mod restart;
mod rollout;
pub mod swarm;

pub use cluster::{Cluster, First, Kind, KindProfile, Place, Watch, Watched};
pub use image::{Image, ImageSource};
pub use kind::{Care, Missing, Reads, Routing, Takes};
pub use messages::{Fact, Orchestrator, Told};
pub(crate) use restart::Restarts;
pub use restart::{BackOff, Condition, Exit, RestartPolicy};
pub use rollout::{Bad, Build, Ending, OnFailure, Renewal, Rollout, UpdatePolicy};
