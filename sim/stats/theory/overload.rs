//! Backlogs: a constant overload, and a queue that is drained.
//!
//! Constant arrivals every a seconds with a constant service time D > a: job i (from 0) waits
//! i·(D − a), and the server never rests. A backlog of n jobs at c exponential servers drains
//! through stages with min(j, c) busy, j = n … 1. By direct calculation.

/// Waiting time in seconds of the last of `jobs` ≥ 1 jobs under constant overload.
///
/// Panics unless D ≥ a, both in seconds, as the next two do.
pub fn last_wait(interarrival: f64, service: f64, jobs: u32) -> f64 {
    assert!(service >= interarrival, "an overload");
    f64::from(jobs - 1) * (service - interarrival)
}

/// Mean waiting time in seconds of `jobs` jobs under constant overload.
pub fn mean_wait(interarrival: f64, service: f64, jobs: u32) -> f64 {
    last_wait(interarrival, service, jobs) / 2.0
}

/// Time in seconds from the first arrival to the last departure under constant overload.
pub fn makespan(interarrival: f64, service: f64, jobs: u32) -> f64 {
    assert!(service >= interarrival, "an overload");
    f64::from(jobs) * service
}

/// Mean time in seconds to drain `jobs` jobs present at the start, without arrivals.
pub fn mean_drain(jobs: u32, servers: u32, service_rate: f64) -> f64 {
    drain_stages(jobs, servers, service_rate).sum()
}

/// Variance of that time, in s².
pub fn var_drain(jobs: u32, servers: u32, service_rate: f64) -> f64 {
    drain_stages(jobs, servers, service_rate).map(|stage| stage * stage).sum()
}

fn drain_stages(jobs: u32, servers: u32, service_rate: f64) -> impl Iterator<Item = f64> {
    (1..=jobs).map(move |left| 1.0 / (f64::from(left.min(servers)) * service_rate))
}
