//! A request's way through the cluster: frames, programs, calls, pools.

mod branch;
mod call;
mod execute;
mod follow;
pub(crate) mod frame;
mod timeout;
mod visit;

pub(crate) use timeout::TimeoutClass;
