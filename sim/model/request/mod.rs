//! Requests in the cluster: frames, programs, calls, pools.

mod answer;
mod branch;
pub(crate) mod breaker;
mod call;
mod cancel;
mod disk;
mod execute;
mod follow;
pub(crate) mod frame;
mod guard;
mod hold;
pub(crate) mod limit;
mod outwait;
mod parting;
pub(crate) mod pool;
mod room;
pub(crate) mod ties;
mod timeout;
mod travel;
mod unfinished;
mod visit;

pub(crate) use parting::Parting;
pub(crate) use timeout::TimeoutClass;
