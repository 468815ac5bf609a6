//! A request's way through the cluster: frames, programs, calls, pools.

mod branch;
mod call;
mod disk;
mod execute;
pub(crate) mod frame;
mod timeout;
mod visit;

pub(crate) use timeout::TimeoutClass;
