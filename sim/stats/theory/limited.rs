//! Requests that hold a worker while they compute on a shared processor and wait for calls elsewhere.
//!
//! Flow equivalence: with x requests at once in a closed loop of processor and elsewhere they leave at rate
//! X(x) = λ·g(x − 1) / g(x), g being the convolution of Π s / r(i) (the processor, which does the work r(i)
//! for i of them) and the Poisson weights of z (no queue elsewhere); s and z are the loads offered to
//! both, in erlangs. The number of requests, including those waiting for a worker, is then a birth-death
//! process with death rate X(min(n, w)); p(n) ∝ g(n) up to w workers, geometric above. Exact for M/M/w,
//! for a shared processor with any number of workers (z = 0) and for any number of both without queueing.
//! Chandy, Herzog & Woo, IBM J. Res. Dev. 19 (1975); Lazowska et al., Quantitative System Performance
//! (1984), ch. 8 and 9 (limits on how many are in memory).

use super::poisson;

/// Weights this small against their sum, while they shrink, end a series.
const NEGLIGIBLE: f64 = 1e-15;

/// The stationary state of the workers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limited {
    /// Mean number of requests that wait for a worker.
    pub waiting: f64,
    /// Mean number of workers held.
    pub held: f64,
    /// Mean number of requests at the processor.
    pub computing: f64,
}

/// `cpu` and `elsewhere` in erlangs, `workers` ≥ 1; `rate(i)` is the total work rate of i ≥ 1 computing
/// requests. `None` without a steady state.
pub fn limited(
    cpu: f64,
    elsewhere: f64,
    workers: u32,
    rate: impl Fn(u32) -> f64,
) -> Option<Limited> {
    if !(cpu.is_finite() && elsewhere.is_finite()) {
        return None;
    }
    let away = poisson::probabilities(elsewhere);
    let mut here = vec![1.0];
    let (mut all, mut held, mut computing) = (away[0], 0.0, 0.0);
    let (mut before, mut now) = (away[0], [away[0], 0.0]);
    for n in 1..=workers {
        let share = rate(n);
        let next = here[n as usize - 1] * if cpu > 0.0 { cpu / share } else { 0.0 };
        here.push(next);
        before = now[0];
        now = convolved(&here, &away, n as usize);
        all += now[0];
        held += f64::from(n) * now[0];
        computing += now[1];
        // Later terms shrink at least as fast: at most a geometric series, which is long near
        // saturation.
        let ratio = now[0] / before;
        if ratio < 1.0 && now[0] / (1.0 - ratio) < NEGLIGIBLE * all {
            return Some(Limited { waiting: 0.0, held: held / all, computing: computing / all });
        }
        if !all.is_finite() {
            return None;
        }
    }
    let ratio = now[0] / before;
    if ratio.is_nan() || ratio >= 1.0 {
        return None;
    }
    // All workers are held, and these many more requests wait.
    let above = ratio / (1.0 - ratio);
    all += now[0] * above;
    held += f64::from(workers) * now[0] * above;
    computing += now[1] * above;
    let waiting = now[0] * above / (1.0 - ratio);
    Some(Limited { waiting: waiting / all, held: held / all, computing: computing / all })
}

/// Σ over j of here(j)·away(n − j), and the same of j·here(j)·away(n − j).
fn convolved(here: &[f64], away: &[f64], n: usize) -> [f64; 2] {
    let first = (n + 1).saturating_sub(away.len());
    let (mut sum, mut weighted) = (0.0, 0.0);
    for (j, weight) in here.iter().enumerate().take(n + 1).skip(first) {
        let term = weight * away[n - j];
        sum += term;
        weighted += j as f64 * term;
    }
    [sum, weighted]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::{finite_source::FiniteSource, mmc};

    #[test]
    fn who_waits_elsewhere_holds_a_worker_as_in_mmc() {
        for (offered, workers) in [(0.8, 1), (3.4, 4), (150.0, 160), (2.0, 200)] {
            let ours = limited(0.0, offered, workers, |_| 1.0).unwrap();
            let waiting = mmc::mean_in_queue(offered, 1.0, workers);
            assert!((ours.waiting - waiting).abs() < 1e-9 * (1.0 + waiting), "{ours:?}");
            assert!((ours.held - offered).abs() < 1e-9 * offered, "{ours:?}");
        }
        assert_eq!(limited(0.0, 4.0, 4, |_| 1.0), None);
        assert_eq!(limited(0.0, f64::INFINITY, 4, |_| 1.0), None);
    }

    /// Two cores: the total number waiting, for a worker or for a core, does not depend on the number of
    /// workers.
    #[test]
    fn workers_before_a_processor_only_move_the_queue() {
        let whole = mmc::mean_in_system(1.7, 1.0, 2);
        for workers in [2, 3, 8, 500] {
            let ours = limited(1.7, 0.0, workers, |n| f64::from(n.min(2))).unwrap();
            assert!((ours.waiting + ours.held - whole).abs() < 1e-9, "{workers}: {ours:?}");
            assert!((ours.held - ours.computing).abs() < 1e-12);
        }
        let one = limited(0.7, 0.0, 1, |n| f64::from(n.min(2))).unwrap();
        assert!((one.waiting - mmc::mean_in_queue(0.7, 1.0, 1)).abs() < 1e-12);
    }

    /// Workers far beyond the number ever held change nothing, however near to saturation: M/M/1, ρ / (1
    /// − ρ).
    #[test]
    fn any_number_of_workers_has_a_steady_state_below_saturation() {
        for (load, workers) in [(0.95, 20_000), (0.99, 100_000), (0.5, u32::MAX)] {
            let ours = limited(load, 0.0, workers, |_| 1.0).unwrap();
            let jobs = load / (1.0 - load);
            assert!((ours.computing - jobs).abs() < 1e-9 * jobs, "{load}: {ours:?}");
            assert!(ours.waiting.abs() < 1e-9, "{ours:?}");
        }
    }

    /// At overload the workers are a closed network of that many customers: the throughputs agree.
    #[test]
    fn the_most_that_workers_carry_is_the_throughput_of_a_closed_network() {
        let (think, service, workers) = (2.0, 0.5, 6);
        let most = FiniteSource::new(workers, think, 1.0 / service, 1).throughput();
        let at = |rate: f64| limited(rate * service, rate * think, workers, |_| 1.0);
        assert!(at(most * 0.999).is_some());
        assert_eq!(at(most * 1.001), None);
    }
}
