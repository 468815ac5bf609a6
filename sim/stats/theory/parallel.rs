//! Requests that fork: calls in parallel, answered when enough have answered.
//!
//! Without queueing the k-th of n exponential answers comes after a sum of independent
//! exponentials with means m / n, m / (n − 1), …, m / (n − k + 1). With queueing, two M/M/1 queues
//! fed by the same arrivals join after (12 − ρ) / 8 times the response time of one, exactly.
//! David & Nagaraja (2003), ch. 2; Flatto & Hahn (1984); Nelson & Tantawi, IEEE Trans. Computers 37 (1988).

use super::mm1;
use super::root::quantile_of_tail;

/// Mean time in seconds until `k` of `n` calls have answered, each after `mean` seconds.
///
/// 1 ≤ `k` ≤ `n` here and below.
pub fn mean_kth_of_n(n: u32, k: u32, mean: f64) -> f64 {
    stages(n, k, mean).sum()
}

/// Variance of that time, in s².
pub fn var_kth_of_n(n: u32, k: u32, mean: f64) -> f64 {
    stages(n, k, mean).map(|stage| stage * stage).sum()
}

fn stages(n: u32, k: u32, mean: f64) -> impl Iterator<Item = f64> {
    assert!(1 <= k && k <= n, "1 ≤ k ≤ n");
    (0..k).map(move |answered| mean / f64::from(n - answered))
}

/// P(fewer than `k` of `n` calls have answered after `seconds`): a binomial sum.
pub fn tail_kth_of_n(n: u32, k: u32, mean: f64, seconds: f64) -> f64 {
    assert!(1 <= k && k <= n, "1 ≤ k ≤ n");
    let done = -(-seconds / mean).exp_m1();
    let mut choose = 1.0;
    (0..k)
        .map(|j| {
            let term = choose * done.powi(j as i32) * (1.0 - done).powi((n - j) as i32);
            choose *= f64::from(n - j) / f64::from(j + 1);
            term
        })
        .sum()
}

/// Quantile 0 ≤ `p` < 1 of that time in seconds, by bisection.
pub fn kth_of_n_quantile(n: u32, k: u32, mean: f64, p: f64) -> f64 {
    quantile_of_tail(|t| tail_kth_of_n(n, k, mean, t), 1.0 - p, mean)
}

/// Mean time in seconds until both halves of a request are done, each in an M/M/1 queue.
///
/// Panics unless λ < μ.
pub fn mean_join_of_two(arrival_rate: f64, service_rate: f64) -> f64 {
    let rho = mm1::utilization(arrival_rate, service_rate);
    (12.0 - rho) / 8.0 * mm1::mean_response(arrival_rate, service_rate)
}
