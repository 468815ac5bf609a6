//! Two M/M/c stations in series with unlimited room, such as a connection pool before workers.
//!
//! What leaves a stationary M/M/c queue is again Poisson, so both stations are M/M/c at the same
//! rate; see [`super::mmc`] for each. Burke, Oper. Res. 4 (1956).

use super::mmc;

/// A station: service rate of one server in 1/s, and servers.
pub type TandemStation = (f64, u32);

/// Mean time through all `stations`, in seconds. Panics when one of them is overloaded.
pub fn mean_response(arrival_rate: f64, stations: &[TandemStation]) -> f64 {
    let each = stations.iter();
    each.map(|&(rate, servers)| mmc::mean_response(arrival_rate, rate, servers)).sum()
}
