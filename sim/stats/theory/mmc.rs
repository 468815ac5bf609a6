//! M/M/c: one queue before `servers` equal servers.
//!
//! Everything follows from Erlang's C, the probability of waiting: the wait of those that wait is
//! exponential at rate θ = cμ − λ. Gross & Harris, Fundamentals of Queueing Theory, ch. 2.

use super::root::quantile_of_tail;
use super::{erlang_b, stable};

/// ρ = λ / (cμ). Panics when it is not below 1, as every function here does.
pub fn utilization(arrival_rate: f64, service_rate: f64, servers: u32) -> f64 {
    stable(arrival_rate / (f64::from(servers) * service_rate))
}

/// Probability of waiting, Erlang's C = B / (1 − ρ(1 − B)).
pub fn prob_wait(arrival_rate: f64, service_rate: f64, servers: u32) -> f64 {
    let rho = utilization(arrival_rate, service_rate, servers);
    let blocked = erlang_b::prob_block(arrival_rate / service_rate, servers);
    blocked / (1.0 - rho * (1.0 - blocked))
}

/// θ = cμ − λ, in 1/s.
fn spare_rate(arrival_rate: f64, service_rate: f64, servers: u32) -> f64 {
    f64::from(servers) * service_rate - arrival_rate
}

/// Mean waiting time in seconds, C / θ.
pub fn mean_wait(arrival_rate: f64, service_rate: f64, servers: u32) -> f64 {
    prob_wait(arrival_rate, service_rate, servers) / spare_rate(arrival_rate, service_rate, servers)
}

/// Mean response time in seconds.
pub fn mean_response(arrival_rate: f64, service_rate: f64, servers: u32) -> f64 {
    mean_wait(arrival_rate, service_rate, servers) + 1.0 / service_rate
}

/// Mean number in system.
pub fn mean_in_system(arrival_rate: f64, service_rate: f64, servers: u32) -> f64 {
    arrival_rate * mean_response(arrival_rate, service_rate, servers)
}

/// Mean number waiting.
pub fn mean_in_queue(arrival_rate: f64, service_rate: f64, servers: u32) -> f64 {
    arrival_rate * mean_wait(arrival_rate, service_rate, servers)
}

/// P(waiting time > `seconds`) = C·e^(−θt).
pub fn wait_tail(arrival_rate: f64, service_rate: f64, servers: u32, seconds: f64) -> f64 {
    let theta = spare_rate(arrival_rate, service_rate, servers);
    prob_wait(arrival_rate, service_rate, servers) * (-theta * seconds).exp()
}

/// Quantile 0 ≤ `p` < 1 of the waiting time in seconds.
pub fn wait_quantile(arrival_rate: f64, service_rate: f64, servers: u32, p: f64) -> f64 {
    let waits = prob_wait(arrival_rate, service_rate, servers);
    (waits / (1.0 - p)).ln().max(0.0) / spare_rate(arrival_rate, service_rate, servers)
}

/// P(response time > `seconds`).
///
/// Service alone leaves e^(−μt); a wait before it adds C·μ·e^(−μt)·(1 − e^(−(θ−μ)t)) / (θ − μ),
/// which is C·μt·e^(−μt) where θ = μ.
pub fn response_tail(arrival_rate: f64, service_rate: f64, servers: u32, seconds: f64) -> f64 {
    let waits = prob_wait(arrival_rate, service_rate, servers);
    let gap = spare_rate(arrival_rate, service_rate, servers) - service_rate;
    let delayed = if gap == 0.0 { seconds } else { -(-gap * seconds).exp_m1() / gap };
    (-service_rate * seconds).exp() * (1.0 + waits * service_rate * delayed)
}

/// Quantile 0 ≤ `p` < 1 of the response time in seconds, by bisection.
pub fn response_quantile(arrival_rate: f64, service_rate: f64, servers: u32, p: f64) -> f64 {
    let tail = |t| response_tail(arrival_rate, service_rate, servers, t);
    quantile_of_tail(tail, 1.0 - p, 1.0 / service_rate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::mm1;

    #[test]
    fn one_server_is_mm1() {
        for p in [0.1, 0.5, 0.99] {
            let ours = response_quantile(8.0, 10.0, 1, p);
            assert!((ours / mm1::response_quantile(8.0, 10.0, p) - 1.0).abs() < 1e-12);
        }
        assert!((mean_wait(8.0, 10.0, 1) - mm1::mean_wait(8.0, 10.0)).abs() < 1e-12);
    }

    /// θ = μ where λ = (c − 1)·μ, and the general formula divides by θ − μ.
    #[test]
    fn the_case_of_equal_rates_joins_its_neighbours() {
        let [below, at, above] =
            [3.0 - 1e-7, 3.0, 3.0 + 1e-7].map(|l| response_tail(l, 1.0, 4, 2.0));
        assert!(below < at && at < above);
        assert!((at - f64::midpoint(below, above)).abs() < 1e-9);
    }
}
