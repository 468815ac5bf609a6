//! Attempts that fail independently, whatever the load, and are repeated at once.
//!
//! With at most k retries the number of attempts is a geometric variable cut at k + 1. Failures caused
//! by overload are not covered: there the probability of failure depends on the attempts. Without a
//! limit and over an M/M/1 queue each attempt rejoins the tail (Bernoulli feedback) and the number in
//! system is that of M/M/1 at rate λ / (1 − q). Takács, Bell Syst. Tech. J. 42 (1963).

use super::{mm1, stable};

/// Mean attempts a request, (1 − q^(k+1)) / (1 − q), for 0 ≤ `fail_prob` < 1.
pub fn mean_attempts(fail_prob: f64, max_retries: u32) -> f64 {
    prob_success(fail_prob, max_retries) / (1.0 - fail_prob)
}

/// Probability that one of the attempts succeeds, 1 − q^(k+1).
pub fn prob_success(fail_prob: f64, max_retries: u32) -> f64 {
    1.0 - fail_prob.powi(max_retries as i32 + 1)
}

/// Attempts per second under unlimited retries, λ / (1 − q).
pub fn feedback_attempt_rate(arrival_rate: f64, fail_prob: f64) -> f64 {
    arrival_rate / (1.0 - fail_prob)
}

/// ρ of an M/M/1 queue with unlimited retries. Panics when it is not below 1, as do the next two.
pub fn feedback_utilization(arrival_rate: f64, service_rate: f64, fail_prob: f64) -> f64 {
    stable(feedback_attempt_rate(arrival_rate, fail_prob) / service_rate)
}

/// Mean number in system with unlimited retries.
pub fn feedback_mean_in_system(arrival_rate: f64, service_rate: f64, fail_prob: f64) -> f64 {
    mm1::mean_in_system(feedback_attempt_rate(arrival_rate, fail_prob), service_rate)
}

/// Mean time in seconds until an attempt succeeds, all attempts included.
pub fn feedback_mean_response(arrival_rate: f64, service_rate: f64, fail_prob: f64) -> f64 {
    feedback_mean_in_system(arrival_rate, service_rate, fail_prob) / arrival_rate
}
