//! M/D/1: one server, constant service time D.
//!
//! With Qₖ = P(at most k wait), (m − 1)·D ≤ t < m·D and y = λ(mD − t),
//!
//! P(waiting time ≤ t) = e^(−y) · Σ_{j<m} Q_{m−1−j} · yʲ / j!
//!
//! All terms are positive; Erlang's own series (1909), the same function, alternates and loses all
//! digits once λt exceeds about 30. Franx, Operations Research Letters 29 (2001), with c = 1.

use super::root::quantile_of_tail;
use super::stable;

/// ρ = λD. Panics when it is not below 1, as every function here does.
pub fn utilization(arrival_rate: f64, service_seconds: f64) -> f64 {
    stable(arrival_rate * service_seconds)
}

/// Mean waiting time in seconds, ρD / (2(1 − ρ)) (Pollaczek-Khinchine).
pub fn mean_wait(arrival_rate: f64, service_seconds: f64) -> f64 {
    let rho = utilization(arrival_rate, service_seconds);
    rho * service_seconds / (2.0 * (1.0 - rho))
}

/// Mean response time in seconds.
pub fn mean_response(arrival_rate: f64, service_seconds: f64) -> f64 {
    mean_wait(arrival_rate, service_seconds) + service_seconds
}

/// Mean number in system.
pub fn mean_in_system(arrival_rate: f64, service_seconds: f64) -> f64 {
    arrival_rate * mean_response(arrival_rate, service_seconds)
}

/// P(waiting time > `seconds`).
pub fn wait_tail(arrival_rate: f64, service_seconds: f64, seconds: f64) -> f64 {
    let rho = utilization(arrival_rate, service_seconds);
    let intervals = (seconds / service_seconds).floor() as usize + 1;
    let waiting = cumulative_waiting(rho, intervals);
    let y = arrival_rate * (intervals as f64 * service_seconds - seconds);
    let mut poisson = (-y).exp();
    let mut within = 0.0;
    for j in 0..intervals {
        within += waiting[intervals - 1 - j] * poisson;
        poisson *= y / (j as f64 + 1.0);
    }
    1.0 - within
}

/// Quantile 0 ≤ `p` < 1 of the waiting time in seconds, by bisection.
pub fn wait_quantile(arrival_rate: f64, service_seconds: f64, p: f64) -> f64 {
    let tail = |t| wait_tail(arrival_rate, service_seconds, t);
    quantile_of_tail(tail, 1.0 - p, service_seconds)
}

/// Qₖ for k < `count`: the chance that at most k wait is that of at most k + 1 in system.
///
/// Balance across the cut above n, seen at departures, has positive terms only: with A arrivals
/// during a service, p(n + 1)·P(A = 0) = p(0)·P(A > n) + Σ_{i=1..n} p(i)·P(A > n + 1 − i).
fn cumulative_waiting(rho: f64, count: usize) -> Vec<f64> {
    let exceeds = poisson_tails(rho, count + 1);
    let mut p = vec![1.0 - rho];
    let mut cumulative = Vec::with_capacity(count);
    let mut sum = p[0];
    for n in 0..count {
        let inflow: f64 = (1..=n).map(|i| p[i] * exceeds[n + 1 - i]).sum();
        let next = (p[0] * exceeds[n] + inflow) * rho.exp();
        sum += next;
        p.push(next);
        cumulative.push(sum);
    }
    cumulative
}

/// P(A > n) for n < `count`, A Poisson with mean `mean` < 1; summed from the small end.
fn poisson_tails(mean: f64, count: usize) -> Vec<f64> {
    const BEYOND: usize = 25; // 1 / 25! is below the precision of a number
    let mut probability = vec![(-mean).exp()];
    for n in 1..count + BEYOND {
        probability.push(probability[n - 1] * mean / n as f64);
    }
    let mut tails = vec![0.0; count + BEYOND];
    for n in (0..count + BEYOND - 1).rev() {
        tails[n] = tails[n + 1] + probability[n + 1];
    }
    tails.truncate(count);
    tails
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Erlang's series: (1 − ρ) Σ_{j ≤ t/D} (λ(jD − t))ʲ / j! · e^(−λ(jD − t)).
    fn erlang_series(arrival_rate: f64, service: f64, t: f64) -> f64 {
        let mut sum = 0.0;
        let mut factorial = 1.0;
        for j in 0..=(t / service).floor() as i32 {
            factorial *= f64::from(j.max(1));
            let x = arrival_rate * (f64::from(j) * service - t);
            sum += x.powi(j) / factorial * (-x).exp();
        }
        1.0 - (1.0 - arrival_rate * service) * sum
    }

    #[test]
    fn positive_terms_sum_to_the_series_of_erlang() {
        for t in [0.0, 0.03, 0.1, 0.25, 0.77, 1.0] {
            let ours = wait_tail(8.0, 0.1, t);
            assert!((ours - erlang_series(8.0, 0.1, t)).abs() < 1e-11, "t = {t}");
        }
    }

    #[test]
    fn the_tail_stays_a_tail_where_the_series_fails() {
        // ρ = 0.95: decay rate per D solves 0.95·(e^x − 1) = x.
        let [a, b] = [60.0, 61.0].map(|t| wait_tail(0.95, 1.0, t));
        let decay = (a / b).ln();
        assert!((0.95 * decay.exp_m1() - decay).abs() < 1e-9, "{decay}");
    }
}
