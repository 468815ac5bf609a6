//! M/G/1: one server, any service time, first come first served.
//!
//! Pollaczek-Khinchine for the mean wait, Takács for its second moment:
//! E(W) = λE(S²) / (2(1 − ρ)), E(W²) = 2E(W)² + λE(S³) / (3(1 − ρ)).
//! Kleinrock, Queueing Systems 1 (1975), ch. 5; Takács, Oper. Res. 10 (1962).

use super::{DurationLaw, stable};

/// ρ = λE(S). Panics when it is not below 1, as every function here does.
pub fn utilization(arrival_rate: f64, service: &DurationLaw) -> f64 {
    stable(arrival_rate * service.mean())
}

/// Mean waiting time in seconds; infinite where E(S²) is.
pub fn mean_wait(arrival_rate: f64, service: &DurationLaw) -> f64 {
    let rho = utilization(arrival_rate, service);
    arrival_rate * service.moment(2) / (2.0 * (1.0 - rho))
}

/// Variance of the waiting time in s²; infinite where E(S³) is.
pub fn var_wait(arrival_rate: f64, service: &DurationLaw) -> f64 {
    let rho = utilization(arrival_rate, service);
    mean_wait(arrival_rate, service).powi(2)
        + arrival_rate * service.moment(3) / (3.0 * (1.0 - rho))
}

/// Mean response time in seconds.
pub fn mean_response(arrival_rate: f64, service: &DurationLaw) -> f64 {
    mean_wait(arrival_rate, service) + service.mean()
}

/// Mean number in system.
pub fn mean_in_system(arrival_rate: f64, service: &DurationLaw) -> f64 {
    arrival_rate * mean_response(arrival_rate, service)
}
