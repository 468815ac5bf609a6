//! M/M/1: one server, exponential service.
//!
//! The number in system is geometric, P(N ≥ n) = ρⁿ, and the response time exponential at rate
//! μ − λ. Kleinrock, Queueing Systems 1 (1975), ch. 3.

use super::stable;

/// ρ = λ/μ. Panics when it is not below 1, as every function here does.
pub fn utilization(arrival_rate: f64, service_rate: f64) -> f64 {
    stable(arrival_rate / service_rate)
}

/// Mean number in system, ρ / (1 − ρ).
pub fn mean_in_system(arrival_rate: f64, service_rate: f64) -> f64 {
    let rho = utilization(arrival_rate, service_rate);
    rho / (1.0 - rho)
}

/// Mean number waiting, ρ² / (1 − ρ).
pub fn mean_in_queue(arrival_rate: f64, service_rate: f64) -> f64 {
    let rho = utilization(arrival_rate, service_rate);
    rho * rho / (1.0 - rho)
}

/// P(N ≥ n) = ρⁿ.
pub fn prob_at_least(arrival_rate: f64, service_rate: f64, n: u32) -> f64 {
    utilization(arrival_rate, service_rate).powi(n as i32)
}

/// Mean response time in seconds, 1 / (μ − λ); also the mean busy period.
pub fn mean_response(arrival_rate: f64, service_rate: f64) -> f64 {
    utilization(arrival_rate, service_rate);
    1.0 / (service_rate - arrival_rate)
}

/// Mean waiting time in seconds, ρ / (μ − λ).
pub fn mean_wait(arrival_rate: f64, service_rate: f64) -> f64 {
    utilization(arrival_rate, service_rate) * mean_response(arrival_rate, service_rate)
}

/// Variance of the response time in s², the square of its mean.
pub fn var_response(arrival_rate: f64, service_rate: f64) -> f64 {
    mean_response(arrival_rate, service_rate).powi(2)
}

/// Quantile 0 ≤ `p` < 1 of the response time in seconds, −ln(1 − p) / (μ − λ).
pub fn response_quantile(arrival_rate: f64, service_rate: f64, p: f64) -> f64 {
    -(-p).ln_1p() * mean_response(arrival_rate, service_rate)
}

/// Quantile 0 ≤ `p` < 1 of the waiting time in seconds, max(0, ln(ρ / (1 − p)) / (μ − λ)).
pub fn wait_quantile(arrival_rate: f64, service_rate: f64, p: f64) -> f64 {
    let rho = utilization(arrival_rate, service_rate);
    (rho / (1.0 - p)).ln().max(0.0) * mean_response(arrival_rate, service_rate)
}
