//! Requests in the cluster: frames, programs, calls, pools.

mod answer;
mod arrival;
mod branch;
pub(crate) mod breaker;
mod call;
mod cancel;
mod disk;
mod empty;
mod execute;
mod expire;
mod follow;
pub(crate) mod frame;
mod guard;
mod hold;
mod job;
mod kind;
mod limit;
pub(crate) mod limiter;
mod look_up;
mod outwait;
pub(crate) mod pool;
pub(crate) mod slab;
pub(crate) mod state;
pub(crate) mod ties;
mod timeout;
mod unfinished;
mod visit;
