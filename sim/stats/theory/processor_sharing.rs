//! Egalitarian processor sharing on `cores` cores: n jobs advance at rate min(1, cores / n) each.
//!
//! The number in system is distributed as in M/M/c whatever the distribution of the demand, and so
//! is the mean response time; on one core a job of demand x takes x / (1 − ρ) on average.
//! Kleinrock, JACM 14 (1967); Sakata, Noguchi & Oizumi (1969); Cohen, Acta Informatica 12 (1979).

use super::{mm1, mmc};

/// Mean response time in seconds; `mean_demand` in seconds on one core.
pub fn mean_response(arrival_rate: f64, mean_demand: f64, cores: u32) -> f64 {
    mmc::mean_response(arrival_rate, 1.0 / mean_demand, cores)
}

/// Mean number in system.
pub fn mean_in_system(arrival_rate: f64, mean_demand: f64, cores: u32) -> f64 {
    arrival_rate * mean_response(arrival_rate, mean_demand, cores)
}

/// Probability that all cores are busy, Erlang's C.
pub fn prob_all_busy(arrival_rate: f64, mean_demand: f64, cores: u32) -> f64 {
    mmc::prob_wait(arrival_rate, 1.0 / mean_demand, cores)
}

/// P(N ≥ n) on one core, ρⁿ.
pub fn prob_at_least_on_one_core(arrival_rate: f64, mean_demand: f64, n: u32) -> f64 {
    mm1::prob_at_least(arrival_rate, 1.0 / mean_demand, n)
}

/// Mean response time in seconds on one core of jobs with demand `seconds`: x / (1 − ρ).
pub fn mean_response_of_size(arrival_rate: f64, mean_demand: f64, seconds: f64) -> f64 {
    seconds / (1.0 - mm1::utilization(arrival_rate, 1.0 / mean_demand))
}
