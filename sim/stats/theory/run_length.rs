//! How long a run of M/M/1 must be: variance constants of its averages.
//!
//! The variance of the time average of the number in system over T seconds tends to v / T, that of
//! the mean of n waiting times to v / n; both constants grow as (1 − ρ)⁻⁴.
//! Daley, J. Austral. Math. Soc. 8 (1968); Whitt, Management Science 35 (1989).

use super::mm1;

/// v of the number in system, in jobs²·s: 2ρ(1 + ρ) / ((1 − ρ)⁴μ). Panics unless λ < μ.
pub fn var_time_average_in_system(arrival_rate: f64, service_rate: f64) -> f64 {
    let rho = mm1::utilization(arrival_rate, service_rate);
    2.0 * rho * (1.0 + rho) / ((1.0 - rho).powi(4) * service_rate)
}

/// v of the waiting time, in s²: ρ(2 + 5ρ − 4ρ² + ρ³) / ((1 − ρ)⁴μ²). Panics unless λ < μ.
pub fn var_customer_average_wait(arrival_rate: f64, service_rate: f64) -> f64 {
    let rho = mm1::utilization(arrival_rate, service_rate);
    let shape = 2.0 + rho * (5.0 - rho * (4.0 - rho));
    rho * shape / ((1.0 - rho).powi(4) * service_rate.powi(2))
}

/// Seconds until the mean number in system is known to ± `relative` at the normal quantile `z`.
///
/// `z` = 1.96 for 95 %; `relative` > 0 is relative to the mean.
pub fn seconds_for_precision(arrival_rate: f64, service_rate: f64, relative: f64, z: f64) -> f64 {
    let half_width = relative * mm1::mean_in_system(arrival_rate, service_rate);
    var_time_average_in_system(arrival_rate, service_rate) * (z / half_width).powi(2)
}
