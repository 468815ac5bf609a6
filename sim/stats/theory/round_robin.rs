//! Round robin over `servers` servers with a queue each.
//!
//! Every c-th request of a Poisson stream goes to the same server, so each is `E_c/M/1`: less
//! variable arrivals than under a random split, hence shorter waits, but more than M/M/c.
//! Gross & Harris, Fundamentals of Queueing Theory, ch. 6.

use super::gm1::Gm1;

/// The queue of one server; `arrival_rate` in 1/s is the total over all servers.
pub fn one_server(arrival_rate: f64, service_rate: f64, servers: u32) -> Gm1 {
    let laplace = |s: f64| (1.0 + s / arrival_rate).powi(-(servers as i32));
    Gm1::new(arrival_rate / f64::from(servers), service_rate, laplace)
}
